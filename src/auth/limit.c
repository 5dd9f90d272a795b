/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit - a right with its scopes as the condition of a list.
 *
 * The ids of many scopes of a kind stand in one IN; their number is made up to
 * a power of two, so that few statements serve all callers.
 */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"

/* Of the scopes of one kind, each once. */
struct scopes {
    int64_t *ids;
    size_t n;
};

#define N_KINDS (SCOPE_PROVIDER + 1)

static const char *
column_of(const struct auth_columns *at, unsigned kind)
{
    const char *const columns[N_KINDS] = { NULL, at->unit, at->crew, at->place,
                                           at->provider };

    return columns[kind];
}

/* Does a row lie with a provider only through its crew? */
static bool
by_crew(const struct auth_columns *at)
{
    return at->provider == NULL && at->crew != NULL;
}

/* The scopes that may reach a row of such columns; how many there are. */
static size_t
collect(struct call *c, const char *right, const struct auth_columns *at,
        struct scopes of[N_KINDS])
{
    const struct actor *a = c->actor;
    size_t all = 0;

    for (size_t i = 0; i < a->n_grants; i++) {
        const struct grant *g = &a->grants[i];
        struct scopes *s = &of[g->scope];
        size_t k = 0;

        if (!auth_gives(g, right)
            || (column_of(at, g->scope) == NULL
                && !(g->scope == SCOPE_PROVIDER && by_crew(at))))
            continue;
        if (s->ids == NULL)
            s->ids = NEW_N(c->arena, int64_t, a->n_grants);
        while (k < s->n && s->ids[k] != g->scope_id)
            k++;
        if (k < s->n)
            continue;
        s->ids[s->n++] = g->scope_id;
        all++;
    }
    return all;
}

/* "= $5" or "IN ($5, $6)" of N ids; 0 is the id of nothing. */
static const char *
bind_ids(struct call *c, struct list *l, const int64_t *ids, size_t n)
{
    struct buf b = buf_make(c->arena, 0);
    size_t room = 1;

    if (n == 1)
        return arena_printf(c->arena, "= $%zu", list_bind(c, l, V(ids[0])));
    while (room < n)
        room *= 2;
    for (size_t i = 0; i < room; i++)
        buf_printf(&b, "%s$%zu", i > 0 ? ", " : "IN (",
                   list_bind(c, l, V(i < n ? ids[i] : 0)));
    buf_putc(&b, ')');
    return b.s;
}

/* The condition that a row lies in one of N scopes of a kind. */
static const char *
condition(struct call *c, const struct auth_columns *at, unsigned kind,
          const char *ids)
{
    const char *column = column_of(at, kind);

    if (kind == SCOPE_PROVIDER && by_crew(at))
        return arena_printf(c->arena,
                            "%s IN (SELECT w.id FROM auth_crew w"
                            " WHERE w.provider_id %s)",
                            at->crew, ids);
    if (kind == SCOPE_UNIT || kind == SCOPE_PLACE)
        return arena_printf(c->arena,
                            "%s IN (SELECT b.id FROM auth_%s b JOIN auth_%s top"
                            " ON b.path LIKE top.path || '%%'"
                            " WHERE top.id %s)",
                            column, scope_words[kind], scope_words[kind], ids);
    return arena_printf(c->arena, "%s %s", column, ids);
}

const char *
auth_condition(struct call *c, const char *right, const struct auth_columns *at,
               struct list *l)
{
    struct scopes of[N_KINDS] = { 0 };
    struct buf b = buf_make(c->arena, 0);

    if (c->actor == NULL)
        return "1 = 0";
    if (auth_may_at(c, right, &(struct auth_where){ 0 }))
        return "1 = 1";
    if (collect(c, right, at, of) == 0)
        return "1 = 0";
    for (unsigned k = 0; k < N_KINDS; k++)
        if (of[k].n > 0)
            buf_printf(&b, "%s%s", b.len > 0 ? " OR " : "",
                       condition(c, at, k, bind_ids(c, l, of[k].ids, of[k].n)));
    return b.s;
}

