/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail_files - what base/jail_child.h promises of readers, with readers that
 * do all a file may make one do.
 *
 * A reader that tries to get out puts what became of it: "refused", or "got
 * through".  Trying what is deadly leaves it no time to put anything.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "base/jail_child.h"
#include "base/words.h"
#include "jail.h"

#define MIB ((size_t)1 << 20)

/* -- readers ------------------------------------------------------------------ */

/* How it went for a try that is to be refused. */
static int
told(struct jail_io *io, long got)
{
    const char *says = got < 0 ? "refused" : "got through";

    return jail_put(io, says, strlen(says)) ? 0 : 1;
}

static int
read_echo(struct jail_io *io)
{
    return jail_put(io, io->in, io->n) ? 0 : 1;
}

static int
read_refuse(struct jail_io *io)
{
    return io->n > 0 && io->in[0] == '2' ? 2 : 200;
}

static int
read_crash(struct jail_io *io)
{
    if (jail_put(io, "half", 4))
        *(volatile char *)(uintptr_t)(io->n & 1) = 1;
    return 0;
}

static int
read_loop(struct jail_io *io)
{
    volatile size_t i = io->n;

    while (i + 1 != 0)
        i = i == SIZE_MAX - 1 ? 0 : i + 1;
    return 0;
}

/* It waits for what never comes, which costs no processor time. */
static int
read_sleep(struct jail_io *io)
{
    int word = 0;

    for (;;)
        (void)syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
    return (int)io->n;
}

/* First it tries to lift its alarm. */
static int
read_sleep_well(struct jail_io *io)
{
    const struct itimerval never = { .it_value = { 0, 0 } };
    sigset_t all;

    (void)setitimer(ITIMER_REAL, &never, NULL);
    (void)signal(SIGALRM, SIG_IGN);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    return read_sleep(io);
}

/* How many MiB there are for it. */
static int
read_eat(struct jail_io *io)
{
    char said[20];
    size_t n = 0;
    char *p;

    while (n < 4096 && (p = malloc(MIB))) {
        memset(p, 1, MIB);
        n++;
    }
    (void)snprintf(said, sizeof said, "%zu", n);
    return jail_put(io, said, strlen(said)) ? 0 : 1;
}

static int
read_flood(struct jail_io *io)
{
    static const char much[65536];

    while (jail_put(io, much, sizeof much))
        continue;
    return 0;
}

/* Messages of its own making, on the socket it has. */
static int
read_lie(struct jail_io *io)
{
    static const char odd[40000] = "x";
    int out = *(int *)io->arg;
    size_t n = io->n > 0 && io->in[0] == 'l' ? sizeof odd : 3;

    (void)write(out, odd, n);
    return 0;
}

static int
read_open(struct jail_io *io)
{
    return told(io, open("/etc/passwd", O_RDONLY));
}

static int
read_connect(struct jail_io *io)
{
    return told(io, socket(AF_INET, SOCK_STREAM, 0));
}

static int
read_fork(struct jail_io *io)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return told(io, pid);
}

static void *
do_nothing(void *arg)
{
    return arg;
}

static int
read_thread(struct jail_io *io)
{
    pthread_t t;

    return told(io, pthread_create(&t, NULL, do_nothing, NULL) == 0 ? 0 : -1);
}

static int
read_kill(struct jail_io *io)
{
    return told(io, kill(getppid(), SIGTERM));
}

static int
read_lift(struct jail_io *io)
{
    const struct rlimit l = { RLIM_INFINITY, RLIM_INFINITY };

    return told(io, setrlimit(RLIMIT_AS, &l));
}

static int
read_code(struct jail_io *io)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return told(io, p == MAP_FAILED ? -1 : 0);
}

static int
read_run(struct jail_io *io)
{
    (void)execl("/bin/true", "true", (char *)NULL);
    return told(io, 0);
}

/* What it knows of the office: descriptors and the environment. */
static int
read_look(struct jail_io *io)
{
    const char *said = getenv("LIANGCAO_DATABASE");
    char found[40];
    int n = 0;

    for (int fd = 0; fd < 1000; fd++)
        n += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
    (void)snprintf(found, sizeof found, "%d%s", n, said ? said : "");
    return jail_put(io, found, strlen(found)) ? 0 : 1;
}

static const char *const refusals[] = { "the first reason", "the second reason",
                                        NULL };

#define READER(what, memory_, output_)                                         \
    static const struct jail_reader what##_reader = {                          \
        #what, read_##what, refusals, memory_, output_, 1                      \
    };
READER(echo, 16 * MIB, 8 * MIB)
READER(refuse, MIB, MIB)
READER(crash, MIB, MIB)
READER(loop, MIB, MIB)
READER(sleep, MIB, MIB)
READER(sleep_well, MIB, MIB)
READER(eat, 64 * MIB, MIB)
READER(flood, 16 * MIB, MIB)
READER(lie, MIB, MIB)
READER(open, MIB, MIB)
READER(connect, MIB, MIB)
READER(fork, MIB, MIB)
READER(thread, 16 * MIB, MIB)
READER(kill, MIB, MIB)
READER(lift, MIB, MIB)
READER(code, MIB, MIB)
READER(run, MIB, MIB)
READER(look, MIB, MIB)

