/* SPDX-License-Identifier: Apache-2.0 */
/* import - one import on its way from cells to rows. */
#ifndef ENGINE_ORG_IMPORT_H
#define ENGINE_ORG_IMPORT_H

#include "base/csv.h"
#include "engine/org/table.h"

#define NO_NODE SIZE_MAX

/* A row that is in the database, in the file, or in both. */
struct node {
    void *rec;               /* as it shall be */
    void *old;               /* as it is; NULL: it is new */
    int64_t line;            /* 0: not in the file */
    const char *parent_code; /* from the file; NULL: none said */
    size_t parent;           /* a node, or NO_NODE */
    enum { UNSEEN, OPEN, SETTLED } walk;
};

struct import {
    struct call *c;
    const struct table *t;
    const struct model *model;
    struct columns all; /* of the table; the first is the code */
    struct import_result *result;
    size_t n_sorted; /* of the refused, in the order of lines so far */
    const struct field *id, *code, *parent; /* parent: of a tree only */

    struct node *nodes; /* those of the database first, by id */
    size_t n, cap;
    struct codes codes;    /* of the nodes: the same order */
    struct codes other[3]; /* of units, providers, places referred to */

    const struct column *columns[CSV_MAX_CELLS]; /* of the file */
    const char *heads[CSV_MAX_CELLS];            /* as the file has them */
    size_t n_columns;
    bool has_parent; /* the file says who lies below whom */

    size_t *order; /* nodes, each parent before its children */
    size_t n_order;
};

/* Rows of the database as nodes, and the codes cells may refer to. */
enum err import_load(struct import *im) MUST_USE;

/* The first row of the file. false when it cannot be worked with. */
bool import_read_header(struct import *im, struct csv *csv);

/* A row of the file becomes a node, or is refused. */
void import_read_row(struct import *im, struct csv *csv);

/* Who lies below whom, and the rules between rows. */
void import_settle(struct import *im);

/* Write what the nodes say; only when nothing was refused. */
enum err import_apply(struct import *im) MUST_USE;

/* Did a column of the file bring something new for the node? */
bool import_changed(const struct import *im, const struct node *x);

/* Add to the refused, in English words that are looked up. */
void import_refuse(struct import *im, int64_t line, const char *field,
                   const char *detail, const char *value);
/* The same from the fault the call holds, which is taken away. */
void import_refuse_fault(struct import *im, int64_t line, const char *field,
                         const char *value);

/* Put the refused in the order of their lines; was a line among them then? */
void import_sort_refused(struct import *im);
bool import_is_refused(const struct import *im, int64_t line);

static inline int64_t *
import_int(const struct field *f, void *rec)
{
    return (int64_t *)(void *)((char *)rec + f->offset);
}

#endif
