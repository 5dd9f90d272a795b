/* SPDX-License-Identifier: Apache-2.0 */
/* key - the example of docs/TOUR.md, section 7: not shipped, but run by
   tests/engine/key_test.c and, over HTTP, by tests/api/example. */
#ifndef TESTS_EXAMPLE_KEY_H
#define TESTS_EXAMPLE_KEY_H

#include "noun/noun.h"

struct key {
    NOUN_MEMBERS;
    const char *tag;
    unsigned kind;
    int64_t place_id, unit_id, copies, lent;
    instant until;
};
extern const struct noun key_noun;

#endif
