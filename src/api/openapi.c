/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAPI 3.1 document, made from the route table. */
#include <ctype.h>
#include <string.h>

#include "api/dispatch.h"
#include "base/text.h"
#include "json/json.h"

#define MAX_MODELS 128

/* The models that were referred to, each once. */
struct known {
    const struct model *models[MAX_MODELS];
    bool input[MAX_MODELS];
    size_t n;
};

static void
remember(struct known *k, const struct model *m, bool input)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->models[i] == m && k->input[i] == input)
            return;
    ASSERT(k->n < MAX_MODELS);
    k->models[k->n] = m;
    k->input[k->n++] = input;
}

static void
write_ref(struct json_out *o, struct known *k, const struct model *m,
          bool input)
{
    remember(k, m, input);
    json_begin(o);
    json_put_text(o, "$ref",
                  arena_printf(o->buf->arena, "#/components/schemas/%s%s",
                               m->noun, input ? "_input" : ""));
    json_end(o);
}

static void
write_parameter(struct json_out *o, const char *name, const char *in,
                const char *schema, bool required)
{
    json_begin(o);
    json_put_text(o, "name", name);
    json_put_text(o, "in", in);
    json_put_bool(o, "required", required);
    json_key(o, "schema");
    json_raw(o, schema);
    json_end(o);
}

/* Schemas of the words of a list request that are not fields. */
static const struct {
    const char *name, *schema;
} list_words[] = {
    { "sort", "{\"type\":\"string\"}" },
    { "limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":500}" },
    { "cursor", "{\"type\":\"string\"}" },
    { "q", "{\"type\":\"string\"}" },
    { "view", "{\"type\":\"string\"}" },
    { "format", "{\"type\":\"string\",\"enum\":[\"json\",\"csv\",\"xlsx\"]}" },
    { "total", "{\"type\":\"string\",\"enum\":[\"yes\",\"no\"]}" },
};

static const char *
query_schema(const struct field *f)
{
    switch (f->kind) {
    case FIELD_INT: return "{\"type\":\"integer\"}";
    case FIELD_REAL: return "{\"type\":\"number\"}";
    case FIELD_BOOL: return "{\"type\":\"boolean\"}";
    case FIELD_INSTANT:
        return "{\"type\":\"string\",\"format\":\"date-time\"}";
    case FIELD_DAY: return "{\"type\":\"string\",\"format\":\"date\"}";
    default: return "{\"type\":\"string\"}";
    }
}

static void
write_path_parts(struct json_out *o, const char *path)
{
    for (const char *p = strchr(path, '{'); p != NULL; p = strchr(p, '{')) {
        size_t n = strcspn(++p, "}");
        const char *name = arena_text_n(o->buf->arena, p, n);
        bool id = n >= 2 && strcmp(name + n - 2, "id") == 0;

        write_parameter(o, name, "path",
                        id ? "{\"type\":\"integer\",\"minimum\":1}"
                           : "{\"type\":\"string\"}",
                        true);
    }
}

static bool
in_path(const struct route *r, const char *name)
{
    const char *p = strstr(r->path, name);

    return p != NULL && p > r->path && p[-1] == '{'
           && p[strlen(name)] == '}';
}

static void
write_parameters(struct json_out *o, const struct route *r)
{
    json_key(o, "parameters");
    json_begin_list(o);
    write_path_parts(o, r->path);
    if (r->flags & R_LIST) {
        for (size_t i = 0; i < COUNT(list_words); i++)
            write_parameter(o, list_words[i].name, "query",
                            list_words[i].schema, false);
        for (size_t i = 0; i < r->out->n; i++)
            if (!(r->out->fields[i].flags & (DERIVED | SECRET))
                && !in_path(r, r->out->fields[i].name))
                write_parameter(o, r->out->fields[i].name, "query",
                                query_schema(&r->out->fields[i]), false);
    } else if (r->in != NULL
               && (r->method == GET || r->method == DELETE
                   || r->flags & R_BODY)) {
        for (size_t i = 0; i < r->in->n; i++)
            if (!(r->in->fields[i].flags & GIVEN)
                && !in_path(r, r->in->fields[i].name))
                write_parameter(o, r->in->fields[i].name, "query",
                                query_schema(&r->in->fields[i]),
                                (r->in->fields[i].flags & REQUIRED) != 0);
    }
    if (r->flags & R_CREATED)
        write_parameter(o, "Idempotency-Key", "header",
                        "{\"type\":\"string\",\"maxLength\":200}", false);
    json_end_list(o);
}

static void
write_content(struct json_out *o, struct known *k, const struct model *m,
              bool input)
{
    json_key(o, "content");
    json_begin(o);
    json_key(o, "application/json");
    json_begin(o);
    json_key(o, "schema");
    write_ref(o, k, m, input);
    json_end(o);
    json_end(o);
}

static void
write_list_content(struct json_out *o, struct known *k, const struct model *m)
{
    json_key(o, "content");
    json_begin(o);
    json_key(o, "application/json");
    json_begin(o);
    json_key(o, "schema");
    json_begin(o);
    json_put_text(o, "type", "object");
    json_key(o, "properties");
    json_begin(o);
    json_key(o, "items");
    json_begin(o);
    json_put_text(o, "type", "array");
    json_key(o, "items");
    write_ref(o, k, m, false);
    json_end(o);
    json_key(o, "next");
    json_raw(o, "{\"type\":[\"string\",\"null\"]}");
    json_key(o, "total");
    json_raw(o, "{\"type\":\"integer\"}");
    json_key(o, "total_more");
    json_raw(o, "{\"type\":\"boolean\"}");
    json_end(o);
    json_key(o, "required");
    json_raw(o, "[\"items\",\"next\"]");
    json_end(o);
    json_end(o);
    json_end(o);
}

