/* SPDX-License-Identifier: Apache-2.0 */
/* What differs is merged by whoever says why; what was merged by mistake is split
   off again and lives on as it was. */
#include <string.h>

#include "model/app.h"
#include "office.h"
#include "subject/event.h"

enum { WANG = 41, LI = 42, DESK = 43, ZHAO = 44, SUN = 45, LEADER = 49 };

/* How often VERB stands in the order's history with this NOTE and REASON. */
static int64_t
in_history(struct call *c, int64_t id, const char *verb, const char *note,
           const char *reason)
{
    return office_int(
        c, arena_printf(c->arena,
                        "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
                        " AND verb = '%s' AND note = '%s' AND reason = '%s'",
                        (long long)id, verb, note, reason));
}

/* Merged into MAIN_ORDER, whatever sets them apart. */
static void
merge(struct call *c, int64_t id, int64_t main_order)
{
    EXPECT_OK(
        say(c, "desk", "merge", id, .into_id = main_order, .reason = "same"));
}

static void
split(struct call *c, int64_t id)
{
    EXPECT_OK(say(c, "desk", "split_off", id, .reason = "another lamp"));
}

/* -- merging what differs -------------------------------------------------------- */

/* Refused for want of a reason, that tells WHAT sets them apart and not NO. */
static void
expect_reason(struct call *c, int64_t id, int64_t main_order, const char *what,
              const char *no)
{
    EXPECT(say(c, "desk", "merge", id, .into_id = main_order, .reason = " ")
           == ERR_INVALID);
    assert_string_equal(c->fault.field, "reason");
    EXPECT(strstr(c->fault.text, what) != NULL);
    EXPECT(no == NULL || strstr(c->fault.text, no) == NULL);
    EXPECT(strstr(c->fault.text, order_now(c, id).number) != NULL);
    c->fault = (struct fault){ .code = OK };
    EXPECT(order_now(c, id).merged_into_id == 0);
}

TEST(
    another_item_place_or_crew_is_merged_with_a_reason_that_both_histories_have)
{
    struct order_request w = { .item_code = "A04", .place_id = 24 };
    int64_t lamp, tap, elsewhere, other_crew;
    const char *number;

    office_make(c);
    lamp = ask(c, "wang", "A04").id;
    tap = ask(c, "wang", "A10").id;
    expect_reason(c, tap, lamp, "another item, another crew", "place");
    elsewhere = ask_for(c, "wang", &w).id;
    expect_reason(c, elsewhere, lamp, "another place", "item");
    other_crew = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", other_crew,
                  .crew_id = id_of(c, "crew", "plumbers")));
    expect_reason(c, other_crew, lamp, "another crew", "item");
    EXPECT_OK(say(c, "desk", "merge", tap, .into_id = lamp, .reason = "flood",
                  .note = "both in one"));
    number = order_now(c, tap).number;
    EXPECT(in_history(c, lamp, "absorb", number, "flood") == 1);
    number =
        arena_printf(c->arena, "%s\nboth in one", order_now(c, lamp).number);
    EXPECT(in_history(c, tap, "merge", number, "flood") == 1);
}

TEST(what_a_crew_has_acknowledged_is_taken_from_it_with_a_reason)
{
    int64_t main_order, id;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    expect_reason(c, id, main_order, "its crew has acknowledged it", "item");
    /* Whoever was there before it went to others is begun with, too. */
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(
        say(c, "desk", "transfer", id, .assignee_id = SUN, .reason = "ill"));
    expect_reason(c, id, main_order, "its crew has acknowledged it", "crew,");
}

TEST(the_same_at_the_same_place_is_merged_as_easily_as_ever)
{
    int64_t main_order, id;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", ask(c, "wang", "A04").id,
                  .into_id = main_order));
    /* Whoever is under way to the one that stays is told of one more. */
    EXPECT_OK(say(c, "desk", "dispatch", main_order, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "arrive", main_order));
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "desk", "merge", id, .into_id = main_order));
    EXPECT(told_of(c, ZHAO, main_order, "absorb") == 1);
    /* And whoever had the one that goes, that it is gone. */
    EXPECT(told_of(c, SUN, id, "merged") == 1);
}

