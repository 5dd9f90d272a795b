/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/conf.h"
#include "cli/safe.h"
#include "cli/shelf.h"
#include "job/job.h"
#include "model/health.h"

#define LOOK_MS 250
#define DISK_MS (10 * SECOND_MS)
#define LITTLE_MIB 256
#define PLAN_MS (2 * SECOND_MS)
#define RETRY_MS HOUR_MS
#define OLD_MS (26 * HOUR_MS)
#define MOST_KEEP 3650

struct plan {
    int64_t at_ms; /* within the day; -1: off */
    int64_t keep;
    const char *folder;
    bool external;
};

struct keeper {
    struct office *office;
    const struct app *app;
    struct plan plan;
    instant since;     /* the office was first seen here */
    instant made;      /* this process made one; 0: none yet */
    instant retry;     /* after a failure */
    bool failed, full; /* so the last try ended */
    int said;          /* enum store_trouble; -1: nothing yet */
};

enum err
keeper_copy(struct call *c, struct store *s, const char *file,
            const atomic_bool *stop)
{
    struct figures holds = { 0 };

    return store_backup_as(c, s,
                           &(struct backup){ .path = file,
                                             .gently = stop != NULL,
                                             .stop = stop,
                                             .holds = &holds,
                                             .judge = safe_copy,
                                             .arg = &holds });
}

/* -- the plan ---------------------------------------------------------------- */

static bool
read_at(const char *s, int64_t *ms)
{
    if (strcmp(s, "off") == 0) {
        *ms = -1;
        return true;
    }
    return clock_parse(s, ms);
}

static enum err
read_plan(struct office *o, struct plan *p)
{
    const char *at = office_conf(o, "backup.at");
    const char *keep = office_conf(o, "backup.keep");

    *p = (struct plan){
        .folder = shelf_folder(o),
        .external = text_same(office_conf(o, "backup.external"), "yes")
    };
    if (!read_at(at ? at : conf_usual("backup.at"), &p->at_ms))
        return fail(&o->call, ERR_INVALID, "liangcao.conf: backup.at",
                    "is a time such as 02:30, or off");
    if (!text_int(keep ? keep : conf_usual("backup.keep"), &p->keep)
        || p->keep < 1 || p->keep > MOST_KEEP)
        return fail(&o->call, ERR_INVALID, "liangcao.conf: backup.keep",
                    "must be from %d to %d", 1, MOST_KEEP);
    return OK;
}

enum err
keeper_check(struct office *o)
{
    struct plan plan;

    return read_plan(o, &plan);
}

/* The last moment up to NOW at which a backup was to be made. */
static instant
last_due(const struct keeper *k, instant now)
{
    int64_t local = zone_local(k->app->zone, now);
    int64_t due = local - local % DAY_MS + k->plan.at_ms;

    return zone_instant(k->app->zone, due > local ? due - DAY_MS : due);
}

/* An office that is younger than the last night has missed none. */
static instant
first_seen(struct office *o)
{
    struct stat st;

    if (stat(arena_printf(o->arena, "%s/office.id", o->app.data_dir), &st) != 0)
        return instant_now();
    return (instant){ (int64_t)st.st_mtim.tv_sec * SECOND_MS };
}

/* -- making one --------------------------------------------------------------- */

/* "2026-11-29 02:30" in the office. */
static void
print_time(const struct keeper *k, instant t, char out[static 17])
{
    char text[25];

    instant_print((instant){ zone_local(k->app->zone, t) }, text);
    (void)snprintf(out, 17, "%.10s %.5s", text, text + 11);
}

/* It has missed no night.  Made while the clock was ahead, it is of any age. */
static bool
is_young(const struct keeper *k, instant now)
{
    return now.ms - k->since.ms < OLD_MS && !instant_is_ahead(k->since, now);
}

