/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail_unit - the system calls that contrib/liangcao.service leaves are enough
 * for a server, and for it to lock itself in.
 *
 * systemd itself tells which calls its sets have (systemd-analyze); the filter
 * made of them is entered here as systemd would enter it.
 */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "jail.h"

#define UNIT "contrib/liangcao.service"
#define MOST_CALLS 600

/* Names of system calls that are allowed. */
struct calls {
    char names[MOST_CALLS][40];
    size_t n;
};

static void
change(struct calls *k, const char *name, bool allow)
{
    size_t i = 0;

    while (i < k->n && strcmp(k->names[i], name) != 0)
        i++;
    if (allow && i == k->n && k->n < MOST_CALLS)
        (void)snprintf(k->names[k->n++], sizeof k->names[0], "%.39s", name);
    else if (!allow && i < k->n)
        memmove(k->names[i], k->names[--k->n], sizeof k->names[0]);
}

/* A call, or a set with all that is in it; false when systemd does not know
   it. */
static bool
change_all(struct calls *k, const char *name, bool allow)
{
    char command[100], line[200], word[64];
    bool known = false;
    FILE *f;

    if (*name != '@') {
        change(k, name, allow);
        return true;
    }
    (void)snprintf(command, sizeof command,
                   "systemd-analyze syscall-filter %.40s 2>/dev/null", name);
    f = popen(command, "r");
    while (f && fgets(line, sizeof line, f))
        if (line[0] == ' ' && sscanf(line, "%63s", word) == 1 && word[0] != '#')
            known |= change_all(k, word, allow);
    if (f)
        (void)pclose(f);
    return known;
}

/* The lines of the unit, in their order. */
static bool
read_unit(struct calls *k)
{
    static const char key[] = "SystemCallFilter=";
    FILE *f = fopen(UNIT, "r");
    char line[500];
    bool good = f && change_all(k, "@default", true);

    while (f && fgets(line, sizeof line, f)) {
        char *at = line + sizeof key - 1, *rest;
        bool allow;

        if (strncmp(line, key, sizeof key - 1) != 0)
            continue;
        allow = *at != '~';
        at += !allow;
        for (at = strtok_r(at, " \n", &rest); at;
             at = strtok_r(NULL, " \n", &rest))
            good &= change_all(k, at, allow);
    }
    if (f)
        (void)fclose(f);
    return good && k->n > 100;
}

static bool
enter_filter(const struct calls *k)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));

    for (size_t i = 0; i < k->n; i++) {
        int call = seccomp_syscall_resolve_name(k->names[i]);

        if (call != __NR_SCMP_ERROR)
            (void)seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 0);
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && seccomp_load(f) == 0;
}

/* In a process that stays in the filter, with the server it starts. */
static int
serve_filtered(const struct calls *k, const char *program,
               const struct live_office *o)
{
    struct score s = { 0 };
    struct server server;

    if (score(&s, enter_filter(k), "the unit's filter cannot be entered")
        && score(&s, server_start(&server, program, o),
                 "no server under the unit's filter")) {
        check_served(&s, &server, o);
        (void)score(&s, server_stop(&server, SIGTERM) == 0,
                    "under the unit's filter the server ends badly");
    }
    (void)fflush(stdout);
    return s.failed;
}

void
try_unit(struct score *s, const char *program, const struct live_office *o)
{
    static struct calls calls;
    int status = 0;
    pid_t pid;

    if (system("systemd-analyze syscall-filter @default >/dev/null 2>&1")
        != 0) {
        (void)printf("SKIPPED, there is no systemd-analyze: the filter of"
                     " " UNIT "\n");
        return;
    }
    if (!score(s, read_unit(&calls), "systemd does not know all of " UNIT))
        return;
    pid = fork();
    if (pid == 0)
        _exit(serve_filtered(&calls, program, o));
    (void)waitpid(pid, &status, 0);
    (void)score(s, status == 0, "the filter of " UNIT " is not enough");
}
