/* SPDX-License-Identifier: Apache-2.0 */
/* What base/csv.h promises, one test a promise. */
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#include "base/csv.h"
#include "base/random.h"

static struct csv
read_text(struct call *c, const char *s)
{
    return csv_open(c->arena, s, strlen(s));
}

/* The next row, its cells with | between; "" at the end. */
static const char *
row(struct call *c, struct csv *r)
{
    struct buf b = buf_make(c->arena, 0);

    if (!csv_next(r))
        return "";
    for (size_t i = 0; i < r->n; i++) {
        if (i > 0)
            buf_putc(&b, '|');
        buf_puts(&b, r->cells[i]);
    }
    return b.s;
}

#define EXPECT_ROW(r, want) assert_string_equal(row(c, (r)), (want))
#define EXPECT_END(r)                                                          \
    do {                                                                       \
        EXPECT(!csv_next(r));                                                  \
        EXPECT((r)->fault == NULL);                                            \
    } while (0)

static void
expect_fault(struct call *c, const char *s, size_t n, int64_t line)
{
    struct csv r = csv_open(c->arena, s, n);

    while (csv_next(&r))
        continue;
    EXPECT(r.fault != NULL);
    assert_int_equal(r.fault_line, line);
    EXPECT(!csv_next(&r));
}

TEST_PLAIN(csv_rows_end_with_any_line_end)
{
    struct csv r = read_text(c, "a,b\r\nc,d\ne,f\rg,h");

    EXPECT_ROW(&r, "a|b");
    EXPECT_ROW(&r, "c|d");
    EXPECT_ROW(&r, "e|f");
    EXPECT_ROW(&r, "g|h");
    assert_int_equal(r.line, 4);
    EXPECT_END(&r);
}

TEST_PLAIN(csv_quoted_cells_hold_commas_quotes_and_lines)
{
    struct csv r =
        read_text(c, "\"a,b\",\"say \"\"hi\"\"\",\"x\r\ny\"\r\nlast,\"\"\n");

    EXPECT_ROW(&r, "a,b|say \"hi\"|x\r\ny");
    EXPECT_ROW(&r, "last|");
    assert_int_equal(r.line, 3);
    EXPECT_END(&r);
}

TEST_PLAIN(csv_lines_are_counted_inside_quotes)
{
    struct csv r = read_text(c, "\"1\n2\r\n3\r4\",x\n\n\nafter\n");

    EXPECT(csv_next(&r));
    assert_int_equal(r.line, 1);
    EXPECT_ROW(&r, "after");
    assert_int_equal(r.line, 7);
}

TEST_PLAIN(csv_empty_lines_are_no_rows)
{
    struct csv r = read_text(c, "\n\r\na\n\n");

    EXPECT_ROW(&r, "a");
    EXPECT_END(&r);
    r = read_text(c, "");
    EXPECT_END(&r);
    r = csv_open(c->arena, NULL, 0);
    EXPECT_END(&r);
}

TEST_PLAIN(csv_empty_cells_are_kept)
{
    struct csv r = read_text(c, ",,\na,\n,b");

    EXPECT_ROW(&r, "||");
    EXPECT_ROW(&r, "a|");
    EXPECT_ROW(&r, "|b");
    EXPECT_END(&r);
}

TEST_PLAIN(csv_a_quote_inside_a_plain_cell_is_a_character)
{
    struct csv r = read_text(c, "12\" pipe,b\n");

    EXPECT_ROW(&r, "12\" pipe|b");
}

TEST_PLAIN(csv_a_byte_order_mark_is_taken_away)
{
    struct csv r = read_text(c, CSV_MARK "编码,名称\n");

    EXPECT_ROW(&r, "编码|名称");
}

TEST_PLAIN(csv_gb18030_is_converted)
{
    /* 编码,名称 / 财务科 with a four-byte character (㐀) in GB18030 */
    struct csv r = read_text(
        c, "\xB1\xE0\xC2\xEB,"
           "\xC3\xFB\xB3\xC6\n\xB2\xC6\xCE\xF1\xBF\xC6\x81\x39\xEE\x39\n");

    EXPECT_ROW(&r, "编码|名称");
    EXPECT_ROW(&r, "财务科㐀");
    EXPECT_END(&r);
}

