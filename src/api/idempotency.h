/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idempotency - what was answered to a POST with an Idempotency-Key, so that the
 * same request asked again is answered the same and does nothing twice.  Owns
 * the table idempotency.
 *
 * Always true:
 *   1. What a request did and its answer are kept in one transaction; only
 *      routes that must not hold it (R_APART) keep the answer after, and what
 *      those make has a name of its own that is given once.
 *   2. A key is its account's: nobody hears of another's.
 *   3. No secret is kept, and nothing from which one could be guessed: not in
 *      the answer (struct raw, kept), and in the hash of the request only under
 *      the caller's own session or token as a key.
 */
#ifndef API_IDEMPOTENCY_H
#define API_IDEMPOTENCY_H

#include "api/route.h"
#include "db/db.h"
#include "http/http.h"

/* How long an answer is kept. */
#define ANSWERS_KEPT_MS (24 * HOUR_MS)

/* What tells one request from another: its route, its query and its body;
   what is secret in that, for as long as the caller signs in by the same. */
const char *answer_request(struct call *c, const struct route *route,
                           const struct http_request *q);

/* Fill in the answer given before; *FOUND tells whether there was one.
   ERR_INVALID: the key was used with another request. */
enum err answer_recall(struct call *c, const char *key, const char *request,
                       struct http_reply *r, bool *found) MUST_USE;

/* Keep the answer, in the caller's TX.  ERR_CONFLICT: there is one. */
enum err answer_keep(struct call *c, const char *key, const char *request,
                     int status, const char *body) MUST_USE;

/* Drop at most MAX answers that are older; *DONE tells how many.  Several
   processes may do so at once. */
enum err answers_forget(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
