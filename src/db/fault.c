/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault - a database that fails at its K-th statement, for tests.
 *
 * It stands in front of the session's real backend.  A failure is one of the
 * database: BEGIN is not sent, a statement is not run, RELEASE and COMMIT
 * undo.  COMMIT fails inside the real backend, for its whole batch.
 */
#include "db/backend.h"

static const struct backend *
real(const struct db *d)
{
    return d->store->backend;
}

static bool
is_hit(struct db *d)
{
    return ++d->fault_count == d->fault_at;
}

static enum err
refuse(struct call *c)
{
    return fail(c, ERR_BROKEN, NULL, "the database failed");
}

static enum err
fault_begin(struct call *c)
{
    return is_hit(c->db) ? refuse(c) : real(c->db)->begin(c);
}

static enum err
fault_end(struct call *c, bool keep)
{
    struct db *d = c->db;

    if (keep && is_hit(d)) {
        (void)real(d)->end(c, false);
        return refuse(c);
    }
    d->fail_commit = keep && is_hit(d);
    return real(d)->end(c, keep);
}

static enum err
fault_query(struct call *c, struct cursor *k, const struct query *q)
{
    return is_hit(c->db) ? refuse(c) : real(c->db)->query(c, k, q);
}

static bool
fault_next(struct call *c, struct cursor *k, enum err *e)
{
    return real(c->db)->next(c, k, e);
}

static struct value
fault_column(struct call *c, struct cursor *k, int col)
{
    return real(k->db)->column(c, k, col);
}

static void
fault_finish(struct cursor *k)
{
    real(k->db)->finish(k);
}

static enum err
fault_number(struct call *c, const char *name, int64_t *out)
{
    return is_hit(c->db) ? refuse(c) : real(c->db)->number(c, name, out);
}

static void
fault_give(struct db *d)
{
    real(d)->give(d);
}

static int64_t
fault_generation(struct call *c)
{
    (void)c;
    return 0;
}

static enum err
fault_under_way(struct call *c, int64_t *oldest, int64_t *next)
{
    return real(c->db)->under_way ? real(c->db)->under_way(c, oldest, next)
                                  : OK;
}

const struct backend fault_backend = {
    .name = "fault",
    .begin = fault_begin,
    .end = fault_end,
    .query = fault_query,
    .next = fault_next,
    .column = fault_column,
    .finish = fault_finish,
    .number = fault_number,
    .give = fault_give,
    .generation = fault_generation,
    .under_way = fault_under_way,
};

void
db_fault(struct call *c, int64_t k)
{
    struct db *d = c->db;

    d->backend = k > 0 ? &fault_backend : d->store->backend;
    d->fault_at = k;
    if (k > 0)
        d->fault_count = 0;
}

int64_t
db_fault_count(const struct call *c)
{
    return c->db->fault_count;
}
