/* SPDX-License-Identifier: Apache-2.0 */
/* What auth.h promises of guesses, passwords, and what ends with them. */
#include <stdio.h>

#include "auth/inner.h"
#include "people.h"

static enum err
try_from(struct call *c, const char *address, const char *device,
         const char *account, const char *password, struct sign_in *s)
{
    c->address = address;
    c->device = device;
    return try_sign_in(c, account, password, s);
}

/* Five wrong passwords from a place: whoever tries from there waits. */
static void
fail_from(struct call *c, const char *address, const char *device,
          const char *account)
{
    struct sign_in s;

    for (int i = 0; i < 5; i++)
        EXPECT_FAULT(try_from(c, address, device, account, "no", &s),
                     ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_from(c, address, device, account, GOOD, &s), ERR_LIMIT,
                 NULL);
}

#define HOME "192.0.2.10"
#define AWAY "198.51.100.7"

/* -- locks ------------------------------------------------------------------- */

TEST(failures_from_elsewhere_do_not_lock_the_owner_out)
{
    struct sign_in s, again;

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &s));
    EXPECT(strlen(s.device) == 32);
    fail_from(c, AWAY, NULL, "zhang");
    /* They have the browser, even elsewhere; or are where they always are. */
    EXPECT_OK(try_from(c, AWAY, s.device, "zhang", GOOD, &again));
    EXPECT(strcmp(again.device, s.device) == 0);
    EXPECT_OK(try_from(c, "192.0.2.77", NULL, "zhang", GOOD, &again));
    EXPECT_FAULT(try_from(c, "203.0.113.5", NULL, "zhang", GOOD, &again),
                 ERR_LIMIT, NULL); /* strangers wait on */
}

TEST(a_known_browser_is_locked_by_its_own_failures)
{
    struct sign_in s, other;

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &s));
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &other));
    fail_from(c, HOME, s.device, "zhang");
    EXPECT_OK(try_from(c, HOME, other.device, "zhang", GOOD, &other));
    EXPECT_FAULT(try_from(c, HOME, s.device, "zhang", GOOD, &other), ERR_LIMIT,
                 NULL);
    pass_seconds(c, 300);
    EXPECT_OK(try_from(c, HOME, s.device, "zhang", GOOD, &other));
}

/* However long ago it was known, guesses from there are in a row. */
TEST(failures_at_a_known_place_are_counted_after_days_too)
{
    struct sign_in s, again;

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &s));
    pass_seconds(c, 3 * 86400);
    fail_from(c, HOME, s.device, "zhang");
    pass_seconds(c, 300);
    EXPECT_OK(try_from(c, HOME, s.device, "zhang", GOOD, &again));
    /* A cookie that was not given out here is a stranger's. */
    EXPECT_OK(try_from(c, HOME, "made-up", "zhang", GOOD, &again));
    EXPECT(strcmp(again.device, "made-up") != 0);
}

TEST(a_browser_is_known_for_the_accounts_that_signed_in_by_it)
{
    struct sign_in s, li;

    OFFICE;
    make_account(c, "zhang", 41);
    make_account(c, "li", 42);
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &s));
    fail_from(c, AWAY, s.device, "li"); /* of li it knows nothing */
    EXPECT_OK(try_from(c, AWAY, s.device, "zhang", GOOD, &s));
    pass_seconds(c, 300);
    EXPECT_OK(try_from(c, AWAY, s.device, "li", GOOD, &li));
    EXPECT(strcmp(li.device, s.device) == 0); /* two at one counter */
}

TEST(a_place_is_known_for_ninety_days_after_a_good_sign_in)
{
    struct sign_in s, again;

    OFFICE;
    make_account(c, "zhang", 41);
    office_exec(c, "INSERT INTO setting (id, name, value, version) VALUES"
                   " (1, 'password.max_days', '0', 1)");
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &s));
    pass_seconds(c, 90 * 86400);
    fail_from(c, AWAY, NULL, "zhang");
    EXPECT_FAULT(try_from(c, HOME, s.device, "zhang", GOOD, &again), ERR_LIMIT,
                 NULL);
}

