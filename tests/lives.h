/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lives - what the tests that any life must pass need to know of each: people,
 * rows in every state, and something to say with every verb.
 */
#ifndef TESTS_LIVES_H
#define TESTS_LIVES_H

#include "api/lives.h"
#include "office.h"

/* What an account is to the rows that bring() makes; written down here by
   itself, so that the life's own `who` is tested, too. */
struct life_person {
    const char *account; /* NULL: nobody is signed in */
    unsigned who;
};

struct life_case {
    const struct life *life;
    const struct life_person *people;
    size_t n_people;
    void (*make)(struct call *c);
    /* A row in the state, for people to try their verbs on. */
    int64_t (*bring)(struct call *c, unsigned state);
    /* Something to say with the verb: a record of what it asks. */
    const void *(*with)(struct call *c, const char *verb, int64_t id);
    /* The verbs whose guard lets nobody pass on a row of bring(), until
       ready() has been here; and ready(). */
    bool (*waits)(const char *verb);
    void (*ready)(struct call *c, const char *verb, int64_t id);
    const char *table; /* of the rows */
    unsigned gone;     /* states in which there is no row any more */
};

/* One for each of all_lives(), and the example's; the last has no life. */
extern const struct life_case life_cases[];

/* That of the life; NULL: there is none. */
const struct life_case *life_case_of(const struct life *life);

/* Do VERB on ID as ACCOUNT. */
enum err life_say(struct call *c, const struct life_case *k,
                  const char *account, const char *verb, int64_t id) MUST_USE;

/* The row's state, whoever asks. */
unsigned life_state_now(struct call *c, const struct life_case *k, int64_t id);

#endif
