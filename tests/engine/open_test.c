/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts by the hundred: chosen, brought in by tables, carried by slips. */
#include "auth/account.h"
#include "auth/change.h"
#include "base/text.h"
#include "engine/order/held.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

#define OWN "Meadow7-Kettle"

static int64_t
newcomer(struct call *c, const char *code, const char *mobile)
{
    struct person p = {
        .code = code, .name = "新人", .unit_id = 12, .mobile = mobile
    };

    as(c, "sysadmin");
    EXPECT_OK(person_add(c, &p));
    return p.id;
}

static int64_t
accounts(struct call *c)
{
    return office_int(c, "SELECT COUNT(*) FROM account");
}

static int64_t
waiting(struct call *c)
{
    return office_int(c, "SELECT COUNT(*) FROM right_change"
                         " WHERE state = 'waiting'");
}

/* ACCOUNT opens accounts; how many were not refused. */
static size_t
opens(struct call *c, const struct account_opening *o)
{
    struct account_opened *all;
    size_t n, good = 0;

    EXPECT_OK(accounts_open(c, o, &all, &n));
    for (size_t i = 0; i < n; i++)
        good += all[i].why == NULL;
    return good;
}

/* The code of the only slip for the account. */
static const char *
slip_of(struct call *c, int64_t account)
{
    struct slip *all;
    instant until;
    size_t n;

    as(c, "sysadmin");
    EXPECT_OK(slips_make(c, arena_printf(c->arena, "%lld", (long long)account),
                         &until, &all, &n));
    EXPECT(n == 1 && all[0].code != NULL && all[0].why == NULL);
    EXPECT(until.ms == c->now.ms + 7 * DAY_MS);
    return all[0].code;
}

static enum err
come(struct call *c, const char *account, const char *password)
{
    struct sign_in s = { .account = account, .password = password };

    c->actor = NULL;
    return auth_sign_in(c, &s);
}

static int64_t
newcomers_account(struct call *c, const char *code)
{
    struct account a = { .name = code, .person_id = newcomer(c, code, NULL) };

    EXPECT_OK(account_make(c, &a));
    return a.id;
}

/* -- chosen ------------------------------------------------------------------- */

TEST(accounts_are_made_for_all_of_a_unit_who_have_none)
{
    struct account_opening o = { .unit_id = 12, .dry_run = true };

    office_make(c);
    newcomer(c, "N1", NULL);
    newcomer(c, "N2", NULL);
    int64_t before = accounts(c);
    EXPECT(opens(c, &o) == 2); /* li, of the same unit, has one */
    EXPECT(accounts(c) == before);
    o.dry_run = false;
    EXPECT(opens(c, &o) == 2 && accounts(c) == before + 2);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM account WHERE name = 'n1'"
                         " AND active = 1 AND password IS NULL")
           == 1);
    EXPECT(opens(c, &o) == 0 && accounts(c) == before + 2);
}

TEST(what_is_refused_of_one_person_is_no_hindrance_to_the_others)
{
    struct account_opening o = { .called = CALLED_TELEPHONE };
    struct account_opened *all;
    size_t n;

    office_make(c);
    int64_t one = newcomer(c, "N1", "13900000001");
    int64_t same = newcomer(c, "N2", "13900000001");
    int64_t none = newcomer(c, "N3", NULL);
    o.person_ids = arena_printf(c->arena, "%lld, %lld,%lld,41", (long long)one,
                                (long long)same, (long long)none);
    EXPECT_OK(accounts_open(c, &o, &all, &n));
    EXPECT(n == 4 && all[0].why == NULL && all[0].account_id != 0);
    EXPECT(text_same(all[0].name, "13900000001"));
    EXPECT(all[1].why != NULL && all[2].why != NULL && all[3].why != NULL);
    as(c, "desk");
    EXPECT_FAULT(accounts_open(c, &o, &all, &n), ERR_DENIED, NULL);
}

TEST(accounts_of_people_with_rights_wait_and_are_decided_by_one_word)
{
    struct account_opening o = { .unit_id = 12 };
    struct decided d;

    office_make(c);
    for (int i = 1; i <= 3; i++) {
        struct crew_member m = {
            .crew_id = id_of(c, "crew", "plumbers"),
            .person_id = newcomer(c, arena_printf(c->arena, "N%d", i), NULL)
        };

        EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    }
    EXPECT(opens(c, &o) == 3 && waiting(c) == 3);
    int64_t first = office_int(c, "SELECT MIN(id) FROM right_change");
    /* Nobody decides what they have asked for. */
    EXPECT_OK(right_changes_decide(c, first, true, &d));
    EXPECT(d.done == 0 && d.n_left == 3 && waiting(c) == 3);
    as(c, "desk");
    EXPECT_FAULT(right_changes_decide(c, first, true, &d), ERR_DENIED, NULL);
    as(c, "secadmin");
    EXPECT_OK(right_changes_decide(c, first, true, &d));
    EXPECT(d.done == 3 && d.n_left == 0 && waiting(c) == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM account WHERE active = 1"
                         " AND name IN ('n1', 'n2', 'n3')")
           == 3);
}

