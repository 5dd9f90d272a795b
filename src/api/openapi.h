/* SPDX-License-Identifier: Apache-2.0 */
/* openapi - the table of routes as a document for other programs. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "base/base.h"

/* The OpenAPI 3.1 document of all routes. */
const char *openapi_write(struct call *c);

#endif
