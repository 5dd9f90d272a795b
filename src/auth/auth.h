/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth - who calls, and what they may: accounts' passwords, sessions, tokens,
 * rights = role x scope.  Owns the tables account, session, token,
 * role_grant.
 *
 * Always true:
 *   1. Passwords are kept as Argon2id hashes; session ids, tokens and the
 *      cookies of known browsers as SHA-256 hashes. None is ever logged or
 *      shown again.
 *   2. Five failures in a row lock an account for 300 s (domain: GB/T 22239),
 *      for those who try from where it has not signed in before; a browser or
 *      network that has is counted, and locked, by itself (auth/lockout.c).
 *   3. A cookie session may change things only with its CSRF token in the
 *      header X-CSRF-Token; a bearer token needs none.
 *   4. No person holds two of the three administrators' roles.
 *   5. A session idle for 600 s (setting; another for crews) ends; what a page
 *      asks for by itself (c->unattended) is no use of it.  After 12 h (setting)
 *      it ends however it is used; a change that is under way has five minutes
 *      more.
 *   6. A password 90 days old (setting) must be changed at the next sign-in.
 *   7. An address from which 30 sign-ins failed waits 10 s for each further
 *      try, be its password right or wrong; a browser that is known does not.
 *   8. A person who holds an administrator's role, through any account, acts
 *      with that and a requester's rights only, whatever else is told.
 *   9. An account has at most 100 sessions; the one used longest ago ends.
 *  10. Of those who see the bar of alarms an idle session is locked: it opens
 *      nothing more, but until its 12 h are over whoever shows its cookie is
 *      c->locked, never c->actor.  Only a sign-in ends that state, and no
 *      setting, right or clock brings the session back (decision 55).
 *
 * The door: of people and places auth knows what these views show, and no
 * table behind them; whoever has the tables fills them (db/schema/0017_doors).
 *
 *   auth_person    id, code, name, name_en, initials, mobile, unit_id,
 *                  provider_id, active: of a person, who may be signed in
 *   auth_unit, auth_place   id, name, path: scopes that hold what lies below
 *   auth_crew      id, name, provider_id, active
 *   auth_member    id, crew_id, person_id, lead
 *   auth_provider  id, name, active
 *   auth_setting   name, value
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "base/base.h"
#include "db/db.h"
#include "model/model.h"

/* Where a granted role reaches. */
enum scope_kind {
    SCOPE_ALL,
    SCOPE_UNIT,
    SCOPE_CREW,
    SCOPE_PLACE,
    SCOPE_PROVIDER
};
extern const char *const scope_words[]; /* "all", "unit", ... NULL */

/* Bit i is auth_rights[i]; there may be 128. */
__extension__ typedef unsigned __int128 right_set;
#define EVERY_RIGHT (~(right_set)0)

struct grant {
    const char *role;
    enum scope_kind scope;
    int64_t scope_id; /* 0 with SCOPE_ALL */
    right_set rights;
    unsigned sources; /* bits: 1 << enum grant_source */
};

/* Where a role comes from: who signs in has it, a grant, being in a crew,
   leading it, belonging to a provider. */
enum grant_source { FROM_ALL, FROM_GRANT, FROM_CREW, FROM_LEAD, FROM_PROVIDER };
extern const char *const grant_sources[]; /* "everybody", "granted", ... NULL */

/* Is the right among those of the grant? */
bool auth_gives(const struct grant *g, const char *right);

#define AUTH_KEY 32

struct actor {
    int64_t account_id, person_id;
    const char *name;
    const char *account; /* sign-in name */
    int64_t unit_id;
    int64_t provider_id; /* of a provider's people; 0 */
    const struct grant *grants;
    size_t n_grants;
    const int64_t *crews; /* crews they are in now */
    size_t n_crews;
    int64_t session_id;
    bool by_token;
    bool must_change; /* the password, before anything else */
    /* The hash of the session's or token's secret: to ask again by. */
    unsigned char key[AUTH_KEY];
    const char *csrf;
    instant session_ends; /* its life is over then, used or not; 0: a token */
    int64_t idle_ms;      /* so long it may rest; 0: a token */
    bool lock_kept;       /* it is written down that it is locked */
    bool confirmed;   /* a second administrator has agreed to what is done */
    const char *lang; /* "zh", "en" or NULL */
};

