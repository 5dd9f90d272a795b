/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export - any list as a table: `format=csv` or `format=xlsx` on a list
 * route gives all of its rows, with the filters that came along; and any noun
 * with the columns in which it may come in again.
 *
 * Always true:
 *   1. A table shows what the list itself would show this person and nothing
 *      more; others' orders need order.export besides.
 *   2. Its rows are read page by page, each page with a connection of its own
 *      for as long as it takes, so no table keeps the readers from others.  A
 *      row that changes meanwhile is there as it was or as it became.
 *   3. A table that ends early says so in its last row.
 */
#ifndef API_EXPORT_H
#define API_EXPORT_H

#include "api/route.h"

/* The most rows of a workbook, whose sheet ends there (with the labels and a
   last word); CSV ends with the disk and the time of its turn. */
#define EXPORT_BOOK_ROWS 1048574

#define EXPORT_XLSX_TYPE                                                       \
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

enum export_format { EXPORT_NONE, EXPORT_CSV, EXPORT_XLSX };

/* Which table is asked for by the word of `format`. */
enum err export_read(struct call *c, const char *word,
                     enum export_format *out) MUST_USE;

/* May the caller have this list as a table? */
enum err export_may(struct call *c, const struct route *route,
                    const struct list *l) MUST_USE;

/* A table that is wanted: a list's, or a noun's. */
struct export
{
    const struct route *route; /* of the list; NULL: NOUN's */
    const struct noun *noun;
    const struct list *list; /* as it was asked for; NULL: all of NOUN */
    enum export_format format;
    int64_t most; /* rows; 0: as many as one table may have */
    void *turn;   /* turns.h; NULL: nobody else is there */
};

/*
 * Read it page by page and make the table.  Where a workbook ends before its
 * rows do, X-Truncated tells how many it has.  ERR_LIMIT: it takes too long or
 * too much of the disk; the fault says so.
 */
enum err export_make(struct call *c, const struct export *x,
                     struct raw *raw) MUST_USE;

#endif
