/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table in: every row goes through the noun's own verbs in one transaction,
 * which is kept only when all of them went well.  After the first row that is
 * refused nothing will be kept; the others are then tried one by one, each in a
 * transaction that is given up, so that all that is wrong is told at once.
 *
 * The rows of a tree are not done in the order of the file: tree.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "model/member.h"
#include "noun/import_inner.h"
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

/* What whoever made the file calls the column: by its own first row, else by
   the name of our tables. */
static const char *
head_of(const struct table_in *im, const char *name)
{
    for (size_t i = 0; name != NULL && i < im->n_cells; i++)
        if (im->of[i] != NULL && strcmp(im->of[i]->name, name) == 0)
            return im->heads[i];
    for (size_t i = 0; name != NULL && i < im->columns.n; i++)
        if (strcmp(im->columns.all[i].name, name) == 0)
            return im->c->lang == LANG_ZH ? im->columns.all[i].zh : name;
    return name;
}

/* The column's name for a field that a fault names. */
static const char *
column_name(const struct table_in *im, const char *field)
{
    for (size_t i = 0; field != NULL && i < im->columns.n; i++)
        if (strcmp(im->columns.all[i].field->name, field) == 0)
            return im->columns.all[i].name;
    return field;
}

void
import_refuse(struct table_in *im, int64_t line, const char *field,
              const char *detail, const char *value)
{
    field = column_name(im, field);
    import_push(&(struct call){ .arena = im->whole }, im->result,
                &(struct import_refusal){
                    .line = line,
                    .field = arena_text(im->whole,
                                        column_field(&im->columns, field)),
                    .column = arena_text(im->whole, head_of(im, field)),
                    .detail = arena_text(im->whole, words_in(im->c, detail)),
                    .value = arena_text(im->whole, value) });
}

enum err
import_refuse_fault(struct table_in *im, int64_t line, enum err e,
                    const char *value)
{
    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_DENIED
        && e != ERR_ABSENT)
        return e;
    import_refuse(im, line, im->c->fault.field, im->c->fault.text, value);
    im->c->fault = (struct fault){ 0 };
    return OK;
}

/* -- the first row ---------------------------------------------------------------- */

const char *
import_text(struct call *c, const char *s)
{
    return csv_meant(c->arena, text_clean(c->arena, s, false));
}

bool
import_has(const struct table_in *im, const struct field *f)
{
    for (size_t i = 0; i < im->n_cells; i++)
        if (im->of[i] != NULL && im->of[i]->field == f)
            return true;
    return false;
}

static bool
read_header(struct table_in *im)
{
    struct csv *csv = im->csv;

    if (!csv_next(csv)) {
        import_refuse(im, csv->fault ? csv->fault_line : 1, NULL,
                      csv->fault ? csv->fault : "the file is empty", NULL);
        return false;
    }
    for (size_t i = 0; i < csv->n; i++) {
        const char *name = import_text(im->c, csv->cells[i]);
        const struct column *k = column_find(&im->columns, name);

        if (k == NULL)
            import_refuse(im, csv->line, name, "there is no such column", name);
        else if (import_has(im, k->field))
            import_refuse(im, csv->line, k->name, "the column comes twice",
                          name);
        im->heads[im->n_cells] = name;
        im->of[im->n_cells++] = k;
    }
    /* What finds the row must be there; anything else may be left out. */
    for (size_t i = 0; im->unique != NULL && i < im->columns.n; i++) {
        const struct column *k = &im->columns.all[i];

        if (k->field->flags & (UNIQUE | PART_OF_KEY)
            && !import_has(im, k->field))
            import_refuse(im, csv->line, k->name, "the column is missing",
                          NULL);
    }
    return im->result->n_refused == 0;
}

/* -- the other rows ------------------------------------------------------------------ */