TEST(of_those_drawn_in_one_that_differs_wants_a_reason_for_all)
{
    int64_t main_order, same, tap;
    const char *both;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    same = ask(c, "wang", "A04").id;
    tap = ask(c, "wang", "A10").id;
    both = arena_printf(c->arena, "%lld,%lld", (long long)same, (long long)tap);
    EXPECT_FAULT(say(c, "desk", "draw_in", main_order, .orders = both),
                 ERR_INVALID, "reason");
    EXPECT(order_now(c, same).merged_into_id == 0);
    EXPECT_OK(say(c, "desk", "draw_in", main_order, .orders = both,
                  .reason = "one pipe"));
    EXPECT(
        in_history(c, tap, "merge", order_now(c, main_order).number, "one pipe")
        == 1);
}

/* -- splitting off ---------------------------------------------------------------- */

/* Merged in the state BEFORE and split off again. */
static struct order
merged_and_back(struct call *c, enum order_state before)
{
    int64_t id = bring_to(c, before), main_order = ask(c, "wang", "A04").id;
    struct order o;

    merge(c, id, main_order);
    EXPECT_FAULT(say(c, "desk", "split_off", id), ERR_INVALID, "reason");
    EXPECT_FAULT(say(c, "wang", "split_off", id, .reason = "mine"), ERR_DENIED,
                 NULL);
    split(c, id);
    o = order_now(c, id);
    EXPECT(o.is_open && o.merged_into_id == 0 && o.suspended_at.ms == 0);
    EXPECT(in_history(c, id, "split_off", order_now(c, main_order).number,
                      "another lamp")
           == 1);
    EXPECT(in_history(c, main_order, "release", o.number, "another lamp") == 1);
    return o;
}

TEST(what_is_split_off_lives_on_where_it_was)
{
    struct order o;

    office_make(c);
    EXPECT(merged_and_back(c, ORDER_SUBMITTED).state == ORDER_SUBMITTED);
    EXPECT(merged_and_back(c, ORDER_ACCEPTED).state == ORDER_ACCEPTED);
    o = merged_and_back(c, ORDER_DISPATCHED);
    EXPECT(o.state == ORDER_DISPATCHED && o.dispatched_at.ms == c->now.ms);
    /* Nobody claims that who had it knows that they have it again. */
    o = merged_and_back(c, ORDER_ACKNOWLEDGED);
    EXPECT(o.state == ORDER_DISPATCHED && o.acknowledged_at.ms == 0);
    EXPECT(o.assignee_id == ZHAO && o.crew_id != 0);
    EXPECT(told_of(c, ZHAO, o.id, "split_off") == 1);
    EXPECT_OK(say(c, "zhao", "arrive", o.id));
    EXPECT_OK(say(c, "zhao", "complete", o.id));
}

TEST(what_its_hands_can_have_no_more_is_the_crew_s_or_the_desk_s)
{
    int64_t crew_s, desk_s, main_order;
    struct order o;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    crew_s = bring_to(c, ORDER_ACKNOWLEDGED);
    desk_s = bring_to(c, ORDER_DISPATCHED);
    merge(c, crew_s, main_order);
    merge(c, desk_s, main_order);
    office_exec(c, "UPDATE person SET active = 0 WHERE id = 44");
    split(c, crew_s);
    o = order_now(c, crew_s);
    EXPECT(o.state == ORDER_DISPATCHED && o.assignee_id == 0);
    EXPECT(o.assignee_name == NULL);
    EXPECT(told_of(c, SUN, crew_s, "split_off") == 1);
    office_exec(c, "UPDATE crew SET active = 0 WHERE code = 'electricians'");
    split(c, desk_s);
    o = order_now(c, desk_s);
    EXPECT(o.state == ORDER_ACCEPTED && o.dispatched_at.ms == 0);
    EXPECT_OK(say(c, "desk", "dispatch", desk_s,
                  .crew_id = id_of(c, "crew", "plumbers")));
}

