/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool - a few workers and the queue before them.
 *
 * Waking a thread costs more than a small request, so at most one worker is
 * being woken at a time; one that has woken takes a request and, when more
 * are waiting, wakes the next, until `awake` of them run: more threads than
 * processors only get in each other's way.  Where those make no headway (a
 * slow query, a password's hash) the watcher wakes one more every few
 * milliseconds, so quick requests never wait long behind slow ones.  The
 * worker that fell asleep last is woken first: its memory is still in the
 * cache.
 */
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"
#include "http/inner.h"

#define WORKER_STACK (1024 * 1024)
#define HEADWAY_MS 4

struct worker {
    struct pool *pool;
    pthread_t thread;
    pthread_cond_t wake;
    struct worker *below; /* on the stack of sleepers */
    bool called;
};

struct pool {
    struct pool_config config;
    pthread_mutex_t lock;
    struct exchange *first, *last;
    unsigned waiting; /* in a queue with an end, or about to be */
    struct worker *asleep;
    unsigned awake;
    bool waking; /* somebody was called and has not looked yet */
    bool closing;
    unsigned long taken; /* requests */
    pthread_t watcher;
    pthread_cond_t watch;
    bool watching; /* the watcher is not asleep */
    unsigned n;
    struct worker workers[];
};

/* Lock held: choose whom to wake while fewer than MOST are awake, or NULL when
   nobody need be. */
static struct worker *
call_one(struct pool *p, unsigned most)
{
    struct worker *w = p->asleep;

    if (p->first == NULL || w == NULL || p->waking || p->awake >= most)
        return NULL;
    p->asleep = w->below;
    p->awake++;
    p->waking = true;
    w->called = true;
    return w;
}

/* Lock held on entry and on return. */
static void
sleep_until_called(struct worker *w)
{
    struct pool *p = w->pool;

    w->below = p->asleep;
    p->asleep = w;
    ASSERT(p->awake > 0);
    p->awake--;
    w->called = false;
    while (!w->called)
        pthread_cond_wait(&w->wake, &p->lock);
    p->waking = false;
}

/* Lock held on entry and on return: nothing to do, for now at least. */
static void
rest(struct worker *w)
{
    struct pool *p = w->pool;

    if (p->config.idle) {
        pthread_mutex_unlock(&p->lock);
        p->config.idle(p->config.ctx);
        pthread_mutex_lock(&p->lock);
    }
    if (p->first == NULL && !p->closing)
        sleep_until_called(w);
}

static struct exchange *
take(struct pool *p)
{
    struct exchange *x = p->first;

    p->first = x->next;
    if (p->first == NULL)
        p->last = NULL;
    p->taken++;
    p->waiting -= p->config.queue > 0;
    return x;
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    struct arena *a = arena_open();
    unsigned long taken = 0;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        /* One too many goes when the others have made headway meanwhile. */
        if (p->awake > p->config.awake && p->taken > taken && !p->closing)
            sleep_until_called(w);
        while (p->first == NULL && !p->closing)
            rest(w);
        if (p->first == NULL)
            break;
        struct exchange *x = take(p);
        struct worker *next = call_one(p, p->config.awake);
        taken = p->taken;
        pthread_mutex_unlock(&p->lock);
        if (next)
            pthread_cond_signal(&next->wake);
        p->config.run(a, x);
        arena_reset(a);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    arena_close(a);
    return NULL;
}

/* While requests wait: one worker more whenever none was taken for a time. */
static void *
watch(void *arg)
{
    const struct timespec pause = { .tv_nsec = HEADWAY_MS * 1000000L };
    struct pool *p = arg;

    pthread_mutex_lock(&p->lock);
    while (!p->closing) {
        unsigned long taken = p->taken;
        struct worker *w;

        if (p->first == NULL) {
            p->watching = false;
            pthread_cond_wait(&p->watch, &p->lock);
            p->watching = true;
            continue;
        }
        pthread_mutex_unlock(&p->lock);
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&p->lock);
        w = p->taken == taken ? call_one(p, p->n) : NULL;
        if (w)
            pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct pool *
pool_open(const struct pool_config *config)
{
    unsigned n = config->workers;
    struct pool *p = calloc(1, sizeof *p + n * sizeof p->workers[0]);

    ASSERT(p != NULL && n > 0 && config->awake > 0);
    p->config = *config;
    p->n = p->awake = n;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->watch, NULL);
    for (unsigned i = 0; i < n; i++) {
        struct worker *w = &p->workers[i];

        w->pool = p;
        pthread_cond_init(&w->wake, NULL);
        ASSERT(thread_begin_on(WORKER_STACK, &w->thread, work, w));
    }
    /* Last: it looks at every worker. */
    ASSERT(thread_begin(&p->watcher, watch, p));
    return p;
}

bool
pool_has_room(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    bool counted = p->config.queue > 0;
    bool room = !counted || p->waiting < p->config.queue;
    p->waiting += counted && room;
    pthread_mutex_unlock(&p->lock);
    return room;
}

void
pool_push(struct pool *p, struct exchange *x)
{
    bool watch;

    x->next = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->last)
        p->last->next = x;
    else
        p->first = x;
    p->last = x;
    struct worker *w = call_one(p, p->config.awake);
    watch = w == NULL && !p->watching;
    pthread_mutex_unlock(&p->lock);
    if (w)
        pthread_cond_signal(&w->wake);
    if (watch)
        pthread_cond_signal(&p->watch);
}

void
pool_close(struct pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_signal(&p->watch);
    while (p->asleep) {
        p->asleep->called = true;
        pthread_cond_signal(&p->asleep->wake);
        p->asleep = p->asleep->below;
    }
    pthread_mutex_unlock(&p->lock);
    /* Outside the lock: they need it to see that it is over. */
    pthread_join(p->watcher, NULL);
    for (unsigned i = 0; i < p->n; i++) {
        pthread_join(p->workers[i].thread, NULL);
        pthread_cond_destroy(&p->workers[i].wake);
    }
    pthread_cond_destroy(&p->watch);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
