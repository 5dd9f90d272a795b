/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash_gate - how many passwords are hashed at a time: each takes 19 MiB and a
 * processor for 30 ms, and whoever wants to can ask for many.
 */
#include <pthread.h>
#include <stdlib.h>

#include "auth/inner.h"

#define HASHINGS 2u
#define MAX_WAITING 16u

struct hash_gate {
    pthread_mutex_t lock;
    pthread_cond_t free;
    unsigned hashing, waiting;
};

struct hash_gate *
hash_gate_open(void)
{
    struct hash_gate *g = calloc(1, sizeof *g);

    ASSERT(g != NULL);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->free, NULL);
    return g;
}

void
hash_gate_close(struct hash_gate *g)
{
    pthread_mutex_destroy(&g->lock);
    pthread_cond_destroy(&g->free);
    free(g);
}

enum err
hash_gate_enter(struct call *c)
{
    struct hash_gate *g = cache_gate(c);
    bool full;

    if (g == NULL)
        return OK;
    pthread_mutex_lock(&g->lock);
    /* Each hash takes 19 MiB and a processor: past this, waiting is worse
       than being told. */
    full = g->hashing >= HASHINGS && g->waiting >= MAX_WAITING;
    if (!full) {
        g->waiting++;
        while (g->hashing >= HASHINGS)
            pthread_cond_wait(&g->free, &g->lock);
        g->waiting--;
        g->hashing++;
    }
    pthread_mutex_unlock(&g->lock);
    if (full)
        return fail(c, ERR_LIMIT, NULL,
                    "too many people are signing in, please try again");
    return OK;
}

void
hash_gate_leave(struct call *c)
{
    struct hash_gate *g = cache_gate(c);

    if (g == NULL)
        return;
    pthread_mutex_lock(&g->lock);
    ASSERT(g->hashing > 0);
    g->hashing--;
    pthread_cond_signal(&g->free);
    pthread_mutex_unlock(&g->lock);
}
