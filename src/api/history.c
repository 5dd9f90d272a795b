/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of a noun over HTTP: its changes from the audit.  Whoever may
 * see or edit the thing itself may see what became of it; an order has its
 * own events.
 */
#include <string.h>

#include "api/route.h"
#include "auth/account.h"
#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"

extern const struct model setting_model;

/* Which nouns have a history, and the right to see it. */
static const struct {
    const struct model *model;
    const char *right;
} nouns[] = {
    { &unit_model, "org.see" },
    { &place_model, "org.see" },
    { &person_model, "org.see" },
    { &provider_model, "org.see" },
    { &crew_model, "org.see" },
    { &crew_member_model, "org.see" },
    { &shift_model, "org.see" },
    { &service_area_model, "catalog.edit" },
    { &service_item_model, "catalog.edit" },
    { &sla_class_model, "catalog.edit" },
    { &routing_rule_model, "catalog.edit" },
    { &calendar_day_model, "catalog.edit" },
    { &calendar_year_model, "catalog.edit" },
    { &office_hours_model, "catalog.edit" },
    { &account_model, "account.edit" },
    { &role_grant_model, "grant.edit" },
    { &setting_model, "setting.edit" },
};

/* A person and a provider may lie outside of what the caller sees. */
static enum err
check_scope(struct call *c, const struct model *m, int64_t id)
{
    struct person person = { .id = id };
    struct provider provider = { .id = id };

    if (m == &person_model)
        return person_get(c, &person);
    if (m == &provider_model)
        return provider_get(c, &provider);
    return OK;
}

static enum err
check_may(struct call *c, const char *noun, int64_t id, size_t *which)
{
    size_t i = 0;

    while (i < COUNT(nouns) && !text_same(nouns[i].model->noun, noun))
        i++;
    if (i == COUNT(nouns))
        return fail(c, ERR_ABSENT, NULL, "there is no such address");
    *which = i;
    if (auth_may(c, "audit.see"))
        return auth_need(c, "audit.see", NULL);
    TRY(auth_need(c, nouns[i].right, NULL));
    return check_scope(c, nouns[i].model, id);
}

/* Nothing was ever told of it: then it must at least be there. */
static enum err
check_there(struct call *c, const struct model *m, int64_t id)
{
    return model_get(c, m, id, arena_alloc(c->arena, m->size));
}

static enum err
list_history(struct call *c, void *in, void *out)
{
    struct list *l = in;
    const char *noun = "";
    int64_t id = 0;
    size_t which = 0;

    (void)out;
    for (size_t i = 0; i < l->n_filters; i++) {
        if (strcmp(l->filters[i].field->name, "noun") == 0)
            noun = l->filters[i].value;
        if (strcmp(l->filters[i].field->name, "noun_id") == 0)
            (void)text_int(l->filters[i].value, &id);
    }
    TRY(check_may(c, noun, id, &which));
    TRY(audit_history(c, l, noun, id));
    if (l->n == 0 && l->cursor == NULL && l->n_filters == 2)
        return check_there(c, nouns[which].model, id);
    return OK;
}

const struct route history_routes[] = {
    { GET, "/history/{noun}/{noun_id}", list_history, .out = &change_model,
      .flags = R_LIST,
      .says = "What became of a thing: who changed what of it, and when." },
    { 0 }
};
