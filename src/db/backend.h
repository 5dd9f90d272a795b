/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backend - what SQLite, PostgreSQL and the fault injector each do for db.c.
 *
 * Only src/db includes this file, and only here are words of one dialect
 * allowed.  db.c keeps the promises all three share: nesting, the sticky
 * failure of a TX, values, and that rows end with their TX.
 */
#ifndef DB_BACKEND_H
#define DB_BACKEND_H

#include <pthread.h>
#include <stdatomic.h>

#include "db/cache.h"
#include "db/db.h"

/* shape.c: a refusal of triggers, which would act with the first change. */
enum err shape_refuse(struct call *c) MUST_USE;

/* A running query, in the call's arena, on its session's list while it has
   something to give back. */
struct cursor {
    struct db *db;
    struct cursor *prev, *next;
    void *conn;        /* the backend's connection */
    struct slot *slot; /* SQLite: the statement */
    struct slot own;   /* when the kept one is in use */
    void *result;      /* PostgreSQL */
    int64_t row;       /* PostgreSQL: the one stood on, from 1 */
    int width;
    bool open;     /* is on the list */
    bool standing; /* on a row */
    bool in_tx;
    bool held; /* SQLite: it keeps the one shared connection locked */
    bool once; /* not worth keeping prepared (migrations) */
};

/* Words to be added to the search index when the TX is kept. */
struct search {
    struct search *next;
    const char *noun;
    int64_t id;
    const char *tokens;
    const char *gone; /* words that are taken out before; NULL: none */
    size_t turn;      /* which of its TX it is */
};

/* An index of words (search.c); that of all nouns is the last of the list. */
struct search_index {
    struct search_index *next;
    const char *noun; /* NULL: of all that have none of their own */
    const char *table;
    const char *put;            /* one row's, for those that are gone */
    const char *add, *add_many; /* statements; those of SQLite add some rows */
};

/* A row of the table news, to be written when the TX is kept; in a list that
   knows its end. */
struct tidings {
    struct tidings *next;
    int64_t kind, id;
};

struct tidings_list {
    struct tidings *first, *last;
    size_t n;
};

/* What a `struct later` is doing in the batch that is committed as one: its
   session may wait for it, or have left told() to be called. */
enum later_state { LATER_IDLE, LATER_JOINED, LATER_ENDED, LATER_LEFT };

/* The session of one call. */
struct db {
    struct store *store;
    const struct backend *backend;
    struct cursor *cursors;
    struct search *search;
    struct tidings_list news;
    struct arena *arena; /* the call's when the session began */
    struct arena *spare; /* of both where the call's has been swapped */
    int64_t patience_ms; /* 0: the usual */
    bool late;           /* an answer did not come in time: ask no more */
    int depth;           /* of nested TX */
    bool began;          /* the backend's transaction is open */
    void (*then)(struct call *c); /* when the outermost TX has been kept */
    enum err failed; /* of the TX: every further statement fails so */
    int64_t changes;
    int64_t chain;
    void *reader;        /* SQLite: taken from the pool */
    void *writer;        /* PostgreSQL: the connection of the TX */
    unsigned holds;      /* SQLite: how often the writer is held */
    struct later own;    /* what tx_commit waits for when nobody gave one */
    struct later *later; /* given by db_later */
    bool sure;           /* the TX is (tx_begin_sure) */
    bool is_long;        /* the TX is (db_long) */
    bool lost_long;      /* such a one was lost to others: go alone now */
    bool unsettled;      /* `later` joined a batch and was not waited for */
    bool fail_commit;    /* fault injector: let the next COMMIT fail */
    int64_t fault_at, fault_count;
    int64_t most_ms;   /* of a query outside a TX (db_budget); 0: any */
    size_t most_bytes; /* of the call's arena, while rows are read; 0: any */
};

struct query {
    const char *sql;
    const struct value *values;
    size_t n;
};

struct backend {
    /* Dialect: the name that its own schema files bear; the search index. */
    const char *name;
    const char *search_and, *search_prefix;
    /* A query for the tables that hold the words of one noun; what is added
       to an index, as SQL in the arena; and how a noun is found in it. */
    const char *search_tables;
    void (*search_fill)(struct arena *a, struct search_index *x);
    struct db_search (*search_in)(struct call *c, const struct search_index *x,
                                  const char *noun, const char *table);
    bool names_indexes; /* it can be told which index to use */
    bool has_arrays;    /* it takes a query for one value, as ARRAY(...) */

    void (*close)(struct store *s);

    /* Nobody else works on the database, so that it may be upgraded; NULL
       where that cannot be known. */
    enum err (*alone)(struct call *c);

