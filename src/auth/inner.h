/* SPDX-License-Identifier: Apache-2.0 */
/* inner - what the files of auth know of one another. */
#ifndef AUTH_INNER_H
#define AUTH_INNER_H

#include "auth/auth.h"

struct account; /* auth/account.h */

#define SECRET_HASH AUTH_KEY /* bytes of SHA-256 */
#define LOCK_AFTER 5
#define LOCK_MS (300 * SECOND_MS)
#define PASSWORD_DAYS 90 /* unless the setting password.max_days says else */
#define ADDRESS_BURST 30 /* failures from one address at a time ... */
#define ADDRESS_MS (10 * SECOND_MS) /* ... and one more after each of these */
#define ADDRESS_MOST_MS (2 * ADDRESS_BURST * ADDRESS_MS)

/* -- password.c ------------------------------------------------------- */

/* Too short, too few classes, the account's name in it, or easily guessed by
   who knows the person and the office: ERR_INVALID on FIELD. */
enum err password_check(struct call *c, const char *field,
                        const struct account *a, const char *password) MUST_USE;

/* ERR_INVALID on FIELD when it is one of the account's last five. */
enum err password_is_new(struct call *c, const char *field,
                         const struct account *a,
                         const char *password) MUST_USE;

/* Keep the hash among the account's last five; in a TX. */
enum err password_keep(struct call *c, int64_t account_id,
                       const char *hash) MUST_USE;

/* Is any of those a password that somebody chose, and no slip's? */
enum err password_was_chosen(struct call *c, int64_t account_id,
                             bool *chosen) MUST_USE;

/* Does PASSWORD fit HASH?  NULL never fits, in the same time. */
enum err password_fits(struct call *c, const char *hash, const char *password,
                       bool *fits) MUST_USE;

/* The password of A becomes HASH, with all that follows from it; in a TX.
   CODE_UNTIL: the program has made it, and it lets in until then; 0: none. */
enum err password_put(struct call *c, const struct account *a, const char *hash,
                      instant code_until) MUST_USE;

/* -- code.c ----------------------------------------------------------- */

/* A first password that the program makes, as it is printed, and its hash. */
enum err code_make(struct call *c, const char **code,
                   const char **hash) MUST_USE;

/* Is it the hash of such a one?  Does what was typed fit it? */
bool code_hashed(const char *hash);
bool code_fits(struct call *c, const char *hash, const char *typed);

/* Was TYPED one of the account's that has been used, or replaced? */
enum err code_is_spent(struct call *c, int64_t account_id, const char *typed,
                       bool *spent) MUST_USE;

/* -- password.c again ------------------------------------------------- */

/* N random bytes as text of letters, digits, - and _. */
const char *secret_text(struct call *c, size_t n);

/* SHA-256 of a secret, as bytes and in hex. */
void secret_hash(const char *secret, unsigned char out[SECRET_HASH]);
const char *secret_hex(struct call *c, const unsigned char hash[SECRET_HASH]);

/* -- grant.c ----------------------------------------------------------- */

/* One of the three administrators' roles? */
bool role_is_admin(const char *role);

/* -- actor.c ----------------------------------------------------------- */

/* Who calls by a session or a token, as far as it is worth remembering. */
struct signed_in {
    struct actor *actor;
    instant began;   /* when it was made */
    instant seen;    /* last use */
    instant touched; /* last use written down */
    instant expires; /* of a token or a session; 0: never */
    int64_t idle_ms; /* of a session; 0: a token */
    bool locked;     /* told to have been idle too long: so for good */
    bool unwritten;  /* a session that the disk did not take: only here */
};

/* How long a change that is under way when a session's time is up may take. */
#define GRACE_MS (5 * MINUTE_MS)

/* Each fills S in from the database; s->actor is NULL when there is none. */
enum err actor_by_session(struct call *c, const char *hash,
                          struct signed_in *s) MUST_USE;
enum err actor_by_token(struct call *c, const char *hash,
                        struct signed_in *s) MUST_USE;
enum err actor_by_account(struct call *c, const char *name,
                          struct signed_in *s) MUST_USE;

/* A setting that is a number, or OTHER. */
enum err setting_number(struct call *c, const char *name, int64_t other,
                        int64_t *out) MUST_USE;

/* How long a session may last at all: the setting session.max_h. */
enum err session_life(struct call *c, int64_t *ms) MUST_USE;

/* Copy FROM and all it points to into ROOM and return the bytes needed; ROOM
   NULL only counts.  The copy is a struct actor at the start of ROOM. */
size_t actor_copy(const struct actor *from, void *room);

/* -- lock.c ------------------------------------------------------------- */

/* How long the actor's session may be idle: session.crew_idle_s for those who
   go from place to place and do nothing else here, else session.idle_s.  A
   NULL actor: the latter. */
enum err session_idle(struct call *c, const struct actor *a,
                      int64_t *ms) MUST_USE;

/* Do they see the bar of alarms, so that their idle session is locked and not
   ended? */
bool hears_alarms(const struct actor *a);

