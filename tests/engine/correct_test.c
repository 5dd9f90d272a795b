/* SPDX-License-Identifier: Apache-2.0 */
/* What was said wrongly is corrected; callers in no list; who met it, too;
   orders that are drawn into one. */
#include "engine/order/order.h"

#include <string.h>

#include "api/notices.h"
#include "model/app.h"
#include "office.h"
#include "subject/event.h"

enum { WANG = 41, LI = 42, DESK = 43, ZHAO = 44, SUN = 45, LIFT = 47 };

/* The newest event of the order that VERB left. */
static const char *
detail_of(struct call *c, int64_t id, const char *verb)
{
    ROWS r = db_query_s(c, &(struct statement){
                               "SELECT COALESCE(detail, note, '') FROM event"
                               " WHERE noun_id = $1 AND verb = $2"
                               " ORDER BY id DESC LIMIT 1",
                               { V(id), V(verb) } });

    return rows_next(&r) ? arena_text(c->arena, row_text(&r, 0)) : "";
}

/* -- correcting ------------------------------------------------------------------ */

/* Monday 10:00; Z00 is of class U, A04 of N: 30 minutes of office time, one
   working day. */
TEST(what_nobody_could_name_is_called_by_its_name_and_promised_from_then_on)
{
    struct order_request w = { .item_code = "Z00", .description = "灯灭了" };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    office_pass(c, 20 * MINUTE_MS);
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    o = order_now(c, id);
    assert_string_equal(o.item_code, "A04");
    assert_string_equal(o.sla_class, "N");
    assert_string_equal(o.title, "灯灭了");
    EXPECT(o.priority == 4 && o.crew_id == id_of(c, "crew", "electricians"));
    EXPECT(o.state == ORDER_SUBMITTED);
    EXPECT(o.accept_due.ms == at("2026-11-23 10:50").ms);
    EXPECT(o.complete_due.ms == at("2026-11-24 10:20").ms);
    EXPECT(o.submitted_at.ms == at("2026-11-23 10:00").ms);
    EXPECT(told_of(c, WANG, id, "correct") == 1);
    EXPECT(strstr(detail_of(c, id, "correct"),
                  "{\"what\":\"item\",\"from\":\"说不清，请服务台判断\","
                  "\"to\":\"灯具不亮\"}")
           != NULL);
    EXPECT(strstr(detail_of(c, id, "correct"), "2026-11-24T02:20:00") != NULL);
}

TEST(another_place_phone_or_word_leaves_the_promises_as_they_were)
{
    struct order_request w = { .item_code = "A04", .place_note = "三楼厕所" };
    struct order o, before;
    int64_t id;

    office_make(c);
    before = ask_for(c, "wang", &w);
    id = before.id;
    office_pass(c, 20 * MINUTE_MS);
    EXPECT_OK(say(c, "wang", "correct", id, .place_id = 24, .phone = "87050022",
                  .description = "镜前灯"));
    o = order_now(c, id);
    EXPECT(o.place_id == 24 && o.place_note == NULL);
    assert_string_equal(o.phone, "87050022");
    assert_string_equal(o.title, "镜前灯");
    EXPECT(o.accept_due.ms == before.accept_due.ms);
    EXPECT(o.complete_due.ms == before.complete_due.ms);
    {
        struct list l = { .model = &order_model, .words = "镜前灯 87050022" };

        EXPECT_OK(order_list(c, &l, NULL));
        assert_int_equal(l.n, 1);
    }
    EXPECT_FAULT(say(c, "wang", "correct", id, .phone = "87050022"),
                 ERR_INVALID, NULL);
}

