/* SPDX-License-Identifier: Apache-2.0 */
/* engine - a problem compiled for the search; see engine.h. */
#include "solver/engine.h"

#include "solver/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HOP_SAMPLE = 128, TRIANGLES = 200000 };

uint64_t
sv_lanes_pack(const int counts[4])
{
    uint64_t lanes = 0;

    for (int k = 0; k < 4; k++)
        lanes |= (uint64_t)(unsigned)counts[k] << (16 * k);
    return lanes;
}

bool
sv_engine_use(const struct sv_engine *g, int request,
              const struct sv_carrier *c, bool past,
              uint64_t left[SV_PART_WORDS])
{
    if (!past && g->p->requests[request].tools & ~c->v->tools)
        return false;
    for (int w = 0; w < SV_PART_WORDS; w++) {
        uint64_t need = g->parts[SV_PART_WORDS * request + w];

        if (!past && !sv_lanes_fit(left[w], need))
            return false;
        left[w] = sv_lanes_less(left[w], need);
    }
    return true;
}

/* ---- nodes ---------------------------------------------------------- */

/* The place each node stands at; ends follow the stops. */
static int *
lay_out_nodes(struct sv_engine *g, int *node_of_place)
{
    const struct sv_problem *p = g->p;
    int *place =
        NEW_N(g->arena, int, (size_t)(2 * g->n + 2 * p->vehicle_count + 1));
    int count = g->drop + g->n;

    for (int r = 0; r < g->n; r++) {
        const struct sv_request *q = &p->requests[r];

        place[r] = q->pickup.place;
        if (g->drop)
            place[r + g->drop] =
                sv_request_is_ride(q) ? q->delivery.place : q->pickup.place;
    }
    for (int k = 0; k < p->place_count; k++)
        node_of_place[k] = -1;
    for (int v = 0; v < 2 * p->vehicle_count + (p->supply >= 0); v++) {
        int where = v == 2 * p->vehicle_count ? p->supply
                    : v % 2                   ? p->vehicles[v / 2].end
                                              : p->vehicles[v / 2].start;

        if (node_of_place[where] < 0) {
            node_of_place[where] = count;
            place[count++] = where;
        }
    }
    g->node_count = count;
    g->supply = p->supply >= 0 ? node_of_place[p->supply] : -1;
    return place;
}

/* A ride is late by its arrival, a visit by its start. */
static void
set_deadline(struct sv_engine *g, int r)
{
    const struct sv_request *q = &g->p->requests[r];
    int last = sv_request_is_ride(q) ? r + g->drop : r;

    g->deadline[r] = g->deadline[r + g->drop] = SV_ENDLESS;
    if (q->late_cost <= 0)
        return;
    g->deadline[last] = q->deadline;
    g->late_cost[last] = q->late_cost;
}

static void
set_windows(struct sv_engine *g)
{
    for (int r = 0; r < g->n; r++) {
        const struct sv_request *q = &g->p->requests[r];

        g->from[r] = q->pickup.start.from;
        g->to[r] = q->pickup.start.to;
        g->service[r] = q->pickup.service;
        g->seats[r] = sv_lanes_pack(q->seats);
        for (int k = 0; k < SV_PART_WORDS; k++)
            g->parts[SV_PART_WORDS * r + k] = sv_lanes_pack(q->parts + 4 * k);
        g->ride[r] = sv_request_ride_limit(g->p, q);
        g->within[r] = g->ride[r] + q->pickup.service;
        g->bound[r] = -1;
        set_deadline(g, r);
        /* Among rides a visit has a node of delivery where nobody goes. */
        if (!sv_request_is_ride(q))
            continue;
        g->from[r + g->drop] = q->delivery.start.from;
        g->to[r + g->drop] = q->delivery.start.to;
        g->service[r + g->drop] = q->delivery.service;
    }
}

/* ---- matrices ------------------------------------------------------- */

