/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wild - every route as every person, then mad requests to all of them.
 *
 * The matrix: a route answers 401 to nobody, 403 to whoever does not hold its
 * right, neither 401 nor 5xx to who does.  The fuzzer: requests made from the
 * OpenAPI document, right, half right and broken: never a 5xx (but 503: try
 * again), never silence, and every refusal is a problem document.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "auth/auth.h"
#include "base/random.h"
#include "live.h"
#include "office.h"

#define MOST_IDS 200

struct wild {
    const struct live_office *office;
    struct score *score;
    struct http http;
    json_t *doc;
    struct random chance;
    struct {
        char noun[24], id[24]; /* "orders", of one that is there */
    } ids[MOST_IDS];
    size_t n_ids;
    bool mad; /* the present request; else it is meant well */
    int by_status[600];
};

static uint32_t
below(struct wild *w, uint32_t n)
{
    return random_below(&w->chance, n);
}

static bool
one_in(struct wild *w, uint32_t n)
{
    return below(w, n) == 0;
}

/* -- judging an answer ------------------------------------------------------- */

static bool
is_problem(const struct answer *a)
{
    const char *type = answer_header(a, "Content-Type");
    json_t *j = answer_json(a);
    bool good = type != NULL && strstr(type, "application/problem+json") != NULL
                && json_integer_value(json_object_get(j, "status")) == a->status
                && json_is_string(json_object_get(j, "title"))
                && json_is_string(json_object_get(j, "code"))
                && json_is_string(json_object_get(j, "detail"));

    json_decref(j);
    return good;
}

static bool
is_sound(const struct answer *a)
{
    if (a->status == 0 || (a->status >= 500 && a->status != 503))
        return false;
    return a->status < 400 || is_problem(a);
}

/* -- the matrix --------------------------------------------------------------- */

/* "/orders/{id}/accept" with an id that nothing has. */
static void
fill_path(char *out, size_t n, const char *path)
{
    size_t used = 0;

    while (*path != '\0' && used + 12 < n) {
        if (*path == '{') {
            used += (size_t)snprintf(out + used, n - used, "12345678");
            path += strcspn(path, "}") + 1;
        } else {
            out[used++] = *path++;
        }
    }
    out[used] = '\0';
}

/* What the route table promises about the status. */
static bool
keeps_promise(const json_t *route, bool nobody, bool may, int status)
{
    if (json_object_get(route, "security") != NULL)
        return true; /* open to all */
    if (nobody)
        return status == 401;
    if (!may)
        return status == 403;
    return status != 401;
}

static void
try_matrix_cell(struct wild *w, struct call *c, const char *method,
                const char *path, const json_t *route,
                const struct live_account *who)
{
    const char *right = json_string_value(json_object_get(route, "x-right"));
    char at[300], verb[10];
    struct answer a;
    bool may;

    as(c, who->name[0] ? who->name : NULL);
    may = auth_may(c, right);
    fill_path(at, sizeof at, path);
    (void)snprintf(verb, sizeof verb, "%s", method);
    for (char *p = verb; *p != '\0'; p++)
        *p = (char)(*p & ~0x20);
    a = http_tell(&w->http, who->token, verb, at,
                  strcmp(verb, "GET") == 0 ? NULL : "{}");
    (void)score(w->score,
                is_sound(&a)
                    && keeps_promise(route, who->name[0] == '\0', may,
                                     a.status),
                "%s %s as %s: %d %.200s", verb, at,
                who->name[0] ? who->name : "nobody", a.status,
                a.body ? a.body : "");
    answer_free(&a);
}

static void
try_matrix(struct wild *w)
{
    struct call *c = look_into(w->office);
    const char *path, *method;
    json_t *item, *route;

    json_object_foreach(json_object_get(w->doc, "paths"), path, item)
        json_object_foreach(item, method,
                            route) for (size_t i = 0; i < w->office->n_accounts;
                                        i++) if (strstr(path, "/session")
                                                 == NULL)
            try_matrix_cell(w, c, method, path, route, &w->office->accounts[i]);
    look_away(c);
}

/* -- values that are right, half right and broken -------------------------------- */

static const char *const texts[] = {
    "A04",
    "漏水",
    "",
    " ",
    "'; DROP TABLE orders; --",
    "%s%n%x",
    "\\u0000",
    "<script>alert(1)</script>",
    "2026-11-23T08:30:00.000Z",
    "2026-11-23",
    "-1",
    "0",
    "null",
    "all",
    "crew",
    "yes",
    "N",
    "E0",
    "𠀀",
    "\\\"",
    "12.50",
    "2026-02-30",
    "9999-12-31T23:59:59.999Z",
    "08:30-12:00",
    "*",
    "desk",
};

