/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and knowing who calls. */
#include <ctype.h>
#include <string.h>

#include "auth/account.h"
#include "auth/inner.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "job/job.h"
#include "model/app.h"
#include "model/proof.h"

#define SECRET_BYTES 32
#define CSRF_BYTES 24
#define TOUCH_MS MINUTE_MS

#define DEVICE_BYTES 24
#define ACCEPT_TRIES 6

/* What is known of an account before its password was right. */
struct candidate {
    int64_t id; /* 0: there is no such account */
    const char *password;
    bool active;
    instant password_at;
    bool must_change;
    instant code_until;     /* of a printed password; 0: it is none */
    struct lockout lockout; /* what failures from here count for */
};

static const char find_account[] =
    "SELECT a.id, a.password, a.active, p.active, a.password_at, a.must_change,"
    " a.code_until FROM account a JOIN auth_person p ON p.id = a.person_id"
    " WHERE a.name = $1";

static const char set_must_change[] =
    "UPDATE account SET must_change = 1, version = version + 1,"
    " updated_at = $2 WHERE id = $1";

static const char add_session[] =
    "INSERT INTO session (id, secret, account_id, csrf, created_at, seen_at,"
    " address, browser, idle_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

static const char drop_session[] = "DELETE FROM session WHERE id = $1";

static const char count_devices[] =
    "SELECT COUNT(*) FROM sign_in_from WHERE mark = $1";

static const char touch_session[] =
    "UPDATE session SET seen_at = $2, idle_ms = $3 WHERE secret = $1";

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
        who->active = row_int(&r, 2) && row_int(&r, 3);
        who->password_at = row_instant(&r, 4);
        who->must_change = row_int(&r, 5) != 0;
        who->code_until = row_instant(&r, 6);
    }
    TRY(rows_end(&r));
    return lockout_find(c, who->id, name, &who->lockout);
}

/* Many failures from one place are somebody who tries many accounts.  A
   browser that is known here is not made to wait for its neighbours. */
static enum err
refuse_address(struct call *c, const struct lockout *g)
{
    int64_t wait = g->device ? 0 : address_waits(c);

    if (wait <= 0)
        return OK;
    return fail(c, ERR_LIMIT, NULL,
                "too many failures; please try again in %lld seconds",
                (long long)((wait + SECOND_MS - 1) / SECOND_MS));
}

/* In the caller's TX.  Looked at afresh: guesses in parallel must not get more
   tries than guesses in a row.  A name that is no account is told of in the
   audit too, but not which: it may be a password that was typed into the wrong
   place. */
static enum err
count_failure(struct call *c, int64_t account_id, const char *name)
{
    struct lockout g = { 0 };
    bool locked;

    TRY(lockout_find(c, account_id, name, &g));
    TRY(lockout_refuse(c, &g));
    TRY(lockout_failed(c, &g, account_id, &locked));
    TRY(model_audit(c, "sign_in.fail", "account", account_id, NULL));
    if (locked && account_id)
        TRY(model_audit(c, "sign_in.lock", "account", account_id, NULL));
    return OK;
}

/* Whoever holds a slip with a code that was used before them is told: somebody
   else has had their account.  Who only guesses is told nothing by that. */
static enum err
refuse_sign_in(struct call *c, const char *name, int64_t account_id,
               const char *password)
{
    bool spent = false;
    TX tx = tx_begin(c);

    TRY(count_failure(c, account_id, name));
    TRY(code_is_spent(c, account_id, password, &spent));
    if (spent)
        TRY(model_audit(c, "sign_in.spent_slip", "account", account_id, NULL));
    enum err e = tx_commit(&tx);
    /* Not counted on a full disk; the address's count is in memory. */
    TRY(e == ERR_FULL ? OK : e);
    address_failed(c);
    return fail(c, ERR_UNSIGNED, NULL,
                spent ? "this first password has been used or replaced: if it "
                        "was not by you, tell the security administrator"
                      : "the account or the password is wrong");
}

/* What was printed is worth nothing any more; the tries are not counted, as it
   was the right one. */
static enum err
refuse_old_slip(struct call *c, const struct candidate *who)
{
    TX tx = tx_begin(c);

    TRY(model_audit(c, "sign_in.fail", "account", who->id, NULL));
    TRY(tx_commit(&tx));
    return fail(c, ERR_UNSIGNED, NULL,
                "this first password has run out: ask for a new one");
}

