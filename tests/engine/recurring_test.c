/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for again and again, by the calendar. */
#include "engine/order/recurring.h"

#include <string.h>

#include "engine/catalog/catalog.h"
#include "engine/order/order.h"
#include "office.h"

/* Every Monday at half past eight, made the day before. */
#define MONDAYS                                                                \
    (struct recurring_order)                                                   \
    {                                                                          \
        .name = "lamps", .rule = RECURS_WEEKLY, .weekdays = "1",               \
        .at_min = 510, .ahead_days = 1, .item_code = "A04", .place_id = 23,    \
        .requester_id = 41                                                     \
    }

static int64_t
add(struct call *c, struct recurring_order *r)
{
    as(c, "desk");
    EXPECT_OK(noun_add(c, &recurring_order_noun, r));
    return r->id;
}

static struct recurring_order
now_is(struct call *c, int64_t id)
{
    struct recurring_order r = { .id = id };

    as(c, "desk");
    EXPECT_OK(noun_get(c, &recurring_order_noun, &r));
    return r;
}

static void
make(struct call *c)
{
    int64_t done = 0;

    as(c, NULL);
    EXPECT_OK(recurring_make(c, 100, &done));
}

static int64_t
made(struct call *c)
{
    return office_int(c, "SELECT COUNT(*) FROM orders");
}

static void
expect_days(struct call *c, struct recurring_order *r, const char *days)
{
    r->id = 0;
    (void)add(c, r);
    assert_string_equal(r->next_days, days);
}

/* 2026: New Year's Day is a Friday, the 2nd and 3rd of January are off, the 4th
   is worked.  The office asks on Monday, 23 November. */
TEST(the_next_five_days_are_those_of_the_calendar)
{
    struct recurring_order r = MONDAYS;

    office_make(c);
    c->now = at("2026-11-23 08:00");
    expect_days(c, &r,
                "2026-11-23,2026-11-30,2026-12-07,2026-12-14,2026-12-21");
    r = (struct recurring_order){
        .name = "first",
        .rule = RECURS_MONTHLY,
        .nth = 1,
        .item_code = "A04",
        .place_id = 23,
        .requester_id = 41,
        .starts_on = { day_of(2026, 1, 1).n }
    };
    expect_days(c, &r,
                "2026-12-01,2027-01-01,2027-02-01,2027-03-01,2027-04-01");
    r.name = "last";
    r.from_end = true;
    expect_days(c, &r,
                "2026-11-30,2026-12-31,2027-01-29,2027-02-26,2027-03-31");
}

/* In 2026 the National Day's week begins on Thursday, 1 October; Mid-Autumn on
   Friday, 25 September. */
TEST(before_each_festival_is_so_many_working_days_before_its_first_day_off)
{
    struct recurring_order r = {
        .name = "before",
        .rule = RECURS_FESTIVAL,
        .nth = 1,
        .item_code = "A04",
        .place_id = 23,
        .requester_id = 41
    };

    office_make(c);
    c->now = at("2026-09-01 10:00");
    expect_days(c, &r, "2026-09-24,2026-09-30");
}

TEST(a_day_of_the_week_that_is_off_is_left_out_or_moves)
{
    struct recurring_order r = MONDAYS;

    /* 5 October 2026, a Monday, is off from the 1st to the 7th. */
    office_make(c);
    c->now = at("2026-09-29 10:00");
    expect_days(c, &r,
                "2026-10-12,2026-10-19,2026-10-26,2026-11-02,2026-11-09");
    r.name = "before";
    r.on_holiday = HOLIDAY_BEFORE;
    expect_days(c, &r,
                "2026-09-30,2026-10-12,2026-10-19,2026-10-26,2026-11-02");
    r.name = "after";
    r.on_holiday = HOLIDAY_AFTER;
    expect_days(c, &r,
                "2026-10-08,2026-10-12,2026-10-19,2026-10-26,2026-11-02");
    r.name = "anyway";
    r.on_holiday = HOLIDAY_ANYWAY;
    expect_days(c, &r,
                "2026-10-05,2026-10-12,2026-10-19,2026-10-26,2026-11-02");
}

