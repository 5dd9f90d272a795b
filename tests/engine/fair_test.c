/* SPDX-License-Identifier: Apache-2.0 */
/* Time that is fair: what is not the crew's is not booked on it, what was late
   stays late, and a calendar that changes moves what is promised. */
#include "engine/order/order.h"

#include <string.h>

#include "engine/catalog/catalog.h"
#include "engine/catalog/workcal.h"
#include "noun/noun.h"
#include "office.h"

enum { WANG = 41 };

/* A04 of ACCOUNT's, at work by zhao since now. */
static int64_t
at_work(struct call *c, const char *account)
{
    struct order_request w = { .item_code = "A04", .place_id = 23 };
    int64_t id = ask_for(c, account, &w).id;

    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    return id;
}

static struct order_view
view_of(struct call *c, const char *account, int64_t id)
{
    struct order_view v = { 0 };

    as(c, account);
    EXPECT_OK(order_get(c, id, &v));
    return v;
}

static int64_t
late_events(struct call *c, int64_t id)
{
    return count_of(c,
                    "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
                    " AND verb = 'late' AND note = 'complete'",
                    id);
}

/* -- whose time it is ------------------------------------------------------- */

TEST(the_time_between_completion_and_a_rework_is_not_booked_on_the_crew)
{
    struct order o;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-24 10:00");
    id = at_work(c, "wang");
    c->now = at("2026-11-25 09:59");
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    c->now = at("2026-11-27 10:00");
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    o = order_now(c, id);
    /* The same class once more: one working day, over the weekend. */
    EXPECT(o.complete_due.ms == at("2026-11-30 10:00").ms);
    EXPECT(o.nearest_due.ms == o.complete_due.ms && o.reworks == 1);
    assert_string_equal(o.nearest_clock, "complete");
    (void)wake_orders(c);
    EXPECT(!order_now(c, id).complete_late);
    c->now = at("2026-11-27 10:10");
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    o = order_now(c, id);
    EXPECT(o.net_ms == 24 * HOUR_MS + 9 * MINUTE_MS && !o.complete_late);
    EXPECT(o.gross_ms == 72 * HOUR_MS + 10 * MINUTE_MS);
}

TEST(the_time_in_which_an_order_was_closed_is_not_booked_on_the_crew)
{
    struct order o;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-23 10:00");
    id = at_work(c, "wang");
    c->now = at("2026-11-26 10:00");
    (void)wake_orders(c);
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "verify", id));
    c->now = at("2026-11-27 14:00");
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "dark again"));
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    c->now = at("2026-11-27 15:00");
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    o = order_now(c, id);
    EXPECT(o.net_ms == 73 * HOUR_MS && o.reopens == 1);
    /* It was late, and stays so; what it was stands with its first life. */
    EXPECT(o.complete_late);
    {
        struct order_view v = view_of(c, "zhao", id);

        EXPECT(strstr(v.rounds, "\"ended_by\":\"reopen\"") != NULL);
        EXPECT(strstr(v.rounds, "\"late\":[\"complete\"]") != NULL);
        EXPECT(strstr(v.rounds, "2026-11-26T02:00:00") != NULL);
    }
}

TEST(a_second_life_that_is_late_is_told_of_as_the_first_was)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    c->now = order_now(c, id).complete_due;
    (void)wake_orders(c);
    assert_int_equal(late_events(c, id), 1);
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    (void)wake_orders(c);
    assert_int_equal(late_events(c, id), 1);
    c->now = order_now(c, id).complete_due;
    (void)wake_orders(c);
    assert_int_equal(late_events(c, id), 2);
}

TEST(more_time_takes_back_no_verdict_of_an_earlier_life)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    c->now = order_now(c, id).complete_due;
    (void)wake_orders(c);
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = { c->now.ms + 9 * DAY_MS }));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT(order_now(c, id).complete_late);
}

TEST(a_reopened_order_is_rated_again_and_keeps_the_stars_it_had)
{
    struct order_view v;
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_VERIFIED);
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 5));
    EXPECT_FAULT(say(c, "wang", "rate", id, .stars = 5), ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "dark again"));
    EXPECT(view_of(c, "wang", id).rating == NULL);
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(
        say(c, "wang", "rate", id, .stars = 1, .comment = "dark a third time"));
    EXPECT_FAULT(say(c, "wang", "rate", id, .stars = 5), ERR_CONFLICT, NULL);
    v = view_of(c, "wang", id);
    EXPECT(strstr(v.rating, "\"stars\":1") != NULL);
    EXPECT(strstr(v.rounds, "\"stars\":5") != NULL);
    /* The crew learns of neither. */
    v = view_of(c, "zhao", id);
    EXPECT(v.rating == NULL && strstr(v.rounds, "stars") == NULL);
}

