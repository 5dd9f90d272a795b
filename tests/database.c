/* SPDX-License-Identifier: Apache-2.0 */
#include "database.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "db/postgres.h"
#include "db/sqlite.h"
#include "engine/catalog/inner.h"
#include "model/app.h"

#define SEARCH_PATH "options=-csearch_path%3D"

bool
database_is_postgres(void)
{
    const char *address = getenv("LIANGCAO_TEST_DB");

    return address && *address;
}

/* One connection for all that is told beside the tests; it ends with the
   process. */
static PGconn *side;

static void
begin_side(void)
{
    if (side && PQstatus(side) == CONNECTION_OK)
        return;
    PQfinish(side);
    side = PQconnectdb(getenv("LIANGCAO_TEST_DB"));
    PQclear(PQexec(side, "SET client_min_messages = warning;"
                         "SET lock_timeout = '5s'"));
}

static bool
tell_postgres(const char *sql)
{
    PGresult *r;
    bool ok;

    begin_side();
    r = PQexec(side, sql);
    ok = PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!ok)
        (void)fprintf(stderr, "%s: %s", sql, PQerrorMessage(side));
    PQclear(r);
    return ok;
}

void
database_take(int i)
{
    const char *all = getenv("LIANGCAO_TEST_DBS");
    char address[300];

    if (!database_is_postgres() || !all)
        return;
    while (i-- > 0 && strchr(all, ' '))
        all = strchr(all, ' ') + 1;
    (void)snprintf(address, sizeof(address), "%.*s", (int)strcspn(all, " "),
                   all);
    (void)setenv("LIANGCAO_TEST_DB", address, 1);
}

/* Behind the address of a schema, its name. */
static const char *
schema_of(const char *address)
{
    return strstr(address, SEARCH_PATH) + strlen(SEARCH_PATH);
}

static char *
make_schema(void)
{
    static int n;
    const char *base = getenv("LIANGCAO_TEST_DB");
    char sql[100], *address = NULL;

    (void)snprintf(sql, sizeof(sql), "CREATE SCHEMA test_%d_%d", (int)getpid(),
                   ++n);
    ASSERT(tell_postgres(sql));
    ASSERT(asprintf(&address, "%s%c%s%s", base, strchr(base, '?') ? '&' : '?',
                    SEARCH_PATH, strstr(sql, "test_"))
           > 0);
    return address;
}

static void
drop_schema(const char *address)
{
    char sql[100];

    (void)snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE",
                   schema_of(address));
    (void)tell_postgres(sql);
}

/* -- the quick one --------------------------------------------------- */

/* To make the tables takes longer than most tests do, so one schema is
   emptied after each test and used again. */
static char *kept;

static bool
empty_schema(const char *address)
{
    const char *schema = schema_of(address);
    char sql[800];

    /* The example's tables (tests/engine/example) are of its tests alone. */
    (void)snprintf(sql, sizeof(sql),
                   "DO $$ DECLARE t text; BEGIN"
                   " DROP TABLE IF EXISTS %s.lending, %s.key;"
                   " SET LOCAL session_replication_role = replica;"
                   " FOR t IN SELECT format('%%I.%%I', schemaname, tablename)"
                   " FROM pg_tables WHERE schemaname = '%s'"
                   " AND tablename <> 'schema_migration'"
                   " LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$",
                   schema, schema, schema);
    return tell_postgres(sql);
}

static void
drop_kept(void)
{
    if (kept)
        drop_schema(kept);
    free(kept);
    kept = NULL;
}

static char *
make_quick_schema(void)
{
    static bool at_exit;

    if (!at_exit)
        at_exit = atexit(drop_kept) == 0;
    if (!kept)
        kept = make_schema();
    return strdup(kept);
}

/* -- copies ---------------------------------------------------------- */

/* What MAKE put into a database: kept in one in memory, or in a schema beside
   the tests'. */
struct copy {
    void (*make)(struct call *c);
    sqlite3 *db;
    char schema[60]; /* its rows alone */
    char whole[60];  /* a schema that a test can work in, or "" */
    int64_t newest;  /* id */
};

static bool copied; /* are any kept? */
static struct copy copies[8];
static struct copy *swapped; /* whose whole schema has the name of the KEPT */

static void
copy_sqlite(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");

    ASSERT(b && sqlite3_backup_step(b, -1) == SQLITE_DONE);
    ASSERT(sqlite3_backup_finish(b) == SQLITE_OK);
}

static void
drop_named(char *schema)
{
    char sql[100];

    (void)snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE", schema);
    if (*schema)
        (void)tell_postgres(sql);
    *schema = '\0';
}

