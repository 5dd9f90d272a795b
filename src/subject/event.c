/* SPDX-License-Identifier: Apache-2.0 */
#include "subject/event.h"

#include "auth/auth.h"
#include "base/random.h"
#include "base/text.h"
#include "base/words.h"
#include "model/app.h"
#include "model/proof.h"

/* Digests know the columns by what they were called when all events were of
   orders. */
static const struct field fields[] = {
    FIELD(struct event, id, .flags = GIVEN),
    FIELD(struct event, noun, .flags = GIVEN | REQUIRED, .before = "order",
          .label = "Of what"),
    FIELD(struct event, noun_id, .flags = GIVEN | REQUIRED, .refers = "any",
          .proved_as = "order_id", .label = "Number"),
    FIELD(struct event, order_id, .flags = GIVEN | DERIVED, .refers = "orders",
          .says = "noun_id of an event of an order."),
    FIELD(struct event, at, .flags = GIVEN | REQUIRED, .label = "Time"),
    FIELD(struct event, actor_id, .flags = GIVEN, .refers = "person"),
    FIELD(struct event, actor_name, .flags = GIVEN, .label = "Who"),
    FIELD(struct event, verb, .flags = GIVEN | REQUIRED, .label = "Action"),
    FIELD(struct event, from_state, .flags = GIVEN),
    FIELD(struct event, to_state, .flags = GIVEN),
    FIELD(struct event, reason, .flags = GIVEN, .label = "Reason"),
    FIELD(struct event, note, .flags = GIVEN, .label = "Note"),
    FIELD(struct event, internal, .flags = GIVEN, .label = "Internal"),
    FIELD(struct event, detail, .flags = GIVEN | JSON_TEXT),
};

const struct model event_model = {
    .noun = "event",
    .table = "event",
    .size = sizeof(struct event),
    .fields = fields,
    .n = COUNT(fields),
    .of_any = true,
    .proved_as = "order_event",
    .sql = &(struct model_sql){ NULL, NULL, NULL }
};

enum err
event_write(struct call *c, struct event *e)
{
    /* Each is of a row: one of none would be in nobody's history. */
    ASSERT(e->noun != NULL && e->noun_id > 0 && e->verb != NULL);
    e->id = 0;
    e->at = c->now;
    if (c->actor != NULL && e->actor_name == NULL) {
        e->actor_id = c->actor->person_id;
        e->actor_name = c->actor->name;
    }
    return model_insert(c, &event_model, e);
}

static const char newest_id[] = "SELECT MAX(id) FROM event WHERE noun_id = $1";

enum err
event_begin(struct call *c, struct event *e)
{
    TRY(event_write(c, e));
    return db_news_add(c, NEWS_EVENT, e->id);
}

/* Another process, whose clock is ahead, may have had the row last: what
   happens to it later has a higher id all the same.  Its time would not do, for
   ids run ahead of a clock that is behind. */
enum err
event_add(struct call *c, struct event *e)
{
    int64_t newest;

    TRY(db_int(c, &newest, newest_id, V(e->noun_id)));
    ids_pass(c->app->ids, newest);
    return event_begin(c, e);
}

static const char drop[] = "DELETE FROM event WHERE noun_id = $1";

enum err
event_drop(struct call *c, int64_t noun_id)
{
    ASSERT(noun_id > 0);
    return db_exec(c, drop, V(noun_id));
}

static const char other[] =
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM event WHERE noun_id = $1"
    " AND verb <> $2) THEN 1 ELSE 0 END";

enum err
event_other(struct call *c, int64_t noun_id, const char *verb, bool *any)
{
    int64_t n = 0;

    TRY(db_int(c, &n, other, V(noun_id), V(verb)));
    *any = n != 0;
    return OK;
}

static void
name_order(struct event *e)
{
    if (text_same(e->noun, "order"))
        e->order_id = e->noun_id;
}

enum err
event_list(struct call *c, struct list *l, const struct event_view *v)
{
    struct event *rows;

    list_and(c, l, "noun_id = $%zu", list_bind(c, l, V(v->noun_id)));
    list_and(c, l, "noun = $%zu", list_bind(c, l, V(v->noun)));
    if (!v->internal)
        list_and(c, l, "internal = 0");
    if (v->verb != NULL)
        list_and(c, l, "verb = $%zu", list_bind(c, l, V(v->verb)));
    for (const char *const *h = v->hidden; h != NULL && *h != NULL; h++)
        list_and(c, l, "verb <> $%zu", list_bind(c, l, V(*h)));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        name_order(&rows[i]);
    return OK;
}

enum err
event_newest(struct call *c, const char *noun, int64_t noun_id,
             const char *verb, struct event *e)
{
    ROWS r = model_query(c, &event_model,
                         "WHERE noun_id = $1 AND noun = $2"
                         " AND verb = COALESCE($3, verb)"
                         " ORDER BY id DESC LIMIT 1",
                         V(noun_id), V(noun), V(verb));

    if (!rows_next(&r)) {
        TRY(rows_end(&r));
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, event_model.noun), (long long)noun_id);
    }
    model_read_row(&event_model, &r, e);
    name_order(e);
    return rows_end(&r);
}
