/* SPDX-License-Identifier: Apache-2.0 */
#include "subject/number.h"

#include "db/db.h"
#include "model/app.h"

enum err
number_next(struct call *c, const struct numbering *n, const char **out)
{
    int64_t count = 0;
    char date[11];

    day_print(today(c), date);
    if (n->by_year)
        date[4] = '\0';
    TRY(db_number(c, arena_printf(c->arena, "%s.%s", n->name, date), &count));
    *out = arena_printf(c->arena, "%s%.4s%.2s%.2s-%0*lld", n->prefix, date,
                        n->by_year ? "" : date + 5, n->by_year ? "" : date + 8,
                        n->digits, (long long)count);
    return OK;
}
