/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A clock was ahead and is set right: what was written meanwhile begins or was
 * used in the future, and holds no longer than what was written in time
 * (decision 53).
 */
#include "people.h"

#include "engine/order/import.h"
#include "engine/order/import_inner.h"

#define DAYS(n) ((n)*INT64_C(24) * 3600)

static int64_t
drop_over(struct call *c)
{
    int64_t done = 0;

    EXPECT_OK(auth_drop_idle(c, 10, &done));
    return done;
}

TEST(a_session_begun_while_the_clock_was_ahead_does_not_hold)
{
    OFFICE;
    make_account(c, "zhang", 41);
    pass_seconds(c, DAYS(3));
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    pass_seconds(c, -DAYS(3));
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    c->app = &there;
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    /* Nor does it come alive again when that time has come. */
    EXPECT(drop_over(c) == 1);
    pass_seconds(c, DAYS(3));
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(a_session_used_while_the_clock_was_ahead_does_not_outlast_its_idle_time)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    pass_seconds(c, 590);
    EXPECT_OK(auth_by_session(c, secret));
    pass_seconds(c, -590);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    EXPECT(drop_over(c) == 1);
}

TEST(clocks_of_two_machines_may_lie_minutes_apart)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    c->app = &there;
    pass_seconds(c, -300);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(drop_over(c) == 0);
}

TEST(a_token_made_while_the_clock_was_ahead_holds_when_that_time_has_come)
{
    struct token t = { .name = "reports" };

    OFFICE;
    make_account(c, "zhang", 41);
    pass_seconds(c, DAYS(3));
    sign_in(c, "zhang");
    EXPECT_OK(token_make(c, &t));
    pass_seconds(c, -DAYS(3));
    EXPECT_FAULT(auth_by_token(c, t.token), ERR_UNSIGNED, NULL);
    pass_seconds(c, DAYS(3));
    EXPECT_OK(auth_by_token(c, t.token));
}

TEST(a_token_used_while_the_clock_was_ahead_goes_on_and_tells_its_last_use)
{
    struct token t = { .name = "reports" };

    OFFICE;
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    EXPECT_OK(token_make(c, &t));
    pass_seconds(c, DAYS(3));
    EXPECT_OK(auth_by_token(c, t.token));
    pass_seconds(c, -DAYS(3));
    EXPECT_OK(auth_by_token(c, t.token));
    EXPECT(office_int(c, "SELECT MAX(seen_at) FROM token") == c->now.ms);
}

TEST(a_password_set_while_the_clock_was_ahead_grows_no_older_than_others)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    pass_seconds(c, -DAYS(300));
    EXPECT_OK(try_sign_in(c, "zhang", GOOD, &s));
    EXPECT(c->actor->must_change);
}

TEST(a_browser_known_while_the_clock_was_ahead_is_not_known)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    pass_seconds(c, DAYS(300));
    EXPECT_OK(try_sign_in(c, "zhang", GOOD, &s));
    pass_seconds(c, -DAYS(300));
    c->device = s.device;
    /* So its failures are those of the name, which lock it. */
    for (int i = 0; i < 5; i++)
        (void)try_sign_in(c, "zhang", "Wrong-pass1", &s);
    c->device = NULL;
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_LIMIT, NULL);
}

TEST(an_order_finished_by_a_clock_set_back_took_no_time_and_not_less)
{
    office_make(c);
    int64_t id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "start", id));
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    office_pass(c, -2 * DAY_MS);
    EXPECT_OK(say(c, "zhao", "resume", id));
    EXPECT_OK(say(c, "zhao", "complete", id));
    EXPECT(count_of(c, "SELECT gross_ms FROM orders WHERE id = %lld", id) == 0);
    EXPECT(count_of(c, "SELECT net_ms FROM orders WHERE id = %lld", id) == 0);
    EXPECT(count_of(c, "SELECT suspended_ms FROM orders WHERE id = %lld", id)
           == 0);
}
