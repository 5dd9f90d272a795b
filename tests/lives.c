/* SPDX-License-Identifier: Apache-2.0 */
#include "lives.h"

#include "auth/change.h"
#include "base/text.h"
#include "engine/example/example.h"
#include "engine/order/import.h"
#include "engine/org/org.h"
#include "model/app.h"

enum err
life_say(struct call *c, const struct life_case *k, const char *account,
         const char *verb, int64_t id)
{
    const void *in = k->with(c, verb, id);
    void *view = arena_alloc(c->arena, life_view(k->life)->size);

    as(c, account);
    return life_do(c, k->life, verb, in, view);
}

unsigned
life_state_now(struct call *c, const struct life_case *k, int64_t id)
{
    void *rec = arena_alloc(c->arena, k->life->model->size);

    EXPECT_OK(model_get(c, k->life->model, id, rec));
    if (k->life->derive != NULL)
        k->life->derive(rec);
    return life_state(k->life, rec);
}

/* -- orders ---------------------------------------------------------------- */

/* What each account is to an order of wang's with the electricians. */
static const struct life_person order_people[] = {
    { "zhao", BY_CREW | BY_ANYONE },
    { "wang", BY_REQUESTER | BY_ANYONE },
    { "li", 0 },
    { "desk", BY_DESK | BY_DISPATCH | BY_EXTENDER | BY_ANYONE },
    { "sun", BY_CREW | BY_DISPATCH | BY_ANYONE },
    { "qian", 0 },
    { "lift", 0 },
    { "chief", BY_APPROVER | BY_EXTENDER | BY_ANYONE },
    { "leader", BY_ANYONE },
    { "money", BY_ANYONE },
    { "near", BY_DESK | BY_DISPATCH | BY_EXTENDER | BY_ANYONE },
    { "far", 0 },
    { "house", BY_DESK | BY_DISPATCH | BY_EXTENDER | BY_ANYONE },
    { "sysadmin", 0 },
    { "secadmin", 0 },
    { "auditor", 0 },
    { NULL, 0 },
};

static int64_t
bring_order(struct call *c, unsigned state)
{
    return bring_to(c, state);
}

/* Another that can be merged. */
static const char *
mergeable(struct call *c, int64_t id)
{
    return arena_printf(
        c->arena, "%lld",
        (long long)office_int(
            c, arena_printf(c->arena,
                            "SELECT COALESCE(MIN(id), 1) FROM orders"
                            " WHERE is_open = 1 AND merged_into_id IS NULL"
                            " AND state IN ('submitted', 'accepted',"
                            "  'dispatched', 'acknowledged') AND id <> %lld",
                            (long long)id)));
}

static const void *
say_order(struct call *c, const char *verb, int64_t id)
{
    struct order_act *a = NEW(c->arena, struct order_act);
    struct order_request *w = NEW(c->arena, struct order_request);

    *w = (struct order_request){ .id = id, .item_code = "A05" };
    *a = (struct order_act){
        .id = id,
        .reason = text_same(verb, "suspend") ? "safety_stop" : "because",
        .note = "a note",
        .into_id = office_int(
            c, arena_printf(c->arena,
                            "SELECT COALESCE(MIN(id), 1) FROM orders"
                            " WHERE is_open = 1 AND merged_into_id IS NULL"
                            " AND id <> %lld",
                            (long long)id)),
        .orders = mergeable(c, id),
        .phone = "87050099",
        .priority = 1,
        .stars = 2,
        .comment = "slow",
        .tags = "late",
        .result = "done",
        .until = { c->now.ms + 30 * DAY_MS }
    };
    /* Within the reach of a lead, too. */
    if (text_same(verb, "transfer"))
        a->assignee_id = 45;
    return text_same(verb, "add_leg") ? (const void *)w : a;
}

static bool
order_waits(const char *verb)
{
    return text_same(verb, "grant_extension")
           || text_same(verb, "refuse_extension")
           || text_same(verb, "make_safe")
           || text_same(verb, "acknowledge_alarm");
}

