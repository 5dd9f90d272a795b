/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of orders: who may see which, and how they are found quickly among a
 * million.
 *
 * What is asked of open orders is read from the small index of the open ones.
 * What an actor may see in part is read part by part: his own orders, each of
 * his crews', his provider's, and the scopes of his grants.
 */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/inner.h"

#define OPEN_BY_ID "orders_open"
#define OPEN_BY_DUE "orders_open_due"

static const char of_mine[] = "requester_id = $1";
/* Also those of the provider that one works for. */
static const char of_my_crews[] =
    "is_open = 1 AND state <> 'submitted' AND state <> 'awaiting_approval'"
    " AND state <> 'accepted'"
    " AND (crew_id IN (SELECT crew_id FROM crew_member WHERE person_id = $1)"
    "  OR provider_id = (SELECT provider_id FROM person WHERE id = $1))";
static const char to_grab[] =
    "is_open = 1 AND state = 'accepted' AND crew_id IN"
    " (SELECT m.crew_id FROM crew_member m JOIN crew w ON w.id = m.crew_id"
    "   WHERE m.person_id = $1 AND w.dispatch = 'grab')";
/* Mine that wait for me: to be looked at, sent in again or rated. */
static const char to_do[] =
    "requester_id = $1 AND (state = 'completed' OR state = 'returned'"
    " OR (state = 'verified' AND verified_at > $2 AND NOT EXISTS"
    "  (SELECT 1 FROM rating WHERE rating.order_id = orders.id)))";
static const char are_open[] = "is_open = 1";

/* -- among the open ones ----------------------------------------------- */

static bool
is_open_state(const char *word)
{
    for (unsigned s = 0; s < N_ORDER_STATES; s++)
        if (text_same(word, order_states[s]))
            return state_is_open(s);
    return false;
}

/* Can only open orders pass the filter? */
static bool
needs_open(struct call *c, const struct filter *f)
{
    char *rest, *one;

    if (strcmp(f->field->name, "is_open") == 0)
        return f->op == IS
               && (text_same(f->value, "yes") || text_same(f->value, "true")
                   || text_same(f->value, "1"));
    if (strcmp(f->field->name, "state") != 0
        || (f->op != IS && f->op != ONE_OF))
        return false;
    rest = arena_text(c->arena, f->value);
    while ((one = strsep(&rest, ",")) != NULL)
        if (!is_open_state(one))
            return false;
    return true;
}

static bool
has_filter(const struct list *l, const char *name, unsigned ops)
{
    for (size_t i = 0; i < l->n_filters; i++)
        if (strcmp(l->filters[i].field->name, name) == 0
            && ops >> l->filters[i].op & 1)
            return true;
    return false;
}

static bool
asks_open(struct call *c, const struct list *l)
{
    for (size_t i = 0; i < l->n_filters; i++)
        if (needs_open(c, &l->filters[i]))
            return true;
    return false;
}

/* The index for open orders in the order asked for; NULL: as the planner
   likes. */
static const char *
index_of_open(const struct list *l)
{
    if (l->sort != NULL && strcmp(l->sort->name, "complete_due") == 0)
        return OPEN_BY_DUE;
    return has_filter(l, "state", 1u << IS) || has_filter(l, "number", 1u << IS)
                   || has_filter(l, "id", 1u << IS | 1u << ONE_OF)
               ? NULL
               : OPEN_BY_ID;
}

/* -- who may see which --------------------------------------------------- */

/* Adds "COLUMN = $n" once for each id of a scope. */
struct seeing {
    struct call *c;
    struct list *l;
    bool full; /* more parts than there is room for */
};

static void
add_part(struct seeing *s, const char *condition, int64_t id)
{
    struct list *l = s->l;

    for (size_t i = 0; i < l->n_parts; i++)
        if (l->values[i].as.i == id
            && text_starts(l->parts[i].where, condition))
            return;
    if (l->n_parts == LIST_MAX_PARTS) {
        s->full = true;
        return;
    }
    l->values[l->n_values++] = V(id);
    l->parts[l->n_parts++] = (struct list_part){
        arena_printf(s->c->arena, "%s$%zu%s", condition, l->n_values,
                     strchr(condition, '(') != NULL ? ")" : "")
    };
}

