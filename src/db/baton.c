/* SPDX-License-Identifier: Apache-2.0 */
#include "db/baton.h"

#include <sched.h>

#include "db/futex.h"

#define LOOKS 200 /* before the next in line goes to sleep again */

enum { ASLEEP, AWAKE, YOURS };

struct waiter {
    struct waiter *next;
    atomic_int state;
};

void
baton_open(struct baton *b)
{
    *b = (struct baton){ 0 };
    (void)pthread_mutex_init(&b->mutex, NULL);
}

void
baton_close(struct baton *b)
{
    (void)pthread_mutex_destroy(&b->mutex);
}

static void
wait_for_turn(struct waiter *w)
{
    int looks = LOOKS, state;

    while ((state = atomic_load(&w->state)) != YOURS) {
        if (state == ASLEEP) {
            futex_sleep(&w->state, ASLEEP);
        } else if (looks-- > 0) {
            (void)sched_yield();
        } else {
            (void)atomic_compare_exchange_strong(&w->state, &state, ASLEEP);
        }
    }
}

/* Let the next in line get ready. */
static void
wake_next(struct baton *b)
{
    struct waiter *w;
    int asleep = ASLEEP;

    (void)pthread_mutex_lock(&b->mutex);
    w = b->first;
    if (w && atomic_compare_exchange_strong(&w->state, &asleep, AWAKE))
        futex_wake(&w->state);
    (void)pthread_mutex_unlock(&b->mutex);
}

void
baton_take(struct baton *b)
{
    struct waiter w = { 0 };
    bool waits;

    (void)pthread_mutex_lock(&b->mutex);
    waits = b->held;
    b->held = true;
    if (waits) {
        if (b->first)
            b->last->next = &w;
        else {
            b->first = &w;
            atomic_store(&w.state, AWAKE);
        }
        b->last = &w;
    }
    (void)pthread_mutex_unlock(&b->mutex);
    if (!waits)
        return;
    wait_for_turn(&w);
    wake_next(b);
}

void
baton_give(struct baton *b)
{
    struct waiter *w;
    int before;

    (void)pthread_mutex_lock(&b->mutex);
    w = b->first;
    if (w)
        b->first = w->next;
    else
        b->held = false;
    (void)pthread_mutex_unlock(&b->mutex);
    if (!w)
        return;
    before = atomic_exchange(&w->state, YOURS);
    if (before == ASLEEP)
        futex_wake(&w->state);
}

bool
baton_waits(struct baton *b)
{
    bool waits;

    (void)pthread_mutex_lock(&b->mutex);
    waits = b->first != NULL;
    (void)pthread_mutex_unlock(&b->mutex);
    return waits;
}