static const struct jail_reader *const readers[] = {
    &echo_reader,
    &refuse_reader,
    &crash_reader,
    &loop_reader,
    &sleep_reader,
    &sleep_well_reader,
    &eat_reader,
    &flood_reader,
    &lie_reader,
    &open_reader,
    &connect_reader,
    &fork_reader,
    &thread_reader,
    &kill_reader,
    &lift_reader,
    &code_reader,
    &run_reader,
    &look_reader,
    NULL
};

/* -- asking for them ---------------------------------------------------------- */

static struct call
new_call(void)
{
    return (struct call){ .arena = arena_open(), .lang = LANG_EN };
}

/* What is to come of a file: an error, and words or what was made. */
static const struct {
    const char *promise, *reader, *in;
    enum err err;
    const char *says;
} cases[] = {
    { "what a reader makes comes back", "echo", "bytes", OK, "bytes" },
    { "an empty file is read", "echo", "", OK, "" },
    { "a refusal has words", "refuse", "2", ERR_INVALID, "the second reason" },
    { "an unknown refusal has words too", "refuse", "x", ERR_INVALID,
      "the file cannot be read" },
    { "a crash is a file that cannot be read", "crash", "", ERR_INVALID,
      "the file cannot be read" },
    { "a loop ends", "loop", "", ERR_LIMIT, "the file takes too long to read" },
    { "a sleeper ends", "sleep", "", ERR_LIMIT,
      "the file takes too long to read" },
    { "the alarm cannot be lifted", "sleep_well", "", ERR_LIMIT,
      "the file takes too long to read" },
    { "a flood is stopped", "flood", "", ERR_LIMIT,
      "there is too much in the file" },
    { "an odd message is no answer", "lie", "", ERR_INVALID,
      "the file cannot be read" },
    { "a message too long is no answer", "lie", "l", ERR_INVALID,
      "the file cannot be read" },
    { "a reader opens no file", "open", "", OK, "refused" },
    { "a reader has no network", "connect", "", OK, "refused" },
    { "a reader does not fork", "fork", "", OK, "refused" },
    { "a reader starts no thread", "thread", "", OK, "refused" },
    { "a reader signals nobody", "kill", "", OK, "refused" },
    { "a reader lifts no limit", "lift", "", OK, "refused" },
    { "a reader makes no code", "code", "", OK, "refused" },
    { "running a program ends a reader", "run", "", ERR_INVALID,
      "the file cannot be read" },
    { "a reader has one descriptor and no environment", "look", "", OK, "1" },
};

static void
ask_case(struct score *s, struct jail_child *j, size_t i)
{
    struct call c = new_call();
    struct jail_job job = { .reader = cases[i].reader,
                            .field = "file",
                            .in = cases[i].in,
                            .n = strlen(cases[i].in) };
    enum err e = jail_read(&c, j, &job);
    const char *says = e == OK ? job.out : c.fault.text;

    (void)score(s,
                e == cases[i].err && says && strcmp(says, cases[i].says) == 0,
                "%s: %s, %s", cases[i].promise, err_word(e), says ? says : "");
    arena_close(c.arena);
}

/* The limit holds, and is no smaller than it was promised. */
static void
ask_memory(struct score *s, struct jail_child *j)
{
    struct call c = new_call();
    struct jail_job job = { .reader = "eat", .in = "", .n = 0 };
    enum err e = jail_read(&c, j, &job);
    int got = e == OK ? atoi(job.out) : -1;

    (void)score(s, got >= 48 && got <= 80,
                "a reader of 64 MiB was given %d (%s)", got, err_word(e));
    arena_close(c.arena);
}

static enum err
stop_at_once(struct call *c, void *arg, const void *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)arg += n;
    return fail(c, ERR_CONFLICT, NULL, "no more");
}

static void
ask_to_stop(struct score *s, struct jail_child *j)
{
    struct call c = new_call();
    size_t n = 0;
    struct jail_job job = {
        .reader = "flood", .in = "", .take = stop_at_once, .arg = &n
    };
    enum err e = jail_read(&c, j, &job);

    (void)score(s, e == ERR_CONFLICT && n > 0 && n < MIB,
                "a caller who wants no more is asked again (%s, %zu)",
                err_word(e), n);
    arena_close(c.arena);
}

/* -- many at once ---------------------------------------------------------------- */

#define CLIENTS 8
#define FILES 6

static void *
read_many(void *arg)
{
    struct jail_child *j = arg;
    struct call c = new_call();
    size_t n = MIB + 77, good = 0;
    char *file = malloc(n);

    for (size_t i = 0; i < n; i++)
        file[i] = (char)(i * 7 + (size_t)pthread_self() % 251);
    for (int i = 0; i < FILES; i++) {
        struct jail_job job = { .reader = "echo", .in = file, .n = n };

        good += jail_read(&c, j, &job) == OK && job.out_n == n
                && memcmp(job.out, file, n) == 0;
        arena_reset(c.arena);
    }
    free(file);
    arena_close(c.arena);
    return (void *)(uintptr_t)good;
}

