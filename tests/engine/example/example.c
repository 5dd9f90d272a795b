/* SPDX-License-Identifier: Apache-2.0 */
#include "example.h"

#include <stdio.h>

#include "api/nouns.h"
#include "model/app.h"

static void
run_schema(struct call *c, const char *path)
{
    FILE *f = fopen(path, "r");
    char sql[4000], *rest = sql;
    size_t n;

    assert_non_null(f);
    n = fread(sql, 1, sizeof sql - 1, f);
    sql[n] = '\0';
    (void)fclose(f);
    for (char *s; (s = strsep(&rest, ";")) != NULL;)
        if (s[strspn(s, " \n")] != '\0')
            office_exec(c, arena_text(c->arena, s));
}

void
example_make(struct call *c)
{
    struct app *app = NEW(c->arena, struct app);
    const struct noun **all = NEW_N(c->arena, const struct noun *, 64);
    size_t n = 0;

    office_make(c);
    *app = *c->app;
    for (; all_nouns[n] != NULL; n++) {
        ASSERT(n < 60);
        all[n] = all_nouns[n];
    }
    all[n++] = &key_noun;
    all[n++] = &lending_noun;
    app->nouns = all;
    c->app = app;
    /* PostgreSQL's office is emptied between tests, not made anew. */
    office_exec(c, "DROP TABLE IF EXISTS lending");
    office_exec(c, "DROP TABLE IF EXISTS key");
    run_schema(c, "tests/engine/example/key.sql");
    run_schema(c, "tests/engine/example/lending.sql");
    as(c, "sysadmin");
}

struct key
example_key(struct call *c, const char *tag, int64_t copies)
{
    struct key k = {
        .tag = tag, .place_id = 23, .unit_id = 3, .copies = copies
    };

    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &key_noun, &k));
    return k;
}

struct lending
example_ask(struct call *c, const char *account, int64_t key_id)
{
    struct lending l = { .key_id = key_id, .until = { c->now.ms + HOUR_MS } };

    as(c, account);
    EXPECT_OK(noun_add(c, &lending_noun, &l));
    return l;
}

enum err
example_say(struct call *c, const char *account, const char *verb, int64_t id)
{
    const struct life_words in = {
        .id = id,
        .reason =
            text_same(verb, "report_lost") ? "it fell into the lake" : NULL
    };
    struct lending l = { 0 };

    as(c, account);
    return life_do(c, &lending_life, verb, &in, &l);
}

struct key
example_key_now(struct call *c, int64_t id)
{
    struct key k = { 0 };

    EXPECT_OK(model_get(c, key_noun.model, id, &k));
    return k;
}
