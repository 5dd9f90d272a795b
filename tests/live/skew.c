/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skew - clocks that are wrong: set back between two runs, and minutes apart
 * between two processes on one PostgreSQL.
 *
 * What happens is heard by everybody, newest first is in the order in which it
 * happened, and so are the events of one order.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "live.h"
#include "office.h"

#define HEARD_MS 15000
#define ROUNDS 6
#define AHEAD_S (8 * 3600)

struct world {
    struct live_office *office;
    struct server servers[2];
    struct score *score;
};

/* Who is told that it is busy asks again, as told. */
static struct answer
ask_patiently(struct http *h, const char *secret, const char *method,
              const char *path, const char *body)
{
    struct answer a = http_tell(h, secret, method, path, body);

    for (int tries = 0; a.status == 503 && tries < 5; tries++) {
        (void)sleep(1);
        answer_free(&a);
        a = http_tell(h, secret, method, path, body);
    }
    return a;
}

/* The next server to be started, number I, has a clock that is off by
   SECONDS. */
static void
set_clock(struct world *w, int i, int seconds)
{
    FILE *f;

    w->office->clock[0] = '\0';
    if (seconds == 0)
        return;
    (void)snprintf(w->office->clock, sizeof w->office->clock, "%s/clock%d",
                   w->office->dir, i);
    f = fopen(w->office->clock, "w");
    if (f == NULL)
        abort();
    (void)fprintf(f, "%+ds\n", seconds);
    (void)fclose(f);
}

/* The server's clock is off by that much: a test without it proves nothing. */
static void
check_clock(struct world *w, int i, int seconds)
{
    struct http h;
    struct answer a;
    struct tm t = { 0 };
    const char *date;
    bool off;

    http_open(&h, w->servers[i].port);
    a = http_tell(&h, "", "GET", "/healthz", NULL);
    date = answer_header(&a, "Date");
    off = date != NULL && strptime(date, "%a, %d %b %Y %H:%M:%S", &t) != NULL
          && labs(timegm(&t) - time(NULL) - seconds) < 10;
    (void)score(w->score, off, "the clock is not off by %d s", seconds);
    answer_free(&a);
    http_close(&h);
}

static json_t *
ask_json(const struct world *w, int i, const char *who, const char *method,
         const char *path)
{
    const char *body = strcmp(method, "POST") != 0 ? NULL
                       : strstr(path, "orders/")   ? "{}"
                                                   : "{\"item_code\":\"A04\"}";
    struct http h;
    struct answer a;
    json_t *j;

    http_open(&h, w->servers[i].port);
    a = ask_patiently(&h, token_of(w->office, who), method, path, body);
    j = a.status / 100 == 2 ? answer_json(&a) : NULL;
    if (j == NULL)
        (void)printf("%s %s: %d %s\n", method, path, a.status,
                     a.body ? a.body : "");
    answer_free(&a);
    http_close(&h);
    return j;
}

static int64_t
id_of_answer(json_t *j)
{
    int64_t id = json_integer_value(json_object_get(j, "id"));

    json_decref(j);
    return id;
}

static int64_t
make_order(const struct world *w, int i)
{
    return id_of_answer(ask_json(w, i, "wang", "POST", "/api/v1/orders"));
}

static bool
act(const struct world *w, int i, int64_t id, const char *who, const char *verb)
{
    char path[100];

    (void)snprintf(path, sizeof path, "/api/v1/orders/%lld/%s", (long long)id,
                   verb);
    return id_of_answer(ask_json(w, i, who, "POST", path)) == id;
}

static bool
hears(struct http *h, int64_t id)
{
    char part[60];

    (void)snprintf(part, sizeof part, "\"id\":%lld,", (long long)id);
    return http_hears(h, part, HEARD_MS);
}

/* Each of the verbs of ID, each told in a line of its own. */
static bool
hears_all(struct http *h, int64_t id, const char *const *verbs)
{
    int64_t until = live_ms() + HEARD_MS;
    char part[60], verb[60];
    size_t heard = 0, n = 0;

    while (verbs[n] != NULL)
        n++;
    (void)snprintf(part, sizeof part, "data: {\"id\":%lld,", (long long)id);
    for (;; (void)http_more(h, 100)) {
        heard = 0;
        for (size_t i = 0; i < n; i++) {
            bool found = false;

            (void)snprintf(verb, sizeof verb, "\"verb\":\"%s\"", verbs[i]);
            for (const char *p = h->in;
                 !found && p != NULL && (p = strstr(p, part)) != NULL; p++) {
                const char *v = strstr(p, verb), *end = strchr(p, '\n');

                found = v != NULL && end != NULL && v < end;
            }
            heard += found;
        }
        if (heard == n || live_ms() > until)
            return heard == n;
    }
}

/* Newest first begins with ID. */
static bool
is_newest(const struct world *w, int i, int64_t id)
{
    json_t *j =
        ask_json(w, i, "desk", "GET", "/api/v1/orders?sort=-id&limit=1");
    json_t *first = json_array_get(json_object_get(j, "items"), 0);
    bool good = json_integer_value(json_object_get(first, "id")) == id;

    json_decref(j);
    return good;
}

/* The events of ID are these, told in the order of their ids. */
static bool
events_are(const struct world *w, int64_t id, const char *const *verbs)
{
    char path[100];
    json_t *j, *items, *e;
    int64_t before = 0;
    size_t i, n = 0;
    bool good = true;

    (void)snprintf(path, sizeof path, "/api/v1/orders/%lld/events",
                   (long long)id);
    j = ask_json(w, 0, "desk", "GET", path);
    items = json_is_array(j) ? j : json_object_get(j, "items");
    while (verbs[n] != NULL)
        n++;
    json_array_foreach(items, i, e)
    {
        int64_t at = json_integer_value(json_object_get(e, "id"));
        const char *verb = json_string_value(json_object_get(e, "verb"));

        good = good && i < n && verb != NULL && strcmp(verb, verbs[i]) == 0
               && at > before;
        before = at;
    }
    good = good && json_array_size(items) == n;
    json_decref(j);
    return good;
}

