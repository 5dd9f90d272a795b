/* SPDX-License-Identifier: Apache-2.0 */
/* What order.h promises of figures: each counts what its caller may see, on the
   office's day, and of too few votes nothing is told. */
#include "auth/auth.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

static struct order_figures
figures(struct call *c, const char *account)
{
    struct order_figures f;

    as(c, account);
    EXPECT_OK(order_figures(c, &f));
    return f;
}

#define TODAY (ORDER_FIGURE_DAYS - 1)

static int64_t
done(struct call *c)
{
    int64_t id = ask(c, "wang", "A04").id;

    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "done"));
    return id;
}

static int64_t
voted(struct call *c, int64_t stars)
{
    int64_t id = done(c);

    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(say(c, "wang", "rate", id, .stars = stars, .comment = "so"));
    return id;
}

TEST(what_was_asked_and_completed_stands_with_its_day_and_month)
{
    struct order_figures f;

    office_make(c);
    office_exec(c, "DELETE FROM orders");
    (void)ask(c, "wang", "A04");
    (void)done(c);
    f = figures(c, "leader");
    EXPECT(f.days[TODAY].first.n == today(c).n);
    EXPECT(f.days[TODAY].asked == 2 && f.days[TODAY].completed == 1);
    EXPECT(f.months[ORDER_THIS_MONTH].asked == 2);
    EXPECT(f.months[ORDER_THIS_MONTH].completed == 1);
    office_pass(c, DAY_MS);
    f = figures(c, "leader");
    EXPECT(f.days[TODAY].asked == 0 && f.days[TODAY - 1].asked == 2);
    office_pass(c, ORDER_FIGURE_DAYS * DAY_MS);
    f = figures(c, "leader");
    for (int i = 0; i < ORDER_FIGURE_DAYS; i++)
        EXPECT(f.days[i].asked == 0 && f.days[i].completed == 0);
    /* It is the next month by now, and on the first of the one after gone. */
    EXPECT(f.months[ORDER_THIS_MONTH].asked == 0
           && f.months[ORDER_LAST_MONTH].asked == 2);
    while (civil_of(today(c)).dom != 1)
        office_pass(c, DAY_MS);
    f = figures(c, "leader");
    EXPECT(f.months[ORDER_LAST_MONTH].asked == 0);
}

/* The database knows no zone: eight in the evening in London is tomorrow. */
TEST(a_day_is_the_offices_and_turns_at_its_own_midnight)
{
    struct order_figures f;
    instant midnight;

    office_make(c);
    office_exec(c, "DELETE FROM orders");
    midnight = zone_instant(c->app->zone, (int64_t)today(c).n * DAY_MS);
    office_pass(c, midnight.ms - 1 - c->now.ms);
    (void)ask(c, "wang", "A04");
    office_pass(c, 1);
    (void)ask(c, "wang", "A04");
    f = figures(c, "leader");
    EXPECT(f.days[TODAY].asked == 1 && f.days[TODAY - 1].asked == 1);
}

TEST(what_was_completed_late_is_told_apart)
{
    struct order_figures f;
    int64_t id;

    office_make(c);
    office_exec(c, "DELETE FROM orders");
    (void)done(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    office_pass(c, 20 * DAY_MS);
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "done"));
    f = figures(c, "leader");
    EXPECT(f.days[TODAY].completed == 1 && f.days[TODAY].late == 1);
    EXPECT(f.days[TODAY].asked == 0);
}

/* An accountant sees no complaint, and a dispatcher of Finance nothing of what
   Secretaries ask for. */
TEST(figures_count_what_their_reader_may_see)
{
    office_make(c);
    office_exec(c, "DELETE FROM orders");
    (void)ask(c, "wang", "A04");
    (void)ask(c, "wang", "K06");
    EXPECT(figures(c, "leader").days[TODAY].asked == 2);
    EXPECT(figures(c, "money").days[TODAY].asked == 1);
    EXPECT(figures(c, "far").days[TODAY].asked == 0);
    as(c, "wang");
    struct order_figures f;
    EXPECT_FAULT(order_figures(c, &f), ERR_DENIED, NULL);
}

