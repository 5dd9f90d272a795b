/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output - a file that is there whole or not at all.
 *
 * What is written goes to a file beside the one that was asked for and takes
 * its name only when all of it is on the disk: an old file of that name stays
 * until then, and stays for good when something fails.  What is no plain
 * file (a pipe, a device) is written to as it is.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include "base/base.h"

#include <stdio.h>

struct output {
    const char *path, *beside; /* beside: NULL where there is nothing to name */
    FILE *file;
    bool only_mine; /* 0600, whatever the umask and the old file say */
};

/*
 * Opens it; no path is the standard output.
 *
 * ERR_ABSENT  it cannot be written there; the fault names the path
 */
enum err output_open(struct call *c, struct output *o,
                     const char *path) MUST_USE;

/* The same for what holds personal data: nobody but its owner reads it. */
enum err output_open_private(struct call *c, struct output *o,
                             const char *path) MUST_USE;

/*
 * Everything was written: gives the file its name.
 *
 * ERR_FULL, ERR_BROKEN  something could not be written; what was there before
 *                       is there still
 */
enum err output_close(struct call *c, struct output *o) MUST_USE;

/* Nothing is to be written after all. */
void output_drop(struct output *o);

/* Where a file may stand that nobody else shall see: TMPDIR, which a server
   points into its own folder, or /tmp. */
const char *temporary_folder(void);

/* Whether output_open would succeed; leaves nothing behind. */
enum err output_try(struct call *c, const char *path) MUST_USE;

#endif
