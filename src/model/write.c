/* SPDX-License-Identifier: Apache-2.0 */
/* Records and their descriptors as JSON. */
#include <string.h>

#include "base/words.h"
#include "model/member.h"
#include "json/json.h"

void
model_write_json(struct json_out *o, const struct model *m, const void *rec)
{
    json_begin(o);
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (f->flags & SECRET)
            continue;
        json_key(o, f->name);
        member_write_json(o, f, rec);
    }
    json_end(o);
}

/* Type and format in JSON Schema, by field_kind. */
static const struct {
    const char *type, *format, *form;
} kinds[] = {
    [FIELD_INT] = { "integer", NULL, "number" },
    [FIELD_REAL] = { "number", NULL, "number" },
    [FIELD_BOOL] = { "boolean", NULL, "yes_no" },
    [FIELD_TEXT] = { "string", NULL, "text" },
    [FIELD_INSTANT] = { "string", "date-time", "datetime" },
    [FIELD_DAY] = { "string", "date", "day" },
    [FIELD_MONEY] = { "string", NULL, "money" },
    [FIELD_WORD] = { "string", NULL, "choice" },
};

static void
write_words(struct json_out *o, const struct field *f, bool nullable)
{
    json_key(o, "enum");
    json_begin_list(o);
    for (size_t i = 0; f->choices[i] != NULL; i++)
        json_text(o, f->choices[i]);
    if (nullable)
        json_none(o);
    json_end_list(o);
}

/* Numbers go through JavaScript: none is beyond 2^53. */
#define MAX_WHOLE INT64_C(9007199254740991)

static void
write_number_limits(struct json_out *o, const struct field *f)
{
    int64_t least = member_least(f);

    if (least != 0 || f->max != 0)
        json_put_int(o, "minimum", least);
    else if (f->kind == FIELD_INT)
        json_put_int(o, "minimum", -MAX_WHOLE);
    if (f->max != 0 || f->kind == FIELD_INT)
        json_put_int(o, "maximum", f->max ? f->max : MAX_WHOLE);
}

/* An empty text is one that is not said, so only what is required has a
   least length. */
static void
write_text_limits(struct json_out *o, const struct field *f)
{
    if (f->flags & REQUIRED) {
        json_put_int(o, "minLength", f->min > 1 ? f->min : 1);
        json_put_text(o, "pattern", "\\S");
    }
    if (f->max != 0)
        json_put_int(o, "maxLength", f->max);
}

static void
write_limits(struct json_out *o, const struct field *f)
{
    switch (f->kind) {
    case FIELD_MONEY:
        json_put_text(o, "pattern", "^-?[0-9]{1,15}(\\.[0-9]{1,2})?$");
        return;
    case FIELD_INT:
    case FIELD_REAL: write_number_limits(o, f); return;
    case FIELD_TEXT: write_text_limits(o, f); return;
    default: return;
    }
}

static void
write_type(struct json_out *o, const struct field *f, bool nullable)
{
    json_key(o, "type");
    if (f->flags & JSON_TEXT) {
        json_raw(o, nullable ? "[\"object\",\"array\",\"null\"]"
                             : "[\"object\",\"array\"]");
    } else if (nullable) {
        json_begin_list(o);
        json_text(o, kinds[f->kind].type);
        json_text(o, "null");
        json_end_list(o);
    } else {
        json_text(o, kinds[f->kind].type);
    }
    if (kinds[f->kind].format != NULL)
        json_put_text(o, "format", kinds[f->kind].format);
}

static void
write_property(struct json_out *o, const struct field *f, bool input)
{
    bool nullable = input ? !member_is_asked(f) : member_is_nullable(f);

    json_key(o, f->name);
    json_begin(o);
    write_type(o, f, nullable);
    if (f->choices != NULL && !(f->flags & SEVERAL))
        write_words(o, f, nullable);
    else if (input && !(f->flags & JSON_TEXT))
        write_limits(o, f);
    if (f->says != NULL || f->label != NULL)
        json_put_text(o, "description", f->says ? f->says : f->label);
    json_end(o);
}

void
model_write_query_schema(struct json_out *o, const struct field *f, bool limits)
{
    json_begin(o);
    if (f->kind == FIELD_BOOL) {
        json_put_text(o, "type", "string");
        json_key(o, "enum");
        json_raw(o, "[\"true\",\"false\",\"yes\",\"no\",\"1\",\"0\"]");
    } else {
        json_put_text(o, "type", kinds[f->kind].type);
        if (kinds[f->kind].format != NULL)
            json_put_text(o, "format", kinds[f->kind].format);
    }
    if (f->choices != NULL && !(f->flags & SEVERAL))
        write_words(o, f, false);
    else if (limits || f->kind == FIELD_MONEY || f->kind == FIELD_INT)
        write_limits(o, f);
    else if (f->kind == FIELD_TEXT)
        json_put_text(o, "pattern", "\\S"); /* at least one to be seen */
    json_end(o);
}

