/* SPDX-License-Identifier: Apache-2.0 */
#include "office.h"

#include "subject/event.h"

#include <stdio.h>

#include "api/route.h"
#include "auth/auth.h"
#include "database.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "model/proof.h"

static const char *const rows[] = {
    "INSERT INTO unit (id, code, name, parent_id, path, sort, valid_from,"
    " version) VALUES"
    " (1, 'A', 'Office', NULL, '/1/', 0, 1, 1),"
    " (2, 'B', 'General bureau', 1, '/1/2/', 0, 1, 1),"
    " (3, 'C', 'Secretaries', 2, '/1/2/3/', 0, 1, 1),"
    " (12, 'D', 'Finance', 1, '/1/12/', 0, 1, 1)",
    "INSERT INTO place (id, code, name, kind, parent_id, path, full_name,"
    " restricted, active, version) VALUES"
    " (21, 'S', 'Site', 'site', NULL, '/21/', 'Site', 0, 1, 1),"
    " (22, 'H1', 'House 1', 'building', 21, '/21/22/', 'House 1', 0, 1, 1),"
    " (23, 'R305', '305', 'room', 22, '/21/22/23/', 'House 1 305', 0, 1, 1),"
    " (24, 'H2', 'House 2', 'building', 21, '/21/24/', 'House 2', 0, 1, 1)",
    "INSERT INTO provider (id, code, name, active, version) VALUES"
    " (31, 'P', 'Lifts Ltd', 1, 1)",
    "INSERT INTO person (id, code, name, initials, unit_id, provider_id,"
    " place_id, phone, active, version) VALUES"
    " (41, '41', '王芳', 'wf', 3, NULL, 23, '13800000041', 1, 1),"
    " (42, '42', '李强', 'lq', 12, NULL, 24, '13800000042', 1, 1),"
    " (43, '43', 'Desk', 'd', 2, NULL, NULL, '8000', 1, 1),"
    " (44, '44', '赵电', 'zd', 2, NULL, NULL, '13800000044', 1, 1),"
    " (45, '45', '孙班长', 'sbz', 2, NULL, NULL, NULL, 1, 1),"
    " (46, '46', '钱水', 'qs', 2, NULL, NULL, NULL, 1, 1),"
    " (47, '47', 'Lift man', 'lm', NULL, 31, NULL, NULL, 1, 1),"
    " (48, '48', 'Chief', 'c', 2, NULL, NULL, NULL, 1, 1),"
    " (49, '49', 'Leader', 'l', 1, NULL, NULL, NULL, 1, 1),"
    " (50, '50', 'Money', 'm', 12, NULL, NULL, NULL, 1, 1),"
    " (51, '51', 'Near', 'n', 2, NULL, NULL, NULL, 1, 1),"
    " (52, '52', 'Far', 'f', 12, NULL, NULL, NULL, 1, 1),"
    " (53, '53', 'House', 'h', 12, NULL, NULL, NULL, 1, 1),"
    " (54, '54', 'System', 's', 1, NULL, NULL, NULL, 1, 1),"
    " (55, '55', 'Security', 's', 1, NULL, NULL, NULL, 1, 1),"
    " (56, '56', 'Auditor', 'a', 1, NULL, NULL, NULL, 1, 1),"
    " (57, '57', 'Second', 's', 2, NULL, NULL, NULL, 1, 1),"
    " (58, '58', 'Gone', 'g', 2, NULL, NULL, NULL, 0, 1)",
    "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
    " SELECT 61, id, 44, 0, 0, 1 FROM crew WHERE code = 'electricians'",
    "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
    " SELECT 62, id, 45, 1, 1, 1 FROM crew WHERE code = 'electricians'",
    "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
    " SELECT 63, id, 57, 0, 2, 1 FROM crew WHERE code = 'electricians'",
    "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
    " SELECT 64, id, 46, 0, 0, 1 FROM crew WHERE code = 'plumbers'",
    "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
    " SELECT 65, id, 47, 1, 0, 1 FROM crew WHERE code = 'lift-contractor'",
    "INSERT INTO account (id, name, person_id, must_change, failures, active,"
    " version) VALUES (141, 'wang', 41, 0, 0, 1, 1),"
    " (142, 'li', 42, 0, 0, 1, 1), (143, 'desk', 43, 0, 0, 1, 1),"
    " (144, 'zhao', 44, 0, 0, 1, 1), (145, 'sun', 45, 0, 0, 1, 1),"
    " (146, 'qian', 46, 0, 0, 1, 1), (147, 'lift', 47, 0, 0, 1, 1),"
    " (148, 'chief', 48, 0, 0, 1, 1), (149, 'leader', 49, 0, 0, 1, 1),"
    " (150, 'money', 50, 0, 0, 1, 1), (151, 'near', 51, 0, 0, 1, 1),"
    " (152, 'far', 52, 0, 0, 1, 1), (153, 'house', 53, 0, 0, 1, 1),"
    " (154, 'sysadmin', 54, 0, 0, 1, 1), (155, 'secadmin', 55, 0, 0, 1, 1),"
    " (156, 'auditor', 56, 0, 0, 1, 1), (157, 'second', 57, 0, 0, 1, 1)",
    "INSERT INTO role_grant (id, account_id, role, scope, scope_id, version)"
    " VALUES (243, 143, 'dispatcher', 'all', NULL, 1),"
    " (247, 147, 'provider', 'provider', 31, 1),"
    " (248, 148, 'approver', 'all', NULL, 1),"
    " (249, 149, 'leader', 'all', NULL, 1),"
    " (250, 150, 'accountant', 'all', NULL, 1),"
    " (251, 151, 'dispatcher', 'unit', 2, 1),"
    " (252, 152, 'dispatcher', 'unit', 12, 1),"
    " (253, 153, 'dispatcher', 'place', 22, 1),"
    " (254, 154, 'system_admin', 'all', NULL, 1),"
    " (255, 155, 'security_admin', 'all', NULL, 1),"
    " (256, 156, 'audit_admin', 'all', NULL, 1)",
    "INSERT INTO role_grant (id, account_id, role, scope, scope_id, version)"
    " SELECT 244, 144, 'crew', 'crew', id, 1 FROM crew"
    " WHERE code = 'electricians'",
    "INSERT INTO role_grant (id, account_id, role, scope, scope_id, version)"
    " SELECT 245, 145, 'crew_lead', 'crew', id, 1 FROM crew"
    " WHERE code = 'electricians'",
    "INSERT INTO role_grant (id, account_id, role, scope, scope_id, version)"
    " SELECT 257, 157, 'crew', 'crew', id, 1 FROM crew"
    " WHERE code = 'electricians'",
    "INSERT INTO role_grant (id, account_id, role, scope, scope_id, version)"
    " SELECT 246, 146, 'crew', 'crew', id, 1 FROM crew"
    " WHERE code = 'plumbers'",
};

