/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/audit/audit.h promises, one test a promise. */
#include "engine/audit/audit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "auth/account.h"
#include "base/text.h"
#include "database.h"
#include "model/app.h"
#include "office.h"

static struct audit_report
verify(struct call *c)
{
    struct audit_check k = { .models = NULL };

    EXPECT_OK(audit_verify(c, &k));
    return k.report;
}

/* A chain of some entries, all of them sound. */
static void
do_things(struct call *c)
{
    struct audit_report r;

    office_make(c);
    (void)bring_to(c, ORDER_CLOSED);
    r = verify(c);
    EXPECT(r.faults == 0 && r.first_fault == NULL);
    EXPECT(r.chains >= 1 && r.entries > 1000);
}

static void
expect_found(struct call *c, const char *tampering)
{
    struct audit_report r;

    office_exec(c, tampering);
    r = verify(c);
    if (r.faults == 0 || r.first_fault == NULL)
        fail_msg("not found: %s\n", tampering);
}

/* Every column of an entry is under the hash, not only the words. */
TEST(an_altered_entry_is_found_whatever_was_altered)
{
    static const char *const changes[] = {
        "at = at + 1",      "account_id = 7",  "actor = 'Somebody'",
        "channel = 'web2'", "address = '::1'", "action = 'order.return'",
        "noun = 'person'",  "noun_id = 7",     "detail = '{}'",
    };

    do_things(c);
    for (size_t i = 0; i < COUNT(changes); i++) {
        TX undone = tx_begin(c);

        expect_found(c, arena_printf(c->arena,
                                     "UPDATE audit_entry SET %s"
                                     " WHERE id = (SELECT MAX(id) FROM"
                                     " audit_entry WHERE action ="
                                     " 'order.accept')",
                                     changes[i]));
    }
    EXPECT(verify(c).faults == 0);
}

TEST(a_removed_entry_is_found)
{
    do_things(c);
    expect_found(c, "DELETE FROM audit_entry WHERE action = 'order.accept'");
}

/* Two of a chain change places: each is whole, their order is not. */
TEST(swapped_entries_are_found)
{
    do_things(c);
    office_exec(c, "UPDATE audit_entry SET seq = -seq WHERE action IN"
                   " ('order.accept', 'order.dispatch')");
    office_exec(c, "UPDATE audit_entry SET seq = (SELECT -d.seq FROM"
                   " audit_entry d WHERE d.action = 'order.dispatch')"
                   " WHERE action = 'order.accept'");
    expect_found(c, "UPDATE audit_entry SET seq = (SELECT d.seq - 1 FROM"
                    " audit_entry d WHERE d.action = 'order.accept')"
                    " WHERE action = 'order.dispatch'");
}

TEST(an_entry_that_was_put_in_is_found)
{
    do_things(c);
    expect_found(c, "INSERT INTO audit_entry (id, chain, seq, at, action,"
                    " hash) SELECT 1, chain, seq + 1, at, 'x', hash FROM"
                    " audit_entry WHERE id = (SELECT MAX(id) FROM"
                    " audit_entry)");
}

TEST(a_chain_that_was_cut_short_is_found)
{
    do_things(c);
    expect_found(c, "DELETE FROM audit_entry WHERE id = (SELECT MAX(id) FROM"
                    " audit_entry)");
}

TEST(a_chain_that_is_gone_is_found)
{
    do_things(c);
    expect_found(c, "DELETE FROM audit_entry");
}

TEST(a_chain_without_its_head_is_found)
{
    do_things(c);
    expect_found(c, "DELETE FROM audit_chain");
}

TEST(what_failed_leaves_no_entry_and_what_was_done_has_one)
{
    int64_t before, id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    before = office_int(c, "SELECT COUNT(*) FROM audit_entry");
    EXPECT_FAULT(say(c, "wang", "accept", id), ERR_DENIED, NULL);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_entry"), before);
    EXPECT_OK(say(c, "desk", "accept", id));
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_entry"),
                     before + 1);
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                      " 'order.accept' AND actor = 'Desk' AND account_id ="
                      " 143 AND noun = 'order'"),
        1);
}

TEST(signing_in_is_an_entry_and_no_secret_stands_in_any)
{
    struct sign_in s = { .account = "wang", .password = "Liang-cao9" };
    struct sign_in wrong = { .account = "wang", .password = "Wrong-cao9" };
    struct token t = { .name = "robot" };

    office_make(c);
    as(c, NULL);
    EXPECT_OK(auth_set_password(c, 141, "Liang-cao9"));
    office_exec(c, "UPDATE account SET must_change = 0");
    EXPECT_FAULT(auth_sign_in(c, &wrong), ERR_UNSIGNED, NULL);
    EXPECT_OK(auth_sign_in(c, &s));
    as(c, "wang");
    EXPECT_OK(token_make(c, &t));
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE noun ="
                         " 'account' OR action LIKE 'sign%'")
           >= 2);
    assert_int_equal(
        office_int(c, arena_printf(c->arena,
                                   "SELECT COUNT(*) FROM audit_entry WHERE"
                                   " detail LIKE '%%cao9%%' OR detail LIKE"
                                   " '%%%s%%' OR detail LIKE '%%%s%%' OR"
                                   " detail LIKE '%%argon2%%'",
                                   s.session, t.token)),
        0);
}

