/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_writer - the group commit and the checkpoints of sqlite.h. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/thread.h"
#include "db/futex.h"
#include "db/sqlite.h"

bool
sqlite_is_shared(const struct sqlite_store *s)
{
    return s->in_memory;
}

/* -- committing ------------------------------------------------------ */

#define ADD_NEWS(rows)                                                         \
    "INSERT INTO news (kind, row_id) SELECT column1, column2"                  \
    " FROM (VALUES " rows ") WHERE column1 IS NOT NULL"

/* The next of the list, at most SQLITE_ROWS_MANY; those left over are null. */
static int
write_some_news(struct sqlite_writer *w, struct tidings **at, size_t n)
{
    static const char few[] = ADD_NEWS(SQLITE_ROWS_8);
    static const char many[] = ADD_NEWS(SQLITE_ROWS_64);
    struct value v[2 * SQLITE_ROWS_MANY] = { 0 };

    for (size_t i = 0; i < n; i++, *at = (*at)->next) {
        v[2 * i] = V((*at)->kind);
        v[2 * i + 1] = V((*at)->id);
    }
    return sqlite_do(w->conn,
                     n <= SQLITE_ROWS_FEW
                         ? &(struct query){ few, v, 2 * SQLITE_ROWS_FEW }
                         : &(struct query){ many, v, 2 * SQLITE_ROWS_MANY });
}

/* In the order of the bodies: each row's number is one above the greatest. */
static int
write_news(struct sqlite_writer *w)
{
    struct tidings *at = w->news.first;
    int rc = SQLITE_OK;

    for (size_t left = w->news.n; rc == SQLITE_OK && left > 0;) {
        size_t n = left < SQLITE_ROWS_MANY ? left : SQLITE_ROWS_MANY;

        rc = write_some_news(w, &at, n);
        left -= n;
    }
    return rc;
}

static int
commit(struct sqlite_store *s)
{
    struct sqlite_writer *w = &s->writer;
    int rc = sqlite_write_words(s);

    if (rc == SQLITE_OK)
        rc = write_news(w);
    if (rc != SQLITE_OK)
        return rc;
    if (w->fail_commit)
        return SQLITE_IOERR;
    return sqlite_run(w->conn, "COMMIT");
}

/* Commit the open batch, or undo what is left of it. */
static enum err
commit_batch(struct sqlite_store *s)
{
    struct sqlite_writer *w = &s->writer;
    enum err e;
    int rc;

    if (sqlite3_get_autocommit(w->conn->db)) {
        if (w->lost != OK)
            return w->lost; /* of a full disk the log has a line already */
        log_line(LOG_ERROR, "db", "a batch of %u was lost", w->bodies);
        return ERR_BUSY; /* SQLite undid it all at an error of one body */
    }
    rc = w->bodies > 0 ? commit(s) : SQLITE_OK;
    e = sqlite_fault(s, w->conn->db, rc);
    if (e != OK && e != ERR_FULL)
        log_line(LOG_ERROR, "db", "a batch of %u failed: %s", w->bodies,
                 sqlite3_errstr(rc));
    if (!sqlite3_get_autocommit(w->conn->db))
        (void)sqlite_run(w->conn, "ROLLBACK");
    return e;
}

struct ended {
    struct later *joined;
    enum err err;
};

static struct ended
end_batch(struct sqlite_store *s)
{
    struct sqlite_writer *w = &s->writer;
    struct ended ended = { .joined = w->joined, .err = commit_batch(s) };

    if (ended.err == OK && w->bodies > 0) {
        (void)atomic_fetch_add(&s->base.commits, 1);
        (void)atomic_fetch_add(&s->base.bodies, w->bodies);
    }

    /* Lost or kept, the next body opens a batch that owes nothing to this
       one. */
    w->joined = NULL;
    w->lost = OK;
    w->open = w->fail_commit = false;
    w->bodies = w->waiting = 0;
    atomic_store(&w->unwaited, 0);
    w->search = NULL;
    w->n_search = 0;
    w->news = (struct tidings_list){ 0 };
    arena_reset(w->arena);
    return ended;
}

static bool
is_batch_due(struct sqlite_store *s)
{
    struct sqlite_writer *w = &s->writer;

    if (!w->open || w->in_body)
        return false;
    if (s->in_memory || sqlite3_get_autocommit(w->conn->db))
        return true;
    if (w->bodies >= SQLITE_BATCH)
        return true;
    return w->waiting + (w->bodies == 0) > 0 && !baton_waits(&w->baton);
}

/* What was committed is told when it is on disk, what was lost at once. */
static void
pass_on(struct sqlite_store *s, struct ended ended, const struct later *mine)
{
    if (ended.joined && ended.err == OK && !s->in_memory)
        sqlite_sync_later(s, ended.joined);
    else
        sqlite_tell(ended.joined, ended.err, mine);
}

