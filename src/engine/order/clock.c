/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks, and what happens by itself. */
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "engine/order/inner.h"
#include "engine/order/recurring.h"
#include "engine/org/org.h"
#include "job/job.h"
#include "subject/notice.h"

/*
 * Escalation, of the clock that ends first of those still to be met: 1 when a
 * quarter of its time is left (the hands that have it), 2 when it is up (the
 * crew's leads and the desk, twice), 3 a day of its calendar later (the
 * leaders).  An emergency is a step ahead: 1 at once, 2 when a quarter is left,
 * 3 when it is up.  When a clock was met the next one begins anew.
 *
 * From an emergency's first level on, and from 2 on of any other, the alarm
 * stands until somebody has said that he knows (acknowledge_alarm).
 */
enum { LEVEL_NONE, LEVEL_SOON, LEVEL_UP, LEVEL_LEADERS };

/* Of no emergency: told once more after half a working day, or half a day. */
#define AGAIN_WORKING_MS (4 * HOUR_MS)
#define AGAIN_MS (12 * HOUR_MS)
#define TOLD_TWICE 2

/* The four clocks as rows, for those who go through all of them; `soon` and
   `up` are what people are told of it. */
struct clock {
    const char *name, *soon, *up;
    instant due, met;
    bool *late;
    enum order_clock which;
};
#define CLOCKS 4
_Static_assert(CLOCK_COMPLETE + 1 == CLOCKS, "a row a clock");

/* What people are told is a word each, so that each has its own sentence. */
static void
clocks_of(struct order *o, struct clock out[CLOCKS])
{
    /* By what they are met with, in the order in which a life comes to them. */
    out[CLOCK_ACCEPT] = (struct clock){
        "accept",      "acceptance due soon", "acceptance overdue",
        o->accept_due, o->accepted_at,        &o->accept_late,
        CLOCK_ACCEPT
    };
    out[CLOCK_ON_SITE] =
        (struct clock){ "on_site",      "arrival due soon", "arrival overdue",
                        o->on_site_due, o->on_site_at,      &o->on_site_late,
                        CLOCK_ON_SITE };
    out[CLOCK_SAFE] =
        (struct clock){ "safe",      "safety due soon", "safety overdue",
                        o->safe_due, o->safe_at,        &o->safe_late,
                        CLOCK_SAFE };
    out[CLOCK_COMPLETE] =
        (struct clock){ "complete",      "due soon",      "overdue",
                        o->complete_due, o->completed_at, &o->complete_late,
                        CLOCK_COMPLETE };
}

/* Does it run, or has it run out, and nobody has met it?  Work that is done has
   met all of them; a pause stops the last and no other, and that only where it
   had not run out before (hold_promise). */
static bool
is_unmet(const struct order *o, const struct clock *k)
{
    return o->is_open && k->due.ms != 0 && k->met.ms == 0
           && o->completed_at.ms == 0
           && (k->which != CLOCK_COMPLETE || o->suspended_at.ms == 0
               || k->due.ms <= o->suspended_at.ms);
}

/* Of these nobody has been told yet that it ran out; a verdict of an earlier
   round, or of another promise, says nothing of this one. */
static bool
is_pending(const struct order *o, const struct clock *k)
{
    return is_unmet(o, k) && !(o->judged >> k->which & 1);
}

/* The clock that ends first of those still to be met; false: none is. */
static bool
nearest_clock(struct order *o, struct clock *out)
{
    struct clock k[CLOCKS];

    *out = (struct clock){ 0 };
    clocks_of(o, k);
    for (int i = 0; i < CLOCKS; i++)
        if (is_unmet(o, &k[i]) && (!out->name || k[i].due.ms < out->due.ms))
            *out = k[i];
    return out->name != NULL;
}

/* When a quarter of the clock's time is left, on its own calendar. */
static instant
soon_time(struct call *c, const struct order *o, const struct clock *k)
{
    instant began = o->clocks_from.ms ? o->clocks_from : o->submitted_at;
    int64_t left = clock_left(c, o, k->which, began);

    if (left <= 0)
        return k->due;
    return clock_after(c, o, k->which, began, left - left / 4);
}

