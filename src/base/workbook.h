/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workbook - the rows of an Excel workbook (.xlsx) as csv's.
 *
 * A workbook is a zip archive of XML by strangers, so it is read in a process
 * that has nothing else (jail_child.h), which gives back the rows of one sheet
 * as a text that csv_open reads: so whatever reads csv reads workbooks, and
 * believes the one as little as the other.
 *
 * Always true:
 *   1. A row of the text is a row of the sheet, empty ones too: a line that is
 *      told is the one that Excel shows.
 *   2. A cell with a date's format is a date or a time of day, as in
 *      "2026-01-07 09:30:00"; a number is what the file has, in at most fifteen
 *      digits; a formula is the value it last had; yes and no are 1 and 0.
 *   3. A text of one's own is what csv_text writes of it: csv_unmark gives it
 *      back.
 *   4. What unpacks to much more than a table needs is refused, as is XML that
 *      declares things of its own.
 */
#ifndef BASE_WORKBOOK_H
#define BASE_WORKBOOK_H

#include "base/jail_child.h"

/* A row for the table of jail_child_open. */
extern const struct jail_reader workbook_reader;

/* Does the file begin as an archive does? */
bool workbook_is(const char *bytes, size_t n);

/*
 * A file that is a workbook, *BYTES of *N, becomes the rows of its sheet called
 * SHEET, or of the first that is not hidden (NULL), in the call's arena.  Any
 * other file stays what it is.
 *
 * ERR_INVALID  it is no workbook, or has no such sheet
 * ERR_LIMIT    there is too much in it
 * ERR_BROKEN   there is nobody to read files
 */
enum err workbook_rows(struct call *c, struct jail_child *j, const char *sheet,
                       const char **bytes, size_t *n) MUST_USE;

/* Excel's day number (46027.354) as ms of a wall clock since 1970; OLD_MAC: of
   one that counts from 1904.  False: of no year from 1900 to 2200. */
bool excel_time(double number, bool old_mac, int64_t *local_ms);

#endif
