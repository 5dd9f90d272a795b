/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/audit promises to whoever distrusts the one who has the
   database: each kind of tampering is found, and by what. */
#include "auth/account.h"
#include "database.h"
#include "engine/org/org.h"
#include "proved.h"

/* What finds it: the chains, the rows, or only what was signed or kept. */
enum found_by { BY_CHAIN, BY_ROWS, BY_SEAL };

/* SQL of somebody who has the database; MIDDLE and LAST are ids of entries.
   Whoever REHASHES knows the source, too, and makes the chain fit again. */
#define MIDDLE "(SELECT MAX(id) FROM audit_entry WHERE action = 'order.accept')"
#define NEXT "(SELECT MAX(id) FROM audit_entry WHERE action = 'order.dispatch')"
#define CHAIN "(SELECT MAX(chain) FROM audit_chain)"
#define LAST "(SELECT seq FROM audit_chain WHERE chain = " CHAIN ")"
#define ORDER "(SELECT MAX(id) FROM orders)"
#define EVENT "(SELECT MAX(id) FROM event WHERE verb = 'accept')"

static const struct tampering {
    const char *what;
    enum found_by by;
    bool rehashes;
    const char *sql[6];
} tamperings[] = {
    /* Somebody who only writes to the table. */
    { "at",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET at = at + 1 WHERE id = " MIDDLE } },
    { "account_id",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET account_id = 7 WHERE id = " MIDDLE } },
    { "actor",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET actor = 'X' WHERE id = " MIDDLE } },
    { "channel",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET channel = 'x' WHERE id = " MIDDLE } },
    { "address",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET address = '::1' WHERE id = " MIDDLE } },
    { "action",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET action = 'x' WHERE id = " MIDDLE } },
    { "noun",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET noun = 'x' WHERE id = " MIDDLE } },
    { "noun_id",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET noun_id = 7 WHERE id = " MIDDLE } },
    { "detail",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET detail = '{}' WHERE id = " MIDDLE } },
    { "hash",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET hash = 'x' || SUBSTR(hash, 2) WHERE id "
        "= " MIDDLE } },
    { "id",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET id = 7 WHERE id = " MIDDLE } },
    { "rule",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET rule = NULL WHERE id = " MIDDLE } },
    { "proof",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET proof = NULL WHERE id = " MIDDLE } },
    { "the first one removed",
      BY_CHAIN,
      false,
      { "DELETE FROM audit_entry WHERE seq = 1 AND chain = " CHAIN } },
    { "one removed",
      BY_CHAIN,
      false,
      { "DELETE FROM audit_entry WHERE id = " MIDDLE } },
    { "the last one removed",
      BY_CHAIN,
      false,
      { "DELETE FROM audit_entry WHERE chain = " CHAIN " AND seq = " LAST } },
    { "fifty removed",
      BY_CHAIN,
      false,
      { "DELETE FROM audit_entry WHERE chain = " CHAIN " AND seq > " LAST
        " - 50" } },
    { "two swapped",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET seq = -seq WHERE id IN (" MIDDLE ", " NEXT ")",
        "UPDATE audit_entry SET seq = (SELECT -d.seq FROM audit_entry d"
        " WHERE d.id = " NEXT ") WHERE id = " MIDDLE,
        "UPDATE audit_entry SET seq = (SELECT d.seq - 1 FROM audit_entry d"
        " WHERE d.id = " MIDDLE ") WHERE id = " NEXT } },
    { "one removed and the rest renumbered",
      BY_CHAIN,
      false,
      { "UPDATE audit_chain SET seq = seq - 1 WHERE chain = " CHAIN,
        "DELETE FROM audit_entry WHERE chain = " CHAIN " AND seq = " LAST
        " - 9",
        "UPDATE audit_entry SET seq = -(seq - 1) WHERE chain = " CHAIN
        " AND seq > " LAST " - 9",
        "UPDATE audit_entry SET seq = -seq WHERE seq < 0" } },
    { "one put in with a stale hash",
      BY_CHAIN,
      false,
      { "INSERT INTO audit_entry (id, chain, seq, at, action, hash)"
        " SELECT 1, chain, seq + 1, at, 'x', hash FROM audit_entry"
        " WHERE chain = " CHAIN " AND seq = " LAST } },
    { "the head removed", BY_CHAIN, false, { "DELETE FROM audit_chain" } },
    { "all entries removed", BY_CHAIN, false, { "DELETE FROM audit_entry" } },
    /* The kinds that no hash alone can find. */
    { "fifty removed and the head moved back",
      BY_SEAL,
      false,
      { "UPDATE audit_chain SET seq = seq - 50, hash = (SELECT e.hash FROM"
        " audit_entry e WHERE e.chain = audit_chain.chain"
        " AND e.seq = audit_chain.seq - 50) WHERE chain = " CHAIN,
        "DELETE FROM audit_entry WHERE chain = " CHAIN " AND seq > " LAST } },
    { "one altered and the chain made to fit",
      BY_SEAL,
      true,
      { "UPDATE audit_entry SET actor = 'Somebody' WHERE id = " MIDDLE } },
    { "one removed and the chain made to fit",
      BY_SEAL,
      true,
      { "DELETE FROM audit_entry WHERE chain = " CHAIN " AND seq = " LAST
        " - 9",
        "UPDATE audit_entry SET seq = -(seq - 1) WHERE chain = " CHAIN
        " AND seq > " LAST " - 9",
        "UPDATE audit_entry SET seq = -seq WHERE seq < 0" } },
    { "everything removed, heads and all",
      BY_CHAIN,
      false,
      { "DELETE FROM audit_entry", "DELETE FROM audit_chain",
        "DELETE FROM audit_cover" } },
    { "a whole audit removed, seals and all",
      BY_CHAIN,
      false,
      { "DELETE FROM audit_entry", "DELETE FROM audit_chain",
        "DELETE FROM audit_cover", "DELETE FROM audit_seal" } },
    { "0 in place of nobody",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET account_id = 0 WHERE account_id IS NULL" } },
    { "0 in place of no thing",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET noun_id = 0 WHERE noun_id IS NULL" } },
    /* Business rows, events, grants. */
    { "an order",
      BY_ROWS,
      false,
      { "UPDATE orders SET result = 'better' WHERE id = " ORDER } },
    { "an order's time",
      BY_ROWS,
      false,
      { "UPDATE orders SET completed_at = completed_at - 1 WHERE id "
        "= " ORDER } },
    { "0 in place of no company",
      BY_ROWS,
      false,
      { "UPDATE orders SET provider_id = 0 WHERE id = " ORDER } },
    { "an order removed with all that happened",
      BY_ROWS,
      false,
      { "DELETE FROM event", "DELETE FROM rating",
        "DELETE FROM orders WHERE id = " ORDER } },
    { "a draft put in",
      BY_ROWS,
      false,
      { "INSERT INTO draft (id, person_id, content, version, created_at,"
        " updated_at) VALUES (7, 41, '{}', 1, 1, 1)" } },
    { "an event of no order",
      BY_ROWS,
      false,
      { "INSERT INTO event (id, noun_id, at, verb, internal)"
        " VALUES (7, 7, 1, 'comment', 0)" } },
    { "an event",
      BY_ROWS,
      false,
      { "UPDATE event SET actor_name = 'Somebody' WHERE id = " EVENT } },
    { "an event removed",
      BY_ROWS,
      false,
      { "DELETE FROM event WHERE id = " EVENT } },
    { "an event put in",
      BY_ROWS,
      false,
      { "INSERT INTO event (id, noun_id, at, verb, internal)"
        " SELECT 7, id, 1, 'comment', 0 FROM orders WHERE id = " ORDER } },
    { "a rating", BY_ROWS, false, { "UPDATE rating SET stars = 1" } },
    { "a rating removed", BY_ROWS, false, { "DELETE FROM rating" } },
    { "a grant",
      BY_ROWS,
      false,
      { "UPDATE role_grant SET role = 'leader' WHERE id = 243" } },
    { "a grant put in",
      BY_ROWS,
      false,
      { "INSERT INTO role_grant (id, account_id, role, scope, version)"
        " VALUES (7, 141, 'leader', 'all', 1)" } },
    { "a grant removed",
      BY_ROWS,
      false,
      { "DELETE FROM role_grant WHERE id = 243" } },
    { "an account's password",
      BY_ROWS,
      false,
      { "UPDATE account SET password = 'x' WHERE id = 141" } },
    { "a person's company",
      BY_ROWS,
      false,
      { "UPDATE person SET provider_id = 31 WHERE id = 41" } },
    { "a member of a crew",
      BY_ROWS,
      false,
      { "UPDATE crew_member SET lead = 1 WHERE id = 61" } },
    { "a unit's path",
      BY_ROWS,
      false,
      { "UPDATE unit SET path = '/1/' WHERE id = 12" } },
    { "a place's path",
      BY_ROWS,
      false,
      { "UPDATE place SET path = '/21/' WHERE id = 24" } },
    { "an item of the catalogue",
      BY_ROWS,
      false,
      { "UPDATE service_item SET needs_approval = 1 WHERE code = 'A04'" } },
    { "a cover that is looked for where its leaves are not",
      BY_ROWS,
      false,
      { "INSERT INTO audit_cover (id, noun, first_id, last_id, leaves)"
        " SELECT 7, noun, last_id, last_id, leaves FROM audit_cover"
        " WHERE noun = 'account'" } },
    { "a cover that no entry tells of",
      BY_ROWS,
      false,
      { "INSERT INTO audit_cover (id, noun, first_id, last_id, leaves)"
        " SELECT 7, noun, 9000000000000000, 9000000000000000, leaves"
        " FROM audit_cover WHERE noun = 'account'" } },
    { "a kind of rows removed with its cover",
      BY_ROWS,
      false,
      { "DELETE FROM role_grant",
        "DELETE FROM audit_cover WHERE noun = 'role_grant'" } },
    { "a row below all others",
      BY_ROWS,
      false,
      { "INSERT INTO role_grant (id, account_id, role, scope, version)"
        " SELECT -9223372036854775807 - 1, account_id, 'leader', 'all', 1"
        " FROM role_grant WHERE id = 243" } },
    { "the mark of an older office, for a grant that was put in",
      BY_ROWS,
      false,
      { "INSERT INTO role_grant (id, account_id, role, scope, version)"
        " VALUES (7, 141, 'system_admin', 'all', 1)",
        "INSERT INTO generation (name, value)"
        " VALUES ('audit.uncovered', 1)" } },
    { "the mark alone",
      BY_ROWS,
      false,
      { "INSERT INTO generation (name, value)"
        " VALUES ('audit.uncovered', 1)" } },
    { "a cover",
      BY_ROWS,
      false,
      { "UPDATE audit_cover SET leaves = (SELECT o.leaves FROM audit_cover"
        " o WHERE o.noun = 'person') WHERE noun = 'account'" } },
};

/* What SQLite keeps anywhere, and C does not see of a text. */
static const struct tampering oddities[] = {
    { "a NUL and more behind a role",
      BY_ROWS,
      false,
      { "UPDATE role_grant SET role = role || char(0) || 'x'"
        " WHERE id = 243" } },
    { "a NUL behind an account's name",
      BY_ROWS,
      false,
      { "UPDATE account SET name = name || char(0) WHERE id = 141" } },
    { "a NUL behind a state",
      BY_ROWS,
      false,
      { "UPDATE orders SET state = state || char(0) || 'x'"
        " WHERE id = " ORDER } },
    { "a NUL behind an entry's action",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET action = action || char(0) || 'x'"
        " WHERE id = " MIDDLE } },
    { "a word in an entry's time",
      BY_CHAIN,
      false,
      { "UPDATE audit_entry SET at = at || 'x' WHERE id = " MIDDLE } },
    { "a number with a word behind it",
      BY_ROWS,
      false,
      { "UPDATE orders SET complete_due = complete_due || 'x'"
        " WHERE id = " ORDER } },
    { "half a millisecond",
      BY_ROWS,
      false,
      { "UPDATE orders SET complete_due = complete_due + 0.5"
        " WHERE id = " ORDER } },
    { "1x in place of yes",
      BY_ROWS,
      false,
      { "UPDATE account SET active = '1x' WHERE id = 141" } },
    { "bytes in place of nothing",
      BY_ROWS,
      false,
      { "UPDATE orders SET result = x'00' WHERE id = " ORDER } },
};

static bool
finds(struct call *c, struct audit_check *k)
{
    EXPECT_OK(audit_verify(c, k));
    return k->report.faults > 0 && k->report.first_fault != NULL;
}

/* By the means that is to find it, alone. */
static bool
is_found(struct call *c, struct proved *p, const struct tampering *t)
{
    struct audit_check k = { .models = t->by == BY_ROWS ? all_models() : NULL,
                             .rules = org_rules,
                             .key_file = t->by == BY_SEAL ? p->pub : NULL };

    if (t->by != BY_SEAL)
        office_exec(c, "DELETE FROM audit_seal");
    return finds(c, &k);
}

/* The heads that were kept are as good as a key. */
static bool
needs_what_was_kept(struct call *c, struct proved *p)
{
    struct audit_check k = { .models = NULL };

    office_exec(c, "DELETE FROM audit_seal");
    if (finds(c, &k))
        return false;
    k.expect = p->heads;
    return finds(c, &k);
}

TEST(every_kind_of_tampering_is_found)
{
    struct proved p;

    proved_make(c, &p);
    proved_expect_whole(c, &p);
    for (size_t i = 0; i < COUNT(tamperings); i++) {
        const struct tampering *t = &tamperings[i];
        TX undone = tx_begin(c);

        for (size_t k = 0; k < COUNT(t->sql) && t->sql[k] != NULL; k++)
            office_exec(c, t->sql[k]);
        if (t->rehashes)
            proved_rehash(c);
        if (!is_found(c, &p, t))
            fail_msg("not found: %s\n", t->what);
        if (t->by == BY_SEAL && !needs_what_was_kept(c, &p))
            fail_msg("found by what was kept, and only by it: %s\n", t->what);
    }
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

TEST(what_sqlite_keeps_and_the_program_never_writes_is_found)
{
    struct proved p;

    if (database_is_postgres())
        return; /* its columns have types, and its texts no NUL */
    proved_make(c, &p);
    for (size_t i = 0; i < COUNT(oddities); i++) {
        TX undone = tx_begin(c);

        office_exec(c, oddities[i].sql[0]);
        if (!is_found(c, &p, &oddities[i]))
            fail_msg("not found: %s\n", oddities[i].what);
    }
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

/* It would be taken for what stands in front of the NUL. */
TEST(a_text_with_a_nul_in_it_is_no_text_of_the_program)
{
    if (database_is_postgres())
        return;
    ROWS r = db_query(c, "SELECT 'leader' || char(0) || 'x'");

    EXPECT(rows_next(&r));
    (void)row_text(&r, 0);
    assert_int_equal(rows_end(&r), ERR_BROKEN);
}

static enum err
read_as_numbers(struct call *c, const char *word, int64_t *whole, double *real)
{
    static const char say[] = "SELECT CAST($1 AS TEXT), CAST($1 AS TEXT)";
    ROWS r = db_query(c, say, V(word));

    EXPECT(rows_next(&r));
    *whole = row_int(&r, 0);
    *real = row_real(&r, 1);
    return rows_end(&r);
}

/* SQLite keeps it in a column of numbers as it is. */
TEST(what_only_begins_as_a_number_is_never_read_as_one)
{
    static const char *const wrong[] = { "12x", "x", "", "1 2", "0x10" };
    struct unit u;
    int64_t whole;
    double real;

    EXPECT_OK(read_as_numbers(c, "12.5", &whole, &real));
    EXPECT(whole == 12 && real == 12.5);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(read_as_numbers(c, wrong[i], &whole, &real),
                         ERR_BROKEN);
    if (database_is_postgres())
        return;
    office_make(c);
    EXPECT_OK(model_get(c, &unit_model, 3, &u));
    office_exec(c, "UPDATE unit SET sort = '12x' WHERE id = 3");
    assert_int_equal(model_get(c, &unit_model, 3, &u), ERR_BROKEN);
}

/* Whoever has the mark put in waits for the next opening. */
TEST(rows_put_in_are_not_covered_by_a_mark_put_in_with_them)
{
    struct proved p;

    proved_make(c, &p);
    office_exec(c, "INSERT INTO role_grant (id, account_id, role, scope,"
                   " version) VALUES (7, 141, 'system_admin', 'all', 1)");
    office_exec(c, "INSERT INTO generation (name, value)"
                   " VALUES ('audit.uncovered', 1)");
    EXPECT_OK(audit_catch_up(c, all_models(), NULL));
    assert_int_equal(proved_verify(c, &p, true).faults, 2);
    office_exec(c, "DELETE FROM audit_cover");
    EXPECT_OK(audit_catch_up(c, all_models(), NULL));
    EXPECT(proved_verify(c, &p, true).faults > 50);
    proved_close(c, &p);
}

/* What the program writes next is not the end of it: whoever waits for that
   would have that change blessed. */
TEST(a_change_behind_the_program_is_found_after_its_next_change_too)
{
    struct proved p;
    int64_t id;

    proved_make(c, &p);
    id = bring_to(c, ORDER_ACCEPTED);
    office_exec(c, "UPDATE orders SET description = 'x' WHERE id ="
                   " (SELECT MAX(id) FROM orders)");
    EXPECT_OK(say(c, "desk", "dispatch", id));
    assert_int_equal(proved_verify(c, &p, true).faults, 1);
    office_exec(c, "UPDATE setting SET value = 'x'");
    office_exec(c, "UPDATE role_grant SET role = 'leader' WHERE id = 243");
    as(c, "secadmin");
    EXPECT_OK(grant_remove(c, &(struct role_grant){ .id = 243 }));
    assert_int_equal(proved_verify(c, &p, true).faults, 2);
    proved_close(c, &p);
}
