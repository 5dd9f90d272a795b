/* SPDX-License-Identifier: Apache-2.0 */
/* From rows of the database and rows of the file to nodes. */
#include "engine/org/import.h"

#include <string.h>

#include "model/member.h"

/* -- the rows that are there ------------------------------------------- */

/* A new node with an empty record. */
static struct node *
add_node(struct import *im)
{
    if (im->n == im->cap) {
        im->cap = 2 * im->cap + 256;
        struct node *more = NEW_N(im->c->arena, struct node, im->cap);

        if (im->n > 0)
            memcpy(more, im->nodes, im->n * sizeof *more);
        im->nodes = more;
    }
    struct node *x = &im->nodes[im->n++];
    *x = (struct node){ .rec = arena_alloc(im->c->arena, im->model->size),
                        .parent = NO_NODE };
    return x;
}

static const char *
code_of(const struct import *im, const struct node *x)
{
    return *(const char *const *)(const void *)((const char *)x->rec
                                                + im->code->offset);
}

/* What is there: `old` keeps how it was, `rec` becomes how it shall be. */
static enum err
load_nodes(struct import *im)
{
    const struct model *m = im->model;
    ROWS r = model_query(im->c, m, im->t->rows, V(today(im->c)));

    while (rows_next(&r)) {
        struct node *x = add_node(im);

        model_read_row(m, &r, x->rec);
        x->old = arena_alloc(im->c->arena, m->size);
        memcpy(x->old, x->rec, m->size);
        codes_put(im->c->arena, &im->codes, code_of(im, x),
                  *import_int(im->id, x->rec));
    }
    im->codes.sorted = im->n;
    return rows_end(&r);
}

/* Units, providers and places in that order. */
static struct codes *
codes_for(struct import *im, const struct model *m)
{
    return &im->other[m == &unit_model ? 0 : m == &provider_model ? 1 : 2];
}

enum err
import_load(struct import *im)
{
    TRY(load_nodes(im));
    for (size_t i = 0; im->parent && i < im->n; i++) {
        struct node *x = &im->nodes[i];
        size_t at = codes_by_id(&im->codes, *import_int(im->parent, x->rec));

        x->parent = at == NO_CODE ? NO_NODE : at;
    }
    for (size_t i = 0; i < im->all.n; i++) {
        const struct noun *to = im->all.all[i].to;
        const struct model *m = to ? to->model : NULL;

        if (m && m != im->model)
            TRY(codes_load(im->c, codes_for(im, m), table_codes_sql(m)));
    }
    return OK;
}

/* -- the first row ----------------------------------------------------- */

/* A cell as it was meant: the blanks around it are no part of it, nor is the
   mark that a table out may have set. */
static const char *
read_text(struct call *c, const char *s)
{
    return csv_meant(c->arena, text_clean(c->arena, s, false));
}

/* １００１ is 1001, unless there is one that is really called so. */
static const char *
plain_code(struct call *c, const struct codes *known, const char *text)
{
    return codes_find(known, text) == NO_CODE ? text_plain(c->arena, text)
                                              : text;
}

static bool
refers_to(const struct column *k, const struct model *m)
{
    return k != NULL && k->to != NULL && k->to->model == m;
}

static bool
has_column(const struct import *im, const struct column *k)
{
    for (size_t i = 0; i < im->n_columns; i++) {
        if (im->columns[i] == k)
            return true;
    }
    return false;
}

bool
import_read_header(struct import *im, struct csv *csv)
{
    size_t before = im->result->n_refused;

    if (!csv_next(csv)) {
        import_refuse(im, csv->fault ? csv->fault_line : 1, NULL,
                      csv->fault ? csv->fault : "the file is empty", NULL);
        return false;
    }
    for (size_t i = 0; i < csv->n; i++) {
        const char *name = read_text(im->c, csv->cells[i]);
        const struct column *k = column_find(&im->all, name);

        if (!k)
            import_refuse(im, csv->line, name, "there is no such column", name);
        else if (has_column(im, k))
            import_refuse(im, csv->line, k->name, "the column comes twice",
                          name);
        im->heads[im->n_columns] = name;
        im->columns[im->n_columns++] = k;
        im->has_parent |= refers_to(k, im->model);
    }
    if (!has_column(im, &im->all.all[0]))
        import_refuse(im, csv->line, im->all.all[0].name,
                      "the column is missing", NULL);
    return im->result->n_refused == before;
}

/* -- the other rows ---------------------------------------------------- */

/* The code of something else.  One of the table itself is only noted: it may
   stand further down in the file. */
