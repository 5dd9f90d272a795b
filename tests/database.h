/* SPDX-License-Identifier: Apache-2.0 */
/*
 * database - empty databases for tests: SQLite files in a temporary folder,
 * or schemas of the PostgreSQL that LIANGCAO_TEST_DB names.
 */
#ifndef TESTS_DATABASE_H
#define TESTS_DATABASE_H

#include <stdbool.h>

/* An address for store_open, malloc'd.  QUICK: ":memory:" will do. */
char *database_make(bool quick);
/* Remove what it named, and free it. */
void database_drop(char *address);

bool database_is_postgres(void);

#endif
