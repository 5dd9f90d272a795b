/* SPDX-License-Identifier: Apache-2.0 */
/* An import tells of every bad row at once, whatever is wrong with it. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/csv.h"
#include "base/workbook.h"
#include "engine/org/org.h"
#include "office.h"
#include "table_out.h"

static struct import_result
try_out(struct call *c, const struct noun *table, const char *csv)
{
    struct import_result r = { 0 };

    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, table, csv, strlen(csv), true, &r));
    return r;
}

static void
expect(const struct import_result *r, size_t i, int64_t line, const char *field)
{
    EXPECT(i < r->n_refused);
    assert_int_equal(r->refused[i].line, line);
    assert_string_equal(r->refused[i].field, field);
}

TEST(a_bad_cell_does_not_hide_what_is_wrong_between_cells_of_other_people)
{
    struct import_result r;

    office_make(c);
    r = try_out(c, &person_noun,
                "code,name,unit_code,mobile,active\n"
                "90,one,Z,13900000000,yes\n"  /* no such unit */
                "91,two,B,not-a-phone,yes\n"  /* no phone */
                "92,three,,13900000000,yes\n" /* neither unit nor provider */
                "93,four,B,13900000000,yes\n"
                "94,five,B,13900000000,many\n" /* no yes, no no */);
    assert_int_equal(r.n_refused, 4);
    expect(&r, 0, 2, "unit_id");
    expect(&r, 1, 3, "mobile");
    expect(&r, 2, 4, "unit_id");
    expect(&r, 3, 6, "active");
    EXPECT(r.rows == 5 && r.added == 1);
}

TEST(a_bad_cell_does_not_hide_a_place_in_the_wrong_one)
{
    struct import_result r;

    office_make(c);
    r = try_out(c, &place_noun,
                "code,name,kind,parent_code,area_m2\n"
                "X0,none,building,,\n"
                "X1,one,floor,X0,\n"
                "X2,two,building,X1,\n" /* a building on a floor */
                "X3,three,room,X1,wide\n"
                "X4,four,cellar,X1,\n"
                "X5,five,room,X4,\n" /* its parent is refused, not itself */
                "X6,six,room,,\n" /* in nothing */);
    assert_int_equal(r.n_refused, 4);
    expect(&r, 0, 4, "parent_id");
    expect(&r, 1, 5, "area_m2");
    expect(&r, 2, 6, "kind");
    expect(&r, 3, 8, "parent_id");
}

TEST(cells_are_read_as_people_write_them)
{
    static const char places[] =
        "编码,名称,类型,上级编码,面积,在用\n"
        "Ｘ０,新院,院区,,,\n"
        "X1,楼,楼宇,Ｘ０,\"12,000.5\",在用\n"
        "=\"0001\",间,房间,X1,１８．５㎡,停用\n"
        "X3,室,房间,X1,20平方米,\n";
    static const char wrong[] = "编码,名称,类型,上级编码,面积\n"
                                "X9,间,房间,X1,\"1,2\"\n";
    struct import_result r = { 0 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, &place_noun, places, strlen(places), false, &r));
    if (r.n_refused > 0)
        fail_msg("line %lld: %s (%s)", (long long)r.refused[0].line,
                 r.refused[0].detail, r.refused[0].value);
    EXPECT(r.added == 4);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM place WHERE (code = 'X1' AND"
                         " area_m2 = 12000.5) OR (code = '0001' AND area_m2 ="
                         " 18.5 AND active = 0) OR (code = 'X3' AND area_m2 ="
                         " 20) OR code = 'X0'")
           == 4);
    r = try_out(c, &place_noun, wrong);
    EXPECT(r.n_refused == 1);
    expect(&r, 0, 2, "area_m2");
}

/* The administrators of an office belong to no unit. */
TEST(persons_that_went_out_come_in_again)
{
    struct import_result r = { 0 };
    struct buf out;

    office_make(c);
    as(c, "sysadmin");
    office_exec(c, "INSERT INTO person (id, code, name, active, version)"
                   " VALUES (900000000000001, 'adm', 'Administrator', 1, 1)");
    out = table_out(c, &person_noun);
    EXPECT_OK(noun_import(c, &person_noun, out.s, out.len, false, &r));
    if (r.n_refused > 0)
        fail_msg("line %lld: %s", (long long)r.refused[0].line,
                 r.refused[0].detail);
    if (r.rows < 1 || r.unchanged != r.rows)
        fail_msg("%lld rows, %lld unchanged", (long long)r.rows,
                 (long long)r.unchanged);
}

