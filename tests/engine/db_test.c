/* SPDX-License-Identifier: Apache-2.0 */
/* What db.h promises, one test a promise. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char add_counter[] =
    "INSERT INTO counter (name, value) VALUES ($1, $2)";
static const char get_counter[] = "SELECT value FROM counter WHERE name = $1";
static const char count_counters[] = "SELECT count(*) FROM counter";
static const char all_counters[] =
    "SELECT name, value FROM counter ORDER BY name";

static enum err
put(struct call *c, const char *name, int64_t value)
{
    TX tx = tx_begin(c);
    TRY(db_exec(c, add_counter, V(name), V(value)));
    return tx_commit(&tx);
}

static int64_t
get(struct call *c, const char *name)
{
    int64_t value = -1;

    EXPECT_OK(db_int(c, &value, get_counter, V(name)));
    return value;
}

static int64_t
count(struct call *c)
{
    int64_t n = -1;

    EXPECT_OK(db_int(c, &n, count_counters));
    return n;
}

/* -- values ---------------------------------------------------------- */

TEST(values_come_back_as_they_went_in)
{
    static const char add[] =
        "INSERT INTO place (id, code, name, kind, path, full_name, area_m2,"
        " restricted, active, version, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    static const char all[] =
        "SELECT id, name, area_m2, restricted, updated_at, initials, unit_id"
        " FROM place";
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, add, V(INT64_C(9007199254740991)), V("a"),
                      V("1号楼 'x' $1"), V("room"), V(""), V("f"), V(12.25),
                      V(true), V(1), V(1), V(c->now)));
    EXPECT(db_changes(c) == 1);
    EXPECT_OK(tx_commit(&tx));

    ROWS r = db_query(c, all);
    EXPECT(rows_next(&r));
    EXPECT(rows_width(&r) == 7);
    EXPECT(row_int(&r, 0) == INT64_C(9007199254740991));
    assert_string_equal(row_text(&r, 0), "9007199254740991");
    assert_string_equal(row_text(&r, 1), "1号楼 'x' $1");
    EXPECT(row_real(&r, 2) > 12.24 && row_real(&r, 2) < 12.26);
    EXPECT(row_int(&r, 3) == 1);
    EXPECT(row_instant(&r, 4).ms == c->now.ms);
    EXPECT(row_null(&r, 5) && row_text(&r, 5) == NULL);
    EXPECT(row_null(&r, 6) && row_int(&r, 6) == 0);
    EXPECT(!row_null(&r, 0));
    EXPECT(!rows_next(&r));
    EXPECT(!rows_next(&r));
    EXPECT_OK(rows_end(&r));
}

TEST(blobs_come_back_byte_by_byte)
{
    static const unsigned char bytes[] = { 0, 1, 0xff, 'x', 0, 0x80, 0x0a };
    size_t n = 0;
    const void *back;
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, "CREATE TABLE thing (a BYTEA, b BYTEA)"));
    EXPECT_OK(db_exec(c, "INSERT INTO thing (a, b) VALUES ($1, $2)",
                      value_blob(bytes, sizeof(bytes)), value_blob(NULL, 0)));
    ROWS r = db_query(c, "SELECT a, b FROM thing");
    EXPECT(rows_next(&r));
    back = row_blob(&r, 0, &n);
    EXPECT(n == sizeof(bytes) && memcmp(back, bytes, n) == 0);
    EXPECT(row_blob(&r, 1, &n) != NULL && n == 0);
    EXPECT_OK(rows_end(&r));
    EXPECT(tx.open); /* and the table goes with the TX */
}

TEST(a_parameter_may_be_used_twice)
{
    static const char find[] =
        "SELECT value FROM counter WHERE name = $2 AND value > $1 - 1"
        " AND value < $1 + 1";
    int64_t n = 0;

    EXPECT_OK(put(c, "a", 5));
    EXPECT_OK(db_int(c, &n, find, V(5), V("a")));
    EXPECT(n == 5);
    EXPECT_OK(db_int(c, &n, find, V(4), V("a")));
    EXPECT(n == 0);
}

TEST(a_text_that_is_no_sql_is_broken_and_said_so)
{
    ROWS r = db_query(c, "SELEC nothing");

    EXPECT(!rows_next(&r));
    EXPECT(rows_end(&r) == ERR_BROKEN);
    EXPECT(c->fault.code == ERR_BROKEN);
}

