/* SPDX-License-Identifier: Apache-2.0 */
/* read - the readers of single formats (internal; see files.h). */
#ifndef DISPATCH_READ_H
#define DISPATCH_READ_H

#include "engine/dispatch/files.h"
#include "engine/dispatch/lines.h"

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

/* The JSON form of plans. */
void plan_write_json(const struct problem *p, const struct plan *plan,
                     FILE *out);
enum err read_plan_json(struct call *c, const struct problem *p,
                        struct plan *plan, const char *text, size_t size);

#endif
