/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stalls - a PostgreSQL that hangs or is away, under a server that serves.
 *
 * Backends are stopped by SIGSTOP, as a dead network or a frozen machine would
 * stop them.  One that hangs costs the request that used it; while nothing
 * answers it is said so, in time; it comes back by itself; and the end of the
 * server waits for nobody.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live.h"
#include "office.h"

#define THREADS 6
#define SLOW_MS 1500
#define MOST_PIDS 32
#define READ_MS 14000 /* by then whoever waited in vain was told */
#define BACK_MS 20000
#define END_MS 10000

struct stall {
    struct live_office office;
    struct server server;
    struct score score;
    const char *program;
    char folder[40];
};

static void
rest_ms(int ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

    (void)nanosleep(&t, NULL);
}

/* -- the database's side ---------------------------------------------------------- */

static bool
run_script(const struct stall *s, const char *word, char *out, size_t n)
{
    char command[120];
    FILE *f;
    bool good;

    (void)snprintf(command, sizeof command, "tests/postgres.sh %s %s", word,
                   s->folder);
    f = popen(command, "r");
    good = f != NULL && (out == NULL || fgets(out, (int)n, f) != NULL);
    if (out != NULL)
        out[strcspn(out, "\n")] = '\0';
    return f != NULL && pclose(f) == 0 && good;
}

static const char whose[] =
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'liangcao'"
    " AND query %s ~ '(counter|INTO node|UPDATE node)'";

/* The server's backends: those beside all transactions, or the pooled ones. */
static int
find_pids(const struct stall *s, bool side, pid_t *pids)
{
    PGconn *pq = PQconnectdb(s->office.database);
    char sql[200];
    PGresult *r;
    int n;

    (void)snprintf(sql, sizeof sql, "%.*s%s%s",
                   (int)(strstr(whose, "%s") - whose), whose, side ? "" : "!",
                   strstr(whose, "%s") + 3);
    r = PQexec(pq, sql);
    n = PQntuples(r);
    for (int i = 0; i < n && i < MOST_PIDS; i++)
        pids[i] = atoi(PQgetvalue(r, i, 0));
    PQclear(r);
    PQfinish(pq);
    return n < MOST_PIDS ? n : MOST_PIDS;
}

static void
send_all(const pid_t *pids, int n, int signal)
{
    for (int i = 0; i < n; i++)
        (void)kill(pids[i], signal);
}

/* -- who asks ----------------------------------------------------------------------- */

struct asker {
    const struct stall *stall;
    const char *method, *path, *body;
    int64_t until, worst_ms;
    int asked, slow, busy, odd; /* busy: 503 in words, with Retry-After */
    int last;
    pthread_t thread;
};

static void
judge(struct asker *k, const struct answer *a, int64_t ms)
{
    k->asked++;
    k->slow += ms > SLOW_MS;
    k->worst_ms = ms > k->worst_ms ? ms : k->worst_ms;
    k->last = a->status;
    if (a->status / 100 == 2)
        return;
    if (a->status == 503 && answer_header(a, "Retry-After") != NULL
        && a->n_body > 20) {
        k->busy++;
        return;
    }
    if (k->odd++ == 0)
        (void)printf("%s %s: %d %.200s\n", k->method, k->path, a->status,
                     a->body ? a->body : "");
}

static void
ask_once(struct asker *k)
{
    struct http h;
    struct answer a;
    int64_t began = live_ms();

    http_open(&h, k->stall->server.port);
    a = http_tell(&h, token_of(&k->stall->office, "desk"), k->method, k->path,
                  k->body);
    judge(k, &a, live_ms() - began);
    answer_free(&a);
    http_close(&h);
}

static void *
run_asker(void *arg)
{
    struct asker *k = arg;

    while (live_ms() < k->until) {
        ask_once(k);
        rest_ms(10);
    }
    return NULL;
}

static struct asker
asker_of(const struct stall *s, const char *what, int64_t ms)
{
    bool post = strcmp(what, "make") == 0;

    return (struct asker){ .stall = s,
                           .method = post ? "POST" : "GET",
                           .path = post ? "/api/v1/orders" : what,
                           .body = post ? "{\"item_code\":\"A04\","
                                          "\"place_id\":23}"
                                        : NULL,
                           .until = live_ms() + ms };
}

static void
start_asking(struct asker all[THREADS], const struct stall *s, const char *what,
             int64_t ms)
{
    for (int i = 0; i < THREADS; i++) {
        all[i] = asker_of(s, what, ms);
        (void)pthread_create(&all[i].thread, NULL, run_asker, &all[i]);
    }
}

