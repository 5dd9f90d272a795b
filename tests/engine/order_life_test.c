/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every state x every verb x every kind of person, driven by the table
 * order_transitions: what it allows works and does what it says, everything
 * else is refused with the right error and changes nothing.
 */
#include <stdio.h>

#include "office.h"

/* What each account is to an order of wang's with the electricians. */
static const struct person {
    const char *account;
    unsigned who;
} people[] = {
    { "wang", BY_REQUESTER | BY_ANYONE },
    { "li", 0 },
    { "desk", BY_DESK | BY_DISPATCH | BY_EXTENDER | BY_ANYONE },
    { "zhao", BY_CREW | BY_ANYONE },
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

struct cell {
    enum order_state state;
    enum order_verb verb;
    const struct person *p;
    int64_t id, other;
};

static const char *
cell_name(struct call *c, const struct cell *k)
{
    return arena_printf(c->arena, "%s, %s by %s", order_states[k->state],
                        order_verbs[k->verb],
                        k->p->account ? k->p->account : "nobody");
}

/* The order of checks: seen at all, possible now, for this person, guard. */
static enum err
expected(const struct cell *k)
{
    const struct order_transition *t = order_may(k->state, k->verb);

    if (k->p->who == 0)
        return ERR_ABSENT;
    if (t == NULL)
        return ERR_CONFLICT;
    if ((t->who & k->p->who) == 0)
        return ERR_DENIED;
    if (k->verb == VERB_MAKE_SAFE) /* no such clock in this class */
        return ERR_CONFLICT;
    return OK;
}

static enum err
do_cell(struct call *c, const struct cell *k, struct order_view *v)
{
    struct order_act a = {
        .id = k->id,
        .reason = k->verb == VERB_SUSPEND ? "safety_stop" : "because",
        .note = "a note",
        .into_id = k->other,
        .priority = 1,
        .stars = 4,
        .result = "done",
        .until = { c->now.ms + 30 * DAY_MS }
    };
    struct order_wish w = { .id = k->id, .item_code = "A05" };

    if (k->verb == VERB_TRANSFER)
        a.assignee_id = 45; /* within the reach of a lead, too */
    as(c, k->p->account);
    if (k->verb == VERB_ADD_LEG)
        return order_add_leg(c, &w, v);
    return order_do(c, k->verb, &a, v);
}

static int64_t
count_events(struct call *c, int64_t id)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT COUNT(*) FROM event"
                                      " WHERE order_id = %lld",
                                      (long long)id));
}

/* All that a verb could touch, in short. */
static const char *
traces(struct call *c, const struct cell *k)
{
    struct order o = order_now(c, k->id);

    return arena_printf(
        c->arena, "%u %lld %lld %lld %lld %lld %lld", o.state,
        (long long)o.version, (long long)o.updated_at.ms,
        (long long)office_int(c, "SELECT COUNT(*) FROM event"),
        (long long)office_int(c, "SELECT COUNT(*) FROM notice"),
        (long long)office_int(c, "SELECT COUNT(*) FROM audit_entry"),
        (long long)office_int(c, "SELECT COUNT(*) + COALESCE(SUM(version), 0)"
                                 " FROM orders"));
}

/* A verb that is allowed: the state it leads to, and one event that says so;
   undone afterwards. */
static void
expect_done(struct call *c, const struct cell *k)
{
    const struct order_transition *t = order_may(k->state, k->verb);
    enum order_state to = t->to < 0 ? k->state : (enum order_state)t->to;
    struct order_view v = { 0 };
    struct order before = order_now(c, k->id), after;
    int64_t events = count_events(c, k->id), audits;
    TX undone = tx_begin(c);

    if (k->verb == VERB_GRANT_EXTENSION || k->verb == VERB_REFUSE_EXTENSION) {
        EXPECT_OK(say(c, "zhao", VERB_ASK_EXTENSION, k->id, .reason = "parts",
                      .until = { c->now.ms + 30 * DAY_MS }));
        before.version++;
        events++;
    }
    audits = office_int(c, "SELECT COUNT(*) FROM audit_entry");
    if (do_cell(c, k, &v) != OK)
        fail_msg("%s: %s\n", cell_name(c, k), c->fault.text);
    after = order_now(c, k->id);
    if (after.state != to || v.order.state != to
        || after.version != before.version + (k->verb != VERB_RATE)
        || v.order.version != after.version
        || count_events(c, k->id) != events + 1
        || office_int(c, "SELECT COUNT(*) FROM audit_entry") <= audits)
        fail_msg("%s: %s, version %lld, %lld events\n", cell_name(c, k),
                 order_states[after.state], (long long)after.version,
                 (long long)count_events(c, k->id));
}

