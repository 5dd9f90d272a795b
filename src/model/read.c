/* SPDX-License-Identifier: Apache-2.0 */
/* Records from the outside: JSON objects, pairs of texts. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/member.h"

static enum err
wrong(struct call *c, const struct field *f)
{
    switch (f->kind) {
    case FIELD_INT:
        return fail(c, ERR_INVALID, f->name, "must be a whole number");
    case FIELD_REAL: return fail(c, ERR_INVALID, f->name, "must be a number");
    case FIELD_BOOL:
        return fail(c, ERR_INVALID, f->name, "must be true or false");
    case FIELD_TEXT: return fail(c, ERR_INVALID, f->name, "must be a text");
    case FIELD_INSTANT:
        return fail(c, ERR_INVALID, f->name,
                    "must be a time such as 2026-11-23T08:30:00Z");
    case FIELD_DAY:
        return fail(c, ERR_INVALID, f->name,
                    "must be a day such as 2026-11-23");
    case FIELD_MONEY:
        return fail(c, ERR_INVALID, f->name,
                    "must be an amount such as \"12.50\"");
    /* One of several words, as for texts with choices. */
    case FIELD_WORD: break;
    }
    return fail(c, ERR_INVALID, f->name, "is not one of its words");
}

static bool
read_word(const struct field *f, const char *text, unsigned *out)
{
    for (*out = 0; f->choices[*out] != NULL; (*out)++)
        if (strcmp(f->choices[*out], text) == 0)
            return true;
    return false;
}

static bool
read_bool(const char *text, bool *out)
{
    *out = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0
           || strcmp(text, "1") == 0;
    return *out || strcmp(text, "false") == 0 || strcmp(text, "no") == 0
           || strcmp(text, "0") == 0;
}

/* Said, and 0: that is not the same as not said.  An id is never below 1, so
   what refers to such a row is refused wherever it is said, in a filter too. */
static enum err
check_least(struct call *c, const struct field *f, const void *rec)
{
    int64_t least = f->kind == FIELD_INT ? member_least(f) : 0, n;

    if (least <= 0)
        return OK;
    n = *(const int64_t *)(const void *)((const char *)rec + f->offset);
    if (n != 0 && (f->refers == NULL || n >= least))
        return OK;
    return fail(c, ERR_INVALID, f->name, "must be at least %lld",
                (long long)least);
}

/* What nobody can see is taken out here, on the only way in: where a title or
   a name were of that alone, it is not said.  A secret is left as it is. */
static const char *
read_words(struct call *c, const struct field *f, const char *text)
{
    if (!(f->flags & SECRET))
        text = text_clean(c->arena, text, f->flags & (LONG | JSON_TEXT));
    return *text == '\0' ? NULL : arena_text(c->arena, text);
}

/* One of a list of words is one of them, be it said as nothing at all. */
static enum err
read_choice(struct call *c, const struct field *f, const char *text, void *rec)
{
    const char **p = (const char **)(void *)((char *)rec + f->offset);

    *p = read_words(c, f, text);
    return member_check_words(c, f, *p ? *p : "");
}

enum err
model_read_text(struct call *c, const struct field *f, const char *text,
                void *rec)
{
    void *p = (char *)rec + f->offset;
    bool good = true;

    /* An empty text says nothing of a number or a day, not 0. */
    if (f->kind != FIELD_TEXT && f->kind != FIELD_WORD && *text == '\0')
        return wrong(c, f);
    if (f->kind == FIELD_TEXT && f->choices != NULL)
        return read_choice(c, f, text, rec);
    switch (f->kind) {
    case FIELD_INT:
        good = text_int(text, (int64_t *)p) && *(int64_t *)p <= MEMBER_MAX_INT
               && *(int64_t *)p >= -MEMBER_MAX_INT;
        break;
    case FIELD_REAL: good = text_real(text, (double *)p); break;
    case FIELD_BOOL: good = read_bool(text, (bool *)p); break;
    case FIELD_TEXT: *(const char **)p = read_words(c, f, text); break;
    case FIELD_INSTANT: good = instant_parse(text, (instant *)p); break;
    case FIELD_DAY: good = day_parse(text, (day *)p); break;
    case FIELD_MONEY: good = money_parse(text, (money *)p); break;
    case FIELD_WORD: good = read_word(f, text, (unsigned *)p); break;
    }
    if (!good)
        return wrong(c, f);
    return f->refers != NULL ? check_least(c, f, rec) : OK;
}

/* The same with every text in a JSON value, however deep: jansson reads no
   deeper than it can write. */
static void
clean_json(struct call *c, json_t *v)
{
    const char *key;
    json_t *one;
    size_t i;

    if (json_is_string(v))
        (void)json_string_set(v,
                              text_clean(c->arena, json_string_value(v), true));
    json_array_foreach(v, i, one)
    {
        clean_json(c, one);
    }
    json_object_foreach(v, key, one)
    {
        clean_json(c, one);
    }
}

