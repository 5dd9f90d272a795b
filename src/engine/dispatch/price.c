/* price - see price.h. */
#include "engine/dispatch/price.h"

bool
route_price(const struct engine *g, struct state *s, struct route *r)
{
    const struct carrier *c = &g->carriers[r->vehicle];
    double sum = c->cost_use;

    (void)s;
    if (r->count == 0) {
        r->cost = 0;
        return true;
    }
    for (int a = 0; a <= r->count; a++)
        sum += r->hop[a];
    r->cost = sum;
    return true;
}
