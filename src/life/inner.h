/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of life share. */
#ifndef LIFE_INNER_H
#define LIFE_INNER_H

#include "life/life.h"

/* What the actor is to the row: as the life's `who` tells, or its parties. */
enum err life_who(struct call *c, const struct life *life, const void *rec,
                  unsigned *who) MUST_USE;

#endif
