/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena - memory that lives as long as one call.
 *
 * Always true: what arena_alloc gives is zeroed and aligned for any type;
 * arena_reset gives everything back at once; running out of memory ends the
 * program (every request is limited before it gets here).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* An empty one; gone with all it gave; empty again, with room kept. */
struct arena *arena_open(void);
void arena_close(struct arena *a);
void arena_reset(struct arena *a);

/* N zeroed bytes. */
void *arena_alloc(struct arena *a, size_t n)
    __attribute__((malloc, alloc_size(2), returns_nonnull));

/* A NUL-ended copy of S, or of its first N bytes; NULL stays NULL. */
char *arena_text(struct arena *a, const char *s);
char *arena_text_n(struct arena *a, const char *s, size_t n);

/* printf into the arena. */
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

/* A zeroed T, or N of them. */
#define NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define NEW_N(a, T, n) ((T *)arena_alloc((a), sizeof(T) * (n)))

/* Before element N is put into LIST, an array with room for CAP: when it is
   full, LIST is a copy with twice the room from here on. */
#define GROW(a, list, n, cap)                                                  \
    ((list) = arena_grow((a), (list), (n), &(cap), sizeof *(list)))
void *arena_grow(struct arena *a, void *list, size_t n, size_t *cap,
                 size_t size);

#endif
