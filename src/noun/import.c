/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table in: every row goes through the noun's own verbs in one transaction,
 * which is kept only when all of them went well.  After the first row that is
 * refused nothing will be kept; the others are then tried one by one, each in a
 * transaction that is given up, so that all that is wrong is told at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/words.h"
#include "model/member.h"
#include "noun/codes.h"
#include "noun/column.h"
#include "json/json.h"

/* -- what is refused --------------------------------------------------------- */

void
import_push(struct call *c, struct import_result *r,
            const struct import_refusal *x)
{
    if (r->n_refused == r->cap_refused) {
        r->cap_refused = 2 * r->cap_refused + 16;
        struct import_refusal *more =
            NEW_N(c->arena, struct import_refusal, r->cap_refused);

        if (r->n_refused > 0)
            memcpy(more, r->refused, r->n_refused * sizeof *more);
        r->refused = more;
    }
    r->refused[r->n_refused++] = *x;
}

struct importing {
    struct call *c;
    const struct noun *n;
    struct import_result *result;
    struct arena *whole; /* what outlives a row */
    struct columns columns;
    const struct column *of[CSV_MAX_CELLS]; /* the file's cells */
    const char *heads[CSV_MAX_CELLS];       /* as the file calls them */
    size_t n_cells;
    const struct field *unique; /* by which rows are known; NULL: by nothing */
    struct codes met;           /* the keys the file named; id: the line */
};

/* What whoever made the file calls the column: by its own first row, else by
   the name of our tables. */
static const char *
head_of(const struct importing *im, const char *name)
{
    for (size_t i = 0; name != NULL && i < im->n_cells; i++)
        if (im->of[i] != NULL && strcmp(im->of[i]->name, name) == 0)
            return im->heads[i];
    for (size_t i = 0; name != NULL && i < im->columns.n; i++)
        if (strcmp(im->columns.all[i].name, name) == 0)
            return im->c->lang == LANG_ZH ? im->columns.all[i].zh : name;
    return name;
}

static void
refuse(struct importing *im, int64_t line, const char *field,
       const char *detail, const char *value)
{
    import_push(&(struct call){ .arena = im->whole }, im->result,
                &(struct import_refusal){
                    .line = line,
                    .field = arena_text(im->whole,
                                        column_field(&im->columns, field)),
                    .column = arena_text(im->whole, head_of(im, field)),
                    .detail = arena_text(im->whole, words_in(im->c, detail)),
                    .value = arena_text(im->whole, value) });
}

/* The column's name for a field that a fault names. */
static const char *
column_name(const struct importing *im, const char *field)
{
    for (size_t i = 0; field != NULL && i < im->columns.n; i++)
        if (strcmp(im->columns.all[i].field->name, field) == 0)
            return im->columns.all[i].name;
    return field;
}

/* A row's own fault is told with the others; what broke elsewhere ends all. */
static enum err
refuse_fault(struct importing *im, int64_t line, enum err e, const char *value)
{
    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_DENIED
        && e != ERR_ABSENT)
        return e;
    refuse(im, line, column_name(im, im->c->fault.field), im->c->fault.text,
           value);
    im->c->fault = (struct fault){ 0 };
    return OK;
}

/* -- the first row ---------------------------------------------------------------- */

/* A cell as it was meant: the blanks around it are no part of it, nor is the
   mark that a table out may have set. */
static const char *
read_text(struct call *c, const char *s)
{
    return csv_meant(c->arena, text_clean(c->arena, s, false));
}

static bool
has_column(const struct importing *im, const struct field *f)
{
    for (size_t i = 0; i < im->n_cells; i++)
        if (im->of[i] != NULL && im->of[i]->field == f)
            return true;
    return false;
}

static bool
read_header(struct importing *im, struct csv *csv)
{
    if (!csv_next(csv)) {
        refuse(im, csv->fault ? csv->fault_line : 1, NULL,
               csv->fault ? csv->fault : "the file is empty", NULL);
        return false;
    }
    for (size_t i = 0; i < csv->n; i++) {
        const char *name = read_text(im->c, csv->cells[i]);
        const struct column *k = column_find(&im->columns, name);

        if (k == NULL)
            refuse(im, csv->line, name, "there is no such column", name);
        else if (has_column(im, k->field))
            refuse(im, csv->line, k->name, "the column comes twice", name);
        im->heads[im->n_cells] = name;
        im->of[im->n_cells++] = k;
    }
    /* What finds the row must be there; anything else may be left out. */
    for (size_t i = 0; im->unique != NULL && i < im->columns.n; i++) {
        const struct column *k = &im->columns.all[i];

        if (k->field->flags & (UNIQUE | PART_OF_KEY)
            && !has_column(im, k->field))
            refuse(im, csv->line, k->name, "the column is missing", NULL);
    }
    return im->result->n_refused == 0;
}

