/* SPDX-License-Identifier: Apache-2.0 */
/* lines - see lines.h. */
#include "solver/lines.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MOST = 64 };

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

struct sv_lines
sv_lines_of(const char *text, size_t size)
{
    struct sv_lines l = { .at = text, .end = text + size, .line_end = text };

    if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        l.at += 3;
        l.line_end += 3;
    }
    return l;
}

static void
skip_blanks(struct sv_lines *l)
{
    while (l->at < l->line_end && is_blank(*l->at))
        l->at++;
}

bool
sv_lines_next(struct sv_lines *l)
{
    bool first = l->number == 0;

    for (;;) {
        const char *nl;

        l->at = l->line_end;
        if (!first) {
            if (l->at >= l->end)
                return false;
            l->at++; /* the line feed itself */
        }
        first = false;
        if (l->at >= l->end)
            return false;
        nl = memchr(l->at, '\n', (size_t)(l->end - l->at));
        l->line_end = nl ? nl : l->end;
        l->number++;
        skip_blanks(l);
        if (l->at < l->line_end)
            return true;
    }
}

bool
sv_lines_number(struct sv_lines *l, double *value)
{
    char word[NUMBER_MOST];
    char *stop;
    size_t n = 0;

    skip_blanks(l);
    /* strtod must not see past the line, nor words such as nan */
    while (l->at + n < l->line_end && n < sizeof word - 1
           && strchr("+-.0123456789eE", l->at[n]) && l->at[n])
        n++;
    memcpy(word, l->at, n);
    word[n] = 0;
    *value = strtod(word, &stop);
    if (n == 0 || *stop || !isfinite(*value))
        return false;
    l->at += n;
    return true;
}

bool
sv_lines_int(struct sv_lines *l, int *value)
{
    const char *back = l->at;
    double v;

    if (!sv_lines_number(l, &v) || v != floor(v) || fabs(v) > INT_MAX) {
        l->at = back;
        return false;
    }
    *value = (int)v;
    return true;
}

bool
sv_lines_line_done(struct sv_lines *l)
{
    skip_blanks(l);
    return l->at >= l->line_end;
}

bool
sv_lines_word(struct sv_lines *l, const char *word)
{
    size_t n = strlen(word);

    skip_blanks(l);
    if ((size_t)(l->line_end - l->at) < n || memcmp(l->at, word, n) != 0)
        return false;
    l->at += n;
    return true;
}

bool
sv_lines_mark(struct sv_lines *l, char mark)
{
    skip_blanks(l);
    if (l->at >= l->line_end || *l->at != mark)
        return false;
    l->at++;
    return true;
}

int
sv_lines_columns(const struct sv_lines *l)
{
    int count = 0;
    bool inside = false;

    for (const char *c = l->at; c < l->line_end; c++) {
        if (!is_blank(*c) && !inside)
            count++;
        inside = !is_blank(*c);
    }
    return count;
}
