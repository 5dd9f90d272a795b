/* SPDX-License-Identifier: Apache-2.0 */
/* That nobody's vote can be had by watching, whatever is watched. */
#include <stdlib.h>

#include "auth/auth.h"
#include "base/random.h"
#include "office.h"
#include "subject/event.h"

/* A verified order of wang's with the electricians, made the short way. */
static int64_t
verified(struct call *c)
{
    int64_t id = ask(c, "wang", "A04").id;

    EXPECT_OK(say(c, "desk", "dispatch", id, .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "done"));
    EXPECT_OK(say(c, "wang", "verify", id));
    return id;
}

static void
vote(struct call *c, int64_t id, int64_t stars)
{
    EXPECT_OK(say(c, "wang", "rate", id, .stars = stars, .comment = "so",
                  .tags = stars > 3 ? "on_time,polite" : "late"));
}

static struct rating_totals
totals(struct call *c, const char *account)
{
    struct rating_totals t = { .id = id_of(c, "crew", "electricians") };

    as(c, account);
    EXPECT_OK(rating_of_crew(c, &t));
    return t;
}

static bool
is_same(const struct rating_totals *a, const struct rating_totals *b)
{
    return a->hidden == b->hidden && a->n == b->n
           && memcmp(a->stars, b->stars, sizeof a->stars) == 0
           && text_same(a->tags, b->tags);
}

/* Weeks turn on Monday morning at eight in Shanghai, and are told an hour
   later. */
static int64_t
week_of(instant t)
{
    return (t.ms - HOUR_MS - 4 * DAY_MS) / (7 * DAY_MS);
}

/* What a crew's man reads one after the other, between random votes. */
struct watch {
    struct rating_totals last;
    instant at;
    int changes;
};

static void
look(struct call *c, struct watch *w)
{
    struct rating_totals now = totals(c, "zhao"), second = totals(c, "second");

    EXPECT(is_same(&now, &second));
    if (w->at.ms != 0 && !is_same(&w->last, &now)) {
        w->changes++;
        if (now.n - w->last.n < 5)
            fail_msg("%lld votes became %lld", (long long)w->last.n,
                     (long long)now.n);
        if (week_of(w->at) == week_of(c->now))
            fail_msg("the totals changed inside a week");
    }
    w->last = now;
    w->at = c->now;
}

TEST(two_totals_differ_by_five_votes_or_more_and_change_by_the_week)
{
    struct random chance = random_seed(5);
    struct watch w = { .at = { 0 } };

    office_make(c);
    for (int i = 0; i < 400; i++) {
        uint32_t what = random_below(&chance, 10);

        if (what < 3)
            vote(c, verified(c), 1 + random_below(&chance, 5));
        else if (what < 6)
            look(c, &w);
        else
            office_pass(c, (int64_t)random_below(&chance, 30 * 60) * MINUTE_MS);
    }
    EXPECT(w.changes >= 5);
    EXPECT(w.last.n >= 50);
}

/* Those who may read each vote count them all. */
TEST(whoever_sees_single_ratings_sees_the_present_total)
{
    struct rating_totals t;

    office_make(c);
    for (int i = 0; i < 5; i++)
        vote(c, verified(c), 5);
    t = totals(c, "leader");
    EXPECT(!t.hidden && t.n == 5 && t.stars[4] == 5);
    t = totals(c, "zhao");
    EXPECT(t.hidden && t.n == 0);
}

/* -- everything else a crew can read ------------------------------------------ */

/* All that ACCOUNT sees of the order: itself, the list, its history. */
static const char *
seen(struct call *c, const char *account, int64_t id)
{
    struct order_view v = { 0 };
    struct list l = { .model = &event_model };
    const struct event *e;
    struct buf b = buf_make(c->arena, 0);

    as(c, account);
    EXPECT_OK(order_get(c, id, &v));
    EXPECT_OK(life_events(c, &order_life, id, NULL, &l));
    buf_printf(&b, "%u %lld %lld %lld %s %s %zu %lld", v.order.state,
               (long long)v.order.version, (long long)v.order.updated_at.ms,
               (long long)v.order.closed_at.ms, v.verbs,
               v.rating ? v.rating : "-", l.n, (long long)l.total);
    e = l.rows;
    for (size_t i = 0; i < l.n; i++)
        buf_printf(&b, " %s@%lld", e[i].verb, (long long)e[i].at.ms);
    return b.s;
}

static int64_t
notices_of(struct call *c, int64_t person_id)
{
    return office_int(
        c, arena_printf(c->arena,
                        "SELECT COUNT(*) FROM notice WHERE person_id = %lld",
                        (long long)person_id));
}

