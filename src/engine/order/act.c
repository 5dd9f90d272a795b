/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of the desk and of the requester, and what follows from any. */
#include "auth/auth.h"
#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "json/json.h"

/* -- what follows from any verb ---------------------------------------------- */

bool
state_is_open(unsigned state)
{
    return state != ORDER_VERIFIED && state != ORDER_CLOSED
           && state != ORDER_MERGED && state != ORDER_CANCELLED
           && state != ORDER_RETURNED;
}

void
order_settle(struct deed *d)
{
    struct order *o = d->rec;

    judge_clocks(o);
    /* Whether it had to wait for an approval is known when that is over. */
    if (o->suspended_at.ms != 0 && o->state != ORDER_AWAITING_APPROVAL) {
        (void)hold_promise(d->c, o);
        (void)promises_each(d->c, o, hold_promise);
    }
    /* In a pause it may be granted: from now on, and not since it began. */
    if (o->suspended_at.ms == 0)
        drop_asked(d->c, o);
    o->is_open = state_is_open(o->state);
    watch_clocks(d->c, d->old, o);
}

/* What the audit keeps of a verb besides its words. */
enum err
order_audited(const struct deed *d, struct json_out *out)
{
    const struct order *old = d->old, *o = d->rec;

    json_put_text(out, "number", o->number);
    if (o->crew_id != old->crew_id)
        json_put_text(out, "crew", o->crew_name);
    if (o->assignee_id != old->assignee_id)
        json_put_text(out, "assignee", o->assignee_name);
    return order_audit_changes(d, out);
}

/* What the requester hears of: every change of state, more time, and what is
   said to all. */
static const char *
kind_of(const struct deed *d)
{
    const struct order *old = d->old, *o = d->rec;
    const char *verb = d->step->verb;

    if (text_same(verb, "rework") || text_same(verb, "split_off"))
        return verb;
    if (text_same(verb, "recalculate"))
        return o->accept_due.ms != old->accept_due.ms
                       || o->on_site_due.ms != old->on_site_due.ms
                       || o->safe_due.ms != old->safe_due.ms
                       || o->complete_due.ms != old->complete_due.ms
                   ? verb
                   : NULL;
    if (o->state != old->state)
        return order_states[o->state];
    if (text_same(verb, "grant_extension")
        || (text_same(verb, "comment") && !d->internal))
        return verb;
    return NULL;
}

/* Merged into another it is gone from the hands that had it. */
static bool
is_taken_away(const struct deed *d)
{
    const struct order *old = d->old;

    return text_same(d->step->verb, "merge") && old->dispatched_at.ms != 0;
}

/* Besides, the detail may tell of an order that it was split off from. */
static bool
is_untold(const char *detail)
{
    return detail != NULL && text_starts(detail, ORDER_UNTOLD_AND);
}

enum err
order_tell(struct deed *d)
{
    const char *kind = kind_of(d), *verb = d->step->verb;
    const struct order *o = d->rec;

    if (text_same(verb, "correct"))
        return tell_corrected(d);
    /* Of whoever is gone the requester need not hear. */
    if (text_same(verb, "lose_assignee")) {
        TRY(tell_role(d->c, o, "dispatcher", "lost its assignee"));
        return tell_hands(d->c, o, "lost its assignee");
    }
    if (is_untold(d->detail))
        TRY(tell_untold(d->c, o));
    if (kind == NULL)
        return OK;
    TRY(tell_requesters(d->c, o, kind));
    /* Of the crew that the rules name nobody has it: the desk gives it out. */
    if (text_same(verb, "rework") && !crew_has_it(o))
        return tell_role(d->c, o, "dispatcher", kind);
    if (o->crew_id != 0
        && (o->state == ORDER_DISPATCHED || text_same(verb, "rework")
            || text_same(verb, "cancel") || d->who & BY_REQUESTER
            || is_taken_away(d)))
        TRY(tell_crew(d->c, o, kind));
    if (text_same(verb, "resubmit"))
        return order_sent_at_once(d->c, d->old, o);
    if (text_same(verb, "comment"))
        return order_comment_passed_on(d);
    return OK;
}

/* Does the whole wait for this leg? */
static bool
is_waited_for(const struct order *leg)
{
    return leg->completed_at.ms == 0
           && (leg->is_open || leg->state == ORDER_RETURNED);
}

enum err
order_after(struct deed *d)
{
    const struct order *o = d->rec;

    if (text_same(d->step->verb, "merge"))
        TRY(order_merged(d));
    if (text_same(d->step->verb, "split_off"))
        TRY(order_split(d));
    /* What is said of a leg that is done already ends nothing once more. */
    if (o->parent_id != 0 && is_waited_for(d->old) && !is_waited_for(o))
        return parent_follow(d->c, o->parent_id);
    return OK;
}

static enum err
need_text(struct call *c, const char *field, const char *value)
{
    return text_is_blank(value) ? fail(c, ERR_INVALID, field, "is required")
                                : OK;
}

/* -- the desk --------------------------------------------------------------- */

enum err
do_accept(struct deed *d, void *rec)
{
    struct order *o = rec;

    /* What was let pass once more had been taken on. */
    if (o->accepted_at.ms == 0)
        o->accepted_at = d->c->now;
    return OK;
}

/* -- the requester ---------------------------------------------------------- */

enum err
do_verify(struct deed *d, void *rec)
{
    struct order *o = rec;

    o->verified_at = d->c->now;
    return OK;
}

enum err
do_auto_verify(struct deed *d, void *rec)
{
    struct order *o = rec;

    o->verified_auto = true;
    return do_verify(d, rec);
}

