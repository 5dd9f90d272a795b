/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health - how the parts of this process fare, each in one sentence.
 *
 * A part (the database, the nightly backup, the jail) says how it is when that
 * changes; the administrators read it at GET /health and on their page, a
 * monitor as liangcao_health{part="..."}.  BAD means that the office cannot be
 * served as promised: /readyz then answers 503.
 *
 * Always true:
 *   1. A part has one row; saying it again replaces the row.  Of a part that has
 *      several sides ("database:answers", "database:keeps") each is said by one
 *      alone, and the row tells the worst: what is good of one side takes back
 *      nothing that is bad of another.
 *   2. The sentence is kept in both languages, so it names no person and
 *      holds no secret: every administrator reads it.
 */
#ifndef MODEL_HEALTH_H
#define MODEL_HEALTH_H

#include "model/app.h"
#include "model/model.h"

enum health_level { HEALTH_GOOD, HEALTH_WARN, HEALTH_BAD };
extern const char *const health_levels[]; /* "good", "warn", "bad", NULL */

/* One row as it is read. */
struct health_part {
    int64_t id;       /* place in the list, from 1 */
    const char *part; /* for machines: "backup" */
    const char *name; /* the same for people */
    unsigned level;   /* enum health_level */
    const char *says;
    instant since; /* of this level */
};
extern const struct model health_model;

/* What a served office says of itself: nothing yet. */
struct health *health_open(void);
void health_close(struct health *h);

/*
 * PART (a literal: "backup", or a side of one) fares so.  The part and FMT are
 * English and looked up in the table of words like the texts of fail().  Any
 * thread; a process without health (commands, tests) takes no notice.
 */
void health_say(const struct app *app, const char *part,
                enum health_level level, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* All rows in C's language, in the order they were first said. */
size_t health_list(struct call *c, struct health_part **out);

/* The worst sentence in C's language when a part is BAD; NULL when none is. */
const char *health_trouble(struct call *c);

#endif
