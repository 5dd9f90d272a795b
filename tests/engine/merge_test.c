/* SPDX-License-Identifier: Apache-2.0 */
/* What noun/noun.h and auth/change.h promise of two rows that become one: who
   has more by it is agreed to by two persons, and what each reads is true. */
#include "auth/account.h"
#include "auth/change.h"
#include "database.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

static struct person
somebody(struct call *c, const char *code, const char *name)
{
    struct person p = { .code = code, .name = name, .unit_id = 3 };

    as(c, "sysadmin");
    EXPECT_OK(person_add(c, &p));
    return p;
}

static struct crew
some_crew(struct call *c, const char *code, const char *name)
{
    struct crew k = { .code = code, .name = name };

    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &crew_noun, &k));
    return k;
}

static enum err
merge(struct call *c, const struct noun *n, int64_t from, int64_t into)
{
    as(c, "sysadmin");
    c->waits = false;
    return noun_merge(c, n, from, into);
}

/* The newest change, as the security administrator reads it. */
static struct right_change
newest(struct call *c)
{
    struct list l = { .model = &right_change_model };
    const struct right_change *rows;

    as(c, "secadmin");
    EXPECT_OK(right_change_list(c, &l));
    rows = l.rows;
    EXPECT(l.n > 0);
    return rows[l.n - 1];
}

static enum err
confirm(struct call *c)
{
    struct right_change w = { .id = newest(c).id };

    c->waits = false;
    return right_change_confirm(c, &w);
}

/* Members have their roles by being in the crew alone. */
static void
drop_crew_roles(struct call *c)
{
    office_exec(c, "DELETE FROM role_grant WHERE scope = 'crew'");
}

static bool
is_active(struct call *c, const char *table, int64_t id)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT active FROM %s WHERE id = %lld",
                                      table, (long long)id))
           != 0;
}

/* An order of wang's that CREW has. */
static struct order
order_of(struct call *c, int64_t crew)
{
    struct order o = order_now(c, bring_to(c, ORDER_ACCEPTED));

    office_exec(c, arena_printf(c->arena,
                                "UPDATE orders SET crew_id = %lld"
                                " WHERE id = %lld",
                                (long long)crew, (long long)o.id));
    return order_now(c, o.id);
}

static bool
sees(struct call *c, const char *account, int64_t order)
{
    struct order_view v = { 0 };

    as(c, account);
    return order_get(c, order, &v) == OK;
}

/* -- who has more ---------------------------------------------------------------- */

TEST(nobody_merges_a_double_into_their_own_person)
{
    office_make(c);
    struct person twin = somebody(c, "TWIN", "Twin");

    EXPECT_FAULT(merge(c, &person_noun, twin.id, 54), ERR_DENIED, "into_id");
    EXPECT(is_active(c, "person", twin.id));
}

TEST(a_double_goes_into_who_signs_in_when_a_second_administrator_agrees)
{
    office_make(c);
    struct person twin = somebody(c, "TWIN", "王方");
    struct order o = order_now(c, bring_to(c, ORDER_ACCEPTED));

    office_exec(c, arena_printf(c->arena,
                                "UPDATE orders SET requester_id ="
                                " %lld",
                                (long long)twin.id));
    EXPECT_OK(merge(c, &person_noun, twin.id, 42));
    EXPECT(c->waits && is_active(c, "person", twin.id));
    EXPECT(order_now(c, o.id).requester_id == twin.id);
    EXPECT(!sees(c, "li", o.id));
    EXPECT(strstr(newest(c).says, "王方（TWIN） → ") != NULL);
    struct right_change w = newest(c);
    as(c, "sysadmin");
    EXPECT_FAULT(right_change_confirm(c, &w), ERR_DENIED, NULL);
    EXPECT_OK(confirm(c));
    EXPECT(!is_active(c, "person", twin.id) && sees(c, "li", o.id));
    EXPECT(order_now(c, o.id).requester_id == 42);
}