/* A JSON value that is kept as JSON. */
static enum err
keep_json(struct call *c, const struct field *f, json_t *v, void *rec)
{
    char *text;

    if (!json_is_object(v) && !json_is_array(v))
        return fail(c, ERR_INVALID, f->name, "must be an object or a list");
    clean_json(c, v);
    text = json_dumps(v, JSON_COMPACT);
    if (text == NULL)
        return fail(c, ERR_INVALID, f->name, "must be an object or a list");
    *(const char **)(void *)((char *)rec + f->offset) =
        arena_text(c->arena, text);
    free(text);
    return OK;
}

/* 5 and 5.0 are the same number to JSON. */
static bool
read_whole(const json_t *v, int64_t *out)
{
    double r = json_is_number(v) ? json_number_value(v) : 0.5;

    if (r > (double)MEMBER_MAX_INT || r < -(double)MEMBER_MAX_INT
        || r < floor(r) || r > floor(r))
        return false;
    *out = json_is_integer(v) ? json_integer_value(v) : (int64_t)r;
    return true;
}

static enum err
read_null(struct call *c, const struct field *f, void *rec)
{
    if (f->flags & REQUIRED)
        return fail(c, ERR_INVALID, f->name, "is required");
    member_copy(f, rec, NULL);
    return OK;
}

static enum err
read_value(struct call *c, const struct field *f, json_t *v, void *rec)
{
    void *p = (char *)rec + f->offset;

    if (json_is_null(v))
        return read_null(c, f, rec);
    /* Kept as it came: the engine reads it. */
    if (f->flags & JSON_TEXT)
        return keep_json(c, f, v, rec);
    if (f->kind == FIELD_INT && read_whole(v, (int64_t *)p))
        return check_least(c, f, rec);
    if (f->kind == FIELD_REAL && json_is_number(v)) {
        *(double *)p = json_number_value(v);
        return OK;
    }
    if (f->kind == FIELD_BOOL && json_is_boolean(v)) {
        *(bool *)p = json_is_true(v);
        return OK;
    }
    if (f->kind == FIELD_INT || f->kind == FIELD_REAL || f->kind == FIELD_BOOL
        || !json_is_string(v))
        return wrong(c, f);
    return model_read_text(c, f, json_string_value(v), rec);
}

static enum err
find_input(struct call *c, const struct model *m, const char *key,
           const struct field **out)
{
    const struct field *f = model_field(m, key);

    if (f == NULL)
        return fail(c, ERR_INVALID, arena_text(c->arena, key),
                    "there is no such field");
    if (f->flags & GIVEN)
        return fail(c, ERR_INVALID, f->name, "is set by the program");
    *out = f;
    return OK;
}

static enum err
read_object(struct call *c, const struct model *m, json_t *object, void *rec,
            field_mask *mask)
{
    const char *key;
    json_t *v;

    json_object_foreach(object, key, v)
    {
        const struct field *f = NULL;

        TRY(find_input(c, m, key, &f));
        TRY(read_value(c, f, v, rec));
        /* Nothing is neither yes nor no: the row is as it would be unsaid. */
        if (json_is_null(v) && f->flags & IN_USE)
            continue;
        if (mask != NULL)
            *mask |= (field_mask)1 << (f - m->fields);
    }
    return OK;
}

enum err
model_read_json(struct call *c, const struct model *m, const char *json,
                size_t n, void *rec, field_mask *mask)
{
    json_error_t where;
    json_t *object;
    enum err e;

    if (!text_is_utf8(json, n))
        return fail(c, ERR_MALFORMED, NULL, "the body is not UTF-8");
    /* A key that comes twice would be one thing to us and another to a
       proxy. */
    object = json_loadb(json, n, JSON_REJECT_DUPLICATES, &where);
    if (object == NULL)
        return fail(c, ERR_MALFORMED, NULL,
                    "the body is not JSON: line %d, column %d: %s", where.line,
                    where.column, where.text);
    e = json_is_object(object)
            ? read_object(c, m, object, rec, mask)
            : fail(c, ERR_MALFORMED, NULL, "the body is not a JSON object");
    json_decref(object);
    return e;
}

enum err
model_read_pairs(struct call *c, const struct model *m,
                 const struct pair *pairs, size_t n, void *rec,
                 field_mask *mask)
{
    for (size_t i = 0; i < n; i++) {
        const struct field *f = NULL;

        TRY(find_input(c, m, pairs[i].key, &f));
        TRY(model_read_text(c, f, pairs[i].value, rec));
        TRY(check_least(c, f, rec));
        if (mask != NULL)
            *mask |= (field_mask)1 << (f - m->fields);
    }
    return OK;
}
