/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/audit promises of keys, seals, heads kept elsewhere, and of an
   office that is older than all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/auth.h"
#include "engine/org/org.h"
#include "model/health.h"
#include "proved.h"

static int64_t
seal(struct call *c)
{
    int64_t done = -1;

    EXPECT_OK(audit_seal(c, &done));
    return done;
}

/* -- the key -------------------------------------------------------------------- */

TEST(a_key_inside_the_folder_of_the_office_is_refused)
{
    struct proved p;
    const char *name;

    proved_make(c, &p);
    EXPECT_FAULT(audit_make_key(c, arena_printf(c->arena, "%s/other", p.dir),
                                p.dir, &name),
                 ERR_INVALID, NULL);
    EXPECT(access(arena_printf(c->arena, "%s/other", p.dir), F_OK) != 0);
    proved_close(c, &p);
}

TEST(a_key_is_for_its_owner_alone_and_never_overwritten)
{
    struct proved p;
    const char *name, *why = NULL;
    struct stat st;

    proved_make(c, &p);
    EXPECT(stat(p.key, &st) == 0 && (st.st_mode & 0777) == 0600);
    EXPECT_FAULT(audit_make_key(c, p.key, "/nowhere", &name), ERR_CONFLICT,
                 NULL);
    EXPECT(chmod(p.key, 0640) == 0);
    EXPECT(audit_open(p.key, NULL, &why) == NULL && why != NULL);
    EXPECT(audit_open(p.heads, NULL, &why) == NULL);
    proved_close(c, &p);
}

TEST(without_a_key_nothing_is_sealed_and_health_says_so)
{
    struct proved p;
    struct health_part *rows;
    const char *why;
    int64_t done;

    proved_make(c, &p);
    audit_close(p.app.audit);
    p.app.audit = audit_open(NULL, NULL, &why);
    p.app.health = health_open();
    EXPECT_FAULT(audit_seal(c, &done), ERR_CONFLICT, NULL);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(audit_seal_due(c, 1, &done));
    audit_tell_health(c);
    EXPECT(health_list(c, &rows) == 1);
    EXPECT(strcmp(rows[0].part, "audit") == 0);
    EXPECT(rows[0].level == HEALTH_WARN);
    health_close(p.app.health);
    p.app.health = NULL;
    proved_close(c, &p);
}

/* -- seals ------------------------------------------------------------------------ */

TEST(a_seal_is_made_only_when_something_was_written)
{
    struct proved p;

    proved_make(c, &p);
    assert_int_equal(seal(c), 0);
    (void)ask(c, "wang", "A04");
    assert_int_equal(seal(c), 1);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_seal"), 2);
    assert_int_equal(proved_verify(c, &p, true).unsealed, 0);
    proved_expect_whole(c, &p);
    assert_int_equal(proved_verify(c, &p, true).seals, 2);
    proved_close(c, &p);
}

/* Or the next seal would bless what somebody made of the chain. */
TEST(what_does_not_continue_the_last_seal_is_not_sealed)
{
    struct proved p;
    int64_t done;

    proved_make(c, &p);
    office_exec(c, "UPDATE audit_entry SET actor = 'Somebody' WHERE action ="
                   " 'order.accept'");
    proved_rehash(c);
    (void)ask(c, "wang", "A04");
    EXPECT_FAULT(audit_seal(c, &done), ERR_CONFLICT, NULL);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_seal"), 1);
    proved_close(c, &p);
}

TEST(seals_that_were_removed_are_missed_by_the_process_that_made_them)
{
    struct proved p;
    int64_t done;

    proved_make(c, &p);
    office_exec(c, "DELETE FROM audit_seal");
    (void)ask(c, "wang", "A04");
    EXPECT_FAULT(audit_seal(c, &done), ERR_CONFLICT, NULL);
    proved_close(c, &p);
}

static const char *
first_fault(struct call *c, struct proved *p)
{
    struct audit_report r = proved_verify(c, p, false);

    EXPECT(r.faults > 0);
    return r.first_fault;
}

