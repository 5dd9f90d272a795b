/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - one field that finds rows of any noun.
 *
 * Each noun that has words is asked through its own list: the one that answers
 * GET /{plural}, so that nothing is found that the caller could not list.  Of
 * each a few, the best first; after SEARCH_MS no further noun is begun.
 */
#include "api/search.h"

#include <string.h>
#include <strings.h>

#include "api/lives.h"
#include "api/route.h"
#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "model/member.h"
#include "noun/noun.h"
#include "json/json.h"

#define SEARCH_MS 1000
#define LOOKED_AT 20 /* rows of a noun, among which the best are found */
#define SHOWN 5      /* of them */

struct search_wish {
    const char *q;
};
static const struct field search_fields[] = {
    FIELD(struct search_wish, q, .flags = REQUIRED, .max = LIST_MAX_TEXT,
          .label = "Search"),
};
static const struct model search_model =
    MODEL("search", NULL, struct search_wish, search_fields);

/* How well a row fits: the less the better. */
enum fit { FITS_WHOLE, FITS_BEGINNING, FITS_SOMEHOW, FITS_OLD };

struct hit {
    int64_t id;
    enum fit fit;
    const char *title, *state;
};

/* What was found of a noun. */
struct found {
    const struct noun *noun;
    struct hit hits[LOOKED_AT];
    size_t n;
};

/* -- one noun ---------------------------------------------------------------- */

static bool
has_words(const struct noun *n)
{
    return n->model->searched
           || (model_flagged(n->model, FOUND)
               && model_flagged(n->model, TITLE));
}

/* The route that lists the noun; NULL: its rows are shown nowhere. */
static const struct route *
list_route(const struct noun *n)
{
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            if (r->method == GET && r->flags & R_LIST && r->out == n->model
                && text_same(r->path + 1, n->plural))
                return r;
    return NULL;
}

/* As the list's own address would answer; a noun that is not for the caller has
   no rows. */
static enum err
list_noun(struct call *c, const struct noun *n, struct list *l)
{
    const struct route *mine = c->route, *r = list_route(n);
    enum err e = OK;

    if (r != NULL && (r->may == NULL || auth_may(c, r->may))) {
        c->route = r;
        e = r->serve(c, l, NULL);
        c->route = mine;
    } else if (r == NULL && !n->by_hand) {
        e = noun_list(c, n, l);
    }
    if (e != ERR_DENIED)
        return e;
    c->fault = (struct fault){ .code = OK };
    l->n = 0;
    return OK;
}

static enum fit
fit_of_text(const char *text, const char *q)
{
    if (strcasecmp(text, q) == 0)
        return FITS_WHOLE;
    return strncasecmp(text, q, strlen(q)) == 0 ? FITS_BEGINNING : FITS_SOMEHOW;
}

/* By the best of what a row is called or known by; what is out of use comes
   last. */
static enum fit
fit_of_row(const struct model *m, const void *rec, const char *q)
{
    const struct field *use = model_flagged(m, IN_USE);
    enum fit best = FITS_SOMEHOW;

    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];
        struct value v = { 0 };

        if (f->flags & (TITLE | UNIQUE | FOUND) && f->kind == FIELD_TEXT)
            v = member_value(f, rec);
        if (v.kind == VALUE_TEXT && fit_of_text(v.as.s, q) < best)
            best = fit_of_text(v.as.s, q);
    }
    return use != NULL && member_value(use, rec).as.i == 0 ? FITS_OLD : best;
}

static enum err
hit_of(struct call *c, const struct noun *n, const void *rec, const char *q,
       struct hit *h)
{
    const struct life *life = life_of(n->model->noun);

    *h = (struct hit){ .id = model_id(n->model, rec),
                       .fit = fit_of_row(n->model, rec, q) };
    if (life != NULL)
        h->state = life->states[life_state(life, rec)];
    if (life != NULL && life->title != NULL)
        h->title = life->title(c, h->id);
    if (h->title == NULL && c->fault.code != OK)
        return c->fault.code;
    if (h->title == NULL)
        h->title = noun_title(c, n, rec);
    /* An order is called by its number and its title at once. */
    if (fit_of_text(h->title, q) < h->fit)
        h->fit = fit_of_text(h->title, q);
    return OK;
}

