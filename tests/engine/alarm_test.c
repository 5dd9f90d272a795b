/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms of the four clocks, and orders whose people cannot be told. */
#include "engine/order/order.h"

#include <string.h>

#include "model/app.h"
#include "office.h"

enum { DESK = 43, ZHAO = 44, SUN = 45, LIFT = 47, LEADER = 49 };

static int64_t
board_overdue(struct call *c, const char *who)
{
    struct order_board b = { 0 };

    as(c, who);
    EXPECT_OK(order_board(c, &b));
    return b.overdue;
}

/* What the desk's tab asks for. */
static int64_t
listed_overdue(struct call *c)
{
    const struct field *due = model_field(&order_model, "nearest_due");
    char now[25];
    struct filter f[] = {
        { model_field(&order_model, "is_open"), IS, "yes" },
        { due, BELOW, now },
    };
    struct list l = { .model = &order_model, .limit = 50 };

    instant_print(c->now, now);
    memcpy(l.filters, f, sizeof(f));
    l.n_filters = COUNT(f);
    as(c, "desk");
    EXPECT_OK(order_list(c, &l, NULL));
    return (int64_t)l.n;
}

/* A17: somebody is stuck in a lift at night, and nobody answers. */
TEST(people_in_a_lift_are_told_of_at_once_and_again_until_somebody_knows)
{
    struct order o;
    int64_t told;

    office_make(c);
    c->now = at("2026-11-24 02:00");
    o = ask(c, "wang", "A17");
    EXPECT(o.emergency && o.nearest_due.ms == o.on_site_due.ms);
    (void)wake_orders(c);
    EXPECT(order_now(c, o.id).alarming);
    EXPECT(told_of(c, DESK, o.id, "emergency") == 1);
    EXPECT(told_of(c, LEADER, o.id, "emergency") == 1);
    EXPECT(told_of(c, LIFT, o.id, "emergency") == 1);

    c->now.ms = o.on_site_due.ms;
    (void)wake_orders(c);
    EXPECT(order_now(c, o.id).escalation == 3);
    EXPECT(order_now(c, o.id).on_site_late);
    EXPECT(told_of(c, DESK, o.id, "arrival overdue") == 1);
    EXPECT(told_of(c, LEADER, o.id, "arrival overdue") == 1);
    c->now.ms += 1;
    EXPECT(board_overdue(c, "desk") == 1 && listed_overdue(c) == 1);

    /* Again and again: twice in the time to be there. */
    for (int i = 0; i < 4; i++) {
        c->now.ms += (o.on_site_due.ms - o.submitted_at.ms) / 2;
        (void)wake_orders(c);
    }
    told = told_of(c, DESK, o.id, "alarm unanswered");
    EXPECT(told == 4);
    EXPECT_OK(say(c, "desk", "acknowledge_alarm", o.id));
    EXPECT(!order_now(c, o.id).alarming);
    c->now.ms += 10 * DAY_MS;
    (void)wake_orders(c);
    EXPECT(told_of(c, DESK, o.id, "alarm unanswered") == told);
    EXPECT_FAULT(say(c, "desk", "acknowledge_alarm", o.id), ERR_CONFLICT, NULL);
    assert_int_equal(count_of(c,
                              "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
                              " AND verb = 'acknowledge_alarm'"
                              " AND actor_id = 43",
                              o.id),
                     1);
}

/* A01: the promise to be there in minutes is watched, too. */
/* The list is of days: a night belongs to the day on which it begins. */
TEST(whoever_is_on_call_at_night_is_told_of_an_emergency)
{
    struct order o;

    office_make(c);
    office_exec(c, "INSERT INTO on_call (id, on_day, from_min, to_min,"
                   " person_id, version)"
                   " VALUES (1, 0, 1080, 480, 42, 1)");
    office_exec(c,
                arena_printf(c->arena, "UPDATE on_call SET on_day = %d",
                             zone_day(c->app->zone, at("2026-11-23 12:00")).n));
    c->now = at("2026-11-24 02:00");
    o = ask(c, "wang", "A17");
    (void)wake_orders(c);
    EXPECT(told_of(c, 42, o.id, "emergency") == 1);
    c->now = at("2026-11-24 08:00");
    o = ask(c, "wang", "A17");
    (void)wake_orders(c);
    EXPECT(told_of(c, 42, o.id, "emergency") == 0);
}

