/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recurring - what is asked for again and again: every Monday, the first
 * working day of a month, before each festival.  Owns the table
 * recurring_order.
 *
 * Always true:
 *   1. The days are those of the calendar as it stands: until an order is made
 *      its day moves with the calendar.
 *   2. Of a day one order is made, by however many processes, and one for a day
 *      of the week, a month or a festival, wherever the calendar moves it
 *      afterwards; days that passed while nobody served the office are made
 *      once, for the day it is served again, as is one that a late change of the
 *      calendar moves to a day that has passed.
 *   3. What cannot be made says why (trouble), the desk is told once, and it is
 *      tried again.
 *   4. What was made while a clock was ahead keeps nothing from being made
 *      (decision 53).
 */
#ifndef ENGINE_ORDER_RECURRING_H
#define ENGINE_ORDER_RECURRING_H

#include "base/base.h"
#include "noun/noun.h"

enum recurring_state { RECURRING_RUNNING, RECURRING_PAUSED, RECURRING_STOPPED };
enum recurring_rule { RECURS_WEEKLY, RECURS_MONTHLY, RECURS_FESTIVAL };
/* Where a day of the week goes that is not worked. */
enum recurring_holiday {
    HOLIDAY_SKIP,
    HOLIDAY_BEFORE,
    HOLIDAY_AFTER,
    HOLIDAY_ANYWAY
};

struct recurring_order {
    int64_t id;
    const char *name;
    unsigned state, rule;
    const char *weekdays; /* weekly: "15", Monday and Friday */
    int64_t nth;   /* the nth working day of a month, or before a festival */
    bool from_end; /* of a month: from its end */
    unsigned on_holiday; /* weekly */
    int64_t at_min;      /* of the day, when it is wanted */
    int64_t ahead_days;  /* made so many days before */
    const char *item_code;
    int64_t place_id;
    const char *place_note, *description, *phone, *answers;
    int64_t requester_id;
    day starts_on, ends_on; /* ends_on: the last day */
    day next_on, made_on;
    day made_for; /* what of the rule: recurring_day's `of` */
    instant made_at;
    int64_t order_id;      /* made last */
    const char *trouble;   /* why the next could not be made */
    const char *next_days; /* shown: the next five days, commas between */
    int64_t version;
    instant updated_at;
};
extern const struct noun recurring_order_noun;

/* A day on which it is wanted, and what of the rule that is: the day of the week
   that may have moved, the month's first day, or the festival.  Of several that
   go to one day, the last. */
struct recurring_day {
    day on, of;
};

/* The first behind AFTER, for which none was made (made_for); 0: none is
   known. */
enum err recurring_next(struct call *c, const struct recurring_order *r,
                        day after, struct recurring_day *out) MUST_USE;

/* A day before NOW to which the calendar has moved, too late, what was to come;
   the last of several; 0: there is none. */
enum err recurring_missed(struct call *c, const struct recurring_order *r,
                          day now, struct recurring_day *out) MUST_USE;

/* Fill in the next five days of a rule that is not kept yet. */
extern const struct model recurring_preview_model;
enum err recurring_preview(struct call *c, struct recurring_order *r) MUST_USE;

/* A job: make what is due. */
enum err recurring_make(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
