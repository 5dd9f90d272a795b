/* SPDX-License-Identifier: Apache-2.0 */
/* The audit never says that all is well when it could not look, and signs or
   covers whole or not at all. */
#include "engine/org/org.h"
#include "engine/proved.h"
#include "fault.h"
#include "model/proof.h"

/* Chains, seals, what was kept elsewhere, and the rows of one noun: all of
   them would take an hour. */
static enum err
verify(struct call *c, const void *with)
{
    const struct proved *p = with;
    static const struct model *const models[] = { &unit_model, NULL };
    struct audit_check k = {
        .models = models, .expect = p->heads, .key_file = p->pub
    };

    TRY(audit_verify(c, &k));
    if (k.report.faults != 0)
        fail_msg("%s\n", k.report.found);
    return OK;
}

static enum err
state(struct call *c, const void *with)
{
    struct audit_state s;

    (void)with;
    TRY(audit_state(c, &s));
    EXPECT(s.n > 0 && s.seals > 0);
    return OK;
}

static enum err
history(struct call *c, const void *with)
{
    struct list l = { .model = &change_model };

    return audit_history(c, &l, "order", *(const int64_t *)with);
}

TEST(a_verification_that_cannot_read_never_ends_well)
{
    struct proved p;
    int64_t id;

    proved_make(c, &p);
    id = office_int(c, "SELECT MAX(id) FROM orders");
    EXPECT_OK(verify(c, &p));
    expect_noticed(c, "verify", "auditor", verify, &p);
    expect_noticed(c, "state", "auditor", state, NULL);
    expect_noticed(c, "history", "auditor", history, &id);
    proved_close(c, &p);
}

static enum err
seal(struct call *c, const void *with)
{
    int64_t done = 0;

    (void)with;
    return audit_seal(c, &done);
}

static enum err export(struct call *c, const void *with) {
    (void)with; return audit_export(c, "person", "csv", 10, "unit_id=2");
}

TEST(a_seal_is_made_whole_or_not_at_all)
{
    struct proved p;

    proved_make(c, &p);
    (void)ask(c, "wang", "A04");
    expect_all_or_nothing(c, "seal", NULL, seal, NULL);
    expect_all_or_nothing(c, "export", "auditor", export, NULL);
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

static enum err
restored(struct call *c, const void *with)
{
    int64_t from, to;

    return audit_restored(c, with, &from, &to);
}

TEST(a_restored_office_says_so_or_nothing)
{
    struct proved p;

    proved_make(c, &p);
    expect_all_or_nothing(c, "restored", NULL, restored, "b.db");
    proved_close(c, &p);
}

/* What cannot be written is told to the log alone: who was refused is refused
   all the same. */
TEST(a_refusal_that_cannot_be_noted_changes_nothing_and_stops_nobody)
{
    struct proved p;
    int64_t entries, done = 0;

    proved_make(c, &p);
    as(c, "wang");
    entries = office_int(c, "SELECT COUNT(*) FROM audit_entry");
    db_fault(c, 1);
    audit_note(c, "denied", "order", NULL);
    db_fault(c, 0);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_entry"),
                     entries);
    for (int i = 0; i < AUDIT_PER_MINUTE + 2; i++)
        audit_note(c, "denied", "order", NULL);
    office_pass(c, 2 * MINUTE_MS);
    db_fault(c, 1);
    (void)!audit_tell_more(c, 10, &done);
    db_fault(c, 0);
    EXPECT_OK(audit_tell_more(c, 10, &done));
    proved_close(c, &p);
}

static enum err
cover(struct call *c, const void *with)
{
    struct audit_cover k = { .noun = "order", .keep = c->arena };
    TX tx = tx_begin(c);

    TRY(model_note(c, &order_model, *(const int64_t *)with));
    TRY(audit_cover_take(c, &k, *(const int64_t *)with));
    TRY(audit_cover_end(c, &k));
    return tx_commit(&tx);
}

TEST(rows_are_covered_whole_or_not_at_all)
{
    struct proved p;
    int64_t id;

    proved_make(c, &p);
    id = office_int(c, "SELECT MAX(id) FROM orders");
    expect_all_or_nothing(c, "cover", NULL, cover, &id);
    proved_close(c, &p);
}