static bool
keeps_triangle(const double *m, int n, struct sv_chance *dice)
{
    /* Small ones are looked at whole, larger ones by a large sample. */
    bool whole = n <= 48;
    long tries = whole ? (long)n * n * n : TRIANGLES;

    for (long k = 0; k < tries; k++) {
        size_t a, b, c, w = (size_t)n;

        if (whole) {
            a = (size_t)(k / n / n);
            b = (size_t)(k / n % n);
            c = (size_t)(k % n);
        } else {
            a = (size_t)sv_chance_below(dice, n);
            b = (size_t)sv_chance_below(dice, n);
            c = (size_t)sv_chance_below(dice, n);
        }
        if (m[a * w + c] > m[a * w + b] + m[b * w + c] + 1e-9)
            return false;
    }
    return true;
}

static bool
is_symmetric(const double *m, size_t n)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            if (m[a * n + b] != m[b * n + a])
                return false;
    return true;
}

static const double *
turn_matrix(struct sv_engine *g, const double *m)
{
    size_t n = (size_t)g->node_count;
    double *t;

    if (is_symmetric(m, n))
        return m;
    t = NEW_N(g->arena, double, n *n);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            t[b * n + a] = m[a * n + b];
    return t;
}

static bool
is_straight(const struct sv_problem *p)
{
    return !p->time && !p->distance;
}

static void
fill_tariff(struct sv_engine *g, struct sv_tariff *t, const int *place)
{
    const struct sv_problem *p = g->p;
    size_t n = (size_t)g->node_count;
    double *time = NEW_N(g->arena, double, n *n), *cost = time;
    struct sv_chance dice;
    bool alike =
        p->time == p->distance && t->pace == 1 && t->cost_distance == 1;

    if (!alike)
        cost = NEW_N(g->arena, double, n *n);
    for (size_t a = 0; a < n; a++) {
        for (size_t b = 0; b < n; b++) {
            time[a * n + b] = sv_problem_time(p, place[a], place[b]) * t->pace;
            if (!alike)
                cost[a * n + b] = sv_problem_distance(p, place[a], place[b])
                                  * t->cost_distance;
        }
    }
    t->time = time;
    t->cost = cost;
    t->time_to = is_straight(p) ? time : turn_matrix(g, time);
    t->cost_to = alike ? t->time_to : turn_matrix(g, cost);
    /* A seed of its own: what a problem is taken for does not hang on the
       search's. */
    sv_chance_seed(&dice, 7);
    t->prompt = is_straight(p) || keeps_triangle(time, g->node_count, &dice);
    t->thrifty = is_straight(p) || keeps_triangle(cost, g->node_count, &dice);
}

static const struct sv_tariff *
find_tariff(struct sv_engine *g, struct sv_tariff *list, int *count,
            const struct sv_vehicle *v, const int *place)
{
    struct sv_tariff *t;

    for (int k = 0; k < *count; k++)
        if (list[k].cost_distance == v->cost_distance
            && list[k].cost_time == v->cost_time && list[k].pace == v->pace)
            return &list[k];
    t = &list[(*count)++];
    t->cost_distance = v->cost_distance;
    t->cost_time = v->cost_time;
    t->pace = v->pace;
    fill_tariff(g, t, place);
    return t;
}

/* ---- vehicles ------------------------------------------------------- */

static bool
are_alike(const struct sv_vehicle *a, const struct sv_vehicle *b)
{
    return a->start == b->start && a->end == b->end
           && a->shift.from == b->shift.from && a->shift.to == b->shift.to
           && a->duration_most == b->duration_most
           && !memcmp(a->seats, b->seats, sizeof a->seats)
           && !memcmp(&a->skills, &b->skills, sizeof a->skills)
           && a->tools == b->tools
           && !memcmp(a->parts, b->parts, sizeof a->parts) && a->pace == b->pace
           && a->cost_distance == b->cost_distance
           && a->cost_time == b->cost_time && a->cost_use == b->cost_use
           && a->pause_count == b->pause_count && a->pause_count == 0
           && a->pinned_count == 0 && b->pinned_count == 0;
}

