/* SPDX-License-Identifier: Apache-2.0 */
#include "api/feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/dispatch.h"
#include "auth/auth.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/order/order.h"
#include "json/json.h"

#define TICK_MS 1000
#define REFRESH_MS 10000
#define PAGE 500
/* Ids are time-ordered but committed in any order; with several processes an
   event may show up behind a later one, so each look goes back this far from
   where the one before it began: that one may have taken long. */
#define LOOK_BACK_MS 10000
/* On PostgreSQL a look goes back far, so it is taken at most this often. */
#define REST_MS 200
#define SEEN (1 << 16)

struct listener {
    struct listener *next;
    struct feed *feed;
    struct http_stream *stream; /* NULL until it is open */
    char account[80];
    enum lang lang;
    int64_t session_id;
    int64_t from; /* Last-Event-ID; 0 is from now on */
    struct arena *arena;
    const struct actor *actor;
    int64_t refreshed_ms;
    bool gone, brief; /* brief: told what was missed, then ended */
};

struct seen {
    int64_t ids[SEEN]; /* by hash; 0 is free */
    size_t n;
};

struct feed {
    const struct app *app;
    struct store_watcher watcher;
    pthread_t thread;
    pthread_mutex_t lock; /* of the listeners; held while they are sent to */
    struct listener *listeners;
    pthread_mutex_t wake_lock; /* of the two flags; never held for long */
    pthread_cond_t wake;
    bool stop, look;
    int64_t last[2];         /* newest id sent, by kind */
    int64_t began[2];        /* what that was when the last look began */
    struct seen now, before; /* those sent lately */
};

/* -- what is new ------------------------------------------------------------- */

struct happening {
    int64_t id, order_id, person_id;
    const char *verb, *text, *kind;
    bool internal, is_notice;
};

static const char new_events[] =
    "SELECT id, order_id, verb, internal FROM event WHERE id > $1"
    " ORDER BY id LIMIT 500";
static const char new_notices[] =
    "SELECT id, order_id, person_id, kind, text FROM notice WHERE id > $1"
    " ORDER BY id LIMIT 500";
static const char newest_event[] = "SELECT COALESCE(MAX(id), 0) FROM event";
static const char newest_notice[] = "SELECT COALESCE(MAX(id), 0) FROM notice";

/* An id made MS ago would have been about this much less. */
static int64_t
id_before(int64_t id, int64_t ms)
{
    return id - (ms << 12);
}

