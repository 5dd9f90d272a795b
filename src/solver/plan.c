/* SPDX-License-Identifier: Apache-2.0 */
/* plan - checking a plan by its own times; see plan.h. */
#include "solver/plan.h"

#include <math.h>
#include <string.h>

#define NEAR_ENOUGH 1e-5 /* rounding of times that add up over a day */

/* What is carried along a route while it is looked at. */
struct ride_along {
    struct call *c;
    const struct sv_problem *p;
    const struct sv_vehicle *v;
    double *picked; /* end of each request's pickup; NAN not picked up */
    int *done;      /* stops made of each request, over all routes */
    int seats[SV_SEAT_KINDS], parts[SV_PART_KINDS];
    bool supplied;
    bool paused[SV_BREAKS];
    double lateness;
};

static const struct sv_pinned *
pin_of(const struct sv_vehicle *v, const struct sv_stop *s)
{
    for (int k = 0; k < v->pinned_count; k++)
        if (v->pinned[k].request == s->request
            && v->pinned[k].delivery == (s->kind == SV_STOP_DELIVERY))
            return &v->pinned[k];
    return NULL;
}

static enum err
use_supplies(struct ride_along *w, const struct sv_stop *s,
             const struct sv_request *q)
{
    /* what is pinned is done with whatever is there */
    if (w->supplied || pin_of(w->v, s)) {
        for (int k = 0; k < SV_PART_KINDS; k++)
            w->parts[k] -=
                q->parts[k] < w->parts[k] ? q->parts[k] : w->parts[k];
        return OK;
    }
    if (q->tools & ~w->v->tools)
        return fail(w->c, ERR_INVALID, NULL, "request %s: a tool is missing",
                    q->name);
    for (int k = 0; k < SV_PART_KINDS; k++) {
        w->parts[k] -= q->parts[k];
        if (w->parts[k] < 0 && q->parts[k] > 0)
            return fail(w->c, ERR_INVALID, NULL,
                        "request %s: a part has run out", q->name);
    }
    return OK;
}

static enum err
get_in(struct ride_along *w, const struct sv_stop *s,
       const struct sv_request *q)
{
    if (w->done[s->request]++ != 0)
        return fail(w->c, ERR_INVALID, NULL, "request %s is served twice",
                    q->name);
    if (!sv_request_allows(q, (int)(w->v - w->p->vehicles))
        || !sv_skills_cover(&w->v->skills, &q->skills))
        return fail(w->c, ERR_INVALID, NULL,
                    "vehicle %s may not serve request %s", w->v->name, q->name);
    TRY(use_supplies(w, s, q));
    w->picked[s->request] = s->start + q->pickup.service;
    for (int k = 0; k < SV_SEAT_KINDS; k++) {
        if (w->seats[k] < q->seats[k])
            return fail(w->c, ERR_INVALID, NULL,
                        "vehicle %s has no seat for request %s", w->v->name,
                        q->name);
        /* A visit needs the seats to be there; nobody gets in. */
        if (sv_request_is_ride(q))
            w->seats[k] -= q->seats[k];
    }
    return OK;
}

static enum err
get_out(struct ride_along *w, const struct sv_stop *s,
        const struct sv_request *q)
{
    double ride = s->start - w->picked[s->request];

    if (w->done[s->request]++ != 1 || isnan(ride))
        return fail(w->c, ERR_INVALID, NULL,
                    "request %s is delivered without its pickup", q->name);
    if (ride > sv_request_ride_limit(w->p, q) + NEAR_ENOUGH)
        return fail(w->c, ERR_INVALID, NULL,
                    "request %s rides for %.3f, longer than allowed", q->name,
                    ride);
    for (int k = 0; k < SV_SEAT_KINDS; k++)
        w->seats[k] += q->seats[k];
    return OK;
}

static bool
is_pause(const struct sv_pause *p, const struct sv_stop *s)
{
    return s->start >= p->start.from - NEAR_ENOUGH
           && s->start <= p->start.to + NEAR_ENOUGH
           && fabs(s->length - p->length) <= NEAR_ENOUGH;
}

/* The stop is one of the breaks not taken yet, the most urgent that fits. */
static enum err
check_pause(struct ride_along *w, const struct sv_stop *s)
{
    int found = -1;

    for (int k = 0; k < w->v->pause_count; k++)
        if (!w->paused[k] && is_pause(&w->v->pauses[k], s)
            && (found < 0
                || w->v->pauses[k].start.to < w->v->pauses[found].start.to))
            found = k;
    if (found < 0)
        return fail(w->c, ERR_INVALID, NULL,
                    "vehicle %s: the break at %.3f is none of its breaks or "
                    "outside its window",
                    w->v->name, s->start);
    w->paused[found] = true;
    return OK;
}

