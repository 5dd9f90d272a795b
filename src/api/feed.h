/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed - live changes to whoever listens: GET /api/v1/stream.
 *
 * One thread reads what is new from the table news (api/news.h), so that
 * several processes on one database hear of each other, and sends each row to
 * the listeners who may see it.
 *
 * Whoever does not ask for text/event-stream by name is told what came since
 * its Last-Event-ID, and the stream ends: a program that looks now and then
 * need not hold a connection.
 *
 * Always true:
 *   1. Nobody is sent an event of a row they may not see, nor one that its
 *      timeline would not show them (api/hear.h).
 *   2. Who is not signed in any more, by the rule that a request is judged by,
 *      is told `bye` within FEED_REFRESH_MS, at once where this process ended
 *      it, and the stream ends.  Listening is no use of a session.
 *   3. Whoever comes back with a Last-Event-ID misses nothing: told is
 *      what was not heard, or to look for oneself (`reload`) when that is
 *      more than NEWS_REPLAY rows or it is no place in the row of news.
 *   4. Of what waits for a listener who does not read, FEED_WAITING bytes are
 *      kept and some: the rest is told as it is read.
 *   5. Only the feed's thread touches listeners and waits for the database; no
 *      other thread waits for it.
 */
#ifndef API_FEED_H
#define API_FEED_H

#include "http/http.h"
#include "model/app.h"

/* Streams of one account open at a time; more are refused (429). */
#define FEED_STREAMS 32
#define FEED_REFRESH_MS 10000
#define FEED_WAITING ((size_t)16 << 10)

/* Looks at every commit of this process, and once a second. */
struct feed *feed_open(const struct app *app);
void feed_stop(struct feed *f);  /* before http_stop */
void feed_close(struct feed *f); /* after it */

/* How many listen; F may be NULL. */
size_t feed_listeners(const struct feed *f);

/* Answer the request with an event stream for the call's actor; ERR_LIMIT when
   the account has too many. */
enum err feed_listen(struct call *c, const struct http_request *q,
                     struct http_reply *r) MUST_USE;

#endif
