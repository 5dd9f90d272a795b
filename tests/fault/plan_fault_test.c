/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of units, told ahead or with the rights that follow them, happen
   whole or not at all. */
#include "auth/account.h"
#include "engine/org/org.h"
#include "fault.h"

static enum err
do_rename(struct call *c, const void *with)
{
    struct unit u = { 0 };

    return unit_rename(c, with, &u);
}

static enum err
do_merge(struct call *c, const void *with)
{
    struct unit u = { 0 };

    return unit_merge(c, with, &u);
}

static enum err
do_plans(struct call *c, const void *with)
{
    int64_t done = 0;

    (void)with;
    return org_do_plans(c, 10, &done);
}

static enum err
remove_plan(struct call *c, const void *with)
{
    return unit_plan_remove(c, *(const int64_t *)with);
}

TEST(a_change_told_ahead_is_planned_and_done_whole_or_not_at_all)
{
    const struct unit_act a = {
        .id = 2, .name = "New bureau", .on_day = day_of(2026, 12, 1)
    };
    int64_t plan;

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "plan", "sysadmin", do_rename, &a);
    EXPECT_OK(do_rename(c, &a));
    plan = office_int(c, "SELECT MIN(id) FROM unit_plan");
    expect_all_or_nothing(c, "remove plan", "sysadmin", remove_plan, &plan);
    EXPECT_OK(do_rename(c, &a));
    c->now = at("2026-12-01 09:00");
    office_exec(c, "DELETE FROM unit_plan WHERE id <> (SELECT MAX(id) FROM"
                   " unit_plan)");
    expect_all_or_nothing(c, "do plans", "sysadmin", do_plans, NULL);
}

TEST(a_merger_and_the_grants_that_follow_are_one)
{
    const struct unit_act a = { .id = 2, .into_id = 12 };

    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "merge", "sysadmin", do_merge, &a);
}
