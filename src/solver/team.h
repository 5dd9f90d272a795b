/* SPDX-License-Identifier: Apache-2.0 */
/*
 * team - several workers on one problem (internal).
 *
 * Each searches alone from its own seed.  Where there is time for one cooling,
 * all go on from the best plan any of them has at a third and at two thirds of
 * the limit; where there is time for more, they share what elite.h is about.
 * Under a limit of rounds the answer depends only on the seed and on how many
 * there are.
 */
#ifndef SOLVER_TEAM_H
#define SOLVER_TEAM_H

#include "solver/search.h"

/* The first worker has begun (pins, a start plan); it ends with the best. */
void sv_team_run(struct sv_search *s, struct sv_worker *first, int threads);

#endif
