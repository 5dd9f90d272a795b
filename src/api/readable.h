/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readable - whether the tables are still those that the program works with.
 *
 * A column that somebody renames beneath a running server fails every request
 * that reads it, while the database answers; so each table that a noun has is
 * asked for its columns now and then, and the health tells (part "schema").
 * Whether there is more than should be, a trigger above all, is asked at the
 * start and by `audit verify` (db/shape.c).
 */
#ifndef API_READABLE_H
#define API_READABLE_H

#include "model/app.h"

/* A look, for a job; it reads no rows. */
enum err readable_look(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
