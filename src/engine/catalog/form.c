/* SPDX-License-Identifier: Apache-2.0 */
/* Forms: whether they fit together, and writing them. */
#include "engine/catalog/form.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "json/json.h"

const char *const form_kind_words[] = { "text",  "number", "choice", "datetime",
                                        "place", "person", "yes_no", NULL };
const char *const form_sets_words[] = { "nothing", "wanted_from", "wanted_to",
                                        NULL };

const struct form_field *
form_find(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->fields[i].name, name) == 0)
            return &f->fields[i];
    return NULL;
}

/* -- checking ----------------------------------------------------------- */

static bool
is_name(const char *s)
{
    if (s == NULL || s[0] < 'a' || s[0] > 'z' || strlen(s) > 40)
        return false;
    return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool
is_label(const char *s)
{
    return !text_is_blank(s) && text_length(s) <= 200;
}

static enum err
check_choices(struct call *c, const struct form_field *f)
{
    if (f->kind != FORM_CHOICE) {
        if (f->n_choices > 0)
            return fail(c, ERR_INVALID, "fields",
                        "“%s”: only a choice has choices", f->name);
        return OK;
    }
    if (f->n_choices < 2 || f->n_choices > FORM_MAX_CHOICES)
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: a choice has 2 to %d choices", f->name,
                    FORM_MAX_CHOICES);
    for (size_t i = 0; i < f->n_choices; i++) {
        const struct form_choice *x = &f->choices[i];

        if (!is_label(x->value) || !is_label(x->label)
            || !is_label(x->label_en))
            return fail(c, ERR_INVALID, "fields",
                        "“%s”: choice %zu lacks its value or a label", f->name,
                        i + 1);
        for (size_t j = 0; j < i; j++)
            if (strcmp(f->choices[j].value, x->value) == 0)
                return fail(c, ERR_INVALID, "fields",
                            "“%s”: the choice “%s” stands twice", f->name,
                            x->value);
    }
    return OK;
}

static enum err
check_limits(struct call *c, const struct form_field *f)
{
    /* Of a number they are values, of a text its length in characters. */
    if ((f->has_min || f->has_max) && f->kind != FORM_TEXT
        && f->kind != FORM_NUMBER)
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: only texts and numbers have limits", f->name);
    if ((f->has_min && !isfinite(f->min)) || (f->has_max && !isfinite(f->max))
        || (f->has_min && f->has_max && f->min > f->max))
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: the least is more than the most", f->name);
    if (f->kind == FORM_TEXT
        && ((f->has_min && f->min < 0)
            || (f->has_max && (f->max < 1 || f->max > FORM_MAX_TEXT))))
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: a text has 1 to %d characters", f->name,
                    FORM_MAX_TEXT);
    if (f->decimals < 0 || f->decimals > 6
        || (f->decimals > 0 && f->kind != FORM_NUMBER))
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: a number has 0 to 6 decimals", f->name);
    return OK;
}

/* The question I is shown by an answer that an earlier question can have. */
static enum err
check_shown(struct call *c, const struct form *form, size_t i)
{
    const struct form_field *f = &form->fields[i];
    const struct form before = { form->fields, i };
    const struct form_field *by;

    if (f->shown_field == NULL)
        return OK;
    by = form_find(&before, f->shown_field);
    if (by == NULL)
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: is shown by “%s”, which is no earlier question",
                    f->name, f->shown_field);
    if (by->kind == FORM_YES_NO
        && (text_same(f->shown_is, "true") || text_same(f->shown_is, "false")))
        return OK;
    for (size_t j = 0; by->kind == FORM_CHOICE && j < by->n_choices; j++)
        if (text_same(by->choices[j].value, f->shown_is))
            return OK;
    return fail(c, ERR_INVALID, "fields", "“%s”: “%s” is no answer to “%s”",
                f->name, f->shown_is ? f->shown_is : "", f->shown_field);
}

