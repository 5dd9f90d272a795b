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

struct sv_state {
    struct sv_tour *routes;
    int *in, *at; /* by stop node: route and position, -1 */
    int *absent, *absent_at;
    int absent_count;
    double cost;           /* of the routes */
    double absent_price;   /* of what is absent and has a price */
    int must_absent;       /* absent requests that have none */
    uint64_t versions;     /* the last one given out */
    struct sv_draft draft; /* to lay one route out in */
};

/* Takes the memory of a state with every route empty and nothing absent. */
void sv_state_open(const struct sv_engine *g, struct sv_state *s,
                   struct arena *a);

/* Memory for one more route of the same size, to keep copies in. */
void sv_tour_open(const struct sv_engine *g, struct sv_tour *r,
                  struct arena *a);

/* The stops and everything computed from them. */
void sv_tour_copy(struct sv_tour *to, const struct sv_tour *from);

/*
 * Computes a route's arrays from its stops and says whether it can be
 * driven.  When it cannot the arrays are meaningless.
 */
bool sv_tour_refresh(const struct sv_engine *g, struct sv_state *s, int route);

/* Whether every ride on the tour has both its stops there, in order. */
bool sv_tour_is_whole(const struct sv_engine *g, struct sv_state *s,
                      const struct sv_tour *r);

/* Writes in[] and at[] of the route's stops. */
void sv_tour_index(struct sv_state *s, int route);

/* The route as schedule.h wants it; the chain borrows the arrays. */
struct sv_chain sv_tour_chain(const struct sv_tour *r);

/* The request's movable stops are on no route. */
void sv_state_forget(const struct sv_engine *g, struct sv_state *s,
                     int request);

/* Notes that the request is on no route; its stops must be gone already. */
void sv_state_leave_out(const struct sv_engine *g, struct sv_state *s,
                        int request);
void sv_state_take_back(const struct sv_engine *g, struct sv_state *s,
                        int request);

/* The same plan with routes made anew, under the state's own versions. */
void sv_state_adopt(const struct sv_engine *g, struct sv_state *to,
                    const struct sv_state *from);

/*
 * What counts in the end: first that nobody on board is left there, then that
 * all are served, then vehicles where
 * fewer are wanted, then the cost.
 */
bool sv_state_is_better(const struct sv_engine *g, const struct sv_state *a,
                        const struct sv_state *b);

/* How many vehicles are used. */
int sv_state_vehicles(const struct sv_engine *g, const struct sv_state *s);

/* Makes to equal from; only routes whose version differs are copied. */
void sv_state_copy(const struct sv_engine *g, struct sv_state *to,
                   const struct sv_state *from);

#endif
