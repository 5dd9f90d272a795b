/* SPDX-License-Identifier: Apache-2.0 */
/* The runner: all cases, or those whose name holds the argument. */
#include "case.h"

#include "cli/solver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct named_case *first;

void
case_register(struct named_case *t)
{
    t->next = first;
    first = t;
}

void
expect_ok(struct call *c, enum err e, const char *what, const char *file,
          int line)
{
    if (e != OK)
        print_error("%s: %s\n", what, c->fault.text ? c->fault.text : "?");
    _assert_true(e == OK, what, file, line);
}

const char *
bench_path(struct call *c, const char *name)
{
    const char *folder = getenv("LIANGCAO_BENCH");

    return arena_printf(c->arena, "%s/%s", folder ? folder : "../shared/bench",
                        name);
}

const char *
data_path(struct call *c, const char *name)
{
    const char *folder = getenv("SOLVER_DATA");

    return arena_printf(c->arena, "%s/%s", folder ? folder : "data", name);
}

int
bench_is_there(struct call *c)
{
    return access(bench_path(c, "darp/best-known.csv"), R_OK) == 0;
}

void
solve_rounds(struct call *c, const struct sv_problem *p, uint64_t rounds,
             uint64_t seed, struct sv_plan *plan)
{
    struct sv_limits limits = {
        .rounds = rounds, .seed = seed, .began = sv_clock_now()
    };
    struct sv_result result;

    EXPECT_OK(sv_solve(c, p, &limits, NULL, plan, &result, NULL, NULL));
    EXPECT_OK(sv_plan_check(c, p, plan));
}

int
run_command(struct call *c, const char *line)
{
    char *argv[24] = { NULL }, *rest, *text = arena_text(c->arena, line);
    char told[4096];
    int argc = 0, code, old = dup(STDERR_FILENO);
    FILE *heard = tmpfile();

    EXPECT(heard && dup2(fileno(heard), STDERR_FILENO) >= 0);
    for (char *w = strtok_r(text, " ", &rest); w && argc < 23;
         w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    code = solver_command(argc - 1, argv + 1);
    dup2(old, STDERR_FILENO);
    close(old);
    rewind(heard);
    told[fread(told, 1, sizeof told - 1, heard)] = 0;
    fclose(heard);
    c->fault.text = arena_text(c->arena, told);
    return code;
}

static void
random_visit(struct sv_visit *v, struct sv_chance *dice, int place, double from)
{
    v->place = place;
    v->start.from = from;
    v->start.to = from + 5 + 60 * sv_chance_unit(dice);
    v->service = sv_chance_below(dice, 6);
}

void
random_rides(struct sv_problem *p, struct sv_chance *dice, int requests,
             int vehicles)
{
    int places = 2 * requests + 1;

    *p = (struct sv_problem){ .arena = arena_open(), .supply = -1 };
    p->place_count = places;
    p->vehicle_count = vehicles;
    p->request_count = requests;
    p->x = NEW_N(p->arena, double, (size_t)places);
    p->y = NEW_N(p->arena, double, (size_t)places);
    p->vehicles = NEW_N(p->arena, struct sv_vehicle, (size_t)vehicles);
    p->requests = NEW_N(p->arena, struct sv_request, (size_t)requests);
    p->node_ids = NEW_N(p->arena, int, 2 * (size_t)requests + 1);
    for (int k = 0; k < places; k++) {
        p->x[k] = 20 * sv_chance_unit(dice);
        p->y[k] = 20 * sv_chance_unit(dice);
    }
    for (int k = 0; k < vehicles; k++) {
        sv_vehicle_init(&p->vehicles[k]);
        p->vehicles[k].shift = (struct sv_window){ 0, 400 };
        p->vehicles[k].seats[0] = 3;
        p->vehicles[k].duration_most = 120 + sv_chance_below(dice, 200);
    }
    for (int k = 0; k < requests; k++) {
        struct sv_request *q = &p->requests[k];
        double from = 200 * sv_chance_unit(dice);

        sv_request_init(q);
        q->name = arena_printf(p->arena, "r%d", k);
        random_visit(&q->pickup, dice, 1 + 2 * k, from);
        random_visit(&q->delivery, dice, 2 + 2 * k, from + 10);
        q->delivery.start.to += 40;
        q->seats[0] = 1 + sv_chance_below(dice, 2);
        q->ride_most = 20 + 30 * sv_chance_unit(dice);
        p->node_ids[2 * k] = 2 * k + 1;
        p->node_ids[2 * k + 1] = 2 * k + 2;
    }
}

static int
run_case(const struct named_case *t)
{
    struct call c = { .arena = arena_open() };
    jmp_buf back;
    double began = sv_clock_now();

    (void)back;
    t->run(&c);
    arena_close(c.arena);
    printf("ok    %-56s %6.2f s\n", t->name, sv_clock_now() - began);
    fflush(stdout);
    return 0;
}

static const struct named_case *running;

static void
run_one(void **state)
{
    (void)state;
    run_case(running);
}

int
main(int argc, char **argv)
{
    int failed = 0, count = 0;

    for (struct named_case *t = first; t; t = t->next) {
        struct CMUnitTest one = { .name = t->name, .test_func = run_one };

        if (argc > 1 && !strstr(t->name, argv[1]))
            continue;
        running = t;
        cmocka_set_message_output(CM_OUTPUT_TAP);
        failed += _cmocka_run_group_tests(t->name, &one, 1, NULL, NULL) != 0;
        count++;
    }
    printf("%d passed, %d failed\n", count - failed, failed);
    return failed != 0;
}
