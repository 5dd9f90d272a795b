/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgres_alone - the transactions of this process stand back while one of its
 * own goes alone.
 *
 * The lock that try_begin takes holds among all processes.  Who waits for it
 * has a connection, and where all wait, nobody is left one to read by; so those
 * of the process wait here first.
 */
#include "base/thread.h"
#include "db/postgres.h"

bool
pg_stand_back(struct pg_store *s, bool alone)
{
    int64_t until = monotonic_ms() + PG_ALONE_MS;
    bool free;

    (void)pthread_mutex_lock(&s->pool_mutex);
    while (s->alone && monotonic_ms() < until)
        (void)thread_wait(&s->alone_over, &s->pool_mutex, until);
    free = !s->alone;
    if (free && alone)
        s->alone = true;
    (void)pthread_mutex_unlock(&s->pool_mutex);
    return free;
}

void
pg_alone_over(struct pg_store *s)
{
    (void)pthread_mutex_lock(&s->pool_mutex);
    s->alone = false;
    (void)pthread_cond_broadcast(&s->alone_over);
    (void)pthread_mutex_unlock(&s->pool_mutex);
}
