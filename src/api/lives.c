/* SPDX-License-Identifier: Apache-2.0 */
#include "api/lives.h"

#include <pthread.h>
#include <string.h>

#include "api/nouns.h"
#include "base/text.h"
#include "subject/event.h"
#include "json/json.h"

#define MOST_LIVES 64

/* Made once, and constant from then on. */
static const struct life *all[MOST_LIVES + 1];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
collect(void)
{
    size_t n = 0;

    for (size_t i = 0; all_nouns[i] != NULL; i++)
        if (all_nouns[i]->life != NULL) {
            ASSERT(n < MOST_LIVES);
            all[n++] = all_nouns[i]->life;
        }
}

const struct life *const *
all_lives(void)
{
    (void)pthread_once(&once, collect);
    return all;
}

const struct life *
life_of(const char *noun)
{
    for (const struct life *const *l = all_lives(); *l != NULL; l++)
        if (text_same((*l)->model->noun, noun))
            return *l;
    return NULL;
}

const struct model *
life_form(const char *name)
{
    const char *dot = strchr(name, '.');

    for (const struct life *const *l = all_lives(); dot && *l; l++) {
        const char *noun = (*l)->model->noun;
        const struct step *s = life_verb(*l, dot + 1);

        if (strlen(noun) == (size_t)(dot - name) && text_starts(name, noun)
            && s != NULL && !life_is_program(*l, s->verb))
            return life_asks(s);
    }
    return NULL;
}

enum err
lives_wake(struct call *c, int64_t max, int64_t *done)
{
    enum err first = OK;
    int64_t n = 0;

    *done = 0;
    for (const struct life *const *l = all_lives(); *l && *done < max; l++) {
        enum err e = life_wake(c, *l, max - *done, &n);

        *done += n;
        first = first == OK ? e : first;
    }
    return first;
}

/* -- routes ------------------------------------------------------------------ */

/* What is answered begins with the row. */
static void
put_called(struct call *c, void *view)
{
    const struct noun *n = noun_find(c, c->route->life->plural);

    if (n != NULL)
        noun_call(c, n, view);
}

static enum err
serve_verb(struct call *c, void *in, void *out)
{
    TRY(life_do(c, c->route->life, c->route->verb, in, out));
    put_called(c, out);
    return OK;
}

static enum err
serve_row(struct call *c, void *in, void *out)
{
    TRY(life_get(c, c->route->life, ((struct life_words *)in)->id, out));
    put_called(c, out);
    return OK;
}

/* Of the row that the path names.  Its id came as the last of the filters
   (input.c); the list is of events, whose id is another. */
static enum err
list_events(struct call *c, struct list *l, const char *verb)
{
    int64_t id = 0;

    ASSERT(l->n_filters > 0);
    (void)text_int(l->filters[--l->n_filters].value, &id);
    return life_events(c, c->route->life, id, verb, l);
}

static enum err
serve_events(struct call *c, void *in, void *out)
{
    (void)out;
    return list_events(c, in, NULL);
}

static enum err
serve_comments(struct call *c, void *in, void *out)
{
    (void)out;
    return list_events(c, in, LIFE_COMMENT);
}

static enum err
serve_comment(struct call *c, void *in, void *out)
{
    return life_comment(c, c->route->life, in, out);
}

/* The table, for the drawing and for whoever wants to know. */
static enum err
serve_steps(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    (void)in;
    life_write_steps(c, &o, c->route->life);
    raw->body = b.s;
    return OK;
}

static struct route
route_of_verb(struct arena *a, const struct life *l, const struct step *s)
{
    return (struct route){
        POST,
        arena_printf(a, "/%s/{id}/%s", l->plural, s->verb),
        serve_verb,
        .in = life_asks(s),
        .out = life_view(l),
        .may = life_right(l, s->verb),
        .says = s->says,
        .flags = (l->in_memory ? 0U : R_LATER)
                 | (s->flags & STEP_COMMAND ? R_PROGRAM : 0U),
        .life = l,
        .verb = s->verb
    };
}

/* What happened to a row, and what was said about it. */
static size_t
add_timeline(struct arena *a, const struct life *l, struct route *out)
{
    const struct step *comment = life_verb(l, LIFE_COMMENT);
    size_t n = 0;

    out[n++] = (struct route){
        GET,
        arena_printf(a, "/%s/{id}/events", l->plural),
        serve_events,
        .out = &event_model,
        .flags = R_LIST,
        .says = "What happened to one of them, as far as it is for the caller.",
        .life = l
    };
    if (comment == NULL)
        return n;
    out[n++] = (struct route){
        GET,
        arena_printf(a, "/%s/{id}/comments", l->plural),
        serve_comments,
        .out = &event_model,
        .flags = R_LIST,
        .says = "What was said about one of them.",
        .life = l
    };
    out[n++] = (struct route){
        POST,
        arena_printf(a, "/%s/{id}/comments", l->plural),
        serve_comment,
        .in = life_asks(comment),
        .out = &event_model,
        .may = life_right(l, LIFE_COMMENT),
        .flags = R_CREATED | R_LATER,
        .says = "Say something about one of them.",
        .life = l
    };
    return n;
}

/* The routes of a life besides its verbs. */
#define MOST_ROUTES 5

static size_t
add_routes(struct arena *a, const struct life *l, struct route *out)
{
    size_t n = add_timeline(a, l, out);

    out[n++] = (struct route){
        GET,
        arena_printf(a, "/%s/transitions", l->plural),
        serve_steps,
        .flags = R_RAW,
        .answer = "[{verb:text,label:text,from:[text],to:text?,guard:text?,at_"
                  "once:bool,"
                  "grave:bool}]",
        .says = "Which verb leads from which state to which.",
        .life = l
    };
    out[n++] = (struct route){
        GET,
        arena_printf(a, "/%s/{id}", l->plural),
        serve_row,
        .in = &life_nothing_model,
        .out = life_view(l),
        .says = l->says,
        .life = l
    };
    /* What only the program says has no address. */
    for (const struct step *s = life_next(l, NULL); s; s = life_next(l, s))
        if (!life_is_program(l, s->verb))
            out[n++] = route_of_verb(a, l, s);
    return n;
}

const struct route *
life_routes(struct arena *a)
{
    struct route *out;
    size_t most = 1, n = 0;

    for (const struct life *const *l = all_lives(); *l != NULL; l++)
        most += MOST_ROUTES + (*l)->n;
    out = NEW_N(a, struct route, most);
    for (const struct life *const *l = all_lives(); *l != NULL; l++)
        n += add_routes(a, *l, out + n);
    return out;
}
