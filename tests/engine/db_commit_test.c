/* SPDX-License-Identifier: Apache-2.0 */
/* Many calls at once: what db.h promises about commits. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database.h"
#include "db/postgres.h"
#include "db/sqlite.h"
#include "test.h"

#define THREADS 32
#define ROUNDS 30
#define TRIES 1000

static const char add_counter[] =
    "INSERT INTO counter (name, value) VALUES ($1, $2)";
static const char get_counter[] = "SELECT value FROM counter WHERE name = $1";
static const char raise_counter[] =
    "UPDATE counter SET value = value + $2 WHERE name = $1";
static const char count_counters[] = "SELECT count(*) FROM counter";

static struct store *
reopen(const char *address, unsigned readers)
{
    const char *why = "";
    struct store *s = store_open(address, readers, &why);

    if (!s)
        print_error("%s\n", why);
    EXPECT(s != NULL);
    return s;
}

static void
call_open(struct call *c, struct store *s)
{
    *c = (struct call){ .arena = arena_open(), .now = { 1 }, .lang = LANG_EN };
    db_session(c, s);
}

static void
call_close(struct call *c)
{
    db_session_end(c);
    arena_close(c->arena);
}

static int64_t
ask(struct store *s, const char *sql, const char *name)
{
    struct call c;
    int64_t n = -1;
    enum err e;

    call_open(&c, s);
    e = name ? db_int(&c, &n, sql, V(name)) : db_int(&c, &n, sql);
    EXPECT(e == OK);
    call_close(&c);
    return n;
}

/* -- a crowd of threads ---------------------------------------------- */

struct worker {
    pthread_t thread;
    struct store *store;
    enum err (*body)(struct call *c, const struct worker *w, int round);
    int number;
    int kept[ROUNDS]; /* how each round ended: 1 is OK */
    int unexpected;
};

static enum err
put(struct call *c, const char *name, int64_t value)
{
    TX tx = tx_begin(c);
    TRY(db_exec(c, add_counter, V(name), V(value)));
    return tx_commit(&tx);
}

static const char *
name_of(struct call *c, const struct worker *w, int round)
{
    return arena_printf(c->arena, "%d.%d", w->number, round);
}

static enum err
run_round(struct call *c, struct worker *w, int round)
{
    enum err e = ERR_BUSY;

    for (int i = 0; i < TRIES && e == ERR_BUSY; i++) {
        c->fault = (struct fault){ 0 };
        e = w->body(c, w, round);
    }
    return e;
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    int64_t n;

    for (int i = 0; i < ROUNDS; i++) {
        struct call c;
        enum err e;

        call_open(&c, w->store);
        e = run_round(&c, w, i);
        w->kept[i] = e == OK;
        db_fault(&c, 0);
        /* What was answered can be read, by the one who was answered. */
        if (db_int(&c, &n, get_counter, V(name_of(&c, w, i))) != OK
            || (n != 0) != (e == OK))
            w->unexpected++;
        if (e != OK && e != ERR_INVALID && e != ERR_BROKEN)
            w->unexpected++;
        call_close(&c);
    }
    return NULL;
}

/* Run BODY in all threads; then every round that was answered OK is in the
   database beside what was there, and nothing else.  Returns how many rows. */
static int
crowd(struct store *s,
      enum err (*body)(struct call *c, const struct worker *w, int round))
{
    struct worker *list = calloc(THREADS, sizeof(*list));
    int kept = (int)ask(s, count_counters, NULL);

