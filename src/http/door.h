/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door - who may come in, how much they may hold, and when they must go.
 *
 * Every connection and every open request is counted for a far end: for the
 * address it comes from until somebody is signed in on it, for their account
 * afterwards.  A connection of a named proxy counts for nobody, for it carries
 * everybody's requests; those count for whom the proxy asks.
 *
 * Always true:
 *   1. Where a far end has too many connections, its own oldest one that
 *      waits for nothing gives way: others never pay for it.
 *   2. Where there are too many in all, one of nobody gives way before one
 *      of somebody; no connection on which a request is served ever does.
 *   3. A head, a body and an answer that take too long are cut off by the
 *      watchman, who looks at all connections every half second, whether
 *      bytes come or not.
 *   4. No lock is held while the database, the network or a handler is
 *      waited for.
 *
 * An account is known here by the credential it was last seen with, so that
 * the pollers, who must not ask the database, can count for it.  That is
 * counting only: what a credential allows is asked of auth each time.
 */
#ifndef HTTP_DOOR_H
#define HTTP_DOOR_H

#include "http/http.h"

struct door;
struct link;  /* one connection */
struct visit; /* what one request holds; inside struct exchange */

/* What a connection is about at the moment. */
enum link_state {
    LINK_RESTS,   /* between requests, or its head is coming */
    LINK_READS,   /* its body is coming */
    LINK_SERVED,  /* a worker has it, or it waits for the disk */
    LINK_ANSWERS, /* the answer is being sent */
    LINK_STREAMS  /* an event stream: its own heartbeat finds who has gone */
};

/* What one request is counted for; zeroed before the first call. */
struct visit {
    struct link *link;
    struct caller *caller; /* NULL: not counted */
    uint64_t credential;   /* a keyed hash; 0 is none */
    bool counted;          /* in its caller's open requests */
    bool signed_in;        /* its caller is an account */
    size_t body, answer;   /* bytes counted */
};

/* DESCRIPTORS: of them connections may have so many at most. */
struct door *door_open(const struct http_limits *limits, size_t descriptors);
void door_close(struct door *d); /* after the last connection */

/* -- connections ------------------------------------------------------ */

/* The 16 bytes an address counts as: IPv4 whole, IPv6 by its /64. */
void door_key(const unsigned char address[16], unsigned char key[16]);

/* Is there a descriptor for one more? */
bool door_admits(struct door *d);

/* A connection has come; PROXY: of one that is named.  NULL: it was cut. */
struct link *door_enter(struct door *d, int fd, const unsigned char key[16],
                        bool proxy);
void door_leave(struct door *d, struct link *l); /* before fd is closed */

/*
 * From now on L is about this.  N: bytes that the request took which is served
 * now (DOOR_ASK: the kernel knows), or of its answer.
 */
#define DOOR_ASK SIZE_MAX
void door_state(struct door *d, struct link *l, enum link_state s, size_t n);
/* Of its body N bytes more have come. */
void door_progress(struct link *l, size_t n);

/* -- requests --------------------------------------------------------- */

/*
 * A request with this credential ("": none) of the address with this key has
 * begun: 0, or the status to refuse it with (429).
 */
int door_begin(struct door *d, struct visit *v, const char *credential,
               const unsigned char key[16]);

/*
 * Whose the request is has been found out: an account, or 0 for nobody.
 * False: the account has too much open already.
 */
bool door_known(struct door *d, struct visit *v, int64_t account_id);

/* Count N bytes more of a body or, LARGE answers only, of an answer: 0, or
   the status to refuse it with. */
int door_body(struct door *d, struct visit *v, size_t n);
int door_answer(struct door *d, struct visit *v, size_t n);

/* It has become an event stream, which counts elsewhere; or it is over and its
   connection rests. */
void door_streams(struct door *d, struct visit *v);
void door_end(struct door *d, struct visit *v);

/* -- figures ---------------------------------------------------------- */

/* Count a refusal; how many there were, and connections. */
void door_refused(struct door *d, enum http_refusal why);
struct http_counts door_counts(struct door *d);

#endif