TEST(what_was_asked_for_one_by_one_is_decided_one_by_one)
{
    struct decided d;

    office_make(c);
    for (int i = 1; i <= 2; i++) {
        struct account a = { .name = arena_printf(c->arena, "n%d", i) };
        struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers") };

        a.person_id = m.person_id = newcomer(c, a.name, NULL);
        EXPECT_OK(account_make(c, &a));
        EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    }
    EXPECT(waiting(c) == 2);
    as(c, "secadmin");
    EXPECT_OK(
        right_changes_decide(c,
                             office_int(c, "SELECT MIN(id) FROM right_change"),
                             true, &d));
    EXPECT(d.done == 1 && d.n_left == 0 && waiting(c) == 1);
    EXPECT_FAULT(right_changes_decide(c, 9, true, &d), ERR_ABSENT, NULL);
}

/* -- slips -------------------------------------------------------------------- */

TEST(a_slip_lets_in_for_seven_days_to_set_a_password_of_ones_own)
{
    office_make(c);
    int64_t one = newcomers_account(c, "n1"), two = newcomers_account(c, "n2");
    const char *code = slip_of(c, one), *late = slip_of(c, two);
    /* As people type: small letters, no dashes. */
    char typed[13];
    size_t n = 0;

    for (const char *p = code; *p; p++)
        if (*p != '-')
            typed[n++] = (char)(*p >= 'A' ? *p + 'a' - 'A' : *p);
    typed[n] = '\0';
    EXPECT(n == 12);
    EXPECT_FAULT(come(c, "n1", "ABCD-EFGH-JKLM"), ERR_UNSIGNED, NULL);
    office_pass(c, 7 * DAY_MS - 1);
    EXPECT_OK(come(c, "n1", typed));
    EXPECT(c->actor->must_change && !auth_may(c, "grant.edit"));
    EXPECT_FAULT(auth_need(c, "order.create", NULL), ERR_DENIED, "password");
    EXPECT_OK(auth_change_password(c, code, OWN));
    office_pass(c, 1);
    EXPECT_FAULT(come(c, "n2", late), ERR_UNSIGNED, NULL);
    EXPECT(strstr(c->fault.text, "run out") != NULL);
    /* What was set in time stays. */
    EXPECT_OK(come(c, "n1", OWN));
    EXPECT(!c->actor->must_change);
}

TEST(a_slip_printed_while_the_clock_was_ahead_lets_nobody_in)
{
    office_make(c);
    int64_t one = newcomers_account(c, "n1");
    office_pass(c, 30 * DAY_MS);
    const char *code = slip_of(c, one);
    office_pass(c, -30 * DAY_MS);
    EXPECT_FAULT(come(c, "n1", code), ERR_UNSIGNED, NULL);
    EXPECT(strstr(c->fault.text, "run out") != NULL);
}

TEST(slips_for_all_leave_alone_who_comes_by_a_token)
{
    struct slip *all;
    instant until;
    size_t n;

    office_make(c);
    int64_t one = newcomers_account(c, "n1"), two = newcomers_account(c, "n2");
    office_exec(c, arena_printf(
                       c->arena,
                       "INSERT INTO token (id, secret, account_id, name,"
                       " created_at, version) VALUES (9, 'x', %lld, 'x', 1, 1)",
                       (long long)two));
    as(c, "sysadmin");
    EXPECT_OK(slips_make(c, NULL, &until, &all, &n));
    bool newcomer_has = false;
    for (size_t i = 0; i < n; i++) {
        EXPECT(all[i].account_id != two);
        newcomer_has = newcomer_has || all[i].account_id == one;
    }
    EXPECT(newcomer_has);
}

