/* SPDX-License-Identifier: Apache-2.0 */
/* The pages that machines look at: health, metrics, the OpenAPI document. */
#include <string.h>

#include "api/dispatch.h"
#include "auth/auth.h"
#include "base/text.h"
#include "engine/audit/audit.h"
#include "json/json.h"
#include "model/app.h"

static void
reply_text(struct http_reply *r, int status, const char *type,
           const char *body)
{
    r->status = status;
    r->type = type;
    r->body = body;
    r->body_len = strlen(body);
}

static const char one[] = "SELECT 1";

static const char by_state[] =
    "SELECT state, COUNT(*) FROM orders WHERE is_open = 1 GROUP BY state";

static void
reply_ready(struct call *c, struct http_reply *r)
{
    int64_t n = 0;
    bool good = db_int(c, &n, one) == OK && n == 1;

    reply_text(r, good ? 200 : 503, "text/plain; charset=utf-8",
               good ? "ready\n" : "the database does not answer\n");
}

static void
reply_metrics(struct call *c, struct http_reply *r)
{
    struct buf b = buf_make(c->arena, 0);
    ROWS rows = db_query(c, by_state);

    buf_puts(&b, "# HELP liangcao_orders_open Open orders by state.\n"
                 "# TYPE liangcao_orders_open gauge\n");
    while (rows_next(&rows))
        buf_printf(&b, "liangcao_orders_open{state=\"%s\"} %lld\n",
                   row_text(&rows, 0), (long long)row_int(&rows, 1));
    if (rows_end(&rows) == OK)
        reply_text(r, 200, "text/plain; version=0.0.4", b.s);
    else
        reply_text(r, 503, "text/plain; charset=utf-8",
                   "the database does not answer\n");
}

bool
system_page(const struct app *app, struct arena *a,
            const struct http_request *q, struct http_reply *r)
{
    struct call c;
    bool found = true;

    if (strcmp(q->path, "/healthz") == 0) {
        reply_text(r, 200, "text/plain; charset=utf-8", "ok\n");
        return true;
    }
    api_call_begin(&c, app, a, "web");
    if (strcmp(q->path, "/readyz") == 0)
        reply_ready(&c, r);
    else if (strcmp(q->path, "/metrics") == 0)
        reply_metrics(&c, r);
    else if (strcmp(q->path, "/api/openapi.json") == 0)
        reply_text(r, 200, "application/json", openapi_write(&c));
    else
        found = false;
    api_call_end(&c);
    return found;
}
