/* SPDX-License-Identifier: Apache-2.0 */
/* inner - what the files of noun/ share of its rules and nobody else needs. */
#ifndef NOUN_INNER_H
#define NOUN_INNER_H

#include "noun/noun.h"

/* May something new refer to the row? */
bool noun_in_use(const struct call *c, const struct model *m, const void *rec);

/* The row as it is, for whoever may change it and has seen it so: ERR_DENIED,
   ERR_ABSENT, ERR_STALE. */
enum err noun_to_change(struct call *c, const struct noun *n, int64_t id,
                        void *old) MUST_USE;

/* All that a row must meet, whoever brings it: limits, references, the right,
   keys, the noun's own rule.  OLD is NULL of a new one. */
enum err noun_check(struct call *c, const struct noun *n, const void *old,
                    void *rec) MUST_USE;

/* FN is told of every column that may hold an id of the table. */
typedef enum err (*referrer_fn)(struct call *c, const struct noun *from,
                                const struct field *f, void *arg);
enum err noun_each_reference(struct call *c, const char *table, referrer_fn fn,
                             void *arg) MUST_USE;

#endif
