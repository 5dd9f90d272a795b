/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof - what a row was when it was written, for the audit to keep.
 *
 * model_insert, model_update and model_remove note a digest of the row in the
 * call; the audit entry that tells of the change takes it along (proof_take).
 * Whoever changes a row by a statement of their own notes it with model_note.
 *
 * Always true:
 *   1. No transaction is kept in which a row was noted and no entry took it:
 *      tx_commit refuses it as broken.
 *   2. A column that holds what an empty record holds is passed over, so a
 *      column that a later release adds changes no digest.  In references,
 *      times and days, null and 0 are two things.
 *   3. FLEETING columns and those that are no columns are not in it.
 *   4. A step of the schema may rename a column or a noun, and add a column with
 *      a default: `proved_as` and `before` keep the digests of rows that are
 *      there, so that nothing is covered anew, and nothing blessed by it.
 *   5. A change tells what the row was when it was read, too: one that was
 *      tampered with is not blessed by the next change of it.
 *
 * A row of a noun that is part of a `whole` (a rating of its order), or of any
 * row (an event), is only ever added, and goes with the entry of the whole.
 */
#ifndef MODEL_PROOF_H
#define MODEL_PROOF_H

#include "base/sm3.h"
#include "model/model.h"

/* One row that waits for its entry, newest first. */
struct written {
    struct written *next;
    const char *noun; /* of the entry that is to take it */
    int64_t id;
    int64_t version; /* 0: of a part; 1: it is new */
    bool fresh;      /* nothing is known of it yet */
    unsigned char digest[SM3_BYTES];
    unsigned char before[SM3_BYTES]; /* as it was read; zeros: it is new */
};

/* The row of REC is new, or it is a new part. */
void model_written(struct call *c, const struct model *m, const void *rec);

/* The row was OLD and is REC now; NULL: it is gone. */
void model_rewritten(struct call *c, const struct model *m, const void *old,
                     const void *rec);

/* The row is gone as if it had never been, and with it all that happened to
   it: nobody misses its parts. */
void model_undone(struct call *c, const struct model *m, const void *old);

/* For a statement of one's own that changes the row and raises its version:
   called before it and after it; after it alone where it made the row. */
enum err model_note(struct call *c, const struct model *m, int64_t id) MUST_USE;

/* The digests of a row that is gone; and with all that happened to it. */
extern const unsigned char proof_gone[SM3_BYTES];
extern const unsigned char proof_undone[SM3_BYTES];

/* Everything noted for the thing NOUN, ID, no longer in the call's list. */
struct written *proof_take(struct call *c, const char *noun, int64_t id);

/* The row stood on, columns in the order of model_columns. */
struct row_proof {
    int64_t id, whole, version; /* whole: 0 unless it is a part */
    unsigned char digest[SM3_BYTES];
};
void proof_of_row(const struct model *m, struct rows *r, struct row_proof *out);

/* Is M a part of something; of the noun WHOLE? */
static inline bool
model_is_part(const struct model *m)
{
    return m->whole != NULL || m->of_any;
}
static inline bool
model_is_part_of(const struct model *m, const struct model *whole)
{
    return m->of_any || m->whole == whole;
}

/* The statement that counts M's rows. */
const char *proof_count(struct call *c, const struct model *m);
/* The least of their ids. */
const char *proof_least(struct call *c, const struct model *m);

/* The statement that finds ids of M, a part of any row, whose noun is none of
   NOUNS ("'order', 'unit'"). */
const char *proof_strays(struct call *c, const struct model *m,
                         const char *nouns);

/* Ids above AFTER up to TO, at most MAX of them. */
struct span {
    int64_t after, to, max;
};

/* The rows of the span by id; of a part, all that belong to rows of the noun
   WHOLE in the span. */
struct rows proof_rows(struct call *c, const struct model *m,
                       const struct model *whole, const struct span *s);

#endif
