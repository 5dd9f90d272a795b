/* SPDX-License-Identifier: Apache-2.0 */
/* What http/door.h and http/limits.h promise, against a real server whose
   limits are small. */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/inner.h"
#include "test.h"
#include "wire.h"

#define LARGE 12000000

/*
 * "Bearer 7" is account 7; /slow waits until it may go on, /large is a large
 * answer, /stream an event stream.
 */
static struct {
    struct http_server *server;
    atomic_bool open;
    atomic_int waiting;
} world;

static int64_t
account_of(const struct http_request *q)
{
    const char *bearer = http_header(q, "Authorization");

    return bearer ? atoll(bearer + strlen("Bearer ")) : 0;
}

static int
admit(void *ctx, struct arena *a, const struct http_request *q)
{
    int64_t account = account_of(q);

    (void)ctx;
    (void)a;
    if (!http_known(q, account))
        return 429;
    return account ? 0 : 401;
}

static void
on_stream(void *arg, struct http_stream *s)
{
    (void)arg;
    (void)s;
}

static void
handle(void *ctx, struct arena *a, const struct http_request *q,
       struct http_reply *r)
{
    (void)ctx;
    *r = (struct http_reply){ .status = 200, .type = "text/plain" };
    if (!http_known(q, account_of(q))) {
        r->status = 429;
        return;
    }
    if (strcmp(q->path, "/slow") == 0) {
        atomic_fetch_add(&world.waiting, 1);
        while (!atomic_load(&world.open))
            pause_ms(1);
        atomic_fetch_sub(&world.waiting, 1);
    }
    if (strcmp(q->path, "/stream") == 0) {
        r->stream_open = on_stream;
        return;
    }
    r->body_len = strcmp(q->path, "/large") == 0 ? LARGE : 0;
    r->body = arena_alloc(a, r->body_len + 80);
    if (r->body_len == 0) {
        r->body =
            arena_printf(a, "account=%lld body=%zu from=%s",
                         (long long)account_of(q), q->body_len, q->address);
        r->body_len = strlen(r->body);
    }
}

/* The usual limits but for some: { LIMIT_HEAD_S, 1 }, ... */
struct change {
    enum http_limit row;
    int64_t value;
};

/* A server that speaks TLS, when there is a certificate. */
static char cert[40], key[40];

static void
start_with(const char *proxies, const struct change *changes, size_t n)
{
    struct http_limits limits = http_limits_usual();
    const struct http_config config = {
        .cert_file = *cert ? cert : NULL,
        .key_file = *cert ? key : NULL,

        .address = "127.0.0.1",
        .pollers = 2,
        .workers = 8,
        .max_body = 8 << 20,
        .proxies = proxies,
        .limits = &limits,
        .session_cookie = "sid",
        .admit = admit,
        .handle = handle
    };
    const char *why = "";

    memset(&world, 0, sizeof world);
    for (size_t i = 0; i < n; i++)
        limits.of[changes[i].row] = changes[i].value;
    world.server = http_start(&config, &why);
    EXPECT(world.server != NULL);
    wire_port = http_port(world.server);
}
#define START(...)                                                             \
    start_with(NULL, (const struct change[]){ __VA_ARGS__ },                   \
               COUNT(((const struct change[]){ __VA_ARGS__ })))

static void
stop(void)
{
    atomic_store(&world.open, true);
    http_stop(world.server);
    if (*cert) {
        (void)unlink(cert);
        (void)unlink(key);
        *cert = '\0';
    }
}

static void
with_tls(void)
{
    strcpy(cert, "/tmp/liangcao-cert-XXXXXX");
    strcpy(key, "/tmp/liangcao-key-XXXXXX");
    close(mkstemp(cert));
    close(mkstemp(key));
    wire_certificate(cert, key);
}

static unsigned long long
refused(enum http_refusal why)
{
    return http_counts(world.server).refused[why];
}

