/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any - problems that use anything problem.h has, in any mixture: roads on
 * which a detour is quicker, breaks, deadlines, supplies, visits that need a
 * seat among rides, ends far from the starts, a plan that is running.
 *
 * What must hold is little: a plan comes out and breaks no rule.  sv_plan_check
 * shares no code with the search and adds up the cost anew.
 */
#include "case.h"

#include <math.h>

enum { PROBLEMS = 400, PLACES = 12 };

/* One in so many. */
static bool
rarely(struct sv_chance *dice, int so_many)
{
    return sv_chance_below(dice, so_many) == 0;
}

static struct sv_window
any_window(struct sv_chance *dice)
{
    double from = sv_chance_below(dice, 400);

    return (struct sv_window){ from, from + sv_chance_below(dice, 150) };
}

static void
any_places(struct sv_problem *p, struct sv_chance *dice)
{
    size_t n = PLACES;

    p->place_count = PLACES;
    p->x = NEW_N(p->arena, double, n);
    p->y = NEW_N(p->arena, double, n);
    for (size_t k = 0; k < n; k++) {
        p->x[k] = sv_chance_below(dice, 40);
        p->y[k] = sv_chance_below(dice, 40);
    }
    if (rarely(dice, 2))
        return;
    p->time = NEW_N(p->arena, double, n *n);
    for (size_t at = 0; at < n * n; at++)
        p->time[at] = at % (n + 1) ? 1 + sv_chance_below(dice, 60) : 0;
    if (rarely(dice, 2))
        p->distance = p->time;
}

static void
any_breaks(struct sv_vehicle *v, struct sv_chance *dice)
{
    v->pause_count = sv_chance_below(dice, SV_BREAKS + 1);
    for (int k = 0; k < v->pause_count; k++) {
        struct sv_pause *b = &v->pauses[k];

        b->length = 10 + sv_chance_below(dice, 40);
        b->start.from = v->shift.from + sv_chance_below(dice, 150);
        b->start.to = b->start.from + sv_chance_below(dice, 100);
    }
}

static void
any_vehicle(struct sv_problem *p, struct sv_vehicle *v, struct sv_chance *dice)
{
    sv_vehicle_init(v);
    v->name = arena_printf(p->arena, "v%d", (int)(v - p->vehicles));
    v->start = sv_chance_below(dice, PLACES);
    v->end = rarely(dice, 2) ? v->start : sv_chance_below(dice, PLACES);
    v->shift.from = sv_chance_below(dice, 100);
    v->shift.to = v->shift.from + 250 + sv_chance_below(dice, 250);
    for (int k = 0; k < 2; k++)
        v->seats[k] = sv_chance_below(dice, 4);
    for (int k = 0; k < 2; k++)
        v->parts[k] = sv_chance_below(dice, 3);
    v->tools = (uint64_t)sv_chance_below(dice, 4);
    sv_skills_add(&v->skills, 0, sv_chance_below(dice, 5));
    if (rarely(dice, 3))
        v->duration_most = 100 + sv_chance_below(dice, 200);
    if (rarely(dice, 3))
        v->cost_time = 0.25 * sv_chance_below(dice, 5);
    if (rarely(dice, 3))
        v->cost_use = sv_chance_below(dice, 50);
    if (rarely(dice, 4))
        v->pace = 0.5 + sv_chance_unit(dice);
    if (rarely(dice, 2))
        any_breaks(v, dice);
}

static void
any_visit(struct sv_visit *v, struct sv_chance *dice)
{
    v->place = sv_chance_below(dice, PLACES);
    v->service = sv_chance_below(dice, 12);
    if (!rarely(dice, 3))
        v->start = any_window(dice);
}

static void
any_needs(struct sv_problem *p, struct sv_request *q, struct sv_chance *dice)
{
    if (rarely(dice, 4))
        sv_skills_add(&q->skills, 0, sv_chance_below(dice, 4));
    if (rarely(dice, 4))
        q->parts[sv_chance_below(dice, 2)] = 1 + sv_chance_below(dice, 2);
    if (rarely(dice, 6))
        q->tools = (uint64_t)1 << sv_chance_below(dice, 2);
    if (rarely(dice, 8)) {
        q->never = NEW(p->arena, int);
        q->never[0] = sv_chance_below(dice, p->vehicle_count);
        q->never_count = 1;
    }
}

