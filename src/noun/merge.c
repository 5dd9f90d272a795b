/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two rows that are the same thing become one.  Whoever is, or reaches, one of
 * them then has what was the other's, so where any of those signs in it is the
 * act of two persons (auth/change.h, decision 51).
 */
#include "noun/inner.h"

#include <string.h>

#include "auth/account.h"
#include "auth/change.h"
#include "base/words.h"
#include "model/member.h"
#include "json/json.h"

static const struct field fields[] = {
    FIELD(struct noun_merge, id, .flags = GIVEN),
    FIELD(struct noun_merge, into_id, .flags = REQUIRED, .refers = "any",
          .label = "Merge into", .says = "The row that stays."),
};
const struct model noun_merge_model =
    MODEL("merge", NULL, struct noun_merge, fields);

/* -- what refers to the double --------------------------------------------- */

struct merging {
    const struct noun *n;
    int64_t from, into;
};

/* {"crew_id":[12,15]} */
static const char *
what_moved(struct call *c, const struct field *f, const struct merging *k)
{
    return arena_printf(c->arena, "{\"%s\":[%lld,%lld]}", f->name,
                        (long long)k->from, (long long)k->into);
}

/* A row that says what belongs to what cannot be changed by anybody, but goes
   along; one that is there already takes it in. */
static enum err
bring(struct call *c, const struct noun *n, const struct field *f,
      const struct merging *k, const void *old)
{
    const struct model *m = n->model;
    void *rec = arena_alloc(c->arena, m->size);
    int64_t same = 0;

    memcpy(rec, old, m->size);
    field_put(f, rec, k->into);
    TRY(n->follow(c, rec, &same));
    if (same != 0)
        return model_remove(c, m, model_id(m, old));
    TRY(noun_check(c, n, old, rec));
    TRY(model_update(c, m, old, rec));
    return model_audit(c, arena_printf(c->arena, "%s.merged", m->noun), m->noun,
                       model_id(m, old), what_moved(c, f, k));
}

/* One row that refers to the double refers to the other from now on. */
static enum err
move_reference(struct call *c, const struct noun *n, const struct field *f,
               const struct merging *k, const void *old)
{
    void *rec;

    if (n->follow != NULL)
        return bring(c, n, f, k, old);
    if (n->refer != NULL)
        return n->refer(c, old, f, k->into);
    if ((n->by_hand || n->life) && n->set == NULL)
        return fail(c, ERR_CONFLICT, NULL, "refers to it for good");
    rec = arena_alloc(c->arena, n->model->size);
    field_put(model_field(n->model, "id"), rec, model_id(n->model, old));
    field_put(f, rec, k->into);
    return noun_set(c, n, rec, model_mask(n->model, f->name));
}

/* Whoever merges has said nothing of the row that cannot go along: it is named
   itself, and no field of theirs. */
static enum err
name_row(struct call *c, const struct noun *n, void *rec, enum err e)
{
    const char *why = c->fault.text;

    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_DENIED)
        return e;
    if (n->derive != NULL)
        TRY(n->derive(c, rec));
    return fail(c, e == ERR_DENIED ? e : ERR_CONFLICT, NULL, "%s “%s”: %s",
                words_in(c, n->model->noun), noun_title(c, n, rec), why);
}

static enum err
move_page(struct call *c, const struct noun *from, const struct field *f,
          const struct merging *k, size_t *n)
{
    struct list l = { .model = from->model, .limit = 200, .no_total = true };

    list_and(c, &l, "%s = $%zu", f->name, list_bind(c, &l, V(k->from)));
    TRY(model_list(c, &l));
    for (size_t i = 0; i < l.n; i++) {
        void *rec = (char *)l.rows + i * from->model->size;
        enum err e = move_reference(c, from, f, k, rec);

        /* Half a merging is none. */
        if (e == OK && c->waits)
            e = fail(c, ERR_CONFLICT, NULL,
                     "gives rights: change it by itself first");
        if (e != OK)
            return name_row(c, from, rec, e);
    }
    *n = l.n;
    return OK;
}

