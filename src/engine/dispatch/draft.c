/* SPDX-License-Identifier: Apache-2.0 */
/* draft - see draft.h. */
#include "engine/dispatch/draft.h"

#include "engine/dispatch/tour.h"

#include <math.h>

enum { EXTRA = BREAKS + 2 };

void
draft_open(const struct engine *g, struct draft *d, struct arena *a)
{
    size_t most = (size_t)g->stops_most + EXTRA;
    size_t stops = (size_t)(g->n + g->drop) + 1;

    d->chain.early = NEW_N(a, double, most);
    d->chain.late = NEW_N(a, double, most);
    d->chain.legs = NEW_N(a, double, most);
    d->chain.within = NEW_N(a, double, most);
    d->chain.until = NEW_N(a, int, most);
    d->chain.since = NEW_N(a, int, most);
    d->start = NEW_N(a, double, most);
    d->low = NEW_N(a, double, most);
    d->high = NEW_N(a, double, most);
    d->element = NEW_N(a, int, most);
    d->order = NEW_N(a, int, most);
    d->spot_of = NEW_N(a, int, stops);
    d->place_low = NEW_N(a, double, most);
    d->place_high = NEW_N(a, double, most);
}

/* What laying out needs besides the draft. */
struct layout {
    const struct engine *g;
    struct draft *d;
    const struct carrier *c;
    int count, at; /* stops of the order; elements laid so far */
    int here;      /* node the vehicle stands at */
    double busy;   /* service still to be done there */
};

static void
lay(struct layout *l, int element, double early, double late, double drive)
{
    struct chain *c = &l->d->chain;
    int a = l->at++;

    c->early[a] = early;
    c->late[a] = late;
    c->until[a] = c->since[a] = -1;
    l->d->element[a] = element;
    if (a > 0)
        c->legs[a - 1] = l->busy + drive;
    l->busy = 0;
}

static double
time_to(const struct layout *l, int node)
{
    return l->c->tariff
        ->time[(size_t)l->here * (size_t)l->g->node_count + (size_t)node];
}

static void
lay_extras(struct layout *l, const struct extras *x, int position)
{
    const struct vehicle *v = l->c->v;

    ASSERT(v->pause_count <= (int)COUNT(x->pause));
    if (x->supply == position + 1) {
        lay(l, DRAFT_SUPPLY, -ENDLESS, ENDLESS, time_to(l, l->g->supply));
        l->here = l->g->supply;
        l->busy = l->g->p->supply_service;
    }
    for (int k = 0; k < v->pause_count; k++) {
        if (x->pause[k] != position)
            continue;
        lay(l, DRAFT_PAUSE - k, v->pauses[k].start.from, v->pauses[k].start.to,
            0);
        l->busy = v->pauses[k].length;
    }
}

static void
lay_stop(struct layout *l, int node)
{
    const struct engine *g = l->g;
    struct chain *c = &l->d->chain;
    int a = l->at, begun;

    lay(l, node, g->from[node], g->to[node], time_to(l, node));
    l->here = node;
    l->busy = g->service[node];
    l->d->spot_of[node] = a;
    if (!node_is_drop(g, node) || g->ride[node - g->drop] >= ENDLESS)
        return;
    begun = l->d->spot_of[node - g->drop];
    c->since[a] = begun;
    c->until[begun] = a;
    c->within[begun] = g->within[node - g->drop];
}

/* Windows of the ends, narrowed by pauses taken before or after. */
static struct window
shift_of(const struct carrier *c, const struct extras *x)
{
    struct window w = { c->from, c->to };

    ASSERT(c->v->pause_count <= (int)COUNT(x->pause));
    for (int k = 0; k < c->v->pause_count; k++) {
        const struct pause *p = &c->v->pauses[k];

        if (x->pause[k] == PAUSE_BEFORE)
            w.from = fmax(w.from, fmax(p->start.from, c->from) + p->length);
        if (x->pause[k] == PAUSE_AFTER)
            w.to = fmin(w.to, fmin(p->start.to, c->to - p->length));
    }
    return w;
}