TEST(nobody_of_a_crew_without_accounts_is_told_and_the_desk_hears_it)
{
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id));
    merge(c, id, main_order);
    office_exec(c, "UPDATE account SET active = 0 WHERE person_id IN"
                   " (SELECT person_id FROM crew_member WHERE crew_id ="
                   "  (SELECT id FROM crew WHERE code = 'electricians'))");
    EXPECT_OK(say(c, "house", "split_off", id, .reason = "so"));
    EXPECT(told_of(c, DESK, id, "nobody of the crew can be told") == 1);
}

/* -- its clocks -------------------------------------------------------------------- */

/* Monday 10:00; A04: accepted in half an hour, done in a working day. */
TEST(the_time_while_it_was_merged_is_nobody_s_and_no_time_is_gained_by_it)
{
    struct order o, before;
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    before = ask(c, "wang", "A04");
    id = before.id;
    office_pass(c, 10 * MINUTE_MS);
    merge(c, id, main_order);
    office_pass(c, HOUR_MS);
    (void)wake_orders(c);
    EXPECT(!order_now(c, id).accept_late
           && order_now(c, main_order).accept_late);
    split(c, id);
    o = order_now(c, id);
    EXPECT(o.accept_due.ms == at("2026-11-23 11:30").ms);
    EXPECT(o.complete_due.ms == at("2026-11-24 11:00").ms);
    EXPECT(o.suspended_ms == HOUR_MS
           && o.submitted_at.ms == before.submitted_at.ms);
    EXPECT(o.nearest_due.ms == o.accept_due.ms && o.wake_at.ms > c->now.ms);
    /* Again and at once: it is as it was. */
    merge(c, id, main_order);
    split(c, id);
    o = order_now(c, id);
    EXPECT(o.accept_due.ms == at("2026-11-23 11:30").ms);
    EXPECT(o.complete_due.ms == at("2026-11-24 11:00").ms);
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id));
    o = order_now(c, id);
    EXPECT(o.gross_ms == 70 * MINUTE_MS && o.net_ms == 10 * MINUTE_MS);
    EXPECT(!o.accept_late && !o.complete_late);
}

TEST(a_clock_that_had_run_out_when_it_was_merged_stays_run_out)
{
    struct order o;
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "wang", "A04").id;
    office_pass(c, 40 * MINUTE_MS);
    merge(c, id, main_order);
    office_pass(c, HOUR_MS);
    split(c, id);
    o = order_now(c, id);
    EXPECT(o.accept_late && o.accept_due.ms == at("2026-11-23 10:30").ms);
    EXPECT(o.complete_due.ms == at("2026-11-24 11:00").ms);
    /* One that was met stays met. */
    EXPECT_OK(say(c, "desk", "accept", id));
    merge(c, id, main_order);
    office_pass(c, HOUR_MS);
    split(c, id);
    EXPECT(order_now(c, id).accept_due.ms == o.accept_due.ms);
    EXPECT(order_now(c, id).accepted_at.ms == at("2026-11-23 11:40").ms);
}

TEST(what_is_booked_for_a_time_is_still_to_be_done_then)
{
    struct order_request w = { .item_code = "A07",
                               .answers = "{\"from\":\"2026-11-25T06:00:00Z\","
                                          "\"to\":\"2026-11-25T08:00:00Z\","
                                          "\"load_kw\":2}" };
    const instant from = at("2026-11-25 14:00"), to = at("2026-11-25 16:00");
    struct order o;
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    o = ask_for(c, "wang", &w);
    id = o.id;
    EXPECT(o.on_site_due.ms == from.ms);
    EXPECT(o.complete_due.ms == to.ms);
    merge(c, id, main_order);
    office_pass(c, HOUR_MS);
    split(c, id);
    o = order_now(c, id);
    EXPECT(o.on_site_due.ms == from.ms);
    EXPECT(o.complete_due.ms == to.ms);
    EXPECT(o.accept_due.ms == at("2026-11-23 15:00").ms);
}

