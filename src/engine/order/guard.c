/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards: whether a verb that the table allows this person would succeed, but
 * for what he still has to say with it.  The same function refuses the verb
 * and decides whether it is offered, so no button can only fail, and nothing
 * is done that was not offered.
 */
#include <string.h>

#include "auth/auth.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"

/* -- what is known of the order -------------------------------------------- */

/* Legs that are at work, or back with the requester. */
static const char find_facts[] =
    "SELECT (SELECT COUNT(*) FROM orders WHERE parent_id = $1"
    "   AND completed_at IS NULL AND (is_open = 1 OR state = 'returned')),"
    " (SELECT COUNT(*) FROM orders WHERE merged_into_id = $1),"
    " (SELECT COUNT(*) FROM rating WHERE order_id = $1)";

enum err
order_facts(struct call *c, int64_t id, struct order_facts *f)
{
    ROWS r = db_query(c, find_facts, V(id));

    if (rows_next(&r))
        *f = (struct order_facts){ .open_legs = row_int(&r, 0),
                                   .merged = row_int(&r, 1),
                                   .votes = row_int(&r, 2),
                                   .known = true };
    return rows_end(&r);
}

static enum err
need_facts(struct doing *d)
{
    return d->facts.known ? OK : order_facts(d->c, d->old.id, &d->facts);
}

/* -- legs and others ------------------------------------------------------- */

static enum err
no_open_legs(struct doing *d)
{
    TRY(need_facts(d));
    if (d->facts.open_legs > 0)
        return fail(d->c, ERR_CONFLICT, NULL, "%lld legs of it are still open",
                    (long long)d->facts.open_legs);
    return OK;
}

static enum err
guard_merge(struct doing *d)
{
    bool some;

    TRY(no_open_legs(d));
    TRY(order_another_open(d->c, d->old.id, &some));
    if (!some)
        return fail(d->c, ERR_CONFLICT, "into_id",
                    "there is no other open order");
    return OK;
}

static enum err
guard_cancel(struct doing *d)
{
    TRY(no_open_legs(d));
    if (d->facts.merged > 0 && !(d->who & BY_DESK))
        return fail(d->c, ERR_CONFLICT, NULL,
                    "others wait for this order too; please ask the desk");
    return OK;
}

/* Whoever adds a leg asks for the requester of the whole. */
static enum err
guard_add_leg(struct doing *d)
{
    struct call *c = d->c;
    struct person_facts person;

    if (d->old.parent_id != 0)
        return fail(c, ERR_CONFLICT, NULL, "a leg has no legs of its own");
    if (d->who & BY_REQUESTER)
        return OK;
    TRY(read_person_ever(c, d->old.requester_id, &person));
    return auth_need(c, "order.for_others",
                     &(struct auth_where){ .unit_id = person.unit_id,
                                           .place_id = d->old.place_id });
}

/* Nobody lets his own wish pass. */
static enum err
guard_approve(struct doing *d)
{
    if (d->old.requester_id == d->c->actor->person_id)
        return fail(d->c, ERR_DENIED, NULL,
                    "nobody approves an order of his own");
    return OK;
}

/* -- giving out ------------------------------------------------------------ */

enum err
may_give(struct doing *d, int64_t crew_id, int64_t provider_id)
{
    if (auth_may_at(d->c, "order.dispatch",
                    &(struct auth_where){ d->old.unit_id, crew_id,
                                          d->old.place_id, provider_id }))
        return OK;
    return fail(d->c, ERR_DENIED, "crew_id",
                "is not a crew you give orders to");
}

/* The order's own crew first: with it one look is enough mostly. */
static const char active_crews[] =
    "SELECT k.id, k.provider_id FROM crew k"
    " LEFT JOIN provider v ON v.id = k.provider_id"
    " WHERE k.active = 1 AND COALESCE(v.active, 1) = 1"
    " ORDER BY CASE WHEN k.id = $1 THEN 0 ELSE 1 END, k.id";

typedef enum err (*crew_fn)(struct doing *d, int64_t crew_id, bool *good);

/* *FOUND: one of the crews that the actor may give the order to is good. */
static enum err
find_crew(struct doing *d, crew_fn is_good, bool *found)
{
    ROWS r = db_query(d->c, active_crews, V(d->old.crew_id));

    *found = false;
    while (!*found && rows_next(&r))
        if (may_give(d, row_int(&r, 0), row_int(&r, 1)) == OK)
            TRY(is_good(d, row_int(&r, 0), found));
    return rows_end(&r);
}

static enum err
any_crew(struct doing *d, int64_t crew_id, bool *good)
{
    (void)d;
    (void)crew_id;
    *good = true;
    return OK;
}

static enum err
guard_dispatch(struct doing *d)
{
    bool found;

    TRY(find_crew(d, any_crew, &found));
    return found ? OK
                 : fail(d->c, ERR_DENIED, "crew_id",
                        "there is no crew you give orders to");
}

static enum err
has_somebody_on_duty(struct doing *d, int64_t crew_id, bool *good)
{
    struct crew_hand *hands;
    size_t n;

    TRY(crew_hands(d->c, crew_id, d->c->now, &hands, &n));
    for (size_t i = 0; i < n; i++)
        *good = *good || hands[i].on_duty;
    return OK;
}

static enum err
guard_in_turn(struct doing *d)
{
    bool found;

    TRY(find_crew(d, has_somebody_on_duty, &found));
    return found ? OK
                 : fail(d->c, ERR_CONFLICT, "crew_id",
                        "nobody you give orders to is on duty");
}

static const char others_of_crew[] =
    "SELECT COUNT(*) FROM crew_member m JOIN person p ON p.id = m.person_id"
    " WHERE m.crew_id = $1 AND m.person_id <> $2 AND p.active = 1";

