/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/catalog/catalog.h promises, one test a promise. */
#include "engine/catalog_office.h"
#include "office.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "auth/auth.h"
#include "database.h"
#include "engine/org/org.h"

/* -- the packs inside the program ----------------------------------------- */

TEST(the_catalogue_inside_has_every_area_item_class_and_crew)
{
    static const int items[] = { 19, 15, 14, 8, 13, 9, 10, 5, 8, 12, 7 };
    const struct service_item **list;

    seed(c);
    CATALOG k = catalog_hold(c);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM service_area"), 11);
    assert_int_equal(catalog_items(c, k, today(c), &list), 123);
    for (int a = 0; a < 11; a++) {
        const char letter[] = { (char)('A' + a), '\0' };
        int64_t area = area_id(c, letter);

        EXPECT(area != 0 && catalog_area(k, area)->code[0] == letter[0]);
        for (int n = 1; n <= items[a]; n++) {
            const char *code = arena_printf(c->arena, "%c%02d", 'A' + a, n);
            const struct service_item *i = item(c, k, code);

            assert_int_equal(i->area_id, area);
            EXPECT(catalog_sla(k, i->sla_class, today(c)) != NULL);
            EXPECT(catalog_route(k, i, NULL, today(c)) != 0);
            EXPECT(i->keywords != NULL);
            EXPECT(!i->classified_allowed);
            assert_int_equal(i->anonymous_allowed,
                             strcmp(code, "K06") == 0
                                 || strcmp(code, "K07") == 0);
        }
    }
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM crew"), 28);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM sla_class"), 8);
}

TEST(what_is_broken_is_reported_without_a_single_required_answer)
{
    /* Where, what and the phone are enough: no question of a fault's form
       may stand between a person and the report. */
    const struct service_item **list;

    seed(c);
    CATALOG k = catalog_hold(c);
    size_t n = catalog_items(c, k, today(c), &list);

    for (size_t i = 0; i < n; i++) {
        struct catalog_answers none = { 0 };

        if (strchr("EUN", list[i]->sla_class[0]) == NULL
            || strcmp(list[i]->code, "C05") == 0
            || strcmp(list[i]->code, "C06") == 0
            || strcmp(list[i]->code, "E12") == 0
            || strcmp(list[i]->code, "K02") == 0)
            continue;
        EXPECT_OK(catalog_check_answers(c, k, list[i], &none));
    }
}

TEST(seeding_twice_makes_nothing_twice)
{
    int64_t n;

    seed(c);
    n = office_int(c, "SELECT COUNT(*) FROM service_item");
    EXPECT_OK(catalog_seed(c));
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM service_item"), n);
}

TEST(the_calendar_inside_is_published_up_to_2026_and_not_2027)
{
    seed(c);
    CATALOG k = catalog_hold(c);
    const struct workcal *w = catalog_workcal(k);

    for (int year = 2004; year <= 2026; year++)
        EXPECT(workcal_is_published(w, year));
    EXPECT(!workcal_is_published(w, 2027));
    EXPECT(workcal_is_worked(w, day_of(2026, 2, 14)));
    EXPECT(!workcal_is_worked(w, day_of(2026, 2, 23)));
    EXPECT(workcal_is_worked(w, day_of(2025, 10, 11)));
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM calendar_day"
                                   " WHERE kind = 'holiday' AND on_day >= 20455"
                                   " AND on_day < 20820"),
                     33);
}

/* -- due times ------------------------------------------------------------ */

static struct catalog_due
due_of(struct call *c, const char *class, const char *submitted)
{
    CATALOG k = catalog_hold(c);
    instant t = at(submitted);
    const struct sla_class *s =
        catalog_sla(k, class, zone_day(c->app->zone, t));

    EXPECT(s != NULL);
    return catalog_due(c, k, s, t, at("2026-12-01 09:00"),
                       at("2026-12-01 11:00"));
}

TEST(due_times_over_spring_festival_are_those_of_the_trade)
{
    seed(c);
    EXPECT_AT(due_of(c, "N", "2026-02-13 17:30").complete, "2026-02-14 17:30");
    EXPECT_AT(due_of(c, "R", "2026-02-13 17:30").complete, "2026-02-25 17:30");
}

