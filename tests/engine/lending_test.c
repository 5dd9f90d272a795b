/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of docs/TOUR.md's life say is what happens, and what
   life/life.h promises of parties and of times that come. */
#include <pthread.h>

#include "example/example.h"
#include "model/app.h"
#include "subject/event.h"
#include "subject/notice.h"

static struct lending
lending_now(struct call *c, int64_t id)
{
    struct lending l = { 0 };

    EXPECT_OK(model_get(c, lending_life.model, id, &l));
    return l;
}

static const char *
state_of(struct call *c, int64_t id)
{
    struct lending l = lending_now(c, id);

    return lending_life.states[life_state(&lending_life, &l)];
}

static bool
counts_are(struct call *c, int64_t key_id, int64_t lent, int64_t copies)
{
    struct key k = example_key_now(c, key_id);

    return k.lent == lent && k.copies == copies;
}

/* -- the key keeps count ------------------------------------------------------ */

TEST(no_more_copies_are_lent_than_there_are)
{
    struct lending one, two, view = { 0 };
    int64_t key;

    example_make(c);
    key = example_key(c, "K1", 1).id;
    one = example_ask(c, "wang", key);
    two = example_ask(c, "li", key);
    EXPECT_OK(example_say(c, "desk", "hand_over", one.id));
    EXPECT(counts_are(c, key, 1, 1));
    EXPECT_FAULT(example_say(c, "desk", "hand_over", two.id), ERR_CONFLICT,
                 "key_id");
    EXPECT_OK(life_get(c, &lending_life, two.id, &view));
    EXPECT(strcmp(view.verbs, "[]") == 0
           && strstr(view.why_not, "hand_over") != NULL);
    EXPECT_OK(example_say(c, "desk", "take_back", one.id));
    EXPECT(counts_are(c, key, 0, 1));
    EXPECT(example_key_now(c, key).until.ms == 0);
    EXPECT_OK(example_say(c, "desk", "hand_over", two.id));
    EXPECT(example_key_now(c, key).until.ms == two.until.ms);
}

TEST(a_copy_that_is_lost_is_counted_no_more_until_it_is_found)
{
    int64_t key, id;

    example_make(c);
    key = example_key(c, "K1", 1).id;
    id = example_ask(c, "wang", key).id;
    EXPECT_OK(example_say(c, "desk", "hand_over", id));
    EXPECT_OK(example_say(c, "wang", "report_lost", id));
    EXPECT(counts_are(c, key, 0, 0));
    EXPECT_OK(example_say(c, "desk", "take_back", id));
    EXPECT(counts_are(c, key, 0, 1));
}

/* If-Match speaks of the lending; the key has another version. */
TEST(a_version_that_is_asked_for_is_that_of_the_row_with_the_life)
{
    int64_t key, id;

    example_make(c);
    key = example_key(c, "K1", 2).id;
    id = example_ask(c, "wang", key).id;
    EXPECT_OK(example_say(c, "desk", "hand_over", id));
    id = example_ask(c, "wang", key).id;
    c->if_version = 7;
    EXPECT_FAULT(example_say(c, "desk", "hand_over", id), ERR_STALE, NULL);
    c->if_version = 1;
    EXPECT_OK(example_say(c, "desk", "hand_over", id));
    EXPECT(example_key_now(c, key).version == 3);
}

#define HANDS 4
#define WISHES 3 /* of each */

struct hand {
    pthread_t thread;
    const struct call *c;
    int64_t ids[WISHES];
    int done, refused;
};

/* Hand over all of one's wishes, each as often as it loses a race. */
static void *
hand_all_over(void *arg)
{
    struct hand *h = arg;
    struct call mine = { .arena = arena_open(),
                         .app = h->c->app,
                         .words = h->c->words,
                         .now = h->c->now,
                         .lang = LANG_EN,
                         .channel = "test" };

    db_session(&mine, mine.app->store);
    for (int i = 0; i < WISHES; i++) {
        enum err e = ERR_BUSY;

        for (int tries = 0; e == ERR_BUSY && tries < 1000; tries++)
            e = example_say(&mine, "desk", "hand_over", h->ids[i]);
        h->done += e == OK;
        h->refused += e == ERR_CONFLICT;
    }
    db_session_end(&mine);
    arena_close(mine.arena);
    return NULL;
}

