/* SPDX-License-Identifier: Apache-2.0 */
/* A table out: every row that counts, references as the codes of others. */
#include "engine/org/table.h"

#include <string.h>

#include "base/csv.h"
#include "engine/audit/audit.h"

/* More than this is not one file any more. */
#define EXPORT_MAX ((size_t)256 << 20)

struct export
{
    struct call *c;
    const struct table *t;
    struct codes codes[16]; /* of the column's model, by column */
    struct buf *out;
};

/* Read once what the reference columns may show. */
static enum err
load_codes(struct export *x)
{
    for (size_t i = 0; i < x->t->n; i++) {
        const struct model *m = x->t->columns[i].refers;

        if (m)
            TRY(codes_load(x->c, &x->codes[i], table_codes_sql(m)));
    }
    return OK;
}

/* The first row, after the mark that tells spreadsheets of UTF-8. */
static void
write_names(const struct export *x)
{
    buf_puts(x->out, CSV_MARK);
    for (size_t i = 0; i < x->t->n; i++) {
        const struct org_column *k = &x->t->columns[i];

        csv_cell(x->out, org_column_name(x->c, k), i == 0);
    }
    csv_end(x->out);
}

static void
write_row(const struct export *x, const void *rec)
{
    for (size_t i = 0; i < x->t->n; i++) {
        const struct org_column *k = &x->t->columns[i];
        const struct field *f = model_field(x->t->model, k->member);

        ASSERT(f != NULL);
        if (k->refers) {
            int64_t id =
                *(const int64_t *)(const void *)((const char *)rec + f->offset);
            size_t at = codes_by_id(&x->codes[i], id);

            ASSERT(at == NO_CODE || x->codes[i].all != NULL);
            csv_text(x->out, at == NO_CODE ? "" : x->codes[i].all[at].text,
                     i == 0);
        } else if (f->kind == FIELD_TEXT) {
            csv_text(x->out, cell_text(x->c, f, rec), i == 0);
        } else {
            csv_cell(x->out, cell_text(x->c, f, rec), i == 0);
        }
    }
    csv_end(x->out);
}

static enum err
write_rows(const struct export *x, int64_t *n)
{
    void *rec = arena_alloc(x->c->arena, x->t->model->size);
    ROWS r = model_query(x->c, x->t->model, x->t->rows, V(today(x->c)));

    for (*n = 0; rows_next(&r); ++*n) {
        memset(rec, 0, x->t->model->size);
        model_read_row(x->t->model, &r, rec);
        write_row(x, rec);
    }
    return rows_end(&r);
}

enum err
org_export(struct call *c, enum org_table table, struct buf *out)
{
    struct export x = { .c = c, .t = &org_tables[table], .out = out };
    int64_t n = 0;

    ASSERT(x.t->n <= COUNT(x.codes));
    TRY(auth_need(c, "org.see", &(struct auth_where){ 0 }));
    *out = buf_make(c->arena, EXPORT_MAX);
    TRY(load_codes(&x));
    write_names(&x);
    TRY(write_rows(&x, &n));
    if (out->overflow)
        return fail(c, ERR_LIMIT, NULL, "the table is too large for one file");
    return audit_export(c, x.t->model->noun, "csv", n, NULL);
}

static void
write_template(struct call *c, enum org_table table, struct buf *out)
{
    struct export x = { .c = c, .t = &org_tables[table], .out = out };

    write_names(&x);
}

/* -- for the rows of nouns ------------------------------------------------ */

#define TABLE(word, table)                                                     \
    enum err org_import_##word(struct call *c, const char *text, size_t len,   \
                               bool dry_run, struct import_result *result)     \
    {                                                                          \
        return org_import(c, table, text, len, dry_run, result);               \
    }                                                                          \
    enum err org_export_##word(struct call *c, struct buf *out)                \
    {                                                                          \
        return org_export(c, table, out);                                      \
    }                                                                          \
    void org_template_##word(struct call *c, struct buf *out)                  \
    {                                                                          \
        write_template(c, table, out);                                         \
    }
TABLE(units, ORG_UNITS)
TABLE(persons, ORG_PERSONS)
TABLE(places, ORG_PLACES)
