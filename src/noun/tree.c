/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of a tree in.  A row may lie in one that stands further down in the
 * file, and what the file leaves alone may be right or wrong by what it says of
 * others; so the tree is held as it shall be, beside what it is, and the rules
 * between rows are looked at there.  Then it is written from the top down.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/change.h"
#include "base/text.h"
#include "model/member.h"
#include "noun/import_inner.h"

#define NO_NODE SIZE_MAX

/* A row that is in the database, in the file, or in both. */
struct node {
    void *rec;               /* as it shall be */
    void *old;               /* as it is; NULL: it is new */
    int64_t line;            /* 0: not in the file */
    const char *parent_code; /* from the file; NULL: none said */
    size_t parent;           /* a node, or NO_NODE */
    enum { UNSEEN, OPEN, SETTLED } walk;
};

struct tree {
    struct table_in *im;
    const struct noun_tree *is;
    const struct model *model;
    const struct field *id, *parent;
    struct node *nodes; /* those of the database first, by id */
    size_t n, cap;
    struct codes codes; /* of the nodes: the same order */
    size_t *order;      /* nodes, each parent before its children */
    size_t n_order;
    size_t n_sorted; /* of the refused, in the order of lines so far */
};

/* -- what is refused ------------------------------------------------------------ */

static int
by_line(const void *a, const void *b)
{
    const struct import_refusal *x = a, *y = b;

    return (x->line > y->line) - (x->line < y->line);
}

static void
sort_refused(struct tree *t)
{
    struct import_result *r = t->im->result;

    if (r->n_refused > 0)
        qsort(r->refused, r->n_refused, sizeof *r->refused, by_line);
    t->n_sorted = r->n_refused;
}

/* Was it refused before they were sorted? */
static bool
is_refused(const struct tree *t, int64_t line)
{
    struct import_refusal key = { .line = line };

    return t->n_sorted > 0
           && bsearch(&key, t->im->result->refused, t->n_sorted, sizeof key,
                      by_line);
}

/* -- the rows that are there ----------------------------------------------------- */

static struct node *
add_node(struct tree *t)
{
    struct arena *a = t->im->c->arena;
    struct node *x;

    GROW(a, t->nodes, t->n, t->cap);
    x = &t->nodes[t->n++];
    *x = (struct node){ .rec = arena_alloc(a, t->model->size),
                        .parent = NO_NODE };
    return x;
}

static const char *
code_of(const struct tree *t, const struct node *x)
{
    return *(const char *const *)(const void *)((const char *)x->rec
                                                + t->im->unique->offset);
}

/* What has ended is no part of it. */
static struct rows
living_rows(struct call *c, const struct model *m)
{
    const struct field *until = model_flagged(m, UNTIL);

    if (until == NULL)
        return model_query(c, m, "ORDER BY id");
    return model_query(c, m,
                       db_intern(c, arena_printf(c->arena,
                                                 "WHERE %s IS NULL OR %s > $1"
                                                 " ORDER BY id",
                                                 until->name, until->name)),
                       V(today(c)));
}

static enum err
load(struct tree *t)
{
    struct call *c = t->im->c;
    const struct model *m = t->model;
    ROWS r = living_rows(c, m);

    while (rows_next(&r)) {
        struct node *x = add_node(t);

        model_read_row(m, &r, x->rec);
        x->old = arena_alloc(c->arena, m->size);
        memcpy(x->old, x->rec, m->size);
        (void)codes_put(c->arena, &t->codes, code_of(t, x),
                        field_int(t->id, x->rec));
    }
    t->codes.sorted = t->n;
    /* A parent may have been made after what was moved into it. */
    for (size_t i = 0; i < t->n; i++) {
        struct node *x = &t->nodes[i];
        size_t at = codes_by_id(&t->codes, field_int(t->parent, x->rec));

        x->parent = at == NO_CODE ? NO_NODE : at;
    }
    return rows_end(&r);
}

/* -- the rows of the file --------------------------------------------------------- */

