/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply - what a handler filled in, or a fault, as an answer of HTTP.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "api/route.h"
#include "http/http.h"

/* The status an error is answered with, unless a caller knows a better one. */
int api_status(enum err e);

/* Answer with the problem document of the call's fault; STATUS 0 is the
   error's own. */
void api_problem(struct call *c, enum err e, int status, struct http_reply *r);

/* True for a GET; anything else is answered 405. */
bool api_only_get(struct call *c, const struct http_request *q,
                  struct http_reply *r);

/* What ROUTE's handler left: OUT, or for R_LIST the list IN. */
void api_record(struct call *c, const struct route *route, void *in, void *out,
                struct http_reply *r);

/* What is no record: a page, a file. */
void api_raw(struct call *c, const struct raw *raw, struct http_reply *r);

#endif
