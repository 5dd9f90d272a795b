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

/* Whoever gives the order out does so within their own reach: a lead to the
   crew, a provider to its crews. */
static enum err
hand_to(struct deed *d, int64_t crew_id, int64_t person_id)
{
    struct order *o = d->rec;

    int64_t reachable;

    TRY(give_to(d->c, o, crew_id, person_id));
    TRY(may_give(d, o->crew_id, o->provider_id));
    TRY(count_reachable(d->c, o, &reachable));
    if (reachable == 0)
        d->detail = ORDER_UNTOLD;
    return OK;
}

enum err
do_dispatch(struct deed *d, void *rec)
{
    struct order *o = rec;
    const struct order_act *a = d->in;
    int64_t crew = a->crew_id ? a->crew_id : o->crew_id;

    if (crew == 0)
        return fail(d->c, ERR_INVALID, "crew_id", "is required");
    TRY(hand_to(d, crew, a->assignee_id));
    restart_hands(o, d->c->now);
    return OK;
}

enum err
do_grab(struct deed *d, void *rec)
{
    struct order *o = rec;

    TRY(give_to(d->c, o, o->crew_id, d->c->actor->person_id));
    restart_hands(o, d->c->now);
    o->acknowledged_at = d->c->now;
    return OK;
}

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
do_in_turn(struct deed *d, void *rec)
{
    struct order *o = rec;
    const struct order_act *a = d->in;
    struct call *c = d->c;
    int64_t crew = a->crew_id ? a->crew_id : o->crew_id;
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
    restart_hands(o, c->now);
    return crew_took_turn(c, next->member_id);
}

/* A suspended order goes on before it changes hands. */
void
order_go_on(struct deed *d)
{
    struct order *o = d->rec;
    instant now = d->c->now;

    if (o->suspended_at.ms == 0)
        return;
    o->suspended_ms += instant_since(o->suspended_at, now);
    (void)promise_goes_on(d->c, o);
    (void)promises_each(d->c, o, promise_goes_on);
    o->suspended_at = o->resume_expected_at = (instant){ 0 };
    o->suspend_reason = NULL;
}

enum err
do_transfer(struct deed *d, void *rec)
{
    struct order *o = rec;
    const struct order_act *a = d->in;
    struct call *c = d->c;
    int64_t crew = a->crew_id ? a->crew_id : o->crew_id;

    if (crew == o->crew_id
        && (a->assignee_id == 0 || a->assignee_id == o->assignee_id))
        return fail(c, ERR_INVALID, "crew_id",
                    "must be another crew or another person");
    order_go_on(d);
    TRY(hand_to(d, crew, a->assignee_id));
    restart_hands(o, c->now);
    return OK;
}

enum err
do_decline(struct deed *d, void *rec)
{
    struct order *o = rec;

    (void)d;
    o->assignee_id = 0;
    o->assignee_name = NULL;
    o->dispatched_at = o->acknowledged_at = (instant){ 0 };
    return OK;
}

/* As give_to; *GIVEN: they can have it. */
static enum err
give_again(struct deed *d, int64_t person_id, bool *given)
{
    struct order *o = d->rec;
    enum err e = give_to(d->c, o, o->crew_id, person_id);

    *given = e == OK;
    if (e != ERR_INVALID)
        return e;
    d->c->fault = (struct fault){ .code = OK };
    return OK;
}

/* Somebody with the right to do so has given it to them once. */
enum err
order_give_back(struct deed *d)
{
    struct order *o = d->rec;
    bool given = false;
    int64_t reachable;

    if (o->assignee_id != 0)
        TRY(give_again(d, o->assignee_id, &given));
    if (!given)
        TRY(give_again(d, 0, &given));
    if (!given) {
        o->state = ORDER_ACCEPTED;
        return do_decline(d, o);
    }
    o->state = ORDER_DISPATCHED;
    restart_hands(o, d->c->now);
    TRY(count_reachable(d->c, o, &reachable));
    if (reachable == 0)
        d->detail = ORDER_UNTOLD;
    return OK;
}

/* -- the crew --------------------------------------------------------------- */

/* Whoever of the crew takes it on is the one who has it. */
static void
take_on(struct deed *d)
{
    struct order *o = d->rec;

    if (o->assignee_id == 0 && d->c->actor != NULL) {
        o->assignee_id = d->c->actor->person_id;
        o->assignee_name = d->c->actor->name;
    }
    if (o->acknowledged_at.ms == 0)
        o->acknowledged_at = d->c->now;
}

enum err
do_acknowledge(struct deed *d, void *rec)
{
    (void)rec;
    take_on(d);
    return OK;
}

enum err
do_arrive(struct deed *d, void *rec)
{
    struct order *o = rec;

    take_on(d);
    /* After a transfer somebody has been there already. */
    if (o->on_site_at.ms == 0)
        o->on_site_at = d->c->now;
    return OK;
}

enum err
do_make_safe(struct deed *d, void *rec)
{
    struct order *o = rec;

    o->safe_at = d->c->now;
    return OK;
}

enum err
do_start(struct deed *d, void *rec)
{
    struct order *o = rec;

    if (o->on_site_at.ms == 0)
        o->on_site_at = d->c->now;
    return OK;
}

