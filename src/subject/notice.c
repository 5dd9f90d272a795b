/* SPDX-License-Identifier: Apache-2.0 */
#include "subject/notice.h"

#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "job/job.h"
#include "model/app.h"

static const struct field fields[] = {
    FIELD(struct notice, id, .flags = GIVEN),
    FIELD(struct notice, person_id, .flags = GIVEN | REQUIRED,
          .refers = "person"),
    FIELD(struct notice, noun, .flags = GIVEN | REQUIRED),
    FIELD(struct notice, noun_id, .flags = GIVEN),
    FIELD(struct notice, order_id, .flags = GIVEN | DERIVED, .refers = "orders",
          .says = "noun_id of a message about an order."),
    FIELD(struct notice, kind, .flags = GIVEN | REQUIRED),
    FIELD(struct notice, text, .flags = GIVEN | REQUIRED),
    FIELD(struct notice, at, .flags = GIVEN | REQUIRED),
    FIELD(struct notice, read_at, .flags = GIVEN),
};

const struct model notice_model = {
    .noun = "notice",
    .table = "notice",
    .size = sizeof(struct notice),
    .fields = fields,
    .n = COUNT(fields),
    .unproved = true,
    .sql = &(struct model_sql){ NULL, NULL, NULL }
};

static const char add_notice[] =
    "INSERT INTO notice (id, person_id, noun, noun_id, kind, text, at)"
    " VALUES ($1, $2, $3, $4, $5, '', $6)";

enum err
notice_tell(struct call *c, int64_t person_id, const char *noun,
            int64_t noun_id, const char *kind)
{
    const int64_t id = new_id(c);

    ASSERT(noun != NULL && noun_id > 0 && kind != NULL);
    if (person_id == 0
        || (c->actor != NULL && c->actor->person_id == person_id))
        return OK;
    TRY(db_exec(c, add_notice, V(id), V(person_id), V(noun), V(noun_id),
                V(kind), V(c->now)));
    return db_news_add(c, NEWS_NOTICE, id);
}

static void
name_order(struct notice *n)
{
    if (text_same(n->noun, "order"))
        n->order_id = n->noun_id;
}

enum err
notice_list(struct call *c, struct list *l)
{
    struct notice *all;

    TRY(auth_need(c, NULL, NULL));
    list_and(c, l, "person_id = $%zu", list_bind(c, l, V(c->actor->person_id)));
    if (l->sort == NULL && l->cursor == NULL)
        l->descending = true;
    TRY(model_list(c, l));
    all = l->rows;
    for (size_t i = 0; i < l->n; i++)
        name_order(&all[i]);
    return OK;
}

static const char mark_read[] =
    "UPDATE notice SET read_at = $3 WHERE id = $1 AND person_id = $2"
    " AND read_at IS NULL";

enum err
notice_read(struct call *c, struct notice *n)
{
    struct notice found;
    TX tx = tx_begin(c);

    TRY(auth_need(c, NULL, NULL));
    TRY(model_get(c, &notice_model, n->id, &found));
    if (found.person_id != c->actor->person_id)
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, "notice"), (long long)n->id);
    TRY(db_exec(c, mark_read, V(n->id), V(c->actor->person_id), V(c->now)));
    found.read_at = found.read_at.ms ? found.read_at : c->now;
    name_order(&found);
    *n = found;
    return tx_commit(&tx);
}

static const char find_old[] =
    "SELECT id FROM notice WHERE read_at < $1 LIMIT $2";

static const char drop_old[] =
    "DELETE FROM notice WHERE id = $1 AND read_at < $2";

enum err
notice_drop_old(struct call *c, int64_t max, int64_t *done)
{
    const struct drop_due d = {
        find_old, drop_old, { c->now.ms - NOTICE_KEPT_DAYS * DAY_MS }
    };

    return db_drop_due(c, &d, max, done);
}

const struct job subject_jobs[] = {
    { "notice.old", 10 * MINUTE_MS, JOB_WORK, true, JOB_ROWS, notice_drop_old },
    { 0 },
};
