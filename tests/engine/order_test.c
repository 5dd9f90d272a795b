/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/order/order.h promises, one test a promise. */
#include "engine/order/order.h"

#include <stdio.h>

#include "auth/auth.h"
#include "base/random.h"
#include "engine/catalog_office.h"
#include "model/app.h"
#include "office.h"

/* -- asking ---------------------------------------------------------------- */

TEST(an_order_keeps_the_names_of_its_day)
{
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A04");
    office_exec(c, "UPDATE unit SET name = 'Renamed' WHERE id = 3");
    office_exec(c, "UPDATE person SET name = 'Married' WHERE id = 41");
    o = order_now(c, o.id);
    assert_string_equal(o.unit_name, "Secretaries");
    assert_string_equal(o.requester_name, "王芳");
    assert_string_equal(o.place_name, "House 1 305");
    assert_string_equal(o.phone, "13800000041");
    assert_string_equal(o.channel, "web");
}

TEST(numbers_rise_within_the_day_and_begin_anew)
{
    office_make(c);
    assert_string_equal(ask(c, "wang", "A04").number, "20261123-0001");
    assert_string_equal(ask(c, "li", "A04").number, "20261123-0002");
    c->now = at("2026-11-24 00:00");
    assert_string_equal(ask(c, "wang", "A04").number, "20261124-0001");
}

TEST(a_wish_that_cannot_be_is_refused_by_field_and_leaves_nothing)
{
    static const struct {
        struct order_request w;
        const char *field;
    } bad[] = {
        { { 0 }, "item_code" },
        { { .item_code = "Z99" }, "item_code" },
        { { .item_code = "A04", .place_id = 999 }, "place_id" },
        { { .item_code = "A04", .priority = 9 }, "priority" },
        { { .item_code = "A04", .priority = 1 }, "priority_reason" },
        { { .item_code = "A04", .answers = "{\"count\":\"many\"}" },
          "answers.count" },
        { { .item_code = "A04", .answers = "{\"colour\":1}" },
          "answers.colour" },
        { { .item_code = "A04", .channel = "pigeon" }, "channel" },
        { { .item_code = "A06" }, "answers.reason" },
        { { .item_code = "A04", .legs = "{}" }, "legs" },
        { { .item_code = "A04", .legs = "[{}]" }, "legs[0].item_code" },
        { { .item_code = "A04", .legs = "[{\"item_code\":\"Z99\"}]" },
          "legs[0].item_code" },
        { { .item_code = "A04", .legs = "[{\"item_code\":\"A04\",\"x\":1}]" },
          "legs[0].x" },
        { { .item_code = "A04", .legs = "[7]" }, "legs[0]" },
    };
    uint64_t before;

    office_make(c);
    before = everything(c);
    as(c, "wang");
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct order_request w = bad[i].w;
        struct order_view v = { 0 };

        EXPECT_FAULT(order_submit(c, &w, &v), ERR_INVALID, bad[i].field);
        EXPECT(everything(c) == before);
    }
}

TEST(what_is_wanted_ends_after_it_begins)
{
    struct order_request w = { .item_code = "A04",
                               .wanted_from = at("2026-11-24 10:00"),
                               .wanted_to = at("2026-11-24 09:00") };
    struct order_view v = { 0 };

    office_make(c);
    as(c, "wang");
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_INVALID, "wanted_to");
}

TEST(what_is_wanted_does_not_lie_in_the_past)
{
    struct order_request w = { .item_code = "A04",
                               .wanted_from = at("2026-11-22 23:00"),
                               .wanted_to = at("2026-11-23 11:00") };
    struct order_view v;

    office_make(c);
    as(c, "wang");
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_INVALID, "wanted_from");
    w.wanted_from = at("2026-11-23 09:00"); /* an hour ago */
    EXPECT_OK(order_submit(c, &w, &v));
    w.wanted_to = at("2026-11-23 10:00"); /* over by now */
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_INVALID, "wanted_to");
}

