/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/base.h"

#define BUF_MAX ((size_t)64 << 20)

struct buf
buf_make(struct arena *a, size_t max)
{
    return (struct buf){ .arena = a,
                         .s = arena_alloc(a, 256),
                         .cap = 256,
                         .max = max ? max : BUF_MAX };
}

/* Room for N more bytes and the NUL. */
static bool
make_room(struct buf *b, size_t n)
{
    size_t cap = b->cap;
    char *s;

    if (b->overflow || n > b->max || b->len + n > b->max) {
        b->overflow = true;
        return false;
    }
    if (b->len + n < cap)
        return true;
    while (cap <= b->len + n)
        cap *= 2;
    s = arena_alloc(b->arena, cap);
    memcpy(s, b->s, b->len);
    b->s = s;
    b->cap = cap;
    return true;
}

char *
buf_more(struct buf *b, size_t n)
{
    if (!make_room(b, n))
        return NULL;
    ASSERT(b->len + n < b->cap);
    b->len += n;
    b->s[b->len] = '\0';
    return b->s + b->len - n;
}

void
buf_add(struct buf *b, const char *s, size_t n)
{
    char *at = buf_more(b, n);

    if (at != NULL)
        memcpy(at, s, n);
}

void
buf_puts(struct buf *b, const char *s)
{
    if (s != NULL)
        buf_add(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char ch)
{
    if (b->len + 1 >= b->cap || b->len + 1 > b->max || b->overflow) {
        buf_add(b, &ch, 1);
        return;
    }
    b->s[b->len++] = ch;
    b->s[b->len] = '\0';
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buf_puts(b, arena_vprintf(b->arena, fmt, ap));
    va_end(ap);
}

/* Length of the well-formed sequence at S (at most N bytes), or 0.  The
   table of well-formed bytes is Unicode's 3-7. */
static size_t
sequence_length(const unsigned char *s, size_t n)
{
    unsigned char lo = 0x80, hi = 0xBF;
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;

    if (len == 1)
        return s[0] != 0;
    if (s[0] < 0xC2 || s[0] > 0xF4 || n < len)
        return 0;
    if (s[0] == 0xE0)
        lo = 0xA0;
    if (s[0] == 0xED)
        hi = 0x9F;
    if (s[0] == 0xF0)
        lo = 0x90;
    if (s[0] == 0xF4)
        hi = 0x8F;
    if (s[1] < lo || s[1] > hi)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (s[i] < 0x80 || s[i] > 0xBF)
            return 0;
    return len;
}

/* How many of the N bytes at S are surely ASCII and none of them 0: eight at a
   time, as most of what comes in is plain. */
static size_t
plain_bytes(const unsigned char *s, size_t n)
{
    static const uint64_t ones = 0x0101010101010101, tops = ones << 7;
    size_t i = 0;

    for (uint64_t w; n - i >= sizeof w; i += sizeof w) {
        memcpy(&w, s + i, sizeof w);
        if (((w | (w - ones)) & tops) != 0)
            break;
    }
    return i;
}

bool
text_is_utf8(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;

    while (n > 0) {
        size_t len = plain_bytes(p, n);

        if (len == 0)
            len = sequence_length(p, n);

        if (len == 0)
            return false;
        p += len;
        n -= len;
    }
    return true;
}

char *
text_mend(char *s)
{
    const unsigned char *from = (const unsigned char *)s;
    size_t left = strlen(s);
    char *to = s;

    while (left > 0) {
        size_t len = sequence_length(from, left);

        memmove(to, from, len);
        to += len;
        len += len == 0;
        from += len;
        left -= len;
    }
    *to = '\0';
    return s;
}

/* -- what can be seen ------------------------------------------------ */

struct span {
    uint32_t from, to;
};

static bool
is_in(const struct span *all, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= all[i].from && cp <= all[i].to)
            return true;
    return false;
}

/* Unicode's controls and what it calls default-ignorable, but for those that
   text_clean keeps and for the selectors of a character's shape. */