TEST_PLAIN(csv_utf16_with_a_mark_is_converted)
{
    static const char le[] = "\xFF\xFE\x16\x7F,\0\x01\x78\n\0";
    struct csv r = csv_open(c->arena, le, sizeof le - 1);

    EXPECT_ROW(&r, "编|码");
    EXPECT_END(&r);
}

TEST_PLAIN(csv_a_nul_is_named_by_line)
{
    expect_fault(c, "a,b\nc\0d,e\n", 10, 2);
}

TEST_PLAIN(csv_a_quote_never_closed_is_named_where_it_opens)
{
    expect_fault(c, "a\nb,\"c\nd\ne", 10, 2);
    expect_fault(c, "\"", 1, 1);
}

TEST_PLAIN(csv_something_after_a_closing_quote_is_named)
{
    expect_fault(c, "a\n\"b\nc\"d\n", 9, 3);
}

TEST_PLAIN(csv_broken_utf8_is_not_taken_for_gb18030)
{
    expect_fault(c, "名称\n张伟\n王\xFF\n", 19, 3);
}

TEST_PLAIN(csv_a_row_of_too_many_cells_is_named)
{
    char s[CSV_MAX_CELLS + 3];

    memset(s, ',', sizeof s);
    s[0] = 'a';
    s[1] = '\n';
    expect_fault(c, s, sizeof s, 2);
    s[2] = s[3] = '\n'; /* as many as may be */
    struct csv r = csv_open(c->arena, s, sizeof s);
    EXPECT_ROW(&r, "a");
    EXPECT(csv_next(&r));
    assert_int_equal(r.n, CSV_MAX_CELLS);
}

/* Whatever is written reads back the same: random cells of awkward bytes. */
TEST_PLAIN(csv_what_is_written_reads_back)
{
    static const char *const bits[] = { "",  ",",  "\"", "\n", "\r",   "\r\n",
                                        "a", "房", " ",  "0",  "\"\"", "\t" };
    struct random chance = random_seed(7);

    for (int round = 0; round < 2000; round++) {
        char cells[4][64];
        size_t n = 1 + random_below(&chance, 4);
        struct buf b = buf_make(c->arena, 0);

        for (size_t i = 0; i < n; i++) {
            cells[i][0] = '\0';
            for (uint32_t k = random_below(&chance, 5); k > 0; k--)
                strcat(cells[i], bits[random_below(&chance, COUNT(bits))]);
            csv_cell(&b, cells[i], i == 0);
        }
        csv_end(&b);
        struct csv r = csv_open(c->arena, b.s, b.len);
        EXPECT(csv_next(&r));
        assert_int_equal(r.n, n);
        for (size_t i = 0; i < n; i++)
            assert_string_equal(r.cells[i], cells[i]);
        EXPECT_END(&r);
    }
}

/* -- formulas -------------------------------------------------------------- */

/* A row of one text, as csv_text writes it. */
static const char *
written(struct call *c, const char *text)
{
    struct buf b = buf_make(c->arena, 0);

    csv_text(&b, text, true);
    csv_end(&b);
    return b.s;
}

TEST_PLAIN(no_text_can_be_taken_for_a_formula)
{
    static const char *const formulas[] = {
        "=1+1",
        "+86",
        "-5",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\n=1",
        " =1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A",
        "'=1",
        "''=1",
        "\xC2\xA0=1",
        "\xE3\x80\x80@x",
        "\xE2\x80\x8B=1",
        "\xEF\xB9\xA6=", /* small = + - @, and the minus */
        "\xEF\xB9\xA2"
        "1",
        "\xEF\xB9\xA3"
        "1",
        "\xEF\xB9\xAB"
        "A",
        "\xE2\x88\x92"
        "1",
        "\xEF\xB8\x8F=1", /* behind what is kept in a text, unseen */
        "\xCD\x8F=1",
        "\xE1\x9E\xB4=1",
        "\xEF\xBF\xBC=1",
    };
    static const char *const plain[] = { "a=1",  "1-2", "王芳",
                                         "'tis", "5",   "'' x" };

    for (size_t i = 0; i < COUNT(formulas); i++) {
        const char *s = written(c, formulas[i]);

        if (s[*s == '"'] != '\'')
            fail_msg("“%s” is written as %s", formulas[i], s);
    }
    for (size_t i = 0; i < COUNT(plain); i++)
        assert_string_equal(written(c, plain[i]),
                            arena_printf(c->arena, "%s\r\n", plain[i]));
}