void
model_write_filter_schema(struct json_out *o, const struct field *f,
                          enum filter_op op)
{
    if (op == SOMETHING) {
        json_raw(o, "{\"type\":\"string\",\"enum\":[\"yes\",\"no\"]}");
    } else if (op == HAS) {
        json_raw(o, "{\"type\":\"string\"}");
    } else if (op == ONE_OF) {
        json_begin(o);
        json_put_text(o, "type", "array");
        json_put_int(o, "minItems", 1);
        json_key(o, "items");
        model_write_query_schema(o, f, false);
        json_end(o);
    } else {
        model_write_query_schema(o, f, false);
    }
}

static bool
is_shown(const struct field *f, enum schema_use use)
{
    return !(f->flags & (use == SCHEMA_ANSWER ? SECRET : GIVEN));
}

/* A record that is answered has all its members. */
static bool
must_be_there(const struct field *f, enum schema_use use)
{
    return use == SCHEMA_ANSWER || (use == SCHEMA_INPUT && member_is_asked(f));
}

void
model_write_schema(struct json_out *o, const struct model *m,
                   enum schema_use use)
{
    json_begin(o);
    json_put_text(o, "type", "object");
    json_key(o, "properties");
    json_begin(o);
    for (size_t i = 0; i < m->n; i++)
        if (is_shown(&m->fields[i], use))
            write_property(o, &m->fields[i], use != SCHEMA_ANSWER);
    json_end(o);
    json_key(o, "required");
    json_begin_list(o);
    for (size_t i = 0; i < m->n; i++)
        if (is_shown(&m->fields[i], use) && must_be_there(&m->fields[i], use))
            json_text(o, m->fields[i].name);
    json_end_list(o);
    /* As input_read refuses any other. */
    json_put_bool(o, "additionalProperties", false);
    json_end(o);
}

const char *
field_label(const struct call *c, const struct model *m, const struct field *f)
{
    return words_of(c, m->noun, f->label ? f->label : f->name);
}

static void
write_form_words(struct call *c, struct json_out *o, const struct model *m,
                 const char *const *words)
{
    json_begin_list(o);
    for (size_t i = 0; words[i] != NULL; i++) {
        json_begin(o);
        json_put_text(o, "value", words[i]);
        json_put_text(o, "label", words_of(c, m->noun, words[i]));
        json_end(o);
    }
    json_end_list(o);
}

static void
write_form_field(struct call *c, struct json_out *o, const struct model *m,
                 const struct field *f)
{
    json_begin(o);
    json_put_text(o, "name", f->name);
    json_put_text(o, "kind",
                  f->flags & JSON_TEXT ? "json"
                  : f->flags & SEVERAL ? "several"
                  : f->choices         ? "choice"
                                       : kinds[f->kind].form);
    json_put_text(o, "label", field_label(c, m, f));
    json_put_bool(o, "required", member_is_asked(f));
    /* Marked like what is required, though a draft may do without. */
    json_put_bool(o, "expected", member_is_asked(f) || f->flags & EXPECTED);
    json_put_bool(o, "given", (f->flags & GIVEN) != 0);
    json_put_bool(o, "fixed", (f->flags & FIXED) != 0);
    json_put_bool(o, "long", (f->flags & LONG) != 0);
    json_put_int(o, "min", f->min);
    json_put_int(o, "max", f->max);
    json_put_text(o, "refers", f->refers);
    json_put_text(o, "says", f->says ? words_in(c, f->says) : NULL);
    if (f->choices != NULL) {
        json_key(o, "choices");
        write_form_words(c, o, m, f->choices);
    }
    if (f->offers != NULL) {
        json_key(o, "offers");
        write_form_words(c, o, m, f->offers);
    }
    json_end(o);
}

void
model_write_form(struct call *c, struct json_out *o, const struct model *m)
{
    json_begin(o);
    json_put_text(o, "noun", m->noun);
    json_key(o, "fields");
    json_begin_list(o);
    for (size_t i = 0; i < m->n; i++)
        if (!(m->fields[i].flags & (SECRET | UNASKED)))
            write_form_field(c, o, m, &m->fields[i]);
    json_end_list(o);
    json_end(o);
}
