/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits - a real server among those who hold what they are not using.
 *
 * Thousands of slow connections of one address leave the others untouched; a
 * whole office behind one address is served; a held body, a list asked for
 * too much and a machine with few descriptors cost nobody else anything.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auth/account.h"
#include "live.h"
#include "model/app.h"
#include "office.h"

#define SLOW 4200
#define CLIENTS 4
#define ASKS 150
#define PEOPLE 1200
#define FEW "64" /* descriptors */
#define IDLE 80
#define MOST_BAD 2   /* unanswered: then it is given up */
#define LATE_MS 5000 /* an answer after that is none */
#define LARGE (30 << 20)
/* Bytes of an address whose head is about as long as there is room. */
#define HEAD_LEAST 16250
#define HEAD_MOST 16330

struct limits {
    const char *program;
    struct live_office office;
    struct server server;
    struct score *score;
};

static int64_t
now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A connection from 127.0.0.LAST; -1 when there is none. */
static int
dial(const struct limits *w, int last)
{
    struct sockaddr_in from = {
        .sin_family = AF_INET,
        .sin_addr = { htonl(0x7f000000U + (uint32_t)last) }
    };
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(w->server.port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0)
        return -1;
    /* Ports are chosen at connect: many go from one address. */
    (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) == 0
        && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

/* Descriptors for COUNT connections. */
static bool
raise_descriptors(rlim_t count)
{
    struct rlimit limit;

    (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count) {
        limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur >= count;
}

/* MiB of memory the server takes: "VmRSS" now, "VmHWM" at most. */
static long
memory_mib(const struct limits *w, const char *which)
{
    char path[64], line[200];
    size_t n = strlen(which);
    long kib = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)w->server.pid);
    f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, which, n) == 0)
            (void)sscanf(line + n, ": %ld", &kib);
    if (f != NULL)
        (void)fclose(f);
    return kib / 1024;
}

/* -- slow connections ------------------------------------------------------- */

struct slow {
    const struct limits *limits;
    _Atomic bool stop;
    _Atomic long opened, sent;
};

/* SLOW heads that never end, a byte each a round; what was cut comes again. */
static void *
be_slow(void *arg)
{
    static const char head[] = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    struct slow *s = arg;
    int *fds = calloc(SLOW, sizeof *fds);

    for (int i = 0; i < SLOW; i++)
        fds[i] = -1;
    while (!s->stop) {
        for (int i = 0; i < SLOW && !s->stop; i++) {
            if (fds[i] < 0 && (fds[i] = dial(s->limits, 2)) >= 0) {
                s->opened++;
                (void)send(fds[i], head, sizeof head - 1, MSG_NOSIGNAL);
            } else if (fds[i] >= 0 && send(fds[i], "x", 1, MSG_NOSIGNAL) < 0) {
                (void)close(fds[i]);
                fds[i] = -1;
            } else {
                s->sent++;
            }
        }
        (void)usleep(500000);
    }
    for (int i = 0; i < SLOW; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
    free(fds);
    return NULL;
}

struct client {
    struct limits *limits;
    int address, good, n;
    int64_t took_ms[ASKS];
};

/* Somebody at another address: now and then a new connection. */
static void *
ask_beside(void *arg)
{
    struct client *k = arg;
    struct http h;

    http_open(&h, k->limits->server.port);
    for (int i = 0; i < ASKS && i < k->good + MOST_BAD; i++) {
        int64_t begun = now_ms();
        struct answer a;

        if (i % 5 == 0)
            http_close(&h);
        if (h.fd < 0)
            h.fd = dial(k->limits, k->address);
        a = i % 2 ? http_tell(&h, "", "GET", "/healthz", NULL)
                  : http_tell(&h, token_of(&k->limits->office, "desk"), "GET",
                              "/api/v1/orders?limit=10", NULL);
        k->took_ms[k->n++] = now_ms() - begun;
        k->good += a.status == 200;
        answer_free(&a);
        (void)usleep(20000);
    }
    http_close(&h);
    return NULL;
}

static int
by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* What the clients saw: all answered, and none late. */
static void
judge_clients(struct limits *w, struct client *clients, const char *when)
{
    static int64_t all[CLIENTS * ASKS];
    int n = 0, good = 0;

    for (int i = 0; i < CLIENTS; i++) {
        good += clients[i].good;
        for (int k = 0; k < clients[i].n; k++)
            all[n++] = clients[i].took_ms[k];
    }
    qsort(all, (size_t)n, sizeof *all, by_size);
    (void)printf("%s: %d answers, p50 %lld ms, p99 %lld ms, worst %lld ms\n",
                 when, n, (long long)all[n / 2], (long long)all[n * 99 / 100],
                 (long long)all[n - 1]);
    (void)score(w->score, good == CLIENTS * ASKS,
                "%s: %d of %d were answered 200", when, good, CLIENTS * ASKS);
    (void)score(w->score, all[n - 1] < LATE_MS, "%s: an answer took %lld ms",
                when, (long long)all[n - 1]);
}

static void
ask_all(struct limits *w, const char *when)
{
    static struct client clients[CLIENTS];
    pthread_t threads[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){ .limits = w, .address = 3 + i };
        (void)pthread_create(&threads[i], NULL, ask_beside, &clients[i]);
    }
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(threads[i], NULL);
    judge_clients(w, clients, when);
}