/* In its place among those that are there: as listed where they fit alike. */
static void
put_hit(struct found *f, struct hit h)
{
    size_t at = f->n++;

    for (; at > 0 && f->hits[at - 1].fit > h.fit; at--)
        f->hits[at] = f->hits[at - 1];
    f->hits[at] = h;
}

static enum err
look_in(struct call *c, const struct noun *n, const char *q, struct found *f)
{
    struct list l = {
        .model = n->model, .words = q, .limit = LOOKED_AT, .no_total = true
    };

    *f = (struct found){ .noun = n };
    TRY(list_noun(c, n, &l));
    for (size_t i = 0; i < l.n && i < LOOKED_AT; i++) {
        struct hit h;

        TRY(hit_of(c, n, (const char *)l.rows + i * n->model->size, q, &h));
        put_hit(f, h);
    }
    return OK;
}

/* -- all ----------------------------------------------------------------------- */

/* In words, so that the interface needs no list of any life's states; NULL of
   what has no life. */
static const char *
state_label(struct call *c, const struct found *f, const struct hit *h)
{
    return h->state
               ? words_spaced(c, words_of(c, f->noun->model->noun, h->state))
               : NULL;
}

/* The few that are shown; that there were more, a reader is told. */
static void
write_group(struct call *c, struct json_out *o, const struct found *f)
{
    json_begin(o);
    json_put_text(o, "noun", f->noun->model->noun);
    json_put_text(o, "plural", f->noun->plural);
    json_put_text(o, "label", noun_label(c, f->noun));
    json_put_bool(o, "more", f->n > SHOWN);
    json_key(o, "items");
    json_begin_list(o);
    for (size_t i = 0; i < f->n && i < SHOWN; i++) {
        json_begin(o);
        json_put_int(o, "id", f->hits[i].id);
        json_put_text(o, "title", f->hits[i].title);
        json_put_text(o, "state", f->hits[i].state);
        json_put_text(o, "state_label", state_label(c, f, &f->hits[i]));
        json_end(o);
    }
    json_end_list(o);
    json_end(o);
}

/* The groups by their best; *CUT: the time was up before all were asked. */
static enum err
look_everywhere(struct call *c, const char *q, struct found **groups, size_t *n,
                bool *cut)
{
    const int64_t until = monotonic_ms() + SEARCH_MS;

    for (size_t i = 0; c->app->nouns[i] != NULL; i++) {
        struct found *f;
        size_t at = *n;

        if (!has_words(c->app->nouns[i]))
            continue;
        *cut = monotonic_ms() > until;
        if (*cut)
            return OK;
        f = NEW(c->arena, struct found);
        TRY(look_in(c, c->app->nouns[i], q, f));
        if (f->n == 0)
            continue;
        for (; at > 0 && groups[at - 1]->hits[0].fit > f->hits[0].fit; at--)
            groups[at] = groups[at - 1];
        groups[at] = f;
        ++*n;
    }
    return OK;
}

/* Written by hand, as a group may be of any noun.  No right is asked for here:
   each noun's own list narrows what is found. */
enum err
search_write(struct call *c, const char *q, struct json_out *o)
{
    const struct search_wish wish = { text_clean(c->arena, q ? q : "", false) };
    struct list said = { .model = NULL };
    struct found **groups;
    size_t most = 0, n = 0;
    bool cut = false;

    TRY(auth_need(c, NULL, NULL));
    TRY(model_check(c, &search_model, &wish));
    TRY(list_say(c, &said, wish.q));
    while (c->app->nouns[most] != NULL)
        most++;
    groups = NEW_N(c->arena, struct found *, most);
    TRY(look_everywhere(c, said.words, groups, &n, &cut));
    json_begin(o);
    json_key(o, "groups");
    json_begin_list(o);
    for (size_t i = 0; i < n; i++)
        write_group(c, o, groups[i]);
    json_end_list(o);
    json_put_bool(o, "cut", cut);
    json_end(o);
    return OK;
}

static enum err
serve_search(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    TRY(search_write(c, ((const struct search_wish *)in)->q, &o));
    raw->body = b.s;
    return OK;
}

const struct route search_routes[] = {
    { GET, "/search", serve_search, .in = &search_model, .flags = R_RAW,
      .answer = "{groups:[{noun:text,plural:text,label:text,more:bool,"
                "items:[{id:int,title:text,state:text?,"
                "state_label:text?}]}],cut:bool}",
      .says = "Rows of any noun that the caller may list, found by words or"
              " names." },
    { 0 }
};
