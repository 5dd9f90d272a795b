/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks of chance through the life of an order, beside a plain model of its last
 * clock: verbs, days, pauses, more time, corrections, second rounds, and a
 * calendar that changes.
 */
#include "engine/order/order.h"

#include "base/random.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/workcal.h"
#include "model/app.h"
#include "noun/noun.h"
#include "office.h"

enum { ZHAO = 44 };

/* Classes N, U and R: a working day, 24 hours, three working days. */
static const char *const items[] = { "A04", "A11", "B06" };
static const char *const classes[] = { "N", "U", "R" };
#define KINDS 3

/* -- the model -------------------------------------------------------------- */

/* What one class promises in this round. */
struct end {
    bool has, agreed, told;
    instant due, held; /* one of them, where there is an end */
    int64_t left;
    bool office; /* LEFT is office time */
    instant from;
};

struct model_order {
    int64_t id;
    struct end ends[KINDS];
    int is;
    bool late, late_when_asked;
    instant asked, paused, done;
};

static instant
after_left(struct call *c, const struct end *e, instant from)
{
    CATALOG k = catalog_hold(c);

    return e->office ? workcal_add(catalog_workcal(k), from, e->left)
                     : (instant){ from.ms + e->left };
}

static void
leave(struct call *c, struct end *e, int kind, instant from)
{
    CATALOG k = catalog_hold(c);
    const struct workcal *w = catalog_workcal(k);
    instant due = e->due;
    bool inside =
        workcal_between(w, (instant){ due.ms - 1 }, (instant){ due.ms + 1 })
        > 0;

    e->left = workcal_between(w, from, due);
    e->office = kind != 1 && inside && e->left > 0;
    if (!e->office)
        e->left = due.ms - from.ms;
}

static void
hold(struct call *c, struct end *e, int kind, instant from)
{
    if (!e->has || e->due.ms <= from.ms)
        return;
    leave(c, e, kind, from);
    e->held = e->due;
    e->due = (instant){ 0 };
}

/* When it ends; of one that is held, if it went on now. */
static instant
ends_at(struct call *c, const struct end *e)
{
    instant end = e->held;

    if (end.ms == 0)
        return e->due;
    return after_left(c, e, c->now).ms > end.ms ? after_left(c, e, c->now)
                                                : end;
}

static instant
whole(struct call *c, int kind, instant from)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *s =
        catalog_sla(k, classes[kind], zone_day(c->app->zone, from));

    return catalog_due(c, k, s, from, (instant){ 0 }, (instant){ 0 }).complete;
}

static struct end
fresh(struct call *c, int kind)
{
    return (struct end){
        .has = true, .due = whole(c, kind, c->now), .from = c->now
    };
}

/* Before anything is done to it: has it run out? */
static void
judge(struct call *c, struct model_order *m)
{
    struct end *e = &m->ends[m->is];

    if (e->due.ms == 0 || e->due.ms >= c->now.ms || e->told || m->done.ms != 0)
        return;
    e->told = m->late = true;
}

static void
expect_same(struct call *c, const struct model_order *m, const char *verb)
{
    const struct order o = order_now(c, m->id);
    const struct end *e = &m->ends[m->is];

    if (o.complete_due.ms != e->due.ms || o.held_due.ms != e->held.ms
        || o.complete_late != m->late)
        fail_msg("after %s at %lld: due %lld, not %lld; held %lld, not %lld; "
                 "late %d, not %d",
                 verb, (long long)c->now.ms, (long long)o.complete_due.ms,
                 (long long)e->due.ms, (long long)o.held_due.ms,
                 (long long)e->held.ms, o.complete_late, m->late);
}

/* No more time is asked for than there is. */
static void
drop_asked(struct call *c, struct model_order *m)
{
    if (m->asked.ms <= ends_at(c, &m->ends[m->is]).ms)
        m->asked = (instant){ 0 };
}

/* -- verbs ------------------------------------------------------------------ */

static void
begin_work(struct call *c, int64_t id)
{
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = ZHAO,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "start", id));
}

static void
walk_pause(struct call *c, struct model_order *m)
{
    judge(c, m);
    if (m->paused.ms == 0) {
        EXPECT_OK(say(c, "zhao", "suspend", m->id, .reason = "awaiting_parts"));
        m->paused = c->now;
        for (int i = 0; i < KINDS; i++)
            hold(c, &m->ends[i], i, c->now);
        return;
    }
    EXPECT_OK(say(c, "zhao", "resume", m->id));
    m->paused = (instant){ 0 };
    for (int i = 0; i < KINDS; i++) {
        struct end *e = &m->ends[i];

        if (e->held.ms == 0)
            continue;
        e->due = ends_at(c, e);
        e->held = (instant){ 0 };
        if (!e->agreed)
            e->from = c->now;
    }
    drop_asked(c, m);
}