static void
write_good_answer(struct json_out *o, struct known *k, const struct route *r)
{
    bool empty = r->out == NULL && !(r->flags & (R_LIST | R_RAW));

    json_key(o, r->flags & R_CREATED ? "201" : empty ? "204" : "200");
    json_begin(o);
    json_put_text(o, "description", empty ? "Done." : "The answer.");
    if (r->flags & R_LIST)
        write_list_content(o, k, r->out);
    else if (r->out != NULL && !(r->flags & R_RAW))
        write_content(o, k, r->out, false);
    json_end(o);
}

static void
write_operation(struct json_out *o, struct known *k, const struct route *r)
{
    const char *word = method_word(r->method);
    char *method = arena_text(o->buf->arena, word);
    bool body = r->method != GET && r->method != DELETE;

    for (char *p = method; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    json_key(o, method);
    json_begin(o);
    json_put_text(o, "summary", r->says);
    json_put_text(o, "operationId",
                  arena_printf(o->buf->arena, "%s %s", method, r->path));
    if (r->may != NULL)
        json_put_text(o, "x-right", r->may);
    write_parameters(o, r);
    if (r->flags & R_BODY) {
        json_key(o, "requestBody");
        json_raw(o, "{\"content\":{\"text/csv\":{\"schema\":"
                    "{\"type\":\"string\"}}}}");
    } else if (body && r->in != NULL) {
        json_key(o, "requestBody");
        json_begin(o);
        write_content(o, k, r->in, true);
        json_end(o);
    }
    json_key(o, "responses");
    json_begin(o);
    write_good_answer(o, k, r);
    json_key(o, "default");
    json_raw(o, "{\"$ref\":\"#/components/responses/problem\"}");
    json_end(o);
    if (r->flags & R_OPEN) {
        json_key(o, "security");
        json_raw(o, "[]");
    }
    json_end(o);
}

static bool
written_before(const struct route *const *tables, const struct route *r)
{
    for (size_t i = 0; tables[i] != NULL; i++)
        for (const struct route *s = tables[i]; s->path != NULL; s++) {
            if (s == r)
                return false;
            if (strcmp(s->path, r->path) == 0)
                return true;
        }
    return false;
}

/* Every operation on one path together. */
static void
write_path(struct json_out *o, struct known *k, const char *path)
{
    json_key(o, arena_printf(o->buf->arena, "/api/v1%s", path));
    json_begin(o);
    for (size_t i = 0; all_routes[i] != NULL; i++)
        for (const struct route *r = all_routes[i]; r->path != NULL; r++)
            if (strcmp(r->path, path) == 0)
                write_operation(o, k, r);
    json_end(o);
}

static void
write_components(struct json_out *o, const struct known *k)
{
    json_key(o, "components");
    json_begin(o);
    json_key(o, "schemas");
    json_begin(o);
    for (size_t i = 0; i < k->n; i++) {
        json_key(o, arena_printf(o->buf->arena, "%s%s", k->models[i]->noun,
                                 k->input[i] ? "_input" : ""));
        model_write_schema(o, k->models[i], k->input[i]);
    }
    json_key(o, "problem");
    json_raw(o, "{\"type\":\"object\",\"properties\":{"
                "\"type\":{\"type\":\"string\"},"
                "\"title\":{\"type\":\"string\"},"
                "\"status\":{\"type\":\"integer\"},"
                "\"code\":{\"type\":\"string\"},"
                "\"detail\":{\"type\":[\"string\",\"null\"]},"
                "\"field\":{\"type\":[\"string\",\"null\"]}},"
                "\"required\":[\"type\",\"title\",\"status\",\"code\"]}");
    json_end(o);
    json_key(o, "responses");
    json_raw(o, "{\"problem\":{\"description\":\"Why not (RFC 9457).\","
                "\"content\":{\"application/problem+json\":{\"schema\":"
                "{\"$ref\":\"#/components/schemas/problem\"}}}}}");
    json_key(o, "securitySchemes");
    json_raw(o, "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
                "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\","
                "\"name\":\"liangcao_session\"}}");
    json_end(o);
}

const char *
openapi_write(struct call *c)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct known *k = NEW(c->arena, struct known);

    json_begin(&o);
    json_put_text(&o, "openapi", "3.1.0");
    json_key(&o, "info");
    json_raw(&o, "{\"title\":\"liangcao\",\"version\":\"1\",\"license\":"
                 "{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}}");
    json_key(&o, "security");
    json_raw(&o, "[{\"bearer\":[]},{\"cookie\":[]}]");
    json_key(&o, "paths");
    json_begin(&o);
    for (size_t i = 0; all_routes[i] != NULL; i++)
        for (const struct route *r = all_routes[i]; r->path != NULL; r++)
            if (!written_before(all_routes, r))
                write_path(&o, k, r->path);
    json_end(&o);
    write_components(&o, k);
    json_end(&o);
    return b.s;
}
