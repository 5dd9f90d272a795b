/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was said of an order while it was another thing: a complaint that was
 * found to be a lamp, a lamp that was found to hang elsewhere than in a secrecy
 * area.  Whoever might not have seen it as it was reads that something was said
 * then, and when, and by whom, and none of the words.
 *
 * A correction of the item or the place says in its detail how the order lay
 * until then ("sight"); what is older than it was said in that sight, and the
 * correction itself, which tells the old and the new, in that one and the next.
 * What was said in an order that is merged into this one was said in that one's.
 */
#include <jansson.h>
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "json/json.h"

#define WITHHELD "{\"withheld\":true}"

/* How an order lay until the event ID. */
struct sight {
    int64_t id;
    int64_t item_id, place_id, crew_id, provider_id;
    bool unknown; /* which item it was was not kept */
};

struct sights {
    const struct order *now;
    struct sight *all; /* the oldest first */
    size_t n, cap;
};

static void
put_sight(struct json_out *out, const struct order *o)
{
    json_key(out, "sight");
    json_begin(out);
    json_put_int(out, "item_id", o->item_id);
    json_put_int(out, "place_id", o->place_id);
    json_put_int(out, "crew_id", o->crew_id);
    json_put_int(out, "provider_id", o->provider_id);
    json_end(out);
}

void
order_put_sight(struct json_out *out, const struct order *old,
                const struct order *o)
{
    if (old->item_id != o->item_id || old->place_id != o->place_id)
        put_sight(out, old);
}

const char *
order_said_in(struct call *c, const struct order *o)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);

    json_begin(&out);
    json_put_text(&out, "merged", o->number);
    put_sight(&out, o);
    json_end(&out);
    return b.s;
}

/* -- reading them --------------------------------------------------------------- */

/* Does the detail of a correction tell of another item or place? */
static bool
is_elsewhere(const json_t *detail)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(detail, "changes"), i, one)
    {
        const char *what = json_string_value(json_object_get(one, "what"));

        if (text_same(what, "item") || text_same(what, "place"))
            return true;
    }
    return false;
}

static int64_t
id_in(const json_t *sight, const char *key)
{
    return json_integer_value(json_object_get(sight, key));
}

static struct sight *
add_sight(struct call *c, struct sights *s)
{
    if (s->n == s->cap) {
        const size_t cap = s->cap ? 2 * s->cap : 8;
        struct sight *all = NEW_N(c->arena, struct sight, cap);

        if (s->n > 0)
            memcpy(all, s->all, s->n * sizeof *all);
        s->all = all;
        s->cap = cap;
    }
    return &s->all[s->n++];
}

static void
take_sight(struct call *c, struct sights *s, const struct event *e)
{
    json_t *detail = json_loads(e->detail, 0, NULL);
    const json_t *sight = json_object_get(detail, "sight");

    if (sight != NULL || is_elsewhere(detail))
        *add_sight(c, s) = (struct sight){
            .id = e->id,
            .item_id = id_in(sight, "item_id"),
            .place_id = id_in(sight, "place_id"),
            .crew_id = id_in(sight, "crew_id"),
            .provider_id = id_in(sight, "provider_id"),
            .unknown = sight == NULL
        };
    json_decref(detail);
}

static enum err
read_sights(struct call *c, struct sights *s)
{
    const struct event_view v = {
        .noun = "order", .noun_id = s->now->id, .internal = true
    };
    struct list l = { .model = &event_model, .limit = 500, .no_total = true };
    const struct field *verb = model_field(&event_model, "verb");

    /* Each page is asked for anew: event_list adds to what it is given. */
    do {
        struct list page = l;
        const struct event *e;

        page.filters[page.n_filters++] =
            (struct filter){ verb, ONE_OF, "correct,resubmit" };
        TRY(event_list(c, &page, &v));
        e = page.rows;
        for (size_t i = 0; i < page.n; i++)
            if (e[i].detail != NULL)
                take_sight(c, s, &e[i]);
        l.cursor = page.next;
    } while (l.cursor != NULL);
    return OK;
}