static void
lay_out(const struct engine *g, struct draft *d, const struct carrier *c,
        int count, const struct extras *x)
{
    struct layout l = { .g = g, .d = d, .c = c, .count = count };
    struct window shift = shift_of(c, x);

    lay(&l, c->start, shift.from, c->to, 0);
    l.here = c->start;
    for (int a = 0; a <= count; a++) {
        if (a > 0)
            lay_stop(&l, d->order[a]);
        lay_extras(&l, x, a);
    }
    lay(&l, c->end, c->from, shift.to, time_to(&l, c->end));
    d->chain.count = l.at;
    if (c->duration_most < ENDLESS) {
        d->chain.until[0] = l.at - 1;
        d->chain.since[l.at - 1] = 0;
        d->chain.within[0] = c->duration_most;
    }
}

/* Price of being late at the starts in d->start. */
static double
late_price(const struct engine *g, const struct draft *d)
{
    double sum = 0;

    for (int a = 1; a + 1 < d->chain.count; a++) {
        int node = d->element[a];
        const struct request *q;

        if (node < 0)
            continue;
        q = &g->p->requests[node_request(g, node)];
        /* a ride is late by its arrival, a visit by its start */
        if (q->late_cost > 0 && node_is_drop(g, node) == request_is_ride(q))
            sum += q->late_cost * fmax(0, d->start[a] - q->deadline);
    }
    return sum;
}

static bool
is_late(const struct engine *g, const struct draft *d)
{
    return late_price(g, d) > 0;
}

/* d->start holds the earliest schedule; turn it into the one to be told. */
static void
settle(const struct engine *g, struct draft *d)
{
    struct chain *c = &d->chain;
    int last = c->count - 1;

    if (is_late(g, d)) {
        /* nothing may start later: only the departure waits */
        d->start[0] = fmin(c->late[0], d->start[1] - c->legs[0]);
        return;
    }
    for (int a = 0; a <= last; a++)
        d->high[a] = c->late[a];
    d->high[last] = d->start[last];
    if (!chain_latest(c, d->high))
        return;
    for (int a = 0; a <= last; a++)
        d->low[a] = d->start[a];
    d->low[0] = d->high[0];
    if (chain_earliest(c, d->low, 0))
        for (int a = 0; a <= last; a++)
            d->start[a] = d->low[a];
}

static bool
run(struct draft *d)
{
    for (int a = 0; a < d->chain.count; a++)
        d->start[a] = d->chain.early[a];
    return chain_earliest(&d->chain, d->start, 0);
}

bool
draft_schedule(const struct engine *g, struct draft *d, const struct carrier *c,
               int count, const struct extras *extras)
{
    lay_out(g, d, c, count, extras);
    if (!run(d))
        return false;
    settle(g, d);
    return true;
}

static double
fare(const struct draft *d, const struct engine *g, const struct carrier *c,
     int count, const struct extras *x)
{
    const double *cost = c->tariff->cost;
    size_t n = (size_t)g->node_count;
    double sum = 0;

    for (int a = 0; a <= count; a++) {
        size_t u = (size_t)d->order[a], v = (size_t)d->order[a + 1];
        size_t s = (size_t)g->supply;

        if (x->supply == a + 1)
            sum += cost[u * n + s] + cost[s * n + v];
        else
            sum += cost[u * n + v];
    }
    return sum;
}

/* The whole price with these extras; FAR when it cannot be driven. */
static double
price_with(const struct engine *g, struct draft *d, const struct carrier *c,
           int count, const struct extras *x)
{
    double sum;

    lay_out(g, d, c, count, x);
    if (!run(d))
        return FAR;
    sum = fare(d, g, c, count, x) + c->cost_use;
    if (g->timed || c->v->pause_count) {
        settle(g, d);
        sum += c->cost_wait * (d->start[d->chain.count - 1] - d->start[0]);
    }
    return sum + late_price(g, d);
}

