/* SPDX-License-Identifier: Apache-2.0 */
/* table - units, people and places as they come in: each table as a whole. */
#ifndef ENGINE_ORG_TABLE_H
#define ENGINE_ORG_TABLE_H

#include "engine/org/inner.h"
#include "noun/codes.h"
#include "noun/column.h"

struct table {
    const char *word; /* "units" */
    const struct noun *noun;
    const char *rows; /* the rows that count, by id */
    bool tree;        /* a column refers to the table itself */
};

extern const struct table org_tables[]; /* by enum org_table */

/* The code's query for a model that columns refer to. */
const char *table_codes_sql(const struct model *m);

/* "房间" and "room" are "room"; NULL when it is none. */
const char *cell_place_kind(const char *text);

#endif