static void
try_slow_connections(struct limits *w)
{
    struct slow slow = { .limits = w };
    pthread_t thread;

    ask_all(w, "alone");
    (void)pthread_create(&thread, NULL, be_slow, &slow);
    for (int ms = 0; ms < 30000 && slow.opened < SLOW; ms += 10)
        (void)usleep(10000);
    (void)score(w->score, slow.opened >= SLOW, "only %ld were opened",
                slow.opened);
    ask_all(w, "beside 4,200 slow connections of one address");
    slow.stop = true;
    (void)pthread_join(thread, NULL);
    (void)printf("%ld slow connections were opened, %ld bytes sent; %ld MiB\n",
                 slow.opened, slow.sent, memory_mib(w, "VmHWM"));
    (void)score(w->score, memory_mib(w, "VmHWM") < 256,
                "the server took %ld MiB", memory_mib(w, "VmHWM"));
}

/* -- an office behind one address --------------------------------------------- */

static void
make_person(struct call *c, int i, char token[static 80])
{
    struct token t = { .name = "test" };
    char name[16];

    (void)snprintf(name, sizeof name, "p%d", i);
    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO person (id, code, name, unit_id,"
                                " active, version)"
                                " VALUES (%d, 'P%d', 'P%d', 3, 1, 1)",
                                100000 + i, i, i));
    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO account (id, name, person_id,"
                                " must_change, failures, active, version)"
                                " VALUES (%d, '%s', %d, 0, 0, 1, 1)",
                                200000 + i, name, 100000 + i));
    as(c, name);
    EXPECT_OK(token_make(c, &t));
    (void)snprintf(token, 80, "%s", t.token);
}

/* Accounts p0, p1, ... each with a token, made beside the server. */
static char (*make_people(struct limits *w))[80]
{
    static char tokens[PEOPLE][80];
    struct call *c = look_into(&w->office);
    const struct app *looking = c->app;
    struct app own = *looking;

    own.ids = ids_open(15);
    own.zone = zone_open("Asia/Shanghai");
    c->app = &own;
    {
        TX tx = tx_begin(c);

        for (int i = 0; i < PEOPLE; i++)
            make_person(c, i, tokens[i]);
        EXPECT_OK(tx_commit(&tx));
    }
    ids_close(own.ids);
    zone_close((struct zone *)(uintptr_t)own.zone);
    c->app = looking;
    look_away(c);
    return tokens;
}

