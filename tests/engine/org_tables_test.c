/* SPDX-License-Identifier: Apache-2.0 */
/* Units, places and people as tables, in and out: one test a promise of org.h. */
#include "engine/org_office.h"
#include "table_out.h"

static struct import_result
import(struct call *c, const struct noun *table, const char *csv, bool dry)
{
    struct import_result r;

    EXPECT_OK(noun_import(c, table, csv, strlen(csv), dry, &r));
    return r;
}

/* Exactly one refusal: its line and field. */
static void
expect_refused(const struct import_result *r, int64_t line, const char *field)
{
    assert_int_equal(r->n_refused, 1);
    assert_int_equal(r->refused[0].line, line);
    if (field)
        assert_string_equal(r->refused[0].field, field);
    EXPECT(r->refused[0].detail != NULL);
}

static const char three_units[] =
    "编码,名称,上级编码\r\n"
    "A11,文印室,A1\r\n"
    "A,市政府办公室,\r\n"
    "A1,综合处,A\r\n";

TEST(an_import_takes_parents_that_come_later_in_the_file)
{
    struct list l = { .model = &unit_model, .sort = NULL };
    struct import_result r;

    sign_in(c);
    r = import(c, &unit_noun, three_units, false);
    EXPECT(r.rows == 3 && r.added == 3 && r.n_refused == 0);
    EXPECT_OK(unit_list(c, &l));
    EXPECT(l.n == 3);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit x JOIN unit y"
                    " ON x.parent_id = y.id"
                    " WHERE x.path = y.path || x.id || '/'")
           == 2);
    EXPECT(count(c, "SELECT COUNT(*) FROM audit_entry"
                    " WHERE action = 'unit.add'")
           == 3);
}

TEST(an_import_done_again_changes_nothing)
{
    struct import_result r;
    int64_t entries;

    sign_in(c);
    import(c, &unit_noun, three_units, false);
    entries = count(c, "SELECT COUNT(*) FROM audit_entry");
    r = import(c, &unit_noun, three_units, false);
    EXPECT(r.added == 0 && r.changed == 0 && r.unchanged == 3);
    EXPECT(count(c, "SELECT COUNT(*) FROM audit_entry") == entries);
}

TEST(a_dry_run_counts_and_changes_nothing)
{
    struct import_result r;

    sign_in(c);
    r = import(c, &unit_noun, three_units, true);
    EXPECT(r.added == 3);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit") == 0);
    EXPECT(count(c, "SELECT COUNT(*) FROM audit_entry") == 0);
}

TEST(one_bad_row_keeps_the_whole_import_out)
{
    struct import_result r;

    sign_in(c);
    r = import(c, &unit_noun, "code,name,parent_code\nA,a,\nB,b,Z\n", false);
    expect_refused(&r, 3, "parent_id");
    assert_string_equal(r.refused[0].value, "Z");
    EXPECT(r.rows == 2 && r.added == 1);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit") == 0);
}

TEST(every_bad_row_is_listed_with_its_line)
{
    struct import_result r;

    sign_in(c);
    r = import(c, &unit_noun,
               "code,name,sort\nA,\"two\nlines\",1\n,no code,\nB,,2\n"
               "C,c,many\nA,again,\nD,d\n",
               true);
    assert_int_equal(r.n_refused, 5);
    static const struct {
        int64_t line;
        const char *field;
    } want[] = {
        { 4, "code" }, { 5, "name" }, { 6, "sort" }, { 7, "code" }, { 8, NULL }
    };
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_int_equal(r.refused[i].line, want[i].line);
        EXPECT(text_same(r.refused[i].field, want[i].field));
    }
}

TEST(an_import_refuses_a_circle_of_parents)
{
    struct import_result r;

    sign_in(c);
    import(c, &unit_noun, three_units, false);
    r = import(c, &unit_noun, "code,name,parent_code\nA,市政府办公室,A11\n",
               false);
    expect_refused(&r, 2, "parent_id");
    r = import(c, &unit_noun, "code,name,parent_code\nX,x,Y\nY,y,X\nZ,z,Y\n",
               false);
    assert_int_equal(r.n_refused, 2);
}

TEST(an_import_names_columns_it_does_not_know)
{
    struct import_result r;

    sign_in(c);
    r = import(c, &unit_noun, "code,nmae\nA,a\n", true);
    expect_refused(&r, 1, "nmae");
    r = import(c, &unit_noun, "name\na\n", true);
    expect_refused(&r, 1, "code");
    r = import(c, &unit_noun, "code,编码,name\nA,A,a\n", true);
    expect_refused(&r, 1, "code");
    r = import(c, &unit_noun, "", true);
    expect_refused(&r, 1, NULL);
    r = import(c, &unit_noun, "code\nA\n", true); /* a new unit has a name */
    expect_refused(&r, 2, "name");
}

