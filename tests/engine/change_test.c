/* SPDX-License-Identifier: Apache-2.0 */
/* What auth/change.h promises: rights are given by two persons, or not. */
#include "auth/account.h"
#include "auth/change.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

#define GIVEN_PASSWORD "Kettle-4meadow"

/* Somebody new, without an account. */
static int64_t
newcomer(struct call *c, const char *code)
{
    struct person p = { .code = code, .name = "新人", .unit_id = 2 };

    as(c, "sysadmin");
    EXPECT_OK(person_add(c, &p));
    return p.id;
}

static int64_t
account_of(struct call *c, const char *name)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT id FROM account WHERE name = "
                                      "'%s'",
                                      name));
}

/* ACCOUNT puts PERSON into the electricians. */
static enum err
join(struct call *c, const char *account, int64_t person, bool lead)
{
    struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers"),
                             .person_id = person,
                             .lead = lead };

    as(c, account);
    c->waits = false;
    return noun_add(c, &crew_member_noun, &m);
}

static enum err
patch_person(struct call *c, const char *account, struct person *p,
             const char *field)
{
    as(c, account);
    c->waits = false;
    return person_set(c, p, model_mask(&person_model, field));
}

static enum err
use_account(struct call *c, const char *account, int64_t id, bool active)
{
    struct account a = { .id = id, .active = active };

    as(c, account);
    c->waits = false;
    c->said = model_mask(&account_model, "active");
    return account_change(c, &a);
}

/* The newest change that waits. */
static struct right_change
waiting(struct call *c)
{
    struct right_change w = { 0 };

    w.id = office_int(c, "SELECT COALESCE(MAX(id), 0) FROM right_change"
                         " WHERE state = 'waiting'");
    if (w.id)
        EXPECT_OK(model_get(c, &right_change_model, w.id, &w));
    return w;
}

typedef enum err (*decision)(struct call *c, struct right_change *w);

static enum err
decide(struct call *c, const char *account, decision how)
{
    struct right_change w = { .id = waiting(c).id };

    as(c, account);
    return how(c, &w);
}

static bool
holds(struct call *c, const char *account, const char *right)
{
    as(c, account);
    return auth_may(c, right);
}

/* -- membership ---------------------------------------------------------------- */

TEST(who_signs_in_is_in_a_crew_when_a_second_administrator_agrees)
{
    office_make(c);
    EXPECT_OK(join(c, "sysadmin", 41, true));
    EXPECT(c->waits);
    EXPECT(!holds(c, "wang", "order.work") && c->actor->n_crews == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM crew_member WHERE"
                         " person_id = 41")
           == 0);
    int64_t promised = waiting(c).noun_id;
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(holds(c, "wang", "order.dispatch") && c->actor->n_crews == 1);
    EXPECT(office_int(c, "SELECT id FROM crew_member WHERE person_id = 41")
           == promised);
}

TEST(who_has_no_account_joins_a_crew_at_once)
{
    office_make(c);
    int64_t id = newcomer(c, "N1");
    EXPECT_OK(join(c, "sysadmin", id, false));
    EXPECT(!c->waits);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM right_change") == 0);
}

TEST(the_same_change_is_not_asked_for_twice)
{
    office_make(c);
    EXPECT_OK(join(c, "sysadmin", 41, false));
    EXPECT_FAULT(join(c, "sysadmin", 41, false), ERR_CONFLICT, NULL);
}

TEST(a_member_leads_when_a_second_administrator_agrees)
{
    struct crew_member m = { .lead = true };

    office_make(c);
    m.id = office_int(c, "SELECT id FROM crew_member WHERE person_id = 46");
    as(c, "sysadmin");
    EXPECT_OK(noun_set(c, &crew_member_noun, &m,
                       model_mask(&crew_member_model, "lead")));
    EXPECT(c->waits && !holds(c, "qian", "order.dispatch"));
    EXPECT(holds(c, "qian", "order.work")); /* still a member */
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(holds(c, "qian", "order.dispatch"));
}