TEST(nothing_is_promised_to_be_done_before_somebody_is_there)
{
    seed(c);
    /* Friday afternoon: two working hours end on Monday, 24 hours before. */
    struct catalog_due d = due_of(c, "U", "2026-11-27 16:26");

    EXPECT_AT(d.on_site, "2026-11-30 09:26");
    EXPECT_AT(d.complete, "2026-11-30 09:26");
    /* Where the hours end after somebody is there, they are what is promised. */
    d = due_of(c, "U", "2026-11-24 09:00");
    EXPECT_AT(d.on_site, "2026-11-24 11:00");
    EXPECT_AT(d.complete, "2026-11-25 09:00");
}

TEST(an_emergency_is_never_extended_by_a_holiday)
{
    seed(c);
    struct catalog_due d = due_of(c, "E2", "2026-02-15 03:00");

    EXPECT_AT(d.accept, "2026-02-15 03:10");
    EXPECT_AT(d.on_site, "2026-02-15 03:30");
    EXPECT_AT(d.safe, "2026-02-15 07:00");
    EXPECT_AT(d.complete, "2026-02-15 15:00");
    EXPECT(d.calendar_note == NULL);
    /* Nor does it need a calendar that is not published. */
    EXPECT(due_of(c, "E1", "2027-02-15 03:00").calendar_note == NULL);
}

TEST(each_class_has_the_clocks_it_promises)
{
    seed(c);
    struct catalog_due d = due_of(c, "E0", "2026-11-23 10:00");

    EXPECT_AT(d.accept, "2026-11-23 10:01");
    EXPECT_AT(d.on_site, "2026-11-23 10:05");
    EXPECT_AT(d.safe, "2026-11-23 10:30");
    assert_int_equal(d.complete.ms, 0);
    d = due_of(c, "U", "2026-11-23 17:20");
    EXPECT_AT(d.accept, "2026-11-24 08:50");
    EXPECT_AT(d.on_site, "2026-11-24 10:20");
    EXPECT_AT(d.complete, "2026-11-24 17:20");
    d = due_of(c, "R", "2026-11-23 10:00");
    EXPECT_AT(d.accept, "2026-11-23 16:00");
    EXPECT_AT(d.on_site, "2026-11-24 10:00");
    EXPECT_AT(d.complete, "2026-11-26 10:00");
    d = due_of(c, "P", "2026-11-23 10:00");
    EXPECT_AT(d.accept, "2026-11-25 10:00");
    EXPECT_AT(d.on_site, "2026-11-30 10:00");
    assert_int_equal(d.complete.ms, 0);
    d = due_of(c, "B", "2026-11-23 10:00");
    EXPECT_AT(d.accept, "2026-11-23 12:00");
    EXPECT_AT(d.on_site, "2026-12-01 09:00");
    EXPECT_AT(d.complete, "2026-12-01 11:00");
}

TEST(what_is_booked_without_an_end_has_no_end)
{
    struct catalog_due d;

    seed(c);
    {
        CATALOG k = catalog_hold(c);

        d = catalog_due(c, k, catalog_sla(k, "B", today(c)),
                        at("2026-11-23 10:00"), at("2026-11-23 14:20"),
                        (instant){ 0 });
    }
    EXPECT_AT(d.on_site, "2026-11-23 14:20");
    assert_int_equal(d.complete.ms, 0);
}

TEST(a_due_time_in_an_unpublished_year_says_so)
{
    seed(c);
    struct catalog_due d = due_of(c, "R", "2026-12-30 10:00");

    assert_string_equal(d.calendar_note, "year not published: 2027");
    EXPECT_AT(d.complete, "2027-01-04 10:00"); /* by the plain week */
    EXPECT(due_of(c, "N", "2026-12-30 10:00").calendar_note == NULL);
}

/* -- versions ------------------------------------------------------------- */

