/* SPDX-License-Identifier: Apache-2.0 */
/*
 * baton - a lock handed on in the order people came.
 *
 * Always true:
 *   1. One at a time holds it; nobody overtakes.
 *   2. baton_waits says yes exactly when somebody will get it from the holder.
 *
 * The next in line is woken when the one before him begins, not when he ends,
 * and looks for his turn between yields: the wake of a sleeping thread takes
 * as long as a whole body of work does.
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

void baton_open(struct baton *b);
void baton_close(struct baton *b);
void baton_take(struct baton *b);
void baton_give(struct baton *b);
/* Asked by the holder. */
bool baton_waits(struct baton *b);

#endif