/* １００１ is 1001, unless there is one that is really called so. */
static const char *
plain_code(const struct tree *t, const char *text)
{
    return codes_find(&t->codes, text) == NO_CODE
               ? text_plain(t->im->c->arena, text)
               : text;
}

/* Two lines about one row would be two opinions. */
static enum err
refuse_twice(struct tree *t, const char *code, const struct node *first)
{
    enum err e =
        fail(t->im->c, ERR_INVALID, t->im->unique->name,
             "the code is already on line %lld", (long long)first->line);

    return import_refuse_fault(t->im, t->im->csv->line, e, code);
}

static struct node *
new_node(struct tree *t, const char *code)
{
    const struct field *use = model_flagged(t->model, IN_USE);
    struct call *c = t->im->c;
    struct node *x = add_node(t);

    field_put(t->id, x->rec, new_id(c));
    (void)codes_put(c->arena, &t->codes, code, field_int(t->id, x->rec));
    if (use != NULL)
        *(bool *)(void *)((char *)x->rec + use->offset) = true;
    return x;
}

/* One of the parent is only noted: it may stand further down in the file. */
static enum err
read_cell(struct tree *t, struct node *x, const struct column *k,
          const char *text)
{
    struct call *c = t->im->c;
    const struct model *m = t->model;
    field_mask said = 0;
    enum err e;

    if (k->field == t->parent) {
        x->parent_code = *text ? text : NULL;
        return OK;
    }
    e = import_cell(t->im, k, text, x->rec, &said);
    if (e == OK && k->to == NULL)
        e = model_check_mask(c, m, x->rec, model_mask(m, k->field->name));
    return e == OK ? OK : import_refuse_fault(t->im, x->line, e, text);
}

/* A new row: what must be said and has no column in this file. */
static enum err
check_missing(struct tree *t, const struct node *x)
{
    const struct columns *all = &t->im->columns;

    for (size_t i = 0; i < all->n; i++) {
        const struct field *f = all->all[i].field;
        enum err e = OK;

        if (all->all[i].to == NULL && !import_has(t->im, f))
            e = model_check_mask(t->im->c, t->model, x->rec,
                                 model_mask(t->model, f->name));
        if (e != OK)
            TRY(import_refuse_fault(t->im, x->line, e, NULL));
    }
    return OK;
}

/* The row becomes a node, the one that is there or a new one, or is refused. */
static enum err
read_row(struct tree *t)
{
    struct table_in *im = t->im;
    const char *cells[CSV_MAX_CELLS], *code = "";
    struct node *x;
    size_t at;

    if (!import_row_begins(im))
        return OK;
    for (size_t i = 0; i < im->n_cells; i++) {
        cells[i] = import_text(im->c, im->csv->cells[i]);
        if (im->of[i]->field == im->unique)
            code = cells[i] = plain_code(t, cells[i]);
    }
    if (*code == '\0') {
        import_refuse(im, im->csv->line, im->unique->name, "is required", NULL);
        return OK;
    }
    at = codes_find(&t->codes, code);
    if (at != NO_CODE && t->nodes[at].line != 0)
        return refuse_twice(t, code, &t->nodes[at]);
    x = at != NO_CODE ? &t->nodes[at] : new_node(t, code);
    x->line = im->csv->line;
    for (size_t i = 0; i < im->n_cells; i++)
        TRY(read_cell(t, x, im->of[i], cells[i]));
    return x->old != NULL ? OK : check_missing(t, x);
}

static enum err
read_rows(struct tree *t)
{
    struct csv *csv = t->im->csv;

    while (csv_next(csv))
        TRY(read_row(t));
    if (csv->fault)
        import_refuse(t->im, csv->fault_line, NULL, csv->fault, NULL);
    return OK;
}

/* -- who lies below whom ----------------------------------------------------------- */

