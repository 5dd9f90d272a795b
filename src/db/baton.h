/* SPDX-License-Identifier: Apache-2.0 */
/*
 * baton - a lock for many short turns.
 *
 * Always true:
 *   1. One at a time holds it.
 *   2. Whoever has waited longest is next, but until that one runs, one who
 *      does may overtake, a few times at most: the wake of a sleeping
 *      thread takes as long as a whole body of work does.
 *   3. baton_waits says yes exactly when somebody is in line.
 *
 * The next in line is woken when the one before begins, not when it ends,
 * and looks for its turn between yields.
 */
#ifndef DB_BATON_H
#define DB_BATON_H

#include <pthread.h>
#include <stdbool.h>

struct waiter;

struct baton {
    pthread_mutex_t mutex;
    struct waiter *first, *last;
    bool held;
};

/* Made and ended by one thread; taken and given by any, in turn. */
void baton_open(struct baton *b);
void baton_close(struct baton *b);
void baton_take(struct baton *b);
void baton_give(struct baton *b);
/* Asked by the holder. */
bool baton_waits(struct baton *b);

#endif
