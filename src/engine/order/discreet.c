/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be said without a name, a complaint above all, is nobody's business
 * but theirs who handle it: to see orders is not enough.
 */
#include "auth/auth.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"

/* Who handles what is discreet: the desk, the hands, and those who are told
   what the service is found to be worth, with whom it ends. */
static const char *const handling[] = { "order.accept", "order.dispatch",
                                        "order.work", "rating.see" };

/* Of whoever lets an order pass it is the business until they have. */
static const char passing[] = "order.approve";

bool
order_is_discreet(struct call *c, const struct order *o)
{
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item_by_id(k, o->item_id);

    return i != NULL && i->anonymous_allowed;
}

bool
order_is_handled(struct call *c, const struct order *o,
                 const struct auth_where *at)
{
    if (o->requester_id == c->actor->person_id)
        return true;
    for (size_t i = 0; i < COUNT(handling); i++)
        if (auth_may_at(c, handling[i], at))
            return true;
    return false;
}

bool
order_is_open_to(struct call *c, const struct order *o,
                 const struct auth_where *at)
{
    if (order_is_handled(c, o, at))
        return true;
    if (o->state == ORDER_AWAITING_APPROVAL && auth_may_at(c, passing, at))
        return true;
    return !order_is_discreet(c, o);
}

static bool
handles_all(struct call *c)
{
    for (size_t i = 0; i < COUNT(handling); i++)
        if (auth_may_at(c, handling[i], &order_anywhere))
            return true;
    return false;
}

void
order_hide_discreet(struct call *c, struct list *l)
{
    struct buf b = buf_make(c->arena, 0);

    if (handles_all(c))
        return;
    buf_printf(&b,
               "item_id NOT IN (SELECT i.id FROM service_item i"
               " WHERE i.anonymous_allowed = 1) OR requester_id = $%zu",
               list_bind(c, l, V(c->actor->person_id)));
    for (size_t i = 0; i < COUNT(handling); i++)
        if (auth_may(c, handling[i]))
            buf_printf(&b, " OR %s",
                       auth_condition(c, handling[i], &order_lies, l));
    if (auth_may(c, passing))
        buf_printf(&b, " OR (state = 'awaiting_approval' AND (%s))",
                   auth_condition(c, passing, &order_lies, l));
    list_and(c, l, "(%s)", b.s);
}
