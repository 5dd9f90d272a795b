/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream - listeners that come back, that do not read, that are signed out,
 * and more of them than one account may have.
 *
 * Nobody misses anything or makes others wait for it, whatever they say where
 * they left off; who is not signed in any more is told so and hears nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "live.h"
#include "office.h"

#define PATH "/api/v1/stream"
#define ORDERS 40
#define MANY 1900        /* rows that one who comes back is still told */
#define REFRESH_MS 25000 /* for what must be seen within ten seconds */
#define SOON_MS 10000
#define GONE_MS 5000 /* whoever hung up is seen to have */
#define STREAMS 32

struct scene {
    const struct live_office *office;
    struct server server;
    struct score *score;
};

static const char *
token(const struct scene *s, const char *who)
{
    return token_of(s->office, who);
}

/* Ask as WHO; the status, and the id in the answer in *ID (may be NULL). */
static int
ask_for_id(const struct scene *s, const char *secret, const char *what[2],
           const char *body, int64_t *id)
{
    struct http h;
    struct answer a;
    json_t *j;
    int status;

    http_open(&h, s->server.port);
    a = http_tell(&h, secret, what[0], what[1], body);
    j = answer_json(&a);
    status = a.status;
    if (id != NULL)
        *id = json_integer_value(json_object_get(j, "id"));
    json_decref(j);
    answer_free(&a);
    http_close(&h);
    return status;
}

static int64_t
make_order(const struct scene *s)
{
    const char *post[2] = { "POST", "/api/v1/orders" };
    int64_t id = 0;

    (void)ask_for_id(s, token(s, "wang"), post, "{\"item_code\":\"A04\"}", &id);
    return id;
}

static bool
listen_from(const struct scene *s, struct http *h, const char *who,
            const char *place)
{
    http_open(h, s->server.port);
    return http_listen(h, token(s, who), PATH, place);
}

static bool
hears_order(struct http *h, int64_t id, int ms)
{
    char part[60];

    (void)snprintf(part, sizeof part, "\"id\":%lld,", (long long)id);
    return http_hears(h, part, ms);
}

/* The last place that was told with a whole event, or 0. */
static int64_t
last_place(const struct http *h)
{
    int64_t place = 0;

    for (const char *p = h->in; (p = strstr(p, "\nid: ")) != NULL; p++)
        place = strtoll(p + 5, NULL, 10);
    return place;
}

static int
count_parts(const char *text, const char *part)
{
    int n = 0;

    for (const char *p = text; (p = strstr(p, part)) != NULL; p++)
        n++;
    return n;
}

/* -- places ------------------------------------------------------------------- */

/* What is no place, or none that can be reached, says: look for yourself. */
static void
try_odd_places(struct scene *s)
{
    static const char *const places[] = {
        "x",
        "-1",
        "99999999",
        "886431021244416",
        "9223372036854775807",
        "99999999999999999999",
        "-9223372036854775808",
        "1e3",
        "7 7",
        "\xc3\xa4"
    };

    for (size_t i = 0; i < COUNT(places); i++) {
        struct http h;
        int64_t id;
        bool good = listen_from(s, &h, "desk", places[i])
                    && http_hears(&h, "event: reload", SOON_MS);

        id = make_order(s);
        good = good && hears_order(&h, id, SOON_MS);
        (void)score(s->score, good,
                    "Last-Event-ID \"%s\" is not told to reload and goes on",
                    places[i]);
        http_close(&h);
    }
}

