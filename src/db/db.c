/* SPDX-License-Identifier: Apache-2.0 */
/* db - the promises of db.h that all backends share. */
#include "db/db.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/words.h"
#include "db/backend.h"
#include "db/futex.h"
#include "db/totals.h"

/* Of commands and migrations, which nobody waits for at a screen. */
#define LONG_PATIENCE_MS (10 * MINUTE_MS)

/* -- sessions -------------------------------------------------------- */

void
db_session(struct call *c, struct store *s)
{
    struct db *d = calloc(1, sizeof(*d));

    ASSERT(d);
    d->store = s;
    d->backend = s->backend;
    d->arena = c->arena;
    if (c->channel && strcmp(c->channel, "cli") == 0)
        d->patience_ms = LONG_PATIENCE_MS;
    c->db = d;
}

void
db_patience(struct call *c, int64_t ms)
{
    c->db->patience_ms = ms;
}

void
db_session_end(struct call *c)
{
    struct db *d = c->db;

    if (!d)
        return;
    db_finish(d, false);
    if (d->began)
        (void)d->backend->end(c, false);
    d->backend->give(d);
    arena_close(d->spare);
    free(d);
    c->db = NULL;
}

struct call *
db_call_open(struct store *s)
{
    struct call *c = calloc(1, sizeof(*c));

    ASSERT(c);
    c->arena = arena_open();
    c->now = instant_now();
    c->lang = LANG_EN;
    c->channel = "job";
    db_session(c, s);
    c->db->patience_ms = LONG_PATIENCE_MS;
    return c;
}

void
db_call_close(struct call *c)
{
    db_session_end(c);
    arena_close(c->arena);
    free(c);
}

int64_t
db_chain(struct call *c)
{
    ASSERT(c->db->depth > 0);
    return c->db->chain;
}

/* -- statements ------------------------------------------------------ */

enum err
db_conflict(struct call *c, const char *name, const char *sql,
            const char *message)
{
    const struct db_rule *r = name ? c->db->store->rules : NULL;

    log_line(LOG_DEBUG, "db", "conflict: %s: %s", message, sql);
    for (; r && r->name; r++)
        if (strcmp(r->name, name) == 0 || text_same(r->at, name))
            return fail(c, ERR_CONFLICT, r->field, "%s", words_in(c, r->words));
    return fail(c, ERR_CONFLICT, NULL,
                "something else already has this value, or refers to it");
}

enum err
db_refuse(struct call *c, enum err e, const char *sql, const char *message)
{
    switch (e) {
    case ERR_BUSY:
        log_line(LOG_DEBUG, "db", "busy: %s: %s", message, sql);
        return fail(c, e, NULL, "the database is busy, please try again");
    case ERR_CONFLICT: return db_conflict(c, NULL, sql, message);
    case ERR_FULL: /* a line when it begins, by store_note */
        log_line(LOG_DEBUG, "db", "full: %s: %s", message, sql);
        return fail(c, e, NULL,
                    "the disk is full or may not be written: nothing was"
                    " changed; what is there can be read");
    case ERR_AWAY:
        log_line(LOG_DEBUG, "db", "away: %s: %s", message, sql);
        return fail(c, e, NULL,
                    "the database is not to be had: nothing was changed;"
                    " please tell the administrator");
    default:
        log_line(LOG_ERROR, "db", "%s: %s", message, sql);
        return fail(c, e, NULL, "the database failed");
    }
}

static size_t
count_values(const struct statement *s)
{
    size_t n = 0;

    while (n < DB_MAX_VALUES && s->values[n].kind != VALUE_END)
        n++;
    return n;
}

static void
link_cursor(struct db *d, struct cursor *k)
{
    k->open = true;
    k->in_tx = d->depth > 0;
    k->next = d->cursors;
    if (k->next)
        k->next->prev = k;
    d->cursors = k;
}

static void
finish_cursor(struct cursor *k)
{
    struct db *d = k->db;

    if (!k->open)
        return;
    ASSERT(k->prev ? k->prev->next == k : d->cursors == k);
    k->open = k->standing = false;
    if (k->prev)
        k->prev->next = k->next;
    else
        d->cursors = k->next;
    if (k->next)
        k->next->prev = k->prev;
    d->backend->finish(k);
}

