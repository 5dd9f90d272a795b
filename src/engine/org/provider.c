/* SPDX-License-Identifier: Apache-2.0 */
/* Companies that work for the office, and the code the state knows them by. */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/change.h"
#include "base/words.h"

static const struct field fields[] = {
    FIELD(struct provider, id, .flags = GIVEN),
    FIELD(struct provider, code, .flags = REQUIRED | UNIQUE | FOUND, .max = 32,
          .label = "Code", .also = "代码,服务商编码"),
    FIELD(struct provider, name, .flags = REQUIRED | TITLE | FOUND, .max = 80,
          .label = "Name", .also = "服务商名称"),
    FIELD(struct provider, name_en, .flags = FOUND, .max = 120,
          .label = "English name"),
    FIELD(struct provider, uscc, .max = 18, .label = "Social credit code"),
    FIELD(struct provider, contact, .max = 60, .label = "Contact"),
    FIELD(struct provider, phone, .flags = FOUND, .max = 24, .label = "Phone"),
    FIELD(struct provider, active, .flags = IN_USE, .label = "In use"),
    FIELD(struct provider, version, .flags = GIVEN),
    FIELD(struct provider, updated_at, .flags = GIVEN),
    FIELD(struct provider, warning, .flags = GIVEN | DERIVED,
          .label = "Warning"),
};

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

static enum err
check(struct call *c, const void *old, void *rec)
{
    struct provider *p = rec;

    (void)old;
    return org_check_phone(c, "phone", &p->phone);
}

/* Codes with a wrong check digit have been handed out, so it is only told. */
static enum err
warn(struct call *c, void *rec)
{
    struct provider *p = rec;
    char want;

    p->warning = NULL;
    if (!p->uscc)
        return OK;
    want = strlen(p->uscc) == USCC_LENGTH ? uscc_check(p->uscc) : 0;
    if (!want)
        p->warning = words_in(c, "this is no unified social credit code");
    else if (want != p->uscc[USCC_LENGTH - 1])
        p->warning =
            arena_printf(c->arena, words_in(c, "the check digit should be %c"),
                         want);
    return OK;
}

/* Rules may lead nowhere now. */
static enum err
changed(struct call *c, const void *old, void *rec)
{
    struct provider *p = rec;

    return old != NULL && !p->active ? org_warn_rules(c, 0, p->id, &p->warning)
                                     : OK;
}

/* What is out of use gives no rights. */
static void
after(struct call *c, const void *old, const void *rec)
{
    const struct provider *was = old, *is = rec;

    if (was != NULL && was->active != is->active)
        auth_forget(c);
}

const struct model provider_model =
    MODEL("provider", "provider", struct provider, fields);

const struct noun provider_noun = {
    .model = &provider_model,
    .plural = "providers",
    .says = "Companies that work for the office.",
    .part = "org",
    .see = "org.see",
    .edit = "org.edit",
    .reach = { .provider = "id" },
    .merges = true,
    .gains = gain_of_provider,
    .check = check,
    .derive = warn,
    .changed = changed,
    .after = after,
};
