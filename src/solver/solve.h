/* SPDX-License-Identifier: Apache-2.0 */
/*
 * solve - the search: makes a plan better until its limit.
 *
 * Always true:
 *   1. Whenever it stops there is a plan that keeps every rule; requests
 *      that cannot be placed are left out and told with the reason.
 *   2. Under a limit of rounds the same problem, seed and number of threads
 *      give the same plan on every machine: no clock is looked at.
 *   3. The best plan never gets worse, and each new best is announced.
 *
 * The method is ruin and recreate with simulated annealing; README.md tells
 * it and names the papers.
 */
#ifndef SOLVER_SOLVE_H
#define SOLVER_SOLVE_H

#include "solver/plan.h"

struct sv_limits {
    double seconds;  /* 0: no limit of time; counted from began */
    double began;    /* sv_clock_now() when the work began */
    uint64_t rounds; /* 0: no limit of rounds */
    bool processor;  /* seconds are those of the processor, for measuring
                         on a busy machine; they begin with the search */
    uint64_t seed;
    int threads;   /* 0 and 1: one; at most SV_THREADS_MOST */
    bool as_given; /* the start is driven once, and nothing else is placed */
};

enum { SV_THREADS_MOST = 64 };

struct sv_progress {
    double cost;
    int unserved, vehicles;
    uint64_t rounds;
    double seconds;
};

struct sv_result {
    uint64_t rounds;
    double seconds; /* wall */
    double cpu;     /* of this process */
    double best_at; /* share of the limit when the best was found */
    size_t memory;  /* bytes taken in all */
    int *lost;      /* by route of the start: its requests that were not
                       taken over; NULL without a start */
};

/* Told each new best; return false to stop the search. */
typedef bool (*sv_solve_listener)(void *with, const struct sv_progress *now);

/* Seconds of a clock that only goes forward. */
double sv_clock_now(void);

/*
 * Solves p.  start may be NULL or a plan to begin from; it is a hint: a route
 * that cannot be driven any more is cut back to what is pinned, the result
 * says what it lost, and that is placed anew.
 *
 * With no limit at all nothing is searched: the start is driven once and
 * what it leaves out is placed where it fits.
 *
 * ERR_INVALID  the pinned stops cannot be driven; as given, a route of the
 *              start cannot
 */
enum err sv_solve(struct call *c, const struct sv_problem *p,
                  const struct sv_limits *limits, const struct sv_plan *start,
                  struct sv_plan *plan, struct sv_result *result,
                  sv_solve_listener listener, void *with) MUST_USE;

#endif
