/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgres_wait - no wait for PostgreSQL without its end.
 *
 * libpq's own calls wait as long as the kernel does.  Here a statement is
 * sent, and its answer is waited for with poll() until a moment is reached;
 * in short turns, so that store_end_within is heeded while one waits.
 */
#include <poll.h>

#include "db/postgres.h"

#define TURN_MS 100

int64_t
pg_until(const struct pg_store *s, int64_t ms)
{
    int64_t end = s ? atomic_load(&s->base.end_ms) : 0;
    int64_t until = monotonic_ms() + ms;

    return end && end < until ? end : until;
}

/* False when the socket is not ready by UNTIL. */
static bool
wait_socket(const struct pg_store *s, const struct pg_conn *conn, bool writing,
            int64_t until)
{
    struct pollfd p = { .fd = PQsocket(conn->pq),
                        .events =
                            (short)(writing ? POLLIN | POLLOUT : POLLIN) };
    int64_t left;

    while ((left = pg_until(s, until - monotonic_ms()) - monotonic_ms()) > 0)
        if (poll(&p, 1, left < TURN_MS ? (int)left : TURN_MS) != 0)
            return true; /* an error shows at the next reading */
    return false;
}

/* Bring all that was sent on its way, and wait for something to come back;
   false when none will. */
static bool
is_answered(const struct pg_store *s, struct pg_conn *conn, int64_t until)
{
    int left;

    while ((left = PQflush(conn->pq)) > 0 || PQisBusy(conn->pq)) {
        if (!wait_socket(s, conn, left > 0, until)) {
            conn->late = true;
            return false;
        }
        if (!PQconsumeInput(conn->pq))
            break;
    }
    return true;
}

bool
pg_is_good(const PGresult *r)
{
    ExecStatusType s = PQresultStatus(r);

    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

PGresult *
pg_result(const struct pg_store *s, struct pg_conn *conn, int sent,
          int64_t until)
{
    PGresult *r = NULL, *next;

    while (sent && is_answered(s, conn, until)
           && (next = PQgetResult(conn->pq)) != NULL) {
        if (r && !pg_is_good(r)) {
            PQclear(next);
            continue;
        }
        PQclear(r);
        r = next;
    }
    if (!conn->late)
        return r;
    PQclear(r);
    return NULL;
}

PGresult *
pg_exec(const struct pg_store *s, struct pg_conn *conn, const char *sql,
        int64_t until)
{
    return pg_result(s, conn, PQsendQuery(conn->pq, sql), until);
}
