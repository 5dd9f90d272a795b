/* SPDX-License-Identifier: Apache-2.0 */
/* A leg that is split off while its whole is called off. */
#include <pthread.h>

#include "api/run.h"
#include "model/app.h"
#include "office.h"

struct doer {
    pthread_t thread;
    struct call mine;
    const char *verb;
    int64_t id;
    enum err e;
};

/* As a request does it: again when it has lost a race. */
static void *
do_it(void *arg)
{
    const struct order_act a = { .reason = "at once" };
    struct doer *d = arg;
    struct order_view v = { 0 };
    int tries = 0;

    d->mine.arena = arena_open();
    db_session(&d->mine, d->mine.app->store);
    do {
        struct order_act copy = a;

        copy.id = d->id;
        d->mine.fault = (struct fault){ .code = OK };
        d->e = order_do(&d->mine, d->verb, &copy, &v);
    } while (d->e != OK && api_again(&d->mine, d->e, tries++));
    db_session_end(&d->mine);
    arena_close(d->mine.arena);
    return NULL;
}

static void
begin(struct call *c, struct doer *d, const char *account)
{
    as(c, account);
    d->mine = *c;
    EXPECT(pthread_create(&d->thread, NULL, do_it, d) == 0);
}

TEST(of_a_leg_split_off_and_its_whole_called_off_at_once_one_is_too_late)
{
    struct order_request w = {
        .item_code = "A05",
        .legs = "[{\"item_code\":\"A04\"},{\"item_code\":\"A04\"}]"
    };

    office_make(c);
    for (int round = 0; round < 12; round++) {
        int64_t whole = ask_for(c, "wang", &w).id;
        int64_t main_leg =
            office_int(c, "SELECT MAX(id) FROM orders WHERE item_code = 'A04'");
        int64_t leg = office_int(
            c, arena_printf(c->arena,
                            "SELECT MIN(id) FROM orders WHERE parent_id = %lld",
                            (long long)whole));
        struct doer split = { .verb = "split_off", .id = leg };
        struct doer cancel = { .verb = "cancel", .id = whole };

        EXPECT_OK(say(c, "desk", "merge", leg, .into_id = main_leg));
        EXPECT_OK(say(c, "desk", "cancel", main_leg, .reason = "no"));
        begin(c, &split, "desk");
        begin(c, &cancel, "wang");
        EXPECT(pthread_join(split.thread, NULL) == 0);
        EXPECT(pthread_join(cancel.thread, NULL) == 0);
        EXPECT((split.e == OK) == (cancel.e == ERR_CONFLICT));
        EXPECT((cancel.e == OK) == (split.e == ERR_CONFLICT));
        EXPECT(order_now(c, leg).is_open == order_now(c, whole).is_open);
    }
}
