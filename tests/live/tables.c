/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables - large tables beside everything else: 100,000 rows are whole and
 * cost little memory, an account has one at a time, those who come when many
 * wait are refused in words, and small lists do not wait behind them.
 */
#include <arpa/inet.h>
#include <poll.h>
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

#define ROOMS 100000
#define MOST_MORE_KB (64 * 1024)
#define GENEROUS_S 5

struct tables {
    struct live_office office;
    struct server server;
    struct score *score;
};

static void
add_rooms(const struct live_office *o)
{
    struct call *c = look_into(o);

    office_exec(c, "INSERT INTO place (id, code, name, kind, parent_id, path,"
                   " full_name, restricted, active, version)"
                   " WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   "  FROM k WHERE i < 100000)"
                   " SELECT 1000 + i, 'X' || CAST(i AS TEXT),"
                   " 'room ' || CAST(i AS TEXT), 'room', 22,"
                   " '/21/22/' || CAST(1000 + i AS TEXT) || '/',"
                   " 'House 1, a room with a long name: '"
                   "  || CAST(i AS TEXT), 0, 1, 1 FROM k");
    look_away(c);
}

/* A line of /proc/PID/status in KB. */
static long
memory(const struct tables *t, const char *name)
{
    char path[64], line[200];
    long kb = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)t->server.pid);
    f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            kb = strtol(line + strlen(name), NULL, 10);
    if (f != NULL)
        (void)fclose(f);
    return kb;
}

static struct answer
get(const struct tables *t, const char *who, const char *path)
{
    struct http h;
    struct answer a;

    http_open(&h, t->server.port);
    a = http_tell(&h, token_of(&t->office, who), "GET", path, NULL);
    http_close(&h);
    return a;
}

static int
status_of(const struct tables *t, const char *who, const char *path)
{
    struct answer a = get(t, who, path);
    int status = a.status;

    answer_free(&a);
    return status;
}

/* -- one ------------------------------------------------------------------- */

static size_t
count_lines(const struct answer *a)
{
    size_t n = 0;

    for (const char *p = a->body; p != NULL && (p = strstr(p, "\r\n")); p += 2)
        n++;
    return n;
}

static void
try_whole(struct tables *t)
{
    struct answer csv = get(t, "desk", "/api/v1/places?format=csv");
    struct answer book;
    long before = memory(t, "VmRSS:"), after;

    score(t->score, csv.status == 200 && count_lines(&csv) == ROOMS + 5,
          "the csv is answered %d with %zu lines", csv.status,
          count_lines(&csv));
    score(t->score, answer_header(&csv, "X-Truncated") == NULL,
          "the csv is said to be cut");
    book = get(t, "desk", "/api/v1/places?format=xlsx");
    after = memory(t, "VmHWM:");
    score(t->score,
          book.status == 200 && book.n_body > 1000000
              && memcmp(book.body, "PK", 2) == 0,
          "the workbook is answered %d with %zu bytes", book.status,
          book.n_body);
    score(t->score, after - before <= MOST_MORE_KB,
          "the workbook took %ld KB more", after - before);
    answer_free(&csv);
    answer_free(&book);
}

/* -- one account ----------------------------------------------------------- */

/* Ask and read nothing but the head: as one whose line is slow. */
static void
ask_slowly(const struct tables *t, struct http *h)
{
    http_open(h, t->server.port);
    score(t->score,
          http_listen(h, token_of(&t->office, "desk"),
                      "/api/v1/places?format=csv", NULL),
          "a slow reader is not answered");
}

static void
try_one_account(struct tables *t)
{
    struct http slow;
    struct answer a;
    size_t n;

    ask_slowly(t, &slow);
    a = get(t, "desk", "/api/v1/places?format=csv");
    score(t->score, a.status == 429 && answer_header(&a, "Retry-After") != NULL,
          "a second table of one account is answered %d", a.status);
    answer_free(&a);
    score(t->score, status_of(t, "wang", "/api/v1/places?format=csv") == 200,
          "a slow reader keeps others from theirs");
    do
        n = slow.n_in;
    while (http_more(&slow, 2000) && slow.n_in > n);
    http_close(&slow);
    score(t->score, status_of(t, "desk", "/api/v1/places?format=csv") == 200,
          "who has read their table gets no other");
    /* Who hangs up gives the turn back, once the server has noticed. */
    ask_slowly(t, &slow);
    http_close(&slow);
    for (n = 0; n < 100; n++) {
        (void)usleep(100000);
        if (status_of(t, "desk", "/api/v1/places?format=csv") == 200)
            break;
    }
    score(t->score, n < 100, "who hung up never gets another table");
}

/* -- many ------------------------------------------------------------------ */

struct asker {
    const struct tables *t;
    const char *who;
    int status;
    pthread_t thread;
};

static void *
ask_table(void *arg)
{
    struct asker *k = arg;

    k->status =
        status_of(k->t, k->who, "/api/v1/places?format=xlsx&name.has=12");
    return NULL;
}

static void
try_many(struct tables *t)
{
    static const char *const people[] = {
        "wang",  "li",       "desk",     "zhao",    "sun",   "qian",
        "lift",  "chief",    "leader",   "money",   "near",  "far",
        "house", "sysadmin", "secadmin", "auditor", "second"
    };
    struct asker k[COUNT(people)];
    int done = 0, refused = 0;
    time_t worst = 0;

    for (size_t i = 0; i < COUNT(people); i++) {
        k[i] = (struct asker){ .t = t, .who = people[i] };
        (void)pthread_create(&k[i].thread, NULL, ask_table, &k[i]);
    }
    for (int i = 0; i < 20; i++) {
        time_t began = time(NULL);

        score(t->score, status_of(t, "desk", "/api/v1/crews?limit=5") == 200,
              "a small list beside the tables is refused");
        if (time(NULL) - began > worst)
            worst = time(NULL) - began;
        (void)usleep(50000);
    }
    score(t->score, worst <= GENEROUS_S, "a small list took %ld s",
          (long)worst);
    for (size_t i = 0; i < COUNT(people); i++) {
        (void)pthread_join(k[i].thread, NULL);
        done += k[i].status == 200;
        refused += k[i].status == 429;
        score(t->score, k[i].status == 200 || k[i].status == 429,
              "the table of %s is answered %d", k[i].who, k[i].status);
    }
    score(t->score, done >= 2, "only %d tables were made", done);
    score(t->score, refused > 0, "nobody was refused");
}

/* The server ends at once, whoever waits for a table. */
static void
try_end(struct tables *t)
{
    struct asker k = { .t = t, .who = "desk" };
    int status;

    (void)pthread_create(&k.thread, NULL, ask_table, &k);
    (void)usleep(300000);
    status = server_stop(&t->server, SIGTERM);
    (void)pthread_join(k.thread, NULL);
    score(t->score, WIFEXITED(status) && WEXITSTATUS(status) == 0,
          "it does not end by itself: %d", status);
}

int
tables(int argc, char **argv)
{
    struct score score_ = { 0 };
    struct tables t = { .score = &score_ };

    (void)argc;
    office_found(&t.office);
    add_rooms(&t.office);
    if (score(&score_, server_start(&t.server, argv[0], &t.office),
              "%s does not start", argv[0])) {
        try_whole(&t);
        try_one_account(&t);
        try_many(&t);
        try_end(&t);
    }
    office_leave(&t.office);
    return score_end(&score_);
}
