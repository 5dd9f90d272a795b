/* SPDX-License-Identifier: Apache-2.0 */
/* Cells as people write them, in either language. */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "model/member.h"
#include "noun/noun.h"

/* The words that are found in the tables of other systems, of staff
   (在职, 退休) as of things (启用, 停用). */
bool
cell_bool(const char *text, bool *out)
{
    static const char *const yes[] = { "是", "yes", "true", "1",    "Y",
                                       "有", "√",   "在职", "在用", "启用" };
    static const char *const no[] = { "否",   "no",   "false", "0",
                                      "N",    "无",   "×",     "离职",
                                      "退休", "停用", "禁用",  "不在用" };

    for (size_t i = 0; i < COUNT(yes); i++) {
        if (text_same_case(text, yes[i]))
            return *out = true;
    }
    for (size_t i = 0; i < COUNT(no); i++) {
        if (text_same_case(text, no[i])) {
            *out = false;
            return true;
        }
    }
    return false;
}

/* 12,000.5 is 12000.5; a comma that does not part thousands stays, and makes
   the number none. */
static char *
without_thousands(struct arena *a, const char *text)
{
    char *out = arena_text(a, text), *w = out;
    const char *point = text + strcspn(text, ".");

    for (const char *p = text; *p != '\0'; p++) {
        size_t after = strspn(p + 1, "0123456789");

        if (*p == ',' && p > text && p < point && after == 3
            && (p[4] == ',' || p[4] == '.' || p[4] == '\0'))
            continue;
        *w++ = *p;
    }
    *w = '\0';
    return out;
}

/* A key typed with full-width letters must find its row all the same; what is
   only read by people stays as it was written. */
const char *
cell_plain(struct arena *a, const struct field *f, const char *text)
{
    static const char *const metres[] = { "m2", "平方米", "平米" };
    bool is_number =
        f->kind == FIELD_INT || f->kind == FIELD_REAL || f->kind == FIELD_MONEY;
    char *out;

    if (f->kind == FIELD_TEXT && !(f->flags & (UNIQUE | PART_OF_KEY)))
        return text;
    text = text_plain(a, text);
    if (!is_number || f->refers != NULL)
        return text;
    out = without_thousands(a, text);
    for (size_t i = 0; f->kind == FIELD_REAL && i < COUNT(metres); i++) {
        size_t n = strlen(out), unit = strlen(metres[i]);

        if (n > unit && strcmp(out + n - unit, metres[i]) == 0)
            out[n - unit] = '\0';
    }
    return out;
}

const char *
cell_word(const struct call *c, const struct model *m, const struct field *f,
          const char *text)
{
    const struct call chinese = { .lang = LANG_ZH, .words = c->words };

    for (size_t i = 0; f->choices[i] != NULL; i++)
        if (text_same_case(text, f->choices[i])
            || text_same(text, words_of(&chinese, m->noun, f->choices[i])))
            return f->choices[i];
    return NULL;
}

/* The shortest text that reads back as the same number. */
static const char *
real_text(struct call *c, double r)
{
    const char *s = "";
    double back = r + 1;

    for (int digits = 6; digits <= 17 && (back < r || back > r); digits++) {
        s = arena_printf(c->arena, "%.*g", digits, r);
        (void)text_real(s, &back);
    }
    return s;
}

static const char *
day_text(struct call *c, int64_t n)
{
    char date[11];

    day_print((day){ (int32_t)n }, date);
    return arena_text(c->arena, date);
}

static const char *
instant_word(struct call *c, instant t)
{
    char text[25];

    instant_print(t, text);
    return arena_text(c->arena, text);
}

/* A number that was not said is no zero. */
const char *
cell_text(struct call *c, const struct model *m, const struct field *f,
          const void *rec)
{
    struct value v = member_value(f, rec);

    if (v.kind == VALUE_NULL
        || (f->kind == FIELD_REAL && !(v.as.r > 0 || v.as.r < 0)))
        return "";
    switch (f->kind) {
    case FIELD_BOOL: return words_in(c, v.as.i ? "yes" : "no");
    case FIELD_REAL: return real_text(c, v.as.r);
    case FIELD_DAY: return day_text(c, v.as.i);
    case FIELD_INSTANT: return instant_word(c, (instant){ v.as.i });
    case FIELD_MONEY:
        return arena_printf(c->arena, "%s%lld.%02lld", v.as.i < 0 ? "-" : "",
                            (long long)(v.as.i < 0 ? -v.as.i : v.as.i) / 100,
                            (long long)(v.as.i < 0 ? -v.as.i : v.as.i) % 100);
    case FIELD_WORD:
    case FIELD_TEXT: return f->choices ? words_of(c, m->noun, v.as.s) : v.as.s;
    case FIELD_INT: break;
    }
    return arena_printf(c->arena, "%lld", (long long)v.as.i);
}
