/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns - tables take long and a lot of the disk, so they are made in turn.
 *
 * Always true:
 *   1. An account has one turn at a time: from asking until its table has
 *      been sent or its connection has gone.  So a slow reader holds one file
 *      and no more.
 *   2. At most TURNS_WAITING wait while as many are made as there are workers
 *      for it; whoever comes then is refused at once, in words.
 *   3. A turn that has waited TURN_WAIT_S is refused when it comes up, and no
 *      table is made for longer than TURN_MAKE_S.
 */
#ifndef API_TURNS_H
#define API_TURNS_H

#include "base/base.h"

#define TURNS_AT_A_TIME 2
#define TURNS_WAITING 8
#define TURN_WAIT_S 60
#define TURN_MAKE_S 120

/* The places of one server. */
struct turns *turns_open(void);
/* From now on every turn is refused, so that those under way end soon. */
void turns_stop(struct turns *t);
void turns_close(struct turns *t); /* when none is held any more */

/* A turn for the caller's account.  ERR_LIMIT: it has one, or too many wait. */
enum err turn_ask(struct call *c, void **turn) MUST_USE;

/* It comes up. */
enum err turn_begin(struct call *c, void *turn) MUST_USE;

/* May it go on?  TURN NULL: nobody else is there, as on the command line. */
enum err turn_check(struct call *c, void *turn) MUST_USE;

/* The table is made and has only to be sent: others come up. */
void turn_made(void *turn);

/* Sent, or given up: the place is free. */
void turn_end(void *turn);

#endif
