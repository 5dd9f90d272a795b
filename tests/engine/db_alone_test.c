/* SPDX-License-Identifier: Apache-2.0 */
/* Who else works on an office. */
#include "database.h"
#include "db/db.h"
#include "test.h"

TEST_PLAIN(who_is_alone_in_an_office_knows_it)
{
    char *address = database_make(false);
    const char *why = "";
    struct store *one = store_open(address, 1, &why), *other;

    (void)c;
    EXPECT(one != NULL && !store_has_others(one));
    other = store_open(address, 1, &why);
    /* Who has a server has many writers, and nobody waits for one. */
    EXPECT(store_has_others(one) == !store_is_postgres(one));
    EXPECT(store_has_others(other) == !store_is_postgres(one));
    store_close(one);
    EXPECT(!store_has_others(other));
    store_close(other);
    database_drop(address);
}
