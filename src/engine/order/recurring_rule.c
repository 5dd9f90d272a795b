/* SPDX-License-Identifier: Apache-2.0 */
/* On which days a recurring order is wanted. */
#include <string.h>

#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/workcal.h"
#include "engine/order/recurring.h"

/* No rule looks further: a festival may be a year away, a calendar ends. */
#define DAYS_AHEAD 400
#define MONTHS_AHEAD 14
/* No row of days off is longer. */
#define DAYS_OFF 20

/* The Nth worked day before D. */
static day
worked_before(const struct workcal *w, day d, int64_t n)
{
    for (int i = 0; n > 0 && i < DAYS_AHEAD; i++) {
        d.n--;
        n -= workcal_is_worked(w, d);
    }
    return d;
}

static day
worked_from(const struct workcal *w, day d)
{
    for (int i = 0; !workcal_is_worked(w, d) && i < DAYS_OFF; i++)
        d.n++;
    return d;
}

/* Where a day of the week goes that is not worked; 0: nowhere. */
static day
moved(const struct workcal *w, const struct recurring_order *r, day d)
{
    if (workcal_is_worked(w, d) || r->on_holiday == HOLIDAY_ANYWAY)
        return d;
    if (r->on_holiday == HOLIDAY_BEFORE)
        return worked_before(w, d, 1);
    return r->on_holiday == HOLIDAY_AFTER ? worked_from(w, d) : (day){ 0 };
}

/* Two days of a week that go to the same worked day are one.  Those before
   AFTER may have moved behind it. */
static struct recurring_day
next_weekly(const struct workcal *w, const struct recurring_order *r, day after)
{
    struct recurring_day next = { { 0 }, { 0 } };

    for (int32_t i = 1 - DAYS_OFF; i < DAYS_AHEAD; i++) {
        day d = { after.n + i }, to;

        if (d.n <= r->made_for.n
            || strchr(r->weekdays, '0' + day_weekday(d)) == NULL)
            continue;
        to = moved(w, r, d);
        if (next.on.n != 0 && to.n > next.on.n)
            return next;
        if (to.n > after.n)
            next = (struct recurring_day){ to, d };
    }
    return next;
}

/* The Nth worked day of the month, or the Nth from its end; 0: it has none. */
static day
worked_of_month(const struct workcal *w, const struct recurring_order *r,
                int year, int month)
{
    day first = day_of(year, month, 1);
    day beyond =
        month == 12 ? day_of(year + 1, 1, 1) : day_of(year, month + 1, 1);
    int64_t n = r->nth;

    for (int32_t i = 0; i < beyond.n - first.n; i++) {
        day d = { r->from_end ? beyond.n - 1 - i : first.n + i };

        n -= workcal_is_worked(w, d);
        if (n == 0)
            return d;
    }
    return (day){ 0 };
}

static struct recurring_day
next_monthly(const struct workcal *w, const struct recurring_order *r,
             day after)
{
    struct civil at = civil_of(after);

    for (int i = 0; i < MONTHS_AHEAD; i++) {
        day d = worked_of_month(w, r, at.year, at.month);
        day first = day_of(at.year, at.month, 1);

        if (d.n > after.n && first.n > r->made_for.n)
            return (struct recurring_day){ d, first };
        at.year += at.month == 12;
        at.month = at.month % 12 + 1;
    }
    return (struct recurring_day){ { 0 }, { 0 } };
}

/* Of a year that is not published no festival is known. */
static enum err
next_before_festival(struct call *c, const struct recurring_order *r, day after,
                     struct recurring_day *out)
{
    CATALOG k = catalog_hold(c);
    const struct workcal *w = catalog_workcal(k);
    day festival = after;

    for (;;) {
        TRY(catalog_next_festival(c, festival, &festival));
        *out = (struct recurring_day){ { 0 }, { 0 } };
        if (festival.n == 0)
            return OK;
        out->on = worked_before(w, festival, r->nth);
        out->of = festival;
        if (out->on.n > after.n && festival.n > r->made_for.n)
            return OK;
    }
}

enum err
recurring_next(struct call *c, const struct recurring_order *r, day after,
               struct recurring_day *out)
{
    CATALOG k = catalog_hold(c);
    const struct workcal *w = catalog_workcal(k);

    *out = (struct recurring_day){ { 0 }, { 0 } };
    if (r->starts_on.n > after.n)
        after.n = r->starts_on.n - 1;
    switch (r->rule) {
    case RECURS_WEEKLY: *out = next_weekly(w, r, after); break;
    case RECURS_MONTHLY: *out = next_monthly(w, r, after); break;
    case RECURS_FESTIVAL: TRY(next_before_festival(c, r, after, out)); break;
    }
    if (r->ends_on.n != 0 && out->on.n > r->ends_on.n)
        *out = (struct recurring_day){ { 0 }, { 0 } };
    return OK;
}

/* Is what D is for still to come, or what R waited for?  A month is over with
   its day; that of one that was paused, or is new, was never waited for. */
static bool
was_awaited(const struct recurring_order *r, const struct recurring_day *d,
            day now)
{
    struct civil at = civil_of(r->next_on);

    if (r->rule != RECURS_MONTHLY)
        return d->of.n >= now.n;
    return r->next_on.n > now.n && d->of.n == day_of(at.year, at.month, 1).n;
}

enum err
recurring_missed(struct call *c, const struct recurring_order *r, day now,
                 struct recurring_day *out)
{
    struct recurring_day d = { { now.n - DAYS_OFF - 1 }, { 0 } };

    *out = (struct recurring_day){ { 0 }, { 0 } };
    /* What was made today was made for it. */
    if (r->next_on.n == 0 || r->made_on.n >= now.n)
        return OK;
    do {
        TRY(recurring_next(c, r, d.on, &d));
        if (d.on.n != 0 && d.on.n < now.n && was_awaited(r, &d, now))
            *out = d;
    } while (d.on.n != 0 && d.on.n < now.n);
    return OK;
}
