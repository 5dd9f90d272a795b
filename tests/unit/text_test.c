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

TEST(a_fault_that_quotes_a_long_word_is_whole_utf_8)
{
    const char *word = "a上级编码上级编码上级编码上级编码上级编码";

    EXPECT(fail(c, ERR_INVALID, "sort", "there is no field “%.40s”", word)
           == ERR_INVALID);
    EXPECT(text_is_utf8(c->fault.text, strlen(c->fault.text)));
    EXPECT(strstr(c->fault.text, "a上级编码") != NULL);
}
