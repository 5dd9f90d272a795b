/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A year of orders by rule from a seed: more in office hours than at night,
 * heating in winter and cooling in summer, done within the promise but for
 * the few that are not.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "demo/inner.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/order.h"
#include "model/app.h"
#include "subject/event.h"

#define YEAR_DAYS 365
#define MAX_PEOPLE 4000
#define MAX_ROOMS 4000
#define MAX_CREWS 64
#define MAX_HANDS 64

/* How often what is asked for; items not named weigh 2. */
static const struct {
    const char *code;
    int weight;
    int first_month, last_month; /* 0: all year; 11, 3: over new year */
} weights[] = {
    { "A04", 60, 0, 0 },  { "A05", 30, 0, 0 },  { "A10", 25, 0, 0 },
    { "A11", 22, 0, 0 },  { "A12", 8, 0, 0 },   { "A14", 15, 0, 0 },
    { "A15", 60, 11, 3 }, { "A16", 80, 6, 9 },  { "A17", 0, 0, 0 },
    { "A18", 6, 0, 0 },   { "B01", 20, 0, 0 },  { "B05", 15, 6, 9 },
    { "B09", 15, 0, 0 },  { "C01", 45, 0, 0 },  { "C02", 45, 0, 0 },
    { "C03", 30, 0, 0 },  { "C04", 20, 0, 0 },  { "C07", 12, 0, 0 },
    { "D01", 12, 0, 0 },  { "E01", 40, 0, 0 },  { "E06", 10, 0, 0 },
    { "F01", 60, 0, 0 },  { "F03", 25, 0, 0 },  { "F04", 12, 0, 0 },
    { "G01", 20, 0, 0 },  { "H01", 3, 6, 9 },   { "I01", 15, 0, 0 },
    { "I03", 18, 0, 0 },  { "I07", 12, 12, 2 }, { "J04", 25, 0, 0 },
    { "J05", 15, 0, 0 },  { "J12", 3, 6, 9 },   { "K01", 20, 0, 0 },
    { "G06", 0, 0, 0 },   { "J01", 0, 0, 0 },   { "J03", 0, 0, 0 },
    { "C08", 1, 0, 0 },   { "B10", 1, 0, 0 },   { "K06", 4, 0, 0 },
};

struct someone {
    int64_t id, unit_id, place_id;
    const char *name, *unit_name, *phone, *initials;
};

struct room {
    int64_t id;
    const char *full_name, *path, *initials;
    const char *use;
};

struct demo_crew {
    int64_t id, provider_id;
    const char *name;
    struct someone hands[MAX_HANDS];
    size_t n;
};

struct year {
    struct call *c;
    struct random *r;
    const struct catalog *k;
    const struct workcal *cal;
    instant now;
    const struct service_item **items;
    size_t n_items;
    int monthly[13][256], monthly_sum[13];
    struct someone *people, *requester; /* who signs in as that */
    size_t n_people;
    struct room *rooms;
    size_t n_rooms;
    struct demo_crew *crews;
    size_t n_crews;
    struct arena *keep;
    struct audit_cover cover; /* of the orders */
};

/* -- who and where ---------------------------------------------------------------- */

static const char all_people[] =
    "SELECT p.id, p.unit_id, p.name, u.name, COALESCE(p.phone, p.mobile),"
    " p.initials, p.place_id FROM person p JOIN unit u ON u.id = p.unit_id"
    " WHERE p.active = 1 ORDER BY p.id LIMIT 4000";
static const char all_rooms[] =
    "SELECT id, full_name, path, initials,"
    " room_use FROM place"
    " WHERE kind = 'room' AND active = 1 ORDER BY id LIMIT 4000";
static const char all_crews[] =
    "SELECT id, COALESCE(provider_id, 0), name FROM crew WHERE active = 1"
    " ORDER BY id LIMIT 64";
static const char all_hands[] =
    "SELECT p.id, 0, p.name, '', p.phone, p.initials, 0 FROM crew_member m"
    " JOIN person p ON p.id = m.person_id WHERE m.crew_id = $1"
    " ORDER BY p.id LIMIT 64";

static void
read_someone(struct rows *r, struct someone *s)
{
    *s = (struct someone){ .id = row_int(r, 0),
                           .unit_id = row_int(r, 1),
                           .name = row_text(r, 2),
                           .unit_name = row_text(r, 3),
                           .phone = row_text(r, 4),
                           .initials = row_text(r, 5),
                           .place_id = row_int(r, 6) };
}

