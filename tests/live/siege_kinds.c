/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of clients, a row each; a client takes turns until the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "siege.h"

uint32_t
below(struct client *k, uint32_t n)
{
    return n > 0 ? random_below(&k->chance, n) : 0;
}

bool
one_in(struct client *k, uint32_t n)
{
    return below(k, n) == 0;
}

void
client_rest(struct client *k, int ms)
{
    for (; ms > 0 && !atomic_load(&k->s->end); ms -= 50)
        (void)usleep((unsigned)(ms < 50 ? ms : 50) * 1000);
}

void *
client_run(void *arg)
{
    struct client *k = arg;

    while (!atomic_load(&k->s->end))
        k->kind->turn(k);
    http_close(&k->http);
    return NULL;
}

/* -- callers of the API ---------------------------------------------------- */

#define MENDS 7

/* Ask; what is refused is mended by the field that is named. */
static void
ask_well(struct client *k, struct request *q)
{
    for (int i = 0; i < MENDS; i++) {
        struct reply r = request_ask(k, q);
        bool again =
            (r.a.status == 422 || r.a.status == 400 || r.a.status == 409)
            && request_mend(k, q, &r.a);

        reply_free(&r);
        if (!again)
            return;
    }
}

/* Often that which succeeded least; of several any. */
static struct op *
choose_op(struct client *k)
{
    struct plan *p = &k->s->plan;
    uint32_t from = below(k, (uint32_t)p->n);
    struct op *least = &p->ops[from];
    uint32_t same = 1;

    if (!one_in(k, 3))
        return least;
    for (size_t i = 0; i < p->n; i++) {
        struct op *op = &p->ops[(from + i) % p->n];

        if (atomic_load(&op->good) < atomic_load(&least->good)) {
            least = op;
            same = 1;
        } else if (atomic_load(&op->good) == atomic_load(&least->good)
                   && one_in(k, ++same)) {
            least = op;
        }
    }
    return least;
}

static void
call_turn(struct client *k)
{
    struct request q;

    request_make(k, choose_op(k), &q);
    if (one_in(k, 3)) {
        struct reply r;

        request_trick(k, &q);
        r = request_ask(k, &q);
        reply_free(&r);
    } else {
        ask_well(k, &q);
    }
    request_free(&q);
    client_rest(k, (int)below(k, 40));
}

/* -- walkers --------------------------------------------------------------- */

/*
 * A walker leads one record through its life: it asks as everybody, the good
 * clients too, what may be done with it, and does what has been done least.
 */

static struct op *
find_op(struct client *k, const char *method, const char *path)
{
    return plan_find(&k->s->plan, method, path);
}

/* Q, but by WHO and of the record with this id. */
static void
aim(struct request *q, int who, const char *path, long long id)
{
    const char *brace = strchr(path, '{');

    free(q->path);
    if (asprintf(&q->path, "%.*s%lld%s", (int)(brace - path), path, id,
                 strchr(brace, '}') + 1)
        < 0)
        abort();
    q->caller = who;
    q->by_session = false;
}

/* "GET .../{id}" of the thing that OP, "POST .../{id}/VERB", is done with. */
static struct op *
thing_of(struct client *k, const struct op *op)
{
    char path[200];

    if (strcmp(op->method, "POST") != 0 || op->table == NULL)
        return NULL;
    (void)snprintf(path, sizeof path, "%.*s",
                   (int)(strchr(op->path, '}') - op->path) + 1, op->path);
    return find_op(k, "GET", path);
}

/* Any thing that something can be done with; every other time the one whose
   verb succeeded least, or a rare one would be left to chance. */
