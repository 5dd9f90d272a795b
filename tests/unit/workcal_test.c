/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/catalog/workcal.h promises, one test a promise. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "engine/catalog/workcal.h"

/* -- the year 2026 of the State Council's notice ------------------------ */

struct span_of_days {
    int month, from, to;
};

static const struct span_of_days holidays[] = {
    { 1, 1, 3 },   { 2, 15, 23 }, { 4, 4, 6 },  { 5, 1, 5 },
    { 6, 19, 21 }, { 9, 25, 27 }, { 10, 1, 7 },
};
static const int makeups[][2] = { { 1, 4 }, { 2, 14 }, { 2, 28 },
                                  { 5, 9 }, { 9, 20 }, { 10, 10 } };

struct year {
    struct zone *zone;
    struct workcal_exception days[60];
    int years[1];
    struct workcal_facts facts;
};

static void
add_day(struct year *y, day on, enum workcal_kind kind)
{
    y->days[y->facts.n_days++] = (struct workcal_exception){ on, kind };
}

static void
open_year(struct year *y, const char *zone)
{
    *y = (struct year){ .zone = zone_open(zone), .years = { 2026 } };
    y->facts = (struct workcal_facts){
        .zone = y->zone, .days = y->days, .years = y->years, .n_years = 1
    };
    for (size_t i = 0; i < COUNT(holidays); i++)
        for (int d = holidays[i].from; d <= holidays[i].to; d++)
            add_day(y, day_of(2026, holidays[i].month, d), WORKCAL_HOLIDAY);
    for (size_t i = 0; i < COUNT(makeups); i++)
        add_day(y, day_of(2026, makeups[i][0], makeups[i][1]), WORKCAL_MAKEUP);
}

static struct workcal *
make(struct call *c, const struct year *y)
{
    return workcal_make(c->arena, &y->facts);
}

/* "2026-02-14 17:30" in the zone. */
static const char *
show(struct call *c, const struct year *y, instant t)
{
    int64_t local = zone_local(y->zone, t);
    char date[11];

    day_print(zone_day(y->zone, t), date);
    return arena_printf(c->arena, "%s %02d:%02d", date,
                        (int)(local / HOUR_MS % 24),
                        (int)(local / MINUTE_MS % 60));
}

#define EXPECT_AT(t, want) assert_string_equal(show(c, &y, (t)), (want))

#define YEAR(name_)                                                            \
    struct year name_;                                                         \
    open_year(&name_, "Asia/Shanghai");                                        \
    struct workcal *w = make(c, &name_)

/* -- which days ---------------------------------------------------------- */

TEST_PLAIN(holidays_are_off_and_makeup_days_are_worked)
{
    YEAR(y);

    EXPECT(workcal_is_worked(w, day_of(2026, 2, 13)));
    EXPECT(workcal_is_worked(w, day_of(2026, 2, 14))); /* a Saturday */
    for (int d = 15; d <= 23; d++)
        EXPECT(!workcal_is_worked(w, day_of(2026, 2, d)));
    EXPECT(workcal_is_worked(w, day_of(2026, 2, 24)));
    EXPECT(workcal_is_worked(w, day_of(2026, 2, 28)));
    EXPECT(!workcal_is_worked(w, day_of(2026, 3, 1)));
    zone_close(y.zone);
}

TEST_PLAIN(a_closure_beats_a_makeup_day)
{
    YEAR(y);

    add_day(&y, day_of(2026, 2, 14), WORKCAL_CLOSURE);
    w = make(c, &y);
    EXPECT(!workcal_is_worked(w, day_of(2026, 2, 14)));
    zone_close(y.zone);
}

