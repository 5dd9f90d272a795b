/* SPDX-License-Identifier: Apache-2.0 */
/* postgres_side - numbers and the node, beside all transactions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/thread.h"
#include "db/postgres.h"

#define QUICK_MS 50
#define FILL_MS 150

/* No row: the statement was run and touched nothing. */
enum { ASK_FAILED = -1, ASK_NO_ROW = -2 };

/* -- the connections ------------------------------------------------- */

/* One that lives before one that must be opened anew; a further one while
   another hangs; NULL when all of them do. */
static struct pg_conn *
take_side(struct pg_store *s)
{
    struct pg_conn **at, *conn;
    const char *why = "";
    bool add;

    (void)pthread_mutex_lock(&s->side_mutex);
    at = &s->sides;
    while (*at && (*at)->next && !pg_is_alive(*at))
        at = &(*at)->next;
    conn = *at;
    if (conn)
        *at = conn->next;
    add = !conn && s->n_sides < PG_SIDES;
    s->n_sides += add;
    (void)pthread_mutex_unlock(&s->side_mutex);
    if (!add)
        return conn;
    conn = pg_connect(s, true, &why);
    if (conn)
        return conn;
    log_line(LOG_DEBUG, "db", "no further connection: %s", why);
    (void)pthread_mutex_lock(&s->side_mutex);
    s->n_sides--;
    (void)pthread_mutex_unlock(&s->side_mutex);
    return NULL;
}

static void
give_side(struct pg_store *s, struct pg_conn *conn)
{
    (void)pthread_mutex_lock(&s->side_mutex);
    conn->next = s->sides;
    s->sides = conn;
    (void)pthread_mutex_unlock(&s->side_mutex);
}

static int64_t
ask_on(struct pg_store *s, struct pg_conn *conn, const char *sql,
       const char *const *values, int n)
{
    /* Even a store that closes gives its node back. */
    int64_t until = monotonic_ms() + PG_SIDE_MS;
    PGresult *r = pg_result(atomic_load(&s->base.end_ms) ? NULL : s, conn,
                            PQsendQueryParams(conn->pq, sql, n, NULL, values,
                                              NULL, NULL, 0),
                            until);
    int64_t answer = ASK_FAILED;

    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        log_line(LOG_WARN, "db", "%s: %s",
                 conn->late ? "no answer in time" : PQerrorMessage(conn->pq),
                 sql);
    else if (PQntuples(r) == 1)
        answer = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    else
        answer = ASK_NO_ROW;
    /* What could be written before, or can be again, is asked of another. */
    if (pg_only_reads(conn, r)) {
        store_note(&s->base, STORE_READONLY);
        conn->leave = true;
    }
    PQclear(r);
    return answer;
}

/* One statement of N texts beside all transactions: the number it answers, or
   ASK_... */
static int64_t
ask(struct pg_store *s, const char *sql, int n, const char *const *values)
{
    struct pg_conn *conn = take_side(s);
    int64_t answer = ASK_FAILED;

    if (!conn)
        return answer;
    if (pg_revive(conn, s))
        answer = ask_on(s, conn, sql, values, n);
    else
        log_line(LOG_WARN, "db", "%s", PQerrorMessage(conn->pq));
    give_side(s, conn);
    return answer;
}

/* -- numbers --------------------------------------------------------- */

static struct pg_block *
find_block(struct pg_store *s, const char *name)
{
    struct pg_block *b;

    for (size_t i = 0; i < PG_MAX_NAMES; i++)
        if (strcmp(s->blocks[i].name, name) == 0)
            return &s->blocks[i];
    b = &s->blocks[s->oldest_block++ % PG_MAX_NAMES];
    *b = (struct pg_block){ 0 };
    (void)snprintf(b->name, sizeof(b->name), "%s", name);
    return b;
}

/* One number at a time, so that none is lost; more only for those in a hurry.
   Any order that is on disk has its number there too: one log, in order. */
