/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits - how much one far end may hold, all figures in one table.
 *
 * A far end is an address while nobody has signed in, an account afterwards:
 * a whole office stands behind one address, and one account can come from
 * many.  An address of IPv6 is its /64, which is what one customer is given.
 *
 * liangcao.conf changes a figure: "limits.account_requests = 64".
 */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include "base/base.h"

enum http_limit {
    /* Connections: in all, of an address where nobody has signed in (those
       whose request is being served do not count), of an account. */
    LIMIT_CONNECTIONS,
    LIMIT_ADDRESS_CONNECTIONS,
    LIMIT_ACCOUNT_CONNECTIONS,
    /* Requests an account may have open at a time. */
    LIMIT_ACCOUNT_REQUESTS,
    /* Requests a second, and how many may come at once. */
    LIMIT_ADDRESS_RATE,
    LIMIT_ADDRESS_BURST,
    LIMIT_ACCOUNT_RATE,
    LIMIT_ACCOUNT_BURST,
    /* Seconds: a head is whole so long after its first byte; a connection on
       which nothing moves ends. */
    LIMIT_HEAD_S,
    LIMIT_IDLE_S,
    /* A body comes and an answer goes within GRACE_S and its size by this
       rate, in KiB a second. */
    LIMIT_GRACE_S,
    LIMIT_KIB_S,
    /* KiB of bodies being received, in all and of an account; a stranger's
       body may have SMALL_KIB. */
    LIMIT_SMALL_KIB,
    LIMIT_BODIES_KIB,
    LIMIT_ACCOUNT_BODIES_KIB,
    /* KiB of large answers not yet sent, in all and of an account. */
    LIMIT_ANSWERS_KIB,
    LIMIT_ACCOUNT_ANSWERS_KIB,
    N_LIMITS
};

struct http_limits {
    int64_t of[N_LIMITS];
};

struct http_limit_row {
    const char *name; /* "account_requests" */
    int64_t usual, least, most;
};
extern const struct http_limit_row http_limit_rows[N_LIMITS];

/* Those that hold where nothing is said. */
struct http_limits http_limits_usual(void);

/* Set the limit of that row from text; false when it is no whole number or
   not between least and most. */
bool http_limits_set(struct http_limits *l, enum http_limit row,
                     const char *text);

#endif