/* What happens to the session of that secret's hash when it was idle too long,
   in the caller's TX: locked or ended.  The audit has the same of both. */
enum err session_rest(struct call *c, int64_t account_id, int64_t id,
                      const char *hash) MUST_USE;

/* -- cache.c ------------------------------------------------------------ */

/* All of these take a NULL cache, which remembers nothing. */

enum cached { CACHED_NOT, CACHED_STALE, CACHED_FRESH };

/* FRESH: S is filled in, the actor in the call's arena.  STALE: only
   s->seen and s->touched are of use. */
enum cached cache_find(struct call *c, const unsigned char key[SECRET_HASH],
                       struct signed_in *s);

/* Before reading from the database what shall be put. */
uint64_t cache_epoch(const struct call *c);

/* Remember S, unless something was forgotten since EPOCH. */
void cache_put(struct call *c, const unsigned char key[SECRET_HASH],
               const struct signed_in *s, uint64_t epoch);

/* Forget what is known by the sessions and tokens of an account. */
void cache_forget(struct call *c, int64_t account_id);

/* What else is kept in memory beside the sessions; NULL without a cache. */
struct failed_addresses *cache_failed(const struct call *c);
struct hash_gate *cache_gate(const struct call *c);

/* -- hash_gate.c -------------------------------------------------------- */

/* One for the process; it lives as long as the cache of sessions. */
struct hash_gate *hash_gate_open(void);
void hash_gate_close(struct hash_gate *g);

/* One of the two places where passwords are hashed; ERR_LIMIT when too many
   wait for one. */
enum err hash_gate_enter(struct call *c) MUST_USE;
void hash_gate_leave(struct call *c);

/* -- failed_address.c --------------------------------------------------- */

/* One for the process; it lives as long as the cache of sessions. */
struct failed_addresses *failed_addresses_open(void);
void failed_addresses_close(struct failed_addresses *f);

/* How many ms the far end's address must wait before it may try to sign in
   again, and that a try of it failed.  This machine's own address is never
   kept waiting: it may be a proxy that nobody told us of. */
int64_t address_waits(struct call *c);
void address_failed(struct call *c);

/* -- browser.c ------------------------------------------------------------ */

/* What the caller's browser and system are called, as they say of themselves:
   "WeChat · Android"; NULL: nothing that is known.  And that in the caller's
   language. */
const char *browser_name(struct call *c);
const char *browser_words(struct call *c, const char *name);

/* -- lockout.c ------------------------------------------------------------ */

/* The count of failures that a try to sign in belongs to. */
struct lockout {
    int64_t id;         /* 0: no failure yet */
    int64_t counts_for; /* the account that is known here; 0: strangers */
    const char *mark;
    bool device; /* known by the browser's cookie */
    int64_t failures;
    instant locked_until, seen_at;
};

/* Which count it is for a try with NAME; ACCOUNT_ID 0: it is no account. */
enum err lockout_find(struct call *c, int64_t account_id, const char *name,
                      struct lockout *g) MUST_USE;

/* ERR_LIMIT while it is locked; the fault says for how long. */
enum err lockout_refuse(struct call *c, const struct lockout *g) MUST_USE;

/* These change it, in the caller's TX.  The fifth failure in a row locks; a
   good sign-in makes the browser with the cookie DEVICE and the network known;
   unlocking lets everybody try again. */
enum err lockout_failed(struct call *c, struct lockout *g, int64_t account_id,
                        bool *locked) MUST_USE;
enum err lockout_passed(struct call *c, struct lockout *g, int64_t account_id,
                        const char *device) MUST_USE;
enum err lockout_unlock(struct call *c, int64_t account_id,
                        const char *name) MUST_USE;

/* Forget at most MAX counts that are too old to matter; in the caller's TX. */
enum err lockout_tidy(struct call *c, int64_t max) MUST_USE;

/* How a device's cookie is kept: NULL when there is none. */
const char *device_mark(struct call *c, const char *device);

/* -- end.c -------------------------------------------------------------- */

/* End the account's sessions but KEEP, in the caller's TX; the audit has each
   with its REASON, a word. */
enum err sessions_end(struct call *c, int64_t account_id, int64_t keep,
                      const char *reason) MUST_USE;

/* The same with all its tokens. */
enum err account_shut(struct call *c, int64_t account_id, int64_t keep,
                      const char *reason) MUST_USE;

/* End one session; ERR_ABSENT is no fault: it is over. */
enum err session_end(struct call *c, int64_t account_id, int64_t id,
                     const char *reason) MUST_USE;

/* Room for one session more: the one that was used longest ago ends. */
enum err sessions_make_room(struct call *c, int64_t account_id) MUST_USE;

/* -- session.c ---------------------------------------------------------- */

/* The sign-in name as it is kept: trimmed, ASCII letters in lower case. */
const char *account_name(struct call *c, const char *typed);

/* The caller's own password is looked at once more; wrong: counted like a
   failure to sign in, and ERR_INVALID on FIELD. */
enum err own_password_fits(struct call *c, const struct account *a,
                           const char *field, const char *password) MUST_USE;

#endif
