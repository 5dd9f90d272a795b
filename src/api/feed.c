/* SPDX-License-Identifier: Apache-2.0 */
/* feed - the thread that looks for news, and who listens. */
#include "api/feed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/call.h"
#include "api/feed_inner.h"
#include "base/log.h"
#include "base/thread.h"
#include "model/health.h"

#define TICK_MS 1000
/* ... while somebody is being told what they missed and must read it first. */
#define BEHIND_MS 100
/* Other processes commit at any time: on PostgreSQL looks that are asked for
   by our own commits are taken at most this often. */
#define REST_MS 200
/* A look that hangs keeps all listeners waiting. */
#define PATIENCE_MS 4000
/* Sessions looked at in one round. */
#define CHECKS 200

/* -- who listens ---------------------------------------------------------------- */

static void
enlist(struct feed *f, struct listener *l)
{
    l->listed = true;
    l->next = f->listeners;
    if (l->next != NULL)
        l->next->previous = l;
    f->listeners = l;
    atomic_fetch_add(&f->n_listeners, 1);
}

static void
strike_out(struct feed *f, struct listener *l)
{
    if (!l->listed)
        return;
    if (l->previous != NULL)
        l->previous->next = l->next;
    else
        f->listeners = l->next;
    if (l->next != NULL)
        l->next->previous = l->previous;
    atomic_fetch_sub(&f->n_listeners, 1);
}

/*
 * Who has gone is taken before who has come: whoever is in the first was put
 * into the second earlier, so it is known by then.
 */
static void
take_mail(struct feed *f, struct listener **opened)
{
    struct listener *gone = atomic_exchange(&f->gone, NULL), *next;

    *opened = atomic_exchange(&f->opened, NULL);
    for (struct listener *l = *opened; l != NULL; l = l->next_opened)
        enlist(f, l);
    for (struct listener *l = gone; l != NULL; l = next) {
        next = l->next_gone;
        strike_out(f, l);
        for (struct listener **at = opened; *at != NULL;
             at = &(*at)->next_opened)
            if (*at == l) {
                *at = l->next_opened;
                break;
            }
        listener_free(l);
    }
}

/* Accounts whose sessions, tokens or rights were changed here. */
static void
recall_forgotten(struct feed *f)
{
    int64_t accounts[FEED_FORGOTTEN];
    size_t n;
    bool all;

    pthread_mutex_lock(&f->wake_lock);
    n = f->n_forgotten;
    all = n > FEED_FORGOTTEN;
    n = all ? 0 : n;
    memcpy(accounts, f->forgotten, n * sizeof accounts[0]);
    f->n_forgotten = 0;
    pthread_mutex_unlock(&f->wake_lock);
    for (struct listener *l = n > 0 || all ? f->listeners : NULL; l != NULL;
         l = l->next) {
        bool own = all;

        for (size_t i = 0; i < n; i++)
            own = own || accounts[i] == l->account_id;
        if (own)
            l->checked_ms = monotonic_ms() - FEED_REFRESH_MS;
    }
}

/* Those whose time has come are looked at even if there is nothing to tell;
   true when there are more. */
static bool
check_some(struct call *c, struct feed *f)
{
    int64_t due = monotonic_ms() - FEED_REFRESH_MS;
    int n = 0;

    for (struct listener *l = f->listeners; l != NULL; l = l->next) {
        if (l->ended || l->checked_ms > due)
            continue;
        if (++n > CHECKS)
            return true;
        (void)listener_may_listen(c, l);
    }
    return false;
}

/* -- looking ------------------------------------------------------------------- */

/* Ids that others made are below all that we make from now on. */
static void
pass_id(struct feed *f, const struct news_row *row)
{
    if (row->kind == NEWS_EVENT || row->kind == NEWS_NOTICE)
        ids_pass(f->app->ids, row->row_id);
}

static enum err
tell_rows(struct call *c, struct feed *f, size_t n)
{
    for (size_t i = 0; i < n && !atomic_load(&f->stop); i++) {
        pass_id(f, &f->page[i]);
        TRY(tell_row(c, f, &f->page[i]));
        atomic_store(&f->position, news_position(&f->news));
    }
    return OK;
}

/* The steps of a look; each has a session and memory of its own, and says in
   *MORE whether it should be taken again. */
typedef enum err (*step_fn)(struct call *c, struct feed *f, bool *more);

static enum err
begin_news(struct call *c, struct feed *f, bool *more)
{
    *more = false;
    if (!f->news.begun)
        TRY(news_begin(c, &f->news));
    atomic_store(&f->position, news_position(&f->news));
    return OK;
}

static enum err
look_late(struct call *c, struct feed *f, bool *more)
{
    size_t n = 0;

    *more = false;
    if (f->news.n_gaps == 0)
        return OK;
    TRY(news_late(c, &f->news, f->page, &n));
    TRY(tell_rows(c, f, n));
    atomic_store(&f->position, news_position(&f->news));
    return OK;
}

static enum err
look_new(struct call *c, struct feed *f, bool *more)
{
    size_t n = 0;

    TRY(news_next(c, &f->news, f->page, &n));
    TRY(tell_rows(c, f, n));
    *more = n == NEWS_PAGE;
    return OK;
}

static enum err
check_listeners(struct call *c, struct feed *f, bool *more)
{
    *more = check_some(c, f);
    return OK;
}

static enum err
take_step(struct feed *f, struct arena *a, step_fn step, bool *more)
{
    struct call c;
    enum err e;

    api_call_begin(&c, f->app, a, "job");
    db_patience(&c, PATIENCE_MS);
    e = step(&c, f, more);
    api_call_end(&c);
    arena_reset(a);
    return e;
}

