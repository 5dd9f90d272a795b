/* SPDX-License-Identifier: Apache-2.0 */
/* How sessions and tokens end, other than by whoever holds them. */
#include <string.h>

#include "auth/account.h"
#include "auth/inner.h"
#include "model/model.h"

#define SESSIONS_MAX 100 /* of an account */

static const char find_sessions[] =
    "SELECT id FROM session WHERE account_id = $1 AND id <> $2 LIMIT 500";

static const char find_extra[] =
    "SELECT id FROM session WHERE account_id = $1"
    " ORDER BY seen_at DESC, id DESC LIMIT 500 OFFSET $2";

static const char drop_session[] =
    "DELETE FROM session WHERE id = $1 AND account_id = $2";

static const char find_tokens[] =
    "SELECT id FROM token WHERE account_id = $1 LIMIT 500";

enum err
session_end(struct call *c, int64_t account_id, int64_t id, const char *reason)
{
    TRY(db_exec(c, drop_session, V(id), V(account_id)));
    if (db_changes(c) == 0)
        return OK;
    return model_audit(c, "session_end", "account", account_id,
                       arena_printf(c->arena, "{\"reason\":[null,\"%s\"]}",
                                    reason));
}

#define BATCH 500

static enum err
end_found(struct call *c, const struct statement *which, int64_t account_id,
          const char *reason, size_t *n)
{
    int64_t *ids = NEW_N(c->arena, int64_t, BATCH);

    *n = 0;
    {
        ROWS r = db_query_s(c, which);

        while (rows_next(&r) && *n < BATCH)
            ids[(*n)++] = row_int(&r, 0);
        TRY(rows_end(&r));
    }
    for (size_t i = 0; i < *n; i++)
        TRY(session_end(c, account_id, ids[i], reason));
    return OK;
}

enum err
sessions_end(struct call *c, int64_t account_id, int64_t keep,
             const char *reason)
{
    const struct statement which = { find_sessions,
                                     { V(account_id), V(keep) } };
    size_t n = BATCH;

    while (n == BATCH)
        TRY(end_found(c, &which, account_id, reason, &n));
    return OK;
}

enum err
sessions_make_room(struct call *c, int64_t account_id)
{
    const struct statement which = { find_extra,
                                     { V(account_id), V(SESSIONS_MAX - 1) } };
    size_t n;

    return end_found(c, &which, account_id, "many", &n);
}

/* Each by itself, so that the audit knows that it is gone. */
static enum err
tokens_end(struct call *c, int64_t account_id, size_t *n)
{
    int64_t *ids = NEW_N(c->arena, int64_t, BATCH);

    *n = 0;
    {
        ROWS r = db_query(c, find_tokens, V(account_id));

        while (rows_next(&r) && *n < BATCH)
            ids[(*n)++] = row_int(&r, 0);
        TRY(rows_end(&r));
    }
    for (size_t i = 0; i < *n; i++)
        TRY(model_remove(c, &token_model, ids[i]));
    return OK;
}

enum err
account_shut(struct call *c, int64_t account_id, int64_t keep,
             const char *reason)
{
    size_t n;

    TRY(sessions_end(c, account_id, keep, reason));
    TRY(tokens_end(c, account_id, &n));
    if (n == 0)
        return OK;
    return model_audit(c, "token_end", "account", account_id,
                       arena_printf(c->arena, "{\"reason\":[null,\"%s\"]}",
                                    reason));
}

static const char find_accounts[] =
    "SELECT id FROM account WHERE person_id = $1 ORDER BY id LIMIT 500";

enum err
auth_person_left(struct call *c, int64_t person_id)
{
    int64_t *ids = NEW_N(c->arena, int64_t, BATCH);
    size_t n = 0;

    {
        ROWS r = db_query(c, find_accounts, V(person_id));

        while (rows_next(&r) && n < BATCH)
            ids[n++] = row_int(&r, 0);
        TRY(rows_end(&r));
    }
    for (size_t i = 0; i < n; i++) {
        TRY(account_shut(c, ids[i], 0, "person"));
        cache_forget(c, ids[i]);
    }
    return OK;
}
