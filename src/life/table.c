/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of steps says, to whoever asks. */
#include "life/life.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "json/json.h"

static const struct field nothing_fields[] = {
    FIELD(struct life_words, id, .flags = GIVEN | DERIVED),
};
const struct model life_nothing_model =
    MODEL("nothing_said", NULL, struct life_words, nothing_fields);

static const struct field note_fields[] = {
    FIELD(struct life_words, id, .flags = GIVEN | DERIVED),
    FIELD(struct life_words, note, .flags = LONG, .max = 2000, .label = "Note"),
};
const struct model life_note_model =
    MODEL("note", NULL, struct life_words, note_fields);

static const struct field reason_fields[] = {
    FIELD(struct life_words, id, .flags = GIVEN | DERIVED),
    FIELD(struct life_words, reason, .flags = REQUIRED | LONG, .max = 500,
          .label = "Reason"),
    FIELD(struct life_words, note, .flags = LONG | UNASKED, .max = 2000,
          .label = "Note"),
};
const struct model life_reason_model =
    MODEL("reason", NULL, struct life_words, reason_fields);

static const struct field comment_fields[] = {
    FIELD(struct life_words, id, .flags = GIVEN | DERIVED),
    FIELD(struct life_words, note, .flags = REQUIRED | LONG, .max = 2000,
          .label = "Comment"),
};
const struct model life_comment_model =
    MODEL("comment_said", NULL, struct life_words, comment_fields);

const struct step *
life_step(const struct life *life, unsigned state, const char *verb)
{
    for (size_t i = 0; i < life->n; i++)
        if (life->steps[i].from >> state & 1
            && strcmp(life->steps[i].verb, verb) == 0)
            return &life->steps[i];
    return NULL;
}

const struct step *
life_verb(const struct life *life, const char *verb)
{
    for (size_t i = 0; i < life->n; i++)
        if (strcmp(life->steps[i].verb, verb) == 0)
            return &life->steps[i];
    return NULL;
}

const struct step *
life_next(const struct life *life, const struct step *s)
{
    const struct step *end = life->steps + life->n;

    for (s = s ? s + 1 : life->steps; s < end; s++)
        if (life_verb(life, s->verb) == s)
            return s;
    return NULL;
}

const struct model *
life_asks(const struct step *s)
{
    return s->asks ? s->asks : &life_nothing_model;
}

/* Whoever may say the verb in any state. */
static unsigned
who_may(const struct life *life, const char *verb)
{
    unsigned who = 0;

    for (size_t i = 0; i < life->n; i++)
        if (strcmp(life->steps[i].verb, verb) == 0)
            who |= life->steps[i].who;
    return who;
}

const struct beginning *
life_begins(const struct life *life)
{
    static const struct beginning added[] = { { 0, "add" }, { 0, NULL } };

    return life->begins ? life->begins : added;
}

bool
life_is_program(const struct life *life, const char *verb)
{
    return who_may(life, verb) == LIFE_PROGRAM;
}

const char *
life_right(const struct life *life, const char *verb)
{
    const struct step *first = life_verb(life, verb);
    unsigned who = who_may(life, verb);

    for (size_t i = 0; first->right == NULL && i < life->n_parties; i++)
        if (who == 1U << i)
            return life->parties[i].right;
    return first->right;
}

/* "Hand over", or what the verb is called in Chinese. */
static const char *
label_of(struct call *c, const struct life *life, const char *verb)
{
    char *s = arena_text(c->arena,
                         words_spaced(c, words_of(c, life->model->noun, verb)));

    s[0] = (char)toupper((unsigned char)s[0]);
    return s;
}

void
life_write_steps(struct call *c, struct json_out *o, const struct life *life)
{
    json_begin_list(o);
    for (size_t i = 0; i < life->n; i++) {
        const struct step *s = &life->steps[i];

        json_begin(o);
        json_put_text(o, "verb", s->verb);
        json_put_text(o, "label", label_of(c, life, s->verb));
        json_key(o, "from");
        json_begin_list(o);
        for (unsigned k = 0; life->states[k] != NULL; k++)
            if (s->from >> k & 1)
                json_text(o, life->states[k]);
        json_end_list(o);
        json_put_text(o, "to", s->to < 0 ? NULL : life->states[s->to]);
        json_put_text(o, "guard", s->only);
        json_put_bool(o, "at_once", (s->flags & STEP_AT_ONCE) != 0);
        json_put_bool(o, "grave", (s->flags & STEP_GRAVE) != 0);
        json_end(o);
    }
    json_end_list(o);
}