/* Vehicles somebody asks for by name are a kind of their own. */
static bool
is_named(const struct sv_problem *p, int v)
{
    for (int r = 0; r < p->request_count; r++) {
        const struct sv_request *q = &p->requests[r];

        if (q->keeps == v)
            return true;
        for (int k = 0; k < q->only_count; k++)
            if (q->only[k] == v)
                return true;
        for (int k = 0; k < q->never_count; k++)
            if (q->never[k] == v)
                return true;
    }
    return false;
}

static int
find_kind(struct sv_engine *g, int v)
{
    const struct sv_problem *p = g->p;

    for (int u = 0; u < v; u++)
        if (are_alike(&p->vehicles[u], &p->vehicles[v]) && !is_named(p, u)
            && !is_named(p, v))
            return g->carriers[u].kind;
    return g->kind_count++;
}

static void
set_carriers(struct sv_engine *g, const int *place, const int *node_of_place)
{
    const struct sv_problem *p = g->p;
    struct sv_tariff *tariffs =
        NEW_N(g->arena, struct sv_tariff, (size_t)p->vehicle_count);
    int tariff_count = 0;
    bool limited = false;

    /* Any route may come to carry a ride with a limit. */
    for (int r = 0; r < g->n; r++)
        limited |= g->ride[r] < SV_ENDLESS;
    for (int k = 0; k < p->vehicle_count; k++) {
        const struct sv_vehicle *v = &p->vehicles[k];
        struct sv_carrier *c = &g->carriers[k];

        c->v = v;
        c->tariff = find_tariff(g, tariffs, &tariff_count, v, place);
        c->start = node_of_place[v->start];
        c->end = node_of_place[v->end];
        c->from = v->shift.from;
        c->to = v->shift.to;
        c->duration_most = v->duration_most;
        c->cost_use = v->cost_use;
        c->cost_wait = v->cost_time;
        c->seats = sv_lanes_pack(v->seats);
        for (int w = 0; w < SV_PART_WORDS; w++)
            c->parts[w] = sv_lanes_pack(v->parts + 4 * w);
        c->tight = limited || v->duration_most < v->shift.to - v->shift.from;
        c->kind = find_kind(g, k);
        g->timed |= v->cost_time > 0;
        g->full |= v->pause_count > 0;
    }
}

/* ---- who may do what ------------------------------------------------ */

static bool
has_supplies(const struct sv_problem *p, const struct sv_vehicle *v,
             const struct sv_request *q)
{
    if (p->supply >= 0)
        return true;
    for (int k = 0; k < SV_PART_KINDS; k++)
        if (q->parts[k] > v->parts[k])
            return false;
    return (q->tools & ~v->tools) == 0;
}

static bool
may_do(const struct sv_engine *g, int k, int r)
{
    const struct sv_request *q = &g->p->requests[r];
    const struct sv_vehicle *v = &g->p->vehicles[k];

    return sv_skills_cover(&v->skills, &q->skills)
           && sv_lanes_fit(g->carriers[k].seats, g->seats[r])
           && has_supplies(g->p, v, q) && sv_request_allows(q, k);
}

static void
set_may(struct sv_engine *g)
{
    g->may_words = (g->route_count + 63) / 64;
    g->may = NEW_N(g->arena, uint64_t, (size_t)g->n * (size_t)g->may_words);
    for (int r = 0; r < g->n; r++) {
        for (int k = 0; k < g->route_count; k++) {
            if (!may_do(g, k, r))
                continue;
            g->may[r * g->may_words + k / 64] |= UINT64_C(1) << (k % 64);
            g->may_count[r]++;
        }
    }
}

/* ---- windows made narrower without losing a plan --------------------- */

static void
narrow(double *from, double *to, double low, double high)
{
    if (*from < low)
        *from = low;
    if (*to > high)
        *to = high;
}

