/* SPDX-License-Identifier: Apache-2.0 */
#include "job/job.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/thread.h"
#include "db/db.h"
#include "job/inner.h"
#include "model/health.h"

#define GENTLY 10 /* nice(2) */
#define NEVER_MS INT64_MAX

const char *const job_ends[] = { "well", "failed", "lost", "elsewhere", NULL };

struct one {
    const struct job *job;
    int64_t next_ms;  /* of the monotonic clock */
    int64_t began_ms; /* the run under way; 0: there is none */
    bool named;       /* in the health, as failing */
    struct job_figures f;
};

struct lane {
    struct jobs *of;
    enum job_lane which;
    pthread_t thread;
    bool begun, done;
};

struct jobs {
    const struct app *app;
    int64_t holder; /* of claims */
    atomic_bool stop;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t cond;
    size_t n;
    struct one *all;
    struct lane lanes[JOB_LANES];
};

/* -- opening ------------------------------------------------------------------ */

static void
add(struct jobs *j, const struct job *list)
{
    for (; list != NULL && list->name != NULL; list++) {
        j->all = realloc(j->all, (j->n + 1) * sizeof *j->all);
        ASSERT(j->all != NULL && list->every_ms > 0 && list->run != NULL);
        for (size_t i = 0; i < j->n; i++)
            ASSERT(strcmp(j->all[i].job->name, list->name) != 0);
        j->all[j->n++] =
            (struct one){ .job = list, .f = { .name = list->name } };
    }
}

struct jobs *
jobs_open(const struct app *app, const struct job *const *lists,
          const struct job *own)
{
    struct jobs *j = calloc(1, sizeof *j);

    ASSERT(j != NULL);
    j->app = app;
    random_secret(&j->holder, sizeof j->holder);
    (void)pthread_mutex_init(&j->lock, NULL);
    thread_cond(&j->cond);
    for (; *lists != NULL; lists++)
        add(j, *lists);
    add(j, own);
    return j;
}

const atomic_bool *
jobs_ending(const struct app *app)
{
    return app->jobs != NULL ? &app->jobs->stop : NULL;
}

/* -- telling ------------------------------------------------------------------ */

/* Lock held: the jobs that fail again and again, as text; NULL: none does. */
static const char *
failing(const struct jobs *j, struct arena *a)
{
    const char *names = NULL;

    for (size_t i = 0; i < j->n; i++)
        if (j->all[i].named)
            names = names
                        ? arena_printf(a, "%s, %s", names, j->all[i].job->name)
                        : j->all[i].job->name;
    return names;
}

/* Lock held. */
static void
tell_health(const struct jobs *j, struct arena *a)
{
    const char *names = failing(j, a);

    if (names != NULL)
        health_say(j->app, "jobs", HEALTH_WARN,
                   "what should happen by itself fails again and again: %s;"
                   " the log says why",
                   names);
    else
        health_say(j->app, "jobs", HEALTH_GOOD,
                   "what runs by itself has run in time");
}

/* What fails for a day is no news every two seconds: the first time, then the
   second, fourth, eighth.  Of a disk that takes nothing the database tells. */
static bool
is_news(enum err e, int64_t in_row)
{
    return e != ERR_FULL && e != ERR_AWAY && (in_row & (in_row - 1)) == 0;
}

/* -- a step ------------------------------------------------------------------- */

static void
begin_call(struct call *c, const struct jobs *j, struct arena *a)
{
    *c = (struct call){ .arena = a,
                        .app = j->app,
                        .words = j->app->words,
                        .now = instant_now(),
                        .channel = "job" };
    db_session(c, j->app->store);
}

struct step {
    enum err err;
    const char *why;
    bool elsewhere, more;
    int64_t wait_ms; /* elsewhere: until another look is worth it */
};

/* In a call of its own: the step's session may be spoilt. */
static void
give_back(struct jobs *j, const struct job *k, struct arena *a, struct step *s)
{
    struct call c;
    enum err e;

    begin_call(&c, j, a);
    e = claim_end(&c, k, j->holder, s->err == OK);
    if (e != OK && s->err == OK)
        *s = (struct step){ .err = e, .why = c.fault.text };
    db_session_end(&c);
}

