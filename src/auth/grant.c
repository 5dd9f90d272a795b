/* SPDX-License-Identifier: Apache-2.0 */
/* Roles granted to accounts, and the separation of the administrators. */
#include <string.h>

#include "auth/account.h"
#include "auth/change.h"
#include "auth/inner.h"
#include "base/text.h"
#include "base/words.h"
#include "model/app.h"

static const struct field fields[] = {
    FIELD(struct role_grant, id, .flags = GIVEN),
    FIELD(struct role_grant, account_id, .flags = REQUIRED | FIXED,
          .refers = "account", .label = "Account"),
    FIELD(struct role_grant, role, .flags = REQUIRED | FIXED,
          .choices = auth_roles, .label = "Role"),
    FIELD(struct role_grant, scope, .flags = FIXED, .choices = scope_words,
          .label = "Reach"),
    FIELD(struct role_grant, scope_id, .flags = FIXED, .refers = "any",
          .label = "Reaches to",
          .says = "The unit, crew, place or provider; none with all."),
    FIELD(struct role_grant, scope_code, .flags = DERIVED | FIXED | UNASKED,
          .max = 60, .label = "Code of what it reaches",
          .says = "May be said instead of scope_id."),
    FIELD(struct role_grant, version, .flags = GIVEN),
    FIELD(struct role_grant, updated_at, .flags = GIVEN, .label = "Changed at"),
};

const struct model role_grant_model =
    MODEL("role_grant", "role_grant", struct role_grant, fields);

static const char *const admins[] = { "system_admin", "security_admin",
                                      "audit_admin" };

/* In the order of enum scope_kind. */
static const char name_unit[] = "SELECT name FROM auth_unit WHERE id = $1";
static const char name_crew[] = "SELECT name FROM auth_crew WHERE id = $1";
static const char name_place[] = "SELECT name FROM auth_place WHERE id = $1";
static const char name_provider[] =
    "SELECT name FROM auth_provider WHERE id = $1";
static const char *const name_of[] = { NULL, name_unit, name_crew, name_place,
                                       name_provider };

static const char find_person[] = "SELECT person_id FROM account WHERE id = $1";

static const char find_same[] =
    "SELECT COUNT(*) FROM role_grant WHERE account_id = $1 AND role = $2"
    " AND scope = $3 AND COALESCE(scope_id, 0) = $4";

/* Through any account of the person. */
static const char find_other_admin[] =
    "SELECT COUNT(*) FROM role_grant g JOIN account a ON a.id = g.account_id"
    " WHERE a.person_id = $1 AND g.role <> $2 AND g.role IN"
    " ('system_admin', 'security_admin', 'audit_admin')";

bool
role_is_admin(const char *role)
{
    for (size_t i = 0; i < COUNT(admins); i++)
        if (strcmp(admins[i], role) == 0)
            return true;
    return false;
}

/* What an administrator sets is the whole office's, so no unit or crew narrows
   it.  A scope without its row would reach nothing, and nobody would notice. */
static enum err
check_scope(struct call *c, const struct role_grant *g)
{
    const struct grant reach = { .scope = g->scope, .scope_id = g->scope_id };
    const char *name;

    if (g->scope == SCOPE_ALL)
        return g->scope_id == 0
                   ? OK
                   : fail(c, ERR_INVALID, "scope_id", "goes without “all”");
    if (role_is_admin(g->role))
        return fail(c, ERR_INVALID, "scope",
                    "of an administrator is the whole office");
    if (g->scope_id == 0)
        return fail(c, ERR_INVALID, "scope_id", "is required");
    TRY(grant_reach(c, &reach, &name));
    if (name == NULL)
        return fail(c, ERR_INVALID, "scope_id", "there is no such %s",
                    words_in(c, scope_words[g->scope]));
    return OK;
}