TEST(only_the_desk_asks_for_others)
{
    struct order_request w = { .item_code = "A04", .requester_id = 42 };
    struct order_view v = { 0 };
    struct order o;

    office_make(c);
    as(c, "wang");
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_DENIED, NULL);
    o = ask_for(c, "desk", &w);
    EXPECT(o.requester_id == 42 && o.taken_by_id == 43 && o.unit_id == 12);
    assert_string_equal(o.channel, "phone");
    EXPECT(told_of(c, 42, o.id, "submitted") == 1);
    w.requester_id = 58;
    as(c, "desk");
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_INVALID, "requester_id");
}

TEST(nobody_signed_in_asks_for_nothing)
{
    struct order_request w = { .item_code = "A04" };
    struct order_view v = { 0 };
    struct order_board b = { 0 };

    office_make(c);
    as(c, NULL);
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(order_board(c, &b), ERR_UNSIGNED, NULL);
}

TEST(open_orders_of_the_same_item_and_place_are_offered)
{
    struct order_candidates d = { .item_code = "A04", .place_id = 23 };
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A04");
    (void)ask(c, "wang", "A05");
    (void)ask(c, "li", "A04");
    as(c, "li");
    EXPECT_OK(order_duplicates(c, &d));
    EXPECT(d.n == 1 && d.found[0].id == o.id && !d.found[0].own);
    as(c, "wang");
    d.n = 0;
    EXPECT_OK(order_duplicates(c, &d));
    EXPECT(d.n == 1 && d.found[0].own); /* nobody joins what they asked for */
    as(c, "li");
    EXPECT_OK(say(c, "wang", "cancel", o.id));
    d.n = 0;
    EXPECT_OK(order_duplicates(c, &d));
    EXPECT(d.n == 0);
}

TEST(a_draft_is_seen_by_its_owner_only_and_becomes_an_order_once)
{
    struct draft d = { .content = "{\"item_code\":\"A04\"}" }, copy;
    struct order_view v = { 0 };
    struct list l = { .model = &draft_model };

    office_make(c);
    as(c, "wang");
    EXPECT_OK(draft_add(c, &d));
    as(c, "li");
    copy = d;
    EXPECT_FAULT(draft_submit(c, &copy, &v), ERR_ABSENT, NULL);
    EXPECT_FAULT(draft_remove(c, &copy), ERR_ABSENT, NULL);
    EXPECT_OK(draft_list(c, &l));
    EXPECT(l.n == 0);
    as(c, "wang");
    EXPECT_OK(draft_submit(c, &d, &v));
    EXPECT(v.order.requester_id == 41);
    EXPECT_FAULT(draft_submit(c, &d, &v), ERR_ABSENT, NULL);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM orders"), 1);
}

/* -- clocks ---------------------------------------------------------------- */

TEST(a_normal_order_before_the_spring_festival_counts_the_make_up_day)
{
    struct order o;

    office_make(c);
    c->now = at("2026-02-13 17:30");
    o = ask(c, "wang", "A04");
    EXPECT(o.complete_due.ms == at("2026-02-14 17:30").ms);
    EXPECT(o.accept_due.ms == at("2026-02-14 09:00").ms);
    o = ask(c, "wang", "B06");
    EXPECT(o.complete_due.ms == at("2026-02-25 17:30").ms);
}

TEST(an_urgent_order_knows_no_holiday)
{
    struct order o;

    office_make(c);
    c->now = at("2026-02-15 03:00");
    o = ask(c, "wang", "A02");
    EXPECT(o.accept_due.ms == at("2026-02-15 03:10").ms);
    EXPECT(o.on_site_due.ms == at("2026-02-15 03:30").ms);
    EXPECT(o.safe_due.ms == at("2026-02-15 07:00").ms);
    EXPECT(o.complete_due.ms == at("2026-02-15 15:00").ms);
}

TEST(an_emergency_goes_to_its_crew_at_once)
{
    struct order o;

    office_make(c);
    o = order_now(c, ask(c, "wang", "A01").id);
    assert_int_equal(o.state, ORDER_DISPATCHED);
    EXPECT(o.crew_id == id_of(c, "crew", "electricians"));
    EXPECT(told_of(c, 45, o.id, "dispatched") == 1);
    assert_int_equal(count_of(c,
                              "SELECT COUNT(*) FROM event WHERE noun_id ="
                              " %lld",
                              o.id),
                     2);
}

