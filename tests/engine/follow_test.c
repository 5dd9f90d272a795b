/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of rights and of orders when the office is reorganised. */
#include "auth/account.h"
#include "auth/change.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

static void
merge(struct call *c, const char *account, int64_t from, int64_t into)
{
    struct unit_act a = { .id = from, .into_id = into };
    struct unit u = { 0 };

    as(c, account);
    EXPECT_OK(unit_merge(c, &a, &u));
}

/* Whatever waits for the security administrator is confirmed. */
static int
confirm_all(struct call *c)
{
    struct list l = { .model = &right_change_model };
    const struct right_change *rows;
    int n = 0;

    as(c, "secadmin");
    EXPECT_OK(right_change_list(c, &l));
    rows = l.rows;
    for (size_t i = 0; i < l.n; i++) {
        struct right_change w = { .id = rows[i].id };

        if (!rows[i].mine)
            continue;
        EXPECT_OK(right_change_confirm(c, &w));
        n++;
    }
    return n;
}

static bool
sees(struct call *c, const char *account, int64_t order)
{
    struct order_view v;

    as(c, account);
    return order_get(c, order, &v) == OK;
}

/* near: dispatcher of General bureau (2); li is of Finance (12), wang of the
   Secretaries (3) below General bureau. */
TEST(a_grant_on_a_unit_follows_it_into_the_one_it_is_merged_into)
{
    office_make(c);
    struct order before = ask(c, "wang", "A04"), li = ask(c, "li", "A04");

    EXPECT(sees(c, "near", before.id) && !sees(c, "near", li.id));
    merge(c, "sysadmin", 2, 12);
    struct order after = ask(c, "wang", "A04");
    EXPECT(after.unit_id == 3);
    EXPECT(!sees(c, "near", after.id)); /* until a second one agrees */
    EXPECT(confirm_all(c) == 1);
    EXPECT(sees(c, "near", after.id)); /* 3 lies below 12 now */
    EXPECT(sees(c, "near", ask(c, "li", "A04").id));
    EXPECT_OK(say(c, "near", "accept", after.id));
}

TEST(what_was_asked_for_by_a_merged_unit_stays_in_sight_of_its_desk)
{
    office_make(c);
    office_exec(c, "UPDATE person SET unit_id = 2 WHERE id = 41");
    struct order o = ask(c, "wang", "A04");

    merge(c, "sysadmin", 2, 12);
    EXPECT(order_now(c, o.id).unit_id == 2);
    EXPECT(strcmp(order_now(c, o.id).unit_name, o.unit_name) == 0);
    EXPECT(sees(c, "near", o.id));
}

TEST(a_grant_that_follows_is_in_the_audit_and_made_once)
{
    office_make(c);
    as(c, "secadmin");
    int64_t near = office_int(c, "SELECT id FROM account WHERE name = 'near'");
    struct role_grant there = { .account_id = near,
                                .role = "dispatcher",
                                .scope = SCOPE_UNIT,
                                .scope_id = 12 };

    EXPECT_OK(grant_make(c, &there));
    merge(c, "sysadmin", 2, 12);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM role_grant WHERE scope = 'unit'"
                         " AND scope_id = 12")
           == 2); /* near's and far's */
    merge(c, "sysadmin", 3, 12);
    merge(c, "sysadmin", 12, 1);
    EXPECT(confirm_all(c) == 2);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM role_grant WHERE scope = 'unit'"
                         " AND scope_id = 1")
           == 2);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " action = 'role_grant.add' AND account_id ="
                         " 154")
           == 2);
}

TEST(nobody_gains_rights_by_a_merger_of_his_own)
{
    office_make(c);
    as(c, "secadmin");
    struct role_grant own = {
        .account_id =
            office_int(c, "SELECT id FROM account WHERE name = 'sysadmin'"),
        .role = "dispatcher",
        .scope = SCOPE_UNIT,
        .scope_id = 2
    };

    EXPECT_FAULT(grant_make(c, &own), ERR_CONFLICT, "role");
    office_exec(c, "INSERT INTO role_grant (id, account_id, role, scope,"
                   " scope_id, version) VALUES (1, 154, 'dispatcher', 'unit',"
                   " 2, 1)");
    merge(c, "sysadmin", 2, 12);
    EXPECT(confirm_all(c) == 1); /* near's */
    EXPECT(!sees(c, "sysadmin", ask(c, "li", "A04").id));
}
