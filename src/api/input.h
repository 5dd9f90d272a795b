/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input - from a request to the record that a route's handler takes.
 *
 * Always true: what the OpenAPI document does not know is refused before the
 * handler runs: an unknown word in the query, one said twice, a body of
 * another media type, an unknown, missing or wrong field.
 */
#ifndef API_INPUT_H
#define API_INPUT_H

#include "api/find.h"
#include "http/http.h"

/* Does the query of the route hold the fields of route.in? */
bool input_by_query(const struct route *route);

/* Does the route read a body? */
bool input_by_body(const struct route *route);

/*
 * Fill IN (of route.in, or a struct list) from the parts of the address AT, the
 * query and the body.  ERR_ABSENT: a part of the path is no such thing.  *STATUS
 * becomes 415 when the body is of a type that is not read here.
 */
enum err input_read(struct call *c, const struct address *at,
                    const struct http_request *q, void *in,
                    int *status) MUST_USE;

#endif
