/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server - libmicrohttpd's callbacks, starting and stopping.
 *
 * A connection is suspended from the moment its request is whole until a
 * worker has answered; libmicrohttpd lets another thread queue the response
 * of a suspended connection, so the poller has nothing to do but send it.
 *
 * A body that is too large is answered at once, written straight to the
 * socket, and what still comes is thrown away for a while: were the
 * connection closed with bytes unread, the far end would lose the answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/thread.h"
#include "http/inner.h"

/* Request line and headers; libmicrohttpd clears it after each request, so a
   connection that was used costs all of it. */
#define CONNECTION_BYTES 16384u
#define URI_BYTES 8192u        /* so that 414 is ours: libmicrohttpd may hang */
#define DRAIN_BYTES (8u << 20) /* of a refused body, then hang up */
#define FIRST_BODY_BYTES 16384u /* believed of a Content-Length */
#define LARGE_ANSWER 65536u     /* counted: it may not fit into the kernel */
#define STOP_MS 5000            /* for open calls to be answered ... */
#define BEGIN_MS 1000           /* ... of which those waiting must begin */
#define READ_MS 1000            /* for answers to be read */
#define STREAMS_MS 500          /* for streams to say their end */
#define BACKLOG 1024
#define SPARE_DESCRIPTORS 64
#define LEAST_CONNECTIONS 8
#define MOST_OWN 1024 /* descriptors of the program, before anybody comes */

/* Only suites with forward secrecy (no RSA key exchange) that encrypt and
   authenticate in one (no CBC with a MAC beside it), ours before theirs. */
static const char tls_priorities[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-MAC-ALL:+AEAD"
    ":-AES-256-CCM:-AES-128-CCM:%SERVER_PRECEDENCE";

const char *const http_refusals[] = {
    [REFUSED_CONNECTIONS] = "connections",
    [REFUSED_ADDRESS_CONNECTIONS] = "address_connections",
    [REFUSED_ACCOUNT_CONNECTIONS] = "account_connections",
    [REFUSED_ACCOUNT_REQUESTS] = "account_requests",
    [REFUSED_RATE] = "rate",
    [REFUSED_SLOW_HEAD] = "slow_head",
    [REFUSED_SLOW_BODY] = "slow_body",
    [REFUSED_SLOW_READER] = "slow_reader",
    [REFUSED_UNSIGNED_BODY] = "unsigned_body",
    [REFUSED_BODIES] = "bodies",
    [REFUSED_ANSWERS] = "answers",
    [REFUSED_MALFORMED] = "malformed",
};

/* -- a connection comes ----------------------------------------------- */

static enum MHD_Result
on_accept(void *ctx, const struct sockaddr *address, socklen_t len)
{
    struct http_server *s = ctx;

    (void)address;
    (void)len;
    return door_admits(s->door) ? MHD_YES : MHD_NO;
}

/* It is told of the end before the descriptor is closed. */
static void
on_connection(void *ctx, struct MHD_Connection *conn, void **peer,
              enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = ctx;
    struct peer *p = *peer;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *peer = peer_make(s, conn);
    } else if (p) {
        door_leave(s->door, p->link);
        free(p->begun); /* libmicrohttpd gave up between its lines */
        free(p);
        *peer = NULL;
    }
}

/* -- a request comes in ---------------------------------------------- */

/*
 * An address so long that libmicrohttpd may have no room left for what it makes
 * of it: then it neither answers nor goes on, until the watchman comes.  So it
 * is answered before that is tried; what still comes is of no use.
 */
static void
refuse_address(struct exchange *x)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_CONNECTION_FD);

    x->answered = true;
    x->q.method = "?"; /* it is not known yet */
    x->begun_us = monotonic_us();
    reply_log(x, 414);
    x->begun_us = 0; /* begin() has not been here */
    if (fd && reply_raw(x, 414))
        (void)shutdown(fd->connect_fd, SHUT_WR);
}

