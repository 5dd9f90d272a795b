/* SPDX-License-Identifier: Apache-2.0 */
#include "api/idempotency.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "auth/auth.h"
#include "base/text.h"

static const char find_answer[] =
    "SELECT request, status, body FROM idempotency"
    " WHERE account_id = $1 AND key = $2";

static const char keep_answer[] =
    "INSERT INTO idempotency (account_id, key, at, request, status, body)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

/* -- what is asked ------------------------------------------------------------ */

static void
add_bytes(EVP_MD_CTX *d, const char *s, size_t n)
{
    /* With its length before it no two lists of texts are the same bytes. */
    ASSERT(EVP_DigestUpdate(d, &n, sizeof n) == 1
           && EVP_DigestUpdate(d, s, n) == 1);
}

static void
add_text(EVP_MD_CTX *d, const char *s)
{
    add_bytes(d, s, strlen(s));
}

static bool
has_secret(const struct model *m)
{
    for (size_t i = 0; m != NULL && i < m->n; i++)
        if (m->fields[i].flags & SECRET)
            return true;
    return false;
}

/* A hash of a password, quick as it is, would be one to guess it by, but for
   whoever holds its key: what the caller signs in by, which is kept nowhere. */
static void
add_secret(EVP_MD_CTX *d, const struct http_request *q, const json_t *value)
{
    const char *key = http_header(q, "Authorization");
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

    if (key == NULL)
        key = http_cookie(q, API_SESSION_COOKIE);
    if (text != NULL && key != NULL) {
        ASSERT(HMAC(EVP_sha256(), key, (int)strlen(key),
                    (const unsigned char *)text, strlen(text), mac, &n));
        add_bytes(d, (const char *)mac, n);
    }
    free(text);
}

static void
add_without_secrets(EVP_MD_CTX *d, const struct model *m,
                    const struct http_request *q)
{
    json_t *body = json_loadb(q->body, q->body_len, 0, NULL);
    char *text;

    for (size_t i = 0; i < m->n; i++) {
        if (!(m->fields[i].flags & SECRET))
            continue;
        add_secret(d, q, json_object_get(body, m->fields[i].name));
        (void)json_object_del(body, m->fields[i].name);
    }
    text = body ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    add_text(d, text ? text : "");
    free(text);
    json_decref(body);
}

const char *
answer_request(struct call *c, const struct route *route,
               const struct http_request *q)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    char *hex = arena_alloc(c->arena, 65);
    EVP_MD_CTX *d = EVP_MD_CTX_new();
    unsigned n = 0;

    /* The query is taken in the order in which it was sent: a client that tries
       again sends what it sent, and another order is refused, not answered. */
    ASSERT(d != NULL && EVP_DigestInit_ex(d, EVP_sha256(), NULL) == 1);
    add_text(d, q->method);
    add_text(d, q->path);
    for (size_t i = 0; i < q->n_query; i++) {
        add_text(d, q->query[i].key);
        add_text(d, q->query[i].value);
    }
    if (has_secret(route->in))
        add_without_secrets(d, route->in, q);
    else
        add_bytes(d, q->body ? q->body : "", q->body_len);
    ASSERT(EVP_DigestFinal_ex(d, bytes, &n) == 1 && n == 32);
    EVP_MD_CTX_free(d);
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    return hex;
}

/* -- what was answered --------------------------------------------------------- */

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
        /* Only the body is kept; the ETag follows from it. */
        if (version_of(r->body) > 0)
            http_add_header(r, "ETag",
                            arena_printf(c->arena, "\"%lld\"",
                                         version_of(r->body)));
    }
    return rows_end(&rows);
}

enum err
answer_keep(struct call *c, const char *key, const char *request, int status,
            const char *body)
{
    return db_exec(c, keep_answer, V(c->actor->account_id), V(key), V(c->now),
                   V(request), V(status), V(body));
}

/* -- forgetting ------------------------------------------------------------ */

static const char find_old[] =
    "SELECT account_id, key FROM idempotency WHERE at < $1 LIMIT $2";

static const char drop_old[] =
    "DELETE FROM idempotency WHERE account_id = $1 AND key = $2 AND at < $3";

enum err
answers_forget(struct call *c, int64_t max, int64_t *done)
{
    const struct drop_due d = {
        find_old, drop_old, { c->now.ms - ANSWERS_KEPT_MS }
    };

    return db_drop_due(c, &d, max, done);
}
