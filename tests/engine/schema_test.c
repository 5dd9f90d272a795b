/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of the schema: their order, and that old offices become new ones. */
#include <stdio.h>
#include <stdlib.h>

#include "api/route.h"
#include "base/files.h"
#include "database.h"
#include "model/proof.h"
#include "subject/event.h"
#include "test.h"

#define SCHEMA "src/db/schema/"
#define FIRST_RELEASE 5

/* -- sets of files ------------------------------------------------------------ */

struct steps {
    struct file list[200];
    size_t n;
};

static const char *
name_of(const struct file *f)
{
    return strrchr(f->path, '/') + 1;
}

static bool
has_number(const struct file *f)
{
    return name_of(f)[0] >= '0' && name_of(f)[0] <= '9';
}

/* Those without a number and the release each came with. */
static const struct {
    const char *name;
    long from;
} unnumbered[] = { { "postgres_search.sql", 5 },
                   { "postgres_stream.sql", 10 },
                   { "sqlite_search.sql", 5 },
                   { "sqlite_stat.sql", 5 } };

static long
release_of(const struct file *f)
{
    if (has_number(f))
        return strtol(name_of(f), NULL, 10);
    for (size_t i = 0; i < COUNT(unnumbered); i++)
        if (strcmp(name_of(f), unnumbered[i].name) == 0)
            return unnumbered[i].from;
    return -1;
}

static void
put(struct steps *s, const char *path, const char *text)
{
    ASSERT(s->n < COUNT(s->list));
    s->list[s->n++] = (struct file){ path, text, strlen(text) };
}

/* The schema as it was when step LAST was the newest. */
static void
take(struct steps *s, long last)
{
    s->n = 0;
    for (size_t i = 0; i < n_files; i++)
        if (text_starts(files[i].path, SCHEMA) && release_of(&files[i]) <= last)
            put(s, files[i].path, files[i].text);
}

static long
newest(void)
{
    long n = 0;

    for (size_t i = 0; i < n_files; i++)
        if (text_starts(files[i].path, SCHEMA) && release_of(&files[i]) > n)
            n = release_of(&files[i]);
    return n;
}

/* A file of tests/schema, which belongs to no release. */
static void
put_file(struct call *c, struct steps *s, const char *name)
{
    const char *path = arena_printf(c->arena, "tests/schema/%s", name);
    char *text = arena_alloc(c->arena, 10000);
    FILE *f = fopen(path, "r");

    ASSERT(f != NULL);
    text[fread(text, 1, 9999, f)] = '\0';
    (void)fclose(f);
    put(s, path, text);
}

/* -- offices ------------------------------------------------------------------ */

static struct call *
fresh(struct call *c)
{
    struct call *k = NEW(c->arena, struct call);

    *k = (struct call){
        .arena = c->arena, .now = c->now, .lang = LANG_EN, .channel = "job"
    };
    return k;
}

static enum err
open_with(struct call *k, const char *address, const struct steps *s,
          struct store **out)
{
    static const struct db_rule rules[] = {
        { "booking_once", NULL, "starts", "the room is taken at that time" },
        { "trial_a", "trial.a, trial.b", "a", "a and b are there" },
        { .name = NULL },
    };
    const struct store_how how = { .mode = STORE_MAKE,
                                   .readers = 2,
                                   .schema = s->list,
                                   .n_schema = s->n,
                                   .rules = rules };

    return store_open_as(k, address, &how, out);
}

static void
exec(struct call *c, const char *sql)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, db_intern(c, sql)));
    EXPECT_OK(tx_commit(&tx));
}

/* The texts of one query, a line each. */
static void
list_rows(struct call *c, struct buf *b, const char *sql)
{
    ROWS r = db_query(c, sql);

    while (rows_next(&r))
        buf_printf(b, "%s\n", row_text(&r, 0));
    EXPECT_OK(rows_end(&r));
}