    /* Is there a table of this name?  NULL where the files are judged before
       they are opened. */
    enum err (*has_table)(struct call *c, const char *name, bool *there);

    /* See what trouble there is, and whether there is any still.  NULL: the
       statements tell. */
    void (*look)(struct store *s);

    /* Open the body of a transaction, and end it: keep it or undo it.  Keeping
       also writes d->search and answers when it is on disk. */
    enum err (*begin)(struct call *c);
    enum err (*end)(struct call *c, bool keep);

    /* Start a query; step it (false: no more rows or *e); read a column;
       give its statement back.  finish may be called once only. */
    enum err (*query)(struct call *c, struct cursor *k, const struct query *q);
    bool (*next)(struct call *c, struct cursor *k, enum err *e);
    struct value (*column)(struct call *c, struct cursor *k, int col);
    void (*finish)(struct cursor *k);

    /* The next number under a name; give back the session's connections. */
    enum err (*number)(struct call *c, const char *name, int64_t *out);
    void (*give)(struct db *d);

    /* Commit what is joined.  NULL where each call commits for itself. */
    void (*flush)(struct store *s);

    /* Of the totals (totals.h); 0: not known, nothing may be kept. */
    int64_t (*generation)(struct call *c);

    /* db_under_way; NULL where nothing ever is. */
    enum err (*under_way)(struct call *c, int64_t *oldest, int64_t *next);
};

/* Every backend's store starts with this. */
struct store {
    const struct backend *backend;
    struct interned *interned;
    struct totals *totals;
    atomic_llong commits, bodies;
    pthread_mutex_t watch_lock; /* of the watcher */
    const struct store_watcher *watcher;
    _Atomic(const struct store_mover *) mover;
    atomic_uint node;
    atomic_llong end_ms; /* store_end_within, on the monotonic clock; 0: no */
    atomic_int trouble;  /* enum store_trouble */
    const struct db_rule *rules;
    const struct file *schema; /* the steps, or all that is built in */
    size_t n_schema;
    struct arena *names; /* of the indexes of words */
    struct search_index *indexes;
};

extern const struct backend sqlite_backend, postgres_backend, fault_backend;

/* What store_open and its sisters do for one database: the same promises. */
enum err sqlite_open(struct call *c, const char *path,
                     const struct store_how *how, struct store **out);
struct store *postgres_open(const char *address, unsigned readers,
                            const char **why);

/* Sleep until the batch L joined has ended. */
enum err later_wait(struct later *l);

/* store_backup and store_figures of a file. */
enum err sqlite_backup(struct call *c, struct store *base,
                       const struct backup *b);
enum err sqlite_figures(struct call *c, struct figures *out);

/* Does another process have the office open? */
bool sqlite_has_others(const struct store *base);
/* The file has been opened and is an office: see place.h. */
void sqlite_opened(struct store *base);
/* Before words are added or looked for: which indexes of them there are. */
enum err search_find_indexes(struct call *c) MUST_USE;
const struct search_index *
search_index_of(const struct store *s, const char *noun);

/* Add a copy, in A, to a list. */
void tidings_add(struct tidings_list *l, struct arena *a, int64_t kind,
                 int64_t id);

/* Changes have come to the disk. */
void store_committed(struct store *s);

/* A copy of TEXT for *WHY, until the thread's next. */
const char *store_why(const char *text);

/* Trouble begins, or (STORE_WELL) what can end by itself is over; the log has
   one line of each. */
void store_note(struct store *s, enum store_trouble t);

/* The schema is known here, and up to date where HOW lets it be brought so. */
enum err migrate(struct call *c, const struct store_how *how);

/* One statement with no rows wanted, kept prepared or not. */
enum err db_run(struct call *c, const struct query *q, bool once);

/* What the database said of a failing statement, to the log; its error to the
   call. */
enum err db_refuse(struct call *c, enum err e, const char *sql,
                   const char *message);

/* The same of a conflict with what the schema calls NAME, NULL where that is
   not told. */
enum err db_conflict(struct call *c, const char *name, const char *sql,
                     const char *message);

/* Give back all rows of the session, or only those of its TX. */
void db_finish(struct db *d, bool of_tx_only);

/* A session's body of work outside any request: migrations, leases. */
struct call *db_call_open(struct store *s);
void db_call_close(struct call *c);

/* Texts kept as long as the store (db_intern). */
struct interned *interned_open(void);
void interned_close(struct interned *t);
const char *interned_find(struct interned *t, struct arena *a, const char *sql);

#endif
