/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream - replies that stay open (text/event-stream).
 *
 * While there is nothing to send the connection is suspended ("parked") and
 * costs no thread; http_stream_send fills the buffer and lets it go on.  A
 * comment every 20 s keeps proxies from closing it and finds out whose network
 * is gone; every second a twentieth of the streams get theirs.  Who hung up is
 * seen within a second: libmicrohttpd does not look at what is suspended, and
 * a page that is loaded again and again would count many times.
 *
 * The socket is valid as long as `gone` is false: libmicrohttpd says that a
 * request is completed before it closes the socket.  The stream itself is
 * freed when both its connection and whoever sends to it have let go of it.
 * Locks are taken in the order server, stream, libmicrohttpd's own; none is
 * held for longer than it takes to copy some bytes.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/thread.h"
#include "http/inner.h"

#define WAITING_MAX (1024 * 1024)
#define KEEP_BYTES 4096 /* a larger buffer is given back when it is empty */
#define BLOCK_BYTES 4096
#define BEAT_S 20

struct http_stream {
    struct http_server *server;
    struct MHD_Connection *conn;
    struct http_stream *next, *previous;
    void (*on_open)(void *arg, struct http_stream *s);
    void (*on_gone)(void *arg, struct http_stream *s);
    void *arg;
    unsigned beat;    /* the second of BEAT_S in which it gets its comment */
    atomic_uint held; /* by its connection, by whoever sends to it */

    pthread_mutex_t lock; /* of what follows */
    char *bytes;
    size_t sent, len, cap; /* bytes[sent .. len) wait */
    bool parked, ended, gone;
};

/* Lock held. */
static void
unpark(struct http_stream *s)
{
    if (s->parked) {
        s->parked = false;
        MHD_resume_connection(s->conn);
    }
}

static ssize_t
read_waiting(void *arg, uint64_t position, char *out, size_t max)
{
    struct http_stream *s = arg;
    ssize_t n = 0;

    (void)position;
    pthread_mutex_lock(&s->lock);
    if (s->sent < s->len) {
        size_t take = s->len - s->sent < max ? s->len - s->sent : max;

        memcpy(out, s->bytes + s->sent, take);
        s->sent += take;
        n = (ssize_t)take;
    } else if (s->ended) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->parked = true;
        MHD_suspend_connection(s->conn);
    }
    if (s->sent == s->len) {
        s->sent = s->len = 0;
        /* One burst must not cost its room for as long as the stream lives. */
        if (s->cap > KEEP_BYTES) {
            free(s->bytes);
            s->bytes = NULL;
            s->cap = 0;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

/* Lock held: make room for N bytes more behind what waits. */
static void
make_room(struct http_stream *s, size_t n)
{
    if (s->sent > 0) {
        memmove(s->bytes, s->bytes + s->sent, s->len - s->sent);
        s->len -= s->sent;
        s->sent = 0;
    }
    if (s->len + n <= s->cap)
        return;
    size_t cap = s->cap ? s->cap : 512;
    while (cap < s->len + n)
        cap *= 2;
    s->bytes = realloc(s->bytes, cap);
    ASSERT(s->bytes != NULL);
    s->cap = cap;
}

/* Lock held: the far end does not read; drop what waits and hang up. */
static void
hang_up(struct http_stream *s)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(s->conn, MHD_CONNECTION_INFO_CONNECTION_FD);

    s->ended = true;
    s->sent = s->len = 0;
    if (fd)
        shutdown(fd->connect_fd, SHUT_RDWR);
    unpark(s);
}

/* Lock held: has the far end said that it sends nothing more?  No client of a
   stream does that and goes on reading. */
static bool
has_hung_up(const struct http_stream *s)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(s->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct pollfd p = { .fd = fd ? fd->connect_fd : -1, .events = POLLRDHUP };

    return poll(&p, 1, 0) > 0;
}

size_t
http_stream_send(struct http_stream *s, const char *bytes, size_t n)
{
    size_t waiting;

    pthread_mutex_lock(&s->lock);
    if (!s->gone && !s->ended) {
        if (s->len - s->sent + n > WAITING_MAX) {
            hang_up(s);
        } else {
            make_room(s, n);
            memcpy(s->bytes + s->len, bytes, n);
            s->len += n;
            unpark(s);
        }
    }
    waiting = s->len - s->sent;
    pthread_mutex_unlock(&s->lock);
    return waiting;
}

size_t
http_stream_waiting(struct http_stream *s)
{
    size_t waiting;

    pthread_mutex_lock(&s->lock);
    waiting = s->len - s->sent;
    pthread_mutex_unlock(&s->lock);
    return waiting;
}

void
http_stream_end(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    if (!s->gone) {
        s->ended = true;
        unpark(s);
    }
    pthread_mutex_unlock(&s->lock);
}

/* N of those who hold it let it go. */
static void
let_go(struct http_stream *s, unsigned n)
{
    if (atomic_fetch_sub(&s->held, n) > n)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s->bytes);
    free(s);
}

