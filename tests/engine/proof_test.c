/* SPDX-License-Identifier: Apache-2.0 */
/* What engine/audit and model/proof promise of rows, refusals, exports and
   verifications under way. */
#include <stdio.h>

#include "api/route.h"
#include "api/run.h"
#include "auth/account.h"
#include "auth/auth.h"
#include "base/canon.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "engine/org/org.h"
#include "proved.h"

/* -- rows ------------------------------------------------------------------------ */

TEST(a_row_written_without_an_entry_is_not_kept)
{
    struct rating r = { .order_id = 7, .person_id = 41, .stars = 5 };
    TX tx = tx_begin(c);

    r.at = c->now;
    EXPECT_OK(model_insert(c, &rating_model, &r));
    EXPECT_FAULT(tx_commit(&tx), ERR_BROKEN, NULL);
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM rating"), 0);
}

/* They are hashed by four bytes of their names. */
TEST_PLAIN(no_two_columns_of_a_noun_are_known_by_the_same_name)
{
    for (size_t m = 0; all_models()[m] != NULL; m++)
        for (size_t i = 0; i < all_models()[m]->n; i++)
            for (size_t k = 0; k < i; k++) {
                struct canon a, b;

                canon_begin(&a, c->arena);
                canon_begin(&b, c->arena);
                canon_name(&a, all_models()[m]->fields[i].name);
                canon_name(&b, all_models()[m]->fields[k].name);
                EXPECT(memcmp(a.p, b.p, 4) != 0);
            }
}

TEST(what_older_classes_were_by_their_code_is_said_once_and_by_the_audit)
{
    static const char said[] =
        "SELECT COUNT(*) FROM audit_entry WHERE"
        " action = 'sla_class.set' AND noun_id = "
        "(SELECT id FROM sla_class WHERE code = 'E9')";
    struct sla_class old = { .code = "E9", .name = "急", .name_en = "Old" };
    struct sla_class eco = { .code = "ECO", .name = "节能", .name_en = "Eco" };
    struct proved p;

    proved_make(c, &p);
    as(c, "sysadmin");
    EXPECT_OK(catalog_add_sla(c, &old));
    office_exec(c, "INSERT INTO generation (name, value)"
                   " VALUES ('sla_class.emergency', 1)");
    EXPECT_OK(catalog_catch_up(c));
    assert_int_equal(office_int(c, said), 1);
    assert_int_equal(office_int(c, "SELECT emergency FROM sla_class WHERE code"
                                   " = 'E9'"),
                     1);
    EXPECT_OK(catalog_add_sla(c, &eco));
    EXPECT_OK(catalog_catch_up(c));
    assert_int_equal(office_int(c, "SELECT emergency FROM sla_class WHERE code"
                                   " = 'ECO'"),
                     0);
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

/* Whatever the program does, every row is as its last entry says. */
TEST(every_verb_and_clock_leaves_each_row_as_its_entry_says)
{
    struct proved p;
    int64_t done;

    proved_make(c, &p);
    for (int state = 0; state < N_ORDER_STATES; state++)
        (void)bring_to(c, (enum order_state)state);
    for (int i = 0; i < 40; i++) {
        office_pass(c, DAY_MS);
        as(c, NULL);
        EXPECT_OK(order_wake(c, 200, &done));
    }
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                         " 'order.escalate'")
           > 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                         " 'order.close'")
           > 0);
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

