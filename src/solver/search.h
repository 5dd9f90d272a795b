/* SPDX-License-Identifier: Apache-2.0 */
/* search - one run of rounds by one worker (internal). */
#ifndef SOLVER_SEARCH_H
#define SOLVER_SEARCH_H

#include "solver/solve.h"
#include "solver/worker.h"

struct search {
    struct limits limits;
    double starts, ends; /* clock: of this run */
    uint64_t first_round;
    double share;      /* of the limit that is gone */
    double until;      /* share at which this run ends */
    double phase;      /* of the cooling, from 0 (hot) to 1 */
    double best_at;    /* share when the best was found */
    double returns;    /* phase in which it is next gone back to the best */
    struct state *own; /* best of this cooling; NULL: the best of all */
    uint64_t whole;    /* round in which nobody needless was left out, last */
    _Atomic bool stop; /* whoever listens has enough */
    size_t memory;     /* of workers that are gone by now */
    solve_listener listener;
    void *with;
};

/*
 * From whatever the worker has to a first plan, with as few vehicles as can be
 * found in a part of the limit; false when there is no limit, nor more to do.
 */
bool search_begin(struct search *s, struct worker *w);

/* One cooling from a phase on, between two shares of the limit; no further
   than s->until. */
void search_cool(struct search *s, struct worker *w, double phase, double begin,
                 double end);
/* The clock the limits are counted by. */
double search_clock(const struct search *s);

bool search_goes_on(struct search *s, struct worker *w);

/* The current state is the new best: keep and announce it. */
void search_publish(struct search *s, struct worker *w);

void search_round(struct search *s, struct worker *w, double temperature);

#endif
