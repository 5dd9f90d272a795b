/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change - what gives rights, and what takes an administrator's away, is the
 * act of two persons (三员分立, domain: GB/T 22239).  Owns the table
 * right_change.
 *
 * The system administrator may put people into crews, but who is in a crew sees
 * and does its orders; so a fact that gives rights to somebody who signs in is
 * not made when it is asked for.  It is kept as a right_change, and made when a
 * second administrator of another role confirms it.  Until then there is
 * nothing that could be mistaken for it.
 *
 * Always true:
 *   1. Nobody makes such a change of their own person, nor decides one that
 *      they have asked for or that is about them.
 *   2. The security administrator decides what the system administrator asks
 *      for, the audit administrator what the security administrator does; what
 *      is about one of them is decided by the third.
 *   3. Who holds an administrator's role gets no other rights by any way.
 *   4. Of each administrator's role one who can sign in is left.
 *   5. The program itself (the command line, the demo) needs nobody: who owns
 *      the folder owns the office.
 *
 * Its life, and the making of what is kept, are engine/org's, which knows the
 * facts; see org.h, right_change_life.
 */
#ifndef AUTH_CHANGE_H
#define AUTH_CHANGE_H

#include "auth/account.h"

struct right_change {
    int64_t id;
    const char *kind; /* "member", "account_off", ...; one of change_words */
    int64_t person_id;
    const char *person_name;
    const char *about; /* the name of the crew, the account, the role */
    const char *says;  /* all of it in a sentence, in the reader's language */
    const char *noun;  /* the row that is added, set or removed */
    int64_t noun_id;
    const char *wish;      /* its fields, as JSON; NULL: it goes, or is told */
    const char *confirmer; /* the role of whoever decides */
    const char *state;     /* waiting, confirmed, refused, withdrawn */
    int64_t asked_by;      /* account */
    const char *asked_name;
    instant asked_at;
    int64_t decided_by;
    const char *decided_name;
    instant decided_at;
    int64_t batch_id;            /* of one table or one choice; 0: alone */
    bool own;                    /* the reader has asked for it */
    bool decides;                /* the reader is who decides it */
    bool mine;                   /* ... and it waits */
    const char *verbs, *why_not; /* JSON; of one that is asked for by its id */
    int64_t version;
    instant updated_at;
};

extern const struct model right_change_model;

/* What is about to happen to a person's rights. */
enum change_why {
    CHANGE_GIVES,         /* a fact that gives business rights */
    CHANGE_NAME,          /* the account becomes somebody else's by name */
    CHANGE_MORE_ACCOUNTS, /* an account is made for them */
    CHANGE_BACK_IN_USE,   /* they, or an account of theirs, come back */
    CHANGE_ADMIN_COMES,   /* they get an administrator's role */
    CHANGE_ADMIN_LEAVES   /* they, the account or the role go */
};

/*
 * Must the change wait for a second administrator?  In the caller's TX.
 *
 * ERR_DENIED    it is the caller's own person
 * ERR_CONFLICT  an administrator would get other rights; or the last who holds
 *               the role would go
 */
enum err change_waits(struct call *c, enum change_why why, int64_t person_id,
                      bool *waits) MUST_USE;

/*
 * Keep the change until it is decided.  Given: kind, person_id, about, noun,
 * noun_id, wish.  Sets c->waits.  ERR_CONFLICT: the same waits already.  In the
 * caller's TX.
 */
enum err change_ask(struct call *c, struct right_change *w) MUST_USE;

/* The changes that wait of the same batch as ID, ID itself where it is of none;
   2,000 at most. */
enum err change_batch_of(struct call *c, int64_t id, int64_t **ids,
                         size_t *n) MUST_USE;

/* Does the same wait already? */
enum err change_is_asked(struct call *c, const struct right_change *w,
                         bool *asked) MUST_USE;

/* The security administrator is to see that another set the account's
   password; it is done already.  In the caller's TX. */
enum err change_tell_reset(struct call *c, const struct account *a) MUST_USE;

/* Does the person hold an administrator's role, through any account?  Do they
   hold any right but a requester's? */
enum err person_is_admin(struct call *c, int64_t person_id,
                         bool *admin) MUST_USE;
enum err person_has_rights(struct call *c, int64_t person_id,
                           bool *has) MUST_USE;

/* One of the provider's people who signs in, 0 when none does: *PERSON_ID. */
enum err provider_signs_in(struct call *c, int64_t provider_id,
                           int64_t *person_id) MUST_USE;

/* The changes that wait and those that were decided; for the three
   administrators. */
enum err right_change_list(struct call *c, struct list *l) MUST_USE;

/* The words of its states, in their order; NULL-ended. */
extern const char *const right_change_states[];

/* ERR_DENIED: the caller is none of the three administrators. */
enum err right_change_need_admin(struct call *c) MUST_USE;

/* Fill in what is derived: says, own, mine.  The program itself decides where
   nobody who could is in the office (decision 25). */
enum err right_change_complete(struct call *c, struct right_change *w) MUST_USE;

/* From now on the call acts for the account, with every right; CONFIRMED: what
   it does waits for nobody. */
enum err auth_act_for(struct call *c, int64_t account_id,
                      bool confirmed) MUST_USE;

#endif
