/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inner - what the files of the adapter know of one another.
 *
 * A request's way: server.c takes it from libmicrohttpd (a poller thread),
 * collects its body and suspends the connection; pool.c hands it to a worker;
 * request.c decodes it; the program's handler answers; reply.c makes a
 * libmicrohttpd response of the answer and the connection goes on.
 */
#ifndef HTTP_INNER_H
#define HTTP_INNER_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "db/db.h"
#include "http/door.h"
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

/* The far end of one connection. */
struct peer {
    struct link *link;
    unsigned char key[16]; /* what its address counts as */
    bool proxy;            /* one whose word is taken */
    char address[64];
    struct exchange *begun; /* its head has come in part, or it is served */
};

/* One request and its answer, from the request line to the last byte sent. */
struct exchange {
    struct http_server *server;
    struct MHD_Connection *conn;
    struct peer *peer;
    struct visit visit;
    struct exchange *next; /* in the pool's queue */
    struct arena *arena;   /* the worker's, while it serves */
    struct http_request q;
    struct http_stream *stream; /* once it has become an event stream */
    struct later later;         /* what the answer waits for */
    struct MHD_Response *answer;
    struct pair *pairs; /* of the query, once it has been put aside */
    int status;
    int64_t begun_us; /* monotonic; 0: not begun */
    size_t body_cap, body_max, answer_len;
    size_t announced; /* of the body; SIZE_MAX: chunks */
    size_t drained;   /* bytes of a refused body thrown away */
    int refused;      /* status; the body is not kept */
    bool answered;    /* 413 is on its way already: close at the end */
    bool asking;      /* the pool finds out whether the body may come */
    bool admitted;    /* it may */
    int verdict;      /* or the status to refuse it with */
    bool handed;      /* to the pool */
    bool head;
    bool chunked; /* its end is where a parser finds it: close afterwards */
    char address[64];
    const char *sent_uri; /* where it stands among the bytes of the head */
    char uri[];           /* a copy; decoded in place */
};

struct http_server {
    struct http_config config;
    struct http_limits limits;
    struct proxies proxies;
    struct MHD_Daemon *daemon;
    struct pool *readers, *writers, *slow; /* slow: may be NULL */
    struct pool *aside;                    /* for what takes long; NULL: none */
    uint16_t port;
    bool tls;
    atomic_bool stopping;
    atomic_llong late_ms; /* stopping: what was not begun by then is refused */
    int door_fd;          /* the socket that people come to; libmicrohttpd's */
    struct door *door;
    atomic_uint open_calls; /* handed to the pool and not yet answered */
    atomic_uint unread;     /* answered, and not all of it sent */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t tick;
    struct http_stream *streams;
    unsigned beats; /* of the stream made last */
    pthread_t beat;
};

/* -- request.c -------------------------------------------------------- */

/*
 * Decode uri into q's path and query, and look at the body: 0, or the status
 * to refuse it with.  The pairs live in A.
 */
int request_read(struct exchange *x, struct arena *a);

/* Keep what was decoded beyond the worker's arena: x will be served again. */
void request_keep(struct exchange *x);

/* The far end's address as text, and whether it speaks TLS: to us, or to the
   proxy before us.  KEY is what the address counts as. */
void request_address(struct exchange *x, unsigned char key[16]);

/* What shows who asks: the header Authorization, or the session's cookie; cut
   at OUT's length.  "" when there is neither. */
void request_credential(const struct exchange *x, char *out, size_t n);

/* The peer of a connection that has come. */
struct peer *peer_make(struct http_server *s, struct MHD_Connection *conn);

/* -- framing.c -------------------------------------------------------- */

/* Is a head refused here alone, and libmicrohttpd told to let it come? */
bool framing_is_ours(void);

/* Can the head be read in one way only?  *LEN is the length of the body that
   it announces, SIZE_MAX for chunks. */
bool framing_is_sound(struct exchange *x, const char *method,
                      const char *version, size_t *len) MUST_USE;

/* -- proxy.c ---------------------------------------------------------- */

/* "127.0.0.1, 10.0.0.0/8"; NULL is none.  False when something in it is no
   address or there are too many. */
bool proxies_read(const char *list, struct proxies *p);
bool proxies_hold(const struct proxies *p, const char *address);

/* An address as 16 bytes, one of IPv4 mapped, ::ffff:1.2.3.4; false when TEXT
   is none.  *BITS: 32 or 128. */
bool address_read(const char *text, unsigned char out[16], unsigned *bits);

/* While ADDRESS is a proxy's, put the address it speaks for in its place: the
   last of LIST, an X-Forwarded-For, which is cut up. */
void proxies_far_end(const struct proxies *p, char *list, char *address,
                     size_t n);

/* -- reply.c ---------------------------------------------------------- */

/* A problem document of STATUS for what the adapter itself refuses. */
void reply_refuse(const struct http_request *q, struct http_reply *r,
                  struct arena *a, int status);
/* ... and for a change that the disk did not keep, for the reason E. */
void reply_lost(const struct http_request *q, struct http_reply *r,
                struct arena *a, enum err e);

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
    unsigned queue;          /* may wait; 0: any number */
    void (*run)(struct arena *a, struct exchange *x);
    void (*idle)(void *ctx);
    void *ctx; /* of idle */
};

/* Begin the workers; all but those awake sleep. */
struct pool *pool_open(const struct pool_config *config);
/* Take a place in the queue; false when there is none.  One that was taken is
   filled by pool_push. */
bool pool_has_room(struct pool *p) MUST_USE;
void pool_push(struct pool *p, struct exchange *x);
void pool_close(struct pool *p); /* after what is queued has run; or NULL */

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
