/* SPDX-License-Identifier: Apache-2.0 */
/*
 * database - empty databases for tests: SQLite files in a temporary folder,
 * or schemas of the PostgreSQL that LIANGCAO_TEST_DB names.
 */
#ifndef TESTS_DATABASE_H
#define TESTS_DATABASE_H

#include <stdbool.h>

struct store;

/* An address for store_open, malloc'd.  QUICK: ":memory:" will do. */
char *database_make(bool quick);
/* Remove what it named, and free it. */
void database_drop(char *address);

bool database_is_postgres(void);

/* -- copies ----------------------------------------------------------- */

/*
 * What a database holds is kept once and put into others, which costs a
 * fraction of writing it row by row.  A store that is filled has the schema
 * and nobody works on it; its caches do not know of it.
 *
 * Only where database_copy_from_now_on was called is anything kept.
 */
void database_copy_from_now_on(void);
/* Keep what S holds, if nothing is kept yet. */
void database_keep(struct store *s);
bool database_has_copy(void);
/* S holds what was kept, and nothing else but what its opening wrote. */
void database_fill(struct store *s);

#endif
