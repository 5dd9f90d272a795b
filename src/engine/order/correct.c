/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was said wrongly is said anew: the item, the place, the words, the
 * phone, the answers, the times.
 *
 * A correction leaves the promises alone unless the class or the wanted time is
 * another: then they are reckoned anew, those of another class from now on, so
 * that none ends in the past.  What was met stays met, a verdict stays.
 */
#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "json/json.h"

/* -- taking over --------------------------------------------------------------- */

/* Answers that are not said anew stay; those to another item's questions say
   nothing.  ITEM is the snapshot K's own. */
static enum err
take_answers(struct deed *d, const struct catalog *k,
             const struct service_item *item)
{
    const struct order_act *a = d->in;
    struct order *o = d->rec;
    bool other = item->id != o->item_id, said = a->answers != NULL;
    struct catalog_answers x = { .json = said    ? a->answers
                                         : other ? NULL
                                                 : o->answers,
                                 .wanted_from = a->wanted_from,
                                 .wanted_to = a->wanted_to };

    /* A question may ask for the same time: whoever answers it anew says it. */
    x.yields = said && x.wanted_from.ms == 0 && x.wanted_to.ms == 0;
    if (x.wanted_from.ms == 0)
        x.wanted_from = o->wanted_from;
    if (x.wanted_to.ms == 0)
        x.wanted_to = o->wanted_to;
    TRY(catalog_check_answers(d->c, k, item, &x));
    o->answers = x.json;
    o->wanted_from = x.wanted_from;
    o->wanted_to = x.wanted_to;
    return OK;
}

/* The item that is meant, and the answers to its questions: another one as it
   is in force today, the same in the version it was asked for under. */
static enum err
find_item(struct deed *d, struct service_item *item)
{
    const char *code = ((const struct order_act *)d->in)->item_code;
    const struct order *old = d->old;
    struct call *c = d->c;
    CATALOG k = catalog_hold(c);
    const struct service_item *i;

    if (text_is_blank(code) || text_same(code, old->item_code))
        i = catalog_item_by_id(k, old->item_id);
    else
        i = catalog_item(k, code, today(c));
    if (i == NULL || (i->id != old->item_id && !i->active))
        return fail(c, ERR_INVALID, "item_code", "there is no such item");
    TRY(take_answers(d, k, i));
    *item = *i;
    item->code = arena_text(c->arena, i->code);
    item->name = arena_text(c->arena, i->name);
    item->sla_class = arena_text(c->arena, i->sla_class);
    item->fields = arena_text(c->arena, i->fields);
    return OK;
}

static enum err
take_place(struct deed *d)
{
    const struct order_act *a = d->in;
    struct order *o = d->rec;
    struct place_facts place = { 0 };
    bool secret = false;

    if (a->place_id != 0 && a->place_id != o->place_id) {
        TRY(read_place(d->c, a->place_id, &place));
        if (o->place_id != 0)
            TRY(place_is_restricted(d->c, o->place_id, &secret));
        /* Words that stood for the place itself are not needed any more, those
           that tell of a secrecy area are not for whoever reads it now. */
        if (o->place_id == 0 || secret)
            o->place_note = NULL;
        o->place_id = a->place_id;
        o->place_name = place.full_name;
    }
    if (!text_is_blank(a->place_note))
        o->place_note = a->place_note;
    return OK;
}

static void
take_item(struct order *o, const struct service_item *was,
          const struct service_item *item)
{
    if (item->id == o->item_id)
        return;
    /* Whoever made it more urgent than usual meant the trouble, not its name. */
    if (was == NULL || o->priority == was->priority)
        o->priority = item->priority;
    o->item_id = item->id;
    o->area_id = item->area_id;
    o->item_code = item->code;
    o->item_name = item->name;
    o->sla_class = item->sla_class;
}

/* The item first: its questions say which answers and times are meant. */
enum err
order_take_over(struct deed *d, struct correction *k)
{
    const struct order_act *a = d->in;
    const struct order *old = d->old;
    struct order *o = d->rec;

    k->knows_was = order_item(d->c, old, &k->was);
    TRY(find_item(d, &k->item));
    TRY(take_place(d));
    take_item(o, k->knows_was ? &k->was : NULL, &k->item);
    if (!text_is_blank(a->description))
        o->description = a->description;
    if (!text_is_blank(a->phone) && !text_same(a->phone, o->phone)) {
        o->phone = a->phone;
        TRY(org_check_phone(d->c, "phone", &o->phone));
    }
    o->title = order_make_title(d->c, o->description, o->item_name);
    if (o->wanted_from.ms != old->wanted_from.ms
        || o->wanted_to.ms != old->wanted_to.ms)
        TRY(order_check_wanted(d->c, o));
    return order_keep_confidence(d->c, old, o);
}