TEST_PLAIN(a_half_holiday_has_its_first_span_only)
{
    const struct workcal_span *spans;
    YEAR(y);

    add_day(&y, day_of(2026, 3, 9), WORKCAL_HALF_HOLIDAY);
    w = make(c, &y);
    EXPECT(workcal_is_worked(w, day_of(2026, 3, 9)));
    assert_int_equal(workcal_spans(w, day_of(2026, 3, 9), &spans), 1);
    assert_int_equal(spans[0].to, 12 * 60);
    EXPECT_AT(workcal_add(w, at("2026-03-09 11:00"), 2 * HOUR_MS),
              "2026-03-10 09:30");
    EXPECT_AT(workcal_add_days(w, at("2026-03-06 16:00"), 1),
              "2026-03-09 12:00");
    /* In its morning at the same hour, from noon on the whole next day. */
    EXPECT_AT(workcal_add_days(w, at("2026-03-09 11:59"), 1),
              "2026-03-10 11:59");
    EXPECT_AT(workcal_add_days(w, at("2026-03-09 12:00"), 1),
              "2026-03-10 17:30");
    EXPECT_AT(workcal_add_days(w, at("2026-03-09 15:00"), 1),
              "2026-03-10 17:30");
    EXPECT_AT(workcal_add_days(w, at("2026-03-09 18:00"), 1),
              "2026-03-10 17:30");
    zone_close(y.zone);
}

TEST_PLAIN(a_single_span_ends_at_noon_on_a_half_holiday)
{
    const struct workcal_hours hours = { .from_month_day = 101,
                                         .to_month_day = 1231,
                                         .spans = { { 9 * 60, 17 * 60 } },
                                         .n_spans = 1 };
    const struct workcal_span *spans;
    YEAR(y);

    add_day(&y, day_of(2026, 3, 9), WORKCAL_HALF_HOLIDAY);
    y.facts.hours = &hours;
    y.facts.n_hours = 1;
    w = make(c, &y);
    assert_int_equal(workcal_spans(w, day_of(2026, 3, 9), &spans), 1);
    assert_int_equal(spans[0].to, 12 * 60);
    zone_close(y.zone);
}

TEST_PLAIN(the_season_decides_the_hours)
{
    const struct workcal_hours hours[] = {
        { 101, 1231, { 0 }, { 0 }, { { 510, 720 }, { 840, 1050 } }, 2 },
        { 501, 930, { 0 }, { 0 }, { { 510, 720 }, { 900, 1110 } }, 2 },
    };
    YEAR(y);

    y.facts.hours = hours;
    y.facts.n_hours = 2;
    w = make(c, &y);
    EXPECT_AT(workcal_add(w, at("2026-04-30 12:00"), HOUR_MS),
              "2026-04-30 15:00");
    EXPECT_AT(workcal_add(w, at("2026-05-06 12:00"), HOUR_MS),
              "2026-05-06 16:00");
    EXPECT_AT(workcal_add(w, at("2026-09-30 12:00"), HOUR_MS),
              "2026-09-30 16:00");
    EXPECT_AT(workcal_add(w, at("2026-10-08 12:00"), HOUR_MS),
              "2026-10-08 15:00");
    /* From winter into summer: the whole day ends at its own close. */
    EXPECT_AT(workcal_add_days(w, at("2026-04-30 20:00"), 1),
              "2026-05-06 18:30");
    EXPECT_AT(workcal_add_days(w, at("2026-05-01 10:00"), 1),
              "2026-05-06 18:30");
    /* From summer into winter: the due time keeps inside the day's hours. */
    EXPECT_AT(workcal_add_days(w, at("2026-09-30 18:15"), 1),
              "2026-10-08 17:30");
    zone_close(y.zone);
}

TEST_PLAIN(a_season_may_run_over_the_new_year)
{
    const struct workcal_hours hours[] = {
        { 101, 1231, { 0 }, { 0 }, { { 480, 1080 } }, 1 },
        { 1101, 228, { 0 }, { 0 }, { { 540, 1020 } }, 1 },
    };
    const struct workcal_span *spans;
    YEAR(y);

    y.facts.hours = hours;
    y.facts.n_hours = 2;
    w = make(c, &y);
    (void)workcal_spans(w, day_of(2026, 1, 5), &spans);
    assert_int_equal(spans[0].from, 540);
    (void)workcal_spans(w, day_of(2026, 12, 31), &spans);
    assert_int_equal(spans[0].from, 540);
    (void)workcal_spans(w, day_of(2026, 3, 2), &spans);
    assert_int_equal(spans[0].from, 480);
    zone_close(y.zone);
}

