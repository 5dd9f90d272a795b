/* SPDX-License-Identifier: Apache-2.0 */
#include "db/baton.h"

#include <sched.h>

#include "base/base.h"
#include "db/futex.h"

#define LOOKS 10     /* before the next in line goes to sleep again */
#define OVERTAKEN 16 /* times, then it is handed over */

enum { ASLEEP, AWAKE, YOURS };

struct waiter {
    struct waiter *next;
    atomic_int state;
    int overtaken;
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

/* Mutex held: wake the next in line, to look for its turn. */
static void
wake_next(struct baton *b)
{
    int asleep = ASLEEP;

    if (b->first
        && atomic_compare_exchange_strong(&b->first->state, &asleep, AWAKE))
        futex_wake(&b->first->state);
}

/* Mutex held: the first in line goes, with the baton. */
static void
leave_line(struct baton *b)
{
    b->first = b->first->next;
    b->held = true;
    wake_next(b);
}

/* Whoever is awake takes the baton if it lies there; true when it was had. */
static bool
look(struct baton *b, struct waiter *w, bool sleep)
{
    bool mine;

    (void)pthread_mutex_lock(&b->mutex);
    mine = b->first == w && !b->held;
    if (mine)
        leave_line(b);
    else if (sleep && atomic_load(&w->state) == AWAKE)
        atomic_store(&w->state, ASLEEP);
    (void)pthread_mutex_unlock(&b->mutex);
    return mine;
}

static void
wait_for_turn(struct baton *b, struct waiter *w)
{
    int looks = LOOKS;

    while (atomic_load(&w->state) != YOURS) {
        if (atomic_load(&w->state) == ASLEEP) {
            futex_sleep(&w->state, ASLEEP);
            looks = LOOKS;
        } else if (look(b, w, looks-- == 0)) {
            return;
        } else {
            (void)sched_yield();
        }
    }
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
        /* The first in line is awake at once: its turn is next. */
        if (b->first)
            b->last->next = &w;
        else {
            b->first = &w;
            atomic_store(&w.state, AWAKE);
        }
        b->last = &w;
    }
    (void)pthread_mutex_unlock(&b->mutex);
    if (waits)
        wait_for_turn(b, &w);
}

void
baton_give(struct baton *b)
{
    struct waiter *w;

    (void)pthread_mutex_lock(&b->mutex);
    ASSERT(b->held);
    w = b->first;
    b->held = false;
    if (w && w->overtaken++ >= OVERTAKEN) {
        leave_line(b);
        if (atomic_exchange(&w->state, YOURS) == ASLEEP)
            futex_wake(&w->state);
    } else {
        wake_next(b);
    }
    (void)pthread_mutex_unlock(&b->mutex);
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