static void
walk_ask(struct call *c, struct model_order *m, struct random *r)
{
    const struct end *e = &m->ends[m->is];
    instant until = { ends_at(c, e).ms + 1
                      + random_below(r, 5 * 24) * HOUR_MS };

    if (m->asked.ms != 0 || (e->due.ms != 0 && e->due.ms <= c->now.ms)) {
        EXPECT_FAULT(say(c, "zhao", "ask_extension", m->id, .reason = "parts",
                         .until = until),
                     ERR_CONFLICT, NULL);
        return;
    }
    EXPECT_OK(say(c, "zhao", "ask_extension", m->id, .reason = "parts",
                  .until = until));
    m->asked = until;
    m->late_when_asked = m->late;
}

static void
walk_grant(struct call *c, struct model_order *m)
{
    struct end *e = &m->ends[m->is];

    if (m->asked.ms == 0) {
        EXPECT_FAULT(say(c, "desk", "grant_extension", m->id), ERR_CONFLICT,
                     NULL);
        return;
    }
    judge(c, m);
    EXPECT_OK(say(c, "desk", "grant_extension", m->id));
    if (m->asked.ms > ends_at(c, e).ms) {
        *e = (struct end){ .has = true, .agreed = true, .due = m->asked };
        if (m->paused.ms != 0)
            hold(c, e, m->is, c->now);
    }
    m->asked = (instant){ 0 };
    if (ends_at(c, e).ms > c->now.ms)
        m->late = m->late_when_asked;
}

static void
walk_correct(struct call *c, struct model_order *m, int to)
{
    struct end *e = &m->ends[to];

    if (to == m->is)
        return;
    judge(c, m);
    EXPECT_OK(say(c, "desk", "correct", m->id, .item_code = items[to]));
    if (!e->has) {
        *e = fresh(c, to);
        if (m->paused.ms != 0)
            hold(c, e, to, c->now);
    }
    m->is = to;
    drop_asked(c, m);
}

/* Done, and done once more: within the round of before, or as another life. */
static void
walk_again(struct call *c, struct model_order *m, struct random *r)
{
    struct end *e = &m->ends[m->is], next;
    instant rest = { 0 };

    if (m->paused.ms != 0)
        return;
    judge(c, m);
    EXPECT_OK(say(c, "zhao", "complete", m->id, .result = "so"));
    expect_same(c, m, "complete");
    m->done = c->now;
    c->now.ms += random_below(r, 30) * HOUR_MS;
    if (e->due.ms > m->done.ms) {
        leave(c, e, m->is, m->done);
        rest = after_left(c, e, c->now);
    }
    next = fresh(c, m->is);
    if (random_below(r, 2)) {
        EXPECT_OK(say(c, "wang", "rework", m->id, .reason = "dark again"));
        if (rest.ms > next.due.ms) {
            next.due = rest;
            next.left = e->left;
            next.office = e->office;
            next.agreed = e->agreed;
        }
    } else {
        EXPECT_OK(say(c, "wang", "verify", m->id));
        EXPECT_OK(say(c, "wang", "reopen", m->id, .reason = "dark again"));
        begin_work(c, m->id);
    }
    for (int i = 0; i < KINDS; i++)
        m->ends[i] = (struct end){ 0 };
    *e = next;
    m->asked = m->done = (instant){ 0 };
}

/* -- the calendar ----------------------------------------------------------- */

/* A day of the next fortnight that has no rule of its own yet becomes a day off,
   or one that is worked. */
static void
change_calendar(struct call *c, struct random *r)
{
    day on = { zone_day(c->app->zone, c->now).n + 1
               + (int32_t)random_below(r, 14) };
    struct calendar_day d = { .on_day = on, .name = "搬迁" };
    int64_t done = 0;

    d.kind = day_weekday(on) > 5 ? WORKCAL_MAKEUP : WORKCAL_CLOSURE;
    if (office_int(c, arena_printf(c->arena,
                                   "SELECT COUNT(*) FROM calendar_day"
                                   " WHERE on_day = %d",
                                   on.n))
        > 0)
        return;
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &calendar_day_noun, &d));
    as(c, NULL);
    for (int i = 0; i < 3; i++)
        EXPECT_OK(order_recalculate(c, 100, &done));
}

