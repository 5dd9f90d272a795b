/* SPDX-License-Identifier: Apache-2.0 */
/* What order/import.h promises of other people's requests and of the maps
   that tell what their columns mean. */
#include <stdio.h>

#include "engine/order/import.h"
#include "proved.h"

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

TEST(an_import_ends_when_it_is_done_and_not_when_it_began)
{
    static struct import_map *map;
    struct import_file file = { "old.csv", NULL, 0 };
    struct buf csv = buf_make(c->arena, 0);
    struct import_wish w = { .files = &file, .n_files = 1 };
    struct import_report r = { 0 };

    office_make(c);
    as(c, NULL);
    EXPECT_OK(read_map(c, "", &map));
    buf_puts(&csv, "id,asked\n");
    for (int i = 0; i < 200; i++)
        buf_printf(&csv, "%d,2025-03-03 09:10:00\n", i);
    file.text = csv.s;
    file.n = csv.len;
    w.map = map;
    EXPECT_OK(import_requests(c, &w, &r));
    EXPECT(office_int(c, "SELECT ended_at - begun_at FROM request_import") > 0);
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
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM news n LEFT JOIN event"
                                   " e ON e.id = n.row_id WHERE n.kind = 3"
                                   " OR e.noun = 'order'"),
                     1);
    EXPECT(office_int(c, "SELECT MAX(kind) FROM news") == NEWS_MANY);
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
        "5,2025-03-03 09:10:00,,9,so,\n"                  /* and another */
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
        "2025-03-03 09:10:0:", "2025-03-03 24:00:01", "2025-03-03 09:60:00",
        "2025-03-03 09:10:61", "2025-02-30 09:10:00", "2025-03-03 09:10:000"
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
        "2025,,04.13.2025,,1,101\n";
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
    EXPECT_FAULT(bring(c, m, "id,when\n", false, &r), ERR_INVALID, "asked");
    EXPECT(strstr(c->fault.text, "“when”") != NULL);
    EXPECT_FAULT(bring(c, m, "id,asked,id\n", false, &r), ERR_INVALID, "id");
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

/* -- several rows of one request, and later exports ---------------------------- */

static const char day_by_day[] =
    "  state: state\n  closed_at: done\n  crew: crew\n"
    "values:\n  state:\n    - {is: 处理中, means: in_progress}\n"
    "    - {is: 已完成, means: closed}\n";
static const char twice[] =
    "id,asked,state,done,crew\n"
    "1,2025-03-03 09:10:00,处理中,,甲\n"
    "1,2025-03-03 09:10:00,已完成,2025-03-04 10:00:00,"
    "乙\n";

static const char *
of(struct call *c, const char *repeats)
{
    return arena_printf(c->arena, "%srepeats: %s\n", day_by_day, repeats);
}

static int64_t
in_state(struct call *c, const char *state)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT COUNT(*) FROM orders WHERE"
                                      " state = '%s'",
                                      state));
}

