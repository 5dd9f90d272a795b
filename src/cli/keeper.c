/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "api/call.h"
#include "base/log.h"
#include "base/thread.h"
#include "cli/conf.h"
#include "cli/safe.h"
#include "cli/shelf.h"
#include "model/health.h"

#define LOOK_MS 250
#define DISK_MS (10 * SECOND_MS)
#define LITTLE_MIB 256
#define PLAN_MS (2 * SECOND_MS)
#define RETRY_MS HOUR_MS
#define OLD_MS (26 * HOUR_MS)
#define MOST_KEEP 3650
#define STOP_STEPS 30 /* of 100 ms, for a copy that is being looked at */
#define GENTLY 10     /* nice(2) */

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
    pthread_t watcher, maker;
    atomic_bool stop, done; /* done: the maker has ended */
    instant since;          /* the office was first seen here */
    instant retry;          /* after a failure */
    bool failed, full;      /* so the last try ended */
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
    int h = 0, m = 0, n = 0;

    if (strcmp(s, "off") == 0) {
        *ms = -1;
        return true;
    }
    if (sscanf(s, "%2d:%2d%n", &h, &m, &n) != 2 || s[n] != '\0' || h < 0
        || h > 23 || m < 0 || m > 59)
        return false;
    *ms = h * HOUR_MS + m * MINUTE_MS;
    return true;
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

static void
say_backup(const struct keeper *k, instant now, struct arena *a)
{
    const char *name;
    instant newest = shelf_newest(k->plan.folder, now, a, &name);
    char when[17];

    if (k->failed && k->full)
        health_say(k->app, "backup", HEALTH_WARN,
                   "the last backup failed: there is no room in %s",
                   k->plan.folder);
    else if (k->failed)
        health_say(k->app, "backup", HEALTH_WARN,
                   "the last backup to %s failed; the log says why",
                   k->plan.folder);
    else if (newest.ms == 0 && now.ms - k->since.ms < OLD_MS)
        health_say(k->app, "backup", HEALTH_GOOD,
                   "the first backup is made in the coming night");
    else if (newest.ms == 0)
        health_say(k->app, "backup", HEALTH_WARN, "there is no backup in %s",
                   k->plan.folder);
    else {
        print_time(k, newest, when);
        if (now.ms - newest.ms > OLD_MS)
            health_say(k->app, "backup", HEALTH_WARN,
                       "the last backup is older than 26 hours: %s (%s)", name,
                       when);
        else
            health_say(k->app, "backup", HEALTH_GOOD,
                       "the last backup was made and looked at: %s (%s)", name,
                       when);
    }
}

static bool
is_due(const struct keeper *k, instant now, struct arena *a)
{
    const char *name;
    instant newest = shelf_newest(k->plan.folder, now, a, &name);
    instant due = last_due(k, now);

    if (newest.ms == 0)
        newest = k->since;
    return newest.ms < due.ms && now.ms >= k->retry.ms;
}

static void
make_one(struct keeper *k, struct arena *a)
{
    struct office own = *k->office;
    struct call c;
    const char *file = NULL;
    enum err e;

    api_call_begin(&c, k->app, a, "job");
    c.lang = LANG_EN; /* its words go into the log */
    own.arena = a;
    own.call = c;
    e = shelf_name(&own, "office", &file);
    if (e == OK)
        e = keeper_copy(&c, k->app->store, file, &k->stop);
    if (e == OK)
        e = audit_of_copy(&c, "backup", file);
    else
        c.fault = own.call.fault;
    api_call_end(&c);
    if (atomic_load(&k->stop))
        return;
    k->failed = e != OK;
    k->full = e == ERR_FULL;
    k->retry.ms = e == OK ? 0 : instant_now().ms + RETRY_MS;
    if (e != OK) {
        log_line(LOG_ERROR, "backup", "%s", c.fault.text);
        return;
    }
    log_line(LOG_INFO, "backup", "%s", file);
    shelf_thin(k->plan.folder, "office-", k->plan.keep);
}