/* Whoever comes back is told once of each that was missed, in their order. */
static void
come_back(struct scene *s)
{
    struct http h;
    char place[30];
    int64_t ids[ORDERS], at;
    bool all = true, in_order = true;
    const char *p, *before = NULL;

    (void)score(s->score,
                listen_from(s, &h, "desk", NULL)
                    && http_hears(&h, "\nid: ", SOON_MS),
                "a new listener is given no place");
    at = last_place(&h);
    http_close(&h);
    for (size_t i = 0; i < ORDERS; i++)
        ids[i] = make_order(s);
    (void)snprintf(place, sizeof place, "%lld", (long long)at);
    (void)listen_from(s, &h, "desk", place);
    (void)hears_order(&h, ids[ORDERS - 1], SOON_MS);
    (void)http_more(&h, 300);
    http_unchunk(&h);
    for (size_t i = 0; i < ORDERS; i++) {
        char part[60];

        (void)snprintf(part, sizeof part, "\"id\":%lld,", (long long)ids[i]);
        p = h.in != NULL ? strstr(h.in, part) : NULL;
        all = all && p != NULL && count_parts(h.in, part) == 1;
        in_order = in_order && (before == NULL || p > before);
        before = p;
    }
    (void)score(s->score, all, "who came back was not told all of it once");
    (void)score(s->score, in_order, "what was missed came out of order");
    (void)score(s->score, last_place(&h) > at, "their place did not move on");
    http_close(&h);
}

/* N rows more in the news, as if that much had happened. */
static void
add_rows(const struct scene *s, int n)
{
    struct call *c = look_into(s->office);
    int64_t newest =
        office_int(c, "SELECT MAX(id) FROM event WHERE verb = 'submit'");

    for (int i = 0; i < n; i += 100)
        office_exec(c, arena_printf(c->arena,
                                    "INSERT INTO news (kind, row_id)"
                                    " SELECT 1, %lld FROM (SELECT id FROM"
                                    " person LIMIT 10) a, (SELECT id FROM"
                                    " person LIMIT 10) b",
                                    (long long)newest));
    look_away(c);
}

static int64_t
newest_place(const struct scene *s)
{
    struct call *c = look_into(s->office);
    int64_t n = office_int(c, "SELECT MAX(seq) FROM news");

    look_away(c);
    return n;
}

static void
miss_too_much(struct scene *s)
{
    int64_t before = newest_place(s), id;
    char place[30];
    struct http h;

    add_rows(s, 2100);
    (void)snprintf(place, sizeof place, "%lld", (long long)before);
    (void)score(s->score,
                listen_from(s, &h, "desk", place)
                    && http_hears(&h, "event: reload", SOON_MS)
                    && count_parts(h.in, "event: order") == 0,
                "who missed more than is told again is not told to reload");
    id = make_order(s);
    (void)score(s->score, hears_order(&h, id, SOON_MS),
                "after reload nothing new is told");
    http_close(&h);
}

/* -- many at once -------------------------------------------------------------- */

static int64_t
healthz_ms(const struct scene *s)
{
    const char *get[2] = { "GET", "/healthz" };
    int64_t began = live_ms();

    (void)ask_for_id(s, "", get, NULL, NULL);
    return live_ms() - began;
}

static int64_t
resident_kib(const struct scene *s)
{
    char path[40], line[200];
    long long kib = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)s->server.pid);
    f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        (void)sscanf(line, "VmRSS: %lld", &kib);
    if (f != NULL)
        (void)fclose(f);
    return kib;
}

static const char *const crowd_of[] = { "desk",  "chief", "leader", "near",
                                        "house", "zhao",  "sun",    "lift" };

/* N listeners of several accounts come back from far behind and do not read at
   first, while the server is asked how it is. */