/* Lifts (A01) get this class from tomorrow on; what becomes of an order. */
static unsigned
state_under(struct call *c, struct sla_class *s)
{
    struct service_item i = copy_item(c, "A01");

    as(c, "sysadmin");
    EXPECT_OK(catalog_add_sla(c, s));
    c->now = (instant){ c->now.ms + DAY_MS };
    i.sla_class = s->code;
    i.valid_from = today(c);
    EXPECT_OK(catalog_add_item(c, &i));
    return order_now(c, ask(c, "wang", "A01").id).state;
}

TEST(a_class_is_an_emergency_because_it_says_so_whatever_its_code)
{
    struct sla_class eco = { .code = "ECO", .name = "节能", .name_en = "Eco" };
    struct sla_class now = {
        .code = "NOW", .name = "立办", .name_en = "Now", .emergency = true
    };

    office_make(c);
    assert_int_equal(state_under(c, &eco), ORDER_SUBMITTED);
    assert_int_equal(state_under(c, &now), ORDER_DISPATCHED);
}

TEST(a_year_without_published_holidays_is_said)
{
    struct order o;

    office_make(c);
    c->now = at("2031-03-03 10:00");
    o = ask(c, "wang", "A04");
    EXPECT(o.calendar_note != NULL && strstr(o.calendar_note, "2031") != NULL);
    c->now = at("2026-03-02 10:00");
    EXPECT(ask(c, "wang", "A04").calendar_note == NULL);
}

/* Monday 10:00, normal: due on Tuesday 10:00, six office hours after 11:00. */
static int64_t
suspended_on_monday(struct call *c)
{
    int64_t id = bring_to(c, ORDER_IN_PROGRESS);

    c->now = at("2026-11-23 11:00");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    return id;
}

TEST(suspension_stops_the_complete_clock_and_no_other)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = suspended_on_monday(c);
    before = order_now(c, id);
    EXPECT(before.complete_due.ms == 0);
    EXPECT(before.complete_left_ms == 6 * HOUR_MS);
    c->now = at("2026-11-25 08:59");
    (void)wake_orders(c);
    EXPECT(!order_now(c, id).complete_late);
    c->now = at("2026-11-25 09:00");
    EXPECT_OK(say(c, "zhao", "resume", id));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-25 17:00").ms);
    EXPECT(o.accept_due.ms == before.accept_due.ms);
    EXPECT(o.on_site_due.ms == before.on_site_due.ms);
    EXPECT(o.safe_due.ms == before.safe_due.ms);
    EXPECT(o.suspended_ms == 46 * HOUR_MS && o.suspended_at.ms == 0);
    EXPECT(o.suspend_reason == NULL);
}

TEST(net_time_is_gross_time_less_the_time_suspended)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = suspended_on_monday(c);
    c->now = at("2026-11-25 09:00");
    EXPECT_OK(say(c, "zhao", "resume", id));
    c->now = at("2026-11-25 15:00");
    EXPECT_OK(say(c, "zhao", "complete", id));
    o = order_now(c, id);
    EXPECT(o.gross_ms == 53 * HOUR_MS && o.net_ms == 7 * HOUR_MS);
    EXPECT(!o.complete_late);
}

TEST(the_other_clocks_run_on_while_suspended)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "requester_reschedule"));
    c->now = at("2026-11-24 16:00");
    (void)wake_orders(c);
    EXPECT(order_now(c, id).on_site_late);
    EXPECT(!order_now(c, id).complete_late);
}

TEST(a_transfer_ends_a_suspension_and_keeps_its_time)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = suspended_on_monday(c);
    c->now = at("2026-11-25 09:00");
    EXPECT_OK(say(c, "desk", "transfer", id, .reason = "pipes, too",
                  .crew_id = id_of(c, "crew", "plumbers")));
    o = order_now(c, id);
    assert_int_equal(o.state, ORDER_DISPATCHED);
    EXPECT(o.suspended_at.ms == 0 && o.suspended_ms == 46 * HOUR_MS);
    EXPECT(o.complete_due.ms == at("2026-11-25 17:00").ms);
}

