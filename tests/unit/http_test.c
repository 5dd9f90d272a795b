/* SPDX-License-Identifier: Apache-2.0 */
/* What http.h promises, against a real server on a free loopback port. */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "db/sqlite.h"
#include "http/inner.h"
#include "model/model.h"
#include "test.h"
#include "wire.h"

#define LIMIT 100000

/* What the handler below does and sees. */
static struct {
    struct http_server *server;
    pthread_mutex_t lock;
    struct http_stream *stream; /* under the lock; NULL once it is gone */
    atomic_int gone;
    atomic_int asked;
    atomic_bool open;   /* calls of /slow may go on */
    struct later *held; /* what answers of /held wait for; under the lock */
} world;

static const unsigned char page[] = "<html>page</html>";
static const unsigned char script[] = "plain script";
static const struct asset some_assets[] = {
    { .path = "/index.html",
      .type = "text/html; charset=utf-8",
      .etag = "\"p1\"",
      .plain = page,
      .plain_len = sizeof page - 1 },
    { .path = "/assets/a-12345678.js",
      .type = "text/javascript",
      .etag = "\"s1\"",
      .plain = script,
      .plain_len = sizeof script - 1,
      .gzip = (const unsigned char *)"GZ",
      .gzip_len = 2,
      .brotli = (const unsigned char *)"BR",
      .brotli_len = 2,
      .immutable = true },
};

static void
on_open(void *arg, struct http_stream *s)
{
    (void)arg;
    pthread_mutex_lock(&world.lock);
    world.stream = s;
    pthread_mutex_unlock(&world.lock);
}

static void
on_gone(void *arg, struct http_stream *s)
{
    (void)arg;
    pthread_mutex_lock(&world.lock);
    if (world.stream == s)
        world.stream = NULL;
    pthread_mutex_unlock(&world.lock);
    atomic_fetch_add(&world.gone, 1);
    if (s)
        http_stream_release(s);
}

/* False when there is no stream (any more). */
static bool
send_stream(const char *bytes, size_t n)
{
    pthread_mutex_lock(&world.lock);
    bool there = world.stream != NULL;
    if (there)
        (void)http_stream_send(world.stream, bytes, n);
    pthread_mutex_unlock(&world.lock);
    return there;
}

/* Echoes what it got; some paths do something of their own. */
/* As a commit does that need not be waited for. */
static void
hold(struct later *l)
{
    pthread_mutex_lock(&world.lock);
    l->next = world.held;
    world.held = l;
    atomic_store(&l->state, LATER_JOINED);
    pthread_mutex_unlock(&world.lock);
}

static void
handle(void *ctx, struct arena *a, const struct http_request *q,
       struct http_reply *r)
{
    struct buf b = buf_make(a, 0);
    const char *cookie = http_cookie(q, "name");
    const char *header = http_header(q, "X-Said");

    (void)ctx;
    atomic_fetch_add(&world.asked, 1);
    if (strcmp(q->path, "/stream") == 0) {
        r->type = "text/event-stream";
        r->stream_open = on_open;
        r->stream_gone = on_gone;
        return;
    }
    if (strcmp(q->path, "/held") == 0)
        hold(q->later);
    while (strcmp(q->path, "/slow") == 0 && !atomic_load(&world.open))
        pause_ms(1);
    if (strncmp(q->path, "/files", 6) != 0
        && asset_reply(some_assets, COUNT(some_assets), q, r)
        && strncmp(q->path, "/api", 4) != 0 && http_header(q, "X-Asset"))
        return;
    *r = (struct http_reply){ .status = 200, .type = "text/plain" };
    buf_printf(&b, "%s %s body=%zu", q->method, q->path, q->body_len);
    for (size_t i = 0; i < q->n_query; i++)
        buf_printf(&b, " [%s=%s]", q->query[i].key, q->query[i].value);
    if (cookie)
        buf_printf(&b, " cookie=%s", cookie);
    if (header)
        buf_printf(&b, " said=%s", header);
    buf_printf(&b, " from=%s%s", q->address, q->tls ? " tls" : "");
    if (q->body_len)
        buf_printf(&b, " %.10s", q->body);
    r->body = b.s;
    r->body_len = b.len;
}