static struct op *
choose_walk(struct client *k)
{
    struct plan *p = &k->s->plan;
    uint32_t from = below(k, (uint32_t)p->n);
    bool least = one_in(k, 2);
    struct op *chosen = NULL, *of = NULL;

    for (size_t i = 0; i < p->n && (chosen == NULL || least); i++) {
        struct op *op = &p->ops[(from + i) % p->n];
        struct op *thing = thing_of(k, op);

        if (thing == NULL || judge_excuse(op) != NULL
            || (chosen != NULL
                && atomic_load(&op->good) >= atomic_load(&chosen->good)))
            continue;
        chosen = op;
        of = thing;
    }
    return of;
}

struct walk {
    struct op *of;
    int64_t id;
    bool blind[MOST_CALLERS]; /* who does not see it */
    struct op *verb;          /* done least, of those that are offered */
    int who;                  /* and to whom */
    const struct op *failed[16];
    size_t n_failed;
};

static bool
has_failed(const struct walk *w, const struct op *op)
{
    for (size_t i = 0; i < w->n_failed; i++)
        if (w->failed[i] == op)
            return true;
    return false;
}

static void
weigh_verbs(struct client *k, struct walk *w, const json_t *record, int who)
{
    const json_t *verbs = json_object_get(record, "verbs");
    char path[200];

    for (size_t i = 0; i < json_array_size(verbs); i++) {
        struct op *op;

        (void)snprintf(path, sizeof path, "%s/%s", w->of->path,
                       json_string_value(json_array_get(verbs, i)));
        op = find_op(k, "POST", path);
        if (op == NULL || has_failed(w, op)
            || (w->verb != NULL
                && atomic_load(&op->good) >= atomic_load(&w->verb->good)))
            continue;
        w->verb = op;
        w->who = who;
    }
}

static void
look_as(struct client *k, struct walk *w, int who)
{
    struct request q = { .op = w->of, .method = "GET" };
    struct reply r;
    json_t *record;

    aim(&q, who, w->of->path, (long long)w->id);
    r = request_ask(k, &q);
    if (r.a.status == 200) {
        record = answer_json(&r.a);
        weigh_verbs(k, w, record, who);
        json_decref(record);
    } else {
        w->blind[who] = true;
    }
    reply_free(&r);
    request_free(&q);
    client_rest(k, (int)below(k, 4));
}

/* A query of the list that its document has words for, "?state=completed"; the
   words come one after the other. */
static void
put_some_word(struct client *k, const struct op *list, char *out, size_t n)
{
    const json_t *known = json_object_get(list->def, "parameters");

    for (int i = 0; i < 600 && json_array_size(known) > 0; i++) {
        const json_t *p =
            json_array_get(known, below(k, (uint32_t)json_array_size(known)));
        const char *name = json_string_value(json_object_get(p, "name"));
        const json_t *words =
            json_object_get(json_object_get(p, "schema"), "enum");

        if (json_array_size(words) < 3 || strcmp(name, "sort") == 0
            || strcmp(name, "format") == 0 || strcmp(name, "view") == 0
            || strchr(name, '.') != NULL)
            continue;
        (void)snprintf(out, n, "?%s=%s", name,
                       json_string_value(
                           json_array_get(words,
                                          ++k->made % json_array_size(words))));
        return;
    }
}

/* One id of those that the list answers to somebody; 0: they see none. */
static int64_t
pick_listed(struct client *k, struct op *list, const char *query)
{
    struct request q = { .op = list, .method = "GET" };
    struct reply r;
    json_t *j, *items;
    int64_t id = 0;

    if (asprintf(&q.path, "%s%s", list->path, query) < 0)
        abort();
    q.caller = (int)below(k, (uint32_t)k->s->n_callers - 1);
    r = request_ask(k, &q);
    j = r.a.status == 200 ? answer_json(&r.a) : NULL;
    items = json_object_get(j, "items");
    if (json_array_size(items) > 0)
        id = json_integer_value(json_object_get(
            json_array_get(items, below(k, (uint32_t)json_array_size(items))),
            "id"));
    json_decref(j);
    reply_free(&r);
    request_free(&q);
    return id;
}

