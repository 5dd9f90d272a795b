/* SPDX-License-Identifier: Apache-2.0 */
/* whole - what the row of a life must say, and what it has in common with that
   of a noun; asked once at the start (model/whole.h). */
#ifndef LIFE_WHOLE_H
#define LIFE_WHOLE_H

#include "auth/auth.h"
#include "life/life.h"

/* RIGHT, unless it is NULL, is a right that there is. */
enum err whole_right(struct call *c, const char *row,
                     const char *right) MUST_USE;

/* The columns that tell where a row of M lies hold ids. */
enum err whole_reach(struct call *c, const struct model *m,
                     const struct auth_columns *reach) MUST_USE;

/* All of the life's table. */
enum err life_whole(struct call *c, const struct life *life) MUST_USE;

#endif
