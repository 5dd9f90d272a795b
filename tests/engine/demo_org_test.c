/* SPDX-License-Identifier: Apache-2.0 */
/* What demo/demo.h promises of the organisation. */
#include "test.h"

#include "api/demo.h"
#include "auth/auth.h"
#include "database.h"
#include "demo/demo.h"
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "table_out.h"

static const struct demo_size small = { .people = 400 };

static void
make_demo(struct call *c, uint64_t seed, const struct demo_size *size)
{
    EXPECT_OK(demo_make(c, seed, size, NULL));
}

static void
make_small(struct call *c)
{
    make_demo(c, 1, &small);
}

static int64_t
count(struct call *c, const char *sql)
{
    int64_t n = -1;

    EXPECT_OK(db_int(c, &n, sql));
    return n;
}

/* -- one office, looked at from all sides ---------------------------------- */

TEST(the_demo_office_has_the_size_it_promises)
{
    static const struct demo_size full = { .people = DEMO_PEOPLE };

    make_demo(c, 1, &full);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM unit"), 40);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM person"), 1200);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM provider"), 2);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM place"
                              " WHERE kind = 'building'"),
                     6);
    EXPECT(count(c, "SELECT COUNT(*) FROM place WHERE kind = 'room'") > 700);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM crew WHERE active = 1"),
                     14);
    EXPECT(count(c, "SELECT COUNT(*) FROM (SELECT crew_id FROM crew_member"
                    " GROUP BY crew_id HAVING COUNT(*) >= 4) AS big")
           == 14);
    /* Names repeat as little as in a real office. */
    EXPECT(count(c, "SELECT COUNT(DISTINCT name) FROM person") > 1000);
}

TEST(every_crew_of_the_demo_has_a_lead_and_somebody_on_duty_by_day)
{
    struct list l = {
        .model = &crew_model, .limit = 100, .where = "active = 1"
    };

    database_fill(c, make_small);
    EXPECT_OK(model_list(c, &l));
    EXPECT(l.n == 14);
    for (size_t i = 0; i < l.n; i++) {
        const struct crew *w = (const struct crew *)l.rows + i;
        struct crew_hand *hands;
        size_t n, on_duty = 0;

        EXPECT_OK(crew_hands(c, w->id, c->now, &hands, &n));
        EXPECT(n > 0 && hands[0].lead);
        for (size_t k = 0; k < n; k++)
            on_duty += hands[k].on_duty;
        EXPECT(on_duty > 0);
    }
}

TEST(whatever_is_asked_of_the_demo_goes_to_a_crew_it_has)
{
    database_fill(c, make_small);
    EXPECT(count(c, "SELECT COUNT(*) FROM routing_rule") > 0);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM routing_rule r"
                              " JOIN crew k ON k.id = r.crew_id"
                              " WHERE k.active = 0"),
                     0);
}

TEST(every_sign_in_of_the_demo_works_and_holds_its_role)
{
    database_fill(c, make_small);
    for (const struct demo_account *a = demo_accounts; a->account; a++) {
        struct sign_in s = { .account = a->account, .password = DEMO_PASSWORD };
        bool held = false;

        c->actor = NULL;
        EXPECT_OK(auth_sign_in(c, &s));
        EXPECT_OK(auth_by_session(c, s.session));
        EXPECT(!c->actor->must_change);
        for (size_t i = 0; i < c->actor->n_grants; i++)
            held |= strcmp(c->actor->grants[i].role, a->role) == 0;
        EXPECT(held);
    }
    c->actor = NULL;
}

TEST(the_three_administrators_of_the_demo_are_three_people)
{
    database_fill(c, make_small);
    assert_int_equal(count(c, "SELECT COUNT(DISTINCT a.person_id)"
                              " FROM role_grant g JOIN account a"
                              " ON a.id = g.account_id"
                              " WHERE g.role LIKE '%admin'"),
                     3);
}

TEST(nobody_in_the_demo_can_be_called)
{
    database_fill(c, make_small);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM person"
                              " WHERE mobile NOT LIKE '169________'"),
                     0);
}

TEST(a_demo_is_made_in_an_empty_office_only)
{
    make_demo(c, 1, &small);
    EXPECT_FAULT(demo_make(c, 1, &small, NULL), ERR_CONFLICT, NULL);
    EXPECT(c->actor == NULL);
}

/* -- two offices ------------------------------------------------------------ */

static const char *
export_all(struct call *c)
{
    static const struct grant all = {
        .role = "leader", .scope = SCOPE_ALL, .rights = ~UINT64_C(0)
    };
    static const struct actor reader = { .grants = &all, .n_grants = 1 };
    struct buf units, people, places;

    c->actor = &reader;
    units = table_out(c, &unit_noun);
    people = table_out(c, &person_noun);
    places = table_out(c, &place_noun);
    c->actor = NULL;
    return arena_printf(c->arena, "%s%s%s", units.s, people.s, places.s);
}

/* Another office beside the test's own, as text. */
static const char *
another_office(struct call *c, uint64_t seed)
{
    struct app app = *c->app;
    struct call other = *c;
    const char *why, *text;

    app.store = store_open(":memory:", 2, &why);
    EXPECT(app.store != NULL);
    other.app = &app;
    db_session(&other, app.store);
    make_demo(&other, seed, &small);
    text = export_all(&other);
    db_session_end(&other);
    store_close(app.store);
    return text;
}

TEST(one_seed_makes_one_demo_office_and_another_seed_another)
{
    const char *mine;

    make_demo(c, 5, &small);
    mine = export_all(c);
    EXPECT(strlen(mine) > 20000);
    EXPECT(strcmp(mine, another_office(c, 5)) == 0);
    EXPECT(strcmp(mine, another_office(c, 6)) != 0);
}
