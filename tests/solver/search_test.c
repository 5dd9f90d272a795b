/* SPDX-License-Identifier: Apache-2.0 */
/* Insertions, whole plans and tiny optima, against trying everything. */
#include "case.h"

#include "solver/nearest.h"
#include "solver/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the cheapest place, by trying all of them ------------------------ */

static bool
seats_hold(const struct sv_engine *g, const int *order, int count, int vehicle)
{
    uint64_t room = g->carriers[vehicle].seats;

    for (int a = 1; a <= count; a++) {
        if (order[a] >= g->n) {
            room += g->seats[order[a] - g->drop];
        } else {
            if (!sv_lanes_fit(room, g->seats[order[a]]))
                return false;
            room -= g->seats[order[a]];
        }
    }
    return true;
}

static double
try_all_places(const struct sv_engine *g, struct sv_state *s, int route,
               int request)
{
    const struct sv_tour *t = &s->routes[route];
    struct sv_draft *d = &s->draft;
    double best = SV_FAR, cost;
    struct sv_extras x;

    for (int i = 1; i <= t->count + 1; i++) {
        for (int j = i; j <= t->count + 1; j++) {
            int at = 0;

            for (int a = 0; a <= t->count + 1; a++) {
                if (a == i)
                    d->order[at++] = request;
                if (a == j)
                    d->order[at++] = request + g->drop;
                d->order[at++] = t->stop[a];
            }
            if (seats_hold(g, d->order, t->count + 2, route)
                && sv_draft_price(g, d, &g->carriers[route], t->count + 2,
                                  SV_FAR, &cost, &x))
                best = fmin(best, cost - t->cost);
        }
    }
    return best;
}

static void
compare_places(struct sv_worker *w, long *found, long *none)
{
    struct sv_state *s = &w->cur;

    for (int q = 0; q < s->absent_count; q++) {
        for (int k = 0; k < w->g->route_count; k++) {
            struct sv_spot best = { .added = SV_FAR, .route = -1 };
            double all = try_all_places(w->g, s, k, s->absent[q]);

            sv_insert_seek(w->g, s, &w->probe, k, s->absent[q], &best);
            if (all < SV_FAR)
                EXPECT(fabs(best.added - all) < 1e-6);
            else
                EXPECT(best.route < 0);
            *(all < SV_FAR ? found : none) += 1;
        }
    }
}

CASE(the_place_found_is_the_cheapest_of_all_places)
{
    long found = 0, none = 0;
    struct sv_chance dice;

    (void)c;
    sv_chance_seed(&dice, 3);
    for (int k = 0; k < 12; k++) {
        struct sv_problem p;
        struct sv_engine g;
        struct sv_worker w;
        struct sv_search s = { .until = 1, .limits = { .rounds = 1000 } };

        random_rides(&p, &dice, 24, 4);
        sv_engine_open(&g, &p);
        sv_worker_open(&w, &g, 5);
        for (int round = 0; round < 60; round++) {
            sv_search_round(&s, &w, 3 * g.hop_mean);
            sv_worker_begin(&w);
            sv_worker_ruin(&w);
            compare_places(&w, &found, &none);
            sv_worker_undo(&w);
        }
        sv_worker_close(&w);
        sv_engine_close(&g);
        sv_problem_release(&p);
    }
    EXPECT(found > 3000 && none > 1000);
}

/* ---- tiny problems, by trying every plan ------------------------------ */

struct trying {
    const struct sv_engine *g;
    struct sv_state *s;
    double best; /* cost of the cheapest plan of most requests */
    int most_served;
};

static double cheapest_order(struct trying *t, int vehicle, const int *who,
                             int count);

/* Every assignment of requests to two vehicles or to none. */
static void
try_assignments(struct trying *t, int n)
{
    int all = 1;

    for (int r = 0; r < n; r++)
        all *= 3;
    for (int code = 0; code < all; code++) {
        int who[2][8], count[2] = { 0, 0 }, left = code;
        double cost;

        for (int r = 0; r < n; r++, left /= 3)
            if (left % 3 < 2)
                who[left % 3][count[left % 3]++] = r;
        if (count[0] + count[1] < t->most_served)
            continue;
        cost = cheapest_order(t, 0, who[0], count[0])
               + cheapest_order(t, 1, who[1], count[1]);
        if (cost >= SV_FAR)
            continue;
        if (count[0] + count[1] > t->most_served || cost < t->best)
            t->best = cost;
        t->most_served = count[0] + count[1];
    }
}

