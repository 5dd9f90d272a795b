/* SPDX-License-Identifier: Apache-2.0 */
/* fleet - see fleet.h. */
#include "solver/fleet.h"

#include <math.h>

#define FLEET_SHARE 0.25 /* of the limit at most, for fewer vehicles */
#define FILL_SHARE 0.1   /* for what found no room at first */

/* ---- a lower bound ---------------------------------------------------- */

/* Whether the order of up to four stops in d->order can be driven. */
static bool
order_fits(const struct engine *g, struct draft *d, int count)
{
    const struct carrier *c = &g->carriers[0];
    struct extras none = { .supply = 0, .pause = { PAUSE_NONE, PAUSE_NONE } };
    uint64_t room = c->seats;

    d->order[0] = c->start;
    d->order[count + 1] = c->end;
    for (int a = 1; a <= count; a++) {
        int node = d->order[a];

        if (node_is_drop(g, node)) {
            room += g->seats[node - g->drop];
        } else {
            if (!lanes_fit(room, g->seats[node]))
                return false;
            room -= g->seats[node];
        }
    }
    return draft_schedule(g, d, c, count, &none);
}

static bool
set_order(const struct engine *g, struct draft *d, const int nodes[4])
{
    for (int a = 0; a < 4; a++)
        d->order[a + 1] = nodes[a];
    return order_fits(g, d, 4);
}

/* Whether one vehicle can serve both: six orders of four stops. */
static bool
fit_together(const struct engine *g, struct draft *d, int x, int y)
{
    int a = x + g->drop, b = y + g->drop;

    return set_order(g, d, (int[]){ x, a, y, b })
           || set_order(g, d, (int[]){ y, b, x, a })
           || set_order(g, d, (int[]){ x, y, a, b })
           || set_order(g, d, (int[]){ x, y, b, a })
           || set_order(g, d, (int[]){ y, x, a, b })
           || set_order(g, d, (int[]){ y, x, b, a });
}

/* Requests no two of which fit together, grown greedily from one. */
static int
grow_clique(const struct engine *g, struct draft *d, int first, int *members)
{
    int count = 1;

    members[0] = first;
    for (int r = 0; r < g->n; r++) {
        bool apart = r != first;

        for (int k = 0; k < count && apart; k++)
            apart = !fit_together(g, d, members[k], r);
        if (apart)
            members[count++] = r;
    }
    return count;
}

int
fleet_bound(struct worker *w)
{
    const struct engine *g = w->g;
    int best = 1, *members;

    if (!g->rides || g->kind_count != 1 || g->n < 1)
        return 1;
    members = NEW_N(w->arena, int, (size_t)g->n + 1);
    for (int r = 0; r < g->n; r += 1 + g->n / 20) {
        int size = grow_clique(g, &w->cur.draft, r, members);

        if (size > best)
            best = size;
    }
    return best;
}

/* ---- the search ------------------------------------------------------- */

static double
sum_absent(const struct worker *w)
{
    double sum = 0;

    for (int k = 0; k < w->cur.absent_count; k++) {
        int r = w->cur.absent[k];

        sum += w->g->bound[r] >= 0 ? BOUND_PRICE : w->weight[r];
    }
    return sum;
}

/* The route whose requests were left out least often, per request. */
static int
easiest_route(const struct worker *w)
{
    double least = FAR;
    int route = -1;

    for (int k = 0; k < w->g->route_count; k++) {
        const struct tour *r = &w->cur.routes[k];
        double sum = 0;

        if (r->count == 0 || r->frozen > 1)
            continue;
        for (int a = 1; a <= r->count; a++)
            if (!node_is_drop(w->g, r->stop[a]))
                sum += w->weight[r->stop[a]];
        if (sum < least) {
            least = sum;
            route = k;
        }
    }
    return route;
}

static bool
empty_route(struct worker *w)
{
    int route = easiest_route(w);
    const struct tour *r;

    if (route < 0)
        return false;
    worker_begin(w);
    r = &w->cur.routes[route];
    w->taken_count = 0;
    for (int a = 1; a <= r->count; a++)
        worker_mark(w, node_request(w->g, r->stop[a]));
    worker_take_out(w);
    w->fleet_most = state_vehicles(w->g, &w->cur);
    return true;
}

/* One round that wants fewer and easier requests left out, then less cost. */
static void
round_for_room(struct worker *w)
{
    double before = sum_absent(w), cost = w->cur.cost, after;
    double u = chance_unit(&w->dice);
    double most = cost - w->g->hop_mean * chance_log(u > 0 ? u : 1e-300);

    worker_begin(w);
    worker_ruin(w);
    w->rounds++;
    w->ceiling = NEVER;
    w->pain = FAR;
    (void)worker_recreate(w);
    after = sum_absent(w);
    if (after < before || (after == before && w->cur.cost < most))
        worker_keep(w);
    else
        worker_undo(w);
    worker_learn(w, 1);
}

void
fleet_fill(struct search *s, struct worker *w)
{
    double pain = w->pain;
    int least = w->cur.must_absent;

    while (least > 0 && search_goes_on(s, w) && s->share < FILL_SHARE) {
        round_for_room(w);
        if (w->cur.must_absent < least) {
            least = w->cur.must_absent;
            search_publish(s, w);
        }
    }
    w->pain = pain;
    worker_forget(w, 0);
}

void
fleet_reduce(struct search *s, struct worker *w)
{
    int bound = fleet_bound(w);
    double pain = w->pain;
    bool whole = w->cur.must_absent == 0;

    if (!whole)
        return; /* there are too few vehicles as it is */
    while (state_vehicles(w->g, &w->best) > bound && empty_route(w)) {
        while (w->cur.absent_count > 0 && search_goes_on(s, w)
               && s->share < FLEET_SHARE)
            round_for_room(w);
        if (w->cur.absent_count > 0)
            break;
        search_publish(s, w);
    }
    state_copy(w->g, &w->cur, &w->best);
    w->fleet_most = state_vehicles(w->g, &w->best);
    w->pain = pain;
    worker_forget(w, 0);
}
