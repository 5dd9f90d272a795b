/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule - whether a fixed order of stops can be driven, decided exactly.
 *
 * The start times B of the stops of one route are bound by
 *     early[a] <= B[a] <= late[a]
 *     B[a + 1] >= B[a] + legs[a]           service and driving
 *     B[until[a]] <= B[a] + within[a]      a ride, or the whole duration
 * where until[a] > a, or -1 for none.  Rides may nest and cross freely; a
 * stop begins at most one and ends at most one.
 *
 * Always true:
 *   1. sv_chain_earliest says yes if and only if some B keeps all of these
 *      within SV_SLACK; then the B it leaves is the least one: no stop can
 *      start earlier in any schedule.
 *   2. sv_chain_latest leaves the greatest one.
 *   3. Neither repeats: every stop is settled once (README.md proves it).
 *
 * The earliest schedule under windows alone is not the right one: a pickup
 * may have to wait so that the ride after it is short enough.
 */
#ifndef SOLVER_SCHEDULE_H
#define SOLVER_SCHEDULE_H

#include <stdbool.h>

#define SV_SLACK 1e-8 /* two times this near are the same */

struct sv_chain {
    int count;
    double *early, *late; /* windows, or any known bounds inside them */
    double *legs;         /* count - 1 of them */
    int *until;           /* where the ride that begins here ends, or -1 */
    int *since;           /* where the ride that ends here began, or -1 */
    double *within;       /* by the stop where the ride begins */
};

/*
 * Raises start[], which must hold lower bounds of the least schedule, to
 * the least schedule.  Stops before first already form one among
 * themselves.  False when there is none; start[] is then meaningless.
 */
bool sv_chain_earliest(const struct sv_chain *c, double *start, int first);

/*
 * Lowers start[], which must hold upper bounds, to the greatest schedule.
 * False when there is none.
 */
bool sv_chain_latest(const struct sv_chain *c, double *start);

/*
 * The least time between the first and the last start.  earliest must come
 * from sv_chain_earliest; start is left with a schedule that attains it and
 * starts everything as late as that allows.
 */
double sv_chain_shortest(const struct sv_chain *c, const double *earliest,
                         double *start);

#endif
