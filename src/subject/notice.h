/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice - messages to people about a row of any noun.  Owns the table notice.
 *
 * Always true:
 *   1. A message says of which row it is and what happened, as a word; the
 *      sentence is made when it is read, in the reader's language.
 *   2. Nobody is told of what is one's own act.
 *   3. A message is read by its person only.
 *
 * Not here: whom an engine tells of what; the sentence (api/notices.h).
 */
#ifndef SUBJECT_NOTICE_H
#define SUBJECT_NOTICE_H

#include "base/base.h"
#include "model/model.h"

struct notice {
    int64_t id, person_id;
    const char *noun; /* the row it is about */
    int64_t noun_id;
    int64_t order_id; /* the same where it is an order */
    const char *kind; /* what happened: a state, a verb, "overdue" */
    const char *text; /* the sentence; what was written before there were kinds
                         stands in the table */
    instant at, read_at;
};
extern const struct model notice_model;

/* Tell the person that KIND happened to the row; 0 or the actor: nobody.  In
   the caller's TX. */
enum err notice_tell(struct call *c, int64_t person_id, const char *noun,
                     int64_t noun_id, const char *kind) MUST_USE;

/* One's own, the newest first unless asked otherwise; `text` as it stands in
   the table. */
enum err notice_list(struct call *c, struct list *l) MUST_USE;

/* It has been read.  ERR_ABSENT: there is none of one's own. */
enum err notice_read(struct call *c, struct notice *n) MUST_USE;

/* Drop at most MAX notices that were read more than NOTICE_KEPT_DAYS ago;
   *DONE tells how many.  Several processes may do so at once. */
#define NOTICE_KEPT_DAYS 180
enum err notice_drop_old(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
