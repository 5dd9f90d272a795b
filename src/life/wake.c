/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a time comes: the round that says the program's verbs by themselves.
 *
 * A row is due by its state and by the column its step names; once the verb was
 * said it is due no more, so a round that was cut short goes on with the rest.
 */
#include "life/life.h"

#include "base/text.h"

/* How many rows that fail one step of the round looks past, in times of max. */
#define LOOK_PAST 10

/* "'lent', 'overdue'": the states the step begins in.  They are words of the
   program, and as such an index of some states alone can serve. */
static const char *
states_of(struct call *c, const struct life *life, const struct step *s)
{
    struct buf b = buf_make(c->arena, 0);

    for (unsigned k = 0; life->states[k] != NULL; k++)
        if (s->from >> k & 1)
            buf_printf(&b, "%s'%s'", b.len > 0 ? ", " : "", life->states[k]);
    return b.s;
}

static const char *
find_due(struct call *c, const struct life *life, const struct step *s)
{
    return db_intern(c, arena_printf(c->arena,
                                     "SELECT id FROM %s WHERE state IN (%s)"
                                     " AND %s <= $1 ORDER BY %s, id"
                                     " LIMIT $2 OFFSET $3",
                                     life->model->table, states_of(c, life, s),
                                     s->when, s->when));
}

static bool
is_due(const struct call *c, const struct life *life, const struct step *s,
       const void *rec)
{
    const struct field *f = model_field(life->model, s->when);
    instant t;

    ASSERT(f != NULL && f->kind == FIELD_INSTANT);
    t = *(const instant *)(const void *)((const char *)rec + f->offset);
    return t.ms != 0 && t.ms <= c->now.ms
           && life_step(life, life_state(life, rec), s->verb) == s;
}

static enum err
wake_one(struct call *c, const struct life *life, const struct step *s,
         int64_t id)
{
    void *old = arena_alloc(c->arena, life->model->size);
    void *rec = arena_alloc(c->arena, life->model->size);
    TX tx = tx_begin(c);
    enum err e = model_get(c, life->model, id, old);

    /* Somebody may have been here since the list was read. */
    if (e == ERR_ABSENT || (e == OK && !is_due(c, life, s, old)))
        return tx_commit(&tx);
    TRY(e);
    TRY(life_program(c, life, s->verb, NULL, old, rec));
    return tx_commit(&tx);
}

/* The rows of one step, the longest due first.  Those that failed stay where
   they were, before the others, and are passed over. */
static enum err
wake_step(struct call *c, const struct life *life, const struct step *s,
          int64_t max, int64_t *done)
{
    enum err first = OK;
    int64_t failed = 0;
    struct due_ids due;

    do {
        int64_t room = max - *done;

        TRY(db_due(c, &due, room, find_due(c, life, s), V(c->now), V(room),
                   V(failed)));
        for (size_t i = 0; i < due.n; i++) {
            enum err e = wake_one(c, life, s, due.ids[i]);

            if (e != OK && e != ERR_BUSY && first == OK)
                first = e;
            failed += e != OK;
            *done += e == OK;
        }
    } while (due.n > 0 && *done < max && failed < LOOK_PAST * max);
    return first;
}

enum err
life_wake(struct call *c, const struct life *life, int64_t max, int64_t *done)
{
    enum err first = OK;

    *done = 0;
    for (size_t i = 0; i < life->n && *done < max; i++) {
        const struct step *s = &life->steps[i];
        enum err e;

        if (s->when == NULL)
            continue;
        ASSERT(s->who & LIFE_PROGRAM);
        e = wake_step(c, life, s, max, done);
        first = first == OK ? e : first;
    }
    return first;
}