TEST(too_few_values_are_refused)
{
    int64_t n;

    EXPECT(db_int(c, &n, get_counter) == ERR_BROKEN);
}

TEST(the_same_statement_may_run_inside_itself)
{
    int64_t sum = 0;

    EXPECT_OK(put(c, "a", 1));
    EXPECT_OK(put(c, "b", 2));
    ROWS r = db_query(c, all_counters);
    while (rows_next(&r)) {
        ROWS inner = db_query(c, all_counters);

        while (rows_next(&inner))
            sum += row_int(&r, 1) * row_int(&inner, 1);
        EXPECT_OK(rows_end(&inner));
    }
    EXPECT_OK(rows_end(&r));
    EXPECT(sum == 9);
}

TEST(text_at_a_reused_address_is_prepared_anew)
{
    char sql[64];
    int64_t n = 0;

    for (int i = 1; i < 40; i++) {
        (void)snprintf(sql, sizeof(sql), "SELECT %d + 0", i);
        EXPECT_OK(db_int(c, &n, sql));
        EXPECT(n == i);
    }
}

TEST(more_statements_than_are_kept_still_run)
{
    int64_t n = 0;

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 600; i++) {
            char *sql = arena_printf(c->arena, "SELECT %d + 0", i);

            EXPECT_OK(db_int(c, &n, db_intern(c, sql)));
            EXPECT(n == i);
        }
}

TEST(interned_text_has_one_address)
{
    char a[] = "SELECT 1", b[] = "SELECT 1";

    EXPECT(db_intern(c, a) == db_intern(c, b));
    EXPECT(db_intern(c, a) != a);
    EXPECT(db_intern(c, "SELECT 2") != db_intern(c, a));
}

/* -- transactions ---------------------------------------------------- */

TEST(a_commit_stays)
{
    EXPECT_OK(put(c, "a", 7));
    EXPECT(get(c, "a") == 7);
}

TEST(a_tx_reads_what_it_wrote)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, add_counter, V("a"), V(3)));
    EXPECT(get(c, "a") == 3);
    EXPECT_OK(tx_commit(&tx));
}

static enum err
give_up(struct call *c)
{
    TX tx = tx_begin(c);
    TRY(db_exec(c, add_counter, V("a"), V(7)));
    return fail(c, ERR_INVALID, "x", "given up");
}

TEST(a_tx_left_without_commit_leaves_nothing)
{
    EXPECT_FAULT(give_up(c), ERR_INVALID, "x");
    EXPECT(count(c) == 0);
    EXPECT_OK(put(c, "a", 1));
    EXPECT(count(c) == 1);
}

static enum err
nest(struct call *c)
{
    TX tx = tx_begin(c);
    TRY(put(c, "outer", 1));
    TRY(put(c, "inner", 2));
    return tx_commit(&tx);
}

TEST(nested_txs_are_one_act)
{
    EXPECT_OK(nest(c));
    EXPECT(count(c) == 2);
}

TEST(an_outer_tx_given_up_takes_the_inner_along)
{
    {
        TX tx = tx_begin(c);
        EXPECT_OK(put(c, "inner", 1));
        EXPECT(count(c) == 1);
    }
    EXPECT(count(c) == 0);
}

TEST(an_inner_tx_given_up_dooms_the_outer)
{
    {
        TX tx = tx_begin(c);
        EXPECT_OK(db_exec(c, add_counter, V("outer"), V(1)));
        EXPECT(give_up(c) == ERR_INVALID);
        EXPECT(db_exec(c, add_counter, V("more"), V(1)) == ERR_INVALID);
        EXPECT(tx_commit(&tx) == ERR_INVALID);
    }
    EXPECT(count(c) == 0);
    EXPECT_OK(put(c, "a", 1));
}

TEST(after_a_failed_statement_everything_in_the_tx_fails)
{
    int64_t n;

    {
        TX tx = tx_begin(c);
        EXPECT_OK(db_exec(c, add_counter, V("a"), V(1)));
        EXPECT(db_exec(c, add_counter, V("a"), V(1)) == ERR_CONFLICT);
        EXPECT(db_exec(c, add_counter, V("b"), V(1)) == ERR_CONFLICT);
        EXPECT(db_int(c, &n, get_counter, V("a")) == ERR_CONFLICT);
        EXPECT(db_number(c, "n", &n) == ERR_CONFLICT);
        EXPECT(tx_commit(&tx) == ERR_CONFLICT);
    }
    EXPECT(count(c) == 0);
}

