/* SPDX-License-Identifier: Apache-2.0 */
/* The map of an import, read by libcyaml. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "base/yaml_read.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "engine/order/inner.h"
#include "model/app.h"

#define MAX_TEXT 200

#define TEXT(key, T, m)                                                        \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, T,   \
                           m, 0, MAX_TEXT)
#define NEEDED_TEXT(key, T, m)                                                 \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, T, m, 1, MAX_TEXT)

static const cyaml_schema_field_t value_keys[] = {
    NEEDED_TEXT("is", struct map_value, is),
    NEEDED_TEXT("means", struct map_value, means), CYAML_FIELD_END
};

static const cyaml_schema_value_t value_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct map_value, value_keys)
};

static const cyaml_schema_field_t column_keys[] = {
    NEEDED_TEXT("identity", struct map_columns, identity),
    NEEDED_TEXT("submitted_at", struct map_columns, submitted_at),
    TEXT("complete_due", struct map_columns, complete_due),
    TEXT("closed_at", struct map_columns, closed_at),
    TEXT("state", struct map_columns, state),
    TEXT("verdict", struct map_columns, verdict),
    TEXT("title", struct map_columns, title),
    TEXT("description", struct map_columns, description),
    TEXT("result", struct map_columns, result),
    TEXT("area", struct map_columns, area),
    TEXT("item", struct map_columns, item),
    TEXT("crew", struct map_columns, crew),
    TEXT("place", struct map_columns, place),
    TEXT("requester", struct map_columns, requester),
    TEXT("phone", struct map_columns, phone),
    TEXT("channel", struct map_columns, channel),
    TEXT("priority", struct map_columns, priority),
    CYAML_FIELD_END
};

#define VALUES(key)                                                            \
    CYAML_FIELD_SEQUENCE_COUNT(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
                               struct map_values, key, n_##key, &value_schema, \
                               0, 10000)

static const cyaml_schema_field_t values_keys[] = {
    VALUES(state), VALUES(verdict), VALUES(channel), VALUES(priority),
    VALUES(area),  VALUES(item),    VALUES(crew),    CYAML_FIELD_END
};

static const cyaml_schema_field_t default_keys[] = {
    TEXT("requester", struct map_defaults, requester),
    TEXT("channel", struct map_defaults, channel),
    TEXT("sla_class", struct map_defaults, sla_class),
    TEXT("area", struct map_defaults, area),
    TEXT("item", struct map_defaults, item),
    TEXT("state", struct map_defaults, state),
    CYAML_FIELD_INT("priority", CYAML_FLAG_OPTIONAL, struct map_defaults,
                    priority),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t text_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, MAX_TEXT)
};

#define TEXTS(key)                                                             \
    CYAML_FIELD_SEQUENCE_COUNT(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
                               struct import_map, key, n_##key, &text_schema,  \
                               0, 100)

static const cyaml_schema_field_t map_keys[] = {
    NEEDED_TEXT("source", struct import_map, source),
    NEEDED_TEXT("prefix", struct import_map, prefix),
    NEEDED_TEXT("time_zone", struct import_map, time_zone),
    TEXT("time_format", struct import_map, time_format),
    TEXTS(time_formats),
    TEXT("separator", struct import_map, separator),
    TEXT("sheet", struct import_map, sheet),
    CYAML_FIELD_INT("header_row", CYAML_FLAG_OPTIONAL, struct import_map,
                    header_row),
    TEXTS(empty),
    TEXTS(skip),
    TEXT("repeats", struct import_map, repeats),
    TEXT("closed_early", struct import_map, closed_early),
    CYAML_FIELD_MAPPING_PTR("columns", CYAML_FLAG_POINTER, struct import_map,
                            columns, column_keys),
    CYAML_FIELD_MAPPING_PTR("values", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct import_map, values, values_keys),
    CYAML_FIELD_MAPPING_PTR("defaults",
                            CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct import_map, defaults, default_keys),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t map_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct import_map, map_keys)
};

/* -- reading ---------------------------------------------------------------- */

static bool
is_one_of(const char *word, const char *const *words)
{
    size_t i = 0;

    while (words[i] != NULL && strcmp(words[i], word) != 0)
        i++;
    return words[i] != NULL;
}

/* The words there are, for whoever used another. */
static const char *
list_words(struct call *c, const char *const *words)
{
    struct buf b = buf_make(c->arena, 0);

    for (size_t i = 0; words[i] != NULL; i++)
        buf_printf(&b, "%s%s", i > 0 ? " " : "", words[i]);
    return b.s;
}

/* What a word of the file means must be a word of ours. */
static enum err
check_word(struct call *c, const char *name, const char *key, const char *word,
           const char *const *words)
{
    if (word != NULL && !is_one_of(word, words))
        return fail(c, ERR_INVALID, name,
                    "%s: “%.60s” is not one of its words, which are: %s", key,
                    word, list_words(c, words));
    return OK;
}

