/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What http/framing.c promises: a head that two programs could read in two
 * ways is answered 400, and nothing more is read from that connection.
 */
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/inner.h"
#include "test.h"
#include "wire.h"

static struct http_server *server;
static atomic_int asked;

static void
handle(void *ctx, struct arena *a, const struct http_request *q,
       struct http_reply *r)
{
    (void)ctx;
    atomic_fetch_add(&asked, 1);
    *r = (struct http_reply){ .status = 200, .type = "text/plain" };
    r->body =
        arena_printf(a, "%s %s body=%zu", q->method, q->path, q->body_len);
    r->body_len = strlen(r->body);
}

static void
start(void)
{
    const struct http_config config = {
        .address = "127.0.0.1",
        .pollers = 2,
        .workers = 2,
        .max_body = 100000,
        .handle = handle
    };
    const char *why = "";

    atomic_store(&asked, 0);
    server = http_start(&config, &why);
    EXPECT(server != NULL);
    wire_port = http_port(server);
}

/* N bytes, NUL among them perhaps, then a request that was smuggled in behind;
   the status of the first answer.  Nothing comes after it. */
static int
answer_to(const char *bytes, size_t n)
{
    static const char behind[] = "GET /behind HTTP/1.1\r\nHost: a\r\n\r\n";
    int fd = dial(), status;
    char more;

    EXPECT(send(fd, bytes, n, MSG_NOSIGNAL) == (ssize_t)n);
    (void)send(fd, behind, sizeof behind - 1, MSG_NOSIGNAL);
    status = hear(fd, false);
    EXPECT(!heard("/behind"));
    EXPECT(status == 0 || recv(fd, &more, 1, 0) <= 0);
    close(fd);
    return status;
}

struct head {
    const char *bytes;
    size_t n;
};
#define HEAD_(s)                                                               \
    {                                                                          \
        s, sizeof(s) - 1                                                       \
    }
#define GET_X "GET /x HTTP/1.1\r\n"
#define POST_X "POST /x HTTP/1.1\r\nHost: a\r\n"

