/* SPDX-License-Identifier: Apache-2.0 */
#include "api/run.h"

#include <string.h>
#include <time.h>

#include "api/audit.h"
#include "api/call.h"
#include "api/export.h"
#include "api/find.h"
#include "api/idempotency.h"
#include "api/input.h"
#include "api/reply.h"
#include "api/turns.h"
#include "auth/auth.h"
#include "base/random.h"
#include "base/text.h"

#define MAX_TRIES 6

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

    TRY(export_make(c, x, &raw));
    api_raw(c, &raw, r);
    return OK;
}

/* What is asked for and how it is answered. */
struct asking {
    struct address at;
    const struct http_request *q;
    struct http_reply *r;
    const char *kept; /* the answer for another time; NULL: as now */
};

static enum err
run_once(struct call *c, struct asking *k)
{
    const struct route *route = k->at.route;
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

    /* Where both are the same record the answer is written over what was asked,
       and what the verb leaves alone is answered as it was said. */
    TRY(input_read(c, &k->at, k->q, in, &k->r->status));
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
    if (route->flags & R_ASIDE)
        ((struct raw *)out)->turn = k->q->aside;
    TRY(route->serve(c, in, out));
    api_record(c, route, in, out, k->r);
    k->kept = route->flags & R_RAW ? ((const struct raw *)out)->kept : NULL;
    return OK;
}

/* -- the same asked for twice ----------------------------------------------- */

static enum err
read_key(struct call *c, const struct asking *k, const char **key)
{
    *key = route_is_keyed(k->at.route) ? http_header(k->q, "Idempotency-Key")
                                       : NULL;
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
    request = answer_request(c, k->at.route, k->q);
    if (k->at.route->flags & R_APART)
        return run_apart(c, key, request, k);
    /* Look, work and answer are kept together or not at all: of two requests
       with a key one does it, and the other finds what was answered. */
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

bool
api_again(struct call *c, enum err e, int tries)
{
    if (e != ERR_BUSY || tries + 1 >= MAX_TRIES)
        return false;
    pause_before_next(tries);
    /* Another try is another moment: ids carry the time. */
    if (c->channel != NULL && strcmp(c->channel, "cli") != 0)
        c->now = instant_now();
    return true;
}

static enum err
run_route(struct call *c, const struct http_request *q, struct http_reply *r)
{
    struct asking k = {
        .at = route_find(c->arena, q->method, q->path), .q = q, .r = r
    };
    const struct route *route = k.at.route;
    enum err e;

    if (route == NULL && k.at.other_method) {
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
    c->route = route;
    if (route->flags & R_LATER && q->later)
        db_later(c, q->later);
    for (int tries = 0;; tries++) {
        r->n_headers = 0;
        c->waits = false;
        e = run_keyed(c, &k);
        if (!api_again(c, e, tries))
            return e;
    }
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
        http_add_header(r, "Allow", route_methods(c->arena, q->path));
    api_problem(c, e, r->status == 405 || r->status == 415 ? r->status : 0, r);
}