TEST(a_double_goes_at_once_into_who_does_not_sign_in)
{
    office_make(c);
    struct person twin = somebody(c, "TWIN", "Twin");
    struct person stays = somebody(c, "STAYS", "Stays");

    EXPECT_OK(merge(c, &person_noun, twin.id, stays.id));
    EXPECT(!c->waits && !is_active(c, "person", twin.id));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM right_change") == 0);
}

TEST(an_account_that_waits_signs_in_soon_and_counts)
{
    office_make(c);
    struct person twin = somebody(c, "TWIN", "Twin");
    struct person stays = somebody(c, "STAYS", "Stays");
    struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers"),
                             .person_id = stays.id };
    struct account a = { .name = "stays", .person_id = stays.id };

    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    EXPECT_OK(account_make(c, &a));
    EXPECT(a.waiting);
    EXPECT_OK(merge(c, &person_noun, twin.id, stays.id));
    EXPECT(c->waits && is_active(c, "person", twin.id));
}

TEST(an_emptied_crew_gives_its_orders_to_another_when_two_agree)
{
    office_make(c);
    struct crew twin = some_crew(c, "TC", "Empty");
    struct order o = order_of(c, twin.id);
    int64_t plumbers = id_of(c, "crew", "plumbers");

    EXPECT_OK(merge(c, &crew_noun, twin.id, plumbers));
    EXPECT(c->waits && is_active(c, "crew", twin.id));
    EXPECT(!sees(c, "qian", o.id) && order_now(c, o.id).crew_id == twin.id);
    EXPECT_FAULT(merge(c, &crew_noun, twin.id, plumbers), ERR_CONFLICT, NULL);
    EXPECT_OK(confirm(c));
    EXPECT(!c->waits && !is_active(c, "crew", twin.id));
    EXPECT(sees(c, "qian", o.id) && order_now(c, o.id).crew_id == plumbers);
    EXPECT(office_int(c, "SELECT account_id FROM audit_entry WHERE"
                         " action = 'order.merged'")
           == 154); /* in the name of whoever asked */
}

TEST(whoever_follows_their_crew_into_another_has_its_orders_too)
{
    office_make(c);
    drop_crew_roles(c);
    struct crew stays = some_crew(c, "SC", "Nobody's");

    EXPECT_OK(merge(c, &crew_noun, id_of(c, "crew", "electricians"), stays.id));
    EXPECT(c->waits);
    EXPECT_OK(confirm(c));
    EXPECT(office_int(c, "SELECT crew_id FROM crew_member WHERE id = 61")
           == stays.id);
}

TEST(nobody_merges_crews_of_which_they_are_in_one)
{
    office_make(c);
    drop_crew_roles(c);
    struct crew twin = some_crew(c, "TC", "Empty");
    int64_t electricians = id_of(c, "crew", "electricians");

    office_exec(c, "UPDATE crew_member SET person_id = 54 WHERE id = 61");
    EXPECT_FAULT(merge(c, &crew_noun, twin.id, electricians), ERR_DENIED,
                 "into_id");
    EXPECT_FAULT(merge(c, &crew_noun, electricians, twin.id), ERR_DENIED,
                 "into_id");
}

TEST(crews_that_nobody_signs_in_for_are_one_at_once)
{
    office_make(c);
    struct crew twin = some_crew(c, "TC", "Empty");
    struct crew stays = some_crew(c, "SC", "Empty, too");

    EXPECT_OK(merge(c, &crew_noun, twin.id, stays.id));
    EXPECT(!c->waits && !is_active(c, "crew", twin.id));
}

TEST(a_crew_goes_into_one_of_a_provider_when_two_agree)
{
    office_make(c);
    struct crew twin = some_crew(c, "TC", "Empty");
    struct order o = order_of(c, twin.id);

    EXPECT_OK(
        merge(c, &crew_noun, twin.id, id_of(c, "crew", "lift-contractor")));
    EXPECT(c->waits && !sees(c, "lift", o.id));
    EXPECT_OK(confirm(c));
    EXPECT(sees(c, "lift", o.id));
}

