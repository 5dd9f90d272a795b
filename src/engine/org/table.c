/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that come in as a whole. */
#include "engine/org/table.h"

#include <string.h>

const struct table org_tables[] = {
    [ORG_UNITS] = { "units", &unit_noun,
                    "WHERE valid_to IS NULL OR valid_to > $1 ORDER BY id",
                    true },
    [ORG_PERSONS] = { "persons", &person_noun, "WHERE id + $1 > 0 ORDER BY id",
                      false },
    [ORG_PLACES] = { "places", &place_noun, "WHERE id + $1 > 0 ORDER BY id",
                     true },
};

bool
org_table_read(const char *word, enum org_table *out)
{
    for (size_t i = 0; i < COUNT(org_tables); i++) {
        if (strcmp(org_tables[i].word, word) == 0) {
            *out = (enum org_table)i;
            return true;
        }
    }
    return false;
}

/* The parameter is today, whether it matters or not. */
static const char unit_codes[] =
    "SELECT code, id FROM unit WHERE valid_to IS NULL OR valid_to > $1"
    " ORDER BY id";
static const char place_codes[] =
    "SELECT code, id FROM place WHERE id + $1 > 0 ORDER BY id";
static const char provider_codes[] =
    "SELECT code, id FROM provider WHERE id + $1 > 0 ORDER BY id";

const char *
table_codes_sql(const struct model *m)
{
    if (m == &unit_model)
        return unit_codes;
    return m == &place_model ? place_codes : provider_codes;
}

/* What people call the kinds; the first is written. */
static const char *const kind_names[][5] = {
    { "院区", "园区", "大院", "site", NULL },
    { "楼宇", "楼", "楼栋", "building", NULL },
    { "楼层", "层", "floor", NULL },
    { "房间", "室", "room", NULL },
};

const char *
cell_place_kind(const char *text)
{
    for (size_t i = 0; i < COUNT(kind_names); i++) {
        for (size_t k = 0; kind_names[i][k]; k++) {
            if (text_same_case(text, kind_names[i][k]))
                return place_kinds[i];
        }
    }
    return NULL;
}

/* -- for the rows of nouns ------------------------------------------------ */

#define TABLE(word, table)                                                     \
    enum err org_import_##word(struct call *c, const char *text, size_t len,   \
                               bool dry_run, struct import_result *result)     \
    {                                                                          \
        return org_import(c, table, text, len, dry_run, result);               \
    }
TABLE(units, ORG_UNITS)
TABLE(persons, ORG_PERSONS)
TABLE(places, ORG_PLACES)
