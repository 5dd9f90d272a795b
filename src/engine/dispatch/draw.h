/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draw - a plan as a picture: a map of the routes, and a timetable.
 *
 * The timetable has a row a vehicle: driving is a line, service a block,
 * waiting is open, pauses are hatched; below each row stands the load.  The
 * map is left out when the problem has no coordinates.
 */
#ifndef DISPATCH_DRAW_H
#define DISPATCH_DRAW_H

#include "engine/dispatch/plan.h"

/*
 * Writes an SVG, or a PDF when the path ends in .pdf.
 *
 * ERR_ABSENT  the file cannot be written
 */
enum err plan_draw(struct call *c, const struct problem *p,
                   const struct plan *plan, const char *path) MUST_USE;

#endif
