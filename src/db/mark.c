/* SPDX-License-Identifier: Apache-2.0 */
/* Marks: numbers by a name, which say how far something has come. */
#include "db/db.h"

static const char find_mark[] = "SELECT value FROM generation WHERE name = $1";
static const char set_mark[] =
    "UPDATE generation SET value = $2 WHERE name = $1";
static const char add_mark[] =
    "INSERT INTO generation (name, value) VALUES ($1, $2)";
static const char drop_mark[] = "DELETE FROM generation WHERE name = $1";

enum err
db_mark(struct call *c, const char *name, int64_t *value)
{
    *value = 0;
    return db_int(c, value, find_mark, V(name));
}

enum err
db_mark_set(struct call *c, const char *name, int64_t value)
{
    if (value == 0)
        return db_exec(c, drop_mark, V(name));
    TRY(db_exec(c, set_mark, V(name), V(value)));
    return db_changes(c) > 0 ? OK : db_exec(c, add_mark, V(name), V(value));
}
