/* SPDX-License-Identifier: Apache-2.0 */
/* What auth promises in auth.h and account.h, one test a sentence. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "auth/account.h"
#include "auth/impl.h"
#include "database.h"
#include "model/app.h"
#include "test.h"

#define GOOD "Liang-cao9"

/* -- an office with a few people ------------------------------------------ */

static const char *const people[] = {
    "INSERT INTO unit (id, code, name, path, sort, valid_from, version) VALUES"
    " (1, 'A', 'Office', '/1/', 0, 1, 1), (2, 'B', 'Bureau', '/1/2/', 0, 1, 1),"
    " (3, 'C', 'Section', '/1/2/3/', 0, 1, 1),"
    " (12, 'D', 'Other', '/1/12/', 0, 1, 1)",
    "INSERT INTO place (id, code, name, kind, path, full_name, restricted,"
    " active, version) VALUES"
    " (21, 'S', 'Site', 'site', '/21/', 'Site', 0, 1, 1),"
    " (22, 'B1', 'House', 'building', '/21/22/', 'House', 0, 1, 1),"
    " (23, 'R1', 'Room', 'room', '/21/22/23/', 'Room', 0, 1, 1),"
    " (24, 'B2', 'Barn', 'building', '/21/24/', 'Barn', 0, 1, 1)",
    "INSERT INTO provider (id, code, name, active, version) VALUES"
    " (31, 'P', 'Lifts Ltd', 1, 1)",
    "INSERT INTO person (id, code, name, unit_id, provider_id, active,"
    " version) VALUES (41, '41', 'Zhang', 3, NULL, 1, 1),"
    " (42, '42', 'Li', 2, NULL, 1, 1), (43, '43', 'Wang', NULL, 31, 1, 1),"
    " (44, '44', 'Zhao', 2, NULL, 1, 1), (45, '45', 'Gone', 2, NULL, 0, 1)",
    "INSERT INTO crew (id, code, name, dispatch, active, version) VALUES"
    " (51, 'E', 'Electricians', 'assign', 1, 1),"
    " (52, 'W', 'Plumbers', 'assign', 1, 1)",
    "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
    " VALUES (61, 51, 42, 0, 0, 1), (62, 52, 42, 1, 0, 1)",
};

/* Two processes on one database differ in what they hold in memory. */
static struct app here, there;
static struct ids *own_ids;

static void
must_exec(struct call *c, const char *sql)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, sql));
    EXPECT_OK(tx_commit(&tx));
}

static void
open_office(struct call *c)
{
    here = c->app ? *c->app : (struct app){ 0 };
    own_ids = here.ids ? NULL : ids_open(0);
    if (own_ids)
        here.ids = own_ids;
    here.sessions = NULL;
    there = here;
    here.sessions = session_cache_open();
    there.sessions = session_cache_open();
    c->app = &here;
    c->actor = NULL;
    for (size_t i = 0; i < COUNT(people); i++)
        must_exec(c, people[i]);
}

static void
close_office(struct call *c)
{
    session_cache_close(here.sessions);
    session_cache_close(there.sessions);
    ids_close(own_ids);
    c->app = NULL;
    c->actor = NULL;
}

#define OFFICE                                                                 \
    open_office(c);                                                            \
    CLEANUP(leave_office) struct call *office_call_ = c;                       \
    (void)office_call_

static void
leave_office(struct call **c)
{
    close_office(*c);
}

static int64_t
make_account(struct call *c, const char *name, int64_t person_id)
{
    struct account a = {
        .name = name, .person_id = person_id, .password = GOOD
    };

    c->actor = NULL;
    EXPECT_OK(account_make(c, &a));
    return a.id;
}

static enum err
grant(struct call *c, int64_t account_id, const char *role,
      enum scope_kind scope, int64_t scope_id)
{
    struct role_grant g = { .account_id = account_id,
                            .role = role,
                            .scope = scope,
                            .scope_id = scope_id };
    return grant_make(c, &g);
}

static enum err
try_sign_in(struct call *c, const char *account, const char *password,
            struct sign_in *s)
{
    *s = (struct sign_in){ .account = account, .password = password };
    return auth_sign_in(c, s);
}

/* The session's secret. */
static const char *
sign_in(struct call *c, const char *account)
{
    struct sign_in s;

    EXPECT_OK(try_sign_in(c, account, GOOD, &s));
    return s.session;
}

static void
pass(struct call *c, int64_t seconds)
{
    c->now.ms += seconds * SECOND_MS;
}

static const char *
one_text(struct call *c, const char *sql)
{
    ROWS r = db_query(c, sql);

    EXPECT(rows_next(&r));
    return row_text(&r, 0);
}

static int64_t
one_int(struct call *c, const char *sql)
{
    int64_t n = 0;

    EXPECT_OK(db_int(c, &n, sql));
    return n;
}

