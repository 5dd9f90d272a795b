/* SPDX-License-Identifier: Apache-2.0 */
/* Where somebody is signed in: the rows of one's own sessions. */
#include "auth/account.h"
#include "auth/inner.h"
#include "base/words.h"

static const struct field fields[] = {
    FIELD(struct session_row, id, .flags = GIVEN),
    FIELD(struct session_row, address, .flags = GIVEN, .label = "Address"),
    FIELD(struct session_row, browser, .flags = GIVEN, .label = "Browser"),
    FIELD(struct session_row, created_at, .flags = GIVEN,
          .label = "Signed in at"),
    FIELD(struct session_row, seen_at, .flags = GIVEN, .label = "Last used"),
    FIELD(struct session_row, idle_ms, .flags = GIVEN, .label = "Idle time",
          .says = "How many milliseconds it may rest, as of its last use."),
    FIELD(struct session_row, locked_at, .flags = GIVEN, .label = "Locked at",
          .says = "Idle too long: it hears alarms alone, until its password is "
                  "given."),
    FIELD(struct session_row, own, .flags = GIVEN | DERIVED,
          .says = "The session that asks."),
};

const struct model session_row_model = {
    .noun = "session",
    .table = "session",
    .size = sizeof(struct session_row),
    .fields = fields,
    .n = COUNT(fields),
    .unproved = true,
    .sql = &(struct model_sql){ NULL, NULL, NULL }
};

static const char count_own[] =
    "SELECT COUNT(*) FROM session WHERE id = $1 AND account_id = $2";

static const char drop_own[] =
    "DELETE FROM session WHERE id = $1 AND account_id = $2";

enum err
session_row_list(struct call *c, struct list *l)
{
    int64_t idle = 0, life = 0;
    struct session_row *rows;

    TRY(auth_need(c, NULL, NULL));
    TRY(session_idle(c, c->actor, &idle));
    TRY(session_life(c, &life));
    list_and(c, l, "account_id = $%zu",
             list_bind(c, l, V(c->actor->account_id)));
    /* One that is locked hears alarms, so it can be seen here, and ended. */
    if (hears_alarms(c->actor))
        list_and(c, l, "created_at >= $%zu",
                 list_bind(c, l, V((instant){ c->now.ms - life })));
    else /* A use is written down a minute late. */
        list_and(c, l, "seen_at >= $%zu",
                 list_bind(c, l, V((instant){ c->now.ms - idle - MINUTE_MS })));
    list_and(c, l, "seen_at <= $%zu",
             list_bind(c, l, V((instant){ c->now.ms + CLOCKS_APART_MS })));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++) {
        rows[i].own = rows[i].id == c->actor->session_id;
        rows[i].browser = browser_words(c, rows[i].browser);
    }
    return OK;
}

enum err
session_row_end(struct call *c, struct session_row *s)
{
    int64_t n = 0;

    TRY(auth_need(c, NULL, NULL));
    TX tx = tx_begin(c);
    TRY(db_int(c, &n, count_own, V(s->id), V(c->actor->account_id)));
    if (n == 0)
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, "session"), (long long)s->id);
    TRY(db_exec(c, drop_own, V(s->id), V(c->actor->account_id)));
    TRY(model_audit(c, "sign_out", "account", c->actor->account_id, NULL));
    TRY(tx_commit(&tx));
    cache_forget(c, c->actor->account_id);
    return OK;
}