static const char sqlite_tables[] =
    "SELECT type || ' ' || tbl_name || ' ' || name || ' ' || COALESCE(sql, '')"
    " FROM sqlite_master ORDER BY 1";
static const char sqlite_figures[] =
    "SELECT tbl || ' ' || idx || ' ' || stat FROM sqlite_stat1 ORDER BY 1";

#define OURS "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

static const char *const postgres_parts[] = {
    "SELECT table_name || ' ' || column_name || ' ' || ordinal_position || ' '"
    " || data_type || ' ' || is_nullable || ' '"
    " || replace(COALESCE(column_default, ''), current_schema(), '')"
    " FROM information_schema.columns WHERE table_schema = current_schema()"
    " ORDER BY table_name, ordinal_position",
    "SELECT replace(indexdef, current_schema(), '') FROM pg_indexes"
    " WHERE schemaname = current_schema() ORDER BY 1",
    "SELECT conname || ' ' || replace(pg_get_constraintdef(oid),"
    " current_schema(), '') FROM pg_constraint WHERE connamespace = " OURS
    " ORDER BY 1",
    "SELECT CAST(relname AS TEXT) || ' ' || CAST(relkind AS TEXT)"
    " FROM pg_class WHERE relnamespace = " OURS " ORDER BY 1",
};

/* Everything the database holds but rows. */
static const char *
shape(struct call *c)
{
    struct buf b = buf_make(c->arena, 0);

    if (!database_is_postgres()) {
        list_rows(c, &b, sqlite_tables);
        list_rows(c, &b, sqlite_figures);
        return b.s;
    }
    for (size_t i = 0; i < COUNT(postgres_parts); i++)
        list_rows(c, &b, postgres_parts[i]);
    return b.s;
}

/* The shape of an office that is made by FIRST and brought up by SECOND. */
static const char *
shape_after(struct call *c, const struct steps *first,
            const struct steps *second)
{
    char *address = database_make(false);
    struct call *k = fresh(c);
    struct store *s = NULL;
    const char *out;

    test_expect_ok(k, open_with(k, address, first, &s), "made", __FILE__,
                   __LINE__);
    store_close(s);
    test_expect_ok(k, open_with(k, address, second, &s), "brought up", __FILE__,
                   __LINE__);
    db_session(k, s);
    out = shape(k);
    db_session_end(k);
    store_close(s);
    database_drop(address);
    return out;
}

/* -- the order of steps ------------------------------------------------------- */

TEST_PLAIN(every_file_of_the_schema_has_its_number_and_its_database)
{
    for (size_t i = 0; i < n_files; i++) {
        const char *name = name_of(&files[i]), *ends = strchr(name, '.');

        if (!text_starts(files[i].path, SCHEMA))
            continue;
        EXPECT(release_of(&files[i]) > 0);
        EXPECT(text_same(ends, ".sql")
               || (has_number(&files[i])
                   && (text_same(ends, ".sqlite.sql")
                       || text_same(ends, ".postgres.sql"))));
        for (size_t k = 0; k < n_files; k++)
            EXPECT(!has_number(&files[i])
                   || strncmp(name_of(&files[k]), name, 5) != 0
                   || strncmp(name_of(&files[k]), name, (size_t)(ends - name))
                          == 0);
    }
    (void)c;
}

TEST_PLAIN(an_office_of_any_release_brought_up_equals_one_made_new)
{
    struct steps *old = NEW(c->arena, struct steps);
    struct steps *all = NEW(c->arena, struct steps);
    const char *made;

    take(all, newest());
    made = shape_after(c, all, all);
    EXPECT(strstr(made, "news") != NULL);
    for (long k = FIRST_RELEASE; k < newest(); k++) {
        take(old, k);
        assert_string_equal(shape_after(c, old, all), made);
    }
}

