/* SPDX-License-Identifier: Apache-2.0 */
#include "base/jail_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/jail_inner.h"
#include "base/text.h"
#include "base/thread.h"
#include "base/words.h"

#define HELLO_MS 5000
#define GRACE_MS 1000 /* beyond a reader's own time */
#define PLACE_S 20    /* to wait until another file has been read */
#define FAREWELL_MS 500

struct jail_child {
    const struct jail_reader *const *readers;
    pid_t pid; /* 0: readers run in the calling thread */
    int control;
    struct jail_state state;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t place;
    unsigned running;
    size_t held; /* by calls: what was made for them */
    bool gone;   /* the forker has ended, and is buried */
};

/* -- the forker, from outside -------------------------------------------- */

static bool
greeted(struct jail_child *j)
{
    struct pollfd p = { .fd = j->control, .events = POLLIN };

    return poll(&p, 1, HELLO_MS) > 0
           && recv(j->control, &j->state, sizeof(j->state), 0)
                  == (ssize_t)sizeof(j->state);
}

static bool
start_forker(struct jail_child *j)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    j->pid = fork();
    if (j->pid == 0) {
        (void)close(ends[0]);
        jail_forker(ends[1], j->readers);
    }
    (void)close(ends[1]);
    j->control = ends[0];
    return j->pid > 0 && greeted(j);
}

struct jail_child *
jail_child_open(const struct jail_reader *const *readers)
{
    struct jail_child *j = readers[0] ? calloc(1, sizeof(*j)) : NULL;

    if (!j)
        return NULL;
    j->readers = readers;
    j->control = -1;
    j->state.sanitized = JAIL_SANITIZED;
    (void)pthread_mutex_init(&j->lock, NULL);
    thread_cond(&j->place);
    if (j->state.sanitized || start_forker(j))
        return j;
    jail_child_close(j);
    return NULL;
}

/* Lock held: bury the forker if it has ended. */
static bool
has_gone(struct jail_child *j)
{
    if (!j->gone && j->pid > 0)
        j->gone = waitpid(j->pid, NULL, WNOHANG) != 0;
    return j->gone;
}

bool
jail_child_lives(struct jail_child *j)
{
    bool gone;

    if (!j)
        return false;
    (void)pthread_mutex_lock(&j->lock);
    gone = has_gone(j);
    (void)pthread_mutex_unlock(&j->lock);
    return !gone;
}

struct jail_state
jail_child_state(const struct jail_child *j)
{
    return j->state;
}

/* A forker that was stopped by somebody is not waited for: it ends with this
   process. */
void
jail_child_close(struct jail_child *j)
{
    const struct timespec pause = { 0, 1000000 };

    if (!j)
        return;
    if (j->control >= 0)
        (void)close(j->control);
    for (int i = 0; i < FAREWELL_MS && j->pid > 0 && !has_gone(j); i++)
        (void)nanosleep(&pause, NULL);
    (void)pthread_mutex_destroy(&j->lock);
    (void)pthread_cond_destroy(&j->place);
    free(j);
}

/* -- a place --------------------------------------------------------- */

static bool
take_place(struct jail_child *j)
{
    int64_t until = monotonic_ms() + PLACE_S * SECOND_MS;
    bool taken;

    (void)pthread_mutex_lock(&j->lock);
    while (j->running == JAIL_AT_ONCE
           && thread_wait(&j->place, &j->lock, until))
        continue;
    taken = j->running < JAIL_AT_ONCE;
    j->running += taken;
    (void)pthread_mutex_unlock(&j->lock);
    return taken;
}

static void
give_place(struct jail_child *j)
{
    (void)pthread_mutex_lock(&j->lock);
    j->running--;
    (void)pthread_cond_signal(&j->place);
    (void)pthread_mutex_unlock(&j->lock);
}

/* -- what a reader makes ----------------------------------------------- */

/* One job on its way. */
struct reading {
    struct call *c;
    struct jail_child *j;
    struct jail_job *job;
    const struct jail_reader *reader;
    struct buf all; /* where the job has no take */
    size_t made;
    enum err refused; /* by take, or for too much */
};

/* It stays in memory until the call ends, whoever reads meanwhile. */
static bool
hold(struct reading *r, size_t n)
{
    struct jail_child *j = r->j;
    bool room;

    (void)pthread_mutex_lock(&j->lock);
    room = j->held + n <= JAIL_HELD;
    if (room) {
        j->held += n;
        r->c->read_held += n;
    }
    (void)pthread_mutex_unlock(&j->lock);
    return room;
}

void
jail_let_go(struct jail_child *j, struct call *c)
{
    if (c->read_held == 0)
        return;
    (void)pthread_mutex_lock(&j->lock);
    ASSERT(j->held >= c->read_held);
    j->held -= c->read_held;
    c->read_held = 0;
    (void)pthread_mutex_unlock(&j->lock);
}

static void
take_piece(struct reading *r, const void *bytes, size_t n)
{
    r->made += n;
    if (r->made > r->reader->output)
        r->refused = fail(r->c, ERR_LIMIT, r->job->field,
                          "there is too much in the file");
    else if (r->job->take)
        r->refused = r->job->take(r->c, r->job->arg, bytes, n);
    else if (!hold(r, n))
        r->refused = fail(r->c, ERR_LIMIT, r->job->field,
                          "many files are being read; please try again");
    else
        buf_add(&r->all, bytes, n);
}