TEST(every_clock_of_an_emergency_alarms_before_and_at_its_end)
{
    struct order o;

    office_make(c);
    c->now = at("2026-11-24 02:05");
    o = ask(c, "wang", "A01");
    (void)wake_orders(c);
    c->now.ms = o.on_site_due.ms - (o.on_site_due.ms - o.submitted_at.ms) / 4;
    (void)wake_orders(c);
    EXPECT(told_of(c, DESK, o.id, "arrival due soon") == 1);
    EXPECT(told_of(c, SUN, o.id, "arrival due soon") == 1);
    EXPECT_OK(say(c, "zhao", "arrive", o.id));
    EXPECT(!order_now(c, o.id).alarming);
    EXPECT(order_now(c, o.id).nearest_due.ms == o.safe_due.ms);
    c->now.ms = o.safe_due.ms;
    (void)wake_orders(c);
    EXPECT(told_of(c, DESK, o.id, "safety due soon") == 1);
    EXPECT(told_of(c, DESK, o.id, "safety overdue") == 1);
    EXPECT(told_of(c, ZHAO, o.id, "safety overdue") == 1);
    EXPECT(told_of(c, LEADER, o.id, "safety overdue") == 1);
    EXPECT(order_now(c, o.id).alarming);
}

TEST(an_order_that_nobody_takes_on_is_told_to_the_desk_twice_then_the_leader)
{
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A04");
    c->now.ms = o.accept_due.ms - MINUTE_MS;
    (void)wake_orders(c);
    EXPECT(told_of(c, DESK, o.id, "acceptance due soon") == 1);
    EXPECT(told_of(c, ZHAO, o.id, "acceptance due soon") == 0);
    c->now.ms = o.accept_due.ms;
    (void)wake_orders(c);
    EXPECT(told_of(c, DESK, o.id, "acceptance overdue") == 1);
    c->now.ms += 1;
    EXPECT(board_overdue(c, "desk") == 1 && listed_overdue(c) == 1);
    while (order_now(c, o.id).escalation < 3) {
        c->now.ms = order_now(c, o.id).wake_at.ms;
        (void)wake_orders(c);
    }
    EXPECT(told_of(c, DESK, o.id, "alarm unanswered") == 1);
    EXPECT(told_of(c, LEADER, o.id, "a day overdue") == 1);
}

/* P: a day overdue is a working day where the promise was in working days. */
TEST(a_day_overdue_goes_by_the_calendar_of_the_class)
{
    int64_t id;
    struct order o;

    office_make(c);
    id = bring_to(c, ORDER_AWAITING_APPROVAL);
    c->now = at("2026-11-24 10:00"); /* Tuesday */
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.accept_due.ms == at("2026-11-26 10:00").ms);
    c->now = at("2026-11-26 10:00");
    (void)wake_orders(c);
    EXPECT(told_of(c, DESK, id, "acceptance overdue") == 1);
    EXPECT_OK(say(c, "desk", "accept", id));
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "electricians")));
    o = order_now(c, id);
    EXPECT(o.nearest_due.ms == o.on_site_due.ms && o.escalation == 0);
    c->now = at("2026-12-01 10:00"); /* the on-site promise, a Tuesday */
    (void)wake_orders(c);
    EXPECT(order_now(c, id).on_site_late && order_now(c, id).escalation == 2);
    EXPECT(told_of(c, SUN, id, "arrival overdue") == 1);
    c->now = at("2026-12-02 09:59");
    (void)wake_orders(c);
    EXPECT(told_of(c, LEADER, id, "a day overdue") == 0);
    c->now = at("2026-12-02 10:00");
    (void)wake_orders(c);
    EXPECT(told_of(c, LEADER, id, "a day overdue") == 1);
}

