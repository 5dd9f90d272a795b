/* SPDX-License-Identifier: Apache-2.0 */
/* Forms out of JSON. */
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "engine/catalog/form.h"

static void
drop_json(json_t **j)
{
    json_decref(*j);
}
#define JSON CLEANUP(drop_json) json_t

static const char *
copy_text(struct call *c, const json_t *v)
{
    return arena_text(c->arena, json_string_value(v));
}

/* The place of S in WORDS; -1 when it is not one of them. */
static int
find_word(const char *const *words, const char *s)
{
    for (int i = 0; s != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], s) == 0)
            return i;
    return -1;
}

static enum err
refuse(struct call *c, const struct form_field *f, size_t i, const char *key)
{
    if (f->name != NULL)
        return fail(c, ERR_INVALID, "fields", "“%s”: “%s” is wrong", f->name,
                    key);
    return fail(c, ERR_INVALID, "fields", "question %zu: “%s” is wrong", i + 1,
                key);
}

/* A key whose value is a text, and where it goes; the last is NULL. */
struct text_key {
    const char *key;
    const char **to;
};

/* Is KEY one of these?  *GOOD: its value is a text indeed. */
static bool
read_texts(struct call *c, const char *key, const json_t *v,
           const struct text_key *keys, bool *good)
{
    for (size_t i = 0; keys[i].key != NULL; i++) {
        if (strcmp(keys[i].key, key) != 0)
            continue;
        *good = json_is_string(v);
        *keys[i].to = copy_text(c, v);
        return true;
    }
    return false;
}

static bool
read_choice(struct call *c, json_t *v, struct form_choice *out)
{
    const struct text_key texts[] = { { "value", &out->value },
                                      { "label", &out->label },
                                      { "label_en", &out->label_en },
                                      { NULL, NULL } };
    const char *key;
    json_t *x;
    bool good = json_is_object(v);

    json_object_foreach(v, key, x) if (!read_texts(c, key, x, texts, &good)
                                       || !good) return false;
    return good;
}

static bool
read_choices(struct call *c, json_t *v, struct form_field *f)
{
    size_t n = json_array_size(v);
    struct form_choice *choices;

    if (!json_is_array(v) || n > FORM_MAX_CHOICES)
        return false;
    choices = NEW_N(c->arena, struct form_choice, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!read_choice(c, json_array_get(v, i), &choices[i]))
            return false;
    f->choices = choices;
    f->n_choices = n;
    return true;
}

static bool
read_shown(struct call *c, json_t *v, struct form_field *f)
{
    const json_t *is = json_object_get(v, "is");

    if (json_object_size(v) != 2
        || !json_is_string(json_object_get(v, "field")))
        return false;
    f->shown_field = copy_text(c, json_object_get(v, "field"));
    f->shown_is = json_is_true(is)    ? "true"
                  : json_is_false(is) ? "false"
                                      : copy_text(c, is);
    return f->shown_is != NULL;
}

static bool
read_limit(const json_t *v, bool *has, double *out)
{
    *has = true;
    *out = json_number_value(v);
    return json_is_number(v);
}

/* The keys of a question that are not plain texts. */
static bool
read_key(struct call *c, const char *key, json_t *v, struct form_field *f)
{
    int word;

    if (strcmp(key, "kind") == 0 || strcmp(key, "sets") == 0) {
        bool kind = strcmp(key, "kind") == 0;

        word = find_word(kind ? form_kind_words : form_sets_words,
                         json_string_value(v));
        if (word >= 0 && kind)
            f->kind = (enum form_kind)word;
        else if (word >= 0)
            f->sets = (enum form_sets)word;
        return word >= 0;
    }
    if (strcmp(key, "required") == 0) {
        f->required = json_is_true(v);
        return json_is_boolean(v);
    }
    if (strcmp(key, "day_only") == 0) {
        f->day_only = json_is_true(v);
        return json_is_boolean(v);
    }
    if (strcmp(key, "min") == 0)
        return read_limit(v, &f->has_min, &f->min);
    if (strcmp(key, "max") == 0)
        return read_limit(v, &f->has_max, &f->max);
    if (strcmp(key, "decimals") == 0) {
        f->decimals = json_integer_value(v);
        return json_is_integer(v);
    }
    if (strcmp(key, "choices") == 0)
        return read_choices(c, v, f);
    return strcmp(key, "shown_if") == 0 && read_shown(c, v, f);
}

static enum err
read_field(struct call *c, json_t *v, size_t i, struct form_field *f)
{
    const struct text_key texts[] = {
        { "name", &f->name },         { "label", &f->label },
        { "label_en", &f->label_en }, { "unit", &f->unit },
        { "unit_en", &f->unit_en },   { "says", &f->says },
        { "says_en", &f->says_en },   { NULL, NULL }
    };
    const char *key;
    json_t *x;

    if (!json_is_object(v))
        return fail(c, ERR_INVALID, "fields", "question %zu is no object",
                    i + 1);
    /* First, wherever it stands: what is refused is told by the name. */
    f->name = copy_text(c, json_object_get(v, "name"));
    if (json_object_get(v, "kind") == NULL)
        return refuse(c, f, i, "kind");
    json_object_foreach(v, key, x)
    {
        bool good = true;

        if (json_is_null(x) || (read_texts(c, key, x, texts, &good) && good))
            continue;
        if (!good || !read_key(c, key, x, f))
            return refuse(c, f, i, arena_text(c->arena, key));
    }
    return OK;
}

enum err
form_read(struct call *c, const char *json, struct form *out)
{
    json_error_t where;
    JSON *list =
        json == NULL ? NULL : json_loads(json, JSON_REJECT_DUPLICATES, &where);

    *out = (struct form){ 0 };
    if (json == NULL) /* an item that asks nothing */
        return OK;
    if (!json_is_array(list))
        return fail(c, ERR_INVALID, "fields", "must be a list of questions");
    if (json_array_size(list) > FORM_MAX_FIELDS)
        return fail(c, ERR_INVALID, "fields", "more than %d questions",
                    FORM_MAX_FIELDS);
    out->n = json_array_size(list);
    out->fields = NEW_N(c->arena, struct form_field, out->n + 1);
    for (size_t i = 0; i < out->n; i++)
        TRY(read_field(c, json_array_get(list, i), i, &out->fields[i]));
    return form_check(c, out);
}