TEST(an_administrator_joins_no_crew_and_no_provider)
{
    struct person p = { .id = 56, .provider_id = 31 };

    office_make(c);
    EXPECT_FAULT(join(c, "sysadmin", 54, true), ERR_DENIED, NULL);
    EXPECT_FAULT(join(c, "sysadmin", 56, false), ERR_CONFLICT, "person_id");
    EXPECT_FAULT(patch_person(c, "sysadmin", &p, "provider_id"), ERR_CONFLICT,
                 "person_id");
    p.id = 54;
    EXPECT_FAULT(patch_person(c, "sysadmin", &p, "provider_id"), ERR_DENIED,
                 NULL);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM right_change") == 0);
}

/* -- providers ----------------------------------------------------------------- */

TEST(who_signs_in_acts_for_a_provider_when_a_second_administrator_agrees)
{
    struct person p = { .id = 41, .provider_id = 31, .mobile = "13900000041" };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(person_set(c, &p,
                         model_mask(&person_model, "provider_id")
                             | model_mask(&person_model, "mobile")));
    EXPECT(c->waits && p.provider_id == 0);
    EXPECT(strcmp(p.mobile, "13900000041") == 0); /* the rest is done */
    EXPECT(!holds(c, "wang", "order.see"));
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(holds(c, "wang", "order.see") && c->actor->provider_id == 31);
}

TEST(a_crew_goes_to_a_provider_when_a_second_administrator_agrees)
{
    struct crew w = { .provider_id = 31 };

    office_make(c);
    w.id = id_of(c, "crew", "plumbers");
    as(c, "sysadmin");
    EXPECT_OK(
        noun_set(c, &crew_noun, &w, model_mask(&crew_model, "provider_id")));
    EXPECT(c->waits && w.provider_id == 0);
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(office_int(c, "SELECT provider_id FROM crew WHERE"
                         " code = 'plumbers'")
           == 31);
}

/* -- accounts --------------------------------------------------------------------- */

TEST(a_second_account_waits_and_so_does_one_of_somebody_with_rights)
{
    struct account a = { .name = "sun2", .person_id = 45 };
    struct sign_in s = { .account = "sun2", .password = GIVEN_PASSWORD };

    office_make(c);
    as(c, "sysadmin");
    a.password = s.password;
    EXPECT_OK(account_make(c, &a));
    EXPECT(c->waits && a.waiting && !a.active);
    EXPECT_FAULT(auth_sign_in(c, &s), ERR_UNSIGNED, NULL);
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT_OK(auth_sign_in(c, &s));
    EXPECT(c->actor->must_change);

    int64_t id = newcomer(c, "N1");
    EXPECT_OK(join(c, "sysadmin", id, false));
    a = (struct account){ .name = "plumber", .person_id = id };
    EXPECT_OK(account_make(c, &a));
    EXPECT(c->waits && !a.active);
}

TEST(a_first_account_of_somebody_without_rights_waits_for_nobody)
{
    struct account a = { .name = "plain" };

    office_make(c);
    a.person_id = newcomer(c, "N1");
    c->waits = false;
    EXPECT_OK(account_make(c, &a));
    EXPECT(!c->waits && a.active);
    /* But nobody makes one for themselves. */
    a = (struct account){ .name = "sysadmin2", .person_id = 54 };
    EXPECT_FAULT(account_make(c, &a), ERR_DENIED, NULL);
}

TEST(an_account_with_rights_comes_back_when_a_second_administrator_agrees)
{
    office_make(c);
    int64_t desk = account_of(c, "desk");
    EXPECT_OK(use_account(c, "sysadmin", desk, false));
    EXPECT(!c->waits); /* that takes rights, and gives none */
    EXPECT_OK(use_account(c, "sysadmin", desk, true));
    EXPECT(c->waits);
    EXPECT(office_int(c, "SELECT active FROM account WHERE name = 'desk'")
           == 0);
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(office_int(c, "SELECT active FROM account WHERE name = 'desk'")
           == 1);
}

TEST(a_person_with_rights_comes_back_when_a_second_administrator_agrees)
{
    struct person p = { .id = 43 };

    office_make(c);
    EXPECT_OK(patch_person(c, "sysadmin", &p, "active"));
    EXPECT(!c->waits);
    p = (struct person){ .id = 43, .active = true };
    EXPECT_OK(patch_person(c, "sysadmin", &p, "active"));
    EXPECT(c->waits && !p.active);
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(office_int(c, "SELECT active FROM person WHERE id = 43") == 1);
}

