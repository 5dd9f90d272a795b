/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - in which index the words of a noun are.
 *
 * All nouns share the index `search`, but those of very many rows: the schema
 * gives such a noun one of its own, NOUN_search, so that its rows are found
 * without a look at any other's.  (decision 31)
 */
#include <string.h>

#include "db/backend.h"

#define SHARED "search"

static void
put_index(struct store *s, const char *table)
{
    struct search_index *x = NEW(s->names, struct search_index);
    size_t n = strlen(table) - strlen(SHARED);

    *x = (struct search_index){
        .next = s->indexes,
        .noun = n > 0 ? arena_text_n(s->names, table, n - 1) : NULL,
        .table = arena_text(s->names, table)
    };
    s->backend->search_fill(s->names, x);
    s->indexes = x;
}

enum err
search_find_indexes(struct call *c)
{
    struct store *s = c->db->store;
    ROWS r = db_query(c, s->backend->search_tables);

    s->names = arena_open();
    put_index(s, SHARED);
    while (rows_next(&r))
        put_index(s, row_text(&r, 0));
    return rows_end(&r);
}

const struct search_index *
search_index_of(const struct store *s, const char *noun)
{
    const struct search_index *x = s->indexes;

    while (x->noun && strcmp(x->noun, noun) != 0)
        x = x->next;
    return x;
}

struct db_search
db_search_in(struct call *c, const char *noun, const char *table)
{
    const struct store *s = c->db->store;

    return s->backend->search_in(c, search_index_of(s, noun), noun, table);
}
