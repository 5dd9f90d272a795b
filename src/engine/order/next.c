/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message means for whoever asked: one sentence of what happens next or
 * what they have to do, with the time that is promised.  It is made when the
 * message is read, of the order as it is then: news that is no longer the last
 * has none, as what it promised may be over.  Nobody is told to do what the guards
 * would refuse them.
 */
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

static const char *
say_next(struct call *c, const char *fmt, ...)
{
    const char *text;
    va_list ap;

    va_start(ap, fmt);
    text = arena_vprintf(c->arena, words_in(c, fmt), ap);
    va_end(ap);
    return text;
}

/* "16:30", "tomorrow 16:30", "12-01 16:30": in the office's time. */
static const char *
moment_said(struct call *c, instant t)
{
    int32_t ahead = zone_day(c->app->zone, t).n - today(c).n;
    char at[25], clock[6] = { 0 };
    struct civil on = civil_of(zone_day(c->app->zone, t));
    int width;

    instant_print((instant){ zone_local(c->app->zone, t) }, at);
    memcpy(clock, at + 11, 5);
    if (ahead == 0)
        return arena_text(c->arena, clock);
    if (ahead == 1)
        return say_next(c, "tomorrow %s", clock);
    /* 12月3日, but 12-03. */
    width = c->lang == LANG_ZH ? 1 : 2;
    return say_next(c, "%s-%s %s",
                    arena_printf(c->arena, "%0*d", width, on.month),
                    arena_printf(c->arena, "%0*d", width, on.dom), clock);
}

/* A promise that is still to be kept; NULL: none, or it has passed. */
static const char *
promised(struct call *c, instant due)
{
    return due.ms > c->now.ms ? moment_said(c, due) : NULL;
}

static const char english_crew[] = "SELECT name_en FROM crew WHERE id = $1";

static const char *
crew_called(struct call *c, const struct order *o)
{
    const char *name = NULL;

    if (c->lang == LANG_EN) {
        ROWS r = db_query(c, english_crew, V(o->crew_id));

        if (rows_next(&r))
            name = arena_text(c->arena, row_text(&r, 0));
    }
    return text_is_blank(name) ? o->crew_name : name;
}

/* Whoever has it is on the way, or will be: not who had it and gave it back. */
static const char *
coming(struct call *c, const struct order *o)
{
    const char *by = promised(c, o->on_site_due), *crew = crew_called(c, o);
    bool was = false;

    if (!crew_has_it(o) && order_was_given(c, o->id, &was) != OK)
        return NULL;
    if (was)
        return by ? say_next(c,
                             "it is back at the desk to be given out anew; "
                             "somebody is expected by %s",
                             by)
                  : say_next(c, "it is back at the desk to be given out anew");
    if (crew == NULL)
        return by ? say_next(c, "a crew is sent and is expected by %s", by)
                  : say_next(c, "a crew is sent");
    if (o->state != ORDER_ACKNOWLEDGED)
        return by ? say_next(c, "%s will see to it and should be there by %s",
                             crew, by)
                  : say_next(c, "%s will see to it", crew);
    return by ? say_next(c, "%s should be there by %s", crew, by)
              : say_next(c, "%s will be there as soon as they can", crew);
}

static const char *
at_work(struct call *c, const struct order *o)
{
    const char *by = promised(c, o->complete_due);

    return by ? say_next(c, "it is expected to be done by %s", by)
              : say_next(c, "it is being worked on");
}

static const char *
waiting(struct call *c, const struct order *o)
{
    const char *from = promised(c, o->resume_expected_at);

    return from ? say_next(c, "it is expected to go on at %s", from)
                : say_next(c, "you are told when it goes on");
}

/* Would the verb be theirs to do, and succeed? */
static bool
may_do(struct call *c, const struct order *o, const char *verb)
{
    bool may;

    return life_allows(c, &order_life, o, verb, &may) == OK && may;
}

