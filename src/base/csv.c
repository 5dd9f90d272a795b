/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text is copied once; cells are cut out of the copy in place, since a
 * cell without its quotes is never longer than with them.
 */
#include "base/csv.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <unicode/ucnv.h>

#include "base/base.h"

static const char says_nul[] = "there is a NUL byte";
static const char says_open[] = "a quote is opened and never closed";
static const char says_after[] = "something follows a closing quote";
static const char says_wide[] = "the row has too many cells";
static const char says_bytes[] = "the text is neither UTF-8 nor GB18030";
static const char says_utf8[] = "the text is not well-formed UTF-8";

static const char says_long[] = "the row is too long";
static const char says_torn[] = "the file cannot be read to its end";

#define WINDOW ((size_t)1 << 20)
#define MAX_ROW ((size_t)16 << 20)

/* So many Chinese characters in UTF-8 are no accident. */
#define MEANT_UTF8 2

/* -- from bytes to UTF-8 --------------------------------------------- */

/* Lines that end before S + N, plus one. */
static int64_t
line_of(const char *s, size_t n)
{
    int64_t line = 1;

    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\n' || (s[i] == '\r' && (i + 1 == n || s[i + 1] != '\n')))
            line++;
    }
    return line;
}

static void
refuse(struct csv *r, const char *why, int64_t line)
{
    r->fault = why;
    r->fault_line = line;
    r->at = r->end;
    r->n = 0;
}

/* Bytes of the UTF-8 character that the N bytes begin with; 0: none. */
static size_t
character(const char *s, size_t n)
{
    for (size_t k = 1; k <= 4 && k <= n; k++) {
        if (text_is_utf8(s, k))
            return k;
    }
    return 0;
}

/* Where well-formed UTF-8 ends, and how many Chinese characters it has. */
static size_t
well_formed(const char *s, size_t n, int *chinese)
{
    size_t i = 0, k;

    *chinese = 0;
    while (i < n && (k = character(s + i, n - i)) > 0) {
        *chinese += k == 3;
        i += k;
    }
    return i;
}

static void
close_converter(UConverter **u)
{
    if (*u)
        ucnv_close(*u);
}

/* The bytes, in the charset NAME, as UTF-8; NULL when they are not in it. */
static char *
convert(struct arena *a, const char *name, const char *s, size_t n,
        size_t *out_n)
{
    UErrorCode e = U_ZERO_ERROR;
    CLEANUP(close_converter) UConverter *from = ucnv_open(name, &e);
    CLEANUP(close_converter) UConverter *to = ucnv_open("UTF-8", &e);

    if (U_FAILURE(e))
        return NULL;
    ucnv_setToUCallBack(from, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &e);
    ucnv_setFromUCallBack(to, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL, NULL, &e);

    /* Two bytes become at most three, one at most three. */
    size_t cap = 3 * n + 1;
    char *out = arena_alloc(a, cap);
    char *end = out;
    ucnv_convertEx(to, from, &end, out + cap, &s, s + n, NULL, NULL, NULL, NULL,
                   true, true, &e);
    if (U_FAILURE(e))
        return NULL;
    *out_n = (size_t)(end - out);
    return out;
}

/* Neither UTF-8 nor UTF-16: GB18030, unless it was meant to be UTF-8. */
static void
open_bytes(struct csv *r, struct arena *a, const char *text, size_t n)
{
    const char *nul = memchr(text, 0, n);
    size_t len = 0;
    int chinese;

    if (nul) {
        refuse(r, says_nul, line_of(text, (size_t)(nul - text)));
        return;
    }
    size_t good = well_formed(text, n, &chinese);
    if (chinese >= MEANT_UTF8) {
        refuse(r, says_utf8, line_of(text, good));
        return;
    }
    char *s = convert(a, "GB18030", text, n, &len);
    if (!s || !text_is_utf8(s, len)) {
        refuse(r, says_bytes, line_of(text, good));
        return;
    }
    r->at = s;
    r->end = s + len;
}

