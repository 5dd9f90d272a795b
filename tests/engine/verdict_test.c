/* SPDX-License-Identifier: Apache-2.0 */
/* What was late stays late, what was agreed on stays agreed on, and nothing is
   promised that is over when it is promised. */
#include "engine/order/order.h"

#include "engine/catalog/catalog.h"
#include "engine/catalog/workcal.h"
#include "engine/order/recurring.h"
#include "noun/noun.h"
#include "office.h"

enum { ZHAO = 44 };

/* An order of wang's for ITEM, at work by zhao since now. */
static int64_t
at_work(struct call *c, const char *item)
{
    int64_t id = ask(c, "wang", item).id;

    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    return id;
}

static void
more_time(struct call *c, int64_t id, const char *until)
{
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at(until)));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
}

static int64_t
late_events(struct call *c, int64_t id)
{
    return count_of(c,
                    "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
                    " AND verb = 'late'",
                    id);
}

/* A calendar day of another kind, and all promises reckoned by it. */
static void
mark_day(struct call *c, day on, enum workcal_kind kind)
{
    struct calendar_day d = { .on_day = on, .kind = kind, .name = "搬迁" };
    int64_t done = 0;

    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &calendar_day_noun, &d));
    as(c, NULL);
    for (int i = 0; i < 3; i++)
        EXPECT_OK(order_recalculate(c, 100, &done));
}

/* -- verdicts --------------------------------------------------------------- */

TEST(more_time_takes_back_no_verdict_because_another_clock_has_run_out_since)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    c->now = at("2026-11-26 10:00");
    (void)wake_orders(c);
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "dark again"));
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO));
    c->now.ms = order_now(c, id).on_site_due.ms + MINUTE_MS;
    (void)wake_orders(c);
    o = order_now(c, id);
    EXPECT(o.on_site_late && o.complete_late);
    more_time(c, id, "2026-12-10 09:00");
    EXPECT(order_now(c, id).complete_late);
}

/* Late as booked; another day is wanted, and more time on top of it. */
TEST(more_time_takes_back_no_verdict_of_the_time_that_was_wanted_before)
{
    struct order_request w = { .item_code = "A07",
                               .answers =
                                   "{\"from\":\"2026-11-23T11:00:00+08:00\","
                                   "\"to\":\"2026-11-23T12:00:00+08:00\"}" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    c->now = at("2026-11-23 13:00");
    (void)wake_orders(c);
    EXPECT(order_now(c, id).complete_late);
    EXPECT_OK(say(c, "desk", "correct", id,
                  .answers = "{\"from\":\"2026-11-24T11:00:00+08:00\","
                             "\"to\":\"2026-11-24T12:00:00+08:00\"}"));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-24 12:00").ms);
    more_time(c, id, "2026-11-25 12:00");
    EXPECT(order_now(c, id).complete_late);
    /* The other day runs out as well, and that is told, too. */
    EXPECT(late_events(c, id) == 1);
    c->now = at("2026-11-25 12:00");
    (void)wake_orders(c);
    EXPECT(late_events(c, id) == 2);
}

TEST(what_has_run_out_is_judged_before_a_correction_begins_another_clock)
{
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    c->now = at("2026-11-24 10:01");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "B06"));
    EXPECT(order_now(c, id).complete_late && late_events(c, id) == 1);
    (void)wake_orders(c);
    EXPECT(late_events(c, id) == 1);
}

TEST(what_has_run_out_is_judged_before_it_is_given_back)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    c->now.ms = order_now(c, id).accept_due.ms + 1;
    EXPECT_OK(say(c, "desk", "return", id, .reason = "which lamp?"));
    EXPECT(order_now(c, id).accept_late && late_events(c, id) == 1);
}

TEST(what_is_met_at_the_last_moment_is_not_late)
{
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    c->now = order_now(c, id).complete_due;
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT(!order_now(c, id).complete_late && late_events(c, id) == 0);
}

/* -- agreed on -------------------------------------------------------------- */

