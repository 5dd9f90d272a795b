/* SPDX-License-Identifier: Apache-2.0 */
/* Messages over HTTP. */
#include "api/notices.h"

#include "api/lives.h"
#include "base/words.h"
#include "noun/noun.h"
#include "subject/notice.h"

/* How the row is called; NULL: it is gone, or has no life. */
static const char *
title_of(struct call *c, const char *noun, int64_t id)
{
    const struct life *life = life_of(noun);
    const struct noun *n =
        life ? noun_find(c, life->plural) : noun_of_table(c, noun);
    void *rec;

    if (life != NULL && life->title != NULL)
        return life->title(c, id);
    if (n == NULL)
        return NULL;
    rec = arena_alloc(c->arena, n->model->size);
    return model_get(c, n->model, id, rec) == OK ? noun_title(c, n, rec) : NULL;
}

const char *
notice_words(struct call *c, const char *noun, int64_t noun_id,
             const char *kind, const char *text)
{
    const char *title = title_of(c, noun, noun_id);

    if (title == NULL || kind == NULL)
        return text;
    return arena_printf(c->arena, words_in(c, "%s: %s"), title,
                        words_in(c, kind));
}

static void
put_words(struct call *c, struct notice *n)
{
    n->text = notice_words(c, n->noun, n->noun_id, n->kind, n->text);
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
        put_words(c, &rows[i]);
    return OK;
}

static enum err
read_notice(struct call *c, void *in, void *out)
{
    struct notice *n = out;

    n->id = ((struct life_words *)in)->id;
    TRY(notice_read(c, n));
    put_words(c, n);
    return OK;
}

const struct route notice_routes[] = {
    { GET, "/notices", list_notices, .out = &notice_model, .flags = R_LIST,
      .says = "One's own messages." },
    { POST, "/notices/{id}/read", read_notice, .in = &life_nothing_model,
      .out = &notice_model, .says = "A message has been read." },
    { 0 }
};