TEST(what_it_promised_under_another_name_went_through_the_pause_too)
{
    struct order twin;
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A11"));
    merge(c, id, main_order);
    office_pass(c, HOUR_MS);
    split(c, id);
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    twin = order_now(c, id);
    EXPECT(twin.accept_due.ms == at("2026-11-23 11:30").ms);
    EXPECT(twin.complete_due.ms == at("2026-11-24 11:00").ms);
}

TEST(an_emergency_that_is_split_off_is_told_anew)
{
    int64_t id, main_order, told;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "wang", "A17").id;
    (void)wake_orders(c);
    told = told_of(c, LEADER, id, "emergency");
    EXPECT(told == 1);
    merge(c, id, main_order);
    EXPECT(!order_now(c, id).alarming);
    split(c, id);
    (void)wake_orders(c);
    EXPECT(order_now(c, id).alarming);
    EXPECT(told_of(c, LEADER, id, "emergency") == told + 1);
}

/* -- who hears ---------------------------------------------------------------------- */

TEST(
    who_asked_who_follows_and_who_waits_below_hear_of_it_and_no_more_of_the_other)
{
    struct order_request w = { .item_code = "A04", .place_id = 23 };
    struct order_follow f = { 0 };
    int64_t main_order, id, below;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", main_order, .assignee_id = ZHAO));
    id = ask(c, "li", "A04").id;
    f.order_id = id;
    as(c, "qian");
    EXPECT_OK(order_follow(c, &f));
    below = ask_for(c, "second", &w).id;
    merge(c, below, id);
    merge(c, id, main_order);
    split(c, id);
    EXPECT(told_of(c, LI, id, "split_off") == 1);
    EXPECT(told_of(c, 57, below, "split_off") == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM notice WHERE person_id = 46"
                         " AND noun = 'order_follow' AND kind = 'split_off'")
           == 1);
    EXPECT(told_of(c, WANG, main_order, "one of those merged was split off")
           == 1);
    EXPECT(told_of(c, ZHAO, main_order, "one of those merged was split off")
           == 1);
    EXPECT_OK(say(c, "zhao", "arrive", main_order));
    EXPECT(told_of(c, LI, id, "on_site") == 0);
    EXPECT(told_of(c, 57, below, "on_site") == 0);
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT(told_of(c, 57, below, "dispatched") == 1);
}

TEST(of_a_chain_the_living_order_knows_that_one_was_split_off)
{
    int64_t living, middle, id;

    office_make(c);
    living = ask(c, "wang", "A04").id;
    middle = ask(c, "wang", "A04").id;
    id = ask(c, "wang", "A04").id;
    merge(c, id, middle);
    merge(c, middle, living);
    split(c, id);
    EXPECT(in_history(c, middle, "release", order_now(c, id).number,
                      "another lamp")
           == 1);
    EXPECT(in_history(c, living, "release", order_now(c, id).number,
                      "another lamp")
           == 1);
    /* And the other way round now. */
    split(c, middle);
    merge(c, living, middle);
    merge(c, middle, id);
    EXPECT(order_now(c, living).state == ORDER_MERGED);
}

/* -- what became of the other -------------------------------------------------------- */

TEST(whatever_became_of_the_other_order_it_may_be_not_done_at_all)
{
    static const enum order_state ends[] = { ORDER_COMPLETED, ORDER_VERIFIED };
    int64_t id, main_order;

    office_make(c);
    for (size_t i = 0; i < COUNT(ends); i++) {
        main_order = bring_to(c, ORDER_IN_PROGRESS);
        id = ask(c, "li", "A04").id;
        merge(c, id, main_order);
        EXPECT_OK(say(c, "zhao", "complete", main_order, .result = "done"));
        if (ends[i] == ORDER_VERIFIED)
            EXPECT_OK(say(c, "wang", "verify", main_order));
        split(c, id);
        EXPECT(order_now(c, id).state == ORDER_SUBMITTED);
        EXPECT(order_now(c, main_order).state == ends[i]);
        /* Who has done with it need not hear of it. */
        EXPECT(told_of(c, ZHAO, main_order, "one of those merged was split off")
               == 0);
    }
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "li", "A04").id;
    merge(c, id, main_order);
    EXPECT_OK(say(c, "desk", "cancel", main_order, .reason = "no"));
    split(c, id);
    EXPECT(order_now(c, id).is_open);
}

