/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hear - who may hear of an event: whoever would be shown it, were they to ask.
 *
 * Of a row with a life that is the life's own rule (life_may_hear), of a plain
 * noun's row the rule by which it is read (noun_may_see).  Of a row that is gone
 * nobody hears: there is nothing left by which to tell who may.
 */
#ifndef API_HEAR_H
#define API_HEAR_H

#include "api/news.h"
#include "subject/event.h"

struct json_out;
struct life;
struct noun;

/* An event and its row, as it is by now. */
struct hearing {
    struct event event;
    const struct model *model;
    const struct life *life; /* or NULL: a plain noun */
    const struct noun *noun;
    void *rec; /* NULL: it is gone, or nothing is known of its noun */
};

/* Of ROW, a NEWS_EVENT; in the call's arena.  Looks at the database only where
   the row of news does not bring what is needed with it. */
enum err hear_begin(struct call *c, const struct news_row *row,
                    struct hearing *h) MUST_USE;

/* May the call's actor hear of it? */
enum err hear_may(struct call *c, const struct hearing *h, bool *may) MUST_USE;

/* {id, number?, state?, verb, version?}, for whoever may. */
void hear_write(const struct hearing *h, struct json_out *o);

#endif
