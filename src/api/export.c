/* SPDX-License-Identifier: Apache-2.0 */
#include "api/export.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "auth/auth.h"
#include "base/csv.h"
#include "base/output.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "engine/order/order.h"
#include "model/app.h"
#include "model/member.h"

#define PAGE 500

/* A table being made: one of the two. */
struct sheet {
    struct call *c;
    const struct model *model;
    struct buf *csv;
    lxw_workbook *book;
    lxw_worksheet *page;
    lxw_row_t row;
    bool shown[128]; /* by field */
};

/* An id is not shown where the name of what it refers to is: unit_id beside
   unit_name. */
static bool
has_name(struct call *c, const struct model *m, const struct field *f)
{
    size_t n = strlen(f->name);

    if (f->refers == NULL || n < 4)
        return false;
    return model_field(m, arena_printf(c->arena, "%.*s_name", (int)(n - 3),
                                       f->name))
           != NULL;
}

static bool
is_shown(struct call *c, const struct model *m, const struct field *f)
{
    return !(f->flags & (SECRET | DERIVED))
           && (f->label != NULL || strcmp(f->name, "id") == 0)
           && !has_name(c, m, f);
}

/* The member as a person reads it: local time, words in his language. */
static const char *
cell_text(struct call *c, const struct field *f, const void *rec)
{
    struct value v = member_value(f, rec);
    char date[11];
    int64_t local;

    if (v.kind == VALUE_NULL)
        return "";
    switch (f->kind) {
    case FIELD_INSTANT:
        local = zone_local(c->app->zone, (instant){ v.as.i });
        day_print(zone_day(c->app->zone, (instant){ v.as.i }), date);
        local = (local % DAY_MS + DAY_MS) % DAY_MS;
        return arena_printf(c->arena, "%s %02d:%02d:%02d", date,
                            (int)(local / HOUR_MS),
                            (int)(local / MINUTE_MS % 60),
                            (int)(local / SECOND_MS % 60));
    case FIELD_DAY:
        day_print((day){ (int32_t)v.as.i }, date);
        return arena_text(c->arena, date);
    case FIELD_MONEY:
        return arena_printf(c->arena, "%lld.%02lld", (long long)(v.as.i / 100),
                            (long long)(llabs(v.as.i) % 100));
    case FIELD_BOOL: return words_in(c, v.as.i ? "yes" : "no");
    case FIELD_WORD: return words_in(c, v.as.s);
    case FIELD_REAL: return arena_printf(c->arena, "%.15g", v.as.r);
    case FIELD_INT: return arena_printf(c->arena, "%lld", (long long)v.as.i);
    case FIELD_TEXT: return f->choices != NULL ? words_in(c, v.as.s) : v.as.s;
    }
    return "";
}

/* A text that a spreadsheet would take for a formula gets a mark before it
   (OWASP, "CSV Injection"). */
static const char *
harmless(struct call *c, const struct field *f, const char *s)
{
    if (f->kind == FIELD_TEXT && *s != '\0' && strchr("=+-@\t\r", *s) != NULL)
        return arena_printf(c->arena, "'%s", s);
    return s;
}

static void
put_cell(struct sheet *t, const struct field *f, const char *text,
         lxw_col_t col)
{
    int64_t n;

    if (t->csv != NULL)
        csv_cell(t->csv, harmless(t->c, f, text), col == 0);
    else if (f->kind == FIELD_INT && f->refers == NULL
             && strcmp(f->name, "id") != 0 && text_int(text, &n))
        (void)worksheet_write_number(t->page, t->row, col, (double)n, NULL);
    else
        (void)worksheet_write_string(t->page, t->row, col, text, NULL);
}

static void
choose_fields(struct sheet *t)
{
    for (size_t i = 0; i < t->model->n; i++)
        t->shown[i] = is_shown(t->c, t->model, &t->model->fields[i]);
}

/* One row of REC; of the labels when it is NULL. */
static void
put_row(struct sheet *t, const void *rec)
{
    lxw_col_t col = 0;

    for (size_t i = 0; i < t->model->n; i++) {
        const struct field *f = &t->model->fields[i];

        if (!t->shown[i])
            continue;
        put_cell(t, f,
                 rec ? cell_text(t->c, f, rec)
                     : words_in(t->c, f->label ? f->label : f->name),
                 col++);
    }
    if (t->csv != NULL)
        csv_end(t->csv);
    t->row++;
}