static const char *const junk[] = {
    "null",
    "true",
    "-1",
    "0",
    "1e308",
    "1e999",
    "9223372036854775808",
    "-9223372036854775809",
    "0.5",
    "[]",
    "{}",
    "[[[[[[[[]]]]]]]]",
    "\"\"",
    "\"\xff\xfe\"",
    "nul",
    "{\"a\":",
    "\"\\ud800\"",
    "[1,2,3]",
    "{\"reason\":{}}",
    "1234567890123456789012345678901234567890",
};

/* NOUN begins as the noun of a path does: "crew" of "crew_id". */
static const char *
some_id(struct wild *w, const char *noun)
{
    static const char *const others[] = {
        "23", "41", "3", "31", "0", "-1", "1", "9007199254740991", "141"
    };

    for (int i = 0; w->n_ids > 0 && i < 40; i++) {
        uint32_t k = below(w, (uint32_t)w->n_ids);

        if (strncmp(w->ids[k].noun, noun, strcspn(noun, "_/")) == 0)
            return w->ids[k].id;
    }
    return others[below(w, COUNT(others))];
}

static void
put(char **at, const char *end, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(*at, (size_t)(end - *at), fmt, ap);
    va_end(ap);
    *at += n < end - *at ? n : end - *at - 1;
}

static void
put_value(struct wild *w, char **at, const char *end, const char *name,
          const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type");
    const json_t *words = json_object_get(schema, "enum");
    const char *kind =
        json_is_array(type) ? json_string_value(json_array_get(type, 0))
                            : json_string_value(type);
    const char *format = json_string_value(json_object_get(schema, "format"));

    if (w->mad && one_in(w, 4))
        put(at, end, "%s", junk[below(w, COUNT(junk))]);
    else if (json_array_size(words) > 0)
        put(at, end, "\"%s\"",
            json_string_value(
                json_array_get(words,
                               below(w, (uint32_t)json_array_size(words)))));
    else if (kind != NULL && strcmp(kind, "integer") == 0)
        put(at, end, "%s",
            strstr(name, "id") != NULL ? some_id(w, name)
            : one_in(w, 3)             ? "100000"
                                       : "3");
    else if (kind != NULL && strcmp(kind, "boolean") == 0)
        put(at, end, one_in(w, 2) ? "true" : "false");
    else if (kind != NULL && strcmp(kind, "number") == 0)
        put(at, end, "12.5");
    else if (format != NULL && strcmp(format, "date-time") == 0)
        put(at, end, "\"2027-0%u-11T08:30:00Z\"", 1 + below(w, 9));
    else if (format != NULL && strcmp(format, "date") == 0)
        put(at, end, "\"2026-0%u-11\"", 1 + below(w, 9));
    else if (strcmp(name, "item_code") == 0)
        put(at, end, "\"%c%02u\"", 'A' + (int)below(w, 11), 1 + below(w, 19));
    else if (kind != NULL && strcmp(kind, "object") == 0)
        put(at, end, "{\"reason\":\"x\",\"count\":2}");
    else if (strcmp(name, "mobile") == 0 || strcmp(name, "phone") == 0)
        put(at, end, "\"138%08u\"", below(w, 100000000));
    else if (w->mad || one_in(w, 3))
        put(at, end, "\"%s\"", texts[below(w, COUNT(texts))]);
    else
        put(at, end, "\"T%u\"", below(w, 100000));
}

static const json_t *
schema_of(const struct wild *w, const json_t *route)
{
    const json_t *s = json_object_get(
        json_object_get(json_object_get(json_object_get(route, "requestBody"),
                                        "content"),
                        "application/json"),
        "schema");
    const char *ref = json_string_value(json_object_get(s, "$ref"));

    if (ref == NULL)
        return s;
    return json_object_get(
        json_object_get(json_object_get(w->doc, "components"), "schemas"),
        strrchr(ref, '/') + 1);
}

/* What must be said, and some of the rest. */
static bool
is_wanted(struct wild *w, const json_t *schema, const char *name)
{
    const json_t *required = json_object_get(schema, "required");

    for (size_t i = 0; i < json_array_size(required); i++)
        if (strcmp(json_string_value(json_array_get(required, i)), name) == 0)
            return !w->mad || !one_in(w, 6);
    return one_in(w, w->mad ? 2 : 4);
}

