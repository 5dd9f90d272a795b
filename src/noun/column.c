/* SPDX-License-Identifier: Apache-2.0 */
#include "noun/column.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "model/member.h"

/* By what a row is called in another's table: a text that no two have. */
static const struct field *
key_of(const struct model *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->fields[i].flags & UNIQUE && m->fields[i].kind == FIELD_TEXT
            && model_flagged(m, PART_OF_KEY) == NULL)
            return &m->fields[i];
    return NULL;
}

static const char *
in_chinese(const struct call *c, const char *text)
{
    const struct call chinese = { .lang = LANG_ZH, .words = c->words };

    return words_in(&chinese, text);
}

static struct column
make_column(struct call *c, const struct field *f)
{
    const char *label = in_chinese(c, f->label ? f->label : f->name);
    struct column k = { .field = f, .name = f->name, .zh = label };
    size_t n = strlen(f->name);

    if (f->refers == NULL)
        return k;
    k.to = noun_of_table(c, f->refers);
    ASSERT(k.to != NULL);
    k.key = key_of(k.to->model);
    if (k.key == NULL)
        return k;
    if (n > 3 && strcmp(f->name + n - 3, "_id") == 0)
        n -= 3;
    k.name = arena_printf(c->arena, "%.*s_%s", (int)n, f->name, k.key->name);
    /* The account of a role is known by its 账号, not by its 账号账号. */
    if (!text_same(label, in_chinese(c, k.key->label)))
        k.zh =
            arena_printf(c->arena, "%s%s", label, in_chinese(c, k.key->label));
    return k;
}

struct columns
columns_of(struct call *c, const struct noun *n)
{
    const struct model *m = n->model;
    struct columns out = { .all = NEW_N(c->arena, struct column, m->n) };

    for (size_t i = 0; n->columns != NULL && n->columns[i] != NULL; i++)
        out.all[out.n++] = make_column(c, model_field(m, n->columns[i]));
    for (size_t i = 0; n->columns == NULL && i < m->n; i++)
        if (!(m->fields[i].flags & (GIVEN | SECRET | DERIVED)))
            out.all[out.n++] = make_column(c, &m->fields[i]);
    return out;
}

/* Is NAME one of those in ALSO, which have commas between? */
static bool
is_among(const char *name, const char *also)
{
    size_t n = strlen(name);

    for (const char *at = also; at != NULL && *at != '\0';) {
        size_t len = strcspn(at, ",");

        if (len == n && strncmp(at, name, n) == 0)
            return true;
        at += len + (at[len] == ',');
    }
    return false;
}

const struct column *
column_find(const struct call *c, const struct columns *k, const char *name)
{
    for (size_t i = 0; i < k->n; i++) {
        const struct column *x = &k->all[i];
        const struct field *f = x->field;

        if (text_same_case(name, x->name) || text_same_case(name, f->name)
            || text_same(name, x->zh) || is_among(name, f->also)
            || (f->label != NULL
                && (text_same_case(name, f->label)
                    || text_same(name, in_chinese(c, f->label)))))
            return x;
    }
    return NULL;
}

enum err
column_find_row(struct call *c, const struct column *k, const char *text,
                int64_t *id)
{
    const struct model *m = k->to->model;
    const struct field *until = model_flagged(m, UNTIL);
    /* A code may come again after its first row has ended. */
    const char *living =
        until ? arena_printf(c->arena, " AND (%s IS NULL OR %s > $2)",
                             until->name, until->name)
              : "";
    const struct value v[] = { V(text), V(today(c)) };

    ROWS r =
        db_query_n(c,
                   db_intern(c,
                             arena_printf(c->arena,
                                          "SELECT COALESCE(MIN(id), 0) FROM %s"
                                          " WHERE %s = $1%s",
                                          m->table, k->key->name, living)),
                   v, until ? 2 : 1);
    *id = rows_next(&r) ? row_int(&r, 0) : 0;
    return rows_end(&r);
}

/* -- the keys of a page -------------------------------------------------- */

static int
compare_ids(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* What the rows refer to, each once. */
static void
gather_ids(struct call *c, const struct column *k, const struct list *page,
           struct column_keys *out)
{
    size_t n = 0;

    out->ids = NEW_N(c->arena, int64_t, page->n + 1);
    out->keys = NEW_N(c->arena, const char *, page->n + 1);
    for (size_t i = 0; i < page->n; i++)
        out->ids[i] = field_int(k->field, (const char *)page->rows
                                              + i * page->model->size);
    qsort(out->ids, page->n, sizeof *out->ids, compare_ids);
    for (size_t i = 0; i < page->n; i++)
        if (n == 0 || out->ids[n - 1] != out->ids[i])
            out->ids[n++] = out->ids[i];
    out->n = n;
}

static size_t
place_of(const struct column_keys *k, int64_t id)
{
    const int64_t *at =
        k->n > 0 ? bsearch(&id, k->ids, k->n, sizeof id, compare_ids) : NULL;

    return at != NULL ? (size_t)(at - k->ids) : k->n;
}

/* So many are asked for at a time. */
#define AT_ONCE 32

static const char *
keys_sql(struct call *c, const struct column *k)
{
    struct buf b = buf_make(c->arena, 0);

    buf_printf(&b, "SELECT id, %s FROM %s WHERE id IN (", k->key->name,
               k->to->model->table);
    for (int i = 1; i <= AT_ONCE; i++)
        buf_printf(&b, "%s$%d", i > 1 ? ", " : "", i);
    buf_putc(&b, ')');
    return db_intern(c, b.s);
}

enum err
column_keys_read(struct call *c, const struct column *k,
                 const struct list *page, struct column_keys *out)
{
    const char *sql = keys_sql(c, k);

    gather_ids(c, k, page, out);
    for (size_t from = 0; from < out->n; from += AT_ONCE) {
        struct value v[AT_ONCE];

        for (size_t i = 0; i < AT_ONCE; i++)
            v[i] = V(from + i < out->n ? out->ids[from + i] : INT64_C(0));
        ROWS r = db_query_n(c, sql, v, AT_ONCE);
        while (rows_next(&r))
            out->keys[place_of(out, row_int(&r, 0))] = row_text(&r, 1);
        TRY(rows_end(&r));
    }
    return OK;
}

const char *
column_keys_find(const struct column_keys *k, int64_t id)
{
    size_t at = place_of(k, id);

    return at < k->n && k->keys[at] != NULL ? k->keys[at] : "";
}
