/* SPDX-License-Identifier: Apache-2.0 */
/* What has to be let pass once more keeps what it promised: neither a mended word
   nor another name for a day makes a promise anew. */
#include "engine/order/order.h"

#include "base/random.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/workcal.h"
#include "model/app.h"
#include "noun/noun.h"
#include "office.h"

enum { ZHAO = 44 };

#define PASS                                                                   \
    "{\"person\":41,\"area\":\"大门\",\"until\":\"2027-01-31T00:00:00Z\"}"
#define REASON "{\"reason\":\"more\"}"

/* Zhao begins with an order that the desk gives them. */
static void
begin_work(struct call *c, int64_t id)
{
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "start", id));
}

/* Monday 10:00: asked for and let pass at once. */
static int64_t
let_pass(struct call *c, const char *item, const char *answers)
{
    struct order_request w = { .item_code = item, .answers = answers };
    int64_t id = ask_for(c, "wang", &w).id;

    EXPECT_OK(say(c, "chief", "approve", id));
    return id;
}

/* The desk mends where it is: the approver looks again. */
static void
mend_note(struct call *c, int64_t id, const char *note)
{
    EXPECT_OK(say(c, "desk", "correct", id, .place_note = note));
    EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
}

static void
expect_same_promise(const struct order *a, const struct order *b)
{
    assert_int_equal(a->accept_due.ms, b->accept_due.ms);
    assert_int_equal(a->on_site_due.ms, b->on_site_due.ms);
    assert_int_equal(a->safe_due.ms, b->safe_due.ms);
    assert_int_equal(a->complete_due.ms, b->complete_due.ms);
}

/* -- agreed on ---------------------------------------------------------------- */

/* J07 is of class R. */
TEST(more_time_that_was_granted_outlives_another_approval)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = let_pass(c, "J07", PASS);
    begin_work(c, id);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-12-31 10:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    mend_note(c, id, "左边的门");
    EXPECT(order_now(c, id).complete_due.ms == 0);
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-12-31 10:00").ms);
    EXPECT(o.complete_from.ms == 0 && o.extensions == 1);
}

/* A06 is of class P: the day is agreed on. */
TEST(the_day_of_a_planned_order_outlives_another_approval)
{
    int64_t id;

    office_make(c);
    id = let_pass(c, "A06", REASON);
    begin_work(c, id);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "plan",
                  .until = at("2026-12-10 10:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    mend_note(c, id, "左边的门");
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-10 10:00").ms);
}

TEST(more_time_that_was_asked_for_is_answered_after_another_approval)
{
    int64_t id;

    office_make(c);
    id = let_pass(c, "J07", PASS);
    begin_work(c, id);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-12-31 10:00")));
    mend_note(c, id, "左边的门");
    EXPECT_OK(say(c, "chief", "approve", id));
    begin_work(c, id);
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-31 10:00").ms);
}

/* -- the class's own ------------------------------------------------------------ */

/* Met on Monday; mended on Tuesday 10:00, let pass at 15:00. */
TEST(the_wait_for_another_approval_is_a_pause_and_no_new_promise)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = let_pass(c, "J07", PASS);
    begin_work(c, id);
    before = order_now(c, id);
    EXPECT(before.complete_due.ms == at("2026-11-26 10:00").ms);
    c->now = at("2026-11-24 10:00");
    mend_note(c, id, "左边的门");
    c->now = at("2026-11-24 15:00");
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-26 15:00").ms);
    EXPECT(o.accept_due.ms == before.accept_due.ms
           && o.on_site_due.ms == before.on_site_due.ms);
    EXPECT(o.accepted_at.ms == before.accepted_at.ms
           && o.on_site_at.ms == before.on_site_at.ms);
    EXPECT(o.suspended_ms == 5 * HOUR_MS && o.suspended_at.ms == 0);
    /* The desk takes it on once more: the first time counts. */
    EXPECT_OK(say(c, "desk", "accept", id));
    o = order_now(c, id);
    EXPECT(o.accepted_at.ms == before.accepted_at.ms && !o.accept_late);
    begin_work(c, id);
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT(!order_now(c, id).on_site_late && !order_now(c, id).complete_late);
}

/* Asked for at 10:00, four office hours to take it on: one is used up. */
TEST(what_nobody_can_take_on_while_it_waits_is_not_late_for_it)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = let_pass(c, "J07", PASS);
    before = order_now(c, id);
    c->now = at("2026-11-23 11:00");
    mend_note(c, id, "左边的门");
    c->now = at("2026-11-25 11:00");
    (void)wake_orders(c);
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.accept_due.ms == before.accept_due.ms + 2 * DAY_MS);
    EXPECT(o.on_site_due.ms == before.on_site_due.ms + 2 * DAY_MS);
    EXPECT(before.complete_due.ms == at("2026-11-26 10:00").ms);
    EXPECT(o.complete_due.ms == at("2026-11-30 10:00").ms);
    EXPECT(!o.accept_late);
}

