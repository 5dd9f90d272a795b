/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz - the readers under libFuzzer:
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined ... (see fuzz.sh)
 * The first byte chooses what is read: a problem of one format, the two
 * files of STRSP (a form feed between them), a plan, rooms.  What is read
 * must pass its own check, and a short search from it must give a plan that
 * passes sv_plan_check.
 */
#include "solver/files.h"
#include "solver/rooms_json.h"
#include "solver/solve.h"

#include <stdlib.h>
#include <string.h>

enum { PROBLEMS = 4, TWO_FILES = PROBLEMS, ROOMS, PLANS };

/* Small problems that plans are read for. */
static const char *const asked[PROBLEMS] = {
    "2 2 480 6 30\n0 0 0 0 0 0 480\n1 1 2 3 1 0 99\n2 3 1 3 1 0 99\n"
    "3 4 4 3 -1 0 99\n4 5 5 3 -1 9 99\n",
    "2 9 1\n0 0 0 0 0 99 0 0 0\n1 2 2 3 0 99 1 0 2\n2 3 3 -3 0 99 1 1 0\n",
    "CREW COUNT\n1 1 1 1\nID\n0 0 0 0 99 0 [] [] []\n1 1 1 0 99 0 [0] [0] [2]\n"
    "2 2 2 0 99 5 [0] [] [1]\n",
    "{\"places\":[{\"name\":\"p\",\"x\":0,\"y\":0},"
    "{\"name\":\"q\",\"x\":3,\"y\":4}],"
    "\"vehicles\":[{\"name\":\"v\",\"start\":\"p\",\"to\":99,"
    "\"seats\":{\"s\":2}}],"
    "\"requests\":[{\"name\":\"r\",\"visit\":{\"place\":\"q\"}},"
    "{\"name\":\"t\",\"pickup\":{\"place\":\"q\"},"
    "\"delivery\":{\"place\":\"p\"},\"seats\":{\"s\":1}}]}"
};

static const enum sv_format formats[PROBLEMS] = {
    SV_FORMAT_DARP, SV_FORMAT_PDPTW, SV_FORMAT_TRSP, SV_FORMAT_JSON
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
solve_a_little(struct call *c, const struct sv_problem *p,
               const struct sv_plan *start)
{
    struct sv_limits limits = { .rounds = 3, .seed = 1 };
    struct sv_plan plan;
    struct sv_result result;

    if (p->request_count > 200 || p->vehicle_count > 50)
        return;
    if (sv_solve(c, p, &limits, start, &plan, &result, NULL, NULL) != OK)
        return;
    if (sv_plan_check(c, p, &plan) != OK)
        abort();
    sv_plan_release(&plan);
}

static void
try_two_files(struct call *c, const char *text, size_t size)
{
    const char *cut = memchr(text, '\f', size);
    struct sv_problem p;
    size_t first;

    if (!cut)
        return;
    first = (size_t)(cut - text);
    if (sv_problem_parse_strsp(c, &p, arena_text_n(c->arena, text, first),
                               first, cut + 1, size - first - 1)
        != OK)
        return;
    solve_a_little(c, &p, NULL);
    sv_problem_release(&p);
}

static void
try_rooms(struct call *c, const char *text, size_t size)
{
    struct sv_room_task task;
    struct sv_room_answer answer;

    if (sv_rooms_parse(c, &task, text, size) != OK)
        return;
    task.steps_most = 1000;
    if (sv_rooms_assign(c, &task, &answer) != OK)
        abort(); /* the reader promises that it makes sense */
    for (int k = 0; k < task.meeting_count; k++)
        if (answer.room[k] >= 0 && sv_room_price(&task, k, answer.room[k]) < 0)
            abort();
}

/* A plan of the small problem that its first letter chooses. */
static void
try_plan(struct call *c, const char *text, size_t size)
{
    int k = size > 0 ? (unsigned char)text[0] % PROBLEMS : 0;
    struct sv_written w = { text + 1, size - 1 };
    struct sv_problem p;
    struct sv_plan plan;

    if (size == 0)
        return;
    if (sv_problem_parse(c, &p, formats[k], asked[k], strlen(asked[k])) != OK)
        abort();
    if (sv_plan_parse(c, &p, &plan, formats[k], &w) == OK) {
        solve_a_little(c, &p, &plan);
        sv_plan_release(&plan);
    }
    sv_problem_release(&p);
}

static void
try_problem(struct call *c, enum sv_format format, const char *text,
            size_t size)
{
    struct sv_problem p;

    if (sv_problem_parse(c, &p, format, text, size) != OK)
        return;
    solve_a_little(c, &p, NULL);
    sv_problem_release(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct call c = { .arena = arena_open() };
    int what = size > 0 ? data[0] % (PLANS + 1) : 0;
    const char *text;

    if (size > 0) {
        text = arena_text_n(c.arena, (const char *)data + 1, size - 1);
        if (what == TWO_FILES)
            try_two_files(&c, text, size - 1);
        else if (what == ROOMS)
            try_rooms(&c, text, size - 1);
        else if (what == PLANS)
            try_plan(&c, text, size - 1);
        else
            try_problem(&c, formats[what], text, size - 1);
    }
    arena_close(c.arena);
    return 0;
}
