/* SPDX-License-Identifier: Apache-2.0 */
/* The rules between nodes, and from nodes to rows. */
#include "engine/org/import.h"

#include <string.h>

#include "model/member.h"

/* -- who lies below whom ----------------------------------------------- */

/* What the file says about parents, also of those further down in it. */
static void
find_parents(struct import *im)
{
    for (size_t i = 0; i < im->n; i++) {
        struct node *x = &im->nodes[i];

        if (!x->line || !im->has_parent)
            continue;
        size_t at =
            x->parent_code ? codes_find(&im->codes, x->parent_code) : NO_CODE;
        if (x->parent_code && at == NO_CODE)
            import_refuse(im, x->line, "parent_code", "nothing has this code",
                          x->parent_code);
        x->parent = at == NO_CODE ? NO_NODE : at;
        *import_int(im->parent, x->rec) =
            at == NO_CODE ? 0 : *import_int(im->id, im->nodes[at].rec);
    }
}

/* The nodes from AT on in the chain go round in a circle. */
static void
refuse_circle(struct import *im, const size_t *chain, size_t at, size_t n)
{
    for (; at < n; at++) {
        struct node *x = &im->nodes[chain[at]];

        if (x->line)
            import_refuse(im, x->line, "parent_code", "lies below itself",
                          x->parent_code);
        x->parent = NO_NODE;
    }
}

/* Put the node into the order, after all above it. */
static void
settle_node(struct import *im, size_t i, size_t *chain)
{
    size_t n = 0, at;

    for (; i != NO_NODE && im->nodes[i].walk == UNSEEN;
         i = im->nodes[i].parent) {
        im->nodes[i].walk = OPEN;
        chain[n++] = i;
    }
    if (i != NO_NODE && im->nodes[i].walk == OPEN) {
        for (at = 0; chain[at] != i; at++)
            continue;
        refuse_circle(im, chain, at, n);
    }
    while (n > 0) {
        i = chain[--n];
        im->nodes[i].walk = SETTLED;
        im->order[im->n_order++] = i;
    }
}

/* -- rules ------------------------------------------------------------- */

static void
check_place(struct import *im, const struct node *x)
{
    const struct node *above =
        x->parent == NO_NODE ? NULL : &im->nodes[x->parent];
    const struct place *p = x->rec;
    int64_t line = x->line ? x->line : above ? above->line : 0;

    /* What was refused already may not even have a kind. */
    if (import_is_refused(im, x->line)
        || (above && import_is_refused(im, above->line)))
        return;
    /* One that the file leaves as it is may have lost its place by another. */
    if (line && place_check_parent(im->c, p, above ? above->rec : NULL) != OK)
        import_refuse_fault(im, line, "parent_code", p->code);
}

/* The column that the fault's field came from. */
static const char *
column_of(const struct import *im, const char *member)
{
    for (size_t i = 0; member && i < im->all.n; i++) {
        if (strcmp(im->all.all[i].field->name, member) == 0)
            return im->all.all[i].name;
    }
    return member;
}

/* The rules of people that need more than one cell.  Who is as the file says
   already need not keep them: the administrators and those who stand for a
   source belong nowhere, and a table that went out comes in again. */
static void
check_person(struct import *im, const struct node *x)
{
    if (x->old && !import_changed(im, x))
        return;
    if (x->line && !import_is_refused(im, x->line)
        && (person_check(im->c, x->rec) != OK
            || (x->old && person_judge(im->c, x->rec, x->old, true) != OK)))
        import_refuse_fault(im, x->line, column_of(im, im->c->fault.field),
                            NULL);
}

/* A row is not called otherwise while a change of rights speaks of it. */
static void
check_names(struct import *im, const struct node *x)
{
    if (!x->line || !x->old || import_is_refused(im, x->line))
        return;
    if (change_keeps_names(im->c, im->model, x->old, x->rec) != OK)
        import_refuse_fault(im, x->line, column_of(im, im->c->fault.field),
                            NULL);
}

/* From the top down, before any path is made: a unit that comes to lie too
   deep is refused by its own line, or by that of the one it hangs on. */
static void
check_depths(struct import *im)
{
    struct place_of {
        unsigned depth;
        int64_t line; /* of it or the nearest above that the file names */
    } *at = NEW_N(im->c->arena, struct place_of, im->n + 1);

    for (size_t i = 0; i < im->n_order; i++) {
        struct node *x = &im->nodes[im->order[i]];
        struct place_of *p = &at[im->order[i]];
        const struct unit *old = x->old;

        *p = (struct place_of){ 1, x->line };
        if (x->parent != NO_NODE) {
            p->depth = at[x->parent].depth + 1;
            p->line = x->line ? x->line : at[x->parent].line;
        }
        if (p->depth > UNIT_DEPTH && p->line
            && (old == NULL || p->depth > unit_depth(old->path))) {
            import_refuse(im, p->line, "parent_code",
                          "lies more than 32 units deep", NULL);
            return;
        }
    }
}

