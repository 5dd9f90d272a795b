/* SPDX-License-Identifier: Apache-2.0 */
/* The item for whoever cannot name what they need reaches offices that are
   there already. */
#include "catalog_office.h"
#include "engine/catalog/catalog.h"
#include "test.h"

static const char have[] =
    "SELECT COUNT(*) FROM service_item WHERE code = 'Z00' AND active = 1";

/* An office as it was before step 24. */
static void
make_old(struct call *c)
{
    seed(c);
    office_exec(c, "DELETE FROM routing_rule WHERE item_code = 'Z00'");
    office_exec(c, "DELETE FROM service_item WHERE code = 'Z00'");
    office_exec(c, "INSERT INTO generation (name, value)"
                   " VALUES ('service_item.not_sure', 1)");
}

TEST(an_office_that_is_there_gets_the_item_of_the_unsure_once_by_the_audit)
{
    int64_t rules;

    make_old(c);
    assert_int_equal(office_int(c, have), 0);
    EXPECT_OK(catalog_catch_up(c));
    assert_int_equal(office_int(c, have), 1);
    rules = office_int(c, "SELECT COUNT(*) FROM routing_rule WHERE item_code ="
                          " 'Z00'");
    assert_int_equal(rules, 1);
    assert_int_equal(office_int(c,
                                "SELECT COUNT(*) FROM audit_entry WHERE noun ="
                                " 'service_item' AND noun_id = (SELECT id FROM"
                                " service_item WHERE code = 'Z00')"),
                     1);
    /* Who takes it away is not given it again. */
    office_exec(c, "DELETE FROM service_item WHERE code = 'Z00'");
    EXPECT_OK(catalog_catch_up(c));
    assert_int_equal(office_int(c, have), 0);
}

TEST(an_office_without_the_class_it_needs_is_left_as_it_is)
{
    make_old(c);
    office_exec(c, "UPDATE crew SET code = 'other-desk' WHERE code ="
                   " 'service-desk'");
    EXPECT_OK(catalog_catch_up(c));
    assert_int_equal(office_int(c, have), 0);
}