TEST(whoever_was_there_first_has_met_the_on_site_clock)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_ON_SITE);
    EXPECT_OK(
        say(c, "desk", "transfer", id, .reason = "another", .assignee_id = 57,
            .crew_id = id_of(c, "crew", "electricians")));
    c->now = at("2026-11-24 17:00");
    EXPECT_OK(say(c, "second", "arrive", id));
    EXPECT(!order_now(c, id).on_site_late);
}

TEST(a_class_that_cannot_wait_is_not_suspended)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A01").id;
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_FAULT(say(c, "zhao", "suspend", id, .reason = "safety_stop"),
                 ERR_CONFLICT, NULL);
    EXPECT_FAULT(say(c, "desk", "suspend", id, .reason = "safety_stop"),
                 ERR_CONFLICT, NULL);
}

TEST(an_urgent_order_is_suspended_with_the_desks_word_only)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A02").id;
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_FAULT(say(c, "zhao", "suspend", id, .reason = "safety_stop"),
                 ERR_DENIED, NULL);
    EXPECT_OK(say(c, "desk", "suspend", id, .reason = "safety_stop"));
}

TEST(a_suspension_says_one_of_the_known_reasons)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_FAULT(say(c, "zhao", "suspend", id, .reason = "tired"), ERR_INVALID,
                 "reason");
    EXPECT_FAULT(say(c, "zhao", "suspend", id, .reason = NULL), ERR_INVALID,
                 "reason");
    EXPECT_FAULT(say(c, "zhao", "suspend", id, .reason = "safety_stop",
                     .until = c->now),
                 ERR_INVALID, "until");
    assert_int_equal(order_now(c, id).state, ORDER_IN_PROGRESS);
}

TEST(a_danger_is_made_safe_once)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A02").id;
    EXPECT_OK(say(c, "zhao", "arrive", id));
    office_pass(c, HOUR_MS);
    EXPECT_OK(say(c, "zhao", "make_safe", id));
    EXPECT(order_now(c, id).safe_at.ms == c->now.ms);
    EXPECT(!order_now(c, id).safe_late);
    EXPECT_FAULT(say(c, "zhao", "make_safe", id), ERR_CONFLICT, NULL);
}

TEST(a_clock_that_runs_out_is_noted_once_and_escalates)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    c->now = at("2026-11-24 05:00");
    (void)wake_orders(c);
    EXPECT(order_now(c, id).escalation == 1);
    EXPECT(told_of(c, 44, id, "due soon") == 1);
    c->now = at("2026-11-24 10:00");
    (void)wake_orders(c);
    (void)wake_orders(c);
    EXPECT(order_now(c, id).complete_late && order_now(c, id).escalation == 2);
    EXPECT(told_of(c, 43, id, "overdue") == 1
           && told_of(c, 44, id, "overdue") == 1);
    c->now = at("2026-11-25 10:00");
    (void)wake_orders(c);
    EXPECT(told_of(c, 49, id, "a day overdue") == 1);
    assert_int_equal(count_of(c,
                              "SELECT COUNT(*) FROM event WHERE verb = 'late'"
                              " AND noun_id = %lld",
                              id),
                     1);
    EXPECT(order_now(c, id).wake_at.ms == 0);
}

/* -- more time -------------------------------------------------------------- */

TEST(an_overdue_order_is_told_to_the_desks_it_lies_with)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id; /* of the Secretaries, in House 1 */
    c->now = at("2026-11-24 10:01");
    (void)wake_orders(c);
    EXPECT(told_of(c, 43, id, "acceptance overdue")
           == 1); /* the desk everywhere */
    EXPECT(told_of(c, 51, id, "acceptance overdue")
           == 1); /* of General bureau */
    EXPECT(told_of(c, 53, id, "acceptance overdue") == 1); /* of House 1 */
    EXPECT(told_of(c, 52, id, "acceptance overdue") == 0); /* of Finance */
}

