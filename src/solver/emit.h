/* SPDX-License-Identifier: Apache-2.0 */
/* emit - a state of the search as a plan for people (internal). */
#ifndef SOLVER_EMIT_H
#define SOLVER_EMIT_H

#include "solver/plan.h"
#include "solver/worker.h"

/* Fills plan (its arena is opened here) from the worker's best state. */
void sv_plan_emit(struct sv_worker *w, struct sv_plan *plan);

/*
 * Rebuilds the worker's current state from a plan: routes that can be driven
 * are taken, of the others only what is pinned.  Returns, by route of the
 * plan, how many of its requests were not taken.
 */
int *sv_plan_adopt(struct call *c, struct sv_worker *w,
                   const struct sv_plan *plan);

/* Why a request that the search left out is left out, in words. */
const char *sv_explain_unserved(struct sv_worker *w, int request);

#endif