static enum err
check_field(struct call *c, const struct form *form, size_t i)
{
    const struct form_field *f = &form->fields[i];
    /* A name is looked for among those before only: so it is not found to be
       itself. */
    const struct form before = { form->fields, i };

    if (!is_name(f->name))
        return fail(c, ERR_INVALID, "fields",
                    "question %zu: its name is not a word of small letters",
                    i + 1);
    if (form_find(&before, f->name) != NULL)
        return fail(c, ERR_INVALID, "fields", "“%s” is asked twice", f->name);
    if (!is_label(f->label) || !is_label(f->label_en))
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: a label is missing or too long", f->name);
    if (f->sets != SETS_NOTHING && f->kind != FORM_DATETIME)
        return fail(c, ERR_INVALID, "fields",
                    "“%s”: only a datetime sets a time", f->name);
    for (size_t j = 0; j < i; j++)
        if (f->sets != SETS_NOTHING && form->fields[j].sets == f->sets)
            return fail(c, ERR_INVALID, "fields", "“%s” and “%s” set the same",
                        form->fields[j].name, f->name);
    TRY(check_limits(c, f));
    TRY(check_choices(c, f));
    return check_shown(c, form, i);
}

enum err
form_check(struct call *c, const struct form *f)
{
    if (f->n > FORM_MAX_FIELDS)
        return fail(c, ERR_INVALID, "fields", "more than %d questions",
                    FORM_MAX_FIELDS);
    for (size_t i = 0; i < f->n; i++)
        TRY(check_field(c, f, i));
    return OK;
}

/* -- writing ------------------------------------------------------------ */

static void
put_said(struct json_out *o, const char *key, const char *s)
{
    if (s != NULL)
        json_put_text(o, key, s);
}

static void
put_number(struct json_out *o, const char *key, double v)
{
    json_key(o, key);
    if (v == floor(v) && fabs(v) < 1e15)
        json_int(o, (int64_t)v);
    else
        json_float(o, v);
}

static void
write_choices(struct json_out *o, const struct form_field *f)
{
    json_key(o, "choices");
    json_begin_list(o);
    for (size_t i = 0; i < f->n_choices; i++) {
        json_begin(o);
        json_put_text(o, "value", f->choices[i].value);
        json_put_text(o, "label", f->choices[i].label);
        json_put_text(o, "label_en", f->choices[i].label_en);
        json_end(o);
    }
    json_end_list(o);
}

static void
write_shown(struct json_out *o, const struct form *form,
            const struct form_field *f)
{
    const struct form_field *by = form_find(form, f->shown_field);

    json_key(o, "shown_if");
    json_begin(o);
    json_put_text(o, "field", f->shown_field);
    json_key(o, "is");
    if (by != NULL && by->kind == FORM_YES_NO)
        json_bool(o, strcmp(f->shown_is, "true") == 0);
    else
        json_text(o, f->shown_is);
    json_end(o);
}

static void
write_field(struct json_out *o, const struct form *form,
            const struct form_field *f)
{
    json_begin(o);
    json_put_text(o, "name", f->name);
    json_put_text(o, "label", f->label);
    json_put_text(o, "label_en", f->label_en);
    json_put_text(o, "kind", form_kind_words[f->kind]);
    json_put_bool(o, "required", f->required);
    if (f->has_min)
        put_number(o, "min", f->min);
    if (f->has_max)
        put_number(o, "max", f->max);
    if (f->kind == FORM_NUMBER)
        json_put_int(o, "decimals", f->decimals);
    put_said(o, "unit", f->unit);
    put_said(o, "unit_en", f->unit_en);
    if (f->n_choices > 0)
        write_choices(o, f);
    if (f->shown_field != NULL)
        write_shown(o, form, f);
    if (f->sets != SETS_NOTHING)
        json_put_text(o, "sets", form_sets_words[f->sets]);
    if (f->day_only)
        json_put_bool(o, "day_only", true);
    put_said(o, "says", f->says);
    put_said(o, "says_en", f->says_en);
    json_end(o);
}

const char *
form_write(struct call *c, const struct form *f)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin_list(&o);
    for (size_t i = 0; i < f->n; i++)
        write_field(&o, f, &f->fields[i]);
    json_end_list(&o);
    return b.s;
}