TEST(a_seal_that_was_altered_removed_or_signed_by_another_is_found)
{
    struct proved p;

    proved_make(c, &p);
    (void)ask(c, "wang", "A04");
    (void)seal(c);
    {
        TX undone = tx_begin(c);

        office_exec(c, "UPDATE audit_seal SET line = REPLACE(line,"
                       " ':00:00.', ':00:01.') WHERE id = 2");
        EXPECT(strstr(first_fault(c, &p), "signature") != NULL);
    }
    {
        TX undone = tx_begin(c);

        office_exec(c, "DELETE FROM audit_seal WHERE id = 1");
        EXPECT(strstr(first_fault(c, &p), "missing") != NULL);
    }
    {
        const char *other = arena_printf(c->arena, "%s/other", p.dir), *name;
        const char *public = arena_printf(c->arena, "%s.pub", other);
        struct audit_check k = { .key_file = public };

        EXPECT_OK(audit_make_key(c, other, "/nowhere", &name));
        EXPECT_OK(audit_verify(c, &k));
        EXPECT(strstr(k.report.first_fault, "another key") != NULL);
        EXPECT(unlink(other) == 0 && unlink(public) == 0);
    }
    proved_close(c, &p);
}

TEST(seals_kept_in_a_file_elsewhere_are_expected_by_every_verification)
{
    struct proved p;
    struct audit_check k = { .models = NULL };
    const char *why, *file;

    proved_make(c, &p);
    audit_close(p.app.audit);
    p.app.audit = audit_open(p.key, p.dir, &why);
    file = arena_printf(c->arena, "%s/liangcao-audit-seals.txt", p.dir);
    (void)ask(c, "wang", "A04");
    (void)seal(c);
    EXPECT_OK(audit_verify(c, &k));
    assert_int_equal(k.report.faults, 0);
    office_exec(c, "DELETE FROM audit_seal WHERE id = 2");
    EXPECT_OK(audit_verify(c, &k));
    EXPECT(k.report.faults > 0);
    EXPECT(strstr(k.report.first_fault, "not in the office") != NULL);
    EXPECT(unlink(file) == 0);
    proved_close(c, &p);
}

/* With a file of seals in which two stand. */
static const char *
keep_seals(struct call *c, struct proved *p)
{
    const char *why;

    proved_make(c, p);
    audit_close(p->app.audit);
    p->app.audit = audit_open(p->key, p->dir, &why);
    (void)ask(c, "wang", "A04");
    (void)seal(c);
    return arena_printf(c->arena, "%s/liangcao-audit-seals.txt", p->dir);
}

static int64_t
faults_of_seals(struct call *c, const char *says)
{
    struct audit_check k = { .models = NULL };

    EXPECT_OK(audit_verify(c, &k));
    if (says != NULL
        && (k.report.faults == 0 || strstr(k.report.found, says) == NULL))
        fail_msg("%s\n", k.report.found);
    return k.report.faults;
}

static void
put_words(const char *file, const char *how, const char *words)
{
    FILE *f = fopen(file, how);

    EXPECT(f != NULL && fputs(words, f) >= 0 && fclose(f) == 0);
}

TEST(a_file_of_seals_that_is_gone_emptied_or_junk_is_a_fault)
{
    struct proved p;
    const char *file = keep_seals(c, &p);

    assert_int_equal(faults_of_seals(c, NULL), 0);
    put_words(file, "w", "");
    (void)faults_of_seals(c, "gone or empty");
    EXPECT(unlink(file) == 0);
    (void)faults_of_seals(c, "gone or empty");
    put_words(file, "w", "junk\n");
    (void)faults_of_seals(c, "no seals");
    EXPECT(unlink(file) == 0);
    proved_close(c, &p);
}

