/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of orders: who may see which, and how they are found quickly among a
 * million.
 *
 * What is asked of open orders is read from the small index of the open ones.
 * What an actor may see in part is read part by part: the own orders and the
 * scopes of the rights held (auth_limit).
 */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/inner.h"

#define OPEN_BY_ID "orders_open"
#define OPEN_BY_DUE "orders_open_due"
#define OPEN_BY_URGENCY "orders_open_urgency"

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
/* Accepted, with a crew whose people take their orders themselves: the desk has
   done its part.  What else is accepted still waits for the desk. */
static const char to_be_taken[] =
    "is_open = 1 AND state = 'accepted' AND crew_id IN"
    " (SELECT id FROM crew WHERE dispatch = 'grab' AND active = 1)";
static const char to_dispatch[] =
    "is_open = 1 AND state = 'accepted' AND COALESCE(crew_id, 0) NOT IN"
    " (SELECT id FROM crew WHERE dispatch = 'grab' AND active = 1)";
/* Mine that wait for me: to be looked at, sent in again or rated. */
static const char to_do[] =
    "requester_id = $1 AND (state = 'completed' OR state = 'returned'"
    " OR (state = 'verified' AND unlisted = 0 AND verified_at > $2 AND NOT "
    "EXISTS"
    "  (SELECT 1 FROM rating WHERE rating.order_id = orders.id"
    "   AND rating.life = orders.reopens)))";

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
    if (l->sort != NULL && strcmp(l->sort->name, "nearest_due") == 0)
        return OPEN_BY_DUE;
    if (l->sort != NULL && strcmp(l->sort->name, "urgency") == 0)
        return OPEN_BY_URGENCY;
    return has_filter(l, "state", 1u << IS) || has_filter(l, "number", 1u << IS)
                   || has_filter(l, "id", 1u << IS | 1u << ONE_OF)
               ? NULL
               : OPEN_BY_ID;
}

/* As a row is amber (clockOf in web/src/order/order.ts): a quarter of the time
   is left, which the round has told, an emergency being a level ahead, or it is
   short whatever it was. */
#define SHORT_MS (30 * MINUTE_MS)
#define SOON_OVER                                                              \
    "is_open = 1 AND nearest_due >= $%zu"                                      \
    " AND (escalation > emergency OR nearest_due < $%zu)"

/* -- the list ------------------------------------------------------------ */

/* Few of all there ever were. */
static enum err
choose_poor(struct call *c, struct list *l)
{
    TRY(rating_limit_poor(c, l));
    TRY(order_limit(c, l));
    list_join_parts(c, l);
    return OK;
}

static enum err
choose_soon(struct call *c, struct list *l)
{
    size_t now = list_bind(c, l, V(c->now));
    size_t shortly = list_bind(c, l, value_int(c->now.ms + SHORT_MS));

    list_and(c, l, SOON_OVER, now, shortly);
    l->index = index_of_open(l);
    TRY(order_limit(c, l));
    list_join_parts(c, l);
    return OK;
}

/* Open orders of which WHERE is true, that the caller may see. */
static enum err
choose_open(struct call *c, struct list *l, const char *where)
{
    list_and(c, l, "%s", where);
    l->index = index_of_open(l);
    TRY(order_limit(c, l));
    list_join_parts(c, l);
    return OK;
}

static enum err
choose_view(struct call *c, struct list *l, const char *view)
{
    size_t me;

    if (text_same(view, "soon"))
        return choose_soon(c, l);
    if (text_same(view, "dissatisfied"))
        return choose_poor(c, l);
    if (text_same(view, "to_dispatch"))
        return choose_open(c, l, to_dispatch);
    if (text_same(view, "to_be_taken"))
        return choose_open(c, l, to_be_taken);
    me = list_bind(c, l, V(c->actor->person_id));
    if (text_same(view, "mine")) {
        list_and(c, l, "requester_id = $%zu", me);
    } else if (text_same(view, "todo")) {
        (void)list_bind(c, l, value_int(c->now.ms - ORDER_RATE_DAYS * DAY_MS));
        list_and(c, l, "%s", to_do);
    } else if (text_same(view, "crew") || text_same(view, "grab")) {
        /* A view is a part of what the caller sees. */
        TRY(choose_open(c, l, text_same(view, "crew") ? of_my_crews : to_grab));
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
    TRY(order_find(c, l));
    choose_order(l);
    if (view != NULL) {
        TRY(choose_view(c, l, view));
        return model_list(c, l);
    }
    if (open) {
        list_and(c, l, "is_open = 1");
        l->index = index_of_open(l);
    }
    TRY(order_limit(c, l));
    /* The open ones are few. */
    if (open)
        list_join_parts(c, l);
    return model_list(c, l);
}