static const struct head in_two_ways[] = {
    /* lengths */
    HEAD_(POST_X "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
    HEAD_(POST_X "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    HEAD_(POST_X "Content-Length: 3, 3\r\n\r\nabc"),
    HEAD_(POST_X "Content-Length: +3\r\n\r\nabc"),
    HEAD_(POST_X "Content-Length: 0x3\r\n\r\nabc"),
    HEAD_(POST_X "Content-Length:\r\n\r\n"),
    HEAD_(POST_X "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n0\r\n\r\n"),
    /* codings */
    HEAD_(POST_X "Transfer-Encoding: chunked\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    HEAD_(POST_X "Transfer-Encoding: chunked\r\n"
                 "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
    HEAD_(POST_X "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    HEAD_(POST_X "Transfer-Encoding: identity\r\n\r\n"),
    HEAD_(POST_X "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    HEAD_("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\n"),
    /* hosts */
    HEAD_(GET_X "Host: a\r\nHost: b\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nHost: a\r\n\r\n"),
    HEAD_(GET_X "Host: a b\r\n\r\n"),
    HEAD_(GET_X "X-Other: a\r\n\r\n"),
    HEAD_("GET /x HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    /* what a parser that cuts at a NUL does not see */
    HEAD_("GET /x\0z HTTP/1.1\r\nHost: a\r\n\r\n"),
    HEAD_("GET /x?a=1\0z HTTP/1.1\r\nHost: a\r\n\r\n"),
    HEAD_(GET_X "Host: a\0b\r\n\r\n"),
    HEAD_(GET_X "X-Y: 1\0\r\nHost: a\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nX-Y: 1\0Content-Length: 30\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nX\0Y: 1\r\n\r\n"),
    /* ends of lines */
    HEAD_("GET /x HTTP/1.1\nHost: a\r\n\r\n"),
    HEAD_(GET_X "Host: a\nX-Y: 1\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nX-Y: 1\n\r\n"),
    HEAD_(GET_X "Host: a\r\nX-Y: 1\r\n\n"),
    HEAD_(GET_X "Host: a\r\nX-Y: 1\rContent-Length: 30\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nX-Y: 1\r\n  Content-Length: 30\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\n\tb\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nX-Y: \x01\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nX-Y: \x7f\r\n\r\n"),
    /* names */
    HEAD_(GET_X "Host : a\r\n\r\n"),
    HEAD_(GET_X " Host: a\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nContent Length: 30\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nContent-Length : 30\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\n: 1\r\n\r\n"),
    HEAD_(GET_X "Host: a\r\nno colon\r\n\r\n"),
    /* the request line */
    HEAD_("GET  /x HTTP/1.1\r\nHost: a\r\n\r\n"),
    HEAD_("GET /x\tHTTP/1.1\r\nHost: a\r\n\r\n"),
    HEAD_("GET /x\x01 HTTP/1.1\r\nHost: a\r\n\r\n"),
    HEAD_("GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    HEAD_("GET /%0d%0aX HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    HEAD_("G\xc3\xa9T /x HTTP/1.1\r\nHost: a\r\n\r\n"),
    HEAD_("GET /x HTTP/1.9\r\nHost: a\r\n\r\n"),
    HEAD_("GET /x\r\nHost: a\r\n\r\n"),
    /* chunks */
    HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n0\r\n\r\n"),
    HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n"),
    HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"),
    HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n;\r\nabc\r\n0\r\n\r\n"),
};

TEST_PLAIN(
    a_head_that_can_be_read_in_two_ways_is_refused_and_the_connection_ends)
{
    (void)c;
    start();
    for (size_t i = 0; i < COUNT(in_two_ways); i++) {
        int status = answer_to(in_two_ways[i].bytes, in_two_ways[i].n);

        if (status != 400)
            fail_msg("%zu: %d for %.60s\n", i, status, in_two_ways[i].bytes);
    }
    assert_int_equal(atomic_load(&asked), 0);
    http_stop(server);
}

/* Not by libmicrohttpd, which hangs up on the one without a word and answers
   the other with two heads. */
TEST_PLAIN(a_space_in_the_target_and_no_host_are_refused_once_and_in_words)
{
    static const struct head heads[] = {
        HEAD_("GET /x  HTTP/1.1\r\nHost: a\r\n\r\n"),
        HEAD_("GET /x y HTTP/1.1\r\nHost: a\r\n\r\n"),
        HEAD_("GET /x?a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        HEAD_(GET_X "\r\n"),
        HEAD_(GET_X "X-Other: a\r\n\r\n"),
    };

    (void)c;
    start();
    for (size_t i = 0; i < COUNT(heads); i++) {
        assert_int_equal(answer_to(heads[i].bytes, heads[i].n), 400);
        EXPECT(heard("\"code\":\"malformed\""));
    }
    assert_int_equal(atomic_load(&asked), 0);
    http_stop(server);
}

TEST_PLAIN(a_chunk_of_an_absurd_size_is_refused_and_the_connection_ends)
{
    static const struct head heads[] = {
        HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n"
                     "fffffffffffffffff\r\nabc"),
        HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n"
                     "123456789abcdef01\r\nabc"),
    };

    (void)c;
    start();
    for (size_t i = 0; i < COUNT(heads); i++) {
        int status = answer_to(heads[i].bytes, heads[i].n);

        EXPECT(status == 413 || status == 400);
    }
    EXPECT(atomic_load(&asked) == 0);
    http_stop(server);
}

/* Where a chunked body ends is for the parser to say: nothing is read behind
   it, whatever it took for the end. */
TEST_PLAIN(the_connection_of_a_chunked_body_ends_with_its_answer)
{
    static const struct head heads[] = {
        HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n"
                     "3;some=extension\r\nabc\r\n0;x=\"y\"\r\n\r\n"),
        HEAD_(POST_X "Transfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"),
        HEAD_(POST_X "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n"),
    };

    (void)c;
    start();
    for (size_t i = 0; i < COUNT(heads); i++)
        EXPECT(answer_to(heads[i].bytes, heads[i].n) == 200);
    EXPECT(heard("Connection: close"));
    EXPECT(atomic_load(&asked) == COUNT(heads));
    http_stop(server);
}

TEST_PLAIN(heads_that_are_right_are_read_however_they_are_written)
{
    static const struct head heads[] = {
        HEAD_(GET_X "Host: a\r\n\r\n"),
        HEAD_(GET_X "host:a\r\n\r\n"),
        HEAD_(GET_X "Host: [::1]:8080\r\n\r\n"),
        HEAD_(GET_X "Host:\r\n\r\n"),
        HEAD_(GET_X "Host: a\r\nX-Empty:\r\nX-Blank:   \r\nX-Tab:\tb\tc \r\n"
                    "\r\n"),
        HEAD_(GET_X "Host: a\r\nCookie: lang=zh; sid=1\r\n"
                    "Accept-Language: zh-CN,zh;q=0.9\r\n\r\n"),
        HEAD_(GET_X "Host: a\r\nX-Name: \xe7\xb2\xae\xe8\x8d\x89\r\n\r\n"),
        HEAD_(GET_X "Host: a\r\nContent-Length: 0\r\n\r\n"),
        HEAD_("\r\n" GET_X "Host: a\r\n\r\n"),
        HEAD_("GET http://a/x?b=c HTTP/1.1\r\nHost: a\r\n\r\n"),
        HEAD_("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
        HEAD_("GET /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"),
        HEAD_(POST_X "Content-Length: 3\r\n\r\nabc"),
        HEAD_(POST_X "Content-Length: 3\r\nExpect: 100-continue\r\n"
                     "Upgrade: h2c\r\nConnection: keep-alive\r\n\r\nabc"),
    };

    (void)c;
    start();
    for (int turn = 0; turn < 2; turn++) {
        /* Each on a connection of its own, then all on one. */
        int fd = dial();

        for (size_t i = 0; i < COUNT(heads); i++) {
            if (turn == 0 && i > 0) {
                close(fd);
                fd = dial();
            }
            EXPECT(send(fd, heads[i].bytes, heads[i].n, MSG_NOSIGNAL) > 0);
            if (!hear_until(fd, "body="))
                fail_msg("%d.%zu: %s for %.60s\n", turn, i, reply,
                         heads[i].bytes);
        }
        close(fd);
    }
    http_stop(server);
}

TEST_PLAIN(a_head_that_comes_byte_by_byte_is_measured_as_one_that_comes_whole)
{
    static const char request[] = GET_X
        "Host: a\r\nX-Long: 0123456789012345678"
        "9012345678901234567890123456789\r\n"
        "X-Y: z\r\n\r\n";
    int fd;

    (void)c;
    start();
    fd = dial();
    for (size_t i = 0; i < sizeof request - 1; i++) {
        EXPECT(send(fd, &request[i], 1, MSG_NOSIGNAL) == 1);
        if (i % 10 == 0)
            pause_ms(1);
    }
    EXPECT(hear(fd, false) == 200);
    close(fd);
    http_stop(server);
}

TEST_PLAIN(a_head_as_large_as_may_be_is_read_and_a_larger_one_is_refused)
{
    static char request[40000];
    int sizes[] = { 100, 4000, 8000, 10000, 30000 };

    (void)c;
    start();
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *end = stpcpy(request, GET_X "Host: a\r\nX-Long: ");
        int fd = dial(), status;

        memset(end, 'x', (size_t)sizes[i]);
        strcpy(end + sizes[i], "\r\n\r\n");
        (void)send(fd, request, strlen(request), MSG_NOSIGNAL);
        status = hear(fd, false);
        EXPECT(
            sizes[i] <= 10000 ? status == 200 : status == 431 || status == 0);
        close(fd);
    }
    http_stop(server);
}

TEST_PLAIN(methods_that_are_none_of_ours_do_no_harm)
{
    (void)c;
    start();
    EXPECT(wire_ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    EXPECT(wire_ask("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    EXPECT(wire_ask("TRACE /x HTTP/1.1\r\nHost: a\r\nX-Secret: 1\r\n\r\n")
           == 200);
    EXPECT(heard("TRACE /x") && !heard("X-Secret"));
    http_stop(server);
}
