/* SPDX-License-Identifier: Apache-2.0 */
/* What job/job.h promises. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "api/jobs.h"
#include "api/metrics.h"
#include "model/health.h"
#include "office.h"

#define PATIENCE_MS 20000

static const struct job *const none[] = { NULL };

/* What the jobs below have done, and shall do. */
static atomic_int ran, fails, held;

/* A process with jobs of its own on the office of C. */
struct process {
    struct app app;
    struct jobs *jobs;
};

static void
start(struct call *c, struct process *p, const struct job *own)
{
    p->app = *c->app;
    p->app.health = health_open();
    p->app.jobs = p->jobs = jobs_open(&p->app, none, own);
    jobs_begin(p->jobs);
}

static void
stop(struct process *p)
{
    jobs_end(p->jobs);
    EXPECT(jobs_close(p->jobs, PATIENCE_MS));
    health_close(p->app.health);
}

static struct job_figures
figures(struct call *c, const struct process *p, const char *name)
{
    struct job_figures *all;
    size_t n = jobs_figures(p->jobs, c->arena, &all);

    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i];
    fail_msg("there is no job %s", name);
    return (struct job_figures){ 0 };
}

static unsigned long long
runs(const struct job_figures *f)
{
    unsigned long long n = 0;

    for (int i = 0; i < JOB_ENDS; i++)
        n += f->ended[i];
    return n;
}

/* Its figures after N runs at least. */
static struct job_figures
after(struct call *c, const struct process *p, const char *name, unsigned n)
{
    struct job_figures f = figures(c, p, name);
    int64_t until = monotonic_ms() + PATIENCE_MS;

    while (runs(&f) < n && monotonic_ms() < until) {
        (void)usleep(2000);
        f = figures(c, p, name);
    }
    EXPECT(runs(&f) >= n);
    return f;
}

static void
wait_for(const atomic_int *what, int n)
{
    int64_t until = monotonic_ms() + PATIENCE_MS;

    while (atomic_load(what) < n && monotonic_ms() < until)
        (void)usleep(2000);
    EXPECT(atomic_load(what) >= n);
}

static const struct health_part *
health_of(struct call *c, const struct process *p, const char *part)
{
    const struct app *own = c->app;
    struct health_part *all;
    size_t n;

    c->app = &p->app;
    n = health_list(c, &all);
    c->app = own;
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].part, part) == 0)
            return &all[i];
    fail_msg("nothing is said of %s", part);
    return NULL;
}

/* -- failures ----------------------------------------------------------------- */

static enum err
run_badly(struct call *c, int64_t max, int64_t *done)
{
    (void)max;
    *done = 0;
    atomic_fetch_add(&ran, 1);
    return atomic_load(&fails) ? fail(c, ERR_BROKEN, NULL, "no such luck") : OK;
}

static const struct job bad_jobs[] = {
    { "test.bad", 5, JOB_WORK, false, 0, run_badly },
    { 0 },
};

static const char *
metrics_of(struct call *c, const struct process *p)
{
    static const struct http_counts far_ends;
    const struct app *own = c->app;
    struct buf b = buf_make(c->arena, 0);

    c->app = &p->app;
    EXPECT_OK(metrics_write(c, &far_ends, &b));
    c->app = own;
    return b.s;
}

