/* SPDX-License-Identifier: Apache-2.0 */
#include "base/saying.h"

#include <ctype.h>
#include <string.h>

#include "base/base.h"

/* -- one word for what has several ------------------------------------------- */

/* The longer before what it contains. */
static const struct same {
    const char *said, *meant;
} same_words[] = {
    { "洗手间", "卫生间" },   { "盥洗室", "卫生间" },   { "化妆间", "卫生间" },
    { "女厕所", "女卫生间" }, { "男厕所", "男卫生间" }, { "女厕", "女卫生间" },
    { "男厕", "男卫生间" },   { "公共厕所", "卫生间" }, { "公厕", "卫生间" },
    { "厕所", "卫生间" },     { "茅房", "卫生间" },     { "热水房", "开水间" },
    { "开水房", "开水间" },   { "茶水间", "开水间" },   { "茶水房", "开水间" },
    { "打水间", "开水间" },   { "过道", "走廊" },       { "楼道", "走廊" },
    { "走道", "走廊" },       { "廊道", "走廊" },       { "饭堂", "食堂" },
    { "餐厅", "食堂" },       { "楼梯口", "楼梯间" },   { "楼梯道", "楼梯间" },
    { "门卫处", "门卫室" },   { "传达室", "门卫室" },   { "岗亭", "门卫室" },
    { "停车库", "车库" },     { "小轿车", "轿车" },     { "冷气机", "空调" },
    { "冷气", "空调" },
};

static const struct same *
same_at(const char *s)
{
    for (size_t i = 0; i < COUNT(same_words); i++)
        if (text_starts(s, same_words[i].said))
            return &same_words[i];
    return NULL;
}

/* -- numbers ------------------------------------------------------------------ */

static int
digit_of(uint32_t cp)
{
    static const uint32_t han[] = { U'〇', U'一', U'二', U'三', U'四',
                                    U'五', U'六', U'七', U'八', U'九' };

    if (cp == U'零')
        return 0;
    if (cp == U'两')
        return 2;
    for (int i = 0; i < 10; i++)
        if (han[i] == cp)
            return i;
    return -1;
}

/* The number that *S begins with, in figures or in Han; *S moves behind it.
   -1: none. */
static int
take_number(const char **s)
{
    const char *p = *s, *next = p;
    int n = 0, last = -1;
    uint32_t cp;

    if (isdigit((unsigned char)*p)) {
        for (; isdigit((unsigned char)*p) && p - *s < 4; p++)
            n = n * 10 + (*p - '0');
        *s = p;
        return n;
    }
    /* Four figures, as above: no house and no floor has more. */
    while (n < 1000
           && ((cp = text_next(&next)) == U'十' || digit_of(cp) >= 0)) {
        if (cp == U'十') {
            n = (last < 0 ? 1 : last) * 10;
            last = 0;
        } else {
            last = digit_of(cp);
            n = n % 10 == 0 ? n + last : n * 10 + last;
        }
        p = next;
    }
    if (last < 0)
        return -1;
    *s = p;
    return n;
}

size_t
saying_figures(const char *s, char out[SAYING_FIGURES])
{
    const char *p = s, *next = p;
    size_t n = 0;

    for (; n < SAYING_FIGURES - 1; p = next) {
        uint32_t cp = text_next(&next);
        int figure = cp == U'幺' ? 1 : cp == U'两' ? -1 : digit_of(cp);

        if (figure < 0)
            break;
        out[n++] = (char)('0' + figure);
    }
    out[n] = '\0';
    return n >= 3 ? (size_t)(p - s) : 0;
}

static bool
skip(const char **s, const char *word)
{
    if (!text_starts(*s, word))
        return false;
    *s += strlen(word);
    return true;
}

/* What counts houses, what floors; a letter only where no word goes on. */
static const char *
unit_after(const char **s)
{
    static const char *const houses[] = { "号楼", "号院楼", "#楼", "栋楼",
                                          "栋",   "幢",     "座",  "#" };
    static const char *const floors[] = { "楼层", "楼", "层" };

    for (size_t i = 0; i < COUNT(houses); i++)
        if (skip(s, houses[i]))
            return "号楼";
    for (size_t i = 0; i < COUNT(floors); i++)
        if (skip(s, floors[i]))
            return "层";
    if (**s == 'f' && !isalnum((unsigned char)(*s)[1])) {
        ++*s;
        return "层";
    }
    return NULL;
}

/* A house or a floor at *S is written into B and passed. */
static bool
take_counted(struct buf *b, const char **s)
{
    const char *p = *s, *unit;
    bool below = skip(&p, "地下") || skip(&p, "负") || skip(&p, "b");
    bool letter = !below && *p == 'f' && isdigit((unsigned char)p[1]);
    int n;

    p += letter;
    n = take_number(&p);
    if (n < 0)
        return false;
    unit = unit_after(&p);
    if (letter && unit == NULL && !isalnum((unsigned char)*p))
        unit = "层";
    /* 地下车库, b12: nothing is counted. */
    if (unit == NULL || (below && strcmp(unit, "层") != 0))
        return false;
    buf_printf(b, " %s%d%s ", below ? "b" : "", n, unit);
    *s = p;
    return true;
}

bool
saying_is_place(const char *part, size_t n)
{
    size_t i = part[0] == 'b' && n > 1 ? 1 : 0, from = i;

    while (i < n && isdigit((unsigned char)part[i]))
        i++;
    if (i == from)
        return false;
    return i == n || (n - i == strlen("层") && text_starts(part + i, "层"))
           || (n - i == strlen("号楼") && text_starts(part + i, "号楼"));
}

/* -- parts ---------------------------------------------------------------------- */

enum script { BLANK, LATIN, OTHER };

static enum script
script_of(uint32_t cp)
{
    if (cp < 0x80)
        return isalnum((int)cp) ? LATIN : BLANK;
    /* General, Chinese and full-width punctuation. */
    if ((cp >= 0x2000 && cp <= 0x206F)
        || (cp >= 0x3000 && cp <= 0x303F && cp != 0x3007)
        || (cp >= 0xFF00 && cp <= 0xFF0F) || cp == 0xB7)
        return BLANK;
    return OTHER;
}

static char *
lower_plain(struct arena *a, const char *s)
{
    char *out = arena_text(a, text_simplified(a, text_plain(a, s)));

    for (char *p = out; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}

/* Blanks doubled and at the ends are taken out. */
static char *
tidy(char *s)
{
    char *to = s;

    for (const char *p = s; *p != '\0'; p++)
        if (*p != ' ' || (to > s && to[-1] != ' '))
            *to++ = *p;
    if (to > s && to[-1] == ' ')
        to--;
    *to = '\0';
    return s;
}

char *
saying_parts(struct arena *a, const char *s)
{
    struct buf b = buf_make(a, 0);
    enum script before = BLANK;

    s = lower_plain(a, s != NULL ? s : "");
    while (*s != '\0') {
        const struct same *same = same_at(s);
        const char *p = s;
        enum script now = script_of(text_next(&p));

        /* A number inside a word of letters (a4) counts nothing. */
        if ((before != LATIN || now != LATIN) && take_counted(&b, &s)) {
            before = BLANK;
            continue;
        }
        if (now != before)
            buf_putc(&b, ' ');
        if (same != NULL) {
            buf_puts(&b, same->meant);
            s += strlen(same->said);
        } else {
            if (now != BLANK)
                buf_add(&b, s, (size_t)(p - s));
            s = p;
        }
        before = now;
    }
    return tidy(b.s);
}
