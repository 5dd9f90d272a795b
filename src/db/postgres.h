/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgres - pooled connections to one PostgreSQL, and what a process holds
 * there outside its transactions: number blocks and its node.
 *
 * A TX is SERIALIZABLE on a connection of its own; the loser of a race gets
 * ERR_BUSY.  A query outside a TX takes a connection for as long as it runs,
 * since its rows come whole.  A connection that breaks is opened anew: a
 * reading is run again, a TX is ERR_BUSY, and a COMMIT whose answer is lost is
 * ERR_BROKEN, for nobody knows.
 */
#ifndef DB_POSTGRES_H
#define DB_POSTGRES_H

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

#include "db/backend.h"

#define PG_MAX_CONNS 200
#define PG_MAX_NAMES 16 /* of numbers kept at a time */
#define PG_MAX_BLOCK 64
#define PG_NODES 16
#define PG_LEASE_MS 60000
#define PG_RENEW_MS 15000

struct pg_conn {
    PGconn *pq;
    struct cache cache;
    bool leave;           /* its server is not the right one any more */
    unsigned names;       /* of prepared statements, given so far */
    int64_t number;       /* from 1, for the audit chain */
    struct pg_conn *next; /* of those free */
};

/* Numbers taken from the counter NAME and not yet given out. */
struct pg_block {
    char name[80];
    int64_t next, end, size;
    int64_t filled_ms;
};

struct pg_store {
    struct store base;
    char *address;
    pthread_mutex_t pool_mutex;
    pthread_cond_t pool_free;
    struct pg_conn *free;
    unsigned n_conns, max_conns;
    bool numbers[PG_MAX_CONNS + 1]; /* in use */

    /* Beside all transactions: numbers and the node. */
    pthread_mutex_t side_mutex;
    struct pg_conn *side;
    struct pg_block blocks[PG_MAX_NAMES];
    unsigned oldest_block;

    char owner[64];
    bool has_node;
    atomic_llong lease_ms; /* on the monotonic clock: the node is ours until */
    pthread_t renewer;
    pthread_cond_t stopping;
    bool renewing, closing;
};

struct pg_conn *pg_connect(const char *address, const char **why);
void pg_disconnect(struct pg_conn *conn);
/* False when the connection is broken and could not be opened anew. */
bool pg_revive(struct pg_conn *conn);

enum err pg_number(struct call *c, const char *name, int64_t *out);

/* Claim a node and keep it; give it back. */
bool pg_node_claim(struct pg_store *s, const char **why);
void pg_node_leave(struct pg_store *s);
bool pg_node_is_ours(const struct pg_store *s);

#endif
