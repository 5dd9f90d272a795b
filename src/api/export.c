/* SPDX-License-Identifier: Apache-2.0 */
#include "api/export.h"

#include <malloc.h>
#include <string.h>

#include "api/call.h"
#include "api/sheet.h"
#include "api/turns.h"
#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "engine/order/order.h"
#include "model/app.h"

#define PAGE 500

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

enum err
export_may(struct call *c, const struct route *route, const struct list *l)
{
    bool own = text_same(l->view, "mine") || text_same(l->view, "todo");

    return route->out == &order_model && !own
               ? auth_need(c, "order.export", NULL)
               : OK;
}

/* One page into the sheet; L->cursor becomes where the next begins, or NULL. */
static enum err
put_page(struct call *c, const struct export *x, struct list *l,
         struct sheet *t)
{
    struct list page = *l;
    struct table_page cells;

    if (x->route == NULL) {
        TRY(noun_table_page(c, x->noun, l, &cells));
        return sheet_add_cells(c, t, &cells);
    }
    TRY(x->route->serve(c, &page, NULL));
    TRY(sheet_add(c, t, page.rows, page.n));
    l->cursor = page.next;
    l->descending = page.descending;
    return OK;
}

/* The same in memory of its own and on a connection of its own, both given
   back before the next. */
static enum err
put_page_apart(struct call *c, const struct export *x, struct list *l,
               struct sheet *t)
{
    struct arena *whole = c->arena;
    enum err e;

    db_session_end(c);
    c->arena = arena_open();
    db_session(c, c->app->store);
    if (x->turn != NULL)
        db_budget(c, CALL_LIST_MS, CALL_BYTES);
    e = put_page(c, x, l, t);
    db_session_end(c);
    l->cursor = arena_text(whole, l->cursor);
    c->fault.field = arena_text(whole, c->fault.field);
    c->fault.text = arena_text(whole, c->fault.text);
    arena_close(c->arena);
    c->arena = whole;
    db_session(c, c->app->store);
    return e;
}

/* Every page of the list L into the table, or as many as it may have. */
static enum err
put_rows(struct call *c, const struct export *x, struct list *l,
         struct sheet *t)
{
    int64_t most = x->most                    ? x->most
                   : x->format == EXPORT_XLSX ? EXPORT_BOOK_ROWS
                                              : INT64_MAX - 1;

    l->no_total = true;
    do {
        /* The labels are a row too. */
        int64_t room = most + 1 - t->rows;

        l->limit = room < PAGE ? room : PAGE;
        TRY(turn_check(c, x->turn));
        TRY(put_page_apart(c, x, l, t));
    } while (l->cursor != NULL && t->rows <= most);
    return OK;
}

/* There are more rows than it may have. */
static enum err
note_end(struct call *c, struct sheet *t)
{
    long long n = t->rows - 1;

    reply_header(c, "X-Truncated", arena_printf(c->arena, "%lld", n));
    return sheet_note(
        c, t,
        arena_printf(c->arena,
                     words_in(c, "the table ends here, after %lld rows; there "
                                 "are more: narrow the list with filters"),
                     n));
}

static const struct model *
model_of(const struct export *x)
{
    return x->route != NULL ? x->route->out : x->noun->model;
}

static enum err
open_sheet(struct call *c, const struct export *x, struct sheet *t)
{
    bool workbook = x->format == EXPORT_XLSX;
    const char *const *names;
    size_t n;

    if (x->route != NULL)
        return sheet_open(c, x->route->out, workbook, t);
    n = noun_table_names(c, x->noun, &names);
    return sheet_open_cells(c, names, n, workbook, t);
}

enum err
export_make(struct call *c, const struct export *x, struct raw *raw)
{
    bool workbook = x->format == EXPORT_XLSX;
    struct list l = { .model = model_of(x) };
    SHEET t = { .fd = -1 };

    if (x->list != NULL)
        l = *x->list;
    TRY(turn_begin(c, x->turn));
    TRY(open_sheet(c, x, &t));
    TRY(put_rows(c, x, &l, &t));
    if (l.cursor != NULL)
        TRY(note_end(c, &t));
    TRY(audit_export(c, model_of(x)->noun, workbook ? "xlsx" : "csv",
                     t.rows - 1, x->list ? list_asked(c, x->list) : NULL));
    TRY(sheet_take(c, &t, &raw->fd, &raw->len));
    turn_made(x->turn);
    raw->turn = x->turn;
    raw->type = workbook ? EXPORT_XLSX_TYPE : "text/csv; charset=utf-8";
    raw->name = arena_printf(c->arena, "%s.%s",
                             x->route ? x->route->out->table : x->noun->plural,
                             workbook ? "xlsx" : "csv");
    /* What the pages took lies scattered in the threads' heaps. */
    (void)malloc_trim(0);
    return OK;
}
