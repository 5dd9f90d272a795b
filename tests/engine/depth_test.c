/* SPDX-License-Identifier: Apache-2.0 */
/* How deep units may lie in one another: each carries the path of all above. */
#include "engine/org/org.h"
#include "office.h"

/* A chain of N units, each in the one before; the lowest. */
static struct unit
make_chain(struct call *c, const char *code, int n)
{
    struct unit u = { 0 };

    for (int i = 0; i < n; i++) {
        u = (struct unit){ .code = arena_printf(c->arena, "%s%d", code, i),
                           .name = "x",
                           .parent_id = u.id };
        EXPECT_OK(unit_add(c, &u));
    }
    return u;
}

TEST(units_lie_at_most_32_deep)
{
    struct unit low, other, more = { .code = "more", .name = "x" };

    office_make(c);
    as(c, "sysadmin");
    more.parent_id = (low = make_chain(c, "A", 32)).id;
    EXPECT_FAULT(unit_add(c, &more), ERR_CONFLICT, "parent_id");
    /* With what hangs on it, too. */
    other = make_chain(c, "B", 2);
    struct unit_act move = { .id = other.parent_id,
                             .parent_id = low.parent_id };
    EXPECT_FAULT(unit_move(c, &move, &more), ERR_CONFLICT, "parent_id");
    move.id = other.id;
    EXPECT_OK(unit_move(c, &move, &more));
}

TEST(a_table_of_units_too_deep_is_refused_by_its_line)
{
    struct buf csv = buf_make(c->arena, 0);
    struct import_result r;

    office_make(c);
    as(c, "sysadmin");
    buf_puts(&csv, "code,name,parent_code\nC0,x,\n");
    for (int i = 1; i < 34; i++)
        buf_printf(&csv, "C%d,x,C%d\n", i, i - 1);
    EXPECT_OK(noun_import(c, &unit_noun, csv.s, csv.len, false, &r));
    EXPECT(r.n_refused == 1 && r.refused[0].line == 34);
    EXPECT(strcmp(r.refused[0].field, "parent_id") == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM unit WHERE code = 'C0'") == 0);
}
