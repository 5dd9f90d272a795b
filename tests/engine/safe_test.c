/* SPDX-License-Identifier: Apache-2.0 */
/* What db.h and model.h promise of files, of newer releases and of words that
   are not known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "database.h"
#include "office.h"

/* -- words that are not known ------------------------------------------ */

static int64_t
count_events(struct call *c, int64_t id)
{
    static const char events[] =
        "SELECT COUNT(*) FROM event WHERE noun_id = $1";
    int64_t n = 0;

    EXPECT_OK(db_int(c, &n, events, V(id)));
    return n;
}

static int64_t
booked_order(struct call *c)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_SUBMITTED);
    office_exec(c, arena_printf(c->arena,
                                "UPDATE orders SET state = 'booked'"
                                " WHERE id = %lld",
                                (long long)id));
    return id;
}

TEST(a_word_that_is_not_known_is_not_taken_for_the_first)
{
    int64_t id = booked_order(c);
    struct order o = { 0 };

    EXPECT(model_get(c, &order_model, id, &o) == ERR_BROKEN);
    EXPECT(strstr(c->fault.text, "newer release") != NULL);
    assert_string_equal(c->fault.field, "state");
}

TEST(an_order_whose_state_is_not_known_offers_and_suffers_nothing)
{
    static const char *const verbs[] = { "accept", "cancel", "merge",
                                         "comment" };
    int64_t id = booked_order(c), before = count_events(c, id);

    for (size_t i = 0; i < COUNT(verbs); i++)
        EXPECT(say(c, "desk", verbs[i], id, .note = "so", .into_id = 1)
               == ERR_BROKEN);
    EXPECT(count_events(c, id) == before);
}

TEST(the_program_leaves_an_order_whose_state_is_not_known)
{
    int64_t id = booked_order(c), done = 0, before = count_events(c, id);

    office_exec(c, "UPDATE orders SET wake_at = 1");
    c->actor = NULL;
    EXPECT(order_wake(c, 100, &done) == ERR_BROKEN);
    EXPECT(count_events(c, id) == before);
}

/* -- files ----------------------------------------------------------------- */

static const char *
folder_of(struct call *c, const char *address)
{
    return arena_text_n(c->arena, address,
                        (size_t)(strrchr(address, '/') - address));
}

static struct call *
fresh_call(struct call *c)
{
    struct call *k = NEW(c->arena, struct call);

    *k = (struct call){ .arena = c->arena, .now = c->now, .lang = LANG_EN };
    return k;
}

static enum err
open_as(struct call *c, const char *address, enum store_mode mode,
        struct store **s)
{
    return store_open_as(c, address,
                         &(struct store_how){ .mode = mode, .readers = 2 }, s);
}

TEST_PLAIN(an_office_that_is_not_there_is_made_only_where_that_is_asked)
{
    static const enum store_mode modes[] = { STORE_OPEN, STORE_AS_IS,
                                             STORE_FILE, STORE_COPY };
    char *address = database_make(false);
    struct call *k = fresh_call(c);
    struct store *s = NULL;

    if (!database_is_postgres()) {
        for (size_t i = 0; i < COUNT(modes); i++) {
            EXPECT(open_as(k, address, modes[i], &s) != OK);
            EXPECT(s == NULL && access(address, F_OK) != 0);
        }
        EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
        store_close(s);
        EXPECT_OK(open_as(k, address, STORE_OPEN, &s));
        store_close(s);
    }
    database_drop(address);
}

TEST_PLAIN(where_an_office_was_no_new_one_is_made)
{
    char *address = database_make(false);
    struct call *k = fresh_call(c);
    struct store *s = NULL;

    if (!database_is_postgres()) {
        EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
        store_close(s);
        EXPECT(unlink(address) == 0);
        EXPECT(open_as(k, address, STORE_MAKE, &s) == ERR_CONFLICT);
        EXPECT(access(address, F_OK) != 0);
        EXPECT(strstr(k->fault.text, "restore") != NULL);
    }
    database_drop(address);
}

TEST_PLAIN(a_file_that_is_only_read_is_left_as_it_is)
{
    char *address = database_make(false);
    struct call *k = fresh_call(c);
    struct store *s = NULL;
    struct stat before, after;

    if (!database_is_postgres()) {
        const char *dir = folder_of(c, address);

        EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
        store_close(s);
        EXPECT(unlink(arena_printf(c->arena, "%s-node", address)) == 0);
        EXPECT(unlink(arena_printf(c->arena, "%s/office.id", dir)) == 0);
        EXPECT(stat(address, &before) == 0);
        EXPECT_OK(open_as(k, address, STORE_FILE, &s));
        db_session(k, s);
        {
            TX tx = tx_begin(k);

            EXPECT(db_exec(k, "DELETE FROM schema_migration") == ERR_BROKEN);
            EXPECT(tx.open);
        }
        db_session_end(k);
        store_close(s);
        EXPECT(stat(address, &after) == 0);
        EXPECT(memcmp(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim)
               == 0);
        EXPECT(unlink(address) == 0 && rmdir(dir) == 0); /* nothing else */
    }
    free(address);
}

