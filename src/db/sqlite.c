/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite - statements, rows and pooled readers of one SQLite file. */
#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/* -- connections ----------------------------------------------------- */

struct sqlite_conn *
sqlite_connect(const char *path, int cache_kib, const char **why)
{
    struct sqlite_conn *conn = calloc(1, sizeof(*conn));
    char pragmas[300];
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
                | SQLITE_OPEN_EXRESCODE;
    int rc;

    ASSERT(conn);
    (void)snprintf(pragmas, sizeof(pragmas),
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                   "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                   "PRAGMA wal_autocheckpoint = 0;"
                   "PRAGMA journal_size_limit = 67108864;"
                   "PRAGMA cache_size = -%d;",
                   cache_kib);
    rc = sqlite3_open_v2(path, &conn->db, flags, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(conn->db, SQLITE_BUSY_MS);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(conn->db, pragmas, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return conn;
    *why = store_why(conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(rc));
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
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERR_BUSY;
    default: return ERR_BROKEN;
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

    return conn->until_ms && monotonic_ms() > conn->until_ms;
}

static struct sqlite_conn *
add_reader(struct sqlite_store *s)
{
    const char *why = "";
    struct sqlite_conn *conn = sqlite_connect(s->path, SQLITE_READER_KIB, &why);

    if (!conn)
        log_line(LOG_ERROR, "db", "no further reader: %s", why);
    if (!conn)
        return NULL;
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

static enum err
query(struct call *c, struct cursor *k, const struct query *q)
{
    struct sqlite_conn *conn = choose(c->db, k);
    enum err e;
    int rc;

    if (!conn)
        return db_refuse(c, ERR_BROKEN, q->sql, "no reader");
    conn->until_ms = c->db->most_ms ? monotonic_ms() + c->db->most_ms : 0;
    rc = sqlite_start(conn, k, q);
    if (rc == SQLITE_OK)
        return OK;
    e = db_refuse(c, sqlite_err(rc), q->sql,
                  rc == SQLITE_RANGE ? "number of values"
                                     : sqlite3_errmsg(conn->db));
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
        *e = db_refuse(c, sqlite_err(rc), sqlite3_sql(k->slot->statement),
                       sqlite3_errmsg(conn->db));
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

/* -- opening --------------------------------------------------------- */

/* The first free byte of FILE-node: the lock goes with the process. */
static bool
take_node(struct sqlite_store *s, const char **why)
{
    char name[4096];

    if (s->in_memory)
        return true;
    (void)snprintf(name, sizeof(name), "%s-node", s->path);
    s->node_file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    for (unsigned i = 0; s->node_file >= 0 && i < 16; i++) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = i, .l_len = 1
        };

        if (fcntl(s->node_file, F_OFD_SETLK, &lock) == 0) {
            s->base.node = i;
            return true;
        }
    }
    *why = s->node_file < 0 ? strerror(errno)
                            : "16 processes have this database open";
    return false;
}

static void
sqlite_shut(struct store *base)
{
    struct sqlite_store *s = (struct sqlite_store *)base;
    struct sqlite_conn *conn;

    sqlite_checkpoints_stop(s);
    if (s->writer.open)
        (void)sqlite_lazy(base, 0);
    sqlite_sync_stop(s);
    while ((conn = s->readers)) {
        s->readers = conn->next;
        sqlite_disconnect(conn);
    }
    sqlite_disconnect(s->writer.conn);
    arena_close(s->writer.arena);
    if (s->node_file >= 0)
        (void)close(s->node_file);
    baton_close(&s->writer.baton);
    (void)pthread_mutex_destroy(&s->pool_mutex);
    (void)pthread_cond_destroy(&s->pool_free);
    free(s->path);
    free(s);
}

static struct sqlite_store *
make_store(const char *path, unsigned readers)
{
    struct sqlite_store *s = calloc(1, sizeof(*s));

    ASSERT(s);
    s->base.backend = &sqlite_backend;
    s->path = strdup(path);
    ASSERT(s->path);
    s->in_memory = strcmp(path, ":memory:") == 0;
    s->node_file = s->sync.log_file = -1;
    s->writer.arena = arena_open();
    s->max_readers = readers > 0 ? readers : 1;
    baton_open(&s->writer.baton);
    (void)pthread_mutex_init(&s->sync.mutex, NULL);
    (void)pthread_mutex_init(&s->pool_mutex, NULL);
    (void)pthread_cond_init(&s->pool_free, NULL);
    return s;
}

struct store *
sqlite_open(const char *path, unsigned readers, const char **why)
{
    struct sqlite_store *s = make_store(path, readers);

    /* Counting every byte takes a lock all threads share. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    s->writer.conn = sqlite_connect(path, SQLITE_WRITER_KIB, why);
    /* The log is synced by sqlite_sync.c. */
    if (s->writer.conn)
        (void)sqlite_run(s->writer.conn, "PRAGMA synchronous = NORMAL");
    if (s->writer.conn && take_node(s, why)
        && (s->in_memory
            || (sqlite_checkpoints_start(s, why) && sqlite_sync_start(s, why))))
        return &s->base;
    sqlite_shut(&s->base);
    return NULL;
}

enum err
sqlite_backup(struct call *c, struct store *base, const char *path)
{
    struct sqlite_store *s = (struct sqlite_store *)base;
    struct sqlite_conn *from = NULL;
    const char *why = "";
    sqlite3 *to = NULL;
    sqlite3_backup *b;
    int rc;

    if (s->in_memory)
        return fail(c, ERR_CONFLICT, NULL,
                    "a database in memory cannot be backed up");
    from = sqlite_connect(s->path, SQLITE_READER_KIB, &why);
    if (!from)
        return db_refuse(c, ERR_BROKEN, "backup", why);
    rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                         NULL);
    /* In one step: one snapshot, and writers go on beside it. */
    b = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", from->db, "main")
                        : NULL;
    if (b) {
        (void)sqlite3_backup_step(b, -1);
        rc = sqlite3_backup_finish(b);
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_errcode(to);
    }
    why = sqlite3_errstr(rc);
    sqlite_disconnect(from);
    (void)sqlite3_close(to);
    return rc == SQLITE_OK ? OK : db_refuse(c, sqlite_err(rc), "backup", why);
}

const struct backend sqlite_backend = {
    .name = "sqlite",
    .search_condition = "order_search MATCH $1",
    .search_from = "order_search",
    .search_join = " CROSS JOIN orders ON orders.id = order_search.rowid",
    .search_key = "order_search.rowid",
    .names_indexes = true,
    .search_and = " AND ",
    .search_prefix = "*",
    .close = sqlite_shut,
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