#define BELOW_TOP(table)                                                       \
    " IN (SELECT b.id FROM " table " b JOIN " table                            \
    " top ON b.path LIKE top.path || '%' WHERE top.id = "

static void
add_scope(struct seeing *s, const struct grant *g)
{
    switch (g->scope) {
    case SCOPE_CREW: add_part(s, "crew_id = ", g->scope_id); break;
    case SCOPE_PROVIDER: add_part(s, "provider_id = ", g->scope_id); break;
    case SCOPE_UNIT:
        add_part(s, "unit_id" BELOW_TOP("unit"), g->scope_id);
        break;
    case SCOPE_PLACE:
        add_part(s, "place_id" BELOW_TOP("place"), g->scope_id);
        break;
    default: break;
    }
}

/* Who sees some orders only sees any that lies in one of his parts. */
static void
add_seen(struct seeing *s)
{
    const struct actor *a = s->c->actor;

    s->l->n_values = 0;
    add_part(s, "requester_id = ", a->person_id);
    for (size_t i = 0; i < a->n_crews; i++)
        add_part(s, "crew_id = ", a->crews[i]);
    for (size_t i = 0; i < a->n_grants; i++)
        if (auth_gives(&a->grants[i], "order.see"))
            add_scope(s, &a->grants[i]);
    if (!s->full)
        return;
    s->l->n_parts = 0;
    s->l->where = order_seen_by;
    s->l->n_values = order_seen_values(s->c, s->l->values);
}

/* The open ones are so few that one walk through their index is quicker than
   one for each part. */
static void
join_parts(struct call *c, struct list *l)
{
    struct buf b = buf_make(c->arena, 0);

    buf_printf(&b, "is_open = 1 AND (");
    for (size_t i = 0; i < l->n_parts; i++)
        buf_printf(&b, "%s%s", i > 0 ? " OR " : "", l->parts[i].where);
    buf_putc(&b, ')');
    l->where = b.s;
    l->n_parts = 0;
}

/* -- the list ------------------------------------------------------------ */

/* A view is a part of what the actor sees: with the same condition. */
static void
keep_seen(struct call *c, struct list *l)
{
    const char *seen = order_seen_by;

    if (auth_may_at(c, "order.see", &order_anywhere))
        return;
    if (auth_may(c, "order.see"))
        l->n_values = order_seen_values(c, l->values); /* $1 is the same */
    else
        seen = of_mine;
    l->where = arena_printf(c->arena, "(%s) AND (%s)", l->where, seen);
}

static enum err
choose_view(struct call *c, struct list *l, const char *view)
{
    l->values[0] = V(c->actor->person_id);
    l->n_values = 1;
    if (text_same(view, "mine")) {
        l->where = of_mine;
    } else if (text_same(view, "todo")) {
        l->where = to_do;
        l->values[l->n_values++] =
            value_int(c->now.ms - ORDER_RATE_DAYS * DAY_MS);
    } else if (text_same(view, "crew") || text_same(view, "grab")) {
        l->where = text_same(view, "crew") ? of_my_crews : to_grab;
        l->index = index_of_open(l);
        keep_seen(c, l);
    } else {
        return fail(c, ERR_INVALID, "view", "“%.40s” is not one of its words",
                    view);
    }
    return OK;
}

/* Newest first; of a span of time by that time, whose index finds it. */
static void
choose_order(struct list *l)
{
    if (l->sort != NULL)
        return;
    l->descending = true;
    if (has_filter(l, "submitted_at", 1u << AT_LEAST | 1u << BELOW))
        l->sort = model_field(l->model, "submitted_at");
}

enum err
order_list(struct call *c, struct list *l, const char *view)
{
    bool open = asks_open(c, l);

    TRY(auth_need(c, NULL, NULL));
    choose_order(l);
    if (view != NULL) {
        TRY(choose_view(c, l, view));
        return model_list(c, l);
    }
    if (open) {
        l->where = are_open;
        l->index = index_of_open(l);
    }
    if (!auth_may_at(c, "order.see", &order_anywhere)) {
        struct seeing s = { .c = c, .l = l };

        add_seen(&s);
        if (s.full && open)
            l->where = order_seen_by_open;
        else if (open)
            join_parts(c, l);
    }
    return model_list(c, l);
}