TEST(what_is_late_is_so_after_another_approval_and_is_told_once)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = let_pass(c, "J07", PASS);
    begin_work(c, id);
    c->now = at("2026-12-16 10:00");
    (void)wake_orders(c);
    before = order_now(c, id);
    EXPECT(before.complete_late);
    mend_note(c, id, "左边的门");
    EXPECT_OK(say(c, "chief", "approve", id));
    (void)wake_orders(c);
    o = order_now(c, id);
    expect_same_promise(&o, &before);
    EXPECT(o.complete_late
           && count_of(c,
                       "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
                       " AND verb = 'late'",
                       id)
                  == 1);
}

/* A booked hour is meant, and no other: waiting does not move it, and what is over
   is promised for no other. */
TEST(an_hour_that_is_booked_is_not_moved_by_the_wait_for_an_approval)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = let_pass(c, "J07", PASS);
    office_exec(c,
                arena_printf(c->arena,
                             "UPDATE orders SET sla_class = 'B', wanted_from ="
                             " %lld, wanted_to = %lld, on_site_due = %lld,"
                             " complete_due = %lld",
                             (long long)at("2026-11-23 15:00").ms,
                             (long long)at("2026-11-23 17:00").ms,
                             (long long)at("2026-11-23 15:00").ms,
                             (long long)at("2026-11-23 17:00").ms));
    mend_note(c, id, "左边的门");
    c->now = at("2026-11-23 11:00");
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.on_site_due.ms == at("2026-11-23 15:00").ms);
    EXPECT(o.complete_due.ms == at("2026-11-23 17:00").ms);
    mend_note(c, id, "右边的门");
    c->now = at("2026-11-23 16:00");
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.on_site_due.ms == 0 && !o.on_site_late);
    EXPECT(o.complete_due.ms == at("2026-11-23 17:00").ms);
}

/* The coach is to come at another hour: that is what is promised, and once it is
   over, nothing is. */
TEST(another_hour_that_is_wanted_is_promised_when_it_is_let_pass)
{
    static const char *const whens[] = { "2026-11-24T14:00:00+08:00",
                                         "2026-11-25T09:00:00+08:00" };
    struct order o;
    int64_t id;

    office_make(c);
    id = let_pass(c, "E05",
                  "{\"people\":20,\"route\":\"to the airport\","
                  "\"when\":\"2026-11-24T09:00:00+08:00\"}");
    EXPECT(order_now(c, id).on_site_due.ms == at("2026-11-24 09:00").ms);
    for (size_t i = 0; i < COUNT(whens); i++) {
        EXPECT_OK(
            say(c, "desk", "correct", id,
                .answers =
                    arena_printf(c->arena,
                                 "{\"people\":20,\"route\":\"to the airport\","
                                 "\"when\":\"%s\"}",
                                 whens[i])));
        EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
        /* The second time it comes too late. */
        c->now = at(i == 0 ? "2026-11-23 11:00" : "2026-11-25 10:00");
        EXPECT_OK(say(c, "chief", "approve", id));
        (void)wake_orders(c);
        o = order_now(c, id);
        EXPECT(o.on_site_due.ms == (i == 0 ? at("2026-11-24 14:00").ms : 0));
        EXPECT(!o.on_site_late);
    }
}

/* -- there and back -------------------------------------------------------------- */

/* A04 has half an hour to be taken on. */
TEST(nobody_gains_time_by_calling_it_what_has_to_be_let_pass_and_back)
{
    struct order before;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    before = order_now(c, id);
    for (int i = 0; i < 6; i++) {
        c->now.ms += 10 * MINUTE_MS;
        EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A06",
                      .answers = REASON));
        c->now.ms += 10 * MINUTE_MS;
        EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
        (void)wake_orders(c);
    }
    EXPECT(order_now(c, id).accept_due.ms == before.accept_due.ms);
    EXPECT(order_now(c, id).accept_late);
}

TEST(called_back_with_another_wanted_time_it_has_the_end_that_it_had)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    begin_work(c, id);
    before = order_now(c, id);
    c->now = at("2026-11-23 15:00");
    EXPECT_OK(
        say(c, "desk", "correct", id, .item_code = "A06", .answers = REASON));
    EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04",
                  .wanted_from = at("2026-11-25 15:00")));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_SUBMITTED);
    expect_same_promise(&o, &before);
}

/* Another class is promised from when it is let pass, and the first one is not
   forgotten by that. */
TEST(an_approval_does_not_forget_what_another_name_promised)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    before = order_now(c, id);
    EXPECT_OK(
        say(c, "desk", "correct", id, .item_code = "A06", .answers = REASON));
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == 0 && o.accept_due.ms > before.accept_due.ms);
    c->now.ms += 10 * MINUTE_MS;
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    o = order_now(c, id);
    expect_same_promise(&o, &before);
}

