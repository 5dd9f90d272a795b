/* SPDX-License-Identifier: Apache-2.0 */
/* Corrections in the middle of a life: while it waits, after a rework, after
   more time was granted. */
#include "engine/order/order.h"

#include <string.h>

#include "office.h"

enum { ZHAO = 44 };

/* Monday 10:00.  A04 is of class N, one working day; A11 of class U, a day and a
   night. */
static int64_t
at_work(struct call *c)
{
    int64_t id = ask(c, "wang", "A04").id;

    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    return id;
}

TEST(what_is_corrected_while_it_is_suspended_is_promised_when_it_goes_on)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = at_work(c);
    c->now = at("2026-11-23 11:00");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    c->now = at("2026-11-23 11:30");
    EXPECT_OK(say(c, "desk", "correct", id, .phone = "1234567"));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == 0 && o.complete_left_ms == 6 * HOUR_MS);
    EXPECT(o.held_due.ms == at("2026-11-24 10:00").ms);
    c->now = at("2026-11-23 14:00");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A11"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_SUSPENDED && o.suspended_at.ms != 0);
    EXPECT(o.complete_due.ms == 0 && o.complete_left_ms == DAY_MS);
    EXPECT(o.held_due.ms == at("2026-11-24 14:00").ms);
    c->now = at("2026-11-25 09:00");
    EXPECT_OK(say(c, "zhao", "resume", id));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-26 09:00").ms);
    EXPECT(o.suspended_ms == 46 * HOUR_MS && o.held_due.ms == 0);
    EXPECT(!o.complete_late && o.on_site_at.ms == at("2026-11-23 10:00").ms);
}

/* Let pass at 10:30; suspended from 11:00 to the correction at 14:00; let pass
   again at 15:00: none of it is the crew's time but half an hour. */
TEST(what_is_let_pass_again_is_suspended_no_more)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more\"}" };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    c->now = at("2026-11-23 10:30");
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    c->now = at("2026-11-23 11:00");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    c->now = at("2026-11-23 14:00");
    EXPECT_OK(say(c, "desk", "correct", id,
                  .answers = "{\"reason\":\"more\",\"load_kw\":3}"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_AWAITING_APPROVAL && o.suspend_reason == NULL);
    EXPECT(o.complete_due.ms == 0 && o.held_due.ms == 0);
    EXPECT(o.suspended_ms == 3 * HOUR_MS + 30 * MINUTE_MS);
    c->now = at("2026-11-23 15:00");
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_SUBMITTED && o.suspended_at.ms == 0);
    EXPECT(o.suspended_ms == 4 * HOUR_MS + 30 * MINUTE_MS);
    EXPECT(o.accept_due.ms > c->now.ms && o.complete_left_ms == 0);
}

/* Due on Wednesday 10:00 and done an hour later; found bad on Friday. */
TEST(a_correction_after_a_rework_takes_back_no_verdict_and_no_round)
{
    struct order_view v = { 0 };
    struct order o, before;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-24 10:00");
    id = at_work(c);
    c->now = at("2026-11-25 11:00");
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    c->now = at("2026-11-27 10:00");
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    before = order_now(c, id);
    EXPECT_OK(say(c, "desk", "correct", id, .phone = "1234567"));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == before.complete_due.ms);
    EXPECT(o.clocks_from.ms == before.clocks_from.ms);
    c->now = at("2026-11-27 11:00");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A11"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_IN_PROGRESS && o.complete_late);
    EXPECT(o.complete_due.ms == at("2026-11-28 11:00").ms);
    EXPECT(o.suspended_ms == 47 * HOUR_MS && o.reworks == 1);
    EXPECT(o.on_site_due.ms == before.on_site_due.ms);
    as(c, "wang");
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(strstr(v.rounds, "2026-11-25T03:00:00") != NULL);
    /* Done in the time of its name; the first round stays late. */
    c->now = at("2026-11-27 12:00");
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT(order_now(c, id).complete_late);
    EXPECT(order_now(c, id).net_ms == 27 * HOUR_MS);
}

TEST(an_end_that_was_agreed_on_outlives_what_is_corrected_but_not_another_class)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = at_work(c);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-26 09:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT_OK(say(c, "desk", "correct", id, .place_id = 24, .phone = "1234567",
                  .wanted_from = at("2026-11-24 14:00"),
                  .wanted_to = at("2026-11-24 16:00")));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-26 09:00").ms);
    EXPECT(o.complete_from.ms == 0 && o.extensions == 1);
    c->now = at("2026-11-23 14:00");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A11"));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-24 14:00").ms);
    EXPECT(o.complete_from.ms == c->now.ms && o.extensions == 1);
}

/* Asked for until Tuesday noon; the new name gives until Tuesday 14:00. */
TEST(more_time_that_a_correction_gives_is_not_asked_for_any_more)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = at_work(c);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-24 12:00")));
    EXPECT_OK(say(c, "desk", "correct", id, .phone = "1234567"));
    EXPECT(order_now(c, id).extension_asked_until.ms != 0);
    c->now = at("2026-11-23 14:00");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A11"));
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-24 14:00").ms);
    EXPECT(o.extension_asked_until.ms == 0 && o.extension_reason == NULL);
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-25 12:00")));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    EXPECT(order_now(c, id).extension_asked_until.ms != 0);
}
