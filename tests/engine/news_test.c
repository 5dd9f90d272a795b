/* SPDX-License-Identifier: Apache-2.0 */
/* What news.h promises: each row once, in the order of commits. */
#include "api/news.h"

#include "api/route.h"
#include "database.h"
#include "model/app.h"
#include "office.h"

static struct news_row rows[NEWS_PAGE];

/* How many rows are new; they are taken, in their order. */
static size_t
take_new(struct call *c, struct news *n)
{
    size_t count = 0;
    int64_t before = n->high;

    EXPECT_OK(news_next(c, n, rows, &count));
    for (size_t i = 0; i < count; i++) {
        EXPECT(rows[i].seq > before);
        before = rows[i].seq;
        news_take(n, before);
    }
    return count;
}

static size_t
take_late(struct call *c, struct news *n)
{
    size_t count = 0;

    EXPECT_OK(news_late(c, n, rows, &count));
    for (size_t i = 0; i < count; i++)
        news_take(n, rows[i].seq);
    return count;
}

static void
add_row(struct call *c, int64_t seq)
{
    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO news (seq, kind, row_id)"
                                " VALUES (%lld, 1, 1)",
                                (long long)seq));
}

static const char *
path_in(struct call *c, const char *table, int64_t id)
{
    const char *path = NULL;
    struct rows r =
        db_query(c, db_intern(c, arena_printf(c->arena,
                                              "SELECT path FROM %s WHERE id ="
                                              " %lld",
                                              table, (long long)id)));

    if (rows_next(&r))
        path = arena_text(c->arena, row_text(&r, 0));
    EXPECT_OK(rows_end(&r));
    return path ? path : "";
}

TEST(what_happens_is_news_once_and_in_its_order)
{
    struct news n;
    int64_t id;

    office_make(c);
    (void)ask(c, "li", "A04");
    EXPECT_OK(news_begin(c, &n));
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "accept", id));
    EXPECT_OK(say(c, "desk", "comment", id, .note = "x", .internal = true));
    assert_int_equal(take_new(c, &n), 4);
    EXPECT(rows[0].noun_id == id && strcmp(rows[0].verb, "submit") == 0);
    /* With where it lies, so that whoever tells it asks for nothing more. */
    EXPECT(
        rows[0].unit_path && rows[0].place_path
        && strcmp(rows[0].unit_path, path_in(c, "unit", rows[0].unit_id)) == 0
        && strcmp(rows[0].place_path, path_in(c, "place", rows[0].place_id))
               == 0);
    EXPECT(rows[1].noun_id == id && strcmp(rows[1].verb, "accept") == 0);
    EXPECT(rows[2].kind == NEWS_NOTICE && rows[2].person_id == 41
           && strcmp(rows[2].word, "accepted") == 0);
    EXPECT(rows[3].internal && strcmp(rows[3].verb, "comment") == 0);
    assert_int_equal(take_new(c, &n), 0);
    EXPECT(n.n_gaps == 0 && news_position(&n) == n.high);
}

TEST(what_was_given_up_is_no_news)
{
    struct news n;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(news_begin(c, &n));
    {
        TX tx = tx_begin(c);
        EXPECT_OK(say(c, "desk", "accept", id));
    }
    EXPECT_FAULT(say(c, "wang", "accept", id), ERR_DENIED, NULL);
    assert_int_equal(take_new(c, &n), 0);
}

TEST(news_are_in_the_order_of_commits_though_the_clock_was_set_back)
{
    struct news n;
    int64_t first, second;

    office_make(c);
    EXPECT_OK(news_begin(c, &n));
    office_pass(c, 8 * HOUR_MS);
    first = ask(c, "wang", "A04").id;
    office_pass(c, -8 * HOUR_MS);
    second = ask(c, "wang", "A04").id;
    EXPECT(second > first);
    assert_int_equal(take_new(c, &n), 2);
    EXPECT(rows[0].noun_id == first && rows[1].noun_id == second);
}