static instant
level_time(struct call *c, const struct order *o, const struct clock *k,
           int64_t level)
{
    /* An emergency is a step ahead. */
    int64_t ordinary = o->emergency ? level - 1 : level;

    if (ordinary == LEVEL_NONE)
        return o->submitted_at;
    if (ordinary == LEVEL_SOON)
        return soon_time(c, o, k);
    if (ordinary == LEVEL_UP)
        return k->due;
    if (clock_is_working(c, o, k->which))
        return after_working_days(c, k->due, 1);
    return (instant){ k->due.ms + DAY_MS };
}

/* An emergency is told again and again: twice in the time to be there. */
static int64_t
alarm_interval(const struct order *o)
{
    int64_t half = (o->on_site_due.ms - o->submitted_at.ms) / 2;

    if (half < MINUTE_MS)
        return MINUTE_MS;
    return half < 15 * MINUTE_MS ? half : 15 * MINUTE_MS;
}

/* When the alarm that stands is told again; 0: it is not. */
static instant
again_time(struct call *c, const struct order *o, const struct clock *k)
{
    if (!o->alarming || o->alarmed_at.ms == 0)
        return (instant){ 0 };
    if (o->emergency)
        return (instant){ o->alarmed_at.ms + alarm_interval(o) };
    if (o->escalation != LEVEL_UP || o->alarms >= TOLD_TWICE)
        return (instant){ 0 };
    return clock_after(c, o, k->which, o->alarmed_at,
                       clock_is_working(c, o, k->which) ? AGAIN_WORKING_MS
                                                        : AGAIN_MS);
}

void
judge_clocks(struct order *o)
{
    struct clock k[CLOCKS];

    clocks_of(o, k);
    for (int i = 0; i < CLOCKS; i++)
        if (k[i].due.ms != 0 && k[i].met.ms > k[i].due.ms)
            *k[i].late = true;
}

unsigned
missed_clocks(const struct order *o)
{
    struct order copy = *o;
    struct clock k[CLOCKS];
    unsigned missed = 0;

    clocks_of(&copy, k);
    for (unsigned i = 0; i < CLOCKS; i++) {
        instant met = k[i].met.ms != 0 ? k[i].met : o->completed_at;

        if (k[i].due.ms != 0 && met.ms > k[i].due.ms)
            missed |= 1U << i;
    }
    return missed;
}

static void
earlier(instant *best, instant t)
{
    if (t.ms != 0 && (best->ms == 0 || t.ms < best->ms))
        *best = t;
}

/* When the round must look at the order next; 0: never. */
static instant
next_wake(struct call *c, const struct order *o)
{
    struct order copy = *o;
    struct clock k[CLOCKS], near;
    instant wake = { 0 };

    if (!o->is_open && o->state != ORDER_VERIFIED)
        return wake;
    if (o->state == ORDER_COMPLETED)
        return after_working_days(c, o->completed_at, ORDER_SILENCE_DAYS);
    if (o->state == ORDER_VERIFIED) {
        wake.ms = o->verified_at.ms + ORDER_RATE_DAYS * DAY_MS;
        return wake;
    }
    clocks_of(&copy, k);
    for (int i = 0; i < CLOCKS; i++)
        if (is_pending(o, &k[i]))
            earlier(&wake, k[i].due);
    if (!nearest_clock(&copy, &near))
        return wake;
    if (o->escalation < LEVEL_LEADERS)
        earlier(&wake, level_time(c, o, &near, o->escalation + 1));
    earlier(&wake, again_time(c, o, &near));
    return wake;
}

static struct clock
mark_nearest(struct order *o)
{
    struct clock is;

    (void)nearest_clock(o, &is);
    o->nearest_due = is.due;
    o->nearest_clock = is.name;
    return is;
}

