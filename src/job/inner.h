/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of job share. */
#ifndef JOB_INNER_H
#define JOB_INNER_H

#include "job/job.h"

/* How it stands with the claim of a job that is `once`. */
struct claim {
    bool ours;
    int64_t wait_ms; /* else: it may be had so much later */
};

/*
 * Claim K for HOLDER, or hold it for longer.  Writes only when it is ours.
 *
 * ERR_BUSY  another process was quicker
 */
enum err claim_take(struct call *c, const struct job *k, int64_t holder,
                    struct claim *out) MUST_USE;

/* Give it back; DONE: it was done, and is due in a period. */
enum err claim_end(struct call *c, const struct job *k, int64_t holder,
                   bool done) MUST_USE;

#endif