TEST(of_several_rows_of_a_request_the_map_says_which_holds)
{
    struct import_report r;

    office_make(c);
    r = run(c, of(c, "last"), twice, true);
    EXPECT(r.rows == 2 && r.orders == 1 && r.repeated == 1 && r.refused == 0);
    r = run(c, of(c, "refuse"), twice, true);
    EXPECT(r.orders == 1 && r.refused == 1);
    expect_refused(&r, 0, 3, "id");
    r = run(c, of(c, "first"), twice, true);
    EXPECT(r.orders == 1 && r.repeated == 1 && r.known == 0);
    r = run(c, of(c, "last"), twice, false);
    EXPECT(r.orders == 1 && in_state(c, "closed") == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM crew WHERE name = '甲'") == 0);
}

TEST(a_later_export_brings_what_is_there_up_to_date)
{
    static const char before[] =
        "id,asked,state,done,crew\n"
        "1,2025-03-03 09:10:00,处理中,,甲\n"
        "2,2025-03-03 09:10:00,处理中,,甲\n";
    struct import_report r;

    office_make(c);
    (void)run(c, of(c, "update"), before, false);
    r = run(c, of(c, "first"), twice, false);
    EXPECT(r.known == 1 && in_state(c, "in_progress") == 2);
    r = run(c, of(c, "update"), twice, true);
    EXPECT(r.updated == 1 && in_state(c, "in_progress") == 2);
    r = run(c, of(c, "update"), twice, false);
    EXPECT(r.updated == 1 && r.orders == 0 && r.known == 0);
    EXPECT(in_state(c, "closed") == 1 && in_state(c, "in_progress") == 1);
    EXPECT(office_int(c, "SELECT completed_at FROM orders WHERE external_id ="
                         " '1'")
           == at("2025-03-04 10:00").ms);
    r = run(c, of(c, "update"), twice, false);
    EXPECT(r.updated == 0 && r.known == 1);
}

TEST(an_export_does_not_overwrite_what_somebody_here_has_done)
{
    struct import_report r;

    office_make(c);
    (void)run(c, of(c, "first"), twice, false);
    EXPECT_OK(say(c, "desk", "comment", office_int(c, "SELECT id FROM orders"),
                  .note = "called"));
    r = run(c, of(c, "update"), twice, false);
    EXPECT(r.updated == 0 && r.touched == 1 && in_state(c, "in_progress") == 1);
}

TEST(an_order_that_is_worked_on_is_not_completed)
{
    static const char csv[] =
        "id,asked,state,done,crew\n"
        "1,2025-03-03 09:10:00,处理中,2025-03-04 10:00:00,\n";

    office_make(c);
    (void)run(c, of(c, "first"), csv, false);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders WHERE state ="
                         " 'in_progress' AND completed_at IS NULL")
           == 1);
}

TEST(what_is_promised_elsewhere_is_watched_by_the_clock_it_is)
{
    static const char more[] =
        "  state: state\n  closed_at: done\n  complete_due: due\n"
        "repeats: last\n"
        "values:\n  state:\n    - {is: 处理中, means: in_progress}\n"
        "    - {is: 已完成, means: closed}\n";
    static const char csv[] =
        "id,asked,state,due,done\n"
        "1,2025-03-03 09:10:00,处理中,2025-03-04 10:00:00,\n"
        "2,2025-03-03 09:10:00,处理中,,\n"
        "3,2025-03-03 09:10:00,已完成,2025-03-04 10:00:00,2025-03-04 9:00\n";

    office_make(c);
    (void)run(c, more, csv, false);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders WHERE nearest_clock ="
                         " 'complete' AND nearest_due = complete_due")
           == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders WHERE nearest_due IS NULL"
                         " AND nearest_clock IS NULL")
           == 2);
}

/* Verdicts are compared where both have one, and once a request. */
TEST(only_two_verdicts_can_disagree)
{
    static const char more[] =
        "  closed_at: done\n  complete_due: due\n  verdict: late\n"
        "repeats: last\n"
        "values:\n  verdict:\n    - {is: 是, means: overdue}\n"
        "    - {is: 否, means: on_time}\n";
    static const char csv[] =
        "id,asked,due,done,late\n"
        "1,2025-03-03 09:10,2025-03-03 17:00,2025-03-03 16:00,是\n"
        "1,2025-03-03 09:10,2025-03-03 17:00,2025-03-03 16:00,否\n"
        "2,2025-03-03 09:10,2025-03-03 17:00,2025-03-03 18:00,\n"
        "3,2025-03-03 09:10,2025-03-03 17:00,2025-03-03 18:00,否\n";
    struct import_report r;

    office_make(c);
    r = run(c, more, csv, true);
    EXPECT(r.with_target == 3 && r.on_time == 2 && r.overdue == 0);
    EXPECT(r.own_on_time == 1 && r.own_overdue == 2);
    EXPECT(r.compared == 2 && r.agreed == 1);
}

/* -- the way back ---------------------------------------------------------------- */