TEST(
    of_fewer_than_five_votes_there_is_no_mean_and_for_whoever_reads_none_nothing)
{
    struct order_figures f;

    office_make(c);
    for (int i = 0; i < 4; i++)
        (void)voted(c, 5);
    f = figures(c, "leader");
    EXPECT(f.rates && f.votes[ORDER_THIS_MONTH].n == 4);
    EXPECT(f.votes[ORDER_THIS_MONTH].hidden
           && f.votes[ORDER_THIS_MONTH].average <= 0);
    (void)voted(c, 1);
    f = figures(c, "leader");
    EXPECT(!f.votes[ORDER_THIS_MONTH].hidden);
    EXPECT(f.votes[ORDER_THIS_MONTH].average > 4.19
           && f.votes[ORDER_THIS_MONTH].average < 4.21);
    EXPECT(f.dissatisfied == 1);
    f = figures(c, "money");
    EXPECT(!f.rates && f.votes[ORDER_THIS_MONTH].n == 0 && f.dissatisfied == 0);
}

/* Whoever leads and is in a crew is told nothing of its votes, not even among
   all of them. */
TEST(the_votes_of_ones_own_crew_are_in_no_figure_of_ones_own)
{
    struct order_figures f;

    office_make(c);
    for (int i = 0; i < 6; i++)
        (void)voted(c, 2);
    office_exec(c,
                "INSERT INTO crew_member (id, crew_id, person_id, lead, turn,"
                " version) SELECT 9901, id, 49, 0, 0, 1 FROM crew"
                " WHERE code = 'electricians'");
    f = figures(c, "leader");
    EXPECT(f.votes[ORDER_THIS_MONTH].n == 0 && f.dissatisfied == 0);
    struct list l = { .model = &order_model };
    EXPECT_OK(order_list(c, &l, "dissatisfied"));
    EXPECT(l.n == 0);
}

TEST(what_was_found_poor_is_listed_until_it_is_over)
{
    struct list l = { .model = &order_model };
    int64_t id, n;

    office_make(c);
    (void)voted(c, 3);
    id = voted(c, 2);
    as(c, "leader");
    EXPECT_OK(order_list(c, &l, "dissatisfied"));
    EXPECT(l.n == 1 && ((const struct order *)l.rows)->id == id);
    EXPECT(figures(c, "leader").dissatisfied == 1);
    as(c, "money");
    l = (struct list){ .model = &order_model };
    EXPECT_FAULT(order_list(c, &l, "dissatisfied"), ERR_DENIED, NULL);
    /* Opened anew it is at work, and stays. */
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "still so"));
    EXPECT(figures(c, "leader").dissatisfied == 1);
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "done"));
    EXPECT_OK(say(c, "wang", "verify", id));
    office_pass(c, 8 * DAY_MS);
    n = wake_orders(c);
    EXPECT(n > 0 && figures(c, "leader").dissatisfied == 0);
}

TEST(a_provider_is_told_with_what_it_did_in_each_month)
{
    struct order_figures f;
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "lift-contractor")));
    EXPECT_OK(say(c, "lift", "arrive", id));
    EXPECT_OK(say(c, "lift", "complete", id, .result = "done"));
    (void)done(c); /* by the office's own */
    f = figures(c, "money");
    EXPECT(f.n_providers == 1 && f.providers[0].id == 31);
    EXPECT(f.providers[0].name != NULL);
    EXPECT(f.providers[0].months[ORDER_THIS_MONTH].completed == 1);
    EXPECT(f.providers[0].months[ORDER_LAST_MONTH].completed == 0);
    do
        office_pass(c, DAY_MS);
    while (civil_of(today(c)).dom != 1);
    f = figures(c, "money");
    EXPECT(f.n_providers == 1);
    EXPECT(f.providers[0].months[ORDER_THIS_MONTH].completed == 0);
    EXPECT(f.providers[0].months[ORDER_LAST_MONTH].completed == 1);
}

/* Of one that was done anew the last vote tells. */
TEST(what_was_found_poor_and_good_when_done_anew_is_poor_no_more)
{
    struct list l = { .model = &order_model };
    int64_t id;

    office_make(c);
    id = voted(c, 1);
    EXPECT_OK(say(c, "wang", "reopen", id, .reason = "still so"));
    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "done"));
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT(figures(c, "leader").dissatisfied == 1);
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 5));
    EXPECT(figures(c, "leader").dissatisfied == 0);
    EXPECT_OK(order_list(c, &l, "dissatisfied"));
    EXPECT(l.n == 0);
}