static bool
is_hidden(uint32_t cp)
{
    static const struct span hidden[] = {
        { 0x01, 0x08 },       { 0x0B, 0x0C },     { 0x0E, 0x1F },
        { 0x7F, 0x9F },       { 0xAD, 0xAD },     { 0x61C, 0x61C },
        { 0x115F, 0x1160 },   { 0x180E, 0x180E }, { 0x200B, 0x200B },
        { 0x202A, 0x202E },   { 0x2060, 0x206F }, { 0x3164, 0x3164 },
        { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB },
        { 0xE0000, 0xE00FF },
    };

    return is_in(hidden, COUNT(hidden), cp);
}

/* Blanks other than the plain one and the Chinese one. */
static bool
is_odd_blank(uint32_t cp)
{
    static const struct span blanks[] = {
        { 0xA0, 0xA0 },     { 0x1680, 0x1680 }, { 0x2000, 0x200A },
        { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x205F },
        { 0x2800, 0x2800 },
    };

    return is_in(blanks, COUNT(blanks), cp);
}

/* Is it nothing by itself?  The middles and ends of Korean syllables, and what
   stands for something that was pasted and is lost, are not either. */
static bool
is_helper(uint32_t cp)
{
    static const struct span parts[] = {
        { 0x1160, 0x11FF }, { 0xD7B0, 0xD7FF }, { 0xFFFC, 0xFFFC }
    };

    return cp >= 0x80
           && (is_in(parts, COUNT(parts), cp)
               || u_hasBinaryProperty((UChar32)cp,
                                      UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
}

static bool
is_line_end(uint32_t cp)
{
    return cp == '\n' || cp == '\r' || cp == '\t';
}

bool
text_shows(uint32_t cp)
{
    return cp > ' ' && cp != 0x3000 && !is_hidden(cp) && !is_odd_blank(cp)
           && !is_helper(cp);
}

/* Nearly all there is: in none of the tables above. */
static bool
is_plain(uint32_t cp)
{
    return (cp >= ' ' && cp < 0x7F) || (cp >= 0x4E00 && cp <= 0x9FFF);
}

/* Whether S needs a copy; *SEEN: there is something to see in it. */
static bool
has_hidden(const char *s, bool lines, bool *seen)
{
    bool some = false;

    *seen = false;
    for (uint32_t cp; (cp = text_next(&s)) != 0;) {
        if (is_plain(cp))
            *seen |= cp != ' ';
        else if (is_hidden(cp) || is_odd_blank(cp)
                 || (!lines && is_line_end(cp)))
            some = true;
        else if (!*seen && text_shows(cp))
            *seen = true;
    }
    return some;
}

static char *
without_hidden(struct arena *a, const char *s, bool lines)
{
    char *out = arena_alloc(a, strlen(s) + 1), *to = out;

    while (*s != '\0') {
        const char *from = s;
        uint32_t cp = text_next(&s);

        if (is_odd_blank(cp) || (!lines && is_line_end(cp))) {
            *to++ = ' ';
        } else if (!is_hidden(cp)) {
            memcpy(to, from, (size_t)(s - from));
            to += s - from;
        }
    }
    return out;
}

/* Without the blanks at its ends, also the Chinese ones. */
static const char *
trimmed(struct arena *a, const char *s)
{
    static const char wide[] = "\xE3\x80\x80";
    size_t n;

    while (*s == ' ' || text_starts(s, wide))
        s += *s == ' ' ? 1 : 3;
    n = strlen(s);
    for (;;) {
        if (n > 0 && s[n - 1] == ' ')
            n--;
        else if (n >= 3 && memcmp(s + n - 3, wide, 3) == 0)
            n -= 3;
        else
            break;
    }
    return s[n] == '\0' ? s : arena_text_n(a, s, n);
}

const char *
text_clean(struct arena *a, const char *s, bool lines)
{
    bool seen, hidden = has_hidden(s, lines, &seen);

    if (!seen)
        return "";
    if (hidden)
        s = without_hidden(a, s, lines);
    return lines ? s : trimmed(a, s);
}

size_t
text_length(const char *s)
{
    size_t n = 0;

    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

uint32_t
text_next(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    size_t len = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    uint32_t cp = len == 1 ? *p : *p & (0xFFU >> (len + 1));

    if (*p == 0)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            len = i;
            break;
        }
        cp = cp << 6 | (p[i] & 0x3FU);
    }
    *s += len;
    return cp;
}

bool
text_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
text_same_case(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcasecmp(a, b) == 0);
}

bool
text_starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

