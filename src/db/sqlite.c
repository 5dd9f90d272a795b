/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite - statements, rows and pooled readers of one SQLite file. */
#include "db/sqlite.h"
#include "base/private.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"

/* -- connections ----------------------------------------------------- */

/* A name as SQLite's addresses spell it: what nobody works on needs no locks,
   no log and no index beside it. */
static int
open_file(const char *path, sqlite3 **db)
{
    char address[3 * PATH_MAX] = "file:";
    size_t n = strlen(address);

    for (const char *p = path; *p != '\0' && n < sizeof address - 20; p++)
        if (strchr("%?#", *p) != NULL)
            n += (size_t)snprintf(address + n, 4, "%%%02X", (unsigned)*p);
        else
            address[n++] = *p;
    (void)snprintf(address + n, 20, "?immutable=1");
    return sqlite3_open_v2(address, db,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                               | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                           NULL);
}

int
sqlite_raw(const char *path, bool only_file, sqlite3 **db)
{
    if (only_file)
        return open_file(path, db);
    return sqlite3_open_v2(path, db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
                               | SQLITE_OPEN_EXRESCODE,
                           NULL);
}

/* Opened as the store needs it: the log is synced by a thread of ours, so
   that the checkpoint by itself is off, and each commit is FULL unless the
   file is only looked at. */
struct sqlite_conn *
sqlite_connect(const struct sqlite_store *s, int cache_kib, int *rc)
{
    struct sqlite_conn *conn = calloc(1, sizeof(*conn));
    char pragmas[300];

    ASSERT(conn);
    (void)snprintf(pragmas, sizeof(pragmas),
                   "%s PRAGMA temp_store = MEMORY; PRAGMA cache_size = -%d;",
                   s->only_file ? ""
                                : "PRAGMA journal_mode = WAL;"
                                  "PRAGMA synchronous = FULL;"
                                  "PRAGMA foreign_keys = ON;"
                                  "PRAGMA wal_autocheckpoint = 0;"
                                  "PRAGMA journal_size_limit = 67108864;",
                   cache_kib);
    *rc = sqlite_raw(s->path, s->only_file, &conn->db);
    if (*rc == SQLITE_OK)
        *rc = sqlite3_busy_timeout(conn->db, SQLITE_BUSY_MS);
    if (*rc == SQLITE_OK)
        *rc = sqlite3_exec(conn->db, pragmas, NULL, NULL, NULL);
    if (*rc == SQLITE_OK)
        return conn;
    log_line(LOG_ERROR, "db", "%s: %s", s->path,
             conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(*rc));
    sqlite_disconnect(conn);
    return NULL;
}

void
sqlite_disconnect(struct sqlite_conn *conn)
{
    if (!conn)
        return;
    for (size_t i = 0; i < (size_t)CACHE_SETS * CACHE_WAYS; i++) {
        struct slot *s = &conn->cache.slots[i / CACHE_WAYS][i % CACHE_WAYS];

        (void)sqlite3_finalize(s->statement);
        cache_empty(s);
    }
    (void)sqlite3_close_v2(conn->db);
    free(conn);
}

enum err
sqlite_err(int code)
{
    switch (code) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return OK;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY: return ERR_CONFLICT;
    default: break;
    }
    /* The other extended codes count as their group. */
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERR_BUSY;
    case SQLITE_FULL:
    case SQLITE_READONLY: return ERR_FULL;
    default: return ERR_BROKEN;
    }
}

enum err
sqlite_fault(struct sqlite_store *s, sqlite3 *db, int code)
{
    enum err e = sqlite_err(code);
    bool only_read = (code & 0xff) == SQLITE_READONLY;
    int why = 0;

    if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)
        why = sqlite3_system_errno(db);
    if (why != 0 && file_err(why) == ERR_FULL) {
        e = ERR_FULL;
        only_read = why == EROFS;
    }
    if (e == ERR_FULL)
        store_note(&s->base, only_read ? STORE_READONLY : STORE_FULL);
    return e;
}

static const char says_no_database[] = "it is no database";
static const char says_damaged[] = "it is damaged";
static const char says_closed[] = "it cannot be opened";
static const char says_read_only[] = "it may only be read";
static const char says_full[] = "the disk is full";
static const char says_busy[] = "another process holds it";
static const char says_failed[] = "the database failed; the log says more";

