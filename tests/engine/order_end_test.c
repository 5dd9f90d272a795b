/* SPDX-License-Identifier: Apache-2.0 */
/* What order.h promises of the later life of an order: second rounds, the end,
   merging, legs, and who may see what. */
#include "api/notices.h"
#include "engine/order/order.h"
#include "subject/event.h"
#include "subject/notice.h"

#include <stdio.h>

#include "auth/auth.h"
#include "base/words.h"
#include "office.h"

/* -- second rounds ---------------------------------------------------------- */

TEST(rework_is_counted_and_has_the_time_of_its_class)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_COMPLETED);
    EXPECT_FAULT(say(c, "wang", "rework", id), ERR_INVALID, "reason");
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "dark again"));
    o = order_now(c, id);
    EXPECT(o.reworks == 1 && o.completed_at.ms == 0 && o.is_open);
    EXPECT(o.complete_due.ms == at("2026-11-24 10:00").ms);
    EXPECT(told_of(c, 44, id, "rework") == 1);
    c->now = at("2026-11-24 11:00");
    EXPECT_OK(say(c, "zhao", "complete", id));
    EXPECT(order_now(c, id).complete_late);
}

TEST(an_order_is_reopened_within_fifteen_days_only)
{
    struct order o;
    int64_t id, late;

    office_make(c);
    id = bring_to(c, ORDER_VERIFIED);
    late = bring_to(c, ORDER_VERIFIED);
    office_pass(c, 15 * DAY_MS - 1);
    (void)wake_orders(c);
    assert_int_equal(order_now(c, id).state, ORDER_CLOSED);
    EXPECT_FAULT(say(c, "wang", "reopen", id), ERR_INVALID, "reason");
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "dark again"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_ACCEPTED && o.reopens == 1 && o.is_open);
    EXPECT(o.complete_due.ms > c->now.ms && o.verified_at.ms == 0);
    office_pass(c, 1);
    EXPECT_FAULT(say(c, "wang", "reopen", late, .reason = "dark again"),
                 ERR_CONFLICT, NULL);
}

TEST(a_reopened_order_is_not_due_soon_at_once)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_CLOSED);
    c->now = at("2026-12-07 10:00");
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "dark again"));
    office_pass(c, MINUTE_MS);
    (void)wake_orders(c);
    EXPECT(order_now(c, id).escalation == 0);
}

TEST(a_returned_order_comes_back_with_new_clocks)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "accept", id));
    EXPECT_FAULT(say(c, "desk", "return", id), ERR_INVALID, "reason");
    EXPECT_OK(say(c, "desk", "return", id, .reason = "where?"));
    EXPECT(!order_now(c, id).is_open && order_now(c, id).wake_at.ms == 0);
    c->now = at("2026-11-25 10:00");
    EXPECT_OK(say(c, "wang", "resubmit", id, .place_note = "紫藤架下面",
                  .description = "落地灯坏"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_SUBMITTED && o.accepted_at.ms == 0);
    EXPECT(o.accept_due.ms == at("2026-11-25 10:30").ms);
    assert_string_equal(o.place_note, "紫藤架下面");
    {
        struct list l = { .model = &order_model, .words = "落地灯" };

        as(c, "wang");
        EXPECT_OK(order_list(c, &l, NULL));
        assert_int_equal(l.n, 1);
    }
}

TEST(what_was_refused_is_not_smuggled_past_the_approver)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_AWAITING_APPROVAL);
    EXPECT_FAULT(say(c, "chief", "refuse", id), ERR_INVALID, "reason");
    EXPECT_OK(say(c, "chief", "refuse", id, .reason = "no money"));
    EXPECT_OK(say(c, "wang", "resubmit", id));
    assert_int_equal(order_now(c, id).state, ORDER_AWAITING_APPROVAL);
}

TEST(no_clock_runs_before_the_approval)
{
    struct order o;
    int64_t id, done = 0;

    office_make(c);
    id = bring_to(c, ORDER_AWAITING_APPROVAL);
    o = order_now(c, id);
    EXPECT(o.accept_due.ms == 0 && o.complete_due.ms == 0);
    c->now = at("2026-11-25 10:00");
    as(c, NULL);
    EXPECT_OK(order_wake(c, 100, &done));
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(!o.accept_late && o.escalation == 0);
    EXPECT(o.accept_due.ms > c->now.ms);
    EXPECT(o.suspended_ms == 2 * DAY_MS);
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    c->now.ms += HOUR_MS;
    EXPECT_OK(say(c, "zhao", "complete", id));
    o = order_now(c, id);
    EXPECT(o.gross_ms == 2 * DAY_MS + HOUR_MS && o.net_ms == HOUR_MS);
}