TEST(an_account_becomes_nobody_elses_by_a_new_name)
{
    struct person p = { .id = 43, .name = "他人" };

    office_make(c);
    EXPECT_OK(patch_person(c, "sysadmin", &p, "name"));
    EXPECT(c->waits && strcmp(p.name, "Desk") == 0);
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM person WHERE id = 43 AND"
                         " name = '他人'")
           == 1);
}

/* -- the other administrators ---------------------------------------------------- */

/* A second one, so that neither is the last of the role. */
static int64_t
second_admin(struct call *c, const char *name, const char *role)
{
    struct account a = { .name = name };
    struct role_grant g = { .role = role };

    a.person_id = newcomer(c, name);
    as(c, NULL);
    EXPECT_OK(account_make(c, &a));
    g.account_id = a.id;
    EXPECT_OK(grant_make(c, &g));
    return a.id;
}

TEST(the_last_administrator_of_a_role_stays)
{
    struct person p = { .id = 56 };
    struct role_grant g = { .id = 256 };

    office_make(c);
    EXPECT_FAULT(use_account(c, "sysadmin", 156, false), ERR_CONFLICT, NULL);
    EXPECT_FAULT(patch_person(c, "sysadmin", &p, "active"), ERR_CONFLICT, NULL);
    as(c, "secadmin");
    EXPECT_FAULT(grant_remove(c, &g), ERR_CONFLICT, NULL);
    as(c, NULL); /* not even by the program itself */
    EXPECT_FAULT(grant_remove(c, &g), ERR_CONFLICT, NULL);
}

TEST(an_administrator_goes_only_when_one_of_another_role_agrees)
{
    struct role_grant g = { .id = 256 };

    office_make(c);
    second_admin(c, "auditor2", "audit_admin");
    EXPECT_OK(use_account(c, "sysadmin", 156, false));
    EXPECT(c->waits && strcmp(waiting(c).confirmer, "security_admin") == 0);
    EXPECT(holds(c, "auditor", "audit.see"));
    EXPECT_OK(decide(c, "secadmin", right_change_refuse));
    EXPECT(holds(c, "auditor", "audit.see"));
    /* The security administrator does it no more alone than the other. */
    c->waits = false;
    as(c, "secadmin");
    EXPECT_OK(grant_remove(c, &g));
    EXPECT(c->waits && holds(c, "auditor", "audit.see"));
    EXPECT_FAULT(decide(c, "secadmin", right_change_confirm), ERR_DENIED, NULL);
    EXPECT_FAULT(decide(c, "auditor2", right_change_confirm), ERR_DENIED, NULL);
    EXPECT_OK(decide(c, "sysadmin", right_change_confirm));
    EXPECT(!holds(c, "auditor", "audit.see"));
}

TEST(what_is_about_the_security_administrator_is_decided_by_the_third)
{
    office_make(c);
    second_admin(c, "secadmin2", "security_admin");
    EXPECT_OK(use_account(c, "sysadmin", 155, false));
    EXPECT_FAULT(decide(c, "secadmin", right_change_confirm), ERR_DENIED, NULL);
    EXPECT_FAULT(decide(c, "sysadmin", right_change_confirm), ERR_DENIED, NULL);
    EXPECT_OK(decide(c, "auditor", right_change_confirm));
    EXPECT(office_int(c, "SELECT active FROM account WHERE id = 155") == 0);
}

TEST(the_last_one_is_looked_for_again_when_it_is_confirmed)
{
    office_make(c);
    int64_t second = second_admin(c, "auditor2", "audit_admin");
    EXPECT_OK(use_account(c, "sysadmin", 156, false));
    int64_t first = waiting(c).id;
    EXPECT_OK(use_account(c, "sysadmin", second, false));
    EXPECT_OK(decide(c, "secadmin", right_change_confirm)); /* the newer */
    EXPECT(waiting(c).id == first);
    EXPECT_FAULT(decide(c, "secadmin", right_change_confirm), ERR_CONFLICT,
                 NULL);
    EXPECT(waiting(c).id == first); /* it waits on */
}

/* -- deciding ----------------------------------------------------------------------- */

