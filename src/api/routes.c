/* SPDX-License-Identifier: Apache-2.0 */
/* Every route of the program, by subject: those written, and those that are
   derived from the lives and the nouns. */
#include <pthread.h>

#include "api/lives.h"
#include "api/nouns.h"
#include "api/route.h"

extern const struct route session_routes[], account_routes[], org_routes[],
    catalog_routes[], order_routes[], system_routes[], history_routes[],
    audit_routes[], notice_routes[], search_routes[], table_routes[],
    held_routes[];

static const struct route *const written[] = {
    session_routes, order_routes,  catalog_routes, org_routes,
    account_routes, system_routes, history_routes, audit_routes,
    notice_routes,  search_routes, table_routes,   held_routes
};

/* What is made from the registers is made once, and constant from then on. */
static const struct route **all;
static struct arena *room;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
make(void)
{
    room = arena_open();
    all = NEW_N(room, const struct route *, COUNT(written) + 3);
    for (size_t i = 0; i < COUNT(written); i++)
        all[i] = written[i];
    all[COUNT(written)] = life_routes(room);
    all[COUNT(written) + 1] = noun_routes();
}

const struct route *const *
all_routes(void)
{
    (void)pthread_once(&once, make);
    return all;
}