/* Any text at all comes back as it went. */
TEST_PLAIN(the_mark_against_formulas_is_taken_off_again)
{
    static const char *const parts[] = {
        "=",  "+",  "-",  "@",  "'",  "\"", ",", " ",
        "\t", "\r", "\n", "＝", "＠", "王", "1", "\xC2\xA0"
    };
    struct random chance = random_seed(7);

    for (int i = 0; i < 20000; i++) {
        struct buf text = buf_make(c->arena, 0);
        struct csv r;

        for (uint32_t n = 1 + random_below(&chance, 6); n > 0; n--)
            buf_puts(&text, parts[random_below(&chance, COUNT(parts))]);
        r = read_text(c, written(c, text.s));
        EXPECT(csv_next(&r) && r.n == 1);
        if (strcmp(csv_unmark(r.cells[0]), text.s) != 0)
            fail_msg("“%s” came back as “%s”", text.s, csv_unmark(r.cells[0]));
    }
}

/* -- a file, through a window --------------------------------------------------- */

static struct csv
read_file_of(struct call *c, const char *s, size_t n)
{
    char path[] = "/tmp/liangcao-csv-XXXXXX";
    int fd = mkstemp(path);

    EXPECT(fd >= 0 && write(fd, s, n) == (ssize_t)n);
    (void)unlink(path);
    return csv_open_file(c->arena, fd); /* the end of the test closes it */
}

/* Rows and quoted line ends on the edges of windows, characters cut in two. */
TEST(csv_a_file_through_a_window_has_the_rows_of_the_text)
{
    struct buf b = buf_make(c->arena, 0);

    for (int i = 0; i < 60000; i++)
        buf_printf(
            &b, "%d,\"走廊\"\"%d\"\"灯\n不亮\",%.*s,末%s", i, i, i % 97,
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            i % 3 == 0   ? "\r\n"
            : i % 3 == 1 ? "\n"
                         : "\r");
    struct csv text = csv_open(c->arena, b.s, b.len);
    struct csv file = read_file_of(c, b.s, b.len);
    int64_t rows = 0;

    EXPECT(b.len > 3 << 20);
    while (csv_next(&text)) {
        EXPECT(csv_next(&file));
        EXPECT(text.n == file.n && text.line == file.line);
        for (size_t i = 0; i < text.n; i++)
            if (strcmp(text.cells[i], file.cells[i]) != 0)
                fail_msg("line %lld: %s, not %s", (long long)text.line,
                         file.cells[i], text.cells[i]);
        rows++;
    }
    EXPECT(rows == 60000);
    EXPECT_END(&file);
}

TEST(csv_a_file_in_another_charset_or_broken_is_as_a_text)
{
    static const char gb[] = "\xC3\xFB\xB3\xC6\n\xB5\xC6\n";
    struct csv r = read_file_of(c, gb, sizeof gb - 1);

    EXPECT_ROW(&r, "名称");
    EXPECT_ROW(&r, "灯");
    r = read_file_of(c, CSV_MARK "a;b\n1;2", 10);
    EXPECT_ROW(&r, "a|b");
    EXPECT_ROW(&r, "1|2");
    EXPECT_END(&r);
    r = read_file_of(c, "a\n\"b", 4);
    EXPECT_ROW(&r, "a");
    EXPECT(!csv_next(&r) && r.fault != NULL && r.fault_line == 2);
    r = read_file_of(c, "", 0);
    EXPECT_END(&r);
}

TEST(csv_what_keeps_a_spreadsheet_from_a_number_is_no_part_of_it)
{
    assert_string_equal(csv_meant(c->arena, "=\"0001\""), "0001");
    assert_string_equal(csv_meant(c->arena, "'=\"0001\""), "=\"0001\"");
    assert_string_equal(csv_meant(c->arena, "=\"a\"&\"b\""), "=\"a\"&\"b\"");
    assert_string_equal(csv_meant(c->arena, "=\""), "=\"");
}