TEST_PLAIN(a_newer_release_is_refused_in_every_way_of_opening)
{
    static const enum store_mode modes[] = { STORE_MAKE, STORE_OPEN,
                                             STORE_AS_IS };
    char *address = database_make(false);
    struct call *k = fresh_call(c);
    struct store *s = NULL;

    EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
    db_session(k, s);
    office_exec(k, "INSERT INTO schema_migration (name, hash, at)"
                   " VALUES ('0999_bookings.sql', 'x', 1)");
    db_session_end(k);
    store_close(s);
    for (size_t i = 0; i < COUNT(modes); i++) {
        EXPECT(open_as(k, address, modes[i], &s) == ERR_CONFLICT);
        EXPECT(strstr(k->fault.text, "0999_bookings") != NULL);
    }
    database_drop(address);
}

/* Of the copy that is to be made before an upgrade. */
static enum err
refuse_upgrade(struct call *c, void *arg, struct store *s, const char *first)
{
    (void)s;
    *(const char **)arg = arena_text(c->arena, first);
    return fail(c, ERR_FULL, NULL, "no room");
}

TEST_PLAIN(what_fails_before_an_upgrade_keeps_the_office_as_it_is)
{
    char *address = database_make(false);
    const char *first = "";
    struct call *k = fresh_call(c);
    const struct store_how how = { .mode = STORE_OPEN,
                                   .readers = 1,
                                   .upgrading = refuse_upgrade,
                                   .arg = &first };
    struct store *s = NULL;
    const char *newest;
    int64_t missing = 0;

    EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
    db_session(k, s);
    office_exec(k, "DELETE FROM schema_migration"
                   " WHERE name = '0006_unit_plan.sql'");
    office_exec(k, "DROP TABLE unit_plan");
    db_session_end(k);
    store_close(s);
    EXPECT(store_open_as(k, address, &how, &s) == ERR_FULL);
    assert_string_equal(first, "0006_unit_plan");
    EXPECT_OK(open_as(k, address, STORE_AS_IS, &s));
    db_session(k, s);
    EXPECT_OK(store_release(k, &newest, &missing));
    EXPECT(missing == 1);
    db_session_end(k);
    store_close(s);
    database_drop(address);
}

/* -- a file that goes under us ------------------------------------------------ */

static enum err
put(struct call *c, const char *name)
{
    TX tx = tx_begin(c);

    TRY(db_exec(c, "INSERT INTO counter (name, value) VALUES ($1, 1)",
                V(name)));
    return tx_commit(&tx);
}

TEST_PLAIN(no_change_is_answered_well_after_the_file_is_gone)
{
    char *address = database_make(false);
    struct call *k = fresh_call(c);
    struct store *s = NULL;
    int64_t n = 0;

    EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
    db_session(k, s);
    EXPECT_OK(put(k, "before"));
    EXPECT(store_look(s) == STORE_WELL);
    if (!database_is_postgres()) {
        EXPECT(rename(address, arena_printf(c->arena, "%s.away", address))
               == 0);
        EXPECT(put(k, "lost") == ERR_AWAY);
        EXPECT(put(k, "after") == ERR_AWAY);
        EXPECT(store_look(s) == STORE_GONE);
        EXPECT(rename(arena_printf(c->arena, "%s.away", address), address)
               == 0);
        EXPECT(put(k, "back") == ERR_AWAY); /* until it is started anew */
        EXPECT_OK(db_int(k, &n,
                         "SELECT COUNT(*) FROM counter"
                         " WHERE name = 'before'"));
        EXPECT(n == 1); /* reading goes on */
    }
    db_session_end(k);
    store_close(s);
    database_drop(address);
}

/* -- copies ----------------------------------------------------------------------- */

static enum err
refuse_copy(struct call *c, void *arg, const char *part)
{
    (void)arg;
    EXPECT(access(part, R_OK) == 0);
    return fail(c, ERR_BROKEN, NULL, "not good");
}

TEST_PLAIN(a_copy_that_is_judged_bad_leaves_what_was_there)
{
    char *address = database_make(false);
    const char *to = arena_printf(c->arena, "%s.copy", address);
    struct call *k = fresh_call(c);
    struct figures f;
    struct store *s = NULL;

    if (database_is_postgres()) {
        database_drop(address);
        return;
    }
    EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
    db_session(k, s);
    EXPECT_OK(store_backup(k, s, to));
    EXPECT(store_backup_as(k, s,
                           &(struct backup){ .path = to, .judge = refuse_copy })
           == ERR_BROKEN);
    EXPECT(access(to, F_OK) == 0);
    EXPECT(access(arena_printf(c->arena, "%s.part", to), F_OK) != 0);
    EXPECT(store_backup(k, s, address) == ERR_CONFLICT);
    EXPECT_OK(store_figures(k, &f));
    EXPECT(f.n > 20);
    db_session_end(k);
    store_close(s);
    EXPECT(unlink(to) == 0);
    database_drop(address);
}

/* -- the schema ------------------------------------------------------------------- */

