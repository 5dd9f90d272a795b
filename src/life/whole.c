/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of a life must say: each rule is one that code goes by. */
#include "life/whole.h"

#include <string.h>

#include "base/text.h"
#include "model/whole.h"

/* A step's `from` and a life's `ends` are bits of an int. */
#define MOST_STATES 31

/* The routes of a life have these words where a verb stands. */
static const char *const taken[] = { "comments", "events", "transitions" };

static unsigned
count_states(const struct life *life)
{
    unsigned n = 0;

    while (life->states != NULL && life->states[n] != NULL)
        n++;
    return n;
}

/* -- rights and places ------------------------------------------------------------ */

enum err
whole_right(struct call *c, const char *row, const char *right)
{
    size_t i = 0;

    if (right == NULL)
        return OK;
    while (auth_rights[i] != NULL && strcmp(auth_rights[i], right) != 0)
        i++;
    return whole_rule(c, row, auth_rights[i] != NULL,
                      arena_printf(c->arena, "there is no right “%s”", right));
}

enum err
whole_reach(struct call *c, const struct model *m,
            const struct auth_columns *reach)
{
    TRY(whole_column(c, m, reach->unit, FIELD_INT));
    TRY(whole_column(c, m, reach->crew, FIELD_INT));
    TRY(whole_column(c, m, reach->place, FIELD_INT));
    return whole_column(c, m, reach->provider, FIELD_INT);
}

/* -- states -------------------------------------------------------------------- */

/* The words of the column are the states, in their order. */
static bool
has_words_of(const struct field *f, const char *const *states)
{
    size_t i = 0;

    for (; f->choices[i] != NULL && states[i] != NULL; i++)
        if (strcmp(f->choices[i], states[i]) != 0)
            return false;
    return f->choices[i] == states[i];
}

/* A state is a bit of `from` and `ends`, and a word of its column, which the
   program reads back from there. */
static enum err
check_states(struct call *c, const struct life *life)
{
    const char *row = life->model->noun;
    const struct field *f = model_field(life->model, "state");
    unsigned n = count_states(life);

    TRY(whole_rule(c, row, n > 0 && n <= MOST_STATES,
                   "has no states, or too many"));
    TRY(whole_rule(c, row,
                   f != NULL
                       && (f->kind == FIELD_TEXT
                           || (f->kind == FIELD_WORD
                               && has_words_of(f, life->states))),
                   "its “state” is no word of its states"));
    TRY(whole_rule(c, row, life->ends >> n == 0,
                   "ends in no state of its own"));
    for (const struct beginning *g = life_begins(life); g->how != NULL; g++)
        TRY(whole_rule(c, row, g->state >= 0 && (unsigned)g->state < n,
                       "begins in no state of its own"));
    return OK;
}

/* -- parties -------------------------------------------------------------------- */

/* Without a function that tells who somebody is, each party tells by itself. */
static enum err
check_parties(struct call *c, const struct life *life)
{
    const char *row = life->model->noun;

    TRY(whole_rule(c, row,
                   life->n_parties > 0 && life->n_parties <= MOST_STATES,
                   "has no parties, or too many"));
    for (size_t i = 0; i < life->n_parties; i++) {
        const struct party *p = &life->parties[i];

        TRY(whole_rule(c, row, p->word != NULL && p->says != NULL,
                       "a party has no word, or no sentence"));
        TRY(whole_rule(c, row,
                       life->who != NULL || p->own != NULL || p->right != NULL,
                       "a party has neither `own` nor `right`"));
        TRY(whole_column(c, life->model, p->own, FIELD_INT));
        TRY(whole_right(c, row, p->right));
    }
    return whole_reach(c, life->model, &life->reach);
}

/* -- steps ---------------------------------------------------------------------- */

static enum err
check_asks(struct call *c, const char *row, const struct model *asks)
{
    const struct field *id = model_field(asks, "id");

    TRY(whole_rule(c, row,
                   id != NULL && id->kind == FIELD_INT && id->offset == 0,
                   "what a verb asks does not begin with the row's id"));
    return model_whole(c, asks);
}

/* A verb that people say has an address, a form and a sentence. */
static enum err
check_verb(struct call *c, const struct life *life, const struct step *s)
{
    const char *row = life->model->noun;
    const struct step *first = life_verb(life, s->verb);

    for (size_t i = 0; i < COUNT(taken); i++)
        TRY(whole_rule(c, row, strcmp(s->verb, taken[i]) != 0,
                       "a verb has the name of another address"));
    /* Its route reads the record of the first. */
    TRY(whole_rule(c, row, life_asks(first)->size >= life_asks(s)->size,
                   "a verb asks for more in a later row than in its first"));
    TRY(whole_rule(c, row,
                   first->says != NULL || life_is_program(life, s->verb),
                   "a verb has no sentence in its first row"));
    for (const struct step *k = life->steps; k < s; k++)
        TRY(whole_rule(c, row,
                       strcmp(k->verb, s->verb) != 0
                           || (k->from & s->from) == 0,
                       "a verb has two rows for one state"));
    return OK;
}

/* Its bits are looked up without asking whether there is such a state or party,
   and the program finds the rows whose time has come by `when`. */
static enum err
check_step(struct call *c, const struct life *life, const struct step *s)
{
    const char *row = life->model->noun;
    unsigned n = count_states(life);
    unsigned people = (1U << life->n_parties) - 1;

    TRY(whole_rule(c, row, s->verb != NULL && *s->verb != '\0',
                   "a step has no verb"));
    TRY(whole_rule(c, row, s->from != 0 && s->from >> n == 0,
                   "a step begins in no state of its own"));
    TRY(whole_rule(c, row,
                   s->to == LIFE_STAYS || (s->to >= 0 && (unsigned)s->to < n),
                   "a step leads to no state of its own"));
    TRY(whole_rule(c, row,
                   s->who != 0 && (s->who & ~(people | LIFE_PROGRAM)) == 0,
                   "a step is for nobody, or for no party of its own"));
    TRY(whole_right(c, row, s->right));
    TRY(whole_rule(c, row, s->when == NULL || s->who & LIFE_PROGRAM,
                   "a step has `when` and is not the program's"));
    TRY(whole_column(c, life->model, s->when, FIELD_INSTANT));
    TRY(check_asks(c, row, life_asks(s)));
    return check_verb(c, life, s);
}

/* -- the whole ------------------------------------------------------------------ */

/* What is answered begins with the row and is filled in behind it. */
static enum err
check_view(struct call *c, const struct life *life)
{
    const struct model *view = life_view(life);

    TRY(model_whole(c, view));
    return whole_rule(c, life->model->noun, view->size >= life->model->size,
                      "its view is smaller than its row");
}

enum err
life_whole(struct call *c, const struct life *life)
{
    const char *row = life->model->noun;

    TRY(model_whole(c, life->model));
    TRY(whole_rule(c, row, life->model->table != NULL, "has no table"));
    TRY(whole_rule(c, row, life->plural != NULL && life->says != NULL,
                   "has no plural, or no sentence"));
    TRY(whole_rule(c, row,
                   model_field(life->model, "id") != NULL
                       && model_field(life->model, "version") != NULL,
                   "has no id, or no version"));
    TRY(check_states(c, life));
    TRY(check_parties(c, life));
    for (size_t i = 0; i < life->n; i++)
        TRY(check_step(c, life, &life->steps[i]));
    return check_view(c, life);
}
