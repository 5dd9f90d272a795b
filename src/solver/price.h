/* SPDX-License-Identifier: Apache-2.0 */
/*
 * price - what a route costs (internal).
 *
 * Three ways, from the cheapest to the most general: a sum over hops; hops
 * and duration by joining spans in constant time; everything, with lateness,
 * pauses and visits to the supply, by laying the route out in time.
 */
#ifndef SOLVER_PRICE_H
#define SOLVER_PRICE_H

#include "solver/tour.h"

/*
 * Sets r->cost, and where the route visits the supply.  The arrays of the
 * route are up to date.  False when no schedule with its pauses and supplies
 * exists.
 */
bool sv_tour_price(const struct sv_engine *g, struct sv_state *s,
                   struct sv_tour *r);

/* Price of a span driven by that carrier, its use not counted. */
double sv_span_price(const struct sv_carrier *c, const struct sv_span *s);

/* The tour up to a visit to the supply before position gap. */
bool sv_span_supply(const struct sv_engine *g, const struct sv_tour *r, int gap,
                    struct sv_span *to);

/* From there on, by the stops from position gap. */
bool sv_span_from_supply(const struct sv_engine *g, const struct sv_tour *r,
                         int gap, const struct sv_span *before,
                         struct sv_span *to);

#endif
