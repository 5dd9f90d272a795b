/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the same has been asked for already, told while one asks. */
#include "auth/auth.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

static const char find_candidates[] =
    "SELECT id, number, state, item_name, place_name, submitted_at,"
    " complete_due FROM orders WHERE place_id = $1 AND is_open = 1"
    " AND item_code = $2 AND completed_at IS NULL ORDER BY id LIMIT 5";

enum err
order_duplicates(struct call *c, struct order_candidates *d)
{
    bool restricted = false;
    struct order o;
    size_t n;

    TRY(auth_need(c, "order.create", NULL));
    d->found = NEW_N(c->arena, struct order_candidate, 5);
    if (order_is_nameless(c, d->item_code))
        return OK;
    {
        ROWS r = db_query(c, find_candidates, V(d->place_id), V(d->item_code));

        while (rows_next(&r) && d->n < 5)
            model_read_row(&order_candidate_model, &r, &d->found[d->n++]);
        TRY(rows_end(&r));
    }
    /* What happens in a secrecy area is told to nobody who may not see it. */
    TRY(place_is_restricted(c, d->place_id, &restricted));
    n = d->n;
    d->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct order_candidate *k = &d->found[i];

        TRY(model_get(c, &order_model, k->id, &o));
        k->may_see = order_may_see(c, &o);
        k->own = c->actor && o.requester_id == c->actor->person_id;
        if (k->may_see || !restricted)
            d->found[d->n++] = *k;
    }
    return OK;
}