TEST(sign_ins_passwords_grants_and_tokens_leave_each_row_as_its_entry_says)
{
    struct sign_in good = { .account = "wang", .password = "Liang-cao9" };
    struct sign_in bad = { .account = "wang", .password = "Wrong-cao9" };
    struct role_grant g = { .account_id = 141, .role = "leader" };
    struct token t = { .name = "robot" };
    struct proved p;

    proved_make(c, &p);
    as(c, NULL);
    EXPECT_OK(auth_set_password(c, 141, "Liang-cao9"));
    EXPECT_FAULT(auth_sign_in(c, &bad), ERR_UNSIGNED, NULL);
    office_pass(c, 100 * DAY_MS);
    EXPECT_OK(auth_sign_in(c, &good));
    EXPECT_OK(auth_change_password(c, "Liang-cao9", "Other-cao9"));
    EXPECT_OK(auth_sign_out(c));
    as(c, "li");
    EXPECT_OK(token_make(c, &t));
    EXPECT_OK(auth_by_token(c, t.token));
    as(c, "li");
    EXPECT_OK(token_remove(c, &t));
    as(c, "secadmin");
    EXPECT_OK(grant_make(c, &g));
    EXPECT_OK(grant_remove(c, &g));
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

TEST(moves_merges_and_imports_of_units_leave_each_row_as_its_entry_says)
{
    static const char csv[] = "编码,名称,上级编码\r\nE,New,A\r\nD,Money,E\r\n";
    struct unit_act rename = { .id = 3, .name = "Typing" };
    struct unit_act move = { .id = 3, .parent_id = 12 };
    struct unit_act merge = { .id = 3, .into_id = 2 };
    struct place house = { .id = 22, .name = "House One" };
    struct import_result r;
    struct unit u = { 0 };
    struct proved p;

    proved_make(c, &p);
    as(c, "sysadmin");
    EXPECT_OK(unit_rename(c, &rename, &u));
    EXPECT_OK(unit_move(c, &move, &u));
    EXPECT_OK(place_set(c, &house, model_mask(&place_model, "name")));
    EXPECT_OK(noun_import(c, &unit_noun, csv, strlen(csv), false, &r));
    EXPECT(r.n_refused == 0 && r.added == 1 && r.changed == 1);
    EXPECT_OK(unit_merge(c, &merge, &u));
    proved_expect_whole(c, &p);
    proved_close(c, &p);
}

TEST(imported_orders_are_covered_with_what_happened_to_them)
{
    static const char text[] =
        "source: old\nprefix: OLD\ntime_zone: Asia/Shanghai\n"
        "columns:\n  identity: id\n  submitted_at: asked\n";
    static const char csv[] = "id,asked\n1,2025-03-03 09:10:00\n"
                              "2,2025-03-03 09:11:00\n";
    struct import_report report = { 0 };
    struct import_map *map;
    struct proved p;

    proved_make(c, &p);
    as(c, NULL);
    EXPECT_OK(import_map_read(c, "map.yaml", text, strlen(text), &map));
    EXPECT_OK(import_requests(
        c,
        &(struct import_wish){
            .map = map,
            .files = &(struct import_file){ "old.csv", csv, strlen(csv) },
            .n_files = 1 },
        &report));
    proved_expect_whole(c, &p);
    office_exec(c, "UPDATE event SET note = 'x' WHERE verb = 'import'"
                   " AND note = '1'");
    assert_int_equal(proved_verify(c, &p, true).faults, 1);
    proved_close(c, &p);
}

/* -- refusals and readings ---------------------------------------------------------- */

static int64_t
entries(struct call *c, const char *action)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT COUNT(*) FROM audit_entry WHERE"
                                      " action = '%s'",
                                      action));
}

static int
get(struct call *c, const char *path, const char *key, const char *value)
{
    struct pair query[] = { { key, value } };
    struct http_request q = {
        .method = "GET", .path = path, .query = query, .n_query = key != NULL
    };
    struct http_reply r = { 0 };

    api_run(c, &q, &r);
    return r.status;
}

TEST(who_is_refused_is_in_the_audit_with_what_he_asked_for)
{
    struct proved p;

    proved_make(c, &p);
    as(c, "wang");
    assert_int_equal(get(c, "/audit-entries", NULL, NULL), 403);
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                      " 'refused' AND account_id = 141 AND detail LIKE"
                      " '%/audit-entries%'"),
        1);
    assert_int_equal(get(c, "/nowhere", NULL, NULL), 404);
    assert_int_equal(entries(c, "refused"), 1);
    proved_close(c, &p);
}

TEST(a_flood_of_refusals_is_ten_entries_a_minute_and_a_number)
{
    struct proved p;
    int64_t done;

    proved_make(c, &p);
    as(c, "wang");
    for (int i = 0; i < 100; i++)
        assert_int_equal(get(c, "/audit-entries", NULL, NULL), 403);
    assert_int_equal(entries(c, "refused"), AUDIT_PER_MINUTE);
    as(c, NULL);
    EXPECT_OK(audit_tell_more(c, 500, &done));
    assert_int_equal(entries(c, "refused.more"), 0);
    office_pass(c, MINUTE_MS);
    EXPECT_OK(audit_tell_more(c, 500, &done));
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                      " 'refused.more' AND account_id = 141"
                      " AND detail = '{\"times\":90}'"),
        1);
    as(c, "wang");
    assert_int_equal(get(c, "/audit-entries", NULL, NULL), 403);
    assert_int_equal(entries(c, "refused"), AUDIT_PER_MINUTE + 1);
    proved_close(c, &p);
}