/* -- the other rows ------------------------------------------------------------------ */

static enum err
read_reference(struct importing *im, const struct column *k, const char *text,
               void *rec)
{
    int64_t id;

    TRY(column_find_row(im->c, k, text, &id));
    field_put(k->field, rec, id);
    return id != 0 ? OK
                   : fail(im->c, ERR_INVALID, k->field->name,
                          "nothing has this code");
}

/* One cell into the record. */
static enum err
read_cell(struct importing *im, const struct column *k, const char *text,
          void *rec, field_mask *said)
{
    const struct field *f = k->field;
    void *at = (char *)rec + f->offset;

    text = k->key != NULL ? text_plain(im->c->arena, text)
                          : cell_plain(im->c->arena, f, text);
    /* Yes and no are all there is; an empty cell says neither. */
    if (*text == '\0' && (f->kind == FIELD_BOOL || f->kind == FIELD_WORD))
        return OK;
    *said |= model_mask(im->n->model, f->name);
    if (*text == '\0') {
        member_copy(f, rec, NULL);
        return OK;
    }
    if (k->key != NULL)
        return read_reference(im, k, text, rec);
    if (f->kind == FIELD_BOOL)
        return cell_bool(text, at)
                   ? OK
                   : fail(im->c, ERR_INVALID, f->name, "must be yes or no");
    if (f->choices != NULL && cell_word(im->c, im->n->model, f, text) != NULL)
        text = cell_word(im->c, im->n->model, f, text);
    return model_read_text(im->c, f, text, rec);
}

/* The fields by which a row is known, 0 when there are none. */
static field_mask
key_mask(const struct importing *im)
{
    const struct model *m = im->n->model;
    field_mask mask = 0;

    for (size_t i = 0; im->unique != NULL && i < m->n; i++)
        if (&m->fields[i] == im->unique || m->fields[i].flags & PART_OF_KEY)
            mask |= (field_mask)1 << i;
    return mask;
}

/* The row that is there: by its key, or one that is the same; 0: none. */
static enum err
find_row(struct importing *im, void *rec, field_mask said, int64_t *id)
{
    field_mask key = key_mask(im);

    if (im->n->find != NULL)
        return im->n->find(im->c, rec, id);
    return model_find(im->c, im->n->model, rec, key != 0 ? key : said, id);
}

/* A word that was not said is none of its words: by the first of them another
   row would be found and changed. */
static enum err
check_key_said(struct importing *im, field_mask said)
{
    const struct model *m = im->n->model;
    field_mask key = key_mask(im);

    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (key >> i & 1 && !(said >> i & 1)
            && (f->kind == FIELD_WORD || f->kind == FIELD_BOOL))
            return fail(im->c, ERR_INVALID, f->name, "is required");
    }
    return OK;
}

/* A row named twice would be two opinions. */
static enum err
meet(struct importing *im, const void *rec, int64_t line)
{
    const struct model *m = im->n->model;
    struct buf b = buf_make(im->whole, 0);
    struct json_out o = json_to(&b);
    field_mask mask = key_mask(im);
    size_t at;

    if (mask == 0)
        return OK;
    json_begin_list(&o);
    for (size_t i = 0; i < m->n; i++)
        if (mask >> i & 1)
            member_write_json(&o, &m->fields[i], rec);
    json_end_list(&o);
    at = codes_find(&im->met, b.s);
    if (at != NO_CODE)
        return fail(im->c, ERR_INVALID, im->unique->name,
                    "the code is already on line %lld",
                    (long long)im->met.all[at].id);
    (void)codes_put(im->whole, &im->met, b.s, line);
    return OK;
}

static enum err
bring_new(struct importing *im, void *rec, field_mask said)
{
    const struct model *m = im->n->model;
    bool made = true;

    TRY(noun_add_said(im->c, im->n, rec, said));
    /* All of it may wait for somebody to agree: it has its id, and no row. */
    if (im->c->waits)
        TRY(model_is_there(im->c, m->table, model_id(m, rec), &made));
    im->result->added += made;
    return OK;
}

