/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recreate - puts absent requests back, each at its cheapest place.
 *
 * The order is drawn anew each round; one place in a hundred is overlooked
 * on purpose ("blinks"), so that the same ruin does not lead to the same
 * plan again.
 */
#include "solver/worker.h"

enum order {
    ORDER_RANDOM,
    ORDER_GROUPS,
    ORDER_FAR,
    ORDER_NEAR,
    ORDER_NARROW,
    ORDER_EARLY,
    ORDER_LATE,
    ORDER_RARE
};

static double
key_of(struct sv_worker *w, enum order order, int r)
{
    const struct sv_engine *g = w->g;

    switch (order) {
    case ORDER_RANDOM: break;
    case ORDER_GROUPS: return -(double)g->seats[r];
    case ORDER_FAR: return -sv_engine_apart(g, g->carriers[0].start, r);
    case ORDER_NEAR: return sv_engine_apart(g, g->carriers[0].start, r);
    case ORDER_NARROW: return g->to[r] - g->from[r];
    case ORDER_EARLY: return g->to[r];
    case ORDER_LATE: return -g->from[r];
    case ORDER_RARE: return g->may_count[r];
    }
    return sv_chance_unit(&w->dice);
}

static enum order
draw_order(struct sv_worker *w)
{
    static const enum order by_weight[] = {
        ORDER_RANDOM, ORDER_RANDOM, ORDER_RANDOM, ORDER_RANDOM, ORDER_GROUPS,
        ORDER_GROUPS, ORDER_FAR,    ORDER_FAR,    ORDER_NEAR,   ORDER_NARROW,
        ORDER_NARROW, ORDER_EARLY,  ORDER_LATE,   ORDER_RARE
    };

    return by_weight[sv_chance_below(&w->dice,
                                     sizeof by_weight / sizeof *by_weight)];
}

int
sv_worker_line_up(struct sv_worker *w)
{
    enum order order = draw_order(w);
    int count = w->cur.absent_count;

    w->given_up = 0;
    /* insertion sort, they are few */

    for (int k = 0; k < count; k++) {
        int r = w->cur.absent[k], b = k;
        /* who sits in a car comes before all who wait for one */
        double key = w->g->bound[r] >= 0 ? -SV_FAR : key_of(w, order, r);

        while (b > 0 && w->pool[b - 1].key > key) {
            w->pool[b] = w->pool[b - 1];
            b--;
        }
        w->pool[b] = (struct sv_pooled){ key, r };
    }
    return count;
}

/*
 * Takes the place unless the dice overlook it; then the next best one of
 * the same route, if that beats what is known.
 */
static void
take_place(struct sv_worker *w, int request, const struct sv_spot *found,
           struct sv_spot *best)
{
    struct sv_spot other = *best;

    if (--w->blink_left > 0) {
        *best = *found;
        return;
    }
    w->blink_left =
        sv_chance_between(&w->dice, 1, 2 * w->tuning.blink_mean - 1);
    other.route = -1;
    w->probe.ban_pickup = found->pickup;
    w->probe.ban_delivery = found->delivery;
    sv_insert_seek(w->g, &w->cur, &w->probe, found->route, request, &other);
    w->probe.ban_pickup = w->probe.ban_delivery = -1;
    if (other.route >= 0)
        *best = other;
}

/*
 * What is remembered of the route: true when that settles it.  Routes that
 * no round changed since keep their version, and with it their memos.
 */
static bool
recall(struct sv_worker *w, int request, int route, struct sv_spot *best)
{
    const struct sv_memo *m;
    struct sv_spot found;

    if (!w->memos)
        return false;
    m = &w->memos[(size_t)request * (size_t)w->g->route_count + (size_t)route];
    if (m->version != w->cur.routes[route].version)
        return false;
    if (m->added >= best->added)
        return true;
    if (m->pickup < 0 && m->delivery < 0)
        return false;
    found = (struct sv_spot){ m->added, route, m->pickup, m->delivery };
    take_place(w, request, &found, best);
    return true;
}

/*
 * Looks anew.  A route that is not being worked on is searched a little
 * beyond the bound, so that what is remembered helps under other bounds too.
 */
static void
seek(struct sv_worker *w, int request, int route, struct sv_spot *best)
{
    bool keep = w->memos && w->saved_as[route] < 0;
    double bound = best->added + (keep ? w->tuning.beyond * w->g->hop_mean : 0);
    struct sv_spot found = {
        .added = bound, .route = -1, .pickup = -1, .delivery = -1
    };

    sv_insert_seek(w->g, &w->cur, &w->probe, route, request, &found);
    if (keep)
        w->memos[(size_t)request * (size_t)w->g->route_count + (size_t)route] =
            (struct sv_memo){ w->cur.routes[route].version, found.added,
                              found.pickup, found.delivery };
    if (found.route >= 0 && found.added < best->added)
        take_place(w, request, &found, best);
}

/*
 * Asks the memos of every route in use, and of one empty vehicle of each
 * kind while the fleet may grow; the others are counted as misses.
 */
static int
recall_all(struct sv_worker *w, int request, struct sv_spot *best)
{
    const struct sv_engine *g = w->g;
    int used = 0, misses = 0, empty_kind = -1;

    for (int k = 0; k < g->route_count; k++) {
        if (w->cur.routes[k].count == 0)
            continue;
        used++;
        if (!recall(w, request, k, best))
            w->misses[misses++] = k;
    }
    for (int k = 0; k < g->route_count && used < w->fleet_most; k++) {
        if (w->cur.routes[k].count > 0 || g->carriers[k].kind == empty_kind)
            continue;
        empty_kind = g->carriers[k].kind;
        if (!recall(w, request, k, best))
            w->misses[misses++] = k;
    }
    return misses;
}

/* The best place of all that costs less than the bound. */
static struct sv_spot
seek_everywhere(struct sv_worker *w, int request, double bound)
{
    struct sv_spot best = { .added = bound, .route = -1 };
    int misses = recall_all(w, request, &best);

    for (int k = 0; k < misses; k++)
        seek(w, request, w->misses[k], &best);
    return best;
}

bool
sv_worker_place(struct sv_worker *w, int k)
{
    int request = w->pool[k].request;
    double price = w->g->must[request] ? w->pain * w->weight[request]
                                       : w->g->price[request];
    double room = w->ceiling - w->cur.cost - w->given_up;
    struct sv_spot best;

    /* False gives the round up: it could only end above the ceiling. */
    if (room <= 0)
        return false;
    best = seek_everywhere(w, request, price < room ? price : room);
    if (best.route < 0) {
        w->given_up += price;
        return price < room;
    }
    sv_worker_touch(w, best.route);
    sv_state_take_back(w->g, &w->cur, request);
    if (!sv_insert_put(w->g, &w->cur, request, &best))
        broken(__FILE__, __LINE__, "a tested place does not fit");
    return true;
}

bool
sv_worker_recreate(struct sv_worker *w)
{
    int count = sv_worker_line_up(w);

    for (int k = 0; k < count; k++)
        if (!sv_worker_place(w, k))
            return false;
    return true;
}