/* -- what is different ----------------------------------------------------------- */

static bool
wants_another_time(const struct order *old, const struct order *o)
{
    return old->wanted_from.ms != o->wanted_from.ms
           || old->wanted_to.ms != o->wanted_to.ms;
}

static void
put_change(struct json_out *out, const char *what, const char *from,
           const char *to)
{
    if (text_same(from, to))
        return;
    json_begin(out);
    json_put_text(out, "what", what);
    json_put_text(out, "from", from);
    json_put_text(out, "to", to);
    json_end(out);
}

static void
put_instant(struct json_out *out, const char *what, instant from, instant to)
{
    char was[25], is[25];

    instant_print(from, was);
    instant_print(to, is);
    if (from.ms != to.ms)
        put_change(out, what, from.ms ? was : NULL, to.ms ? is : NULL);
}

/* Besides the answers: what whoever let it pass had before them.  Of a phone
   nothing hangs; words are the requester's wish when they put them otherwise,
   and a typing error when the desk does. */
static bool
is_another_wish(const struct deed *d)
{
    const struct order *old = d->old, *o = d->rec;

    return old->item_id != o->item_id || old->place_id != o->place_id
           || !text_same(old->place_note, o->place_note)
           || (d->who & BY_REQUESTER
               && !text_same(old->description, o->description))
           || wants_another_time(old, o);
}

/* {"changes":[{"what":"item","from":"说不清","to":"灯具不亮"}, ...]} */
static enum err
note_changes(struct deed *d, struct correction *k)
{
    const struct order *old = d->old, *o = d->rec;
    struct buf b = buf_make(d->c->arena, 0);
    struct json_out out = json_to(&b);
    size_t empty;

    json_begin(&out);
    json_key(&out, "changes");
    json_begin_list(&out);
    empty = b.len;
    put_change(&out, "item", old->item_name, o->item_name);
    put_change(&out, "place", old->place_name, o->place_name);
    put_change(&out, "place_note", old->place_note, o->place_note);
    put_change(&out, "description", old->description, o->description);
    put_change(&out, "phone", old->phone, o->phone);
    order_put_emptied(&out, old, o);
    put_instant(&out, "wanted_from", old->wanted_from, o->wanted_from);
    put_instant(&out, "wanted_to", old->wanted_to, o->wanted_to);
    TRY(catalog_put_changes(
        d->c, &out,
        &(struct catalog_answered){
            old->item_id, k->knows_was ? k->was.fields : NULL, old->answers },
        &(struct catalog_answered){ o->item_id, k->item.fields, o->answers },
        &k->material));
    k->some = b.len != empty;
    k->material = k->material || is_another_wish(d);
    put_instant(&out, "accept_due", old->accept_due, o->accept_due);
    put_instant(&out, "on_site_due", old->on_site_due, o->on_site_due);
    put_instant(&out, "safe_due", old->safe_due, o->safe_due);
    put_instant(&out, "complete_due", old->complete_due, o->complete_due);
    json_end_list(&out);
    order_put_sight(&out, old, o);
    json_end(&out);
    d->detail = b.s;
    return OK;
}

/* -- what follows ------------------------------------------------------------------ */

/* Of a suspended one the last clock stands still, and is the whole of it. */
void
begin_clocks(struct deed *d)
{
    struct order *o = d->rec;
    const struct order was = *o;

    set_due(d->c, o, d->c->now);
    if (o->accepted_at.ms != 0)
        o->accept_due = was.accept_due;
    if (o->on_site_at.ms != 0)
        o->on_site_due = was.on_site_due;
    if (o->safe_at.ms != 0)
        o->safe_due = was.safe_due;
    o->escalation = 0;
    if (o->suspended_at.ms != 0)
        (void)hold_end(d->c, o, d->c->now);
}

