/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock - loaded before a server, shifts its wall clock by as many seconds as
 * stand in the file LIANGCAO_TEST_CLOCK ("+0003600"), which may change while
 * it runs.  Waits go on as they are: the monotonic clock is left alone, and
 * the end of a wait by the wall clock is shifted back.
 *
 * libfaketime does the same for one thread.  Where two wait at once it returns
 * EAGAIN to one of them instead of waiting, so that threads spin with a mutex
 * held, and the server would be blamed.
 *
 * The file is mapped before anything else runs, since a server gives up
 * opening files.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Written once, by the constructor. */
static const volatile uint64_t *shift;
static int (*real_gettime)(clockid_t id, struct timespec *t);

__attribute__((constructor)) static void
open_clock(void)
{
    const char *path = getenv("LIANGCAO_TEST_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page =
        fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

    real_gettime = (int (*)(clockid_t, struct timespec *))(
        uintptr_t)dlsym(RTLD_NEXT, "clock_gettime");
    if (page != MAP_FAILED)
        shift = page;
    if (fd >= 0)
        (void)close(fd);
}

/* Eight bytes are read at once, so no half of a change is seen. */
static long
shift_s(void)
{
    char text[9] = "";
    uint64_t word = shift != NULL ? *shift : 0;

    memcpy(text, &word, sizeof word);
    return strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
    /* Other libraries begin before this one. */
    int rc = real_gettime != NULL ? real_gettime(id, t)
                                  : (int)syscall(SYS_clock_gettime, id, t);

    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        t->tv_sec += shift_s();
    return rc;
}

int
gettimeofday(struct timeval *restrict v, void *restrict zone)
{
    struct timespec t;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &t) != 0)
        return -1;
    *v = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
    return 0;
}

time_t
time(time_t *out)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    if (out != NULL)
        *out = t.tv_sec;
    return t.tv_sec;
}

/* glibc keeps a condition's clock in the second bit of __wrefs. */
int
pthread_cond_timedwait(pthread_cond_t *restrict cond,
                       pthread_mutex_t *restrict mutex,
                       const struct timespec *restrict until)
{
    struct timespec t = *until;

    if ((cond->__data.__wrefs & 2) != 0)
        return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, until);
    t.tv_sec -= shift_s();
    return pthread_cond_clockwait(cond, mutex, CLOCK_REALTIME, &t);
}
