/* SPDX-License-Identifier: Apache-2.0 */
/* A whole and its legs: when it follows them, what it has to do itself, and whose
   the stars are. */
#include "engine/order/order.h"

#include "office.h"

static int64_t
leg_of(struct call *c, int64_t parent, const char *item)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT id FROM orders WHERE parent_id ="
                                      " %lld AND item_code = '%s'",
                                      (long long)parent, item));
}

/* A05 of wang's, the electricians', with a leg for the plumbers. */
static struct order
ask_with_leg(struct call *c)
{
    struct order_request w = { .item_code = "A05",
                               .legs = "[{\"item_code\":\"A10\"}]" };
    return ask_for(c, "wang", &w);
}

static void
do_it(struct call *c, int64_t id, const char *who)
{
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, who, "arrive", id));
    EXPECT_OK(say(c, who, "complete", id, .result = "so"));
}

static void
silence(struct call *c)
{
    int64_t done = 0;

    office_pass(c, 6 * DAY_MS);
    as(c, NULL);
    EXPECT_OK(order_wake(c, 100, &done));
}

/* -- following -------------------------------------------------------------------- */

TEST(what_is_to_be_done_once_more_is_not_ended_by_what_is_said_of_a_leg)
{
    int64_t ids[2], legs[2];

    office_make(c);
    for (int i = 0; i < 2; i++) {
        ids[i] = ask_with_leg(c).id;
        legs[i] = leg_of(c, ids[i], "A10");
        do_it(c, legs[i], "qian");
        EXPECT(order_now(c, ids[i]).state == ORDER_COMPLETED);
        EXPECT_OK(say(c, "wang", "rework", ids[i], .reason = "not done"));
    }
    EXPECT_OK(say(c, "wang", "verify", legs[0]));
    EXPECT(order_now(c, ids[0]).state == ORDER_ACCEPTED);
    silence(c);
    EXPECT(order_now(c, legs[1]).state == ORDER_VERIFIED);
    EXPECT(order_now(c, ids[1]).state == ORDER_ACCEPTED);
}

TEST(what_is_to_be_done_once_more_is_not_done_by_a_leg_that_is_done_once_more)
{
    int64_t id, leg;

    office_make(c);
    id = ask_with_leg(c).id;
    leg = leg_of(c, id, "A10");
    do_it(c, leg, "qian");
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "not done"));
    EXPECT_OK(say(c, "wang", "rework", leg, .reason = "drips"));
    EXPECT_OK(say(c, "qian", "complete", leg, .result = "so"));
    EXPECT(order_now(c, id).state == ORDER_ACCEPTED);
}

/* Given back before the leg is done, or after. */
TEST(what_its_own_crew_gave_back_is_not_ended_by_a_leg)
{
    int64_t id, leg;

    office_make(c);
    for (int before = 0; before < 2; before++) {
        id = ask_with_leg(c).id;
        leg = leg_of(c, id, "A10");
        EXPECT_OK(say(c, "desk", "dispatch", id));
        if (before)
            EXPECT_OK(say(c, "zhao", "decline", id, .reason = "not ours"));
        do_it(c, leg, "qian");
        if (!before)
            EXPECT_OK(say(c, "zhao", "decline", id, .reason = "not ours"));
        EXPECT_OK(say(c, "wang", "verify", leg));
        EXPECT(order_now(c, id).state == ORDER_ACCEPTED);
    }
}

TEST(what_is_let_pass_after_its_legs_were_done_is_not_ended_by_them)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more\"}",
                               .legs = "[{\"item_code\":\"A10\"}]" };
    int64_t id, leg;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    leg = leg_of(c, id, "A10");
    do_it(c, leg, "qian");
    EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "wang", "verify", leg));
    EXPECT(order_now(c, id).state == ORDER_SUBMITTED);
}

/* -- its own work ------------------------------------------------------------------ */

TEST(what_only_the_legs_were_at_is_given_out_by_the_desk_when_it_is_not_done)
{
    struct order_view v = { 0 };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_with_leg(c).id;
    do_it(c, leg_of(c, id, "A10"), "qian");
    office_pass(c, DAY_MS);
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "not done"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_ACCEPTED && o.reworks == 1);
    EXPECT(o.dispatched_at.ms == 0 && o.complete_due.ms > c->now.ms);
    EXPECT(o.nearest_due.ms == o.complete_due.ms);
    EXPECT(!o.on_site_late && !o.accept_late);
    /* The desk hears of it, and the crew that the rules name does not. */
    EXPECT(told_of(c, 43, id, "rework") == 1
           && told_of(c, 45, id, "rework") == 0);
    as(c, "wang");
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(strstr(v.rounds, "电工") == NULL);
    do_it(c, id, "zhao");
    EXPECT(order_now(c, id).state == ORDER_COMPLETED);
}

