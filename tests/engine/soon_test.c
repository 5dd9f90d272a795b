/* SPDX-License-Identifier: Apache-2.0 */
/* What is nearly over, as the desk's rows are amber and as its tab counts. */
#include "engine/order/order.h"
#include "model/app.h"
#include "office.h"

static bool
is_soon(struct call *c, int64_t id)
{
    struct list l = { .model = &order_model, .limit = 50 };

    as(c, "desk");
    EXPECT_OK(order_list(c, &l, "soon"));
    for (size_t i = 0; i < l.n; i++)
        if (((const struct order *)l.rows)[i].id == id)
            return true;
    return false;
}

TEST(what_ends_within_half_an_hour_is_due_soon_whatever_its_time_was)
{
    struct order o;

    office_make(c);
    c->now = at("2026-11-24 09:00");
    o = ask(c, "wang", "A04");
    EXPECT(!is_soon(c, o.id));
    c->now.ms = o.accept_due.ms - 30 * MINUTE_MS;
    EXPECT(!is_soon(c, o.id));
    c->now.ms += MINUTE_MS;
    EXPECT(is_soon(c, o.id));
    /* What is over is late, and not soon. */
    c->now.ms = o.accept_due.ms + MINUTE_MS;
    EXPECT(!is_soon(c, o.id));
}

TEST(what_has_a_quarter_of_its_time_left_is_due_soon)
{
    struct order o;

    office_make(c);
    c->now = at("2026-11-24 09:00");
    o = ask(c, "wang", "A04");
    office_exec(c, "UPDATE orders SET escalation = 1");
    EXPECT(is_soon(c, o.id));
    /* An emergency is told of at once, and is a level ahead. */
    office_exec(c, "UPDATE orders SET emergency = 1");
    EXPECT(!is_soon(c, o.id));
    office_exec(c, "UPDATE orders SET escalation = 2");
    EXPECT(is_soon(c, o.id));
}
