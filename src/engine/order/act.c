/* SPDX-License-Identifier: Apache-2.0 */
/* Doing a verb: the way every one of them goes, and those of the desk and of
   the requester. */
#include "auth/auth.h"
#include "base/text.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "model/app.h"
#include "json/json.h"

enum err
need_text(struct call *c, const char *field, const char *value)
{
    return text_is_blank(value) ? fail(c, ERR_INVALID, field, "is required")
                                : OK;
}

/* -- the way ---------------------------------------------------------------- */

enum err
begin_doing(struct call *c, enum order_verb verb, struct order_act *a,
            struct doing *d)
{
    *d = (struct doing){ .c = c, .verb = verb, .a = a };
    TRY(model_check(c, &order_act_model, a));
    TRY(order_load(c, a->id, &d->old));
    if (c->if_version != 0 && c->if_version != d->old.version)
        return fail(c, ERR_STALE, NULL,
                    "it has been changed meanwhile: version %lld, not %lld",
                    (long long)d->old.version, (long long)c->if_version);
    d->row = order_may(d->old.state, verb);
    if (d->row == NULL)
        return fail(c, ERR_CONFLICT, "state",
                    "“%s” is not possible while the order is “%s”",
                    words_in(c, order_verbs[verb]),
                    words_in(c, order_states[d->old.state]));
    d->who = order_who(c, &d->old);
    if ((d->who & d->row->who) == 0)
        return fail(c, ERR_DENIED, NULL, "“%s” is for others to do",
                    words_in(c, order_verbs[verb]));
    d->o = d->old;
    if (d->row->to >= 0)
        d->o.state = (unsigned)d->row->to;
    d->reason = a->reason;
    d->note = a->note;
    return order_guard(d);
}

bool
state_is_open(unsigned state)
{
    return state != ORDER_VERIFIED && state != ORDER_CLOSED
           && state != ORDER_MERGED && state != ORDER_CANCELLED
           && state != ORDER_RETURNED;
}

/* What the audit keeps of a verb: its words are the event's. */
static const char *
audit_detail(struct call *c, const struct doing *d)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    json_put_text(&o, "number", d->o.number);
    json_put_text(&o, "from", order_states[d->old.state]);
    json_put_text(&o, "to", order_states[d->o.state]);
    if (d->reason != NULL)
        json_put_text(&o, "reason", d->reason);
    if (d->o.crew_id != d->old.crew_id)
        json_put_text(&o, "crew", d->o.crew_name);
    if (d->o.assignee_id != d->old.assignee_id)
        json_put_text(&o, "assignee", d->o.assignee_name);
    json_end(&o);
    return b.s;
}

/* What the requester hears of: every change of state, and extensions. */
static enum err
tell_of_doing(struct doing *d)
{
    const char *kind = order_verbs[d->verb];

    if (d->o.state != d->old.state)
        kind = order_states[d->o.state];
    else if (d->verb != VERB_GRANT_EXTENSION && d->verb != VERB_COMMENT)
        return OK;
    if (d->verb == VERB_COMMENT && d->a->internal)
        return OK;
    if (d->verb == VERB_REWORK)
        kind = "rework";
    TRY(tell_requesters(d->c, &d->o, kind));
    if (d->o.crew_id != 0
        && (d->o.state == ORDER_DISPATCHED || d->verb == VERB_REWORK
            || d->verb == VERB_CANCEL || d->who & BY_REQUESTER))
        TRY(tell_crew(d->c, &d->o, kind));
    return OK;
}

/* A vote leaves no trace on the order itself: its crew reads that, and would
   learn from its version or its state who voted and when. */
static enum err
write_change(struct doing *d)
{
    if (d->verb == VERB_RATE)
        return OK;
    judge_clocks(&d->o, d->c->now);
    d->o.is_open = state_is_open(d->o.state);
    d->o.wake_at = next_wake(d->c, &d->o);
    return model_update(d->c, &order_model, &d->old, &d->o);
}

enum err
finish_doing(struct doing *d)
{
    struct call *c = d->c;
    struct order_event e = {
        .order_id = d->o.id,
        .verb = order_verbs[d->verb],
        .from_state = order_states[d->old.state],
        .to_state = order_states[d->o.state],
        .reason = d->reason,
        .note = d->note,
        .internal = d->verb == VERB_COMMENT && d->a->internal,
        .detail = d->detail
    };

    TRY(write_change(d));
    if (d->row->who == BY_PROGRAM)
        e.actor_name = "liangcao";
    TRY(event_add(c, &e));
    TRY(tell_of_doing(d));
    TRY(audit_write(c, arena_printf(c->arena, "order.%s", order_verbs[d->verb]),
                    "order", d->o.id, audit_detail(c, d)));
    if (d->o.parent_id != 0 && d->o.state != d->old.state)
        return parent_follow(c, &d->o);
    return OK;
}

