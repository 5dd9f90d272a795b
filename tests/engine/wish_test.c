/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody wishes is done, or they are told that it is not: merging and legs
   are no way around. */
#include <string.h>

#include "model/app.h"
#include "office.h"

static int64_t
leg_of(struct call *c, int64_t parent, const char *item)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT id FROM orders WHERE parent_id ="
                                      " %lld AND item_code = '%s'",
                                      (long long)parent, item));
}

static void
do_one(struct call *c, int64_t id, const char *who)
{
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, who, "arrive", id));
    EXPECT_OK(say(c, who, "complete", id));
}

static const char *
one_id(struct call *c, int64_t id)
{
    return arena_printf(c->arena, "%lld", (long long)id);
}

/* -- merging ------------------------------------------------------------------ */

/* Neither way may it be merged; it is as it was. */
static void
expect_apart(struct call *c, int64_t id, int64_t main_order)
{
    unsigned state = order_now(c, id).state;

    EXPECT_FAULT(say(c, "desk", "merge", id, .into_id = main_order),
                 ERR_CONFLICT, "into_id");
    EXPECT(say(c, "desk", "draw_in", main_order, .orders = one_id(c, id))
           == ERR_CONFLICT);
    c->fault = (struct fault){ .code = OK };
    EXPECT(order_now(c, id).state == state);
    EXPECT(order_now(c, id).merged_into_id == 0);
}

TEST(a_leg_is_merged_only_into_a_leg_that_its_parent_waits_for)
{
    struct order_request w = {
        .item_code = "A05",
        .legs = "[{\"item_code\":\"A04\"},{\"item_code\":\"A10\"},"
                "{\"item_code\":\"A17\"}]"
    };
    int64_t parent, lamp, tap, other;

    office_make(c);
    parent = ask_for(c, "wang", &w).id;
    lamp = leg_of(c, parent, "A04");
    tap = leg_of(c, parent, "A10");
    other = ask(c, "li", "A04").id;
    expect_apart(c, lamp, parent);
    expect_apart(c, lamp, other);
    EXPECT_OK(
        say(c, "desk", "merge", lamp, .into_id = tap, .reason = "the same"));
    EXPECT_OK(
        say(c, "desk", "cancel", leg_of(c, parent, "A17"), .reason = "no"));
    EXPECT(order_now(c, parent).state == ORDER_SUBMITTED);
    /* Another's order that is the same is done with the leg. */
    EXPECT_OK(say(c, "desk", "draw_in", tap, .orders = one_id(c, other),
                  .reason = "the same"));
    do_one(c, tap, "qian");
    EXPECT(order_now(c, parent).state == ORDER_COMPLETED);
}

TEST(a_leg_alone_is_offered_no_merging)
{
    struct order_request w = { .item_code = "A05",
                               .legs = "[{\"item_code\":\"A04\"}]" };
    struct order_view v = { 0 };
    int64_t parent;

    office_make(c);
    parent = ask_for(c, "wang", &w).id;
    as(c, "desk");
    EXPECT_OK(order_get(c, leg_of(c, parent, "A04"), &v));
    EXPECT(strstr(v.verbs, "\"merge\"") == NULL);
    EXPECT(strstr(v.verbs, "\"draw_in\"") == NULL);
    EXPECT_OK(order_get(c, parent, &v));
    EXPECT(strstr(v.verbs, "\"draw_in\"") == NULL);
    (void)ask(c, "li", "A05");
    as(c, "desk");
    EXPECT_OK(order_get(c, leg_of(c, parent, "A04"), &v));
    EXPECT(strstr(v.verbs, "\"merge\"") == NULL);
    EXPECT(strstr(v.verbs, "\"draw_in\"") != NULL);
    EXPECT_OK(order_get(c, parent, &v));
    EXPECT(strstr(v.verbs, "\"draw_in\"") != NULL);
}

TEST(nothing_is_merged_into_what_is_done)
{
    struct order_request w = { .item_code = "A05",
                               .legs = "[{\"item_code\":\"A04\"}]" };
    int64_t done, parent, leg;

    office_make(c);
    done = ask(c, "wang", "A04").id;
    do_one(c, done, "zhao");
    expect_apart(c, ask(c, "li", "A04").id, done);
    /* Nor a whole into its own part. */
    parent = ask_for(c, "wang", &w).id;
    leg = leg_of(c, parent, "A04");
    EXPECT_OK(say(c, "desk", "dispatch", parent));
    do_one(c, leg, "zhao");
    expect_apart(c, parent, leg);
}

TEST(nothing_is_merged_into_what_may_be_refused)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more\"}" };
    int64_t wish, lamp;

    office_make(c);
    wish = ask_for(c, "wang", &w).id;
    lamp = ask(c, "li", "A04").id;
    expect_apart(c, lamp, wish);
    EXPECT_OK(say(c, "chief", "approve", wish));
    EXPECT_OK(say(c, "desk", "draw_in", wish, .orders = one_id(c, lamp),
                  .reason = "the same"));
}

TEST(what_others_wait_for_is_not_given_back_to_one_of_them)
{
    int64_t main_order;

    office_make(c);
    main_order = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", ask(c, "li", "A04").id,
                  .into_id = main_order, .reason = "the same"));
    EXPECT_FAULT(say(c, "desk", "return", main_order, .reason = "where?"),
                 ERR_CONFLICT, NULL);
    EXPECT_OK(say(c, "desk", "cancel", main_order, .reason = "no"));
}

/* -- what must be let pass ------------------------------------------------------- */

TEST(a_parent_that_waits_for_an_approval_is_not_done_with_its_legs)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more\"}",
                               .legs = "[{\"item_code\":\"A04\"}]" };
    int64_t parent;

    office_make(c);
    parent = ask_for(c, "wang", &w).id;
    do_one(c, leg_of(c, parent, "A04"), "zhao");
    EXPECT(order_now(c, parent).state == ORDER_AWAITING_APPROVAL);
    EXPECT_OK(say(c, "chief", "approve", parent));
    /* That it may be done does not do it. */
    EXPECT(order_now(c, parent).state == ORDER_SUBMITTED);
    do_one(c, parent, "zhao");
}

/* -- what is read of a leg ----------------------------------------------------------- */

TEST(who_reads_of_a_leg_in_its_parent_reads_its_number_alone)
{
    struct order_request w = { .item_code = "K06", .description = "服务态度" };
    struct order_view v = { 0 };
    struct order lamp, leg;

    office_make(c);
    lamp = ask(c, "wang", "A04");
    w.id = lamp.id;
    as(c, "wang");
    EXPECT_OK(order_add_leg(c, &w, &v));
    leg = order_now(c, leg_of(c, lamp.id, "K06"));
    ROWS r = db_query_s(c, &(struct statement){
                               "SELECT note FROM event WHERE noun_id = $1"
                               " AND verb = 'add_leg'",
                               { V(lamp.id) } });
    EXPECT(rows_next(&r) && strcmp(row_text(&r, 0), leg.number) == 0);
}