    for (int i = 0; i < THREADS; i++) {
        list[i] = (struct worker){ .store = s, .body = body, .number = i };
        EXPECT(pthread_create(&list[i].thread, NULL, work, &list[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT(pthread_join(list[i].thread, NULL) == 0);
        EXPECT(list[i].unexpected == 0);
        for (int k = 0; k < ROUNDS; k++)
            kept += list[i].kept[k];
    }
    EXPECT(ask(s, count_counters, NULL) == kept);
    free(list);
    return kept;
}

static enum err
put_plain(struct call *c, const struct worker *w, int round)
{
    return put(c, name_of(c, w, round), w->number + 1);
}

TEST_PLAIN(each_answered_commit_is_there_after_reopening)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4), *other;

    (void)c;
    EXPECT(crowd(s, put_plain) == THREADS * ROUNDS);
    other = reopen(address, 1);
    EXPECT(ask(other, count_counters, NULL) == THREADS * ROUNDS);
    EXPECT(store_node(other) != store_node(s));
    store_close(other);
    store_close(s);
    s = reopen(address, 4);
    EXPECT(ask(s, count_counters, NULL) == THREADS * ROUNDS);
    store_close(s);
    database_drop(address);
}

/* Every third body gives up after having written. */
static enum err
put_or_give_up(struct call *c, const struct worker *w, int round)
{
    TX tx = tx_begin(c);
    TRY(db_exec(c, add_counter, V(name_of(c, w, round)), V(1)));
    if ((w->number + round) % 3 == 0)
        return fail(c, ERR_INVALID, NULL, "given up");
    return tx_commit(&tx);
}

TEST_PLAIN(a_body_given_up_leaves_its_neighbours)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);

    (void)c;
    EXPECT(crowd(s, put_or_give_up) == THREADS * ROUNDS * 2 / 3);
    store_close(s);
    database_drop(address);
}

/* Some bodies' COMMIT fails: BEGIN, INSERT, RELEASE, COMMIT is the fourth. */
static enum err
put_with_faults(struct call *c, const struct worker *w, int round)
{
    db_fault(c, (w->number + round) % 7 == 0 ? 1 + round % 4 : 0);
    return put_plain(c, w, round);
}

TEST_PLAIN(a_batch_whose_commit_fails_answers_nobody_ok)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);
    int kept;

    (void)c;
    kept = crowd(s, put_with_faults);
    EXPECT(kept > 0 && kept <= THREADS * ROUNDS * 6 / 7 + THREADS);
    EXPECT(ask(s, count_counters, NULL) == kept);
    store_close(s);
    database_drop(address);
}

/* -- answers that wait for the disk without their thread -------------- */

struct told {
    struct later later;
    atomic_int n; /* times */
    enum err err;
};

static void
on_told(struct later *l)
{
    struct told *t = (struct told *)l;

    t->err = l->err;
    (void)atomic_fetch_add(&t->n, 1);
}

/* A call that puts NAME and leaves its answer; its commit fails when it is to. */
static void
put_and_leave(struct store *s, struct told *t, const char *name, bool fails)
{
    struct call c;

    *t = (struct told){ .later.told = on_told };
    call_open(&c, s);
    if (fails)
        db_fault(&c, 4); /* BEGIN, INSERT, RELEASE, COMMIT */
    db_later(&c, &t->later);
    EXPECT(put(&c, name, 1) == OK);
    call_close(&c);
    if (!later_leave(&t->later))
        on_told(&t->later);
}

static bool
is_told(struct told *t)
{
    for (int i = 0; i < 3000 && atomic_load(&t->n) == 0; i++)
        (void)usleep(1000);
    return atomic_load(&t->n) == 1;
}

TEST_PLAIN(an_answer_left_is_told_once_and_is_then_on_disk)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);
    struct told told[100];
    char name[20];

    (void)c;
    for (size_t i = 0; i < COUNT(told); i++) {
        (void)snprintf(name, sizeof name, "left.%zu", i);
        put_and_leave(s, &told[i], name, false);
    }
    for (size_t i = 0; i < COUNT(told); i++) {
        EXPECT(is_told(&told[i]));
        EXPECT(told[i].err == OK);
    }
    store_close(s);
    s = reopen(address, 1);
    EXPECT(ask(s, get_counter, "left.0") == 1);
    EXPECT(ask(s, get_counter, "left.99") == 1);
    store_close(s);
    database_drop(address);
}

/* A sure body that gives up before it has written, or after. */
static enum err
give_up_surely(struct call *c, bool late)
{
    TX tx = tx_begin_sure(c);
    if (late)
        TRY(db_exec(c, add_counter, V("half"), V(1)));
    return fail(c, ERR_INVALID, NULL, "given up");
}

