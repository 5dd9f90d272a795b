/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgres - pooled connections to one PostgreSQL, and what a process holds
 * there outside its transactions: number blocks and its node.
 *
 * A TX is SERIALIZABLE on a connection of its own; the loser of a race gets
 * ERR_BUSY.  A query outside a TX takes a connection for as long as it runs,
 * since its rows come whole.  A connection that breaks is opened anew: a
 * reading is run again, a TX is ERR_BUSY, and a COMMIT whose answer is lost is
 * ERR_UNSURE, for nobody knows.
 *
 * Always true: every wait has its end (postgres_wait.c).  The server ends a
 * statement by statement_timeout and lock_timeout; if it does not even answer,
 * the wait for the socket ends a second later, the connection is given up and
 * a new one takes its place.  So a backend that hangs costs the request that
 * used it; and where no connection has been had for PG_STUCK_MS, those who
 * want one are refused at once instead of standing in line.
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
#define PG_RETRY_MS 1000 /* ... while it is not ours */

#define PG_READ_MS 10000 /* for the answer to a statement outside a TX, */
#define PG_TX_MS 20000   /* inside one */
#define PG_SIDE_MS 2000  /* and beside them all */
#define PG_GRACE_MS 1000 /* the server's own limit comes first */
#define PG_CONNECT_S 3   /* for each of the address's hosts */
#define PG_STUCK_MS 2000
#define PG_ALONE_MS 5000 /* behind a TX that goes alone (db_long) */
#define PG_SIDES 4

struct pg_conn {
    PGconn *pq;
    struct cache cache;
    bool leave;           /* its server is not the right one any more */
    bool late;            /* an answer did not come in time */
    bool quick;           /* its commits need not be on disk */
    int64_t timeout_ms;   /* statement_timeout of the session */
    unsigned names;       /* of prepared statements, given so far */
    int64_t number;       /* from 1, for the audit chain */
    struct pg_conn *next; /* of those free */
};

/* Numbers taken from the counter NAME and not yet given out. */
struct pg_block {
    char name[80];
    int64_t next, end, size;
    int64_t filled_ms;
    bool filling; /* somebody asks for more */
};

/* Who waits for a connection, in the order they came. */
struct pg_waiter {
    struct pg_waiter *next;
    pthread_cond_t turn;
};

struct pg_store {
    struct store base;
    char *address;
    char
        *schema; /* where the office is, as SQL names it; NULL: not known yet */
    pthread_mutex_t pool_mutex;
    struct pg_waiter *first, **last;
    struct pg_conn *free;
    unsigned n_conns, max_conns;
    bool numbers[PG_MAX_CONNS + 1]; /* in use */
    int64_t headway_ms; /* when a connection was last had or given back */
    bool alone;         /* a TX of ours goes alone, or is about to */
    pthread_cond_t alone_over;

    /* Beside all transactions: numbers and the node.  Nobody asks while they
       holds the mutex. */
    pthread_mutex_t side_mutex;
    pthread_cond_t side_filled;
    struct pg_conn *sides; /* those free; one is enough while all is well */
    unsigned n_sides;
    struct pg_block blocks[PG_MAX_NAMES];
    unsigned oldest_block;

    char owner[64];
    bool has_node;
    atomic_llong lease_ms; /* on the monotonic clock: the node is ours until */
    pthread_t renewer;
    pthread_cond_t stopping;
    bool renewing, closing;
};

/* QUICK: nothing waits for its commits to be on disk. */
struct pg_conn *pg_connect(const struct pg_store *s, bool quick,
                           const char **why);
void pg_disconnect(struct pg_conn *conn);
/* Is it good for another statement? */
bool pg_is_alive(struct pg_conn *conn);
/* False when it is not and could not be opened anew: PG_CONNECT_S for each
   host of the address. */
bool pg_revive(struct pg_conn *conn, const struct pg_store *s);

/* -- postgres_schema.c -------------------------------------------------- */

/* Find it by CONN, the first connection, and hold that to it; false with WHY,
   good until the thread's next. */
bool pg_find_schema(struct pg_store *s, struct pg_conn *conn, const char **why);
enum err pg_has_table(struct call *c, const char *name, bool *there);
/* CONN looks into the schema of the office and no other. */
bool pg_hold_schema(const struct pg_store *s, struct pg_conn *conn);

/* -- postgres_wait.c --------------------------------------------------- */

/* The moment MS from now, or the end of all waits when that is before it. */
int64_t pg_until(const struct pg_store *s, int64_t ms);

/*
 * What comes back for what was SENT: the last result, or the first that is no
 * good; NULL when nothing came (conn->late: not until UNTIL).  S may be NULL.
 */
PGresult *pg_result(const struct pg_store *s, struct pg_conn *conn, int sent,
                    int64_t until);
/* R is the refusal of a write by a database that may only be read. */
bool pg_only_reads(const struct pg_conn *conn, const PGresult *r);
/* Refuse for that: ERR_BUSY at first, so that the call is run again on another
   connection, then ERR_FULL. */
enum err pg_refuse_write(struct call *c, const char *sql,
                         const char *why) MUST_USE;
PGresult *pg_exec(const struct pg_store *s, struct pg_conn *conn,
                  const char *sql, int64_t until);
bool pg_is_good(const PGresult *r);

/* -- postgres_alone.c -------------------------------------------------- */

/* Before a TX begins, at most PG_ALONE_MS: false, another goes alone.  Who is
   to go ALONE says when it is over. */
bool pg_stand_back(struct pg_store *s, bool alone);
void pg_alone_over(struct pg_store *s);

/* -- postgres_side.c --------------------------------------------------- */

/* The next number under NAME, outside of any transaction: see db_number. */
enum err pg_number(struct call *c, const char *name, int64_t *out);

/* Claim a node and keep it; give it back. */
bool pg_node_claim(struct pg_store *s, const char **why);
void pg_node_leave(struct pg_store *s);
bool pg_node_is_ours(const struct pg_store *s);

#endif
