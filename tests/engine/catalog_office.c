/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/catalog_office.h"

#include "auth/auth.h"
#include "database.h"

static const struct grant all_grants[] = {
    { .role = "system_admin", .scope = SCOPE_ALL, .rights = EVERY_RIGHT },
};
static const struct actor editor = {
    .account_id = 1,
    .person_id = 1,
    .name = "Editor",
    .account = "editor",
    .grants = all_grants,
    .n_grants = 1
};

static void
sow(struct call *c)
{
    EXPECT_OK(catalog_seed(c));
}

void
seed(struct call *c)
{
    c->actor = &editor;
    database_fill(c, sow);
}

const struct service_item *
item(struct call *c, const struct catalog *k, const char *code)
{
    const struct service_item *i = catalog_item(k, code, today(c));

    if (i == NULL)
        fail_msg("there is no item %s", code);
    return i;
}

int64_t
area_id(struct call *c, const char *code)
{
    int64_t id = 0;

    EXPECT_OK(db_int(c, &id,
                     "SELECT COALESCE(MIN(id), 0) FROM service_area"
                     " WHERE code = $1",
                     V(code)));
    return id;
}

struct service_item
copy_item(struct call *c, const char *code)
{
    CATALOG k = catalog_hold(c);
    struct service_item i = *item(c, k, code);

    EXPECT_OK(model_get(c, &service_item_model, i.id, &i));
    i.id = i.version = 0;
    i.valid_from = i.valid_to = (day){ 0 };
    i.updated_at = (instant){ 0 };
    return i;
}