/* The actions in the audit, in their order. */
static const char *
audited(struct call *c)
{
    struct buf b = buf_make(c->arena, 0);
    ROWS r = db_query(c, "SELECT action FROM audit_entry ORDER BY seq");

    while (rows_next(&r))
        buf_printf(&b, "%s ", row_text(&r, 0));
    EXPECT_OK(rows_end(&r));
    return b.s;
}

/* -- secrets ---------------------------------------------------------------- */

TEST(passwords_are_kept_as_argon2id_hashes)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *kept = one_text(c, "SELECT password FROM account");
    EXPECT(strncmp(kept, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
    EXPECT(strstr(audited(c), "account.add") != NULL);
    EXPECT(one_int(c, "SELECT COUNT(*) FROM audit_entry WHERE detail LIKE"
                      " '%" GOOD "%' OR detail LIKE '%argon%'")
           == 0);
}

TEST(session_ids_and_tokens_are_kept_as_hashes)
{
    struct token t = { .name = "meter reader" };

    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT(strlen(secret) == 43);
    const char *kept = one_text(c, "SELECT secret FROM session");
    EXPECT(strlen(kept) == 64 && strstr(kept, secret) == NULL);
    EXPECT_OK(token_make(c, &t));
    kept = one_text(c, "SELECT secret FROM token");
    EXPECT(strlen(kept) == 64 && strstr(kept, t.token) == NULL);
}

TEST(two_sign_ins_have_different_secrets)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *one = sign_in(c, "zhang");
    const char *csrf = c->actor->csrf;
    const char *two = sign_in(c, "zhang");
    EXPECT(strcmp(one, two) != 0);
    EXPECT(strcmp(csrf, c->actor->csrf) != 0);
    EXPECT(strlen(csrf) >= 32);
}

/* -- signing in -------------------------------------------------------------- */

TEST(who_signs_in_is_known_by_the_session)
{
    OFFICE;
    int64_t id = make_account(c, "Zhang.San", 41);
    const char *secret = sign_in(c, "  zhang.SAN ");
    c->actor = NULL;
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(c->actor->account_id == id && c->actor->person_id == 41);
    EXPECT(c->actor->unit_id == 3 && !c->actor->by_token);
    EXPECT(strcmp(c->actor->name, "Zhang") == 0);
    EXPECT(strcmp(c->actor->account, "zhang.san") == 0);
    EXPECT(c->actor->session_id != 0);
    EXPECT_FAULT(auth_by_session(c, "nonsense"), ERR_UNSIGNED, NULL);
}

TEST(five_failures_in_a_row_lock_an_account_for_300_seconds)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    for (int i = 0; i < 4; i++)
        EXPECT_FAULT(try_sign_in(c, "zhang", "no", &s), ERR_UNSIGNED, NULL);
    sign_in(c, "zhang"); /* in a row: this starts again from none */
    for (int i = 0; i < 5; i++)
        EXPECT_FAULT(try_sign_in(c, "zhang", "no", &s), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_LIMIT, NULL);
    EXPECT(strstr(c->fault.text, "300 seconds") != NULL);
    pass(c, 299);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_LIMIT, NULL);
    EXPECT(strstr(c->fault.text, " 1 seconds") != NULL);
    EXPECT(c->actor == NULL);
    pass(c, 1);
    sign_in(c, "zhang");
    EXPECT(strstr(audited(c), "sign_in.lock") != NULL);
}

TEST(an_unknown_account_is_answered_like_a_wrong_password)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT_FAULT(try_sign_in(c, "zhang", "no", &s), ERR_UNSIGNED, NULL);
    const char *known = arena_text(c->arena, c->fault.text);
    EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_UNSIGNED, NULL);
    EXPECT(strcmp(known, c->fault.text) == 0);
    for (int i = 0; i < 4; i++)
        EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_LIMIT, NULL);
    pass(c, 300);
    EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_UNSIGNED, NULL);
}

static double
seconds_of(struct call *c, const char *account)
{
    struct timespec before, after;
    struct sign_in s;
    double best = 1e9;

    for (int i = 0; i < 3; i++) {
        clock_gettime(CLOCK_MONOTONIC, &before);
        EXPECT(try_sign_in(c, account, "no", &s) == ERR_UNSIGNED);
        clock_gettime(CLOCK_MONOTONIC, &after);
        double t = (double)(after.tv_sec - before.tv_sec)
                   + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
        best = t < best ? t : best;
    }
    return best;
}

TEST(an_unknown_account_takes_as_long_as_a_wrong_password)
{
    OFFICE;
    make_account(c, "zhang", 41);
    double known = seconds_of(c, "zhang"), unknown = seconds_of(c, "nobody");
    EXPECT(known < unknown * 2 && unknown < known * 2);
}

