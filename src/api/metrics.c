/* SPDX-License-Identifier: Apache-2.0 */
#include "api/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "api/feed.h"
#include "db/db.h"
#include "engine/order/order.h"
#include "job/job.h"
#include "model/app.h"
#include "model/health.h"

enum request_class {
    CLASS_READ,
    CLASS_WRITE,
    CLASS_SESSION,
    CLASS_STREAM,
    CLASS_PAGE,
    N_CLASSES
};
static const char *const class_words[] = { "read", "write", "session", "stream",
                                           "page" };

/* Upper ends of the histogram, in microseconds. */
static const int64_t ends_us[] = { 1000,  2500,   5000,   10000,   25000,
                                   50000, 100000, 250000, 1000000, 5000000 };

struct metrics {
    bool open_to_all;
    atomic_ullong requests[N_CLASSES][6]; /* by the status' first digit */
    atomic_ullong took[N_CLASSES][COUNT(ends_us) + 1];
    atomic_ullong took_us[N_CLASSES];
};

struct metrics *
metrics_open(bool open_to_all)
{
    struct metrics *m = calloc(1, sizeof *m);

    ASSERT(m != NULL);
    m->open_to_all = open_to_all;
    return m;
}

void
metrics_close(struct metrics *m)
{
    free(m);
}

static enum request_class
class_of(const struct http_request *q)
{
    if (!text_starts(q->path, "/api/v1/"))
        return CLASS_PAGE;
    if (strcmp(q->path, "/api/v1/stream") == 0)
        return CLASS_STREAM;
    if (text_starts(q->path, "/api/v1/session"))
        return CLASS_SESSION;
    return strcmp(q->method, "GET") == 0 ? CLASS_READ : CLASS_WRITE;
}

void
metrics_count(struct metrics *m, const struct http_request *q, int status,
              int64_t us)
{
    enum request_class k = class_of(q);
    size_t i = 0;

    if (m == NULL)
        return;
    while (i < COUNT(ends_us) && us > ends_us[i])
        i++;
    atomic_fetch_add(&m->requests[k][status / 100 % 6], 1);
    atomic_fetch_add(&m->took[k][i], 1);
    atomic_fetch_add(&m->took_us[k], (unsigned long long)us);
}

bool
metrics_may(const struct metrics *m, const struct http_request *q)
{
    return (m != NULL && m->open_to_all)
           || (q->address != NULL && http_header(q, "X-Forwarded-For") == NULL
               && (text_starts(q->address, "127.")
                   || strcmp(q->address, "::1") == 0));
}

/* -- writing ---------------------------------------------------------------- */

static void
write_head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# HELP liangcao_%s %s\n# TYPE liangcao_%s %s\n", name, help,
               name, type);
}

static void
write_one(struct buf *b, const char *name, const char *type, const char *help,
          long long value)
{
    write_head(b, name, type, help);
    buf_printf(b, "liangcao_%s %lld\n", name, value);
}

static void
write_requests(struct buf *b, struct metrics *m)
{
    write_head(b, "requests_total", "counter", "Requests answered.");
    for (int k = 0; k < N_CLASSES; k++)
        for (int s = 2; s < 6; s++)
            buf_printf(b,
                       "liangcao_requests_total{class=\"%s\",status=\"%dxx\"}"
                       " %llu\n",
                       class_words[k], s, atomic_load(&m->requests[k][s]));
}

static void
write_durations(struct buf *b, struct metrics *m)
{
    write_head(b, "request_seconds", "histogram", "Time to the answer.");
    for (int k = 0; k < N_CLASSES; k++) {
        const char *word = class_words[k];
        unsigned long long n = 0;

        /* A bucket counts all that took no longer, those before it included; the
           sum of what was read is the count, so that the two never differ. */
        for (size_t i = 0; i < COUNT(ends_us); i++) {
            n += atomic_load(&m->took[k][i]);
            buf_printf(b,
                       "liangcao_request_seconds_bucket{class=\"%s\","
                       "le=\"%g\"} %llu\n",
                       word, (double)ends_us[i] / 1e6, n);
        }
        n += atomic_load(&m->took[k][COUNT(ends_us)]);
        buf_printf(b,
                   "liangcao_request_seconds_bucket{class=\"%s\",le=\"+Inf\"}"
                   " %llu\n"
                   "liangcao_request_seconds_sum{class=\"%s\"} %.6f\n"
                   "liangcao_request_seconds_count{class=\"%s\"} %llu\n",
                   word, n, word, (double)atomic_load(&m->took_us[k]) / 1e6,
                   word, n);
    }
}