static void
drop_copies(void)
{
    for (size_t i = 0; i < COUNT(copies); i++) {
        (void)sqlite3_close(copies[i].db);
        copies[i].db = NULL;
        drop_named(copies[i].schema);
        drop_named(copies[i].whole);
    }
}

/* Each table that holds a row, but what a store writes by itself when it is
   opened. */
static void
keep_schema(struct copy *k, const char *from)
{
    char sql[900];

    (void)snprintf(k->schema, sizeof(k->schema), "test_%d_copy_%d",
                   (int)getpid(), (int)(k - copies));
    (void)snprintf(
        sql, sizeof(sql),
        "CREATE SCHEMA %s; DO $$ DECLARE t text; holds bool; BEGIN"
        " FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '%s'"
        " AND tablename NOT IN ('schema_migration', 'node')"
        " LOOP EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s.%%I)', t)"
        " INTO holds; IF holds THEN EXECUTE format("
        "'CREATE TABLE %s.%%1$I AS TABLE %s.%%1$I', t);"
        " END IF; END LOOP; END $$",
        k->schema, from, from, k->schema, from);
    ASSERT(tell_postgres(sql));
}

/* No constraint is asked: each held when the rows were made. */
static void
fill_schema(const struct copy *k, const char *to)
{
    char sql[900];

    (void)snprintf(sql, sizeof(sql),
                   "DO $$ DECLARE t text; BEGIN"
                   " SET LOCAL session_replication_role = replica;"
                   " FOR t IN SELECT tablename FROM pg_tables"
                   " WHERE schemaname = '%s' AND tablename <> 'pristine'"
                   " LOOP EXECUTE format('DELETE FROM %s.%%1$I;"
                   " INSERT INTO %s.%%1$I TABLE %s.%%1$I', t);"
                   " END LOOP; END $$",
                   k->schema, to, to, k->schema);
    ASSERT(tell_postgres(sql));
}

/* To write all rows anew takes longer than most tests do, too.  So a schema is
   filled once, and after a test only what it changed is as it was before: rows
   that are new have the number of another transaction (xmin), and where one
   that had ours is missing the whole table is written. */
static bool
restore(struct copy *k)
{
    char sql[1400];

    (void)snprintf(
        sql, sizeof(sql),
        "DO $$ DECLARE p record; rows bigint; ours bigint; BEGIN"
        " SET LOCAL session_replication_role = replica;"
        " FOR p IN SELECT * FROM %s.pristine LOOP"
        " EXECUTE format('SELECT count(*), count(*) FILTER (WHERE xmin = %%L)"
        " FROM %s.%%I', p.xid, p.name) INTO rows, ours;"
        " CONTINUE WHEN rows = p.n AND ours = p.n;"
        " IF ours = p.n THEN EXECUTE"
        " format('DELETE FROM %s.%%I WHERE xmin <> %%L', p.name, p.xid);"
        " CONTINUE; END IF;"
        " EXECUTE format('DELETE FROM %s.%%I', p.name);"
        " rows := 0; IF p.held THEN EXECUTE"
        " format('INSERT INTO %s.%%1$I TABLE %s.%%1$I', p.name);"
        " GET DIAGNOSTICS rows = ROW_COUNT; END IF;"
        " UPDATE %s.pristine SET xid = CAST(pg_current_xact_id() AS xid),"
        " n = rows WHERE name = p.name; END LOOP; END $$",
        k->schema, k->whole, k->whole, k->whole, k->whole, k->schema,
        k->schema);
    return tell_postgres(sql);
}

/* A schema that is filled for the first time. */
static void
make_whole(struct copy *k)
{
    char *address = make_schema(), sql[600];
    const char *why;
    struct store *s = store_open(address, 1, &why);

    ASSERT(s);
    store_close(s);
    (void)snprintf(k->whole, sizeof(k->whole), "%s", schema_of(address));
    free(address);
    (void)snprintf(sql, sizeof(sql),
                   "CREATE TABLE %s.pristine AS SELECT CAST(tablename AS text)"
                   " AS name, CAST('0' AS xid) AS xid, CAST(-1 AS bigint) AS n,"
                   " EXISTS (SELECT 1 FROM pg_tables k WHERE"
                   " k.schemaname = '%s' AND k.tablename = t.tablename) AS held"
                   " FROM pg_tables t WHERE schemaname = '%s'"
                   " AND tablename NOT IN ('schema_migration', 'node')",
                   k->schema, k->schema, k->whole);
    ASSERT(tell_postgres(sql) && restore(k));
}

/* It gets the kept one's name, by which the connections find it; the node is
   the open store's. */