TEST(a_job_that_fails_again_and_again_is_told_in_metrics_and_health)
{
    const struct health_part *h;
    struct job_figures f;
    struct process p;

    atomic_store(&fails, 1);
    start(c, &p, bad_jobs);
    EXPECT(health_of(c, &p, "jobs")->level == HEALTH_GOOD);
    f = after(c, &p, "test.bad", JOB_AGAIN);
    EXPECT(f.ended[JOB_FAILED] >= JOB_AGAIN && f.in_row >= JOB_AGAIN);
    EXPECT(f.last.ms > 0 && f.next.ms >= f.last.ms && f.took_ms >= 0);
    h = health_of(c, &p, "jobs");
    EXPECT(h->level == HEALTH_WARN && strstr(h->says, "test.bad"));
    EXPECT(strstr(metrics_of(c, &p), "liangcao_job_failing{name=\"test.bad\"}"
                                     " 0\n")
           == NULL);
    /* Until it has gone well. */
    atomic_store(&fails, 0);
    f = figures(c, &p, "test.bad");
    (void)after(c, &p, "test.bad", (unsigned)runs(&f) + 2);
    EXPECT(health_of(c, &p, "jobs")->level == HEALTH_GOOD);
    EXPECT(strstr(metrics_of(c, &p), "liangcao_job_failing{name=\"test.bad\"}"
                                     " 0\n"));
    EXPECT(strstr(metrics_of(c, &p),
                  "liangcao_job_runs_total{name=\"test.bad\","
                  "end=\"failed\"} "));
    stop(&p);
}

/* -- once among processes ------------------------------------------------------ */

static enum err
run_slowly(struct call *c, int64_t max, int64_t *done)
{
    (void)c;
    (void)max;
    *done = 0;
    atomic_fetch_add(&ran, 1);
    (void)usleep(50000);
    return OK;
}

static const struct job once_jobs[] = {
    { "test.once", HOUR_MS, JOB_WORK, true, 0, run_slowly },
    { 0 },
};

static const struct job often_jobs[] = {
    { "test.often", 300, JOB_WORK, true, 0, run_slowly },
    { 0 },
};

TEST(a_job_that_is_done_once_runs_in_one_of_two_processes)
{
    struct process a, b;

    atomic_store(&ran, 0);
    start(c, &a, once_jobs);
    start(c, &b, once_jobs);
    for (;;) {
        struct job_figures x = after(c, &a, "test.once", 1);
        struct job_figures y = after(c, &b, "test.once", 1);

        /* Who lost the race looks again. */
        if (x.ended[JOB_WELL] + x.ended[JOB_ELSEWHERE] > 0
            && y.ended[JOB_WELL] + y.ended[JOB_ELSEWHERE] > 0)
            break;
        (void)usleep(10000);
    }
    EXPECT(atomic_load(&ran) == 1);
    stop(&a);
    stop(&b);
    /* A process that starts within the period leaves it, too. */
    start(c, &a, once_jobs);
    EXPECT(after(c, &a, "test.once", 1).ended[JOB_ELSEWHERE] == 1);
    stop(&a);
    EXPECT(atomic_load(&ran) == 1);
}

TEST(of_two_processes_one_takes_over_what_the_other_does_no_more)
{
    struct process a, b;

    atomic_store(&ran, 0);
    start(c, &a, often_jobs);
    (void)after(c, &a, "test.often", 1);
    start(c, &b, often_jobs);
    stop(&a);
    atomic_store(&ran, 0);
    wait_for(&ran, 2);
    stop(&b);
}

/* What another process left behind it, with its clock AHEAD of ours. */
static void
leave_claim(struct call *c, int64_t until_ms, int64_t ran_ms)
{
    int64_t now = instant_now().ms;

    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO job (name, holder, until, ran_at)"
                                " VALUES ('test.once', 7, %lld, %lld)",
                                (long long)(now + until_ms),
                                (long long)(now + ran_ms)));
}

TEST(a_claim_whose_holder_died_ends)
{
    struct process p;
    int64_t began = monotonic_ms();

    atomic_store(&ran, 0);
    leave_claim(c, 400, -2 * HOUR_MS);
    start(c, &p, once_jobs);
    wait_for(&ran, 1);
    EXPECT(monotonic_ms() - began >= 300);
    EXPECT(figures(c, &p, "test.once").ended[JOB_ELSEWHERE] > 0);
    stop(&p);
}

TEST(a_claim_from_a_clock_that_went_wrong_binds_nobody)
{
    struct process p;

    atomic_store(&ran, 0);
    leave_claim(c, 400 * DAY_MS, 399 * DAY_MS);
    start(c, &p, once_jobs);
    wait_for(&ran, 1);
    stop(&p);
}

