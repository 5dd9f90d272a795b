/* SPDX-License-Identifier: Apache-2.0 */
/* column - the columns of a noun's table: those of its fields that are given
   from outside, references by the key of what they refer to. */
#ifndef NOUN_COLUMN_H
#define NOUN_COLUMN_H

#include "noun/noun.h"

struct column {
    const struct field *field;
    const struct noun *to;   /* the cell is the key of one of these; or NULL */
    const struct field *key; /* of TO */
    const char *name;        /* English: "crew_code" */
    const char *label;       /* of the field alone, in Chinese */
    const char *zh;          /* as it is written in Chinese */
};

/* Into the call's arena. */
struct columns {
    struct column *all;
    size_t n;
};
struct columns columns_of(struct call *c, const struct noun *n);

/* By any of its names; NULL: there is none. */
const struct column *column_find(const struct columns *k, const char *name);

/* The field in the column of that English name; NAME itself: there is none. */
const char *column_field(const struct columns *k, const char *name);

/* The id of what has the key TEXT and is in use today, or 0. */
enum err column_find_row(struct call *c, const struct column *k,
                         const char *text, int64_t *id) MUST_USE;

/* The keys of all that the rows of a page refer to by the column, in a few
   statements: a database may be a network away. */
struct column_keys {
    int64_t *ids; /* rising */
    const char **keys;
    size_t n;
};
enum err column_keys_read(struct call *c, const struct column *k,
                          const struct list *page,
                          struct column_keys *out) MUST_USE;

/* The key of the row ID; "" where there is none. */
const char *column_keys_find(const struct column_keys *k, int64_t id);

#endif
