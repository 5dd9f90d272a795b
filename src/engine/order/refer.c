/* SPDX-License-Identifier: Apache-2.0 */
/* Two that orders refer to have become one. */
#include <string.h>

#include "base/text.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/member.h"
#include "json/json.h"

/* "crew_id":[12,15], where it became another. */
static void
write_change(struct json_out *out, const char *name, const struct order *old,
             const struct order *o)
{
    const struct field *f = model_field(&order_model, name);

    if (member_same(f, old, o))
        return;
    json_key(out, name);
    json_begin_list(out);
    member_write_json(out, f, old);
    member_write_json(out, f, o);
    json_end_list(out);
}

/* {"number":"...","crew_id":[12,15],...} */
static const char *
what_changed(struct call *c, const struct field *f, const struct order *old,
             const struct order *o)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);

    json_begin(&out);
    json_put_text(&out, "number", o->number);
    write_change(&out, f->name, old, o);
    if (strcmp(f->name, "crew_id") == 0) {
        write_change(&out, "crew_name", old, o);
        write_change(&out, "provider_id", old, o);
    }
    if (strcmp(f->name, "assignee_id") == 0)
        write_change(&out, "assignee_name", old, o);
    json_end(&out);
    return b.s;
}

/* Who has it is one thing, kept in several columns: they become what give_to
   would write of the one that stays.  Whose people work for the crew is told by
   its provider, so an order of the one and the other would be open to nobody.
   The names of the requester and the place are those that were said that day,
   and stay. */
static enum err
refer_to(struct call *c, struct order *o, const struct field *f, int64_t into)
{
    struct crew_facts crew = { 0 };
    struct person_facts person = { 0 };

    field_put(f, o, into);
    if (strcmp(f->name, "crew_id") == 0) {
        TRY(crew_facts(c, into, &crew));
        o->crew_name = crew.name;
        o->provider_id = crew.provider_id;
    }
    if (strcmp(f->name, "assignee_id") == 0) {
        TRY(person_facts(c, into, &person));
        o->assignee_name = person.name;
    }
    return OK;
}

/* Not a step of its life: it may happen in any state, and nothing else follows
   from it. */
enum err
order_refer(struct call *c, const void *rec, const struct field *f,
            int64_t into)
{
    const struct order *old = rec;
    struct order o = *old;
    struct event e = {
        .noun = "order", .noun_id = o.id, .verb = "merged", .internal = true
    };

    TRY(refer_to(c, &o, f, into));
    TRY(model_update(c, &order_model, old, &o));
    e.from_state = e.to_state = order_states[o.state];
    e.detail = what_changed(c, f, old, &o);
    TRY(event_add(c, &e));
    return model_audit(c, "order.merged", order_model.noun, o.id, e.detail);
}
