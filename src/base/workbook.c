/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECMA-376, of which a table needs little: the list of sheets, the texts that
 * are kept once for all cells, which formats are dates, and the cells.
 */
#include "base/workbook.h"

#include <expat.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/csv.h"
#include "base/text.h"

#define MAX_PART ((size_t)256 << 20) /* what one part unpacks to */
#define MAX_NAME 200
#define MAX_TEXT ((size_t)1 << 20) /* of a cell; Excel has 32,767 characters */
#define MAX_ROWS 1048576
#define PIECE 65536

enum why { READ, NO_WORKBOOK, NO_SHEET, TOO_LARGE, TOO_WIDE, LOCKED };
static const char *const workbook_refusals[] = {
    [NO_WORKBOOK - 1] = "is no Excel workbook (.xlsx) that can be read",
    [NO_SHEET - 1] = "the workbook has no sheet of this name",
    [TOO_LARGE - 1] = "the workbook unpacks to too much",
    [TOO_WIDE - 1] = "a row has too many cells",
    [LOCKED - 1] =
        "the workbook is locked by a password, or of the old kind (.xls)",
    NULL
};

struct book {
    struct jail_io *io;
    struct arena *a;
    zip_t *zip;
    enum why why;
    XML_Parser parser;
    struct buf text; /* what stands between the tags */
    bool takes;      /* it is wanted */
    const char *wanted;
    const char *sheet_id, *sheet_path;
    bool old_mac; /* days are counted from 1904 */
    const char **strings;
    size_t n_strings, cap_strings;
    bool in_phonetic; /* how a word is read, which is no part of it */
    struct {
        int64_t id;
        bool is_date;
    } * formats; /* of the workbook's own */
    size_t n_formats, cap_formats;
    bool *dates; /* by style: its cells are dates */
    size_t n_dates, cap_dates;
    bool in_styles;
    /* The row and the cell stood in. */
    struct arena *row_arena;
    const char *cells[CSV_MAX_CELLS];
    size_t n_cells, column;
    int64_t line, row; /* the next to be put; that which is read */
    char type[12];
    size_t style;
    struct buf out;
};

/* -- small things -------------------------------------------------------- */

