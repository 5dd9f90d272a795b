/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "api/names.h"
#include "base/csv.h"
#include "base/output.h"
#include "base/private.h"
#include "base/words.h"
#include "model/app.h"
#include "model/member.h"

/* What a cell of a workbook holds at most, in characters. */
#define MOST_IN_CELL 32767

/* -- which fields, and how a person reads them ------------------------------- */

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

/* The member as a person reads it: local time, words in their language. */
static const char *
read_as(struct call *c, const struct model *m, const struct field *f,
        const void *rec)
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
    case FIELD_WORD: return words_of(c, m->noun, v.as.s);
    case FIELD_REAL: return arena_printf(c->arena, "%.15g", v.as.r);
    case FIELD_INT: return arena_printf(c->arena, "%lld", (long long)v.as.i);
    case FIELD_TEXT: return f->choices ? words_of(c, m->noun, v.as.s) : v.as.s;
    }
    return "";
}

/* Ids are names of things, no quantities. */
static bool
is_number(const struct field *f)
{
    return f->kind == FIELD_REAL || f->kind == FIELD_MONEY
           || (f->kind == FIELD_INT && f->refers == NULL
               && strcmp(f->name, "id") != 0);
}

/* -- the disk ----------------------------------------------------------------- */

static enum err
no_room(struct call *c)
{
    return fail(c, ERR_FULL, NULL,
                "the disk has too little room left for this table");
}

/* The library that makes workbooks keeps no errno: so the disk is asked. */
static enum err
lost(struct call *c)
{
    struct statvfs v;

    if (file_err(errno) == ERR_FULL
        || (statvfs(temporary_folder(), &v) == 0 && v.f_bavail == 0))
        return no_room(c);
    return fail(c, ERR_BROKEN, NULL, "the table cannot be made");
}

