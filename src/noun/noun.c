/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs that all plain nouns share. */
#include "noun/inner.h"

#include <string.h>

#include "auth/change.h"
#include "base/text.h"
#include "base/words.h"
#include "life/life.h"
#include "model/member.h"

#define ALL_FIELDS (~(field_mask)0)

/* -- the register -------------------------------------------------------- */

const struct noun *
noun_of_table(const struct call *c, const char *table)
{
    ASSERT(c->app->nouns != NULL);
    for (size_t i = 0; c->app->nouns[i] != NULL; i++)
        if (text_same(c->app->nouns[i]->model->table, table))
            return c->app->nouns[i];
    return NULL;
}

const struct noun *
noun_find(const struct call *c, const char *plural)
{
    ASSERT(c->app->nouns != NULL);
    for (size_t i = 0; c->app->nouns[i] != NULL; i++)
        if (text_same(c->app->nouns[i]->plural, plural))
            return c->app->nouns[i];
    return NULL;
}

/* What the row is called that a TITLE refers to. */
static const char *
title_of(struct call *c, const struct field *f, const void *rec)
{
    const struct noun *to = noun_of_table(c, f->refers);
    void *other = arena_alloc(c->arena, to->model->size);

    return model_get(c, to->model, field_int(f, rec), other) == OK
               ? noun_title(c, to, other)
               : NULL;
}

const char *
noun_title(struct call *c, const struct noun *n, const void *rec)
{
    const struct field *f = model_flagged(n->model, TITLE);
    const char *title = NULL;

    if (f != NULL && f->refers != NULL)
        title = title_of(c, f, rec);
    else if (f != NULL && f->kind == FIELD_TEXT)
        title = member_value(f, rec).as.s;
    return title
               ? title
               : arena_printf(c->arena, "%s %lld", words_in(c, n->model->noun),
                              (long long)model_id(n->model, rec));
}

void
noun_call(struct call *c, const struct noun *n, void *rec)
{
    const struct field *f = model_field(n->model, "called");
    const struct fault was = c->fault;

    if (n->by_hand || f == NULL || f->kind != FIELD_TEXT
        || member_has_column(f))
        return;
    *(const char **)(void *)((char *)rec + f->offset) = noun_title(c, n, rec);
    c->fault = was; /* what it is called by may be gone */
}

/* -- who may ------------------------------------------------------------- */

static int64_t
at_column(const struct model *m, const char *column, const void *rec)
{
    return column ? field_int(model_field(m, column), rec) : 0;
}

/* To others it is as if it were not there. */
static enum err
need_own(struct call *c, const struct noun *n, const void *rec)
{
    if (n->own == NULL
        || at_column(n->model, n->own, rec) == c->actor->account_id)
        return OK;
    return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                words_in(c, n->model->noun),
                (long long)model_id(n->model, rec));
}

static enum err
need(struct call *c, const struct noun *n, const char *right, const void *rec)
{
    struct auth_where at;

    TRY(auth_need(c, NULL, NULL));
    TRY(need_own(c, n, rec));
    TRY(auth_where_of(c, &n->reach, n->model, rec, &at));
    return auth_need(c, right, auth_has_where(&n->reach) ? &at : NULL);
}

/* Who is from outside asks for what lies with another provider. */
static enum err
refuse_outside(struct call *c, const struct noun *n, const void *rec)
{
    struct auth_where at;

    if (!n->own_only || !auth_from_outside(c))
        return OK;
    TRY(auth_where_of(c, &n->reach, n->model, rec, &at));
    return at.provider_id == c->actor->provider_id
               ? OK
               : fail(c, ERR_DENIED, NULL, "this needs the right “%s”",
                      "org.see");
}

static void
limit_outside(struct call *c, const struct noun *n, struct list *l)
{
    if (!n->own_only || !auth_from_outside(c))
        return;
    size_t own = list_bind(c, l, V(c->actor->provider_id));
    if (n->reach.provider != NULL)
        list_and(c, l, "%s = $%zu", n->reach.provider, own);
    else
        list_and(c, l,
                 "%s IN (SELECT w.id FROM auth_crew w"
                 " WHERE w.provider_id = $%zu)",
                 n->reach.crew, own);
}

/* -- looking --------------------------------------------------------------- */

static enum err
derive(struct call *c, const struct noun *n, void *rec)
{
    return n->derive ? n->derive(c, rec) : OK;
}

/* Narrowed before it is read, so that pages and totals are of what the caller
   may see. */
enum err
noun_list(struct call *c, const struct noun *n, struct list *l)
{
    if (n->life != NULL)
        TRY(life_limit(c, n->life, l));
    else
        TRY(n->see ? auth_limit(c, n->see, &n->reach, l)
                   : auth_need(c, NULL, NULL));
    limit_outside(c, n, l);
    if (n->own != NULL)
        list_and(c, l, "%s = $%zu", n->own,
                 list_bind(c, l, V(c->actor->account_id)));
    TRY(model_list(c, l));
    for (size_t i = 0; i < l->n; i++) {
        void *rec = (char *)l->rows + i * n->model->size;

        noun_call(c, n, rec);
        TRY(derive(c, n, rec));
    }
    return OK;
}

