/* SPDX-License-Identifier: Apache-2.0 */
#include "api/dispatch.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "api/answers.h"
#include "api/audit.h"
#include "api/export.h"
#include "api/feed.h"
#include "api/input.h"
#include "api/metrics.h"
#include "api/turns.h"
#include "auth/auth.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "model/app.h"
#include "json/json.h"

#define MAX_TRIES 6
#define MAX_PARTS 4

/* -- routes ---------------------------------------------------------------- */

static const char *const method_words[] = { "GET", "POST", "PATCH", "PUT",
                                            "DELETE" };

const char *
method_word(enum method m)
{
    return method_words[m];
}

/* Length of the segment at S. */
static size_t
segment(const char *s)
{
    return strcspn(s, "/");
}

/* Does PATH fit the route's pattern?  {parts} are kept. */
static bool
path_fits(struct arena *a, const char *pattern, const char *path,
          struct pair *parts, size_t *n)
{
    *n = 0;
    while (*pattern == '/' && *path == '/') {
        size_t want = segment(++pattern), have = segment(++path);

        if (*pattern == '{' && have > 0 && *n < MAX_PARTS) {
            parts[(*n)++] =
                (struct pair){ arena_text_n(a, pattern + 1, want - 2),
                               arena_text_n(a, path, have) };
        } else if (want != have || strncmp(pattern, path, want) != 0) {
            return false;
        }
        pattern += want;
        path += have;
    }
    return *pattern == '\0' && *path == '\0';
}

/* A pattern without parts wins over one with: /orders/board, /orders/{id}. */
static bool
is_plain(const char *pattern)
{
    return strchr(pattern, '{') == NULL;
}

const struct route *
route_find(struct arena *a, const char *method, const char *path,
           struct pair *parts, size_t *n, bool *other_method)
{
    const struct route *found = NULL;
    struct pair tried[MAX_PARTS];
    size_t n_tried;

    *other_method = false;
    for (size_t i = 0; all_routes[i] != NULL; i++) {
        for (const struct route *r = all_routes[i]; r->path != NULL; r++) {
            if ((found != NULL && !is_plain(r->path))
                || !path_fits(a, r->path, path, tried, &n_tried))
                continue;
            if (strcmp(method_words[r->method], method) != 0) {
                *other_method = true;
                continue;
            }
            found = r;
            *n = n_tried;
            memcpy(parts, tried, sizeof tried);
            if (is_plain(r->path))
                return found;
        }
    }
    return found;
}

/* -- answers --------------------------------------------------------------- */

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
    [ERR_AWAY] = "nothing can be kept now",
    [ERR_BROKEN] = "something broke on our side"
};

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
        status = statuses[e];
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

static void
reply_raw(struct call *c, const struct raw *raw, struct http_reply *r)
{
    r->status = raw->status ? raw->status : 200;
    r->type = raw->type ? raw->type : "application/json";
    r->body = raw->body ? raw->body : "";
    r->body_len = raw->len ? raw->len : strlen(r->body);
    r->fd = raw->fd;
    if (raw->name != NULL)
        http_add_header(r, "Content-Disposition",
                        arena_printf(c->arena, "attachment; filename=\"%s\"",
                                     raw->name));
}

