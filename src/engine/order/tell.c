/* SPDX-License-Identifier: Apache-2.0 */
/* Messages. */
#include "auth/auth.h"
#include "base/words.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "subject/notice.h"

enum err
tell_crew(struct call *c, const struct order *o, const char *kind)
{
    bool some_lead = false;
    ROWS r = crew_people(c, o->crew_id);

    if (o->assignee_id != 0) {
        rows_close(&r);
        return notice_tell(c, o->assignee_id, "order", o->id, kind);
    }
    while (rows_next(&r)) {
        some_lead = some_lead || row_int(&r, 1) != 0;
        if (some_lead && row_int(&r, 1) == 0)
            break;
        TRY(notice_tell(c, row_int(&r, 0), "order", o->id, kind));
    }
    return rows_end(&r);
}

/* Those of the orders merged into this one, and of those merged into them. */
static const char merged_requesters[] =
    "WITH RECURSIVE below(id, number, title, requester_id) AS ("
    " SELECT id, number, title, requester_id FROM orders"
    "  WHERE merged_into_id = $1"
    " UNION SELECT o.id, o.number, o.title, o.requester_id"
    "  FROM orders o JOIN below b ON o.merged_into_id = b.id)"
    " SELECT id, number, title, requester_id FROM below"
    " ORDER BY requester_id, id";

/* Each person once, of the first of theirs: who asked for the same thing ten
   times need not hear of it ten times. */
static enum err
tell_merged(struct call *c, const struct order *o, const char *kind)
{
    int64_t last = o->requester_id;
    ROWS r = db_query(c, merged_requesters, V(o->id));

    while (rows_next(&r)) {
        int64_t person = row_int(&r, 3);

        if (person == last || person == o->requester_id)
            continue;
        last = person;
        TRY(notice_tell(c, person, "order", row_int(&r, 0), kind));
    }
    return rows_end(&r);
}

/* That an order is merged on is no news to whose order is merged already. */
enum err
tell_requesters(struct call *c, const struct order *o, const char *kind)
{
    TRY(notice_tell(c, o->requester_id, "order", o->id, kind));
    return o->state == ORDER_MERGED ? OK : tell_merged(c, o, kind);
}

static const char find_title[] =
    "SELECT number, title FROM orders WHERE id = $1";

const char *
order_title(struct call *c, int64_t id)
{
    ROWS r = db_query(c, find_title, V(id));

    if (!rows_next(&r))
        return NULL;
    return arena_printf(c->arena, "%s %s", row_text(&r, 0), row_text(&r, 1));
}