TEST(a_crew_learns_neither_that_an_order_was_rated_nor_when)
{
    static const char *const crew[] = { "zhao", "second", "sun", "money" };
    const char *before[COUNT(crew)];
    int64_t id, notices;

    office_make(c);
    id = verified(c);
    for (size_t i = 0; i < COUNT(crew); i++)
        before[i] = seen(c, crew[i], id);
    notices = notices_of(c, 44);
    office_pass(c, HOUR_MS);
    vote(c, id, 1);
    for (size_t i = 0; i < COUNT(crew); i++)
        assert_string_equal(seen(c, crew[i], id), before[i]);
    assert_int_equal(notices_of(c, 44), notices);
    EXPECT(strstr(seen(c, "wang", id), "rate@") != NULL);
    EXPECT(strstr(seen(c, "desk", id), "rate@") != NULL);
}

TEST(the_stream_tells_of_a_rating_only_who_may_see_it)
{
    struct order o;
    int64_t id;

    office_make(c);
    id = verified(c);
    vote(c, id, 2);
    o = order_now(c, id);
    as(c, "zhao");
    EXPECT(hears_of(c, &o, "comment", false));
    EXPECT(!hears_of(c, &o, "rate", false));
    as(c, "money"); /* sees the order, but no ratings */
    EXPECT(!hears_of(c, &o, "rate", false));
    as(c, "wang");
    EXPECT(hears_of(c, &o, "rate", false));
    as(c, "desk");
    EXPECT(hears_of(c, &o, "rate", false));
}

TEST(a_rated_order_closes_when_an_unrated_one_does)
{
    int64_t rated, unrated, done;

    office_make(c);
    rated = verified(c);
    unrated = verified(c);
    vote(c, rated, 5);
    office_pass(c, 7 * DAY_MS - 1);
    as(c, NULL);
    EXPECT_OK(order_wake(c, 100, &done));
    EXPECT(order_now(c, rated).state == ORDER_VERIFIED
           && order_now(c, unrated).state == ORDER_VERIFIED);
    office_pass(c, 1);
    EXPECT_OK(order_wake(c, 100, &done));
    EXPECT(order_now(c, rated).state == ORDER_CLOSED
           && order_now(c, unrated).state == ORDER_CLOSED);
}

TEST(what_waits_for_its_requester_is_listed_until_he_has_done_it)
{
    struct list l = { .model = &order_model };
    int64_t id;

    office_make(c);
    id = verified(c);
    (void)ask(c, "wang", "A04");
    as(c, "wang");
    EXPECT_OK(order_list(c, &l, "todo"));
    EXPECT(l.n == 1 && ((const struct order *)l.rows)->id == id);
    vote(c, id, 5);
    l = (struct list){ .model = &order_model };
    EXPECT_OK(order_list(c, &l, "todo"));
    EXPECT(l.n == 0);
}

/* -- the load ------------------------------------------------------------------- */

TEST(whoever_dispatches_sees_the_load_of_his_own_crews)
{
    struct crew_load lifts = { 0 }, plumbers = { 0 }, sparks = { 0 };

    office_make(c);
    lifts.id = id_of(c, "crew", "lift-contractor");
    plumbers.id = id_of(c, "crew", "plumbers");
    sparks.id = id_of(c, "crew", "electricians");
    as(c, "lift"); /* manages the provider */
    EXPECT_OK(order_crew_load(c, &lifts));
    EXPECT_FAULT(order_crew_load(c, &plumbers), ERR_DENIED, NULL);
    as(c, "sun"); /* leads the electricians */
    EXPECT_OK(order_crew_load(c, &sparks));
    EXPECT_FAULT(order_crew_load(c, &plumbers), ERR_DENIED, NULL);
    as(c, "near"); /* dispatches for the bureau whose people they are */
    EXPECT_OK(order_crew_load(c, &sparks));
    EXPECT_FAULT(order_crew_load(c, &lifts), ERR_DENIED, NULL);
    as(c, "far");
    EXPECT_FAULT(order_crew_load(c, &sparks), ERR_DENIED, NULL);
}

TEST(a_provider_s_dispatcher_sees_the_load_of_its_crews)
{
    struct crew_load l = { 0 };

    office_make(c);
    office_exec(c, "INSERT INTO role_grant (id, account_id, role, scope,"
                   " scope_id, version) VALUES (290, 142, 'dispatcher',"
                   " 'provider', 31, 1)");
    l.id = id_of(c, "crew", "lift-contractor");
    as(c, "li");
    EXPECT_OK(order_crew_load(c, &l));
}