static void
write_writer(struct call *c, struct buf *b)
{
    struct store_commits s = store_commits(c->app->store);

    write_one(b, "commits_total", "counter", "Batches committed.",
              (long long)s.commits);
    write_one(b, "bodies_total", "counter",
              "Transactions committed; several go with one batch.",
              (long long)s.bodies);
    write_one(b, "streams_open", "gauge", "Open event streams.",
              (long long)feed_listeners(c->app->feed));
}

static void
write_far_ends(const struct http_counts *n, struct buf *b)
{
    write_one(b, "connections_open", "gauge", "Open connections.",
              (long long)n->connections);
    write_one(b, "connections_most", "gauge",
              "So many may be open: by the configuration and by descriptors.",
              (long long)n->most_connections);
    write_head(b, "refused_total", "counter",
               "Requests refused and connections cut off, and why.");
    for (int i = 0; i < N_REFUSALS; i++)
        buf_printf(b, "liangcao_refused_total{why=\"%s\"} %llu\n",
                   http_refusals[i], n->refused[i]);
}

static void
write_health(struct call *c, struct buf *b)
{
    struct health_part *rows;
    size_t n = health_list(c, &rows);

    write_head(b, "health", "gauge",
               "How a part fares: 0 good, 1 a warning, 2 bad.");
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "liangcao_health{part=\"%s\"} %u\n", rows[i].part,
                   rows[i].level);
}

static const struct {
    const char *name, *help;
} job_gauges[] = {
    { "job_failing", "Failures of the job since it last went well." },
    { "job_last_run_seconds",
      "When the job last began here, since 1970; 0: never." },
    { "job_duration_seconds", "How long its last run took." },
    { "job_next_run_seconds", "When it is due, since 1970." },
};

/* In the order of job_gauges. */
static void
fill_gauges(const struct job_figures *f, double v[static COUNT(job_gauges)])
{
    v[0] = (double)f->in_row;
    v[1] = (double)f->last.ms / (double)SECOND_MS;
    v[2] = (double)f->took_ms / (double)SECOND_MS;
    v[3] = (double)f->next.ms / (double)SECOND_MS;
}

static void
write_jobs(struct call *c, struct buf *b)
{
    double v[COUNT(job_gauges)];
    struct job_figures *all;
    size_t n = jobs_figures(c->app->jobs, c->arena, &all);

    write_head(b, "job_runs_total", "counter",
               "What happens by itself, and how each run ended.");
    for (size_t i = 0; i < n; i++)
        for (int end = 0; end < JOB_ENDS; end++)
            buf_printf(b,
                       "liangcao_job_runs_total{name=\"%s\",end=\"%s\"}"
                       " %llu\n",
                       all[i].name, job_ends[end], all[i].ended[end]);
    /* All lines of a metric stand together below its head. */
    for (size_t g = 0; g < COUNT(job_gauges); g++) {
        write_head(b, job_gauges[g].name, "gauge", job_gauges[g].help);
        for (size_t i = 0; i < n; i++) {
            fill_gauges(&all[i], v);
            buf_printf(b, "liangcao_%s{name=\"%s\"} %.14g\n",
                       job_gauges[g].name, all[i].name, v[g]);
        }
    }
}

static enum err
write_orders(struct call *c, struct buf *b)
{
    struct order_totals n;

    TRY(order_totals(c, &n));
    write_head(b, "orders_open", "gauge", "Open orders by state.");
    for (size_t i = 0; i < n.n; i++)
        buf_printf(b, "liangcao_orders_open{state=\"%s\"} %lld\n",
                   n.by_state[i].state, (long long)n.by_state[i].open);
    write_one(b, "orders_overdue", "gauge", "Open orders past their time.",
              (long long)n.overdue);
    write_one(b, "scheduler_lag_seconds", "gauge",
              "How long the order that waits longest for the scheduler has"
              " been due.",
              n.wake_at.ms != 0 && n.wake_at.ms < c->now.ms
                  ? (long long)((c->now.ms - n.wake_at.ms) / SECOND_MS)
                  : 0);
    return OK;
}

enum err
metrics_write(struct call *c, const struct http_counts *far_ends, struct buf *b)
{
    if (c->app->metrics != NULL) {
        write_requests(b, c->app->metrics);
        write_durations(b, c->app->metrics);
    }
    write_writer(c, b);
    write_far_ends(far_ends, b);
    write_health(c, b);
    write_jobs(c, b);
    return write_orders(c, b);
}
