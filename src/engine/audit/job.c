/* SPDX-License-Identifier: Apache-2.0 */
/* A verification in a thread of its own: it may take minutes. */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "base/thread.h"
#include "engine/audit/inner.h"
#include "model/app.h"
#include "json/json.h"

struct job {
    pthread_t thread;
    struct call call;
    struct audit_check check;
    struct audit_report report; /* what is told of it; under the lock */
    bool running;               /* under the lock */
    atomic_bool stop;
};

/* -- the thread --------------------------------------------------------------- */

static bool
show_progress(struct audit_check *k)
{
    struct job *j = k->arg;
    struct audit *a = j->call.app->audit;

    (void)pthread_mutex_lock(&a->lock);
    j->report = k->report;
    j->report.running = true;
    (void)pthread_mutex_unlock(&a->lock);
    return !atomic_load(&j->stop);
}

/* What came of it is an entry, too. */
static enum err
note_result(struct call *c, const struct audit_report *r)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    json_put_int(&o, "entries", r->entries);
    json_put_int(&o, "rows", r->rows);
    json_put_int(&o, "faults", r->faults);
    json_put_text(&o, "first_fault", r->first_fault);
    json_end(&o);
    return audit_write(c, "audit.verified", NULL, 0, b.s);
}

static void *
run_job(void *arg)
{
    struct job *j = arg;
    struct call *c = &j->call;
    struct audit *a = c->app->audit;
    enum err e;

    db_session(c, c->app->store);
    e = audit_verify(c, &j->check);
    c->now = instant_now();
    if (e != OK) {
        j->check.report.faults++;
        j->check.report.first_fault = c->fault.text;
    }
    /* One that was ended says nothing of the office. */
    if (!atomic_load(&j->stop) && note_result(c, &j->check.report) != OK)
        log_line(LOG_ERROR, "audit", "a verification was not recorded: %s",
                 c->fault.text ? c->fault.text : "?");
    db_session_end(c);
    j->check.report.ended = c->now;
    (void)pthread_mutex_lock(&a->lock);
    j->report = j->check.report;
    j->running = false;
    (void)pthread_cond_broadcast(&a->ended);
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* -- beginning and looking ------------------------------------------------------ */

static void
drop_job(struct job *j)
{
    if (j == NULL)
        return;
    (void)pthread_join(j->thread, NULL);
    arena_close(j->call.arena);
    free(j);
}

/* Lock held, no job is running. */
static struct job *
start_job(struct call *c, const struct model *const *models,
          const struct audit_rule *rules)
{
    struct job *j = calloc(1, sizeof *j);

    ASSERT(j != NULL);
    j->call = (struct call){ .arena = arena_open(),
                             .app = c->app,
                             .words = c->words,
                             .lang = c->lang,
                             .now = c->now,
                             .channel = "job" };
    j->check = (struct audit_check){
        .models = models, .rules = rules, .go_on = show_progress, .arg = j
    };
    j->report = (struct audit_report){ .running = true, .began = c->now };
    j->running = true;
    if (thread_begin(&j->thread, run_job, j))
        return j;
    arena_close(j->call.arena);
    free(j);
    return NULL;
}

/* Lock held. */
static void
wait_for(struct audit *a, const struct job *j, int64_t ms)
{
    int64_t until = monotonic_ms() + ms;

    while (j->running && thread_wait(&a->ended, &a->lock, until))
        continue;
}

/* Lock held: the words move into the call's memory. */
static void
copy_report(struct call *c, const struct job *j, struct audit_report *out)
{
    *out = j->report;
    out->running = j->running;
    out->first_fault = arena_text(c->arena, out->first_fault);
    out->found = arena_text(c->arena, out->found);
    out->heads = arena_text(c->arena, out->heads);
    out->key = arena_text(c->arena, out->key);
}

enum err
audit_begin(struct call *c, const struct model *const *models,
            const struct audit_rule *rules, int64_t wait_ms,
            struct audit_report *out)
{
    struct audit *a = c->app->audit;
    struct audit_check alone = { .models = models, .rules = rules };
    struct job *old = NULL;
    bool good = true;

    if (a == NULL) {
        TRY(audit_verify(c, &alone));
        *out = alone.report;
        return OK;
    }
    (void)pthread_mutex_lock(&a->lock);
    if (!a->ending && (a->job == NULL || !a->job->running)) {
        /* Its thread has ended; it is joined outside the lock. */
        old = a->job;
        a->job = start_job(c, models, rules);
    }
    good = a->job != NULL && !a->ending;
    if (good) {
        wait_for(a, a->job, wait_ms);
        copy_report(c, a->job, out);
    }
    (void)pthread_mutex_unlock(&a->lock);
    drop_job(old);
    return good ? OK : fail(c, ERR_BROKEN, NULL, "no thread can be made");
}

void
audit_look(struct call *c, struct audit_report *out)
{
    struct audit *a = c->app->audit;

    *out = (struct audit_report){ 0 };
    if (a == NULL)
        return;
    (void)pthread_mutex_lock(&a->lock);
    if (a->job != NULL)
        copy_report(c, a->job, out);
    (void)pthread_mutex_unlock(&a->lock);
}

void
audit_end_job(struct audit *a)
{
    struct job *j;

    (void)pthread_mutex_lock(&a->lock);
    j = a->job;
    a->job = NULL;
    a->ending = true;
    (void)pthread_mutex_unlock(&a->lock);
    if (j != NULL)
        atomic_store(&j->stop, true);
    drop_job(j);
}
