/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work calendar changes, and what open orders promise with it: holidays are
 * published, the office is closed on a day, its hours are others.
 *
 * Only what is still to be met and not yet over is reckoned anew, and only into
 * the time to come: nothing becomes late by it, and no verdict is taken back.
 * An end that was agreed on stays.
 */
#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/workcal.h"
#include "engine/order/inner.h"
#include "json/json.h"

/* -- one order -------------------------------------------------------------- */

static bool
move_due(instant *due, instant met, instant fresh, instant now)
{
    if (met.ms != 0 || due->ms <= now.ms || fresh.ms <= now.ms
        || fresh.ms == due->ms)
        return false;
    *due = fresh;
    return true;
}

/* The last clock runs since the others do, or since a pause or rework; what was
   left then is left still. */
static bool
move_end(struct call *c, const struct catalog *k, const struct sla_class *s,
         struct order *o)
{
    instant none = { 0 }, end;
    struct catalog_due anew;

    if (o->complete_from.ms == 0 || o->held_due.ms != 0)
        return false;
    anew = catalog_due(c, k, s, o->complete_from, o->wanted_from, o->wanted_to);
    if (o->complete_left_ms > 0)
        end = end_of_left(c, o, o->complete_from);
    else
        end = anew.complete;
    /* Also then nothing is promised to be done before somebody is there. */
    if (o->on_site_at.ms == 0 && end.ms > c->now.ms)
        end = later_of(end, o->on_site_due);
    return move_due(&o->complete_due, none, end, c->now);
}

/* The promise that O has, or one that is kept for another class of it. */
static bool
move_promise(struct call *c, struct order *o)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *s = class_of(c, k, o);
    struct catalog_due due;
    const char *note;
    bool moved = false;

    if (s == NULL || o->clocks_from.ms == 0 || !o->is_open
        || o->completed_at.ms != 0)
        return false;
    due = catalog_due(c, k, s, o->clocks_from, o->wanted_from, o->wanted_to);
    moved |= move_due(&o->accept_due, o->accepted_at, due.accept, c->now);
    moved |= move_due(&o->on_site_due, o->on_site_at, due.on_site, c->now);
    moved |= move_due(&o->safe_due, o->safe_at, due.safe, c->now);
    moved |= move_end(c, k, s, o);
    note = arena_text(c->arena, due.calendar_note);
    if (!text_same(o->calendar_note, note)) {
        o->calendar_note = note;
        moved = true;
    }
    return moved;
}

/* Reckon what O promises by the calendar as it is; false: it is as it was. */
static bool
reckon_anew(struct call *c, struct order *o)
{
    bool moved = move_promise(c, o);

    return promises_each(c, o, move_promise) || moved;
}

static void
put_change(struct json_out *out, const char *name, instant before,
           instant after)
{
    char text[25];

    if (before.ms == after.ms)
        return;
    json_key(out, name);
    json_begin(out);
    instant_print(before, text);
    json_put_text(out, "before", text);
    instant_print(after, text);
    json_put_text(out, "after", text);
    json_end(out);
}

enum err
do_recalculate(struct deed *d, void *rec)
{
    const struct order *old = d->old;
    struct order *o = rec;
    struct buf b = buf_make(d->c->arena, 0);
    struct json_out out = json_to(&b);

    (void)reckon_anew(d->c, o);
    json_begin(&out);
    put_change(&out, "accept_due", old->accept_due, o->accept_due);
    put_change(&out, "on_site_due", old->on_site_due, o->on_site_due);
    put_change(&out, "safe_due", old->safe_due, o->safe_due);
    put_change(&out, "complete_due", old->complete_due, o->complete_due);
    json_end(&out);
    d->detail = b.s;
    return OK;
}

static enum err
recalculate_one(struct call *c, int64_t id)
{
    struct order o, anew, after;
    TX tx = tx_begin(c);

    TRY(model_get(c, &order_model, id, &o));
    anew = o;
    if (reckon_anew(c, &anew))
        TRY(life_program(c, &order_life, "recalculate", NULL, &o, &after));
    return tx_commit(&tx);
}