static enum err
read_people(struct year *y)
{
    struct call *c = y->c;

    y->people = NEW_N(y->keep, struct someone, MAX_PEOPLE);
    y->rooms = NEW_N(y->keep, struct room, MAX_ROOMS);
    {
        ROWS r = db_query(c, all_people);

        while (rows_next(&r) && y->n_people < MAX_PEOPLE)
            read_someone(&r, &y->people[y->n_people++]);
        TRY(rows_end(&r));
    }
    ROWS r = db_query(c, all_rooms);
    while (rows_next(&r) && y->n_rooms < MAX_ROOMS)
        y->rooms[y->n_rooms++] =
            (struct room){ row_int(&r, 0), row_text(&r, 1), row_text(&r, 2),
                           row_text(&r, 3), row_text(&r, 4) };
    return rows_end(&r);
}

static const char find_sign_in[] =
    "SELECT person_id FROM account WHERE name = 'requester'";

/* Whoever signs in as the demo's requester finds orders of their own. */
static enum err
find_requester(struct year *y)
{
    int64_t id = 0;

    TRY(db_int(y->c, &id, find_sign_in));
    for (size_t i = 0; i < y->n_people; i++)
        if (y->people[i].id == id)
            y->requester = &y->people[i];
    return OK;
}

static enum err
read_crews(struct year *y)
{
    struct call *c = y->c;

    y->crews = NEW_N(y->keep, struct demo_crew, MAX_CREWS);
    {
        ROWS r = db_query(c, all_crews);

        while (rows_next(&r) && y->n_crews < MAX_CREWS)
            y->crews[y->n_crews++] =
                (struct demo_crew){ .id = row_int(&r, 0),
                                    .provider_id = row_int(&r, 1),
                                    .name = row_text(&r, 2) };
        TRY(rows_end(&r));
    }
    for (size_t i = 0; i < y->n_crews; i++) {
        ROWS r = db_query(c, all_hands, V(y->crews[i].id));

        while (rows_next(&r) && y->crews[i].n < MAX_HANDS)
            read_someone(&r, &y->crews[i].hands[y->crews[i].n++]);
        TRY(rows_end(&r));
    }
    return OK;
}

static struct demo_crew *
find_crew(struct year *y, int64_t id)
{
    for (size_t i = 0; i < y->n_crews; i++)
        if (y->crews[i].id == id)
            return &y->crews[i];
    return NULL;
}

/* -- what and when ---------------------------------------------------------------- */

static bool
in_season(int month, int first, int last)
{
    if (first == 0)
        return true;
    return first <= last ? month >= first && month <= last
                         : month >= first || month <= last;
}

static int
weight_of(const char *code, int month)
{
    for (size_t i = 0; i < COUNT(weights); i++)
        if (strcmp(weights[i].code, code) == 0)
            return in_season(month, weights[i].first_month,
                             weights[i].last_month)
                       ? weights[i].weight
                       : 0;
    return 2;
}

static void
weigh_items(struct year *y)
{
    if (y->n_items > 256)
        y->n_items = 256;
    for (int month = 1; month <= 12; month++)
        for (size_t i = 0; i < y->n_items; i++) {
            y->monthly[month][i] = weight_of(y->items[i]->code, month);
            y->monthly_sum[month] += y->monthly[month][i];
        }
}

static const struct service_item *
pick_item(struct year *y, int month)
{
    int left = (int)random_below(y->r, (uint32_t)y->monthly_sum[month]);
    size_t i = 0;

    while (i + 1 < y->n_items && left >= y->monthly[month][i])
        left -= y->monthly[month][i++];
    return y->items[i];
}

/* Nine in ten within the office's hours of a worked day. */
static instant
pick_time(struct year *y, day d)
{
    const struct workcal_span *spans;
    size_t n = workcal_spans(y->cal, d, &spans);
    int64_t minute = random_below(y->r, 24 * 60);

    if (n > 0 && random_below(y->r, 10) > 0) {
        const struct workcal_span *s = &spans[random_below(y->r, (uint32_t)n)];

        minute =
            s->from + (int64_t)random_below(y->r, (uint32_t)(s->to - s->from));
    }
    return zone_instant(y->c->app->zone,
                        (d.n - day_of(1970, 1, 1).n) * DAY_MS
                            + minute * MINUTE_MS + random_below(y->r, 60000));
}

