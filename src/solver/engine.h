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
#include "solver/schedule.h"

#define SV_FAR 1e30        /* dearer than anything */
#define SV_BOUND_PRICE 1e9 /* of leaving a passenger in the car */
#define SV_LANES UINT64_C(0x8000800080008000)

enum { SV_PART_WORDS = SV_PART_KINDS / 4 };

/* Price of the distance and time of every hop, for one kind of vehicle. */
struct sv_tariff {
    double cost_distance, cost_time, pace;
    const double *cost, *cost_to; /* [a][b] is a -> b; to: [b][a] */
    const double *time, *time_to;
    bool prompt;  /* no detour is quicker than the direct way */
    bool thrifty; /* nor cheaper */
};

/* What a vehicle is to the search. */
struct sv_carrier {
    const struct sv_tariff *tariff;
    const struct sv_vehicle *v;
    int kind; /* vehicles alike in everything have one number */
    int start, end;
    double from, to, duration_most;
    double cost_use, cost_wait; /* waiting and service, a unit of time */
    uint64_t seats;
    uint64_t parts[SV_PART_WORDS];
    bool tight; /* rides or duration limited: needs the exact test */
};

/*
 * A piece of a route driven without needless waiting (Vidal et al. 2013):
 * begun between early and late it takes length; begun earlier it only waits.
 */
struct sv_span {
    double early, late, length;
    double fare; /* price of the distance alone */
};

struct sv_tour {
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
    struct sv_span *span, *rest; /* up to stop a; from stop a (visits only) */
    uint64_t *stock;      /* parts left after stop a, SV_PART_WORDS each */
    bool spanned;         /* the three above are kept */
    int dry;              /* first stop its own stock does not serve */
    int pause[SV_BREAKS]; /* gap each pause is taken in (full only) */
};

struct sv_engine {
    const struct sv_problem *p;
    struct arena *arena;
    int n;          /* requests */
    int drop;       /* from a pickup's node to its delivery's */
    int node_count; /* rows of the matrices */
    int stops_most; /* room for stops in a route, ends included */
    int route_count;
    int kind_count;
    struct sv_carrier *carriers;
    int supply;                  /* node of the supply, -1 none */
    double *from, *to, *service; /* by node */
    /* by stop: SV_ENDLESS and 0 where none counts */
    double *deadline, *late_cost;
    uint64_t *seats; /* by request, SV_SEAT_KINDS lanes */
    double *ride;    /* by request; SV_ENDLESS when not limited */
    double *within;  /* by request: from start to start, its service added */
    int *bound;      /* by request: route it is on board of, or -1 */
    double *price;   /* by request: of leaving it out */
    char *must;      /* by request: no price was said, so it must be served */
    uint64_t *may;   /* by request: bits of routes, may_words */
    int may_words;
    int *may_count;  /* by request: carriers that may */
    bool calm;       /* some request has a price of changing its vehicle */
    bool rides;      /* some request is delivered */
    uint64_t *parts; /* by request, SV_PART_WORDS words of lanes */
    bool timed;      /* waiting costs: cost is not a sum over hops */
    bool supplied;   /* tools or parts matter */
    bool boarded;    /* somebody is on board already */
    bool full;       /* only evaluating whole routes tells their price */
    bool visits;     /* no rides, and not full: spans tell it */
    double hop_mean; /* mean distance to the tenth nearest */
};

/* Four counts as lanes of 16 bits. */
uint64_t sv_lanes_pack(const int counts[4]);

/* Whether each lane of have is at least the one of need. */
static inline bool
sv_lanes_fit(uint64_t have, uint64_t need)
{
    return (((have | SV_LANES) - need) & SV_LANES) == SV_LANES;
}

/* Each lane less that of need, but never below 0. */
static inline uint64_t
sv_lanes_less(uint64_t have, uint64_t need)
{
    uint64_t kept = 0;

    if (sv_lanes_fit(have, need))
        return have - need;
    for (int shift = 0; shift < 64; shift += 16) {
        uint64_t a = have >> shift & 0xffff, b = need >> shift & 0xffff;

        kept |= (a > b ? a - b : 0) << shift;
    }
    return kept;
}

static inline bool
sv_engine_may(const struct sv_engine *g, int request, int route)
{
    return g->may[(size_t)request * (size_t)g->may_words + (size_t)route / 64]
               >> (route % 64)
           & 1;
}

/* Price of giving the request to another vehicle than it had. */
static inline double
sv_engine_fee(const struct sv_engine *g, int request, int route)
{
    const struct sv_request *q = &g->p->requests[request];

    return q->keeps >= 0 && q->keeps != route ? q->change_price : 0;
}

/* What lies between two nodes, in money, by the first vehicle's tariff. */
static inline double
sv_engine_apart(const struct sv_engine *g, int a, int b)
{
    const struct sv_carrier *c = &g->carriers[0];
    size_t at = (size_t)a * (size_t)g->node_count + (size_t)b;

    return c->tariff->cost[at] + c->cost_wait * c->tariff->time[at];
}

/* The request a stop belongs to. */
static inline int
sv_node_request(const struct sv_engine *g, int node)
{
    return node < g->n ? node : node - g->drop;
}

static inline bool
sv_node_is_drop(const struct sv_engine *g, int node)
{
    return node >= g->n;
}

/*
 * The room on board after a stop; false when there is too little.  A visit
 * takes its seats only for as long as it lasts.
 */
static inline bool
sv_engine_board(const struct sv_engine *g, int node, uint64_t *room)
{
    if (sv_node_is_drop(g, node)) {
        *room += g->seats[node - g->drop];
        return true;
    }
    if (!sv_lanes_fit(*room, g->seats[node]))
        return false;
    if (sv_request_is_ride(&g->p->requests[node]))
        *room -= g->seats[node];
    return true;
}

/*
 * The parts left on board after a request; false when it needs a tool or a
 * part that is not there.  What is past was done with whatever there was.
 */
bool sv_engine_use(const struct sv_engine *g, int request,
                   const struct sv_carrier *c, bool past,
                   uint64_t left[SV_PART_WORDS]);

/* Compiles the problem; everything is taken from g->store. */
void sv_engine_open(struct sv_engine *g, const struct sv_problem *p);

/* With its store, and all that was taken from it. */
void sv_engine_close(struct sv_engine *g);

#endif
