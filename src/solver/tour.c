/* SPDX-License-Identifier: Apache-2.0 */
/* tour - see tour.h. */
#include "solver/tour.h"

#include "solver/price.h"

#include <string.h>

void
tour_open(const struct engine *g, struct tour *r, struct arena *a)
{
    size_t most = (size_t)g->stops_most;
    /* In few pieces: most of a large one is never touched, nor taken. */
    int *places = NEW_N(a, int, 3 * most);
    double *numbers = NEW_N(a, double, 6 * most);

    r->stop = places;
    r->until = places + most;
    r->since = places + 2 * most;
    r->early = numbers;
    r->late = numbers + most;
    r->leave = numbers + 2 * most;
    r->hop = numbers + 3 * most;
    r->legs = numbers + 4 * most;
    r->within = numbers + 5 * most;
    r->room = NEW_N(a, uint64_t, most);
    if (g->visits) {
        r->span = NEW_N(a, struct span, most);
        r->rest = NEW_N(a, struct span, most);
        r->stock = NEW_N(a, uint64_t, most * PART_WORDS);
    }
    r->frozen = 1;
}

void
state_open(const struct engine *g, struct state *s, struct arena *a)
{
    size_t stops = (size_t)(g->n + g->drop) + 1;

    *s = (struct state){ 0 };
    s->routes = NEW_N(a, struct tour, (size_t)g->route_count);
    s->in = NEW_N(a, int, stops);
    s->at = NEW_N(a, int, stops);
    s->absent = NEW_N(a, int, (size_t)g->n + 1);
    s->absent_at = NEW_N(a, int, (size_t)g->n + 1);
    draft_open(g, &s->draft, a);
    for (size_t k = 0; k < stops; k++)
        s->in[k] = s->at[k] = -1;
    for (int r = 0; r < g->n; r++)
        s->absent_at[r] = -1;
    for (int k = 0; k < g->route_count; k++) {
        tour_open(g, &s->routes[k], a);
        s->routes[k].vehicle = k;
        s->routes[k].stop[0] = g->carriers[k].start;
        s->routes[k].stop[1] = g->carriers[k].end;
        (void)tour_refresh(g, s, k);
    }
}

void
tour_copy(struct tour *to, const struct tour *from)
{
    size_t n = (size_t)from->count + 2;

    memcpy(to->stop, from->stop, n * sizeof *to->stop);
    memcpy(to->until, from->until, n * sizeof *to->until);
    memcpy(to->since, from->since, n * sizeof *to->since);
    memcpy(to->early, from->early, n * sizeof *to->early);
    memcpy(to->late, from->late, n * sizeof *to->late);
    memcpy(to->leave, from->leave, n * sizeof *to->leave);
    memcpy(to->hop, from->hop, n * sizeof *to->hop);
    memcpy(to->legs, from->legs, n * sizeof *to->legs);
    memcpy(to->within, from->within, n * sizeof *to->within);
    memcpy(to->room, from->room, n * sizeof *to->room);
    if (from->spanned) {
        memcpy(to->span, from->span, n * sizeof *to->span);
        memcpy(to->rest, from->rest, n * sizeof *to->rest);
        memcpy(to->stock, from->stock, n * PART_WORDS * sizeof *to->stock);
    }
    to->spanned = from->spanned;
    memcpy(to->pause, from->pause, sizeof to->pause);
    to->dry = from->dry;
    to->vehicle = from->vehicle;
    to->count = from->count;
    to->frozen = from->frozen;
    to->supply = from->supply;
    to->version = from->version;
    to->cost = from->cost;
    to->fees = from->fees;
}

struct chain
tour_chain(const struct tour *r)
{
    return (struct chain){ .count = r->count + 2,
                           .early = r->early,
                           .late = r->late,
                           .legs = r->legs,
                           .until = r->until,
                           .since = r->since,
                           .within = r->within };
}

void
tour_index(struct state *s, int route)
{
    const struct tour *r = &s->routes[route];

    for (int a = 1; a <= r->count; a++) {
        s->in[r->stop[a]] = route;
        s->at[r->stop[a]] = a;
    }
}

bool
tour_is_whole(const struct engine *g, struct state *s, const struct tour *r)
{
    int rides = 0, ends = 0;

    for (int a = 1; a <= r->count; a++) {
        int node = r->stop[a];

        s->at[node] = a;
        if (node_is_drop(g, node))
            ends += s->at[node - g->drop] < a;
        else
            rides += request_is_ride(&g->p->requests[node]);
    }
    return rides == ends;
}

/* Windows, hops and seats along the stops; false when seats run out. */
static bool
lay_stops(const struct engine *g, struct tour *r, const struct carrier *c)
{
    size_t n = (size_t)g->node_count;
    uint64_t room = c->seats;
    int last = r->count + 1;

    r->early[0] = c->from;
    r->late[0] = c->to;
    r->room[0] = room;
    for (int a = 1; a <= last; a++) {
        size_t hop = (size_t)r->stop[a - 1] * n + (size_t)r->stop[a];
        int node = r->stop[a];

        r->hop[a - 1] = c->tariff->cost[hop];
        r->legs[a - 1] = c->tariff->time[hop];
        if (a > 1)
            r->legs[a - 1] += g->service[r->stop[a - 1]];
        if (a == last)
            break;
        r->early[a] = g->from[node];
        r->late[a] = g->to[node];
        if (!engine_board(g, node, &room))
            return false;
        r->room[a] = room;
    }
    r->early[last] = c->from;
    r->late[last] = c->to;
    r->room[last] = room;
    return true;
}