/* In the order of enum scope_kind.  A unit's code may come again. */
static const char *const by_code[] = {
    NULL,
    "SELECT COALESCE(MAX(id), 0) FROM auth_unit WHERE code = $1"
    " AND valid_to IS NULL",
    "SELECT COALESCE(MAX(id), 0) FROM auth_crew WHERE code = $1",
    "SELECT COALESCE(MAX(id), 0) FROM auth_place WHERE code = $1",
    "SELECT COALESCE(MAX(id), 0) FROM auth_provider WHERE code = $1",
};
static const char *const code_of[] = {
    NULL,
    "SELECT code FROM auth_unit WHERE id = $1",
    "SELECT code FROM auth_crew WHERE id = $1",
    "SELECT code FROM auth_place WHERE id = $1",
    "SELECT code FROM auth_provider WHERE id = $1",
};

static enum err
resolve_code(struct call *c, struct role_grant *g)
{
    if (text_is_blank(g->scope_code) || g->scope_id != 0
        || g->scope == SCOPE_ALL)
        return OK;
    TRY(db_int(c, &g->scope_id, by_code[g->scope], V(g->scope_code)));
    return g->scope_id
               ? OK
               : fail(c, ERR_INVALID, "scope_code", "there is no such %s",
                      words_in(c, scope_words[g->scope]));
}

static enum err
tell_code(struct call *c, struct role_grant *g)
{
    g->scope_code = NULL;
    if (g->scope == SCOPE_ALL)
        return OK;
    ROWS r = db_query(c, code_of[g->scope], V(g->scope_id));

    if (rows_next(&r))
        g->scope_code = row_text(&r, 0);
    return rows_end(&r);
}

/* Whose account it is; nobody changes their own rights. */
static enum err
find_whose(struct call *c, int64_t account_id, int64_t *person_id)
{
    TRY(db_int(c, person_id, find_person, V(account_id)));
    if (*person_id == 0)
        return fail(c, ERR_INVALID, "account_id", "there is no such account");
    if (c->actor && c->actor->person_id == *person_id)
        return fail(c, ERR_DENIED, NULL, "nobody changes their own rights");
    return OK;
}

/* An administrator is that and nothing else, and only one of the three. */
static enum err
refuse_mixed(struct call *c, const struct role_grant *g, int64_t person_id)
{
    bool admin = false, rights = false;
    int64_t n = 0;

    if (strcmp(g->role, "requester") == 0)
        return OK;
    if (role_is_admin(g->role))
        TRY(db_int(c, &n, find_other_admin, V(person_id), V(g->role)));
    if (n > 0)
        return fail(c, ERR_CONFLICT, "role",
                    "one person must not hold two of the three "
                    "administrators' roles");
    TRY(person_is_admin(c, person_id, &admin));
    if (admin && !role_is_admin(g->role))
        return fail(c, ERR_CONFLICT, "role",
                    "an administrator holds no other role");
    TRY(person_has_rights(c, person_id, &rights));
    if (role_is_admin(g->role) && rights && !admin)
        return fail(c, ERR_CONFLICT, "role",
                    "whoever becomes an administrator must first give up their "
                    "other roles, crews and provider");
    return OK;
}

static const char find_must_change[] =
    "SELECT name FROM account WHERE id = $1 AND must_change = 1";

/* Somebody else knows the password: they would hold the role, too. */
static enum err
refuse_lent(struct call *c, const struct role_grant *g)
{
    if (!role_is_admin(g->role) || auth_is_program(c))
        return OK;
    ROWS r = db_query(c, find_must_change, V(g->account_id));
    if (rows_next(&r))
        return fail(c, ERR_CONFLICT, "account_id",
                    "the owner of “%s” must first set a password of their own",
                    row_text(&r, 0));
    return rows_end(&r);
}

static enum err
refuse_double(struct call *c, const struct role_grant *g)
{
    int64_t n = 0;

    TRY(db_int(c, &n, find_same, V(g->account_id), V(g->role),
               V(scope_words[g->scope]), V(g->scope_id)));
    if (n > 0)
        return fail(c, ERR_CONFLICT, "role", "is held already");
    return OK;
}

/* In the caller's TX: whose it is, and all that may stand against it. */
static enum err
judge(struct call *c, struct role_grant *g, int64_t *person_id)
{
    TRY(model_check(c, &role_grant_model, g));
    TRY(resolve_code(c, g));
    TRY(find_whose(c, g->account_id, person_id));
    TRY(check_scope(c, g));
    TRY(refuse_double(c, g));
    TRY(refuse_mixed(c, g, *person_id));
    return refuse_lent(c, g);
}

