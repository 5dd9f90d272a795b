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
 * Always true after sv_problem_check returned OK:
 *   1. Every number is finite unless its comment allows SV_ENDLESS; none that
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

#define SV_ENDLESS 1e15 /* a time or limit that never binds */

enum {
    SV_SEAT_KINDS = 4,   /* seated, wheelchair, stretcher, luggage ... */
    SV_PART_KINDS = 8,   /* kinds of spare parts counted on board */
    SV_SKILL_WORDS = 2,  /* 16 domains a word */
    SV_SKILL_LEVELS = 4, /* levels a domain */
    SV_BREAKS = 2,       /* breaks in a shift */
    SV_SEATS_MOST = 32767,
    SV_REQUESTS_MOST = 4000,
    SV_VEHICLES_MOST = 2000,
    SV_PLACES_MOST = 8192
};

struct sv_window {
    double from, to; /* a service may start within; to may be SV_ENDLESS */
};

struct sv_pause {
    struct sv_window start; /* when it may begin */
    double length;
};

/* A stop that a vehicle has made or is bound to make first, in this order. */
struct sv_pinned {
    int request;
    bool delivery;
    struct sv_window
        start; /* in place of the request's; {t, t}: it has begun */
};

struct sv_skills {
    uint64_t word[SV_SKILL_WORDS];
};

struct sv_vehicle {
    const char *name;
    int start, end; /* places */
    struct sv_window shift;
    double duration_most; /* away from the start at most this; or SV_ENDLESS */
    int seats[SV_SEAT_KINDS];
    struct sv_skills skills;
    uint64_t tools; /* a bit a tool */
    int parts[SV_PART_KINDS];
    double pace; /* travel time = matrix time * pace; 1 is usual */
    double cost_distance, cost_time, cost_use;
    struct sv_pause pauses[SV_BREAKS];
    int pause_count;
    struct sv_pinned *pinned;
    int pinned_count;
    double free_from; /* drives on from its last pinned stop not before */
};

struct sv_visit {
    int place;
    struct sv_window start;
    double service;
};

struct sv_request {
    const char *name;
    struct sv_visit pickup;   /* or the only visit */
    struct sv_visit delivery; /* place < 0: there is none */
    int seats[SV_SEAT_KINDS];
    double ride_most;   /* from end of pickup to start of delivery */
    double ride_factor; /* of the direct ride, 0 is not said ... */
    double ride_floor;  /* ... but never asked to be shorter than this */
    double price;       /* of leaving it out; 0 takes a high one */
    double deadline;    /* a start after it costs; or SV_ENDLESS */
    double late_cost;   /* for each unit of time after the deadline */
    struct sv_skills skills;
    uint64_t tools;
    int parts[SV_PART_KINDS];
    int *only; /* vehicles that may; NULL: all */
    int only_count;
    int *never; /* vehicles that must not */
    int never_count;
    int keeps;           /* vehicle of the running plan, -1 none */
    double change_price; /* of another vehicle than that */
};

struct sv_problem {
    struct arena *arena;
    const char *name;
    int place_count;
    double *x, *y; /* NULL when only matrices were given */
    const char **place_names;
    double *distance, *time; /* place_count squared, may be one and the same;
                                NULL: straight lines between x and y */
    int vehicle_count, request_count;
    struct sv_vehicle *vehicles;
    struct sv_request *requests;
    int supply;            /* place with all tools and parts; -1 none */
    double supply_service; /* time taken there */
    bool fewest_vehicles;  /* fewer vehicles before less cost */
    const char **seat_names, **skill_names, **tool_names, **part_names;
    int seat_kinds, skill_kinds, tool_kinds, part_kinds;
    int *node_ids; /* file's number of a pickup, then of a delivery */
};

/* The bits of a level (0..SKILL_LEVELS) in one domain, added to s. */
void sv_skills_add(struct sv_skills *s, int domain, int level);

/* Whether has covers need. */
static inline bool
sv_skills_cover(const struct sv_skills *has, const struct sv_skills *need)
{
    uint64_t lack = 0;

    for (int w = 0; w < SV_SKILL_WORDS; w++)
        lack |= need->word[w] & ~has->word[w];
    return lack == 0;
}

/* Sets every field of a new vehicle or request to "not said". */
void sv_vehicle_init(struct sv_vehicle *v);
void sv_request_init(struct sv_request *r);

/* Between two places by a matrix of the problem; straight, not rounded. */
static inline double
sv_problem_between(const struct sv_problem *p, const double *matrix, int a,
                   int b)
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
sv_problem_distance(const struct sv_problem *p, int a, int b)
{
    return sv_problem_between(p, p->distance, a, b);
}

static inline double
sv_problem_time(const struct sv_problem *p, int a, int b)
{
    return sv_problem_between(p, p->time, a, b);
}

/*
 * Looks whether the problem makes sense as promised above.
 *
 * ERR_INVALID  a field breaks its limits; the fault says which
 * ERR_LIMIT    more requests, vehicles or places than the solver takes
 */
enum err sv_problem_check(struct call *c, const struct sv_problem *p) MUST_USE;

/* The longest ride the request allows, all its rules taken together. */
double sv_request_ride_limit(const struct sv_problem *p,
                             const struct sv_request *r);

/* Whether the lists of the request allow the vehicle. */
bool sv_request_allows(const struct sv_request *r, int vehicle);

/* Whether an empty vehicle has the seats. */
bool sv_vehicle_seats(const struct sv_vehicle *v, const struct sv_request *r);

/* Whether the request has a second stop. */
static inline bool
sv_request_is_ride(const struct sv_request *r)
{
    return r->delivery.place >= 0;
}

/* Lets the memory go. */
void sv_problem_release(struct sv_problem *p);

#endif
