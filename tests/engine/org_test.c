/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/org promises in org.h, one test a promise. */
#include "engine/org_office.h"

/* -- units ------------------------------------------------------------- */

TEST(a_unit_knows_its_path_from_the_root)
{
    struct three t = make_three(c);

    assert_string_equal(t.low.path, path(c, t.top.id, t.mid.id, t.low.id));
    EXPECT(t.low.version == 1);
}

TEST(a_moved_unit_takes_the_paths_below_with_it)
{
    struct three t = make_three(c);
    struct unit other = make_unit(c, "B", "财政局", 0), u;

    EXPECT_OK(
        unit_move(c,
                  &(struct unit_act){ .id = t.mid.id, .parent_id = other.id },
                  &u));
    assert_string_equal(u.path, path(c, other.id, t.mid.id, 0));
    assert_string_equal(unit_now(c, t.low.id).path,
                        path(c, other.id, t.mid.id, t.low.id));
    EXPECT_OK(unit_move(c, &(struct unit_act){ .id = t.mid.id }, &u));
    assert_string_equal(unit_now(c, t.low.id).path,
                        path(c, t.mid.id, t.low.id, 0));
}

TEST(units_make_no_cycle)
{
    struct three t = make_three(c);
    struct unit u;

    EXPECT_FAULT(unit_move(c,
                           &(struct unit_act){ .id = t.top.id,
                                               .parent_id = t.low.id },
                           &u),
                 ERR_CONFLICT, "parent_id");
    EXPECT_FAULT(unit_move(c,
                           &(struct unit_act){ .id = t.top.id,
                                               .parent_id = t.top.id },
                           &u),
                 ERR_CONFLICT, "parent_id");
}

TEST(the_code_of_a_live_unit_is_its_own)
{
    struct three t = make_three(c);
    struct unit again = { .code = "A11", .name = "another" }, u;

    EXPECT_FAULT(unit_add(c, &again), ERR_CONFLICT, "code");
    EXPECT_OK(unit_end(c, &(struct unit_act){ .id = t.low.id }, &u));
    EXPECT_OK(unit_add(c, &again));
}

TEST(the_tree_of_a_past_day_can_be_told)
{
    struct three t = make_three(c);
    struct unit other = make_unit(c, "B", "财政局", 0), u, *all;
    size_t n;

    EXPECT_OK(unit_rename(c,
                          &(struct unit_act){ .id = t.mid.id,
                                              .name = "秘书处",
                                              .on_day = day_of(2024, 3, 1) },
                          &u));
    EXPECT_OK(unit_move(c,
                        &(struct unit_act){ .id = t.mid.id,
                                            .parent_id = other.id,
                                            .on_day = day_of(2025, 5, 1) },
                        &u));
    EXPECT_OK(unit_end(c,
                       &(struct unit_act){ .id = t.low.id,
                                           .on_day = day_of(2026, 1, 1) },
                       &u));

    EXPECT_OK(org_units_as_of(c, day_of(2024, 2, 29), &all, &n));
    EXPECT(n == 4);
    assert_string_equal(all[1].name, "综合处");
    assert_string_equal(all[2].path, path(c, t.top.id, t.mid.id, t.low.id));
    EXPECT_OK(org_units_as_of(c, day_of(2024, 3, 1), &all, &n));
    assert_string_equal(all[1].name, "秘书处");
    EXPECT(all[1].parent_id == t.top.id);
    EXPECT_OK(org_units_as_of(c, day_of(2025, 5, 1), &all, &n));
    EXPECT(n == 4 && all[2].id == t.mid.id && all[2].parent_id == other.id);
    EXPECT_OK(org_units_as_of(c, day_of(2026, 1, 1), &all, &n));
    EXPECT(n == 3);
    EXPECT_OK(org_units_as_of(c, day_of(2019, 12, 31), &all, &n));
    EXPECT(n == 0);
}

