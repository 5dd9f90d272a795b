/* SPDX-License-Identifier: Apache-2.0 */
/* insert - see insert.h. */
#include "solver/insert.h"

#include <string.h>

/* What stays the same while one request is held against one route. */
struct trial {
    const struct sv_engine *g;
    struct sv_state *s;
    struct sv_probe *w;
    const struct sv_tour *r;
    const struct sv_carrier *c;
    int request, pick, drop;
    double fee;   /* whatever the position: a change of plan */
    double price; /* the fee and the use of an empty vehicle */
    const double *cost_p, *cost_to_p, *time_p, *time_to_p;
    const double *cost_d, *cost_to_d, *time_d, *time_to_d;
    struct sv_spot *best;
};

void
sv_probe_open(const struct sv_engine *g, struct sv_probe *w, struct arena *a,
              struct sv_chance *dice)
{
    size_t most = (size_t)g->stops_most;

    *w =
        (struct sv_probe){ .dice = dice, .ban_pickup = -1, .ban_delivery = -1 };
    w->start = NEW_N(a, double, most);
    w->late = NEW_N(a, double, most);
    w->legs = NEW_N(a, double, most);
    w->within = NEW_N(a, double, most);
    w->until = NEW_N(a, int, most);
}

/* Old position -> position with pickup before i and delivery before j. */
static inline int
shifted(int a, int i, int j)
{
    return a + (a >= i) + (a >= j);
}

static void
copy_shifted(double *to, const double *from, int n, int i, int j)
{
    memcpy(to, from, (size_t)i * sizeof *to);
    memcpy(to + i + 1, from + i, (size_t)(j - i) * sizeof *to);
    memcpy(to + j + 2, from + j, (size_t)(n - j) * sizeof *to);
}

/* Lays the longer route out in the probe's arrays. */
static void
lay_trial(const struct trial *t, int i, int j, struct sv_chain *c)
{
    struct sv_probe *w = t->w;
    const struct sv_tour *r = t->r;
    const struct sv_engine *g = t->g;
    int n = r->count + 2, u = r->stop[i - 1], v = r->stop[i];

    copy_shifted(w->start, r->early, n, i, j);
    copy_shifted(w->late, r->late, n, i, j);
    copy_shifted(w->legs, r->legs, n, i, j);
    copy_shifted(w->within, r->within, n, i, j);
    for (int a = 0; a < n; a++) {
        int e = r->until[a];

        w->until[shifted(a, i, j)] = e < 0 ? e : shifted(e, i, j);
    }
    w->start[i] = g->from[t->pick];
    w->late[i] = g->to[t->pick];
    w->start[j + 1] = g->from[t->drop];
    w->late[j + 1] = g->to[t->drop];
    w->until[i] = g->ride[t->request] < SV_ENDLESS ? j + 1 : -1;
    w->until[j + 1] = -1;
    w->within[i] = g->within[t->request];
    w->legs[i - 1] = t->time_to_p[u] + (i > 1 ? g->service[u] : 0);
    if (i == j) {
        w->legs[i] = t->time_p[t->drop] + g->service[t->pick];
    } else {
        int x = r->stop[j - 1];

        w->legs[i] = t->time_p[v] + g->service[t->pick];
        w->legs[j] = t->time_to_d[x] + g->service[x];
    }
    w->legs[j + 1] = t->time_d[r->stop[j]] + g->service[t->drop];
    *c = (struct sv_chain){ .count = n + 2,
                            .early = w->start,
                            .late = w->late,
                            .legs = w->legs,
                            .until = w->until,
                            .within = w->within };
}

static bool
seats_last(const struct trial *t, const int *order, int count)
{
    uint64_t room = t->c->seats;

    for (int a = 1; a <= count; a++)
        if (!sv_engine_board(t->g, order[a], &room))
            return false;
    return true;
}

/* The exact price of the longer route, where only that tells; false when it
   is none or not below the best. */
static bool
price_whole(const struct trial *t, int i, int j, double *added)
{
    const struct sv_tour *r = t->r;
    struct sv_draft *d = &t->s->draft;
    int at = 0, count = r->count + (i >= 0) + (j >= 0);
    double without = r->cost - r->fees - t->fee, cost;
    struct sv_extras x;

    for (int a = 0; a <= r->count + 1; a++) {
        if (a == i)
            d->order[at++] = t->pick;
        if (a == j)
            d->order[at++] = t->drop;
        d->order[at++] = r->stop[a];
    }
    if (!seats_last(t, d->order, count)
        || !sv_draft_price(t->g, d, t->c, count, t->best->added + without,
                           &cost, &x))
        return false;
    *added = cost - without;
    return *added < t->best->added;
}

