/* SPDX-License-Identifier: Apache-2.0 */
/* postgres - connections, statements and transactions through libpq. */
#include "db/postgres.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* Kinds of columns (pg_type.dat). */
enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_FLOAT4 = 700,
    PG_FLOAT8 = 701
};

static struct pg_store *
store_of(const struct db *d)
{
    return (struct pg_store *)d->store;
}

/* -- connections ----------------------------------------------------- */

static void
hear_notice(void *arg, const PGresult *r)
{
    (void)arg;
    log_line(LOG_DEBUG, "db", "%s", PQresultErrorMessage(r));
}

/*
 * Sequential scans lock whole tables for SERIALIZABLE and make strangers
 * collide, so indexes are preferred; a plan dear on paper only is not worth
 * compiling.
 */
static bool
prepare_session(struct pg_conn *conn)
{
    PGresult *r =
        PQexec(conn->pq, "SET enable_seqscan = off; SET jit = off;"
                         "SET client_min_messages = warning;"
                         "SET bytea_output = hex;"
                         "SET lock_timeout = '5s';"
                         "SET idle_in_transaction_session_timeout"
                         " = '120s'");
    bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;

    PQclear(r);
    (void)PQsetNoticeReceiver(conn->pq, hear_notice, NULL);
    return ok;
}

static void
forget_statements(struct pg_conn *conn)
{
    for (size_t i = 0; i < (size_t)CACHE_SETS * CACHE_WAYS; i++)
        cache_empty(&conn->cache.slots[i / CACHE_WAYS][i % CACHE_WAYS]);
}

struct pg_conn *
pg_connect(const char *address, const char **why)
{
    /* What the address says itself comes last and wins. */
    const char *const names[] = {
        "connect_timeout",           "tcp_user_timeout", "target_session_attrs",
        "fallback_application_name", "dbname",           NULL
    };
    const char *const values[] = { "5",        "15000", "read-write",
                                   "liangcao", address, NULL };
    struct pg_conn *conn = calloc(1, sizeof(*conn));

    ASSERT(conn);
    conn->pq = PQconnectdbParams(names, values, 1);
    if (PQstatus(conn->pq) == CONNECTION_OK && prepare_session(conn))
        return conn;
    *why = store_why(PQerrorMessage(conn->pq));
    pg_disconnect(conn);
    return NULL;
}

void
pg_disconnect(struct pg_conn *conn)
{
    if (!conn)
        return;
    forget_statements(conn);
    PQfinish(conn->pq);
    free(conn);
}

bool
pg_revive(struct pg_conn *conn)
{
    if (PQstatus(conn->pq) == CONNECTION_OK && !conn->leave)
        return true;
    forget_statements(conn);
    PQreset(conn->pq);
    conn->leave = false;
    return PQstatus(conn->pq) == CONNECTION_OK && prepare_session(conn);
}

/* A number no other connection has: its audit chain. */
static int64_t
take_number(struct pg_store *s)
{
    int64_t i = 1;

    while (s->numbers[i])
        i++;
    s->numbers[i] = true;
    s->n_conns++;
    return i;
}

static struct pg_conn *
add_conn(struct pg_store *s, int64_t number)
{
    const char *why = "";
    struct pg_conn *conn = pg_connect(s->address, &why);

    if (conn) {
        conn->number = number;
        return conn;
    }
    log_line(LOG_ERROR, "db", "no connection: %s", why);
    (void)pthread_mutex_lock(&s->pool_mutex);
    s->numbers[number] = false;
    s->n_conns--;
    (void)pthread_cond_signal(&s->pool_free);
    (void)pthread_mutex_unlock(&s->pool_mutex);
    return NULL;
}

static void
give_conn(struct pg_store *s, struct pg_conn *conn)
{
    (void)pthread_mutex_lock(&s->pool_mutex);
    conn->next = s->free;
    s->free = conn;
    (void)pthread_cond_signal(&s->pool_free);
    (void)pthread_mutex_unlock(&s->pool_mutex);
}

static struct pg_conn *
take_conn(struct pg_store *s)
{
    struct pg_conn *conn;
    int64_t number = 0;

    (void)pthread_mutex_lock(&s->pool_mutex);
    while (!s->free && s->n_conns == s->max_conns)
        (void)pthread_cond_wait(&s->pool_free, &s->pool_mutex);
    conn = s->free;
    if (conn)
        s->free = conn->next;
    else
        number = take_number(s);
    (void)pthread_mutex_unlock(&s->pool_mutex);

    if (!conn)
        return add_conn(s, number);
    if (pg_revive(conn))
        return conn;
    log_line(LOG_ERROR, "db", "%s", PQerrorMessage(conn->pq));
    give_conn(s, conn);
    return NULL;
}