TEST(what_was_met_is_not_overdue_and_the_next_clock_begins_anew)
{
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A04");
    c->now.ms = o.accept_due.ms;
    (void)wake_orders(c);
    c->now.ms += SECOND_MS;
    EXPECT(board_overdue(c, "desk") == 1);
    EXPECT_OK(say(c, "desk", "accept", o.id));
    EXPECT(board_overdue(c, "desk") == 0);
    EXPECT(order_now(c, o.id).escalation == 0);
    EXPECT(!order_now(c, o.id).alarming && order_now(c, o.id).accept_late);
}

TEST(a_crew_of_whom_nobody_can_be_told_is_said_so)
{
    struct order_view v = { 0 };
    struct order o;
    int64_t id;

    office_make(c);
    office_exec(c, "UPDATE account SET active = 0 WHERE id IN (144, 145, 157,"
                   " 147)");
    /* By the desk: its answer and the event say so. */
    id = ask(c, "wang", "A04").id;
    as(c, "desk");
    EXPECT_OK(
        order_do(c, "dispatch",
                 &(struct order_act){
                     .id = id, .crew_id = id_of(c, "crew", "electricians") },
                 &v));
    EXPECT(v.warning != NULL);
    assert_int_equal(count_of(c,
                              "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
                              " AND detail LIKE '%%untold%%'",
                              id),
                     1);
    /* By the program: the desk is told. */
    o = ask(c, "wang", "A17");
    EXPECT(o.state == ORDER_DISPATCHED);
    EXPECT(told_of(c, DESK, o.id, "nobody of the crew can be told") == 1);
    /* To somebody whose account was taken: refused. */
    id = ask(c, "wang", "A04").id;
    EXPECT_FAULT(say(c, "desk", "dispatch", id,
                     .crew_id = id_of(c, "crew", "electricians"),
                     .assignee_id = ZHAO),
                 ERR_INVALID, "assignee_id");
}

TEST(a_lead_who_cannot_be_told_keeps_nobody_else_from_hearing)
{
    int64_t id;

    office_make(c);
    office_exec(c, "UPDATE account SET active = 0 WHERE id = 145");
    id = bring_to(c, ORDER_DISPATCHED);
    EXPECT(told_of(c, ZHAO, id, "dispatched") == 1);
}

/* Take the hands away in one of the ways there are; the order goes back. */
static void
check_freed(struct call *c, const char *sql)
{
    int64_t id, done = 0;

    office_make(c);
    id = bring_to(c, ORDER_ACKNOWLEDGED);
    EXPECT(order_now(c, id).assignee_id == ZHAO);
    as(c, NULL);
    EXPECT_OK(order_free(c, 100, &done));
    EXPECT(done == 0);
    office_exec(c, sql);
    EXPECT_OK(order_free(c, 100, &done));
    EXPECT(done == 1 && order_now(c, id).assignee_id == 0);
    EXPECT(order_now(c, id).state == ORDER_ACKNOWLEDGED);
    EXPECT(told_of(c, DESK, id, "lost its assignee") == 1);
    EXPECT(told_of(c, SUN, id, "lost its assignee") == 1);
    EXPECT_OK(order_free(c, 100, &done));
    EXPECT(done == 0);
}

TEST(who_leaves_the_crew_leaves_no_order_behind)
{
    check_freed(c, "DELETE FROM crew_member WHERE person_id = 44");
}

TEST(who_leaves_the_office_leaves_no_order_behind)
{
    check_freed(c, "UPDATE person SET active = 0 WHERE id = 44");
}

TEST(who_loses_the_account_leaves_no_order_behind)
{
    check_freed(c, "UPDATE account SET active = 0 WHERE person_id = 44");
}