/* libmicrohttpd is about to parse the request line. */
static void *
on_uri(void *ctx, const char *uri, struct MHD_Connection *conn)
{
    size_t n = strlen(uri) + 1;
    struct exchange *x = calloc(1, sizeof *x + n);

    ASSERT(x != NULL);
    x->server = ctx;
    x->conn = conn;
    x->peer = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
                  ->socket_context;
    x->visit.link = x->peer->link;
    x->sent_uri = uri;
    memcpy(x->uri, uri, n);
    free(x->peer->begun);
    x->peer->begun = x;
    if (n - 1 > URI_BYTES && !x->server->tls)
        refuse_address(x);
    return x;
}

/* Escapes are undone by request.c; libmicrohttpd shall leave them. */
static size_t
leave_escaped(void *ctx, struct MHD_Connection *conn, char *s)
{
    (void)ctx;
    (void)conn;
    return strlen(s);
}

/* Answer from the poller before the body was read; the connection closes. */
static enum MHD_Result
refuse_early(struct exchange *x, int status)
{
    struct arena *a = arena_open();
    struct http_reply r;

    reply_refuse(&x->q, &r, a, status);
    http_add_header(&r, "Connection", "close");
    struct MHD_Response *m = reply_make(x, &r);
    enum MHD_Result queued = MHD_queue_response(x->conn, (unsigned)status, m);
    MHD_destroy_response(m);
    reply_log(x, status);
    arena_close(a);
    return queued;
}

/* Refuse the rest of the body; see the top of the file. */
static enum MHD_Result
refuse_body(struct exchange *x, int status)
{
    x->refused = status;
    if (x->server->tls)
        return MHD_YES; /* answered when the body has been thrown away */
    x->answered = true;
    reply_log(x, status);
    return reply_raw(x, status) ? MHD_YES : MHD_NO;
}

/* Room for NEED bytes and the NUL: twice as much each time, up to what was
   announced or, of chunks, the limit.
   0, or the status to refuse the body with. */
static int
grow_body(struct exchange *x, size_t need)
{
    size_t most = x->chunked ? x->body_max : x->announced;
    size_t cap = x->body_cap * 2;
    int status;

    if (need < x->body_cap)
        return 0;
    if (cap > most + 1)
        cap = most + 1;
    if (cap < need + 1)
        cap = need + 1;
    status = door_body(x->server->door, &x->visit, cap - x->body_cap);
    if (status)
        return status;
    union {
        const char *kept;
        void *ours;
    } body = { .kept = x->q.body };
    x->q.body = realloc(body.ours, cap);
    ASSERT(x->q.body != NULL);
    x->body_cap = cap;
    return 0;
}

/* Longer than any of ours; a number may have noughts before it. */
#define LONG_PATH 100

enum likeness { LIKE_NONE, LIKE_ONE, LIKE_UNKNOWN };

/* Is the path of URI like one of PATHS?  Escapes may hide that, and so may
   length; none of ours needs either. */
static enum likeness
likeness(const char *const *paths, const char *uri)
{
    size_t path = strcspn(uri, "?");
    char plain[LONG_PATH];

    if (paths == NULL)
        return LIKE_NONE;
    if (uri[0] != '/' || path >= sizeof plain || memchr(uri, '%', path) != NULL)
        return LIKE_UNKNOWN;
    (void)snprintf(plain, sizeof plain, "%.*s", (int)path, uri);
    for (const char *const *p = paths; *p != NULL; p++)
        if (fnmatch(*p, plain, FNM_PATHNAME) == 0)
            return LIKE_ONE;
    return LIKE_NONE;
}

static size_t
limit_of(const struct http_config *config, const char *uri)
{
    return likeness(config->large_paths, uri) == LIKE_ONE
               ? config->max_large
               : config->max_body;
}

/* More than a small body waits until somebody has found out whose it is: a
   worker, for a poller does not ask the database. */
static enum MHD_Result
ask_admission(struct exchange *x)
{
    struct http_server *s = x->server;

    atomic_fetch_add(&s->open_calls, 1);
    if (atomic_load(&s->stopping)) {
        atomic_fetch_sub(&s->open_calls, 1);
        return refuse_body(x, 503);
    }
    x->asking = true;
    door_state(s->door, x->peer->link, LINK_SERVED, 0);
    MHD_suspend_connection(x->conn);
    pool_push(s->readers, x);
    return MHD_YES;
}

