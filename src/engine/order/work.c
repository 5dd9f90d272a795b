/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of dispatching and of the crew. */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"

/* -- dispatching ------------------------------------------------------------ */

/* The order goes to another pair of hands. */
static void
restart_hands(struct order *o, instant now)
{
    if (o->accepted_at.ms == 0)
        o->accepted_at = now;
    o->dispatched_at = now;
    o->acknowledged_at = (instant){ 0 };
}

/* Whoever gives the order out does so within his own reach: a lead to his
   crew, a provider to its crews. */
static enum err
hand_to(struct doing *d, int64_t crew_id, int64_t person_id)
{
    struct order *o = &d->o;

    TRY(give_to(d->c, o, crew_id, person_id));
    return may_give(d, o->crew_id, o->provider_id);
}

enum err
do_dispatch(struct doing *d)
{
    int64_t crew = d->a->crew_id ? d->a->crew_id : d->o.crew_id;

    if (crew == 0)
        return fail(d->c, ERR_INVALID, "crew_id", "is required");
    TRY(hand_to(d, crew, d->a->assignee_id));
    restart_hands(&d->o, d->c->now);
    return OK;
}

enum err
do_grab(struct doing *d)
{
    TRY(give_to(d->c, &d->o, d->o.crew_id, d->c->actor->person_id));
    restart_hands(&d->o, d->c->now);
    d->o.acknowledged_at = d->c->now;
    return OK;
}

static const char took_turn[] =
    "UPDATE crew_member SET turn = $2 WHERE id = $1";

/* Whose turn it is: who is on duty and has waited the longest. */
static const struct crew_hand *
next_in_turn(const struct crew_hand *hands, size_t n)
{
    const struct crew_hand *best = NULL;

    for (size_t i = 0; i < n; i++)
        if (hands[i].on_duty && (best == NULL || hands[i].turn < best->turn))
            best = &hands[i];
    return best;
}

enum err
do_in_turn(struct doing *d)
{
    struct call *c = d->c;
    int64_t crew = d->a->crew_id ? d->a->crew_id : d->o.crew_id;
    const struct crew_hand *next;
    struct crew_hand *hands;
    size_t n;

    if (crew == 0)
        return fail(c, ERR_INVALID, "crew_id", "is required");
    TRY(crew_hands(c, crew, c->now, &hands, &n));
    next = next_in_turn(hands, n);
    if (next == NULL)
        return fail(c, ERR_CONFLICT, "crew_id",
                    "nobody of this crew is on duty");
    TRY(hand_to(d, crew, next->person_id));
    restart_hands(&d->o, c->now);
    return db_exec(c, took_turn, V(next->member_id), V(c->now.ms));
}

static instant
later_of(instant a, instant b)
{
    return a.ms > b.ms ? a : b;
}

/* A suspended order goes on before it changes hands.  A pause makes a promise
   later and never earlier, also one that lies beyond what the work calendar
   knows. */
static void
go_on(struct doing *d)
{
    struct order *o = &d->o;
    instant now = d->c->now;

    if (o->suspended_at.ms == 0)
        return;
    o->suspended_ms += now.ms - o->suspended_at.ms;
    if (o->complete_due.ms != 0 && o->complete_left_ms > 0)
        o->complete_due =
            later_of(o->complete_due,
                     complete_after(d->c, o, now, o->complete_left_ms));
    o->suspended_at = o->resume_expected_at = (instant){ 0 };
    o->complete_left_ms = 0;
    o->suspend_reason = NULL;
}

enum err
do_transfer(struct doing *d)
{
    struct call *c = d->c;
    int64_t crew = d->a->crew_id ? d->a->crew_id : d->o.crew_id;

    TRY(need_text(c, "reason", d->reason));
    if (crew == d->o.crew_id
        && (d->a->assignee_id == 0 || d->a->assignee_id == d->o.assignee_id))
        return fail(c, ERR_INVALID, "crew_id",
                    "must be another crew or another person");
    go_on(d);
    TRY(hand_to(d, crew, d->a->assignee_id));
    restart_hands(&d->o, c->now);
    return OK;
}

enum err
do_decline(struct doing *d)
{
    TRY(need_text(d->c, "reason", d->reason));
    d->o.assignee_id = 0;
    d->o.assignee_name = NULL;
    d->o.dispatched_at = d->o.acknowledged_at = (instant){ 0 };
    return OK;
}

/* -- the crew --------------------------------------------------------------- */

