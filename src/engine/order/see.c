/* SPDX-License-Identifier: Apache-2.0 */
/* Who may see an order, and looking at it. */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "json/json.h"

/* -- who ------------------------------------------------------------------- */

static bool
in_crew(const struct call *c, int64_t crew_id)
{
    for (size_t i = 0; crew_id != 0 && i < c->actor->n_crews; i++)
        if (c->actor->crews[i] == crew_id)
            return true;
    return false;
}

unsigned
order_who(struct call *c, const struct order *o)
{
    struct auth_where at = { o->unit_id, o->crew_id, o->place_id,
                             o->provider_id };
    unsigned who = 0;

    if (c->actor == NULL)
        return 0;
    if (o->requester_id == c->actor->person_id)
        who |= BY_REQUESTER;
    if (o->crew_id != 0 && auth_may_at(c, "order.work", &at)
        && (in_crew(c, o->crew_id)
            || (o->provider_id != 0
                && o->provider_id == c->actor->provider_id)))
        who |= BY_CREW;
    if (auth_may_at(c, "order.accept", &at))
        who |= BY_DESK;
    /* The desk speaks for a caller who is in no list. */
    if (o->unlisted && who & BY_DESK)
        who |= BY_REQUESTER;
    if (auth_may_at(c, "order.dispatch", &at))
        who |= BY_DISPATCH;
    if (auth_may_at(c, "order.approve", &at))
        who |= BY_APPROVER;
    if (auth_may_at(c, "order.extend", &at))
        who |= BY_EXTENDER;
    if (who == 0 && !in_crew(c, o->crew_id)
        && !auth_may_at(c, "order.see", &at))
        return 0;
    return order_is_open_to(c, o, &at) ? who | BY_ANYONE : 0;
}

bool
order_may_see(struct call *c, const struct order *o)
{
    return order_who(c, o) != 0;
}

/* Those who serve, as opposed to the one who is served. */
static bool
serves(unsigned who)
{
    return (who & order_life.insiders) != 0;
}

bool
order_hears(struct call *c, const void *order, unsigned who, const char *verb)
{
    return strcmp(verb, "rate") != 0 || may_see_rating(c, order, who);
}

/* -- one order ------------------------------------------------------------- */

enum err
order_load(struct call *c, int64_t id, struct order *o)
{
    return life_load(c, &order_life, id, o);
}

bool
may_see_rating(struct call *c, const struct order *o, unsigned who)
{
    struct auth_where at = { o->unit_id, o->crew_id, o->place_id,
                             o->provider_id };
    bool own =
        in_crew(c, o->crew_id)
        || (o->provider_id != 0 && o->provider_id == c->actor->provider_id);

    /* A crew sees no single score, whatever else its people are. */
    return who & BY_REQUESTER || (!own && auth_may_at(c, "rating.see", &at));
}

static const char rated_by[] =
    "SELECT id, order_id, life, person_id, crew_id, stars, tags, comment, at"
    " FROM rating WHERE order_id = $1 AND life = $2";

/* The rating in JSON, for whoever may see it. */
static enum err
read_rating(struct call *c, const struct order *o, const char **json)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);
    struct rating r;
    ROWS rows = db_query(c, rated_by, V(o->id), V(o->reopens));

    if (rows_next(&rows)) {
        model_read_row(&rating_model, &rows, &r);
        model_write_json(&out, &rating_model, &r);
        *json = b.s;
    }
    return rows_end(&rows);
}

static const char legs_of[] =
    "SELECT id, number, state, title, crew_name FROM orders"
    " WHERE parent_id = $1 ORDER BY id";

/* Those of them that the actor may see. */
static enum err
write_legs(struct call *c, int64_t id, const char **json)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct order one;
    ROWS r = db_query(c, legs_of, V(id));

    json_begin_list(&o);
    while (rows_next(&r)) {
        TRY(model_get(c, &order_model, row_int(&r, 0), &one));
        if (!order_may_see(c, &one))
            continue;
        json_begin(&o);
        json_put_int(&o, "id", row_int(&r, 0));
        json_put_text(&o, "number", row_text(&r, 1));
        json_put_text(&o, "state", row_text(&r, 2));
        json_put_text(&o, "title", row_text(&r, 3));
        json_put_text(&o, "crew_name", row_text(&r, 4));
        json_end(&o);
    }
    json_end_list(&o);
    *json = b.s;
    return rows_end(&r);
}

