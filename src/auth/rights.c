/* SPDX-License-Identifier: Apache-2.0 */
/* Which role gives which rights, and where they reach. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "auth/inner.h"

const char *const scope_words[] = { "all",   "unit",     "crew",
                                    "place", "provider", NULL };

/* In the order of enum grant_source. */
const char *const grant_sources[] = { "everybody", "granted",  "crew",
                                      "lead",      "provider", NULL };

const char *const auth_rights[] = {
    "order.create", "order.see",     "order.accept", "order.dispatch",
    "order.work",   "order.approve", "order.extend", "order.for_others",
    "order.export", "rating.see",    "org.see",      "org.edit",
    "catalog.edit", "account.edit",  "grant.edit",   "audit.see",
    "setting.edit", "import",        NULL,
};

const char *const auth_roles[] = {
    "requester",    "dispatcher",     "crew",        "crew_lead",
    "provider",     "approver",       "accountant",  "leader",
    "system_admin", "security_admin", "audit_admin", NULL,
};

static_assert(COUNT(auth_rights) - 1 <= 8 * sizeof(right_set),
              "a right without its bit");

/* In the order of auth_roles: what each may, in words of auth_rights. */
static const char *const role_rights[][12] = {
    /* requester  */ { "order.create" },
    /* dispatcher */
    { "order.create", "order.see", "order.accept", "order.dispatch",
      "order.extend", "order.for_others", "order.export", "rating.see",
      "org.see" },
    /* crew       */ { "order.see", "order.work" },
    /* crew_lead  */ { "order.see", "order.work", "order.dispatch" },
    /* provider   */ { "order.see", "order.work", "order.dispatch" },
    /* approver   */ { "order.see", "order.approve", "order.extend" },
    /* accountant */ { "order.see", "order.export" },
    /* leader     */ { "order.see", "order.export", "rating.see", "org.see" },
    /* system     */
    { "org.see", "org.edit", "catalog.edit", "account.edit", "setting.edit",
      "import" },
    /* security   */ { "org.see", "grant.edit" },
    /* audit      */ { "audit.see" },
};

static_assert(COUNT(role_rights) + 1 == COUNT(auth_roles),
              "a role without its rights");

/* Asking for a right that does not exist is our mistake. */
static right_set
right_bit(const char *right)
{
    size_t i = 0;

    while (auth_rights[i] && strcmp(auth_rights[i], right) != 0)
        i++;
    ASSERT(auth_rights[i] != NULL);
    return (right_set)1 << i;
}

right_set
auth_role_rights(const char *role)
{
    right_set all = 0;

    for (size_t i = 0; auth_roles[i]; i++)
        if (strcmp(auth_roles[i], role) == 0)
            for (const char *const *right = role_rights[i]; *right; right++)
                all |= right_bit(*right);
    return all;
}

bool
auth_gives(const struct grant *g, const char *right)
{
    return (g->rights & right_bit(right)) != 0;
}

bool
auth_may(const struct call *c, const char *right)
{
    if (c->actor == NULL || right == NULL)
        return c->actor != NULL;
    right_set bit = right_bit(right);
    for (size_t i = 0; i < c->actor->n_grants; i++)
        if (c->actor->grants[i].rights & bit)
            return true;
    return false;
}

static const char unit_below[] =
    "SELECT COUNT(*) FROM auth_unit WHERE id = $1 AND path LIKE $2";

static const char place_below[] =
    "SELECT COUNT(*) FROM auth_place WHERE id = $1 AND path LIKE $2";

static const char unit_path[] = "SELECT path FROM auth_unit WHERE id = $1";

static const char place_path[] = "SELECT path FROM auth_place WHERE id = $1";

void
auth_reach_know(struct auth_reach *r, int64_t unit_id, const char *unit_path_is,
                int64_t place_id, const char *place_path_is)
{
    *r = (struct auth_reach){
        .paths = { { unit_path, unit_path_is, unit_id },
                   { place_path, place_path_is, place_id } },
        .n = 2
    };
}

/* The path of ID, read once; NULL when there is none or it cannot be read. */
static const char *
path_of(struct call *c, const char *sql, int64_t id)
{
    struct auth_reach *r = c->reach;
    struct auth_path found = { .sql = sql, .id = id };

    for (size_t i = 0; i < r->n; i++)
        if (r->paths[i].sql == sql && r->paths[i].id == id)
            return r->paths[i].path;
    ROWS rows = db_query(c, sql, V(id));
    if (rows_next(&rows))
        found.path = row_text(&rows, 0);
    if (rows_end(&rows) == OK && r->n < COUNT(r->paths))
        r->paths[r->n++] = found;
    return found.path;
}

/* Does ID lie in the subtree of TOP?  Paths are "/1/7/". */
static bool
lies_below(struct call *c, const char *sql, int64_t id, int64_t top)
{
    int64_t n = 0;
    const char *path;
    char part[24];

    if (id == 0 || id == top)
        return id == top;
    if (c->reach == NULL)
        return db_int(c, &n, sql, V(id),
                      V((const char *)arena_printf(c->arena, "%%/%lld/%%",
                                                   (long long)top)))
                   == OK
               && n > 0;
    path = path_of(c, sql == unit_below ? unit_path : place_path, id);
    (void)snprintf(part, sizeof part, "/%lld/", (long long)top);
    return path != NULL && strstr(path, part) != NULL;
}

static bool
reaches(struct call *c, const struct grant *g, const struct auth_where *at)
{
    switch (g->scope) {
    case SCOPE_ALL: return true;
    case SCOPE_UNIT: return lies_below(c, unit_below, at->unit_id, g->scope_id);
    case SCOPE_PLACE:
        return lies_below(c, place_below, at->place_id, g->scope_id);
    case SCOPE_CREW: return at->crew_id == g->scope_id;
    case SCOPE_PROVIDER: return at->provider_id == g->scope_id;
    }
    return false;
}

bool
auth_may_at(struct call *c, const char *right, const struct auth_where *where)
{
    if (c->actor == NULL || right == NULL || where == NULL)
        return auth_may(c, right);
    right_set bit = right_bit(right);
    for (size_t i = 0; i < c->actor->n_grants; i++) {
        const struct grant *g = &c->actor->grants[i];

        if (g->rights & bit && reaches(c, g, where))
            return true;
    }
    return false;
}

enum err
auth_need(struct call *c, const char *right, const struct auth_where *where)
{
    if (c->actor == NULL)
        return fail(c, ERR_UNSIGNED, NULL, "please sign in");
    if (c->actor->must_change && !c->actor->by_token)
        return fail(c, ERR_DENIED, "password",
                    "the password must be changed first");
    if (!auth_may_at(c, right, where))
        return fail(c, ERR_DENIED, NULL, "this needs the right “%s”", right);
    return OK;
}