/* Records are not spread evenly over their states: pick a state first. */
static int64_t
choose_record(struct client *k, const struct op *of)
{
    char path[200], query[100] = "";
    struct op *list;
    int64_t id = 0;

    (void)snprintf(path, sizeof path, "%.*s",
                   (int)(strchr(of->path, '{') - of->path) - 1, of->path);
    list = find_op(k, "GET", path);
    if (list == NULL || one_in(k, 3))
        return lore_id(k->s->lore, of->table, false, &k->chance, NULL);
    put_some_word(k, list, query, sizeof query);
    for (int i = 0; i < 10 && id == 0; i++)
        id = pick_listed(k, list, query);
    return id;
}

#define STEPS 14

static void
walk_turn(struct client *k)
{
    struct walk w = { .of = choose_walk(k) };
    const struct siege *s = k->s;

    if (w.of != NULL)
        w.id = choose_record(k, w.of);
    for (int i = 0; w.id != 0 && i < STEPS && !atomic_load(&s->end); i++) {
        struct request q;
        unsigned good;

        w.verb = NULL;
        for (int c = 0; c < s->n_callers - 1; c++)
            if (!s->callers[c].victim && !w.blind[c])
                look_as(k, &w, c);
        if (w.verb == NULL)
            break;
        good = atomic_load(&w.verb->good);
        request_make(k, w.verb, &q);
        aim(&q, w.who, w.verb->path, (long long)w.id);
        ask_well(k, &q);
        request_free(&q);
        if (good == atomic_load(&w.verb->good) && w.n_failed < COUNT(w.failed))
            w.failed[w.n_failed++] = w.verb;
    }
    client_rest(k, 20);
}

/* -- signing in ------------------------------------------------------------ */

/* The value of the cookie that A sets. */
static void
read_cookie(const struct answer *a, char *out, size_t n)
{
    const char *set = answer_header(a, "Set-Cookie");
    const char *at = set != NULL ? strstr(set, "liangcao_session=") : NULL;

    at = at != NULL ? at + strlen("liangcao_session=") : "";
    (void)snprintf(out, n, "%.*s", (int)strcspn(at, ";"), at);
}

static struct reply
try_sign_in(struct client *k, const char *account, const char *password)
{
    struct request q = { .op = find_op(k, "POST", "/api/v1/session"),
                         .caller = k->s->n_callers - 1,
                         .method = "POST" };
    struct reply r;

    q.path = strdup("/api/v1/session");
    q.value = json_pack("{s:s,s:s}", "account", account, "password", password);
    request_write(&q);
    r = request_ask(k, &q);
    request_free(&q);
    return r;
}

bool
caller_sign_in(struct client *k, struct caller *who)
{
    struct reply r;
    char cookie[120];
    json_t *j;
    bool good = false;

    if (who->password[0] == '\0')
        return false;
    r = try_sign_in(k, who->name, who->password);
    if (r.a.status == 201) {
        read_cookie(&r.a, cookie, sizeof cookie);
        j = answer_json(&r.a);
        (void)pthread_mutex_lock(&who->lock);
        (void)snprintf(who->cookie, sizeof who->cookie, "%s", cookie);
        (void)snprintf(who->csrf, sizeof who->csrf, "%s",
                       json_string_value(json_object_get(j, "csrf")));
        (void)pthread_mutex_unlock(&who->lock);
        secrets_add(k->s->secrets, cookie);
        json_decref(j);
        good = true;
    }
    reply_free(&r);
    return good;
}

static int
some_caller(struct client *k, bool victim)
{
    for (int i = 0; i < 300; i++) {
        int n = (int)below(k, (uint32_t)k->s->n_callers);
        const struct caller *who = &k->s->callers[n];

        if (who->password[0] != '\0' && !who->spared && who->victim == victim)
            return n;
    }
    return 0;
}

