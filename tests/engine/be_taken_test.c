/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted waits for the desk, or for the people of a crew that grabs. */
#include "engine/order/order.h"
#include "model/app.h"
#include "office.h"

static bool
is_in(struct call *c, const char *view, int64_t id)
{
    struct list l = { .model = &order_model, .limit = 50 };

    as(c, "desk");
    EXPECT_OK(order_list(c, &l, view));
    for (size_t i = 0; i < l.n; i++)
        if (((const struct order *)l.rows)[i].id == id)
            return true;
    return false;
}

TEST(what_a_crew_takes_for_itself_does_not_wait_to_be_dispatched)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT(!is_in(c, "to_dispatch", id) && !is_in(c, "to_be_taken", id));
    EXPECT_OK(say(c, "desk", "accept", id));
    EXPECT(is_in(c, "to_be_taken", id) && !is_in(c, "to_dispatch", id));
    /* Of another way, and of a crew that is no more, the desk has it to do. */
    office_exec(c, "UPDATE crew SET dispatch = 'assign'");
    EXPECT(is_in(c, "to_dispatch", id) && !is_in(c, "to_be_taken", id));
    office_exec(c, "UPDATE crew SET dispatch = 'grab', active = 0");
    EXPECT(is_in(c, "to_dispatch", id) && !is_in(c, "to_be_taken", id));
    office_exec(c, "UPDATE crew SET active = 1");
    office_exec(c, "UPDATE orders SET crew_id = NULL");
    EXPECT(is_in(c, "to_dispatch", id) && !is_in(c, "to_be_taken", id));
}

TEST(what_was_taken_waits_no_more)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "accept", id));
    EXPECT_OK(say(c, "zhao", "grab", id));
    EXPECT(!is_in(c, "to_dispatch", id) && !is_in(c, "to_be_taken", id));
}
