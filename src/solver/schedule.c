/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule - see schedule.h; README.md tells why one sweep each way is
 * enough (after Firat & Woeginger 2011 and Haugland & Ho 2010).
 */
#include "solver/schedule.h"

/* Drives on from stop a - 1; stops when waiting absorbs the delay. */
static bool
push_forward(const struct sv_chain *c, double *b, int a, int bar)
{
    for (; a < c->count; a++) {
        double t = b[a - 1] + c->legs[a - 1];

        if (t <= b[a])
            return true;
        /* Pushing the very end of the ride: driving alone is too long. */
        if (a == bar && t > b[a] + SV_SLACK)
            return false;
        if (t > c->late[a] + SV_SLACK)
            return false;
        b[a] = t;
    }
    return true;
}

bool
sv_chain_earliest(const struct sv_chain *c, double *b, int first)
{
    int last = c->count - 1;

    if (first < 1) {
        if (b[0] > c->late[0] + SV_SLACK)
            return false;
        first = 1;
    }
    for (int a = first; a <= last; a++) {
        double t = b[a - 1] + c->legs[a - 1];

        if (t > b[a])
            b[a] = t;
        if (b[a] > c->late[a] + SV_SLACK)
            return false;
    }
    /*
     * From the last ride's pickup to the first: its end is settled, so it
     * must itself start late enough.  Raising it pushes only stops between
     * the two, whose own pickups are raised at least as much or come later
     * in this sweep.
     */
    for (int a = last - 1; a >= 0; a--) {
        double need;

        if (c->until[a] < 0)
            continue;
        need = b[c->until[a]] - c->within[a];
        if (need <= b[a] + SV_SLACK)
            continue;
        if (need > c->late[a] + SV_SLACK)
            return false;
        b[a] = need;
        if (!push_forward(c, b, a + 1, c->until[a]))
            return false;
    }
    return true;
}

/* Mirror of push_forward: stops before a must be left earlier. */
static bool
pull_back(const struct sv_chain *c, double *z, int a, int bar)
{
    for (; a >= 0; a--) {
        double t = z[a + 1] - c->legs[a];

        if (t >= z[a])
            return true;
        if (a == bar && t < z[a] - SV_SLACK)
            return false;
        if (t < c->early[a] - SV_SLACK)
            return false;
        z[a] = t;
    }
    return true;
}

bool
sv_chain_latest(const struct sv_chain *c, double *z)
{
    int last = c->count - 1;

    for (int a = last; a >= 0; a--) {
        double t = a < last ? z[a + 1] - c->legs[a] : z[a];

        if (t < z[a])
            z[a] = t;
        if (z[a] < c->early[a] - SV_SLACK)
            return false;
    }
    /* The mirror of the sweep above: from the first ride's end to the last. */
    for (int d = 1; d <= last; d++) {
        double most;

        if (c->since[d] < 0)
            continue;
        most = z[c->since[d]] + c->within[c->since[d]];
        if (most >= z[d] - SV_SLACK)
            continue;
        if (most < c->early[d] - SV_SLACK)
            return false;
        z[d] = most;
        if (!pull_back(c, z, d - 1, c->since[d]))
            return false;
    }
    return true;
}

double
sv_chain_shortest(const struct sv_chain *c, const double *earliest,
                  double *start)
{
    int last = c->count - 1;

    for (int a = 0; a < last; a++)
        start[a] = c->late[a];
    start[last] = earliest[last];
    if (!sv_chain_latest(c, start))
        return earliest[last] - earliest[0];
    return start[last] - start[0];
}
