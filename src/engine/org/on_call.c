/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The on-call list: who is reached on which day when nobody sits at the desk.
 * A duty belongs to the day on which it begins, also where it ends after
 * midnight.
 */
#include "base/words.h"
#include "engine/org/inner.h"
#include "model/app.h"

#define LAST_MINUTE (24 * 60 - 1)

static const struct field fields[] = {
    FIELD(struct on_call, id, .flags = GIVEN),
    FIELD(struct on_call, on_day, .flags = REQUIRED | PART_OF_KEY,
          .also = "日期,值班日期", .label = "Day"),
    FIELD(struct on_call, from_min, .max = LAST_MINUTE, .label = "From",
          .says = "Minutes since midnight."),
    FIELD(struct on_call, to_min, .max = LAST_MINUTE, .label = "To",
          .says = "Not above from: into the next day."),
    FIELD(struct on_call, person_id, .flags = REQUIRED | UNIQUE | TITLE,
          .refers = "person", .also = "值班人", .label = "Person"),
    FIELD(struct on_call, place_id, .refers = "place", .also = "值班地点",
          .label = "Place", .says = "Empty: the whole office."),
    FIELD(struct on_call, phone, .flags = FOUND, .max = 24, .also = "值班电话",
          .label = "Phone"),
    FIELD(struct on_call, version, .flags = GIVEN),
    FIELD(struct on_call, updated_at, .flags = GIVEN),
};

static enum err
check(struct call *c, const void *old, void *rec)
{
    struct on_call *o = rec;

    (void)old;
    return org_check_phone(c, "phone", &o->phone);
}

const struct model on_call_model =
    MODEL("on_call", "on_call", struct on_call, fields);

const struct noun on_call_noun = {
    .model = &on_call_model,
    .plural = "on-call",
    .says = "Who is reached when nobody sits at the desk.",
    .part = "org",
    .called = { "person_id" },
    .see = "org.see",
    .edit = "org.edit",
    .reach = { .place = "place_id" },
    .removable = true,
    .check = check,
};

/* Of yesterday's duties those that run on past midnight. */
static const char on_call_at[] =
    "SELECT DISTINCT o.person_id FROM on_call o"
    " LEFT JOIN place top ON top.id = o.place_id"
    " LEFT JOIN place p ON p.id = $4"
    " WHERE ((o.on_day = $1 AND o.from_min <= $2"
    "   AND (o.to_min > $2 OR o.to_min <= o.from_min))"
    "  OR (o.on_day = $3 AND o.to_min <= o.from_min AND o.to_min > $2))"
    " AND (o.place_id IS NULL OR p.path LIKE top.path || '%')"
    " ORDER BY o.person_id";

struct rows
on_call_now(struct call *c, int64_t place_id)
{
    int64_t local = zone_local(c->app->zone, c->now);
    day d = zone_day(c->app->zone, c->now);
    int64_t minute = (local % DAY_MS + DAY_MS) % DAY_MS / MINUTE_MS;

    return db_query(c, on_call_at, V(d), V(minute), V((day){ d.n - 1 }),
                    V(place_id));
}