static void
put_body(struct wild *w, char **at, const char *end, const json_t *route)
{
    json_t *fields = json_object_get(schema_of(w, route), "properties");
    const char *name, *comma = "";
    json_t *schema;

    if (w->mad && one_in(w, 8)) {
        put(at, end, "%s", junk[below(w, COUNT(junk))]);
        return;
    }
    put(at, end, "{");
    json_object_foreach(fields, name,
                        schema) if (is_wanted(w, schema_of(w, route), name))
    {
        put(at, end, "%s\"%s\":", comma, name);
        put_value(w, at, end, name, schema);
        comma = ",";
    }
    if (w->mad && one_in(w, 10))
        put(at, end, "%s\"unheard_of\":1", comma);
    if (!w->mad || !one_in(w, 20))
        put(at, end, "}");
}

/* -- requests ----------------------------------------------------------------------- */

static void
put_path(struct wild *w, char **at, const char *end, const char *path)
{
    static const char *const odd[] = {
        "abc", "%00", "..%2f..", "%ff", "1.5", "99999999999999999999", "units"
    };

    const char *noun = path + strlen("/api/v1/");

    while (*path != '\0') {
        if (*path != '{') {
            put(at, end, "%c", *path++);
            continue;
        }
        put(at, end, "%s",
            w->mad && one_in(w, 4) ? odd[below(w, COUNT(odd))]
                                   : some_id(w, noun));
        path += strcspn(path, "}") + 1;
    }
}

static void
put_query(struct wild *w, char **at, const char *end, const json_t *route)
{
    static const char *const pairs[] = {
        "limit=3",
        "limit=-1",
        "limit=x",
        "sort=-id",
        "sort=id",
        "sort=zzz",
        "q=%E6%BC%8F%E6%B0%B4",
        "q=a%20OR%20b",
        "q=%22",
        "q=*",
        "cursor=x",
        "total=no",
        "view=mine",
        "view=crew",
        "state=submitted",
        "state.in=a,b",
        "id.from=1",
        "id.before=x",
        "name.has=%25",
        "state.not=closed",
        "crew_id.set=no",
        "year=2026",
        "year=99999",
        "as_of=2026-01-01",
        "as_of=x",
        "%ff=1",
        "=",
        "id=",
        "item_code=A04",
        "place_id=23",
        "dry_run=yes",
        "dry_run=perhaps",
        "updated_at.from=2026-01-01",
        "q=%27%3B--",
        "format=csv",
        "format=xlsx",
        "format=pdf",
        "description.has=x",
        "answers=x",
    };
    const json_t *known = json_object_get(route, "parameters");
    uint32_t n = w->mad ? below(w, 3) : 0;

    for (uint32_t i = 0; i < n; i++)
        put(at, end, "%c%s", i == 0 ? '?' : '&', pairs[below(w, COUNT(pairs))]);
    if (n == 0 && json_array_size(known) > 0 && one_in(w, 3)) {
        const json_t *p =
            json_array_get(known, below(w, (uint32_t)json_array_size(known)));

        put(at, end, "?%s=%u", json_string_value(json_object_get(p, "name")),
            below(w, 100));
    }
}

/* What was made can be meant by later requests. */
static void
remember_id(struct wild *w, const char *path, const struct answer *a)
{
    json_t *j = a->status / 100 == 2 ? answer_json(a) : NULL;
    const json_t *id = json_object_get(j, "id");

    if (id == NULL)
        id = json_object_get(json_array_get(json_object_get(j, "items"), 0),
                             "id");
    if (json_is_integer(id)) {
        size_t k = w->n_ids < MOST_IDS ? w->n_ids++ : below(w, MOST_IDS);

        path += strlen("/api/v1/");
        (void)snprintf(w->ids[k].noun, sizeof w->ids[k].noun, "%.*s",
                       (int)strcspn(path, "/?"), path);
        (void)snprintf(w->ids[k].id, sizeof w->ids[k].id, "%lld",
                       (long long)json_integer_value(id));
    }
    json_decref(j);
}

static void
put_head(struct wild *w, char **at, const char *end,
         const struct live_account *who)
{
    if (who->token[0] != '\0')
        put(at, end, "Authorization: Bearer %s\r\n", who->token);
    if (one_in(w, 20))
        put(at, end, "If-Match: \"%u\"\r\n", below(w, 4));
    if (w->mad && one_in(w, 20))
        put(at, end, "If-Match: banana\r\n");
    if (one_in(w, 6))
        put(at, end, "Idempotency-Key: k%u\r\n", below(w, 50));
    if (one_in(w, 3))
        put(at, end, "Accept-Language: en\r\n");
}

/* Anybody; or, more often, one who may do something there. */
static const struct live_account *
somebody(struct wild *w, const char *path)
{
    static const uint32_t order_people[] = { 0, 2, 2, 3, 4 };
    uint32_t n;

    if (w->mad || one_in(w, 4))
        n = below(w, (uint32_t)w->office->n_accounts);
    else if (strstr(path, "/orders") != NULL)
        n = order_people[below(w, COUNT(order_people))];
    else
        n = strstr(path, "/grants") != NULL ? 14 : 13;
    return &w->office->accounts[n];
}