static size_t
read_at_once(struct jail_child *j)
{
    pthread_t threads[CLIENTS];
    size_t good = 0;

    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_create(&threads[i], NULL, read_many, j);
    for (int i = 0; i < CLIENTS; i++) {
        void *got;

        (void)pthread_join(threads[i], &got);
        good += (size_t)(uintptr_t)got;
    }
    return good;
}

/* -- processes ------------------------------------------------------------------- */

/* A number of /proc/PID/stat: 4 is its parent; the state is *STATE. */
static pid_t
parent_of(pid_t pid, char *state)
{
    char path[40], line[300];
    FILE *f;
    pid_t parent = 0;
    const char *at;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    f = fopen(path, "r");
    if (f && fgets(line, sizeof line, f) && (at = strrchr(line, ')')))
        (void)sscanf(at + 1, " %c %d", state, &parent);
    if (f)
        (void)fclose(f);
    return parent;
}

/* How many children PARENT has; the last is *CHILD. */
static int
count_children(pid_t parent, pid_t *child)
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    int n = 0;
    char state;

    while (d && (e = readdir(d)))
        if (atoi(e->d_name) > 0
            && parent_of(atoi(e->d_name), &state) == parent) {
            *child = atoi(e->d_name);
            n++;
        }
    if (d)
        (void)closedir(d);
    return n;
}

/* Within three seconds PARENT has no child left. */
static bool
is_childless(pid_t parent)
{
    const struct timespec pause = { 0, 50000000 };
    pid_t child;

    for (int i = 0; i < 60; i++) {
        if (count_children(parent, &child) == 0)
            return true;
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

static void
lose_forker(struct score *s, struct jail_child *j, pid_t forker)
{
    struct call c = new_call();
    struct jail_job job = { .reader = "echo", .in = "x", .n = 1 };
    enum err e;

    (void)score(s, jail_child_lives(j), "the forker does not live");
    (void)kill(forker, SIGKILL);
    e = jail_read(&c, j, &job);
    (void)score(s, e != OK, "a file is read without a forker");
    for (int i = 0; i < 100 && jail_child_lives(j); i++)
        (void)usleep(20000);
    (void)score(s, !jail_child_lives(j), "a killed forker lives");
    e = jail_read(&c, j, &job);
    (void)score(s,
                e == ERR_AWAY
                    && strstr(c.fault.text, "until liangcao is started anew"),
                "without a forker it says %s", err_word(e));
    arena_close(c.arena);
}

/* A server of its own, whose jail holds it, reads by threads; then it is
   killed while a reader sleeps: nobody is left. */
static void
serve_and_die(struct score *s)
{
    char folder[] = "/tmp/liangcao-inside-XXXXXX", command[60];
    int ends[2], status;
    pid_t forker = 0, pid;
    char good = 0;

    if (!score(s, mkdtemp(folder) && pipe(ends) == 0, "no folder"))
        return;
    pid = fork();
    if (pid == 0) {
        struct jail_child *j = jail_child_open(readers);
        struct call c = new_call();
        struct jail_job job = { .reader = "sleep", .in = "", .n = 0 };

        (void)jail_of_server(folder, NULL);
        good = read_at_once(j) == (size_t)CLIENTS * FILES;
        (void)!write(ends[1], &good, 1);
        for (;;)
            (void)!jail_read(&c, j, &job);
    }
    (void)close(ends[1]);
    (void)score(s, read(ends[0], &good, 1) == 1 && good,
                "a jailed server does not read files by eight threads");
    (void)score(s, count_children(pid, &forker) == 1, "no forker");
    (void)usleep(200000);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    for (int i = 0; i < 100 && kill(forker, 0) == 0; i++)
        (void)usleep(20000);
    (void)score(s, kill(forker, 0) != 0, "the forker outlives its server");
    (void)close(ends[0]);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)score(s, system(command) == 0, "%s stays", folder);
}

void
try_files(struct score *s)
{
    struct jail_child *j;
    pid_t forker = 0;

    (void)setenv("LIANGCAO_DATABASE", "postgresql://u:secret@h/x", 1);
    j = jail_child_open(readers);
    (void)unsetenv("LIANGCAO_DATABASE");
    if (!score(s, j != NULL, "there is no forker"))
        return;
    (void)count_children(getpid(), &forker);
    for (size_t i = 0; i < COUNT(cases); i++)
        ask_case(s, j, i);
    ask_memory(s, j);
    ask_to_stop(s, j);
    (void)score(s, read_at_once(j) == (size_t)CLIENTS * FILES,
                "not all files of eight clients were read");
    (void)score(s, is_childless(forker), "readers stay, or are not buried");
    lose_forker(s, j, forker);
    jail_child_close(j);
    serve_and_die(s);
}
