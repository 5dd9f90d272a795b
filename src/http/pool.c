/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool - a few workers and the queue before them.
 *
 * Waking a thread costs more than a small request, so at most one worker is
 * being woken at a time; one that has woken takes a request and, when more
 * are waiting, wakes the next.  So a burst of quick requests is served by few
 * workers, and one of slow requests (a commit) soon by all.  The worker that
 * fell asleep last is woken first: its memory is still in the cache.
 */
#include <stdlib.h>

#include "http/impl.h"

#define WORKER_STACK (1024 * 1024)

struct worker {
    struct pool *pool;
    pthread_t thread;
    pthread_cond_t wake;
    struct worker *below; /* on the stack of sleepers */
    bool called;
};

struct pool {
    pthread_mutex_t lock;
    struct exchange *first, *last;
    struct worker *asleep;
    bool waking; /* somebody was called and has not looked yet */
    bool closing;
    pool_fn run;
    unsigned n;
    struct worker workers[];
};

/* Lock held: choose whom to wake, or NULL when nobody need be. */
static struct worker *
call_one(struct pool *p)
{
    struct worker *w = p->asleep;

    if (p->first == NULL || w == NULL || p->waking)
        return NULL;
    p->asleep = w->below;
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
    w->called = false;
    while (!w->called)
        pthread_cond_wait(&w->wake, &p->lock);
    p->waking = false;
}

static struct exchange *
take(struct pool *p)
{
    struct exchange *x = p->first;

    p->first = x->next;
    if (p->first == NULL)
        p->last = NULL;
    return x;
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    struct arena *a = arena_open();

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->first == NULL && !p->closing)
            sleep_until_called(w);
        if (p->first == NULL)
            break;
        struct exchange *x = take(p);
        struct worker *next = call_one(p);
        pthread_mutex_unlock(&p->lock);
        if (next)
            pthread_cond_signal(&next->wake);
        p->run(a, x);
        arena_reset(a);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    arena_close(a);
    return NULL;
}

struct pool *
pool_open(unsigned workers, pool_fn run)
{
    struct pool *p = calloc(1, sizeof *p + workers * sizeof p->workers[0]);
    pthread_attr_t attr;

    ASSERT(p != NULL && workers > 0);
    p->run = run;
    pthread_mutex_init(&p->lock, NULL);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WORKER_STACK);
    for (unsigned i = 0; i < workers; i++) {
        struct worker *w = &p->workers[i];

        w->pool = p;
        pthread_cond_init(&w->wake, NULL);
        ASSERT(pthread_create(&w->thread, &attr, work, w) == 0);
        p->n++;
    }
    pthread_attr_destroy(&attr);
    return p;
}

void
pool_push(struct pool *p, struct exchange *x)
{
    x->next = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->last)
        p->last->next = x;
    else
        p->first = x;
    p->last = x;
    struct worker *w = call_one(p);
    pthread_mutex_unlock(&p->lock);
    if (w)
        pthread_cond_signal(&w->wake);
}

void
pool_close(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    while (p->asleep) {
        p->asleep->called = true;
        pthread_cond_signal(&p->asleep->wake);
        p->asleep = p->asleep->below;
    }
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->n; i++) {
        pthread_join(p->workers[i].thread, NULL);
        pthread_cond_destroy(&p->workers[i].wake);
    }
    pthread_mutex_destroy(&p->lock);
    free(p);
}