TEST(a_file_of_seals_that_was_emptied_is_begun_anew_and_that_is_told)
{
    struct proved p;
    const char *file = keep_seals(c, &p), *why;

    put_words(file, "w", "");
    audit_close(p.app.audit);
    p.app.audit = audit_open(p.key, p.dir, &why);
    (void)ask(c, "wang", "A04");
    (void)seal(c);
    assert_int_equal(faults_of_seals(c, NULL), 0);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                                   " action = 'audit.seals'"),
                     2); /* here, and when the file was first named */
    EXPECT(unlink(file) == 0);
    proved_close(c, &p);
}

/* Of a power cut between the table and the file. */
TEST(a_seal_that_did_not_reach_the_file_goes_there_with_the_next)
{
    struct proved p;
    const char *file = keep_seals(c, &p);
    char *first = NULL;
    size_t cap = 0;
    FILE *f = fopen(file, "r");

    EXPECT(f != NULL && getline(&first, &cap, f) > 0 && fclose(f) == 0);
    put_words(file, "w", first);
    free(first);
    assert_int_equal(faults_of_seals(c, NULL), 0);
    (void)ask(c, "wang", "A04");
    (void)seal(c);
    assert_int_equal(faults_of_seals(c, NULL), 0);
    EXPECT(unlink(file) == 0);
    proved_close(c, &p);
}

/* As a restored backup is: what was written and signed since is not there. */
static void
go_back(struct call *c)
{
    office_exec(c, "DELETE FROM audit_seal WHERE id > 1");
}

TEST(a_restored_older_backup_says_which_seals_it_has_not_and_goes_on)
{
    struct proved p;
    const char *file = keep_seals(c, &p), *why;
    int64_t from, to, done;

    (void)ask(c, "wang", "A04");
    (void)seal(c);
    go_back(c);
    audit_close(p.app.audit);
    p.app.audit = audit_open(p.key, p.dir, &why);
    (void)ask(c, "wang", "A04");
    EXPECT_FAULT(audit_seal(c, &done), ERR_CONFLICT, NULL);
    (void)faults_of_seals(c, "not in the office");
    EXPECT_OK(audit_restored(c, "b.db", &from, &to));
    EXPECT(from == 2 && to == 3);
    assert_int_equal(office_int(c, "SELECT MAX(id) FROM audit_seal"), 4);
    assert_int_equal(faults_of_seals(c, NULL), 0);
    (void)ask(c, "wang", "A04");
    (void)seal(c);
    assert_int_equal(faults_of_seals(c, NULL), 0);
    office_exec(c, "DELETE FROM audit_seal WHERE id = 4");
    (void)faults_of_seals(c, "missing");
    EXPECT(unlink(file) == 0);
    proved_close(c, &p);
}

/* -- what health says of it ------------------------------------------------------- */

/* The part "audit", which is the only one that is told. */
static void
expect_health(struct call *c, enum health_level level, const char *words)
{
    struct health_part *rows;

    assert_int_equal(health_list(c, &rows), 1);
    if (strcmp(rows[0].part, "audit") != 0 || rows[0].level != level
        || strstr(rows[0].says, words) == NULL)
        fail_msg("%s: %s\n", rows[0].part, rows[0].says);
}

TEST(health_tells_the_newest_seal_and_a_file_of_seals_that_does_not_fit)
{
    struct proved p;
    const char *file = keep_seals(c, &p), *why;
    int64_t done;

    p.app.health = health_open();
    audit_tell_health(c);
    expect_health(c, HEALTH_WARN, "was begun anew with seals 2 of 2");
    /* Told by the process that began it, and no longer. */
    audit_close(p.app.audit);
    p.app.audit = audit_open(p.key, p.dir, &why);
    audit_tell_health(c);
    expect_health(c, HEALTH_GOOD, "seal 2 of 2026-11-30T");
    (void)ask(c, "wang", "A04");
    EXPECT_OK(audit_seal_due(c, 1, &done));
    expect_health(c, HEALTH_GOOD, "seal 3 of 2026-11-30T");
    go_back(c);
    audit_tell_health(c);
    expect_health(c, HEALTH_WARN, "ends with seal 3, the office with 1");
    put_words(file, "w", "junk\n");
    audit_tell_health(c);
    expect_health(c, HEALTH_WARN, "ends with seal 0, the office with 1");
    EXPECT(unlink(file) == 0);
    audit_close(p.app.audit);
    p.app.audit = audit_open(p.key, p.dir, &why);
    (void)ask(c, "wang", "A04");
    EXPECT_OK(audit_seal_due(c, 1, &done));
    expect_health(c, HEALTH_WARN, "was begun anew with seals");
    EXPECT(unlink(file) == 0);
    health_close(p.app.health);
    p.app.health = NULL;
    proved_close(c, &p);
}