void
http_stream_release(struct http_stream *s)
{
    let_go(s, 1);
}

struct MHD_Response *
stream_make(struct exchange *x, const struct http_reply *r)
{
    static const char hello[] = ": open\n\n";
    struct http_server *server = x->server;
    struct http_stream *s = calloc(1, sizeof *s);

    ASSERT(s != NULL);
    s->server = server;
    s->conn = x->conn;
    s->on_open = r->stream_open;
    s->on_gone = r->stream_gone;
    s->arg = r->stream_arg;
    atomic_init(&s->held, 2);
    pthread_mutex_init(&s->lock, NULL);
    (void)http_stream_send(s, hello, sizeof hello - 1);
    x->stream = s;

    struct MHD_Response *m =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
                                          read_waiting, s, NULL);
    if (m)
        MHD_add_response_header(m, "X-Accel-Buffering", "no");
    pthread_mutex_lock(&server->lock);
    s->ended = atomic_load(&server->stopping);
    /* Spread over the seconds, so that not all beats fall together. */
    s->beat = server->beats++ % BEAT_S;
    s->next = server->streams;
    if (s->next)
        s->next->previous = s;
    server->streams = s;
    pthread_mutex_unlock(&server->lock);
    return m;
}

void
stream_opened(struct http_stream *s)
{
    s->on_open(s->arg, s);
}

void
stream_gone(struct http_stream *s)
{
    struct http_server *server = s->server;

    pthread_mutex_lock(&s->lock);
    s->gone = true;
    pthread_mutex_unlock(&s->lock);
    pthread_mutex_lock(&server->lock);
    if (s->previous)
        s->previous->next = s->next;
    else
        server->streams = s->next;
    if (s->next)
        s->next->previous = s->previous;
    pthread_mutex_unlock(&server->lock);
    if (!s->on_gone) {
        let_go(s, 2); /* nobody else will */
        return;
    }
    s->on_gone(s->arg, s);
    let_go(s, 1);
}

bool
stream_any(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    bool any = server->streams != NULL;
    pthread_mutex_unlock(&server->lock);
    return any;
}

void
stream_end_all(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    for (struct http_stream *s = server->streams; s; s = s->next) {
        http_stream_end(s);
    }
    pthread_mutex_unlock(&server->lock);
}

static void
look_after(struct http_stream *s, unsigned beat)
{
    pthread_mutex_lock(&s->lock);
    if (!s->gone && !s->ended && has_hung_up(s))
        hang_up(s);
    pthread_mutex_unlock(&s->lock);
    if (s->beat == beat)
        (void)http_stream_send(s, ":\n\n", 3);
}

void *
stream_beat(void *arg)
{
    struct http_server *server = arg;
    int64_t next = monotonic_ms();
    unsigned beat = 0;

    pthread_mutex_lock(&server->lock);
    while (!atomic_load(&server->stopping)) {
        next += SECOND_MS;
        beat = (beat + 1) % BEAT_S;
        while (!atomic_load(&server->stopping)
               && thread_wait(&server->tick, &server->lock, next))
            continue;
        for (struct http_stream *s = server->streams; s; s = s->next)
            look_after(s, beat);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}