static const char *const large_paths[] = { "/api/import/*", "/api/*/file",
                                           NULL };

static void
start_all(const char *proxies, const char *cert, const char *key,
          unsigned awake)
{
    const struct http_config config = {
        .address = "127.0.0.1",
        .pollers = 2,
        .workers = 4,
        .reading = awake,
        .max_body = LIMIT,
        .large_paths = large_paths,
        .max_large = 3 * LIMIT,
        .cert_file = cert,
        .key_file = key,
        .proxies = proxies,
        .handle = handle,
    };
    const char *why = "";

    memset(&world, 0, sizeof world);
    pthread_mutex_init(&world.lock, NULL);
    world.server = http_start(&config, &why);
    if (world.server == NULL)
        print_error("%s\n", why);
    EXPECT(world.server != NULL);
    wire_port = http_port(world.server);
}

static void
start_with(const char *cert, const char *key, unsigned awake)
{
    start_all(NULL, cert, key, awake);
}

static void
start(const char *cert, const char *key)
{
    start_with(cert, key, 0);
}

static void
start_behind(const char *proxies)
{
    start_all(proxies, NULL, NULL, 0);
}

static void
stop(void)
{
    http_stop(world.server);
    pthread_mutex_destroy(&world.lock);
}

static bool
becomes(atomic_int *value, int wanted)
{
    for (int i = 0; i < 1000 && atomic_load(value) != wanted; i++)
        pause_ms(10);
    return atomic_load(value) == wanted;
}

/* -- requests --------------------------------------------------------- */

TEST_PLAIN(a_get_is_answered_with_the_security_headers)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
    EXPECT(heard("GET /api/x body=0 from=127.0.0.1"));
    EXPECT(heard("Content-Security-Policy: default-src 'self'"));
    EXPECT(heard("frame-ancestors 'none'"));
    EXPECT(heard("X-Content-Type-Options: nosniff"));
    EXPECT(heard("Referrer-Policy: same-origin"));
    EXPECT(heard("Cache-Control: no-store"));
    EXPECT(!heard("Strict-Transport-Security"));
    stop();
}

TEST_PLAIN(head_is_a_get_without_the_body)
{
    (void)c;
    start(NULL, NULL);
    int fd = dial();
    say(fd, "HEAD /api/x HTTP/1.1\r\nHost: a\r\n\r\n"
            "GET /api/y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT(hear_until(fd, "GET /api/y body=0"));
    EXPECT(!heard("GET /api/x body=0"));
    EXPECT(announced(reply) == strlen("GET /api/x body=0 from=127.0.0.1"));
    close(fd);
    stop();
}

TEST_PLAIN(a_connection_serves_many_requests)
{
    (void)c;
    start(NULL, NULL);
    int fd = dial();
    for (int i = 0; i < 200; i++) {
        say(fd, "POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                "\r\nabc");
        EXPECT(hear(fd, false) == 200);
        EXPECT(heard("body=3") && heard(" abc"));
    }
    close(fd);
    stop();
}

TEST_PLAIN(a_chunked_body_arrives_whole)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n"
                    "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
           == 200);
    EXPECT(heard("body=7") && heard("abcdefg"));
    stop();
}

TEST_PLAIN(path_and_query_are_decoded)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("GET /api/%E7%81%AF+x?a=1%202&b=c+d&%E6%9D%8E=&flag&e=%26 "
                    "HTTP/1.1\r\nHost: a\r\n\r\n")
           == 200);
    EXPECT(heard("GET /api/灯+x "));
    EXPECT(heard("[a=1 2] [b=c d] [李=] [flag=] [e=&]"));
    EXPECT(wire_ask("GET http://host.example/api/p?q=1 HTTP/1.1\r\nHost: a\r\n"
                    "\r\n")
           == 200);
    EXPECT(heard("GET /api/p ") && heard("[q=1]"));
    stop();
}