enum err
export_read(struct call *c, const char *word, enum export_format *out)
{
    *out = word == NULL                ? EXPORT_NONE
           : strcmp(word, "csv") == 0  ? EXPORT_CSV
           : strcmp(word, "xlsx") == 0 ? EXPORT_XLSX
                                       : EXPORT_NONE;
    if (word != NULL && *out == EXPORT_NONE && strcmp(word, "json") != 0)
        return fail(c, ERR_INVALID, "format", "“%.40s” is not one of its words",
                    word);
    return OK;
}

/* How much went out, and whether that was all. */
struct exported {
    int64_t rows;
    bool cut;
};

/* Every page of the list into the table. */
static enum err
put_rows(struct call *c, const struct route *route, const struct list *asked,
         struct sheet *t, struct exported *out)
{
    struct list l = *asked;

    *out = (struct exported){ 0 };
    l.limit = PAGE;
    l.no_total = true;
    for (;;) {
        struct list page = l;

        TRY(route->serve(c, &page, NULL));
        for (size_t i = 0; i < page.n; i++)
            put_row(t, (const char *)page.rows + i * page.model->size);
        out->rows += (int64_t)page.n;
        if (page.next == NULL)
            return OK;
        if (t->row > EXPORT_MAX_ROWS) {
            out->cut = true;
            return OK;
        }
        l.cursor = page.next;
        l.descending = page.descending;
    }
}

static enum err
export_csv(struct call *c, const struct route *route, const struct list *l,
           struct raw *raw, struct exported *out)
{
    struct buf b = buf_make(c->arena, 0);
    struct sheet t = { .c = c, .model = route->out, .csv = &b };

    choose_fields(&t);
    buf_puts(&b, CSV_MARK);
    put_row(&t, NULL);
    TRY(put_rows(c, route, l, &t, out));
    raw->type = "text/csv; charset=utf-8";
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

/* The library writes to a file only; the file is gone before it is read. */
static enum err
read_back(struct call *c, int fd, struct raw *raw)
{
    struct stat st;
    char *bytes;

    if (fstat(fd, &st) != 0)
        return fail(c, ERR_BROKEN, NULL, "the table cannot be made");
    bytes = arena_alloc(c->arena, (size_t)st.st_size + 1);
    if (pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size)
        return fail(c, ERR_BROKEN, NULL, "the table cannot be made");
    raw->body = bytes;
    raw->len = (size_t)st.st_size;
    return OK;
}

static enum err
write_book(struct call *c, const struct route *route, const struct list *l,
           const char *path, struct exported *out)
{
    struct sheet t = {
        .c = c, .model = route->out, .book = workbook_new(path)
    };
    enum err e;

    if (t.book == NULL)
        return fail(c, ERR_BROKEN, NULL, "the table cannot be made");
    choose_fields(&t);
    t.page = workbook_add_worksheet(t.book, NULL);
    put_row(&t, NULL);
    (void)worksheet_set_column(t.page, 0, 60, 18, NULL);
    worksheet_freeze_panes(t.page, 1, 0);
    e = put_rows(c, route, l, &t, out);
    if (workbook_close(t.book) != LXW_NO_ERROR && e == OK)
        e = fail(c, ERR_BROKEN, NULL, "the table cannot be made");
    return e;
}

static enum err
export_xlsx(struct call *c, const struct route *route, const struct list *l,
            struct raw *raw, struct exported *out)
{
    char *path =
        arena_printf(c->arena, "%s/liangcao-XXXXXX", temporary_folder());
    int fd = mkstemp(path);
    enum err e;

    if (fd < 0)
        return fail(c, ERR_BROKEN, NULL, "the table cannot be made");
    e = write_book(c, route, l, path, out);
    (void)close(fd);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    (void)unlink(path);
    if (e == OK)
        e = read_back(c, fd, raw);
    if (fd >= 0)
        (void)close(fd);
    raw->type = EXPORT_XLSX_TYPE;
    return e;
}

enum err
export_list(struct call *c, const struct route *route, struct list *l,
            enum export_format format, struct raw *raw)
{
    bool own = l->view != NULL && strcmp(l->view, "mine") == 0;
    bool csv = format == EXPORT_CSV;
    struct exported out;

    if (route->out == &order_model && !own)
        TRY(auth_need(c, "order.export", NULL));
    if (csv)
        TRY(export_csv(c, route, l, raw, &out));
    else
        TRY(export_xlsx(c, route, l, raw, &out));
    TRY(audit_export(c, route->out->noun, csv ? "csv" : "xlsx", out.rows,
                     list_asked(c, l)));
    raw->name = arena_printf(c->arena, "%s.%s", route->out->table,
                             csv ? "csv" : "xlsx");
    if (out.cut)
        reply_header(c, "X-Truncated", "50000");
    return OK;
}