/* More time is asked for; a clock to make it safe by begins; there is an alarm. */
static void
ready_order(struct call *c, const char *verb, int64_t id)
{
    if (text_same(verb, "acknowledge_alarm"))
        office_exec(c, arena_printf(c->arena,
                                    "UPDATE orders SET alarming = 1"
                                    " WHERE id = %lld",
                                    (long long)id));
    else if (!text_same(verb, "make_safe"))
        EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "parts",
                      .until = { c->now.ms + 30 * DAY_MS }));
    else
        office_exec(c, arena_printf(c->arena,
                                    "UPDATE orders SET safe_due = %lld"
                                    " WHERE id = %lld",
                                    (long long)c->now.ms + HOUR_MS,
                                    (long long)id));
}

static void
make_orders(struct call *c)
{
    office_make(c);
    (void)ask(c, "wang", "A04");
}

/* -- changes of rights -------------------------------------------------------- */

enum { BY_ADMIN = 1, BY_ASKER = 2, BY_DECIDER = 4 };

/* Who has no administrator's role is told so, whatever the state. */
static const struct life_person right_people[] = {
    { "sysadmin", BY_ADMIN | BY_ASKER },
    { "secadmin", BY_ADMIN | BY_DECIDER },
    { "auditor", BY_ADMIN },
};

/* The system administrator asks that wang joins the plumbers. */
static int64_t
bring_right_change(struct call *c, unsigned state)
{
    static const char *const verbs[] = { NULL, "confirm", "refuse",
                                         "withdraw" };
    struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers"),
                             .person_id = 41 };
    int64_t id;

    office_exec(c, "DELETE FROM right_change");
    office_exec(c, "DELETE FROM crew_member WHERE person_id = 41");
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    EXPECT(c->waits);
    id = office_int(c, "SELECT MAX(id) FROM right_change");
    if (state > 0)
        EXPECT_OK(
            life_say(c, &life_cases[1], state == 3 ? "sysadmin" : "secadmin",
                     verbs[state], id));
    return id;
}

static const void *
say_words(struct call *c, const char *verb, int64_t id)
{
    struct life_words *w = NEW(c->arena, struct life_words);

    (void)verb;
    *w = (struct life_words){ .id = id, .note = "a note" };
    return w;
}

static bool
nothing_waits(const char *verb)
{
    (void)verb;
    return false;
}

/* -- changes of units, told ahead --------------------------------------------- */

enum { BY_READER = 1, BY_PLANNER = 2 };

static const struct life_person plan_people[] = {
    { "sysadmin", BY_READER | BY_PLANNER },
    { "desk", BY_READER },
    { "wang", 0 },
    { NULL, 0 },
};

static int64_t
bring_plan(struct call *c, unsigned state)
{
    struct unit_act a = {
        .id = 2, .name = "New bureau", .on_day = { today(c).n + 10 }
    };
    struct unit u = { 0 };
    int64_t id, done = 0;

    as(c, "sysadmin");
    EXPECT_OK(unit_rename(c, &a, &u));
    id = office_int(c, "SELECT MAX(id) FROM unit_plan");
    if (state != 2)
        return id;
    office_exec(c, arena_printf(c->arena,
                                "UPDATE unit_plan SET verb = 'merge',"
                                " into_id = 2 WHERE id = %lld",
                                (long long)id));
    office_pass(c, 11 * DAY_MS);
    as(c, NULL);
    EXPECT_OK(org_do_plans(c, 100, &done));
    return id;
}

/* -- the example: keys lent ----------------------------------------------------- */

enum { BY_BORROWER = 1, BY_KEEPER = 2 };

static const struct life_person lending_people[] = {
    { "wang", BY_BORROWER },
    { "li", 0 },
    { "desk", BY_KEEPER },
    { "zhao", 0 },
    { "chief", 0 },
    { "house", BY_KEEPER },
    { "far", 0 },
    { "sysadmin", 0 },
    { "leader", 0 },
    { "auditor", 0 },
    { NULL, 0 },
};