/* What the file says about parents, also of those further down in it. */
static void
find_parents(struct tree *t)
{
    for (size_t i = 0; i < t->n; i++) {
        struct node *x = &t->nodes[i];
        size_t at = NO_CODE;

        if (x->line == 0)
            continue;
        if (x->parent_code != NULL) {
            x->parent_code = plain_code(t, x->parent_code);
            at = codes_find(&t->codes, x->parent_code);
        }
        if (x->parent_code != NULL && at == NO_CODE)
            import_refuse(t->im, x->line, t->parent->name,
                          "nothing has this code", x->parent_code);
        x->parent = at == NO_CODE ? NO_NODE : at;
        field_put(t->parent, x->rec, at == NO_CODE ? 0 : t->codes.all[at].id);
    }
}

/* The nodes from AT on in the chain go round in a circle. */
static void
refuse_circle(struct tree *t, const size_t *chain, size_t at, size_t n)
{
    for (; at < n; at++) {
        struct node *x = &t->nodes[chain[at]];

        if (x->line)
            import_refuse(t->im, x->line, t->parent->name, "lies below itself",
                          x->parent_code);
        x->parent = NO_NODE;
    }
}

/* Put the node into the order, after all above it. */
static void
settle_node(struct tree *t, size_t i, size_t *chain)
{
    size_t n = 0, at;

    for (; i != NO_NODE && t->nodes[i].walk == UNSEEN; i = t->nodes[i].parent) {
        t->nodes[i].walk = OPEN;
        chain[n++] = i;
    }
    if (i != NO_NODE && t->nodes[i].walk == OPEN) {
        for (at = 0; chain[at] != i; at++)
            continue;
        refuse_circle(t, chain, at, n);
    }
    while (n > 0) {
        i = chain[--n];
        t->nodes[i].walk = SETTLED;
        t->order[t->n_order++] = i;
    }
}

static struct node *
above(const struct tree *t, const struct node *x)
{
    return x->parent == NO_NODE ? NULL : &t->nodes[x->parent];
}

/* -- rules --------------------------------------------------------------------------- */

/* How deep the row lies today, among those that are there. */
static size_t
depth_before(const struct tree *t, const struct node *x)
{
    size_t depth = 1, at;

    for (; depth <= t->n; depth++, x = &t->nodes[at]) {
        at = codes_by_id(&t->codes, field_int(t->parent, x->old));
        if (at == NO_CODE)
            break;
    }
    return depth;
}

/* From the top down, before anything follows from where a row lies: one that
   comes to lie too deep is refused by its own line, or by that of the one it
   hangs on. */
static enum err
check_depths(struct tree *t)
{
    struct place_of {
        size_t depth;
        int64_t line; /* of it or the nearest above that the file names */
    } *at = NEW_N(t->im->c->arena, struct place_of, t->n + 1);

    for (size_t i = 0; i < t->n_order; i++) {
        const struct node *x = &t->nodes[t->order[i]];
        struct place_of *p = &at[t->order[i]];

        *p = (struct place_of){ 1, x->line };
        if (x->parent != NO_NODE) {
            p->depth = at[x->parent].depth + 1;
            p->line = x->line ? x->line : at[x->parent].line;
        }
        if (p->depth > t->is->deepest && p->line
            && (x->old == NULL || p->depth > depth_before(t, x)))
            return import_refuse_fault(t->im, p->line,
                                       fail(t->im->c, ERR_INVALID,
                                            t->parent->name,
                                            "lies more than %d levels deep",
                                            (int)t->is->deepest),
                                       NULL);
    }
    return OK;
}

/* What was refused already may not even have what is asked for here.  One that
   the file leaves as it is may have lost its place by another. */
static enum err
check_place(struct tree *t, const struct node *x)
{
    const struct node *in = above(t, x);
    int64_t line = x->line ? x->line : in ? in->line : 0;
    enum err e;

    if (line == 0 || is_refused(t, x->line) || (in && is_refused(t, in->line)))
        return OK;
    e = t->is->fits(t->im->c, x->rec, in ? in->rec : NULL);
    return e == OK ? OK : import_refuse_fault(t->im, line, e, code_of(t, x));
}