void
order_mark_clocks(struct call *c, struct order *o)
{
    judge_clocks(o);
    (void)hold_promise(c, o);
    (void)mark_nearest(o);
    o->urgency = order_urgency(o, c->now);
}

void
watch_clocks(struct call *c, const struct order *old, struct order *o)
{
    struct order before = old ? *old : *o;
    struct clock was, is = mark_nearest(o);

    o->emergency = is_emergency(c, o);
    if (nearest_clock(&before, &was)
        && (was.which != is.which || was.due.ms != is.due.ms)) {
        /* What is at hand has changed: somebody is at it. */
        o->escalation = o->emergency && o->escalation ? LEVEL_SOON : LEVEL_NONE;
        o->alarming = false;
        o->alarms = 0;
    }
    if (is.name == NULL || o->acknowledged_at.ms > before.acknowledged_at.ms)
        o->alarming = false;
    o->urgency = order_urgency(o, c->now);
    o->wake_at = next_wake(c, o);
}

/* -- the round -------------------------------------------------------------- */

static const char due_orders[] =
    "SELECT id FROM orders WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2";

/* Of an emergency also those on call, whose list says when: that a page of the
   desk is open does not say that somebody sits there. */
static enum err
tell_on_call(struct call *c, const struct order *o, const char *kind)
{
    ROWS r = on_call_now(c, o->place_id);

    while (rows_next(&r))
        TRY(notice_tell(c, row_int(&r, 0), "order", o->id, kind));
    return rows_end(&r);
}

/* Whoever must act: the hands that have it, its crew's leads and the desk. */
static enum err
tell_all_hands(struct call *c, const struct order *o, const char *kind)
{
    TRY(tell_role(c, o, "dispatcher", kind));
    if (o->emergency)
        TRY(tell_on_call(c, o, kind));
    return o->crew_id ? tell_hands(c, o, kind) : OK;
}

bool
crew_has_it(const struct order *o)
{
    return o->crew_id != 0 && o->dispatched_at.ms != 0;
}

static enum err
tell_level(struct call *c, const struct order *o, const struct clock *k)
{
    int64_t ordinary = o->emergency ? o->escalation - 1 : o->escalation;

    if (ordinary == LEVEL_NONE) {
        TRY(tell_role(c, o, "leader", "emergency"));
        return tell_all_hands(c, o, "emergency");
    }
    if (o->escalation == LEVEL_LEADERS) {
        TRY(tell_role(c, o, "leader", o->emergency ? k->up : "a day overdue"));
        return o->emergency ? tell_all_hands(c, o, k->up) : OK;
    }
    if (ordinary == LEVEL_UP || o->emergency)
        return tell_all_hands(c, o, ordinary == LEVEL_UP ? k->up : k->soon);
    return crew_has_it(o) ? tell_crew(c, o, k->soon)
                          : tell_role(c, o, "dispatcher", k->soon);
}

/* One level up, when its time has come. */
static enum err
escalate(struct call *c, struct order *o)
{
    struct clock k;

    if (!nearest_clock(o, &k) || o->escalation >= LEVEL_LEADERS
        || level_time(c, o, &k, o->escalation + 1).ms > c->now.ms)
        return OK;
    o->escalation++;
    if (o->emergency || o->escalation == LEVEL_UP) {
        o->alarming = true;
        o->alarms = 1;
        o->alarmed_at = c->now;
    }
    return tell_level(c, o, &k);
}

/* The alarm that nobody has answered, once more. */
static enum err
alarm_again(struct call *c, struct order *o)
{
    struct clock k;
    instant again;

    if (!nearest_clock(o, &k))
        return OK;
    again = again_time(c, o, &k);
    if (again.ms == 0 || again.ms > c->now.ms)
        return OK;
    o->alarms++;
    o->alarmed_at = c->now;
    return tell_all_hands(c, o, "alarm unanswered");
}

