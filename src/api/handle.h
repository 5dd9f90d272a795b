/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handle - every request that came by HTTP: the API, the stream, the pages of
 * the system, the files of the interface.
 */
#ifndef API_HANDLE_H
#define API_HANDLE_H

#include "http/http.h"

/* For http_config.handle and .idle; CTX is the const struct app *. */
void api_handle(void *ctx, struct arena *a, const struct http_request *q,
                struct http_reply *r);
void api_idle(void *ctx);

/* For http_config.admit: 0 when somebody is signed in, else the status. */
int api_admit(void *ctx, struct arena *a, const struct http_request *q);

#endif