/* -- statements ------------------------------------------------------ */

static bool
is_one_of(const char *state, const char *const *list)
{
    for (; *list; list++)
        if (text_starts(state, *list))
            return true;
    return false;
}

/* A migration of another process changed the columns of what we prepared. */
static bool
is_stale_plan(const PGresult *r)
{
    const char *where = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);

    return where && strcmp(where, "RevalidateCachedQuery") == 0;
}

/* By SQLSTATE.  A server that goes away, or is no longer the one that may be
   written to, is left; the call may be run again on another connection. */
static enum err
err_of(const PGresult *r, bool *leave)
{
    static const char *const busy[] = { "40001", "40P01", "55P03", "53300",
                                        NULL };
    static const char *const gone[] = { "0800", "57P0", "25006", "25P03",
                                        NULL };
    static const char *const conflict[] = { "23505", "23503", "23P01", NULL };
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

    *leave = !state || is_one_of(state, gone) || is_stale_plan(r);
    if (*leave || is_one_of(state, busy))
        return ERR_BUSY;
    return is_one_of(state, conflict) ? ERR_CONFLICT : ERR_BROKEN;
}

static bool
is_good(const PGresult *r)
{
    ExecStatusType s = PQresultStatus(r);

    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

/* Refuse with what R says, and clear it. */
static enum err
refuse(struct call *c, struct pg_conn *conn, PGresult *r, const char *sql)
{
    bool leave = false;
    enum err e = err_of(r, &leave);

    e = db_refuse(c, e, sql, PQerrorMessage(conn->pq));
    PQclear(r);
    conn->leave |= leave;
    return e;
}

struct params {
    const char **texts;
    int *lengths, *formats;
};

static const char *
print_value(struct call *c, const struct value *v)
{
    switch (v->kind) {
    case VALUE_INT: return arena_printf(c->arena, "%" PRId64, v->as.i);
    case VALUE_REAL: return arena_printf(c->arena, "%.17g", v->as.r);
    case VALUE_TEXT: return v->as.s;
    case VALUE_BLOB: return v->as.p ? v->as.p : "";
    default: return NULL;
    }
}

static struct params
print_params(struct call *c, const struct query *q)
{
    struct params p = { NEW_N(c->arena, const char *, q->n + 1),
                        NEW_N(c->arena, int, q->n + 1),
                        NEW_N(c->arena, int, q->n + 1) };

    for (size_t i = 0; i < q->n; i++) {
        p.texts[i] = print_value(c, &q->values[i]);
        p.lengths[i] = (int)q->values[i].len;
        p.formats[i] = q->values[i].kind == VALUE_BLOB;
    }
    return p;
}

static void
print_name(char out[static 16], unsigned name)
{
    (void)snprintf(out, 16, "s%u", name);
}

/* Prepare SQL in SLOT; on failure the server's answer, otherwise NULL. */
static PGresult *
prepare(struct pg_conn *conn, struct slot *slot, const char *sql)
{
    char name[16], drop[32];
    PGresult *r;

    if (slot->sql) {
        print_name(name, slot->name);
        (void)snprintf(drop, sizeof(drop), "DEALLOCATE %s", name);
        PQclear(PQexec(conn->pq, drop));
        cache_empty(slot);
        slot->busy = true;
    }
    slot->name = ++conn->names;
    print_name(name, slot->name);
    r = PQprepare(conn->pq, name, sql, 0, NULL);
    if (!is_good(r)) {
        cache_empty(slot);
        return r;
    }
    PQclear(r);
    cache_fill(slot, sql);
    return NULL;
}

static PGresult *
run(struct call *c, struct pg_conn *conn, const struct query *q, bool once)
{
    struct params p = print_params(c, q);
    bool ready = false;
    struct slot *slot = once ? NULL : cache_take(&conn->cache, q->sql, &ready);
    char name[16];
    PGresult *r = NULL;

    if (!slot)
        return PQexecParams(conn->pq, q->sql, (int)q->n, NULL, p.texts,
                            p.lengths, p.formats, 0);
    if (!ready)
        r = prepare(conn, slot, q->sql);
    if (r)
        return r;
    slot->busy = false; /* the rows come whole */
    print_name(name, slot->name);
    return PQexecPrepared(conn->pq, name, (int)q->n, p.texts, p.lengths,
                          p.formats, 0);
}

static enum err
accept_result(struct call *c, struct cursor *k, PGresult *r)
{
    const char *touched = PQcmdTuples(r);

    k->result = r;
    k->width = PQnfields(r);
    if (k->width == 0)
        c->db->changes = *touched ? strtoll(touched, NULL, 10) : 0;
    return OK;
}

/* Outside a TX a broken connection is worth a second try. */
static enum err
query_alone(struct call *c, struct cursor *k, const struct query *q)
{
    struct pg_store *s = store_of(c->db);
    enum err e = ERR_BUSY;

    for (int i = 0; i < 2 && e == ERR_BUSY; i++) {
        struct pg_conn *conn = take_conn(s);
        PGresult *r;

        if (!conn)
            return db_refuse(c, ERR_BUSY, q->sql, "no connection");
        r = run(c, conn, q, k->once);
        e = is_good(r) ? accept_result(c, k, r) : refuse(c, conn, r, q->sql);
        give_conn(s, conn);
    }
    return e;
}

static enum err
query(struct call *c, struct cursor *k, const struct query *q)
{
    struct pg_conn *conn = c->db->writer;
    PGresult *r;

    if (c->db->depth == 0)
        return query_alone(c, k, q);
    r = run(c, conn, q, k->once);
    return is_good(r) ? accept_result(c, k, r) : refuse(c, conn, r, q->sql);
}

static bool /* NOLINTNEXTLINE(readability-non-const-parameter) */
next(struct call *c, struct cursor *k, enum err *e)
{
    (void)c;
    (void)e;
    return k->row++ < PQntuples(k->result);
}

static unsigned
nibble(char ch)
{
    return (unsigned)(ch <= '9' ? ch - '0' : ch - 'a' + 10);
}

/* "\x0aff" back into bytes. */
static struct value
read_bytes(struct call *c, const char *hex)
{
    size_t n = strlen(hex) / 2;
    unsigned char *out = arena_alloc(c->arena, n + 1);

    for (size_t i = 1; i < n; i++)
        out[i - 1] =
            (unsigned char)(nibble(hex[i * 2]) << 4 | nibble(hex[i * 2 + 1]));
    return value_blob(out, n > 0 ? n - 1 : 0);
}

static struct value
column(struct call *c, struct cursor *k, int col)
{
    int row = (int)k->row - 1;
    char *s = PQgetvalue(k->result, row, col);
    struct value v;

    if (PQgetisnull(k->result, row, col))
        return value_text(NULL);
    switch (PQftype(k->result, col)) {
    case PG_BOOL: return value_bool(*s == 't');
    case PG_INT8:
    case PG_INT4:
    case PG_INT2: return value_int(strtoll(s, NULL, 10));
    case PG_FLOAT4:
    case PG_FLOAT8: return value_real(strtod(s, NULL));
    case PG_BYTEA: return read_bytes(c, s);
    default: break;
    }
    v = value_text(s);
    v.len = (size_t)PQgetlength(k->result, row, col);
    return v;
}

static void
finish(struct cursor *k)
{
    PQclear(k->result);
    k->result = NULL;
}

/* -- transactions ---------------------------------------------------- */

static const char begin_sql[] = "BEGIN ISOLATION LEVEL SERIALIZABLE";

/* A connection that broke while it lay in the pool shows it at BEGIN. */
static enum err
try_begin(struct call *c, struct pg_conn *conn)
{
    PGresult *r = PQexec(conn->pq, begin_sql);

    if (!is_good(r))
        return refuse(c, conn, r, begin_sql);
    PQclear(r);
    return OK;
}

static enum err
begin(struct call *c)
{
    struct pg_store *s = store_of(c->db);
    enum err e = ERR_BUSY;

    if (s->has_node && !pg_node_is_ours(s))
        return fail(c, ERR_BROKEN, NULL,
                    "this process has lost its place at the database");
    for (int i = 0; i < 2 && e == ERR_BUSY; i++) {
        struct pg_conn *conn = take_conn(s);

        if (!conn)
            return db_refuse(c, ERR_BUSY, begin_sql, "no connection");
        e = try_begin(c, conn);
        if (e == OK) {
            c->db->writer = conn;
            c->db->chain = s->base.node * INT64_C(256) + conn->number;
        } else {
            give_conn(s, conn);
        }
    }
    return e;
}

static enum err
write_words(struct call *c, struct pg_conn *conn)
{
    static const char add[] =
        "INSERT INTO order_search (order_id, tokens)"
        " VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))"
        " ON CONFLICT (order_id) DO UPDATE"
        " SET tokens = order_search.tokens || excluded.tokens";

    for (const struct search *s = c->db->search; s; s = s->next) {
        struct value v[] = { V(s->order_id), V(s->tokens) };
        PGresult *r = run(c, conn, &(struct query){ add, v, COUNT(v) }, false);

        if (!is_good(r))
            return refuse(c, conn, r, add);
        PQclear(r);
    }
    return OK;
}

static enum err
commit(struct call *c, struct pg_conn *conn)
{
    PGresult *r = PQexec(conn->pq, "COMMIT");
    bool leave = false;

    if (is_good(r) && strcmp(PQcmdStatus(r), "COMMIT") == 0) {
        PQclear(r);
        store_committed(c->db->store);
        return OK;
    }
    (void)err_of(r, &leave);
    conn->leave |= leave;
    if (is_good(r) || leave) {
        log_line(LOG_ERROR, "db", "COMMIT: %s", PQerrorMessage(conn->pq));
        PQclear(r);
        return fail(c, ERR_BROKEN, NULL, "the database failed");
    }
    return refuse(c, conn, r, "COMMIT");
}

static enum err
end(struct call *c, bool keep)
{
    struct db *d = c->db;
    struct pg_conn *conn = d->writer;
    enum err e = OK;

    d->writer = NULL;
    if (keep)
        e = write_words(c, conn);
    if (keep && e == OK && d->fail_commit)
        e = fail(c, ERR_BROKEN, NULL, "the database failed");
    if (keep && e == OK)
        e = commit(c, conn);
    d->fail_commit = false;
    if (PQtransactionStatus(conn->pq) != PQTRANS_IDLE)
        PQclear(PQexec(conn->pq, "ROLLBACK"));
    give_conn(store_of(d), conn);
    return e;
}

static void
give(struct db *d)
{
    (void)d; /* connections are given back as soon as a query or TX ends */
}

/* -- opening --------------------------------------------------------- */

static void
pg_close(struct store *base)
{
    struct pg_store *s = (struct pg_store *)base;
    struct pg_conn *conn;

    pg_node_leave(s);
    while ((conn = s->free)) {
        s->free = conn->next;
        pg_disconnect(conn);
    }
    pg_disconnect(s->side);
    (void)pthread_mutex_destroy(&s->pool_mutex);
    (void)pthread_cond_destroy(&s->pool_free);
    (void)pthread_mutex_destroy(&s->side_mutex);
    (void)pthread_cond_destroy(&s->stopping);
    free(s->address);
    free(s);
}

static void
make_stopping(pthread_cond_t *cond)
{
    pthread_condattr_t a;

    (void)pthread_condattr_init(&a);
    (void)pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &a);
    (void)pthread_condattr_destroy(&a);
}

