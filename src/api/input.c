/* SPDX-License-Identifier: Apache-2.0 */
#include "api/input.h"

#include <string.h>

#include "api/export.h"
#include "auth/auth.h"
#include "base/text.h"

bool
input_by_query(const struct route *route)
{
    if (route->flags & R_LIST || route->in == NULL)
        return false;
    if (route->flags & R_BODY)
        return true;
    /* A noun's own record is only there for the id in the path. */
    return (route->method == GET || route->method == DELETE)
           && route->in->table == NULL;
}

bool
input_by_body(const struct route *route)
{
    return route->method != GET && route->method != DELETE;
}

/* A route without input still refuses what is sent along. */
static const struct field no_fields[] = {
    { .name = "", .flags = GIVEN },
};
static const struct model nothing = {
    .noun = "nothing", .size = 1, .fields = no_fields
};

/* -- the query ------------------------------------------------------------- */

static enum err
refuse_twice(struct call *c, const struct http_request *q)
{
    for (size_t i = 0; i < q->n_query; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(q->query[i].key, q->query[k].key) == 0)
                return fail(c, ERR_INVALID, q->query[i].key, "is said twice");
    return OK;
}

static enum err
check_view(struct call *c, const struct route *route, const char *view)
{
    if (view == NULL)
        return OK;
    for (size_t i = 0; route->views != NULL && route->views[i] != NULL; i++)
        if (strcmp(route->views[i], view) == 0)
            return OK;
    return fail(c, ERR_INVALID, "view", "“%.40s” is not one of its words",
                view);
}

/* A part of the path that is not even of its field's kind names nothing. */
static enum err
check_part(struct call *c, const struct model *m, const struct pair *part)
{
    const struct field *f = model_field(m, part->key);
    void *room = arena_alloc(c->arena, m->size);

    ASSERT(f != NULL);
    if (model_read_text(c, f, part->value, room) != OK)
        return fail(c, ERR_ABSENT, NULL, "there is no such address");
    return OK;
}

static enum err
read_list(struct call *c, const struct address *at,
          const struct http_request *q, struct list *l)
{
    const struct route *route = at->route;

    l->model = route->out;
    for (size_t i = 0; i < q->n_query; i++)
        if (strcmp(q->query[i].key, "format") != 0)
            TRY(list_read(c, l, &q->query[i], 1));
    TRY(check_view(c, route, l->view));
    for (size_t i = 0; i < at->n; i++) {
        TRY(check_part(c, route->out, &at->parts[i]));
        TRY(list_read(c, l, &at->parts[i], 1));
    }
    return OK;
}

/* -- the body -------------------------------------------------------------- */

/* Is TYPE ("text/csv; charset=gbk") of the media type WANT? */
static bool
is_type(const char *type, const char *want)
{
    size_t n = strlen(want);

    return strncasecmp(type, want, n) == 0
           && (type[n] == '\0' || strchr("; \t", type[n]) != NULL);
}

/* JSON is UTF-8 (RFC 8259, 8.1); said to be anything else it would be read
   wrongly. */
static bool
is_utf8_json(const char *type)
{
    const char *charset = strcasestr(type, "charset=");
    size_t n = strlen("utf-8");

    if (!is_type(type, "application/json"))
        return false;
    if (charset == NULL)
        return true;
    charset += strlen("charset=");
    charset += *charset == '"';
    return strncasecmp(charset, "utf-8", n) == 0
           && (charset[n] == '\0' || strchr("\"; \t", charset[n]) != NULL);
}

static enum err
check_type(struct call *c, const struct route *route,
           const struct http_request *q, int *status)
{
    const char *type = http_header(q, "Content-Type");

    /* A page of another site can send a body without asking only as a type
       that is not JSON's, or as none. */
    bool by_page = route->flags & R_OPEN || (c->actor && c->actor->session_id);

    if (q->body_len == 0 || (type == NULL && !by_page))
        return OK;
    if (type != NULL
        && (route->flags & R_BODY
                ? is_type(type, "text/csv") || is_type(type, "text/plain")
                      || is_type(type, EXPORT_XLSX_TYPE)
                : is_utf8_json(type)))
        return OK;
    *status = 415;
    return fail(c, ERR_MALFORMED, "Content-Type", "must be %s",
                route->flags & R_BODY ? "text/csv"
                : is_type(type ? type : "", "application/json")
                    ? "application/json; charset=utf-8"
                    : "application/json");
}

static enum err
read_body(struct call *c, const struct route *route,
          const struct http_request *q, void *in, field_mask *mask)
{
    const struct model *m = route->in ? route->in : &nothing;

    c->body = q->body;
    c->body_len = q->body_len;
    if (route->flags & R_BODY || !input_by_body(route))
        return OK;
    if (q->body_len > 0)
        TRY(model_read_json(c, m, q->body, q->body_len, in, mask));
    return OK;
}

enum err
input_read(struct call *c, const struct address *at,
           const struct http_request *q, void *in, int *status)
{
    const struct route *route = at->route;
    const struct model *m = route->in ? route->in : &nothing;
    field_mask mask = 0;

    TRY(refuse_twice(c, q));
    if (route->flags & R_LIST)
        return read_list(c, at, q, in);
    for (size_t i = 0; i < at->n; i++)
        TRY(check_part(c, m, &at->parts[i]));
    if (input_by_body(route))
        TRY(check_type(c, route, q, status));
    TRY(model_read_pairs(c, input_by_query(route) ? m : &nothing, q->query,
                         q->n_query, in, &mask));
    TRY(read_body(c, route, q, in, &mask));
    if (route->method != PATCH
        && (input_by_query(route) || input_by_body(route)))
        TRY(model_check_said(c, m, mask));
    TRY(model_check_mask(c, m, in, mask));
    c->said = mask;
    /* The path comes last: whatever id the body says, it is the row of the
       address that is meant. */
    for (size_t i = 0; i < at->n; i++)
        TRY(model_read_text(c, model_field(m, at->parts[i].key),
                            at->parts[i].value, in));
    return OK;
}