TEST(names_that_are_no_account_are_locked_like_those_that_are)
{
    struct sign_in s;
    char name[30];

    OFFICE;
    make_account(c, "zhang", 41);
    fail_from(c, "127.0.0.1", NULL, "zhang");
    for (int i = 0; i < 5; i++)
        EXPECT_FAULT(try_from(c, "127.0.0.1", NULL, "ghost", "no", &s),
                     ERR_UNSIGNED, NULL);
    /* However many others are tried meanwhile. */
    for (int i = 0; i < 320; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        TX tx = tx_begin(c);
        struct lockout g = { 0 };
        bool locked;

        EXPECT_OK(lockout_find(c, 0, name, &g));
        EXPECT_OK(lockout_failed(c, &g, 0, &locked));
        EXPECT_OK(tx_commit(&tx));
    }
    EXPECT_FAULT(try_from(c, "127.0.0.1", NULL, "ghost", "no", &s), ERR_LIMIT,
                 NULL);
    const char *ghost = arena_text(c->arena, c->fault.text);
    EXPECT_FAULT(try_from(c, "127.0.0.1", NULL, "zhang", GOOD, &s), ERR_LIMIT,
                 NULL);
    EXPECT(strcmp(ghost, c->fault.text) == 0);
}

TEST(of_a_name_that_was_typed_too_little_is_kept_to_find_it_again)
{
    struct sign_in s;

    OFFICE;
    EXPECT_FAULT(try_sign_in(c, "MyPassw0rd!", "no", &s), ERR_UNSIGNED, NULL);
    const char *mark = one_text(c, "SELECT mark FROM sign_in_from");
    EXPECT(strncmp(mark, "name:", 5) == 0 && strlen(mark) == 10);
}

TEST(a_lock_made_while_the_clock_was_ahead_does_not_outlast_it)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    pass_seconds(c, 3600);
    fail_from(c, AWAY, NULL, "zhang");
    pass_seconds(c, -3600);
    EXPECT_OK(try_from(c, AWAY, NULL, "zhang", GOOD, &s));
}

TEST(the_security_administrator_unlocks)
{
    struct account a = { 0 };
    struct sign_in s, again;

    OFFICE;
    a.id = make_account(c, "zhang", 41);
    int64_t zhao = make_account(c, "zhao", 44);
    EXPECT_OK(grant(c, zhao, "security_admin", SCOPE_ALL, 0));
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &s));
    fail_from(c, HOME, s.device, "zhang");
    fail_from(c, AWAY, NULL, "zhang");
    EXPECT_OK(auth_as(c, "zhang"));
    EXPECT_FAULT(account_unlock(c, &a), ERR_DENIED, NULL);
    EXPECT_OK(auth_as(c, "zhao"));
    EXPECT_OK(account_unlock(c, &a));
    EXPECT(a.locked_until.ms == 0 && strcmp(a.person_name, "Zhang") == 0);
    EXPECT_OK(try_from(c, AWAY, NULL, "zhang", GOOD, &again));
    EXPECT_OK(try_from(c, HOME, s.device, "zhang", GOOD, &again));
    EXPECT(strstr(audited(c), "account.unlock") != NULL);
}

TEST(a_known_browser_does_not_wait_for_its_neighbours_failures)
{
    struct sign_in s, again;
    char name[20];

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT_OK(try_from(c, HOME, NULL, "zhang", GOOD, &s));
    for (int i = 0; i < 31; i++) {
        snprintf(name, sizeof name, "guess%d", i);
        (void)try_from(c, HOME, NULL, name, "no", &again);
    }
    EXPECT_FAULT(try_from(c, HOME, NULL, "zhang", GOOD, &again), ERR_LIMIT,
                 NULL);
    EXPECT_OK(try_from(c, HOME, s.device, "zhang", GOOD, &again));
}

TEST(places_that_are_known_are_few_and_old_counts_are_forgotten)
{
    struct sign_in s;
    char address[30];
    int64_t done = 0;

    OFFICE;
    make_account(c, "zhang", 41);
    for (int i = 0; i < 30; i++) {
        snprintf(address, sizeof address, "10.0.%d.1", i);
        pass_seconds(c, 1);
        EXPECT_OK(try_from(c, address, NULL, "zhang", GOOD, &s));
    }
    EXPECT(office_int(c, "SELECT COUNT(*) FROM sign_in_from") == 40);
    (void)try_from(c, AWAY, NULL, "ghost", "no", &s);
    pass_seconds(c, 86400 + 1);
    c->actor = NULL;
    EXPECT_OK(auth_drop_idle(c, 100, &done));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM sign_in_from") == 40);
    pass_seconds(c, 90 * 86400);
    EXPECT_OK(auth_drop_idle(c, 100, &done));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM sign_in_from") == 0);
}