TEST(of_many_hands_at_once_none_lends_more_copies_than_there_are)
{
    struct hand hands[HANDS] = { 0 };
    int done = 0, refused = 0;
    int64_t key;

    example_make(c);
    key = example_key(c, "K1", 5).id;
    for (int i = 0; i < HANDS; i++) {
        hands[i].c = c;
        for (int k = 0; k < WISHES; k++)
            hands[i].ids[k] = example_ask(c, "wang", key).id;
    }
    for (int i = 0; i < HANDS; i++)
        EXPECT(pthread_create(&hands[i].thread, NULL, hand_all_over, &hands[i])
               == 0);
    for (int i = 0; i < HANDS; i++) {
        EXPECT(pthread_join(hands[i].thread, NULL) == 0);
        done += hands[i].done;
        refused += hands[i].refused;
    }
    EXPECT(done == 5 && refused == HANDS * WISHES - 5);
    EXPECT(counts_are(c, key, 5, 5));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM lending WHERE state = 'lent'")
           == 5);
}

/* -- what is wrong is named ---------------------------------------------------- */

static enum err
wish(struct call *c, struct lending l)
{
    as(c, "wang");
    return noun_add(c, &lending_noun, &l);
}

TEST(what_is_wrong_with_a_wish_or_a_verb_is_named_and_changes_nothing)
{
    const instant soon = { c->now.ms + HOUR_MS };
    const struct life_words no_reason = { 0 };
    struct lending view = { 0 };
    struct life_words in;
    uint64_t before;
    int64_t key, id;

    example_make(c);
    key = example_key(c, "K1", 1).id;
    id = example_ask(c, "wang", key).id;
    EXPECT_OK(example_say(c, "desk", "hand_over", id));
    before = everything(c);
    EXPECT_FAULT(wish(c, (struct lending){ .until = soon }), ERR_INVALID,
                 "key_id");
    EXPECT_FAULT(wish(c, (struct lending){ .key_id = key }), ERR_INVALID,
                 "until");
    EXPECT_FAULT(wish(c, (struct lending){ .key_id = 999, .until = soon }),
                 ERR_INVALID, "key_id");
    EXPECT_FAULT(wish(c, (struct lending){ .key_id = key, .until = c->now }),
                 ERR_INVALID, "until");
    in = no_reason;
    in.id = id;
    EXPECT_FAULT(life_do(c, &lending_life, "report_lost", &in, &view),
                 ERR_INVALID, "reason");
    EXPECT_FAULT(life_do(c, &lending_life, "sell", &in, &view), ERR_CONFLICT,
                 "state");
    EXPECT_FAULT(life_do(c, &lending_life, "fall_due", &in, &view), ERR_DENIED,
                 NULL);
    in.id = 999;
    EXPECT_FAULT(life_do(c, &lending_life, "report_lost", &in, &view),
                 ERR_ABSENT, NULL);
    EXPECT(everything(c) == before);
}

/* -- whose it is ----------------------------------------------------------------- */

TEST(rows_with_a_life_are_listed_for_those_who_are_a_party_to_them)
{
    static const char *const accounts[] = { "wang", "li",   "desk",     "house",
                                            "far",  "zhao", "sysadmin", NULL };
    struct key away = { .tag = "K9", .place_id = 24, .copies = 1 };
    int64_t ids[3];

    example_make(c);
    ids[0] = example_ask(c, "wang", example_key(c, "K1", 1).id).id;
    ids[1] = example_ask(c, "li", example_key(c, "K2", 1).id).id;
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &key_noun, &away));
    ids[2] = example_ask(c, "li", away.id).id;
    for (size_t i = 0; accounts[i] != NULL; i++) {
        struct list l = { .model = lending_noun.model };
        size_t seen = 0;

        as(c, accounts[i]);
        EXPECT_OK(noun_list(c, &lending_noun, &l));
        for (size_t k = 0; k < COUNT(ids); k++) {
            struct lending one = { .id = ids[k] };

            seen += noun_get(c, &lending_noun, &one) == OK;
        }
        if (seen != l.n)
            fail_msg("%s: %zu listed, %zu got\n", accounts[i], l.n, seen);
    }
    as(c, NULL);
    EXPECT_FAULT(noun_list(c, &lending_noun,
                           &(struct list){ .model = lending_noun.model }),
                 ERR_UNSIGNED, NULL);
}

