/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack - a file of the catalogue as people write it: YAML (or JSON) read into
 * structs by libcyaml, and checked as far as one file can be.
 *
 * Always true: any bytes at all end in a pack or in a fault whose field is
 * the file's name and whose words tell the line and the key; nothing is
 * written anywhere.
 *
 * Anchors' aliases are refused, since a few lines of them can unfold into
 * gigabytes.  docs/CATALOGUE.md shows every key.
 */
#ifndef ENGINE_CATALOG_PACK_H
#define ENGINE_CATALOG_PACK_H

#include "engine/catalog/catalog.h"
#include "engine/catalog/form.h"

#define PACK_MAX_BYTES (4 * 1024 * 1024)

/* Yes or no, where silence is a third thing. */
enum pack_said { NOT_SAID, SAID_YES, SAID_NO };

struct pack_area {
    const char *code, *name, *name_en;
    int64_t sort;
};

/* "30 min", "2 h", "4 wh", "30 wmin", "1 wd", "booked"; NULL: no clock. */
struct pack_sla {
    const char *code, *name, *name_en;
    const char *accept, *on_site, *safe, *complete;
    int pause;                /* enum sla_pause */
    enum pack_said emergency; /* silence leaves a class as it is */
};

struct pack_crew {
    const char *code, *name, *name_en, *dispatch;
};

struct pack_shown {
    const char *field, *is;
};

struct pack_field {
    const char *name, *label, *label_en, *says, *says_en, *unit, *unit_en;
    int kind, sets; /* enum form_kind, enum form_sets */
    enum pack_said required, day_only;
    double *min, *max;
    int64_t decimals;
    struct form_choice *choices;
    unsigned n_choices;
    struct pack_shown *shown_if;
};

struct pack_item {
    const char *code, *area; /* area: NULL is the file's only one */
    const char *name, *name_en;
    const char **keywords;
    unsigned n_keywords;
    int64_t priority;
    const char *sla_class, *crew, *account;
    struct pack_field *fields;
    unsigned n_fields;
    enum pack_said needs_approval, anonymous_allowed, classified_allowed,
        public_list;
    enum pack_said asks_rating, active; /* silence is yes */
};

struct pack_route {
    const char *item, *place, *crew; /* place: its code */
};

struct pack_hours {
    const char *name, *name_en, *from, *to, *spans; /* from, to: "05-01" */
};

struct pack_day {
    const char *day, *name, *name_en;
    int kind; /* enum workcal_kind */
};

struct pack_year {
    int64_t year;
    struct pack_day *days;
    unsigned n_days;
};

struct pack {
    const char *valid_from, *source, *licence;
    struct pack_area *areas;
    struct pack_sla *sla_classes;
    struct pack_crew *crews;
    struct pack_item *items;
    struct pack_route *routing;
    struct pack_hours *office_hours;
    struct pack_year *years;
    unsigned n_areas, n_sla_classes, n_crews, n_items, n_routing,
        n_office_hours, n_years;
};

/* Read one file.  The pack lives in the call's arena. */
enum err pack_read(struct call *c, const struct catalog_file *file,
                   struct pack *out) MUST_USE;

/* Parts of a pack as the catalogue holds them; the fault names the file. */
enum err pack_form(struct call *c, const struct catalog_file *file,
                   const struct pack_item *i, struct form *out) MUST_USE;
enum err pack_sla(struct call *c, const struct catalog_file *file,
                  const struct pack_sla *s, struct sla_class *out) MUST_USE;

/* The fault that was recorded, told again of an entry of the file. */
enum err pack_fault(struct call *c, const struct catalog_file *file,
                    const char *entry);

#endif
