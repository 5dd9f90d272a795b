/* SPDX-License-Identifier: Apache-2.0 */
/* Recurring orders: the noun, and making them. */
#include "engine/order/recurring.h"

#include <string.h>

#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "subject/notice.h"

#define LAST_MINUTE (24 * 60 - 1)
#define LONGEST_DESCRIPTION 2000 /* of an order */
#define MOST_AHEAD 30            /* days */
#define SHOWN 5

static const char *const states[] = { "running", "paused", "stopped", NULL };
static const char *const rules[] = { "weekly", "month_workday",
                                     "before_festival", NULL };
static const char *const on_holidays[] = { "skip", "before", "after", "anyway",
                                           NULL };

static const struct field fields[] = {
    FIELD(struct recurring_order, id, .flags = GIVEN),
    FIELD(struct recurring_order, name,
          .flags = REQUIRED | UNIQUE | TITLE | FOUND, .max = 60,
          .label = "Name"),
    FIELD(struct recurring_order, state, .choices = states, .label = "State"),
    FIELD(struct recurring_order, rule, .choices = rules, .label = "Rule"),
    FIELD(struct recurring_order, weekdays, .max = 7, .label = "Weekdays",
          .says = "Of a weekly rule: digits; 1 is Monday."),
    FIELD(struct recurring_order, nth, .max = 23, .label = "Working day",
          .says = "The first, second … of a month, or before a festival."),
    FIELD(struct recurring_order, from_end, .label = "From the month's end"),
    FIELD(struct recurring_order, on_holiday, .choices = on_holidays,
          .label = "On a day off",
          .says = "Of a weekly rule: where it goes on a day off."),
    FIELD(struct recurring_order, at_min, .max = LAST_MINUTE,
          .label = "Wanted at", .says = "Minutes since midnight."),
    FIELD(struct recurring_order, ahead_days, .max = MOST_AHEAD,
          .label = "Made days ahead"),
    FIELD(struct recurring_order, item_code, .flags = REQUIRED, .max = 20,
          .label = "Item"),
    FIELD(struct recurring_order, place_id, .refers = "place",
          .label = "Place"),
    FIELD(struct recurring_order, place_note, .max = 100,
          .label = "Where exactly"),
    FIELD(struct recurring_order, description, .flags = LONG,
          .max = LONGEST_DESCRIPTION, .label = "Description"),
    FIELD(struct recurring_order, phone, .max = 40, .label = "Phone"),
    FIELD(struct recurring_order, answers, .flags = JSON_TEXT, .max = 20000,
          .label = "Answers"),
    FIELD(struct recurring_order, requester_id, .flags = REQUIRED,
          .refers = "person", .label = "Requester"),
    FIELD(struct recurring_order, starts_on, .label = "First day"),
    FIELD(struct recurring_order, ends_on, .label = "Last day"),
    FIELD(struct recurring_order, next_on, .flags = GIVEN, .label = "Next day"),
    FIELD(struct recurring_order, made_on, .flags = GIVEN,
          .label = "Made last for"),
    FIELD(struct recurring_order, made_for, .flags = GIVEN,
          .says = "The day of the week, the month's first day or the festival, "
                  "wherever its day has moved."),
    FIELD(struct recurring_order, made_at, .flags = GIVEN),
    FIELD(struct recurring_order, order_id, .flags = GIVEN, .refers = "orders",
          .label = "Made last"),
    FIELD(struct recurring_order, trouble, .flags = GIVEN,
          .label = "Could not be made"),
    FIELD(struct recurring_order, next_days, .flags = GIVEN | DERIVED,
          .label = "Next five days"),
    FIELD(struct recurring_order, version, .flags = GIVEN),
    FIELD(struct recurring_order, updated_at, .flags = GIVEN),
};

static const struct model model =
    MODEL("recurring_order", "recurring_order", struct recurring_order, fields);

/* What is asked to see its days before it is kept. */
static const struct field preview_fields[] = {
    FIELD(struct recurring_order, rule, .choices = rules, .label = "Rule"),
    FIELD(struct recurring_order, weekdays, .max = 7, .label = "Weekdays"),
    FIELD(struct recurring_order, nth, .max = 23, .label = "Working day"),
    FIELD(struct recurring_order, from_end, .label = "From the month's end"),
    FIELD(struct recurring_order, on_holiday, .choices = on_holidays,
          .label = "On a day off"),
    FIELD(struct recurring_order, at_min, .max = LAST_MINUTE,
          .label = "Wanted at"),
    FIELD(struct recurring_order, starts_on, .label = "First day"),
    FIELD(struct recurring_order, ends_on, .label = "Last day"),
    FIELD(struct recurring_order, next_days, .flags = GIVEN | DERIVED,
          .label = "Next five days"),
};
const struct model recurring_preview_model =
    MODEL("recurring_preview", NULL, struct recurring_order, preview_fields);

