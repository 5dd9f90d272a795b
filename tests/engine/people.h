/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people - an office with a few people for the tests of auth.
 *
 * Units 1 > 2 > 3 and 1 > 12; places 21 > 22 > 23 and 21 > 24; provider 31;
 * Zhang 41 of unit 3, Li 42 (of crew 51, lead of crew 52), Wang 43 of the
 * provider, Zhao 44, and 45 who has gone.
 */
#ifndef TESTS_ENGINE_PEOPLE_H
#define TESTS_ENGINE_PEOPLE_H

#include "auth/account.h"
#include "model/app.h"
#include "office.h"
#include "test.h"

#define GOOD "Liang-cao9" /* everybody's password */

/* Two processes on one database: they differ in what they hold in memory. */
extern struct app here, there;

/* The first line of a test: the people move in, the call is one of `here`;
   what is in memory is given back at the end. */
#define OFFICE                                                                 \
    people_open(c);                                                            \
    CLEANUP(people_close) struct call *office_call_ = c;                       \
    (void)office_call_
void people_open(struct call *c);
void people_close(struct call **c);
void people_move_in(struct call *c);

/* An account with the password GOOD, made by the program itself: afterwards
   nobody is signed in. */
int64_t make_account(struct call *c, const char *name, int64_t person_id);
enum err grant(struct call *c, int64_t account_id, const char *role,
               enum scope_kind scope, int64_t scope_id);
/* With a browser that was not signed in before. */
enum err try_sign_in(struct call *c, const char *account, const char *password,
                     struct sign_in *s);
const char *sign_in(struct call *c, const char *account); /* the secret */

void pass_seconds(struct call *c, int64_t seconds);
const char *one_text(struct call *c, const char *sql);
const char *audited(struct call *c); /* the actions, in their order */

#endif
