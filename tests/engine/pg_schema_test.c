/* SPDX-License-Identifier: Apache-2.0 */
/* Which office a database of PostgreSQL's holds, whatever else is put into it
   (db/postgres_schema.c). */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "database.h"
#include "test.h"

/* Two schemas, of which the path says both: the first is not there until it is
   made. */
struct beside {
    char first[40], second[40];
    const char *address;
    PGconn *pq;
};

static void
tell(struct beside *b, const char *sql, const char *schema)
{
    char whole[400];
    PGresult *r;

    (void)snprintf(whole, sizeof whole, sql, schema);
    r = PQexec(b->pq, whole);
    EXPECT(PQresultStatus(r) == PGRES_COMMAND_OK);
    PQclear(r);
}

/* False on SQLite. */
static bool
begin_beside(struct beside *b, struct call *c)
{
    const char *base = getenv("LIANGCAO_TEST_DB");
    static int n;

    if (!database_is_postgres())
        return false;
    n++;
    (void)snprintf(b->first, sizeof b->first, "a_%d_%d", (int)getpid(), n);
    (void)snprintf(b->second, sizeof b->second, "b_%d_%d", (int)getpid(), n);
    b->address =
        arena_printf(c->arena, "%s%coptions=-csearch_path%%3D%s,%s", base,
                     strchr(base, '?') ? '&' : '?', b->first, b->second);
    b->pq = PQconnectdb(base);
    tell(b, "SET client_min_messages = warning", "");
    tell(b, "CREATE SCHEMA %s", b->second);
    return true;
}

static void
end_beside(struct beside *b)
{
    tell(b, "DROP SCHEMA IF EXISTS %s CASCADE", b->first);
    tell(b, "DROP SCHEMA IF EXISTS %s CASCADE", b->second);
    PQfinish(b->pq);
}

static enum err
open_office(struct call *c, const struct beside *b, struct store_how how)
{
    struct store *s = NULL;
    enum err e = store_open_as(c, b->address, &how, &s);

    if (e == OK)
        store_close(s);
    return e;
}

static int
tables_in(struct beside *b, const char *schema)
{
    const char *const values[] = { schema };
    PGresult *r =
        PQexecParams(b->pq,
                     "SELECT COUNT(*) FROM pg_tables WHERE schemaname = $1", 1,
                     NULL, values, NULL, NULL, 0);
    int n = atoi(PQgetvalue(r, 0, 0));

    PQclear(r);
    return n;
}

TEST(a_schema_put_before_an_office_makes_no_office_anew)
{
    struct beside b;

    if (!begin_beside(&b, c))
        return;
    EXPECT_OK(open_office(c, &b, (struct store_how){ .readers = 1 }));
    EXPECT(tables_in(&b, b.second) > 0);
    tell(&b, "CREATE SCHEMA %s", b.first);
    EXPECT_OK(open_office(c, &b, (struct store_how){ .readers = 1 }));
    EXPECT(tables_in(&b, b.first) == 0);
    /* An older release left this one there. */
    tell(&b, "CREATE TABLE %s.schema_migration (name TEXT, hash TEXT, at INT)",
         b.first);
    EXPECT_OK(open_office(c, &b, (struct store_how){ .readers = 1 }));
    EXPECT(tables_in(&b, b.first) == 1);
    tell(&b, "INSERT INTO %s.schema_migration VALUES ('x', 'x', 1)", b.first);
    EXPECT_FAULT(open_office(c, &b, (struct store_how){ .readers = 1 }),
                 ERR_BROKEN, NULL);
    EXPECT(strstr(c->fault.text, "several schemas") != NULL);
    end_beside(&b);
}

TEST(tables_put_before_an_office_at_work_are_not_written_into)
{
    struct beside b;
    struct store *s;
    const char *why;
    struct db *mine = c->db;
    int64_t n = 0;

    if (!begin_beside(&b, c))
        return;
    s = store_open(b.address, 2, &why);
    EXPECT(s != NULL);
    tell(&b, "CREATE SCHEMA %s", b.first);
    tell(&b, "CREATE TABLE %s.generation (name TEXT, value BIGINT)", b.first);
    db_session(c, s);
    TX tx = tx_begin(c);
    EXPECT_OK(db_mark_set(c, "a mark", 7));
    EXPECT_OK(tx_commit(&tx));
    db_session_end(c);
    c->db = mine;
    store_close(s);
    PGresult *r =
        PQexec(b.pq,
               arena_printf(c->arena, "SELECT COUNT(*) FROM %s.generation",
                            b.first));
    n = atoi(PQgetvalue(r, 0, 0));
    PQclear(r);
    EXPECT(n == 0);
    end_beside(&b);
}

TEST(whoever_only_looks_makes_no_office_where_there_is_none)
{
    struct beside b;

    if (!begin_beside(&b, c))
        return;
    EXPECT_FAULT(open_office(c, &b,
                             (struct store_how){ .mode = STORE_AS_IS,
                                                 .readers = 1 }),
                 ERR_ABSENT, NULL);
    EXPECT_FAULT(open_office(c, &b,
                             (struct store_how){ .mode = STORE_OPEN,
                                                 .readers = 1 }),
                 ERR_ABSENT, NULL);
    EXPECT(tables_in(&b, b.second) == 0);
    end_beside(&b);
}

TEST(where_an_office_was_made_from_a_folder_none_is_made_anew)
{
    struct beside b;

    if (!begin_beside(&b, c))
        return;
    EXPECT_FAULT(open_office(c, &b,
                             (struct store_how){ .readers = 1,
                                                 .marked = true }),
                 ERR_CONFLICT, NULL);
    EXPECT(tables_in(&b, b.second) == 0);
    EXPECT_OK(open_office(c, &b, (struct store_how){ .readers = 1 }));
    EXPECT_OK(
        open_office(c, &b, (struct store_how){ .readers = 1, .marked = true }));
    end_beside(&b);
}

static enum err
mark(struct call *c)
{
    TX tx = tx_begin(c);

    TRY(db_mark_set(c, "a mark", 7));
    return tx_commit(&tx);
}

TEST(a_primary_that_may_only_be_read_is_read_and_says_so_of_changes)
{
    struct beside b;
    struct store *s;
    const char *why;
    struct db *mine = c->db;
    int64_t n = 1;

    if (!begin_beside(&b, c))
        return;
    /* A role is set here, where an administrator sets the database. */
    tell(&b, "CREATE ROLE %s LOGIN SUPERUSER", b.first);
    s = store_open(arena_printf(c->arena, "%s&user=%s", b.address, b.first), 2,
                   &why);
    EXPECT(s != NULL);
    tell(&b, "ALTER ROLE %s SET default_transaction_read_only = on", b.first);
    PQclear(PQexec(b.pq, arena_printf(c->arena,
                                      "SELECT pg_terminate_backend(pid) FROM"
                                      " pg_stat_activity WHERE usename = '%s'",
                                      b.first)));
    db_session(c, s);
    EXPECT_FAULT(mark(c), ERR_BUSY, NULL); /* and is tried again */
    EXPECT_FAULT(mark(c), ERR_FULL, NULL);
    EXPECT(store_trouble(s) == STORE_READONLY);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(db_mark(c, "a mark", &n));
    EXPECT(n == 0);
    db_session_end(c);
    c->db = mine;
    store_close(s);
    end_beside(&b);
    b.pq = PQconnectdb(getenv("LIANGCAO_TEST_DB"));
    tell(&b, "DROP ROLE %s", b.first);
    PQfinish(b.pq);
}
