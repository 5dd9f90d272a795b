/* SPDX-License-Identifier: Apache-2.0 */
/* Serving an office until a signal ends it. */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/call.h"
#include "api/demo.h"
#include "api/feed.h"
#include "api/find.h"
#include "api/handle.h"
#include "api/jobs.h"
#include "api/limits.h"
#include "api/metrics.h"
#include "api/system.h"
#include "api/turns.h"
#include "auth/auth.h"
#include "base/jail_child.h"
#include "base/log.h"
#include "base/thread.h"
#include "cli/cli.h"
#include "cli/keeper.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "http/http.h"
#include "model/health.h"

#define WORKERS 16   /* and as many again for what is no reading */
#define HASHERS 2    /* passwords hashed at a time: 19 MiB each */
#define SIGN_INS 600 /* may wait for that: some fifteen seconds' work */
#define POLLERS 2
#define MAX_BODY ((size_t)1 << 20)
#define MAX_IMPORT ((size_t)32 << 20)
#define LARGE_BYTES (256 << 10)

/* -- the end ------------------------------------------------------------------ */

#define WAITS_MS 5000 /* for the database, once the end was asked for */
#define LAST_WORDS_MS 1500
#define LOOKS_MS 3000 /* for a backup that is being looked at */
#define END_MS 9000

/* What must end has an end even if something hangs that we did not think of:
   what was answered is on the disk by then. */
static void *
run_last_resort(void *arg)
{
    const struct timespec pause = { END_MS / 1000, END_MS % 1000 * 1000000L };

    (void)arg;
    (void)nanosleep(&pause, NULL);
    log_line(LOG_ERROR, "serve", "something hangs: ended without it");
    _exit(cli_exit(ERR_BROKEN));
}

static void
begin_end(const struct office *o)
{
    pthread_t thread;

    log_line(LOG_INFO, "serve", "stopping");
    store_end_within(o->app.store, WAITS_MS);
    if (thread_begin(&thread, run_last_resort, NULL))
        (void)pthread_detach(thread);
}

/* What is known of the audit in memory goes into it, and all of it under a
   seal. */
static void
end_audit(const struct app *app)
{
    struct arena *a = arena_open();
    struct call c;
    int64_t done;

    /* However long the calls before have waited. */
    store_end_within(app->store, LAST_WORDS_MS);
    api_call_begin(&c, app, a, "job");
    audit_tell_all_more(&c);
    if (audit_seal_due(&c, 0, &done) != OK)
        log_line(LOG_ERROR, "audit", "the last seal: %s",
                 c.fault.text ? c.fault.text : "?");
    api_call_end(&c);
    arena_close(a);
}

/*
 * Who stops whom: first nobody comes in any more; then ends what works by
 * itself, while what was asked before is being answered; then the server, after
 * which nobody asks; then what is left to be written is.  Only after that is
 * anything closed (close_parts, then office_close): the store's own threads run
 * until its end, and they tell nobody once feed_close has taken the feed away.
 */
static void
end_serving(const struct office *o, struct http_server *server)
{
    begin_end(o);
    http_take_no_more(server);
    turns_stop(o->app.turns);
    feed_stop(o->app.feed);
    jobs_end(o->app.jobs);
    http_stop(server);
    audit_end_job(o->app.audit);
    end_audit(&o->app);
}

/* -- the command ------------------------------------------------------------- */

/* Passwords cross the network as they are where nothing hides them. */
static void
tell_network(const struct office *o, const char *address)
{
    if (office_conf(o, "cert") != NULL)
        health_say(&o->app, "network", HEALTH_GOOD,
                   "the port is served by TLS");
    else if (office_conf(o, "proxies") != NULL)
        health_say(&o->app, "network", HEALTH_GOOD,
                   "a proxy that is named stands before it");
    else if (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0)
        health_say(&o->app, "network", HEALTH_GOOD,
                   "only this machine reaches it; a proxy before it is to be "
                   "named in proxies");
    else
        health_say(&o->app, "network", HEALTH_WARN,
                   "passwords cross the network unprotected: there is neither "
                   "cert nor a proxy named in proxies");
}