static void
swap(struct copy *k)
{
    const char *name = schema_of(kept);
    char sql[600];

    if (!*k->whole)
        make_whole(k);
    (void)snprintf(sql, sizeof(sql),
                   "ALTER SCHEMA %s RENAME TO %s_aside;"
                   " ALTER SCHEMA %s RENAME TO %s; DELETE FROM %s.node;"
                   " INSERT INTO %s.node TABLE %s_aside.node",
                   name, name, k->whole, name, name, name, name);
    ASSERT(tell_postgres(sql));
    swapped = k;
}

/* False where it is of no use any more. */
static bool
swap_back(void)
{
    const char *name = schema_of(kept);
    struct copy *k = swapped;
    char sql[300];

    swapped = NULL;
    (void)snprintf(sql, sizeof(sql),
                   "DROP TABLE IF EXISTS %s.lending, %s.key;"
                   " ALTER SCHEMA %s RENAME TO %s;"
                   " ALTER SCHEMA %s_aside RENAME TO %s",
                   name, name, name, k->whole, name, name);
    if (tell_postgres(sql) && restore(k))
        return true;
    drop_named(k->whole);
    return false;
}

static void
keep(struct copy *k, struct call *c)
{
    struct store *s = c->app->store;

    k->newest = new_id(c);
    if (store_is_postgres(s)) {
        keep_schema(k, schema_of(((struct pg_store *)s)->address));
    } else {
        ASSERT(sqlite3_open(":memory:", &k->db) == SQLITE_OK);
        copy_sqlite(((struct sqlite_store *)s)->writer.conn->db, k->db);
    }
}

/* What the program holds in memory does not know of it. */
static void
fill(struct copy *k, struct call *c)
{
    struct store *s = c->app->store;

    if (store_is_postgres(s)) {
        const char *address = ((struct pg_store *)s)->address;

        if (kept && !swapped && strcmp(address, kept) == 0)
            swap(k);
        else
            fill_schema(k, schema_of(address));
    } else
        copy_sqlite(k->db, ((struct sqlite_store *)s)->writer.conn->db);
    ids_pass(c->app->ids, k->newest);
    catalog_look_again(c);
}

void
database_copies(void)
{
    copied = true;
    ASSERT(atexit(drop_copies) == 0);
}

void
database_fill(struct call *c, void (*make)(struct call *c))
{
    struct copy *k = copies;

    while (k->make && k->make != make)
        k++;
    ASSERT(k < copies + COUNT(copies) - 1); /* the last is the end */
    if (k->make) {
        fill(k, c);
        return;
    }
    make(c);
    if (copied) {
        k->make = make;
        keep(k, c);
    }
}

/* -- the schema ------------------------------------------------------ */

/* To make the tables takes longer than most tests do on SQLite, too: what a
   store makes of an empty database in memory is kept, and the next one that is
   opened for a test is a copy of it before the store sees it. */
static sqlite3 *made;
static bool seed_next;

static int
seed(sqlite3 *db, char **why, const struct sqlite3_api_routines *api)
{
    (void)why;
    (void)api;
    if (seed_next && made) {
        seed_next = false;
        copy_sqlite(made, db);
    }
    return SQLITE_OK;
}

static void
drop_made(void)
{
    (void)sqlite3_close(made);
    made = NULL;
}

void
database_opened(struct store *s)
{
    seed_next = false;
    if (made || store_is_postgres(s))
        return;
    ASSERT(sqlite3_open(":memory:", &made) == SQLITE_OK);
    copy_sqlite(((struct sqlite_store *)s)->writer.conn->db, made);
    ASSERT(sqlite3_auto_extension((void (*)(void))seed) == SQLITE_OK);
    ASSERT(atexit(drop_made) == 0);
}

/* -- either ---------------------------------------------------------- */

char *
database_make(bool quick)
{
    char folder[] = "/tmp/liangcao-test-XXXXXX", *address = NULL;

    if (database_is_postgres())
        return quick ? make_quick_schema() : make_schema();
    if (quick) {
        seed_next = true;
        return strdup(":memory:");
    }
    ASSERT(mkdtemp(folder));
    ASSERT(asprintf(&address, "%s/main.db", folder) > 0);
    return address;
}

static void
remove_folder(char *file)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-node",
                                        "-journal" };
    char name[300];

    for (size_t i = 0; i < COUNT(ends); i++) {
        (void)snprintf(name, sizeof(name), "%s%s", file, ends[i]);
        (void)unlink(name);
    }
    *strrchr(file, '/') = '\0';
    (void)snprintf(name, sizeof(name), "%s/office.id", file);
    (void)unlink(name);
    (void)rmdir(file);
}

void
database_drop(char *address)
{
    if (kept && strcmp(address, kept) == 0) {
        if ((swapped && !swap_back()) || !empty_schema(address))
            drop_kept();
    } else if (strstr(address, SEARCH_PATH)) {
        drop_schema(address);
    } else if (address[0] == '/') {
        remove_folder(address);
    }
    free(address);
}