void
office_exec(struct call *c, const char *sql)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec_n(c, db_intern(c, sql), NULL, 0));
    EXPECT_OK(tx_commit(&tx));
}

int64_t
office_int(struct call *c, const char *sql)
{
    struct rows r = db_query_n(c, db_intern(c, sql), NULL, 0);
    int64_t n;

    EXPECT(rows_next(&r));
    n = row_int(&r, 0);
    rows_close(&r);
    return n;
}

/* A crew of the catalogue is in the audit, and so is what becomes of it. */
static void
set_crew(struct call *c, const char *code, const char *to)
{
    int64_t id = id_of(c, "crew", code);
    TX tx = tx_begin(c);

    EXPECT_OK(model_note(c, &crew_model, id));
    office_exec(c, arena_printf(c->arena,
                                "UPDATE crew SET %s, version = version + 1"
                                " WHERE id = %lld",
                                to, (long long)id));
    EXPECT_OK(model_note(c, &crew_model, id));
    EXPECT_OK(audit_write(c, "crew.set", "crew", id, NULL));
    EXPECT_OK(tx_commit(&tx));
}

static void
found(struct call *c)
{
    EXPECT_OK(catalog_seed(c));
    for (size_t i = 0; i < COUNT(rows); i++)
        office_exec(c, rows[i]);
    set_crew(c, "electricians", "dispatch = 'grab'");
    set_crew(c, "lift-contractor", "provider_id = 31");
    EXPECT_OK(org_catch_up(c));
}

void
office_make(struct call *c)
{
    database_fill(c, found);
}