TEST(an_import_names_the_line_of_a_broken_quote)
{
    struct import_result r;

    sign_in(c);
    r = import(c, &unit_noun, "code,name\nA,a\nB,\"b\n", true);
    expect_refused(&r, 3, NULL);
    EXPECT(r.rows == 1);
}

TEST(a_unit_moved_and_renamed_by_import_keeps_its_history)
{
    struct unit *all;
    size_t n;

    sign_in(c);
    c->now = at("2026-11-20 09:00");
    import(c, &unit_noun, three_units, false);
    c->now = at("2026-11-23 09:00");
    struct import_result r =
        import(c, &unit_noun, "code,name,parent_code\nA1,秘书处,\n", false);
    EXPECT(r.changed == 1);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit x JOIN unit y"
                    " ON x.parent_id = y.id WHERE x.code = 'A11'"
                    " AND x.path = '/' || y.id || '/' || x.id || '/'")
           == 1);
    EXPECT_OK(org_units_as_of(c, day_of(2026, 11, 22), &all, &n));
    assert_string_equal(all[1].name, "综合处");
    EXPECT(all[1].parent_id == all[0].id);
}

static const char strayed[] =
    "SELECT COUNT(*) FROM unit u LEFT JOIN unit p ON p.id = u.parent_id"
    " WHERE u.path <> COALESCE(p.path, '/') || CAST(u.id AS TEXT) || '/'";

TEST(an_ended_unit_goes_along_when_an_import_moves_what_it_lies_below)
{
    struct three t = make_three(c);
    struct unit u;

    EXPECT_OK(unit_end(c, &(struct unit_act){ .id = t.low.id }, &u));
    import(c, &unit_noun, "code,name,parent_code\nA1,综合处,\n", false);
    assert_string_equal(unit_now(c, t.low.id).path,
                        path(c, t.mid.id, t.low.id, 0));
    EXPECT(count(c, strayed) == 0);
    /* The other way about, and a unit that lives beside it. */
    import(c, &unit_noun,
           "code,name,parent_code\nA12,新处,A1\nA,市政府办公室,A1\n", false);
    EXPECT_OK(unit_end(c, &(struct unit_act){ .id = t.top.id }, &u));
    import(c, &unit_noun, "code,name,parent_code\nB,局,\nA1,综合处,B\n", false);
    EXPECT(count(c, strayed) == 0);
}

TEST(an_ended_unit_goes_along_when_what_it_lies_below_is_moved_or_merged)
{
    struct three t = make_three(c);
    struct unit other = make_unit(c, "B", "财政局", 0);
    struct unit third = make_unit(c, "C", "人事局", 0), u;

    EXPECT_OK(unit_end(c, &(struct unit_act){ .id = t.low.id }, &u));
    EXPECT_OK(
        unit_move(c,
                  &(struct unit_act){ .id = t.mid.id, .parent_id = other.id },
                  &u));
    assert_string_equal(unit_now(c, t.low.id).path,
                        path(c, other.id, t.mid.id, t.low.id));
    EXPECT_OK(
        unit_merge(c, &(struct unit_act){ .id = other.id, .into_id = third.id },
                   &u));
    assert_string_equal(unit_now(c, t.low.id).path,
                        path(c, third.id, t.mid.id, t.low.id));
    EXPECT(count(c, strayed) == 0);
}

TEST(columns_not_in_the_file_stay_as_they_are)
{
    sign_in(c);
    import(c, &unit_noun, "code,name,short_name\nA,市政府办公室,府办\n", false);
    import(c, &unit_noun, "code,name_en\nA,Office\n", false);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit WHERE short_name = '府办'"
                    " AND name_en = 'Office' AND name = '市政府办公室'")
           == 1);
    import(c, &unit_noun, "code,short_name\nA,\n", false);
    EXPECT(count(c, "SELECT COUNT(*) FROM unit WHERE short_name IS NULL") == 1);
}

static const char four_places[] =
    "编码,名称,类型,上级编码,涉密,使用面积\n"
    "S-1-305,305,房间,S-1-3,是,23.45\n"
    "S,市政府大院,院区,,,\n"
    "S-1-3,3层,楼层,S-1,否,\n"
    "S-1,1号楼,building,S,,\n";

