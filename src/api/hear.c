/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hear.h"

#include "api/lives.h"
#include "base/text.h"
#include "engine/order/order.h"
#include "noun/noun.h"
#include "json/json.h"

static unsigned
order_state(const char *word)
{
    unsigned s = 0;

    while (s < N_ORDER_STATES - 1 && !text_same(order_states[s], word))
        s++;
    return s;
}

/* Orders are nearly all there is: what order_may_see looks at came with the
   row. */
static void *
order_of(struct call *c, const struct news_row *row)
{
    struct order *o = NEW(c->arena, struct order);

    *o = (struct order){
        .id = row->noun_id,
        .number = row->number,
        .state = order_state(row->state),
        .version = row->version,
        .unit_id = row->unit_id,
        .crew_id = row->crew_id,
        .place_id = row->place_id,
        .provider_id = row->provider_id,
        .requester_id = row->requester_id,
        .item_id = row->item_id
    };
    return row->number ? o : NULL;
}

static const struct noun *
noun_of(const struct call *c, const char *word)
{
    for (size_t i = 0; c->app->nouns[i] != NULL; i++)
        if (text_same(c->app->nouns[i]->model->noun, word))
            return c->app->nouns[i];
    return NULL;
}

static enum err
read_row(struct call *c, struct hearing *h)
{
    void *rec = arena_alloc(c->arena, h->model->size);
    enum err e = model_get(c, h->model, h->event.noun_id, rec);

    /* One that nobody can read shall not keep others from the news. */
    if (e == ERR_ABSENT || (e == ERR_BROKEN && c->fault.field != NULL)) {
        c->fault = (struct fault){ .code = OK };
        return OK;
    }
    if (e == OK && h->life != NULL && h->life->derive != NULL)
        h->life->derive(rec);
    h->rec = rec;
    return e;
}

enum err
hear_begin(struct call *c, const struct news_row *row, struct hearing *h)
{
    *h = (struct hearing){ .event = { .noun = row->noun,
                                      .noun_id = row->noun_id,
                                      .verb = row->verb,
                                      .internal = row->internal },
                           .life = life_of(row->noun),
                           .noun = noun_of(c, row->noun) };
    if (h->noun == NULL)
        return OK;
    h->model = h->noun->model;
    if (h->life == &order_life)
        h->rec = order_of(c, row);
    else
        TRY(read_row(c, h));
    return OK;
}

enum err
hear_may(struct call *c, const struct hearing *h, bool *may)
{
    enum err e;

    *may = false;
    if (h->rec == NULL)
        return OK;
    if (h->life != NULL)
        return life_may_hear(c, h->life, h->rec, &h->event, may);
    e = noun_may_see(c, h->noun, h->rec);
    if (e == ERR_DENIED || e == ERR_UNSIGNED || e == ERR_ABSENT) {
        c->fault = (struct fault){ .code = OK };
        return OK;
    }
    *may = e == OK && !h->event.internal;
    return e;
}

void
hear_write(const struct hearing *h, struct json_out *o)
{
    const struct field *version = model_field(h->model, "version");
    const struct field *number = model_field(h->model, "number");

    json_begin(o);
    json_put_int(o, "id", h->event.noun_id);
    if (number != NULL && number->kind == FIELD_TEXT)
        json_put_text(o, "number",
                      *(const char *const *)(const void *)((const char *)h->rec
                                                           + number->offset));
    if (h->life != NULL)
        json_put_text(o, "state", h->life->states[life_state(h->life, h->rec)]);
    json_put_text(o, "verb", h->event.verb);
    if (version != NULL)
        json_put_int(o, "version", field_int(version, h->rec));
    json_end(o);
}