/* Everything of a table, in the order of its ids. */
static void
note_all(struct call *c, const struct model *m, struct audit_cover *k)
{
    const char *sql =
        arena_printf(c->arena, "SELECT id FROM %s ORDER BY id", m->table);
    ROWS r = db_query_n(c, db_intern(c, sql), NULL, 0);

    while (rows_next(&r)) {
        EXPECT_OK(model_note(c, m, row_int(&r, 0)));
        EXPECT_OK(audit_cover_take(c, k, row_int(&r, 0)));
    }
    EXPECT_OK(rows_end(&r));
}

/* As rows are that were made in masses. */
static void
cover(struct call *c, const struct model *m)
{
    struct audit_cover k = { .noun = m->noun, .keep = c->arena };
    TX tx = tx_begin(c);

    note_all(c, m, &k);
    EXPECT_OK(audit_cover_end(c, &k));
    EXPECT_OK(tx_commit(&tx));
}

void
office_prove(struct call *c)
{
    for (size_t i = 0; all_models()[i] != NULL; i++)
        if (all_models()[i]->table != NULL && !all_models()[i]->unproved
            && all_models()[i]->whole == NULL)
            cover(c, all_models()[i]);
}

static void
found_proved(struct call *c)
{
    found(c);
    office_prove(c);
}

void
office_make_proved(struct call *c)
{
    database_fill(c, found_proved);
}

void
as(struct call *c, const char *account)
{
    c->actor = NULL;
    if (account != NULL)
        EXPECT_OK(auth_as(c, account));
}

int64_t
id_of(struct call *c, const char *table, const char *code)
{
    return office_int(c, arena_printf(c->arena,
                                      "SELECT id FROM %s WHERE code = '%s'",
                                      table, code));
}

void
office_pass(struct call *c, int64_t ms)
{
    c->now.ms += ms;
}

/* -- orders ---------------------------------------------------------------- */

struct order
ask_for(struct call *c, const char *account, struct order_request *w)
{
    struct order_view v = { 0 };

    as(c, account);
    EXPECT_OK(order_submit(c, w, &v));
    return v.order;
}

struct order
ask(struct call *c, const char *account, const char *item)
{
    return ask_for(c, account, &(struct order_request){ .item_code = item });
}

enum err
say_act(struct call *c, const char *account, const char *verb,
        const struct order_act *a)
{
    struct order_view v = { 0 };
    struct order_act copy = *a;

    as(c, account);
    return order_do(c, verb, &copy, &v);
}

struct order
order_now(struct call *c, int64_t id)
{
    struct order o = { 0 };

    EXPECT_OK(model_get(c, &order_model, id, &o));
    return o;
}

/* The verbs that lead to a state from the one before it, and who says them. */
static const struct way {
    enum order_state to, from;
    const char *who;
    const char *verb;
} ways[] = {
    { ORDER_ACCEPTED, ORDER_SUBMITTED, "desk", "accept" },
    { ORDER_DISPATCHED, ORDER_ACCEPTED, "desk", "dispatch" },
    { ORDER_ACKNOWLEDGED, ORDER_DISPATCHED, "zhao", "acknowledge" },
    { ORDER_ON_SITE, ORDER_ACKNOWLEDGED, "zhao", "arrive" },
    { ORDER_IN_PROGRESS, ORDER_ON_SITE, "zhao", "start" },
    { ORDER_SUSPENDED, ORDER_IN_PROGRESS, "zhao", "suspend" },
    { ORDER_COMPLETED, ORDER_IN_PROGRESS, "zhao", "complete" },
    { ORDER_VERIFIED, ORDER_COMPLETED, "wang", "verify" },
    { ORDER_CLOSED, ORDER_VERIFIED, NULL, "close" },
    { ORDER_RETURNED, ORDER_SUBMITTED, "desk", "return" },
    { ORDER_MERGED, ORDER_SUBMITTED, "desk", "merge" },
    { ORDER_CANCELLED, ORDER_SUBMITTED, "desk", "cancel" },
};

