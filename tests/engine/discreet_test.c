/* SPDX-License-Identifier: Apache-2.0 */
/* What may be said without a name is seen by those alone who handle it. */
#include "model/app.h"
#include "office.h"

/* Is it in the list of all orders, in that of the open ones, and on its page? */
static bool
listed(struct call *c, const char *account, int64_t id, bool open)
{
    struct list l = { .model = &order_model, .limit = 100 };

    if (open)
        l.filters[l.n_filters++] =
            (struct filter){ model_field(&order_model, "is_open"), IS, "yes" };
    as(c, account);
    EXPECT_OK(order_list(c, &l, NULL));
    for (size_t i = 0; i < l.n; i++)
        if (((const struct order *)l.rows)[i].id == id)
            return true;
    return false;
}

static bool
opens(struct call *c, const char *account, int64_t id)
{
    struct order_view v;
    enum err e;

    as(c, account);
    e = order_get(c, id, &v);
    EXPECT(e == OK || e == ERR_ABSENT);
    return e == OK;
}

/* Whichever way ACCOUNT comes, it is the same. */
static bool
sees(struct call *c, const char *account, const struct order *o)
{
    bool one = opens(c, account, o->id);

    EXPECT(listed(c, account, o->id, false) == one);
    EXPECT(listed(c, account, o->id, true) == one);
    as(c, account);
    EXPECT(hears_of(c, o, "accept", false) == one);
    return one;
}

TEST(a_complaint_is_seen_by_those_alone_who_handle_it)
{
    static const char *const handle[] = { "wang", "desk", "near", "house",
                                          "leader" };
    static const char *const only_see[] = { "money", "chief", "zhao", "far",
                                            "li" };

    office_make(c);
    struct order lamp = ask(c, "wang", "A04");
    struct order complaint = ask(c, "wang", "K06");
    for (size_t i = 0; i < COUNT(handle); i++)
        EXPECT(sees(c, handle[i], &complaint));
    for (size_t i = 0; i < COUNT(only_see); i++)
        EXPECT(!sees(c, only_see[i], &complaint));
    EXPECT(sees(c, "money", &lamp) && sees(c, "chief", &lamp));
}

TEST(the_crew_that_is_given_a_complaint_sees_it_and_counts_leave_it_out)
{
    struct order_board all = { 0 }, some = { 0 };

    office_make(c);
    struct order o = ask(c, "li", "K06");
    as(c, "desk");
    EXPECT_OK(order_board(c, &all));
    as(c, "money");
    EXPECT_OK(order_board(c, &some));
    EXPECT(all.counts[ORDER_SUBMITTED] == some.counts[ORDER_SUBMITTED] + 1);
    EXPECT_OK(say(c, "desk", "dispatch", o.id,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT(opens(c, "sun", o.id) && opens(c, "zhao", o.id));
    EXPECT(!opens(c, "qian", o.id) && !opens(c, "money", o.id));
}