/* Nobody is there to be told: whoever looks at the health is. */
TEST(what_is_not_signed_any_more_is_said_by_the_health)
{
    struct proved p;
    int64_t done;

    proved_make(c, &p);
    p.app.health = health_open();
    office_exec(c, "DELETE FROM audit_seal");
    (void)ask(c, "wang", "A04");
    EXPECT_FAULT(audit_seal_due(c, 1, &done), ERR_CONFLICT, NULL);
    expect_health(c, HEALTH_WARN, "is not signed any more");
    health_close(p.app.health);
    p.app.health = NULL;
    proved_close(c, &p);
}

/* -- heads kept elsewhere ----------------------------------------------------------- */

TEST(a_chain_that_has_grown_since_its_head_was_kept_is_whole)
{
    struct proved p;

    proved_make(c, &p);
    (void)bring_to(c, ORDER_COMPLETED);
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

TEST(heads_are_kept_as_text_or_as_the_json_of_verify)
{
    struct proved p;
    struct audit_report r;
    FILE *f;

    proved_make(c, &p);
    r = proved_verify(c, &p, true);
    f = fopen(p.heads, "w");
    EXPECT(f != NULL);
    (void)fprintf(f, "{\"faults\":0,\"heads\":%s}\n", r.heads);
    EXPECT(fclose(f) == 0);
    proved_expect_whole(c, &p);
    office_exec(c, "UPDATE audit_entry SET actor = 'X' WHERE action ="
                   " 'order.accept'");
    proved_rehash(c);
    office_exec(c, "DELETE FROM audit_seal");
    EXPECT(strstr(proved_verify(c, &p, true).found, "rewritten") != NULL);
    proved_close(c, &p);
}

TEST(a_file_in_which_no_head_stands_is_refused)
{
    struct proved p;
    struct audit_check k = { .models = NULL };

    proved_make(c, &p);
    k.expect = p.pub;
    EXPECT_FAULT(audit_verify(c, &k), ERR_INVALID, "expect");
    k.expect = "/nowhere";
    EXPECT_FAULT(audit_verify(c, &k), ERR_INVALID, "expect");
    k.expect = NULL;
    k.key_file = p.heads;
    EXPECT_FAULT(audit_verify(c, &k), ERR_INVALID, "key");
    proved_close(c, &p);
}

/* -- chains ------------------------------------------------------------------------- */

/* With the hash it should have, and a head. */
static void
forge_chain(struct call *c)
{
    office_exec(c, "INSERT INTO audit_entry (id, chain, seq, at, action, hash)"
                   " VALUES (7, 777, 1, 1, 'x', 'x')");
    office_exec(c, "INSERT INTO audit_chain (chain, seq, hash)"
                   " VALUES (777, 1, 'x')");
}

TEST(a_forged_entry_on_a_chain_of_its_own_is_found)
{
    struct proved p;
    struct audit_check k = { .models = NULL };

    proved_make(c, &p);
    forge_chain(c);
    proved_rehash_alone(c, 777);
    EXPECT_OK(audit_verify(c, &k));
    assert_int_equal(k.report.faults, 1);
    EXPECT(strstr(k.report.first_fault, "777") != NULL);
    proved_close(c, &p);
}

TEST(an_office_with_accounts_and_no_entry_has_lost_its_audit)
{
    struct audit_check k = { .models = NULL };

    EXPECT_OK(audit_verify(c, &k));
    assert_int_equal(k.report.faults, 0);
    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    office_exec(c, "DELETE FROM audit_chain");
    EXPECT_OK(audit_verify(c, &k));
    assert_int_equal(k.report.faults, 1);
}

/* -- an older office ------------------------------------------------------------------ */

/* As the release before wrote it: its rule, no register, no covers. */
static void
make_old(struct call *c)
{
    office_make(c);
    (void)bring_to(c, ORDER_CLOSED);
    office_exec(c, "DELETE FROM audit_entry WHERE chain = 0");
    office_exec(c, "DELETE FROM audit_chain WHERE chain = 0");
    office_exec(c, "UPDATE audit_entry SET rule = NULL, proof = NULL");
    proved_rehash_alone(c, office_int(c, "SELECT chain FROM audit_chain"));
    office_exec(c, "INSERT INTO generation (name, value)"
                   " VALUES ('audit.uncovered', 1)");
}

static struct audit_report
verify_all(struct call *c)
{
    struct audit_check k = { .models = all_models(), .rules = org_rules };

    EXPECT_OK(audit_verify(c, &k));
    return k.report;
}

TEST(an_older_office_is_taken_over_whole_and_goes_on)
{
    struct audit_report r;

    make_old(c);
    EXPECT_OK(audit_catch_up(c, all_models(), NULL));
    r = verify_all(c);
    if (r.faults != 0)
        fail_msg("%s\n", r.found);
    EXPECT(r.covered == r.rows && r.rows > 500);
    EXPECT_OK(say(c, "wang", "reopen",
                  office_int(c, "SELECT MAX(id) FROM orders"), .reason = "so"));
    r = verify_all(c);
    if (r.faults != 0)
        fail_msg("%s\n", r.found);
    assert_int_equal(r.rows - r.covered, 1);
}

TEST(an_older_office_is_taken_over_once)
{
    int64_t entries;

    make_old(c);
    EXPECT_OK(audit_catch_up(c, all_models(), NULL));
    entries = office_int(c, "SELECT COUNT(*) FROM audit_entry");
    EXPECT_OK(audit_catch_up(c, all_models(), NULL));
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_entry"),
                     entries);
}

