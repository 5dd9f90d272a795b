/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock - sessions that were idle too long: how long that is, and what of the
 * session is left then.
 *
 * A screen that nobody has touched opens nothing any more, but where a lift
 * with people in it would be seen on it, it must still be seen.  So the
 * session of whoever has the bar of alarms is locked instead of ended
 * (docs/decisions/0055).
 */
#include <string.h>

#include "auth/inner.h"
#include "model/model.h"

#define IDLE_S 600
#define CREW_IDLE_S 3600

/* What a crew's people are without anything having been granted to them. */
static const char *const crew_roles[] = { "requester", "crew", "crew_lead",
                                          "provider", NULL };

/* Whoever holds one of these has the bar (isDesk in web/src/api/session.ts). */
static const char *const alarm_rights[] = { "order.accept", "order.dispatch",
                                            "order.for_others", NULL };

static bool
is_among(const char *const *words, const char *word)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* One who only asks sits at a screen others walk by; a crew has a phone in its
   pocket, and may do no more with it than its work. */
static bool
is_crew_only(const struct actor *a)
{
    bool crew = false;

    for (size_t i = 0; i < a->n_grants; i++) {
        if (!is_among(crew_roles, a->grants[i].role))
            return false;
        crew = crew || strcmp(a->grants[i].role, "requester") != 0;
    }
    return crew;
}

enum err
session_idle(struct call *c, const struct actor *a, int64_t *ms)
{
    bool crew = a != NULL && is_crew_only(a);
    int64_t other = crew ? CREW_IDLE_S : IDLE_S, s;

    TRY(setting_number(c, crew ? "session.crew_idle_s" : "session.idle_s",
                       other, &s));
    *ms = (s > 0 ? s : other) * SECOND_MS;
    return OK;
}

bool
hears_alarms(const struct actor *a)
{
    for (size_t i = 0; i < a->n_grants; i++)
        for (const char *const *right = alarm_rights; *right; right++)
            if (auth_gives(&a->grants[i], *right))
                return !a->must_change;
    return false;
}

static const char lock_session[] =
    "UPDATE session SET locked_at = $3 WHERE id = $1 AND account_id = $2"
    " AND locked_at IS NULL";

/* In the caller's TX.  It is written down, so that it stays locked when the
   setting is made longer or the clock is put back. */
static enum err
lock_for_good(struct call *c, int64_t account_id, int64_t id)
{
    TRY(db_exec(c, lock_session, V(id), V(account_id), V(c->now)));
    if (db_changes(c) == 0)
        return OK;
    return model_audit(c, "session_end", "account", account_id,
                       "{\"reason\":[null,\"locked\"]}");
}

enum err
session_rest(struct call *c, int64_t account_id, int64_t id, const char *hash)
{
    struct signed_in s;

    TRY(actor_by_session(c, hash, &s));
    if (s.actor == NULL || !hears_alarms(s.actor))
        return session_end(c, account_id, id, "idle");
    return lock_for_good(c, account_id, id);
}

/* At the first question of a locked page; what is in memory of it is of a
   session in use, and goes. */
static enum err
keep_lock(struct call *c)
{
    const struct actor *who = c->locked;

    if (who->lock_kept)
        return OK;
    TX tx = tx_begin(c);
    TRY(lock_for_good(c, who->account_id, who->session_id));
    TRY(tx_commit(&tx));
    cache_forget(c, who->account_id);
    return OK;
}

enum err
auth_as_locked(struct call *c, enum err (*act)(struct call *, void *),
               void *arg)
{
    const struct actor *before = c->actor;
    const struct actor *who = before ? before : c->locked;
    enum err e;

    if (who == NULL)
        return fail(c, ERR_UNSIGNED, NULL, "please sign in");
    if (!hears_alarms(who))
        return fail(c, ERR_DENIED, NULL, "this needs the right “%s”",
                    "order.accept");
    /* A disk that takes nothing hides no alarm. */
    if (before == NULL && keep_lock(c) != OK)
        c->fault = (struct fault){ 0 };
    c->actor = who;
    e = act(c, arg);
    c->actor = before;
    return e;
}
