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

struct state;

/* Where the extras of an order stand. */
struct extras {
    int supply;        /* before this position of the order; 0: not */
    int pause[BREAKS]; /* after this position of the order, or as below */
};

#define PAUSE_NONE (-1)
#define PAUSE_BEFORE (-2) /* before leaving: not on the road */
#define PAUSE_AFTER (-3)  /* after returning */

struct draft {
    struct chain chain;
    double *start;
    int *element; /* node of a stop, DRAFT_SUPPLY, DRAFT_PAUSE + k, ends */
    int *order;   /* an order of stops being priced, ends included */
    double *low, *high;             /* its bounds without extras */
    double *place_low, *place_high; /* starts without extras, by position */
    int *spot_of;                   /* by stop node: position in the chain */
};

#define DRAFT_SUPPLY (-2)
#define DRAFT_PAUSE (-3) /* and below, one a pause */

void draft_open(const struct engine *g, struct draft *d, struct arena *a);

/*
 * The cheapest way to drive the order of count stops (ends not counted) in
 * d->order with that carrier.  False when there is none below the bound.
 */
bool draft_price(const struct engine *g, struct draft *d,
                 const struct carrier *c, int count, double bound, double *cost,
                 struct extras *extras);

/*
 * When the pauses taken at home before leaving (from = the shift's) or after
 * returning (from = the return) start, by pause; and when the last is over.
 * False when a window or the end of the shift is missed.
 */
bool draft_home_pauses(const struct carrier *c, const struct extras *extras,
                       int which, double from, double start[BREAKS],
                       double *over);

/*
 * Lays the order out with its extras and leaves in d->start the schedule
 * that is told to people: nothing later after its deadline than it must be,
 * then shortest, then everything as early as that allows.  False: cannot.
 */
bool draft_schedule(const struct engine *g, struct draft *d,
                    const struct carrier *c, int count,
                    const struct extras *extras);

/* tour_price by a draft, for problems that are full. */
bool draft_price_tour(const struct engine *g, struct state *s, struct tour *r);

#endif
