/* SPDX-License-Identifier: Apache-2.0 */
#include "database.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

#define SEARCH_PATH "options=-csearch_path%3D"

bool
database_is_postgres(void)
{
    const char *address = getenv("LIANGCAO_TEST_DB");

    return address && *address;
}

static bool
tell_postgres(const char *sql)
{
    PGconn *conn = PQconnectdb(getenv("LIANGCAO_TEST_DB"));
    PGresult *r;
    bool ok;

    PQclear(PQexec(conn, "SET client_min_messages = warning;"
                         "SET lock_timeout = '5s'"));
    r = PQexec(conn, sql);
    ok = PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!ok)
        (void)fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
    PQclear(r);
    PQfinish(conn);
    return ok;
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
                   strstr(address, SEARCH_PATH) + strlen(SEARCH_PATH));
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
                   strstr(address, SEARCH_PATH) + strlen(SEARCH_PATH));
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
