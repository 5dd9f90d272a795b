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
    if (auth_may_at(c, "order.dispatch", &at))
        who |= BY_DISPATCH;
    if (auth_may_at(c, "order.approve", &at))
        who |= BY_APPROVER;
    if (auth_may_at(c, "order.extend", &at))
        who |= BY_EXTENDER;
    if (who != 0 || in_crew(c, o->crew_id) || auth_may_at(c, "order.see", &at))
        who |= BY_ANYONE;
    return who;
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
    return (who & ~(unsigned)(BY_REQUESTER | BY_ANYONE)) != 0;
}

bool
order_may_hear(struct call *c, const struct order *o, const char *verb,
               bool internal)
{
    unsigned who = order_who(c, o);

    return who != 0 && (!internal || serves(who))
           && (strcmp(verb, "rate") != 0 || may_see_rating(c, o, who));
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
    "SELECT id, order_id, person_id, crew_id, stars, tags, comment, at"
    " FROM rating WHERE order_id = $1";

/* The rating in JSON, for whoever may see it. */
static enum err
read_rating(struct call *c, const struct order *o, const char **json)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);
    struct rating r;
    ROWS rows = db_query(c, rated_by, V(o->id));

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
static const char merged_in[] =
    "SELECT id, number, state, title, requester_name FROM orders"
    " WHERE merged_into_id = $1 ORDER BY id";

/* Those of them that the actor may see. */
static enum err
write_relatives(struct call *c, const char *sql, int64_t id,
                const char *last_key, const char **json)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct order one;
    ROWS r = db_query_s(c, &(struct statement){ sql, { V(id) } });

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
        json_put_text(&o, last_key, row_text(&r, 4));
        json_end(&o);
    }
    json_end_list(&o);
    *json = b.s;
    return rows_end(&r);
}

enum err
order_fill_view(struct call *c, struct order_view *v)
{
    unsigned who = order_who(c, &v->order);
    struct order_facts facts = { 0 };
    struct service_item item;
    struct offers offer;

    TRY(order_facts(c, v->order.id, &facts));
    v->rating = NULL;
    if (facts.votes > 0 && may_see_rating(c, &v->order, who))
        TRY(read_rating(c, &v->order, &v->rating));
    TRY(life_offer(c, &order_life, &v->order, &facts, &offer));
    v->verbs = offer.verbs;
    v->why_not = offer.why_not;
    v->fields = order_item(c, &v->order, &item) ? item.fields : NULL;
    TRY(write_relatives(c, legs_of, v->order.id, "crew_name", &v->legs));
    /* Who else asked is for those who serve. */
    v->merged = "[]";
    if (serves(who))
        TRY(write_relatives(c, merged_in, v->order.id, "requester_name",
                            &v->merged));
    return OK;
}

enum err
order_get(struct call *c, int64_t id, struct order_view *out)
{
    return life_get(c, &order_life, id, out);
}

/* -- lists ----------------------------------------------------------------- */

/*
 * The orders an actor may see without order.see everywhere: his own, his
 * crews', his provider's, and those in the scopes where he holds a role that
 * sees others' orders.
 */
#define SEEN_BY                                                                \
    "requester_id = $1"                                                        \
    " OR crew_id IN (SELECT m.crew_id FROM crew_member m"                      \
    "   JOIN crew k ON k.id = m.crew_id"                                       \
    "   LEFT JOIN provider v ON v.id = k.provider_id"                          \
    "   WHERE m.person_id = $1 AND k.active = 1"                               \
    "   AND COALESCE(v.active, 1) = 1)"                                        \
    " OR provider_id = $2"                                                     \
    " OR EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = $3"           \
    "   AND g.role IN (" AUTH_ROLES_THAT_SEE ") AND " AUTH_GRANT_WORKS         \
    "   AND ((g.scope = 'crew' AND g.scope_id = orders.crew_id)"               \
    "     OR (g.scope = 'provider' AND g.scope_id = orders.provider_id)"       \
    "     OR (g.scope = 'unit' AND EXISTS (SELECT 1 FROM unit u, unit top"     \
    "          WHERE u.id = orders.unit_id AND top.id = g.scope_id"            \
    "            AND u.path LIKE top.path || '%'))"                            \
    "     OR (g.scope = 'place' AND EXISTS (SELECT 1 FROM place p, place top"  \
    "          WHERE p.id = orders.place_id AND top.id = g.scope_id"           \
    "            AND p.path LIKE top.path || '%'))))"