/* The slot of ID in the set, or the free one it would take. */
static int64_t *
seen_slot(struct seen *set, int64_t id)
{
    size_t i = (size_t)((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 48);

    while (set->ids[i] != 0 && set->ids[i] != id)
        i = (i + 1) % SEEN;
    return &set->ids[i];
}

static bool
was_seen(struct feed *f, int64_t id)
{
    return *seen_slot(&f->now, id) == id || *seen_slot(&f->before, id) == id;
}

/* Two sets in turn: one that is half full becomes the one before, and what
   was before it lies further back than any look goes. */
static void
note_seen(struct feed *f, int64_t id)
{
    *seen_slot(&f->now, id) = id;
    if (++f->now.n > SEEN / 2) {
        f->before = f->now;
        memset(&f->now, 0, sizeof f->now);
    }
}

/* The kinds of news: each has its own place in its own table, so that one
   read a moment later never hides what the other has not shown yet. */
enum kind { EVENTS, NOTICES, N_KINDS };

/* Up to a page of one kind after AFTER. */
static enum err
read_new(struct call *c, enum kind kind, int64_t after, struct happening *h,
         size_t *count)
{
    bool notice = kind == NOTICES;
    size_t n = 0;
    ROWS r = notice ? db_query(c, new_notices, V(after))
                    : db_query(c, new_events, V(after));

    while (rows_next(&r) && n < PAGE) {
        h[n] = (struct happening){ .id = row_int(&r, 0),
                                   .order_id = row_int(&r, 1),
                                   .is_notice = notice };
        if (notice) {
            h[n].person_id = row_int(&r, 2);
            h[n].kind = row_text(&r, 3);
            h[n++].text = row_text(&r, 4);
        } else {
            h[n].verb = row_text(&r, 2);
            h[n++].internal = row_int(&r, 3) != 0;
        }
    }
    *count = n;
    return rows_end(&r);
}

/* -- to whom ----------------------------------------------------------------- */

static const char session_lives[] =
    "SELECT COUNT(*) FROM session WHERE id = $1";

/* Who the account is by now, in A; an account that is gone is nobody. */
static enum err
look_up(struct call *c, struct listener *l, struct arena *a,
        const struct actor **out)
{
    struct arena *call_arena = c->arena;
    int64_t lives = 1;
    enum err e;

    *out = NULL;
    if (l->session_id != 0)
        TRY(db_int(c, &lives, session_lives, V(l->session_id)));
    if (lives == 0)
        return OK;
    c->arena = a;
    c->actor = NULL;
    e = auth_as(c, l->account);
    c->arena = call_arena;
    if (e == OK)
        *out = c->actor;
    return e == ERR_ABSENT ? OK : e;
}

/* Rights change and sessions end while somebody listens; when that cannot be
   read just now he is who he was, and it is asked again. */
static bool
refresh(struct call *c, struct listener *l)
{
    const struct actor *actor;
    struct arena *a;

    if (c->now.ms - l->refreshed_ms < REFRESH_MS)
        return l->actor != NULL;
    a = arena_open();
    if (look_up(c, l, a, &actor) != OK) {
        arena_close(a);
        return l->actor != NULL;
    }
    arena_close(l->arena);
    l->arena = a;
    l->actor = actor;
    l->refreshed_ms = c->now.ms;
    return actor != NULL;
}

static bool
may_hear(struct call *c, const struct happening *h, const struct order *o)
{
    if (h->is_notice)
        return c->actor->person_id == h->person_id;
    return o->id != 0 && order_may_hear(c, o, h->verb, h->internal);
}

static void
send_to(struct call *c, struct listener *l, const struct happening *h,
        const struct order *o)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);

    c->lang = l->lang;
    buf_printf(&b, "event: %s\nid: %lld\ndata: ",
               h->is_notice ? "notice" : "order", (long long)h->id);
    json_begin(&out);
    json_put_int(&out, "id", h->is_notice ? h->id : h->order_id);
    if (h->is_notice) {
        json_put_int(&out, "order_id", h->order_id);
        json_put_text(&out, "kind", h->kind);
        json_put_text(&out, "text",
                      notice_words(c, h->order_id, h->kind, h->text));
    } else {
        json_put_text(&out, "number", o->number);
        json_put_text(&out, "state", order_states[o->state]);
        json_put_text(&out, "verb", h->verb);
        json_put_int(&out, "version", o->version);
    }
    json_end(&out);
    buf_puts(&b, "\n\n");
    http_stream_send(l->stream, b.s, b.len);
}

/* What it is about; nothing when there is no such order. */
static enum err
read_order(struct call *c, const struct happening *h, struct order *o)
{
    enum err e = OK;

    *o = (struct order){ 0 };
    if (!h->is_notice)
        e = model_get(c, &order_model, h->order_id, o);
    return e == ERR_ABSENT ? OK : e;
}

/* Send one happening to all who may hear of it; the order is read once. */
static enum err
spread(struct call *c, struct feed *f, const struct happening *h)
{
    struct order o;

    TRY(read_order(c, h, &o));
    for (struct listener *l = f->listeners; l != NULL; l = l->next) {
        if (l->stream == NULL || l->gone || h->id <= l->from || !refresh(c, l))
            continue;
        c->actor = l->actor;
        if (may_hear(c, h, &o))
            send_to(c, l, h, &o);
    }
    c->actor = NULL;
    return OK;
}

/* What a listener missed since its Last-Event-ID; then it is like the rest. */
static enum err
catch_up_kind(struct call *c, struct feed *f, struct listener *l,
              enum kind kind)
{
    struct happening *h = NEW_N(c->arena, struct happening, PAGE);
    int64_t after = l->from;
    size_t n;

