/* SPDX-License-Identifier: Apache-2.0 */
/*
 * database - databases for tests, empty or filled: SQLite files in a temporary
 * folder, or schemas of the PostgreSQL that LIANGCAO_TEST_DB names.
 */
#ifndef TESTS_DATABASE_H
#define TESTS_DATABASE_H

#include <stdbool.h>

struct call;
struct store;

/* An address for store_open, malloc'd.  QUICK: ":memory:" will do. */
char *database_make(bool quick);
/* A store was opened on the quick one: its tables are kept for the next. */
void database_opened(struct store *s);
/* Remove what it named, and free it. */
void database_drop(char *address);

bool database_is_postgres(void);
/* From now on the Ith of the servers that LIANGCAO_TEST_DBS names, if it does,
   is the one: a long transaction on one has those of others lose races. */
void database_take(int i);

/*
 * The database of C's store, which is empty, holds what MAKE puts there.  After
 * database_copies MAKE runs once; later databases are given copies of what it
 * made, which costs a fraction of making it row by row.
 */
void database_fill(struct call *c, void (*make)(struct call *c));
void database_copies(void);

#endif
