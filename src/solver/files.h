/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files - problems and plans as files.
 *
 * Reads the published formats of dial-a-ride (Cordeau), pickup and delivery
 * with windows (Li & Lim), technicians with tools and parts (Pillac) and
 * technicians with skill levels (Kovacs), and the library's own JSON format;
 * writes plans as the independent checkers of those formats want them.
 *
 * Always true:
 *   1. A file that is refused is refused with a message that names the line
 *      or the key, and leaves nothing allocated.
 *   2. A problem that was read passed sv_problem_check.
 */
#ifndef SOLVER_FILES_H
#define SOLVER_FILES_H

#include "solver/plan.h"
#include "solver/problem.h"

#include <stdio.h>

enum sv_format {
    SV_FORMAT_DARP,
    SV_FORMAT_PDPTW,
    SV_FORMAT_TRSP,
    SV_FORMAT_STRSP,
    SV_FORMAT_JSON,
    SV_FORMAT_UNKNOWN
};

/* The format of that name (darp, pdptw, trsp, strsp, json). */
enum sv_format sv_format_named(const char *name);

/*
 * Reads the problem in the file.  On any error p is empty.
 *
 * ERR_ABSENT   the file cannot be opened or read
 * ERR_INVALID  the content is not a problem of that format; the line is said
 * ERR_LIMIT    too large
 */
enum err sv_problem_read(struct call *c, struct sv_problem *p,
                         enum sv_format format, const char *path) MUST_USE;

/* The same from memory (size bytes; text[size] must be 0). */
enum err sv_problem_parse(struct call *c, struct sv_problem *p,
                          enum sv_format format, const char *text,
                          size_t size) MUST_USE;

/* STRSP keeps its technicians in a second file. */
enum err sv_problem_parse_strsp(struct call *c, struct sv_problem *p,
                                const char *tasks, size_t tasks_size,
                                const char *crews, size_t crews_size) MUST_USE;

/* Writes the plan in the form of the format's checker. */
void sv_plan_write(const struct sv_problem *p, const struct sv_plan *plan,
                   enum sv_format format, FILE *out);

/*
 * Reads a plan written by sv_plan_write.
 *
 * ERR_ABSENT   the file cannot be read
 * ERR_INVALID  it is not a plan of this problem; the line is said
 */
enum err sv_plan_read(struct call *c, const struct sv_problem *p,
                      struct sv_plan *plan, enum sv_format format,
                      const char *path) MUST_USE;

/* Text in memory; text[size] must be 0. */
struct sv_written {
    const char *text;
    size_t size;
};

/* The same from memory. */
enum err sv_plan_parse(struct call *c, const struct sv_problem *p,
                       struct sv_plan *plan, enum sv_format format,
                       const struct sv_written *text) MUST_USE;

#endif