enum err
auth_limit(struct call *c, const char *right, const struct auth_columns *at,
           struct list *l)
{
    struct scopes of[N_KINDS] = { 0 };
    size_t all;

    TRY(auth_need(c, right, NULL));
    /* Whoever holds it for the whole office sees every row. */
    if (right == NULL || auth_may_at(c, right, &(struct auth_where){ 0 }))
        return OK;
    all = collect(c, right, at, of);
    if (all == 0 && l->n_parts == 0)
        list_and(c, l, "1 = 0");
    /* Each part is read by an index of its own and the parts are merged; of
       too many one condition is quicker. */
    if (all + l->n_parts > LIST_MAX_PARTS) {
        ASSERT(list_part(l, auth_condition(c, right, at, l)));
        list_join_parts(c, l);
        return OK;
    }
    for (unsigned k = 0; k < N_KINDS; k++)
        for (size_t i = 0; i < of[k].n; i++)
            (void)list_part(l, condition(c, at, k,
                                         bind_ids(c, l, &of[k].ids[i], 1)));
    return OK;
}

bool
auth_from_outside(const struct call *c)
{
    if (c->actor == NULL || c->actor->provider_id == 0)
        return false;
    for (size_t i = 0; i < c->actor->n_grants; i++)
        if (c->actor->grants[i].scope == SCOPE_ALL
            && auth_gives(&c->actor->grants[i], "org.see"))
            return false;
    return true;
}

/* -- one row ------------------------------------------------------------------- */

static const char crew_provider[] =
    "SELECT COALESCE(provider_id, 0) FROM auth_crew WHERE id = $1";

static int64_t
at_column(const struct model *m, const char *column, const void *rec)
{
    return column ? field_int(model_field(m, column), rec) : 0;
}

bool
auth_has_where(const struct auth_columns *k)
{
    return k->unit || k->crew || k->place || k->provider;
}

enum err
auth_where_of(struct call *c, const struct auth_columns *k,
              const struct model *m, const void *rec, struct auth_where *at)
{
    *at = (struct auth_where){ .unit_id = at_column(m, k->unit, rec),
                               .crew_id = at_column(m, k->crew, rec),
                               .place_id = at_column(m, k->place, rec),
                               .provider_id = at_column(m, k->provider, rec) };
    return by_crew(k) && at->crew_id != 0
               ? db_int(c, &at->provider_id, crew_provider, V(at->crew_id))
               : OK;
}

/* -- the other way round ------------------------------------------------------ */

/* Whose role reaches what lies with this unit, place, crew and provider. */
static const char find_people[] =
    "SELECT DISTINCT a.person_id FROM role_grant g JOIN account a"
    " ON a.id = g.account_id WHERE g.role = $1 AND a.active = 1"
    " AND (g.scope = 'all'"
    "   OR (g.scope = 'crew' AND g.scope_id = $4)"
    "   OR (g.scope = 'provider' AND g.scope_id = $5)"
    "   OR (g.scope = 'unit' AND EXISTS"
    "        (SELECT 1 FROM auth_unit u, auth_unit top"
    "        WHERE u.id = $2 AND top.id = g.scope_id"
    "          AND u.path LIKE top.path || '%'))"
    "   OR (g.scope = 'place' AND EXISTS"
    "        (SELECT 1 FROM auth_place p, auth_place top"
    "        WHERE p.id = $3 AND top.id = g.scope_id"
    "          AND p.path LIKE top.path || '%')))";

struct rows
auth_people(struct call *c, const char *role, const struct auth_where *at)
{
    return db_query(c, find_people, V(role), V(at->unit_id), V(at->place_id),
                    V(at->crew_id), V(at->provider_id));
}

static const char find_holder[] =
    "SELECT g.id FROM role_grant g JOIN account a ON a.id = g.account_id"
    " WHERE g.role = $1 AND a.active = 1 LIMIT 1";

enum err
auth_is_held(struct call *c, const char *role, bool *held)
{
    int64_t id = 0;

    TRY(db_int(c, &id, find_holder, V(role)));
    *held = id != 0;
    return OK;
}
