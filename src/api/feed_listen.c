/* SPDX-License-Identifier: Apache-2.0 */
/* feed_listen - a request becomes a listener, and a listener ends. */
#include <stdlib.h>
#include <string.h>

#include "api/feed_inner.h"
#include "base/text.h"

/* -- how many an account has ---------------------------------------------------- */

/* Lock held: the link to the account's count, or to where it would be. */
static struct stream_count **
count_of(struct feed *f, int64_t account_id)
{
    struct stream_count **at = &f->counts[(uint64_t)account_id % COUNT_BUCKETS];

    while (*at != NULL && (*at)->account_id != account_id)
        at = &(*at)->next;
    return at;
}

/* False when it has as many as it may. */
static bool
count_up(struct feed *f, int64_t account_id)
{
    struct stream_count **at;
    bool may;

    pthread_mutex_lock(&f->count_lock);
    at = count_of(f, account_id);
    if (*at == NULL) {
        *at = calloc(1, sizeof **at);
        ASSERT(*at != NULL);
        (*at)->account_id = account_id;
    }
    may = (*at)->n < FEED_STREAMS;
    (*at)->n += may;
    pthread_mutex_unlock(&f->count_lock);
    return may;
}

static void
count_down(struct feed *f, int64_t account_id)
{
    struct stream_count **at, *k;

    pthread_mutex_lock(&f->count_lock);
    at = count_of(f, account_id);
    k = *at;
    if (k != NULL && --k->n == 0) {
        *at = k->next;
        free(k);
    }
    pthread_mutex_unlock(&f->count_lock);
}

void
listener_free(struct listener *l)
{
    count_down(l->feed, l->account_id);
    if (l->stream != NULL)
        http_stream_release(l->stream);
    free(l->actor);
    free(l);
}

/* -- the mailboxes ---------------------------------------------------------------- */

static void
on_open(void *arg, struct http_stream *s)
{
    struct listener *l = arg;
    struct feed *f = l->feed;

    l->stream = s;
    l->next_opened = atomic_load(&f->opened);
    while (!atomic_compare_exchange_weak(&f->opened, &l->next_opened, l))
        continue;
    feed_wake(f);
}

/* On a poller: all other connections wait for it.  The feed looks into the
   mailbox by itself. */
static void
on_gone(void *arg, struct http_stream *s)
{
    struct listener *l = arg;
    struct feed *f = l->feed;

    (void)s;
    l->next_gone = atomic_load(&f->gone);
    while (!atomic_compare_exchange_weak(&f->gone, &l->next_gone, l))
        continue;
}

/* -- listening ---------------------------------------------------------------- */

/* Where they left off: what is no number is a place nobody knows. */
static void
read_place(const struct http_request *q, struct listener *l)
{
    const char *last = http_header(q, "Last-Event-ID");

    l->resumed = last != NULL && *last != '\0';
    if (!l->resumed)
        l->from = atomic_load(&l->feed->position);
    else if (!text_int(last, &l->from))
        l->from = -1;
}

static struct listener *
make_listener(struct call *c, const struct http_request *q)
{
    const char *accept = http_header(q, "Accept");
    struct listener *l = calloc(1, sizeof *l);

    ASSERT(l != NULL);
    l->feed = c->app->feed;
    l->account_id = c->actor->account_id;
    l->actor = actor_keep(c->actor);
    l->checked_ms = monotonic_ms();
    l->token = c->actor->by_token;
    memcpy(l->key, c->actor->key, sizeof l->key);
    l->lang = c->lang;
    l->brief = accept == NULL || strstr(accept, "text/event-stream") == NULL;
    read_place(q, l);
    return l;
}

enum err
feed_listen(struct call *c, const struct http_request *q, struct http_reply *r)
{
    TRY(auth_need(c, NULL, NULL));
    if (c->app->feed == NULL)
        return fail(c, ERR_ABSENT, NULL, "there is no such address");
    if (!count_up(c->app->feed, c->actor->account_id))
        return fail(c, ERR_LIMIT, NULL,
                    "%d event streams of this account are open already",
                    FEED_STREAMS);
    r->status = 200;
    r->type = "text/event-stream";
    r->stream_open = on_open;
    r->stream_gone = on_gone;
    r->stream_arg = make_listener(c, q);
    return OK;
}
