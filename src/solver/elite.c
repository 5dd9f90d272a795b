/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elite - see elite.h.
 *
 * One cooling six times as long is hardly better than one: which valley of
 * good plans it ends in is decided while it is hot.  So a long limit is spent
 * on several, and on exchanging routes between them (selective route exchange,
 * Nagata & Kobayashi 2010).
 */
#include "solver/elite.h"

#include <math.h>
#include <string.h>

#define ELITE_SHARE 0.4  /* of the limit, for the first plans */
#define CHILD_PHASE 0.75 /* at which the cooling of a child begins */
#define SAME_COST 1e-6

enum {
    ELITES_LEAST = 3,
    ROUNDS_EACH = 1600, /* a request, for each first plan at least */
    ROUNDS_CHILD = 400, /* a request, for each child */
    WARM_ROUNDS = 1000  /* until it is known how fast rounds are */
};

/* Routes of a plan around a random stop, up to half of those in use. */
static void
choose_routes(struct sv_worker *w, const struct sv_state *from)
{
    const struct sv_engine *g = w->g;
    int used = sv_state_vehicles(g, from), want, seed, tries = 0;
    const int *near;

    memset(w->route_hit, 0, (size_t)g->route_count);
    if (used < 2)
        return;
    want = sv_chance_between(&w->dice, 1, used / 2);
    do {
        seed = sv_chance_below(&w->dice, g->n + g->drop);
    } while (from->in[seed] < 0 && ++tries < 50);
    near = sv_nearest_to(&w->near, seed);
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
find_like(const struct sv_worker *w, const struct sv_tour *other)
{
    const struct sv_state *s = &w->cur;
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
mark_route(struct sv_worker *w, const struct sv_tour *r)
{
    for (int a = 1; a <= r->count; a++)
        sv_worker_mark(w, sv_node_request(w->g, r->stop[a]));
}

/* Lays another's route on an empty one, whose requests are absent. */
static void
lay_route(struct sv_worker *w, int route, const struct sv_tour *other)
{
    struct sv_state *s = &w->cur;
    struct sv_tour *r = &s->routes[route];
    double before = r->cost;

    if (r->count > 0)
        return; /* something is frozen there: recreate finds the rest */
    r->count = other->count;
    memcpy(r->stop + 1, other->stop + 1, (size_t)r->count * sizeof *r->stop);
    r->stop[r->count + 1] = w->g->carriers[route].end;
    for (int a = 1; a <= r->count; a++)
        if (!sv_node_is_drop(w->g, r->stop[a]))
            sv_state_take_back(w->g, s, r->stop[a]);
    if (!sv_tour_refresh(w->g, s, route))
        broken(__FILE__, __LINE__, "a route cannot be driven by its like");
    s->cost += r->cost - before;
}

/* The current plan becomes the mother's with some routes of the father's. */
static void
cross(struct sv_worker *w, const struct sv_state *mother,
      const struct sv_state *father)
{
    const struct sv_engine *g = w->g;
    int *target = w->misses;

    sv_state_copy(g, &w->cur, mother);
    sv_worker_begin(w);
    choose_routes(w, father);
    for (int k = 0; k < g->route_count; k++) {
        target[k] = -1;
        if (!w->route_hit[k])
            continue;
        target[k] = find_like(w, &father->routes[k]);
        if (target[k] >= 0)
            sv_worker_touch(w, target[k]);
    }
    w->taken_count = 0;
    for (int k = 0; k < g->route_count; k++) {
        if (target[k] < 0)
            continue;
        mark_route(w, &w->cur.routes[target[k]]);
        mark_route(w, &father->routes[k]);
    }
    sv_worker_take_out(w);
    for (int k = 0; k < g->route_count; k++)
        if (target[k] >= 0)
            lay_route(w, target[k], &father->routes[k]);
    w->ceiling = SV_NEVER;
    (void)sv_worker_recreate(w);
}

int
sv_elite_measure(struct sv_elite *e, struct sv_search *s, struct sv_worker *w)
{
    double until = s->until, whole;
    int count;

    e->begin = s->share;
    e->first = w->rounds;
    s->until = e->begin + 0.01 * (1 - e->begin);
    while (sv_search_goes_on(s, w) && w->rounds - e->first < WARM_ROUNDS)
        sv_search_round(s, w, w->tuning.hot * w->g->hop_mean);
    s->until = until;
    if (s->share <= e->begin || w->g->n == 0)
        return 1;
    whole = (double)(w->rounds - e->first) / (s->share - e->begin);
    whole *= ELITE_SHARE / (ROUNDS_EACH * (double)w->g->n);
    count = whole < SV_ELITES_MOST ? (int)whole : SV_ELITES_MOST;
    return count < ELITES_LEAST ? 1 : count;
}

void
sv_elite_open(struct sv_elite *e, const struct sv_worker *w, int most)
{
    e->plans = NEW_N(w->arena, struct sv_state, (size_t)most);
    e->count = 0;
    for (int k = 0; k < most; k++)
        sv_state_open(w->g, &e->plans[k], w->arena);
    sv_state_open(w->g, &e->own, w->arena);
}

/* A plan of its own, from the state as it is. */
static void
cool_one(struct sv_search *s, struct sv_worker *w, struct sv_elite *e,
         double phase, double end)
{
    s->own = &e->own;
    s->returns = 0;
    sv_state_copy(w->g, &e->own, &w->cur);
    sv_search_cool(s, w, phase, s->share, end);
    s->own = NULL;
}

bool
sv_elite_knows(const struct sv_elite *e, double cost)
{
    for (int k = 0; k < e->count; k++)
        if (fabs(e->plans[k].cost - cost) < SAME_COST)
            return true;
    return false;
}

/* The child takes the place of its worse parent, unless it is known. */
static void
take_in(const struct sv_worker *w, struct sv_elite *e, int mother, int father)
{
    const struct sv_engine *g = w->g;
    int worse = mother;

    if (sv_state_is_better(g, &e->plans[mother], &e->plans[father]))
        worse = father;
    if (!sv_elite_knows(e, e->own.cost)
        && sv_state_is_better(g, &e->own, &e->plans[worse]))
        sv_state_copy(g, &e->plans[worse], &e->own);
}

void
sv_elite_begin(struct sv_elite *e, struct sv_search *s, struct sv_worker *w,
               int count)
{
    for (int k = 0; k < count; k++) {
        cool_one(s, w, e, 0,
                 e->begin + ELITE_SHARE * (1 - e->begin) * (k + 1) / count);
        sv_state_copy(w->g, &e->plans[k], &e->own);
        e->count++;
    }
}

void
sv_elite_go_on(struct sv_elite *e, struct sv_search *s, struct sv_worker *w)
{
    double rounds = (double)(w->rounds - e->first) / (s->share - e->begin);
    double length = fmin((1 + ROUNDS_CHILD * (double)w->g->n) / rounds, 0.1);

    while (sv_search_goes_on(s, w)) {
        int mother = sv_chance_below(&w->dice, e->count);
        int father = sv_chance_below(&w->dice, e->count - 1);
        double end;

        father += father >= mother;
        cross(w, &e->plans[mother], &e->plans[father]);
        end = s->share + length;
        if (s->until - end < length)
            end = s->until; /* the last one has all the rest, not too little */
        cool_one(s, w, e, CHILD_PHASE, end);
        take_in(w, e, mother, father);
    }
}

void
sv_elite_run(struct sv_search *s, struct sv_worker *w)
{
    struct sv_elite e;
    int count = sv_elite_measure(&e, s, w);

    if (count < ELITES_LEAST) {
        sv_search_cool(s, w, 0, e.begin, 1);
        return;
    }
    sv_elite_open(&e, w, count);
    sv_elite_begin(&e, s, w, count);
    sv_elite_go_on(&e, s, w);
}
