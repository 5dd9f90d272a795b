/* SPDX-License-Identifier: Apache-2.0 */
/*
 * news - where a reader of the table news stands.
 *
 * Each event and notice has a row there, numbered by the database as it is
 * committed (db_news_add).  A reader takes them in the order of the numbers.
 * On PostgreSQL the greater of two numbers may be seen first; the missing ones
 * are looked for until nobody is left who could commit them.
 *
 * Always true:
 *   1. Each row is shown as new or as late once, whatever any clock says.
 *   2. All up to news_position were shown and taken, or were never committed:
 *      it is what a listener is given as a place, good at every process.
 *   3. A reader needs as much memory in a large office as in a small one.
 */
#ifndef API_NEWS_H
#define API_NEWS_H

#include "base/base.h"
#include "db/db.h"

#define NEWS_PAGE 100    /* rows read at a time */
#define NEWS_REPLAY 2000 /* a listener who missed more looks anew */
#define NEWS_KEPT 10000  /* the table's newest rows */
#define NEWS_GAPS 256
/* A transaction takes its numbers with its COMMIT, so it is not long between
   the two, even where a standby keeps it waiting. */
#define NEWS_GAP_MS (120 * SECOND_MS)

/* A row with what it is about; of an order, all of it read at once, as it is by
   now, and where it lies. */
struct news_row {
    int64_t seq;
    enum news_kind kind;
    int64_t row_id;
    const char *noun; /* of which row it is */
    int64_t noun_id;
    /* Of an event. */
    const char *verb;
    bool internal;
    /* ... of an order; NULL, 0: it is gone, or is none. */
    const char *number, *state;
    int64_t version;
    int64_t unit_id, crew_id, place_id, provider_id, requester_id, item_id;
    const char *unit_path, *place_path; /* NULL: there is none */
    /* Of a notice: to whom, its kind, what it says. */
    int64_t person_id;
    const char *word, *text;
};

/* A number that was passed over. */
struct news_gap {
    int64_t seq, bound; /* once all transactions below BOUND have ended ... */
    int64_t since_ms;
    bool bounded;
};

struct news {
    bool begun;
    int64_t high; /* the greatest taken */
    size_t n_gaps;
    struct news_gap gaps[NEWS_GAPS]; /* below it, rising */
};

/* What is there by now is taken as read. */
enum err news_begin(struct call *c, struct news *n) MUST_USE;

/* Rows that were passed over and are there now, at most NEWS_PAGE; once in a
   while, for it also settles which will never come. */
enum err news_late(struct call *c, struct news *n, struct news_row *rows,
                   size_t *count) MUST_USE;

/* The next rows, at most NEWS_PAGE; fewer are all there are. */
enum err news_next(struct call *c, const struct news *n, struct news_row *rows,
                   size_t *count) MUST_USE;

/* Rows after AFTER that were taken before, at most NEWS_PAGE in the order of
   their numbers; *END is how far this goes. */
enum err news_again(struct call *c, const struct news *n, int64_t *end,
                    struct news_row *rows, size_t *count) MUST_USE;

/* The row SEQ, shown by news_late or news_next, is done with. */
void news_take(struct news *n, int64_t seq);

/* All rows up to this one are done with, or were given up: from here whoever
   comes back is told. */
int64_t news_position(const struct news *n);

/* Drop at most MAX rows that are older than the newest NEWS_KEPT. */
enum err news_drop_old(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