/* A time that is over by now is promised for no other. */
static void
move_unmet(struct deed *d, struct order *o, const struct order *was,
           const struct order *is)
{
    const struct {
        instant *due, met, was, is;
    } clocks[] = {
        { &o->accept_due, o->accepted_at, was->accept_due, is->accept_due },
        { &o->on_site_due, o->on_site_at, was->on_site_due, is->on_site_due },
        { &o->safe_due, o->safe_at, was->safe_due, is->safe_due },
    };

    for (size_t i = 0; i < COUNT(clocks); i++) {
        if (clocks[i].met.ms != 0 || clocks[i].was.ms == clocks[i].is.ms)
            continue;
        *clocks[i].due = still_to_come(clocks[i].is, d->c->now);
        o->judged &= ~(INT64_C(1) << i);
    }
}

/* What the wanted time moves is moved and nothing else; an end that was agreed
   on stays.  WAS is what it promised, and wanted, so far. */
static void
move_clocks(struct deed *d, struct order was)
{
    struct order *o = d->rec, is = *o;
    instant from = o->clocks_from.ms != 0 ? o->clocks_from : o->submitted_at;
    bool agreed = o->complete_from.ms == 0
                  && (o->complete_due.ms != 0 || o->held_due.ms != 0);

    set_due(d->c, &was, from);
    set_due(d->c, &is, from);
    move_unmet(d, o, &was, &is);
    if (agreed || was.complete_due.ms == is.complete_due.ms)
        return;
    o->complete_due = still_to_come(is.complete_due, d->c->now);
    o->complete_from = from;
    o->held_due = (instant){ 0 };
    o->complete_left_ms = 0;
    o->judged &= ~(INT64_C(1) << CLOCK_COMPLETE);
    /* As what is agreed on in a pause, it was said as of now. */
    if (o->suspended_at.ms != 0)
        (void)hold_end(d->c, o, d->c->now);
}

/* The end that FIRST promised, as far as it has come. */
static void
take_end(struct order *o, const struct order *first)
{
    const int64_t bit = INT64_C(1) << CLOCK_COMPLETE;

    o->complete_due = first->complete_due;
    o->held_due = first->held_due;
    o->complete_from = first->complete_from;
    o->complete_left_ms = first->complete_left_ms;
    o->left_working = first->left_working;
    o->judged = (o->judged & ~bit) | (first->judged & bit);
}

/* Back under a name that it had, it promises what it did then: nobody gains time
   by calling a thing something else for a day. */
bool
promise_as_before(struct deed *d)
{
    struct order *o = d->rec, first;

    if (!promise_take(d->c, o, &first))
        return false;
    if (o->accepted_at.ms == 0)
        o->accept_due = first.accept_due;
    if (o->on_site_at.ms == 0)
        o->on_site_due = first.on_site_due;
    if (o->safe_at.ms == 0)
        o->safe_due = first.safe_due;
    o->judged = first.judged;
    o->clocks_from = first.clocks_from;
    o->calendar_note = first.calendar_note;
    take_end(o, &first);
    o->escalation = 0;
    if (wants_another_time(&first, o))
        move_clocks(d, first);
    return true;
}

struct order
called_before(const struct deed *d)
{
    const struct order *old = d->old;
    struct order was = *(const struct order *)d->rec;

    was.item_id = old->item_id;
    was.sla_class = old->sla_class;
    was.wanted_from = old->wanted_from;
    was.wanted_to = old->wanted_to;
    return was;
}

void
drop_asked(struct call *c, struct order *o)
{
    if (o->extension_asked_until.ms == 0
        || o->extension_asked_until.ms > promised_end(c, o).ms)
        return;
    o->extension_asked_until = (instant){ 0 };
    o->extension_reason = NULL;
}

/* Promises of another class begin now, those for another time are moved; what
   was asked for beyond the old ones may be no more time than there is now. */
static void
reckon(struct deed *d)
{
    const struct order *old = d->old;
    struct order *o = d->rec;

    if (!text_same(old->sla_class, o->sla_class)) {
        const struct order was = called_before(d);

        promise_keep(d->c, o, &was);
        if (!promise_as_before(d))
            begin_clocks(d);
    } else if (wants_another_time(old, o)) {
        move_clocks(d, *old);
    }
    drop_asked(d->c, o);
}

