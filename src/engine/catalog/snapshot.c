/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest snapshot of a process, and when it is looked for again.
 *
 * A snapshot is counted: the cache holds it once, every CATALOG variable
 * once; the last to let go frees it.  Looking is never waited for: while one
 * thread looks, the others go on with what there is, since the looker may
 * itself be waiting for the one writing connection they hold.
 */
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "engine/catalog/inner.h"
#include "model/app.h"

#define LOOK_EVERY_MS 1000

struct catalog_cache {
    pthread_mutex_t lock;
    struct catalog *now;
    int64_t looked_ms;
    int64_t watch_ms; /* until then look at every hold: a change is coming */
    bool looking, look_again;
};

#define MARK "catalog"

/* How old a cache is is a matter of this machine, not of the call's day. */
static int64_t
machine_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

static void
free_catalog(struct catalog *k)
{
    if (k == NULL)
        return;
    pthread_mutex_destroy(&k->life->search_lock);
    arena_close(k->arena);
}

/* A snapshot read through the call's session into an arena of its own. The
   generation comes first: what changes meanwhile is looked for again. */
static enum err
load(struct call *c, struct catalog_cache *cache, struct catalog **out)
{
    struct call own = *c;
    struct catalog *k;
    enum err e;

    own.arena = arena_open();
    k = NEW(own.arena, struct catalog);
    k->arena = own.arena;
    k->life = NEW(own.arena, struct holding);
    *k->life = (struct holding){ .cache = cache, .whole = k, .holders = 1 };
    pthread_mutex_init(&k->life->search_lock, NULL);
    e = db_mark(&own, MARK, &k->generation);
    if (e == OK)
        e = catalog_load(&own, k);
    if (e != OK) {
        c->fault = own.fault;
        c->fault.text = arena_text(c->arena, own.fault.text);
        free_catalog(k);
        return e;
    }
    *out = k;
    return OK;
}

enum err
catalog_open(struct call *c, struct catalog_cache **out)
{
    struct catalog_cache *cache = calloc(1, sizeof *cache);
    enum err e;

    ASSERT(cache != NULL);
    pthread_mutex_init(&cache->lock, NULL);
    cache->looked_ms = machine_ms();
    e = load(c, cache, &cache->now);
    if (e != OK) {
        catalog_close(cache);
        return e;
    }
    *out = cache;
    return OK;
}

void
catalog_close(struct catalog_cache *cache)
{
    if (cache == NULL)
        return;
    free_catalog(cache->now);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* Let go of K under the lock; the snapshot to free, or NULL. */
static struct catalog *
let_go(struct catalog *k)
{
    ASSERT(k->life->holders > 0);
    return --k->life->holders == 0 ? k : NULL;
}

static struct catalog *
swap(struct catalog_cache *cache, struct catalog *fresh)
{
    struct catalog *old = cache->now;

    cache->now = fresh;
    return let_go(old);
}

/* Look whether there is a newer catalogue and take it. A failure is not the
   caller's: it goes on with what there is, and it is looked for again. */
static void
look(struct call *c, struct catalog_cache *cache, int64_t generation)
{
    struct fault fault = c->fault;
    struct catalog *fresh = NULL, *old = NULL;
    int64_t newest = generation;
    enum err e = db_mark(c, MARK, &newest);

    if (e == OK && newest != generation)
        e = load(c, cache, &fresh);
    if (e != OK)
        log_line(LOG_WARN, "catalog", "not reloaded: %s",
                 c->fault.text ? c->fault.text : err_word(e));
    c->fault = fault;
    pthread_mutex_lock(&cache->lock);
    cache->looking = false;
    if (e != OK)
        cache->look_again = true;
    if (fresh != NULL) {
        old = swap(cache, fresh);
        cache->watch_ms = 0;
    }
    pthread_mutex_unlock(&cache->lock);
    free_catalog(old);
}

const struct catalog *
catalog_hold(struct call *c)
{
    struct catalog_cache *cache = c->app->catalog;
    int64_t ms = machine_ms(), generation;
    struct catalog *k;
    bool due;

    ASSERT(cache != NULL);
    pthread_mutex_lock(&cache->lock);
    due = !cache->looking
          && (cache->look_again || ms < cache->watch_ms
              || ms - cache->looked_ms >= LOOK_EVERY_MS);
    generation = cache->now->generation;
    /* One looks, without the lock, as it asks the database; whoever comes
       meanwhile goes on with what is there. */
    if (due) {
        cache->looking = true;
        cache->look_again = false;
        cache->looked_ms = ms;
        pthread_mutex_unlock(&cache->lock);
        look(c, cache, generation);
        pthread_mutex_lock(&cache->lock);
    }
    k = cache->now;
    k->life->holders++;
    pthread_mutex_unlock(&cache->lock);
    return k;
}

void
catalog_drop(const struct catalog **held)
{
    struct catalog_cache *cache;
    struct catalog *last;

    if (*held == NULL)
        return;
    cache = (*held)->life->cache;
    pthread_mutex_lock(&cache->lock);
    last = let_go((*held)->life->whole);
    pthread_mutex_unlock(&cache->lock);
    free_catalog(last);
}

void
catalog_look_again(const struct call *c)
{
    struct catalog_cache *cache = c->app->catalog;

    if (cache == NULL)
        return;
    pthread_mutex_lock(&cache->lock);
    /* The transaction may lie in a longer one that is not committed yet. */
    cache->look_again = true;
    cache->watch_ms = machine_ms() + LOOK_EVERY_MS;
    pthread_mutex_unlock(&cache->lock);
}

enum err
catalog_touch(struct call *c)
{
    /* An id, not a count: a snapshot read inside a transaction that is then
       undone never passes for a later one. */
    int64_t generation = new_id(c);

    TRY(db_mark_set(c, MARK, generation));
    catalog_look_again(c);
    return OK;
}
