/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail - from a process in the server's own jail, everything is tried that
 * somebody would who has taken the program over; and what the program needs.
 *
 * Should the jail not hold, nothing may happen to the machine: what would change
 * more than the try's own process and folders is asked for in a way that the
 * kernel refuses after the filter has seen it (no such file system, no such
 * time, no module at all).
 *
 * Each try is made in a process of its own.  It is made without the jail too,
 * where that does no harm, so that a try that never could succeed is found.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "jail.h"

/* What the tries are made on. */
static struct {
    pid_t victim;          /* a process of ours outside */
    uint16_t own, foreign; /* ports that are listened on */
    char outside[64];      /* a folder */
    char inside[64];       /* the office's */
    char database[100];    /* an address with the port `own` */
} place;

struct jail_state
jail_of_server(const char *dir, const char *database)
{
    char data[] = "--data", *folder = strdup(dir);
    char *argv[] = { data, folder, NULL };
    struct args a = { 2, argv, "serve" };
    struct office o;

    if (database)
        (void)setenv("LIANGCAO_DATABASE", database, 1);
    if (office_find(&o, &a, false) != 0)
        _exit(99);
    return office_jail(&o);
}

/* -- tries: below 0 is refused --------------------------------------------- */

static const char *
outside(const char *name)
{
    static char path[200];

    (void)snprintf(path, sizeof path, "%s/%s", place.outside, name);
    return path;
}

static const char *
inside(const char *name)
{
    static char path[200];

    (void)snprintf(path, sizeof path, "%s/%s", place.inside, name);
    return path;
}

static long
read_shadow(void)
{
    return open("/etc/shadow", O_RDONLY);
}

static long
read_stranger(void)
{
    return open(outside("secret"), O_RDONLY);
}

static long
read_environment(void)
{
    char path[60];

    (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)place.victim);
    return open(path, O_RDONLY);
}

static long
list_outside(void)
{
    return open(place.outside, O_RDONLY | O_DIRECTORY);
}

static long
write_outside(void)
{
    return open(outside("new"), O_WRONLY | O_CREAT, 0600);
}

static long
write_program(void)
{
    return open("/proc/self/exe", O_RDONLY);
}

static long
cut_outside(void)
{
    return truncate(outside("secret"), 1);
}

static long
remove_outside(void)
{
    return unlink(outside("spare"));
}

static long
folder_outside(void)
{
    return mkdir(outside("folder"), 0700);
}

static long
move_out(void)
{
    (void)close(open(inside("own"), O_WRONLY | O_CREAT, 0600));
    return rename(inside("own"), outside("own"));
}

static long
link_in(void)
{
    return link(outside("secret"), inside("stolen"));
}

static long
symlink_in(void)
{
    return symlink("/etc/shadow", inside("way"));
}

static long
rights_outside(void)
{
    return chmod(outside("secret"), 0666);
}

static long
make_setuid(void)
{
    int fd = open(inside("setuid"), O_WRONLY | O_CREAT, 0600);

    return fchmod(fd, 04755);
}

static long
make_device(void)
{
    return mknod(inside("disk"), S_IFBLK | 0600, 0x801);
}

static long
run_shell(void)
{
    (void)execl("/bin/true", "true", (char *)NULL);
    return -1;
}

static long
run_memory(void)
{
    static const char script[] = "#!/bin/true\n";
    char *argv[] = { NULL };
    int fd = memfd_create("x", 0);

    if (write(fd, script, sizeof script - 1) < 0)
        return -1;
    return syscall(SYS_execveat, fd, "", argv, argv, 0x1000);
}

static long
fork_one(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid;
}

static long
trace_victim(void)
{
    return ptrace(PTRACE_ATTACH, place.victim, NULL, NULL);
}

static long
read_victim(void)
{
    char mine[8];
    struct iovec to = { mine, 8 }, from = { mine, 8 };

    return process_vm_readv(place.victim, &to, 1, &from, 1, 0);
}

static long
signal_victim(void)
{
    return kill(place.victim, SIGCONT);
}

static long
signal_thread(void)
{
    return syscall(SYS_tgkill, place.victim, place.victim, SIGCONT);
}

static long
signal_by_descriptor(void)
{
    long fd = syscall(SYS_pidfd_open, place.victim, 0);

    return fd < 0 ? fd : syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0);
}

