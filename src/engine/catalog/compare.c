/* SPDX-License-Identifier: Apache-2.0 */
/* How answers differ, in words. */
#include <jansson.h>

#include "base/text.h"
#include "engine/catalog/inner.h"
#include "engine/org/org.h"
#include "json/json.h"

static void
drop_json(json_t **j)
{
    json_decref(*j);
}
#define JSON CLEANUP(drop_json) json_t

/* What a place or a person is called. */
static const char *
name_of(struct call *c, enum form_kind kind, int64_t id)
{
    struct person_facts person = { 0 };
    struct place_facts place = { 0 };

    if (kind == FORM_PLACE)
        return place_facts(c, id, &place) == OK ? place.full_name : NULL;
    return person_facts(c, id, &person) == OK ? person.name : NULL;
}

/* The answer as people read it; NULL: none. */
static const char *
answer_words(struct call *c, const struct form_field *f, const json_t *v)
{
    const char *s = json_string_value(v);

    if (f->kind == FORM_PLACE || f->kind == FORM_PERSON)
        return v ? name_of(c, f->kind, json_integer_value(v)) : NULL;
    for (size_t i = 0; s != NULL && i < f->n_choices; i++)
        if (text_same(f->choices[i].value, s))
            return f->choices[i].label;
    if (s != NULL)
        return arena_text(c->arena, s);
    if (json_is_boolean(v))
        return json_is_true(v) ? "true" : "false";
    return json_is_number(v)
               ? arena_printf(c->arena, "%.10g", json_number_value(v))
               : NULL;
}

/* Of each question of F whose answer differs; *SOME: there is one. */
static void
put_answers(struct call *c, struct json_out *out, const struct form *f,
            const char *const json[2], bool *some)
{
    JSON *was = json[0] ? json_loads(json[0], 0, NULL) : NULL;
    JSON *is = json[1] ? json_loads(json[1], 0, NULL) : NULL;

    for (size_t i = 0; i < f->n; i++) {
        const struct form_field *q = &f->fields[i];
        const json_t *a = json_object_get(was, q->name);
        const json_t *b = json_object_get(is, q->name);

        if (a == b || (a != NULL && b != NULL && json_equal(a, b)))
            continue;
        *some = true;
        json_begin(out);
        json_put_text(out, "what", "answer");
        json_put_text(out, "label", q->label);
        json_put_text(out, "label_en", q->label_en);
        json_put_text(out, "from", answer_words(c, q, a));
        json_put_text(out, "to", answer_words(c, q, b));
        json_end(out);
    }
}

/* Another item's questions are other questions, whatever they are called: the
   old answers go and the new ones come. */
enum err
catalog_put_changes(struct call *c, struct json_out *out,
                    const struct catalog_answered *was,
                    const struct catalog_answered *is, bool *some)
{
    struct form old = { 0 }, now = { 0 };

    TRY(form_read(c, was->fields, &old));
    TRY(form_read(c, is->fields, &now));
    if (was->item_id == is->item_id) {
        put_answers(c, out, &now, (const char *const[]){ was->json, is->json },
                    some);
        return OK;
    }
    put_answers(c, out, &old, (const char *const[]){ was->json, NULL }, some);
    put_answers(c, out, &now, (const char *const[]){ NULL, is->json }, some);
    return OK;
}