TEST(a_new_version_begins_on_its_day_and_the_old_one_stays)
{
    seed(c);
    struct service_item i = copy_item(c, "A04");
    day begin = day_of(2026, 12, 1);

    i.name = "照明故障";
    i.valid_from = begin;
    EXPECT_OK(catalog_add_item(c, &i));

    CATALOG k = catalog_hold(c);
    const struct service_item *old = item(c, k, "A04");
    const struct service_item *new = catalog_item(k, "A04", begin);

    assert_string_equal(old->name, "灯具不亮");
    assert_int_equal(old->valid_to.n, begin.n);
    assert_string_equal(new->name, "照明故障");
    EXPECT(old == catalog_item(k, "A04", (day){ begin.n - 1 }));
    EXPECT(old == catalog_item_by_id(k, old->id));
    EXPECT(new == catalog_item_by_id(k, i.id));
}

TEST(a_version_in_force_is_not_replaced_but_a_future_one_is)
{
    seed(c);
    struct service_item i = copy_item(c, "A04");

    i.name = "一";
    EXPECT_OK(catalog_add_item(c, &i));
    i = copy_item(c, "A04");
    i.name = "二";
    EXPECT_FAULT(catalog_add_item(c, &i), ERR_CONFLICT, "valid_from");
    i.valid_from = day_of(2026, 12, 1);
    EXPECT_OK(catalog_add_item(c, &i));
    i = copy_item(c, "A04");
    i.name = "三";
    i.valid_from = day_of(2026, 12, 1);
    EXPECT_OK(catalog_add_item(c, &i));

    CATALOG k = catalog_hold(c);

    assert_string_equal(item(c, k, "A04")->name, "一");
    assert_string_equal(catalog_item(k, "A04", i.valid_from)->name, "三");
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM service_item"
                                   " WHERE code = 'A04'"),
                     3);
}

TEST(a_version_between_two_ends_where_the_next_begins)
{
    seed(c);
    struct service_item i = copy_item(c, "A04");

    i.valid_from = day_of(2027, 1, 1);
    i.name = "late";
    EXPECT_OK(catalog_add_item(c, &i));
    i = copy_item(c, "A04");
    i.valid_from = day_of(2026, 12, 1);
    i.name = "middle";
    EXPECT_OK(catalog_add_item(c, &i));

    CATALOG k = catalog_hold(c);

    assert_string_equal(catalog_item(k, "A04", day_of(2026, 12, 31))->name,
                        "middle");
    assert_string_equal(catalog_item(k, "A04", day_of(2027, 1, 1))->name,
                        "late");
}

TEST(a_class_is_versioned_as_items_are)
{
    struct sla_class s = { .code = "N",
                           .name = "普通",
                           .name_en = "Normal",
                           .complete_days = 2,
                           .valid_from = day_of(2026, 12, 1) };

    seed(c);
    EXPECT_OK(catalog_add_sla(c, &s));

    CATALOG k = catalog_hold(c);

    assert_int_equal(catalog_sla(k, "N", today(c))->complete_days, 1);
    assert_int_equal(catalog_sla(k, "N", s.valid_from)->complete_days, 2);
}

TEST(a_clock_is_said_in_one_way_only)
{
    struct sla_class s = { .code = "X",
                           .name = "x",
                           .name_en = "x",
                           .complete_days = 2,
                           .complete_min = 5 };

    seed(c);
    EXPECT_FAULT(catalog_add_sla(c, &s), ERR_INVALID, "complete_min");
}

TEST(a_snapshot_in_hand_does_not_change)
{
    seed(c);
    CATALOG k = catalog_hold(c);
    const struct service_item *before = item(c, k, "A04");
    struct service_item i = copy_item(c, "A04");

    i.name = "new";
    EXPECT_OK(catalog_add_item(c, &i));
    assert_string_equal(before->name, "灯具不亮");
    EXPECT(item(c, k, "A04") == before);

    CATALOG fresh = catalog_hold(c);

    assert_string_equal(item(c, fresh, "A04")->name, "new");
}

TEST(what_is_rolled_back_is_never_seen)
{
    seed(c);
    struct service_item i = copy_item(c, "A04");

    i.name = "never";
    {
        TX tx = tx_begin(c);

        EXPECT_OK(catalog_add_item(c, &i));
        EXPECT(tx.open);
    }
    CATALOG k = catalog_hold(c);

    assert_string_equal(item(c, k, "A04")->name, "灯具不亮");
}

