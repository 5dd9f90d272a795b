/* SPDX-License-Identifier: Apache-2.0 */
/* How far people reach: what they give out, what they see of what lies beside
   an order, and whose scores. */
#include "auth/auth.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

/* -- giving out --------------------------------------------------------------- */

TEST(a_lead_gives_orders_to_his_own_crew_only)
{
    int64_t id, plumbers;

    office_make(c);
    plumbers = id_of(c, "crew", "plumbers");
    id = bring_to(c, ORDER_DISPATCHED);
    EXPECT_FAULT(say(c, "sun", "transfer", id, .crew_id = plumbers,
                     .reason = "not ours"),
                 ERR_DENIED, "crew_id");
    EXPECT(order_now(c, id).crew_id == id_of(c, "crew", "electricians"));
    EXPECT_OK(say(c, "sun", "transfer", id, .assignee_id = 57, .reason = "x"));
    EXPECT_OK(say(c, "desk", "transfer", id, .crew_id = plumbers,
                  .reason = "theirs"));
}

TEST(a_provider_gives_orders_to_its_own_crews_only)
{
    int64_t id, lifts, electricians;

    office_make(c);
    lifts = id_of(c, "crew", "lift-contractor");
    electricians = id_of(c, "crew", "electricians");
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id, .crew_id = lifts));
    EXPECT_FAULT(say(c, "lift", "transfer", id, .crew_id = electricians,
                     .reason = "x"),
                 ERR_DENIED, "crew_id");
    EXPECT_FAULT(say(c, "lift", "in_turn", id, .crew_id = electricians),
                 ERR_CONFLICT, "state");
    EXPECT_OK(say(c, "lift", "decline", id, .reason = "x"));
    EXPECT_FAULT(say(c, "lift", "dispatch", id, .crew_id = electricians),
                 ERR_DENIED, "crew_id");
    EXPECT_OK(say(c, "lift", "dispatch", id, .assignee_id = 47));
}

TEST(who_asks_for_others_does_so_within_his_reach)
{
    struct order_request li = { .item_code = "A04", .requester_id = 42 };
    struct order_request wang = { .item_code = "A04", .requester_id = 41 };
    struct order_view v;

    office_make(c);
    as(c, "near"); /* General bureau and below: wang, not li */
    EXPECT_FAULT(order_submit(c, &li, &v), ERR_DENIED, NULL);
    EXPECT_OK(order_submit(c, &wang, &v));
    as(c, "house"); /* House 1, where wang's room is */
    EXPECT_FAULT(order_submit(c, &li, &v), ERR_DENIED, NULL);
    EXPECT_OK(order_submit(c, &wang, &v));
    as(c, "desk");
    EXPECT_OK(order_submit(c, &li, &v));
}

TEST(orders_of_a_secrecy_area_are_no_candidates_for_strangers)
{
    struct order_candidates d = { .item_code = "A04", .place_id = 23 };

    office_make(c);
    (void)ask(c, "wang", "A04");
    as(c, "li");
    EXPECT_OK(order_duplicates(c, &d));
    EXPECT(d.n == 1 && !d.found[0].may_see);
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 23");
    d = (struct order_candidates){ .item_code = "A04", .place_id = 23 };
    EXPECT_OK(order_duplicates(c, &d));
    EXPECT(d.n == 0);
    as(c, "wang");
    d = (struct order_candidates){ .item_code = "A04", .place_id = 23 };
    EXPECT_OK(order_duplicates(c, &d));
    EXPECT(d.n == 1);
}

TEST(a_room_of_a_secret_house_is_secret)
{
    struct order_candidates d = { .item_code = "A04", .place_id = 23 };

    office_make(c);
    (void)ask(c, "wang", "A04");
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    as(c, "li");
    EXPECT_OK(order_duplicates(c, &d));
    EXPECT(d.n == 0);
}

/* -- out of use ---------------------------------------------------------------- */

static size_t
seen_by(struct call *c, const char *account, const char *view)
{
    struct list l = { .model = &order_model };

    as(c, account);
    EXPECT_OK(order_list(c, &l, view));
    return l.n;
}

TEST(a_crew_out_of_use_shows_its_orders_to_its_people_by_no_view)
{
    office_make(c);
    (void)bring_to(c, ORDER_DISPATCHED);
    EXPECT(seen_by(c, "zhao", NULL) == 1 && seen_by(c, "zhao", "crew") == 1);
    office_exec(c, "UPDATE crew SET active = 0 WHERE code = 'electricians'");
    EXPECT(seen_by(c, "zhao", NULL) == 0);
    EXPECT(seen_by(c, "zhao", "crew") == 0 && seen_by(c, "zhao", "grab") == 0);
    EXPECT(seen_by(c, "desk", "crew") == 0 && seen_by(c, "wang", "mine") == 1);
}

