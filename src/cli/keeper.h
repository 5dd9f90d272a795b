/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper - what looks after an office's safety while it is served.
 *
 * Its jobs look four times a second whether changes can be kept (store_look) and
 * say so in health ("database", "disk"); and make the nightly backup and say in
 * health how the last one went ("backup").
 *
 *   backup.at        02:30 in the office's time; off: none is made
 *   backup.keep      how many nights are kept: 14
 *   backup.dir       the folder: DATA/backup
 *   backup.external  yes: PostgreSQL is backed up by its own tools
 *
 * Always true:
 *   1. A night that was missed is made up for soon after the start.
 *   2. Of several processes on one folder one makes it.
 *   3. An old backup goes only after a new one was written, looked at as
 *      `check` looks at an office, and found to hold what the office held.
 */
#ifndef CLI_KEEPER_H
#define CLI_KEEPER_H

#include <stdatomic.h>

#include "cli/cli.h"
#include "job/job.h"

struct keeper;

/* ERR_INVALID when liangcao.conf does not say well when the nightly backup is
   made. */
enum err keeper_check(struct office *o) MUST_USE;

/* For app->keeper, before its jobs begin; as keeper_check. */
enum err keeper_open(struct office *o, struct keeper **out) MUST_USE;
void keeper_close(struct keeper *k);

/* What happens by itself (job/job.h); beside the keeper's own, that those are
   looked at who read files. */
extern const struct job keeper_jobs[];

/* A backup in FILE that was looked at.  STOP, not NULL, ends the copying. */
enum err keeper_copy(struct call *c, struct store *s, const char *file,
                     const atomic_bool *stop) MUST_USE;

#endif
