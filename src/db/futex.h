/* SPDX-License-Identifier: Apache-2.0 */
/* futex - sleeping on a number until somebody has changed it. */
#ifndef DB_FUTEX_H
#define DB_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Returns when woken, for no reason, or at once if *WORD is not VALUE. */
static inline void
futex_sleep(atomic_int *word, int value)
{
    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

/* The same for US microseconds at most; 0: without end. */
static inline void
futex_sleep_for(atomic_int *word, int value, long us)
{
    struct timespec limit = { us / 1000000, us % 1000000 * 1000 };

    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value,
                  us ? &limit : NULL, NULL, 0);
}

/* The word may be gone by now; a wake at its address then wakes nobody. */
static inline void
futex_wake(atomic_int *word)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

#endif
