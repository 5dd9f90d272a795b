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
#include "db/postgres.h"

#define QUICK_MS 50

static int64_t
monotonic_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

/* One statement of up to three texts on the side connection: the number it
   answers, or -1.  The side's mutex is held. */
static int64_t
ask(struct pg_store *s, const char *sql, const char *const values[static 3])
{
    int n = 0;
    PGresult *r;
    int64_t answer = -1;

    while (n < 3 && values[n])
        n++;
    if (!pg_revive(s->side)) {
        log_line(LOG_ERROR, "db", "%s", PQerrorMessage(s->side->pq));
        return -1;
    }
    r = PQexecParams(s->side->pq, sql, n, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1)
        answer = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    else if (PQresultStatus(r) != PGRES_TUPLES_OK)
        log_line(LOG_ERROR, "db", "%s: %s", PQerrorMessage(s->side->pq), sql);
    PQclear(r);
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
static bool
fill_block(struct pg_store *s, struct pg_block *b)
{
    static const char take[] =
        "INSERT INTO counter (name, value) VALUES ($1, CAST($2 AS bigint))"
        " ON CONFLICT (name) DO UPDATE SET value = counter.value"
        " + CAST($2 AS bigint) RETURNING value";
    int64_t now = monotonic_ms(), last;
    char size[24];

    b->size = now - b->filled_ms > QUICK_MS ? 1 : b->size * 2;
    if (b->size > PG_MAX_BLOCK)
        b->size = PG_MAX_BLOCK;
    (void)snprintf(size, sizeof(size), "%" PRId64, b->size);
    last = ask(s, take, (const char *const[3]){ b->name, size });
    if (last < 0)
        return false;
    b->filled_ms = now;
    b->next = last - b->size + 1;
    b->end = last + 1;
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
    b = find_block(s, name);
    if (b->next == b->end)
        ok = fill_block(s, b);
    if (ok)
        *out = b->next++;
    (void)pthread_mutex_unlock(&s->side_mutex);
    return ok ? OK : db_refuse(c, ERR_BUSY, name, "no number");
}

/* -- the node -------------------------------------------------------- */

#define NOW "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"

static bool
claim(struct pg_store *s, unsigned node)
{
    static const char take[] =
        "INSERT INTO node (node, owner, until)"
        " VALUES ($1, $2, " NOW " + CAST($3 AS bigint))"
        " ON CONFLICT (node) DO UPDATE SET owner = excluded.owner,"
        " until = excluded.until WHERE node.until < " NOW " RETURNING node";
    char number[12], lease[12];
    int64_t before = monotonic_ms();

    (void)snprintf(number, sizeof(number), "%u", node);
    (void)snprintf(lease, sizeof(lease), "%d", PG_LEASE_MS);
    if (ask(s, take, (const char *const[3]){ number, s->owner, lease }) < 0)
        return false;
    s->base.node = node;
    s->has_node = true;
    atomic_store(&s->lease_ms, before + PG_LEASE_MS);
    return true;
}

static void
renew(struct pg_store *s)
{
    static const char more[] =
        "UPDATE node SET until = " NOW " + CAST($3 AS bigint)"
        " WHERE node = CAST($1 AS bigint) AND owner = $2 RETURNING node";
    char number[12], lease[12];
    int64_t before = monotonic_ms();

    (void)snprintf(number, sizeof(number), "%u", s->base.node);
    (void)snprintf(lease, sizeof(lease), "%d", PG_LEASE_MS);
    if (ask(s, more, (const char *const[3]){ number, s->owner, lease }) >= 0)
        atomic_store(&s->lease_ms, before + PG_LEASE_MS);
    else
        log_line(LOG_ERROR, "db", "node %u could not be kept", s->base.node);
}

static void *
run_renewals(void *arg)
{
    struct pg_store *s = arg;
    struct timespec until;

    (void)pthread_mutex_lock(&s->side_mutex);
    while (!s->closing) {
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += PG_RENEW_MS / SECOND_MS;
        (void)pthread_cond_timedwait(&s->stopping, &s->side_mutex, &until);
        if (!s->closing)
            renew(s);
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
    /* Nothing waits for its commit: see fill_block. */
    PQclear(PQexec(s->side->pq, "SET synchronous_commit = off"));
    name_owner(s);
    for (unsigned i = 0; i < PG_NODES && !s->has_node; i++)
        (void)claim(s, i);
    if (!s->has_node) {
        *why = "16 processes have this database open, or had it a minute ago";
        return false;
    }
    s->renewing = pthread_create(&s->renewer, NULL, run_renewals, s) == 0;
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
    (void)ask(s, leave, (const char *const[3]){ number, s->owner });
}

bool
pg_node_is_ours(const struct pg_store *s)
{
    return monotonic_ms() < atomic_load(&s->lease_ms);
}