TEST(nobody_approves_his_own_wish)
{
    struct order_request w = { .item_code = "A06",
                               .place_id = 23,
                               .answers = "{\"reason\":\"more lamps\"}" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "chief", &w).id;
    EXPECT_FAULT(say(c, "chief", "approve", id), ERR_DENIED, NULL);
    assert_int_equal(order_now(c, id).state, ORDER_AWAITING_APPROVAL);
}

/* -- the end ---------------------------------------------------------------- */

TEST(three_working_days_of_silence_verify_and_are_no_vote)
{
    struct order o;
    int64_t id;

    office_make(c);
    c->now = at("2026-11-26 15:00"); /* a Thursday */
    id = bring_to(c, ORDER_COMPLETED);
    c->now = at("2026-12-01 14:59");
    (void)wake_orders(c);
    assert_int_equal(order_now(c, id).state, ORDER_COMPLETED);
    c->now = at("2026-12-01 15:00");
    EXPECT(wake_orders(c) == 1);
    o = order_now(c, id);
    EXPECT(o.state == ORDER_VERIFIED && o.verified_auto);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM rating"), 0);
    office_pass(c, 7 * DAY_MS);
    EXPECT(wake_orders(c) == 1);
    o = order_now(c, id);
    EXPECT(o.state == ORDER_CLOSED && !o.is_open && o.closed_at.ms != 0);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM rating"), 0);
    EXPECT(wake_orders(c) == 0);
}

TEST(the_programs_own_deeds_are_events_of_the_programs)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_COMPLETED);
    office_pass(c, 10 * DAY_MS);
    (void)wake_orders(c);
    assert_int_equal(count_of(c,
                              "SELECT COUNT(*) FROM event WHERE noun_id ="
                              " %lld AND verb = 'auto_verify' AND actor_id IS"
                              " NULL AND actor_name = 'liangcao'",
                              id),
                     1);
}

TEST(one_order_that_cannot_be_woken_does_not_stop_the_others)
{
    int64_t done = 0;

    office_make(c);
    (void)bring_to(c, ORDER_COMPLETED);
    (void)bring_to(c, ORDER_COMPLETED);
    office_pass(c, 10 * DAY_MS);
    as(c, NULL);
    db_fault(c, 5);
    EXPECT(order_wake(c, 100, &done) == ERR_BROKEN);
    db_fault(c, 0);
    EXPECT(done == 1);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM orders WHERE state ="
                                   " 'verified'"),
                     1);
    EXPECT(wake_orders(c) == 1);
}

TEST(an_order_is_rated_once_by_its_requester_within_seven_days)
{
    int64_t id, late;

    office_make(c);
    id = bring_to(c, ORDER_VERIFIED);
    late = bring_to(c, ORDER_VERIFIED);
    EXPECT_FAULT(say(c, "wang", "rate", id), ERR_INVALID, "stars");
    EXPECT_FAULT(say(c, "wang", "rate", id, .stars = 6), ERR_INVALID, "stars");
    EXPECT_FAULT(say(c, "wang", "rate", id, .stars = 2), ERR_INVALID,
                 "comment");
    EXPECT_FAULT(say(c, "wang", "rate", id, .stars = 4, .tags = "lovely"),
                 ERR_INVALID, "tags");
    EXPECT_FAULT(say(c, "desk", "rate", id, .stars = 5), ERR_DENIED, NULL);
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 2, .comment = "late",
                  .tags = "late,untidy"));
    EXPECT_FAULT(say(c, "wang", "rate", id, .stars = 5), ERR_CONFLICT, NULL);
    office_pass(c, 7 * DAY_MS);
    EXPECT_FAULT(say(c, "wang", "rate", late, .stars = 5), ERR_CONFLICT, NULL);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM rating"), 1);
}

TEST(a_second_life_gives_a_second_vote_and_no_third)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_VERIFIED);
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 5));
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "dark again"));
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id));
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 1, .comment = "x"));
    EXPECT_FAULT(say(c, "wang", "rate", id, .stars = 1, .comment = "x"),
                 ERR_CONFLICT, NULL);
    office_pass(c, 8 * DAY_MS);
    (void)wake_orders(c);
    assert_int_equal(order_now(c, id).state, ORDER_CLOSED);
}