/* A table names the same few units and rooms ten thousand times. */
static enum err
find_referred(struct table_in *im, const struct column *k, const char *text,
              int64_t *id)
{
    struct codes *known = &im->known[k - im->columns.all];
    size_t at = codes_find(known, text);

    if (at != NO_CODE) {
        *id = known->all[at].id;
        return OK;
    }
    TRY(column_find_row(im->c, k, text, id));
    /* One of its own table may be ended by a line of it. */
    if (*id != 0 && k->to != im->n)
        (void)codes_put(im->whole, known, arena_text(im->whole, text), *id);
    return OK;
}

/* １００１ is 1001, unless there is one that is really called so. */
static enum err
read_reference(struct table_in *im, const struct column *k, const char *text,
               void *rec)
{
    const char *plain = text_plain(im->c->arena, text);
    int64_t id;

    TRY(find_referred(im, k, text, &id));
    if (id == 0 && strcmp(plain, text) != 0)
        TRY(find_referred(im, k, plain, &id));
    field_put(k->field, rec, id);
    return id != 0 ? OK
                   : fail(im->c, ERR_INVALID, k->field->name,
                          "nothing has this code");
}

/* The row's own key likewise. */
static enum err
read_key(struct table_in *im, const struct field *f, const char *text,
         void *rec)
{
    const struct model *m = im->n->model;
    const char *plain = text_plain(im->c->arena, text);
    int64_t id = 0;

    TRY(model_read_text(im->c, f, text, rec));
    if (strcmp(plain, text) != 0)
        TRY(model_find(im->c, m, rec, model_mask(m, f->name), &id));
    return id != 0 ? OK : model_read_text(im->c, f, plain, rec);
}

/* One of the field's words, as they are written or otherwise called; any other
   text stays, to be refused. */
static const char *
read_word(const struct table_in *im, const struct field *f, const char *text)
{
    const char *word = cell_word(im->c, im->n->model, f, text);

    for (size_t i = 0;
         word == NULL && im->n->spelled != NULL && im->n->spelled[i].as != NULL;
         i++)
        if (text_same_case(text, im->n->spelled[i].as))
            word = im->n->spelled[i].word;
    return word != NULL ? word : text;
}

enum err
import_cell(struct table_in *im, const struct column *k, const char *cell,
            void *rec, field_mask *said)
{
    const struct field *f = k->field;
    const char *text = cell_plain(im->c->arena, f, cell);

    /* Yes and no are all there is; an empty cell says neither. */
    if (*text == '\0' && (f->kind == FIELD_BOOL || f->kind == FIELD_WORD))
        return OK;
    *said |= model_mask(im->n->model, f->name);
    if (*text == '\0') {
        member_copy(f, rec, NULL);
        return OK;
    }
    if (k->key != NULL)
        return read_reference(im, k, cell, rec);
    if (f->kind == FIELD_BOOL)
        return cell_bool(text, (bool *)(void *)((char *)rec + f->offset))
                   ? OK
                   : fail(im->c, ERR_INVALID, f->name, "must be yes or no");
    if (f->kind == FIELD_TEXT && f->flags & UNIQUE && f->choices == NULL)
        return read_key(im, f, cell, rec);
    if (f->choices != NULL)
        text = read_word(im, f, text);
    return model_read_text(im->c, f, text, rec);
}

bool
import_row_begins(struct table_in *im)
{
    struct csv *csv = im->csv;

    im->result->rows++;
    csv_widen(csv, im->n_cells);
    if (csv->n == im->n_cells)
        return true;
    import_refuse(im, csv->line, NULL,
                  "the row has not as many cells as the first", NULL);
    return false;
}

/* The fields by which a row is known, 0 when there are none. */
static field_mask
key_mask(const struct table_in *im)
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
find_row(struct table_in *im, void *rec, field_mask said, int64_t *id)
{
    field_mask key = key_mask(im);

    if (im->n->find != NULL)
        return im->n->find(im->c, rec, id);
    return model_find(im->c, im->n->model, rec, key != 0 ? key : said, id);
}

/* A word that was not said is none of its words: by the first of them another
   row would be found and changed. */