TEST_PLAIN(headers_and_cookies_are_found_by_name)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\nx-said: yes\r\n"
                    "Cookie: other=1; surname=no; name=tea; z=2\r\n\r\n")
           == 200);
    EXPECT(heard("cookie=tea said=yes"));
    EXPECT(
        wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\nX-Said: \xff\xfe\r\n\r\n")
        == 400);
    /* A neighbour's cookie is its own business. */
    EXPECT(wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\n"
                    "Cookie: other=\xd6\xd0; name=tea\r\n\r\n")
           == 200);
    EXPECT(heard("cookie=tea"));
    stop();
}

TEST_PLAIN(bad_escapes_and_bad_utf8_are_refused_with_400)
{
    static const char *const targets[] = {
        "/api/%zz", "/api/%4",  "/api/%",      "/api/%ff",       "/api/%00",
        "/a?b=%",   "/a?%xy=1", "/a?b=%c0%af", "/a?b=%ed%a0%80", "nowhere",
    };
    char request[200];

    (void)c;
    start(NULL, NULL);
    for (size_t i = 0; i < COUNT(targets); i++) {
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n",
                 targets[i]);
        EXPECT(wire_ask(request) == 400);
        EXPECT(heard("application/problem+json"));
        EXPECT(heard("\"code\":\"malformed\""));
        EXPECT(heard("frame-ancestors 'none'"));
    }
    EXPECT(atomic_load(&world.asked) == 0);
    stop();
}

TEST_PLAIN(a_header_that_cannot_be_read_is_not_taken_for_one_not_said)
{
    static const char *const names[] = {
        "If-Match",      "Idempotency-Key", "Sec-Fetch-Site",
        "Origin",        "X-CSRF-Token",    "X-Forwarded-For",
        "Last-Event-ID", "Content-Type",    "Authorization",
        "X-Unattended",  "Accept-Language", "X-Forwarded-Host",
        "X-Of-Tomorrow",
    };
    char request[200];

    (void)c;
    start(NULL, NULL);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(request, sizeof request,
                 "GET /api/x HTTP/1.1\r\nHost: a\r\n%s: 999\xff\r\n\r\n",
                 names[i]);
        EXPECT(wire_ask(request) == 400);
    }
    EXPECT(atomic_load(&world.asked) == 0);
    /* What browsers and neighbours write of their own locks nobody out. */
    EXPECT(wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\nUser-Agent: \xd6\xd0\r\n"
                    "Referer: /\xd6\xd0\r\nCookie: a=\xd6\xd0; b=c\r\n\r\n")
           == 200);
    stop();
}

TEST_PLAIN(a_text_body_that_is_not_utf8_is_refused_with_400)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                    "Content-Type: application/json\r\n\r\na\xff\xff")
           == 400);
    EXPECT(wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                    "Content-Type: text/csv; charset=gbk\r\n\r\na\xff\xff")
           == 200);
    EXPECT(wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                    "Content-Type: image/png\r\n\r\na\xff\xff")
           == 200);
    stop();
}

TEST_PLAIN(a_refusal_speaks_the_callers_language)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    EXPECT(heard("请求格式有误"));
    EXPECT(
        wire_ask("GET /%zz HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\n\r\n")
        == 400);
    EXPECT(heard("the request is malformed"));
    EXPECT(wire_ask("GET /%zz HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\n"
                    "Cookie: lang=zh\r\n\r\n")
           == 400);
    EXPECT(heard("请求格式有误"));
    stop();
}

TEST_PLAIN(bad_framing_is_refused_with_400)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
           == 400);
    EXPECT(
        wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")
        == 400);
    EXPECT(wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n"
                    "\r\n")
           == 400);
    EXPECT(atomic_load(&world.asked) == 0);
    stop();
}

