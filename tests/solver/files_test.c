/* SPDX-License-Identifier: Apache-2.0 */
/* Files: the published ones, broken ones, and random damage. */
#include "case.h"

#include <stdio.h>
#include <stdlib.h>

static char *
read_text(struct call *c, const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    char *text = arena_alloc(c->arena, 1 << 20);

    EXPECT(f != NULL);
    *size = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    return text;
}

/* Solves a published instance for a while; writes, reads and compares. */
static void
try_published(struct call *c, enum sv_format format, const char *name,
              uint64_t rounds)
{
    struct sv_problem p;
    struct sv_plan plan, again;
    const char *path =
        arena_printf(c->arena, "/tmp/solver-test-%d.plan", (int)format);
    FILE *out;

    EXPECT_OK(sv_problem_read(c, &p, format, bench_path(c, name)));
    solve_rounds(c, &p, rounds, 1, &plan);
    out = fopen(path, "wb");
    EXPECT(out != NULL);
    sv_plan_write(&p, &plan, format, out);
    fclose(out);
    EXPECT_OK(sv_plan_read(c, &p, &again, format, path));
    assert_int_equal(again.route_count, plan.route_count);
    sv_plan_release(&again);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}

CASE(published_instances_are_read_solved_and_written)
{
    if (!bench_is_there(c))
        skip();
    try_published(c, SV_FORMAT_DARP, "darp/a4-48.txt", 2000);
    try_published(c, SV_FORMAT_DARP, "darp/b4-16.txt", 2000);
    try_published(c, SV_FORMAT_DARP, "darp/R3a.txt", 3000);
    try_published(c, SV_FORMAT_PDPTW, "pdptw/lr104.txt", 2000);
    try_published(c, SV_FORMAT_TRSP, "trsp/R102.100_25-5-5-5.txt", 2000);
    try_published(c, SV_FORMAT_STRSP, "strsp/R101_5x4_noTeam.txt", 2000);
}

/* What the referee in Python says of the plan that was written last. */
CASE(the_independent_checkers_accept_the_plans)
{
    static const char *const runs[][2] = {
        { "check_darp.py", "darp/R3a.txt" },
        { "check_darp.py", "pdptw/lr104.txt" },
        { "check_trsp.py", "trsp/R102.100_25-5-5-5.txt" }
    };
    static const enum sv_format formats[] = { SV_FORMAT_DARP, SV_FORMAT_PDPTW,
                                              SV_FORMAT_TRSP };

    if (!bench_is_there(c) || system("python3 -c 1 2>/dev/null") != 0)
        skip();
    for (size_t k = 0; k < COUNT(formats); k++) {
        try_published(c, formats[k], runs[k][1], 20000);
        assert_int_equal(
            system(arena_printf(c->arena,
                                "python3 %s %s /tmp/solver-test-%d.plan >&2",
                                bench_path(c, runs[k][0]),
                                bench_path(c, runs[k][1]), (int)formats[k])),
            0);
    }
}

/* Parsing must end, with OK or an error that says something. */
static void
parse_any(struct call *c, enum sv_format format, const char *text, size_t size)
{
    struct sv_problem p;
    enum err e = sv_problem_parse(c, &p, format, text, size);

    if (e == OK) {
        sv_problem_release(&p);
        return;
    }
    EXPECT(p.arena == NULL);
    EXPECT(c->fault.text && c->fault.text[0]);
    arena_reset(c->arena);
    c->fault.text = "";
}

static void
damage(struct call *c, enum sv_format format, const char *path, int times)
{
    static const char *const bad[] = {
        "-1", "nan", "1e999", "", "\n", "999999999999", "[", "\"", "0", "}"
    };
    struct sv_chance dice;
    size_t size;
    char *whole = read_text(c, path, &size);
    char *keep = malloc(size + 64), *text = malloc(size + 64);

    memcpy(keep, whole, size + 1);
    sv_chance_seed(&dice, 99);
    for (int k = 0; k < times; k++) {
        const char *word = bad[sv_chance_below(&dice, COUNT(bad))];
        size_t at = (size_t)sv_chance_below(&dice, (int)size);
        size_t cut = (size_t)sv_chance_below(&dice, 6), n = strlen(word);

        if (cut > size - at)
            cut = size - at;
        memcpy(text, keep, at);
        memcpy(text + at, word, n);
        memcpy(text + at + n, keep + at + cut, size - at - cut + 1);
        parse_any(c, format, text, size - cut + n);
        text[at] = 0;
        parse_any(c, format, text, at);
    }
    free(keep);
    free(text);
}

CASE(damaged_files_are_refused_in_words)
{
    damage(c, SV_FORMAT_JSON, data_path(c, "day.json"), 1500);
    if (!bench_is_there(c))
        skip();
    damage(c, SV_FORMAT_DARP, bench_path(c, "darp/a2-16.txt"), 400);
    damage(c, SV_FORMAT_PDPTW, bench_path(c, "pdptw/lr101.txt"), 300);
    damage(c, SV_FORMAT_TRSP, bench_path(c, "trsp/R102.100_25-5-5-5.txt"), 300);
}

/* The words must name the place; most is what they have to contain. */
static void
refused(struct call *c, enum sv_format format, const char *text,
        const char *words)
{
    struct sv_problem p;

    assert_int_not_equal(sv_problem_parse(c, &p, format, text, strlen(text)),
                         OK);
    if (!strstr(c->fault.text, words))
        print_error("“%s” does not say “%s”\n", c->fault.text, words);
    EXPECT(strstr(c->fault.text, words) != NULL);
}