static const char *const what_comes[] = {
    "orders", "service_area", "service_item", "crew", "person", "import_row",
    NULL
};

/* What is told of the import itself stays. */
static int64_t
order_events(struct call *c)
{
    return office_int(c, "SELECT COUNT(*) FROM event WHERE noun = 'order'");
}

static void
undo(struct call *c, int64_t id)
{
    struct request_import r = { 0 };
    bool left = true;

    as(c, "sysadmin");
    EXPECT_OK(
        life_do(c, &import_life, "undo", &(struct life_words){ .id = id }, &r));
    as(c, NULL);
    while (left)
        EXPECT_OK(import_undo_step(c, id, 3, &left));
    EXPECT_OK(model_get(c, &request_import_model, id, &r));
    EXPECT(r.state == IMPORT_UNDONE);
}

TEST(an_import_is_undone_whole)
{
    struct import_report r;
    uint64_t before;

    office_make(c);
    before = tables_sum(c, what_comes);
    r = run(c, of(c, "first"), twice, false);
    EXPECT(r.id != 0 && tables_sum(c, what_comes) != before);
    undo(c, r.id);
    EXPECT(tables_sum(c, what_comes) == before);
    EXPECT(order_events(c) == 0);
    r = run(c, of(c, "first"), twice, false);
    EXPECT(r.orders == 1 && r.known == 0);
}

/* It is told by entries: what went with the orders is not missed, and nothing
   can be put in its place. */
TEST(an_import_that_was_undone_leaves_the_audit_whole)
{
    struct proved p;
    struct import_report first, r;

    proved_make(c, &p);
    first = run(c, of(c, "first"), twice, false);
    proved_expect_whole(c, &p);
    undo(c, first.id);
    proved_expect_whole(c, &p);
    first = run(c, of(c, "first"), twice, false);
    r = run(c, of(c, "update"), twice, false);
    EXPECT(r.updated == 1);
    undo(c, r.id);
    undo(c, first.id);
    proved_expect_whole(c, &p);
    office_exec(c, "INSERT INTO event (id, noun, noun_id, at, verb, internal)"
                   " SELECT 7, noun, noun_id, 1, 'x', 0 FROM audit_entry"
                   " WHERE action = 'order.remove'"
                   " ORDER BY id DESC LIMIT 1");
    assert_int_equal(proved_verify(c, &p, false).faults, 1);
    proved_close(c, &p);
}

TEST(an_update_is_undone_to_what_was_before)
{
    struct import_report first, r;

    office_make(c);
    first = run(c, of(c, "first"), twice, false);
    r = run(c, of(c, "update"), twice, false);
    EXPECT(r.updated == 1 && in_state(c, "closed") == 1);
    undo(c, r.id);
    EXPECT(in_state(c, "in_progress") == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders WHERE completed_at IS"
                         " NULL AND crew_name = '甲' AND gross_ms = 0")
           == 1);
    undo(c, first.id);
    EXPECT(orders(c) == 0);
}

TEST(what_somebody_has_touched_is_kept_and_told)
{
    static const char csv[] =
        "id,asked,crew,state,done\n"
        "1,2025-03-03 09:10:00,甲,处理中,\n"
        "2,2025-03-03 09:10:00,乙,处理中,\n";
    struct import_report r;

    office_make(c);
    r = run(c, of(c, "first"), csv, false);
    EXPECT_OK(
        say(c, "desk", "comment",
            office_int(c, "SELECT id FROM orders WHERE external_id = '2'"),
            .note = "called"));
    undo(c, r.id);
    EXPECT(orders(c) == 1);
    EXPECT(office_int(c, "SELECT kept FROM request_import") == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM crew WHERE name IN ('甲', '乙')")
           == 1);
}

/* A process that ends leaves an import that has begun. */
static int64_t
leave_one(struct call *c)
{
    struct import_report r = run(c, of(c, "first"), twice, false);

    office_exec(c, "UPDATE request_import SET state = 'begun', ended_at ="
                   " NULL");
    office_pass(c, HOUR_MS);
    return r.id;
}

