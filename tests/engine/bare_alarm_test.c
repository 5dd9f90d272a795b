/* SPDX-License-Identifier: Apache-2.0 */
/* What a locked page tells of emergencies. */
#include <string.h>

#include "auth/auth.h"
#include "engine/order/order.h"
#include "office.h"

static struct bare_alarms
heard(struct call *c, const char *account)
{
    struct bare_alarms a = { 0 };

    as(c, account);
    c->locked = c->actor;
    c->actor = NULL;
    EXPECT_OK(auth_as_locked(c, order_bare_alarms, &a));
    EXPECT(c->actor == NULL);
    c->locked = NULL;
    return a;
}

TEST(a_locked_page_of_the_desk_tells_what_where_and_how_long_still)
{
    struct bare_alarms a;
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A17");
    (void)ask(c, "wang", "A04");
    (void)wake_orders(c);
    a = heard(c, "desk");
    EXPECT(a.n == 1 && a.total == 1);
    EXPECT(strcmp(a.found[0].item_code, "A17") == 0);
    EXPECT(a.found[0].nearest_due.ms == order_now(c, o.id).nearest_due.ms);
    EXPECT(a.found[0].place_id == o.place_id);
    EXPECT_OK(say(c, "desk", "acknowledge_alarm", o.id));
    EXPECT(heard(c, "desk").total == 0);
}

TEST(where_it_is_in_a_secrecy_area_a_locked_page_does_not_say)
{
    struct bare_alarms a;
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A17");
    (void)wake_orders(c);
    office_exec(c,
                arena_printf(c->arena,
                             "UPDATE place SET restricted = 1 WHERE id ="
                             " (SELECT place_id FROM orders WHERE id = %lld)",
                             (long long)o.id));
    a = heard(c, "desk");
    EXPECT(a.n == 1 && a.found[0].secret);
    EXPECT(a.found[0].place_name == NULL && a.found[0].place_id == 0);
}

TEST(whoever_has_no_bar_of_alarms_hears_none_of_a_locked_page)
{
    struct bare_alarms a = { 0 };

    office_make(c);
    (void)ask(c, "wang", "A17");
    (void)wake_orders(c);
    as(c, "wang");
    c->locked = c->actor;
    c->actor = NULL;
    EXPECT_FAULT(auth_as_locked(c, order_bare_alarms, &a), ERR_DENIED, NULL);
    c->locked = NULL;
    EXPECT_FAULT(auth_as_locked(c, order_bare_alarms, &a), ERR_UNSIGNED, NULL);
}

/* The page may ask for no names, so they come with the alarm. */
TEST(a_locked_page_names_a_place_in_english_too)
{
    struct bare_alarms a;
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A17");
    (void)wake_orders(c);
    office_exec(c, arena_printf(c->arena,
                                "UPDATE place SET full_name_en = 'Lift, Floor"
                                " 3, Building 1' WHERE id = %lld",
                                (long long)o.place_id));
    a = heard(c, "desk");
    EXPECT(strcmp(a.found[0].place_name_en, "Lift, Floor 3, Building 1") == 0);
    EXPECT(strcmp(a.found[0].place_name, o.place_name) == 0);
}
