/* SPDX-License-Identifier: Apache-2.0 */
/* draft - see draft.h. */
#include "solver/draft.h"

#include "solver/tour.h"

#include <math.h>

enum { EXTRA = SV_BREAKS + 2 };

void
sv_draft_open(const struct sv_engine *g, struct sv_draft *d, struct arena *a)
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
    const struct sv_engine *g;
    struct sv_draft *d;
    const struct sv_carrier *c;
    int count, at; /* stops of the order; elements laid so far */
    int here;      /* node the vehicle stands at */
    double busy;   /* service still to be done there */
};

static void
lay(struct layout *l, int element, double early, double late, double drive)
{
    struct sv_chain *c = &l->d->chain;
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
lay_extras(struct layout *l, const struct sv_extras *x, int position)
{
    const struct sv_vehicle *v = l->c->v;

    ASSERT(v->pause_count <= (int)COUNT(x->pause));
    if (x->supply == position + 1) {
        lay(l, SV_DRAFT_SUPPLY, -SV_ENDLESS, SV_ENDLESS,
            time_to(l, l->g->supply));
        l->here = l->g->supply;
        l->busy = l->g->p->supply_service;
    }
    for (int k = 0; k < v->pause_count; k++) {
        if (x->pause[k] != position)
            continue;
        lay(l, SV_DRAFT_PAUSE - k, v->pauses[k].start.from,
            v->pauses[k].start.to, 0);
        l->busy = v->pauses[k].length;
    }
}

static void
lay_stop(struct layout *l, int node)
{
    const struct sv_engine *g = l->g;
    struct sv_chain *c = &l->d->chain;
    int a = l->at, begun;

    lay(l, node, g->from[node], g->to[node], time_to(l, node));
    l->here = node;
    l->busy = g->service[node];
    l->d->spot_of[node] = a;
    if (!sv_node_is_drop(g, node) || g->ride[node - g->drop] >= SV_ENDLESS)
        return;
    begun = l->d->spot_of[node - g->drop];
    c->since[a] = begun;
    c->until[begun] = a;
    c->within[begun] = g->within[node - g->drop];
}

/* The pauses taken at home, in one order or, when turned, the other. */
static int
list_home(const struct sv_carrier *c, const struct sv_extras *x, int which,
          bool turned, const struct sv_pause *list[SV_BREAKS])
{
    int count = 0, n = c->v->pause_count;

    ASSERT(n <= SV_BREAKS);
    for (int k = 0; k < n; k++) {
        int pause = turned ? n - 1 - k : k;

        if (x->pause[pause] == which)
            list[count++] = &c->v->pauses[pause];
    }
    return count;
}

bool
sv_draft_home_pauses(const struct sv_carrier *c, const struct sv_extras *x,
                     int which, double from, double start[SV_BREAKS],
                     double *over)
{
    const struct sv_pause *list[SV_BREAKS];

    *over = SV_ENDLESS;
    /* There are two of them at most, so these are all their orders. */
    for (int turned = 0; turned < 2; turned++) {
        int count = list_home(c, x, which, turned, list);
        double at = from, starts[SV_BREAKS];
        bool fits = true;

        for (int k = 0; k < count; k++) {
            at = fmax(at, list[k]->start.from);
            fits &= at <= list[k]->start.to + SV_SLACK;
            starts[list[k] - c->v->pauses] = at;
            at += list[k]->length;
        }
        if (!fits || at > c->to + SV_SLACK || at >= *over)
            continue;
        *over = at;
        for (int k = 0; k < count; k++)
            start[list[k] - c->v->pauses] = starts[list[k] - c->v->pauses];
    }
    return *over < SV_ENDLESS;
}

/* The latest return that leaves time for the pauses after it. */
static double
latest_return(const struct sv_carrier *c, const struct sv_extras *x)
{
    const struct sv_pause *list[SV_BREAKS];
    double best = -SV_ENDLESS;

    for (int turned = 0; turned < 2; turned++) {
        int count = list_home(c, x, SV_PAUSE_AFTER, turned, list);
        double at = c->to;

        while (count-- > 0) {
            at = fmin(list[count]->start.to, at - list[count]->length);
            if (at < list[count]->start.from - SV_SLACK)
                at = -SV_ENDLESS;
        }
        best = fmax(best, at);
    }
    return best;
}

/* Windows of the ends, narrowed by pauses taken before or after. */
static struct sv_window
shift_of(const struct sv_carrier *c, const struct sv_extras *x)
{
    struct sv_window w = { c->from, c->to };
    double start[SV_BREAKS];

    if (c->v->pause_count == 0)
        return w;
    if (!sv_draft_home_pauses(c, x, SV_PAUSE_BEFORE, c->from, start, &w.from))
        w.from = SV_ENDLESS;
    w.to = latest_return(c, x);
    return w;
}

static void
lay_out(const struct sv_engine *g, struct sv_draft *d,
        const struct sv_carrier *c, int count, const struct sv_extras *x)
{
    struct layout l = { .g = g, .d = d, .c = c, .count = count };
    struct sv_window shift = shift_of(c, x);

    lay(&l, c->start, shift.from, c->to, 0);
    l.here = c->start;
    for (int a = 0; a <= count; a++) {
        if (a > 0)
            lay_stop(&l, d->order[a]);
        lay_extras(&l, x, a);
    }
    lay(&l, c->end, c->from, shift.to, time_to(&l, c->end));
    d->chain.count = l.at;
    /* The longest duration is a ride from the first to the last element. */
    if (c->duration_most < SV_ENDLESS) {
        d->chain.until[0] = l.at - 1;
        d->chain.since[l.at - 1] = 0;
        d->chain.within[0] = c->duration_most;
    }
}

/* Price of being late at the starts in d->start. */
static double
late_price(const struct sv_engine *g, const struct sv_draft *d)
{
    double sum = 0;

    for (int a = 1; a + 1 < d->chain.count; a++) {
        int node = d->element[a];

        if (node >= 0 && d->start[a] > g->deadline[node])
            sum += g->late_cost[node] * (d->start[a] - g->deadline[node]);
    }
    return sum;
}

/*
 * d->start holds the earliest schedule; turn it into the one to be told.
 * Nothing is moved behind its deadline, or further behind it, on the way.
 */
static void
settle(const struct sv_engine *g, struct sv_draft *d)
{
    struct sv_chain *c = &d->chain;
    int last = c->count - 1;

    for (int a = 0; a < last; a++) {
        int node = d->element[a];

        d->high[a] = c->late[a];
        if (a > 0 && node >= 0)
            d->high[a] = fmin(d->high[a], fmax(g->deadline[node], d->start[a]));
    }
    d->high[last] = d->start[last];
    if (!sv_chain_latest(c, d->high))
        return;
    for (int a = 0; a <= last; a++)
        d->low[a] = d->start[a];
    d->low[0] = d->high[0];
    if (sv_chain_earliest(c, d->low, 0))
        for (int a = 0; a <= last; a++)
            d->start[a] = d->low[a];
}

static bool
run(struct sv_draft *d)
{
    for (int a = 0; a < d->chain.count; a++)
        d->start[a] = d->chain.early[a];
    return sv_chain_earliest(&d->chain, d->start, 0);
}

bool
sv_draft_schedule(const struct sv_engine *g, struct sv_draft *d,
                  const struct sv_carrier *c, int count,
                  const struct sv_extras *extras)
{
    lay_out(g, d, c, count, extras);
    if (!run(d))
        return false;
    settle(g, d);
    return true;
}

static double
fare(const struct sv_draft *d, const struct sv_engine *g,
     const struct sv_carrier *c, int count, const struct sv_extras *x)
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

/* The whole price with these extras; SV_FAR when it cannot be driven. */
static double
price_with(const struct sv_engine *g, struct sv_draft *d,
           const struct sv_carrier *c, int count, const struct sv_extras *x)
{
    double sum;

    lay_out(g, d, c, count, x);
    if (!run(d))
        return SV_FAR;
    sum = fare(d, g, c, count, x) + c->cost_use;
    if (c->cost_wait > 0) {
        settle(g, d);
        sum += c->cost_wait * (d->start[d->chain.count - 1] - d->start[0]);
    }
    return sum + late_price(g, d);
}

/* First position the carrier's own tools and parts do not serve. */
static int
find_dry(const struct sv_engine *g, const struct sv_draft *d,
         const struct sv_carrier *c, int count)
{
    uint64_t left[SV_PART_WORDS];

    for (int w = 0; w < SV_PART_WORDS; w++)
        left[w] = c->parts[w];
    for (int a = 1; a <= count && g->supplied; a++) {
        int r = d->order[a];

        if (sv_node_is_drop(g, r))
            continue;
        if (!sv_engine_use(g, r, c, a <= c->v->pinned_count, left))
            return a;
    }
    return count + 1;
}

/* A search over the places of the extras, one after the other. */
struct sv_choice {
    const struct sv_engine *g;
    struct sv_draft *d;
    const struct sv_carrier *c;
    int count;
    struct sv_extras now, best;
    double cost;
    double floor; /* price without pauses: it cannot be less */
};

static void
weigh(struct sv_choice *ch)
{
    double cost = price_with(ch->g, ch->d, ch->c, ch->count, &ch->now);

    if (cost < ch->cost) {
        ch->cost = cost;
        ch->best = ch->now;
    }
}

static void choose_pause(struct sv_choice *ch, int k);

/* With pause k after the position, if that is not hopeless. */
static void
try_pause(struct sv_choice *ch, int k, int position)
{
    ch->now.pause[k] = position;
    if (k + 1 == ch->c->v->pause_count)
        weigh(ch);
    else if (price_with(ch->g, ch->d, ch->c, ch->count, &ch->now) < ch->cost)
        choose_pause(ch, k + 1);
    ch->now.pause[k] = SV_PAUSE_NONE;
}

/* The gap the vehicle is in when the window opens, if it is quick. */
static int
natural_gap(const struct sv_choice *ch, const struct sv_pause *p)
{
    int a = 0;

    while (a < ch->count && ch->d->place_low[a + 1] <= p->start.from)
        a++;
    return a;
}

/* Where nothing but windows counts, a pause only pushes what comes after. */
static bool
is_plain(const struct sv_choice *ch)
{
    return !ch->g->rides && ch->c->cost_wait <= 0
           && ch->c->duration_most >= SV_ENDLESS;
}

/* What is to be done at an element of the chain. */
static double
busy_at(const struct sv_choice *ch, int element)
{
    int node = ch->d->element[element];

    if (element == 0)
        return 0;
    if (node >= 0)
        return ch->g->service[node];
    return node == SV_DRAFT_SUPPLY
               ? ch->g->p->supply_service
               : ch->c->v->pauses[SV_DRAFT_PAUSE - node].length;
}

/* Added price of lateness when element a cannot start before t. */
static double
push_price(const struct sv_choice *ch, int a, double t)
{
    const struct sv_engine *g = ch->g;
    const struct sv_draft *d = ch->d;
    double sum = 0;

    for (; a + 1 < d->chain.count && t > d->start[a]; a++) {
        int node = d->element[a];

        if (node >= 0 && t > g->deadline[node])
            sum +=
                g->late_cost[node] * (t - fmax(d->start[a], g->deadline[node]));
        t += d->chain.legs[a];
    }
    return sum;
}

/* The last pause in every gap, by the labels of the chain without it. */
static void
scan_gaps(struct sv_choice *ch, int k)
{
    const struct sv_pause *p = &ch->c->v->pauses[k];
    struct sv_draft *d = ch->d;
    double base = price_with(ch->g, d, ch->c, ch->count, &ch->now);
    int position = 0;

    if (base >= ch->cost)
        return;
    for (int a = 0; a < d->chain.count; a++)
        d->high[a] = d->chain.late[a];
    if (!sv_chain_latest(&d->chain, d->high))
        return;
    for (int a = 0; a + 1 < d->chain.count; a++) {
        double busy = busy_at(ch, a), begin, next, cost;

        position += a > 0 && d->element[a] >= 0;
        begin = fmax(d->start[a] + busy, p->start.from);
        if (d->element[a + 1] < 0 || begin > p->start.to + SV_SLACK)
            continue;
        next = begin + p->length + d->chain.legs[a] - busy;
        if (next > d->high[a + 1] + SV_SLACK)
            continue;
        cost = base + push_price(ch, a + 1, next);
        if (cost >= ch->cost)
            continue;
        ch->cost = cost;
        ch->best = ch->now;
        ch->best.pause[k] = position;
    }
}

/* In every gap of the window from the natural one outwards, until nothing
   better is possible. */
static void
try_gaps(struct sv_choice *ch, int k)
{
    const struct sv_pause *p = &ch->c->v->pauses[k];
    int middle = natural_gap(ch, p);

    for (int step = 0; step <= 2 * ch->count + 1; step++) {
        int a = middle + (step % 2 ? (step + 1) / 2 : -step / 2);

        if (ch->cost <= ch->floor + SV_SLACK)
            return;
        /* low and high are bounds without extras: they cannot fail wrongly */
        if (a < 0 || a > ch->count
            || ch->d->place_low[a] > p->start.to + SV_SLACK
            || p->start.from + p->length > ch->d->place_high[a + 1] + SV_SLACK)
            continue;
        try_pause(ch, k, a);
    }
}

static void
choose_pause(struct sv_choice *ch, int k)
{
    if (k + 1 == ch->c->v->pause_count && is_plain(ch))
        scan_gaps(ch, k);
    else
        try_gaps(ch, k);
    if (ch->cost <= ch->floor + SV_SLACK)
        return;
    try_pause(ch, k, SV_PAUSE_BEFORE);
    try_pause(ch, k, SV_PAUSE_AFTER);
}

/* Bounds of the starts by position in the order, from no extras at all. */
static bool
bound_places(const struct sv_engine *g, struct sv_draft *d,
             const struct sv_carrier *c, int count)
{
    struct sv_extras none = { .supply = 0,
                              .pause = { SV_PAUSE_NONE, SV_PAUSE_NONE } };

    lay_out(g, d, c, count, &none);
    if (!run(d))
        return false;
    for (int a = 0; a < d->chain.count; a++) {
        d->place_low[a] = d->start[a];
        d->place_high[a] = d->chain.late[a];
    }
    return sv_chain_latest(&d->chain, d->place_high);
}

/* The best places of the pauses with the supply where it is. */
static void
choose(struct sv_choice *ch)
{
    ch->floor = price_with(ch->g, ch->d, ch->c, ch->count, &ch->now);
    if (ch->floor >= ch->cost)
        return;
    if (ch->c->v->pause_count > 0) {
        if (bound_places(ch->g, ch->d, ch->c, ch->count))
            choose_pause(ch, 0);
        return;
    }
    ch->cost = ch->floor;
    ch->best = ch->now;
}

/* What the way over the supply before that position adds to the fare. */
static double
supply_detour(const struct sv_engine *g, const struct sv_draft *d,
              const struct sv_carrier *c, int gap)
{
    const double *cost = c->tariff->cost;
    size_t n = (size_t)g->node_count, s = (size_t)g->supply;
    size_t u = (size_t)d->order[gap - 1], v = (size_t)d->order[gap];

    return cost[u * n + s] + cost[s * n + v] - cost[u * n + v];
}

/* The supply before a position that is not past, the shortest detour first. */
static void
choose_supply(struct sv_choice *ch, int last)
{
    const int begin = ch->c->v->pinned_count + 1;

    struct sv_extras none = { .supply = 0 };
    double least =
        fare(ch->d, ch->g, ch->c, ch->count, &none) + ch->c->cost_use;
    double shortest = SV_FAR;
    int first = begin;

    for (int gap = begin; gap <= last; gap++) {
        double detour = supply_detour(ch->g, ch->d, ch->c, gap);

        if (detour < shortest) {
            shortest = detour;
            first = gap;
        }
    }
    ch->now.supply = first;
    choose(ch);
    for (int gap = begin; gap <= last; gap++) {
        if (gap == first
            || least + supply_detour(ch->g, ch->d, ch->c, gap) >= ch->cost)
            continue;
        ch->now.supply = gap;
        choose(ch);
    }
}

bool
sv_draft_price(const struct sv_engine *g, struct sv_draft *d,
               const struct sv_carrier *c, int count, double bound,
               double *cost, struct sv_extras *extras)
{
    struct sv_choice ch = { .g = g, .d = d, .c = c, .count = count };
    int dry;

    ch.now = (struct sv_extras){ .supply = 0,
                                 .pause = { SV_PAUSE_NONE, SV_PAUSE_NONE } };
    *cost = 0;
    *extras = ch.now;
    if (count == 0)
        return true;
    ch.cost = fmin(bound, SV_FAR);
    dry = find_dry(g, d, c, count);
    if (dry > count)
        choose(&ch);
    else if (g->supply < 0)
        return false;
    /* the way over the supply may be quicker, but labels are without it */
    else if (c->tariff->prompt || bound_places(g, d, c, count))
        choose_supply(&ch, dry);
    *cost = ch.cost;
    *extras = ch.best;
    return ch.cost < fmin(bound, SV_FAR);
}

bool
sv_draft_price_tour(const struct sv_engine *g, struct sv_state *s,
                    struct sv_tour *r)
{
    struct sv_draft *d = &s->draft;
    struct sv_extras x;

    for (int a = 0; a <= r->count + 1; a++)
        d->order[a] = r->stop[a];
    if (!sv_draft_price(g, d, &g->carriers[r->vehicle], r->count, SV_FAR,
                        &r->cost, &x))
        return false;
    r->supply = x.supply;
    for (int k = 0; k < SV_BREAKS; k++)
        r->pause[k] = x.pause[k];
    return true;
}