/* The program itself acts, on the command line or in a job: nobody, or an
   actor without an account. */
static inline bool
auth_is_program(const struct call *c)
{
    return c->actor == NULL || c->actor->account_id == 0;
}

/* Every right by its word, e.g. "order.dispatch"; NULL-ended. */
extern const char *const auth_rights[];

/* Every role that can be granted, and the rights it gives; NULL-ended. */
extern const char *const auth_roles[];
right_set auth_role_rights(const char *role); /* 0: no such role */

/* For SQL: the grant g makes somebody a member of no crew and no provider that
   is out of use. */
#define AUTH_GRANT_WORKS                                                       \
    "(g.role NOT IN ('crew', 'crew_lead', 'provider')"                         \
    "   OR (NOT (g.scope = 'crew' AND EXISTS (SELECT 1 FROM auth_crew gk"      \
    "         LEFT JOIN auth_provider gv ON gv.id = gk.provider_id"            \
    "         WHERE gk.id = g.scope_id AND (gk.active = 0 OR gv.active = 0)))" \
    "     AND NOT (g.scope = 'provider' AND EXISTS (SELECT 1"                  \
    "         FROM auth_provider gp WHERE gp.id = g.scope_id"                  \
    "         AND gp.active = 0))))"

/*
 * Sessions held in memory, so that a request costs no query for who calls.
 * What this process revokes is gone at once, what another one revokes within
 * two seconds.  It also keeps the number of passwords hashed at a time down.
 * An app without one works, slower.
 */
struct session_cache *session_cache_open(void);
void session_cache_close(struct session_cache *cache);

/* Nobody is known from memory any more: rights have changed. */
void auth_forget(struct call *c);

/* From now on what the call asks for and a second administrator decides is of
   one batch, to be decided by one word. */
void auth_batch(struct call *c);

/* Does the actor hold the right in any scope?  NULL right: signed in. */
bool auth_may(const struct call *c, const char *right);

/* The same, for a thing that lies at these places (0: none). */
struct auth_where {
    int64_t unit_id, crew_id, place_id, provider_id;
};
bool auth_may_at(struct call *c, const char *right,
                 const struct auth_where *where);

/* The columns of a table that tell where a row lies; NULL: none does.  What
   lies with a crew lies with that crew's provider, too. */
struct auth_columns {
    const char *unit, *crew, *place, *provider;
};

/* Does any column say where a row lies? */
bool auth_has_where(const struct auth_columns *columns);

/* Where a row of M lies by its columns. */
enum err auth_where_of(struct call *c, const struct auth_columns *columns,
                       const struct model *m, const void *rec,
                       struct auth_where *at) MUST_USE;

/*
 * Narrow the list to rows that lie where the caller holds the right, however
 * many scopes that are: each by its own index where they are few (l->parts),
 * else by one condition.  Whatever parts the list has already stay: a row of
 * one's own is seen besides (five at most).  The same rule as auth_may_at, row by row.
 *
 * ERR_UNSIGNED, ERR_DENIED   as auth_need without a place
 */
enum err auth_limit(struct call *c, const char *right,
                    const struct auth_columns *at, struct list *l) MUST_USE;

/* The same rule as one condition for the list's `where`, its values bound to
   the list; "1 = 1" where the right is held everywhere, "1 = 0" nowhere. */
const char *auth_condition(struct call *c, const char *right,
                           const struct auth_columns *at, struct list *l);

/* The people to whom the role was granted so that it reaches the place; the
   rows hold an id each. */
struct rows auth_people(struct call *c, const char *role,
                        const struct auth_where *at);

/* Does anybody who can sign in hold the role, wherever it reaches? */
enum err auth_is_held(struct call *c, const char *role, bool *held) MUST_USE;

/*
 * Somebody of a provider who may not see the whole office.  They are told of
 * what their work needs: of the people, crews, shifts and routing rules of
 * their own provider, of places that are not restricted, of no units.
 */
bool auth_from_outside(const struct call *c);

/*
 * One thing, and many who may see it or not: where it lies is read once while
 * c->reach points to a zeroed one of these.  It and what it holds, in the
 * call's arena, are for one look at one moment.
 */
