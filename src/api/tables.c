/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in and out, of any noun that has them. */
#include <string.h>

#include "api/export.h"
#include "api/route.h"
#include "base/words.h"
#include "base/workbook.h"
#include "engine/order/import.h"
#include "noun/noun.h"
#include "json/json.h"

struct table_wish {
    const char *kind, *format, *sheet;
    bool dry_run;
};
static const struct field import_fields[] = {
    FIELD(struct table_wish, kind, .flags = GIVEN,
          .says = "The plural of a noun, such as persons."),
    FIELD(struct table_wish, dry_run,
          .says = "Say what would happen and change nothing."),
    FIELD(struct table_wish, sheet, .max = 31,
          .says = "Of a workbook; without it the first."),
};
static const struct model import_model =
    MODEL("import", NULL, struct table_wish, import_fields);

static const struct field export_fields[] = {
    FIELD(struct table_wish, kind, .flags = GIVEN,
          .says = "The plural of a noun, such as persons."),
};
static const char *const formats[] = { "csv", "xlsx", NULL };
static const struct field out_fields[] = {
    FIELD(struct table_wish, kind, .flags = GIVEN,
          .says = "The plural of a noun, such as persons."),
    FIELD(struct table_wish, format, .choices = formats,
          .says = "CSV when not said."),
};
static const struct model out_model =
    MODEL("table_out", NULL, struct table_wish, out_fields);
static const struct model export_model =
    MODEL("export", NULL, struct table_wish, export_fields);

static void
write_refusals(struct json_out *o, const struct import_result *r)
{
    json_key(o, "refused");
    json_begin_list(o);
    for (size_t i = 0; i < r->n_refused; i++) {
        const struct import_refusal *x = &r->refused[i];

        json_begin(o);
        json_put_int(o, "line", x->line);
        json_put_text(o, "field", x->field);
        json_put_text(o, "column", x->column);
        json_put_text(o, "detail", x->detail);
        json_put_text(o, "value", x->value);
        json_end(o);
    }
    json_end_list(o);
}

/* A refused import is a problem document that carries its report. */
static void
write_problem(struct call *c, struct json_out *o)
{
    json_put_text(o, "type", "about:blank");
    json_put_text(o, "title", words_in(c, "something is not right"));
    json_put_int(o, "status", 422);
    json_put_text(o, "code", err_word(ERR_INVALID));
    json_put_text(o, "detail",
                  words_in(c, "some rows are refused; nothing was changed"));
    json_put_text(o, "field", NULL);
}

static enum err
find_table(struct call *c, const char *kind, const struct noun **n)
{
    *n = noun_find(c, kind);
    if (*n == NULL || !noun_imports(*n))
        return fail(c, ERR_ABSENT, NULL, "there is no such address");
    return OK;
}

static enum err
serve_import(struct call *c, void *in, void *out)
{
    const struct table_wish *w = in;
    struct import_result r;
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    const struct noun *n;
    const char *text = c->body;
    size_t len = c->body_len;

    TRY(find_table(c, w->kind, &n));
    /* Nobody else's file is opened at all. */
    TRY(auth_need(c, "import", &(struct auth_where){ 0 }));
    TRY(workbook_rows(c, c->app->files, w->sheet, &text, &len));
    TRY(noun_import(c, n, text, len, w->dry_run, &r));
    c->waits = r.waiting > 0 && r.n_refused == 0 && !w->dry_run;
    json_begin(&o);
    if (r.n_refused > 0 && !w->dry_run) {
        write_problem(c, &o);
        raw->status = 422;
        raw->type = "application/problem+json";
    }
    json_put_int(&o, "rows", r.rows);
    json_put_int(&o, "added", r.added);
    json_put_int(&o, "changed", r.changed);
    json_put_int(&o, "unchanged", r.unchanged);
    json_put_int(&o, "waiting", r.waiting);
    write_refusals(&o, &r);
    json_end(&o);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

static enum err
serve_export(struct call *c, void *in, void *out)
{
    const struct table_wish *w = in;
    struct raw *raw = out;
    struct export x = { .format = EXPORT_CSV, .turn = raw->turn };

    TRY(find_table(c, w->kind, &x.noun));
    if (w->format != NULL)
        TRY(export_read(c, w->format, &x.format));
    return export_make(c, &x, raw);
}

static enum err
serve_template(struct call *c, void *in, void *out)
{
    const struct table_wish *w = in;
    struct raw *raw = out;
    const struct noun *n;
    struct buf b;

    TRY(find_table(c, w->kind, &n));
    noun_template(c, n, &b);
    raw->type = "text/csv; charset=utf-8";
    raw->name = arena_printf(c->arena, "%s.csv", w->kind);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

SERVE(import_list, struct list)

const struct route table_routes[] = {
    { GET, "/imports", serve_import_list, .out = &request_import_model,
      .may = "import", .flags = R_LIST,
      .says = "Imports of other systems' requests." },
    { GET, "/import/{kind}", serve_template, .in = &export_model,
      .may = "import", .flags = R_RAW, .media = "text/csv",
      .says = "The first row of such a table, to be filled in." },
    { POST, "/import/{kind}", serve_import, .in = &import_model,
      .may = "import", .flags = R_RAW | R_BODY | R_LARGE | R_APART | R_WAITS,
      .answer =
          "{rows:int,added:int,changed:int,unchanged:int,waiting:int,"
          "refused:["
          "{line:int,field:text?,column:text?,detail:text?,value:text?}]}",
      .says = "Bring a table to what the CSV or the workbook says, or change"
              " nothing." },
    { GET, "/export/{kind}", serve_export, .in = &out_model,
      .flags = R_RAW | R_ASIDE, .media = "text/csv",
      .says = "A table, with the columns an import reads." },
    { 0 }
};
