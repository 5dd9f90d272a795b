/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail - the process gives up what it does not need.
 *
 * Whoever takes over the program by a hole in it, or in a library, finds a
 * process that can reach its own folder and its own database, and nothing
 * else of the machine.  Layers of the kernel, each tried on its own, since
 * none is there on every machine:
 *
 *   landlock           which files are read and written, which TCP ports are
 *                      connected to; none is bound any more (ABI 1 to 7)
 *   seccomp            which system calls there are
 *   no new privileges  setuid programs give none
 *   capabilities       those of root are dropped
 *
 * and no core file, and no debugger of the same user, since both would show
 * passwords.  A jail cannot be left, and it holds for the thread that entered
 * it and for those that thread starts: so it is entered before there are any.
 *
 * Always true:
 *   1. What the kernel does not offer is named by jail_lacks, and the rest is
 *      in force.
 *   2. No program is ever run and no process forked: trying to run one ends
 *      the process, as does tracing, mounting, loading into the kernel and
 *      becoming another user (deadly, in jail_seccomp.c).
 *   3. A system call that nobody here knows looks as if the kernel had none
 *      of that name (ENOSYS): libraries know what to do then.
 *
 * Under a sanitizer nothing of it happens: its run-time needs what is taken
 * away here.
 *
 * Not here: reading what strangers send, in a process that has still less
 * (jail_child.h).
 */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H

#include "base/base.h"

/* How far a process may connect. */
enum jail_reach {
    JAIL_ALONE,   /* nowhere: it answers those who came to it */
    JAIL_LOCAL,   /* to sockets of this machine's file system */
    JAIL_PORTS,   /* also to the TCP ports of the plan, on any machine */
    JAIL_ANYWHERE /* to any port */
};

struct jail_plan {
    bool off; /* nothing shall be done */
    /* Files and folders, NULL-ended: written and read; only read, beside what
       libraries read of the system (jail_landlock.c).  What is not there is
       passed over. */
    const char *const *writes, *const *reads;
    enum jail_reach reach;
    const uint16_t *ports; /* of JAIL_PORTS, 0-ended */
    bool logs;    /* each refused system call goes to the kernel's log */
    bool dumps;   /* core files and debuggers are wanted */
    bool foreign; /* root works on files of another user: the capabilities
                     for that are kept */
};

struct jail_state {
    int landlock; /* its ABI; 0: none.  From 4 on it knows ports */
    bool seccomp, no_new_privileges, no_capabilities;
    bool root;      /* the process is root's */
    bool off;       /* nothing was done, as the plan said ... */
    bool sanitized; /* ... or because a sanitizer watches */
};

/* Enter the jail, for good.  Before any thread was started. */
struct jail_state jail_enter(const struct jail_plan *plan);

/* The names of the layers that are not in force, ", " between; "" is none. */
const char *jail_lacks(const struct jail_state *s, char out[static 80]);

#endif