static size_t
small_body(const struct http_server *s)
{
    return s->config.admit ? (size_t)s->limits.of[LIMIT_SMALL_KIB] * 1024
                           : SIZE_MAX;
}

/* What is announced is known to be allowed: make room for some of it. */
static enum MHD_Result
expect_body(struct exchange *x, size_t len)
{
    bool unsent = http_header(&x->q, "Expect") || x->server->tls;
    int bad = 0;

    if (len > x->body_max && len != SIZE_MAX)
        bad = 413;
    else if (x->verdict)
        bad = x->verdict;
    else if (len > 0 && len != SIZE_MAX)
        bad = grow_body(x, len < FIRST_BODY_BYTES ? len : FIRST_BODY_BYTES);
    if (bad)
        return unsent ? refuse_early(x, bad) : refuse_body(x, bad);
    door_state(x->server->door, x->peer->link, LINK_READS, 0);
    return MHD_YES;
}

/* The headers are there. */
static enum MHD_Result
begin(struct exchange *x, const char *method, const char *version)
{
    struct http_server *s = x->server;
    unsigned char key[16];
    char credential[256];
    size_t len;

    if (x->answered)
        return MHD_NO;
    x->begun_us = monotonic_us();
    x->head = strcmp(method, "HEAD") == 0;
    x->q.method = x->head ? "GET" : method;
    x->q.tls = s->tls;
    x->q.impl = x;
    x->body_max = limit_of(&s->config, x->uri);
    request_address(x, key);
    request_credential(x, credential, sizeof credential);
    int bad = door_begin(s->door, &x->visit, credential, key);
    if (bad)
        return refuse_early(x, bad);
    if (strlen(x->uri) > URI_BYTES)
        return refuse_early(x, 414);
    if (!framing_is_sound(x, method, version, &len)) {
        door_refused(s->door, REFUSED_MALFORMED);
        return refuse_early(x, 400);
    }
    x->chunked = len == SIZE_MAX;
    x->announced = len;
    if (len == 0)
        return MHD_YES;
    if (len > small_body(s) && len <= x->body_max)
        return ask_admission(x);
    return expect_body(x, len);
}

/* The pool has found out whether the body may come. */
static enum MHD_Result
go_on(struct exchange *x)
{
    x->asking = false;
    x->admitted = x->verdict == 0;
    if (!x->chunked)
        return expect_body(x, x->announced);
    if (x->verdict)
        return refuse_body(x, x->verdict);
    door_state(x->server->door, x->peer->link, LINK_READS, 0);
    return MHD_YES;
}

static enum MHD_Result
take_body(struct exchange *x, const char *bytes, size_t n)
{
    union {
        const char *kept;
        char *ours;
    } body;

    door_progress(x->peer->link, n);
    /* The answer is written; some clients read it only when their body was
       taken. */
    if (x->refused) {
        x->drained += n;
        return x->drained <= DRAIN_BYTES ? MHD_YES : MHD_NO;
    }
    if (x->q.body_len + n > x->body_max)
        return refuse_body(x, 413);
    int bad = grow_body(x, x->q.body_len + n);
    if (bad)
        return refuse_body(x, bad);
    body.kept = x->q.body;
    memcpy(body.ours + x->q.body_len, bytes, n);
    x->q.body_len += n;
    body.ours[x->q.body_len] = '\0';
    return MHD_YES;
}

/* -- a worker answers ------------------------------------------------ */

/* What was to be answered did not come to the disk. */
static void
answer_lost(struct exchange *x)
{
    struct arena *a = arena_open();
    struct http_reply r;

    MHD_destroy_response(x->answer);
    reply_lost(&x->q, &r, a, x->later.err);
    x->status = r.status;
    x->answer = reply_make(x, &r);
    arena_close(a);
}

