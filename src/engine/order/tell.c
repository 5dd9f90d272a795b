/* SPDX-License-Identifier: Apache-2.0 */
/* Events and messages. */
#include <stdarg.h>
#include <string.h>

#include "auth/auth.h"
#include "base/words.h"
#include "engine/order/inner.h"
#include "model/app.h"
#include "model/proof.h"

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

enum err
event_add(struct call *c, struct order_event *e)
{
    TRY(event_write(c, e));
    return db_news_add(c, NEWS_EVENT, e->id);
}

static const char add_notice[] =
    "INSERT INTO notice (id, person_id, order_id, kind, text, at)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err
tell(struct call *c, int64_t person_id, int64_t order_id, const char *kind,
     const char *fmt, ...)
{
    const int64_t id = new_id(c);
    va_list ap;
    char *text;

    if (person_id == 0
        || (c->actor != NULL && c->actor->person_id == person_id))
        return OK;
    va_start(ap, fmt);
    text = arena_vprintf(c->arena, words_in(c, fmt), ap);
    va_end(ap);
    TRY(db_exec(c, add_notice, V(id), V(person_id), V(order_id), V(kind),
                value_text(text), V(c->now)));
    return db_news_add(c, NEWS_NOTICE, id);
}

static const char crew_leads[] =
    "SELECT person_id, lead FROM crew_member WHERE crew_id = $1"
    " ORDER BY lead DESC, person_id";

enum err
tell_crew(struct call *c, const struct order *o, const char *kind)
{
    bool some_lead = false;
    ROWS r = db_query(c, crew_leads, V(o->crew_id));

    if (o->assignee_id != 0) {
        rows_close(&r);
        return tell(c, o->assignee_id, o->id, kind, "%s %s: %s", o->number,
                    o->title, words_in(c, kind));
    }
    while (rows_next(&r)) {
        some_lead = some_lead || row_int(&r, 1) != 0;
        if (some_lead && row_int(&r, 1) == 0)
            break;
        TRY(tell(c, row_int(&r, 0), o->id, kind, "%s %s: %s", o->number,
                 o->title, words_in(c, kind)));
    }
    return rows_end(&r);
}

static const char merged_requesters[] =
    "SELECT id, number, title, requester_id FROM orders"
    " WHERE merged_into_id = $1";

/* Orders whose merged ones are still to be looked at, and who has been told. */
struct telling {
    struct call *c;
    const char *kind;
    struct id_list {
        int64_t *ids;
        size_t n, cap;
    } orders, told;
};

static void
id_add(struct call *c, struct id_list *l, int64_t id)
{
    if (l->n == l->cap) {
        int64_t *more = NEW_N(c->arena, int64_t, l->cap * 2 + 16);

        if (l->n > 0)
            memcpy(more, l->ids, l->n * sizeof *more);
        l->ids = more;
        l->cap = l->cap * 2 + 16;
    }
    l->ids[l->n++] = id;
}

/* One person is told once of one happening, however many orders are his. */
static bool
is_told(struct telling *t, int64_t person_id)
{
    for (size_t i = 0; i < t->told.n; i++)
        if (t->told.ids[i] == person_id)
            return true;
    id_add(t->c, &t->told, person_id);
    return false;
}

static enum err
tell_merged(struct telling *t, int64_t id)
{
    struct call *c = t->c;
    ROWS r = db_query(c, merged_requesters, V(id));

    while (rows_next(&r)) {
        id_add(c, &t->orders, row_int(&r, 0));
        if (!is_told(t, row_int(&r, 3)))
            TRY(tell(c, row_int(&r, 3), row_int(&r, 0), t->kind, "%s %s: %s",
                     row_text(&r, 1), row_text(&r, 2), words_in(c, t->kind)));
    }
    return rows_end(&r);
}

/* Those of the orders merged into this one, and of those merged into them:
   they hear of it as of their own.  But that it is merged on is no news to
   whose order is merged already. */
enum err
tell_requesters(struct call *c, const struct order *o, const char *kind)
{
    struct telling t = { .c = c, .kind = kind };

    TRY(tell(c, o->requester_id, o->id, kind, "%s %s: %s", o->number, o->title,
             words_in(c, kind)));
    if (o->state == ORDER_MERGED)
        return OK;
    (void)is_told(&t, o->requester_id);
    id_add(c, &t.orders, o->id);
    for (size_t i = 0; i < t.orders.n; i++)
        TRY(tell_merged(&t, t.orders.ids[i]));
    return OK;
}