TEST_PLAIN(a_sure_body_given_up_leaves_nothing_behind)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);
    struct told told;
    struct call k;

    (void)c;
    put_and_leave(s, &told, "neighbour", false);
    call_open(&k, s);
    EXPECT(give_up_surely(&k, false) == ERR_INVALID);
    call_close(&k);
    EXPECT(is_told(&told));
    EXPECT(told.err == OK);
    call_open(&k, s);
    EXPECT(give_up_surely(&k, true) == ERR_INVALID);
    call_close(&k);
    EXPECT(ask(s, get_counter, "half") == 0);
    EXPECT(ask(s, get_counter, "neighbour") == 1);
    store_close(s);
    database_drop(address);
}

TEST_PLAIN(a_lost_batch_is_told_to_those_who_left)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);
    struct told told;

    (void)c;
    if (!database_is_postgres()) {
        put_and_leave(s, &told, "lost", true);
        EXPECT(is_told(&told));
        EXPECT(told.err != OK);
        EXPECT(ask(s, get_counter, "lost") == 0);
    }
    put_and_leave(s, &told, "after", false);
    EXPECT(is_told(&told));
    EXPECT(told.err == OK);
    store_close(s);
    database_drop(address);
}

TEST_PLAIN(after_a_sync_that_failed_nothing_is_answered_well_or_written)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);
    struct told told;
    struct call k;
    int ends[2];

    (void)c;
    if (!database_is_postgres()) {
        /* A pipe cannot be synced. */
        EXPECT(pipe(ends) == 0);
        (void)close(((struct sqlite_store *)s)->sync.log_file);
        ((struct sqlite_store *)s)->sync.log_file = ends[1];
        put_and_leave(s, &told, "unsure", false);
        EXPECT(is_told(&told));
        EXPECT(told.err == ERR_BROKEN);
        call_open(&k, s);
        EXPECT(put(&k, "after", 1) == ERR_BROKEN);
        call_close(&k);
        (void)close(ends[0]);
    }
    store_close(s);
    database_drop(address);
}

TEST_PLAIN(a_call_that_goes_on_reads_what_it_wrote)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);
    struct told told = { .later.told = on_told };
    int64_t n = 0;
    struct call k;

    (void)c;
    call_open(&k, s);
    db_later(&k, &told.later);
    EXPECT(put(&k, "own", 7) == OK);
    EXPECT(db_int(&k, &n, get_counter, V("own")) == OK);
    EXPECT(n == 7);
    EXPECT(put(&k, "again", 8) == OK);
    EXPECT(put(&k, "and again", 9) == OK);
    call_close(&k);
    EXPECT(later_leave(&told.later) ? is_told(&told) : told.later.err == OK);
    EXPECT(ask(s, get_counter, "and again") == 9);
    store_close(s);
    database_drop(address);
}

/* Read, then write: on PostgreSQL the losers come again. */
static enum err
raise_total(struct call *c, const struct worker *w, int round)
{
    int64_t n;
    TX tx = tx_begin(c);
    TRY(db_int(c, &n, get_counter, V("total")));
    TRY(db_exec(c, "UPDATE counter SET value = $2 WHERE name = $1", V("total"),
                V(n + 1)));
    TRY(db_exec(c, add_counter, V(name_of(c, w, round)), V(1)));
    return tx_commit(&tx);
}

static enum err
raise_total_a_little(struct call *c, const struct worker *w, int round)
{
    /* On PostgreSQL everybody runs into everybody: a few are enough. */
    if (database_is_postgres() && (w->number > 3 || round > 9))
        return fail(c, ERR_INVALID, NULL, "not taking part");
    return raise_total(c, w, round);
}

TEST_PLAIN(no_two_bodies_see_the_same_state)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 4);
    struct call own;
    int kept;

    (void)c;
    call_open(&own, s);
    EXPECT(put(&own, "total", 0) == OK);
    kept = crowd(s, raise_total_a_little);
    EXPECT(ask(s, get_counter, "total") == kept - 1);
    call_close(&own);
    store_close(s);
    database_drop(address);
}

/* -- a process that dies --------------------------------------------- */

static void
write_until_killed(const char *address, int to)
{
    const char *why;
    struct store *s = store_open(address, 2, &why);

    for (int i = 0; s && i < 100000; i++) {
        struct call c;
        char line[16] = { 0 };

        call_open(&c, s);
        (void)snprintf(line, sizeof(line), "%d", i);
        if (put(&c, line, i + 1) == OK
            && write(to, line, sizeof(line)) != sizeof(line))
            _exit(1);
        call_close(&c);
    }
    _exit(0);
}