static void
answer(struct exchange *x)
{
    struct MHD_Connection *conn = x->conn;

    if (x->later.err != OK)
        answer_lost(x);
    reply_log(x, x->status);
    if (!x->stream)
        door_state(x->server->door, x->peer->link, LINK_ANSWERS, x->answer_len);
    if (MHD_queue_response(conn, (unsigned)x->status, x->answer) != MHD_YES)
        log_line(LOG_ERROR, "http", "a reply could not be queued");
    MHD_destroy_response(x->answer);
    if (x->stream) {
        /* It is no open request any more and counts elsewhere. */
        door_streams(x->server->door, &x->visit);
        stream_opened(x->stream);
        x->handed = false;
    } else {
        atomic_fetch_add(&x->server->unread, 1);
    }
    atomic_fetch_sub(&x->server->open_calls, 1);
    MHD_resume_connection(conn);
}

static void
on_told(struct later *l)
{
    answer((struct exchange *)((char *)l - offsetof(struct exchange, later)));
}

static bool
is_reading(const struct exchange *x)
{
    return x->head || strcmp(x->q.method, "GET") == 0;
}

/* The server stops, and there was time to begin. */
static bool
is_late(const struct http_server *s)
{
    return atomic_load(&s->stopping)
           && monotonic_ms() > atomic_load(&s->late_ms);
}

/* May a body come?  Once the connection goes on, X is the poller's. */
static void
admit(struct arena *a, struct exchange *x)
{
    struct http_server *s = x->server;
    struct MHD_Connection *conn = x->conn;

    x->arena = a;
    x->verdict = is_late(s) ? 503 : s->config.admit(s->config.ctx, a, &x->q);
    x->arena = NULL;
    if (x->verdict == 401)
        door_refused(s->door, REFUSED_UNSIGNED_BODY);
    atomic_fetch_sub(&s->open_calls, 1);
    MHD_resume_connection(conn);
}

/* Somebody who does not read must not fill the memory with answers.  What
   was changed has been changed, so only what was read is refused. */
static void
count_answer(struct exchange *x, struct http_reply *r, struct arena *a)
{
    int bad;

    if (r->body_static || r->fd > 0 || r->body_len < LARGE_ANSWER
        || !is_reading(x))
        return;
    bad = door_answer(x->server->door, &x->visit, r->body_len);
    if (bad)
        reply_refuse(&x->q, r, a, bad);
}

static void
serve(struct arena *a, struct exchange *x)
{
    struct http_server *s = x->server;
    struct http_reply r = { .status = 200 };

    if (x->asking) {
        admit(a, x);
        return;
    }
    x->arena = a;
    x->later.told = on_told;
    x->q.later = &x->later;
    int bad = x->q.aside ? 0 : request_read(x, a);
    if (!bad && !x->q.aside && is_late(s))
        bad = 503;
    if (bad)
        reply_refuse(&x->q, &r, a, bad);
    else
        s->config.handle(s->config.ctx, a, &x->q, &r);
    if (r.aside) {
        ASSERT(s->aside != NULL && x->q.aside == NULL);
        x->q.aside = r.aside;
        request_keep(x);
        pool_push(s->aside, x);
        return;
    }
    count_answer(x, &r, a);
    x->answer_len = r.body_len;
    x->answer = reply_make(x, &r);
    x->status = r.status;
    x->arena = NULL;
    /* On disk already, or nothing to wait for; otherwise on_told goes on. */
    if (!later_leave(&x->later))
        answer(x);
}

