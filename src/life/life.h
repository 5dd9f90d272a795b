/* SPDX-License-Identifier: Apache-2.0 */
/*
 * life - what may become of a row: its states, and the steps between them.
 *
 * A noun with a life is read by its descriptor and changed only by verbs.  The
 * life is one table of steps; an engine writes the table and, beside it, small
 * functions: guards that only look, acts that only change the record.  From
 * the table come permission, the buttons of the interface and why one is
 * missing, addresses, forms, the drawing in the docs, and the tests of every
 * state x verb x person and of every statement that can fail.
 *
 * Always true:
 *   1. The state changes only by a step of the table.
 *   2. One guard decides whether a verb is offered and whether it is refused:
 *      no button can only fail, and nothing is done that was not offered.
 *   3. A verb is one transaction: the row, its event, what people are told, the
 *      audit entry, and what the life does after it.
 *   4. A verb has one row of the table for a state.
 *   5. A guard never writes.
 *   6. What the program does when a time comes is a row of the table, too.
 *   7. Each verb is an event of its row (subject/event.h).  What a timeline, the
 *      comments and the stream show of it is one rule: whoever sees the row
 *      hears of it, but for what is internal and what `hears` keeps back.
 *
 * Not here: how a row is made (the engine's own verb), addresses (api/lives.h).
 */
#ifndef LIFE_LIFE_H
#define LIFE_LIFE_H

#include "auth/auth.h"
#include "base/base.h"
#include "model/model.h"

struct event;
struct json_out;
struct life;
struct step;

/* A verb being done, or looked at. */
struct deed {
    struct call *c;
    const struct life *life;
    const struct step *step;
    unsigned who;    /* what the actor is to the row: bits of life->parties */
    const void *old; /* the row as it was read */
    void *rec;       /* the row as it becomes */
    const void *in;  /* what came with the verb, a record of step->asks */
    void *facts;     /* what the life's functions have looked up; or NULL */
    const char *reason, *note; /* kept in the event */
    const char *detail;        /* JSON, kept in the event */
    bool internal;             /* the event is for those who serve */
};

/*
 * REC is the row as it is for a guard, as it becomes for an act.  A guard that
 * answers ERR_CONFLICT, ERR_DENIED or ERR_INVALID says no, and its words say
 * why; any other error is handed up.
 */
typedef enum err (*step_fn)(struct deed *d, void *rec);

#define LIFE_STAYS (-1)
/* The program itself: a party of every life. */
#define LIFE_PROGRAM (1U << 31)

enum step_flag {
    STEP_QUIET = 1, /* leaves no trace on the row, only the event tells of it */
    STEP_REMOVES = 2, /* the row goes: what it was, the audit keeps */
    STEP_AT_ONCE = 8, /* a button does it at once, whatever it might be told */
    STEP_GRAVE = 16,  /* it takes something from somebody: a button says so */
    STEP_COMMAND = 4  /* `liangcao call` says it without an account, too */
};

/* One row of the table of what may happen. */
struct step {
    unsigned from; /* set of states: 1U << state */
    const char *verb;
    int to;        /* a state, or LIFE_STAYS */
    unsigned who;  /* set of parties: any of these */
    step_fn guard; /* may it be done now?  NULL: always */
    step_fn act;   /* what else changes; NULL: nothing */
    /* What comes with the verb; its record begins with the id of the row.  The
       texts `reason` and `note` in it go into the event.  Of one verb's rows
       all have the same record. */
    const struct model *asks;
    const char *says; /* one sentence of the verb; in its first row */
    const char *only; /* guard and act in words, for readers; or NULL */
    unsigned flags;
    const char *right; /* without which nobody may say it; NULL: that of its
                          party, where it has but one */
    const char *when;  /* the column with the instant at which the program says
                          it by itself (life_wake); NULL: it does not */
};

/* What somebody can be to a row.  RIGHT: the right that all of them hold. */
struct party {
    const char *word, *right;
    const char *says; /* for the docs */
    const char *own;  /* the column of the person who it is (life->who) */
};

/* A state that a row may begin in, and when it does. */
struct beginning {
    int state;
    const char *how;
};

struct life {
    const struct model *model; /* its text or word `state` is the state */
    const char *plural;        /* "orders": in addresses */
    const char *says;          /* one sentence of what one of them is */
    /* What is answered: begins with the row, may have the derived texts
       `verbs` and `why_not` (life_offer).  NULL: the row itself. */
    const struct model *view;
    const char *const *states; /* words, NULL-ended; as its verbs are they
                                  words of its noun (words_of) */
    const struct party *parties;
    size_t n_parties;
    const struct step *steps;
    size_t n;
    /* Ends with a NULL `how`; NULL: in the first, when one is added. */
    const struct beginning *begins;
    unsigned ends; /* set of states that end it */

