/* SPDX-License-Identifier: Apache-2.0 */
/* What base/text.h promises, one test a promise. */
#include "test.h"

TEST_PLAIN(a_text_that_was_cut_keeps_its_whole_characters)
{
    char whole[] = "走廊 a", cut[] = "走廊灯\xE4\xB8", middle[] = "a\xE4\xB8zé";

    (void)c;
    assert_string_equal(text_mend(whole), "走廊 a");
    assert_string_equal(text_mend(cut), "走廊灯");
    assert_string_equal(text_mend(middle), "azé");
}

TEST_PLAIN(one_byte_that_is_no_text_is_found_wherever_it_stands)
{
    char s[32];

    (void)c;
    for (size_t n = 1; n < sizeof s; n++)
        for (size_t at = 0; at < n; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                memset(s, 'a', sizeof s);
                s[at] = (char)byte;
                EXPECT(text_is_utf8(s, n) == (byte > 0 && byte < 0x80));
            }
}

TEST(a_very_long_word_is_found_by_its_beginning)
{
    char much[3001], cut[101];
    const char *tokens;

    memset(much, 'X', sizeof much - 1);
    much[3000] = '\0';
    memset(cut, 'x', sizeof cut - 1);
    cut[100] = '\0';
    tokens = text_tokens(c->arena, arena_printf(c->arena, "灯 %s 坏", much));
    assert_string_equal(tokens, arena_printf(c->arena, "灯 %s 坏", cut));
    assert_string_equal(text_query(c->arena, much), cut);
    /* No character is cut in two. */
    for (size_t i = 0; i + 2 < sizeof much; i += 2)
        memcpy(much + i, "\xC3\xA9", 2);
    memmove(much + 1, much, 200);
    much[0] = 'a';
    much[201] = '\0';
    EXPECT(strlen(text_tokens(c->arena, much)) == 99);
}

TEST(a_fault_that_quotes_a_long_word_is_whole_utf_8)
{
    const char *word = "a上级编码上级编码上级编码上级编码上级编码";

    EXPECT(fail(c, ERR_INVALID, "sort", "there is no field “%.40s”", word)
           == ERR_INVALID);
    EXPECT(text_is_utf8(c->fault.text, strlen(c->fault.text)));
    EXPECT(strstr(c->fault.text, "a上级编码") != NULL);
}

static void
expect_clean(struct call *c, bool lines, const char *text, const char *want)
{
    assert_string_equal(text_clean(c->arena, text, lines), want);
}

TEST_PLAIN(what_nobody_can_see_is_taken_out_of_a_text)
{
    expect_clean(c, false, "走廊灯不亮", "走廊灯不亮");
    expect_clean(c, false, "a\xE2\x80\x8B\x62", "ab"); /* no width */
    expect_clean(c, false, "a\xC2\xA0z", "a z");       /* unbroken blank */
    expect_clean(c, false, "\x1B[31mred", "[31mred");
    expect_clean(c, false, "x\xE2\x80\xAEgpj.exe", "xgpj.exe");
    expect_clean(c, false, "\xE2\x81\xA6王\xE2\x81\xA9", "王");
    expect_clean(c, false,
                 "\xEF\xBB\xBF"
                 "a",
                 "a");
}

TEST_PLAIN(a_text_with_nothing_to_see_is_empty)
{
    static const char *const texts[] = {
        "",
        "  \t\n",
        "\xE2\x80\x8B",
        "\xC2\xA0",
        "\x1B",
        "\xE3\x80\x80",
        "\xE2\x80\x8D",
        "\xEF\xB8\x8F",
        "\xCD\x8F",     /* U+034F joins graphemes */
        "\xE1\x9E\xB4", /* U+17B4 is an inherent vowel */
        "\xE2\x80\xAE \xE2\x80\xAC",
        "\xEF\xBF\xBC", /* U+FFFC was something that was pasted */
        "\xED\x9E\xB0", /* U+D7B0 is the middle of a syllable */
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        expect_clean(c, false, texts[i], "");
        expect_clean(c, true, texts[i], "");
    }
}

TEST_PLAIN(lines_stay_lines_and_a_name_is_one_line)
{
    expect_clean(c, true, "a\r\n\tb \n", "a\r\n\tb \n");
    expect_clean(c, false, " a\nb\t", "a b");
    expect_clean(c, false, "\xE3\x80\x80王\xE3\x80\x80芳 ", "王\xE3\x80\x80芳");
}

/* A family of four is drawn from seven characters, two of them joined. */
TEST_PLAIN(what_joins_letters_stays)
{
    static const char family[] = "\xF0\x9F\x91\xA8\xE2\x80\x8D"
                                 "\xF0\x9F\x91\xA9 \xE2\x9D\xA4\xEF\xB8\x8F";

    expect_clean(c, false, family, family);
}

/* The published values of FNV-1a, 64 bits. */
TEST_PLAIN(a_text_has_the_hash_that_everybody_else_computes)
{
    (void)c;
    EXPECT(text_hash("") == UINT64_C(0xcbf29ce484222325));
    EXPECT(text_hash("a") == UINT64_C(0xaf63dc4c8601ec8c));
    EXPECT(text_hash("foobar") == UINT64_C(0x85944171f73967e8));
}

TEST_PLAIN(a_list_that_grows_keeps_what_is_in_it)
{
    int *list = NULL;
    size_t cap = 0;

    for (int i = 0; i < 1000; i++) {
        GROW(c->arena, list, (size_t)i, cap);
        list[i] = i;
    }
    EXPECT(cap >= 1000 && cap < 2000);
    for (int i = 0; i < 1000; i++)
        EXPECT(list[i] == i);
}
