/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of an order's class: when what is due, and what a pause does. */
#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

const struct sla_class *
class_of(const struct call *c, const struct catalog *k, const struct order *o)
{
    return catalog_sla(k, o->sla_class,
                       zone_day(c->app->zone, o->submitted_at));
}

instant
still_to_come(instant due, instant now)
{
    return due.ms > now.ms ? due : (instant){ 0 };
}

void
set_due(struct call *c, struct order *o, instant from)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *s = class_of(c, k, o);
    struct catalog_due due;

    if (s == NULL)
        return;
    due = catalog_due(c, k, s, from, o->wanted_from, o->wanted_to);
    o->accept_due = still_to_come(due.accept, from);
    o->on_site_due = still_to_come(due.on_site, from);
    o->safe_due = still_to_come(due.safe, from);
    o->complete_due = still_to_come(due.complete, from);
    o->calendar_note = arena_text(c->arena, due.calendar_note);
    o->clocks_from = o->complete_from = from;
    o->complete_left_ms = o->judged = 0;
    o->held_due = (instant){ 0 };
}

void
clear_due(struct order *o)
{
    o->accept_due = o->on_site_due = (instant){ 0 };
    o->safe_due = o->complete_due = o->held_due = (instant){ 0 };
    o->clocks_from = o->complete_from = (instant){ 0 };
    o->complete_left_ms = o->judged = 0;
    o->calendar_note = NULL;
}

instant
later_of(instant a, instant b)
{
    return a.ms > b.ms ? a : b;
}

/* -- a pause ---------------------------------------------------------------- */

/* Is there work at T, or does it begin or end then? */
static bool
in_office_time(const struct workcal *w, instant t)
{
    return workcal_between(w, (instant){ t.ms - 1 }, t) > 0
           || workcal_between(w, t, (instant){ t.ms + 1 }) > 0;
}

/* An end that was agreed on may lie where nobody works: what is left until then
   is told by the clock on the wall, and is spent by it. */
void
keep_left(struct call *c, struct order *o, instant from)
{
    CATALOG held = catalog_hold(c);
    const struct workcal *w = catalog_workcal(held);
    int64_t left = workcal_between(w, from, o->complete_due);

    o->left_working = left > 0 && clock_is_working(c, o, CLOCK_COMPLETE)
                      && in_office_time(w, o->complete_due);
    o->complete_left_ms = o->left_working ? left : o->complete_due.ms - from.ms;
}

instant
end_of_left(struct call *c, const struct order *o, instant from)
{
    CATALOG held = catalog_hold(c);

    if (o->left_working)
        return workcal_add(catalog_workcal(held), from, o->complete_left_ms);
    return (instant){ from.ms + o->complete_left_ms };
}

bool
hold_end(struct call *c, struct order *o, instant from)
{
    if (o->complete_due.ms <= from.ms)
        return false;
    keep_left(c, o, from);
    o->held_due = o->complete_due;
    o->complete_due = (instant){ 0 };
    return true;
}

bool
hold_promise(struct call *c, struct order *o)
{
    return o->suspended_at.ms != 0 && hold_end(c, o, o->suspended_at);
}

/* Where its end was agreed on (complete_from is 0) it stays so: the calendar
   does not move what people have settled. */
bool
promise_goes_on(struct call *c, struct order *o)
{
    /* Of one that an earlier release suspended nothing was held yet. */
    (void)hold_promise(c, o);
    if (o->held_due.ms == 0)
        return false;
    o->complete_due = promised_end(c, o);
    o->held_due = (instant){ 0 };
    if (o->complete_from.ms != 0)
        o->complete_from = c->now;
    return true;
}

instant
promised_end(struct call *c, const struct order *o)
{
    if (o->held_due.ms == 0)
        return o->complete_due;
    /* A pause makes a promise later and never earlier, also one that lies
       beyond what the work calendar knows. */
    return later_of(o->held_due, end_of_left(c, o, c->now));
}

bool
clock_is_working(struct call *c, const struct order *o, enum order_clock k)
{
    CATALOG held = catalog_hold(c);
    const struct sla_class *s = class_of(c, held, o);

    if (s == NULL)
        return false;
    switch (k) {
    case CLOCK_ACCEPT: return s->accept_working || s->accept_days > 0;
    case CLOCK_ON_SITE: return s->on_site_working || s->on_site_days > 0;
    case CLOCK_SAFE: return s->safe_working;
    case CLOCK_COMPLETE: break;
    }
    return s->complete_working || s->complete_days > 0;
}

static instant
clock_due(const struct order *o, enum order_clock k)
{
    const instant due[] = { o->accept_due, o->on_site_due, o->safe_due,
                            o->complete_due };

    return due[k];
}

int64_t
clock_left(struct call *c, const struct order *o, enum order_clock k,
           instant from)
{
    CATALOG held = catalog_hold(c);
    instant due = clock_due(o, k);

    if (due.ms == 0)
        return 0;
    if (clock_is_working(c, o, k))
        return workcal_between(catalog_workcal(held), from, due);
    return due.ms - from.ms;
}

instant
clock_after(struct call *c, const struct order *o, enum order_clock k,
            instant from, int64_t left_ms)
{
    CATALOG held = catalog_hold(c);

    if (clock_is_working(c, o, k))
        return workcal_add(catalog_workcal(held), from, left_ms);
    return (instant){ from.ms + left_ms };
}

instant
after_working_days(struct call *c, instant from, int64_t n)
{
    CATALOG k = catalog_hold(c);

    return workcal_add_days(catalog_workcal(k), from, n);
}

const char *
pause_rule(struct call *c, const struct order *o)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *s = class_of(c, k, o);

    if (s == NULL || s->pause == PAUSE_YES)
        return "yes";
    return s->pause == PAUSE_NO ? "no" : "approval";
}

bool
is_emergency(struct call *c, const struct order *o)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *s = class_of(c, k, o);

    return s != NULL && s->emergency;
}

enum err
order_promise(struct call *c, struct order_promise *p)
{
    struct order o = { .submitted_at = c->now }, any;
    CATALOG k = catalog_hold(c);
    const struct service_item *i =
        p->item_code ? catalog_item(k, p->item_code, today(c)) : NULL;

    if (i == NULL)
        return fail(c, ERR_INVALID, "item_code", "there is no such item");
    o.sla_class = i->sla_class;
    set_due(c, &o, c->now);
    any = o;
    o.wanted_from = p->wanted_from;
    set_due(c, &o, c->now);
    p->short_notice = o.accept_due.ms != any.accept_due.ms;
    p->accept_due = o.accept_due;
    p->on_site_due = o.on_site_due;
    p->safe_due = o.safe_due;
    p->complete_due = o.complete_due;
    p->calendar_note = o.calendar_note;
    /* Whoever reports an emergency does not look for the number first. */
    p->emergency = is_emergency(c, &o);
    return p->emergency || p->short_notice
               ? setting_text(c, "office.duty_phone", NULL, &p->duty_phone)
               : OK;
}