TEST(what_is_refused_or_withdrawn_is_not_made)
{
    office_make(c);
    EXPECT_OK(join(c, "sysadmin", 41, false));
    EXPECT_FAULT(decide(c, "desk", right_change_refuse), ERR_DENIED, NULL);
    EXPECT_OK(decide(c, "secadmin", right_change_refuse));
    EXPECT(!holds(c, "wang", "order.work"));
    EXPECT_OK(join(c, "sysadmin", 41, false));
    EXPECT_FAULT(decide(c, "secadmin", right_change_withdraw), ERR_DENIED,
                 NULL);
    EXPECT_OK(decide(c, "sysadmin", right_change_withdraw));
    EXPECT(waiting(c).id == 0 && !holds(c, "wang", "order.work"));
}

TEST(a_change_is_decided_once)
{
    struct right_change w = { 0 };

    office_make(c);
    EXPECT_OK(join(c, "sysadmin", 41, false));
    w.id = waiting(c).id;
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    as(c, "secadmin");
    EXPECT_FAULT(right_change_refuse(c, &w), ERR_CONFLICT, NULL);
}

TEST(the_history_says_who_asked_and_who_agreed)
{
    office_make(c);
    EXPECT_OK(join(c, "sysadmin", 41, false));
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(office_int(c, "SELECT account_id FROM audit_entry WHERE"
                         " action = 'crew_member.add'")
           == 154);
    EXPECT(office_int(c, "SELECT account_id FROM audit_entry WHERE"
                         " action = 'right_change.confirm'")
           == 155);
}

TEST(each_administrator_reads_what_waits_and_whose_turn_it_is)
{
    static const char *const who[] = { "sysadmin", "secadmin", "auditor" };
    struct list l = { .model = &right_change_model };

    office_make(c);
    EXPECT_OK(join(c, "sysadmin", 41, true));
    for (size_t i = 0; i < COUNT(who); i++) {
        l = (struct list){ .model = &right_change_model };
        as(c, who[i]);
        EXPECT_OK(right_change_list(c, &l));
        const struct right_change *w = l.rows;
        EXPECT(l.n == 1 && w->own == (i == 0) && w->mine == (i == 1));
        EXPECT(strstr(w->says, "王芳") != NULL);
        EXPECT(strstr(w->says, "as its lead") != NULL);
    }
    as(c, "desk");
    EXPECT_FAULT(right_change_list(c, &l), ERR_DENIED, NULL);
}

TEST(every_kind_of_change_can_be_said_and_made)
{
    const char *const *kinds = NULL;
    struct right_change w = { .id = 0 };

    office_make(c);
    for (size_t i = 0; i < right_change_model.n; i++)
        if (strcmp(right_change_model.fields[i].name, "kind") == 0)
            kinds = right_change_model.fields[i].choices;
    EXPECT(kinds != NULL);
    for (; *kinds; kinds++) {
        w = (struct right_change){ .kind = *kinds,
                                   .person_id = 41,
                                   .about = *kinds,
                                   .noun = "person",
                                   .noun_id = 1,
                                   .wish = "{}" };
        as(c, "sysadmin");
        {
            TX tx = tx_begin(c);
            EXPECT_OK(change_ask(c, &w));
            EXPECT_OK(tx_commit(&tx));
        }
        as(c, "secadmin");
        /* What stands in the way is the wish, not that nobody knows how. */
        EXPECT(right_change_confirm(c, &w) != ERR_BROKEN);
        struct list l = { .model = &right_change_model };
        EXPECT_OK(right_change_list(c, &l));
        const struct right_change *rows = l.rows;
        for (size_t i = 0; i < l.n; i++)
            EXPECT(rows[i].says != NULL && strstr(rows[i].says, "王芳"));
    }
}

/* -- passwords --------------------------------------------------------------------- */

TEST(a_password_that_another_reset_is_told_to_him_and_to_the_second)
{
    struct account a = { .id = 143, .password = GIVEN_PASSWORD };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(account_reset(c, &a));
    EXPECT(a.reset_at.ms == c->now.ms && strcmp(a.reset_by, "System") == 0);
    EXPECT(strcmp(waiting(c).kind, "password") == 0);
    EXPECT_FAULT(decide(c, "sysadmin", right_change_withdraw), ERR_DENIED,
                 NULL);
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    /* It is the owner's again when they have changed it. */
    struct sign_in s = { .account = "desk", .password = GIVEN_PASSWORD };
    c->actor = NULL;
    EXPECT_OK(auth_sign_in(c, &s));
    EXPECT_FAULT(auth_need(c, NULL, NULL), ERR_DENIED, "password");
    EXPECT_OK(auth_change_password(c, GIVEN_PASSWORD, "Lantern-5harbour"));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM account WHERE id = 143 AND"
                         " reset_at IS NULL AND reset_by IS NULL")
           == 1);
}