/* What a second round needs cleared of the first. */
static void
clear_end(struct order *o)
{
    o->completed_at = o->verified_at = o->closed_at = (instant){ 0 };
    o->gross_ms = o->net_ms = 0;
    o->verified_auto = false;
}

/* What was left of the last clock when it was done is left still. */
static instant
rest_of(struct call *c, struct order *o)
{
    instant rest = { 0 };

    o->complete_left_ms = 0;
    if (o->complete_due.ms > o->completed_at.ms) {
        keep_left(c, o, o->completed_at);
        rest = end_of_left(c, o, c->now);
    }
    return rest;
}

/* Where only the legs had been at work nobody has come to the whole: the desk
   gives it out.  What it waits for next is its end, or, where its class promises
   none, that somebody comes.  ANEW has the clocks of its class from now on. */
static void
give_out_whole(struct order *o, const struct order *anew)
{
    o->state = ORDER_ACCEPTED;
    if (anew->complete_due.ms != 0)
        return;
    o->on_site_at = o->safe_at = (instant){ 0 };
    o->on_site_due = anew->on_site_due;
    o->safe_due = anew->safe_due;
}

/* Who does it once more has the whole time of its class for it, or what was left
   when that is longer.  Of a booked time that is over, and of a day that was
   agreed on and is over, another is agreed on. */
enum err
do_rework(struct deed *d, void *rec)
{
    struct order *o = rec;
    struct order anew = *o;
    struct call *c = d->c;
    instant rest = rest_of(c, o);

    end_round(d, o);
    set_due(c, &anew, c->now);
    meet_clocks(o, o->completed_at);
    if (!crew_has_it(o))
        give_out_whole(o, &anew);
    clear_end(o);
    o->reworks++;
    o->clocks_from = c->now;
    o->complete_due = later_of(anew.complete_due, rest);
    if (rest.ms > anew.complete_due.ms && o->complete_from.ms == 0)
        return OK; /* the end stays agreed on */
    o->complete_from = c->now;
    if (rest.ms <= anew.complete_due.ms)
        o->complete_left_ms = 0;
    return OK;
}

enum err
do_reopen(struct deed *d, void *rec)
{
    struct order *o = rec;
    struct call *c = d->c;

    end_round(d, o);
    clear_end(o);
    o->accepted_at = c->now;
    o->dispatched_at = o->acknowledged_at = (instant){ 0 };
    o->on_site_at = o->safe_at = (instant){ 0 };
    o->escalation = 0;
    o->reopens++;
    set_due(c, o, c->now);
    return OK;
}

enum err
do_cancel(struct deed *d, void *rec)
{
    struct order *o = rec;

    o->suspended_at = (instant){ 0 };
    o->closed_at = d->c->now;
    return OK;
}

/* Whoever calls off what another waits for says why. */
enum err
do_call_off(struct deed *d, void *rec)
{
    if (!(d->who & BY_REQUESTER))
        TRY(need_text(d->c, "reason", d->reason));
    return do_cancel(d, rec);
}

enum err
do_comment(struct deed *d, void *rec)
{
    const struct order_act *a = d->in;

    (void)rec;
    if (a->internal && !(d->who & d->life->insiders))
        return fail(d->c, ERR_DENIED, "internal",
                    "internal comments are for those who serve");
    d->internal = a->internal;
    return OK;
}

enum err
do_raise_priority(struct deed *d, void *rec)
{
    struct order *o = rec;
    const struct order_act *a = d->in;

    if (a->priority == o->priority)
        return fail(d->c, ERR_INVALID, "priority",
                    "must differ from what it is");
    o->priority = a->priority;
    o->priority_reason = d->reason;
    return OK;
}

/* -- the program ------------------------------------------------------------ */

enum err
do_close(struct deed *d, void *rec)
{
    struct order *o = rec;

    o->closed_at = d->c->now;
    return OK;
}

enum err
order_do(struct call *c, const char *verb, const struct order_act *a,
         struct order_view *out)
{
    return life_do(c, &order_life, verb, a, out);
}

/* -- parents ---------------------------------------------------------------- */

static const char done_legs[] =
    "SELECT COUNT(*) FROM orders WHERE parent_id = $1"
    " AND completed_at IS NOT NULL";

enum err
order_was_given(struct call *c, int64_t id, bool *was)
{
    struct list l = { .model = &event_model, .limit = 1 };
    const struct event_view v = {
        .noun = "order", .noun_id = id, .internal = true
    };

    l.filters[l.n_filters++] =
        (struct filter){ model_field(&event_model, "to_state"), ONE_OF,
                         "dispatched,acknowledged" };
    TRY(event_list(c, &l, &v));
    *was = l.n > 0;
    return OK;
}

/* What its crew has, had or gave back, and what is to be done once more, is done
   by whoever gets it now. */
static enum err
has_work_of_its_own(struct call *c, const struct order *parent, bool *has)
{
    *has = parent->dispatched_at.ms != 0 || parent->reopens != 0
           || parent->reworks != 0;
    return *has ? OK : order_was_given(c, parent->id, has);
}

enum err
parent_follow(struct call *c, int64_t parent_id)
{
    struct order parent, done_parent;
    struct order_facts facts = { 0 };
    int64_t done = 0;
    bool own = false;

    TRY(model_get(c, &order_model, parent_id, &parent));
    TRY(order_facts(c, parent_id, &facts));
    TRY(db_int(c, &done, done_legs, V(parent_id)));
    TRY(has_work_of_its_own(c, &parent, &own));
    /* Where every leg was called off nothing was done. */
    if (life_step(&order_life, parent.state, "auto_complete") == NULL
        || facts.open_legs > 0 || done == 0 || own)
        return OK;
    return life_program(c, &order_life, "auto_complete", NULL, &parent,
                        &done_parent);
}
