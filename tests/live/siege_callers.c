/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls: the demo office's own accounts, and one person for every role in
 * every scope, made by the program itself as an office's first accounts are.
 */
#include <stdio.h>
#include <string.h>

#include "auth/account.h"
#include "engine/order/order.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"
#include "siege.h"

#define VICTIMS 3
#define GOOD 12

/* Somewhere that a grant of the scope can reach. */
static int64_t
somewhere(struct call *c, const char *scope)
{
    static const struct {
        const char *scope, *sql;
    } places[] = {
        { "unit", "SELECT MIN(id) FROM unit WHERE valid_to IS NULL" },
        { "crew", "SELECT id FROM crew WHERE code = 'electricians'" },
        { "place", "SELECT MIN(id) FROM place WHERE kind = 'building'" },
        { "provider", "SELECT MIN(id) FROM provider" },
        { "room", "SELECT MIN(id) FROM place WHERE kind = 'room'" },
    };

    for (size_t i = 0; i < COUNT(places); i++)
        if (strcmp(places[i].scope, scope) == 0)
            return office_int(c, places[i].sql);
    return 0;
}

/* The program may everything, and the audit says it was the program. */
static void
as_program(struct call *c)
{
    static const struct grant all = {
        .role = "program", .scope = SCOPE_ALL, .rights = UINT64_MAX
    };
    static const struct actor program = {
        .name = "liangcao", .account = "liangcao", .grants = &all, .n_grants = 1
    };

    c->actor = &program;
}

static int64_t
add_person(struct call *c, const struct caller *who)
{
    bool outside = strcmp(who->scope, "provider") == 0;
    struct person p = { .code = who->name,
                        .name = who->name,
                        .unit_id = outside ? 0 : somewhere(c, "unit"),
                        .provider_id = outside ? somewhere(c, "provider") : 0,
                        .place_id = outside ? 0 : somewhere(c, "room"),
                        .active = true };

    as_program(c);
    EXPECT_OK(person_add(c, &p));
    return p.id;
}

/* A member of every crew that takes them, so that every order has somebody. */
static void
join_crews(struct call *c, const struct caller *who, int64_t person)
{
    struct rows r;

    if (strncmp(who->role, "crew", 4) != 0
        && strcmp(who->role, "provider") != 0)
        return;
    as_program(c);
    r = db_query(c, "SELECT id FROM crew");
    while (rows_next(&r)) {
        struct crew_member m = { .crew_id = row_int(&r, 0),
                                 .person_id = person,
                                 .lead = strcmp(who->role, "crew_lead") == 0 };

        if (noun_add(c, &crew_member_noun, &m) != OK)
            c->fault = (struct fault){ .code = OK };
    }
    rows_close(&r);
}

static int
scope_of(const char *word)
{
    int i = 0;

    while (scope_words[i] != NULL && strcmp(scope_words[i], word) != 0)
        i++;
    return i;
}

/* A token for the account, and what they may. */
static void
know_caller(struct siege *s, struct call *c, struct caller *who)
{
    struct token t = { .name = "siege" };

    as(c, who->name);
    for (size_t i = 0; i < c->actor->n_grants; i++)
        who->rights |= c->actor->grants[i].rights;
    EXPECT_OK(token_make(c, &t));
    (void)snprintf(who->token, sizeof who->token, "%s", t.token);
    secrets_add(s->secrets, who->token);
}

static struct caller *
new_caller(struct siege *s, const char *name, const char *role,
           const char *scope)
{
    struct caller *who = &s->callers[s->n_callers++];

    (void)pthread_mutex_init(&who->lock, NULL);
    (void)snprintf(who->name, sizeof who->name, "%s", name);
    (void)snprintf(who->role, sizeof who->role, "%s", role);
    (void)snprintf(who->scope, sizeof who->scope, "%s", scope);
    return who;
}

/* A person with an account and a role; a role that cannot have the scope is
   left out. */
static struct caller *
add_caller(struct siege *s, struct call *c, const char *name, const char *role,
           const char *scope)
{
    struct caller *who = new_caller(s, name, role, scope);
    struct account a = { .name = who->name };
    struct role_grant g = { .role = role,
                            .scope = (unsigned)scope_of(scope),
                            .scope_id = somewhere(c, scope) };
    int64_t person = add_person(c, who);

    (void)snprintf(who->password, sizeof who->password, "%s-%s-lampe-%04d",
                   PASSWORD_MARK, "vgx", s->n_callers * 37 % 10000);
    join_crews(c, who, person);
    a.person_id = person;
    a.password = who->password;
    c->actor = NULL;
    EXPECT_OK(account_make(c, &a));
    g.account_id = a.id;
    who->person_id = person;
    who->account_id = a.id;
    if (grant_make(c, &g) != OK) {
        s->n_callers--;
        return NULL;
    }
    know_caller(s, c, who);
    return who;
}

static void
add_all_roles(struct siege *s, struct call *c)
{
    char name[40];

    for (size_t r = 0; auth_roles[r] != NULL; r++)
        for (size_t i = 0; scope_words[i] != NULL; i++) {
            (void)snprintf(name, sizeof name, "sg-%zu-%s", r, scope_words[i]);
            (void)add_caller(s, c, name, auth_roles[r], scope_words[i]);
        }
}

static void
spare(struct siege *s, struct caller *who)
{
    who->spared = true;
    lore_spare(s->lore, who->person_id);
    lore_spare(s->lore, who->account_id);
}

static void
add_the_rest(struct siege *s, struct call *c)
{
    static const char *const demo[] = { "requester", "desk",    "electrician",
                                        "lead",      "driver",  "approver",
                                        "sysadmin",  "secadmin" };
    char name[40];

    for (int i = 0; i < VICTIMS; i++) {
        (void)snprintf(name, sizeof name, "victim-%d", i);
        add_caller(s, c, name, "requester", "all")->victim = true;
    }
    for (int i = 0; i < GOOD; i++) {
        (void)snprintf(name, sizeof name, "good-%d", i);
        spare(s, add_caller(s, c, name, i == 0 ? "system_admin" : "requester",
                            "all"));
    }
    spare(s, add_caller(s, c, "ear", "dispatcher", "all"));
    for (size_t i = 0; i < COUNT(demo); i++)
        know_caller(s, c, new_caller(s, demo[i], "", ""));
}

void
callers_make(struct siege *s)
{
    struct call *c = step_into(&s->office);

    add_all_roles(s, c);
    add_the_rest(s, c);
    (void)new_caller(s, "", "", ""); /* nobody */
    step_out(c);
    (void)printf("%d callers\n", s->n_callers);
}

int
caller_of(const struct siege *s, const char *name)
{
    for (int i = 0; i < s->n_callers; i++)
        if (strcmp(s->callers[i].name, name) == 0)
            return i;
    return s->n_callers - 1;
}
