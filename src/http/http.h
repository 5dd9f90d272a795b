/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - libmicrohttpd behind one function: a request in, a reply out.
 *
 * A few epoll threads read requests; a whole request is handed to a pool of
 * workers, which run plain blocking code; the connection is suspended
 * meanwhile.  Event streams are suspended connections and cost no thread.
 *
 * Always true: a body over the limit is answered 413 before it is read whole;
 * every reply carries the security headers; nothing of a body, a cookie or an
 * Authorization header is logged.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/base.h"

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
    void *impl;          /* the adapter's */
};

/* A request header by name, or NULL. */
const char *http_header(const struct http_request *q, const char *name);
/* A cookie by name, or NULL. */
const char *http_cookie(const struct http_request *q, const char *name);

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
    /* For an event stream: set by the handler instead of a body; called on
       the stream's thread once it is open, and when the far end has gone. */
    void (*stream_open)(void *arg, struct http_stream *s);
    void (*stream_gone)(void *arg, struct http_stream *s);
    void *stream_arg;
};

void http_add_header(struct http_reply *r, const char *name, const char *value);

/*
 * Send bytes to an open event stream from any thread; they are copied.  A
 * far end that does not read is closed after 1 MiB waits for it.
 */
void http_stream_send(struct http_stream *s, const char *bytes, size_t n);
/* End it once what waits has been sent. */
void http_stream_end(struct http_stream *s);

struct http_config {
    const char *address; /* "127.0.0.1" */
    uint16_t port;       /* 0: any free one */
    /* Workers for reading (GET, HEAD) and as many for everything else; of each
       kind only so many run at a time, unless they make no headway; 0: all. */
    unsigned pollers, workers, reading, writing;
    size_t max_body; /* bytes */
    /* Paths that begin with large_path (NULL: none) may take more. */
    const char *large_path;
    size_t max_large;
    const char *cert_file, *key_file; /* PEM; NULL: no TLS */
    /* Reverse proxies that are believed when they say for whom they ask
       (X-Forwarded-For, X-Forwarded-Proto): addresses and networks with
       commas between; NULL: none is. */
    const char *proxies;
    /* Runs on a worker; A is this worker's arena, reset after the reply. */
    void (*handle)(void *ctx, struct arena *a, const struct http_request *q,
                   struct http_reply *r);
    /* Runs on a worker that has nothing else to do; may be NULL. */
    void (*idle)(void *ctx);
    void *ctx;
};

struct http_server;
struct http_server *http_start(const struct http_config *config,
                               const char **why);
uint16_t http_port(const struct http_server *s);
void http_stop(struct http_server *s); /* open calls are answered first */

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
