/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner of all tests: test-runner [--times] [--runners=N] [PART...].  Those
 * run in whose name one of the PARTs is; --times tells how long each took, not
 * only the slowest; of N processes each runs the tests of the next file.
 * LIANGCAO_TEST_DB names a PostgreSQL; LIANGCAO_TEST_LOG shows the log; with
 * LIANGCAO_TEST_FIRST the first that fails ends the run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "api/nouns.h"
#include "base/files.h"
#include "base/log.h"
#include "base/words.h"
#include "database.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "model/app.h"
#include "runners.h"
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

/* Where the time of a test went: ms of the wall, of them for its office, and
   of a processor, which other work does not lengthen (a PostgreSQL's is not in
   it). */
struct took {
    const struct test *test;
    int64_t ms, office_ms, cpu_ms;
};

/* One for each of the LIST, cleared where it did not run; the runners' too. */
static struct took *times;
static struct CMUnitTest *list; /* the names in it are kept */
static size_t n_tests;

static int64_t
cpu_ms(void)
{
    struct timespec t;

    ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
compare_times(const void *a, const void *b)
{
    const struct took *x = a, *y = b;

    return x->test && y->test ? (x->ms < y->ms) - (x->ms > y->ms)
                              : !x->test - !y->test;
}

static void
keep_time(const struct took *took)
{
    size_t i = 0;

    while (list[i].initial_state != took->test)
        i++;
    times[i] = *took;
}

static void
print_slowest(size_t most)
{
    struct took sum = { 0 };

    qsort(times, n_tests, sizeof(*times), compare_times);
    (void)printf("The slowest:\n   ms, its office, of a processor\n");
    for (size_t i = 0; i < n_tests && times[i].test; i++) {
        const struct took *t = &times[i];
        const char *file = strrchr(t->test->file, '/');

        sum.ms += t->ms;
        sum.office_ms += t->office_ms;
        sum.cpu_ms += t->cpu_ms;
        if (i < most)
            (void)printf("%6lld %6lld %6lld  %s: %s\n", (long long)t->ms,
                         (long long)t->office_ms, (long long)t->cpu_ms,
                         file ? file + 1 : t->test->file, t->test->name);
    }
    (void)printf("%6lld %6lld %6lld  all\n", (long long)sum.ms,
                 (long long)sum.office_ms, (long long)sum.cpu_ms);
}

/* -- an office for each test ----------------------------------------- */

struct office {
    struct test *test;
    char *address;
    struct store *store;
    struct app app;
    struct zone *zone;
    struct call call;
    struct took took;
    bool ended; /* the test came to its end: it did not fail */
};

static void
open_app(struct office *o)
{
    static struct words *words; /* constant: those of all tests */
    const struct file *zh = file_find("data/languages/zh.json");

    ASSERT(zh);
    if (!words)
        words = words_open(zh->text, zh->len);
    o->zone = zone_open("Asia/Shanghai");
    o->app = (struct app){ .store = o->store,
                           .ids = ids_open(1),
                           .words = words,
                           .zone = o->zone,
                           .nouns = all_nouns };
    o->call.app = &o->app;
    o->call.words = o->app.words;
}

/* All that a test has before it begins, and what is taken away after it. */
static enum err
found(struct office *o)
{
    const char *why;

    o->address = database_make(true);
    o->store = store_open(o->address, 4, &why);
    if (!o->store) {
        print_error("%s\n", why);
        return ERR_BROKEN;
    }
    database_opened(o->store);
    o->app.store = o->store;
    db_session(&o->call, o->store);
    TRY(catalog_open(&o->call, &o->app.catalog));
    return OK;
}

static int
open_office(void **state)
{
    struct office *o = calloc(1, sizeof(*o));

    o->took.ms = -monotonic_ms();
    o->took.cpu_ms = -cpu_ms();
    o->test = *state;
    o->took.test = o->test;
    o->call = (struct call){ .arena = arena_open(),
                             .now = at("2026-11-23 10:00"),
                             .lang = LANG_EN,
                             .channel = "test" };
    *state = o;
    test_hash_in_full(false);
    open_app(o);
    if (!o->test->plain && found(o) != OK) {
        if (o->call.fault.text)
            print_error("%s\n", o->call.fault.text);
        return -1;
    }
    o->took.office_ms = o->took.ms + monotonic_ms();
    return 0;
}

static int
close_office(void **state)
{
    struct office *o = *state;
    int64_t ended = monotonic_ms();

    catalog_close(o->app.catalog);
    db_session_end(&o->call);
    store_close(o->store);
    if (o->address)
        database_drop(o->address);
    arena_close(o->call.arena);
    ids_close(o->app.ids);
    zone_close(o->zone);
    o->took.ms += monotonic_ms();
    o->took.office_ms += monotonic_ms() - ended;
    o->took.cpu_ms += cpu_ms();
    keep_time(&o->took);
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

static int
compare(const void *a, const void *b)
{
    const struct CMUnitTest *x = a, *y = b;

    return strcmp(x->name, y->name);
}

/* Does a test of this name run?  Any of the PARTS will do, none is all. */
static bool
is_asked_for(const char *name, int n, char **parts)
{
    for (int i = 0; i < n; i++)
        if (strstr(name, parts[i]))
            return true;
    return n == 0;
}

/* What knows no database is not tried again on another. */
static bool
is_tried_here(const struct test *t)
{
    return !t->plain || !database_is_postgres() || !strstr(t->file, "/unit/");
}

static void
make_list(int n, char **parts)
{
    size_t all = 0;

    for (struct test *t = tests; t; t = t->next)
        all++;
    list = calloc(all + 1, sizeof(*list));
    for (struct test *t = tests; t; t = t->next) {
        const char *name = strrchr(t->file, '/');
        char *full = NULL;

        ASSERT(asprintf(&full, "%s: %s", name ? name + 1 : t->file, t->name)
               > 0);
        if (is_asked_for(full, n, parts) && is_tried_here(t))
            list[n_tests++] =
                (struct CMUnitTest){ full, run, open_office, close_office, t };
        else
            free(full);
    }
    qsort(list, n_tests, sizeof(*list), compare);
    times = runners_share((all + 1) * sizeof(*times));
}

int
main(int argc, char **argv)
{
    static const char beside[] = "--runners=";
    bool all_times = false;
    int first = 1, runners = 1, failed;

    for (; first < argc && text_starts(argv[first], "--"); first++)
        if (text_starts(argv[first], beside))
            runners = atoi(argv[first] + sizeof(beside) - 1);
        else
            all_times = true;
    /* What breaks is told: who reads of a failure once has nothing else. */
    log_open(getenv("LIANGCAO_TEST_LOG") ? LOG_DEBUG : LOG_ERROR);
    model_set_audit(audit_write);
    database_copies();
    make_list(argc - first, argv + first);
    failed =
        runners > 1
            ? runners_run(list, n_tests, runners)
            : _cmocka_run_group_tests("liangcao", list, n_tests, NULL, NULL);
    print_slowest(all_times ? n_tests : SLOWEST);
    return failed != 0;
}
