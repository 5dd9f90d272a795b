/* SPDX-License-Identifier: Apache-2.0 */
/* What http.h promises of slow paths, and of a stop while much waits,
   against a real server. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/inner.h"
#include "test.h"

#define LARGE ((size_t)16 << 20) /* more than the kernel keeps */

static struct http_server *server;
static atomic_int asked;
static atomic_bool go_on;

static void
pause_ms(long ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

    nanosleep(&t, NULL);
}

static void
handle(void *ctx, struct arena *a, const struct http_request *q,
       struct http_reply *r)
{
    (void)ctx;
    atomic_fetch_add(&asked, 1);
    while (!atomic_load(&go_on)
           && (strcmp(q->path, "/stuck") == 0
               || (strcmp(q->path, "/slow") == 0
                   && strcmp(q->method, "GET") != 0)))
        pause_ms(1);
    *r = (struct http_reply){
        .status = 200, .type = "text/plain", .body = "", .body_static = true
    };
    if (strcmp(q->path, "/large") == 0) {
        r->body = memset(arena_alloc(a, LARGE), 'x', LARGE);
        r->body_len = LARGE;
        r->body_static = false;
    }
}

static bool
at_once(const char *path, struct http_reply *r)
{
    *r = (struct http_reply){ .status = 200,
                              .type = "text/plain",
                              .body = "alive\n",
                              .body_len = 6,
                              .body_static = true };
    return strcmp(path, "/alive") == 0;
}

static const char *const slow_paths[] = { "/slow", "/of/*/slow", NULL };

static void
start(void)
{
    const struct http_config config = {
        .address = "127.0.0.1",
        .pollers = 2,
        .workers = 4,
        .max_body = 1000,
        .slow_paths = slow_paths,
        .slow_workers = 2,
        .slow_queue = 3,
        .handle = handle,
        .at_once = at_once
    };
    const char *why = "";

    atomic_store(&asked, 0);
    atomic_store(&go_on, false);
    server = http_start(&config, &why);
    EXPECT(server != NULL);
}

/* The whole answer stands in TEXT; its status. */
static int
ask(const char *line, char *text, size_t size)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(http_port(server)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const struct timeval patience = { 20, 0 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char head[300];
    size_t n = 0;
    ssize_t got = 1;

    snprintf(head, sizeof head,
             "%s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
             "Accept-Language: en\r\nConnection: close\r\n\r\n",
             line);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0
        || send(fd, head, strlen(head), MSG_NOSIGNAL) <= 0)
        got = 0;
    while (got > 0 && n < size - 1) {
        got = recv(fd, text + n, size - 1 - n, 0);
        n += got > 0 ? (size_t)got : 0;
    }
    text[n] = '\0';
    close(fd);
    return n > 9 ? atoi(text + 9) : 0;
}

static void *
post_slowly(void *status)
{
    char text[2000];

    *(int *)status = ask("POST /slow", text, sizeof text);
    return NULL;
}

#define FIVE 5 /* two run, three wait */

TEST_PLAIN(what_is_slow_takes_nobodys_place_and_waits_in_a_short_queue)
{
    pthread_t threads[FIVE];
    int status[FIVE] = { 0 };
    char text[2000];

    (void)c;
    start();
    for (int i = 0; i < FIVE; i++) {
        /* Both workers are busy before the queue is filled. */
        for (int k = 0; k < 10000 && i == 2 && atomic_load(&asked) < 2; k++)
            pause_ms(1);
        EXPECT(pthread_create(&threads[i], NULL, post_slowly, &status[i]) == 0);
    }
    for (int i = 0; i < 10000 && atomic_load(&server->open_calls) != FIVE; i++)
        pause_ms(1);
    EXPECT(atomic_load(&asked) == 2);
    EXPECT(ask("POST /slow", text, sizeof text) == 503);
    EXPECT(strstr(text, "Retry-After:") && strstr(text, "the server is busy"));
    /* Nor by an address that hides where it leads. */
    EXPECT(ask("PUT /%73low", text, sizeof text) == 503);
    EXPECT(ask("POST /of/0012/slow?a=b", text, sizeof text) == 503);
    EXPECT(ask("POST /of/0000000000000000000000000000000000000000000000000000"
               "0000000000000000000000000000000000000000000000000012/slow",
               text, sizeof text)
           == 503);
    /* What only lies beside it is quick. */
    EXPECT(ask("POST /of/12/quick", text, sizeof text) == 200);
    EXPECT(ask("POST /slow/quick", text, sizeof text) == 200);
    for (int i = 0; i < 8; i++) {
        EXPECT(ask("POST /quick", text, sizeof text) == 200);
        EXPECT(ask("GET /slow", text, sizeof text) == 200);
    }
    atomic_store(&go_on, true);
    for (size_t i = 0; i < FIVE; i++) {
        pthread_join(threads[i], NULL);
        EXPECT(status[i] == 200);
    }
    EXPECT(ask("POST /slow", text, sizeof text) == 200);
    http_stop(server);
}