static void
reply_record(struct call *c, const struct route *route, void *in, void *out,
             struct http_reply *r)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    int status = c->waits ? 202 : route->flags & R_CREATED ? 201 : 200;

    if (route->flags & R_RAW) {
        reply_raw(c, out, r);
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

/* -- one try --------------------------------------------------------------- */

static const char *
query_value(const struct http_request *q, const char *key)
{
    for (size_t i = 0; i < q->n_query; i++)
        if (strcmp(q->query[i].key, key) == 0)
            return q->query[i].value;
    return NULL;
}

/* What takes long is only asked for on the thread that read the request, and
   done when its turn has come.  *WAITS: not yet. */
static enum err
take_turn(struct call *c, const struct http_request *q, struct http_reply *r,
          bool *waits)
{
    *waits = q->impl != NULL && q->aside == NULL;
    return *waits ? turn_ask(c, &r->aside) : OK;
}

static enum err
run_export(struct call *c, const struct export *x, struct http_reply *r)
{
    struct raw raw = { 0 };

    TRY(export_list(c, x, &raw));
    reply_raw(c, &raw, r);
    r->sent = x->turn ? turn_end : NULL;
    r->sent_arg = x->turn;
    return OK;
}

/* What is asked for and how it is answered. */
struct asking {
    const struct route *route;
    const struct http_request *q;
    struct pair parts[MAX_PARTS]; /* of the path */
    size_t n;
    struct http_reply *r;
    const char *kept; /* the answer for another time; NULL: as now */
};

static enum err
run_once(struct call *c, struct asking *k)
{
    const struct route *route = k->route;
    size_t in_size = route->flags & R_LIST ? sizeof(struct list)
                     : route->in           ? route->in->size
                                           : 1;
    size_t out_size = route->flags & R_RAW ? sizeof(struct raw)
                      : route->out         ? route->out->size
                                           : 1;
    void *in = arena_alloc(c->arena, in_size);
    void *out = route->in == route->out && !(route->flags & (R_LIST | R_RAW))
                    ? in
                    : arena_alloc(c->arena, out_size);
    struct export x = { .route = route, .list = in, .turn = k->q->aside };
    bool waits = false;

    TRY(input_read(c, route, k->q, k->parts, k->n, in, &k->r->status));
    if (route->flags & R_LIST && k->q->impl != NULL)
        db_budget(c, CALL_LIST_MS, CALL_BYTES);
    if (route->flags & R_LIST)
        TRY(export_read(c, query_value(k->q, "format"), &x.format));
    if (x.format != EXPORT_NONE)
        TRY(export_may(c, route, in));
    if (x.format != EXPORT_NONE || route->flags & R_ASIDE)
        TRY(take_turn(c, k->q, k->r, &waits));
    if (waits)
        return OK;
    if (x.format != EXPORT_NONE)
        return run_export(c, &x, k->r);
    TRY(route->serve(c, in, out));
    reply_record(c, route, in, out, k->r);
    k->kept = route->flags & R_RAW ? ((const struct raw *)out)->kept : NULL;
    return OK;
}

/* -- the same asked for twice ----------------------------------------------- */

static enum err
read_key(struct call *c, const struct asking *k, const char **key)
{
    *key =
        route_is_keyed(k->route) ? http_header(k->q, "Idempotency-Key") : NULL;
    if (*key != NULL && (strlen(*key) > 200 || **key == '\0'))
        return fail(c, ERR_INVALID, "Idempotency-Key",
                    "must have from %d to %d characters", 1, 200);
    return OK;
}

/* What is refused makes nothing, so it may be asked again. */
static enum err
keep(struct call *c, const char *key, const char *request,
     const struct asking *k)
{
    return answer_keep(c, key, request, k->r->status,
                       k->kept ? k->kept
                               : arena_text_n(c->arena, k->r->body,
                                              k->r->body_len));
}

/* The answer is kept in a transaction of its own.  Should it be lost, or two
   ask at once, the second finds what such a route makes already made. */
static enum err
run_apart(struct call *c, const char *key, const char *request,
          struct asking *k)
{
    bool found;
    enum err e;

    TRY(answer_recall(c, key, request, k->r, &found));
    if (found)
        return OK;
    TRY(run_once(c, k));
    if (k->r->status >= 300)
        return OK;
    TX tx = tx_begin(c);
    e = keep(c, key, request, k);
    return e == ERR_CONFLICT ? OK : e == OK ? tx_commit(&tx) : e;
}

static enum err
run_keyed(struct call *c, struct asking *k)
{
    const char *key, *request;
    bool found;

    TRY(read_key(c, k, &key));
    if (key == NULL)
        return run_once(c, k);
    request = answer_request(c, k->route, k->q);
    if (k->route->flags & R_APART)
        return run_apart(c, key, request, k);
    TX tx = tx_begin(c);
    TRY(answer_recall(c, key, request, k->r, &found));
    if (found)
        return tx_commit(&tx);
    TRY(run_once(c, k));
    if (k->r->status >= 300)
        return OK;
    TRY(keep(c, key, request, k));
    return tx_commit(&tx);
}

/* -- the whole way --------------------------------------------------------- */

static enum err
check_match(struct call *c, const struct http_request *q)
{
    const char *tag = http_header(q, "If-Match");

    c->if_version = 0;
    if (strcmp(q->method, "GET") == 0 || tag == NULL || strcmp(tag, "*") == 0)
        return OK;
    if (text_starts(tag, "W/"))
        tag += 2;
    if (*tag == '"')
        tag = arena_text_n(c->arena, tag + 1, strcspn(tag + 1, "\""));
    if (!text_int(tag, &c->if_version) || c->if_version <= 0)
        return fail(c, ERR_STALE, "If-Match", "is not a version of this");
    return OK;
}

/* At most 4 ms before the first try again, twice as much before each next:
   long enough that who won is done, 124 ms in all. */
int64_t
api_pause_us(struct random *chance, int tries)
{
    return random_below(chance, 4000u << tries);
}

/* By chance, so that those who lost together do not meet again. */
static void
pause_before_next(int tries)
{
    struct timespec pause = { 0 };
    struct random chance;
    uint64_t seed;

    random_secret(&seed, sizeof seed);
    chance = random_seed(seed);
    pause.tv_nsec = api_pause_us(&chance, tries) * 1000;
    (void)nanosleep(&pause, NULL);
}

static enum err
run_route(struct call *c, const struct http_request *q, struct http_reply *r)
{
    struct asking k = { .q = q, .r = r };
    const struct route *route;
    bool other;
    enum err e;

    route = k.route =
        route_find(c->arena, q->method, q->path, k.parts, &k.n, &other);

    if (route == NULL && other) {
        r->status = 405; /* api_run says which are */
        return fail(c, ERR_ABSENT, NULL, "%s is not possible here", q->method);
    }
    if (route == NULL)
        return fail(c, ERR_ABSENT, NULL, "there is no such address");
    if (!(route->flags & R_OPEN))
        TRY(auth_need(c, NULL, NULL));
    if (route->may != NULL && !auth_may(c, route->may))
        return fail(c, ERR_DENIED, NULL, "this needs the right “%s”",
                    route->may);
    TRY(check_match(c, q));
    if (route->flags & R_LATER && q->later)
        db_later(c, q->later);
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        r->n_headers = 0;
        c->waits = false;
        e = run_keyed(c, &k);
        if (e != ERR_BUSY)
            return e;
        if (tries + 1 < MAX_TRIES)
            pause_before_next(tries);
        /* Another try is another moment: ids carry the time. */
        if (c->channel != NULL && strcmp(c->channel, "cli") != 0)
            c->now = instant_now();
    }
    return e;
}