static enum err
note_late(struct call *c, struct order *o, const char *clock)
{
    struct event e = { .noun = "order",
                       .noun_id = o->id,
                       .actor_name = "liangcao",
                       .verb = "late",
                       .from_state = order_states[o->state],
                       .to_state = order_states[o->state],
                       .note = clock };

    TRY(event_add(c, &e));
    return audit_write(c, "order.late", "order", o->id,
                       arena_printf(c->arena, "{\"clock\":\"%s\"}", clock));
}

static const char set_wake[] =
    "UPDATE orders SET wake_at = $2, nearest_due = $4, emergency = $5,"
    " alarms = $6, alarmed_at = $7, nearest_clock = $8, urgency = $9"
    " WHERE id = $1 AND version = $3";

/* When to look again is the program's own business: the order is as it was. */
static enum err
sleep_until(struct call *c, const struct order *o, instant wake)
{
    TRY(db_exec(c, set_wake, V(o->id), V(wake), V(o->version),
                V(o->nearest_due), V(o->emergency), V(o->alarms),
                V(o->alarmed_at), V(o->nearest_clock), V(o->urgency)));
    if (db_changes(c) != 1)
        return fail(c, ERR_BUSY, NULL, "somebody else changed it just now");
    return OK;
}

static enum err
note_level(struct call *c, const struct order *o)
{
    return audit_write(c, "order.escalate", "order", o->id,
                       arena_printf(c->arena, "{\"level\":%lld}",
                                    (long long)o->escalation));
}

/* The clocks that ran out by END, by the bits of clocks_of. */
static unsigned
mark_late(struct order *o, instant end)
{
    struct clock k[CLOCKS];
    unsigned ran_out = 0;

    clocks_of(o, k);
    for (unsigned i = 0; i < CLOCKS; i++) {
        if (!is_pending(o, &k[i]) || k[i].due.ms > end.ms)
            continue;
        *k[i].late = true;
        ran_out |= 1U << i;
    }
    o->judged |= ran_out;
    return ran_out;
}

static enum err
note_ran_out(struct call *c, struct order *o, unsigned ran_out)
{
    for (unsigned i = 0; order_clocks[i] != NULL; i++)
        if (ran_out >> i & 1)
            TRY(note_late(c, o, order_clocks[i]));
    return OK;
}

/* Words change no clock: the round will tell of it.  Whoever meets one at the very
   moment has met it. */
enum err
order_catch_up(struct deed *d)
{
    const instant before = { d->c->now.ms - 1 };

    if (text_same(d->step->verb, LIFE_COMMENT))
        return OK;
    return note_ran_out(d->c, d->rec, mark_late(d->rec, before));
}

/* Clocks that ran out, and the next level of escalation. */
static enum err
run_clocks(struct call *c, struct order *o)
{
    struct order old = *o;
    unsigned ran_out = mark_late(o, c->now);
    int64_t before;

    o->emergency = is_emergency(c, o);
    do {
        before = o->escalation;
        TRY(escalate(c, o));
    } while (o->escalation != before);
    TRY(alarm_again(c, o));
    watch_clocks(c, NULL, o);
    if (ran_out == 0 && o->escalation == old.escalation)
        return sleep_until(c, o, o->wake_at);
    TRY(model_update(c, &order_model, &old, o));
    TRY(note_ran_out(c, o, ran_out));
    return o->escalation == old.escalation ? OK : note_level(c, o);
}

static enum err
program_does(struct call *c, const char *verb, const struct order *o)
{
    struct order after;

    return life_program(c, &order_life, verb, NULL, o, &after);
}

/* Three working days of silence since the work was done; of what no crew had,
   since the last of its legs was. */
static enum err
end_silence(struct call *c, struct order *o)
{
    struct order_facts facts = { 0 };

    TRY(order_facts(c, o->id, &facts));
    if (o->dispatched_at.ms != 0 || facts.open_legs == 0)
        return program_does(c, "auto_verify", o);
    return sleep_until(c, o, after_working_days(c, c->now, ORDER_SILENCE_DAYS));
}