TEST(an_act_on_a_unit_is_not_told_before_its_last_change)
{
    struct three t = make_three(c);
    struct unit_act a = { .id = t.low.id, .name = "x" };
    struct unit u;

    a.on_day = day_of(2019, 1, 1);
    EXPECT_FAULT(unit_rename(c, &a, &u), ERR_INVALID, "on_day");
    a.on_day = day_of(2025, 1, 1);
    EXPECT_OK(unit_rename(c, &a, &u));
    a.on_day = day_of(2024, 12, 31);
    EXPECT_FAULT(unit_rename(c, &a, &u), ERR_INVALID, "on_day");
}

TEST(a_merged_unit_hands_over_units_people_and_rooms)
{
    struct three t = make_three(c);
    struct unit into = make_unit(c, "B", "财政局", 0), u;
    struct person p = make_person(c, "1", "张伟", t.mid.id);
    struct place site = make_place(c, "S", "大院", "site", 0);

    site.unit_id = t.mid.id;
    EXPECT_OK(place_set(c, &site, model_mask(&place_model, "unit_id")));
    EXPECT_OK(
        unit_merge(c, &(struct unit_act){ .id = t.mid.id, .into_id = into.id },
                   &u));

    EXPECT(u.valid_to.n == today(c).n);
    EXPECT(unit_now(c, t.low.id).parent_id == into.id);
    EXPECT_OK(person_get(c, &p));
    EXPECT(p.unit_id == into.id);
    EXPECT_OK(model_get(c, &place_model, site.id, &site));
    EXPECT(site.unit_id == into.id);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit_change WHERE kind = 'merged'")
           == 1);
    EXPECT_FAULT(unit_rename(c,
                             &(struct unit_act){ .id = t.mid.id, .name = "x" },
                             &u),
                 ERR_CONFLICT, NULL);
}

TEST(a_unit_does_not_merge_into_one_below_it)
{
    struct three t = make_three(c);
    struct unit u;

    EXPECT_FAULT(unit_merge(c,
                            &(struct unit_act){ .id = t.top.id,
                                                .into_id = t.low.id },
                            &u),
                 ERR_CONFLICT, "into_id");
    EXPECT(unit_now(c, t.top.id).valid_to.n == 0);
}

TEST(a_split_founds_a_sister_and_says_so_in_the_history)
{
    struct three t = make_three(c);
    struct unit u;

    EXPECT_OK(unit_split(c,
                         &(struct unit_act){
                             .id = t.mid.id, .code = "A2", .name = "督查处" },
                         &u));
    EXPECT(u.parent_id == t.top.id && u.id != t.mid.id);
    EXPECT(u.valid_from.n == today(c).n);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit_change x JOIN unit u"
                    " ON u.id = x.into_id WHERE x.kind = 'split'"
                    " AND u.code = 'A2'")
           == 1);
}

TEST(a_unit_with_people_or_units_says_what_stands_in_the_way_of_its_end)
{
    struct three t = make_three(c);
    struct unit u;

    make_person(c, "1", "张伟", t.low.id);
    EXPECT_FAULT(unit_end(c, &(struct unit_act){ .id = t.mid.id }, &u),
                 ERR_CONFLICT, NULL);
    EXPECT(strstr(c->fault.text, "1 units, 0 people") != NULL);
    EXPECT_FAULT(unit_end(c, &(struct unit_act){ .id = t.low.id }, &u),
                 ERR_CONFLICT, NULL);
    EXPECT(strstr(c->fault.text, "0 units, 1 people") != NULL);
    EXPECT(unit_now(c, t.low.id).valid_to.n == 0);
}

TEST(name_and_parent_of_a_unit_change_only_by_their_verbs)
{
    struct three t = make_three(c);
    struct unit u = { .id = t.low.id, .name = "x" };

    EXPECT_FAULT(unit_set(c, &u, model_mask(&unit_model, "name")), ERR_INVALID,
                 "name");
    u = (struct unit){ .id = t.low.id, .short_name = "文印" };
    EXPECT_OK(unit_set(c, &u, model_mask(&unit_model, "short_name")));
    assert_string_equal(u.name, "文印室");
    EXPECT(u.version == 2);
}

