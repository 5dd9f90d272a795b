/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canon - values as bytes that are to be hashed: short, since hashing is what
 * they cost, and such that no two lists of values make the same bytes.
 */
#ifndef BASE_CANON_H
#define BASE_CANON_H

#include "base/base.h"
#include "base/sm3.h"

/* Most lists find room in it; a longer one goes into the arena. */
struct canon {
    struct arena *arena;
    unsigned char *p;
    size_t n, cap;
    unsigned char own[1000];
};

/* Begin, then add one value after the other: each goes in with its kind and
   length, so that no two lists of values look alike. */
void canon_begin(struct canon *k, struct arena *a);
void canon_int(struct canon *k, int64_t n);
void canon_text(struct canon *k, const char *s); /* NULL is not "" */
void canon_text_n(struct canon *k, const char *s, size_t n);
void canon_bytes(struct canon *k, const void *p, size_t n);
void canon_null(struct canon *k);

/* A name by which a value is known: four bytes of its FNV-1a. */
void canon_name(struct canon *k, const char *name);

/* The hash of all of it. */
void canon_hash(const struct canon *k, unsigned char out[SM3_BYTES]);

#endif