static void
walk_calendar(struct call *c, struct model_order *m, struct random *r)
{
    judge(c, m);
    (void)wake_orders(c);
    expect_same(c, m, "wake");
    change_calendar(c, r);
    for (int i = 0; i < KINDS && m->paused.ms == 0; i++) {
        struct end *e = &m->ends[i];
        instant end;

        if (e->due.ms <= c->now.ms || e->agreed)
            continue;
        end = e->left > 0 ? after_left(c, e, e->from) : whole(c, i, e->from);
        if (end.ms > c->now.ms)
            e->due = end;
    }
    if (m->paused.ms == 0)
        drop_asked(c, m);
}

/* -- walks ------------------------------------------------------------------ */

static void
pass(struct call *c, struct random *r)
{
    static const int64_t most[] = { MINUTE_MS, HOUR_MS, 6 * HOUR_MS,
                                    20 * HOUR_MS, 50 * HOUR_MS };

    c->now.ms += 1
                 + (int64_t)(random_unit(r)
                             * (double)most[random_below(r, COUNT(most))]);
}

static void
walk_step(struct call *c, struct model_order *m, struct random *r)
{
    static const char *const names[] = { "pause", "pause",   "ask",
                                         "grant", "correct", "correct",
                                         "again", "calendar" };
    unsigned which = random_below(r, COUNT(names));

    pass(c, r);
    switch (which) {
    case 0:
    case 1: walk_pause(c, m); break;
    case 2: walk_ask(c, m, r); break;
    case 3: walk_grant(c, m); break;
    case 4:
    case 5: walk_correct(c, m, (int)random_below(r, KINDS)); break;
    case 6: walk_again(c, m, r); break;
    default: walk_calendar(c, m, r); break;
    }
    /* Now and then the round comes before the next verb. */
    if (random_below(r, 2)) {
        judge(c, m);
        (void)wake_orders(c);
    }
    expect_same(c, m, names[which]);
}

TEST(a_clock_is_what_a_plain_model_says_whatever_is_done_to_the_order)
{
    struct random r = random_seed(20261123);

    office_make(c);
    for (int walk = 0; walk < 12; walk++) {
        struct model_order m = { .id = ask(c, "wang", "A04").id };

        m.ends[0] = fresh(c, 0);
        begin_work(c, m.id);
        for (int i = 0; i < 40; i++)
            walk_step(c, &m, &r);
        EXPECT_OK(say(c, "desk", "cancel", m.id, .reason = "over"));
        c->now.ms += 30 * DAY_MS;
    }
}

/* What is done to both: the one is never called anything else. */
static void
both(struct call *c, const int64_t ids[2], const char *verb)
{
    for (int i = 0; i < 2; i++)
        EXPECT_OK(say(c, "zhao", verb, ids[i], .reason = "awaiting_parts"));
}

static void
expect_twins(struct call *c, const int64_t ids[2])
{
    struct order o[2];

    (void)wake_orders(c);
    for (int i = 0; i < 2; i++)
        o[i] = order_now(c, ids[i]);
    EXPECT(o[0].complete_due.ms == o[1].complete_due.ms);
    EXPECT(o[0].held_due.ms == o[1].held_due.ms);
    EXPECT(!o[1].complete_late || o[0].complete_late);
}

TEST(called_otherwise_and_back_an_order_promises_what_its_twin_does)
{
    struct random r = random_seed(46);

    office_make(c);
    for (int walk = 0; walk < 8; walk++) {
        int64_t ids[2] = { ask(c, "wang", "A04").id, ask(c, "wang", "A04").id };
        bool paused = false;
        int is = 0;

        begin_work(c, ids[0]);
        begin_work(c, ids[1]);
        for (int i = 0; i < 30; i++) {
            int to = (int)random_below(&r, KINDS);

            pass(c, &r);
            if (random_below(&r, 3) == 0) {
                both(c, ids, paused ? "resume" : "suspend");
                paused = !paused;
            } else if (random_below(&r, 4) == 0) {
                change_calendar(c, &r);
            } else if (to != is) {
                EXPECT_OK(
                    say(c, "desk", "correct", ids[0], .item_code = items[to]));
                is = to;
            }
            if (is == 0)
                expect_twins(c, ids);
        }
        EXPECT_OK(say(c, "desk", "cancel", ids[0], .reason = "over"));
        EXPECT_OK(say(c, "desk", "cancel", ids[1], .reason = "over"));
        c->now.ms += 30 * DAY_MS;
    }
}
