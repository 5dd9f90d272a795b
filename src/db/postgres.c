/* SPDX-License-Identifier: Apache-2.0 */
/* postgres - connections, statements and transactions through libpq. */
#include "db/postgres.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/text.h"
#include "base/thread.h"

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

/* -- patience --------------------------------------------------------- */

/* How long the session waits for an answer. */
static int64_t
patience(const struct db *d)
{
    if (d->patience_ms)
        return d->patience_ms;
    return d->depth > 0 ? PG_TX_MS : PG_READ_MS;
}

/* Who cannot wait for the server's own limit cannot wait for a connection to
   be made either. */
static bool
is_hurried(const struct db *d)
{
    return d->patience_ms && d->patience_ms < PG_CONNECT_S * SECOND_MS;
}

static int64_t
until_of(const struct db *d)
{
    return pg_until(store_of(d),
                    patience(d) + (is_hurried(d) ? 0 : PG_GRACE_MS));
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
#define SETTINGS                                                               \
    "SET enable_seqscan = off; SET jit = off;"                                 \
    "SET client_min_messages = warning; SET bytea_output = hex;"               \
    "SET lock_timeout = '5s'; SET statement_timeout = '10s';"                  \
    "SET idle_in_transaction_session_timeout = '120s'"

static bool
prepare_session(struct pg_conn *conn)
{
    static const char settings[] = SETTINGS;
    static const char quick[] = SETTINGS "; SET synchronous_commit = off";
    PGresult *r;
    bool ok;

    /* What is sent never waits for room. */
    ok = PQsetnonblocking(conn->pq, 1) == 0;
    r = ok ? pg_exec(NULL, conn, conn->quick ? quick : settings,
                     pg_until(NULL, PG_SIDE_MS))
           : NULL;
    ok = r != NULL && pg_is_good(r);
    PQclear(r);
    conn->timeout_ms = PG_READ_MS;
    (void)PQsetNoticeReceiver(conn->pq, hear_notice, NULL);
    return ok;
}

static void
forget_statements(struct pg_conn *conn)
{
    for (size_t i = 0; i < (size_t)CACHE_SETS * CACHE_WAYS; i++)
        cache_empty(&conn->cache.slots[i / CACHE_WAYS][i % CACHE_WAYS]);
}

/* The one call that libpq itself ends in time: it knows the address's hosts
   and goes from one to the next. */
static bool
open_session(struct pg_conn *conn, const struct pg_store *s)
{
    /* What the address says itself comes last and wins. */
    const char *const names[] = {
        "connect_timeout",           "tcp_user_timeout", "keepalives_idle",
        "keepalives_interval",       "keepalives_count", "target_session_attrs",
        "fallback_application_name", "dbname",           NULL
    };
    char connect_s[4];
    const char *const values[] = { connect_s, "15000",    "10",       "5", "3",
                                   "primary", "liangcao", s->address, NULL };

    (void)snprintf(connect_s, sizeof(connect_s), "%d", PG_CONNECT_S);
    conn->leave = conn->late = false;
    conn->pq = PQconnectdbParams(names, values, 1);
    return PQstatus(conn->pq) == CONNECTION_OK && prepare_session(conn)
           && pg_hold_schema(s, conn);
}

/* Nothing more goes to a server that may not read it. */
static void
close_session(struct pg_conn *conn)
{
    forget_statements(conn);
    if (conn->late && PQsocket(conn->pq) >= 0)
        (void)shutdown(PQsocket(conn->pq), SHUT_RDWR);
    PQfinish(conn->pq);
    conn->pq = NULL;
}

struct pg_conn *
pg_connect(const struct pg_store *s, bool quick, const char **why)
{
    struct pg_conn *conn = calloc(1, sizeof(*conn));

    ASSERT(conn);
    conn->quick = quick;
    if (open_session(conn, s))
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
    close_session(conn);
    free(conn);
}

/* Nothing comes on a connection at rest, unless its end. */
bool
pg_is_alive(struct pg_conn *conn)
{
    struct pollfd p = { .fd = PQsocket(conn->pq), .events = POLLIN };

    if (conn->leave || conn->late || PQstatus(conn->pq) != CONNECTION_OK)
        return false;
    if (poll(&p, 1, 0) > 0 && !PQconsumeInput(conn->pq))
        conn->leave = true;
    return !conn->leave && PQstatus(conn->pq) == CONNECTION_OK;
}

bool
pg_revive(struct pg_conn *conn, const struct pg_store *s)
{
    if (pg_is_alive(conn))
        return true;
    close_session(conn);
    return open_session(conn, s);
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

/* Mutex held. */
static void
call_first(struct pg_store *s)
{
    if (s->first)
        (void)pthread_cond_signal(&s->first->turn);
}

static struct pg_conn *
add_conn(struct pg_store *s, int64_t number)
{
    const char *why = "";
    struct pg_conn *conn = pg_connect(s, false, &why);

    if (conn) {
        conn->number = number;
        return conn;
    }
    log_line(LOG_ERROR, "db", "no connection: %s", why);
    (void)pthread_mutex_lock(&s->pool_mutex);
    s->numbers[number] = false;
    s->n_conns--;
    call_first(s);
    (void)pthread_mutex_unlock(&s->pool_mutex);
    return NULL;
}

static void
give_conn(struct pg_store *s, struct pg_conn *conn)
{
    (void)pthread_mutex_lock(&s->pool_mutex);
    conn->next = s->free;
    s->free = conn;
    s->headway_ms = monotonic_ms();
    call_first(s);
    (void)pthread_mutex_unlock(&s->pool_mutex);
}

/* Mutex held.  One that is free goes to whoever has waited longest: a thread
   that gives one back and asks again at once must not always be before those
   that have to wake up first. */
static bool
may_have(const struct pg_store *s, const struct pg_waiter *me, bool hurried)
{
    return (s->free && (!s->first || s->first == me))
           || (!hurried && s->n_conns < s->max_conns);
}

static void
line_up(struct pg_store *s, struct pg_waiter *me)
{
    *me = (struct pg_waiter){ .next = NULL };
    thread_cond(&me->turn);
    *s->last = me;
    s->last = &me->next;
}

static void
leave_line(struct pg_store *s, struct pg_waiter *me)
{
    struct pg_waiter **at = &s->first;

    while (*at != me) {
        ASSERT(*at != NULL); /* only its own thread takes a waiter out */
        at = &(*at)->next;
    }
    *at = me->next;
    if (s->last == &me->next)
        s->last = at;
    (void)pthread_cond_destroy(&me->turn);
    call_first(s);
}

/* Mutex held: wait until a connection is free or, where there is time for it,
   may be added; false when none will be soon. */
static bool
wait_for_one(struct pg_store *s, bool hurried, int64_t until)
{
    struct pg_waiter me;
    bool had;

    if (may_have(s, NULL, hurried))
        return true;
    line_up(s, &me);
    while (!(had = may_have(s, &me, hurried))) {
        int64_t now = monotonic_ms();
        int64_t turn = now + PG_STUCK_MS / 10;

        if (now >= pg_until(s, until - now)
            || now - s->headway_ms > PG_STUCK_MS)
            break;
        turn = turn < until ? turn : until;
        (void)thread_wait(&me.turn, &s->pool_mutex, turn);
    }
    leave_line(s, &me);
    return had;
}

/* Mutex held: one that lives, if there is one. */
static struct pg_conn *
pick_free(struct pg_store *s)
{
    struct pg_conn **at = &s->free, *conn;

    while (*at && !pg_is_alive(*at))
        at = &(*at)->next;
    if (!*at)
        at = &s->free;
    conn = *at;
    if (conn)
        *at = conn->next;
    return conn;
}

static struct pg_conn *
take_conn(const struct db *d)
{
    struct pg_store *s = store_of(d);
    struct pg_conn *conn = NULL;
    int64_t number = 0;
    bool had;

    (void)pthread_mutex_lock(&s->pool_mutex);
    had = wait_for_one(s, is_hurried(d), until_of(d));
    if (had) {
        s->headway_ms = monotonic_ms();
        conn = pick_free(s);
        if (!conn)
            number = take_number(s);
    }
    (void)pthread_mutex_unlock(&s->pool_mutex);

    if (!had)
        return NULL;
    if (!conn)
        return add_conn(s, number);
    /* Out of the lock: to ask the network takes time. */
    if (pg_is_alive(conn) || (!is_hurried(d) && pg_revive(conn, s)))
        return conn;
    log_line(LOG_DEBUG, "db", "%s", PQerrorMessage(conn->pq));
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
    static const char *const busy[] = { "40001", "40P01", "55P03",
                                        "53300", "57014", NULL };
    static const char *const gone[] = { "0800", "57P0", "25006", "25P03",
                                        NULL };
    static const char *const conflict[] = { "23505", "23503", "23P01", NULL };
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

    *leave = !state || is_one_of(state, gone) || is_stale_plan(r);
    if (*leave || is_one_of(state, busy))
        return ERR_BUSY;
    return is_one_of(state, conflict) ? ERR_CONFLICT : ERR_BROKEN;
}

/* It does not answer, or there is no way to it. */
static enum err
refuse_away(struct call *c, const char *sql, const char *why)
{
    log_line(LOG_DEBUG, "db", "away: %s: %s", why, sql);
    return fail(c, ERR_BUSY, NULL,
                "the database does not answer, please try again");
}

/* A primary whose sessions may only read, which somebody has said of the
   database; a standby is one that is left for the primary. */
bool
pg_only_reads(const struct pg_conn *conn, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *standby = PQparameterStatus(conn->pq, "in_hot_standby");

    return text_same(state, "25006") && text_same(standby, "off");
}

/* First another connection is tried: one that is older than the end of it goes
   on to read only. */
enum err
pg_refuse_write(struct call *c, const char *sql, const char *why)
{
    struct store *s = c->db->store;
    bool known = store_trouble(s) == STORE_READONLY;

    store_note(s, STORE_READONLY);
    return known ? fail(c, ERR_FULL, NULL,
                        "the database may only be read: nothing can be changed;"
                        " signing in and reading go on")
                 : refuse_away(c, sql, why);
}

/* The server gave it up because it took too long. */
static bool
is_given_up(const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

    return state && strcmp(state, "57014") == 0;
}

/* Refuse with what R says, and clear it. */
static enum err
refuse(struct call *c, struct pg_conn *conn, PGresult *r, const char *sql)
{
    bool leave = false, reads = pg_only_reads(conn, r);
    enum err e = err_of(r, &leave);

    conn->leave |= leave;
    if (conn->late || is_given_up(r)) {
        log_line(LOG_WARN, "db", "no answer in time: %s", sql);
        c->db->late = true;
    }
    if (reads)
        e = pg_refuse_write(c, sql, PQerrorMessage(conn->pq));
    else if (leave || c->db->late)
        e = refuse_away(c, sql, PQerrorMessage(conn->pq));
    else if (e == ERR_CONFLICT)
        e = db_conflict(c, PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME), sql,
                        PQerrorMessage(conn->pq));
    else
        e = db_refuse(c, e, sql, PQerrorMessage(conn->pq));
    PQclear(r);
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

/* Prepare SQL in SLOT; false with the server's answer in *R when it cannot. */
static bool
prepare(struct call *c, struct pg_conn *conn, struct slot *slot,
        const char *sql, PGresult **r)
{
    const struct pg_store *s = store_of(c->db);
    char name[16], drop[32];

    if (slot->sql) {
        print_name(name, slot->name);
        (void)snprintf(drop, sizeof(drop), "DEALLOCATE %s", name);
        PQclear(pg_exec(s, conn, drop, until_of(c->db)));
        cache_empty(slot);
        slot->busy = true;
    }
    slot->name = ++conn->names;
    print_name(name, slot->name);
    *r = conn->late
             ? NULL
             : pg_result(s, conn, PQsendPrepare(conn->pq, name, sql, 0, NULL),
                         until_of(c->db));
    if (!pg_is_good(*r)) {
        cache_empty(slot);
        return false;
    }
    PQclear(*r);
    *r = NULL;
    cache_fill(slot, sql);
    return true;
}

static PGresult *
run(struct call *c, struct pg_conn *conn, const struct query *q, bool once)
{
    struct params p = print_params(c, q);
    bool ready = false;
    struct slot *slot = once ? NULL : cache_take(&conn->cache, q->sql, &ready);
    char name[16];
    PGresult *r = NULL;
    int sent;

    if (slot && !ready && !prepare(c, conn, slot, q->sql, &r))
        return r;
    if (slot) {
        slot->busy = false; /* the rows come whole */
        print_name(name, slot->name);
        sent = PQsendQueryPrepared(conn->pq, name, (int)q->n, p.texts,
                                   p.lengths, p.formats, 0);
    } else {
        sent = PQsendQueryParams(conn->pq, q->sql, (int)q->n, NULL, p.texts,
                                 p.lengths, p.formats, 0);
    }
    return pg_result(store_of(c->db), conn, sent, until_of(c->db));
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

/* The server's limit for statements outside a TX is the session's. */
static bool
set_timeout(struct call *c, struct pg_conn *conn)
{
    int64_t ms = patience(c->db) > PG_READ_MS ? patience(c->db) : PG_READ_MS;
    PGresult *r;
    bool ok;

    if (conn->timeout_ms == ms)
        return true;
    r = pg_exec(store_of(c->db), conn,
                arena_printf(c->arena, "SET statement_timeout = %" PRId64, ms),
                until_of(c->db));
    ok = pg_is_good(r);
    PQclear(r);
    conn->timeout_ms = ok ? ms : 0;
    return ok;
}

/* Outside a TX a broken connection is worth a second try. */
static enum err
query_alone(struct call *c, struct cursor *k, const struct query *q)
{
    struct pg_store *s = store_of(c->db);
    enum err e = ERR_BUSY;

    for (int i = 0; i < 2 && e == ERR_BUSY; i++) {
        struct pg_conn *conn = c->db->late ? NULL : take_conn(c->db);
        PGresult *r;

        if (!conn)
            return refuse_away(c, q->sql, "no connection");
        r = set_timeout(c, conn) ? run(c, conn, q, k->once) : NULL;
        e = pg_is_good(r) ? accept_result(c, k, r) : refuse(c, conn, r, q->sql);
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
    return pg_is_good(r) ? accept_result(c, k, r) : refuse(c, conn, r, q->sql);
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
    /* Its own length, as a text may have a NUL that C would end it at. */
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

/* What cannot be undone by a word ends with its connection. */
static void
roll_back(struct pg_store *s, struct pg_conn *conn)
{
    if (conn->late || conn->leave
        || PQtransactionStatus(conn->pq) == PQTRANS_IDLE)
        return;
    PQclear(pg_exec(s, conn, "ROLLBACK", pg_until(s, PG_SIDE_MS)));
    if (PQtransactionStatus(conn->pq) != PQTRANS_IDLE)
        conn->leave = true;
}

static const char begin_sql[] = "BEGIN ISOLATION LEVEL SERIALIZABLE";

/*
 * A lock in the same message, and before the first statement that reads, so
 * that what is read is what those left who were waited for: each TX goes beside
 * the others, and one that is long and was lost to them goes alone.  It asks
 * for its turn no longer than a moment, as whoever comes later stands behind
 * it, and a process that died of it, or was stopped, does not hold up the
 * others.  The table has no other use once the schema is there, when the node
 * is ours.
 */
#define BESIDE "; LOCK TABLE schema_migration IN ROW SHARE MODE"
#define ALONE                                                                  \
    "; SET LOCAL idle_in_transaction_session_timeout = '10s'"                  \
    "; SET LOCAL lock_timeout = '1s'"                                          \
    "; LOCK TABLE schema_migration IN EXCLUSIVE MODE"

/* A connection that broke while it lay in the pool shows it at BEGIN. */
static enum err
try_begin(struct call *c, struct pg_conn *conn)
{
    const char *lock = !store_of(c->db)->has_node ? ""
                       : c->db->lost_long         ? ALONE
                                                  : BESIDE;
    const char *sql =
        arena_printf(c->arena,
                     "%s; SET LOCAL statement_timeout = %" PRId64 "%s",
                     begin_sql, patience(c->db), lock);
    PGresult *r = pg_exec(store_of(c->db), conn, sql, until_of(c->db));

    if (!pg_is_good(r))
        return refuse(c, conn, r, begin_sql);
    PQclear(r);
    return OK;
}

static enum err
begin_beside(struct call *c)
{
    struct pg_store *s = store_of(c->db);
    enum err e = ERR_BUSY;

    if (s->has_node && !pg_node_is_ours(s))
        return store_trouble(&s->base) == STORE_READONLY
                   ? pg_refuse_write(c, begin_sql, "the node is not ours")
                   : refuse_away(c, begin_sql, "the node is not ours");
    /* A connection that rested may have died of it; then another is tried. */
    for (int i = 0; i < 2 && e == ERR_BUSY; i++) {
        struct pg_conn *conn = c->db->late ? NULL : take_conn(c->db);

        if (!conn)
            return refuse_away(c, begin_sql, "no connection");
        e = try_begin(c, conn);
        if (e == OK) {
            c->db->writer = conn;
            c->db->chain = s->base.node * INT64_C(256) + conn->number;
        } else {
            roll_back(s, conn);
            give_conn(s, conn);
        }
    }
    return e;
}

static enum err
begin(struct call *c)
{
    struct pg_store *s = store_of(c->db);
    bool alone = c->db->lost_long;
    enum err e;

    if (!pg_stand_back(s, alone))
        return db_refuse(c, ERR_BUSY, begin_sql, "another goes alone");
    e = begin_beside(c);
    if (e != OK && alone)
        pg_alone_over(s);
    return e;
}

static enum err
write_words(struct call *c, struct pg_conn *conn)
{
    for (const struct search *s = c->db->search; s; s = s->next) {
        const struct search_index *x = search_index_of(c->db->store, s->noun);
        struct value v[] = { V(s->id), V(s->tokens), V(s->noun) };
        struct query q = { s->gone ? x->put : x->add, v, x->noun ? 2 : 3 };
        PGresult *r = run(c, conn, &q, false);

        if (!pg_is_good(r))
            return refuse(c, conn, r, x->add);
        PQclear(r);
    }
    return OK;
}

/* The news go with the COMMIT, in one message: their numbers are taken and
   seen by others within a moment. */
static const char *
print_commit(struct call *c)
{
    struct buf b = buf_make(c->arena, 0);
    const char *before = "INSERT INTO news (kind, row_id) VALUES";

    for (const struct tidings *t = c->db->news.first; t; t = t->next) {
        buf_printf(&b, "%s (%" PRId64 ", %" PRId64 ")", before, t->kind, t->id);
        before = ",";
    }
    buf_puts(&b, b.len > 0 ? "; COMMIT" : "COMMIT");
    return b.s;
}

/* No answer, or one that the connection's end made up: it may have been
   done. */
static enum err
commit_lost(struct call *c, struct pg_conn *conn)
{
    c->db->late = true;
    log_line(LOG_ERROR, "db", "COMMIT: %s",
             conn->late ? "no answer in time" : PQerrorMessage(conn->pq));
    return fail(c, ERR_UNSURE, NULL,
                "the database went away before it answered: please look"
                " whether it was done before you try again");
}

static enum err
commit(struct call *c, struct pg_conn *conn)
{
    PGresult *r =
        pg_exec(store_of(c->db), conn, print_commit(c), until_of(c->db));
    bool leave = false;
    enum err e;

    if (pg_is_good(r) && strcmp(PQcmdStatus(r), "COMMIT") == 0) {
        PQclear(r);
        store_committed(c->db->store);
        return OK;
    }
    (void)err_of(r, &leave);
    conn->leave |= leave;
    if (conn->late || leave) {
        e = commit_lost(c, conn);
    } else if (pg_is_good(r)) { /* it answered ROLLBACK */
        e = db_refuse(c, ERR_BROKEN, "COMMIT", PQcmdStatus(r));
    } else {
        return refuse(c, conn, r, "COMMIT");
    }
    PQclear(r);
    return e;
}

static enum err
end(struct call *c, bool keep)
{
    struct db *d = c->db;
    struct pg_conn *conn = d->writer;
    enum err e = OK;

    d->depth++; /* the statements here are still the TX's */
    if (keep)
        e = write_words(c, conn);
    if (keep && e == OK && d->fail_commit)
        e = fail(c, ERR_BROKEN, NULL, "the database failed");
    if (keep && e == OK)
        e = commit(c, conn);
    d->depth--;
    d->writer = NULL;
    d->fail_commit = false;
    roll_back(store_of(d), conn);
    give_conn(store_of(d), conn);
    if (d->lost_long)
        pg_alone_over(store_of(d));
    return e;
}

static enum err
under_way(struct call *c, int64_t *oldest, int64_t *next)
{
    static const char look[] =
        "SELECT CAST(CAST(pg_snapshot_xmin(s) AS text) AS bigint),"
        " CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint)"
        " FROM pg_current_snapshot() AS s";
    ROWS r = db_query(c, look);

    if (rows_next(&r)) {
        *oldest = row_int(&r, 0);
        *next = row_int(&r, 1);
    }
    return rows_end(&r);
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

    /* While there still is a connection to give it back by. */
    pg_node_leave(s);
    while ((conn = s->free)) {
        s->free = conn->next;
        pg_disconnect(conn);
    }
    while ((conn = s->sides)) {
        s->sides = conn->next;
        pg_disconnect(conn);
    }
    (void)pthread_mutex_destroy(&s->pool_mutex);
    (void)pthread_mutex_destroy(&s->base.watch_lock);
    (void)pthread_mutex_destroy(&s->side_mutex);
    (void)pthread_cond_destroy(&s->side_filled);
    (void)pthread_cond_destroy(&s->alone_over);
    (void)pthread_cond_destroy(&s->stopping);
    free(s->schema);
    free(s->address);
    free(s);
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
    (void)pthread_mutex_init(&s->base.watch_lock, NULL);
    s->last = &s->first;
    (void)pthread_mutex_init(&s->side_mutex, NULL);
    thread_cond(&s->side_filled);
    thread_cond(&s->alone_over);
    thread_cond(&s->stopping);
    /* One at once: a wrong address is told at the start, not later. */
    s->sides = pg_connect(s, true, why);
    s->n_sides = s->sides != NULL;
    if (s->sides && pg_find_schema(s, s->sides, why))
        return &s->base;
    pg_close(&s->base);
    return NULL;
}

static const char search_tables[] =
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    " AND tablename LIKE '%~_search' ESCAPE '~'";

static const char *
put_words(struct arena *a, const struct search_index *x, const char *kept)
{
    return arena_printf(
        a,
        "INSERT INTO %s (id, tokens%s) VALUES ($1, array_to_tsvector("
        "string_to_array($2, ' '))%s) ON CONFLICT (id%s)"
        " DO UPDATE SET tokens = %sexcluded.tokens",
        x->table, x->noun ? "" : ", noun", x->noun ? "" : ", $3",
        x->noun ? "" : ", noun", kept);
}

static void
search_fill(struct arena *a, struct search_index *x)
{
    x->put = put_words(a, x, ""); /* instead of those that are there */
    x->add = put_words(a, x, arena_printf(a, "%s.tokens || ", x->table));
}

static struct db_search
search_in(struct call *c, const struct search_index *x, const char *noun,
          const char *table)
{
    const char *which =
        x->noun ? "" : arena_printf(c->arena, "noun = '%s' AND ", noun);

    return (struct db_search){
        .condition = arena_printf(c->arena,
                                  "%s.id IN (SELECT id FROM %s WHERE"
                                  " %stokens @@ CAST($1 AS tsquery))",
                                  table, x->table, which),
        .from = table,
        .join = "",
        .key = arena_printf(c->arena, "%s.id", table)
    };
}

const struct backend postgres_backend = {
    .has_arrays = true,
    .name = "postgres",
    .search_tables = search_tables,
    .search_fill = search_fill,
    .search_in = search_in,
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
    .under_way = under_way,
    .has_table = pg_has_table,
};