/* -- the calendar moves ----------------------------------------------------- */

static void
recalculate_all(struct call *c)
{
    int64_t done = 0;

    as(c, NULL);
    for (int i = 0; i < 2; i++)
        EXPECT_OK(order_recalculate(c, 100, &done));
}

static void
close_day(struct call *c, day on, enum workcal_kind kind)
{
    struct calendar_day d = { .on_day = on, .kind = kind, .name = "搬迁" };

    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &calendar_day_noun, &d));
}

TEST(a_closure_moves_what_open_orders_promise_and_says_so)
{
    struct order o;
    int64_t id, standing;

    office_make(c);
    recalculate_all(c);
    c->now = at("2026-11-27 20:00");
    id = ask(c, "wang", "A04").id;
    standing = ask(c, "wang", "A02").id;
    close_day(c, day_of(2026, 11, 30), WORKCAL_CLOSURE);
    recalculate_all(c);
    o = order_now(c, id);
    EXPECT(o.accept_due.ms == at("2026-12-01 09:00").ms);
    EXPECT(o.complete_due.ms == at("2026-12-01 17:30").ms);
    EXPECT(o.nearest_due.ms == o.accept_due.ms);
    assert_int_equal(
        count_of(
            c,
            "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
            " AND verb = 'recalculate' AND detail LIKE"
            " '%%\"complete_due\":{\"before\":\"2026-11-30T09:30:00.000Z\","
            "\"after\":\"2026-12-01T09:30:00.000Z\"}%%'",
            id),
        1);
    assert_int_equal(told_of(c, WANG, id, "recalculate"), 1);
    /* An emergency runs day and night. */
    assert_int_equal(told_of(c, WANG, standing, "recalculate"), 0);
    /* And nothing twice. */
    recalculate_all(c);
    assert_int_equal(told_of(c, WANG, id, "recalculate"), 1);
}

TEST(what_was_reckoned_on_a_guess_is_mended_when_the_year_is_published)
{
    struct calendar_year y = { .year = 2027, .source = "国办发明电" };
    struct order o;

    office_make(c);
    c->now = at("2026-12-30 10:00");
    o = ask(c, "wang", "B06");
    EXPECT(o.complete_due.ms == at("2027-01-04 10:00").ms);
    EXPECT(o.calendar_note != NULL);
    close_day(c, day_of(2027, 1, 1), WORKCAL_HOLIDAY);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &calendar_year_noun, &y));
    recalculate_all(c);
    o = order_now(c, o.id);
    EXPECT(o.complete_due.ms == at("2027-01-05 10:00").ms);
    EXPECT(o.calendar_note == NULL);
}

TEST(a_new_calendar_makes_nothing_late_and_takes_no_verdict_back)
{
    struct order o, late;

    office_make(c);
    c->now = at("2026-11-23 10:00");
    late = ask(c, "wang", "A04");
    c->now = at("2026-11-24 10:00");
    (void)wake_orders(c);
    c->now = at("2026-11-27 20:00");
    o = ask(c, "wang", "A04");
    /* Saturday is worked, as is said on Saturday evening. */
    c->now = at("2026-11-28 20:00");
    close_day(c, day_of(2026, 11, 28), WORKCAL_MAKEUP);
    close_day(c, day_of(2026, 11, 24), WORKCAL_CLOSURE);
    recalculate_all(c);
    EXPECT(order_now(c, o.id).complete_due.ms == o.complete_due.ms);
    EXPECT(!order_now(c, o.id).complete_late);
    EXPECT(order_now(c, late.id).complete_due.ms == late.complete_due.ms);
    EXPECT(order_now(c, late.id).complete_late);
}

TEST(a_day_that_was_agreed_on_stays_whatever_the_calendar_says)
{
    struct order o;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-27 10:00");
    id = at_work(c, "wang");
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-12-01 12:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    close_day(c, day_of(2026, 12, 1), WORKCAL_CLOSURE);
    recalculate_all(c);
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-12-01 12:00").ms);
}