/* An event as the releases before step 15 knew it. */
struct old_event {
    int64_t id, order_id;
    instant at;
    int64_t actor_id;
    const char *actor_name, *verb, *from_state, *to_state, *reason, *note;
    bool internal;
    const char *detail;
};
static const struct field old_fields[] = {
    FIELD(struct old_event, id, .flags = GIVEN),
    FIELD(struct old_event, order_id, .refers = "orders"),
    FIELD(struct old_event, at, .flags = GIVEN),
    FIELD(struct old_event, actor_id, .refers = "person"),
    FIELD(struct old_event, actor_name, .flags = GIVEN),
    FIELD(struct old_event, verb, .flags = GIVEN),
    FIELD(struct old_event, from_state, .flags = GIVEN),
    FIELD(struct old_event, to_state, .flags = GIVEN),
    FIELD(struct old_event, reason, .flags = GIVEN),
    FIELD(struct old_event, note, .flags = GIVEN),
    FIELD(struct old_event, internal, .flags = GIVEN),
    FIELD(struct old_event, detail, .flags = JSON_TEXT),
};
static const struct model old_event_model =
    MODEL("order_event", "event", struct old_event, old_fields);

/* The digests of all events, as M reads them. */
static void
digests(struct call *c, const char *address, const struct steps *s,
        const struct model *m, unsigned char out[2][SM3_BYTES])
{
    struct call *k = fresh(c);
    struct store *store = NULL;
    struct row_proof p;

    test_expect_ok(k, open_with(k, address, s, &store), "opened", __FILE__,
                   __LINE__);
    db_session(k, store);
    if (m == &old_event_model) {
        exec(k, "INSERT INTO event (id, order_id, at, verb, internal)"
                " VALUES (1, 7, 3, 'submit', 0)");
        exec(k, "INSERT INTO event VALUES (2, 7, 4, 41, 'Wang', 'comment',"
                " 'accepted', 'accepted', 'r', 'n', 1, '{}')");
    }
    {
        ROWS r = model_query(k, m, "WHERE id > $1 ORDER BY id", V(0));

        for (size_t i = 0; i < 2; i++) {
            EXPECT(rows_next(&r));
            proof_of_row(m, &r, &p);
            memcpy(out[i], p.digest, SM3_BYTES);
        }
        EXPECT(!rows_next(&r));
        EXPECT_OK(rows_end(&r));
    }
    db_session_end(k);
    store_close(store);
}

TEST_PLAIN(the_events_of_an_older_office_keep_their_digests)
{
    char *address = database_make(false);
    struct steps *s = NEW(c->arena, struct steps);
    unsigned char was[2][SM3_BYTES], is[2][SM3_BYTES];

    take(s, 14);
    digests(c, address, s, &old_event_model, was);
    take(s, newest());
    digests(c, address, s, &event_model, is);
    EXPECT(memcmp(was, is, sizeof was) == 0);
    EXPECT(memcmp(was[0], was[1], SM3_BYTES) != 0);
    database_drop(address);
}

TEST_PLAIN(a_part_for_one_database_runs_before_the_next_step)
{
    struct steps *old = NEW(c->arena, struct steps);
    struct steps *all = NEW(c->arena, struct steps);
    const char *made;

    for (int i = 0; i < 2; i++) {
        struct steps *s = i == 0 ? old : all;

        take(s, newest());
        put(s, "x/0901_trial.sqlite.sql", "CREATE INDEX trial_a ON trial (a);");
        put(s, "x/0901_trial.postgres.sql",
            "CREATE INDEX trial_a ON trial (a, id);");
        put(s, "x/0901_trial.sql",
            "CREATE TABLE trial (id BIGINT PRIMARY KEY, a TEXT);");
    }
    put(all, "x/0902_name.sql", "ALTER TABLE trial RENAME COLUMN a TO b;");
    made = shape_after(c, all, all);
    assert_string_equal(shape_after(c, old, all), made);
    EXPECT(strstr(made, "trial_a") != NULL);
}