/* The name without its namespace. */
static const char *
local(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static const char *
attribute(const char **all, const char *name)
{
    for (; *all; all += 2)
        if (strcmp(local(*all), name) == 0)
            return all[1];
    return NULL;
}

static int64_t
number_of(const char **all, const char *name, int64_t other)
{
    const char *s = attribute(all, name);
    int64_t n;

    return s && text_int(s, &n) ? n : other;
}

static void
give_up(struct book *b, enum why why)
{
    if (b->why == READ)
        b->why = why;
    (void)XML_StopParser(b->parser, XML_FALSE);
}

/* Room for one more of N things of SIZE bytes. */
static void *
room(struct book *b, void *all, size_t n, size_t *cap, size_t size)
{
    void *more;

    if (n < *cap)
        return all;
    *cap = 2 * *cap + 64;
    more = arena_alloc(b->a, *cap * size);
    if (n > 0)
        memcpy(more, all, n * size);
    return more;
}

/* "_x000D_" is how a character that XML has not is written. */
static const char *
unescape(struct arena *a, const char *s)
{
    struct buf b;

    if (!strstr(s, "_x"))
        return s;
    b = buf_make(a, 0);
    while (*s) {
        if (text_starts(s, "_x") && strspn(s + 2, "0123456789abcdefABCDEF") == 4
            && s[6] == '_') {
            long code = strtol(s + 2, NULL, 16);

            if (code == '\n' || code == '\t' || (code >= ' ' && code < 0x7F))
                buf_putc(&b, (char)code);
            s += 7;
        } else {
            buf_putc(&b, *s++);
        }
    }
    return b.s;
}

bool
excel_time(double number, bool old_mac, int64_t *local_ms)
{
    int64_t first = day_of(1970, 1, 1).n
                    - (old_mac ? day_of(1904, 1, 1).n : day_of(1899, 12, 30).n);

    if (!(number >= 0 && number < 110000))
        return false;
    /* Excel has a 29 February 1900, which was none. */
    if (!old_mac && number < 60)
        number += 1;
    /* Whole seconds: what is behind them is the binary fraction's. */
    *local_ms = ((int64_t)floor(number * 86400 + 0.5) - first * 86400) * 1000;
    return true;
}

/* -- one part of the archive ---------------------------------------------- */

static void XMLCALL
refuse_doctype(void *arg, const char *name, const char *system,
               const char *public, int has_internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    give_up(arg, NO_WORKBOOK);
}

static void XMLCALL
take_text(void *arg, const char *s, int n)
{
    struct book *b = arg;

    if (b->takes && !b->in_phonetic)
        buf_add(&b->text, s, (size_t)n);
    if (b->text.overflow)
        give_up(b, TOO_LARGE);
}

static void
feed(struct book *b, zip_file_t *f)
{
    char *piece = arena_alloc(b->a, PIECE);
    size_t all = 0;
    zip_int64_t n = 0;

    while (b->why == READ && (n = zip_fread(f, piece, PIECE)) > 0) {
        all += (size_t)n;
        if (all > MAX_PART)
            give_up(b, TOO_LARGE);
        else if (XML_Parse(b->parser, piece, (int)n, 0) != XML_STATUS_OK)
            give_up(b, NO_WORKBOOK);
    }
    if (b->why == READ
        && (n < 0 || XML_Parse(b->parser, "", 0, 1) != XML_STATUS_OK))
        give_up(b, NO_WORKBOOK);
}

/* Read the part NAME by the two handlers; false when there is none. */
static bool
read_part(struct book *b, const char *name, XML_StartElementHandler begin,
          XML_EndElementHandler end)
{
    zip_file_t *f = zip_fopen(b->zip, name, ZIP_FL_NOCASE);

    if (!f)
        return false;
    b->parser = XML_ParserCreate(NULL);
    if (!b->parser) {
        b->why = NO_WORKBOOK;
        (void)zip_fclose(f);
        return true;
    }
    b->takes = b->in_phonetic = false;
    XML_SetUserData(b->parser, b);
    XML_SetElementHandler(b->parser, begin, end);
    XML_SetCharacterDataHandler(b->parser, take_text);
    XML_SetStartDoctypeDeclHandler(b->parser, refuse_doctype);
    feed(b, f);
    XML_ParserFree(b->parser);
    b->parser = NULL;
    (void)zip_fclose(f);
    return true;
}

/* -- which sheet ------------------------------------------------------------ */

static void XMLCALL
workbook_begin(void *arg, const char *name, const char **all)
{
    struct book *b = arg;
    const char *title = attribute(all, "name"), *id = attribute(all, "id");
    const char *state = attribute(all, "state");

    name = local(name);
    if (strcmp(name, "workbookPr") == 0)
        b->old_mac = number_of(all, "date1904", 0) == 1
                     || text_same(attribute(all, "date1904"), "true");
    if (strcmp(name, "sheet") != 0 || b->sheet_id || !title || !id)
        return;
    if (*b->wanted ? strcmp(title, b->wanted) == 0
                   : !state || strcmp(state, "visible") == 0)
        b->sheet_id = arena_text(b->a, id);
}

static void XMLCALL
links_begin(void *arg, const char *name, const char **all)
{
    struct book *b = arg;
    const char *id = attribute(all, "Id"), *to = attribute(all, "Target");

    if (strcmp(local(name), "Relationship") != 0 || !to
        || !text_same(id, b->sheet_id))
        return;
    b->sheet_path =
        *to == '/' ? arena_text(b->a, to + 1) : arena_printf(b->a, "xl/%s", to);
}

static void XMLCALL
nothing_ends(void *arg, const char *name)
{
    (void)arg;
    (void)name;
}

static void
find_sheet(struct book *b)
{
    if (!read_part(b, "xl/workbook.xml", workbook_begin, nothing_ends))
        b->why = NO_WORKBOOK;
    if (b->why == READ && !b->sheet_id)
        b->why = NO_SHEET;
    if (b->why == READ
        && (!read_part(b, "xl/_rels/workbook.xml.rels", links_begin,
                       nothing_ends)
            || !b->sheet_path)
        && b->why == READ)
        b->why = NO_WORKBOOK;
}

/* -- texts that cells share --------------------------------------------------- */

static void XMLCALL
strings_begin(void *arg, const char *name, const char **all)
{
    struct book *b = arg;

    (void)all;
    name = local(name);
    if (strcmp(name, "si") == 0)
        b->text = buf_make(b->a, MAX_TEXT);
    b->in_phonetic |= strcmp(name, "rPh") == 0;
    b->takes = strcmp(name, "t") == 0;
}

static void XMLCALL
strings_end(void *arg, const char *name)
{
    struct book *b = arg;

    name = local(name);
    b->takes = false;
    if (strcmp(name, "rPh") == 0)
        b->in_phonetic = false;
    if (strcmp(name, "si") != 0)
        return;
    b->strings =
        room(b, b->strings, b->n_strings, &b->cap_strings, sizeof *b->strings);
    b->strings[b->n_strings++] = unescape(b->a, b->text.s);
}

/* -- formats that are dates ---------------------------------------------------- */

/* Those that Excel has by itself: dates, and those of Chinese and Japanese. */
static bool
is_dates_own(int64_t id)
{
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36)
           || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/* Letters of dates outside of what is quoted, escaped and in brackets. */
static bool
is_date_code(const char *s)
{
    for (; *s; s++) {
        if (*s == '"') {
            s = strchr(s + 1, '"');
            if (!s)
                return false;
        } else if (*s == '[') {
            if (strchr("hHmMsS", s[1]) && s[1])
                return true;
            s = strchr(s, ']');
            if (!s)
                return false;
        } else if ((*s == '\\' || *s == '_' || *s == '*') && s[1]) {
            s++;
        } else if (strchr("yYmMdDhHsS", *s)) {
            return true;
        }
    }
    return false;
}

static bool
is_date_format(const struct book *b, int64_t id)
{
    for (size_t i = 0; i < b->n_formats; i++)
        if (b->formats[i].id == id)
            return b->formats[i].is_date;
    return is_dates_own(id);
}

/* A date is a number whose style says so: cells name a style by its place in
   cellXfs, that one a format.  Formats come before cellXfs in the file; cell
   styles before it (cellStyleXfs) are of no cell. */
static void XMLCALL
styles_begin(void *arg, const char *name, const char **all)
{
    struct book *b = arg;
    const char *code = attribute(all, "formatCode");

    name = local(name);
    if (strcmp(name, "numFmt") == 0 && code) {
        b->formats = room(b, b->formats, b->n_formats, &b->cap_formats,
                          sizeof *b->formats);
        b->formats[b->n_formats].id = number_of(all, "numFmtId", -1);
        b->formats[b->n_formats++].is_date = is_date_code(code);
    }
    b->in_styles |= strcmp(name, "cellXfs") == 0;
    if (b->in_styles && strcmp(name, "xf") == 0) {
        b->dates =
            room(b, b->dates, b->n_dates, &b->cap_dates, sizeof *b->dates);
        b->dates[b->n_dates++] =
            is_date_format(b, number_of(all, "numFmtId", 0));
    }
}

static void XMLCALL
styles_end(void *arg, const char *name)
{
    if (strcmp(local(name), "cellXfs") == 0)
        ((struct book *)arg)->in_styles = false;
}

/* -- cells --------------------------------------------------------------------- */

static void
flush(struct book *b)
{
    if (b->out.len > 0 && !jail_put(b->io, b->out.s, b->out.len))
        give_up(b, TOO_LARGE);
    b->out.len = 0;
}

/* "BC12" is column 54, counted from 0. */
static size_t
column_of(const char *ref)
{
    size_t n = 0;

    for (; *ref >= 'A' && *ref <= 'Z' && n < 20000; ref++)
        n = n * 26 + (size_t)(*ref - 'A') + 1;
    return n > 0 ? n - 1 : 0;
}

/* Digits beyond the fifteenth are those of the binary fraction. */
static const char *
number_text(struct book *b, const char *s)
{
    double d;
    int64_t ms, part;
    bool is_date = b->style < b->n_dates && b->dates[b->style];
    char date[11];

    if (!text_real(s, &d))
        return arena_text(b->row_arena, s);
    if (!is_date || !excel_time(d, b->old_mac, &ms))
        return arena_printf(b->row_arena, "%.15g", d);
    part = ((ms % DAY_MS) + DAY_MS) % DAY_MS;
    day_print((day){ (int32_t)((ms - part) / DAY_MS + day_of(1970, 1, 1).n) },
              date);
    if (part == 0)
        return arena_text(b->row_arena, date);
    return arena_printf(b->row_arena, "%s%s%02d:%02d:%02d", d < 1 ? "" : date,
                        d < 1 ? "" : " ", (int)(part / HOUR_MS),
                        (int)(part / MINUTE_MS % 60),
                        (int)(part / SECOND_MS % 60));
}

static const char *
cell_text(struct book *b)
{
    int64_t at;

    if (strcmp(b->type, "s") == 0)
        return text_int(b->text.s, &at) && at >= 0 && (size_t)at < b->n_strings
                   ? b->strings[at]
                   : "";
    if (*b->type == '\0' || strcmp(b->type, "n") == 0)
        return number_text(b, b->text.s);
    return unescape(b->row_arena, arena_text(b->row_arena, b->text.s));
}

static void
put_cell(struct book *b)
{
    const char *s = b->text.len > 0 ? cell_text(b) : "";

    if (*s && b->column >= CSV_MAX_CELLS) {
        give_up(b, TOO_WIDE);
        return;
    }
    if (!*s)
        return;
    while (b->n_cells <= b->column)
        b->cells[b->n_cells++] = "";
    b->cells[b->column] = s;
}

static void
put_row(struct book *b)
{
    if (b->row < b->line || b->row > MAX_ROWS) {
        give_up(b, NO_WORKBOOK);
        return;
    }
    for (; b->line < b->row; b->line++)
        buf_putc(&b->out, '\n');
    for (size_t i = 0; i < b->n_cells; i++)
        csv_text(&b->out, b->cells[i], i == 0);
    buf_putc(&b->out, '\n');
    b->line++;
    flush(b);
}

static void
begin_cell(struct book *b, const char **all)
{
    const char *ref = attribute(all, "r"), *type = attribute(all, "t");
    size_t n = type ? strlen(type) : 0;

    b->column = ref ? column_of(ref) : b->column + 1;
    b->style = (size_t)number_of(all, "s", 0);
    n = n < sizeof b->type ? n : 0;
    memcpy(b->type, type ? type : "", n);
    b->type[n] = '\0';
    b->text = buf_make(b->row_arena, MAX_TEXT);
}

static void XMLCALL
sheet_begin(void *arg, const char *name, const char **all)
{
    struct book *b = arg;

    name = local(name);
    if (strcmp(name, "row") == 0) {
        arena_reset(b->row_arena);
        b->row = number_of(all, "r", b->row + 1);
        b->n_cells = 0;
        b->column = SIZE_MAX;
    } else if (strcmp(name, "c") == 0) {
        begin_cell(b, all);
    }
    b->in_phonetic |= strcmp(name, "rPh") == 0;
    b->takes = strcmp(name, "v") == 0 || strcmp(name, "t") == 0;
}

static void XMLCALL
sheet_end(void *arg, const char *name)
{
    struct book *b = arg;

    name = local(name);
    b->takes = false;
    if (strcmp(name, "rPh") == 0)
        b->in_phonetic = false;
    else if (strcmp(name, "c") == 0)
        put_cell(b);
    else if (strcmp(name, "row") == 0)
        put_row(b);
}

/* -- the whole ------------------------------------------------------------------ */

static void
read_book(struct book *b)
{
    find_sheet(b);
    if (b->why == READ)
        (void)read_part(b, "xl/sharedStrings.xml", strings_begin, strings_end);
    if (b->why == READ)
        (void)read_part(b, "xl/styles.xml", styles_begin, styles_end);
    b->text = buf_make(b->row_arena, MAX_TEXT);
    buf_putc(&b->out, CSV_ROWS);
    flush(b);
    if (b->why == READ && !read_part(b, b->sheet_path, sheet_begin, sheet_end))
        b->why = NO_WORKBOOK;
}

/* An old .xls, or a workbook with a password, is a compound file. */
static const unsigned char compound[] = { 0xD0, 0xCF, 0x11, 0xE0 };

/* The file, behind the name of the sheet and a NUL. */
static int
read_workbook(struct jail_io *io)
{
    const unsigned char *nul = memchr(io->in, '\0', io->n);
    size_t head = nul ? (size_t)(nul - io->in) + 1 : 0;
    struct book b = { .io = io, .line = 1 };
    zip_source_t *from;

    if (!nul || head > MAX_NAME + 1)
        return NO_WORKBOOK;
    if (io->n - head > sizeof compound
        && memcmp(io->in + head, compound, sizeof compound) == 0)
        return LOCKED;
    b.wanted = (const char *)io->in;
    b.a = arena_open();
    b.row_arena = arena_open();
    b.text = buf_make(b.a, MAX_TEXT);
    b.out = buf_make(b.a, 0);
    from = zip_source_buffer_create(io->in + head, io->n - head, 0, NULL);
    b.zip = from ? zip_open_from_source(from, ZIP_RDONLY, NULL) : NULL;
    if (b.zip)
        read_book(&b);
    else
        b.why = NO_WORKBOOK;
    if (b.zip)
        zip_discard(b.zip);
    else if (from)
        zip_source_free(from);
    arena_close(b.row_arena);
    arena_close(b.a);
    return b.why;
}

const struct jail_reader workbook_reader = {
    .name = "workbook",
    .read = read_workbook,
    .refusals = workbook_refusals,
    /* Twice what a table as a text may have; four at a time, and what they make,
       must fit beside a server into its unit's memory. */
    .memory = (size_t)256 << 20,
    .output = (size_t)64 << 20,
    .seconds = 60,
};

bool
workbook_is(const char *bytes, size_t n)
{
    return n >= 4
           && (memcmp(bytes, "PK\003\004", 4) == 0
               || memcmp(bytes, compound, sizeof compound) == 0);
}

/* The child is sent one piece: the sheet's name, its NUL, the file. */
enum err
workbook_rows(struct call *c, struct jail_child *j, const char *sheet,
              const char **bytes, size_t *n)
{
    const char *name = sheet ? sheet : "";
    size_t head = strlen(name) + 1;
    char *in;
    struct jail_job job = {
        .reader = workbook_reader.name, .field = "file", .n = head + *n
    };

    if (!workbook_is(*bytes, *n))
        return OK;
    if (head > MAX_NAME)
        return fail(c, ERR_INVALID, "sheet", "%s",
                    "the workbook has no sheet of this name");
    in = arena_alloc(c->arena, job.n);
    memcpy(in, name, head);
    memcpy(in + head, *bytes, *n);
    job.in = in;
    TRY(jail_read(c, j, &job));
    *bytes = job.out;
    *n = job.out_n;
    return OK;
}