TEST(who_holds_no_role_any_more_sees_his_crews_orders_by_no_view)
{
    office_make(c);
    (void)bring_to(c, ORDER_DISPATCHED);
    EXPECT(seen_by(c, "sun", "crew") == 1);
    office_exec(c, "INSERT INTO role_grant (id, account_id, role, scope,"
                   " version) SELECT 900, id, 'audit_admin', 'all', 1"
                   " FROM account WHERE name = 'sun'");
    EXPECT(seen_by(c, "sun", NULL) == 0 && seen_by(c, "sun", "crew") == 0);
}

TEST(a_provider_out_of_use_has_no_rights_and_its_crews_none)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "lift-contractor")));
    as(c, "lift");
    EXPECT(auth_may(c, "order.work") && seen_by(c, "lift", NULL) == 1);
    office_exec(c, "UPDATE provider SET active = 0 WHERE id = 31");
    as(c, "lift");
    EXPECT(!auth_may(c, "order.work") && !auth_may(c, "order.see"));
    EXPECT(auth_from_outside(c));
    EXPECT(seen_by(c, "lift", NULL) == 0 && seen_by(c, "lift", "crew") == 0);
    EXPECT_FAULT(say(c, "lift", "acknowledge", id), ERR_ABSENT, NULL);
    id = ask(c, "wang", "A04").id;
    EXPECT_FAULT(say(c, "desk", "dispatch", id,
                     .crew_id = id_of(c, "crew", "lift-contractor")),
                 ERR_INVALID, "crew_id");
}

TEST(a_rule_that_leads_to_a_crew_out_of_use_refuses_no_request)
{
    struct crew w = { 0 };
    struct order o;

    office_make(c);
    w.id = id_of(c, "crew", "electricians");
    as(c, "sysadmin");
    EXPECT_OK(noun_set(c, &crew_noun, &w, model_mask(&crew_model, "active")));
    EXPECT(w.warning != NULL && strstr(w.warning, "A04") != NULL);
    o = ask(c, "wang", "A04");
    EXPECT(o.crew_id == 0 && o.state == ORDER_SUBMITTED);
    EXPECT_OK(say(c, "desk", "dispatch", o.id,
                  .crew_id = id_of(c, "crew", "plumbers")));
}

TEST(a_leg_is_added_though_the_room_and_the_requester_have_gone)
{
    struct order_request w = { .item_code = "A05" };
    struct order_view v = { 0 };

    office_make(c);
    w.id = ask(c, "wang", "A04").id;
    office_exec(c, "UPDATE place SET active = 0 WHERE id = 23");
    office_exec(c, "UPDATE person SET active = 0 WHERE id = 41");
    as(c, "desk");
    EXPECT_OK(order_add_leg(c, &w, &v));
}

TEST(who_asks_for_others_alone_says_that_somebody_rang)
{
    static const char *const said[] = { "phone", "walk_in", "inspection",
                                        "import" };
    struct order_view v = { 0 };

    office_make(c);
    for (size_t i = 0; i < COUNT(said); i++) {
        struct order_request w = { .item_code = "A04", .channel = said[i] };

        as(c, "wang");
        EXPECT_FAULT(order_submit(c, &w, &v), ERR_DENIED, "channel");
    }
    struct order_request phone = {
        .item_code = "A04", .requester_id = 41, .channel = "walk_in"
    };
    EXPECT(strcmp(ask_for(c, "desk", &phone).channel, "walk_in") == 0);
    phone.channel = "import";
    as(c, "desk");
    EXPECT_FAULT(order_submit(c, &phone, &v), ERR_DENIED, "channel");
}

/* -- legs ---------------------------------------------------------------------- */

static int64_t
leg(struct call *c, int64_t parent, const char *item)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT id FROM orders WHERE parent_id ="
                                      " %lld AND item_code = '%s'",
                                      (long long)parent, item));
}

static struct order
ask_two(struct call *c)
{
    struct order_request w = {
        .item_code = "A05",
        .legs = "[{\"item_code\":\"A04\"},{\"item_code\":\"A10\"}]"
    };
    return ask_for(c, "wang", &w);
}

TEST(a_parent_whose_legs_were_all_called_off_is_not_done)
{
    struct order o;

    office_make(c);
    o = ask_two(c);
    EXPECT_OK(say(c, "wang", "cancel", leg(c, o.id, "A04")));
    EXPECT_OK(say(c, "wang", "cancel", leg(c, o.id, "A10")));
    assert_int_equal(order_now(c, o.id).state, ORDER_SUBMITTED);
    EXPECT_OK(say(c, "wang", "cancel", o.id));
}