TEST_PLAIN(an_index_of_a_numbered_part_is_made_as_it_is_written)
{
    struct steps *s = NEW(c->arena, struct steps);

    take(s, newest());
    put(s, "x/0901_trial.sql",
        "CREATE TABLE trial (id BIGINT PRIMARY KEY, a BIGINT, b BIGINT);"
        "CREATE UNIQUE INDEX trial_a ON trial (a, id);");
    EXPECT(strstr(shape_after(c, s, s), "(a, id)") != NULL);
}

static enum err
count_copy(struct call *c, void *arg, struct store *s, const char *first)
{
    (void)c;
    (void)s;
    (void)first;
    ++*(int *)arg;
    return OK;
}

/* The way back is a copy of the whole: one of what is half done is none. */
TEST_PLAIN(an_upgrade_that_was_cut_short_goes_on_and_is_copied_once)
{
    static const char *const second[] = { NULL, "CREATE TABLE b (id BIGINT",
                                          "CREATE TABLE b (id BIGINT);" };
    char *address = database_make(false);
    struct steps *s = NEW(c->arena, struct steps);
    struct call *k = fresh(c);
    struct store *store = NULL;
    int copies = 0;

    for (int i = 0; i < 4; i++) {
        struct store_how how = { .mode = STORE_MAKE,
                                 .readers = 1,
                                 .upgrading = count_copy,
                                 .arg = &copies,
                                 .schema = s->list };

        take(s, newest());
        if (i > 0)
            put(s, "x/0901_a.sql", "CREATE TABLE a (id BIGINT);");
        if (i > 0)
            put(s, "x/0902_b.sql", second[i < 3 ? i : 2]);
        if (i > 2)
            put(s, "x/0903_c.sql", "CREATE TABLE c (id BIGINT);");
        how.n_schema = s->n;
        EXPECT(store_open_as(k, address, &how, &store)
               == (i == 1 ? ERR_BROKEN : OK));
        EXPECT(copies == (i < 2 ? i : i - 1));
        store_close(store);
    }
    database_drop(address);
}

/* Figures of an index that is gone, or another's, would stay unseen. */
TEST_PLAIN(the_planner_is_told_of_indexes_that_are_there)
{
    static const char astray[] =
        "SELECT COUNT(*) FROM sqlite_stat1 s WHERE NOT EXISTS (SELECT 1 FROM"
        " sqlite_master m WHERE m.type = 'index' AND m.name = s.idx"
        " AND m.tbl_name = s.tbl)";
    struct steps *s = NEW(c->arena, struct steps);
    char *address;
    struct call *k = fresh(c);
    struct store *store = NULL;
    int64_t n = 1;

    if (database_is_postgres())
        return;
    address = database_make(false);
    take(s, newest());
    put_file(c, s, "0900_booking.sql");
    put_file(c, s, "0900_booking.sqlite.sql");
    EXPECT(open_with(k, address, s, &store) == OK);
    db_session(k, store);
    EXPECT(db_int(k, &n, astray) == OK && n == 0);
    EXPECT(strstr(shape(k), "booking booking_held 500000 1000 1") != NULL);
    db_session_end(k);
    store_close(store);
    database_drop(address);
}

/* -- what the schema refuses -------------------------------------------------- */

static const char find_held[] =
    "SELECT COUNT(*) FROM booking WHERE resource_id = $1 AND ends > $2"
    " AND starts < $3 AND state = 'held'";
static const char add_booking[] =
    "INSERT INTO booking (id, resource_id, starts, ends, state)"
    " VALUES ($1, $2, $3, $4, 'held')";

/* ASK: as an engine does it; without, as one does who asked too early. */
static enum err
book(struct call *c, bool ask, int64_t id, int64_t from, int64_t to)
{
    int64_t held = 0;
    TX tx = tx_begin(c);

    if (ask)
        TRY(db_int(c, &held, find_held, V(7), V(from), V(to)));
    if (held > 0)
        return fail(c, ERR_CONFLICT, "starts", "the room is taken");
    TRY(db_exec(c, add_booking, V(id), V(7), V(from), V(to)));
    return tx_commit(&tx);
}