/* Bytes the request took of its connection. */
static size_t
bytes_taken(const struct exchange *x)
{
    const union MHD_ConnectionInfo *head =
        MHD_get_connection_info(x->conn,
                                MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return x->server->tls || x->chunked || head == NULL
               ? DOOR_ASK
               : head->header_size + x->announced;
}

/* What may hide a slow path is taken for one. */
static bool
is_slow(const struct http_server *s, const struct exchange *x)
{
    return s->slow != NULL
           && (strcmp(x->q.method, "POST") == 0
               || strcmp(x->q.method, "PUT") == 0)
           && likeness(s->config.slow_paths, x->uri) != LIKE_NONE;
}

static struct pool *
pool_for(const struct http_server *s, const struct exchange *x)
{
    if (is_reading(x))
        return s->readers;
    return is_slow(s, x) ? s->slow : s->writers;
}

/* What tells that the program runs waits for nobody who works in it. */
static bool
answer_at_once(struct exchange *x, enum MHD_Result *queued)
{
    struct http_server *s = x->server;
    struct http_reply r = { .status = 200 };
    struct MHD_Response *m;

    if (s->config.at_once == NULL || !is_reading(x) || x->q.body_len > 0
        || !s->config.at_once(x->uri, &r))
        return false;
    m = reply_make(x, &r);
    door_state(s->door, x->peer->link, LINK_SERVED, bytes_taken(x));
    door_state(s->door, x->peer->link, LINK_ANSWERS, r.body_len);
    *queued = MHD_queue_response(x->conn, (unsigned)r.status, m);
    MHD_destroy_response(m);
    reply_log(x, r.status);
    return true;
}

/* The request is whole. */
static enum MHD_Result
hand_over(struct exchange *x)
{
    struct http_server *s = x->server;
    enum MHD_Result queued;

    if (x->answered)
        return MHD_NO;
    if (x->refused)
        return refuse_early(x, x->refused);
    if (!atomic_load(&s->stopping) && answer_at_once(x, &queued))
        return queued;
    struct pool *p = pool_for(s, x);
    atomic_fetch_add(&s->open_calls, 1);
    if (atomic_load(&s->stopping) || !pool_has_room(p)) {
        atomic_fetch_sub(&s->open_calls, 1);
        return refuse_early(x, 503);
    }
    x->handed = true;
    door_state(s->door, x->peer->link, LINK_SERVED, bytes_taken(x));
    MHD_suspend_connection(x->conn);
    pool_push(p, x);
    return MHD_YES;
}

/* Chunks do not tell how many will come. */
static bool
needs_admission(const struct exchange *x, size_t n)
{
    return x->chunked && !x->admitted && !x->refused
           && x->q.body_len + n > small_body(x->server);
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *conn, const char *url,
           const char *method, const char *version, const char *bytes,
           size_t *n, void **arg)
{
    struct exchange *x = *arg;

    (void)ctx;
    (void)conn;
    (void)url;
    if (x->begun_us == 0)
        return begin(x, method, version);
    if (x->asking) {
        enum MHD_Result result = go_on(x);

        if (*n == 0 || result != MHD_YES)
            return result;
    }
    if (*n == 0)
        return hand_over(x);
    if (needs_admission(x, *n))
        return ask_admission(x); /* the same bytes come again */
    enum MHD_Result result = take_body(x, bytes, *n);
    *n = 0;
    return result;
}

/* The reply was sent, or the connection broke. */
static void
on_completed(void *ctx, struct MHD_Connection *conn, void **arg,
             enum MHD_RequestTerminationCode how)
{
    struct http_server *s = ctx;
    struct exchange *x = *arg;
    union {
        const char *kept;
        void *ours;
    } body;

    (void)conn;
    (void)how;
    if (x == NULL)
        return;
    *arg = NULL;
    x->peer->begun = NULL;
    if (x->stream)
        stream_gone(x->stream);
    if (x->handed)
        atomic_fetch_sub(&s->unread, 1);
    door_end(s->door, &x->visit);
    if (x->body_cap) {
        body.kept = x->q.body;
        free(body.ours);
    }
    free(x->pairs);
    free(x);
}

/* -- starting and stopping ------------------------------------------- */

static void
on_log(void *ctx, const char *fmt, va_list ap)
{
    char text[300];

    (void)ctx;
    vsnprintf(text, sizeof text, fmt, ap);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_DEBUG, "http", "%s", text);
}

