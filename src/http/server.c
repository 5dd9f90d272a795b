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
#include "http/impl.h"

#define MAX_CONNECTIONS 4000u
#define CONNECTION_BYTES 32768u /* request line and headers */
#define URI_BYTES 8192u        /* so that 414 is ours: libmicrohttpd may hang */
#define IDLE_S 65u             /* a connection on which nothing moves */
#define BODY_S 120             /* a body must have arrived by then */
#define DRAIN_BYTES (8u << 20) /* of a refused body, then hang up */
#define BODY_BUDGET (48u << 20) /* all bodies together */
#define FIRST_BODY_BYTES 16384u /* believed of a Content-Length */
#define STOP_MS 10000           /* for open calls to be answered */
#define STREAMS_MS 500          /* for streams to say their end */
#define BACKLOG 1024

static const char tls_priorities[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* -- a request comes in ---------------------------------------------- */

/* libmicrohttpd is about to parse the request line. */
static void *
on_uri(void *ctx, const char *uri, struct MHD_Connection *conn)
{
    size_t n = strlen(uri) + 1;
    struct exchange *x = calloc(1, sizeof *x + n);

    ASSERT(x != NULL);
    x->server = ctx;
    x->conn = conn;
    memcpy(x->uri, uri, n);
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

/* Take N bytes of the server's budget for bodies. */
static bool
reserve(struct exchange *x, size_t n)
{
    struct http_server *s = x->server;

    x->reserved += n;
    return atomic_fetch_add(&s->body_bytes, n) + n <= BODY_BUDGET
           || x->reserved <= FIRST_BODY_BYTES;
}

/* Room for NEED bytes and the NUL: twice as much each time, up to the limit. */
static bool
grow_body(struct exchange *x, size_t need)
{
    size_t cap = x->body_cap * 2;

    if (need < x->body_cap)
        return true;
    if (cap > x->body_max + 1)
        cap = x->body_max + 1;
    if (cap < need + 1)
        cap = need + 1;
    if (!reserve(x, cap - x->body_cap))
        return false;
    union {
        const char *kept;
        void *ours;
    } body = { .kept = x->q.body };
    x->q.body = realloc(body.ours, cap);
    ASSERT(x->q.body != NULL);
    x->body_cap = cap;
    return true;
}

static size_t
limit_of(const struct http_config *config, const char *uri)
{
    const char *large = config->large_path;

    return large && strncmp(uri, large, strlen(large)) == 0
               ? config->max_large
               : config->max_body;
}

/* The headers are there. */
static enum MHD_Result
begin(struct exchange *x, const char *method)
{
    size_t len;

    x->begun_us = monotonic_us();
    x->head = strcmp(method, "HEAD") == 0;
    x->q.method = x->head ? "GET" : method;
    x->q.tls = x->server->tls;
    x->q.impl = x;
    x->body_max = limit_of(&x->server->config, x->uri);
    request_address(x);
    if (strlen(x->uri) > URI_BYTES)
        return refuse_early(x, 414);
    int bad = request_length(x->conn, &len);
    if (bad)
        return refuse_early(x, bad);
    if (len == SIZE_MAX)
        return MHD_YES;
    if (len > x->body_max)
        return http_header(&x->q, "Expect") || x->server->tls
                   ? refuse_early(x, 413)
                   : refuse_body(x, 413);
    if (len > 0
        && !grow_body(x, len < FIRST_BODY_BYTES ? len : FIRST_BODY_BYTES))
        return refuse_early(x, 503);
    return MHD_YES;
}

static enum MHD_Result
take_body(struct exchange *x, const char *bytes, size_t n)
{
    union {
        const char *kept;
        char *ours;
    } body;

    if (monotonic_us() - x->begun_us > BODY_S * INT64_C(1000000))
        return MHD_NO;
    if (x->refused) {
        x->drained += n;
        return x->drained <= DRAIN_BYTES ? MHD_YES : MHD_NO;
    }
    if (x->q.body_len + n > x->body_max)
        return refuse_body(x, 413);
    if (!grow_body(x, x->q.body_len + n))
        return refuse_body(x, 503);
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
    x->status = 503;
    reply_refuse(&x->q, &r, a, x->status);
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
    if (MHD_queue_response(conn, (unsigned)x->status, x->answer) != MHD_YES)
        log_line(LOG_ERROR, "http", "a reply could not be queued");
    MHD_destroy_response(x->answer);
    if (x->stream) {
        stream_opened(x->stream);
        x->handed = false;
        atomic_fetch_sub(&x->server->open_calls, 1);
    }
    MHD_resume_connection(conn);
}

static void
on_told(struct later *l)
{
    answer((struct exchange *)((char *)l - offsetof(struct exchange, later)));
}

static void
serve(struct arena *a, struct exchange *x)
{
    struct http_server *s = x->server;
    struct http_reply r = { .status = 200 };

    x->arena = a;
    x->later.told = on_told;
    x->q.later = &x->later;
    int bad = request_read(x, a);
    if (bad)
        reply_refuse(&x->q, &r, a, bad);
    else
        s->config.handle(s->config.ctx, a, &x->q, &r);
    x->answer = reply_make(x, &r);
    x->status = r.status;
    x->arena = NULL;
    if (!later_leave(&x->later))
        answer(x);
}

static bool
is_reading(const struct exchange *x)
{
    return x->head || strcmp(x->q.method, "GET") == 0;
}

/* The request is whole. */
static enum MHD_Result
hand_over(struct exchange *x)
{
    struct http_server *s = x->server;

    if (x->answered)
        return MHD_NO;
    if (x->refused)
        return refuse_early(x, x->refused);
    atomic_fetch_add(&s->open_calls, 1);
    if (atomic_load(&s->stopping)) {
        atomic_fetch_sub(&s->open_calls, 1);
        return refuse_early(x, 503);
    }
    x->handed = true;
    MHD_suspend_connection(x->conn);
    pool_push(is_reading(x) ? s->readers : s->writers, x);
    return MHD_YES;
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
    (void)version;
    if (x->begun_us == 0)
        return begin(x, method);
    if (*n == 0)
        return hand_over(x);
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
    if (x->stream)
        stream_gone(x->stream);
    if (x->handed)
        atomic_fetch_sub(&s->open_calls, 1);
    atomic_fetch_sub(&s->body_bytes, x->reserved);
    if (x->body_cap) {
        body.kept = x->q.body;
        free(body.ours);
    }
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

/* Event streams hold a descriptor each. */
static void
raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t want = MAX_CONNECTIONS + 1000;
    if (limit.rlim_cur < want) {
        limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int
listen_on(const struct http_config *config, uint16_t *port, const char **why)
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

    snprintf(service, sizeof service, "%u", config->port);
    if (getaddrinfo(config->address, service, &hints, &found) != 0) {
        *why = "the address to listen on is not known";
        return -1;
    }
    int fd =
        socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0)
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
        flags, s->port, NULL, NULL, on_request, s, /* first: the log */
        MHD_OPTION_EXTERNAL_LOGGER, on_log, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, s, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, s,
        MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)(512 * 1024), MHD_OPTION_ARRAY,
        s->tls ? tls : none, MHD_OPTION_ARRAY,
        s->config.pollers > 1 ? pool : none, MHD_OPTION_END);
}

