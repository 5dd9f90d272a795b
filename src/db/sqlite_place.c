/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/private.h"
#include "base/words.h"
#include "db/place.h"

#define NODES 16
#define GATE 16
#define GATE_TRIES 200
#define GATE_NS (50 * 1000000L)

static const char *
beside(const struct db_place *p, const char *end, char out[PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s%s", p->path, end);
    return out;
}

static bool
is_there(const struct db_place *p, const char *end)
{
    char name[PATH_MAX];

    return access(beside(p, end, name), F_OK) == 0;
}

static const char *
mark_of(const struct db_place *p, char out[PATH_MAX])
{
    const char *slash = strrchr(p->path, '/');

    (void)snprintf(out, PATH_MAX, "%.*soffice.id",
                   slash ? (int)(slash - p->path + 1) : 0, p->path);
    return out;
}

bool
db_place_is_marked(const struct db_place *p)
{
    char name[PATH_MAX];

    return access(mark_of(p, name), F_OK) == 0;
}

void
db_place_mark(const struct db_place *p)
{
    static const char says[] =
        "An office was made in this folder. While this file stands here,"
        " liangcao makes\nno new, empty one where its main.db is missing.\n";
    char name[PATH_MAX];
    int fd = private_open(mark_of(p, name), O_WRONLY | O_CREAT | O_EXCL);

    if (fd < 0)
        return; /* it is there, or the next start makes it */
    if (write(fd, says, sizeof says - 1) > 0)
        (void)fsync(fd);
    (void)close(fd);
    (void)private_keep_name(name);
}

/* -- locks ----------------------------------------------------------- */

static bool
lock(const struct db_place *p, short type, int from, int n)
{
    struct flock l = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = n
    };

    return fcntl(p->node_file, F_OFD_SETLK, &l) == 0;
}

static enum err
open_locks(struct call *c, struct db_place *p)
{
    char name[PATH_MAX];

    p->node_file = private_open(beside(p, "-node", name), O_RDWR | O_CREAT);
    if (p->node_file >= 0)
        return OK;
    return fail(c, file_err(errno), NULL, "%s cannot be opened: %s", name,
                words_in(c, strerror(errno)));
}

/* Whoever opens or upgrades the office now is done soon. */
static enum err
take_gate(struct call *c, const struct db_place *p)
{
    const struct timespec step = { .tv_nsec = GATE_NS };

    for (int i = 0; i < GATE_TRIES; i++) {
        if (lock(p, F_WRLCK, GATE, 1))
            return OK;
        (void)nanosleep(&step, NULL);
    }
    return fail(c, ERR_BUSY, NULL,
                "another process is upgrading or restoring this office");
}

static enum err
take_node(struct call *c, struct db_place *p)
{
    for (unsigned i = 0; i < NODES; i++)
        if (lock(p, F_WRLCK, (int)i, 1)) {
            p->node = i;
            return OK;
        }
    return fail(c, ERR_BUSY, NULL, "16 processes have this database open");
}

enum err
db_place_alone(struct call *c, struct db_place *p)
{
    unsigned n = p->node;
    bool alone = lock(p, F_WRLCK, 0, NODES);

    /* A lock of all the bytes is one lock: the others' go, ours stays. */
    if (alone && n > 0)
        (void)lock(p, F_UNLCK, 0, (int)n);
    if (alone && n < NODES - 1)
        (void)lock(p, F_UNLCK, (int)n + 1, (int)(NODES - 1 - n));
    if (alone)
        return OK;
    return fail(c, ERR_CONFLICT, NULL,
                "this office must be brought up to date, and another process"
                " works on it: stop that first");
}

bool
db_place_has_others(const struct db_place *p)
{
    struct flock l = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = NODES
    };

    /* Whose bytes are ours is no obstacle to us.  What cannot be told is taken
       for somebody. */
    return fcntl(p->node_file, F_OFD_GETLK, &l) != 0 || l.l_type != F_UNLCK;
}

/* -- coming in ------------------------------------------------------- */

/* What stands where main.db should be. */
static enum err
look_around(struct call *c, struct db_place *p, bool make)
{
    struct stat st = { .st_size = 0 };
    bool there = stat(p->path, &st) == 0;

    p->marked = db_place_is_marked(p);
    if (there && (st.st_size > 0 || (!p->marked && make)))
        return OK;
    if (!there && is_there(p, ".part"))
        return fail(c, ERR_CONFLICT, NULL,
                    "a restore to %s was cut short: run it again", p->path);
    if (p->marked || is_there(p, "-wal") || is_there(p, "-journal"))
        return fail(c, ERR_CONFLICT, NULL,
                    "there was an office here and its %s is gone or empty:"
                    " restore a backup with liangcao restore; for a new,"
                    " empty office use another folder",
                    p->path);
    if (make)
        return OK;
    return fail(c, ERR_ABSENT, NULL, "%s is no office: there is nothing in it",
                p->path);
}