/* At the end nothing that was counted is lost. */
TEST(what_was_only_counted_is_told_at_the_end)
{
    struct proved p;

    proved_make(c, &p);
    as(c, "wang");
    for (int i = 0; i < AUDIT_PER_MINUTE + 1; i++)
        assert_int_equal(get(c, "/audit-entries", NULL, NULL), 403);
    as(c, NULL);
    audit_tell_all_more(c);
    assert_int_equal(entries(c, "refused.more"), 1);
    proved_close(c, &p);
}

TEST(reading_and_verifying_the_audit_is_in_the_audit)
{
    struct proved p;
    struct http_request q = { .method = "POST", .path = "/audit/verify" };
    struct http_reply r = { 0 };

    proved_make(c, &p);
    as(c, "auditor");
    assert_int_equal(get(c, "/audit-entries", "actor.has", "Desk"), 200);
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                      " 'audit.read' AND account_id = 156 AND detail LIKE"
                      " '%actor.has%Desk%'"),
        1);
    api_run(c, &q, &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(entries(c, "audit.verify"), 1);
    proved_close(c, &p);
}

TEST(an_export_is_in_the_audit_with_its_list_filter_rows_and_format)
{
    struct pair query[] = { { "format", "csv" }, { "active", "yes" } };
    struct http_request q = {
        .method = "GET", .path = "/persons", .query = query, .n_query = 2
    };
    struct http_reply r = { 0 };
    struct proved p;

    proved_make(c, &p);
    as(c, "sysadmin");
    api_run(c, &q, &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                      " 'export' AND account_id = 154 AND noun = 'person'"
                      " AND detail = '{\"format\":\"csv\",\"rows\":17,"
                      "\"filter\":{\"active\":\"yes\"}}'"),
        1);
    assert_int_equal(get(c, "/export/persons", NULL, NULL), 200);
    assert_int_equal(
        office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE action ="
                      " 'export' AND account_id = 154 AND noun = 'person'"),
        2);
    proved_close(c, &p);
}

/* -- in the background --------------------------------------------------------------- */

TEST(a_verification_in_the_background_is_looked_at_until_it_ends)
{
    struct proved p;
    struct audit_report r;

    proved_make(c, &p);
    as(c, "auditor");
    audit_look(c, &r);
    EXPECT(!r.running && r.began.ms == 0);
    EXPECT_OK(audit_begin(c, all_models(), org_rules, 60000, &r));
    EXPECT(!r.running && r.faults == 0 && r.entries > 1000 && r.rows > 500);
    audit_look(c, &r);
    EXPECT(!r.running && r.ended.ms != 0 && r.heads != NULL);
    assert_int_equal(entries(c, "audit.verified"), 1);
    proved_close(c, &p);
}

TEST(a_verification_that_broke_down_is_a_fault_and_no_good_end)
{
    struct proved p;
    struct audit_report r;

    proved_make(c, &p);
    as(c, "auditor");
    office_exec(c, "ALTER TABLE audit_seal RENAME TO away");
    EXPECT_OK(audit_begin(c, all_models(), org_rules, 60000, &r));
    EXPECT(!r.running && r.faults == 1 && r.first_fault != NULL);
    office_exec(c, "ALTER TABLE away RENAME TO audit_seal");
    assert_int_equal(entries(c, "audit.verified"), 1);
    proved_close(c, &p);
}

TEST(a_verification_is_begun_once_and_no_more_after_the_end)
{
    struct proved p;
    struct audit_report r;

    proved_make(c, &p);
    as(c, "auditor");
    EXPECT_OK(audit_begin(c, all_models(), org_rules, 0, &r));
    EXPECT_OK(audit_begin(c, all_models(), org_rules, 60000, &r));
    EXPECT(!r.running && r.faults == 0);
    audit_end_job(p.app.audit);
    EXPECT_FAULT(audit_begin(c, all_models(), org_rules, 0, &r), ERR_BROKEN,
                 NULL);
    audit_look(c, &r);
    EXPECT(!r.running);
    proved_close(c, &p);
}
