/* SPDX-License-Identifier: Apache-2.0 */
/* random - seeded chance for everything that must be replayable, and ids. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"

/* PCG-XSH-RR 64/32 (O'Neill 2014). */
struct random {
    uint64_t state;
};

/* The same SEED gives the same numbers everywhere.  Not for secrets. */
struct random random_seed(uint64_t seed);
uint32_t random_next(struct random *r);
uint32_t random_below(struct random *r, uint32_t n); /* 0 .. n-1, n > 0 */
double random_unit(struct random *r);                /* [0, 1) */

/* Bytes nobody can foresee (libsodium). */
void random_secret(void *out, size_t n);

/*
 * ids - numbers below 2^53 that rise: 41 bits of ms since 2020-01-01, 4 bits
 * of the process's node, 8 bits of sequence.  Unique in a process by an atomic
 * counter, between processes by the node.
 *
 * Always true: each id is above all before it and above all that were passed,
 * whatever the clock says: set back, it stands until time has caught up; beyond
 * what 41 bits hold, it is not asked.
 */
struct ids;
#define IDS_END (INT64_C(1) << 53) /* no id is as large as this */

struct ids *ids_open(unsigned node); /* 0 .. 15 */
void ids_close(struct ids *g);
int64_t ids_next(struct ids *g, instant now);

/* From now on ids are above ID, that another process or an earlier run made;
   what is no id of ours (IDS_END and beyond) is passed over.  Any thread. */
void ids_pass(struct ids *g, int64_t id);
/* The process has another node from now on. */
void ids_move(struct ids *g, unsigned node);

#endif
