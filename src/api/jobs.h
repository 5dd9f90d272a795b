/* SPDX-License-Identifier: Apache-2.0 */
/* jobs - every job of the engines, of auth and of api, by part. */
#ifndef API_JOBS_H
#define API_JOBS_H

#include "job/job.h"

extern const struct job *const all_jobs[]; /* NULL-ended, for jobs_open */

#endif
