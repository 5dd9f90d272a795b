/* SPDX-License-Identifier: Apache-2.0 */
/* In which order the desk and the crews take orders up. */
#include "engine/order/order.h"

#include <string.h>

#include "model/app.h"
#include "office.h"

/* The desk's list, most urgent first; ends with 0. */
static void
listed(struct call *c, int64_t *out, size_t most)
{
    struct list l = { .model = &order_model, .limit = (int64_t)most };

    l.filters[l.n_filters++] =
        (struct filter){ model_field(&order_model, "is_open"), IS, "yes" };
    l.sort = model_field(&order_model, "urgency");
    as(c, "desk");
    EXPECT_OK(order_list(c, &l, NULL));
    memset(out, 0, (most + 1) * sizeof *out);
    for (size_t i = 0; i < l.n; i++)
        out[i] = ((const struct order *)l.rows)[i].id;
}

TEST(what_cannot_wait_stands_first_then_what_is_late_then_what_ends_first)
{
    struct order in_time, late, lift;
    int64_t ids[6];

    office_make(c);
    c->now = at("2026-11-24 09:00");
    late = ask(c, "wang", "A04");
    c->now.ms = late.accept_due.ms;
    (void)wake_orders(c);
    in_time = ask(c, "wang", "A04");
    lift = ask(c, "wang", "A17");
    listed(c, ids, 5);
    EXPECT(ids[0] == lift.id);
    EXPECT(ids[1] == late.id);
    EXPECT(ids[2] == in_time.id);
    EXPECT(ids[3] == 0);
}

TEST(an_order_moves_up_by_itself_when_its_clock_runs_out)
{
    struct order first, second;
    int64_t ids[6];

    office_make(c);
    c->now = at("2026-11-24 09:00");
    first = ask(c, "wang", "A04");
    c->now = at("2026-11-24 09:01");
    second = ask(c, "wang", "A04");
    EXPECT_OK(say(c, "desk", "raise_priority", second.id, .priority = 1,
                  .reason = "a meeting waits"));
    listed(c, ids, 5);
    EXPECT(ids[0] == first.id);
    /* Both late: the more important one is taken up first. */
    c->now.ms = second.accept_due.ms;
    (void)wake_orders(c);
    listed(c, ids, 5);
    EXPECT(ids[0] == second.id && ids[1] == first.id);
}

TEST(what_is_done_stands_behind_all_that_is_to_do)
{
    struct order fresh;
    int64_t done, ids[6];

    office_make(c);
    done = bring_to(c, ORDER_COMPLETED);
    fresh = ask(c, "wang", "A04");
    listed(c, ids, 5);
    EXPECT(ids[0] == fresh.id && ids[1] == done && ids[2] == 0);
}
