/* SPDX-License-Identifier: Apache-2.0 */
/* number - the numbers that people call rows by, "20261123-0007". */
#ifndef SUBJECT_NUMBER_H
#define SUBJECT_NUMBER_H

#include "base/base.h"

/* How a noun is numbered. */
struct numbering {
    const char *name;   /* of the count: "order" */
    const char *prefix; /* stands in front; "" is none */
    bool by_year;       /* counted anew each year; otherwise each day */
    int digits;         /* at least so many */
};

/* The next number of the office's day (or year) of c->now.  It rises within
   it; on PostgreSQL one may be lost (db_number).  Inside a TX. */
enum err number_next(struct call *c, const struct numbering *n,
                     const char **out) MUST_USE;

#endif