enum err
own_password_fits(struct call *c, const struct account *a, const char *field,
                  const char *password)
{
    struct lockout g = { 0 };
    bool fits = false;

    TRY(lockout_find(c, a->id, a->name, &g));
    TRY(lockout_refuse(c, &g));
    TRY(password_fits(c, a->password, password ? password : "", &fits));
    if (fits)
        return OK;
    TX tx = tx_begin(c);
    TRY(count_failure(c, a->id, a->name));
    TRY(tx_commit(&tx));
    return fail(c, ERR_INVALID, field, "is not your password");
}

static enum err
write_session(struct call *c, const struct signed_in *in, const char *hash)
{
    const struct actor *a = in->actor;

    return db_exec(c, add_session, V(a->session_id), V(hash), V(a->account_id),
                   V(a->csrf), V(c->now), V(c->now), V(c->address),
                   V(browser_name(c)), V(a->idle_ms));
}

/* Only in memory, until there is room: who cannot change anything shall read
   at least.  The log tells of it, where the audit cannot. */
static enum err
hold_session(struct call *c, struct signed_in *in,
             const unsigned char hash[SECRET_HASH])
{
    in->unwritten = true;
    in->began = in->seen = in->touched = c->now;
    in->idle_ms = in->actor->idle_ms;
    cache_put(c, hash, in, cache_epoch(c));
    log_line(LOG_WARN, "auth",
             "account %lld signed in and the disk did not take it",
             (long long)in->actor->account_id);
    return OK;
}

/* In the caller's TX: the row, and what the call knows of its actor.  HELD:
   outside one, in memory. */
static enum err
make_session(struct call *c, const char *name, struct sign_in *s, bool held)
{
    unsigned char hash[SECRET_HASH];
    struct signed_in in;
    int64_t life = 0;

    TRY(actor_by_account(c, name, &in));
    if (in.actor == NULL)
        return fail(c, ERR_UNSIGNED, NULL,
                    "the account or the password is wrong");
    s->session = secret_text(c, SECRET_BYTES);
    s->csrf = secret_text(c, CSRF_BYTES);
    secret_hash(s->session, hash);
    in.actor->session_id = new_id(c);
    in.actor->csrf = s->csrf;
    TRY(session_life(c, &life));
    in.actor->session_ends.ms = c->now.ms + life;
    TRY(session_idle(c, in.actor, &in.actor->idle_ms));
    TRY(held ? hold_session(c, &in, hash)
             : write_session(c, &in, secret_hex(c, hash)));
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
        || (c->now.ms - who->password_at.ms < days * DAY_MS
            && !instant_is_ahead(who->password_at, c->now)))
        return OK;
    TRY(model_note(c, &account_model, who->id));
    TRY(db_exec(c, set_must_change, V(who->id), V(c->now)));
    TRY(model_note(c, &account_model, who->id));
    return model_audit(c, "account.password_old", "account", who->id, NULL);
}

/* The browser is known from now on by what it showed, if that has been given
   out here, or by something new. */
static enum err
name_device(struct call *c, struct sign_in *s)
{
    const char *mark = device_mark(c, c->device);
    int64_t n = 0;

    if (mark)
        TRY(db_int(c, &n, count_devices, V(mark)));
    s->device = n > 0 ? c->device : secret_text(c, DEVICE_BYTES);
    return OK;
}

static enum err
accept_sign_in(struct call *c, const char *name, struct sign_in *s,
               const struct actor *before)
{
    struct candidate who;
    TX tx = tx_begin(c);

    /* As in count_failure. */
    TRY(find_candidate(c, name, &who));
    TRY(lockout_refuse(c, &who.lockout));
    TRY(name_device(c, s));
    TRY(lockout_passed(c, &who.lockout, who.id, s->device));
    TRY(retire_password(c, &who));
    TRY(sessions_make_room(c, who.id));
    TRY(make_session(c, name, s, false));
    TRY(model_audit(c, "sign_in", "account", c->actor->account_id, NULL));
    /* The browser's cookie is another from now on, and nobody else has the one
       before: left to itself it would be good until it is idle. */
    if (before && before->session_id)
        TRY(session_end(c, before->account_id, before->session_id,
                        before->account_id == who.id ? "renewed" : "replaced"));
    return tx_commit(&tx);
}