/* What only who came by a session may do, once each. */
static void
ask_by_session(struct client *k, int who, const char *method, const char *path,
               json_t *body)
{
    struct request q = {
        .op = find_op(k, method, path), .caller = who, .by_session = true
    };
    struct reply r;
    const char *brace = strchr(path, '{');

    if (q.op == NULL)
        return;
    (void)snprintf(q.method, sizeof q.method, "%s", method);
    q.path = strdup(path);
    if (brace != NULL) {
        int64_t id = 0;
        int saw = -1;

        for (int i = 0; i < 50 && saw != who; i++)
            id = lore_id(k->s->lore, q.op->table, true, &k->chance, &saw);

        aim(&q, who, path, (long long)id);
        q.by_session = true;
    }
    q.value = body;
    request_write(&q);
    r = request_ask(k, &q);
    reply_free(&r);
    request_free(&q);
}

/* Change a victim's password, and know the new one when it was taken. */
static void
change_password(struct client *k, int who)
{
    struct caller *v = &k->s->callers[who];
    char new[60];
    struct request q = { .op = find_op(k, "PUT", "/api/v1/session/password"),
                         .caller = who,
                         .by_session = true,
                         .method = "PUT" };
    struct reply r;

    if (q.op == NULL)
        return;
    (void)snprintf(new, sizeof new, "%s-%08x%08x-lampe", PASSWORD_MARK,
                   random_next(&k->chance), random_next(&k->chance));
    q.path = strdup(q.op->path);
    q.value = json_pack("{s:s,s:s}", "old", v->password, "new", new);
    request_write(&q);
    r = request_ask(k, &q);
    /* Not answered, it is not known: the victim is given up. */
    if (r.a.status == 204 || r.a.status == 0)
        (void)snprintf(v->password, sizeof v->password, "%s",
                       r.a.status == 204 ? new : "");
    reply_free(&r);
    request_free(&q);
}

static void
sign_in_rightly(struct client *k)
{
    int who = some_caller(k, false);
    char path[100];

    if (!caller_sign_in(k, &k->s->callers[who]))
        return;
    ask_by_session(k, who, "GET", "/api/v1/session", NULL);
    ask_by_session(k, who, "GET", "/api/v1/sessions", NULL);
    (void)snprintf(path, sizeof path, "T%08x", random_next(&k->chance));
    ask_by_session(k, who, "POST", "/api/v1/tokens",
                   json_pack("{s:s}", "name", path));
    ask_by_session(k, who, "DELETE", "/api/v1/tokens/{id}", NULL);
    ask_by_session(k, who, "DELETE", "/api/v1/sessions/{id}", NULL);
    if (one_in(k, 2))
        ask_by_session(k, who, "DELETE", "/api/v1/session", NULL);
}

/* Those who guess come from addresses of their own. */
static void
guess(struct client *k)
{
    char password[60];
    struct reply r;
    uint32_t from = k->http.from;

    http_close(&k->http);
    k->http.from = from + 0x20000;
    (void)snprintf(password, sizeof password, "%s-%08x", PASSWORD_MARK,
                   random_next(&k->chance));
    r = try_sign_in(k,
                    one_in(k, 2) ? "nobody-at-all"
                                 : k->s->callers[some_caller(k, true)].name,
                    password);
    reply_free(&r);
    http_close(&k->http);
    k->http.from = from;
}

static void
sign_in_turn(struct client *k)
{
    int victim = some_caller(k, true);

    if (one_in(k, 2))
        guess(k);
    else if (one_in(k, 3) && k->s->callers[victim].victim
             && caller_sign_in(k, &k->s->callers[victim]))
        change_password(k, victim);
    else
        sign_in_rightly(k);
    client_rest(k, 50 + (int)below(k, 300));
}

/* -- listening ------------------------------------------------------------- */

