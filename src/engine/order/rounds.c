/* SPDX-License-Identifier: Apache-2.0 */
/* The rounds of an order: what became of its work before it was begun anew. */
#include "base/text.h"
#include "engine/order/inner.h"
#include "json/json.h"

/* -- the end of one --------------------------------------------------------- */

static void
put_time(struct json_out *out, const char *key, instant t)
{
    char text[25];

    instant_print(t, text);
    json_put_text(out, key, t.ms != 0 ? text : NULL);
}

void
end_round(struct deed *d, struct order *o)
{
    struct buf b = buf_make(d->c->arena, 0);
    struct json_out out = json_to(&b);
    unsigned missed = missed_clocks(o);

    json_begin(&out);
    json_put_int(&out, "life", o->reopens);
    json_put_text(&out, "crew_name", crew_has_it(o) ? o->crew_name : NULL);
    put_time(&out, "complete_due", o->complete_due);
    put_time(&out, "completed_at", o->completed_at);
    json_put_int(&out, "net_ms", o->net_ms);
    json_key(&out, "late");
    json_begin_list(&out);
    for (unsigned i = 0; order_clocks[i] != NULL; i++)
        if (missed >> i & 1)
            json_text(&out, order_clocks[i]);
    json_end_list(&out);
    json_end(&out);
    d->detail = b.s;

    /* Since it was done it waited for the requester, or was over. */
    o->suspended_ms += instant_since(o->completed_at, d->c->now);
    o->judged = 0;
    o->promised = NULL;
}

/* -- looking back ----------------------------------------------------------- */

static const char stars_before[] =
    "SELECT life, stars FROM rating WHERE order_id = $1 AND life < $2"
    " ORDER BY life";

/* What earlier lives were found: 0 where they were not rated. */
#define MOST_LIVES 64
static enum err
read_stars(struct call *c, const struct order *o, int64_t stars[MOST_LIVES])
{
    ROWS r = db_query(c, stars_before, V(o->id), V(o->reopens));

    while (rows_next(&r)) {
        int64_t life = row_int(&r, 0);

        if (life >= 0 && life < MOST_LIVES)
            stars[life] = row_int(&r, 1);
    }
    return rows_end(&r);
}

static void
write_round(struct json_out *out, const struct event *e,
            const int64_t stars[MOST_LIVES], int64_t life)
{
    bool ends_life = text_same(e->verb, "reopen");

    json_begin(out);
    json_put_text(out, "ended_by", e->verb);
    put_time(out, "ended_at", e->at);
    json_put_text(out, "reason", e->reason);
    /* A life is rated, not each round of it. */
    if (ends_life && life < MOST_LIVES && stars[life] != 0)
        json_put_int(out, "stars", stars[life]);
    json_key(out, "was");
    json_raw(out, e->detail ? e->detail : "null");
    json_end(out);
}

/* Events of before there were rounds say no more than that there was one. */
enum err
read_rounds(struct call *c, const struct order *o, unsigned who,
            const char **json)
{
    struct list l = { .model = &event_model, .limit = 50 };
    struct event_view v = { .noun = "order", .noun_id = o->id };
    int64_t stars[MOST_LIVES] = { 0 }, life = 0;
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);
    struct event *events;
    bool some = false;

    *json = "[]";
    if (o->reworks + o->reopens == 0)
        return OK;
    l.filters[l.n_filters++] =
        (struct filter){ model_field(&event_model, "verb"), ONE_OF,
                         "rework,reopen" };
    TRY(event_list(c, &l, &v));
    if (may_see_rating(c, o, who))
        TRY(read_stars(c, o, stars));
    events = l.rows;
    TRY(order_withhold(c, o, events, l.n, &some));
    json_begin_list(&out);
    for (size_t i = 0; i < l.n; i++) {
        write_round(&out, &events[i], stars, life);
        life += text_same(events[i].verb, "reopen");
    }
    json_end_list(&out);
    *json = b.s;
    return OK;
}
