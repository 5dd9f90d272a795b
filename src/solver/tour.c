/* SPDX-License-Identifier: Apache-2.0 */
/* tour - see tour.h. */
#include "solver/tour.h"

#include "solver/price.h"

#include <string.h>

void
sv_tour_open(const struct sv_engine *g, struct sv_tour *r, struct arena *a)
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
        r->span = NEW_N(a, struct sv_span, most);
        r->rest = NEW_N(a, struct sv_span, most);
        r->stock = NEW_N(a, uint64_t, most * SV_PART_WORDS);
    }
    r->frozen = 1;
}

void
sv_state_open(const struct sv_engine *g, struct sv_state *s, struct arena *a)
{
    size_t stops = (size_t)(g->n + g->drop) + 1;

    *s = (struct sv_state){ 0 };
    s->routes = NEW_N(a, struct sv_tour, (size_t)g->route_count);
    s->in = NEW_N(a, int, stops);
    s->at = NEW_N(a, int, stops);
    s->absent = NEW_N(a, int, (size_t)g->n + 1);
    s->absent_at = NEW_N(a, int, (size_t)g->n + 1);
    sv_draft_open(g, &s->draft, a);
    for (size_t k = 0; k < stops; k++)
        s->in[k] = s->at[k] = -1;
    for (int r = 0; r < g->n; r++)
        s->absent_at[r] = -1;
    for (int k = 0; k < g->route_count; k++) {
        sv_tour_open(g, &s->routes[k], a);
        s->routes[k].vehicle = k;
        s->routes[k].stop[0] = g->carriers[k].start;
        s->routes[k].stop[1] = g->carriers[k].end;
        (void)sv_tour_refresh(g, s, k);
    }
}