static long
become_nobody(void)
{
    return setuid(65534);
}

static long
change_groups(void)
{
    gid_t none = 65534;

    return syscall(SYS_setgroups, 1, &none);
}

/* Who is not root needs users of its own for it; root has no need, and may not
   where its root was changed. */
static long
new_world(void)
{
    return unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS);
}

static long
new_world_by_clone(void)
{
    return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
}

static long
change_root(void)
{
    return chroot(place.outside);
}

static long
mount_folder(void)
{
    return mount("none", place.outside, "no-such-system", 0, NULL);
}

static long
load_module(void)
{
    return syscall(SYS_init_module, NULL, 0, "");
}

static long
load_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}

static long
watch_kernel(void)
{
    return syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static long
fault_memory(void)
{
    return syscall(SYS_userfaultfd, 1);
}

static long
ring(void)
{
    char params[120] = { 0 };

    return syscall(SYS_io_uring_setup, 4, params);
}

static long
take_keys(void)
{
    return syscall(SYS_keyctl, 0, -3, 1);
}

static long
set_clock(void)
{
    struct timespec t = { 0, -1 };

    return syscall(SYS_clock_settime, CLOCK_REALTIME, &t);
}

static long
writable_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? -1 : 0;
}

static long
data_to_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static long
raw_socket(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static long
packet_socket(void)
{
    return socket(AF_PACKET, SOCK_DGRAM, 0);
}

static long
crypto_socket(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0);
}

static long
connect_to(uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&to, sizeof to);
}

static long
connect_foreign(void)
{
    return connect_to(place.foreign);
}

static long
connect_own(void)
{
    return connect_to(place.own);
}

static long
bind_port(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return fd < 0 ? -1 : bind(fd, (struct sockaddr *)&to, sizeof to);
}

/* The victim's socket in the abstract name space. */
static struct sockaddr_un
abstract_name(socklen_t *len)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int n = snprintf(to.sun_path + 1, sizeof to.sun_path - 1, "liangcao-%d",
                     (int)place.victim);

    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
    return to;
}

static long
connect_abstract(void)
{
    socklen_t len;
    struct sockaddr_un to = abstract_name(&len);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&to, len);
}

