/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape - whether the schema in a database is the one that this release makes:
 * a trigger acts for whoever put it there, and without its unique index a
 * table holds two rows of one number.
 *
 * The measure is made anew, in memory.  SQLite keeps the text of each
 * statement, which is compared; of PostgreSQL the names of columns and indexes
 * are, for the schema's statements are the same, and what its views say.
 */
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "base/words.h"
#include "db/backend.h"

/* -- what stands in a database ------------------------------------------ */

/* What SQLite makes by itself has its names; the index of the search is kept
   in tables whose text is its own affair.

   Earlier releases gave SQLite the statements as they stand: a key is then
   called BIGINT, and an index that need not be unique ends with it; spaces say nothing. */
static const char sqlite_shape[] =
    "SELECT type || ' ' || name, CASE WHEN type = 'table'"
    " AND (name LIKE 'search!_%' ESCAPE '!'"
    " OR name LIKE '%!_search!_%' ESCAPE '!') THEN '' ELSE"
    " tbl_name || ' ' || REPLACE(REPLACE(CASE WHEN sql LIKE 'CREATE INDEX%'"
    " THEN REPLACE(sql, ', id)', ')') ELSE COALESCE(REPLACE(sql,"
    " 'BIGINT PRIMARY KEY', 'INTEGER PRIMARY KEY'), '') END, ' ', ''), "
    "char(10), '') END"
    " FROM sqlite_master WHERE NOT (type IN ('table', 'index')"
    " AND name LIKE 'sqlite!_%' ESCAPE '!') ORDER BY 1";

static const char sqlite_triggers[] =
    "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name";

/* The same words for SQLite, of the measure, and for PostgreSQL; but for the
   search, each has its own there.  A key, a reference and what may not be empty
   are told by their columns; of checks, which PostgreSQL writes down in its own
   way, how many there are. */
#define OURS                                                                   \
    " m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!'"             \
    " AND m.name <> 'search' AND m.name NOT LIKE 'search!_%' ESCAPE '!'"       \
    " AND m.name NOT LIKE '%!_search' ESCAPE '!'"                              \
    " AND m.name NOT LIKE '%!_search!_%' ESCAPE '!'"
static const char measure_names[] =
    "SELECT 'column ' || m.name || '.' || p.name AS what, CASE WHEN"
    " p.\"notnull\" OR p.pk > 0 THEN 'needed' ELSE '' END FROM"
    " sqlite_master m, pragma_table_xinfo(m.name) p WHERE" OURS
    " UNION SELECT 'index ' || m.name || '.' || i.name, CASE WHEN i.\"unique\" "
    "THEN 'unique'"
    " ELSE '' END FROM sqlite_master m, pragma_index_list(m.name) i"
    " WHERE m.type = 'table' AND i.origin = 'c'"
    " UNION SELECT 'reference ' || m.name || '.' || f.\"from\", f.\"table\""
    " FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE" OURS
    " UNION SELECT 'key ' || m.name || '.' || (SELECT group_concat(name)"
    " FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY name)), ''"
    " FROM sqlite_master m, pragma_index_list(m.name) i WHERE i.origin = 'u'"
    " AND" OURS
    " UNION SELECT 'key ' || m.name || '.' || (SELECT group_concat(name)"
    " FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0"
    " ORDER BY name)), '' FROM sqlite_master m WHERE EXISTS"
    " (SELECT 1 FROM pragma_table_info(m.name) WHERE pk > 0) AND" OURS
    " UNION SELECT 'checks ' || m.name || '.', (LENGTH(m.sql)"
    " - LENGTH(REPLACE(m.sql, 'CHECK (', ''))) / LENGTH('CHECK (')"
    " FROM sqlite_master m WHERE" OURS " ORDER BY 1";

#define HERE                                                                   \
    " t.relkind IN ('r', 'p')"                                                 \
    " AND t.relnamespace = CAST(current_schema() AS regnamespace)"             \
    " AND t.relname <> 'search' AND t.relname NOT LIKE '%!_search' ESCAPE '!'"