bool
text_is_blank(const char *s)
{
    while (s != NULL && *s != '\0') {
        uint32_t cp = text_next(&s);

        if (cp != ' ' && cp != '\t' && cp != '\n' && cp != '\r' && cp != 0x3000)
            return false;
    }
    return true;
}

uint64_t
text_hash(const char *s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    return h;
}

bool
text_int(const char *s, int64_t *out)
{
    char *end;
    const char *digits = s != NULL && *s == '-' ? s + 1 : s;

    if (digits == NULL || !isdigit((unsigned char)*digits))
        return false;
    errno = 0;
    *out = strtoll(s, &end, 10);
    return errno == 0 && *end == '\0';
}

bool
text_real(const char *s, double *out)
{
    char *end;

    if (s == NULL || *s == '\0' || isspace((unsigned char)*s)
        || strpbrk(s, "xXnN") != NULL)
        return false;
    errno = 0;
    *out = strtod(s, &end);
    return *end == '\0' && isfinite(*out);
}

/* -- tokens ---------------------------------------------------------------- */

#define TOKEN_MOST 100 /* bytes of a word */

static bool
is_han(uint32_t cp)
{
    return (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3400 && cp <= 0x4DBF)
           || (cp >= 0x20000 && cp <= 0x323AF)
           || (cp >= 0xF900 && cp <= 0xFAFF);
}

static bool
is_word(uint32_t cp)
{
    return cp < 0x80 ? isalnum((int)cp) != 0
                     : (cp >= 0xC0 && cp < 0x2000) || cp == 0x3007;
}

/* The run of Han characters at *S as pairs; *S moves behind it.  A lone
   character stands alone, and with LAST the last one of every run. */
static void
add_pairs(struct buf *b, const char **s, bool last)
{
    const char *before = NULL, *here = *s, *next = here;

    while (is_han(text_next(&next))) {
        if (before != NULL) {
            buf_add(b, before, (size_t)(next - before));
            buf_putc(b, ' ');
        }
        before = here;
        here = next;
    }
    if (before != NULL && (last || before == *s)) {
        buf_add(b, before, (size_t)(here - before));
        buf_putc(b, ' ');
    }
    *s = here;
}

/* Its beginning, where it is long: PostgreSQL takes no word of 2,048 bytes. */
static void
add_word(struct buf *b, const char **s)
{
    const char *p = *s;

    for (const char *q = p; is_word(text_next(&q)); p = q)
        for (; p < q; p++)
            if (q - *s <= TOKEN_MOST)
                buf_putc(b, (char)tolower((unsigned char)*p));
    buf_putc(b, ' ');
    *s = p;
}

static char *
cut(struct arena *a, const char *s, bool last)
{
    struct buf b = buf_make(a, 0);

    while (s != NULL && *s != '\0') {
        const char *p = s;
        uint32_t cp = text_next(&p);

        if (is_han(cp))
            add_pairs(&b, &s, last);
        else if (is_word(cp))
            add_word(&b, &s);
        else
            s = p;
    }
    if (b.len > 0)
        b.s[--b.len] = '\0';
    return b.s;
}

char *
text_tokens(struct arena *a, const char *s)
{
    return cut(a, s, true);
}

char *
text_query(struct arena *a, const char *s)
{
    return cut(a, s, false);
}

/* -- compatible forms -------------------------------------------------------- */

const char *
text_plain(struct arena *a, const char *s)
{
    const char *p = s;
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = (int32_t)strlen(s), wide_n = 0, most;
    UChar *wide, *plain;
    char *out;

    while (*p != '\0' && (unsigned char)*p < 0x80)
        p++;
    if (*p == '\0')
        return s;
    wide = NEW_N(a, UChar, (size_t)n + 1);
    u_strFromUTF8(wide, n + 1, &wide_n, s, n, &e);
    /* No character becomes more than eighteen (U+FDFA). */
    most = wide_n * 18 + 1;
    plain = NEW_N(a, UChar, (size_t)most);
    wide_n = unorm2_normalize(unorm2_getNFKCInstance(&e), wide, wide_n, plain,
                              most, &e);
    out = arena_alloc(a, (size_t)wide_n * 3 + 1);
    u_strToUTF8(out, wide_n * 3 + 1, NULL, plain, wide_n, &e);
    return U_SUCCESS(e) ? out : s;
}
