/* SPDX-License-Identifier: Apache-2.0 */
/* What thread.h promises. */
#include <signal.h>

#include "base/instant.h"
#include "base/thread.h"
#include "test.h"

static void *
look_at_mask(void *mask)
{
    (void)pthread_sigmask(SIG_SETMASK, NULL, mask);
    return NULL;
}

TEST_PLAIN(a_thread_leaves_signals_from_outside_to_the_first_one)
{
    static const int outside[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGALRM };
    static const int own[] = { SIGBUS, SIGSEGV, SIGABRT, SIGSYS };
    sigset_t before, mask, after;
    pthread_t thread;

    (void)c;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    EXPECT(thread_begin(&thread, look_at_mask, &mask));
    EXPECT(pthread_join(thread, NULL) == 0);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (size_t i = 0; i < COUNT(outside); i++) {
        EXPECT(sigismember(&mask, outside[i]));
        EXPECT(sigismember(&before, outside[i])
               == sigismember(&after, outside[i]));
    }
    for (size_t i = 0; i < COUNT(own); i++)
        EXPECT(!sigismember(&mask, own[i]));
}

TEST_PLAIN(a_wait_ends_at_its_moment_of_the_clock_that_is_not_set)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int64_t until = monotonic_ms() + 50;
    pthread_cond_t cond;

    (void)c;
    thread_cond(&cond);
    (void)pthread_mutex_lock(&lock);
    while (thread_wait(&cond, &lock, until))
        continue;
    (void)pthread_mutex_unlock(&lock);
    EXPECT(monotonic_ms() >= until);
    EXPECT(monotonic_ms() < until + 10000);
    (void)pthread_cond_destroy(&cond);
}
