/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every state x every verb x every kind of person of every life, driven by its
 * table: what it allows works and does what it says, everything else is refused
 * with the right error and changes nothing.
 */
#include <stdio.h>

#include "lives.h"

struct cell {
    const struct life_case *k;
    unsigned state;
    const char *verb;
    const struct life_person *p;
    int64_t id;
};

static const char *
cell_name(struct call *c, const struct cell *x)
{
    return arena_printf(c->arena, "%s %s, %s by %s", x->k->life->model->noun,
                        x->k->life->states[x->state], x->verb,
                        x->p->account ? x->p->account : "nobody");
}

/* The order of checks: seen at all, possible now, for this person, guard. */
static enum err
expected(const struct cell *x)
{
    const struct step *s = life_step(x->k->life, x->state, x->verb);

    if (x->p->who == 0)
        return ERR_ABSENT;
    if (s == NULL)
        return ERR_CONFLICT;
    return s->who & x->p->who ? OK : ERR_DENIED;
}

static enum err
do_cell(struct call *c, const struct cell *x)
{
    return life_say(c, x->k, x->p->account, x->verb, x->id);
}

static int64_t
count_entries(struct call *c, const struct cell *x)
{
    return office_int(
        c, arena_printf(c->arena,
                        "SELECT COUNT(*) FROM audit_entry WHERE noun = '%s'"
                        " AND noun_id = %lld AND action = '%s.%s'",
                        x->k->life->model->noun, (long long)x->id,
                        x->k->life->model->noun, x->verb));
}

/* All that a verb could touch, in short. */
static const char *
traces(struct call *c, const struct cell *x)
{
    return arena_printf(
        c->arena, "%u %lld %lld %lld %lld", life_state_now(c, x->k, x->id),
        (long long)office_int(c, "SELECT COUNT(*) FROM event"),
        (long long)office_int(c, "SELECT COUNT(*) FROM notice"),
        (long long)office_int(c, "SELECT COUNT(*) FROM audit_entry"),
        (long long)office_int(
            c, arena_printf(c->arena,
                            "SELECT COUNT(*) + COALESCE(SUM(version), 0)"
                            " FROM %s",
                            x->k->table)));
}

/* A verb that is allowed: the state it leads to, and one entry that says so;
   undone afterwards. */
static void
expect_done(struct call *c, const struct cell *x)
{
    const struct step *s = life_step(x->k->life, x->state, x->verb);
    unsigned to = s->to < 0 ? x->state : (unsigned)s->to, after = to;
    int64_t entries;
    TX undone = tx_begin(c);

    if (x->k->waits(x->verb))
        x->k->ready(c, x->verb, x->id);
    entries = count_entries(c, x);
    if (do_cell(c, x) != OK)
        fail_msg("%s: %s\n", cell_name(c, x), c->fault.text);
    if (!(s->flags & STEP_REMOVES))
        after = life_state_now(c, x->k, x->id);
    if (after != to || count_entries(c, x) != entries + 1)
        fail_msg("%s: %s, %lld entries\n", cell_name(c, x),
                 x->k->life->states[after], (long long)count_entries(c, x));
}

static void
expect_refused(struct call *c, const struct cell *x, enum err want)
{
    const char *before = traces(c, x);
    enum err e = do_cell(c, x);

    if (e != want || c->fault.code != want || c->fault.text == NULL)
        fail_msg("%s: %s, not %s: %s\n", cell_name(c, x), err_word(e),
                 err_word(want), c->fault.text);
    if (strcmp(before, traces(c, x)) != 0)
        fail_msg("%s: refused, but %s became %s\n", cell_name(c, x), before,
                 traces(c, x));
}

/* Is the verb among those the interface is offered, or told why not? */
static void
look_at(struct call *c, const struct cell *x, bool *offered, bool *explained)
{
    void *rec = arena_alloc(c->arena, x->k->life->model->size);
    const char *word = arena_printf(c->arena, "\"%s\"", x->verb);
    struct offers offer;

    as(c, x->p->account);
    *offered = *explained = false;
    if (life_load(c, x->k->life, x->id, rec) != OK)
        return;
    EXPECT_OK(life_offer(c, x->k->life, rec, NULL, &offer));
    *offered = strstr(offer.verbs, word) != NULL;
    *explained = strstr(offer.why_not, word) != NULL;
}

