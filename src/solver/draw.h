/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draw - a plan as a picture: a map of the routes, and a timetable.
 *
 * The timetable has a row a vehicle: driving is a line, service a block,
 * waiting is open, pauses are hatched; below each row stands the load.  The
 * map is left out when the problem has no coordinates.
 */
#ifndef SOLVER_DRAW_H
#define SOLVER_DRAW_H

#include "solver/plan.h"

#include <stdio.h>

enum picture { PICTURE_SVG, PICTURE_PDF, PICTURE_UNKNOWN };

/* What the path ends in: .svg, .pdf or neither. */
enum picture picture_named(const char *path);

/*
 * Draws the plan; whether out took it all is the caller's to look at.
 *
 * ERR_BROKEN  it could not be drawn
 */
enum err plan_draw(struct call *c, const struct problem *p,
                   const struct plan *plan, enum picture picture,
                   FILE *out) MUST_USE;

#endif
