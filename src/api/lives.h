/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lives - the register of everything with a life.  From one row here a life has
 * its addresses (a verb, one row with what may be done with it, its table), the
 * forms of what its verbs ask for, its drawing in the docs and the tests that
 * any life must pass.
 */
#ifndef API_LIVES_H
#define API_LIVES_H

#include "api/route.h"
#include "life/life.h"

/* NULL-ended. */
extern const struct life *const all_lives[];

/* The life of a noun; NULL: it has none. */
const struct life *life_of(const char *noun);

/* What the verb named "order.accept" asks for; NULL: there is no such verb, or
   it is the program's own. */
const struct model *life_form(const char *name);

/* The routes of every life in A; the last has no path. */
const struct route *life_routes(struct arena *a);

#endif
