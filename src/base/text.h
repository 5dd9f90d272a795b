/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text - UTF-8, growing buffers, and the cutting of text into search tokens.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* A growing, NUL-ended buffer in an arena; MAX bounds it (0: 64 MiB). */
struct buf {
    struct arena *arena;
    char *s;
    size_t len, cap, max;
    bool overflow; /* something did not fit and was dropped */
};

/* Begin, then add: N bytes, a text, a character, a format.  What goes over MAX
   is dropped and `overflow` set; `s` is always a whole text. */
struct buf buf_make(struct arena *a, size_t max);
void buf_add(struct buf *b, const char *s, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char ch);

/* Lengthens the text by N bytes and answers where they are to be written; NULL
   where they do not fit. */
char *buf_more(struct buf *b, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* True when the N bytes are well-formed UTF-8 without NUL. */
bool text_is_utf8(const char *s, size_t n);

/* Takes out of S, in place, every byte that belongs to no whole character, as
   where a text was cut by bytes. */
char *text_mend(char *s);

/*
 * S without what nobody can see in it: control characters, characters without
 * width, and the marks that turn the direction of writing and make a name read
 * as another one; every kind of blank becomes a plain one.  A text of one line
 * (not LINES) also loses its line ends and the blanks around it.  "" when
 * nothing visible is left.  S itself where there is nothing to do.
 *
 * What joins letters (U+200C, U+200D) and the marks of right and left (U+200E,
 * U+200F) stay, where there is something to see besides: emoji and the Arabic
 * letters need them.
 */
const char *text_clean(struct arena *a, const char *s, bool lines);

/* Is there something to see of the character by itself: no blank, and nothing
   that only does something to others? */
bool text_shows(uint32_t cp);

/* S as NFKC has it: what is of full width becomes plain (１２：３０ -> 12:30,
   ㎡ -> m2).  S itself where there is nothing to do. */
const char *text_plain(struct arena *a, const char *s);

/* S with simplified characters for traditional ones; S itself where there is
   nothing to do or it cannot be had. */
const char *text_simplified(struct arena *a, const char *s);

/* Code points in S. */
size_t text_length(const char *s);

/* The code point at *S, which moves on; 0 at the end. S must be UTF-8. */
uint32_t text_next(const char **s);

bool text_same(const char *a, const char *b);      /* NULL equals NULL */
bool text_same_case(const char *a, const char *b); /* ASCII case ignored */
bool text_starts(const char *s, const char *with);
bool text_is_blank(const char *s); /* NULL, empty or white space only */

/* A whole decimal number and nothing else. */
bool text_int(const char *s, int64_t *out);
bool text_real(const char *s, double *out);

/* For a hash table (FNV-1a): no secret, so not for keys that strangers choose
   where a long chain would harm. */
uint64_t text_hash(const char *s);

/*
 * Tokens for the search index, one space between: words of Latin letters and
 * digits in lower case, and every pair of neighbouring Han characters and the
 * last one alone (漏水了 -> 漏水 水了 了), so that every character begins a
 * token and can be found by itself.  Of a longer word its first 100 bytes stand
 * for it, here and where it is looked for.
 */
char *text_tokens(struct arena *a, const char *s);

/* The tokens to look for: pairs only, a character alone where it stands
   alone (漏水了 -> 漏水 水了; 灯 -> 灯). */
char *text_query(struct arena *a, const char *s);

/* Pinyin initials of the Han characters of S ("张伟" -> "zw"), by ICU. */
char *text_initials(struct arena *a, const char *s);

/* The same in full, in one word ("张伟" -> "zhangwei"); "" when there are no
   letters in it. */
char *text_pinyin(struct arena *a, const char *s);

#endif
