/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_inner - what the files of the feed know of one another.
 *
 * A listener is made by a worker (feed_listen.c), handed to the feed's thread
 * through the mailbox `opened`, told there what is new (feed_tell.c), and
 * handed back through the mailbox `gone` by the poller that saw its connection
 * end.  A mailbox is a stack that is pushed to and taken whole by one atomic
 * exchange: nobody waits.
 */
#ifndef API_FEED_INNER_H
#define API_FEED_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "api/feed.h"
#include "api/news.h"
#include "auth/auth.h"

#define FEED_FORGOTTEN 64

struct listener {
    struct listener *next, *previous; /* in the feed's list */
    struct listener *next_opened, *next_gone;
    struct feed *feed;
    struct http_stream *stream; /* NULL: was never open */
    int64_t account_id;
    unsigned char key[AUTH_KEY];
    bool token;
    enum lang lang;
    bool brief; /* told what was missed, then ended */

    struct actor *actor;
    int64_t checked_ms; /* when last seen to be signed in */
    int64_t from;       /* all up to this row was told; -1: no place */
    bool resumed;       /* by a Last-Event-ID */
    bool listed, ended;
    bool live;    /* told what is new; otherwise still what was missed */
    bool in_turn; /* reads along with the page that is being told */
};

/* How many streams an account has. */
struct stream_count {
    struct stream_count *next;
    int64_t account_id;
    unsigned n;
};
#define COUNT_BUCKETS 512

struct feed {
    const struct app *app;
    struct store_watcher watcher;
    pthread_t thread;
    atomic_bool stop;

    pthread_mutex_t wake_lock; /* of the next three; never held for long */
    pthread_cond_t wake;
    bool look;
    int64_t forgotten[FEED_FORGOTTEN]; /* accounts to be looked at anew */
    size_t n_forgotten;                /* more than fit: all of them */

    pthread_mutex_t count_lock; /* of counts; never held for long */
    struct stream_count *counts[COUNT_BUCKETS];

    _Atomic(struct listener *) opened, gone; /* the mailboxes */
    atomic_size_t n_listeners;
    atomic_llong position; /* of the news; -1: not known yet */

    /* The thread's own. */
    struct listener *listeners;
    struct news news;
    struct news_row page[NEWS_PAGE]; /* that is being told */
    struct arena *scratch;           /* of one row */
    int64_t cursor; /* where the next page is told to those who catch up */
    bool bad;       /* the database did not answer */
};

/* -- feed.c -------------------------------------------------------------- */

/* There is something to look at: any thread but a poller. */
void feed_wake(struct feed *f);

/* -- feed_listen.c ------------------------------------------------------- */

/* Gone for good: its stream is given back and counted no more. */
void listener_free(struct listener *l);

/* -- feed_tell.c --------------------------------------------------------- */

/* Signed in still?  Looks when it is time; one who is not is told bye.
   When that cannot be read just now all is as it was, and it is asked again. */
bool listener_may_listen(struct call *c, struct listener *l);

/* To one that was opened: where it stands. */
void tell_welcome(struct feed *f, struct listener *l);

/* A new or late row, which is taken now, to all who may hear of it.  What fails
   has taken nothing and told nobody. */
enum err tell_row(struct call *c, struct feed *f,
                  const struct news_row *row) MUST_USE;

/* One page of what was missed to those who catch up; *MORE when some still
   do. */
enum err tell_missed(struct call *c, struct feed *f, bool *more) MUST_USE;

#endif