TEST(an_account_without_password_cannot_sign_in)
{
    struct account a = { .name = "li", .person_id = 42 };
    struct sign_in s;

    OFFICE;
    EXPECT_OK(account_make(c, &a));
    EXPECT_FAULT(try_sign_in(c, "li", GOOD, &s), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "li", "", &s), ERR_INVALID, "password");
    EXPECT_FAULT(try_sign_in(c, " ", GOOD, &s), ERR_INVALID, "account");
}

TEST(who_is_inactive_cannot_sign_in_and_is_signed_out)
{
    struct account a = { 0 };
    struct sign_in s;

    OFFICE;
    a.id = make_account(c, "zhang", 41);
    make_account(c, "li", 42);
    const char *zhang = sign_in(c, "zhang"), *li = sign_in(c, "li");
    a.active = false;
    c->said = (uint64_t)model_mask(&account_model, "active");
    EXPECT_OK(account_change(c, &a));
    EXPECT_FAULT(auth_by_session(c, zhang), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_UNSIGNED, NULL);
    EXPECT_OK(auth_by_session(c, li));
    must_exec(c, "UPDATE person SET active = 0 WHERE id = 42");
    pass(c, 2);
    EXPECT_FAULT(auth_by_session(c, li), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "li", GOOD, &s), ERR_UNSIGNED, NULL);
}

TEST(sign_ins_go_to_the_audit)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT(try_sign_in(c, "zhang", "no", &s) == ERR_UNSIGNED);
    EXPECT(try_sign_in(c, "nobody", "no", &s) == ERR_UNSIGNED);
    sign_in(c, "zhang");
    EXPECT_OK(auth_sign_out(c));
    EXPECT(strcmp(audited(c), "account.add sign_in.fail sign_in.fail sign_in "
                              "sign_out ")
           == 0);
}

/* -- sessions ---------------------------------------------------------------- */

TEST(a_session_idle_for_600_seconds_ends)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    for (int i = 0; i < 4; i++) {
        pass(c, 600);
        EXPECT_OK(auth_by_session(c, secret));
    }
    pass(c, 601);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(the_idle_time_is_a_setting)
{
    OFFICE;
    make_account(c, "zhang", 41);
    must_exec(c, "INSERT INTO setting (id, name, value, version) VALUES"
                 " (1, 'session.idle_s', '60', 1)");
    const char *secret = sign_in(c, "zhang");
    pass(c, 60);
    EXPECT_OK(auth_by_session(c, secret));
    pass(c, 61);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(use_between_the_minutes_keeps_a_session_alive)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    pass(c, 50); /* not written down, but remembered */
    EXPECT_OK(auth_by_session(c, secret));
    pass(c, 590);
    EXPECT_OK(auth_by_session(c, secret));
}

TEST(the_last_use_is_written_down_at_most_once_a_minute)
{
    static const char seen[] = "SELECT seen_at FROM session";

    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    int64_t first = one_int(c, seen);
    pass(c, 59);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(one_int(c, seen) == first);
    pass(c, 1);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(one_int(c, seen) == first + MINUTE_MS);
    pass(c, 1);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(one_int(c, seen) == first + MINUTE_MS);
}

TEST(a_known_session_costs_no_statement)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    db_fault(c, 1); /* the first statement fails */
    for (int i = 0; i < 10; i++)
        EXPECT_OK(auth_by_session(c, secret));
    db_fault(c, 0);
}

TEST(who_signs_out_is_out_at_once)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT_OK(auth_sign_out(c));
    EXPECT(c->actor == NULL);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(auth_sign_out(c), ERR_UNSIGNED, NULL);
}

TEST(what_is_revoked_here_is_gone_at_once)
{
    struct role_grant g = { 0 };

    OFFICE;
    g.account_id = make_account(c, "zhang", 41);
    g.role = "dispatcher";
    EXPECT_OK(grant_make(c, &g));
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(auth_may(c, "order.dispatch"));
    c->actor = NULL;
    EXPECT_OK(grant_remove(c, &g));
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(!auth_may(c, "order.dispatch"));
}

