/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking, and what every answer must be whoever asked: in time, declared, of
 * the declared shape, without a secret, without words of the program's inside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "siege.h"

/* -- patience -------------------------------------------------------------- */

/* A table of all there is may take its turn, and its time, which grows with the
   office: an hour makes hundreds of thousands of rows.  Who signs in waits for a
   turn to hash, 15 s at most (two hundred at once are let in so). */
#define TABLES_TIMES 4
#define TABLES_GROW_S 600
#define TURNS_TIMES 3
/* So much longer an answer is waited for, to know how late it was. */
#define BEYOND_MS 25000

static bool
is_table(const struct request *q)
{
    return strstr(q->path, "format=csv") != NULL
           || strstr(q->path, "format=xlsx") != NULL
           || strstr(q->path, "/export/") != NULL
           || strstr(q->path, "/import/") != NULL;
}

static int
patience(const struct siege *s, const struct request *q)
{
    const struct route *r = q->op->route;

    if (is_table(q))
        return TABLES_TIMES + (int)(s->seconds / TABLES_GROW_S);
    return r != NULL && r->flags & R_APART ? TURNS_TIMES : 1;
}

/* -- sending --------------------------------------------------------------- */

/* Connect to the server that is up now; false while there is none. */
static bool
reach(struct client *k, bool *fresh)
{
    uint16_t port = atomic_load(&k->s->port);

    if (port == 0)
        return false;
    if (k->http.fd >= 0 && k->http.port != port)
        http_close(&k->http);
    k->http.port = port;
    *fresh = k->http.fd < 0;
    return http_connect(&k->http);
}

static void
put_caller(FILE *out, struct siege *s, const struct request *q)
{
    struct caller *who = &s->callers[q->caller];

    (void)pthread_mutex_lock(&who->lock);
    if (q->token != NULL)
        (void)fprintf(out, "Authorization: Bearer %s\r\n", q->token);
    else if (q->by_session && who->cookie[0] != '\0') {
        (void)fprintf(out, "Cookie: liangcao_session=%s\r\n", who->cookie);
        if (!q->no_csrf)
            (void)fprintf(out, "X-CSRF-Token: %s\r\n", who->csrf);
    } else if (who->token[0] != '\0' && !q->no_csrf)
        (void)fprintf(out, "Authorization: Bearer %s\r\n", who->token);
    (void)pthread_mutex_unlock(&who->lock);
}

static char *
request_text(struct siege *s, const struct request *q, size_t *n)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, n);
    bool media = q->body != NULL || q->type != NULL;

    (void)fprintf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\n", q->method,
                  q->path);
    put_caller(out, s, q);
    if (media)
        (void)fprintf(out, "Content-Type: %s\r\n",
                      q->type != NULL ? q->type : "application/json");
    if (q->key[0] != '\0')
        (void)fprintf(out, "Idempotency-Key: %s\r\n", q->key);
    (void)fprintf(out, "%sContent-Length: %zu\r\n\r\n", q->head, q->n_body);
    if (q->n_body > 0)
        (void)fwrite(q->body, 1, q->n_body, out);
    (void)fclose(out);
    return text;
}

static struct reply
send_request(struct client *k, const struct request *q)
{
    struct reply r = { .asked = siege_ms() };
    char *text;
    size_t n;

    if (!reach(k, &r.fresh)) {
        r.answered = siege_ms();
        client_rest(k, 50);
        return r;
    }
    text = request_text(k->s, q, &n);
    r.asked = siege_ms();
    /* A server may answer and close before it has read all. */
    (void)http_send(&k->http, text, n);
    k->http.wait_ms = BEYOND_MS + (int)k->s->hang_ms * patience(k->s, q);
    r.a = http_answer(&k->http, q->method);
    k->http.wait_ms = 0;
    r.answered = siege_ms();
    free(text);
    return r;
}

/* -- judging --------------------------------------------------------------- */

static const char *
caller_name(const struct siege *s, const struct request *q)
{
    const char *name = s->callers[q->caller].name;

    return name[0] != '\0' ? name : "nobody";
}

/* Something is wrong with the answer to Q. */
static void
wrong(struct client *k, const struct request *q, const struct reply *r,
      enum verdict v, const char *what)
{
    finding(k->s, v, "%s: %s %.300s%s%s as %s%s%s%s%.300s -> %d %.400s", what,
            q->method, q->path, q->trick ? " trick " : "",
            q->trick ? q->trick : "", caller_name(k->s, q),
            q->key[0] ? " key " : "", q->key, q->body ? " " : "",
            q->body ? q->body : "", r->a.status, r->a.body ? r->a.body : "");
}

