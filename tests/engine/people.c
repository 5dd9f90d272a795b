/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

static const char *const people[] = {
    "INSERT INTO unit (id, code, name, path, sort, valid_from, version) VALUES"
    " (1, 'A', 'Office', '/1/', 0, 1, 1), (2, 'B', 'Bureau', '/1/2/', 0, 1, 1),"
    " (3, 'C', 'Section', '/1/2/3/', 0, 1, 1),"
    " (12, 'D', 'Other', '/1/12/', 0, 1, 1)",
    "INSERT INTO place (id, code, name, kind, path, full_name, restricted,"
    " active, version) VALUES"
    " (21, 'S', 'Site', 'site', '/21/', 'Site', 0, 1, 1),"
    " (22, 'B1', 'House', 'building', '/21/22/', 'House', 0, 1, 1),"
    " (23, 'R1', 'Room', 'room', '/21/22/23/', 'Room', 0, 1, 1),"
    " (24, 'B2', 'Barn', 'building', '/21/24/', 'Barn', 0, 1, 1)",
    "INSERT INTO provider (id, code, name, active, version) VALUES"
    " (31, 'P', 'Lifts Ltd', 1, 1)",
    "INSERT INTO person (id, code, name, unit_id, provider_id, active,"
    " version) VALUES (41, '41', 'Zhang', 3, NULL, 1, 1),"
    " (42, '42', 'Li', 2, NULL, 1, 1), (43, '43', 'Wang', NULL, 31, 1, 1),"
    " (44, '44', 'Zhao', 2, NULL, 1, 1), (45, '45', 'Gone', 2, NULL, 0, 1)",
    "INSERT INTO crew (id, code, name, dispatch, active, version) VALUES"
    " (51, 'E', 'Electricians', 'assign', 1, 1),"
    " (52, 'W', 'Plumbers', 'assign', 1, 1)",
    "INSERT INTO crew_member (id, crew_id, person_id, lead, turn, version)"
    " VALUES (61, 51, 42, 0, 0, 1), (62, 52, 42, 1, 0, 1)",
};

struct app here, there;

void
people_move_in(struct call *c)
{
    for (size_t i = 0; i < COUNT(people); i++)
        office_exec(c, people[i]);
}

void
people_open(struct call *c)
{
    here = there = *c->app;
    here.sessions = session_cache_open();
    there.sessions = session_cache_open();
    c->app = &here;
    c->actor = NULL;
    people_move_in(c);
}

void
people_close(struct call **c)
{
    session_cache_close(here.sessions);
    session_cache_close(there.sessions);
    (*c)->actor = NULL;
}

int64_t
make_account(struct call *c, const char *name, int64_t person_id)
{
    struct account a = {
        .name = name, .person_id = person_id, .password = GOOD
    };

    c->actor = NULL;
    EXPECT_OK(account_make(c, &a));
    return a.id;
}

enum err
grant(struct call *c, int64_t account_id, const char *role,
      enum scope_kind scope, int64_t scope_id)
{
    struct role_grant g = { .account_id = account_id,
                            .role = role,
                            .scope = scope,
                            .scope_id = scope_id };
    return grant_make(c, &g);
}

enum err
try_sign_in(struct call *c, const char *account, const char *password,
            struct sign_in *s)
{
    *s = (struct sign_in){ .account = account, .password = password };
    c->actor = NULL;
    return auth_sign_in(c, s);
}

const char *
sign_in(struct call *c, const char *account)
{
    struct sign_in s;

    EXPECT_OK(try_sign_in(c, account, GOOD, &s));
    return s.session;
}

void
pass_seconds(struct call *c, int64_t seconds)
{
    c->now.ms += seconds * SECOND_MS;
}

const char *
one_text(struct call *c, const char *sql)
{
    ROWS r = db_query(c, sql);

    EXPECT(rows_next(&r));
    return row_text(&r, 0);
}

const char *
audited(struct call *c)
{
    struct buf b = buf_make(c->arena, 0);
    ROWS r = db_query(c, "SELECT action FROM audit_entry WHERE chain <> 0"
                         " ORDER BY seq");

    while (rows_next(&r))
        buf_printf(&b, "%s ", row_text(&r, 0));
    EXPECT_OK(rows_end(&r));
    return b.s;
}
