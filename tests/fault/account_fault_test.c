/* SPDX-License-Identifier: Apache-2.0 */
/* Every change of accounts, grants, tokens, and signing in. */
#include "auth/account.h"
#include "auth/change.h"
#include "engine/org/org.h"
#include "fault.h"

#define GOOD_ONE "Liang-cao9"

#define VERB(name, T)                                                          \
    static enum err do_##name(struct call *c, const void *with)                \
    {                                                                          \
        T copy = *(const T *)with;                                             \
        return name(c, &copy);                                                 \
    }
VERB(account_make, struct account)
VERB(account_change, struct account)
VERB(account_reset, struct account)
VERB(grant_make, struct role_grant)
VERB(grant_remove, struct role_grant)
VERB(token_make, struct token)
VERB(token_remove, struct token)
VERB(auth_sign_in, struct sign_in)
VERB(right_change_confirm, struct right_change)
VERB(right_change_refuse, struct right_change)
VERB(account_unlock, struct account)

static enum err
do_crew_member_add(struct call *c, const void *with)
{
    struct crew_member copy = *(const struct crew_member *)with;

    return noun_add(c, &crew_member_noun, &copy);
}

static enum err
do_sign_out(struct call *c, const void *with)
{
    TRY(auth_by_session(c, with));
    return auth_sign_out(c);
}

static enum err
do_change_password(struct call *c, const void *with)
{
    return auth_change_password(c, with, "Other-pass7");
}

TEST(accounts_and_grants_are_all_or_nothing)
{
    struct account a = { .name = "gu", .person_id = 43, .password = GOOD_ONE };
    struct role_grant g = {
        .role = "crew", .scope = SCOPE_UNIT, .scope_id = 3
    };

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "make", "sysadmin", do_account_make, &a);
    a = (struct account){
        .id = office_int(c, "SELECT id FROM account WHERE name = 'gu'"),
        .password = GOOD_ONE
    };
    c->said = model_mask(&account_model, "active");
    office_exec(c, "UPDATE account SET active = 1 WHERE name = 'gu'");
    expect_all_or_nothing(c, "change", "sysadmin", do_account_change, &a);
    a.password = "Kettle-4meadow";
    expect_all_or_nothing(c, "reset", "sysadmin", do_account_reset, &a);
    g.account_id = a.id;
    expect_all_or_nothing(c, "grant", "secadmin", do_grant_make, &g);
    g.id = office_int(c, "SELECT MAX(id) FROM role_grant");
    expect_all_or_nothing(c, "remove", "secadmin", do_grant_remove, &g);
}

TEST(tokens_and_sessions_are_all_or_nothing)
{
    struct token t = { .name = "robot" };
    struct sign_in s = { .account = "wang", .password = GOOD_ONE };
    struct sign_in wrong = { .account = "wang", .password = "wrong" };

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    as(c, NULL);
    EXPECT_OK(auth_set_password(c, 141, GOOD_ONE));
    office_exec(c, "UPDATE account SET must_change = 0");
    expect_all_or_nothing(c, "token", "wang", do_token_make, &t);
    t.id = office_int(c, "SELECT MAX(id) FROM token");
    expect_all_or_nothing(c, "untoken", "wang", do_token_remove, &t);
    expect_all_or_nothing(c, "sign in", NULL, do_auth_sign_in, &s);
    as(c, NULL);
    EXPECT_OK(auth_sign_in(c, &s));
    expect_all_or_nothing(c, "password", "wang", do_change_password, GOOD_ONE);
    s.password = "Other-pass7";
    as(c, NULL);
    EXPECT_OK(auth_sign_in(c, &s));
    expect_all_or_nothing(c, "sign out", NULL, do_sign_out, s.session);
    (void)wrong;
}

static int64_t
newest_change(struct call *c)
{
    return office_int(c, "SELECT MAX(id) FROM right_change");
}

TEST(changes_of_rights_are_all_or_nothing)
{
    struct crew_member m = { .person_id = 41, .lead = true };
    struct account a = { .id = 143, .password = "Kettle-4meadow" };
    struct right_change w = { 0 };

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    m.crew_id = id_of(c, "crew", "plumbers");
    expect_all_or_nothing(c, "ask", "sysadmin", do_crew_member_add, &m);
    w.id = newest_change(c);
    expect_all_or_nothing(c, "confirm", "secadmin", do_right_change_confirm,
                          &w);
    expect_all_or_nothing(c, "reset", "sysadmin", do_account_reset, &a);
    w.id = newest_change(c);
    expect_all_or_nothing(c, "refuse", "secadmin", do_right_change_refuse, &w);
    expect_all_or_nothing(c, "unlock", "secadmin", do_account_unlock, &a);
}
