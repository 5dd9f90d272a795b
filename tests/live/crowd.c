/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd - many clients at once; on PostgreSQL two processes serve one office.
 *
 * No number is given twice, nothing is half done, the audit verifies; what is
 * done through one process is seen through the other at once, and heard on
 * its event stream; who may not see it hears nothing.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live.h"
#include "office.h"

#define CLIENTS 8
#define MOST 40000

struct crowd {
    const struct live_office *office;
    struct server servers[2];
    int n_servers;
    struct score *score;
    time_t until;
    _Atomic bool stop;
};

struct client {
    struct crowd *crowd;
    unsigned chance;
    int64_t made[MOST / CLIENTS]; /* through the last server */
    size_t n;
    uint64_t asked, odd;
    char why[300];
};

struct listener {
    struct crowd *crowd;
    const char *who;
    bool restless;    /* comes back every second, to the other server */
    struct http http; /* in `in` all that was told */
    bool opened;
    pthread_t thread;
};

static uint16_t
port_of(const struct crowd *w, int i)
{
    return w->servers[i % w->n_servers].port;
}

/* -- listening ------------------------------------------------------------- */

/* Until nothing has come for ten seconds: machines can be busy. */
static void
hear_the_rest(struct http *h)
{
    time_t until = time(NULL) + 60;

    for (int quiet = 0; quiet < 20 && time(NULL) < until;)
        quiet = http_more(h, 500) ? 0 : quiet + 1;
}

/* The place behind the last whole event, as a browser keeps it; "": none. */
static void
find_place(const struct http *h, char place[30])
{
    const char *end = h->in;

    for (const char *p = h->in; p != NULL && (p = strstr(p, "\n\n")) != NULL;
         p += 2)
        end = p;
    for (const char *p = h->in;
         p != NULL && (p = strstr(p, "\nid: ")) != NULL && p < end; p += 5)
        (void)snprintf(place, 30, "%lld", strtoll(p + 5, NULL, 10));
}

/* What one connection told is added to what the others did. */
static void
keep_told(struct listener *l, struct http *h)
{
    char *all = malloc(l->http.n_in + h->n_in + 1);

    memcpy(all, l->http.in ? l->http.in : "", l->http.n_in);
    memcpy(all + l->http.n_in, h->in ? h->in : "", h->n_in);
    l->http.n_in += h->n_in;
    all[l->http.n_in] = '\0';
    free(l->http.in);
    l->http.in = all;
}

static void *
listen_restlessly(void *arg)
{
    struct listener *l = arg;
    char place[30] = "";
    bool last = false;

    http_open(&l->http, 0);
    for (int i = 0; !last; i++) {
        time_t until = time(NULL) + 1;
        struct http h;

        http_open(&h, port_of(l->crowd, i));
        last = l->crowd->stop;
        l->opened = http_listen(&h, token_of(l->crowd->office, l->who),
                                "/api/v1/stream", *place ? place : NULL);
        while (l->opened && !last && time(NULL) <= until)
            (void)http_more(&h, 100);
        if (last)
            hear_the_rest(&h);
        http_unchunk(&h);
        find_place(&h, place);
        keep_told(l, &h);
        http_close(&h);
    }
    return NULL;
}

static void *
listen_on(void *arg)
{
    struct listener *l = arg;

    http_open(&l->http, port_of(l->crowd, 0));
    l->opened = http_listen(&l->http, token_of(l->crowd->office, l->who),
                            "/api/v1/stream", NULL);
    while (!l->crowd->stop)
        (void)http_more(&l->http, 200);
    hear_the_rest(&l->http);
    http_unchunk(&l->http);
    return NULL;
}

static bool
heard(const struct listener *l, int64_t id)
{
    char part[60];

    (void)snprintf(part, sizeof part, "\"id\":%lld,", (long long)id);
    return l->http.in != NULL && strstr(l->http.in, part) != NULL;
}

/* -- the load ---------------------------------------------------------------- */

/* What may come back when many do things at once. */
static bool
is_usual(int status)
{
    return status / 100 == 2 || status == 409 || status == 412 || status == 503
           || status == 403 || status == 404;
}

static int64_t
ask_one(struct client *k, struct http *h, const char *who, const char *method,
        const char *path, const char *body)
{
    struct answer a =
        http_tell(h, token_of(k->crowd->office, who), method, path, body);
    json_t *j = answer_json(&a);
    int64_t id = json_integer_value(json_object_get(j, "id"));

    k->asked++;
    if (!is_usual(a.status)) {
        k->odd++;
        (void)snprintf(k->why, sizeof k->why, "%s %s: %d %.200s", method, path,
                       a.status, a.body ? a.body : "");
    }
    id = a.status / 100 == 2 ? id : 0;
    json_decref(j);
    answer_free(&a);
    return id;
}