/* -- one order -------------------------------------------------------------------- */

struct fate {
    struct order o;
    const struct service_item *item;
    const struct someone *who, *hand;
    const struct room *room;
    struct event events[13];
    size_t n_events;
    bool emergency;
    int64_t stars; /* 0: not rated */
    instant rated_at;
};

/* One of the things people say for the item, in Chinese. */
static const char *
pick_words(struct year *y, const struct service_item *item)
{
    const char *words[24];
    size_t n = 0;
    char *rest = arena_text(y->c->arena, item->keywords), *one;

    while (rest != NULL && (one = strsep(&rest, ",")) != NULL && n < 24) {
        while (*one == ' ')
            one++;
        if ((unsigned char)*one >= 0x80)
            words[n++] = one;
    }
    return n > 0 ? words[random_below(y->r, (uint32_t)n)] : item->name;
}

static void
note(struct fate *l, instant at, const char *verb, const char *from,
     const char *to, const struct someone *who)
{
    if (l->n_events == COUNT(l->events))
        return;
    l->events[l->n_events++] = (struct event){
        .noun = "order",
        .at = at,
        .verb = verb,
        .from_state = from,
        .to_state = to,
        .actor_id = who ? who->id : 0,
        .actor_name = who ? who->name : "liangcao"
    };
}

/* A moment after START: a share of the way to DUE, rarely beyond it. */
static instant
some_way(struct year *y, instant start, instant due, int percent_late)
{
    bool late = random_below(y->r, 100) < (uint32_t)percent_late;
    double share =
        late ? 1.05 + random_unit(y->r) * 0.8 : 0.15 + random_unit(y->r) * 0.75;
    int64_t office = workcal_between(y->cal, start, due);

    if (due.ms <= start.ms)
        return (instant){ start.ms + 10 * MINUTE_MS };
    /* Much office time between: the work is done in it. */
    if (office > 30 * MINUTE_MS)
        return workcal_add(y->cal, start, (int64_t)((double)office * share));
    return (
        instant){ start.ms + (int64_t)((double)(due.ms - start.ms) * share) };
}

static void
set_basics(struct year *y, struct fate *l, instant at)
{
    struct order *o = &l->o;
    const struct sla_class *s;
    struct catalog_due due;

    o->submitted_at = at;
    o->item_id = l->item->id;
    o->item_code = l->item->code;
    o->item_name = l->item->name;
    o->area_id = l->item->area_id;
    o->sla_class = l->item->sla_class;
    o->priority = l->item->priority;
    o->title = pick_words(y, l->item);
    o->description = o->title;
    o->requester_id = l->who->id;
    o->requester_name = l->who->name;
    o->unit_id = l->who->unit_id;
    o->unit_name = l->who->unit_name;
    o->phone = l->who->phone;
    o->place_id = l->room->id;
    o->place_name = l->room->full_name;
    o->channel = random_below(y->r, 10) < 7 ? "web" : "phone";
    if (strchr("BP", l->item->sla_class[0]) != NULL) {
        o->wanted_from = workcal_add(y->cal, at, 8 * HOUR_MS);
        o->wanted_to = (instant){ o->wanted_from.ms + 2 * HOUR_MS };
    }
    s = catalog_sla(y->k, o->sla_class, zone_day(y->c->app->zone, at));
    if (s != NULL) {
        l->emergency = s->emergency;
        due = catalog_due(y->c, y->k, s, at, o->wanted_from, o->wanted_to);
        o->accept_due = due.accept;
        o->on_site_due = due.on_site;
        o->safe_due = due.safe;
        o->complete_due = due.complete;
        o->clocks_from = o->complete_from = at;
    }
}

/* The steps of a life, each only when its time has come. */
static bool
step(struct year *y, struct fate *l, instant at, const char *verb,
     enum order_state to, const struct someone *who, instant *member)
{
    if (at.ms > y->now.ms)
        return false;
    note(l, at, verb, order_states[l->o.state], order_states[to], who);
    l->o.state = to;
    if (member != NULL)
        *member = at;
    return true;
}

static const struct someone *
desk_of(struct year *y)
{
    return y->n_people > 1 ? &y->people[1] : &y->people[0];
}