TEST(nobody_rates_the_work_of_his_own_crew)
{
    struct order_request w = { .item_code = "A04", .place_id = 23 };
    int64_t id;

    office_make(c);
    id = ask_for(c, "second", &w).id;
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id));
    EXPECT_OK(say(c, "second", "verify", id));
    EXPECT_FAULT(say(c, "second", "rate", id, .stars = 5), ERR_DENIED, NULL);
}

static void
give_stars(struct call *c, int64_t stars)
{
    int64_t id = bring_to(c, ORDER_VERIFIED);

    EXPECT_OK(say(c, "wang", "rate", id, .stars = stars, .comment = "so",
                  .tags = "untidy"));
}

TEST(a_crew_sees_totals_of_past_weeks_and_never_a_single_score)
{
    struct rating_totals t = { 0 };
    struct list l = { .model = &rating_model };
    struct order_view v = { 0 };
    int64_t id;

    office_make(c);
    t.id = id_of(c, "crew", "electricians");
    for (int i = 1; i <= 4; i++)
        give_stars(c, i);
    as(c, "zhao");
    EXPECT_OK(rating_of_crew(c, &t));
    EXPECT(t.hidden && t.n == 0 && t.average == 0);
    give_stars(c, 5);
    as(c, "zhao");
    EXPECT_OK(rating_of_crew(c, &t));
    EXPECT(t.hidden);
    office_pass(c, 7 * DAY_MS);
    EXPECT_OK(rating_of_crew(c, &t));
    EXPECT(!t.hidden && t.n == 5 && t.average > 2.99 && t.average < 3.01);
    EXPECT(strstr(t.tags, "\"tidy\":0") != NULL);
    EXPECT(strstr(t.tags, "\"untidy\":5") != NULL);
    EXPECT_FAULT(rating_list(c, &l), ERR_DENIED, NULL);
    as(c, "qian");
    EXPECT_FAULT(rating_of_crew(c, &t), ERR_DENIED, NULL);
    id = office_int(c, "SELECT MAX(order_id) FROM rating");
    as(c, "zhao");
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(v.rating == NULL);
    as(c, "wang");
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(v.rating != NULL);
}

TEST(single_ratings_are_seen_within_ones_scope_only)
{
    struct list l = { .model = &rating_model };

    office_make(c);
    give_stars(c, 1);
    as(c, "far");
    EXPECT_OK(rating_list(c, &l));
    EXPECT(l.n == 0 && l.total == 0);
    l = (struct list){ .model = &rating_model };
    as(c, "near");
    EXPECT_OK(rating_list(c, &l));
    EXPECT(l.n == 1 && l.total == 1);
}

/* -- cancelling and comments ------------------------------------------------- */

TEST(cancelling_work_begun_needs_a_reason_even_of_ones_own)
{
    struct order_request w = { .item_code = "A04", .place_id = 23 };
    int64_t id;

    office_make(c);
    id = ask_for(c, "desk", &w).id;
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_FAULT(say(c, "desk", "cancel", id), ERR_INVALID, "reason");
    EXPECT_OK(say(c, "desk", "cancel", id, .reason = "burnt down"));
}

TEST(only_comments_can_be_internal)
{
    struct list l = { .model = &event_model };
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_OK(say(c, "zhao", "complete", id, .internal = true));
    as(c, "wang");
    EXPECT_OK(life_events(c, &order_life, id, NULL, &l));
    assert_int_equal(l.n, 7);
}

TEST(an_internal_comment_leaves_no_trace_on_what_the_requester_sees)
{
    struct order before, after;
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    before = order_now(c, id);
    office_pass(c, HOUR_MS);
    EXPECT_OK(say(c, "zhao", "comment", id, .note = "mind the dog",
                  .internal = true));
    after = order_now(c, id);
    EXPECT(after.version == before.version
           && after.updated_at.ms == before.updated_at.ms);
    EXPECT_OK(say(c, "zhao", "comment", id, .note = "I come at two"));
    after = order_now(c, id);
    EXPECT(after.version == before.version + 1
           && after.updated_at.ms == c->now.ms);
}

