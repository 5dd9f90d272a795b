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
    char schema[60];
    int64_t newest; /* id */
};

static bool copied; /* are any kept? */
static struct copy copies[8];

static void
copy_sqlite(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");

    ASSERT(b && sqlite3_backup_step(b, -1) == SQLITE_DONE);
    ASSERT(sqlite3_backup_finish(b) == SQLITE_OK);
}

static void
drop_copies(void)
{
    char sql[100];

    for (size_t i = 0; i < COUNT(copies); i++) {
        (void)sqlite3_close(copies[i].db);
        copies[i].db = NULL;
        if (!*copies[i].schema)
            continue;
        (void)snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE",
                       copies[i].schema);
        (void)tell_postgres(sql);
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
                   " WHERE schemaname = '%s'"
                   " LOOP EXECUTE format('DELETE FROM %s.%%1$I;"
                   " INSERT INTO %s.%%1$I TABLE %s.%%1$I', t);"
                   " END LOOP; END $$",
                   k->schema, to, to, k->schema);
    ASSERT(tell_postgres(sql));
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
fill(const struct copy *k, struct call *c)
{
    struct store *s = c->app->store;

    if (store_is_postgres(s))
        fill_schema(k, schema_of(((struct pg_store *)s)->address));
    else
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

/* -- either ---------------------------------------------------------- */

char *
database_make(bool quick)
{
    char folder[] = "/tmp/liangcao-test-XXXXXX", *address = NULL;

    if (database_is_postgres())
        return quick ? make_quick_schema() : make_schema();
    if (quick)
        return strdup(":memory:");
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
        if (!empty_schema(address))
            drop_kept();
    } else if (strstr(address, SEARCH_PATH)) {
        drop_schema(address);
    } else if (address[0] == '/') {
        remove_folder(address);
    }
    free(address);
}