    /* Fill in `state` where it is no column but what others say.  Or NULL. */
    void (*derive)(void *rec);
    /* What the actor is to the row, *WHO; 0: it is not for these eyes.  NULL:
       each party by its `own`, or else by whether its right reaches where the
       row lies, which the columns of REACH tell. */
    struct auth_columns reach;
    enum err (*who)(struct call *c, const void *rec, unsigned *who);
    /* Before a verb changes the row: what has come by itself by now, and no round
       has told yet.  Or NULL. */
    enum err (*catch_up)(struct deed *d);
    /* Before the row is written: what follows from any verb.  Or NULL. */
    void (*settle)(struct deed *d);
    /* Parties that hear what is internal. */
    unsigned insiders;
    /* May whoever is WHO to the row hear of VERB?  NULL: of any. */
    bool (*hears)(struct call *c, const void *rec, unsigned who,
                  const char *verb);
    /* Take out of N events of the row, which the actor may hear of, the words
       that were not said for their eyes; *SOME becomes true where there are any.
       Or NULL: there are none such. */
    enum err (*withhold)(struct call *c, const void *rec, struct event *events,
                         size_t n, bool *some);
    /* Tell people.  Or NULL. */
    enum err (*tell)(struct deed *d);
    /* Members of the audit entry besides from, to and reason.  Or NULL. */
    enum err (*audited)(const struct deed *d, struct json_out *o);
    /* After the row was written, in the same transaction.  Or NULL. */
    enum err (*after)(struct deed *d);
    /* After the commit.  Or NULL. */
    void (*kept)(struct call *c);
    /* How messages to the actor, who may see it, call the row; NULL: it is gone,
       or what it stands for is not for them any more.  Or NULL: as its noun
       does. */
    const char *(*title)(struct call *c, int64_t id);
    /* One sentence of what a message of KIND means for the actor now: what comes
       next, or what they have to do; NULL: nothing.  Or NULL. */
    const char *(*next)(struct call *c, int64_t id, const char *kind);
    /* Fill in what is answered besides the row.  Or NULL. */
    enum err (*fill)(struct call *c, void *view);
    bool in_memory; /* its verbs change what is held in memory, too */
};

/* The tables of a life, in its row. */
#define LIFE_TABLES(states_, parties_, steps_)                                 \
    .states = (states_), .parties = (parties_), .n_parties = COUNT(parties_),  \
    .steps = (steps_), .n = COUNT(steps_)

/* What is said about a row: a verb of its own, so that the table says who may
   and when; MODEL asks for `note`. */
#define LIFE_COMMENT "comment"

/* What comes with verbs that ask for nothing of their own.  Whatever else asks
   for words begins with the same, so that its verbs can ask for no more. */
#define LIFE_WORDS                                                             \
    int64_t id;                                                                \
    const char *reason, *note
struct life_words {
    LIFE_WORDS;
};
extern const struct model life_nothing_model; /* id alone */
extern const struct model life_note_model;    /* a note, if wanted */
extern const struct model life_reason_model;  /* a reason, and a note */
extern const struct model life_comment_model; /* a note that must be said */

/*
 * What every row with a life has: the first members of its struct, the first of
 * its rows of fields.  (Of the older ones only some have them; then by the same
 * names.)  Where life->view is NULL, `verbs` and `why_not` are filled in, and by
 * the noun's verbs `called` (noun_call).
 */
#define LIFE_MEMBERS                                                           \
    int64_t id;                                                                \
    unsigned state;                                                            \
    int64_t version;                                                           \
    instant updated_at;                                                        \
    const char *called, *verbs, *why_not
#define LIFE_FIELDS(T, states)                                                 \
    FIELD(T, id, .flags = GIVEN),                                              \
        FIELD(T, state, .flags = GIVEN, .choices = states, .label = "State"),  \
        FIELD(T, version, .flags = GIVEN),                                     \
        FIELD(T, updated_at, .flags = GIVEN),                                  \
        FIELD(T, called, .flags = GIVEN | DERIVED,                             \
              .says = "What people call it."),                                 \
        FIELD(T, verbs, .flags = GIVEN | DERIVED | JSON_TEXT,                  \
              .says = "What the caller may do with it now."),                  \
        FIELD(T, why_not, .flags = GIVEN | DERIVED | JSON_TEXT,                \
              .says = "What the caller may not do just now, and why.")

/* -- the table ---------------------------------------------------------------- */

/* The row for VERB in STATE; NULL: not possible. */
const struct step *life_step(const struct life *life, unsigned state,
                             const char *verb);

/* The first row of each verb, in the table's order: NULL after the last.
   `for (s = life_next(l, NULL); s; s = life_next(l, s))` */
const struct step *life_next(const struct life *life, const struct step *s);

/* The first row of VERB, or NULL. */
const struct step *life_verb(const struct life *life, const char *verb);

