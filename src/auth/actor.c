/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor - who somebody is, read from the database: account, person, grants,
 * crews.
 *
 * Some roles need not be granted, they follow from the facts: everybody is a
 * requester; who is in a crew is its member or its lead; a provider's people
 * act for it.  A crew or a provider out of use gives nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/inner.h"
#include "base/text.h"

#define LIFE_H 12
#define MAX_GRANTS 200
#define MAX_CREWS 50

/* Eleven columns about the person behind an account. */
#define PERSON_COLUMNS                                                         \
    " a.id, a.name, a.person_id, a.must_change, a.lang, a.active, p.name,"     \
    " p.unit_id, p.provider_id, p.active"

static const char by_session[] =
    "SELECT" PERSON_COLUMNS ", s.id, s.csrf, s.seen_at, s.created_at,"
    " s.created_at, s.locked_at"
    " FROM session s"
    " JOIN account a ON a.id = s.account_id"
    " JOIN auth_person p ON p.id = a.person_id WHERE s.secret = $1";

static const char by_token[] =
    "SELECT" PERSON_COLUMNS ", t.id, NULL, t.seen_at, t.expires_at,"
    " t.created_at"
    " FROM token t JOIN account a ON a.id = t.account_id"
    " JOIN auth_person p ON p.id = a.person_id WHERE t.secret = $1";

static const char by_account[] =
    "SELECT" PERSON_COLUMNS " FROM account a"
    " JOIN auth_person p ON p.id = a.person_id WHERE a.name = $1";

/* Of all accounts of the person: what is held by one bears on the others. */
static const char find_grants[] =
    "SELECT g.role, g.scope, g.scope_id, g.account_id FROM role_grant g"
    " JOIN account a ON a.id = g.account_id WHERE a.person_id = $1"
    " AND " AUTH_GRANT_WORKS " ORDER BY g.id LIMIT 200";

static const char find_crews[] =
    "SELECT m.crew_id, m.lead FROM auth_member m"
    " JOIN auth_crew k ON k.id = m.crew_id"
    " LEFT JOIN auth_provider v ON v.id = k.provider_id"
    " WHERE m.person_id = $1 AND k.active = 1 AND COALESCE(v.active, 1) = 1"
    " ORDER BY m.crew_id LIMIT 50";

static const char provider_works[] =
    "SELECT COUNT(*) FROM auth_provider WHERE id = $1 AND active = 1";

static const char find_setting[] =
    "SELECT value FROM auth_setting WHERE name = $1";

/* The word as it stands in the table of roles; NULL: there is none. */
static const char *
known_role(const char *role)
{
    for (size_t i = 0; auth_roles[i]; i++)
        if (strcmp(auth_roles[i], role) == 0)
            return auth_roles[i];
    return NULL;
}

static enum scope_kind
known_scope(const char *word)
{
    unsigned i = 0;

    while (scope_words[i] && strcmp(scope_words[i], word) != 0)
        i++;
    return (enum scope_kind)i;
}

/* Add a grant; of one that is there already, only where it comes from. */
static void
add_grant(struct actor *a, struct grant *grants, struct grant g)
{
    g.role = known_role(g.role);
    if (g.role == NULL || scope_words[g.scope] == NULL)
        return;
    g.rights = auth_role_rights(g.role);
    for (size_t i = 0; i < a->n_grants; i++)
        if (grants[i].role == g.role && grants[i].scope == g.scope
            && grants[i].scope_id == g.scope_id) {
            grants[i].sources |= g.sources;
            return;
        }
    grants[a->n_grants++] = g;
}

/* *ADMIN: one of them, through whatever account, is an administrator's. */
static enum err
read_grants(struct call *c, struct actor *a, struct grant *grants, bool *admin)
{
    ROWS r = db_query(c, find_grants, V(a->person_id));

    while (a->n_grants < MAX_GRANTS && rows_next(&r)) {
        *admin |= role_is_admin(row_text(&r, 0));
        if (row_int(&r, 3) == a->account_id)
            add_grant(a, grants,
                      (struct grant){ .role = row_text(&r, 0),
                                      .scope = known_scope(row_text(&r, 1)),
                                      .scope_id = row_int(&r, 2),
                                      .sources = 1U << FROM_GRANT });
    }
    return rows_end(&r);
}

/* What an administrator's account is left with. */
static void
keep_admin_only(struct actor *a, struct grant *grants)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n_grants; i++)
        if (role_is_admin(grants[i].role)
            || strcmp(grants[i].role, "requester") == 0)
            grants[n++] = grants[i];
    a->n_grants = n;
}

static enum err
read_crews(struct call *c, struct actor *a, struct grant *grants)
{
    int64_t *crews = NEW_N(c->arena, int64_t, MAX_CREWS);
    ROWS r = db_query(c, find_crews, V(a->person_id));

    while (a->n_crews < MAX_CREWS && rows_next(&r)) {
        bool lead = row_int(&r, 1) != 0;

        crews[a->n_crews++] = row_int(&r, 0);
        add_grant(a, grants,
                  (struct grant){
                      .role = lead ? "crew_lead" : "crew",
                      .scope = SCOPE_CREW,
                      .scope_id = row_int(&r, 0),
                      .sources = 1U << (lead ? FROM_LEAD : FROM_CREW) });
    }
    a->crews = crews;
    return rows_end(&r);
}