void
db_finish(struct db *d, bool of_tx_only)
{
    struct cursor *next;

    for (struct cursor *k = d->cursors; k; k = next) {
        next = k->next;
        if (k->in_tx || !of_tx_only)
            finish_cursor(k);
    }
}

/* -- answers that wait for the disk ----------------------------------- */

void
db_later(struct call *c, struct later *l)
{
    atomic_store(&l->state, LATER_IDLE);
    l->err = OK;
    c->db->later = l;
}

bool
later_leave(struct later *l)
{
    int state = LATER_JOINED;

    return atomic_compare_exchange_strong(&l->state, &state, LATER_LEFT);
}

enum err
later_wait(struct later *l)
{
    while (atomic_load(&l->state) == LATER_JOINED)
        futex_sleep(&l->state, LATER_JOINED);
    return l->err;
}

/* What the session changed is on disk, or lost, before it goes on. */
static enum err
settle(struct call *c)
{
    struct db *d = c->db;
    enum err e;

    if (!d->unsettled)
        return OK;
    d->unsettled = false;
    store_flush(d->store);
    e = later_wait(d->later);
    atomic_store(&d->later->state, LATER_IDLE);
    d->later->err = OK;
    return e == OK ? OK : db_refuse(c, e, "COMMIT", err_word(e));
}

/* After a failure in a TX everything further fails in the same way. */
static enum err
stick(struct db *d, enum err e)
{
    if (e != OK && d->depth > 0 && d->failed == OK)
        d->failed = e;
    return e;
}

static enum err
start(struct call *c, struct cursor *k, const struct query *q)
{
    struct db *d = c->db;
    enum err e = d->failed;

    k->db = d;
    TRY(e);
    TRY(settle(c));
    e = d->backend->query(c, k, q);
    if (e == OK)
        link_cursor(d, k);
    return stick(d, e);
}

/* Step; what has no more rows gives its statement back at once. */
static bool
step(struct call *c, struct cursor *k, enum err *e)
{
    if (!k->open)
        return false;
    k->standing = k->db->backend->next(c, k, e);
    if (!k->standing)
        finish_cursor(k);
    *e = stick(k->db, *e);
    return k->standing;
}

struct rows
db_query_n(struct call *c, const char *sql, const struct value *v, size_t n)
{
    struct rows r = { .c = c, .cursor = NEW(c->arena, struct cursor) };

    r.err = start(c, r.cursor, &(struct query){ sql, v, n });
    return r;
}

struct rows
db_query_s(struct call *c, const struct statement *s)
{
    return db_query_n(c, s->sql, s->values, count_values(s));
}

void
db_budget(struct call *c, int64_t ms, size_t bytes)
{
    c->db->most_ms = ms;
    c->db->most_bytes = bytes;
}

bool
rows_next(struct rows *r)
{
    size_t most;

    if (r->err != OK || !r->cursor)
        return false;
    most = r->c->db->most_bytes;
    if (most && arena_used(r->c->arena) > most)
        r->err = fail(r->c, ERR_LIMIT, NULL,
                      "this asks for more than fits, please ask for less");
    return r->err == OK && step(r->c, r->cursor, &r->err);
}

void
rows_close(struct rows *r)
{
    if (r->cursor && r->c->db)
        finish_cursor(r->cursor);
    r->cursor = NULL;
}

enum err
rows_end(struct rows *r)
{
    rows_close(r);
    return r->err;
}

enum err
db_run(struct call *c, const struct query *q, bool once)
{
    struct cursor *k = NEW(c->arena, struct cursor);
    enum err e;

    k->once = once;
    e = start(c, k, q);
    while (e == OK && step(c, k, &e))
        ;
    return e;
}

enum err
db_exec_n(struct call *c, const char *sql, const struct value *v, size_t n)
{
    ASSERT(c->db->depth > 0);
    return db_run(c, &(struct query){ sql, v, n }, false);
}