/* Whoever gave it out must know that nobody hears of it. */
static enum err
warn_untold(struct call *c, struct order_view *v)
{
    int64_t n;

    if (v->order.state != ORDER_DISPATCHED)
        return OK;
    TRY(count_reachable(c, &v->order, &n));
    if (n == 0)
        v->warning = words_in(c, v->order.assignee_id
                                     ? "whoever has it has no account and is "
                                       "not told: please telephone"
                                     : "nobody of the crew has an account: "
                                       "please telephone");
    return OK;
}

/* What lies beside it, as far as facts say that there is any. */
static enum err
write_beside(struct call *c, struct order_view *v, const struct order_facts *f)
{
    v->legs = "[]";
    v->followers = f->followers;
    if (f->legs > 0)
        TRY(write_legs(c, v->order.id, &v->legs));
    return f->merged > 0 ? count_followers(c, v->order.id, &v->followers) : OK;
}

static enum err
fill_view(struct call *c, struct order_view *v, struct order_facts *facts)
{
    unsigned who = order_who(c, &v->order);
    struct service_item item;
    struct offers offer;

    v->rating = NULL;
    if (facts->votes > 0 && may_see_rating(c, &v->order, who))
        TRY(read_rating(c, &v->order, &v->rating));
    TRY(read_rounds(c, &v->order, who, &v->rounds));
    TRY(life_offer(c, &order_life, &v->order, facts, &offer));
    v->verbs = offer.verbs;
    v->why_not = offer.why_not;
    v->fields = order_item(c, &v->order, &item) ? item.fields : NULL;
    TRY(write_beside(c, v, facts));
    /* Who else asked is for those who serve. */
    v->merged = "[]";
    v->warning = NULL;
    if (!serves(who))
        return OK;
    TRY(warn_untold(c, v));
    return facts->merged > 0 ? order_write_merged(c, v->order.id, &v->merged)
                             : OK;
}

enum err
order_fill_view(struct call *c, struct order_view *v)
{
    struct order_facts facts = { 0 };

    TRY(order_facts(c, v->order.id, &facts));
    return fill_view(c, v, &facts);
}

enum err
order_fill_new(struct call *c, struct order_view *v, size_t n_legs)
{
    struct order_facts facts = { .legs = (int64_t)n_legs,
                                 .open_legs = (int64_t)n_legs };

    return fill_view(c, v, &facts);
}

enum err
order_get(struct call *c, int64_t id, struct order_view *out)
{
    return life_get(c, &order_life, id, out);
}

/* -- lists ----------------------------------------------------------------- */

const struct auth_where order_anywhere = { 0, 0, 0, 0 };

const struct auth_columns order_lies = { .unit = "unit_id",
                                         .crew = "crew_id",
                                         .place = "place_id",
                                         .provider = "provider_id" };

/* One's own, and what lies where order.see is held: by a role, by being in a
   crew, by working for a provider. */
enum err
order_limit(struct call *c, struct list *l)
{
    order_hide_discreet(c, l);
    if (auth_may_at(c, "order.see", &order_anywhere))
        return OK;
    (void)list_part(l, arena_printf(c->arena, "requester_id = $%zu",
                                    list_bind(c, l, V(c->actor->person_id))));
    return auth_may(c, "order.see") ? auth_limit(c, "order.see", &order_lies, l)
                                    : OK;
}

/* -- the board and the load ------------------------------------------------ */

static enum err
read_counts(struct rows *r, struct order_board *b)
{
    while (rows_next(r))
        for (int s = 0; s < N_ORDER_STATES; s++)
            if (text_same(row_text(r, 0), order_states[s]))
                b->counts[s] = row_int(r, 1);
    return rows_end(r);
}

/* The open orders that the caller sees, as the conditions of a list. */
static enum err
open_seen(struct call *c, struct list *l)
{
    *l = (struct list){ .model = &order_model };
    list_and(c, l, "is_open = 1");
    TRY(order_limit(c, l));
    list_join_parts(c, l);
    return OK;
}

