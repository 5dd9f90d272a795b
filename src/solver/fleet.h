/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet - fewer vehicles before less cost (internal).
 *
 * Empties one route after the other and lets ruin and recreate find room
 * for its requests; requests that are often left out weigh more, so that
 * the hard ones are placed first (Christiaens & Vanden Berghe 2020, after
 * Nagata & Braysy 2009).
 */
#ifndef SOLVER_FLEET_H
#define SOLVER_FLEET_H

#include "solver/search.h"

/*
 * Looks for room for requests that must be served and found none at first,
 * up to a share of the limit.
 */
void sv_fleet_fill(struct sv_search *s, struct sv_worker *w);

/*
 * Reduces the vehicles of the worker's state until a lower bound is reached
 * or a share of the limit is spent.  The state is whole afterwards.
 */
void sv_fleet_reduce(struct sv_search *s, struct sv_worker *w);

/* A number of vehicles no plan can do without. */
int sv_fleet_bound(struct sv_worker *w);

#endif