TEST(the_requester_says_what_is_wanted_until_it_is_taken_on_then_the_desk_does)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_FAULT(say(c, "wang", "correct", id, .item_code = "A17"), ERR_DENIED,
                 "item_code");
    EXPECT_FAULT(say(c, "wang", "correct", id, .description = "两盏"),
                 ERR_DENIED, "description");
    EXPECT_FAULT(say(c, "wang", "correct", id,
                     .wanted_from = at("2026-11-25 10:00")),
                 ERR_DENIED, "wanted_from");
    EXPECT_FAULT(say(c, "zhao", "correct", id, .phone = "1234567"), ERR_DENIED,
                 NULL);
    EXPECT_OK(say(c, "desk", "correct", id, .phone = "1234567"));
    EXPECT(told_of(c, WANG, id, "correct") == 1);
    EXPECT(told_of(c, SUN, id, "correct") == 1);
}

/* The system has sent it at once; the crew is told where it is in truth. */
TEST(the_requester_puts_the_place_and_the_phone_right_until_somebody_is_there)
{
    struct order o;
    int64_t id;

    office_make(c);
    o = ask(c, "wang", "A17");
    id = o.id;
    EXPECT(o.state == ORDER_DISPATCHED);
    EXPECT_OK(say(c, "wang", "correct", id, .place_id = 24,
                  .place_note = "东侧电梯", .phone = "87050022"));
    o = order_now(c, id);
    EXPECT(o.place_id == 24 && o.state == ORDER_DISPATCHED);
    assert_string_equal(o.phone, "87050022");
    assert_string_equal(o.place_note, "东侧电梯");
    EXPECT(told_of(c, LIFT, id, "correct") == 1);
    EXPECT_OK(say(c, "lift", "arrive", id));
    EXPECT_FAULT(say(c, "wang", "correct", id, .phone = "87050033"), ERR_DENIED,
                 NULL);
}

TEST(what_turns_out_to_be_an_emergency_goes_to_its_crew_at_once)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "Z00").id;
    EXPECT_OK(say(c, "desk", "accept", id));
    office_pass(c, 3 * MINUTE_MS);
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A17"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_DISPATCHED && o.emergency);
    EXPECT(o.crew_id == id_of(c, "crew", "lift-contractor"));
    EXPECT(o.on_site_due.ms == at("2026-11-23 10:08").ms);
    EXPECT(told_of(c, LIFT, id, "dispatched") == 1);
}

/* Asked for at 10:00, let pass at 11:00; corrected at 14:00, let pass at 15:00. */
TEST(what_was_let_pass_and_changes_in_an_amount_is_let_pass_again)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more\"}" };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    c->now = at("2026-11-23 11:00");
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "desk", "correct", id, .phone = "1234567"));
    assert_int_equal(order_now(c, id).state, ORDER_DISPATCHED);
    c->now = at("2026-11-23 14:00");
    EXPECT_OK(say(c, "desk", "correct", id,
                  .answers = "{\"reason\":\"more\",\"load_kw\":3}"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_AWAITING_APPROVAL && o.dispatched_at.ms == 0);
    EXPECT(o.complete_due.ms == 0 && o.wake_at.ms == 0);
    EXPECT(told_of(c, SUN, id, "correct") == 2);
    c->now = at("2026-11-23 15:00");
    EXPECT_OK(say(c, "chief", "approve", id));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_SUBMITTED && o.suspended_at.ms == 0);
    EXPECT(o.suspended_ms == 2 * HOUR_MS && o.accept_due.ms > c->now.ms);
}

TEST(another_item_that_nobody_must_let_pass_waits_for_nobody)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more\"}" };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    office_pass(c, HOUR_MS);
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04"));
    o = order_now(c, id);
    EXPECT(o.state == ORDER_SUBMITTED && o.answers == NULL);
    EXPECT(o.complete_due.ms == at("2026-11-24 11:00").ms);
    /* And the other way. */
    EXPECT_FAULT(say(c, "desk", "correct", id, .item_code = "F01"), ERR_INVALID,
                 "answers.heads");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A06",
                  .answers = "{\"reason\":\"more\"}"));
    assert_int_equal(order_now(c, id).state, ORDER_AWAITING_APPROVAL);
}