TEST(imported_places_have_their_full_names)
{
    sign_in(c);
    struct import_result r = import(c, &place_noun, four_places, false);
    EXPECT(r.added == 4 && r.n_refused == 0);
    EXPECT(count(c, "SELECT COUNT(*) FROM place WHERE restricted = 1"
                    " AND full_name = '1号楼 3层 305' AND active = 1")
           == 1);
    r = import(c, &place_noun, "编码,名称\nS-1,行政楼\n", false);
    EXPECT(r.changed == 1 && r.rows == 1);
    EXPECT(count(c, "SELECT COUNT(*) FROM place"
                    " WHERE full_name = '行政楼 3层 305'")
           == 1);
}

TEST(imported_places_keep_the_order_of_kinds)
{
    struct import_result r;

    sign_in(c);
    r = import(c, &place_noun, "编码,名称,类型,上级编码\nR,1,房间,\n", false);
    expect_refused(&r, 2, "parent_id");
    import(c, &place_noun, four_places, false);
    r = import(c, &place_noun, "编码,类型\nS-1,房间\n", false);
    assert_int_equal(r.n_refused, 1); /* what lies in it does not fit */
    r = import(c, &place_noun, "编码,类型\nS-1,宫殿\n", false);
    expect_refused(&r, 2, "kind");
}

TEST(imported_people_find_their_units_and_rooms_by_code)
{
    struct import_result r;

    sign_in(c);
    import(c, &unit_noun, three_units, false);
    import(c, &place_noun, four_places, false);
    r = import(c, &person_noun,
               "工号,姓名,部门编码,房间编码,手机\n"
               "0001,张伟,A11,S-1-305,13812345678\n"
               "0002,李娜,A11,,139-1234-5678\n",
               false);
    EXPECT(r.added == 2 && r.n_refused == 0);
    EXPECT(count(c, "SELECT COUNT(*) FROM person p"
                    " JOIN place x ON x.id = p.place_id"
                    " JOIN unit u ON u.id = p.unit_id"
                    " WHERE p.initials = 'zw' AND x.code = 'S-1-305'"
                    " AND u.code = 'A11' AND p.active = 1")
           == 1);
    r = import(c, &person_noun,
               "工号,姓名,部门编码,房间编码,手机\n"
               "0003,王芳,A12,S-1-306,call me\n",
               false);
    assert_int_equal(r.n_refused, 2); /* both codes */
    r = import(c, &person_noun, "code,name,mobile\n4,赵六,call me\n", false);
    expect_refused(&r, 2, "unit_id");
    r = import(c, &person_noun, "code,active\n0001,否\n0002,maybe\n", false);
    expect_refused(&r, 3, "active");
    r = import(c, &person_noun, "code,active\n0001,否\n", false);
    EXPECT(r.changed == 1);
    EXPECT(count(c, "SELECT COUNT(*) FROM person WHERE active = 0") == 1);
}

TEST(an_import_needs_the_right_everywhere)
{
    struct import_result r;

    c->actor = &nobody_special;
    EXPECT_FAULT(noun_import(c, &unit_noun, three_units, strlen(three_units),
                             true, &r),
                 ERR_DENIED, NULL);
}

static void
expect_round_trip(struct call *c, const struct noun *table)
{
    struct buf b;
    struct import_result r;

    b = table_out(c, table);
    EXPECT_OK(noun_import(c, table, b.s, b.len, false, &r));
    EXPECT(r.n_refused == 0 && r.rows > 0);
    assert_int_equal(r.unchanged, r.rows);
}

TEST(what_is_exported_comes_back_unchanged)
{
    sign_in(c);
    import(c, &unit_noun, three_units, false);
    import(c, &place_noun, four_places, false);
    import(c, &person_noun,
           "code,name,unit_code,post\n1,\"O'Neill, \"\"Jack\"\"\",A,\"a\nb\"\n",
           false);
    for (int i = 0; i < 2; i++) {
        expect_round_trip(c, &unit_noun);
        expect_round_trip(c, &place_noun);
        expect_round_trip(c, &person_noun);
        c->lang = LANG_ZH;
    }
}

TEST(ten_thousand_people_come_in_at_once)
{
    struct buf b = buf_make(c->arena, 0);
    struct import_result r;

    sign_in(c);
    import(c, &unit_noun, three_units, false);
    buf_puts(&b, "工号,姓名,部门编码\n");
    for (int i = 0; i < 10000; i++)
        buf_printf(&b, "%05d,张%d,A11\n", i, i);
    EXPECT_OK(noun_import(c, &person_noun, b.s, b.len, false, &r));
    EXPECT(r.added == 10000 && r.n_refused == 0);
}