TEST(a_reference_to_nothing_is_a_conflict)
{
    static const char add[] =
        "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
        " VALUES (1, 2, 3, 0, 0, 1)";
    TX tx = tx_begin(c);

    EXPECT(db_exec(c, add) == ERR_CONFLICT);
}

TEST(rows_left_open_end_with_their_tx)
{
    EXPECT_OK(put(c, "a", 1));
    EXPECT_OK(put(c, "b", 2));
    {
        TX tx = tx_begin(c);
        ROWS r = db_query(c, all_counters);

        EXPECT(rows_next(&r));
        EXPECT_OK(tx_commit(&tx));
        EXPECT(!rows_next(&r));
        EXPECT_OK(rows_end(&r));
    }
    EXPECT_OK(put(c, "c", 3));
}

TEST(rows_of_a_reader_outlive_a_tx)
{
    int n = 0;

    EXPECT_OK(put(c, "a", 1));
    EXPECT_OK(put(c, "b", 2));
    ROWS r = db_query(c, "SELECT name FROM counter WHERE name < 'c'");
    while (rows_next(&r)) {
        EXPECT_OK(put(c, n == 0 ? "x" : "y", n));
        n++;
    }
    EXPECT_OK(rows_end(&r));
    EXPECT(n == 2);
    EXPECT(count(c) == 4);
}

TEST(a_session_that_ends_in_a_tx_undoes_it)
{
    struct tx tx = tx_begin(c);
    struct store *s = NULL;

    memcpy(&s, c->db, sizeof(s)); /* a session begins with its store */
    EXPECT_OK(db_exec(c, add_counter, V("a"), V(1)));
    db_session_end(c);
    db_session(c, s);
    tx_close(&tx);
    EXPECT(count(c) == 0);
}

/* -- numbers, chains, search ----------------------------------------- */

static int64_t
number(struct call *c, const char *name)
{
    int64_t n = 0;
    TX tx = tx_begin(c);

    EXPECT_OK(db_number(c, name, &n));
    EXPECT(db_chain(c) > 0);
    EXPECT_OK(tx_commit(&tx));
    return n;
}

TEST(numbers_rise_by_one_each_name_by_itself)
{
    EXPECT(number(c, "20261123") == 1);
    EXPECT(number(c, "20261123") == 2);
    EXPECT(number(c, "20261124") == 1);
    EXPECT(number(c, "20261123") == 3);
}

static enum err
add_words(struct call *c, const char *noun, int64_t id, const char *text)
{
    TX tx = tx_begin(c);
    TRY(db_search_add(c, noun, id, text_tokens(c->arena, text)));
    return tx_commit(&tx);
}

/* The rows of two nouns, whose ids are never the same. */
static void
make_things(struct call *c)
{
    static const char *const made[] = {
        "DROP TABLE IF EXISTS orders_here",
        "DROP TABLE IF EXISTS key_here",
        "CREATE TABLE orders_here (id BIGINT PRIMARY KEY)",
        "INSERT INTO orders_here (id) VALUES (1), (2)",
        "CREATE TABLE key_here (id BIGINT PRIMARY KEY)",
        "INSERT INTO key_here (id) VALUES (10), (20)",
    };
    TX tx = tx_begin(c);

    for (size_t i = 0; i < COUNT(made); i++)
        EXPECT_OK(db_exec(c, made[i]));
    EXPECT_OK(tx_commit(&tx));
}

static void
drop_things(struct call *c)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, "DROP TABLE orders_here"));
    EXPECT_OK(db_exec(c, "DROP TABLE key_here"));
    EXPECT_OK(tx_commit(&tx));
}

/* The sum of the ids of NOUN's rows that are found, as model/ would ask. */
static int64_t
find_in(struct call *c, const char *noun, const char *table, const char *words)
{
    struct db_search s = db_search_in(c, noun, table);
    const char *q = db_search_query(c, words);
    int64_t sum = 0;

    EXPECT(q != NULL);
    EXPECT_OK(
        db_int(c, &sum,
               db_intern(c, arena_printf(c->arena,
                                         "SELECT coalesce(sum(%s), 0) FROM %s%s"
                                         " WHERE %s",
                                         s.key, s.from, s.join, s.condition)),
               V(q)));
    return sum;
}

