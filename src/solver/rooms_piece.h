/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms_piece - meetings that can get in each other's way, as a program of
 * zeros and ones: each meeting takes one choice (a room, or no room).
 *
 * A choice uses the parts of its room from the start of the meeting until
 * its end and the set-up time after it; two choices clash where they use a
 * part at the same time.  Spans on a line that all overlap one another share
 * a moment, so for each part a few moments are enough (those at which as
 * many as possible are together): choices clash exactly where they have a
 * moment in common, and at each moment at most one may be taken.
 *
 * Always true:
 *   1. Meetings of different pieces never share a moment.
 *   2. A plan takes no moment twice.
 */
#ifndef SOLVER_ROOMS_PIECE_H
#define SOLVER_ROOMS_PIECE_H

#include "solver/rooms.h"

struct sv_choice {
    int meeting; /* of the piece */
    int room;    /* -1: none */
    double price;
    int first_use; /* its uses end where the next choice's begin */
};

/* Moments one after the other in which a choice has a part. */
struct sv_use {
    int first, last;
};

struct sv_piece {
    struct arena *arena;
    const struct sv_room_task *task;
    int count;
    int *meetings; /* as numbered in the task, by start */
    int *first;    /* by meeting: its choices, "no room" being the last */
    int choice_count, moment_count;
    struct sv_choice *choices; /* and one more, where the last one's uses end */
    struct sv_use *uses;
};

/* What each meeting of a piece takes. */
struct sv_room_plan {
    int *choice; /* by meeting; -1: nothing yet */
    double cost;
    unsigned char *taken; /* by moment */
};

/* The task in pieces that can be settled one without the other. */
struct sv_piece *sv_pieces_make(struct arena *arena,
                                const struct sv_room_task *task, int *count);

/* Room for a plan of P in which nothing is chosen yet. */
struct sv_room_plan sv_plan_of_rooms(const struct sv_piece *p);

/*
 * Begins with the choices that are listed, those that are free and whose
 * meeting has none yet, in that order; the other meetings take the cheapest
 * that is free, and then each may change to a cheaper one.
 */
void sv_piece_settle(const struct sv_piece *p, struct sv_room_plan *plan,
                     const int *wishes, int wish_count);

/* Whether the two want the same moment. */
bool sv_choices_clash(const struct sv_piece *p, int a, int b);

#endif
