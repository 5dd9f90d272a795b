/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db - one SQL text for SQLite, PostgreSQL and the fault injector.
 *
 * SQL stands beside the function that uses it as a static const char array,
 * in the common subset, with parameters $1..$n.  Its address is the key under
 * which the prepared statement is kept.  Types: BIGINT, TEXT, DOUBLE
 * PRECISION, SMALLINT, BYTEA.  No ON CONFLICT, no identity columns.
 *
 * A struct db is the session of one call.  Outside a transaction it reads
 * through a pooled reader; inside, everything goes to the writing connection.
 *
 * Always true:
 *   1. What tx_commit answered OK for is on disk, unless the session was
 *      given a `struct later`: then it is when that has been told.  (Group
 *      commit on SQLite: bodies run one after the other in savepoints of one
 *      outer transaction, which is committed and synced as one.)
 *   2. A TX that goes out of scope without tx_commit leaves nothing behind.
 *   3. After a failed statement in a TX, every further one fails and so does
 *      its commit.
 *   4. ERR_BUSY means: nothing happened, the call may be run again.
 *   5. ERR_UNSURE means: the answer to COMMIT did not come; whether the call's
 *      changes are there, only a look can tell.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdatomic.h>

#include "base/base.h"

/* -- values ---------------------------------------------------------- */

enum value_kind {
    VALUE_END,
    VALUE_NULL,
    VALUE_INT,
    VALUE_REAL,
    VALUE_TEXT,
    VALUE_BLOB
};

struct value {
    enum value_kind kind;
    union {
        int64_t i;
        double r;
        const char *s; /* NULL is sent as null */
        const void *p;
    } as;
    size_t len; /* of a blob; of a text that was read */
};

static inline struct value
value_int(int64_t i)
{
    return (struct value){ .kind = VALUE_INT, .as.i = i };
}

static inline struct value
value_bool(bool b)
{
    return value_int(b ? 1 : 0);
}

static inline struct value
value_real(double r)
{
    return (struct value){ .kind = VALUE_REAL, .as.r = r };
}

static inline struct value
value_text(const char *s)
{
    return (struct value){ .kind = s ? VALUE_TEXT : VALUE_NULL, .as.s = s };
}

static inline struct value
value_blob(const void *p, size_t n)
{
    return (struct value){ .kind = VALUE_BLOB, .as.p = p, .len = n };
}

/* 0, "not said", is null. */
static inline struct value
value_instant(instant t)
{
    return t.ms ? value_int(t.ms) : (struct value){ .kind = VALUE_NULL };
}

static inline struct value
value_day(day d)
{
    return d.n ? value_int(d.n) : (struct value){ .kind = VALUE_NULL };
}

static inline struct value
value_money(money m)
{
    return value_int(m.fen);
}

/* A reference: 0 is null. */
static inline struct value
value_ref(int64_t id)
{
    return id ? value_int(id) : (struct value){ .kind = VALUE_NULL };
}

#define V(x)                                                                   \
    _Generic((x),                                                              \
        bool: value_bool,                                                      \
        int: value_int,                                                        \
        unsigned: value_int,                                                   \
        long: value_int,                                                       \
        long long: value_int,                                                  \
        double: value_real,                                                    \
        char *: value_text,                                                    \
        const char *: value_text,                                              \
        instant: value_instant,                                                \
        day: value_day,                                                        \
        money: value_money)(x)

/* -- statements ------------------------------------------------------ */

#define DB_MAX_VALUES 20

/* A statement with its values; the values end at the first VALUE_END. */
struct statement {
    const char *sql;
    struct value values[DB_MAX_VALUES];
};

struct rows {
    struct call *c;
    enum err err; /* sticky; looked at once, by rows_end */
    struct cursor *cursor;
    bool as_is; /* texts with a NUL in them are read, too */
};
#define ROWS CLEANUP(rows_close) struct rows

/*
 * Run a query: `ROWS r = db_query(c, find_clash, V(id), V(from));`
 * Step with rows_next and finish with `return rows_end(&r)` or TRY of it.
 * Texts and blobs given as values must stay until the rows are finished.
 *
 * ERR_BUSY      lost a race, another process holds the database, or it does
 *               not answer
 * ERR_CONFLICT  a UNIQUE or REFERENCES constraint is against it
 * ERR_FULL      the disk takes nothing
 * ERR_AWAY      the file beneath is gone: see store_look
 * ERR_BROKEN    anything else; the log knows more
 *
 * Rows opened in a TX end with it.
 */
