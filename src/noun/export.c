/* SPDX-License-Identifier: Apache-2.0 */
/* A table out, with the columns in which it may come in again. */
#include <string.h>

#include "base/csv.h"
#include "base/words.h"
#include "model/member.h"
#include "noun/column.h"

#define PAGE 500

/* More than this is not one file any more. */
#define EXPORT_MAX ((size_t)256 << 20)

/* The first row, after the mark that tells spreadsheets of UTF-8. */
static void
write_names(const struct call *c, const struct columns *k, struct buf *out)
{
    buf_puts(out, CSV_MARK);
    for (size_t i = 0; i < k->n; i++)
        csv_cell(out, c->lang == LANG_ZH ? k->all[i].zh : k->all[i].name,
                 i == 0);
    csv_end(out);
}

static enum err
write_row(struct call *c, const struct columns *k, const void *rec,
          struct buf *out)
{
    for (size_t i = 0; i < k->n; i++) {
        const struct column *x = &k->all[i];
        const char *text = NULL;

        if (x->key != NULL)
            TRY(column_key_of(c, x, field_int(x->field, rec), &text));
        else
            text = cell_text(c, x->field, rec);
        if (x->key != NULL || x->field->kind == FIELD_TEXT)
            csv_text(out, text, i == 0);
        else
            csv_cell(out, text, i == 0);
    }
    csv_end(out);
    return OK;
}

void
noun_template(struct call *c, const struct noun *n, struct buf *out)
{
    ASSERT(noun_imports(n));
    *out = buf_make(c->arena, 0);
    if (n->template != NULL) {
        n->template(c, out);
        return;
    }
    struct columns k = columns_of(c, n);
    write_names(c, &k, out);
}

enum err
noun_export(struct call *c, const struct noun *n, struct buf *out)
{
    struct columns k = columns_of(c, n);
    const char *next = NULL;
    int64_t rows = 0;

    ASSERT(noun_imports(n));
    if (n->export != NULL)
        return n->export(c, out);
    *out = buf_make(c->arena, EXPORT_MAX);
    write_names(c, &k, out);
    do {
        struct list l = {
            .model = n->model, .limit = PAGE, .no_total = true, .cursor = next
        };

        TRY(noun_list(c, n, &l));
        for (size_t i = 0; i < l.n; i++)
            TRY(write_row(c, &k, (char *)l.rows + i * n->model->size, out));
        rows += (int64_t)l.n;
        next = l.next;
    } while (next != NULL);
    if (out->overflow)
        return fail(c, ERR_LIMIT, NULL, "the table is too large for one file");
    return model_audit(c, "export", n->model->noun, 0,
                       arena_printf(c->arena,
                                    "{\"format\":\"csv\",\"rows\":%lld,"
                                    "\"filter\":{}}",
                                    (long long)rows));
}
