/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stops - an order to end, at any moment.
 *
 * SIGTERM comes while a server starts, from the moment its port is taken, and
 * is heeded each time as later on: an orderly end.  No thread is ever one the
 * signal could be given to, but the first.  Those who are slow hold up no end.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

#define MOST_MS 20000   /* until a port is taken */
#define SPREAD_US 60000 /* a start takes about so long */
#define SLOW 40
#define END_MS 5000 /* 3 s and what a busy machine takes */

/* -- while it starts -------------------------------------------------------- */

static pid_t
begin(const struct live_office *o, const char *program)
{
    char log[100];
    pid_t pid = fork();
    int fd;

    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)snprintf(log, sizeof log, "%s/server.log", o->dir);
    fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    (void)dup2(fd, STDOUT_FILENO);
    (void)dup2(fd, STDERR_FILENO);
    for (int i = 3; i < 1000; i++)
        (void)close(i);
    (void)execl(program, program, "serve", "--data", o->dir, "--port", "0",
                "--quiet", (char *)NULL);
    _exit(127);
}

/* Its first socket is the port's. */
static bool
has_socket(pid_t pid)
{
    char path[300], to[40];
    struct dirent *e;
    bool has = false;
    DIR *d;

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    d = opendir(path);
    while (d != NULL && !has && (e = readdir(d)) != NULL) {
        ssize_t n;

        (void)snprintf(path, sizeof path, "/proc/%d/fd/%.20s", (int)pid,
                       e->d_name);
        n = readlink(path, to, sizeof to - 1);
        to[n > 0 ? n : 0] = '\0';
        has = strncmp(to, "socket:", 7) == 0;
    }
    if (d != NULL)
        (void)closedir(d);
    return has;
}

/* How many of its threads SIGTERM could be given to, besides the first, which
   waits for it. */
static int
open_threads(pid_t pid)
{
    char path[300], line[200];
    struct dirent *e;
    int n = 0;
    DIR *d;

    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    d = opendir(path);
    while (d != NULL && (e = readdir(d)) != NULL) {
        unsigned long long blocked = ~0ULL;
        FILE *f;

        (void)snprintf(path, sizeof path, "/proc/%d/task/%.20s/status",
                       (int)pid, e->d_name);
        f = e->d_name[0] == '.' || atoi(e->d_name) == pid
                ? NULL
                : fopen(path, "r");
        while (f != NULL && fgets(line, sizeof line, f) != NULL)
            (void)sscanf(line, "SigBlk: %llx", &blocked);
        if (f != NULL)
            (void)fclose(f);
        n += (blocked >> (SIGTERM - 1) & 1) == 0;
    }
    if (d != NULL)
        (void)closedir(d);
    return n;
}

static void
try_early(struct score *s, const struct live_office *o, const char *program,
          int times)
{
    int orderly = 0, status = 0, odd = 0, open = 0;

    for (int i = 0; i < times; i++) {
        int64_t until = live_ms() + MOST_MS;
        pid_t pid = begin(o, program);

        while (!has_socket(pid) && live_ms() < until)
            (void)usleep(200);
        (void)usleep((useconds_t)(SPREAD_US / times * i));
        open += open_threads(pid);
        (void)kill(pid, SIGTERM);
        (void)waitpid(pid, &status, 0);
        if (status == 0)
            orderly++;
        else
            odd = status;
    }
    (void)score(s, orderly == times,
                "%d of %d early ends were orderly; another was %s %d", orderly,
                times, WIFSIGNALED(odd) ? "signal" : "code",
                WIFSIGNALED(odd) ? WTERMSIG(odd) : WEXITSTATUS(odd));
    (void)score(s, open == 0, "%d times a thread was open to SIGTERM", open);
}

/* -- while it serves -------------------------------------------------------- */

/* They ask for much and read nothing; say half; listen; or rest. */
static void
be_slow(struct http *h, int i, const struct live_office *o)
{
    static const char much[] =
        "GET /api/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char half[] = "POST /api/v1/session HTTP/1.1\r\nHo";
    int small = 4096;

    if (i % 4 == 2) {
        (void)http_listen(h, token_of(o, "desk"), "/api/v1/stream", NULL);
        return;
    }
    if (!http_connect(h))
        return;
    if (i % 4 == 1)
        (void)http_send(h, half, strlen(half));
    if (i % 4 != 0)
        return;
    (void)setsockopt(h->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int k = 0; k < 50; k++)
        (void)http_send(h, much, strlen(much));
}

static void
try_slow(struct score *s, const struct live_office *o, const char *program)
{
    struct http all[SLOW];
    struct server server;
    int64_t begun;

    if (!score(s, server_start(&server, program, o), "it does not start"))
        return;
    for (int i = 0; i < SLOW; i++) {
        http_open(&all[i], server.port);
        be_slow(&all[i], i, o);
    }
    (void)usleep(500000);
    (void)score(s, open_threads(server.pid) == 0,
                "a thread is open to SIGTERM");
    begun = live_ms();
    (void)score(s, server_stop(&server, SIGTERM) == 0,
                "it did not end in order");
    (void)printf("an end beside %d slow ones took %lld ms\n", SLOW,
                 (long long)(live_ms() - begun));
    (void)score(s, live_ms() - begun < END_MS, "the end took %lld ms",
                (long long)(live_ms() - begun));
    for (int i = 0; i < SLOW; i++)
        http_close(&all[i]);
}

int
stops(int argc, char **argv)
{
    struct score s = { 0, 0 };
    struct live_office o;

    office_found(&o);
    try_early(&s, &o, argv[0], argc > 1 ? atoi(argv[1]) : 200);
    try_slow(&s, &o, argv[0]);
    office_leave(&o);
    return score_end(&s);
}