static int64_t
next_size(const struct pg_block *b)
{
    int64_t size = monotonic_ms() - b->filled_ms > QUICK_MS ? 1 : b->size * 2;

    return size > PG_MAX_BLOCK ? PG_MAX_BLOCK : size;
}

/* The last of SIZE numbers that are ours, or ASK_... */
static int64_t
take_numbers(struct pg_store *s, const char *name, int64_t size)
{
    static const char take[] =
        "INSERT INTO counter (name, value) VALUES ($1, CAST($2 AS bigint))"
        " ON CONFLICT (name) DO UPDATE SET value = counter.value"
        " + CAST($2 AS bigint) RETURNING value";
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, size);
    return ask(s, take, 2, (const char *const[]){ name, text });
}

/* Mutex held: while one asks for more the others wait for it, but not long:
   it may hang. */
static struct pg_block *
wait_for_block(struct pg_store *s, const char *name)
{
    struct pg_block *b = find_block(s, name);
    int64_t until = monotonic_ms() + FILL_MS;

    while (b->next == b->end && b->filling
           && thread_wait(&s->side_filled, &s->side_mutex, until))
        b = find_block(s, name);
    return find_block(s, name);
}

/* Mutex held, let go of while it asks.  Numbers for which there is no room
   are lost. */
static bool
fill_and_take(struct pg_store *s, const char *name, int64_t *out)
{
    struct pg_block *b = find_block(s, name);
    int64_t size = next_size(b), last;

    b->filling = true;
    (void)pthread_mutex_unlock(&s->side_mutex);
    last = take_numbers(s, name, size);
    (void)pthread_mutex_lock(&s->side_mutex);
    b = find_block(s, name);
    b->filling = false;
    (void)pthread_cond_broadcast(&s->side_filled);
    if (last < 0)
        return false;
    *out = last - size + 1;
    b->size = size;
    b->filled_ms = monotonic_ms();
    if (b->next == b->end) {
        b->next = *out + 1;
        b->end = last + 1;
    }
    return true;
}

enum err
pg_number(struct call *c, const char *name, int64_t *out)
{
    struct pg_store *s = (struct pg_store *)c->db->store;
    struct pg_block *b;
    bool ok = true;

    ASSERT(strlen(name) < sizeof(b->name));
    (void)pthread_mutex_lock(&s->side_mutex);
    b = wait_for_block(s, name);
    if (b->next < b->end)
        *out = b->next++;
    else
        ok = fill_and_take(s, name, out);
    (void)pthread_mutex_unlock(&s->side_mutex);
    if (ok)
        return OK;
    /* It answers, and takes no change: trying again does not help. */
    return store_trouble(&s->base) == STORE_READONLY
               ? pg_refuse_write(c, name, "no number")
               : db_refuse(c, ERR_BUSY, name, "no number");
}

/* -- the node -------------------------------------------------------- */

#define NOW "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"

/* When the lease began that is now ours; 0: another has the node. */
static int64_t
claim(struct pg_store *s, unsigned node)
{
    static const char take[] =
        "INSERT INTO node (node, owner, until)"
        " VALUES ($1, $2, " NOW " + CAST($3 AS bigint))"
        " ON CONFLICT (node) DO UPDATE SET owner = excluded.owner,"
        " until = excluded.until WHERE node.until < " NOW
        " OR node.owner = excluded.owner RETURNING node";
    char number[12], lease[12];
    int64_t before = monotonic_ms();

    (void)snprintf(number, sizeof(number), "%u", node);
    (void)snprintf(lease, sizeof(lease), "%d", PG_LEASE_MS);
    return ask(s, take, 3, (const char *const[]){ number, s->owner, lease }) < 0
               ? 0
               : before;
}

