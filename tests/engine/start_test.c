/* SPDX-License-Identifier: Apache-2.0 */
/* What an office that begins still lacks. */
#include "auth/auth.h"
#include "engine/order/order.h"
#include "model/app.h"
#include "office.h"

TEST(a_desk_is_held_by_whoever_can_sign_in)
{
    bool held = false;

    office_make(c);
    EXPECT_OK(auth_is_held(c, "dispatcher", &held));
    EXPECT(held);
    office_exec(c, "UPDATE account SET active = 0 WHERE id IN"
                   " (SELECT account_id FROM role_grant"
                   "  WHERE role = 'dispatcher')");
    EXPECT_OK(auth_is_held(c, "dispatcher", &held));
    EXPECT(!held);
}

TEST(an_order_was_done_when_it_was_found_good)
{
    bool done = true;
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_COMPLETED);
    EXPECT_OK(order_was_done(c, &done));
    EXPECT(!done);
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(order_was_done(c, &done));
    EXPECT(done);
}