TEST_PLAIN(what_was_answered_survives_a_killed_process)
{
    char *address = database_make(false), line[16];
    int ends[2], n = 0, missing = 0;
    struct store *s;
    pid_t child;

    (void)c;
    EXPECT(pipe(ends) == 0);
    child = fork();
    if (child == 0)
        write_until_killed(address, ends[1]);
    EXPECT(child > 0);
    (void)close(ends[1]);
    while (n < 100 && read(ends[0], line, sizeof(line)) == sizeof(line))
        n++;
    (void)kill(child, SIGKILL);
    while (read(ends[0], line, sizeof(line)) == sizeof(line))
        n++;
    (void)close(ends[0]);
    (void)waitpid(child, NULL, 0);

    s = reopen(address, 1);
    for (int i = 0; i < n; i++) {
        (void)snprintf(line, sizeof(line), "%d", i);
        missing += ask(s, get_counter, line) != i + 1;
    }
    EXPECT(n >= 100 && missing == 0);
    store_close(s);
    database_drop(address);
}

/* -- two processes, loads, backups ----------------------------------- */

TEST_PLAIN(a_backup_made_beside_writers_opens_and_is_whole)
{
    char *address, *copy;
    struct store *s;
    struct call own;

    (void)c;
    if (database_is_postgres())
        return;
    address = database_make(false);
    copy = database_make(false);
    s = reopen(address, 4);
    EXPECT(crowd(s, put_plain) == THREADS * ROUNDS);
    call_open(&own, s);
    {
        struct call writer;

        call_open(&writer, s);
        TX tx = tx_begin(&writer);
        EXPECT(db_exec(&writer, add_counter, V("open"), V(1)) == OK);
        EXPECT(store_backup(&own, s, copy) == OK);
        EXPECT(tx_commit(&tx) == OK);
        call_close(&writer);
    }
    call_close(&own);
    store_close(s);
    s = reopen(copy, 1);
    EXPECT(ask(s, count_counters, NULL) == THREADS * ROUNDS);
    store_close(s);
    database_drop(address);
    database_drop(copy);
}

static void *
put_elsewhere(void *arg)
{
    struct call c;
    enum err e;

    call_open(&c, arg);
    e = put(&c, "elsewhere", 1);
    call_close(&c);
    return (void *)(uintptr_t)e;
}

TEST_PLAIN(a_database_held_by_another_process_is_busy)
{
    char *address;
    struct store *s, *other;
    struct call own;
    pthread_t threads[3];
    void *e[3];

    (void)c;
    if (database_is_postgres())
        return;
    address = database_make(false);
    s = reopen(address, 1);
    other = reopen(address, 1);
    call_open(&own, s);
    {
        TX tx = tx_begin(&own);
        EXPECT(db_exec(&own, add_counter, V("a"), V(1)) == OK);
        for (int i = 0; i < 3; i++)
            EXPECT(pthread_create(&threads[i], NULL, put_elsewhere, other)
                   == 0);
        for (int i = 0; i < 3; i++) {
            EXPECT(pthread_join(threads[i], &e[i]) == 0);
            EXPECT((uintptr_t)e[i] == ERR_BUSY);
        }
        EXPECT(tx_commit(&tx) == OK);
    }
    EXPECT((uintptr_t)put_elsewhere(other) == OK);
    EXPECT(ask(s, count_counters, NULL) == 2);
    call_close(&own);
    store_close(other);
    store_close(s);
    database_drop(address);
}

TEST_PLAIN(processes_on_one_database_have_different_nodes)
{
    char *address = database_make(false);
    struct store *list[16];
    const char *why = "";
    unsigned seen = 0;

    (void)c;
    for (int i = 0; i < 16; i++) {
        list[i] = reopen(address, 1);
        seen |= 1u << store_node(list[i]);
    }
    EXPECT(seen == 0xffff);
    EXPECT(store_open(address, 1, &why) == NULL && *why);
    store_close(list[5]);
    list[5] = reopen(address, 1);
    EXPECT(store_node(list[5]) < 16);
    for (int i = 0; i < 16; i++)
        store_close(list[i]);
    database_drop(address);
}

