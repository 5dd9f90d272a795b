/* SPDX-License-Identifier: Apache-2.0 */
/* What base/workbook.h promises, with workbooks that another program writes
   and with archives that somebody means harm by. */
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>

#include "base/csv.h"
#include "base/workbook.h"
#include "test.h"

struct taken {
    struct buf all;
    int refused;
};

static bool
take(struct jail_io *io, const void *bytes, size_t n)
{
    struct taken *t = io->arg;

    buf_add(&t->all, bytes, n);
    return true;
}

/* The sheet's rows as csv, as its reader puts them; or why it does not. */
static struct taken
read_sheet(struct call *c, const char *sheet, const void *bytes, size_t n)
{
    struct taken t = { .all = buf_make(c->arena, 0) };
    size_t head = strlen(sheet) + 1;
    unsigned char *in = arena_alloc(c->arena, head + n);
    struct jail_io io = { .in = in, .n = head + n, .put = take, .arg = &t };

    memcpy(in, sheet, head);
    memcpy(in + head, bytes, n);
    t.refused = workbook_reader.read(&io);
    return t;
}

static const char *
file_bytes(struct call *c, const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *all = arena_alloc(c->arena, 1 << 20);

    EXPECT(f != NULL);
    *n = fread(all, 1, 1 << 20, f);
    (void)fclose(f);
    (void)unlink(path);
    return all;
}

static const char *
some_path(struct call *c)
{
    char *path = arena_text(c->arena, "/tmp/liangcao-test-XXXXXX");
    int fd = mkstemp(path);

    EXPECT(fd >= 0);
    (void)close(fd);
    return path;
}

/* An office's table as a clerk has it: dates by their format, numbers, a gap,
   texts that look like formulas, a second sheet. */
static const char *
make_book(struct call *c, size_t *n)
{
    const char *path = some_path(c);
    lxw_workbook *w = workbook_new(path);
    lxw_worksheet *a = workbook_add_worksheet(w, "台账");
    lxw_worksheet *b = workbook_add_worksheet(w, "Second");
    lxw_format *days = workbook_add_format(w), *time = workbook_add_format(w);

    format_set_num_format(days, "yyyy\"年\"m\"月\"d\"日\"");
    format_set_num_format(time, "yyyy-mm-dd hh:mm:ss");
    (void)worksheet_write_string(a, 0, 0, "维修台账", NULL);
    (void)worksheet_write_string(a, 2, 0, "编号", NULL);
    (void)worksheet_write_string(a, 2, 1, "日期", NULL);
    (void)worksheet_write_string(a, 2, 2, "说明", NULL);
    (void)worksheet_write_number(a, 3, 0, 13800138000.0, NULL);
    (void)worksheet_write_number(a, 3, 1, 46029, days);
    (void)worksheet_write_string(a, 3, 2, "=灯,\"坏\"\n了", NULL);
    (void)worksheet_write_string(a, 4, 0, "0001", NULL);
    (void)worksheet_write_number(a, 4, 1, 46029.395833333336, time);
    (void)worksheet_write_number(a, 4, 3, 0.1 + 0.2, NULL);
    (void)worksheet_write_boolean(a, 5, 0, 1, NULL);
    (void)worksheet_write_string(b, 0, 0, "other", NULL);
    EXPECT(workbook_close(w) == LXW_NO_ERROR);
    return file_bytes(c, path, n);
}

static const char *
row(struct call *c, struct csv *r)
{
    struct buf b = buf_make(c->arena, 0);

    if (!csv_next(r))
        return "";
    for (size_t i = 0; i < r->n; i++)
        buf_printf(&b, "%s%s", i > 0 ? "|" : "", csv_unmark(r->cells[i]));
    return b.s;
}

TEST(workbook_rows_are_what_excel_shows_line_by_line)
{
    size_t n;
    const char *book = make_book(c, &n);
    struct taken t = read_sheet(c, "", book, n);
    struct csv r = csv_open(c->arena, t.all.s, t.all.len);

    EXPECT(t.refused == 0 && workbook_is(book, n));
    assert_string_equal(row(c, &r), "维修台账");
    assert_string_equal(row(c, &r), "编号|日期|说明");
    EXPECT(r.line == 3);
    assert_string_equal(row(c, &r), "13800138000|2026-01-07|=灯,\"坏\"\n了");
    EXPECT(r.line == 4);
    assert_string_equal(row(c, &r), "0001|2026-01-07 09:30:00||0.3");
    assert_string_equal(row(c, &r), "1");
    EXPECT(r.line == 6 && !csv_next(&r) && r.fault == NULL);
}

