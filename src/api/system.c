/* SPDX-License-Identifier: Apache-2.0 */
/* The pages that machines look at: health, metrics, the OpenAPI document; and
   the routes that are of no engine: forms, settings. */
#include "api/system.h"

#include <string.h>

#include "api/call.h"
#include "api/demo.h"
#include "api/lives.h"
#include "api/metrics.h"
#include "api/openapi.h"
#include "api/reply.h"
#include "auth/account.h"
#include "auth/auth.h"
#include "auth/change.h"
#include "base/text.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/order.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "model/health.h"
#include "subject/notice.h"
#include "json/json.h"

static void
reply_text(struct http_reply *r, int status, const char *type, const char *body)
{
    r->status = status;
    r->type = type;
    r->body = body;
    r->body_len = strlen(body);
}

/* A balancer wants its answer within a second. */
#define READY_MS 700

static const char one[] = "SELECT 1";

/* Before anybody is told how the parts fare: so a monitor and the page of the
   administrators say the same, and nothing that is over. */
static void
ask_database(struct call *c)
{
    int64_t n = 0;

    db_patience(c, READY_MS);
    if (db_int(c, &n, one) == OK && n == 1)
        health_say(c->app, "database:answers", HEALTH_GOOD,
                   "the database answers");
    else
        health_say(c->app, "database:answers", HEALTH_BAD,
                   "the database does not answer");
}

static void
reply_ready(struct call *c, struct http_reply *r)
{
    const char *trouble;

    ask_database(c);
    c->lang = LANG_EN; /* a monitor reads it */
    trouble = health_trouble(c);
    if (trouble != NULL)
        trouble = arena_printf(c->arena, "%s\n", trouble);
    reply_text(r, trouble ? 503 : 200, "text/plain; charset=utf-8",
               trouble ? trouble : "ready\n");
}

static void
reply_metrics(struct call *c, const struct http_request *q,
              struct http_reply *r)
{
    struct buf b = buf_make(c->arena, 0);
    struct http_counts n = http_counts_of(q);

    if (!metrics_may(c->app->metrics, q))
        api_problem(c,
                    fail(c, ERR_DENIED, NULL,
                         "is only for this machine: set metrics.open = yes in"
                         " liangcao.conf"),
                    0, r);
    else if (metrics_write(c, &n, &b) == OK)
        reply_text(r, 200, "text/plain; version=0.0.4; charset=utf-8", b.s);
    else
        reply_text(r, 503, "text/plain; charset=utf-8",
                   "the database does not answer\n");
}

bool
api_at_once(const char *path, struct http_reply *r)
{
    if (strcmp(path, "/healthz") != 0)
        return false;
    reply_text(r, 200, "text/plain; charset=utf-8", "ok\n");
    return true;
}

bool
system_page(const struct app *app, struct arena *a,
            const struct http_request *q, struct http_reply *r)
{
    static const char *const pages[] = { "/healthz", "/readyz", "/metrics",
                                         "/api/openapi.json" };
    struct call c;
    size_t i = 0;

    while (i < COUNT(pages) && strcmp(pages[i], q->path) != 0)
        i++;
    if (i == COUNT(pages))
        return false;
    api_call_begin(&c, app, a, "web");
    if (!api_only_get(&c, q, r))
        ; /* it has answered already: 405 */
    else if (i == 0)
        (void)api_at_once(pages[i], r);
    else if (i == 1)
        reply_ready(&c, r);
    else if (i == 2)
        reply_metrics(&c, q, r);
    else
        reply_text(r, 200, "application/json", openapi_write(&c));
    api_call_end(&c);
    return true;
}

/* -- forms -------------------------------------------------------------------- */

struct form_request {
    const char *noun;
};
static const struct field form_request_fields[] = {
    FIELD(struct form_request, noun, .flags = GIVEN | DERIVED),
};
static const struct model form_request_model =
    MODEL("form_request", NULL, struct form_request, form_request_fields);

static enum err
get_form(struct call *c, void *in, void *out)
{
    const char *noun = ((struct form_request *)in)->noun;
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    for (size_t i = 0; all_models()[i] != NULL; i++)
        if (text_same(all_models()[i]->noun, noun)) {
            model_write_form(c, &o, all_models()[i]);
            raw->body = b.s;
            return OK;
        }
    if (life_form(noun) != NULL) {
        model_write_form(c, &o, life_form(noun));
        raw->body = b.s;
        return OK;
    }
    return fail(c, ERR_ABSENT, NULL, "there is no such form");
}