TEST(more_time_is_asked_for_before_the_time_is_up)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_FAULT(say(c, "zhao", "ask_extension", id, .reason = "parts",
                     .until = at("2026-11-24 09:00")),
                 ERR_INVALID, "until");
    EXPECT_FAULT(say(c, "zhao", "ask_extension", id,
                     .until = at("2026-11-26 09:00")),
                 ERR_INVALID, "reason");
    c->now = at("2026-11-24 10:00");
    EXPECT_FAULT(say(c, "zhao", "ask_extension", id, .reason = "parts",
                     .until = at("2026-11-26 09:00")),
                 ERR_CONFLICT, NULL);
}

TEST(granted_time_moves_the_promise_and_the_requester_hears_of_it)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_FAULT(say(c, "desk", "grant_extension", id), ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-26 09:00")));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-24 10:00").ms);
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-26 09:00").ms);
    EXPECT(o.extensions == 1 && o.extension_asked_until.ms == 0);
    EXPECT(told_of(c, 41, id, "grant_extension") == 1);
}

TEST(time_asked_for_in_time_and_granted_late_is_not_late)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-26 09:00")));
    c->now = at("2026-11-24 11:00");
    (void)wake_orders(c);
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    c->now = at("2026-11-25 11:00");
    EXPECT_OK(say(c, "zhao", "complete", id));
    EXPECT(!order_now(c, id).complete_late);
}

TEST(time_may_be_asked_for_while_the_clock_stands_still)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    c->now = at("2026-11-25 10:00"); /* it was due on the 24th */
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-30 09:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT(!order_now(c, id).complete_late);
}

/* Class P promises no day by itself. */
TEST(the_day_of_a_planned_order_is_agreed_on)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    office_exec(c, "UPDATE orders SET sla_class = 'P', complete_due = NULL");
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_FAULT(say(c, "zhao", "ask_extension", id, .reason = "plan",
                     .until = at("2026-11-20 09:00")),
                 ERR_INVALID, "until");
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "plan",
                  .until = at("2026-12-10 09:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-12-10 09:00").ms);
    EXPECT(o.extensions == 0);
    EXPECT(told_of(c, 41, id, "grant_extension") == 1);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "rain",
                  .until = at("2026-12-12 09:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT(order_now(c, id).extensions == 1);
}

TEST(refused_time_leaves_the_promise)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-26 09:00")));
    EXPECT_FAULT(say(c, "desk", "refuse_extension", id), ERR_INVALID, "reason");
    EXPECT_OK(say(c, "desk", "refuse_extension", id, .reason = "no"));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-24 10:00").ms);
    EXPECT_FAULT(say(c, "desk", "grant_extension", id), ERR_CONFLICT, NULL);
}

/* -- dispatching ------------------------------------------------------------ */

TEST(an_assignee_is_one_of_the_crew_and_still_here)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_FAULT(say(c, "desk", "dispatch", id, .assignee_id = 46), ERR_INVALID,
                 "assignee_id");
    EXPECT_FAULT(say(c, "desk", "dispatch", id, .crew_id = 999), ERR_INVALID,
                 "crew_id");
    office_exec(c, "UPDATE person SET active = 0 WHERE id = 57");
    EXPECT_FAULT(say(c, "desk", "dispatch", id, .assignee_id = 57), ERR_INVALID,
                 "assignee_id");
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    assert_string_equal(order_now(c, id).assignee_name, "赵电");
    EXPECT(told_of(c, 44, id, "dispatched") == 1);
}

TEST(in_turn_goes_round)
{
    static const int64_t turns[] = { 44, 45, 57, 44 };

    office_make(c);
    for (size_t i = 0; i < COUNT(turns); i++) {
        int64_t id = ask(c, "wang", "A04").id;

        office_pass(c, MINUTE_MS);
        EXPECT_OK(say(c, "desk", "in_turn", id));
        assert_int_equal(order_now(c, id).assignee_id, turns[i]);
    }
}