TEST_PLAIN(a_changed_schema_file_refuses_to_start)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 1);
    const char *why = "";
    struct call own;

    (void)c;
    call_open(&own, s);
    {
        TX tx = tx_begin(&own);
        EXPECT(db_exec(&own, "UPDATE schema_migration SET hash = 'other'"
                             " WHERE name = '0001_audit.sql'")
               == OK);
        EXPECT(tx_commit(&tx) == OK);
    }
    call_close(&own);
    store_close(s);
    EXPECT(store_open(address, 1, &why) == NULL);
    EXPECT(strstr(why, "0001_audit.sql") != NULL);
    database_drop(address);
}

/* -- PostgreSQL ------------------------------------------------------ */

/* Two who read what the other writes: only one of them may go on. */
TEST_PLAIN(the_loser_of_a_race_is_busy_and_nothing_of_it_happened)
{
    char *address;
    struct store *s, *other;
    struct call a, b;
    enum err e = OK;
    int64_t n;

    (void)c;
    if (!database_is_postgres())
        return;
    address = database_make(false);
    s = reopen(address, 2);
    other = reopen(address, 2);
    call_open(&a, s);
    call_open(&b, other);
    EXPECT(put(&a, "x", 1) == OK);
    EXPECT(put(&a, "y", 1) == OK);
    {
        TX ta = tx_begin(&a);
        TX tb = tx_begin(&b);
        EXPECT(db_int(&a, &n, get_counter, V("x")) == OK);
        EXPECT(db_int(&b, &n, get_counter, V("y")) == OK);
        EXPECT(db_exec(&a, raise_counter, V("y"), V(10)) == OK);
        EXPECT(tx_commit(&ta) == OK);
        e = db_exec(&b, raise_counter, V("x"), V(10));
        if (e == OK)
            e = tx_commit(&tb);
        EXPECT(e == ERR_BUSY && b.fault.code == ERR_BUSY);
    }
    EXPECT(ask(other, get_counter, "x") == 1);
    EXPECT(ask(s, get_counter, "y") == 11);
    call_close(&a);
    call_close(&b);
    store_close(other);
    store_close(s);
    database_drop(address);
}

/* Short ones that are done one after the other, beside a long one. */
struct beside {
    struct call *c;
    atomic_bool stop;
    atomic_int kept;
};

/* Reads ONE and raises the OTHER. */
static enum err
read_and_raise(struct call *c, const char *one, const char *other)
{
    int64_t n;
    TX tx = tx_begin(c);

    TRY(db_int(c, &n, get_counter, V(one)));
    TRY(db_exec(c, raise_counter, V(other), V(10)));
    return tx_commit(&tx);
}

/* The other way round; between the two, time for short ones: until two are
   done, at most so long. */
static enum err
raise_slowly(struct call *c, struct beside *b, int most_ms)
{
    int kept = atomic_load(&b->kept);
    TX tx = tx_begin(c);
    int64_t n;

    db_long(c);
    TRY(db_int(c, &n, get_counter, V("y")));
    for (int i = 0; i < most_ms && atomic_load(&b->kept) < kept + 2; i++)
        (void)usleep(1000);
    TRY(db_exec(c, raise_counter, V("x"), V(10)));
    return tx_commit(&tx);
}

static void *
raise_often(void *arg)
{
    struct beside *b = arg;

    while (!atomic_load(&b->stop)) {
        b->c->fault = (struct fault){ 0 };
        if (read_and_raise(b->c, "x", "y") == OK)
            (void)atomic_fetch_add(&b->kept, 1);
        (void)usleep(1000);
    }
    return NULL;
}

