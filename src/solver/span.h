/* SPDX-License-Identifier: Apache-2.0 */
/* span - pieces of routes joined in constant time (internal; engine.h). */
#ifndef SOLVER_SPAN_H
#define SOLVER_SPAN_H

#include "solver/engine.h"

/* A single stop: window and service. */
static inline struct sv_span
sv_span_of(double from, double to, double service)
{
    return (struct sv_span){ .early = from, .late = to, .length = service };
}

/*
 * Drives from the end of a to the beginning of b (time) and waits when that
 * is too early.  False when b would begin too late.
 */
static inline bool
sv_span_join(struct sv_span *to, const struct sv_span *a,
             const struct sv_span *b, double time, double fare)
{
    double reach = a->length + time;
    double wait = b->early - reach - a->late;
    double early = b->early - reach, late = b->late - reach;

    if (a->early > late + SV_SLACK)
        return false;
    if (wait < 0)
        wait = 0;
    if (early < a->early)
        early = a->early;
    to->early = early - wait;
    to->late = late < a->late ? late : a->late;
    if (to->late < to->early)
        to->late = to->early;
    to->length = reach + b->length + wait;
    to->fare = a->fare + b->fare + fare;
    return true;
}

#endif
