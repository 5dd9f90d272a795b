/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and knowing who calls. */
#include <ctype.h>
#include <string.h>

#include "auth/impl.h"
#include "base/random.h"
#include "base/text.h"
#include "model/app.h"
#include "model/model.h"

#define SECRET_BYTES 32
#define CSRF_BYTES 24
#define TOUCH_MS MINUTE_MS

/* What is known of an account before its password was right. */
struct candidate {
    int64_t id; /* 0: there is no such account */
    const char *password;
    instant locked_until;
    int64_t failures;
    bool active;
    instant password_at;
    bool must_change;
};

static const char find_account[] =
    "SELECT a.id, a.password, a.locked_until, a.failures, a.active, p.active,"
    " a.password_at, a.must_change FROM account a"
    " JOIN person p ON p.id = a.person_id WHERE a.name = $1";

static const char find_failures[] =
    "SELECT failures FROM account WHERE id = $1";

static const char set_failures[] =
    "UPDATE account SET failures = $2, locked_until = $3 WHERE id = $1";

static const char set_must_change[] =
    "UPDATE account SET must_change = 1, version = version + 1,"
    " updated_at = $2 WHERE id = $1";

static const char add_session[] =
    "INSERT INTO session (id, secret, account_id, csrf, created_at, seen_at,"
    " address) VALUES ($1, $2, $3, $4, $5, $6, $7)";

static const char drop_session[] = "DELETE FROM session WHERE id = $1";

static const char drop_idle[] = "DELETE FROM session WHERE seen_at < $1";

static const char touch_session[] =
    "UPDATE session SET seen_at = $2 WHERE secret = $1";

static const char touch_token[] =
    "UPDATE token SET seen_at = $2 WHERE secret = $1";