TEST(a_reset_that_is_refused_lets_nobody_in)
{
    struct account a = { .id = 143, .password = GIVEN_PASSWORD };
    struct sign_in s = { .account = "desk", .password = GIVEN_PASSWORD };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(account_reset(c, &a));
    c->actor = NULL;
    EXPECT_OK(auth_sign_in(c, &s));
    EXPECT_OK(decide(c, "secadmin", right_change_refuse));
    EXPECT_FAULT(auth_by_session(c, s.session), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(auth_sign_in(c, &s), ERR_UNSIGNED, NULL);
}

TEST(a_reset_is_refused_only_while_it_is_still_the_password)
{
    struct account a = { .id = 143, .password = GIVEN_PASSWORD };
    struct sign_in s = { .account = "desk", .password = GIVEN_PASSWORD };
    struct sign_in own = { .account = "desk", .password = "Lantern-5harbour" };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(account_reset(c, &a));
    c->actor = NULL;
    EXPECT_OK(auth_sign_in(c, &s));
    EXPECT_OK(auth_change_password(c, GIVEN_PASSWORD, own.password));
    EXPECT_FAULT(decide(c, "secadmin", right_change_refuse), ERR_CONFLICT,
                 NULL);
    c->actor = NULL;
    EXPECT_OK(auth_sign_in(c, &own));
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
}

TEST(an_administrators_password_is_taken_away_by_nobody)
{
    struct account a = { .id = 143, .password = GIVEN_PASSWORD };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(account_reset(c, &a));
    office_exec(c, "UPDATE role_grant SET role = 'audit_admin'"
                   " WHERE account_id = 143");
    EXPECT_FAULT(decide(c, "secadmin", right_change_refuse), ERR_CONFLICT,
                 NULL);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM account WHERE id = 143"
                         " AND password IS NOT NULL")
           == 1);
}

static enum err
set_must_change(struct call *c, const char *account, int64_t id, bool must)
{
    struct account a = { .id = id, .must_change = must };

    as(c, account);
    c->said = model_mask(&account_model, "must_change");
    return account_change(c, &a);
}

TEST(only_the_owners_own_password_ends_that_it_must_be_changed)
{
    office_make(c);
    EXPECT_OK(set_must_change(c, "sysadmin", 143, true));
    EXPECT_FAULT(set_must_change(c, "sysadmin", 143, false), ERR_CONFLICT,
                 "must_change");
    EXPECT_FAULT(set_must_change(c, NULL, 143, false), ERR_CONFLICT,
                 "must_change");
}

/* -- administrators come ------------------------------------------------------------ */

static enum err
make_admin(struct call *c, int64_t account_id)
{
    struct role_grant g = { .account_id = account_id,
                            .role = "security_admin" };

    as(c, "secadmin");
    c->waits = false;
    return grant_make(c, &g);
}

TEST(an_administrators_role_waits_for_a_second_administrator)
{
    office_make(c);
    EXPECT_OK(make_admin(c, 141));
    EXPECT(c->waits && !holds(c, "wang", "grant.edit"));
    EXPECT(strcmp(waiting(c).confirmer, "audit_admin") == 0);
    EXPECT_FAULT(decide(c, "secadmin", right_change_confirm), ERR_DENIED, NULL);
    EXPECT_OK(decide(c, "auditor", right_change_confirm));
    EXPECT(holds(c, "wang", "grant.edit"));
}

TEST(nobody_becomes_an_administrator_by_a_password_that_another_knows)
{
    struct account a = { .id = 141, .password = GIVEN_PASSWORD };

    office_make(c);
    EXPECT_OK(make_admin(c, 141));
    as(c, "sysadmin");
    EXPECT_OK(account_reset(c, &a));
    EXPECT_FAULT(make_admin(c, 141), ERR_CONFLICT, "account_id");
    struct right_change w = {
        .id = office_int(c, "SELECT id FROM right_change WHERE"
                            " kind = 'grant_admin'")
    };
    as(c, "auditor");
    EXPECT_FAULT(right_change_confirm(c, &w), ERR_CONFLICT, "account_id");
    EXPECT(!holds(c, "wang", "grant.edit"));
}