static void *
get_stuck(void *status)
{
    char text[2000];

    *(int *)status = ask("GET /stuck", text, sizeof text);
    return NULL;
}

#define TWELVE 12 /* four run, eight wait */

static void
begin_stuck(pthread_t *threads, int *status)
{
    start();
    for (int i = 0; i < TWELVE; i++)
        EXPECT(pthread_create(&threads[i], NULL, get_stuck, &status[i]) == 0);
    for (int i = 0; i < 10000 && atomic_load(&server->open_calls) != TWELVE;
         i++)
        pause_ms(1);
    EXPECT(atomic_load(&server->open_calls) == TWELVE);
}

static void *
free_soon(void *arg)
{
    (void)arg;
    pause_ms(1500);
    atomic_store(&go_on, true);
    return NULL;
}

TEST_PLAIN(a_stop_refuses_in_words_what_waited_for_a_worker_too_long)
{
    pthread_t threads[TWELVE], soon;
    int status[TWELVE] = { 0 }, answered = 0, refused = 0;

    (void)c;
    begin_stuck(threads, status);
    EXPECT(pthread_create(&soon, NULL, free_soon, NULL) == 0);
    http_stop(server);
    pthread_join(soon, NULL);
    for (size_t i = 0; i < TWELVE; i++) {
        pthread_join(threads[i], NULL);
        answered += status[i] == 200;
        refused += status[i] == 503;
    }
    EXPECT(answered == 4 && refused == TWELVE - 4);
    EXPECT(atomic_load(&asked) == 4);
}

TEST_PLAIN(whoever_does_not_read_holds_up_no_stop)
{
    static const char line[] = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), small = 4096;
    int64_t begun;

    (void)c;
    start();
    to.sin_port = htons(http_port(server));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    EXPECT(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    EXPECT(send(fd, line, sizeof line - 1, MSG_NOSIGNAL) > 0);
    for (int i = 0; i < 10000 && atomic_load(&asked) == 0; i++)
        pause_ms(1);
    begun = monotonic_ms();
    http_stop(server);
    EXPECT(monotonic_ms() - begun < 3000);
    close(fd);
}

#define READERS 4

TEST_PLAIN(what_is_answered_at_once_waits_for_no_worker)
{
    pthread_t threads[READERS];
    int status[READERS] = { 0 };
    char text[2000];

    (void)c;
    start();
    for (int i = 0; i < READERS; i++)
        EXPECT(pthread_create(&threads[i], NULL, get_stuck, &status[i]) == 0);
    for (int i = 0; i < 10000 && atomic_load(&asked) < READERS; i++)
        pause_ms(1);
    for (int i = 0; i < 3; i++) {
        EXPECT(ask("GET /alive", text, sizeof text) == 200);
        EXPECT(strstr(text, "alive\n") && strstr(text, "nosniff"));
        EXPECT(ask("HEAD /alive", text, sizeof text) == 200);
    }
    EXPECT(atomic_load(&asked) == READERS);
    atomic_store(&go_on, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        EXPECT(status[i] == 200);
    }
    /* No change is answered so. */
    EXPECT(ask("POST /alive", text, sizeof text) == 200);
    EXPECT(strstr(text, "alive") == NULL);
    http_stop(server);
}
