/* SPDX-License-Identifier: Apache-2.0 */
/* worker - a round's undo, and taking requests out; see worker.h. */
#include "solver/worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMOS_MOST = 4000000, NEAR_MOST = 400, KIN_MOST = 100 };

/* How unlike two requests are: how far apart in space and in time. */
static double
unlikeness(const struct sv_engine *g, int a, int b)
{
    double sum =
        sv_engine_apart(g, a, b) + sv_engine_apart(g, a + g->drop, b + g->drop);
    double mid_a = fmin(g->to[a], g->from[a] + 1e6) + g->from[a];
    double mid_b = fmin(g->to[b], g->from[b] + 1e6) + g->from[b];

    return sum + 0.1 * fabs(mid_a - mid_b);
}

/*
 * How far apart two stops are when one follows the other: the distance, the
 * waiting that windows force, and by how much they cannot be met (Vidal et
 * al. 2013); the better order counts.
 */
static double
remoteness(const struct sv_engine *g, int a, int b)
{
    const struct sv_carrier *c = &g->carriers[0];
    size_t n = (size_t)g->node_count;
    double best = SV_FAR;

    for (int turn = 0; turn < 2; turn++) {
        size_t at = (size_t)a * n + (size_t)b;
        double busy = g->service[a] + c->tariff->time[at];
        double wait = fmax(0, g->from[b] - g->to[a] - busy);
        double warp = fmax(0, g->from[a] + busy - g->to[b]);
        int swap = a;

        best = fmin(best, sv_engine_apart(g, a, b) + 0.2 * wait + warp);
        a = b;
        b = swap;
    }
    return best;
}

struct sv_tuning
sv_tuning_usual(void)
{
    return (struct sv_tuning){
        .hot = 2,
        .cold = 0.1,
        .tails = 25,
        .out_hot = 0.5,
        .out_cold = 0.02,
        .ruin_mean = 10,
        .string_most = 10,
        .long_strings = 25,
        .blink_mean = 100,
        .strings = 70,
        .kin = 12,
        .random = 6,
        .costly = 6,
        .kin_taken = 15,
        .pair_taken = 40,
        .kin_power = 3
    };
}

void
sv_worker_open(struct sv_worker *w, const struct sv_engine *g, uint64_t seed)
{
    size_t n = (size_t)g->n + 1, routes = (size_t)g->route_count;

    *w = (struct sv_worker){
        .g = g, .arena = arena_open(), .tuning = sv_tuning_usual()
    };
    sv_chance_seed(&w->dice, seed);
    sv_state_open(g, &w->cur, w->arena);
    sv_state_open(g, &w->best, w->arena);
    sv_probe_open(g, &w->probe, w->arena, &w->dice);
    w->saved = NEW_N(w->arena, struct sv_tour, routes);
    for (size_t k = 0; k < routes; k++)
        sv_tour_open(g, &w->saved[k], w->arena);
    w->touched = NEW_N(w->arena, int, routes);
    w->saved_absent = NEW_N(w->arena, int, n);
    w->mark = NEW_N(w->arena, char, n);
    w->route_hit = NEW_N(w->arena, char, routes);
    w->saved_as = NEW_N(w->arena, int, routes);
    w->taken = NEW_N(w->arena, int, n);
    w->pool = NEW_N(w->arena, struct sv_pooled, n);
    w->weight = NEW_N(w->arena, double, n);
    sv_nearest_open(&w->near, g, g->n + g->drop, NEAR_MOST, remoteness,
                    w->arena);
    sv_nearest_open(&w->kin, g, g->n, KIN_MOST, unlikeness, w->arena);
    w->fleet_most = g->route_count;
    w->misses = NEW_N(w->arena, int, routes);
    /* They grow with requests times routes: a large problem goes without. */
    if (n * routes <= MEMOS_MOST)
        w->memos = NEW_N(w->arena, struct sv_memo, n * routes);
    w->blink_left = w->tuning.blink_mean;
    w->pain = 20 * g->hop_mean;
    for (int k = 0; k < g->route_count; k++)
        w->saved_as[k] = -1;
    sv_worker_forget(w, 0);
    for (int r = 0; r < g->n; r++)
        sv_state_leave_out(g, &w->cur, r);
}

void
sv_worker_forget(struct sv_worker *w, double kept)
{
    for (int r = 0; r < w->g->n; r++)
        w->weight[r] = 1 + kept * (w->weight[r] - 1);
}

void
sv_worker_learn(struct sv_worker *w, double step)
{
    for (int k = 0; k < w->cur.absent_count; k++)
        w->weight[w->cur.absent[k]] += step;
}