/* -- what ends with a password, an account, a person -------------------------- */

static const char *
make_token(struct call *c)
{
    struct token t = { .name = "meter reader" };

    EXPECT_OK(token_make(c, &t));
    return t.token;
}

TEST(tokens_end_when_the_password_changes)
{
    OFFICE;
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    const char *token = make_token(c);
    EXPECT_OK(auth_change_password(c, GOOD, "Meadow7-Kettle"));
    EXPECT_FAULT(auth_by_token(c, token), ERR_UNSIGNED, NULL);
    EXPECT(strstr(audited(c), "token_end") != NULL);
}

TEST(tokens_end_when_the_password_is_reset)
{
    OFFICE;
    int64_t id = make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    const char *token = make_token(c);
    c->actor = NULL;
    EXPECT_OK(auth_set_password(c, id, "Meadow7-Kettle"));
    EXPECT_FAULT(auth_by_token(c, token), ERR_UNSIGNED, NULL);
}

TEST(tokens_end_with_the_account_and_do_not_come_back_with_it)
{
    struct account a = { 0 };

    OFFICE;
    a.id = make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    const char *token = make_token(c);
    c->actor = NULL;
    c->said = model_mask(&account_model, "active");
    EXPECT_OK(account_change(c, &a));
    EXPECT_FAULT(auth_by_token(c, token), ERR_UNSIGNED, NULL);
    a = (struct account){ .id = a.id, .active = true };
    EXPECT_OK(account_change(c, &a));
    EXPECT_FAULT(auth_by_token(c, token), ERR_UNSIGNED, NULL);
}

TEST(what_is_signed_in_ends_when_the_person_leaves)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *session = sign_in(c, "zhang");
    const char *token = make_token(c);
    c->actor = NULL;
    TX tx = tx_begin(c);
    EXPECT_OK(auth_person_left(c, 41));
    EXPECT_OK(tx_commit(&tx));
    EXPECT_FAULT(auth_by_session(c, session), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(auth_by_token(c, token), ERR_UNSIGNED, NULL);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " action = 'session_end' AND detail LIKE '%person%'")
           == 1);
}

/* -- sessions ----------------------------------------------------------------- */

/* Used all the time. */
static void
work_for(struct call *c, const char *secret, int minutes)
{
    for (int i = 0; i < minutes; i += 5) {
        pass_seconds(c, 300);
        EXPECT_OK(auth_by_session(c, secret));
    }
}

TEST(a_session_ends_after_twelve_hours_however_it_is_used)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT(c->actor->session_ends.ms == c->now.ms + 12 * HOUR_MS);
    work_for(c, secret, 12 * 60 - 5);
    pass_seconds(c, 299);
    EXPECT_OK(auth_by_session(c, secret));
    pass_seconds(c, 1);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(a_change_that_is_under_way_has_five_minutes_more)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    work_for(c, secret, 12 * 60 - 5);
    pass_seconds(c, 300 + 299);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    c->changing = true;
    EXPECT_OK(auth_by_session(c, secret));
    pass_seconds(c, 1);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    int64_t done = 0;
    c->actor = NULL;
    pass_seconds(c, 1);
    EXPECT_OK(auth_drop_idle(c, 10, &done));
    EXPECT(done == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " action = 'session_end' AND detail LIKE '%age%'")
           == 1);
}

TEST(how_long_a_session_lasts_is_a_setting)
{
    OFFICE;
    make_account(c, "zhang", 41);
    office_exec(c, "INSERT INTO setting (id, name, value, version) VALUES"
                   " (1, 'session.max_h', '1', 1)");
    const char *secret = sign_in(c, "zhang");
    work_for(c, secret, 55);
    pass_seconds(c, 300);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(who_signs_in_again_in_the_same_browser_has_one_session)
{
    struct sign_in s = { .account = "zhang", .password = GOOD };

    OFFICE;
    make_account(c, "zhang", 41);
    const char *first = sign_in(c, "zhang");
    EXPECT_OK(auth_sign_in(c, &s)); /* the call came by the first */
    EXPECT_FAULT(auth_by_session(c, first), ERR_UNSIGNED, NULL);
    EXPECT_OK(auth_by_session(c, s.session));
    EXPECT(strstr(audited(c), "session_end") != NULL);
}

TEST(who_signs_in_where_another_was_signed_in_ends_that_session)
{
    struct sign_in s = { .account = "li", .password = GOOD };

    OFFICE;
    make_account(c, "zhang", 41);
    make_account(c, "li", 42);
    const char *first = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, first));
    EXPECT_OK(auth_sign_in(c, &s)); /* over the cookie of the first */
    EXPECT_FAULT(auth_by_session(c, first), ERR_UNSIGNED, NULL);
    EXPECT_OK(auth_by_session(c, s.session));
    EXPECT(strstr(audited(c), "session_end") != NULL);
}

