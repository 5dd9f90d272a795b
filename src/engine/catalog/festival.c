/* SPDX-License-Identifier: Apache-2.0 */
/* Festivals: runs of the calendar's days off. */
#include "engine/catalog/catalog.h"
#include "engine/catalog/workcal.h"

/* Days off of one festival follow each other. */
static const char next_festival[] =
    "SELECT COALESCE(MIN(d.on_day), 0) FROM calendar_day d"
    " WHERE d.kind = 'holiday' AND d.on_day > $1 AND NOT EXISTS"
    " (SELECT 1 FROM calendar_day b WHERE b.kind = 'holiday'"
    "  AND b.on_day = d.on_day - 1)";

enum err
catalog_next_festival(struct call *c, day after, day *out)
{
    int64_t n = 0;

    TRY(db_int(c, &n, next_festival, V(after)));
    out->n = (int32_t)n;
    return OK;
}
