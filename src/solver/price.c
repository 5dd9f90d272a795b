/* SPDX-License-Identifier: Apache-2.0 */
/* price - see price.h. */
#include "solver/price.h"

#include "solver/draft.h"
#include "solver/span.h"

#include <string.h>

double
sv_span_price(const struct sv_carrier *c, const struct sv_span *s)
{
    return s->fare + c->cost_wait * s->length;
}

/* One of the tour's stops, ends included, as a span. */
static struct sv_span
stop_span(const struct sv_engine *g, const struct sv_tour *r,
          const struct sv_carrier *c, int a)
{
    int node = r->stop[a];

    if (a == 0 || a == r->count + 1)
        return sv_span_of(c->from, c->to, 0);
    return sv_span_of(g->from[node], g->to[node], g->service[node]);
}

static bool
join_hop(const struct sv_engine *g, const struct sv_tour *r, struct sv_span *to,
         const struct sv_span *a, const struct sv_span *b, int hop)
{
    double time = r->legs[hop];

    if (hop > 0)
        time -= g->service[r->stop[hop]];
    return sv_span_join(to, a, b, time, r->hop[hop]);
}

/* span[] and rest[]; they cannot fail where early <= late holds. */
static bool
lay_spans(const struct sv_engine *g, struct sv_tour *r,
          const struct sv_carrier *c)
{
    int last = r->count + 1;

    r->spanned = true;
    r->span[0] = stop_span(g, r, c, 0);
    r->rest[last] = stop_span(g, r, c, last);
    for (int a = 1; a <= last; a++) {
        struct sv_span one = stop_span(g, r, c, a);

        if (!join_hop(g, r, &r->span[a], &r->span[a - 1], &one, a - 1))
            return false;
    }
    for (int a = last - 1; a >= 0; a--) {
        struct sv_span one = stop_span(g, r, c, a);

        if (!join_hop(g, r, &r->rest[a], &one, &r->rest[a + 1], a))
            return false;
    }
    return true;
}

/* stock[] as far as it lasts, and dry. */
static void
lay_stock(const struct sv_engine *g, struct sv_tour *r,
          const struct sv_carrier *c)
{
    uint64_t left[SV_PART_WORDS];

    memcpy(left, c->parts, sizeof left);
    memcpy(r->stock, left, sizeof left);
    r->dry = 1;
    for (int a = 1; a <= r->count; a++) {
        if (!sv_engine_use(g, r->stop[a], c, a < r->frozen, left))
            return;
        memcpy(&r->stock[SV_PART_WORDS * a], left, sizeof left);
        r->dry = a + 1;
    }
}

bool
sv_span_supply(const struct sv_engine *g, const struct sv_tour *r, int gap,
               struct sv_span *to)
{
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    size_t at =
        (size_t)r->stop[gap - 1] * (size_t)g->node_count + (size_t)g->supply;
    struct sv_span visit =
        sv_span_of(-SV_ENDLESS, SV_ENDLESS, g->p->supply_service);

    return sv_span_join(to, &r->span[gap - 1], &visit, c->tariff->time[at],
                        c->tariff->cost[at]);
}

bool
sv_span_from_supply(const struct sv_engine *g, const struct sv_tour *r, int gap,
                    const struct sv_span *before, struct sv_span *to)
{
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    size_t at =
        (size_t)g->supply * (size_t)g->node_count + (size_t)r->stop[gap];

    return sv_span_join(to, before, &r->rest[gap], c->tariff->time[at],
                        c->tariff->cost[at]);
}

static bool
price_spans(const struct sv_engine *g, struct sv_tour *r,
            const struct sv_carrier *c)
{
    double best = SV_FAR;

    if (!lay_spans(g, r, c))
        return false;
    lay_stock(g, r, c);
    r->supply = 0;
    if (r->dry > r->count) {
        best = sv_span_price(c, &r->span[r->count + 1]);
        if (r->span[r->count + 1].length > c->duration_most + SV_SLACK)
            return false;
    }
    /* Supplies are fetched before the first stop that needs them, or earlier. */
    for (int gap = r->frozen; r->dry <= r->count && gap <= r->dry; gap++) {
        struct sv_span there, whole;

        if (g->supply < 0 || !sv_span_supply(g, r, gap, &there)
            || !sv_span_from_supply(g, r, gap, &there, &whole)
            || whole.length > c->duration_most + SV_SLACK)
            continue;
        if (sv_span_price(c, &whole) < best) {
            best = sv_span_price(c, &whole);
            r->supply = gap;
        }
    }
    r->cost = best + c->cost_use;
    return best < SV_FAR;
}

static void
price_hops(struct sv_tour *r, const struct sv_carrier *c)
{
    r->cost = c->cost_use;
    for (int a = 0; a <= r->count; a++)
        r->cost += r->hop[a];
}

bool
sv_tour_price(const struct sv_engine *g, struct sv_state *s, struct sv_tour *r)
{
    const struct sv_carrier *c = &g->carriers[r->vehicle];

    if (g->full)
        return sv_draft_price_tour(g, s, r);
    if (g->visits && !price_spans(g, r, c))
        return false;
    if (!g->visits)
        price_hops(r, c);
    if (r->count == 0)
        r->cost = 0;
    return true;
}
