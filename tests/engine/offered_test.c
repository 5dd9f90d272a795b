/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is offered would succeed, and what would succeed is offered: a random
 * walk through orders of every kind, by everybody.  At each step each verb is
 * tried with all that a person could say with it, and undone.
 */

#include "auth/auth.h"
#include "base/random.h"
#include "base/text.h"
#include "office.h"

static const char *const people[] = {
    "wang",  "li",     "desk", "zhao", "sun",   "qian",   "lift",   "chief",
    "money", "leader", "near", "far",  "house", "second", "auditor"
};

#define MOST_ORDERS 200
#define MOST_CHOICES 200

/* A crew and one of its people (0: nobody named). */
struct choice {
    int64_t crew_id, person_id;
};

struct walk {
    struct call *c;
    struct random chance;
    int64_t orders[MOST_ORDERS];
    size_t n;
    struct choice choices[MOST_CHOICES];
    size_t n_choices;
    int tried, offered;
};

static const char every_choice[] =
    "SELECT id, 0 FROM crew UNION ALL"
    " SELECT crew_id, person_id FROM crew_member ORDER BY 1, 2";

static void
read_choices(struct walk *w)
{
    ROWS r = db_query(w->c, every_choice);

    w->n_choices = 0;
    while (rows_next(&r)) {
        ASSERT(w->n_choices < MOST_CHOICES);
        w->choices[w->n_choices++] =
            (struct choice){ row_int(&r, 0), row_int(&r, 1) };
    }
}

/* -- orders of every kind ------------------------------------------------------ */

static void
ask_something(struct walk *w)
{
    static struct order_request wishes[] = {
        { .item_code = "A04" }, /* electricians, ordinary */
        { .item_code = "A02" }, /* E2: pauses by the desk's word */
        { .item_code = "A17" }, /* E0: no pause, dispatched at once */
        { .item_code = "A06", .answers = "{\"reason\":\"more\"}" },
        { .item_code = "A04", .legs = "[{\"item_code\":\"A05\"}]" },
        { .item_code = "A10" },
    };
    struct order_request wish = wishes[random_below(&w->chance, COUNT(wishes))];
    static const char *const askers[] = { "wang", "li", "second", "chief" };
    const char *who = askers[random_below(&w->chance, COUNT(askers))];
    int64_t id;

    if (w->n + 2 > MOST_ORDERS)
        return;
    wish.place_id = 23;
    id = ask_for(w->c, who, &wish).id;
    w->orders[w->n++] = id;
    if (wish.legs != NULL)
        w->orders[w->n++] = office_int(
            w->c, arena_printf(w->c->arena,
                               "SELECT id FROM orders WHERE parent_id = %lld",
                               (long long)id));
}

/* -- trying --------------------------------------------------------------------- */

static struct order_act
say_all(const struct walk *w, const char *verb, const struct order *o)
{
    instant later = {
        (o->complete_due.ms > w->c->now.ms ? o->complete_due.ms : w->c->now.ms)
        + 10 * DAY_MS
    };

    return (struct order_act){
        .id = o->id,
        .reason = text_same(verb, "suspend") ? "safety_stop" : "because",
        .note = "a note",
        .phone = text_same(o->phone, "1234567") ? "7654321" : "1234567",
        .priority = o->priority == 1 ? 2 : 1,
        .stars = 4,
        .result = "done",
        .until = later
    };
}

static enum err
do_one(struct walk *w, const char *verb, struct order_act *a)
{
    struct order_request leg = { .id = a->id, .item_code = "A05" };
    struct order_view v = { 0 };

    return text_same(verb, "add_leg") ? order_add_leg(w->c, &leg, &v)
                                      : order_do(w->c, verb, a, &v);
}

/* With this said; undone unless it shall stay. */
static bool
works(struct walk *w, const char *verb, const struct order_act *said,
      bool stays)
{
    struct call *c = w->c;
    struct order_act a = *said;
    TX tx = tx_begin(c);

    if (do_one(w, verb, &a) != OK)
        return false;
    if (stays)
        EXPECT_OK(tx_commit(&tx));
    return true;
}

/* Would VERB succeed with anything that whoever it is could say? */
static bool
can_do(struct walk *w, const char *verb, const struct order *o, bool stays)
{
    struct order_act a = say_all(w, verb, o);

    if (text_same(verb, "merge") || text_same(verb, "draw_in")) {
        for (size_t i = 0; i < w->n; i++) {
            a.into_id = w->orders[i];
            a.orders =
                arena_printf(w->c->arena, "%lld", (long long)w->orders[i]);
            if (works(w, verb, &a, stays))
                return true;
        }
        return false;
    }
    if (works(w, verb, &a, stays))
        return true;
    if (!text_same(verb, "dispatch") && !text_same(verb, "in_turn")
        && !text_same(verb, "transfer"))
        return false;
    for (size_t i = 0; i < w->n_choices; i++) {
        a.crew_id = w->choices[i].crew_id;
        a.assignee_id = w->choices[i].person_id;
        if (works(w, verb, &a, stays))
            return true;
    }
    return false;
}