TEST(an_act_on_a_stale_unit_is_refused)
{
    struct three t = make_three(c);
    struct unit_act a = { .id = t.low.id, .name = "x" };
    struct unit u;

    c->if_version = 7;
    EXPECT_FAULT(unit_rename(c, &a, &u), ERR_STALE, NULL);
    c->if_version = 1;
    EXPECT_OK(unit_rename(c, &a, &u));
}

TEST(without_the_right_nothing_of_the_office_changes)
{
    struct three t = make_three(c);
    struct unit u = { .code = "X", .name = "x" };
    struct place p = { .code = "X", .name = "x", .kind = "site" };
    struct crew w = { .code = "X", .name = "x" };
    struct person one = { .code = "X", .name = "x", .unit_id = t.top.id };

    c->actor = &nobody_special;
    EXPECT_FAULT(unit_add(c, &u), ERR_DENIED, NULL);
    EXPECT_FAULT(unit_end(c, &(struct unit_act){ .id = t.low.id }, &u),
                 ERR_DENIED, NULL);
    EXPECT_FAULT(place_add(c, &p), ERR_DENIED, NULL);
    EXPECT_FAULT(noun_add(c, &crew_noun, &w), ERR_DENIED, NULL);
    EXPECT_FAULT(person_add(c, &one), ERR_DENIED, NULL);
    c->actor = NULL;
    EXPECT_FAULT(unit_add(c, &u), ERR_UNSIGNED, NULL);
}

TEST(who_may_edit_one_unit_edits_what_is_below_and_nothing_else)
{
    struct three t = make_three(c);
    struct unit other = make_unit(c, "B", "财政局", 0), u;
    const struct grant in_mid = { .role = "system_admin",
                                  .scope = SCOPE_UNIT,
                                  .scope_id = t.mid.id,
                                  .rights = ~UINT64_C(0) };
    struct actor local = clerk;

    local.grants = &in_mid;
    c->actor = &local;
    EXPECT_OK(
        unit_rename(c, &(struct unit_act){ .id = t.low.id, .name = "x" }, &u));
    EXPECT_FAULT(unit_rename(c,
                             &(struct unit_act){ .id = t.top.id, .name = "x" },
                             &u),
                 ERR_DENIED, NULL);
    EXPECT_FAULT(unit_move(c,
                           &(struct unit_act){ .id = t.low.id,
                                               .parent_id = other.id },
                           &u),
                 ERR_DENIED, NULL);
    c->actor = &clerk;
}

/* -- places ------------------------------------------------------------ */

struct house {
    struct place site, building, floor, room;
};

static struct house
make_house(struct call *c)
{
    struct house h;

    sign_in(c);
    h.site = make_place(c, "S", "市政府大院", "site", 0);
    h.building = make_place(c, "S-1", "1号楼", "building", h.site.id);
    h.floor = make_place(c, "S-1-3", "3层", "floor", h.building.id);
    h.room = make_place(c, "S-1-305", "305", "room", h.floor.id);
    return h;
}

TEST(a_place_is_called_from_the_building_down)
{
    struct house h = make_house(c);

    assert_string_equal(h.site.full_name, "市政府大院");
    assert_string_equal(h.room.full_name, "1号楼 3层 305");
    EXPECT(strstr(h.room.initials, "hl") != NULL);
}

TEST(a_renamed_building_renames_every_room)
{
    struct house h = make_house(c);

    h.building.name = "行政楼";
    EXPECT_OK(place_set(c, &h.building, model_mask(&place_model, "name")));
    EXPECT_OK(model_get(c, &place_model, h.room.id, &h.room));
    assert_string_equal(h.room.full_name, "行政楼 3层 305");
    assert_string_equal(h.room.initials,
                        text_initials(c->arena, h.room.full_name));
}