enum err
auth_sign_in(struct call *c, struct sign_in *s)
{
    /* A session that is locked is opened by beginning another in its place. */
    const struct actor *before = c->actor ? c->actor : c->locked;
    struct candidate who;
    bool fits = false;

    if (text_is_blank(s->account))
        return fail(c, ERR_INVALID, "account", "is required");
    if (s->password == NULL || *s->password == '\0')
        return fail(c, ERR_INVALID, "password", "is required");
    c->actor = NULL;
    const char *name = account_name(c, s->account);
    TRY(find_candidate(c, name, &who));
    TRY(refuse_address(c, &who.lockout));
    TRY(lockout_refuse(c, &who.lockout));
    TRY(password_fits(c, who.password, s->password, &fits));
    if (!fits || !who.active)
        return refuse_sign_in(c, name, who.id, s->password);
    /* Printed by a clock that was ahead, it would be good for longer than a slip
       is. */
    if (who.code_until.ms != 0
        && (c->now.ms >= who.code_until.ms
            || instant_is_ahead(who.password_at, c->now)))
        return refuse_old_slip(c, &who);
    /* A race that is lost here must not cost the hash again. */
    enum err e = ERR_BUSY;
    for (int tries = 0; e == ERR_BUSY && tries < ACCEPT_TRIES; tries++)
        e = accept_sign_in(c, name, s, before);
    if (e == ERR_FULL)
        e = make_session(c, name, s, true);
    if (e != OK)
        c->actor = NULL;
    else if (before && before->session_id)
        cache_forget(c, before->account_id);
    return e;
}

/* Of a token there is nothing to sign out of. */
enum err
auth_sign_out(struct call *c)
{
    TRY(auth_may(c, NULL) ? OK : fail(c, ERR_UNSIGNED, NULL, "please sign in"));
    if (c->actor->session_id == 0)
        return fail(c, ERR_DENIED, NULL,
                    "a token has no session to end; take the token back "
                    "instead");
    TX tx = tx_begin(c);
    TRY(db_exec(c, drop_session, V(c->actor->session_id)));
    TRY(model_audit(c, "sign_out", "account", c->actor->account_id, NULL));
    TRY(tx_commit(&tx));
    cache_forget(c, c->actor->account_id);
    c->actor = NULL;
    return OK;
}

/* -- what is over ----------------------------------------------------------- */

static const char find_over[] =
    "SELECT id, account_id, created_at, secret, seen_at FROM session"
    " WHERE (locked_at IS NULL AND seen_at < $1 - COALESCE(idle_ms, $2))"
    " OR created_at < $3 OR seen_at > $4 OR created_at > $4 LIMIT $5";

struct over {
    int64_t id, account_id;
    bool idle; /* and not too old */
    const char *hash;
};

/* A use is written down a minute late, and a change under way has its grace.
   What was written while the clock was ahead must not come alive again when
   that time has come. */
static enum err
find_what_is_over(struct call *c, struct over *all, size_t max, size_t *n)
{
    int64_t idle = 0, life = 0;
    instant unused, born, ahead = { c->now.ms + CLOCKS_APART_MS };

    TRY(session_idle(c, NULL, &idle));
    TRY(session_life(c, &life));
    unused.ms = c->now.ms - 2 * TOUCH_MS;
    born.ms = c->now.ms - life - GRACE_MS;
    ROWS r = db_query(c, find_over, V(unused), V(idle), V(born), V(ahead),
                      V((int64_t)max));
    while (*n < max && rows_next(&r)) {
        all[(*n)++] = (struct over){ row_int(&r, 0), row_int(&r, 1),
                                     row_instant(&r, 2).ms >= born.ms
                                         && row_instant(&r, 2).ms <= ahead.ms
                                         && row_instant(&r, 4).ms <= ahead.ms,
                                     row_text(&r, 3) };
    }
    return rows_end(&r);
}

enum err
auth_drop_idle(struct call *c, int64_t max, int64_t *done)
{
    struct over *all = NEW_N(c->arena, struct over, (size_t)max);
    size_t n = 0;

    TRY(find_what_is_over(c, all, (size_t)max, &n));
    *done = (int64_t)n;
    TX tx = tx_begin(c);
    for (size_t i = 0; i < n; i++)
        TRY(all[i].idle
                ? session_rest(c, all[i].account_id, all[i].id, all[i].hash)
                : session_end(c, all[i].account_id, all[i].id, "age"));
    TRY(lockout_tidy(c, max));
    return tx_commit(&tx);
}

const struct job auth_jobs[] = {
    { "session.old", 10 * MINUTE_MS, JOB_WORK, true, JOB_ROWS, auth_drop_idle },
    { 0 },
};

