/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards of the order's life: whether a verb that the table allows this person
 * would succeed, but for what is still to be said with it.
 */
#include <string.h>

#include "auth/auth.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

/* -- what is known of the order -------------------------------------------- */

/* Legs that are at work, or back with the requester. */
static const char find_facts[] =
    "SELECT (SELECT COUNT(*) FROM orders WHERE parent_id = $1),"
    " (SELECT COUNT(*) FROM orders WHERE parent_id = $1"
    "   AND completed_at IS NULL AND (is_open = 1 OR state = 'returned')),"
    " (SELECT COUNT(*) FROM orders WHERE merged_into_id = $1),"
    " (SELECT COUNT(*) FROM rating r JOIN orders o ON o.id = r.order_id"
    "   WHERE r.order_id = $1 AND r.life = o.reopens),"
    " (SELECT COUNT(*) FROM order_follow WHERE order_id = $1)";

enum err
order_facts(struct call *c, int64_t id, struct order_facts *f)
{
    ROWS r = db_query(c, find_facts, V(id));

    if (rows_next(&r))
        *f = (struct order_facts){ .legs = row_int(&r, 0),
                                   .open_legs = row_int(&r, 1),
                                   .merged = row_int(&r, 2),
                                   .votes = row_int(&r, 3),
                                   .followers = row_int(&r, 4) };
    return rows_end(&r);
}

/* Looked up once for all verbs of one look. */
static enum err
need_facts(struct deed *d, const struct order_facts **f)
{
    const struct order *o = d->old;

    if (d->facts == NULL) {
        d->facts = NEW(d->c->arena, struct order_facts);
        TRY(order_facts(d->c, o->id, d->facts));
    }
    *f = d->facts;
    return OK;
}

/* -- legs and others ------------------------------------------------------- */

enum err
no_open_legs(struct deed *d, void *rec)
{
    const struct order_facts *f;

    (void)rec;
    TRY(need_facts(d, &f));
    if (f->open_legs > 0)
        return fail(d->c, ERR_CONFLICT, NULL, "%lld legs of it are still open",
                    (long long)f->open_legs);
    return OK;
}

/* What a crew of its own has done is done, however long the other items of the
   same report take; what had none is nothing but its legs. */
enum err
guard_whole(struct deed *d, void *rec)
{
    const struct order *o = rec;

    return o->dispatched_at.ms != 0 ? OK : no_open_legs(d, rec);
}

enum err
guard_merge(struct deed *d, void *rec)
{
    const struct order *o = rec;
    bool some;

    TRY(no_open_legs(d, rec));
    TRY(order_another_open(d->c, o, &some));
    if (!some)
        return fail(d->c, ERR_CONFLICT, "into_id",
                    "there is no other open order");
    return OK;
}

/* Of one to whom it is given back the others would wait for ever. */
enum err
guard_return(struct deed *d, void *rec)
{
    const struct order_facts *f;

    (void)rec;
    TRY(need_facts(d, &f));
    if (f->merged > 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "others wait for this order too; please put it right, or "
                    "cancel it with a reason");
    return OK;
}

/* Whoever asked first does not say what becomes of the others' wish: calls it
   off, or makes another of it. */
enum err
guard_correct(struct deed *d, void *rec)
{
    const struct order_facts *f;

    (void)rec;
    TRY(need_facts(d, &f));
    if (f->merged > 0 && !(d->who & BY_DESK))
        return fail(d->c, ERR_CONFLICT, NULL,
                    "others wait for this order too; please ask the desk");
    return OK;
}

/* Whoever is on the way must find the place and somebody to call; who is there
   has found both. */
enum err
guard_correct_later(struct deed *d, void *rec)
{
    const struct order *o = rec;

    TRY(guard_correct(d, rec));
    if (d->who & BY_DESK)
        return OK;
    if (o->on_site_at.ms != 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "somebody is there already; please ask the desk");
    return OK;
}

enum err
guard_cancel(struct deed *d, void *rec)
{
    TRY(no_open_legs(d, rec));
    return guard_correct(d, rec);
}

/* Whoever adds a leg asks for the requester of the whole. */
enum err
guard_add_leg(struct deed *d, void *rec)
{
    const struct order *o = rec;
    struct call *c = d->c;
    struct person_facts person;

    if (o->parent_id != 0)
        return fail(c, ERR_CONFLICT, NULL, "a leg has no legs of its own");
    /* A caller in no list has a unit in words alone. */
    if (o->unlisted)
        return auth_need(c, "order.for_others",
                         &(struct auth_where){ .place_id = o->place_id });
    if (d->who & BY_REQUESTER)
        return OK;
    TRY(read_person_ever(c, o->requester_id, &person));
    return auth_need(c, "order.for_others",
                     &(struct auth_where){ .unit_id = person.unit_id,
                                           .place_id = o->place_id });
}

