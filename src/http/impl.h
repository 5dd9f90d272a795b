/* SPDX-License-Identifier: Apache-2.0 */
/*
 * impl - what the files of the adapter know of one another.
 *
 * A request's way: server.c takes it from libmicrohttpd (a poller thread),
 * collects its body and suspends the connection; pool.c hands it to a worker;
 * request.c decodes it; the program's handler answers; reply.c makes a
 * libmicrohttpd response of the answer and the connection goes on.
 */
#ifndef HTTP_IMPL_H
#define HTTP_IMPL_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "db/db.h"
#include "http/http.h"

#define MAX_PROXIES 16

struct network {
    unsigned char bytes[16]; /* of IPv6; one of IPv4 is mapped into it */
    unsigned bits;
};

/* The reverse proxies whose word is taken for who is behind them. */
struct proxies {
    struct network networks[MAX_PROXIES];
    size_t n;
};

/* One request and its answer, from the request line to the last byte sent. */
struct exchange {
    struct http_server *server;
    struct MHD_Connection *conn;
    struct exchange *next; /* in the pool's queue */
    struct arena *arena;   /* the worker's, while it serves */
    struct http_request q;
    struct http_stream *stream; /* once it has become an event stream */
    struct later later;         /* what the answer waits for */
    struct MHD_Response *answer;
    int status;
    int64_t begun_us; /* monotonic; 0: not begun */
    size_t body_cap, body_max;
    size_t drained;  /* bytes of a refused body thrown away */
    size_t reserved; /* of the server's budget for bodies */
    int refused;     /* status; the body is not kept */
    bool answered;   /* 413 is on its way already: close at the end */
    bool handed;     /* to the pool */
    bool head;
    char address[64];
    char uri[]; /* as sent; decoded in place */
};

struct http_server {
    struct http_config config;
    struct proxies proxies;
    struct MHD_Daemon *daemon;
    struct pool *readers, *writers;
    uint16_t port;
    bool tls;
    atomic_bool stopping;
    atomic_size_t body_bytes; /* of all requests now being read or served */
    atomic_uint open_calls;   /* handed to the pool and not yet answered */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t tick;
    struct http_stream *streams;
    pthread_t beat;
};

/* -- request.c -------------------------------------------------------- */

/*
 * Decode uri into q's path and query, and look at the body: 0, or the status
 * to refuse it with.  The pairs live in A.
 */
int request_read(struct exchange *x, struct arena *a);

/* What is wrong with the framing: 0, or the status to refuse it with.
   *LEN is the Content-Length, SIZE_MAX when it is not said. */
int request_length(struct MHD_Connection *conn, size_t *len);

/* The far end's address as text, and whether it speaks TLS: to us, or to the
   proxy before us. */
void request_address(struct exchange *x);

/* -- proxy.c ---------------------------------------------------------- */

/* "127.0.0.1, 10.0.0.0/8"; NULL is none.  False when something in it is no
   address or there are too many. */
bool proxies_read(const char *list, struct proxies *p);
bool proxies_hold(const struct proxies *p, const char *address);

/* While ADDRESS is a proxy's, put the address it speaks for in its place: the
   last of LIST, an X-Forwarded-For, which is cut up. */
void proxies_far_end(const struct proxies *p, char *list, char *address,
                     size_t n);

/* -- reply.c ---------------------------------------------------------- */

/* A problem document of STATUS for what the adapter itself refuses. */
void reply_refuse(const struct http_request *q, struct http_reply *r,
                  struct arena *a, int status);

/* The response for libmicrohttpd, security headers included. */
struct MHD_Response *reply_make(struct exchange *x, const struct http_reply *r);

/* Answer without libmicrohttpd, in the middle of a body; false when the far
   end could not be written to. */
bool reply_raw(struct exchange *x, int status);

/* Microseconds of a clock that only goes forward. */
int64_t monotonic_us(void);

/* One log line. */
void reply_log(const struct exchange *x, int status);

/* -- pool.c ----------------------------------------------------------- */

struct pool;
struct pool_config {
    unsigned workers, awake; /* awake: may run at a time */
    void (*run)(struct arena *a, struct exchange *x);
    void (*idle)(void *ctx);
    void *ctx; /* of idle */
};

struct pool *pool_open(const struct pool_config *config);
void pool_push(struct pool *p, struct exchange *x);
void pool_close(struct pool *p); /* after what is queued has run */

/* -- stream.c --------------------------------------------------------- */

/* A response that stays open; the stream joins the server's list. */
struct MHD_Response *stream_make(struct exchange *x,
                                 const struct http_reply *r);
void stream_opened(struct http_stream *s); /* the response is queued */
void stream_gone(struct http_stream *s);   /* the connection is over */
void stream_end_all(struct http_server *s);
bool stream_any(struct http_server *s);
void *stream_beat(void *server); /* thread: heartbeats */

/* -- asset.c ---------------------------------------------------------- */

/* http_asset over any list of assets. */
bool asset_reply(const struct asset *list, size_t n,
                 const struct http_request *q, struct http_reply *r);

/* True when the Accept-Encoding header takes CODING. */
bool asset_accepts(const char *header, const char *coding);

#endif
