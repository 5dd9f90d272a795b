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
do_import(struct call *c)
{
    const struct import_file file = { "old.csv", csv, sizeof csv - 1 };
    struct import_wish w = { .files = &file, .n_files = 1 };
    struct import_report r = { 0 };
    struct import_map *m;

    TRY(import_map_read(c, "map", map, sizeof map - 1, &m));
    w.map = m;
    return import_requests(c, &w, &r);
}

/* What an import leaves behind when it is undone is its own row and what the
   audit tells. */
static const char *const brought[] = { "orders", "service_area", "service_item",
                                       "crew",   "person",       "import_row",
                                       NULL };

TEST(an_import_that_fails_at_any_statement_is_undone_whole)
{
    uint64_t before;
    bool hit = true;
    int64_t k;

    office_make(c);
    as(c, "sysadmin");
    before = tables_sum(c, brought);
    for (k = 1; hit; k++) {
        enum err e;

        db_fault(c, k);
        e = do_import(c);
        hit = db_fault_count(c) >= k;
        db_fault(c, 0);
        if (hit && e == OK)
            fail_msg("statement %lld failed, and nobody noticed", (long long)k);
        if (hit
            && (tables_sum(c, brought) != before
                || office_int(c, "SELECT COUNT(*) FROM event WHERE noun ="
                                 " 'order'")
                       != 0))
            fail_msg("statement %lld failed, and something stayed",
                     (long long)k);
        if (!hit)
            EXPECT_OK(e);
        c->fault = (struct fault){ 0 };
        EXPECT(k < 2000);
    }
    EXPECT(k > 30);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM orders") == 2);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM request_import WHERE state"
                         " NOT IN ('undone', 'done')")
           == 0);
}