TEST(internal_comments_are_for_those_who_serve)
{
    struct list l = { .model = &event_model };
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT_FAULT(say(c, "wang", "comment", id, .note = "x", .internal = true),
                 ERR_DENIED, "internal");
    EXPECT_FAULT(say(c, "zhao", "comment", id), ERR_INVALID, "note");
    EXPECT_OK(say(c, "zhao", "comment", id, .note = "he is difficult",
                  .internal = true));
    EXPECT(told_of(c, 41, id, "comment") == 0);
    as(c, "wang");
    EXPECT_OK(life_events(c, &order_life, id, NULL, &l));
    for (size_t i = 0; i < l.n; i++)
        EXPECT(!((struct event *)l.rows)[i].internal);
    EXPECT(l.total == (int64_t)l.n && l.n == 6);
    l = (struct list){ .model = &event_model };
    as(c, "desk");
    EXPECT_OK(life_events(c, &order_life, id, NULL, &l));
    assert_int_equal(l.n, 7);
    {
        struct order o = order_now(c, id);

        as(c, "wang");
        EXPECT(hears_of(c, &o, "comment", false)
               && !hears_of(c, &o, "comment", true));
        as(c, "zhao");
        EXPECT(hears_of(c, &o, "comment", true));
        as(c, "qian");
        EXPECT(!hears_of(c, &o, "comment", false));
    }
}

TEST(a_stale_version_is_refused_and_changes_nothing)
{
    int64_t id;
    uint64_t before;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "comment", id, .note = "hm"));
    before = everything(c);
    c->if_version = 1;
    EXPECT_FAULT(say(c, "desk", "accept", id), ERR_STALE, NULL);
    EXPECT(everything(c) == before);
    c->if_version = 2;
    EXPECT_OK(say(c, "desk", "accept", id));
}

/* -- merging ---------------------------------------------------------------- */

TEST(who_asked_for_the_same_hears_all_of_the_main_order)
{
    int64_t main_order, other, third;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    other = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", other, .into_id = main_order,
                  .reason = "the same"));
    EXPECT_OK(say(c, "desk", "dispatch", main_order));
    EXPECT_OK(say(c, "zhao", "arrive", main_order));
    EXPECT(told_of(c, 42, other, "merged") == 1);
    EXPECT(told_of(c, 42, other, "dispatched") == 1);
    EXPECT(told_of(c, 42, other, "on_site") == 1);
    /* And so on when the main order is merged itself. */
    third = ask(c, "wang", "A04").id;
    EXPECT_FAULT(say(c, "desk", "merge", main_order, .into_id = third),
                 ERR_CONFLICT, "state");
    EXPECT_OK(say(c, "zhao", "complete", main_order));
    EXPECT(told_of(c, 42, other, "completed") == 1);
}

TEST(a_chain_of_merged_orders_hears_its_last)
{
    struct order_request w = { .item_code = "A04", .place_id = 23 };
    int64_t one, two, three;

    office_make(c);
    one = ask(c, "li", "A04").id;
    two = ask(c, "wang", "A04").id;
    three = ask_for(c, "second", &w).id;
    EXPECT_OK(
        say(c, "desk", "merge", one, .into_id = two, .reason = "the same"));
    EXPECT_OK(
        say(c, "desk", "merge", two, .into_id = three, .reason = "the same"));
    EXPECT_OK(say(c, "desk", "dispatch", three));
    EXPECT(told_of(c, 41, two, "dispatched") == 1);
    EXPECT(told_of(c, 42, one, "dispatched") == 1);
}

/* 300 orders of three people, each merged into the next. */
TEST(of_a_long_chain_of_merged_orders_each_person_is_told_once)
{
    static const char *const who[] = { "wang", "li", "second" };
    static const int64_t people[] = { 41, 42, 57 };
    struct order_request w = { .item_code = "A04", .place_id = 23 };
    int64_t last = 0;

    office_make(c);
    for (int i = 0; i < 300; i++) {
        int64_t id = ask_for(c, who[i % 3], &w).id;

        if (last != 0)
            EXPECT_OK(say(c, "desk", "merge", last, .into_id = id,
                          .reason = "the same"));
        last = id;
    }
    /* Each heard of their own. */
    EXPECT(office_int(c, "SELECT COUNT(*) FROM notice WHERE kind = 'merged'")
           == 299);
    EXPECT_OK(say(c, "desk", "dispatch", last));
    for (size_t i = 0; i < COUNT(people); i++)
        EXPECT(office_int(c, arena_printf(c->arena,
                                          "SELECT COUNT(*) FROM notice WHERE"
                                          " kind = 'dispatched'"
                                          " AND person_id = %lld",
                                          (long long)people[i]))
               == 1);
}

