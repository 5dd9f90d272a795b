/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch - one request through the route table: find the route, know the
 * actor, check the right, read the input, run the handler (again when it lost
 * a race), write the answer or the problem.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "api/route.h"
#include "http/http.h"

/* What one call from outside may take: a query of a list so long, rows so much
   memory (db_budget). */
#define CALL_LIST_MS 10000
#define CALL_BYTES ((size_t)256 << 20)

/* For http_config.handle and .idle; CTX is the const struct app *. */
void api_handle(void *ctx, struct arena *a, const struct http_request *q,
                struct http_reply *r);
void api_idle(void *ctx);

/* For http_config.at_once: /healthz. */
bool api_at_once(const char *path, struct http_reply *r);

/* For http_config.admit: 0 when somebody is signed in, else the status. */
int api_admit(void *ctx, struct arena *a, const struct http_request *q);

#define API_SESSION_COOKIE "liangcao_session"

/*
 * A request below /api/v1 for a call that is set up already (actor, session,
 * language): the command line's way in.
 */
void api_run(struct call *c, const struct http_request *q,
             struct http_reply *r);

/* How many microseconds a request that lost a race for the time TRIES + 1 waits
   before it is run again: by chance, below 4 ms, then below twice as much. */
struct random;
int64_t api_pause_us(struct random *chance, int tries);

/* Answer with the problem document of the call's fault; STATUS 0 is the
   error's own. */
void api_problem(struct call *c, enum err e, int status, struct http_reply *r);

/* True for a GET; anything else is answered 405. */
bool api_only_get(struct call *c, const struct http_request *q,
                  struct http_reply *r);

/* A zeroed call at the present moment with a session on the store. */
void api_call_begin(struct call *c, const struct app *app, struct arena *a,
                    const char *channel);
void api_call_end(struct call *c);

/* The route of METHOD and PATH (below /api/v1), its path parts as pairs;
   NULL: none.  *OTHER_METHOD tells that the path has one with another. */
const struct route *route_find(struct arena *a, const char *method,
                               const char *path, struct pair *parts, size_t *n,
                               bool *other_method);

const char *method_word(enum method m);

/* The OpenAPI 3.1 document of all routes. */
const char *openapi_write(struct call *c);

/*
 * The pages outside /api/v1: /healthz, /readyz, /metrics, /api/openapi.json.
 * False when the path is none of them.
 */
bool system_page(const struct app *app, struct arena *a,
                 const struct http_request *q, struct http_reply *r);

#endif
