/* SPDX-License-Identifier: Apache-2.0 */
/* nouns - every noun of the program, and what follows from that list. */
#ifndef API_NOUNS_H
#define API_NOUNS_H

#include "noun/noun.h"

struct route;

/* The register; goes into struct app. NULL-ended. */
extern const struct noun *const all_nouns[];

/* The routes of all plain nouns; ends with a row whose path is NULL. */
const struct route *noun_routes(void);

/* The routes of one noun into OUT, which has room for six; how many. */
size_t noun_routes_of(const struct noun *n, struct route *out);

#endif
