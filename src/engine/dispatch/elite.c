/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elite - see elite.h.
 *
 * One cooling six times as long is hardly better than one: which valley of
 * good plans it ends in is decided while it is hot.  So a long limit is spent
 * on several, and on exchanging routes between them (selective route exchange,
 * Nagata & Kobayashi 2010).
 */
#include "engine/dispatch/elite.h"

#include <math.h>
#include <string.h>

#define ELITE_SHARE 0.4  /* of the limit, for the first plans */
#define CHILD_PHASE 0.75 /* at which the cooling of a child begins */
#define SAME_COST 1e-6

enum {
    ELITES_LEAST = 3,
    ELITES_MOST = 4,
    ROUNDS_EACH = 1600, /* a request, for each first plan at least */
    ROUNDS_CHILD = 400, /* a request, for each child */
    WARM_ROUNDS = 1000  /* until it is known how fast rounds are */
};

struct elite {
    struct state plans[ELITES_MOST], own;
    int count;
};

/* Routes of a plan around a random stop, up to half of those in use. */
static void
choose_routes(struct worker *w, const struct state *from)
{
    const struct engine *g = w->g;
    int used = state_vehicles(g, from), want, seed, tries = 0;
    const int *near;

    memset(w->route_hit, 0, (size_t)g->route_count);
    if (used < 2)
        return;
    want = chance_between(&w->dice, 1, used / 2);
    do {
        seed = chance_below(&w->dice, g->n + g->drop);
    } while (from->in[seed] < 0 && ++tries < 50);
    near = nearest_to(&w->near, seed);
    for (int k = -1; k < w->near.keep && want > 0; k++) {
        int route = from->in[k < 0 ? seed : near[k]];

        if (route < 0 || w->route_hit[route])
            continue;
        w->route_hit[route] = 1;
        want--;
    }
}

/*
 * The route of the current plan that is most like the other one: of a vehicle
 * of that kind, not taken yet (those that are have been touched); or -1.
 */
static int
find_like(const struct worker *w, const struct tour *other)
{
    const struct state *s = &w->cur;
    int best = -1, most = -1;

    for (int k = 0; k < w->g->route_count; k++) {
        int alike = 0;

        if (w->saved_as[k] >= 0
            || w->g->carriers[k].kind != w->g->carriers[other->vehicle].kind)
            continue;
        for (int a = 1; a <= other->count; a++)
            alike += s->in[other->stop[a]] == k;
        if (alike > most) {
            most = alike;
            best = k;
        }
    }
    return best;
}

static void
mark_route(struct worker *w, const struct tour *r)
{
    for (int a = 1; a <= r->count; a++)
        worker_mark(w, node_request(w->g, r->stop[a]));
}

/* Lays another's route on an empty one, whose requests are absent. */
static void
lay_route(struct worker *w, int route, const struct tour *other)
{
    struct state *s = &w->cur;
    struct tour *r = &s->routes[route];
    double before = r->cost;

    if (r->count > 0)
        return; /* something is frozen there: recreate finds the rest */
    r->count = other->count;
    memcpy(r->stop + 1, other->stop + 1, (size_t)r->count * sizeof *r->stop);
    r->stop[r->count + 1] = w->g->carriers[route].end;
    for (int a = 1; a <= r->count; a++)
        if (!node_is_drop(w->g, r->stop[a]))
            state_take_back(w->g, s, r->stop[a]);
    if (!tour_refresh(w->g, s, route))
        broken(__FILE__, __LINE__, "a route cannot be driven by its like");
    s->cost += r->cost - before;
}