static void
try_office(struct limits *w)
{
    static struct http streams[PEOPLE], people[PEOPLE];
    char(*tokens)[80] = make_people(w);
    int heard = 0, answered = 0, again = 0;

    for (int i = 0; i < PEOPLE; i++) {
        http_open(&streams[i], w->server.port);
        heard += http_listen(&streams[i], tokens[i], "/api/v1/stream", NULL);
    }
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < PEOPLE; i++) {
            struct answer a;

            if (round == 0)
                http_open(&people[i], w->server.port);
            a = http_tell(&people[i], tokens[i], "GET", "/api/v1/session",
                          NULL);
            answered += round == 0 && a.status == 200;
            again += round == 1 && a.status == 200;
            answer_free(&a);
        }
    for (int i = 0; i < PEOPLE; i++) {
        http_close(&streams[i]);
        http_close(&people[i]);
    }
    (void)printf("one address: %d streams, %d and %d answers; %ld MiB\n", heard,
                 answered, again, memory_mib(w, "VmHWM"));
    (void)score(w->score, heard == PEOPLE, "%d of %d hear", heard, PEOPLE);
    (void)score(w->score, answered == PEOPLE && again == PEOPLE,
                "%d and %d of %d were answered", answered, again, PEOPLE);
}

/* -- lists and bodies ------------------------------------------------------------ */

/* A list asked for as much as it may be, and a little more, by anybody. */
static void
try_list(struct limits *w)
{
    static const char *const lists[] = { "orders", "units", "places", "crews",
                                         "notices" };
    static const char rest[] =
        "&id=1&id.not=1&id.from=1&id.before=9&version=1&version.not=2"
        "&version.from=1&version.before=9&q=1&sort=id&cursor=5";
    char path[1000], numbers[300] = "1";
    struct http h;

    for (int i = 2; i <= 51; i++)
        (void)snprintf(numbers + strlen(numbers), 8, ",%d", i);
    http_open(&h, w->server.port);
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct answer a;

        (void)snprintf(path, sizeof path, "/api/v1/%s?id.in=%s%s", lists[i],
                       numbers, rest);
        a = http_tell(&h, token_of(&w->office, "wang"), "GET", path, NULL);
        (void)score(w->score, a.status == 422, "%s: %d", lists[i], a.status);
        answer_free(&a);
    }
    http_close(&h);
}

/*
 * libmicrohttpd gives a request up between its line and its headers when the
 * head just does not fit: whoever asks so leaves nothing behind.
 */
static void
try_heads_that_do_not_fit(struct limits *w)
{
    static char path[HEAD_MOST];
    const int rounds = 50;
    long before = memory_mib(w, "VmRSS"), after;
    int asked = 0;
    struct http h;

    http_open(&h, w->server.port);
    for (int n = HEAD_LEAST; n < HEAD_MOST; n++) {
        (void)snprintf(path, sizeof path, "/api/v1/items?q=%0*d",
                       n - (int)strlen("/api/v1/items?q="), 0);
        for (int i = 0; i < rounds; i++) {
            struct answer a = http_tell(&h, "", "GET", path, NULL);

            asked += a.status != 0;
            answer_free(&a);
            http_close(&h);
        }
    }
    after = memory_mib(w, "VmRSS");
    (void)score(w->score, asked > 0 && after - before < 10,
                "heads of %d to %d bytes, %d answered: %ld MiB, then %ld",
                HEAD_LEAST, HEAD_MOST, asked, before, after);
}

/* All of a large body but its end, by nobody. */
static int
hold_body(const struct limits *w)
{
    static const char head[] =
        "POST /api/v1/import/persons?dry_run=yes HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: text/csv\r\nContent-Length: 31457280\r\n\r\n";
    static char block[1 << 16];
    const struct timeval patience = { 2, 0 };
    int fd = dial(w, 2);

    memset(block, 'x', sizeof block);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    (void)send(fd, head, sizeof head - 1, MSG_NOSIGNAL);
    for (int i = 0; i < LARGE / (1 << 16) - 1; i++)
        if (send(fd, block, sizeof block, MSG_NOSIGNAL) <= 0)
            break;
    return fd;
}