TEST(what_was_given_back_is_sent_in_again_under_another_name)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A05").id;
    EXPECT_OK(say(c, "desk", "return", id, .reason = "what is it?"));
    EXPECT_OK(say(c, "wang", "resubmit", id, .item_code = "A04", .place_id = 24,
                  .answers = "{\"count\":2}"));
    o = order_now(c, id);
    assert_string_equal(o.item_code, "A04");
    EXPECT(o.state == ORDER_SUBMITTED && o.place_id == 24);
    EXPECT(strstr(o.answers, "2") != NULL);
    EXPECT(strstr(detail_of(c, id, "resubmit"), "灯具不亮") != NULL);
}

/* A room from nine to twelve, and a lamp an hour before. */
TEST(each_item_of_one_request_has_its_own_questions_and_times)
{
    struct order_request w = {
        .item_code = "F01",
        .place_id = 23,
        .answers = "{\"heads\":20,\"from\":\"2026-11-25T01:00:00Z\","
                   "\"to\":\"2026-11-25T04:00:00Z\"}",
        .legs = "[{\"item_code\":\"F03\",\"answers\":{\"heads\":12,"
                "\"from\":\"2026-11-25T05:00:00Z\"}},"
                "{\"item_code\":\"F03\",\"answers\":{\"heads\":8}}]"
    };
    int64_t id;
    struct order leg;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    leg = order_now(c, count_of(c,
                                "SELECT MIN(id) FROM orders"
                                " WHERE parent_id = %lld",
                                id));
    EXPECT(leg.wanted_from.ms == at("2026-11-25 13:00").ms);
    EXPECT(leg.wanted_to.ms == 0);
    leg = order_now(c, count_of(c,
                                "SELECT MAX(id) FROM orders"
                                " WHERE parent_id = %lld",
                                id));
    EXPECT(leg.wanted_from.ms == at("2026-11-25 09:00").ms);
    EXPECT(leg.wanted_to.ms == at("2026-11-25 12:00").ms);
}

/* -- callers in no list --------------------------------------------------------- */

static size_t
found(struct call *c, const char *words)
{
    struct list l = { .model = &order_model, .words = words };

    as(c, "desk");
    EXPECT_OK(order_list(c, &l, NULL));
    return l.n;
}

TEST(a_caller_who_is_in_no_list_is_served_and_the_desk_speaks_for_him)
{
    struct order_request w = { .item_code = "A04",
                               .place_id = 23,
                               .caller_name = "李来访",
                               .caller_unit = "来访群众" };
    struct order_view v = { 0 };
    struct order o;

    office_make(c);
    as(c, "desk");
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_INVALID, "phone");
    w.phone = "13900001111";
    as(c, "wang");
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_DENIED, NULL);
    w.legs = "[{\"item_code\":\"A05\"}]";
    o = ask_for(c, "desk", &w);
    EXPECT(o.unlisted && o.requester_id == DESK && o.unit_id == 0);
    assert_string_equal(o.requester_name, "李来访");
    assert_string_equal(o.channel, "phone");
    EXPECT(found(c, "李来访") == 2 && found(c, "13900001111") == 2);
    EXPECT(found(c, "来访群众") == 2 && found(c, "llf") == 2);
    /* Whoever else sits at the desk may speak for him. */
    EXPECT_OK(say(c, "house", "correct", o.id, .phone = "13900002222"));
    EXPECT_OK(say(c, "desk", "dispatch", o.id));
    EXPECT_OK(say(c, "zhao", "arrive", o.id));
    EXPECT_OK(
        say(c, "desk", "cancel", office_int(c, "SELECT MAX(id) FROM orders"),
            .reason = "not needed"));
    EXPECT_OK(say(c, "zhao", "complete", o.id));
    EXPECT_OK(say(c, "house", "verify", o.id));
    EXPECT_FAULT(say(c, "desk", "rate", o.id, .stars = 5), ERR_CONFLICT, NULL);
}

