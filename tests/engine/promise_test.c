/* SPDX-License-Identifier: Apache-2.0 */
/* What is promised before anything is asked for, and what may be mended when
   it was sent back. */
#include "engine/order/order.h"

#include "office.h"

TEST(what_is_promised_before_asking_is_what_the_order_gets)
{
    static const char *const items[] = { "A04", "A01", "A02" };

    office_make(c);
    for (size_t i = 0; i < COUNT(items); i++) {
        struct order_promise p = { .item_code = items[i] };
        struct order o;

        as(c, "wang");
        EXPECT_OK(order_promise(c, &p));
        o = order_now(c, ask(c, "wang", items[i]).id);
        assert_int_equal(p.accept_due.ms, o.accept_due.ms);
        assert_int_equal(p.on_site_due.ms, o.on_site_due.ms);
        assert_int_equal(p.safe_due.ms, o.safe_due.ms);
        assert_int_equal(p.complete_due.ms, o.complete_due.ms);
    }
}

/* Monday 20:13; F01 is of class B: two hours of office time to take it on, which
   end on Tuesday after the meeting has begun. */
TEST(what_is_booked_is_taken_on_before_it_begins)
{
    const instant soon = at("2026-11-24 09:00"), late = at("2026-11-26 09:00");
    struct order_promise p = { .item_code = "F01", .wanted_from = soon },
                         far = { .item_code = "F01", .wanted_from = late };
    struct order_request w = { .item_code = "F01",
                               .answers = "{\"heads\":10}",
                               .wanted_from = soon,
                               .wanted_to = at("2026-11-24 11:00") };
    struct order o;

    office_make(c);
    office_pass(c, 613 * MINUTE_MS);
    as(c, "wang");
    EXPECT_OK(order_promise(c, &p));
    EXPECT(p.accept_due.ms == soon.ms && p.on_site_due.ms == soon.ms);
    EXPECT(p.short_notice);
    EXPECT_OK(order_promise(c, &far));
    EXPECT(far.accept_due.ms > soon.ms && !far.short_notice);
    o = ask_for(c, "wang", &w);
    EXPECT(o.accept_due.ms == soon.ms);
    /* Wanted later, there is the usual time again. */
    EXPECT_OK(say(c, "wang", "correct", o.id, .answers = "{\"heads\":10}",
                  .wanted_from = late, .wanted_to = at("2026-11-26 11:00")));
    EXPECT(order_now(c, o.id).accept_due.ms == far.accept_due.ms);
}

TEST(nothing_is_promised_for_what_is_not_in_the_catalogue)
{
    office_make(c);
    as(c, "wang");
    EXPECT_FAULT(order_promise(c, &(struct order_promise){ 0 }), ERR_INVALID,
                 "item_code");
    EXPECT_FAULT(order_promise(c,
                               &(struct order_promise){ .item_code = "Q99" }),
                 ERR_INVALID, "item_code");
}

/* A04 of wang's, sent back. */
static int64_t
sent_back(struct call *c)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "accept", id));
    EXPECT_OK(say(c, "desk", "return", id, .reason = "where?"));
    return id;
}

TEST(what_was_sent_back_comes_with_another_place_phone_and_answers)
{
    int64_t id = sent_back(c);
    int64_t place = office_int(c, "SELECT MAX(id) FROM place WHERE active = 1");
    struct order before = order_now(c, id), o;

    EXPECT(before.place_id != place);
    EXPECT_OK(say(c, "wang", "resubmit", id, .place_id = place, .phone = "6666",
                  .answers = "{\"count\":3}"));
    o = order_now(c, id);
    assert_int_equal(o.place_id, place);
    EXPECT(strcmp(o.place_name, before.place_name) != 0);
    assert_string_equal(o.phone, "6666");
    assert_string_equal(o.answers, "{\"count\":3}");
    EXPECT(text_same(o.description, before.description));
}

TEST(what_was_sent_back_does_not_come_with_a_wrong_place_or_answer)
{
    int64_t id = sent_back(c);

    EXPECT_FAULT(say(c, "wang", "resubmit", id, .place_id = 99), ERR_INVALID,
                 "place_id");
    EXPECT_FAULT(say(c, "wang", "resubmit", id, .answers = "{\"count\":0}"),
                 ERR_INVALID, "answers.count");
    assert_int_equal(order_now(c, id).state, ORDER_RETURNED);
}
