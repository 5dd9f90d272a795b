/* SPDX-License-Identifier: Apache-2.0 */
/* What order/import.h promises of other people's requests and of the maps
   that tell what their columns mean. */
#include <stdio.h>

#include "engine/order/import.h"
#include "office.h"

static const char map_head[] =
    "source: old\nprefix: OLD\ntime_zone: Asia/Shanghai\n";
static const char map_columns[] =
    "columns:\n  identity: id\n  submitted_at: asked\n";

/* A map with the head and the columns above and MORE; its fault if it is
   wrong. */
static enum err
read_map(struct call *c, const char *more, struct import_map **map)
{
    const char *text =
        arena_printf(c->arena, "%s%s%s", map_head, map_columns, more);

    return import_map_read(c, "map.yaml", text, strlen(text), map);
}

/* The text CSV by the map. */
static enum err
bring(struct call *c, const struct import_map *map, const char *csv,
      bool dry_run, struct import_report *out)
{
    const struct import_file file = { "old.csv", csv, strlen(csv) };
    const struct import_wish w = {
        .map = map, .files = &file, .n_files = 1, .dry_run = dry_run
    };

    return import_requests(c, &w, out);
}

static struct import_report
run(struct call *c, const char *more, const char *csv, bool dry_run)
{
    struct import_report r = { 0 };
    struct import_map *map;

    as(c, NULL);
    EXPECT_OK(read_map(c, more, &map));
    EXPECT_OK(bring(c, map, csv, dry_run, &r));
    return r;
}

static void
expect_refused(const struct import_report *r, size_t i, int64_t line,
               const char *column)
{
    EXPECT(i < r->n_refusals);
    assert_int_equal(r->refusals[i].line, line);
    assert_string_equal(r->refusals[i].column, column);
}

static int64_t
orders(struct call *c)
{
    return office_int(c, "SELECT COUNT(*) FROM orders");
}

/* -- rows ---------------------------------------------------------------------- */

TEST(importing_requests_twice_makes_nothing_twice)
{
    static const char csv[] = "id,asked\n1,2025-03-03 09:10:00\n"
                              "2,2025-03-03 09:11:00\n";
    struct import_report r;

    office_make(c);
    r = run(c, "", csv, true);
    EXPECT(r.orders == 2 && orders(c) == 0);
    r = run(c, "", csv, false);
    EXPECT(r.rows == 2 && r.orders == 2 && r.known == 0 && orders(c) == 2);
    uint64_t before = everything(c);
    r = run(c, "", csv, true);
    EXPECT(r.orders == 0 && r.known == 2 && everything(c) == before);
    r = run(c, "", csv, false);
    EXPECT(r.orders == 0 && r.known == 2 && orders(c) == 2);
}

/* Nobody is told of each order of the years gone by. */
TEST(an_import_is_one_piece_of_news)
{
    static const char csv[] = "id,asked\n1,2025-03-03 09:10:00\n"
                              "2,2025-03-03 09:11:00\n";

    office_make(c);
    (void)run(c, "", csv, true);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM news") == 0);
    (void)run(c, "", csv, false);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM news") == 1);
    EXPECT(office_int(c, "SELECT kind FROM news") == NEWS_MANY);
}

TEST(a_row_that_cannot_be_read_is_refused_with_line_and_column)
{
    static const char more[] =
        "  closed_at: done\n  state: state\n  verdict: verdict\n"
        "  priority: grade\n"
        "values:\n  state:\n    - {is: \"9\", means: closed}\n"
        "  verdict:\n    - {is: Y, means: overdue}\n";
    static const char csv[] =
        "id,asked,done,state,verdict,grade\n"
        "1,2025-02-31 09:10:00,,9,,\n"                    /* no such day */
        ",2025-03-03 09:10:00,,9,,\n"                     /* nameless */
        "3,2025-03-03 09:10:00,2025-03-02 00:00:00,9,,\n" /* done before */
        "4,2025-03-03 09:10:00,,8,,\n"                    /* an unknown code */
        "5,2025-03-03 09:10:00,,9,?,\n"                   /* and another */
        "6,2025-03-03 09:10:00,,9,Y,6\n"                  /* out of limits */
        "7,2025-03-03 09:10:00,,9,Y,5\n";
    static const char *const columns[] = { "asked", "id",      "done",
                                           "state", "verdict", "grade" };
    struct import_report r;

    office_make(c);
    r = run(c, more, csv, false);
    assert_int_equal(r.refused, 6);
    for (size_t i = 0; i < COUNT(columns); i++)
        expect_refused(&r, i, (int64_t)i + 2, columns[i]);
    EXPECT(r.orders == 1 && r.overdue == 1 && orders(c) == 1);
}

/* A row asked for at WHEN. */
static struct import_report
run_at(struct call *c, const char *when)
{
    return run(c, "", arena_printf(c->arena, "id,asked\n7,%s\n", when), false);
}

