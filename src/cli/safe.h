/* SPDX-License-Identifier: Apache-2.0 */
/*
 * safe - whether an office, or a copy of one, is what it should be.
 *
 * Used by check, backup, restore and the nightly backup, so that all of them
 * mean the same by "good": the file is whole, no row refers to nothing, the
 * schema is this release's own, and the chains of the audit are unbroken.
 */
#ifndef CLI_SAFE_H
#define CLI_SAFE_H

#include "cli/cli.h"
#include "db/db.h"
#include "engine/audit/audit.h"

struct safe {
    struct store_faults faults;
    const char *release;       /* the newest step of its schema */
    int64_t missing;           /* steps of this release that it has not had */
    struct audit_report audit; /* only when no step is missing */
};

/* Look at the office of the call's session. */
enum err safe_look(struct call *c, struct safe *s) MUST_USE;

/* The same, and ERR_BROKEN with the first fault.  S: struct safe or NULL. */
enum err safe_judge(struct call *c, void *s) MUST_USE;

/* A `judge` of struct restore: an office that an older release made is taken
   up by this one's audit, then judged; or only looked at.  S: struct safe. */
enum err safe_adopt(struct call *c, void *s) MUST_USE;
enum err safe_adopt_despite_audit(struct call *c, void *s) MUST_USE;

/* A `judge` of struct backup: the copy PART is good and holds what FIGURES,
   a struct figures, says. */
enum err safe_copy(struct call *c, void *figures, const char *part) MUST_USE;

/*
 * The backup FILE is good, can be restored (into a new folder under TMPDIR or
 * /var/tmp, which goes again), and what it holds is the history of the office
 * O up to its moment.  S tells of the restored office.
 */
enum err safe_verify(struct office *o, const char *file,
                     struct safe *s) MUST_USE;

#endif