TEST(who_is_off_duty_gets_no_turn)
{
    int64_t id;

    office_make(c);
    office_exec(c, "INSERT INTO shift (id, crew_id, person_id, name, weekdays,"
                   " from_min, to_min, valid_from, version) SELECT 71, id, 57,"
                   " 'day', '1234567', 480, 1080, 1, 1 FROM crew WHERE code ="
                   " 'electricians'");
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "in_turn", id));
    assert_int_equal(order_now(c, id).assignee_id, 57);
    id = ask(c, "wang", "A04").id;
    c->now = at("2026-11-23 22:00");
    EXPECT_FAULT(say(c, "desk", "in_turn", id), ERR_CONFLICT, "crew_id");
}

/* Is the verb, in quotes, among what the account may do with the order? */
static bool
offered(struct call *c, const char *account, int64_t id, const char *verb)
{
    struct order_view v = { 0 };

    as(c, account);
    EXPECT_OK(order_get(c, id, &v));
    return strstr(v.verbs, verb) != NULL;
}

TEST(a_provider_works_on_the_orders_of_all_its_crews)
{
    struct order_request w = { .item_code = "A18", .place_id = 22 };
    struct list l = { .model = &order_model };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    assert_int_equal(order_now(c, id).state, ORDER_DISPATCHED);
    office_exec(c, "DELETE FROM crew_member WHERE person_id = 47");
    as(c, "lift");
    EXPECT_OK(order_list(c, &l, "crew"));
    assert_int_equal(l.n, 1);
}

/* Ids are numbers of milliseconds first: a process whose clock is behind takes
   those above what it was shown, and the next one may be asked in the very
   same millisecond. */
TEST(the_events_of_an_order_stand_as_they_happened_whoever_clocks_it)
{
    struct app other = *c->app;
    const struct app *app = c->app;
    instant t = c->now;
    int64_t id;

    office_make(c);
    other.ids = ids_open(2);
    id = ask(c, "wang", "A04").id;
    office_pass(c, 10000);
    EXPECT_OK(say(c, "desk", "accept", id, .note = NULL));
    t = c->now;
    /* Half a minute behind. */
    c->app = &other;
    c->now.ms = t.ms - 30000;
    EXPECT_OK(say(c, "zhao", "grab", id, .note = NULL));
    c->app = app;
    c->now.ms = t.ms + 1;
    EXPECT_OK(say(c, "zhao", "arrive", id, .note = NULL));
    ids_close(other.ids);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM event a JOIN event b ON"
                         " b.noun_id = a.noun_id AND b.verb = 'grab'"
                         " WHERE a.verb = 'arrive' AND a.id > b.id")
           == 1);
}

TEST(only_a_crew_that_grabs_is_grabbed_from_and_once)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_FAULT(say(c, "zhao", "grab", id), ERR_CONFLICT, "state");
    EXPECT_OK(say(c, "desk", "accept", id));
    EXPECT_FAULT(say(c, "qian", "grab", id), ERR_ABSENT, NULL);
    office_exec(c, "UPDATE crew SET dispatch = 'assign'");
    EXPECT_FAULT(say(c, "zhao", "grab", id), ERR_CONFLICT, NULL);
    EXPECT(!offered(c, "zhao", id, "\"grab\""));
    office_exec(c, "UPDATE crew SET dispatch = 'grab'");
    EXPECT(offered(c, "zhao", id, "\"grab\""));
    EXPECT_OK(say(c, "zhao", "grab", id));
    EXPECT_FAULT(say(c, "second", "grab", id), ERR_CONFLICT, "state");
    assert_int_equal(order_now(c, id).assignee_id, 44);
}

TEST(a_transfer_goes_to_other_hands)
{
    int64_t id, crew;

    office_make(c);
    crew = id_of(c, "crew", "electricians");
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_FAULT(say(c, "desk", "transfer", id, .crew_id = crew, .reason = "x"),
                 ERR_INVALID, "crew_id");
    EXPECT_FAULT(say(c, "desk", "transfer", id, .assignee_id = 57), ERR_INVALID,
                 "reason");
    EXPECT_OK(say(c, "sun", "transfer", id, .assignee_id = 57, .reason = "x"));
    assert_int_equal(order_now(c, id).assignee_id, 57);
    EXPECT(order_now(c, id).acknowledged_at.ms == 0);
}
