/* SPDX-License-Identifier: Apache-2.0 */
/* An order's answers against the form of its item. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "engine/catalog/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

#define MAX_ANSWERS 65536 /* bytes of JSON */
#define MAX_ID INT64_C(9007199254740991)

static void
drop_json(json_t **j)
{
    json_decref(*j);
}
#define JSON CLEANUP(drop_json) json_t

static const char *
field_name(struct call *c, const char *name)
{
    return arena_printf(c->arena, "answers.%s", name);
}

/* Was the question asked, as far as the answers TIDY before it tell? */
static bool
is_shown(const struct form_field *f, const json_t *tidy)
{
    const json_t *by;

    if (f->shown_field == NULL)
        return true;
    by = json_object_get(tidy, f->shown_field);
    if (json_is_boolean(by))
        return strcmp(f->shown_is, json_is_true(by) ? "true" : "false") == 0;
    return text_same(json_string_value(by), f->shown_is);
}

static enum err
check_number(struct call *c, const struct form_field *f, const char *name,
             const json_t *v)
{
    double x = json_number_value(v);

    if (!json_is_number(v) || !isfinite(x))
        return fail(c, ERR_INVALID, name, "must be a number");
    if (f->has_min && x < f->min)
        return fail(c, ERR_INVALID, name, "must be at least %g", f->min);
    if (f->has_max && x > f->max)
        return fail(c, ERR_INVALID, name, "must be at most %g", f->max);
    if (f->decimals == 0 && x != floor(x))
        return fail(c, ERR_INVALID, name, "must be a whole number");
    /* A larger one is not told from its neighbours in the sixth decimal. */
    if (fabs(x) < 1e9
        && fabs(x * pow(10, (double)f->decimals)
                - round(x * pow(10, (double)f->decimals)))
               > 1e-6)
        return fail(c, ERR_INVALID, name, "has more than %d decimals",
                    (int)f->decimals);
    return OK;
}

static enum err
check_text(struct call *c, const struct form_field *f, const char *name,
           const json_t *v)
{
    size_t n, most = f->has_max ? (size_t)f->max : FORM_MAX_TEXT;

    if (!json_is_string(v))
        return fail(c, ERR_INVALID, name, "must be a text");
    n = text_length(json_string_value(v));
    if (f->has_min && n < (size_t)f->min)
        return fail(c, ERR_INVALID, name, "must have at least %lld characters",
                    (long long)f->min);
    if (n > most)
        return fail(c, ERR_INVALID, name, "must have at most %lld characters",
                    (long long)most);
    return OK;
}

static enum err
check_choice(struct call *c, const struct form_field *f, const char *name,
             const json_t *v)
{
    const char *s = json_string_value(v);

    if (s == NULL)
        return fail(c, ERR_INVALID, name, "must be a text");
    for (size_t i = 0; i < f->n_choices; i++)
        if (strcmp(f->choices[i].value, s) == 0)
            return OK;
    return fail(c, ERR_INVALID, name, "“%.40s” is not one of its words", s);
}

/* A place or a person that exists.  Few forms ask for one, so that most
   orders cost no query here. */
static enum err
check_id(struct call *c, enum form_kind kind, const char *name, const json_t *v)
{
    int64_t id = json_integer_value(v);
    struct person_facts person = { 0 };
    struct place_facts place = { 0 };

    if (!json_is_integer(v) || id <= 0 || id > MAX_ID)
        return fail(c, ERR_INVALID, name, "must be the number of a record");
    TRY(kind == FORM_PLACE ? place_facts_said(c, id, &place)
                           : person_facts(c, id, &person));
    if (place.id == 0 && person.id == 0)
        return fail(c, ERR_INVALID, name, "there is no such record");
    return OK;
}

/* As far from today as every time that is said. */
static enum err
check_years(struct call *c, const char *name, const instant *at)
{
    const struct field f = { .name = name, .kind = FIELD_INSTANT };
    const struct model m = { .fields = &f, .n = 1 };

    return model_check_mask(c, &m, at, 1);
}

/* A time, rewritten in our one way; of a day only the day is kept. */
static enum err
check_time(struct call *c, const struct form_field *f, const char *name,
           const json_t *v, instant *at, json_t **tidy)
{
    const char *s = json_string_value(v);
    char text[25];
    day d;

    if (s != NULL && f->day_only && day_parse(s, &d)) {
        *at = zone_instant(c->app->zone, (d.n - 1) * DAY_MS);
    } else if (s == NULL || !instant_parse(s, at) || at->ms == 0) {
        if (f->day_only)
            return fail(c, ERR_INVALID, name,
                        "must be a day such as 2026-11-23");
        return fail(c, ERR_INVALID, name,
                    "must be a time such as 2026-11-23T08:30:00Z");
    }
    TRY(check_years(c, name, at));
    if (f->day_only)
        day_print(zone_day(c->app->zone, *at), text);
    else
        instant_print(*at, text);
    *tidy = json_string(text);
    return OK;
}

