/* SPDX-License-Identifier: Apache-2.0 */
/* What is over and done with goes, and nothing else. */
#include "api/idempotency.h"
#include "auth/auth.h"
#include "office.h"
#include "subject/notice.h"

static int64_t
count(struct call *c, const char *sql)
{
    return office_int(c, sql);
}

static enum err
keep(struct call *c, const char *key)
{
    TX tx = tx_begin(c);

    TRY(answer_keep(c, key, "r", 201, "{}"));
    return tx_commit(&tx);
}

TEST(answers_are_kept_for_a_day)
{
    int64_t done = 0;

    office_make(c);
    as(c, "wang");
    EXPECT_OK(keep(c, "first"));
    office_pass(c, ANSWERS_KEPT_MS - MINUTE_MS);
    EXPECT_OK(keep(c, "second"));
    EXPECT_OK(answers_forget(c, 10, &done));
    EXPECT(done == 0);
    office_pass(c, 2 * MINUTE_MS);
    EXPECT_OK(answers_forget(c, 10, &done));
    EXPECT(done == 1);
    EXPECT(count(c, "SELECT COUNT(*) FROM idempotency WHERE key = 'second'")
           == 1);
    EXPECT(count(c, "SELECT COUNT(*) FROM idempotency") == 1);
}

static void
add_session(struct call *c, int64_t id, int64_t idle_ms)
{
    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO session (id, secret, account_id,"
                                " csrf, created_at, seen_at) SELECT %lld,"
                                " 's%lld', id, 'x', %lld, %lld FROM account"
                                " WHERE name = 'wang'",
                                (long long)id, (long long)id,
                                (long long)(c->now.ms - idle_ms),
                                (long long)(c->now.ms - idle_ms)));
}

TEST(sessions_idle_beyond_their_time_are_dropped_in_batches)
{
    int64_t done = 0;

    office_make(c);
    for (int64_t id = 1; id <= 5; id++)
        add_session(c, id, 20 * MINUTE_MS);
    add_session(c, 9, 9 * MINUTE_MS);
    EXPECT_OK(auth_drop_idle(c, 3, &done));
    EXPECT(done == 3);
    EXPECT(count(c, "SELECT COUNT(*) FROM session") == 3);
    EXPECT_OK(auth_drop_idle(c, 3, &done));
    EXPECT(done == 2);
    EXPECT_OK(auth_drop_idle(c, 3, &done));
    EXPECT(done == 0);
    EXPECT(count(c, "SELECT id FROM session") == 9);
    EXPECT(count(c, "SELECT COUNT(*) FROM audit_entry WHERE"
                    " action = 'session_end' AND detail LIKE '%idle%'")
           == 5);
    /* The setting says for how long: an hour keeps what ten minutes drop. */
    office_exec(c, "INSERT INTO setting (id, name, value, version) VALUES"
                   " (7001, 'session.idle_s', '3600', 1)");
    office_pass(c, 40 * MINUTE_MS);
    EXPECT_OK(auth_drop_idle(c, 3, &done));
    EXPECT(done == 0);
    office_pass(c, 30 * MINUTE_MS);
    EXPECT_OK(auth_drop_idle(c, 3, &done));
    EXPECT(done == 1);
}

TEST(notices_go_half_a_year_after_they_were_read)
{
    int64_t done = 0;

    office_make(c);
    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO notice (id, person_id, kind,"
                                " text, at, read_at) VALUES"
                                " (1, 41, 'x', 'read', 1, %lld),"
                                " (2, 41, 'x', 'not read', 1, NULL)",
                                (long long)c->now.ms));
    office_pass(c, (NOTICE_KEPT_DAYS - 1) * DAY_MS);
    EXPECT_OK(notice_drop_old(c, 10, &done));
    EXPECT(done == 0);
    office_pass(c, 2 * DAY_MS);
    EXPECT_OK(notice_drop_old(c, 10, &done));
    EXPECT(done == 1);
    EXPECT(count(c, "SELECT id FROM notice WHERE id < 10") == 2);
}