static void
any_request(struct sv_problem *p, struct sv_request *q, int rides_in_ten,
            struct sv_chance *dice)
{
    sv_request_init(q);
    q->name = arena_printf(p->arena, "r%d", (int)(q - p->requests));
    any_visit(&q->pickup, dice);
    if (sv_chance_below(dice, 10) < rides_in_ten) {
        any_visit(&q->delivery, dice);
        if (rarely(dice, 2))
            q->ride_most = 20 + sv_chance_below(dice, 60);
        if (rarely(dice, 3)) {
            q->ride_factor = 1 + sv_chance_unit(dice);
            q->ride_floor = 30;
        }
    }
    if (rarely(dice, 2))
        q->seats[sv_chance_below(dice, 2)] = 1 + sv_chance_below(dice, 2);
    if (rarely(dice, 3)) {
        q->deadline = sv_chance_below(dice, 400);
        q->late_cost = 0.5 * (1 + sv_chance_below(dice, 6));
    }
    if (rarely(dice, 5))
        q->price = 20 + sv_chance_below(dice, 200);
    any_needs(p, q, dice);
}

static void
any_problem(struct sv_problem *p, struct sv_chance *dice)
{
    static const int mixtures[] = { 0, 10, 5, 8 };
    int rides = mixtures[sv_chance_below(dice, (int)COUNT(mixtures))];

    *p = (struct sv_problem){ .arena = arena_open(), .supply = -1 };
    any_places(p, dice);
    p->vehicle_count = 1 + sv_chance_below(dice, 4);
    p->request_count = 2 + sv_chance_below(dice, 12);
    p->vehicles = NEW_N(p->arena, struct sv_vehicle, (size_t)p->vehicle_count);
    p->requests = NEW_N(p->arena, struct sv_request, (size_t)p->request_count);
    p->node_ids = NEW_N(p->arena, int, 2 * (size_t)p->request_count + 1);
    for (int k = 0; k < p->vehicle_count; k++)
        any_vehicle(p, &p->vehicles[k], dice);
    for (int k = 0; k < p->request_count; k++)
        any_request(p, &p->requests[k], rides, dice);
    if (rarely(dice, 3)) {
        p->supply = sv_chance_below(dice, PLACES);
        p->supply_service = sv_chance_below(dice, 10);
    }
    p->fewest_vehicles = rarely(dice, 4);
}

CASE(whatever_is_asked_a_plan_comes_out_that_breaks_no_rule)
{
    int served = 0, asked = 0;

    for (int k = 0; k < PROBLEMS; k++) {
        struct sv_chance dice;
        struct sv_problem p;
        struct sv_plan plan;

        sv_chance_seed(&dice, 1000 + (uint64_t)k);
        any_problem(&p, &dice);
        EXPECT_OK(sv_problem_check(c, &p));
        solve_rounds(c, &p, 300, 1, &plan);
        asked += p.request_count;
        served += p.request_count - plan.unserved_count;
        sv_plan_release(&plan);
        sv_problem_release(&p);
    }
    /* or it would be easy */
    EXPECT(served > asked / 2);
}

/* Waits where it is until now, unless it must have left for the next stop by
   then; who has done all is on the way home, or there. */
static double
leaves_by(const struct sv_problem *p, const struct sv_vehicle *v,
          const struct sv_plan_tour *t, double now)
{
    const struct sv_stop *next = &t->stops[v->pinned_count];
    const struct sv_stop *last = next - 1;

    if (v->pinned_count == 0 || v->pinned_count == t->stop_count)
        return 0;
    return fmin(now,
                next->start
                    - v->pace * sv_problem_time(p, last->place, next->place));
}