/* Before it is sent to anybody it goes where the rules say. */
static enum err
route_anew(struct deed *d, const struct service_item *item)
{
    const struct order *old = d->old;
    struct order *o = d->rec;
    struct place_facts place = { 0 };

    if (o->dispatched_at.ms != 0
        || (old->item_id == o->item_id && old->place_id == o->place_id))
        return OK;
    o->crew_id = o->provider_id = 0;
    o->crew_name = NULL;
    if (o->place_id != 0)
        TRY(read_place_ever(d->c, o->place_id, &place));
    return route(d->c, o, item, place.path);
}

/* Life and limb do not wait for the desk, however it was called at first. */
static void
send_at_once(struct deed *d)
{
    struct order *o = d->rec;

    if ((o->state != ORDER_SUBMITTED && o->state != ORDER_ACCEPTED)
        || !order_goes_at_once(d->c, o))
        return;
    o->state = ORDER_DISPATCHED;
    if (o->accepted_at.ms == 0)
        o->accepted_at = d->c->now;
    o->dispatched_at = d->c->now;
}

/* Once it is taken on, what is wanted is no longer the requester's alone to
   change: the desk has judged it, a crew has come with what it needs.  Where it
   is and whom to call is theirs to say until somebody is there. */
static enum err
check_theirs(const struct deed *d)
{
    const struct order_act *a = d->in;
    const struct order *old = d->old, *o = d->rec;
    const char *field = NULL;

    if (d->who & BY_DESK || old->state == ORDER_SUBMITTED
        || old->state == ORDER_AWAITING_APPROVAL)
        return OK;
    if (old->item_id != o->item_id)
        field = "item_code";
    else if (!text_same(old->description, o->description))
        field = "description";
    else if (a->answers != NULL)
        field = "answers";
    else if (wants_another_time(old, o))
        field = "wanted_from";
    if (field == NULL)
        return OK;
    return fail(d->c, ERR_DENIED, field,
                "was taken on as it is; place and phone alone can be put "
                "right, for the rest please leave a word");
}

/* -- the verbs ---------------------------------------------------------------------- */

enum err
do_correct(struct deed *d, void *rec)
{
    struct correction k = { 0 };
    const struct order *old = d->old;
    struct order *o = rec;

    TRY(order_take_over(d, &k));
    TRY(check_theirs(d));
    TRY(note_changes(d, &k));
    if (!k.some)
        return fail(d->c, ERR_INVALID, NULL, "nothing of it is different");
    if (k.item.needs_approval && old->state == ORDER_AWAITING_APPROVAL) {
        /* Whoever lets it pass sees what it is now. */
    } else if (k.item.needs_approval && k.material) {
        ask_again(d);
    } else if (old->state == ORDER_AWAITING_APPROVAL) {
        pass_unasked(d);
    } else {
        reckon(d);
    }
    TRY(route_anew(d, &k.item));
    send_at_once(d);
    TRY(note_changes(d, &k)); /* with the promises, too */
    return index_anew(d->c, old, o);
}

/* Sent in again with what was missing; the clocks start anew. */
enum err
do_resubmit(struct deed *d, void *rec)
{
    struct correction k = { 0 };
    struct order *o = rec;
    struct call *c = d->c;

    TRY(order_take_over(d, &k));
    TRY(route_anew(d, &k.item));
    o->submitted_at = c->now;
    o->accepted_at = o->suspended_at = (instant){ 0 };
    o->suspended_ms = o->escalation = 0;
    o->extension_asked_until = (instant){ 0 };
    o->promised = NULL;
    clear_due(o);
    /* What was refused, or changed since it was approved, is asked again. */
    if (k.item.needs_approval)
        o->state = ORDER_AWAITING_APPROVAL;
    else
        set_due(c, o, c->now);
    send_at_once(d);
    TRY(note_changes(d, &k));
    if (!k.some)
        d->detail = NULL;
    return index_anew(c, d->old, o);
}

/* -- telling ----------------------------------------------------------------------- */

enum err
tell_corrected(struct deed *d)
{
    const struct order *old = d->old, *o = d->rec;

    TRY(tell_requesters(d->c, o, "correct"));
    /* Also where it is taken from them to be approved anew. */
    if (old->dispatched_at.ms != 0)
        TRY(tell_crew(d->c, old, "correct"));
    return order_sent_at_once(d->c, old, o);
}
