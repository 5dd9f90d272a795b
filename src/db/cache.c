/* SPDX-License-Identifier: Apache-2.0 */
#include "db/cache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static size_t
set_of(const char *key)
{
    uint64_t h = (uint64_t)(uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(h >> 58) % CACHE_SETS;
}

static bool
is_better_victim(const struct slot *s, const struct slot *than)
{
    return !s->busy && (!than || s->used < than->used);
}

struct slot *
cache_take(struct cache *k, const char *sql, bool *ready)
{
    struct slot *set = k->slots[set_of(sql)], *victim = NULL;

    *ready = false;
    for (size_t i = 0; i < CACHE_WAYS; i++) {
        struct slot *s = &set[i];

        /* The address alone may have been another text's before. */
        if (s->key == sql && !s->busy && strcmp(s->sql, sql) == 0) {
            *ready = true;
            victim = s;
            break;
        }
        if (is_better_victim(s, victim))
            victim = s;
    }
    if (victim) {
        victim->busy = true;
        victim->used = ++k->tick;
    }
    return victim;
}

void
cache_fill(struct slot *s, const char *sql)
{
    free(s->sql);
    s->key = sql;
    s->sql = strdup(sql);
    ASSERT(s->sql);
}

void
cache_empty(struct slot *s)
{
    free(s->sql);
    s->sql = NULL;
    s->key = NULL;
    s->statement = NULL;
    s->busy = false;
}