TEST(a_change_inside_a_longer_transaction_is_seen_after_it)
{
    struct call other;

    seed(c);
    struct service_item i = copy_item(c, "A04");

    other = *c;
    other.arena = arena_open();
    i.name = "later";
    {
        TX tx = tx_begin(c);

        EXPECT_OK(catalog_add_item(c, &i));
        /* Somebody else looks before it is committed; the database in
           memory has one connection only and would wait for itself. */
        if (database_is_postgres()) {
            db_session(&other, c->app->store);
            {
                CATALOG k = catalog_hold(&other);

                assert_string_equal(item(&other, k, "A04")->name, "灯具不亮");
            }
            db_session_end(&other);
        }
        EXPECT_OK(tx_commit(&tx));
    }
    arena_close(other.arena);
    CATALOG k = catalog_hold(c);

    assert_string_equal(item(c, k, "A04")->name, "later");
}

/* -- many at once ---------------------------------------------------------- */

struct reader {
    pthread_t thread;
    const struct app *app;
    instant now;
    atomic_bool *stop;
    int64_t holds;
};

/* Every snapshot is whole: its item has its form, its class and its crew. */
static void
read_once(struct reader *r, struct call *c)
{
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item(k, "A04", today(c));
    struct catalog_answers a = { .json = "{\"count\":3}" };
    const struct service_item **found;

    ASSERT(i != NULL && catalog_route(k, i, "/1/", today(c)) != 0);
    ASSERT(catalog_check_answers(c, k, i, &a) == OK);
    ASSERT(catalog_sla(k, i->sla_class, today(c)) != NULL);
    if (r->holds++ % 64 == 0)
        ASSERT(catalog_search(c, k, today(c), "灯", &found) > 0);
}

static void *
read_on(void *ctx)
{
    struct reader *r = ctx;
    struct call c = { .arena = arena_open(), .app = r->app, .now = r->now };

    db_session(&c, r->app->store);
    while (!atomic_load(r->stop)) {
        read_once(r, &c);
        arena_reset(c.arena);
    }
    db_session_end(&c);
    arena_close(c.arena);
    return NULL;
}

TEST(readers_see_whole_catalogues_while_it_is_changed)
{
    struct reader readers[4];
    atomic_bool stop = false;

    seed(c);
    {
        CATALOG k = catalog_hold(c); /* everybody begins with a full one */

        EXPECT(catalog_item(k, "A04", today(c)) != NULL);
    }
    for (size_t i = 0; i < COUNT(readers); i++) {
        readers[i] =
            (struct reader){ .app = c->app, .now = c->now, .stop = &stop };
        EXPECT(pthread_create(&readers[i].thread, NULL, read_on, &readers[i])
               == 0);
    }
    for (int n = 0; n < 20; n++) {
        struct service_item i = copy_item(c, "A04");

        i.name = arena_printf(c->arena, "version %d", n);
        i.valid_from = day_of(2026, 12, 1);
        EXPECT_OK(catalog_add_item(c, &i));
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < COUNT(readers); i++) {
        EXPECT(pthread_join(readers[i].thread, NULL) == 0);
        EXPECT(readers[i].holds > 0);
    }
    CATALOG k = catalog_hold(c);

    assert_string_equal(catalog_item(k, "A04", day_of(2026, 12, 1))->name,
                        "version 19");
}

TEST(another_process_sees_a_change_within_a_second)
{
    const struct timespec pause = { 1, 50 * 1000 * 1000 };
    struct catalog_cache *other_cache;
    struct app other_app = *c->app;
    struct call other = *c;

    seed(c);
    EXPECT_OK(catalog_open(c, &other_cache));
    other_app.catalog = other_cache;
    other.app = &other_app;
    struct service_item i = copy_item(c, "A04");

    i.name = "changed";
    EXPECT_OK(catalog_add_item(c, &i));
    (void)nanosleep(&pause, NULL);
    {
        CATALOG k = catalog_hold(&other);

        assert_string_equal(item(&other, k, "A04")->name, "changed");
    }
    catalog_close(other_cache);
}

