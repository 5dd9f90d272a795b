/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_copy - copies of an office that tell the truth: a backup is whole
 * before it has its name, and nothing is restored that has not been checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/private.h"
#include "base/text.h"
#include "base/words.h"
#include "db/sqlite.h"

/* -- a file under another name ------------------------------------------ */

struct part {
    char name[PATH_MAX];
    int fd;
};

static enum err
cannot(struct call *c, const char *path)
{
    return fail(c, file_err(errno), NULL, "%s cannot be written: %s", path,
                words_in(c, strerror(errno)));
}

/* What SQLite may have left beside it, if we were killed. */
static void
drop_beside(const struct part *p, bool itself)
{
    static const char *const ends[] = { "", "-journal", "-wal", "-shm",
                                        "-node" };

    for (size_t i = itself ? 0 : 1; i < COUNT(ends); i++) {
        char name[PATH_MAX];

        (void)snprintf(name, sizeof name, "%s%s", p->name, ends[i]);
        (void)unlink(name);
    }
}

/* Locked as long as it is written: one that stands there unlocked was left
   behind by somebody who was killed, and is used again. */
static enum err
part_open(struct call *c, struct part *p, const char *path)
{
    struct stat here, there;

    if (snprintf(p->name, sizeof p->name, "%s.part", path)
        >= (int)sizeof p->name)
        return fail(c, ERR_INVALID, NULL, "the name of the file is too long");
    p->fd = private_open(p->name, O_RDWR | O_CREAT);
    if (p->fd < 0)
        return cannot(c, p->name);
    if (flock(p->fd, LOCK_EX | LOCK_NB) != 0 || fstat(p->fd, &here) != 0
        || stat(p->name, &there) != 0 || here.st_ino != there.st_ino) {
        (void)close(p->fd);
        return fail(c, ERR_CONFLICT, NULL,
                    "another process is writing %s at the moment", path);
    }
    drop_beside(p, false);
    if (ftruncate(p->fd, 0) == 0)
        return OK;
    (void)close(p->fd);
    return cannot(c, p->name);
}

/* All of it is on the disk before it has its name, and then the name is. */
static enum err
part_keep(struct call *c, struct part *p, const char *path)
{
    bool good = fsync(p->fd) == 0 && rename(p->name, path) == 0
                && private_keep_name(path);
    enum err e = good ? OK : cannot(c, path);

    if (e != OK)
        drop_beside(p, true);
    (void)close(p->fd);
    return e;
}

static void
part_drop(struct part *p)
{
    drop_beside(p, true);
    (void)close(p->fd);
}

/* -- figures ------------------------------------------------------------- */

/* Tables without rowids have no greatest one: an index of the search. */
static const char find_tables[] =
    "SELECT name, sql NOT LIKE '%WITHOUT ROWID%' FROM sqlite_master"
    " WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    " AND name NOT LIKE 'sqlite_%' ORDER BY name";

static enum err
count_rows(struct call *c, struct figure *f, bool has_ids)
{
    const char *sql = arena_printf(c->arena, "SELECT COUNT(*), %s FROM \"%s\"",
                                   has_ids ? "MAX(rowid)" : "0", f->table);
    ROWS r = db_query_n(c, db_intern(c, sql), NULL, 0);

    if (rows_next(&r)) {
        f->rows = row_int(&r, 0);
        f->newest = row_int(&r, 1);
    }
    return rows_end(&r);
}

/* One moment's: C reads on one connection, with one snapshot where its caller
   has begun one. */
enum err
sqlite_figures(struct call *c, struct figures *out)
{
    bool has_ids[200] = { false };
    ROWS r = db_query(c, find_tables);

    *out = (struct figures){ .list = NEW_N(c->arena, struct figure,
                                           COUNT(has_ids)) };
    while (rows_next(&r) && out->n < COUNT(has_ids)) {
        has_ids[out->n] = row_int(&r, 1) != 0;
        out->list[out->n++].table = row_text(&r, 0);
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < out->n; i++)
        TRY(count_rows(c, &out->list[i], has_ids[i]));
    return OK;
}

/* -- backup -------------------------------------------------------------- */

#define STEP_PAGES 256 /* a mebibyte */
#define SYNC_STEPS 32

