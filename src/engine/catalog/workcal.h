/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workcal - office time: which days are worked, from when until when, and
 * where a number of working hours or days ends.
 *
 * A calendar is made once from facts and never changes.  It knows the years
 * 2000 to 2099, a row for each day, so that every question is a look into a
 * table.
 *
 * Always true:
 *   1. workcal_between(a, workcal_add(a, n)) is n, for n > 0.
 *   2. A later start never ends earlier.
 *   3. Office hours are those of the wall clock: where clocks change by the
 *      season, 08:30 stays 08:30.
 *   4. A holiday that is not known is never invented: a year that is not
 *      published is counted by the plain week, and workcal_unpublished says
 *      so.
 *
 * A day is worked when it is a weekday or a make-up day, unless it is a
 * holiday; a closure of the office's own beats both.  On a half holiday only
 * the first span of the day is worked (up to noon where there is but one).
 *
 * Working days.  The n-th working day after an order is due at the order's
 * own time of day.  Where that time lies outside office hours, the order
 * counts from the next opening: in the midday break from the end of the
 * break; after closing, on a day off or before opening from the next
 * morning, so that one working day is that whole day and ends at its close.
 * Hence Friday 17:30 and Friday 20:00 plus one are both Monday 17:30, Friday
 * 13:00 plus one is Monday 14:00.  The close is that of the day itself: noon on
 * a half holiday, so who asks in its afternoon has the whole next day, too.
 */
#ifndef ENGINE_CATALOG_WORKCAL_H
#define ENGINE_CATALOG_WORKCAL_H

#include "base/arena.h"
#include "base/instant.h"

struct workcal;

#define WORKCAL_MAX_SPANS 4

/* Minutes of the local day, from inside, to outside. */
struct workcal_span {
    int from, to;
};

enum workcal_kind {
    WORKCAL_HOLIDAY,
    WORKCAL_MAKEUP,
    WORKCAL_CLOSURE,
    WORKCAL_HALF_HOLIDAY
};

/* A day that differs from its week. */
struct workcal_exception {
    day on;
    enum workcal_kind kind;
};

/* Office hours of a season: 501 to 930 is 1 May to 30 September, whole;
   from > to runs over the new year. */
struct workcal_hours {
    int from_month_day, to_month_day;
    day valid_from, valid_to; /* valid_to: first day no more; 0 none */
    struct workcal_span spans[WORKCAL_MAX_SPANS];
    size_t n_spans;
};

struct workcal_facts {
    const struct zone *zone;
    const struct workcal_exception *days;
    size_t n_days;
    const int *years; /* published */
    size_t n_years;
    /* Where two cover a day, the one valid later wins, then the shorter
       season, then the later row.  None: 08:30-12:00,14:00-17:30. */
    const struct workcal_hours *hours;
    size_t n_hours;
};

/* A calendar in the arena A; the zone must outlive it. */
struct workcal *workcal_make(struct arena *a, const struct workcal_facts *f);

/* "08:30-12:00,14:00-17:30": rising, one minute long at least. */
bool workcal_read_spans(const char *s,
                        struct workcal_span out[WORKCAL_MAX_SPANS], size_t *n);

/* A working day, or a day of rest that is worked in exchange (调休)? */
bool workcal_is_worked(const struct workcal *w, day d);

/* The spans of the day; 0 when it is not worked. */
size_t workcal_spans(const struct workcal *w, day d,
                     const struct workcal_span **out);

/* The earliest instant by which MS of office time have passed since START;
   START itself when MS is not positive. */
instant workcal_add(const struct workcal *w, instant start, int64_t ms);

/* N working days after START; START itself when N is not positive. */
instant workcal_add_days(const struct workcal *w, instant start, int64_t n);

/* Office time from A to B in ms; negative when B is before A. */
int64_t workcal_between(const struct workcal *w, instant a, instant b);

/* Has the State Council's notice of YEAR's holidays been entered? */
bool workcal_is_published(const struct workcal *w, int year);

/* A number made of all that the calendar was made of: two calendars of one zone
   that reckon alike have the same.  Above 0, and a multiple of 4. */
int64_t workcal_mark(const struct workcal *w);

/* The first year touched from A to B that is not published; 0 is none. */
int workcal_unpublished(const struct workcal *w, instant a, instant b);

#endif
