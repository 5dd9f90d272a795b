/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office - a small office to try orders in: units, places, people, crews with
 * members, accounts with roles, and the catalogue inside the program.
 *
 *   unit 1 Office > 2 General bureau > 3 Secretaries;  1 > 12 Finance
 *   place 21 Site > 22 House 1 > 23 room 305;  21 > 24 House 2
 *   crews: electricians (grab), plumbers, motor-pool, lift-contractor (of
 *   the provider 31)
 *
 *   account      person   is
 *   wang         41       of Secretaries, has room 305; asks
 *   li           42       of Finance; asks
 *   desk         43       dispatcher everywhere
 *   zhao         44       electrician
 *   sun          45       leads the electricians
 *   qian         46       plumber
 *   lift         47       of the provider
 *   chief        48       approver everywhere
 *   leader       49       leader everywhere
 *   money        50       accountant everywhere
 *   near         51       dispatcher of General bureau and below
 *   far          52       dispatcher of Finance
 *   house        53       dispatcher of House 1 and below
 *   sysadmin     54, secadmin 55, auditor 56
 *   second       57       electrician, too
 */
#ifndef TESTS_OFFICE_H
#define TESTS_OFFICE_H

#include "engine/order/order.h"
#include "test.h"

/* Make it; the catalogue is read from the program's own packs.  In the runner
   the first is made so, and those of later tests are copies of it. */
void office_make(struct call *c);

/* What office_make put in by hand comes under the audit, as if an older release
   had made it. */
void office_prove(struct call *c);
/* Both at once: quicker, as it is copied too. */
void office_make_proved(struct call *c);

/* The caller is this account from now on; NULL is nobody. */
void as(struct call *c, const char *account);

/* Any table's row by its code. */
int64_t id_of(struct call *c, const char *table, const char *code);

/* Time passes. */
void office_pass(struct call *c, int64_t ms);

/* Does the caller hear of an event of the order: of this VERB, INTERNAL? */
bool hears_of(struct call *c, const struct order *o, const char *verb,
              bool internal);

/* Run SQL that is told to work. */
void office_exec(struct call *c, const char *sql);
int64_t office_int(struct call *c, const char *sql);

/* The same with the id of an order put into the SQL. */
int64_t count_of(struct call *c, const char *fmt, int64_t id);

/* What PERSON was told about the order, by kind. */
int64_t told_of(struct call *c, int64_t person, int64_t order,
                const char *kind);

/* What happens to orders by itself happens now; how many were due. */
int64_t wake_orders(struct call *c);

/* ACCOUNT asks for an item at their own room, or where the request says. */
struct order ask(struct call *c, const char *account, const char *item);
struct order ask_for(struct call *c, const char *account,
                     struct order_request *w);

/* ACCOUNT says a verb: say(c, "desk", "accept", id, .reason = "x"). */
#define say(c, account, verb, ...)                                             \
    say_act((c), (account), (verb), &(struct order_act){ __VA_ARGS__ })
enum err say_act(struct call *c, const char *account, const char *verb,
                 const struct order_act *a) MUST_USE;

/* The order as it stands, whoever asks. */
struct order order_now(struct call *c, int64_t id);

/* Bring an order of wang's (A04, electricians; A06 for approval) to a state
   by the verbs that lead there; to a closed one that takes seven days. */
int64_t bring_to(struct call *c, enum order_state state);

/* All that stands in the database, as one number: two are the same when and
   only when (but for a hash's chance) every row of every table is. */
uint64_t everything(struct call *c);

/* The same of some tables; the list ends with NULL. */
uint64_t tables_sum(struct call *c, const char *const *tables);

#endif
