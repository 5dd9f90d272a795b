/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders that are the same: one is merged into another, or one draws several
 * in; the living one knows of all of them, and those who serve it hear what is
 * said in them.
 */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/order/inner.h"
#include "subject/notice.h"
#include "json/json.h"

#define MOST_DRAWN 50

/* -- merging ---------------------------------------------------------------------- */

/* Whether O may be merged there.  What is wished must still be done: not where
   it was done already, nor where it may be refused.  A leg is what its parent
   waits for, and so is merged into nothing that the parent does not wait for.
   One that is merged itself would lead those who wait on to another. */
static enum err
check_main(struct call *c, const struct order *o,
           const struct order *main_order)
{
    if (!main_order->is_open || main_order->merged_into_id != 0)
        return fail(c, ERR_CONFLICT, "into_id", "the main order %s is not open",
                    main_order->number);
    if (life_step(&order_life, main_order->state, "draw_in") == NULL)
        return fail(c, ERR_CONFLICT, "into_id",
                    "the main order %s is done or waits for an approval",
                    main_order->number);
    if (o->parent_id != 0 && o->parent_id != main_order->parent_id)
        return fail(c, ERR_CONFLICT, "into_id",
                    "a leg is merged only into another leg of the same order");
    return OK;
}

/* What sets O apart from the main order, in words; NULL: it is plainly the same,
   and nobody is on their way for it.  What the main order's own crew does is
   nothing against it: they are told of one more who waits. */
static const char *
find_apart(struct call *c, const struct order *o,
           const struct order *main_order)
{
    const struct {
        bool is;
        const char *words;
    } rows[] = {
        { !text_same(o->item_code, main_order->item_code),
          words_in(c, "another item") },
        { o->place_id != main_order->place_id, words_in(c, "another place") },
        { o->crew_id != 0 && o->crew_id != main_order->crew_id,
          words_in(c, "another crew") },
        { o->state == ORDER_ACKNOWLEDGED || o->on_site_at.ms != 0,
          words_in(c, "its crew has acknowledged it") },
    };
    struct buf b = buf_make(c->arena, 0);

    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].is)
            buf_printf(&b, "%s%s", b.len > 0 ? words_in(c, ", ") : "",
                       rows[i].words);
    return b.len > 0 ? b.s : NULL;
}

/* Two that differ are merged by whoever says why. */
static enum err
check_reason(struct deed *d, const struct order *o,
             const struct order *main_order)
{
    const char *apart = find_apart(d->c, o, main_order);

    if (apart == NULL || !text_is_blank(d->reason))
        return OK;
    return fail(d->c, ERR_INVALID, "reason",
                "is required, as %s differs from %s: %s", o->number,
                main_order->number, apart);
}

/* WHERE, and below it what was said besides. */
static const char *
note_with(struct call *c, const char *where, const char *said)
{
    return text_is_blank(said) ? where
                               : arena_printf(c->arena, "%s\n%s", where, said);
}

/* The note says where: who may not see the main order reads its number alone. */
enum err
do_merge(struct deed *d, void *rec)
{
    struct order *o = rec;
    const struct order_act *a = d->in;
    struct call *c = d->c;
    struct order main_order;
    enum err e;

    if (a->into_id == o->id)
        return fail(c, ERR_INVALID, "into_id",
                    "an order cannot be merged into itself");
    e = order_load(c, a->into_id, &main_order);
    if (e == ERR_ABSENT)
        return fail(c, ERR_INVALID, "into_id", "there is no such order");
    TRY(e);
    TRY(check_main(c, o, &main_order));
    TRY(check_reason(d, d->old, &main_order));
    o->merged_into_id = main_order.id;
    d->note = note_with(c, main_order.number, d->note);
    d->detail = order_said_with(c, &main_order, NULL);
    return OK;
}

enum err
order_note_on(struct call *c, const struct order *main_order, struct event *e)
{
    e->noun = "order";
    e->noun_id = main_order->id;
    e->from_state = e->to_state = order_states[main_order->state];
    TRY(event_add(c, e));
    return model_audit(c, arena_printf(c->arena, "order.%s", e->verb), "order",
                       main_order->id, e->detail);
}

enum err
order_tell_main(struct call *c, const struct order *main_order,
                const char *kind)
{
    TRY(notice_tell(c, main_order->requester_id, "order", main_order->id,
                    kind));
    return main_order->dispatched_at.ms ? tell_hands(c, main_order, kind) : OK;
}

enum err
order_merged(struct deed *d)
{
    const struct order_act *a = d->in;
    const struct order *o = d->rec;
    struct order main_order;
    struct event e = {
        .verb = "absorb", .reason = d->reason, .note = o->number
    };

    if (a->drawn)
        return OK;
    e.detail = order_said_with(d->c, o, NULL);
    TRY(model_get(d->c, &order_model, o->merged_into_id, &main_order));
    TRY(order_note_on(d->c, &main_order, &e));
    return order_tell_main(d->c, &main_order, "absorb");
}

/* -- drawing in --------------------------------------------------------------------- */

/* Some other order that the caller may merge: before its work has begun, with
   no leg at work, no leg of another order (check_main). */