static enum err
wake_one(struct call *c, int64_t id)
{
    struct order o;
    TX tx = tx_begin(c);

    TRY(model_get(c, &order_model, id, &o));
    /* Another process may have been here since the list was read. */
    if (o.wake_at.ms == 0 || o.wake_at.ms > c->now.ms)
        return tx_commit(&tx);
    if (o.state == ORDER_COMPLETED)
        TRY(end_silence(c, &o));
    else if (o.state == ORDER_VERIFIED)
        TRY(program_does(c, "close", &o));
    else
        TRY(run_clocks(c, &o));
    return tx_commit(&tx);
}

enum err
order_wake(struct call *c, int64_t max, int64_t *done)
{
    enum err first = OK;
    struct due_ids due;

    *done = 0;
    TRY(db_due(c, &due, max, due_orders, V(c->now), V(max)));
    for (size_t i = 0; i < due.n; i++) {
        enum err e = wake_one(c, due.ids[i]);

        /* Who lost a race is looked at again in the next round; one that
           fails for good does not keep the others waiting. */
        if (e != OK && e != ERR_BUSY && first == OK)
            first = e;
        *done += e == OK;
    }
    return first;
}

/* -- who can do it no longer --------------------------------------------------- */

/* Whoever works for the order's provider need not be one of the crew. */
#define LOST_ASSIGNEE                                                          \
    " o.is_open = 1 AND o.assignee_id IS NOT NULL AND o.completed_at IS NULL"  \
    " AND o.state IN ('dispatched', 'acknowledged', 'on_site', 'in_progress'," \
    "  'suspended')"                                                           \
    " AND (NOT EXISTS (SELECT 1 FROM person p WHERE p.id = o.assignee_id"      \
    "   AND p.active = 1 AND (p.provider_id = o.provider_id OR EXISTS"         \
    "    (SELECT 1 FROM crew_member m WHERE m.person_id = p.id"                \
    "     AND m.crew_id = o.crew_id)))"                                        \
    "  OR (EXISTS (SELECT 1 FROM account a WHERE a.person_id = o.assignee_id)" \
    "   AND NOT EXISTS (SELECT 1 FROM account a"                               \
    "    WHERE a.person_id = o.assignee_id AND a.active = 1)))"

static const char lost_assignee[] =
    "SELECT o.id FROM orders o WHERE" LOST_ASSIGNEE " LIMIT $1";
static const char is_lost[] =
    "SELECT COUNT(*) FROM orders o WHERE o.id = $1 AND" LOST_ASSIGNEE;

static enum err
free_one(struct call *c, int64_t id)
{
    struct order o;
    int64_t still;
    TX tx = tx_begin(c);

    TRY(db_int(c, &still, is_lost, V(id)));
    if (still > 0) {
        TRY(model_get(c, &order_model, id, &o));
        TRY(program_does(c, "lose_assignee", &o));
    }
    return tx_commit(&tx);
}

enum err
order_free(struct call *c, int64_t max, int64_t *done)
{
    enum err first = OK;
    struct due_ids lost;

    *done = 0;
    TRY(db_due(c, &lost, max, lost_assignee, V(max)));
    for (size_t i = 0; i < lost.n; i++) {
        enum err e = free_one(c, lost.ids[i]);

        if (e != OK && e != ERR_BUSY && first == OK)
            first = e;
        *done += e == OK;
    }
    return first;
}

/* -- by itself ----------------------------------------------------------------- */

#define ROUND_ORDERS 200

const struct job order_jobs[] = {
    { "order.wake", 2 * SECOND_MS, JOB_WORK, false, ROUND_ORDERS, order_wake },
    { "order.free", 10 * SECOND_MS, JOB_WORK, true, ROUND_ORDERS, order_free },
    { "order.recalculate", 10 * SECOND_MS, JOB_WORK, true, ROUND_ORDERS,
      order_recalculate },
    { "order.recurring", 5 * MINUTE_MS, JOB_WORK, true, 100, recurring_make },
    { "order.asked", DAY_MS, JOB_WORK, true, 0, order_tell_asked },
    { "order.imports", 5 * SECOND_MS, JOB_LONG, true, 100, import_round },
    { 0 },
};