const char *
account_name(struct call *c, const char *typed)
{
    while (isspace((unsigned char)*typed))
        typed++;
    char *name = arena_text(c->arena, typed);
    size_t n = strlen(name);
    while (n > 0 && isspace((unsigned char)name[n - 1]))
        name[--n] = '\0';
    for (char *p = name; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return name;
}

/* -- signing in ---------------------------------------------------------- */

static enum err
find_candidate(struct call *c, const char *name, struct candidate *who)
{
    ROWS r = db_query(c, find_account, V(name));

    *who = (struct candidate){ 0 };
    if (rows_next(&r)) {
        who->id = row_int(&r, 0);
        who->password = row_text(&r, 1);
        who->locked_until = row_instant(&r, 2);
        who->failures = row_int(&r, 3);
        who->active = row_int(&r, 4) && row_int(&r, 5);
        who->password_at = row_instant(&r, 6);
        who->must_change = row_int(&r, 7) != 0;
    } else {
        who->locked_until = stranger_locked(c, name);
    }
    return rows_end(&r);
}

static enum err
refuse_locked(struct call *c, const struct candidate *who)
{
    int64_t left = who->locked_until.ms - c->now.ms;

    if (left <= 0)
        return OK;
    return fail(c, ERR_LIMIT, NULL,
                "too many failures; please try again in %lld seconds",
                (long long)((left + SECOND_MS - 1) / SECOND_MS));
}

/* Many failures from one place are somebody who tries many accounts. */
static enum err
refuse_address(struct call *c)
{
    int64_t wait = address_waits(c);

    if (wait <= 0)
        return OK;
    return fail(c, ERR_LIMIT, NULL,
                "too many failures; please try again in %lld seconds",
                (long long)((wait + SECOND_MS - 1) / SECOND_MS));
}

/* In the caller's TX. */
static enum err
count_one(struct call *c, int64_t account_id)
{
    int64_t failures = 0;
    instant until = { 0 };

    TRY(db_int(c, &failures, find_failures, V(account_id)));
    if (++failures >= LOCK_AFTER) {
        failures = 0;
        until.ms = c->now.ms + LOCK_MS;
    }
    TRY(db_exec(c, set_failures, V(account_id), V(failures), V(until)));
    TRY(model_audit(c, "sign_in.fail", "account", account_id, NULL));
    if (until.ms)
        TRY(model_audit(c, "sign_in.lock", "account", account_id, NULL));
    return OK;
}

enum err
failure_count(struct call *c, int64_t account_id)
{
    TX tx = tx_begin(c);

    TRY(count_one(c, account_id));
    return tx_commit(&tx);
}

/* A name that is no account is told of in the audit too, but not which: it
   may be a password that was typed into the wrong place. */
static enum err
refuse_sign_in(struct call *c, const char *name, const struct candidate *who)
{
    struct candidate fresh;
    TX tx = tx_begin(c);

    /* Locked while the password was being looked at: guesses in parallel
       must not get more tries than guesses in a row. */
    TRY(find_candidate(c, name, &fresh));
    TRY(refuse_locked(c, &fresh));
    if (who->id)
        TRY(count_one(c, who->id));
    else
        TRY(model_audit(c, "sign_in.fail", "account", 0, NULL));
    TRY(tx_commit(&tx));
    address_failed(c);
    if (who->id == 0)
        stranger_failed(c, name);
    return fail(c, ERR_UNSIGNED, NULL, "the account or the password is wrong");
}

/* In the caller's TX: the row, and what the call knows of its actor. */
static enum err
make_session(struct call *c, const char *name, struct sign_in *s)
{
    unsigned char hash[SECRET_HASH];
    struct signed_in in;

    TRY(actor_by_account(c, name, &in));
    if (in.actor == NULL)
        return fail(c, ERR_UNSIGNED, NULL,
                    "the account or the password is wrong");
    s->session = secret_text(c, SECRET_BYTES);
    s->csrf = secret_text(c, CSRF_BYTES);
    secret_hash(s->session, hash);
    in.actor->session_id = new_id(c);
    in.actor->csrf = s->csrf;
    TRY(db_exec(c, add_session, V(in.actor->session_id), V(secret_hex(c, hash)),
                V(in.actor->account_id), V(s->csrf), V(c->now), V(c->now),
                V(c->address)));
    c->actor = in.actor;
    return OK;
}

/* A password that has grown old opens the door for the last time: a new one
   must be set before anything else. */
static enum err
retire_password(struct call *c, const struct candidate *who)
{
    int64_t days;

    TRY(setting_number(c, "password.max_days", PASSWORD_DAYS, &days));
    if (days <= 0 || who->must_change || who->password_at.ms == 0
        || c->now.ms - who->password_at.ms < days * DAY_MS)
        return OK;
    TRY(db_exec(c, set_must_change, V(who->id), V(c->now)));
    return model_audit(c, "account.password_old", "account", who->id, NULL);
}

static enum err
accept_sign_in(struct call *c, const char *name, struct sign_in *s)
{
    const instant day_ago = { c->now.ms - DAY_MS };
    struct candidate who;
    TX tx = tx_begin(c);

    /* As in refuse_sign_in. */
    TRY(find_candidate(c, name, &who));
    TRY(refuse_locked(c, &who));
    if (who.failures || who.locked_until.ms)
        TRY(db_exec(c, set_failures, V(who.id), V(0), V((instant){ 0 })));
    TRY(db_exec(c, drop_idle, V(day_ago)));
    TRY(retire_password(c, &who));
    TRY(make_session(c, name, s));
    TRY(model_audit(c, "sign_in", "account", c->actor->account_id, NULL));
    return tx_commit(&tx);
}

enum err
auth_sign_in(struct call *c, struct sign_in *s)
{
    struct candidate who;
    bool fits = false;

    if (text_is_blank(s->account))
        return fail(c, ERR_INVALID, "account", "is required");
    if (s->password == NULL || *s->password == '\0')
        return fail(c, ERR_INVALID, "password", "is required");
    c->actor = NULL;
    const char *name = account_name(c, s->account);
    TRY(refuse_address(c));
    TRY(find_candidate(c, name, &who));
    TRY(refuse_locked(c, &who));
    TRY(password_fits(c, who.password, s->password, &fits));
    if (!fits || !who.active)
        return refuse_sign_in(c, name, &who);
    enum err e = accept_sign_in(c, name, s);
    if (e != OK)
        c->actor = NULL;
    return e;
}

enum err
auth_sign_out(struct call *c)
{
    TRY(auth_may(c, NULL) ? OK : fail(c, ERR_UNSIGNED, NULL, "please sign in"));
    TX tx = tx_begin(c);
    TRY(db_exec(c, drop_session, V(c->actor->session_id)));
    TRY(model_audit(c, "sign_out", "account", c->actor->account_id, NULL));
    TRY(tx_commit(&tx));
    cache_forget(c, c->actor->account_id);
    c->actor = NULL;
    return OK;
}

static const char find_idle[] =
    "SELECT id FROM session WHERE seen_at < $1 LIMIT $2";

static const char drop_if_idle[] =
    "DELETE FROM session WHERE id = $1 AND seen_at < $2";

enum err
auth_drop_idle(struct call *c, int64_t max, int64_t *done)
{
    int64_t *ids = NEW_N(c->arena, int64_t, (size_t)max), idle = 0;
    instant before;
    size_t n = 0;

    TRY(session_idle(c, &idle));
    /* A use is written down a minute late. */
    before.ms = c->now.ms - idle - 2 * TOUCH_MS;
    {
        ROWS r = db_query(c, find_idle, V(before), V(max));

        while (rows_next(&r) && n < (size_t)max)
            ids[n++] = row_int(&r, 0);
        TRY(rows_end(&r));
    }
    *done = (int64_t)n;
    if (n == 0)
        return OK;
    TX tx = tx_begin(c);
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(c, drop_if_idle, V(ids[i]), V(before)));
    return tx_commit(&tx);
}