/* /proc may be out of reach in the jail. */
static size_t
open_descriptors(void)
{
    size_t n = 0;

    for (int fd = 0; fd < MOST_OWN; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/*
 * How many connections may be open so that the program always has the
 * descriptors it needs: those it has now, the readers of the database, tables
 * that are written, logs; and some for connections that were cut and are not
 * closed yet (door_admits).
 */
static size_t
free_descriptors(size_t wanted)
{
    struct rlimit limit = { 0 };
    size_t have, need = open_descriptors();

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return LEAST_CONNECTIONS;
    rlim_t want = wanted + wanted / 4 + need + SPARE_DESCRIPTORS;
    if (limit.rlim_cur < want) {
        limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    need += limit.rlim_cur < 4 * SPARE_DESCRIPTORS ? SPARE_DESCRIPTORS / 3
                                                   : SPARE_DESCRIPTORS;
    have = limit.rlim_cur > need ? (size_t)limit.rlim_cur - need : 0;
    have = have * 4 / 5;
    return have > LEAST_CONNECTIONS ? have : LEAST_CONNECTIONS;
}

int
http_take_port(const char *address, uint16_t *port, const char **why)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } bound = { 0 };
    socklen_t len = sizeof bound;
    char service[8];
    int yes = 1;

    snprintf(service, sizeof service, "%u", *port);
    if (getaddrinfo(address, service, &hints, &found) != 0) {
        *why = "the address to listen on is not known";
        return -1;
    }
    int fd =
        socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        /* Or a restart would wait for connections of before to be forgotten. */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0
        || listen(fd, BACKLOG) != 0 || getsockname(fd, &bound.any, &len) != 0) {
        *why = errno == EADDRINUSE ? "the port is in use"
                                   : "cannot listen on the address";
        freeaddrinfo(found);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    freeaddrinfo(found);
    *port = ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port
                                                  : bound.v4.sin_port);
    return fd;
}

/* A PEM file as text, to be freed; NULL when it cannot be read. */
static char *
read_pem(const char *path)
{
    FILE *f = path ? fopen(path, "rb") : NULL;
    size_t cap = 256 * 1024;
    char *text = f ? calloc(1, cap) : NULL;

    if (text && fread(text, 1, cap - 1, f) == 0) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

static struct MHD_Daemon *
start_daemon(struct http_server *s, int fd, char *cert, char *key)
{
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO
        | MHD_USE_ERROR_LOG | (s->tls ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(intptr_t)tls_priorities },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem pool[] = {
        { MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)s->config.pollers, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };

    return MHD_start_daemon(
        flags, s->port, on_accept, s, on_request, s, /* first: the log */
        MHD_OPTION_EXTERNAL_LOGGER, on_log, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, s,
        /* The door counts: libmicrohttpd would leave people waiting. */
        MHD_OPTION_CONNECTION_LIMIT, INT_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->limits.of[LIMIT_IDLE_S],
        MHD_OPTION_STRICT_FOR_CLIENT, framing_is_ours() ? 0 : 1,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)(512 * 1024), MHD_OPTION_ARRAY,
        s->tls ? tls : none, MHD_OPTION_ARRAY,
        s->config.pollers > 1 ? pool : none, MHD_OPTION_END);
}

static struct pool *
open_pool(const struct http_config *config, unsigned workers, unsigned awake)
{
    if (workers == 0)
        return NULL;
    return pool_open(&(struct pool_config){
        .workers = workers,
        .awake = awake ? awake : workers,
        .run = serve,
        .idle = config->idle,
        .ctx = config->ctx });
}

/* All of them may run: the number is what memory allows. */
static struct pool *
open_slow(const struct http_config *config)
{
    if (config->slow_workers == 0)
        return NULL;
    return pool_open(&(struct pool_config){
        .workers = config->slow_workers,
        .awake = config->slow_workers,
        .queue = config->slow_queue,
        .run = serve,
        .idle = config->idle,
        .ctx = config->ctx });
}

static void
close_pools(struct http_server *s)
{
    pool_close(s->readers);
    pool_close(s->writers);
    pool_close(s->slow);
    pool_close(s->aside);
}