const char *
sqlite_says(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOTADB: return says_no_database;
    case SQLITE_CORRUPT: return says_damaged;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return says_closed;
    case SQLITE_READONLY: return says_read_only;
    case SQLITE_FULL: return says_full;
    case SQLITE_BUSY: return says_busy;
    default: return says_failed;
    }
}

/* -- statements ------------------------------------------------------ */

/* "$1" in the common subset is "?1" here. */
static int
prepare(struct sqlite_conn *conn, struct slot *slot, const char *sql)
{
    char *text = strdup(sql);
    sqlite3_stmt *statement = NULL;
    bool quoted = false;
    int rc;

    ASSERT(text);
    for (char *p = text; *p; p++) {
        if (*p == '\'')
            quoted = !quoted;
        else if (*p == '$' && !quoted)
            *p = '?';
    }
    rc = sqlite3_prepare_v3(conn->db, text, -1, SQLITE_PREPARE_PERSISTENT,
                            &statement, NULL);
    free(text);
    slot->statement = statement;
    slot->params = sqlite3_bind_parameter_count(statement);
    slot->width = sqlite3_column_count(statement);
    return rc;
}

static int
find_statement(struct sqlite_conn *conn, struct cursor *k, const char *sql)
{
    bool ready = false;
    struct slot *slot = k->once ? NULL : cache_take(&conn->cache, sql, &ready);
    int rc;

    k->slot = slot ? slot : &k->own;
    if (ready)
        return SQLITE_OK;
    if (slot) {
        (void)sqlite3_finalize(slot->statement);
        cache_empty(slot);
        slot->busy = true;
    }
    rc = prepare(conn, k->slot, sql);
    if (rc == SQLITE_OK && slot)
        cache_fill(slot, sql);
    return rc;
}

static int
bind(sqlite3_stmt *s, int i, const struct value *v)
{
    switch (v->kind) {
    case VALUE_INT: return sqlite3_bind_int64(s, i, v->as.i);
    case VALUE_REAL: return sqlite3_bind_double(s, i, v->as.r);
    case VALUE_TEXT: return sqlite3_bind_text(s, i, v->as.s, -1, SQLITE_STATIC);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(s, i, v->as.p ? v->as.p : "", v->len,
                                   SQLITE_STATIC);
    default: return sqlite3_bind_null(s, i);
    }
}

static void
give_slot(struct cursor *k)
{
    struct slot *s = k->slot;

    if (s == &k->own || !s->sql) {
        (void)sqlite3_finalize(s->statement);
        cache_empty(s);
        return;
    }
    (void)sqlite3_reset(s->statement);
    s->busy = false;
}

int
sqlite_start(struct sqlite_conn *conn, struct cursor *k, const struct query *q)
{
    int rc = find_statement(conn, k, q->sql);

    k->conn = conn;
    if (rc == SQLITE_OK && (size_t)k->slot->params != q->n)
        rc = SQLITE_RANGE;
    for (size_t i = 0; rc == SQLITE_OK && i < q->n; i++)
        rc = bind(k->slot->statement, (int)i + 1, &q->values[i]);
    k->width = k->slot->width;
    if (rc != SQLITE_OK)
        give_slot(k);
    return rc;
}