static const struct {
    const char *who, *verb, *body;
} life[] = {
    { "desk", "accept", NULL },
    { "desk", "in_turn", NULL },
    { "zhao", "arrive", NULL },
    { "desk", "comment", "{\"note\":\"x\",\"internal\":true}" },
    { "zhao", "complete", "{\"result\":\"done\"}" },
    { "wang", "verify", NULL },
    { "wang", "rate", "{\"stars\":4}" },
};

static const char *const looks[] = {
    "/api/v1/orders?state=submitted&limit=20",
    "/api/v1/orders/board",
    "/api/v1/orders?q=crowd&total=no",
    "/api/v1/notices",
    "/api/v1/items?q=灯",
};

static void
live_one_life(struct client *k, struct http *h, bool remember)
{
    char path[100];
    int64_t id = ask_one(k, h, "wang", "POST", "/api/v1/orders",
                         "{\"item_code\":\"A04\",\"description\":\"crowd\"}");
    size_t steps = (size_t)rand_r(&k->chance) % (COUNT(life) + 1);

    if (id != 0 && remember && k->n < COUNT(k->made))
        k->made[k->n++] = id;
    for (size_t i = 0; id != 0 && i < steps; i++) {
        (void)snprintf(path, sizeof path, "/api/v1/orders/%lld/%s",
                       (long long)id, life[i].verb);
        (void)ask_one(k, h, life[i].who, "POST", path, life[i].body);
    }
    (void)ask_one(k, h, steps % 2 ? "desk" : "near", "GET",
                  looks[(size_t)rand_r(&k->chance) % COUNT(looks)], NULL);
}

static void *
run_client(void *arg)
{
    struct client *k = arg;
    struct http h[2];
    int last = k->crowd->n_servers - 1;

    for (int i = 0; i < 2; i++)
        http_open(&h[i], port_of(k->crowd, i));
    while (time(NULL) < k->crowd->until && k->odd == 0) {
        int i = rand_r(&k->chance) % k->crowd->n_servers;

        live_one_life(k, &h[i], i == last);
    }
    for (int i = 0; i < 2; i++)
        http_close(&h[i]);
    return NULL;
}

/* -- one after the other ------------------------------------------------------- */

static int64_t
version_at(struct crowd *w, int i, int64_t id)
{
    struct http h;
    char path[100];
    struct answer a;
    json_t *j;
    int64_t v;

    http_open(&h, port_of(w, i));
    (void)snprintf(path, sizeof path, "/api/v1/orders/%lld", (long long)id);
    a = http_tell(&h, token_of(w->office, "desk"), "GET", path, NULL);
    j = answer_json(&a);
    v = json_integer_value(json_object_get(j, "version"));
    json_decref(j);
    answer_free(&a);
    http_close(&h);
    return v;
}

/* What is done through one is seen through the other at once. */
static void
take_turns(struct crowd *w)
{
    struct client k = { .crowd = w };
    struct http h[2];
    char path[100];
    bool good = true;

    for (int i = 0; i < 2; i++)
        http_open(&h[i], port_of(w, i));
    for (int i = 0; i < 20; i++) {
        int64_t id = ask_one(&k, &h[i % 2], "wang", "POST", "/api/v1/orders",
                             "{\"item_code\":\"A04\"}");

        good = good && version_at(w, i + 1, id) == 1;
        (void)snprintf(path, sizeof path, "/api/v1/orders/%lld/accept",
                       (long long)id);
        good = good && ask_one(&k, &h[(i + 1) % 2], "desk", "POST", path, NULL)
               && version_at(w, i, id) == 2;
    }
    for (int i = 0; i < 2; i++)
        http_close(&h[i]);
    (void)score(w->score, good, "what one did the other did not see: %s",
                k.why);
}

/* -- the end -------------------------------------------------------------------- */

static void
check_office(struct crowd *w)
{
    struct call *c = look_into(w->office);

    (void)score(w->score,
                office_int(c, "SELECT COUNT(*) - COUNT(DISTINCT number)"
                              " FROM orders")
                    == 0,
                "a number was given twice");
    (void)score(w->score, office_int(c, half_done_orders) == 0,
                "something was half done");
    (void)score(w->score, office_int(c, unaudited_orders) == 0,
                "something is not in the audit");
    look_away(c);
}

