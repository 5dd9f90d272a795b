/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAPI 3.1 document, made from the route table. */
#include "api/openapi.h"

#include <ctype.h>
#include <string.h>

#include "api/export.h"
#include "api/find.h"
#include "api/input.h"
#include "base/text.h"
#include "model/member.h"
#include "json/json.h"

/* The models that were referred to, each once. */
struct known {
    struct arena *arena;
    const struct model **models;
    enum schema_use *uses;
    size_t n, cap;
};

static const char *const suffixes[] = { "", "_input", "_patch" };

static void
grow(struct known *k)
{
    size_t cap = 2 * k->cap + 128;
    const struct model **models = NEW_N(k->arena, const struct model *, cap);
    enum schema_use *uses = NEW_N(k->arena, enum schema_use, cap);

    for (size_t i = 0; i < k->n; i++) {
        models[i] = k->models[i];
        uses[i] = k->uses[i];
    }
    k->models = models;
    k->uses = uses;
    k->cap = cap;
}

static void
remember(struct known *k, const struct model *m, enum schema_use use)
{
    for (size_t i = 0; i < k->n; i++) {
        if (k->models[i] == m && k->uses[i] == use)
            return;
        /* One name is one schema. */
        ASSERT(k->uses[i] != use || strcmp(k->models[i]->noun, m->noun) != 0);
    }
    if (k->n == k->cap)
        grow(k);
    k->models[k->n] = m;
    k->uses[k->n++] = use;
}

