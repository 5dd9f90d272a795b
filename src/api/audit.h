/* SPDX-License-Identifier: Apache-2.0 */
/* audit - the audit over HTTP, and what of HTTP is told to it. */
#ifndef API_AUDIT_H
#define API_AUDIT_H

#include "engine/audit/audit.h"
#include "http/http.h"

/* Somebody who is signed in was refused (ERR_DENIED): told to the audit, with
   the method, the path and the words.  Other errors are not. */
void audit_refusal(struct call *c, const struct http_request *q, enum err e);

#endif
