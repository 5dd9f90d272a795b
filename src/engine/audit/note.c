/* SPDX-License-Identifier: Apache-2.0 */
/* What may come in floods: written as it is a few times a minute, then
   counted. */
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/audit/inner.h"
#include "model/app.h"

/* What is to be told of an account whose minute has passed. */
struct due {
    struct note_count count;
    bool found;
};

static bool
is_over(const struct note_count *k, instant now)
{
    return now.ms - k->since.ms >= MINUTE_MS || now.ms < k->since.ms;
}

/* Lock held: where the account and action are counted; n_notes: nowhere. */
static size_t
find_place(const struct audit *a, const struct call *c, const char *action)
{
    size_t i = 0;

    while (i < a->n_notes
           && (a->notes[i].account_id != c->actor->account_id
               || strcmp(a->notes[i].action, action) != 0))
        i++;
    return i;
}

/* Lock held: the place is taken out of the list. */
static struct due
take(struct audit *a, size_t i)
{
    struct due d = { a->notes[i], true };

    a->notes[i] = a->notes[--a->n_notes];
    return d;
}

/* Is this one to be written, rather than counted?  *OLD: what was counted in a
   minute that is over.  More accounts than there are places are not a flood of
   one: theirs are written. */
static bool
count_one(struct audit *a, const struct call *c, const char *action,
          struct due *old)
{
    bool first = true;
    size_t i;

    (void)pthread_mutex_lock(&a->lock);
    i = find_place(a, c, action);
    if (i < a->n_notes && is_over(&a->notes[i], c->now)) {
        *old = take(a, i);
        i = a->n_notes;
    }
    if (i == a->n_notes && i < MAX_NOTES) {
        a->notes[i] = (struct note_count){ .account_id = c->actor->account_id,
                                           .action = action,
                                           .actor = strdup(c->actor->name),
                                           .since = c->now };
        ASSERT(a->notes[i].actor != NULL);
        a->n_notes++;
    }
    if (i < a->n_notes)
        first = a->notes[i].n++ < AUDIT_PER_MINUTE;
    (void)pthread_mutex_unlock(&a->lock);
    return first;
}

/* In a transaction of its own; what cannot be written is for the log. */
static void
write_more(struct call *c, struct note_count *k)
{
    struct actor who = { .account_id = k->account_id, .name = k->actor };
    const struct actor *me = c->actor;

    if (k->n > AUDIT_PER_MINUTE) {
        c->actor = &who;
        if (audit_write(c, arena_printf(c->arena, "%s.more", k->action), NULL,
                        0,
                        arena_printf(c->arena, "{\"times\":%lld}",
                                     (long long)(k->n - AUDIT_PER_MINUTE)))
            != OK)
            log_line(LOG_ERROR, "audit",
                     "%lld more of %s were not recorded: %s", (long long)k->n,
                     k->action, c->fault.text ? c->fault.text : "?");
        c->actor = me;
    }
    free(k->actor);
}

void
audit_note(struct call *c, const char *action, const char *noun,
           const char *detail)
{
    struct fault kept = c->fault;
    struct due old = { .found = false };
    bool first = true;

    if (c->actor != NULL && c->app->audit != NULL)
        first = count_one(c->app->audit, c, action, &old);
    c->fault = (struct fault){ 0 };
    if (old.found)
        write_more(c, &old.count);
    if (first && audit_write(c, action, noun, 0, detail) != OK)
        log_line(LOG_ERROR, "audit", "%s of %s was not recorded: %s", action,
                 c->actor ? c->actor->account : "nobody",
                 c->fault.text ? c->fault.text : "?");
    c->fault = kept;
}

/* -- the numbers ------------------------------------------------------------- */

/* One whose minute has passed is taken out of the list. */
static struct due
take_due(struct audit *a, instant now, bool all)
{
    struct due d = { .found = false };

    (void)pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < a->n_notes && !d.found; i++)
        if (all || is_over(&a->notes[i], now))
            d = take(a, i);
    (void)pthread_mutex_unlock(&a->lock);
    return d;
}

static void
tell_some(struct call *c, int64_t max, bool all, int64_t *done)
{
    struct due d;

    for (*done = 0; c->app->audit != NULL && *done < max; ++*done) {
        d = take_due(c->app->audit, c->now, all);
        if (!d.found)
            return;
        write_more(c, &d.count);
    }
}

enum err
audit_tell_more(struct call *c, int64_t max, int64_t *done)
{
    tell_some(c, max, false, done);
    return OK;
}

void
audit_tell_all_more(struct call *c)
{
    int64_t done;

    tell_some(c, MAX_NOTES, true, &done);
}
