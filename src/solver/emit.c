/* SPDX-License-Identifier: Apache-2.0 */
/* emit - see emit.h. */
#include "solver/emit.h"

#include <math.h>

/* The extras the tour was priced with. */
static struct sv_extras
extras_of(const struct sv_engine *g, const struct sv_tour *r)
{
    struct sv_extras x = { .supply = r->supply,
                           .pause = { SV_PAUSE_NONE, SV_PAUSE_NONE } };

    for (int k = 0; g->full && k < SV_BREAKS; k++)
        x.pause[k] = r->pause[k];
    return x;
}

static struct sv_stop
stop_of(const struct sv_worker *w, int vehicle, const struct sv_draft *d, int a,
        int *place)
{
    const struct sv_problem *p = w->g->p;
    int node = d->element[a];
    struct sv_stop s = { .request = -1, .start = d->start[a], .place = *place };

    if (node >= 0) {
        const struct sv_visit *v;

        s.request = sv_node_request(w->g, node);
        s.kind =
            sv_node_is_drop(w->g, node) ? SV_STOP_DELIVERY : SV_STOP_PICKUP;
        v = sv_node_is_drop(w->g, node) ? &p->requests[s.request].delivery
                                        : &p->requests[s.request].pickup;
        s.place = v->place;
        s.length = v->service;
    } else if (node == SV_DRAFT_SUPPLY) {
        s.kind = SV_STOP_SUPPLY;
        s.place = p->supply;
        s.length = p->supply_service;
    } else { /* wherever the vehicle stands: PLACE stays */
        s.kind = SV_STOP_PAUSE;
        s.length =
            w->g->carriers[vehicle].v->pauses[SV_DRAFT_PAUSE - node].length;
    }
    *place = s.place;
    return s;
}

/* Pauses that are taken at home, before the first or after the last stop. */
static void
emit_home_pauses(struct sv_plan_tour *t, const struct sv_carrier *c,
                 const struct sv_extras *x, int which)
{
    const struct sv_vehicle *v = c->v;
    double start[SV_BREAKS], over;
    int first = 0;

    if (!sv_draft_home_pauses(c, x, which,
                              which == SV_PAUSE_BEFORE ? c->from : t->returns,
                              start, &over))
        broken(__FILE__, __LINE__, "a break that was priced cannot be taken");
    if (v->pause_count == 2 && x->pause[0] == which && x->pause[1] == which)
        first = start[1] < start[0];
    for (int n = 0; n < v->pause_count; n++) {
        int k = n ^ first;

        if (x->pause[k] == which)
            t->stops[t->stop_count++] = (struct sv_stop){
                .kind = SV_STOP_PAUSE,
                .request = -1,
                .place = which == SV_PAUSE_BEFORE ? v->start : v->end,
                .start = start[k],
                .length = v->pauses[k].length
            };
    }
}

static void
emit_tour(struct sv_worker *w, struct sv_plan *plan, const struct sv_tour *r)
{
    const struct sv_engine *g = w->g;
    const struct sv_carrier *c = &g->carriers[r->vehicle];
    struct sv_draft *d = &w->best.draft;
    struct sv_extras x = extras_of(g, r);
    struct sv_plan_tour *t = &plan->routes[plan->route_count++];
    int place = c->v->start, last;

    for (int a = 0; a <= r->count + 1; a++)
        d->order[a] = r->stop[a];
    /* The search knows that a route can be driven, not when. */
    if (!sv_draft_schedule(g, d, c, r->count, &x))
        broken(__FILE__, __LINE__, "a route of the search cannot be driven");
    last = d->chain.count - 1;
    t->vehicle = r->vehicle;
    t->leaves = d->start[0];
    t->returns = d->start[last];
    t->stops =
        NEW_N(plan->arena, struct sv_stop, (size_t)(last + SV_BREAKS + 1));
    emit_home_pauses(t, c, &x, SV_PAUSE_BEFORE);
    for (int a = 1; a < last; a++)
        t->stops[t->stop_count++] = stop_of(w, r->vehicle, d, a, &place);
    emit_home_pauses(t, c, &x, SV_PAUSE_AFTER);
}

/* The same sums sv_plan_check makes. */
static void
sum_tour(const struct sv_problem *p, struct sv_plan *plan,
         struct sv_plan_tour *t)
{
    const struct sv_vehicle *v = &p->vehicles[t->vehicle];
    int here = v->start;

    for (int k = 0; k <= t->stop_count; k++) {
        int there = k < t->stop_count ? t->stops[k].place : v->end;
        const struct sv_request *q;

        t->distance += sv_problem_distance(p, here, there);
        here = there;
        if (k == t->stop_count || t->stops[k].request < 0)
            continue;
        q = &p->requests[t->stops[k].request];
        if (t->stops[k].kind == SV_STOP_PICKUP && q->keeps >= 0
            && q->keeps != t->vehicle)
            t->cost += q->change_price;
        if (q->late_cost > 0 && t->stops[k].start > q->deadline
            && (t->stops[k].kind == SV_STOP_DELIVERY) == sv_request_is_ride(q))
            t->cost += q->late_cost * (t->stops[k].start - q->deadline);
    }
    t->cost += v->cost_use + v->cost_distance * t->distance
               + v->cost_time * (t->returns - t->leaves);
    plan->cost += t->cost;
    plan->distance += t->distance;
    plan->duration += t->returns - t->leaves;
}

