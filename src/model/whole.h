/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whole - what the rows of the registers must say, asked once at the start:
 * code goes by it without looking again, and a row that says too little would
 * be noticed by whoever comes first.
 *
 * Each answers ERR_BROKEN with the row's name and what is wrong with it.
 */
#ifndef MODEL_WHOLE_H
#define MODEL_WHOLE_H

#include "model/model.h"

/* KEPT, or else ROW breaks the rule RULE. */
enum err whole_rule(struct call *c, const char *row, bool kept,
                    const char *rule) MUST_USE;

/* NAME, unless it is NULL, is a column of M of such a kind. */
enum err whole_column(struct call *c, const struct model *m, const char *name,
                      enum field_kind kind) MUST_USE;

/* Each field is of a kind that its flags, words and reference fit. */
enum err model_whole(struct call *c, const struct model *m) MUST_USE;

#endif
