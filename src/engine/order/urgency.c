/* SPDX-License-Identifier: Apache-2.0 */
/* In which order the desk and the crews take orders up. */
#include "engine/order/inner.h"

/*
 * One number, least first, so that an index has the list in its order among a
 * million: first what cannot wait, then what is late, then what soon will be,
 * then what is in time, then what stands still, and at last what is done and
 * only waits to be looked at.
 */
enum band {
    BAND_EMERGENCY,
    BAND_LATE,
    BAND_SOON,
    BAND_IN_TIME,
    BAND_STILL,
    BAND_DONE
};

/* Of a band: wide enough for a priority before or behind a time in minutes. */
#define BAND_WIDTH INT64_C(1000000000)
#define PRIORITY_WIDTH INT64_C(100000000)

/* An emergency whose last clock was met is no less one. */
static enum band
band_of(const struct order *o, instant now)
{
    if (!o->is_open || o->completed_at.ms != 0)
        return BAND_DONE;
    if (o->emergency)
        return BAND_EMERGENCY;
    if (o->nearest_due.ms == 0)
        return BAND_STILL;
    if (o->nearest_due.ms <= now.ms)
        return BAND_LATE;
    return o->escalation > 0 ? BAND_SOON : BAND_IN_TIME;
}

int64_t
order_urgency(const struct order *o, instant now)
{
    enum band band = band_of(o, now);
    instant when = o->nearest_due.ms != 0 ? o->nearest_due : o->submitted_at;
    int64_t minutes = when.ms / MINUTE_MS;

    /* Of what is late the more important comes first, however late; of what is
       in time whatever ends first, and the priority decides within a minute. */
    if (band == BAND_LATE)
        return band * BAND_WIDTH + o->priority * PRIORITY_WIDTH + minutes;
    return band * BAND_WIDTH + minutes * 10 + o->priority;
}
