/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answers - what was answered to a creation with an Idempotency-Key, so that
 * the same request asked again is answered the same and makes nothing twice.
 * Owns the table idempotency.
 */
#ifndef API_ANSWERS_H
#define API_ANSWERS_H

#include "db/db.h"
#include "http/http.h"

/* How long an answer is kept. */
#define ANSWERS_KEPT_MS (24 * HOUR_MS)

/* What tells one request from another. */
const char *answer_request(struct call *c, const struct http_request *q);

/* Fill in the answer given before; *FOUND tells whether there was one.
   ERR_INVALID: the key was used with another request. */
enum err answer_recall(struct call *c, const char *key, const char *request,
                       struct http_reply *r, bool *found) MUST_USE;

/* Keep the answer, in the caller's TX. */
enum err answer_keep(struct call *c, const char *key, const char *request,
                     const struct http_reply *r) MUST_USE;

/* Drop at most MAX answers that are older; *DONE tells how many.  Several
   processes may do so at once. */
enum err answers_forget(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