void
sv_tour_copy(struct sv_tour *to, const struct sv_tour *from)
{
    size_t n = (size_t)from->count + 2;

    /* As far as it is used: the arrays of each have room for the longest route,
       and this is done several times a round. */
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
        memcpy(to->stock, from->stock, n * SV_PART_WORDS * sizeof *to->stock);
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

struct sv_chain
sv_tour_chain(const struct sv_tour *r)
{
    return (struct sv_chain){
        .count = r->count + 2,
        .early = r->early,
        .late = r->late,
        .legs = r->legs,
        .until = r->until,
        .since = r->since,
        .within = r->within
    };
}

void
sv_tour_index(struct sv_state *s, int route)
{
    const struct sv_tour *r = &s->routes[route];

    for (int a = 1; a <= r->count; a++) {
        s->in[r->stop[a]] = route;
        s->at[r->stop[a]] = a;
    }
}

bool
sv_tour_is_whole(const struct sv_engine *g, struct sv_state *s,
                 const struct sv_tour *r)
{
    int rides = 0, ends = 0;

    for (int a = 1; a <= r->count; a++) {
        int node = r->stop[a];

        s->at[node] = a;
        if (sv_node_is_drop(g, node))
            ends += s->at[node - g->drop] < a;
        else
            rides += sv_request_is_ride(&g->p->requests[node]);
    }
    return rides == ends;
}

/* Windows, hops and seats along the stops; false when seats run out. */
static bool
lay_stops(const struct sv_engine *g, struct sv_tour *r,
          const struct sv_carrier *c)
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
        if (!sv_engine_board(g, node, &room))
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
lay_rides(const struct sv_engine *g, const struct sv_state *s,
          struct sv_tour *r, const struct sv_carrier *c)
{
    int last = r->count + 1;

    r->until[0] = r->since[0] = -1;
    r->until[last] = r->since[last] = -1;
    for (int a = 1; a <= r->count; a++) {
        int node = r->stop[a];

        r->until[a] = r->since[a] = -1;
        if (sv_node_is_drop(g, node)) {
            if (g->ride[node - g->drop] < SV_ENDLESS)
                r->since[a] = s->at[node - g->drop];
        } else if (g->ride[node] < SV_ENDLESS) {
            r->until[a] = s->at[node + g->drop];
            r->within[a] = g->within[node];
        }
    }
    if (c->duration_most < SV_ENDLESS) {
        r->until[0] = last;
        r->since[last] = 0;
        r->within[0] = c->duration_most;
    }
}

static void
add_fees(const struct sv_engine *g, struct sv_tour *r)
{
    r->fees = 0;
    for (int a = 1; g->calm && a <= r->count; a++)
        if (!sv_node_is_drop(g, r->stop[a]))
            r->fees += sv_engine_fee(g, r->stop[a], r->vehicle);
    r->cost += r->fees;
}

bool
sv_tour_refresh(const struct sv_engine *g, struct sv_state *s, int route)
{
    struct sv_tour *r = &s->routes[route];
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    struct sv_chain chain;

    r->version = ++s->versions;
    if (!lay_stops(g, r, c))
        return false;
    sv_tour_index(s, route);
    lay_rides(g, s, r, c);
    chain = sv_tour_chain(r);
    /* early bounds late and late early: one array each is enough */
    if (!sv_chain_earliest(&chain, r->early, 0)
        || !sv_chain_latest(&chain, r->late))
        return false;
    r->leave[0] = r->early[0];
    for (int a = 1; a <= r->count; a++)
        r->leave[a] = r->early[a] + g->service[r->stop[a]];
    if (!sv_tour_price(g, s, r))
        return false;
    add_fees(g, r);
    return true;
}

void
sv_state_forget(const struct sv_engine *g, struct sv_state *s, int request)
{
    /* who is on board stays so; only where they get out is open */
    if (g->bound[request] < 0)
        s->in[request] = s->at[request] = -1;
    s->in[request + g->drop] = s->at[request + g->drop] = -1;
}

void
sv_state_leave_out(const struct sv_engine *g, struct sv_state *s, int request)
{
    ASSERT(s->absent_at[request] < 0 && s->absent_count < g->n);
    s->absent_at[request] = s->absent_count;
    s->absent[s->absent_count++] = request;
    if (g->must[request])
        s->must_absent++;
    else
        s->absent_price += g->price[request];
    sv_state_forget(g, s, request);
}

void
sv_state_take_back(const struct sv_engine *g, struct sv_state *s, int request)
{
    int last;

    ASSERT(s->absent_at[request] >= 0 && s->absent_count > 0);
    last = s->absent[--s->absent_count];
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
sv_state_copy(const struct sv_engine *g, struct sv_state *to,
              const struct sv_state *from)
{
    size_t stops = (size_t)(g->n + g->drop) + 1, n = (size_t)g->n;

    for (int k = 0; k < g->route_count; k++)
        if (to->routes[k].version != from->routes[k].version)
            sv_tour_copy(&to->routes[k], &from->routes[k]);
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
sv_state_vehicles(const struct sv_engine *g, const struct sv_state *s)
{
    int used = 0;

    for (int k = 0; k < g->route_count; k++)
        used += s->routes[k].count > 0;
    return used;
}

static void
take_stops_of(struct sv_tour *to, const struct sv_tour *from)
{
    to->count = from->count;
    to->frozen = from->frozen;
    memcpy(to->stop, from->stop, ((size_t)from->count + 2) * sizeof *to->stop);
}

void
sv_state_adopt(const struct sv_engine *g, struct sv_state *to,
               const struct sv_state *from)
{
    uint64_t versions = to->versions;

    sv_state_copy(g, to, from);
    to->versions = versions;
    to->cost = 0;
    for (int k = 0; k < g->route_count; k++) {
        /* the same number may have meant other stops here */
        take_stops_of(&to->routes[k], &from->routes[k]);
        if (!sv_tour_refresh(g, to, k))
            broken(__FILE__, __LINE__, "a route that was driven cannot be");
        to->cost += to->routes[k].cost;
    }
}

/* Passengers on board who are taken nowhere. */
static int
stranded(const struct sv_engine *g, const struct sv_state *s)
{
    int count = 0;

    for (int k = 0; g->boarded && k < s->absent_count; k++)
        count += g->bound[s->absent[k]] >= 0;
    return count;
}

bool
sv_state_is_better(const struct sv_engine *g, const struct sv_state *a,
                   const struct sv_state *b)
{
    int here = stranded(g, a), there = stranded(g, b);

    if (here != there)
        return here < there;
    if (a->must_absent != b->must_absent)
        return a->must_absent < b->must_absent;
    if (g->p->fewest_vehicles) {
        int one = sv_state_vehicles(g, a), other = sv_state_vehicles(g, b);

        if (one != other)
            return one < other;
    }
    return a->cost + a->absent_price < b->cost + b->absent_price - 1e-7;
}
