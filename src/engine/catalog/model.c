/* SPDX-License-Identifier: Apache-2.0 */
/* The nouns of the catalogue. */
#include "engine/catalog/catalog.h"

static const char *const pause_words[] = { "yes", "no", "approval", NULL };
static const char *const kind_words[] = { "holiday", "makeup", "closure",
                                          "half_holiday", NULL };

static const struct field area_fields[] = {
    FIELD(struct service_area, id, .flags = GIVEN),
    FIELD(struct service_area, code, .flags = REQUIRED | FIXED | UNIQUE | FOUND,
          .min = 1, .max = 20, .label = "Code"),
    FIELD(struct service_area, name, .flags = REQUIRED | TITLE | FOUND,
          .min = 1, .max = 60, .label = "Name"),
    FIELD(struct service_area, name_en, .flags = REQUIRED | FOUND, .min = 1,
          .max = 100, .label = "English name"),
    FIELD(struct service_area, sort, .min = 0, .max = 100000,
          .label = "Order in lists"),
    FIELD(struct service_area, version, .flags = GIVEN),
    FIELD(struct service_area, updated_at, .flags = GIVEN),
};
const struct model service_area_model =
    MODEL("service_area", "service_area", struct service_area, area_fields);

/* The longest clock is a year. */
#define MAX_MIN (366 * 24 * 60)
#define MAX_DAYS 366

static const struct field sla_fields[] = {
    FIELD(struct sla_class, id, .flags = GIVEN),
    FIELD(struct sla_class, code, .flags = REQUIRED | UNIQUE | FOUND, .min = 1,
          .max = 20, .label = "Code"),
    FIELD(struct sla_class, name, .flags = REQUIRED | TITLE | FOUND, .min = 1,
          .max = 60, .label = "Name"),
    FIELD(struct sla_class, name_en, .flags = REQUIRED | FOUND, .min = 1,
          .max = 100, .label = "English name"),
    FIELD(struct sla_class, accept_min, .min = 0, .max = MAX_MIN,
          .label = "Accept within minutes"),
    FIELD(struct sla_class, accept_days, .min = 0, .max = MAX_DAYS,
          .label = "Accept within working days"),
    FIELD(struct sla_class, accept_working, .label = "Accept in office time"),
    FIELD(struct sla_class, on_site_min, .min = 0, .max = MAX_MIN,
          .label = "On site within minutes"),
    FIELD(struct sla_class, on_site_days, .min = 0, .max = MAX_DAYS,
          .label = "On site within working days"),
    FIELD(struct sla_class, on_site_working, .label = "On site in office time"),
    FIELD(struct sla_class, on_site_booked,
          .label = "On site at the booked time"),
    FIELD(struct sla_class, safe_min, .min = 0, .max = MAX_MIN,
          .label = "Safe within minutes"),
    FIELD(struct sla_class, safe_working, .label = "Safe in office time"),
    FIELD(struct sla_class, complete_min, .min = 0, .max = MAX_MIN,
          .label = "Complete within minutes"),
    FIELD(struct sla_class, complete_days, .min = 0, .max = MAX_DAYS,
          .label = "Complete within working days"),
    FIELD(struct sla_class, complete_working,
          .label = "Complete in office time"),
    FIELD(struct sla_class, complete_booked,
          .label = "Complete at the booked time"),
    FIELD(struct sla_class, pause, .choices = pause_words,
          .label = "May be suspended"),
    FIELD(struct sla_class, emergency, .label = "Emergency",
          .says = "An order goes to its crew at once, without the desk."),
    FIELD(struct sla_class, valid_from, .flags = SINCE, .label = "Valid from",
          .says = "The first day of this version; today when not said."),
    FIELD(struct sla_class, valid_to, .flags = GIVEN | UNTIL,
          .label = "Valid to",
          .says = "The first day on which it is no more in force."),
    FIELD(struct sla_class, version, .flags = GIVEN),
    FIELD(struct sla_class, updated_at, .flags = GIVEN),
};
const struct model sla_class_model =
    MODEL("sla_class", "sla_class", struct sla_class, sla_fields);

