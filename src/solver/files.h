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
 *   2. A problem that was read passed problem_check.
 */
#ifndef SOLVER_FILES_H
#define SOLVER_FILES_H

#include "solver/plan.h"
#include "solver/problem.h"

#include <stdio.h>

enum format {
    FORMAT_DARP,
    FORMAT_PDPTW,
    FORMAT_TRSP,
    FORMAT_STRSP,
    FORMAT_JSON,
    FORMAT_UNKNOWN
};

/* The format of that name (darp, pdptw, trsp, strsp, json). */
enum format format_named(const char *name);

/*
 * Reads the problem in the file.  On any error p is empty.
 *
 * ERR_ABSENT   the file cannot be opened or read
 * ERR_INVALID  the content is not a problem of that format; the line is said
 * ERR_LIMIT    too large
 */
enum err problem_read(struct call *c, struct problem *p, enum format format,
                      const char *path) MUST_USE;

/* The same from memory (size bytes; text[size] must be 0). */
enum err problem_parse(struct call *c, struct problem *p, enum format format,
                       const char *text, size_t size) MUST_USE;

/* STRSP keeps its technicians in a second file. */
enum err problem_parse_strsp(struct call *c, struct problem *p,
                             const char *tasks, size_t tasks_size,
                             const char *crews, size_t crews_size) MUST_USE;

/* Writes the plan in the form of the format's checker. */
void plan_write(const struct problem *p, const struct plan *plan,
                enum format format, FILE *out);

/*
 * Reads a plan written by plan_write.
 *
 * ERR_ABSENT   the file cannot be read
 * ERR_INVALID  it is not a plan of this problem; the line is said
 */
enum err plan_read(struct call *c, const struct problem *p, struct plan *plan,
                   enum format format, const char *path) MUST_USE;

/* Text in memory; text[size] must be 0. */
struct written {
    const char *text;
    size_t size;
};

/* The same from memory. */
enum err plan_parse(struct call *c, const struct problem *p, struct plan *plan,
                    enum format format, const struct written *text) MUST_USE;

#endif
