/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times in which the server cannot be expected to answer: those of the blows,
 * and those in which the machine itself stood still.  A control tells the
 * latter: a process that answers a byte with a byte, asked all the time; what
 * it takes long for, no server could have done sooner.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "siege.h"

#define AFTER_MS 5000 /* after a stop, what waited is answered */
#define STALL_MS 100
#define CONTROL_EACH_MS 50

int64_t
siege_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* -- spans ----------------------------------------------------------------- */

size_t
span_begin(struct spans *all, const char *what, enum force force)
{
    size_t k;

    (void)pthread_mutex_lock(&all->lock);
    if (all->n == all->cap) {
        all->cap = all->cap * 2 + 256;
        all->of = realloc(all->of, all->cap * sizeof *all->of);
    }
    k = all->n++;
    all->of[k] = (struct span){ siege_ms(), INT64_MAX, what, force };
    (void)pthread_mutex_unlock(&all->lock);
    return k;
}

void
span_end(struct spans *all, size_t k)
{
    (void)pthread_mutex_lock(&all->lock);
    all->of[k].end = siege_ms();
    (void)pthread_mutex_unlock(&all->lock);
}

struct cut {
    int64_t from, to;
};

static int
by_from(const void *a, const void *b)
{
    const struct cut *x = a, *y = b;

    return x->from < y->from ? -1 : x->from > y->from;
}

#define MOST_CUTS 200

/* The spans that lie in FROM to TO, each with what follows it. */
static size_t
gather(struct spans *all, enum force least, int64_t more, struct cut *out,
       size_t n, int64_t from, int64_t to)
{
    (void)pthread_mutex_lock(&all->lock);
    for (size_t i = all->n; i > 0 && n < MOST_CUTS; i--) {
        const struct span *p = &all->of[i - 1];
        int64_t end = p->end == INT64_MAX ? INT64_MAX : p->end + more;

        if (p->force >= least && p->begin < to && end > from)
            out[n++] = (struct cut){ p->begin > from ? p->begin : from,
                                     end < to ? end : to };
    }
    (void)pthread_mutex_unlock(&all->lock);
    return n;
}

int64_t
own_ms(struct siege *s, int64_t from, int64_t to, enum force least)
{
    struct cut cuts[MOST_CUTS];
    size_t n = gather(&s->spans, least, AFTER_MS, cuts, 0, from, to);
    int64_t own = to - from, at = from;

    n = gather(&s->stalls, HINDERS, 0, cuts, n, from, to);
    qsort(cuts, n, sizeof *cuts, by_from);
    for (size_t i = 0; i < n; i++) {
        if (cuts[i].from > at)
            at = cuts[i].from;
        if (cuts[i].to > at) {
            own -= cuts[i].to - at;
            at = cuts[i].to;
        }
    }
    return own;
}

bool
in_stop(struct siege *s, int64_t from, int64_t to, enum force least)
{
    struct cut cuts[MOST_CUTS];

    return gather(&s->spans, least, AFTER_MS, cuts, 0, from, to) > 0;
}

bool
in_span(struct siege *s, const char *what, int64_t from, int64_t to)
{
    struct spans *all = &s->spans;
    bool is = false;

    (void)pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->of[i].what, what) == 0 && all->of[i].begin < to
            && all->of[i].end > from)
            is = true;
    (void)pthread_mutex_unlock(&all->lock);
    return is;
}

/* -- how long things take -------------------------------------------------- */

static unsigned
step_of(int64_t ms)
{
    unsigned bits = 0;

    if (ms < 4)
        return ms < 0 ? 0 : (unsigned)ms;
    while (ms >> bits > 7)
        bits++;
    bits = bits * 4 + (unsigned)(ms >> bits);
    return bits < TIME_STEPS ? bits : TIME_STEPS - 1;
}

void
times_add(struct times *t, int64_t ms)
{
    int64_t most = atomic_load(&t->most_ms);

    atomic_fetch_add(&t->n, 1);
    atomic_fetch_add(&t->in[step_of(ms)], 1);
    while (ms > most && !atomic_compare_exchange_weak(&t->most_ms, &most, ms))
        continue;
}

int64_t
times_of(const struct times *t, unsigned of_1000)
{
    uint64_t all = atomic_load(&t->n), sum = 0;
    int64_t most = atomic_load(&t->most_ms), ms;

    for (unsigned i = 0; i < TIME_STEPS; i++) {
        sum += atomic_load(&t->in[i]);
        if (sum * 1000 < all * of_1000)
            continue;
        ms = i < 4 ? i : ((INT64_C(4) + i % 4 + 1) << (i / 4 - 1)) - 1;
        return ms < most ? ms : most;
    }
    return most;
}

/* -- the control ----------------------------------------------------------- */

static void
answer_bytes(int listener)
{
    char byte;
    int fd;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        while (read(fd, &byte, 1) == 1)
            if (write(fd, &byte, 1) != 1)
                break;
        (void)close(fd);
    }
    _exit(0);
}

void
control_begin(struct siege *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4) != 0
        || getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        abort();
    s->control = ntohs(at.sin_port);
    if (fork() == 0)
        answer_bytes(fd);
    (void)close(fd);
}

void *
watch_machine(void *arg)
{
    struct siege *s = arg;
    struct http h;
    char byte = 'x';

    http_open(&h, (uint16_t)s->control);
    if (!http_connect(&h))
        abort();
    while (!atomic_load(&s->quiet)) {
        size_t k;
        int64_t began = siege_ms(), ms;

        if (!http_send(&h, &byte, 1) || read(h.fd, &byte, 1) != 1)
            break;
        ms = siege_ms() - began;
        if (ms > atomic_load(&s->worst_stall_ms))
            atomic_store(&s->worst_stall_ms, ms);
        if (ms > STALL_MS) {
            k = span_begin(&s->stalls, "stall", HINDERS);
            s->stalls.of[k].begin = began;
            span_end(&s->stalls, k);
        }
        (void)usleep(CONTROL_EACH_MS * 1000);
    }
    http_close(&h);
    return NULL;
}