static void
read_reference(struct import *im, struct node *x, const struct column *k,
               const char *text)
{
    const struct field *f = k->field;

    text = plain_code(im->c,
                      refers_to(k, im->model) ? &im->codes
                                              : codes_for(im, k->to->model),
                      text);
    if (refers_to(k, im->model)) {
        x->parent_code = *text ? text : NULL;
        return;
    }
    const struct codes *known = codes_for(im, k->to->model);
    size_t at = *text ? codes_find(known, text) : NO_CODE;
    *import_int(f, x->rec) = at == NO_CODE ? 0 : known->all[at].id;
    if (*text && at == NO_CODE)
        import_refuse(im, x->line, k->name, "nothing has this code", text);
}

/* A cell of the field's own kind, as people write it. */
static enum err
read_value(struct import *im, struct node *x, const struct field *f,
           const char *text)
{
    struct call *c = im->c;

    text = cell_plain(c->arena, f, text);
    if (f->kind == FIELD_BOOL) {
        /* An empty cell leaves it as it is: yes and no are all there is. */
        if (*text && !cell_bool(text, (bool *)((char *)x->rec + f->offset)))
            return fail(c, ERR_INVALID, f->name, "must be yes or no");
        return OK;
    }
    if (!*text) {
        member_copy(f, x->rec, NULL);
        return OK;
    }
    if (f->choices == place_kinds && cell_place_kind(text))
        text = cell_place_kind(text);
    return model_read_text(c, f, text, x->rec);
}

/* One cell into the record, or among the refused. */
static void
read_cell(struct import *im, struct node *x, const struct column *k,
          const char *text)
{
    const struct model *m = im->model;

    if (k->to) {
        read_reference(im, x, k, text);
        return;
    }
    const struct field *f = k->field;
    if (read_value(im, x, f, text) != OK
        || model_check_mask(im->c, m, x->rec, model_mask(m, f->name)) != OK)
        import_refuse_fault(im, x->line, k->name, text);
}

/* A new row: what must be said and has no column in this file. */
static void
check_missing(struct import *im, const struct node *x)
{
    const struct model *m = im->model;

    for (size_t i = 0; i < im->all.n; i++) {
        const struct column *k = &im->all.all[i];

        if (!k->to && !has_column(im, k)
            && model_check_mask(im->c, m, x->rec, model_mask(m, k->field->name))
                   != OK)
            import_refuse_fault(im, x->line, k->name, NULL);
    }
}

static void
refuse_twice(struct import *im, const char *code, int64_t line,
             const struct node *first)
{
    enum err e =
        fail(im->c, ERR_INVALID, "code", "the code is already on line %lld",
             (long long)first->line);

    ASSERT(e != OK);
    import_refuse_fault(im, line, "code", code);
}

/* The node of a code: the one that is there, or a new one. NULL: refused. */
static struct node *
node_for(struct import *im, const char *code, int64_t line)
{
    size_t at = codes_find(&im->codes, code);
    struct node *x;

    if (at != NO_CODE) {
        x = &im->nodes[at];
        if (x->line) {
            refuse_twice(im, code, line, x);
            return NULL;
        }
        x->line = line;
        return x;
    }
    x = add_node(im);
    x->line = line;
    *import_int(im->id, x->rec) = new_id(im->c);
    codes_put(im->c->arena, &im->codes, code, *import_int(im->id, x->rec));
    const struct field *active = model_flagged(im->model, IN_USE);
    if (active)
        *(bool *)((char *)x->rec + active->offset) = true;
    return x;
}

void
import_read_row(struct import *im, struct csv *csv)
{
    const char *cells[CSV_MAX_CELLS], *code = "";
    struct node *x;

    im->result->rows++;
    csv_widen(csv, im->n_columns);
    if (csv->n != im->n_columns) {
        import_refuse(im, csv->line, NULL,
                      "the row has not as many cells as the first", NULL);
        return;
    }
    for (size_t i = 0; i < csv->n; i++) {
        cells[i] = read_text(im->c, csv->cells[i]);
        if (im->columns[i] == &im->all.all[0])
            code = cells[i] = plain_code(im->c, &im->codes, cells[i]);
    }
    if (!*code) {
        import_refuse(im, csv->line, "code", "is required", NULL);
        return;
    }
    x = node_for(im, code, csv->line);
    for (size_t i = 0; x && i < csv->n; i++)
        read_cell(im, x, im->columns[i], cells[i]);
    if (x && !x->old)
        check_missing(im, x);
}