/* Whoever has the lock looks again: another may have been here before. */
static void
make_if_due(struct keeper *k, struct arena *a)
{
    int lock;

    if (!is_due(k, instant_now(), a))
        return;
    lock = shelf_lock(k->plan.folder);
    if (lock < 0 && access(k->plan.folder, W_OK) != 0) {
        log_line(LOG_ERROR, "backup", "%s cannot be written", k->plan.folder);
        k->failed = true;
        k->full = false;
        k->retry.ms = instant_now().ms + RETRY_MS;
    }
    if (lock < 0)
        return;
    if (is_due(k, instant_now(), a))
        make_one(k, a);
    (void)close(lock);
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

static void
rest(const struct keeper *k, int64_t ms)
{
    const struct timespec step = { .tv_nsec = 50 * 1000000L };

    for (int64_t t = 0; t < ms && !atomic_load(&k->stop); t += 50)
        (void)nanosleep(&step, NULL);
}

static void *
run_maker(void *arg)
{
    struct keeper *k = arg;
    struct arena *a = arena_open();
    bool planned = k->plan.at_ms >= 0 && !store_is_postgres(k->app->store);

    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), GENTLY);
    if (!planned)
        say_no_plan(k);
    while (planned && !atomic_load(&k->stop)) {
        rest(k, PLAN_MS);
        if (!atomic_load(&k->stop))
            make_if_due(k, a);
        say_backup(k, instant_now(), a);
        arena_reset(a);
    }
    arena_close(a);
    atomic_store(&k->done, true);
    return NULL;
}

/* -- looking -------------------------------------------------------------------- */

static void
say_database(const struct app *app, enum store_trouble t)
{
    switch (t) {
    case STORE_WELL:
        health_say(app, "database", HEALTH_GOOD, "what is changed is kept");
        return;
    case STORE_FULL:
        health_say(app, "database", HEALTH_BAD,
                   "the disk is full: nothing can be changed until there is"
                   " room; signing in and reading go on");
        return;
    case STORE_READONLY:
        health_say(app, "database", HEALTH_BAD,
                   "the disk may only be read: nothing can be changed; signing"
                   " in and reading go on");
        return;
    case STORE_GONE:
        health_say(app, "database", HEALTH_BAD,
                   "the database file is gone or was replaced: nothing can be"
                   " changed until liangcao is started anew");
        return;
    case STORE_FAILED:
        health_say(app, "database", HEALTH_BAD,
                   "the disk failed: nothing can be changed until liangcao is"
                   " started anew");
        return;
    }
}

/* Said before it is too late; the database says when it is. */
static void
say_disk(const struct app *app)
{
    struct statvfs v;
    int64_t mib;

    if (statvfs(app->data_dir, &v) != 0)
        return;
    mib = (int64_t)((uint64_t)v.f_bavail * v.f_frsize >> 20);
    health_say(app, "disk", mib < LITTLE_MIB ? HEALTH_WARN : HEALTH_GOOD,
               "%lld MiB are free where the office is kept", (long long)mib);
}

static void *
run_watcher(void *arg)
{
    struct keeper *k = arg;
    int said = -1;

    for (int64_t ms = 0; !atomic_load(&k->stop); ms += LOOK_MS) {
        int t = (int)store_look(k->app->store);

        if (t != said)
            say_database(k->app, (enum store_trouble)t);
        said = t;
        if (ms % DISK_MS == 0)
            say_disk(k->app);
        rest(k, LOOK_MS);
    }
    return NULL;
}

/* -- starting and stopping --------------------------------------------------------- */

enum err
keeper_start(struct office *o, struct keeper **out)
{
    struct keeper *k;
    struct plan plan;

    TRY(read_plan(o, &plan));
    k = calloc(1, sizeof *k);
    ASSERT(k != NULL);
    k->office = o;
    k->app = &o->app;
    k->plan = plan;
    k->since = first_seen(o);
    if (!store_is_postgres(o->app.store))
        ASSERT(thread_begin(&k->watcher, run_watcher, k));
    ASSERT(thread_begin(&k->maker, run_maker, k));
    *out = k;
    return OK;
}

bool
keeper_stop(struct keeper *k)
{
    const struct timespec step = { .tv_nsec = 100 * 1000000L };

    if (k == NULL)
        return true;
    atomic_store(&k->stop, true);
    if (!store_is_postgres(k->app->store))
        (void)pthread_join(k->watcher, NULL);
    for (int i = 0; i < STOP_STEPS && !atomic_load(&k->done); i++)
        (void)nanosleep(&step, NULL);
    if (!atomic_load(&k->done))
        return false;
    (void)pthread_join(k->maker, NULL);
    free(k);
    return true;
}
