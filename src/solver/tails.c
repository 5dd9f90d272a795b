/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tails - two routes exchange what comes after a stop (2-opt*).
 *
 * Possible only where nobody is on board at either cut.  Taking a few
 * requests out never does this, because the halves in between are dear.
 */
#include "solver/worker.h"

#include <string.h>

/* Whether nobody who boarded before position a leaves at it or later. */
static bool
is_empty_before(const struct sv_engine *g, const struct sv_state *s,
                const struct sv_tour *r, int a)
{
    for (int b = a; b <= r->count; b++)
        if (sv_node_is_drop(g, r->stop[b]) && s->at[r->stop[b] - g->drop] < a)
            return false;
    return true;
}

static bool
reaches(const struct sv_engine *g, const struct sv_tour *r, int a,
        const struct sv_tour *to, int b)
{
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    size_t hop =
        (size_t)r->stop[a] * (size_t)g->node_count + (size_t)to->stop[b];

    return r->leave[a] + c->tariff->time[hop] <= to->late[b] + SV_SLACK;
}

/* The cheap tests: a route's stops up to a go on with the other's from b. */
static bool
can_join(const struct sv_worker *w, const struct sv_tour *one, int a,
         const struct sv_tour *other, int b)
{
    const struct sv_engine *g = w->g;

    return g->carriers[one->vehicle].kind == g->carriers[other->vehicle].kind
           && one->room[a] == one->room[0]
           && other->room[b - 1] == other->room[0] && a + 1 >= one->frozen
           && b >= other->frozen && (a < one->count || b > 1)
           && reaches(g, one, a, other, b)
           && reaches(g, other, b - 1, one, a + 1)
           && is_empty_before(g, &w->cur, one, a + 1)
           && is_empty_before(g, &w->cur, other, b);
}

static bool
refresh_both(struct sv_worker *w, int one, int other)
{
    struct sv_state *s = &w->cur;
    double before = s->routes[one].cost + s->routes[other].cost;

    if (!sv_tour_refresh(w->g, s, one) || !sv_tour_refresh(w->g, s, other))
        return false;
    s->cost += s->routes[one].cost + s->routes[other].cost - before;
    return true;
}

/* Puts the tails after a and from b on the other's route each. */
static bool
exchange(struct sv_worker *w, int one, int a, int other, int b)
{
    struct sv_tour *r = &w->cur.routes[one], *q = &w->cur.routes[other];
    const struct sv_tour *old;
    int from = r->count - a, to = q->count + 1 - b;
    int end = r->stop[r->count + 1];

    sv_worker_touch(w, one);
    sv_worker_touch(w, other);
    old = &w->saved[w->saved_as[one]];
    memcpy(r->stop + a + 1, q->stop + b, (size_t)to * sizeof *r->stop);
    memcpy(q->stop + b, old->stop + a + 1, (size_t)from * sizeof *q->stop);
    r->count = a + to;
    q->count = b - 1 + from;
    r->stop[r->count + 1] = end;
    q->stop[q->count + 1] = end;
    return refresh_both(w, one, other);
}

void
sv_worker_swap_tails(struct sv_worker *w)
{
    const struct sv_engine *g = w->g;
    const struct sv_state *s = &w->cur;
    int seed = sv_chance_below(&w->dice, g->n + g->drop), one = s->in[seed];
    const int *near;

    if (one < 0)
        return;
    near = sv_nearest_to(&w->near, seed);
    for (int k = 0; k < w->near.keep; k++) {
        int node = near[k], other = s->in[node];

        if (other < 0 || other == one
            || !can_join(w, &s->routes[one], s->at[seed], &s->routes[other],
                         s->at[node]))
            continue;
        /* The first that looks possible is tried and no other: it is only the
           beginning of a round. */
        if (!exchange(w, one, s->at[seed], other, s->at[node]))
            sv_worker_undo(w);
        return;
    }
}