static long
allow_dumps(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long
allow_core(void)
{
    struct rlimit l = { 1 << 20, 1 << 20 };

    return setrlimit(RLIMIT_CORE, &l);
}

static long
type_for_others(void)
{
    return ioctl(-1, TIOCSTI, "x") < 0 && errno == ENOSYS ? -1 : 0;
}

/* -- what is needed: below 0 is a failure ---------------------------------- */

static long
work_in_folder(void)
{
    char a[200];
    int fd;

    (void)snprintf(a, sizeof a, "%s", inside("a"));
    fd = open(a, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || fdatasync(fd) != 0
        || ftruncate(fd, 0) != 0 || mkdir(inside("sub"), 0700) != 0
        || rename(a, inside("sub/b")) != 0 || unlink(inside("sub/b")) != 0
        || rmdir(inside("sub")) != 0)
        return -1;
    fd = open(place.inside, O_RDONLY | O_DIRECTORY);
    return fsync(fd);
}

static long
temporary_file(void)
{
    char path[200];

    (void)snprintf(path, sizeof path, "%s/x-XXXXXX", getenv("TMPDIR"));
    return mkstemp(path);
}

static void *
do_nothing(void *arg)
{
    return arg;
}

static long
start_thread(void)
{
    pthread_t t;

    return pthread_create(&t, NULL, do_nothing, NULL) == 0
                   && pthread_join(t, NULL) == 0
               ? 0
               : -1;
}

static long
load_library(void)
{
    return dlopen("libanl.so.1", RTLD_NOW)
                   || dlopen("libnss_compat.so.2", RTLD_NOW)
               ? 0
               : -1;
}

static long
read_zone(void)
{
    return access("/usr/share/zoneinfo/Asia", F_OK) != 0
               ? 0
               : open("/usr/share/zoneinfo/Asia/Shanghai", O_RDONLY);
}

static long
find_host(void)
{
    struct addrinfo *found;

    return getaddrinfo("localhost", "5432", NULL, &found) == 0 ? 0 : -1;
}

static long
own_signal(void)
{
    (void)signal(SIGUSR1, SIG_IGN);
    return raise(SIGUSR1) == 0 ? 0 : -1;
}

/* -- the table ------------------------------------------------------------- */

/* What keeps it: a layer, or the ABI of landlock that is needed for it. */
enum by {
    SECCOMP = 0,
    LANDLOCK = 1,
    LANDLOCK_2,
    LANDLOCK_4 = 4,
    LANDLOCK_6 = 6
};

static const struct escape {
    const char *name;
    long (*try)(void);
    enum by by;
    bool deadly; /* trying ends the process */
    bool bare;   /* not tried without the jail: it does harm, or needs more */
    bool net;    /* in the jail of an office on PostgreSQL */
} escapes[] = {
    { "read /etc/shadow", read_shadow, LANDLOCK },
    { "read a stranger's file", read_stranger, LANDLOCK },
    { "read another process's environment", read_environment, LANDLOCK },
    { "read the program's own file", write_program, LANDLOCK },
    { "list a folder outside", list_outside, LANDLOCK },
    { "write outside", write_outside, LANDLOCK },
    { "truncate a file outside", cut_outside },
    { "remove a file outside", remove_outside, LANDLOCK },
    { "make a folder outside", folder_outside, LANDLOCK },
    { "move a file out", move_out, LANDLOCK },
    { "link a stranger's file in", link_in, LANDLOCK },
    { "make a symbolic link", symlink_in },
    { "change rights outside", rights_outside },
    { "make a program setuid", make_setuid },
    { "make a device", make_device, .deadly = true, .bare = true },
    { "run a program", run_shell, .deadly = true, .bare = true },
    { "run a program from memory", run_memory, .deadly = true, .bare = true },
    { "fork", fork_one },
    { "trace a process", trace_victim, .deadly = true },
    { "read a process's memory", read_victim, .deadly = true, .bare = true },
    { "signal a process", signal_victim },
    { "signal a thread of another process", signal_thread },
    { "signal by a descriptor", signal_by_descriptor },
    { "become another user", become_nobody, .deadly = true },
    { "change groups", change_groups, .deadly = true },
    { "make a world of its own", new_world, .deadly = true },
    { "make one by clone", new_world_by_clone, .bare = true },
    { "change the root", change_root, .deadly = true },
    { "mount", mount_folder, .deadly = true, .bare = true },
    { "load a module", load_module, .deadly = true, .bare = true },
    { "use bpf", load_bpf, .deadly = true, .bare = true },
    { "watch the kernel", watch_kernel, .deadly = true, .bare = true },
    { "handle page faults", fault_memory, .deadly = true, .bare = true },
    { "open a ring", ring, .deadly = true, .bare = true },
    { "take keys", take_keys, .bare = true },
    { "set the clock", set_clock, .deadly = true, .bare = true },
    { "write and run memory", writable_code },
    { "make data runnable", data_to_code },
    { "open a raw socket", raw_socket, .net = true },
    { "open a packet socket", packet_socket, .net = true },
    { "open a netlink socket", crypto_socket, .net = true },
    { "connect, of an office on SQLite", connect_own },
    { "connect to a foreign port", connect_foreign, LANDLOCK_4, .net = true },
    { "take a port", bind_port, .net = true },
    { "connect to an abstract socket", connect_abstract, LANDLOCK_6,
      .net = true },
    { "allow core files again", allow_core, .bare = true },
    { "allow debuggers again", allow_dumps },
    { "type into a terminal", type_for_others },
}, needed[] = {
    { "work in its folder", work_in_folder, LANDLOCK },
    { "write a temporary file", temporary_file, .bare = true },
    { "start a thread", start_thread },
    { "load a library late", load_library },
    { "read the zones", read_zone },
    { "signal itself", own_signal },
    { "connect to its database", connect_own, .net = true },
    { "find a host by its name", find_host, .net = true },
};

/* -- making them --------------------------------------------------------------- */

enum outcome { DONE, REFUSED, KILLED, ODD };
static const char *const outcomes[] = { "done", "refused", "killed", "odd" };

static enum outcome
make_try(const struct escape *t, bool jailed)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        (void)freopen("/dev/null", "w", stderr);
        if (jailed)
            (void)jail_of_server(place.inside, t->net ? place.database : NULL);
        _exit(t->try() < 0 ? 1 : 0);
    }
    (void)waitpid(pid, &status, 0);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? KILLED : ODD;
    return WEXITSTATUS(status) == 0   ? DONE
           : WEXITSTATUS(status) == 1 ? REFUSED
                                      : ODD;
}

