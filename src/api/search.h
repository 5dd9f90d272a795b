/* SPDX-License-Identifier: Apache-2.0 */
/* search - one field that finds rows of any noun (search.c). */
#ifndef API_SEARCH_H
#define API_SEARCH_H

#include "base/base.h"

struct json_out;

/*
 * What the caller may list that Q finds, a few of each noun, the best first:
 * {groups: [{noun, plural, label, more, items: [{id, title, state?}]}], cut}.
 *
 * ERR_INVALID  Q is blank or too long
 */
enum err search_write(struct call *c, const char *q,
                      struct json_out *o) MUST_USE;

#endif
