/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan - the answer: who makes which stops when, and what was left out why.
 *
 * Owns its memory in its arena; says nothing about how it was found.
 *
 * Always true of a plan that sv_plan_check accepts:
 *   1. Every request is in exactly one route (both its stops) or in the list
 *      of those left out; of a passenger on board who cannot be delivered any
 *      more the pinned pickup is in a route and it in the list.
 *   2. The start times written at the stops keep every rule of the problem:
 *      windows, driving and service times, ride times, duration, loads,
 *      skills, tools, parts, breaks, pinned stops.
 *   3. cost is what the problem's prices make of exactly these times.
 */
#ifndef SOLVER_PLAN_H
#define SOLVER_PLAN_H

#include "solver/problem.h"

enum sv_stop_kind {
    SV_STOP_PICKUP,
    SV_STOP_DELIVERY,
    SV_STOP_SUPPLY,
    SV_STOP_PAUSE
};

struct sv_stop {
    enum sv_stop_kind kind;
    int request;  /* -1 at the supply and for a pause */
    int place;    /* of a pause: where the vehicle stands */
    double start; /* of the service or the pause */
    double length;
};

struct sv_plan_tour {
    int vehicle;
    int stop_count;
    struct sv_stop *stops;
    double leaves, returns; /* from the start place, to the end place */
    double distance, cost;
};

struct sv_unserved {
    int request;
    const char *reason; /* in words */
};

struct sv_plan {
    struct arena *arena;
    int route_count;
    struct sv_plan_tour *routes;
    int unserved_count;
    struct sv_unserved *unserved;
    double cost;     /* of the routes, without the unserved */
    double distance; /* summed */
    double duration; /* summed: return - departure */
};

/*
 * Looks at every rule anew, with none of the search's code.
 *
 * ERR_INVALID  a rule is broken; the fault says where and which
 */
enum err sv_plan_check(struct call *c, const struct sv_problem *p,
                       const struct sv_plan *plan) MUST_USE;

/* Its memory is given back; it is empty then. */
void sv_plan_release(struct sv_plan *plan);

#endif
