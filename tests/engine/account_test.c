/* SPDX-License-Identifier: Apache-2.0 */
/* What auth.h and account.h promise about rights, accounts and tokens. */
#include <stdio.h>

#include "people.h"

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

TEST(no_person_holds_two_administrators_roles)
{
    OFFICE;
    int64_t one = make_account(c, "zhang", 41);
    EXPECT_OK(grant(c, one, "system_admin", SCOPE_ALL, 0));
    EXPECT_FAULT(grant(c, one, "security_admin", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    EXPECT_FAULT(grant(c, one, "audit_admin", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    EXPECT(office_int(c, "SELECT COUNT(*) FROM role_grant") == 1);
}

TEST(an_administrator_holds_no_other_role_nor_anything_that_gives_one)
{
    OFFICE;
    int64_t zhao = make_account(c, "zhao", 44);
    int64_t zhao2 = make_account(c, "zhao2", 44);
    EXPECT_OK(grant(c, zhao, "system_admin", SCOPE_ALL, 0));
    EXPECT_FAULT(grant(c, zhao, "dispatcher", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    EXPECT_FAULT(grant(c, zhao2, "dispatcher", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    int64_t li = make_account(c, "li", 42); /* of two crews */
    EXPECT_FAULT(grant(c, li, "audit_admin", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
    int64_t wang = make_account(c, "wang", 43); /* of a provider */
    EXPECT_FAULT(grant(c, wang, "audit_admin", SCOPE_ALL, 0), ERR_CONFLICT,
                 "role");
}

/* Offices of before may hold what is refused now. */
TEST(what_an_administrator_holds_besides_gives_him_nothing)
{
    OFFICE;
    int64_t li = make_account(c, "li", 42);
    make_account(c, "li2", 42);
    EXPECT_OK(auth_as(c, "li"));
    EXPECT(auth_may(c, "order.work") && c->actor->n_crews == 2);
    office_exec(c,
                "INSERT INTO role_grant (id, account_id, role, scope, version)"
                " SELECT 1, id, 'system_admin', 'all', 1 FROM account"
                " WHERE name = 'li'");
    office_exec(c,
                "INSERT INTO role_grant (id, account_id, role, scope, version)"
                " SELECT id, id, 'dispatcher', 'all', 1 FROM account");
    office_exec(c, "UPDATE person SET provider_id = 31 WHERE id = 42");
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(auth_as(c, i == 0 ? "li" : "li2"));
        EXPECT(!auth_may(c, "order.see") && !auth_may(c, "order.work"));
        EXPECT(!auth_may(c, "order.dispatch") && c->actor->n_crews == 0);
        EXPECT(auth_may(c, "org.edit") == (i == 0));
    }
    (void)li;
}

TEST(nor_through_two_accounts)
{
    OFFICE;
    int64_t one = make_account(c, "zhang", 41);
    int64_t two = make_account(c, "zhang2", 41);
    int64_t other = make_account(c, "zhao", 44);
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
    g.id = office_int(c, "SELECT id FROM role_grant");
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
    int64_t admin = make_account(c, "zhao", 44);
    EXPECT_OK(grant(c, admin, "system_admin", SCOPE_ALL, 0));
    EXPECT_OK(auth_as(c, "zhao"));
    a.password = "From-4dmin-one";
    EXPECT_OK(account_reset(c, &a));
    EXPECT_OK(try_sign_in(c, "zhang", "From-4dmin-one", &s));
    EXPECT(c->actor->must_change);
    EXPECT_FAULT(auth_need(c, NULL, NULL), ERR_DENIED, "password");
    EXPECT_FAULT(auth_need(c, "order.create", NULL), ERR_DENIED, "password");
    EXPECT_OK(auth_change_password(c, "From-4dmin-one", "New-pass9"));
    EXPECT_OK(auth_by_session(c, s.session));
    EXPECT_OK(auth_need(c, "order.create", NULL));
}

TEST(a_new_account_tells_whose_it_is)
{
    struct account a = { .name = "zhang", .person_id = 41 };

    OFFICE;
    EXPECT_OK(account_make(c, &a));
    EXPECT(strcmp(a.person_name, "Zhang") == 0 && a.active);
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
    int64_t admin = make_account(c, "zhao", 44);
    EXPECT_OK(grant(c, a.id, "security_admin", SCOPE_ALL, 0));
    EXPECT_OK(grant(c, admin, "system_admin", SCOPE_ALL, 0));
    EXPECT_OK(auth_as(c, "zhao"));
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
    c->said = model_mask(&account_model, "person_id");
    EXPECT_FAULT(account_change(c, &a), ERR_INVALID, "person_id");
    a.name = "other";
    c->said = model_mask(&account_model, "name");
    EXPECT_FAULT(account_change(c, &a), ERR_INVALID, "name");
    a.password = "New-pass9";
    c->said = model_mask(&account_model, "password");
    EXPECT_FAULT(account_change(c, &a), ERR_INVALID, "password");
    a.lang = "en";
    c->said = model_mask(&account_model, "lang");
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
    pass_seconds(c, 999);
    EXPECT_OK(auth_by_token(c, t.token));
    EXPECT(c->actor->by_token && c->actor->account_id == id);
    EXPECT(auth_may(c, "order.dispatch"));
    EXPECT_FAULT(token_make(c, &t), ERR_DENIED, NULL);
    EXPECT_FAULT(auth_change_password(c, GOOD, "New-pass9"), ERR_DENIED, NULL);
    pass_seconds(c, 1);
    EXPECT_FAULT(auth_by_token(c, t.token), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(auth_by_token(c, "lc_other"), ERR_UNSIGNED, NULL);
}

TEST(one_sees_and_ends_his_own_sessions_and_no_others)
{
    struct list l = { .model = &session_row_model };
    struct session_row s = { 0 };

    OFFICE;
    make_account(c, "zhang", 41);
    make_account(c, "li", 42);
    const char *first = sign_in(c, "zhang");
    sign_in(c, "zhang");
    EXPECT_OK(session_row_list(c, &l));
    const struct session_row *rows = l.rows;
    EXPECT(l.n == 2 && !rows[0].own && rows[1].own);
    s.id = rows[0].id;
    sign_in(c, "li");
    EXPECT_FAULT(session_row_end(c, &s), ERR_ABSENT, NULL);
    EXPECT_OK(auth_as(c, "zhang"));
    EXPECT_OK(session_row_end(c, &s));
    EXPECT_FAULT(auth_by_session(c, first), ERR_UNSIGNED, NULL);
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