/* The current plan becomes the mother's with some routes of the father's. */
static void
cross(struct worker *w, const struct state *mother, const struct state *father)
{
    const struct engine *g = w->g;
    int *target = w->misses;

    state_copy(g, &w->cur, mother);
    worker_begin(w);
    choose_routes(w, father);
    for (int k = 0; k < g->route_count; k++) {
        target[k] = -1;
        if (!w->route_hit[k])
            continue;
        target[k] = find_like(w, &father->routes[k]);
        if (target[k] >= 0)
            worker_touch(w, target[k]);
    }
    w->taken_count = 0;
    for (int k = 0; k < g->route_count; k++) {
        if (target[k] < 0)
            continue;
        mark_route(w, &w->cur.routes[target[k]]);
        mark_route(w, &father->routes[k]);
    }
    worker_take_out(w);
    for (int k = 0; k < g->route_count; k++)
        if (target[k] >= 0)
            lay_route(w, target[k], &father->routes[k]);
    w->ceiling = NEVER;
    (void)worker_recreate(w);
}

/* How many first plans there is time for, from the speed of some rounds. */
static int
count_elites(struct search *s, struct worker *w, double begin)
{
    uint64_t first = w->rounds;
    double whole;
    int count;

    s->until = begin + 0.01 * (1 - begin);
    while (search_goes_on(s, w) && w->rounds - first < WARM_ROUNDS)
        search_round(s, w, w->tuning.hot * w->g->hop_mean);
    s->until = 1;
    if (s->share <= begin || w->g->n == 0)
        return 1;
    whole = (double)(w->rounds - first) / (s->share - begin);
    whole *= ELITE_SHARE / (ROUNDS_EACH * (double)w->g->n);
    count = whole < ELITES_MOST ? (int)whole : ELITES_MOST;
    return count < ELITES_LEAST ? 1 : count;
}

/* A plan of its own, from the state as it is. */
static void
cool_one(struct search *s, struct worker *w, struct elite *e, double phase,
         double end)
{
    s->own = &e->own;
    s->returns = 0;
    state_copy(w->g, &e->own, &w->cur);
    search_cool(s, w, phase, s->share, end);
    s->own = NULL;
}

/* The child takes the place of its worse parent, unless it is known. */
static void
take_in(const struct worker *w, struct elite *e, int mother, int father)
{
    const struct engine *g = w->g;
    int worse = mother;

    if (state_is_better(g, &e->plans[mother], &e->plans[father]))
        worse = father;
    for (int k = 0; k < e->count; k++)
        if (fabs(e->plans[k].cost - e->own.cost) < SAME_COST)
            return;
    if (state_is_better(g, &e->own, &e->plans[worse]))
        state_copy(g, &e->plans[worse], &e->own);
}

static void
raise_children(struct search *s, struct worker *w, struct elite *e,
               double length)
{
    while (search_goes_on(s, w)) {
        int mother = chance_below(&w->dice, e->count);
        int father = chance_below(&w->dice, e->count - 1);
        double end;

        father += father >= mother;
        cross(w, &e->plans[mother], &e->plans[father]);
        end = s->share + length;
        if (1 - end < length)
            end = 1; /* the last one has all the rest, rather than too little */
        cool_one(s, w, e, CHILD_PHASE, end);
        take_in(w, e, mother, father);
    }
}

void
elite_run(struct search *s, struct worker *w)
{
    double begin = s->share, rounds, length;
    uint64_t first = w->rounds;
    struct elite e = { .count = count_elites(s, w, begin) };

    if (e.count < ELITES_LEAST) {
        search_cool(s, w, 0, begin, 1);
        return;
    }
    state_open(w->g, &e.own, w->arena);
    for (int k = 0; k < e.count; k++) {
        state_open(w->g, &e.plans[k], w->arena);
        cool_one(s, w, &e, 0,
                 begin + ELITE_SHARE * (1 - begin) * (k + 1) / e.count);
        state_copy(w->g, &e.plans[k], &e.own);
    }
    rounds = (double)(w->rounds - first) / (s->share - begin);
    length = fmin((1 + ROUNDS_CHILD * (double)w->g->n) / rounds, 0.1);
    raise_children(s, w, &e, length);
}
