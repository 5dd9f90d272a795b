/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts: what somebody has begun to ask for, seen by nobody else. */
#include <string.h>

#include "auth/auth.h"
#include "base/words.h"
#include "engine/order/inner.h"
#include "model/app.h"

static enum err
own_draft(struct call *c, int64_t id, struct draft *d)
{
    TRY(auth_need(c, "order.create", NULL));
    TRY(model_get(c, &draft_model, id, d));
    if (d->person_id != c->actor->person_id)
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, "draft"), (long long)id);
    return OK;
}

enum err
draft_add(struct call *c, struct draft *d)
{
    TRY(auth_need(c, "order.create", NULL));
    TRY(model_check(c, &draft_model, d));
    d->person_id = c->actor->person_id;
    TX tx = tx_begin(c);
    TRY(model_add(c, &draft_model, d));
    return tx_commit(&tx);
}

enum err
draft_set(struct call *c, struct draft *d)
{
    struct draft old;
    TX tx = tx_begin(c);

    TRY(own_draft(c, d->id, &old));
    TRY(model_check_mask(c, &draft_model, d, c->said));
    TRY(model_set(c, &draft_model, d, c->said));
    TRY(model_get(c, &draft_model, d->id, d));
    return tx_commit(&tx);
}

enum err
draft_remove(struct call *c, struct draft *d)
{
    struct draft old;

    TRY(own_draft(c, d->id, &old));
    TRY(model_match(c, old.version));
    return model_remove(c, &draft_model, d->id);
}

enum err
draft_list(struct call *c, struct list *l)
{
    TRY(auth_need(c, "order.create", NULL));
    list_and(c, l, "person_id = $%zu", list_bind(c, l, V(c->actor->person_id)));
    return model_list(c, l);
}

enum err
draft_submit(struct call *c, struct draft *d, struct order_view *out)
{
    struct draft old;
    struct order_request w = { 0 };

    TX tx = tx_begin(c);
    TRY(own_draft(c, d->id, &old));
    TRY(model_read_json(c, &order_request_model, old.content,
                        strlen(old.content), &w, NULL));
    TRY(order_submit(c, &w, out));
    TRY(model_remove(c, &draft_model, d->id));
    return tx_commit(&tx);
}
