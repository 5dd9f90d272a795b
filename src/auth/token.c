/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, by which programs call in the name of an account. */
#include "auth/account.h"
#include "auth/inner.h"
#include "base/words.h"

#define SECRET_BYTES 32
#define TOKEN_DAYS 90
#define TOKEN_DAYS_MAX 366
#define TOKENS_MAX 50

static const struct field fields[] = {
    FIELD(struct token, id, .flags = GIVEN),
    FIELD(struct token, account_id, .flags = GIVEN | REQUIRED,
          .refers = "account", .label = "Account"),
    FIELD(struct token, name, .flags = REQUIRED | FOUND, .min = 1, .max = 80,
          .label = "What for"),
    FIELD(struct token, token, .flags = GIVEN | DERIVED, .label = "Token",
          .says = "Shown once, when it is made."),
    FIELD(struct token, secret, .flags = GIVEN | SECRET),
    FIELD(struct token, created_at, .flags = GIVEN | REQUIRED,
          .label = "Made at"),
    FIELD(struct token, expires_at, .label = "Valid until",
          .says = "In 90 days unless said; in 366 days at the latest."),
    FIELD(struct token, seen_at, .flags = GIVEN | FLEETING,
          .label = "Last used"),
    FIELD(struct token, version, .flags = GIVEN),
    FIELD(struct token, updated_at, .flags = GIVEN, .label = "Changed at"),
};

const struct model token_model = MODEL("token", "token", struct token, fields);

static const char count_tokens[] =
    "SELECT COUNT(*) FROM token WHERE account_id = $1";

static enum err
check_end(struct call *c, struct token *t)
{
    if (t->expires_at.ms == 0)
        t->expires_at.ms = c->now.ms + TOKEN_DAYS * DAY_MS;
    if (t->expires_at.ms <= c->now.ms)
        return fail(c, ERR_INVALID, "expires_at", "lies in the past");
    if (t->expires_at.ms > c->now.ms + TOKEN_DAYS_MAX * DAY_MS)
        return fail(c, ERR_INVALID, "expires_at",
                    "lies more than %lld days ahead",
                    (long long)TOKEN_DAYS_MAX);
    return OK;
}

enum err
token_make(struct call *c, struct token *t)
{
    unsigned char hash[SECRET_HASH];
    int64_t n = 0;

    TRY(auth_need(c, NULL, NULL));
    if (c->actor->by_token)
        return fail(c, ERR_DENIED, NULL, "a token cannot do this");
    TRY(model_check(c, &token_model, t));
    TRY(check_end(c, t));
    TX tx = tx_begin(c);
    TRY(db_int(c, &n, count_tokens, V(c->actor->account_id)));
    if (n >= TOKENS_MAX)
        return fail(c, ERR_LIMIT, NULL, "there are %lld tokens already",
                    (long long)n);
    t->account_id = c->actor->account_id;
    t->created_at = c->now;
    t->token = arena_printf(c->arena, "lc_%s", secret_text(c, SECRET_BYTES));
    /* The token itself is shown once and kept nowhere. */
    secret_hash(t->token, hash);
    t->secret = secret_hex(c, hash);
    TRY(model_add(c, &token_model, t));
    return tx_commit(&tx);
}

enum err
token_list(struct call *c, struct list *l)
{
    TRY(auth_need(c, NULL, NULL));
    if (l->view != NULL || !auth_may(c, "account.edit"))
        list_and(c, l, "account_id = $%zu",
                 list_bind(c, l, V(c->actor->account_id)));
    return model_list(c, l);
}

enum err
token_remove(struct call *c, struct token *t)
{
    struct token old = { 0 };

    TRY(auth_need(c, NULL, NULL));
    TX tx = tx_begin(c);
    TRY(model_get(c, &token_model, t->id, &old));
    if (old.account_id != c->actor->account_id && !auth_may(c, "account.edit"))
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, "token"), (long long)t->id);
    TRY(model_match(c, old.version));
    TRY(model_remove(c, &token_model, t->id));
    TRY(tx_commit(&tx));
    cache_forget(c, old.account_id);
    return OK;
}