/* Breaks before leaving and after returning: in the shift, and one at a time.
   home is when the last one was over. */
static enum err
check_home_pause(struct ride_along *w, const struct sv_plan_tour *r,
                 const struct sv_stop *s, double *home)
{
    bool before = s->start < r->leaves;
    double least = before ? w->v->shift.from : r->returns;
    double most = before ? r->leaves : w->v->shift.to;

    if (s->start < fmax(*home, least) - NEAR_ENOUGH
        || s->start + s->length > most + NEAR_ENOUGH)
        return fail(w->c, ERR_INVALID, NULL,
                    "vehicle %s: the break at %.3f is not within its free "
                    "time at home",
                    w->v->name, s->start);
    *home = s->start + s->length;
    return OK;
}

static enum err
check_stop(struct ride_along *w, const struct sv_stop *s)
{
    const struct sv_request *q;
    const struct sv_visit *at;
    const struct sv_pinned *pin;
    struct sv_window start;

    if (s->kind == SV_STOP_SUPPLY) {
        w->supplied = true;
        return OK;
    }
    if (s->kind == SV_STOP_PAUSE)
        return check_pause(w, s);
    q = &w->p->requests[s->request];
    at = s->kind == SV_STOP_DELIVERY ? &q->delivery : &q->pickup;
    pin = pin_of(w->v, s);
    /* What was told to somebody counts, not what may be asked of others. */
    start = pin ? pin->start : at->start;
    if (s->start < start.from - NEAR_ENOUGH
        || s->start > start.to + NEAR_ENOUGH)
        return fail(w->c, ERR_INVALID, NULL,
                    "request %s starts at %.3f, outside its window", q->name,
                    s->start);
    if (s->kind == SV_STOP_DELIVERY || !sv_request_is_ride(q))
        w->lateness += q->late_cost * fmax(0, s->start - q->deadline);
    return s->kind == SV_STOP_DELIVERY ? get_out(w, s, q) : get_in(w, s, q);
}

/* Driving from stop to stop within the times; fills the distance. */
static enum err
check_moves(struct ride_along *w, const struct sv_plan_tour *r,
            double *distance)
{
    const struct sv_problem *p = w->p;
    int here = w->v->start;
    double free_at = r->leaves, at_home = -SV_ENDLESS;

    *distance = 0;
    for (int k = 0; k <= r->stop_count; k++) {
        bool home = k == r->stop_count;
        int there = home ? w->v->end : r->stops[k].place;
        double start = home ? r->returns : r->stops[k].start;
        double drive = sv_problem_time(p, here, there) * w->v->pace;

        if (!home && r->stops[k].kind == SV_STOP_PAUSE
            && (start < r->leaves || start >= r->returns)) {
            TRY(check_home_pause(w, r, &r->stops[k], &at_home));
            continue;
        }
        if (start < free_at + drive - NEAR_ENOUGH)
            return fail(w->c, ERR_INVALID, NULL,
                        "vehicle %s cannot be at its stop %d by %.3f",
                        w->v->name, k + 1, start);
        *distance += sv_problem_distance(p, here, there);
        here = there;
        free_at = start + (home ? 0 : r->stops[k].length);
    }
    return OK;
}

static enum err
check_shift(struct ride_along *w, const struct sv_plan_tour *r)
{
    const struct sv_vehicle *v = w->v;

    if (r->leaves < v->shift.from - NEAR_ENOUGH
        || r->returns > v->shift.to + NEAR_ENOUGH)
        return fail(w->c, ERR_INVALID, NULL,
                    "vehicle %s is out outside its shift", v->name);
    if (r->returns - r->leaves > v->duration_most + NEAR_ENOUGH)
        return fail(w->c, ERR_INVALID, NULL, "vehicle %s is out too long",
                    v->name);
    for (int k = 0; k < v->pause_count && r->stop_count > 0; k++)
        if (!w->paused[k])
            return fail(w->c, ERR_INVALID, NULL, "vehicle %s misses a break",
                        v->name);
    return OK;
}

static enum err
check_pins(struct ride_along *w, const struct sv_plan_tour *r)
{
    int at = 0;

    for (int k = 0; k < r->stop_count && at < w->v->pinned_count; k++) {
        const struct sv_pinned *pin = &w->v->pinned[at];

        if (r->stops[k].request < 0)
            continue;
        if (r->stops[k].request != pin->request
            || (r->stops[k].kind == SV_STOP_DELIVERY) != pin->delivery)
            break;
        at++;
    }
    if (at < w->v->pinned_count)
        return fail(w->c, ERR_INVALID, NULL,
                    "vehicle %s leaves its pinned stops", w->v->name);
    return OK;
}