static const char postgres_names[] =
    "SELECT what, how FROM ("
    "SELECT 'column ' || t.relname || '.' || a.attname AS what, CASE WHEN"
    " a.attnotnull THEN 'needed' ELSE '' END AS how"
    " FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid"
    " AND a.attnum > 0 AND NOT a.attisdropped WHERE" HERE
    " UNION SELECT 'index ' || t.relname || '.' || x.relname, CASE WHEN "
    "i.indisunique"
    " THEN 'unique' ELSE '' END FROM pg_index i JOIN pg_class x"
    " ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid"
    " WHERE" HERE " AND NOT EXISTS (SELECT 1 FROM"
    " pg_constraint k WHERE k.conindid = i.indexrelid)"
    " UNION SELECT 'reference ' || t.relname || '.' || a.attname, o.relname"
    " FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid"
    " JOIN pg_class o ON o.oid = k.confrelid JOIN pg_attribute a"
    " ON a.attrelid = t.oid AND a.attnum = ANY (k.conkey)"
    " WHERE k.contype = 'f' AND k.convalidated AND" HERE
    " UNION SELECT 'key ' || t.relname || '.' || (SELECT"
    " string_agg(a.attname, ',' ORDER BY a.attname COLLATE \"C\")"
    " FROM pg_attribute a WHERE a.attrelid = t.oid"
    " AND a.attnum = ANY (k.conkey)), ''"
    " FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid"
    " WHERE k.contype IN ('p', 'u') AND" HERE
    " UNION SELECT 'checks ' || t.relname || '.', CAST((SELECT COUNT(*)"
    " FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'c'"
    " AND k.convalidated) AS TEXT) FROM pg_class t WHERE" HERE
    ") AS s ORDER BY what COLLATE \"C\"";

static const char postgres_triggers[] =
    "SELECT g.tgname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid"
    " WHERE NOT g.tgisinternal AND t.relnamespace ="
    " CAST(current_schema() AS regnamespace)"
    " UNION ALL SELECT r.rulename FROM pg_rewrite r JOIN pg_class t"
    " ON t.oid = r.ev_class WHERE t.relkind IN ('r', 'p')"
    " AND t.relnamespace = CAST(current_schema() AS regnamespace)";

/* The views of the measure, and whether one here is the same as another there:
   PostgreSQL keeps a view as it has understood it and writes that down anew. */
static const char measure_views[] =
    "SELECT name, sql FROM sqlite_master WHERE type = 'view' ORDER BY name";

static const char same_view[] =
    "SELECT CASE WHEN to_regclass($1) IS NULL THEN 0"
    " WHEN pg_get_viewdef(to_regclass($1)) = pg_get_viewdef(to_regclass($2))"
    " THEN 1 ELSE 2 END";

/* -- comparing ------------------------------------------------------------ */

struct thing {
    const char *name, *text;
};

struct things {
    struct thing *list;
    size_t n, cap;
};

static enum err
read_things(struct call *c, const char *sql, struct things *out)
{
    ROWS r = db_query(c, sql);

    while (rows_next(&r)) {
        GROW(c->arena, out->list, out->n, out->cap);
        out->list[out->n++] =
            (struct thing){ row_text(&r, 0), row_text(&r, 1) };
    }
    return rows_end(&r);
}

static enum err
read_measure(struct call *c, const char *sql, struct things *out)
{
    struct db *mine = c->db;
    const struct store_how how = { .mode = STORE_MAKE,
                                   .readers = 1,
                                   .schema = mine->store->schema,
                                   .n_schema = mine->store->n_schema };
    struct store *s;
    enum err e;

    TRY(store_open_as(c, ":memory:", &how, &s));
    db_session(c, s);
    e = read_things(c, sql, out);
    db_session_end(c);
    c->db = mine;
    store_close(s);
    return e;
}

static void
tell(struct call *c, struct store_faults *out, const char *fmt,
     const struct thing *t)
{
    if (out->strange++ == 0)
        out->strangest = arena_printf(c->arena, words_in(c, fmt), t->name);
}

static void
compare(struct call *c, const struct things *want, const struct things *have,
        struct store_faults *out)
{
    size_t i = 0, k = 0;

    while (i < want->n || k < have->n) {
        int cmp = i == want->n ? 1
                  : k == have->n
                      ? -1
                      : strcmp(want->list[i].name, have->list[k].name);

        if (cmp < 0)
            tell(c, out, "it lacks: %s", &want->list[i++]);
        else if (cmp > 0)
            tell(c, out, "it was put in: %s", &have->list[k++]);
        else if (strcmp(want->list[i++].text, have->list[k++].text) != 0)
            tell(c, out, "it was altered: %s", &have->list[k - 1]);
    }
}

/* "event" of "column event.at". */
static bool
same_table(const struct thing *a, const struct thing *b)
{
    const char *x = strchr(a->name, ' ') + 1, *y = strchr(b->name, ' ') + 1;
    size_t n = strcspn(x, ".");

    return n == strcspn(y, ".") && memcmp(x, y, n) == 0;
}