#define db_query(c, ...) db_query_s((c), &(struct statement){ __VA_ARGS__ })
struct rows db_query_s(struct call *c, const struct statement *s);
struct rows db_query_n(struct call *c, const char *sql, const struct value *v,
                       size_t n);

/* Stand on the next row; false at the end or where reading failed, which
   rows_end tells.  rows_close is what ROWS does by itself. */
bool rows_next(struct rows *r);
enum err rows_end(struct rows *r) MUST_USE;
void rows_close(struct rows *r);

/* Columns of the row stood on, from 0; text and blobs live in the arena.  A
   text with a NUL in it, which the database compares whole and C does not, ends
   the rows with ERR_BROKEN: the program writes none. */
int64_t row_int(struct rows *r, int col); /* null is 0 */
double row_real(struct rows *r, int col);
const char *row_text(struct rows *r, int col); /* null is NULL */
const void *row_blob(struct rows *r, int col, size_t *len);
bool row_null(struct rows *r, int col);
/* As it stands in the table, whatever the column was declared to hold: with
   all bytes of a text, until the next row. */
struct value row_value(struct rows *r, int col);
instant row_instant(struct rows *r, int col);
day row_day(struct rows *r, int col);
int rows_width(struct rows *r);

/* Run a change inside a TX; it is a broken promise to run one outside. */
#define db_exec(c, ...) db_exec_s((c), &(struct statement){ __VA_ARGS__ })
enum err db_exec_s(struct call *c, const struct statement *s) MUST_USE;
enum err db_exec_n(struct call *c, const char *sql, const struct value *v,
                   size_t n) MUST_USE;

/* Rows touched by the last db_exec of this call. */
int64_t db_changes(struct call *c);

/*
 * From now on this session reads within a budget: a query outside a TX that
 * takes longer than MS is given up (ERR_INVALID; SQLite, PostgreSQL has
 * statement_timeout), and so is one whose rows fill the call's arena beyond
 * BYTES (ERR_LIMIT).  0 is no bound.
 */
void db_budget(struct call *c, int64_t ms, size_t bytes);

/* One number from the first row; 0 when there is none. */
#define db_int(c, out, ...)                                                    \
    db_int_s((c), (out), &(struct statement){ __VA_ARGS__ })
enum err db_int_s(struct call *c, int64_t *out,
                  const struct statement *s) MUST_USE;

/* One number that costs much to make (the total of a list): remembered as long
   as nothing whatever was committed.  Outside a TX. */
enum err db_total(struct call *c, int64_t *out, const char *sql,
                  const struct value *v, size_t n) MUST_USE;

/*
 * What is due: the ids (the first column) that a query finds, MAX at most.
 * Read outside a TX; whoever then does one by one looks again inside its own.
 */
struct due_ids {
    int64_t *ids;
    size_t n;
};
#define db_due(c, out, max, ...)                                               \
    db_due_s((c), (out), (max), &(struct statement){ __VA_ARGS__ })
enum err db_due_s(struct call *c, struct due_ids *out, int64_t max,
                  const struct statement *find) MUST_USE;

/*
 * What is over and needs no deed of its own goes, at most MAX rows; *DONE tells
 * how many.  Several processes may do so at once.
 */
struct drop_due {
    const char *find; /* keys of rows before $1, $2 of them: an id, or an id
                         and a text */
    const char *drop; /* the row of a key, if it still is before the value that
                         comes behind the key's */
    instant before;
};
enum err db_drop_due(struct call *c, const struct drop_due *d, int64_t max,
                     int64_t *done) MUST_USE;

/* "INDEXED BY name" where the database can be told so, otherwise "". */
const char *db_by_index(struct call *c, const char *name);

/*
 * "COLUMN is one of what QUERY finds", in such words that QUERY is asked first
 * and its rows are looked up: of IN PostgreSQL makes a join, for which it may
 * read the whole table in the order of a list.
 */
const char *db_one_of(struct call *c, const char *column, const char *query);

/*
 * SQL put together at run time (model/ only, from compiled-in names): the
 * same text always comes back as the same pointer, so that it can be the key
 * of a prepared statement.
 */
const char *db_intern(struct call *c, const char *sql);

/* -- transactions ---------------------------------------------------- */

/* Nests by counting: the outermost TX decides. An inner one that goes out of
   scope uncommitted dooms the outer. */
struct tx {
    struct call *c;
    bool open;
};
#define TX CLEANUP(tx_close) struct tx

/* Where it cannot begin, what is done in it fails with the reason. */
struct tx tx_begin(struct call *c);
/*
 * For a TX in which nothing is refused any more, only written: it can fail with
 * the database alone.  On SQLite it then needs no savepoint, a quarter of the
 * work; if it fails after its first change, the batch it is in is lost.
 */