/* Most stay as they are, and are only read. */
static enum err
look_at(struct call *c, int64_t id)
{
    struct order o;

    TRY(model_get(c, &order_model, id, &o));
    return reckon_anew(c, &o) ? recalculate_one(c, id) : OK;
}

/* -- all of them ------------------------------------------------------------ */

/*
 * By which calendar promises are reckoned, and how far a walk through the open
 * orders has come and is to go, are three marks, so that it goes on after a
 * crash.  It goes to the newest order of when it began: what is made later is
 * reckoned by the new calendar, and a walk that followed the desk would never
 * end.  It is walked twice: an order that another process was making with the
 * calendar of a second ago is behind the first walk, and before the second,
 * which begins a round of the job later.  The low bits of the mark say which
 * walk it is; 2: both are done.
 */
#define BY_CALENDAR "order.calendar"
#define WALKED_TO "order.calendar.order"
#define WALKED_BEFORE "order.calendar.end"
#define WALKS 2

struct stroll {
    int64_t mark; /* of the calendar, and the walk in its low bits */
    int64_t id;   /* the last order that was looked at */
    int64_t end;  /* the last that is looked at */
};

static const char newest_order[] = "SELECT COALESCE(MAX(id), 0) FROM orders";
static const char open_behind[] =
    "SELECT id FROM orders WHERE is_open = 1 AND completed_at IS NULL"
    " AND id > $2 AND id <= $3 ORDER BY id LIMIT $1";

static enum err
begin_walk(struct call *c, struct stroll *s, int64_t mark)
{
    *s = (struct stroll){ .mark = mark };
    return db_int(c, &s->end, newest_order);
}

/* Where it stands by the calendar NOW. */
static enum err
find_place(struct call *c, int64_t now, struct stroll *s)
{
    TRY(db_mark(c, BY_CALENDAR, &s->mark));
    TRY(db_mark(c, WALKED_TO, &s->id));
    TRY(db_mark(c, WALKED_BEFORE, &s->end));
    if (s->mark < now || s->mark > now + WALKS)
        return begin_walk(c, s, now);
    return OK;
}

static enum err
keep_place(struct call *c, const struct stroll *s)
{
    TX tx = tx_begin(c);

    TRY(db_mark_set(c, BY_CALENDAR, s->mark));
    TRY(db_mark_set(c, WALKED_TO, s->id));
    TRY(db_mark_set(c, WALKED_BEFORE, s->end));
    return tx_commit(&tx);
}
static int64_t
calendar_mark(struct call *c)
{
    CATALOG k = catalog_hold(c);

    return workcal_mark(catalog_workcal(k));
}

/* A lost race is looked at again, so the walk stops before it; what fails for
   good does not keep the others waiting. */
static enum err
walk(struct call *c, const struct due_ids *ids, int64_t *id)
{
    enum err first = OK;

    for (size_t i = 0; i < ids->n; i++) {
        enum err e = look_at(c, ids->ids[i]);

        if (e == ERR_BUSY)
            return e;
        if (e != OK && first == OK)
            first = e;
        *id = ids->ids[i];
    }
    return first;
}

enum err
order_recalculate(struct call *c, int64_t max, int64_t *done)
{
    const int64_t now = calendar_mark(c);
    struct stroll s;
    struct due_ids ids;
    enum err e;

    *done = 0;
    TRY(find_place(c, now, &s));
    /* Mostly it is as it was, and this is all. */
    if (s.mark == now + WALKS)
        return OK;
    TRY(db_due(c, &ids, max, open_behind, V(max), V(s.id), V(s.end)));
    e = walk(c, &ids, &s.id);
    *done = (int64_t)ids.n;
    if (e != ERR_BUSY && *done < max)
        TRY(begin_walk(c, &s, s.mark + 1));
    TRY(keep_place(c, &s));
    return e == ERR_BUSY ? OK : e;
}