TEST(an_import_that_was_left_goes_on_with_its_files_or_is_undone)
{
    const struct import_file other = { "new.csv", "id,asked\n", 9 };
    struct import_wish w = { .files = &other, .n_files = 1 };
    struct import_report r = { 0 };
    struct import_map *map;
    int64_t id, done = 0;

    office_make(c);
    id = leave_one(c);
    EXPECT_OK(read_map(c, "", &map));
    w.map = map;
    EXPECT_FAULT(import_requests(c, &w, &r), ERR_CONFLICT, NULL);
    r = run(c, of(c, "first"), twice, false);
    EXPECT(r.id == id && r.went_on && orders(c) == 1);
    id = leave_one(c);
    EXPECT_OK(import_round(c, 10, &done));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM request_import WHERE state ="
                         " 'broken'")
           == 2);
    undo(c, id);
}

/* -- what an office sees of it ------------------------------------------------------ */

TEST(what_a_source_brings_is_offered_to_nobody)
{
    struct import_report r;

    office_make(c);
    r = run(c, of(c, "first"), twice, false);
    EXPECT(r.made_areas == 1 && r.made_items == 1 && r.made_crews == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM crew WHERE code LIKE 'OLD-%'"
                         " AND active = 1")
           == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM person WHERE code = 'old' AND"
                         " active = 1")
           == 0);
}

TEST(a_dry_run_counts_by_state_area_item_and_crew)
{
    static const char csv[] =
        "id,asked,state,done,crew\n"
        "1,2025-03-03,处理中,,甲\n"
        "2,2025-03-03,处理中,,乙\n"
        "3,2025-03-03,已完成,2025-03-04,乙\n";
    struct import_report r;
    uint64_t before;

    office_make(c);
    before = everything(c);
    r = run(c, of(c, "first"), csv, true);
    EXPECT(r.n_counts[COUNT_STATES] == 2 && r.counts[COUNT_STATES][0].n == 2);
    assert_string_equal(r.counts[COUNT_STATES][0].name, "in_progress");
    assert_string_equal(r.counts[COUNT_CREWS][0].name, "乙");
    EXPECT(r.counts[COUNT_CREWS][0].n == 2 && r.n_counts[COUNT_AREAS] == 1);
    EXPECT(r.n_counts[COUNT_ITEMS] == 1 && everything(c) == before);
}

/* -- cells as people write them ------------------------------------------------------ */

static const char time_map[] =
    "time_formats: [\"%d.%m.%Y %H:%M:%S\", \"%m/%d/%Y %I:%M %p\", excel]\n";

/* When the request of this identity was asked for, in Shanghai. */
static const char *
asked_at(struct call *c, size_t id)
{
    int64_t ms =
        office_int(c, arena_printf(c->arena,
                                   "SELECT submitted_at FROM orders WHERE"
                                   " external_id = '%zu'",
                                   id))
        + 8 * HOUR_MS;
    struct civil d = civil_of((day){ (int32_t)(ms / DAY_MS + 1) });

    return arena_printf(c->arena, "%04d-%02d-%02d %02d:%02d:%02d", d.year,
                        d.month, d.dom, (int)(ms / HOUR_MS % 24),
                        (int)(ms / MINUTE_MS % 60), (int)(ms / SECOND_MS % 60));
}

