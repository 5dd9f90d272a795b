/* SPDX-License-Identifier: Apache-2.0 */
/* system - the pages that no person asks for. */
#ifndef API_SYSTEM_H
#define API_SYSTEM_H

#include "http/http.h"
#include "model/app.h"

/*
 * The pages outside /api/v1: /healthz, /readyz, /metrics, /api/openapi.json.
 * False when the path is none of them.
 */
bool system_page(const struct app *app, struct arena *a,
                 const struct http_request *q, struct http_reply *r);

/* For http_config.at_once: /healthz. */
bool api_at_once(const char *path, struct http_reply *r);

#endif
