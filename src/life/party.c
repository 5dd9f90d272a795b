/* SPDX-License-Identifier: Apache-2.0 */
/* Who is what to a row, by the table of parties: of one row, and of a list. */
#include "base/text.h"
#include "life/inner.h"

static bool
is_own(const struct call *c, const struct life *life, const struct party *p,
       const void *rec)
{
    return c->actor != NULL && c->actor->person_id != 0
           && field_int(model_field(life->model, p->own), rec)
                  == c->actor->person_id;
}

static bool
holds(struct call *c, const struct party *p, const struct auth_where *at)
{
    return at ? auth_may_at(c, p->right, at) : auth_may(c, p->right);
}

enum err
life_who(struct call *c, const struct life *life, const void *rec,
         unsigned *who)
{
    const bool somewhere = auth_has_where(&life->reach);
    struct auth_where at;

    if (life->who != NULL)
        return life->who(c, rec, who);
    TRY(auth_where_of(c, &life->reach, life->model, rec, &at));
    *who = 0;
    for (size_t i = 0; i < life->n_parties; i++) {
        const struct party *p = &life->parties[i];

        if (p->own ? is_own(c, life, p, rec)
                   : holds(c, p, somewhere ? &at : NULL))
            *who |= 1U << i;
    }
    return OK;
}

bool
life_concerns(const struct call *c, const struct life *life)
{
    for (size_t i = 0; i < life->n_parties; i++) {
        const struct party *p = &life->parties[i];

        if (p->own ? c->actor != NULL && c->actor->person_id != 0
                   : p->right != NULL && auth_may(c, p->right))
            return true;
    }
    return false;
}

/* Does a party's right reach every row?  Without columns any of it does. */
static bool
sees_all(struct call *c, const struct life *life)
{
    const struct auth_columns *k = &life->reach;
    const struct auth_where all = { 0 };
    bool somewhere = k->unit || k->crew || k->place || k->provider;

    for (size_t i = 0; i < life->n_parties; i++)
        if (!life->parties[i].own
            && holds(c, &life->parties[i], somewhere ? &all : NULL))
            return true;
    return false;
}

enum err
life_limit(struct call *c, const struct life *life, struct list *l)
{
    ASSERT(life->who == NULL);
    TRY(auth_need(c, NULL, NULL));
    if (sees_all(c, life))
        return OK;
    for (size_t i = 0; i < life->n_parties; i++) {
        const struct party *p = &life->parties[i];

        /* What is one's own first: auth_limit puts the others beside it. */
        if (p->own != NULL)
            (void)list_part(l, arena_printf(c->arena, "%s = $%zu", p->own,
                                            list_bind(c, l,
                                                      V(c->actor->person_id))));
        else if (auth_may(c, p->right))
            TRY(auth_limit(c, p->right, &life->reach, l));
    }
    if (l->n_parts == 0 && l->where == NULL)
        list_and(c, l, "1 = 0");
    return OK;
}
