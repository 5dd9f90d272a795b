/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_open - opening and closing a SQLite file, and what becomes of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/words.h"
#include "db/sqlite.h"

/* -- what kind of file it is ------------------------------------------ */

enum kind { KIND_EMPTY, KIND_OFFICE, KIND_OTHER };

/* The first number that SQL asks for; SQLite's code. */
static int
ask(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);

    *out = 0;
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0);
    (void)sqlite3_finalize(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* An office was begun by our first step; a first start that was cut short left
   the record alone, or nothing. */
static int
look_inside(sqlite3 *db, enum kind *kind)
{
    static const char tables[] =
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite_%'";
    static const char record[] = "SELECT COUNT(*) FROM sqlite_master"
                                 " WHERE name = 'schema_migration'";
    static const char steps[] = "SELECT COUNT(*) FROM schema_migration";
    static const char first[] = "SELECT COUNT(*) FROM schema_migration"
                                " WHERE name = '0001_audit.sql'";
    int64_t n = 0, recorded = 0, done = 0, begun = 0;
    int rc = ask(db, tables, &n);

    if (rc == SQLITE_OK)
        rc = ask(db, record, &recorded);
    if (rc == SQLITE_OK && recorded > 0)
        rc = ask(db, steps, &done);
    if (rc == SQLITE_OK && recorded > 0 && ask(db, first, &begun) != SQLITE_OK)
        begun = 0; /* another's table of the same name */
    if (begun > 0)
        *kind = KIND_OFFICE;
    else
        *kind = n == recorded && done == 0 ? KIND_EMPTY : KIND_OTHER;
    return rc;
}

/* Before anything is set or made in it: another's file stays as it is. */
static enum err
judge(struct call *c, const struct sqlite_store *s, bool make)
{
    enum kind kind = KIND_OTHER;
    sqlite3 *db = NULL;
    int rc = sqlite_raw(s->path, s->only_file, &db);

    if (rc == SQLITE_OK)
        (void)sqlite3_busy_timeout(db, SQLITE_BUSY_MS);
    if (rc == SQLITE_OK)
        rc = look_inside(db, &kind);
    if (rc != SQLITE_OK)
        log_line(LOG_ERROR, "db", "%s: %s", s->path, sqlite3_errmsg(db));
    (void)sqlite3_close(db);
    if (rc != SQLITE_OK)
        return fail(c,
                    (rc & 0xff) == SQLITE_BUSY   ? ERR_BUSY
                    : (rc & 0xff) == SQLITE_FULL ? ERR_FULL
                    : s->only_file               ? ERR_INVALID
                                                 : ERR_BROKEN,
                    NULL, "%s cannot be used: %s", s->path,
                    words_in(c, sqlite_says(rc)));
    if (kind == KIND_OTHER)
        return fail(c, ERR_INVALID, NULL,
                    "%s is another program's database; it was left as it is",
                    s->path);
    if (kind == KIND_EMPTY && (!make || s->place.marked))
        return fail(c, s->place.marked ? ERR_CONFLICT : ERR_INVALID, NULL,
                    "%s holds no office: it is empty", s->path);
    return OK;
}

/* -- opening ----------------------------------------------------------- */

static struct sqlite_store *
make_store(const char *path, const struct store_how *how)
{
    struct sqlite_store *s = calloc(1, sizeof(*s));

    ASSERT(s);
    s->base.backend = &sqlite_backend;
    s->path = strdup(path);
    ASSERT(s->path);
    s->in_memory = strcmp(path, ":memory:") == 0;
    s->only_file = how->mode == STORE_FILE;
    /* No file is open yet, which 0 would not say. */
    s->place = (struct db_place){ .path = s->path, .node_file = -1 };
    s->sync.log_file = -1;
    s->writer.arena = arena_open();
    s->max_readers = how->readers > 0 ? how->readers : 1;
    baton_open(&s->writer.baton);
    (void)pthread_mutex_init(&s->sync.mutex, NULL);
    (void)pthread_mutex_init(&s->pool_mutex, NULL);
    (void)pthread_mutex_init(&s->base.watch_lock, NULL);
    (void)pthread_cond_init(&s->pool_free, NULL);
    return s;
}

static enum err
start(struct call *c, struct sqlite_store *s)
{
    const char *why = "";
    int rc;

    s->writer.conn = sqlite_connect(s, SQLITE_WRITER_KIB, &rc);
    if (!s->writer.conn)
        return fail(c, sqlite_err(rc), NULL, "%s cannot be used: %s", s->path,
                    words_in(c, sqlite_says(rc)));
    /* The log is synced by sqlite_sync.c. */
    (void)sqlite_run(s->writer.conn, "PRAGMA synchronous = NORMAL");
    if (s->in_memory
        || (sqlite_checkpoints_start(s, &why) && sqlite_sync_start(s, &why)))
        return OK;
    return fail(c, ERR_BROKEN, NULL, "%s cannot be used: %s", s->path,
                words_in(c, why));
}

static enum err
open_store(struct call *c, struct sqlite_store *s, const struct store_how *how)
{
    bool make = how->mode == STORE_MAKE;

    if (s->only_file)
        return judge(c, s, false);
    if (!s->in_memory && how->mode != STORE_COPY) {
        TRY(db_place_enter(c, &s->place, s->path, make));
        s->base.node = s->place.node;
        db_place_outlive_cuts();
        s->placed = true;
    }
    if (!s->in_memory)
        TRY(judge(c, s, make));
    return start(c, s);
}

enum err
sqlite_open(struct call *c, const char *path, const struct store_how *how,
            struct store **out)
{
    struct sqlite_store *s = make_store(path, how);
    enum err e;

    /* Counting every byte takes a lock all threads share. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    e = open_store(c, s, how);
    if (e == OK)
        *out = &s->base;
    else
        sqlite_shut(&s->base);
    return e;
}

void
sqlite_opened(struct store *base)
{
    struct sqlite_store *s = (struct sqlite_store *)base;

    if (s->placed)
        db_place_settle(&s->place);
}

void
sqlite_shut(struct store *base)
{
    struct sqlite_store *s = (struct sqlite_store *)base;
    struct sqlite_conn *conn;

    /* Threads first, and what is open is committed while one still syncs. */
    sqlite_checkpoints_stop(s);
    if (s->writer.open)
        sqlite_close_batch(s);
    sqlite_sync_stop(s);
    while ((conn = s->readers)) {
        s->readers = conn->next;
        sqlite_disconnect(conn);
    }
    sqlite_disconnect(s->writer.conn);
    arena_close(s->writer.arena);
    db_place_leave(&s->place);
    baton_close(&s->writer.baton);
    (void)pthread_mutex_destroy(&s->pool_mutex);
    (void)pthread_mutex_destroy(&s->base.watch_lock);
    (void)pthread_cond_destroy(&s->pool_free);
    free(s->path);
    free(s);
}

/* -- while it is open --------------------------------------------------- */

enum err
sqlite_alone(struct call *c)
{
    struct sqlite_store *s = sqlite_of(c->db);

    return s->placed ? db_place_alone(c, &s->place) : OK;
}

bool
sqlite_has_others(const struct store *base)
{
    const struct sqlite_store *s = (const struct sqlite_store *)base;

    return s->placed && db_place_has_others(&s->place);
}

static bool
has_room(const struct sqlite_store *s)
{
    struct statvfs v;

    return statvfs(s->path, &v) == 0 && (v.f_flag & ST_RDONLY) == 0
           && (uint64_t)v.f_bavail * v.f_frsize >= SQLITE_ROOM;
}

/* A change that changes nothing, kept like any other. */
static enum err
change_nothing(struct call *c)
{
    static const char same[] = "UPDATE schema_migration SET at = at"
                               " WHERE name = '0001_audit.sql'";
    TX tx = tx_begin(c);

    TRY(db_exec(c, same));
    return tx_commit(&tx);
}

static enum err
try_writing(struct store *base)
{
    struct call *c = db_call_open(base);
    enum err e = change_nothing(c);

    db_call_close(c);
    return e;
}

void
sqlite_look(struct store *base)
{
    struct sqlite_store *s = (struct sqlite_store *)base;
    int now = atomic_load(&base->trouble);

    if (!s->placed)
        return;
    if (!db_place_same(&s->place))
        store_note(base, STORE_GONE);
    else if ((now == STORE_FULL || now == STORE_READONLY) && has_room(s)
             && try_writing(base) == OK)
        store_note(base, STORE_WELL);
}
