/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event - what happened to a row of any noun, by whom and when: its timeline.
 * Owns the table event.
 *
 * Always true:
 *   1. Rows are only added; they stay when what they tell of is gone, but for
 *      that which never happened (event_drop).
 *   2. An event is part of its row: the audit entry of what happened holds its
 *      digest (model/proof.h).
 *   3. Of one row the later event has the higher id, whatever any clock says.
 *
 * Not here: who may hear of it (life/life.h), the stream (api/feed.h).
 */
#ifndef SUBJECT_EVENT_H
#define SUBJECT_EVENT_H

#include "base/base.h"
#include "model/model.h"

struct event {
    int64_t id;
    const char *noun; /* the row it is of */
    int64_t noun_id;
    int64_t order_id; /* the same where it is an order */
    instant at;
    int64_t actor_id;       /* person */
    const char *actor_name; /* NULL in what is to be added: the actor's */
    const char *verb, *from_state, *to_state, *reason, *note;
    bool internal;      /* for those who serve */
    const char *detail; /* JSON */
};
extern const struct model event_model;

/* Add what happens now, and tell the stream.  No actor means the program.  The
   audit entry of NOUN, NOUN_ID must follow in the caller's TX. */
enum err event_add(struct call *c, struct event *e) MUST_USE;

/* The same for a row that was made in the caller's TX: nobody else had it. */
enum err event_begin(struct call *c, struct event *e) MUST_USE;

/* The same, of what has not happened now: nobody is told. */
enum err event_write(struct call *c, struct event *e) MUST_USE;

/* An import is undone, and with it what it said of this row. */
enum err event_drop(struct call *c, int64_t noun_id) MUST_USE;

/* Has anything but VERB happened to the row? */
enum err event_other(struct call *c, int64_t noun_id, const char *verb,
                     bool *any) MUST_USE;

/* Who looks at a timeline hears of this. */
struct event_view {
    const char *noun;
    int64_t noun_id;
    bool internal;    /* what is internal, too */
    const char *verb; /* of this verb only; NULL: of any */
    const char *const
        *hidden; /* verbs that are not for these eyes; NULL-ended */
};

/* The events of a row that the list asks for, oldest first. */
enum err event_list(struct call *c, struct list *l,
                    const struct event_view *v) MUST_USE;

/* The newest of the row, of VERB alone unless it is NULL; ERR_ABSENT: it has
   none. */
enum err event_newest(struct call *c, const char *noun, int64_t noun_id,
                      const char *verb, struct event *e) MUST_USE;

#endif
