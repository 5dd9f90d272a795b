/* SPDX-License-Identifier: Apache-2.0 */
/*
 * several - verbs on several orders in one request: what a hand at the desk does
 * to the rows it has chosen.
 *
 * Always true:
 *   1. Each deed is what its own address would have done: the same rights, the
 *      same version asked for, an event, an entry and a transaction of its own.
 *   2. One that is refused hinders no other, and its row says why.
 *   3. Rows are done in the order in which they came.
 */
#ifndef API_SEVERAL_H
#define API_SEVERAL_H

#include "base/base.h"
#include "model/model.h"

struct several {
    const char *deeds; /* JSON: [{verb, id, version, with: {...}}] */
};
extern const struct model several_model;

/* How many deeds one request may bring. */
#define SEVERAL_MOST 100

/*
 * IN is a struct several, OUT a struct raw: {items: [...]}, a row a deed.
 *
 * ERR_INVALID  the deeds are no list, too many, or one of them is no deed of an
 *              order: nothing was done
 *
 * What a deed ends with otherwise stands in its row.  Asked for again, what was
 * done is refused as stale.
 */
enum err serve_several(struct call *c, void *in, void *out) MUST_USE;

/* How its answer is described. */
#define SEVERAL_ANSWER                                                         \
    "{items:[{id:int,verb:text,done:bool,status:int,state:text?,version:int?," \
    "code:text?,detail:text?,field:text?}]}"

#endif
