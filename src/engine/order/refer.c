/* SPDX-License-Identifier: Apache-2.0 */
/* Two that orders refer to have become one. */
#include <string.h>

#include "base/text.h"
#include "engine/order/inner.h"
#include "model/member.h"
#include "json/json.h"

/* {"number":"...","crew_id":[12,15]} */
static const char *
what_changed(struct call *c, const struct order *o, const struct field *f,
             int64_t from)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);

    json_begin(&out);
    json_put_text(&out, "number", o->number);
    json_key(&out, f->name);
    json_begin_list(&out);
    json_int(&out, from);
    json_int(&out, field_int(f, o));
    json_end_list(&out);
    json_end(&out);
    return b.s;
}

/* The names that it keeps are those of its day, so they stay.  Not a step of
   its life: it may happen in any state, and nothing else follows from it. */
enum err
order_refer(struct call *c, int64_t id, const struct field *f, int64_t into)
{
    struct event e = {
        .noun = "order", .noun_id = id, .verb = "merged", .internal = true
    };
    struct order old = { 0 }, o;

    TRY(model_get(c, &order_model, id, &old));
    o = old;
    field_put(f, &o, into);
    TRY(model_update(c, &order_model, &old, &o));
    e.from_state = e.to_state = order_states[o.state];
    e.detail = what_changed(c, &o, f, field_int(f, &old));
    TRY(event_add(c, &e));
    return model_audit(c, "order.merged", order_model.noun, id, e.detail);
}