/* -- the desk --------------------------------------------------------------- */

static enum err
do_approve(struct doing *d)
{
    /* The clocks begin now; until now it waited as if suspended. */
    d->o.suspended_ms += d->c->now.ms - d->o.submitted_at.ms;
    set_due(d->c, &d->o, d->c->now);
    return OK;
}

static enum err
do_refuse(struct doing *d)
{
    return need_text(d->c, "reason", d->reason);
}

static enum err
do_accept(struct doing *d)
{
    d->o.accepted_at = d->c->now;
    return OK;
}

static enum err
do_return(struct doing *d)
{
    return need_text(d->c, "reason", d->reason);
}

static void
clear_due(struct order *o)
{
    o->accept_due = o->on_site_due = (instant){ 0 };
    o->safe_due = o->complete_due = (instant){ 0 };
    o->calendar_note = NULL;
}

/* Sent in again with what was missing; the clocks start anew. */
static enum err
do_resubmit(struct doing *d)
{
    struct call *c = d->c;
    struct order_act *a = d->a;
    struct place_facts place = { 0 };
    struct service_item item;

    if (!text_is_blank(a->description))
        d->o.description = a->description;
    if (!text_is_blank(a->phone))
        d->o.phone = a->phone;
    if (!text_is_blank(a->place_note))
        d->o.place_note = a->place_note;
    if (a->place_id != 0) {
        TRY(read_place(c, a->place_id, &place));
        d->o.place_id = a->place_id;
        d->o.place_name = place.full_name;
    }
    if (a->answers != NULL) {
        CATALOG k = catalog_hold(c);
        const struct service_item *i = catalog_item_by_id(k, d->o.item_id);
        struct catalog_answers answers = { .json = a->answers };

        if (i != NULL)
            TRY(catalog_check_answers(c, k, i, &answers));
        d->o.answers = answers.json;
    }
    /* What was refused, or changed since it was approved, is asked again. */
    if (order_item(c, &d->o, &item) && item.needs_approval)
        d->o.state = ORDER_AWAITING_APPROVAL;
    d->o.submitted_at = c->now;
    d->o.accepted_at = (instant){ 0 };
    d->o.suspended_ms = d->o.escalation = 0;
    d->o.accept_late = d->o.on_site_late = false;
    d->o.safe_late = d->o.complete_late = false;
    if (d->o.state == ORDER_AWAITING_APPROVAL)
        clear_due(&d->o);
    else
        set_due(c, &d->o, c->now);
    return index_order(c, &d->o, NULL, place.initials);
}

static enum err
do_merge(struct doing *d)
{
    struct call *c = d->c;
    struct order main_order;
    enum err e;

    if (d->a->into_id == 0)
        return fail(c, ERR_INVALID, "into_id", "is required");
    if (d->a->into_id == d->o.id)
        return fail(c, ERR_INVALID, "into_id",
                    "an order cannot be merged into itself");
    e = order_load(c, d->a->into_id, &main_order);
    if (e == ERR_ABSENT)
        return fail(c, ERR_INVALID, "into_id", "there is no such order");
    TRY(e);
    if (!main_order.is_open || main_order.merged_into_id != 0)
        return fail(c, ERR_CONFLICT, "into_id", "the main order %s is not open",
                    main_order.number);
    d->o.merged_into_id = main_order.id;
    d->note = main_order.number;
    return OK;
}

/* -- the requester ---------------------------------------------------------- */

static enum err
do_verify(struct doing *d)
{
    d->o.verified_at = d->c->now;
    d->o.verified_auto = d->verb == VERB_AUTO_VERIFY;
    return OK;
}

/* What a second round needs cleared of the first. */
static void
clear_end(struct order *o)
{
    o->completed_at = o->verified_at = o->closed_at = (instant){ 0 };
    o->gross_ms = o->net_ms = 0;
    o->verified_auto = false;
}

static enum err
do_rework(struct doing *d)
{
    TRY(need_text(d->c, "reason", d->reason));
    clear_end(&d->o);
    d->o.reworks++;
    return OK;
}

static enum err
do_reopen(struct doing *d)
{
    struct call *c = d->c;

    TRY(need_text(c, "reason", d->reason));
    clear_end(&d->o);
    d->o.accepted_at = c->now;
    d->o.dispatched_at = d->o.acknowledged_at = (instant){ 0 };
    d->o.on_site_at = d->o.safe_at = (instant){ 0 };
    d->o.on_site_late = d->o.safe_late = d->o.complete_late = false;
    d->o.escalation = 0;
    d->o.reopens++;
    set_due(c, &d->o, c->now);
    return OK;
}

