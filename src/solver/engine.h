/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine - the search's own picture of a problem and of routes (internal).
 *
 * A node is a stop that can stand in a route: request r is picked up at node
 * r and delivered at node r + drop (drop is 0 when nothing is delivered);
 * the places where vehicles start and end follow.  Everything the loop reads
 * is a flat array indexed by node; matrices are kept in both directions, so
 * that the row of the node being placed is read along the memory.
 *
 * Always true of a route between two calls:
 *   1. stop[0] and stop[count + 1] are the vehicle's ends.
 *   2. early[] and late[] are the least and the greatest schedule that keep
 *      every rule (schedule.h), so early <= late everywhere.
 *   3. leave[a] = early[a] + service; hop[a] is the price and legs[a] the
 *      time from stop a to stop a + 1; room[a] are the seats left after a.
 *   4. at[node] and in[node] say position and route, -1 when in none.
 *   5. version changes whenever the stops do.
 */
#ifndef SOLVER_ENGINE_H
#define SOLVER_ENGINE_H

#include "solver/chance.h"
#include "solver/problem.h"

#define SLACK 1e-8      /* two times this near are the same */
#define FAR 1e30        /* dearer than anything */
#define BOUND_PRICE 1e9 /* of leaving a passenger in the car */
#define LANES UINT64_C(0x8000800080008000)

enum { PART_WORDS = PART_KINDS / 4 };

/* Price of the distance and time of every hop, for one kind of vehicle. */
struct tariff {
    double cost_distance, cost_time, pace;
    const double *cost, *cost_to; /* [a][b] is a -> b; to: [b][a] */
    const double *time, *time_to;
    bool prompt;  /* no detour is quicker than the direct way */
    bool thrifty; /* nor cheaper */
};

/* What a vehicle is to the search. */
struct carrier {
    const struct tariff *tariff;
    const struct vehicle *v;
    int kind; /* vehicles alike in everything have one number */
    int start, end;
    double from, to, duration_most;
    double cost_use, cost_wait; /* waiting and service, a unit of time */
    uint64_t seats;
    uint64_t parts[PART_WORDS];
    bool tight; /* rides or duration limited: needs the exact test */
};

/*
 * A piece of a route driven without needless waiting (Vidal et al. 2013):
 * begun between early and late it takes length; begun earlier it only waits.
 */
struct span {
    double early, late, length;
    double fare; /* price of the distance alone */
};

struct tour {
    int vehicle;
    int count;  /* stops between the ends */
    int frozen; /* positions before this one stay as they are (>= 1) */
    int supply; /* the supply is visited before this position; 0: not */
    uint64_t version;
    double cost; /* all of it, use and lateness included; 0 when unused */
    double fees; /* part of cost: requests that changed their vehicle */
    int *stop;
    double *early, *late, *leave, *hop, *legs;
    int *until, *since;
    double *within; /* rides by position, as in schedule.h */
    uint64_t *room;
    struct span *span, *rest; /* up to stop a; from stop a (visits only) */
    uint64_t *stock;          /* parts left after stop a, PART_WORDS each */
    bool spanned;             /* the three above are kept */
    int dry;                  /* first stop its own stock does not serve */
    int pause[BREAKS];        /* gap each pause is taken in (full only) */
};

struct engine {
    const struct problem *p;
    struct arena *arena;
    int n;          /* requests */
    int drop;       /* from a pickup's node to its delivery's */
    int node_count; /* rows of the matrices */
    int stops_most; /* room for stops in a route, ends included */
    int route_count;
    int kind_count;
    struct carrier *carriers;
    int supply;                   /* node of the supply, -1 none */
    double *from, *to, *service;  /* by node */
    double *deadline, *late_cost; /* by stop: ENDLESS and 0 where none counts */
    uint64_t *seats;              /* by request, SEAT_KINDS lanes */
    double *ride;                 /* by request; ENDLESS when not limited */
    double *within; /* by request: from start to start, its service added */
    int *bound;     /* by request: route it is on board of, or -1 */
    double *price;  /* by request: of leaving it out */
    char *must;     /* by request: no price was said, so it must be served */
    uint64_t *may;  /* by request: bits of routes, may_words */
    int may_words;
    int *may_count;  /* by request: carriers that may */
    bool calm;       /* some request has a price of changing its vehicle */
    bool rides;      /* some request is delivered */
    uint64_t *parts; /* by request, PART_WORDS words of lanes */
    bool timed;      /* waiting costs: cost is not a sum over hops */
    bool supplied;   /* tools or parts matter */
    bool boarded;    /* somebody is on board already */
    bool full;       /* only evaluating whole routes tells their price */
    bool visits;     /* no rides, and not full: spans tell it */
    double hop_mean; /* mean distance to the tenth nearest */
};

/* Four counts as lanes of 16 bits. */
uint64_t lanes_pack(const int counts[4]);

/* Whether each lane of have is at least the one of need. */
static inline bool
lanes_fit(uint64_t have, uint64_t need)
{
    return (((have | LANES) - need) & LANES) == LANES;
}

/* Each lane less that of need, but never below 0. */
static inline uint64_t
lanes_less(uint64_t have, uint64_t need)
{
    uint64_t kept = 0;

    if (lanes_fit(have, need))
        return have - need;
    for (int shift = 0; shift < 64; shift += 16) {
        uint64_t a = have >> shift & 0xffff, b = need >> shift & 0xffff;

        kept |= (a > b ? a - b : 0) << shift;
    }
    return kept;
}

static inline bool
engine_may(const struct engine *g, int request, int route)
{
    return g->may[(size_t)request * (size_t)g->may_words + (size_t)route / 64]
               >> (route % 64)
           & 1;
}

/* Price of giving the request to another vehicle than it had. */
static inline double
engine_fee(const struct engine *g, int request, int route)
{
    const struct request *q = &g->p->requests[request];

    return q->keeps >= 0 && q->keeps != route ? q->change_price : 0;
}

/* What lies between two nodes, in money, by the first vehicle's tariff. */
static inline double
engine_apart(const struct engine *g, int a, int b)
{
    const struct carrier *c = &g->carriers[0];
    size_t at = (size_t)a * (size_t)g->node_count + (size_t)b;

    return c->tariff->cost[at] + c->cost_wait * c->tariff->time[at];
}

/* The request a stop belongs to. */
static inline int
node_request(const struct engine *g, int node)
{
    return node < g->n ? node : node - g->drop;
}

static inline bool
node_is_drop(const struct engine *g, int node)
{
    return node >= g->n;
}

/*
 * The room on board after a stop; false when there is too little.  A visit
 * takes its seats only for as long as it lasts.
 */
static inline bool
engine_board(const struct engine *g, int node, uint64_t *room)
{
    if (node_is_drop(g, node)) {
        *room += g->seats[node - g->drop];
        return true;
    }
    if (!lanes_fit(*room, g->seats[node]))
        return false;
    if (request_is_ride(&g->p->requests[node]))
        *room -= g->seats[node];
    return true;
}

/*
 * The parts left on board after a request; false when it needs a tool or a
 * part that is not there.  What is past was done with whatever there was.
 */
bool engine_use(const struct engine *g, int request, const struct carrier *c,
                bool past, uint64_t left[PART_WORDS]);

/* Compiles the problem; everything is taken from g->store. */
void engine_open(struct engine *g, const struct problem *p);

void engine_close(struct engine *g);

#endif
