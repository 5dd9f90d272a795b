/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms as a locked page tells them: to whoever walks by, too. */
#include "engine/order/inner.h"
#include "engine/org/org.h"

static const struct field fields[] = {
    FIELD(struct bare_alarm, item_code, .flags = GIVEN | REQUIRED,
          .label = "Item"),
    FIELD(struct bare_alarm, item_name, .flags = GIVEN | REQUIRED,
          .label = "Item"),
    FIELD(struct bare_alarm, place_id, .flags = GIVEN, .refers = "place",
          .label = "Place"),
    FIELD(struct bare_alarm, place_name, .flags = GIVEN, .label = "Place",
          .says = "Null in a secrecy area, and where no place is known."),
    FIELD(struct bare_alarm, place_name_en, .flags = GIVEN,
          .label = "Full English name"),
    FIELD(struct bare_alarm, secret, .flags = GIVEN,
          .says = "It is in a secrecy area."),
    FIELD(struct bare_alarm, nearest_clock, .flags = GIVEN,
          .choices = order_clocks, .label = "Clock"),
    FIELD(struct bare_alarm, nearest_due, .flags = GIVEN, .label = "Due"),
    FIELD(struct bare_alarm, has_crew, .flags = GIVEN,
          .says = "A crew has it."),
};
const struct model bare_alarm_model =
    MODEL("bare_alarm", NULL, struct bare_alarm, fields);

/* What was said is left out: it is free text, and may name people. */
static enum err
make_bare(struct call *c, const struct order *o, struct bare_alarm *b)
{
    struct place_facts place;

    *b = (struct bare_alarm){
        .item_code = o->item_code,
        .item_name = o->item_name,
        .nearest_clock = o->nearest_clock,
        .nearest_due = o->nearest_due,
        .has_crew = o->crew_id != 0,
    };
    if (o->place_id == 0)
        return OK;
    TRY(place_is_restricted(c, o->place_id, &b->secret));
    if (b->secret)
        return OK;
    /* A locked page may ask for no names. */
    TRY(place_facts(c, o->place_id, &place));
    b->place_id = o->place_id;
    b->place_name = o->place_name;
    b->place_name_en = place.full_name_en;
    return OK;
}

enum err
order_bare_alarms(struct call *c, void *out)
{
    struct bare_alarms *a = out;
    struct list l = { .model = &order_model, .limit = BARE_ALARMS };
    const struct order *rows;

    /* The same question as that of the bar (web/src/order/alarms.ts). */
    l.sort = model_field(&order_model, "nearest_due");
    list_and(c, &l, "is_open = 1 AND emergency = 1 AND alarming = 1");
    TRY(order_list(c, &l, NULL));
    rows = l.rows;
    a->n = l.n;
    a->total = l.total;
    for (size_t i = 0; i < l.n; i++)
        TRY(make_bare(c, &rows[i], &a->found[i]));
    return OK;
}
