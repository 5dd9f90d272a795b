/* SPDX-License-Identifier: Apache-2.0 */
/* A table out, page by page, with the columns in which it may come in again. */
#include <string.h>

#include "base/csv.h"
#include "base/words.h"
#include "noun/column.h"

size_t
noun_table_names(struct call *c, const struct noun *n, const char *const **out)
{
    struct columns k = columns_of(c, n);
    const char **names = NEW_N(c->arena, const char *, k.n + 1);

    for (size_t i = 0; i < k.n; i++)
        names[i] = c->lang == LANG_ZH ? k.all[i].zh : k.all[i].name;
    *out = names;
    return k.n;
}

void
noun_template(struct call *c, const struct noun *n, struct buf *out)
{
    const char *const *names;
    size_t k = noun_table_names(c, n, &names);

    ASSERT(noun_imports(n));
    *out = buf_make(c->arena, 0);
    buf_puts(out, CSV_MARK);
    for (size_t i = 0; i < k; i++)
        csv_cell(out, names[i], i == 0);
    csv_end(out);
}

/* What a spreadsheet should take the column's cells for. */
static enum cell_kind
kind_of(const struct column *k)
{
    switch (k->field->kind) {
    case FIELD_TEXT: return CELL_TEXT;
    case FIELD_INT: return k->to != NULL ? CELL_TEXT : CELL_NUMBER;
    case FIELD_REAL:
    case FIELD_MONEY: return CELL_NUMBER;
    default: return CELL_PLAIN;
    }
}

/* One column of every row of the page. */
static enum err
fill_column(struct call *c, const struct list *l, const struct columns *k,
            size_t i, struct table_page *out)
{
    const struct column *x = &k->all[i];
    struct column_keys keys = { 0 };

    out->kinds[i] = kind_of(x);
    if (x->key != NULL)
        TRY(column_keys_read(c, x, l, &keys));
    for (size_t row = 0; row < l->n; row++) {
        const void *rec = (const char *)l->rows + row * l->model->size;

        out->cells[row * k->n + i] =
            x->key != NULL ? column_keys_find(&keys, field_int(x->field, rec))
                           : cell_text(c, l->model, x->field, rec);
    }
    return OK;
}

enum err
noun_table_page(struct call *c, const struct noun *n, struct list *l,
                struct table_page *out)
{
    struct columns k = columns_of(c, n);
    struct list page = *l;

    ASSERT(noun_imports(n));
    page.model = n->model;
    page.no_total = true;
    TRY(n->list != NULL ? n->list(c, &page) : noun_list(c, n, &page));
    *out = (struct table_page){ .n = page.n, .n_columns = k.n };
    out->cells = NEW_N(c->arena, const char *, page.n *k.n + 1);
    out->kinds = NEW_N(c->arena, enum cell_kind, k.n + 1);
    for (size_t i = 0; i < k.n; i++)
        TRY(fill_column(c, &page, &k, i, out));
    l->cursor = page.next;
    return OK;
}
