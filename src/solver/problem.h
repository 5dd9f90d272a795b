/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem - what is asked of the solver, in the words of the trade.
 *
 * A problem is a set of vehicles (a crew with its van is a vehicle too), a
 * set of requests (a ride from one place to another, or a visit to a single
 * place) and the times and distances between the places.  Times are plain
 * numbers in one unit chosen by the caller; windows bound the START of a
 * service.  Owns all its memory in its arena.
 *
 * Always true after problem_check returned OK:
 *   1. Every number is finite unless its comment allows ENDLESS; none that
 *      must not be negative is.
 *   2. Every place named by a vehicle or a request exists.
 *   3. from <= to in every window; a pinned stop names a stop of a request,
 *      none is pinned twice or in two vehicles, a delivery only after its
 *      pickup, and only where the vehicle may and can serve the request.
 *   4. The matrices have a zero diagonal.
 *
 * Not here: the answer (plan.h), how it is found (solve.h), the formats of
 * files (files.h), meeting rooms (rooms.h).
 *
 * Skills have levels.  A level is kept as that many low bits of a nibble, so
 * that "has all that is needed" is one AND for sixteen domains at once.
 */
#ifndef SOLVER_PROBLEM_H
#define SOLVER_PROBLEM_H

#include "base/base.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define ENDLESS 1e15 /* a time or limit that never binds */

enum {
    SEAT_KINDS = 4,   /* seated, wheelchair, stretcher, luggage ... */
    PART_KINDS = 8,   /* kinds of spare parts counted on board */
    SKILL_WORDS = 2,  /* 16 domains a word */
    SKILL_LEVELS = 4, /* levels a domain */
    BREAKS = 2,       /* breaks in a shift */
    SEATS_MOST = 32767,
    REQUESTS_MOST = 4000,
    VEHICLES_MOST = 2000,
    PLACES_MOST = 8192
};

struct window {
    double from, to; /* a service may start within; to may be ENDLESS */
};

struct pause {
    struct window start; /* when it may begin */
    double length;
};

/* A stop that a vehicle has made or is bound to make first, in this order. */
struct pinned {
    int request;
    bool delivery;
    struct window start; /* in place of the request's; {t, t}: it has begun */
};

struct skills {
    uint64_t word[SKILL_WORDS];
};

struct vehicle {
    const char *name;
    int start, end; /* places */
    struct window shift;
    double duration_most; /* away from the start at most this; or ENDLESS */
    int seats[SEAT_KINDS];
    struct skills skills;
    uint64_t tools; /* a bit a tool */
    int parts[PART_KINDS];
    double pace; /* travel time = matrix time * pace; 1 is usual */
    double cost_distance, cost_time, cost_use;
    struct pause pauses[BREAKS];
    int pause_count;
    struct pinned *pinned;
    int pinned_count;
    double free_from; /* drives on from its last pinned stop not before */
};

struct visit {
    int place;
    struct window start;
    double service;
};

struct request {
    const char *name;
    struct visit pickup;   /* or the only visit */
    struct visit delivery; /* place < 0: there is none */
    int seats[SEAT_KINDS];
    double ride_most;   /* from end of pickup to start of delivery */
    double ride_factor; /* of the direct ride, 0 is not said ... */
    double ride_floor;  /* ... but never asked to be shorter than this */
    double price;       /* of leaving it out; 0 takes a high one */
    double deadline;    /* a start after it costs; or ENDLESS */
    double late_cost;   /* for each unit of time after the deadline */
    struct skills skills;
    uint64_t tools;
    int parts[PART_KINDS];
    int *only; /* vehicles that may; NULL: all */
    int only_count;
    int *never; /* vehicles that must not */
    int never_count;
    int keeps;           /* vehicle of the running plan, -1 none */
    double change_price; /* of another vehicle than that */
};

struct problem {
    struct arena *arena;
    const char *name;
    int place_count;
    double *x, *y; /* NULL when only matrices were given */
    const char **place_names;
    double *distance, *time; /* place_count squared, may be one and the same;
                                NULL: straight lines between x and y */
    int vehicle_count, request_count;
    struct vehicle *vehicles;
    struct request *requests;
    int supply;            /* place with all tools and parts; -1 none */
    double supply_service; /* time taken there */
    bool fewest_vehicles;  /* fewer vehicles before less cost */
    const char **seat_names, **skill_names, **tool_names, **part_names;
    int seat_kinds, skill_kinds, tool_kinds, part_kinds;
    int *node_ids; /* file's number of a pickup, then of a delivery */
};

/* The bits of a level (0..SKILL_LEVELS) in one domain, added to s. */
void skills_add(struct skills *s, int domain, int level);

/* Whether has covers need. */
static inline bool
skills_cover(const struct skills *has, const struct skills *need)
{
    uint64_t lack = 0;

    for (int w = 0; w < SKILL_WORDS; w++)
        lack |= need->word[w] & ~has->word[w];
    return lack == 0;
}

/* Sets every field of a new vehicle or request to "not said". */
void vehicle_init(struct vehicle *v);
void request_init(struct request *r);

/* Between two places by a matrix of the problem; straight, not rounded. */
static inline double
problem_between(const struct problem *p, const double *matrix, int a, int b)
{
    double dx, dy;

    if (matrix)
        return matrix[(size_t)a * (size_t)p->place_count + (size_t)b];
    dx = p->x[a] - p->x[b];
    dy = p->y[a] - p->y[b];
    /* sqrt is exact on every machine; hypot is not */
    return sqrt(dx * dx + dy * dy);
}

static inline double
problem_distance(const struct problem *p, int a, int b)
{
    return problem_between(p, p->distance, a, b);
}

static inline double
problem_time(const struct problem *p, int a, int b)
{
    return problem_between(p, p->time, a, b);
}

/*
 * Looks whether the problem makes sense as promised above.
 *
 * ERR_INVALID  a field breaks its limits; the fault says which
 * ERR_LIMIT    more requests, vehicles or places than the solver takes
 */
enum err problem_check(struct call *c, const struct problem *p) MUST_USE;

/* The longest ride the request allows, all its rules taken together. */
double request_ride_limit(const struct problem *p, const struct request *r);

/* Whether the lists of the request allow the vehicle. */
bool request_allows(const struct request *r, int vehicle);

/* Whether an empty vehicle has the seats. */
bool vehicle_seats(const struct vehicle *v, const struct request *r);

/* Whether the request has a second stop. */
static inline bool
request_is_ride(const struct request *r)
{
    return r->delivery.place >= 0;
}

/* Lets the memory go. */
void problem_release(struct problem *p);

#endif
