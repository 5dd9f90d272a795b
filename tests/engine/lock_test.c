/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a session that was idle too long. */
#include "auth/inner.h"
#include "database.h"
#include "people.h"

#define HOURS 3600

static const char *
desk_signs_in(struct call *c)
{
    int64_t id = make_account(c, "zhao", 44);

    EXPECT_OK(grant(c, id, "dispatcher", SCOPE_ALL, 0));
    return sign_in(c, "zhao");
}

static void
set(struct call *c, int64_t id, const char *name, const char *value)
{
    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO setting (id, name, value, version)"
                                " VALUES (%lld, '%s', '%s', 1)",
                                (long long)id, name, value));
}

static enum err
nothing(struct call *c, void *arg)
{
    *(int64_t *)arg = c->actor->person_id;
    return OK;
}

/* Nobody is known by SECRET, but whose session is locked. */
static bool
is_locked(struct call *c, const char *secret)
{
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    return c->locked != NULL;
}

static int64_t
sweep(struct call *c)
{
    int64_t done = 0;

    c->actor = NULL;
    EXPECT_OK(auth_drop_idle(c, 10, &done));
    return done;
}

TEST(an_idle_session_of_the_desk_is_locked_and_knows_nobody)
{
    int64_t who = 0;

    OFFICE;
    const char *secret = desk_signs_in(c);
    pass_seconds(c, 601);
    c->actor = NULL;
    EXPECT(is_locked(c, secret));
    EXPECT(c->actor == NULL && !auth_may(c, NULL));
    EXPECT_FAULT(auth_need(c, NULL, NULL), ERR_UNSIGNED, NULL);
    EXPECT_OK(auth_as_locked(c, nothing, &who));
    EXPECT(who == 44 && c->actor == NULL);
    /* However often it hears, it is no use of it. */
    for (int i = 0; i < 3; i++) {
        pass_seconds(c, 300);
        EXPECT(is_locked(c, secret));
    }
}

TEST(an_idle_session_of_whoever_has_no_bar_of_alarms_ends)
{
    int64_t who = 0;

    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_FAULT(auth_as_locked(c, nothing, &who), ERR_DENIED, NULL);
    pass_seconds(c, 601);
    c->actor = NULL;
    EXPECT(!is_locked(c, secret));
    EXPECT_FAULT(auth_as_locked(c, nothing, &who), ERR_UNSIGNED, NULL);
    pass_seconds(c, 121);
    EXPECT(sweep(c) == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM session") == 0);
}

TEST(a_locked_session_ends_with_its_life)
{
    OFFICE;
    const char *secret = desk_signs_in(c);
    pass_seconds(c, 800);
    EXPECT(sweep(c) == 1 && sweep(c) == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " action = 'session_end' AND detail LIKE '%locked%'")
           == 1);
    pass_seconds(c, 12 * HOURS - 801);
    EXPECT(is_locked(c, secret));
    c->changing = true; /* a change has its grace, what is locked has none */
    pass_seconds(c, 1);
    EXPECT(!is_locked(c, secret));
    pass_seconds(c, 400);
    EXPECT(sweep(c) == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM session") == 0);
}

TEST(no_setting_and_no_clock_opens_what_is_locked)
{
    OFFICE;
    const char *secret = desk_signs_in(c);
    pass_seconds(c, 800);
    EXPECT(sweep(c) == 1);
    set(c, 1, "session.idle_s", "86400");
    pass_seconds(c, 3);
    EXPECT(is_locked(c, secret));
    pass_seconds(c, -790);
    EXPECT(is_locked(c, secret));
}

TEST(a_page_that_heard_alarms_when_locked_is_locked_for_good)
{
    int64_t who = 0;

    OFFICE;
    const char *secret = desk_signs_in(c);
    pass_seconds(c, 601);
    c->actor = NULL;
    for (int i = 0; i < 3; i++) {
        EXPECT(is_locked(c, secret));
        EXPECT_OK(auth_as_locked(c, nothing, &who));
    }
    set(c, 1, "session.idle_s", "86400");
    pass_seconds(c, 3);
    EXPECT(is_locked(c, secret));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " action = 'session_end' AND detail LIKE '%locked%'")
           == 1);
}