static void
open_utf16(struct csv *r, struct arena *a, const char *text, size_t n)
{
    size_t len = 0;
    char *s = convert(a, "UTF-16", text, n, &len);

    if (!s) {
        refuse(r, says_bytes, 1);
        return;
    }
    const char *nul = memchr(s, 0, len);
    if (nul) {
        refuse(r, says_nul, line_of(s, (size_t)(nul - s)));
        return;
    }
    r->at = s;
    r->end = s + len;
}

/* What stands between the cells, by the first line. */
static char
guess_separator(const struct csv *r)
{
    bool quoted = false, semicolon = false, tab = false;

    for (const char *p = r->at; p < r->end; p++) {
        if (*p == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (*p == ',')
            return ',';
        if (*p == '\n' || *p == '\r')
            break;
        semicolon |= *p == ';';
        tab |= *p == '\t';
    }
    return semicolon ? ';' : tab ? '\t' : ',';
}

static struct csv
open_text(struct arena *a, const char *text, size_t n)
{
    struct csv r = { .next_line = 1, .line = 1, .fd = -1 };

    if (n > 0 && *text == CSV_ROWS) {
        r.by_rows = true;
        text++;
        n--;
    }
    /* Spreadsheets write UTF-16 with its mark, UTF-8 with or without, or
       GB18030 without any. */
    if (n >= 2
        && (!memcmp(text, "\xFF\xFE", 2) || !memcmp(text, "\xFE\xFF", 2))) {
        open_utf16(&r, a, text, n);
        return r;
    }
    if (n >= 3 && !memcmp(text, CSV_MARK, 3)) {
        text += 3;
        n -= 3;
    }
    if (text_is_utf8(text, n)) {
        r.at = arena_text_n(a, n ? text : "", n);
        r.end = r.at + n;
    } else {
        open_bytes(&r, a, text, n);
    }
    return r;
}

struct csv
csv_open(struct arena *a, const char *text, size_t n)
{
    struct csv r = open_text(a, text, n);

    r.separator = r.by_rows ? ',' : guess_separator(&r);
    return r;
}

/* -- a file, through a window ------------------------------------------ */

/* More of the file behind what is not read yet, which moves to the front. */
static void
refill(struct csv *r)
{
    size_t rest = (size_t)(r->end - r->at);
    ssize_t n;

    if (rest > MAX_ROW) {
        refuse(r, says_long, r->next_line);
        r->fd = -1;
        return;
    }
    if (rest * 2 > r->room) {
        char *wider = arena_alloc(r->arena, r->room * 2 + 1);

        memcpy(wider, r->at, rest);
        r->window = wider;
        r->room *= 2;
    } else {
        memmove(r->window, r->at, rest);
    }
    n = read(r->fd, r->window + rest, r->room - rest);
    r->at = r->window;
    r->end = r->at + rest + (n > 0 ? n : 0);
    if (n <= 0)
        r->fd = -1;
    if (n < 0)
        refuse(r, says_torn, r->next_line);
}

/* Behind the row that begins at R->at; NULL: its end is not in the window. */
static const char *
row_end(const struct csv *r)
{
    bool quoted = false, fresh = true, closed = false;

    for (const char *p = r->at; p < r->end; p++) {
        if (*p == '"' && (quoted || fresh || closed)) {
            closed = quoted;
            quoted = !quoted;
            fresh = false;
        } else if (!quoted && (*p == '\n' || *p == '\r')) {
            /* What follows a CR may be its LF. */
            return p + 1 < r->end ? p + 1 : NULL;
        } else if (!quoted) {
            fresh = *p == r->separator;
            closed = false;
        }
    }
    return NULL;
}

/* The whole row is in the window, and it is text. */
static void
bring_row(struct csv *r)
{
    const char *end = NULL;

    while (r->fd >= 0 && !(end = row_end(r)))
        refill(r);
    if (r->fault || r->at == r->end)
        return;
    end = end ? end : r->end;
    if (!text_is_utf8(r->at, (size_t)(end - r->at)))
        refuse(r, says_utf8, r->next_line);
}

static void
bring_row_of_file(struct csv *r)
{
    if (r->window)
        bring_row(r);
}

/* Is the file UTF-8 to its end?  A character may stand on two pieces. */
static bool
file_is_utf8(int fd, char *piece, size_t room)
{
    off_t at = 0;
    size_t kept = 0;
    ssize_t n;

    while ((n = pread(fd, piece + kept, room - kept, at)) > 0) {
        size_t have = kept + (size_t)n;

        at += n;
        kept = 0;
        while (kept < 4 && kept <= have && !text_is_utf8(piece, have - kept))
            kept++;
        if (kept == 4 || kept > have)
            return false;
        memmove(piece, piece + have - kept, kept);
    }
    return n == 0 && kept == 0;
}

/* One in another charset: held whole. */
static struct csv
open_whole(struct arena *a, int fd)
{
    struct stat st;
    size_t n = fstat(fd, &st) == 0 ? (size_t)st.st_size : 0, got = 0;
    char *text = arena_alloc(a, n + 1);
    ssize_t k;

    while (got < n && (k = pread(fd, text + got, n - got, (off_t)got)) > 0)
        got += (size_t)k;
    return csv_open(a, text, got);
}

struct csv
csv_open_file(struct arena *a, int fd)
{
    struct csv r = { .next_line = 1, .line = 1, .fd = fd, .arena = a };

    r.room = WINDOW;
    r.window = arena_alloc(a, r.room + 1);
    if (!file_is_utf8(fd, r.window, r.room) || lseek(fd, 0, SEEK_SET) != 0)
        return open_whole(a, fd);
    r.at = r.end = r.window;
    refill(&r);
    if (r.end - r.at >= 3 && memcmp(r.at, CSV_MARK, 3) == 0)
        r.at += 3;
    r.separator = guess_separator(&r);
    return r;
}

/* -- rows ------------------------------------------------------------ */

/* Step over one end of line if the reader stands on it. */
static bool
skip_line_end(struct csv *r)
{
    if (r->at == r->end || (*r->at != '\n' && *r->at != '\r'))
        return false;
    if (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n')
        r->at++;
    r->at++;
    r->next_line++;
    return true;
}

/* Cut out a quoted cell; the reader stands behind its first quote. */
static char *
quoted_cell(struct csv *r)
{
    int64_t opened = r->next_line;
    char *cell = r->at, *w = cell;

    for (; r->at < r->end; r->at++) {
        if (*r->at == '"') {
            if (r->at + 1 == r->end || r->at[1] != '"')
                break;
            r->at++;
        } else if (!r->by_rows
                   && (*r->at == '\n'
                       || (*r->at == '\r'
                           && (r->at + 1 == r->end || r->at[1] != '\n')))) {
            r->next_line++;
        }
        *w++ = *r->at;
    }
    if (r->at == r->end) {
        refuse(r, says_open, opened);
        return NULL;
    }
    *w = '\0';
    r->at++;
    return cell;
}

/*
 * Cut out a plain cell.  The byte behind it, a separator or an end of line, is
 * where its NUL goes, so that is done when the reader has looked at it.
 */
static char *
plain_cell(struct csv *r)
{
    char *cell = r->at;

    while (r->at < r->end && *r->at != r->separator && *r->at != '\n'
           && *r->at != '\r')
        r->at++;
    return cell;
}

/* What follows a cell: 1 another one, 0 the end of the row, -1 a fault. */
static int
after_cell(struct csv *r)
{
    char *stop = r->at;

    if (r->at < r->end && *r->at == r->separator) {
        *stop = '\0';
        r->at++;
        return 1;
    }
    if (!skip_line_end(r) && r->at < r->end) {
        refuse(r, says_after, r->next_line);
        return -1;
    }
    *stop = '\0';
    return 0;
}

bool
csv_next(struct csv *r)
{
    int more = 1;

    /* Empty lines are no rows, as the last one of many programs. */
    do
        bring_row_of_file(r);
    while (skip_line_end(r));
    if (r->at == r->end)
        return false;
    r->line = r->next_line;
    for (r->n = 0; more > 0; r->n++) {
        if (r->n == CSV_MAX_CELLS) {
            refuse(r, says_wide, r->line);
            return false;
        }
        if (r->at < r->end && *r->at == '"') {
            r->at++;
            r->cells[r->n] = quoted_cell(r);
        } else {
            r->cells[r->n] = plain_cell(r);
        }
        if (r->fault)
            return false;
        more = after_cell(r);
    }
    return more == 0;
}

void
csv_widen(struct csv *r, size_t n)
{
    while (r->by_rows && r->n < n)
        r->cells[r->n++] = "";
}

/* -- writing --------------------------------------------------------- */

/*
 * Is the cell changed when it is written bare?  A row of one empty cell would
 * be an empty line, hence no row; a mark at the beginning would be taken away.
 */
static bool
needs_quotes(const char *cell, bool first)
{
    if (first && (!*cell || *cell == CSV_ROWS || text_starts(cell, CSV_MARK)))
        return true;
    return strpbrk(cell, ",;\t\"\r\n") != NULL;
}

static void
write_cell(struct buf *b, const char *mark, const char *cell, bool first)
{
    if (!first)
        buf_putc(b, ',');
    if (!needs_quotes(cell, first)) {
        buf_puts(b, mark);
        buf_puts(b, cell);
        return;
    }
    buf_putc(b, '"');
    buf_puts(b, mark);
    for (; *cell; cell++) {
        if (*cell == '"')
            buf_putc(b, '"');
        buf_putc(b, *cell);
    }
    buf_putc(b, '"');
}

void
csv_cell(struct buf *b, const char *cell, bool first)
{
    write_cell(b, "", cell ? cell : "", first);
}

/* -- texts that look like formulas ----------------------------------------- */

/* The characters that begin a formula, as they are typed, at full width, as
   Chinese input methods give them, small, and the minus of mathematics. */
static bool
begins_formula(uint32_t cp)
{
    static const uint32_t all[] = { '=',    '+',    '-',    '@',    0xFF1D,
                                    0xFF0B, 0xFF0D, 0xFF20, 0xFE66, 0xFE62,
                                    0xFE63, 0xFE6B, 0x2212 };

    for (size_t i = 0; i < COUNT(all); i++)
        if (cp == all[i])
            return true;
    return false;
}

/* A mark of its own is passed over too, so that one more is set before it and
   taken away again. */
static bool
is_like_formula(const char *cell)
{
    uint32_t cp;

    while (*cell == '\'')
        cell++;
    if (*cell == '\t' || *cell == '\r' || *cell == '\n')
        return true;
    do
        cp = text_next(&cell);
    while (cp != 0 && !text_shows(cp)); /* a spreadsheet passes over those */
    return begins_formula(cp);
}

void
csv_text(struct buf *b, const char *cell, bool first)
{
    if (!cell)
        cell = "";
    write_cell(b, is_like_formula(cell) ? "'" : "", cell, first);
}

const char *
csv_unmark(const char *cell)
{
    return *cell == '\'' && is_like_formula(cell + 1) ? cell + 1 : cell;
}

const char *
csv_meant(struct arena *a, const char *cell)
{
    size_t n = strlen(cell);

    if (n >= 3 && text_starts(cell, "=\"") && cell[n - 1] == '"'
        && memchr(cell + 2, '"', n - 3) == NULL)
        return arena_text_n(a, cell + 2, n - 3);
    return csv_unmark(cell);
}

void
csv_end(struct buf *b)
{
    buf_puts(b, "\r\n");
}
