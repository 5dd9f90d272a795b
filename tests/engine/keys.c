/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <stdio.h>

#include "api/nouns.h"

static void
read_schema(struct call *c)
{
    FILE *f = fopen("tests/engine/example/key.sql", "r");
    char sql[2000];
    size_t n;

    assert_non_null(f);
    n = fread(sql, 1, sizeof sql - 1, f);
    sql[n] = '\0';
    (void)fclose(f);
    /* PostgreSQL's office is emptied between tests, not made anew. */
    office_exec(c, "DROP TABLE IF EXISTS key");
    office_exec(c, arena_text(c->arena, sql));
}

void
keys_open(struct call *c, struct with_keys *k)
{
    size_t n = 0;

    office_make(c);
    k->before = c->app;
    k->app = *c->app;
    for (; all_nouns[n] != NULL; n++)
        k->all[n] = all_nouns[n];
    k->all[n] = &key_noun;
    k->all[n + 1] = NULL;
    k->app.nouns = k->all;
    c->app = &k->app;
    read_schema(c);
    as(c, "sysadmin");
}

void
keys_close(struct call *c, struct with_keys *k)
{
    c->app = k->before;
}
