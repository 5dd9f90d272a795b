/* SPDX-License-Identifier: Apache-2.0 */
/* Making an order and the scheduler's round; its verbs are with those of any
   life (life_fault_test.c). */
#include "fault.h"
#include "subject/notice.h"

/* -- making ----------------------------------------------------------------- */

static enum err
do_submit(struct call *c, const void *with)
{
    struct order_request w = *(const struct order_request *)with;
    struct order_view v = { 0 };

    return order_submit(c, &w, &v);
}

TEST(asking_is_all_or_nothing)
{
    struct order_request plain = { .item_code = "A04",
                                   .description = "走廊漏水" };
    struct order_request legs = {
        .item_code = "A05",
        .legs = "[{\"item_code\":\"A04\"},{\"item_code\":\"A10\"}]"
    };
    struct order_request urgent = { .item_code = "A01" };
    struct order_request other = { .item_code = "A04", .requester_id = 41 };

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "submit", "wang", do_submit, &plain);
    expect_all_or_nothing(c, "submit with legs", "wang", do_submit, &legs);
    expect_all_or_nothing(c, "submit, urgent", "wang", do_submit, &urgent);
    expect_all_or_nothing(c, "submit for another", "desk", do_submit, &other);
}

static enum err
do_draft_add(struct call *c, const void *with)
{
    struct draft d = { .content = with };

    return draft_add(c, &d);
}

static enum err
do_draft_set(struct call *c, const void *with)
{
    struct draft d = { .id = *(const int64_t *)with, .content = "{}" };

    c->said = model_mask(&draft_model, "content");
    return draft_set(c, &d);
}

static enum err
do_draft_submit(struct call *c, const void *with)
{
    struct draft d = { .id = *(const int64_t *)with };
    struct order_view v = { 0 };

    return draft_submit(c, &d, &v);
}

static enum err
do_draft_remove(struct call *c, const void *with)
{
    struct draft d = { .id = *(const int64_t *)with };

    return draft_remove(c, &d);
}

static int64_t
newest_draft(struct call *c)
{
    return office_int(c, "SELECT MAX(id) FROM draft");
}

TEST(drafts_are_all_or_nothing)
{
    static const char wish[] = "{\"item_code\":\"A04\"}";
    int64_t id;

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "draft add", "wang", do_draft_add, wish);
    id = newest_draft(c);
    expect_all_or_nothing(c, "draft submit", "wang", do_draft_submit, &id);
    expect_all_or_nothing(c, "draft add", "wang", do_draft_add, wish);
    id = newest_draft(c);
    expect_all_or_nothing(c, "draft set", "wang", do_draft_set, &id);
    expect_all_or_nothing(c, "draft remove", "wang", do_draft_remove, &id);
}

/* -- what happens by itself --------------------------------------------------- */

static enum err
do_wake(struct call *c, const void *with)
{
    int64_t done = 0;

    (void)with;
    c->actor = NULL;
    return order_wake(c, 10, &done);
}

TEST(the_schedulers_round_is_all_or_nothing_for_each_order)
{
    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    (void)bring_to(c, ORDER_IN_PROGRESS);
    c->now = at("2026-11-25 10:00");
    expect_all_or_nothing(c, "late", NULL, do_wake, NULL);
    office_exec(c, "UPDATE orders SET wake_at = NULL");
    (void)bring_to(c, ORDER_COMPLETED);
    c->now = at("2026-12-15 10:00");
    expect_all_or_nothing(c, "auto verify", NULL, do_wake, NULL);
    c->now = at("2026-12-25 10:00");
    expect_all_or_nothing(c, "close", NULL, do_wake, NULL);
}

static enum err
do_notice_read(struct call *c, const void *with)
{
    struct notice n = { .id = *(const int64_t *)with };

    return notice_read(c, &n);
}

TEST(reading_a_message_is_all_or_nothing)
{
    int64_t id;

    office_make(c);
    (void)bring_to(c, ORDER_ACCEPTED);
    id = office_int(c, "SELECT MAX(id) FROM notice WHERE person_id = 41");
    expect_all_or_nothing(c, "notice read", "wang", do_notice_read, &id);
}

static enum err
do_complete_leg(struct call *c, const void *with)
{
    struct order_view v = { 0 };

    return order_do(c, "complete", with, &v);
}

/* The last leg completes its parent in the same act. */
TEST(the_last_leg_and_its_parent_are_done_together)
{
    struct order_request w = { .item_code = "A05",
                               .legs = "[{\"item_code\":\"A04\"}]" };
    struct order_act done = { .result = "done" };
    int64_t parent;

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    parent = ask_for(c, "wang", &w).id;
    done.id = office_int(c, "SELECT MAX(id) FROM orders WHERE parent_id IS"
                            " NOT NULL");
    EXPECT_OK(say(c, "desk", "dispatch", done.id));
    EXPECT_OK(say(c, "zhao", "arrive", done.id));
    expect_all_or_nothing(c, "last leg", "zhao", do_complete_leg, &done);
    assert_int_equal(order_now(c, parent).state, ORDER_COMPLETED);
}