/* -- comparing ------------------------------------------------------------------ */

static bool
is_offered(struct walk *w, const struct order_view *v, const char *verb)
{
    return strstr(v->verbs, arena_printf(w->c->arena, "\"%s\"", verb)) != NULL;
}

static void
compare(struct walk *w, const char *who, int64_t id)
{
    struct order_view v = { 0 };
    bool sees;

    as(w->c, who);
    sees = order_get(w->c, id, &v) == OK;
    v.order = order_now(w->c, id);
    if (!sees)
        v.verbs = "[]";
    for (const struct step *s = life_next(&order_life, NULL); s != NULL;
         s = life_next(&order_life, s)) {
        const char *verb = s->verb;
        bool offered = is_offered(w, &v, verb);

        if (life_is_program(&order_life, verb))
            continue;

        if (can_do(w, verb, &v.order, false) != offered)
            fail_msg("%s: %s of a “%s” %s by %s is %soffered: %s",
                     v.order.number, verb, v.order.item_code,
                     order_states[v.order.state], who, offered ? "" : "not ",
                     w->c->fault.text ? w->c->fault.text : "");
        w->tried++;
        w->offered += offered;
    }
}

/* Some verb that is offered happens. */
static void
move_on(struct walk *w, int64_t id)
{
    const char *who = people[random_below(&w->chance, COUNT(people))];
    const struct step *s =
        &order_life.steps[random_below(&w->chance, (uint32_t)order_life.n)];
    struct order o = order_now(w->c, id);

    as(w->c, who);
    if (!(s->who & LIFE_PROGRAM))
        (void)can_do(w, s->verb, &o, true);
}

static void
let_time_pass(struct walk *w)
{
    struct call *c = w->c;
    int64_t done;

    office_pass(c, (int64_t)random_below(&w->chance, 24 * 60) * MINUTE_MS);
    as(c, NULL);
    EXPECT_OK(order_wake(c, 1000, &done));
}

TEST(what_is_offered_would_succeed_and_nothing_else_would)
{
    struct walk w = { .c = c, .chance = random_seed(3) };

    office_make(c);
    office_exec(c, "UPDATE crew SET active = 0 WHERE code = 'cleaners'");
    for (int i = 0; i < 8; i++)
        ask_something(&w);
    read_choices(&w);
    for (int i = 0; i < 260; i++) {
        /* The older ones have come to their end, mostly. */
        size_t young = w.n < 12 ? w.n : 12;
        int64_t id =
            w.orders[w.n - 1 - random_below(&w.chance, (uint32_t)young)];

        if (i % 4 == 3)
            ask_something(&w);
        if (i % 3 == 0)
            let_time_pass(&w);
        for (int k = 0; k < 6; k++)
            move_on(&w, id);
        compare(&w, people[random_below(&w.chance, COUNT(people))], id);
    }
    EXPECT(w.tried > 5000 && w.offered > 300);
}

/* -- one by one ------------------------------------------------------------------- */

static bool
offers(struct call *c, const char *who, int64_t id, const char *verb)
{
    struct order_view v = { 0 };

    as(c, who);
    EXPECT_OK(order_get(c, id, &v));
    return strstr(v.verbs, arena_printf(c->arena, "\"%s\"", verb)) != NULL;
}

TEST(an_emergency_s_crew_is_offered_no_pause)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A17").id;
    if (order_now(c, id).state == ORDER_SUBMITTED)
        EXPECT_OK(say(c, "desk", "dispatch", id,
                      .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "desk", "transfer", id, .assignee_id = 44,
                  .crew_id = id_of(c, "crew", "electricians"), .reason = "x"));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT(!offers(c, "zhao", id, "suspend")
           && !offers(c, "desk", id, "suspend"));
}

TEST(a_whole_with_open_legs_is_not_offered_to_be_called_off_or_merged)
{
    struct order_request w = { .item_code = "A04",
                               .legs = "[{\"item_code\":\"A05\"}]" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT(!offers(c, "wang", id, "cancel") && !offers(c, "desk", id, "merge"));
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT(offers(c, "zhao", id, "complete"));
    EXPECT(offers(c, "zhao", id, "suspend"));
}

TEST(more_time_is_asked_for_once_until_it_is_answered)
{
    int64_t id;
    instant first;

    office_make(c);
    id = bring_to(c, ORDER_ACKNOWLEDGED);
    first = (instant){ c->now.ms + 30 * DAY_MS };
    EXPECT_OK(
        say(c, "zhao", "ask_extension", id, .reason = "parts", .until = first));
    EXPECT(!offers(c, "zhao", id, "ask_extension"));
    EXPECT_FAULT(say(c, "zhao", "ask_extension", id, .reason = "more parts",
                     .until = { first.ms + DAY_MS }),
                 ERR_CONFLICT, NULL);
    EXPECT(order_now(c, id).extension_asked_until.ms == first.ms);
    EXPECT_OK(say(c, "desk", "refuse_extension", id, .reason = "no"));
    EXPECT(offers(c, "zhao", id, "ask_extension"));
}
