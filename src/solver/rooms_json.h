/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms_json - meetings and rooms as a file; rooms.schema.json describes it.
 *
 * Always true: a file that is refused is refused with a message that names
 * the line or the key.
 */
#ifndef SOLVER_ROOMS_JSON_H
#define SOLVER_ROOMS_JSON_H

#include "solver/rooms.h"

#include <stdio.h>

/*
 * Reads the task; everything of it lies in the call's arena.
 *
 * ERR_ABSENT   the file cannot be opened or read
 * ERR_INVALID  the content is not such a task
 * ERR_LIMIT    more rooms, parts or meetings than are taken
 */
enum err sv_rooms_read(struct call *c, struct sv_room_task *task,
                       const char *path) MUST_USE;

/* The same from memory (size bytes). */
enum err sv_rooms_parse(struct call *c, struct sv_room_task *task,
                        const char *text, size_t size) MUST_USE;

/* Writes who meets where, and of those without a room why. */
void sv_rooms_write(const struct sv_room_task *task,
                    const struct sv_room_answer *answer, FILE *out);

/* Why no room was given, in words. */
const char *sv_rooms_explain(const struct sv_room_task *task, int meeting);

#endif
