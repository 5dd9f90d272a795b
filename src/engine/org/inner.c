/* SPDX-License-Identifier: Apache-2.0 */
/* What several files of org need: references, codes, scopes, names. */
#include "engine/org/inner.h"

#include <string.h>

#include "base/words.h"

const struct model *const org_models[] = {
    &unit_model,
    &unit_change_model,
    &unit_plan_model,
    &place_model,
    &person_model,
    &person_card_model,
    &provider_model,
    &crew_model,
    &crew_member_model,
    &shift_model,
    NULL
};

const char find_unit_name[] = "SELECT name FROM unit WHERE id = $1";
const char find_provider_name[] = "SELECT name FROM provider WHERE id = $1";
const char find_place_name[] = "SELECT full_name FROM place WHERE id = $1";
const char find_person_name[] = "SELECT name FROM person WHERE id = $1";

enum err
org_refer(struct call *c, const struct model *m, const char *field, int64_t id,
          void *rec)
{
    enum err e;

    if (id == 0)
        return OK;
    e = model_get(c, m, id, rec);
    if (e == ERR_ABSENT)
        return fail(c, ERR_INVALID, field, "there is no %s %lld",
                    words_in(c, m->noun), (long long)id);
    return e;
}

enum err
org_own_code(struct call *c, const char *find, const char *code, int64_t id)
{
    ROWS r = db_query(c, find, V(code), V(id));

    if (rows_next(&r))
        return fail(c, ERR_CONFLICT, "code", "“%s” already has this code",
                    row_text(&r, 0));
    return rows_end(&r);
}

enum err
org_set_other(struct call *c, const struct model *m, void *rec, field_mask mask)
{
    int64_t said = c->if_version;
    enum err e;

    c->if_version = 0;
    e = model_set(c, m, rec, mask);
    c->if_version = said;
    return e;
}

enum err
org_match(struct call *c, int64_t version)
{
    if (c->if_version != 0 && c->if_version != version)
        return fail(c, ERR_STALE, NULL,
                    "it has been changed meanwhile: version %lld, not %lld",
                    (long long)version, (long long)c->if_version);
    return OK;
}

enum err
org_check_phone(struct call *c, const char *field, const char *phone)
{
    if (phone && phone[strspn(phone, "0123456789 +-()")] != '\0')
        return fail(c, ERR_INVALID, field, "“%.40s” is no phone number", phone);
    return OK;
}

enum err
org_name_of(struct call *c, const char *find, int64_t id, const char **name)
{
    if (id == 0)
        return OK;
    ROWS r = db_query(c, find, V(id));
    if (rows_next(&r))
        *name = row_text(&r, 0);
    return rows_end(&r);
}

/* -- scopes ---------------------------------------------------------- */

/* Units and providers the right is granted for, as many as a list's condition
   has room for; the first ones count. */
#define SCOPE_UNITS 5
#define SCOPE_PROVIDERS 3

static const char in_scopes[] =
    "unit_id IN (SELECT u.id FROM unit u JOIN unit s"
    " ON u.path LIKE s.path || '%' WHERE s.id IN ($1, $2, $3, $4, $5))"
    " OR provider_id IN ($6, $7, $8)";

enum err
org_limit_people(struct call *c, struct list *l, const char *right)
{
    size_t units = 0, providers = 0;

    TRY(auth_need(c, NULL, NULL));
    if (auth_may_at(c, right, &(struct auth_where){ 0 }))
        return OK;
    for (size_t i = 0; i < COUNT(l->values); i++)
        l->values[i] = V(0);
    for (size_t i = 0; i < c->actor->n_grants; i++) {
        const struct grant *g = &c->actor->grants[i];

        if (!auth_gives(g, right))
            continue;
        if (g->scope == SCOPE_UNIT && units < SCOPE_UNITS)
            l->values[units++] = V(g->scope_id);
        if (g->scope == SCOPE_PROVIDER && providers < SCOPE_PROVIDERS)
            l->values[SCOPE_UNITS + providers++] = V(g->scope_id);
    }
    l->where = in_scopes;
    l->n_values = COUNT(l->values);
    return OK;
}

bool
org_from_outside(const struct call *c)
{
    if (c->actor == NULL || c->actor->provider_id == 0)
        return false;
    for (size_t i = 0; i < c->actor->n_grants; i++)
        if (c->actor->grants[i].scope == SCOPE_ALL
            && auth_gives(&c->actor->grants[i], "org.see"))
            return false;
    return true;
}
