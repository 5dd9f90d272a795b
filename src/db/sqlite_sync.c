/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_sync - the thread that brings committed batches to the disk.
 *
 * A commit writes a batch into the write-ahead log and does not wait for the
 * disk: the next batch begins at once.  Whoever joined is told when the log
 * has been synced, several batches by one sync if the disk is slow.  The same
 * thread commits a batch that nobody waits for when it has been open for
 * SQLITE_PATIENCE_US.
 *
 * After a sync that failed nobody can say what is on the disk: nothing more is
 * written until the program has been started anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"
#include "db/futex.h"
#include "db/sqlite.h"

void
sqlite_tell(struct later *joined, enum err e, const struct later *mine)
{
    struct later *after;

    for (struct later *l = joined; l; l = after) {
        after = l->next;
        l->err = e;
        if (atomic_exchange(&l->state, LATER_ENDED) == LATER_LEFT)
            l->told(l);
        else if (l != mine)
            futex_wake(&l->state);
    }
}

/* The log stands beside the database as long as that is open. */
static int
open_log(struct sqlite_store *s)
{
    char name[4096];

    (void)snprintf(name, sizeof(name), "%s-wal", s->path);
    return open(name, O_RDWR | O_CLOEXEC);
}

enum err
sqlite_sync(struct sqlite_store *s)
{
    struct sqlite_sync *y = &s->sync;
    bool done;

    (void)pthread_mutex_lock(&y->mutex);
    if (y->log_file < 0)
        y->log_file = open_log(s);
    done = y->log_file >= 0 && fdatasync(y->log_file) == 0;
    (void)pthread_mutex_unlock(&y->mutex);
    /* What went into a file that has lost its name is lost with the process. */
    if (!db_place_same(&s->place)) {
        store_note(&s->base, STORE_GONE);
        return ERR_AWAY;
    }
    if (done)
        return OK;
    store_note(&s->base, STORE_FAILED);
    return ERR_BROKEN;
}

/* Something to do for the thread: it looks again. */
static void
call_thread(struct sqlite_sync *y)
{
    (void)atomic_fetch_add(&y->news, 1);
    if (atomic_load(&y->asleep))
        futex_wake(&y->news);
}

void
sqlite_sync_later(struct sqlite_store *s, struct later *joined)
{
    struct sqlite_sync *y = &s->sync;
    struct later *last = joined;

    while (last->next)
        last = last->next;
    last->next = atomic_load(&y->joined);
    while (!atomic_compare_exchange_weak(&y->joined, &last->next, joined))
        continue;
    call_thread(y);
}

void
sqlite_sync_watch(struct sqlite_store *s)
{
    call_thread(&s->sync);
}

/* While the disk is busy the batch would only wait for it: others may join. */
void
sqlite_flush(struct store *base)
{
    struct sqlite_store *s = (struct sqlite_store *)base;
    struct sqlite_sync *y = &s->sync;

    if (atomic_load(&s->writer.unwaited) == 0)
        return;
    atomic_store(&y->wanted, true);
    if (!atomic_load(&y->busy) && atomic_exchange(&y->wanted, false))
        sqlite_commit_open(s);
}

static void
sync_all(struct sqlite_store *s, struct later *joined)
{
    struct sqlite_sync *y = &s->sync;
    enum err e;

    atomic_store(&y->busy, true);
    e = sqlite_sync(s);
    atomic_store(&y->busy, false);
    if (atomic_exchange(&y->wanted, false))
        sqlite_commit_open(s);
    sqlite_tell(joined, e, NULL);
    store_committed(&s->base);
}

/* Until there are news, for a batch's patience at most when one is open. */
static void
wait_for_news(struct sqlite_sync *y, int seen, bool open)
{
    atomic_store(&y->asleep, true);
    if (atomic_load(&y->news) == seen)
        futex_sleep_for(&y->news, seen, open ? SQLITE_PATIENCE_US : 0);
    atomic_store(&y->asleep, false);
}

static void *
run_sync(void *store)
{
    struct sqlite_store *s = store;
    struct sqlite_sync *y = &s->sync;
    int batch = 0;

    while (!atomic_load(&y->closing)) {
        int seen = atomic_load(&y->news);
        struct later *joined = atomic_exchange(&y->joined, NULL);
        int open = atomic_load(&s->writer.unwaited);

        if (joined) {
            sync_all(s, joined);
            /* The same batch as at the last look: nobody came to end it. */
        } else if (open != 0 && open == batch) {
            sqlite_commit_open(s);
        } else {
            batch = open;
            wait_for_news(y, seen, open != 0);
        }
    }
    return NULL;
}

bool
sqlite_sync_start(struct sqlite_store *s, const char **why)
{
    struct sqlite_sync *y = &s->sync;

    y->started = thread_begin(&y->thread, run_sync, s);
    if (!y->started)
        *why = "no thread for the disk";
    return y->started;
}

void
sqlite_sync_stop(struct sqlite_store *s)
{
    struct sqlite_sync *y = &s->sync;

    if (y->started) {
        atomic_store(&y->closing, true);
        call_thread(y);
        (void)pthread_join(y->thread, NULL);
    }
    if (y->log_file >= 0)
        (void)close(y->log_file);
    (void)pthread_mutex_destroy(&y->mutex);
}