struct http_server *
http_start(const struct http_config *config, const char **why)
{
    struct http_server *s = calloc(1, sizeof *s);
    char *cert = read_pem(config->cert_file);
    char *key = read_pem(config->key_file);

    ASSERT(s != NULL && config->max_body > 0 && config->workers > 0);
    s->config = *config;
    s->port = config->port;
    s->tls = config->cert_file != NULL;
    pthread_mutex_init(&s->lock, NULL);
    thread_cond(&s->tick);
    s->limits = config->limits ? *config->limits : http_limits_usual();
    int fd = -1;
    if (!proxies_read(config->proxies, &s->proxies))
        *why = "proxies may hold addresses and networks only";
    else if (s->tls && (cert == NULL || key == NULL))
        *why = "the certificate or its key cannot be read";
    else
        fd = config->socket > 0
                 ? config->socket
                 : http_take_port(config->address, &s->port, why);
    if (fd >= 0) {
        s->door =
            door_open(&s->limits, free_descriptors(
                                      (size_t)s->limits.of[LIMIT_CONNECTIONS]));
        s->readers = open_pool(config, config->workers, config->reading);
        s->writers = open_pool(config, config->workers, config->writing);
        s->aside = open_pool(config, config->aside, 0);
        s->slow = open_slow(config);
        s->daemon = start_daemon(s, fd, cert, key);
        s->door_fd = fd;
        /* Nothing of it runs yet, so all can be taken back in turn. */
        if (s->daemon == NULL) {
            *why = s->tls ? "the certificate and its key do not work"
                          : "the server cannot be started";
            close_pools(s);
            door_close(s->door);
            close(fd);
        }
    }
    free(cert);
    free(key);
    if (s->daemon == NULL) {
        free(s);
        return NULL;
    }
    ASSERT(thread_begin(&s->beat, stream_beat, s));
    return s;
}

uint16_t
http_port(const struct http_server *s)
{
    return s->port;
}

struct http_counts
http_counts(const struct http_server *s)
{
    return door_counts(s->door);
}

struct http_counts
http_counts_of(const struct http_request *q)
{
    const struct exchange *x = q->impl;

    return x ? door_counts(x->server->door) : (struct http_counts){ 0 };
}

bool
http_known(const struct http_request *q, int64_t account_id)
{
    struct exchange *x = q->impl;

    return x == NULL || door_known(x->server->door, &x->visit, account_id);
}

/* Wait until nothing is left, or that moment; true when nothing is. */
static bool
wait_until_none(struct http_server *s, unsigned (*left)(struct http_server *s),
                int64_t until)
{
    const struct timespec pause = { 0, 2000000 };

    while (left(s) > 0 && monotonic_ms() < until)
        (void)nanosleep(&pause, NULL);
    return left(s) == 0;
}

static unsigned
left_to_answer(struct http_server *s)
{
    return atomic_load(&s->open_calls);
}

static unsigned
left_to_read(struct http_server *s)
{
    return atomic_load(&s->unread);
}

static unsigned
left_to_hear(struct http_server *s)
{
    return stream_any(s);
}

/*
 * Who comes now is refused by the kernel.  MHD_quiesce_daemon is not for this:
 * it takes the socket out of the pollers' set while they may do so themselves,
 * and the loser ends the process (libmicrohttpd 0.9.75, MHD_epoll).  So its
 * number becomes that of a socket to which nobody comes; with its last number
 * the old one leaves every set, and a poller that is about to accept finds
 * nothing.
 */
static void
close_door(struct http_server *s)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends)
        != 0)
        return; /* no numbers left: they come in and are answered 503 */
    (void)dup3(ends[0], s->door_fd, O_CLOEXEC);
    close(ends[0]);
    close(ends[1]);
}

void
http_take_no_more(struct http_server *s)
{
    atomic_store(&s->late_ms, monotonic_ms() + BEGIN_MS);
    atomic_store(&s->stopping, true);
    close_door(s);
    pthread_mutex_lock(&s->lock);
    pthread_cond_signal(&s->tick);
    pthread_mutex_unlock(&s->lock);
}

void
http_stop(struct http_server *s)
{
    if (!atomic_load(&s->stopping))
        http_take_no_more(s);
    if (!wait_until_none(s, left_to_answer,
                         atomic_load(&s->late_ms) - BEGIN_MS + STOP_MS))
        log_line(LOG_WARN, "http", "stopping with %u calls open",
                 left_to_answer(s));
    pthread_join(s->beat, NULL);
    close_pools(s);
    stream_end_all(s);
    /* Whoever is slow to read holds nobody up. */
    (void)wait_until_none(s, left_to_read, monotonic_ms() + READ_MS);
    (void)wait_until_none(s, left_to_hear, monotonic_ms() + STREAMS_MS);
    MHD_stop_daemon(s->daemon);
    door_close(s->door);
    pthread_cond_destroy(&s->tick);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
