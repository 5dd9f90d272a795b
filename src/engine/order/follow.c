/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who met a known fault, too: hears what becomes of it, as its requester does.
 *
 * Whoever would be shown it while asking for the same (order_duplicates) may
 * follow it, and is shown no more of it than there: number, item, place, state
 * and promise; not who asked, nor in which words, nor what was said about it.
 * Where it becomes what they would not be shown, no more is said than that.
 */
#include "auth/auth.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "subject/notice.h"

static const char *const states[] = { "following", NULL };

static const struct field fields[] = {
    LIFE_FIELDS(struct order_follow, states),
    FIELD(struct order_follow, order_id,
          .flags = REQUIRED | FIXED | PART_OF_KEY, .refers = "orders",
          .label = "Order"),
    FIELD(struct order_follow, person_id, .flags = GIVEN | REQUIRED,
          .refers = "person", .label = "Person"),
    FIELD(struct order_follow, number, .flags = GIVEN | DERIVED,
          .label = "Number"),
    FIELD(struct order_follow, order_state, .flags = GIVEN | DERIVED,
          .choices = order_states, .label = "State",
          .says = "Empty where it is shown no more."),
    FIELD(struct order_follow, item_name, .flags = GIVEN | DERIVED,
          .label = "Item"),
    FIELD(struct order_follow, place_name, .flags = GIVEN | DERIVED,
          .label = "Place"),
    FIELD(struct order_follow, submitted_at, .flags = GIVEN | DERIVED,
          .label = "Submitted"),
    FIELD(struct order_follow, complete_due, .flags = GIVEN | DERIVED,
          .label = "Done by"),
    FIELD(struct order_follow, may_see, .flags = GIVEN | DERIVED,
          .says = "The caller may open it."),
};
const struct model order_follow_model =
    MODEL("order_follow", "order_follow", struct order_follow, fields);

bool
order_is_nameless(struct call *c, const char *item_code)
{
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item(k, item_code, today(c));

    /* What is said without a name is nobody else's business. */
    return i == NULL || i->anonymous_allowed;
}

/* Would it be shown to the actor while they ask for the same? */
static enum err
may_know(struct call *c, const struct order *o, bool *may)
{
    bool restricted = false;

    *may = order_may_see(c, o);
    if (*may || o->place_id == 0 || order_is_nameless(c, o->item_code))
        return OK;
    TRY(place_is_restricted(c, o->place_id, &restricted));
    *may = !restricted;
    return OK;
}

/* The order ID, or of one that was merged the one it was merged into; *MAY: all
   on the way there are still what may be known.  Each is asked anew: an order is
   corrected, a place becomes a secrecy area. */
static enum err
find_living(struct call *c, int64_t id, struct order *o, bool *may)
{
    TRY(model_get(c, &order_model, id, o));
    TRY(may_know(c, o, may));
    for (int i = 0; i < 100 && *may && o->merged_into_id != 0; i++) {
        TRY(model_get(c, &order_model, o->merged_into_id, o));
        TRY(may_know(c, o, may));
    }
    return OK;
}

static const char find_number[] = "SELECT number FROM orders WHERE id = $1";

/* The number was shown when it was followed. */
static enum err
show_number(struct call *c, struct order_follow *f)
{
    ROWS r = db_query(c, find_number, V(f->order_id));

    if (rows_next(&r))
        f->number = row_text(&r, 0);
    return rows_end(&r);
}

/* What may be shown of the order. */
static enum err
show_order(struct call *c, struct order_follow *f)
{
    struct order o;
    bool may = false;

    TRY(find_living(c, f->order_id, &o, &may));
    if (!may)
        return show_number(c, f);
    f->number = o.number;
    f->order_state = order_states[o.state];
    f->item_name = o.item_name;
    f->place_name = o.place_name;
    f->submitted_at = o.submitted_at;
    f->complete_due = o.complete_due;
    f->may_see = order_may_see(c, &o);
    return OK;
}

static enum err
fill(struct call *c, void *view)
{
    return show_order(c, view);
}

/* Of the order that was followed; not its title, which is its requester's
   words. */
