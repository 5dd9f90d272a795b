/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruin - which requests a round takes out.
 *
 * Mostly strings of neighbouring stops from neighbouring routes (Christiaens
 * & Vanden Berghe 2020); the rest by likeness (Shaw 1998), by chance, by cost
 * and by whole neighbouring routes.
 */
#include "solver/worker.h"

#include <math.h>

static int
random_placed_stop(struct sv_worker *w)
{
    int stops = w->g->n + w->g->drop;

    for (int tries = 0; tries < 50; tries++) {
        int node = sv_chance_below(&w->dice, stops);

        if (w->cur.in[node] >= 0)
            return node;
    }
    return -1;
}

/* Cuts length stops out of the route, the one at position at among them. */
static void
cut_string(struct sv_worker *w, int route, int at, int length)
{
    const struct sv_tour *r = &w->cur.routes[route];
    int kept = 0, hole = 0, first, low, high;

    if (length < r->count && length > 1 && sv_chance_below(&w->dice, 2)) {
        /* keep a few stops inside the string */
        kept = 1;
        while (length + kept < r->count && sv_chance_below(&w->dice, 100) == 0)
            kept++;
    }
    low = at - (length + kept) + 1;
    high = at;
    if (low < 1)
        low = 1;
    if (high > r->count - (length + kept) + 1)
        high = r->count - (length + kept) + 1;
    if (high < low)
        high = low;
    first = sv_chance_between(&w->dice, low, high);
    if (kept)
        hole = first + sv_chance_below(&w->dice, length);
    for (int a = first; a < first + length + kept && a <= r->count; a++)
        if (!kept || a < hole || a >= hole + kept)
            sv_worker_mark(w, sv_node_request(w->g, r->stop[a]));
}

static void
ruin_strings(struct sv_worker *w)
{
    const struct sv_engine *g = w->g;
    const struct sv_state *s = &w->cur;
    int seed = random_placed_stop(w), used = 0, stops = 0, strings;
    const int *near;
    double length, most;

    if (seed < 0)
        return;
    for (int k = 0; k < g->route_count; k++) {
        used += s->routes[k].count > 0;
        stops += s->routes[k].count;
        w->route_hit[k] = 0;
    }
    length = w->tuning.string_most;
    if (sv_chance_below(&w->dice, 100) < w->tuning.long_strings)
        length *= 3;
    length = fmin(length, (double)stops / used);
    most = 4 * w->tuning.ruin_mean / (1 + length) - 1;
    strings = 1 + (int)(sv_chance_unit(&w->dice) * most);
    near = sv_nearest_to(&w->near, seed);
    /* One string a route: the seed's own, then those of its neighbours. */
    for (int k = -1; k < w->near.keep && strings > 0; k++) {
        int node = k < 0 ? seed : near[k];
        int route = s->in[node], l;

        if (route < 0 || w->route_hit[route]
            || w->mark[sv_node_request(g, node)])
            continue;
        l = s->routes[route].count;
        if (l > (int)length)
            l = (int)length;
        w->route_hit[route] = 1;
        cut_string(w, route, s->at[node], sv_chance_between(&w->dice, 1, l));
        strings--;
    }
}

static void
ruin_kin(struct sv_worker *w)
{
    int seed = sv_chance_below(&w->dice, w->g->n);
    int want = sv_chance_between(&w->dice, 2, w->tuning.kin_taken);
    const int *kin = sv_nearest_to(&w->kin, seed);

    sv_worker_mark(w, seed);
    for (int tries = 0;
         tries < 4 * want && w->taken_count < want && w->kin.keep > 0;
         tries++) {
        double u = sv_chance_unit(&w->dice);
        int rank = (int)((double)w->kin.keep
                         * sv_chance_exp(w->tuning.kin_power
                                         * sv_chance_log(u > 0 ? u : 1e-300)));

        sv_worker_mark(w, kin[rank]);
    }
}

static void
ruin_random(struct sv_worker *w)
{
    int want = sv_chance_between(&w->dice, 1, 2 * (int)w->tuning.ruin_mean - 1);

    for (int k = 0; k < want; k++)
        sv_worker_mark(w, sv_chance_below(&w->dice, w->g->n));
}

/* What stopping at the node costs where it is now. */
static double
gain_at(const struct sv_engine *g, const struct sv_tour *r, int a)
{
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    size_t at =
        (size_t)r->stop[a - 1] * (size_t)g->node_count + (size_t)r->stop[a + 1];

    return r->hop[a - 1] + r->hop[a] - c->tariff->cost[at]
           + c->cost_wait * (r->legs[a - 1] + r->legs[a] - c->tariff->time[at]);
}

static double
gain_of(const struct sv_worker *w, int request)
{
    const struct sv_engine *g = w->g;
    const struct sv_state *s = &w->cur;
    double gain = 0;

    for (int end = 0; end <= (g->drop > 0); end++) {
        int node = request + end * g->drop;

        if (s->in[node] >= 0)
            gain += gain_at(g, &s->routes[s->in[node]], s->at[node]);
    }
    return gain;
}

static void
ruin_costly(struct sv_worker *w)
{
    int want = sv_chance_between(&w->dice, 2, w->tuning.kin_taken);

    for (int k = 0; k < want; k++) {
        int worst = -1;
        double most = -1;

        /* The worst of a few, not of all: else every round took the same. */
        for (int tries = 0; tries < 6; tries++) {
            int r = sv_chance_below(&w->dice, w->g->n);
            double gain = gain_of(w, r);

            if (gain > most && !w->mark[r] && w->cur.in[r] >= 0) {
                most = gain;
                worst = r;
            }
        }
        if (worst >= 0)
            sv_worker_mark(w, worst);
    }
}

static void
take_route(struct sv_worker *w, int route, int most)
{
    const struct sv_tour *r = &w->cur.routes[route];
    int share = r->count > 0 ? 100 * most / r->count : 0;

    for (int a = 1; a <= r->count; a++)
        if (sv_chance_below(&w->dice, 100) < share)
            sv_worker_mark(w, sv_node_request(w->g, r->stop[a]));
}

static void
ruin_pair(struct sv_worker *w)
{
    int seed = random_placed_stop(w), one;
    const int *near;

    if (seed < 0)
        return;
    near = sv_nearest_to(&w->near, seed);
    one = w->cur.in[seed];
    take_route(w, one, w->tuning.pair_taken / 2);
    for (int k = 0; k < w->near.keep; k++) {
        int other = w->cur.in[near[k]];

        if (other >= 0 && other != one) {
            take_route(w, other, w->tuning.pair_taken / 2);
            return;
        }
    }
}

void
sv_worker_ruin(struct sv_worker *w)
{
    const struct sv_tuning *t = &w->tuning;
    int turn = sv_chance_below(&w->dice, 100);

    w->taken_count = 0;
    if (t->tails > 0 && sv_chance_below(&w->dice, 100) < t->tails)
        sv_worker_swap_tails(w);
    /* Shares of a hundred; a pair of routes has what is left of them. */
    if ((turn -= t->strings) < 0)
        ruin_strings(w);
    else if ((turn -= t->kin) < 0)
        ruin_kin(w);
    else if ((turn -= t->random) < 0)
        ruin_random(w);
    else if (turn < t->costly)
        ruin_costly(w);
    else
        ruin_pair(w);
    sv_worker_take_out(w);
}