static enum err
read_roles(struct call *c, struct actor *a)
{
    struct grant *grants =
        NEW_N(c->arena, struct grant, MAX_GRANTS + MAX_CREWS + 2);
    bool admin = false;
    int64_t works = 0;

    a->grants = grants;
    add_grant(a, grants,
              (struct grant){ .role = "requester", .sources = 1U << FROM_ALL });
    TRY(read_grants(c, a, grants, &admin));
    /* Who administers does nothing else: three persons, three duties. */
    if (admin) {
        keep_admin_only(a, grants);
        return OK;
    }
    TRY(read_crews(c, a, grants));
    if (a->provider_id)
        TRY(db_int(c, &works, provider_works, V(a->provider_id)));
    if (works)
        add_grant(a, grants,
                  (struct grant){ .role = "provider",
                                  .scope = SCOPE_PROVIDER,
                                  .scope_id = a->provider_id,
                                  .sources = 1U << FROM_PROVIDER });
    return OK;
}

/* The actor from the row stood on; NULL when the account or the person is
   not active. */
static struct actor *
read_person(struct call *c, struct rows *r)
{
    struct actor *a = NEW(c->arena, struct actor);

    a->account_id = row_int(r, 0);
    a->account = row_text(r, 1);
    a->person_id = row_int(r, 2);
    a->must_change = row_int(r, 3) != 0;
    a->lang = row_text(r, 4);
    a->name = row_text(r, 6);
    a->unit_id = row_int(r, 7);
    a->provider_id = row_int(r, 8);
    return row_int(r, 5) && row_int(r, 9) ? a : NULL;
}

enum err
setting_number(struct call *c, const char *name, int64_t other, int64_t *out)
{
    ROWS r = db_query(c, find_setting, V(name));

    *out = other;
    if (rows_next(&r) && !text_int(row_text(&r, 0), out))
        *out = other;
    return rows_end(&r);
}

enum err
session_life(struct call *c, int64_t *ms)
{
    int64_t h;

    TRY(setting_number(c, "session.max_h", LIFE_H, &h));
    *ms = (h > 0 ? h : LIFE_H) * HOUR_MS;
    return OK;
}

/* Find by SQL and KEY; a session or a token when it has the columns. */
static enum err
find_person(struct call *c, const char *sql, const char *key,
            struct signed_in *s)
{
    ROWS r = db_query(c, sql, V(key));

    *s = (struct signed_in){ 0 };
    if (rows_next(&r)) {
        s->actor = read_person(c, &r);
        if (s->actor && sql != by_account) {
            s->actor->session_id = sql == by_session ? row_int(&r, 10) : 0;
            s->actor->by_token = sql == by_token;
            s->actor->csrf = row_text(&r, 11);
            s->seen = s->touched = row_instant(&r, 12);
            s->expires = row_instant(&r, 13);
            s->began = row_instant(&r, 14);
            s->locked = sql == by_session && row_instant(&r, 15).ms != 0;
        }
    }
    return rows_end(&r);
}

enum err
actor_by_session(struct call *c, const char *hash, struct signed_in *s)
{
    int64_t life = 0;

    TRY(find_person(c, by_session, hash, s));
    if (s->actor == NULL)
        return OK;
    TRY(session_life(c, &life));
    s->expires.ms += life; /* it began then */
    s->actor->session_ends = s->expires;
    TRY(read_roles(c, s->actor));
    TRY(session_idle(c, s->actor, &s->idle_ms));
    s->actor->idle_ms = s->idle_ms;
    return OK;
}

enum err
actor_by_token(struct call *c, const char *hash, struct signed_in *s)
{
    TRY(find_person(c, by_token, hash, s));
    return s->actor ? read_roles(c, s->actor) : OK;
}

enum err
actor_by_account(struct call *c, const char *name, struct signed_in *s)
{
    TRY(find_person(c, by_account, name, s));
    return s->actor ? read_roles(c, s->actor) : OK;
}

/* -- copying ------------------------------------------------------------ */

/* Whatever stands in it may begin there. */
#define EDGE _Alignof(max_align_t)

struct room {
    char *at; /* NULL: only count */
    size_t used;
};

static void *
place(struct room *room, const void *from, size_t n)
{
    char *to = room->at ? room->at + room->used : NULL;

    if (to && n > 0)
        memcpy(to, from, n);
    room->used += (n + EDGE - 1) & ~(size_t)(EDGE - 1);
    return to;
}

static const char *
place_text(struct room *room, const char *s)
{
    return s ? place(room, s, strlen(s) + 1) : NULL;
}

size_t
actor_copy(const struct actor *from, void *out)
{
    struct room room = { out, 0 };
    struct actor a = *from;

    (void)place(&room, from, sizeof *from);
    a.grants =
        place(&room, from->grants, from->n_grants * sizeof from->grants[0]);
    a.crews = place(&room, from->crews, from->n_crews * sizeof from->crews[0]);
    a.name = place_text(&room, from->name);
    a.account = place_text(&room, from->account);
    a.csrf = place_text(&room, from->csrf);
    a.lang = place_text(&room, from->lang);
    if (out)
        memcpy(out, &a, sizeof a);
    return room.used;
}

struct actor *
actor_keep(const struct actor *a)
{
    struct actor *copy = malloc(actor_copy(a, NULL));

    ASSERT(copy != NULL);
    (void)actor_copy(a, copy);
    return copy;
}
