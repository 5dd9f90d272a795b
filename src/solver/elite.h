/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elite - several coolings, and what their plans have to give one another
 * (internal).
 */
#ifndef SOLVER_ELITE_H
#define SOLVER_ELITE_H

#include "solver/search.h"

enum { ELITES_MOST = 4 }; /* of one worker */

/* Good plans that differ. */
struct elite {
    struct state *plans, own; /* own: of the cooling that is going on */
    int count;
    double begin;   /* share of the limit that was gone when rounds began, */
    uint64_t first; /* and the round */
};

/*
 * How many first plans there is time for, from the speed of some rounds; 1
 * where that is too few, and one long cooling is better.
 */
int elite_measure(struct elite *e, struct search *s, struct worker *w);

/* Takes the memory of so many plans. */
void elite_open(struct elite *e, const struct worker *w, int most);

/* Makes so many first plans, each by a cooling, in a part of the limit. */
void elite_begin(struct elite *e, struct search *s, struct worker *w,
                 int count);

/* Children of two of the plans, one after the other, until s->until. */
void elite_go_on(struct elite *e, struct search *s, struct worker *w);

/* Is a plan of this cost among them? */
bool elite_knows(const struct elite *e, double cost);

/*
 * Searches until the limit.  Where there is time for it, some plans are made
 * one after the other, and then children of two of them; else it is one long
 * cooling.
 */
void elite_run(struct search *s, struct worker *w);

#endif
