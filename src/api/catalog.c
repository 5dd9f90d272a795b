/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue over HTTP.  The rules are engine/catalog's; here is only
   shape. */
#include "engine/catalog/catalog.h"
#include "api/route.h"
#include "base/text.h"
#include "engine/order/order.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "json/json.h"

SERVE(model_list, struct list)
SERVE(catalog_add_sla, struct sla_class)

/* -- items -------------------------------------------------------------- */

struct item_query {
    const char *q;
    day on;
    const char *area;
    bool often;
};
static const struct field item_query_fields[] = {
    FIELD(struct item_query, q, .max = 200,
          .says = "What a person typed: words, a part of a word, initials."),
    FIELD(struct item_query, on,
          .says = "Items in force on this day; today when not said."),
    FIELD(struct item_query, area, .max = 20,
          .says = "The code of an area: only its items."),
    FIELD(struct item_query, often,
          .says = "Only eight: what the caller asked for last and what is "
                  "asked for most."),
};
static const struct model item_query_model =
    MODEL("item_query", NULL, struct item_query, item_query_fields);

static bool
is_in_area(const struct catalog *k, const struct service_item *i,
           const char *code)
{
    const struct service_area *area = catalog_area(k, i->area_id);

    return code == NULL || (area != NULL && text_same(area->code, code));
}

static enum err
often_items(struct call *c, const struct catalog *k, day on,
            const struct service_item ***items, size_t *n)
{
    const char *const *own;

    TRY(order_own_items(c, &own));
    *n = catalog_often(c, k, on, own, items);
    return OK;
}

static enum err
get_items(struct call *c, void *in, void *out)
{
    const struct item_query *q = in;
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    const struct service_item **items;
    day on = q->on.n != 0 ? q->on : today(c);
    CATALOG k = catalog_hold(c);
    size_t n, shown = 0;

    TRY(model_check(c, &item_query_model, q));
    if (q->often)
        TRY(often_items(c, k, on, &items, &n));
    else
        n = q->q != NULL ? catalog_search(c, k, on, q->q, &items)
                         : catalog_items(c, k, on, &items);
    json_begin(&o);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < n; i++) {
        if (!is_in_area(k, items[i], q->area))
            continue;
        model_write_json(&o, &service_item_model, items[i]);
        shown++;
    }
    json_end_list(&o);
    /* All of it is in memory and goes out as one page; its keys are those of any
       list. */
    json_key(&o, "next");
    json_none(&o);
    json_put_int(&o, "total", (int64_t)shown);
    json_put_bool(&o, "total_more", false);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

static enum err
get_item(struct call *c, void *in, void *out)
{
    struct service_item *i = in;

    (void)out;
    return model_get(c, &service_item_model, i->id, i);
}

struct unfound {
    const char *words;
};
static const struct field unfound_in_fields[] = {
    FIELD(struct unfound, words, .flags = REQUIRED, .max = 200,
          .label = "What was typed"),
};
static const struct model unfound_in_model =
    MODEL("unfound", NULL, struct unfound, unfound_in_fields);

static enum err
note_unfound(struct call *c, void *in, void *out)
{
    const struct unfound *u = in;
    struct unfound_word w = { .word = u->words };

    (void)out;
    TRY(model_check(c, &unfound_in_model, u));
    return catalog_note_unfound(c, &w);
}

/* A new item can be asked for and asks for a rating unless it says not. */
static enum err
add_item(struct call *c, void *in, void *out)
{
    struct service_item *i = in;
    field_mask said = (field_mask)c->said;

    (void)out;
    if (!(said & model_mask(&service_item_model, "active")))
        i->active = true;
    if (!(said & model_mask(&service_item_model, "asks_rating")))
        i->asks_rating = true;
    return catalog_add_item(c, i);
}

/* What an order of the item would be promised if it were submitted now. */
struct promise {
    int64_t id;
    instant wanted_from, wanted_to;
    const char *sla_class;
    instant accept_due, on_site_due, safe_due, complete_due;
    const char *calendar_note;
};
static const struct field promise_in_fields[] = {
    FIELD(struct promise, id, .flags = GIVEN),
    FIELD(struct promise, wanted_from, .label = "Wanted from"),
    FIELD(struct promise, wanted_to, .label = "Wanted to"),
};
static const struct field promise_fields[] = {
    FIELD(struct promise, sla_class, .flags = GIVEN, .label = "Service level"),
    FIELD(struct promise, accept_due, .flags = GIVEN, .label = "Accepted by"),
    FIELD(struct promise, on_site_due, .flags = GIVEN, .label = "On site by"),
    FIELD(struct promise, safe_due, .flags = GIVEN, .label = "Safe by"),
    FIELD(struct promise, complete_due, .flags = GIVEN,
          .label = "Completed by"),
    FIELD(struct promise, calendar_note, .flags = GIVEN,
          .label = "Calendar note"),
};
static const struct model promise_in_model =
    MODEL("promise_query", NULL, struct promise, promise_in_fields);
static const struct model promise_model =
    MODEL("promise", NULL, struct promise, promise_fields);

static enum err
get_promise(struct call *c, void *in, void *out)
{
    const struct promise *p = in;
    struct promise *made = out;
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item_by_id(k, p->id);
    const struct sla_class *s =
        i != NULL ? catalog_sla(k, i->sla_class, today(c)) : NULL;
    struct catalog_due due;

    if (s == NULL)
        return fail(c, ERR_ABSENT, NULL, "there is no such item");
    due = catalog_due(c, k, s, c->now, p->wanted_from, p->wanted_to);
    *made = (struct promise){ .sla_class = arena_text(c->arena, s->code),
                              .accept_due = due.accept,
                              .on_site_due = due.on_site,
                              .safe_due = due.safe,
                              .complete_due = due.complete,
                              .calendar_note = due.calendar_note };
    return OK;
}