/* -- the rules of a row ------------------------------------------------------------ */

static enum err
check_weekdays(struct call *c, const char *days)
{
    unsigned seen = 0;

    if (text_is_blank(days))
        return fail(c, ERR_INVALID, "weekdays", "is required");
    for (const char *d = days; *d; d++) {
        if (*d < '1' || *d > '7' || seen & 1u << (*d - '0'))
            return fail(c, ERR_INVALID, "weekdays",
                        "must be digits from 1 to 7, each once");
        seen |= 1u << (*d - '0');
    }
    return OK;
}

/* What it asks for, as it would be asked for on its next day. */
static enum err
check_wish(struct call *c, struct recurring_order *r)
{
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item(k, r->item_code, today(c));
    struct catalog_answers a = { .json = r->answers };
    struct person_facts person = { 0 };

    if (!text_is_blank(r->phone))
        TRY(org_check_phone(c, "phone", &r->phone));
    if (i == NULL || !i->active)
        return fail(c, ERR_INVALID, "item_code", "there is no such item");
    a.wanted_from =
        zone_instant(c->app->zone, ((int64_t)today(c).n - 1) * DAY_MS
                                       + r->at_min * MINUTE_MS);
    TRY(catalog_check_answers(c, k, i, &a));
    if (r->place_id != 0 || !text_is_blank(r->place_note))
        return OK;
    TRY(read_person_ever(c, r->requester_id, &person));
    return person.place_id
               ? OK
               : fail(c, ERR_INVALID, "place_id", "please say where");
}

/* An order is called as its rule is: what comes every week is known by that
   name. A description that leaves no room for it stays as it is. */
static const char *
described(struct call *c, const struct recurring_order *r)
{
    if (text_is_blank(r->description))
        return r->name;
    if (text_starts(r->description, r->name)
        || text_length(r->name) + 1 + text_length(r->description)
               > LONGEST_DESCRIPTION)
        return r->description;
    return arena_printf(c->arena, "%s\n%s", r->name, r->description);
}

static instant
hour_on(struct call *c, const struct recurring_order *r, day on)
{
    return zone_instant(c->app->zone,
                        ((int64_t)on.n - 1) * DAY_MS + r->at_min * MINUTE_MS);
}

/* Its next day, of all that are not over and for which none was made. */
static enum err
find_next(struct call *c, const struct recurring_order *r, day *out)
{
    day yesterday = { today(c).n - 1 };
    struct recurring_day next;

    TRY(recurring_next(c, r,
                       r->made_on.n > yesterday.n ? r->made_on : yesterday,
                       &next));
    *out = next.on;
    return OK;
}

static const char hour_to_come[] =
    "SELECT wanted_from, submitted_at FROM orders WHERE requester_id = $1"
    " AND channel = 'recurring' AND wanted_from >= $2 AND item_code = $3"
    " AND COALESCE(description, '') = $4 ORDER BY wanted_from DESC";

/* The last day of R that an order which holds was made for, from today on; 0. */
static enum err
find_made(struct call *c, const struct recurring_order *r, day *out)
{
    const instant begin =
        zone_instant(c->app->zone, ((int64_t)today(c).n - 1) * DAY_MS);
    ROWS rows = db_query(c, hour_to_come, V(r->requester_id), V(begin),
                         V(r->item_code), V(described(c, r)));

    *out = (day){ 0 };
    while (out->n == 0 && rows_next(&rows)) {
        instant from = { row_int(&rows, 0) };
        day on = zone_day(c->app->zone, from);

        if (from.ms == hour_on(c, r, on).ms
            && !instant_is_ahead((instant){ row_int(&rows, 1) }, c->now))
            *out = on;
    }
    return rows_end(&rows);
}

/* What was made while a clock was ahead does not hold; what was made before, for
   days that are still to come, does. */
static enum err
forget_ahead(struct call *c, struct recurring_order *r)
{
    struct recurring_day last;

    if (!instant_is_ahead(r->made_at, c->now))
        return OK;
    r->made_at = (instant){ 0 };
    r->made_for = (day){ 0 };
    TRY(find_made(c, r, &r->made_on));
    if (r->made_on.n == 0)
        return OK;
    TRY(recurring_next(c, r, (day){ r->made_on.n - 1 }, &last));
    if (last.on.n == r->made_on.n)
        r->made_for = last.of;
    return OK;
}