static void
come_back_together(struct scene *s, int n)
{
    struct http *all = calloc((size_t)n, sizeof *all);
    int64_t worst = 0, before, after, place = newest_place(s), id;
    int opened = 0, told = 0;
    char text[30];

    n = n < STREAMS * (int)COUNT(crowd_of) ? n : STREAMS * (int)COUNT(crowd_of);
    add_rows(s, MANY);
    before = resident_kib(s);
    (void)snprintf(text, sizeof text, "%lld", (long long)place);
    for (int i = 0; i < n; i++) {
        int64_t ms;

        opened +=
            listen_from(s, &all[i], crowd_of[i % (int)COUNT(crowd_of)], text);
        ms = healthz_ms(s);
        worst = ms > worst ? ms : worst;
    }
    id = make_order(s);
    for (int i = 0; i < n; i += (int)COUNT(crowd_of))
        told += hears_order(&all[i], id, 30000);
    after = resident_kib(s);
    for (int i = 0; i < n; i++)
        http_close(&all[i]);
    worst = healthz_ms(s) > worst ? healthz_ms(s) : worst;
    (void)printf("%d came back: /healthz %lld ms at worst, %lld KiB more\n", n,
                 (long long)worst, (long long)(after - before));
    (void)score(s->score, opened == n, "%d of %d streams opened", opened, n);
    (void)score(s->score, worst < 2000, "/healthz took %lld ms",
                (long long)worst);
    (void)score(s->score, after - before < 64 << 10, "%lld KiB more",
                (long long)(after - before));
    (void)score(s->score, told == (n + 7) / 8,
                "only %d of them heard of what came then", told);
    free(all);
}

/* -- no more than so many -------------------------------------------------------- */

static void
open_too_many(struct scene *s)
{
    const char *get[2] = { "GET", PATH };
    struct http all[STREAMS], other;
    int64_t until;
    int status = 0, n = 0;

    for (int i = 0; i < STREAMS; i++)
        (void)score(s->score, listen_from(s, &all[i], "money", NULL),
                    "stream %d of an account was refused", i + 1);
    status = ask_for_id(s, token(s, "money"), get, NULL, NULL);
    (void)score(s->score, status == 429, "one stream too many: %d", status);
    (void)score(s->score, listen_from(s, &other, "far", NULL),
                "another account is refused");
    http_close(&other);
    for (int i = 0; i < STREAMS; i++)
        http_close(&all[i]);
    /* Nobody is told anything meanwhile, as when a page is loaded anew. */
    until = live_ms() + GONE_MS;
    while (n < STREAMS && live_ms() < until)
        if (listen_from(s, &all[n], "money", NULL))
            n++;
        else
            (void)usleep(100000);
    (void)score(s->score, n == STREAMS,
                "closed streams still count: %d of %d anew", n, STREAMS);
    for (int i = 0; i < n; i++)
        http_close(&all[i]);
}

/* -- who is signed out ------------------------------------------------------------ */

/* H is told bye within MS, hears no order made then, and is ended. */
static void
expect_bye(struct scene *s, struct http *h, const char *after, int ms)
{
    bool bye = http_hears(h, "event: bye", ms);
    int64_t id = make_order(s);

    (void)score(s->score, bye, "no bye after: %s", after);
    (void)score(s->score, bye && http_ends(h, SOON_MS),
                "the stream goes on after: %s", after);
    (void)score(s->score, !hears_order(h, id, 1500),
                "an order was told after: %s", after);
    http_close(h);
}

static void
sql(const struct scene *s, const char *text)
{
    struct call *c = look_into(s->office);

    office_exec(c, text);
    look_away(c);
}

static int64_t
id_by(const struct scene *s, const char *text)
{
    struct call *c = look_into(s->office);
    int64_t id = office_int(c, text);

    look_away(c);
    return id;
}

/* A sign-in by password; its cookie and csrf token for a head. */
static void
sign_in(const struct scene *s, char *head, size_t n)
{
    static const char body[] =
        "{\"account\":\"desk\",\"password\":\"Liang-cao9\"}";
    struct http h;
    struct answer a;
    const char *cookie;
    json_t *j;

    http_open(&h, s->server.port);
    a = http_ask(&h, "POST", "/api/v1/session",
                 "Content-Type: application/json\r\n", body, sizeof body - 1);
    j = answer_json(&a);
    cookie = answer_header(&a, "Set-Cookie");
    (void)snprintf(head, n, "Cookie: %.*s\r\nX-CSRF-Token: %s\r\n",
                   cookie ? (int)strcspn(cookie, ";") : 0, cookie ? cookie : "",
                   json_string_value(json_object_get(j, "csrf")));
    json_decref(j);
    answer_free(&a);
    http_close(&h);
}