/* Onto one of the office's own files nothing is backed up at all. */
static enum err
refuse_own(struct call *c, const struct sqlite_store *s, const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-node" };
    struct stat to, own;

    if (stat(path, &to) != 0)
        return OK;
    if (S_ISDIR(to.st_mode))
        return fail(c, ERR_INVALID, NULL, "%s is a folder", path);
    if (!S_ISREG(to.st_mode))
        return fail(c, ERR_INVALID, NULL, "%s is no file", path);
    for (size_t i = 0; i < COUNT(ends); i++) {
        char name[PATH_MAX];

        (void)snprintf(name, sizeof name, "%s%s", s->path, ends[i]);
        if (stat(name, &own) == 0 && own.st_dev == to.st_dev
            && own.st_ino == to.st_ino)
            return fail(c, ERR_CONFLICT, NULL,
                        "%s is a file of the office itself", path);
    }
    return OK;
}

static int64_t
now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* As long a pause as the step took: half of the disk is the others'. */
static int
step_gently(sqlite3_backup *b, int fd, const atomic_bool *stop)
{
    int rc = SQLITE_OK;

    for (int i = 1; rc == SQLITE_OK; i++) {
        if (stop && atomic_load(stop))
            return SQLITE_BUSY;
        int64_t took = now_ns();
        struct timespec pause = { 0 };

        rc = sqlite3_backup_step(b, STEP_PAGES);
        if (i % SYNC_STEPS == 0)
            (void)fdatasync(fd);
        took = now_ns() - took;
        pause.tv_sec = took / 1000000000;
        pause.tv_nsec = took % 1000000000;
        (void)nanosleep(&pause, NULL);
    }
    return rc;
}

/* All pages as FROM sees them; TO is new and nobody's but ours, so that it
   needs no journal.  What comes out needs no log to be read. */
static int
copy_pages(sqlite3 *from, const struct backup *how, const struct part *p)
{
    sqlite3 *to = NULL;
    sqlite3_backup *b;
    int rc = sqlite_raw(p->name, false, &to);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to,
                          "PRAGMA locking_mode = EXCLUSIVE;"
                          "PRAGMA journal_mode = OFF;"
                          "PRAGMA synchronous = OFF",
                          NULL, NULL, NULL);
    b = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", from, "main") : NULL;
    if (b) {
        rc = how->gently ? step_gently(b, p->fd, how->stop)
                         : sqlite3_backup_step(b, -1);
        (void)sqlite3_backup_finish(b);
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_errcode(to);
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        log_line(LOG_ERROR, "backup", "%s", sqlite3_errmsg(to));
    (void)sqlite3_close(to);
    return rc;
}

/* A connection of its own, so that no reader is missing meanwhile. */
static enum err
reader_of_its_own(struct call *c, struct sqlite_store *s)
{
    int rc;
    struct sqlite_conn *conn = sqlite_connect(s, SQLITE_READER_KIB, &rc);

    c->db->reader = conn;
    if (!conn)
        return db_refuse(c, sqlite_err(rc), "backup", sqlite3_errstr(rc));
    return db_place_same(&s->place)
               ? OK
               : db_refuse(c, ERR_AWAY, "backup", "the file was replaced");
}

/* It keeps one moment until all of it is copied; writers go on. */
static enum err
copy_moment(struct call *c, const struct backup *b, const struct part *p)
{
    struct sqlite_conn *from = c->db->reader;
    int64_t n;
    int rc;

    TRY(db_run(c, &(struct query){ .sql = "BEGIN" }, true));
    TRY(b->holds ? sqlite_figures(c, b->holds)
                 : db_int(c, &n, "SELECT COUNT(*) FROM schema_migration"));
    rc = copy_pages(from->db, b, p);
    if (rc != SQLITE_OK)
        return fail(c, sqlite_err(rc), NULL, "the backup failed: %s",
                    words_in(c, sqlite_says(rc)));
    return OK;
}

static enum err
write_copy(struct call *c, struct sqlite_store *s, const struct backup *b,
           const struct part *p)
{
    struct call own = *c;
    struct sqlite_conn *conn;
    enum err e;

    db_session(&own, &s->base);
    e = reader_of_its_own(&own, s);
    if (e == OK)
        e = copy_moment(&own, b, p);
    db_finish(own.db, false);
    conn = own.db->reader;
    own.db->reader = NULL;
    sqlite_disconnect(conn); /* and with it ends its moment */
    db_session_end(&own);
    c->fault = own.fault;
    if (e == OK && fdatasync(p->fd) != 0)
        e = cannot(c, p->name);
    return e;
}

/* -- checking ------------------------------------------------------------ */

#define MOST_FAULTS "1000"

/* Rows that SQL finds; what they say goes to the log, the first of it. */
static enum err
count_faults(struct call *c, const char *sql, int64_t *n)
{
    ROWS r = db_query_n(c, sql, NULL, 0);
    enum err e;

    while (rows_next(&r)) {
        const char *says = row_text(&r, 0);

        if (text_same(says, "ok"))
            continue;
        if (++*n == 1)
            log_line(LOG_ERROR, "check", "%s", says ? says : "?");
    }
    e = rows_end(&r);
    /* A database that cannot even be asked is damaged, not busy. */
    if (e == ERR_BROKEN)
        *n += 1;
    return e == ERR_BROKEN ? OK : e;
}

