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

/* What was last told; zeroed before the first call. */
struct limits_seen {
    unsigned long long turned_away;
    instant when; /* somebody was last turned away; 0: never */
};

/*
 * To be called every few seconds.  WARN: within the last minute somebody was
 * turned away because every place was taken, or the machine gives so few
 * descriptors that this is bound to happen.
 */
void limits_tell(const struct app *app, const struct http_counts *now,
                 struct limits_seen *seen);

#endif
