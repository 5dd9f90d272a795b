/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet - one table being written into a file of its own, as CSV or as a
 * workbook.
 *
 * Always true:
 *   1. The file has no name: it is gone when its descriptor is closed, however
 *      the program ends.
 *   2. Memory does not grow with the rows.
 *   3. It never takes the last SHEET_SPARE bytes of the disk, which the office
 *      itself needs.
 *   4. In CSV no text can be taken for a formula (base/csv.h); in a workbook
 *      texts are texts and numbers are numbers.
 */
#ifndef API_SHEET_H
#define API_SHEET_H

#include "base/text.h"
#include "model/model.h"
#include "noun/noun.h"

#define SHEET_SPARE ((int64_t)256 << 20)

struct lxw_workbook;
struct lxw_worksheet;

struct sheet {
    const struct model *model; /* NULL: its rows come as cells */
    int fd;
    struct lxw_workbook *book; /* NULL: CSV */
    struct lxw_worksheet *page;
    int64_t rows;
    bool shown[128]; /* by field */
};
#define SHEET CLEANUP(sheet_close) struct sheet

/* A sheet for the model with the labels in its first row. */
enum err sheet_open(struct call *c, const struct model *m, bool workbook,
                    struct sheet *out) MUST_USE;

/* The same for cells, with these N names in its first row. */
enum err sheet_open_cells(struct call *c, const char *const *names, size_t n,
                          bool workbook, struct sheet *out) MUST_USE;

/* A page more of cells. */
enum err sheet_add_cells(struct call *c, struct sheet *t,
                         const struct table_page *page) MUST_USE;

/* N more rows, records of the model. */
enum err sheet_add(struct call *c, struct sheet *t, const void *rows,
                   size_t n) MUST_USE;

/* A last row that says something. */
enum err sheet_note(struct call *c, struct sheet *t,
                    const char *words) MUST_USE;

/* Done: the caller's are now *FD, to be closed, and its *LEN bytes. */
enum err sheet_take(struct call *c, struct sheet *t, int *fd,
                    size_t *len) MUST_USE;

/* Also of one that was not made to its end; a taken file stays open. */
void sheet_close(struct sheet *t);

#endif
