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
 * What was said in an order that is merged into this one was said in that one's,
 * and why the two were merged or split in both.
 *
 * The order's own columns have no past: those that are IN_CONFIDENCE are emptied
 * by such a correction, whose event keeps what was in them.
 */
#include <jansson.h>
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/member.h"
#include "json/json.h"

#define WITHHELD "{\"withheld\":true}"
#define OTHERS "{\"others\":["

/* How an order lay until the event ID. */
struct sight {
    int64_t id;
    int64_t item_id, place_id, crew_id, provider_id;
    int64_t requester_id; /* of another order; 0: of this one */
    bool has_hands; /* crew and provider are its own, not of the one it is in */
    bool unknown;   /* which item it was was not kept */
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

static const char *
put_lying(struct call *c, const char *key, const struct order *o)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);

    json_begin(&out);
    json_put_text(&out, key, o->number);
    put_sight(&out, o);
    json_end(&out);
    return b.s;
}

const char *
order_said_in(struct call *c, const struct order *o)
{
    return put_lying(c, "merged", o);
}

/* {"others":[{"number":"...","sight":{...}}]}, and what is in MORE. */
const char *
order_said_with(struct call *c, const struct order *o, const char *more)
{
    const char *one = put_lying(c, "number", o);
    const int n = more ? (int)strlen(more) : 0;

    if (n == 0)
        return arena_printf(c->arena, OTHERS "%s]}", one);
    if (text_starts(more, OTHERS))
        return arena_printf(c->arena, "%.*s,%s]}", n - 2, more, one);
    return arena_printf(c->arena, "%.*s,%s%s]}", n - 1, more, &OTHERS[1], one);
}

/* -- what has no past ----------------------------------------------------------- */

static bool
is_of_then(const struct field *f)
{
    return (f->flags & IN_CONFIDENCE) != 0;
}

enum err
order_keep_confidence(struct call *c, const struct order *old, struct order *o)
{
    const struct model *m = &order_model;
    bool opens = old->item_id != o->item_id && order_is_discreet(c, old);

    if (!opens && old->place_id != 0 && old->place_id != o->place_id)
        TRY(place_is_restricted(c, old->place_id, &opens));
    for (size_t i = 0; opens && i < m->n; i++)
        if (is_of_then(&m->fields[i]))
            member_copy(&m->fields[i], o, NULL);
    return OK;
}

void
order_put_emptied(struct json_out *out, const struct order *old,
                  const struct order *o)
{
    const struct model *m = &order_model;

    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (!is_of_then(f) || !member_is_said(f, old) || member_is_said(f, o))
            continue;
        json_begin(out);
        json_put_text(out, "what", f->name);
        json_key(out, "from");
        member_write_json(out, f, old);
        json_put_text(out, "to", NULL);
        json_end(out);
    }
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
    if (s->requester_id != 0)
        then.requester_id = s->requester_id;
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

/* -- of another order -------------------------------------------------------------- */

/* Of what was passed on before how it lay was kept: as it lies now. */
static const char find_lies[] =
    "SELECT requester_id, item_id, COALESCE(place_id, 0) FROM orders"
    " WHERE number = $1";

static enum err
find_sight(struct call *c, const char *number, struct sight *s)
{
    ROWS r = db_query(c, find_lies, V(number));

    if (rows_next(&r)) {
        s->requester_id = row_int(&r, 0);
        if (s->item_id == 0) {
            s->item_id = row_int(&r, 1);
            s->place_id = row_int(&r, 2);
        }
    }
    return rows_end(&r);
}

/* Is the event that of the order which was merged, or split off? */
static bool
is_of_the_merged(const struct event *e)
{
    return text_same(e->verb, "merge") || text_same(e->verb, "split_off");
}

static bool
is_merging(const struct event *e)
{
    return is_of_the_merged(e) || text_same(e->verb, "absorb")
           || text_same(e->verb, "release") || text_same(e->verb, "draw_in");
}

/* Of what is merged into this one whoever has its work hears
   (order_comment_passed_on): not a crew that the rules alone name. */
static enum err
may_read_one(struct call *c, const struct order *now, const char *number,
             struct sight s, bool *may)
{
    const bool given = now->dispatched_at.ms != 0;

    if (number == NULL)
        return OK;
    TRY(find_sight(c, number, &s));
    if (!s.has_hands) {
        s.crew_id = given ? now->crew_id : 0;
        s.provider_id = given ? now->provider_id : 0;
    }
    return may_read(c, now, &s, may);
}

