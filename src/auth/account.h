/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account - accounts to sign in with, the roles granted to them, tokens for
 * programs, and where one is signed in.  Owns the tables account, role_grant,
 * token.
 *
 * Always true:
 *   1. An account belongs to one person for ever and its name is not given
 *      to another.
 *   2. No person holds two of system_admin, security_admin and audit_admin,
 *      not even through two accounts.
 *   3. Nobody changes the grants of their own accounts.
 *   4. The password of an account with an administrator's role is reset on
 *      the server only (the command line), never by another administrator.
 *   5. A token is shown once, when it is made.
 *   6. Who holds an administrator's role holds no other but requester.
 *   7. An administrator's role or account is not taken away from the last who
 *      holds the role, nor from anybody by one administrator alone.
 *   8. With a password go its sessions and tokens; with an account, or the
 *      person, too.
 *
 * Who may call these verbs is said by the routes: account.edit for accounts
 * (system administrator), grant.edit for grants (security administrator).
 * What gives more rights than that alone, waits for a second administrator
 * (auth/change.h).
 */
#ifndef AUTH_ACCOUNT_H
#define AUTH_ACCOUNT_H

#include "auth/auth.h"
#include "model/model.h"

struct account {
    int64_t id;
    const char *name; /* to sign in with, lower case */
    int64_t person_id;
    const char *person_name; /* filled in by get and list */
    const char *password;    /* in: as typed; stored: Argon2id; never shown */
    instant password_at;
    bool must_change;
    int64_t failures;
    instant locked_until;
    bool active;
    bool waiting; /* to be in use, for a second administrator (only shown) */
    const char *lang;
    instant reset_at;     /* another set the password then; 0: the owner did */
    const char *reset_by; /* that one's name */
    instant code_until;   /* a printed password lets in until then; 0: none */
    int64_t version;
    instant updated_at;
};

struct role_grant {
    int64_t id, account_id;
    const char *role;
    unsigned scope; /* enum scope_kind */
    int64_t scope_id;
    const char *scope_code; /* of that unit, ...; may be said instead */
    int64_t version;
    instant updated_at;
};

struct token {
    int64_t id, account_id;
    const char *name;   /* what it is for */
    const char *token;  /* filled in by token_make only */
    const char *secret; /* its hash */
    instant created_at, expires_at, seen_at;
    int64_t version;
    instant updated_at;
};

/* A session as its owner sees it. */
struct session_row {
    int64_t id;
    const char *address, *browser; /* as it says of itself */
    instant created_at, seen_at;
    int64_t idle_ms;   /* so long it may rest, as of its last use */
    instant locked_at; /* idle too long; 0: it is in use */
    bool own;          /* the one that asks */
};

extern const struct model account_model, role_grant_model, token_model,
    session_row_model;

/*
 * Make an account.  Given: name, person_id and, if it shall sign in at once,
 * a password, which must be changed at the first sign-in unless the program
 * itself makes the account.
 *
 * ERR_INVALID   a field breaks its limits; there is no such person
 * ERR_CONFLICT  the name is taken
 */
enum err account_make(struct call *c, struct account *a) MUST_USE;

/* The same of one that is out of use until somebody brings it in.  ERR_CONFLICT
   too where a second administrator would have to agree. */
enum err account_make_unused(struct call *c, struct account *a) MUST_USE;

/* Change the fields in c->said. Made inactive, it is signed out at once, and
   its tokens are gone; an administrator's waits for confirmation.
   ERR_CONFLICT: must_change is ended by the owner's own password only. */
enum err account_change(struct call *c, struct account *a) MUST_USE;

/* By a->id. */
enum err account_get(struct call *c, struct account *a) MUST_USE;
enum err account_list(struct call *c, struct list *l) MUST_USE;

/* How many there are; the id of one by its name, 0 for none. */
enum err account_count(struct call *c, int64_t *n) MUST_USE;
enum err account_by_name(struct call *c, const char *name,
                         int64_t *id) MUST_USE;

/* Who has set the password that the caller must change, and when: NULL when it
   was the caller. */
enum err account_reset_by(struct call *c, const char **by,
                          instant *when) MUST_USE;

/* What the account ID may do now, each role with where it comes from; *OUT is
   NULL when it or its person is out of use.  For who makes accounts or grants
   roles. */
enum err account_rights(struct call *c, int64_t id,
                        const struct actor **out) MUST_USE;

/* Reset the password of somebody else's account, a->id.  They are told by whom,
   the security administrator too.  ERR_DENIED: it is an administrator's. */
enum err account_reset(struct call *c, struct account *a) MUST_USE;

/*
 * The password that another set for a->id at RESET_AT is taken away, with all
 * that was signed in by it: nobody signs in until another is set.
 *
 * ERR_CONFLICT  it is another password now, or an administrator's
 */
enum err account_refuse_reset(struct call *c, struct account *a,
                              instant reset_at) MUST_USE;

