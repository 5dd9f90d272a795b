/* SPDX-License-Identifier: Apache-2.0 */
#include "api/several.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/audit.h"
#include "api/reply.h"
#include "api/route.h"
#include "api/run.h"
#include "auth/auth.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/order/order.h"
#include "life/life.h"
#include "json/json.h"

static const struct field several_fields[] = {
    FIELD(struct several, deeds, .flags = REQUIRED | JSON_TEXT, .max = 60000,
          .says = "A list of {verb, id, version, with}, at most 100."),
};
const struct model several_model =
    MODEL("several", NULL, struct several, several_fields);

/* One row of what was asked. */
struct one {
    const char *verb, *with;
    int64_t id, version;
};

static const struct field one_fields[] = {
    FIELD(struct one, verb, .flags = REQUIRED, .max = 40),
    FIELD(struct one, id, .flags = REQUIRED, .min = 1),
    FIELD(struct one, version, .min = 1),
    FIELD(struct one, with, .flags = JSON_TEXT, .max = 20000),
};
static const struct model one_model =
    MODEL("deed", NULL, struct one, one_fields);

/* -- reading ----------------------------------------------------------------- */

static enum err
read_one(struct call *c, json_t *from, struct one *d)
{
    char *json = json_dumps(from, JSON_COMPACT | JSON_ENCODE_ANY);
    const struct step *s;
    enum err e;

    ASSERT(json != NULL);
    e = model_read_json(c, &one_model, json, strlen(json), d, NULL);
    free(json);
    TRY(e);
    TRY(model_check(c, &one_model, d));
    s = life_verb(&order_life, d->verb);
    if (s == NULL || life_is_program(&order_life, d->verb))
        return fail(c, ERR_INVALID, "verb", "“%.40s” is not one of its words",
                    d->verb);
    return OK;
}

static enum err
read_deeds(struct call *c, const char *json, struct one **out, size_t *n)
{
    json_t *list = json_loads(json, 0, NULL);
    enum err e = OK;

    *n = json_array_size(list);
    *out = NEW_N(c->arena, struct one, *n + 1);
    if (!json_is_array(list))
        e = fail(c, ERR_INVALID, "deeds", "must be a list");
    else if (*n > SEVERAL_MOST)
        e = fail(c, ERR_INVALID, "deeds", "must have at most %d entries",
                 SEVERAL_MOST);
    for (size_t i = 0; e == OK && i < *n; i++) {
        e = read_one(c, json_array_get(list, i), &(*out)[i]);
        if (e != OK)
            c->fault.field =
                arena_printf(c->arena,
                             c->fault.field ? "deeds[%zu].%s" : "deeds[%zu]", i,
                             c->fault.field);
    }
    json_decref(list);
    /* The body could be read; one of its rows could not. */
    if (e == ERR_MALFORMED)
        e = c->fault.code = ERR_INVALID;
    return e;
}

/* -- doing ------------------------------------------------------------------- */

static enum err
try_one(struct call *c, const struct one *d, struct order_view *after)
{
    const char *right = life_right(&order_life, d->verb);
    const struct model *asks = life_asks(life_verb(&order_life, d->verb));
    void *in = arena_alloc(c->arena, asks->size);

    if (right != NULL && !auth_may(c, right))
        return fail(c, ERR_DENIED, NULL, "this needs the right “%s”", right);
    if (d->with != NULL)
        TRY(model_read_json(c, asks, d->with, strlen(d->with), in, NULL));
    /* The record of what comes with a verb begins with the row's id. */
    *(int64_t *)in = d->id;
    c->if_version = d->version;
    return life_do(c, &order_life, d->verb, in, after);
}

/* As run_route would have: a lost race is run again, a refusal is told to the
   audit under the address the deed has of its own. */
static enum err
do_one(struct call *c, const struct one *d, struct order_view *after)
{
    struct http_request own = { .method = "POST" };
    enum err e;

    for (int tries = 0;; tries++) {
        *after = (struct order_view){ 0 };
        e = try_one(c, d, after);
        if (!api_again(c, e, tries))
            break;
    }
    c->if_version = 0;
    own.path =
        arena_printf(c->arena, "/orders/%lld/%s", (long long)d->id, d->verb);
    audit_refusal(c, &own, e);
    if (e == ERR_BROKEN)
        log_line(LOG_ERROR, "api", "broken: %s",
                 c->fault.text ? c->fault.text : "?");
    return e;
}

/* The members of a problem document stand beside what became of the order; what
   broke inside is for the log. */
static void
write_one(struct call *c, struct json_out *o, const struct one *d, enum err e,
          const struct order *after)
{
    json_begin(o);
    json_put_int(o, "id", d->id);
    json_put_text(o, "verb", d->verb);
    json_put_bool(o, "done", e == OK);
    json_put_int(o, "status", api_status(e));
    json_put_text(o, "state", e == OK ? order_states[after->state] : NULL);
    json_key(o, "version");
    if (e == OK)
        json_int(o, after->version);
    else
        json_none(o);
    json_put_text(o, "code", e == OK ? NULL : err_word(e));
    json_put_text(o, "detail",
                  e == OK || e == ERR_BROKEN ? NULL : c->fault.text);
    json_put_text(o, "field", e == OK ? NULL : c->fault.field);
    json_end(o);
}

/* No transaction around them all: one that is refused would undo the others. */
enum err
serve_several(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct one *deeds;
    size_t n;

    TRY(model_check(c, &several_model, in));
    TRY(read_deeds(c, ((const struct several *)in)->deeds, &deeds, &n));
    json_begin(&o);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < n; i++) {
        struct order_view after;
        enum err e = do_one(c, &deeds[i], &after);

        write_one(c, &o, &deeds[i], e, &after.order);
        c->fault = (struct fault){ .code = OK };
    }
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    return OK;
}
