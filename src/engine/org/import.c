/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole file becomes nodes in memory, beside the rows that are there; the
 * rules are looked at on the nodes; only then anything is written.  So a dry
 * run is the same road without its last step.
 */
#include "engine/org/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/words.h"

/* -- what is refused --------------------------------------------------- */

/* What who made the file calls the column: by its own first row, else by the
   name of our tables. */
static const char *
head_of(const struct import *im, const char *field)
{
    for (size_t i = 0; field != NULL && i < im->n_columns; i++)
        if (im->columns[i] != NULL && strcmp(im->columns[i]->name, field) == 0)
            return im->heads[i];
    for (size_t i = 0; field != NULL && i < im->all.n; i++)
        if (strcmp(im->all.all[i].name, field) == 0)
            return im->c->lang == LANG_ZH ? im->all.all[i].zh : field;
    return field;
}

void
import_refuse(struct import *im, int64_t line, const char *field,
              const char *detail, const char *value)
{
    import_push(im->c, im->result,
                &(struct import_refusal){
                    .line = line,
                    .field = column_field(&im->all, field),
                    .column = head_of(im, field),
                    .detail = words_in(im->c, detail),
                    .value = value });
}

void
import_refuse_fault(struct import *im, int64_t line, const char *field,
                    const char *value)
{
    import_push(im->c, im->result,
                &(struct import_refusal){
                    .line = line,
                    .field = column_field(&im->all, field),
                    .column = head_of(im, field),
                    .detail = im->c->fault.text,
                    .value = value });
    im->c->fault = (struct fault){ 0 };
}

static int
by_line(const void *a, const void *b)
{
    const struct import_refusal *x = a, *y = b;

    return (x->line > y->line) - (x->line < y->line);
}

/* -- one import -------------------------------------------------------- */

void
import_sort_refused(struct import *im)
{
    struct import_result *r = im->result;

    if (r->n_refused > 0)
        qsort(r->refused, r->n_refused, sizeof *r->refused, by_line);
    im->n_sorted = r->n_refused;
}

bool
import_is_refused(const struct import *im, int64_t line)
{
    struct import_refusal key = { .line = line };

    return im->n_sorted > 0
           && bsearch(&key, im->result->refused, im->n_sorted, sizeof key,
                      by_line);
}

/* What the good rows of the file bring. */
static void
count_rows(struct import *im)
{
    struct import_result *r = im->result;

    for (size_t i = 0; i < im->n; i++) {
        const struct node *x = &im->nodes[i];

        if (!x->line || import_is_refused(im, x->line))
            continue;
        if (!x->old)
            r->added++;
        else if (import_changed(im, x))
            r->changed++;
        else
            r->unchanged++;
    }
}

/* Read, settle and count; the nodes are then what shall be. */
static enum err
prepare(struct import *im, const char *text, size_t len)
{
    struct csv *csv = NEW(im->c->arena, struct csv);
    TRY(import_load(im));
    *csv = csv_open(im->c->arena, text, len);
    if (import_read_header(im, csv)) {
        while (csv_next(csv))
            import_read_row(im, csv);
        if (csv->fault)
            import_refuse(im, csv->fault_line, NULL, csv->fault, NULL);
        import_settle(im);
    }
    import_sort_refused(im);
    count_rows(im);
    return OK;
}

enum err
org_import(struct call *c, enum org_table table, const char *text, size_t len,
           bool dry_run, struct import_result *result)
{
    struct import *im = NEW(c->arena, struct import);
    const struct table *t = &org_tables[table];
    const struct model *m = t->noun->model;

    *result = (struct import_result){ 0 };
    *im = (struct import){
        .c = c,
        .t = t,
        .model = m,
        .all = columns_of(c, t->noun),
        .result = result,
        .id = model_field(m, "id"),
        .code = model_flagged(m, UNIQUE),
        .parent = t->tree ? model_field(m, "parent_id") : NULL
    };
    TRY(auth_need(c, "import", &(struct auth_where){ 0 }));
    if (dry_run)
        return prepare(im, text, len);

    TX tx = tx_begin(c);
    TRY(prepare(im, text, len));
    if (result->n_refused == 0)
        TRY(import_apply(im));
    return tx_commit(&tx);
}