TEST(an_account_has_a_hundred_sessions_at_most)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *first = sign_in(c, "zhang");
    office_exec(c, "UPDATE session SET seen_at = seen_at + 1");
    const char *second = sign_in(c, "zhang");
    for (int i = 0; i < 98; i++)
        office_exec(c,
                    "INSERT INTO session (id, secret, account_id, csrf,"
                    " created_at, seen_at) SELECT MIN(id) - 1, MIN(id) - 1,"
                    " MAX(account_id), 'x', MAX(created_at), MAX(seen_at) + 1"
                    " FROM session");
    sign_in(c, "zhang");
    EXPECT(office_int(c, "SELECT COUNT(*) FROM session") == 100);
    EXPECT_OK(auth_by_session(c, first)); /* used a moment later */
    EXPECT_FAULT(auth_by_session(c, second), ERR_UNSIGNED, NULL);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " action = 'session_end' AND detail LIKE '%many%'")
           == 1);
}

TEST(a_token_signs_nobody_out)
{
    OFFICE;
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    const char *token = make_token(c);
    EXPECT_OK(auth_by_token(c, token));
    EXPECT_FAULT(auth_sign_out(c), ERR_DENIED, NULL);
    EXPECT(strstr(audited(c), "sign_out") == NULL);
    EXPECT_OK(auth_by_token(c, token));
}

/* -- passwords ---------------------------------------------------------------- */

TEST(a_password_that_is_guessed_easily_is_refused_with_what_to_do)
{
    static const char *const bad[] = {
        "Password1",    "Passw0rd",   "P@ssw0rd2026", "Liangcao-2026",
        "Qwer1234!",    "1qaz@WSX",   "Abc123456",    "Admin@123",
        "Zhangwei@123", "Huawei@123", "Woaini1314!",  "Jiguanju#2026",
        "Abcdefg1",     NULL
    };

    OFFICE;
    make_account(c, "boss", 41);
    office_exec(c, "UPDATE person SET name = '张伟' WHERE id = 41");
    office_exec(c, "INSERT INTO setting (id, name, value, version) VALUES"
                   " (1, 'office.name', '机关局', 1)");
    sign_in(c, "boss");
    for (size_t i = 0; bad[i]; i++)
        EXPECT_FAULT(auth_change_password(c, GOOD, bad[i]), ERR_INVALID, "new");
    EXPECT(strstr(c->fault.text, "do not belong together") != NULL);
    EXPECT_OK(auth_change_password(c, GOOD, "Teapot-rides-7"));
}

TEST(none_of_the_last_five_passwords_is_taken_again)
{
    static const char *const next[] = { "Kettle-4meadow", "Lantern-5harbour",
                                        "Teapot-6rides", "Marble-7otter",
                                        "Velvet-8compass" };
    const char *now = GOOD;

    OFFICE;
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    for (size_t i = 0; i < COUNT(next); i++) {
        EXPECT_OK(auth_change_password(c, now, next[i]));
        now = next[i];
        if (i < 4)
            EXPECT_FAULT(auth_change_password(c, now, GOOD), ERR_INVALID,
                         "new");
        EXPECT_FAULT(auth_change_password(c, now, next[0]), ERR_INVALID, "new");
    }
    EXPECT_OK(auth_change_password(c, now, GOOD)); /* six ago by now */
    EXPECT(office_int(c, "SELECT COUNT(*) FROM old_password") == 5);
}

TEST(the_program_itself_sets_what_it_likes_within_length_and_classes)
{
    OFFICE;
    int64_t id = make_account(c, "zhang", 41);
    EXPECT_OK(auth_set_password(c, id, "Liangcao-2026"));
    EXPECT_OK(auth_set_password(c, id, "Liangcao-2026"));
    EXPECT_FAULT(auth_set_password(c, id, "liangcao"), ERR_INVALID, "password");
}