/* -- knowing who calls ---------------------------------------------------- */

static bool
is_over(const struct call *c, const struct signed_in *s)
{
    if (s->idle_ms)
        return c->now.ms - s->seen.ms > s->idle_ms;
    return s->expires.ms && c->now.ms >= s->expires.ms;
}

static enum err
touch(struct call *c, const char *sql, const char *hash)
{
    TX tx = tx_begin(c);

    TRY(db_exec(c, sql, V(hash), V(c->now)));
    return tx_commit(&tx);
}

static enum err
know(struct call *c, const char *secret, bool token)
{
    unsigned char hash[SECRET_HASH];
    struct signed_in s = { 0 };

    secret_hash(secret, hash);
    enum cached cached = cache_find(c, hash, &s);
    bool fresh = cached == CACHED_FRESH;
    uint64_t epoch = cache_epoch(c);
    if (!fresh) {
        const struct signed_in before = s;

        TRY(token ? actor_by_token(c, secret_hex(c, hash), &s)
                  : actor_by_session(c, secret_hex(c, hash), &s));
        if (cached == CACHED_STALE && before.seen.ms > s.seen.ms)
            s.seen = before.seen;
    }
    if (s.actor == NULL || is_over(c, &s))
        return fail(c, ERR_UNSIGNED, NULL, "please sign in");
    /* A use that cannot be written down is still a use. */
    if (!c->unattended && c->now.ms - s.touched.ms >= TOUCH_MS) {
        fresh = false;
        s.touched = c->now;
        if (touch(c, token ? touch_token : touch_session, secret_hex(c, hash))
            != OK)
            c->fault = (struct fault){ 0 };
    }
    if (!c->unattended)
        s.seen = c->now;
    if (!fresh)
        cache_put(c, hash, &s, epoch);
    c->actor = s.actor;
    return OK;
}

enum err
auth_by_session(struct call *c, const char *secret)
{
    return know(c, secret, false);
}

enum err
auth_by_token(struct call *c, const char *token)
{
    return know(c, token, true);
}

enum err
auth_as(struct call *c, const char *account)
{
    struct signed_in s;

    TRY(actor_by_account(c, account_name(c, account), &s));
    if (s.actor == NULL)
        return fail(c, ERR_ABSENT, "account", "there is no account “%s”",
                    account);
    c->actor = s.actor;
    return OK;
}