static struct pool *
open_pool(const struct http_config *config, unsigned awake)
{
    return pool_open(&(struct pool_config){
        .workers = config->workers,
        .awake = awake ? awake : config->workers,
        .run = serve,
        .idle = config->idle,
        .ctx = config->ctx });
}

struct http_server *
http_start(const struct http_config *config, const char **why)
{
    struct http_server *s = calloc(1, sizeof *s);
    char *cert = read_pem(config->cert_file);
    char *key = read_pem(config->key_file);

    ASSERT(s != NULL && config->max_body > 0 && config->workers > 0);
    s->config = *config;
    s->tls = config->cert_file != NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->tick, NULL);
    raise_descriptors();
    int fd = -1;
    if (!proxies_read(config->proxies, &s->proxies))
        *why = "proxies may hold addresses and networks only";
    else if (s->tls && (cert == NULL || key == NULL))
        *why = "the certificate or its key cannot be read";
    else
        fd = listen_on(config, &s->port, why);
    if (fd >= 0) {
        s->readers = open_pool(config, config->reading);
        s->writers = open_pool(config, config->writing);
        s->daemon = start_daemon(s, fd, cert, key);
        if (s->daemon == NULL) {
            *why = s->tls ? "the certificate and its key do not work"
                          : "the server cannot be started";
            pool_close(s->readers);
            pool_close(s->writers);
            close(fd);
        }
    }
    free(cert);
    free(key);
    if (s->daemon == NULL) {
        free(s);
        return NULL;
    }
    ASSERT(pthread_create(&s->beat, NULL, stream_beat, s) == 0);
    return s;
}

uint16_t
http_port(const struct http_server *s)
{
    return s->port;
}

void
http_stop(struct http_server *s)
{
    const struct timespec pause = { 0, 2000000 };

    atomic_store(&s->stopping, true);
    int fd = MHD_quiesce_daemon(s->daemon);
    for (int ms = 0; ms < STOP_MS && atomic_load(&s->open_calls); ms += 2)
        nanosleep(&pause, NULL);
    if (atomic_load(&s->open_calls))
        log_line(LOG_WARN, "http", "stopping with %u calls open",
                 atomic_load(&s->open_calls));
    pthread_mutex_lock(&s->lock);
    pthread_cond_signal(&s->tick);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->beat, NULL);
    pool_close(s->readers);
    pool_close(s->writers);
    stream_end_all(s);
    for (int ms = 0; ms < STREAMS_MS && stream_any(s); ms += 2)
        nanosleep(&pause, NULL);
    MHD_stop_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
    pthread_cond_destroy(&s->tick);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