TEST(a_provider_goes_into_one_whose_people_sign_in_when_two_agree)
{
    struct provider twin = { .code = "TP", .name = "Twin" };
    struct crew crew = { .code = "TC", .name = "Theirs" };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &twin));
    crew.provider_id = twin.id;
    EXPECT_OK(noun_add(c, &crew_noun, &crew));
    EXPECT_OK(merge(c, &provider_noun, twin.id, 31));
    EXPECT(c->waits && is_active(c, "provider", twin.id));
    EXPECT_OK(confirm(c));
    EXPECT_OK(model_get(c, &crew_model, crew.id, &crew));
    EXPECT(crew.provider_id == 31 && !is_active(c, "provider", twin.id));
}

/* The company has neither people nor crews any more, but orders carry it. */
TEST(orders_of_a_provider_that_all_have_left_are_given_when_two_agree)
{
    struct provider twin = { .code = "TP", .name = "Twin" };
    struct order o;

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &twin));
    o = order_of(c, id_of(c, "crew", "plumbers"));
    office_exec(c,
                arena_printf(c->arena, "UPDATE orders SET provider_id = %lld",
                             (long long)twin.id));
    EXPECT(!sees(c, "lift", o.id));
    EXPECT_OK(merge(c, &provider_noun, twin.id, 31));
    EXPECT(c->waits && is_active(c, "provider", twin.id));
    EXPECT(!sees(c, "lift", o.id));
    EXPECT_OK(confirm(c));
    EXPECT(sees(c, "lift", o.id) && order_now(c, o.id).provider_id == 31);
}

TEST(a_crew_of_a_provider_out_of_use_works_again_when_two_agree)
{
    struct provider twin = { .code = "TP", .name = "Twin" };
    struct provider stays = { .code = "SP", .name = "Stays" };
    struct order o;

    office_make(c);
    drop_crew_roles(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &twin));
    EXPECT_OK(noun_add(c, &provider_noun, &stays));
    o = order_of(c, id_of(c, "crew", "plumbers"));
    /* Its members have since gone to a unit. */
    office_exec(c, arena_printf(c->arena,
                                "UPDATE crew SET provider_id = %lld"
                                " WHERE code = 'plumbers'",
                                (long long)twin.id));
    office_exec(c, "UPDATE provider SET active = 0 WHERE code = 'TP'");
    EXPECT(!sees(c, "qian", o.id));
    EXPECT_OK(merge(c, &provider_noun, twin.id, stays.id));
    EXPECT(c->waits);
    EXPECT_OK(confirm(c));
    EXPECT(sees(c, "qian", o.id));
}

TEST(a_place_comes_into_the_reach_of_a_role_when_two_agree)
{
    struct place there = { .code = "T", .name = "T", .kind = "room" };
    struct place here = { .code = "H", .name = "H", .kind = "room" };

    office_make(c);
    as(c, "sysadmin");
    there.parent_id = 24;
    here.parent_id = 22; /* “house” dispatches in House 1 */
    EXPECT_OK(place_add(c, &there));
    EXPECT_OK(place_add(c, &here));
    EXPECT_OK(merge(c, &place_noun, there.id, here.id));
    EXPECT(c->waits && is_active(c, "place", there.id));
    EXPECT_OK(confirm(c));
    EXPECT(!is_active(c, "place", there.id));
    /* The other way nobody's role reaches further. */
    there = (struct place){
        .code = "T2", .name = "T2", .kind = "room", .parent_id = 24
    };
    as(c, "sysadmin");
    EXPECT_OK(place_add(c, &there));
    EXPECT_OK(merge(c, &place_noun, here.id, there.id));
    EXPECT(!c->waits);
}

TEST(what_stands_in_the_way_by_then_is_told_to_who_agrees)
{
    office_make(c);
    struct crew twin = some_crew(c, "TC", "Empty");
    struct crew plumbers = { .id = id_of(c, "crew", "plumbers") };

    EXPECT_OK(merge(c, &crew_noun, twin.id, plumbers.id));
    as(c, "sysadmin");
    EXPECT_OK(
        noun_set(c, &crew_noun, &plumbers, model_mask(&crew_model, "active")));
    EXPECT_FAULT(confirm(c), ERR_CONFLICT, "into_id");
    EXPECT(is_active(c, "crew", twin.id));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM right_change WHERE"
                         " state = 'waiting'")
           == 1);
}