/* -- whose eyes ------------------------------------------------------------------ */

static bool
had_it(const struct call *c, const struct sight *s)
{
    for (size_t i = 0; s->crew_id != 0 && i < c->actor->n_crews; i++)
        if (c->actor->crews[i] == s->crew_id)
            return true;
    return s->provider_id != 0 && s->provider_id == c->actor->provider_id;
}

/* Might the actor have seen the order NOW as it lay then?  Where in the office
   it lay is not asked: whoever goes on with it must know what was said. */
static enum err
may_read(struct call *c, const struct order *now, const struct sight *s,
         bool *may)
{
    const struct auth_where at = { now->unit_id, s->crew_id, s->place_id,
                                   s->provider_id };
    struct order then = *now;
    bool secret = false;

    then.item_id = s->item_id;
    /* Of whoever let it pass it was the business until they had. */
    then.state = ORDER_SUBMITTED;
    *may = s->unknown ? order_is_handled(c, &then, &at)
                      : order_is_open_to(c, &then, &at);
    if (!*may || s->place_id == 0 || !auth_from_outside(c) || had_it(c, s))
        return OK;
    TRY(place_is_restricted(c, s->place_id, &secret));
    *may = !secret;
    return OK;
}

/* -- events ---------------------------------------------------------------------- */

static const char find_lies[] =
    "SELECT item_id, COALESCE(place_id, 0) FROM orders WHERE number = $1";

/* Of what was passed on before how it lay was kept: as it lies now. */
static enum err
find_sight(struct call *c, const char *number, struct sight *s)
{
    ROWS r = db_query(c, find_lies, V(number));

    if (rows_next(&r)) {
        s->item_id = row_int(&r, 0);
        s->place_id = row_int(&r, 1);
    }
    return rows_end(&r);
}

/* What was said in another order that is merged into this one: whoever has this
   one's work hears it (order_comment_passed_on). */
static enum err
may_read_merged(struct call *c, const struct sights *s, const struct event *e,
                bool *may)
{
    json_t *detail = e->detail ? json_loads(e->detail, 0, NULL) : NULL;
    const json_t *kept = json_object_get(detail, "sight");
    const char *number =
        arena_text(c->arena,
                   json_string_value(json_object_get(detail, "merged")));
    struct sight sight = { .item_id = id_in(kept, "item_id"),
                           .place_id = id_in(kept, "place_id"),
                           .crew_id = s->now->crew_id,
                           .provider_id = s->now->provider_id };

    json_decref(detail);
    if (number == NULL)
        return OK;
    if (sight.item_id == 0)
        TRY(find_sight(c, number, &sight));
    return may_read(c, s->now, &sight, may);
}

static enum err
look_at(struct call *c, const struct sights *s, struct event *e, bool *some)
{
    bool may = true;
    size_t i = 0;

    /* What one said oneself one may read. */
    if (e->actor_id != 0 && e->actor_id == c->actor->person_id)
        return OK;
    while (i < s->n && s->all[i].id < e->id)
        i++;
    if (i < s->n)
        TRY(may_read(c, s->now, &s->all[i], &may));
    if (may && i + 1 < s->n && s->all[i].id == e->id)
        TRY(may_read(c, s->now, &s->all[i + 1], &may));
    if (may && text_same(e->verb, LIFE_COMMENT))
        TRY(may_read_merged(c, s, e, &may));
    if (may)
        return OK;
    e->reason = e->note = NULL;
    e->detail = WITHHELD;
    *some = true;
    return OK;
}

enum err
order_withhold(struct call *c, const void *order, struct event *events,
               size_t n, bool *some)
{
    struct sights s = { .now = order };

    if (n == 0 || c->actor == NULL)
        return OK;
    TRY(read_sights(c, &s));
    for (size_t i = 0; i < n; i++)
        TRY(look_at(c, &s, &events[i], some));
    return OK;
}