static void
judge_time(struct client *k, const struct request *q, const struct reply *r)
{
    struct siege *s = k->s;
    int64_t most = s->hang_ms * patience(s, q);
    int64_t ms = own_ms(s, r->asked, r->answered, STOPS_DATABASE);
    char what[80];

    looked(s, V_HUNG);
    times_add(&q->op->took[is_table(q)], ms);
    if (ms > atomic_load(&s->worst_ms))
        atomic_store(&s->worst_ms, ms);
    if (ms <= most)
        return;
    (void)snprintf(what, sizeof what, "%lld ms, %lld of them in no stop",
                   (long long)(r->answered - r->asked), (long long)ms);
    wrong(k, q, r, V_HUNG, what);
}

static json_t *
declared(const struct siege *s, const struct request *q, int status)
{
    json_t *answers = json_object_get(q->op->def, "responses"), *one;
    char word[12];

    (void)snprintf(word, sizeof word, "%d", status);
    one = json_object_get(answers, word);
    if (one == NULL && (q->undocumented || status == 405))
        one = json_object_get(answers, "default");
    return one != NULL ? plan_resolve(&s->plan, one) : NULL;
}

/* The body against the document's schema for its status and media type. */
static void
judge_shape(struct client *k, const struct request *q, const struct reply *r,
            const json_t *answer)
{
    json_t *content = json_object_get(answer, "content"), *schema, *value;
    const char *type = answer_header(&r->a, "Content-Type");
    char media[120] = "", why[500];

    looked(k->s, V_SHAPE);
    if (content == NULL) {
        if (r->a.n_body > 0)
            wrong(k, q, r, V_SHAPE, "a body where none is declared");
        return;
    }
    if (type != NULL)
        (void)snprintf(media, sizeof media, "%.*s", (int)strcspn(type, "; "),
                       type);
    schema = json_object_get(json_object_get(content, media), "schema");
    /* What breaks HTTP itself is answered before anything of ours reads it. */
    if (schema == NULL && q->undocumented)
        return;
    if (schema == NULL) {
        (void)snprintf(why, sizeof why, "the media type %s", media);
        wrong(k, q, r, V_SHAPE, why);
        return;
    }
    if (strstr(media, "json") == NULL)
        return;
    value = answer_json(&r->a);
    if (value == NULL)
        wrong(k, q, r, V_SHAPE, "no JSON");
    else if (!schema_fits(&k->s->plan, schema, value, why, sizeof why))
        wrong(k, q, r, V_SHAPE, why);
    json_decref(value);
}

/* What only the program's own makers should read. */
static const char *
inner_word(const char *body)
{
    static const char *const words[] = {
        "SELECT ",       "INSERT INTO", "UPDATE ",        "constraint failed",
        "sqlite",        "SQLITE",      "syntax error",   "src/",
        ".c:",           "pg_",         "libpq",          "ERROR:",
        "backtrace",     "Sanitizer",   "malloc",         "errno",
        "psql",          "relation \"", "broken promise", "no such column",
        "no such table",
    };

    for (size_t i = 0; i < COUNT(words); i++)
        if (strstr(body, words[i]) != NULL)
            return words[i];
    return NULL;
}

static void
judge_words(struct client *k, const struct request *q, const struct reply *r)
{
    bool shown_once = r->a.status == 201 && strstr(q->path, "/tokens") != NULL;
    const char *word =
        r->a.status >= 400 && r->a.body != NULL
                && (q->body == NULL || inner_word(q->body) == NULL)
            ? inner_word(r->a.body)
            : NULL;

    looked(k->s, V_WORDS);
    looked(k->s, V_SECRET);
    if (word != NULL)
        wrong(k, q, r, V_WORDS, word);
    if (r->a.body != NULL && !shown_once
        && secrets_in(k->s->secrets, r->a.body, r->a.n_body) != NULL)
        wrong(k, q, r, V_SECRET, "a secret");
}

static void
judge_status(struct client *k, const struct request *q, const struct reply *r)
{
    int status = r->a.status;
    const json_t *answer;

    looked(k->s, V_BROKEN);
    looked(k->s, V_STATUS);
    if (status >= 500 && status != 503 && status != 507) {
        wrong(k, q, r, V_BROKEN, "broken");
        return;
    }
    if (q->must_refuse) {
        looked(k->s, V_TAKEN);
        if (status < 400)
            wrong(k, q, r, V_TAKEN, "taken");
    }
    answer = declared(k->s, q, status);
    if (answer == NULL)
        wrong(k, q, r, V_STATUS, "a status that is not declared");
    else
        judge_shape(k, q, r, answer);
}

/* -- what an answer tells -------------------------------------------------- */

static void
keep_word(struct client *k, const struct request *q)
{
    const char *brace = strchr(q->op->path, '{');
    char key[160], *end;
    json_t *known;

    if (q->word[0] == '\0' || brace == NULL)
        return;
    (void)snprintf(key, sizeof key, "%s", brace + 1);
    end = strchr(key, '}');
    (void)snprintf(end, sizeof key - (size_t)(end - key), "@%.100s",
                   q->op->path);
    known = json_pack("{s:s}", key, q->word);
    lore_take(k->s->lore, q->op, known, q->caller);
    json_decref(known);
}