enum err
store_check(struct call *c, struct store_faults *out)
{
    static const char whole[] = "PRAGMA integrity_check(" MOST_FAULTS ")";
    static const char references[] = "PRAGMA foreign_key_check";

    *out = (struct store_faults){ 0 };
    if (store_is_postgres(c->db->store))
        return store_shape(c, out);
    TRY(count_faults(c, whole, &out->damages));
    /* In a damaged file every further finding is only another sign of it. */
    if (out->damages > 0)
        return OK;
    TRY(count_faults(c, references, &out->orphans));
    return store_shape(c, out);
}

/* -- restoring ------------------------------------------------------------- */

#define HEADER 100

static int64_t
big_endian(const unsigned char *p, int n)
{
    int64_t v = 0;

    while (n-- > 0)
        v = v << 8 | *p++;
    return v;
}

/* What can be seen of a file before it is copied: its beginning, and that it
   is as long as it says. */
static enum err
look_at_header(struct call *c, int fd, const char *from)
{
    unsigned char h[HEADER];
    struct stat st;
    int64_t page, pages;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fail(c, ERR_INVALID, NULL, "%s is no file", from);
    if (st.st_size == 0)
        return fail(c, ERR_INVALID, NULL, "%s is no backup: it is empty", from);
    if (pread(fd, h, sizeof h, 0) != HEADER
        || memcmp(h, "SQLite format 3", 16) != 0)
        return fail(c, ERR_INVALID, NULL, "%s is no backup of an office", from);
    page = big_endian(h + 16, 2);
    page = page == 1 ? 65536 : page;
    pages = big_endian(h + 28, 4);
    if (big_endian(h + 24, 4) == big_endian(h + 92, 4)
        && (int64_t)st.st_size < page * pages)
        return fail(c, ERR_INVALID, NULL,
                    "%s is cut short: it should have %lld bytes and has %lld",
                    from, (long long)(page * pages), (long long)st.st_size);
    return OK;
}

/* A file with a log beside it is somebody's database: its newest changes are
   in the log alone. */
static enum err
refuse_in_use(struct call *c, const char *from)
{
    static const char *const ends[] = { "-wal", "-journal" };
    struct stat st;

    for (size_t i = 0; i < COUNT(ends); i++) {
        const char *log = arena_printf(c->arena, "%s%s", from, ends[i]);

        if (stat(log, &st) == 0 && st.st_size > 0)
            return fail(c, ERR_CONFLICT, NULL,
                        "%s is in use, or was: newer changes are in %s; make a"
                        " backup of that office with liangcao backup",
                        from, log);
    }
    return OK;
}

static enum err
copy_file(struct call *c, int from, const struct part *p, const char *name)
{
    char *room = arena_alloc(c->arena, 1 << 20);
    ssize_t n;

    while ((n = read(from, room, 1 << 20)) > 0)
        for (ssize_t done = 0, put; done < n; done += put) {
            put = write(p->fd, room + done, (size_t)(n - done));
            if (put < 0)
                return cannot(c, p->name);
        }
    if (n < 0)
        return fail(c, ERR_BROKEN, NULL, "%s cannot be read: %s", name,
                    words_in(c, strerror(errno)));
    return fsync(p->fd) == 0 ? OK : cannot(c, p->name);
}

struct restoring {
    const char *from; /* what the words name */
    int fd;
    const struct restore *how;
};

static enum err
refuse_faults(struct call *c, const char *from)
{
    struct store_faults f;

    /* Damage first: what a damaged file says of its rows is worth nothing. */
    TRY(store_check(c, &f));
    if (f.damages > 0)
        return fail(c, ERR_INVALID, NULL,
                    "%s is damaged (%lld findings) and was not restored", from,
                    (long long)f.damages);
    if (f.orphans > 0)
        return fail(c, ERR_INVALID, NULL,
                    "%s has %lld rows that refer to nothing and was not"
                    " restored",
                    from, (long long)f.orphans);
    if (f.strange > 0)
        return fail(c, ERR_INVALID, NULL,
                    "%s was not restored: its schema is not this release's: %s",
                    from, f.strangest);
    return OK;
}

