/* SPDX-License-Identifier: Apache-2.0 */
/* import - one table on its way from cells to rows: what import.c and tree.c
   share. */
#ifndef NOUN_IMPORT_INNER_H
#define NOUN_IMPORT_INNER_H

#include "base/csv.h"
#include "noun/codes.h"
#include "noun/column.h"

struct table_in {
    struct call *c;
    const struct noun *n;
    struct import_result *result;
    bool dry_run;
    struct arena *whole; /* what outlives a row */
    struct csv *csv;
    struct columns columns;
    struct codes *known; /* of each column: the keys that were looked up */
    const struct column *of[CSV_MAX_CELLS]; /* the file's cells */
    const char *heads[CSV_MAX_CELLS];       /* as the file calls them */
    size_t n_cells;
    const struct field *unique; /* by which rows are known; NULL: by nothing */
    struct codes met;           /* the keys the file named; id: the line */
};

/* Add to the refused; FIELD is a field or its column's English name, DETAIL
   words that are looked up. */
void import_refuse(struct table_in *im, int64_t line, const char *field,
                   const char *detail, const char *value);

/* The same of the fault that the call holds, which is taken away: a row's own
   fault is told with the others; what broke elsewhere ends all and is E. */
enum err import_refuse_fault(struct table_in *im, int64_t line, enum err e,
                             const char *value) MUST_USE;

/* A cell as it was meant: the blanks around it are no part of it, nor is the
   mark that a table out may have set. */
const char *import_text(struct call *c, const char *s);

/* Has the file the field's column? */
bool import_has(const struct table_in *im, const struct field *f);

/* The next row is counted; false: it has not its cells, and was refused. */
bool import_row_begins(struct table_in *im);

/* One cell into the record; SAID takes its field where it says anything. */
enum err import_cell(struct table_in *im, const struct column *k,
                     const char *cell, void *rec, field_mask *said) MUST_USE;

/* Call F with an arena of its own, which it may reset after each row: a large
   file would otherwise take its whole size in memory many times over by each
   row's SQL and audit text. */
enum err import_aside(struct table_in *im,
                      enum err (*f)(struct table_in *im, void *arg),
                      void *arg) MUST_USE;

/* The rows of a noun that has a `tree` (noun.h), from the second of the file
   on. */
enum err import_tree(struct table_in *im) MUST_USE;

#endif
