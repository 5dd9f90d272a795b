/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proved - the office of office.h with every row under the audit, a key that
 * signs, and somebody who can write to its database.
 */
#ifndef TESTS_PROVED_H
#define TESTS_PROVED_H

#include "api/audit.h"
#include "api/route.h"
#include "model/app.h"
#include "office.h"

struct proved {
    char dir[32];          /* a folder of its own, outside of any office */
    char key[64], pub[64]; /* files in it, whatever becomes of the arena */
    char heads[64];        /* a file: the heads as they were kept elsewhere */
    struct app app;        /* the office's, with its audit */
    const struct app *outer;
};

/* office_make, what was put in by hand covered, an order brought to its end,
   all of it signed and the heads kept. */
void proved_make(struct call *c, struct proved *p);
void proved_close(struct call *c, struct proved *p);

/* Chains, seals and rows, and what was kept elsewhere when KEPT. */
struct audit_report proved_verify(struct call *c, struct proved *p, bool kept);

/* No fault in any of it; what there is, is printed. */
void proved_expect_whole(struct call *c, struct proved *p);

/* Write the heads as they are now to the file. */
void proved_keep_heads(struct call *c, struct proved *p);

/* Every chain from its first entry on gets the hashes it should have, as
   somebody who has the program's source can do. */
void proved_rehash(struct call *c);
/* One chain, as if it stood behind nothing. */
void proved_rehash_alone(struct call *c, int64_t chain);

#endif