TEST_PLAIN(hours_that_became_valid_later_win)
{
    const struct workcal_hours hours[] = {
        { 501, 930, { 0 }, { 0 }, { { 480, 1080 } }, 1 },
        { 101, 1231, day_of(2026, 7, 1), { 0 }, { { 540, 1020 } }, 1 },
    };
    const struct workcal_span *spans;
    YEAR(y);

    y.facts.hours = hours;
    y.facts.n_hours = 2;
    w = make(c, &y);
    (void)workcal_spans(w, day_of(2026, 6, 30), &spans);
    assert_int_equal(spans[0].from, 480);
    (void)workcal_spans(w, day_of(2026, 7, 1), &spans);
    assert_int_equal(spans[0].from, 540);
    zone_close(y.zone);
}

TEST_PLAIN(hours_are_read_only_when_they_rise)
{
    static const char *const wrong[] = {
        "",
        "08:30",
        "08:30-",
        "8:30-12:00",
        "08:30-08:30",
        "12:00-08:30",
        "08:30-12:00,",
        "08:30-12:00,11:00-13:00",
        "08:30-25:00",
        "08:60-09:00",
        "08:30-12:00;14:00-17:30",
        "08:30-12:00 ",
        "01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,09:00-10:00",
        "-8:30-12:00",
        "08:+3-12:00",
        "08:30-24:01"
    };
    struct workcal_span spans[WORKCAL_MAX_SPANS];
    size_t n;

    (void)c;
    EXPECT(workcal_read_spans("08:30-12:00,14:00-17:30", spans, &n));
    assert_int_equal(n, 2);
    assert_int_equal(spans[1].to, 17 * 60 + 30);
    EXPECT(workcal_read_spans("00:00-24:00", spans, &n));
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (workcal_read_spans(wrong[i], spans, &n))
            fail_msg("“%s” was read", wrong[i]);
}

/* -- adding --------------------------------------------------------------- */

TEST_PLAIN(spring_festival_due_times_are_those_of_the_trade)
{
    YEAR(y);

    EXPECT_AT(workcal_add_days(w, at("2026-02-13 17:30"), 1),
              "2026-02-14 17:30");
    EXPECT_AT(workcal_add_days(w, at("2026-02-13 17:30"), 3),
              "2026-02-25 17:30");
    EXPECT_AT(workcal_add(w, at("2026-02-13 17:30"), 7 * HOUR_MS),
              "2026-02-14 17:30");
    EXPECT_AT(workcal_add(w, at("2026-02-13 17:30"), 21 * HOUR_MS),
              "2026-02-25 17:30");
    zone_close(y.zone);
}

TEST_PLAIN(office_minutes_jump_breaks_nights_and_holidays)
{
    YEAR(y);

    EXPECT_AT(workcal_add(w, at("2026-11-23 10:00"), 30 * MINUTE_MS),
              "2026-11-23 10:30");
    EXPECT_AT(workcal_add(w, at("2026-11-23 11:45"), 30 * MINUTE_MS),
              "2026-11-23 14:15");
    EXPECT_AT(workcal_add(w, at("2026-11-23 20:00"), 30 * MINUTE_MS),
              "2026-11-24 09:00");
    EXPECT_AT(workcal_add(w, at("2026-11-20 17:15"), 30 * MINUTE_MS),
              "2026-11-23 08:45");
    EXPECT_AT(workcal_add(w, at("2026-02-14 17:00"), HOUR_MS),
              "2026-02-24 09:00");
    zone_close(y.zone);
}

TEST_PLAIN(a_start_outside_hours_counts_from_the_next_opening)
{
    YEAR(y);

    /* In hours: the same time of day. */
    EXPECT_AT(workcal_add_days(w, at("2026-11-23 10:10"), 1),
              "2026-11-24 10:10");
    /* In the break: from its end. */
    EXPECT_AT(workcal_add_days(w, at("2026-11-23 13:00"), 1),
              "2026-11-24 14:00");
    /* After closing: the whole next working day. */
    EXPECT_AT(workcal_add_days(w, at("2026-11-23 20:00"), 1),
              "2026-11-24 17:30");
    /* Before opening: the whole day. */
    EXPECT_AT(workcal_add_days(w, at("2026-11-23 07:00"), 1),
              "2026-11-23 17:30");
    /* On a day off: the whole next working day. */
    EXPECT_AT(workcal_add_days(w, at("2026-11-22 11:00"), 1),
              "2026-11-23 17:30");
    EXPECT_AT(workcal_add_days(w, at("2026-11-22 11:00"), 3),
              "2026-11-25 17:30");
    zone_close(y.zone);
}