    do {
        TRY(read_new(c, kind, after, h, &n));
        for (size_t i = 0; i < n; i++) {
            struct order o;

            after = h[i].id;
            if (h[i].id > f->last[kind])
                continue;
            TRY(read_order(c, &h[i], &o));
            c->actor = l->actor;
            if (may_hear(c, &h[i], &o))
                send_to(c, l, &h[i], &o);
        }
    } while (n == PAGE && after < f->last[kind]);
    return OK;
}

static void
catch_up(struct call *c, struct feed *f)
{
    for (struct listener *l = f->listeners; l != NULL; l = l->next) {
        if (l->stream == NULL || l->from == 0 || l->gone || !refresh(c, l))
            continue;
        /* What could not be read now is tried again; better twice than never. */
        if (catch_up_kind(c, f, l, EVENTS) == OK
            && catch_up_kind(c, f, l, NOTICES) == OK)
            l->from = 0;
    }
    for (struct listener *l = f->listeners; l != NULL; l = l->next)
        if (l->brief && (l->from == 0 || l->actor == NULL) && l->stream != NULL
            && !l->gone) {
            http_stream_end(l->stream);
            l->gone = true;
        }
    c->actor = NULL;
}

/* -- the thread --------------------------------------------------------------- */

/* Send what has come after AFTER; true when there may be more.  What cannot be
   read just now, and all behind it, is left for the next look. */
static bool
send_page(struct call *c, struct feed *f, enum kind kind, int64_t *after)
{
    struct happening *h = NEW_N(c->arena, struct happening, PAGE);
    size_t n;

    if (read_new(c, kind, *after, h, &n) != OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        *after = h[i].id;
        if (was_seen(f, h[i].id))
            continue;
        if (spread(c, f, &h[i]) != OK)
            return false;
        note_seen(f, h[i].id);
        if (h[i].id > f->last[kind])
            f->last[kind] = h[i].id;
    }
    return n == PAGE;
}

/* With nobody listening, news begin with what comes next. */
static enum err
skip_to_now(struct call *c, struct feed *f)
{
    TRY(db_int(c, &f->last[EVENTS], newest_event));
    TRY(db_int(c, &f->last[NOTICES], newest_notice));
    memcpy(f->began, f->last, sizeof f->began);
    return OK;
}

static void
look(struct feed *f, struct arena *a)
{
    struct call c;
    bool postgres = store_is_postgres(f->app->store);

    api_call_begin(&c, f->app, a, "job");
    pthread_mutex_lock(&f->lock);
    if (f->listeners == NULL) {
        if (skip_to_now(&c, f) != OK)
            log_line(LOG_WARN, "feed", "the events cannot be read");
    } else {
        catch_up(&c, f);
        for (int kind = 0; kind < N_KINDS; kind++) {
            int64_t after = f->last[kind];

            if (postgres)
                after = id_before(f->began[kind], LOOK_BACK_MS);
            f->began[kind] = f->last[kind];
            while (send_page(&c, f, (enum kind)kind, &after))
                continue;
        }
    }
    pthread_mutex_unlock(&f->lock);
    api_call_end(&c);
    arena_reset(a);
}

/* Wait for the next tick or for news; false at the end. */
static bool
wait_for_news(struct feed *f)
{
    struct timespec until;
    bool go_on;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TICK_MS / 1000;
    pthread_mutex_lock(&f->wake_lock);
    while (!f->look && !f->stop
           && pthread_cond_timedwait(&f->wake, &f->wake_lock, &until) == 0)
        continue;
    f->look = false;
    go_on = !f->stop;
    pthread_mutex_unlock(&f->wake_lock);
    return go_on;
}

static void *
run_feed(void *arg)
{
    struct feed *f = arg;
    struct arena *a = arena_open();

    struct timespec rest = { .tv_nsec = REST_MS * 1000000L };

    do {
        look(f, a);
        if (store_is_postgres(f->app->store))
            (void)nanosleep(&rest, NULL);
    } while (wait_for_news(f));
    arena_close(a);
    return NULL;
}

