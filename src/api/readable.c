/* SPDX-License-Identifier: Apache-2.0 */
#include "api/readable.h"

#include "api/route.h"
#include "model/health.h"

/* No row is read: that the statement can be made is the answer. */
static enum err
try_table(struct call *c, const struct model *m)
{
    const char *sql = arena_printf(c->arena, "SELECT %s FROM %s WHERE 1 = 0",
                                   model_columns(c, m, ""), m->table);
    ROWS r = db_query_n(c, db_intern(c, sql), NULL, 0);

    (void)rows_next(&r);
    return rows_end(&r);
}

enum err
readable_look(struct call *c, int64_t max, int64_t *done)
{
    (void)max;
    *done = 0;
    for (const struct model *const *m = all_models(); *m != NULL; m++) {
        enum err e = (*m)->table ? try_table(c, *m) : OK;

        /* That it does not answer is said by others. */
        if (e != OK && e != ERR_BROKEN)
            return e;
        if (e != OK) {
            health_say(c->app, "schema", HEALTH_BAD,
                       "the table %s is not as this release needs it:"
                       " somebody has changed the schema, see the log",
                       (*m)->table);
            c->fault = (struct fault){ .code = OK };
            return OK;
        }
    }
    health_say(c->app, "schema", HEALTH_GOOD,
               "every table is as this release needs it");
    return OK;
}
