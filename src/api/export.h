/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export - any list as a table: `format=csv` or `format=xlsx` on a list
 * route gives all of its rows, with the filters that came along.
 *
 * Always true: a table shows what the list itself would show this person and
 * nothing more; others' orders need order.export besides.
 */
#ifndef API_EXPORT_H
#define API_EXPORT_H

#include "api/route.h"

/* The most rows one table has; the answer's X-Truncated header tells when
   there were more. */
#define EXPORT_MAX_ROWS 50000

#define EXPORT_XLSX_TYPE                                                       \
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

enum export_format { EXPORT_NONE, EXPORT_CSV, EXPORT_XLSX };

/* Which table is asked for by the word of `format`. */
enum err export_read(struct call *c, const char *word,
                     enum export_format *out) MUST_USE;

/* Run the list route page by page and make the table. */
enum err export_list(struct call *c, const struct route *route, struct list *l,
                     enum export_format format, struct raw *raw) MUST_USE;

#endif