/* All of them together. */
static struct asker
sum_up(struct asker all[THREADS], const char *when)
{
    struct asker sum = { 0 };

    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(all[i].thread, NULL);
        sum.asked += all[i].asked;
        sum.slow += all[i].slow;
        sum.busy += all[i].busy;
        sum.odd += all[i].odd;
        if (all[i].worst_ms > sum.worst_ms)
            sum.worst_ms = all[i].worst_ms;
    }
    (void)printf("%s: %d asked, %d slow, %d busy, worst %lld ms\n", when,
                 sum.asked, sum.slow, sum.busy, (long long)sum.worst_ms);
    return sum;
}

/* One answer to WHAT; its time is in *MS. */
static int
look_at(const struct stall *s, const char *what, int64_t *ms)
{
    struct asker k = asker_of(s, what, 0);

    ask_once(&k);
    *ms = k.worst_ms;
    return k.last;
}

static bool
comes_back(const struct stall *s, int64_t within)
{
    int64_t until = live_ms() + within, ms;

    while (live_ms() < until) {
        if (look_at(s, "/api/v1/orders?limit=5", &ms) == 200
            && look_at(s, "make", &ms) == 201
            && look_at(s, "/readyz", &ms) == 200)
            return true;
        rest_ms(200);
    }
    return false;
}

/* Every pooled connection is there and known by its last statement. */
static void
warm(const struct stall *s)
{
    struct asker all[THREADS];

    start_asking(all, s, "make", 1000);
    (void)sum_up(all, "at rest");
    start_asking(all, s, "/api/v1/orders?limit=5", 500);
    (void)sum_up(all, "at rest");
}

/* -- scenes ----------------------------------------------------------------------- */

static void
stop_one(struct stall *s)
{
    struct asker all[THREADS], sum;
    pid_t pids[MOST_PIDS];

    warm(s);
    (void)score(&s->score, find_pids(s, false, pids) > 1, "no pool");
    send_all(pids, 1, SIGSTOP);
    start_asking(all, s, "/api/v1/orders?limit=5", READ_MS);
    sum = sum_up(all, "one backend stopped");
    send_all(pids, 1, SIGCONT);
    (void)score(&s->score, sum.odd == 0 && sum.slow <= 2 && sum.busy <= 2,
                "one stopped backend cost more than one request");
    (void)score(&s->score, sum.asked > 50, "hardly anybody was answered");
    (void)score(&s->score, sum.worst_ms < READ_MS, "somebody was not answered");
}

static void
stop_side(struct stall *s)
{
    struct asker all[THREADS], sum;
    pid_t pids[MOST_PIDS];
    int n;

    warm(s);
    n = find_pids(s, true, pids);
    (void)score(&s->score, n > 0, "there is no side connection");
    send_all(pids, n, SIGSTOP);
    start_asking(all, s, "make", 5000);
    sum = sum_up(all, "the side's backend stopped");
    send_all(pids, n, SIGCONT);
    (void)score(&s->score, sum.odd == 0 && sum.slow <= n + 1 && sum.busy == 0,
                "a stopped side backend cost more than one order");
    (void)score(&s->score, sum.asked > 20, "hardly an order was made");
}

static void
stop_all(struct stall *s)
{
    struct asker all[THREADS], sum;
    pid_t pids[2 * MOST_PIDS];
    int64_t health_ms, ready_ms;
    int n, health, ready;

    warm(s);
    n = find_pids(s, true, pids);
    n += find_pids(s, false, pids + n);
    send_all(pids, n, SIGSTOP);
    start_asking(all, s, "/api/v1/orders?limit=5", READ_MS);
    rest_ms(4000);
    health = look_at(s, "/healthz", &health_ms);
    ready = look_at(s, "/readyz", &ready_ms);
    sum = sum_up(all, "all backends stopped");
    (void)printf("meanwhile /healthz %d in %lld ms, /readyz %d in %lld ms\n",
                 health, (long long)health_ms, ready, (long long)ready_ms);
    (void)score(&s->score, health == 200 && health_ms < 1000,
                "/healthz hangs with the database");
    (void)score(&s->score, ready == 503 && ready_ms < SLOW_MS,
                "/readyz hangs with the database, or knows nothing of it");
    (void)score(&s->score, sum.odd == 0 && sum.worst_ms < READ_MS,
                "somebody was told something else than 503 in time");
    (void)score(&s->score, comes_back(s, BACK_MS),
                "stopped backends are not replaced");
    send_all(pids, n, SIGCONT);
}

