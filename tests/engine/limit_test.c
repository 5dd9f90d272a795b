/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list shows exactly the rows that may be got one by one, however many scopes
 * a right is held in and of whatever kind they are.
 */
#include "auth/auth.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

/* The reader of these tests: account 190, person 90 of Finance. */
static void
make_reader(struct call *c)
{
    office_make(c);
    office_exec(c, "INSERT INTO person (id, code, name, unit_id, active,"
                   " version) VALUES (90, '90', 'Reader', 12, 1, 1)");
    office_exec(c, "INSERT INTO account (id, name, person_id, must_change,"
                   " failures, active, version) VALUES"
                   " (190, 'reader', 90, 0, 0, 1, 1)");
}

static void
grant(struct call *c, const char *role, const char *scope, int64_t id)
{
    office_exec(c,
                arena_printf(c->arena,
                             "INSERT INTO role_grant (id, account_id, role,"
                             " scope, scope_id, version) VALUES"
                             " (%lld, 190, '%s', '%s', %lld, 1)",
                             (long long)new_id(c), role, scope, (long long)id));
}

/* N units besides each other, 1001 and on, with a person each, 2001 and on. */
static void
make_units(struct call *c, int n)
{
    for (int i = 0; i < n; i++) {
        office_exec(c, arena_printf(c->arena,
                                    "INSERT INTO unit (id, code, name, path,"
                                    " parent_id, sort, valid_from, version)"
                                    " VALUES (%d, 'U%d', 'Unit %d',"
                                    " '/1/%d/', 1, 0, 1, 1)",
                                    1001 + i, i, i, 1001 + i));
        office_exec(c, arena_printf(c->arena,
                                    "INSERT INTO person (id, code, name,"
                                    " unit_id, active, version) VALUES"
                                    " (%d, 'P%d', 'Person %d', %d, 1, 1)",
                                    2001 + i, i, i, 1001 + i));
    }
}

static void
leader_of(struct call *c, int n)
{
    struct list l = { .model = &person_model };

    make_reader(c);
    make_units(c, n + 1);
    for (int i = 0; i < n; i++)
        grant(c, "leader", "unit", 1001 + i);
    as(c, "reader");
    EXPECT_OK(person_list(c, &l));
    EXPECT(l.total == n);
    for (int i = 0; i < n; i++)
        EXPECT_OK(person_get(c, &(struct person){ .id = 2001 + i }));
    EXPECT_FAULT(person_get(c, &(struct person){ .id = 2001 + n }), ERR_DENIED,
                 NULL);
}

TEST(a_leader_of_one_unit_sees_its_people)
{
    leader_of(c, 1);
}

TEST(a_leader_of_six_units_sees_the_people_of_all_six)
{
    leader_of(c, 6);
}

TEST(a_leader_of_sixty_units_sees_the_people_of_all_sixty)
{
    leader_of(c, 60);
}

TEST(a_right_that_reaches_nothing_lists_nothing)
{
    struct list l = { .model = &person_model };

    make_reader(c);
    grant(c, "dispatcher", "crew", id_of(c, "crew", "electricians"));
    as(c, "reader");
    EXPECT_OK(person_list(c, &l));
    EXPECT(l.n == 0 && l.total == 0);
}

/* -- orders ---------------------------------------------------------------- */

/* Places of the office an order may lie at; a crew by its code. */
static const struct {
    int64_t unit, place, provider;
    const char *crew;
} spots[] = {
    { 3, 23, 0, "electricians" },
    { 12, 24, 0, "plumbers" },
    { 2, 22, 31, "lift-contractor" },
    { 1, 21, 0, "motor-pool" },
    { 1001, 23, 0, NULL },
    { 1002, 0, 31, NULL },
    { 1003, 24, 0, "electricians" },
};

static void
make_orders(struct call *c)
{
    make_reader(c);
    make_units(c, 60);
    for (size_t i = 0; i < COUNT(spots); i++) {
        struct order o = ask(c, i == 4 ? "li" : "wang", "A04");

        office_pass(c, MINUTE_MS);
        office_exec(
            c, arena_printf(c->arena,
                            "UPDATE orders SET unit_id = %lld, place_id ="
                            " NULLIF(%lld, 0), provider_id = NULLIF(%lld, 0),"
                            " crew_id = NULLIF(%lld, 0) WHERE id = %lld",
                            (long long)spots[i].unit, (long long)spots[i].place,
                            (long long)spots[i].provider,
                            spots[i].crew
                                ? (long long)id_of(c, "crew", spots[i].crew)
                                : 0LL,
                            (long long)o.id));
    }
}

/* What is listed is what may be got: of open orders and of all. */
static int64_t
list_is_what_can_be_got(struct call *c)
{
    static const struct pair open[] = { { "is_open", "yes" } };
    struct list whole = { .model = &order_model, .limit = 500 };
    struct list these = { .model = &order_model, .limit = 500 };
    struct list everywhere = { .model = &order_model, .limit = 500 };
    const struct actor *reader = c->actor;
    struct order *all;
    int64_t seen = 0;

    EXPECT_OK(order_list(c, &whole, NULL));
    EXPECT_OK(list_read(c, &these, open, 1));
    EXPECT_OK(order_list(c, &these, NULL));
    EXPECT(these.total == whole.total && these.n == whole.n);
    as(c, "desk");
    EXPECT_OK(order_list(c, &everywhere, NULL));
    EXPECT(everywhere.n == COUNT(spots));
    c->actor = reader;
    all = everywhere.rows;
    for (size_t i = 0; i < everywhere.n; i++) {
        struct order_view v = { 0 };
        bool listed = false;

        for (size_t k = 0; k < whole.n; k++)
            listed |= ((struct order *)whole.rows)[k].id == all[i].id;
        EXPECT((order_get(c, all[i].id, &v) == OK) == listed);
        seen += listed;
    }
    EXPECT(whole.total == seen);
    return seen;
}

TEST(the_list_of_orders_is_what_can_be_got_in_every_scope)
{
    make_orders(c);
    grant(c, "dispatcher", "unit", 2);
    as(c, "reader");
    EXPECT(list_is_what_can_be_got(c) == 2);
    grant(c, "dispatcher", "crew", id_of(c, "crew", "plumbers"));
    as(c, "reader");
    EXPECT(list_is_what_can_be_got(c) == 3);
    grant(c, "dispatcher", "provider", 31);
    as(c, "reader");
    EXPECT(list_is_what_can_be_got(c) == 4);
    grant(c, "dispatcher", "place", 22);
    as(c, "reader");
    EXPECT(list_is_what_can_be_got(c) == 5);
}

TEST(the_list_of_orders_is_what_can_be_got_in_sixty_scopes)
{
    struct order_board board = { 0 };
    int64_t open = 0;

    make_orders(c);
    for (int i = 0; i < 60; i++)
        grant(c, "dispatcher", "unit", 1001 + i);
    grant(c, "dispatcher", "crew", id_of(c, "crew", "plumbers"));
    grant(c, "dispatcher", "provider", 31);
    as(c, "reader");
    EXPECT(list_is_what_can_be_got(c) == 5);
    EXPECT_OK(order_board(c, &board));
    for (int s = 0; s < N_ORDER_STATES; s++)
        open += board.counts[s];
    EXPECT(open == 5);
}
