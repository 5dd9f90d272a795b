/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgres_schema - in which schema of the database the office lives.
 *
 * PostgreSQL looks a table up in each schema of a path, which says "$user"
 * first: whoever makes a schema of the role's name would put an empty office
 * before the one that is there, and tables of the same names beneath a server
 * at work.  So the path is asked once, and each session is held to one schema.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/postgres.h"

/* Those of the path that are there, and whether the table that every office has
   stands in them. */
static const char find_schemas[] =
    "SELECT quote_ident(s.n), CASE WHEN EXISTS (SELECT 1 FROM pg_class t"
    " JOIN pg_namespace m ON m.oid = t.relnamespace WHERE m.nspname = s.n"
    " AND t.relname = 'schema_migration' AND t.relkind IN ('r', 'p'))"
    " THEN 1 ELSE 0 END"
    " FROM unnest(current_schemas(false)) WITH ORDINALITY AS s(n, i)"
    " ORDER BY s.i LIMIT 64";

/* An office's has a row for each step; an empty one was left by a release that
   made it where there was none. */
static bool
holds_office(struct pg_conn *conn, const char *schema)
{
    char sql[200];
    PGresult *r;
    bool is;

    (void)snprintf(sql, sizeof sql, "SELECT 1 FROM %s.schema_migration LIMIT 1",
                   schema);
    r = pg_exec(NULL, conn, sql, pg_until(NULL, PG_SIDE_MS));
    is = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0;
    PQclear(r);
    return is;
}

/* The row of R to go by: an office's, or the first of all; *N: offices. */
static int
choose(struct pg_conn *conn, const PGresult *r, int *n)
{
    int chosen = 0;

    *n = 0;
    for (int i = 0; i < PQntuples(r); i++)
        if (strcmp(PQgetvalue(r, i, 1), "1") == 0
            && holds_office(conn, PQgetvalue(r, i, 0)) && ++*n == 1)
            chosen = i;
    return chosen;
}

bool
pg_find_schema(struct pg_store *s, struct pg_conn *conn, const char **why)
{
    PGresult *r = pg_exec(NULL, conn, find_schemas, pg_until(NULL, PG_SIDE_MS));
    bool asked = PQresultStatus(r) == PGRES_TUPLES_OK;
    int n = 0, chosen = asked && PQntuples(r) > 0 ? choose(conn, r, &n) : -1;

    /* Which of two is meant nobody here can know. */
    if (!asked)
        *why = store_why(PQerrorMessage(conn->pq));
    else if (chosen < 0)
        *why = "no schema of its search_path is there";
    else if (n > 1)
        *why = "several schemas of its search_path hold an office: name one in"
               " the address, ?options=-csearch_path%3DSCHEMA";
    if (chosen >= 0 && n <= 1) {
        s->schema = strdup(PQgetvalue(r, chosen, 0));
        ASSERT(s->schema);
    }
    PQclear(r);
    return s->schema && pg_hold_schema(s, conn);
}

/* Tables of a session's own come last: they stand before all others else. */
bool
pg_hold_schema(const struct pg_store *s, struct pg_conn *conn)
{
    char sql[200];
    PGresult *r;
    bool ok;

    if (!s->schema)
        return true;
    (void)snprintf(sql, sizeof sql, "SET search_path = %s, pg_temp", s->schema);
    r = pg_exec(NULL, conn, sql, pg_until(NULL, PG_SIDE_MS));
    ok = pg_is_good(r);
    PQclear(r);
    return ok;
}

static const char find_table[] =
    "SELECT CASE WHEN to_regclass($1) IS NULL THEN 0 ELSE 1 END";

enum err
pg_has_table(struct call *c, const char *name, bool *there)
{
    int64_t n = 0;

    TRY(db_int(c, &n, find_table, V(name)));
    *there = n != 0;
    return OK;
}