TEST(holding_the_catalogue_costs_no_query)
{
    seed(c);
    {
        CATALOG k = catalog_hold(c);

        EXPECT(k != NULL);
    }
    db_fault(c, INT64_MAX);
    for (int n = 0; n < 100; n++) {
        CATALOG k = catalog_hold(c);

        EXPECT(catalog_route(k, item(c, k, "A04"), "/1/7/", today(c)) != 0);
        EXPECT(due_of(c, "N", "2026-11-23 10:00").complete.ms != 0);
    }
    /* One look may fall in between, where a second of the machine ends. */
    EXPECT(db_fault_count(c) <= 2);
    db_fault(c, 0);
}

/* -- rights --------------------------------------------------------------- */

TEST(nobody_changes_the_catalogue_without_the_right)
{
    static const struct actor nobody = {
        .account_id = 2, .person_id = 2, .name = "N", .account = "n"
    };
    struct service_area a = { .code = "Z", .name = "z", .name_en = "z" };
    struct catalog_file none = { "x.yaml", "", 0 };
    struct catalog_report r;

    c->actor = &nobody;
    EXPECT_FAULT(noun_add(c, &service_area_noun, &a), ERR_DENIED, NULL);
    EXPECT_FAULT(catalog_import(c, &none, 1, false, &r), ERR_DENIED, NULL);
}

/* -- routes --------------------------------------------------------------- */

static int64_t
add_crew(struct call *c, const char *code)
{
    struct crew w = {
        .code = code, .name = code, .name_en = code, .active = true
    };

    EXPECT_OK(model_add(c, &crew_model, &w));
    return w.id;
}

static void
add_place(struct call *c, int64_t id, const char *path)
{
    struct place p = { .id = id,
                       .code = path,
                       .name = path,
                       .kind = "site",
                       .path = path,
                       .full_name = path,
                       .active = true };

    EXPECT_OK(model_add(c, &place_model, &p));
}

TEST(the_most_exact_rule_takes_the_order)
{
    int64_t any, area, here, deep, exact;

    seed(c);
    add_place(c, 1, "/1/");
    add_place(c, 7, "/1/7/");
    any = add_crew(c, "any");
    area = add_crew(c, "area");
    here = add_crew(c, "here");
    deep = add_crew(c, "deep");
    {
        CATALOG k = catalog_hold(c);

        exact = catalog_route(k, item(c, k, "A04"), NULL, today(c));
    }
    struct routing_rule rules[] = {
        { .crew_id = any },
        { .crew_id = area, .item_code = "A", .place_id = 7 },
        { .crew_id = here, .item_code = "A04", .place_id = 1 },
        { .crew_id = deep, .item_code = "A04", .place_id = 7 },
    };
    for (size_t i = 0; i < COUNT(rules); i++)
        EXPECT_OK(noun_add(c, &routing_rule_noun, &rules[i]));

    CATALOG k = catalog_hold(c);
    const struct service_item *lamp = item(c, k, "A04");

    assert_int_equal(catalog_route(k, lamp, "/2/", today(c)), exact);
    assert_int_equal(catalog_route(k, lamp, "/1/8/", today(c)), here);
    assert_int_equal(catalog_route(k, lamp, "/1/7/", today(c)), deep);
    assert_int_equal(catalog_route(k, lamp, "/1/7/9/", today(c)), deep);
    assert_int_equal(catalog_route(k, lamp, "/17/", today(c)), exact);
    /* Not before the rule is valid. */
    assert_int_equal(catalog_route(k, lamp, "/1/7/", (day){ today(c).n - 1 }),
                     exact);
}

TEST(a_rule_of_the_area_serves_what_has_no_rule_of_its_own)
{
    int64_t area, any;

    seed(c);
    area = add_crew(c, "area");
    any = add_crew(c, "any");
    struct service_item i = copy_item(c, "A04");
    struct routing_rule all = { .crew_id = any };
    struct routing_rule water = { .crew_id = area, .item_code = "A" };

    i.code = "A90";
    EXPECT_OK(catalog_add_item(c, &i));
    EXPECT_OK(noun_add(c, &routing_rule_noun, &all));
    {
        CATALOG k = catalog_hold(c);

        assert_int_equal(catalog_route(k, item(c, k, "A90"), "/1/", today(c)),
                         any);
    }
    EXPECT_OK(noun_add(c, &routing_rule_noun, &water));
    CATALOG k = catalog_hold(c);

    assert_int_equal(catalog_route(k, item(c, k, "A90"), "/1/", today(c)),
                     area);
}

