/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault - a verb is all or nothing: whichever statement fails, the verb fails
 * and every row of every table is as before; when none fails, it is done.
 */
#ifndef TESTS_FAULT_FAULT_H
#define TESTS_FAULT_FAULT_H

#include "office.h"

typedef enum err (*fault_verb)(struct call *c, const void *with);

/* WITH goes to the verb, which signs in as whom it needs before it fails. */
void expect_all_or_nothing(struct call *c, const char *name, const char *who,
                           fault_verb verb, const void *with);

/* The same of what only reads: whichever statement fails, it is told, and no
   row of any table is changed, be it done or not. */
void expect_noticed(struct call *c, const char *name, const char *who,
                    fault_verb verb, const void *with);

#endif