/* The role is an administrator's: another than the caller must agree. */
static enum err
add_or_ask(struct call *c, struct role_grant *g, int64_t person_id)
{
    struct right_change w = { .kind = "grant_admin",
                              .person_id = person_id,
                              .about = g->role,
                              .noun = "role_grant" };
    bool waits = false;

    if (role_is_admin(g->role))
        TRY(change_waits(c, CHANGE_ADMIN_COMES, person_id, &waits));
    if (!waits)
        return model_add(c, &role_grant_model, g);
    w.noun_id = g->id = new_id(c); /* it will have this one */
    w.wish = arena_printf(c->arena,
                          "{\"account_id\":%lld,\"role\":\"%s\","
                          "\"scope\":\"all\"}",
                          (long long)g->account_id, g->role);
    return change_ask(c, &w);
}

enum err
grant_make(struct call *c, struct role_grant *g)
{
    int64_t person_id = 0;

    TX tx = tx_begin(c);
    TRY(judge(c, g, &person_id));
    TRY(add_or_ask(c, g, person_id));
    TRY(tell_code(c, g));
    TRY(tx_commit(&tx));
    cache_forget(c, g->account_id);
    return OK;
}

/* The wish for a role that is no administrator's. */
static enum err
wish_for(struct call *c, struct role_grant *g, struct right_change *w)
{
    const struct grant reach = { .scope = g->scope, .scope_id = g->scope_id };
    const char *at;

    TRY(grant_reach(c, &reach, &at));
    w->about = at ? arena_printf(c->arena, "%s · %s", g->role, at) : g->role;
    w->noun_id = g->id = new_id(c);
    w->wish =
        at ? arena_printf(c->arena,
                          "{\"account_id\":%lld,\"role\":\"%s\","
                          "\"scope\":\"%s\",\"scope_id\":%lld}",
                          (long long)g->account_id, g->role,
                          scope_words[g->scope], (long long)g->scope_id)
           : arena_printf(c->arena,
                          "{\"account_id\":%lld,\"role\":\"%s\","
                          "\"scope\":\"all\"}",
                          (long long)g->account_id, g->role);
    return OK;
}

enum err
grant_ask(struct call *c, struct role_grant *g)
{
    struct right_change w = { .kind = "role", .noun = "role_grant" };
    bool asked = false;

    if (auth_is_program(c))
        return grant_make(c, g);
    TRY(auth_need(c, "account.edit", NULL));
    if (g->role != NULL && role_is_admin(g->role))
        return fail(c, ERR_INVALID, "role",
                    "an administrator's role is granted one by one");
    TX tx = tx_begin(c);
    TRY(judge(c, g, &w.person_id));
    TRY(wish_for(c, g, &w));
    /* A table that comes again asks for nothing twice. */
    TRY(change_is_asked(c, &w, &asked));
    c->waits = true;
    if (!asked)
        TRY(change_ask(c, &w));
    return tx_commit(&tx);
}

static const char find_held[] =
    "SELECT COALESCE(MIN(id), 0) FROM role_grant WHERE account_id = $1"
    " AND role = $2 AND scope = $3 AND COALESCE(scope_id, 0) = $4";

enum err
grant_find(struct call *c, void *rec, int64_t *id)
{
    struct role_grant *g = rec;

    TRY(resolve_code(c, g));
    return db_int(c, id, find_held, V(g->account_id), V(g->role),
                  V(scope_words[g->scope]), V(g->scope_id));
}

/* The role is an administrator's: another than the caller must agree. */
static enum err
remove_or_ask(struct call *c, const struct role_grant *g, int64_t person_id)
{
    bool waits = false;

    if (role_is_admin(g->role))
        TRY(change_waits(c, CHANGE_ADMIN_LEAVES, person_id, &waits));
    TRY(model_match(c, g->version));
    if (!waits)
        return model_remove(c, &role_grant_model, g->id);
    return change_ask(c, &(struct right_change){ .kind = "grant_off",
                                                 .person_id = person_id,
                                                 .about = g->role,
                                                 .noun = "role_grant",
                                                 .noun_id = g->id });
}

