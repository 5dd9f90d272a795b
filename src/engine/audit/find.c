/* SPDX-License-Identifier: Apache-2.0 */
/* Entries by what somebody types: a number, a person, a word. */
#include "engine/audit/audit.h"

#include <string.h>

#include "auth/account.h"
#include "auth/auth.h"
#include "base/text.h"
#include "engine/audit/inner.h"
#include "model/app.h"
#include "model/member.h"
#include "noun/noun.h"

#define LOOKED_UP 20 /* rows of a noun, the newest */
#define MAX_IDS 256  /* of all nouns; a power of two */

/* The ids of some rows. */
struct ids {
    int64_t id[MAX_IDS];
    size_t n;
    bool exact; /* each holds just what was typed, a number */
};

static void
add_id(struct ids *ids, int64_t id)
{
    if (ids->n < MAX_IDS)
        ids->id[ids->n++] = id;
}

/* " OR column IN ($1, ...)".  Filled up to a power of two with the first, so
   that there are few statements, which are all kept. */
static void
or_in(struct call *c, struct list *l, struct buf *where, const char *column,
      const struct ids *ids)
{
    size_t n = 1;

    if (ids->n == 0)
        return;
    while (n < ids->n)
        n *= 2;
    buf_printf(where, " OR %s IN (", column);
    for (size_t i = 0; i < n; i++)
        buf_printf(where, "%s$%zu", i > 0 ? "," : "",
                   list_bind(c, l, V(ids->id[i < ids->n ? i : 0])));
    buf_putc(where, ')');
}

static bool
is_found_by_words(const struct model *m)
{
    return m->table != NULL && (m->searched || model_flagged(m, FOUND) != NULL);
}

/* Digits with something between are a number, in which no word is looked for. */
static bool
is_number(const char *q)
{
    return q[strspn(q, "0123456789-")] == '\0';
}

/* Does a row hold just this, such as an order its number, a person theirs? */
static bool
is_called(const struct model *m, const void *rec, const char *q)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];
        struct value v = { 0 };

        if (f->kind == FIELD_TEXT && member_has_column(f))
            v = member_value(f, rec);
        if (v.kind == VALUE_TEXT && text_same(v.as.s, q))
            return true;
    }
    return false;
}

/* Whoever reads the audit reads it whole, so no right narrows what is looked
   through here. */
static enum err
look_up(struct call *c, const struct model *m, const char *q, struct ids *ids)
{
    struct list l = { .model = m,
                      .words = q,
                      .limit = LOOKED_UP,
                      .descending = true,
                      .no_total = true };

    TRY(model_list(c, &l));
    for (size_t i = 0; i < l.n; i++) {
        const void *rec = (const char *)l.rows + i * m->size;
        const bool exact = is_number(q) && is_called(m, rec, q);

        /* A number is of those that hold it whole, if there are any. */
        if (exact && !ids->exact)
            *ids = (struct ids){ .exact = true };
        if (exact || !ids->exact)
            add_id(ids, model_id(m, rec));
    }
    return OK;
}

/* Of a person is also what was done with their accounts. */
static enum err
look_up_accounts(struct call *c, const struct ids *people, struct ids *out)
{
    struct list l = { .model = &account_model, .no_total = true };
    struct buf where = buf_make(c->arena, 0);

    if (people->n == 0)
        return OK;
    or_in(c, &l, &where, "person_id", people);
    list_and(c, &l, "1 = 0%s", where.s);
    TRY(model_list(c, &l));
    for (size_t i = 0; i < l.n; i++)
        add_id(out,
               model_id(l.model, (const char *)l.rows + i * l.model->size));
    return OK;
}

/* Where no row is called just so, what the entries say themselves: who did it,
   and old and new. */
static void
or_says(struct call *c, struct list *l, struct buf *where, const char *q)
{
    const char *pattern = list_like(c, q);

    buf_printf(where,
               " OR LOWER(actor) LIKE LOWER($%zu) ESCAPE '\\'"
               " OR LOWER(detail) LIKE LOWER($%zu) ESCAPE '\\'",
               list_bind(c, l, V(pattern)), list_bind(c, l, V(pattern)));
}

/* The rows of MODEL's among all that Q means. */
static enum err
look_up_in(struct call *c, const struct model *m, const char *q,
           struct ids *rows, struct ids *among)
{
    struct ids *own = NEW(c->arena, struct ids);

    TRY(look_up(c, m, q, own));
    if (own->exact && !rows->exact)
        *rows = (struct ids){ .exact = true };
    for (size_t i = 0; i < own->n && rows->exact == own->exact; i++) {
        add_id(rows, own->id[i]);
        if (among != NULL)
            add_id(among, own->id[i]);
    }
    return OK;
}

/* Of IDS those that are among ROWS still. */
static void
keep_among(const struct ids *rows, struct ids *ids)
{
    size_t kept = 0;

    for (size_t i = 0; i < ids->n; i++)
        for (size_t k = 0; k < rows->n; k++)
            if (rows->id[k] == ids->id[i]) {
                ids->id[kept++] = ids->id[i];
                break;
            }
    ids->n = kept;
}

/* The rows that Q means, and the accounts of whom it means. */
static enum err
look_everywhere(struct call *c, const char *q, struct ids *rows, struct ids *by)
{
    struct ids *people = NEW(c->arena, struct ids);

    for (size_t i = 0; c->app->nouns[i] != NULL; i++) {
        const struct model *m = c->app->nouns[i]->model;

        if (is_found_by_words(m))
            TRY(look_up_in(c, m, q, rows,
                           m == &account_model            ? by
                           : text_same(m->noun, "person") ? people
                                                          : NULL));
    }
    keep_among(rows, people);
    keep_among(rows, by);
    return look_up_accounts(c, people, by);
}

enum err
audit_find(struct call *c, struct list *l)
{
    struct ids *rows = NEW(c->arena, struct ids),
               *by = NEW(c->arena, struct ids);
    struct buf where = buf_make(c->arena, 0);
    const char *q = text_clean(c->arena, l->words ? l->words : "", false);

    if (text_is_blank(q))
        return OK;
    TRY(look_everywhere(c, q, rows, by));
    or_in(c, l, &where, "noun_id", rows);
    or_in(c, l, &where, "account_id", by);
    if (!rows->exact)
        or_says(c, l, &where, q);
    list_and(c, l, "1 = 0%s", where.s);
    return OK;
}