/* Where rows begin; ends with a NULL `how`. */
const struct beginning *life_begins(const struct life *life);

/* Is the verb only the program's? */
bool life_is_program(const struct life *life, const char *verb);

/* The right without which nobody may say the verb; NULL: there is none. */
const char *life_right(const struct life *life, const char *verb);

/* What the verb asks for; never NULL. */
const struct model *life_asks(const struct step *s);

/* The state of a row: an index into life->states. */
unsigned life_state(const struct life *life, const void *rec);

/* What is answered. */
static inline const struct model *
life_view(const struct life *life)
{
    return life->view ? life->view : life->model;
}

/* [{verb, label, from: [state], to?, guard?, at_once, grave}] of the whole
   table; labels in the call's language. */
void life_write_steps(struct call *c, struct json_out *o,
                      const struct life *life);

/* The drawing and the table in Markdown, for docs/ARCHITECTURE.md. */
const char *life_draw(struct arena *a, const struct life *life);

/* -- doing -------------------------------------------------------------------- */

/*
 * Do VERB on the row ID as the actor, with IN, a record of what it asks; VIEW,
 * a record of life_view, is the row afterwards.
 *
 * ERR_ABSENT    there is no such row for these eyes
 * ERR_STALE     c->if_version is not the row's version
 * ERR_CONFLICT  the verb is not possible in its state, or the guard says no
 * ERR_DENIED    possible, but not for this person
 * ERR_INVALID   something that comes with the verb is missing or wrong
 *
 * c->if_version is 0 afterwards: it spoke of this row only.
 */
enum err life_do(struct call *c, const struct life *life, const char *verb,
                 const void *in, void *view) MUST_USE;

/*
 * The program does VERB, for REASON if it has one, on the row OLD, which was
 * read in the caller's TX; REC is the row afterwards.  The step is possible.
 *
 * ERR_CONFLICT, ERR_DENIED, ERR_INVALID   the guard says no
 */
enum err life_program(struct call *c, const struct life *life, const char *verb,
                      const char *reason, const void *old, void *rec) MUST_USE;

/*
 * One step of the round: of at most MAX rows whose time has come (step->when)
 * the program says what the table says, each in a transaction of its own;
 * *DONE tells of how many.  Several processes may do so at once: each looks
 * again inside the transaction.  A row that fails does not keep the others
 * waiting and is tried again in the next round; the first failure but a lost
 * race is handed up.
 */
enum err life_wake(struct call *c, const struct life *life, int64_t max,
                   int64_t *done) MUST_USE;

/* Can the caller be a party to any row, by their person or by a right? */
bool life_concerns(const struct call *c, const struct life *life);

/* The row by id, for whoever may see it. */
enum err life_load(struct call *c, const struct life *life, int64_t id,
                   void *rec) MUST_USE;

/* The same as it is answered. */
enum err life_get(struct call *c, const struct life *life, int64_t id,
                  void *view) MUST_USE;

/* What is answered besides the row VIEW begins with.  A life without a view of
   its own has its offers in the row. */
enum err life_fill(struct call *c, const struct life *life,
                   void *view) MUST_USE;

/* Narrow the list to what the caller is any party to, where `who` is NULL: what
   can be listed can be got. */
enum err life_limit(struct call *c, const struct life *life,
                    struct list *l) MUST_USE;

/* -- hearing ------------------------------------------------------------------ */

/* The events of the row ID that the actor may hear of; VERB alone, unless it is
   NULL.  ERR_ABSENT: there is no such row for these eyes.  ERR_INVALID: words are
   looked for (L's filters, its order), and not all of them are for these eyes. */
enum err life_events(struct call *c, const struct life *life, int64_t id,
                     const char *verb, struct list *l) MUST_USE;

/* May the actor hear of E, an event of the row REC? */
enum err life_may_hear(struct call *c, const struct life *life, const void *rec,
                       const struct event *e, bool *may) MUST_USE;

/* Say IN, a record of what LIFE_COMMENT asks, about a row; E is what was said.
   As life_do. */
enum err life_comment(struct call *c, const struct life *life, const void *in,
                      struct event *e) MUST_USE;

/* -- looking ------------------------------------------------------------------ */

/* What the actor may do with a row now. */
struct offers {
    const char *verbs;   /* JSON list of words */
    const char *why_not; /* JSON {verb: words}: what the guards refuse them */
};

/*
 * FACTS are what the life's functions know of the row already, or NULL.
 * Other verbs, that the state or who they are does not allow, are in neither.
 */
enum err life_offer(struct call *c, const struct life *life, const void *rec,
                    void *facts, struct offers *out) MUST_USE;

/* Is this one among them? */
enum err life_allows(struct call *c, const struct life *life, const void *rec,
                     const char *verb, bool *allows) MUST_USE;

#endif