int
sqlite_do(struct sqlite_conn *conn, const struct query *q)
{
    struct cursor k = { 0 };
    int rc = sqlite_start(conn, &k, q);

    if (rc != SQLITE_OK)
        return rc;
    while ((rc = sqlite3_step(k.slot->statement)) == SQLITE_ROW)
        ;
    give_slot(&k);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
sqlite_run(struct sqlite_conn *conn, const char *sql)
{
    return sqlite_do(conn, &(struct query){ .sql = sql });
}

/* -- the pool of readers --------------------------------------------- */

/*
 * A reader forgets its pages whenever somebody has written.  The first
 * megabytes, where a new office puts its people, places and accounts, are
 * mapped, so that looking those up costs no reading.
 */
static const char reader_pragmas[] =
    "PRAGMA query_only = ON; PRAGMA mmap_size = 8388608";

/* Some tenths of a millisecond between two looks at the clock. */
#define STEPS_A_LOOK 20000

/* SQLite asks it now and then; not 0: the query is given up. */
static int
is_over(void *arg)
{
    const struct sqlite_conn *conn = arg;

    int64_t now = monotonic_ms(), end = atomic_load(&conn->store->end_ms);

    return conn->until_ms && (now > conn->until_ms || (end && now > end));
}

/* A file that was put in the place of ours is not to be read as ours. */
static struct sqlite_conn *
add_reader(struct sqlite_store *s)
{
    int rc;
    struct sqlite_conn *conn = sqlite_connect(s, SQLITE_READER_KIB, &rc);

    if (!conn)
        return NULL;
    if (!db_place_same(&s->place)) {
        store_note(&s->base, STORE_GONE);
        sqlite_disconnect(conn);
        return NULL;
    }
    conn->store = &s->base;
    (void)sqlite3_exec(conn->db, reader_pragmas, 0, 0, 0);
    sqlite3_progress_handler(conn->db, STEPS_A_LOOK, is_over, conn);
    return conn;
}

static struct sqlite_conn *
take_reader(struct sqlite_store *s)
{
    struct sqlite_conn *conn;
    bool add = false;

    (void)pthread_mutex_lock(&s->pool_mutex);
    while (!s->readers && s->n_readers == s->max_readers)
        (void)pthread_cond_wait(&s->pool_free, &s->pool_mutex);
    conn = s->readers;
    if (conn)
        s->readers = conn->next;
    else
        add = s->n_readers++ < s->max_readers;
    (void)pthread_mutex_unlock(&s->pool_mutex);

    if (!add)
        return conn;
    /* Counted already, so that opening it needs no lock. */
    conn = add_reader(s);
    if (!conn) {
        (void)pthread_mutex_lock(&s->pool_mutex);
        s->n_readers--;
        (void)pthread_cond_signal(&s->pool_free);
        (void)pthread_mutex_unlock(&s->pool_mutex);
    }
    return conn;
}

static void
give_reader(struct db *d)
{
    struct sqlite_store *s = sqlite_of(d);
    struct sqlite_conn *conn = d->reader;

    if (!conn)
        return;
    d->reader = NULL;
    (void)pthread_mutex_lock(&s->pool_mutex);
    conn->next = s->readers;
    s->readers = conn;
    (void)pthread_cond_signal(&s->pool_free);
    (void)pthread_mutex_unlock(&s->pool_mutex);
}

/* -- the backend ----------------------------------------------------- */

/* A call that waits for the writer keeps no reader from the others. */
static enum err
begin(struct call *c)
{
    if (!c->db->cursors)
        give_reader(c->db);
    return sqlite_begin(c);
}

/* Where a query goes: in a TX to the writer, otherwise to a reader. */
static struct sqlite_conn *
choose(struct db *d, struct cursor *k)
{
    struct sqlite_store *s = sqlite_of(d);

    if (d->depth > 0)
        return s->writer.conn;
    if (sqlite_is_shared(s)) {
        sqlite_hold(d);
        k->held = true;
        return s->writer.conn;
    }
    if (!d->reader)
        d->reader = take_reader(s);
    return d->reader;
}

/* At a full disk SQLite may undo the whole batch, not this body alone.  What
   looks broken may be a file that was cut under us. */
static enum err
err_of(struct db *d, struct sqlite_conn *conn, int rc)
{
    struct sqlite_store *s = sqlite_of(d);
    bool writes = conn == s->writer.conn;
    enum err e = writes ? sqlite_fault(s, conn->db, rc) : sqlite_err(rc);

    if (e == ERR_BROKEN && !db_place_same(&s->place)) {
        store_note(&s->base, STORE_GONE);
        e = ERR_AWAY;
    }
    if (writes && e == ERR_FULL && d->depth > 0)
        s->writer.lost = e;
    return e;
}

/* Refuse with what CONN says of SQL: "UNIQUE constraint failed: place.code". */
static enum err
refuse(struct call *c, struct sqlite_conn *conn, int rc, const char *sql)
{
    static const char unique[] = "UNIQUE constraint failed: ";
    const char *why =
        rc == SQLITE_RANGE ? "number of values" : sqlite3_errmsg(conn->db);
    enum err e = err_of(c->db, conn, rc);

    if (e == ERR_CONFLICT && text_starts(why, unique))
        return db_conflict(c, why + strlen(unique), sql, why);
    return db_refuse(c, e, sql, why);
}

static enum err
query(struct call *c, struct cursor *k, const struct query *q)
{
    struct sqlite_conn *conn = choose(c->db, k);
    enum err e;
    int rc;

    if (!conn)
        return db_refuse(c,
                         atomic_load(&c->db->store->trouble) == STORE_GONE
                             ? ERR_AWAY
                             : ERR_BROKEN,
                         q->sql, "no reader");
    /* The progress handler ends what takes longer. */
    conn->until_ms = c->db->most_ms ? monotonic_ms() + c->db->most_ms : 0;
    rc = sqlite_start(conn, k, q);
    if (rc == SQLITE_OK)
        return OK;
    e = refuse(c, conn, rc, q->sql);
    if (k->held)
        sqlite_let_go(c->db);
    return e;
}

static bool
next(struct call *c, struct cursor *k, enum err *e)
{
    struct sqlite_conn *conn = k->conn;
    int rc = sqlite3_step(k->slot->statement);

    if (rc == SQLITE_ROW)
        return true;
    if (rc == SQLITE_DONE && k->width == 0)
        c->db->changes = sqlite3_changes64(conn->db);
    if (rc == SQLITE_INTERRUPT)
        *e = fail(c, ERR_INVALID, NULL,
                  "this takes too long to find, please narrow it down");
    else if (rc != SQLITE_DONE)
        *e = refuse(c, conn, rc, sqlite3_sql(k->slot->statement));
    return false;
}

static struct value
column(struct call *c, struct cursor *k, int col)
{
    sqlite3_stmt *s = k->slot->statement;
    struct value v = { .kind = VALUE_NULL };

    (void)c;
    switch (sqlite3_column_type(s, col)) {
    case SQLITE_INTEGER: return value_int(sqlite3_column_int64(s, col));
    case SQLITE_FLOAT: return value_real(sqlite3_column_double(s, col));
    case SQLITE_TEXT:
        v.kind = VALUE_TEXT;
        v.as.s = (const char *)sqlite3_column_text(s, col);
        break;
    case SQLITE_BLOB:
        v.kind = VALUE_BLOB;
        v.as.p = sqlite3_column_blob(s, col);
        break;
    default: return v;
    }
    /* After the text was asked for: asking changes what is counted. */
    v.len = (size_t)sqlite3_column_bytes(s, col);
    return v;
}

static void
finish(struct cursor *k)
{
    give_slot(k);
    if (k->held)
        sqlite_let_go(k->db);
}

static enum err
number(struct call *c, const char *name, int64_t *out)
{
    /* With RETURNING it would take twice as long. */
    static const char raise[] =
        "UPDATE counter SET value = value + 1 WHERE name = $1";
    static const char look[] = "SELECT value FROM counter WHERE name = $1";
    static const char add[] = "INSERT INTO counter (name, value)"
                              " VALUES ($1, 1)";

    TRY(db_exec(c, raise, V(name)));
    if (db_changes(c) > 0)
        return db_int(c, out, look, V(name));
    *out = 1;
    return db_exec(c, add, V(name));
}

/* A connection's data_version changes when another one, of this process or
   any, has committed; whoever sees it first makes all the totals old. */
static int64_t
generation(struct call *c)
{
    static const char look[] = "PRAGMA data_version";
    struct sqlite_store *s = sqlite_of(c->db);
    struct sqlite_conn *conn;
    int64_t version = 0;

    if (sqlite_is_shared(s) || db_int(c, &version, look) != OK)
        return 0;
    conn = c->db->reader;
    if (!conn)
        return 0;
    if (conn->seen != version) {
        conn->seen = version;
        (void)atomic_fetch_add(&s->generation, 1);
    }
    return atomic_load(&s->generation);
}

const struct backend sqlite_backend = {
    .name = "sqlite",
    .search_tables = sqlite_search_tables,
    .search_fill = sqlite_search_fill,
    .search_in = sqlite_search_in,
    .names_indexes = true,
    .search_and = " AND ",
    .search_prefix = "*",
    .close = sqlite_shut,
    .alone = sqlite_alone,
    .look = sqlite_look,
    .begin = begin,
    .end = sqlite_end,
    .query = query,
    .next = next,
    .column = column,
    .finish = finish,
    .number = number,
    .give = give_reader,
    .flush = sqlite_flush,
    .generation = generation,
};
