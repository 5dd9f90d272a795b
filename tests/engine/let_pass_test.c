/* SPDX-License-Identifier: Apache-2.0 */
/* What was let pass is what is done: a correction is no way around. */
#include "office.h"

#define PASS(area)                                                             \
    "{\"person\":41,\"area\":\"" area "\",\"until\":\"2026-12-31T00:00:00Z\"}"

TEST(what_was_let_pass_is_let_pass_again_when_it_is_another_in_any_answer)
{
    static const char *const others[] = {
        "{\"person\":42,\"area\":\"大门\",\"until\":\"2026-12-31T00:00:00Z\"}",
        PASS("机要区全部"), "{\"person\":41,\"area\":\"大门\"}"
    };
    struct order_request w = { .item_code = "J07", .answers = PASS("大门") };

    office_make(c);
    for (size_t i = 0; i < COUNT(others); i++) {
        int64_t id = ask_for(c, "wang", &w).id;

        EXPECT_OK(say(c, "chief", "approve", id));
        EXPECT_OK(say(c, "wang", "correct", id, .answers = others[i]));
        EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
    }
}

TEST(what_was_let_pass_at_one_place_is_let_pass_again_at_another)
{
    struct order_request w = { .item_code = "J07", .answers = PASS("大门") };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "plumbers")));
    EXPECT_OK(say(c, "desk", "correct", id, .place_id = 24));
    EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "wang", "correct", id, .place_note = "机要室"));
    EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
}

/* The desk mends a typing error; what the requester puts otherwise is a wish. */
TEST(other_words_are_let_pass_again_when_they_are_the_requesters)
{
    struct order_request w = { .item_code = "J07", .answers = PASS("大门") };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "chief", "approve", id));
    EXPECT_OK(say(c, "desk", "correct", id, .description = "门禁",
                  .phone = "1234567"));
    EXPECT_OK(say(c, "wang", "correct", id, .phone = "7654321"));
    EXPECT(order_now(c, id).state == ORDER_SUBMITTED);
    EXPECT_OK(say(c, "wang", "correct", id, .description = "请一并开放机要区"));
    EXPECT(order_now(c, id).state == ORDER_AWAITING_APPROVAL);
}
