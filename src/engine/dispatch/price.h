/*
 * price - what a route costs (internal).
 *
 * Three ways, from the cheapest to the most general: a sum over hops; hops
 * and duration by joining spans in constant time; everything, with lateness,
 * pauses and visits to the supply, by laying the route out in time.
 */
#ifndef DISPATCH_PRICE_H
#define DISPATCH_PRICE_H

#include "engine/dispatch/route.h"

/*
 * Sets r->cost, and where the route visits the supply.  The arrays of the
 * route are up to date.  False when no schedule with its pauses and supplies
 * exists.
 */
bool route_price(const struct engine *g, struct state *s, struct route *r);

#endif
