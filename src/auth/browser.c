/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which browser a session is begun with, as it says of itself: enough for its
 * owner to know it again.  Whoever lies about it gains nothing; what it sends
 * is never kept, only names that stand here.
 */
#include <string.h>

#include "auth/inner.h"
#include "base/words.h"

/* What stands in a browser's own words, and what people call it. */
struct known {
    const char *mark, *says;
};

#define BETWEEN " · "

/* The first that fits: nearly all say Chrome and Safari as well, and those
   within another program say that of its engine. */
static const struct known browsers[] = {
    { "wxwork/", .says = "WeCom" },
    { "MicroMessenger/", .says = "WeChat" },
    { "DingTalk/", .says = "DingTalk" },
    { "Lark/", .says = "Feishu" },
    { "HuaweiBrowser/", .says = "Huawei Browser" },
    { "MiuiBrowser/", .says = "Mi Browser" },
    { "UCBrowser/", .says = "UC Browser" },
    { "QQBrowser/", .says = "QQ Browser" },
    { "360SE", .says = "360 Browser" },
    { "QihooBrowser", .says = "360 Browser" },
    { "Edg", .says = "Edge" },
    { "OPR/", .says = "Opera" },
    { "Firefox/", .says = "Firefox" },
    { "Chrome/", .says = "Chrome" },
    { "Safari/", .says = "Safari" },
    { "Trident/", .says = "Internet Explorer" },
};

/* Called so in every language.  Android says Linux too, an iPad Mac OS X. */
static const struct known systems[] = {
    { "OpenHarmony", "HarmonyOS" },
    { "HarmonyOS", "HarmonyOS" },
    { "Android", "Android" },
    { "iPhone", "iPhone" },
    { "iPad", "iPad" },
    { "Windows", "Windows" },
    { "Mac OS X", "macOS" },
    { "UOS", "UOS" },
    { "Kylin", "Kylin" },
    { "Linux", "Linux" },
};

static const char *
name_of(const struct known *all, size_t n, const char *agent)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(agent, all[i].mark))
            return all[i].says;
    return NULL;
}

const char *
browser_name(struct call *c)
{
    const char *agent = c->agent ? c->agent : "";
    const char *browser = name_of(browsers, COUNT(browsers), agent);
    const char *system = name_of(systems, COUNT(systems), agent);

    if (browser == NULL || system == NULL)
        return browser ? browser : system;
    return arena_printf(c->arena, "%s" BETWEEN "%s", browser, system);
}

const char *
browser_words(struct call *c, const char *name)
{
    const char *system = name ? strstr(name, BETWEEN) : NULL;

    if (system == NULL)
        return name ? words_in(c, name) : NULL;
    return arena_printf(c->arena, "%s%s",
                        words_in(c, arena_text_n(c->arena, name,
                                                 (size_t)(system - name))),
                        system);
}