static enum err
check_meanings(struct call *c, const char *name, const char *key,
               const struct map_value *v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < i; k++)
            if (strcmp(v[i].is, v[k].is) == 0
                && strcmp(v[i].means, v[k].means) != 0)
                return fail(c, ERR_INVALID, name,
                            "values.%s: “%.60s” has two meanings", key,
                            v[i].is);
    return OK;
}

/* What a value means must be a word of ours.  A row cannot tell: a channel that
   is none would pass for the default. */
static enum err
check_words(struct call *c, const char *name, const struct map_values *v)
{
    static const char *const verdicts[] = { "on_time", "overdue", "none",
                                            NULL };
    static const char *const priorities[] = { "1", "2", "3", "4", "5", NULL };

    for (unsigned i = 0; i < v->n_state; i++)
        TRY(check_word(c, name, "values.state", v->state[i].means,
                       order_states));
    for (unsigned i = 0; i < v->n_verdict; i++)
        TRY(check_word(c, name, "values.verdict", v->verdict[i].means,
                       verdicts));
    for (unsigned i = 0; i < v->n_channel; i++)
        TRY(check_word(c, name, "values.channel", v->channel[i].means,
                       order_channels));
    for (unsigned i = 0; i < v->n_priority; i++)
        TRY(check_word(c, name, "values.priority", v->priority[i].means,
                       priorities));
    return OK;
}

static enum err
check_values(struct call *c, const char *name, const struct map_values *v)
{
    TRY(check_words(c, name, v));
    TRY(check_meanings(c, name, "state", v->state, v->n_state));
    TRY(check_meanings(c, name, "verdict", v->verdict, v->n_verdict));
    TRY(check_meanings(c, name, "channel", v->channel, v->n_channel));
    TRY(check_meanings(c, name, "priority", v->priority, v->n_priority));
    TRY(check_meanings(c, name, "area", v->area, v->n_area));
    TRY(check_meanings(c, name, "item", v->item, v->n_item));
    return check_meanings(c, name, "crew", v->crew, v->n_crew);
}

static enum err
check_defaults(struct call *c, const char *name, const struct map_defaults *d)
{
    CATALOG k = catalog_hold(c);

    TRY(check_word(c, name, "defaults.channel", d->channel, order_channels));
    TRY(check_word(c, name, "defaults.state", d->state, order_states));
    if (d->priority < 0 || d->priority > 5)
        return fail(c, ERR_INVALID, name, "defaults.priority: %s",
                    words_in(c, "must be from 1 to 5"));
    if (d->sla_class != NULL && catalog_sla(k, d->sla_class, today(c)) == NULL)
        return fail(c, ERR_INVALID, name,
                    "defaults.sla_class: there is no class “%.20s”",
                    d->sla_class);
    return OK;
}

static enum err
check_prefix(struct call *c, const char *name, const char *prefix)
{
    size_t n = 0;

    while (isalnum((unsigned char)prefix[n]))
        n++;
    if (prefix[n] != '\0' || n > 8)
        return fail(c, ERR_INVALID, name,
                    "prefix: must be at most 8 letters and digits of ASCII");
    return OK;
}

/* What the schema cannot say.  Asked before the first row is read: a wrong word
   here would be told once for each row. */
static enum err
check_map(struct call *c, const char *name, const struct import_map *m)
{
    static const char *const separators[] = { ",", ";", "|", "tab", NULL };
    static const char *const repeats[] = { "first", "last", "update", "refuse",
                                           NULL };
    static const char *const early[] = { "refuse", "take", NULL };
    struct zone *z = zone_open(m->time_zone);

    if (z == NULL)
        return fail(c, ERR_INVALID, name,
                    "time_zone: “%.60s” is not one such as Asia/Shanghai",
                    m->time_zone);
    zone_close(z);
    TRY(check_prefix(c, name, m->prefix));
    TRY(check_word(c, name, "separator", m->separator, separators));
    TRY(check_word(c, name, "repeats", m->repeats, repeats));
    TRY(check_word(c, name, "closed_early", m->closed_early, early));
    if (m->header_row < 0 || m->header_row > 1000)
        return fail(c, ERR_INVALID, name, "header_row: %s",
                    words_in(c, "must be from 1 to 1000"));
    if (m->values != NULL)
        TRY(check_values(c, name, m->values));
    return m->defaults ? check_defaults(c, name, m->defaults) : OK;
}

enum err
import_map_read(struct call *c, const char *name, const char *text, size_t n,
                struct import_map **out)
{
    const struct yaml_file file = { name, text, n };
    void *map = NULL;

    TRY(yaml_read(c, &file, &map_schema, &map));
    *out = map;
    return check_map(c, name, *out);
}
