/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks, and what happens by itself. */
#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "engine/order/inner.h"
#include "job/job.h"
#include "subject/notice.h"

/*
 * Escalation: 1 when a quarter of the promised time is left (the hands that
 * have it), 2 when it is up (the crew's leads and the desk), 3 a day later
 * (the leaders).
 */
enum { LEVEL_NONE, LEVEL_SOON, LEVEL_UP, LEVEL_LEADERS };

static bool
is_running(const struct order *o)
{
    return o->is_open && o->completed_at.ms == 0 && o->suspended_at.ms == 0;
}

static instant
level_time(const struct order *o, int64_t level)
{
    instant began = o->reopens > 0 ? o->accepted_at : o->submitted_at;
    int64_t span = o->complete_due.ms - began.ms;

    if (o->complete_due.ms == 0)
        return (instant){ 0 };
    if (level == LEVEL_SOON)
        return (instant){ o->complete_due.ms - span / 4 };
    if (level == LEVEL_UP)
        return o->complete_due;
    return (instant){ o->complete_due.ms + DAY_MS };
}

/* The four clocks as rows, for those who go through all of them. */
struct clock {
    const char *name;
    instant due, met;
    bool *late;
};

static void
clocks_of(struct order *o, struct clock out[4])
{
    out[0] = (struct clock){ "accept", o->accept_due, o->accepted_at,
                             &o->accept_late };
    out[1] = (struct clock){ "on_site", o->on_site_due, o->on_site_at,
                             &o->on_site_late };
    out[2] = (struct clock){ "safe", o->safe_due, o->safe_at, &o->safe_late };
    out[3] = (struct clock){ "complete", o->complete_due, o->completed_at,
                             &o->complete_late };
}

/* Is the clock still to be met?  Work that is done has met all of them. */
static bool
is_pending(const struct order *o, const struct clock *k)
{
    return k->due.ms != 0 && k->met.ms == 0 && !*k->late
           && o->completed_at.ms == 0;
}

void
judge_clocks(struct order *o, instant now)
{
    struct clock k[4];

    (void)now;
    clocks_of(o, k);
    for (int i = 0; i < 4; i++)
        if (k[i].due.ms != 0 && k[i].met.ms > k[i].due.ms)
            *k[i].late = true;
}

static void
earlier(instant *best, instant t)
{
    if (t.ms != 0 && (best->ms == 0 || t.ms < best->ms))
        *best = t;
}

instant
next_wake(struct call *c, const struct order *o)
{
    struct order copy = *o;
    struct clock k[4];
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
    for (int i = 0; i < 4; i++)
        if (is_pending(o, &k[i]) && (i != 3 || o->suspended_at.ms == 0))
            earlier(&wake, k[i].due);
    if (o->suspended_at.ms == 0 && o->escalation < LEVEL_LEADERS)
        earlier(&wake, level_time(o, o->escalation + 1));
    return wake;
}

/* -- the round -------------------------------------------------------------- */

static const char due_orders[] =
    "SELECT id FROM orders WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2";

static enum err
tell_role(struct call *c, const struct order *o, const char *role,
          const char *kind)
{
    const struct auth_where at = { o->unit_id, o->crew_id, o->place_id,
                                   o->provider_id };
    ROWS r = auth_people(c, role, &at);

    while (rows_next(&r))
        TRY(notice_tell(c, row_int(&r, 0), "order", o->id, kind));
    return rows_end(&r);
}

static enum err
escalate(struct call *c, struct order *o)
{
    if (!is_running(o) || o->escalation >= LEVEL_LEADERS
        || o->complete_due.ms == 0
        || level_time(o, o->escalation + 1).ms > c->now.ms)
        return OK;
    o->escalation++;
    if (o->escalation == LEVEL_SOON)
        return o->crew_id ? tell_crew(c, o, "due soon") : OK;
    if (o->escalation == LEVEL_LEADERS)
        return tell_role(c, o, "leader", "a day overdue");
    TRY(tell_role(c, o, "dispatcher", "overdue"));
    return o->crew_id ? tell_crew(c, o, "overdue") : OK;
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
    "UPDATE orders SET wake_at = $2 WHERE id = $1 AND version = $3";

/* When to look again is the program's own business: the order is as it was. */
static enum err
sleep_until(struct call *c, const struct order *o, instant wake)
{
    TRY(db_exec(c, set_wake, V(o->id), V(wake), V(o->version)));
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

/* The clocks that ran out, by the bits of clocks_of. */
static unsigned
mark_late(struct call *c, struct order *o)
{
    struct clock k[4];
    unsigned ran_out = 0;

    clocks_of(o, k);
    for (unsigned i = 0; i < 4; i++) {
        if (!is_pending(o, &k[i]) || k[i].due.ms > c->now.ms
            || (i == 3 && o->suspended_at.ms != 0))
            continue;
        *k[i].late = true;
        ran_out |= 1U << i;
    }
    return ran_out;
}

/* Clocks that ran out, and the next level of escalation. */
static enum err
run_clocks(struct call *c, struct order *o)
{
    struct order old = *o;
    struct clock k[4];
    unsigned ran_out = mark_late(c, o);
    int64_t before;

    do {
        before = o->escalation;
        TRY(escalate(c, o));
    } while (o->escalation != before);
    o->wake_at = next_wake(c, o);
    if (ran_out == 0 && o->escalation == old.escalation)
        return sleep_until(c, o, o->wake_at);
    TRY(model_update(c, &order_model, &old, o));
    clocks_of(o, k);
    for (unsigned i = 0; i < 4; i++)
        if (ran_out >> i & 1)
            TRY(note_late(c, o, k[i].name));
    return o->escalation == old.escalation ? OK : note_level(c, o);
}

static enum err
program_does(struct call *c, const char *verb, const struct order *o)
{
    struct order after;

    return life_program(c, &order_life, verb, NULL, o, &after);
}

/* Three working days of silence since the work was done, or since the last of
   its legs was. */
static enum err
end_silence(struct call *c, struct order *o)
{
    struct order_facts facts = { 0 };

    TRY(order_facts(c, o->id, &facts));
    if (facts.open_legs == 0)
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

/* -- by itself ----------------------------------------------------------------- */

#define ROUND_ORDERS 200

const struct job order_jobs[] = {
    { "order.wake", 2 * SECOND_MS, JOB_WORK, false, ROUND_ORDERS, order_wake },
    { "order.asked", DAY_MS, JOB_WORK, true, 0, order_tell_asked },
    { "order.imports", 5 * SECOND_MS, JOB_LONG, true, 100, import_round },
    { 0 },
};