/* A file without a name. */
static int
open_file(struct call *c)
{
    char *path;
    int fd = open(temporary_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    /* Some file systems have none: then one that loses its name at once. */
    path = arena_printf(c->arena, "%s/.table-XXXXXX", temporary_folder());
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

/* Is there room for MORE bytes besides what the office needs? */
static enum err
check_room(struct call *c, const struct sheet *t, int64_t more)
{
    struct statvfs v;

    if (fstatvfs(t->fd, &v) != 0)
        return lost(c);
    if ((int64_t)v.f_bavail * (int64_t)v.f_frsize < SHEET_SPARE + more)
        return no_room(c);
    return OK;
}

static enum err
write_out(struct call *c, const struct sheet *t, const struct buf *b)
{
    size_t done = 0;

    if (b->overflow)
        return lost(c);
    while (done < b->len) {
        ssize_t n = write(t->fd, b->s + done, b->len - done);

        if (n <= 0)
            return lost(c);
        done += (size_t)n;
    }
    return OK;
}

/* -- rows --------------------------------------------------------------------- */

struct cell {
    enum cell_kind kind;
    const char *text;
    size_t col;
};

/* A number must be one to the spreadsheet too; a text is cut where its cell
   ends, and says so. */
static enum err
put_book_cell(struct call *c, struct sheet *t, const struct cell *x)
{
    lxw_row_t row = (lxw_row_t)t->rows;
    lxw_col_t col = (lxw_col_t)x->col;
    lxw_error e;
    double r;

    if (x->kind == CELL_NUMBER && text_real(x->text, &r))
        e = worksheet_write_number(t->page, row, col, r, NULL);
    else if (text_length(x->text) <= MOST_IN_CELL)
        e = worksheet_write_string(t->page, row, col, x->text, NULL);
    else
        e = worksheet_write_string(
            t->page, row, col,
            arena_printf(c->arena, "%s…",
                         text_mend(arena_text_n(c->arena, x->text,
                                                MOST_IN_CELL - 1))),
            NULL);
    return e == LXW_NO_ERROR ? OK : lost(c);
}

/* The name of what is referred to; "" where there is none. */
static enum err
read_name(struct call *c, const struct field *f, const void *rec,
          struct names *names, const char **text)
{
    struct value v = member_value(f, rec);

    *text = "";
    if (f->refers != NULL && v.kind == VALUE_INT)
        TRY(name_of_row(c, names, f->refers, v.as.i, text));
    return OK;
}

/* A cell into whatever is being written; B takes those of CSV. */
static enum err
put_cell(struct call *c, struct sheet *t, struct buf *b, struct cell x)
{
    if (t->book != NULL)
        return put_book_cell(c, t, &x);
    if (x.kind == CELL_TEXT)
        csv_text(b, x.text, x.col == 0);
    else
        csv_cell(b, x.text, x.col == 0);
    return OK;
}

static void
end_row(struct sheet *t, struct buf *b)
{
    if (t->book == NULL)
        csv_end(b);
    t->rows++;
}

static enum cell_kind
kind_of(const struct field *f)
{
    return is_number(f) ? CELL_NUMBER
           : f->kind == FIELD_TEXT || f->refers != NULL
               ? CELL_TEXT
               : CELL_PLAIN;
}

/* One row of REC. */
static enum err
put_row(struct call *c, struct sheet *t, struct buf *b, const void *rec,
        struct names *names)
{
    size_t col = 0;

    for (size_t i = 0; i < t->model->n; i++) {
        const struct field *f = &t->model->fields[i];
        const char *text;

        if (!t->shown[i])
            continue;
        TRY(read_name(c, f, rec, names, &text));
        /* Its id only where it has no name. */
        if (*text == '\0')
            text = read_as(c, t->model, f, rec);
        TRY(put_cell(c, t, b, (struct cell){ kind_of(f), text, col++ }));
    }
    end_row(t, b);
    return OK;
}

static enum err
open_book(struct call *c, struct sheet *t)
{
    lxw_workbook_options options = {
        .constant_memory = LXW_TRUE,
        .tmpdir = arena_text(c->arena, temporary_folder()),
        .use_zip64 = LXW_TRUE
    };

    /* It is opened by name, when everything else is done. */
    t->book =
        workbook_new_opt(arena_printf(c->arena, "/proc/self/fd/%d", t->fd),
                         &options);
    if (t->book == NULL)
        return lost(c);
    t->page = workbook_add_worksheet(t->book, NULL);
    if (t->page == NULL)
        return lost(c);
    (void)worksheet_set_column(t->page, 0, 127, 18, NULL);
    worksheet_freeze_panes(t->page, 1, 0);
    return OK;
}

enum err
sheet_open_cells(struct call *c, const char *const *names, size_t n,
                 bool workbook, struct sheet *out)
{
    struct buf b = buf_make(c->arena, 0);

    *out = (struct sheet){ .fd = open_file(c) };
    if (out->fd < 0)
        return lost(c);
    if (workbook)
        TRY(open_book(c, out));
    else
        buf_puts(&b, CSV_MARK);
    for (size_t i = 0; i < n; i++)
        TRY(put_cell(c, out, &b, (struct cell){ CELL_TEXT, names[i], i }));
    end_row(out, &b);
    return workbook ? OK : write_out(c, out, &b);
}

enum err
sheet_open(struct call *c, const struct model *m, bool workbook,
           struct sheet *out)
{
    const char **labels = NEW_N(c->arena, const char *, m->n + 1);
    bool shown[COUNT(out->shown)] = { false };
    size_t n = 0;

    ASSERT(m->n <= COUNT(shown));
    /* A column for what is shown alone, so that none stands there empty. */
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        shown[i] = is_shown(c, m, f);
        if (shown[i])
            labels[n++] = field_label(c, m, f);
    }
    TRY(sheet_open_cells(c, labels, n, workbook, out));
    out->model = m;
    memcpy(out->shown, shown, sizeof shown);
    return OK;
}

enum err
sheet_add_cells(struct call *c, struct sheet *t, const struct table_page *page)
{
    struct buf b = buf_make(c->arena, 0);

    TRY(check_room(c, t, 0));
    for (size_t i = 0; i < page->n; i++) {
        const char *const *row = &page->cells[i * page->n_columns];

        for (size_t k = 0; k < page->n_columns; k++)
            TRY(put_cell(c, t, &b, (struct cell){ page->kinds[k], row[k], k }));
        end_row(t, &b);
    }
    return t->book != NULL ? OK : write_out(c, t, &b);
}

enum err
sheet_add(struct call *c, struct sheet *t, const void *rows, size_t n)
{
    struct buf b = buf_make(c->arena, 0);
    struct names names = { NULL };

    TRY(check_room(c, t, 0));
    for (size_t i = 0; i < n; i++)
        TRY(put_row(c, t, &b, (const char *)rows + i * t->model->size, &names));
    return t->book != NULL ? OK : write_out(c, t, &b);
}

enum err
sheet_note(struct call *c, struct sheet *t, const char *words)
{
    struct buf b = buf_make(c->arena, 0);

    if (t->book != NULL)
        return put_book_cell(c, t, &(struct cell){ CELL_TEXT, words, 0 });
    csv_text(&b, words, true);
    csv_end(&b);
    return write_out(c, t, &b);
}

/* -- the end ------------------------------------------------------------------ */

/* When it packs, the library asks gmtime() for the day, whose answer all
   threads share. */
static pthread_mutex_t packing = PTHREAD_MUTEX_INITIALIZER;

/* The rows stand in a file of the library's; it is copied once more and then
   packed, and a copy that found no room would be told to nobody. */
static enum err
close_book(struct call *c, struct sheet *t)
{
    struct lxw_workbook *book = t->book;
    FILE *rows = t->page->optimize_tmpfile;
    lxw_error e;

    if (rows == NULL || fflush(rows) != 0 || ferror(rows))
        return lost(c);
    TRY(check_room(c, t, 2 * (int64_t)ftello(rows)));
    t->book = NULL;
    (void)pthread_mutex_lock(&packing);
    e = workbook_close(book);
    (void)pthread_mutex_unlock(&packing);
    return e == LXW_NO_ERROR ? OK : lost(c);
}

enum err
sheet_take(struct call *c, struct sheet *t, int *fd, size_t *len)
{
    struct stat st;

    if (t->book != NULL)
        TRY(close_book(c, t));
    if (fstat(t->fd, &st) != 0)
        return lost(c);
    *len = (size_t)st.st_size;
    *fd = t->fd;
    t->fd = -1;
    return OK;
}

void
sheet_close(struct sheet *t)
{
    /* The library closes the file of its rows only when it packs them. */
    if (t->book != NULL && t->page != NULL && t->page->optimize_tmpfile != NULL)
        (void)fclose(t->page->optimize_tmpfile);
    if (t->book != NULL)
        lxw_workbook_free(t->book);
    if (t->fd >= 0)
        (void)close(t->fd);
}
