/* SPDX-License-Identifier: Apache-2.0 */
/* The map of an import, read by libcyaml. */
#include <ctype.h>
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
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

static const cyaml_schema_field_t map_keys[] = {
    NEEDED_TEXT("source", struct import_map, source),
    NEEDED_TEXT("prefix", struct import_map, prefix),
    NEEDED_TEXT("time_zone", struct import_map, time_zone),
    TEXT("time_format", struct import_map, time_format),
    TEXT("separator", struct import_map, separator),
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

/* libcyaml tells the cause first and then the way to it; each line is kept. */
static void
hear(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
    char line[300];

    if (level < CYAML_LOG_ERROR)
        return;
    (void)vsnprintf(line, sizeof line, fmt, args);
    line[strcspn(line, "\n")] = '\0';
    if (((struct buf *)ctx)->len > 0)
        buf_puts(ctx, "; ");
    buf_puts(ctx, text_starts(line, "Load: ") ? line + 6 : line);
}

/* libcyaml's memory is the call's: nothing is freed one by one. */
static void *
get_memory(void *ctx, void *old, size_t n)
{
    struct arena *a = ctx;
    size_t *head;

    if (n == 0)
        return NULL;
    head = arena_alloc(a, n + 16);
    head[0] = n;
    if (old != NULL) {
        size_t before = ((size_t *)old)[-2];

        memcpy(head + 2, old, before < n ? before : n);
    }
    return head + 2;
}

static bool
is_one_of(const char *word, const char *const *words)
{
    size_t i = 0;

    while (words[i] != NULL && strcmp(words[i], word) != 0)
        i++;
    return words[i] != NULL;
}

/* What a word of the file means must be a word of ours. */
static enum err
check_word(struct call *c, const char *name, const char *key, const char *word,
           const char *const *words)
{
    if (word != NULL && !is_one_of(word, words))
        return fail(c, ERR_INVALID, name, "%s: “%.60s” is not one of its words",
                    key, word);
    return OK;
}

static enum err
check_values(struct call *c, const char *name, const struct map_values *v)
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

static enum err
check_map(struct call *c, const char *name, const struct import_map *m)
{
    static const char *const separators[] = { ",", ";", "|", "tab", NULL };
    struct zone *z = zone_open(m->time_zone);

    if (z == NULL)
        return fail(c, ERR_INVALID, name,
                    "time_zone: “%.60s” is not one such as Asia/Shanghai",
                    m->time_zone);
    zone_close(z);
    TRY(check_prefix(c, name, m->prefix));
    TRY(check_word(c, name, "separator", m->separator, separators));
    if (m->values != NULL)
        TRY(check_values(c, name, m->values));
    return m->defaults ? check_defaults(c, name, m->defaults) : OK;
}

enum err
import_map_read(struct call *c, const char *name, const char *text, size_t n,
                struct import_map **out)
{
    struct buf said = buf_make(c->arena, 2000);
    const cyaml_config_t config = {
        .log_fn = hear,
        .log_ctx = &said,
        .mem_fn = get_memory,
        .mem_ctx = c->arena,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS
    };
    cyaml_data_t *data = NULL;
    cyaml_err_t e;

    if (!text_is_utf8(text, n))
        return fail(c, ERR_INVALID, name, "the file is not UTF-8");
    e = cyaml_load_data((const uint8_t *)text, n, &config, &map_schema, &data,
                        NULL);
    if (e != CYAML_OK)
        return fail(c, ERR_INVALID, name, "the map cannot be read: %s",
                    said.len > 0 ? said.s : cyaml_strerror(e));
    *out = data;
    if (data == NULL)
        return fail(c, ERR_INVALID, name, "the map is empty");
    return check_map(c, name, *out);
}