/* SQLite itself would make it with the umask's rights; its other files get
   those of this one. */
static enum err
make_file(struct call *c, const struct db_place *p)
{
    int fd;

    if (access(p->path, F_OK) == 0)
        return OK;
    fd = private_open(p->path, O_RDWR | O_CREAT | O_EXCL);
    if (fd < 0)
        return fail(c, file_err(errno), NULL, "%s cannot be made: %s", p->path,
                    words_in(c, strerror(errno)));
    /* SQLite has no lock on it yet that closing could take away. */
    (void)close(fd);
    return OK;
}

enum err
db_place_enter(struct call *c, struct db_place *p, const char *path, bool make)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-node" };
    char name[PATH_MAX];

    *p = (struct db_place){ .path = path, .node_file = -1 };
    /* A folder that holds no office gets no file of ours. */
    if (!make)
        TRY(look_around(c, p, false));
    TRY(open_locks(c, p));
    TRY(take_gate(c, p));
    TRY(look_around(c, p, make));
    TRY(take_node(c, p));
    TRY(make_file(c, p));
    for (size_t i = 0; i < COUNT(ends); i++)
        private_tighten(beside(p, ends[i], name));
    return OK;
}

enum err
db_place_seize(struct call *c, struct db_place *p, const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
    char name[PATH_MAX];

    *p = (struct db_place){ .path = path, .node_file = -1 };
    TRY(open_locks(c, p));
    if (!lock(p, F_WRLCK, 0, NODES) || !lock(p, F_WRLCK, GATE, 1))
        return fail(c, ERR_CONFLICT, NULL,
                    "the office of %s is being served: stop it first", path);
    for (size_t i = 0; i < COUNT(ends); i++)
        if (is_there(p, ends[i]))
            return fail(c, ERR_CONFLICT, NULL,
                        "%s is there already; move it away first",
                        beside(p, ends[i], name));
    return OK;
}

void
db_place_leave(struct db_place *p)
{
    if (p->node_file >= 0)
        (void)close(p->node_file);
    p->node_file = -1;
}

/* -- a file that was cut under a mapping --------------------------------- */

/*
 * SQLite maps its index of the log and the beginning of the database; to touch
 * a page that was cut off would end the process.  It gets zeros instead, which
 * SQLite takes for damage, and db_place_same then finds out why.
 */
static void
on_bus(int number, siginfo_t *why, void *context)
{
    uintptr_t page = (uintptr_t)getpagesize();
    void *from = (void *)((uintptr_t)why->si_addr / page * page);

    (void)context;
    if (why->si_code == BUS_ADRERR
        && mmap(from, page, PROT_READ | PROT_WRITE,
                MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
               != MAP_FAILED)
        return;
    (void)signal(number, SIG_DFL); /* it happens again, and ends us */
}

void
db_place_outlive_cuts(void)
{
    struct sigaction a = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

    (void)sigemptyset(&a.sa_mask);
    (void)sigaction(SIGBUS, &a, NULL);
}

/* -- still the same -------------------------------------------------- */

static const char *const watched[] = { "", "-wal", "-shm" };

void
db_place_settle(struct db_place *p)
{
    for (size_t i = 0; i < COUNT(watched); i++) {
        char name[PATH_MAX];
        struct stat st;

        if (stat(beside(p, watched[i], name), &st) != 0)
            continue;
        p->ids[i] = (struct file_id){ st.st_dev, st.st_ino };
        if (i == 0)
            atomic_store(&p->size, (long long)st.st_size);
        private_tighten(name);
    }
    if (!p->marked)
        db_place_mark(p);
    (void)lock(p, F_UNLCK, GATE, 1);
}

/* The database only grows while it is open: it is never vacuumed. */
static bool
has_shrunk(struct db_place *p, long long size)
{
    long long most = atomic_load(&p->size);

    while (size > most && !atomic_compare_exchange_weak(&p->size, &most, size))
        continue;
    return size < most;
}

bool
db_place_same(struct db_place *p)
{
    for (size_t i = 0; i < COUNT(watched); i++) {
        char name[PATH_MAX];
        struct stat st;

        if (p->ids[i].ino == 0)
            continue;
        if (stat(beside(p, watched[i], name), &st) != 0
            || st.st_dev != p->ids[i].dev || st.st_ino != p->ids[i].ino
            || (i == 0 && has_shrunk(p, (long long)st.st_size)))
            return false;
    }
    return true;
}