TEST(a_crew_is_not_merged_away_under_a_change_that_waits)
{
    struct crew twin;

    office_make(c);
    twin = some_crew(c, "TC", "Empty");
    twin.provider_id = 31;
    as(c, "sysadmin");
    EXPECT_OK(
        noun_set(c, &crew_noun, &twin, model_mask(&crew_model, "provider_id")));
    EXPECT(c->waits);
    EXPECT_FAULT(merge(c, &crew_noun, twin.id, id_of(c, "crew", "plumbers")),
                 ERR_CONFLICT, NULL);
    EXPECT_OK(confirm(c));
    EXPECT_OK(merge(c, &crew_noun, twin.id, id_of(c, "crew", "plumbers")));
    /* Neither is what it shall go into. */
    struct crew more = some_crew(c, "MC", "More");
    EXPECT_FAULT(merge(c, &crew_noun, id_of(c, "crew", "plumbers"), more.id),
                 ERR_CONFLICT, NULL);
}

/* -- among others ---------------------------------------------------------------- */

/* A crew has so many orders that somebody always asks for one meanwhile.  Whose
   merging was lost to them goes alone: it waits for who is under way. */
TEST(a_merging_that_was_lost_to_an_order_goes_alone)
{
    struct call other;
    struct order o;
    enum err e;

    if (!database_is_postgres())
        return;
    office_make(c);
    struct crew twin = some_crew(c, "TC", "Empty");
    struct crew stays = some_crew(c, "SC", "Empty, too");
    o = order_of(c, twin.id);
    other = *c;
    other.arena = arena_open();
    db_session(&other, c->app->store);
    {
        TX mine = tx_begin(c);
        TX its;

        EXPECT(order_now(c, o.id).crew_id == twin.id);
        its = tx_begin(&other);
        EXPECT_OK(db_exec(&other, "UPDATE orders SET phone = '1' WHERE id = $1",
                          V(o.id)));
        EXPECT_OK(tx_commit(&its));
        EXPECT(merge(c, &crew_noun, twin.id, stays.id) == ERR_BUSY);
    }
    c->fault = (struct fault){ .code = OK };
    {
        TX its = tx_begin(&other);

        e = merge(c, &crew_noun, twin.id, stays.id);
        EXPECT(e == ERR_BUSY);
        EXPECT_OK(tx_commit(&its));
    }
    c->fault = (struct fault){ .code = OK };
    EXPECT_OK(merge(c, &crew_noun, twin.id, stays.id));
    EXPECT(order_now(c, o.id).crew_id == stays.id);
    db_session_end(&other);
    arena_close(other.arena);
}

/* -- what goes along ------------------------------------------------------------- */

static int64_t
add_shift(struct call *c, struct shift s)
{
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &shift_noun, &s));
    return s.id;
}

