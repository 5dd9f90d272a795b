/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of a noun over HTTP: its changes from the audit.  Whoever may
 * see or edit the thing itself may see what became of it; an order has its
 * own events.
 */
#include <string.h>

#include "api/route.h"
#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "model/app.h"
#include "noun/noun.h"

/* The noun by its name in the audit; one without a right to look has its
   history elsewhere. */
static const struct noun *
find_noun(const struct call *c, const char *name, const char **right)
{
    for (size_t i = 0; c->app->nouns[i] != NULL; i++) {
        const struct noun *n = c->app->nouns[i];

        *right = n->told ? n->told : n->see ? n->see : n->edit;
        if (text_same(n->model->noun, name) && *right != NULL)
            return n;
    }
    return NULL;
}

/* The thing may lie outside of what the caller sees.  What is no more lies
   nowhere: it is for those who see all; of what has a life nobody is a party
   any more. */
static enum err
check_reach(struct call *c, const struct noun *n, int64_t id)
{
    void *rec = arena_alloc(c->arena, n->model->size);
    enum err e;

    if (n->by_hand && n->get == NULL)
        return OK;
    field_put(model_field(n->model, "id"), rec, id);
    e = noun_get(c, n, rec);
    return e == ERR_ABSENT && n->life == NULL
               ? auth_need(c, n->see, &(struct auth_where){ 0 })
               : e;
}

static enum err
check_may(struct call *c, const char *noun, int64_t id, const struct noun **n)
{
    const char *right = NULL;

    *n = find_noun(c, noun, &right);
    if (*n == NULL)
        return fail(c, ERR_ABSENT, NULL, "there is no such address");
    if (auth_may(c, "audit.see"))
        return auth_need(c, "audit.see", NULL);
    TRY(auth_need(c, right, NULL));
    return check_reach(c, *n, id);
}

/* Nothing was ever told of it: then it must at least be there. */
static enum err
check_there(struct call *c, const struct model *m, int64_t id)
{
    return model_get(c, m, id, arena_alloc(c->arena, m->size));
}

static enum err
list_history(struct call *c, void *in, void *out)
{
    struct list *l = in;
    const char *noun = "";
    int64_t id = 0;
    const struct noun *n = NULL;

    (void)out;
    for (size_t i = 0; i < l->n_filters; i++) {
        if (strcmp(l->filters[i].field->name, "noun") == 0)
            noun = l->filters[i].value;
        if (strcmp(l->filters[i].field->name, "noun_id") == 0)
            (void)text_int(l->filters[i].value, &id);
    }
    TRY(check_may(c, noun, id, &n));
    TRY(audit_history(c, l, noun, id));
    /* Further filters or a later page may leave nothing of what was told. */
    if (l->n == 0 && l->cursor == NULL && l->n_filters == 2)
        return check_there(c, n->model, id);
    return OK;
}

const struct route history_routes[] = {
    { GET, "/history/{noun}/{noun_id}", list_history, .out = &change_model,
      .flags = R_LIST,
      .says = "What became of a thing: who changed what of it, and when." },
    { 0 }
};