TEST(a_crew_sees_of_a_parents_legs_its_own_only)
{
    struct order_view v;
    struct order o;

    office_make(c);
    o = ask_two(c);
    EXPECT_OK(say(c, "desk", "dispatch", o.id,
                  .crew_id = id_of(c, "crew", "lift-contractor")));
    EXPECT_OK(say(c, "desk", "dispatch", leg(c, o.id, "A10"),
                  .crew_id = id_of(c, "crew", "lift-contractor")));
    as(c, "lift");
    EXPECT_OK(order_get(c, o.id, &v));
    EXPECT(strstr(v.legs, order_now(c, leg(c, o.id, "A10")).number));
    EXPECT(!strstr(v.legs, order_now(c, leg(c, o.id, "A04")).number));
    as(c, "wang");
    EXPECT_OK(order_get(c, o.id, &v));
    EXPECT(strstr(v.legs, order_now(c, leg(c, o.id, "A04")).number));
}

TEST(who_serves_the_main_order_sees_no_merged_order_of_others)
{
    struct order_view v;
    struct order a, b;

    office_make(c);
    a = ask(c, "wang", "A04");
    b = ask(c, "li", "A05");
    office_exec(c, "UPDATE orders SET crew_id = NULL WHERE item_code = 'A05'");
    EXPECT_OK(
        say(c, "desk", "merge", b.id, .into_id = a.id, .reason = "the same"));
    EXPECT_OK(say(c, "desk", "dispatch", a.id,
                  .crew_id = id_of(c, "crew", "lift-contractor")));
    as(c, "lift");
    EXPECT_OK(order_get(c, a.id, &v));
    EXPECT(strcmp(v.merged, "[]") == 0);
    as(c, "desk");
    EXPECT_OK(order_get(c, a.id, &v));
    EXPECT(strstr(v.merged, b.number));
}

/* -- scores -------------------------------------------------------------------- */

TEST(who_works_in_a_crew_sees_none_of_its_single_scores_whatever_else_he_is)
{
    struct order_view v;
    struct list l = { .model = &rating_model };
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_VERIFIED);
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 4));
    as(c, "leader");
    EXPECT_OK(rating_list(c, &l));
    EXPECT(l.n == 1);
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(v.rating != NULL);
    office_exec(c, "INSERT INTO crew_member (id, crew_id, person_id, lead,"
                   " turn, version) SELECT 90, id, 49, 0, 0, 1 FROM crew"
                   " WHERE code = 'electricians'");
    as(c, "leader");
    l = (struct list){ .model = &rating_model };
    EXPECT_OK(rating_list(c, &l));
    EXPECT(l.n == 0 && l.total == 0);
    EXPECT_OK(order_get(c, id, &v));
    EXPECT(v.rating == NULL);
}

TEST(a_providers_people_do_not_rate_its_work)
{
    int64_t id;

    office_make(c);
    office_exec(c, "DELETE FROM crew_member WHERE person_id = 47");
    id = bring_to(c, ORDER_VERIFIED);
    office_exec(c, "UPDATE orders SET requester_id = 47, provider_id = 31,"
                   " crew_id = (SELECT id FROM crew WHERE code ="
                   " 'lift-contractor')");
    EXPECT_FAULT(say(c, "lift", "rate", id, .stars = 5), ERR_DENIED, NULL);
}

/* -- people -------------------------------------------------------------------- */

TEST(a_providers_people_know_the_people_of_its_own_crews_only)
{
    struct list l = { .model = &crew_member_model };
    struct crew ours = { .id = 0 }, theirs = { .id = 0 };
    struct crew_member m = { .id = 61 };

    office_make(c);
    EXPECT_OK(
        model_get(c, &crew_model, id_of(c, "crew", "lift-contractor"), &ours));
    EXPECT_OK(
        model_get(c, &crew_model, id_of(c, "crew", "electricians"), &theirs));
    as(c, "lift");
    EXPECT_OK(noun_list(c, &crew_member_noun, &l));
    EXPECT(l.n == 1 && l.total == 1);
    EXPECT_OK(crew_may_know(c, &ours));
    EXPECT_FAULT(crew_may_know(c, &theirs), ERR_DENIED, NULL);
    EXPECT_FAULT(noun_get(c, &crew_member_noun, &m), ERR_DENIED, NULL);
    as(c, "zhao");
    EXPECT_OK(crew_may_know(c, &theirs));
    EXPECT_OK(noun_get(c, &crew_member_noun, &m));
}