/* -- who met it, too -------------------------------------------------------------- */

static int64_t
follow(struct call *c, const char *account, int64_t order)
{
    struct order_follow f = { .order_id = order };

    as(c, account);
    EXPECT_OK(order_follow(c, &f));
    return f.id;
}

static int64_t
follower_told(struct call *c, int64_t person, int64_t id, const char *kind)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT COUNT(*) FROM notice WHERE noun ="
                                      " 'order_follow' AND person_id = %lld"
                                      " AND noun_id = %lld AND kind = '%s'",
                                      (long long)person, (long long)id, kind));
}

/* What the follower is told of its being dispatched. */
static const char *
words_of_follow(struct call *c, int64_t id)
{
    struct notice n = {
        .noun = "order_follow", .noun_id = id, .kind = "dispatched"
    };

    notice_put_words(c, &n);
    return n.text;
}

TEST(who_met_it_too_hears_of_it_and_sees_nobody_s_words)
{
    struct order_request w = { .item_code = "A04", .description = "私事" };
    struct order_follow f = { 0 };
    struct order_view v = { 0 };
    int64_t id, mine;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    mine = follow(c, "li", id);
    EXPECT(follow(c, "li", id) == mine);
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "desk", "comment", id, .note = "soon"));
    EXPECT(follower_told(c, LI, mine, "dispatched") == 1);
    EXPECT(follower_told(c, LI, mine, "comment") == 0);
    as(c, "li");
    EXPECT_FAULT(order_get(c, id, &v), ERR_ABSENT, NULL);
    EXPECT_OK(life_get(c, &order_follow_life, mine, &f));
    EXPECT(text_same(f.order_state, "dispatched") && !f.may_see);
    EXPECT(strstr(words_of_follow(c, mine), "私事") == NULL);
    as(c, "desk");
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(v.followers == 1);
    /* No more. */
    {
        struct life_words no = { .id = mine };

        as(c, "li");
        EXPECT_OK(life_do(c, &order_follow_life, "unfollow", &no, &f));
    }
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT(follower_told(c, LI, mine, "on_site") == 0);
}

TEST(only_what_would_be_shown_to_whoever_asks_the_same_is_followed)
{
    struct order_follow f = { 0 };
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    as(c, "wang");
    f.order_id = id;
    EXPECT_FAULT(order_follow(c, &f), ERR_CONFLICT, "order_id");
    as(c, "li");
    f.order_id = 12345;
    EXPECT_FAULT(order_follow(c, &f), ERR_INVALID, "order_id");
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 23");
    f.order_id = id;
    EXPECT_FAULT(order_follow(c, &f), ERR_INVALID, "order_id");
    office_exec(c, "UPDATE place SET restricted = 0 WHERE id = 23");
    EXPECT_OK(say(c, "desk", "cancel", id, .reason = "no"));
    as(c, "li");
    EXPECT_FAULT(order_follow(c, &f), ERR_CONFLICT, "order_id");
}

TEST(who_follows_a_merged_order_hears_of_the_living_one)
{
    int64_t one, two, mine;

    office_make(c);
    one = ask(c, "wang", "A04").id;
    two = ask(c, "wang", "A04").id;
    mine = follow(c, "li", one);
    EXPECT_OK(say(c, "desk", "merge", one, .into_id = two));
    EXPECT_OK(say(c, "desk", "dispatch", two));
    EXPECT(follower_told(c, LI, mine, "merged") == 1);
    EXPECT(follower_told(c, LI, mine, "dispatched") == 1);
}

/* -- drawn into one --------------------------------------------------------------- */

