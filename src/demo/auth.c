/* SPDX-License-Identifier: Apache-2.0 */
/* Who signs in to the demo office. */
#include <string.h>

#include "api/demo.h"
#include "auth/account.h"
#include "auth/auth.h"
#include "demo/inner.h"

/* Whom an account of the demo belongs to: the N-th of a crew, or the N-th of
   a unit, or somebody new. */
struct sign_in_of {
    const char *account;
    const char *crew; /* the N-th member of it */
    int unit;         /* else the N-th person of the unit */
    int n;
    const char *post; /* else somebody new with this post, in the unit or,
                          when it is -1, of the property company */
    const char *role; /* granted besides what follows from the facts */
    int scope_unit;   /* where the role reaches; -1: everywhere */
};

static const struct sign_in_of people[] = {
    { "requester", NULL, DEMO_REFORM_PLANNING, 4, NULL, NULL, -1 },
    { "desk", "service-desk", 0, 1, NULL, "dispatcher", -1 },
    { "electrician", "electricians", 0, 3, NULL, NULL, -1 },
    { "lead", "electricians", 0, 0, NULL, NULL, -1 },
    { "driver", "motor-pool", 0, 2, NULL, NULL, -1 },
    { "provider", NULL, -1, 0, "物业项目经理", NULL, -1 },
    { "approver", NULL, DEMO_REFORM, 1, NULL, "approver", DEMO_REFORM },
    { "accountant", NULL, DEMO_SERVICE_MONEY, 2, NULL, "accountant", -1 },
    { "leader", NULL, DEMO_SERVICE, 0, NULL, "leader", -1 },
    { "sysadmin", NULL, DEMO_SERVICE_GENERAL, 0, "系统管理员", "system_admin",
      -1 },
    { "secadmin", NULL, DEMO_SERVICE_GENERAL, 0, "安全管理员", "security_admin",
      -1 },
    { "auditor", NULL, DEMO_SERVICE_GENERAL, 0, "审计管理员", "audit_admin",
      -1 },
};

static const char find_member[] =
    "SELECT m.person_id FROM crew_member m JOIN crew w ON w.id = m.crew_id"
    " WHERE w.code = $1 ORDER BY m.id LIMIT 1 OFFSET $2";

/* Not one of a crew: those have other accounts. */
static const char find_in_unit[] =
    "SELECT p.id FROM person p WHERE p.unit_id = $1 AND NOT EXISTS"
    " (SELECT 1 FROM crew_member m WHERE m.person_id = p.id)"
    " ORDER BY p.id LIMIT 1 OFFSET $2";

static enum err
find_holder(struct demo *d, const struct sign_in_of *s, int64_t *person_id)
{
    struct person p;

    *person_id = 0;
    if (s->crew)
        return db_int(d->c, person_id, find_member, V(s->crew), V(s->n));
    if (!s->post)
        TRY(db_int(d->c, person_id, find_in_unit, V(d->units[s->unit]),
                   V(s->n)));
    if (*person_id != 0)
        return OK;
    TRY(demo_person(d, s->unit, s->unit < 0 ? 0 : -1,
                    s->post ? s->post : "一级科员", &p));
    *person_id = p.id;
    return OK;
}

/* An office makes its first accounts by itself: by nobody signed in, so that
   their passwords need not be changed. */
static enum err
add_account(struct demo *d, const struct sign_in_of *s)
{
    const struct actor *maker = d->c->actor;
    struct account a = { .name = s->account, .password = DEMO_PASSWORD };
    struct role_grant g = { .role = s->role };
    enum err e;

    TRY(find_holder(d, s, &a.person_id));
    d->c->actor = NULL;
    e = account_make(d->c, &a);
    if (e == OK && s->role) {
        g.account_id = a.id;
        g.scope = s->scope_unit < 0 ? SCOPE_ALL : SCOPE_UNIT;
        g.scope_id = s->scope_unit < 0 ? 0 : d->units[s->scope_unit];
        e = grant_make(d->c, &g);
    }
    d->c->actor = maker;
    return e;
}

int64_t
demo_newcomers(void)
{
    int64_t n = 0;

    for (size_t i = 0; i < COUNT(people); i++)
        n += people[i].post != NULL;
    return n;
}

enum err
demo_sign_in(struct demo *d)
{
    for (size_t i = 0; i < COUNT(people); i++)
        TRY(add_account(d, &people[i]));
    return OK;
}
