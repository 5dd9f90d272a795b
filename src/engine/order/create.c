/* SPDX-License-Identifier: Apache-2.0 */
/* Asking: requests become orders and legs. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "subject/notice.h"
#include "subject/number.h"

#define MAX_LEGS 20

/* Everything that is looked up before anything is written. */
struct submission {
    struct order_request *w;
    const struct order *parent; /* of a leg that is added; or NULL */
    struct order o;
    struct service_item item;
    struct place_facts place;
    struct person_facts person;
    const char *tokens;
    bool yields; /* its times are the parent's: an answer may say others */
};

/* -- looking up ------------------------------------------------------------ */

static enum err
find_item(struct call *c, struct submission *m)
{
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item(k, m->w->item_code, today(c));
    struct catalog_answers a = { .json = m->w->answers,
                                 .wanted_from = m->w->wanted_from,
                                 .wanted_to = m->w->wanted_to,
                                 .yields = m->yields };

    if (i == NULL || !i->active)
        return fail(c, ERR_INVALID, "item_code", "there is no such item");
    TRY(catalog_check_answers(c, k, i, &a));
    /* The catalogue is let go of at the end of this function: what is used of it
       later is copied. */
    m->item = *i;
    m->item.code = arena_text(c->arena, i->code);
    m->item.name = arena_text(c->arena, i->name);
    m->item.sla_class = arena_text(c->arena, i->sla_class);
    m->o.answers = a.json;
    m->o.wanted_from = a.wanted_from;
    m->o.wanted_to = a.wanted_to;
    return OK;
}

/* What is wanted lies ahead, or at least today: who asks at five past nine
   for nine o'clock is understood. */
enum err
order_check_wanted(struct call *c, const struct order *o)
{
    const struct order_request said = { .wanted_from = o->wanted_from,
                                        .wanted_to = o->wanted_to };

    /* They may have come as an answer to a question. */
    TRY(model_check_mask(c, &order_request_model, &said,
                         model_mask(&order_request_model, "wanted_from")
                             | model_mask(&order_request_model, "wanted_to")));
    if (o->wanted_to.ms != 0 && o->wanted_to.ms <= c->now.ms)
        return fail(c, ERR_INVALID, "wanted_to", "lies in the past");
    if (o->wanted_from.ms != 0
        && zone_day(c->app->zone, o->wanted_from).n < today(c).n)
        return fail(c, ERR_INVALID, "wanted_from", "lies in the past");
    return OK;
}

/* What a parent has been taken down with is not judged again. */
static enum err
check_phone(struct call *c, const struct submission *m)
{
    if (text_is_blank(m->w->phone)
        || (m->parent && text_same(m->w->phone, m->parent->phone)))
        return OK;
    return org_check_phone(c, "phone", &m->w->phone);
}

/* Somebody who is in no list: whoever takes it down stands for the caller. */
static enum err
find_caller(struct call *c, struct submission *m)
{
    const struct order_request *w = m->w;

    if (w->requester_id != 0 || c->actor == NULL)
        return fail(c, ERR_INVALID, "caller_name",
                    "is for whoever is in no list");
    if (text_is_blank(w->phone))
        return fail(c, ERR_INVALID, "phone", "is required");
    m->o.unlisted = true;
    m->o.taken_by_id = c->actor->person_id;
    m->o.requester_id =
        m->parent ? m->parent->requester_id : c->actor->person_id;
    m->o.requester_name = w->caller_name;
    m->o.unit_name = w->caller_unit;
    m->o.phone = w->phone;
    m->person.initials = text_initials(c->arena, w->caller_name);
    return OK;
}

static enum err
find_requester(struct call *c, struct submission *m)
{
    int64_t me = c->actor ? c->actor->person_id : 0;
    int64_t who = m->w->requester_id ? m->w->requester_id : me;

    TRY(check_phone(c, m));
    if (!text_is_blank(m->w->caller_name))
        return find_caller(c, m);
    if (who != me)
        m->o.taken_by_id = me;
    /* What was asked for is done, whoever and whatever has gone since. */
    TRY(m->parent && who == m->parent->requester_id
            ? read_person_ever(c, who, &m->person)
            : read_person(c, who, &m->person));
    m->o.requester_id = who;
    m->o.requester_name = m->person.name;
    m->o.unit_id = m->person.unit_id;
    m->o.unit_name = m->person.unit_name;
    m->o.phone = text_is_blank(m->w->phone) ? m->person.phone : m->w->phone;
    return OK;
}

