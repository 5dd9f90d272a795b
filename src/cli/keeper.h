/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper - what looks after an office's safety while it is served.
 *
 * One thread looks four times a second whether changes can be kept (store_look)
 * and says so in health ("database", "disk").  Another makes the nightly backup
 * and says in health how the last one went ("backup").
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

struct keeper;

/* ERR_INVALID when liangcao.conf does not say well when the nightly backup is
   made. */
enum err keeper_check(struct office *o) MUST_USE;

/* Start both threads; as keeper_check. */
enum err keeper_start(struct office *o, struct keeper **out) MUST_USE;

/* False: the copy is still being looked at, which may take minutes, and its
   thread is left to itself; the process must end by _exit. */
bool keeper_stop(struct keeper *k);

/* A backup in FILE that was looked at.  STOP, not NULL, ends the copying. */
enum err keeper_copy(struct call *c, struct store *s, const char *file,
                     const atomic_bool *stop) MUST_USE;

#endif