/* A place may have a hundred thousand orders: what a page of them took is given
   back before the next. */
static enum err
move_references(struct call *c, const struct noun *from, const struct field *f,
                void *arg)
{
    struct arena *whole = c->arena, *page;
    size_t n = 1;
    enum err e = OK;

    if (from->past)
        return OK;
    page = c->arena = arena_open();
    while (e == OK && n > 0) {
        arena_reset(page);
        e = move_page(c, from, f, arg, &n);
    }
    c->arena = whole;
    c->fault.field = arena_text(whole, c->fault.field);
    c->fault.text = arena_text(whole, c->fault.text);
    arena_close(page);
    return e;
}

/* Rights are given by two persons, so that none follows from a merging. */
static enum err
refuse_granted(struct call *c, const struct noun *n, int64_t id)
{
    int64_t grants = 0;

    TRY(grants_on(c, n->model->noun, id, &grants));
    return grants == 0 ? OK
                       : fail(c, ERR_CONFLICT, NULL,
                              "%lld roles reach just it: change them first",
                              (long long)grants);
}

/* The double is no more. */
static enum err
end_double(struct call *c, const struct noun *n, int64_t id)
{
    const struct field *use = model_flagged(n->model, IN_USE);
    void *rec = arena_alloc(c->arena, n->model->size);

    if (use == NULL)
        return noun_remove(c, n, id);
    field_put(model_field(n->model, "id"), rec, id);
    return noun_set(c, n, rec, model_mask(n->model, use->name));
}

/* -- two persons ------------------------------------------------------------- */

/* Where somebody who signs in would have more, another administrator agrees
   first: *WAITS. */
static enum err
ask(struct call *c, const struct merging *k, const char *title, bool *waits)
{
    struct right_change w = { .kind = "merge",
                              .about = title,
                              .noun = k->n->model->noun,
                              .noun_id = k->from };

    *waits = false;
    TRY(k->n->gains(c, k->from, k->into, &w.person_id));
    if (w.person_id == 0)
        return OK;
    TRY(change_waits(c, CHANGE_BECOMES_ONE, w.person_id, waits));
    if (!*waits)
        return OK;
    w.wish = arena_printf(c->arena, "{\"into_id\":%lld}", (long long)k->into);
    return change_ask(c, &w);
}

/* Both as they are, for whoever may change them; what waits about the double
   would be about nothing. */
static enum err
look(struct call *c, const struct merging *k, const char **title)
{
    void *rec = arena_alloc(c->arena, k->n->model->size);

    TRY(noun_to_change(c, k->n, k->from, rec));
    *title = noun_title(c, k->n, rec);
    c->if_version = 0; /* it spoke of the double, which is checked */
    rec = arena_alloc(c->arena, k->n->model->size);
    TRY(noun_to_change(c, k->n, k->into, rec));
    if (k->from == k->into || !noun_in_use(c, k->n->model, rec))
        return fail(c, ERR_CONFLICT, "into_id", "“%s” is no more in use",
                    noun_title(c, k->n, rec));
    TRY(change_refuse_spoken(c, k->n->model->noun, k->from));
    return refuse_granted(c, k->n, k->from);
}

enum err
noun_merge(struct call *c, const struct noun *n, int64_t from, int64_t into)
{
    struct merging k = { n, from, into };
    const char *title;
    bool waits;

    ASSERT(n->merges && n->gains != NULL);
    TX tx = tx_begin(c);
    db_long(c); /* a crew has thousands of orders */
    TRY(look(c, &k, &title));
    TRY(ask(c, &k, title, &waits));
    if (waits)
        return tx_commit(&tx);
    c->waits = false; /* whatever waits now is of a row that goes along */
    TRY(noun_each_reference(c, n->model->table, move_references, &k));
    TRY(end_double(c, n, from));
    return tx_commit(&tx);
}
