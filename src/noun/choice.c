/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that a field may refer to, for whoever may make the row with the field
 * and need not be one to list what it refers to: each by what it is called and
 * where it lies.
 */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "noun/inner.h"
#include "json/json.h"

#define CHOICES 20 /* that one chooses among */
#define PLACES 50  /* whose rows are looked at, of those that the words name */

struct choosing {
    struct call *c;
    const struct noun *to;
    const char *words;
    struct json_out *out;
    int64_t told[CHOICES]; /* ids of what is offered already */
    size_t n;
};

/* The row that REC's column refers to, NULL where it is not for these eyes. */
static void *
beside(struct call *c, const struct noun *n, const char *column,
       const void *rec, const struct noun **to)
{
    const struct field *f = model_field(n->model, column);
    void *other;

    *to = f->refers ? noun_of_table(c, f->refers) : NULL;
    if (*to == NULL)
        return NULL;
    other = arena_alloc(c->arena, (*to)->model->size);
    if (model_get(c, (*to)->model, field_int(f, rec), other) == OK
        && noun_may_see(c, *to, other) == OK)
        return other;
    c->fault = (struct fault){ .code = OK };
    return NULL;
}

/* What lies where the caller must know of nothing is not offered. */
static void
offer(struct choosing *k, const void *rec)
{
    struct call *c = k->c;
    const char *column = k->to->reach.place;
    const struct noun *place = NULL;
    const void *where = NULL;
    int64_t id = model_id(k->to->model, rec);

    for (size_t i = 0; i < k->n; i++)
        if (k->told[i] == id)
            return;
    if (k->n == CHOICES || !noun_in_use(c, k->to->model, rec))
        return;
    if (column != NULL && field_int(model_field(k->to->model, column), rec)) {
        where = beside(c, k->to, column, rec, &place);
        if (where == NULL)
            return;
    }
    k->told[k->n++] = id;
    json_begin(k->out);
    json_put_int(k->out, "id", id);
    json_put_text(k->out, "called", noun_title(c, k->to, rec));
    json_put_text(k->out, "place", where ? noun_title(c, place, where) : NULL);
    json_end(k->out);
}

static enum err
offer_list(struct choosing *k, struct list *l)
{
    l->no_total = true;
    TRY(model_list(k->c, l));
    for (size_t i = 0; i < l->n; i++)
        offer(k, (const char *)l->rows + i * k->to->model->size);
    return OK;
}

/* By its own words; without any the first there are. */
static enum err
offer_by_name(struct choosing *k)
{
    struct list l = {
        .model = k->to->model, .words = k->words, .limit = CHOICES
    };

    return offer_list(k, &l);
}

/* By the words of where it lies; what of the places is not for these eyes is left
   out where their rows are offered. */
static enum err
offer_by_place(struct choosing *k)
{
    struct call *c = k->c;
    const char *column = k->to->reach.place;
    const struct field *f = column ? model_field(k->to->model, column) : NULL;
    const struct noun *place =
        f && f->refers ? noun_of_table(c, f->refers) : NULL;
    struct list l = { .model = k->to->model, .limit = CHOICES };
    struct buf ids = buf_make(c->arena, 0);

    if (place == NULL || text_is_blank(k->words))
        return OK;
    struct list places = { .model = place->model,
                           .words = k->words,
                           .limit = PLACES,
                           .no_total = true };
    TRY(model_list(c, &places));
    if (places.n == 0)
        return OK;
    for (size_t i = 0; i < places.n; i++)
        buf_printf(&ids, "%s$%zu", i ? ", " : "",
                   list_bind(c, &l,
                             V(model_id(place->model,
                                        (const char *)places.rows
                                            + i * place->model->size))));
    list_and(c, &l, "%s IN (%s)", column, ids.s);
    return offer_list(k, &l);
}

enum err
noun_write_choices(struct call *c, struct json_out *out, const char *of,
                   const char *words)
{
    const char *dot = strchr(of, '.');
    const char *name =
        dot ? arena_text_n(c->arena, of, (size_t)(dot - of)) : of;
    const struct noun *n = noun_of_table(c, name);
    const struct field *f = n && dot ? model_field(n->model, dot + 1) : NULL;
    struct choosing k = { .c = c, .words = words, .out = out };

    if (f != NULL && f->refers != NULL && !(f->flags & GIVEN))
        k.to = noun_of_table(c, f->refers);
    /* What is ruled by a part of its own is chosen there. */
    if (k.to == NULL || n->by_hand || k.to->by_hand || k.to->life != NULL)
        return fail(c, ERR_ABSENT, NULL, "there is no such choice");
    TRY(auth_need(c, n->edit, NULL));
    json_begin(out);
    json_key(out, "items");
    json_begin_list(out);
    TRY(offer_by_name(&k));
    TRY(offer_by_place(&k));
    json_end_list(out);
    json_end(out);
    return OK;
}