TEST(a_moved_floor_takes_its_rooms_with_it)
{
    struct house h = make_house(c);
    struct place other = make_place(c, "S-2", "2号楼", "building", h.site.id);

    h.floor.parent_id = other.id;
    EXPECT_OK(place_set(c, &h.floor, model_mask(&place_model, "parent_id")));
    EXPECT_OK(model_get(c, &place_model, h.room.id, &h.room));
    assert_string_equal(h.room.full_name, "2号楼 3层 305");
    assert_string_equal(h.room.path,
                        arena_printf(c->arena, "/%lld/%lld/%lld/%lld/",
                                     (long long)h.site.id, (long long)other.id,
                                     (long long)h.floor.id,
                                     (long long)h.room.id));
}

TEST(a_place_lies_in_a_wider_one_only)
{
    struct house h = make_house(c);
    struct place p = {
        .code = "X", .name = "x", .kind = "building", .parent_id = h.room.id
    };

    EXPECT_FAULT(place_add(c, &p), ERR_INVALID, "parent_id");
    p.parent_id = 0;
    p.kind = "room";
    EXPECT_FAULT(place_add(c, &p), ERR_INVALID, "parent_id");
    p.kind = "hall";
    EXPECT_FAULT(place_add(c, &p), ERR_INVALID, "kind");
    p.kind = NULL;
    EXPECT_FAULT(place_add(c, &p), ERR_INVALID, "kind");
    h.building.kind = "room"; /* but a floor lies in it */
    EXPECT_FAULT(place_set(c, &h.building, model_mask(&place_model, "kind")),
                 ERR_INVALID, "parent_id");
}

TEST(the_code_of_a_place_is_its_own)
{
    struct house h = make_house(c);
    struct place p = { .code = "S-1-305",
                       .name = "306",
                       .kind = "room",
                       .parent_id = h.floor.id };

    EXPECT_FAULT(place_add(c, &p), ERR_CONFLICT, "code");
}

/* -- people and providers ---------------------------------------------- */

TEST(a_person_is_found_by_pinyin_initials)
{
    struct three t = make_three(c);
    struct person p = make_person(c, "1", "张伟", t.low.id);
    struct list l = { .model = &person_model, .words = "zw" };

    assert_string_equal(p.initials, "zw");
    make_person(c, "2", "李娜", t.low.id);
    EXPECT_OK(person_list(c, &l));
    EXPECT(l.n == 1 && ((struct person *)l.rows)[0].id == p.id);
    assert_string_equal(((struct person *)l.rows)[0].unit_name, "文印室");
}

TEST(a_person_needs_a_unit_or_a_provider_and_real_phones)
{
    struct three t = make_three(c);
    struct person p = { .code = "1", .name = "张伟" };

    EXPECT_FAULT(person_add(c, &p), ERR_INVALID, "unit_id");
    p.unit_id = t.low.id;
    p.phone = "ask Bob";
    EXPECT_FAULT(person_add(c, &p), ERR_INVALID, "phone");
    p.phone = NULL;
    p.email = "nowhere";
    EXPECT_FAULT(person_add(c, &p), ERR_INVALID, "email");
    p.email = NULL;
    p.unit_id = 12345;
    EXPECT_FAULT(person_add(c, &p), ERR_INVALID, "unit_id");
}

TEST(phones_are_masked_for_those_without_the_right)
{
    struct three t = make_three(c);
    struct person p = make_person(c, "1", "张伟", t.low.id);
    struct list l = { .model = &person_card_model, .words = "张" };
    struct actor self = nobody_special;

    c->actor = &nobody_special;
    EXPECT_OK(person_pick(c, &l));
    EXPECT(l.n == 1);
    assert_string_equal(((struct person_card *)l.rows)[0].mobile,
                        "138****5678");
    EXPECT_FAULT(person_get(c, &p), ERR_DENIED, NULL);

    self.person_id = p.id; /* their own */
    c->actor = &self;
    l = (struct list){ .model = &person_card_model };
    EXPECT_OK(person_pick(c, &l));
    assert_string_equal(((struct person_card *)l.rows)[0].mobile,
                        "13812345678");
    sign_in(c);
    l = (struct list){ .model = &person_card_model };
    EXPECT_OK(person_pick(c, &l));
    assert_string_equal(((struct person_card *)l.rows)[0].mobile,
                        "13812345678");
    assert_string_equal(phone_masked(c, "8123"), "8123");
}

