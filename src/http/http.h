/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - libmicrohttpd behind one function: a request in, a reply out.
 *
 * A few epoll threads read requests; a whole request is handed to a pool of
 * workers, which run plain blocking code; the connection is suspended
 * meanwhile.  Event streams are suspended connections and cost no thread.
 *
 * Always true: a body over the limit is answered 413 before it is read whole;
 * of whom nobody knows no more than a small body is kept; a head that two
 * parsers could read differently is answered 400; every reply carries the security headers; nothing of a body, a cookie or an
 * Authorization header is logged.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/base.h"
#include "http/limits.h"

struct http_request {
    const char *method;       /* "GET" */
    const char *path;         /* "/api/v1/orders", decoded, valid UTF-8 */
    const struct pair *query; /* decoded pairs (model/model.h) */
    size_t n_query;
    const char *body; /* NUL-ended */
    size_t body_len;
    const char *address; /* the far end's, behind the proxies we know */
    bool tls;            /* it speaks TLS, to us or to such a proxy */
    struct later *later; /* (db/db.h) for a handler that need not wait for the
                            disk: the reply is sent when it has been told */
    void *aside;         /* what the handler left for itself (see below) */
    void *impl;          /* the adapter's */
};

/* Did a proxy that the configuration names hand it on?  Only then is what it
   says of others (X-Forwarded-Host) worth anything. */
bool http_by_proxy(const struct http_request *q);

/* A request header by name, or NULL. */
const char *http_header(const struct http_request *q, const char *name);
/* A cookie by name, or NULL. */
const char *http_cookie(const struct http_request *q, const char *name);

/*
 * The handler has found out whose request it is: an account's, or nobody's (0)
 * although it carries a credential.  False: that account has too much open
 * already, and this shall be answered 429.
 */
bool http_known(const struct http_request *q, int64_t account_id);

#define HTTP_MAX_HEADERS 12

struct http_stream;

struct http_reply {
    int status;
    const char *type; /* Content-Type */
    const char *body; /* in the arena, or constant when body_static */
    size_t body_len;
    bool body_static;
    struct {
        const char *name, *value;
    } headers[HTTP_MAX_HEADERS];
    size_t n_headers;
    /* For an event stream: set by the handler instead of a body.  stream_open
       is called on a worker once it is open; stream_gone on a poller, which
       all other connections wait for, so it may wait for nothing.  S (NULL:
       it was never open) stays valid until http_stream_release. */
    void (*stream_open)(void *arg, struct http_stream *s);
    void (*stream_gone)(void *arg, struct http_stream *s);
    void *stream_arg;
    /* For work that takes long: set by the handler instead of an answer.  It
       is called again with this as q->aside, on one of the few workers kept
       for such work, and answers then. */
    void *aside;
    /* For a body from a file: BODY_LEN bytes of FD (0: none), which the
       adapter closes.  SENT (may be NULL) is called on any thread once they
       have been sent or the far end has gone. */
    int fd;
    void (*sent)(void *arg);
    void *sent_arg;
};

/* NAME is kept as it is, VALUE too: both outlive the reply. */
void http_add_header(struct http_reply *r, const char *name, const char *value);

/*
 * Send bytes to an event stream from any thread; they are copied.  How many
 * bytes now wait for the far end to read comes back: whoever sends much heeds
 * it.  A far end that does not read is closed after 1 MiB waits for it.  To
 * one that has gone nothing is sent.
 */
size_t http_stream_send(struct http_stream *s, const char *bytes, size_t n);
size_t http_stream_waiting(struct http_stream *s);
/* End it once what waits has been sent. */
void http_stream_end(struct http_stream *s);
/* After stream_gone, once: the stream is of no use any more. */
void http_stream_release(struct http_stream *s);

