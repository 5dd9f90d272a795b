/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tour - routes of the search and the state they make up (internal).
 *
 * A state is every vehicle's route and the requests in none.  Its arrays are
 * taken once; the loop moves numbers in them and never asks for memory.
 *
 * Always true between two calls: what engine.h promises of a route, and
 * every request is either on a route or in absent[] (absent_at says where),
 * except while ruin and recreate are at work.
 */
#ifndef SOLVER_TOUR_H
#define SOLVER_TOUR_H

#include "solver/draft.h"
#include "solver/schedule.h"

struct state {
    struct tour *routes;
    int *in, *at; /* by stop node: route and position, -1 */
    int *absent, *absent_at;
    int absent_count;
    double cost;         /* of the routes */
    double absent_price; /* of what is absent and has a price */
    int must_absent;     /* absent requests that have none */
    uint64_t versions;   /* the last one given out */
    struct draft draft;  /* to lay one route out in */
};

/* Takes the memory of a state with every route empty and nothing absent. */
void state_open(const struct engine *g, struct state *s, struct arena *a);

/* Memory for one more route of the same size, to keep copies in. */
void tour_open(const struct engine *g, struct tour *r, struct arena *a);

/* The stops and everything computed from them. */
void tour_copy(struct tour *to, const struct tour *from);

/*
 * Computes a route's arrays from its stops and says whether it can be
 * driven.  When it cannot the arrays are meaningless.
 */
bool tour_refresh(const struct engine *g, struct state *s, int route);

/* Whether every ride on the tour has both its stops there, in order. */
bool tour_is_whole(const struct engine *g, struct state *s,
                   const struct tour *r);

/* Writes in[] and at[] of the route's stops. */
void tour_index(struct state *s, int route);

/* The route as schedule.h wants it; the chain borrows the arrays. */
struct chain tour_chain(const struct tour *r);

/* The request's movable stops are on no route. */
void state_forget(const struct engine *g, struct state *s, int request);

/* Notes that the request is on no route; its stops must be gone already. */
void state_leave_out(const struct engine *g, struct state *s, int request);
void state_take_back(const struct engine *g, struct state *s, int request);

/* The same plan with routes made anew, under the state's own versions. */
void state_adopt(const struct engine *g, struct state *to,
                 const struct state *from);

/*
 * What counts in the end: first that nobody on board is left there, then that
 * all are served, then vehicles where
 * fewer are wanted, then the cost.
 */
bool state_is_better(const struct engine *g, const struct state *a,
                     const struct state *b);

/* How many vehicles are used. */
int state_vehicles(const struct engine *g, const struct state *s);

/* Makes to equal from; only routes whose version differs are copied. */
void state_copy(const struct engine *g, struct state *to,
                const struct state *from);

#endif