TEST(what_was_refused_with_another_is_split_off_from_it)
{
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "li", "A04").id;
    merge(c, id, main_order);
    EXPECT_OK(say(c, "desk", "correct", main_order, .item_code = "A06",
                  .answers = "{\"reason\":\"more\"}"));
    EXPECT_OK(say(c, "chief", "refuse", main_order, .reason = "no"));
    EXPECT(order_now(c, main_order).state == ORDER_RETURNED);
    split(c, id);
    EXPECT(order_now(c, id).is_open);
}

TEST(it_is_split_off_for_as_long_as_the_other_could_be_reopened)
{
    int64_t id, other, main_order, cancelled;

    office_make(c);
    main_order = bring_to(c, ORDER_IN_PROGRESS);
    cancelled = ask(c, "wang", "A04").id;
    id = ask(c, "li", "A04").id;
    other = ask(c, "li", "A04").id;
    merge(c, id, main_order);
    merge(c, other, cancelled);
    EXPECT_OK(say(c, "zhao", "complete", main_order, .result = "done"));
    EXPECT_OK(say(c, "wang", "verify", main_order));
    EXPECT_OK(say(c, "desk", "cancel", cancelled, .reason = "no"));
    office_pass(c, ORDER_REOPEN_DAYS * DAY_MS - 1);
    (void)wake_orders(c);
    EXPECT(order_now(c, main_order).state == ORDER_CLOSED);
    split(c, id);
    merge(c, id, ask(c, "li", "A04").id);
    office_pass(c, 1);
    EXPECT_FAULT(say(c, "desk", "split_off", other, .reason = "so"),
                 ERR_CONFLICT, NULL);
    /* It hangs on the living one. */
    split(c, id);
}

TEST(what_came_merged_from_elsewhere_is_not_split_off)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_MERGED);
    office_exec(c, "UPDATE orders SET merged_into_id = NULL");
    EXPECT_FAULT(say(c, "desk", "split_off", id, .reason = "so"), ERR_CONFLICT,
                 NULL);
}

/* -- votes and legs ------------------------------------------------------------------- */

TEST(votes_and_rounds_of_what_is_split_off_are_as_they_were)
{
    struct order_view v = { 0 };
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_VERIFIED);
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 5));
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "dark again"));
    merge(c, id, ask(c, "wang", "A04").id);
    office_pass(c, HOUR_MS);
    split(c, id);
    EXPECT(order_now(c, id).state == ORDER_ACCEPTED);
    EXPECT(order_now(c, id).reopens == 1);
    as(c, "wang");
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(strstr(v.rounds, "\"stars\":5") != NULL);
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id));
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 4));
}

TEST(a_leg_that_is_split_off_is_waited_for_again)
{
    struct order_request w = {
        .item_code = "A05",
        .legs = "[{\"item_code\":\"A04\"},{\"item_code\":\"A10\"}]"
    };
    int64_t parent, lamp, tap;

    office_make(c);
    parent = ask_for(c, "wang", &w).id;
    lamp = office_int(c, "SELECT id FROM orders WHERE item_code = 'A04'");
    tap = office_int(c, "SELECT id FROM orders WHERE item_code = 'A10'");
    merge(c, lamp, tap);
    EXPECT_OK(say(c, "desk", "dispatch", tap));
    EXPECT_OK(say(c, "qian", "arrive", tap));
    EXPECT_OK(say(c, "qian", "complete", tap));
    EXPECT(order_now(c, parent).state == ORDER_COMPLETED);
    split(c, lamp);
    EXPECT_FAULT(say(c, "wang", "verify", parent), ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "desk", "dispatch", lamp));
    EXPECT_OK(say(c, "zhao", "arrive", lamp));
    EXPECT_OK(say(c, "zhao", "complete", lamp));
    EXPECT_OK(say(c, "wang", "verify", parent));
}

