/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread - how threads begin and how they wait, the same everywhere.
 *
 * Always true:
 *   1. A thread begun here takes no signal from outside, whenever it begins:
 *      those are left to the first thread.
 *   2. A wait goes by the clock that is not set.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin a thread with a stack of so many bytes, 0: the usual.  False: there is
   none. */
bool thread_begin_on(size_t stack, pthread_t *thread, void *(*run)(void *),
                     void *arg);
bool thread_begin(pthread_t *thread, void *(*run)(void *), void *arg);

/* A condition that thread_wait can wait for. */
void thread_cond(pthread_cond_t *cond);

/* Wait with the lock held until COND is signalled (true, or for no reason) or
   monotonic_ms() has come to UNTIL_MS. */
bool thread_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_ms);

#endif
