/* SPDX-License-Identifier: Apache-2.0 */
/*
 * torture - kill -9 at random moments under load.
 *
 * Clients make orders with an Idempotency-Key and lead them through their
 * life; the server is killed at a random moment and started anew.  Then:
 * every answered order is there, as far along as was answered; none is there
 * twice, also after what was not answered is asked again with its key; each
 * order has an event and a version for each thing done to it; the audit chain
 * verifies; the database is whole.
 */
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "live.h"

#define CLIENTS 8
#define MOST_ORDERS 20000 /* of one client */

/* One order as its client knows it. */
struct made {
    char key[40];
    int64_t id;      /* 0: asked for, not answered */
    int64_t version; /* the last one answered */
    bool in_doubt;   /* a verb was said and not answered */
};

struct client {
    const struct live_office *office;
    struct made *made;
    size_t n, checked;
    int number;
    unsigned chance;
    uint16_t port;
    uint64_t refused; /* answers that should not be */
    char why[300];
};

static const struct {
    const char *who, *verb, *body;
} life[] = {
    { "desk", "accept", "{}" },
    { "desk", "dispatch", "{\"assignee_id\":44}" },
    { "zhao", "acknowledge", "{}" },
    { "zhao", "arrive", "{}" },
    { "zhao", "comment", "{\"note\":\"half way\",\"internal\":true}" },
    { "zhao", "complete", "{\"result\":\"new lamp\"}" },
    { "wang", "verify", "{}" },
    { "wang", "rate", "{\"stars\":5}" },
};

static int64_t
member(const struct answer *a, const char *name)
{
    json_t *j = answer_json(a);
    int64_t v = json_integer_value(json_object_get(j, name));

    json_decref(j);
    return v;
}

static void
remember_refusal(struct client *k, const char *what, const struct answer *a)
{
    k->refused++;
    (void)snprintf(k->why, sizeof k->why, "%s: %d %.200s", what, a->status,
                   a->body ? a->body : "");
}

/* Ask for the order M->key; true when it was answered. */
static bool
make_order(struct client *k, struct http *h, struct made *m)
{
    char head[400], body[300];
    struct answer a;
    bool answered;

    (void)snprintf(head, sizeof head,
                   "Authorization: Bearer %s\r\nIdempotency-Key: %s\r\n",
                   token_of(k->office, "wang"), m->key);
    (void)snprintf(body, sizeof body,
                   "{\"item_code\":\"A04\",\"description\":\"%s\"}", m->key);
    a = http_ask(h, "POST", "/api/v1/orders", head, body, strlen(body));
    answered = a.status != 0;
    if (a.status == 201) {
        m->id = member(&a, "id");
        m->version = member(&a, "version");
    } else if (answered && a.status != 503) {
        remember_refusal(k, "POST /orders", &a);
    }
    answer_free(&a);
    return answered;
}

static bool
say_verb(struct client *k, struct http *h, struct made *m, size_t step)
{
    char path[100];
    struct answer a;
    bool answered;

    (void)snprintf(path, sizeof path, "/api/v1/orders/%lld/%s",
                   (long long)m->id, life[step].verb);
    m->in_doubt = true;
    a = http_tell(h, token_of(k->office, life[step].who), "POST", path,
                  life[step].body);
    answered = a.status != 0;
    if (a.status == 200) {
        m->version = member(&a, "version");
        m->in_doubt = false;
    } else if (a.status == 503) {
        m->in_doubt = false;
    } else if (answered) {
        remember_refusal(k, life[step].verb, &a);
    }
    answer_free(&a);
    return answered;
}

static void *
run_client(void *arg)
{
    struct client *k = arg;
    struct http h;
    bool alive = true;

    http_open(&h, k->port);
    while (alive && k->n < MOST_ORDERS) {
        struct made *m = &k->made[k->n++];
        size_t steps = (size_t)rand_r(&k->chance) % 9;

        (void)snprintf(m->key, sizeof m->key, "k%dx%zu", k->number, k->n);
        alive = make_order(k, &h, m);
        for (size_t i = 0; alive && m->id != 0 && i < steps; i++)
            alive = say_verb(k, &h, m, i);
    }
    http_close(&h);
    return NULL;
}

/* What was not answered is asked again with the same key. */
static void
ask_again(struct client *k)
{
    struct http h;

    http_open(&h, k->port);
    for (size_t i = k->checked; i < k->n; i++)
        if (k->made[i].id == 0 && !make_order(k, &h, &k->made[i]))
            k->refused++;
    http_close(&h);
}

/* -- looking into the database ------------------------------------------------ */

static int64_t
number(sqlite3 *db, const char *sql, int64_t a, const char *b)
{
    sqlite3_stmt *s = NULL;
    int64_t n = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        (void)printf("%s: %s\n", sql, sqlite3_errmsg(db));
    if (a != 0)
        (void)sqlite3_bind_int64(s, 1, a);
    if (b != NULL)
        (void)sqlite3_bind_text(s, 2, b, -1, SQLITE_TRANSIENT);
    if (sqlite3_step(s) == SQLITE_ROW)
        n = sqlite3_column_int64(s, 0);
    (void)sqlite3_finalize(s);
    return n;
}