enum err
grant_remove(struct call *c, struct role_grant *g)
{
    struct role_grant old = { 0 };
    int64_t person_id = 0;

    TX tx = tx_begin(c);
    TRY(model_get(c, &role_grant_model, g->id, &old));
    TRY(find_whose(c, old.account_id, &person_id));
    TRY(remove_or_ask(c, &old, person_id));
    TRY(tx_commit(&tx));
    cache_forget(c, old.account_id);
    return OK;
}

/* But who holds the role there or everywhere already needs it no more. */
static const char find_of_unit[] =
    "SELECT g.account_id, g.role, a.person_id, u.name FROM role_grant g"
    " JOIN auth_unit u ON u.id = $2"
    " JOIN account a ON a.id = g.account_id"
    " WHERE g.scope = 'unit' AND g.scope_id = $1 AND a.person_id <> $3"
    " AND NOT EXISTS (SELECT 1 FROM role_grant h"
    "   WHERE h.account_id = g.account_id AND h.role = g.role"
    "   AND (h.scope = 'all' OR (h.scope = 'unit' AND h.scope_id = $2)))"
    " ORDER BY g.id";

static const char count_of_unit[] =
    "SELECT COUNT(*) FROM role_grant WHERE scope = 'unit' AND scope_id = $1";

struct follower {
    struct role_grant g;
    int64_t person_id;
    const char *unit;
};

/* The new grant, or the wish for it. */
static enum err
follow(struct call *c, struct follower *f)
{
    struct right_change w = { .kind = "grant",
                              .person_id = f->person_id,
                              .noun = "role_grant",
                              .noun_id = new_id(c) };
    bool admin = false, waits = false;

    TRY(person_is_admin(c, f->person_id, &admin));
    if (admin)
        return OK;
    TRY(change_waits(c, CHANGE_GIVES, f->person_id, &waits));
    if (!waits)
        return model_add(c, &role_grant_model, &f->g);
    w.about = arena_printf(c->arena, "%s · %s", f->unit, f->g.role);
    w.wish = arena_printf(c->arena,
                          "{\"account_id\":%lld,\"role\":\"%s\","
                          "\"scope\":\"unit\",\"scope_id\":%lld}",
                          (long long)f->g.account_id, f->g.role,
                          (long long)f->g.scope_id);
    TRY(change_is_asked(c, &w, &waits));
    return waits ? OK : change_ask(c, &w);
}

enum err
grants_follow(struct call *c, int64_t from, int64_t into)
{
    int64_t max = 0, me = c->actor ? c->actor->person_id : 0;
    struct follower *all;
    size_t n = 0;

    TRY(db_int(c, &max, count_of_unit, V(from)));
    all = NEW_N(c->arena, struct follower, (size_t)max + 1);
    {
        ROWS r = db_query(c, find_of_unit, V(from), V(into), V(me));

        while (rows_next(&r) && n < (size_t)max)
            all[n++] = (struct follower){
                { .account_id = row_int(&r, 0),
                  .role = row_text(&r, 1),
                  .scope = SCOPE_UNIT,
                  .scope_id = into },
                row_int(&r, 2),
                row_text(&r, 3)
            };
        TRY(rows_end(&r));
    }
    /* After the rows are read: what follows writes to the same table. */
    for (size_t i = 0; i < n; i++)
        TRY(follow(c, &all[i]));
    return OK;
}

enum err
grant_reach(struct call *c, const struct grant *g, const char **name)
{
    *name = NULL;
    if (g->scope == SCOPE_ALL)
        return OK;
    ROWS r = db_query(c, name_of[g->scope], V(g->scope_id));

    if (rows_next(&r))
        *name = row_text(&r, 0);
    return rows_end(&r);
}

enum err
grant_list(struct call *c, struct list *l)
{
    struct role_grant *rows;

    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        TRY(tell_code(c, &rows[i]));
    return OK;
}

static const char count_on[] =
    "SELECT COUNT(*) FROM role_grant WHERE scope = $1 AND scope_id = $2";

enum err
grants_on(struct call *c, const char *scope, int64_t id, int64_t *n)
{
    return db_int(c, n, count_on, V(scope), V(id));
}