TEST(a_new_rule_begins_today_only_while_its_hour_is_still_to_come)
{
    struct recurring_order r = MONDAYS;

    office_make(c);
    c->now = at("2026-11-23 17:16");
    expect_days(c, &r,
                "2026-11-30,2026-12-07,2026-12-14,2026-12-21,2026-12-28");
    make(c);
    assert_int_equal(made(c), 0);
    as(c, "desk");
    r = (struct recurring_order){
        .rule = RECURS_WEEKLY, .weekdays = "1", .at_min = 17 * 60
    };
    EXPECT_OK(recurring_preview(c, &r));
    EXPECT(r.next_on.n == day_of(2026, 11, 30).n);
    r.starts_on.n = 0;
    r.at_min = 18 * 60;
    EXPECT_OK(recurring_preview(c, &r));
    EXPECT(r.next_on.n == day_of(2026, 11, 23).n);
}

TEST(an_order_that_is_made_is_called_as_its_rule_is)
{
    struct recurring_order r = MONDAYS;
    struct order o;

    office_make(c);
    c->now = at("2026-11-29 10:00");
    r.description = "all of them";
    (void)add(c, &r);
    make(c);
    o = order_now(c, office_int(c, "SELECT MAX(id) FROM orders"));
    assert_string_equal(o.title, "lamps");
    assert_string_equal(o.description, "lamps\nall of them");
}

TEST(an_order_is_made_ahead_and_once_and_the_requester_is_told)
{
    struct recurring_order r = MONDAYS;
    struct order o;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-24 10:00");
    id = add(c, &r);
    make(c);
    assert_int_equal(made(c), 0);
    c->now = at("2026-11-29 00:10");
    make(c);
    make(c);
    assert_int_equal(made(c), 1);
    o = order_now(c, office_int(c, "SELECT MAX(id) FROM orders"));
    EXPECT(o.wanted_from.ms == at("2026-11-30 08:30").ms);
    EXPECT(o.requester_id == 41 && o.taken_by_id == 0);
    assert_string_equal(o.channel, "recurring");
    EXPECT(told_of(c, 41, o.id, "submitted") == 1);
    r = now_is(c, id);
    EXPECT(r.order_id == o.id && r.made_on.n == day_of(2026, 11, 30).n);
    EXPECT(r.next_on.n == day_of(2026, 12, 7).n);
}

TEST(days_that_passed_while_nobody_served_the_office_are_made_once)
{
    struct recurring_order r = MONDAYS;
    struct order o;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-24 10:00");
    id = add(c, &r);
    c->now = at("2026-12-16 09:00");
    make(c);
    make(c);
    assert_int_equal(made(c), 1);
    o = order_now(c, office_int(c, "SELECT MAX(id) FROM orders"));
    EXPECT(o.wanted_from.ms == at("2026-12-16 08:30").ms);
    EXPECT(now_is(c, id).next_on.n == day_of(2026, 12, 21).n);
}

TEST(what_is_paused_or_stopped_is_not_made_and_what_is_stopped_stays_so)
{
    struct recurring_order r = MONDAYS;
    const field_mask state = model_mask(recurring_order_noun.model, "state");

    office_make(c);
    (void)add(c, &r);
    r.state = RECURRING_PAUSED;
    EXPECT_OK(noun_set(c, &recurring_order_noun, &r, state));
    EXPECT(r.next_days == NULL);
    make(c);
    assert_int_equal(made(c), 0);
    as(c, "desk");
    r.state = RECURRING_STOPPED;
    EXPECT_OK(noun_set(c, &recurring_order_noun, &r, state));
    r.state = RECURRING_RUNNING;
    EXPECT_FAULT(noun_set(c, &recurring_order_noun, &r, state), ERR_CONFLICT,
                 "state");
    make(c);
    assert_int_equal(made(c), 0);
}

TEST(a_day_moves_with_the_calendar_until_its_order_is_made)
{
    struct recurring_order r = MONDAYS;
    struct calendar_day off = { .on_day = day_of(2026, 12, 7),
                                .kind = 2 /* closure */ };
    int64_t id;

    office_make(c);
    c->now = at("2026-12-01 10:00");
    r.on_holiday = HOLIDAY_AFTER;
    id = add(c, &r);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &calendar_day_noun, &off));
    make(c);
    EXPECT(now_is(c, id).next_on.n == day_of(2026, 12, 8).n);
}

TEST(what_cannot_be_made_says_why_and_the_desk_is_told_once)
{
    struct recurring_order r = MONDAYS;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-23 08:00");
    id = add(c, &r);
    office_exec(c, "UPDATE person SET active = 0 WHERE id = 41");
    make(c);
    make(c);
    assert_int_equal(made(c), 0);
    EXPECT(now_is(c, id).trouble != NULL);
    EXPECT(told_of(c, 43, id, "could not be made") == 1);
    office_exec(c, "UPDATE person SET active = 1 WHERE id = 41");
    make(c);
    assert_int_equal(made(c), 1);
    EXPECT(now_is(c, id).trouble == NULL);
}