TEST(an_order_is_merged_into_an_open_one_only)
{
    int64_t id, main_order;

    office_make(c);
    id = ask(c, "li", "A04").id;
    EXPECT_FAULT(say(c, "desk", "merge", id), ERR_CONFLICT, "into_id");
    (void)ask(c, "li", "A05");
    EXPECT_FAULT(say(c, "desk", "merge", id), ERR_INVALID, "into_id");
    EXPECT_FAULT(say(c, "desk", "merge", id, .into_id = id), ERR_INVALID,
                 "into_id");
    EXPECT_FAULT(say(c, "desk", "merge", id, .into_id = 12345), ERR_INVALID,
                 "into_id");
    for (enum order_state s = ORDER_VERIFIED; s < N_ORDER_STATES; s++) {
        main_order = bring_to(c, s);
        EXPECT_FAULT(say(c, "desk", "merge", id, .into_id = main_order),
                     ERR_CONFLICT, "into_id");
    }
    /* "far" sees li's order, but not wang's. */
    main_order = ask(c, "wang", "A04").id;
    EXPECT_FAULT(say(c, "far", "merge", id, .into_id = main_order), ERR_INVALID,
                 "into_id");
}

TEST(an_order_others_wait_for_is_cancelled_by_the_desk)
{
    int64_t main_order, other;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    other = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", other, .into_id = main_order,
                  .reason = "the same"));
    EXPECT_FAULT(say(c, "wang", "cancel", main_order), ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "desk", "cancel", main_order, .reason = "no"));
    EXPECT(told_of(c, 42, other, "cancelled") == 1);
}

/* -- legs ------------------------------------------------------------------- */

static int64_t
leg_of(struct call *c, int64_t parent, const char *item)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT id FROM orders WHERE parent_id ="
                                      " %lld AND item_code = '%s'",
                                      (long long)parent, item));
}

static struct order
ask_with_legs(struct call *c)
{
    struct order_request w = {
        .item_code = "A05",
        .legs = "[{\"item_code\":\"A04\"},{\"item_code\":\"A10\"}]"
    };
    return ask_for(c, "wang", &w);
}

static void
do_leg(struct call *c, int64_t id, const char *who)
{
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, who, "arrive", id));
    EXPECT_OK(say(c, who, "complete", id));
}

TEST(a_parent_is_completed_when_all_of_its_legs_are)
{
    struct order o, leg;

    office_make(c);
    o = ask_with_legs(c);
    leg = order_now(c, leg_of(c, o.id, "A10"));
    EXPECT(leg.requester_id == 41 && leg.place_id == 23);
    EXPECT(leg.crew_id == id_of(c, "crew", "plumbers"));
    do_leg(c, leg_of(c, o.id, "A04"), "zhao");
    assert_int_equal(order_now(c, o.id).state, ORDER_SUBMITTED);
    do_leg(c, leg_of(c, o.id, "A10"), "qian");
    assert_int_equal(order_now(c, o.id).state, ORDER_COMPLETED);
    EXPECT(order_now(c, o.id).completed_at.ms == c->now.ms);
}

TEST(a_parent_with_open_legs_is_neither_cancelled_nor_merged)
{
    struct order o;
    int64_t other;

    office_make(c);
    o = ask_with_legs(c);
    other = ask(c, "wang", "A05").id;
    EXPECT_FAULT(say(c, "wang", "cancel", o.id), ERR_CONFLICT, NULL);
    EXPECT_FAULT(say(c, "desk", "merge", o.id, .into_id = other), ERR_CONFLICT,
                 NULL);
}

TEST(the_items_of_one_report_are_finished_each_by_its_own_crew)
{
    struct order o;
    int64_t leg;

    office_make(c);
    o = ask_with_legs(c);
    leg = leg_of(c, o.id, "A10");
    do_leg(c, o.id, "zhao");
    EXPECT(order_now(c, o.id).completed_at.ms == c->now.ms);
    EXPECT_OK(say(c, "wang", "verify", o.id));
    assert_int_equal(order_now(c, leg).state, ORDER_SUBMITTED);
    /* The trouble is back: what the others do does not end it again. */
    EXPECT_OK(say(c, "wang", "reopen", o.id, .reason = "dark again"));
    do_leg(c, leg_of(c, o.id, "A04"), "zhao");
    do_leg(c, leg, "qian");
    assert_int_equal(order_now(c, o.id).state, ORDER_ACCEPTED);
}