TEST(whoever_holds_a_slip_that_another_has_used_is_told)
{
    office_make(c);
    const char *code = slip_of(c, newcomers_account(c, "n1"));

    EXPECT_OK(come(c, "n1", code)); /* somebody else, who has read it */
    EXPECT_OK(auth_change_password(c, code, OWN));
    EXPECT_FAULT(come(c, "n1", code), ERR_UNSIGNED, NULL);
    EXPECT(strstr(c->fault.text, "used or replaced") != NULL);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry"
                         " WHERE action = 'sign_in.spent_slip'")
           == 1);
    EXPECT_FAULT(come(c, "n1", "ABCD-EFGH-JKLM"), ERR_UNSIGNED, NULL);
    EXPECT(strstr(c->fault.text, "used or replaced") == NULL);
}

TEST(a_slip_in_place_of_an_own_password_is_seen_by_the_second_administrator)
{
    office_make(c);
    int64_t id = newcomers_account(c, "n1");

    EXPECT_OK(come(c, "n1", slip_of(c, id)));
    (void)slip_of(c, id); /* the first was lost before it was of use */
    EXPECT(waiting(c) == 0);
    const char *code = slip_of(c, id);
    EXPECT_OK(come(c, "n1", code));
    EXPECT_OK(auth_change_password(c, code, OWN));
    (void)slip_of(c, id);
    EXPECT(waiting(c) == 1);
    EXPECT_FAULT(come(c, "n1", OWN), ERR_UNSIGNED, NULL);
}

/* A second one would otherwise let in whoever printed it, unseen. */
TEST(each_slip_after_one_that_took_the_place_of_a_password_is_seen_too)
{
    office_make(c);
    int64_t id = newcomers_account(c, "n1");
    const char *code = slip_of(c, id);

    EXPECT_OK(come(c, "n1", code));
    EXPECT_OK(auth_change_password(c, code, OWN));
    for (int i = 1; i <= 8; i++) {
        (void)slip_of(c, id);
        EXPECT(waiting(c) == i);
    }
}

/* Nothing was told of a slip that the server itself printed. */
TEST(a_slip_after_one_of_the_servers_own_is_seen_where_a_password_was_chosen)
{
    static const struct grant all_rights = {
        .role = "program", .scope = SCOPE_ALL, .rights = ~(right_set)0
    };
    static const struct actor program = {
        .name = "liangcao", .grants = &all_rights, .n_grants = 1
    };
    struct slip *all;
    instant until;
    size_t n;

    office_make(c);
    int64_t id = newcomers_account(c, "n1");
    const char *code = slip_of(c, id);
    EXPECT_OK(come(c, "n1", code));
    EXPECT_OK(auth_change_password(c, code, OWN));
    c->actor = &program;
    EXPECT_OK(slips_make(c, arena_printf(c->arena, "%lld", (long long)id),
                         &until, &all, &n));
    EXPECT(n == 1 && all[0].code != NULL && waiting(c) == 0);
    (void)slip_of(c, id);
    EXPECT(waiting(c) == 1);
}

TEST(no_slip_is_made_for_an_administrator_nor_for_oneself)
{
    struct slip *all;
    instant until;
    size_t n;

    office_make(c);
    int64_t me = office_int(c, "SELECT id FROM account WHERE name ="
                               " 'sysadmin'");
    int64_t other = office_int(c, "SELECT id FROM account WHERE name ="
                                  " 'secadmin'");
    as(c, "sysadmin");
    EXPECT_OK(slips_make(c,
                         arena_printf(c->arena, "%lld,%lld", (long long)me,
                                      (long long)other),
                         &until, &all, &n));
    EXPECT(n == 2);
    for (size_t i = 0; i < n; i++)
        EXPECT(all[i].code == NULL && all[i].why != NULL);
    EXPECT_FAULT(slips_make(c, "12,x", &until, &all, &n), ERR_INVALID,
                 "account_ids");
}

/* -- by tables ---------------------------------------------------------------- */

static struct import_result
bring(struct call *c, const char *plural, const char *csv, bool dry_run)
{
    const struct noun *n = noun_find(c, plural);
    struct import_result r = { 0 };

    EXPECT(n != NULL && noun_imports(n));
    EXPECT_OK(noun_import(c, n, csv, strlen(csv), dry_run, &r));
    return r;
}

TEST(accounts_come_in_by_a_table_called_by_staff_number_unless_said)
{
    const char *csv = "person_code,name\nN1,\nN2,second-n2\n";

    office_make(c);
    newcomer(c, "N1", NULL);
    newcomer(c, "N2", NULL);
    int64_t before = accounts(c);
    struct import_result r = bring(c, "accounts", csv, true);
    EXPECT(r.added == 2 && r.n_refused == 0 && accounts(c) == before);
    r = bring(c, "accounts", csv, false);
    EXPECT(r.added == 2 && accounts(c) == before + 2);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM account WHERE name IN"
                         " ('n1', 'second-n2')")
           == 2);
    r = bring(c, "accounts", csv, false);
    EXPECT(r.unchanged == 2 && r.added == 0 && accounts(c) == before + 2);
    /* A name is one person's for ever. */
    r = bring(c, "accounts", "person_code,name\nN2,n1\n", false);
    EXPECT(r.n_refused == 1 && accounts(c) == before + 2);
}

