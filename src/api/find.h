/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find - which row of the table of routes a request is for.
 */
#ifndef API_FIND_H
#define API_FIND_H

#include "api/route.h"

enum { ROUTE_PARTS = 4 }; /* {parts} that a path has at most */

/* What a method and a path lead to. */
struct address {
    const struct route *route;      /* NULL: none */
    struct pair parts[ROUTE_PARTS]; /* what stands for the {parts} */
    size_t n;
    bool other_method; /* the path has a route with another method */
};

/* The address of METHOD and PATH (below /api/v1). */
struct address route_find(struct arena *a, const char *method,
                          const char *path);

/* The methods that PATH has, for the header Allow. */
const char *route_methods(struct arena *a, const char *path);

/* The word of HTTP: "GET". */
const char *method_word(enum method m);

/* The paths of the routes that have FLAG, as http_config takes them:
   a star for each {part}; NULL-ended, in A. */
const char *const *route_paths(struct arena *a, unsigned flag);

#endif
