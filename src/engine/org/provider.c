/* SPDX-License-Identifier: Apache-2.0 */
/* Companies that work for the office, and the code the state knows them by. */
#include "engine/org/inner.h"

#include <string.h>

#include "base/words.h"

static const struct field fields[] = {
    FIELD(struct provider, id, .flags = GIVEN),
    FIELD(struct provider, code, .flags = REQUIRED, .max = 32, .label = "Code"),
    FIELD(struct provider, name, .flags = REQUIRED, .max = 80, .label = "Name"),
    FIELD(struct provider, name_en, .max = 120, .label = "English name"),
    FIELD(struct provider, uscc, .max = 18, .label = "Social credit code"),
    FIELD(struct provider, contact, .max = 60, .label = "Contact"),
    FIELD(struct provider, phone, .min = 3, .max = 24, .label = "Phone"),
    FIELD(struct provider, active, .label = "In use"),
    FIELD(struct provider, version, .flags = GIVEN),
    FIELD(struct provider, updated_at, .flags = GIVEN),
    FIELD(struct provider, warning, .flags = GIVEN | DERIVED,
          .label = "Warning"),
};
const struct model provider_model =
    MODEL("provider", "provider", struct provider, fields);

static const char find_code[] =
    "SELECT name FROM provider WHERE code = $1 AND id <> $2";

/* GB 32100-2015: letters that look like digits are left out; the weights are
   the powers of 3 modulo 31. */
#define USCC_CHARACTERS "0123456789ABCDEFGHJKLMNPQRTUWXY"
#define USCC_LENGTH 18

char
uscc_check(const char *uscc)
{
    unsigned sum = 0, weight = 1;

    for (int i = 0; i < USCC_LENGTH - 1; i++) {
        const char *at = uscc[i] ? strchr(USCC_CHARACTERS, uscc[i]) : NULL;

        if (!at)
            return 0;
        sum += weight * (unsigned)(at - USCC_CHARACTERS);
        weight = weight * 3 % 31;
    }
    return USCC_CHARACTERS[(31 - sum % 31) % 31];
}

/* Codes with a wrong check digit have been handed out, so it is only told. */
static void
warn(struct call *c, struct provider *p)
{
    char want;

    p->warning = NULL;
    if (!p->uscc)
        return;
    want = strlen(p->uscc) == USCC_LENGTH ? uscc_check(p->uscc) : 0;
    if (!want)
        p->warning = words_in(c, "this is no unified social credit code");
    else if (want != p->uscc[USCC_LENGTH - 1])
        p->warning =
            arena_printf(c->arena, words_in(c, "the check digit should be %c"),
                         want);
}

static enum err
check(struct call *c, const struct provider *p)
{
    TRY(model_check(c, &provider_model, p));
    TRY(org_check_phone(c, "phone", p->phone));
    return org_own_code(c, find_code, p->code, p->id);
}

static enum err
need(struct call *c, const char *right, int64_t id)
{
    return auth_need(c, right, &(struct auth_where){ .provider_id = id });
}

enum err
provider_add(struct call *c, struct provider *p)
{
    TX tx = tx_begin(c);
    TRY(need(c, "org.edit", 0));
    TRY(check(c, p));
    p->active = true;
    TRY(model_add(c, &provider_model, p));
    warn(c, p);
    return tx_commit(&tx);
}

enum err
provider_set(struct call *c, struct provider *p, field_mask said)
{
    struct provider old = { 0 };

    TX tx = tx_begin(c);
    TRY(model_get(c, &provider_model, p->id, &old));
    TRY(need(c, "org.edit", p->id));
    model_fill(&provider_model, p, &old, said);
    TRY(check(c, p));
    TRY(model_set(c, &provider_model, p, ALL_FIELDS));
    warn(c, p);
    if (!p->active)
        TRY(org_warn_rules(c, 0, p->id, &p->warning));
    TRY(tx_commit(&tx));
    if (p->active != old.active)
        auth_forget(c);
    return OK;
}

static const struct auth_columns lies = { .provider = "id" };

enum err
provider_list(struct call *c, struct list *l)
{
    struct provider *rows;

    TRY(auth_limit(c, "org.see", &lies, l));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        warn(c, &rows[i]);
    return OK;
}

enum err
provider_get(struct call *c, struct provider *p)
{
    TRY(model_get(c, &provider_model, p->id, p));
    TRY(need(c, "org.see", p->id));
    warn(c, p);
    return OK;
}