void
sv_plan_emit(struct sv_worker *w, struct sv_plan *plan)
{
    const struct sv_engine *g = w->g;
    struct sv_state *s = &w->best;

    *plan = (struct sv_plan){ .arena = arena_open() };
    plan->routes =
        NEW_N(plan->arena, struct sv_plan_tour, (size_t)g->route_count);
    plan->unserved =
        NEW_N(plan->arena, struct sv_unserved, (size_t)s->absent_count + 1);
    for (int k = 0; k < g->route_count; k++)
        if (s->routes[k].count > 0)
            emit_tour(w, plan, &s->routes[k]);
    for (int k = 0; k < plan->route_count; k++)
        sum_tour(g->p, plan, &plan->routes[k]);
    /* the search and the plan must agree on what things cost */
    ASSERT(fabs(plan->cost - s->cost) <= 1e-3 + 1e-6 * plan->cost);
    for (int r = 0; r < g->n; r++)
        if (s->absent_at[r] >= 0)
            plan->unserved[plan->unserved_count++] =
                (struct sv_unserved){ r, sv_explain_unserved(w, r) };
}

/* ---- a plan as a beginning ------------------------------------------- */

static bool
can_adopt(const struct sv_worker *w, const struct sv_stop *s, int vehicle)
{
    const struct sv_state *cur = &w->cur;

    if (s->request < 0 || s->request >= w->g->n)
        return false;
    if (s->kind == SV_STOP_DELIVERY)
        return cur->in[s->request] == vehicle
               && cur->in[s->request + w->g->drop] < 0;
    return cur->absent_at[s->request] >= 0 && cur->in[s->request] < 0
           && sv_engine_may(w->g, s->request, vehicle);
}

/* Cuts the tour back to its first stops. */
static void
cut_back(struct sv_worker *w, int vehicle, int kept)
{
    struct sv_state *s = &w->cur;
    struct sv_tour *r = &s->routes[vehicle];

    for (int a = kept + 1; a <= r->count; a++)
        s->in[r->stop[a]] = s->at[r->stop[a]] = -1;
    r->count = kept;
    r->stop[kept + 1] = w->g->carriers[vehicle].end;
    if (!sv_tour_refresh(w->g, s, vehicle))
        broken(__FILE__, __LINE__, "what was driven cannot be any more");
}

/* The stops behind the pinned ones, in the order of the plan. */
static void
adopt_tour(struct sv_worker *w, const struct sv_plan_tour *t)
{
    struct sv_state *s = &w->cur;
    struct sv_tour *r = &s->routes[t->vehicle];
    int kept = r->count;
    double before = r->cost;

    for (int k = 0; k < t->stop_count; k++) {
        int node = t->stops[k].request;

        if (!can_adopt(w, &t->stops[k], t->vehicle))
            continue;
        if (t->stops[k].kind == SV_STOP_DELIVERY)
            node += w->g->drop;
        s->in[node] = t->vehicle;
        r->stop[++r->count] = node;
    }
    r->stop[r->count + 1] = w->g->carriers[t->vehicle].end;
    if (!sv_tour_is_whole(w->g, s, r)
        || !sv_tour_refresh(w->g, s, t->vehicle)) {
        cut_back(w, t->vehicle, kept);
        return;
    }
    s->cost += r->cost - before;
    for (int a = kept + 1; a <= r->count; a++) {
        int request = sv_node_request(w->g, r->stop[a]);

        if (s->absent_at[request] >= 0)
            sv_state_take_back(w->g, s, request);
    }
}

/* Requests of the plan's route that are not on the vehicle's now. */
static int
count_lost(const struct sv_worker *w, const struct sv_plan_tour *t)
{
    int lost = 0;

    for (int k = 0; k < t->stop_count; k++) {
        int r = t->stops[k].request;

        lost += t->stops[k].kind == SV_STOP_PICKUP
                && (r >= w->g->n || w->cur.in[r] != t->vehicle);
    }
    return lost;
}

int *
sv_plan_adopt(struct call *c, struct sv_worker *w, const struct sv_plan *plan)
{
    int *lost = NEW_N(c->arena, int, (size_t)plan->route_count + 1);

    for (int k = 0; k < plan->route_count; k++) {
        if (plan->routes[k].vehicle < w->g->route_count)
            adopt_tour(w, &plan->routes[k]);
        lost[k] = count_lost(w, &plan->routes[k]);
    }
    return lost;
}