/* Merged and drawn out by the desk, with every state that ends the whole. */
TEST(a_leg_is_not_split_off_under_a_whole_that_is_over)
{
    struct order_request w = {
        .item_code = "A05",
        .legs = "[{\"item_code\":\"A04\"},{\"item_code\":\"A04\"}]"
    };
    static const char *const verbs[] = { "cancel", "verify" };

    office_make(c);
    for (size_t i = 0; i < COUNT(verbs); i++) {
        struct order_view v = { 0 };
        int64_t whole = ask_for(c, "wang", &w).id;
        int64_t lamp =
            office_int(c, "SELECT MIN(id) FROM orders WHERE item_code = 'A04'"
                          " AND state = 'submitted'");
        int64_t main_leg =
            office_int(c, "SELECT MAX(id) FROM orders WHERE item_code = 'A04'");

        merge(c, lamp, main_leg);
        if (i == 0) {
            EXPECT_OK(say(c, "desk", "cancel", main_leg, .reason = "no"));
        } else {
            EXPECT_OK(say(c, "desk", "dispatch", main_leg));
            EXPECT_OK(say(c, "zhao", "arrive", main_leg));
            EXPECT_OK(say(c, "zhao", "complete", main_leg));
        }
        EXPECT_OK(say(c, "wang", verbs[i], whole, .reason = "over"));
        EXPECT_FAULT(say(c, "desk", "split_off", lamp, .reason = "so"),
                     ERR_CONFLICT, NULL);
        as(c, "desk");
        EXPECT_OK(order_get(c, lamp, &v));
        EXPECT(strstr(v.verbs, "split_off") == NULL);
        if (i == 0)
            continue;
        /* Waited for again, it is waited for with its legs. */
        EXPECT_OK(say(c, "wang", "reopen", whole, .reason = "dark"));
        split(c, lamp);
    }
}

/* H02 is of class P: somebody looks at it in five working days, and it is done on
   the day that is agreed on. */
TEST(a_day_that_was_agreed_on_stays_when_it_is_merged_and_split_off)
{
    struct order o;
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    id = ask(c, "wang", "H02").id;
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "plan",
                  .until = at("2026-11-25 10:00")));
    EXPECT_OK(say(c, "desk", "grant_extension", id));
    merge(c, id, main_order);
    split(c, id);
    o = order_now(c, id);
    EXPECT(o.on_site_due.ms > at("2026-11-25 10:00").ms);
    EXPECT(o.complete_due.ms == at("2026-11-25 10:00").ms);
    EXPECT(o.complete_from.ms == 0);
}

/* -- more time -------------------------------------------------------------------- */

/* Zhao has it and asks for two days; three later it is due after them. */
static void
expect_nothing_asked(struct call *c, int64_t id)
{
    struct order o = order_now(c, id);

    EXPECT(o.extension_asked_until.ms == 0 && o.extension_reason == NULL);
    EXPECT(o.complete_due.ms > c->now.ms);
    EXPECT_FAULT(say(c, "desk", "grant_extension", id), ERR_CONFLICT, NULL);
    EXPECT(order_now(c, id).complete_due.ms == o.complete_due.ms);
    EXPECT(order_now(c, id).extensions == 0);
}

TEST(more_time_never_takes_time_away_once_the_end_is_later_than_what_was_asked)
{
    int64_t id, main_order;

    office_make(c);
    main_order = ask(c, "wang", "A11").id;
    for (int i = 0; i < 2; i++) {
        id = ask(c, "wang", "A11").id;
        EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO,
                      .crew_id = id_of(c, "crew", "electricians")));
        EXPECT_OK(say(c, "zhao", "acknowledge", id));
        EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                      .until = { c->now.ms + 2 * DAY_MS }));
        if (i == 0)
            EXPECT_OK(
                say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
        else
            merge(c, id, main_order);
        office_pass(c, 3 * DAY_MS);
        if (i == 0)
            EXPECT_OK(say(c, "zhao", "resume", id));
        else
            split(c, id);
        expect_nothing_asked(c, id);
    }
}
