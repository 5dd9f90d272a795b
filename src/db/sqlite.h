/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite - connections to one SQLite file: a writer and pooled readers.
 *
 * Group commit.  The write connection goes with a baton.  The first body opens
 * the outer transaction, each body runs in a savepoint, and releasing it joins
 * the batch.  Whoever hands the baton on commits the batch himself when nobody
 * waits for it or the batch is full; otherwise he leaves it to the next, who
 * comes here too when he is done, whatever his end.
 *
 * Always true:
 *   1. While nobody holds the baton no batch is open (lazy loading excepted).
 *   2. A joined call answers only after its batch was committed or lost.
 *   3. What one body undoes touches no other body of the batch.
 *
 * In memory (":memory:") there is one connection; a reader holds the baton
 * while its rows are open.  So it is during lazy loading, when rows of an open
 * batch are to be seen.
 */
#ifndef DB_SQLITE_H
#define DB_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "db/backend.h"
#include "db/baton.h"

#define SQLITE_BATCH 64
#define SQLITE_WRITER_KIB 16384
#define SQLITE_READER_KIB 2048
#define SQLITE_BUSY_MS 3000
/* Pages of the write-ahead log after which it is copied to the database. */
#define SQLITE_WAL_PAGES 2000
/* ... and after which writers wait until it can begin anew. */
#define SQLITE_WAL_LONG 16000
/* How long that may wait for readers. */
#define SQLITE_RESTART_MS 50

struct sqlite_conn {
    sqlite3 *db;
    struct cache cache;
    struct sqlite_conn *next; /* of the free readers */
    int64_t seen;             /* its data_version at its last look */
};

struct sqlite_writer {
    struct sqlite_conn *conn;
    struct baton baton; /* of the body that runs; guards the next 8 */
    bool open;          /* the outer transaction */
    bool in_body;       /* a body runs: only its holder may end it */
    bool fail_commit;   /* fault injector */
    unsigned bodies;    /* of the open batch */
    struct joined *joined;
    struct search *search; /* words of the batch, in the arena */
    size_t n_search;
    struct arena *arena;
    atomic_uint refusals; /* BEGINs that found another process writing */
    atomic_uint lazy;
};

struct sqlite_store {
    struct store base;
    char *path;
    bool in_memory;
    atomic_llong generation; /* of the totals */
    struct sqlite_writer writer;

    pthread_mutex_t pool_mutex;
    pthread_cond_t pool_free;
    struct sqlite_conn *readers; /* those free */
    unsigned n_readers, max_readers;

    int node_file;

    /* The thread that copies the write-ahead log into the database. */
    pthread_t checkpointer;
    struct sqlite_conn *checkpoint_conn;
    bool checkpointing; /* the thread was started */
    pthread_mutex_t wal_mutex;
    pthread_cond_t wal_grown;
    int wal_pages;
    bool closing;
};

static inline struct sqlite_store *
sqlite_of(const struct db *d)
{
    return (struct sqlite_store *)d->store;
}

struct sqlite_conn *sqlite_connect(const char *path, int cache_kib,
                                   const char **why);
void sqlite_disconnect(struct sqlite_conn *conn);

/* Run a statement of our own, kept prepared; SQLite's code. */
int sqlite_do(struct sqlite_conn *conn, const struct query *q);
int sqlite_run(struct sqlite_conn *conn, const char *sql);
/* Prepared and bound in K's slot. */
int sqlite_start(struct sqlite_conn *conn, struct cursor *k,
                 const struct query *q);
enum err sqlite_err(int code);

/* The writer: take and let go of it (counted in d->holds), and bodies. */
void sqlite_hold(struct db *d);
void sqlite_let_go(struct db *d);
enum err sqlite_begin(struct call *c);
enum err sqlite_end(struct call *c, bool keep);
/* Rows of the writer are to be read even outside a TX. */
bool sqlite_is_shared(const struct sqlite_store *s);

bool sqlite_checkpoints_start(struct sqlite_store *s, const char **why);
void sqlite_checkpoints_stop(struct sqlite_store *s);

#endif