static double
change_fees(const struct sv_problem *p, const struct sv_plan_tour *r)
{
    double sum = 0;

    for (int k = 0; k < r->stop_count; k++) {
        const struct sv_request *q;

        if (r->stops[k].kind != SV_STOP_PICKUP)
            continue;
        q = &p->requests[r->stops[k].request];
        if (q->keeps >= 0 && q->keeps != r->vehicle)
            sum += q->change_price;
    }
    return sum;
}

static enum err
check_tour(struct ride_along *w, const struct sv_plan_tour *r, double *cost)
{
    double distance;

    if (r->vehicle < 0 || r->vehicle >= w->p->vehicle_count)
        return fail(w->c, ERR_INVALID, NULL, "unknown vehicle");
    w->v = &w->p->vehicles[r->vehicle];
    w->supplied = false;
    memset(w->paused, 0, sizeof w->paused);
    w->lateness = 0;
    for (int k = 0; k < SV_SEAT_KINDS; k++)
        w->seats[k] = w->v->seats[k];
    for (int k = 0; k < SV_PART_KINDS; k++)
        w->parts[k] = w->v->parts[k];
    for (int k = 0; k < r->stop_count; k++)
        TRY(check_stop(w, &r->stops[k]));
    TRY(check_moves(w, r, &distance));
    TRY(check_shift(w, r));
    TRY(check_pins(w, r));
    *cost = w->lateness + change_fees(w->p, r);
    /* A vehicle without a stop stays where it is. */
    if (r->stop_count > 0)
        *cost += w->v->cost_use + w->v->cost_distance * distance
                 + w->v->cost_time * (r->returns - r->leaves);
    return OK;
}

/* Who got in before now can be left out only as to where they get out. */
static bool
is_on_board(const struct sv_problem *p, int request)
{
    for (int k = 0; k < p->vehicle_count; k++)
        for (int a = 0; a < p->vehicles[k].pinned_count; a++)
            if (p->vehicles[k].pinned[a].request == request)
                return true;
    return false;
}

static enum err
check_complete(struct ride_along *w, const struct sv_plan *plan)
{
    const struct sv_problem *p = w->p;

    for (int k = 0; k < plan->unserved_count; k++) {
        int r = plan->unserved[k].request;

        if (r < 0 || r >= p->request_count || w->done[r] > 1
            || (w->done[r] == 1
                && !(sv_request_is_ride(&p->requests[r]) && is_on_board(p, r))))
            return fail(w->c, ERR_INVALID, NULL,
                        "a served request is listed as left out");
        /* As if it were served: below, both its stops must be somewhere. */
        w->done[r] = sv_request_is_ride(&p->requests[r]) ? 2 : 1;
    }
    for (int r = 0; r < p->request_count; r++)
        if (w->done[r] != (sv_request_is_ride(&p->requests[r]) ? 2 : 1))
            return fail(w->c, ERR_INVALID, NULL,
                        "request %s is neither served nor left out",
                        p->requests[r].name);
    return OK;
}

enum err
sv_plan_check(struct call *c, const struct sv_problem *p,
              const struct sv_plan *plan)
{
    struct ride_along w = { .c = c, .p = p };
    bool *used = NEW_N(c->arena, bool, (size_t)p->vehicle_count + 1);
    double sum = 0;

    w.picked = NEW_N(c->arena, double, (size_t)p->request_count + 1);
    w.done = NEW_N(c->arena, int, (size_t)p->request_count + 1);
    for (int r = 0; r < p->request_count; r++)
        w.picked[r] = (double)NAN;
    for (int k = 0; k < plan->route_count; k++) {
        double cost = 0;

        TRY(check_tour(&w, &plan->routes[k], &cost));
        if (used[plan->routes[k].vehicle])
            return fail(c, ERR_INVALID, NULL, "a vehicle has two routes");
        used[plan->routes[k].vehicle] = true;
        sum += cost;
    }
    TRY(check_complete(&w, plan));
    if (fabs(sum - plan->cost) > 1e-4 + 1e-6 * fabs(sum))
        return fail(c, ERR_INVALID, NULL, "the plan costs %.6f, not %.6f", sum,
                    plan->cost);
    return OK;
}

void
sv_plan_release(struct sv_plan *plan)
{
    arena_close(plan->arena);
    *plan = (struct sv_plan){ 0 };
}