TEST(workbook_sheets_are_read_by_name)
{
    size_t n;
    const char *book = make_book(c, &n);
    struct taken t = read_sheet(c, "Second", book, n);

    EXPECT(t.refused == 0 && strstr(t.all.s, "other") != NULL);
    t = read_sheet(c, "第三", book, n);
    EXPECT(t.refused != 0);
    assert_string_equal(workbook_reader.refusals[t.refused - 1],
                        "the workbook has no sheet of this name");
}

TEST(workbook_any_bytes_are_rows_or_refused)
{
    size_t n;
    const char *book = make_book(c, &n);
    char *bent = arena_alloc(c->arena, n);

    for (size_t i = 0; i < n; i += 7) {
        memcpy(bent, book, n);
        bent[i] = (char)(bent[i] ^ 0x55);
        (void)read_sheet(c, "", bent, n);
        (void)read_sheet(c, "", book, i);
    }
    EXPECT(read_sheet(c, "", "PK\003\004", 4).refused != 0);
    EXPECT(read_sheet(c, "", "\xD0\xCF\x11\xE0\xA1\xB1", 6).refused != 0);
}

/* An archive of the parts given, NAME and text in turn. */
static const char *
pack(struct call *c, const char *const *parts, size_t *n)
{
    const char *path = some_path(c);
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

    EXPECT(z != NULL);
    for (; *parts; parts += 2)
        EXPECT(zip_file_add(z, parts[0],
                            zip_source_buffer(z, parts[1], strlen(parts[1]), 0),
                            ZIP_FL_OVERWRITE)
               >= 0);
    EXPECT(zip_close(z) == 0);
    return file_bytes(c, path, n);
}

#define WORKBOOK                                                               \
    "xl/workbook.xml",                                                         \
        "<workbook><sheets><sheet name='a' r:id='r1'/></sheets></workbook>",   \
        "xl/_rels/workbook.xml.rels",                                          \
        "<Relationships><Relationship Id='r1' Target='/xl/s.xml'/>"            \
        "</Relationships>"

TEST(workbook_texts_within_cells_and_without_addresses_are_read)
{
    static const char *const parts[] = {
        WORKBOOK, "xl/s.xml",
        "<x:worksheet><x:sheetData><x:row><x:c t='inlineStr'><x:is><x:r><x:t>"
        "灯</x:t></x:r><x:r><x:t>坏_x000A_了</x:t></x:r><x:rPh><x:t>deng</x:t>"
        "</x:rPh></x:is></x:c><x:c><x:v>1.5</x:v></x:c><x:c t='str'><x:f>A1"
        "</x:f><x:v>=x</x:v></x:c></x:row></x:sheetData></x:worksheet>",
        NULL
    };
    size_t n;
    const char *book = pack(c, parts, &n);
    struct taken t = read_sheet(c, "", book, n);
    struct csv r = csv_open(c->arena, t.all.s, t.all.len);

    EXPECT(t.refused == 0);
    assert_string_equal(row(c, &r), "灯坏\n了|1.5|=x");
}

TEST(workbook_xml_that_declares_things_is_refused)
{
    static const char *const parts[] = {
        WORKBOOK, "xl/s.xml",
        "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;&b;'>]>"
        "<worksheet><row><c t='str'><v>&c;</v></c></row></worksheet>",
        NULL
    };
    size_t n;
    const char *book = pack(c, parts, &n);

    EXPECT(read_sheet(c, "", book, n).refused != 0);
}

/* What is a few KiB in the archive and 300 MiB out of it. */
TEST(workbook_that_unpacks_to_too_much_is_refused)
{
    size_t most = (size_t)300 << 20, n;
    char *much = malloc(most + 1);
    const char *const parts[] = { WORKBOOK, "xl/s.xml", much, NULL };
    const char *book;
    struct taken t;

    EXPECT(much != NULL);
    memset(much, ' ', most);
    memcpy(much, "<worksheet>", 11);
    much[most] = '\0';
    book = pack(c, parts, &n);
    free(much);
    t = read_sheet(c, "", book, n);
    EXPECT(n < 1 << 20 && t.refused != 0);
    assert_string_equal(workbook_reader.refusals[t.refused - 1],
                        "the workbook unpacks to too much");
}

TEST(excels_day_numbers_are_times_of_the_wall_clock)
{
    int64_t ms;

    (void)c;

    EXPECT(excel_time(25569, false, &ms) && ms == 0);
    EXPECT(excel_time(46027.354166666664, false, &ms));
    EXPECT(ms == (int64_t)20458 * DAY_MS + 8 * HOUR_MS + 30 * MINUTE_MS);
    EXPECT(excel_time(1, false, &ms)
           && ms == (day_of(1900, 1, 1).n - day_of(1970, 1, 1).n) * DAY_MS);
    EXPECT(excel_time(24107, true, &ms) && ms == 0);
    EXPECT(!excel_time(-1, false, &ms) && !excel_time(2e5, false, &ms));
}