static enum err
refuse(struct reading *r)
{
    return fail(r->c, ERR_INVALID, r->job->field, "the file cannot be read");
}

/* The reader's last word, which need not be an honest one. */
static enum err
judge(struct reading *r, unsigned verdict)
{
    const char *const *words = r->reader->refusals;

    if (verdict == 0) {
        r->job->out = r->all.s;
        r->job->out_n = r->all.len;
        return OK;
    }
    for (unsigned i = 1; words && *words; i++, words++)
        if (i == verdict)
            return fail(r->c, ERR_INVALID, r->job->field, "%s",
                        words_in(r->c, *words));
    return refuse(r);
}

/* Messages until the verdict, an end without one, or the deadline. */
static enum err
hear(struct reading *r, int fd)
{
    int64_t begun = monotonic_ms(), now = begun;
    int64_t own = r->reader->seconds * SECOND_MS;
    char message[1 + JAIL_PIECE];

    while (r->refused == OK && now < begun + own + GRACE_MS) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ssize_t n = -1;

        if (poll(&p, 1, (int)(begun + own + GRACE_MS - now)) > 0) {
            n = recv(fd, message, sizeof(message), 0);
            if (n == 2 && message[0] == JAIL_VERDICT)
                return judge(r, (unsigned char)message[1]);
            if (n < 1 || message[0] != JAIL_DATA)
                break;
            take_piece(r, message + 1, (size_t)n - 1);
        }
        now = monotonic_ms();
    }
    TRY(r->refused);
    /* Its alarm ends a reader a moment before or after our own clock says. */
    if (monotonic_ms() >= begun + own - 100)
        return fail(r->c, ERR_LIMIT, r->job->field,
                    "the file takes too long to read");
    return refuse(r);
}

/* -- asking for a reader ------------------------------------------------- */

/* The file in memory, which nobody can change any more; -1. */
static int
seal_file(const struct jail_job *job)
{
    int fd = memfd_create("file", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    const char *from = job->in;
    size_t at = 0;

    while (fd >= 0 && at < job->n) {
        ssize_t n = write(fd, from + at, job->n - at);

        if (n <= 0) {
            (void)close(fd);
            return -1;
        }
        at += (size_t)n;
    }
    if (fd >= 0)
        (void)fcntl(fd, F_ADD_SEALS,
                    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return fd;
}

static bool
send_order(int control, const struct jail_order *o, const int fds[static 2])
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } with = { .head = { .cmsg_len = CMSG_LEN(2 * sizeof(int)),
                         .cmsg_level = SOL_SOCKET,
                         .cmsg_type = SCM_RIGHTS } };
    struct jail_order copy = *o;
    struct iovec body = { &copy, sizeof(copy) };
    struct msghdr m = { .msg_iov = &body,
                        .msg_iovlen = 1,
                        .msg_control = &with,
                        .msg_controllen = sizeof(with) };

    memcpy(CMSG_DATA(&with.head), fds, 2 * sizeof(int));
    return sendmsg(control, &m, MSG_NOSIGNAL) == (ssize_t)sizeof(copy);
}

static enum err
read_there(struct reading *r, struct jail_child *j, uint32_t which)
{
    struct jail_order o = { .reader = which, .size = r->job->n };
    int file = seal_file(r->job), ends[2];
    bool sent;
    enum err e;

    if (file < 0
        || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        if (file >= 0)
            (void)close(file);
        return fail(r->c, ERR_BROKEN, NULL, "no memory to read a file");
    }
    sent = send_order(j->control, &o, (const int[2]){ file, ends[1] });
    (void)close(file);
    /* Only the reader holds the other end now, so that its death is heard. */
    (void)close(ends[1]);
    e = sent ? hear(r, ends[0])
             : fail(r->c, ERR_AWAY, NULL,
                    "files cannot be read until liangcao is started anew");
    (void)close(ends[0]);
    return e;
}

/* -- reading here, under a sanitizer ------------------------------------- */

static bool
put_here(struct jail_io *io, const void *bytes, size_t n)
{
    struct reading *r = io->arg;

    if (r->refused == OK)
        take_piece(r, bytes, n);
    return r->refused == OK;
}

static enum err
read_here(struct reading *r)
{
    struct jail_io io = {
        .in = r->job->in, .n = r->job->n, .put = put_here, .arg = r
    };
    int verdict = r->reader->read(&io);

    TRY(r->refused);
    return judge(r, (unsigned)verdict);
}

enum err
jail_read(struct call *c, struct jail_child *j, struct jail_job *job)
{
    struct reading r = { .c = c, .j = j, .job = job };
    uint32_t which = 0;
    enum err e;

    if (!j || !jail_child_lives(j))
        return fail(c, ERR_AWAY, NULL,
                    "files cannot be read until liangcao is started anew");
    while (strcmp(j->readers[which]->name, job->reader) != 0) {
        which++;
        ASSERT(j->readers[which]); /* a name of the table */
    }
    r.reader = j->readers[which];
    r.all = buf_make(c->arena, r.reader->output);
    if (j->state.sanitized)
        return read_here(&r);
    if (!take_place(j))
        return fail(c, ERR_LIMIT, job->field,
                    "many files are being read; please try again");
    e = read_there(&r, j, which);
    give_place(j);
    return e;
}
