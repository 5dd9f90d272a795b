/* SPDX-License-Identifier: Apache-2.0 */
/* read - the readers of single formats (internal; see files.h). */
#ifndef SOLVER_READ_H
#define SOLVER_READ_H

#include "solver/files.h"
#include "solver/lines.h"

/*
 * The published forms, each into a new problem; what does not fit is refused
 * with its line: rides (Cordeau), pickups and deliveries (Li and Lim),
 * technicians with tools and parts (Pillac), technicians with skill levels
 * (Kovacs; two files, the crews before the tasks).  And our own, JSON.
 */
enum err sv_read_darp(struct call *c, struct sv_problem *p, struct sv_lines *l);
enum err sv_read_pdptw(struct call *c, struct sv_problem *p,
                       struct sv_lines *l);
enum err sv_read_trsp(struct call *c, struct sv_problem *p, struct sv_lines *l);
enum err sv_read_strsp_tasks(struct call *c, struct sv_problem *p,
                             struct sv_lines *l);
enum err sv_read_strsp_crews(struct call *c, struct sv_problem *p,
                             struct sv_lines *l);
enum err sv_read_json(struct call *c, struct sv_problem *p, const char *text,
                      size_t size);

/* The whole file as text in the call's arena, with a 0 behind it. */
enum err sv_file_text(struct call *c, const char *path, char **text,
                      size_t *size);

/* Refuses at the current line. */
enum err sv_refuse_line(struct call *c, const struct sv_lines *l,
                        const char *what);

/* Makes room for that many places, vehicles and requests, all "not said". */
enum err sv_problem_make(struct call *c, struct sv_problem *p, int places,
                         int vehicles, int requests);

/* ---- plans ------------------------------------------------------------ */

/*
 * A plan as it is read: what it says twice or what does not fit its problem
 * is refused.  The functions return why, or NULL when all is well.
 */
struct sv_plan_reading {
    const struct sv_problem *p;
    struct sv_plan *plan;
    struct sv_plan_tour *tour; /* the one being read, not counted yet */
    struct sv_stop *stops;     /* room for those to come, each only once */
    int *made;                 /* by stop (2 r, 2 r + 1): its route and 1; 0 */
    bool *used;                /* by vehicle */
    bool *left;                /* by request: said to be left out */
};

/*
 * A plan for P is read into PLAN tour by tour: begin, then of each tour begin,
 * its stops in turn, its end with the vehicle, and who is left out.  What cannot
 * be so is told in words; NULL is well.  Only what one line can show is looked
 * at here: sv_plan_check() looks at the rest.
 */
void sv_plan_begin(struct sv_plan_reading *r, const struct sv_problem *p,
                   struct sv_plan *plan);
void sv_plan_begin_tour(struct sv_plan_reading *r);
const char *sv_plan_add_stop(struct sv_plan_reading *r,
                             const struct sv_stop *s);
const char *sv_plan_end_tour(struct sv_plan_reading *r, int vehicle);
const char *sv_plan_leave_out(struct sv_plan_reading *r, int request);

/* The form of plans in lines: a vehicle and its stops, or "unserved" and a
   request; "#" begins a remark. */
enum err sv_read_plan_lines(struct call *c, const struct sv_problem *p,
                            struct sv_plan *plan, struct sv_lines *l);

/* The JSON form of plans. */
void sv_plan_write_json(const struct sv_problem *p, const struct sv_plan *plan,
                        FILE *out);
enum err sv_read_plan_json(struct call *c, const struct sv_problem *p,
                           struct sv_plan *plan, const char *text, size_t size);

#endif
