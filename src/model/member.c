/* SPDX-License-Identifier: Apache-2.0 */
#include "model/member.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json/json.h"

static const void *
at(const struct field *f, const void *rec)
{
    return (const char *)rec + f->offset;
}

struct value
member_value(const struct field *f, const void *rec)
{
    const void *p = at(f, rec);

    switch (f->kind) {
    case FIELD_INT:
        return f->refers ? value_ref(*(const int64_t *)p)
                         : value_int(*(const int64_t *)p);
    case FIELD_REAL: return value_real(*(const double *)p);
    case FIELD_BOOL: return value_bool(*(const bool *)p);
    case FIELD_TEXT: return value_text(*(const char *const *)p);
    case FIELD_INSTANT: return value_instant(*(const instant *)p);
    case FIELD_DAY: return value_day(*(const day *)p);
    case FIELD_MONEY: return value_money(*(const money *)p);
    case FIELD_WORD: break;
    }
    ASSERT(*(const unsigned *)p < member_word_count(f));
    return value_text(f->choices[*(const unsigned *)p]);
}

/* A word that is not known was written by a newer release, or by hand: to take
   it for another would offer and do what does not fit. */
static bool
word_from_row(const struct field *f, const char *word, unsigned *out)
{
    *out = 0;
    if (word == NULL)
        return true;
    for (unsigned i = 0; f->choices[i] != NULL; i++)
        if (strcmp(f->choices[i], word) == 0) {
            *out = i;
            return true;
        }
    return false;
}

bool
member_from_row(const struct field *f, struct rows *r, int col, void *rec)
{
    void *p = (char *)rec + f->offset;

    switch (f->kind) {
    case FIELD_INT: *(int64_t *)p = row_int(r, col); break;
    case FIELD_REAL: *(double *)p = row_real(r, col); break;
    case FIELD_BOOL: *(bool *)p = row_int(r, col) != 0; break;
    case FIELD_TEXT: *(const char **)p = row_text(r, col); break;
    case FIELD_INSTANT: *(instant *)p = row_instant(r, col); break;
    case FIELD_DAY: *(day *)p = row_day(r, col); break;
    case FIELD_MONEY: ((money *)p)->fen = row_int(r, col); break;
    case FIELD_WORD: return word_from_row(f, row_text(r, col), p);
    }
    return true;
}

bool
member_same(const struct field *f, const void *a, const void *b)
{
    struct value x = member_value(f, a), y = member_value(f, b);

    if (x.kind != y.kind)
        return false;
    switch (x.kind) {
    case VALUE_INT: return x.as.i == y.as.i;
    case VALUE_REAL: return !(x.as.r < y.as.r) && !(x.as.r > y.as.r);
    case VALUE_TEXT: return strcmp(x.as.s, y.as.s) == 0;
    default: return true;
    }
}

void
member_copy(const struct field *f, void *to, const void *from)
{
    static const size_t sizes[] = {
        [FIELD_INT] = sizeof(int64_t),     [FIELD_REAL] = sizeof(double),
        [FIELD_BOOL] = sizeof(bool),       [FIELD_TEXT] = sizeof(char *),
        [FIELD_INSTANT] = sizeof(instant), [FIELD_DAY] = sizeof(day),
        [FIELD_MONEY] = sizeof(money),     [FIELD_WORD] = sizeof(unsigned)
    };
    void *p = (char *)to + f->offset;

    if (from != NULL)
        memcpy(p, at(f, from), sizes[f->kind]);
    else
        memset(p, 0, sizes[f->kind]);
}

bool
money_parse(const char *s, money *out)
{
    int64_t yuan = 0, part = 0;
    const char *point = strchr(s, '.');
    char whole[20];
    size_t n = point ? (size_t)(point - s) : strlen(s);

    if (n == 0 || n >= sizeof whole - 4)
        return false;
    memcpy(whole, s, n);
    whole[n] = '\0';
    if (!text_int(whole, &yuan))
        return false;
    if (point != NULL) {
        size_t m = strlen(point + 1);

        /* The sign stands before the whole part alone. */
        if (m < 1 || m > 2 || point[1] == '-' || !text_int(point + 1, &part))
            return false;
        part = m == 1 ? part * 10 : part;
    }
    out->fen = yuan * 100 + (whole[0] == '-' ? -part : part);
    return true;
}

static void
write_money(struct json_out *o, money m)
{
    char text[32];
    int64_t whole = m.fen < 0 ? -m.fen : m.fen;

    (void)snprintf(text, sizeof text, "%s%lld.%02lld", m.fen < 0 ? "-" : "",
                   (long long)(whole / 100), (long long)(whole % 100));
    json_text(o, text);
}

static void
write_time(struct json_out *o, const struct field *f, const void *p)
{
    char text[25];

    if (f->kind == FIELD_INSTANT)
        instant_print(*(const instant *)p, text);
    else
        day_print(*(const day *)p, text);
    json_text(o, text);
}

bool
member_is_asked(const struct field *f)
{
    return (f->flags & (REQUIRED | GIVEN)) == REQUIRED;
}

/* The other side of member_write_json: a number, a word, a yes or no are what
   they are though nobody said them, the rest is null.  The first day of what
   holds for a time is filled in when nobody says it. */
bool
member_is_nullable(const struct field *f)
{
    switch (f->kind) {
    case FIELD_INT: return f->refers != NULL && !(f->flags & REQUIRED);
    case FIELD_TEXT:
    case FIELD_INSTANT:
    case FIELD_DAY: return !(f->flags & (REQUIRED | SINCE));
    case FIELD_REAL:
    case FIELD_BOOL:
    case FIELD_MONEY:
    case FIELD_WORD: break;
    }
    return false;
}

void
member_write_json(struct json_out *o, const struct field *f, const void *rec)
{
    const void *p = at(f, rec);

    switch (f->kind) {
    case FIELD_INT:
        /* A reference to nothing is null; a number 0 is a number. */
        if (f->refers != NULL && *(const int64_t *)p == 0)
            json_none(o);
        else
            json_int(o, *(const int64_t *)p);
        return;
    case FIELD_REAL: json_float(o, *(const double *)p); return;
    case FIELD_BOOL: json_bool(o, *(const bool *)p); return;
    case FIELD_TEXT:
        if (f->flags & JSON_TEXT && *(const char *const *)p != NULL)
            json_raw(o, *(const char *const *)p);
        else
            json_text(o, *(const char *const *)p);
        return;
    case FIELD_INSTANT:
    case FIELD_DAY:
        if (member_is_said(f, rec))
            write_time(o, f, p);
        else
            json_none(o);
        return;
    case FIELD_MONEY: write_money(o, *(const money *)p); return;
    case FIELD_WORD: json_text(o, f->choices[*(const unsigned *)p]); return;
    }
}
