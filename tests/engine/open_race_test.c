/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts that several open at once. */
#include <pthread.h>

#include "auth/account.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

enum { OPENERS = 3, NEWCOMERS = 60 };

struct opener {
    pthread_t thread;
    const struct call *c;
    enum err e;
    size_t made;
};

static void *
open_all(void *arg)
{
    struct account_opening unit = { .unit_id = 12 };
    struct opener *o = arg;
    struct account_opened *all;
    struct call mine = *o->c;
    size_t n = 0;

    mine.arena = arena_open();
    mine.fault = (struct fault){ .code = OK };
    db_session(&mine, o->c->app->store);
    o->e = accounts_open(&mine, &unit, &all, &n);
    for (size_t i = 0; o->e == OK && i < n; i++)
        o->made += all[i].why == NULL;
    db_session_end(&mine);
    arena_close(mine.arena);
    return NULL;
}

TEST(who_opens_the_same_accounts_as_another_is_told_so_of_each)
{
    struct opener all[OPENERS] = { 0 };
    size_t made = 0;

    office_make(c);
    as(c, "sysadmin");
    for (int i = 0; i < NEWCOMERS; i++) {
        struct person p = { .code = arena_printf(c->arena, "N%d", i),
                            .name = "新人",
                            .unit_id = 12 };

        EXPECT_OK(person_add(c, &p));
    }
    for (int i = 0; i < OPENERS; i++) {
        all[i].c = c;
        EXPECT(pthread_create(&all[i].thread, NULL, open_all, &all[i]) == 0);
    }
    for (int i = 0; i < OPENERS; i++) {
        EXPECT(pthread_join(all[i].thread, NULL) == 0);
        EXPECT(all[i].e == OK);
        made += all[i].made;
    }
    EXPECT(made == NEWCOMERS);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM account WHERE name LIKE 'n%'"
                         " AND name NOT IN ('near')")
           == NEWCOMERS);
}