static void
ask_wildly(struct wild *w, const char *path, const char *method,
           const json_t *route)
{
    static char body[200000];
    char at[1000] = "", head[1000] = "", verb[10];
    char *p = at, *h = head, *b = body;
    const struct live_account *who;
    struct answer a;

    body[0] = '\0';
    w->mad = one_in(w, 3);
    who = somebody(w, path);
    (void)snprintf(verb, sizeof verb, "%s", method);
    for (char *s = verb; *s != '\0'; s++)
        *s = (char)(*s & ~0x20);
    put_path(w, &p, at + sizeof at, path);
    put_query(w, &p, at + sizeof at, route);
    put_head(w, &h, head + sizeof head, who);
    if (strcmp(verb, "GET") != 0)
        put_body(w, &b, body + sizeof body, route);
    a = http_ask(&w->http, verb, at, head, body, strlen(body));
    w->by_status[a.status < 600 ? a.status : 0]++;
    (void)score(w->score, is_sound(&a), "%s %s as %s\n%s\n%s: %d %.300s", verb,
                at, who->name, head, body, a.status, a.body ? a.body : "");
    remember_id(w, at, &a);
    answer_free(&a);
}

/* Who takes the people's tokens away has nobody left to ask as. */
static bool
is_spared(const char *path, const char *method)
{
    static const char *const ends[] = { "accounts/{id}", "password",
                                        "tokens/{id}",   "persons/{id}",
                                        "grants/{id}",   "accounts/slips" };

    for (size_t i = 0; i < COUNT(ends); i++)
        if (strstr(path, ends[i]) != NULL)
            return strcmp(method, "get") != 0;
    return false;
}

static void
ask_any(struct wild *w)
{
    json_t *paths = json_object_get(w->doc, "paths"), *item, *route;
    uint32_t n = below(w, (uint32_t)json_object_size(paths));
    const char *path, *method;

    json_object_foreach(paths, path, item)
    {
        if (n-- != 0)
            continue;
        /* Hashing passwords is slow, and locked accounts say little. */
        if (strstr(path, "/session") == NULL || one_in(w, 20))
            json_object_foreach(item, method,
                                route) if (!is_spared(path, method))
                ask_wildly(w, path, method, route);
        return;
    }
}

/* -- the whole ------------------------------------------------------------------------ */

static void
read_document(struct wild *w)
{
    struct answer a = http_tell(&w->http, "", "GET", "/api/openapi.json", NULL);

    w->doc = answer_json(&a);
    (void)score(w->score,
                json_object_size(json_object_get(w->doc, "paths")) > 50,
                "there is no OpenAPI document");
    answer_free(&a);
}

/* A server that finds its port taken says so and ends, however quick it is. */
static void
try_taken_port(struct wild *w, const char *program, uint16_t port)
{
    char number[8];
    const char *words[] = { "serve", "--quiet", "--port", number, NULL };

    (void)snprintf(number, sizeof number, "%u", port);
    for (int i = 0; i < 5; i++) {
        int code = run_program(w->office, program, words);

        (void)score(w->score, code == 8,
                    "a second server on one port ended with %d, not 8", code);
    }
}

int
wild(int argc, char **argv)
{
    long requests = argc > 1 ? atol(argv[1]) : 5000;
    uint64_t seed =
        argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    struct live_office o;
    struct server server;
    struct score s = { 0 };
    struct wild w = { .office = &o, .score = &s, .chance = random_seed(seed) };
    int status;

    (void)printf("seed %llu\n", (unsigned long long)seed);
    office_found(&o);
    if (!score(&s, server_start(&server, argv[0], &o), "no server"))
        return score_end(&s);
    http_open(&w.http, server.port);
    read_document(&w);
    try_taken_port(&w, argv[0], server.port);
    try_matrix(&w);
    (void)printf("matrix: %d cells\n", s.passed);
    for (long i = 0; i < requests && s.failed < 20; i++)
        ask_any(&w);
    http_close(&w.http);
    status = server_stop(&server, SIGTERM);
    (void)score(&s, status == 0,
                "the server ended with %d; see"
                " %s/server.log",
                WEXITSTATUS(status), o.dir);
    for (int i = 0; i < 600; i++)
        if (w.by_status[i] > 0)
            (void)printf("%d: %d  ", i, w.by_status[i]);
    (void)printf("\n");
    json_decref(w.doc);
    if (s.failed == 0)
        office_leave(&o);
    return score_end(&s);
}