TEST(roles_of_a_table_wait_for_one_word_of_the_security_administrator)
{
    const char *csv = "account_name,role,scope,scope_code\n"
                      "wang,approver,unit,B\nli,leader,all,\n";
    struct decided d;

    office_make(c);
    office_exec(c, "UPDATE unit SET code = 'B' WHERE id = 2");
    as(c, "sysadmin");
    struct import_result r = bring(c, "grants", csv, true);
    EXPECT(r.waiting == 2 && r.n_refused == 0 && waiting(c) == 0);
    (void)bring(c, "grants", csv, false);
    EXPECT(waiting(c) == 2);
    /* Brought in again it asks for nothing twice. */
    r = bring(c, "grants", csv, false);
    EXPECT(r.n_refused == 0 && waiting(c) == 2);
    as(c, "li");
    EXPECT(!auth_may(c, "rating.see"));
    as(c, "secadmin");
    EXPECT_OK(right_changes_decide(c,
                                   office_int(c, "SELECT MAX(id) FROM"
                                                 " right_change"),
                                   true, &d));
    EXPECT(d.done == 2 && d.n_left == 0);
    as(c, "li");
    EXPECT(auth_may(c, "rating.see"));
    as(c, "wang");
    const struct auth_where there = { .unit_id = 2 },
                            elsewhere = { 12, 0, 0, 0 };
    EXPECT(auth_may_at(c, "order.approve", &there));
    EXPECT(!auth_may_at(c, "order.approve", &elsewhere));
    as(c, "sysadmin");
    r = bring(c, "grants", csv, false);
    EXPECT(r.unchanged == 2 && waiting(c) == 0);
}

TEST(an_administrators_role_does_not_come_by_a_table)
{
    office_make(c);
    as(c, "sysadmin");
    struct import_result r =
        bring(c, "grants", "account_name,role,scope\nwang,audit_admin,all\n",
              false);
    EXPECT(r.n_refused == 1 && waiting(c) == 0);
    /* Nor any for the one who asks. */
    r = bring(c, "grants", "account_name,role,scope\nsysadmin,leader,all\n",
              false);
    EXPECT(r.n_refused == 1 && waiting(c) == 0);
}

TEST(what_a_batch_cannot_have_is_left_with_its_reason)
{
    struct decided d;

    office_make(c);
    as(c, "sysadmin");
    (void)bring(c, "grants",
                "account_name,role,scope\nwang,leader,all\nli,leader,all\n",
                false);
    /* Meanwhile the role was granted by hand. */
    as(c, "secadmin");
    struct role_grant g = {
        .account_id = office_int(c, "SELECT id FROM account WHERE name = 'li'"),
        .role = "leader",
        .scope = SCOPE_ALL
    };
    EXPECT_OK(grant_make(c, &g));
    EXPECT_OK(
        right_changes_decide(c,
                             office_int(c, "SELECT MIN(id) FROM right_change"),
                             true, &d));
    EXPECT(d.done == 1 && d.n_left == 1 && d.left[0].detail != NULL);
    EXPECT(waiting(c) == 1);
    EXPECT_OK(right_changes_decide(c, d.left[0].id, false, &d));
    EXPECT(d.done == 1 && waiting(c) == 0);
}

/* -- taken out ---------------------------------------------------------------- */

TEST(what_somebody_has_in_hand_is_told_before_they_are_taken_out)
{
    struct held *all;
    int64_t total;
    size_t n;

    office_make(c);
    int64_t id = ask(c, "wang", "A04").id;
    EXPECT_OK(
        say(c, "desk", "dispatch", id,
            .crew_id = id_of(c, "crew", "electricians"), .assignee_id = 44));
    (void)ask(c, "wang", "A04"); /* nobody's yet */
    as(c, "sysadmin");
    EXPECT_OK(orders_held(c, 44, &all, &n, &total));
    EXPECT(total == 1 && n == 1 && text_same(all[0].state, "dispatched"));
    EXPECT(all[0].crew_name != NULL);
    EXPECT_OK(orders_held(c, 41, &all, &n, &total));
    EXPECT(total == 0 && n == 0);
    as(c, "wang");
    EXPECT_FAULT(orders_held(c, 44, &all, &n, &total), ERR_DENIED, NULL);
}