/* Who else commits is not known here. */
static int64_t
generation(struct call *c)
{
    (void)c;
    return 0;
}

struct store *
postgres_open(const char *address, unsigned readers, const char **why)
{
    struct pg_store *s = calloc(1, sizeof(*s));

    ASSERT(s);
    s->base.backend = &postgres_backend;
    s->address = strdup(address);
    ASSERT(s->address);
    s->max_conns = readers == 0 ? 1 : readers;
    if (s->max_conns > PG_MAX_CONNS)
        s->max_conns = PG_MAX_CONNS;
    (void)pthread_mutex_init(&s->pool_mutex, NULL);
    (void)pthread_cond_init(&s->pool_free, NULL);
    (void)pthread_mutex_init(&s->side_mutex, NULL);
    make_stopping(&s->stopping);
    s->side = pg_connect(address, why);
    if (s->side)
        return &s->base;
    pg_close(&s->base);
    return NULL;
}

const struct backend postgres_backend = {
    .name = "postgres",
    .search_condition = "orders.id IN (SELECT order_id FROM order_search"
                        " WHERE tokens @@ CAST($1 AS tsquery))",
    .search_from = "orders",
    .search_join = "",
    .search_key = "orders.id",
    .search_and = " & ",
    .search_prefix = ":*",
    .close = pg_close,
    .begin = begin,
    .end = end,
    .query = query,
    .next = next,
    .column = column,
    .finish = finish,
    .number = pg_number,
    .give = give,
    .generation = generation,
};
