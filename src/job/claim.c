/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of jobs that are done once among processes. */
#include "db/db.h"
#include "job/inner.h"

static const char find_claim[] =
    "SELECT holder, until, ran_at FROM job WHERE name = $1";

static const char add_claim[] =
    "INSERT INTO job (name, holder, until, ran_at) VALUES ($1, $2, $3, 0)";

/* Only as it was seen: who comes second changes nothing. */
static const char take_claim[] =
    "UPDATE job SET holder = $2, until = $3 WHERE name = $1 AND holder = $4"
    " AND until = $5 AND ran_at = $6";

static const char end_claim[] =
    "UPDATE job SET until = 0, ran_at = CASE WHEN $3 = 1 THEN $4 ELSE ran_at"
    " END WHERE name = $1 AND holder = $2";

struct seen {
    bool found;
    int64_t holder, until, ran_at;
};

static enum err
look(struct call *c, const char *name, struct seen *s)
{
    ROWS r = db_query(c, find_claim, V(name));

    *s = (struct seen){ .found = rows_next(&r) };
    if (s->found) {
        s->holder = row_int(&r, 0);
        s->until = row_int(&r, 1);
        s->ran_at = row_int(&r, 2);
    }
    return rows_end(&r);
}

/* How long it is another's.  Whoever did it last goes by a rhythm of its own;
   what lies further ahead than it can was written by a clock that went wrong,
   and binds nobody.  Ours was read before the claim was. */
static int64_t
wait_of(const struct seen *s, const struct job *k, int64_t holder, int64_t now)
{
    int64_t held = s->until - now, due = s->ran_at + k->every_ms - now;

    if (s->holder == holder)
        return 0;
    if (held > 0 && held <= JOB_LEASE_MS + CLOCKS_APART_MS)
        return held;
    return due > 0 && due <= k->every_ms + CLOCKS_APART_MS ? due : 0;
}

enum err
claim_take(struct call *c, const struct job *k, int64_t holder,
           struct claim *out)
{
    int64_t until = c->now.ms + JOB_LEASE_MS;
    struct seen s;
    enum err e;

    *out = (struct claim){ .ours = false };
    TRY(look(c, k->name, &s));
    out->wait_ms = wait_of(&s, k, holder, c->now.ms);
    if (out->wait_ms > 0)
        return OK;
    /* Only if it is as it was read: another process may claim it meanwhile. */
    TX tx = tx_begin(c);
    if (s.found)
        e = db_exec(c, take_claim, V(k->name), V(holder), V(until), V(s.holder),
                    V(s.until), V(s.ran_at));
    else
        e = db_exec(c, add_claim, V(k->name), V(holder), V(until));
    if (e == ERR_CONFLICT || (e == OK && db_changes(c) != 1))
        return fail(c, ERR_BUSY, NULL, "somebody else changed it just now");
    TRY(e);
    out->ours = true;
    return tx_commit(&tx);
}

enum err
claim_end(struct call *c, const struct job *k, int64_t holder, bool done)
{
    TX tx = tx_begin(c);

    TRY(db_exec(c, end_claim, V(k->name), V(holder), V(done), V(c->now.ms)));
    return tx_commit(&tx);
}