const char order_seen_by[] = SEEN_BY;
const char order_seen_by_open[] = "is_open = 1 AND (" SEEN_BY ")";

size_t
order_seen_values(const struct call *c, struct value out[3])
{
    int64_t provider = 0;

    for (size_t i = 0; i < c->actor->n_grants; i++)
        if (strcmp(c->actor->grants[i].role, "provider") == 0
            && c->actor->grants[i].scope == SCOPE_PROVIDER
            && c->actor->grants[i].scope_id == c->actor->provider_id)
            provider = c->actor->provider_id;
    out[0] = V(c->actor->person_id);
    out[1] = V(provider ? provider : INT64_C(-1));
    out[2] = V(c->actor->account_id);
    return 3;
}

const struct auth_where order_anywhere = { 0, 0, 0, 0 };

/* Internal comments are for those who serve, and that somebody rated it, and
   when, for those who may see how. */
enum err
order_events(struct call *c, struct list *l, int64_t id)
{
    static const char *const where[2][2] = {
        { "order_id = $1 AND internal = 0 AND verb <> 'rate'",
          "order_id = $1 AND internal = 0" },
        { "order_id = $1 AND verb <> 'rate'", "order_id = $1" }
    };
    struct order o;
    unsigned who;

    TRY(order_load(c, id, &o));
    who = order_who(c, &o);
    l->where = where[serves(who)][may_see_rating(c, &o, who)];
    l->values[0] = V(id);
    l->n_values = 1;
    return model_list(c, l);
}

/* -- the board and the load ------------------------------------------------ */

static const char all_counts[] =
    "SELECT state, COUNT(*) FROM orders WHERE is_open = 1 GROUP BY state";
static const char all_overdue[] =
    "SELECT COUNT(*) FROM orders WHERE is_open = 1 AND complete_due < $1"
    " AND completed_at IS NULL AND suspended_at IS NULL";
static const char seen_counts[] =
    "SELECT state, COUNT(*) FROM orders WHERE is_open = 1 AND (" SEEN_BY ")"
    " GROUP BY state";
static const char seen_overdue[] =
    "SELECT COUNT(*) FROM orders WHERE is_open = 1 AND (" SEEN_BY ")"
    " AND complete_due < $4 AND completed_at IS NULL AND suspended_at IS NULL";

static enum err
read_counts(struct rows *r, struct order_board *b)
{
    while (rows_next(r))
        for (int s = 0; s < N_ORDER_STATES; s++)
            if (text_same(row_text(r, 0), order_states[s]))
                b->counts[s] = row_int(r, 1);
    return rows_end(r);
}

enum err
order_board(struct call *c, struct order_board *b)
{
    struct value who[3];
    bool all;

    TRY(auth_need(c, "order.see", NULL));
    (void)order_seen_values(c, who);
    all = auth_may_at(c, "order.see", &order_anywhere);
    {
        ROWS r = all ? db_query(c, all_counts)
                     : db_query(c, seen_counts, who[0], who[1], who[2]);

        TRY(read_counts(&r, b));
    }
    if (all)
        return db_int(c, &b->overdue, all_overdue, V(c->now));
    return db_int(c, &b->overdue, seen_overdue, who[0], who[1], who[2],
                  V(c->now));
}

#define ANOTHER(who)                                                           \
    "SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE is_open = 1"             \
    " AND merged_into_id IS NULL AND " who " LIMIT 1) AS one"
static const char another_open[] = ANOTHER("id <> $1");
static const char another_seen[] = ANOTHER("id <> $4 AND (" SEEN_BY ")");

enum err
order_another_open(struct call *c, int64_t id, bool *some)
{
    struct value who[3];
    int64_t n = 0;

    (void)order_seen_values(c, who);
    if (auth_may_at(c, "order.see", &order_anywhere))
        TRY(db_int(c, &n, another_open, V(id)));
    else
        TRY(db_int(c, &n, another_seen, who[0], who[1], who[2], V(id)));
    *some = n > 0;
    return OK;
}

static const char open_of_member[] =
    "SELECT COUNT(*) FROM orders WHERE crew_id = $1 AND is_open = 1"
    " AND assignee_id = $2 AND completed_at IS NULL";
static const char crew_counts[] =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN acknowledged_at IS NOT NULL"
    " THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN complete_due < $2"
    " AND suspended_at IS NULL THEN 1 ELSE 0 END), 0) FROM orders"
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