static void
live_end(struct year *y, struct fate *l)
{
    struct order *o = &l->o;
    bool silent = random_below(y->r, 100) < 35;
    instant at =
        silent ? workcal_add_days(y->cal, o->completed_at, ORDER_SILENCE_DAYS)
               : workcal_add(y->cal, o->completed_at,
                             (int64_t)(random_unit(y->r) * 8 * HOUR_MS));

    o->gross_ms = o->completed_at.ms - o->submitted_at.ms;
    o->net_ms = o->gross_ms - o->suspended_ms;
    if (!step(y, l, at, silent ? "auto_verify" : "verify", ORDER_VERIFIED,
              silent ? NULL : l->who, &o->verified_at))
        return;
    o->verified_auto = silent;
    if (!silent && random_below(y->r, 100) < 60) {
        uint32_t luck = random_below(y->r, 100);

        l->stars = luck < 62   ? 5
                   : luck < 88 ? 4
                   : luck < 95 ? 3
                   : luck < 98 ? 2
                               : 1;
        at.ms += MINUTE_MS;
        if (!step(y, l, at, "rate", ORDER_VERIFIED, l->who, &l->rated_at))
            l->stars = 0;
    }
    at.ms = o->verified_at.ms + ORDER_RATE_DAYS * DAY_MS;
    (void)step(y, l, at, "close", ORDER_CLOSED, NULL, &o->closed_at);
}

static void
live_work(struct year *y, struct fate *l)
{
    struct order *o = &l->o;
    instant due = o->complete_due.ms
                      ? o->complete_due
                      : workcal_add_days(y->cal, o->dispatched_at, 5);
    instant site = some_way(y, o->dispatched_at,
                            o->on_site_due.ms ? o->on_site_due : due, 5);
    instant end;

    if (!step(y, l, site, "arrive", ORDER_ON_SITE, l->hand, &o->on_site_at))
        return;
    if (o->safe_due.ms != 0)
        o->safe_at = (instant){ site.ms + 20 * MINUTE_MS };
    site.ms += 5 * MINUTE_MS;
    if (!step(y, l, site, "start", ORDER_IN_PROGRESS, l->hand, NULL))
        return;
    if (random_below(y->r, 100) < 5 && !l->emergency) {
        instant again = workcal_add(y->cal, site, 5 * HOUR_MS);

        if (!step(y, l, (instant){ site.ms + 10 * MINUTE_MS }, "suspend",
                  ORDER_SUSPENDED, l->hand, &o->suspended_at))
            return;
        o->suspend_reason = "awaiting_parts";
        if (!step(y, l, again, "resume", ORDER_IN_PROGRESS, l->hand, NULL))
            return;
        o->suspended_ms = again.ms - o->suspended_at.ms;
        o->suspended_at = (instant){ 0 };
        o->suspend_reason = NULL;
        /* Made longer by the work itself: the calendar moves it no more. */
        o->complete_from = (instant){ 0 };
        o->complete_due =
            workcal_add(y->cal, o->complete_due.ms ? o->complete_due : due,
                        4 * HOUR_MS);
        due = o->complete_due;
        site = again;
    }
    end = some_way(y, site, due, 6);
    if (!step(y, l, end, "complete", ORDER_COMPLETED, l->hand,
              &o->completed_at))
        return;
    o->result = "已处理，恢复正常";
    live_end(y, l);
}

static void
live_start(struct year *y, struct fate *l)
{
    struct order *o = &l->o;
    const struct someone *desk = desk_of(y);
    uint32_t luck = random_below(y->r, 1000);
    instant at =
        some_way(y, o->submitted_at,
                 o->accept_due.ms ? o->accept_due
                                  : (instant){ o->submitted_at.ms + HOUR_MS },
                 4);

    note(l, o->submitted_at, "submit", "draft", order_states[ORDER_SUBMITTED],
         l->who);
    if (luck < 15
        && step(y, l, at, "cancel", ORDER_CANCELLED, l->who, &o->closed_at))
        return;
    /* What was given back long ago has been sent in again or dropped. */
    if (luck < 23 && y->now.ms - at.ms < 5 * DAY_MS
        && step(y, l, at, "return", ORDER_RETURNED, desk, NULL))
        return;
    if (!step(y, l, at, "accept", ORDER_ACCEPTED, desk, &o->accepted_at))
        return;
    at.ms += (1 + random_below(y->r, 8)) * MINUTE_MS;
    if (o->crew_id == 0
        || !step(y, l, at, "dispatch", ORDER_DISPATCHED, desk,
                 &o->dispatched_at))
        return;
    o->assignee_id = l->hand ? l->hand->id : 0;
    o->assignee_name = l->hand ? l->hand->name : NULL;
    at.ms += (2 + random_below(y->r, 10)) * MINUTE_MS;
    if (step(y, l, at, "acknowledge", ORDER_ACKNOWLEDGED, l->hand,
             &o->acknowledged_at))
        live_work(y, l);
}

