/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb of every life, from its table. */
#include "fault.h"
#include "lives.h"
#include "subject/event.h"

struct saying {
    const struct life_case *k;
    const struct step *step;
    int64_t id;
    const void *in;
};

static enum err
do_say(struct call *c, const void *with)
{
    const struct saying *s = with;
    void *view = arena_alloc(c->arena, life_view(s->k->life)->size);

    return life_do(c, s->k->life, s->step->verb, s->in, view);
}

/* The first who may, in the order of the case's people. */
static const char *
who_says(struct call *c, const struct saying *s)
{
    for (size_t i = 0; i < s->k->n_people; i++) {
        const struct life_person *p = &s->k->people[i];
        TX undone = tx_begin(c);

        if (!(p->who & s->step->who))
            continue;
        as(c, p->account);
        if (do_say(c, s) == OK)
            return p->account;
    }
    fail_msg("%s: nobody can say it: %s", s->step->verb, c->fault.text);
    return NULL;
}

/* Not a state in which work was begun: nothing that waits is over yet. */
static unsigned
a_state_of(const struct life_case *k, const struct step *s)
{
    unsigned state = 0;

    while (!(s->from >> state & 1))
        state++;
    ASSERT(k->life->states[state] != NULL);
    return state;
}

static void
try_step(struct call *c, const struct life_case *k, const struct step *step)
{
    struct saying s = { .k = k, .step = step };

    s.id = k->bring(c, a_state_of(k, step));
    if (k->waits(step->verb))
        k->ready(c, step->verb, s.id);
    s.in = k->with(c, step->verb, s.id);
    expect_all_or_nothing(c, step->verb, who_says(c, &s), do_say, &s);
}

static void
try_life(struct call *c, const struct life_case *k)
{
    k->make(c);
    office_exec(c, "DELETE FROM audit_entry WHERE action <> 'sign_in'");
    for (size_t i = 0; i < k->life->n; i++)
        if (!(k->life->steps[i].who & LIFE_PROGRAM))
            try_step(c, k, &k->life->steps[i]);
}

static enum err
do_comment(struct call *c, const void *with)
{
    const struct saying *s = with;
    struct event e;

    return life_comment(c, s->k->life, s->in, &e);
}

static void
try_comment(struct call *c, const struct life_case *k)
{
    struct saying s = { .k = k, .step = life_verb(k->life, LIFE_COMMENT) };

    k->make(c);
    s.id = k->bring(c, a_state_of(k, s.step));
    s.in = k->with(c, LIFE_COMMENT, s.id);
    expect_all_or_nothing(c, "comments", who_says(c, &s), do_comment, &s);
}

TEST(a_comment_on_a_row_of_any_life_is_all_or_nothing)
{
    for (const struct life_case *k = life_cases; k->life != NULL; k++)
        if (life_verb(k->life, LIFE_COMMENT) != NULL)
            try_comment(c, k);
}

TEST(every_verb_of_an_order_is_all_or_nothing)
{
    try_life(c, life_case_of(&order_life));
}

TEST(every_verb_of_every_other_life_is_all_or_nothing)
{
    for (const struct life_case *k = life_cases; k->life != NULL; k++)
        if (k->life != &order_life)
            try_life(c, k);
}