TEST(only_the_audit_administrator_reads_it)
{
    struct list l = { .model = &audit_entry_model };

    do_things(c);
    as(c, "sysadmin");
    EXPECT_FAULT(audit_list(c, &l), ERR_DENIED, NULL);
    as(c, "leader");
    EXPECT_FAULT(audit_list(c, &l), ERR_DENIED, NULL);
    as(c, "auditor");
    EXPECT_OK(audit_list(c, &l));
    EXPECT(l.n > 0);
}

/* How many of the entries that WORDS find are of the order, and by whom. */
static int64_t
found(struct call *c, const char *words, int64_t order_id, const char *actor)
{
    struct list l = { .model = &audit_entry_model, .words = words };
    const struct audit_entry *e;
    int64_t n = 0;

    as(c, "auditor");
    EXPECT_OK(audit_list(c, &l));
    assert_string_equal(l.words, words);
    e = l.rows;
    for (size_t i = 0; i < l.n; i++)
        n += (order_id == 0 || e[i].noun_id == order_id)
             && (actor == NULL || text_same(e[i].actor, actor));
    return n;
}

TEST(entries_are_found_by_the_number_of_an_order_by_a_person_and_by_a_word)
{
    struct order o, other;

    office_make(c);
    o = ask(c, "wang", "A04");
    other = ask(c, "wang", "A04");
    EXPECT_OK(say(c, "desk", "accept", o.id));
    /* A number is of that order alone. */
    assert_int_equal(found(c, o.number, o.id, NULL), 2);
    assert_int_equal(found(c, o.number, 0, NULL), 2);
    assert_int_equal(found(c, other.number, other.id, NULL), 1);
    /* What somebody did. */
    assert_int_equal(found(c, "Desk", o.id, "Desk"), 1);
    /* What stands in the entries themselves. */
    EXPECT(found(c, "submitted", o.id, NULL) >= 1);
    assert_int_equal(found(c, "nobody says this", 0, NULL), 0);
    /* Signs are no wildcards: that it was asked for before is an entry. */
    assert_int_equal(found(c, "nobody%this", 0, NULL), 0);
}

TEST(signing_in_and_reading_the_audit_stand_apart_from_what_was_done)
{
    struct list all = { .model = &audit_entry_model };
    struct list done = all, signing = all, reading = all;
    struct sign_in s = { .account = "wang", .password = "wrong" };

    office_make(c);
    EXPECT_FAULT(auth_sign_in(c, &s), ERR_UNSIGNED, NULL);
    done.view = "done";
    signing.view = "signing";
    as(c, "auditor");
    EXPECT_OK(audit_list(c, &signing));
    assert_int_equal(signing.total, 1);
    assert_string_equal(((const struct audit_entry *)signing.rows)->action,
                        "sign_in.fail");
    EXPECT_OK(audit_list(c, &done));
    /* That the two were read stands apart, too. */
    reading.view = "reading";
    EXPECT_OK(audit_list(c, &reading));
    assert_int_equal(reading.total, 2);
    EXPECT_OK(audit_list(c, &all));
    EXPECT(done.total > 1);
    assert_int_equal(all.total, done.total + signing.total + reading.total + 1);
}

/* -- beginning at once ----------------------------------------------------- */

struct beginner {
    const struct call *like;
    atomic_bool wrote, may_go;
    enum err e;
};

/* The first entry of a connection that has no chain yet. */
static void *
begin_chain(void *arg)
{
    struct beginner *b = arg;
    struct call c = { .arena = arena_open(),
                      .channel = "test",
                      .now = b->like->now,
                      .words = b->like->words,
                      .app = b->like->app };

    db_session(&c, c.app->store);
    {
        TX tx = tx_begin(&c);
        b->e = audit_write(&c, "test.begin", "test", 1, NULL);
        atomic_store(&b->wrote, true);
        for (int i = 0; i < 5000 && !atomic_load(&b->may_go); i++)
            (void)usleep(1000);
        if (b->e == OK)
            b->e = tx_commit(&tx);
    }
    db_session_end(&c);
    arena_close(c.arena);
    return NULL;
}

/* The loser is run again, and nobody is told that the value is taken. */
TEST(two_chains_that_begin_at_once_are_a_lost_race)
{
    struct beginner all[2] = { { .like = c }, { .like = c, .may_go = true } };
    pthread_t threads[2];

    if (!database_is_postgres())
        return;
    office_make(c);
    {
        TX tx = tx_begin(c); /* ours has a chain: nobody else shall have it */
        office_exec(c, "UPDATE person SET name = name WHERE id = 41");
        EXPECT(pthread_create(&threads[0], NULL, begin_chain, &all[0]) == 0);
        for (int i = 0; i < 5000 && !atomic_load(&all[0].wrote); i++)
            (void)usleep(1000);
        EXPECT(pthread_create(&threads[1], NULL, begin_chain, &all[1]) == 0);
        (void)usleep(300000); /* it waits for the first */
        atomic_store(&all[0].may_go, true);
        for (int i = 0; i < 2; i++)
            EXPECT(pthread_join(threads[i], NULL) == 0);
    }
    EXPECT(all[0].e == OK);
    EXPECT(all[1].e == ERR_BUSY);
}
