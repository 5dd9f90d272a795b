/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bare - what SQLite alone does for the same rows in the same batches.
 *
 *   bare FULL.db EMPTY.db ROWS BATCH
 *
 * Takes the newest ROWS orders of FULL.db with their events and audit entries
 * into memory and makes their search words anew, then inserts them, oldest
 * first, into EMPTY.db (a new office with the same schema and indexes) by
 * prepared statements, BATCH orders to a transaction, WAL and
 * synchronous=FULL; the words of a batch go in last, in one statement.  Prints
 * orders per second.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define MAX_BATCH 64
#define MAX_COLUMNS 100

static void
need(int good, sqlite3 *db, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "bare: %s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static double
now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;

    need(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, db, sql);
    return s;
}

/* Rows of one query, kept whole. */
struct table {
    sqlite3_value **cells;
    int width;
    size_t n;
};

static struct table
load(sqlite3 *db, const char *sql, size_t max)
{
    sqlite3_stmt *s = prepare(db, sql);
    struct table t = { .width = sqlite3_column_count(s) };

    t.cells = calloc(max * (size_t)t.width, sizeof *t.cells);
    while (t.n < max && sqlite3_step(s) == SQLITE_ROW) {
        for (int i = 0; i < t.width; i++)
            t.cells[t.n * (size_t)t.width + (size_t)i] =
                sqlite3_value_dup(sqlite3_column_value(s, i));
        t.n++;
    }
    sqlite3_finalize(s);
    return t;
}

static sqlite3_stmt *
prepare_insert(sqlite3 *db, const char *table, int width)
{
    char sql[2000];
    size_t n =
        (size_t)snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (", table);

    for (int i = 0; i < width; i++)
        n += (size_t)snprintf(sql + n, sizeof sql - n, i ? ",?" : "?");
    (void)snprintf(sql + n, sizeof sql - n, ")");
    return prepare(db, sql);
}

static void
insert(sqlite3 *db, sqlite3_stmt *s, const struct table *t, size_t row)
{
    for (int i = 0; i < t->width; i++)
        (void)sqlite3_bind_value(s, i + 1,
                                 t->cells[row * (size_t)t->width + (size_t)i]);
    need(sqlite3_step(s) == SQLITE_DONE, db, "insert");
    (void)sqlite3_reset(s);
}

static void
run(sqlite3 *db, const char *sql)
{
    need(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, db, sql);
}

/* The words of each order, as the server would index them. */
static const char **
make_words(sqlite3 *full, struct arena *a, size_t max)
{
    sqlite3_stmt *s =
        prepare(full,
                "SELECT concat FROM (SELECT id, number || ' ' || title || ' '"
                " || COALESCE(description, '') || ' ' || item_name || ' '"
                " || requester_name || ' zw ' || COALESCE(place_name, '')"
                " || ' 1hl1c101 ' || COALESCE(place_note, '') || ' '"
                " || COALESCE(phone, '') AS concat FROM orders)"
                " ORDER BY id DESC");
    const char **words = calloc(max, sizeof *words);

    for (size_t n = 0; n < max && sqlite3_step(s) == SQLITE_ROW; n++)
        words[n] = text_tokens(a, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return words;
}

static sqlite3_stmt *
prepare_words(sqlite3 *db, size_t batch)
{
    char sql[4096];
    size_t n = (size_t)snprintf(sql, sizeof sql,
                                "INSERT INTO order_search (rowid, tokens)"
                                " SELECT column1, column2 FROM (VALUES ");

    for (size_t i = 0; i < batch; i++)
        n += (size_t)snprintf(sql + n, sizeof sql - n, i ? ",(?,?)" : "(?,?)");
    (void)snprintf(sql + n, sizeof sql - n, ") WHERE column2 IS NOT NULL");
    return prepare(db, sql);
}

static void
once(sqlite3 *db, sqlite3_stmt *s, const char *what)
{
    need(sqlite3_step(s) == SQLITE_DONE, db, what);
    (void)sqlite3_reset(s);
}

int
main(int argc, char **argv)
{
    size_t rows = argc > 3 ? (size_t)atol(argv[3]) : 0;
    size_t batch = argc > 4 ? (size_t)atol(argv[4]) : 0;
    struct arena *arena = arena_open();
    sqlite3 *full, *db;
    struct table orders, events, audits;
    sqlite3_stmt *order, *event, *audit, *search, *head, *count;
    const char **words;
    double start;

    if (argc != 5 || rows == 0 || batch == 0 || batch > MAX_BATCH) {
        (void)fprintf(stderr, "bare FULL.db EMPTY.db ROWS BATCH\n");
        return 2;
    }
    need(sqlite3_open(argv[1], &full) == SQLITE_OK, full, argv[1]);
    need(sqlite3_open(argv[2], &db) == SQLITE_OK, db, argv[2]);
    orders = load(full, "SELECT * FROM orders ORDER BY id DESC", rows);
    events = load(full, "SELECT * FROM event ORDER BY id DESC", orders.n);
    audits = load(full, "SELECT * FROM audit_entry ORDER BY id DESC", orders.n);
    words = make_words(full, arena, orders.n);
    run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    run(db, "PRAGMA foreign_keys=OFF; DELETE FROM audit_entry;"
            " INSERT OR REPLACE INTO counter VALUES ('bare', 0)");
    order = prepare_insert(db, "orders", orders.width);
    event = prepare_insert(db, "event", events.width);
    audit = prepare_insert(db, "audit_entry", audits.width);
    search = prepare_words(db, batch);
    head = prepare(db, "UPDATE audit_chain SET seq = seq + 1");
    count = prepare(db, "UPDATE counter SET value = value + 1"
                        " WHERE name = 'bare'");
    start = now_s();
    for (size_t left = orders.n; left > 0;) {
        size_t n = left < batch ? left : batch;

        run(db, "BEGIN IMMEDIATE");
        (void)sqlite3_clear_bindings(search);
        for (size_t i = 0; i < n; i++) {
            size_t k = --left;

            insert(db, order, &orders, k);
            insert(db, event, &events, k % events.n);
            insert(db, audit, &audits, k % audits.n);
            once(db, head, "head");
            once(db, count, "count");
            (void)sqlite3_bind_value(search, (int)(2 * i + 1),
                                     orders.cells[k * (size_t)orders.width]);
            (void)sqlite3_bind_text(search, (int)(2 * i + 2), words[k], -1,
                                    SQLITE_STATIC);
        }
        once(db, search, "search");
        run(db, "COMMIT");
    }
    (void)printf("%.0f\n", (double)orders.n / (now_s() - start));
    return 0;
}