static void
say_backup(const struct keeper *k, instant now, struct arena *a)
{
    const struct shelved on = shelf_look(k->plan.folder, now, a);
    char when[17];

    if (k->failed && k->full)
        health_say(k->app, "backup", HEALTH_WARN,
                   "the last backup failed: there is no room in %s",
                   k->plan.folder);
    else if (k->failed)
        health_say(k->app, "backup", HEALTH_WARN,
                   "the last backup to %s failed; the log says why",
                   k->plan.folder);
    /* Too early for one. */
    else if (on.at.ms == 0 && !on.ahead && is_young(k, now))
        health_say(k->app, "backup", HEALTH_GOOD,
                   "the first backup is made in the coming night");
    else if (on.at.ms == 0)
        health_say(k->app, "backup", HEALTH_WARN, "there is no backup in %s",
                   k->plan.folder);
    else {
        print_time(k, on.at, when);
        if (now.ms - on.at.ms > OLD_MS)
            health_say(k->app, "backup", HEALTH_WARN,
                       "the last backup is older than 26 hours: %s (%s)",
                       on.name, when);
        else if (on.ahead)
            health_say(k->app, "backup", HEALTH_WARN,
                       "the last backup was made and looked at: %s (%s); but"
                       " %s was written while a clock was wrong and does not"
                       " count: look at the clock, then move that file away",
                       on.name, when, on.ahead);
        else
            health_say(k->app, "backup", HEALTH_GOOD,
                       "the last backup was made and looked at: %s (%s)",
                       on.name, when);
    }
}

static bool
was_by(instant t, instant due, instant now)
{
    return t.ms >= due.ms && !instant_is_ahead(t, now);
}

/* Neither what stands there nor what was made here nor the office itself is of
   this night.  What was made counts without its file, too: a disk of another
   machine has a clock of its own. */
static bool
is_due(const struct keeper *k, instant now, struct arena *a)
{
    const struct shelved on = shelf_look(k->plan.folder, now, a);
    instant due = last_due(k, now);
    bool waits = now.ms < k->retry.ms && k->retry.ms - now.ms <= RETRY_MS;

    if (waits || was_by(on.at, due, now) || was_by(k->made, due, now))
        return false;
    return on.at.ms != 0 || on.ahead || !was_by(k->since, due, now);
}

/* How the try that has just been made ended; another comes in an hour. */
static void
note_try(struct keeper *k, enum err e)
{
    k->failed = e != OK;
    k->full = e == ERR_FULL;
    k->retry.ms = e == OK ? 0 : instant_now().ms + RETRY_MS;
}

static enum err
make_one(struct call *c, struct keeper *k)
{
    const atomic_bool *ending = jobs_ending(k->app);
    struct office own = *k->office;
    const char *file = NULL;
    enum err e;

    own.arena = c->arena;
    own.call = *c;
    e = shelf_name(&own, "office", &file);
    if (e != OK)
        c->fault = own.call.fault;
    else
        e = keeper_copy(c, k->app->store, file, ending);
    if (e == OK)
        e = audit_of_copy(c, "backup", file);
    /* Broken off is not failed: the next start makes it. */
    if (atomic_load(ending))
        return OK;
    note_try(k, e);
    TRY(e);
    k->made = instant_now();
    log_line(LOG_INFO, "backup", "%s", file);
    shelf_thin(&own, "office-", k->plan.keep, file);
    return OK;
}

/* Whoever has the lock looks again: another may have been here before. */
static enum err
make_if_due(struct call *c, struct keeper *k)
{
    enum err e = OK;
    int lock;

    if (!is_due(k, c->now, c->arena))
        return OK;
    lock = shelf_lock(k->plan.folder);
    if (lock < 0 && access(k->plan.folder, W_OK) != 0) {
        note_try(k, ERR_BROKEN);
        return fail(c, ERR_BROKEN, NULL, "%s cannot be written",
                    k->plan.folder);
    }
    if (lock < 0)
        return OK;
    if (is_due(k, instant_now(), c->arena))
        e = make_one(c, k);
    (void)close(lock);
    return e;
}

static bool
is_planned(const struct keeper *k)
{
    return k->plan.at_ms >= 0 && !store_is_postgres(k->app->store);
}

