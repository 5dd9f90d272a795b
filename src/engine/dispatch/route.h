/*
 * route - routes of the search and the state they make up (internal).
 *
 * A state is every vehicle's route and the requests in none.  Its arrays are
 * taken once; the loop moves numbers in them and never asks for memory.
 *
 * Always true between two calls: what engine.h promises of a route, and
 * every request is either on a route or in absent[] (absent_at says where),
 * except while ruin and recreate are at work.
 */
#ifndef DISPATCH_ROUTE_H
#define DISPATCH_ROUTE_H

#include "engine/dispatch/engine.h"
#include "engine/dispatch/schedule.h"

struct state {
    struct route *routes;
    int *in, *at; /* by stop node: route and position, -1 */
    int *absent, *absent_at;
    int absent_count;
    double cost;         /* of the routes */
    double absent_price; /* of what is absent */
    uint64_t versions;   /* the last one given out */
};

/* Takes the memory of a state with every route empty and nothing absent. */
void state_open(const struct engine *g, struct state *s, struct arena *a);

/* Memory for one more route of the same size, to keep copies in. */
void route_open(const struct engine *g, struct route *r, struct arena *a);

/* The stops and everything computed from them. */
void route_copy(struct route *to, const struct route *from);

/*
 * Computes a route's arrays from its stops and says whether it can be
 * driven.  When it cannot the arrays are meaningless.
 */
bool route_refresh(const struct engine *g, struct state *s, int route);

/* Writes in[] and at[] of the route's stops. */
void route_index(struct state *s, int route);

/* The route as schedule.h wants it; the chain borrows the arrays. */
struct chain route_chain(const struct route *r);

/* Notes that the request is on no route; its stops must be gone already. */
void state_leave_out(const struct engine *g, struct state *s, int request);
void state_take_back(const struct engine *g, struct state *s, int request);

/* Makes to equal from; only routes whose version differs are copied. */
void state_copy(const struct engine *g, struct state *to,
                const struct state *from);

#endif