/* What the order says itself that the question sets; NULL: it sets nothing. */
static instant *
find_wanted(const struct form_field *f, struct catalog_answers *a)
{
    switch (f->sets) {
    case SETS_WANTED_FROM: return &a->wanted_from;
    case SETS_WANTED_TO: return &a->wanted_to;
    case SETS_NOTHING: break;
    }
    return NULL;
}

/* Answer V, tidied into *TIDY (a new reference). */
static enum err
check_answer(struct call *c, const struct form_field *f, json_t *v,
             struct catalog_answers *a, json_t **tidy)
{
    const char *name = field_name(c, f->name);
    instant *wanted = find_wanted(f, a), at = { 0 };

    switch (f->kind) {
    case FORM_TEXT: TRY(check_text(c, f, name, v)); break;
    case FORM_NUMBER: TRY(check_number(c, f, name, v)); break;
    case FORM_CHOICE: TRY(check_choice(c, f, name, v)); break;
    case FORM_PLACE:
    case FORM_PERSON: TRY(check_id(c, f->kind, name, v)); break;
    case FORM_DATETIME: TRY(check_time(c, f, name, v, &at, tidy)); break;
    case FORM_YES_NO:
        if (!json_is_boolean(v))
            return fail(c, ERR_INVALID, name, "must be true or false");
        break;
    }
    if (*tidy == NULL)
        *tidy = json_incref(v);
    if (wanted != NULL) {
        if (wanted->ms != 0 && wanted->ms != at.ms && !a->yields)
            return fail(c, ERR_INVALID, name,
                        "says another time than the order itself");
        *wanted = at;
    }
    return OK;
}

/* Blank texts and null are no answer. */
static bool
is_answered(const json_t *v)
{
    return v != NULL && !json_is_null(v)
           && !(json_is_string(v) && text_is_blank(json_string_value(v)));
}

static enum err
check_question(struct call *c, const struct form_field *f,
               const json_t *answers, struct catalog_answers *a, json_t *tidy)
{
    json_t *v = json_object_get(answers, f->name);
    const instant *wanted = find_wanted(f, a);
    json_t *kept = NULL;
    char text[25];

    if (!is_shown(f, tidy))
        return OK;
    if (is_answered(v)) {
        enum err e = check_answer(c, f, v, a, &kept);

        if (e != OK) {
            json_decref(kept);
            return e;
        }
        /* What the request says of its time answers the question for it. */
    } else if (wanted != NULL && wanted->ms != 0) {
        instant_print(*wanted, text);
        kept = json_string(text);
    } else if (f->required) {
        return fail(c, ERR_INVALID, field_name(c, f->name), "is required");
    }
    if (kept != NULL)
        (void)json_object_set_new(tidy, f->name, kept);
    return OK;
}

static enum err
refuse_unknown(struct call *c, const struct form *form, json_t *answers)
{
    const char *key;
    json_t *v;

    json_object_foreach(
        answers, key,
        v) if (form_find(form, key)
               == NULL) return fail(c, ERR_INVALID, field_name(c, key),
                                    "the form does not ask this");
    return OK;
}

static enum err
read_answers(struct call *c, const char *json, json_t **out)
{
    json_error_t where;

    if (json == NULL) {
        *out = json_object();
        return OK;
    }
    if (strlen(json) > MAX_ANSWERS)
        return fail(c, ERR_LIMIT, "answers", "more than %d bytes", MAX_ANSWERS);
    *out = json_loads(json, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(*out))
        return fail(c, ERR_INVALID, "answers", "must be an object");
    return OK;
}

enum err
catalog_check_answers(struct call *c, const struct catalog *k,
                      const struct service_item *item,
                      struct catalog_answers *a)
{
    const struct form *form = catalog_form(k, item);
    JSON *answers = NULL;
    JSON *tidy = json_object();
    char *text;

    TRY(read_answers(c, a->json, &answers));
    TRY(refuse_unknown(c, form, answers));
    for (size_t i = 0; i < form->n; i++)
        TRY(check_question(c, &form->fields[i], answers, a, tidy));
    /* The usual end does not go with another beginning. */
    if (a->yields && a->wanted_to.ms < a->wanted_from.ms)
        a->wanted_to = (instant){ 0 };
    if (a->wanted_from.ms != 0 && a->wanted_to.ms != 0
        && a->wanted_to.ms < a->wanted_from.ms)
        return fail(c, ERR_INVALID, "wanted_to",
                    "must not be before the beginning");
    a->json = NULL;
    if (json_object_size(tidy) == 0)
        return OK;
    text = json_dumps(tidy, JSON_COMPACT | JSON_PRESERVE_ORDER);
    a->json = arena_text(c->arena, text);
    free(text);
    return OK;
}