static void
say_no_plan(const struct keeper *k)
{
    if (!store_is_postgres(k->app->store))
        health_say(k->app, "backup", HEALTH_WARN,
                   "no nightly backup is made: backup.at is off in"
                   " liangcao.conf");
    else if (k->plan.external)
        health_say(k->app, "backup", HEALTH_GOOD,
                   "PostgreSQL is backed up with its own tools");
    else
        health_say(k->app, "backup", HEALTH_WARN,
                   "PostgreSQL is to be backed up with its own tools; where"
                   " that is done, say backup.external = yes in"
                   " liangcao.conf");
}

static enum err
back_up(struct call *c, int64_t max, int64_t *done)
{
    struct keeper *k = c->app->keeper;
    enum err e;

    (void)max;
    *done = 0;
    if (!is_planned(k))
        return OK;
    c->lang = LANG_EN; /* its words go into the log */
    e = make_if_due(c, k);
    say_backup(k, instant_now(), c->arena);
    return e;
}

/* -- looking -------------------------------------------------------------------- */

static void
say_database(const struct app *app, enum store_trouble t)
{
    switch (t) {
    case STORE_WELL:
        health_say(app, "database:keeps", HEALTH_GOOD,
                   "what is changed is kept");
        return;
    case STORE_FULL:
        health_say(app, "database:keeps", HEALTH_BAD,
                   "the disk is full: nothing can be changed until there is"
                   " room; signing in and reading go on");
        return;
    case STORE_READONLY:
        health_say(app, "database:keeps", HEALTH_BAD,
                   "the disk may only be read: nothing can be changed; signing"
                   " in and reading go on");
        return;
    case STORE_GONE:
        health_say(app, "database:keeps", HEALTH_BAD,
                   "the database file is gone or was replaced: nothing can be"
                   " changed until liangcao is started anew");
        return;
    case STORE_FAILED:
        health_say(app, "database:keeps", HEALTH_BAD,
                   "the disk failed: nothing can be changed until liangcao is"
                   " started anew");
        return;
    }
}

static enum err
look_at_store(struct call *c, int64_t max, int64_t *done)
{
    struct keeper *k = c->app->keeper;
    int t;

    (void)max;
    *done = 0;
    t = (int)store_look(c->app->store);
    if (t != k->said)
        say_database(c->app, (enum store_trouble)t);
    k->said = t;
    return OK;
}

/* Said before it is too late; the database says when it is. */
static enum err
look_at_disk(struct call *c, int64_t max, int64_t *done)
{
    const struct app *app = c->app;
    struct statvfs v;
    int64_t mib;

    (void)max;
    *done = 0;
    if (store_is_postgres(app->store) || statvfs(app->data_dir, &v) != 0)
        return OK;
    mib = (int64_t)((uint64_t)v.f_bavail * v.f_frsize >> 20);
    health_say(app, "disk", mib < LITTLE_MIB ? HEALTH_WARN : HEALTH_GOOD,
               "%lld MiB are free where the office is kept", (long long)mib);
    return OK;
}

const struct job keeper_jobs[] = {
    { "store", LOOK_MS, JOB_LOOK, false, 0, look_at_store },
    { "disk", DISK_MS, JOB_LOOK, false, 0, look_at_disk },
    { "files", PLAN_MS, JOB_LOOK, false, 0, office_tell_files },
    { "backup", PLAN_MS, JOB_LONG, false, 0, back_up },
    { 0 },
};

/* -- opening ----------------------------------------------------------------------- */

enum err
keeper_open(struct office *o, struct keeper **out)
{
    struct keeper *k;
    struct plan plan;

    TRY(read_plan(o, &plan));
    k = calloc(1, sizeof *k);
    ASSERT(k != NULL);
    *k = (struct keeper){ .office = o,
                          .app = &o->app,
                          .plan = plan,
                          .since = first_seen(o),
                          .said = -1 };
    if (!is_planned(k))
        say_no_plan(k);
    *out = k;
    return OK;
}

void
keeper_close(struct keeper *k)
{
    free(k);
}