static struct step
run_step(struct jobs *j, const struct job *k, struct arena *a)
{
    struct claim claim = { .ours = true };
    struct step s = { .err = OK };
    int64_t done = 0;
    struct call c;

    begin_call(&c, j, a);
    if (k->once)
        s.err = claim_take(&c, k, j->holder, &claim);
    s.elsewhere = s.err == OK && !claim.ours;
    s.wait_ms = claim.wait_ms;
    if (s.err == OK && claim.ours)
        s.err = k->run(&c, k->max, &done);
    s.more = s.err == OK && claim.ours && k->max > 0 && done >= k->max;
    s.why = c.fault.text;
    db_session_end(&c);
    /* There is more: the claim is kept, or another process would begin anew. */
    if (k->once && claim.ours && !s.more)
        give_back(j, k, a, &s);
    return s;
}

/* How long until it is looked at again. */
static int64_t
pause_of(const struct job *k, const struct step *s)
{
    int64_t ms = k->every_ms;

    if (s->elsewhere && s->wait_ms < ms)
        ms = s->wait_ms;
    if (s->err == ERR_BUSY && ms > SECOND_MS)
        ms = SECOND_MS;
    else if (s->err != OK && ms > MINUTE_MS)
        ms = MINUTE_MS;
    return ms;
}

static enum job_end
end_of(const struct step *s)
{
    if (s->elsewhere)
        return JOB_ELSEWHERE;
    if (s->err == ERR_BUSY)
        return JOB_LOST;
    return s->err == OK ? JOB_WELL : JOB_FAILED;
}

/* Lock held: what is told of a run's end beyond its figures.  One lost race is
   no news either. */
static void
tell(struct jobs *j, struct one *o, const struct step *s, int64_t before)
{
    const char *why = s->why ? s->why : err_word(s->err);
    bool named = o->named;

    if (s->err != OK && is_news(s->err, o->f.in_row)
        && (s->err != ERR_BUSY || o->f.in_row > 1))
        log_line(s->err == ERR_BUSY ? LOG_WARN : LOG_ERROR, o->job->name,
                 "%s (%lld in a row)", why, (long long)o->f.in_row);
    else if (s->err == OK && before > 1)
        log_line(LOG_INFO, o->job->name, "well again");
    o->named = o->f.in_row >= JOB_AGAIN;
    if (o->named != named) {
        struct arena *a = arena_open();

        tell_health(j, a);
        arena_close(a);
    }
}

/* Lock held.  A run goes on where there is more, after what else is due. */
static void
note_step(struct jobs *j, struct one *o, const struct step *s)
{
    int64_t now = monotonic_ms(), before = o->f.in_row;
    enum job_end end = end_of(s);

    if (s->more) {
        o->next_ms = now;
        return;
    }
    o->f.took_ms = now - o->began_ms;
    o->began_ms = 0;
    o->next_ms = now + pause_of(o->job, s);
    o->f.ended[end]++;
    if (end == JOB_FAILED || end == JOB_LOST)
        o->f.in_row++;
    else
        o->f.in_row = 0;
    tell(j, o, s, before);
}

/* -- the lanes ---------------------------------------------------------------- */

/* Lock held: what is due first in the lane; NULL: nothing ever is. */
static struct one *
first_due(struct jobs *j, enum job_lane which)
{
    struct one *first = NULL;

    for (size_t i = 0; i < j->n; i++) {
        struct one *o = &j->all[i];

        if (o->job->lane == which
            && (first == NULL || o->next_ms < first->next_ms))
            first = o;
    }
    return first;
}

/* Lock held, and let go while it runs. */
static void
take_step(struct jobs *j, struct one *o, struct arena *a)
{
    struct step s;

    if (o->began_ms == 0) {
        o->began_ms = monotonic_ms();
        o->f.last = instant_now();
    }
    (void)pthread_mutex_unlock(&j->lock);
    s = run_step(j, o->job, a);
    (void)pthread_mutex_lock(&j->lock);
    note_step(j, o, &s);
    arena_reset(a);
}

