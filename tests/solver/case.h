/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case - what the solver's tests share: a call, random problems, a runner.
 *
 * CASE(a_sentence) { ... } registers itself; `c` is a fresh call.
 */
#ifndef TESTS_SOLVER_CASE_H
#define TESTS_SOLVER_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* ours is base/base.h's */

#include "solver/chance.h"
#include "solver/files.h"
#include "solver/solve.h"

struct named_case {
    const char *name;
    void (*run)(struct call *c);
    struct named_case *next;
};
void case_register(struct named_case *t);

#define CASE(name_)                                                            \
    static void name_(struct call *c);                                         \
    static struct named_case case_##name_ = { #name_, name_, NULL };           \
    __attribute__((constructor)) static void register_##name_(void)            \
    {                                                                          \
        case_register(&case_##name_);                                          \
    }                                                                          \
    static void name_(struct call *c)

#define EXPECT(x) assert_true(x)
#define EXPECT_OK(x) expect_ok(c, (x), #x, __FILE__, __LINE__)
void expect_ok(struct call *c, enum err e, const char *what, const char *file,
               int line);

/* A path in the folder of published instances, or of the tests' own data. */
const char *bench_path(struct call *c, const char *name);
const char *data_path(struct call *c, const char *name);

/* Whether the published instances are there at all. */
int bench_is_there(struct call *c);

/* Runs a command line, cut at its blanks; what it told on the standard error
   is in c->fault.text then. */
int run_command(struct call *c, const char *line);
#define RUN(...) run_command(c, arena_printf(c->arena, __VA_ARGS__))

/* Solves with a limit of rounds and checks the plan. */
void solve_rounds(struct call *c, const struct sv_problem *p, uint64_t rounds,
                  uint64_t seed, struct sv_plan *plan);

/* A small random dial-a-ride problem. */
void random_rides(struct sv_problem *p, struct sv_chance *dice, int requests,
                  int vehicles);

#endif
