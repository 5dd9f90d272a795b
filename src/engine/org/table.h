/* SPDX-License-Identifier: Apache-2.0 */
/* table - the columns in which units, people and places come in and go out. */
#ifndef ENGINE_ORG_TABLE_H
#define ENGINE_ORG_TABLE_H

#include "engine/org/inner.h"
#include "noun/codes.h"

#define MAX_ZH 5

struct org_column {
    const char *name;           /* the English name */
    const char *zh[MAX_ZH];     /* Chinese names; the first is written */
    const char *member;         /* of the model */
    const struct model *refers; /* the cell is the code of one of these */
};

struct table {
    const char *word; /* "units" */
    const struct model *model;
    const struct org_column *columns;
    size_t n;
    const char *rows; /* the rows that count, by id */
    bool tree;        /* a column refers to the table itself */
};

extern const struct table org_tables[]; /* by enum org_table */

/* The code's query for a model that columns refer to. */
const char *table_codes_sql(const struct model *m);

/* "房间" and "room" are "room"; NULL when it is none. */
const char *cell_place_kind(const char *text);

/* A column's name in the caller's language. */
const char *org_column_name(const struct call *c, const struct org_column *k);

#endif
