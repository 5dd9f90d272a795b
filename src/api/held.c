/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody has in hand, told before they are taken out of it. */
#include "engine/order/held.h"

#include "api/route.h"
#include "engine/org/org.h"
#include "json/json.h"

static const struct field person_ref_fields[] = {
    FIELD(struct person, id, .flags = GIVEN),
};
static const struct model person_ref_model =
    MODEL("person_ref", NULL, struct person, person_ref_fields);

static enum err
serve_held(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct held *all;
    int64_t total;
    size_t n;

    TRY(orders_held(c, ((const struct person *)in)->id, &all, &n, &total));
    json_begin(&o);
    json_put_int(&o, "total", total);
    json_key(&o, "items");
    json_begin_list(&o);
    /* The oldest are enough to be called by. */
    for (size_t i = 0; i < n; i++) {
        json_begin(&o);
        json_put_text(&o, "number", all[i].number);
        json_put_text(&o, "state", all[i].state);
        json_put_text(&o, "crew_name", all[i].crew_name);
        json_end(&o);
    }
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

const struct route held_routes[] = {
    { GET, "/persons/{id}/held", serve_held, .in = &person_ref_model,
      .flags = R_RAW,
      .answer = "{total:int,items:[{number:text?,state:text?,"
                "crew_name:text?}]}",
      .says = "The open orders somebody has in hand, for who changes people"
              " and accounts." },
    { 0 }
};
