/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema, as much of it as the document uses.  A document that uses more
 * is refused, so that nothing passes because it was not understood.
 */
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "siege.h"

static const char *const keywords[] = {
    "type",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "format",
    "items",
    "properties",
    "minItems",
    "maxItems",
    "required",
    "$ref",
    "description",
    "title",
    "additionalProperties",
};

static bool
is_keyword(const char *key)
{
    for (size_t i = 0; i < COUNT(keywords); i++)
        if (strcmp(keywords[i], key) == 0)
            return true;
    return strncmp(key, "x-", 2) == 0;
}

static bool
is_format(const char *format)
{
    return strcmp(format, "date") == 0 || strcmp(format, "date-time") == 0;
}

/* -- what the document uses ------------------------------------------------ */

/* A pattern is POSIX's too: the document uses nothing that differs. */
static bool
matches(const char *pattern, const char *text)
{
    regex_t re;
    bool good;

    if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    good = text == NULL || regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return good;
}

static bool schema_is_known(json_t *schema, char *why, size_t n);

static bool
parts_are_known(json_t *schema, char *why, size_t n)
{
    json_t *more = json_object_get(schema, "additionalProperties");
    json_t *items = json_object_get(schema, "items");
    const char *name;
    json_t *part;

    if (json_is_object(more) && !schema_is_known(more, why, n))
        return false;
    if (items != NULL && !schema_is_known(items, why, n))
        return false;
    json_object_foreach(json_object_get(schema, "properties"), name,
                        part) if (!schema_is_known(part, why, n)) return false;
    return true;
}

static bool
schema_is_known(json_t *schema, char *why, size_t n)
{
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    const char *format = json_string_value(json_object_get(schema, "format"));
    const char *key;
    json_t *value;

    json_object_foreach(schema, key, value) if (!is_keyword(key))
    {
        (void)snprintf(why, n, "the keyword %s", key);
        return false;
    }
    if (pattern != NULL && !matches(pattern, NULL)) {
        (void)snprintf(why, n, "the pattern %s", pattern);
        return false;
    }
    if (format != NULL && !is_format(format)) {
        (void)snprintf(why, n, "the format %s", format);
        return false;
    }
    return parts_are_known(schema, why, n);
}

/* Every "schema" below, wherever it stands. */
static bool
schemas_below(json_t *j, char *why, size_t n)
{
    const char *key;
    json_t *part;
    size_t i;

    json_array_foreach(j, i,
                       part) if (!schemas_below(part, why, n)) return false;
    if (!json_is_object(j))
        return true;
    json_object_foreach(j, key, part)
    {
        if (strcmp(key, "schema") == 0 ? !schema_is_known(part, why, n)
                                       : !schemas_below(part, why, n))
            return false;
    }
    return true;
}

bool
schema_known(json_t *doc, char *why, size_t n)
{
    const json_t *parts = json_object_get(doc, "components");
    const char *name;
    json_t *schema;

    json_object_foreach(json_object_get(parts, "schemas"), name,
                        schema) if (!schema_is_known(schema, why,
                                                     n)) return false;
    return schemas_below(json_object_get(doc, "paths"), why, n)
           && schemas_below(json_object_get(parts, "responses"), why, n);
}

/* -- does a value fit? ----------------------------------------------------- */

struct place {
    const struct plan *plan;
    char *why;
    size_t n;
    char at[200]; /* ".items[3].name" */
};

static bool misfit(struct place *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static bool
misfit(struct place *p, const char *fmt, ...)
{
    va_list ap;
    int k = snprintf(p->why, p->n, "%s ", p->at);

    va_start(ap, fmt);
    (void)vsnprintf(p->why + k, p->n - (size_t)k, fmt, ap);
    va_end(ap);
    return false;
}

static const char *
type_of(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT: return "object";
    case JSON_ARRAY: return "array";
    case JSON_STRING: return "string";
    case JSON_INTEGER: return "integer";
    case JSON_REAL: return "number";
    case JSON_NULL: return "null";
    default: return "boolean";
    }
}

static bool
is_type(const json_t *type, const char *is)
{
    const char *want = json_string_value(type);

    return strcmp(want, is) == 0
           || (strcmp(want, "number") == 0 && strcmp(is, "integer") == 0);
}

static bool
fits_type(struct place *p, json_t *schema, json_t *v)
{
    const json_t *type = json_object_get(schema, "type");
    const char *is = type_of(v);

    if (type == NULL || (json_is_string(type) && is_type(type, is)))
        return true;
    for (size_t i = 0; i < json_array_size(type); i++)
        if (is_type(json_array_get(type, i), is))
            return true;
    return misfit(p, "is of type %s", is);
}

