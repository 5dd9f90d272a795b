/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elite - several coolings, and what their plans have to give one another
 * (internal).
 */
#ifndef SOLVER_ELITE_H
#define SOLVER_ELITE_H

#include "solver/search.h"

enum { SV_ELITES_MOST = 4 }; /* of one worker */

/* Good plans that differ. */
struct sv_elite {
    struct sv_state *plans, own; /* own: of the cooling that is going on */
    int count;
    double begin;   /* share of the limit that was gone when rounds began, */
    uint64_t first; /* and the round */
};

/*
 * How many first plans there is time for, from the speed of some rounds; 1
 * where that is too few, and one long cooling is better.
 */
int sv_elite_measure(struct sv_elite *e, struct sv_search *s,
                     struct sv_worker *w);

/* Takes the memory of so many plans. */
void sv_elite_open(struct sv_elite *e, const struct sv_worker *w, int most);

/* Makes so many first plans, each by a cooling, in a part of the limit. */
void sv_elite_begin(struct sv_elite *e, struct sv_search *s,
                    struct sv_worker *w, int count);

/* Children of two of the plans, one after the other, until s->until. */
void sv_elite_go_on(struct sv_elite *e, struct sv_search *s,
                    struct sv_worker *w);

/* Is a plan of this cost among them? */
bool sv_elite_knows(const struct sv_elite *e, double cost);

/*
 * Searches until the limit.  Where there is time for it, some plans are made
 * one after the other, and then children of two of them; else it is one long
 * cooling.
 */
void sv_elite_run(struct sv_search *s, struct sv_worker *w);

#endif
