/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runners - several processes that share one list of tests: each takes the
 * tests of the next file, so that none waits for another before the last.
 */
#ifndef TESTS_RUNNERS_H
#define TESTS_RUNNERS_H

#include "test.h"

/* Memory, zeroed, that this process and the runners it starts share. */
void *runners_share(size_t bytes);

/* Run the N tests of LIST, sorted by names such as "file.c: what_is_promised",
   in MANY processes, on PostgreSQL each on a server of its own where there are
   so many: how many failed, or how many runners did not come to their end. */
int runners_run(const struct CMUnitTest *list, size_t n, int many);

#endif
