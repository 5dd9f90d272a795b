/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db_bench - durable order creations a second at the floor of the database:
 * many threads through db.h, against bare SQLite writing the same rows in
 * batches of the same size.
 *
 *   db-bench [seconds [threads [address]]]
 *
 * With a PostgreSQL address only our side runs, in the schema it names.
 *
 * An order here is what the order engine writes: a number, the order of 69
 * columns, its event, its audit entry, the head of the chain, its words.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "db/db.h"

#define MAX_THREADS 256
#define COLUMNS                                                                \
    "id, number, state, area_id, item_id, item_code, item_name, sla_class,"    \
    " priority, is_open, title, description, requester_id, requester_name, "   \
    "unit_id,"                                                                 \
    " unit_name, place_id, place_name, phone, channel, crew_id, crew_name,"    \
    " submitted_at, accept_due, on_site_due, complete_due, verified_auto,"     \
    " suspended_ms, extensions, reworks, reopens, accept_late, on_site_late,"  \
    " safe_late, complete_late, escalation, wake_at, version, updated_at"

static const char add_order[] =
    "INSERT INTO orders (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
    " $9, 1, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,"
    " $23, $24, $25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $26, 1, $22)";
static const char add_event[] =
    "INSERT INTO event (id, order_id, at, actor_id, actor_name, verb,"
    " to_state, internal) VALUES ($1, $2, $3, $4, $5, 'submit', 'submitted',"
    " 0)";
static const char get_head[] =
    "SELECT seq, hash FROM audit_chain WHERE chain = $1";
static const char add_head[] =
    "INSERT INTO audit_chain (chain, seq, hash) VALUES ($1, $2, $3)";
static const char set_head[] =
    "UPDATE audit_chain SET seq = $2, hash = $3 WHERE chain = $1";
static const char add_entry[] =
    "INSERT INTO audit_entry (id, chain, seq, at, account_id, actor, channel,"
    " address, action, noun, noun_id, hash) VALUES ($1, $2, $3, $4, $5, $6,"
    " 'web', '127.0.0.1', 'order.submit', 'order', $7, $8)";
static const char raise_number[] =
    "UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value";
static const char add_words[] =
    "INSERT INTO order_search (rowid, tokens) VALUES ($1, $2)";

static const char hash[] =
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
static const char description[] =
    "三楼东侧卫生间洗手盆下水管漏水，地面已有积水";

/* The values of one order, drawn from a seed: both sides write the same. */
struct row {
    int64_t id, event, entry, person, place, unit, crew, area;
    instant at;
    char number[32];
};

static struct row
draw(struct random *r, struct ids *ids, instant now, int64_t number)
{
    struct row row = {
        .id = ids_next(ids, now),
        .event = ids_next(ids, now),
        .entry = ids_next(ids, now),
        .person = 1 + random_below(r, 3000),
        .place = 1 + random_below(r, 1500),
        .unit = 1 + random_below(r, 80),
        .crew = 1 + random_below(r, 30),
        .area = 1 + random_below(r, 12),
        .at = now
    };

    (void)snprintf(row.number, sizeof(row.number), "20261123-%06lld",
                   (long long)number);
    return row;
}

#define N_ORDER 26

static void
fill(const struct row *o, struct value v[static N_ORDER])
{
    struct value list[N_ORDER] = {
        V(o->id),
        V((const char *)o->number),
        V("submitted"),
        V(o->area),
        V(o->area + 100),
        V("A04"),
        V("给排水维修"),
        V("S2"),
        V(3),
        V("给排水维修 1号楼 3层 卫生间"),
        V(description),
        V(o->person),
        V("张伟"),
        V(o->unit),
        V("办公室"),
        V(o->place),
        V("1号楼 3层 东侧卫生间"),
        V("13800000000"),
        V("web"),
        V(o->crew),
        V("水暖组"),
        V(o->at),
        V(o->at.ms + 900000),
        V(o->at.ms + 1800000),
        V(o->at.ms + 7200000),
        V(o->at.ms + 900000)
    };

    memcpy(v, list, sizeof(list));
}

static double
seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
show_memory(void)
{
    char line[200];
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, "VmRSS", 5) == 0)
            (void)printf("  %s", line);
    if (f)
        (void)fclose(f);
}

/* -- through db.h ---------------------------------------------------- */

struct side {
    struct store *store;
    struct ids *ids;
    const char *tokens;
    atomic_bool stop;
    atomic_llong done, busy;
};

struct worker {
    struct side *side;
    pthread_t thread;
    struct random random;
    double *times; /* of each order, for the percentiles */
    size_t n, cap;
};

static enum err
chain(struct call *c, const struct row *o)
{
    int64_t n = db_chain(c), seq;
    bool is_new;

    ROWS r = db_query(c, get_head, V(n));
    is_new = !rows_next(&r);
    seq = is_new ? 1 : row_int(&r, 0) + 1;
    TRY(rows_end(&r));
    TRY(db_exec(c, is_new ? add_head : set_head, V(n), V(seq), V(hash)));
    return db_exec(c, add_entry, V(o->entry), V(n), V(seq), V(o->at),
                   V(o->person), V("张伟"), V(o->id), V(hash));
}