static void
keep_record(struct client *k, const struct request *q, json_t *j)
{
    int64_t id = json_integer_value(json_object_get(j, "id"));
    int64_t version = json_integer_value(json_object_get(j, "version"));
    const json_t *token = json_object_get(j, "token");

    if (json_is_string(token))
        secrets_add(k->s->secrets, json_string_value(token));
    if (strcmp(q->op->method, "GET") != 0 && id > 0 && version > 0
        && q->op->answers != NULL)
        ledger_see(&k->s->ledger, q->op->answers, id, version);
}

static void
keep_good(struct client *k, const struct request *q, const struct reply *r)
{
    const char *type = answer_header(&r->a, "Content-Type");
    json_t *j;

    atomic_fetch_add(&q->op->good, 1);
    keep_word(k, q);
    if (type != NULL && strstr(type, "csv") != NULL && q->word[0] != '\0'
        && r->a.n_body < 200000)
        lore_put_csv(k->s->lore, q->word, r->a.body);
    if (type == NULL || strstr(type, "json") == NULL)
        return;
    j = answer_json(&r->a);
    if (r->a.n_body < 100000 || one_in(k, 8))
        lore_take(k->s->lore, q->op, j, q->caller);
    keep_record(k, q, j);
    plan_offer(&k->s->plan, q->op, j, q->caller);
    if (r->a.status == 201 && q->value != NULL && q->op->answers != NULL
        && k->kind != NULL && strstr(q->body, PASSWORD_MARK) == NULL)
        lore_put_body(k->s->lore, q->op->answers, q->value);
    json_decref(j);
}

/* The id that the path names; 0: none. */
static int64_t
id_in_path(const struct request *q)
{
    const char *brace = strchr(q->op->path, '{');

    return brace != NULL && strlen(q->path) > (size_t)(brace - q->op->path)
               ? atoll(q->path + (brace - q->op->path))
               : 0;
}

/* Why it was refused, when it was meant well. */
static void
keep_refusal(struct client *k, const struct request *q, const struct reply *r)
{
    json_t *j = answer_json(&r->a);
    const char *field = json_string_value(json_object_get(j, "field"));
    const char *detail = json_string_value(json_object_get(j, "detail"));

    (void)pthread_mutex_lock(&k->s->told_lock);
    (void)snprintf(q->op->refused, sizeof q->op->refused, "%d %s: %.150s",
                   r->a.status, field != NULL ? field : "",
                   detail != NULL ? detail : "");
    (void)pthread_mutex_unlock(&k->s->told_lock);
    json_decref(j);
}

static void
keep(struct client *k, const struct request *q, const struct reply *r)
{
    struct caller *who = &k->s->callers[q->caller];

    if (q->undocumented)
        return;
    atomic_fetch_add(&q->op->answered, 1);
    atomic_fetch_add(&q->op->by_status[r->a.status % 600], 1);
    if (r->a.status / 100 == 2) {
        atomic_store(&q->op->denied[q->caller], 0);
        keep_good(k, q, r);
    }
    if (r->a.status >= 400 && q->trick == NULL
        && atomic_load(&q->op->good) == 0)
        keep_refusal(k, q, r);
    if (q->op->table != NULL && q->trick == NULL
        && (r->a.status == 404 || r->a.status == 204))
        lore_forget(k->s->lore, q->op->table, id_in_path(q), q->caller,
                    strcmp(q->method, "DELETE") == 0);
    if (r->a.status == 403 && q->trick == NULL)
        atomic_fetch_add(&q->op->denied[q->caller], 1);
    if (r->a.status == 401 && q->by_session && q->trick == NULL) {
        (void)pthread_mutex_lock(&who->lock);
        who->cookie[0] = '\0';
        (void)pthread_mutex_unlock(&who->lock);
    }
}

/* -- asking ---------------------------------------------------------------- */

/* Nothing came.  A connection that was kept may have been given up by the
   server just then; and of those that do harm the server need not hear all. */
static void
judge_silence(struct client *k, const struct request *q, const struct reply *r)
{
    struct siege *s = k->s;

    atomic_fetch_add(&s->cut, 1);
    judge_time(k, q, r);
    if (k->kind != NULL || !r->fresh || atomic_load(&s->crashed))
        return;
    if (!in_stop(s, r->asked, r->answered, STOPS_SERVER)
        && atomic_load(&s->port) != 0)
        wrong(k, q, r, V_CUT, "no answer");
}

static bool same_but_once(json_t *a, json_t *b);