TEST_PLAIN(too_many_query_pairs_are_refused)
{
    char request[2000] = "GET /api/x?";

    (void)c;
    for (int i = 0; i < 65; i++)
        strcat(request, "a=1&");
    strcat(request, " HTTP/1.1\r\nHost: a\r\n\r\n");
    start(NULL, NULL);
    EXPECT(wire_ask(request) == 414);
    stop();
}

/* -- limits ----------------------------------------------------------- */

TEST_PLAIN(a_body_at_the_limit_is_taken)
{
    static char body[LIMIT + 1];

    (void)c;
    memset(body, 'x', LIMIT);
    start(NULL, NULL);
    int fd = dial();
    say(fd, "POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n"
            "\r\n");
    say(fd, body);
    EXPECT(hear(fd, false) == 200);
    EXPECT(heard("body=100000"));
    close(fd);
    stop();
}

TEST_PLAIN(some_paths_take_larger_bodies)
{
    static char body[2 * LIMIT + 1];

    (void)c;
    memset(body, 'x', 2 * LIMIT);
    start(NULL, NULL);
    int fd = dial();
    say(fd, "POST /api/import/units HTTP/1.1\r\nHost: a\r\n"
            "Content-Length: 200000\r\n\r\n");
    say(fd, body);
    EXPECT(hear(fd, false) == 200);
    EXPECT(heard("body=200000"));
    close(fd);
    EXPECT(wire_ask("POST /api/import/units HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 300001\r\n\r\n")
           == 413);
    /* What is hidden behind an escape is not one of them. */
    EXPECT(wire_ask("POST /api/import/unit%73 HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 200000\r\n\r\n")
           == 413);
    EXPECT(wire_ask("POST /api/import/units/7 HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 200000\r\n\r\n")
           == 413);
    fd = dial();
    say(fd, "POST /api/7/file?as=png HTTP/1.1\r\nHost: a\r\n"
            "Content-Length: 200000\r\n\r\n");
    say(fd, body);
    EXPECT(hear(fd, false) == 200);
    close(fd);
    stop();
}

TEST_PLAIN(a_body_over_the_limit_is_413_before_it_is_read)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 999999999\r\n\r\nabc")
           == 413);
    EXPECT(heard("\"status\":413"));
    EXPECT(heard("frame-ancestors 'none'"));
    EXPECT(
        wire_ask("POST /api/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                 "Content-Length: 999999999\r\n\r\n")
        == 413);
    EXPECT(atomic_load(&world.asked) == 0);
    stop();
}

TEST_PLAIN(a_chunked_body_over_the_limit_is_413_before_it_ends)
{
    char chunk[1001];

    (void)c;
    memset(chunk, 'x', 1000);
    chunk[1000] = '\0';
    start(NULL, NULL);
    int fd = dial();
    say(fd, "POST /api/x HTTP/1.1\r\nHost: a\r\n"
            "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 101; i++) {
        say(fd, "3e8\r\n");
        say(fd, chunk);
        say(fd, "\r\n");
    }
    EXPECT(hear(fd, false) == 413); /* though the last chunk was not sent */
    close(fd);
    EXPECT(atomic_load(&world.asked) == 0);
    stop();
}

TEST_PLAIN(who_sends_a_large_body_to_its_end_still_hears_the_413)
{
    static char block[65537];

    (void)c;
    memset(block, 'x', 65536);
    start(NULL, NULL);
    int fd = dial();
    say(fd, "POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2097152\r\n"
            "\r\n");
    for (int i = 0; i < 32; i++)
        say(fd, block);
    EXPECT(hear(fd, false) == 413);
    close(fd);
    stop();
}

