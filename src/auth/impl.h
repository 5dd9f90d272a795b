/* SPDX-License-Identifier: Apache-2.0 */
/* impl - what the files of auth know of one another. */
#ifndef AUTH_IMPL_H
#define AUTH_IMPL_H

#include "auth/auth.h"

#define SECRET_HASH 32 /* bytes of SHA-256 */
#define LOCK_AFTER 5
#define LOCK_MS (300 * SECOND_MS)
#define PASSWORD_DAYS 90 /* unless the setting password.max_days says else */
#define ADDRESS_BURST 30 /* failures from one address at a time ... */
#define ADDRESS_MS (10 * SECOND_MS) /* ... and one more after each of these */

/* -- password.c ------------------------------------------------------- */

/* Too short, too few classes, or the account's name in it: ERR_INVALID on
   FIELD. */
enum err password_check(struct call *c, const char *field, const char *name,
                        const char *password) MUST_USE;

/* Does PASSWORD fit HASH?  NULL never fits, in the same time. */
enum err password_fits(struct call *c, const char *hash, const char *password,
                       bool *fits) MUST_USE;

/* N random bytes as text of letters, digits, - and _. */
const char *secret_text(struct call *c, size_t n);

/* SHA-256 of a secret, as bytes and in hex. */
void secret_hash(const char *secret, unsigned char out[SECRET_HASH]);
const char *secret_hex(struct call *c, const unsigned char hash[SECRET_HASH]);

/* -- actor.c ----------------------------------------------------------- */

/* Who calls by a session or a token, as far as it is worth remembering. */
struct signed_in {
    struct actor *actor;
    instant seen;    /* last use */
    instant touched; /* last use written down */
    instant expires; /* of a token; 0: never */
    int64_t idle_ms; /* of a session; 0: a token */
};

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

/* How long a session may be idle: the setting session.idle_s. */
enum err session_idle(struct call *c, int64_t *ms) MUST_USE;

/* Copy FROM and all it points to into ROOM and return the bytes needed; ROOM
   NULL only counts.  The copy is a struct actor at the start of ROOM. */
size_t actor_copy(const struct actor *from, void *room);

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

/* One of the two places where passwords are hashed; ERR_LIMIT when too many
   wait for one. */
enum err cache_enter_hashing(struct call *c) MUST_USE;
void cache_leave_hashing(struct call *c);

/* Names that are no account lock like accounts, so that locking does not
   tell which exist. */
instant stranger_locked(struct call *c, const char *name);
void stranger_failed(struct call *c, const char *name);

/* How many ms the far end's address must wait before it may try to sign in
   again, and that a try of it failed.  This machine's own address is never
   kept waiting: it may be a proxy that nobody told us of. */
int64_t address_waits(struct call *c);
void address_failed(struct call *c);

/* -- session.c ---------------------------------------------------------- */

/* Count a failure against the account; the fifth locks it. */
enum err failure_count(struct call *c, int64_t account_id) MUST_USE;

/* The sign-in name as it is kept: trimmed, ASCII letters in lower case. */
const char *account_name(struct call *c, const char *typed);

#endif