/* A passenger on board: only where they get out is to be found. */
static void
seek_exit(const struct trial *t)
{
    const struct sv_tour *r = t->r;
    int from = t->s->at[t->pick] + 1;

    for (int j = from < r->frozen ? r->frozen : from; j <= r->count + 1; j++) {
        double added = t->cost_to_d[r->stop[j - 1]] + t->cost_d[r->stop[j]]
                       - r->hop[j - 1];

        if (added < t->best->added && price_whole(t, -1, j, &added))
            *t->best =
                (struct sv_spot){ added, (int)(t->r - t->s->routes), -1, j };
    }
}

static void
consider(const struct trial *t, int i, int j, double added)
{
    struct sv_chain c;

    if (i == t->w->ban_pickup && j == t->w->ban_delivery)
        return;
    if (t->g->full) {
        if (!price_whole(t, i, j, &added))
            return;
    } else if (t->c->tight) {
        t->w->tested++;
        lay_trial(t, i, j, &c);
        if (!sv_chain_earliest(&c, t->w->start, i))
            return;
        t->w->passed++;
    }
    *t->best = (struct sv_spot){ added, (int)(t->r - t->s->routes), i, j };
}

/*
 * Delivery positions after pickup position i.  ready is when the pickup's
 * service is over at the earliest, gone at the latest.
 */
static void
seek_delivery(const struct trial *t, int i, double base, double ready,
              double gone)
{
    const struct sv_engine *g = t->g;
    const struct sv_tour *r = t->r;
    uint64_t need = g->seats[t->request];
    double to_d = g->to[t->drop], ride = g->ride[t->request];
    bool prompt = t->c->tariff->prompt;
    double leg = t->time_p[r->stop[i]];
    double now = ready + leg, driven = leg;

    for (int j = i + 1; j <= r->count + 1; j++) {
        int u = r->stop[j - 1], x = r->stop[j];
        double added, come;

        if (now < r->early[j - 1])
            now = r->early[j - 1];
        if (now > r->late[j - 1] + SV_SLACK
            || !sv_lanes_fit(r->room[j - 1], need))
            return;
        come = g->service[u] + t->time_to_d[u];
        if (prompt && driven + come > ride + SV_SLACK)
            return;
        come += now;
        if (prompt && (come > to_d + SV_SLACK || come - gone > ride + SV_SLACK))
            return;
        added = base + t->cost_to_d[u] + t->cost_d[x] - r->hop[j - 1];
        if (added < t->best->added && come <= to_d + SV_SLACK) {
            double start = come < g->from[t->drop] ? g->from[t->drop] : come;

            if (start - gone <= ride + SV_SLACK
                && start + g->service[t->drop] + t->time_d[x]
                       <= r->late[j] + SV_SLACK)
                consider(t, i, j, added);
        }
        now += r->legs[j - 1];
        driven += r->legs[j - 1];
    }
}

/* Pickup and delivery one after the other before position i. */
static void
seek_together(const struct trial *t, int i, double base, double ready,
              double gone)
{
    const struct sv_engine *g = t->g;
    const struct sv_tour *r = t->r;
    double added = base + t->cost_p[t->drop] + t->cost_d[r->stop[i]];
    double start = ready + t->time_p[t->drop];

    if (added >= t->best->added || start > g->to[t->drop] + SV_SLACK)
        return;
    if (start < g->from[t->drop])
        start = g->from[t->drop];
    if (start - gone <= g->ride[t->request] + SV_SLACK
        && start + g->service[t->drop] + t->time_d[r->stop[i]]
               <= r->late[i] + SV_SLACK)
        consider(t, i, i, added);
}

/* Keeps the positions of a visit in the order of what they add at least. */
static void
line_up(struct sv_probe *w, int count, double added, int i)
{
    int k = count;

    while (k > 0 && w->start[k - 1] > added) {
        w->start[k] = w->start[k - 1];
        w->until[k] = w->until[k - 1];
        k--;
    }
    w->start[k] = added;
    w->until[k] = i;
}

/* A visit in a problem whose routes are priced whole: that takes long, so
   the most promising position comes first. */