static enum err
create(struct call *c, struct worker *w)
{
    struct value v[N_ORDER];
    int64_t number;
    struct row o;
    TX tx = tx_begin(c);

    TRY(db_number(c, "20261123", &number));
    o = draw(&w->random, w->side->ids, c->now, number);
    fill(&o, v);
    TRY(db_exec_n(c, add_order, v, N_ORDER));
    TRY(db_exec(c, add_event, V(o.event), V(o.id), V(o.at), V(o.person),
                V("张伟")));
    TRY(chain(c, &o));
    TRY(db_search_add(c, o.id, w->side->tokens));
    return tx_commit(&tx);
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    struct side *s = w->side;
    struct call c = { .arena = arena_open(), .lang = LANG_EN };

    while (!atomic_load(&s->stop)) {
        double t0 = seconds();
        enum err e = ERR_BUSY;

        c.now = instant_now();
        for (int i = 0; i < 100 && e == ERR_BUSY; i++) {
            db_session(&c, s->store);
            e = create(&c, w);
            db_session_end(&c);
            arena_reset(c.arena);
            if (e == ERR_BUSY)
                (void)atomic_fetch_add(&s->busy, 1);
        }
        if (e != OK) {
            (void)fprintf(stderr, "%s: %s\n", err_word(e),
                          c.fault.text ? c.fault.text : "");
            exit(1);
        }
        if (w->n < w->cap)
            w->times[w->n++] = seconds() - t0;
        (void)atomic_fetch_add(&s->done, 1);
    }
    arena_close(c.arena);
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void
print_times(struct worker *list, size_t threads)
{
    double *all = NULL;
    size_t n = 0;

    for (size_t i = 0; i < threads; i++)
        n += list[i].n;
    all = calloc(n + 1, sizeof(*all));
    n = 0;
    for (size_t i = 0; i < threads; i++) {
        memcpy(all + n, list[i].times, list[i].n * sizeof(*all));
        n += list[i].n;
    }
    qsort(all, n, sizeof(*all), compare);
    if (n > 0)
        (void)printf("  latency ms: p50 %.2f  p99 %.2f  p99.9 %.2f  max %.2f\n",
                     1e3 * all[n / 2], 1e3 * all[n * 99 / 100],
                     1e3 * all[n * 999 / 1000], 1e3 * all[n - 1]);
    free(all);
}

static double
run_ours(struct store *store, const char *tokens, unsigned threads, double secs)
{
    struct side s = {
        .store = store, .tokens = tokens, .ids = ids_open(store_node(store))
    };
    struct worker *list = calloc(threads, sizeof(*list));
    double t0 = seconds(), took;

    for (unsigned i = 0; i < threads; i++) {
        list[i] = (struct worker){
            .side = &s, .random = random_seed(i + 1), .cap = 20000
        };
        list[i].times = calloc(list[i].cap, sizeof(double));
        (void)pthread_create(&list[i].thread, NULL, work, &list[i]);
    }
    (void)usleep((useconds_t)(secs * 1e6));
    atomic_store(&s.stop, true);
    for (unsigned i = 0; i < threads; i++)
        (void)pthread_join(list[i].thread, NULL);
    took = seconds() - t0;
    (void)printf("db.h, %u threads: %.0f/s, %lld run again\n", threads,
                 (double)s.done / took, (long long)s.busy);
    print_times(list, threads);
    for (unsigned i = 0; i < threads; i++)
        free(list[i].times);
    free(list);
    ids_close(s.ids);
    return (double)s.done / took;
}

/* -- bare SQLite ----------------------------------------------------- */

static void
must(sqlite3 *db, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return;
    (void)fprintf(stderr, "bare: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static sqlite3_stmt *
bare_prepare(sqlite3 *db, const char *sql)
{
    char *text = strdup(sql);
    sqlite3_stmt *s = NULL;

    for (char *p = text; *p; p++)
        if (*p == '$')
            *p = '?';
    must(db, sqlite3_prepare_v2(db, text, -1, &s, NULL));
    free(text);
    return s;
}

/* Run it; the first number it answers, if any. */
static int64_t
bare_run(sqlite3 *db, sqlite3_stmt *s, const struct value *v, int n)
{
    int64_t answer = 0;
    int rc;

    for (int i = 0; i < n; i++) {
        if (v[i].kind == VALUE_INT)
            must(db, sqlite3_bind_int64(s, i + 1, v[i].as.i));
        else
            must(db, sqlite3_bind_text(s, i + 1, v[i].as.s, -1, SQLITE_STATIC));
    }
    rc = sqlite3_step(s);
    must(db, rc);
    if (rc == SQLITE_ROW)
        answer = sqlite3_column_int64(s, 0);
    must(db, sqlite3_reset(s));
    return answer;
}

#define RUN(s, ...)                                                            \
    bare_run(b->db, (s), (const struct value[]){ __VA_ARGS__ },                \
             (int)COUNT(((const struct value[]){ __VA_ARGS__ })))

struct bare {
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *number, *order, *event, *entry, *head, *set,
        *words;
    struct ids *ids;
    struct random random;
};

static struct bare
bare_open(const char *path)
{
    struct bare b = { .ids = ids_open(15), .random = random_seed(1) };

    must(NULL, sqlite3_open(path, &b.db));
    must(b.db, sqlite3_exec(b.db,
                            "PRAGMA journal_mode = WAL;"
                            "PRAGMA synchronous = FULL;"
                            "PRAGMA foreign_keys = ON;"
                            "PRAGMA cache_size = -16384;"
                            "INSERT INTO counter VALUES ('20261123', 0);"
                            "INSERT INTO audit_chain VALUES (1, 0, '')",
                            0, 0, 0));
    b.begin = bare_prepare(b.db, "BEGIN IMMEDIATE");
    b.commit = bare_prepare(b.db, "COMMIT");
    b.number = bare_prepare(b.db, raise_number);
    b.order = bare_prepare(b.db, add_order);
    b.event = bare_prepare(b.db, add_event);
    b.entry = bare_prepare(b.db, add_entry);
    b.head = bare_prepare(b.db, get_head);
    b.set = bare_prepare(b.db, set_head);
    b.words = bare_prepare(b.db, add_words);
    return b;
}

static int64_t
bare_create(struct bare *b)
{
    int64_t number = RUN(b->number, V("20261123"));
    struct row o = draw(&b->random, b->ids, instant_now(), number);
    struct value v[N_ORDER];
    int64_t seq;

    fill(&o, v);
    bare_run(b->db, b->order, v, N_ORDER);
    RUN(b->event, V(o.event), V(o.id), V(o.at), V(o.person), V("张伟"));
    seq = RUN(b->head, V(1)) + 1;
    RUN(b->set, V(1), V(seq), V(hash));
    RUN(b->entry, V(o.entry), V(1), V(seq), V(o.at), V(o.person), V("张伟"),
        V(o.id), V(hash));
    return o.id;
}

#define BATCH 64

static double
run_bare(struct bare *b, const char *tokens, double secs)
{
    double t0 = seconds();
    int64_t n = 0;

    while (seconds() - t0 < secs) {
        int64_t made[BATCH];

        bare_run(b->db, b->begin, NULL, 0);
        for (int i = 0; i < BATCH; i++)
            made[i] = bare_create(b);
        for (int i = 0; i < BATCH; i++)
            RUN(b->words, V(made[i]), V(tokens));
        bare_run(b->db, b->commit, NULL, 0);
        n += BATCH;
    }
    t0 = seconds() - t0;
    (void)printf("bare SQLite: %.0f/s\n", (double)n / t0);
    return (double)n / t0;
}

/* -------------------------------------------------------------------- */

/* Turn by turn, second by second: what else the machine does falls on both. */
static void
compare_both(struct store *store, const char *path, const char *tokens,
             unsigned threads, int rounds)
{
    double ours = 0, bare = 0;
    const char *why;
    struct bare b;

    store_close(store_open(path, 1, &why)); /* makes the same schema */
    b = bare_open(path);
    for (int i = 0; i < rounds; i++) {
        ours += run_ours(store, tokens, threads, 1) / rounds;
        if (i == 0)
            show_memory();
        bare += run_bare(&b, tokens, 1) / rounds;
    }
    (void)printf("db.h %.0f/s, bare SQLite in batches of %d %.0f/s: %.2f\n",
                 ours, BATCH, bare, ours / bare);
}

int
main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    unsigned threads = argc > 2 ? (unsigned)atoi(argv[2]) : 64;
    char folder[] = "./db-bench-XXXXXX", path[100], second[100];
    struct arena *a = arena_open();
    const char *tokens = text_tokens(a, description), *why;
    struct store *s;

    log_open(LOG_WARN);
    if (rounds < 1 || threads < 1 || threads > MAX_THREADS || !mkdtemp(folder))
        return 2;
    (void)snprintf(path, sizeof(path), "%s/main.db", folder);
    (void)snprintf(second, sizeof(second), "%s/bare.db", folder);
    s = store_open(argc > 3 ? argv[3] : path, argc > 3 ? 32 : 8, &why);
    if (!s) {
        (void)fprintf(stderr, "%s\n", why);
        return 1;
    }
    if (argc > 3)
        (void)run_ours(s, tokens, threads, rounds);
    else
        compare_both(s, second, tokens, threads, rounds);
    show_memory();
    store_close(s);
    arena_close(a);
    (void)printf("what was written is left in %s\n", folder);
    return 0;
}
