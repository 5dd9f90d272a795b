/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has more when two rows become one.  Being in a crew, acting for a
 * provider, holding a role that reaches a place: each gives what refers to that
 * row.  So when all that referred to one refers to the other, whoever has one
 * of the two has what was the other's: those of the row that stays, and those
 * of the double, who follow into it.
 */
#include "auth/change.h"
#include "auth/inner.h"

/* An account of theirs is in use, or about to be. */
#define SIGNS_IN                                                               \
    " EXISTS (SELECT 1 FROM account u WHERE u.person_id = x.id"                \
    "   AND (u.active = 1 OR EXISTS (SELECT 1 FROM right_change w"             \
    "     WHERE w.state = 'waiting' AND w.noun = 'account'"                    \
    "     AND w.noun_id = u.id)))"

/* Of the people x: one who signs in; is $3 among them? */
#define ONE_AND_ME                                                             \
    "SELECT COALESCE(MIN(CASE WHEN" SIGNS_IN " THEN x.id END), 0),"            \
    " COALESCE(MAX(CASE WHEN x.id = $3 THEN 1 ELSE 0 END), 0) FROM ("

/* $1 is the double, $2 what stays.  Whoever has an account cannot be a
   double, so only who stays can sign in. */
static const char find_person[] = ONE_AND_ME
    "SELECT p.id FROM auth_person p WHERE p.id = $2 AND p.id <> $1"
    ") AS x";

/* A crew's provider does its work, too. */
static const char find_of_crews[] = ONE_AND_ME
    "SELECT m.person_id AS id FROM auth_member m"
    " WHERE m.crew_id IN ($1, $2)"
    " UNION SELECT p.id FROM auth_person p JOIN auth_crew k"
    "   ON k.provider_id = p.provider_id WHERE k.id IN ($1, $2)"
    " UNION SELECT a.person_id FROM role_grant g"
    "   JOIN account a ON a.id = g.account_id"
    "   WHERE (g.scope = 'crew' AND g.scope_id IN ($1, $2))"
    "   OR (g.scope = 'provider' AND g.scope_id IN (SELECT"
    "     k.provider_id FROM auth_crew k WHERE k.id IN ($1, $2)))"
    ") AS x";

/* Whatever carries a provider is its people's, also where it has neither crew
   nor people any more: orders keep it.  A crew of one that is out of use gives
   nothing, until it comes to one in use. */
static const char find_of_providers[] = ONE_AND_ME
    "SELECT p.id FROM auth_person p WHERE p.provider_id IN ($1, $2)"
    " UNION SELECT a.person_id FROM role_grant g"
    "   JOIN account a ON a.id = g.account_id"
    "   WHERE (g.scope = 'provider' AND g.scope_id IN ($1, $2))"
    "   OR (g.scope = 'crew' AND g.scope_id IN (SELECT k.id FROM auth_crew k"
    "     JOIN auth_provider v ON v.id = k.provider_id"
    "     WHERE v.id = $1 AND v.active = 0))"
    " UNION SELECT m.person_id FROM auth_member m"
    "   JOIN auth_crew k ON k.id = m.crew_id"
    "   JOIN auth_provider v ON v.id = k.provider_id"
    "   WHERE v.id = $1 AND v.active = 0"
    ") AS x";

/* A role reaches what lies below its place; one that reaches both reaches no
   more than before. */
static const char find_of_places[] = ONE_AND_ME
    "SELECT a.person_id AS id FROM role_grant g"
    " JOIN account a ON a.id = g.account_id"
    " JOIN auth_place s ON s.id = g.scope_id"
    " JOIN auth_place f ON f.id = $1"
    " JOIN auth_place i ON i.id = $2"
    " WHERE g.scope = 'place' AND i.path LIKE s.path || '%'"
    " AND f.path NOT LIKE s.path || '%'"
    ") AS x";

static enum err
find(struct call *c, const char *sql, const int64_t ids[2], int64_t *person_id)
{
    int64_t me = auth_is_program(c) ? 0 : c->actor->person_id;
    bool mine = false;
    ROWS r = db_query(c, sql, V(ids[0]), V(ids[1]), V(me));

    *person_id = 0;
    if (rows_next(&r)) {
        *person_id = row_int(&r, 0);
        mine = me != 0 && row_int(&r, 1) != 0;
    }
    TRY(rows_end(&r));
    return mine ? fail(c, ERR_DENIED, "into_id",
                       "nobody changes their own rights")
                : OK;
}

enum err
gain_of_person(struct call *c, int64_t from, int64_t into, int64_t *person_id)
{
    return find(c, find_person, (const int64_t[]){ from, into }, person_id);
}

enum err
gain_of_crew(struct call *c, int64_t from, int64_t into, int64_t *person_id)
{
    return find(c, find_of_crews, (const int64_t[]){ from, into }, person_id);
}

enum err
gain_of_provider(struct call *c, int64_t from, int64_t into, int64_t *person_id)
{
    return find(c, find_of_providers, (const int64_t[]){ from, into },
                person_id);
}

enum err
gain_of_place(struct call *c, int64_t from, int64_t into, int64_t *person_id)
{
    return find(c, find_of_places, (const int64_t[]){ from, into }, person_id);
}
