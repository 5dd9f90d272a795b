/* SPDX-License-Identifier: Apache-2.0 */
/* What the row of a noun must say: each rule is one that code goes by. */
#include "life/whole.h"
#include "base/text.h"
#include "model/member.h"
#include "model/whole.h"
#include "noun/noun.h"

/* Where a page can stand (noun.h, `part`). */
static const char *const menu_parts[] = {
    "org", "catalog", "accounts", "audit", "system", "matters", NULL
};

static bool
is_among(const char *word, const char *const *words)
{
    while (*words != NULL && !text_same(word, *words))
        words++;
    return *words != NULL;
}

/* -- columns -------------------------------------------------------------------- */

static enum err
check_named(struct call *c, const struct noun *n, const char *name)
{
    if (name == NULL)
        return OK;
    return whole_rule(c, n->model->noun, model_field(n->model, name) != NULL,
                      arena_printf(c->arena, "there is no field “%s”", name));
}

static enum err
check_columns(struct call *c, const struct noun *n)
{
    TRY(check_named(c, n, n->sort));
    for (size_t i = 0; i < COUNT(n->called); i++)
        TRY(check_named(c, n, n->called[i]));
    for (size_t i = 0; n->columns != NULL && n->columns[i] != NULL; i++)
        TRY(check_named(c, n, n->columns[i]));
    TRY(whole_column(c, n->model, n->own, FIELD_INT));
    TRY(whole_reach(c, n->model, &n->reach));
    return whole_rule(c, n->model->noun,
                      !n->own_only || n->reach.provider || n->reach.crew,
                      "is `own_only` and lies with no crew and no provider");
}

/* What a row refers to is looked up, and may be what it is called by. */
static enum err
check_references(struct call *c, const struct noun *n)
{
    for (size_t i = 0; i < n->model->n; i++) {
        const struct field *f = &n->model->fields[i];
        bool any =
            text_same(f->refers, "any") && n->by_hand && !(f->flags & TITLE);

        TRY(whole_rule(c, n->model->noun,
                       f->refers == NULL || any
                           || noun_of_table(c, f->refers) != NULL,
                       arena_printf(c->arena, "“%s” refers to no noun",
                                    f->name)));
    }
    return OK;
}

/* Called by a row that is called by this one, it would never be called. */
static enum err
check_title(struct call *c, const struct noun *n)
{
    const struct noun *at = n;

    for (size_t depth = 0; at != NULL; depth++) {
        const struct field *f = model_flagged(at->model, TITLE);

        TRY(whole_rule(c, n->model->noun, depth < 8,
                       "its title leads back to itself"));
        at =
            f != NULL && f->refers != NULL ? noun_of_table(c, f->refers) : NULL;
    }
    return OK;
}

/* -- verbs ---------------------------------------------------------------------- */

/* What is read and changed by the verbs of noun.c. */
static enum err
check_plain(struct call *c, const struct noun *n)
{
    const char *row = n->model->noun;

    TRY(whole_rule(c, row, model_field(n->model, "id") != NULL, "has no id"));
    TRY(whole_rule(c, row, n->edit != NULL || n->own != NULL,
                   "has neither `edit` nor `own`: nobody could add one"));
    TRY(whole_rule(c, row,
                   !n->get && !n->set && !n->refer && !n->list && !n->tree,
                   "has functions of a noun by hand and is none"));
    return whole_rule(c, row,
                      !n->merges || n->removable
                          || model_flagged(n->model, IN_USE),
                      "`merges` and can neither be ended nor removed");
}

/* A row with a life is read by its parties and changed by its steps. */
static enum err
check_alive(struct call *c, const struct noun *n)
{
    const char *row = n->model->noun;
    const struct field *state = model_field(n->model, "state");

    TRY(whole_rule(c, row, n->life->who == NULL,
                   "its list cannot be narrowed by the life's `who`"));
    TRY(whole_rule(c, row, n->life->view == NULL,
                   "it is answered as it is, and its life has a view"));
    TRY(whole_rule(c, row,
                   state->kind == FIELD_WORD && member_has_column(state),
                   "its state is no word, so that nothing would begin it"));
    TRY(whole_rule(c, row, n->edit != NULL,
                   "has a life and no `edit`: nobody could make one"));
    TRY(whole_rule(c, row, n->see == NULL && n->own == NULL && !n->own_only,
                   "has a life, whose parties tell who sees it, and `see`,"
                   " `own` or `own_only`"));
    return whole_rule(c, row, !n->removable && !n->merges,
                      "has a life, whose steps alone change it, and is"
                      " `removable` or `merges`");
}

/* Its rows are found by a key, and lie in rows of its own table. */
static enum err
check_tree(struct call *c, const struct noun *n)
{
    const struct field *f = model_field(n->model, n->tree->parent);

    TRY(whole_rule(c, n->model->noun,
                   f != NULL && text_same(f->refers, n->model->table),
                   "has a `tree` whose parent is none of its rows"));
    TRY(whole_rule(c, n->model->noun,
                   model_flagged(n->model, UNIQUE) && n->find == NULL,
                   "has a `tree` and no key of its own"));
    return whole_rule(c, n->model->noun, n->tree->derive && n->tree->written,
                      "has a `tree` without `derive` or `written`");
}

static enum err
check_by_hand(struct call *c, const struct noun *n)
{
    if (n->tree != NULL)
        TRY(check_tree(c, n));
    return whole_rule(
        c, n->model->noun,
        !n->merges
            || (n->set != NULL && n->edit != NULL
                && model_flagged(n->model, IN_USE)),
        "`merges` and has no `set`, `edit` or nothing to end it by");
}

/* -- the whole ------------------------------------------------------------------ */

enum err
noun_whole(struct call *c, const struct noun *n)
{
    const char *row = n->model->noun;

    TRY(model_whole(c, n->model));
    TRY(whole_rule(c, row, n->model->table && n->plural && n->says,
                   "has no table, no plural or no sentence"));
    TRY(whole_rule(c, row, n->part == NULL || is_among(n->part, menu_parts),
                   "there is no such part of the menu"));
    TRY(whole_right(c, row, n->see));
    TRY(whole_right(c, row, n->edit));
    TRY(whole_right(c, row, n->told));
    TRY(check_columns(c, n));
    TRY(check_references(c, n));
    TRY(check_title(c, n));
    /* The one is found by the other's noun and address. */
    if (n->life != NULL) {
        TRY(whole_rule(c, row,
                       n->life->model == n->model
                           && text_same(n->life->plural, n->plural),
                       "its life is another noun's"));
        TRY(life_whole(c, n->life));
    }
    if (n->by_hand)
        return check_by_hand(c, n);
    TRY(check_plain(c, n));
    return n->life != NULL ? check_alive(c, n) : OK;
}

/* No two have one table or one address. */
enum err
nouns_whole(struct call *c)
{
    const struct noun *const *all = c->app->nouns;

    for (size_t i = 0; all[i] != NULL; i++) {
        TRY(noun_whole(c, all[i]));
        TRY(whole_rule(c, all[i]->model->noun,
                       noun_of_table(c, all[i]->model->table) == all[i]
                           && noun_find(c, all[i]->plural) == all[i],
                       "another noun has its table or its plural"));
    }
    return OK;
}
