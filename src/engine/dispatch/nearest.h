/* SPDX-License-Identifier: Apache-2.0 */
/* nearest - the few nearest of many, without sorting them all (internal). */
#ifndef DISPATCH_NEAREST_H
#define DISPATCH_NEAREST_H

struct neighbour {
    double how_far;
    int node;
};

/* Brings the keep nearest to the front, in order; equals by their number. */
void nearest_first(struct neighbour *row, int count, int keep);

#endif
