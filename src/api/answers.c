/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answers.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"

static const char find_answer[] =
    "SELECT request, status, body FROM idempotency"
    " WHERE account_id = $1 AND key = $2";

static const char keep_answer[] =
    "INSERT INTO idempotency (account_id, key, at, request, status, body)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

const char *
answer_request(struct call *c, const struct http_request *q)
{
    unsigned char d[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char *hex = arena_alloc(c->arena, 65);
    char *all = arena_printf(c->arena, "%s %s\n%s", q->method, q->path,
                             q->body ? q->body : "");

    ASSERT(EVP_Digest(all, strlen(all), d, &n, EVP_sha256(), NULL) == 1);
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", d[i]);
    return hex;
}

/* The version of the record that was answered; 0: it has none. */
static long long
version_of(const char *body)
{
    json_t *all = json_loads(body, 0, NULL);
    json_t *v = json_object_get(all, "version");
    long long version = json_is_integer(v) ? json_integer_value(v) : 0;

    json_decref(all);
    return version;
}

enum err
answer_recall(struct call *c, const char *key, const char *request,
              struct http_reply *r, bool *found)
{
    ROWS rows = db_query(c, find_answer, V(c->actor->account_id), V(key));

    *found = rows_next(&rows);
    if (*found && !text_same(row_text(&rows, 0), request))
        return fail(c, ERR_INVALID, "Idempotency-Key",
                    "was used before with another request");
    if (*found) {
        r->status = (int)row_int(&rows, 1);
        r->type = "application/json";
        r->body = row_text(&rows, 2);
        r->body_len = strlen(r->body);
        if (version_of(r->body) > 0)
            http_add_header(r, "ETag",
                            arena_printf(c->arena, "\"%lld\"",
                                         version_of(r->body)));
    }
    return rows_end(&rows);
}

enum err
answer_keep(struct call *c, const char *key, const char *request,
            const struct http_reply *r)
{
    return db_exec(c, keep_answer, V(c->actor->account_id), V(key), V(c->now),
                   V(request), V(r->status),
                   value_text(arena_text_n(c->arena, r->body, r->body_len)));
}

/* -- forgetting ------------------------------------------------------------ */

static const char find_old[] =
    "SELECT account_id, key FROM idempotency WHERE at < $1 LIMIT $2";

static const char drop_old[] =
    "DELETE FROM idempotency WHERE account_id = $1 AND key = $2 AND at < $3";

enum err
answers_forget(struct call *c, int64_t max, int64_t *done)
{
    const instant before = { c->now.ms - ANSWERS_KEPT_MS };
    struct value *accounts = NEW_N(c->arena, struct value, (size_t)max);
    struct value *keys = NEW_N(c->arena, struct value, (size_t)max);
    size_t n = 0;

    {
        ROWS r = db_query(c, find_old, V(before), V(max));

        for (; rows_next(&r) && n < (size_t)max; n++) {
            accounts[n] = V(row_int(&r, 0));
            keys[n] = V(row_text(&r, 1));
        }
        TRY(rows_end(&r));
    }
    *done = (int64_t)n;
    if (n == 0)
        return OK;
    TX tx = tx_begin(c);
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(c, drop_old, accounts[i], keys[i], V(before)));
    return tx_commit(&tx);
}