static void
raise_flag(struct feed *f, bool *flag)
{
    pthread_mutex_lock(&f->wake_lock);
    *flag = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->wake_lock);
}

static void
on_commit(void *feed)
{
    struct feed *f = feed;

    raise_flag(f, &f->look);
}

struct feed *
feed_open(const struct app *app)
{
    struct feed *f = calloc(1, sizeof *f);

    ASSERT(f != NULL);
    f->app = app;
    pthread_mutex_init(&f->lock, NULL);
    pthread_mutex_init(&f->wake_lock, NULL);
    pthread_cond_init(&f->wake, NULL);
    ASSERT(pthread_create(&f->thread, NULL, run_feed, f) == 0);
    f->watcher = (struct store_watcher){ on_commit, f };
    store_watch(app->store, &f->watcher);
    return f;
}

void
feed_stop(struct feed *f)
{
    raise_flag(f, &f->stop);
    (void)pthread_join(f->thread, NULL);
}

size_t
feed_listeners(struct feed *f)
{
    size_t n = 0;

    if (f == NULL)
        return 0;
    pthread_mutex_lock(&f->lock);
    for (const struct listener *l = f->listeners; l != NULL; l = l->next)
        n++;
    pthread_mutex_unlock(&f->lock);
    return n;
}

static void
free_listener(struct listener *l)
{
    arena_close(l->arena);
    free(l);
}

void
feed_close(struct feed *f)
{
    store_watch(f->app->store, NULL);
    while (f->listeners != NULL) {
        struct listener *l = f->listeners;

        f->listeners = l->next;
        free_listener(l);
    }
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->wake_lock);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

/* -- listening ---------------------------------------------------------------- */

static void
on_open(void *arg, struct http_stream *s)
{
    struct listener *l = arg;

    pthread_mutex_lock(&l->feed->lock);
    l->stream = s;
    l->next = l->feed->listeners;
    l->feed->listeners = l;
    pthread_mutex_unlock(&l->feed->lock);
    raise_flag(l->feed, &l->feed->look);
    http_stream_send(s, "retry: 3000\n\n", 13);
}

static void
on_gone(void *arg, struct http_stream *s)
{
    struct listener *l = arg;
    struct feed *f = l->feed;

    (void)s;
    pthread_mutex_lock(&f->lock);
    for (struct listener **p = &f->listeners; *p != NULL; p = &(*p)->next)
        if (*p == l) {
            *p = l->next;
            break;
        }
    pthread_mutex_unlock(&f->lock);
    free_listener(l);
}

/* Who he is stands fast before anything happens that he is to hear of. */
static enum err
introduce(struct call *c, struct listener *l)
{
    const struct actor *who = c->actor;
    enum err e = look_up(c, l, l->arena, &l->actor);

    c->actor = who;
    l->refreshed_ms = c->now.ms;
    return e;
}

enum err
feed_listen(struct call *c, const struct http_request *q, struct http_reply *r)
{
    const char *last = http_header(q, "Last-Event-ID");
    const char *accept = http_header(q, "Accept");
    struct listener *l;
    enum err e;

    TRY(auth_need(c, NULL, NULL));
    if (c->app->feed == NULL)
        return fail(c, ERR_ABSENT, NULL, "there is no such address");
    l = calloc(1, sizeof *l);
    ASSERT(l != NULL);
    l->feed = c->app->feed;
    l->arena = arena_open();
    l->lang = c->lang;
    l->session_id = c->actor->by_token ? 0 : c->actor->session_id;
    (void)strncpy(l->account, c->actor->account, sizeof l->account - 1);
    l->brief = accept == NULL || strstr(accept, "text/event-stream") == NULL;
    if (last != NULL)
        (void)text_int(last, &l->from);
    e = introduce(c, l);
    if (e != OK) {
        free_listener(l);
        return e;
    }
    r->status = 200;
    r->type = "text/event-stream";
    r->stream_open = on_open;
    r->stream_gone = on_gone;
    r->stream_arg = l;
    return OK;
}
