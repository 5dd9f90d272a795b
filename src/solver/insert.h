/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insert - the best place for one request in one route (internal).
 *
 * Tests go from the cheapest to the dearest: added cost against the best so
 * far, seats, the route's early and late starts, and only then the exact
 * schedule.  early and late keep every rule of the route as it is; a new
 * request only adds rules, so they stay bounds of the longer route.
 */
#ifndef SOLVER_INSERT_H
#define SOLVER_INSERT_H

#include "solver/tour.h"

struct sv_spot {
    double added; /* SV_FAR: there is none */
    int route;
    int pickup;   /* stand before the stops now at these positions */
    int delivery; /* -1: a visit has none */
};

/* Arrays for the exact test, taken once a worker. */
struct sv_probe {
    double *start, *late, *legs, *within;
    int *until;
    struct sv_chance *dice;
    int ban_pickup, ban_delivery; /* a place that is overlooked; -1 none */
    uint64_t tested, passed;      /* exact tests, for the curious */
};

/* Room for the longest tour of G, taken from A; ties are thrown by DICE. */
void sv_probe_open(const struct sv_engine *g, struct sv_probe *w,
                   struct arena *a, struct sv_chance *dice);

/* Improves *best if the route has a cheaper place for the request. */
void sv_insert_seek(const struct sv_engine *g, struct sv_state *s,
                    struct sv_probe *w, int route, int request,
                    struct sv_spot *best);

/* The same for visits priced by spans; fee is added whatever the place. */
void sv_insert_seek_visit(const struct sv_engine *g, const struct sv_state *s,
                          struct sv_probe *w, int route, int request,
                          double fee, struct sv_spot *best);

/* Puts the request there and brings the route up to date. */
bool sv_insert_put(const struct sv_engine *g, struct sv_state *s, int request,
                   const struct sv_spot *spot);

#endif