static bool
fits_enum(struct place *p, json_t *schema, json_t *v)
{
    const json_t *words = json_object_get(schema, "enum");

    for (size_t i = 0; i < json_array_size(words); i++)
        if (json_equal(json_array_get(words, i), v))
            return true;
    if (words == NULL)
        return true;
    return misfit(p, "is none of the words: %.60s",
                  json_is_string(v) ? json_string_value(v) : type_of(v));
}

static bool
fits_format(const char *format, const char *s)
{
    instant t;
    day d;

    return strcmp(format, "date") == 0 ? day_parse(s, &d)
                                       : instant_parse(s, &t);
}

static bool
fits_text(struct place *p, const json_t *schema, const char *s)
{
    const json_t *least = json_object_get(schema, "minLength");
    const json_t *most = json_object_get(schema, "maxLength");
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    const char *format = json_string_value(json_object_get(schema, "format"));
    json_int_t n = (json_int_t)text_length(s);

    if (least != NULL && n < json_integer_value(least))
        return misfit(p, "is too short");
    if (most != NULL && n > json_integer_value(most))
        return misfit(p, "is too long");
    if (pattern != NULL && !matches(pattern, s))
        return misfit(p, "is not like %s", pattern);
    if (format != NULL && !fits_format(format, s))
        return misfit(p, "is no %s: %.40s", format, s);
    return true;
}

static bool
fits_number(struct place *p, json_t *schema, json_t *v)
{
    const json_t *least = json_object_get(schema, "minimum");
    const json_t *most = json_object_get(schema, "maximum");

    if (least != NULL && json_number_value(v) < json_number_value(least))
        return misfit(p, "is below the least");
    if (most != NULL && json_number_value(v) > json_number_value(most))
        return misfit(p, "is above the most");
    return true;
}

static bool fits(struct place *p, json_t *schema, json_t *v);

/* FITS one part, whose place is named by WORD and NUMBER. */
static bool
fits_part(struct place *p, json_t *schema, json_t *v, const char *word,
          size_t number)
{
    size_t n = strlen(p->at);
    bool good;

    if (word != NULL)
        (void)snprintf(p->at + n, sizeof p->at - n, ".%.50s", word);
    else
        (void)snprintf(p->at + n, sizeof p->at - n, "[%zu]", number);
    good = fits(p, schema, v);
    p->at[n] = '\0';
    return good;
}

static bool
fits_object(struct place *p, json_t *schema, json_t *v)
{
    const json_t *names = json_object_get(schema, "properties");
    const json_t *required = json_object_get(schema, "required");
    json_t *more = json_object_get(schema, "additionalProperties");
    const char *name;
    json_t *part;

    for (size_t i = 0; i < json_array_size(required); i++) {
        name = json_string_value(json_array_get(required, i));
        if (json_object_get(v, name) == NULL)
            return misfit(p, "has no %s", name);
    }
    json_object_foreach(v, name, part)
    {
        json_t *s = json_object_get(names, name);

        if (s == NULL && json_is_false(more))
            return misfit(p, "has an unknown %s", name);
        if (s == NULL && json_is_object(more))
            s = more;
        if (s != NULL && !fits_part(p, s, part, name, 0))
            return false;
    }
    return true;
}

static bool
fits_list(struct place *p, json_t *schema, json_t *v)
{
    json_t *items = json_object_get(schema, "items");
    const json_t *least = json_object_get(schema, "minItems");
    const json_t *most = json_object_get(schema, "maxItems");
    json_int_t n = (json_int_t)json_array_size(v);

    if (least != NULL && n < json_integer_value(least))
        return misfit(p, "has too few parts");
    if (most != NULL && n > json_integer_value(most))
        return misfit(p, "has too many parts");
    for (size_t i = 0; items != NULL && i < json_array_size(v); i++)
        if (!fits_part(p, items, json_array_get(v, i), NULL, i))
            return false;
    return true;
}

static bool
fits(struct place *p, json_t *schema, json_t *v)
{
    json_t *s = plan_resolve(p->plan, schema);

    if (!fits_type(p, s, v) || !fits_enum(p, s, v))
        return false;
    switch (json_typeof(v)) {
    case JSON_STRING: return fits_text(p, s, json_string_value(v));
    case JSON_INTEGER:
    case JSON_REAL: return fits_number(p, s, v);
    case JSON_OBJECT: return fits_object(p, s, v);
    case JSON_ARRAY: return fits_list(p, s, v);
    default: return true;
    }
}

bool
schema_fits(const struct plan *plan, json_t *schema, json_t *value, char *why,
            size_t n)
{
    struct place p = { .plan = plan, .why = why, .n = n };

    return fits(&p, schema, value);
}
