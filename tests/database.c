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
    char sql[600];

    (void)snprintf(sql, sizeof(sql),
                   "DO $$ DECLARE t text; BEGIN"
                   " SET LOCAL session_replication_role = replica;"
                   " FOR t IN SELECT format('%%I.%%I', schemaname, tablename)"
                   " FROM pg_tables WHERE schemaname = '%s'"
                   " AND tablename <> 'schema_migration'"
                   " LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$",
                   schema_of(address));
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

static bool copies; /* they are made at all */

/* What is copied: a database in memory, or a schema beside the tests'. */
static sqlite3 *template;
static char template_schema[60];

static void
copy_sqlite(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");

    ASSERT(b && sqlite3_backup_step(b, -1) == SQLITE_DONE);
    ASSERT(sqlite3_backup_finish(b) == SQLITE_OK);
}

static void
drop_template(void)
{
    char sql[100];

    (void)sqlite3_close(template);
    template = NULL;
    if (!*template_schema)
        return;
    (void)snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE", template_schema);
    (void)tell_postgres(sql);
    *template_schema = '\0';
}

/* Each table that holds a row, but what a store writes by itself when it is
   opened. */
static void
keep_schema(const char *address)
{
    char sql[900], name[60];

    (void)snprintf(name, sizeof(name), "test_%d_template", (int)getpid());
    (void)snprintf(
        sql, sizeof(sql),
        "CREATE SCHEMA %s; DO $$ DECLARE t text; holds bool; BEGIN"
        " FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '%s'"
        " AND tablename NOT IN ('schema_migration', 'node')"
        " LOOP EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s.%%I)', t)"
        " INTO holds; IF holds THEN EXECUTE format("
        "'CREATE TABLE %s.%%1$I AS TABLE %s.%%1$I', t);"
        " END IF; END LOOP; END $$",
        name, schema_of(address), schema_of(address), name, schema_of(address));
    ASSERT(tell_postgres(sql));
    (void)snprintf(template_schema, sizeof(template_schema), "%s", name);
}

/* By a way of its own: no constraint is asked, as none was when they were
   kept. */
static void
fill_schema(const char *address)
{
    char sql[900];

    (void)snprintf(
        sql, sizeof(sql),
        "DO $$ DECLARE t text; BEGIN"
        " SET LOCAL session_replication_role = replica;"
        " FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '%s'"
        " LOOP EXECUTE format('DELETE FROM %s.%%1$I; INSERT INTO %s.%%1$I"
        " TABLE %s.%%1$I', t); END LOOP; END $$",
        template_schema, schema_of(address), schema_of(address),
        template_schema);
    ASSERT(tell_postgres(sql));
}

void
database_copy_from_now_on(void)
{
    copies = true;
    ASSERT(atexit(drop_template) == 0);
}

void
database_keep(struct store *s)
{
    if (!copies || database_has_copy())
        return;
    if (store_is_postgres(s)) {
        keep_schema(((struct pg_store *)s)->address);
        return;
    }
    ASSERT(sqlite3_open(":memory:", &template) == SQLITE_OK);
    copy_sqlite(((struct sqlite_store *)s)->writer.conn->db, template);
}

bool
database_has_copy(void)
{
    return template || *template_schema;
}

void
database_fill(struct store *s)
{
    ASSERT(database_has_copy());
    if (store_is_postgres(s))
        fill_schema(((struct pg_store *)s)->address);
    else
        copy_sqlite(template, ((struct sqlite_store *)s)->writer.conn->db);
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