TEST(members_and_shifts_go_along_and_doubles_of_them_are_one)
{
    struct shift s = {
        .name = "day", .weekdays = "12345", .from_min = 480, .to_min = 1020
    };
    int64_t electricians, early;

    office_make(c);
    struct crew twin = some_crew(c, "TC", "Twin");
    struct person helper = somebody(c, "H", "Helper");
    electricians = id_of(c, "crew", "electricians");
    office_exec(c, "UPDATE crew_member SET skills = 'pipes,gas' WHERE id = 61");
    office_exec(
        c, arena_printf(c->arena,
                        "INSERT INTO crew_member (id, crew_id, person_id, lead,"
                        " skills, turn, version) VALUES (71, %lld, 44, 1,"
                        " 'gas,lamps', 0, 1), (72, %lld, %lld, 0, NULL, 0, 1)",
                        (long long)twin.id, (long long)twin.id,
                        (long long)helper.id));
    s.crew_id = electricians;
    (void)add_shift(c, s);
    s.crew_id = twin.id;
    (void)add_shift(c, s);
    s.from_min = 360; /* overlaps, and stays */
    s.person_id = helper.id;
    early = add_shift(c, s);
    EXPECT_OK(merge(c, &crew_noun, twin.id, electricians));
    EXPECT(c->waits);
    EXPECT_OK(confirm(c));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM crew_member WHERE id = 71")
           == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM crew_member WHERE id = 61 AND"
                         " lead = 1 AND skills = 'pipes,gas,lamps'")
           == 1);
    EXPECT(office_int(c, "SELECT crew_id FROM crew_member WHERE id = 72")
           == electricians);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM shift") == 2);
    EXPECT(office_int(c, arena_printf(c->arena,
                                      "SELECT crew_id FROM shift"
                                      " WHERE id = %lld",
                                      (long long)early))
           == electricians);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                         " action = 'crew_member.merged' AND noun_id = 72")
           == 1);
}

/* Whose work it is stands in several columns of an order: by one of them alone
   it would be nobody's. */
TEST(an_order_follows_its_crew_with_its_name_and_its_provider)
{
    struct crew stays = { .code = "SC", .name = "Stays", .provider_id = 31 };
    struct crew own;
    struct order o;

    office_make(c);
    struct crew twin = some_crew(c, "TC", "Empty");
    EXPECT_OK(noun_add(c, &crew_noun, &stays));
    o = order_of(c, twin.id);
    EXPECT_OK(merge(c, &crew_noun, twin.id, stays.id));
    EXPECT_OK(confirm(c));
    o = order_now(c, o.id);
    EXPECT(o.crew_id == stays.id && o.provider_id == 31);
    assert_string_equal(o.crew_name, "Stays");
    EXPECT(sees(c, "lift", o.id));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM event WHERE verb = 'merged' AND"
                         " detail LIKE '%\"provider_id\":[null,31]%'")
           == 1);
    /* And back: those who worked for it do so no more. */
    own = some_crew(c, "OC", "Own");
    EXPECT_OK(merge(c, &crew_noun, stays.id, own.id));
    EXPECT_OK(confirm(c));
    o = order_now(c, o.id);
    EXPECT(o.crew_id == own.id && o.provider_id == 0);
    assert_string_equal(o.crew_name, "Own");
    EXPECT(!sees(c, "lift", o.id));
}

TEST(an_order_follows_who_has_it_with_their_name)
{
    struct order o;

    office_make(c);
    struct person twin = somebody(c, "TWIN", "Twin");
    struct person stays = somebody(c, "STAYS", "Stays");
    o = order_of(c, id_of(c, "crew", "plumbers"));
    office_exec(c, arena_printf(c->arena,
                                "UPDATE orders SET assignee_id = %lld,"
                                " assignee_name = 'Twin'",
                                (long long)twin.id));
    EXPECT_OK(merge(c, &person_noun, twin.id, stays.id));
    o = order_now(c, o.id);
    EXPECT(o.assignee_id == stays.id);
    assert_string_equal(o.assignee_name, "Stays");
}

TEST(a_double_brings_its_place_in_a_crew_and_its_shifts)
{
    struct shift s = {
        .name = "day", .weekdays = "1", .from_min = 480, .to_min = 1020
    };

    office_make(c);
    struct person twin = somebody(c, "TWIN", "Twin");
    struct person stays = somebody(c, "STAYS", "Stays");
    struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers"),
                             .person_id = twin.id };

    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    s.crew_id = m.crew_id;
    s.person_id = twin.id;
    (void)add_shift(c, s);
    EXPECT_OK(merge(c, &person_noun, twin.id, stays.id));
    EXPECT_OK(model_get(c, &crew_member_model, m.id, &m));
    EXPECT(m.person_id == stays.id);
    EXPECT(office_int(c, "SELECT person_id FROM shift") == stays.id);
}