/* A person who does not say where means their own room, while it is in use. */
static enum err
find_place(struct call *c, struct submission *m)
{
    int64_t id = m->w->place_id;
    bool own = id == 0 && text_is_blank(m->w->place_note);

    m->o.place_note = m->w->place_note;
    if (own)
        id = m->person.place_id;
    if (id != 0)
        TRY(own || (m->parent && id == m->parent->place_id)
                ? read_place_ever(c, id, &m->place)
                : read_place(c, id, &m->place));
    if (own && !m->place.active)
        return fail(c, ERR_INVALID, "place_id", "please say where");
    if (id == 0)
        return OK;
    m->o.place_id = id;
    m->o.place_name = m->place.full_name;
    return OK;
}

/* Who asks for others does so within their reach: for people of their units, or
   about their places. */
static enum err
check_for_other(struct call *c, const struct submission *m)
{
    if (m->o.taken_by_id == 0)
        return OK;
    return auth_need(c, "order.for_others",
                     &(struct auth_where){ .unit_id = m->o.unit_id,
                                           .place_id = m->o.place_id });
}

static enum err
find_priority(struct call *c, struct submission *m)
{
    m->o.priority = m->w->priority ? m->w->priority : m->item.priority;
    if (m->o.priority < m->item.priority
        && text_is_blank(m->w->priority_reason))
        return fail(c, ERR_INVALID, "priority_reason",
                    "please say why it is more urgent than usual");
    m->o.priority_reason = m->w->priority_reason;
    return OK;
}

/* The first line of what was said with something on it, or the item's name. */
const char *
order_make_title(struct call *c, const char *description, const char *item_name)
{
    const char *s = description, *p;

    if (text_is_blank(s))
        return item_name;
    while (text_is_blank(arena_text_n(c->arena, s, strcspn(s, "\r\n"))))
        s += strcspn(s, "\r\n") + 1;
    p = s;
    for (int n = 0; n < 40 && *p != '\0' && *p != '\n' && *p != '\r'; n++)
        (void)text_next(&p);
    return arena_text_n(c->arena, s, (size_t)(p - s));
}

/* What an order is found by, but for its number. */
static const char *
order_tokens(struct call *c, const struct order *o, const char *person_initials,
             const char *place_initials)
{
    const char *const words[] = {
        o->title,        o->description,
        o->item_name,    o->requester_name,
        person_initials, o->place_name,
        place_initials,  o->place_note,
        o->phone,        o->unlisted ? o->unit_name : NULL
    };
    struct buf b = buf_make(c->arena, 0);

    for (size_t i = 0; i < COUNT(words); i++) {
        buf_puts(&b, words[i]);
        buf_putc(&b, ' ');
    }
    return text_tokens(c->arena, b.s);
}

/* How a request came is said by whoever takes it down for others, and by
   nobody of what only the program writes. */
static enum err
check_channel(struct call *c, const struct submission *m)
{
    const char *said = m->w->channel;

    if (said == NULL || strcmp(said, "web") == 0 || strcmp(said, "qr") == 0
        || strcmp(said, "api") == 0)
        return OK;
    if (strcmp(said, "import") == 0 || strcmp(said, "recurring") == 0
        || !auth_may_at(c, "order.for_others",
                        &(struct auth_where){ .unit_id = m->o.unit_id,
                                              .place_id = m->o.place_id }))
        return fail(c, ERR_DENIED, "channel",
                    "is for those who take requests of others");
    return OK;
}

static enum err
look_up(struct call *c, struct order_request *w, struct submission *m)
{
    m->w = w;
    TRY(model_check(c, &order_request_model, w));
    TRY(find_item(c, m));
    TRY(order_check_wanted(c, &m->o));
    TRY(find_requester(c, m));
    TRY(find_place(c, m));
    TRY(check_for_other(c, m));
    TRY(check_channel(c, m));
    TRY(find_priority(c, m));
    m->o.item_id = m->item.id;
    m->o.area_id = m->item.area_id;
    m->o.item_code = m->item.code;
    m->o.item_name = m->item.name;
    m->o.sla_class = m->item.sla_class;
    m->o.description = w->description;
    m->o.title = order_make_title(c, w->description, m->item.name);
    m->o.channel =
        c->actor == NULL        ? "recurring"
        : w->channel            ? w->channel
        : m->o.taken_by_id != 0 ? "phone"
        : c->actor->by_token    ? "api"
                                : "web";
    m->o.submitted_at = c->now;
    m->tokens = order_tokens(c, &m->o, m->person.initials, m->place.initials);
    /* Nothing is promised before it is approved. */
    if (!m->item.needs_approval)
        set_due(c, &m->o, c->now);
    return route(c, &m->o, &m->item, m->place.path);
}