/* The desk heard of every order, the plumber of none. */
static void
check_heard(struct crowd *w, const struct client *clients,
            const struct listener *desk, const struct listener *qian)
{
    const char *when = desk->restless ? "coming and going" : "staying";
    int64_t made = 0, missed = 0, leaked = 0;

    for (int i = 0; i < CLIENTS; i++)
        for (size_t k = 0; k < clients[i].n; k++) {
            made++;
            missed += !heard(desk, clients[i].made[k]);
            leaked += heard(qian, clients[i].made[k]);
        }
    (void)printf("%s: %lld orders made through the last server\n", when,
                 (long long)made);
    (void)score(w->score, desk->opened && qian->opened, "no event stream");
    (void)score(w->score, strstr(desk->http.in, "event: reload") == NULL,
                "%s: the desk was told to look for itself", when);
    (void)score(w->score, made > 0 && missed == 0,
                "%s: the desk did not hear of %lld of %lld orders", when,
                (long long)missed, (long long)made);
    (void)score(w->score, leaked == 0,
                "%s: a plumber heard of %lld orders of the electricians", when,
                (long long)leaked);
}

/* Who looks while others write sees a whole chain, too. */
static void
verify_meanwhile(struct crowd *w)
{
    static const char *const verify[] = { "audit", "verify", NULL };
    int times = 0, bad = 0;

    for (; time(NULL) < w->until; times++)
        bad += run_program(w->office, w->servers[0].program, verify) != 0;
    (void)score(w->score, times > 0 && bad == 0,
                "the chain did not verify %d times of %d while it was written",
                bad, times);
}

static void
work(struct crowd *w, struct client *clients)
{
    pthread_t threads[CLIENTS];
    uint64_t asked = 0;

    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){ .crowd = w, .chance = (unsigned)i };
        (void)pthread_create(&threads[i], NULL, run_client, &clients[i]);
    }
    verify_meanwhile(w);
    for (int i = 0; i < CLIENTS; i++) {
        (void)pthread_join(threads[i], NULL);
        asked += clients[i].asked;
        (void)score(w->score, clients[i].odd == 0, "client %d: %s", i,
                    clients[i].why);
    }
    (void)printf("%llu requests\n", (unsigned long long)asked);
}

/* Two listen while it happens; two go and come back all the time, each time
   with their place. */
static void
run_crowd(struct crowd *w, int seconds)
{
    static struct client clients[CLIENTS];
    struct listener all[] = {
        { .crowd = w, .who = "desk" },
        { .crowd = w, .who = "qian" },
        { .crowd = w, .who = "desk", .restless = true },
        { .crowd = w, .who = "qian", .restless = true },
    };

    for (int i = 0; i < 4; i++)
        (void)pthread_create(&all[i].thread, NULL,
                             all[i].restless ? listen_restlessly : listen_on,
                             &all[i]);
    (void)sleep(1);
    w->until = time(NULL) + seconds;
    work(w, clients);
    take_turns(w);
    w->stop = true;
    for (int i = 0; i < 4; i++)
        (void)pthread_join(all[i].thread, NULL);
    check_heard(w, clients, &all[0], &all[1]);
    check_heard(w, clients, &all[2], &all[3]);
    for (int i = 0; i < 4; i++)
        http_close(&all[i].http);
}

int
crowd(int argc, char **argv)
{
    static const char *const verify[] = { "audit", "verify", NULL };
    struct live_office o;
    struct score s = { 0 };
    struct crowd w = { .office = &o, .score = &s };
    int seconds = argc > 1 ? atoi(argv[1]) : 10;

    office_found(&o);
    w.n_servers = o.database[0] != '\0' ? 2 : 1;
    for (int i = 0; i < w.n_servers; i++)
        if (!score(&s, server_start(&w.servers[i], argv[0], &o),
                   "server %d does not come up", i))
            return score_end(&s);
    run_crowd(&w, seconds);
    for (int i = 0; i < w.n_servers; i++) {
        int status = server_stop(&w.servers[i], SIGTERM);

        (void)score(&s, status == 0,
                    "server %d ended with %d; see"
                    " %s/server.log",
                    i, WEXITSTATUS(status), o.dir);
    }
    check_office(&w);
    (void)score(&s, run_program(&o, argv[0], verify) == 0,
                "the audit chain does not verify");
    if (s.failed == 0)
        office_leave(&o);
    return score_end(&s);
}