static void
try_bodies(struct limits *w)
{
    static char csv[20 << 20];
    int held[3];
    char head[300];
    struct http h;
    struct answer a;

    for (size_t i = 0; i < COUNT(held); i++)
        held[i] = hold_body(w);
    memset(csv, '\n', sizeof csv);
    (void)memcpy(csv, "code,name\n", 10);
    (void)snprintf(head, sizeof head,
                   "Authorization: Bearer %s\r\nContent-Type: text/csv\r\n",
                   token_of(&w->office, "sysadmin"));
    http_open(&h, w->server.port);
    a = http_ask(&h, "POST", "/api/v1/import/persons?dry_run=yes", head, csv,
                 sizeof csv);
    (void)score(w->score, a.status == 200 || a.status == 422,
                "an import beside held bodies: %d %.200s", a.status,
                a.body ? a.body : "");
    answer_free(&a);
    http_close(&h);
    for (size_t i = 0; i < COUNT(held); i++)
        (void)close(held[i]);
}

/* -- few descriptors -------------------------------------------------------------- */

static const char *
write_script(const struct limits *w)
{
    static char path[200];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/few", w->office.dir);
    f = fopen(path, "w");
    ASSERT(f != NULL);
    (void)fprintf(f, "#!/bin/sh\nulimit -n %s\nexec %s \"$@\"\n", FEW,
                  w->program);
    (void)fclose(f);
    (void)chmod(path, 0700);
    return path;
}

static void
try_few_descriptors(struct limits *w)
{
    static const char *const paths[] = {
        "/api/v1/orders", "/api/v1/orders?format=xlsx&view=mine",
        "/api/v1/units?format=csv", "/readyz"
    };
    int idle[IDLE];
    struct http h;

    for (int i = 0; i < IDLE; i++)
        idle[i] = dial(w, 2);
    (void)usleep(500000); /* they rest */
    http_open(&h, w->server.port);
    for (int i = 0; i < 40; i++) {
        struct answer a = http_tell(&h, token_of(&w->office, "desk"), "GET",
                                    paths[i % (int)COUNT(paths)], NULL);

        (void)score(w->score, a.status == 200,
                    "with %s descriptors, %d idle connections: %s: %d %.100s",
                    FEW, IDLE, paths[i % (int)COUNT(paths)], a.status,
                    a.body ? a.body : "");
        answer_free(&a);
    }
    http_close(&h);
    for (int i = 0; i < IDLE; i++)
        (void)close(idle[i]);
}

/* -- the whole ------------------------------------------------------------------- */

/* Each against a server of its own: one that ended takes no other with it. */
static void
try_with(struct limits *w, const char *program, void (*try)(struct limits *w))
{
    int status;

    if (!score(w->score, server_start(&w->server, program, &w->office),
               "no server"))
        return;
    try(w);
    status = server_stop(&w->server, SIGTERM);
    (void)score(w->score, status == 0,
                "the server ended with %d; see %s/server.log", status,
                w->office.dir);
}

int
limits(int argc, char **argv)
{
    struct score s = { 0 };
    struct limits w = { .program = argv[0], .score = &s };

    (void)argc;
    if (!score(&s, raise_descriptors(SLOW + 2 * PEOPLE + 100),
               "this machine gives too few descriptors: raise ulimit -n"))
        return score_end(&s);
    office_found(&w.office);
    try_with(&w, w.program, try_list);
    try_with(&w, w.program, try_heads_that_do_not_fit);
    try_with(&w, w.program, try_bodies);
    try_with(&w, w.program, try_office);
    try_with(&w, w.program, try_slow_connections);
    try_with(&w, write_script(&w), try_few_descriptors);
    if (s.failed == 0)
        office_leave(&w.office);
    return score_end(&s);
}