/* Whoever of the crew takes it on is the one who has it. */
static void
take_on(struct doing *d)
{
    if (d->o.assignee_id == 0 && d->c->actor != NULL) {
        d->o.assignee_id = d->c->actor->person_id;
        d->o.assignee_name = d->c->actor->name;
    }
    if (d->o.acknowledged_at.ms == 0)
        d->o.acknowledged_at = d->c->now;
}

enum err
do_acknowledge(struct doing *d)
{
    take_on(d);
    return OK;
}

enum err
do_arrive(struct doing *d)
{
    take_on(d);
    /* After a transfer somebody has been there already. */
    if (d->o.on_site_at.ms == 0)
        d->o.on_site_at = d->c->now;
    return OK;
}

enum err
do_make_safe(struct doing *d)
{
    d->o.safe_at = d->c->now;
    return OK;
}

enum err
do_start(struct doing *d)
{
    if (d->o.on_site_at.ms == 0)
        d->o.on_site_at = d->c->now;
    return OK;
}

enum err
do_suspend(struct doing *d)
{
    struct call *c = d->c;

    TRY(model_check(c, &order_suspend_model, d->a));
    if (d->a->until.ms != 0 && d->a->until.ms <= c->now.ms)
        return fail(c, ERR_INVALID, "until", "lies in the past");
    d->o.suspend_reason = d->reason;
    d->o.suspended_at = c->now;
    d->o.resume_expected_at = d->a->until;
    d->o.complete_left_ms = complete_left(c, &d->o, c->now);
    return OK;
}

enum err
do_resume(struct doing *d)
{
    go_on(d);
    if (d->o.on_site_at.ms == 0)
        d->o.on_site_at = d->c->now;
    return OK;
}

/* -- more time -------------------------------------------------------------- */

/* What is planned is done on a day that is agreed on: the crew proposes it,
   whoever grants more time agrees. */
static enum err
propose_date(struct doing *d)
{
    if (d->a->until.ms <= d->c->now.ms)
        return fail(d->c, ERR_INVALID, "until", "lies in the past");
    d->o.extension_asked_until = d->a->until;
    d->o.extension_reason = d->reason;
    return OK;
}

enum err
do_ask_extension(struct doing *d)
{
    struct call *c = d->c;

    TRY(need_text(c, "reason", d->reason));
    if (d->o.complete_due.ms == 0)
        return propose_date(d);
    if (d->a->until.ms <= d->o.complete_due.ms)
        return fail(c, ERR_INVALID, "until",
                    "must be later than the promised time");
    d->o.extension_asked_until = d->a->until;
    d->o.extension_reason = d->reason;
    return OK;
}

enum err
do_grant_extension(struct doing *d)
{
    const bool first = d->o.complete_due.ms == 0;
    char text[25];

    instant_print(d->o.complete_due, text);
    if (!first)
        d->detail =
            arena_printf(d->c->arena, "{\"complete_due_before\":\"%s\"}", text);
    d->reason = d->o.extension_reason;
    d->o.complete_due = d->o.extension_asked_until;
    if (d->o.suspended_at.ms != 0)
        d->o.complete_left_ms = complete_left(d->c, &d->o, d->o.suspended_at);
    d->o.extension_asked_until = (instant){ 0 };
    /* It was asked for in time; that the answer came late is not the crew's
       lateness. */
    if (d->o.complete_due.ms > d->c->now.ms)
        d->o.complete_late = false;
    d->o.extensions += !first;
    d->o.escalation = 0;
    return OK;
}

enum err
do_refuse_extension(struct doing *d)
{
    TRY(need_text(d->c, "reason", d->reason));
    d->o.extension_asked_until = (instant){ 0 };
    d->o.extension_reason = NULL;
    return OK;
}

/* -- the end ---------------------------------------------------------------- */

enum err
do_complete(struct doing *d)
{
    struct call *c = d->c;

    d->o.result = text_is_blank(d->a->result) ? d->o.result : d->a->result;
    d->o.cause = text_is_blank(d->a->cause) ? d->o.cause : d->a->cause;
    d->o.completed_at = c->now;
    d->o.extension_asked_until = (instant){ 0 };
    d->o.gross_ms = c->now.ms - d->o.submitted_at.ms;
    d->o.net_ms = d->o.gross_ms - d->o.suspended_ms;
    if (d->verb == VERB_COMPLETE)
        d->note = d->o.result;
    return OK;
}