enum err
db_exec_s(struct call *c, const struct statement *s)
{
    return db_exec_n(c, s->sql, s->values, count_values(s));
}

int64_t
db_changes(struct call *c)
{
    return c->db->changes;
}

enum err
db_int_s(struct call *c, int64_t *out, const struct statement *s)
{
    ROWS r = db_query_s(c, s);

    *out = rows_next(&r) ? row_int(&r, 0) : 0;
    return rows_end(&r);
}

enum err
db_total(struct call *c, int64_t *out, const char *sql, const struct value *v,
         size_t n)
{
    struct store *s = c->db->store;
    int64_t generation = c->db->depth > 0 ? 0 : c->db->backend->generation(c);
    const char *key = generation ? totals_key(c, sql, v, n) : NULL;

    if (key && totals_find(s->totals, key, generation, out))
        return OK;
    ROWS r = db_query_n(c, sql, v, n);
    *out = rows_next(&r) ? row_int(&r, 0) : 0;
    TRY(rows_end(&r));
    if (key)
        totals_keep(s->totals, key, generation, *out);
    return OK;
}

const char *
db_by_index(struct call *c, const char *name)
{
    return name && c->db->store->backend->names_indexes
               ? arena_printf(c->arena, " INDEXED BY %s", name)
               : "";
}

const char *
db_one_of(struct call *c, const char *column, const char *query)
{
    return arena_printf(c->arena,
                        c->db->store->backend->has_arrays
                            ? "%s = ANY (ARRAY(%s))"
                            : "%s IN (%s)",
                        column, query);
}

const char *
db_intern(struct call *c, const char *sql)
{
    return interned_find(c->db->store->interned, c->arena, sql);
}

/* -- columns --------------------------------------------------------- */

static struct value
column(struct rows *r, int col)
{
    struct cursor *k = r->cursor;

    ASSERT(k && k->standing && col >= 0 && col < k->width);
    return k->db->backend->column(r->c, k, col);
}

struct value
row_value(struct rows *r, int col)
{
    return column(r, col);
}

static void
refuse_nul(struct rows *r, const struct value *v)
{
    if (r->as_is || r->err != OK || memchr(v->as.s, '\0', v->len) == NULL)
        return;
    log_line(LOG_ERROR, "db", "a NUL stands behind “%.40s”", v->as.s);
    r->err = fail(r->c, ERR_BROKEN, NULL,
                  "a text in the database is not as the program writes it");
    r->err = stick(r->c->db, r->err);
}

/* SQLite keeps "12x" in a column of numbers: it is never taken for 12. */
static double
read_number(struct rows *r, const struct value *v)
{
    double number = 0;

    if (text_real(v->as.s, &number) || r->as_is || r->err != OK)
        return number;
    log_line(LOG_ERROR, "db", "“%.40s” stands where a number should", v->as.s);
    r->err = fail(r->c, ERR_BROKEN, NULL,
                  "a number in the database is not as the program writes it");
    r->err = stick(r->c->db, r->err);
    return 0;
}

int64_t
row_int(struct rows *r, int col)
{
    struct value v = column(r, col);
    int64_t i;

    switch (v.kind) {
    case VALUE_INT: return v.as.i;
    case VALUE_REAL: return (int64_t)v.as.r;
    case VALUE_TEXT:
        return text_int(v.as.s, &i) ? i : (int64_t)read_number(r, &v);
    default: return 0;
    }
}

double
row_real(struct rows *r, int col)
{
    struct value v = column(r, col);

    switch (v.kind) {
    case VALUE_INT: return (double)v.as.i;
    case VALUE_REAL: return v.as.r;
    case VALUE_TEXT: return read_number(r, &v);
    default: return 0;
    }
}

const char *
row_text(struct rows *r, int col)
{
    struct value v = column(r, col);
    struct arena *a = r->c->arena;

    switch (v.kind) {
    case VALUE_INT: return arena_printf(a, "%" PRId64, v.as.i);
    case VALUE_REAL: return arena_printf(a, "%.17g", v.as.r);
    case VALUE_TEXT: refuse_nul(r, &v); return arena_text_n(a, v.as.s, v.len);
    default: return NULL;
    }
}

