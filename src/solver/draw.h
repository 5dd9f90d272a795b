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

enum sv_picture { SV_PICTURE_SVG, SV_PICTURE_PDF, SV_PICTURE_UNKNOWN };

/* What the path ends in: .svg, .pdf or neither. */
enum sv_picture sv_picture_named(const char *path);

/*
 * Draws the plan; whether out took it all is the caller's to look at.
 *
 * ERR_BROKEN  it could not be drawn
 */
enum err sv_plan_draw(struct call *c, const struct sv_problem *p,
                      const struct sv_plan *plan, enum sv_picture picture,
                      FILE *out) MUST_USE;

#endif