int64_t
bring_to(struct call *c, enum order_state state)
{
    struct order_request w = { .item_code = "A06",
                               .answers = "{\"reason\":\"more lamps\"}" };
    const struct way *s = ways;
    int64_t id, other = 0;

    if (state == ORDER_SUBMITTED)
        return ask(c, "wang", "A04").id;
    if (state == ORDER_AWAITING_APPROVAL)
        return ask_for(c, "wang", &w).id;
    while (s->to != state)
        s++;
    id = bring_to(c, s->from);
    if (s->who == NULL) {
        /* The program's own: its time comes. */
        office_pass(c, ORDER_RATE_DAYS * DAY_MS);
        as(c, NULL);
        EXPECT_OK(order_wake(c, 1000, &other));
        return id;
    }
    if (text_same(s->verb, "merge"))
        other = ask(c, "wang", "A04").id;
    EXPECT_OK(
        say(c, s->who, s->verb, id,
            .reason = text_same(s->verb, "suspend") ? "awaiting_parts" : "so",
            .into_id = other, .stars = 5, .result = "done"));
    return id;
}

/* -- everything ------------------------------------------------------------ */

static const char sqlite_tables[] =
    "SELECT name FROM sqlite_master WHERE type = 'table'"
    " AND name NOT LIKE 'sqlite_%' AND name NOT IN ('order_search', 'search')"
    " ORDER BY name";
static const char postgres_tables[] =
    "SELECT CAST(tablename AS TEXT) FROM pg_tables"
    " WHERE schemaname = current_schema() AND tablename <> 'counter'"
    " ORDER BY tablename";

static void
mix(uint64_t *h, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *h = (*h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    *h = (*h ^ 0xff) * UINT64_C(0x100000001b3);
}

static void
mix_column(uint64_t *h, struct rows *r, int col)
{
    const char *text = row_text(r, col);
    size_t n = 0;
    const void *blob;

    if (text != NULL) {
        mix(h, text, strlen(text));
        return;
    }
    blob = row_blob(r, col, &n);
    mix(h, blob != NULL ? blob : "\x01", blob != NULL ? n : 1);
}

/* Rows are added up, so that their order does not matter. */
static uint64_t
table_sum(struct call *c, const char *table)
{
    const char *sql = arena_printf(c->arena, "SELECT * FROM %s", table);
    struct rows r = db_query_n(c, db_intern(c, sql), NULL, 0);
    uint64_t sum = 0;

    while (rows_next(&r)) {
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        mix(&h, table, strlen(table));
        for (int i = 0; i < rows_width(&r); i++)
            mix_column(&h, &r, i);
        sum += h;
    }
    EXPECT_OK(rows_end(&r));
    return sum;
}

uint64_t
everything(struct call *c)
{
    const char *tables[80];
    uint64_t sum = 0;
    size_t n = 0;
    struct rows r =
        db_query_n(c,
                   store_is_postgres(c->app->store) ? postgres_tables
                                                    : sqlite_tables,
                   NULL, 0);

    while (rows_next(&r)) {
        ASSERT(n < COUNT(tables));
        tables[n++] = arena_text(c->arena, row_text(&r, 0));
    }
    EXPECT_OK(rows_end(&r));
    EXPECT(n > 20);
    /* Who serves the database is not what it holds. */
    for (size_t i = 0; i < n; i++)
        if (strcmp(tables[i], "node") != 0)
            sum += table_sum(c, tables[i]);
    return sum;
}

uint64_t
tables_sum(struct call *c, const char *const *tables)
{
    uint64_t sum = 0;

    for (; *tables != NULL; tables++)
        sum += table_sum(c, *tables);
    return sum;
}

int64_t
count_of(struct call *c, const char *fmt, int64_t id)
{
    char sql[300];

    (void)snprintf(sql, sizeof sql, fmt, (long long)id);
    return office_int(c, sql);
}

int64_t
told_of(struct call *c, int64_t person, int64_t order, const char *kind)
{
    return office_int(c,
                      arena_printf(c->arena,
                                   "SELECT COUNT(*) FROM notice WHERE"
                                   " person_id = %lld AND noun_id = %lld"
                                   " AND kind = '%s'",
                                   (long long)person, (long long)order, kind));
}

int64_t
wake_orders(struct call *c)
{
    int64_t done = 0;

    as(c, NULL);
    EXPECT_OK(order_wake(c, 100, &done));
    return done;
}

bool
hears_of(struct call *c, const struct order *o, const char *verb, bool internal)
{
    const struct event e = { .verb = verb, .internal = internal };
    bool may;

    EXPECT_OK(life_may_hear(c, &order_life, o, &e, &may));
    return may;
}