TEST(times_are_read_as_people_and_programs_write_them)
{
    static const struct {
        const char *cell, *is;
    } times[] = {
        { "2024-04-16T03:03:15.000", "2024-04-16 03:03:15" },
        { "2024-04-16 03:03:15.250", "2024-04-16 03:03:15" },
        { "2019/4/8 8:37", "2019-04-08 08:37:00" },
        { "2018/4/24", "2018-04-24 00:00:00" },
        { "2018.4.24 8:05", "2018-04-24 08:05:00" },
        { "2026年1月7日", "2026-01-07 00:00:00" },
        { "2026年1月7日 上午9点", "2026-01-07 09:00:00" },
        { "2026年1月7日下午3点半", "2026-01-07 15:30:00" },
        { "2026年01月07日 09时05分", "2026-01-07 09:05:00" },
        { "2026年1月7日 中午12点", "2026-01-07 12:00:00" },
        { "２０２６－０１－０７　０９：３０", "2026-01-07 09:30:00" },
        { "20260107 0930", "2026-01-07 09:30:00" },
        { "20260107093015", "2026-01-07 09:30:15" },
        { "2026-01-07 9:30 PM", "2026-01-07 21:30:00" },
        { "46027.354166667", "2026-01-05 08:30:00" },
        { "24.12.2025 17:05:09", "2025-12-24 17:05:09" },
        { "24.12.2025 17:05", "2025-12-24 17:05:00" },
        { "24.12.2025", "2025-12-24 00:00:00" },
        { "12/24/2025 05:06 PM", "2025-12-24 17:06:00" },
    };

    office_make(c);
    for (size_t i = 0; i < COUNT(times); i++) {
        const char *csv =
            arena_printf(c->arena, "id,asked\n%zu,%s\n", i, times[i].cell);

        if (run(c, time_map, csv, false).orders != 1)
            fail_msg("%s is not read", times[i].cell);
        assert_string_equal(asked_at(c, i), times[i].is);
    }
}

TEST(what_is_no_time_is_refused)
{
    static const char *const none[] = {
        "2025-02-30", "2025-13-01",       "9点",
        "昨天",       "1899-01-01",       "2046-01-01 08:00",
        "2025-1-1-1", "2025-03-03 25:00", "-1",
        "2025",
    };

    office_make(c);
    for (size_t i = 0; i < COUNT(none); i++) {
        const char *csv = arena_printf(c->arena, "id,asked\n1,%s\n", none[i]);

        if (run(c, time_map, csv, true).refused != 1)
            fail_msg("%s is taken for a time", none[i]);
    }
}

TEST(words_that_say_nothing_are_empty_cells)
{
    static const char csv[] =
        "id,asked,done,crew,state\n"
        "1,2025-03-03 09:10,?,无,处理中\n"
        "2,2025-03-03 09:10,N/A,-,处理中\n"
        "3,2025-03-03 09:10,——,甲,处理中\n";
    struct import_report r;

    office_make(c);
    r = run(c, of(c, "first"), csv, true);
    EXPECT(r.orders == 3 && r.refused == 0 && r.made_crews == 1);
    r = run(c, arena_printf(c->arena, "%sempty: [甲]\n", of(c, "first")), csv,
            true);
    EXPECT(r.orders == 0 && r.refused == 3);
}

TEST(titles_totals_and_blanks_around_a_header_are_no_matter)
{
    static const char form[] =
        "维修登记表,,\n填报单位：办公室,,\n"
        " id , asked ,name\n"
        "1,2025-03-03 09:10,灯\n,,\n"
        "合计：,1,\n";
    static const char twin[] = "id,asked\nx,y\nid,asked\n1,2025-03-03\n";
    struct import_report r;

    office_make(c);
    r = run(c, "  title: name\n", form, true);
    EXPECT(r.rows == 1 && r.orders == 1 && r.refused == 0 && r.skipped == 1);
    r = run(c, "header_row: 3\n", twin, true);
    EXPECT(r.rows == 1 && r.orders == 1);
    r = run(c, "  title: name\nskip: [\"1\"]\n", form, true);
    EXPECT(r.orders == 0 && r.skipped == 1 && r.refused == 1);
}