/* What follows from the parent, which was derived before. */
static void
derive(struct import *im, struct node *x)
{
    const void *above = x->parent == NO_NODE ? NULL : im->nodes[x->parent].rec;

    if (im->model == &place_model) {
        place_derive(im->c, x->rec, above);
    } else if (im->model == &unit_model) {
        struct unit *u = x->rec;
        const struct unit *parent = above;

        u->path = arena_printf(im->c->arena, "%s%lld/",
                               parent ? parent->path : "/", (long long)u->id);
        if (!x->old)
            u->valid_from = today(im->c);
    } else if (x->line) {
        struct person *p = x->rec;

        p->initials = text_initials(im->c->arena, p->name);
    }
}

void
import_settle(struct import *im)
{
    size_t *chain = NEW_N(im->c->arena, size_t, im->n + 1);

    im->order = NEW_N(im->c->arena, size_t, im->n + 1);
    if (im->t->tree)
        find_parents(im);
    for (size_t i = 0; i < im->n; i++)
        settle_node(im, i, chain);
    if (im->model == &unit_model)
        check_depths(im);
    import_sort_refused(im);
    for (size_t i = 0; i < im->n; i++) {
        if (im->model == &place_model)
            check_place(im, &im->nodes[i]);
        else if (im->model == &person_model)
            check_person(im, &im->nodes[i]);
        if (im->model != &person_model)
            check_names(im, &im->nodes[i]);
    }
    for (size_t i = 0; i < im->n_order && im->result->n_refused == 0; i++)
        derive(im, &im->nodes[im->order[i]]);
}

bool
import_changed(const struct import *im, const struct node *x)
{
    for (size_t i = 0; i < im->n_columns; i++) {
        const struct field *f = im->columns[i] ? im->columns[i]->field : NULL;

        if (f && !member_same(f, x->old, x->rec))
            return true;
    }
    return false;
}

/* -- writing ----------------------------------------------------------- */

/* A unit's history knows what an import did to it. */
static enum err
note_unit(struct import *im, const struct unit *u, const struct unit *old)
{
    struct unit_change x = { .unit_id = u->id, .on_day = today(im->c) };

    if (!old) {
        x.kind = "created";
        x.new_name = u->name;
        x.new_parent_id = u->parent_id;
        return unit_note(im->c, &x);
    }
    if (!text_same(old->name, u->name)) {
        x.kind = "renamed";
        x.old_name = old->name;
        x.new_name = u->name;
        TRY(unit_note(im->c, &x));
    }
    if (old->parent_id != u->parent_id) {
        x.kind = "moved";
        x.old_name = x.new_name = NULL;
        x.old_parent_id = old->parent_id;
        x.new_parent_id = u->parent_id;
        TRY(unit_note(im->c, &x));
    }
    return OK;
}

/* Paths and full names of places that are not named by the file themselves. */
static enum err
keep_derived(struct import *im, const struct node *x)
{
    const struct place *p = x->rec, *old = x->old;

    if (im->model == &place_model && place_is_called_anew(p, old))
        return place_keep_derived(im->c, p);
    return OK;
}

/* What of a person must wait for a second administrator is asked for. */
static enum err
change_person(struct import *im, struct person *p, const struct person *old)
{
    struct call *c = im->c;

    c->waits = false;
    TRY(person_judge(c, p, old, false));
    im->result->waiting += c->waits;
    p->initials = text_initials(c->arena, p->name);
    TRY(org_set_other(c, &person_model, p, ALL_FIELDS));
    return old->active && !p->active ? auth_person_left(c, p->id) : OK;
}

/* Write one node: a new row, a changed one, or only what follows. */
static enum err
apply_node(struct import *im, struct node *x)
{
    const struct model *m = im->model;
    bool unit = m == &unit_model;

    if (x->old && !(x->line && import_changed(im, x)))
        return keep_derived(im, x);
    if (!x->old)
        TRY(model_add(im->c, m, x->rec));
    else if (m == &person_model)
        TRY(change_person(im, x->rec, x->old));
    else
        TRY(org_set_other(im->c, m, x->rec, ALL_FIELDS));
    if (m == &place_model)
        TRY(org_index_place(im->c, x->rec));
    else if (m == &person_model)
        TRY(org_index_person(im->c, x->rec));
    return unit ? note_unit(im, x->rec, x->old) : OK;
}

static void
close_scratch(struct arena **a)
{
    arena_close(*a);
}

/* Each row's SQL and audit text is thrown away at once: a large file would
   otherwise take its whole size in memory many times over. */
enum err
import_apply(struct import *im)
{
    struct call *c = im->c;
    struct arena *whole = c->arena;
    CLEANUP(close_scratch) struct arena *scratch = arena_open();
    enum err e = OK;

    c->arena = scratch;
    for (size_t i = 0; i < im->n_order && e == OK; i++) {
        e = apply_node(im, &im->nodes[im->order[i]]);
        if (e == OK)
            arena_reset(scratch);
    }
    /* Ended units are no nodes, and lie below some. */
    if (e == OK && im->model == &unit_model)
        e = unit_settle_paths(c);
    c->arena = whole;
    c->fault.text = arena_text(whole, c->fault.text);
    return e;
}