/* What is short always ends before what is long. */
TEST_PLAIN(a_long_transaction_that_was_lost_to_others_passes_the_next_time)
{
    struct store *s, *other;
    struct beside b = { 0 };
    struct call own, its;
    pthread_t thread;
    char *address;

    (void)c;
    if (!database_is_postgres())
        return;
    address = database_make(false);
    s = reopen(address, 2);
    other = reopen(address, 2);
    call_open(&own, s);
    call_open(&its, other);
    b.c = &its;
    EXPECT(put(&own, "x", 1) == OK && put(&own, "y", 1) == OK);
    EXPECT(pthread_create(&thread, NULL, raise_often, &b) == 0);
    EXPECT(raise_slowly(&own, &b, 10000) == ERR_BUSY);
    own.fault = (struct fault){ 0 };
    EXPECT(raise_slowly(&own, &b, 200) == OK);
    atomic_store(&b.stop, true);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(ask(s, get_counter, "x") == 11);
    /* Those beside it waited, and the next has others beside it again. */
    EXPECT(ask(s, get_counter, "y") == 1 + 10 * atomic_load(&b.kept));
    {
        TX ta = tx_begin(&own);
        EXPECT(put(&its, "z", 1) == OK);
        EXPECT(tx_commit(&ta) == OK);
    }
    call_close(&own);
    call_close(&its);
    store_close(other);
    store_close(s);
    database_drop(address);
}

static void
cut_all_others(struct store *s)
{
    struct call c;
    int64_t n;

    call_open(&c, s);
    EXPECT(db_int(&c, &n,
                  "SELECT count(pg_terminate_backend(pid))"
                  " FROM pg_stat_activity"
                  " WHERE pid <> pg_backend_pid()"
                  " AND datname = current_database()")
           == OK);
    call_close(&c);
}

TEST_PLAIN(connections_that_break_are_opened_anew)
{
    char *address;
    struct store *s, *other;
    struct call own;

    (void)c;
    if (!database_is_postgres())
        return;
    address = database_make(false);
    s = reopen(address, 1);
    other = reopen(address, 1);
    call_open(&own, s);
    EXPECT(put(&own, "before", 1) == OK);
    cut_all_others(other);
    EXPECT(ask(s, count_counters, NULL) == 1);
    cut_all_others(other);
    EXPECT(put(&own, "after", 1) == OK);
    {
        TX tx = tx_begin(&own);
        EXPECT(db_exec(&own, add_counter, V("lost"), V(1)) == OK);
        cut_all_others(other);
        EXPECT(db_exec(&own, add_counter, V("more"), V(1)) == ERR_BUSY);
        EXPECT(tx_commit(&tx) == ERR_BUSY);
    }
    EXPECT(put(&own, "again", 1) == OK);
    EXPECT(ask(s, count_counters, NULL) == 3);
    call_close(&own);
    store_close(other);
    store_close(s);
    database_drop(address);
}

/* Let the thread that renews the node look at once. */
static void
hurry(struct pg_store *s)
{
    (void)pthread_mutex_lock(&s->side_mutex);
    (void)pthread_cond_signal(&s->stopping);
    (void)pthread_mutex_unlock(&s->side_mutex);
}

static bool
on_move(void *node, unsigned to)
{
    *(unsigned *)node = to;
    return true;
}

/* Out of reach for so long that another process took its node: it takes
   another, says so before it writes, and needs no restart. */
TEST_PLAIN(a_process_whose_node_was_taken_gets_another_by_itself)
{
    static const char take[] =
        "UPDATE node SET owner = 'other', until = 99999999999999"
        " WHERE node = $1";
    unsigned moved = 99, before;
    const struct store_mover mover = { on_move, &moved };
    enum err e = ERR_BUSY;
    char *address;
    struct store *s;
    struct call own;

    (void)c;
    if (!database_is_postgres())
        return;
    address = database_make(false);
    s = reopen(address, 1);
    store_on_move(s, &mover);
    before = store_node(s);
    call_open(&own, s);
    {
        TX tx = tx_begin(&own);
        EXPECT(db_exec(&own, take, V((int)before)) == OK);
        EXPECT(tx_commit(&tx) == OK);
    }
    atomic_store(&((struct pg_store *)s)->lease_ms, 1);
    EXPECT(put(&own, "lost", 1) == ERR_BUSY);
    for (int i = 0; i < 2000 && e == ERR_BUSY; i++) {
        hurry((struct pg_store *)s);
        (void)usleep(5000);
        e = put(&own, "again", 1);
    }
    EXPECT(e == OK && moved == store_node(s) && moved != before);
    EXPECT(ask(s, count_counters, NULL) == 1);
    call_close(&own);
    store_close(s);
    database_drop(address);
}

