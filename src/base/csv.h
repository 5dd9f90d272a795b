/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv - tables as spreadsheets write them: comma-separated values after
 * RFC 4180, read and written.
 *
 * Always true:
 *   1. Any bytes at all end in rows or in a fault that names its line; a
 *      fault ends the reading.
 *   2. Every cell is well-formed UTF-8 and NUL-ended: a byte order mark is
 *      taken away, UTF-16 with a mark and GB18030 are converted.
 *   3. Lines are counted as an editor shows them, also inside quoted cells.
 *   4. What csv_cell and csv_end write, csv_next reads back the same.
 *
 * A cell may be quoted; a quote inside is doubled.  Lines end with CRLF, LF
 * or CR.  An empty line is no row.  A quote in the middle of an unquoted cell
 * is an ordinary character, as in 12" pipe.  Where the first line has no
 * comma, but semicolons or tabs, these stand between the cells, as spreadsheets
 * of some countries and their "Unicode text" have it.
 *
 * A file is read through a window: whatever its size, it takes a few MiB, if it
 * is UTF-8; in another charset it is held whole.
 *
 * Text in which Chinese UTF-8 comes before the first wrong byte was meant to
 * be UTF-8 and is refused, not read as GB18030: nearly any bytes pass for
 * GB18030, and a person's name would turn into another one.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

#define CSV_MAX_CELLS 256

struct csv {
    /* The row read last. Cells live as long as the arena. */
    const char *cells[CSV_MAX_CELLS];
    size_t n;
    int64_t line; /* where the row begins, from 1 */

    /* NULL, or why the reading ended early: an English text, the key of the
       other languages; fault_line tells where. */
    const char *fault;
    int64_t fault_line;

    char separator;    /* between the cells; may be set before the first row */
    char *at, *end;    /* what is not read yet */
    int64_t next_line; /* the line `at` stands on */
    bool by_rows;      /* a row is a line, whatever its cells hold */

    /* Of a file: where more comes from. */
    struct arena *arena;
    char *window;
    size_t room;
    int fd; /* -1: there is no more */
};

/* Begin to read the N bytes; they are copied, converted if need be. */
struct csv csv_open(struct arena *a, const char *text, size_t n);

/* The same of an open file, which stays open as long as it is read; the cells
   of a row are good until the next one.  Begins at the file's beginning. */
struct csv csv_open_file(struct arena *a, int fd);

/* What a workbook becomes (base/workbook.h) begins with it: its rows are its
   lines. */
#define CSV_ROWS '\x1E'

/* The next row; false at the end of the text or at a fault. */
bool csv_next(struct csv *r);

/* A row of a workbook ends with its last cell that holds something: the others,
   up to N, are empty.  Of other tables the row stays as it is. */
void csv_widen(struct csv *r, size_t n);

/* Write a cell (NULL is empty), quoted where needed; FIRST of its row. */
void csv_cell(struct buf *b, const char *cell, bool first);

/*
 * The same of a text that people wrote: one that a spreadsheet would take for
 * a formula and run (OWASP, "CSV Injection") gets an apostrophe before it, by
 * which spreadsheets know a text.  That is one whose first character after
 * blanks, line ends and apostrophes is = + - or @, be it of full width, and
 * one that begins with a tab or a line end.
 */
void csv_text(struct buf *b, const char *cell, bool first);

/* CELL without the mark that csv_text sets: of what it wrote, what it was
   given. */
const char *csv_unmark(const char *cell);

/* CELL as it was meant: without that mark, and 0001 where somebody has written
   ="0001" to keep a spreadsheet's hands off it. */
const char *csv_meant(struct arena *a, const char *cell);

/* End the row. */
void csv_end(struct buf *b);

/* The mark by which spreadsheets know UTF-8, for the beginning of a file. */
#define CSV_MARK "\xEF\xBB\xBF"

#endif