TEST(silence_verifies_what_a_crew_did_while_another_item_of_the_report_is_open)
{
    struct order o;
    int64_t done;

    office_make(c);
    o = ask_with_legs(c);
    do_leg(c, o.id, "zhao");
    c->now = order_now(c, o.id).wake_at;
    EXPECT_OK(order_wake(c, 100, &done));
    assert_int_equal(order_now(c, o.id).state, ORDER_VERIFIED);
}

TEST(a_leg_that_was_returned_is_not_done)
{
    struct order o;

    office_make(c);
    o = ask_with_legs(c);
    do_leg(c, leg_of(c, o.id, "A04"), "zhao");
    EXPECT_OK(say(c, "desk", "return", leg_of(c, o.id, "A10"),
                  .reason = "which tap?"));
    assert_int_equal(order_now(c, o.id).state, ORDER_SUBMITTED);
    EXPECT_OK(say(c, "wang", "cancel", leg_of(c, o.id, "A10")));
    assert_int_equal(order_now(c, o.id).state, ORDER_COMPLETED);
}

TEST(a_parent_is_not_verified_while_a_leg_is_done_again)
{
    struct order o;
    int64_t leg;

    office_make(c);
    o = ask_with_legs(c);
    leg = leg_of(c, o.id, "A10");
    do_leg(c, leg_of(c, o.id, "A04"), "zhao");
    do_leg(c, leg, "qian");
    EXPECT_OK(say(c, "wang", "rework", leg, .reason = "drips"));
    EXPECT_FAULT(say(c, "wang", "verify", o.id), ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "qian", "complete", leg));
    EXPECT_OK(say(c, "wang", "verify", o.id));
}

TEST(a_leg_has_no_legs)
{
    struct order_request w = { .item_code = "A04" };
    struct order_view v = { 0 };
    struct order o;

    office_make(c);
    o = ask_with_legs(c);
    w.id = o.id;
    as(c, "wang");
    EXPECT_OK(order_add_leg(c, &w, &v));
    EXPECT(strstr(v.legs, "A04") == NULL);
    w.id = leg_of(c, o.id, "A10");
    EXPECT_FAULT(order_add_leg(c, &w, &v), ERR_CONFLICT, NULL);
}

/* -- what is not for these eyes ---------------------------------------------- */

struct seen {
    int64_t listed, total, found, board;
};

static struct seen
look_around(struct call *c, const char *account, const char *words)
{
    struct list all = { .model = &order_model };
    struct list some = { .model = &order_model, .words = words };
    struct order_board b = { 0 };
    struct seen s = { 0 };

    as(c, account);
    EXPECT_OK(order_list(c, &all, NULL));
    EXPECT_OK(order_list(c, &some, NULL));
    s.listed = (int64_t)all.n;
    s.total = all.total;
    s.found = (int64_t)some.n;
    if (order_board(c, &b) == OK)
        for (int i = 0; i < N_ORDER_STATES; i++)
            s.board += b.counts[i];
    return s;
}