/* ONE of the orders that a detail tells of: a sight, and the number under KEY. */
static enum err
may_read_lying(struct call *c, const struct order *now, const struct event *e,
               const json_t *one, bool *may)
{
    const bool merging = is_merging(e);
    const json_t *kept = json_object_get(one, "sight");
    const char *number =
        json_string_value(json_object_get(one, merging ? "number" : "merged"));

    return may_read_one(c, now, arena_text(c->arena, number),
                        (struct sight){
                            .has_hands = is_of_the_merged(e),
                            .item_id = id_in(kept, "item_id"),
                            .place_id = id_in(kept, "place_id"),
                            .crew_id = id_in(kept, "crew_id"),
                            .provider_id = id_in(kept, "provider_id") },
                        may);
}

/* The first line of a note: the numbers of the orders, which are for all. */
static const char *
numbers_of(struct call *c, const struct event *e)
{
    return e->note ? arena_printf(c->arena, "%.*s", (int)strcspn(e->note, "\n"),
                                  e->note)
                   : NULL;
}

/* Of mergings before how the others lay was kept. */
static enum err
may_read_numbers(struct call *c, const struct order *now, const struct event *e,
                 bool *may)
{
    char *rest = arena_text(c->arena, numbers_of(c, e)), *one;

    while (*may && rest != NULL && (one = strsep(&rest, ", ")) != NULL)
        if (*one != '\0')
            TRY(may_read_one(c, now, one,
                             (struct sight){
                                 .id = is_of_the_merged(e) ? e->id : 0 },
                             may));
    return OK;
}

/* What was said in another order that is merged into this one, or why they
   were merged. */
static enum err
may_read_others(struct call *c, const struct order *now, const struct event *e,
                bool *may)
{
    json_t *detail = e->detail ? json_loads(e->detail, 0, NULL) : NULL;
    const json_t *others = json_object_get(detail, "others"), *one;
    enum err r = OK;
    size_t i;

    if (!is_merging(e))
        r = may_read_lying(c, now, e, detail, may);
    else if (others == NULL)
        r = may_read_numbers(c, now, e, may);
    json_array_foreach(others, i, one) if (r == OK && *may) r =
        may_read_lying(c, now, e, one, may);
    json_decref(detail);
    return r;
}

/* -- events ---------------------------------------------------------------------- */

/* How the order itself lay when it was said. */
static enum err
may_read_then(struct call *c, const struct sights *s, const struct event *e,
              bool *may)
{
    size_t i = 0;

    while (i < s->n && s->all[i].id < e->id)
        i++;
    if (i < s->n)
        TRY(may_read(c, s->now, &s->all[i], may));
    if (*may && i + 1 < s->n && s->all[i].id == e->id)
        TRY(may_read(c, s->now, &s->all[i + 1], may));
    return OK;
}

static enum err
look_at(struct call *c, const struct sights *s, struct event *e, bool *some)
{
    const char *numbers = NULL;
    bool may = true;

    /* What one said oneself one may read. */
    if (e->actor_id != 0 && e->actor_id == c->actor->person_id)
        return OK;
    TRY(may_read_then(c, s, e, &may));
    if (may && (is_merging(e) || text_same(e->verb, LIFE_COMMENT))) {
        TRY(may_read_others(c, s->now, e, &may));
        numbers = is_merging(e) ? numbers_of(c, e) : NULL;
    }
    if (may)
        return OK;
    e->reason = NULL;
    e->note = numbers;
    e->detail = WITHHELD;
    *some = true;
    return OK;
}

/* How others lay is kept to be asked here, and is told to nobody. */
static void
drop_others(struct event *e)
{
    if (!is_merging(e) || e->detail == NULL)
        return;
    if (text_starts(e->detail, OTHERS))
        e->detail = NULL;
    else if (strstr(e->detail, &OTHERS[1]) != NULL)
        e->detail = ORDER_UNTOLD;
}

enum err
order_withhold(struct call *c, const void *order, struct event *events,
               size_t n, bool *some)
{
    struct sights s = { .now = order };

    if (n == 0 || c->actor == NULL)
        return OK;
    TRY(read_sights(c, &s));
    for (size_t i = 0; i < n; i++) {
        TRY(look_at(c, &s, &events[i], some));
        drop_others(&events[i]);
    }
    return OK;
}
