/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits - how the server fares with those who come: told to the administrators
 * as the part "connections" of health (model/health.h).
 *
 * The figures themselves are http/limits.h's.
 */
#ifndef API_LIMITS_H
#define API_LIMITS_H

#include "http/http.h"
#include "model/app.h"

struct limits;

/* Whose figures are told is said once there is a server. */
struct limits *limits_open(void);
void limits_of(struct limits *l, const struct http_server *s);
void limits_close(struct limits *l);

/*
 * A job.  WARN: within the last minute somebody was turned away because every
 * place was taken, or the machine gives so few descriptors that this is bound
 * to happen.
 */
enum err limits_tell(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
