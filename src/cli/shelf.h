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

/* What stands there of the "office-" ones: the newest, and one that lies ahead
   of the clock, which is no backup of any night (decision 53). */
struct shelved {
    instant at;        /* when the newest was written; 0: there is none */
    const char *name;  /* its name, or NULL */
    const char *ahead; /* one that lies ahead, or NULL */
};
struct shelved shelf_look(const char *folder, instant now, struct arena *a);

/* All but the newest KEEP that begin with PREFIX go, by the times in their
   names: first those that lie ahead of NOW.  MADE, the path of the one that
   has just been made, stays in any case. */
void shelf_thin(struct office *o, const char *prefix, int64_t keep,
                const char *made);

/* Be the only one who makes a backup: a descriptor to close, or -1.  What
   others left half done goes. */
int shelf_lock(const char *folder);

#endif