static enum err
do_cancel(struct doing *d)
{
    if (!(d->who & BY_REQUESTER) || d->row->guard != NULL)
        TRY(need_text(d->c, "reason", d->reason));
    d->o.suspended_at = (instant){ 0 };
    d->o.closed_at = d->c->now;
    return OK;
}

static enum err
do_comment(struct doing *d)
{
    bool serves = (d->who & ~(unsigned)(BY_REQUESTER | BY_ANYONE)) != 0;

    TRY(need_text(d->c, "note", d->note));
    if (d->a->internal && !serves)
        return fail(d->c, ERR_DENIED, "internal",
                    "internal comments are for those who serve");
    return OK;
}

static enum err
do_raise_priority(struct doing *d)
{
    TRY(need_text(d->c, "reason", d->reason));
    if (d->a->priority == 0 || d->a->priority == d->o.priority)
        return fail(d->c, ERR_INVALID, "priority",
                    "must differ from what it is");
    d->o.priority = d->a->priority;
    d->o.priority_reason = d->reason;
    return OK;
}

/* -- the program ------------------------------------------------------------ */

static enum err
do_close(struct doing *d)
{
    d->o.closed_at = d->c->now;
    return OK;
}

static enum err
do_auto_complete(struct doing *d)
{
    d->o.suspended_at = (instant){ 0 };
    if (d->o.accepted_at.ms == 0)
        d->o.accepted_at = d->c->now;
    return do_complete(d);
}

static const verb_fn verb_parts[N_ORDER_VERBS] = {
    [VERB_APPROVE] = do_approve,
    [VERB_REFUSE] = do_refuse,
    [VERB_ACCEPT] = do_accept,
    [VERB_RETURN] = do_return,
    [VERB_RESUBMIT] = do_resubmit,
    [VERB_MERGE] = do_merge,
    [VERB_DISPATCH] = do_dispatch,
    [VERB_GRAB] = do_grab,
    [VERB_IN_TURN] = do_in_turn,
    [VERB_ACKNOWLEDGE] = do_acknowledge,
    [VERB_DECLINE] = do_decline,
    [VERB_TRANSFER] = do_transfer,
    [VERB_ARRIVE] = do_arrive,
    [VERB_MAKE_SAFE] = do_make_safe,
    [VERB_START] = do_start,
    [VERB_SUSPEND] = do_suspend,
    [VERB_RESUME] = do_resume,
    [VERB_ASK_EXTENSION] = do_ask_extension,
    [VERB_GRANT_EXTENSION] = do_grant_extension,
    [VERB_REFUSE_EXTENSION] = do_refuse_extension,
    [VERB_COMPLETE] = do_complete,
    [VERB_VERIFY] = do_verify,
    [VERB_REWORK] = do_rework,
    [VERB_REOPEN] = do_reopen,
    [VERB_CANCEL] = do_cancel,
    [VERB_COMMENT] = do_comment,
    [VERB_RAISE_PRIORITY] = do_raise_priority,
    [VERB_RATE] = do_rate,
    [VERB_AUTO_VERIFY] = do_verify,
    [VERB_CLOSE] = do_close,
    [VERB_AUTO_COMPLETE] = do_auto_complete,
};

enum err
order_do(struct call *c, enum order_verb verb, struct order_act *a,
         struct order_view *out)
{
    struct doing d;
    TX tx = tx_begin(c);

    ASSERT(verb_parts[verb] != NULL);
    TRY(begin_doing(c, verb, a, &d));
    TRY(verb_parts[verb](&d));
    TRY(finish_doing(&d));
    out->order = d.o;
    TRY(order_fill_view(c, out));
    return tx_commit(&tx);
}

/* -- parents ---------------------------------------------------------------- */

static const char done_legs[] =
    "SELECT COUNT(*) FROM orders WHERE parent_id = $1"
    " AND completed_at IS NOT NULL";

enum err
parent_follow(struct call *c, const struct order *leg)
{
    struct order_act a = { .id = leg->parent_id };
    struct doing d = { .c = c, .verb = VERB_AUTO_COMPLETE, .a = &a };
    struct order_facts facts = { 0 };
    int64_t done = 0;

    if (leg->is_open && leg->completed_at.ms == 0)
        return OK;
    TRY(model_get(c, &order_model, leg->parent_id, &d.old));
    d.row = order_may(d.old.state, VERB_AUTO_COMPLETE);
    TRY(order_facts(c, leg->parent_id, &facts));
    TRY(db_int(c, &done, done_legs, V(leg->parent_id)));
    /* A parent whose own crew is at work is completed by that crew; where
       every leg was called off nothing was done. */
    if (d.row == NULL || facts.open_legs > 0 || done == 0
        || d.old.dispatched_at.ms != 0)
        return OK;
    d.o = d.old;
    d.o.state = (unsigned)d.row->to;
    TRY(do_auto_complete(&d));
    return finish_doing(&d);
}