static const char *
asked_to_mend(struct call *c, const struct order *o)
{
    if (!may_do(c, o, "resubmit"))
        return say_next(c, "others wait for it too; the desk sees to it");
    return may_do(c, o, "cancel")
               ? say_next(c, "put it right and send it in again, or cancel it")
               : say_next(c, "put it right and send it in again");
}

static const char *
asked_to_verify(struct call *c, const struct order *o)
{
    const char *until = promised(c, o->wake_at);
    struct order verified = *o;

    /* Legs are verified with their order. */
    if (o->parent_id != 0 || !may_do(c, o, "verify"))
        return NULL;
    verified.state = ORDER_VERIFIED;
    verified.verified_at = c->now;
    if (!may_do(c, &verified, "rate"))
        return until ? say_next(c,
                                "please verify it; unanswered it passes by "
                                "itself at %s",
                                until)
                     : say_next(c, "please verify it");
    return until ? say_next(c,
                            "please verify and rate it; unanswered it "
                            "passes by itself at %s",
                            until)
                 : say_next(c, "please verify and rate it");
}

/* What is asked of whoever asked: not of those whose order was merged. */
static const char *
asked_of_them(struct call *c, const struct order *o)
{
    const char *until = promised(c, o->wake_at);

    switch (o->state) {
    case ORDER_RETURNED: return asked_to_mend(c, o);
    case ORDER_COMPLETED: return asked_to_verify(c, o);
    case ORDER_VERIFIED:
        return until && may_do(c, o, "rate")
                   ? say_next(c, "you may rate it until %s", until)
                   : NULL;
    case ORDER_CLOSED:
        return may_do(c, o, "reopen")
                   ? say_next(c,
                              "if the trouble is back, open it again within "
                              "%d days of the verification",
                              ORDER_REOPEN_DAYS)
                   : NULL;
    default: return NULL;
    }
}

static const char *
next_of(struct call *c, const struct order *o)
{
    const char *by;

    /* What the others owe them, until it is theirs to act. */
    switch (o->state) {
    case ORDER_AWAITING_APPROVAL:
        return say_next(c, "it is dispatched once the approver agrees");
    case ORDER_SUBMITTED:
        by = promised(c, o->accept_due);
        return by ? say_next(c, "the desk takes it on by %s", by)
                  : say_next(c, "the desk takes it on");
    case ORDER_ACCEPTED:
    case ORDER_DISPATCHED:
    case ORDER_ACKNOWLEDGED: return coming(c, o);
    case ORDER_ON_SITE:
    case ORDER_IN_PROGRESS: return at_work(c, o);
    case ORDER_SUSPENDED: return waiting(c, o);
    default: return NULL;
    }
}

/* News of the state the order is in, or of a promise that has moved. */
static bool
is_last_news(const struct order *o, const char *kind)
{
    static const char *const stays[] = { "grant_extension", "recalculate",
                                         "correct" };

    for (size_t i = 0; i < COUNT(stays); i++)
        if (text_same(kind, stays[i]))
            return true;
    return text_same(kind, order_states[o->state]);
}

const char *
order_next(struct call *c, int64_t id, const char *kind)
{
    struct order o = { 0 };
    const char *next;
    bool own;

    if (model_get(c, &order_model, id, &o) != OK
        || o.requester_id != c->actor->person_id)
        return NULL;
    if (text_same(kind, "comment"))
        return say_next(c, "see what was said, and answer there");
    /* Of a merged one the order goes on that has it. */
    own = o.state != ORDER_MERGED;
    for (int deep = 0; o.state == ORDER_MERGED && deep < 10; deep++) {
        if (text_same(kind, order_states[ORDER_MERGED]))
            return say_next(c, "you are told here what becomes of it");
        if (model_get(c, &order_model, o.merged_into_id, &o) != OK)
            return NULL;
    }
    if (!is_last_news(&o, kind))
        return NULL;
    next = next_of(c, &o);
    return next == NULL && own ? asked_of_them(c, &o) : next;
}
