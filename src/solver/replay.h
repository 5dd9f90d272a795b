/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay - a day of rides in which requests become known one by one.
 *
 * Each request is revealed some time before it must be picked up.  At every
 * revelation what has happened stays (stops made, the stop being driven to,
 * passengers on board), the newcomer is placed and the rest of the day is
 * improved for a number of rounds.  In the end the plan is checked against
 * the whole problem and compared with one that knew everything.
 */
#ifndef SOLVER_REPLAY_H
#define SOLVER_REPLAY_H

#include "solver/plan.h"

struct sv_replay {
    uint64_t rounds; /* after each revelation */
    uint64_t seed;
    double known;        /* share of requests known in the morning */
    double notice_least; /* the others come at least and at most so long */
    double notice_most;  /* before their latest pickup */
};

struct sv_replayed {
    double cost;
    int unserved, events;
    double slowest_ms; /* processor time of placing one newcomer */
    double omniscient_cost;
    int omniscient_unserved;
};

/*
 * ERR_INVALID  the problem has stops that are pinned already, or the plan
 *              that came out breaks a rule
 */
enum err sv_replay_day(struct call *c, const struct sv_problem *p,
                       const struct sv_replay *how,
                       struct sv_replayed *told) MUST_USE;

#endif