enum err
guard_draw_in(struct deed *d, void *rec)
{
    const struct order *o = rec;
    struct list l = { .model = &order_model };
    struct call *c = d->c;
    size_t parent = list_bind(c, &l, V(o->parent_id));
    bool some;

    /* One row after another from the oldest on, until one fits: neither by the
       index of states, where every new order is added, nor by all orders that
       have legs, which PostgreSQL would read for NOT EXISTS. */
    list_and(c, &l,
             "is_open = 1 AND COALESCE(state, '') IN ('submitted', 'accepted',"
             " 'dispatched', 'acknowledged') AND id <> $%zu AND"
             " (SELECT COUNT(*) FROM orders g WHERE g.parent_id = orders.id"
             "  AND g.completed_at IS NULL"
             "  AND (g.is_open = 1 OR g.state = 'returned')) = 0"
             " AND COALESCE(parent_id, $%zu) = $%zu",
             list_bind(c, &l, V(o->id)), parent, parent);
    if (!auth_may_at(c, "order.accept", &order_anywhere))
        TRY(auth_limit(c, "order.accept", &order_lies, &l));
    list_join_parts(c, &l);
    ROWS r = list_query(c, &l, "1", ORDER_OLDEST);
    some = rows_next(&r);
    TRY(rows_end(&r));
    return some ? OK
                : fail(c, ERR_CONFLICT, "orders",
                       "there is no other open order");
}

/* One of them; a fault tells which. */
static enum err
draw_one(struct deed *d, int64_t id)
{
    const struct order *o = d->old;
    const struct order_act a = {
        .id = id, .into_id = o->id, .reason = d->reason, .drawn = true
    };
    struct order_view *v = NEW(d->c->arena, struct order_view);
    enum err e = life_do(d->c, d->life, "merge", &a, v);

    if (e == OK) {
        d->detail = order_said_with(d->c, &v->order, d->detail);
        d->note =
            d->note
                ? arena_printf(d->c->arena, "%s, %s", d->note, v->order.number)
                : v->order.number;
        return OK;
    }
    /* What is not plainly the same wants a reason; that is a field of its own. */
    if (!text_same(d->c->fault.field, "reason"))
        d->c->fault.field = "orders";
    if (e == ERR_ABSENT)
        return fail(d->c, ERR_INVALID, "orders", "there is no such order");
    return e;
}

/* One that cannot be merged ends the transaction, and all of it. */
enum err
do_draw_in(struct deed *d, void *rec)
{
    const struct order_act *a = d->in;
    char *rest = arena_text(d->c->arena, a->orders), *one;
    const char *said = d->note;
    int n = 0;
    int64_t id;

    (void)rec;
    d->note = NULL;
    while ((one = strsep(&rest, ", ")) != NULL) {
        if (*one == '\0')
            continue;
        if (!text_int(one, &id) || id <= 0)
            return fail(d->c, ERR_INVALID, "orders", "must be ids of orders");
        if (++n > MOST_DRAWN)
            return fail(d->c, ERR_INVALID, "orders",
                        "must have at most %d entries", MOST_DRAWN);
        TRY(draw_one(d, id));
    }
    if (n == 0)
        return fail(d->c, ERR_INVALID, "orders", "is required");
    d->note = note_with(d->c, d->note, said);
    return order_tell_main(d->c, d->old, "absorb");
}

/* -- what is said there --------------------------------------------------------------- */

/* The living order at the end of what O was merged into. */
static const char find_root[] =
    "WITH RECURSIVE above(id, into_id) AS ("
    " SELECT id, merged_into_id FROM orders WHERE id = $1"
    " UNION SELECT o.id, o.merged_into_id FROM orders o"
    "  JOIN above a ON o.id = a.into_id)"
    " SELECT id FROM above WHERE into_id IS NULL";

enum err
order_living(struct call *c, int64_t id, struct order *root)
{
    int64_t living = 0;

    TRY(db_int(c, &living, find_root, V(id)));
    return model_get(c, &order_model, living, root);
}

/* For those who serve: the words of another's order are not the requester's.
   Who said them stands in that order, for those who may open it. */
enum err
order_comment_passed_on(struct deed *d)
{
    const struct order *o = d->rec;
    struct order root;
    struct event e = { .verb = "comment",
                       .actor_name = "liangcao",
                       .note = d->note,
                       .internal = true };

    if (o->merged_into_id == 0)
        return OK;
    TRY(order_living(d->c, o->id, &root));
    e.detail = order_said_in(d->c, o);
    TRY(order_note_on(d->c, &root, &e));
    return root.crew_id != 0 && root.dispatched_at.ms != 0
               ? tell_hands(d->c, &root, "comment")
               : OK;
}

static const char merged_below[] =
    "WITH RECURSIVE below(id) AS ("
    " SELECT id FROM orders WHERE merged_into_id = $1"
    " UNION SELECT o.id FROM orders o JOIN below b ON o.merged_into_id = b.id)"
    " SELECT o.id, o.number, o.state, o.title, o.requester_name, o.description,"
    " o.phone, o.place_name, o.place_note FROM orders o"
    " JOIN below b ON b.id = o.id ORDER BY o.id";

/* Of those that the reader may open: what is said in any of them is heard
   through the living one, who said it and where is not. */
enum err
order_write_merged(struct call *c, int64_t id, const char **json)
{
    static const char *const keys[] = {
        "number",      "state", "title",      "requester_name",
        "description", "phone", "place_name", "place_note"
    };
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    ROWS r = db_query(c, merged_below, V(id));

    json_begin_list(&o);
    while (rows_next(&r)) {
        struct order one;

        TRY(model_get(c, &order_model, row_int(&r, 0), &one));
        if (!order_may_see(c, &one))
            continue;
        json_begin(&o);
        json_put_int(&o, "id", row_int(&r, 0));
        for (size_t i = 0; i < COUNT(keys); i++)
            json_put_text(&o, keys[i], row_text(&r, (int)i + 1));
        json_end(&o);
    }
    json_end_list(&o);
    *json = b.s;
    return rows_end(&r);
}