TEST(what_goes_on_after_a_pause_moves_with_the_calendar_too)
{
    int64_t id;

    office_make(c);
    c->now = at("2026-11-26 10:00");
    id = at_work(c, "wang");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    c->now = at("2026-11-27 15:00");
    EXPECT_OK(say(c, "zhao", "resume", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-30 15:00").ms);
    close_day(c, day_of(2026, 11, 30), WORKCAL_CLOSURE);
    recalculate_all(c);
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-01 15:00").ms);
}

TEST(promises_are_reckoned_anew_a_few_at_a_time)
{
    int64_t done = 0, ids[3];

    office_make(c);
    recalculate_all(c);
    c->now = at("2026-11-27 20:00");
    for (int i = 0; i < 3; i++)
        ids[i] = ask(c, "wang", "A04").id;
    close_day(c, day_of(2026, 11, 30), WORKCAL_CLOSURE);
    as(c, NULL);
    EXPECT_OK(order_recalculate(c, 2, &done));
    assert_int_equal(done, 2);
    assert_int_equal(told_of(c, WANG, ids[1], "recalculate"), 1);
    assert_int_equal(told_of(c, WANG, ids[2], "recalculate"), 0);
    EXPECT_OK(order_recalculate(c, 2, &done));
    assert_int_equal(done, 1);
    assert_int_equal(told_of(c, WANG, ids[2], "recalculate"), 1);
    for (int i = 0; i < 3; i++)
        EXPECT_OK(order_recalculate(c, 2, &done));
    assert_int_equal(done, 0);
}

TEST(orders_that_come_while_promises_are_reckoned_anew_keep_no_walk_going)
{
    int64_t done = 2, id;
    int rounds = 0;

    office_make(c);
    recalculate_all(c);
    c->now = at("2026-11-27 20:00");
    id = ask(c, "wang", "A04").id;
    ask(c, "wang", "A04");
    close_day(c, day_of(2026, 11, 30), WORKCAL_CLOSURE);
    /* As many are asked for each time as were looked at. */
    while (done == 2 && ++rounds < 10) {
        as(c, NULL);
        EXPECT_OK(order_recalculate(c, 2, &done));
        ask(c, "wang", "A04");
        ask(c, "wang", "A04");
    }
    assert_int_equal(rounds, 2);
    assert_int_equal(told_of(c, WANG, id, "recalculate"), 1);
}

/* -- promises that hold together -------------------------------------------- */

TEST(a_suspended_order_promises_no_end_in_any_list)
{
    char now[25];
    struct list l = { .model = &order_model, .limit = 50 };
    struct order o;
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    c->now = at("2026-11-23 11:00");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == 0 && o.complete_left_ms == 6 * HOUR_MS);
    EXPECT(o.nearest_due.ms == 0 && o.nearest_clock == NULL);
    c->now = at("2026-12-20 11:00");
    instant_print(c->now, now);
    l.filters[l.n_filters++] =
        (struct filter){ model_field(&order_model, "complete_due"), BELOW,
                         now };
    as(c, "desk");
    EXPECT_OK(order_list(c, &l, NULL));
    assert_int_equal(l.n, 0);
    /* More time is more than there would be if it went on now. */
    EXPECT_FAULT(say(c, "zhao", "ask_extension", id, .reason = "parts",
                     .until = at("2026-12-21 09:00")),
                 ERR_INVALID, "until");
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-12-23 09:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT(order_now(c, id).complete_due.ms == 0);
    EXPECT(order_now(c, id).extensions == 1);
}

TEST(nobody_finds_their_own_work_well_done)
{
    int64_t own, of_wang;

    office_make(c);
    own = at_work(c, "zhao");
    of_wang = at_work(c, "wang");
    EXPECT_OK(say(c, "zhao", "complete", own, .result = "so"));
    EXPECT_OK(say(c, "zhao", "complete", of_wang, .result = "so"));
    EXPECT_FAULT(say(c, "zhao", "verify", own), ERR_DENIED, NULL);
    EXPECT_OK(say(c, "wang", "verify", of_wang));
    office_pass(c, 7 * DAY_MS);
    (void)wake_orders(c);
    EXPECT(order_now(c, own).verified_auto);
}

/* Due on Friday: the leader hears of it on Monday, a working day later. */
TEST(a_day_overdue_is_a_working_day_where_the_clock_runs_in_office_time)
{
    int64_t id;

    office_make(c);
    c->now = at("2026-11-26 09:00");
    id = at_work(c, "wang");
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-27 09:00").ms);
    c->now = at("2026-11-28 09:00");
    (void)wake_orders(c);
    assert_int_equal(order_now(c, id).escalation, 2);
    c->now = at("2026-11-30 09:00");
    (void)wake_orders(c);
    assert_int_equal(order_now(c, id).escalation, 3);
}

TEST(a_crews_load_counts_what_the_board_counts)
{
    struct crew_load load = { .id = 0 };
    struct order_board b = { 0 };
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A04");
    EXPECT_OK(say(c, "desk", "dispatch", o.id));
    c->now.ms = o.on_site_due.ms + 1;
    as(c, "desk");
    load.id = order_now(c, o.id).crew_id;
    EXPECT_OK(order_crew_load(c, &load));
    EXPECT_OK(order_board(c, &b));
    EXPECT(load.overdue == 1 && b.overdue == 1);
}
