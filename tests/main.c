/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner of all tests.  Its arguments are parts of the names of those to
 * run.  LIANGCAO_TEST_DB names a PostgreSQL; LIANGCAO_TEST_LOG shows the log;
 * with LIANGCAO_TEST_FIRST the first that fails ends the run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/nouns.h"
#include "base/files.h"
#include "base/log.h"
#include "base/words.h"
#include "database.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "model/app.h"
#include "test.h"

static struct test *tests;

void
test_register(struct test *t)
{
    t->next = tests;
    tests = t;
}

instant
at(const char *local)
{
    struct zone *z = zone_open("Asia/Shanghai");
    int y, m, d, hour, minute;
    instant t;

    ASSERT(z
           && sscanf(local, "%d-%d-%d %d:%d", &y, &m, &d, &hour, &minute) == 5);
    t = zone_instant(z, (day_of(y, m, d).n - day_of(1970, 1, 1).n) * DAY_MS
                            + hour * HOUR_MS + minute * MINUTE_MS);
    zone_close(z);
    return t;
}

void
test_expect_ok(struct call *c, enum err e, const char *what, const char *file,
               int line)
{
    if (e == OK)
        return;
    print_error("%s is %s: %s (%s)\n", what, err_word(e),
                c->fault.text ? c->fault.text : "",
                c->fault.field ? c->fault.field : "");
    _fail(file, line);
}

void
test_expect_fault(struct call *c, enum err e, enum err code, const char *field,
                  const char *what, const char *file, int line)
{
    const char *named = c->fault.field ? c->fault.field : "";

    if (e == code && c->fault.code == code
        && (!field || strcmp(named, field) == 0))
        return;
    print_error("%s is %s on \"%s\": %s\n", what, err_word(e), named,
                c->fault.text ? c->fault.text : "");
    _fail(file, line);
}

/* -- which tests are slow ---------------------------------------------- */

#define SLOWEST 10

/* The slowest first. */
static struct {
    const struct test *test;
    int64_t ms;
} slowest[SLOWEST];

/* How long TEST took with its office. */
static void
note_time(const struct test *test, int64_t ms)
{
    size_t at = SLOWEST;

    while (at > 0 && ms > slowest[at - 1].ms)
        at--;
    if (at == SLOWEST)
        return;
    memmove(&slowest[at + 1], &slowest[at],
            (SLOWEST - 1 - at) * sizeof(slowest[0]));
    slowest[at].test = test;
    slowest[at].ms = ms;
}

static void
print_slowest(void)
{
    (void)printf("The slowest, with their offices:\n");
    for (size_t i = 0; i < SLOWEST && slowest[i].test; i++)
        (void)printf("%7lld ms  %s\n", (long long)slowest[i].ms,
                     slowest[i].test->name);
}

/* -- an office for each test ----------------------------------------- */

struct office {
    struct test *test;
    char *address;
    struct store *store;
    struct app app;
    struct zone *zone;
    struct call call;
    int64_t began; /* ms, of the monotonic clock */
    bool ended;    /* the test came to its end: it did not fail */
};

static void
open_app(struct office *o)
{
    const struct file *zh = file_find("data/languages/zh.json");

    ASSERT(zh);
    o->zone = zone_open("Asia/Shanghai");
    o->app = (struct app){ .store = o->store,
                           .ids = ids_open(1),
                           .words = words_open(zh->text, zh->len),
                           .zone = o->zone,
                           .nouns = all_nouns };
    o->call.app = &o->app;
    o->call.words = o->app.words;
}

static int
open_office(void **state)
{
    struct office *o = calloc(1, sizeof(*o));
    const char *why;

    o->began = monotonic_ms();
    o->test = *state;
    o->call = (struct call){ .arena = arena_open(),
                             .now = at("2026-11-23 10:00"),
                             .lang = LANG_EN,
                             .channel = "test" };
    *state = o;
    open_app(o);
    if (o->test->plain)
        return 0;
    o->address = database_make(true);
    o->store = store_open(o->address, 4, &why);
    if (!o->store) {
        print_error("%s\n", why);
        return -1;
    }
    o->app.store = o->store;
    db_session(&o->call, o->store);
    if (catalog_open(&o->call, &o->app.catalog) != OK) {
        print_error("%s\n", o->call.fault.text);
        return -1;
    }
    return 0;
}

static int
close_office(void **state)
{
    struct office *o = *state;

    catalog_close(o->app.catalog);
    db_session_end(&o->call);
    store_close(o->store);
    if (o->address)
        database_drop(o->address);
    arena_close(o->call.arena);
    words_close(o->app.words);
    ids_close(o->app.ids);
    zone_close(o->zone);
    note_time(o->test, monotonic_ms() - o->began);
    /* What cmocka would say of it comes later; that it failed is enough. */
    if (!o->ended && getenv("LIANGCAO_TEST_FIRST"))
        _exit(1);
    free(o);
    return 0;
}

static void
run(void **state)
{
    struct office *o = *state;

    o->test->run(&o->call);
    o->ended = true;
}

/* Does one of the arguments, if there are any, name the test? */
static bool
is_named(const char *test, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(test, argv[i]))
            return true;
    return argc < 2;
}

static int
compare(const void *a, const void *b)
{
    const struct CMUnitTest *x = a, *y = b;

    return strcmp(x->name, y->name);
}

int
main(int argc, char **argv)
{
    static struct CMUnitTest *list; /* the names in it are kept */
    size_t n = 0, all = 0;
    int failed;

    log_open(getenv("LIANGCAO_TEST_LOG") ? LOG_DEBUG
                                         : (enum log_level)(LOG_ERROR + 1));
    for (struct test *t = tests; t; t = t->next)
        all++;
    list = calloc(all + 1, sizeof(*list));
    model_set_audit(audit_write);
    for (struct test *t = tests; t; t = t->next) {
        const char *name = strrchr(t->file, '/');
        char *full = NULL;

        ASSERT(asprintf(&full, "%s: %s", name ? name + 1 : t->file, t->name)
               > 0);
        if (is_named(full, argc, argv))
            list[n++] =
                (struct CMUnitTest){ full, run, open_office, close_office, t };
        else
            free(full);
    }
    qsort(list, n, sizeof(*list), compare);
    failed = _cmocka_run_group_tests("liangcao", list, n, NULL, NULL);
    print_slowest();
    return failed;
}
