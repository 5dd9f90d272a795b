/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to a row of any noun: its timeline, what is said about it, who
   hears of it, and that the audit answers for it. */
#include "subject/event.h"

#include "api/hear.h"
#include "auth/change.h"
#include "base/sm3.h"
#include "engine/org/org.h"
#include "example/example.h"
#include "lives.h"
#include "model/proof.h"
#include "proved.h"
#include "json/json.h"

#define ORDERS life_case_of(&order_life)
#define RIGHTS life_case_of(&right_change_life)
#define PLANS life_case_of(&unit_plan_life)

static const struct life_case *
life_open(struct call *c, const struct life_case *k)
{
    k->make(c);
    return k;
}

static struct event *
events_of(struct call *c, const struct life *life, int64_t id, const char *verb,
          size_t *n)
{
    struct list l = { .model = &event_model };

    *n = 0;
    EXPECT_OK(life_events(c, life, id, verb, &l));
    *n = l.n;
    return l.rows;
}

/* -- the timeline -------------------------------------------------------------- */

TEST(every_verb_of_any_life_is_an_event_of_its_row)
{
    const struct life_case *k = life_open(c, RIGHTS);
    int64_t id = k->bring(c, 2); /* refused */
    struct event *e;
    size_t n;

    as(c, "auditor");
    e = events_of(c, k->life, id, NULL, &n);
    assert_int_equal(n, 1);
    EXPECT(strcmp(e->noun, "right_change") == 0 && e->noun_id == id);
    EXPECT(e->order_id == 0 && strcmp(e->verb, "refuse") == 0);
    EXPECT(strcmp(e->from_state, "waiting") == 0
           && strcmp(e->to_state, "refused") == 0 && e->actor_id == 55);
}

TEST(what_the_program_does_is_its_own_in_the_timeline)
{
    const struct life_case *k = life_open(c, PLANS);
    int64_t id = k->bring(c, 2);
    struct event *e;
    size_t n;

    as(c, "desk");
    e = events_of(c, k->life, id, NULL, &n);
    assert_int_equal(n, 1);
    EXPECT(strcmp(e->verb, "give_up") == 0 && e->actor_id == 0
           && strcmp(e->actor_name, "liangcao") == 0 && e->reason != NULL);
}

TEST(a_timeline_is_for_those_who_see_the_row)
{
    struct list l = { .model = &event_model };
    const struct life_case *k = life_open(c, PLANS);
    int64_t plan = k->bring(c, 0), change;

    as(c, "wang");
    EXPECT_FAULT(life_events(c, k->life, plan, NULL, &l), ERR_ABSENT, NULL);
    k = RIGHTS;
    change = k->bring(c, 0);
    as(c, "desk");
    EXPECT_FAULT(life_events(c, k->life, change, NULL, &l), ERR_DENIED, NULL);
    as(c, "auditor");
    EXPECT_FAULT(life_events(c, k->life, plan, NULL, &l), ERR_ABSENT, NULL);
}

/* -- comments ------------------------------------------------------------------- */

TEST(something_can_be_said_about_any_row_with_a_life)
{
    const struct life_case *k = life_open(c, RIGHTS);
    int64_t id = k->bring(c, 0);
    struct life_words said = { .id = id, .note = "who asked for this?" };
    struct event e;
    size_t n;

    as(c, "auditor");
    EXPECT_OK(life_comment(c, k->life, &said, &e));
    EXPECT(strcmp(e.note, said.note) == 0 && e.noun_id == id
           && e.actor_id == 56);
    as(c, "secadmin");
    EXPECT_OK(life_say(c, k, "secadmin", "refuse", id));
    EXPECT(strcmp(events_of(c, k->life, id, LIFE_COMMENT, &n)->note, said.note)
               == 0
           && n == 1);
    said.note = "  ";
    EXPECT_FAULT(life_comment(c, k->life, &said, &e), ERR_INVALID, "note");
    as(c, "wang");
    said.note = "let me in";
    EXPECT_FAULT(life_comment(c, k->life, &said, &e), ERR_DENIED, NULL);
    as(c, "auditor");
    (void)events_of(c, k->life, id, LIFE_COMMENT, &n);
    assert_int_equal(n, 1);
}