/* The loosest bounds any vehicle leaves for a stop at this node. */
static void
narrow_by_shift(struct sv_engine *g, int node)
{
    size_t n = (size_t)g->node_count, at = (size_t)node;
    double low = SV_ENDLESS, high = -SV_ENDLESS;

    for (int k = 0; k < g->route_count; k++) {
        const struct sv_carrier *c = &g->carriers[k];
        double there, back;

        if (!sv_engine_may(g, sv_node_request(g, node), k))
            continue;
        if (!c->tariff->prompt)
            return;
        there = c->from + c->tariff->time[(size_t)c->start * n + at];
        back = c->to - c->tariff->time[at * n + (size_t)c->end];
        low = fmin(low, there);
        high = fmax(high, back - g->service[node]);
    }
    if (low <= high)
        narrow(&g->from[node], &g->to[node], low, high);
}

static double
direct_time(const struct sv_engine *g, int r)
{
    double best = SV_ENDLESS;
    size_t n = (size_t)g->node_count;

    for (int k = 0; k < g->route_count; k++) {
        const struct sv_tariff *t = g->carriers[k].tariff;

        best = fmin(best,
                    t->prompt
                        ? t->time[(size_t)r * n + (size_t)r + (size_t)g->drop]
                        : 0);
    }
    return best;
}

static void
narrow_ride(struct sv_engine *g, int r)
{
    int d = r + g->drop;
    double s = g->service[r], direct = direct_time(g, r);

    for (int again = 0; again < 2; again++) {
        narrow(&g->from[r], &g->to[r], g->from[d] - g->ride[r] - s,
               g->to[d] - direct - s);
        narrow(&g->from[d], &g->to[d], g->from[r] + s + direct,
               g->to[r] + s + g->ride[r]);
    }
}

/* Requests with a pinned stop: what their windows say is past. */
static char *
find_begun(const struct sv_engine *g)
{
    char *begun = NEW_N(g->arena, char, (size_t)g->n + 1);

    for (int k = 0; k < g->route_count; k++) {
        const struct sv_vehicle *v = &g->p->vehicles[k];

        for (int a = 0; a < v->pinned_count; a++)
            begun[v->pinned[a].request] = 1;
    }
    return begun;
}

static void
narrow_windows(struct sv_engine *g)
{
    const char *begun = find_begun(g);

    for (int r = 0; r < g->n; r++) {
        bool ride = sv_request_is_ride(&g->p->requests[r]);

        if (begun[r])
            continue;
        narrow_by_shift(g, r);
        if (ride) {
            narrow_by_shift(g, r + g->drop);
            narrow_ride(g, r);
        }
    }
}

/* Mean distance to the tenth nearest stop, by a sample where there are many. */
static void
set_hop_mean(struct sv_engine *g)
{
    int stops = g->n + g->drop, step = 1 + stops / HOP_SAMPLE, looked = 0;
    struct sv_nearest n;
    double sum = 0;

    sv_nearest_open(&n, g, stops, 10, sv_engine_apart, g->arena);
    for (int a = 0; a < stops && n.keep > 0; a += step) {
        sum += sv_engine_apart(g, a, sv_nearest_to(&n, a)[n.keep - 1]);
        looked++;
    }
    g->hop_mean = looked > 0 && sum > 0 ? sum / looked : 1;
}

/* ---- prices of leaving out ------------------------------------------ */

static void
set_prices(struct sv_engine *g)
{
    size_t n = (size_t)g->node_count;
    double most = 1;

    for (int k = 0; k < g->route_count; k++) {
        const struct sv_carrier *c = &g->carriers[k];

        /* neighbours of one tariff come in blocks: look at each once */
        if (k > 0 && c->tariff == g->carriers[k - 1].tariff)
            continue;
        for (size_t at = 0; at < n * n; at++) {
            double apart =
                c->tariff->cost[at] + c->cost_wait * c->tariff->time[at];

            if (apart > most)
                most = apart;
        }
        most = fmax(most, c->cost_use / 4);
    }
    for (int r = 0; r < g->n; r++) {
        double price = g->p->requests[r].price;

        g->price[r] = price > 0 ? price : 20 * most;
        g->must[r] = price <= 0;
    }
}