/* Class P promises no end: that somebody comes is promised anew. */
TEST(a_planned_whole_that_is_to_be_done_once_more_promises_that_somebody_comes)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_with_leg(c).id;
    office_exec(c, "UPDATE orders SET sla_class = 'P', complete_due = NULL"
                   " WHERE parent_id IS NULL");
    do_it(c, leg_of(c, id, "A10"), "qian");
    office_pass(c, DAY_MS);
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "not done"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_ACCEPTED && o.complete_due.ms == 0);
    EXPECT(o.on_site_at.ms == 0 && o.nearest_due.ms == o.on_site_due.ms);
    EXPECT(o.on_site_due.ms > c->now.ms + 4 * DAY_MS);
    do_it(c, id, "zhao");
    EXPECT(order_now(c, id).state == ORDER_COMPLETED);
}

/* -- stars -------------------------------------------------------------------------- */

TEST(stars_of_what_only_the_legs_were_at_are_of_no_crew)
{
    int64_t id, leg;

    office_make(c);
    id = ask_with_leg(c).id;
    leg = leg_of(c, id, "A10");
    do_it(c, leg, "qian");
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(say(c, "wang", "verify", leg));
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 1, .comment = "dark"));
    EXPECT_OK(say(c, "wang", "rate", leg, .stars = 5));
    EXPECT(count_of(c,
                    "SELECT COUNT(*) FROM rating WHERE order_id = %lld"
                    " AND crew_id IS NULL",
                    id)
           == 1);
    EXPECT(office_int(c, arena_printf(c->arena,
                                      "SELECT crew_id FROM rating"
                                      " WHERE order_id = %lld",
                                      (long long)leg))
           == id_of(c, "crew", "plumbers"));
}

/* Zhao's own crew is named by the rules, and did nothing. */
TEST(whoever_is_of_the_crew_that_only_the_rules_name_verifies_and_rates)
{
    struct order_request w = {
        .item_code = "A05", .place_id = 23, .legs = "[{\"item_code\":\"A10\"}]"
    };
    int64_t id;

    office_make(c);
    id = ask_for(c, "zhao", &w).id;
    do_it(c, leg_of(c, id, "A10"), "qian");
    EXPECT_OK(say(c, "zhao", "verify", id));
    EXPECT_OK(say(c, "zhao", "rate", id, .stars = 4));
}

/* -- others that wait --------------------------------------------------------------- */

TEST(what_others_wait_for_is_corrected_by_the_desk)
{
    int64_t main_order, other;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    other = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", other, .into_id = main_order,
                  .reason = "the same"));
    EXPECT_FAULT(say(c, "wang", "correct", main_order, .item_code = "A05"),
                 ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "desk", "correct", main_order, .item_code = "A06",
                  .answers = "{\"reason\":\"more\"}"));
    /* Refused, it is sent in again by the desk, too. */
    EXPECT_OK(say(c, "chief", "refuse", main_order, .reason = "no"));
    EXPECT_FAULT(say(c, "wang", "resubmit", main_order, .item_code = "A05"),
                 ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "desk", "resubmit", main_order, .item_code = "A04"));
}

/* -- a day that is over -------------------------------------------------------------- */

TEST(a_day_that_is_over_by_the_time_it_is_granted_is_agreed_on_by_nobody)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more\"}" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "plan",
                  .until = at("2026-11-24 10:00")));
    c->now = at("2026-11-24 10:00");
    EXPECT_FAULT(say(c, "desk", "grant_extension", id), ERR_CONFLICT, NULL);
    EXPECT(strstr(c->fault.text, "2026-11-24") != NULL);
    EXPECT_OK(say(c, "desk", "refuse_extension", id, .reason = "another day"));
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "plan",
                  .until = at("2026-12-01 10:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    EXPECT(order_now(c, id).complete_due.ms == at("2026-12-01 10:00").ms);
    EXPECT(!order_now(c, id).complete_late);
}