/* For what of another rule the last was made says nothing of this one. */
static bool
is_same_rule(const struct recurring_order *a, const struct recurring_order *b)
{
    return a->rule == b->rule && a->nth == b->nth && a->from_end == b->from_end;
}

/* A rule that is new, begins anew or has another hour begins today only if that
   is still to come: nothing is asked for at an hour that has passed.  Its first
   day keeps that. */
static void
begin_ahead(struct call *c, struct recurring_order *r)
{
    if (hour_on(c, r, today(c)).ms < c->now.ms && r->starts_on.n <= today(c).n)
        r->starts_on.n = today(c).n + 1;
}

static enum err
check_rule(struct call *c, struct recurring_order *r)
{
    if (r->rule == RECURS_WEEKLY)
        TRY(check_weekdays(c, r->weekdays));
    else if (r->nth == 0)
        r->nth = 1;
    if (r->nth < 0)
        return fail(c, ERR_INVALID, "nth", "must be at least %d", 1);
    if (r->ends_on.n != 0 && r->ends_on.n < r->starts_on.n)
        return fail(c, ERR_INVALID, "ends_on",
                    "must not be before the beginning");
    return OK;
}

/* One that is over already is not asked for. */
static enum err
check_end(struct call *c, const struct recurring_order *old,
          const struct recurring_order *r)
{
    bool said = old == NULL || old->ends_on.n != r->ends_on.n;

    if (said && r->ends_on.n != 0 && r->ends_on.n < today(c).n)
        return fail(c, ERR_INVALID, "ends_on", "lies in the past");
    return OK;
}

static bool
begins(const struct recurring_order *old, const struct recurring_order *r)
{
    return old == NULL || old->at_min != r->at_min
           || (old->state != RECURRING_RUNNING
               && r->state == RECURRING_RUNNING);
}

static enum err
check(struct call *c, const void *was, void *rec)
{
    const struct recurring_order *old = was;
    struct recurring_order *r = rec;

    if (old != NULL && old->state == RECURRING_STOPPED
        && r->state != RECURRING_STOPPED)
        return fail(c, ERR_CONFLICT, "state", "it was stopped");
    TRY(check_end(c, old, r));
    if (begins(old, r))
        begin_ahead(c, r);
    TRY(check_rule(c, r));
    TRY(check_wish(c, r));
    r->trouble = NULL;
    if (old == NULL || !is_same_rule(old, r))
        r->made_for = (day){ 0 };
    TRY(forget_ahead(c, r));
    return find_next(c, r, &r->next_on);
}

/* "2026-12-07,2026-12-14": what the calendar makes of the rule. */
static enum err
derive(struct call *c, void *rec)
{
    struct recurring_order *r = rec;
    struct buf b = buf_make(c->arena, 0);
    struct recurring_day d = { .on = r->next_on };
    char text[11];

    r->next_days = NULL;
    if (r->state != RECURRING_RUNNING)
        return OK;
    for (int i = 0; i < SHOWN && d.on.n != 0; i++) {
        day_print(d.on, text);
        buf_printf(&b, "%s%s", i > 0 ? "," : "", text);
        TRY(recurring_next(c, r, d.on, &d));
    }
    r->next_days = b.len > 0 ? b.s : NULL;
    return OK;
}

enum err
recurring_preview(struct call *c, struct recurring_order *r)
{
    TRY(auth_need(c, "order.for_others", NULL));
    TRY(model_check(c, &recurring_preview_model, r));
    TRY(check_end(c, NULL, r));
    begin_ahead(c, r);
    TRY(check_rule(c, r));
    TRY(find_next(c, r, &r->next_on));
    return derive(c, r);
}

const struct noun recurring_order_noun = {
    .model = &model,
    .plural = "recurring-orders",
    .says = "What is asked for again and again, by the calendar.",
    .sort = "next_on",
    .see = "order.for_others",
    .edit = "order.for_others",
    .reach = { .place = "place_id" },
    .removable = true,
    .check = check,
    .derive = derive,
};

/* -- making ---------------------------------------------------------------------- */

static const char running[] =
    "SELECT id FROM recurring_order WHERE state = 'running' AND id > $1"
    " ORDER BY id LIMIT $2";

static enum err
make_order(struct call *c, const struct recurring_order *r, day on, int64_t *id)
{
    struct order_request w = {
        .item_code = r->item_code,
        .place_id = r->place_id,
        .place_note = r->place_note,
        .description = described(c, r),
        .phone = r->phone,
        .answers = r->answers,
        .requester_id = r->requester_id
    };

    w.wanted_from = hour_on(c, r, on);
    return order_make(c, &w, id);
}

