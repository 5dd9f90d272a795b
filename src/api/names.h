/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - what the row behind an id is called, for whoever reads of it: in a
 * table, in the audit.
 *
 * A name is made of one or two columns: an account's is its own and its
 * person's.  Those found are remembered as long as the call's arena, so one
 * struct names serves a page, not a whole table.  Who may see the row that
 * holds the id may see the name, as in `called` (noun_call) - but for what has a
 * life: of that whoever may not see it now reads the number at most, as in
 * messages.
 */
#ifndef API_NAMES_H
#define API_NAMES_H

#include "base/base.h"

/* What was found so far; cleared is empty. */
struct names {
    struct name *first;
};

/*
 * What the row ID of TABLE (or of the noun of that name) is called, in the
 * call's language where it has a name in it; "" when it is gone or rows of
 * that table have no name.  ERR_BROKEN, ERR_BUSY: the database.
 */
enum err name_of_row(struct call *c, struct names *n, const char *table,
                     int64_t id, const char **name) MUST_USE;

/*
 * The names of all that the JSON object DETAIL of an audit entry about NOUN
 * refers to, as a JSON object from id to name; *JSON is NULL when there are
 * none.  Errors as above.
 */
enum err names_of_detail(struct call *c, struct names *n, const char *noun,
                         const char *detail, const char **json) MUST_USE;

#endif
