/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of units that are told ahead. */
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

static struct unit
unit(struct call *c, int64_t id)
{
    struct unit u = { 0 };

    EXPECT_OK(model_get(c, &unit_model, id, &u));
    return u;
}

/* The scheduler comes by, as nobody. */
static int64_t
come_by(struct call *c)
{
    int64_t done = 0;

    as(c, NULL);
    EXPECT_OK(org_do_plans(c, 100, &done));
    return done;
}

static int64_t
plans(struct call *c)
{
    return office_int(c, "SELECT COUNT(*) FROM unit_plan");
}

TEST(a_change_told_ahead_is_made_on_its_day)
{
    struct unit u = { 0 };

    office_make(c); /* on 2026-11-23 */
    office_exec(c, "UPDATE person SET unit_id = 2 WHERE id = 41");
    as(c, "sysadmin");
    EXPECT_OK(unit_rename(c,
                          &(struct unit_act){ .id = 2,
                                              .name = "New bureau",
                                              .on_day = day_of(2026, 12, 1),
                                              .reason = "reform" },
                          &u));
    assert_string_equal(u.name, "General bureau");
    assert_int_equal(come_by(c), 0);
    assert_string_equal(unit(c, 2).name, "General bureau");
    struct order before = ask(c, "wang", "A04");
    c->now = at("2026-12-01 00:05");
    assert_int_equal(come_by(c), 1);
    assert_string_equal(unit(c, 2).name, "New bureau");
    assert_int_equal(plans(c), 0);
    assert_int_equal(come_by(c), 0);
    /* The history says when and who; an order keeps the name of its day. */
    EXPECT(office_int(c, "SELECT COUNT(*) FROM unit_change WHERE kind ="
                         " 'renamed' AND actor_id = 154 AND reason = 'reform'")
           == 1);
    assert_string_equal(order_now(c, before.id).unit_name, "General bureau");
    assert_string_equal(ask(c, "wang", "A04").unit_name, "New bureau");
}

TEST(several_plans_of_a_day_are_done_in_the_order_they_were_made)
{
    struct unit_act first = { .id = 3, .on_day = day_of(2026, 12, 1) };
    struct unit_act then = {
        .id = 2, .into_id = 12, .on_day = day_of(2026, 12, 1)
    };
    struct unit u = { 0 };

    office_make(c);
    as(c, "sysadmin");
    first.parent_id = 1;
    EXPECT_OK(unit_move(c, &first, &u));
    EXPECT_OK(unit_merge(c, &then, &u));
    c->now = at("2026-12-03 09:00"); /* it stood still for two days */
    assert_int_equal(come_by(c), 2);
    EXPECT(unit(c, 3).parent_id == 1);
    EXPECT(unit(c, 2).valid_to.n == day_of(2026, 12, 1).n);
}

TEST(a_plan_that_cannot_be_done_says_why_and_hinders_no_other)
{
    struct unit u = { 0 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(
        unit_end(c,
                 &(struct unit_act){ .id = 12, .on_day = day_of(2026, 12, 1) },
                 &u));
    EXPECT_OK(unit_rename(c,
                          &(struct unit_act){ .id = 2,
                                              .name = "New bureau",
                                              .on_day = day_of(2026, 12, 1) },
                          &u));
    c->now = at("2026-12-01 09:00");
    assert_int_equal(come_by(c), 2);
    EXPECT(unit(c, 12).valid_to.n == 0); /* it still has people */
    assert_string_equal(unit(c, 2).name, "New bureau");
    EXPECT(office_int(c, "SELECT COUNT(*) FROM unit_plan WHERE unit_id = 12"
                         " AND refused IS NOT NULL")
           == 1);
    assert_int_equal(come_by(c), 0);
}

TEST(what_is_wrong_today_is_not_planned)
{
    const day ahead = day_of(2026, 12, 1);
    struct unit u = { 0 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_FAULT(unit_move(c,
                           &(struct unit_act){
                               .id = 2, .parent_id = 3, .on_day = ahead },
                           &u),
                 ERR_CONFLICT, "parent_id");
    EXPECT_FAULT(unit_merge(c,
                            &(struct unit_act){
                                .id = 2, .into_id = 99, .on_day = ahead },
                            &u),
                 ERR_INVALID, "into_id");
    EXPECT_FAULT(unit_rename(c, &(struct unit_act){ .id = 2, .on_day = ahead },
                             &u),
                 ERR_INVALID, "name");
    EXPECT_FAULT(unit_end(c,
                          &(struct unit_act){ .id = 2,
                                              .on_day = day_of(2030, 1, 1) },
                          &u),
                 ERR_INVALID, "on_day");
    as(c, "wang");
    EXPECT_FAULT(unit_end(c, &(struct unit_act){ .id = 2, .on_day = ahead },
                          &u),
                 ERR_DENIED, NULL);
    assert_int_equal(plans(c), 0);
}

TEST(a_plan_is_called_off_by_who_may_edit_the_unit)
{
    struct unit u = { 0 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(unit_rename(c,
                          &(struct unit_act){ .id = 2,
                                              .name = "New bureau",
                                              .on_day = day_of(2026, 12, 1) },
                          &u));
    int64_t id = office_int(c, "SELECT id FROM unit_plan");
    as(c, "desk");
    EXPECT_FAULT(unit_plan_remove(c, id), ERR_DENIED, NULL);
    as(c, "sysadmin");
    EXPECT_OK(unit_plan_remove(c, id));
    c->now = at("2026-12-01 09:00");
    assert_int_equal(come_by(c), 0);
    assert_string_equal(unit(c, 2).name, "General bureau");
}
