/* SPDX-License-Identifier: Apache-2.0 */
/* What is due: found before a transaction, in which a table that is read
   through would stand in everybody's way on PostgreSQL. */
#include "db/db.h"

enum err
db_due_s(struct call *c, struct due_ids *out, int64_t max,
         const struct statement *find)
{
    ROWS r = db_query_s(c, find);

    *out = (struct due_ids){ .ids = NEW_N(c->arena, int64_t, (size_t)max) };
    while (out->n < (size_t)max && rows_next(&r))
        out->ids[out->n++] = row_int(&r, 0);
    return rows_end(&r);
}

/* A key is an id, or an id and a text. */
#define KEY 2

struct key {
    struct value part[KEY + 1];
};

static enum err
find_keys(struct call *c, const struct drop_due *d, int64_t max,
          struct key *keys, size_t *n)
{
    ROWS r = db_query(c, d->find, V(d->before), V(max));

    for (*n = 0; *n < (size_t)max && rows_next(&r); ++*n) {
        int width = rows_width(&r);

        ASSERT(width <= KEY);
        keys[*n].part[0] = V(row_int(&r, 0));
        if (width > 1)
            keys[*n].part[1] = V(row_text(&r, 1));
        keys[*n].part[width] = V(d->before);
    }
    return rows_end(&r);
}

static size_t
parts_of(const struct key *k)
{
    size_t n = 0;

    while (n <= KEY && k->part[n].kind != VALUE_END)
        n++;
    return n;
}

enum err
db_drop_due(struct call *c, const struct drop_due *d, int64_t max,
            int64_t *done)
{
    struct key *keys = NEW_N(c->arena, struct key, (size_t)max);
    size_t n = 0;

    *done = 0;
    TRY(find_keys(c, d, max, keys, &n));
    if (n == 0)
        return OK;
    TX tx = tx_begin(c);
    for (size_t i = 0; i < n; i++)
        TRY(db_exec_n(c, d->drop, keys[i].part, parts_of(&keys[i])));
    *done = (int64_t)n;
    return tx_commit(&tx);
}
