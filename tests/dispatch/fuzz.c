/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz - the readers under libFuzzer:
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined ... (see fuzz.sh)
 * The first byte chooses the format.  What is read must pass its own check,
 * and a short search must give a plan that passes plan_check.
 */
#include "engine/dispatch/files.h"
#include "engine/dispatch/solve.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
solve_a_little(struct call *c, const struct problem *p)
{
    struct limits limits = { .rounds = 3, .seed = 1 };
    struct plan plan;
    struct result result;

    if (p->request_count > 200 || p->vehicle_count > 50)
        return;
    if (solve(c, p, &limits, NULL, &plan, &result, NULL, NULL) != OK)
        return;
    if (plan_check(c, p, &plan) != OK)
        abort();
    plan_release(&plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum format formats[] = { FORMAT_DARP, FORMAT_PDPTW,
                                           FORMAT_TRSP, FORMAT_JSON };
    struct call c = { .arena = arena_open() };
    struct problem p;
    char *text;

    if (size > 0) {
        text = arena_text_n(c.arena, (const char *)data + 1, size - 1);
        if (problem_parse(&c, &p, formats[data[0] % 4], text, size - 1) == OK) {
            solve_a_little(&c, &p);
            problem_release(&p);
        }
    }
    arena_close(c.arena);
    return 0;
}