TEST_PLAIN(a_process_that_lost_its_node_writes_no_more_until_it_has_it_again)
{
    char *address;
    struct store *s;
    struct call own;

    (void)c;
    if (!database_is_postgres())
        return;
    address = database_make(false);
    s = reopen(address, 1);
    call_open(&own, s);
    EXPECT(put(&own, "before", 1) == OK);
    atomic_store(&((struct pg_store *)s)->lease_ms, 1);
    EXPECT(put(&own, "after", 1) == ERR_BUSY);
    EXPECT(ask(s, count_counters, NULL) == 1);
    /* Nobody took it meanwhile: it is ours again. */
    for (int i = 0; i < 2000 && !pg_node_is_ours((struct pg_store *)s); i++) {
        hurry((struct pg_store *)s);
        (void)usleep(5000);
    }
    EXPECT(put(&own, "after", 1) == OK);
    call_close(&own);
    store_close(s);
    database_drop(address);
}

/* -- who is told of commits ------------------------------------------------------ */

struct heard {
    atomic_int times;
    atomic_bool within;
};

static void
be_told(void *arg)
{
    struct heard *t = arg;

    atomic_store(&t->within, true);
    atomic_fetch_add(&t->times, 1);
    (void)usleep(20000);
    atomic_store(&t->within, false);
}

static void *
put_some(void *store)
{
    struct call c;

    call_open(&c, store);
    for (int i = 0; i < 10; i++)
        EXPECT(put(&c, arena_printf(c.arena, "watched.%d", i), 1) == OK);
    call_close(&c);
    return NULL;
}

TEST_PLAIN(a_watcher_that_was_taken_away_is_told_nothing_more)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 2);
    struct heard t = { 0 };
    const struct store_watcher w = { be_told, &t };
    pthread_t thread;
    int times;

    (void)c;
    store_watch(s, &w);
    EXPECT(pthread_create(&thread, NULL, put_some, s) == 0);
    for (int i = 0; i < 10000 && !atomic_load(&t.within); i++)
        (void)usleep(1000);
    store_watch(s, NULL);
    EXPECT(!atomic_load(&t.within));
    times = atomic_load(&t.times);
    EXPECT(times > 0);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(atomic_load(&t.times) == times);
    store_close(s);
    database_drop(address);
}

/* -- waiting for a connection --------------------------------------------- */

static atomic_int served;

static void *
ask_once(void *store)
{
    (void)ask(store, count_counters, NULL);
    (void)atomic_fetch_add(&served, 1);
    return NULL;
}

#define LINE 3

/* Until N wait for a connection. */
static void
await_line(struct pg_store *s, int n)
{
    int waiting = 0;

    for (int i = 0; i < 10000 && waiting < n; i++) {
        (void)usleep(1000);
        waiting = 0;
        (void)pthread_mutex_lock(&s->pool_mutex);
        for (struct pg_waiter *w = s->first; w != NULL; w = w->next)
            waiting++;
        (void)pthread_mutex_unlock(&s->pool_mutex);
    }
    EXPECT(waiting == n);
}

/* Who gives a connection back and wants one again comes after those who
   wait. */
TEST_PLAIN(nobody_waits_for_a_connection_behind_one_who_came_later)
{
    char *address = database_make(false);
    struct store *s = reopen(address, 1);
    pthread_t threads[LINE];
    struct call own;
    int64_t n;

    (void)c;
    atomic_store(&served, 0);
    call_open(&own, s);
    if (database_is_postgres()) {
        TX tx = tx_begin(&own);
        EXPECT(db_exec(&own, add_counter, V("a"), V(1)) == OK);
        for (int i = 0; i < LINE; i++) {
            EXPECT(pthread_create(&threads[i], NULL, ask_once, s) == 0);
            await_line((struct pg_store *)s, i + 1);
        }
        EXPECT(atomic_load(&served) == 0);
        EXPECT(tx_commit(&tx) == OK);
        for (int i = 0; i < LINE; i++)
            EXPECT(db_int(&own, &n, count_counters) == OK && n == 1);
        /* Each look of ours let at least one of theirs go first. */
        EXPECT(atomic_load(&served) >= LINE - 1);
        for (int i = 0; i < LINE; i++)
            EXPECT(pthread_join(threads[i], NULL) == 0);
    }
    call_close(&own);
    store_close(s);
    database_drop(address);
}