TEST(what_a_person_may_not_see_no_list_count_search_or_board_shows)
{
    /* wang's lamp with the electricians, li's tap with the plumbers, a lift
       of wang's with the provider */
    static const struct {
        const char *account;
        int64_t sees;
        bool no_board; /* asked for by those who serve only */
    } eyes[] = {
        { "wang", 2, true },     { "li", 1, true },
        { "desk", 3, false },    { "zhao", 1, false },
        { "sun", 1, false },     { "qian", 1, false },
        { "lift", 1, false },    { "chief", 3, false },
        { "leader", 3, false },  { "money", 3, false },
        { "near", 2, false },    { "far", 1, false },
        { "house", 2, false },   { "sysadmin", 0, true },
        { "secadmin", 0, true }, { "auditor", 0, true },
    };
    struct order_request lamp = { .item_code = "A04",
                                  .description = "漏水的灯" };
    struct order_request tap = { .item_code = "A10", .description = "漏水" };
    struct order_request lift = {
        .item_code = "A18", .description = "漏水", .place_id = 22
    };
    int64_t ids[3];

    office_make(c);
    ids[0] = ask_for(c, "wang", &lamp).id;
    ids[1] = ask_for(c, "li", &tap).id;
    ids[2] = ask_for(c, "wang", &lift).id;
    for (size_t i = 0; i < COUNT(eyes); i++) {
        struct seen s = look_around(c, eyes[i].account, "漏水");
        int64_t got = 0, heard = 0;

        for (int k = 0; k < 3; k++) {
            struct order_view v = { 0 };
            struct list l = { .model = &event_model };
            struct order o = order_now(c, ids[k]);
            bool seen = order_get(c, ids[k], &v) == OK;

            got += seen;
            heard += hears_of(c, &o, "comment", false);
            if (!seen) {
                EXPECT_FAULT(order_get(c, ids[k], &v), ERR_ABSENT, NULL);
                EXPECT_FAULT(life_events(c, &order_life, ids[k], NULL, &l),
                             ERR_ABSENT, NULL);
            }
        }
        if (s.listed != eyes[i].sees || s.total != s.listed
            || s.found != s.listed || got != s.listed || heard != s.listed
            || s.board != (eyes[i].no_board ? 0 : s.listed))
            fail_msg("%s: lists %lld, counts %lld, finds %lld, gets %lld,"
                     " hears %lld, board %lld\n",
                     eyes[i].account, (long long)s.listed, (long long)s.total,
                     (long long)s.found, (long long)got, (long long)heard,
                     (long long)s.board);
    }
}

TEST(who_else_asked_is_for_those_who_serve)
{
    struct order_view v = { 0 };
    int64_t main_order, other;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    other = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", other, .into_id = main_order,
                  .reason = "the same"));
    as(c, "wang");
    EXPECT_OK(order_get(c, main_order, &v));
    assert_string_equal(v.merged, "[]");
    as(c, "desk");
    EXPECT_OK(order_get(c, main_order, &v));
    EXPECT(strstr(v.merged, "李强") != NULL);
}

/* As the api tells it. */
static const char *
sentence(struct call *c, const struct notice *n)
{
    struct notice told = *n;

    notice_put_words(c, &told);
    return told.text;
}

TEST(messages_are_read_in_the_readers_language)
{
    struct list l = { .model = &notice_model };
    int64_t id;

    office_make(c);
    c->lang = LANG_EN;
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "accept", id));
    as(c, "wang");
    c->lang = LANG_ZH;
    EXPECT_OK(notice_list(c, &l));
    EXPECT(l.n == 1);
    const char *zh = sentence(c, l.rows);
    EXPECT(strstr(zh, words_in(c, "accepted")) != NULL);
    c->lang = LANG_EN;
    l = (struct list){ .model = &notice_model };
    EXPECT_OK(notice_list(c, &l));
    EXPECT(strstr(sentence(c, l.rows), "accepted") != NULL);
    EXPECT(strcmp(zh, sentence(c, l.rows)) != 0);
}

TEST(messages_are_read_by_whom_they_are_for)
{
    struct list l = { .model = &notice_model };
    struct notice n = { 0 };

    office_make(c);
    EXPECT_OK(say(c, "desk", "accept", ask(c, "wang", "A04").id));
    as(c, "wang");
    EXPECT_OK(notice_list(c, &l));
    assert_int_equal(l.n, 1);
    n.id = ((struct notice *)l.rows)[0].id;
    as(c, "li");
    EXPECT_FAULT(notice_read(c, &n), ERR_ABSENT, NULL);
    as(c, "wang");
    EXPECT_OK(notice_read(c, &n));
    EXPECT(n.read_at.ms == c->now.ms);
}

/* -- finding ---------------------------------------------------------------- */

TEST(an_order_is_found_by_words_names_initials_and_number)
{
    static const char *const words[] = { "漏水", "走廊",        "王芳",
                                         "wf",   "20261123",    "lamp",
                                         "Lamp", "13800000041", "House 1 305" };
    struct order_request w = { .item_code = "A04",
                               .description = "走廊漏水 lamp is dark" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    (void)ask(c, "li", "A10");
    for (size_t i = 0; i < COUNT(words); i++) {
        struct list l = { .model = &order_model, .words = words[i] };
        bool found = false;

        as(c, "desk");
        EXPECT_OK(order_list(c, &l, NULL));
        for (size_t k = 0; k < l.n; k++)
            found = found || ((struct order *)l.rows)[k].id == id;
        if (!found)
            fail_msg("“%s” does not find it\n", words[i]);
    }
}
