/* SPDX-License-Identifier: Apache-2.0 */
#include "db/totals.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define SLOTS 256
#define MAX_KEY 2000

struct total {
    char *key;
    int64_t generation, total;
};

struct totals {
    pthread_mutex_t lock;
    struct total slots[SLOTS];
};

struct totals *
totals_open(void)
{
    struct totals *t = calloc(1, sizeof(*t));

    ASSERT(t);
    (void)pthread_mutex_init(&t->lock, NULL);
    return t;
}

void
totals_close(struct totals *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free(t->slots[i].key);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

/* Length first, so that no two lists of values make the same text. */
static void
add_value(struct buf *b, const struct value *v)
{
    switch (v->kind) {
    case VALUE_INT: buf_printf(b, "\ni%" PRId64, v->as.i); break;
    case VALUE_REAL: buf_printf(b, "\nr%.17g", v->as.r); break;
    case VALUE_TEXT:
        buf_printf(b, "\nt%zu:%s", strlen(v->as.s), v->as.s);
        break;
    default: buf_puts(b, "\n-"); break;
    }
}

const char *
totals_key(struct call *c, const char *sql, const struct value *v, size_t n)
{
    struct buf b = buf_make(c->arena, 0);

    buf_puts(&b, sql);
    for (size_t i = 0; i < n; i++) {
        if (v[i].kind == VALUE_BLOB)
            return NULL;
        add_value(&b, &v[i]);
    }
    return b.len <= MAX_KEY ? b.s : NULL;
}

static struct total *
slot_of(struct totals *t, const char *key)
{
    return &t->slots[(text_hash(key) >> 20) % SLOTS];
}

bool
totals_find(struct totals *t, const char *key, int64_t generation, int64_t *out)
{
    const struct total *s = slot_of(t, key);
    bool found;

    (void)pthread_mutex_lock(&t->lock);
    found = s->key && s->generation == generation && strcmp(s->key, key) == 0;
    if (found)
        *out = s->total;
    (void)pthread_mutex_unlock(&t->lock);
    return found;
}

void
totals_keep(struct totals *t, const char *key, int64_t generation,
            int64_t total)
{
    struct total *s = slot_of(t, key);
    char *mine = strdup(key);
    char *before;

    ASSERT(mine);
    (void)pthread_mutex_lock(&t->lock);
    before = s->key;
    *s = (struct total){ mine, generation, total };
    (void)pthread_mutex_unlock(&t->lock);
    free(before);
}
