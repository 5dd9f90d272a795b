/* SPDX-License-Identifier: Apache-2.0 */
/* Every change of the catalogue. */
#include "engine/catalog/catalog.h"
#include "fault.h"

/* A verb that takes the row WITH and completes it in place. */
#define VERB(name, T)                                                          \
    static enum err do_##name(struct call *c, const void *with)                \
    {                                                                          \
        T copy = *(const T *)with;                                             \
        return catalog_##name(c, &copy);                                       \
    }
/* The same of a plain noun, which must have an id as its first member. */
#define ADDS(name, T, noun)                                                    \
    static enum err do_add_##name(struct call *c, const void *with)            \
    {                                                                          \
        T copy = *(const T *)with;                                             \
        return noun_add(c, &(noun), &copy);                                    \
    }
#define SETS(name, T, noun)                                                    \
    static enum err do_set_##name(struct call *c, const void *with)            \
    {                                                                          \
        T copy = *(const T *)with;                                             \
        return noun_set(c, &(noun), &copy, c->said);                           \
    }
#define REMOVES(name, noun)                                                    \
    static enum err do_remove_##name(struct call *c, const void *with)         \
    {                                                                          \
        return noun_remove(c, &(noun), *(const int64_t *)with);                \
    }
ADDS(area, struct service_area, service_area_noun)
SETS(area, struct service_area, service_area_noun)
VERB(add_item, struct service_item)
VERB(add_sla, struct sla_class)
ADDS(rule, struct routing_rule, routing_rule_noun)
SETS(rule, struct routing_rule, routing_rule_noun)
REMOVES(rule, routing_rule_noun)
ADDS(day, struct calendar_day, calendar_day_noun)
REMOVES(day, calendar_day_noun)
ADDS(year, struct calendar_year, calendar_year_noun)
REMOVES(year, calendar_year_noun)
ADDS(hours, struct office_hours, office_hours_noun)
SETS(hours, struct office_hours, office_hours_noun)

static void
open_catalogue(struct call *c)
{
    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
}

static void
try_verb(struct call *c, const char *name, fault_verb verb, const void *with,
         const struct model *m, const char *said)
{
    c->said = m ? model_mask(m, said) : 0;
    expect_all_or_nothing(c, name, "sysadmin", verb, with);
}

TEST(areas_and_versions_are_all_or_nothing)
{
    struct service_area area = {
        .code = "Z", .name = "新", .name_en = "New", .sort = 20
    };
    struct service_item item = {
        .code = "Z01",
        .name = "新事",
        .name_en = "New thing",
        .priority = 3,
        .sla_class = "N",
        .active = true
    };
    struct sla_class sla = {
        .code = "Z", .name = "新", .name_en = "New", .accept_min = 5
    };

    open_catalogue(c);
    try_verb(c, "add area", do_add_area, &area, NULL, NULL);
    area.id = id_of(c, "service_area", "Z");
    area.name = "更新";
    try_verb(c, "set area", do_set_area, &area, &service_area_model, "name");
    item.area_id = area.id;
    try_verb(c, "add item", do_add_item, &item, NULL, NULL);
    item.name = "更新事";
    c->now = at("2026-11-25 10:00");
    try_verb(c, "next item", do_add_item, &item, NULL, NULL);
    try_verb(c, "add class", do_add_sla, &sla, NULL, NULL);
    sla.accept_min = 7;
    c->now = at("2026-11-26 10:00");
    try_verb(c, "next class", do_add_sla, &sla, NULL, NULL);
}

TEST(rules_and_calendars_are_all_or_nothing)
{
    struct routing_rule rule = { .item_code = "A04", .place_id = 22 };
    struct calendar_day on = {
        .on_day = day_of(2026, 12, 24), .kind = WORKCAL_CLOSURE, .name = "停电"
    };
    struct calendar_year year = { .year = 2041, .source = "x" };
    struct office_hours hours = { .name = "夏",
                                  .from_month_day = 501,
                                  .to_month_day = 930,
                                  .spans = "08:00-12:00" };

    open_catalogue(c);
    rule.crew_id = id_of(c, "crew", "plumbers");
    try_verb(c, "add rule", do_add_rule, &rule, NULL, NULL);
    rule.id = office_int(c, "SELECT MAX(id) FROM routing_rule");
    rule.crew_id = id_of(c, "crew", "cleaners");
    try_verb(c, "set rule", do_set_rule, &rule, &routing_rule_model, "crew_id");
    try_verb(c, "remove rule", do_remove_rule, &rule, NULL, NULL);
    try_verb(c, "add day", do_add_day, &on, NULL, NULL);
    on.id = office_int(c, "SELECT MAX(id) FROM calendar_day");
    try_verb(c, "remove day", do_remove_day, &on, NULL, NULL);
    try_verb(c, "add year", do_add_year, &year, NULL, NULL);
    year.id = office_int(c, "SELECT id FROM calendar_year WHERE year = 2041");
    try_verb(c, "remove year", do_remove_year, &year, NULL, NULL);
    try_verb(c, "add hours", do_add_hours, &hours, NULL, NULL);
    hours.id = office_int(c, "SELECT MAX(id) FROM office_hours");
    hours.spans = "08:00-13:00";
    try_verb(c, "set hours", do_set_hours, &hours, &office_hours_model,
             "spans");
}

static enum err
do_import(struct call *c, const void *with)
{
    struct catalog_file f = { "small.yaml", with, strlen(with) };
    struct catalog_report r;

    return catalog_import(c, &f, 1, false, &r);
}

TEST(a_pack_is_all_or_nothing)
{
    static const char pack[] =
        "valid_from: 2000-01-01\n"
        "areas:\n"
        "  - {code: Z, name: 新, name_en: New, sort: 30}\n"
        "crews:\n"
        "  - {code: newcrew, name: 新班, name_en: New crew, dispatch: grab}\n"
        "items:\n"
        "  - code: Z01\n"
        "    name: 新事\n"
        "    name_en: New thing\n"
        "    keywords: [new]\n"
        "    priority: 3\n"
        "    sla_class: \"N\"\n"
        "    crew: newcrew\n";

    open_catalogue(c);
    try_verb(c, "import", do_import, pack, NULL, NULL);
}
