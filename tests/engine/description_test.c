/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the API against what the program writes. */
#include <jansson.h>
#include <string.h>

#include "api/openapi.h"
#include "api/route.h"
#include "database.h"
#include "model/member.h"
#include "office.h"
#include "json/json.h"

static bool
takes_null(json_t *type)
{
    size_t i;
    json_t *one;

    json_array_foreach(type, i, one) if (strcmp(json_string_value(one), "null")
                                         == 0) return true;
    return false;
}

/* How many fields of the model's SCHEMA were looked at: an empty record writes
   null wherever an answer can. */
static int
compare(struct call *c, const struct model *m, json_t *schema)
{
    struct buf text = buf_make(c->arena, 0);
    struct json_out o = json_to(&text);
    json_t *empty;
    int n = 0;

    model_write_json(&o, m, arena_alloc(c->arena, m->size));
    empty = json_loads(text.s, 0, NULL);
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];
        json_t *said = json_object_get(empty, f->name);
        json_t *property =
            json_object_get(json_object_get(schema, "properties"), f->name);

        if (said == NULL)
            continue;
        EXPECT(takes_null(json_object_get(property, "type"))
               == (json_is_null(said) && !(f->flags & (REQUIRED | SINCE))));
        n++;
    }
    json_decref(empty);
    return n;
}

TEST(the_description_allows_null_where_an_answer_may_write_it_and_nowhere_else)
{
    json_t *doc = json_loads(openapi_write(c), 0, NULL);
    json_t *schemas =
        json_object_get(json_object_get(doc, "components"), "schemas");
    int fields = 0;

    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            if (r->out != NULL)
                fields +=
                    compare(c, r->out, json_object_get(schemas, r->out->noun));
    json_decref(doc);
    EXPECT(fields > 300);
}

static const char sqlite_null[] =
    "SELECT 1 - \"notnull\" FROM pragma_table_info($1) WHERE name = $2";
static const char postgres_null[] =
    "SELECT CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END"
    " FROM information_schema.columns WHERE table_schema = current_schema()"
    " AND table_name = $1 AND column_name = $2";

/* -1: the table has no such column. */
static int64_t
column_takes_null(struct call *c, const char *table, const char *column)
{
    ROWS r = db_query(c, database_is_postgres() ? postgres_null : sqlite_null,
                      V(table), V(column));

    return rows_next(&r) ? row_int(&r, 0) : -1;
}

TEST(what_the_server_always_says_is_a_column_that_is_never_empty)
{
    const struct model *const *all = all_models();
    int columns = 0;

    for (size_t i = 0; all[i] != NULL; i++)
        for (size_t k = 0; all[i]->table != NULL && k < all[i]->n; k++) {
            const struct field *f = &all[i]->fields[k];
            int64_t may;

            if (!(f->flags & SINCE)
                && (f->flags & (REQUIRED | GIVEN)) != (REQUIRED | GIVEN))
                continue;
            may = column_takes_null(c, all[i]->table, f->name);
            EXPECT(may == 0 || (may < 0 && f->flags & DERIVED));
            columns++;
        }
    EXPECT(columns > 30);
}