static enum err
get_nouns(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    (void)in;
    noun_write_menu(c, &o);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

struct choice_request {
    const char *field, *q;
};
static const struct field choice_request_fields[] = {
    FIELD(struct choice_request, field, .flags = GIVEN | DERIVED),
    FIELD(struct choice_request, q, .max = LIST_MAX_TEXT,
          .says = "Words of what is looked for, or of where it lies."),
};
static const struct model choice_request_model =
    MODEL("choice_request", NULL, struct choice_request, choice_request_fields);

static enum err
get_choices(struct call *c, void *in, void *out)
{
    const struct choice_request *k = in;
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    TRY(model_check(c, &choice_request_model, k));
    TRY(noun_write_choices(c, &o, k->field, k->q));
    raw->body = b.s;
    return OK;
}

/* -- health ---------------------------------------------------------------- */

/* Each of the three administrators looks after a part of the program. */
static enum err
list_health(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct health_part *rows;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    size_t n;

    (void)in;
    if (!auth_may(c, "grant.edit") && !auth_may(c, "audit.see"))
        TRY(auth_need(c, "setting.edit", NULL));
    ask_database(c);
    n = health_list(c, &rows);
    json_begin(&o);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < n; i++)
        model_write_json(&o, &health_model, &rows[i]);
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

/* -- the demo ------------------------------------------------------ */

static enum err
get_demo(struct call *c, void *in, void *out)
{
    (void)in;
    if (!c->app->demo)
        return fail(c, ERR_ABSENT, NULL, "this is no demo office");
    ((struct raw *)out)->body = demo_sign_ins_json();
    return OK;
}

#define FORM_ANSWER                                                            \
    "{noun:text,fields:[{name:text,kind:text,label:text,required:bool,"        \
    "expected:bool,given:bool,fixed:bool,long:bool,min:int,max:int,"           \
    "refers:text?,says:text?,choices?:[{value:text,label:text}],"              \
    "offers?:[{value:text,label:text}]}]}"

/* What an administrator cannot see of an office that begins: whether anybody
   holds the desk, and whether one order has gone all its way. */
static enum err
get_start(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    bool desk = false, done = false;

    (void)in;
    TRY(auth_is_held(c, "dispatcher", &desk));
    TRY(order_was_done(c, &done));
    json_begin(&o);
    json_put_bool(&o, "desk", desk);
    json_put_bool(&o, "done", done);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

const struct route system_routes[] = {
    { GET, "/nouns", get_nouns, .flags = R_RAW,
      .answer = "{items:[{noun:text,table:text,plural:text,part:text?,"
                "label:text,one:text,says:text,title:text?,sort:text?,edit:"
                "text?,editable:bool,shown:bool,"
                "plain:bool,alive:bool,removable:bool,merges:bool,imports:bool,"
                "dated:bool,searched:bool,form:" FORM_ANSWER "}]}",
      .says = "The nouns that the caller may see, in words." },
    { GET, "/forms/{noun}", get_form, .in = &form_request_model, .flags = R_RAW,
      .answer = FORM_ANSWER,
      .says = "What a form of the noun asks for, or of a verb: order.accept." },
    { GET, "/choices/{field}", get_choices, .in = &choice_request_model,
      .flags = R_RAW, .answer = "{items:[{id:int,called:text,place:text?}]}",
      .says = "What a field, as lending.key_id, may refer to; for whoever may "
              "make a row with it." },
    { GET, "/health", list_health, .out = &health_model, .flags = R_RAW,
      .answer = "{items:[#]}",
      .says = "How the parts of the program fare; for administrators." },
    { GET, "/start", get_start, .may = "account.edit", .flags = R_RAW,
      .answer = "{desk:bool,done:bool}",
      .says = "Of an office that begins: does anybody hold the desk, was one "
              "order done?" },
    { GET, "/demo", get_demo, .flags = R_OPEN | R_RAW,
      .answer = "{items:[{account:text,password:text,role:text,says:text,"
                "says_en:text}]}",
      .says = "The sign-ins of a demo office; elsewhere there are none." },
    { 0 }
};