/* Nobody lets their own request pass. */
enum err
guard_approve(struct deed *d, void *rec)
{
    const struct order *o = rec;

    if (o->requester_id == d->c->actor->person_id)
        return fail(d->c, ERR_DENIED, NULL,
                    "nobody approves an order of their own");
    return OK;
}

/* -- giving out ------------------------------------------------------------ */

enum err
may_give(struct deed *d, int64_t crew_id, int64_t provider_id)
{
    const struct order *o = d->old;

    if (auth_may_at(d->c, "order.dispatch",
                    &(struct auth_where){ o->unit_id, crew_id, o->place_id,
                                          provider_id }))
        return OK;
    return fail(d->c, ERR_DENIED, "crew_id",
                "is not a crew you give orders to");
}

typedef enum err (*crew_fn)(struct deed *d, int64_t crew_id, bool *good);

/* *FOUND: one of the crews that the actor may give the order to is good.  Its
   own comes first: with it one look is enough mostly. */
static enum err
find_crew(struct deed *d, crew_fn is_good, bool *found)
{
    const struct order *o = d->old;
    ROWS r = crews_at_work(d->c, o->crew_id);

    *found = false;
    while (!*found && rows_next(&r))
        if (may_give(d, row_int(&r, 0), row_int(&r, 1)) == OK)
            TRY(is_good(d, row_int(&r, 0), found));
    return rows_end(&r);
}

static enum err
any_crew(struct deed *d, int64_t crew_id, bool *good)
{
    (void)d;
    (void)crew_id;
    *good = true;
    return OK;
}

enum err
guard_dispatch(struct deed *d, void *rec)
{
    bool found;

    (void)rec;
    TRY(find_crew(d, any_crew, &found));
    return found ? OK
                 : fail(d->c, ERR_DENIED, "crew_id",
                        "there is no crew you give orders to");
}

static enum err
has_somebody_on_duty(struct deed *d, int64_t crew_id, bool *good)
{
    struct crew_hand *hands;
    size_t n;

    TRY(crew_hands(d->c, crew_id, d->c->now, &hands, &n));
    for (size_t i = 0; i < n; i++)
        *good = *good || hands[i].on_duty;
    return OK;
}

enum err
guard_in_turn(struct deed *d, void *rec)
{
    bool found;

    (void)rec;
    TRY(find_crew(d, has_somebody_on_duty, &found));
    return found ? OK
                 : fail(d->c, ERR_CONFLICT, "crew_id",
                        "nobody you give orders to is on duty");
}

/* Another crew, or another person of the same. */
static enum err
is_another(struct deed *d, int64_t crew_id, bool *good)
{
    const struct order *o = d->old;
    int64_t n = 1;

    if (crew_id == o->crew_id)
        TRY(crew_others(d->c, crew_id, o->assignee_id, &n));
    *good = n > 0;
    return OK;
}

enum err
guard_transfer(struct deed *d, void *rec)
{
    bool found;

    (void)rec;
    TRY(find_crew(d, is_another, &found));
    return found ? OK
                 : fail(d->c, ERR_CONFLICT, "crew_id",
                        "there is nobody else you give orders to");
}

enum err
guard_grab(struct deed *d, void *rec)
{
    const struct order *o = rec;
    struct crew_facts crew;
    bool has = false;

    TRY(read_crew(d->c, o->crew_id, &crew));
    TRY(crew_has(d->c, o->crew_id, d->c->actor->person_id, &has));
    if (!has || strcmp(crew.dispatch, "grab") != 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "the orders of this crew are given out by the desk");
    return OK;
}

/* -- the work -------------------------------------------------------------- */

enum err
guard_make_safe(struct deed *d, void *rec)
{
    const struct order *o = rec;

    if (o->safe_due.ms == 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "this kind of order has no time to be made safe");
    if (o->safe_at.ms != 0)
        return fail(d->c, ERR_CONFLICT, NULL, "it was made safe before");
    return OK;
}

enum err
guard_suspend(struct deed *d, void *rec)
{
    const struct order *o = rec;
    const char *rule = pause_rule(d->c, o);

    if (strcmp(rule, "no") == 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "an order of class %s cannot be suspended", o->sla_class);
    if (strcmp(rule, "approval") == 0 && !(d->who & BY_EXTENDER))
        return fail(d->c, ERR_DENIED, NULL,
                    "suspending an order of class %s needs the desk's word",
                    o->sla_class);
    return OK;
}