TEST(a_rule_names_what_exists)
{
    struct routing_rule r = { .crew_id = 12345 };

    seed(c);
    EXPECT_FAULT(noun_add(c, &routing_rule_noun, &r), ERR_INVALID, "crew_id");
    r.crew_id = add_crew(c, "x");
    r.item_code = "A99";
    EXPECT_FAULT(noun_add(c, &routing_rule_noun, &r), ERR_INVALID, "item_code");
    r.item_code = "A04";
    r.place_id = 99;
    EXPECT_FAULT(noun_add(c, &routing_rule_noun, &r), ERR_INVALID, "place_id");
}

TEST(a_rule_is_changed_and_removed)
{
    struct routing_rule r = { 0 };
    int64_t other;

    seed(c);
    r.crew_id = add_crew(c, "x");
    r.item_code = "A";
    other = add_crew(c, "y");
    EXPECT_OK(noun_add(c, &routing_rule_noun, &r));
    struct routing_rule change = { .id = r.id, .crew_id = other };

    c->said = model_mask(&routing_rule_model, "crew_id");
    EXPECT_OK(noun_set(c, &routing_rule_noun, &change, c->said));
    assert_string_equal(change.item_code, "A");
    EXPECT_OK(noun_remove(c, &routing_rule_noun, change.id));
    EXPECT_FAULT(noun_remove(c, &routing_rule_noun, change.id), ERR_ABSENT,
                 NULL);
}

/* -- search --------------------------------------------------------------- */

static void
expect_first(struct call *c, const char *words, const char *code)
{
    const struct service_item **found;
    CATALOG k = catalog_hold(c);

    if (catalog_search(c, k, today(c), words, &found) == 0)
        fail_msg("“%s” finds nothing", words);
    if (strcmp(found[0]->code, code) != 0)
        fail_msg("“%s” finds %s %s, not %s", words, found[0]->code,
                 found[0]->name, code);
}

TEST(people_find_what_they_mean_in_their_own_words)
{
    static const char *const wants[][2] = {
        { "灯", "A04" },
        { "灯不亮", "A04" },
        { "日光灯", "A04" },
        { "走廊灯", "A04" },
        { "三楼走廊灯不亮了", "A04" },
        { "light out", "A04" },
        { "a04", "A04" },
        { "djbl", "A04" },
        { "没电", "A01" },
        { "跳闸", "A02" },
        { "水龙头漏水", "A10" },
        { "马桶堵了", "A11" },
        { "空调不制冷", "A16" },
        { "aircon", "A16" },
        { "电梯困人", "A17" },
        { "被困电梯了快来", "A17" },
        { "门锁坏了", "B01" },
        { "搬家", "B15" },
        { "电脑蓝屏", "C01" },
        { "打印机卡纸", "C02" },
        { "printer", "C02" },
        { "没网", "C04" },
        { "忘记密码", "C05" },
        { "快递", "D07" },
        { "wifi", "D05" },
        { "用车", "E01" },
        { "订会议室", "F01" },
        { "meeting room", "F01" },
        { "加班餐", "G02" },
        { "食物中毒", "G06" },
        { "树倒了", "H01" },
        { "蟑螂", "I06" },
        { "厕所没纸了", "I03" },
        { "着火了", "J01" },
        { "访客", "J04" },
        { "门禁卡", "J07" },
        { "打印文件", "K01" },
        { "投诉", "K06" },
        { "建议", "K07" },
    };

    seed(c);
    for (size_t i = 0; i < COUNT(wants); i++)
        expect_first(c, wants[i][0], wants[i][1]);
}

