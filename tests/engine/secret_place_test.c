/* SPDX-License-Identifier: Apache-2.0 */
/* A secrecy area is no place for whoever comes from outside, wherever they say
   its number. */
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"
#include "office.h"

#define ROOM 23 /* in House 1, 22 */

static enum err
ask_there(struct call *c, const char *account)
{
    struct order_request w = { .item_code = "A04", .place_id = ROOM };
    struct order_view v;

    as(c, account);
    return order_submit(c, &w, &v);
}

TEST(a_provider_sends_no_work_to_a_secrecy_area_and_learns_of_none)
{
    office_make(c);
    EXPECT_OK(ask_there(c, "lift"));
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    EXPECT_FAULT(ask_there(c, "lift"), ERR_INVALID, "place_id");
    EXPECT(strcmp(c->fault.text, "there is no such place") == 0);
    EXPECT_OK(ask_there(c, "wang"));
}

TEST(whoever_comes_from_outside_is_told_nothing_of_a_secrecy_area)
{
    struct place_facts f;

    office_make(c);
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    as(c, "lift");
    EXPECT_OK(place_facts_said(c, ROOM, &f));
    EXPECT(f.id == 0 && f.full_name == NULL && f.path == NULL);
    as(c, "wang");
    EXPECT_OK(place_facts_said(c, ROOM, &f));
    EXPECT(f.id == ROOM);
}

TEST(an_answer_that_is_a_secrecy_area_is_no_record_for_whoever_is_outside)
{
    struct catalog_answers a = { .json = "{\"room\":23}" };

    office_make(c);
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 23");
    as(c, "wang");
    CATALOG k = catalog_hold(c);
    const struct service_item *item =
        catalog_item_by_id(k, id_of(c, "service_item", "C07"));
    EXPECT_OK(catalog_check_answers(c, k, item, &a));
    as(c, "lift");
    a = (struct catalog_answers){ .json = "{\"room\":23}" };
    EXPECT_FAULT(catalog_check_answers(c, k, item, &a), ERR_INVALID,
                 "answers.room");
}
