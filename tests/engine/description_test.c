/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the API against what the program writes. */
#include <jansson.h>
#include <string.h>

#include "api/openapi.h"
#include "api/route.h"
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
