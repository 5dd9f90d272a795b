/* SPDX-License-Identifier: Apache-2.0 */
/* Every job of the program but the keeper's, by part. */
#include "api/jobs.h"

#include "api/idempotency.h"
#include "api/limits.h"
#include "api/lives.h"
#include "api/news.h"
#include "api/readable.h"

static const struct job api_jobs[] = {
    { "answer.old", 10 * MINUTE_MS, JOB_WORK, true, JOB_ROWS, answers_forget },
    { "news.old", 10 * MINUTE_MS, JOB_WORK, true, JOB_ROWS, news_drop_old },
    { "life.wake", 2 * SECOND_MS, JOB_WORK, false, JOB_ROWS, lives_wake },
    { "schema", 5 * SECOND_MS, JOB_WORK, false, 0, readable_look },
    { "connections", 2 * SECOND_MS, JOB_LOOK, false, 0, limits_tell },
    { 0 },
};

extern const struct job order_jobs[], catalog_jobs[], org_jobs[], audit_jobs[],
    auth_jobs[], subject_jobs[];

const struct job *const all_jobs[] = { order_jobs, catalog_jobs, org_jobs,
                                       audit_jobs, auth_jobs,    subject_jobs,
                                       api_jobs,   NULL };
