/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a table of units, people or places (the first byte says which)
 * brought into a small office; what came in must be a sound tree.
 */
#include <string.h>

#include "api/nouns.h"
#include "auth/auth.h"
#include "engine/org/org.h"
#include "model/app.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct grant all = {
    .role = "system_admin", .scope = SCOPE_ALL, .rights = ~UINT64_C(0)
};
static const struct actor clerk = {
    .name = "fuzz", .grants = &all, .n_grants = 1
};
static struct app app;

static const char units[] = "code,name,parent_code\nA,a,\nB,b,A\nC,c,B\n";
static const char places[] = "code,name,kind,parent_code\nS,s,site,\n"
                             "S1,1,building,S\nS11,11,floor,S1\n";

static struct call
begin_call(void)
{
    const char *why = NULL;
    struct call c = { .arena = arena_open(),
                      .app = &app,
                      .actor = &clerk,
                      .now = { INT64_C(1795399200000) },
                      .lang = LANG_EN };

    if (app.store == NULL) {
        app.store = store_open(":memory:", 1, &why);
        app.ids = ids_open(1);
        app.zone = zone_open("Asia/Shanghai");
        app.nouns = all_nouns;
        ASSERT(app.store && app.ids && app.zone);
    }
    db_session(&c, app.store);
    return c;
}

/* Every unit's path is its parent's and itself. */
static const char find_unsound[] =
    "SELECT COUNT(*) FROM unit u LEFT JOIN unit p ON p.id = u.parent_id"
    " WHERE u.path <> COALESCE(p.path, '/') || u.id || '/'";
static const char find_unsound_place[] =
    "SELECT COUNT(*) FROM place u LEFT JOIN place p ON p.id = u.parent_id"
    " WHERE u.path <> COALESCE(p.path, '/') || u.id || '/'";

/* Each input meets the same office. */
static enum err
empty(struct call *c)
{
    static const char *const gone[] = {
        "DELETE FROM person_word", "DELETE FROM person",
        "DELETE FROM place_word",  "DELETE FROM place",
        "DELETE FROM unit_change", "DELETE FROM unit",
    };

    TX tx = tx_begin(c);
    for (size_t i = 0; i < COUNT(gone); i++)
        TRY(db_exec(c, gone[i]));
    return tx_commit(&tx);
}

static enum err
try_table(struct call *c, const struct noun *table, const char *csv, size_t n)
{
    struct import_result r;
    int64_t unsound = 0;

    TRY(empty(c));
    TRY(noun_import(c, &unit_noun, units, sizeof units - 1, false, &r));
    TRY(noun_import(c, &place_noun, places, sizeof places - 1, false, &r));
    TRY(noun_import(c, table, csv, n, false, &r));
    ASSERT(r.rows >= r.added + r.changed + r.unchanged);
    TRY(db_int(c, &unsound, find_unsound));
    ASSERT(unsound == 0);
    TRY(db_int(c, &unsound, find_unsound_place));
    ASSERT(unsound == 0);
    return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct call c = begin_call();
    static const struct noun *const tables[] = { &unit_noun, &person_noun,
                                                 &place_noun };
    enum err e =
        try_table(&c, tables[data[0] % 3], (const char *)data + 1, n - 1);

    ASSERT(e == OK);
    db_session_end(&c);
    arena_close(c.arena);
    return 0;
}
