/* SPDX-License-Identifier: Apache-2.0 */
/* lending - the life of docs/TOUR.md, section 7: a copy of a key in somebody's
   hands (借用).  Not shipped; tried by the tests that any life must pass. */
#ifndef TESTS_EXAMPLE_LENDING_H
#define TESTS_EXAMPLE_LENDING_H

#include "key.h"
#include "life/life.h"

struct lending {
    LIFE_MEMBERS;
    int64_t key_id, person_id, place_id;
    const char *reason;
    instant until;
};
extern const struct life lending_life;
extern const struct noun lending_noun;

#endif