TEST(who_sees_one_unit_lists_only_its_people)
{
    struct three t = make_three(c);
    const struct grant in_mid = { .role = "leader",
                                  .scope = SCOPE_UNIT,
                                  .scope_id = t.mid.id,
                                  .rights = ~UINT64_C(0) };
    struct actor local = clerk;
    struct list l = { .model = &person_model };

    make_person(c, "1", "张伟", t.low.id);
    make_person(c, "2", "李娜", t.top.id);
    local.grants = &in_mid;
    c->actor = &local;
    EXPECT_OK(person_list(c, &l));
    EXPECT(l.n == 1 && l.total == 1);
    c->actor = &clerk;
}

TEST_PLAIN(check_digits_of_credit_codes_are_computed_as_the_standard_says)
{
    (void)c;
    EXPECT(uscc_check("91110000802100433B") == 'B');
    EXPECT(uscc_check("914403001922038216") == '6');
    EXPECT(uscc_check("9144030071526726XG") == 'G');
    EXPECT(uscc_check("91350100M0001TGQXM") == '1');
    EXPECT(uscc_check("91350100I0001TGQXM") == 0); /* no letter I */
    EXPECT(uscc_check("short") == 0);
}

TEST(a_wrong_check_digit_is_told_and_accepted)
{
    struct provider p = {
        .code = "P", .name = "电梯公司", .uscc = "91350100M0001TGQXM"
    };
    struct provider good = {
        .code = "Q", .name = "物业公司", .uscc = "91110000802100433B"
    };

    sign_in(c);
    EXPECT_OK(noun_add(c, &provider_noun, &p));
    assert_string_equal(p.warning, "the check digit should be 1");
    EXPECT_OK(noun_add(c, &provider_noun, &good));
    EXPECT(good.warning == NULL);
}

/* -- crews ------------------------------------------------------------- */

struct team {
    struct crew crew;
    struct person one, two;
};

static void
join(struct call *c, int64_t crew, int64_t person, bool lead)
{
    struct crew_member m = { .crew_id = crew,
                             .person_id = person,
                             .lead = lead,
                             .skills = " 低压、 高压 ,, lift work；" };

    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    assert_string_equal(m.skills, "低压,高压,lift work");
}

static struct team
make_team(struct call *c)
{
    struct three t = make_three(c);
    struct team k = { .crew = { .code = "electricians", .name = "电工班" } };

    EXPECT_OK(noun_add(c, &crew_noun, &k.crew));
    k.one = make_person(c, "1", "张伟", t.low.id);
    k.two = make_person(c, "2", "李娜", t.low.id);
    join(c, k.crew.id, k.one.id, false);
    join(c, k.crew.id, k.two.id, true);
    return k;
}

static void
add_shift(struct call *c, const struct team *k, int64_t person,
          const char *days, int64_t from, int64_t to)
{
    struct shift s = { .crew_id = k->crew.id,
                       .person_id = person,
                       .name = "班",
                       .weekdays = days,
                       .from_min = from,
                       .to_min = to,
                       .valid_from = day_of(2026, 1, 1) };

    EXPECT_OK(noun_add(c, &shift_noun, &s));
}

/* Who of the team is on duty: 1, 2, both 3, nobody 0. */
static int
on_duty(struct call *c, const struct team *k, const char *when)
{
    struct crew_hand *h;
    size_t n;
    int who = 0;

    EXPECT_OK(crew_hands(c, k->crew.id, at(when), &h, &n));
    assert_int_equal(n, 2);
    EXPECT(h[0].lead && h[0].person_id == k->two.id);
    for (size_t i = 0; i < n; i++) {
        if (h[i].on_duty)
            who |= h[i].person_id == k->one.id ? 1 : 2;
    }
    return who;
}

TEST(a_crew_without_a_roster_is_all_on_duty)
{
    struct team k = make_team(c);

    EXPECT(on_duty(c, &k, "2026-11-22 03:00") == 3);
}