/* Which crew an order of the item at a place would go to now. */
struct destination {
    int64_t id, place_id;
    int64_t crew_id;
    const char *crew_name, *crew_name_en;
};
static const struct field destination_in_fields[] = {
    FIELD(struct destination, id, .flags = GIVEN),
    FIELD(struct destination, place_id, .refers = "place", .label = "Place"),
};
static const struct field destination_fields[] = {
    FIELD(struct destination, crew_id, .flags = GIVEN, .refers = "crew",
          .label = "Crew"),
    FIELD(struct destination, crew_name, .flags = GIVEN, .label = "Name"),
    FIELD(struct destination, crew_name_en, .flags = GIVEN,
          .label = "English name"),
};
static const struct model destination_in_model =
    MODEL("destination_query", NULL, struct destination, destination_in_fields);
static const struct model destination_model =
    MODEL("destination", NULL, struct destination, destination_fields);

static enum err
get_destination(struct call *c, void *in, void *out)
{
    const struct destination *d = in;
    struct destination *made = out;
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item_by_id(k, d->id);
    struct place_facts at = { 0 };
    struct crew crew = { 0 };

    if (i == NULL)
        return fail(c, ERR_ABSENT, NULL, "there is no such item");
    if (d->place_id != 0)
        TRY(place_facts_said(c, d->place_id, &at));
    if (d->place_id != 0 && at.id == 0)
        return fail(c, ERR_INVALID, "place_id", "there is no such place");
    /* No rule names one: the desk decides, as order_submit has it. */
    made->crew_id = catalog_route(k, i, at.path, today(c));
    if (made->crew_id == 0)
        return OK;
    TRY(model_get(c, &crew_model, made->crew_id, &crew));
    made->crew_name = crew.name;
    made->crew_name_en = crew.name_en;
    return OK;
}

/* -- calendar ------------------------------------------------------------ */

struct year_query {
    int64_t year;
};
static const struct field year_query_fields[] = {
    FIELD(struct year_query, year, .min = 2000, .max = 2099,
          .says = "The year to look at; this year when not said."),
};
static const struct model year_query_model =
    MODEL("year_query", NULL, struct year_query, year_query_fields);

static enum err
write_days(struct call *c, struct json_out *o, int year)
{
    day first = day_of(year, 1, 1), last = day_of(year + 1, 1, 1);
    ROWS r = model_query(c, &calendar_day_model,
                         "WHERE on_day >= $1 AND on_day < $2"
                         " ORDER BY on_day, kind",
                         V(first), V(last));

    json_key(o, "days");
    json_begin_list(o);
    while (rows_next(&r)) {
        struct calendar_day d = { 0 };

        model_read_row(&calendar_day_model, &r, &d);
        model_write_json(o, &calendar_day_model, &d);
    }
    json_end_list(o);
    return rows_end(&r);
}

static enum err
get_calendar(struct call *c, void *in, void *out)
{
    const struct year_query *q = in;
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    int year = q->year != 0 ? (int)q->year : civil_of(today(c)).year;
    CATALOG k = catalog_hold(c);

    TRY(model_check(c, &year_query_model, q));
    json_begin(&o);
    json_put_int(&o, "year", year);
    json_put_bool(&o, "published",
                  workcal_is_published(catalog_workcal(k), year));
    TRY(write_days(c, &o, year));
    json_end(&o);
    raw->body = b.s;
    return OK;
}

/* -- routes -------------------------------------------------------------- */

#define EDIT "catalog.edit"

const struct route catalog_routes[] = {
    { GET, "/items", get_items, .in = &item_query_model,
      .says = "What can be asked for, with its questions; q finds items by "
              "words, best first.",
      .flags = R_RAW, .out = &service_item_model,
      .answer = "{items:[#],next:text?,total:int,total_more:bool}" },
    { GET, "/items/{id}", get_item, &service_item_model, &service_item_model,
      .says = "One version of a service item." },
    { GET, "/items/{id}/promise", get_promise, &promise_in_model,
      &promise_model,
      .says = "The due times of an order of the item submitted now." },
    { GET, "/items/{id}/destination", get_destination, &destination_in_model,
      &destination_model,
      .says = "The crew an order of the item at a place would go to now." },
    { GET, "/item-versions", serve_model_list, .out = &service_item_model,
      .may = EDIT, .says = "Every version of every item.", .flags = R_LIST },
    { POST, "/items", add_item, &service_item_model, &service_item_model, EDIT,
      "Add an item, or the next version of one from a day on.", R_CREATED },
    { POST, "/items/unfound", note_unfound, .in = &unfound_in_model,
      .says = "Words for which no item was found, told to whoever looks after "
              "the catalogue." },
    { GET, "/sla-classes", serve_model_list, .out = &sla_class_model,
      .says = "The SLA classes and their versions.", .flags = R_LIST },
    { POST, "/sla-classes", serve_catalog_add_sla, &sla_class_model,
      &sla_class_model, EDIT,
      "Add an SLA class, or the next version of one from a day on.",
      R_CREATED },
    { GET, "/calendar", get_calendar, .in = &year_query_model,
      .says = "A year's holidays and make-up days, and whether they are "
              "published.",
      .flags = R_RAW, .out = &calendar_day_model,
      .answer = "{year:int,published:bool,days:[#]}" },
    { 0 }
};