TEST(a_day_that_was_agreed_on_in_a_pause_is_not_moved_by_what_lies_before)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    c->now = at("2026-12-03 10:00");
    more_time(c, id, "2026-12-10 10:00");
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == 0
           && o.held_due.ms == at("2026-12-10 10:00").ms);
    EXPECT_OK(say(c, "zhao", "resume", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-10 10:00").ms);
}

/* Six hours were left: by the time it is granted the pause gives until then. */
TEST(more_time_that_is_granted_late_in_a_pause_makes_no_promise_earlier)
{
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                  .until = at("2026-11-25 10:00")));
    c->now = at("2026-12-03 10:00");
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT_OK(say(c, "zhao", "resume", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-04 10:00").ms);
    EXPECT(!order_now(c, id).complete_late);
}

TEST(an_end_where_nobody_works_is_moved_by_as_much_as_the_pause_was_long)
{
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    more_time(c, id, "2026-12-12 18:00"); /* a Saturday */
    c->now = at("2026-12-11 22:00");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    c->now = at("2026-12-11 22:05");
    EXPECT_OK(say(c, "zhao", "resume", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-12 18:05").ms);
}

TEST(an_end_that_was_agreed_on_stays_so_after_a_pause_and_a_rework)
{
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    more_time(c, id, "2026-12-22 16:00");
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    c->now = at("2026-11-23 10:05");
    EXPECT_OK(say(c, "zhao", "resume", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-22 16:05").ms);
    mark_day(c, day_of(2026, 12, 19), WORKCAL_MAKEUP);
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-22 16:05").ms);
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    mark_day(c, day_of(2026, 12, 20), WORKCAL_MAKEUP);
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-22 16:05").ms);
}

/* -- there and back --------------------------------------------------------- */

TEST(nobody_gains_time_by_correcting_there_and_back)
{
    static const char *const days[] = { "2026-11-24 06:00", "2026-11-25 02:00",
                                        "2026-11-25 22:00",
                                        "2026-11-26 15:00" };
    struct order o;
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    for (size_t i = 0; i < COUNT(days); i++) {
        c->now = at(days[i]);
        EXPECT_OK(
            say(c, "desk", "correct", id, .item_code = i % 2 ? "A04" : "B06"));
    }
    o = order_now(c, id);
    EXPECT(o.complete_due.ms == at("2026-11-24 10:00").ms);
    (void)wake_orders(c);
    EXPECT(order_now(c, id).complete_late && late_events(c, id) == 1);
}

/* A06 must be let pass, and nobody has: as what it is again it need not have
   waited.  The crew did not have it, which is no time of theirs. */
TEST(called_back_from_what_must_be_let_pass_it_goes_on_where_it_was)
{
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    c->now = at("2026-11-23 16:00"); /* three hours are left */
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A06",
                  .answers = "{\"reason\":\"more\"}"));
    EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
    c->now = at("2026-11-25 09:00");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    EXPECT(order_now(c, id).state == ORDER_SUBMITTED);
    /* That it was taken on in time stays so. */
    EXPECT(order_now(c, id).accept_due.ms == at("2026-11-23 10:30").ms);
    EXPECT(order_now(c, id).accepted_at.ms == at("2026-11-23 10:00").ms);
    EXPECT(!order_now(c, id).accept_late);
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-24 10:00").ms);
    EXPECT(order_now(c, id).suspended_ms == 41 * HOUR_MS);
    (void)wake_orders(c);
    EXPECT(order_now(c, id).complete_late && late_events(c, id) == 1);
}

TEST(a_second_round_knows_nothing_of_what_it_was_called_before)
{
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "B06"));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    c->now = at("2026-11-25 10:00");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-26 10:00").ms);
}

/* -- promises that are over ------------------------------------------------- */

TEST(what_is_let_pass_after_the_time_it_was_wanted_for_is_not_late_for_it)
{
    struct order_request w = {
        .item_code = "E05",
        .answers = "{\"people\":20,\"route\":\"to the airport\","
                   "\"when\":\"2026-11-24T09:00:00+08:00\"}"
    };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    c->now = at("2026-11-24 11:00");
    EXPECT_OK(say(c, "chief", "approve", id));
    (void)wake_orders(c);
    o = order_now(c, id);
    EXPECT(o.on_site_due.ms == 0 && !o.on_site_late && o.escalation == 0);
}

TEST(what_is_sent_in_again_promises_no_time_that_is_over)
{
    struct order_request w = { .item_code = "A07",
                               .answers =
                                   "{\"from\":\"2026-11-24T11:00:00+08:00\","
                                   "\"to\":\"2026-11-24T12:00:00+08:00\"}" };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "desk", "return", id, .reason = "which hall?"));
    c->now = at("2026-11-26 10:00");
    EXPECT_OK(say(c, "wang", "resubmit", id, .description = "the old hall"));
    o = order_now(c, id);
    EXPECT(o.on_site_due.ms == 0 && o.complete_due.ms == 0);
    EXPECT(o.accept_due.ms == at("2026-11-26 12:00").ms);
}

