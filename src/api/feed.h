/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed - live changes to whoever listens: GET /api/v1/stream.
 *
 * One thread reads new events and messages from the database, so that
 * several processes on one database hear of each other, and sends each to the
 * listeners who may see it.  A listener's rights are read anew every ten
 * seconds; one whose session has ended is closed.
 *
 * Whoever does not ask for text/event-stream by name is told what came since
 * his Last-Event-ID, and the stream ends: a program that looks now and then
 * need not hold a connection.
 *
 * Always true: nobody is sent an event of an order he may not see, nor an
 * internal comment unless he serves.
 */
#ifndef API_FEED_H
#define API_FEED_H

#include "http/http.h"
#include "model/app.h"

/* Looks at every commit of this process, and once a second. */
struct feed *feed_open(const struct app *app);
void feed_stop(struct feed *f);  /* before http_stop */
void feed_close(struct feed *f); /* after it */

/* How many listen; F may be NULL. */
size_t feed_listeners(struct feed *f);

/* Answer the request with an event stream for the call's actor. */
enum err feed_listen(struct call *c, const struct http_request *q,
                     struct http_reply *r) MUST_USE;

#endif