static void
print_welcome(const struct office *o, const struct http_server *s,
              const char *address)
{
    (void)printf("liangcao 粮草  http%s://%s:%u/\n",
                 office_conf(o, "cert") ? "s" : "", address, http_port(s));
    if (o->app.demo)
        (void)printf("%s", demo_sign_ins());
    (void)fflush(stdout);
}

/* Those that end the program wait, from its first moments on, until the first
   thread looks: every end is an orderly one, and the same one. */
static sigset_t
ending_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    return set;
}

static void
block_signals(void)
{
    sigset_t set = ending_signals();

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* All went well so far, and nobody has asked for the end. */
static bool
goes_on(int code)
{
    sigset_t come;

    (void)sigpending(&come);
    return code == 0 && !sigismember(&come, SIGINT)
           && !sigismember(&come, SIGTERM);
}

/*
 * A worker of SQLite's wants a processor, so no more read at a time than there
 * are.  Its writers take turns anyway: one that does it all keeps what it needs
 * in its own cache.  A worker of PostgreSQL's waits for an answer.
 */
static void
limit_workers(struct http_config *config, const struct store *s)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    if (store_is_postgres(s))
        return;
    config->reading = n < WORKERS && n > 0 ? (unsigned)n : WORKERS;
    config->writing = 1;
}

/* "limits.head_s" and the like of the configuration; false: one of them is no
   number or beyond what makes sense, and is told. */
static bool
read_limits(const struct office *o, struct http_limits *l)
{
    *l = http_limits_usual();
    for (int i = 0; i < N_LIMITS; i++) {
        const struct http_limit_row *row = &http_limit_rows[i];
        char name[64];
        const char *text;

        (void)snprintf(name, sizeof name, "limits.%s", row->name);
        text = office_conf(o, name);
        if (text == NULL || http_limits_set(l, (enum http_limit)i, text))
            continue;
        (void)fprintf(stderr,
                      cli_in("liangcao: liangcao.conf: %s must be from %lld to"
                             " %lld\n"),
                      name, (long long)row->least, (long long)row->most);
        return false;
    }
    return true;
}

/* A backup that is being looked at holds up no stop.  It is not needed, and
   all that was answered is on the disk. */
static void
close_parts(struct office *o, int code)
{
    jobs_end(o->app.jobs);
    if (!jobs_close(o->app.jobs, LOOKS_MS))
        _exit(code);
    o->app.jobs = NULL;
    keeper_close(o->app.keeper);
    limits_close(o->app.limits);
    feed_close(o->app.feed);
    turns_close(o->app.turns);
    metrics_close(o->app.metrics);
    health_close(o->app.health);
    o->app.health = NULL;
}

/* Where it is served, and what holds the program while it does. */
struct door {
    const char *address;
    uint16_t port;
    int socket;
    struct jail_state jail;
    struct jail_child *files;
};

/* The port is taken, then the right to take one is given up, with all else
   that is not needed: before the database is opened, which starts threads. */
static int
open_door(struct office *o, struct door *d)
{
    const char *why = "?";

    d->socket = http_take_port(d->address, &d->port, &why);
    if (d->socket < 0) {
        (void)fprintf(stderr, cli_in("liangcao: cannot serve on %s:%u: %s\n"),
                      d->address, d->port, cli_in(why));
        return cli_exit(ERR_BROKEN);
    }
    d->jail = office_jail(o);
    return 0;
}

static struct http_config
make_config(struct office *o, const struct door *d,
            const struct http_limits *limits)
{
    struct http_config config = {
        .address = d->address,
        .port = d->port,
        .socket = d->socket,
        .pollers = POLLERS,
        .workers = WORKERS,
        .max_body = MAX_BODY,
        .large_paths = route_paths(o->arena, R_LARGE),
        .max_large = MAX_IMPORT,
        .slow_paths = route_paths(o->arena, R_HASHES),
        .slow_workers = HASHERS,
        .slow_queue = SIGN_INS,
        .cert_file = office_conf(o, "cert"),
        .key_file = office_conf(o, "key"),
        .proxies = office_conf(o, "proxies"),
        .limits = limits,
        .session_cookie = API_SESSION_COOKIE,
        .admit = api_admit,
        .aside = TURNS_AT_A_TIME,
        .handle = api_handle,
        .at_once = api_at_once,
        .idle = api_idle,
        .ctx = &o->app
    };

    limit_workers(&config, o->app.store);
    return config;
}