/* Another crew, or another person of the same. */
static enum err
is_another(struct doing *d, int64_t crew_id, bool *good)
{
    int64_t n = 1;

    if (crew_id == d->old.crew_id)
        TRY(db_int(d->c, &n, others_of_crew, V(crew_id),
                   V(d->old.assignee_id)));
    *good = n > 0;
    return OK;
}

static enum err
guard_transfer(struct doing *d)
{
    bool found;

    TRY(find_crew(d, is_another, &found));
    return found ? OK
                 : fail(d->c, ERR_CONFLICT, "crew_id",
                        "there is nobody else you give orders to");
}

static enum err
guard_grab(struct doing *d)
{
    struct crew_facts crew;
    bool has = false;

    TRY(read_crew(d->c, d->old.crew_id, &crew));
    TRY(crew_has(d->c, d->old.crew_id, d->c->actor->person_id, &has));
    if (!has || strcmp(crew.dispatch, "grab") != 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "the orders of this crew are given out by the desk");
    return OK;
}

/* -- the work -------------------------------------------------------------- */

static enum err
guard_make_safe(struct doing *d)
{
    if (d->old.safe_due.ms == 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "this kind of order has no time to be made safe");
    if (d->old.safe_at.ms != 0)
        return fail(d->c, ERR_CONFLICT, NULL, "it was made safe before");
    return OK;
}

static enum err
guard_suspend(struct doing *d)
{
    const char *rule = pause_rule(d->c, &d->old);

    if (strcmp(rule, "no") == 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "an order of class %s cannot be suspended",
                    d->old.sla_class);
    if (strcmp(rule, "approval") == 0 && !(d->who & BY_EXTENDER))
        return fail(d->c, ERR_DENIED, NULL,
                    "suspending an order of class %s needs the desk's word",
                    d->old.sla_class);
    return OK;
}

/* Is the promised time over? */
static bool
time_is_up(const struct order *o, instant now)
{
    /* While it is suspended its clock stands still. */
    if (o->suspended_at.ms != 0)
        return o->complete_left_ms <= 0;
    return now.ms >= o->complete_due.ms;
}

/* What is planned is done on a day that is agreed on; an emergency is not. */
static enum err
guard_ask_extension(struct doing *d)
{
    const struct order *o = &d->old;

    if (o->extension_asked_until.ms != 0)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "more time was asked for already, and nobody has answered");
    if (o->complete_due.ms == 0 && o->sla_class[0] == 'E')
        return fail(d->c, ERR_CONFLICT, NULL, "it has no time to be done by");
    if (o->complete_due.ms != 0 && time_is_up(o, d->c->now))
        return fail(d->c, ERR_CONFLICT, NULL,
                    "more time must be asked for before the time is up");
    return OK;
}

static enum err
guard_answer_extension(struct doing *d)
{
    if (d->old.extension_asked_until.ms == 0)
        return fail(d->c, ERR_CONFLICT, NULL, "no more time was asked for");
    return OK;
}

/* -- after the work -------------------------------------------------------- */

static enum err
guard_reopen(struct doing *d)
{
    if (d->c->now.ms - d->old.verified_at.ms >= ORDER_REOPEN_DAYS * DAY_MS)
        return fail(d->c, ERR_CONFLICT, NULL,
                    "the time to reopen it has passed; please report it anew");
    return OK;
}

static enum err
guard_rate(struct doing *d)
{
    struct call *c = d->c;
    const struct order *o = &d->old;
    bool own = false;

    TRY(need_facts(d));
    if (d->facts.votes > 0)
        return fail(c, ERR_CONFLICT, NULL, "it was rated before");
    TRY(crew_has(c, o->crew_id, c->actor->person_id, &own));
    if (own || o->assignee_id == c->actor->person_id
        || (o->provider_id != 0 && o->provider_id == c->actor->provider_id))
        return fail(c, ERR_DENIED, NULL, "nobody rates his own crew's work");
    if (c->now.ms - o->verified_at.ms >= ORDER_RATE_DAYS * DAY_MS)
        return fail(c, ERR_CONFLICT, NULL, "the time to rate it has passed");
    return OK;
}

/* -- all of them ----------------------------------------------------------- */

static enum err (*const guards[N_ORDER_VERBS])(struct doing *d) = {
    [VERB_APPROVE] = guard_approve,
    [VERB_MERGE] = guard_merge,
    [VERB_DISPATCH] = guard_dispatch,
    [VERB_GRAB] = guard_grab,
    [VERB_IN_TURN] = guard_in_turn,
    [VERB_TRANSFER] = guard_transfer,
    [VERB_MAKE_SAFE] = guard_make_safe,
    [VERB_SUSPEND] = guard_suspend,
    [VERB_ASK_EXTENSION] = guard_ask_extension,
    [VERB_GRANT_EXTENSION] = guard_answer_extension,
    [VERB_REFUSE_EXTENSION] = guard_answer_extension,
    [VERB_COMPLETE] = no_open_legs,
    [VERB_VERIFY] = no_open_legs,
    [VERB_REOPEN] = guard_reopen,
    [VERB_CANCEL] = guard_cancel,
    [VERB_ADD_LEG] = guard_add_leg,
    [VERB_RATE] = guard_rate,
};

enum err
order_guard(struct doing *d)
{
    return guards[d->verb] ? guards[d->verb](d) : OK;
}

enum err
order_offers(struct doing *d, bool *offered)
{
    enum err e = order_guard(d);

    *offered = e == OK;
    if (e != ERR_CONFLICT && e != ERR_DENIED && e != ERR_INVALID)
        return e;
    d->c->fault = (struct fault){ .code = OK };
    return OK;
}