static enum err
take_steps(struct feed *f, struct arena *a, step_fn step)
{
    bool more = true;

    while (more && !atomic_load(&f->stop))
        TRY(take_step(f, a, step, &more));
    return OK;
}

/* One page of what was missed at a time, and some sessions, then what is new
   again: who listens does not wait for those who come back. */
static enum err
look(struct feed *f, struct arena *a, bool *more)
{
    struct listener *opened;
    bool unchecked = false;
    enum err e;

    take_mail(f, &opened);
    recall_forgotten(f);
    e = take_steps(f, a, begin_news);
    if (e == OK)
        e = take_steps(f, a, look_late);
    if (e == OK)
        e = take_steps(f, a, look_new);
    for (struct listener *l = opened; l != NULL; l = l->next_opened)
        tell_welcome(f, l);
    *more = false;
    if (e == OK && !atomic_load(&f->stop))
        e = take_step(f, a, check_listeners, &unchecked);
    if (e == OK && !atomic_load(&f->stop))
        e = take_step(f, a, tell_missed, more);
    *more = *more || unchecked;
    return e;
}

/* -- the thread --------------------------------------------------------------- */

static void
say_health(struct feed *f, enum err e)
{
    bool bad = e != OK;

    if (bad && !f->bad)
        health_say(f->app, "database:news", HEALTH_BAD,
                   "the database does not answer");
    if (!bad && f->bad)
        health_say(f->app, "database:news", HEALTH_GOOD,
                   "the database answers");
    if (bad && !f->bad)
        log_line(LOG_WARN, "feed", "the news cannot be read");
    f->bad = bad;
}

static int64_t
tick_of(const struct feed *f)
{
    for (const struct listener *l = f->listeners; l != NULL; l = l->next)
        if (!l->live && !l->ended)
            return BEHIND_MS;
    return TICK_MS;
}

/* Wait for the next tick or for news. */
static void
wait_for_news(struct feed *f)
{
    int64_t end = monotonic_ms() + tick_of(f);

    pthread_mutex_lock(&f->wake_lock);
    while (!f->look && !atomic_load(&f->stop)
           && thread_wait(&f->wake, &f->wake_lock, end))
        continue;
    f->look = false;
    pthread_mutex_unlock(&f->wake_lock);
}

static void *
run_feed(void *arg)
{
    const struct timespec rest = { .tv_nsec = REST_MS * 1000000L };
    struct feed *f = arg;
    struct arena *a = arena_open();

    f->bad = true; /* until it has answered */
    while (!atomic_load(&f->stop)) {
        bool more;
        enum err e = look(f, a, &more);

        if (!atomic_load(&f->stop))
            say_health(f, e);
        if (e == OK && more)
            continue;
        if (store_is_postgres(f->app->store) && !atomic_load(&f->stop))
            (void)nanosleep(&rest, NULL);
        wait_for_news(f);
    }
    arena_close(a);
    return NULL;
}

void
feed_wake(struct feed *f)
{
    pthread_mutex_lock(&f->wake_lock);
    f->look = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->wake_lock);
}

/* Where nobody listens the next tick is early enough; who comes meanwhile wakes
   the thread. */
static void
on_commit(void *feed)
{
    struct feed *f = feed;

    if (feed_listeners(f) > 0)
        feed_wake(f);
}

static void
on_forgot(void *feed, int64_t account_id)
{
    struct feed *f = feed;

    pthread_mutex_lock(&f->wake_lock);
    if (f->n_forgotten < FEED_FORGOTTEN)
        f->forgotten[f->n_forgotten] = account_id;
    if (f->n_forgotten <= FEED_FORGOTTEN)
        f->n_forgotten++;
    f->look = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->wake_lock);
}

/* -- opening --------------------------------------------------------------------- */

struct feed *
feed_open(const struct app *app)
{
    struct feed *f = calloc(1, sizeof *f);
    struct arena *a = arena_open();
    bool more;

    ASSERT(f != NULL);
    f->app = app;
    f->scratch = arena_open();
    atomic_init(&f->position, -1);
    pthread_mutex_init(&f->wake_lock, NULL);
    pthread_mutex_init(&f->count_lock, NULL);
    thread_cond(&f->wake);
    /* Before anybody listens; if it cannot be, the thread does it. */
    (void)take_step(f, a, begin_news, &more);
    arena_close(a);
    ASSERT(thread_begin(&f->thread, run_feed, f));
    f->watcher = (struct store_watcher){ on_commit, f };
    store_watch(app->store, &f->watcher);
    session_cache_watch(app->sessions,
                        &(struct session_watcher){ on_forgot, f });
    return f;
}

void
feed_stop(struct feed *f)
{
    atomic_store(&f->stop, true);
    feed_wake(f);
    (void)pthread_join(f->thread, NULL);
}

size_t
feed_listeners(const struct feed *f)
{
    return f == NULL ? 0 : atomic_load(&f->n_listeners);
}

void
feed_close(struct feed *f)
{
    struct listener *opened;

    store_watch(f->app->store, NULL);
    session_cache_watch(f->app->sessions, NULL);
    take_mail(f, &opened);
    while (f->listeners != NULL) {
        struct listener *l = f->listeners;

        strike_out(f, l);
        listener_free(l);
    }
    arena_close(f->scratch);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->wake_lock);
    pthread_mutex_destroy(&f->count_lock);
    free(f);
}