CASE(refusals_name_the_line)
{
    refused(c, SV_FORMAT_DARP, "", "line 0");
    refused(c, SV_FORMAT_DARP, "2 1 480 6", "line 1");
    refused(c, SV_FORMAT_DARP,
            "2 1 480 6 30\n0 0 0 0 0 0 480\n1 1 1 -5 1 0 9\n",
            "line 3: negative service time");
    refused(c, SV_FORMAT_DARP, "2 1 480 6 30\n0 0 0 0 0 0 480\n1 1 1 5 1 9 0\n",
            "line 3: the window ends before it begins");
    refused(c, SV_FORMAT_DARP,
            "2 1 480 6 30\n0 0 0 0 0 0 480\n1 nan 1 5 1 9 9\n", "line 3");
    refused(c, SV_FORMAT_PDPTW,
            "25 200 1\n0 0 0 0 0 9 0 0 0\n1 0 0 5 0 9 0 0 7",
            "node 1 has no partner");
    refused(c, SV_FORMAT_TRSP, "hello", "CREW COUNT");
}

#define HEAD "{\"places\":[{\"name\":\"p\",\"x\":0,\"y\":0}],"
#define CAR "\"vehicles\":[{\"name\":\"v\",\"start\":\"p\"}],"

CASE(refusals_name_the_key)
{
    refused(c, SV_FORMAT_JSON, "{", "line 1");
    refused(c, SV_FORMAT_JSON, "[]", "object");
    refused(c, SV_FORMAT_JSON, HEAD CAR "\"requests\":[],\"colour\":1}",
            "colour: unknown key");
    refused(c, SV_FORMAT_JSON,
            HEAD CAR "\"requests\":[{\"name\":\"r\",\"visit\":"
                     "{\"place\":\"q\"}}]}",
            "requests[0].visit.place: nothing has that name");
    refused(c, SV_FORMAT_JSON,
            HEAD CAR "\"requests\":[{\"name\":\"r\",\"visit\":"
                     "{\"place\":\"p\",\"from\":\"noon\"}}]}",
            "requests[0].visit.from: a number is expected");
    refused(c, SV_FORMAT_JSON,
            HEAD CAR "\"requests\":[{\"name\":\"r\",\"visit\":"
                     "{\"place\":\"p\",\"service\":-1}}]}",
            "request r: service time -1");
    refused(c, SV_FORMAT_JSON, HEAD CAR "\"requests\":[],\"time\":[[0,1]]}",
            "time[0]: as many numbers as places");
    refused(c, SV_FORMAT_JSON, HEAD CAR "\"requests\":[],\"time\":[]}",
            "time: as many rows as places");
    refused(c, SV_FORMAT_JSON, HEAD CAR "\"requests\":[],\"time\":[[1]]}",
            "time matrix, row 0 column 0");
    refused(c, SV_FORMAT_JSON, HEAD CAR "\"requests\":[],\"time\":[[NaN]]}",
            "line 1");
    refused(c, SV_FORMAT_JSON, HEAD CAR "\"requests\":[],\"time\":[[1e999]]}",
            "line 1");
    refused(c, SV_FORMAT_JSON, HEAD "\"vehicles\":[],\"requests\":[]}",
            "0 vehicles");
    refused(c, SV_FORMAT_JSON,
            HEAD CAR "\"requests\":[{\"name\":\"r\",\"visit\":"
                     "{\"place\":\"p\"}},{\"name\":\"r\"}]}",
            "two are called “r”");
}

CASE(too_much_is_refused_before_it_costs_memory)
{
    size_t size = 64 + (size_t)20 * 1000000;
    char *text = malloc(size), *at = text;
    struct sv_problem p;

    at += sprintf(at, "9 1000000 480 6 30\n");
    for (int k = 0; k < 1000000; k++)
        at += sprintf(at, "%d 0 0 0 0 0 9\n", k);
    assert_int_equal(sv_problem_parse(c, &p, SV_FORMAT_DARP, text,
                                      (size_t)(at - text)),
                     ERR_LIMIT);
    free(text);
}

/* ---- the JSON format's own day ---------------------------------------- */

CASE(a_day_with_everything_is_planned_and_explained)
{
    struct sv_problem p;
    struct sv_plan plan;
    int pauses = 0, supplies = 0;

    EXPECT_OK(sv_problem_read(c, &p, SV_FORMAT_JSON, data_path(c, "day.json")));
    solve_rounds(c, &p, 2000, 1, &plan);
    assert_int_equal(plan.unserved_count, 1);
    assert_string_equal(p.requests[plan.unserved[0].request].name,
                        "gas boiler");
    assert_string_equal(plan.unserved[0].reason, "nobody has the skill");
    for (int k = 0; k < plan.route_count; k++) {
        for (int a = 0; a < plan.routes[k].stop_count; a++) {
            pauses += plan.routes[k].stops[a].kind == SV_STOP_PAUSE;
            supplies += plan.routes[k].stops[a].kind == SV_STOP_SUPPLY;
        }
    }
    /* van (if used) and electricians pause; two fuses need the store */
    EXPECT(pauses >= 1);
    assert_int_equal(supplies, 1);
    sv_plan_release(&plan);
    sv_problem_release(&p);
}
