/* SPDX-License-Identifier: Apache-2.0 */
/* fleet - see fleet.h. */
#include "solver/fleet.h"

#include <math.h>

#define FLEET_SHARE 0.25 /* of the limit at most, for fewer vehicles */
#define FILL_SHARE 0.1   /* for what found no room at first */

/* ---- a lower bound ---------------------------------------------------- */

/* Whether the order of up to four stops in d->order can be driven. */
static bool
order_fits(const struct sv_engine *g, struct sv_draft *d, int count)
{
    const struct sv_carrier *c = &g->carriers[0];
    struct sv_extras none = { .supply = 0,
                              .pause = { SV_PAUSE_NONE, SV_PAUSE_NONE } };
    uint64_t room = c->seats;

    d->order[0] = c->start;
    d->order[count + 1] = c->end;
    for (int a = 1; a <= count; a++) {
        int node = d->order[a];

        if (sv_node_is_drop(g, node)) {
            room += g->seats[node - g->drop];
        } else {
            if (!sv_lanes_fit(room, g->seats[node]))
                return false;
            room -= g->seats[node];
        }
    }
    return sv_draft_schedule(g, d, c, count, &none);
}

static bool
set_order(const struct sv_engine *g, struct sv_draft *d, const int nodes[4])
{
    for (int a = 0; a < 4; a++)
        d->order[a + 1] = nodes[a];
    return order_fits(g, d, 4);
}

/* Whether one vehicle can serve both: six orders of four stops. */
static bool
fit_together(const struct sv_engine *g, struct sv_draft *d, int x, int y)
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
grow_clique(const struct sv_engine *g, struct sv_draft *d, int first,
            int *members)
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
sv_fleet_bound(struct sv_worker *w)
{
    const struct sv_engine *g = w->g;
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
sum_absent(const struct sv_worker *w)
{
    double sum = 0;

    for (int k = 0; k < w->cur.absent_count; k++) {
        int r = w->cur.absent[k];

        sum += w->g->bound[r] >= 0 ? SV_BOUND_PRICE : w->weight[r];
    }
    return sum;
}

/* The route whose requests were left out least often, per request. */
static int
easiest_route(const struct sv_worker *w)
{
    double least = SV_FAR;
    int route = -1;

    for (int k = 0; k < w->g->route_count; k++) {
        const struct sv_tour *r = &w->cur.routes[k];
        double sum = 0;

        if (r->count == 0 || r->frozen > 1)
            continue;
        for (int a = 1; a <= r->count; a++)
            if (!sv_node_is_drop(w->g, r->stop[a]))
                sum += w->weight[r->stop[a]];
        if (sum < least) {
            least = sum;
            route = k;
        }
    }
    return route;
}

static bool
empty_route(struct sv_worker *w)
{
    int route = easiest_route(w);
    const struct sv_tour *r;

    if (route < 0)
        return false;
    sv_worker_begin(w);
    r = &w->cur.routes[route];
    w->taken_count = 0;
    for (int a = 1; a <= r->count; a++)
        sv_worker_mark(w, sv_node_request(w->g, r->stop[a]));
    sv_worker_take_out(w);
    w->fleet_most = sv_state_vehicles(w->g, &w->cur);
    return true;
}

/* One round that wants fewer and easier requests left out, then less cost. */
static void
round_for_room(struct sv_worker *w)
{
    double before = sum_absent(w), cost = w->cur.cost, after;
    double u = sv_chance_unit(&w->dice);
    double most = cost - w->g->hop_mean * sv_chance_log(u > 0 ? u : 1e-300);

    sv_worker_begin(w);
    sv_worker_ruin(w);
    w->rounds++;
    w->ceiling = SV_NEVER;
    w->pain = SV_FAR;
    (void)sv_worker_recreate(w);
    after = sum_absent(w);
    if (after < before || (after == before && w->cur.cost < most))
        sv_worker_keep(w);
    else
        sv_worker_undo(w);
    sv_worker_learn(w, 1);
}

void
sv_fleet_fill(struct sv_search *s, struct sv_worker *w)
{
    double pain = w->pain;
    int least = w->cur.must_absent;

    while (least > 0 && sv_search_goes_on(s, w) && s->share < FILL_SHARE) {
        round_for_room(w);
        if (w->cur.must_absent < least) {
            least = w->cur.must_absent;
            sv_search_publish(s, w);
        }
    }
    w->pain = pain;
    sv_worker_forget(w, 0);
}

void
sv_fleet_reduce(struct sv_search *s, struct sv_worker *w)
{
    int bound = sv_fleet_bound(w);
    double pain = w->pain;
    bool whole = w->cur.must_absent == 0;

    if (!whole)
        return; /* there are too few vehicles as it is */
    while (sv_state_vehicles(w->g, &w->best) > bound && empty_route(w)) {
        while (w->cur.absent_count > 0 && sv_search_goes_on(s, w)
               && s->share < FLEET_SHARE)
            round_for_room(w);
        if (w->cur.absent_count > 0)
            break;
        sv_search_publish(s, w);
    }
    sv_state_copy(w->g, &w->cur, &w->best);
    w->fleet_most = sv_state_vehicles(w->g, &w->best);
    w->pain = pain;
    sv_worker_forget(w, 0);
}