TEST(a_moment_is_read_whole_or_refused)
{
    static const char *const wrong[] = {
        "2025-03-03X09:10:00", "2025-03-03 1::10:00", "2025-03-03 09:1::00",
        "2025-03-03 09:10:0:", "2025-03-03 24:00:00", "2025-03-03 09:60:00",
        "2025-03-03 09:10:61", "2025-02-30 09:10:00", "2025-03-03 09:10",
        "2025-03-03 09:10:000"
    };

    office_make(c);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct import_report r = run_at(c, wrong[i]);

        if (r.n_refusals != 1)
            fail_msg("%s is taken for a moment\n", wrong[i]);
        expect_refused(&r, 0, 2, "asked");
    }
    assert_int_equal(run_at(c, "2025-03-03T23:59:58").n_refusals, 0);
    assert_int_equal(office_int(c, "SELECT MAX(submitted_at) FROM orders"),
                     at("2025-03-03 23:59").ms + 58 * SECOND_MS);
}

TEST(semicolons_tabs_and_what_the_map_says_stand_between_cells)
{
    office_make(c);
    EXPECT(run(c, "", "id;asked\n1;2025-03-03 09:10:00\n", true).orders == 1);
    EXPECT(run(c, "", "id\tasked\n1\t2025-03-03 09:10:00\n", true).orders == 1);
    EXPECT(
        run(c, "separator: \"|\"\n", "id|asked\n1|2025-03-03 09:10:00\n", true)
            .orders
        == 1);
    EXPECT(
        run(c, "separator: tab\n", "id\tasked\n1\t2025-03-03 09:10:00\n", true)
            .orders
        == 1);
}

TEST(several_columns_make_one_thing_together)
{
    static const char map[] =
        "source: old\nprefix: OLD\ntime_zone: Asia/Urumqi\n"
        "time_format: \"%d.%m.%Y %H:%M\"\n"
        "columns:\n  identity: year + no\n  submitted_at: date + time\n"
        "  place: house + room\n";
    static const char csv[] =
        "year,no,date,time,house,room\n"
        "2025, 007 ,03.03.2025,09:10,2,\n"
        "2025,,04.03.2025,,1,101\n";
    struct import_report r = { 0 };
    struct import_map *m;

    office_make(c);
    as(c, NULL);
    EXPECT_OK(import_map_read(c, "map.yaml", map, strlen(map), &m));
    EXPECT_OK(bring(c, m, csv, false, &r));
    EXPECT(r.orders == 1 && r.refused == 1);
    expect_refused(&r, 0, 3, "date + time");
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders WHERE number ="
                         " 'OLD-2025-007' AND place_name = '2'")
           == 1);
    /* Urumqi's clock is two hours behind. */
    EXPECT(office_int(c, "SELECT submitted_at FROM orders")
           == at("2025-03-03 11:10").ms);
}

TEST(a_column_that_is_not_there_is_named_beside_those_that_are)
{
    struct import_report r = { 0 };
    struct import_map *m;

    office_make(c);
    as(c, NULL);
    c->lang = LANG_EN;
    EXPECT_OK(read_map(c, "", &m));
    EXPECT_FAULT(bring(c, m, "id,when\n", false, &r),
                 ERR_INVALID, "asked");
    EXPECT(strstr(c->fault.text, "“when”") != NULL);
    EXPECT_FAULT(bring(c, m, "id,asked,id\n", false, &r),
                 ERR_INVALID, "id");
}

/* -- maps ---------------------------------------------------------------------- */

TEST(a_map_that_means_words_that_are_none_is_refused)
{
    static const char *const bad[] = {
        "values:\n  state:\n    - {is: \"9\", means: finished}\n",
        "values:\n  verdict:\n    - {is: Y, means: late}\n",
        "values:\n  channel:\n    - {is: T, means: telephone}\n",
        "values:\n  priority:\n    - {is: A, means: \"0\"}\n",
        "defaults: {channel: telephone}\n",
        "defaults: {state: open}\n",
        "defaults: {priority: 6}\n",
        "defaults: {sla_class: Q9}\n",
        "separator: comma\n",
    };
    struct import_map *m;

    office_make(c);
    as(c, NULL);
    EXPECT_OK(read_map(c, "defaults: {sla_class: N, priority: 5}\n", &m));
    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT_FAULT(read_map(c, bad[i], &m), ERR_INVALID, "map.yaml");
}

TEST(a_map_has_a_zone_and_a_short_plain_prefix)
{
    static const char *const bad[] = {
        "source: s\nprefix: O\ntime_zone: Asia/Nowhere\n",
        "source: s\nprefix: ABCDEFGHI\ntime_zone: Asia/Shanghai\n",
        "source: s\nprefix: \"A%\"\ntime_zone: Asia/Shanghai\n",
        "source: s\nprefix: 旧\ntime_zone: Asia/Shanghai\n",
    };
    struct import_map *m;

    office_make(c);
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *text = arena_printf(c->arena, "%s%s", bad[i], map_columns);

        EXPECT_FAULT(import_map_read(c, "m", text, strlen(text), &m),
                     ERR_INVALID, "m");
    }
}