TEST(what_another_process_revokes_is_gone_within_two_seconds)
{
    struct role_grant g = { 0 };

    OFFICE;
    g.account_id = make_account(c, "zhang", 41);
    g.role = "dispatcher";
    EXPECT_OK(grant_make(c, &g));
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    c->app = &there;
    c->actor = NULL;
    EXPECT_OK(grant_remove(c, &g));
    c->app = &here;
    pass(c, 2);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(!auth_may(c, "order.dispatch"));
    c->app = &there;
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT_OK(auth_sign_out(c));
    c->app = &here;
    pass(c, 2);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(an_app_without_a_cache_works)
{
    OFFICE;
    make_account(c, "zhang", 41);
    struct app bare = here;
    bare.sessions = NULL;
    c->app = &bare;
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT_OK(auth_sign_out(c));
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

/* -- rights ------------------------------------------------------------------ */

static bool
may_at(struct call *c, int64_t unit, int64_t crew, int64_t place,
       int64_t provider)
{
    const struct auth_where where = { unit, crew, place, provider };

    return auth_may_at(c, "order.approve", &where);
}

static void
act_as_approver(struct call *c, enum scope_kind scope, int64_t scope_id)
{
    int64_t id = make_account(c, "zhao", 44);

    EXPECT_OK(grant(c, id, "approver", scope, scope_id));
    EXPECT_OK(auth_as(c, "zhao"));
    EXPECT(auth_may(c, "order.approve"));
}

TEST(a_grant_on_a_unit_reaches_its_subtree_only)
{
    OFFICE;
    act_as_approver(c, SCOPE_UNIT, 2);
    EXPECT(may_at(c, 2, 0, 0, 0));
    EXPECT(may_at(c, 3, 0, 0, 0));
    EXPECT(!may_at(c, 1, 0, 0, 0));
    EXPECT(!may_at(c, 12, 0, 0, 0)); /* "/1/12/" only looks like it */
    EXPECT(!may_at(c, 0, 51, 23, 31));
}

TEST(a_grant_on_a_place_reaches_its_subtree_only)
{
    OFFICE;
    act_as_approver(c, SCOPE_PLACE, 22);
    EXPECT(may_at(c, 0, 0, 22, 0) && may_at(c, 0, 0, 23, 0));
    EXPECT(!may_at(c, 0, 0, 21, 0) && !may_at(c, 0, 0, 24, 0));
}

TEST(a_grant_on_a_crew_or_a_provider_reaches_it_only)
{
    OFFICE;
    act_as_approver(c, SCOPE_CREW, 51);
    EXPECT(may_at(c, 1, 51, 0, 0) && !may_at(c, 1, 52, 0, 0));
    c->actor = NULL;
    int64_t id = make_account(c, "zhang", 41);
    EXPECT_OK(grant(c, id, "approver", SCOPE_PROVIDER, 31));
    EXPECT_OK(auth_as(c, "zhang"));
    EXPECT(may_at(c, 1, 51, 0, 31) && !may_at(c, 1, 51, 0, 0));
}

TEST(a_grant_on_all_reaches_everything)
{
    OFFICE;
    act_as_approver(c, SCOPE_ALL, 0);
    EXPECT(may_at(c, 0, 0, 0, 0) && may_at(c, 12, 52, 24, 31));
}

TEST(everybody_signed_in_may_order_and_nothing_else)
{
    OFFICE;
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    for (size_t i = 0; auth_rights[i]; i++)
        EXPECT(auth_may(c, auth_rights[i])
               == (strcmp(auth_rights[i], "order.create") == 0));
}

TEST(who_is_in_a_crew_may_work_in_it)
{
    const struct auth_where electricians = { .crew_id = 51 };
    const struct auth_where plumbers = { .crew_id = 52 };

    OFFICE;
    make_account(c, "li", 42);
    sign_in(c, "li");
    EXPECT(c->actor->n_crews == 2 && c->actor->crews[0] == 51);
    EXPECT(auth_may_at(c, "order.work", &electricians));
    EXPECT(!auth_may_at(c, "order.dispatch", &electricians));
    EXPECT(auth_may_at(c, "order.dispatch", &plumbers)); /* its lead */
}

TEST(a_providers_people_act_for_it_only)
{
    const struct auth_where ours = { .unit_id = 2, .crew_id = 51 };
    const struct auth_where theirs = { .provider_id = 31 };

    OFFICE;
    make_account(c, "wang", 43);
    sign_in(c, "wang");
    EXPECT(c->actor->provider_id == 31);
    EXPECT(auth_may_at(c, "order.work", &theirs));
    EXPECT(!auth_may_at(c, "order.work", &ours));
}

TEST(nobody_is_told_to_sign_in_and_others_which_right_they_need)
{
    const struct auth_where where = { .unit_id = 2 };

    OFFICE;
    EXPECT_FAULT(auth_need(c, NULL, NULL), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(auth_need(c, "order.create", &where), ERR_UNSIGNED, NULL);
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    EXPECT_OK(auth_need(c, NULL, NULL));
    EXPECT_OK(auth_need(c, "order.create", &where));
    EXPECT_FAULT(auth_need(c, "order.dispatch", &where), ERR_DENIED, NULL);
    EXPECT(strstr(c->fault.text, "order.dispatch") != NULL);
}

/* -- three administrators ------------------------------------------------------ */

static bool
role_gives(const char *role, const char *right)
{
    for (size_t i = 0; auth_rights[i]; i++)
        if (strcmp(auth_rights[i], right) == 0)
            return auth_role_rights(role) >> i & 1;
    return false;
}

TEST_PLAIN(no_administrator_has_the_rights_of_another)
{
    (void)c;
    EXPECT(role_gives("system_admin", "account.edit"));
    EXPECT(!role_gives("system_admin", "grant.edit"));
    EXPECT(!role_gives("system_admin", "audit.see"));
    EXPECT(role_gives("security_admin", "grant.edit"));
    EXPECT(!role_gives("security_admin", "account.edit"));
    EXPECT(!role_gives("security_admin", "audit.see"));
    EXPECT(role_gives("audit_admin", "audit.see"));
    EXPECT(
        auth_role_rights("audit_admin")
        == (auth_role_rights("audit_admin") & ~auth_role_rights("system_admin")
            & ~auth_role_rights("security_admin")));
    for (size_t i = 0; auth_roles[i]; i++)
        if (strstr(auth_roles[i], "_admin") == NULL)
            EXPECT(!role_gives(auth_roles[i], "account.edit")
                   && !role_gives(auth_roles[i], "grant.edit")
                   && !role_gives(auth_roles[i], "audit.see"));
}

TEST_PLAIN(the_roles_that_see_orders_are_those_of_the_table)
{
    (void)c;
    for (size_t i = 0; auth_roles[i]; i++) {
        char word[40];

        snprintf(word, sizeof word, "'%s'", auth_roles[i]);
        EXPECT((strstr(AUTH_ROLES_THAT_SEE, word) != NULL)
               == role_gives(auth_roles[i], "order.see"));
    }
}

TEST(no_person_holds_two_administrators_roles)
{
    OFFICE;
    int64_t one = make_account(c, "zhang", 41);
    EXPECT_OK(grant(c, one, "system_admin", SCOPE_ALL, 0));
    EXPECT_FAULT(grant(c, one, "security_admin", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    EXPECT_FAULT(grant(c, one, "audit_admin", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    EXPECT_OK(grant(c, one, "dispatcher", SCOPE_ALL, 0));
    EXPECT(one_int(c, "SELECT COUNT(*) FROM role_grant") == 2);
}

TEST(nor_through_two_accounts)
{
    OFFICE;
    int64_t one = make_account(c, "zhang", 41);
    int64_t two = make_account(c, "zhang2", 41);
    int64_t other = make_account(c, "li", 42);
    EXPECT_OK(grant(c, one, "system_admin", SCOPE_ALL, 0));
    EXPECT_FAULT(grant(c, two, "security_admin", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    EXPECT_OK(grant(c, two, "system_admin", SCOPE_ALL, 0));
    EXPECT_OK(grant(c, other, "security_admin", SCOPE_ALL, 0));
}

TEST(an_administrators_role_reaches_the_whole_office)
{
    OFFICE;
    int64_t one = make_account(c, "zhang", 41);
    EXPECT_FAULT(grant(c, one, "audit_admin", SCOPE_UNIT, 2), ERR_INVALID,
                 "scope");
}

TEST(nobody_changes_his_own_grants)
{
    struct role_grant g = { 0 };

    OFFICE;
    int64_t one = make_account(c, "zhang", 41);
    int64_t two = make_account(c, "zhang2", 41);
    EXPECT_OK(grant(c, one, "security_admin", SCOPE_ALL, 0));
    EXPECT_OK(auth_as(c, "zhang"));
    EXPECT_FAULT(grant(c, one, "leader", SCOPE_ALL, 0), ERR_DENIED, NULL);
    EXPECT_FAULT(grant(c, two, "leader", SCOPE_ALL, 0), ERR_DENIED, NULL);
    g.id = one_int(c, "SELECT id FROM role_grant");
    EXPECT_FAULT(grant_remove(c, &g), ERR_DENIED, NULL);
}

TEST(a_grant_names_things_that_exist)
{
    OFFICE;
    int64_t id = make_account(c, "zhang", 41);
    EXPECT_FAULT(grant(c, 999, "leader", SCOPE_ALL, 0), ERR_INVALID,
                 "account_id");
    EXPECT_FAULT(grant(c, id, "king", SCOPE_ALL, 0), ERR_INVALID, "role");
    EXPECT_FAULT(grant(c, id, "leader", SCOPE_UNIT, 999), ERR_INVALID,
                 "scope_id");
    EXPECT_FAULT(grant(c, id, "leader", SCOPE_UNIT, 0), ERR_INVALID,
                 "scope_id");
    EXPECT_FAULT(grant(c, id, "leader", SCOPE_ALL, 2), ERR_INVALID, "scope_id");
    EXPECT_OK(grant(c, id, "leader", SCOPE_UNIT, 2));
    EXPECT_FAULT(grant(c, id, "leader", SCOPE_UNIT, 2), ERR_CONFLICT, "role");
    EXPECT_OK(grant(c, id, "leader", SCOPE_ALL, 0));
    EXPECT_FAULT(grant(c, id, "leader", SCOPE_ALL, 0), ERR_CONFLICT, "role");
}

/* -- accounts and passwords ----------------------------------------------------- */

TEST(an_account_has_a_name_of_its_own_and_a_person)
{
    struct account a = { .name = "ZHANG", .person_id = 42 };

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT_FAULT(account_make(c, &a), ERR_CONFLICT, "name");
    a = (struct account){ .name = "li", .person_id = 999 };
    EXPECT_FAULT(account_make(c, &a), ERR_INVALID, "person_id");
    a.person_id = 45; /* not active */
    EXPECT_FAULT(account_make(c, &a), ERR_INVALID, "person_id");
    a.name = "li ming";
    EXPECT_FAULT(account_make(c, &a), ERR_INVALID, "name");
    a.name = NULL;
    EXPECT_FAULT(account_make(c, &a), ERR_INVALID, "name");
}

TEST(a_password_has_8_characters_of_3_classes_and_not_the_name)
{
    static const char *const bad[] = {
        "",         "Ab-4567",  "abcdefgh",   "abcdefg1",
        "ABCDEFG1", "12345678", "zhang-San1", "1xZHANG-",
        "abcdABCD", "--------", NULL,
    };
    static const char *const good[] = { "Abcdefg1", "abcde-g1", "ABC-EFG1",
                                        "粮草先行Ab12", NULL };

    OFFICE;
    int64_t id = make_account(c, "zhang", 41);
    for (size_t i = 0; bad[i]; i++)
        EXPECT_FAULT(auth_set_password(c, id, bad[i]), ERR_INVALID, "password");
    for (size_t i = 0; good[i]; i++)
        EXPECT_OK(auth_set_password(c, id, good[i]));
    EXPECT_FAULT(auth_set_password(c, id, NULL), ERR_INVALID, "password");
}

TEST(a_changed_password_needs_the_old_one_and_ends_other_sessions)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    const char *other = sign_in(c, "zhang");
    const char *own = sign_in(c, "zhang");
    EXPECT_FAULT(auth_change_password(c, "wrong", "New-pass9"), ERR_INVALID,
                 "old");
    EXPECT_FAULT(auth_change_password(c, GOOD, "weak"), ERR_INVALID, "new");
    EXPECT_FAULT(auth_change_password(c, GOOD, GOOD), ERR_INVALID, "new");
    EXPECT_OK(auth_change_password(c, GOOD, "New-pass9"));
    EXPECT_OK(auth_by_session(c, own));
    EXPECT(!c->actor->must_change);
    EXPECT_FAULT(auth_by_session(c, other), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_UNSIGNED, NULL);
    EXPECT_OK(try_sign_in(c, "zhang", "New-pass9", &s));
}

TEST(wrong_old_passwords_lock_too)
{
    OFFICE;
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    for (int i = 0; i < 5; i++)
        EXPECT_FAULT(auth_change_password(c, "wrong", "New-pass9"), ERR_INVALID,
                     "old");
    EXPECT_FAULT(auth_change_password(c, GOOD, "New-pass9"), ERR_LIMIT, NULL);
}

TEST(a_password_set_by_another_must_be_changed_before_anything_else)
{
    struct sign_in s;
    struct account a = { 0 };

    OFFICE;
    a.id = make_account(c, "zhang", 41);
    int64_t admin = make_account(c, "li", 42);
    EXPECT_OK(grant(c, admin, "system_admin", SCOPE_ALL, 0));
    EXPECT_OK(auth_as(c, "li"));
    a.password = "From-admin1";
    EXPECT_OK(account_reset(c, &a));
    EXPECT_OK(try_sign_in(c, "zhang", "From-admin1", &s));
    EXPECT(c->actor->must_change);
    EXPECT_FAULT(auth_need(c, NULL, NULL), ERR_DENIED, "password");
    EXPECT_FAULT(auth_need(c, "order.create", NULL), ERR_DENIED, "password");
    EXPECT_OK(auth_change_password(c, "From-admin1", "New-pass9"));
    EXPECT_OK(auth_by_session(c, s.session));
    EXPECT_OK(auth_need(c, "order.create", NULL));
}

TEST(an_account_made_by_an_administrator_must_change_its_password)
{
    struct account a = { .name = "zhang", .person_id = 41, .password = GOOD };

    OFFICE;
    make_account(c, "li", 42);
    EXPECT_OK(auth_as(c, "li"));
    EXPECT_OK(account_make(c, &a));
    sign_in(c, "zhang");
    EXPECT(c->actor->must_change);
}

TEST(a_reset_lifts_a_lock)
{
    struct sign_in s;

    OFFICE;
    int64_t id = make_account(c, "zhang", 41);
    for (int i = 0; i < 5; i++)
        EXPECT(try_sign_in(c, "zhang", "no", &s) == ERR_UNSIGNED);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_LIMIT, NULL);
    EXPECT_OK(auth_set_password(c, id, GOOD));
    sign_in(c, "zhang");
}

TEST(an_administrators_password_is_not_reset_by_another)
{
    struct account a = { 0 };

    OFFICE;
    a.id = make_account(c, "zhang", 41);
    int64_t admin = make_account(c, "li", 42);
    EXPECT_OK(grant(c, a.id, "security_admin", SCOPE_ALL, 0));
    EXPECT_OK(grant(c, admin, "system_admin", SCOPE_ALL, 0));
    EXPECT_OK(auth_as(c, "li"));
    a.password = "New-pass9";
    EXPECT_FAULT(account_reset(c, &a), ERR_DENIED, NULL);
    a.id = admin;
    EXPECT_FAULT(account_reset(c, &a), ERR_DENIED, NULL);
    c->actor = NULL; /* on the server itself */
    a.password = "New-pass9";
    EXPECT_OK(account_reset(c, &a));
}

TEST(an_account_keeps_its_name_and_its_person)
{
    struct account a = { 0 };

    OFFICE;
    a.id = make_account(c, "zhang", 41);
    a.person_id = 42;
    c->said = (uint64_t)model_mask(&account_model, "person_id");
    EXPECT_FAULT(account_change(c, &a), ERR_INVALID, "person_id");
    a.name = "other";
    c->said = (uint64_t)model_mask(&account_model, "name");
    EXPECT_FAULT(account_change(c, &a), ERR_INVALID, "name");
    a.password = "New-pass9";
    c->said = (uint64_t)model_mask(&account_model, "password");
    EXPECT_FAULT(account_change(c, &a), ERR_INVALID, "password");
    a.lang = "en";
    c->said = (uint64_t)model_mask(&account_model, "lang");
    EXPECT_OK(account_change(c, &a));
    EXPECT(strcmp(a.name, "zhang") == 0 && strcmp(a.lang, "en") == 0);
    EXPECT(strcmp(a.person_name, "Zhang") == 0 && a.active);
}

/* -- tokens ------------------------------------------------------------------- */

TEST(a_token_acts_for_its_account_until_it_expires)
{
    struct token t = { .name = "meter reader" };

    OFFICE;
    int64_t id = make_account(c, "zhang", 41);
    EXPECT_OK(grant(c, id, "dispatcher", SCOPE_ALL, 0));
    sign_in(c, "zhang");
    t.expires_at.ms = c->now.ms + 1000 * SECOND_MS;
    EXPECT_OK(token_make(c, &t));
    c->actor = NULL;
    pass(c, 999);
    EXPECT_OK(auth_by_token(c, t.token));
    EXPECT(c->actor->by_token && c->actor->account_id == id);
    EXPECT(auth_may(c, "order.dispatch"));
    EXPECT_FAULT(token_make(c, &t), ERR_DENIED, NULL);
    EXPECT_FAULT(auth_change_password(c, GOOD, "New-pass9"), ERR_DENIED, NULL);
    pass(c, 1);
    EXPECT_FAULT(auth_by_token(c, t.token), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(auth_by_token(c, "lc_other"), ERR_UNSIGNED, NULL);
}

TEST(a_token_is_shown_once_and_removed_at_once)
{
    struct token t = { .name = "meter reader" };
    struct list l = { .model = &token_model };

    OFFICE;
    make_account(c, "zhang", 41);
    make_account(c, "li", 42);
    sign_in(c, "zhang");
    const struct actor *zhang = c->actor;
    EXPECT_OK(token_make(c, &t));
    EXPECT_OK(token_list(c, &l));
    EXPECT(l.n == 1 && ((struct token *)l.rows)[0].token == NULL);
    EXPECT_OK(auth_by_token(c, t.token));
    EXPECT_OK(auth_as(c, "li"));
    l = (struct list){ .model = &token_model };
    EXPECT_OK(token_list(c, &l));
    EXPECT(l.n == 0);
    EXPECT_FAULT(token_remove(c, &t), ERR_ABSENT, NULL);
    c->actor = zhang;
    EXPECT_OK(token_remove(c, &t));
    EXPECT_FAULT(auth_by_token(c, t.token), ERR_UNSIGNED, NULL);
}

TEST(a_token_ends_within_366_days)
{
    struct token t = { .name = "x" };

    OFFICE;
    make_account(c, "zhang", 41);
    sign_in(c, "zhang");
    t.expires_at.ms = c->now.ms;
    EXPECT_FAULT(token_make(c, &t), ERR_INVALID, "expires_at");
    t.expires_at.ms = c->now.ms + 367 * DAY_MS;
    EXPECT_FAULT(token_make(c, &t), ERR_INVALID, "expires_at");
    t.expires_at.ms = 0;
    EXPECT_OK(token_make(c, &t));
    EXPECT(t.expires_at.ms == c->now.ms + 90 * DAY_MS);
}

/* -- hashing costs memory ------------------------------------------------------ */

static atomic_int inside, most, refused;

static void *
hash_once(void *unused)
{
    struct call c = { .arena = arena_open(), .app = &here };

    (void)unused;
    if (cache_enter_hashing(&c) == OK) {
        int n = atomic_fetch_add(&inside, 1) + 1;
        int before = atomic_load(&most);
        const struct timespec t = { 0, 20000000 };

        while (n > before && !atomic_compare_exchange_weak(&most, &before, n))
            continue;
        nanosleep(&t, NULL);
        atomic_fetch_sub(&inside, 1);
        cache_leave_hashing(&c);
    } else {
        atomic_fetch_add(&refused, 1);
    }
    arena_close(c.arena);
    return NULL;
}

TEST(at_most_two_passwords_are_hashed_at_a_time_and_few_wait)
{
    pthread_t threads[30];

    OFFICE;
    atomic_store(&most, 0);
    atomic_store(&refused, 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        EXPECT(pthread_create(&threads[i], NULL, hash_once, NULL) == 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    EXPECT(atomic_load(&most) == 2);
    EXPECT(atomic_load(&refused) > 0 && atomic_load(&refused) <= 12);
}

/* -- many at once --------------------------------------------------------------- */

#define CROWD 8

static struct app crowd_app;
static const char *crowd_session;
static atomic_int crowd_wrong;

static void
crowd_open(struct call *c)
{
    *c = (struct call){ .arena = arena_open(),
                        .app = &crowd_app,
                        .now = at("2026-11-23 10:00"),
                        .lang = LANG_EN };
    db_session(c, crowd_app.store);
}

static void
crowd_close(struct call *c)
{
    db_session_end(c);
    arena_close(c->arena);
}

/* The session is known all the time, whatever is forgotten meanwhile. */
static void *
be_known(void *arg)
{
    struct call c;

    crowd_open(&c);
    for (int i = 0; i < 300; i++) {
        c.now.ms += i % 3 == 0 ? 2 * SECOND_MS : 0;
        if (auth_by_session(&c, crowd_session) != OK
            || strcmp(c.actor->account, "zhang") != 0)
            atomic_fetch_add(&crowd_wrong, 1);
        if (arg && i % 7 == 0)
            cache_forget(&c, c.actor->account_id);
    }
    crowd_close(&c);
    return NULL;
}

/* Wrong guesses in parallel; how many got as far as an answer. */
static void *
guess(void *answered)
{
    struct call c;
    struct sign_in s;
    enum err e = ERR_BUSY;

    crowd_open(&c);
    while (e == ERR_BUSY)
        e = try_sign_in(&c, "zhang", "wrong", &s);
    if (e == ERR_UNSIGNED)
        atomic_fetch_add((atomic_int *)answered, 1);
    crowd_close(&c);
    return NULL;
}

static void
crowd_run(void *(*body)(void *), void *odd, void *even)
{
    pthread_t threads[CROWD];

    for (size_t i = 0; i < CROWD; i++)
        EXPECT(pthread_create(&threads[i], NULL, body, i % 2 ? odd : even)
               == 0);
    for (size_t i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
}

TEST_PLAIN(sessions_are_known_and_failures_counted_in_a_crowd)
{
    char *address = database_make(false);
    const char *why = "";
    struct call call;
    struct sign_in s;
    atomic_int answered = 0;

    (void)c;
    crowd_app = (struct app){ .store = store_open(address, 4, &why),
                              .ids = ids_open(0),
                              .sessions = session_cache_open() };
    EXPECT(crowd_app.store != NULL);
    crowd_open(&call);
    for (size_t i = 0; i < COUNT(people); i++)
        must_exec(&call, people[i]);
    make_account(&call, "zhang", 41);
    crowd_session = sign_in(&call, "zhang");
    crowd_run(be_known, &crowd_app, NULL);
    EXPECT(atomic_load(&crowd_wrong) == 0);

    crowd_run(guess, &answered, &answered);
    EXPECT(atomic_load(&answered) == 5);
    EXPECT(try_sign_in(&call, "zhang", GOOD, &s) == ERR_LIMIT);
    crowd_close(&call);
    session_cache_close(crowd_app.sessions);
    ids_close(crowd_app.ids);
    store_close(crowd_app.store);
    database_drop(address);
}