/* -- set back between two runs ------------------------------------------------ */

static const char *const whole_life[] = { "submit", "accept", "grab", NULL };

static void
set_back(struct world *w, const char *program)
{
    struct http h;
    int64_t first, second;

    set_clock(w, 0, AHEAD_S);
    if (!score(w->score, server_start(&w->servers[0], program, w->office),
               "no server with its clock ahead"))
        return;
    check_clock(w, 0, AHEAD_S);
    first = make_order(w, 0);
    (void)score(w->score, first != 0 && act(w, 0, first, "desk", "accept"),
                "nothing can be done with the clock ahead");
    (void)server_stop(&w->servers[0], SIGTERM);

    set_clock(w, 0, 0);
    if (!score(w->score, server_start(&w->servers[0], program, w->office),
               "no server with its clock set back"))
        return;
    http_open(&h, w->servers[0].port);
    (void)score(w->score,
                http_listen(&h, token_of(w->office, "desk"), "/api/v1/stream",
                            NULL),
                "no stream");
    second = make_order(w, 0);
    (void)score(w->score, hears(&h, second),
                "the clock was set back: a new order is not heard of");
    (void)score(w->score, is_newest(w, 0, second),
                "the clock was set back: the newest order is not the first");
    (void)score(w->score, act(w, 0, first, "zhao", "grab") && hears(&h, first),
                "the clock was set back: a verb is not heard of");
    (void)score(w->score, events_are(w, first, whole_life),
                "the clock was set back: events stand in the wrong order");
    http_close(&h);
    (void)server_stop(&w->servers[0], SIGTERM);
}

/* -- minutes apart -------------------------------------------------------------- */

static const char *const shared_life[] = { "submit", "accept", "grab", "arrive",
                                           NULL };

/* What either does, both hear; one order may be handled by both in turn. */
static void
share_orders(struct world *w, struct http *ears, int seconds)
{
    int missed = 0, wrong = 0;

    for (int k = 0; k < ROUNDS; k++) {
        int a = k % 2, b = 1 - a;
        int64_t id = make_order(w, a);

        (void)act(w, b, id, "desk", "accept");
        (void)act(w, a, id, "zhao", "grab");
        (void)act(w, b, id, "zhao", "arrive");
        for (int i = 0; i < 2; i++)
            missed += !hears_all(&ears[i], id, shared_life);
        wrong += !events_are(w, id, shared_life);
    }
    (void)score(w->score, missed == 0, "%+d s apart: %d of %d were not heard",
                seconds, missed, 2 * ROUNDS);
    (void)score(w->score, wrong == 0,
                "%+d s apart: the events of %d of %d orders are in the wrong"
                " order",
                seconds, wrong, ROUNDS);
}

/* Who changes from one process to the other takes the place along. */
static void
change_over(struct world *w, struct http *ears, int seconds)
{
    int missed = 0;

    for (int k = 0; k < ROUNDS; k++) {
        struct http *h = &ears[k % 2];
        uint16_t port = w->servers[(k + 1) % 2].port;
        const char *place = NULL;
        char text[30] = "";
        int64_t id;

        for (const char *p = h->in;
             p != NULL && (p = strstr(p, "\nid: ")) != NULL; p += 5)
            place = p + 5;
        if (place != NULL)
            (void)snprintf(text, sizeof text, "%lld", strtoll(place, NULL, 10));
        http_close(h);
        id = make_order(w, k / 2 % 2);
        http_open(h, port);
        (void)http_listen(h, token_of(w->office, "desk"), "/api/v1/stream",
                          place != NULL ? text : NULL);
        missed += !hears(h, id) || strstr(h->in, "event: reload") != NULL;
        (void)http_hears(h, "\nid: ", 1000);
    }
    (void)score(w->score, missed == 0,
                "%+d s apart: %d of %d who came back elsewhere missed some",
                seconds, missed, ROUNDS);
}

static void
apart(struct world *w, const char *program, int seconds)
{
    struct http ears[2];
    bool up;

    set_clock(w, 0, 0);
    up = server_start(&w->servers[0], program, w->office);
    set_clock(w, 1, seconds);
    up = up && server_start(&w->servers[1], program, w->office);
    if (!score(w->score, up, "%+d s apart: no two servers", seconds))
        return;
    check_clock(w, 1, seconds);
    for (int i = 0; i < 2; i++) {
        http_open(&ears[i], w->servers[i].port);
        (void)score(w->score,
                    http_listen(&ears[i], token_of(w->office, "desk"),
                                "/api/v1/stream", NULL),
                    "%+d s apart: no stream", seconds);
    }
    share_orders(w, ears, seconds);
    change_over(w, ears, seconds);
    for (int i = 0; i < 2; i++) {
        int status;

        http_close(&ears[i]);
        status = server_stop(&w->servers[i], SIGTERM);
        (void)score(w->score, status == 0, "%+d s apart: server %d ended by %x",
                    seconds, i, (unsigned)status);
    }
}

int
skew(int argc, char **argv)
{
    struct live_office o;
    struct score s = { 0 };
    struct world w = { .office = &o, .score = &s };

    office_found(&o);
    for (int i = 1; i < argc; i++)
        apart(&w, argv[0], atoi(argv[i]));
    set_back(&w, argv[0]);
    if (s.failed == 0)
        office_leave(&o);
    else
        (void)printf("see %s/server.log\n", o.dir);
    return score_end(&s);
}
