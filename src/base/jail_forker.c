/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail_forker - the process that forks readers, and a reader's life.
 *
 * The forker waits for orders (jail_inner.h), each with two descriptors: the file
 * in memory, and one end of a pair of sockets for what is made of it.  It
 * forks for each and forgets the child: the kernel buries it, its own alarm
 * ends it.  It ends when the server's end of its socket closes.
 *
 * The alarm, the limits and the filter are set by the child itself, before it
 * looks at a byte; the filter then allows no call by which to lift them.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/jail_inner.h"

extern char **environ;

static const struct jail_plan no_plan = { .reach = JAIL_ALONE };

/* -- a reader ---------------------------------------------------------- */

static bool
send_message(int fd, char kind, const void *bytes, size_t n)
{
    char message[1 + JAIL_PIECE];

    message[0] = kind;
    memcpy(message + 1, bytes, n);
    return write(fd, message, n + 1) == (ssize_t)n + 1;
}

static bool
put_message(struct jail_io *io, const void *bytes, size_t n)
{
    return send_message(*(int *)io->arg, JAIL_DATA, bytes, n);
}

bool
jail_put(struct jail_io *io, const void *bytes, size_t n)
{
    const char *from = bytes;

    for (size_t at = 0; at < n; at += JAIL_PIECE)
        if (!io->put(io, from + at, n - at < JAIL_PIECE ? n - at : JAIL_PIECE))
            return false;
    return true;
}

static void
limit(__rlimit_resource_t what, rlim_t most)
{
    const struct rlimit l = { most, most };

    (void)setrlimit(what, &l);
}

/* Nothing of what is taken here can be had back: the filter comes last. */
static bool
confine(const struct jail_reader *r, size_t space)
{
    const struct itimerval end = { .it_value = { .tv_sec = r->seconds } };

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)prctl(PR_SET_NAME, r->name, 0, 0, 0);
    (void)setitimer(ITIMER_REAL, &end, NULL);
    limit(RLIMIT_CPU, r->seconds);
    limit(RLIMIT_AS, space + r->memory);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, 0);
    return jail_seccomp(JAIL_READER, &no_plan);
}

/* What the forker knows. */
struct forker {
    int control;
    const struct jail_reader *const *readers;
    size_t n_readers;
    size_t space; /* bytes of its address space */
    struct jail_state state;
};

static void
read_one(const struct forker *f, const struct jail_order *o, int in, int out)
{
    const struct jail_reader *r = f->readers[o->reader];
    struct jail_io io = { .n = o->size, .put = put_message, .arg = &out };
    unsigned char verdict;

    for (int fd = 0; fd <= f->control; fd++)
        (void)close(fd);
    io.in = o->size == 0 ? (const unsigned char *)""
                         : mmap(NULL, io.n, PROT_READ, MAP_PRIVATE, in, 0);
    (void)close(in);
    if (io.in == MAP_FAILED
        || (!confine(r, f->space + o->size) && f->state.seccomp))
        return;
    verdict = (unsigned char)r->read(&io);
    (void)send_message(out, JAIL_VERDICT, &verdict, 1);
}

/* -- the forker -------------------------------------------------------- */

/* The next order with its descriptors; false when the server has gone. */
static bool
take_order(int control, struct jail_order *o, int fds[static 2])
{
    union {
        struct cmsghdr head; /* aligned as such */
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } with = { 0 };
    struct iovec body = { o, sizeof(*o) };
    struct msghdr m = { .msg_iov = &body,
                        .msg_iovlen = 1,
                        .msg_control = &with,
                        .msg_controllen = sizeof(with) };

    if (recvmsg(control, &m, 0) != (ssize_t)sizeof(*o)
        || m.msg_controllen < CMSG_LEN(2 * sizeof(int)))
        return false;
    memcpy(fds, CMSG_DATA(&with.head), 2 * sizeof(int));
    return true;
}

static void
serve_orders(const struct forker *f)
{
    struct jail_order o;
    int fds[2];

    while (take_order(f->control, &o, fds)) {
        if (o.reader < f->n_readers && fork() == 0) {
            read_one(f, &o, fds[0], fds[1]);
            _exit(0);
        }
        (void)close(fds[0]);
        (void)close(fds[1]);
    }
}

/* Keep CONTROL as descriptor 3 and no other. */
static void
shed_descriptors(int control)
{
    int nothing = open("/dev/null", O_RDWR);

    for (int fd = 0; fd < 3; fd++)
        (void)dup2(nothing, fd);
    (void)dup2(control, 3);
    for (int fd = 4; fd < 64; fd++)
        (void)close(fd);
    (void)syscall(SYS_close_range, 64, UINT32_MAX, 0);
}

/* The environment may hold the database's password. */
static void
shed_environment(void)
{
    for (char **e = environ; *e; e++)
        explicit_bzero(*e, strlen(*e));
    *environ = NULL;
}

static size_t
address_space(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    char line[100] = "";

    if (f) {
        (void)!fgets(line, sizeof(line), f);
        (void)fclose(f);
    }
    return strtoul(line, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

void
jail_forker(int control, const struct jail_reader *const *readers)
{
    struct forker f = { .control = 3, .readers = readers };

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)prctl(PR_SET_NAME, "liangcao-files", 0, 0, 0);
    /* A terminal's Ctrl-C and a service's stop are for the server: it ends
       this process by its end. */
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGCHLD, SIG_IGN);
    shed_environment();
    f.space = address_space();
    shed_descriptors(control);
    while (readers[f.n_readers])
        f.n_readers++;
    jail_drop(&f.state, false, false);
    f.state.landlock = jail_landlock(NULL);
    f.state.seccomp = jail_seccomp(JAIL_FORKER, &no_plan);
    if (write(f.control, &f.state, sizeof(f.state)) == sizeof(f.state))
        serve_orders(&f);
    _exit(0);
}