TEST(a_number_that_was_passed_over_is_shown_when_it_comes)
{
    struct news n;

    add_row(c, 10);
    EXPECT_OK(news_begin(c, &n));
    add_row(c, 13);
    assert_int_equal(take_new(c, &n), 1);
    EXPECT(n.high == 13 && news_position(&n) == 10);
    add_row(c, 12);
    assert_int_equal(take_late(c, &n), 1);
    EXPECT(rows[0].seq == 12 && news_position(&n) == 10);
    assert_int_equal(take_new(c, &n), 0);
    /* 11 is nobody's: nobody is left who could commit it. */
    assert_int_equal(take_late(c, &n), 0);
    assert_int_equal(take_late(c, &n), 0);
    EXPECT(n.n_gaps == 0 && news_position(&n) == 13);
}

/* As long as a transaction is open that may have taken the number. */
TEST(a_number_is_waited_for_while_its_transaction_is_under_way)
{
    struct call other = { .arena = arena_open(), .now = c->now };
    struct news n;

    if (!database_is_postgres()) {
        arena_close(other.arena);
        return;
    }
    add_row(c, 1);
    EXPECT_OK(news_begin(c, &n));
    db_session(&other, c->app->store);
    {
        TX tx = tx_begin(&other);
        EXPECT(db_exec(&other, "INSERT INTO news (seq, kind, row_id)"
                               " VALUES (2, 1, 1)")
               == OK);
        add_row(c, 3);
        assert_int_equal(take_new(c, &n), 1);
        for (int i = 0; i < 4; i++)
            assert_int_equal(take_late(c, &n), 0);
        EXPECT(news_position(&n) == 1);
        EXPECT(tx_commit(&tx) == OK);
    }
    assert_int_equal(take_late(c, &n), 1);
    EXPECT(rows[0].seq == 2 && news_position(&n) == 3);
    db_session_end(&other);
    arena_close(other.arena);
}

TEST(what_was_taken_is_read_again_but_not_what_is_late)
{
    struct news n;
    int64_t end = 10;
    size_t count = 0;

    add_row(c, 10);
    EXPECT_OK(news_begin(c, &n));
    add_row(c, 11);
    add_row(c, 13);
    (void)take_new(c, &n);
    add_row(c, 12);
    add_row(c, 14);
    EXPECT_OK(news_again(c, &n, &end, rows, &count));
    EXPECT(count == 2 && rows[0].seq == 11 && rows[1].seq == 13 && end == 13);
}

TEST(the_newest_news_are_kept_and_the_older_dropped)
{
    int64_t done = 0;

    add_row(c, 1);
    add_row(c, 2);
    add_row(c, NEWS_KEPT + 2);
    EXPECT_OK(news_drop_old(c, 500, &done));
    EXPECT(done == 2);
    EXPECT_OK(news_drop_old(c, 500, &done));
    EXPECT(done == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM news") == 1);
    add_row(c, 10 * NEWS_KEPT);
    /* A batch of them at a time. */
    EXPECT_OK(news_drop_old(c, 5, &done));
    EXPECT(done == 5);
}

/* -- ids ----------------------------------------------------------------------- */

TEST(the_newest_id_is_found_whatever_table_it_is_in)
{
    const struct model *const *all = all_models();
    size_t n = 0;
    int64_t newest = 0, order;

    while (all[n] != NULL)
        n++;
    office_make(c);
    order = ask(c, "wang", "A04").id;
    EXPECT_OK(model_newest_id(c, all, n, &newest));
    EXPECT(newest > order);
    office_exec(c, "INSERT INTO draft (id, person_id, content, version,"
                   " created_at, updated_at) VALUES (8000000000000000, 41,"
                   " '{}', 1, 1, 1)");
    EXPECT_OK(model_newest_id(c, all, n, &newest));
    EXPECT(newest == 8000000000000000);
    /* What no id can be is none. */
    office_exec(c, "UPDATE draft SET id = 9007199254740992");
    EXPECT_OK(model_newest_id(c, all, n, &newest));
    EXPECT(newest < 8000000000000000);
}
