/* SPDX-License-Identifier: Apache-2.0 */
/* Names to ids, and identities to rows: tables that grow with the import. */
#include <stdlib.h>
#include <string.h>

#include "engine/order/import_inner.h"

#define FIRST_NAMES 256
#define FIRST_IDENTITIES 4096

static uint64_t
hash_text(const char *s)
{
    uint64_t h = UINT64_C(1469598103934665603); /* FNV-1a */

    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
    /* Its low bits are poor (the finish of MurmurHash3). */
    h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
    h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ h >> 33;
}

/* -- names ---------------------------------------------------------------------- */

static struct name_slot *
find_slot(const struct name_table *t, const char *name)
{
    size_t i = hash_text(name) & (t->cap - 1);

    while (t->slots[i].name != NULL && strcmp(t->slots[i].name, name) != 0)
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

static struct name_table
make_names(struct arena *a, size_t cap)
{
    return (struct name_table){ a, NEW_N(a, struct name_slot, cap), 0, cap };
}

struct name_table
names_make(struct arena *a)
{
    return make_names(a, FIRST_NAMES);
}

struct name_slot *
names_get(struct name_table *t, const char *name)
{
    if (t->n * 2 >= t->cap) {
        struct name_table bigger = make_names(t->arena, t->cap * 2);

        for (size_t i = 0; i < t->cap; i++)
            if (t->slots[i].name != NULL)
                *find_slot(&bigger, t->slots[i].name) = t->slots[i];
        bigger.n = t->n;
        *t = bigger;
    }
    return find_slot(t, name);
}

void
names_put(struct name_table *t, struct name_slot *s, const char *name,
          int64_t id)
{
    s->name = arena_text(t->arena, name);
    s->id = id;
    t->n++;
}

static int
compare_counts(const void *a, const void *b)
{
    const struct import_count *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return strcmp(x->name, y->name);
}

struct import_count *
names_counts(struct arena *a, const struct name_table *t, size_t *n)
{
    struct import_count *out = NEW_N(a, struct import_count, t->n + 1);

    *n = 0;
    for (size_t i = 0; i < t->cap; i++)
        if (t->slots[i].name != NULL && t->slots[i].n > 0)
            out[(*n)++] =
                (struct import_count){ t->slots[i].name, t->slots[i].n };
    qsort(out, *n, sizeof *out, compare_counts);
    return out;
}

/* -- identities --------------------------------------------------------------------- */

static struct identities
make_identities(struct arena *a, size_t cap)
{
    return (struct identities){ a, NEW_N(a, struct identity, cap), 0, cap };
}

struct identities
identities_make(struct arena *a)
{
    return make_identities(a, FIRST_IDENTITIES);
}

static struct identity *
find_identity(const struct identities *t, uint64_t hash)
{
    size_t i = hash & (t->cap - 1);

    while (t->all[i].hash != 0 && t->all[i].hash != hash)
        i = (i + 1) & (t->cap - 1);
    return &t->all[i];
}

/* Three quarters full it still finds in a few looks, and takes less room. */
struct identity *
identities_get(struct identities *t, const char *text, bool *made)
{
    uint64_t hash = hash_text(text);
    struct identity *x;

    if (t->n * 4 >= t->cap * 3) {
        struct identities bigger = make_identities(t->arena, t->cap * 2);

        for (size_t i = 0; i < t->cap; i++)
            if (t->all[i].hash != 0)
                *find_identity(&bigger, t->all[i].hash) = t->all[i];
        bigger.n = t->n;
        *t = bigger;
    }
    hash += hash == 0;
    x = find_identity(t, hash);
    *made = x->hash == 0;
    t->n += *made;
    x->hash = hash;
    return x;
}