/* The writer is held: commit if it is our turn, hand it on if this
   was the session's last hold, and see to the batch's calls. */
static void
leave(struct db *d)
{
    struct sqlite_store *s = sqlite_of(d);
    struct ended ended = { 0 };

    ASSERT(d->holds > 0);
    if (is_batch_due(s))
        ended = end_batch(s);
    if (--d->holds == 0)
        baton_give(&s->writer.baton);
    pass_on(s, ended, &d->own);
}

void
sqlite_commit_open(struct sqlite_store *s)
{
    struct db d = { .store = &s->base };
    struct ended ended = { 0 };

    sqlite_hold(&d);
    if (s->writer.open)
        ended = end_batch(s);
    leave(&d);
    pass_on(s, ended, NULL);
}

void
sqlite_hold(struct db *d)
{
    struct sqlite_writer *w = &sqlite_of(d)->writer;

    if (d->holds++ > 0)
        return;
    baton_take(&w->baton);
}

void
sqlite_let_go(struct db *d)
{
    leave(d);
}

/* -- bodies ---------------------------------------------------------- */

static int
open_body(struct sqlite_writer *w, bool sure)
{
    int rc = SQLITE_OK;

    if (!w->open) {
        rc = sqlite_run(w->conn, "BEGIN IMMEDIATE");
        w->open = rc == SQLITE_OK;
    }
    w->sure = sure;
    w->changes = sqlite3_total_changes64(w->conn->db);
    return rc == SQLITE_OK && !sure ? sqlite_run(w->conn, "SAVEPOINT body")
                                    : rc;
}

/* After these nothing that is written would be there at the next start. */
static enum err
refuse_trouble(struct call *c)
{
    switch (atomic_load(&c->db->store->trouble)) {
    case STORE_GONE: return db_refuse(c, ERR_AWAY, "BEGIN", "no file");
    case STORE_FAILED: return db_refuse(c, ERR_BROKEN, "BEGIN", "no disk");
    default:
        if (sqlite_of(c->db)->only_file)
            return db_refuse(c, ERR_BROKEN, "BEGIN", "a file to be read");
        return OK;
    }
}

enum err
sqlite_begin(struct call *c)
{
    struct db *d = c->db;
    struct sqlite_writer *w = &sqlite_of(d)->writer;
    unsigned refusals = atomic_load(&w->refusals);
    int rc = SQLITE_BUSY;
    enum err e;

    TRY(refuse_trouble(c));
    sqlite_hold(d);
    /* When another process kept the database from the one before us for the
       whole timeout, those in the queue do not wait for it in turn. */
    if (w->open || refusals == atomic_load(&w->refusals))
        rc = open_body(w, d->sure);
    d->chain = d->store->node * INT64_C(256) + 1;
    w->in_body = rc == SQLITE_OK;
    if (rc == SQLITE_OK)
        return OK;
    e = sqlite_fault(sqlite_of(d), w->conn->db, rc);
    if (e == ERR_BUSY)
        (void)atomic_fetch_add(&w->refusals, 1);
    leave(d);
    return db_refuse(c, e, "BEGIN", sqlite3_errstr(rc));
}

/* Undo the body alone; if even that fails, the batch. */
static void
undo_body(struct sqlite_writer *w)
{
    bool undone;

    if (sqlite3_get_autocommit(w->conn->db))
        return;
    if (w->sure)
        undone = w->changes == sqlite3_total_changes64(w->conn->db);
    else
        undone = sqlite_run(w->conn, "ROLLBACK TO body") == SQLITE_OK
                 && sqlite_run(w->conn, "RELEASE body") == SQLITE_OK;
    if (!undone)
        (void)sqlite_run(w->conn, "ROLLBACK");
}

/* The first that does not wait for its batch has it minded. */
static void
join_batch(struct db *d)
{
    struct sqlite_writer *w = &sqlite_of(d)->writer;
    struct later *l = d->later ? d->later : &d->own;

    ASSERT(w->open && w->bodies > 0);
    l->next = w->joined;
    atomic_store(&l->state, LATER_JOINED);
    w->joined = l;
    d->unsettled = d->later != NULL;
    if (!d->later) {
        w->waiting++;
    } else if (!atomic_load(&w->unwaited)) {
        w->batches = w->batches % 0x3fffffff + 1;
        atomic_store(&w->unwaited, w->batches);
        sqlite_sync_watch(sqlite_of(d));
    }
}

