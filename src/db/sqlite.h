/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite - connections to one SQLite file: a writer and pooled readers.
 *
 * Group commit.  The write connection goes with a baton.  The first body opens
 * the outer transaction, each body runs in a savepoint (unless it is sure), and
 * releasing it joins the batch.  Whoever hands the baton on commits the batch
 * when nobody waits for it or it is full; otherwise that is left to the next,
 * who comes here too once done, however that ended.
 *
 * A body whose call does not wait (struct later) keeps the batch open for
 * others to join, until it is full, somebody waits, a worker has nothing else
 * to do (store_flush) or it has been open for SQLITE_PATIENCE_US.
 *
 * A commit only writes the log; a thread of its own syncs it and then tells
 * those who joined, so that the next batch runs meanwhile (sqlite_sync.c).
 *
 * Always true:
 *   1. While nobody holds the baton no batch is open whose call waits.
 *   2. A joined call is answered only after its batch is on disk or lost.
 *   3. What one body undoes touches no other body of the batch; a sure body
 *      that breaks after it has written takes the batch along.
 *
 * In memory (":memory:") there is one connection; a reader holds the baton
 * while its rows are open.
 */
#ifndef DB_SQLITE_H
#define DB_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "db/backend.h"
#include "db/baton.h"
#include "db/place.h"

#define SQLITE_BATCH 64
#define SQLITE_WRITER_KIB 16384
#define SQLITE_READER_KIB 2048
#define SQLITE_BUSY_MS 3000
#define SQLITE_PATIENCE_US 8000
/* Pages of the write-ahead log after which it is copied to the database. */
#define SQLITE_WAL_PAGES 8000
/* ... and after which writers wait until it can begin anew. */
#define SQLITE_WAL_LONG 16000
/* How long that may wait for readers. */
#define SQLITE_RESTART_MS 50
/* Free bytes at which a disk that was full is tried again. */
#define SQLITE_ROOM (4 << 20)

/* Many rows in one statement: "INSERT ... FROM (VALUES " SQLITE_ROWS_8 ")". */
#define SQLITE_ROWS_FEW 8
#define SQLITE_ROWS_MANY 64
#define SQLITE_ROWS_4 "(?,?),(?,?),(?,?),(?,?)"
#define SQLITE_ROWS_8 SQLITE_ROWS_4 "," SQLITE_ROWS_4
#define SQLITE_ROWS_32                                                         \
    SQLITE_ROWS_8 "," SQLITE_ROWS_8 "," SQLITE_ROWS_8 "," SQLITE_ROWS_8
#define SQLITE_ROWS_64 SQLITE_ROWS_32 "," SQLITE_ROWS_32

struct sqlite_conn {
    sqlite3 *db;
    struct cache cache;
    struct sqlite_conn *next; /* of the free readers */
    int64_t seen;             /* its data_version at its last look */
    const struct store *store;
    int64_t until_ms; /* a reader: its query ends by then; 0: any time */
};

struct sqlite_writer {
    struct sqlite_conn *conn;
    struct baton baton; /* of the body that runs; guards the next 12 */
    bool open;          /* the outer transaction */
    bool in_body;       /* a body runs: only its holder may end it */
    bool sure;          /* ... and in no savepoint (tx_begin_sure) */
    int64_t changes;    /* of the connection when it began */
    bool fail_commit;   /* fault injector */
    enum err lost;      /* why SQLite undid the open batch, where known */
    unsigned bodies;    /* of the open batch */
    unsigned waiting;   /* ... and how many of its calls wait for it */
    struct later *joined;
    struct search *search; /* words of the batch, in the arena */
    size_t n_search;
    struct tidings_list news; /* ... and what is to be told of it */
    struct arena *arena;
    atomic_uint refusals; /* BEGINs that found another process writing */
    atomic_int unwaited;  /* number of the open batch nobody waits for, or 0 */
    int batches;          /* the last such number; guarded by the baton */
};

/* The thread that brings the log to the disk. */
struct sqlite_sync {
    pthread_t thread;
    bool started;
    atomic_bool closing, asleep;
    atomic_bool busy, wanted; /* syncing; then the open batch shall come */
    atomic_int news;          /* rises when there is something to do */
    _Atomic(struct later *) joined; /* committed, not yet on disk */
    pthread_mutex_t mutex;          /* of log_file */
    int log_file;                   /* -1: not open yet */
};

struct sqlite_store {
    struct store base;
    char *path;
    bool in_memory;
    bool only_file; /* STORE_FILE: nobody works on it, it is only read */
    atomic_llong generation; /* of the totals */
    struct sqlite_writer writer;

    pthread_mutex_t pool_mutex;
    pthread_cond_t pool_free;
    struct sqlite_conn *readers; /* those free */
    unsigned n_readers, max_readers;

    struct db_place place;
    bool placed; /* it was come into: others may work on it too */

    struct sqlite_sync sync;

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

/* A further connection to the store's file; NULL and SQLite's code. */
struct sqlite_conn *sqlite_connect(const struct sqlite_store *s, int cache_kib,
                                   int *rc);
void sqlite_disconnect(struct sqlite_conn *conn);
/* PATH opened, to be read only where nobody works on it. */
int sqlite_raw(const char *path, bool only_file, sqlite3 **db);

/* sqlite_search.c: words of a kept body join the batch; those of the batch are
   written; how rows are found by them. */
void sqlite_gather_words(struct sqlite_writer *w, const struct search *list);
int sqlite_write_words(struct sqlite_store *s);
extern const char sqlite_search_tables[];
void sqlite_search_fill(struct arena *a, struct search_index *x);
struct db_search sqlite_search_in(struct call *c, const struct search_index *x,
                                  const char *noun, const char *table);

/* The error of SQLite's CODE on the connection DB; a disk that takes nothing
   is noted. */
enum err sqlite_fault(struct sqlite_store *s, sqlite3 *db, int code);
/* CODE in words for a person, which say nothing of the database's own. */
const char *sqlite_says(int code);

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
/* Commit the batch nobody waits for: now, or when the disk is free. */
void sqlite_flush(struct store *base);
void sqlite_commit_open(struct sqlite_store *s);
/* Rows of the writer are to be read even outside a TX. */
/* Commit and sync what is open, if anything is: the store is closed. */
void sqlite_close_batch(struct sqlite_store *s);
bool sqlite_is_shared(const struct sqlite_store *s);

/* Of the backend: closing, whether it may be upgraded, what trouble there is. */
void sqlite_shut(struct store *base);
enum err sqlite_alone(struct call *c);
void sqlite_look(struct store *base);

/* Tell those who joined how it ended; one that waits may be gone as soon as
   its word is said.  MINE needs no waking. */
void sqlite_tell(struct later *joined, enum err e, const struct later *mine);

/* Sync the log now; or tell those who joined a committed batch when it has
   been; or mind the batch that was opened and that nobody waits for. */
enum err sqlite_sync(struct sqlite_store *s);
void sqlite_sync_later(struct sqlite_store *s, struct later *joined);
void sqlite_sync_watch(struct sqlite_store *s);
bool sqlite_sync_start(struct sqlite_store *s, const char **why);
void sqlite_sync_stop(struct sqlite_store *s);

/* The thread that copies the log into the database; false with *WHY. */
bool sqlite_checkpoints_start(struct sqlite_store *s, const char **why);
void sqlite_checkpoints_stop(struct sqlite_store *s);

#endif