/* -- knowing who calls ---------------------------------------------------- */

static bool
is_over(const struct call *c, const struct signed_in *s)
{
    /* Nobody is thrown out in the middle of a change. */
    int64_t grace = s->idle_ms && c->changing ? GRACE_MS : 0;

    /* A token's last use ends nothing, neither late nor early. */
    if (instant_is_ahead(s->began, c->now)
        || (s->idle_ms && instant_is_ahead(s->seen, c->now)))
        return true;
    if (s->locked || (s->idle_ms && c->now.ms - s->seen.ms > s->idle_ms))
        return true;
    return s->expires.ms && c->now.ms >= s->expires.ms + grace;
}

/* Over, but only for having been idle, and somebody's who sees alarms? */
static bool
is_locked(const struct call *c, const struct signed_in *s)
{
    return s->idle_ms && c->now.ms < s->expires.ms
           && !instant_is_ahead(s->began, c->now)
           && !instant_is_ahead(s->seen, c->now) && hears_alarms(s->actor);
}

static enum err
touch(struct call *c, const char *hash, const struct signed_in *s)
{
    TX tx = tx_begin(c);

    if (s->idle_ms)
        TRY(db_exec(c, touch_session, V(hash), V(c->now), V(s->idle_ms)));
    else
        TRY(db_exec(c, touch_token, V(hash), V(c->now)));
    return tx_commit(&tx);
}

/* What the disk did not take when it was begun. */
static enum err
keep_session(struct call *c, const struct signed_in *s, const char *hash)
{
    const struct actor *before = c->actor;
    enum err e;

    c->actor = s->actor;
    TX tx = tx_begin(c);
    e = write_session(c, s, hash);
    if (e == OK)
        e = model_audit(c, "sign_in", "account", s->actor->account_id, NULL);
    if (e == OK)
        e = tx_commit(&tx);
    c->actor = before;
    return e;
}

static enum err
know(struct call *c, const unsigned char hash[SECRET_HASH], bool token)
{
    struct signed_in s = { 0 };
    enum cached cached = cache_find(c, hash, &s);
    bool fresh = cached == CACHED_FRESH;
    uint64_t epoch = cache_epoch(c);

    c->locked = NULL;
    if (!fresh) {
        const struct signed_in before = s;

        TRY(token ? actor_by_token(c, secret_hex(c, hash), &s)
                  : actor_by_session(c, secret_hex(c, hash), &s));
        if (cached == CACHED_STALE && before.seen.ms > s.seen.ms)
            s.seen = before.seen;
    }
    if (s.actor != NULL && is_over(c, &s)) {
        s.actor->lock_kept = s.locked;
        c->locked = is_locked(c, &s) ? s.actor : NULL;
        s.actor = NULL;
    }
    if (s.actor == NULL)
        return fail(c, ERR_UNSIGNED, NULL, "please sign in");
    /* A use that cannot be written down is still a use. */
    if (!c->unattended
        && (c->now.ms - s.touched.ms >= TOUCH_MS
            || instant_is_ahead(s.touched, c->now))) {
        fresh = false;
        s.touched = c->now;
        if (touch(c, secret_hex(c, hash), &s) != OK)
            c->fault = (struct fault){ 0 };
    }
    if (s.unwritten && store_trouble(c->app->store) == STORE_WELL) {
        if (keep_session(c, &s, secret_hex(c, hash)) == OK)
            fresh = s.unwritten = false;
        c->fault = (struct fault){ 0 };
    }
    if (!c->unattended)
        s.seen = c->now;
    memcpy(s.actor->key, hash, sizeof s.actor->key);
    if (!fresh)
        cache_put(c, hash, &s, epoch);
    c->actor = s.actor;
    return OK;
}

enum err
auth_by_session(struct call *c, const char *secret)
{
    unsigned char hash[SECRET_HASH];

    secret_hash(secret, hash);
    return know(c, hash, false);
}

enum err
auth_by_token(struct call *c, const char *token)
{
    unsigned char hash[SECRET_HASH];

    secret_hash(token, hash);
    return know(c, hash, true);
}

enum err
auth_again(struct call *c, const unsigned char key[AUTH_KEY], bool token)
{
    const bool unattended = c->unattended;
    enum err e;

    c->actor = NULL;
    c->unattended = true;
    e = know(c, key, token);
    c->unattended = unattended;
    return e == OK ? auth_need(c, NULL, NULL) : e;
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