/* By the noun's rights, of one that is read by them. */
static enum err
may_see(struct call *c, const struct noun *n, const void *rec)
{
    TRY(n->see ? need(c, n, n->see, rec) : auth_need(c, NULL, NULL));
    TRY(need_own(c, n, rec));
    return refuse_outside(c, n, rec);
}

enum err
noun_may_see(struct call *c, const struct noun *n, const void *rec)
{
    void *copy;

    if (n->get == NULL && (n->by_hand || n->life == NULL))
        return n->by_hand ? fail(c, ERR_DENIED, NULL, "this is not for you")
                          : may_see(c, n, rec);
    copy = arena_alloc(c->arena, n->model->size);
    memcpy(copy, rec, n->model->size);
    return n->get != NULL
               ? n->get(c, copy)
               : life_load(c, n->life, model_id(n->model, rec), copy);
}

enum err
noun_get(struct call *c, const struct noun *n, void *rec)
{
    if (n->get != NULL)
        return n->get(c, rec);
    if (n->life != NULL) {
        TRY(life_view(n->life) == n->model
                ? life_get(c, n->life, model_id(n->model, rec), rec)
                : life_load(c, n->life, model_id(n->model, rec), rec));
        noun_call(c, n, rec);
        return OK;
    }
    TRY(model_get(c, n->model, model_id(n->model, rec), rec));
    TRY(may_see(c, n, rec));
    return derive(c, n, rec);
}

/* -- rules ------------------------------------------------------------------ */

bool
noun_in_use(const struct call *c, const struct model *m, const void *rec)
{
    const struct field *use = model_flagged(m, IN_USE);
    const struct field *until = model_flagged(m, UNTIL);
    day end = { 0 };

    if (until != NULL)
        end = *(const day *)(const void *)((const char *)rec + until->offset);
    return (use == NULL
            || *(const bool *)(const void *)((const char *)rec + use->offset))
           && (end.n == 0 || end.n > today(c).n);
}

/* A reference leads somewhere; one that is new, to what is in use. */
static enum err
check_reference(struct call *c, const struct field *f, const void *old,
                const void *rec)
{
    int64_t id = field_int(f, rec);
    const struct noun *to = noun_of_table(c, f->refers);
    void *other;
    enum err e;

    ASSERT(to != NULL);
    if (id == 0)
        return OK;
    other = arena_alloc(c->arena, to->model->size);
    e = model_get(c, to->model, id, other);
    if (e == ERR_ABSENT)
        return fail(c, ERR_INVALID, f->name, "there is no %s %lld",
                    words_in(c, to->model->noun), (long long)id);
    if (e == OK && !noun_in_use(c, to->model, other)
        && (old == NULL || field_int(f, old) != id))
        return fail(c, ERR_CONFLICT, f->name, "“%s” is no more in use",
                    noun_title(c, to, other));
    return e;
}

static enum err
check_references(struct call *c, const struct model *m, const void *old,
                 const void *rec)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->fields[i].refers != NULL && member_has_column(&m->fields[i]))
            TRY(check_reference(c, &m->fields[i], old, rec));
    return OK;
}

/* The other row with the same key, or 0. */
static enum err
find_same(struct call *c, const struct model *m, const void *rec,
          const struct field *unique, int64_t *id)
{
    field_mask mask = model_mask(m, unique->name);

    *id = 0;
    if (!member_is_said(unique, rec))
        return OK;
    for (size_t i = 0; i < m->n; i++)
        if (m->fields[i].flags & PART_OF_KEY)
            mask |= (field_mask)1 << i;
    return model_find(c, m, rec, mask, id);
}

/* To a new row every row that is there is another. */
static enum err
check_unique(struct call *c, const struct noun *n, const void *old,
             const void *rec)
{
    const struct model *m = n->model;
    void *mine = arena_alloc(c->arena, m->size);

    memcpy(mine, rec, m->size);
    if (old == NULL)
        field_put(model_field(m, "id"), mine, 0);
    for (size_t i = 0; i < m->n; i++) {
        void *other;
        int64_t id;

        if (!(m->fields[i].flags & UNIQUE))
            continue;
        TRY(find_same(c, m, mine, &m->fields[i], &id));
        if (id == 0)
            continue;
        other = arena_alloc(c->arena, m->size);
        TRY(model_get(c, m, id, other));
        TRY(derive(c, n, other));
        return fail(c, ERR_CONFLICT, m->fields[i].name,
                    "“%s” has the same already", noun_title(c, n, other));
    }
    return OK;
}

enum err
noun_check(struct call *c, const struct noun *n, const void *old, void *rec)
{
    TRY(model_check(c, n->model, rec));
    TRY(check_references(c, n->model, old, rec));
    TRY(need(c, n, n->edit, rec));
    TRY(check_unique(c, n, old, rec));
    return n->check ? n->check(c, old, rec) : OK;
}

/* -- changing ----------------------------------------------------------------- */