/* A connection from another address of 127/8. */
static int
dial_from(const char *address)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(wire_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const struct timeval patience = { 10, 0 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    EXPECT(fd >= 0 && inet_pton(AF_INET, address, &from.sin_addr) == 1);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT(bind(fd, (struct sockaddr *)&from, sizeof from) == 0);
    EXPECT(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

/* Has the far end hung up within MS? */
static bool
is_cut(int fd, int ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    char byte;

    return poll(&p, 1, ms) == 1 && recv(fd, &byte, 1, MSG_PEEK) <= 0;
}

static const char plain[] = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
static const char half[] = "GET /x HTTP/1.1\r\nHos";

#define AS(account, path)                                                      \
    "GET " path " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " account       \
    "\r\n\r\n"

static int
ask_on(int fd, const char *request)
{
    say(fd, request);
    return hear(fd, false);
}

static bool
all_wait(int wanted)
{
    for (int i = 0; i < 1000 && atomic_load(&world.waiting) != wanted; i++)
        pause_ms(5);
    return atomic_load(&world.waiting) == wanted;
}

/* -- connections ----------------------------------------------------------- */

TEST_PLAIN(where_an_address_has_too_many_connections_its_own_oldest_gives_way)
{
    int mine[6], other;

    (void)c;
    START({ LIMIT_ADDRESS_CONNECTIONS, 4 });
    other = dial_from("127.0.0.9");
    say(other, half);
    for (int i = 0; i < 6; i++) {
        mine[i] = dial_from("127.0.0.2");
        say(mine[i], half);
        pause_ms(20);
    }
    EXPECT(is_cut(mine[0], 2000) && is_cut(mine[1], 2000));
    for (int i = 2; i < 6; i++)
        EXPECT(ask_on(mine[i], "t: a\r\n\r\n") == 200);
    EXPECT(ask_on(other, "t: a\r\n\r\n") == 200);
    EXPECT(refused(REFUSED_ADDRESS_CONNECTIONS) == 2);
    for (int i = 0; i < 6; i++)
        close(mine[i]);
    close(other);
    stop();
}

TEST_PLAIN(who_is_signed_in_is_not_counted_for_his_address)
{
    int fd[20];

    (void)c;
    START({ LIMIT_ADDRESS_CONNECTIONS, 4 });
    for (int i = 0; i < 20; i++) {
        char request[200];

        (void)snprintf(request, sizeof request,
                       "GET /x HTTP/1.1\r\nHost: a\r\n"
                       "Authorization: Bearer %d\r\n\r\n",
                       i + 1);
        fd[i] = dial();
        EXPECT(ask_on(fd[i], request) == 200);
    }
    for (int i = 0; i < 20; i++)
        EXPECT(ask_on(fd[i], plain) == 200);
    for (int i = 0; i < 20; i++)
        close(fd[i]);
    EXPECT(refused(REFUSED_ADDRESS_CONNECTIONS) == 0);
    stop();
}

TEST_PLAIN(an_account_has_so_many_connections_and_the_one_idle_longest_goes)
{
    int fd[5];

    (void)c;
    START({ LIMIT_ACCOUNT_CONNECTIONS, 4 });
    for (int i = 0; i < 5; i++) {
        fd[i] = dial_from(i % 2 ? "127.0.0.2" : "127.0.0.3");
        EXPECT(ask_on(fd[i], AS("7", "/x")) == 200);
        pause_ms(30); /* each rests from another moment on */
    }
    EXPECT(is_cut(fd[0], 10000));
    for (int i = 1; i < 5; i++)
        EXPECT(ask_on(fd[i], AS("7", "/x")) == 200);
    for (int i = 0; i < 5; i++)
        close(fd[i]);
    EXPECT(refused(REFUSED_ACCOUNT_CONNECTIONS) == 1);
    stop();
}

TEST_PLAIN(streams_are_never_cut_off_for_one_more_connection)
{
    int stream[3], more;

    (void)c;
    START({ LIMIT_ACCOUNT_CONNECTIONS, 3 });
    for (int i = 0; i < 3; i++) {
        stream[i] = dial();
        say(stream[i], AS("7", "/stream"));
        EXPECT(hear_until(stream[i], ": open"));
    }
    more = dial();
    EXPECT(ask_on(more, AS("7", "/x")) == 429);
    for (int i = 0; i < 3; i++) {
        EXPECT(!is_cut(stream[i], 50));
        close(stream[i]);
    }
    close(more);
    stop();
}

TEST_PLAIN(where_all_places_are_taken_strangers_give_way_first)
{
    int guest, served, fd[12];

    (void)c;
    START({ LIMIT_CONNECTIONS, 8 });
    guest = dial_from("127.0.0.2");
    EXPECT(ask_on(guest, AS("7", "/x")) == 200);
    served = dial_from("127.0.0.3");
    say(served, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT(all_wait(1));
    for (int i = 0; i < 12; i++) {
        fd[i] = dial_from("127.0.0.4");
        pause_ms(10);
    }
    EXPECT(is_cut(fd[0], 2000));
    EXPECT(!is_cut(fd[11], 50));
    EXPECT(ask_on(guest, AS("7", "/x")) == 200);
    atomic_store(&world.open, true);
    EXPECT(hear(served, false) == 200);
    EXPECT(refused(REFUSED_CONNECTIONS) > 0);
    EXPECT(http_counts(world.server).connections <= 8);
    for (int i = 0; i < 12; i++)
        close(fd[i]);
    close(guest);
    close(served);
    stop();
}

TEST_PLAIN(a_named_proxy_holds_as_many_as_it_likes_and_speaks_for_its_people)
{
    static const struct change few[] = { { LIMIT_ADDRESS_CONNECTIONS, 2 },
                                         { LIMIT_ADDRESS_RATE, 1 },
                                         { LIMIT_ADDRESS_BURST, 3 } };
    static const char one[] =
        "GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n";
    static const char other[] =
        "GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.2\r\n\r\n";
    int fd[8];

    (void)c;
    start_with("127.0.0.1", few, COUNT(few));
    for (int i = 0; i < 8; i++)
        fd[i] = dial();
    for (int i = 0; i < 3; i++)
        EXPECT(ask_on(fd[i], one) == 200);
    EXPECT(heard("from=10.0.0.1"));
    EXPECT(ask_on(fd[3], one) == 429);
    EXPECT(ask_on(fd[4], other) == 200);
    for (int i = 0; i < 8; i++)
        close(fd[i]);
    stop();
}

/* -- requests ----------------------------------------------------------------- */

TEST_PLAIN(an_account_has_so_many_requests_open_and_others_are_served)
{
    int fd[4], other;

    (void)c;
    START({ LIMIT_ACCOUNT_REQUESTS, 3 });
    for (int i = 0; i < 3; i++) {
        fd[i] = dial();
        say(fd[i], AS("7", "/slow"));
    }
    EXPECT(all_wait(3));
    fd[3] = dial();
    EXPECT(ask_on(fd[3], AS("7", "/x")) == 429);
    EXPECT(heard("Retry-After: 1"));
    other = dial();
    EXPECT(ask_on(other, AS("8", "/x")) == 200);
    atomic_store(&world.open, true);
    for (int i = 0; i < 3; i++) {
        EXPECT(hear(fd[i], false) == 200);
        EXPECT(ask_on(fd[i], AS("7", "/x")) == 200);
    }
    EXPECT(refused(REFUSED_ACCOUNT_REQUESTS) == 1);
    for (int i = 0; i < 4; i++)
        close(fd[i]);
    close(other);
    stop();
}

TEST_PLAIN(who_asks_too_often_waits_and_his_neighbour_does_not)
{
    int fd, other;

    (void)c;
    START({ LIMIT_ADDRESS_RATE, 20 }, { LIMIT_ADDRESS_BURST, 5 });
    fd = dial_from("127.0.0.2");
    for (int i = 0; i < 5; i++)
        EXPECT(ask_on(fd, plain) == 200);
    EXPECT(ask_on(fd, plain) == 429);
    other = dial_from("127.0.0.3");
    EXPECT(ask_on(other, plain) == 200);
    close(fd);
    pause_ms(300);
    fd = dial_from("127.0.0.2");
    EXPECT(ask_on(fd, plain) == 200);
    EXPECT(refused(REFUSED_RATE) == 1);
    close(fd);
    close(other);
    stop();
}

/* -- deadlines ------------------------------------------------------------------ */

TEST_PLAIN(a_head_that_trickles_is_cut_off_and_silence_is_not)
{
    int slow, silent, used;
    bool gone = false;

    (void)c;
    START({ LIMIT_HEAD_S, 1 });
    silent = dial();
    used = dial();
    EXPECT(ask_on(used, plain) == 200);
    slow = dial();
    for (int i = 0; i < 60 && !gone; i++) {
        /* A byte every 100 ms: it is never silent. */
        gone = send(slow, i < 4 ? &half[i] : "x", 1, MSG_NOSIGNAL) < 0
               || is_cut(slow, 100);
    }
    EXPECT(gone);
    EXPECT(refused(REFUSED_SLOW_HEAD) == 1);
    EXPECT(ask_on(silent, plain) == 200);
    EXPECT(ask_on(used, plain) == 200);
    close(slow);
    close(silent);
    close(used);
    stop();
}

TEST_PLAIN(the_second_head_of_a_connection_has_its_time_too)
{
    int fd;

    (void)c;
    START({ LIMIT_HEAD_S, 1 });
    fd = dial();
    EXPECT(ask_on(fd, plain) == 200);
    say(fd, half);
    EXPECT(is_cut(fd, 8000));
    EXPECT(refused(REFUSED_SLOW_HEAD) == 1);
    close(fd);
    stop();
}

TEST_PLAIN(a_body_that_does_not_come_is_cut_off)
{
    int silent, trickling;
    bool gone = false;

    (void)c;
    START({ LIMIT_GRACE_S, 1 }, { LIMIT_KIB_S, 1 });
    silent = dial();
    say(silent, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n");
    trickling = dial();
    say(trickling, "POST /x HTTP/1.1\r\nHost: a\r\n"
                   "Content-Length: 9000\r\n\r\n");
    for (int i = 0; i < 80 && !gone; i++)
        gone =
            send(trickling, "x", 1, MSG_NOSIGNAL) < 0 || is_cut(trickling, 100);
    EXPECT(gone && is_cut(silent, 5000));
    EXPECT(refused(REFUSED_SLOW_BODY) == 2);
    EXPECT(wire_ask(plain) == 200);
    close(silent);
    close(trickling);
    stop();
}

TEST_PLAIN(a_body_that_comes_steadily_may_take_longer)
{
    char block[1025];
    int fd;

    (void)c;
    memset(block, 'x', 1024);
    block[1024] = '\0';
    START({ LIMIT_GRACE_S, 1 }, { LIMIT_KIB_S, 1 });
    fd = dial();
    say(fd, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 8192\r\n\r\n");
    for (int i = 0; i < 8; i++) {
        pause_ms(300); /* 2.4 s in all: more than the grace */
        say(fd, block);
    }
    EXPECT(hear(fd, false) == 200);
    close(fd);
    stop();
}

TEST_PLAIN(an_answer_that_is_not_read_is_cut_off)
{
    int fd, small = 4096;

    (void)c;
    START({ LIMIT_GRACE_S, 1 }, { LIMIT_KIB_S, 100000 });
    fd = dial();
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say(fd, AS("7", "/large"));
    for (int i = 0; i < 100 && refused(REFUSED_SLOW_READER) == 0; i++)
        pause_ms(100);
    EXPECT(refused(REFUSED_SLOW_READER) == 1);
    EXPECT(wire_ask(plain) == 200);
    close(fd);
    stop();
}

TEST_PLAIN(a_tls_handshake_that_does_not_end_is_cut_off)
{
    static const char hello[] = "\x16\x03\x01\x02";
    int silent, begun;

    (void)c;
    with_tls();
    START({ LIMIT_HEAD_S, 1 });
    silent = dial();
    begun = dial();
    EXPECT(send(begun, hello, 4, MSG_NOSIGNAL) == 4);
    EXPECT(is_cut(begun, 8000));
    EXPECT(!is_cut(silent, 50));
    EXPECT(refused(REFUSED_SLOW_HEAD) == 1);
    close(silent);
    close(begun);
    stop();
}

/* -- memory ------------------------------------------------------------------- */

#define POST_LARGE(account)                                                    \
    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n" account "\r"  \
    "\n"

TEST_PLAIN(of_whom_nobody_knows_no_large_body_is_taken)
{
    static char body[1000001];
    int fd;

    (void)c;
    memset(body, 'x', 1000000);
    START({ LIMIT_SMALL_KIB, 16 });
    fd = dial();
    say(fd, POST_LARGE(""));
    EXPECT(hear(fd, false) == 401); /* though not a byte of it was sent */
    EXPECT(heard("Connection: close"));
    close(fd);
    fd = dial();
    say(fd, POST_LARGE("Authorization: Bearer 7\r\n"));
    say(fd, body);
    EXPECT(hear(fd, false) == 200);
    EXPECT(heard("body=1000000"));
    EXPECT(ask_on(fd, AS("7", "/x")) == 200);
    close(fd);
    EXPECT(refused(REFUSED_UNSIGNED_BODY) == 1);
    stop();
}

TEST_PLAIN(the_chunks_of_whom_nobody_knows_are_refused_when_they_grow_large)
{
    char chunk[1001];
    int fd;

    (void)c;
    memset(chunk, 'x', 1000);
    chunk[1000] = '\0';
    START({ LIMIT_SMALL_KIB, 4 });
    for (int known = 0; known < 2; known++) {
        fd = dial();
        say(fd, "POST /x HTTP/1.1\r\nHost: a\r\n");
        say(fd, known ? "Authorization: Bearer 7\r\n" : "");
        say(fd, "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 20; i++) {
            say(fd, "3e8\r\n");
            say(fd, chunk);
            say(fd, "\r\n");
        }
        say(fd, "0\r\n\r\n");
        EXPECT(hear(fd, false) == (known ? 200 : 401));
        EXPECT(!known || heard("body=20000"));
        close(fd);
    }
    stop();
}

TEST_PLAIN(over_tls_too_nobodys_large_body_is_refused)
{
    static char body[1000001];
    static const char *const heads[] = {
        POST_LARGE(""), POST_LARGE("Authorization: Bearer 7\r\n")
    };

    (void)c;
    memset(body, 'x', 1000000);
    with_tls();
    START({ LIMIT_SMALL_KIB, 16 });
    for (int known = 0; known < 2; known++) {
        SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
        SSL *tls = SSL_new(ctx);
        int fd = dial(), n;

        SSL_set_fd(tls, fd);
        EXPECT(SSL_connect(tls) == 1);
        EXPECT(SSL_write(tls, heads[known], (int)strlen(heads[known])) > 0);
        if (known)
            EXPECT(SSL_write(tls, body, 1000000) == 1000000);
        n = SSL_read(tls, reply, WIRE_BYTES - 1);
        EXPECT(n > 0);
        reply[n] = '\0';
        EXPECT(heard(known ? "HTTP/1.1 200" : "HTTP/1.1 401"));
        SSL_free(tls);
        SSL_CTX_free(ctx);
        close(fd);
    }
    stop();
}

TEST_PLAIN(who_expects_100_continue_hears_it_when_he_is_known)
{
    int fd;

    (void)c;
    START({ LIMIT_SMALL_KIB, 4 });
    fd = dial();
    say(fd, POST_LARGE("Expect: 100-continue\r\n"));
    EXPECT(hear(fd, false) == 401);
    close(fd);
    fd = dial();
    say(fd, POST_LARGE("Authorization: Bearer 7\r\n"
                       "Expect: 100-continue\r\n"));
    EXPECT(hear_until(fd, "100 Continue"));
    close(fd);
    stop();
}

/* Which of two is answered first. */
static int
answered(int one, int two)
{
    struct pollfd either[] = { { one, POLLIN, 0 }, { two, POLLIN, 0 } };

    EXPECT(poll(either, 2, 30000) > 0);
    return either[0].revents != 0 ? one : two;
}

TEST_PLAIN(one_account_cannot_hold_the_memory_for_bodies)
{
    int fd[3], other;

    (void)c;
    START({ LIMIT_ACCOUNT_BODIES_KIB, 1500 }, { LIMIT_BODIES_KIB, 4000 });
    for (int i = 0; i < 2; i++) {
        char block[16001];

        fd[i] = dial();
        say(fd[i], POST_LARGE("Authorization: Bearer 7\r\n"));
        memset(block, 'x', 16000);
        block[16000] = '\0';
        /* So much of it that room for the whole has been made. */
        for (int k = 0; k < 60; k++)
            if (send(fd[i], block, 16000, MSG_NOSIGNAL) < 0)
                break;
    }
    /* Two pollers read them: either may be the one for which no room is left. */
    EXPECT(hear(answered(fd[0], fd[1]), false) == 429);
    other = dial();
    EXPECT(ask_on(other, "POST /x HTTP/1.1\r\nHost: a\r\n"
                         "Authorization: Bearer 7\r\n"
                         "Content-Length: 3\r\n\r\nabc")
           == 200);
    EXPECT(refused(REFUSED_BODIES) == 1);
    close(fd[0]);
    close(fd[1]);
    close(other);
    stop();
}

TEST_PLAIN(large_answers_that_are_not_read_count_against_their_account)
{
    int fd[3], small = 4096, other;

    (void)c;
    START({ LIMIT_ACCOUNT_ANSWERS_KIB, 26000 });
    for (int i = 0; i < 3; i++) {
        fd[i] = dial();
        (void)setsockopt(fd[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        say(fd[i], AS("7", "/large"));
        /* The first two have come as far as to fill what holds them. */
        if (i < 2)
            EXPECT(hear_until(fd[i], "200 OK"));
    }
    EXPECT(hear(fd[2], false) == 429);
    EXPECT(refused(REFUSED_ANSWERS) == 1);
    other = dial();
    say(other, AS("8", "/large"));
    EXPECT(hear_until(other, "200 OK"));
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    close(other);
    stop();
}

/* -- a connection that is cut --------------------------------------------------- */

#define FORGETTING_MS 11000

TEST_PLAIN(a_cut_connection_may_outlive_all_that_was_known_of_its_address)
{
    struct http_limits limits = http_limits_usual();
    const unsigned char address[16] = { 10, 1 };
    unsigned char k[16];
    struct link *first, *second;
    struct door *d;
    int fd[2];

    (void)c;
    limits.of[LIMIT_ADDRESS_CONNECTIONS] = 1;
    d = door_open(&limits, 100);
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    door_key(address, k);
    first = door_enter(d, fd[0], k, false);
    second = door_enter(d, fd[1], k, false);
    EXPECT(door_counts(d).refused[REFUSED_ADDRESS_CONNECTIONS] == 1);
    door_leave(d, second);
    pause_ms(FORGETTING_MS);
    /* Its poller may still be at its last request. */
    door_state(d, first, LINK_RESTS, 0);
    door_leave(d, first);
    EXPECT(door_counts(d).connections == 0);
    door_close(d);
    (void)close(fd[0]);
    (void)close(fd[1]);
}

/* -- what an address is ----------------------------------------------------------- */

TEST_PLAIN(an_address_of_ipv6_counts_by_its_64_and_one_of_ipv4_whole)
{
    static const struct {
        const char *one, *other;
        bool same;
    } pairs[] = {
        { "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true },
        { "2001:db8:1:2::1", "2001:db8:1:3::1", false },
        { "10.0.0.1", "10.0.0.2", false },
        { "10.0.0.1", "::ffff:10.0.0.1", true },
    };

    (void)c;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        unsigned char a[16], b[16], x[16], y[16];
        unsigned bits;

        EXPECT(address_read(pairs[i].one, a, &bits));
        EXPECT(address_read(pairs[i].other, b, &bits));
        door_key(a, x);
        door_key(b, y);
        EXPECT((memcmp(x, y, 16) == 0) == pairs[i].same);
    }
}

TEST_PLAIN(a_limit_is_set_within_what_makes_sense)
{
    struct http_limits l = http_limits_usual();

    (void)c;
    EXPECT(http_limits_set(&l, LIMIT_HEAD_S, "20"));
    EXPECT(l.of[LIMIT_HEAD_S] == 20);
    EXPECT(!http_limits_set(&l, LIMIT_HEAD_S, "0"));
    EXPECT(!http_limits_set(&l, LIMIT_HEAD_S, "601"));
    EXPECT(!http_limits_set(&l, LIMIT_HEAD_S, "x"));
    EXPECT(l.of[LIMIT_HEAD_S] == 20);
}