static int64_t
find(struct call *c, const char *words)
{
    return find_in(c, "order", "orders_here", words);
}

TEST(orders_are_found_by_their_words)
{
    make_things(c);
    EXPECT_OK(add_words(c, "order", 1, "三楼卫生间漏水了 B305 room"));
    EXPECT_OK(add_words(c, "order", 2, "空调漏水, room B306"));
    EXPECT(find(c, "漏水") == 3);
    EXPECT(find(c, "漏水 空调") == 2);
    EXPECT(find(c, "卫生间漏水") == 1);
    EXPECT(find(c, "b305") == 1);
    EXPECT(find(c, "B30") == 3);
    EXPECT(find(c, "漏") == 3);
    EXPECT(find(c, "电梯") == 0);
    EXPECT(db_search_query(c, " ,, ") == NULL);
    EXPECT(db_search_query(c, NULL) == NULL);
    EXPECT(find(c, "room\" OR \"x' | y:*") == 0);
    drop_things(c);
}

TEST(words_added_again_are_found_beside_the_first)
{
    make_things(c);
    EXPECT_OK(add_words(c, "order", 1, "漏水"));
    EXPECT_OK(add_words(c, "order", 1, "已换水管"));
    EXPECT(find(c, "漏水") == 1);
    EXPECT(find(c, "水管") == 1);
    EXPECT(find(c, "漏水 水管") == 1);
    drop_things(c);
}

TEST(words_of_a_tx_given_up_are_not_found)
{
    make_things(c);
    {
        TX tx = tx_begin(c);
        EXPECT_OK(db_search_add(c, "order", 1, "漏水"));
    }
    EXPECT(find(c, "漏水") == 0);
    EXPECT_OK(add_words(c, "order", 2, "空调"));
    EXPECT(find(c, "漏水") == 0);
    drop_things(c);
}

TEST(each_noun_is_found_by_its_own_words_alone)
{
    make_things(c);
    EXPECT_OK(add_words(c, "order", 1, "钥匙丢了 B305"));
    EXPECT_OK(add_words(c, "key", 10, "配电室钥匙 B305"));
    EXPECT_OK(add_words(c, "key", 20, "屋顶"));
    EXPECT(find(c, "钥匙") == 1);
    EXPECT(find_in(c, "key", "key_here", "钥匙") == 10);
    EXPECT(find_in(c, "key", "key_here", "b305 配电") == 10);
    EXPECT(find_in(c, "key", "key_here", "屋顶") == 20);
    EXPECT(find_in(c, "lock", "key_here", "丢了") == 0);
    EXPECT_OK(add_words(c, "key", 20, "天台"));
    EXPECT(find_in(c, "key", "key_here", "屋顶 天台") == 20);
    drop_things(c);
}

/* -- the fault injector ---------------------------------------------- */

static enum err
act(struct call *c)
{
    int64_t n;
    TX tx = tx_begin(c);
    TRY(db_exec(c, add_counter, V("one"), V(1)));
    TRY(db_number(c, "act", &n));
    TRY(db_int(c, &n, count_counters));
    TRY(db_search_add(c, "order", 1, "漏水"));
    TRY(put(c, "two", 2));
    return tx_commit(&tx);
}

TEST(whichever_statement_fails_nothing_is_left)
{
    int64_t k = 0, expected;
    enum err e;

    make_things(c);
    for (;;) {
        db_fault(c, ++k);
        e = act(c);
        expected = db_fault_count(c);
        db_fault(c, 0);
        if (e == OK)
            break;
        EXPECT(e == ERR_BROKEN);
        EXPECT(expected == k || expected == k + 1);
        EXPECT(get(c, "one") == 0 && get(c, "two") == 0);
        EXPECT(find(c, "漏水") == 0);
    }
    EXPECT(k > 7); /* BEGIN, four statements, RELEASE, COMMIT were seen */
    EXPECT(expected == k - 1);
    EXPECT(get(c, "one") == 1 && get(c, "two") == 2);
}

TEST(a_reading_may_fail_too)
{
    int64_t n;

    db_fault(c, 1);
    EXPECT(db_int(c, &n, count_counters) == ERR_BROKEN);
    EXPECT_OK(db_int(c, &n, count_counters));
    db_fault(c, 0);
}
