/* SPDX-License-Identifier: Apache-2.0 */
/* What the schema refuses when two ask at once, as it is told to the second:
   in the words of the engine that asked first. */
#include "api/route.h"
#include "db/db.h"

static const char says_code_taken[] = "the code is taken";
static const char says_name_taken[] = "the name is taken";
static const char says_day_marked[] = "the day is marked so already";
static const char says_year_known[] = "the year is published already";
static const char says_member[] = "is in the crew already";
static const char says_on_call[] = "is on call that day already";
static const char says_rated[] = "it was rated before";

const struct db_rule conflict_rules[] = {
    { "account_name", "account.name", "name", says_name_taken },
    { "calendar_day_day", "calendar_day.on_day, calendar_day.kind", "on_day",
      says_day_marked },
    { "calendar_year_year", "calendar_year.year", "year", says_year_known },
    { "crew_code", "crew.code", "code", says_code_taken },
    { "crew_member_pair", "crew_member.crew_id, crew_member.person_id",
      "person_id", says_member },
    { "on_call_day", "on_call.on_day, on_call.person_id", "person_id",
      says_on_call },
    { "person_code", "person.code", "code", says_code_taken },
    { "place_code", "place.code", "code", says_code_taken },
    { "provider_code", "provider.code", "code", says_code_taken },
    { "rating_order", "rating.order_id, rating.life", "stars", says_rated },
    { "saved_view_name",
      "saved_view.account_id, saved_view.list, saved_view.name", "name",
      says_name_taken },
    { "service_area_code", "service_area.code", "code", says_code_taken },
    { "service_item_code", "service_item.code, service_item.valid_from", "code",
      says_code_taken },
    { "sla_class_code", "sla_class.code, sla_class.valid_from", "code",
      says_code_taken },
    { .name = NULL },
};