const void *
row_blob(struct rows *r, int col, size_t *len)
{
    struct value v = column(r, col);
    void *copy;

    *len = 0;
    if (v.kind != VALUE_BLOB && v.kind != VALUE_TEXT)
        return NULL;
    *len = v.len;
    copy = arena_alloc(r->c->arena, v.len + 1);
    if (v.len > 0)
        memcpy(copy, v.as.p, v.len);
    return copy;
}

bool
row_null(struct rows *r, int col)
{
    return column(r, col).kind == VALUE_NULL;
}

instant
row_instant(struct rows *r, int col)
{
    return (instant){ row_int(r, col) };
}

day
row_day(struct rows *r, int col)
{
    return (day){ (int32_t)row_int(r, col) };
}

int
rows_width(struct rows *r)
{
    return r->cursor ? r->cursor->width : 0;
}

/* -- transactions ---------------------------------------------------- */

static struct tx
begin(struct call *c, bool sure)
{
    struct db *d = c->db;

    ASSERT(d != NULL && d->depth >= 0);
    if (d->depth++ == 0) {
        d->sure = sure;
        d->search = NULL;
        c->written = NULL;
        d->news = (struct tidings_list){ 0 };
        if (d->spare)
            arena_reset(d->spare);
        d->failed = settle(c);
        if (d->failed == OK)
            d->failed = d->backend->begin(c);
        d->began = d->failed == OK;
    }
    return (struct tx){ .c = c, .open = true };
}

struct tx
tx_begin(struct call *c)
{
    return begin(c, false);
}

struct tx
tx_begin_sure(struct call *c)
{
    return begin(c, true);
}

void
db_long(struct call *c)
{
    ASSERT(c->db->depth > 0);
    c->db->is_long = true;
}

/* KEPT: it was asked to be, whatever came of it. */
static enum err
end_body(struct call *c, enum err e, bool keep, bool *kept)
{
    struct db *d = c->db;

    if (e == OK && keep && c->written != NULL)
        e = fail(c, ERR_BROKEN, NULL, "a row was written without an entry");
    c->written = NULL;
    *kept = keep && e == OK;
    if (*kept)
        return d->backend->end(c, true);
    (void)d->backend->end(c, false);
    return e;
}

bool
db_in_tx(const struct call *c)
{
    return c->db != NULL && c->db->depth > 0;
}

void
db_then(struct call *c, void (*then)(struct call *c))
{
    struct db *d = c->db;

    if (!db_in_tx(c)) {
        then(c);
        return;
    }
    ASSERT(d->then == NULL || d->then == then);
    d->then = then;
}

/* The outermost TX ends: keep it only if nothing in it failed. */
static enum err
end_outermost(struct call *c, bool keep)
{
    struct db *d = c->db;
    enum err e = d->failed;
    bool kept = false;

    ASSERT(d->depth == 1);
    db_finish(d, true);
    d->depth = 0;
    d->failed = OK;
    if (!d->began) {
        d->then = NULL;
        return e;
    }
    d->began = false;
    e = end_body(c, e, keep, &kept);
    d->lost_long = d->is_long && e == ERR_BUSY;
    d->is_long = false;
    /* Also where nobody knows whether it was kept. */
    if (kept && d->then != NULL)
        d->then(c);
    d->then = NULL;
    return e;
}

enum err
tx_commit(struct tx *t)
{
    struct db *d = t->c->db;

    ASSERT(t->open && d->depth > 0);
    t->open = false;
    if (d->depth == 1)
        return end_outermost(t->c, true);
    d->depth--;
    return d->failed;
}

void
tx_close(struct tx *t)
{
    struct db *d = t->c->db;

    if (!t->open)
        return;
    t->open = false;
    if (!d || d->depth == 0)
        return; /* the session has ended before its scope did */
    if (d->depth == 1) {
        (void)end_outermost(t->c, false);
        return;
    }
    d->depth--;
    if (d->failed == OK && t->c->fault.code != OK)
        d->failed = t->c->fault.code;
    if (d->failed == OK)
        d->failed =
            fail(t->c, ERR_BROKEN, NULL, "a part of the change was given up");
}

