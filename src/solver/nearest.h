/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nearest - the few nearest of many, without sorting them all (internal).
 *
 * They are found out when they are first asked for: a short search of a large
 * problem would spend all its time on neighbours it never looks at.
 */
#ifndef SOLVER_NEAREST_H
#define SOLVER_NEAREST_H

#include "solver/engine.h"

struct sv_neighbour {
    double how_far;
    int node;
};

/* Brings the keep nearest to the front, in order; equals by their number. */
void sv_nearest_first(struct sv_neighbour *row, int count, int keep);

struct sv_nearest {
    const struct sv_engine *g;
    double (*measure)(const struct sv_engine *g, int a, int b);
    int count; /* 0 .. count - 1 are measured against each other */
    int keep;  /* so many are known of each */
    int *lists;
    char *known;
    struct sv_neighbour *row;
};

/* Keeps MOST of each, or all the others where they are fewer. */
void sv_nearest_open(struct sv_nearest *n, const struct sv_engine *g, int count,
                     int most,
                     double (*measure)(const struct sv_engine *g, int a, int b),
                     struct arena *arena);

/* The n->keep nearest to a, nearest first. */
const int *sv_nearest_to(struct sv_nearest *n, int a);

#endif
