/* SPDX-License-Identifier: Apache-2.0 */
/* Messages over HTTP. */
#include "api/notices.h"

#include "api/lives.h"
#include "base/text.h"
#include "base/words.h"
#include "model/member.h"
#include "noun/noun.h"

/* A row that has no life, as it is seen. */
static const char *
title_of_plain(struct call *c, const struct noun *n, int64_t id)
{
    void *rec = arena_alloc(c->arena, n->model->size);

    return model_get(c, n->model, id, rec) == OK
                   && noun_may_see(c, n, rec) == OK
               ? noun_title(c, n, rec)
               : NULL;
}

/* By its number a row is known to whoever was told of it, also when it is not
   for them any more: what it is about may be said otherwise since. */
static const char *
number_of(struct call *c, const struct life *life, int64_t id)
{
    const struct field *f = model_field(life->model, "number");
    void *rec = arena_alloc(c->arena, life->model->size);

    return f != NULL && f->kind == FIELD_TEXT && member_has_column(f)
                   && model_get(c, life->model, id, rec) == OK
               ? member_value(f, rec).as.s
               : NULL;
}

/* How the row is called for the eyes of the actor; NULL: it is gone, or has no
   name that they may know. */
static const char *
title_of(struct call *c, const char *noun, int64_t id)
{
    const struct life *life = life_of(noun);
    const struct noun *n =
        life ? noun_find(c, life->plural) : noun_of_table(c, noun);
    void *rec;

    if (life == NULL)
        return n ? title_of_plain(c, n, id) : NULL;
    rec = arena_alloc(c->arena, life->model->size);
    if (life_load(c, life, id, rec) != OK)
        return number_of(c, life, id);
    if (life->title != NULL)
        return life->title(c, id);
    return n ? noun_title(c, n, rec) : NULL;
}

/* What happened, and what it means for the actor where that is said. */
static const char *
say_notice(struct call *c, const struct notice *n, const char *title)
{
    const struct life *life = life_of(n->noun);
    const struct fault was = c->fault;
    const char *kind = words_of(c, n->noun, n->kind);
    const char *next = life != NULL && life->next != NULL
                           ? life->next(c, n->noun_id, n->kind)
                           : NULL;

    c->fault = was;
    return next ? arena_printf(c->arena, words_in(c, "%s: %s; %s"), title, kind,
                               next)
                : arena_printf(c->arena, words_in(c, "%s: %s"), title, kind);
}

void
notice_put_words(struct call *c, struct notice *n)
{
    const struct fault was = c->fault;
    const char *title = title_of(c, n->noun, n->noun_id);

    c->fault = was; /* what it is about may be gone */
    if (n->kind == NULL || (title == NULL && !text_is_blank(n->text)))
        return;
    n->text = title ? say_notice(c, n, title)
                    : words_in(c, "what this was about is shown no more");
    /* Nor is it told what became of it. */
    if (title == NULL)
        n->kind = NOTICE_GONE;
}

static enum err
list_notices(struct call *c, void *in, void *out)
{
    struct list *l = in;
    struct notice *rows;

    (void)out;
    TRY(notice_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        notice_put_words(c, &rows[i]);
    return OK;
}

static enum err
read_notice(struct call *c, void *in, void *out)
{
    struct notice *n = out;

    n->id = ((struct life_words *)in)->id;
    TRY(notice_read(c, n));
    notice_put_words(c, n);
    return OK;
}

const struct route notice_routes[] = {
    { GET, "/notices", list_notices, .out = &notice_model, .flags = R_LIST,
      .says = "One's own messages." },
    { POST, "/notices/{id}/read", read_notice, .in = &life_nothing_model,
      .out = &notice_model, .says = "A message has been read." },
    { 0 }
};