/* Is the promised time over? */
static bool
time_is_up(const struct order *o, instant now)
{
    /* While it is suspended its clock stands still. */
    if (o->suspended_at.ms != 0)
        return o->complete_due.ms != 0
               && o->complete_due.ms <= o->suspended_at.ms;
    return o->complete_due.ms != 0 && now.ms >= o->complete_due.ms;
}

/* What is planned is done on a day that is agreed on; an emergency is not. */
enum err
guard_ask_extension(struct deed *d, void *rec)
{
    const struct order *o = rec;

    if (o->extension_asked_until.ms != 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "more time was asked for already, and nobody has answered");
    if (promised_end(d->c, o).ms == 0 && is_emergency(d->c, o))
        return fail(d->c, ERR_CONFLICT, NULL, "it has no time to be done by");
    if (time_is_up(o, d->c->now))
        return fail(d->c, ERR_CONFLICT, NULL,
                    "more time must be asked for before the time is up");
    return OK;
}

enum err
guard_answer_extension(struct deed *d, void *rec)
{
    const struct order *o = rec;

    if (o->extension_asked_until.ms == 0)
        return fail(d->c, ERR_CONFLICT, NULL, "no more time was asked for");
    return OK;
}

/* What was proposed where nothing is promised is late by then, and was not; more
   time than was promised makes nothing later than it is. */
enum err
guard_grant_extension(struct deed *d, void *rec)
{
    const struct order *o = rec;
    instant until = o->extension_asked_until;
    char on[11];

    TRY(guard_answer_extension(d, rec));
    if (promised_end(d->c, o).ms != 0 || until.ms > d->c->now.ms)
        return OK;
    day_print(zone_day(d->c->app->zone, until), on);
    return fail(d->c, ERR_CONFLICT, NULL,
                "the time that was proposed, on %s, is over; please refuse it, "
                "so that another is proposed",
                on);
}

enum err
guard_acknowledge_alarm(struct deed *d, void *rec)
{
    const struct order *o = rec;

    if (!o->alarming)
        return fail(d->c, ERR_CONFLICT, NULL, "no alarm is unanswered");
    return OK;
}

/* -- after the work -------------------------------------------------------- */

/* Whoever did the work themselves. */
static enum err
did_it(struct call *c, const struct order *o, int64_t person_id, bool *did)
{
    *did = o->assignee_id == person_id;
    return o->assignee_id != 0 || !crew_has_it(o)
               ? OK
               : crew_has(c, o->crew_id, person_id, did);
}

/* Nobody finds their own work well done: it is closed by three working days in
   which everybody else was silent, too, and that is no vote. */
enum err
guard_verify(struct deed *d, void *rec)
{
    const struct order *o = rec;
    bool own = false;

    TRY(guard_whole(d, rec));
    TRY(did_it(d->c, o, d->c->actor->person_id, &own));
    if (own)
        return fail(d->c, ERR_DENIED, NULL,
                    "nobody verifies their own work: after three working days "
                    "it counts as verified");
    return OK;
}

enum err
guard_reopen(struct deed *d, void *rec)
{
    const struct order *o = rec;

    if (d->c->now.ms - o->verified_at.ms >= ORDER_REOPEN_DAYS * DAY_MS)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "the time to reopen it has passed; please report it anew");
    return OK;
}

/* A vote is of whoever was served: never of who did it, nor of who speaks for a
   caller. */
enum err
guard_rate(struct deed *d, void *rec)
{
    const struct order *o = rec;
    const struct order_facts *f;
    struct call *c = d->c;
    bool own = false;

    TRY(need_facts(d, &f));
    if (o->unlisted)
        return fail(c, ERR_CONFLICT, NULL,
                    "nobody rates for a caller who is in no list");
    if (f->votes > 0)
        return fail(c, ERR_CONFLICT, NULL, "it was rated before");
    /* The crew that the rules name for what only its legs were at did nothing. */
    if (crew_has_it(o))
        TRY(crew_has(c, o->crew_id, c->actor->person_id, &own));
    if (own || o->assignee_id == c->actor->person_id
        || (crew_has_it(o) && o->provider_id != 0
            && o->provider_id == c->actor->provider_id))
        return fail(c, ERR_DENIED, NULL, "nobody rates their own crew's work");
    if (c->now.ms - o->verified_at.ms >= ORDER_RATE_DAYS * DAY_MS)
        return fail(c, ERR_CONFLICT, NULL, "the time to rate it has passed");
    return OK;
}