static void
seek_visit(const struct trial *t)
{
    int count = 0;

    const struct sv_engine *g = t->g;
    const struct sv_tour *r = t->r;
    double to = g->to[t->pick], from = g->from[t->pick];

    for (int i = r->frozen; i <= r->count + 1; i++) {
        int u = r->stop[i - 1], x = r->stop[i];
        double come = r->leave[i - 1] + t->time_to_p[u];
        double added =
            t->price + t->cost_to_p[u] + t->cost_p[x] - r->hop[i - 1];

        if (come < from)
            come = from;
        if (come > to + SV_SLACK || added >= t->best->added)
            continue;
        if (t->c->tariff->prompt
            && come + g->service[t->pick] + t->time_p[x]
                   > r->late[i] + SV_SLACK)
            continue;
        line_up(t->w, count++, added, i);
    }
    for (int k = 0; k < count && t->w->start[k] < t->best->added; k++)
        consider(t, t->w->until[k], -1, t->w->start[k]);
}

static void
seek_ride(const struct trial *t)
{
    const struct sv_engine *g = t->g;
    const struct sv_tour *r = t->r;
    double from = g->from[t->pick], to = g->to[t->pick];
    double service = g->service[t->pick];

    for (int i = r->frozen; i <= r->count + 1; i++) {
        int u = r->stop[i - 1], x = r->stop[i];
        double half = t->price + t->cost_to_p[u] - r->hop[i - 1];
        double come = r->leave[i - 1] + t->time_to_p[u], ready, gone;

        /* Where no detour is quicker, whoever comes too late here does so at
           every later place. */
        if (come > to + SV_SLACK) {
            if (t->c->tariff->prompt)
                return;
            continue;
        }
        if (t->c->tariff->thrifty && half + t->cost_p[x] >= t->best->added)
            continue;
        if (!sv_lanes_fit(r->room[i - 1], g->seats[t->request]))
            continue;
        ready = (come < from ? from : come) + service;
        if (t->c->tariff->prompt
            && ready + t->time_p[x] > r->late[i] + SV_SLACK)
            continue;
        gone = r->late[i] - t->time_p[x];
        if (gone > to + service || !t->c->tariff->prompt)
            gone = to + service;
        seek_together(t, i, half, ready, gone);
        if (i <= r->count)
            seek_delivery(t, i, half + t->cost_p[x], ready, gone);
    }
}

void
sv_insert_seek(const struct sv_engine *g, struct sv_state *s,
               struct sv_probe *w, int route, int request, struct sv_spot *best)
{
    const struct sv_tour *r = &s->routes[route];
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    const struct sv_tariff *f = c->tariff;
    size_t n = (size_t)g->node_count, p = (size_t)request * n;
    size_t d = (size_t)(request + g->drop) * n;
    struct trial t = {
        .g = g,
        .s = s,
        .w = w,
        .r = r,
        .c = c,
        .request = request,
        .pick = request,
        .drop = request + g->drop,
        .cost_p = f->cost + p,
        .cost_to_p = f->cost_to + p,
        .time_p = f->time + p,
        .time_to_p = f->time_to + p,
        .cost_d = f->cost + d,
        .cost_to_d = f->cost_to + d,
        .time_d = f->time + d,
        .time_to_d = f->time_to + d,
        .best = best
    };

    if (!sv_engine_may(g, request, route) && g->bound[request] != route)
        return;
    /* Who is on board gets out of this vehicle and no other. */
    if (g->bound[request] >= 0) {
        if (g->bound[request] == route)
            seek_exit(&t);
        return;
    }
    t.fee = sv_engine_fee(g, request, route);
    if (g->visits) {
        sv_insert_seek_visit(g, s, w, route, request, t.fee, best);
        return;
    }
    t.price = t.fee;
    if (r->count == 0)
        t.price += c->cost_use + r->hop[0];
    if (sv_request_is_ride(&g->p->requests[request]))
        seek_ride(&t);
    else
        seek_visit(&t);
}

bool
sv_insert_put(const struct sv_engine *g, struct sv_state *s, int request,
              const struct sv_spot *spot)
{
    struct sv_tour *r = &s->routes[spot->route];
    int i = spot->pickup, j = spot->delivery, n = r->count + 2;
    double before = r->cost;

    ASSERT((i < 0 || (i >= r->frozen && i <= r->count + 1))
           && (j < 0 || (j >= r->frozen && j <= r->count + 1 && j >= i)));
    /* The delivery first: it lies behind, so I is still where it was tried. */
    if (j >= 0) {
        memmove(r->stop + j + 1, r->stop + j,
                (size_t)(n - j) * sizeof *r->stop);
        r->stop[j] = request + g->drop;
        r->count++;
    }
    if (i >= 0) {
        memmove(r->stop + i + 1, r->stop + i,
                (size_t)(r->count + 2 - i) * sizeof *r->stop);
        r->stop[i] = request;
        r->count++;
    }
    if (!sv_tour_refresh(g, s, spot->route))
        return false;
    s->cost += r->cost - before;
    return true;
}