TEST(several_are_drawn_into_one_at_once_or_none_is)
{
    int64_t main_order, one, two, done;
    const char *both;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    one = ask(c, "li", "A04").id;
    two = ask(c, "li", "A04").id;
    done = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "cancel", done, .reason = "no"));
    EXPECT_OK(say(c, "desk", "dispatch", main_order, .assignee_id = ZHAO));
    both = arena_printf(c->arena, "%lld,%lld", (long long)one, (long long)done);
    EXPECT_FAULT(say(c, "desk", "draw_in", main_order, .orders = both,
                     .reason = "the same"),
                 ERR_CONFLICT, "orders");
    assert_int_equal(order_now(c, one).state, ORDER_SUBMITTED);
    EXPECT_FAULT(say(c, "desk", "draw_in", main_order, .orders = "x"),
                 ERR_INVALID, "orders");
    both = arena_printf(c->arena, "%lld,%lld", (long long)one, (long long)two);
    EXPECT_FAULT(say(c, "sun", "draw_in", main_order, .orders = both),
                 ERR_DENIED, NULL);
    EXPECT_OK(say(c, "desk", "draw_in", main_order, .orders = both,
                  .reason = "the same"));
    EXPECT(order_now(c, one).merged_into_id == main_order);
    EXPECT(order_now(c, two).state == ORDER_MERGED);
    EXPECT(strstr(detail_of(c, main_order, "draw_in"), order_now(c, two).number)
           != NULL);
    EXPECT(told_of(c, ZHAO, main_order, "absorb") == 1);
    EXPECT(told_of(c, SUN, main_order, "absorb") == 1);
    EXPECT(told_of(c, WANG, main_order, "absorb") == 1);
    EXPECT(told_of(c, LI, one, "merged") == 1);
    EXPECT(told_of(c, LI, one, "absorb") == 0);
    EXPECT(count_of(c,
                    "SELECT COUNT(*) FROM event WHERE noun_id = %lld"
                    " AND verb = 'absorb'",
                    main_order)
           == 0);
}

TEST(those_who_serve_the_living_order_know_what_was_merged_and_is_said_there)
{
    struct order_request w = {
        .item_code = "A04", .place_id = 24, .description = "楼道全黑"
    };
    struct order_view v = { 0 };
    struct event e = { 0 };
    int64_t a, b, k;

    office_make(c);
    a = ask_for(c, "li", &w).id;
    w.description = NULL;
    b = ask_for(c, "second", &w).id;
    k = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", a, .into_id = b));
    EXPECT_OK(say(c, "desk", "merge", b, .into_id = k, .reason = "the same"));
    EXPECT(strstr(detail_of(c, b, "absorb"), order_now(c, a).number) != NULL);
    EXPECT_OK(say(c, "desk", "dispatch", k, .assignee_id = ZHAO));
    as(c, "zhao");
    EXPECT_OK(order_get(c, k, &v));
    EXPECT(strstr(v.merged, order_now(c, a).number) != NULL);
    EXPECT(strstr(v.merged, "楼道全黑") != NULL);
    EXPECT(strstr(v.merged, order_now(c, b).number) != NULL);
    /* What is said there is heard here, by those who serve. */
    EXPECT_OK(say(c, "li", "comment", a, .note = "下午三点后才有人"));
    EXPECT(told_of(c, ZHAO, k, "comment") == 1);
    as(c, "zhao");
    {
        struct list l = { .model = &event_model };

        EXPECT_OK(life_events(c, &order_life, k, "comment", &l));
        assert_int_equal(l.n, 1);
        e = ((struct event *)l.rows)[0];
        assert_string_equal(e.note, "下午三点后才有人");
        EXPECT(e.internal && strstr(e.detail, order_now(c, a).number) != NULL);
        EXPECT(e.actor_id == 0 && strstr(e.actor_name, "李") == NULL);
    }
    {
        struct list l = { .model = &event_model };

        as(c, "wang");
        EXPECT_OK(life_events(c, &order_life, k, "comment", &l));
        assert_int_equal(l.n, 0);
    }
}