/* -- one for one ---------------------------------------------------------------- */

static void
close_day(struct call *c, day on)
{
    struct calendar_day off = { .on_day = on, .kind = 2 /* closure */ };

    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &calendar_day_noun, &off));
}

TEST(what_was_made_for_a_day_of_the_week_is_not_made_again_where_that_moves)
{
    struct recurring_order r = MONDAYS;
    int64_t id;

    office_make(c);
    c->now = at("2026-12-06 10:00");
    r.on_holiday = HOLIDAY_AFTER;
    id = add(c, &r);
    make(c);
    assert_int_equal(made(c), 1); /* for the 7th */
    close_day(c, day_of(2026, 12, 7));
    make(c);
    c->now = at("2026-12-08 10:00");
    make(c);
    assert_int_equal(made(c), 1);
    EXPECT(now_is(c, id).next_on.n == day_of(2026, 12, 14).n);
}

TEST(what_was_made_for_a_month_is_not_made_again_where_its_day_moves)
{
    struct recurring_order r = MONDAYS;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-30 10:00");
    r.rule = RECURS_MONTHLY;
    r.nth = 1;
    id = add(c, &r);
    make(c);
    assert_int_equal(made(c), 1); /* for the 1st */
    close_day(c, day_of(2026, 12, 1));
    make(c);
    c->now = at("2026-12-02 10:00");
    make(c);
    assert_int_equal(made(c), 1);
    EXPECT(now_is(c, id).next_on.n == day_of(2027, 1, 1).n);
}

TEST(another_rule_begins_with_its_own_next_day)
{
    struct recurring_order r = MONDAYS;
    const field_mask rule = model_mask(recurring_order_noun.model, "rule")
                            | model_mask(recurring_order_noun.model, "nth");

    office_make(c);
    c->now = at("2026-12-06 10:00");
    r.id = add(c, &r);
    make(c);
    as(c, "desk");
    r = now_is(c, r.id);
    r.rule = RECURS_MONTHLY;
    r.nth = 10;
    EXPECT_OK(noun_set(c, &recurring_order_noun, &r, rule));
    EXPECT(r.next_on.n == day_of(2026, 12, 14).n);
}

TEST(what_was_made_while_the_clock_was_ahead_keeps_nothing_from_being_made)
{
    struct recurring_order r = MONDAYS;
    int64_t id;

    office_make(c);
    r.at_min = 1080; /* still to come today */
    r.weekdays = "1234567";
    r.on_holiday = HOLIDAY_ANYWAY;
    r.ahead_days = 0;
    id = add(c, &r);
    office_pass(c, 20 * DAY_MS);
    make(c);
    assert_int_equal(made(c), 1);
    office_pass(c, -20 * DAY_MS);
    make(c);
    make(c);
    assert_int_equal(made(c), 2);
    EXPECT(now_is(c, id).made_on.n == day_of(2026, 11, 23).n);
    EXPECT(now_is(c, id).next_on.n == day_of(2026, 11, 24).n);
    office_pass(c, DAY_MS);
    make(c);
    assert_int_equal(made(c), 3);
}

TEST(all_that_are_due_are_made_in_one_round)
{
    struct recurring_order r = MONDAYS;

    office_make(c);
    r.at_min = 1080; /* still to come today */
    r.weekdays = "1234567";
    r.on_holiday = HOLIDAY_ANYWAY;
    r.ahead_days = 30;
    (void)add(c, &r);
    make(c);
    assert_int_equal(made(c), 31);
    make(c);
    assert_int_equal(made(c), 31);
}

/* -- at the edges --------------------------------------------------------------- */

TEST(a_rule_that_is_over_or_names_no_phone_is_refused)
{
    struct recurring_order r = MONDAYS;

    office_make(c);
    c->now = at("2026-11-23 17:16");
    as(c, "desk");
    r.phone = "abc";
    EXPECT_FAULT(noun_add(c, &recurring_order_noun, &r), ERR_INVALID, "phone");
    r.phone = NULL;
    r.ends_on = day_of(2020, 1, 1);
    EXPECT_FAULT(noun_add(c, &recurring_order_noun, &r), ERR_INVALID,
                 "ends_on");
    /* Today is its last day, and the hour has passed. */
    r.ends_on = day_of(2026, 11, 23);
    EXPECT_FAULT(noun_add(c, &recurring_order_noun, &r), ERR_INVALID,
                 "ends_on");
    r.ends_on = day_of(2026, 11, 30);
    EXPECT_OK(noun_add(c, &recurring_order_noun, &r));
    r.description = "east side";
    EXPECT_OK(noun_set(c, &recurring_order_noun, &r,
                       model_mask(recurring_order_noun.model, "description")));
}

