/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unicode/ucal.h>
#include <unicode/ustring.h>

instant
instant_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (instant){ (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000 };
}

bool
instant_is_ahead(instant t, instant now)
{
    return t.ms > now.ms + CLOCKS_APART_MS;
}

int64_t
instant_since(instant then, instant now)
{
    return now.ms > then.ms ? now.ms - then.ms : 0;
}

int64_t
monotonic_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

/* Days from the civil calendar: the algorithm of Howard Hinnant,
   "chrono-Compatible Low-Level Date Algorithms", with years from March. */
day
day_of(int year, int month, int dom)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + dom - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return (day){ era * 146097 + doe - 719468 + 1 };
}

struct civil
civil_of(day d)
{
    int z = d.n - 1 + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    int month = mp < 10 ? mp + 3 : mp - 9;

    return (struct civil){ .year = yoe + era * 400 + (month <= 2),
                           .month = month,
                           .dom = doy - (153 * mp + 2) / 5 + 1 };
}

bool
day_is_real(int year, int month, int dom)
{
    struct civil back;

    if (year < 1 || year > 9999 || month < 1 || month > 12 || dom < 1)
        return false;
    back = civil_of(day_of(year, month, dom));
    return back.month == month && back.dom == dom;
}

int
day_weekday(day d)
{
    /* 1970-01-01, n = 1, was a Thursday. */
    return (int)(((d.n - 1 + 3) % 7 + 7) % 7) + 1;
}

/* Exactly N digits at S as a number; -1 when they are not. */
static int
read_digits(const char *s, int n)
{
    int v = 0;

    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

/* The date at the front of S, which holds at least ten characters. */
static bool
read_date(const char *s, day *out)
{
    int y, m, d;

    if (strnlen(s, 10) < 10 || s[4] != '-' || s[7] != '-')
        return false;
    y = read_digits(s, 4);
    m = read_digits(s + 5, 2);
    d = read_digits(s + 8, 2);
    if (!day_is_real(y, m, d))
        return false;
    *out = day_of(y, m, d);
    return true;
}

bool
day_parse(const char *s, day *out)
{
    return s != NULL && strlen(s) == 10 && read_date(s, out);
}

bool
clock_parse(const char *s, int64_t *ms)
{
    size_t n = s != NULL ? strcspn(s, ":") : 0;
    int h, m;

    if (n < 1 || n > 2 || strlen(s) != n + 3)
        return false;
    h = read_digits(s, (int)n);
    m = read_digits(s + n + 1, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    *ms = h * HOUR_MS + m * MINUTE_MS;
    return true;
}

/* N in just so many digits. */
static void
put_digits(char *out, unsigned n, int digits)
{
    while (digits-- > 0) {
        out[digits] = (char)('0' + n % 10U);
        n /= 10U;
    }
}

void
day_print(day d, char out[static 11])
{
    struct civil c = civil_of(d);
    unsigned y = (unsigned)c.year % 10000U, m = (unsigned)c.month % 100U;

    memcpy(out, "0000-00-00", 11);
    put_digits(out, y, 4);
    put_digits(out + 5, m, 2);
    put_digits(out + 8, (unsigned)c.dom % 100U, 2);
}

/* "+08:00" or "Z" and the end; false when it is neither. */
static bool
read_offset(const char *s, int64_t *ms)
{
    int h, m;

    if ((s[0] == 'Z' || s[0] == 'z') && s[1] == '\0') {
        *ms = 0;
        return true;
    }
    if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 || s[3] != ':')
        return false;
    h = read_digits(s + 1, 2);
    m = read_digits(s + 4, 2);
    if (h < 0 || h > 14 || m < 0 || m > 59)
        return false;
    *ms = (h * HOUR_MS + m * MINUTE_MS) * (s[0] == '-' ? -1 : 1);
    return true;
}

bool
instant_parse(const char *s, instant *out)
{
    int h, m, sec = 0, frac = 0;
    int64_t offset;
    day d;

    if (s == NULL || strlen(s) < 17 || !read_date(s, &d)
        || (s[10] != 'T' && s[10] != 't' && s[10] != ' ') || s[13] != ':')
        return false;
    h = read_digits(s + 11, 2);
    m = read_digits(s + 14, 2);
    s += 16;
    if (*s == ':') {
        sec = strnlen(s, 3) == 3 ? read_digits(s + 1, 2) : -1;
        s += sec < 0 ? 0 : 3;
    }
    if (*s == '.') {
        int scale = 100;

        if (read_digits(s + 1, 1) < 0)
            return false;
        for (s++; *s >= '0' && *s <= '9'; s++, scale /= 10)
            frac += (*s - '0') * scale;
    }
    if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59
        || !read_offset(s, &offset))
        return false;
    out->ms = (d.n - 1) * DAY_MS + h * HOUR_MS + m * MINUTE_MS + sec * SECOND_MS
              + frac - offset;
    /* With its offset it may have left the years that can be written. */
    return out->ms >= (day_of(1, 1, 1).n - 1) * DAY_MS
           && out->ms < day_of(9999, 12, 31).n * DAY_MS;
}