/*
 * Whatever is large comes from the kernel and goes back to it at once.  Left
 * to itself, glibc takes ever larger pieces from the heaps of the threads
 * after each that was given back, and keeps what no longer is used: a body of
 * 8 MiB read on each worker would stay for good.
 */
static void
return_large_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
}

static int
serve(struct office *o, const struct door *d)
{
    struct http_limits limits;
    struct http_config config;
    sigset_t ends = ending_signals();
    struct http_server *s;
    const char *why = NULL;
    int got, code;

    if (!read_limits(o, &limits))
        return EXIT_USAGE;
    config = make_config(o, d, &limits);
    /* In this order: what is made later may look at what is there. */
    o->app.files = d->files;
    o->app.health = health_open();
    office_tell_release(&o->app);
    office_tell_jail(&o->app, &d->jail);
    tell_network(o, d->address);
    audit_tell_health(&o->call);
    o->app.feed = feed_open(&o->app);
    o->app.turns = turns_open();
    o->app.metrics =
        metrics_open(text_same(office_conf(o, "metrics.open"), "yes"));
    o->app.limits = limits_open();
    o->app.jobs = jobs_open(&o->app, all_jobs, keeper_jobs);
    code = office_failed(o, keeper_open(o, &o->app.keeper));
    s = code == 0 ? http_start(&config, &why) : NULL;
    if (s == NULL) {
        if (code == 0)
            (void)fprintf(stderr,
                          cli_in("liangcao: cannot serve on %s:%u: %s\n"),
                          d->address, d->port, why ? cli_in(why) : "?");
        feed_stop(o->app.feed);
        code = code ? code : cli_exit(ERR_BROKEN);
        close_parts(o, code);
        return code;
    }
    limits_of(o->app.limits, s);
    jobs_begin(o->app.jobs);
    print_welcome(o, s, d->address);
    (void)sigwait(&ends, &got);
    end_serving(o, s);
    close_parts(o, EXIT_DONE);
    return EXIT_DONE;
}

/* They may lie where the program cannot go any more. */
static int
hold_seals(struct office *o)
{
    const char *why = NULL;

    if (audit_open_seals(o->app.audit, &why))
        return 0;
    (void)fprintf(stderr,
                  cli_in("liangcao: audit.seals cannot be written: %s\n"),
                  cli_in(why));
    return cli_exit(ERR_BROKEN);
}

int
serve_command(int argc, char **argv)
{
    struct args a = { argc, argv, "serve" };
    struct office o;
    const char *address = cli_option(&a, "address");
    struct door door = { .address = address ? address : "127.0.0.1" };
    const char *port = cli_option(&a, "port");
    bool quiet = cli_flag(&a, "quiet");
    int64_t n = 8080;
    int code;

    if (port != NULL && (!text_int(port, &n) || n < 0 || n > 65535)) {
        (void)fputs(cli_in("liangcao serve: --port is from 0 to 65535\n"),
                    stderr);
        return EXIT_USAGE;
    }
    block_signals();
    log_open(quiet ? LOG_WARN : LOG_INFO);
    return_large_memory();
    /* Before there is anything it could know. */
    door.files = jail_child_open(file_readers);
    door.port = (uint16_t)n;
    code = office_find(&o, &a, true);
    if (goes_on(code))
        code = cli_end(&a);
    if (goes_on(code))
        code = hold_seals(&o);
    if (goes_on(code))
        code = open_door(&o, &door);
    if (goes_on(code))
        code = office_enter(&o, true);
    if (goes_on(code))
        code = office_failed(&o, catalog_seed(&o.call));
    if (goes_on(code))
        code = office_failed(&o, office_first_accounts(&o.call));
    if (goes_on(code))
        code = serve(&o, &door);
    office_close(&o);
    jail_child_close(door.files);
    return code;
}