/* A use is written down a minute late, so it is known in memory only. */
TEST(a_page_in_use_is_not_locked_with_another_of_the_same_person)
{
    int64_t who = 0;

    OFFICE;
    const char *left = desk_signs_in(c), *used = sign_in(c, "zhao");
    pass_seconds(c, 550);
    EXPECT_OK(auth_by_session(c, used));
    pass_seconds(c, 50);
    EXPECT_OK(auth_by_session(c, used));
    pass_seconds(c, 1);
    c->actor = NULL;
    EXPECT(is_locked(c, left));
    EXPECT_OK(auth_as_locked(c, nothing, &who));
    pass_seconds(c, 590);
    EXPECT_OK(auth_by_session(c, used));
}

TEST(nobody_is_idle_sooner_because_rights_of_somebody_were_changed)
{
    OFFICE;
    const char *secret = desk_signs_in(c);
    pass_seconds(c, 50);
    EXPECT_OK(auth_by_session(c, secret));
    auth_forget(c);
    pass_seconds(c, 590);
    EXPECT_OK(auth_by_session(c, secret));
}

TEST(the_password_opens_a_locked_session_and_nothing_else_does)
{
    struct sign_in s = { .account = "zhao", .password = "wrong" };

    OFFICE;
    const char *secret = desk_signs_in(c);
    pass_seconds(c, 601);
    c->actor = NULL;
    EXPECT(is_locked(c, secret));
    EXPECT_FAULT(auth_sign_in(c, &s), ERR_UNSIGNED, NULL);
    EXPECT(c->actor == NULL && is_locked(c, secret));
    s.password = GOOD;
    EXPECT_OK(auth_sign_in(c, &s));
    EXPECT_OK(auth_by_session(c, s.session));
    EXPECT(c->locked == NULL);
    /* The old one is no more, for whoever else has its cookie. */
    c->actor = NULL;
    EXPECT(!is_locked(c, secret));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM session") == 1);
}

TEST(who_loses_the_desk_or_the_account_hears_nothing_more)
{
    OFFICE;
    const char *secret = desk_signs_in(c);
    pass_seconds(c, 601);
    c->actor = NULL;
    EXPECT(is_locked(c, secret));
    office_exec(c, "DELETE FROM role_grant");
    EXPECT(!is_locked(c, secret));
    office_exec(c, "UPDATE account SET active = 0");
    EXPECT(!is_locked(c, secret));
}

TEST(who_has_locked_sessions_sees_and_ends_them)
{
    struct list l = { .model = &session_row_model, .limit = 10 };

    OFFICE;
    const char *old = desk_signs_in(c);
    pass_seconds(c, 800);
    EXPECT(sweep(c) == 1);
    (void)sign_in(c, "zhao");
    EXPECT_OK(session_row_list(c, &l));
    EXPECT(l.n == 2);
    struct session_row *rows = l.rows;
    size_t i = rows[0].own;
    EXPECT(rows[i].locked_at.ms != 0 && rows[!i].locked_at.ms == 0);
    EXPECT_OK(session_row_end(c, &rows[i]));
    EXPECT(!is_locked(c, old));
}

TEST(a_crew_has_an_hour_and_whoever_does_more_has_not)
{
    OFFICE;
    int64_t id = make_account(c, "li", 42);
    const char *secret = sign_in(c, "li");
    EXPECT(c->actor->idle_ms == HOUR_MS);
    pass_seconds(c, 3600);
    EXPECT(sweep(c) == 0);
    EXPECT_OK(auth_by_session(c, secret));
    set(c, 1, "session.crew_idle_s", "900");
    pass_seconds(c, 901);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    c->actor = NULL;
    EXPECT_OK(grant(c, id, "dispatcher", SCOPE_ALL, 0));
    (void)sign_in(c, "li");
    EXPECT(c->actor->idle_ms == 600 * SECOND_MS);
}
