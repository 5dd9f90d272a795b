/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache - the prepared statements a connection keeps, by the address of their
 * SQL.
 *
 * Always true:
 *   1. A slot that is busy is never handed out again or reused.
 *   2. A slot handed out as ready holds exactly the text asked for, even if
 *      other text stood at that address before.
 *   3. The cache never grows: the least recently used slot of a set makes
 *      room, so that a connection's memory stays bounded.
 */
#ifndef DB_CACHE_H
#define DB_CACHE_H

#include <stdbool.h>
#include <stddef.h>

struct slot {
    const char *key;
    char *sql;       /* own copy */
    void *statement; /* the backend's; NULL is none */
    unsigned name;   /* PostgreSQL: the statement's number */
    int width, params;
    unsigned used;
    bool busy;
};

#define CACHE_SETS 32
#define CACHE_WAYS 8

struct cache {
    struct slot slots[CACHE_SETS][CACHE_WAYS];
    unsigned tick;
};

/*
 * The slot for SQL, made busy; NULL when all it could have are busy.  When
 * *READY is false the caller first drops slot->statement, if any, prepares
 * anew and calls cache_fill.
 */
struct slot *cache_take(struct cache *k, const char *sql, bool *ready);
void cache_fill(struct slot *s, const char *sql);
void cache_empty(struct slot *s);

#endif
