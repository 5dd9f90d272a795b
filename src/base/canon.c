/* SPDX-License-Identifier: Apache-2.0 */
#include "base/canon.h"

#include <string.h>

/* The first byte says what follows: a number of so many bytes, from 'A' on
   where it is not below 0, from 'a' on where it is. */
enum { POSITIVE = 'A', NEGATIVE = 'a', TEXT = '"', BYTES = '#', NONE = '-' };

void
canon_begin(struct canon *k, struct arena *a)
{
    k->arena = a;
    k->p = k->own;
    k->n = 0;
    k->cap = sizeof k->own;
}

/* Where N more bytes go. */
static unsigned char *
room(struct canon *k, size_t n)
{
    unsigned char *more;

    if (k->cap - k->n < n) {
        more = arena_alloc(k->arena, k->cap = 2 * (k->n + n));
        memcpy(more, k->p, k->n);
        k->p = more;
    }
    k->n += n;
    return k->p + k->n - n;
}

void
canon_int(struct canon *k, int64_t n)
{
    uint64_t rest = n < 0 ? ~(uint64_t)n : (uint64_t)n;
    unsigned char *p = room(k, 9);
    size_t len = 0;

    for (; rest != 0; rest >>= 8)
        p[++len] = (unsigned char)(rest & 0xff);
    p[0] = (unsigned char)((n < 0 ? NEGATIVE : POSITIVE) + (int)len);
    k->n -= 8 - len;
}

void
canon_text(struct canon *k, const char *s)
{
    if (s == NULL)
        canon_null(k);
    else
        canon_text_n(k, s, strlen(s));
}

/* With a NUL behind it, which no text has in it; one that has is bytes. */
void
canon_text_n(struct canon *k, const char *s, size_t n)
{
    unsigned char *p;

    if (memchr(s, '\0', n) != NULL) {
        canon_bytes(k, s, n);
        return;
    }
    p = room(k, n + 2);
    *p = TEXT;
    memcpy(p + 1, s, n);
    p[n + 1] = '\0';
}

void
canon_bytes(struct canon *k, const void *p, size_t n)
{
    if (p == NULL) {
        canon_null(k);
        return;
    }
    *room(k, 1) = BYTES;
    canon_int(k, (int64_t)n);
    memcpy(room(k, n), p, n);
}

void
canon_null(struct canon *k)
{
    *room(k, 1) = NONE;
}

void
canon_name(struct canon *k, const char *name)
{
    unsigned char *p = room(k, 4);
    uint32_t h = 2166136261U;

    for (; *name != '\0'; name++)
        h = (h ^ (unsigned char)*name) * 16777619U;
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(h >> (8 * i) & 0xff);
}

void
canon_hash(const struct canon *k, unsigned char out[SM3_BYTES])
{
    sm3(k->p, k->n, out);
}