void
sv_worker_close(struct sv_worker *w)
{
    arena_close(w->arena);
}

void
sv_worker_begin(struct sv_worker *w)
{
    const struct sv_state *s = &w->cur;

    for (int k = 0; k < w->touched_count; k++)
        w->saved_as[w->touched[k]] = -1;
    w->touched_count = 0;
    w->saved_absent_count = s->absent_count;
    memcpy(w->saved_absent, s->absent,
           (size_t)s->absent_count * sizeof *s->absent);
    w->saved_cost = s->cost;
    w->saved_absent_price = s->absent_price;
    w->saved_must_absent = s->must_absent;
}

void
sv_worker_touch(struct sv_worker *w, int route)
{
    if (w->saved_as[route] >= 0)
        return;
    w->saved_as[route] = w->touched_count;
    sv_tour_copy(&w->saved[w->touched_count], &w->cur.routes[route]);
    w->touched[w->touched_count++] = route;
}

void
sv_worker_undo(struct sv_worker *w)
{
    struct sv_state *s = &w->cur;

    /* Of those absent now some were not before. */
    for (int k = 0; k < s->absent_count; k++)
        s->absent_at[s->absent[k]] = -1;
    for (int k = 0; k < w->touched_count; k++) {
        sv_tour_copy(&s->routes[w->touched[k]], &w->saved[k]);
        sv_tour_index(s, w->touched[k]);
    }
    s->absent_count = w->saved_absent_count;
    for (int k = 0; k < s->absent_count; k++) {
        int r = w->saved_absent[k];

        s->absent[k] = r;
        s->absent_at[r] = k;
        sv_state_forget(w->g, s, r);
    }
    s->cost = w->saved_cost;
    s->absent_price = w->saved_absent_price;
    s->must_absent = w->saved_must_absent;
}

void
sv_worker_keep(struct sv_worker *w)
{
    for (int k = 0; k < w->touched_count; k++) {
        struct sv_tour *now = &w->cur.routes[w->touched[k]];
        const struct sv_tour *old = &w->saved[k];

        if (now->count == old->count
            && !memcmp(now->stop, old->stop,
                       (size_t)(now->count + 2) * sizeof *now->stop))
            now->version = old->version;
    }
}

bool
sv_worker_mark(struct sv_worker *w, int request)
{
    const struct sv_state *s = &w->cur;
    int last = request;

    if (w->g->bound[request] >= 0)
        last += w->g->drop;
    if (w->mark[request] || s->in[last] < 0)
        return false;
    if (s->at[last] < s->routes[s->in[last]].frozen)
        return false;
    w->mark[request] = 1;
    w->taken[w->taken_count++] = request;
    sv_worker_touch(w, s->in[last]);
    return true;
}

/* Closes the gaps that marked requests leave; false when there are none. */
static bool
close_gaps(struct sv_worker *w, struct sv_tour *r)
{
    int to = 1;

    for (int a = 1; a <= r->count + 1; a++) {
        int node = r->stop[a], request;

        if (a <= r->count && a >= r->frozen) {
            request = sv_node_request(w->g, node);
            if (w->mark[request]) {
                sv_state_forget(w->g, &w->cur, request);
                continue;
            }
        }
        r->stop[to++] = node;
    }
    if (to == r->count + 2)
        return false;
    r->count = to - 2;
    return true;
}

/*
 * Takes the marked requests off the route.  What is left cannot always be
 * driven: where a detour is quicker, or where a break has no stop to be taken
 * at any more.  Then everything that is not frozen goes.
 */
static void
squeeze(struct sv_worker *w, int route)
{
    struct sv_state *s = &w->cur;
    struct sv_tour *r = &s->routes[route];
    double before = r->cost;

    if (!close_gaps(w, r))
        return;
    if (!sv_tour_refresh(w->g, s, route)) {
        for (int a = r->frozen; a <= r->count; a++)
            sv_worker_mark(w, sv_node_request(w->g, r->stop[a]));
        (void)close_gaps(w, r);
        if (!sv_tour_refresh(w->g, s, route))
            broken(__FILE__, __LINE__, "what is frozen cannot be driven");
    }
    s->cost += r->cost - before;
}

void
sv_worker_take_out(struct sv_worker *w)
{
    struct sv_state *s = &w->cur;

    for (int k = 0; k < w->touched_count; k++)
        squeeze(w, w->touched[k]);
    for (int k = 0; k < w->taken_count; k++) {
        sv_state_leave_out(w->g, s, w->taken[k]);
        w->mark[w->taken[k]] = 0;
    }
    w->taken_count = 0;
}
