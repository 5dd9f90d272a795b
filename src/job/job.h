/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job - what the program does by itself while an office is served: tables of
 * {name, period, function}, run by a thread for each lane.
 *
 * Each part has an array of its rows; api/jobs.h names them all.
 *
 * Owns the table "job".
 *
 * Always true:
 *   1. A job never runs twice at a time in one process, and no lane waits for
 *      another: what takes minutes holds up nothing that is due by the second.
 *   2. A job that is `once` is run by one process at a time and once in its
 *      period among all of them.  It is claimed in the database; the claim of
 *      a process that died ends after JOB_LEASE_MS.  Every other job runs in
 *      each process and looks again inside its transactions.
 *   3. What fails is told to the log by the job's name and counted, and tried
 *      again within a minute.  After JOB_AGAIN failures in a row the health
 *      names the job (part "jobs") until it has gone well.
 *   4. An end comes between two steps: after jobs_end no step begins.
 *
 * Not here: threads that are part of a store (db), of the event stream or of
 * the server; they answer to what happens, not to a clock.
 */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include <stdatomic.h>

#include "base/base.h"
#include "model/app.h"

#define JOB_LEASE_MS (5 * MINUTE_MS)
#define JOB_AGAIN 3
#define JOB_ROWS 500 /* a usual `max` */

enum job_lane {
    JOB_LOOK, /* a look that waits for nothing */
    JOB_WORK, /* the database's, a few rows at a time */
    JOB_LONG, /* may take minutes; its thread is nice(2) to others */
    JOB_LANES
};

struct job {
    const char *name; /* "order.wake"; NULL ends an array */
    int64_t every_ms;
    enum job_lane lane;
    bool once;   /* among processes */
    int64_t max; /* rows of a step; 0: it has no steps */
    /* One step, as nobody (c->actor is NULL), on the channel 'job'.  *DONE of
       MAX: there may be more, and the next step comes soon. */
    enum err (*run)(struct call *c, int64_t max, int64_t *done);
};

struct jobs;

/* All jobs of the arrays in LISTS (NULL-ended), and of OWN, an array or NULL.
   Nothing runs before jobs_begin. */
struct jobs *jobs_open(const struct app *app, const struct job *const *lists,
                       const struct job *own);
void jobs_begin(struct jobs *j);

/* No step begins any more; when it returns none is under way but, perhaps, a
   long one.  Said again it does nothing; J may be NULL. */
void jobs_end(struct jobs *j);

/* After jobs_end: free it.  False: a long step has not ended within WAIT_MS;
   its thread is left to itself and the process must end by _exit. */
bool jobs_close(struct jobs *j, int64_t wait_ms);

/* Set when jobs_end was called, for a long step to look at; it outlives the
   step.  NULL: there are no jobs. */
const atomic_bool *jobs_ending(const struct app *app);

/* -- figures ------------------------------------------------------------------ */

/* How a run ended. */
enum job_end {
    JOB_WELL,
    JOB_FAILED,
    JOB_LOST,      /* a race: tried again at once */
    JOB_ELSEWHERE, /* another process has it or had it in this period */
    JOB_ENDS
};
extern const char *const job_ends[]; /* "well", "failed", ... */

struct job_figures {
    const char *name;
    unsigned long long ended[JOB_ENDS];
    int64_t in_row; /* failures since it last went well */
    instant last;   /* its last run here began; 0: none has */
    int64_t took_ms;
    instant next; /* due */
};

/* Of each job; J may be NULL. */
size_t jobs_figures(struct jobs *j, struct arena *a, struct job_figures **out);

#endif
