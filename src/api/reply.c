/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"

#include <string.h>

#include "api/turns.h"
#include "base/log.h"
#include "base/text.h"
#include "base/words.h"
#include "json/json.h"

static const int statuses[] = {
    [OK] = 200,           [ERR_MALFORMED] = 400, [ERR_INVALID] = 422,
    [ERR_UNSIGNED] = 401, [ERR_DENIED] = 403,    [ERR_ABSENT] = 404,
    [ERR_CONFLICT] = 409, [ERR_STALE] = 412,     [ERR_BUSY] = 503,
    [ERR_UNSURE] = 503,   [ERR_LIMIT] = 429,     [ERR_FULL] = 507,
    [ERR_AWAY] = 503,     [ERR_BROKEN] = 500
};

static const char *const titles[] = {
    [OK] = "",
    [ERR_MALFORMED] = "cannot be read",
    [ERR_INVALID] = "something is not right",
    [ERR_UNSIGNED] = "please sign in",
    [ERR_DENIED] = "not allowed",
    [ERR_ABSENT] = "not found",
    [ERR_CONFLICT] = "does not fit how things stand",
    [ERR_STALE] = "changed meanwhile",
    [ERR_BUSY] = "busy, please try again",
    [ERR_UNSURE] = "nobody knows whether it was done",
    [ERR_LIMIT] = "too much",
    [ERR_FULL] = "nothing can be kept now",
    [ERR_AWAY] = "cannot be done now",
    [ERR_BROKEN] = "something broke on our side"
};

int
api_status(enum err e)
{
    return statuses[e];
}

static void
reply_json(struct http_reply *r, int status, const struct buf *b)
{
    r->status = status;
    r->type = "application/json";
    r->body = b->s;
    r->body_len = b->len;
}

/* Whoever refused may know better when to try again. */
static bool
says_when(const struct http_reply *r)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (strcmp(r->headers[i].name, "Retry-After") == 0)
            return true;
    return false;
}

void
api_problem(struct call *c, enum err e, int status, struct http_reply *r)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    if (status == 0)
        status = api_status(e);
    json_begin(&o);
    json_put_text(&o, "type", "about:blank");
    json_put_text(&o, "title", words_in(c, titles[e]));
    json_put_int(&o, "status", status);
    json_put_text(&o, "code", err_word(e));
    /* What broke inside is for the log, not for the far end. */
    json_put_text(&o, "detail",
                  e == ERR_BROKEN ? words_in(c, titles[e]) : c->fault.text);
    json_put_text(&o, "field", c->fault.field);
    json_end(&o);
    reply_json(r, status, &b);
    r->type = "application/problem+json";
    if (e == ERR_UNSIGNED)
        http_add_header(r, "WWW-Authenticate", "Bearer");
    if (e == ERR_BUSY || e == ERR_UNSURE)
        http_add_header(r, "Retry-After", "1");
    if (e == ERR_LIMIT && !says_when(r))
        http_add_header(r, "Retry-After", "10");
    if (e == ERR_BROKEN)
        log_line(LOG_ERROR, "api", "broken: %s",
                 c->fault.text ? c->fault.text : "?");
}

bool
api_only_get(struct call *c, const struct http_request *q, struct http_reply *r)
{
    if (strcmp(q->method, "GET") == 0)
        return true;
    http_add_header(r, "Allow", "GET, HEAD");
    api_problem(c,
                fail(c, ERR_ABSENT, NULL, "%s is not possible here", q->method),
                405, r);
    return false;
}

void
reply_header(struct call *c, const char *name, const char *value)
{
    if (c->reply != NULL)
        http_add_header(c->reply, name, value);
}

static void
write_list(struct json_out *o, const struct list *l)
{
    json_begin(o);
    json_key(o, "items");
    json_begin_list(o);
    for (size_t i = 0; i < l->n; i++)
        model_write_json(o, l->model,
                         (const char *)l->rows + i * l->model->size);
    json_end_list(o);
    json_put_text(o, "next", l->next);
    if (!l->no_total) {
        json_put_int(o, "total", l->total);
        json_put_bool(o, "total_more", l->total_more);
    }
    json_end(o);
}

static void
add_etag(struct call *c, const struct model *m, const void *rec,
         struct http_reply *r)
{
    const struct field *f = model_field(m, "version");

    if (f != NULL && f->kind == FIELD_INT)
        http_add_header(
            r, "ETag",
            arena_printf(c->arena, "\"%lld\"",
                         *(const long long *)(const void *)((const char *)rec
                                                            + f->offset)));
}

void
api_raw(struct call *c, const struct raw *raw, struct http_reply *r)
{
    r->status = raw->status ? raw->status : 200;
    r->type = raw->type ? raw->type : "application/json";
    r->body = raw->body ? raw->body : "";
    r->body_len = raw->len ? raw->len : strlen(r->body);
    r->fd = raw->fd;
    if (raw->fd != 0 && raw->turn != NULL) {
        r->sent = turn_end;
        r->sent_arg = raw->turn;
    }
    if (raw->name != NULL)
        http_add_header(r, "Content-Disposition",
                        arena_printf(c->arena, "attachment; filename=\"%s\"",
                                     raw->name));
}

void
api_record(struct call *c, const struct route *route, void *in, void *out,
           struct http_reply *r)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    int status = c->waits ? 202 : route->flags & R_CREATED ? 201 : 200;

    /* What waits for a second person is 202, whatever it were otherwise. */
    if (route->flags & R_RAW) {
        api_raw(c, out, r);
        r->status = c->waits ? 202 : r->status;
        return;
    }
    if (route->flags & R_LIST) {
        write_list(&o, in);
    } else if (route->out != NULL) {
        model_write_json(&o, route->out, out);
        add_etag(c, route->out, out, r);
    } else {
        r->status = c->waits ? 202 : 204;
        r->body = "";
        return;
    }
    reply_json(r, status, &b);
}
