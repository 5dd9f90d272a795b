/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_search - the words of rows, in indexes of FTS5.
 *
 * A row's number in an index is its id, so in the one that nouns share what
 * belongs to another drops out where the noun's table is joined.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/sqlite.h"

const char sqlite_search_tables[] =
    "SELECT name FROM sqlite_master WHERE name LIKE '%~_search' ESCAPE '~'"
    " AND sql LIKE 'CREATE VIRTUAL TABLE%'";

static const char *
add_words(struct arena *a, const char *table, const char *rows)
{
    return arena_printf(a,
                        "INSERT INTO %s (rowid, tokens) SELECT column1, column2"
                        " FROM (VALUES %s) WHERE column2 IS NOT NULL",
                        table, rows);
}

void
sqlite_search_fill(struct arena *a, struct search_index *x)
{
    x->put = arena_printf(a,
                          "INSERT INTO %s (%s, rowid, tokens)"
                          " VALUES ('delete', $1, $2)",
                          x->table, x->table);
    x->add = add_words(a, x->table, SQLITE_ROWS_8);
    x->add_many = add_words(a, x->table, SQLITE_ROWS_64);
}

struct db_search
sqlite_search_in(struct call *c, const struct search_index *x, const char *noun,
                 const char *table)
{
    (void)noun;
    return (struct db_search){
        .condition = arena_printf(c->arena, "%s MATCH $1", x->table),
        .from = x->table,
        .join = arena_printf(c->arena, " CROSS JOIN %s ON %s.id = %s.rowid",
                             table, table, x->table),
        .key = arena_printf(c->arena, "%s.rowid", x->table),
        .alone = x->noun != NULL
    };
}

/* -- writing ----------------------------------------------------------- */

/*
 * Words wait for the batch's end: FTS5 writes a new segment at every statement
 * and savepoint that follows, and at every row whose id is below the one
 * before.  So they are sorted, and go in by as few statements as can be.  Of one
 * row they stay in the order in which they came: what is gone was there before.
 */
void
sqlite_gather_words(struct sqlite_writer *w, const struct search *list)
{
    const size_t before = w->n_search;

    for (; list; list = list->next) {
        struct search *s = NEW(w->arena, struct search);

        *s = (struct search){ w->search,
                              arena_text(w->arena, list->noun),
                              list->id,
                              arena_text(w->arena, list->tokens),
                              arena_text(w->arena, list->gone),
                              before + list->turn };
        w->search = s;
        w->n_search++;
    }
}

struct indexed {
    const struct search_index *index;
    const struct search *said;
};

static int
compare_indexed(const void *a, const void *b)
{
    const struct indexed *x = a, *y = b;
    const struct search *s = x->said, *t = y->said;
    int order = strcmp(x->index->table, y->index->table);

    if (order == 0)
        order = (s->id > t->id) - (s->id < t->id);
    return order != 0 ? order : (s->turn > t->turn) - (s->turn < t->turn);
}

/* At most SQLITE_ROWS_MANY of one index; the rows left over are null. */
static int
write_some(struct sqlite_writer *w, const struct indexed *all, size_t n)
{
    const struct search_index *x = all->index;
    struct value v[2 * SQLITE_ROWS_MANY] = { 0 };

    for (size_t i = 0; i < n; i++) {
        v[2 * i] = V(all[i].said->id);
        v[2 * i + 1] = V(all[i].said->tokens);
    }
    return sqlite_do(w->conn,
                     n <= SQLITE_ROWS_FEW
                         ? &(struct query){ x->add, v, 2 * SQLITE_ROWS_FEW }
                         : &(struct query){ x->add_many, v,
                                            2 * SQLITE_ROWS_MANY });
}

/* FTS5 counts words, and calls its table malformed where more are taken out than
   it has: those of a row that were never put in.  The others are out by then. */
static int
take_out(struct sqlite_writer *w, const struct indexed *one)
{
    struct value v[] = { V(one->said->id), V(one->said->gone) };
    int rc = SQLITE_OK;

    if (one->said->gone != NULL)
        rc = sqlite_do(w->conn, &(struct query){ one->index->put, v, 2 });
    return rc == SQLITE_CORRUPT_VTAB ? SQLITE_OK : rc;
}

int
sqlite_write_words(struct sqlite_store *s)
{
    struct sqlite_writer *w = &s->writer;
    struct indexed *all = NEW_N(w->arena, struct indexed, w->n_search + 1);
    size_t n = 0, some;
    int rc = SQLITE_OK;

    for (const struct search *l = w->search; l; l = l->next)
        all[n++] = (struct indexed){ search_index_of(&s->base, l->noun), l };
    qsort(all, n, sizeof(*all), compare_indexed);
    for (size_t i = 0; rc == SQLITE_OK && i < n; i += some) {
        /* What one takes out must not go with those before it. */
        for (some = 1; i + some < n && some < SQLITE_ROWS_MANY; some++)
            if (all[i + some].index != all[i].index
                || all[i + some].said->gone != NULL)
                break;
        rc = take_out(w, all + i);
        if (rc == SQLITE_OK)
            rc = write_some(w, all + i, some);
    }
    return rc;
}