enum err
order_board(struct call *c, struct order_board *b)
{
    struct list l;

    TRY(auth_need(c, "order.see", NULL));
    TRY(open_seen(c, &l));
    {
        ROWS r = list_query(c, &l, "state, COUNT(*)", "GROUP BY state");

        TRY(read_counts(&r, b));
    }
    list_and(c, &l, "nearest_due < $%zu", list_bind(c, &l, V(c->now)));
    ROWS r = list_query(c, &l, "COUNT(*)", "");
    if (rows_next(&r))
        b->overdue = row_int(&r, 0);
    return rows_end(&r);
}

/* Of the index of what was completed: the first row that fits. */
static const char find_done[] =
    "SELECT id FROM orders WHERE COALESCE(completed_at, 0) <> 0"
    " AND state IN ('verified', 'closed') LIMIT 1";

enum err
order_was_done(struct call *c, bool *done)
{
    int64_t id = 0;

    TRY(db_int(c, &id, find_done));
    *done = id != 0;
    return OK;
}

enum err
order_another_open(struct call *c, const struct order *o, bool *some)
{
    struct list l;

    TRY(open_seen(c, &l));
    list_and(c, &l,
             "COALESCE(state, '') IN ('submitted', 'accepted', 'dispatched',"
             " 'acknowledged', 'on_site', 'in_progress', 'suspended')"
             " AND id <> $%zu",
             list_bind(c, &l, V(o->id)));
    /* A leg is merged into one beside it: these are few, and have an index. */
    if (o->parent_id != 0)
        list_and(c, &l, "parent_id = $%zu", list_bind(c, &l, V(o->parent_id)));
    ROWS r =
        list_query(c, &l, "1", o->parent_id != 0 ? "LIMIT 1" : ORDER_OLDEST);
    *some = rows_next(&r);
    return rows_end(&r);
}

static const char by_state[] =
    "SELECT state, COUNT(*) FROM orders WHERE is_open = 1 GROUP BY state";
static const char all_overdue[] =
    "SELECT COUNT(*) FROM orders WHERE is_open = 1 AND nearest_due < $1";
static const char earliest_wake[] =
    "SELECT COALESCE(MIN(wake_at), 0) FROM orders WHERE wake_at IS NOT NULL";

enum err
order_totals(struct call *c, struct order_totals *out)
{
    *out = (struct order_totals){ .n = 0 };
    {
        ROWS r = db_query(c, by_state);

        while (out->n < COUNT(out->by_state) && rows_next(&r)) {
            out->by_state[out->n].state = row_text(&r, 0);
            out->by_state[out->n++].open = row_int(&r, 1);
        }
        TRY(rows_end(&r));
    }
    TRY(db_int(c, &out->overdue, all_overdue, V(c->now)));
    return db_int(c, &out->wake_at.ms, earliest_wake);
}

static const char open_of_member[] =
    "SELECT COUNT(*) FROM orders WHERE crew_id = $1 AND is_open = 1"
    " AND assignee_id = $2 AND completed_at IS NULL";
static const char crew_counts[] =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN acknowledged_at IS NOT NULL"
    " THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN nearest_due < $2"
    " THEN 1 ELSE 0 END), 0) FROM orders"
    " WHERE crew_id = $1 AND is_open = 1 AND completed_at IS NULL";

enum err
order_crew_load(struct call *c, struct crew_load *l)
{
    struct crew_hand *hands;
    struct auth_where at;

    TRY(crew_where(c, l->id, &at));
    TRY(auth_need(c, "order.dispatch", &at));
    {
        ROWS r = db_query(c, crew_counts, V(l->id), V(c->now));

        if (rows_next(&r)) {
            l->open = row_int(&r, 0);
            l->on_hand = row_int(&r, 1);
            l->overdue = row_int(&r, 2);
        }
        TRY(rows_end(&r));
    }
    TRY(crew_hands(c, l->id, c->now, &hands, &l->n));
    l->members = NEW_N(c->arena, struct crew_load_member, l->n);
    for (size_t i = 0; i < l->n; i++) {
        l->members[i] = (struct crew_load_member){
            .person_id = hands[i].person_id,
            .name = hands[i].name,
            .skills = hands[i].skills,
            .lead = hands[i].lead,
            .on_duty = hands[i].on_duty
        };
        TRY(db_int(c, &l->members[i].open, open_of_member, V(l->id),
                   V(hands[i].person_id)));
    }
    return OK;
}