TEST(an_administrator_gets_no_place_in_a_crew_by_a_double)
{
    office_make(c);
    struct person twin = somebody(c, "TWIN", "Twin");
    struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers"),
                             .person_id = twin.id };

    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    EXPECT_OK(merge(c, &person_noun, twin.id, 56));
    EXPECT_FAULT(confirm(c), ERR_CONFLICT, NULL);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM crew_member WHERE"
                         " person_id = 56")
           == 0);
}

TEST(who_cannot_go_along_is_named)
{
    uint64_t before;

    office_make(c);
    drop_crew_roles(c);
    EXPECT_OK(merge(c, &crew_noun, id_of(c, "crew", "electricians"),
                    id_of(c, "crew", "lift-contractor")));
    before = everything(c);
    EXPECT_FAULT(confirm(c), ERR_CONFLICT, NULL);
    EXPECT(strstr(c->fault.text, "provider") != NULL);
    EXPECT(strstr(c->fault.text, "crew_member") != NULL);
    EXPECT(strstr(c->fault.text, "赵") != NULL);
    EXPECT(everything(c) == before);
}

/* -- what is read is true --------------------------------------------------------- */

/* NAME and CODE of a row of the noun stay what they are. */
#define STAYS_CALLED(noun_, T, set, id_)                                       \
    do {                                                                       \
        as(c, "sysadmin");                                                     \
        T row = { .id = (id_), .name = "False", .code = "FALSE" };             \
        EXPECT_FAULT(set(c, &row, model_mask((noun_).model, "name")),          \
                     ERR_CONFLICT, "name");                                    \
        row = (T){ .id = (id_), .name = "False", .code = "FALSE" };            \
        EXPECT_FAULT(set(c, &row, model_mask((noun_).model, "code")),          \
                     ERR_CONFLICT, "code");                                    \
    } while (0)

static enum err
set_crew(struct call *c, struct crew *k, field_mask said)
{
    return noun_set(c, &crew_noun, k, said);
}

static enum err
set_provider(struct call *c, struct provider *v, field_mask said)
{
    return noun_set(c, &provider_noun, v, said);
}

TEST(a_crew_is_not_renamed_while_a_change_about_it_waits)
{
    office_make(c);
    int64_t plumbers = id_of(c, "crew", "plumbers");
    struct crew_member m = { .crew_id = plumbers, .person_id = 41 };
    struct crew k = { .id = plumbers, .provider_id = 31 };
    struct crew_member lead = { .id = 64, .lead = true };

    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    STAYS_CALLED(crew_noun, struct crew, set_crew, plumbers);
    STAYS_CALLED(person_noun, struct person, person_set, 41);
    office_exec(c, "UPDATE right_change SET state = 'refused'");
    as(c, "sysadmin");
    EXPECT_OK(noun_set(c, &crew_member_noun, &lead,
                       model_mask(&crew_member_model, "lead")));
    STAYS_CALLED(crew_noun, struct crew, set_crew, plumbers);
    office_exec(c, "UPDATE right_change SET state = 'refused'");
    as(c, "sysadmin");
    EXPECT_OK(set_crew(c, &k, model_mask(&crew_model, "provider_id")));
    STAYS_CALLED(crew_noun, struct crew, set_crew, plumbers);
    STAYS_CALLED(provider_noun, struct provider, set_provider, 31);
    office_exec(c, "UPDATE right_change SET state = 'refused'");
    k.name = "Pipes";
    as(c, "sysadmin");
    EXPECT_OK(set_crew(c, &k, model_mask(&crew_model, "name")));
}

