/* SPDX-License-Identifier: Apache-2.0 */
/* Events and messages. */
#include "auth/auth.h"
#include "base/random.h"
#include "base/words.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "model/proof.h"
#include "subject/notice.h"

static const char add_event[] =
    "INSERT INTO event (id, order_id, at, actor_id, actor_name, verb,"
    " from_state, to_state, reason, note, internal, detail)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

enum err
event_write(struct call *c, struct order_event *e)
{
    e->id = new_id(c);
    e->at = c->now;
    if (c->actor != NULL && e->actor_name == NULL) {
        e->actor_id = c->actor->person_id;
        e->actor_name = c->actor->name;
    }
    TRY(db_exec(c, add_event, V(e->id), V(e->order_id), V(e->at),
                value_ref(e->actor_id), V(e->actor_name), V(e->verb),
                V(e->from_state), V(e->to_state), V(e->reason), V(e->note),
                V(e->internal), V(e->detail)));
    model_written(c, &order_event_model, e);
    return OK;
}

static const char newest_event[] =
    "SELECT MAX(id) FROM event WHERE order_id = $1";

/* Another process, whose clock is ahead, may have had the order last: what
   happens to it later has a higher id all the same.  Its time would not do, for
   ids run ahead of a clock that is behind. */
enum err
event_add(struct call *c, struct order_event *e)
{
    int64_t newest;

    TRY(db_int(c, &newest, newest_event, V(e->order_id)));
    ids_pass(c->app->ids, newest);
    TRY(event_write(c, e));
    return db_news_add(c, NEWS_EVENT, e->id);
}

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
