/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recreate - puts absent requests back, each at its cheapest place.
 *
 * The order is drawn anew each round; one place in a hundred is overlooked
 * on purpose ("blinks"), so that the same ruin does not lead to the same
 * plan again.
 */
#include "engine/dispatch/worker.h"

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
key_of(struct worker *w, enum order order, int r)
{
    const struct engine *g = w->g;

    switch (order) {
    case ORDER_RANDOM: break;
    case ORDER_GROUPS: return -(double)g->seats[r];
    case ORDER_FAR: return -engine_apart(g, g->carriers[0].start, r);
    case ORDER_NEAR: return engine_apart(g, g->carriers[0].start, r);
    case ORDER_NARROW: return g->to[r] - g->from[r];
    case ORDER_EARLY: return g->to[r];
    case ORDER_LATE: return -g->from[r];
    case ORDER_RARE: return g->may_count[r];
    }
    return chance_unit(&w->dice);
}

static enum order
draw_order(struct worker *w)
{
    static const enum order by_weight[] = {
        ORDER_RANDOM, ORDER_RANDOM, ORDER_RANDOM, ORDER_RANDOM, ORDER_GROUPS,
        ORDER_GROUPS, ORDER_FAR,    ORDER_FAR,    ORDER_NEAR,   ORDER_NARROW,
        ORDER_NARROW, ORDER_EARLY,  ORDER_LATE,   ORDER_RARE
    };

    return by_weight[chance_below(&w->dice,
                                  sizeof by_weight / sizeof *by_weight)];
}

/* The absent requests in a drawn order; insertion sort, they are few. */
static int
fill_pool(struct worker *w)
{
    enum order order = draw_order(w);
    int count = w->cur.absent_count;

    for (int k = 0; k < count; k++) {
        int r = w->cur.absent[k], b = k;
        double key = key_of(w, order, r);

        while (b > 0 && w->pool[b - 1].key > key) {
            w->pool[b] = w->pool[b - 1];
            b--;
        }
        w->pool[b] = (struct pooled){ key, r };
    }
    return count;
}

static void
place_one(struct worker *w, int request)
{
    const struct engine *g = w->g;
    struct spot best = { .added = g->price[request], .route = -1 };
    int empty_kind = -1;

    for (int k = 0; k < g->route_count; k++) {
        if (w->cur.routes[k].count == 0) {
            if (g->carriers[k].kind == empty_kind)
                continue;
            empty_kind = g->carriers[k].kind;
        }
        insert_seek(g, &w->cur, &w->probe, k, request, &best);
    }
    if (best.route < 0)
        return;
    worker_touch(w, best.route);
    state_take_back(g, &w->cur, request);
    if (!insert_put(g, &w->cur, request, &best))
        broken(__FILE__, __LINE__, "a tested place does not fit");
}

void
worker_recreate(struct worker *w)
{
    int count;

    w->probe.blink_mean = w->tuning.blink_mean;
    if (w->probe.blink_left == 0)
        w->probe.blink_left = 50;
    count = fill_pool(w);
    for (int k = 0; k < count; k++)
        place_one(w, w->pool[k].request);
}
