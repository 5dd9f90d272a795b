/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf - the folder where an office's own backups stand.
 *
 *   office-2026-11-29-0230.db        of a night
 *   before-0007-2026-11-29-1015.db   before the schema's step 0007
 *   shelf.lock                       who makes one now
 *
 * DATA/backup unless backup.dir says else.  The times in the names are the
 * office's.  A file has its name only when it is whole and was looked at.
 */
#ifndef CLI_SHELF_H
#define CLI_SHELF_H

#include "cli/cli.h"

/* The folder; it may not be there yet. */
const char *shelf_folder(struct office *o);

/* A name for a new backup of KIND ("office", "before-0007"); makes the folder.
   ERR_FULL, ERR_BROKEN: it cannot be made. */
enum err shelf_name(struct office *o, const char *kind,
                    const char **file) MUST_USE;

/* When the newest whole "office-" was written; 0: there is none. */
instant shelf_newest(const char *folder, instant now, struct arena *a,
                     const char **name);

/* All but the newest KEEP that begin with PREFIX go. */
void shelf_thin(const char *folder, const char *prefix, int64_t keep);

/* Be the only one who makes a backup: a descriptor to close, or -1.  What
   others left half done goes. */
int shelf_lock(const char *folder);

#endif