/* Open FILE in MODE, let WHAT look at it, and close it. */
static enum err
with_store(struct call *c, const char *file, enum store_mode mode,
           enum err (*what)(struct call *c, const struct restoring *r),
           const struct restoring *r)
{
    const struct store_how how = { .mode = mode, .readers = 1 };
    struct db *mine = c->db;
    struct store *s;
    enum err e;

    TRY(store_open_as(c, file, &how, &s));
    db_session(c, s);
    e = what(c, r);
    db_session_end(c);
    c->db = mine;
    store_close(s);
    return e;
}

static enum err
look_at_copy(struct call *c, const struct restoring *r)
{
    return refuse_faults(c, r->from);
}

static enum err
look_at_office(struct call *c, const struct restoring *r)
{
    return r->how->judge ? r->how->judge(c, r->how->arg) : OK;
}

static enum err
look_at_kind(struct call *c, const struct restoring *r)
{
    (void)c;
    (void)r; /* opening it has told */
    return OK;
}

/* The copy is P: checked as it came, then brought up to date and judged. */
static enum err
make_office(struct call *c, const struct restoring *r, const struct part *p)
{
    struct stat log;

    TRY(copy_file(c, r->fd, p, r->from));
    TRY(with_store(c, p->name, STORE_FILE, look_at_copy, r));
    TRY(with_store(c, p->name, STORE_COPY, look_at_office, r));
    /* A log that could not be brought into the copy must not be lost. */
    if (stat(arena_printf(c->arena, "%s-wal", p->name), &log) == 0
        && log.st_size > 0)
        return fail(c, ERR_FULL, NULL,
                    "there is no room to bring the copy up to date");
    return OK;
}

static enum err
make_in_place(struct call *c, const struct restoring *r)
{
    struct part p;
    enum err e;

    TRY(part_open(c, &p, r->how->to));
    e = make_office(c, r, &p);
    drop_beside(&p, false);
    if (e == OK)
        return part_keep(c, &p, r->how->to);
    part_drop(&p);
    return e;
}

static enum err
restore_to(struct call *c, const struct restoring *r)
{
    struct db_place place;
    enum err e = db_place_seize(c, &place, r->how->to);

    if (e == OK)
        e = make_in_place(c, r);
    if (e == OK)
        db_place_mark(&place);
    db_place_leave(&place);
    return e;
}

enum err
store_restore(struct call *c, const char *from, const struct restore *how)
{
    struct restoring r = { from, -1, how };
    const char *why = NULL;
    enum err e;

    r.fd = regular_open(from, O_RDONLY, &why);
    if (r.fd < 0 && errno == EINVAL)
        return fail(c, ERR_INVALID, NULL, "%s is no file", from);
    if (r.fd < 0)
        return fail(c, ERR_ABSENT, NULL, "%s cannot be read: %s", from,
                    words_in(c, why));
    e = look_at_header(c, r.fd, from);
    if (e == OK)
        e = refuse_in_use(c, from);
    /* Looked at where it lies, so that little is copied in vain. */
    if (e == OK)
        e = with_store(c, from, STORE_FILE, look_at_kind, &r);
    if (e == OK)
        e = restore_to(c, &r);
    (void)close(r.fd);
    return e;
}

/* -- over what stands there ------------------------------------------------ */

static enum err
refuse_other_file(struct call *c, const char *path)
{
    struct restoring r = { path, open(path, O_RDONLY | O_CLOEXEC), NULL };
    enum err e;

    if (r.fd < 0)
        return cannot(c, path);
    e = look_at_header(c, r.fd, path);
    (void)close(r.fd);
    return e == OK ? with_store(c, path, STORE_FILE, look_at_kind, &r) : e;
}

static enum err
refuse_there(struct call *c, const struct backup *b)
{
    if (b->over == OVER_ANY || access(b->path, F_OK) != 0)
        return OK;
    if (b->over == OVER_BACKUP)
        return refuse_other_file(c, b->path);
    return fail(c, ERR_CONFLICT, NULL,
                "%s is there; with --replace a backup is written over",
                b->path);
}

enum err
sqlite_backup(struct call *c, struct store *base, const struct backup *b)
{
    struct sqlite_store *s = (struct sqlite_store *)base;
    struct part p;
    enum err e;

    if (s->in_memory)
        return fail(c, ERR_CONFLICT, NULL,
                    "a database in memory cannot be backed up");
    TRY(refuse_own(c, s, b->path));
    TRY(refuse_there(c, b));
    TRY(part_open(c, &p, b->path));
    /* It has another name until it was looked at, so that what has its name
       is whole. */
    e = write_copy(c, s, b, &p);
    if (e == OK && b->judge)
        e = b->judge(c, b->arg, p.name);
    if (e == OK)
        return part_keep(c, &p, b->path);
    part_drop(&p);
    return e;
}