static enum err
bring_old(struct importing *im, void *rec, field_mask said, int64_t id)
{
    const struct model *m = im->n->model;
    void *old = arena_alloc(im->c->arena, m->size);

    field_put(model_field(m, "id"), rec, id);
    TRY(model_get(im->c, m, id, old));
    model_fill(m, rec, old, said);
    if (model_changed(m, old, rec) == 0) {
        im->result->unchanged++;
        return OK;
    }
    TRY(noun_set(im->c, im->n, rec, said));
    /* What waits has been taken back. */
    im->result->changed += model_changed(m, old, rec) != 0;
    return OK;
}

static enum err
bring_row(struct importing *im, void *rec, field_mask said, int64_t line)
{
    int64_t id = 0;

    im->c->waits = false;
    TRY(check_key_said(im, said));
    TRY(meet(im, rec, line));
    TRY(find_row(im, rec, said, &id));
    TRY(id == 0 ? bring_new(im, rec, said) : bring_old(im, rec, said, id));
    im->result->waiting += im->c->waits;
    im->c->waits = false;
    return OK;
}

static enum err
import_row(struct importing *im, struct csv *csv)
{
    void *rec = arena_alloc(im->c->arena, im->n->model->size);
    size_t refused = im->result->n_refused;
    field_mask said = 0;
    enum err e;

    im->result->rows++;
    csv_widen(csv, im->n_cells);
    if (csv->n != im->n_cells) {
        refuse(im, csv->line, NULL,
               "the row has not as many cells as the first", NULL);
        return OK;
    }
    for (size_t i = 0; i < csv->n; i++) {
        const char *text = read_text(im->c, csv->cells[i]);

        e = read_cell(im, im->of[i], text, rec, &said);
        if (e != OK)
            TRY(refuse_fault(im, csv->line, e, text));
    }
    /* Every cell is told of, but a row with a bad one is not tried. */
    if (im->result->n_refused > refused)
        return OK;
    e = bring_row(im, rec, said, csv->line);
    return e == OK ? OK : refuse_fault(im, csv->line, e, NULL);
}

/* The rows up to the first that is refused; all of them are kept, or none. */
static enum err
import_good(struct importing *im, struct csv *csv, bool dry_run)
{
    TX tx = tx_begin(im->c);

    while (im->result->n_refused == 0 && csv_next(csv)) {
        TRY(import_row(im, csv));
        arena_reset(im->c->arena);
    }
    if (im->result->n_refused > 0 || csv->fault || dry_run)
        return OK;
    return tx_commit(&tx);
}

/* The rest, of which nothing will be kept. */
static enum err
try_others(struct importing *im, struct csv *csv)
{
    while (im->result->n_refused > 0 && csv_next(csv)) {
        TX tx = tx_begin(im->c);

        (void)tx;
        TRY(import_row(im, csv));
    }
    return OK;
}

static void
close_scratch(struct arena **a)
{
    arena_close(*a);
}

/* Each row's SQL and audit text is thrown away at once: a large file would
   otherwise take its whole size in memory many times over. */
static enum err
import_rows(struct importing *im, struct csv *csv, bool dry_run)
{
    struct call *c = im->c;
    CLEANUP(close_scratch) struct arena *scratch = arena_open();
    enum err e;

    c->arena = scratch;
    e = import_good(im, csv, dry_run);
    if (e == OK)
        e = try_others(im, csv);
    c->arena = im->whole;
    c->fault.text = arena_text(im->whole, c->fault.text);
    if (csv->fault)
        refuse(im, csv->fault_line, NULL, csv->fault, NULL);
    return e;
}

bool
noun_imports(const struct noun *n)
{
    return n->import != NULL || n->add != NULL
           || (!n->by_hand && n->life == NULL && n->edit != NULL);
}

enum err
noun_import(struct call *c, const struct noun *n, const char *text, size_t len,
            bool dry_run, struct import_result *result)
{
    struct importing *im = NEW(c->arena, struct importing);
    struct csv *csv = NEW(c->arena, struct csv);

    ASSERT(noun_imports(n));
    /* What it asks for is decided by one word. */
    auth_batch(c);
    if (n->import != NULL)
        return n->import(c, text, len, dry_run, result);
    *result = (struct import_result){ 0 };
    *im = (struct importing){
        .c = c,
        .n = n,
        .result = result,
        .whole = c->arena,
        .columns = columns_of(c, n),
        .unique = n->find != NULL ? NULL : model_flagged(n->model, UNIQUE)
    };
    *csv = csv_open(c->arena, text, len);
    /* For the whole office: what a table may touch lies anywhere. */
    TRY(auth_need(c, "import", &(struct auth_where){ 0 }));
    return read_header(im, csv) ? import_rows(im, csv, dry_run) : OK;
}