/* Pins what has begun by then; false when that is more than rides and visits. */
static bool
pin_begun(struct sv_problem *p, const struct sv_plan *plan, double now)
{
    for (int k = 0; k < plan->route_count; k++) {
        const struct sv_plan_tour *t = &plan->routes[k];
        struct sv_vehicle *v = &p->vehicles[t->vehicle];

        v->pinned =
            NEW_N(p->arena, struct sv_pinned, (size_t)t->stop_count + 1);
        for (int a = 0; a < t->stop_count && t->stops[a].start <= now; a++) {
            const struct sv_stop *s = &t->stops[a];

            if (s->request < 0)
                return false;
            v->pinned[v->pinned_count++] = (struct sv_pinned){
                s->request, s->kind == SV_STOP_DELIVERY, { s->start, s->start }
            };
        }
        v->free_from = leaves_by(p, v, t, now);
    }
    return true;
}

/* Half of it is planned and partly begun; then the rest becomes known. */
static void
begin_day(struct call *c, struct sv_problem *p, struct sv_plan *plan)
{
    int all = p->request_count;

    p->request_count = 1 + all / 2;
    solve_rounds(c, p, 200, 1, plan);
    p->request_count = all;
    for (int r = 0; r < all; r++)
        p->requests[r].change_price = 10;
    for (int k = 0; k < plan->route_count; k++) {
        const struct sv_plan_tour *t = &plan->routes[k];

        for (int a = 0; a < t->stop_count; a++)
            if (t->stops[a].request >= 0)
                p->requests[t->stops[a].request].keeps = t->vehicle;
    }
}

/* False when the way home from what is pinned needs a further stop: for a
   break, or on roads where a detour is quicker.  That is seldom. */
static bool
goes_on(struct call *c, const struct sv_problem *p,
        const struct sv_plan *running, uint64_t rounds)
{
    struct sv_limits limits = {
        .rounds = rounds, .seed = 1, .began = sv_clock_now()
    };
    struct sv_result result;
    struct sv_plan plan;
    enum err e = sv_solve(c, p, &limits, running, &plan, &result, NULL, NULL);

    if (e == ERR_INVALID)
        return false;
    EXPECT_OK(e);
    EXPECT_OK(sv_plan_check(c, p, &plan));
    /* the running plan takes them there, so the new one must */
    for (int k = 0; k < plan.unserved_count; k++)
        EXPECT(strstr(plan.unserved[k].reason, "on board") == NULL);
    sv_plan_release(&plan);
    return true;
}

CASE(whatever_is_running_it_goes_on_from_there_with_what_comes_new)
{
    int tried = 0, gone_on = 0;

    for (int k = 0; k < PROBLEMS; k++) {
        struct sv_chance dice;
        struct sv_problem p;
        struct sv_plan plan;

        sv_chance_seed(&dice, 5000 + (uint64_t)k);
        any_problem(&p, &dice);
        begin_day(c, &p, &plan);
        if (pin_begun(&p, &plan, 100 + sv_chance_below(&dice, 150))) {
            EXPECT_OK(sv_problem_check(c, &p));
            tried++;
            gone_on += goes_on(c, &p, &plan, 200);
        }
        sv_plan_release(&plan);
        sv_problem_release(&p);
    }
    EXPECT(tried > PROBLEMS / 2);
    EXPECT(gone_on > tried - tried / 100);
}

/* So many rounds that there are several plans and children of them. */
CASE(plans_that_are_made_of_two_others_break_no_rule)
{
    for (int k = 0; k < 8; k++) {
        uint64_t rounds = 7 * 2500 * 4;
        struct sv_chance dice;
        struct sv_problem p;
        struct sv_plan plan;

        sv_chance_seed(&dice, 9000 + (uint64_t)k);
        any_problem(&p, &dice);
        if (p.request_count > 4)
            p.request_count = 4;
        begin_day(c, &p, &plan);
        if (pin_begun(&p, &plan, 40 + sv_chance_below(&dice, 60)))
            (void)goes_on(c, &p, &plan, rounds);
        sv_plan_release(&plan);
        solve_rounds(c, &p, rounds, 2, &plan);
        sv_plan_release(&plan);
        sv_problem_release(&p);
    }
}

CASE(a_problem_with_no_requests_ends_after_its_rounds)
{
    struct sv_chance dice;
    struct sv_problem p;
    struct sv_plan plan;

    sv_chance_seed(&dice, 3);
    any_problem(&p, &dice);
    p.request_count = 0;
    solve_rounds(c, &p, 20, 1, &plan);
    EXPECT(plan.route_count == 0 && plan.unserved_count == 0);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}