/* Lock held.  A run that the end cut off may be gone on with by another. */
static void
give_up(struct jobs *j, enum job_lane which, struct arena *a)
{
    struct step s = { .err = ERR_BUSY };

    for (size_t i = 0; i < j->n; i++)
        if (j->all[i].job->lane == which && j->all[i].job->once
            && j->all[i].began_ms != 0)
            give_back(j, j->all[i].job, a, &s);
}

static void *
run_lane(void *arg)
{
    struct lane *l = arg;
    struct jobs *j = l->of;
    struct arena *a = arena_open();
    struct one *o;

    /* A backup must not take the processor from those who wait for an
       answer. */
    if (l->which == JOB_LONG)
        (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), GENTLY);
    (void)pthread_mutex_lock(&j->lock);
    while (!atomic_load(&j->stop)) {
        o = first_due(j, l->which);
        ASSERT(o != NULL); /* a lane without a job has no thread */
        if (o->next_ms <= monotonic_ms())
            take_step(j, o, a);
        else
            (void)thread_wait(&j->cond, &j->lock, o->next_ms);
    }
    give_up(j, l->which, a);
    l->done = true;
    (void)pthread_cond_broadcast(&j->cond);
    (void)pthread_mutex_unlock(&j->lock);
    arena_close(a);
    return NULL;
}

void
jobs_begin(struct jobs *j)
{
    struct arena *a = arena_open();

    (void)pthread_mutex_lock(&j->lock);
    tell_health(j, a);
    for (int i = 0; i < JOB_LANES; i++) {
        struct lane *l = &j->lanes[i];

        *l = (struct lane){ .of = j, .which = (enum job_lane)i };
        if (first_due(j, l->which) == NULL)
            continue;
        ASSERT(thread_begin(&l->thread, run_lane, l));
        l->begun = true;
    }
    (void)pthread_mutex_unlock(&j->lock);
    arena_close(a);
}

/* -- the end ------------------------------------------------------------------ */

static void
join(struct lane *l)
{
    if (l->begun)
        (void)pthread_join(l->thread, NULL);
    l->begun = false;
}

void
jobs_end(struct jobs *j)
{
    if (j == NULL)
        return;
    (void)pthread_mutex_lock(&j->lock);
    atomic_store(&j->stop, true);
    (void)pthread_cond_broadcast(&j->cond);
    (void)pthread_mutex_unlock(&j->lock);
    for (int i = 0; i < JOB_LONG; i++)
        join(&j->lanes[i]);
}

bool
jobs_close(struct jobs *j, int64_t wait_ms)
{
    struct lane *l;
    int64_t until = monotonic_ms() + wait_ms;

    if (j == NULL)
        return true;
    ASSERT(atomic_load(&j->stop));
    l = &j->lanes[JOB_LONG];
    (void)pthread_mutex_lock(&j->lock);
    /* A backup is broken off between two pieces; one that waits for a disk
       is left to the end of the process. */
    while (l->begun && !l->done && monotonic_ms() < until)
        (void)thread_wait(&j->cond, &j->lock, until);
    if (l->begun && !l->done) {
        (void)pthread_mutex_unlock(&j->lock);
        return false;
    }
    (void)pthread_mutex_unlock(&j->lock);
    join(l);
    (void)pthread_cond_destroy(&j->cond);
    (void)pthread_mutex_destroy(&j->lock);
    free(j->all);
    free(j);
    return true;
}

/* -- figures ------------------------------------------------------------------ */

size_t
jobs_figures(struct jobs *j, struct arena *a, struct job_figures **out)
{
    int64_t now_ms = monotonic_ms();
    instant now = instant_now();
    size_t n;

    *out = NULL;
    if (j == NULL)
        return 0;
    (void)pthread_mutex_lock(&j->lock);
    n = j->n;
    *out = NEW_N(a, struct job_figures, n);
    for (size_t i = 0; i < n; i++) {
        (*out)[i] = j->all[i].f;
        (*out)[i].next.ms = now.ms + j->all[i].next_ms - now_ms;
    }
    (void)pthread_mutex_unlock(&j->lock);
    return n;
}
