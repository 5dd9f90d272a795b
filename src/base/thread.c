/* SPDX-License-Identifier: Apache-2.0 */
#include "base/thread.h"

#include <signal.h>
#include <time.h>

#include "base/base.h"
#include "base/instant.h"

bool
thread_begin_on(size_t stack, pthread_t *thread, void *(*run)(void *),
                void *arg)
{
    /* What a thread does to itself; a page that is cut off beneath it is seen
       to by a handler. */
    static const int own[] = { SIGBUS,  SIGSEGV, SIGFPE, SIGILL,
                               SIGTRAP, SIGABRT, SIGSYS };
    sigset_t all, before;
    pthread_attr_t attr;
    bool begun;

    (void)sigfillset(&all);
    for (size_t i = 0; i < COUNT(own); i++)
        (void)sigdelset(&all, own[i]);
    (void)pthread_attr_init(&attr);
    if (stack > 0)
        (void)pthread_attr_setstacksize(&attr, stack);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    begun = pthread_create(thread, &attr, run, arg) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attr);
    return begun;
}

bool
thread_begin(pthread_t *thread, void *(*run)(void *), void *arg)
{
    return thread_begin_on(0, thread, run, arg);
}

void
thread_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attr);
    (void)pthread_condattr_destroy(&attr);
}

bool
thread_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_ms)
{
    const struct timespec until = { until_ms / SECOND_MS,
                                    until_ms % SECOND_MS * 1000000 };

    return pthread_cond_timedwait(cond, lock, &until) == 0;
}