TEST(an_orders_comments_are_what_its_verb_says)
{
    const struct life_case *k = life_open(c, ORDERS);
    int64_t id = k->bring(c, ORDER_IN_PROGRESS);
    struct order_act said = { .id = id, .note = "the key is with the porter" };
    struct event e;
    size_t n;

    as(c, "wang");
    EXPECT_OK(life_comment(c, k->life, &said, &e));
    EXPECT(e.order_id == id && !e.internal);
    EXPECT_OK(say(c, "zhao", "comment", id, .note = "he is difficult",
                  .internal = true));
    as(c, "zhao");
    (void)events_of(c, k->life, id, LIFE_COMMENT, &n);
    assert_int_equal(n, 2);
    as(c, "wang");
    (void)events_of(c, k->life, id, LIFE_COMMENT, &n);
    assert_int_equal(n, 1);
    as(c, "qian");
    EXPECT_FAULT(life_comment(c, k->life, &said, &e), ERR_ABSENT, NULL);
}

/* -- the stream ----------------------------------------------------------------- */

/* The newest event among the news, and whether ACCOUNT hears of it. */
static bool
is_heard(struct call *c, const char *account, const char **text)
{
    static struct news_row rows[NEWS_PAGE];
    struct news from = { .begun = true };
    struct hearing h = { 0 };
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);
    size_t n = 0;
    bool may;

    EXPECT_OK(news_next(c, &from, rows, &n));
    while (n > 0 && rows[n - 1].kind != NEWS_EVENT)
        n--;
    EXPECT(n > 0);
    EXPECT_OK(hear_begin(c, &rows[n - 1], &h));
    as(c, account);
    EXPECT_OK(hear_may(c, &h, &may));
    if (may)
        hear_write(&h, &out);
    *text = b.s;
    return may;
}

TEST(the_stream_tells_of_a_change_of_rights_to_administrators_alone)
{
    const struct life_case *k = life_open(c, RIGHTS);
    const char *text;

    (void)k->bring(c, 3);
    EXPECT(is_heard(c, "auditor", &text));
    EXPECT(strstr(text, "\"state\":\"withdrawn\",\"verb\":\"withdraw\"")
           != NULL);
    EXPECT(is_heard(c, "secadmin", &text));
    EXPECT(!is_heard(c, "wang", &text) && !is_heard(c, "desk", &text)
           && !is_heard(c, NULL, &text));
}

TEST(the_stream_tells_of_a_planned_change_to_those_who_see_units)
{
    const struct life_case *k = life_open(c, PLANS);
    int64_t id = k->bring(c, 2);
    const char *text;

    EXPECT(is_heard(c, "desk", &text) && is_heard(c, "sysadmin", &text));
    EXPECT(strstr(text, "\"verb\":\"give_up\"") != NULL);
    EXPECT(!is_heard(c, "wang", &text) && !is_heard(c, NULL, &text));
    EXPECT_OK(life_say(c, k, "sysadmin", "call_off", id));
    EXPECT(!is_heard(c, "sysadmin", &text)); /* it is gone */
}

TEST(the_stream_tells_of_an_order_what_its_timeline_shows)
{
    int64_t id;
    const char *text;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    EXPECT(is_heard(c, "wang", &text) && is_heard(c, "zhao", &text));
    EXPECT(strstr(text, "\"state\":\"in_progress\",\"verb\":\"start\"")
           != NULL);
    EXPECT(!is_heard(c, "qian", &text) && !is_heard(c, "li", &text));
    EXPECT_OK(say(c, "zhao", "comment", id, .note = "x", .internal = true));
    EXPECT(is_heard(c, "desk", &text) && !is_heard(c, "wang", &text));
}

static void
lend(struct call *c, int64_t id)
{
    struct event e = { .noun = "key", .noun_id = id, .verb = "lend" };
    TX tx = tx_begin(c);

    EXPECT_OK(event_add(c, &e));
    EXPECT_OK(model_audit(c, "key.lend", "key", id, NULL));
    EXPECT_OK(tx_commit(&tx));
}