static void
expect_event(struct call *c, const struct cell *k)
{
    static const char last[] =
        "SELECT verb, from_state, to_state, actor_name, at, actor_id"
        " FROM event WHERE order_id = $1 ORDER BY id DESC LIMIT 1";
    const struct order_transition *t = order_may(k->state, k->verb);
    struct order_view v = { 0 };
    TX undone = tx_begin(c);

    if (k->verb == VERB_GRANT_EXTENSION || k->verb == VERB_REFUSE_EXTENSION)
        EXPECT_OK(say(c, "zhao", VERB_ASK_EXTENSION, k->id, .reason = "parts",
                      .until = { c->now.ms + 30 * DAY_MS }));
    EXPECT_OK(do_cell(c, k, &v));
    {
        ROWS r = db_query(c, last, V(k->id));

        EXPECT(rows_next(&r));
        assert_string_equal(row_text(&r, 0), order_verbs[k->verb]);
        assert_string_equal(row_text(&r, 1), order_states[k->state]);
        assert_string_equal(row_text(&r, 2),
                            order_states[t->to < 0 ? (int)k->state : t->to]);
        EXPECT(row_text(&r, 3) != NULL && row_int(&r, 4) == c->now.ms);
        EXPECT(row_int(&r, 5) != 0);
    }
}

static void
expect_refused(struct call *c, const struct cell *k, enum err want)
{
    const char *before = traces(c, k);
    struct order_view v = { 0 };
    enum err e = do_cell(c, k, &v);

    if (e != want || c->fault.code != want || c->fault.text == NULL)
        fail_msg("%s: %s, not %s: %s\n", cell_name(c, k), err_word(e),
                 err_word(want), c->fault.text);
    if (strcmp(before, traces(c, k)) != 0)
        fail_msg("%s: refused, but %s became %s\n", cell_name(c, k), before,
                 traces(c, k));
}

/* Is the verb among those the interface is offered? */
static bool
is_offered(struct call *c, const struct cell *k)
{
    struct order_view v = { 0 };

    as(c, k->p->account);
    if (order_get(c, k->id, &v) != OK)
        return false;
    return strstr(v.verbs,
                  arena_printf(c->arena, "\"%s\"", order_verbs[k->verb]))
           != NULL;
}

static void
try_cell(struct call *c, const struct cell *k)
{
    enum err want = expected(k);
    /* Nothing was asked, so nothing can be granted: no button for it. */
    bool asked_first =
        k->verb == VERB_GRANT_EXTENSION || k->verb == VERB_REFUSE_EXTENSION;

    if (want == OK) {
        expect_done(c, k);
        expect_event(c, k);
    } else {
        expect_refused(c, k, want);
    }
    if (is_offered(c, k) != (want == OK && !asked_first))
        fail_msg("%s: the interface is %soffered it\n", cell_name(c, k),
                 want == OK ? "not " : "");
}

TEST(every_verb_in_every_state_by_everybody)
{
    struct cell k = { 0 };
    int cells = 0, allowed = 0;

    office_make(c);
    k.other = ask(c, "wang", "A04").id;
    for (k.state = 0; k.state < N_ORDER_STATES; k.state++) {
        k.id = bring_to(c, k.state);
        assert_int_equal(order_now(c, k.id).state, k.state);
        for (size_t p = 0; p < COUNT(people); p++) {
            k.p = &people[p];
            for (k.verb = 0; k.verb < VERB_LATE; k.verb++) {
                try_cell(c, &k);
                cells++;
                allowed += expected(&k) == OK;
            }
        }
    }
    assert_int_equal(cells, N_ORDER_STATES * COUNT(people) * VERB_LATE);
    EXPECT(allowed > 150);
}

/* What the table promises is what the design draws. */
TEST_PLAIN(every_state_can_be_left_or_is_an_end)
{
    (void)c;
    for (unsigned s = 0; s < N_ORDER_STATES; s++) {
        bool left = false,
             reached = s == ORDER_SUBMITTED || s == ORDER_AWAITING_APPROVAL;

        for (size_t i = 0; i < n_order_transitions; i++) {
            const struct order_transition *t = &order_transitions[i];

            left = left
                   || (t->from >> s & 1 && t->to >= 0 && (unsigned)t->to != s);
            reached = reached || t->to == (int)s;
        }
        EXPECT(reached);
        EXPECT(left != (s == ORDER_MERGED || s == ORDER_CANCELLED));
    }
}

TEST_PLAIN(a_verb_has_one_row_for_a_state)
{
    (void)c;
    for (unsigned s = 0; s < N_ORDER_STATES; s++)
        for (int v = 0; v < N_ORDER_VERBS; v++) {
            int rows = 0;

            for (size_t i = 0; i < n_order_transitions; i++)
                rows += order_transitions[i].verb == (enum order_verb)v
                        && (order_transitions[i].from >> s & 1);
            EXPECT(rows <= 1);
        }
}