enum err
db_number(struct call *c, const char *name, int64_t *out)
{
    struct db *d = c->db;

    ASSERT(d->depth > 0);
    *out = 0;
    TRY(d->failed);
    return stick(d, d->backend->number(c, name, out));
}

/* -- search ---------------------------------------------------------- */

/* What is written when the TX is kept outlives an arena that is emptied from
   row to row. */
static struct arena *
lasting_arena(struct call *c)
{
    struct db *d = c->db;

    if (c->arena == d->arena)
        return c->arena;
    if (!d->spare)
        d->spare = arena_open();
    return d->spare;
}

/* Written when the TX is kept: SQLite's index is then flushed once a batch,
   not once a body. */
enum err
db_search_change(struct call *c, const char *noun, int64_t id, const char *gone,
                 const char *tokens)
{
    struct db *d = c->db;
    struct search *s;
    struct arena *a;

    ASSERT(d->depth > 0);
    TRY(d->failed);
    if (text_is_blank(tokens))
        return OK;
    a = lasting_arena(c);
    s = NEW(a, struct search);
    *s = (struct search){ d->search,
                          arena_text(a, noun),
                          id,
                          arena_text(a, tokens),
                          text_is_blank(gone) ? NULL : arena_text(a, gone),
                          d->search ? d->search->turn + 1 : 0 };
    d->search = s;
    return OK;
}

enum err
db_search_add(struct call *c, const char *noun, int64_t id, const char *tokens)
{
    return db_search_change(c, noun, id, NULL, tokens);
}

/* Pairs of Han characters are whole tokens; Latin words and single characters
   stand for whatever begins with them. */
static bool
is_prefix(const char *token, size_t n)
{
    return n <= 4 || (unsigned char)token[0] < 0x80;
}

const char *
db_search_query(struct call *c, const char *words)
{
    const struct backend *b = c->db->store->backend;
    const char *s = words ? text_query(c->arena, words) : "";
    struct buf out = buf_make(c->arena, 0);
    size_t n;

    for (; *s; s += n + (s[n] == ' ')) {
        n = strcspn(s, " ");
        if (n == 0)
            continue;
        if (out.len > 0)
            buf_puts(&out, b->search_and);
        /* Quoted, so that no word is read as an operator of the query's
           language. */
        buf_putc(&out, b->name[0] == 's' ? '"' : '\'');
        buf_add(&out, s, n);
        buf_putc(&out, b->name[0] == 's' ? '"' : '\'');
        if (is_prefix(s, n))
            buf_puts(&out, b->search_prefix);
    }
    return out.len > 0 ? out.s : NULL;
}

/* -- news ------------------------------------------------------------- */

void
tidings_add(struct tidings_list *l, struct arena *a, int64_t kind, int64_t id)
{
    struct tidings *t = NEW(a, struct tidings);

    *t = (struct tidings){ .kind = kind, .id = id };
    if (l->last)
        l->last->next = t;
    else
        l->first = t;
    l->last = t;
    l->n++;
}

/* Written when the TX is kept, too: then the numbers of the rows rise as the
   transactions end, but for a moment on PostgreSQL. */
enum err
db_news_add(struct call *c, enum news_kind kind, int64_t id)
{
    struct db *d = c->db;

    ASSERT(d->depth > 0);
    TRY(d->failed);
    tidings_add(&d->news, lasting_arena(c), kind, id);
    return OK;
}

static const char drop_news[] = "DELETE FROM news WHERE seq < $1";

enum err
db_news_drop(struct call *c, int64_t seq)
{
    return db_exec(c, drop_news, V(seq));
}

enum err
db_under_way(struct call *c, int64_t *oldest, int64_t *next)
{
    struct db *d = c->db;

    *oldest = INT64_MAX;
    *next = 0;
    return d->backend->under_way ? d->backend->under_way(c, oldest, next) : OK;
}
