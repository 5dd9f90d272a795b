/* SPDX-License-Identifier: Apache-2.0 */
/* Which browser a session is told to be of. */
#include "auth/account.h"
#include "people.h"

#define CHROME                                                                 \
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, "              \
    "like Gecko) Chrome/120.0.0.0 Safari/537.36"

static const struct {
    const char *agent, *en, *zh;
} told[] = {
    { CHROME, "Chrome · Linux", "谷歌 Chrome · Linux" },
    { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
      "like Gecko) Chrome/121.0.0.0 Safari/537.36 Edg/121.0.0.0",
      "Edge · Windows", "Edge · Windows" },
    { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) "
      "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
      "MicroMessenger/8.0.44(0x18002c2f) NetType/WIFI Language/zh_CN",
      "WeChat · iPhone", "微信 · iPhone" },
    { "Mozilla/5.0 (Linux; Android 13; V2134A) AppleWebKit/537.36 (KHTML, like "
      "Gecko) Version/4.0 Chrome/107.0 Mobile Safari/537.36 wxwork/4.1.13 "
      "MicroMessenger/7.0.1",
      "WeCom · Android", "企业微信 · Android" },
    { "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
      "Firefox · Linux", "火狐 Firefox · Linux" },
    { "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
      "Internet Explorer · Windows", "Internet Explorer · Windows" },
    { "Firefox/1", "Firefox", "火狐 Firefox" },
    { "something else on Windows", "Windows", "Windows" },
    { "<script>alert(1)</script>", NULL, NULL },
    { "", NULL, NULL },
    { NULL, NULL, NULL },
};

static const char *
browser_of_last(struct call *c, enum lang lang)
{
    struct list l = { .model = &session_row_model };

    c->lang = lang;
    EXPECT_OK(session_row_list(c, &l));
    for (size_t i = 0; i < l.n; i++) {
        const struct session_row *s = (const struct session_row *)l.rows + i;
        if (s->own)
            return s->browser;
    }
    EXPECT(false);
    return NULL;
}

TEST(a_session_tells_which_browser_it_is_of_in_names_people_know)
{
    OFFICE;
    make_account(c, "zhang", 41);
    for (size_t i = 0; i < COUNT(told); i++) {
        c->agent = told[i].agent;
        sign_in(c, "zhang");
        EXPECT(text_same(browser_of_last(c, LANG_EN), told[i].en));
        EXPECT(text_same(browser_of_last(c, LANG_ZH), told[i].zh));
    }
}
