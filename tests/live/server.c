/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and killing servers. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live.h"

#define START_MS 60000

/* Read from FD until "http://127.0.0.1:PORT/" was printed. */
static uint16_t
read_port(int fd)
{
    char text[4096];
    size_t n = 0;
    struct pollfd p = { .fd = fd, .events = POLLIN };

    while (n < sizeof text - 1 && poll(&p, 1, START_MS) > 0) {
        ssize_t got = read(fd, text + n, sizeof text - 1 - n);
        const char *at;

        if (got <= 0)
            return 0;
        n += (size_t)got;
        text[n] = '\0';
        at = strstr(text, "//");
        at = at ? strchr(at, ':') : NULL;
        if (at != NULL && strchr(at, '/') != NULL)
            return (uint16_t)atoi(at + 1);
    }
    return 0;
}

/* The server's clock alone goes as the file says; its waits do not.  What does
   it stands beside this program. */
static void
take_clock(const struct live_office *o)
{
    char path[400];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 20);

    if (o->clock[0] == '\0' || n <= 0)
        return;
    path[n] = '\0';
    (void)strcpy(strrchr(path, '/'), "/clock.so");
    (void)setenv("LD_PRELOAD", path, 1);
    (void)setenv("LIANGCAO_TEST_CLOCK", o->clock, 1);
}

static void
become_server(int out, const char *program, const struct live_office *o)
{
    char log[100];
    int fd;

    /* Whatever becomes of the tests, no server stays. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    take_clock(o);
    if (o->log[0] != '\0')
        (void)snprintf(log, sizeof log, "%s", o->log);
    else
        (void)snprintf(log, sizeof log, "%s/server.log", o->dir);
    fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(fd, STDERR_FILENO);
    for (int i = 3; i < 1000; i++)
        (void)close(i);
    (void)execl(program, program, "serve", "--data", o->dir, "--port", "0",
                o->loud ? NULL : "--quiet", (char *)NULL);
    _exit(127);
}

bool
server_start(struct server *s, const char *program, const struct live_office *o)
{
    int ends[2];

    *s = (struct server){ .program = program, .office = o };
    if (pipe(ends) != 0)
        return false;
    s->pid = fork();
    if (s->pid == 0)
        become_server(ends[1], program, o);
    (void)close(ends[1]);
    s->port = read_port(ends[0]);
    (void)close(ends[0]);
    if (s->port != 0)
        return true;
    (void)printf("%s does not come up: see %s/server.log\n", program, o->dir);
    (void)server_stop(s, SIGKILL);
    return false;
}

int
server_stop(struct server *s, int signal)
{
    int status = 0;

    if (s->pid <= 0)
        return 0;
    (void)kill(s->pid, signal);
    (void)waitpid(s->pid, &status, 0);
    s->pid = 0;
    return status;
}

int
run_program(const struct live_office *o, const char *program,
            const char *const *words)
{
    const char *argv[16] = { program };
    int n = 1, status = 0;
    pid_t pid;

    while (*words != NULL && n < 12)
        argv[n++] = *words++;
    argv[n++] = "--data";
    argv[n++] = o->dir;
    pid = fork();
    if (pid == 0) {
        (void)dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        (void)execv(program, (char *const *)(void *)argv);
        _exit(127);
    }
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