/* What came of a stream: events whose data are JSON, and no secret. */
static void
judge_stream(struct client *k, const char *who)
{
    const char *at = k->http.in;

    looked(k->s, V_SECRET);
    if (at == NULL)
        return;
    if (secrets_in(k->s->secrets, at, k->http.n_in) != NULL)
        finding(k->s, V_SECRET, "the stream of %s", who);
    while ((at = strstr(at, "\ndata: ")) != NULL) {
        size_t n = strcspn(at + 7, "\n");
        json_t *j;

        if (at[7 + n] == '\0')
            break;
        looked(k->s, V_SHAPE);
        j = json_loadb(at + 7, n, 0, NULL);
        if (j == NULL)
            finding(k->s, V_SHAPE, "the stream of %s: %.*s", who, (int)n,
                    at + 7);
        json_decref(j);
        at += 7;
    }
}

static void
listen_turn(struct client *k)
{
    static const char *const lasts[] = {
        NULL, NULL, "-1", "x", "0", "9007199254740991", "99999999999999999999"
    };
    const struct siege *s = k->s;
    const struct caller *who = &s->callers[below(k, (uint32_t)s->n_callers)];
    const char *last = lasts[below(k, COUNT(lasts))];
    int ms = 500 + (int)below(k, 8000);

    if (one_in(k, 4) && !left_out(s, "replay"))
        last = "1";
    http_close(&k->http);
    k->http.port = atomic_load(&s->port);
    k->http.wait_ms = 3000;
    if (k->http.port != 0
        && http_listen(&k->http, who->token, "/api/v1/stream", last)) {
        int64_t until = siege_ms() + ms;

        while (siege_ms() < until && !atomic_load(&s->end)
               && k->http.n_in < 8000000)
            (void)http_more(&k->http, 200);
        http_unchunk(&k->http);
        judge_stream(k, who->name);
    } else {
        client_rest(k, 200);
    }
    k->http.wait_ms = 0;
    http_close(&k->http);
}

/* -- exports --------------------------------------------------------------- */

static void
export_turn(struct client *k)
{
    struct plan *p = &k->s->plan;
    struct op *op = &p->ops[below(k, (uint32_t)p->n)];
    struct request q;
    struct reply r;

    if (op->route == NULL || (op->route->flags & R_LIST) == 0)
        return;
    request_make(k, op, &q);
    q.path[strcspn(q.path, "?")] = '\0';
    q.path = realloc(q.path, strlen(q.path) + 30);
    (void)strcat(q.path, one_in(k, 2) ? "?format=xlsx" : "?format=csv");
    r = request_ask(k, &q);
    reply_free(&r);
    request_free(&q);
    client_rest(k, 100 + (int)below(k, 500));
}

/* -- slow and rude ones ---------------------------------------------------- */

static bool
knock(struct client *k)
{
    http_close(&k->http);
    k->http.port = atomic_load(&k->s->port);
    if (k->http.port != 0 && http_connect(&k->http))
        return true;
    client_rest(k, 200);
    return false;
}

static void
drip(struct client *k, const char *text)
{
    for (; *text != '\0' && !atomic_load(&k->s->end); text++) {
        if (!http_send(&k->http, text, 1))
            break;
        client_rest(k, 50 + (int)below(k, 250));
    }
    http_close(&k->http);
}