/*
 * Accounts for many: for those in PERSON_IDS (ids with commas between), or for
 * everybody of the unit and below it who has none; 2,000 at most.  What is
 * refused of one (`why`) is no hindrance to the others.  None has a password
 * yet.  DRY_RUN tells only.
 *
 * ERR_INVALID  neither persons nor a unit, or both, or one that is not there
 */
enum opening_name { CALLED_STAFF_NUMBER, CALLED_TELEPHONE };
extern const char *const opening_names[];
struct account_opening {
    int64_t unit_id;
    const char *person_ids;
    unsigned called; /* enum opening_name: what is typed to sign in */
    bool dry_run;
};
struct account_opened {
    int64_t person_id, account_id;
    const char *person_name, *unit_name, *name;
    bool waiting;    /* for a second administrator: they have rights already */
    const char *why; /* none is made; NULL: it is, or would be */
};
enum err accounts_open(struct call *c, const struct account_opening *o,
                       struct account_opened **out, size_t *n) MUST_USE;

/*
 * First passwords for the accounts in ACCOUNT_IDS (with commas between), or,
 * when it is NULL, for all that have neither one nor a token; 2,000 at most.
 * Each lets in for seven days, until its owner sets their own, and is told here
 * only.  One that replaces a password of the owner's own is told like any reset.
 */
struct slip {
    int64_t account_id;
    const char *name, *person_name, *unit_name;
    const char *code; /* NULL: none, and WHY */
    const char *why;
};
enum err slips_make(struct call *c, const char *account_ids, instant *until,
                    struct slip **out, size_t *n) MUST_USE;

/* May A be called so: ERR_INVALID, ERR_CONFLICT when it is taken. */
enum err account_name_fits(struct call *c, const struct account *a) MUST_USE;

/* Let everybody try again to sign in as a->id, who was locked out by
   failures. */
enum err account_unlock(struct call *c, struct account *a) MUST_USE;

/*
 * Grant a role.  Given: account_id, role, scope and, unless the scope is all,
 * scope_id.
 *
 * ERR_INVALID   no such account, role or place of the scope
 * ERR_DENIED    it is the caller's own
 * ERR_CONFLICT  held already, or the person would hold two administrators'
 *               roles, or an administrator's and another; or it is an
 *               administrator's and the account's password was set by somebody
 *               else
 *
 * An administrator's role waits for confirmation: c->waits.
 */
enum err grant_make(struct call *c, struct role_grant *g) MUST_USE;

/* As grant_make, by who may make accounts: it waits for the security
   administrator, whatever the role.  ERR_INVALID: an administrator's role is
   granted one by one. */
enum err grant_ask(struct call *c, struct role_grant *g) MUST_USE;

/* How rows of a table come in (noun/noun.h): the account by its name, or by the
   staff number where it has none; the role by all that it says.  What is not
   there yet is made, or asked for. */
enum err account_find(struct call *c, void *rec, int64_t *id) MUST_USE;
enum err account_row_set(struct call *c, void *rec, field_mask said) MUST_USE;
enum err grant_find(struct call *c, void *rec, int64_t *id) MUST_USE;

/* An administrator's role waits for confirmation; the last of its kind stays
   (ERR_CONFLICT). */
enum err grant_remove(struct call *c, struct role_grant *g) MUST_USE;
enum err grant_list(struct call *c, struct list *l) MUST_USE;

/* The name of the unit, crew, place or provider that a role reaches; NULL of
   one that reaches all. */
enum err grant_reach(struct call *c, const struct grant *g,
                     const char **name) MUST_USE;

/*
 * The unit FROM becomes part of INTO: who holds a role at FROM holds it at
 * INTO too from now on.  The old grant stays, since what was asked for by FROM
 * stays an order of FROM.  The new ones wait for the security administrator;
 * the caller's own do not follow (3.).  In the caller's TX.
 */
enum err grants_follow(struct call *c, int64_t from, int64_t into) MUST_USE;

/* How many roles reach just that row: SCOPE is "crew", "place" and so on. */
enum err grants_on(struct call *c, const char *scope, int64_t id,
                   int64_t *n) MUST_USE;

/* A token for the caller's own account; expires_at 0 means in 90 days.
   ERR_DENIED when the caller came by a token. */
enum err token_make(struct call *c, struct token *t) MUST_USE;

/* The caller's own; who may edit accounts sees all, unless the view is "mine",
   and removes any. */
enum err token_list(struct call *c, struct list *l) MUST_USE;
enum err token_remove(struct call *c, struct token *t) MUST_USE;

/* The caller's own sessions that have not ended; by s->id one of them ends at
   once. ERR_ABSENT: it is not the caller's. */
enum err session_row_list(struct call *c, struct list *l) MUST_USE;
enum err session_row_end(struct call *c, struct session_row *s) MUST_USE;

#endif