struct http_config {
    const char *address; /* "127.0.0.1" */
    uint16_t port;       /* 0: any free one */
    int socket; /* listening already (http_take_port); 0: it is opened here */
    /* Workers for reading (GET, HEAD) and as many for everything else; of each
       kind only so many run at a time, unless they make no headway; 0: all. */
    unsigned pollers, workers, reading, writing;
    unsigned aside;  /* workers for what takes long; 0: the handler has none */
    size_t max_body; /* bytes */
    /* Paths like one of large_paths may take more (a star stands for one part;
       NULL-ended; NULL: none). */
    const char *const *large_paths;
    size_t max_large;
    /* What is slow by its nature (a password's hash) has workers of its own, so
       that it takes nobody's place: POST and PUT of paths like one of
       slow_paths (as above), slow_workers at a time; of more than slow_queue that wait, the next is
       answered 503. */
    const char *const *slow_paths;
    unsigned slow_workers, slow_queue;
    const char *cert_file, *key_file; /* PEM; NULL: no TLS */
    /* Reverse proxies that are believed when they say for whom they ask
       (X-Forwarded-For, X-Forwarded-Proto): addresses and networks with
       commas between; NULL: none is. */
    const char *proxies;
    const struct http_limits *limits; /* NULL: the usual ones */
    /* The cookie that is a credential, besides the header Authorization. */
    const char *session_cookie;
    /* Runs on a worker before more of a body than a small one is kept, with
       the head alone (no path): 0, or the status to refuse it with.  NULL:
       anybody's is. */
    int (*admit)(void *ctx, struct arena *a, const struct http_request *q);
    /* Runs on a worker; A is this worker's arena, reset after the reply. */
    void (*handle)(void *ctx, struct arena *a, const struct http_request *q,
                   struct http_reply *r);
    /* Runs on a poller, which all other connections wait for: fill R and
       return true where the path as it was sent (a GET) is answered out of
       nothing at all, however busy the workers are.  May be NULL. */
    bool (*at_once)(const char *path, struct http_reply *r);
    /* Runs on a worker that has nothing else to do; may be NULL. */
    void (*idle)(void *ctx);
    void *ctx;
};

/*
 * A socket that listens on ADDRESS; *PORT becomes the one it got, if it was 0.
 * -1 with the reason in *WHY.  For a program that gives the right to listen up
 * before it starts a server's threads.
 */
int http_take_port(const char *address, uint16_t *port, const char **why);

struct http_server;
/* Serve from now on; NULL with *WHY (English, a key of the words).  CONFIG is
   copied, what it points to is not. */
struct http_server *http_start(const struct http_config *config,
                               const char **why);
uint16_t http_port(const struct http_server *s);

/* Why something was refused or cut off, for the monitors. */
enum http_refusal {
    REFUSED_CONNECTIONS, /* all places are taken */
    REFUSED_ADDRESS_CONNECTIONS,
    REFUSED_ACCOUNT_CONNECTIONS,
    REFUSED_ACCOUNT_REQUESTS,
    REFUSED_RATE,
    REFUSED_SLOW_HEAD,
    REFUSED_SLOW_BODY,
    REFUSED_SLOW_READER,
    REFUSED_UNSIGNED_BODY,
    REFUSED_BODIES, /* too many bytes of bodies, of answers */
    REFUSED_ANSWERS,
    REFUSED_MALFORMED,
    N_REFUSALS
};
extern const char *const http_refusals[]; /* "connections", ... */

struct http_counts {
    size_t connections, most_connections;
    unsigned long long refused[N_REFUSALS];
};
/* Since the start. */
struct http_counts http_counts(const struct http_server *s);
/* Of the server that serves the request; zeroes when none does. */
struct http_counts http_counts_of(const struct http_request *q);

/* From now on nobody is let in; requests on open connections are answered
   503.  What was taken before is still answered, for a second as to what waits
   for a worker. */
void http_take_no_more(struct http_server *s);
/* ... and the end, when open calls have been answered (5 s at most since then)
   and read (1 s at most). */
void http_stop(struct http_server *s);

/* -- the web interface inside the program (made by tools/embed) -------- */

struct asset {
    const char *path; /* "/index.html" */
    const char *type;
    const char *etag;                           /* with the quotes */
    const unsigned char *plain, *gzip, *brotli; /* gzip, brotli may be NULL */
    size_t plain_len, gzip_len, brotli_len;
    bool immutable; /* its name holds its hash */
};

extern const struct asset assets[];
extern const size_t n_assets;

/* Serve an asset with ETag and compression; false when there is none. */
bool http_asset(const struct http_request *q, struct http_reply *r);

#endif