/* Depth first over all orders with pickups before deliveries. */
static void
try_orders(struct trying *t, int vehicle, int *order, int at, int count,
           uint32_t open, uint32_t left, double *best)
{
    double cost;
    struct sv_extras x;

    if (!open && !left) {
        struct sv_draft *d = &t->s->draft;

        for (int a = 0; a < count; a++)
            d->order[a] = order[a];
        d->order[0] = t->g->carriers[vehicle].start;
        d->order[count - 1] = t->g->carriers[vehicle].end;
        if (seats_hold(t->g, d->order, count - 2, vehicle)
            && sv_draft_price(t->g, d, &t->g->carriers[vehicle], count - 2,
                              SV_FAR, &cost, &x))
            *best = fmin(*best, cost);
        return;
    }
    for (int r = 0; r < t->g->n; r++) {
        uint32_t bit = UINT32_C(1) << r;

        if (left & bit) {
            order[at] = r;
            try_orders(t, vehicle, order, at + 1, count, open | bit,
                       left & ~bit, best);
        } else if (open & bit) {
            order[at] = r + t->g->drop;
            try_orders(t, vehicle, order, at + 1, count, open & ~bit, left,
                       best);
        }
    }
}

static double
cheapest_order(struct trying *t, int vehicle, const int *who, int count)
{
    int order[20];
    uint32_t left = 0;
    double best = SV_FAR;

    if (count == 0)
        return 0;
    for (int k = 0; k < count; k++)
        left |= UINT32_C(1) << who[k];
    try_orders(t, vehicle, order, 1, 2 * count + 2, 0, left, &best);
    return best;
}

CASE(tiny_problems_are_solved_to_the_optimum)
{
    struct sv_chance dice;
    int all_served = 0;

    sv_chance_seed(&dice, 21);
    for (int k = 0; k < 40; k++) {
        struct sv_problem p;
        struct sv_engine g;
        struct sv_state s;
        struct sv_plan plan;
        struct trying t = { .g = &g, .s = &s, .best = SV_FAR };

        random_rides(&p, &dice, 4, 2);
        sv_engine_open(&g, &p);
        sv_state_open(&g, &s, g.arena);
        try_assignments(&t, 4);
        solve_rounds(c, &p, 3000, 1, &plan);
        assert_int_equal(4 - plan.unserved_count, t.most_served);
        if (t.most_served > 0)
            EXPECT(fabs(plan.cost - t.best) < 1e-6);
        all_served += t.most_served == 4;
        sv_plan_release(&plan);
        sv_engine_close(&g);
        sv_problem_release(&p);
    }
    EXPECT(all_served > 5);
}

/* ---- promises of the search ------------------------------------------- */

static bool
same_plan(const struct sv_plan *a, const struct sv_plan *b)
{
    if (a->route_count != b->route_count || a->cost != b->cost)
        return false;
    for (int k = 0; k < a->route_count; k++) {
        const struct sv_plan_tour *s = &a->routes[k], *t = &b->routes[k];

        if (s->vehicle != t->vehicle || s->stop_count != t->stop_count
            || memcmp(s->stops, t->stops,
                      (size_t)s->stop_count * sizeof *s->stops)
                   != 0)
            return false;
    }
    return true;
}

CASE(the_same_seed_and_rounds_give_the_same_plan)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan one, two, other;

    sv_chance_seed(&dice, 5);
    random_rides(&p, &dice, 40, 6);
    solve_rounds(c, &p, 2000, 7, &one);
    solve_rounds(c, &p, 2000, 7, &two);
    solve_rounds(c, &p, 2000, 8, &other);
    EXPECT(same_plan(&one, &two));
    sv_plan_release(&one);
    sv_plan_release(&two);
    sv_plan_release(&other);
    sv_problem_release(&p);
}

static bool
never_worse(void *with, const struct sv_progress *now)
{
    struct sv_progress *last = with;

    EXPECT(now->unserved < last->unserved
           || (now->unserved == last->unserved && now->cost < last->cost));
    *last = *now;
    return true;
}

CASE(each_plan_announced_is_better_than_the_last)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan plan;
    struct sv_result result;
    struct sv_progress last = { .unserved = 1000, .cost = 1e30 };
    struct sv_limits limits = { .rounds = 3000, .seed = 1 };

    sv_chance_seed(&dice, 6);
    random_rides(&p, &dice, 50, 6);
    EXPECT_OK(
        sv_solve(c, &p, &limits, NULL, &plan, &result, never_worse, &last));
    EXPECT(last.unserved == plan.unserved_count);
    EXPECT(fabs(last.cost - plan.cost) < 1e-6);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}