static const struct strange {
    const char *sql[2], *says;
    bool postgres; /* SQLite cannot do it */
} strange[] = {
    { { "DROP INDEX orders_number" }, "orders_number" },
    { { "ALTER TABLE account ADD COLUMN more TEXT" }, "account" },
    { { "CREATE INDEX mine ON session (id)" }, "mine" },
    { { "DROP VIEW org_work" }, "org_work" },
    { { "DROP VIEW auth_member",
        "CREATE VIEW auth_member AS SELECT id, crew_id, person_id, 1 AS lead"
        " FROM crew_member" },
      "auth_member" },
    { { "ALTER TABLE crew_member ALTER COLUMN person_id DROP NOT NULL" },
      "column crew_member.person_id",
      true },
    { { "ALTER TABLE unit DROP CONSTRAINT unit_parent_id_fkey" },
      "reference unit.parent_id",
      true },
    { { "ALTER TABLE unit DROP CONSTRAINT unit_parent_id_fkey",
        "ALTER TABLE unit ADD FOREIGN KEY (parent_id) REFERENCES place (id)" },
      "reference unit.parent_id",
      true },
    { { "ALTER TABLE rating DROP CONSTRAINT rating_pkey" },
      "key rating.id",
      true },
    { { "ALTER TABLE rating ADD CHECK (stars > 0)" }, "checks rating.", true },
};

TEST_PLAIN(what_was_put_into_the_schema_or_taken_from_it_is_found)
{
    for (size_t i = 0; i < COUNT(strange); i++) {
        char *address;
        struct call *k = fresh_call(c);
        struct store_faults f;
        struct store *s = NULL;

        if (strange[i].postgres && !database_is_postgres())
            continue;
        address = database_make(false);
        EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
        db_session(k, s);
        EXPECT_OK(store_check(k, &f));
        if (f.strange != 0)
            fail_msg("%s\n", f.strangest);
        office_exec(k, strange[i].sql[0]);
        if (strange[i].sql[1])
            office_exec(k, strange[i].sql[1]);
        EXPECT_OK(store_check(k, &f));
        EXPECT(f.strange == 1);
        EXPECT(strstr(f.strangest, strange[i].says) != NULL);
        db_session_end(k);
        store_close(s);
        database_drop(address);
    }
}

TEST_PLAIN(an_office_with_a_trigger_of_somebody_is_not_opened)
{
    char *address = database_make(false);
    struct call *k = fresh_call(c);
    struct store_faults f;
    struct store *s = NULL;

    EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
    db_session(k, s);
    if (database_is_postgres()) {
        office_exec(k, "CREATE FUNCTION grow() RETURNS trigger LANGUAGE"
                       " plpgsql AS $f$ BEGIN RETURN NEW; END $f$");
        office_exec(k, "CREATE TRIGGER grow AFTER INSERT ON session FOR EACH"
                       " ROW EXECUTE FUNCTION grow()");
    } else {
        office_exec(k, "CREATE TRIGGER grow AFTER INSERT ON session BEGIN"
                       " DELETE FROM role_grant; END");
    }
    EXPECT_OK(store_check(k, &f));
    EXPECT(f.strange == 1 && strstr(f.strangest, "grow") != NULL);
    db_session_end(k);
    store_close(s);
    EXPECT(open_as(k, address, STORE_OPEN, &s) == ERR_BROKEN);
    EXPECT(strstr(k->fault.text, "grow") != NULL);
    EXPECT_OK(open_as(k, address, STORE_AS_IS, &s)); /* to be looked at */
    store_close(s);
    database_drop(address);
}

/* -- over what stands there ------------------------------------------------------------ */

TEST_PLAIN(a_backup_is_written_over_nothing_but_a_backup_and_that_when_asked)
{
    char *address = database_make(false);
    const char *to = arena_printf(c->arena, "%s.over", address);
    struct call *k = fresh_call(c);
    struct backup none = { .path = to, .over = OVER_NONE },
                  backup = { .path = to, .over = OVER_BACKUP };
    struct store *s = NULL;
    FILE *f;

    if (database_is_postgres()) {
        database_drop(address);
        return;
    }
    EXPECT_OK(open_as(k, address, STORE_MAKE, &s));
    db_session(k, s);
    EXPECT_OK(store_backup_as(k, s, &none));
    EXPECT(store_backup_as(k, s, &none) == ERR_CONFLICT);
    EXPECT_OK(store_backup_as(k, s, &backup));
    f = fopen(to, "w");
    EXPECT(f != NULL && fputs("a letter", f) >= 0 && fclose(f) == 0);
    EXPECT(store_backup_as(k, s, &backup) == ERR_INVALID);
    EXPECT(unlink(to) == 0 && mkfifo(to, 0600) == 0);
    EXPECT(store_backup(k, s, to) == ERR_INVALID);
    EXPECT(store_backup_as(k, s, &backup) == ERR_INVALID);
    EXPECT(store_restore(k, to, &(struct restore){ .to = "/nowhere/main.db" })
           == ERR_INVALID); /* and does not wait for who writes to it */
    db_session_end(k);
    store_close(s);
    EXPECT(unlink(to) == 0);
    database_drop(address);
}