/* The table as a spreadsheet program saves it: texts stay texts. */
static struct import_file_bytes {
    const char *s;
    size_t n;
} save_as_workbook(struct call *c, const struct buf *table)
{
    char *path = arena_text(c->arena, "/tmp/liangcao-test-XXXXXX");
    int fd = mkstemp(path);
    lxw_workbook *w = workbook_new(path);
    lxw_worksheet *page = workbook_add_worksheet(w, NULL);
    struct csv r = csv_open(c->arena, table->s, table->len);
    char *all = arena_alloc(c->arena, 1 << 20);
    struct import_file_bytes out = { all, 0 };
    ssize_t n;

    EXPECT(fd >= 0);
    for (lxw_row_t row = 0; csv_next(&r); row++)
        for (size_t i = 0; i < r.n; i++)
            (void)worksheet_write_string(page, row, (lxw_col_t)i,
                                         csv_unmark(r.cells[i]), NULL);
    EXPECT(workbook_close(w) == LXW_NO_ERROR);
    (void)close(fd);
    fd = open(path, O_RDONLY);
    while ((n = read(fd, all + out.n, (1 << 20) - out.n)) > 0)
        out.n += (size_t)n;
    (void)close(fd);
    (void)unlink(path);
    return out;
}

static bool
collect(struct jail_io *io, const void *bytes, size_t n)
{
    buf_add(io->arg, bytes, n);
    return true;
}

TEST(a_table_that_went_out_comes_in_again_as_a_workbook)
{
    static const char places[] =
        "code,name,kind,parent_code,area_m2,room_use\n"
        "Q0,=院,site,,,\nQ1,\"楼\n一\",building,Q0,,\n"
        "0012,-3层,floor,Q1,,\n0013,间,room,0012,18.5,\"办公,室\"\n";
    struct import_result r = { 0 };
    struct import_file_bytes book;
    struct buf out, in = buf_make(c->arena, 0);
    struct jail_io io = { .put = collect, .arg = &in };
    char *bytes;

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, &place_noun, places, strlen(places), false, &r));
    EXPECT(r.added == 4);
    out = table_out(c, &place_noun);
    book = save_as_workbook(c, &out);
    /* The name of the sheet comes first: none. */
    bytes = arena_alloc(c->arena, book.n + 1);
    memcpy(bytes + 1, book.s, book.n);
    bytes[0] = '\0';
    io.in = (unsigned char *)bytes;
    io.n = book.n + 1;
    EXPECT(workbook_reader.read(&io) == 0);
    EXPECT_OK(noun_import(c, &place_noun, in.s, in.len, false, &r));
    if (r.n_refused > 0)
        fail_msg("line %lld: %s", (long long)r.refused[0].line,
                 r.refused[0].detail);
    if (r.rows < 4 || r.unchanged != r.rows)
        fail_msg("%lld rows, %lld unchanged", (long long)r.rows,
                 (long long)r.unchanged);
}

TEST(a_kind_of_place_is_read_as_it_is_called)
{
    static const char places[] =
        "编码,名称,类型,上级编码\n"
        "Y0,院,大院,\nY1,楼,楼栋,Y0\n"
        "Y2,层,层,Y1\nY3,室,室,Y2\n";
    struct import_result r = { 0 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, &place_noun, places, strlen(places), false, &r));
    EXPECT(r.n_refused == 0 && r.added == 4);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM place WHERE (code = 'Y0' AND"
                         " kind = 'site') OR (code = 'Y1' AND kind ="
                         " 'building') OR (code = 'Y2' AND kind = 'floor') OR"
                         " (code = 'Y3' AND kind = 'room')")
           == 4);
}

TEST(a_code_that_is_really_in_full_width_finds_its_own_row)
{
    static const char csv[] = "code,name,unit_code\n９１,two,B\n９２,new,Ｂ\n";
    struct import_result r = { 0 };

    office_make(c);
    as(c, "sysadmin");
    office_exec(c, "INSERT INTO person (id, code, name, initials, active,"
                   " version) VALUES (900000000000001, '９１', 'one', 'o', 1,"
                   " 1)");
    EXPECT_OK(noun_import(c, &person_noun, csv, strlen(csv), false, &r));
    EXPECT(r.n_refused == 0 && r.added == 1 && r.changed == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM person WHERE (code = '９１' AND"
                         " name = 'two') OR (code = '92' AND name = 'new')")
           == 2);
}

TEST(somebody_new_may_be_out_of_service_and_who_is_not_said_to_be_is_in)
{
    static const char csv[] =
        "code,name,unit_code,active\n95,one,B,离职\n96,two,B,\n";
    struct import_result r = { 0 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, &person_noun, csv, strlen(csv), false, &r));
    EXPECT(r.n_refused == 0 && r.added == 2);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM person WHERE (code = '95' AND"
                         " active = 0) OR (code = '96' AND active = 1)")
           == 2);
}

/* An entity tag is one row's. */
TEST(if_match_says_nothing_of_the_rows_of_a_table)
{
    static const char csv[] = "code,name,unit_code\n97,one,B\n";
    static const char again[] = "code,post\n97,clerk\n";
    struct import_result r = { 0 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_import(c, &person_noun, csv, strlen(csv), false, &r));
    c->if_version = 7;
    EXPECT_OK(noun_import(c, &person_noun, again, strlen(again), false, &r));
    EXPECT(r.n_refused == 0 && r.changed == 1);
}