TEST_PLAIN(a_room_is_booked_once_and_the_refusal_names_the_field)
{
    struct store_faults faults = { 0 };
    struct steps *s = NEW(c->arena, struct steps);
    char *address = database_make(false);
    struct call *k = fresh(c);
    struct store *store = NULL;

    take(s, newest());
    put_file(c, s, "0900_booking.sqlite.sql");
    put_file(c, s, "0900_booking.postgres.sql");
    put_file(c, s, "0900_booking.sql");
    test_expect_ok(k, open_with(k, address, s, &store), "opened", __FILE__,
                   __LINE__);
    db_session(k, store);
    EXPECT(store_shape(k, &faults) == OK && faults.strange == 0);
    EXPECT(book(k, true, 1, 100, 200) == OK);
    test_expect_fault(k, book(k, true, 2, 199, 300), ERR_CONFLICT, "starts",
                      "asked", __FILE__, __LINE__);
    EXPECT(book(k, true, 3, 200, 300) == OK);
    if (database_is_postgres()) {
        test_expect_fault(k, book(k, false, 4, 150, 250), ERR_CONFLICT,
                          "starts", "not asked", __FILE__, __LINE__);
        assert_string_equal(k->fault.text, "the room is taken at that time");
    }
    db_session_end(k);
    store_close(store);
    database_drop(address);
}

TEST_PLAIN(what_is_there_already_is_refused_by_its_field)
{
    struct steps *s = NEW(c->arena, struct steps);
    char *address = database_make(false);
    struct call *k = fresh(c);
    struct store *store = NULL;

    take(s, newest());
    put(s, "x/0901_trial.sql",
        "CREATE TABLE trial (id BIGINT PRIMARY KEY, a BIGINT, b BIGINT);"
        "CREATE UNIQUE INDEX trial_a ON trial (a, b);");
    EXPECT(open_with(k, address, s, &store) == OK);
    db_session(k, store);
    exec(k, "INSERT INTO trial (id, a, b) VALUES (1, 2, 3)");
    {
        TX tx = tx_begin(k);

        test_expect_fault(
            k, db_exec(k, "INSERT INTO trial (id, a, b) VALUES (2, 2, 3)"),
            ERR_CONFLICT, "a", "the pair", __FILE__, __LINE__);
    }
    {
        TX tx = tx_begin(k);

        test_expect_fault(
            k, db_exec(k, "INSERT INTO trial (id, a, b) VALUES (1, 5, 5)"),
            ERR_CONFLICT, "", "the key, of which no rule is", __FILE__,
            __LINE__);
    }
    db_session_end(k);
    store_close(store);
    database_drop(address);
}

TEST(every_rule_of_a_conflict_is_of_an_index_that_is_there)
{
    static const char sqlite[] =
        "SELECT COUNT(*) FROM sqlite_master"
        " WHERE type = 'index' AND name = $1"
        " AND sql LIKE 'CREATE UNIQUE INDEX%'";
    static const char postgres[] =
        "SELECT COUNT(*) FROM pg_indexes WHERE"
        " schemaname = current_schema()"
        " AND indexname = $1"
        " AND indexdef LIKE 'CREATE UNIQUE INDEX%'";
    static const char columns[] =
        "SELECT GROUP_CONCAT(m.tbl_name || '.' || i.name, ', ') FROM"
        " sqlite_master m, pragma_index_info(m.name) i WHERE m.name = $1";

    for (const struct db_rule *r = conflict_rules; r->name; r++) {
        int64_t n = 0;

        EXPECT_OK(db_int(c, &n, database_is_postgres() ? postgres : sqlite,
                         V(r->name)));
        EXPECT(n == 1);
        if (!database_is_postgres()) {
            ROWS rows = db_query(c, columns, V(r->name));

            EXPECT(rows_next(&rows));
            assert_string_equal(row_text(&rows, 0), r->at);
        }
    }
}
