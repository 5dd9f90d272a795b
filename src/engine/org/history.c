/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a past day: today's rows with every later change undone, the
 * newest first.
 */
#include "engine/org/inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/words.h"

struct tree {
    struct unit *units; /* by id, rising */
    size_t n, cap;
};

static void
push(struct call *c, struct tree *t, const struct unit *u)
{
    GROW(c->arena, t->units, t->n, t->cap);
    t->units[t->n++] = *u;
}

static int
by_id(const void *a, const void *b)
{
    int64_t x = ((const struct unit *)a)->id, y = ((const struct unit *)b)->id;

    return (x > y) - (x < y);
}

static struct unit *
find(const struct tree *t, int64_t id)
{
    struct unit key = { .id = id };

    return t->n ? bsearch(&key, t->units, t->n, sizeof key, by_id) : NULL;
}

static enum err
read_all(struct call *c, struct tree *t)
{
    ROWS r = model_query(c, &unit_model, "WHERE id > $1 ORDER BY id", V(0));
    struct unit u;

    while (rows_next(&r)) {
        model_read_row(&unit_model, &r, &u);
        push(c, t, &u);
    }
    return rows_end(&r);
}

static enum err
undo_after(struct call *c, struct tree *t, day on)
{
    ROWS r =
        model_query(c, &unit_change_model,
                    "WHERE on_day > $1 ORDER BY on_day DESC, id DESC", V(on));
    struct unit_change x;

    while (rows_next(&r)) {
        model_read_row(&unit_change_model, &r, &x);
        struct unit *u = find(t, x.unit_id);
        if (u && strcmp(x.kind, "renamed") == 0)
            u->name = x.old_name;
        if (u && strcmp(x.kind, "moved") == 0)
            u->parent_id = x.old_parent_id;
    }
    return rows_end(&r);
}

/* Sisters stand together, in their order. */
static int
by_parent(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;

    if (x->parent_id != y->parent_id)
        return x->parent_id < y->parent_id ? -1 : 1;
    if (x->sort != y->sort)
        return x->sort < y->sort ? -1 : 1;
    return by_id(a, b);
}

/* Where the units below the parent begin in a tree sorted by_parent. */
static size_t
first_below(const struct tree *t, int64_t parent_id)
{
    size_t low = 0, high = t->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (t->units[mid].parent_id < parent_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Add the units that live below PARENT, each before those below itself. */
static void
walk(struct call *c, const struct tree *t, const struct unit *parent, day on,
     struct tree *out)
{
    for (size_t i = first_below(t, parent->id);
         i < t->n && t->units[i].parent_id == parent->id; i++) {
        struct unit u = t->units[i];

        if (u.valid_from.n > on.n || !unit_lives(&u, on))
            continue;
        u.path =
            arena_printf(c->arena, "%s%lld/", parent->path, (long long)u.id);
        push(c, out, &u);
        walk(c, t, &u, on, out);
    }
}

enum err
org_units_as_of(struct call *c, day on, struct unit **units, size_t *n)
{
    static const struct unit root = { .path = "/" };
    struct tree t = { 0 }, then = { 0 };

    TRY(auth_need(c, NULL, NULL));
    TRY(read_all(c, &t));
    TRY(undo_after(c, &t, on));
    if (t.n > 0)
        qsort(t.units, t.n, sizeof *t.units, by_parent);
    walk(c, &t, &root, on, &then);
    *units = then.units;
    *n = then.n;
    return OK;
}

enum err
unit_get(struct call *c, struct unit *u)
{
    TRY(auth_need(c, NULL, NULL));
    if (auth_from_outside(c))
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, "unit"), (long long)u->id);
    return model_get(c, &unit_model, u->id, u);
}

enum err
unit_list(struct call *c, struct list *l)
{
    struct unit *units = NULL;

    TRY(auth_need(c, NULL, NULL));
    if (auth_from_outside(c))
        return OK;
    if (l->as_of.n == 0)
        return model_list(c, l);
    if (l->n_filters || l->words || l->cursor)
        return fail(c, ERR_INVALID, "as_of",
                    "shows the whole tree of the day and takes no filter");
    TRY(org_units_as_of(c, l->as_of, &units, &l->n));
    l->rows = units;
    l->total = (int64_t)l->n;
    return OK;
}
