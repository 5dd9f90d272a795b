/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pieces come from blocks of 64 KiB; large ones get a block of their own,
   which the system hands out cleared: what is never touched costs nothing.
   Built with sanitizers every piece has its own malloc, so an overrun by one
   byte is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_BYTES 0
#else
#define BLOCK_BYTES 65536
#endif
#define LARGE_BYTES (BLOCK_BYTES / 4)
#define ALIGN 16

struct block {
    struct block *next;
    size_t used, cap;
    _Alignas(ALIGN) unsigned char bytes[];
};

struct arena {
    struct block *blocks; /* the first is filled; the last is kept by reset */
    size_t used;
};

static void *
need_memory(void *p)
{
    if (p == NULL) {
        (void)fputs("liangcao: out of memory\n", stderr);
        abort();
    }
    return p;
}

static struct block *
add_block(struct arena *a)
{
    struct block *b = need_memory(malloc(sizeof *b + BLOCK_BYTES));

    b->next = a->blocks;
    b->used = 0;
    b->cap = BLOCK_BYTES;
    a->blocks = b;
    return b;
}

/* Stands behind the first block, which goes on being filled. */
static void *
alloc_large(struct arena *a, size_t n)
{
    struct block *b = need_memory(calloc(1, sizeof *b + n));
    struct block **link = a->blocks == NULL ? &a->blocks : &a->blocks->next;

    b->next = *link;
    b->used = b->cap = n;
    *link = b;
    a->used += n;
    return b->bytes;
}

struct arena *
arena_open(void)
{
    struct arena *a = need_memory(malloc(sizeof *a));

    a->blocks = NULL;
    a->used = 0;
    return a;
}

void
arena_reset(struct arena *a)
{
    /* One block of the common size is kept warm for the next call. */
    struct block *keep = NULL;

    while (a->blocks != NULL) {
        struct block *next = a->blocks->next;

        if (keep == NULL && BLOCK_BYTES > 0 && a->blocks->cap == BLOCK_BYTES)
            keep = a->blocks;
        else
            free(a->blocks);
        a->blocks = next;
    }
    if (keep != NULL) {
        keep->next = NULL;
        keep->used = 0;
    }
    a->blocks = keep;
    a->used = 0;
}

void
arena_close(struct arena *a)
{
    if (a == NULL)
        return;
    arena_reset(a);
    free(a->blocks);
    free(a);
}

void *
arena_alloc(struct arena *a, size_t n)
{
    struct block *b = a->blocks;
    size_t need = n == 0 ? ALIGN : (n + ALIGN - 1) / ALIGN * ALIGN;
    void *p;

    if (n > SIZE_MAX / 2)
        abort();
    if (n > LARGE_BYTES || BLOCK_BYTES == 0)
        return alloc_large(a, n == 0 ? 1 : n);
    if (b == NULL || b->cap - b->used < need)
        b = add_block(a);
    p = b->bytes + b->used;
    b->used += need;
    a->used += need;
    return memset(p, 0, n);
}

char *
arena_text_n(struct arena *a, const char *s, size_t n)
{
    char *p;

    if (s == NULL)
        return NULL;
    p = arena_alloc(a, n + 1);
    memcpy(p, s, n);
    return p;
}

char *
arena_text(struct arena *a, const char *s)
{
    return s == NULL ? NULL : arena_text_n(a, s, strlen(s));
}

/* Most texts are short: they are made once and not twice. */
char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char few[256];
    va_list again;
    int n;
    char *p;

    va_copy(again, ap);
    n = vsnprintf(few, sizeof few, fmt, ap);
    if (n < (int)sizeof few) {
        va_end(again);
        return arena_text_n(a, few, n < 0 ? 0 : (size_t)n);
    }
    p = arena_alloc(a, (size_t)n + 1);
    (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *p;

    va_start(ap, fmt);
    p = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return p;
}

size_t
arena_used(const struct arena *a)
{
    return a->used;
}

#define FIRST_ROOM 16

void *
arena_grow(struct arena *a, void *list, size_t n, size_t *cap, size_t size)
{
    void *more;

    if (n < *cap)
        return list;
    *cap = *cap ? 2 * *cap : FIRST_ROOM;
    more = arena_alloc(a, *cap * size);
    if (n > 0)
        memcpy(more, list, n * size);
    return more;
}