/* A row is not called otherwise while a change of rights speaks of it. */
static enum err
check_names(struct tree *t, const struct node *x)
{
    enum err e;

    if (!x->line || !x->old || is_refused(t, x->line))
        return OK;
    e = change_keeps_names(t->im->c, t->model, x->old, x->rec);
    return e == OK ? OK : import_refuse_fault(t->im, x->line, e, NULL);
}

/* Who lies below whom, the rules between rows, and what follows. */
static enum err
settle(struct tree *t)
{
    struct call *c = t->im->c;
    size_t *chain = NEW_N(c->arena, size_t, t->n + 1);

    t->order = NEW_N(c->arena, size_t, t->n + 1);
    if (import_has(t->im, t->parent))
        find_parents(t);
    for (size_t i = 0; i < t->n; i++)
        settle_node(t, i, chain);
    if (t->is->deepest > 0)
        TRY(check_depths(t));
    sort_refused(t);
    for (size_t i = 0; i < t->n; i++) {
        if (t->is->fits != NULL)
            TRY(check_place(t, &t->nodes[i]));
        TRY(check_names(t, &t->nodes[i]));
    }
    for (size_t i = 0; i < t->n_order && t->im->result->n_refused == 0; i++) {
        const struct node *x = &t->nodes[t->order[i]], *in = above(t, x);

        t->is->derive(c, x->rec, in ? in->rec : NULL);
    }
    sort_refused(t);
    return OK;
}

/* -- what is brought ------------------------------------------------------------------ */

/* Did a column of the file bring something new for the node? */
static bool
is_changed(const struct tree *t, const struct node *x)
{
    for (size_t i = 0; i < t->im->n_cells; i++)
        if (!member_same(t->im->of[i]->field, x->old, x->rec))
            return true;
    return false;
}

static void
count_rows(struct tree *t)
{
    struct import_result *r = t->im->result;

    for (size_t i = 0; i < t->n; i++) {
        const struct node *x = &t->nodes[i];

        if (!x->line || is_refused(t, x->line))
            continue;
        if (!x->old)
            r->added++;
        else if (is_changed(t, x))
            r->changed++;
        else
            r->unchanged++;
    }
}

/* A new row, a changed one, or only what follows from others. */
static enum err
write_node(struct call *c, struct tree *t, struct node *x)
{
    if (x->old != NULL && !(x->line && is_changed(t, x)))
        return t->is->follow ? t->is->follow(c, x->old, x->rec) : OK;
    TRY(x->old ? model_set(c, t->model, x->rec, ~(field_mask)0)
               : model_add(c, t->model, x->rec));
    return t->is->written(c, x->old, x->rec);
}

static enum err
write_nodes(struct table_in *im, void *arg)
{
    struct tree *t = arg;

    for (size_t i = 0; i < t->n_order; i++) {
        TRY(write_node(im->c, t, &t->nodes[t->order[i]]));
        arena_reset(im->c->arena);
    }
    /* What has ended is no node, and lies below some. */
    return t->is->settled ? t->is->settled(im->c) : OK;
}

/* Read and settled, it is what shall be: a dry run is the same road without its
   last step. */
static enum err
bring(struct tree *t)
{
    TRY(load(t));
    TRY(read_rows(t));
    TRY(settle(t));
    count_rows(t);
    if (t->im->dry_run || t->im->result->n_refused > 0)
        return OK;
    return import_aside(t->im, write_nodes, t);
}

enum err
import_tree(struct table_in *im)
{
    struct tree *t = NEW(im->c->arena, struct tree);

    *t = (struct tree){
        .im = im,
        .is = im->n->tree,
        .model = im->n->model,
        .id = model_field(im->n->model, "id"),
        .parent = model_field(im->n->model, im->n->tree->parent)
    };
    TRY(auth_need(im->c, im->n->edit, &(struct auth_where){ 0 }));
    if (im->dry_run)
        return bring(t);
    TX tx = tx_begin(im->c);
    TRY(bring(t));
    return tx_commit(&tx);
}
