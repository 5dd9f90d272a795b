/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any request: "METHOD /path?query" on the first line, the body below.  It is
 * run as somebody who may everything on an office in memory, and undone.
 * Nothing may break: every answer is below 500 or "busy".
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/nouns.h"
#include "api/run.h"
#include "auth/auth.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "model/app.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define MOST_PAIRS 20

static struct app app;
static struct call shared; /* of the session */

static const struct grant everything = {
    .role = "system_admin", .scope = SCOPE_ALL, .rights = ~UINT64_C(0)
};
static const struct actor actor = {
    .account_id = 1,
    .person_id = 41,
    .name = "Fuzz",
    .account = "fuzz",
    .grants = &everything,
    .n_grants = 1
};

static const char *const rows[] = {
    "INSERT INTO unit (id, code, name, path, sort, valid_from, version)"
    " VALUES (3, 'C', 'Secretaries', '/3/', 0, 1, 1)",
    "INSERT INTO place (id, code, name, kind, path, full_name, restricted,"
    " active, version) VALUES (23, 'R', '305', 'room', '/23/', '305', 0, 1, 1)",
    "INSERT INTO person (id, code, name, unit_id, place_id, active, version)"
    " VALUES (41, '41', 'Fuzz', 3, 23, 1, 1)",
    "INSERT INTO account (id, name, person_id, must_change, failures, active,"
    " version) VALUES (1, 'fuzz', 41, 0, 0, 1, 1)",
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *why;

    (void)argc;
    (void)argv;
    log_open((enum log_level)(LOG_ERROR + 1));
    model_set_audit(audit_write);
    app.store = store_open(":memory:", 1, &why);
    ASSERT(app.store != NULL);
    app.ids = ids_open(1);
    app.nouns = all_nouns;
    app.zone = zone_open("Asia/Shanghai");
    api_call_begin(&shared, &app, arena_open(), "test");
    ASSERT(catalog_open(&shared, &app.catalog) == OK);
    ASSERT(catalog_seed(&shared) == OK);
    TX tx = tx_begin(&shared);
    for (size_t i = 0; i < COUNT(rows); i++)
        ASSERT(db_exec_n(&shared, rows[i], NULL, 0) == OK);
    ASSERT(tx_commit(&tx) == OK);
    return 0;
}

static size_t
split_query(struct arena *a, char *query, struct pair *pairs)
{
    size_t n = 0;
    char *one;

    while (n < MOST_PAIRS && (one = strsep(&query, "&")) != NULL) {
        char *value = strchr(one, '=');

        if (value != NULL)
            *value++ = '\0';
        pairs[n++] = (struct pair){ one, value ? value : arena_text(a, "") };
    }
    return n;
}

static void
run(struct call *c, char *line, const char *body, size_t n)
{
    struct pair pairs[MOST_PAIRS];
    struct http_request q = { .body = body, .body_len = n };
    struct http_reply r = { 0 };
    char *path = strchr(line, ' '), *query;

    if (path == NULL)
        return;
    *path++ = '\0';
    query = strchr(path, '?');
    if (query != NULL)
        *query++ = '\0';
    q.method = line;
    q.path = path;
    q.query = pairs;
    q.n_query = query ? split_query(c->arena, query, pairs) : 0;
    TX undone = tx_begin(c);
    (void)undone; /* goes back when it leaves the scope */
    api_run(c, &q, &r);
    ASSERT(r.status < 500 || r.status == 503);
    ASSERT(r.status != 0);
    if (r.status >= 400) {
        json_t *j = json_loadb(r.body, r.body_len, 0, NULL);

        ASSERT(j != NULL);
        json_decref(j);
    }
}

/* The adapter lets well-formed UTF-8 through only. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *kept = shared.arena;
    char *text, *end;

    if (!text_is_utf8((const char *)data, n))
        return 0;
    shared.arena = arena_open();
    shared.actor = &actor;
    shared.now = (instant){ INT64_C(1795400000000) };
    shared.fault = (struct fault){ 0 };
    text = arena_text_n(shared.arena, (const char *)data, n);
    end = strchr(text, '\n');
    if (end != NULL)
        *end++ = '\0';
    run(&shared, text, end ? end : text + n,
        end ? n - (size_t)(end - text) : 0);
    arena_close(shared.arena);
    shared.arena = kept;
    return 0;
}
