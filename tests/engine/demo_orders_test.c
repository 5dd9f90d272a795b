/* SPDX-License-Identifier: Apache-2.0 */
/* What demo/demo.h promises of the year of orders. */
#include "auth/auth.h"
#include "demo/demo.h"
#include "engine/catalog/catalog.h"
#include "engine/order/order.h"
#include "model/app.h"
#include "office.h"

#define ORDERS 1500

static int64_t
count(struct call *c, const char *sql, instant t)
{
    int64_t n = -1;

    EXPECT_OK(db_int(c, &n, sql, V(t.ms)));
    return n;
}

static void
make_year(struct call *c, const char *until)
{
    static const struct demo_size small = { .people = 400, .orders = ORDERS };

    c->now = at(until);
    EXPECT_OK(demo_make(c, 1, &small, NULL));
    EXPECT(c->now.ms == at(until).ms);
}

static const char *
report_a_light(struct call *c)
{
    struct order_request w = { .item_code = "A04",
                               .description = "走廊的灯不亮" };
    struct order_view v;

    EXPECT_OK(db_int(c, &w.place_id,
                     "SELECT MIN(id) FROM place WHERE room_use = '办公室'"));
    EXPECT_OK(auth_as(c, "requester"));
    EXPECT_OK(order_submit(c, &w, &v));
    return v.order.number;
}

TEST(the_demo_has_as_many_orders_as_asked_for_and_none_lies_ahead)
{
    make_year(c, "2026-11-25 14:20");
    assert_int_equal(
        count(c, "SELECT COUNT(*) FROM orders WHERE submitted_at <= $1",
              c->now),
        ORDERS);
    assert_int_equal(count(c,
                           "SELECT COUNT(*) FROM orders WHERE submitted_at > $1"
                           " OR closed_at > $1 OR completed_at > $1",
                           c->now),
                     0);
    assert_int_equal(count(c, "SELECT COUNT(*) FROM event WHERE at > $1",
                           c->now),
                     0);
}

/* What the server's first round would find wrong is wrong in the demo. */
TEST(the_clocks_of_the_demo_s_orders_are_those_of_the_program)
{
    int64_t done = 1;

    make_year(c, "2026-11-25 14:20");
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders WHERE nearest_clock ="
                         " 'complete' AND nearest_due = complete_due")
           > 0);
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM orders WHERE"
                      " (nearest_due IS NULL AND nearest_clock IS NOT NULL)"
                      " OR (nearest_due IS NOT NULL AND nearest_clock IS NULL)"
                      " OR (accept_due IS NOT NULL AND clocks_from IS NULL)"
                      " OR (suspended_at IS NOT NULL"
                      "     AND complete_due > suspended_at)"),
        0);
    for (int i = 0; i < 100 && done > 0; i++)
        EXPECT_OK(order_recalculate(c, 200, &done));
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM event WHERE verb = 'recalculate'"),
        0);
}

TEST(the_next_order_of_a_demo_made_by_day_follows_those_of_the_day)
{
    int64_t today;

    make_year(c, "2026-11-25 17:20");
    today = count(c, "SELECT COUNT(*) FROM orders WHERE submitted_at >= $1",
                  at("2026-11-25 00:00"));
    EXPECT(today > 0);
    assert_string_equal(report_a_light(c),
                        arena_printf(c->arena, "20261125-%04d",
                                     (int)today + 1));
}

TEST(the_first_order_of_a_demo_made_by_night_is_number_one)
{
    make_year(c, "2026-11-25 05:00");
    assert_string_equal(report_a_light(c), "20261125-0001");
}