/* REC was made of OLD, is new, or is no more. */
static enum err
finish(struct call *c, const struct noun *n, struct tx *tx, const void *old,
       void *rec)
{
    if (rec != NULL)
        TRY(derive(c, n, rec));
    if (n->changed != NULL)
        TRY(n->changed(c, old, rec));
    TRY(tx_commit(tx));
    if (n->after != NULL)
        n->after(c, old, rec);
    return OK;
}

enum err
noun_to_change(struct call *c, const struct noun *n, int64_t id, void *old)
{
    const struct field *version = model_field(n->model, "version");

    TRY(auth_need(c, n->edit, NULL));
    TRY(model_get(c, n->model, id, old));
    TRY(need(c, n, n->edit, old));
    return version ? model_match(c, field_int(version, old)) : OK;
}

enum err
noun_add_said(struct call *c, const struct noun *n, void *rec, field_mask said)
{
    const struct field *use = model_flagged(n->model, IN_USE);
    bool made = true;

    if (use != NULL && !(said & model_mask(n->model, use->name)))
        *(bool *)(void *)((char *)rec + use->offset) = true;
    /* What is ruled by its own part knows how it is made. */
    if (n->add != NULL)
        return n->add(c, rec);
    ASSERT(!n->by_hand && (n->edit != NULL || n->own != NULL));
    TX tx = tx_begin(c);
    TRY(auth_need(c, n->edit, NULL));
    if (n->own != NULL)
        field_put(model_field(n->model, n->own), rec, c->actor->account_id);
    TRY(model_check_said(c, n->model, said));
    TRY(noun_check(c, n, NULL, rec));
    if (n->judge != NULL)
        TRY(n->judge(c, NULL, rec, &made));
    if (made)
        TRY(model_add(c, n->model, rec));
    /* Answered as it will be read. */
    if (n->life != NULL && made) {
        TRY(life_fill(c, n->life, rec));
        noun_call(c, n, rec);
    }
    return finish(c, n, &tx, NULL, rec);
}

enum err
noun_add(struct call *c, const struct noun *n, void *rec)
{
    const struct field *use = model_flagged(n->model, IN_USE);

    return noun_add_said(c, n, rec,
                         use ? ALL_FIELDS & ~model_mask(n->model, use->name)
                             : ALL_FIELDS);
}

enum err
noun_set(struct call *c, const struct noun *n, void *rec, field_mask said)
{
    const struct model *m = n->model;
    void *old = arena_alloc(c->arena, m->size);
    bool made = true;

    if (n->set != NULL)
        return n->set(c, rec, said);
    ASSERT(!n->by_hand && !n->life && (n->edit != NULL || n->own != NULL));
    TX tx = tx_begin(c);
    TRY(noun_to_change(c, n, model_id(m, rec), old));
    model_fill(m, rec, old, said);
    TRY(noun_check(c, n, old, rec));
    /* Before anything is asked for: that speaks with the new name. */
    TRY(change_keeps_names(c, m, old, rec));
    if (n->judge != NULL)
        TRY(n->judge(c, old, rec, &made));
    if (made)
        TRY(model_set(c, m, rec, ALL_FIELDS));
    return finish(c, n, &tx, old, rec);
}

/* -- what refers to a row -------------------------------------------------------- */

enum err
noun_each_reference(struct call *c, const char *table, referrer_fn fn,
                    void *arg)
{
    for (size_t i = 0; c->app->nouns[i] != NULL; i++) {
        const struct model *m = c->app->nouns[i]->model;

        for (size_t k = 0; k < m->n; k++)
            if (text_same(m->fields[k].refers, table)
                && member_has_column(&m->fields[k]))
                TRY(fn(c, c->app->nouns[i], &m->fields[k], arg));
    }
    return OK;
}

struct counting {
    int64_t id;
    struct buf says; /* "3 orders, 2 shifts" */
};

static enum err
count_references(struct call *c, const struct noun *from, const struct field *f,
                 void *arg)
{
    struct counting *k = arg;
    int64_t n = 0;

    TRY(db_int(c, &n,
               db_intern(c, arena_printf(c->arena,
                                         "SELECT COUNT(*) FROM %s"
                                         " WHERE %s = $1",
                                         from->model->table, f->name)),
               V(k->id)));
    if (n > 0)
        buf_printf(&k->says, words_in(c, "%s%lld × %s"),
                   k->says.len > 0 ? ", " : "", (long long)n,
                   words_in(c, from->model->noun));
    return OK;
}

static enum err
refuse_referred(struct call *c, const struct noun *n, int64_t id)
{
    struct counting k = { .id = id, .says = buf_make(c->arena, 0) };

    TRY(noun_each_reference(c, n->model->table, count_references, &k));
    return k.says.len == 0 ? OK
                           : fail(c, ERR_CONFLICT, NULL,
                                  "others refer to it: %s", k.says.s);
}

enum err
noun_remove(struct call *c, const struct noun *n, int64_t id)
{
    void *old = arena_alloc(c->arena, n->model->size);

    ASSERT(n->removable && n->life == NULL);
    TX tx = tx_begin(c);
    TRY(noun_to_change(c, n, id, old));
    TRY(refuse_referred(c, n, id));
    TRY(model_remove(c, n->model, id));
    return finish(c, n, &tx, old, NULL);
}