static void
try_cell(struct call *c, const struct cell *x)
{
    enum err want = expected(x);
    bool waits = want == OK && x->k->waits(x->verb), offered, explained;

    if (want == OK)
        expect_done(c, x);
    else
        expect_refused(c, x, want);
    look_at(c, x, &offered, &explained);
    if (offered != (want == OK && !waits) || explained != waits)
        fail_msg("%s: the interface is %soffered it\n", cell_name(c, x),
                 offered ? "" : "not ");
}

static void
try_state(struct call *c, struct cell *x, int *allowed)
{
    const struct life *life = x->k->life;

    x->id = x->k->bring(c, x->state);
    assert_int_equal(life_state_now(c, x->k, x->id), x->state);
    for (size_t p = 0; p < x->k->n_people; p++)
        for (const struct step *s = life_next(life, NULL); s != NULL;
             s = life_next(life, s)) {
            x->p = &x->k->people[p];
            x->verb = s->verb;
            if (life_is_program(life, s->verb))
                continue;
            try_cell(c, x);
            *allowed += expected(x) == OK;
        }
}

static void
try_life(struct call *c, const struct life_case *k)
{
    struct cell x = { .k = k };
    int allowed = 0;

    k->make(c);
    for (; k->life->states[x.state] != NULL; x.state++)
        if (!(k->gone >> x.state & 1))
            try_state(c, &x, &allowed);
    EXPECT(allowed > 0);
}

TEST(every_verb_of_an_order_in_every_state_by_everybody)
{
    try_life(c, &life_cases[0]);
}

TEST(every_verb_of_a_change_of_rights_in_every_state_by_everybody)
{
    try_life(c, &life_cases[1]);
}

TEST(every_verb_of_a_planned_change_in_every_state_by_everybody)
{
    try_life(c, &life_cases[2]);
}

TEST(every_verb_of_the_example_s_life_in_every_state_by_everybody)
{
    try_life(c, &life_cases[3]);
}

TEST(every_verb_of_a_follow_in_every_state_by_everybody)
{
    try_life(c, &life_cases[4]);
}

/* -- the tables ------------------------------------------------------------- */

TEST_PLAIN(every_life_is_tested)
{
    const struct life *const *all = all_lives();

    (void)c;
    for (size_t i = 0; all[i] != NULL; i++)
        EXPECT(all[i] == life_cases[i].life);
}

static bool
begins_in(const struct life *l, unsigned s)
{
    for (const struct beginning *g = life_begins(l); g->how; g++)
        if (g->state == (int)s)
            return true;
    return false;
}

TEST_PLAIN(every_state_is_reached_and_can_be_left_or_is_an_end)
{
    (void)c;
    for (size_t k = 0; life_cases[k].life != NULL; k++) {
        const struct life *l = life_cases[k].life;

        for (unsigned s = 0; l->states[s] != NULL; s++) {
            bool left = false, reached = begins_in(l, s);

            for (size_t i = 0; i < l->n; i++) {
                const struct step *t = &l->steps[i];

                left =
                    left
                    || (t->from >> s & 1 && t->to >= 0 && (unsigned)t->to != s);
                reached = reached || t->to == (int)s;
            }
            EXPECT(reached);
            EXPECT(left || l->ends >> s & 1);
        }
    }
}

TEST_PLAIN(a_verb_has_one_row_for_a_state)
{
    (void)c;
    for (size_t k = 0; life_cases[k].life != NULL; k++)
        for (size_t i = 0; i < life_cases[k].life->n; i++)
            for (size_t j = 0; j < i; j++) {
                const struct step *a = &life_cases[k].life->steps[i];
                const struct step *b = &life_cases[k].life->steps[j];

                EXPECT(strcmp(a->verb, b->verb) != 0
                       || (a->from & b->from) == 0);
            }
}

/* Every record begins with the id, and the rows of a verb have the same. */
TEST_PLAIN(what_a_verb_asks_begins_with_the_id_of_the_row)
{
    (void)c;
    for (size_t k = 0; life_cases[k].life != NULL; k++)
        for (size_t i = 0; i < life_cases[k].life->n; i++) {
            const struct step *s = &life_cases[k].life->steps[i];
            const struct step *first = life_verb(life_cases[k].life, s->verb);
            const struct field *id = model_field(life_asks(s), "id");

            EXPECT(id != NULL && id->offset == 0 && id->kind == FIELD_INT);
            EXPECT(life_asks(first)->size >= life_asks(s)->size);
            EXPECT(first->says != NULL || s->who == LIFE_PROGRAM);
        }
}
