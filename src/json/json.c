/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

struct json_out
json_to(struct buf *b)
{
    struct json_out o = { .buf = b };

    o.first[0] = true;
    return o;
}

/* The comma before every value but the first at its depth. */
static void
add_comma(struct json_out *o)
{
    if (!o->first[o->depth])
        buf_putc(o->buf, ',');
    o->first[o->depth] = false;
}

static void
go_in(struct json_out *o, char bracket)
{
    add_comma(o);
    buf_putc(o->buf, bracket);
    ASSERT(o->depth + 1 < sizeof o->first);
    o->depth++;
    o->first[o->depth] = true;
}

static void
go_out(struct json_out *o, char bracket)
{
    ASSERT(o->depth > 0);
    buf_putc(o->buf, bracket);
    o->depth--;
    o->first[o->depth] = false;
}

void
json_begin(struct json_out *o)
{
    go_in(o, '{');
}

void
json_end(struct json_out *o)
{
    go_out(o, '}');
}

void
json_begin_list(struct json_out *o)
{
    go_in(o, '[');
}

void
json_end_list(struct json_out *o)
{
    go_out(o, ']');
}

/* Of S, the bytes before the first that may not stand as it is. */
static size_t
plain_bytes(const char *s)
{
    const char *p = s;

    while ((unsigned char)*p >= ' ' && *p != '"' && *p != '\\')
        p++;
    return (size_t)(p - s);
}

/* All of S being plain, N bytes: most texts and every key of ours. */
static void
add_plain(struct buf *b, const char *s, size_t n)
{
    char *at = buf_more(b, n + 2);

    if (at == NULL)
        return;
    at[0] = at[n + 1] = '"';
    memcpy(at + 1, s, n);
}

static void
add_quoted(struct buf *b, const char *s)
{
    const char *plain = s;
    size_t n = plain_bytes(s);

    if (s[n] == '\0') {
        add_plain(b, s, n);
        return;
    }
    /* Between what has to be escaped the rest goes in by long pieces. */
    buf_putc(b, '"');
    for (s += n; *s != '\0'; s++) {
        unsigned char ch = (unsigned char)*s;

        if (ch >= ' ' && ch != '"' && ch != '\\')
            continue;
        buf_add(b, plain, (size_t)(s - plain));
        plain = s + 1;
        if (ch == '\n')
            buf_add(b, "\\n", 2);
        else if (ch < ' ')
            buf_printf(b, "\\u%04x", ch);
        else {
            buf_putc(b, '\\');
            buf_putc(b, (char)ch);
        }
    }
    buf_add(b, plain, (size_t)(s - plain));
    buf_putc(b, '"');
}

void
json_key(struct json_out *o, const char *key)
{
    add_comma(o);
    add_quoted(o->buf, key);
    buf_putc(o->buf, ':');
    o->first[o->depth] = true; /* its value takes no comma */
}

void
json_text(struct json_out *o, const char *s)
{
    add_comma(o);
    if (s == NULL)
        buf_add(o->buf, "null", 4);
    else
        add_quoted(o->buf, s);
}

void
json_int(struct json_out *o, int64_t i)
{
    char digits[24];
    char *p = digits + sizeof digits;
    uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u > 0);
    if (i < 0)
        *--p = '-';
    add_comma(o);
    buf_add(o->buf, p, (size_t)(digits + sizeof digits - p));
}

void
json_float(struct json_out *o, double r)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%.15g", isfinite(r) ? r : 0.0);

    add_comma(o);
    buf_add(o->buf, text, (size_t)n);
}

void
json_bool(struct json_out *o, bool b)
{
    json_raw(o, b ? "true" : "false");
}

void
json_none(struct json_out *o)
{
    json_raw(o, "null");
}

void
json_raw(struct json_out *o, const char *json)
{
    add_comma(o);
    buf_puts(o->buf, json);
}

void
json_put_text(struct json_out *o, const char *key, const char *s)
{
    json_key(o, key);
    json_text(o, s);
}

void
json_put_int(struct json_out *o, const char *key, int64_t i)
{
    json_key(o, key);
    json_int(o, i);
}

void
json_put_bool(struct json_out *o, const char *key, bool b)
{
    json_key(o, key);
    json_bool(o, b);
}
