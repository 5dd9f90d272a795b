/* SPDX-License-Identifier: Apache-2.0 */
#include "api/names.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "life/life.h"
#include "model/member.h"
#include "noun/noun.h"

struct name {
    struct name *next;
    const struct model *model;
    int64_t id;
    const char *text;
};

/* The noun of a table, or of that name. */
static const struct noun *
find_noun(const struct call *c, const char *word)
{
    for (size_t i = 0; c->app->nouns[i] != NULL; i++)
        if (text_same(c->app->nouns[i]->model->table, word)
            || text_same(c->app->nouns[i]->model->noun, word))
            return c->app->nouns[i];
    return NULL;
}

static enum err find(struct call *c, struct names *n, const struct noun *of,
                     int64_t id, const char **text);

/* A row, and whether the actor may see it. */
struct seen {
    const void *rec;
    bool seen;
};

/* One column of a row as a part of its name.  Of one that is not for these eyes
   none of its own words is, but its number; what it refers to is asked itself. */
static enum err
read_part(struct call *c, struct names *n, const struct field *f,
          const struct seen *row, const char **text)
{
    struct value v;

    *text = "";
    if (f == NULL || !member_has_column(f))
        return OK;
    v = member_value(f, row->rec);
    if (v.kind == VALUE_INT && f->refers != NULL)
        return find(c, n, find_noun(c, f->refers), v.as.i, text);
    if (v.kind == VALUE_TEXT && (row->seen || strcmp(f->name, "number") == 0))
        *text = v.as.s;
    return OK;
}

/* The name in the language of the call, where there is one. */
static const struct field *
own_name(const struct call *c, const struct model *m, const char *column,
         const void *rec)
{
    const struct field *f = model_field(m, "name_en");

    if (c->lang != LANG_EN || f == NULL || strcmp(column, "name") != 0)
        return model_field(m, column);
    return member_value(f, rec).kind == VALUE_TEXT ? f : model_field(m, column);
}

static enum err
name_row(struct call *c, struct names *n, const struct noun *of,
         const struct seen *row, const char **text)
{
    const struct model *m = of->model;
    const void *rec = row->rec;
    const struct field *title = model_flagged(m, TITLE);
    const char *first = of->called[0] ? of->called[0]
                        : title       ? title->name
                                      : "name";
    const char *more = "";

    TRY(read_part(c, n, own_name(c, m, first, rec), row, text));
    if (of->called[1] != NULL)
        TRY(read_part(c, n, own_name(c, m, of->called[1], rec), row, &more));
    if (*more != '\0')
        *text = arena_printf(c->arena, "%s · %s", *text, more);
    return OK;
}

/* As messages ask (notices.c): what has a life is for its parties.  Of all else
   who sees a row that refers to it may know what it is called (noun_call). */
static enum err
look_at(struct call *c, const struct noun *of, int64_t id, struct seen *row)
{
    void *rec = arena_alloc(c->arena, of->model->size);
    const struct fault was = c->fault;
    enum err e;

    *row = (struct seen){ rec, true };
    if (of->life == NULL)
        return model_get(c, of->model, id, rec);
    e = life_load(c, of->life, id, rec);
    if (e != ERR_ABSENT && e != ERR_DENIED && e != ERR_UNSIGNED)
        return e;
    c->fault = was;
    row->seen = false;
    return model_get(c, of->model, id, rec);
}

static enum err
find(struct call *c, struct names *n, const struct noun *of, int64_t id,
     const char **text)
{
    const struct model *m = of ? of->model : NULL;
    struct name *one;
    struct seen row;
    enum err e;

    *text = "";
    if (m == NULL)
        return OK;
    for (one = n->first; one != NULL; one = one->next)
        if (one->id == id && one->model == m) {
            *text = one->text;
            return OK;
        }
    e = look_at(c, of, id, &row);
    if (e == OK)
        e = name_row(c, n, of, &row, text);
    if (e != OK && e != ERR_ABSENT)
        return e;
    /* One that is gone is kept as well: a thousand rows may name it. */
    one = NEW(c->arena, struct name);
    *one = (struct name){ n->first, m, id, *text };
    n->first = one;
    return OK;
}

enum err
name_of_row(struct call *c, struct names *n, const char *table, int64_t id,
            const char **name)
{
    return find(c, n, find_noun(c, table), id, name);
}

/* -- of a detail -------------------------------------------------------------- */

struct naming {
    struct call *c;
    struct names *names;
    const struct model *model; /* of the entry */
    json_t *out;
};

/* The table a key refers to: by the entry's own noun; by any, where a wish for
   another noun lies in it; by the word beside it, where it may be several. */
static const char *
table_of(const struct naming *k, const char *key, json_t *beside)
{
    const struct field *f = k->model ? model_field(k->model, key) : NULL;

    for (size_t i = 0; f == NULL && k->c->app->nouns[i] != NULL; i++)
        f = model_field(k->c->app->nouns[i]->model, key);
    if (text_same(key, "scope_id") || text_same(key, "noun_id")) {
        json_t *word =
            json_object_get(beside,
                            text_same(key, "scope_id") ? "scope" : "noun");

        if (json_is_array(word))
            word = json_array_get(word, json_array_size(word) - 1);
        return json_string_value(word);
    }
    return f != NULL ? f->refers : NULL;
}

static enum err
put_name(struct naming *k, const char *table, int64_t id)
{
    const char *name;

    TRY(name_of_row(k->c, k->names, table, id, &name));
    if (*name != '\0')
        (void)json_object_set_new(k->out,
                                  arena_printf(k->c->arena, "%lld",
                                               (long long)id),
                                  json_string(name));
    return OK;
}

/* As deep as the reader of JSON lets a detail be. */
static enum err
name_value(struct naming *k, const char *key, json_t *value, json_t *beside)
{
    const char *name;
    json_t *one;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach(value, name, one)
            TRY(name_value(k, name, one, value));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, one) TRY(name_value(k, key, one, beside));
    } else if (json_is_integer(value) && key != NULL) {
        const char *table = table_of(k, key, beside);

        if (table != NULL)
            return put_name(k, table, json_integer_value(value));
    }
    return OK;
}

enum err
names_of_detail(struct call *c, struct names *n, const char *noun,
                const char *detail, const char **json)
{
    json_t *root = detail ? json_loads(detail, 0, NULL) : NULL;
    const struct noun *of = noun ? find_noun(c, noun) : NULL;
    struct naming k = {
        .c = c, .names = n, .model = of ? of->model : NULL, .out = json_object()
    };
    enum err e = name_value(&k, NULL, root, NULL);
    char *text =
        json_object_size(k.out) > 0 ? json_dumps(k.out, JSON_COMPACT) : NULL;

    *json = text ? arena_text(c->arena, text) : NULL;
    free(text);
    json_decref(k.out);
    json_decref(root);
    return e;
}