/* -- writing --------------------------------------------------------------- */

enum err
order_number(struct call *c, const char **out)
{
    static const struct numbering by_day = { "order", "", false, 4 };

    return number_next(c, &by_day, out);
}

/* Instead of the words in GONE; NULL: there are none. */
static enum err
index_tokens(struct call *c, const struct order *o, const char *gone,
             const char *tokens)
{
    struct buf b = buf_make(c->arena, 0);

    buf_puts(&b, text_tokens(c->arena, o->number));
    buf_putc(&b, ' ');
    buf_puts(&b, tokens);
    return db_search_change(c, order_model.noun, o->id, gone, b.s);
}

/* By what was corrected an order is found no more: it may be other people's
   business (withheld.c). */
enum err
index_anew(struct call *c, const struct order *old, const struct order *o)
{
    struct place_facts was = { 0 }, place = { 0 };
    struct person_facts person = { 0 };

    if (old->place_id != 0)
        TRY(place_facts(c, old->place_id, &was));
    if (o->place_id != 0)
        TRY(place_facts(c, o->place_id, &place));
    if (o->unlisted)
        person.initials = text_initials(c->arena, o->requester_name);
    else
        TRY(person_facts(c, o->requester_id, &person));
    return index_tokens(c, o,
                        order_tokens(c, old, person.initials, was.initials),
                        order_tokens(c, o, person.initials, place.initials));
}

/* Life and limb do not wait for the desk: an emergency whose crew the rules
   know goes to it at once. */
bool
order_goes_at_once(struct call *c, const struct order *o)
{
    return o->crew_id != 0 && is_emergency(c, o);
}

static enum err
dispatch_at_once(struct call *c, struct order *o)
{
    struct event e = { .noun = "order",
                       .noun_id = o->id,
                       .verb = "dispatch",
                       .actor_name = "liangcao",
                       .from_state = order_states[ORDER_SUBMITTED],
                       .to_state = order_states[ORDER_DISPATCHED],
                       .note = o->crew_name };
    int64_t reachable;

    TRY(count_reachable(c, o, &reachable));
    if (reachable == 0) {
        e.detail = ORDER_UNTOLD;
        TRY(tell_untold(c, o));
    }
    TRY(event_begin(c, &e));
    return tell_crew(c, o, "dispatched");
}

enum err
order_sent_at_once(struct call *c, const struct order *old,
                   const struct order *o)
{
    struct order sent = *o;

    return o->state == ORDER_DISPATCHED && old->dispatched_at.ms == 0
               ? dispatch_at_once(c, &sent)
               : OK;
}

static enum err
write_order(struct call *c, struct submission *m)
{
    struct order *o = &m->o;
    struct event e = {
        .noun = "order", .verb = "submit", .from_state = "draft"
    };

    o->state =
        m->item.needs_approval ? ORDER_AWAITING_APPROVAL : ORDER_SUBMITTED;
    /* The event of the request tells how it came in; that it went on at once is
       an event of its own. */
    e.to_state = order_states[o->state];
    if (o->state == ORDER_SUBMITTED && order_goes_at_once(c, o)) {
        o->state = ORDER_DISPATCHED;
        o->accepted_at = o->dispatched_at = c->now;
    }
    o->is_open = true;
    watch_clocks(c, NULL, o);
    TRY(order_number(c, &o->number));
    TRY(model_insert(c, &order_model, o));
    TRY(index_tokens(c, o, NULL, m->tokens));
    e.noun_id = o->id;
    e.note = o->taken_by_id ? c->actor->name : NULL;
    e.actor_name = c->actor ? NULL : "liangcao";
    TRY(event_begin(c, &e));
    if (o->state == ORDER_DISPATCHED)
        TRY(dispatch_at_once(c, o));
    if (o->taken_by_id != 0 || c->actor == NULL)
        TRY(notice_tell(c, o->requester_id, "order", o->id, "submitted"));
    return audit_write(c, "order.submit", "order", o->id,
                       arena_printf(c->arena, "{\"number\":\"%s\"}",
                                    o->number));
}

/* -- legs ------------------------------------------------------------------ */

static enum err
look_up_leg(struct call *c, const struct submission *parent, json_t *one,
            struct submission *leg)
{
    /* ENCODE_ANY: whatever stands there, the reader says what is wrong with it. */
    char *json = json_dumps(one, JSON_COMPACT | JSON_ENCODE_ANY);
    struct order_request *w = NEW(c->arena, struct order_request);
    enum err e;

