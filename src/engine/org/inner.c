/* SPDX-License-Identifier: Apache-2.0 */
/* What several files of org need: references, codes, scopes, names. */
#include "engine/org/inner.h"

#include <string.h>

#include "base/words.h"
#include "engine/audit/audit.h"

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
org_name_of(struct call *c, const char *find, int64_t id, const char **name)
{
    if (id == 0)
        return OK;
    ROWS r = db_query(c, find, V(id));
    if (rows_next(&r))
        *name = row_text(&r, 0);
    return rows_end(&r);
}

const struct audit_rule org_rules[] = {
    { "unit", "SELECT u.id FROM unit u LEFT JOIN unit p ON p.id = u.parent_id"
              " WHERE u.path <> COALESCE(p.path, '/') || CAST(u.id AS TEXT)"
              "   || '/' ORDER BY u.id LIMIT 20" },
    { "place", "SELECT u.id FROM place u LEFT JOIN place p"
               " ON p.id = u.parent_id"
               " WHERE u.path <> COALESCE(p.path, '/') || CAST(u.id AS TEXT)"
               "   || '/' ORDER BY u.id LIMIT 20" },
    { NULL, NULL }
};