static enum err
keep_body(struct db *d)
{
    struct sqlite_writer *w = &sqlite_of(d)->writer;
    int rc = sqlite3_get_autocommit(w->conn->db) ? SQLITE_ABORT : SQLITE_OK;

    /* In autocommit SQLite has undone the whole batch by itself, as when the
       disk is full. */
    if (rc == SQLITE_OK && !w->sure)
        rc = sqlite_run(w->conn, "RELEASE body");
    if (rc != SQLITE_OK) {
        undo_body(w);
        return rc == SQLITE_ABORT && w->lost != OK
                   ? w->lost
                   : sqlite_fault(sqlite_of(d), w->conn->db, rc);
    }
    sqlite_gather_words(w, d->search);
    for (const struct tidings *t = d->news.first; t; t = t->next)
        tidings_add(&w->news, w->arena, t->kind, t->id);
    w->bodies++;
    w->fail_commit |= d->fail_commit;
    d->fail_commit = false;
    return OK;
}

enum err
sqlite_end(struct call *c, bool keep)
{
    struct db *d = c->db;
    struct sqlite_writer *w = &sqlite_of(d)->writer;
    enum err e = OK;

    w->in_body = false;
    if (!keep) {
        undo_body(w);
        leave(d);
        return OK;
    }
    e = keep_body(d);
    if (e == OK)
        join_batch(d);
    leave(d);
    /* Without the baton: others write while this one waits for the disk. */
    if (e == OK && !d->unsettled)
        e = later_wait(&d->own);
    return e == OK ? OK : db_refuse(c, e, "COMMIT", err_word(e));
}

void
sqlite_close_batch(struct sqlite_store *s)
{
    struct sqlite_writer *w = &s->writer;
    struct ended ended = { 0 };

    baton_take(&w->baton);
    if (w->open)
        ended = end_batch(s);
    baton_give(&w->baton);
    if (ended.err == OK && !s->in_memory)
        ended.err = sqlite_sync(s);
    sqlite_tell(ended.joined, ended.err, NULL);
}

/* -- checkpoints ----------------------------------------------------- */

/* After each commit SQLite tells how long the write-ahead log is. */
static int
on_commit(void *store, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_store *s = store;

    (void)db;
    (void)name;
    if (pages < SQLITE_WAL_PAGES)
        return SQLITE_OK;
    (void)pthread_mutex_lock(&s->wal_mutex);
    s->wal_pages = pages;
    (void)pthread_cond_signal(&s->wal_grown);
    (void)pthread_mutex_unlock(&s->wal_mutex);
    return SQLITE_OK;
}

/* The log can begin anew only while nothing is added to it, so a long one
   makes the writers wait for the rest of it to be copied. */
static void
restart_log(struct sqlite_store *s, struct sqlite_conn *conn)
{
    struct db d = { .store = &s->base };
    struct ended ended = { 0 };

    sqlite_hold(&d);
    if (s->writer.open)
        ended = end_batch(s);
    pass_on(s, ended, NULL);
    (void)sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_RESTART,
                                    NULL, NULL);
    leave(&d);
}

static bool
wait_for_log(struct sqlite_store *s)
{
    bool closing;

    (void)pthread_mutex_lock(&s->wal_mutex);
    while (s->wal_pages == 0 && !s->closing)
        (void)pthread_cond_wait(&s->wal_grown, &s->wal_mutex);
    s->wal_pages = 0;
    closing = s->closing;
    (void)pthread_mutex_unlock(&s->wal_mutex);
    return !closing;
}

static void *
run_checkpoints(void *store)
{
    struct sqlite_store *s = store;
    struct sqlite_conn *conn = s->checkpoint_conn;
    int pages = 0;

    while (wait_for_log(s)) {
        (void)sqlite3_wal_checkpoint_v2(conn->db, NULL,
                                        SQLITE_CHECKPOINT_PASSIVE, &pages,
                                        NULL);
        if (pages >= SQLITE_WAL_LONG)
            restart_log(s, conn);
    }
    return NULL;
}

bool
sqlite_checkpoints_start(struct sqlite_store *s, const char **why)
{
    int rc;

    s->checkpoint_conn = sqlite_connect(s, SQLITE_READER_KIB, &rc);
    if (!s->checkpoint_conn) {
        *why = sqlite_says(rc);
        return false;
    }
    (void)sqlite3_busy_timeout(s->checkpoint_conn->db, SQLITE_RESTART_MS);
    (void)pthread_mutex_init(&s->wal_mutex, NULL);
    (void)pthread_cond_init(&s->wal_grown, NULL);
    (void)sqlite3_wal_hook(s->writer.conn->db, on_commit, s);
    s->checkpointing = thread_begin(&s->checkpointer, run_checkpoints, s);
    if (!s->checkpointing)
        *why = "no thread for the checkpoints";
    return s->checkpointing;
}

void
sqlite_checkpoints_stop(struct sqlite_store *s)
{
    if (s->checkpointing) {
        (void)pthread_mutex_lock(&s->wal_mutex);
        s->closing = true;
        (void)pthread_cond_signal(&s->wal_grown);
        (void)pthread_mutex_unlock(&s->wal_mutex);
        (void)pthread_join(s->checkpointer, NULL);
    }
    sqlite_disconnect(s->checkpoint_conn);
}