/* What is let pass at once promises what its twin does, whatever else is done. */
TEST(let_pass_again_at_once_an_order_promises_what_its_twin_does)
{
    struct random r = random_seed(45);
    const char *const steps[] = { "suspend", "resume" };

    office_make(c);
    for (int walk = 0; walk < 4; walk++) {
        int64_t ids[2] = { let_pass(c, "J07", PASS), let_pass(c, "J07", PASS) };
        unsigned pauses = 0, notes = 0;

        begin_work(c, ids[0]);
        begin_work(c, ids[1]);
        for (int i = 0; i < 20; i++) {
            struct order o[2];

            c->now.ms += 1 + random_below(&r, 5 * 60) * MINUTE_MS;
            if (random_below(&r, 2)) {
                for (int k = 0; k < 2; k++)
                    EXPECT_OK(say(c, "zhao", steps[pauses % 2], ids[k],
                                  .reason = "awaiting_parts"));
                pauses++;
            } else if (pauses % 2 == 0) {
                mend_note(c, ids[0], notes++ % 2 ? "左边的门" : "右边的门");
                EXPECT_OK(say(c, "chief", "approve", ids[0]));
                begin_work(c, ids[0]);
            }
            (void)wake_orders(c);
            o[0] = order_now(c, ids[0]);
            o[1] = order_now(c, ids[1]);
            expect_same_promise(&o[0], &o[1]);
            EXPECT(o[0].complete_late == o[1].complete_late);
        }
        EXPECT_OK(say(c, "desk", "cancel", ids[0], .reason = "over"));
        EXPECT_OK(say(c, "desk", "cancel", ids[1], .reason = "over"));
    }
}

/* Of two that are the same the first is called what has to be let pass for some
   hours, and called back, and nobody has let it pass. */
TEST(
    called_what_has_to_be_let_pass_and_back_an_order_promises_what_its_twin_does)
{
    static const char *const items[] = { "A11", "A04", "B06", "A01", "A02" };
    struct order o[2];

    office_make(c);
    for (size_t i = 0; i < COUNT(items); i++) {
        int64_t ids[2] = { ask(c, "wang", items[i]).id,
                           ask(c, "wang", items[i]).id };

        for (int n = 0; n < 3; n++) {
            EXPECT_OK(say(c, "desk", "correct", ids[0], .item_code = "A06",
                          .answers = REASON));
            c->now.ms += 3 * HOUR_MS;
            (void)wake_orders(c);
            EXPECT_OK(say(c, "desk", "correct", ids[0], .item_code = items[i]));
            (void)wake_orders(c);
        }
        for (int k = 0; k < 2; k++)
            o[k] = order_now(c, ids[k]);
        expect_same_promise(&o[0], &o[1]);
        EXPECT(o[0].complete_late == o[1].complete_late);
    }
}

/* The calendar changes while it waits: the first name's promise is moved. */
TEST(a_holiday_told_of_while_it_waits_moves_what_another_name_promised)
{
    struct calendar_day d = {
        .kind = WORKCAL_CLOSURE,
        .on_day = zone_day(c->app->zone, at("2026-11-24 10:00")),
        .name = "搬迁"
    };
    int64_t ids[2], done = 0;
    struct order o[2];

    office_make(c);
    for (int k = 0; k < 2; k++)
        ids[k] = ask(c, "wang", "B06").id;
    EXPECT_OK(say(c, "desk", "correct", ids[0], .item_code = "A06",
                  .answers = REASON));
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &calendar_day_noun, &d));
    as(c, NULL);
    for (int i = 0; i < 3; i++)
        EXPECT_OK(order_recalculate(c, 100, &done));
    c->now.ms += HOUR_MS;
    EXPECT_OK(say(c, "desk", "correct", ids[0], .item_code = "B06"));
    for (int k = 0; k < 2; k++)
        o[k] = order_now(c, ids[k]);
    EXPECT(o[1].complete_due.ms == at("2026-11-27 10:00").ms);
    expect_same_promise(&o[0], &o[1]);
}

/* A01 is of class E1. */
TEST(an_emergency_that_no_pause_may_stop_gains_nothing_by_an_approval)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A01").id;
    before = order_now(c, id);
    EXPECT_OK(
        say(c, "desk", "correct", id, .item_code = "A06", .answers = REASON));
    c->now.ms += 9 * HOUR_MS;
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A01"));
    (void)wake_orders(c);
    o = order_now(c, id);
    expect_same_promise(&o, &before);
    EXPECT(o.safe_late && o.complete_late);
}

/* What was let pass and waits anew could not go on, whatever it is called
   meanwhile.  Four office hours to take it on: one is used up. */
TEST(what_has_to_be_let_pass_anew_loses_nothing_by_another_name_and_back)
{
    struct order before, o;
    int64_t id;

    office_make(c);
    id = let_pass(c, "J07", PASS);
    before = order_now(c, id);
    c->now = at("2026-11-23 11:00");
    mend_note(c, id, "左边的门");
    c->now = at("2026-11-26 11:00");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    EXPECT(order_now(c, id).state == ORDER_SUBMITTED);
    EXPECT_OK(
        say(c, "desk", "correct", id, .item_code = "J07", .answers = PASS));
    EXPECT_OK(say(c, "chief", "approve", id));
    (void)wake_orders(c);
    o = order_now(c, id);
    EXPECT(o.accept_due.ms == before.accept_due.ms + 3 * DAY_MS);
    EXPECT(o.on_site_due.ms == before.on_site_due.ms + 3 * DAY_MS);
    EXPECT(!o.accept_late && !o.on_site_late);
}
