/* SPDX-License-Identifier: Apache-2.0 */
/* An office with the catalogue that is inside the program, for tests. */
#ifndef TESTS_CATALOG_OFFICE_H
#define TESTS_CATALOG_OFFICE_H

#include "office.h"
#include "test.h"

#include "engine/catalog/catalog.h"
#include "model/app.h"

/* The packs inside the program, and somebody who may change them. */
void seed(struct call *c);

/* The item in force today; the test fails when there is none. */
const struct service_item *item(struct call *c, const struct catalog *k,
                                const char *code);

/* The same as a record of its own, to make a new version of. */
struct service_item copy_item(struct call *c, const char *code);

/* The id of the area with the code; 0 when there is none. */
int64_t area_id(struct call *c, const char *code);

#define EXPECT_AT(t, local) assert_int_equal((t).ms, at(local).ms)

#endif