static void
judge_life(struct year *y, struct order *o)
{
    o->is_open = o->state != ORDER_VERIFIED && o->state != ORDER_CLOSED
                 && o->state != ORDER_CANCELLED && o->state != ORDER_RETURNED;
    order_mark_clocks(y->c, o);
    if (o->is_open || o->state == ORDER_VERIFIED)
        o->wake_at = y->now;
}

static enum err
write_life(struct year *y, struct fate *l)
{
    struct call *c = y->c;
    struct rating rating = { .order_id = 0,
                             .person_id = l->who->id,
                             .crew_id = l->o.crew_id,
                             .stars = l->stars,
                             .at = l->rated_at };
    const char *all;

    /* The number has the day in it on which the order was asked for. */
    c->now = l->o.submitted_at;
    TRY(order_number(c, &l->o.number));
    TRY(model_insert(c, &order_model, &l->o));
    all = arena_printf(c->arena, "%s %s %s %s %s %s %s %s", l->o.number,
                       l->o.title, l->o.item_name, l->who->name,
                       l->who->initials ? l->who->initials : "",
                       l->room->full_name,
                       l->room->initials ? l->room->initials : "",
                       l->o.phone ? l->o.phone : "");
    TRY(db_search_add(c, order_model.noun, l->o.id,
                      text_tokens(c->arena, all)));
    for (size_t i = 0; i < l->n_events; i++) {
        l->events[i].noun_id = l->o.id;
        TRY(model_insert(c, &event_model, &l->events[i]));
    }
    if (l->stars == 0)
        return audit_cover_take(c, &y->cover, l->o.id);
    rating.order_id = l->o.id;
    rating.tags = l->stars >= 4 ? "on_time,good_work" : "late";
    rating.comment = l->stars <= 2 ? "来得太慢，希望改进" : NULL;
    TRY(model_insert(c, &rating_model, &rating));
    return audit_cover_take(c, &y->cover, l->o.id);
}

/* The use of the rooms where the item is asked for; NULL: anywhere. */
static const char *
use_for(const struct service_item *item)
{
    switch (item->code[0]) {
    case 'F': return "会议室";
    case 'H': return "室外场地";
    case 'A':
    case 'B':
    case 'I': return NULL;
    default: return "办公室";
    }
}

/* Meetings are in meeting rooms, trees stand outside; most other things are
   asked for from one's own room, what breaks is seen anywhere in the house. */
static const struct room *
pick_room(struct year *y, const struct fate *l)
{
    const char *use = use_for(l->item);
    bool outside = l->item->code[0] == 'F' || l->item->code[0] == 'H';
    bool own = !outside && (use != NULL || random_below(y->r, 10) < 5);
    uint32_t first = random_below(y->r, (uint32_t)y->n_rooms);

    for (size_t i = 0; i < y->n_rooms && own; i++)
        if (y->rooms[i].id == l->who->place_id)
            return &y->rooms[i];
    for (size_t i = 0; i < y->n_rooms && use != NULL; i++) {
        const struct room *r = &y->rooms[(first + i) % y->n_rooms];

        if (text_same(r->use, use))
            return r;
    }
    return &y->rooms[first];
}

static enum err
make_order(struct year *y, instant at)
{
    struct fate l = { 0 };
    day d = zone_day(y->c->app->zone, at);
    struct demo_crew *g;

    l.item = pick_item(y, civil_of(d).month);
    l.who = &y->people[random_below(y->r, (uint32_t)y->n_people)];
    if (y->requester != NULL && random_below(y->r, 300) == 0)
        l.who = y->requester;
    l.room = pick_room(y, &l);
    g = find_crew(y, catalog_route(y->k, l.item, l.room->path, d));
    if (g != NULL) {
        l.o.crew_id = g->id;
        l.o.crew_name = g->name;
        l.o.provider_id = g->provider_id;
        if (g->n > 0)
            l.hand = &g->hands[random_below(y->r, (uint32_t)g->n)];
    }
    set_basics(y, &l, at);
    live_start(y, &l);
    judge_life(y, &l.o);
    return write_life(y, &l);
}

