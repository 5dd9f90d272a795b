/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms_search - the cheapest plan of one piece, by branch and bound over
 * linear programs, which Clp solves.
 *
 * Clp is only asked for prices of the moments and for shares that choices
 * have.  The bound is computed here from the prices, and is a bound whatever
 * they are; plans are made of whole choices by sv_piece_settle.  So nothing
 * that is promised hangs on the accuracy of a linear program.
 */
#ifndef SOLVER_ROOMS_SEARCH_H
#define SOLVER_ROOMS_SEARCH_H

#include "solver/rooms_piece.h"

struct sv_room_limits {
    double ends; /* sv_clock_now() at which it is over */
    long steps;  /* of Clp, that may still be taken; counts down */
};

/*
 * Improves the plan, which must be a whole one; true when no other is
 * cheaper (by more than a millionth).
 */
bool sv_piece_search(const struct sv_piece *p, struct sv_room_limits *limits,
                     struct sv_room_plan *best);

#endif
