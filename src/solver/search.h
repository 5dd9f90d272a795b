/* SPDX-License-Identifier: Apache-2.0 */
/* search - one run of rounds by one worker (internal). */
#ifndef SOLVER_SEARCH_H
#define SOLVER_SEARCH_H

#include "solver/solve.h"
#include "solver/worker.h"

struct sv_search {
    struct sv_limits limits;
    double starts, ends; /* clock: of this run */
    uint64_t first_round;
    double share;         /* of the limit that is gone */
    double until;         /* share at which this run ends */
    double phase;         /* of the cooling, from 0 (hot) to 1 */
    double best_at;       /* share when the best was found */
    double returns;       /* phase in which it is next gone back to the best */
    struct sv_state *own; /* best of this cooling; NULL: the best of all */
    uint64_t whole;    /* round in which nobody needless was left out, last */
    _Atomic bool stop; /* whoever listens has enough */
    size_t memory;     /* of workers that are gone by now */
    sv_solve_listener listener;
    void *with;
};

/*
 * From whatever the worker has to a first plan, with as few vehicles as can be
 * found in a part of the limit; false when there is no limit, nor more to do.
 */
bool sv_search_begin(struct sv_search *s, struct sv_worker *w);

/* One cooling from a phase on, between two shares of the limit; no further
   than s->until. */
void sv_search_cool(struct sv_search *s, struct sv_worker *w, double phase,
                    double begin, double end);
/* The clock the limits are counted by. */
double sv_search_clock(const struct sv_search *s);

/* Looks at the clock, or the rounds; false when the run is over. */
bool sv_search_goes_on(struct sv_search *s, struct sv_worker *w);

/* The current state is the new best: keep and announce it. */
void sv_search_publish(struct sv_search *s, struct sv_worker *w);

/* Ruin and recreate once; what is worse is kept by the rule of simulated
   annealing at TEMPERATURE, in units of cost. */
void sv_search_round(struct sv_search *s, struct sv_worker *w,
                     double temperature);

#endif