static void
write_ref(struct json_out *o, struct known *k, const struct model *m,
          enum schema_use use)
{
    remember(k, m, use);
    json_begin(o);
    json_put_text(o, "$ref",
                  arena_printf(o->buf->arena, "#/components/schemas/%s%s",
                               m->noun, suffixes[use]));
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

/* A field of a record as a parameter of the query. */
static void
write_field_parameter(struct json_out *o, const struct field *f, bool filter)
{
    json_begin(o);
    json_put_text(o, "name", f->name);
    json_put_text(o, "in", "query");
    json_put_bool(o, "required", !filter && member_is_asked(f));
    if (f->says != NULL || f->label != NULL)
        json_put_text(o, "description", f->says ? f->says : f->label);
    json_key(o, "schema");
    model_write_query_schema(o, f, !filter);
    json_end(o);
}

/* What besides "is" a field of a list may be asked for. */
static void
write_filters(struct json_out *o, const struct field *f)
{
    for (size_t i = 1; i < N_FILTER_WORDS; i++) {
        const struct filter_word *w = &filter_words[i];

        if (!filter_fits(f, w->op))
            continue;
        json_begin(o);
        json_put_text(o, "name",
                      arena_printf(o->buf->arena, "%s.%s", f->name, w->word));
        json_put_text(o, "in", "query");
        /* Commas between them, not the parameter again. */
        if (w->op == ONE_OF)
            json_put_bool(o, "explode", false);
        json_key(o, "schema");
        model_write_filter_schema(o, f, w->op);
        json_end(o);
    }
}

/* Schemas of the words of a list request that are not fields. */
static const struct {
    const char *name, *schema;
} list_words[] = {
    { "limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":500}" },
    { "cursor", "{\"type\":\"string\",\"minLength\":1}" },
    { "q", "{\"type\":\"string\"}" },
    { "format", "{\"type\":\"string\",\"enum\":[\"json\",\"csv\",\"xlsx\"]}" },
    { "total", "{\"type\":\"string\",\"enum\":[\"yes\",\"no\"]}" },
};

static void
write_path_parts(struct json_out *o, const char *path)
{
    for (const char *p = strchr(path, '{'); p != NULL; p = strchr(p, '{')) {
        size_t n = strcspn(++p, "}");
        const char *name = arena_text_n(o->buf->arena, p, n);
        bool id = n >= 2 && strcmp(name + n - 2, "id") == 0;

        write_parameter(o, name, "path",
                        id ? "{\"type\":\"integer\",\"minimum\":1}"
                           : "{\"type\":\"string\",\"minLength\":1}",
                        true);
    }
}

static bool
in_path(const struct route *r, const char *name)
{
    const char *p = strstr(r->path, name);

    return p != NULL && p > r->path && p[-1] == '{' && p[strlen(name)] == '}';
}

static bool
can_filter(const struct field *f)
{
    return !(f->flags & (DERIVED | SECRET));
}

static const char *
sort_schema(struct json_out *o, const struct model *m)
{
    struct buf b = buf_make(o->buf->arena, 0);

    buf_puts(&b, "{\"type\":\"string\",\"enum\":[");
    for (size_t i = 0, n = 0; i < m->n; i++)
        if (can_filter(&m->fields[i]))
            buf_printf(&b, "%s\"%s\",\"-%s\"", n++ ? "," : "",
                       m->fields[i].name, m->fields[i].name);
    buf_puts(&b, "]}");
    return b.s;
}

static const char *
view_schema(struct json_out *o, const char *const *views)
{
    struct buf b = buf_make(o->buf->arena, 0);

    buf_puts(&b, "{\"type\":\"string\",\"enum\":[");
    for (size_t i = 0; views[i] != NULL; i++)
        buf_printf(&b, "%s\"%s\"", i ? "," : "", views[i]);
    buf_puts(&b, "]}");
    return b.s;
}

static void
write_list_parameters(struct json_out *o, const struct route *r)
{
    for (size_t i = 0; i < COUNT(list_words); i++)
        write_parameter(o, list_words[i].name, "query", list_words[i].schema,
                        false);
    write_parameter(o, "sort", "query", sort_schema(o, r->out), false);
    if (r->views != NULL)
        write_parameter(o, "view", "query", view_schema(o, r->views), false);
    if (model_field(r->out, "valid_to") != NULL)
        write_parameter(o, "as_of", "query",
                        "{\"type\":\"string\",\"format\":\"date\"}", false);
    for (size_t i = 0; i < r->out->n; i++)
        if (can_filter(&r->out->fields[i])
            && !in_path(r, r->out->fields[i].name)) {
            write_field_parameter(o, &r->out->fields[i], true);
            write_filters(o, &r->out->fields[i]);
        }
}

static void
write_header_parameters(struct json_out *o, const struct route *r)
{
    if (route_is_keyed(r))
        write_parameter(o, "Idempotency-Key", "header",
                        "{\"type\":\"string\",\"minLength\":1,"
                        "\"maxLength\":200}",
                        false);
    if (r->method != GET && r->out != NULL && strchr(r->path, '{') != NULL
        && model_field(r->out, "version") != NULL)
        write_parameter(o, "If-Match", "header",
                        "{\"type\":\"string\",\"pattern\":"
                        "\"^([*]|(W/)?\\\"[0-9]{1,15}\\\")$\"}",
                        false);
}

static void
write_parameters(struct json_out *o, const struct route *r)
{
    json_key(o, "parameters");
    json_begin_list(o);
    write_path_parts(o, r->path);
    if (r->flags & R_LIST)
        write_list_parameters(o, r);
    else if (input_by_query(r))
        for (size_t i = 0; i < r->in->n; i++)
            if (!(r->in->fields[i].flags & GIVEN))
                write_field_parameter(o, &r->in->fields[i], false);
    write_header_parameters(o, r);
    json_end_list(o);
}

/* -- shapes (route.h) -------------------------------------------------------- */

static const char *write_shape(struct json_out *o, struct known *k,
                               const struct model *record, const char *s);

static const struct {
    const char *word, *type;
} shape_words[] = { { "int", "integer" },
                    { "real", "number" },
                    { "bool", "boolean" },
                    { "text", "string" } };

/* A word of the shape, or a record. */
static const char *
write_shape_word(struct json_out *o, struct known *k,
                 const struct model *record, const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"), i = 0;

    if (*s == '#') {
        write_ref(o, k, record, SCHEMA_ANSWER);
        return s + 1;
    }
    while (i < COUNT(shape_words)
           && (strlen(shape_words[i].word) != n
               || strncmp(shape_words[i].word, s, n) != 0))
        i++;
    json_begin(o);
    if (i < COUNT(shape_words) && s[n] == '?') {
        json_key(o, "type");
        json_begin_list(o);
        json_text(o, shape_words[i].type);
        json_text(o, "null");
        json_end_list(o);
    } else if (i < COUNT(shape_words)) {
        json_put_text(o, "type", shape_words[i].type);
    }
    json_end(o);
    return s + n + (s[n] == '?');
}

/* The members after "{"; what must be there goes into NEEDED. */
static const char *
write_shape_members(struct json_out *o, struct known *k,
                    const struct model *record, const char *s,
                    struct buf *needed)
{
    while (*s != '}') {
        size_t n = strcspn(s, "?:");

        if (s[n] == ':')
            buf_printf(needed, "%s\"%.*s\"", needed->len ? "," : "", (int)n, s);
        json_key(o, arena_text_n(o->buf->arena, s, n));
        s = write_shape(o, k, record, s + n + (s[n] == '?') + 1);
        s += *s == ',';
    }
    return s + 1;
}

static const char *
write_shape_object(struct json_out *o, struct known *k,
                   const struct model *record, const char *s)
{
    struct buf needed = buf_make(o->buf->arena, 0);

    json_begin(o);
    json_put_text(o, "type", "object");
    /* {*:shape}: the keys are data, all values are alike. */
    if (*s == '*') {
        json_key(o, "additionalProperties");
        s = write_shape(o, k, record, s + 2) + 1;
    } else {
        json_key(o, "properties");
        json_begin(o);
        s = write_shape_members(o, k, record, s, &needed);
        json_end(o);
        json_key(o, "required");
        json_raw(o, arena_printf(o->buf->arena, "[%s]", needed.s));
        json_put_bool(o, "additionalProperties", false);
    }
    json_end(o);
    return s;
}

/* The shape at S as a schema; where it ends. */
static const char *
write_shape(struct json_out *o, struct known *k, const struct model *record,
            const char *s)
{
    if (*s == '{')
        return write_shape_object(o, k, record, s + 1);
    if (*s != '[')
        return write_shape_word(o, k, record, s);
    json_begin(o);
    json_put_text(o, "type", "array");
    json_key(o, "items");
    s = write_shape(o, k, record, s + 1);
    json_end(o);
    return s + 1;
}

/* -- answers ------------------------------------------------------------------ */

static void
write_media(struct json_out *o, const char *type)
{
    json_key(o, type);
    json_raw(o, "{\"schema\":{\"type\":\"string\"}}");
}

static void
write_content(struct json_out *o, struct known *k, const struct model *m,
              enum schema_use use)
{
    json_key(o, "content");
    json_begin(o);
    json_key(o, "application/json");
    json_begin(o);
    json_key(o, "schema");
    write_ref(o, k, m, use);
    json_end(o);
    json_end(o);
}

static const char list_shape[] =
    "{items:[#],next:text?,total?:int,total_more?:bool}";

static void
write_shape_content(struct json_out *o, struct known *k, const struct route *r)
{
    json_key(o, "content");
    json_begin(o);
    if (r->media != NULL) {
        write_media(o, r->media);
    } else {
        json_key(o, "application/json");
        json_begin(o);
        json_key(o, "schema");
        (void)write_shape(o, k, r->out,
                          r->flags & R_LIST ? list_shape : r->answer);
        json_end(o);
    }
    if (r->flags & R_LIST)
        write_media(o, "text/csv");
    /* What is no list and takes a format makes its own table (api/export.h). */
    if (r->flags & R_LIST
        || (r->in != NULL && model_field(r->in, "format") != NULL))
        write_media(o, EXPORT_XLSX_TYPE);
    json_end(o);
}

static void
write_good_answer(struct json_out *o, struct known *k, const struct route *r,
                  const char *status, const char *says)
{
    json_key(o, status);
    json_begin(o);
    json_put_text(o, "description", says);
    if (r->flags & (R_LIST | R_RAW)) {
        write_shape_content(o, k, r);
    } else if (r->out != NULL) {
        write_content(o, k, r->out, SCHEMA_ANSWER);
        if (model_field(r->out, "version") != NULL) {
            json_key(o, "headers");
            json_raw(o, "{\"ETag\":{\"schema\":{\"type\":\"string\"}}}");
        }
    }
    json_end(o);
}

static void
write_problem(struct json_out *o, const char *status)
{
    json_key(o, status);
    json_raw(o, "{\"$ref\":\"#/components/responses/problem\"}");
}

static void
write_answers(struct json_out *o, struct known *k, const struct route *r)
{
    static const char *const always[] = { "400", "403", "404", "414",
                                          "422", "429", "503" };
    bool body = input_by_body(r);
    bool empty = r->out == NULL && !(r->flags & (R_LIST | R_RAW));

    json_key(o, "responses");
    json_begin(o);
    write_good_answer(o, k, r,
                      r->flags & R_CREATED ? "201"
                      : empty              ? "204"
                                           : "200",
                      empty ? "Done." : "The answer.");
    if (r->flags & R_WAITS)
        write_good_answer(o, k, r, "202",
                          "It waits for a second administrator to confirm "
                          "it, wholly or in part.");
    for (size_t i = 0; i < COUNT(always); i++)
        write_problem(o, always[i]);
    write_problem(o, "401");
    if (r->method != GET) {
        write_problem(o, "409");
        write_problem(o, "412");
    }
    /* Tables that are read need room on the disk, too. */
    write_problem(o, "507");
    if (body) {
        write_problem(o, "413");
        write_problem(o, "415");
    }
    write_problem(o, "default");
    json_end(o);
}

/* -- operations --------------------------------------------------------------- */

static bool
has_body(const struct route *r)
{
    if (r->flags & R_BODY)
        return true;
    for (size_t i = 0; input_by_body(r) && r->in != NULL && i < r->in->n; i++)
        if (!(r->in->fields[i].flags & GIVEN))
            return true;
    return false;
}

static bool
needs_body(const struct route *r)
{
    if (r->flags & R_BODY)
        return true;
    for (size_t i = 0; r->method != PATCH && i < r->in->n; i++)
        if (member_is_asked(&r->in->fields[i]))
            return true;
    return false;
}

static void
write_body(struct json_out *o, struct known *k, const struct route *r)
{
    if (!has_body(r))
        return;
    json_key(o, "requestBody");
    json_begin(o);
    json_put_bool(o, "required", needs_body(r));
    if (r->flags & R_BODY) {
        json_key(o, "content");
        json_begin(o);
        write_media(o, "text/csv");
        write_media(o, EXPORT_XLSX_TYPE);
        json_end(o);
    } else {
        write_content(o, k, r->in,
                      r->method == PATCH ? SCHEMA_CHANGE : SCHEMA_INPUT);
    }
    json_end(o);
}

/* "get_orders_id_events": a name that is one in any language. */
static const char *
operation_name(struct arena *a, const char *method, const char *path)
{
    char *name = arena_printf(a, "%s%s", method, path), *out = name;

    for (const char *p = name; *p != '\0'; p++)
        if (*p != '{' && *p != '}')
            *out++ = (char)(isalnum((unsigned char)*p) ? *p : '_');
    *out = '\0';
    return name;
}

static void
write_tag(struct json_out *o, const char *path)
{
    json_key(o, "tags");
    json_begin_list(o);
    json_text(o, arena_text_n(o->buf->arena, path + 1, strcspn(path + 1, "/")));
    json_end_list(o);
}

static void
write_operation(struct json_out *o, struct known *k, const struct route *r)
{
    const char *word = method_word(r->method);
    char *method = arena_text(o->buf->arena, word);

    for (char *p = method; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    json_key(o, method);
    json_begin(o);
    json_put_text(o, "summary", r->says);
    if (r->flags & R_LIST)
        json_put_text(o, "description",
                      "A field filters by what it is; besides field= there "
                      "are field.not=, field.from= (at least), field.before= "
                      "(below), field.in=a,b, field.has= (part of a text) and "
                      "field.set=yes|no; 12 filters at most.");
    json_put_text(o, "operationId",
                  operation_name(o->buf->arena, method, r->path));
    write_tag(o, r->path);
    if (r->may != NULL)
        json_put_text(o, "x-right", r->may);
    write_parameters(o, r);
    write_body(o, k, r);
    write_answers(o, k, r);
    /* Needs no sign-in: [] takes back what stands at the top for all. */
    if (r->flags & R_OPEN) {
        json_key(o, "security");
        json_raw(o, "[]");
    }
    json_end(o);
}

/* -- pages that are no routes -------------------------------------------------- */

static const struct {
    const char *path, *says, *media, *more;
    bool open;
    bool unready; /* 503 in words where the database does not serve */
} pages[] = {
    { "/api/v1/stream",
      "Live changes: events “order” and “notice”, each with the place to "
      "resume from; “reload”: more was missed than is told again; “bye”: "
      "signed in no more. Whoever does not ask for text/event-stream by name "
      "is told what came since Last-Event-ID, and the stream ends.",
      "text/event-stream",
      "\"parameters\":[{\"name\":\"Last-Event-ID\",\"in\":\"header\","
      "\"required\":false,"
      "\"schema\":{\"type\":\"string\",\"maxLength\":40}}]",
      false },
    { "/healthz", "The program runs.", "text/plain", NULL, true },
    { "/readyz", "The database answers and takes changes.", "text/plain", NULL,
      true, true },
    { "/metrics", "Figures for Prometheus.", "text/plain", NULL, true, true },
};

static void
write_page_answer(struct json_out *o, size_t i, const char *status,
                  const char *says, bool or_problem)
{
    json_key(o, status);
    json_begin(o);
    json_put_text(o, "description", says);
    json_key(o, "content");
    json_begin(o);
    write_media(o, pages[i].media);
    if (or_problem) {
        json_key(o, "application/problem+json");
        json_raw(o, "{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}");
    }
    json_end(o);
    json_end(o);
}

static void
write_page(struct json_out *o, size_t i)
{
    static const char *const closed[] = { "401", "403", "429", "503" };

    json_key(o, pages[i].path);
    json_begin(o);
    json_key(o, "get");
    json_begin(o);
    json_put_text(o, "summary", pages[i].says);
    json_put_text(o, "operationId",
                  operation_name(o->buf->arena, "get", pages[i].path));
    if (pages[i].more != NULL)
        json_raw(o, pages[i].more);
    json_key(o, "responses");
    json_begin(o);
    write_page_answer(o, i, "200", "The answer.", false);
    /* Whoever finds no room in the queue is told before it is known what was
       asked for. */
    if (pages[i].unready)
        write_page_answer(o, i, "503", "Why it does not serve.", true);
    for (size_t k = 0; k < COUNT(closed) && !pages[i].open; k++)
        write_problem(o, closed[k]);
    write_problem(o, "400"); /* a head that cannot be read */
    write_problem(o, "405");
    write_problem(o, "default");
    json_end(o);
    if (pages[i].open) {
        json_key(o, "security");
        json_raw(o, "[]");
    }
    json_end(o);
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
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
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
                                 suffixes[k->uses[i]]));
        model_write_schema(o, k->models[i], k->uses[i]);
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

    k->arena = c->arena;
    json_begin(&o);
    json_put_text(&o, "openapi", "3.1.0");
    json_key(&o, "info");
    json_raw(&o, "{\"title\":\"liangcao\",\"version\":\"1\",\"license\":"
                 "{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}}");
    json_key(&o, "security");
    json_raw(&o, "[{\"bearer\":[]},{\"cookie\":[]}]");
    json_key(&o, "paths");
    json_begin(&o);
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            if (!written_before(all_routes(), r))
                write_path(&o, k, r->path);
    for (size_t i = 0; i < COUNT(pages); i++)
        write_page(&o, i);
    json_end(&o);
    /* Last: K knows which records are used when all paths are written. */
    write_components(&o, k);
    json_end(&o);
    return b.s;
}
