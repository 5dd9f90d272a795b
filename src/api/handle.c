/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include <string.h>
#include <time.h>

#include "api/audit.h"
#include "api/call.h"
#include "api/feed.h"
#include "api/metrics.h"
#include "api/reply.h"
#include "api/run.h"
#include "api/system.h"
#include "api/turns.h"
#include "auth/auth.h"
#include "base/text.h"
#include "model/app.h"

int
api_admit(void *ctx, struct arena *a, const struct http_request *q)
{
    struct http_reply r = { 0 };
    struct call c;
    enum err e;

    api_call_begin(&c, ctx, a, "web");
    e = api_know_caller(&c, q, &r);
    if (e == OK && c.actor == NULL)
        e = ERR_UNSIGNED;
    api_call_end(&c);
    return e == OK ? 0 : api_status(e);
}

static void
handle_api(const struct app *app, struct arena *a, const struct http_request *q,
           struct http_reply *r)
{
    struct call c;
    struct http_request below = *q;
    enum err e;

    api_call_begin(&c, app, a, "web");
    c.lang = api_lang(q);
    c.address = q->address;
    c.secure = q->tls;
    c.device = http_cookie(q, "liangcao_device");
    c.agent = http_header(q, "User-Agent");
    c.changing =
        strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0;
    below.path = q->path + strlen("/api/v1");
    /* A browser opens the stream again by itself, and a locked page asks. */
    c.unattended = strcmp(below.path, "/stream") == 0
                   || strcmp(below.path, "/session/alarms") == 0
                   || text_same(http_header(q, "X-Unattended"), "yes");
    db_budget(&c, 0, CALL_BYTES);
    e = api_know_caller(&c, q, r);
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
