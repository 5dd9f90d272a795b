/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft - one order of stops laid out in time, with all that may stand
 * between them: pauses and a visit to the supply (internal).
 *
 * Used where only the whole route tells its price (lateness, pauses, timed
 * rides, parts on rides), and to write every plan's times down.  Its arrays
 * belong to the state; one draft is at work at a time.
 */
#ifndef SOLVER_DRAFT_H
#define SOLVER_DRAFT_H

#include "solver/engine.h"
#include "solver/schedule.h"

struct sv_state;

/* Where the extras of an order stand. */
struct sv_extras {
    int supply;           /* before this position of the order; 0: not */
    int pause[SV_BREAKS]; /* after this position of the order, or as below */
};

#define SV_PAUSE_NONE (-1)
#define SV_PAUSE_BEFORE (-2) /* before leaving: not on the road */
#define SV_PAUSE_AFTER (-3)  /* after returning */

struct sv_draft {
    struct sv_chain chain;
    double *start;
    /* node of a stop, SV_DRAFT_SUPPLY, SV_DRAFT_PAUSE + k, ends */
    int *element;
    int *order;         /* an order of stops being priced, ends included */
    double *low, *high; /* its bounds without extras */
    double *place_low, *place_high; /* starts without extras, by position */
    int *spot_of;                   /* by stop node: position in the chain */
};

#define SV_DRAFT_SUPPLY (-2)
#define SV_DRAFT_PAUSE (-3) /* and below, one a pause */

/* Room for the longest tour of G, taken from A. */
void sv_draft_open(const struct sv_engine *g, struct sv_draft *d,
                   struct arena *a);

/*
 * The cheapest way to drive the order of count stops (ends not counted) in
 * d->order with that carrier.  False when there is none below the bound.
 */
bool sv_draft_price(const struct sv_engine *g, struct sv_draft *d,
                    const struct sv_carrier *c, int count, double bound,
                    double *cost, struct sv_extras *extras);

/*
 * When the pauses taken at home before leaving (from = the shift's) or after
 * returning (from = the return) start, by pause; and when the last is over.
 * False when a window or the end of the shift is missed.
 */
bool sv_draft_home_pauses(const struct sv_carrier *c,
                          const struct sv_extras *extras, int which,
                          double from, double start[SV_BREAKS], double *over);

/*
 * Lays the order out with its extras and leaves in d->start the schedule
 * that is told to people: nothing later after its deadline than it must be,
 * then shortest, then everything as early as that allows.  False: cannot.
 */
bool sv_draft_schedule(const struct sv_engine *g, struct sv_draft *d,
                       const struct sv_carrier *c, int count,
                       const struct sv_extras *extras);

/* sv_tour_price by a draft, for problems that are full. */
bool sv_draft_price_tour(const struct sv_engine *g, struct sv_state *s,
                         struct sv_tour *r);

#endif
