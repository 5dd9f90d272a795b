/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test - TEST(a_sentence_that_is_promised) { ... }
 *
 * Each test gets a fresh call `c` on a fresh office: an empty database with
 * the schema (SQLite in memory, or PostgreSQL when LIANGCAO_TEST_DB is set),
 * at 2026-11-23 10:00 in Shanghai, with nobody signed in.  Tests register
 * themselves; the runner takes a part of a name as its argument.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* ours is base/base.h's */
#undef fail_msg
#define fail_msg(...) (print_error(__VA_ARGS__), _fail(__FILE__, __LINE__))

#include "base/base.h"
#include "base/text.h"
#include "db/db.h"

struct test {
    const char *file, *name;
    void (*run)(struct call *c);
    bool plain; /* no database */
    struct test *next;
};
void test_register(struct test *t);

#define TEST_(name_, plain_)                                                   \
    static void name_(struct call *c);                                         \
    static struct test test_##name_ = { __FILE__, #name_, name_, plain_, 0 };  \
    __attribute__((constructor)) static void register_##name_(void)            \
    {                                                                          \
        test_register(&test_##name_);                                          \
    }                                                                          \
    static void name_(struct call *c)

#define TEST(name_) TEST_(name_, false)
#define TEST_PLAIN(name_) TEST_(name_, true)

#define EXPECT(x) assert_true(x)
/* OK, or the fault's words in the failure message. */
#define EXPECT_OK(x) test_expect_ok(c, (x), #x, __FILE__, __LINE__)
void test_expect_ok(struct call *c, enum err e, const char *what,
                    const char *file, int line);
/* Fails with CODE, and the fault names FIELD (NULL: any). */
#define EXPECT_FAULT(x, code, field)                                           \
    test_expect_fault(c, (x), (code), (field), #x, __FILE__, __LINE__)
void test_expect_fault(struct call *c, enum err e, enum err code,
                       const char *field, const char *what, const char *file,
                       int line);

/* From now on, until the test ends, passwords are hashed at the cost that the
   program asks for; otherwise at the least (hash.c). */
void test_hash_in_full(bool full);

/* The instant of a wall time in Shanghai, "2026-02-13 17:30". */
instant at(const char *local);

#endif
