/* SPDX-License-Identifier: Apache-2.0 */
/*
 * totals - counts remembered while nothing was committed.
 *
 * A generation is a number that rises before anybody can see a commit that
 * was not there when it was given out.  A count belongs to the generation read
 * before it was made, so what is found under the present one is still true.
 */
#ifndef DB_TOTALS_H
#define DB_TOTALS_H

#include "db/db.h"

struct totals;

/* Empty; for any thread. */
struct totals *totals_open(void);
void totals_close(struct totals *t);

/* The statement with its values as one text; NULL when it is too long. */
const char *totals_key(struct call *c, const char *sql, const struct value *v,
                       size_t n);

/* The count of KEY under GENERATION, if it is remembered; remember one, in
   place of whichever stood in its slot. */
bool totals_find(struct totals *t, const char *key, int64_t generation,
                 int64_t *out);
void totals_keep(struct totals *t, const char *key, int64_t generation,
                 int64_t total);

#endif
