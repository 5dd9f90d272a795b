/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TABLE_OUT_H
#define TESTS_TABLE_OUT_H

#include "noun/noun.h"

/* The noun's table, as CSV, for the caller. */
struct buf table_out(struct call *c, const struct noun *n);

#endif