/* First position the carrier's own tools and parts do not serve. */
static int
find_dry(const struct engine *g, const struct draft *d, const struct carrier *c,
         int count)
{
    uint64_t left[PART_WORDS];

    for (int w = 0; w < PART_WORDS; w++)
        left[w] = c->parts[w];
    for (int a = 1; a <= count && g->supplied; a++) {
        int r = d->order[a];

        if (node_is_drop(g, r))
            continue;
        if (g->p->requests[r].tools & ~c->v->tools)
            return a;
        for (int w = 0; w < PART_WORDS; w++) {
            if (!lanes_fit(left[w], g->parts[PART_WORDS * r + w]))
                return a;
            left[w] -= g->parts[PART_WORDS * r + w];
        }
    }
    return count + 1;
}

/* A search over the places of the extras, one after the other. */
struct choice {
    const struct engine *g;
    struct draft *d;
    const struct carrier *c;
    int count;
    struct extras now, best;
    double cost;
};

static void
choose_pause(struct choice *ch, int k)
{
    const struct pause *p = &ch->c->v->pauses[k];

    if (k == ch->c->v->pause_count) {
        double cost = price_with(ch->g, ch->d, ch->c, ch->count, &ch->now);

        if (cost < ch->cost) {
            ch->cost = cost;
            ch->best = ch->now;
        }
        return;
    }
    ch->now.pause[k] = PAUSE_BEFORE;
    choose_pause(ch, k + 1);
    ch->now.pause[k] = PAUSE_AFTER;
    choose_pause(ch, k + 1);
    for (int a = 0; a <= ch->count; a++) {
        /* low and high are bounds without extras: they cannot fail wrongly */
        if (ch->d->place_low[a] > p->start.to + SLACK)
            break;
        if (p->start.from + p->length > ch->d->place_high[a + 1] + SLACK)
            continue;
        ch->now.pause[k] = a;
        choose_pause(ch, k + 1);
    }
    ch->now.pause[k] = PAUSE_NONE;
}

/* Bounds of the starts by position in the order, from no extras at all. */
static bool
bound_places(const struct engine *g, struct draft *d, const struct carrier *c,
             int count)
{
    struct extras none = { .supply = 0, .pause = { PAUSE_NONE, PAUSE_NONE } };

    lay_out(g, d, c, count, &none);
    if (!run(d))
        return false;
    for (int a = 0; a < d->chain.count; a++) {
        d->place_low[a] = d->start[a];
        d->place_high[a] = d->chain.late[a];
    }
    return chain_latest(&d->chain, d->place_high);
}

bool
draft_price(const struct engine *g, struct draft *d, const struct carrier *c,
            int count, double *cost, struct extras *extras)
{
    struct choice ch = { .g = g, .d = d, .c = c, .count = count, .cost = FAR };
    int dry;

    ch.now =
        (struct extras){ .supply = 0, .pause = { PAUSE_NONE, PAUSE_NONE } };
    *cost = 0;
    *extras = ch.now;
    if (count == 0)
        return true;
    if (!bound_places(g, d, c, count))
        return false;
    dry = find_dry(g, d, c, count);
    if (dry > count) {
        choose_pause(&ch, 0);
    } else {
        for (int gap = 1; g->supply >= 0 && gap <= dry; gap++) {
            ch.now.supply = gap;
            choose_pause(&ch, 0);
        }
    }
    *cost = ch.cost;
    *extras = ch.best;
    return ch.cost < FAR;
}

bool
draft_price_tour(const struct engine *g, struct state *s, struct tour *r)
{
    struct draft *d = &s->draft;
    struct extras x;

    for (int a = 0; a <= r->count + 1; a++)
        d->order[a] = r->stop[a];
    if (!draft_price(g, d, &g->carriers[r->vehicle], r->count, &r->cost, &x))
        return false;
    r->supply = x.supply;
    for (int k = 0; k < BREAKS; k++)
        r->pause[k] = x.pause[k];
    return true;
}
