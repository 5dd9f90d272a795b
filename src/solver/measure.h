/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure - the published tables: gaps to the best known values.
 *
 * Runs whole sets of instances and prints, for each class and limit, the
 * mean gap, the worst one, and the share at best known.  An infeasible or
 * incomplete plan, or one that came late, counts as a gap of 100 %.
 */
#ifndef SOLVER_MEASURE_H
#define SOLVER_MEASURE_H

#include "solver/problem.h"

#include <stdio.h>

struct sv_measuring {
    const char *folder;  /* with darp/, pdptw/, trsp/ in it */
    const char *classes; /* such as "a,R"; NULL: all */
    const char *seconds; /* such as "1,10,60"; for each a column */
    uint64_t rounds;     /* instead of seconds; 0: not said */
    int threads;         /* 0 and 1: one */
    bool processor;      /* the seconds are those of the processor */
    bool enough;         /* a run ends when it has reached the best known */
    const char *only;    /* this instance alone; NULL: all */
    uint64_t first_seed;
    int seeds; /* so many seeds from there on */
    int every; /* only each so many-th instance of a class */
};

/*
 * ERR_ABSENT   a folder or its best-known.csv is not there
 * ERR_INVALID  best-known.csv or an instance is broken, a class is unknown,
 *              or nothing of what was asked for is there
 */
enum err sv_measure(struct call *c, const struct sv_measuring *m,
                    FILE *out) MUST_USE;

#endif