TEST_PLAIN(half_a_request_costs_nothing)
{
    static const char *const starts[] = {
        "",
        "GE",
        "GET /api/x HTTP/1.1\r\nHos",
        "POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nab",
        "\x16\x03\x01\x02\x00\x01",
    };

    (void)c;
    start(NULL, NULL);
    for (size_t i = 0; i < COUNT(starts); i++) {
        int fd = dial();
        say(fd, starts[i]);
        pause_ms(20);
        close(fd);
    }
    EXPECT(wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
    EXPECT(atomic_load(&world.asked) == 1);
    stop();
}

static void *
ask_slowly(void *status)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(http_port(world.server)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    static const char request[] =
        "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    char line[13] = { 0 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0
        && send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0
        && recv(fd, line, 12, MSG_WAITALL) == 12)
        *(int *)status = atoi(line + 9);
    close(fd);
    return NULL;
}

TEST_PLAIN(open_calls_are_answered_before_the_server_stops)
{
    pthread_t threads[12];
    int status[COUNT(threads)] = { 0 };

    (void)c;
    start(NULL, NULL);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, ask_slowly, &status[i]);
    /* 12 calls on 4 workers: the others wait in the pool. */
    EXPECT(becomes(&world.asked, 4));
    for (int i = 0; i < 5000 && world.server->open_calls != 12; i++)
        pause_ms(1);
    atomic_store(&world.open, true);
    stop();
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        EXPECT(status[i] == 200);
    }
}

TEST_PLAIN(a_quick_call_does_not_wait_behind_slow_ones)
{
    pthread_t threads[2];
    int status[COUNT(threads)] = { 0 };

    (void)c;
    start_with(NULL, NULL, 2);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, ask_slowly, &status[i]);
    EXPECT(becomes(&world.asked, 2));
    /* Both that should run at a time are busy until it has been answered. */
    EXPECT(wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
    atomic_store(&world.open, true);
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        EXPECT(status[i] == 200);
    }
    stop();
}

TEST_PLAIN(an_answer_waits_for_the_disk_and_no_worker_does)
{
    int fds[12];
    struct pollfd p = { .events = POLLIN };
    struct later *lost;

    (void)c;
    start(NULL, NULL);
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = dial();
        say(fds[i], "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        /* One after the other; there are 4 workers. */
        EXPECT(becomes(&world.asked, (int)i + 1));
    }
    for (size_t i = 0; i < COUNT(fds); i++) {
        p.fd = fds[i];
        EXPECT(poll(&p, 1, 10) == 0);
    }
    pthread_mutex_lock(&world.lock);
    lost = world.held; /* the last one; its batch does not come to the disk */
    world.held = lost->next;
    pthread_mutex_unlock(&world.lock);
    lost->next = NULL;
    sqlite_tell(lost, ERR_BROKEN, NULL);
    EXPECT(hear(fds[11], false) == 503);
    sqlite_tell(world.held, OK, NULL);
    for (size_t i = 0; i < 11; i++)
        EXPECT(hear(fds[i], false) == 200);
    for (size_t i = 0; i < COUNT(fds); i++)
        close(fds[i]);
    stop();
}

TEST_PLAIN(a_port_in_use_is_said_so)
{
    const char *why = "";

    (void)c;
    start(NULL, NULL);
    struct http_config config = {
        .address = "127.0.0.1",
        .port = http_port(world.server),
        .pollers = 1,
        .workers = 1,
        .max_body = 1,
        .handle = handle
    };
    EXPECT(http_start(&config, &why) == NULL);
    EXPECT(strcmp(why, "the port is in use") == 0);
    stop();
}

/* -- event streams ---------------------------------------------------- */