/* ---- stops that stay as they are ------------------------------------- */

/* Pinned windows replace those of the request; who is on board is bound. */
static void
set_pinned(struct sv_engine *g)
{
    for (int k = 0; k < g->route_count; k++) {
        const struct sv_vehicle *v = &g->p->vehicles[k];

        for (int a = 0; a < v->pinned_count; a++) {
            const struct sv_pinned *pin = &v->pinned[a];
            int node = pin->request + (pin->delivery ? g->drop : 0);
            double hold = v->free_from - pin->start.from;

            g->from[node] = pin->start.from;
            g->to[node] = pin->start.to;
            g->bound[pin->request] =
                pin->delivery
                        || !sv_request_is_ride(&g->p->requests[pin->request])
                    ? -1
                    : k;
            g->boarded |= g->bound[pin->request] >= 0;
            g->price[pin->request] = SV_BOUND_PRICE;
            g->must[pin->request] = 0;
            if (a == v->pinned_count - 1 && hold > g->service[node])
                g->service[node] = hold;
        }
    }
}

static void
take_arrays(struct sv_engine *g)
{
    size_t stops = (size_t)(g->n + g->drop) + 1, n = (size_t)g->n + 1;

    g->from = NEW_N(g->arena, double, stops);
    g->deadline = NEW_N(g->arena, double, stops);
    g->late_cost = NEW_N(g->arena, double, stops);
    g->to = NEW_N(g->arena, double, stops);
    g->service = NEW_N(g->arena, double, (size_t)g->node_count + 1);
    g->seats = NEW_N(g->arena, uint64_t, n);
    g->parts = NEW_N(g->arena, uint64_t, n * SV_PART_WORDS);
    g->ride = NEW_N(g->arena, double, n);
    g->within = NEW_N(g->arena, double, n);
    g->bound = NEW_N(g->arena, int, n);
    g->price = NEW_N(g->arena, double, n);
    g->must = NEW_N(g->arena, char, n);
    g->may_count = NEW_N(g->arena, int, n);
    g->carriers = NEW_N(g->arena, struct sv_carrier, (size_t)g->route_count);
}

static void
set_flags(struct sv_engine *g)
{
    bool mixed = false;

    for (int r = 0; r < g->n; r++) {
        const struct sv_request *q = &g->p->requests[r];

        mixed |= g->rides && !sv_request_is_ride(q);
        g->calm |= q->keeps >= 0 && q->change_price > 0;
        g->full |= q->late_cost > 0 && q->deadline < SV_ENDLESS;
        g->supplied |= q->tools != 0;
        for (int k = 0; k < SV_PART_KINDS; k++)
            g->supplied |= q->parts[k] > 0;
    }
    g->full |= mixed || (g->rides && (g->timed || g->supplied));
    g->visits = !g->rides && !g->full;
}

void
sv_engine_open(struct sv_engine *g, const struct sv_problem *p)
{
    int *node_of_place, *place;

    *g = (struct sv_engine){ .p = p, .n = p->request_count };
    g->arena = arena_open();
    for (int r = 0; r < g->n; r++)
        g->rides |= sv_request_is_ride(&p->requests[r]);
    g->drop = g->rides ? g->n : 0;
    g->route_count = p->vehicle_count;
    g->stops_most = g->n + g->drop + 4;
    node_of_place = NEW_N(g->arena, int, (size_t)p->place_count);
    place = lay_out_nodes(g, node_of_place);
    /* In this order: each uses what those before it have filled in. */
    take_arrays(g);
    set_windows(g);
    set_carriers(g, place, node_of_place);
    set_may(g);
    narrow_windows(g);
    set_hop_mean(g);
    set_prices(g);
    set_pinned(g);
    set_flags(g);
}

void
sv_engine_close(struct sv_engine *g)
{
    arena_close(g->arena);
}