TEST(a_shift_holds_on_its_weekdays_from_its_first_minute_to_its_last)
{
    struct team k = make_team(c);

    add_shift(c, &k, k.one.id, "1", 8 * 60, 16 * 60);
    EXPECT(on_duty(c, &k, "2026-11-23 08:00") == 1); /* a Monday */
    EXPECT(on_duty(c, &k, "2026-11-23 07:59") == 0);
    EXPECT(on_duty(c, &k, "2026-11-23 15:59") == 1);
    EXPECT(on_duty(c, &k, "2026-11-23 16:00") == 0);
    EXPECT(on_duty(c, &k, "2026-11-24 10:00") == 0);
}

TEST(a_shift_over_midnight_ends_on_the_next_day)
{
    struct team k = make_team(c);

    add_shift(c, &k, 0, "7", 22 * 60, 6 * 60); /* Sunday night */
    EXPECT(on_duty(c, &k, "2026-11-22 21:59") == 0);
    EXPECT(on_duty(c, &k, "2026-11-22 22:00") == 3);
    EXPECT(on_duty(c, &k, "2026-11-23 05:59") == 3);
    EXPECT(on_duty(c, &k, "2026-11-23 06:00") == 0);
    EXPECT(on_duty(c, &k, "2026-11-22 05:00") == 0);
}

TEST(a_shift_with_one_hour_for_both_ends_lasts_a_day)
{
    struct team k = make_team(c);

    add_shift(c, &k, k.two.id, "1", 480, 480);
    EXPECT(on_duty(c, &k, "2026-11-23 07:00") == 0);
    EXPECT(on_duty(c, &k, "2026-11-23 09:00") == 2);
    EXPECT(on_duty(c, &k, "2026-11-24 07:59") == 2);
}

TEST(a_shift_that_makes_no_sense_is_refused)
{
    struct team k = make_team(c);
    struct shift s = { .crew_id = k.crew.id, .name = "班", .weekdays = "1123" };

    EXPECT_FAULT(noun_add(c, &shift_noun, &s), ERR_INVALID, "weekdays");
    s.weekdays = "8";
    EXPECT_FAULT(noun_add(c, &shift_noun, &s), ERR_INVALID, "weekdays");
    s.weekdays = "1";
    s.to_min = 24 * 60;
    EXPECT_FAULT(noun_add(c, &shift_noun, &s), ERR_INVALID, "to_min");
    s.to_min = 60;
    s.person_id = make_person(c, "3", "王芳", k.one.unit_id).id;
    EXPECT_FAULT(noun_add(c, &shift_noun, &s), ERR_CONFLICT, "person_id");
}

TEST(nobody_is_in_a_crew_twice_or_in_another_providers)
{
    struct team k = make_team(c);
    struct provider p = { .code = "P", .name = "物业公司" };
    struct crew_member m = { .crew_id = k.crew.id, .person_id = k.one.id };

    EXPECT_FAULT(noun_add(c, &crew_member_noun, &m), ERR_CONFLICT, "person_id");
    EXPECT_OK(noun_add(c, &provider_noun, &p));
    struct crew w = { .code = "lift", .name = "电梯", .provider_id = p.id };
    EXPECT_OK(noun_add(c, &crew_noun, &w));
    m = (struct crew_member){ .crew_id = w.id, .person_id = k.one.id };
    EXPECT_FAULT(noun_add(c, &crew_member_noun, &m), ERR_CONFLICT, "person_id");
}

TEST(a_member_who_left_is_gone_and_the_audit_knows)
{
    struct team k = make_team(c);
    struct crew_hand *h;
    size_t n;

    EXPECT_OK(crew_hands(c, k.crew.id, c->now, &h, &n));
    EXPECT_OK(noun_remove(c, &crew_member_noun, h[1].member_id));
    EXPECT_OK(crew_hands(c, k.crew.id, c->now, &h, &n));
    assert_int_equal(n, 1);
    EXPECT(count(c, "SELECT COUNT(*) FROM audit_entry"
                    " WHERE action = 'crew_member.remove'")
           == 1);
}