TEST(a_rule_that_goes_on_or_has_another_hour_asks_for_nothing_that_has_passed)
{
    struct recurring_order r = MONDAYS;
    const struct model *m = recurring_order_noun.model;

    office_make(c);
    c->now = at("2026-11-23 08:00");
    r.state = RECURRING_PAUSED;
    (void)add(c, &r);
    c->now = at("2026-11-23 14:00");
    r.state = RECURRING_RUNNING;
    as(c, "desk");
    EXPECT_OK(noun_set(c, &recurring_order_noun, &r, model_mask(m, "state")));
    EXPECT(now_is(c, r.id).next_on.n == day_of(2026, 11, 30).n);
    r = MONDAYS;
    r.name = "late";
    r.at_min = 23 * 60;
    (void)add(c, &r);
    r.at_min = 1;
    as(c, "desk");
    EXPECT_OK(noun_set(c, &recurring_order_noun, &r, model_mask(m, "at_min")));
    EXPECT(now_is(c, r.id).next_on.n == day_of(2026, 11, 30).n);
    make(c);
    assert_int_equal(made(c), 0);
}

TEST(what_was_made_before_a_clock_was_ahead_is_not_made_again)
{
    struct recurring_order r = MONDAYS;

    office_make(c);
    r.at_min = 1080; /* still to come today */
    r.weekdays = "1234567";
    r.on_holiday = HOLIDAY_ANYWAY;
    r.ahead_days = 2;
    (void)add(c, &r);
    make(c);
    assert_int_equal(made(c), 3);
    office_pass(c, 20 * DAY_MS);
    make(c);
    assert_int_equal(made(c), 6);
    office_pass(c, -20 * DAY_MS);
    make(c);
    assert_int_equal(made(c), 6);
    office_pass(c, DAY_MS);
    make(c);
    assert_int_equal(made(c), 7);
}

static void
close_days(struct call *c, int from, int to)
{
    as(c, "sysadmin");
    for (int d = from; d <= to; d++) {
        struct calendar_day off = { .on_day = day_of(2026, 12, d),
                                    .kind = 2 /* closure */ };

        EXPECT_OK(noun_add(c, &calendar_day_noun, &off));
    }
}

TEST(what_a_late_closure_moves_to_a_day_that_has_passed_is_made_at_once)
{
    struct recurring_order r = MONDAYS;

    office_make(c);
    c->now = at("2026-12-01 09:00"); /* a Tuesday */
    r.weekdays = "3";
    r.on_holiday = HOLIDAY_BEFORE;
    r.at_min = 1200; /* still to come today */
    r.ahead_days = 0;
    (void)add(c, &r);
    make(c);
    assert_int_equal(made(c), 0);
    close_days(c, 1, 2);
    make(c);
    make(c);
    assert_int_equal(made(c), 1);
    EXPECT(now_is(c, r.id).made_on.n == day_of(2026, 12, 1).n);
    EXPECT(now_is(c, r.id).made_for.n == day_of(2026, 12, 2).n);
    EXPECT(now_is(c, r.id).next_on.n == day_of(2026, 12, 9).n);
    office_pass(c, DAY_MS);
    make(c);
    assert_int_equal(made(c), 1);
}

TEST(the_last_working_day_of_a_month_is_made_where_it_has_passed_by_a_closure)
{
    struct recurring_order r = MONDAYS;

    office_make(c);
    r.rule = RECURS_MONTHLY;
    r.nth = 1;
    r.from_end = true;
    r.at_min = 1200; /* still to come today */
    r.ahead_days = 0;
    c->now = at("2026-12-30 09:00");
    (void)add(c, &r);
    make(c);
    assert_int_equal(made(c), 0);
    close_days(c, 30, 31);
    make(c);
    make(c);
    assert_int_equal(made(c), 1);
    EXPECT(now_is(c, r.id).next_on.n == day_of(2027, 1, 29).n);
}