static const struct field item_fields[] = {
    FIELD(struct service_item, id, .flags = GIVEN),
    FIELD(struct service_item, code, .flags = REQUIRED | UNIQUE | FOUND,
          .min = 1, .max = 40, .label = "Code"),
    FIELD(struct service_item, area_id, .flags = REQUIRED,
          .refers = "service_area", .label = "Area"),
    FIELD(struct service_item, name, .flags = REQUIRED | TITLE | FOUND,
          .min = 1, .max = 120, .label = "Name"),
    FIELD(struct service_item, name_en, .flags = REQUIRED | FOUND, .min = 1,
          .max = 160, .label = "English name"),
    FIELD(struct service_item, keywords, .flags = FOUND, .max = 2000,
          .label = "Keywords",
          .says = "Other words people use for it, with a comma between."),
    FIELD(struct service_item, priority, .flags = REQUIRED, .min = 1, .max = 5,
          .label = "Priority", .says = "1 is the highest."),
    FIELD(struct service_item, sla_class, .flags = REQUIRED, .min = 1,
          .max = 20, .label = "Service level"),
    FIELD(struct service_item, account, .max = 20,
          .label = "Expenditure account"),
    FIELD(struct service_item, fields, .flags = JSON_TEXT,
          .label = "Form fields",
          .says = "The item's own questions, a list of form fields."),
    FIELD(struct service_item, needs_approval, .label = "Needs approval"),
    FIELD(struct service_item, asks_rating, .label = "Asks for a rating"),
    FIELD(struct service_item, anonymous_allowed,
          .label = "May be asked without a name"),
    FIELD(struct service_item, classified_allowed,
          .label = "Classified content allowed"),
    FIELD(struct service_item, public_list, .label = "Published in lists"),
    FIELD(struct service_item, active, .flags = IN_USE,
          .label = "Can be asked for"),
    FIELD(struct service_item, valid_from, .flags = SINCE,
          .label = "Valid from",
          .says = "The first day of this version; today when not said."),
    FIELD(struct service_item, valid_to, .flags = GIVEN | UNTIL,
          .label = "Valid to",
          .says = "The first day on which it is no more in force."),
    FIELD(struct service_item, version, .flags = GIVEN),
    FIELD(struct service_item, updated_at, .flags = GIVEN),
};
const struct model service_item_model =
    MODEL("service_item", "service_item", struct service_item, item_fields);

static const struct field rule_fields[] = {
    FIELD(struct routing_rule, id, .flags = GIVEN),
    FIELD(struct routing_rule, item_code, .max = 40, .label = "Item or area",
          .says = "The code of an item or of an area; empty for any."),
    FIELD(struct routing_rule, place_id, .refers = "place", .label = "Place",
          .says = "This place and all below it; empty for anywhere."),
    FIELD(struct routing_rule, crew_id, .flags = REQUIRED, .refers = "crew",
          .label = "Crew"),
    FIELD(struct routing_rule, valid_from, .flags = SINCE,
          .label = "Valid from", .says = "Today when not said."),
    FIELD(struct routing_rule, valid_to, .flags = UNTIL, .label = "Valid to",
          .says = "The first day on which it is no more in force."),
    FIELD(struct routing_rule, version, .flags = GIVEN),
    FIELD(struct routing_rule, updated_at, .flags = GIVEN),
};
const struct model routing_rule_model =
    MODEL("routing_rule", "routing_rule", struct routing_rule, rule_fields);

static const struct field day_fields[] = {
    FIELD(struct calendar_day, id, .flags = GIVEN),
    FIELD(struct calendar_day, on_day, .flags = REQUIRED | UNIQUE,
          .label = "Day"),
    FIELD(struct calendar_day, kind, .flags = REQUIRED | PART_OF_KEY,
          .choices = kind_words, .label = "Kind of day"),
    FIELD(struct calendar_day, name, .flags = FOUND | TITLE, .max = 60,
          .label = "Name"),
    FIELD(struct calendar_day, name_en, .flags = FOUND, .max = 100,
          .label = "English name"),
    FIELD(struct calendar_day, version, .flags = GIVEN),
    FIELD(struct calendar_day, updated_at, .flags = GIVEN),
};
const struct model calendar_day_model =
    MODEL("calendar_day", "calendar_day", struct calendar_day, day_fields);

static const struct field year_fields[] = {
    FIELD(struct calendar_year, id, .flags = GIVEN),
    FIELD(struct calendar_year, year, .flags = REQUIRED | UNIQUE, .min = 2000,
          .max = 2099, .label = "Year"),
    FIELD(struct calendar_year, source, .max = 200, .label = "Source",
          .says = "Where its holidays were published."),
    FIELD(struct calendar_year, version, .flags = GIVEN),
    FIELD(struct calendar_year, updated_at, .flags = GIVEN),
};
const struct model calendar_year_model =
    MODEL("calendar_year", "calendar_year", struct calendar_year, year_fields);

static const struct field hours_fields[] = {
    FIELD(struct office_hours, id, .flags = GIVEN),
    FIELD(struct office_hours, name, .flags = REQUIRED | TITLE | FOUND,
          .min = 1, .max = 60, .label = "Name"),
    FIELD(struct office_hours, name_en, .flags = FOUND, .max = 60,
          .label = "English name"),
    FIELD(struct office_hours, from_month_day, .flags = REQUIRED, .min = 101,
          .max = 1231, .label = "From month and day", .says = "501 is 1 May."),
    FIELD(struct office_hours, to_month_day, .flags = REQUIRED, .min = 101,
          .max = 1231, .label = "To month and day",
          .says = "930 is 30 September, the whole day."),
    FIELD(struct office_hours, spans, .flags = REQUIRED, .min = 11, .max = 60,
          .label = "Hours", .says = "Such as 08:30-12:00,14:00-17:30."),
    FIELD(struct office_hours, valid_from, .flags = SINCE,
          .label = "Valid from", .says = "Today when not said."),
    FIELD(struct office_hours, valid_to, .flags = UNTIL, .label = "Valid to",
          .says = "The first day on which it is no more in force."),
    FIELD(struct office_hours, version, .flags = GIVEN),
    FIELD(struct office_hours, updated_at, .flags = GIVEN),
};
const struct model office_hours_model =
    MODEL("office_hours", "office_hours", struct office_hours, hours_fields);