/* The methods that PATH has, for the header Allow. */
static const char *
allowed_methods(struct call *c, const char *path)
{
    struct buf b = buf_make(c->arena, 0);
    struct pair parts[MAX_PARTS];
    size_t n;
    bool other;

    for (size_t i = 0; i < COUNT(method_words); i++)
        if (route_find(c->arena, method_words[i], path, parts, &n, &other))
            buf_printf(&b, "%s%s%s", b.len > 0 ? ", " : "", method_words[i],
                       i == GET ? ", HEAD" : "");
    return b.s;
}

void
api_run(struct call *c, const struct http_request *q, struct http_reply *r)
{
    enum err e;

    c->reply = r;
    r->status = 0;
    e = run_route(c, q, r);
    if (e == OK)
        return;
    audit_refusal(c, q, e);
    r->n_headers = 0;
    if (r->status == 405)
        http_add_header(r, "Allow", allowed_methods(c, q->path));
    api_problem(c, e, r->status == 405 || r->status == 415 ? r->status : 0, r);
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
api_call_begin(struct call *c, const struct app *app, struct arena *a,
               const char *channel)
{
    *c = (struct call){ .arena = a,
                        .app = app,
                        .words = app->words,
                        .now = instant_now(),
                        .channel = channel };
    db_session(c, app->store);
}

void
api_call_end(struct call *c)
{
    db_session_end(c);
}

static enum lang
pick_lang(const struct http_request *q)
{
    const char *cookie = http_cookie(q, "lang");
    const char *accept = http_header(q, "Accept-Language");

    if (cookie != NULL)
        return strcmp(cookie, "en") == 0 ? LANG_EN : LANG_ZH;
    return accept != NULL && text_starts(accept, "en") ? LANG_EN : LANG_ZH;
}

/* "https://a.example:8443" is of the host "a.example:8443", and of "a.example"
   when a proxy has left the port out. */
static bool
is_origin_of(const char *origin, const char *host)
{
    const char *own = origin ? strstr(origin, "://") : NULL;
    size_t n = host ? strlen(host) : 0;

    if (own == NULL || n == 0 || strncasecmp(own + 3, host, n) != 0)
        return false;
    return own[3 + n] == '\0'
           || (own[3 + n] == ':' && strchr(host, ':') == NULL);
}

/*
 * A change by cookie, or a sign-in, that a page of another site has sent.  The
 * browser itself says so where it can (over TLS and on this machine); elsewhere
 * the page's origin is compared with the name we are asked by, which a proxy
 * must leave as it is, or say in X-Forwarded-Host, where the configuration
 * names it: anybody else could say so too.
 */
static enum err
refuse_foreign(struct call *c, const struct http_request *q)
{
    const char *site = http_header(q, "Sec-Fetch-Site");
    const char *origin = http_header(q, "Origin");

    if (site != NULL
            ? strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0
            : origin == NULL || is_origin_of(origin, http_header(q, "Host"))
                  || (http_by_proxy(q)
                      && is_origin_of(origin,
                                      http_header(q, "X-Forwarded-Host"))))
        return OK;
    return fail(c, ERR_DENIED, site ? "Sec-Fetch-Site" : "Origin",
                "was sent by a page of another site");
}

/* Who calls; no cookie and no token is nobody, which is not an error yet. */
static enum err
know_actor(struct call *c, const struct http_request *q)
{
    const char *bearer = http_header(q, "Authorization");
    const char *cookie = http_cookie(q, API_SESSION_COOKIE);
    const char *csrf = http_header(q, "X-CSRF-Token");
    enum err e;

    if (bearer != NULL) {
        if (!text_starts(bearer, "Bearer "))
            return fail(c, ERR_UNSIGNED, "Authorization",
                        "must be a bearer token");
        return auth_by_token(c, bearer + 7);
    }
    if (c->changing)
        TRY(refuse_foreign(c, q));
    /* A stale cookie is as good as none: whoever needs more is told so. */
    e = cookie == NULL ? ERR_UNSIGNED : auth_by_session(c, cookie);
    if (e != OK) {
        c->actor = NULL;
        return e == ERR_UNSIGNED ? OK : e;
    }
    if (c->changing && !text_same(csrf, c->actor->csrf))
        return fail(c, ERR_DENIED, "X-CSRF-Token",
                    "is missing or not this session's");
    return OK;
}

/* Who asks, and count it for him. */
static enum err
know_caller(struct call *c, const struct http_request *q, struct http_reply *r)
{
    enum err e = know_actor(c, q);

    if (http_known(q, c->actor ? c->actor->account_id : 0))
        return e;
    http_add_header(r, "Retry-After", "1");
    return fail(c, ERR_LIMIT, NULL,
                "too much is open for this account at a time");
}

int
api_admit(void *ctx, struct arena *a, const struct http_request *q)
{
    struct http_reply r = { 0 };
    struct call c;
    enum err e;

    api_call_begin(&c, ctx, a, "web");
    e = know_caller(&c, q, &r);
    if (e == OK && c.actor == NULL)
        e = ERR_UNSIGNED;
    api_call_end(&c);
    return e == OK ? 0 : statuses[e];
}

static void
handle_api(const struct app *app, struct arena *a, const struct http_request *q,
           struct http_reply *r)
{
    struct call c;
    struct http_request below = *q;
    enum err e;

    api_call_begin(&c, app, a, "web");
    c.lang = pick_lang(q);
    c.address = q->address;
    c.secure = q->tls;
    c.device = http_cookie(q, "liangcao_device");
    c.changing =
        strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0;
    below.path = q->path + strlen("/api/v1");
    /* A browser opens the stream again by itself. */
    c.unattended = strcmp(below.path, "/stream") == 0
                   || text_same(http_header(q, "X-Unattended"), "yes");
    db_budget(&c, 0, CALL_BYTES);
    e = know_caller(&c, q, r);
    if (c.actor != NULL && c.actor->by_token)
        c.channel = "api";
    if (e == OK && strcmp(below.path, "/stream") == 0)
        e = api_only_get(&c, q, r) ? feed_listen(&c, q, r) : OK;
    else if (e == OK)
        api_run(&c, &below, r);
    if (e != OK) {
        audit_refusal(&c, &below, e);
        api_problem(&c, e, 0, r);
    }
    if (r->type != NULL)
        http_add_header(r, "Cache-Control", "no-store");
    api_call_end(&c);
}

static void
handle(const struct app *app, struct arena *a, const struct http_request *q,
       struct http_reply *r)
{
    if (text_starts(q->path, "/api/v1/"))
        handle_api(app, a, q, r);
    else if (!system_page(app, a, q, r) && !http_asset(q, r)) {
        r->status = 404;
        r->type = "text/plain; charset=utf-8";
        r->body = "404\n";
        r->body_len = 4;
        r->body_static = true;
    }
}

static int64_t
monotonic(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
api_idle(void *ctx)
{
    const struct app *app = ctx;

    store_flush(app->store);
}

void
api_handle(void *ctx, struct arena *a, const struct http_request *q,
           struct http_reply *r)
{
    const struct app *app = ctx;
    int64_t begun = monotonic();

    handle(app, a, q, r);
    if (r->aside != NULL)
        return;
    /* Where a file goes out, the turn ends when it has been sent. */
    if (q->aside != NULL && r->sent == NULL)
        turn_end(q->aside);
    metrics_count(app->metrics, q, r->status, monotonic() - begun);
}
