/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache - who calls by which session or token, for two seconds.
 *
 * After that the database is asked again, so that whatever another process
 * changed (a grant, a crew, an account made inactive) is seen in time without
 * any message between processes.  What this process takes away is forgotten
 * at once: the epoch rises, and what was being read meanwhile is not kept.
 *
 * The time of last use is exact here; it is written down once a minute.  A
 * session that the disk did not take is here alone, and stays until it does:
 * nothing that its rights hang on can be changed meanwhile either.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "auth/inner.h"
#include "model/app.h"

#define FRESH_MS (2 * SECOND_MS)
#define BUCKETS 1024u
#define MAX_ENTRIES 4096u

struct entry {
    struct entry *next;
    unsigned char key[SECRET_HASH];
    struct signed_in s; /* the actor in one piece of memory */
    instant loaded;     /* 0: to be read again, only its last use is known */
};

struct session_cache {
    pthread_mutex_t lock;
    struct session_watcher watcher;
    struct entry *buckets[BUCKETS];
    size_t n;
    uint64_t epoch;
    struct failed_addresses *failed;
    struct hash_gate *gate;
};

static struct session_cache *
cache_of(const struct call *c)
{
    return c->app ? c->app->sessions : NULL;
}

struct failed_addresses *
cache_failed(const struct call *c)
{
    return cache_of(c) ? cache_of(c)->failed : NULL;
}

struct hash_gate *
cache_gate(const struct call *c)
{
    return cache_of(c) ? cache_of(c)->gate : NULL;
}

struct session_cache *
session_cache_open(void)
{
    struct session_cache *m = calloc(1, sizeof *m);

    ASSERT(m != NULL);
    pthread_mutex_init(&m->lock, NULL);
    m->failed = failed_addresses_open();
    m->gate = hash_gate_open();
    return m;
}

/* Lock held: the link that points to the entry, or to where it would be. */
static struct entry **
find(struct session_cache *m, const unsigned char key[SECRET_HASH])
{
    struct entry **at = &m->buckets[(key[0] + 256u * key[1]) % BUCKETS];

    while (*at && memcmp((*at)->key, key, SECRET_HASH) != 0)
        at = &(*at)->next;
    return at;
}

static void
drop(struct session_cache *m, struct entry **at)
{
    struct entry *e = *at;

    ASSERT(m->n > 0);
    *at = e->next;
    m->n--;
    free(e->s.actor);
    free(e);
}

/* Lock held; 0: everybody's. */
static void
drop_account(struct session_cache *m, int64_t account_id)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry **at = &m->buckets[i];

        while (*at) {
            if (account_id == 0 || (*at)->s.actor->account_id == account_id)
                drop(m, at);
            else
                at = &(*at)->next;
        }
    }
}

/* Lock held; 0: everybody's.  Who it is has to be read again; that it was used
   a moment ago is written nowhere else, and nobody is idle because somebody
   else's rights were changed, or another page of theirs was locked. */
static void
doubt_account(struct session_cache *m, int64_t account_id)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry **at = &m->buckets[i];

        while (*at) {
            bool is =
                account_id == 0 || (*at)->s.actor->account_id == account_id;

            if (is && (*at)->s.unwritten) {
                drop(m, at);
                continue;
            }
            if (is)
                (*at)->loaded = (instant){ 0 };
            at = &(*at)->next;
        }
    }
}

void
session_cache_close(struct session_cache *m)
{
    if (m == NULL)
        return;
    drop_account(m, 0);
    pthread_mutex_destroy(&m->lock);
    failed_addresses_close(m->failed);
    hash_gate_close(m->gate);
    free(m);
}

enum cached
cache_find(struct call *c, const unsigned char key[SECRET_HASH],
           struct signed_in *s)
{
    struct session_cache *m = cache_of(c);
    enum cached found = CACHED_NOT;

    if (m == NULL)
        return CACHED_NOT;
    pthread_mutex_lock(&m->lock);
    struct entry *e = *find(m, key);
    if (e) {
        int64_t age = c->now.ms - e->loaded.ms;

        *s = e->s;
        s->actor = NULL;
        found = CACHED_STALE;
        /* What was not written yet is in no row that could be read instead. */
        if (e->s.unwritten
            || (e->loaded.ms != 0 && age >= 0 && age < FRESH_MS)) {
            s->actor = arena_alloc(c->arena, actor_copy(e->s.actor, NULL));
            actor_copy(e->s.actor, s->actor);
            if (!c->unattended && e->s.seen.ms < c->now.ms)
                e->s.seen = c->now;
            found = CACHED_FRESH;
        }
    }
    pthread_mutex_unlock(&m->lock);
    return found;
}

uint64_t
cache_epoch(const struct call *c)
{
    struct session_cache *m = cache_of(c);

    if (m == NULL)
        return 0;
    pthread_mutex_lock(&m->lock);
    uint64_t epoch = m->epoch;
    pthread_mutex_unlock(&m->lock);
    return epoch;
}

void
cache_put(struct call *c, const unsigned char key[SECRET_HASH],
          const struct signed_in *s, uint64_t epoch)
{
    struct session_cache *m = cache_of(c);

    if (m == NULL)
        return;
    struct entry *e = calloc(1, sizeof *e);
    ASSERT(e != NULL);
    e->s = *s;
    e->s.actor = actor_keep(s->actor);
    memcpy(e->key, key, SECRET_HASH);
    e->loaded = c->now;
    pthread_mutex_lock(&m->lock);
    struct entry **at = find(m, key);
    if (*at)
        drop(m, at);
    if (m->n >= MAX_ENTRIES) {
        drop_account(m, 0);
        at = find(m, key);
    }
    /* Something was forgotten while this was read: it may be what no longer
       holds. */
    if (m->epoch != epoch)
        e->loaded = (instant){ 0 };
    if (m->epoch == epoch || !e->s.unwritten) {
        e->next = *at;
        *at = e;
        m->n++;
        e = NULL;
    }
    pthread_mutex_unlock(&m->lock);
    if (e) {
        free(e->s.actor);
        free(e);
    }
}

void
session_cache_watch(struct session_cache *m, const struct session_watcher *w)
{
    if (m == NULL)
        return;
    pthread_mutex_lock(&m->lock);
    m->watcher = w ? *w : (struct session_watcher){ 0 };
    pthread_mutex_unlock(&m->lock);
}

/* The watcher is told within the lock, so that none is told that has been
   taken away.  Within a TX, which may be one around the caller's own, whoever
   asks meanwhile would be known by the rows as they were: everybody is forgotten
   when it has been kept. */
void
cache_forget(struct call *c, int64_t account_id)
{
    struct session_cache *m = cache_of(c);

    if (m == NULL)
        return;
    if (db_in_tx(c)) {
        db_then(c, auth_forget);
        return;
    }
    pthread_mutex_lock(&m->lock);
    m->epoch++;
    doubt_account(m, account_id);
    if (m->watcher.forgot)
        m->watcher.forgot(m->watcher.arg, account_id);
    pthread_mutex_unlock(&m->lock);
}

void
auth_forget(struct call *c)
{
    cache_forget(c, 0);
}