/* -- the drawing --------------------------------------------------------------- */

/* A step that begins in more states than these would hide the others. */
#define MOST_ARROWS 5

static unsigned
count_bits(unsigned set)
{
    unsigned n = 0;

    for (; set != 0; set &= set - 1)
        n++;
    return n;
}

static bool
is_drawn(const struct step *s, unsigned from, unsigned to)
{
    return s->to == (int)to && from != to && s->from >> from & 1
           && count_bits(s->from) <= MOST_ARROWS;
}

/* "a --> b: verb, verb", if any verb leads there. */
static void
draw_arrow(struct buf *b, const struct life *life, unsigned from, unsigned to)
{
    bool some = false;

    for (size_t i = 0; i < life->n; i++) {
        const struct step *s = &life->steps[i];

        if (!is_drawn(s, from, to))
            continue;
        if (!some)
            buf_printf(b, "    %s --> %s: %s", life->states[from],
                       life->states[to], s->verb);
        else
            buf_printf(b, ", %s", s->verb);
        some = true;
    }
    if (some)
        buf_puts(b, "\n");
}

static void
draw_states(struct buf *b, const struct life *life)
{
    buf_puts(b, "```mermaid\nstateDiagram-v2\n");
    for (const struct beginning *g = life_begins(life); g->how; g++)
        buf_printf(b, "    [*] --> %s: %s\n", life->states[g->state], g->how);
    for (unsigned from = 0; life->states[from] != NULL; from++)
        for (unsigned to = 0; life->states[to] != NULL; to++)
            draw_arrow(b, life, from, to);
    for (unsigned s = 0; life->states[s] != NULL; s++)
        if (life->ends >> s & 1)
            buf_printf(b, "    %s --> [*]\n", life->states[s]);
    buf_puts(b, "```\n\n");
}

/* The words of a set, with commas. */
static void
draw_set(struct buf *b, unsigned set, const char *const *words, unsigned n)
{
    const char *comma = "";

    for (unsigned i = 0; i < n; i++)
        if (set >> i & 1) {
            buf_printf(b, "%s%s", comma, words[i]);
            comma = ", ";
        }
}

static unsigned
count_states(const struct life *life)
{
    unsigned n = 0;

    while (life->states[n] != NULL)
        n++;
    return n;
}

static void
draw_step(struct buf *b, const struct life *life, const struct step *s)
{
    const char *people[32] = { [31] = "program" };
    unsigned n = count_states(life);

    for (size_t i = 0; i < life->n_parties; i++)
        people[i] = life->parties[i].word;
    buf_printf(b, "| %s | ", s->verb);
    if (count_bits(s->from) == n)
        buf_puts(b, "any");
    else
        draw_set(b, s->from, life->states, n);
    buf_printf(b, " | %s | ", s->to < 0 ? "(stays)" : life->states[s->to]);
    draw_set(b, s->who, people, 32);
    buf_printf(b, " | %s", s->only ? s->only : "");
    if (s->when != NULL)
        buf_printf(b, "%swhen `%s` has come", s->only ? ", " : "", s->when);
    buf_puts(b, " |\n");
}

const char *
life_draw(struct arena *a, const struct life *life)
{
    struct buf b = buf_make(a, 0);

    ASSERT(life->n_parties < 32);
    draw_states(&b, life);
    buf_puts(&b, "| verb | from | to | who | only |\n"
                 "| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < life->n; i++)
        draw_step(&b, life, &life->steps[i]);
    buf_puts(&b, "\n");
    for (size_t i = 0; i < life->n_parties; i++)
        buf_printf(&b, "%s`%s`: %s.", i ? " " : "", life->parties[i].word,
                   life->parties[i].says);
    buf_puts(&b, "\n");
    return b.s;
}