static const char *
title(struct call *c, int64_t id)
{
    struct order_follow f;
    struct order o, living;
    bool may = false;

    if (model_get(c, &order_follow_model, id, &f) != OK
        || find_living(c, f.order_id, &living, &may) != OK || !may
        || model_get(c, &order_model, f.order_id, &o) != OK)
        return NULL;
    return arena_printf(c->arena, "%s %s %s", o.number, o.item_name,
                        o.place_name ? o.place_name : "");
}

enum { BY_FOLLOWER = 1 };
static const struct party parties[] = {
    { "follower", NULL, "met the same", "person_id" },
};
static const struct step steps[] = {
    { 1, "unfollow", LIFE_STAYS, BY_FOLLOWER,
      .flags = STEP_REMOVES | STEP_AT_ONCE, .says = "Hear of it no more." },
};

const struct life order_follow_life = {
    .model = &order_follow_model,
    .plural = "follows",
    .says = "An order that one follows, with what may be shown of it.",
    LIFE_TABLES(states, parties, steps),
    .ends = 1, /* nothing else becomes of it */
    .title = title,
    .fill = fill,
};

/* -- following ------------------------------------------------------------------ */

/* As for somebody who asks for the same. */
static enum err
find_known(struct call *c, int64_t id, struct order *o)
{
    bool may = false;
    enum err e = model_get(c, &order_model, id, o);

    if (e != OK && e != ERR_ABSENT)
        return e;
    if (e == OK)
        TRY(may_know(c, o, &may));
    if (!may)
        return fail(c, ERR_INVALID, "order_id", "there is no such order");
    if (o->requester_id == c->actor->person_id)
        return fail(c, ERR_CONFLICT, "order_id", "it is your own");
    if (!o->is_open || o->completed_at.ms != 0)
        return fail(c, ERR_CONFLICT, "order_id", "it is not open any more");
    return OK;
}

static const char find_own[] =
    "SELECT id FROM order_follow WHERE order_id = $1 AND person_id = $2";

enum err
order_follow(struct call *c, struct order_follow *f)
{
    struct order o;
    int64_t id = 0;
    TX tx = tx_begin(c);

    TRY(auth_need(c, "order.create", NULL));
    TRY(find_known(c, f->order_id, &o));
    f->person_id = c->actor->person_id;
    /* Said twice it is the same. */
    TRY(db_int(c, &id, find_own, V(o.id), V(f->person_id)));
    if (id == 0) {
        TRY(model_add(c, &order_follow_model, f));
        id = f->id;
    }
    TRY(life_get(c, &order_follow_life, id, f));
    return tx_commit(&tx);
}

enum err
order_follows(struct call *c, struct list *l)
{
    struct order_follow *rows;

    TRY(auth_need(c, NULL, NULL));
    list_and(c, l, "person_id = $%zu", list_bind(c, l, V(c->actor->person_id)));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        TRY(show_order(c, &rows[i]));
    return OK;
}

/* -- telling ---------------------------------------------------------------------- */

/* Of the order and of those merged into it. */
#define TREE                                                                   \
    "WITH RECURSIVE tree(id) AS (SELECT CAST($1 AS BIGINT)"                    \
    " UNION SELECT o.id FROM orders o JOIN tree t ON o.merged_into_id = t.id)"

static const char followers[] = TREE
    " SELECT f.id, f.person_id FROM order_follow f"
    " JOIN tree t ON t.id = f.order_id ORDER BY f.person_id, f.id";
static const char n_followers[] = TREE
    " SELECT COUNT(DISTINCT f.person_id) FROM order_follow f"
    " JOIN tree t ON t.id = f.order_id";

enum err
tell_followers(struct call *c, const struct order *o, const char *kind)
{
    int64_t last = o->requester_id;
    ROWS r = db_query(c, followers, V(o->id));

    while (rows_next(&r)) {
        int64_t person = row_int(&r, 1);

        if (person == last || person == o->requester_id)
            continue;
        last = person;
        TRY(notice_tell(c, person, "order_follow", row_int(&r, 0), kind));
    }
    return rows_end(&r);
}

enum err
count_followers(struct call *c, int64_t id, int64_t *n)
{
    return db_int(c, n, n_followers, V(id));
}
