/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/order/held.h"

#include "auth/auth.h"
#include "engine/org/org.h"

static const char count_held[] =
    "SELECT COUNT(*) FROM orders WHERE assignee_id = $1 AND is_open = 1";

static const char find_held[] =
    "SELECT number, state, crew_name FROM orders WHERE assignee_id = $1"
    " AND is_open = 1 ORDER BY id LIMIT $2";

enum err
orders_held(struct call *c, int64_t person_id, struct held **out, size_t *n,
            int64_t *total)
{
    struct person somebody;

    if (!auth_may(c, "org.edit"))
        TRY(auth_need(c, "account.edit", NULL));
    TRY(auth_need(c, NULL, NULL));
    TRY(model_get(c, &person_model, person_id, &somebody));
    *n = 0;
    *out = NEW_N(c->arena, struct held, HELD_MOST);
    TRY(db_int(c, total, count_held, V(person_id)));
    ROWS r = db_query(c, find_held, V(person_id), V(HELD_MOST));
    while (*n < HELD_MOST && rows_next(&r))
        (*out)[(*n)++] =
            (struct held){ row_text(&r, 0), row_text(&r, 1), row_text(&r, 2) };
    return rows_end(&r);
}