static int
open_stream(void)
{
    int fd = dial();

    say(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT(hear_until(fd, ": open\n\n"));
    EXPECT(heard("text/event-stream"));
    return fd;
}

TEST_PLAIN(an_event_stream_sends_what_it_is_given_at_once)
{
    (void)c;
    start(NULL, NULL);
    int fd = open_stream();
    for (int i = 0; i < 20; i++) {
        char text[30];
        int n = snprintf(text, sizeof text, "data: %d\n\n", i);
        int64_t before = monotonic_us();

        EXPECT(send_stream(text, (size_t)n));
        EXPECT(hear_until(fd, text));
        EXPECT(monotonic_us() - before < 1000000);
    }
    close(fd);
    stop();
}

TEST_PLAIN(streams_take_no_worker)
{
    int fds[20];

    (void)c;
    start(NULL, NULL);
    for (size_t i = 0; i < COUNT(fds); i++)
        fds[i] = open_stream();
    EXPECT(wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
    stop(); /* which ends the streams */
    for (size_t i = 0; i < COUNT(fds); i++) {
        EXPECT(hear_until(fds[i], "0\r\n\r\n"));
        close(fds[i]);
    }
    EXPECT(atomic_load(&world.gone) == COUNT(fds));
}

TEST_PLAIN(who_leaves_a_stream_is_noticed_on_the_next_send)
{
    (void)c;
    start(NULL, NULL);
    int fd = open_stream();
    close(fd);
    for (int i = 0; i < 3 && send_stream(":\n\n", 3); i++)
        pause_ms(20);
    EXPECT(becomes(&world.gone, 1));
    stop();
}

TEST_PLAIN(who_does_not_read_a_stream_is_cut_off)
{
    static char block[64 * 1024];

    (void)c;
    start(NULL, NULL);
    int fd = open_stream();
    memset(block, 'x', sizeof block);
    /* The sockets' own buffers take some megabytes before the 1 MiB. */
    for (int i = 0; i < 2000 && send_stream(block, sizeof block); i++)
        if (i % 16 == 15)
            pause_ms(5);
    EXPECT(becomes(&world.gone, 1));
    close(fd);
    stop();
}

TEST_PLAIN(head_does_not_open_a_stream)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(wire_ask("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
    EXPECT(!send_stream("x", 1));
    stop();
}

/* -- assets ----------------------------------------------------------- */

TEST_PLAIN(assets_are_compressed_as_the_browser_likes)
{
    (void)c;
    start(NULL, NULL);
    EXPECT(
        wire_ask("GET /assets/a-12345678.js HTTP/1.1\r\nHost: a\r\nX-Asset: 1"
                 "\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n")
        == 200);
    EXPECT(heard("Content-Encoding: br") && heard("\r\n\r\nBR"));
    EXPECT(heard("ETag: \"s1-br\"") && heard("Vary: Accept-Encoding"));
    EXPECT(heard("immutable"));
    EXPECT(
        wire_ask("GET /assets/a-12345678.js HTTP/1.1\r\nHost: a\r\nX-Asset: 1"
                 "\r\nAccept-Encoding: br;q=0, gzip\r\n\r\n")
        == 200);
    EXPECT(heard("Content-Encoding: gzip") && heard("\r\n\r\nGZ"));
    EXPECT(
        wire_ask("GET /assets/a-12345678.js HTTP/1.1\r\nHost: a\r\nX-Asset: 1"
                 "\r\n\r\n")
        == 200);
    EXPECT(!heard("Content-Encoding") && heard("plain script"));
    stop();
}

TEST_PLAIN(an_asset_that_is_known_is_304)
{
    (void)c;
    start(NULL, NULL);
    int fd = dial();
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\nX-Asset: 1\r\n"
            "If-None-Match: \"old\", \"p1\"\r\n\r\n");
    EXPECT(hear(fd, true) == 304);
    EXPECT(heard("ETag: \"p1\"") && !heard("<html>"));
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\nX-Asset: 1\r\n"
            "If-None-Match: \"p1-br\"\r\n\r\n");
    EXPECT(hear(fd, false) == 200);
    EXPECT(heard("<html>page</html>"));
    close(fd);
    stop();
}

TEST_PLAIN(an_unknown_page_is_the_interface_and_an_unknown_file_is_not)
{
    struct http_request q = { .method = "GET", .path = "/orders/17" };
    struct http_reply r = { 0 };

    (void)c;
    EXPECT(asset_reply(some_assets, COUNT(some_assets), &q, &r));
    EXPECT(r.body == (const char *)page);
    q.path = "/missing.js";
    EXPECT(!asset_reply(some_assets, COUNT(some_assets), &q, &r));
    q.path = "/api/v1/missing";
    EXPECT(!asset_reply(some_assets, COUNT(some_assets), &q, &r));
    q.path = "/orders/17";
    q.method = "POST";
    EXPECT(!asset_reply(some_assets, COUNT(some_assets), &q, &r));
}

TEST_PLAIN(a_coding_with_weight_zero_is_not_accepted)
{
    (void)c;
    EXPECT(asset_accepts("gzip, br", "br"));
    EXPECT(asset_accepts("gzip;q=0.5 , BR;q=0.1", "br"));
    EXPECT(!asset_accepts("gzip, br;q=0", "br"));
    EXPECT(!asset_accepts("brotli", "br"));
    EXPECT(!asset_accepts("", "br"));
    EXPECT(!asset_accepts(NULL, "br"));
}

/* -- behind a proxy ------------------------------------------------------ */

/* Whom the server takes a request with these headers to come from. */
#define ASK_WITH(headers)                                                      \
    wire_ask("GET /api/x HTTP/1.1\r\nHost: a\r\n" headers "\r\n")

TEST_PLAIN(what_a_stranger_says_of_whom_he_asks_for_is_not_believed)
{
    (void)c;
    start_behind("10.1.2.3");
    EXPECT(ASK_WITH("X-Forwarded-For: 192.0.2.7\r\n"
                    "X-Forwarded-Proto: https\r\n")
           == 200);
    EXPECT(heard("from=127.0.0.1") && !heard(" tls"));
    EXPECT(!heard("Strict-Transport-Security"));
    stop();
    start(NULL, NULL);
    EXPECT(ASK_WITH("X-Forwarded-For: 192.0.2.7\r\n") == 200);
    EXPECT(heard("from=127.0.0.1"));
    stop();
}

TEST_PLAIN(a_known_proxy_says_who_is_behind_it)
{
    (void)c;
    start_behind("127.0.0.1, 10.0.0.0/8");
    EXPECT(ASK_WITH("X-Forwarded-For: 192.0.2.7\r\n"
                    "X-Forwarded-Proto: https\r\n")
           == 200);
    EXPECT(heard("from=192.0.2.7 tls"));
    EXPECT(heard("Strict-Transport-Security"));
    EXPECT(ASK_WITH("X-Forwarded-For: 192.0.2.7:4711\r\n") == 200);
    EXPECT(heard("from=192.0.2.7"));
    EXPECT(ASK_WITH("X-Forwarded-For: [2001:db8::7]:4711\r\n") == 200);
    EXPECT(heard("from=2001:db8::7"));
    EXPECT(ASK_WITH("") == 200 && heard("from=127.0.0.1"));
    stop();
}

TEST_PLAIN(what_was_made_up_before_the_first_known_proxy_is_not_believed)
{
    (void)c;
    start_behind("127.0.0.1, 10.0.0.0/8");
    EXPECT(ASK_WITH("X-Forwarded-For: 198.51.100.9, 192.0.2.7, 10.9.9.9\r\n")
           == 200);
    EXPECT(heard("from=192.0.2.7"));
    /* A proxy may add a line of its own instead. */
    EXPECT(ASK_WITH("X-Forwarded-For: 198.51.100.9\r\n"
                    "X-Forwarded-For: 192.0.2.7\r\n")
           == 200);
    EXPECT(heard("from=192.0.2.7"));
    EXPECT(ASK_WITH("X-Forwarded-For: 192.0.2.7, unknown\r\n") == 200);
    EXPECT(heard("from=127.0.0.1"));
    EXPECT(ASK_WITH("X-Forwarded-For: 10.0.0.2, 10.0.0.1\r\n") == 200);
    EXPECT(heard("from=10.0.0.2"));
    stop();
}

/* -- TLS --------------------------------------------------------------- */

TEST_PLAIN(with_a_certificate_it_speaks_tls)
{
    char cert[] = "/tmp/liangcao-cert-XXXXXX";
    char key[] = "/tmp/liangcao-key-XXXXXX";
    static const char request[] =
        "GET /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    int n = 0, len = 0;

    (void)c;
    close(mkstemp(cert));
    close(mkstemp(key));
    wire_certificate(cert, key);
    start(cert, key);
    int fd = dial();
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *tls = SSL_new(ctx);
    SSL_set_fd(tls, fd);
    EXPECT(SSL_connect(tls) == 1);
    EXPECT(SSL_version(tls) >= TLS1_2_VERSION);
    EXPECT(SSL_write(tls, request, sizeof request - 1) > 0);
    while ((n = SSL_read(tls, reply + len, (int)sizeof reply - 1 - len)) > 0)
        len += n;
    reply[len] = '\0';
    EXPECT(heard("200 OK") && heard(" tls"));
    EXPECT(heard("Strict-Transport-Security: max-age="));
    SSL_free(tls);
    SSL_CTX_free(ctx);
    close(fd);
    stop();
    unlink(cert);
    unlink(key);
}

/* Does a client come in that speaks nothing but SUITE, of VERSION? */
static bool
speaks(int version, const char *suite)
{
    int fd = dial();
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *tls;
    bool in;

    /* The client would speak anything: what is refused, the server refuses. */
    SSL_CTX_set_security_level(ctx, 0);
    EXPECT(SSL_CTX_set_min_proto_version(ctx, version) == 1);
    EXPECT(SSL_CTX_set_max_proto_version(ctx, version) == 1);
    EXPECT(suite == NULL || SSL_CTX_set_cipher_list(ctx, suite) == 1);
    tls = SSL_new(ctx);
    SSL_set_fd(tls, fd);
    in = SSL_connect(tls) == 1;
    SSL_free(tls);
    SSL_CTX_free(ctx);
    close(fd);
    return in;
}

TEST_PLAIN(only_suites_with_forward_secrecy_that_authenticate_are_spoken)
{
    static const char *const spoken[] = { "ECDHE-RSA-AES256-GCM-SHA384",
                                          "ECDHE-RSA-CHACHA20-POLY1305",
                                          "ECDHE-RSA-AES128-GCM-SHA256" };
    static const char *const refused[] = {
        "AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-CCM",
        "AES128-SHA",
        "ECDHE-RSA-AES256-SHA",
        "ECDHE-RSA-AES128-SHA",
        "ECDHE-RSA-AES128-SHA256"
    };
    char cert[] = "/tmp/liangcao-cert-XXXXXX";
    char key[] = "/tmp/liangcao-key-XXXXXX";

    (void)c;
    close(mkstemp(cert));
    close(mkstemp(key));
    wire_certificate_of(EVP_RSA_gen(2048), cert, key);
    start(cert, key);
    for (size_t i = 0; i < COUNT(spoken); i++)
        EXPECT(speaks(TLS1_2_VERSION, spoken[i]));
    for (size_t i = 0; i < COUNT(refused); i++)
        EXPECT(!speaks(TLS1_2_VERSION, refused[i]));
    EXPECT(speaks(TLS1_3_VERSION, NULL));
    EXPECT(!speaks(TLS1_1_VERSION, NULL));
    EXPECT(!speaks(TLS1_VERSION, NULL));
    stop();
    unlink(cert);
    unlink(key);
}

TEST_PLAIN(a_certificate_that_does_not_work_is_said_so)
{
    struct http_config config = {
        .address = "127.0.0.1",
        .pollers = 1,
        .workers = 1,
        .max_body = 1,
        .cert_file = "/nonexistent.pem",
        .key_file = "/nonexistent.pem",
        .handle = handle
    };
    const char *why = "";

    (void)c;
    EXPECT(http_start(&config, &why) == NULL);
    EXPECT(strstr(why, "certificate") != NULL);
    config.cert_file = config.key_file = "/etc/passwd";
    EXPECT(http_start(&config, &why) == NULL);
    EXPECT(strstr(why, "certificate") != NULL);
}