/* -- a time comes --------------------------------------------------------------- */

/* So many copies of a key lent to wang until an hour from now. */
static void
lend(struct call *c, const char *tag, int n)
{
    int64_t key = example_key(c, tag, n).id;

    for (int i = 0; i < n; i++)
        EXPECT_OK(example_say(c, "desk", "hand_over",
                              example_ask(c, "wang", key).id));
}

static int64_t
overdue(struct call *c)
{
    return office_int(c,
                      "SELECT COUNT(*) FROM lending WHERE state = 'overdue'");
}

TEST(when_its_time_comes_a_row_is_woken_once_and_its_person_is_told)
{
    int64_t id, done = 0;
    struct list l = { .model = &notice_model };

    example_make(c);
    lend(c, "K1", 1);
    id = office_int(c, "SELECT MAX(id) FROM lending");
    as(c, NULL);
    EXPECT_OK(life_wake(c, &lending_life, 10, &done));
    EXPECT(done == 0 && strcmp(state_of(c, id), "lent") == 0);
    office_pass(c, 2 * HOUR_MS);
    EXPECT_OK(life_wake(c, &lending_life, 10, &done));
    EXPECT(done == 1 && strcmp(state_of(c, id), "overdue") == 0);
    EXPECT_OK(life_wake(c, &lending_life, 10, &done));
    EXPECT(done == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry"
                         " WHERE action = 'lending.fall_due'")
           == 1);
    as(c, "wang");
    EXPECT_OK(notice_list(c, &l));
    EXPECT(l.n == 2
           && strcmp(((const struct notice *)l.rows)->kind, "fall_due") == 0);
}

TEST(a_round_takes_no_more_rows_than_it_is_told_and_the_next_goes_on)
{
    int64_t done = 0;

    example_make(c);
    lend(c, "K1", 5);
    office_pass(c, 2 * HOUR_MS);
    as(c, NULL);
    EXPECT_OK(life_wake(c, &lending_life, 2, &done));
    EXPECT(done == 2 && overdue(c) == 2);
    EXPECT_OK(life_wake(c, &lending_life, 2, &done));
    EXPECT_OK(life_wake(c, &lending_life, 2, &done));
    EXPECT(done == 1 && overdue(c) == 5);
}

/* Those due first cannot be; nobody waits for them. */
TEST(rows_that_cannot_be_woken_do_not_keep_the_others_waiting)
{
    int64_t done = 0;

    example_make(c);
    lend(c, "K1", 3);
    lend(c, "K2", 2);
    office_exec(c, "UPDATE key SET kind = 'unheard of' WHERE tag = 'K1'");
    office_pass(c, 2 * HOUR_MS);
    as(c, NULL);
    EXPECT_FAULT(life_wake(c, &lending_life, 2, &done), ERR_BROKEN, "kind");
    EXPECT(done == 2 && overdue(c) == 2);
}

TEST(whoever_is_a_party_to_a_lending_may_hear_of_it_and_nobody_else)
{
    struct event e = { .verb = "hand_over" };
    struct lending one;
    bool may = false;

    example_make(c);
    one = example_ask(c, "wang", example_key(c, "K1", 1).id);
    as(c, "wang");
    EXPECT_OK(life_may_hear(c, &lending_life, &one, &e, &may));
    EXPECT(may);
    as(c, "li");
    EXPECT_OK(life_may_hear(c, &lending_life, &one, &e, &may));
    EXPECT(!may);
}