void
instant_print(instant t, char out[static 25])
{
    int64_t of_day = (t.ms % DAY_MS + DAY_MS) % DAY_MS;
    unsigned v = (unsigned)of_day;
    char date[11];

    day_print((day){ (int32_t)((t.ms - of_day) / DAY_MS) + 1 }, date);
    memcpy(out, date, 10);
    memcpy(out + 10, "T00:00:00.000Z", 15);
    put_digits(out + 11, v / 3600000U % 24U, 2);
    put_digits(out + 14, v / 60000U % 60U, 2);
    put_digits(out + 17, v / 1000U % 60U, 2);
    put_digits(out + 20, v % 1000U, 3);
}

/* -- zones ----------------------------------------------------------------- */

/* The offsets of a zone from 1970 to 2100, read once: between at[i] and
   at[i + 1] the local time is UTC + offset[i]. */
#define MAX_CHANGES 600

struct zone {
    int n;
    int64_t at[MAX_CHANGES];
    int64_t offset[MAX_CHANGES];
};

static int64_t
offset_now(const UCalendar *cal, UErrorCode *e)
{
    return ucal_get(cal, UCAL_ZONE_OFFSET, e)
           + ucal_get(cal, UCAL_DST_OFFSET, e);
}

static bool
read_changes(UCalendar *cal, struct zone *z)
{
    UErrorCode e = U_ZERO_ERROR;
    UDate t = 0, end = 4102444800000.0;

    while (z->n < MAX_CHANGES) {
        ucal_setMillis(cal, t, &e);
        z->at[z->n] = z->n == 0 ? INT64_MIN : (int64_t)t;
        z->offset[z->n++] = offset_now(cal, &e);
        if (!ucal_getTimeZoneTransitionDate(cal, UCAL_TZ_TRANSITION_NEXT, &t,
                                            &e)
            || t > end)
            break;
    }
    return U_SUCCESS(e);
}

struct zone *
zone_open(const char *name)
{
    UErrorCode e = U_ZERO_ERROR;
    UChar id[64];
    UChar real[64];
    UBool known = 0;
    UCalendar *cal;
    struct zone *z = NULL;

    if (name == NULL || strlen(name) >= sizeof id / sizeof id[0])
        return NULL;
    u_charsToUChars(name, id, (int32_t)strlen(name) + 1);
    /* ICU takes any name it does not know for GMT. */
    (void)ucal_getCanonicalTimeZoneID(id, -1, real, 64, &known, &e);
    if (U_FAILURE(e))
        return NULL;
    cal = ucal_open(id, -1, "en", UCAL_GREGORIAN, &e);
    if (U_FAILURE(e))
        return NULL;
    z = calloc(1, sizeof *z);
    if (z != NULL && !read_changes(cal, z)) {
        free(z);
        z = NULL;
    }
    ucal_close(cal);
    return z;
}

void
zone_close(struct zone *z)
{
    free(z);
}

static int
find_change(const struct zone *z, int64_t ms)
{
    int low = 0, high = z->n - 1;

    while (low < high) {
        int mid = (low + high + 1) / 2;

        if (z->at[mid] <= ms)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

int64_t
zone_local(const struct zone *z, instant t)
{
    return t.ms + z->offset[find_change(z, t.ms)];
}

instant
zone_instant(const struct zone *z, int64_t local_ms)
{
    /* Offsets differ by less than a day, so the right one is that of the
       candidate's own instant or of the one before it. */
    int i = find_change(z, local_ms - DAY_MS);

    for (; i + 1 < z->n; i++) {
        int64_t t = local_ms - z->offset[i];

        if (t < z->at[i + 1])
            return (instant){ t };
        /* Skipped: past the change by the old offset, before by the new. */
        if (local_ms - z->offset[i + 1] < z->at[i + 1])
            return (instant){ t };
    }
    return (instant){ local_ms - z->offset[i] };
}

day
zone_day(const struct zone *z, instant t)
{
    int64_t local = zone_local(z, t);
    int64_t n = local >= 0 ? local / DAY_MS : -((-local + DAY_MS - 1) / DAY_MS);

    return (day){ (int32_t)n + 1 };
}