struct tx tx_begin_sure(struct call *c);
enum err tx_commit(struct tx *t) MUST_USE;
void tx_close(struct tx *t);

/* THEN is called when the outermost TX has been kept, once, and not if it is
   given up; at once where none is open.  For what this process holds in memory:
   forgotten any earlier it would be read anew as it was.  One for a TX. */
void db_then(struct call *c, void (*then)(struct call *c));
bool db_in_tx(const struct call *c);

/*
 * The TX that the call is in is a long one, which others, being short, would
 * win over for ever: should it be lost to them (ERR_BUSY), the session's next
 * one has no other beside it.  Others wait for its end, or are ERR_BUSY after
 * five seconds; it waits for those under way, one second.  On SQLite no TX has
 * another beside it.
 */
void db_long(struct call *c);

/*
 * later - an answer that waits for the disk while its thread goes on.
 *
 * A session that was given one does not wait in tx_commit: it joins its batch
 * and the call goes on at once.  Its answer must be held back until the batch
 * is on disk; later_leave says whether there is anything to wait for.  A
 * further statement of the session waits first, so a call reads what it
 * wrote and fails as its batch did.  PostgreSQL takes no notice.
 *
 * For calls that keep nothing in memory of what they changed: others may read
 * the database as it was until the batch is on disk.
 */
struct later {
    /* On the thread that committed, once: l->err says how the batch ended. */
    void (*told)(struct later *l);
    enum err err;
    atomic_int state;
    struct later *next; /* in the batch */
};

/* From now on the session's commits may be answered later; L outlives it. */
void db_later(struct call *c, struct later *l);

/* When the answer is ready: true, l->told will be called or has been; false,
   nothing is waited for any more and l->err is final. */
bool later_leave(struct later *l);

/*
 * A whole number that rises by one with every call under NAME (order numbers
 * of a day).  Inside a TX.  Gapless on SQLite; on PostgreSQL taken outside
 * the transaction, so that callers do not wait for each other, and a number
 * may be lost.
 */
enum err db_number(struct call *c, const char *name, int64_t *out) MUST_USE;

/* A mark of the office by its name (table generation): a number that says how
   far something has come; 0: it is not there.  Setting is done in the caller's
   TX. */
enum err db_mark(struct call *c, const char *name, int64_t *value) MUST_USE;
enum err db_mark_set(struct call *c, const char *name, int64_t value) MUST_USE;

/*
 * The full-text index: db_search_add puts TOKENS in, of the row ID of NOUN
 * ("order").  It is done inside a TX and is found after its commit; adding
 * again adds words.  db_search_change takes out those of GONE, as they were put
 * in, before TOKENS, which has the rest, too.  An id is one row's among all nouns
 * (decision 15).
 */
enum err db_search_change(struct call *c, const char *noun, int64_t id,
                          const char *gone, const char *tokens) MUST_USE;
enum err db_search_add(struct call *c, const char *noun, int64_t id,
                       const char *tokens) MUST_USE;

/*
 * How the rows of NOUN, which stand in TABLE, are found: `condition` has one
 * parameter, $1, which the caller moves behind its own, and holds for what is
 * read FROM `from` and `join`.  `key` is there the row's id, in whose order it
 * is quick to read.  Texts of the call's arena.
 */
struct db_search {
    const char *condition, *from, *join, *key;
    bool alone; /* without the join too, only rows of NOUN are found */
};
struct db_search db_search_in(struct call *c, const char *noun,
                              const char *table);

/* What a person typed, to be bound to $1; NULL when there is nothing to look
   for. */
const char *db_search_query(struct call *c, const char *words);

/*
 * What the event stream is to tell of this TX (table news): the row ID of the
 * table that KIND names.  Done inside a TX; it gets its place in the row of
 * all news when the TX is kept, and none when it is not.
 */
enum news_kind { NEWS_EVENT = 1, NEWS_NOTICE, NEWS_MANY };
enum err db_news_add(struct call *c, enum news_kind kind, int64_t id) MUST_USE;

/* What is older than the row SEQ of them goes; in the caller's TX. */
enum err db_news_drop(struct call *c, int64_t seq) MUST_USE;

/*
 * Which transactions are under way, as two of the database's own numbers: all
 * below *OLDEST have ended, and none has begun that is *NEXT or above.  Where
 * one is committed after the other (SQLite), all have ended: INT64_MAX and 0.
 */
