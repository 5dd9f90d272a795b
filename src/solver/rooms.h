/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms - which meeting is held in which room.
 *
 * Meetings have fixed times; what is chosen is the room.  A room may be made
 * of several parts (two halves with a folding wall): it can be given whenever
 * all its parts are free.  The price of a choice adds up empty seats, the
 * way people have to walk, and leaving the room that was announced.
 *
 * Always true of an answer:
 *   1. A meeting's room has its seats and its equipment.
 *   2. No part is used by two meetings at once, and between two meetings in
 *      a part lies at least the room's set-up time.
 *   3. When proved is true no other answer is cheaper (by more than a
 *      millionth).
 *   4. The same task and steps_most give the same answer, unless the seconds
 *      were up before.
 *
 * Not here: who may book, rides and crews (solve.h).
 *
 * Assigning intervals to rooms with different prices is NP-hard in general.
 * It is written as a program of zeros and ones whose linear relaxation is
 * nearly always whole (rooms_piece.h), and Clp and branch and bound find the
 * cheapest answer of it (rooms_search.h).
 */
#ifndef SOLVER_ROOMS_H
#define SOLVER_ROOMS_H

#include "base/base.h"

enum { SV_ROOM_PARTS_MOST = 64, SV_ROOMS_MOST = 128, SV_MEETINGS_MOST = 2000 };

struct sv_room {
    const char *name;
    uint64_t parts;     /* bits; rooms sharing one cannot be used at once */
    uint64_t equipment; /* bits */
    int seats;
    double set_up; /* between two meetings */
};

struct sv_meeting {
    const char *name;
    double starts, ends;
    int people;
    uint64_t equipment;
    const double *walk; /* by room: price of getting there; NULL: none */
    int keeps;          /* room it was announced for, -1 none */
    double change_price;
    double price; /* of not holding it; must be positive */
};

struct sv_room_task {
    int room_count, meeting_count;
    const struct sv_room *rooms;
    const struct sv_meeting *meetings;
    double empty_seat_price;
    double seconds;  /* 0: a usual limit */
    long steps_most; /* of the search, the same on every machine; 0: no limit */
};

struct sv_room_answer {
    int *room; /* by meeting, -1: none; in the call's arena */
    double cost;
    bool proved;
};

/*
 * ERR_INVALID  a meeting ends before it starts, a room has no parts, ...
 * ERR_LIMIT    more rooms or meetings than are taken
 */
enum err sv_rooms_assign(struct call *c, const struct sv_room_task *task,
                         struct sv_room_answer *answer) MUST_USE;

/* Price of one choice; a negative number: the room will not do. */
double sv_room_price(const struct sv_room_task *task, int meeting, int room);

#endif
