/* SPDX-License-Identifier: Apache-2.0 */
/* The day goes on: pinned stops, passengers on board, urgent orders. */
#include "case.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

/* A district with crews all over it and small repairs. */
static void
draw_district(struct sv_problem *p, struct sv_chance *dice, int orders,
              int crews)
{
    random_rides(p, dice, orders, crews);
    for (int k = 0; k < crews; k++) {
        p->vehicles[k].start = p->vehicles[k].end = 1 + 2 * k;
        p->vehicles[k].shift = (struct sv_window){ 0, 540 };
        p->vehicles[k].duration_most = SV_ENDLESS;
        p->vehicles[k].cost_time = 0.1;
        sv_skills_add(&p->vehicles[k].skills, k % 3, 1 + k % 4);
    }
    for (int k = 0; k < orders; k++) {
        struct sv_request *q = &p->requests[k];

        q->delivery.place = -1;
        q->ride_most = SV_ENDLESS;
        q->pickup.start = (struct sv_window){ 0, 500 };
        q->pickup.service = 10 + sv_chance_below(dice, 20);
        q->seats[0] = 0;
        if (sv_chance_below(dice, 2))
            sv_skills_add(&q->skills, sv_chance_below(dice, 3), 1);
    }
}

CASE(an_urgent_order_is_placed_within_50_ms)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan running, changed;
    struct sv_result result;
    struct sv_limits none = { .seed = 1 };
    clock_t began;
    double ms;

    sv_chance_seed(&dice, 13);
    draw_district(&p, &dice, 500, 50);
    p.request_count = 499;
    solve_rounds(c, &p, 300, 1, &running);
    p.request_count = 500;
    began = clock();
    EXPECT_OK(sv_solve(c, &p, &none, &running, &changed, &result, NULL, NULL));
    ms = 1000.0 * (double)(clock() - began) / CLOCKS_PER_SEC;
    EXPECT_OK(sv_plan_check(c, &p, &changed));
    printf("      placed in %.1f ms of processor time\n", ms);
    EXPECT(changed.unserved_count <= running.unserved_count);
#ifndef __SANITIZE_ADDRESS__
    EXPECT(ms <= 50);
#endif
    sv_plan_release(&running);
    sv_plan_release(&changed);
    sv_problem_release(&p);
}

/* Everything that has started by then stays; the rest may move. */
static void
pin_until(struct sv_problem *p, const struct sv_plan *plan, double now)
{
    for (int k = 0; k < plan->route_count; k++) {
        const struct sv_plan_tour *t = &plan->routes[k];
        struct sv_vehicle *v = &p->vehicles[t->vehicle];

        v->pinned =
            NEW_N(p->arena, struct sv_pinned, (size_t)t->stop_count + 1);
        v->free_from = now;
        for (int a = 0; a < t->stop_count; a++) {
            const struct sv_stop *s = &t->stops[a];

            if (s->start > now)
                break;
            v->pinned[v->pinned_count++] = (struct sv_pinned){
                s->request, s->kind == SV_STOP_DELIVERY, { s->start, s->start }
            };
        }
    }
}

CASE(stops_that_were_made_stay_and_nobody_changes_cars)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan before, after;
    int on_board = 0;

    sv_chance_seed(&dice, 17);
    random_rides(&p, &dice, 40, 10);
    solve_rounds(c, &p, 3000, 1, &before);
    pin_until(&p, &before, 110);
    solve_rounds(c, &p, 3000, 2, &after); /* sv_plan_check looks at the pins */
    for (int k = 0; k < p.vehicle_count; k++) {
        int picked = 0;

        for (int a = 0; a < p.vehicles[k].pinned_count; a++)
            picked += p.vehicles[k].pinned[a].delivery ? -1 : 1;
        on_board += picked;
    }
    EXPECT(on_board > 0);
    EXPECT(after.unserved_count <= before.unserved_count + 1);
    sv_plan_release(&before);
    sv_plan_release(&after);
    sv_problem_release(&p);
}

CASE(a_price_of_change_keeps_the_plan_calm)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan before, after;
    int changed = 0;

    sv_chance_seed(&dice, 19);
    random_rides(&p, &dice, 30, 8);
    solve_rounds(c, &p, 2000, 1, &before);
    for (int k = 0; k < before.route_count; k++) {
        for (int a = 0; a < before.routes[k].stop_count; a++) {
            int r = before.routes[k].stops[a].request;

            p.requests[r].keeps = before.routes[k].vehicle;
            p.requests[r].change_price = 1000;
        }
    }
    solve_rounds(c, &p, 3000, 5, &after);
    for (int k = 0; k < after.route_count; k++)
        for (int a = 0; a < after.routes[k].stop_count; a++)
            changed += p.requests[after.routes[k].stops[a].request].keeps
                       != after.routes[k].vehicle;
    EXPECT(after.unserved_count > before.unserved_count || changed == 0);
    sv_plan_release(&before);
    sv_plan_release(&after);
    sv_problem_release(&p);
}

CASE(pinned_stops_that_cannot_be_driven_are_refused)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan plan;
    struct sv_result result;
    struct sv_limits limits = { .rounds = 10 };
    struct sv_pinned pins[] = { { 0, false, { 300, 300 } },
                                { 0, true, { 20, 20 } } };

    sv_chance_seed(&dice, 23);
    random_rides(&p, &dice, 5, 2);
    p.vehicles[0].pinned = pins;
    p.vehicles[0].pinned_count = 2;
    EXPECT_OK(sv_problem_check(c, &p));
    assert_int_equal(sv_solve(c, &p, &limits, NULL, &plan, &result, NULL, NULL),
                     ERR_INVALID);
    sv_problem_release(&p);
}

CASE(a_passenger_who_cannot_be_delivered_in_time_is_told_of)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan plan;
    struct sv_pinned pin = { 0, false, { 100, 100 } };

    sv_chance_seed(&dice, 31);
    random_rides(&p, &dice, 8, 3);
    p.vehicles[1].pinned = &pin;
    p.vehicles[1].pinned_count = 1;
    p.vehicles[1].free_from = 150;
    p.requests[0].delivery.start.to = 120;
    p.requests[0].delivery.start.from = 100;
    solve_rounds(c, &p, 500, 1, &plan); /* sv_plan_check accepts it */
    EXPECT(plan.unserved_count >= 1);
    assert_int_equal(plan.unserved[0].request, 0);
    assert_string_equal(plan.unserved[0].reason, "on board, but cannot be taken"
                                                 " to the end of the ride in"
                                                 " time");
    sv_plan_release(&plan);
    sv_problem_release(&p);
}

CASE(a_thousand_requests_are_planned_in_bounded_memory)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan plan;
    struct sv_result result;
    struct sv_limits limits = { .rounds = 1500, .seed = 1 };

    sv_chance_seed(&dice, 29);
    random_rides(&p, &dice, 1000, 250);
    EXPECT_OK(sv_solve(c, &p, &limits, NULL, &plan, &result, NULL, NULL));
    EXPECT_OK(sv_plan_check(c, &p, &plan));
    printf("      %.1f MiB, %.2f s of processor time, %d left out\n",
           (double)result.memory / (1 << 20), result.cpu, plan.unserved_count);
    EXPECT(result.memory < (size_t)1 << 30);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}