/* The verbs that lead from "asked" to a state, in their order. */
static const char *const lending_ways[][3] = {
    { NULL },
    { "hand_over", NULL },
    { "hand_over", "fall_due", NULL },
    { "hand_over", "take_back", NULL },
    { "hand_over", "report_lost", NULL },
};

static int64_t
bring_lending(struct call *c, unsigned state)
{
    const char *tag =
        arena_printf(c->arena, "K%lld",
                     (long long)office_int(c, "SELECT COUNT(*) FROM key"));
    int64_t id = example_ask(c, "wang", example_key(c, tag, 2).id).id, done = 0;

    for (const char *const *v = lending_ways[state]; *v != NULL; v++)
        if (!text_same(*v, "fall_due")) {
            EXPECT_OK(example_say(c, "desk", *v, id));
        } else {
            office_pass(c, 2 * HOUR_MS);
            as(c, NULL);
            EXPECT_OK(life_wake(c, &lending_life, 10, &done));
        }
    return id;
}

static const void *
say_lending(struct call *c, const char *verb, int64_t id)
{
    struct life_words *w = NEW(c->arena, struct life_words);

    w->id = id;
    if (text_same(verb, "report_lost"))
        w->reason = "it fell into the lake";
    return w;
}

/* -- imports of requests ----------------------------------------------------------- */

/* The right to import is the system administrator's. */
static const struct life_person import_people[] = {
    { "sysadmin", 1 },
    { "secadmin", 0 },
    { "desk", 0 },
    { NULL, 0 },
};

static int64_t
bring_import(struct call *c, unsigned state)
{
    static const char map[] =
        "source: old\nprefix: OLD\ntime_zone: Asia/Shanghai\n"
        "columns: {identity: id, submitted_at: asked}\n";
    static const char csv[] = "id,asked\n1,2025-03-03\n";
    const struct import_file file = { "old.csv", csv, sizeof csv - 1 };
    struct import_wish w = { .files = &file, .n_files = 1 };
    struct import_report r = { 0 };
    struct import_map *m;

    /* One of before would be taken up. */
    office_exec(c, "UPDATE request_import SET state = 'undone'");
    as(c, "sysadmin");
    EXPECT_OK(import_map_read(c, "map", map, sizeof map - 1, &m));
    w.map = m;
    EXPECT_OK(import_requests(c, &w, &r));
    office_exec(c, arena_printf(c->arena,
                                "UPDATE request_import SET state = '%s',"
                                " beat_at = 1 WHERE id = %lld",
                                import_life.states[state], (long long)r.id));
    return r.id;
}

/* -- who met it, too --------------------------------------------------------------- */

static const struct life_person follow_people[] = {
    { "li", 1 }, { "wang", 0 }, { "desk", 0 }, { "sysadmin", 0 }, { NULL, 0 },
};

/* li follows what wang asked for. */
static int64_t
bring_follow(struct call *c, unsigned state)
{
    struct order_follow f = { .order_id = ask(c, "wang", "A04").id };

    (void)state;
    as(c, "li");
    EXPECT_OK(order_follow(c, &f));
    return f.id;
}

const struct life_case life_cases[] = {
    { &order_life, order_people, COUNT(order_people), make_orders, bring_order,
      say_order, order_waits, ready_order, "orders" },
    { &right_change_life, right_people, COUNT(right_people), office_make,
      bring_right_change, say_words, nothing_waits, NULL, "right_change" },
    { &unit_plan_life, plan_people, COUNT(plan_people), office_make, bring_plan,
      say_words, nothing_waits, NULL, "unit_plan", 1U << 1 | 1U << 3 },
    { &import_life, import_people, COUNT(import_people), office_make,
      bring_import, say_words, nothing_waits, NULL, "request_import" },
    { &order_follow_life, follow_people, COUNT(follow_people), office_make,
      bring_follow, say_words, nothing_waits, NULL, "order_follow" },
    { &lending_life, lending_people, COUNT(lending_people), example_make,
      bring_lending, say_lending, nothing_waits, NULL, "lending" },
    { .life = NULL },
};
