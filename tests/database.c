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

static void
tell_postgres(const char *verb, const char *schema, const char *how)
{
    PGconn *conn = PQconnectdb(getenv("LIANGCAO_TEST_DB"));
    char sql[200];
    PGresult *r;

    (void)snprintf(sql, sizeof(sql),
                   "SET client_min_messages = warning; %s SCHEMA %s %s", verb,
                   schema, how);
    r = PQexec(conn, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        (void)fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
    PQclear(r);
    PQfinish(conn);
}

static char *
make_schema(void)
{
    static int n;
    const char *base = getenv("LIANGCAO_TEST_DB");
    char schema[60], *address = NULL;

    (void)snprintf(schema, sizeof(schema), "test_%d_%d", (int)getpid(), ++n);
    tell_postgres("CREATE", schema, "");
    ASSERT(asprintf(&address, "%s%c%s%s", base, strchr(base, '?') ? '&' : '?',
                    SEARCH_PATH, schema)
           > 0);
    return address;
}

char *
database_make(bool quick)
{
    char folder[] = "/tmp/liangcao-test-XXXXXX", *address = NULL;

    if (database_is_postgres())
        return make_schema();
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
    (void)rmdir(file);
}

void
database_drop(char *address)
{
    const char *schema = strstr(address, SEARCH_PATH);

    if (schema)
        tell_postgres("DROP", schema + strlen(SEARCH_PATH), "CASCADE");
    else if (address[0] == '/')
        remove_folder(address);
    free(address);
}
