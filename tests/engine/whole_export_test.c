/* SPDX-License-Identifier: Apache-2.0 */
/* That `liangcao export all` leaves nothing out without saying why. */
#include "api/route.h"
#include "cli/cli.h"
#include "office.h"

/* FTS5 keeps its index in tables named after its own. */
static const char sqlite_tables[] =
    "SELECT name FROM sqlite_master WHERE type = 'table'"
    " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'order_search_%'"
    " AND name NOT LIKE 'search_%'"
    " ORDER BY name";
static const char postgres_tables[] =
    "SELECT CAST(tablename AS TEXT) FROM pg_tables"
    " WHERE schemaname = current_schema() ORDER BY tablename";

static const char *const *
tables(struct call *c, size_t *n)
{
    const char **all = NEW_N(c->arena, const char *, 200);
    struct rows r =
        db_query_n(c,
                   store_is_postgres(c->app->store) ? postgres_tables
                                                    : sqlite_tables,
                   NULL, 0);

    for (*n = 0; rows_next(&r); ++*n) {
        ASSERT(*n < 200);
        all[*n] = arena_text(c->arena, row_text(&r, 0));
    }
    EXPECT_OK(rows_end(&r));
    return all;
}

static const struct model *
noun_of(const char *table)
{
    for (size_t i = 0; all_models()[i] != NULL; i++)
        if (text_same(all_models()[i]->table, table))
            return all_models()[i];
    return NULL;
}

TEST(every_table_is_written_out_or_left_out_with_a_reason)
{
    size_t n;
    const char *const *all = tables(c, &n);

    EXPECT(n > 25);
    for (size_t i = 0; i < n; i++) {
        bool noun = noun_of(all[i]) != NULL;
        const char *why = export_left_out(all[i]);

        if (!noun && why == NULL)
            fail_msg("%s is neither written out nor left out", all[i]);
        if (noun && why != NULL)
            fail_msg("%s is said to be left out, and is not", all[i]);
    }
}

/* Who is signed in at the moment, and by what, is no business of a file; by
   what an entry is proved is of use in the database only, and in its copies. */
static const char *const kept_back[] = {
    "session.secret",   "session.csrf",      "session.account_id",
    "audit_entry.rule", "audit_entry.proof", NULL
};

static bool
is_kept_back(struct call *c, const char *table, const char *column)
{
    const char *name = arena_printf(c->arena, "%s.%s", table, column);

    for (size_t i = 0; kept_back[i] != NULL; i++)
        if (strcmp(kept_back[i], name) == 0)
            return true;
    return false;
}

static const char sqlite_columns[] = "SELECT name FROM pragma_table_info($1)";
static const char postgres_columns[] =
    "SELECT CAST(column_name AS TEXT) FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND table_name = $1";

static void
check_columns(struct call *c, const struct model *m)
{
    const struct value table = V(m->table);
    struct rows r =
        db_query_n(c,
                   store_is_postgres(c->app->store) ? postgres_columns
                                                    : sqlite_columns,
                   &table, 1);

    while (rows_next(&r)) {
        const char *column = arena_text(c->arena, row_text(&r, 0));

        if (model_field(m, column) == NULL
            && !is_kept_back(c, m->table, column))
            fail_msg("%s.%s is written out nowhere", m->table, column);
    }
    EXPECT_OK(rows_end(&r));
}

TEST(every_column_of_a_table_that_is_written_out_is)
{
    for (size_t i = 0; all_models()[i] != NULL; i++)
        if (all_models()[i]->table != NULL)
            check_columns(c, all_models()[i]);
}