TEST(the_stream_tells_of_a_plain_nouns_row_to_those_who_see_it)
{
    struct key key = { .tag = "K1", .unit_id = 3, .place_id = 23, .copies = 2 };
    const char *text;

    example_make(c);
    EXPECT_OK(noun_add(c, &key_noun, &key));
    lend(c, key.id);
    EXPECT(is_heard(c, "near", &text)); /* of Secretaries, who keep it */
    EXPECT(strstr(text, "\"verb\":\"lend\",\"version\":1") != NULL);
    EXPECT(is_heard(c, "house", &text)); /* where it opens */
    EXPECT(!is_heard(c, "far", &text) && !is_heard(c, NULL, &text));
}

/* A draft is its person's own; no rule says who else may hear of it. */
TEST(of_a_noun_that_does_not_say_who_sees_it_nobody_hears)
{
    struct event e = { .noun = "draft", .verb = "x" };
    struct draft d = { .content = "{}" };
    const char *text;

    office_make(c);
    as(c, "wang");
    EXPECT_OK(draft_add(c, &d));
    {
        TX tx = tx_begin(c);

        e.noun_id = d.id;
        EXPECT_OK(event_add(c, &e));
        EXPECT_OK(model_audit(c, "draft.x", "draft", d.id, NULL));
        EXPECT_OK(tx_commit(&tx));
    }
    EXPECT(!is_heard(c, "wang", &text) && !is_heard(c, "leader", &text));
}

/* -- what the audit proves -------------------------------------------------------- */

TEST(an_event_needs_an_entry_of_its_row)
{
    struct event e = { .noun = "right_change", .verb = "x" };
    const struct life_case *k = life_open(c, RIGHTS);

    e.noun_id = k->bring(c, 0);
    TX tx = tx_begin(c);
    EXPECT_OK(event_add(c, &e));
    EXPECT_FAULT(tx_commit(&tx), ERR_BROKEN, NULL);
}

static void
expect_found(struct call *c, struct proved *p, const char *sql)
{
    TX undone = tx_begin(c);

    office_exec(c, sql);
    if (proved_verify(c, p, true).faults == 0)
        fail_msg("not found: %s\n", sql);
}

TEST(what_happened_to_any_row_is_proved_and_stays_when_the_row_has_gone)
{
    const struct life_case *k = PLANS;
    struct proved p;
    int64_t id;

    proved_make(c, &p);
    id = k->bring(c, 0);
    EXPECT_OK(life_say(c, k, "desk", "comment", id));
    EXPECT_OK(life_say(c, k, "sysadmin", "call_off", id));
    (void)RIGHTS->bring(c, 2);
    proved_keep_heads(c, &p);
    proved_expect_whole(c, &p);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM unit_plan") == 0);
    expect_found(c, &p, "UPDATE event SET note = 'x' WHERE verb = 'comment'");
    expect_found(c, &p, "DELETE FROM event WHERE verb = 'call_off'");
    expect_found(c, &p,
                 "UPDATE event SET noun = 'order' WHERE verb = 'refuse'");
    expect_found(c, &p, "UPDATE event SET noun = 'x' WHERE verb = 'refuse'");
    expect_found(c, &p,
                 "UPDATE event SET noun = 'unit_plan' WHERE verb ="
                 " 'accept'");
    expect_found(c, &p,
                 "INSERT INTO event (id, noun, noun_id, at, verb,"
                 " internal) VALUES (7, 'x', 7, 1, 'x', 0)");
    expect_found(c, &p,
                 "INSERT INTO event (id, noun, noun_id, at, verb,"
                 " internal) VALUES (7, 'person', 41, 1, 'x', 0)");
    expect_found(c, &p,
                 "INSERT INTO event (id, noun, noun_id, at, verb,"
                 " internal) SELECT 7, noun, noun_id, 1, 'x', 0 FROM"
                 " event WHERE verb = 'call_off'");
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}
