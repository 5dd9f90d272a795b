/* SPDX-License-Identifier: Apache-2.0 */
#include "api/lives.h"

#include <string.h>

#include "base/text.h"
#include "engine/order/import.h"
#include "engine/order/order.h"
#include "engine/org/org.h"
#include "json/json.h"

const struct life *const all_lives[] = { &order_life, &right_change_life,
                                         &unit_plan_life, &import_life, NULL };

const struct life *
life_of(const char *noun)
{
    for (size_t i = 0; all_lives[i] != NULL; i++)
        if (text_same(all_lives[i]->model->noun, noun))
            return all_lives[i];
    return NULL;
}

const struct model *
life_form(const char *name)
{
    const size_t n = strcspn(name, ".");

    for (size_t i = 0; name[n] == '.' && all_lives[i] != NULL; i++) {
        const struct life *l = all_lives[i];
        const struct step *s = life_verb(l, name + n + 1);

        if (strlen(l->model->noun) == n && text_starts(name, l->model->noun)
            && s != NULL && !life_is_program(l, s->verb))
            return life_asks(s);
    }
    return NULL;
}

/* -- routes ------------------------------------------------------------------ */

static enum err
serve_verb(struct call *c, void *in, void *out)
{
    return life_do(c, c->route->life, c->route->verb, in, out);
}

static enum err
serve_row(struct call *c, void *in, void *out)
{
    return life_get(c, c->route->life, ((struct life_words *)in)->id, out);
}

/* The table, for the drawing and for whoever wants to know. */
static enum err
serve_steps(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    (void)in;
    life_write_steps(&o, c->route->life);
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

static size_t
add_routes(struct arena *a, const struct life *l, struct route *out)
{
    size_t n = 0;

    out[n++] = (struct route){
        GET,
        arena_printf(a, "/%s/transitions", l->plural),
        serve_steps,
        .flags = R_RAW,
        .answer = "[{verb:text,from:[text],to:text?,guard:text?,at_once:bool,"
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

    for (size_t i = 0; all_lives[i] != NULL; i++)
        most += 2 + all_lives[i]->n;
    out = NEW_N(a, struct route, most);
    for (size_t i = 0; all_lives[i] != NULL; i++)
        n += add_routes(a, all_lives[i], out + n);
    return out;
}
