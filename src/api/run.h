/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - one request below /api/v1: its route, the right, the input, the
 * handler (again when it lost a race), the answer or the problem.
 */
#ifndef API_RUN_H
#define API_RUN_H

#include "base/base.h"
#include "http/http.h"

/*
 * For a call that is set up already (actor, session, language): what came by
 * HTTP, and the command line's way in.
 */
void api_run(struct call *c, const struct http_request *q,
             struct http_reply *r);

/* Did what ended with E lose a race, and may it be run again?  TRIES were before
   it.  Pauses first, and is a moment later then. */
bool api_again(struct call *c, enum err e, int tries);

/* How many microseconds a request that lost a race for the time TRIES + 1 waits
   before it is run again: by chance, below 4 ms, then below twice as much. */
struct random;
int64_t api_pause_us(struct random *chance, int tries);

#endif