/* Of PostgreSQL: another's tables and views beside ours are the database
   administrator's, and act on nothing. */
static void
leave_others(const struct things *want, struct things *have)
{
    size_t n = 0;

    for (size_t i = 0; i < have->n; i++) {
        size_t k = 0;

        while (k < want->n && !same_table(&want->list[k], &have->list[i]))
            k++;
        if (k < want->n)
            have->list[n++] = have->list[i];
    }
    have->n = n;
}

/* An index that a step's part for one database makes has its like in the other
   or not, as the two need it. */
static bool
is_of_part(struct call *c, const struct thing *t, const char *part)
{
    const struct store *s = c->db->store;
    const char *name =
        arena_printf(c->arena, " %s ", strrchr(t->name, '.') + 1);

    if (!text_starts(t->name, "index "))
        return false;
    for (size_t i = 0; i < s->n_schema; i++)
        if (strstr(s->schema[i].path, part) && strstr(s->schema[i].text, name))
            return true;
    return false;
}

static void
leave_parts(struct call *c, struct things *t, const char *part)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (!is_of_part(c, &t->list[i], part))
            t->list[n++] = t->list[i];
    t->n = n;
}

static enum err
find_triggers(struct call *c, struct store_faults *out)
{
    ROWS r = db_query(c, store_is_postgres(c->db->store) ? postgres_triggers
                                                         : sqlite_triggers);

    while (rows_next(&r))
        tell(c, out, "it was put in: %s",
             &(struct thing){
                 arena_printf(c->arena, "trigger %s", row_text(&r, 0)), NULL });
    return rows_end(&r);
}

static const char drop_beside[] = "DROP VIEW view_to_compare";

/* The view as it should be is made beside it, and taken away again: a
   transaction that is given up would be the caller's, too. */
static enum err
compare_view(struct call *c, const struct thing *v, struct store_faults *out)
{
    const char *sql = arena_printf(c->arena, "CREATE VIEW view_to_compare%s",
                                   strstr(v->text, v->name) + strlen(v->name));
    int64_t same = 0;

    TX tx = tx_begin(c);
    if (db_exec_n(c, db_intern(c, sql), NULL, 0) == OK) {
        TRY(db_int(c, &same, same_view, V(v->name), V("view_to_compare")));
        TRY(db_exec_n(c, drop_beside, NULL, 0));
        TRY(tx_commit(&tx));
    } else if (out->strange == 0 || c->fault.code != ERR_BROKEN) {
        return c->fault.code;
    }
    /* What it shows is gone, which has been told. */
    c->fault = (struct fault){ .code = OK };
    if (same != 1)
        tell(c, out, same ? "it was altered: %s" : "it lacks: %s",
             &(struct thing){ arena_printf(c->arena, "view %s", v->name),
                              NULL });
    return OK;
}

static enum err
compare_views(struct call *c, struct store_faults *out)
{
    struct things views = { 0 };

    TRY(read_measure(c, measure_views, &views));
    for (size_t i = 0; i < views.n; i++)
        TRY(compare_view(c, &views.list[i], out));
    return OK;
}

enum err
shape_refuse(struct call *c)
{
    struct store_faults f = { 0 };

    TRY(find_triggers(c, &f));
    if (f.strange == 0)
        return OK;
    return fail(c, ERR_BROKEN, NULL,
                "the schema is not this release's: %s; the office is not"
                " opened before it is removed",
                f.strangest);
}

enum err
store_shape(struct call *c, struct store_faults *out)
{
    struct things want = { 0 }, have = { 0 };
    const char *release;
    int64_t missing;

    TRY(store_release(c, &release, &missing));
    if (missing > 0)
        return find_triggers(c, out); /* it is measured when it has all */
    if (!store_is_postgres(c->db->store)) {
        TRY(read_measure(c, sqlite_shape, &want));
        TRY(read_things(c, sqlite_shape, &have));
        compare(c, &want, &have, out);
        return OK;
    }
    TRY(find_triggers(c, out));
    TRY(read_measure(c, measure_names, &want));
    TRY(read_things(c, postgres_names, &have));
    leave_others(&want, &have);
    leave_parts(c, &want, ".sqlite.sql");
    leave_parts(c, &have, ".postgres.sql");
    compare(c, &want, &have, out);
    return compare_views(c, out);
}