TEST(neither_is_what_another_change_speaks_of)
{
    struct person p = { .id = 41, .provider_id = 31 };
    struct account a = { .name = "wang2", .person_id = 44 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(person_set(c, &p, model_mask(&person_model, "provider_id")));
    STAYS_CALLED(provider_noun, struct provider, set_provider, 31);
    STAYS_CALLED(person_noun, struct person, person_set, 41);
    EXPECT_OK(account_make(c, &a));
    EXPECT(a.waiting);
    p = (struct person){ .id = 44, .code = "FALSE" };
    EXPECT_FAULT(person_set(c, &p, model_mask(&person_model, "code")),
                 ERR_CONFLICT, "code");
    struct crew twin = some_crew(c, "TC", "Twin");
    int64_t plumbers = id_of(c, "crew", "plumbers");
    EXPECT_OK(merge(c, &crew_noun, twin.id, plumbers));
    STAYS_CALLED(crew_noun, struct crew, set_crew, twin.id);
    STAYS_CALLED(crew_noun, struct crew, set_crew, plumbers);
    /* One whose number begins alike is another. */
    struct crew other = some_crew(c, "OC", "Other");
    other.name = "Renamed";
    EXPECT_OK(set_crew(c, &other, model_mask(&crew_model, "name")));
}

TEST(a_unit_is_not_renamed_while_a_role_is_to_reach_it)
{
    struct unit u = { .id = 12, .code = "FALSE" };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(unit_merge(c, &(struct unit_act){ .id = 2, .into_id = 12 }, &u));
    EXPECT(strstr(newest(c).says, "·") != NULL);
    as(c, "sysadmin");
    u = (struct unit){ 0 };
    EXPECT_FAULT(unit_rename(c, &(struct unit_act){ .id = 12, .name = "False" },
                             &u),
                 ERR_CONFLICT, "name");
    u = (struct unit){ .id = 12, .code = "FALSE" };
    EXPECT_FAULT(unit_set(c, &u, model_mask(&unit_model, "code")), ERR_CONFLICT,
                 "code");
}

TEST(a_table_calls_nobody_otherwise_either)
{
    static const char renames[] = "工号,姓名\n41,假名\n";
    struct crew_member m = { .person_id = 41 };
    struct import_result r = { 0 };

    office_make(c);
    as(c, "sysadmin");
    m.crew_id = id_of(c, "crew", "plumbers");
    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    office_exec(c, "UPDATE person SET code = '41' WHERE id = 41");
    EXPECT_OK(
        noun_import(c, &person_noun, renames, sizeof renames - 1, true, &r));
    EXPECT(r.n_refused == 1 && r.refused[0].line == 2);
    EXPECT(r.n_refused == 1 && r.refused[0].detail != NULL
           && strstr(r.refused[0].detail, "waits") != NULL);
}

TEST(a_change_that_waits_is_said_with_the_names_its_rows_have)
{
    office_make(c);
    struct crew_member m = { .crew_id = id_of(c, "crew", "plumbers"),
                             .person_id = 41 };

    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    office_exec(c, "UPDATE crew SET name = 'True' WHERE code = 'plumbers'");
    office_exec(c, "UPDATE person SET name = '真名', code = 'T41'"
                   " WHERE id = 41");
    EXPECT(strstr(newest(c).says, "True（plumbers）") != NULL);
    EXPECT(strstr(newest(c).says, "真名 (T41)") != NULL);
    EXPECT_OK(confirm(c));
    /* What was decided stays as it was read then. */
    office_exec(c, "UPDATE crew SET name = 'Later' WHERE code = 'plumbers'");
    office_exec(c, "UPDATE person SET name = '后来' WHERE id = 41");
    EXPECT(strstr(newest(c).says, "True（plumbers）") != NULL);
    EXPECT(strstr(newest(c).says, "真名 (T41)") != NULL);
}

TEST(a_crew_that_goes_to_a_provider_is_said_with_the_provider)
{
    office_make(c);
    struct crew k = { .id = id_of(c, "crew", "plumbers"), .provider_id = 31 };

    as(c, "sysadmin");
    EXPECT_OK(set_crew(c, &k, model_mask(&crew_model, "provider_id")));
    struct right_change w = newest(c);
    EXPECT(strstr(w.says, "（plumbers）") != NULL);
    struct provider v = { 0 };
    EXPECT_OK(model_get(c, &provider_model, 31, &v));
    EXPECT(strstr(w.says, v.name) != NULL);
}