static enum err
tell_desk(struct call *c, const struct recurring_order *r)
{
    const struct auth_where at = { .place_id = r->place_id };
    ROWS rows = auth_people(c, "dispatcher", &at);

    while (rows_next(&rows))
        TRY(notice_tell(c, row_int(&rows, 0), "recurring_order", r->id,
                        "could not be made"));
    return rows_end(&rows);
}

/* Why it could not be made; the desk is told once.  What was tried is undone
   by now. */
static enum err
note_trouble(struct call *c, int64_t id)
{
    const char *why = c->fault.text;
    struct recurring_order r;
    TX tx = tx_begin(c);

    c->fault = (struct fault){ .code = OK };
    TRY(model_get(c, &model, id, &r));
    if (!text_same(r.trouble, why)) {
        r.trouble = why;
        TRY(model_set(c, &model, &r, model_mask(&model, "trouble")));
        TRY(tell_desk(c, &r));
    }
    return tx_commit(&tx);
}

/* The order of R's day, which has come, or has passed while nobody was there.
   MISSED: what of the rule it is for, where its day has moved away; or 0. */
static enum err
make_due(struct call *c, struct recurring_order *r, day missed)
{
    day on = r->next_on.n < today(c).n ? today(c) : r->next_on;
    struct recurring_day what;
    int64_t id = 0;

    TRY(make_order(c, r, on, &id));
    /* Of one that has passed the calendar may say something else by now. */
    TRY(recurring_next(c, r, (day){ r->next_on.n - 1 }, &what));
    if (missed.n != 0)
        r->made_for = missed;
    else if (what.on.n == r->next_on.n)
        r->made_for = what.of;
    r->order_id = id;
    r->made_on = on;
    r->made_at = c->now;
    r->trouble = NULL;
    TRY(find_next(c, r, &r->next_on));
    return model_set(c, &model, r, ~(field_mask)0);
}

/* A day that has not come moves with the calendar; *MISSED: it moved, too late,
   to one that has passed, and so is today. */
static enum err
follow_calendar(struct call *c, struct recurring_order *r, day *missed)
{
    struct recurring_day gone;
    day next;

    *missed = (day){ 0 };
    if (r->next_on.n != 0 && r->next_on.n <= today(c).n)
        return OK;
    TRY(find_next(c, r, &next));
    TRY(recurring_missed(c, r, today(c), &gone));
    if (gone.on.n != 0) {
        *missed = gone.of;
        next = today(c);
    }
    if (next.n == r->next_on.n)
        return OK;
    r->next_on = next;
    return model_set(c, &model, r, model_mask(&model, "next_on"));
}

/* *MADE: one was, and there may be another. */
static enum err
look_at(struct call *c, int64_t id, bool *made)
{
    struct recurring_order r;
    day missed;
    TX tx = tx_begin(c);

    *made = false;
    TRY(model_get(c, &model, id, &r));
    /* Another process may have been here since the list was read. */
    if (r.state != RECURRING_RUNNING)
        return tx_commit(&tx);
    TRY(forget_ahead(c, &r));
    TRY(follow_calendar(c, &r, &missed));
    if (r.next_on.n == 0 && r.ends_on.n != 0 && r.ends_on.n < today(c).n) {
        r.state = RECURRING_STOPPED;
        TRY(model_set(c, &model, &r, model_mask(&model, "state")));
    }
    *made = r.next_on.n != 0 && r.next_on.n - r.ahead_days <= today(c).n;
    if (*made)
        TRY(make_due(c, &r, missed));
    return tx_commit(&tx);
}

/* All that are due, each kept by itself: the days that it is made ahead. */
static enum err
make_all(struct call *c, int64_t id)
{
    bool made = true;

    for (int i = 0; made && i <= MOST_AHEAD; i++)
        TRY(look_at(c, id, &made));
    return OK;
}

/* They are few: each is looked at, as the calendar may have changed. */
enum err
recurring_make(struct call *c, int64_t max, int64_t *done)
{
    enum err first = OK;
    struct due_ids due;
    int64_t last = 0;

    *done = 0;
    do {
        TRY(db_due(c, &due, max, running, V(last), V(max)));
        for (size_t i = 0; i < due.n; i++) {
            enum err e = make_all(c, due.ids[i]);

            if (e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_DENIED)
                e = note_trouble(c, due.ids[i]);
            /* One that fails does not keep the others waiting. */
            if (e != OK && e != ERR_BUSY && first == OK)
                first = e;
            last = due.ids[i];
        }
    } while (due.n > 0);
    return first;
}