/* -- the year --------------------------------------------------------------------- */

/* How much of the day's work there is; of today, what has passed of it. */
static double
day_weight(const struct year *y, day d)
{
    instant from =
        zone_instant(y->c->app->zone, (d.n - day_of(1970, 1, 1).n) * DAY_MS);
    instant to = { from.ms + DAY_MS };
    double whole = (double)workcal_between(y->cal, from, to);

    if (!workcal_is_worked(y->cal, d) || whole <= 0)
        return to.ms > y->now.ms ? 0 : 0.08;
    if (to.ms <= y->now.ms)
        return 1.0;
    return (double)workcal_between(y->cal, from, y->now) / whole;
}

static int
by_time(const void *a, const void *b)
{
    int64_t x = ((const instant *)a)->ms, z = ((const instant *)b)->ms;

    return (x > z) - (x < z);
}

/* The times of one day's orders, in their order; none lies ahead. */
static void
plan_day(struct year *y, day d, size_t n, instant *times)
{
    for (size_t i = 0; i < n; i++) {
        do {
            times[i] = pick_time(y, d);
        } while (times[i].ms > y->now.ms);
    }
    qsort(times, n, sizeof *times, by_time);
}

/* At most this many orders in one transaction. */
#define BATCH 4096

static enum err
make_batch(struct year *y, const instant *times, size_t n)
{
    struct arena *row = arena_open();
    enum err e = OK;
    TX tx = tx_begin(y->c);

    y->c->arena = row;
    for (size_t i = 0; e == OK && i < n; i++) {
        e = make_order(y, times[i]);
        if (e == OK)
            arena_reset(row);
    }
    y->c->arena = y->keep;
    /* What went wrong is told from memory that is about to go. */
    if (e != OK)
        y->c->fault.text = arena_text(y->keep, y->c->fault.text);
    arena_close(row);
    TRY(e);
    TRY(audit_cover_end(y->c, &y->cover));
    return tx_commit(&tx);
}

static enum err
make_day(struct year *y, day d, size_t n, int64_t *made)
{
    instant *times = calloc(n + 1, sizeof *times);
    enum err e = OK;

    ASSERT(times != NULL);
    plan_day(y, d, n, times);
    for (size_t i = 0; e == OK && i < n; i += BATCH)
        e = make_batch(y, times + i, n - i < BATCH ? n - i : BATCH);
    free(times);
    *made += (int64_t)n;
    return e;
}

static enum err
make_year(struct year *y, int64_t orders, void (*progress)(int64_t, int64_t))
{
    day last = zone_day(y->c->app->zone, y->now);
    double sum = 0, owed = 0;
    int64_t made = 0;

    while (day_weight(y, last) <= 0)
        last.n--;
    for (int i = YEAR_DAYS; i >= 0; i--)
        sum += day_weight(y, (day){ last.n - i });
    for (int i = YEAR_DAYS; i >= 0; i--) {
        day d = { last.n - i };
        size_t n;

        owed += day_weight(y, d) / sum * (double)orders;
        n = (size_t)owed;
        if (i == 0) /* what rounding has left over */
            n = (size_t)(orders - made);
        owed -= (double)n;
        TRY(make_day(y, d, n, &made));
        if (progress != NULL)
            progress(made < orders ? made : orders - 1, orders);
    }
    if (progress != NULL)
        progress(orders, orders);
    y->c->now = y->now;
    return OK;
}

enum err
demo_orders(struct demo *d)
{
    struct call *c = d->c;
    CATALOG k = catalog_hold(c);
    struct year *y = NEW(c->arena, struct year);

    *y = (struct year){ .c = c,
                        .r = d->r,
                        .k = k,
                        .cal = catalog_workcal(k),
                        .now = c->now,
                        .keep = c->arena,
                        .cover = { .noun = "order", .keep = c->arena } };
    y->n_items = catalog_items(c, k, today(c), &y->items);
    weigh_items(y);
    TRY(read_people(y));
    TRY(find_requester(y));
    TRY(read_crews(y));
    if (y->n_people == 0 || y->n_rooms == 0 || y->n_items == 0)
        return fail(c, ERR_CONFLICT, NULL,
                    "a year of orders needs people, rooms and items");
    TRY(make_year(y, d->size->orders, d->progress));
    return audit_write(c, "demo.orders", NULL, 0,
                       arena_printf(c->arena, "{\"orders\":%lld}",
                                    (long long)d->size->orders));
}
