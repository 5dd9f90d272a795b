/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits for somebody's word, and what it promises afterwards.
 *
 * While it waits it promises nothing.  What it promised before is kept by class,
 * as for any that is called otherwise (promise.c), and goes on when it is let
 * pass: a word that is mended gives no time and takes none that was agreed on.
 *
 * Whether the wait was a pause is known when it is over.  Let pass, all of it had
 * to wait.  Called again what needs nobody's word it had not: only the promises of
 * what needs one stood still, and the others ran on.
 */
#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"

/* Of clocks that were met it is known by when, and when they were. */
static void
clear_unmet(struct order *o)
{
    const struct order was = *o;

    clear_due(o);
    if (o->accepted_at.ms != 0)
        o->accept_due = was.accept_due;
    if (o->on_site_at.ms != 0)
        o->on_site_due = was.on_site_due;
    if (o->safe_at.ms != 0)
        o->safe_due = was.safe_due;
}

void
ask_again(struct deed *d)
{
    struct order *o = d->rec, was;

    order_go_on(d);
    was = called_before(d);
    promise_keep(d->c, o, &was);
    o->state = ORDER_AWAITING_APPROVAL;
    clear_unmet(o);
    o->escalation = 0;
    o->dispatched_at = o->acknowledged_at = (instant){ 0 };
    o->assignee_id = 0;
    o->assignee_name = NULL;
    o->suspended_at = d->c->now; /* since when it waits */
}

/* -- what was promised goes on ------------------------------------------------- */

/* An hour that was booked is not moved by waiting: the wish is for that hour, and
   for no other when it is over. */
static bool
end_is_booked(struct call *c, const struct order *o)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *s = class_of(c, k, o);

    return s != NULL && s->complete_booked && o->complete_from.ms != 0;
}

static bool
end_goes_on(struct call *c, struct order *o)
{
    if (!end_is_booked(c, o))
        return promise_goes_on(c, o);
    (void)hold_promise(c, o);
    if (o->held_due.ms == 0)
        return false;
    o->complete_due = still_to_come(o->held_due, c->now);
    o->complete_left_ms = 0;
    o->held_due = (instant){ 0 };
    return true;
}

/* An emergency that no pause may stop. */
static bool
never_stops(struct call *c, const struct order *o)
{
    return is_emergency(c, o) && text_same(pause_rule(c, o), "no");
}

/* The wait was a pause.  The other clocks go on in one, but until it is let pass
   nobody can meet them. */
static bool
all_goes_on(struct call *c, struct order *o)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *s = class_of(c, k, o);

    if (never_stops(c, o))
        return false;
    (void)end_goes_on(c, o);
    if (s != NULL && s->on_site_booked && o->on_site_at.ms == 0
        && o->on_site_due.ms > o->suspended_at.ms)
        o->on_site_due = still_to_come(o->on_site_due, c->now);
    (void)clocks_go_on(c, o);
    end_after_arrival(c, o);
    return true;
}

/* Nobody's word was needed, so whoever called it so gains nothing; what does need
   one loses nothing, as it could not go on before. */
static bool
asked_goes_on(struct call *c, struct order *o)
{
    struct service_item item;

    return order_item(c, o, &item) && item.needs_approval && all_goes_on(c, o);
}

/* It waited since it was corrected, or since it was asked for. */
static void
let_pass(struct deed *d, bool (*goes_on)(struct call *c, struct order *o))
{
    struct order *o = d->rec;
    instant since = o->suspended_at.ms != 0 ? o->suspended_at : o->submitted_at;

    (void)promises_each(d->c, o, goes_on);
    o->suspended_ms += instant_since(since, d->c->now);
    o->suspended_at = (instant){ 0 };
    if (!promise_as_before(d))
        begin_clocks(d);
}

enum err
do_approve(struct deed *d, void *rec)
{
    (void)rec;
    let_pass(d, all_goes_on);
    return OK;
}

void
pass_unasked(struct deed *d)
{
    struct order *o = d->rec;

    o->state = ORDER_SUBMITTED;
    let_pass(d, asked_goes_on);
}