/* What does not end in twice its time is killed. */
static void
end_or_kill(struct server *s)
{
    int64_t until = live_ms() + 2 * END_MS;
    int status;

    (void)kill(s->pid, SIGTERM);
    while (live_ms() < until)
        if (waitpid(s->pid, &status, WNOHANG) != 0) {
            s->pid = 0;
            return;
        } else {
            rest_ms(20);
        }
    (void)server_stop(s, SIGKILL);
}

/* The server is asked while WHAT hangs, and then told to end. */
static void
end_while(struct stall *s, const char *what)
{
    struct asker all[THREADS];
    int64_t began, took;

    start_asking(all, s, "make", 3000);
    rest_ms(1000);
    began = live_ms();
    end_or_kill(&s->server);
    took = live_ms() - began;
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(all[i].thread, NULL);
    (void)printf("%s: ended in %lld ms\n", what, (long long)took);
    (void)score(&s->score, took < END_MS, "SIGTERM took %lld ms while %s",
                (long long)took, what);
}

static void
start_again(struct stall *s)
{
    (void)score(&s->score, server_start(&s->server, s->program, &s->office),
                "no server again");
}

static void
end_stopped(struct stall *s)
{
    pid_t pids[2 * MOST_PIDS];
    int n;

    warm(s);
    n = find_pids(s, true, pids);
    n += find_pids(s, false, pids + n);
    send_all(pids, n, SIGSTOP);
    end_while(s, "all backends are stopped");
    send_all(pids, n, SIGCONT);
    start_again(s);
}

static void
end_locked(struct stall *s)
{
    PGconn *pq = PQconnectdb(s->office.database);

    PQclear(PQexec(pq, "BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE"));
    (void)score(&s->score, PQtransactionStatus(pq) == PQTRANS_INTRANS,
                "no lock");
    end_while(s, "a table is locked");
    PQfinish(pq);
    start_again(s);
}

static void
go_away(struct stall *s)
{
    struct asker all[THREADS], reading[THREADS], sum, read;
    int64_t health_ms, ready_ms;
    int health, ready;

    warm(s);
    start_asking(all, s, "make", 6000);
    start_asking(reading, s, "/api/v1/orders?limit=5", 6000);
    rest_ms(500);
    (void)score(&s->score, run_script(s, "pause", NULL, 0), "no pause");
    rest_ms(3000);
    health = look_at(s, "/healthz", &health_ms);
    ready = look_at(s, "/readyz", &ready_ms);
    sum = sum_up(all, "away, orders");
    read = sum_up(reading, "away, readings");
    (void)score(&s->score, health == 200 && health_ms < 1000,
                "/healthz: %d in %lld ms", health, (long long)health_ms);
    (void)score(&s->score, ready == 503 && ready_ms < SLOW_MS,
                "/readyz: %d in %lld ms", ready, (long long)ready_ms);
    (void)score(&s->score,
                sum.odd + read.odd == 0 && sum.busy > 0 && read.busy > 0,
                "while it was away something else than 503 was told");
    (void)score(&s->score, run_script(s, "resume", NULL, 0), "no resume");
    (void)score(&s->score, comes_back(s, BACK_MS),
                "the server does not come back with its database");
}

int
stalls(int argc, char **argv)
{
    struct stall s = { .program = argv[0],
                       .folder = "/tmp/liangcao-pg-XXXXXX" };
    char address[200];

    (void)argc;
    if (mkdtemp(s.folder) == NULL || chmod(s.folder, 0755) != 0
        || !run_script(&s, "start", address, sizeof address))
        return 1;
    (void)setenv("LIANGCAO_TEST_DB", address, 1);
    office_found(&s.office);
    if (score(&s.score, server_start(&s.server, s.program, &s.office),
              "the server does not come up")) {
        stop_one(&s);
        stop_side(&s);
        stop_all(&s);
        go_away(&s);
        end_stopped(&s);
        end_locked(&s);
        (void)score(&s.score, server_stop(&s.server, SIGTERM) == 0,
                    "the server did not end well; see %s/server.log",
                    s.office.dir);
    }
    if (s.score.failed == 0)
        office_leave(&s.office);
    (void)run_script(&s, "stop", NULL, 0);
    return score_end(&s.score);
}
