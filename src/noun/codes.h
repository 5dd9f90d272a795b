/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codes - the codes of a table's rows, to be found by code and by id.
 *
 * Entries keep the order in which they were put; a code is put once.
 */
#ifndef NOUN_CODES_H
#define NOUN_CODES_H

#include "base/base.h"

struct code {
    const char *text;
    int64_t id;
};

struct codes {
    struct code *all;
    size_t n, cap;
    uint32_t *slots; /* index into all plus one; 0 is empty */
    size_t n_slots;
    size_t sorted; /* so many of the first are in rising order of id */
};

#define NO_CODE SIZE_MAX

/* Where the code stands in `all`, or NO_CODE. */
size_t codes_find(const struct codes *k, const char *text);

/* Put a code that is not there yet; answers where it stands. */
size_t codes_put(struct arena *a, struct codes *k, const char *text,
                 int64_t id);

/* Where the id stands among the sorted ones, or NO_CODE. */
size_t codes_by_id(const struct codes *k, int64_t id);

#endif
