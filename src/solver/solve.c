/* SPDX-License-Identifier: Apache-2.0 */
/* solve - from a problem to a plan; see solve.h. */
#include "solver/solve.h"

#include "solver/emit.h"
#include "solver/team.h"

#include <time.h>

/* The stops a vehicle is bound to make first. */
static enum err
lay_pinned(struct call *c, struct sv_worker *w, int route)
{
    const struct sv_engine *g = w->g;
    const struct sv_vehicle *v = &g->p->vehicles[route];
    struct sv_state *s = &w->cur;
    struct sv_tour *r = &s->routes[route];

    for (int a = 0; a < v->pinned_count; a++) {
        const struct sv_pinned *pin = &v->pinned[a];

        r->stop[a + 1] = pin->request + (pin->delivery ? g->drop : 0);
    }
    r->count = v->pinned_count;
    r->frozen = v->pinned_count + 1;
    r->stop[r->count + 1] = g->carriers[route].end;
    if (!sv_tour_refresh(g, s, route))
        return fail(c, ERR_INVALID, NULL,
                    "the pinned stops of vehicle %s cannot be driven", v->name);
    s->cost += r->cost;
    for (int a = 1; a <= r->count; a++) {
        int q = sv_node_request(g, r->stop[a]);
        bool ride = sv_request_is_ride(&g->p->requests[q]);

        /* whose delivery is open stays absent: only that is missing */
        if (sv_node_is_drop(g, r->stop[a]) || !ride)
            sv_state_take_back(g, s, q);
    }
    return OK;
}

static enum err
lay_all_pinned(struct call *c, struct sv_worker *w)
{
    for (int k = 0; k < w->g->route_count; k++)
        if (w->g->p->vehicles[k].pinned_count > 0)
            TRY(lay_pinned(c, w, k));
    return OK;
}

/* As given, all of it must be drivable. */
static enum err
take_start(struct call *c, struct sv_worker *w, const struct sv_plan *start,
           bool as_given, int **lost)
{
    *lost = sv_plan_adopt(c, w, start);
    for (int k = 0; k < start->route_count; k++)
        if (as_given && (*lost)[k] > 0)
            return fail(c, ERR_INVALID, NULL,
                        "the route of vehicle %s cannot be driven",
                        w->g->p->vehicles[start->routes[k].vehicle].name);
    return OK;
}

enum err
sv_solve(struct call *c, const struct sv_problem *p,
         const struct sv_limits *limits, const struct sv_plan *start,
         struct sv_plan *plan, struct sv_result *result,
         sv_solve_listener listener, void *with)
{
    struct sv_engine g;
    struct sv_worker w;
    struct sv_search s = {
        .limits = *limits, .until = 1, .listener = listener, .with = with
    };
    clock_t cpu = clock();
    int *lost = NULL;
    enum err e;

    sv_engine_open(&g, p);
    sv_worker_open(&w, &g, limits->seed);
    e = lay_all_pinned(c, &w);
    if (e == OK && start)
        e = take_start(c, &w, start, limits->as_given, &lost);
    if (e == OK) {
        /* As given it is only timed and priced. */
        if (limits->as_given)
            sv_search_publish(&s, &w);
        else
            sv_team_run(&s, &w, limits->threads);
        sv_plan_emit(&w, plan);
        *result = (struct sv_result){
            .lost = lost,
            .rounds = w.rounds,
            .seconds = sv_clock_now() - limits->began,
            .cpu = (double)(clock() - cpu) / CLOCKS_PER_SEC,
            .best_at = s.best_at,
            .memory = arena_used(g.arena) + arena_used(w.arena)
                      + arena_used(p->arena) + s.memory
        };
    }
    sv_worker_close(&w);
    sv_engine_close(&g);
    return e;
}