static bool
listen_by(const struct scene *s, struct http *h, const char *head)
{
    char *text;
    bool good;

    http_open(h, s->server.port);
    if (asprintf(&text, "%sAccept: text/event-stream\r\n", head) < 0)
        abort();
    good = http_listen_head(h, PATH, text);
    free(text);
    return good;
}

static void
end_sessions(struct scene *s)
{
    char head[600];
    struct http h, asking;
    struct answer a;

    sign_in(s, head, sizeof head);
    (void)score(s->score, listen_by(s, &h, head), "no stream by a session");
    http_open(&asking, s->server.port);
    a = http_ask(&asking, "DELETE", "/api/v1/session", head, NULL, 0);
    (void)score(s->score, a.status == 204, "sign-out: %d", a.status);
    answer_free(&a);
    http_close(&asking);
    expect_bye(s, &h, "sign-out", SOON_MS);

    /* Listening is no use of the session: it ends as if nobody had. */
    sign_in(s, head, sizeof head);
    (void)score(s->score, listen_by(s, &h, head), "no stream by a session");
    sql(s, "INSERT INTO setting (id, name, value, version)"
           " VALUES (1, 'session.idle_s', '3', 1)");
    expect_bye(s, &h, "a session idle too long", REFRESH_MS);
    sql(s, "DELETE FROM setting");
}

static void
end_tokens(struct scene *s)
{
    static char path[80];
    const char *drop[2] = { "DELETE", path };
    struct http h;
    int status;

    (void)listen_from(s, &h, "near", NULL);
    (void)snprintf(path, sizeof path, "/api/v1/tokens/%lld",
                   (long long)id_by(s, "SELECT id FROM token WHERE account_id"
                                       " = 151"));
    status = ask_for_id(s, token(s, "near"), drop, NULL, NULL);
    (void)score(s->score, status == 204, "a token is revoked: %d", status);
    expect_bye(s, &h, "a token was revoked", SOON_MS);
}

/* Done by another process: seen when it is looked at again. */
static void
end_from_outside(struct scene *s)
{
    static const struct {
        const char *who, *by, *after;
    } ends[] = {
        { "house",
          "UPDATE token SET expires_at = created_at + 1 WHERE account_id ="
          " 153",
          "a token expired" },
        { "lift", "UPDATE person SET active = 0 WHERE id = 47",
          "a person left" },
        { "leader", "UPDATE account SET active = 0 WHERE name = 'leader'",
          "an account was closed" },
    };
    struct http all[COUNT(ends)];

    for (size_t i = 0; i < COUNT(ends); i++) {
        (void)listen_from(s, &all[i], ends[i].who, NULL);
        sql(s, ends[i].by);
    }
    for (size_t i = 0; i < COUNT(ends); i++)
        expect_bye(s, &all[i], ends[i].after, REFRESH_MS);
}

int
stream(int argc, char **argv)
{
    struct live_office o;
    struct score score_of = { 0 };
    struct scene s = { .office = &o, .score = &score_of };
    int listeners = argc > 1 ? atoi(argv[1]) : 200;

    office_found(&o);
    if (!score(&score_of, server_start(&s.server, argv[0], &o),
               "the server does not come up"))
        return score_end(&score_of);
    try_odd_places(&s);
    come_back(&s);
    miss_too_much(&s);
    come_back_together(&s, listeners);
    open_too_many(&s);
    end_sessions(&s);
    end_tokens(&s);
    end_from_outside(&s);
    (void)score(&score_of, server_stop(&s.server, SIGTERM) == 0,
                "the server did not end well; see %s/server.log", o.dir);
    if (score_of.failed == 0)
        office_leave(&o);
    return score_end(&score_of);
}
