/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lives - everything with a life, as the register of nouns names it.  From that
 * a life has its addresses (a verb, one row with what may be done with it, its
 * table), the forms of what its verbs ask for, its round (life_wake), its
 * drawing in the docs and the tests that any life must pass.
 */
#ifndef API_LIVES_H
#define API_LIVES_H

#include "api/route.h"
#include "life/life.h"

/* In the order of their nouns; NULL-ended. */
const struct life *const *all_lives(void);

/* The life of a noun; NULL: it has none. */
const struct life *life_of(const char *noun);

/* What the verb named "order.accept" asks for; NULL: there is no such verb, or
   it is the program's own. */
const struct model *life_form(const char *name);

/* One step of the round of every life: what the program does when a time has
   come.  For the table of jobs. */
enum err lives_wake(struct call *c, int64_t max, int64_t *done) MUST_USE;

/* The routes of every life in A; the last has no path. */
const struct route *life_routes(struct arena *a);

#endif