static enum err
check_key_said(struct table_in *im, field_mask said)
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
meet(struct table_in *im, const void *rec, int64_t line)
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
bring_new(struct table_in *im, void *rec, field_mask said)
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
bring_old(struct table_in *im, void *rec, field_mask said, int64_t id)
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
bring_row(struct table_in *im, void *rec, field_mask said, int64_t line)
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
import_row(struct table_in *im)
{
    void *rec = arena_alloc(im->c->arena, im->n->model->size);
    size_t refused = im->result->n_refused;
    struct csv *csv = im->csv;
    field_mask said = 0;
    enum err e;

    if (!import_row_begins(im))
        return OK;
    for (size_t i = 0; i < csv->n; i++) {
        const char *text = import_text(im->c, csv->cells[i]);

        e = import_cell(im, im->of[i], text, rec, &said);
        if (e != OK)
            TRY(import_refuse_fault(im, csv->line, e, text));
    }
    /* Every cell is told of, but a row with a bad one is not tried. */
    if (im->result->n_refused > refused)
        return OK;
    e = bring_row(im, rec, said, csv->line);
    return e == OK ? OK : import_refuse_fault(im, csv->line, e, NULL);
}

/* The rows up to the first that is refused; all of them are kept, or none. */
static enum err
import_good(struct table_in *im)
{
    TX tx = tx_begin(im->c);

    while (im->result->n_refused == 0 && csv_next(im->csv)) {
        TRY(import_row(im));
        arena_reset(im->c->arena);
    }
    if (im->result->n_refused > 0 || im->csv->fault || im->dry_run)
        return OK;
    return tx_commit(&tx);
}

/* The rest, of which nothing will be kept. */
static enum err
try_others(struct table_in *im)
{
    while (im->result->n_refused > 0 && csv_next(im->csv)) {
        TX tx = tx_begin(im->c);

        (void)tx;
        TRY(import_row(im));
    }
    return OK;
}

static enum err
import_rows(struct table_in *im, void *unused)
{
    (void)unused;
    TRY(import_good(im));
    TRY(try_others(im));
    if (im->csv->fault)
        import_refuse(im, im->csv->fault_line, NULL, im->csv->fault, NULL);
    return OK;
}

static void
close_scratch(struct arena **a)
{
    arena_close(*a);
}

enum err
import_aside(struct table_in *im, enum err (*f)(struct table_in *im, void *arg),
             void *arg)
{
    struct call *c = im->c;
    CLEANUP(close_scratch) struct arena *scratch = arena_open();
    enum err e;

    c->arena = scratch;
    e = f(im, arg);
    c->arena = im->whole;
    c->fault.text = arena_text(im->whole, c->fault.text);
    return e;
}

bool
noun_imports(const struct noun *n)
{
    return n->tree != NULL || n->add != NULL
           || (!n->by_hand && n->life == NULL && n->edit != NULL);
}

enum err
noun_import(struct call *c, const struct noun *n, const char *text, size_t len,
            bool dry_run, struct import_result *result)
{
    struct table_in *im = NEW(c->arena, struct table_in);

    ASSERT(noun_imports(n));
    /* What it asks for is decided by one word. */
    auth_batch(c);
    /* If-Match speaks of one row, which is none of the table's. */
    c->if_version = 0;
    *result = (struct import_result){ 0 };
    *im = (struct table_in){
        .c = c,
        .n = n,
        .result = result,
        .dry_run = dry_run,
        .whole = c->arena,
        .csv = NEW(c->arena, struct csv),
        .columns = columns_of(c, n),
        .unique = n->find != NULL ? NULL : model_flagged(n->model, UNIQUE)
    };
    im->known = NEW_N(c->arena, struct codes, im->columns.n + 1);
    *im->csv = csv_open(c->arena, text, len);
    /* For the whole office: what a table may touch lies anywhere. */
    TRY(auth_need(c, "import", &(struct auth_where){ 0 }));
    if (!read_header(im))
        return OK;
    return n->tree != NULL ? import_tree(im)
                           : import_aside(im, import_rows, NULL);
}