    ASSERT(json != NULL);
    e = model_read_json(c, &order_request_model, json, strlen(json), w, NULL);
    free(json);
    TRY(e);
    if (w->legs != NULL)
        return fail(c, ERR_INVALID, "legs", "a leg has no legs of its own");
    if (parent->o.unlisted) {
        w->caller_name = parent->o.requester_name;
        w->caller_unit = parent->o.unit_name;
    } else {
        w->requester_id = parent->o.requester_id;
    }
    w->channel = parent->o.channel;
    if (w->place_id == 0 && w->place_note == NULL) {
        w->place_id = parent->o.place_id;
        w->place_note = parent->o.place_note;
    }
    if (w->phone == NULL)
        w->phone = parent->o.phone;
    if (w->wanted_from.ms == 0) {
        w->wanted_from = parent->o.wanted_from;
        w->wanted_to = parent->o.wanted_to;
        leg->yields = true;
    }
    TRY(look_up(c, w, leg));
    leg->o.taken_by_id = parent->o.taken_by_id;
    return OK;
}

/* The requests in w->legs; a fault's field becomes "legs[1].item_code". */
static enum err
look_up_legs(struct call *c, const struct submission *m,
             struct submission **legs, size_t *n)
{
    json_t *list = m->w->legs ? json_loads(m->w->legs, 0, NULL) : NULL;
    enum err e = OK;

    *n = json_array_size(list);
    *legs = NEW_N(c->arena, struct submission, *n + 1);
    if (list != NULL && !json_is_array(list))
        e = fail(c, ERR_INVALID, "legs", "must be a list");
    else if (*n > MAX_LEGS)
        e = fail(c, ERR_INVALID, "legs", "must have at most %d entries",
                 MAX_LEGS);
    for (size_t i = 0; e == OK && i < *n; i++) {
        e = look_up_leg(c, m, json_array_get(list, i), &(*legs)[i]);
        if (e == ERR_INVALID || e == ERR_MALFORMED)
            c->fault.field =
                arena_printf(c->arena,
                             c->fault.field ? "legs[%zu].%s" : "legs[%zu]", i,
                             c->fault.field);
    }
    json_decref(list);
    /* The body could be read; one of its legs could not. */
    if (e == ERR_MALFORMED)
        e = c->fault.code = ERR_INVALID;
    return e;
}

enum err
order_submit(struct call *c, struct order_request *w, struct order_view *out)
{
    struct submission m = { 0 }, *legs;
    size_t n;

    TRY(auth_need(c, "order.create", NULL));
    TRY(look_up(c, w, &m));
    TRY(look_up_legs(c, &m, &legs, &n));
    TX tx = tx_begin_sure(c);
    TRY(write_order(c, &m));
    for (size_t i = 0; i < n; i++) {
        legs[i].o.parent_id = m.o.id;
        TRY(write_order(c, &legs[i]));
    }
    out->order = m.o;
    TRY(order_fill_new(c, out, n));
    return tx_commit(&tx);
}

/* By the program itself: for the requester, at the place. */
enum err
order_make(struct call *c, struct order_request *w, int64_t *id)
{
    struct submission m = { 0 };

    ASSERT(c->actor == NULL);
    TRY(look_up(c, w, &m));
    TRY(write_order(c, &m));
    *id = m.o.id;
    return OK;
}

/* For the requester of the whole, where that is and by the phone of it, unless
   other is said. */
enum err
do_add_leg(struct deed *d, void *rec)
{
    struct order_request w = *(const struct order_request *)d->in;
    const struct order *o = rec;
    struct submission leg = { .parent = o };

    if (w.place_id == 0 && w.place_note == NULL) {
        w.place_id = o->place_id;
        w.place_note = o->place_note;
    }
    if (o->unlisted) {
        w.caller_name = o->requester_name;
        w.caller_unit = o->unit_name;
        w.phone = text_is_blank(w.phone) ? o->phone : w.phone;
    } else if (o->requester_id != d->c->actor->person_id) {
        w.requester_id = o->requester_id;
    }
    TRY(look_up(d->c, &w, &leg));
    leg.o.parent_id = o->id;
    TRY(write_order(d->c, &leg));
    /* By its number alone, as who may read here may not see what it asks for. */
    d->note = leg.o.number;
    return OK;
}

enum err
order_add_leg(struct call *c, struct order_request *w, struct order_view *out)
{
    return life_do(c, &order_life, "add_leg", w, out);
}
