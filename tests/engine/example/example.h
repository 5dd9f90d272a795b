/* SPDX-License-Identifier: Apache-2.0 */
/* example - an office whose register has the nouns of docs/TOUR.md, too. */
#ifndef TESTS_EXAMPLE_H
#define TESTS_EXAMPLE_H

#include "lending.h"
#include "office.h"

/* office_make, and the example's tables and nouns. */
void example_make(struct call *c);

/* A key of House 1 with so many copies; sysadmin is at work afterwards. */
struct key example_key(struct call *c, const char *tag, int64_t copies);

/* ACCOUNT asks for the key for an hour. */
struct lending example_ask(struct call *c, const char *account, int64_t key_id);

/* ACCOUNT says a verb, with a reason where it asks for one. */
enum err example_say(struct call *c, const char *account, const char *verb,
                     int64_t id) MUST_USE;

/* The row as it stands, whoever asks. */
struct key example_key_now(struct call *c, int64_t id);

#endif