/* The first node that nobody has; false when there is none. */
static bool
claim_any(struct pg_store *s)
{
    for (unsigned i = 0; i < PG_NODES; i++) {
        int64_t since = claim(s, i);
        const struct store_mover *m = atomic_load(&s->base.mover);

        if (since == 0)
            continue;
        /* Whoever had it may have made ids that ours must be above. */
        if (m && !m->moved(m->arg, i))
            return false;
        s->base.node = i;
        if (!s->has_node)
            s->has_node = true;
        atomic_store(&s->lease_ms, since + PG_LEASE_MS);
        return true;
    }
    return false;
}

/* Ours it stays, even beyond its time, until another takes it. */
static bool
renew(struct pg_store *s)
{
    static const char more[] =
        "UPDATE node SET until = " NOW " + CAST($3 AS bigint)"
        " WHERE node = CAST($1 AS bigint) AND owner = $2 RETURNING node";
    char number[12], lease[12];
    int64_t before = monotonic_ms(), got;

    (void)snprintf(number, sizeof(number), "%u", store_node(&s->base));
    (void)snprintf(lease, sizeof(lease), "%d", PG_LEASE_MS);
    got = ask(s, more, 3, (const char *const[]){ number, s->owner, lease });
    if (got >= 0) {
        atomic_store(&s->lease_ms, before + PG_LEASE_MS);
        if (store_trouble(&s->base) == STORE_READONLY)
            store_note(&s->base, STORE_WELL);
    }
    if (got != ASK_NO_ROW)
        return got >= 0;
    atomic_store(&s->lease_ms, 0);
    got = claim_any(s);
    log_line(LOG_WARN, "db", "node %s was taken by another process: %s", number,
             got ? "we have a new one" : "none is free yet");
    return got;
}

static void *
run_renewals(void *arg)
{
    struct pg_store *s = arg;
    bool kept = true;

    (void)pthread_mutex_lock(&s->side_mutex);
    while (!s->closing) {
        int64_t until = monotonic_ms() + (kept ? PG_RENEW_MS : PG_RETRY_MS);

        (void)thread_wait(&s->stopping, &s->side_mutex, until);
        if (s->closing)
            break;
        (void)pthread_mutex_unlock(&s->side_mutex);
        kept = renew(s);
        (void)pthread_mutex_lock(&s->side_mutex);
    }
    (void)pthread_mutex_unlock(&s->side_mutex);
    return NULL;
}

static void
name_owner(struct pg_store *s)
{
    char host[32] = "";
    uint64_t secret;

    (void)gethostname(host, sizeof(host) - 1);
    random_secret(&secret, sizeof(secret));
    (void)snprintf(s->owner, sizeof(s->owner), "%s %d %" PRIx64, host,
                   (int)getpid(), secret);
}

bool
pg_node_claim(struct pg_store *s, const char **why)
{
    name_owner(s);
    if (!claim_any(s)) {
        *why = "16 processes have this database open, or had it a minute ago";
        return false;
    }
    s->renewing = thread_begin(&s->renewer, run_renewals, s);
    if (!s->renewing)
        *why = "no thread to keep the node";
    return s->renewing;
}

void
pg_node_leave(struct pg_store *s)
{
    static const char leave[] = "DELETE FROM node WHERE node = CAST($1 AS"
                                " bigint) AND owner = $2 RETURNING node";
    char number[12];

    if (s->renewing) {
        (void)pthread_mutex_lock(&s->side_mutex);
        s->closing = true;
        (void)pthread_cond_signal(&s->stopping);
        (void)pthread_mutex_unlock(&s->side_mutex);
        (void)pthread_join(s->renewer, NULL);
    }
    if (!s->has_node)
        return;
    (void)snprintf(number, sizeof(number), "%u", s->base.node);
    (void)ask(s, leave, 2, (const char *const[]){ number, s->owner });
}

bool
pg_node_is_ours(const struct pg_store *s)
{
    return monotonic_ms() < atomic_load(&s->lease_ms);
}
