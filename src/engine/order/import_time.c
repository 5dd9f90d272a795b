/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as people and their programs write them.  What the map's formats say
 * comes first; what begins with the year can be read in one way only and is
 * always understood.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/workbook.h"
#include "engine/order/import_inner.h"

#define MAX_FORMATS 64

struct import_times {
    const struct zone *zone;
    const char *formats[MAX_FORMATS];
    size_t n;
    bool excel; /* day numbers are understood */
};

/* -- the map's formats ---------------------------------------------------------- */

static void
add_format(struct import_times *t, const char *format)
{
    if (t->n < MAX_FORMATS)
        t->formats[t->n++] = format;
}

/* FORMAT up to AT, without what only led to the part behind it. */
static const char *
cut(struct arena *a, const char *format, const char *at)
{
    size_t n = (size_t)(at - format);

    while (n > 0 && strchr(" :T.,", format[n - 1]))
        n--;
    return arena_text_n(a, format, n);
}

/* The format, the same without seconds, and its date alone. */
static void
add_with_shorter(struct import_times *t, struct arena *a, const char *format)
{
    static const char *const clocks[] = { "%H", "%I", "%k", "%l", "%T", "%R" };
    const char *seconds = strstr(format, "%S"), *clock = NULL;

    /* Years first are read without it, and any of them. */
    if (text_starts(format, "%Y-%m-%d") || text_starts(format, "%Y/%m/%d")
        || text_starts(format, "%F"))
        return;
    add_format(t, format);
    if (seconds != NULL)
        add_format(t, cut(a, format, seconds));
    for (size_t i = 0; i < COUNT(clocks); i++) {
        const char *at = strstr(format, clocks[i]);

        if (at != NULL && (clock == NULL || at < clock))
            clock = at;
    }
    if (clock != NULL && clock > format && *cut(a, format, clock) != '\0')
        add_format(t, cut(a, format, clock));
}

struct import_times *
import_times_make(struct arena *a, const struct import_map *map,
                  const struct zone *zone)
{
    struct import_times *t = NEW(a, struct import_times);

    t->zone = zone;
    for (unsigned i = 0; i <= map->n_time_formats; i++) {
        const char *format =
            i == 0 ? map->time_format : map->time_formats[i - 1];

        if (text_same(format, "excel"))
            t->excel = true;
        else if (format != NULL)
            add_with_shorter(t, a, format);
    }
    return t;
}

/* Behind the seconds: their fraction, or nothing. */
static bool
is_fraction(const char *s)
{
    if ((*s == '.' || *s == ',') && isdigit((unsigned char)s[1]))
        s += 1 + strspn(s + 1, "0123456789");
    return text_is_blank(s);
}

static bool
read_by_format(const char *format, const char *s, int64_t *local)
{
    struct tm tm = { 0 };
    const char *end = strptime(s, format, &tm);
    int dom = tm.tm_mday ? tm.tm_mday : 1;

    if (end == NULL || !is_fraction(end)
        || !day_is_real(tm.tm_year + 1900, tm.tm_mon + 1, dom))
        return false;
    *local =
        (day_of(tm.tm_year + 1900, tm.tm_mon + 1, dom).n - day_of(1970, 1, 1).n)
            * DAY_MS
        + tm.tm_hour * HOUR_MS + tm.tm_min * MINUTE_MS + tm.tm_sec * SECOND_MS;
    return true;
}

/* -- the year first --------------------------------------------------------------- */

/* At most MOST digits at *S, which moves on; -1: none. */
static int
digits(const char **s, int most)
{
    int n = 0, i = 0;

    for (; i < most && isdigit((unsigned char)**s); i++)
        n = n * 10 + (*(*s)++ - '0');
    return i > 0 ? n : -1;
}

static bool
passes(const char **s, const char *word)
{
    if (!text_starts(*s, word))
        return false;
    *s += strlen(word);
    return true;
}

static void
blanks(const char **s)
{
    *s += strspn(*s, " \t");
}

/* 2026-01-07, 2026/1/7, 2026.1.7, 2026年1月7日, 20260107 */
static bool
read_date(const char **s, int64_t *local)
{
    int y, m, d;

    if (strspn(*s, "0123456789") >= 8) {
        y = digits(s, 4);
        m = digits(s, 2);
        d = digits(s, 2);
    } else {
        char sep;

        y = digits(s, 4);
        sep = passes(s, "年") ? 'c' : **s;
        if (y < 1000 || !strchr("c-/.", sep) || sep == '\0')
            return false;
        *s += sep != 'c';
        m = digits(s, 2);
        if (sep == 'c' ? !passes(s, "月") : *(*s)++ != sep)
            return false;
        d = digits(s, 2);
        if (sep == 'c' && !passes(s, "日"))
            (void)passes(s, "号");
    }
    if (m < 0 || d < 0 || !day_is_real(y, m, d))
        return false;
    *local = (day_of(y, m, d).n - day_of(1970, 1, 1).n) * DAY_MS;
    return true;
}

