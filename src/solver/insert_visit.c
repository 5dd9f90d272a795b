/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insert_visit - the best place for a visit to a single place.
 *
 * Where only windows bind, a route with one more stop is three spans joined,
 * so each position costs constant time, whatever the price of waiting
 * (Vidal et al. 2013).  A tour short of tools or parts is tried with a visit
 * to the supply at every place where that can help.
 */
#include "solver/insert.h"
#include "solver/price.h"
#include "solver/span.h"

struct visit_trial {
    const struct sv_engine *g;
    const struct sv_tour *r;
    const struct sv_carrier *c;
    struct sv_probe *w;
    int route, request;
    double base; /* what the route costs now, less the request's own fee */
    struct sv_span self;
    const double *cost, *cost_to, *time, *time_to;
    struct sv_spot *best;
};

/* a, then the new visit. */
static bool
step_in(const struct visit_trial *t, struct sv_span *to,
        const struct sv_span *a, int node)
{
    return sv_span_join(to, a, &t->self, t->time_to[node], t->cost_to[node]);
}

/* From the new visit on to the rest at a position. */
static bool
step_out(const struct visit_trial *t, struct sv_span *to,
         const struct sv_span *a, int node, const struct sv_span *rest)
{
    return sv_span_join(to, a, rest, t->time[node], t->cost[node]);
}

/* Whether the tour can be driven with the request, the supply left aside. */
static bool
fits_plainly(const struct visit_trial *t, int at)
{
    const struct sv_tour *r = t->r;
    struct sv_span there, whole;

    return step_in(t, &there, &r->span[at - 1], r->stop[at - 1])
           && step_out(t, &whole, &there, r->stop[at], &r->rest[at]);
}

static void
offer(const struct visit_trial *t, const struct sv_span *whole, int at)
{
    double added = sv_span_price(t->c, whole) - t->base;

    if (added >= t->best->added
        || whole->length > t->c->duration_most + SV_SLACK)
        return;
    /* the way over the supply may be quicker, but labels are without it */
    if (at == t->w->ban_pickup
        || (!t->c->tariff->prompt && !fits_plainly(t, at)))
        return;
    *t->best = (struct sv_spot){ added, t->route, at, -1 };
}

/* The tour as it is serves itself and goes on to do so. */
static void
seek_plain(const struct visit_trial *t)
{
    const struct sv_tour *r = t->r;
    double to = t->self.late;

    for (int i = r->frozen; i <= r->count + 1; i++) {
        int u = r->stop[i - 1], x = r->stop[i];
        struct sv_span there, whole;
        double come = r->leave[i - 1] + t->time_to[u];

        if (come > to + SV_SLACK) {
            if (t->c->tariff->prompt)
                return;
            continue;
        }
        if (step_in(t, &there, &r->span[i - 1], u)
            && step_out(t, &whole, &there, x, &r->rest[i]))
            offer(t, &whole, i);
    }
}

/* The request after the supply, which is visited before position gap. */
static void
seek_after(const struct visit_trial *t, int gap, struct sv_span before)
{
    const struct sv_tour *r = t->r;
    int here = t->g->supply;

    for (int i = gap; i <= r->count + 1; i++) {
        int x = r->stop[i];
        size_t at = (size_t)here * (size_t)t->g->node_count + (size_t)x;
        double hop = t->c->tariff->cost[at], time = t->c->tariff->time[at];
        struct sv_span there, whole, one;

        if (!step_in(t, &there, &before, here)) {
            if (t->c->tariff->prompt)
                return;
        } else if (i >= r->frozen
                   && step_out(t, &whole, &there, x, &r->rest[i])) {
            offer(t, &whole, i);
        }
        if (i > r->count)
            return;
        one = sv_span_of(t->g->from[x], t->g->to[x], t->g->service[x]);
        if (!sv_span_join(&before, &before, &one, time, hop))
            return;
        here = x;
    }
}

/* Tools and parts for stops before gap, the new one being among them. */
static bool
stock_serves(const struct visit_trial *t, int gap)
{
    const uint64_t *left = &t->r->stock[SV_PART_WORDS * (gap - 1)];
    const uint64_t *need = &t->g->parts[SV_PART_WORDS * t->request];

    if (t->g->p->requests[t->request].tools & ~t->c->v->tools)
        return false;
    for (int w = 0; w < SV_PART_WORDS; w++)
        if (!sv_lanes_fit(left[w], need[w]))
            return false;
    return true;
}

/* The request at position i, the supply at every gap after it. */
static void
seek_before(const struct visit_trial *t, int i)
{
    const struct sv_tour *r = t->r;
    const struct sv_engine *g = t->g;
    const double *cost = t->c->tariff->cost, *time = t->c->tariff->time;
    size_t n = (size_t)g->node_count, s = (size_t)g->supply;
    struct sv_span run, there, whole;
    struct sv_span visit =
        sv_span_of(-SV_ENDLESS, SV_ENDLESS, g->p->supply_service);
    int here = t->request;

    if (!step_in(t, &run, &r->span[i - 1], r->stop[i - 1]))
        return;
    for (int gap = i; gap <= r->dry && gap <= r->count + 1; gap++) {
        size_t u = (size_t)here, x = (size_t)r->stop[gap];
        struct sv_span one;

        if (!stock_serves(t, gap))
            return;
        if (sv_span_join(&there, &run, &visit, time[u * n + s], cost[u * n + s])
            && sv_span_join(&whole, &there, &r->rest[gap], time[s * n + x],
                            cost[s * n + x]))
            offer(t, &whole, i);
        if (gap > r->count)
            return;
        one = sv_span_of(g->from[x], g->to[x], g->service[x]);
        if (!sv_span_join(&run, &run, &one, time[u * n + x], cost[u * n + x]))
            return;
        here = r->stop[gap];
    }
}

static void
seek_supplied(const struct visit_trial *t)
{
    const struct sv_tour *r = t->r;

    if (t->g->supply < 0)
        return;
    for (int gap = r->frozen; gap <= r->dry && gap <= r->count + 1; gap++) {
        struct sv_span there, whole;

        if (!sv_span_supply(t->g, r, gap, &there)
            || !sv_span_from_supply(t->g, r, gap, &there, &whole))
            continue;
        /* one more stop never makes it cheaper than without */
        if (t->c->tariff->prompt && t->c->tariff->thrifty
            && sv_span_price(t->c, &whole) - t->base >= t->best->added)
            continue;
        seek_after(t, gap, there);
    }
    for (int i = r->frozen; i <= r->dry && i <= r->count + 1; i++)
        seek_before(t, i);
}

void
sv_insert_seek_visit(const struct sv_engine *g, const struct sv_state *s,
                     struct sv_probe *w, int route, int request, double fee,
                     struct sv_spot *best)
{
    const struct sv_tour *r = &s->routes[route];
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    size_t row = (size_t)request * (size_t)g->node_count;
    struct visit_trial t = {
        .g = g,
        .r = r,
        .c = c,
        .w = w,
        .route = route,
        .request = request,
        .self =
            sv_span_of(g->from[request], g->to[request], g->service[request]),
        .cost = c->tariff->cost + row,
        .cost_to = c->tariff->cost_to + row,
        .time = c->tariff->time + row,
        .time_to = c->tariff->time_to + row,
        .best = best,
        /* Taken from the price of the whole it leaves what the visit adds, its
           fee and the use of an empty vehicle included. */
        .base =
            (r->count ? r->cost - r->fees - c->cost_use : -c->cost_use) - fee
    };

    if (r->dry > r->count && stock_serves(&t, r->count + 1))
        seek_plain(&t);
    else
        seek_supplied(&t);
}