TEST_PLAIN(nothing_added_is_nowhere_else)
{
    instant start = at("2026-11-22 11:00");
    YEAR(y);

    EXPECT(workcal_add(w, start, 0).ms == start.ms);
    EXPECT(workcal_add(w, start, -5).ms == start.ms);
    EXPECT(workcal_add_days(w, start, 0).ms == start.ms);
    EXPECT(workcal_add_days(w, start, -1).ms == start.ms);
    zone_close(y.zone);
}

TEST_PLAIN(beyond_the_table_there_is_plain_time)
{
    instant far = at("2150-01-05 10:00"), old = at("1999-01-04 10:00");
    YEAR(y);

    EXPECT(workcal_add(w, far, HOUR_MS).ms == far.ms + HOUR_MS);
    EXPECT(workcal_add(w, old, HOUR_MS).ms == old.ms + HOUR_MS);
    EXPECT(workcal_add_days(w, far, 2).ms == far.ms + 2 * DAY_MS);
    EXPECT(workcal_between(w, far, far) == 0);
    EXPECT(workcal_is_worked(w, zone_day(y.zone, far)) == true);
    zone_close(y.zone);
}

/* -- what is published ---------------------------------------------------- */

TEST_PLAIN(a_year_that_is_not_published_is_named)
{
    YEAR(y);

    EXPECT(workcal_is_published(w, 2026));
    EXPECT(!workcal_is_published(w, 2027));
    EXPECT(!workcal_is_published(w, 1));
    assert_int_equal(workcal_unpublished(w, at("2026-12-30 10:00"),
                                         at("2026-12-31 23:59")),
                     0);
    assert_int_equal(workcal_unpublished(w, at("2026-12-30 10:00"),
                                         at("2027-01-04 10:00")),
                     2027);
    assert_int_equal(workcal_unpublished(w, at("2025-12-31 10:00"),
                                         at("2026-01-04 10:00")),
                     2025);
    zone_close(y.zone);
}

/* -- properties ----------------------------------------------------------- */

/* The same by counting minutes: slow, and plainly right. */
static int64_t
count_minutes(const struct workcal *w, const struct zone *z, instant a,
              instant b)
{
    int64_t n = 0;
    int64_t end = zone_local(z, b);

    for (int64_t t = zone_local(z, a); t < end; t += MINUTE_MS) {
        const struct workcal_span *spans;
        day d = { (int32_t)(t / DAY_MS) + 1 };
        int minute = (int)(t % DAY_MS / MINUTE_MS);

        for (size_t i = 0, k = workcal_spans(w, d, &spans); i < k; i++)
            n += minute >= spans[i].from && minute < spans[i].to;
    }
    return n;
}

static instant
some_time(struct random *r)
{
    /* A whole minute in 2026. */
    return (instant){ at("2026-01-01 00:00").ms
                      + random_below(r, 365 * 24 * 60) * MINUTE_MS };
}

TEST_PLAIN(between_is_what_counting_minutes_gives)
{
    struct random r = random_seed(1);
    YEAR(y);

    for (int i = 0; i < 150; i++) {
        instant a = some_time(&r);
        instant b = { a.ms + random_below(&r, 20 * 24 * 60) * MINUTE_MS };

        assert_int_equal(workcal_between(w, a, b) / MINUTE_MS,
                         count_minutes(w, y.zone, a, b));
        assert_int_equal(workcal_between(w, b, a), -workcal_between(w, a, b));
    }
    zone_close(y.zone);
}