TEST(the_program_decides_only_for_an_administrator_who_is_missing)
{
    struct right_change w = { 0 };

    office_make(c);
    EXPECT_OK(join(c, "sysadmin", 41, true));
    w.id = waiting(c).id;
    EXPECT_OK(auth_act_for(c, 0, false));
    EXPECT_FAULT(right_change_confirm(c, &w), ERR_DENIED, NULL);
    office_exec(c, "UPDATE account SET active = 0 WHERE id = 155");
    EXPECT_OK(auth_act_for(c, 0, false));
    EXPECT_OK(right_change_confirm(c, &w));
    EXPECT(holds(c, "wang", "order.dispatch"));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " noun = 'right_change' AND account_id IS NULL")
           > 0);
}

/* -- imports ------------------------------------------------------------------------ */

static struct import_result
bring(struct call *c, const char *csv)
{
    struct import_result r;

    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, &person_noun, csv, strlen(csv), false, &r));
    return r;
}

/* Somebody of the table, with an account; a table's ids are the program's. */
static int64_t
listed(struct call *c, const char *code)
{
    struct account a = { .name = code };

    a.person_id = newcomer(c, code);
    as(c, NULL);
    EXPECT_OK(account_make(c, &a));
    return a.person_id;
}

TEST(a_table_of_people_gives_no_rights_either)
{
    struct provider v = { .code = "L", .name = "Lamps Ltd" };

    office_make(c);
    int64_t id = listed(c, "n1");
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &v));
    static const char csv[] =
        "code,name,provider_code,mobile\nn1,新人,L,13911112222\n";
    struct import_result r;

    /* A dry run tells that it would wait, and asks for nothing. */
    EXPECT_OK(noun_import(c, &person_noun, csv, strlen(csv), true, &r));
    EXPECT(r.changed == 1 && r.waiting == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM right_change") == 0);
    r = bring(c, csv);
    EXPECT(r.n_refused == 0 && r.changed == 1 && r.waiting == 1);
    EXPECT(!holds(c, "n1", "order.see"));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM person WHERE code = 'n1' AND"
                         " mobile = '13911112222' AND provider_id IS NULL")
           == 1);
    EXPECT_OK(decide(c, "secadmin", right_change_confirm));
    EXPECT(holds(c, "n1", "order.see") && c->actor->person_id == id);
}

TEST(a_table_of_members_says_that_who_waits_is_not_added)
{
    struct import_result r;
    const char *csv = "crew_code,person_code\nplumbers,n1\n";

    office_make(c);
    listed(c, "n1");
    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, &crew_member_noun, csv, strlen(csv), false, &r));
    EXPECT(r.n_refused == 0 && r.added == 0 && r.waiting == 1);
    EXPECT(!holds(c, "n1", "order.work"));
}

TEST(a_table_that_would_take_an_administrator_away_is_refused_by_its_line)
{
    office_make(c);
    listed(c, "n1");
    second_admin(c, "auditor2", "audit_admin");
    struct import_result r =
        bring(c, "code,name,active\nn1,新人,no\nauditor2,新人,no\n");
    /* All that is said of the second waits, and is not counted as changed. */
    EXPECT(r.n_refused == 0 && r.changed == 1 && r.waiting == 1);
    EXPECT(holds(c, "auditor2", "audit.see"));
    EXPECT_OK(use_account(c, NULL, 156, false));
    EXPECT_OK(decide(c, "sysadmin", right_change_withdraw));
    r = bring(c, "code,name,active\nn1,新人,yes\nauditor2,新人,no\n");
    EXPECT(r.n_refused == 1 && r.refused[0].line == 3);
    EXPECT(office_int(c, "SELECT active FROM person WHERE code = 'n1'") == 0);
}

TEST(the_program_itself_waits_for_nobody)
{
    office_make(c);
    static const struct grant all = {
        .role = "program", .scope = SCOPE_ALL, .rights = UINT64_MAX
    };
    static const struct actor program = {
        .name = "liangcao", .grants = &all, .n_grants = 1
    };
    struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers"),
                             .person_id = 41 };
    c->actor = &program;
    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    EXPECT(!c->waits && holds(c, "wang", "order.work"));
}