TEST(no_text_is_cut_or_shifted_in_silence)
{
    char *much = arena_alloc(c->arena, 30001);
    const char *map = "  title: name\n  description: text\n  place: place\n";
    struct import_report r;

    office_make(c);
    memset(much, 'x', 30000);
    much[30000] = '\0';
    r = run(c, map,
            arena_printf(c->arena,
                         "id,asked,name,text,place\n"
                         "1,2025-03-03,灯,坏,了,\n"
                         "2,2025-03-03,%.300s,短,\n"
                         "3,2025-03-03,灯,%.19000s,\n"
                         "4,2025-03-03,灯,%s,\n"
                         "%.100s,2025-03-03,灯,坏,\n"
                         "=\"0001\",2025-03-03,灯,坏,\n"
                         "１００２,2025-03-03,灯,坏,\n"
                         "8,2025-03-03,灯,坏,一楼\n",
                         much, much, much, much),
            false);
    assert_int_equal(r.refused, 3);
    expect_refused(&r, 1, 5, "text");
    expect_refused(&r, 2, 6, "id");
    EXPECT(r.refusals[0].line == 2 && r.orders == 5);
    EXPECT(office_int(c, "SELECT LENGTH(description) FROM orders WHERE"
                         " external_id = '2'")
           == 302);
    EXPECT(office_int(c, "SELECT LENGTH(description) FROM orders WHERE"
                         " external_id = '3'")
           == 19000);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders WHERE number IN"
                         " ('OLD-0001', 'OLD-1002')")
           == 2);
}

TEST(a_request_closed_before_it_was_made_is_refused_or_taken)
{
    static const char csv[] = "id,asked,done\n1,2025-03-03,2025-03-02\n";

    office_make(c);
    EXPECT(run(c, "  closed_at: done\n", csv, true).refused == 1);
    EXPECT(run(c, "  closed_at: done\nclosed_early: take\n", csv, true).orders
           == 1);
}

TEST(several_files_are_one_import_and_each_is_named)
{
    const struct import_file files[] = {
        { "a.csv", "id,asked\n1,2025-03-03\n", 22 },
        { "b.csv", "asked,id\n2025-03-03,2\n?,3\n", 26 },
    };
    struct import_wish w = { .files = files, .n_files = 2 };
    struct import_report r = { 0 };
    struct import_map *map;

    office_make(c);
    as(c, NULL);
    EXPECT_OK(read_map(c, "", &map));
    w.map = map;
    EXPECT_OK(import_requests(c, &w, &r));
    EXPECT(r.orders == 2 && r.refused == 1 && orders(c) == 2);
    assert_string_equal(r.refusals[0].file, "b.csv");
    expect_refused(&r, 0, 3, "asked");
}

/* -- faults of a map -------------------------------------------------------------------- */

static void
expect_told(struct call *c, const char *more, const char *line,
            const char *word)
{
    struct import_map *map;

    EXPECT(read_map(c, more, &map) == ERR_INVALID);
    if (strstr(c->fault.text, line) == NULL
        || strstr(c->fault.text, word) == NULL
        || strstr(c->fault.text, "acktrace") != NULL)
        fail_msg("%s: %s", more, c->fault.text);
}

TEST(a_fault_of_a_map_is_told_with_its_own_line_and_key)
{
    struct import_map *map;
    static const char lacks[] = "source: s\ntime_zone: Asia/Shanghai\n"
                                "columns: {identity: a, submitted_at: b}\n";

    office_make(c);
    c->lang = LANG_EN;
    /* The head has three lines, the columns three. */
    expect_told(c, "crews: 3\n", "line 7", "crews");
    expect_told(c, "defaults:\n  priority: high\n", "line 8", "high");
    expect_told(c, "values:\n  closed_at:\n    - {is: a, means: b}\n", "line 8",
                "closed_at");
    expect_told(c, "defaults: {state: x\n", "line 8", "YAML");
    expect_told(c, "repeats: both\n", "repeats", "first last update refuse");
    expect_told(c,
                "values:\n  area:\n    - {is: 水, means: 甲}\n"
                "    - {is: 水, means: 乙}\n",
                "values.area", "水");
    EXPECT(import_map_read(c, "m", lacks, strlen(lacks), &map) == ERR_INVALID);
    EXPECT(strstr(c->fault.text, "prefix") != NULL);
}