/* The half of the day, before the hour or behind the time; 'a', 'p', 'n'oon,
   'e'vening, or 0. */
static char
read_half(const char **s)
{
    static const struct {
        const char *word;
        char half;
    } halves[] = {
        { "上午", 'a' }, { "下午", 'p' }, { "凌晨", 'a' }, { "早上", 'a' },
        { "早晨", 'a' }, { "中午", 'n' }, { "晚上", 'e' }, { "傍晚", 'p' },
        { "AM", 'a' },   { "PM", 'p' },   { "am", 'a' },   { "pm", 'p' },
        { "a.m.", 'a' }, { "p.m.", 'p' },
    };

    blanks(s);
    for (size_t i = 0; i < COUNT(halves); i++)
        if (passes(s, halves[i].word)) {
            blanks(s);
            return halves[i].half;
        }
    return 0;
}

static int
hour_of(int h, char half)
{
    if (half == 'a')
        return h == 12 ? 0 : h;
    if (half == 'p')
        return h < 12 ? h + 12 : h;
    if (half == 'e') /* 晚上12点 ends the day */
        return h <= 12 ? h + 12 : h;
    if (half == 'n') /* 中午1点 */
        return h < 4 ? h + 12 : h;
    return h;
}

/* The minutes behind the hour: 09:30, 9点30分, 9点半, 9点. */
static int
read_minutes(const char **s)
{
    int m;

    if (passes(s, ":"))
        return digits(s, 2);
    if (!passes(s, "点钟") && !passes(s, "点") && !passes(s, "时"))
        return isdigit((unsigned char)**s) ? digits(s, 2) : -1;
    if (passes(s, "半"))
        return 30;
    if (passes(s, "一刻"))
        return 15;
    (void)passes(s, "整");
    m = digits(s, 2);
    (void)passes(s, "分");
    return m < 0 ? 0 : m;
}

/* 09:30, 09:30:15.250, 上午9点半, 9时30分, 9:30 PM, 093015 */
static bool
read_clock(const char **s, int64_t *ms)
{
    char half = read_half(s);
    int h = digits(s, 2), m, sec = 0, scale = 100;
    int64_t part = 0;

    m = h < 0 ? -1 : read_minutes(s);
    if (m < 0 || m > 59)
        return false;
    if (passes(s, ":") || isdigit((unsigned char)**s)) {
        sec = digits(s, 2);
        (void)passes(s, "秒");
    }
    if (sec >= 0 && (**s == '.' || **s == ',')
        && isdigit((unsigned char)(*s)[1]))
        for ((*s)++; isdigit((unsigned char)**s); (*s)++, scale /= 10)
            part += (**s - '0') * scale;
    if (half == 0)
        half = read_half(s);
    h = hour_of(h, half);
    if (sec < 0 || sec > 60 || h > 24 || (h == 24 && m + sec > 0))
        return false;
    *ms = h * HOUR_MS + m * MINUTE_MS + sec * SECOND_MS + part;
    return true;
}

static bool
read_year_first(const char *s, int64_t *local)
{
    int64_t clock = 0;

    if (!read_date(&s, local))
        return false;
    blanks(&s);
    (void)passes(&s, "T");
    if (*s != '\0' && !read_clock(&s, &clock))
        return false;
    *local += clock;
    return text_is_blank(s);
}

/* -- all of them ------------------------------------------------------------------- */

static bool
read_local(const struct import_times *t, const char *s, int64_t *local)
{
    double number;

    for (size_t i = 0; i < t->n; i++)
        if (read_by_format(t->formats[i], s, local))
            return true;
    if (read_year_first(s, local))
        return true;
    return t->excel && text_real(s, &number)
           && excel_time(number, false, local);
}

bool
import_time_read(const struct import_times *t, struct arena *a,
                 const char *cell, instant *out)
{
    const char *s = text_plain(a, cell);
    int64_t local;

    if (instant_parse(s, out))
        return true;
    if (!read_local(t, s, &local))
        return false;
    *out = zone_instant(t->zone, local);
    return true;
}
