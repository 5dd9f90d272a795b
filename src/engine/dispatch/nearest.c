/* SPDX-License-Identifier: Apache-2.0 */
/* nearest - see nearest.h. */
#include "engine/dispatch/nearest.h"

#include <stdbool.h>
#include <stdlib.h>

static bool
is_nearer(const struct neighbour *a, const struct neighbour *b)
{
    if (a->how_far != b->how_far)
        return a->how_far < b->how_far;
    return a->node < b->node;
}

static int
by_distance(const void *a, const void *b)
{
    return is_nearer(b, a) - is_nearer(a, b);
}

/* Splits row[low..high] by its middle; those nearer come first. */
static int
split(struct neighbour *row, int low, int high)
{
    struct neighbour middle = row[low + (high - low) / 2], swap;
    int a = low - 1, b = high + 1;

    for (;;) {
        do {
            a++;
        } while (is_nearer(&row[a], &middle));
        do {
            b--;
        } while (is_nearer(&middle, &row[b]));
        if (a >= b)
            return b;
        swap = row[a];
        row[a] = row[b];
        row[b] = swap;
    }
}

void
nearest_first(struct neighbour *row, int count, int keep)
{
    int low = 0, high = count - 1;

    if (keep > count)
        keep = count;
    /* Hoare's selection; only what the border runs through is split again */
    while (low < high) {
        int border = split(row, low, high);

        if (border >= keep)
            high = border;
        else if (border + 1 < keep)
            low = border + 1;
        else
            break;
    }
    qsort(row, (size_t)keep, sizeof *row, by_distance);
}
