/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: looking fields up and checking records by them. */
#include "model/model.h"

#include <string.h>

#include "base/text.h"
#include "model/member.h"

const struct field *
model_field(const struct model *m, const char *name)
{
    /* Asked hundreds of times for an order: most names differ at once. */
    for (size_t i = 0; i < m->n; i++)
        if (m->fields[i].name[0] == name[0]
            && strcmp(m->fields[i].name, name) == 0)
            return &m->fields[i];
    return NULL;
}

const struct field *
model_flagged(const struct model *m, unsigned flag)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->fields[i].flags & flag)
            return &m->fields[i];
    return NULL;
}

field_mask
model_mask(const struct model *m, const char *name)
{
    const struct field *f = model_field(m, name);

    ASSERT(f != NULL);
    return (field_mask)1 << (f - m->fields);
}

bool
member_is_said(const struct field *f, const void *rec)
{
    const char *at = (const char *)rec + f->offset;

    switch (f->kind) {
    case FIELD_INT: return *(const int64_t *)(const void *)at != 0;
    case FIELD_REAL: return *(const double *)(const void *)at != 0;
    case FIELD_TEXT:
        return !text_is_blank(*(const char *const *)(const void *)at);
    case FIELD_INSTANT: return ((const instant *)(const void *)at)->ms != 0;
    case FIELD_DAY: return ((const day *)(const void *)at)->n != 0;
    case FIELD_MONEY: return ((const money *)(const void *)at)->fen != 0;
    case FIELD_BOOL:
    case FIELD_WORD: break;
    }
    return true;
}

size_t
member_word_count(const struct field *f)
{
    size_t n = 0;

    while (f->choices != NULL && f->choices[n] != NULL)
        n++;
    return n;
}

int64_t
member_least(const struct field *f)
{
    return f->refers != NULL ? 1 : f->min;
}

bool
member_has_word(const struct field *f, const char *word)
{
    for (size_t i = 0; f->choices[i] != NULL; i++)
        if (strcmp(f->choices[i], word) == 0)
            return true;
    return false;
}

void
model_fill(const struct model *m, void *rec, const void *old, field_mask mask)
{
    for (size_t i = 0; i < m->n; i++)
        if (!(mask >> i & 1))
            member_copy(&m->fields[i], rec, old);
}

static enum err
check_number(struct call *c, const struct field *f, double v)
{
    int64_t least = member_least(f);

    if (least == 0 && f->max == 0)
        return OK;
    if (v < (double)least)
        return fail(c, ERR_INVALID, f->name, "must be at least %lld",
                    (long long)least);
    if (f->max != 0 && v > (double)f->max)
        return fail(c, ERR_INVALID, f->name, "must be at most %lld",
                    (long long)f->max);
    return OK;
}

/* A year that nobody can have meant is a slip of the hand. */
#define FAR_DAYS 36525

static enum err
check_date(struct call *c, const struct field *f, int64_t on)
{
    int64_t now = c->now.ms / DAY_MS + 1; /* a day counts from one */
    int64_t first = now + (f->min ? f->min : -FAR_DAYS);
    int64_t last = now + (f->max ? f->max : FAR_DAYS);
    char from[11], to[11];

    if (on >= first && on <= last)
        return OK;
    day_print((day){ (int32_t)first }, from);
    day_print((day){ (int32_t)last }, to);
    return fail(c, ERR_INVALID, f->name, "must lie from %s to %s", from, to);
}

static enum err
check_word(struct call *c, const struct field *f, const char *s)
{
    if (member_has_word(f, s))
        return OK;
    return fail(c, ERR_INVALID, f->name, "“%.40s” is not one of its words", s);
}

enum err
member_check_words(struct call *c, const struct field *f, const char *s)
{
    char *rest = arena_text(c->arena, s), *one;

    if (!(f->flags & SEVERAL))
        return check_word(c, f, s);
    while ((one = strsep(&rest, ",")) != NULL)
        TRY(check_word(c, f, one));
    return OK;
}

static enum err
check_text(struct call *c, const struct field *f, const char *s)
{
    size_t n = text_length(s);

    if (f->choices != NULL)
        TRY(member_check_words(c, f, s));
    if (f->min > 0 && n < (size_t)f->min)
        return fail(c, ERR_INVALID, f->name,
                    "must have at least %lld characters", (long long)f->min);
    if (f->max > 0 && n > (size_t)f->max)
        return fail(c, ERR_INVALID, f->name,
                    "must have at most %lld characters", (long long)f->max);
    return OK;
}

static enum err
check_field(struct call *c, const struct field *f, const void *rec)
{
    const char *at = (const char *)rec + f->offset;

    if (!member_is_said(f, rec)) {
        if (f->flags & REQUIRED)
            return fail(c, ERR_INVALID, f->name, "is required");
        return OK;
    }
    switch (f->kind) {
    case FIELD_INT:
        return check_number(c, f, (double)*(const int64_t *)(const void *)at);
    case FIELD_REAL:
        return check_number(c, f, *(const double *)(const void *)at);
    case FIELD_MONEY:
        return check_number(c, f,
                            (double)((const money *)(const void *)at)->fen);
    case FIELD_TEXT:
        return check_text(c, f, *(const char *const *)(const void *)at);
    case FIELD_WORD:
        if (*(const unsigned *)(const void *)at >= member_word_count(f))
            return fail(c, ERR_INVALID, f->name, "is not one of its words");
        return OK;
    /* In whole days, as its limits are the same as those of a day. */
    case FIELD_INSTANT:
        return check_date(c, f,
                          ((const instant *)(const void *)at)->ms / DAY_MS + 1);
    case FIELD_DAY: return check_date(c, f, ((const day *)(const void *)at)->n);
    case FIELD_BOOL: break;
    }
    return OK;
}

enum err
model_check_mask(struct call *c, const struct model *m, const void *rec,
                 field_mask mask)
{
    for (size_t i = 0; i < m->n; i++)
        if (mask >> i & 1 && !(m->fields[i].flags & GIVEN))
            TRY(check_field(c, &m->fields[i], rec));
    return OK;
}

enum err
model_check(struct call *c, const struct model *m, const void *rec)
{
    return model_check_mask(c, m, rec, ~(field_mask)0);
}

enum err
model_check_said(struct call *c, const struct model *m, field_mask mask)
{
    for (size_t i = 0; i < m->n; i++)
        if (member_is_asked(&m->fields[i]) && !(mask >> i & 1))
            return fail(c, ERR_INVALID, m->fields[i].name, "is required");
    return OK;
}