TEST(a_claim_from_a_clock_somewhat_ahead_binds)
{
    static const int64_t left[][2] = { { 5 * MINUTE_MS + 2000, -2 * HOUR_MS },
                                       { -2 * HOUR_MS, 2000 } };

    for (size_t i = 0; i < COUNT(left); i++) {
        struct process p;

        atomic_store(&ran, 0);
        office_exec(c, "DELETE FROM job WHERE name = 'test.once'");
        leave_claim(c, left[i][0], left[i][1]);
        start(c, &p, once_jobs);
        EXPECT(after(c, &p, "test.once", 1).ended[JOB_ELSEWHERE] > 0);
        stop(&p);
        EXPECT(atomic_load(&ran) == 0);
    }
}

/* -- the end ------------------------------------------------------------------ */

/* There is always more to do. */
static enum err
run_on(struct call *c, int64_t max, int64_t *done)
{
    (void)c;
    *done = max;
    atomic_fetch_add(&ran, 1);
    return OK;
}

static const struct job endless_jobs[] = {
    { "test.endless", HOUR_MS, JOB_WORK, true, 10, run_on },
    { "test.bad", 5, JOB_WORK, false, 0, run_badly },
    { 0 },
};

TEST(an_end_in_the_middle_of_a_job_comes_between_two_steps)
{
    struct process p;
    int n;

    atomic_store(&ran, 0);
    atomic_store(&fails, 0);
    start(c, &p, endless_jobs);
    wait_for(&ran, 10);
    /* What has no end keeps nothing else from its turn. */
    EXPECT(after(c, &p, "test.bad", 3).ended[JOB_WELL] >= 3);
    jobs_end(p.jobs);
    n = atomic_load(&ran);
    (void)usleep(30000);
    EXPECT(atomic_load(&ran) == n);
    stop(&p);
    /* Another process may go on with it at once. */
    EXPECT(office_int(c, "SELECT until FROM job WHERE name = 'test.endless'")
           == 0);
    EXPECT(office_int(c, "SELECT ran_at FROM job WHERE name = 'test.endless'")
           == 0);
}

static enum err
run_until_let_go(struct call *c, int64_t max, int64_t *done)
{
    (void)c;
    (void)max;
    *done = 0;
    atomic_fetch_add(&ran, 1);
    while (atomic_load(&held))
        (void)usleep(2000);
    return OK;
}

static const struct job long_jobs[] = {
    { "test.long", 5, JOB_LONG, false, 0, run_until_let_go },
    { "test.bad", 5, JOB_WORK, false, 0, run_badly },
    { 0 },
};

TEST(a_long_job_holds_up_no_short_one_and_no_end)
{
    struct process p;

    atomic_store(&ran, 0);
    atomic_store(&fails, 0);
    atomic_store(&held, 1);
    start(c, &p, long_jobs);
    wait_for(&ran, 1);
    EXPECT(after(c, &p, "test.bad", 3).ended[JOB_WELL] >= 3);
    EXPECT(figures(c, &p, "test.long").last.ms > 0);
    jobs_end(p.jobs);
    EXPECT(atomic_load(jobs_ending(&p.app)));
    EXPECT(!jobs_close(p.jobs, 20));
    atomic_store(&held, 0);
    stop(&p);
}

/* -- the register --------------------------------------------------------------- */

TEST(every_job_of_the_database_finds_nothing_to_do_in_a_new_office)
{
    size_t n = 0;

    office_make(c);
    as(c, NULL);
    for (size_t i = 0; all_jobs[i] != NULL; i++)
        for (const struct job *k = all_jobs[i]; k->name != NULL; k++) {
            int64_t done = 0;

            if (k->lane == JOB_LOOK)
                continue;
            EXPECT_OK(k->run(c, k->max ? k->max : 1, &done));
            EXPECT(done == 0 && k->every_ms > 0);
            n++;
        }
    EXPECT(n >= 6);
}
