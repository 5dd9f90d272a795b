/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a JSON body of any noun: read, checked and, when good,
 * written.  The first byte chooses the noun.
 */
#include "json/json.h"
#include "auth/account.h"
#include "base/words.h"
#include "engine/catalog/catalog.h"
#include "engine/order/order.h"
#include "engine/org/org.h"
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct model *const nouns[] = {
    &order_request_model, &life_reason_model,  &draft_model,
    &unit_model,          &place_model,        &person_model,
    &provider_model,      &crew_model,         &crew_member_model,
    &shift_model,         &service_area_model, &sla_class_model,
    &service_item_model,  &routing_rule_model, &calendar_day_model,
    &office_hours_model,  &account_model,      &role_grant_model,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct call c = { .arena = arena_open(), .lang = LANG_EN };
    const struct model *m;
    field_mask mask = 0;
    void *rec;

    if (n > 0) {
        m = nouns[data[0] % COUNT(nouns)];
        rec = arena_alloc(c.arena, m->size);
        if (model_read_json(&c, m, (const char *)data + 1, n - 1, rec, &mask)
                == OK
            && model_check(&c, m, rec) == OK) {
            struct buf b = buf_make(c.arena, 0);
            struct json_out o = json_to(&b);

            model_write_json(&o, m, rec);
            ASSERT(b.len > 1 && b.s[b.len - 1] == '}');
            ASSERT(text_is_utf8(b.s, b.len));
        } else {
            ASSERT(c.fault.code != OK && c.fault.text != NULL);
        }
    }
    arena_close(c.arena);
    return 0;
}