enum err db_under_way(struct call *c, int64_t *oldest, int64_t *next) MUST_USE;

/* -- opening --------------------------------------------------------- */

struct store; /* a database opened for the whole process */
struct file;  /* base/files.h */

/*
 * What a UNIQUE or EXCLUDE of the schema refuses, told to whoever asked for
 * it: ERR_CONFLICT on FIELD with WORDS.  The engines ask before they write;
 * this speaks where two have asked at once.
 */
struct db_rule {
    const char *name; /* of the index or constraint; NULL ends the table */
    const char *at;   /* as SQLite names it: "place.code" */
    const char *field, *words;
};

/*
 * How a database is opened.  A SQLite file of another program, or one that is
 * damaged or no database, is refused and left as it is; so is an office of a
 * newer release, by all of these.
 */
enum store_mode {
    STORE_MAKE, /* where there is nothing a new office is made, unless MARKED */
    STORE_OPEN, /* it must be there; an older one is brought up to date */
    STORE_AS_IS, /* it must be there, and its schema stays as it is */
    STORE_FILE,  /* a file that nobody works on (a backup) is only read:
                    nothing is changed, made or left beside it */
    STORE_COPY   /* a file that nobody else knows of: brought up to date, no
                    locks are made and no mark is left */
};

struct store_how {
    enum store_mode mode;
    unsigned readers; /* pooled connections */
    /* Of PostgreSQL: an office was made from here, so none is made anew where
       the database is empty.  SQLite's knows its own mark (db/place.h). */
    bool marked;
    /* Called before an office that has been served is brought up to date, and
       not again when that goes on after it was cut short; FIRST is the step
       that comes ("0007_...").  What fails here keeps the office as it is.
       May be NULL. */
    enum err (*upgrading)(struct call *c, void *arg, struct store *s,
                          const char *first);
    void *arg;
    const struct file *schema; /* the steps; NULL: those of this release */
    size_t n_schema;
    const struct db_rule *rules; /* NULL: refusals name no field */
};

/*
 * Open ADDRESS: "postgresql://..." or the path of a SQLite file (":memory:"
 * for tests).  C needs no session; it may have words.
 *
 * ERR_ABSENT    there is no such file, or it is no office
 * ERR_INVALID   a file that is not an office's, or damaged
 * ERR_CONFLICT  a newer release's; or there was an office and it is gone; or
 *               it must be upgraded while others work on it
 * ERR_BUSY, ERR_FULL, ERR_BROKEN  the words say
 */
enum err store_open_as(struct call *c, const char *address,
                       const struct store_how *how,
                       struct store **out) MUST_USE;

/* The same with STORE_MAKE; NULL with a message in *WHY, good until the
   thread's next, when it fails. */
struct store *store_open(const char *address, unsigned readers,
                         const char **why);
void store_close(struct store *s);
bool store_is_postgres(const struct store *s);

/* Do other processes wait for the one writer that S has?  Of PostgreSQL, which
   has many, never. */
bool store_has_others(const struct store *s);

/* "SQLite 3.40.1, libpq 15.14": the libraries that are loaded. */
#define STORE_LIBRARIES 64
void store_libraries(char out[static STORE_LIBRARIES]);

/* Node number of this process on the database, 0 .. 15 (for ids). */
unsigned store_node(const struct store *s);

/*
 * A session for one call on the store; sets c->db.  db_session_end returns
 * its connections; a TX still open is rolled back.
 */
void db_session(struct call *c, struct store *s);
void db_session_end(struct call *c);

/*
 * How long each statement of the session may wait for its answer, instead of
 * the usual 10 s outside a TX and 20 s inside (PostgreSQL; commands and
 * migrations have 10 minutes).  Once one has waited so long in vain, the
 * session's further ones fail at once with ERR_BUSY.
 */
void db_patience(struct call *c, int64_t ms);

/* The number of the audit chain this TX's writes go to: one for each writing
   connection of each process, so that no two open transactions share one. */
int64_t db_chain(struct call *c);

/*
 * The fault injector: from now on the K-th statement (from 1) of this
 * session fails with ERR_BROKEN; BEGIN, COMMIT and RELEASE count too.  0
 * takes it away.  db_fault_count tells how many were run since.
 */
void db_fault(struct call *c, int64_t k);
int64_t db_fault_count(const struct call *c);

/* How many commits were made and how many calls' changes they kept, since the
   store was opened; 0 where each call commits for itself (PostgreSQL). */
struct store_commits {
    int64_t commits, bodies;
};
struct store_commits store_commits(const struct store *s);

