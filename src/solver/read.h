/* SPDX-License-Identifier: Apache-2.0 */
/* read - the readers of single formats (internal; see files.h). */
#ifndef SOLVER_READ_H
#define SOLVER_READ_H

#include "solver/files.h"
#include "solver/lines.h"

enum err read_darp(struct call *c, struct problem *p, struct lines *l);
enum err read_pdptw(struct call *c, struct problem *p, struct lines *l);
enum err read_trsp(struct call *c, struct problem *p, struct lines *l);
enum err read_strsp_tasks(struct call *c, struct problem *p, struct lines *l);
enum err read_strsp_crews(struct call *c, struct problem *p, struct lines *l);
enum err read_json(struct call *c, struct problem *p, const char *text,
                   size_t size);

/* The whole file as text in the call's arena, with a 0 behind it. */
enum err file_text(struct call *c, const char *path, char **text, size_t *size);

/* Refuses at the current line. */
enum err refuse_line(struct call *c, const struct lines *l, const char *what);

/* Makes room for that many places, vehicles and requests, all "not said". */
enum err problem_make(struct call *c, struct problem *p, int places,
                      int vehicles, int requests);

/* ---- plans ------------------------------------------------------------ */

/*
 * A plan as it is read: what it says twice or what does not fit its problem
 * is refused.  The functions return why, or NULL when all is well.
 */
struct plan_reading {
    const struct problem *p;
    struct plan *plan;
    struct plan_tour *tour; /* the one being read, not counted yet */
    struct stop *stops;     /* room for those to come, each only once */
    int *made;              /* by stop (2 r, 2 r + 1): its route and 1; 0 */
    bool *used;             /* by vehicle */
    bool *left;             /* by request: said to be left out */
};

void plan_begin(struct plan_reading *r, const struct problem *p,
                struct plan *plan);
void plan_begin_tour(struct plan_reading *r);
const char *plan_add_stop(struct plan_reading *r, const struct stop *s);
const char *plan_end_tour(struct plan_reading *r, int vehicle);
const char *plan_leave_out(struct plan_reading *r, int request);

enum err read_plan_lines(struct call *c, const struct problem *p,
                         struct plan *plan, struct lines *l);

/* The JSON form of plans. */
void plan_write_json(const struct problem *p, const struct plan *plan,
                     FILE *out);
enum err read_plan_json(struct call *c, const struct problem *p,
                        struct plan *plan, const char *text, size_t size);

#endif
