/* SPDX-License-Identifier: Apache-2.0 */
#include "http/limits.h"

#include "base/text.h"

#define MOST 1000000

/*
 * A browser holds six connections and one stream and has some ten requests
 * open; a page with an empty cache is thirty requests.  1,200 people who come
 * at half past eight from behind one address need what an address is given.
 * 16 KiB a second is a bad mobile connection.
 */
const struct http_limit_row http_limit_rows[N_LIMITS] = {
    [LIMIT_CONNECTIONS] = { "connections", 10000, 8, MOST },
    [LIMIT_ADDRESS_CONNECTIONS] = { "address_connections", 1024, 1, MOST },
    [LIMIT_ACCOUNT_CONNECTIONS] = { "account_connections", 64, 1, MOST },
    [LIMIT_ACCOUNT_REQUESTS] = { "account_requests", 32, 1, MOST },
    [LIMIT_ADDRESS_RATE] = { "address_rate", 1000, 1, MOST },
    [LIMIT_ADDRESS_BURST] = { "address_burst", 10000, 1, MOST },
    [LIMIT_ACCOUNT_RATE] = { "account_rate", 2000, 1, MOST },
    [LIMIT_ACCOUNT_BURST] = { "account_burst", 10000, 1, MOST },
    [LIMIT_HEAD_S] = { "head_s", 10, 1, 600 },
    [LIMIT_IDLE_S] = { "idle_s", 65, 1, 600 },
    [LIMIT_GRACE_S] = { "grace_s", 10, 1, 600 },
    [LIMIT_KIB_S] = { "kib_s", 16, 1, MOST },
    [LIMIT_SMALL_KIB] = { "small_kib", 16, 1, 1024 },
    [LIMIT_BODIES_KIB] = { "bodies_kib", 72 * 1024, 1024, MOST },
    [LIMIT_ACCOUNT_BODIES_KIB] = { "account_bodies_kib", 34 * 1024, 64, MOST },
    [LIMIT_ANSWERS_KIB] = { "answers_kib", 128 * 1024, 64, MOST },
    [LIMIT_ACCOUNT_ANSWERS_KIB] = { "account_answers_kib", 48 * 1024, 64,
                                    MOST },
};

struct http_limits
http_limits_usual(void)
{
    struct http_limits l;

    for (int i = 0; i < N_LIMITS; i++)
        l.of[i] = http_limit_rows[i].usual;
    return l;
}

bool
http_limits_set(struct http_limits *l, enum http_limit row, const char *text)
{
    int64_t n;

    if (!text_int(text, &n) || n < http_limit_rows[row].least
        || n > http_limit_rows[row].most)
        return false;
    l->of[row] = n;
    return true;
}
