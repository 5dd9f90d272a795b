/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call - a struct call for one request: its session on the store, its language
 * and who asks.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "base/base.h"
#include "http/http.h"

/* What one call from outside may take: a query of a list so long, rows so much
   memory (db_budget). */
#define CALL_LIST_MS 10000
#define CALL_BYTES ((size_t)256 << 20)

#define API_SESSION_COOKIE "liangcao_session"

/* A zeroed call at the present moment with a session on the store. */
void api_call_begin(struct call *c, const struct app *app, struct arena *a,
                    const char *channel);
void api_call_end(struct call *c);

/* The language a browser asks for: by its cookie, else its header. */
enum lang api_lang(const struct http_request *q);

/*
 * Who asks becomes c->actor (NULL: nobody), and the request is counted for
 * that account.  c->changing is set already.
 *
 * ERR_UNSIGNED  a token is wrong
 * ERR_DENIED    a change that a page of another site sent, or without the
 *               token of its session
 * ERR_LIMIT     too much is open for the account
 */
enum err api_know_caller(struct call *c, const struct http_request *q,
                         struct http_reply *r) MUST_USE;

#endif