static bool
same_objects(json_t *a, json_t *b)
{
    const char *name;
    json_t *v;

    json_object_foreach(a, name, v)
    {
        json_t *w = json_object_get(b, name);
        bool once = strcmp(name, "token") == 0 || strcmp(name, "code") == 0;

        if (!same_but_once(v, w) && !(once && json_is_null(w)))
            return false;
    }
    return json_object_size(a) == json_object_size(b);
}

/* What is shown once, a token or the code on a slip, is not shown again; the
   rest is the same. */
static bool
same_but_once(json_t *a, json_t *b)
{
    if (json_is_object(a) && json_is_object(b))
        return same_objects(a, b);
    if (!json_is_array(a) || json_array_size(a) != json_array_size(b))
        return json_equal(a, b);
    for (size_t i = 0; i < json_array_size(a); i++)
        if (!same_but_once(json_array_get(a, i), json_array_get(b, i)))
            return false;
    return true;
}

static bool
is_the_same(const struct reply *first, const struct reply *r)
{
    json_t *a, *b;
    bool same;

    if (first->a.status != r->a.status)
        return false;
    if (strcmp(first->a.body, r->a.body) == 0)
        return true;
    a = answer_json(&first->a);
    b = answer_json(&r->a);
    same = a != NULL && b != NULL && same_but_once(a, b);
    json_decref(a);
    json_decref(b);
    return same;
}

/* Its answer tells how far it has come by now, so it is another each time. */
static bool
goes_on(const struct op *op)
{
    return strcmp(op->path, "/api/v1/audit/verify") == 0
           || strcmp(op->path, "/api/v1/audit/seal") == 0;
}

static void
ask_the_same(struct client *k, struct request *q, const struct reply *first)
{
    struct reply r;

    q->twice = false;
    r = request_ask(k, q);
    looked(k->s, V_SAME);
    /* 401: somebody ended the session or the token in between. */
    if (r.a.status != 0 && first->a.status / 100 == 2 && r.a.status != 503
        && r.a.status != 401 && r.a.status != 507 && r.a.status != 429
        && !goes_on(q->op) && !is_the_same(first, &r))
        wrong(k, q, &r, V_SAME, first->a.body);
    reply_free(&r);
}

struct reply
request_ask(struct client *k, struct request *q)
{
    struct caller *who = &k->s->callers[q->caller];
    struct reply r;

    if (q->by_session && who->cookie[0] == '\0')
        q->by_session = caller_sign_in(k, who);
    if (q->no_csrf && !q->by_session)
        q->no_csrf = q->must_refuse = false;
    r = send_request(k, q);
    atomic_fetch_add(&k->s->requests, 1);
    if (k->kind == NULL)
        looked(k->s, V_CUT);
    if (r.a.status == 0) {
        judge_silence(k, q, &r);
        return r;
    }
    judge_time(k, q, &r);
    judge_words(k, q, &r);
    judge_status(k, q, &r);
    keep(k, q, &r);
    if (q->twice)
        ask_the_same(k, q, &r);
    return r;
}

void
reply_free(struct reply *r)
{
    answer_free(&r->a);
}

/* Nothing came of a whole request, and the connection stays open. */
static void
judge_framing_time(struct client *k, const char *trick, int64_t asked, size_t n)
{
    struct siege *s = k->s;
    int64_t ms = own_ms(s, asked, siege_ms(), STOPS_DATABASE);

    looked(s, V_HUNG);
    if (ms > s->hang_ms && !atomic_load(&s->crashed))
        finding(s, V_HUNG, "framing %s, %zu bytes: no answer for %lld ms",
                trick, n, (long long)ms);
}

void
ask_raw(struct client *k, const char *text, size_t n, const char *trick,
        bool must_refuse, bool whole)
{
    struct siege *s = k->s;
    struct answer a;
    int64_t asked;
    bool fresh;

    http_close(&k->http);
    if (!reach(k, &fresh))
        return;
    k->http.wait_ms = whole ? (int)s->hang_ms + 500 : 700;
    asked = siege_ms();
    (void)http_send(&k->http, text, n);
    a = http_answer(&k->http, "GET");
    k->http.wait_ms = 0;
    if (whole)
        judge_framing_time(k, trick, asked, n);
    looked(s, V_BROKEN);
    if (a.status >= 500 && a.status != 503 && a.status != 505 && a.status != 507
        && a.status != 501)
        finding(s, V_BROKEN, "framing %s: %d %.300s", trick, a.status,
                a.body ? a.body : "");
    if (must_refuse) {
        looked(s, V_TAKEN);
        if (a.status / 100 == 2)
            finding(s, V_TAKEN, "framing %s is taken: %d", trick, a.status);
    }
    if (a.status >= 400 && a.body != NULL && inner_word(a.body) != NULL)
        finding(s, V_WORDS, "framing %s: %s", trick, a.body);
    answer_free(&a);
    http_close(&k->http);
}
