/* SPDX-License-Identifier: Apache-2.0 */
/* What is a telephone number, and how it is kept. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "engine/org/org.h"

/* An extension has three figures or more; ITU-T E.164 gives a number fifteen at
   most, a country's figures with it; behind a switchboard's number up to six. */
#define FEWEST_FIGURES 3
#define MOST_FIGURES 15
#define SWITCHBOARD_FIGURES 7
#define EXTENSION_FIGURES 6

/* How people write that what follows is dialled afterwards, and dashes that are
   none to a telephone. */
static const char *const dashes[] = { "转",   "轉",   "分机", "分機", "ext.",
                                      "Ext.", "EXT.", "ext",  "Ext",  "EXT",
                                      "—",    "–",    "‐",    "−" };

static size_t
dash_at(const char *s)
{
    for (size_t i = 0; i < COUNT(dashes); i++)
        if (text_starts(s, dashes[i]))
            return strlen(dashes[i]);
    return *s == '-';
}

/* In plain figures, an extension behind a dash: ０１０-87050339 转 12 is
   010-87050339-12. */
static const char *
plain_phone(struct call *c, const char *phone)
{
    const char *s = text_plain(c->arena, phone);
    struct buf b = buf_make(c->arena, 0);

    while (*s != '\0') {
        size_t n = dash_at(s);

        if (n == 0) {
            buf_putc(&b, *s++);
            continue;
        }
        /* One dash for several, without the blanks around it. */
        while (b.len > 0 && b.s[b.len - 1] == ' ')
            b.s[--b.len] = '\0';
        if (b.len > 0 && b.s[b.len - 1] != '-')
            buf_putc(&b, '-');
        for (s += n; *s == ' ';)
            s++;
    }
    return b.len > 0 ? b.s : s;
}

static size_t
figures_of(const char *s, size_t n)
{
    size_t figures = 0;

    for (size_t i = 0; i < n; i++)
        figures += isdigit((unsigned char)s[i]) != 0;
    return figures;
}

/* 2026-12-05: in a column of numbers it stands by mistake. */
static bool
is_date(const char *s)
{
    size_t year = strspn(s, "0123456789"), month, last;

    if (year != 4 || s[4] != '-')
        return false;
    month = strspn(s + 5, "0123456789");
    if (month < 1 || month > 2 || s[5 + month] != '-')
        return false;
    last = strspn(s + 6 + month, "0123456789");
    return last >= 1 && last <= 2 && s[6 + month + last] == '\0';
}

static bool
is_phone(const char *s)
{
    size_t n = strlen(s), figures = figures_of(s, n);
    const char *dash = strrchr(s, '-');
    size_t last = dash ? figures_of(dash, strlen(dash)) : 0;

    if (s[strspn(s, "0123456789 +-()")] != '\0' || is_date(s))
        return false;
    if (last <= EXTENSION_FIGURES && figures - last >= SWITCHBOARD_FIGURES)
        figures -= last;
    /* 00 stands for the + of another country. */
    if (text_starts(s, "00"))
        figures -= 2;
    return figures >= FEWEST_FIGURES && figures <= MOST_FIGURES;
}

enum err
org_check_phone(struct call *c, const char *field, const char **phone)
{
    const char *plain;

    if (*phone == NULL)
        return OK;
    plain = plain_phone(c, *phone);
    if (!is_phone(plain))
        return fail(c, ERR_INVALID, field, "“%.40s” is no phone number",
                    *phone);
    if (!text_same(plain, *phone))
        *phone = plain;
    return OK;
}