/* Every order that was answered, as far along as was answered. */
static int64_t
lost_orders(sqlite3 *db, struct client *k)
{
    int64_t lost = 0;

    for (; k->checked < k->n; k->checked++) {
        struct made *m = &k->made[k->checked];
        int64_t v = m->id == 0 ? -1
                               : number(db,
                                        "SELECT version FROM orders WHERE id ="
                                        " ?1 AND description = ?2",
                                        m->id, m->key);

        if (v != m->version && !(m->in_doubt && v == m->version + 1)) {
            (void)printf("%s: answered version %lld, found %lld\n", m->key,
                         (long long)m->version, (long long)v);
            lost++;
        }
    }
    return lost;
}

static bool
is_whole(sqlite3 *db)
{
    sqlite3_stmt *s = NULL;
    bool good;

    (void)sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &s, NULL);
    good = sqlite3_step(s) == SQLITE_ROW
           && strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
    (void)sqlite3_finalize(s);
    return good;
}

static void
check_database(struct score *score_, const struct live_office *o,
               struct client *clients, int round)
{
    static const char twice[] =
        "SELECT COUNT(*) FROM (SELECT description FROM orders GROUP BY"
        " description HAVING COUNT(*) > 1)";
    static const char same_number[] =
        "SELECT COUNT(*) - COUNT(DISTINCT number) FROM orders";
    char path[100];
    sqlite3 *db = NULL;
    int64_t lost = 0;

    (void)snprintf(path, sizeof path, "%s/main.db", o->dir);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        abort();
    (void)sqlite3_busy_timeout(db, 20000);
    for (int i = 0; i < CLIENTS; i++)
        lost += lost_orders(db, &clients[i]);
    (void)score(score_, lost == 0, "kill %d: %lld answered orders are lost",
                round, (long long)lost);
    (void)score(score_, number(db, twice, 0, NULL) == 0,
                "kill %d: an order is there twice", round);
    (void)score(score_, number(db, same_number, 0, NULL) == 0,
                "kill %d: a number was given twice", round);
    (void)score(score_, number(db, half_done_orders, 0, NULL) == 0,
                "kill %d: something was half done", round);
    (void)score(score_, number(db, unaudited_orders, 0, NULL) == 0,
                "kill %d: something is not in the audit", round);
    (void)score(score_, is_whole(db), "kill %d: integrity_check", round);
    (void)sqlite3_close(db);
}

/* -- one round ---------------------------------------------------------------- */

static void
load_and_kill(struct server *s, struct client *clients, unsigned *chance)
{
    pthread_t threads[CLIENTS];
    long ms = 5 + rand_r(chance) % 250;
    struct timespec moment = { .tv_nsec = ms * 1000000L };

    for (int i = 0; i < CLIENTS; i++) {
        clients[i].port = s->port;
        (void)pthread_create(&threads[i], NULL, run_client, &clients[i]);
    }
    (void)nanosleep(&moment, NULL);
    (void)server_stop(s, SIGKILL);
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(threads[i], NULL);
}

static bool
one_round(struct score *score_, const char *program,
          const struct live_office *o, struct client *clients, int round,
          unsigned *chance)
{
    static const char *const verify[] = { "audit", "verify", NULL };
    struct server s;

    if (!score(score_, server_start(&s, program, o),
               "kill %d: the server does not come up again", round))
        return false;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].port = s.port;
        ask_again(&clients[i]);
    }
    check_database(score_, o, clients, round);
    load_and_kill(&s, clients, chance);
    return score(score_, run_program(o, program, verify) == 0,
                 "kill %d: the audit chain does not verify", round);
}

int
torture(int argc, char **argv)
{
    int kills = argc > 1 ? atoi(argv[1]) : 50;
    unsigned chance = (unsigned)time(NULL);
    struct client clients[CLIENTS] = { 0 };
    struct live_office o;
    struct score s = { 0 };
    size_t orders = 0;

    office_found(&o);
    (void)printf("seed %u\n", chance);
    for (int i = 0; i < CLIENTS; i++)
        clients[i] =
            (struct client){ .office = &o,
                             .number = i,
                             .chance = chance + (unsigned)i,
                             .made = calloc(MOST_ORDERS, sizeof(struct made)) };
    for (int i = 0; i <= kills && s.failed == 0; i++)
        if (!one_round(&s, argv[0], &o, clients, i, &chance))
            break;
    for (int i = 0; i < CLIENTS; i++) {
        (void)score(&s, clients[i].refused == 0, "client %d: %s", i,
                    clients[i].why);
        orders += clients[i].n;
        free(clients[i].made);
    }
    (void)printf("%d kills, %zu orders\n", kills, orders);
    if (s.failed == 0)
        office_leave(&o);
    return score_end(&s);
}