enum err
do_suspend(struct deed *d, void *rec)
{
    struct order *o = rec;
    const struct order_act *a = d->in;
    struct call *c = d->c;

    if (a->until.ms != 0 && a->until.ms <= c->now.ms)
        return fail(c, ERR_INVALID, "until", "lies in the past");
    o->suspend_reason = d->reason;
    o->suspended_at = c->now;
    o->resume_expected_at = a->until;
    o->complete_left_ms = 0;
    return OK;
}

enum err
do_resume(struct deed *d, void *rec)
{
    struct order *o = rec;

    order_go_on(d);
    if (o->on_site_at.ms == 0)
        o->on_site_at = d->c->now;
    return OK;
}

/* Who knows of it, and when, stands in the history. */
enum err
do_acknowledge_alarm(struct deed *d, void *rec)
{
    struct order *o = rec;

    (void)d;
    o->alarming = false;
    return OK;
}

/* It is with its crew, and nobody of it has it. */
enum err
do_lose_assignee(struct deed *d, void *rec)
{
    struct order *o = rec;

    d->note = o->assignee_name;
    o->assignee_id = 0;
    o->assignee_name = NULL;
    return OK;
}

/* -- more time -------------------------------------------------------------- */

/* What is planned is done on a day that is agreed on: the crew proposes it,
   whoever grants more time agrees. */
static enum err
propose_date(struct deed *d)
{
    const struct order_act *a = d->in;

    return a->until.ms > d->c->now.ms
               ? OK
               : fail(d->c, ERR_INVALID, "until", "lies in the past");
}

enum err
do_ask_extension(struct deed *d, void *rec)
{
    struct order *o = rec;
    const struct order_act *a = d->in;
    struct call *c = d->c;
    instant end = promised_end(c, o);

    if (end.ms == 0)
        TRY(propose_date(d));
    else if (a->until.ms <= end.ms)
        return fail(c, ERR_INVALID, "until",
                    "must be later than the promised time");
    o->extension_asked_until = a->until;
    o->extension_reason = d->reason;
    o->late_when_asked = o->complete_late;
    return OK;
}

/* It is to be done by then.  A day that was agreed on in a pause was agreed on
   as of now: what of the pause lies before does not move it.  Where the promise
   is later than what was asked, it stays: more time takes none away. */
static void
agree_on(struct call *c, struct order *o, instant until)
{
    if (until.ms <= promised_end(c, o).ms)
        return;
    o->complete_due = until;
    o->complete_from = o->held_due = (instant){ 0 };
    o->complete_left_ms = 0;
    o->judged &= ~(INT64_C(1) << CLOCK_COMPLETE);
    if (o->suspended_at.ms != 0)
        (void)hold_end(c, o, c->now);
}

enum err
do_grant_extension(struct deed *d, void *rec)
{
    struct order *o = rec;
    const bool first = promised_end(d->c, o).ms == 0;
    char text[25];

    instant_print(o->complete_due, text);
    if (o->complete_due.ms != 0)
        d->detail =
            arena_printf(d->c->arena, "{\"complete_due_before\":\"%s\"}", text);
    d->reason = o->extension_reason;
    agree_on(d->c, o, o->extension_asked_until);
    o->extension_asked_until = (instant){ 0 };
    /* It was asked for in time; that the answer came late is not the crew's
       lateness.  What was late before it was asked for stays. */
    if (promised_end(d->c, o).ms > d->c->now.ms)
        o->complete_late = o->late_when_asked;
    o->extensions += !first;
    o->escalation = 0;
    return OK;
}

enum err
do_refuse_extension(struct deed *d, void *rec)
{
    struct order *o = rec;

    (void)d;
    o->extension_asked_until = (instant){ 0 };
    o->extension_reason = NULL;
    return OK;
}

/* -- the end ---------------------------------------------------------------- */

void
meet_clocks(struct order *o, instant at)
{
    if (o->on_site_due.ms != 0 && o->on_site_at.ms == 0)
        o->on_site_at = at;
    if (o->safe_due.ms != 0 && o->safe_at.ms == 0)
        o->safe_at = at;
}

static void
end_work(struct deed *d, struct order *o)
{
    o->completed_at = d->c->now;
    meet_clocks(o, d->c->now);
    o->extension_asked_until = (instant){ 0 };
    o->gross_ms = instant_since(o->submitted_at, d->c->now);
    /* A pause may have been measured by a clock that was set back since. */
    o->net_ms =
        o->gross_ms > o->suspended_ms ? o->gross_ms - o->suspended_ms : 0;
}

enum err
do_complete(struct deed *d, void *rec)
{
    const struct order_act *a = d->in;
    struct order *o = rec;

    o->result = text_is_blank(a->result) ? o->result : a->result;
    o->cause = text_is_blank(a->cause) ? o->cause : a->cause;
    d->note = o->result;
    end_work(d, o);
    return OK;
}

/* The last of its legs was done. */
enum err
do_auto_complete(struct deed *d, void *rec)
{
    struct order *o = rec;

    o->suspended_at = (instant){ 0 };
    if (o->accepted_at.ms == 0)
        o->accepted_at = d->c->now;
    end_work(d, o);
    return OK;
}
