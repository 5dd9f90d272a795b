/* SPDX-License-Identifier: Apache-2.0 */
/* What auth.h promises about old passwords and about guessing from afar. */
#include <stdio.h>

#include "people.h"

#define DAYS(n) ((n)*24 * 3600)

/* Zhang has an account and knows the password. */
static enum err
come_in(struct call *c)
{
    struct sign_in s;

    return try_sign_in(c, "zhang", GOOD, &s);
}

TEST(a_password_ninety_days_old_is_changed_before_anything_else)
{
    OFFICE;
    make_account(c, "zhang", 41);
    pass_seconds(c, DAYS(90) - 1);
    EXPECT_OK(come_in(c));
    EXPECT(!c->actor->must_change);
    pass_seconds(c, 1);
    EXPECT_OK(come_in(c));
    EXPECT(c->actor->must_change);
    EXPECT_FAULT(auth_need(c, "order.create", NULL), ERR_DENIED, "password");
    EXPECT(strstr(audited(c), "account.password_old") != NULL);
    EXPECT_OK(auth_change_password(c, GOOD, "Meadow7-Kettle"));
    struct sign_in s;
    EXPECT_OK(try_sign_in(c, "zhang", "Meadow7-Kettle", &s));
    EXPECT(!c->actor->must_change);
}

TEST(a_password_set_on_the_server_must_be_changed_before_anything_else)
{
    struct sign_in s;

    OFFICE;
    /* As `liangcao password` does. */
    EXPECT_OK(
        auth_set_password(c, make_account(c, "zhang", 41), "Meadow7-Kettle"));
    EXPECT_OK(try_sign_in(c, "zhang", "Meadow7-Kettle", &s));
    EXPECT(c->actor->must_change);
    EXPECT_OK(auth_change_password(c, "Meadow7-Kettle", "Kettle7-Meadow"));
    EXPECT_OK(try_sign_in(c, "zhang", "Kettle7-Meadow", &s));
    EXPECT(!c->actor->must_change);
}

TEST(how_old_a_password_may_grow_is_a_setting)
{
    OFFICE;
    make_account(c, "zhang", 41);
    office_exec(c, "INSERT INTO setting (id, name, value, version) VALUES"
                   " (1, 'password.max_days', '0', 1)");
    pass_seconds(c, DAYS(400));
    EXPECT_OK(come_in(c));
    EXPECT(!c->actor->must_change);
    office_exec(c, "UPDATE setting SET value = '30'");
    EXPECT_OK(come_in(c));
    EXPECT(c->actor->must_change);
}

/* N sign-ins fail from the address, each on another name. */
static void
guess(struct call *c, const char *address, int n)
{
    struct sign_in s;
    char name[20];

    c->address = address;
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "guess%d", i);
        (void)try_sign_in(c, name, "Wrong-pass1", &s);
    }
}

TEST(an_address_that_fails_thirty_times_waits)
{
    OFFICE;
    make_account(c, "zhang", 41);
    guess(c, "192.0.2.7", 29);
    EXPECT_OK(come_in(c));
    guess(c, "192.0.2.7", 1);
    EXPECT_FAULT(come_in(c), ERR_LIMIT, NULL);
    EXPECT(strstr(c->fault.text, "10") != NULL);
    c->address = "192.0.2.8";
    EXPECT_OK(come_in(c));
    c->address = "192.0.2.7";
    pass_seconds(c, 10);
    EXPECT_OK(come_in(c));
    guess(c, "192.0.2.7", 1);
    EXPECT_FAULT(come_in(c), ERR_LIMIT, NULL);
    pass_seconds(c, 300);
    guess(c, "192.0.2.7", 29);
    EXPECT_OK(come_in(c));
}

TEST(addresses_of_one_network_of_ipv6_wait_together)
{
    OFFICE;
    make_account(c, "zhang", 41);
    guess(c, "2001:db8::1", 15);
    guess(c, "2001:db8::2", 15);
    c->address = "2001:db8::3";
    EXPECT_FAULT(come_in(c), ERR_LIMIT, NULL);
    c->address = "2001:db8:0:1::3";
    EXPECT_OK(come_in(c));
}

TEST(this_machine_itself_is_never_kept_waiting)
{
    OFFICE;
    make_account(c, "zhang", 41);
    guess(c, "127.0.0.1", 40);
    EXPECT_OK(come_in(c));
}

TEST(what_a_page_asks_for_by_itself_keeps_no_session_open)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");

    for (int i = 0; i < 10; i++) {
        pass_seconds(c, 59);
        c->unattended = true;
        EXPECT_OK(auth_by_session(c, secret));
    }
    pass_seconds(c, 11);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(who_comes_back_in_time_goes_on)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");

    c->unattended = true;
    pass_seconds(c, 599);
    EXPECT_OK(auth_by_session(c, secret));
    c->unattended = false;
    pass_seconds(c, 1);
    EXPECT_OK(auth_by_session(c, secret));
    c->unattended = true;
    pass_seconds(c, 599);
    EXPECT_OK(auth_by_session(c, secret));
}