/* The first rule could not tell 0 from nobody; the walk can. */
TEST(entries_of_the_first_rule_are_held_to_it)
{
    static const char *const changes[] = {
        "actor = 'Somebody'",
        "account_id = 0",
        "noun_id = noun_id + 1",
        "rule = 2",
    };

    make_old(c);
    office_exec(c, "UPDATE audit_entry SET account_id = NULL"
                   " WHERE action = 'order.accept'");
    proved_rehash_alone(c, office_int(c, "SELECT chain FROM audit_chain"));
    EXPECT_OK(audit_catch_up(c, all_models(), NULL));
    assert_int_equal(verify_all(c).faults, 0);
    for (size_t i = 0; i < COUNT(changes); i++) {
        TX undone = tx_begin(c);

        office_exec(c, arena_printf(c->arena,
                                    "UPDATE audit_entry SET %s WHERE action ="
                                    " 'order.accept'",
                                    changes[i]));
        if (verify_all(c).faults == 0)
            fail_msg("not found: %s\n", changes[i]);
    }
}

/* A rewritten past is not what was taken over. */
TEST(the_register_knows_where_an_older_chain_stood)
{
    make_old(c);
    EXPECT_OK(audit_catch_up(c, all_models(), NULL));
    office_exec(c, "UPDATE audit_entry SET actor = 'Somebody' WHERE action ="
                   " 'order.accept'");
    proved_rehash_alone(c, office_int(c, "SELECT MAX(chain) FROM audit_chain"));
    EXPECT(strstr(verify_all(c).first_fault, "register") != NULL);
}
