/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form - the questions an item asks, as JSON in the column `fields` and as
 * structs in memory.
 *
 *   {"name":"count","label":"数量","label_en":"Count","kind":"number",
 *    "required":true,"min":1,"max":99,"decimals":0,"unit":"盏",
 *    "unit_en":"pcs","choices":[{"value":"led","label":"LED",
 *    "label_en":"LED"}],"shown_if":{"field":"leak","is":true},
 *    "sets":"wanted_from","day_only":true,"says":"...","says_en":"..."}
 *
 * min and max bound a number, or the characters of a text.  "is" is true or
 * false for a question answered by yes or no, else a choice's value.  "sets"
 * names what of the order itself the answer fills in, so that one fact is
 * asked for once.
 *
 * Always true of a form that form_check passed: names are plain words and
 * differ; a question is shown by the answer to an earlier one; each of
 * wanted_from and wanted_to is set by at most one question, a datetime.
 */
#ifndef ENGINE_CATALOG_FORM_H
#define ENGINE_CATALOG_FORM_H

#include "base/base.h"

#define FORM_MAX_FIELDS 40
#define FORM_MAX_CHOICES 100
#define FORM_MAX_TEXT 2000 /* characters of a text with no limit of its own */

enum form_kind {
    FORM_TEXT,
    FORM_NUMBER,
    FORM_CHOICE,
    FORM_DATETIME,
    FORM_PLACE,
    FORM_PERSON,
    FORM_YES_NO
};
extern const char *const form_kind_words[];

enum form_sets { SETS_NOTHING, SETS_WANTED_FROM, SETS_WANTED_TO };
extern const char *const form_sets_words[];

struct form_choice {
    const char *value, *label, *label_en;
};

struct form_field {
    const char *name, *label, *label_en;
    const char *says, *says_en; /* a hint, or NULL */
    const char *unit, *unit_en; /* or NULL */
    enum form_kind kind;
    enum form_sets sets;
    bool required;
    bool day_only; /* a datetime of which only the day is asked */
    bool has_min, has_max;
    double min, max;
    int64_t decimals; /* of a number; 0: whole */
    const struct form_choice *choices;
    size_t n_choices;
    const char *shown_field, *shown_is; /* NULL: always shown; "true",
                                           "false" or a choice's value */
};

struct form {
    struct form_field *fields;
    size_t n;
};

/* Does everything in the form fit together?  The fault's field is "fields",
   its words name the question. */
enum err form_check(struct call *c, const struct form *f) MUST_USE;

/* Read and check a form; its memory is the call's arena.  NULL is a form
   without questions. */
enum err form_read(struct call *c, const char *json, struct form *out) MUST_USE;

/* The form as JSON, always the same text for the same form. */
const char *form_write(struct call *c, const struct form *f);

/* The question of this name; NULL. */
const struct form_field *form_find(const struct form *f, const char *name);

#endif
