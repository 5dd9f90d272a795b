/* SPDX-License-Identifier: Apache-2.0 */
/* Other people's requests come in whole or not at all. */
#include "engine/order/import.h"
#include "fault.h"

static const char map[] =
    "source: old\nprefix: OLD\ntime_zone: Asia/Shanghai\n"
    "columns:\n  identity: id\n  submitted_at: asked\n  area: area\n"
    "  crew: crew\n";
static const char csv[] =
    "id,asked,area,crew\n"
    "1,2025-03-03 09:10:00,water,one\n"
    "2,2025-03-03 09:11:00,light,two\n";

static enum err
do_import(struct call *c, const void *with)
{
    struct import_report r = { 0 };
    struct import_map *m;

    (void)with;
    TRY(import_map_read(c, "map", map, sizeof map - 1, &m));
    return import_requests(c, m, csv, sizeof csv - 1, false, NULL, &r);
}

TEST(an_import_of_requests_is_all_or_nothing)
{
    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "import requests", "sysadmin", do_import, NULL);
}
