/* SPDX-License-Identifier: Apache-2.0 */
/* nearest - see nearest.h. */
#include "solver/nearest.h"

#include <stdbool.h>
#include <stdlib.h>

static bool
is_nearer(const struct sv_neighbour *a, const struct sv_neighbour *b)
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
split(struct sv_neighbour *row, int low, int high)
{
    struct sv_neighbour middle = row[low + (high - low) / 2], swap;
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
sv_nearest_first(struct sv_neighbour *row, int count, int keep)
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

void
sv_nearest_open(struct sv_nearest *n, const struct sv_engine *g, int count,
                int most,
                double (*measure)(const struct sv_engine *g, int a, int b),
                struct arena *arena)
{
    size_t all = (size_t)count + 1;

    *n = (struct sv_nearest){ .g = g, .measure = measure, .count = count };
    if (count > 1)
        n->keep = count - 1 < most ? count - 1 : most;
    n->lists = NEW_N(arena, int, all *(size_t)n->keep + 1);
    n->known = NEW_N(arena, char, all);
    n->row = NEW_N(arena, struct sv_neighbour, all);
}

const int *
sv_nearest_to(struct sv_nearest *n, int a)
{
    int *list = n->lists + (size_t)a * (size_t)n->keep, count = 0;

    if (n->known[a])
        return list;
    for (int b = 0; b < n->count; b++)
        if (b != a)
            n->row[count++] =
                (struct sv_neighbour){ n->measure(n->g, a, b), b };
    sv_nearest_first(n->row, count, n->keep);
    for (int k = 0; k < n->keep; k++)
        list[k] = n->row[k].node;
    n->known[a] = 1;
    return list;
}
