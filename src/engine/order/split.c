/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An order that was merged is split off again: it lives on where it was.
 *
 * It goes back into the hands that had it, who have yet to answer, or to the
 * desk where they can have it no more.  Meanwhile it was as if suspended, with
 * all of its clocks: the time is nobody's, and each goes on with what was left
 * of it, so that nobody gains time by merging and splitting.  What was booked
 * for a time is still to be done then.
 *
 * Whatever has become of the order it was merged into: done, returned or
 * cancelled with that one it may be not done at all.  But what was over with it
 * for as long as nothing is reopened any more is reported anew.  Orders that
 * were merged into this one before stay in it.
 */
#include "base/text.h"
#include "engine/order/inner.h"

/* Of what is over no leg is waited for, and nobody would verify it.  Whoever ends
   the whole looks at its legs: of two at once one is too late. */
static enum err
check_whole(struct call *c, const struct order *leg)
{
    struct order whole;

    if (leg->parent_id == 0)
        return OK;
    TRY(model_get(c, &order_model, leg->parent_id, &whole));
    if (whole.is_open || whole.state == ORDER_RETURNED)
        return OK;
    return fail(c, ERR_CONFLICT, NULL,
                "order %s, which it is a leg of, is over; please report it "
                "anew",
                whole.number);
}

enum err
guard_split_off(struct deed *d, void *rec)
{
    const struct order *o = rec;
    struct order main_order;
    instant over;

    TRY(check_whole(d->c, o));
    /* What came from another system may be merged into nothing. */
    if (o->merged_into_id == 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "nothing tells into which order it was merged");
    TRY(order_living(d->c, o->id, &main_order));
    over = main_order.state == ORDER_CANCELLED ? main_order.closed_at
                                               : main_order.verified_at;
    if (!main_order.is_open && over.ms != 0
        && d->c->now.ms - over.ms >= ORDER_REOPEN_DAYS * DAY_MS)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "the time to split it off has passed; please report it "
                    "anew");
    return OK;
}

/* -- its clocks --------------------------------------------------------------- */

/* Promised for the time that was asked for, which is still to come. */
static bool
is_booked(const struct order *o, instant due, instant now)
{
    return due.ms > now.ms
           && (due.ms == o->wanted_from.ms || due.ms == o->wanted_to.ms);
}

/* Since suspended_at all of them stood still; a pause stops but the last. */
bool
clocks_go_on(struct call *c, struct order *o)
{
    const struct {
        instant *due, met;
    } clocks[] = { [CLOCK_ACCEPT] = { &o->accept_due, o->accepted_at },
                   [CLOCK_ON_SITE] = { &o->on_site_due, o->on_site_at },
                   [CLOCK_SAFE] = { &o->safe_due, o->safe_at } };
    const instant since = o->suspended_at;
    bool some = false;

    for (unsigned i = 0; i < COUNT(clocks); i++) {
        instant *due = clocks[i].due;

        if (clocks[i].met.ms != 0 || due->ms <= since.ms
            || is_booked(o, *due, c->now))
            continue;
        *due = later_of(*due, clock_after(c, o, i, c->now,
                                          clock_left(c, o, i, since)));
        some = true;
    }
    /* A change of the calendar reckons them from here. */
    if (some && o->clocks_from.ms != 0)
        o->clocks_from.ms += instant_since(since, c->now);
    return some;
}

void
end_after_arrival(const struct call *c, struct order *o)
{
    if (o->on_site_at.ms == 0 && o->complete_from.ms != 0
        && o->complete_due.ms > c->now.ms)
        o->complete_due = later_of(o->complete_due, o->on_site_due);
}

/* The end goes on as after a pause. */
static void
go_on_since(struct deed *d, instant since)
{
    struct order *o = d->rec, was = *o;
    struct call *c = d->c;

    o->suspended_at = since;
    (void)clocks_go_on(c, o);
    (void)promises_each(c, o, clocks_go_on);
    order_go_on(d);
    if (is_booked(&was, was.complete_due, c->now)) {
        o->complete_due = was.complete_due;
        o->complete_from = was.complete_from;
        o->complete_left_ms = was.complete_left_ms;
    } else {
        end_after_arrival(c, o);
    }
}

/* -- its life ----------------------------------------------------------------- */

enum err
do_split_off(struct deed *d, void *rec)
{
    struct order *o = rec, main_order;
    struct event merging = { 0 };
    struct call *c = d->c;

    TRY(event_newest(c, "order", o->id, "merge", &merging));
    TRY(model_get(c, &order_model, o->merged_into_id, &main_order));
    d->note = main_order.number;
    o->merged_into_id = 0;
    go_on_since(d, merging.at);
    /* Of its alarms nobody has heard since. */
    o->escalation = o->alarms = 0;
    if (!text_same(merging.from_state, "submitted")) {
        o->state = ORDER_ACCEPTED;
        if (!text_same(merging.from_state, "accepted"))
            TRY(order_give_back(d));
    }
    d->detail = order_said_with(c, &main_order, d->detail);
    return OK;
}

/* The order it was in, and the living one that all of them wait for. */
enum err
order_split(struct deed *d)
{
    const struct order *old = d->old, *o = d->rec;
    struct order main_order, living;
    struct event e = {
        .verb = "release", .reason = d->reason, .note = o->number
    };

    e.detail = order_said_with(d->c, o, NULL);
    TRY(model_get(d->c, &order_model, old->merged_into_id, &main_order));
    TRY(order_note_on(d->c, &main_order, &e));
    TRY(order_living(d->c, main_order.id, &living));
    if (living.id != main_order.id)
        TRY(order_note_on(d->c, &living, &e));
    if (!living.is_open || living.completed_at.ms != 0)
        return OK;
    return order_tell_main(d->c, &living, "one of those merged was split off");
}