struct jail_state
layers(void)
{
    struct jail_state state = { 0 };
    int ends[2], status;
    pid_t pid;

    if (pipe(ends) != 0 || (pid = fork()) < 0)
        return state;
    if (pid == 0) {
        state = jail_enter(&(struct jail_plan){ .off = false });
        _exit(write(ends[1], &state, sizeof state) < 0);
    }
    (void)waitpid(pid, &status, 0);
    if (read(ends[0], &state, sizeof state) != (ssize_t)sizeof state)
        state.landlock = 0;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return state;
}

static bool
has_layer(const struct jail_state *s, const struct escape *t)
{
    return t->by == SECCOMP ? s->seccomp : s->landlock >= (int)t->by;
}

static void
put_secret(const char *name)
{
    int fd = open(outside(name), O_WRONLY | O_CREAT, 0600);

    if (write(fd, "secret", 6) != 6)
        (void)printf("%s cannot be written\n", outside(name));
    (void)close(fd);
}

static void
make_escapes(struct score *s, const struct jail_state *state)
{
    for (size_t i = 0; i < COUNT(escapes); i++) {
        const struct escape *t = &escapes[i];
        enum outcome want = t->deadly ? KILLED : REFUSED, got;

        put_secret("spare");
        if (!has_layer(state, t)) {
            (void)printf("SKIPPED, this kernel has no layer for it: %s\n",
                         t->name);
            continue;
        }
        got = make_try(t, true);
        (void)score(s, got == want, "to %s is %s in the jail", t->name,
                    outcomes[got]);
        if (!t->bare && geteuid() == 0)
            (void)score(s, make_try(t, false) == DONE,
                        "to %s cannot be done without the jail either",
                        t->name);
    }
}

static void
make_needed(struct score *s)
{
    for (size_t i = 0; i < COUNT(needed); i++) {
        enum outcome got = make_try(&needed[i], true);

        (void)score(s, got == DONE, "to %s is %s in the jail", needed[i].name,
                    outcomes[got]);
    }
}

/* A port that is listened on; its descriptor stays open. */
static uint16_t
listen_somewhere(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 100) != 0
        || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return 0;
    return ntohs(at.sin_port);
}

static void
keep_victim(void)
{
    place.victim = fork();
    if (place.victim == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            (void)pause();
    }
}

static int
listen_abstract(void)
{
    socklen_t len;
    struct sockaddr_un at = abstract_name(&len);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 9) == 0
               ? fd
               : -1;
}

static void
make_folder(struct score *s, char *path, const char *name)
{
    (void)sprintf(path, "/tmp/liangcao-%s-XXXXXX", name);
    (void)score(s, mkdtemp(path) != NULL, "%s cannot be made", path);
}

static void
try_escapes(struct score *s)
{
    char command[200];
    struct jail_state state;

    make_folder(s, place.outside, "outside");
    make_folder(s, place.inside, "inside");
    put_secret("secret");
    place.own = listen_somewhere();
    place.foreign = listen_somewhere();
    (void)snprintf(place.database, sizeof place.database,
                   "postgresql://u@localhost:%u/x", place.own);
    keep_victim();
    (void)score(s, listen_abstract() >= 0, "no abstract socket");
    state = layers();
    make_escapes(s, &state);
    make_needed(s);
    (void)kill(place.victim, SIGKILL);
    (void)waitpid(place.victim, NULL, 0);
    (void)snprintf(command, sizeof command, "rm -rf '%s' '%s'", place.outside,
                   place.inside);
    (void)score(s, system(command) == 0, "%s stays", place.outside);
}

/* -- the tier -------------------------------------------------------------------- */

int
jail(int argc, char **argv)
{
    struct score s = { 0 };

    (void)argc;
    try_files(&s);
    try_escapes(&s);
    try_served(&s, argv[0]);
    return score_end(&s);
}