TEST(what_is_asked_for_at_an_hour_that_is_over_is_not_born_late)
{
    struct order_request w = { .item_code = "A07",
                               .answers =
                                   "{\"from\":\"2026-11-23T01:00:00+08:00\","
                                   "\"to\":\"2026-11-24T12:00:00+08:00\"}" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    (void)wake_orders(c);
    EXPECT(!order_now(c, id).on_site_late && late_events(c, id) == 0);
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-24 12:00").ms);
}

/* Wanted a minute after midnight, and made at ten. */
TEST(what_is_made_by_a_rule_is_not_born_late)
{
    struct recurring_order r = {
        .name = "post",
        .rule = RECURS_WEEKLY,
        .weekdays = "1",
        .at_min = 1,
        .item_code = "D08",
        .answers = "{\"destination\":\"the ministry\"}",
        .place_id = 23,
        .requester_id = 41
    };
    struct order o;
    int64_t done = 0;

    office_make(c);
    as(c, "desk");
    EXPECT_OK(noun_add(c, &recurring_order_noun, &r));
    c->now = at("2026-11-30 10:00");
    as(c, NULL);
    EXPECT_OK(recurring_make(c, 100, &done));
    (void)wake_orders(c);
    o = order_now(c, office_int(c, "SELECT MAX(id) FROM orders"));
    EXPECT(o.wanted_from.ms == at("2026-11-30 00:01").ms);
    EXPECT(o.on_site_due.ms == 0 && !o.on_site_late);
}

TEST(an_hour_that_is_over_is_not_missed_because_it_is_said_anew)
{
    struct order_request w = { .item_code = "A07",
                               .answers =
                                   "{\"from\":\"2026-11-24T11:00:00+08:00\","
                                   "\"to\":\"2026-11-24T12:00:00+08:00\"}" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "desk", "correct", id,
                  .answers = "{\"from\":\"2026-11-23T08:00:00+08:00\","
                             "\"to\":\"2026-11-24T12:00:00+08:00\"}"));
    (void)wake_orders(c);
    EXPECT(!order_now(c, id).on_site_late && late_events(c, id) == 0);
    EXPECT(order_now(c, id).complete_due.ms == at("2026-11-24 12:00").ms);
}

/* -- second rounds ---------------------------------------------------------- */

/* Its legs were at work and nobody at the whole: that was met when it was done. */
TEST(a_whole_that_is_done_again_is_not_late_for_an_arrival_of_the_first_round)
{
    struct order_request w = { .item_code = "A05",
                               .legs = "[{\"item_code\":\"A04\"}]" };
    struct order o;
    int64_t leg;

    office_make(c);
    o = ask_for(c, "wang", &w);
    leg = count_of(c, "SELECT id FROM orders WHERE parent_id = %lld", o.id);
    EXPECT_OK(say(c, "desk", "dispatch", leg, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "arrive", leg));
    EXPECT_OK(say(c, "zhao", "complete", leg));
    o = order_now(c, o.id);
    EXPECT(o.state == ORDER_COMPLETED && o.on_site_due.ms > c->now.ms);
    c->now = at("2026-11-25 10:00");
    EXPECT_OK(say(c, "wang", "rework", o.id, .reason = "dark again"));
    (void)wake_orders(c);
    o = order_now(c, o.id);
    EXPECT(!o.on_site_late && o.escalation == 0);
    EXPECT(o.nearest_due.ms == o.complete_due.ms);
}

TEST(a_second_round_begins_with_no_alarm_of_the_first)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = at_work(c, "A04");
    c->now = at("2026-11-26 10:00");
    (void)wake_orders(c);
    EXPECT(order_now(c, id).escalation == 3);
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "so"));
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    EXPECT(order_now(c, id).escalation == 0);
    c->now = order_now(c, id).complete_due;
    (void)wake_orders(c);
    o = order_now(c, id);
    EXPECT(o.escalation == 2 && o.alarming);
}