TEST(what_nobody_offers_is_not_found)
{
    const struct service_item **found;

    seed(c);
    CATALOG k = catalog_hold(c);

    assert_int_equal(catalog_search(c, k, today(c), "量子纠缠", &found), 0);
    assert_int_equal(catalog_search(c, k, today(c), "", &found), 0);
    assert_int_equal(catalog_search(c, k, today(c), "  ,", &found), 0);
}

TEST(an_item_out_of_use_is_not_offered)
{
    const struct service_item **found;

    seed(c);
    struct service_item i = copy_item(c, "K07");

    i.active = false;
    EXPECT_OK(catalog_add_item(c, &i));
    CATALOG k = catalog_hold(c);

    assert_int_equal(catalog_items(c, k, today(c), &found), 122);
    size_t n = catalog_search(c, k, today(c), "建议", &found);

    for (size_t j = 0; j < n; j++)
        EXPECT(strcmp(found[j]->code, "K07") != 0);
}

/* -- calendar verbs ------------------------------------------------------- */

TEST(a_closure_moves_due_times_at_once)
{
    struct calendar_day d = {
        .on_day = day_of(2026, 11, 24), .kind = WORKCAL_CLOSURE, .name = "搬迁"
    };

    seed(c);
    EXPECT_AT(due_of(c, "N", "2026-11-23 10:00").complete, "2026-11-24 10:00");
    EXPECT_OK(noun_add(c, &calendar_day_noun, &d));
    EXPECT_AT(due_of(c, "N", "2026-11-23 10:00").complete, "2026-11-25 10:00");
    EXPECT_FAULT(noun_add(c, &calendar_day_noun, &d), ERR_CONFLICT, "on_day");
    EXPECT_OK(noun_remove(c, &calendar_day_noun, d.id));
    EXPECT_AT(due_of(c, "N", "2026-11-23 10:00").complete, "2026-11-24 10:00");
}

TEST(publishing_a_year_takes_the_note_away)
{
    struct calendar_year y = { .year = 2027, .source = "国办发明电" };

    seed(c);
    EXPECT_OK(noun_add(c, &calendar_year_noun, &y));
    EXPECT(due_of(c, "R", "2026-12-30 10:00").calendar_note == NULL);
    y.id = 0;
    EXPECT_FAULT(noun_add(c, &calendar_year_noun, &y), ERR_CONFLICT, "year");
}

TEST(summer_hours_are_a_row)
{
    struct office_hours h = { .name = "夏季",
                              .from_month_day = 501,
                              .to_month_day = 930,
                              .spans = "08:30-12:00,15:00-18:30",
                              .valid_from = day_of(2026, 1, 1) };

    seed(c);
    EXPECT_OK(noun_add(c, &office_hours_noun, &h));
    EXPECT_AT(due_of(c, "U", "2026-07-01 11:45").accept, "2026-07-01 15:15");
    EXPECT_AT(due_of(c, "U", "2026-11-23 11:45").accept, "2026-11-23 14:15");
    h.id = 0;
    h.spans = "18:00-08:30";
    EXPECT_FAULT(noun_add(c, &office_hours_noun, &h), ERR_INVALID, "spans");
    h.spans = "08:30-12:00";
    h.from_month_day = 1131;
    EXPECT_FAULT(noun_add(c, &office_hours_noun, &h), ERR_INVALID,
                 "from_month_day");
}

/* -- faults --------------------------------------------------------------- */

TEST(adding_a_version_is_all_or_nothing_at_every_statement)
{
    seed(c);
    for (int64_t k = 1; k < 200; k++) {
        struct service_item i = copy_item(c, "A04");
        enum err e;
        int64_t n;

        i.name = "new";
        i.valid_from = day_of(2026, 12, 1);
        db_fault(c, k);
        e = catalog_add_item(c, &i);
        db_fault(c, 0);
        n = office_int(c, "SELECT COUNT(*) FROM service_item"
                          " WHERE code = 'A04'");
        if (e == OK) {
            assert_int_equal(n, 2);
            return;
        }
        assert_int_equal(n, 1);
        assert_int_equal(office_int(c, "SELECT COUNT(*) FROM service_item"
                                       " WHERE code = 'A04' AND"
                                       " valid_to IS NOT NULL"),
                         0);
    }
    fail_msg("never done");
}