/* Which stops begin and end a limited ride; at[] must be right. */
static void
lay_rides(const struct engine *g, const struct state *s, struct tour *r,
          const struct carrier *c)
{
    int last = r->count + 1;

    r->until[0] = r->since[0] = -1;
    r->until[last] = r->since[last] = -1;
    for (int a = 1; a <= r->count; a++) {
        int node = r->stop[a];

        r->until[a] = r->since[a] = -1;
        if (node_is_drop(g, node)) {
            if (g->ride[node - g->drop] < ENDLESS)
                r->since[a] = s->at[node - g->drop];
        } else if (g->ride[node] < ENDLESS) {
            r->until[a] = s->at[node + g->drop];
            r->within[a] = g->within[node];
        }
    }
    if (c->duration_most < ENDLESS) {
        r->until[0] = last;
        r->since[last] = 0;
        r->within[0] = c->duration_most;
    }
}

static void
add_fees(const struct engine *g, struct tour *r)
{
    r->fees = 0;
    for (int a = 1; g->calm && a <= r->count; a++)
        if (!node_is_drop(g, r->stop[a]))
            r->fees += engine_fee(g, r->stop[a], r->vehicle);
    r->cost += r->fees;
}

bool
tour_refresh(const struct engine *g, struct state *s, int route)
{
    struct tour *r = &s->routes[route];
    const struct carrier *c = &g->carriers[r->vehicle];
    struct chain chain;

    r->version = ++s->versions;
    if (!lay_stops(g, r, c))
        return false;
    tour_index(s, route);
    lay_rides(g, s, r, c);
    chain = tour_chain(r);
    /* early bounds late and late early: one array each is enough */
    if (!chain_earliest(&chain, r->early, 0) || !chain_latest(&chain, r->late))
        return false;
    r->leave[0] = r->early[0];
    for (int a = 1; a <= r->count; a++)
        r->leave[a] = r->early[a] + g->service[r->stop[a]];
    if (!tour_price(g, s, r))
        return false;
    add_fees(g, r);
    return true;
}

void
state_forget(const struct engine *g, struct state *s, int request)
{
    /* who is on board stays so; only where he gets out is open */
    if (g->bound[request] < 0)
        s->in[request] = s->at[request] = -1;
    s->in[request + g->drop] = s->at[request + g->drop] = -1;
}

void
state_leave_out(const struct engine *g, struct state *s, int request)
{
    s->absent_at[request] = s->absent_count;
    s->absent[s->absent_count++] = request;
    if (g->must[request])
        s->must_absent++;
    else
        s->absent_price += g->price[request];
    state_forget(g, s, request);
}

void
state_take_back(const struct engine *g, struct state *s, int request)
{
    int last = s->absent[--s->absent_count];

    s->absent[s->absent_at[request]] = last;
    s->absent_at[last] = s->absent_at[request];
    s->absent_at[request] = -1;
    if (g->must[request])
        s->must_absent--;
    else
        s->absent_price -= g->price[request];
    if (s->absent_count == s->must_absent)
        s->absent_price = 0;
}

void
state_copy(const struct engine *g, struct state *to, const struct state *from)
{
    size_t stops = (size_t)(g->n + g->drop) + 1, n = (size_t)g->n;

    for (int k = 0; k < g->route_count; k++)
        if (to->routes[k].version != from->routes[k].version)
            tour_copy(&to->routes[k], &from->routes[k]);
    memcpy(to->in, from->in, stops * sizeof *to->in);
    memcpy(to->at, from->at, stops * sizeof *to->at);
    memcpy(to->absent, from->absent, n * sizeof *to->absent);
    memcpy(to->absent_at, from->absent_at, n * sizeof *to->absent_at);
    to->absent_count = from->absent_count;
    to->cost = from->cost;
    to->absent_price = from->absent_price;
    to->must_absent = from->must_absent;
    if (to->versions < from->versions)
        to->versions = from->versions;
}

int
state_vehicles(const struct engine *g, const struct state *s)
{
    int used = 0;

    for (int k = 0; k < g->route_count; k++)
        used += s->routes[k].count > 0;
    return used;
}

static void
take_stops_of(struct tour *to, const struct tour *from)
{
    to->count = from->count;
    to->frozen = from->frozen;
    memcpy(to->stop, from->stop, ((size_t)from->count + 2) * sizeof *to->stop);
}

void
state_adopt(const struct engine *g, struct state *to, const struct state *from)
{
    uint64_t versions = to->versions;

    state_copy(g, to, from);
    to->versions = versions;
    to->cost = 0;
    for (int k = 0; k < g->route_count; k++) {
        /* the same number may have meant other stops here */
        take_stops_of(&to->routes[k], &from->routes[k]);
        if (!tour_refresh(g, to, k))
            broken(__FILE__, __LINE__, "a route that was driven cannot be");
        to->cost += to->routes[k].cost;
    }
}

/* Passengers on board who are taken nowhere. */
static int
stranded(const struct engine *g, const struct state *s)
{
    int count = 0;

    for (int k = 0; g->boarded && k < s->absent_count; k++)
        count += g->bound[s->absent[k]] >= 0;
    return count;
}

bool
state_is_better(const struct engine *g, const struct state *a,
                const struct state *b)
{
    int here = stranded(g, a), there = stranded(g, b);

    if (here != there)
        return here < there;
    if (a->must_absent != b->must_absent)
        return a->must_absent < b->must_absent;
    if (g->p->fewest_vehicles) {
        int one = state_vehicles(g, a), other = state_vehicles(g, b);

        if (one != other)
            return one < other;
    }
    return a->cost + a->absent_price < b->cost + b->absent_price - 1e-7;
}