static void
slow_head_turn(struct client *k)
{
    if (knock(k))
        drip(k, "GET /api/v1/items?q=abc HTTP/1.1\r\nHost: localhost\r\n"
                "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
}

static void
slow_body_turn(struct client *k)
{
    const struct siege *s = k->s;
    char head[400];
    int n = snprintf(head, sizeof head,
                     "POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\n"
                     "Authorization: Bearer %s\r\nContent-Type:"
                     " application/json\r\nContent-Length: 100000\r\n\r\n",
                     s->callers[some_caller(k, false)].token);

    if (!knock(k) || !http_send(&k->http, head, (size_t)n))
        return;
    drip(k, "{\"item_code\":\"A01\",\"description\":\""
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void
never_read_turn(struct client *k)
{
    static const char ask[] =
        "GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    int small = 4096;

    if (!knock(k))
        return;
    (void)setsockopt(k->http.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 20; i++)
        if (!http_send(&k->http, ask, strlen(ask)))
            break;
    client_rest(k, 2000 + (int)below(k, 8000));
    http_close(&k->http);
}

static void
half_open_turn(struct client *k)
{
    static const char part[] = "POST /api/v1/session HTTP/1.1\r\nHo";

    if (!knock(k))
        return;
    if (one_in(k, 2))
        (void)http_send(&k->http, part, strlen(part));
    client_rest(k, 1000 + (int)below(k, 9000));
    http_close(&k->http);
}

static void
reset_turn(struct client *k)
{
    struct linger rude = { .l_onoff = 1 };
    const struct siege *s = k->s;
    char ask[400];
    int n =
        snprintf(ask, sizeof ask,
                 "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization:"
                 " Bearer %s\r\n\r\n",
                 one_in(k, 2) ? "/api/v1/orders?limit=500" : "/api/v1/stream",
                 s->callers[some_caller(k, false)].token);

    if (!knock(k))
        return;
    (void)http_send(&k->http, ask, (size_t)n);
    client_rest(k, (int)below(k, 60));
    (void)setsockopt(k->http.fd, SOL_SOCKET, SO_LINGER, &rude, sizeof rude);
    http_close(&k->http);
    client_rest(k, 20 + (int)below(k, 100));
}

static void
large_turn(struct client *k)
{
    const struct siege *s = k->s;
    size_t n = ((size_t)1 << 20) * (1 + below(k, 33));
    char head[400], *body;
    int len = snprintf(head, sizeof head,
                       "POST /api/v1/import/persons HTTP/1.1\r\nHost:"
                       " localhost\r\nAuthorization: Bearer %s\r\n"
                       "Content-Type: text/csv\r\nContent-Length: %zu\r\n\r\n",
                       one_in(k, 2) ? s->callers[some_caller(k, false)].token
                                    : "lc_x",
                       n);

    if (!knock(k))
        return;
    body = malloc(n);
    memset(body, one_in(k, 2) ? ',' : 'x', n);
    (void)memcpy(body, "code,name\n", 10);
    if (http_send(&k->http, head, (size_t)len))
        (void)http_send(&k->http, body, n);
    free(body);
    k->http.wait_ms = 5000;
    if (k->http.fd >= 0) {
        struct answer a = http_answer(&k->http, "POST");

        looked(k->s, V_BROKEN);
        if (a.status >= 500 && a.status != 503 && a.status != 507)
            finding(k->s, V_BROKEN, "an import of %zu bytes: %d %.300s", n,
                    a.status, a.body ? a.body : "");
        answer_free(&a);
    }
    k->http.wait_ms = 0;
    http_close(&k->http);
    client_rest(k, 1000 + (int)below(k, 2000));
}

/* -- framing --------------------------------------------------------------- */

/* RFC 9112: what can be read in two ways must not be read at all. */
#define LINE(s) s, sizeof(s) - 1
static const struct {
    const char *name, *text;
    size_t n; /* a text may hold a NUL */
    bool refused;
    bool open; /* more may come: it need not be answered */
} framings[] = {
    { "two lengths",
      LINE("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type:"
           " application/json\r\nContent-Length: 2\r\nContent-Length: "
           "20\r\n\r\n{}"),
      true },
    { "two lengths on a page",
      LINE("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
           "Content-Length: 5\r\n\r\nhello"),
      true },
    { "a length and chunks",
      LINE("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      true },
    { "chunked twice",
      LINE("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
           "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
      true },
    { "two hosts", LINE("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
      true },
    { "no host", LINE("GET /healthz HTTP/1.1\r\n\r\n"), true },
    { "NUL in a header",
      LINE("GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n"), true },
    { "NUL in the path", LINE("GET /healthz\0z HTTP/1.1\r\nHost: a\r\n\r\n"),
      true },
    { "a negative length",
      LINE("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: "
           "-1\r\n\r\n"),
      true, true },
    { "a length that is none",
      LINE("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: "
           "0x5\r\n\r\n"
           "hello"),
      true, true },
    { "a length beyond numbers",
      LINE("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length:"
           " 99999999999999999999999\r\n\r\n"),
      true, true },
    { "a chunk that is none",
      LINE("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
           "chunked"
           "\r\n\r\nxyz\r\n"),
      true, true },
    { "a space before the colon",
      LINE("GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n"), false },
    { "bare line feeds", LINE("GET /healthz HTTP/1.1\nHost: a\n\n"), false,
      true },
    { "a folded header",
      LINE("GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n"
           "\r\n"),
      false },
    { "HTTP/0.9", LINE("GET /healthz\r\n\r\n"), false, true },
    { "HTTP/3.7", LINE("GET /healthz HTTP/3.7\r\nHost: a\r\n\r\n"), false },
    { "an absolute address",
      LINE("GET http://a/healthz HTTP/1.1\r\nHost: b\r\n\r\n"), false },
    { "a TLS hello", LINE("\x16\x03\x01\x02\x01\x01\xfc\x03\x03"), false,
      true },
    { "dots", LINE("GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
      false },
    { "many requests in one go",
      LINE("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /readyz "
           "HTTP/1.1\r\nHost:"
           " a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
      false },
    { "a promise of more",
      LINE(
          "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
          "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"),
      false, true },
};

/* A request whose head has N bytes, by its address or by a header. */
static void
ask_long(struct client *k, size_t n, bool by_address)
{
    const char *rest = by_address ? " HTTP/1.1\r\nHost: a\r\n\r\n" : "\r\n\r\n";
    char *large = malloc(n + 100);
    int at = sprintf(large, by_address ? "GET /api/v1/items?q="
                                       : "GET /healthz HTTP/1.1\r\n"
                                         "Host: a\r\nX-A: ");

    memset(large + at, 'a', n);
    (void)memcpy(large + n - strlen(rest), rest, strlen(rest));
    ask_raw(k, large, n,
            by_address ? "a very long address" : "a very long header", false,
            true);
    free(large);
}

/* Where a server's buffer ends, it may forget to answer. */
static const size_t edges[] = { 32768, 1024, 4096, 8192, 16384, 65536 };

static void
ask_round(struct client *k, size_t edge)
{
    for (size_t i = 0; i < 24 && !atomic_load(&k->s->end); i++)
        ask_long(k, edge - 500 + i / 2 * 50 + below(k, 50), i % 2 == 0);
}

/* Each in its turn, so that none is left to chance. */
static void
frame_turn(struct client *k)
{
    size_t i = k->made++ % (COUNT(framings) + COUNT(edges));

    if (i >= COUNT(edges))
        i -= COUNT(edges);
    else {
        ask_round(k, edges[i]);
        ask_long(k, 20000 + below(k, 200000), one_in(k, 2));
        return;
    }
    ask_raw(k, framings[i].text, framings[i].n, framings[i].name,
            framings[i].refused, !framings[i].open);
    client_rest(k, 20 + (int)below(k, 60));
}

/* -- the table ------------------------------------------------------------- */

const struct kind siege_kinds[] = {
    { "callers", 32, call_turn },
    { "walkers", 14, walk_turn },
    { "listeners", 12, listen_turn },
    { "sign-ins", 8, sign_in_turn },
    { "exports", 4, export_turn },
    { "slow-heads", 6, slow_head_turn },
    { "slow-bodies", 6, slow_body_turn },
    { "never-read", 4, never_read_turn },
    { "half-open", 4, half_open_turn },
    { "resets", 4, reset_turn },
    { "large", 2, large_turn },
    { "framing", 4, frame_turn },
    { NULL, 0, NULL },
};