static void
expect_add_and_between_agree(struct call *c, const char *zone)
{
    struct random r = random_seed(7);
    struct year y;
    struct workcal *w;

    open_year(&y, zone);
    w = make(c, &y);
    for (int i = 0; i < 20000; i++) {
        instant a = { some_time(&r).ms + random_below(&r, 60000) };
        int64_t n = 1 + random_below(&r, 40 * 7 * 60) * MINUTE_MS
                    + random_below(&r, 60000);
        instant b = workcal_add(w, a, n);

        if (workcal_between(w, a, b) != n || b.ms <= a.ms)
            fail_msg("%s: %lld + %lld", zone, (long long)a.ms, (long long)n);
        /* The earliest such instant: a moment before, it was not yet done. */
        if (workcal_between(w, a, (instant){ b.ms - 1 }) >= n)
            fail_msg("%s: %lld + %lld is too late", zone, (long long)a.ms,
                     (long long)n);
    }
    zone_close(y.zone);
}

TEST_PLAIN(between_gives_back_what_was_added)
{
    expect_add_and_between_agree(c, "Asia/Shanghai");
}

TEST_PLAIN(between_gives_back_what_was_added_where_clocks_change)
{
    expect_add_and_between_agree(c, "Europe/Berlin");
    expect_add_and_between_agree(c, "America/New_York");
    expect_add_and_between_agree(c, "Australia/Lord_Howe");
}

static void
expect_monotone(struct call *c, const char *zone)
{
    struct random r = random_seed(11);
    struct year y;
    struct workcal *w;

    open_year(&y, zone);
    w = make(c, &y);
    for (int i = 0; i < 20000; i++) {
        instant a = some_time(&r);
        instant b = { a.ms + random_below(&r, 3 * 24 * 60) * MINUTE_MS };
        int64_t n = 1 + random_below(&r, 10);

        EXPECT(workcal_add(w, a, n * HOUR_MS).ms
               <= workcal_add(w, b, n * HOUR_MS).ms);
        EXPECT(workcal_add_days(w, a, n).ms <= workcal_add_days(w, b, n).ms);
        EXPECT(workcal_add_days(w, a, n).ms < workcal_add_days(w, a, n + 1).ms);
    }
    zone_close(y.zone);
}

TEST_PLAIN(a_later_start_never_ends_earlier)
{
    expect_monotone(c, "Asia/Shanghai");
    expect_monotone(c, "Europe/Berlin");
}

TEST_PLAIN(working_days_are_seven_hours_each_in_an_even_season)
{
    struct random r = random_seed(3);
    YEAR(y);

    for (int i = 0; i < 5000; i++) {
        instant a = some_time(&r);
        int64_t n = 1 + random_below(&r, 20);

        assert_int_equal(workcal_between(w, a, workcal_add_days(w, a, n)),
                         n * 7 * HOUR_MS);
    }
    zone_close(y.zone);
}

TEST_PLAIN(office_hours_stay_where_they_are_when_clocks_change)
{
    struct year y;
    struct workcal *w;
    struct zone *berlin;

    open_year(&y, "Europe/Berlin");
    w = make(c, &y);
    berlin = y.zone;
    /* The Sunday of 29 March 2026 has 23 hours there. */
    instant friday = zone_instant(berlin, (day_of(2026, 3, 27).n - 1) * DAY_MS
                                              + 17 * HOUR_MS);

    EXPECT_AT(workcal_add(w, friday, HOUR_MS), "2026-03-30 09:00");
    EXPECT_AT(workcal_add_days(w, friday, 1), "2026-03-30 17:00");
    zone_close(berlin);
}

/* -- speed ---------------------------------------------------------------- */

static double
microseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

TEST_PLAIN(a_due_time_costs_less_than_two_microseconds)
{
    enum { N = 200000 };
    struct random r = random_seed(5);
    instant from = at("2026-01-01 00:00");
    int64_t sum = 0;
    double began, each;
    YEAR(y);

    began = microseconds();
    for (int i = 0; i < N; i++) {
        instant a = { from.ms + random_below(&r, 365 * 24 * 60) * MINUTE_MS };

        sum += workcal_add(w, a, 4 * HOUR_MS).ms + workcal_add_days(w, a, 3).ms;
    }
    each = (microseconds() - began) / (2 * N);
    EXPECT(sum != 0);
    if (getenv("LIANGCAO_TEST_LOG") != NULL)
        print_message("%.3f µs a due time\n", each);
    /* Sanitizers and a busy machine are given room. */
    EXPECT(each < 20);
    zone_close(y.zone);
}
