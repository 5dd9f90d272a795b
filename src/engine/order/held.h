/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held - the open orders that somebody has in hand: what goes back to its crew
 * when they leave the crew, the office or lose the account.
 *
 * Whoever ends such a thing may see no orders; they are told the numbers, how
 * each stands and whose it is, and nothing of what was asked for.
 */
#ifndef ENGINE_ORDER_HELD_H
#define ENGINE_ORDER_HELD_H

#include "base/base.h"

struct held {
    const char *number, *state, *crew_name;
};

#define HELD_MOST 50

/* The oldest HELD_MOST of them, and how many there are.  ERR_DENIED: the caller
   changes neither people nor accounts; ERR_ABSENT: there is no such person. */
enum err orders_held(struct call *c, int64_t person_id, struct held **out,
                     size_t *n, int64_t *total) MUST_USE;

#endif