CASE(a_plan_can_be_the_beginning_of_another_search)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan first, second;
    struct sv_result result;
    struct sv_limits limits = { .rounds = 1, .seed = 1 };

    sv_chance_seed(&dice, 8);
    random_rides(&p, &dice, 40, 8);
    solve_rounds(c, &p, 4000, 1, &first);
    EXPECT_OK(sv_solve(c, &p, &limits, &first, &second, &result, NULL, NULL));
    EXPECT_OK(sv_plan_check(c, &p, &second));
    EXPECT(second.unserved_count <= first.unserved_count);
    if (second.unserved_count == first.unserved_count)
        EXPECT(second.cost <= first.cost + 1e-9);
    sv_plan_release(&first);
    sv_plan_release(&second);
    sv_problem_release(&p);
}

CASE(a_limit_that_reading_used_up_still_gives_a_whole_plan)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan plan;
    struct sv_result result;
    struct sv_limits limits = { .seconds = 0.5, .seed = 1 };

    sv_chance_seed(&dice, 41);
    random_rides(&p, &dice, 40, 40);
    limits.began = sv_clock_now() - 2;
    EXPECT_OK(sv_solve(c, &p, &limits, NULL, &plan, &result, NULL, NULL));
    EXPECT_OK(sv_plan_check(c, &p, &plan));
    EXPECT(result.rounds <= 16);
    /* there is a vehicle for each, so only what nobody can do is left out */
    for (int k = 0; k < plan.unserved_count; k++)
        EXPECT(strstr(plan.unserved[k].reason, "busy") == NULL);
    EXPECT(plan.unserved_count < 40);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}

CASE(a_first_plan_that_would_take_too_long_ends_with_the_limit_and_says_so)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan plan;
    struct sv_result result;
    struct sv_limits limits = { .seconds = 0.01, .seed = 1 };
    int late = 0;

    sv_chance_seed(&dice, 47);
    random_rides(&p, &dice, 2000, 2000);
    /* no two vehicles alike, so that every empty one is tried */
    for (int k = 0; k < p.vehicle_count; k++)
        p.vehicles[k].cost_use = k;
    limits.began = sv_clock_now();
    EXPECT_OK(sv_solve(c, &p, &limits, NULL, &plan, &result, NULL, NULL));
    EXPECT_OK(sv_plan_check(c, &p, &plan));
    for (int k = 0; k < plan.unserved_count; k++)
        late += strstr(plan.unserved[k].reason, "limit of time") != NULL;
    EXPECT(late > 0);
    EXPECT(plan.route_count > 0);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}

CASE(who_takes_no_seat_is_not_left_behind_when_routes_swap_their_tails)
{
    struct sv_problem p;
    struct sv_chance dice;
    struct sv_plan plan;

    sv_chance_seed(&dice, 43);
    random_rides(&p, &dice, 30, 6);
    for (int k = 0; k < 30; k += 2)
        p.requests[k].seats[0] = 0;
    solve_rounds(c, &p, 5000, 1, &plan); /* sv_plan_check looks at every ride */
    EXPECT(plan.unserved_count < 30);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}

static int
by_how_far(const void *a, const void *b)
{
    const struct sv_neighbour *x = a, *y = b;

    if (x->how_far != y->how_far)
        return x->how_far < y->how_far ? -1 : 1;
    return x->node - y->node;
}

CASE(the_nearest_are_those_that_sorting_all_would_give)
{
    enum { MOST = 60 };
    struct sv_neighbour row[MOST], sorted[MOST];
    struct sv_chance dice;

    sv_chance_seed(&dice, 47);
    for (int turn = 0; turn < 2000; turn++) {
        int count = sv_chance_between(&dice, 0, MOST);
        int keep = sv_chance_between(&dice, 0, count);

        for (int k = 0; k < count; k++)
            row[k] = (struct sv_neighbour){ sv_chance_below(&dice, 20), k };
        memcpy(sorted, row, sizeof row);
        qsort(sorted, (size_t)count, sizeof *sorted, by_how_far);
        sv_nearest_first(row, count, keep);
        for (int k = 0; k < keep; k++)
            assert_int_equal(row[k].node, sorted[k].node);
    }
    (void)c;
}