struct auth_reach {
    struct auth_path {
        const char *sql, *path;
        int64_t id;
    } paths[4];
    size_t n;
};
/* The paths of the unit and the place have been read already. */
void auth_reach_know(struct auth_reach *r, int64_t unit_id,
                     const char *unit_path, int64_t place_id,
                     const char *place_path);

/* fail(ERR_UNSIGNED or ERR_DENIED) unless auth_may_at; WHERE may be NULL: in
   any scope.  Who must change the password first may nothing else. */
enum err auth_need(struct call *c, const char *right,
                   const struct auth_where *where) MUST_USE;

/* -- sign-in ---------------------------------------------------------- */

struct sign_in {
    const char *account, *password;
    /* filled in */
    const char *session; /* secret for the cookie */
    const char *csrf;
    const char *device; /* secret for the cookie by which the browser is known;
                           what c->device holds, or a new one */
};

/* ERR_UNSIGNED: wrong (said the same for an unknown account, in the same
   time); ERR_LIMIT: locked, or too many failures from the address; the fault
   says for how long.  A session that the call came by ends, whosever
   it is: the browser has the new one in its place. */
enum err auth_sign_in(struct call *c, struct sign_in *s) MUST_USE;
/*
 * ACT as whoever's session is locked, or who is signed in, with what ARG says;
 * afterwards nobody is, again.  For what a locked page may still hear, and for
 * nothing else.  ERR_UNSIGNED: neither; ERR_DENIED: they have no bar of alarms.
 */
enum err auth_as_locked(struct call *c, enum err (*act)(struct call *, void *),
                        void *arg) MUST_USE;
/* ERR_DENIED: the caller came by a token. */
enum err auth_sign_out(struct call *c) MUST_USE;

/* The person has left service: all that is signed in for them ends, and their
   tokens.  In the caller's TX, and known everywhere here when that is kept. */
enum err auth_person_left(struct call *c, int64_t person_id) MUST_USE;

/* Drop at most MAX sessions that are over, and counts of failures nobody needs
   any more; *DONE tells how many sessions.  Several processes may do so at
   once. */
enum err auth_drop_idle(struct call *c, int64_t max, int64_t *done) MUST_USE;

/* Find the actor of a session secret or of a bearer token; sets c->actor.
   ERR_UNSIGNED when it is unknown, expired or idle too long; of the last
   c->locked is told, if it is locked. */
enum err auth_by_session(struct call *c, const char *secret) MUST_USE;
enum err auth_by_token(struct call *c, const char *token) MUST_USE;

/*
 * Is whoever called by the secret of KEY (actor.key; a token's or a session's)
 * still signed in?  Sets c->actor anew, by the same rule as for a request;
 * asking is no use of the session.  ERR_UNSIGNED when they are not, ERR_DENIED
 * when the password must be changed first.
 */
enum err auth_again(struct call *c, const unsigned char key[AUTH_KEY],
                    bool token) MUST_USE;

/* A copy that outlives the call, to be freed in one piece. */
struct actor *actor_keep(const struct actor *a);

/* FORGOT is told of each account whose sessions, tokens or rights were changed
   by this process, on the thread that did; at most one at a time listens. */
struct session_watcher {
    void (*forgot)(void *arg, int64_t account_id);
    void *arg;
};
void session_cache_watch(struct session_cache *cache,
                         const struct session_watcher *w);

/* The actor of an account without a secret: command line, jobs, tests. */
enum err auth_as(struct call *c, const char *account) MUST_USE;

/*
 * Set a new password: at least 8 characters of 3 classes, without the account
 * name in it, none of the last five, and not easily guessed (ERR_INVALID on
 * "password").  A lock is lifted; every session of the account ends, but not
 * the caller's own, and every token.  Set by anybody else, the program too, it
 * must be changed at the next sign-in.  The program itself is bound by length
 * and classes only.
 */
enum err auth_set_password(struct call *c, int64_t account_id,
                           const char *password) MUST_USE;

/* The caller changes their own. ERR_INVALID: "old" is wrong, "new" no good. */
enum err auth_change_password(struct call *c, const char *old,
                              const char *password) MUST_USE;

/* The Argon2id text of a password, unchecked: about 30 ms and 19 MiB; at most
   two run at a time. ERR_LIMIT: too many are waiting. */
enum err auth_hash(struct call *c, const char *password,
                   const char **out) MUST_USE;

#endif