/* Commit what is joined and not yet committed: for a thread that has nothing
   else to do.  Without it that happens after some milliseconds. */
void store_flush(struct store *s);

/* Called whenever changes of this process have come to the disk, on any
   thread, never after the next store_watch (NULL: nobody) has returned.  W
   outlives that, or the store; COMMITTED may not change the watcher. */
struct store_watcher {
    void (*committed)(void *arg);
    void *arg;
};
void store_watch(struct store *s, const struct store_watcher *w);

/* From now on nobody waits for the database beyond MS from now: the process is
   about to end.  On SQLite a query that has an end (db_budget) ends by then. */
void store_end_within(struct store *s, int64_t ms);

/*
 * MOVED is called with this process's new node when its old one was taken by
 * another process while the database was out of reach, on a thread of the
 * store's and before anything is written with it; false: not now, ask again.
 */
struct store_mover {
    bool (*moved)(void *arg, unsigned node);
    void *arg;
};
void store_on_move(struct store *s, const struct store_mover *m);

/* -- what is safe ------------------------------------------------------ */

/* The newest step of the schema that the office has had ("0006_unit_plan"),
   and how many of this release are missing. */
enum err store_release(struct call *c, const char **newest,
                       int64_t *missing) MUST_USE;

/* What keeps changes from being kept, if anything does. */
enum store_trouble {
    STORE_WELL,
    STORE_FULL,     /* the disk is full */
    STORE_READONLY, /* it takes no changes */
    STORE_GONE,     /* the file was removed, replaced or cut: until restart */
    STORE_FAILED    /* a sync failed: until restart */
};

/* As it was last seen; costs nothing. */
enum store_trouble store_trouble(const struct store *s);

/* Look now, on any thread; while the disk is full it is tried again.  Every
   commit looks too, before it is answered. */
enum store_trouble store_look(struct store *s);

/* Rows of a table, and the greatest of its ids. */
struct figure {
    const char *table;
    int64_t rows, newest;
};

struct figures {
    size_t n;
    struct figure *list;
};

/* Of every table; SQLite only. */
enum err store_figures(struct call *c, struct figures *out) MUST_USE;

/* A copy of the whole database as of one moment, made while it is served. */
struct backup {
    const char *path;
    /* What may stand there and is written over: any file, none, or only a
       backup of an office. */
    enum { OVER_ANY, OVER_NONE, OVER_BACKUP } over;
    bool gently;             /* in steps with pauses: others come first */
    const atomic_bool *stop; /* set: the copying ends, with ERR_BUSY */
    struct figures *holds;   /* NULL, or filled in: what the copy must hold */
    /* Looks at the copy, in the file PART, before it gets its name; may be
       NULL.  What fails here leaves no copy. */
    enum err (*judge)(struct call *c, void *arg, const char *part);
    void *arg;
};

/*
 * Write it under another name, sync and rename it: PATH is the whole copy or
 * what it was before.
 *
 * ERR_CONFLICT  PATH is a file of the office itself, or another backup is
 *               being written there; or it is PostgreSQL's
 * ERR_FULL      there is no room
 */
enum err store_backup_as(struct call *c, struct store *s,
                         const struct backup *b) MUST_USE;
enum err store_backup(struct call *c, struct store *s,
                      const char *path) MUST_USE;

/* What integrity_check and foreign_key_check found (SQLite); the log has it in
   the database's own words.  And what of the schema is not as this release
   makes it: put in, lacking or altered. */
struct store_faults {
    int64_t damages, orphans, strange;
    const char *strangest; /* the first, in words */
};
enum err store_check(struct call *c, struct store_faults *out) MUST_USE;
/* The schema alone, added to what OUT has. */
enum err store_shape(struct call *c, struct store_faults *out) MUST_USE;

struct restore {
    const char *to; /* the path of the main.db that shall be */
    /* Looks at the copy, brought up to date, through the session of C before
       it gets its name; may be NULL. */
    enum err (*judge)(struct call *c, void *arg);
    void *arg;
};

/*
 * Put the office of the backup FROM where there is none: copied under another
 * name, checked there by store_check, brought up to date, judged, synced and
 * renamed.  Nothing of FROM or its folder is changed; when it fails no main.db
 * is left.
 *
 * ERR_ABSENT    there is no FROM
 * ERR_INVALID   FROM is no office's backup, or is damaged
 * ERR_CONFLICT  there is a main.db, or it is served; FROM is in use, or a
 *               newer release's
 * ERR_FULL      there is no room
 */
enum err store_restore(struct call *c, const char *from,
                       const struct restore *how) MUST_USE;

#endif
