/* SPDX-License-Identifier: Apache-2.0 */
/* store - opening a database for the whole process, and its interned SQL. */
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "db/backend.h"
#include "db/postgres.h"
#include "db/totals.h"

/* -- interned texts -------------------------------------------------- */

#define INTERNED_SLOTS 8192
#define INTERNED_MAX 4096

struct interned {
    pthread_rwlock_t lock;
    size_t n;
    char *texts[INTERNED_SLOTS];
};

struct interned *
interned_open(void)
{
    struct interned *t = calloc(1, sizeof(*t));

    ASSERT(t);
    (void)pthread_rwlock_init(&t->lock, NULL);
    return t;
}

void
interned_close(struct interned *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < INTERNED_SLOTS; i++)
        free(t->texts[i]);
    (void)pthread_rwlock_destroy(&t->lock);
    free(t);
}

/* Where SQL is or belongs (open addressing). */
static size_t
place_of(const struct interned *t, const char *sql)
{
    size_t i = (size_t)(text_hash(sql) >> 20) % INTERNED_SLOTS;

    while (t->texts[i] && strcmp(t->texts[i], sql) != 0)
        i = (i + 1) % INTERNED_SLOTS;
    return i;
}

/* A full table hands out the arena's copy: the statement caches compare the
   text itself, so it is only not found again. */
const char *
interned_find(struct interned *t, struct arena *a, const char *sql)
{
    const char *found;
    size_t i;

    (void)pthread_rwlock_rdlock(&t->lock);
    found = t->texts[place_of(t, sql)];
    (void)pthread_rwlock_unlock(&t->lock);
    if (found)
        return found;

    (void)pthread_rwlock_wrlock(&t->lock);
    i = place_of(t, sql);
    if (!t->texts[i] && t->n < INTERNED_MAX) {
        t->texts[i] = strdup(sql);
        ASSERT(t->texts[i]);
        t->n++;
    }
    found = t->texts[i];
    (void)pthread_rwlock_unlock(&t->lock);
    return found ? found : arena_text(a, sql);
}

/* -- opening --------------------------------------------------------- */

const char *
store_why(const char *text)
{
    static _Thread_local char why[500];

    (void)snprintf(why, sizeof(why), "%s", text);
    return why;
}

static bool
is_postgres_address(const char *address)
{
    return text_starts(address, "postgresql://")
           || text_starts(address, "postgres://");
}

/* The session of C is of S from here to close_session. */
static enum err
prepare(struct call *c, struct store *s, const struct store_how *how)
{
    const char *why = NULL;
    enum err e;

    s->rules = how->rules;
    s->schema = how->schema ? how->schema : files;
    s->n_schema = how->schema ? how->n_schema : n_files;
    s->interned = interned_open();
    s->totals = totals_open();
    db_session(c, s);
    e = how->mode == STORE_AS_IS || how->mode == STORE_FILE
            ? OK
            : shape_refuse(c);
    if (e == OK)
        e = migrate(c, how);
    if (e == OK)
        e = search_find_indexes(c);
    db_session_end(c);
    if (e == OK && store_is_postgres(s)
        && !pg_node_claim((struct pg_store *)s, &why))
        e = fail(c, ERR_BROKEN, NULL, "the database does not open: %s",
                 why ? why : "?");
    if (e == OK && !store_is_postgres(s))
        sqlite_opened(s);
    return e;
}

static enum err
open_postgres(struct call *c, const char *address, unsigned readers,
              struct store **out)
{
    const char *why = NULL;

    *out = postgres_open(address, readers, &why);
    if (*out)
        return OK;
    return fail(c, ERR_BROKEN, NULL, "the database does not open: %s",
                why ? why : "?");
}

enum err
store_open_as(struct call *c, const char *address, const struct store_how *how,
              struct store **out)
{
    struct db *mine = c->db;
    enum err e;

    *out = NULL;
    TRY(is_postgres_address(address)
            ? open_postgres(c, address, how->readers, out)
            : sqlite_open(c, address, how, out));
    e = prepare(c, *out, how);
    c->db = mine;
    if (e == OK)
        return OK;
    store_close(*out);
    *out = NULL;
    return e;
}

struct store *
store_open(const char *address, unsigned readers, const char **why)
{
    const struct store_how how = { .mode = STORE_MAKE, .readers = readers };
    struct call c = { .arena = arena_open(),
                      .now = instant_now(),
                      .lang = LANG_EN,
                      .channel = "job" };
    struct store *s;

    *why = "";
    if (store_open_as(&c, address, &how, &s) != OK)
        *why = store_why(c.fault.text);
    arena_close(c.arena);
    return s;
}

void
store_close(struct store *s)
{
    struct arena *names; /* the last batch still needs them */

    if (!s)
        return;
    interned_close(s->interned);
    totals_close(s->totals);
    names = s->names;
    s->backend->close(s);
    if (names)
        arena_close(names);
}

bool
store_is_postgres(const struct store *s)
{
    return s->backend == &postgres_backend;
}

bool
store_has_others(const struct store *s)
{
    return !store_is_postgres(s) && sqlite_has_others(s);
}

unsigned
store_node(const struct store *s)
{
    return atomic_load(&s->node);
}

void
store_on_move(struct store *s, const struct store_mover *m)
{
    atomic_store(&s->mover, m);
}

void
store_end_within(struct store *s, int64_t ms)
{
    atomic_store(&s->end_ms, monotonic_ms() + ms);
}

struct store_commits
store_commits(const struct store *s)
{
    return (struct store_commits){ atomic_load(&s->commits),
                                   atomic_load(&s->bodies) };
}

void
store_flush(struct store *s)
{
    if (s->backend->flush)
        s->backend->flush(s);
}

void
store_watch(struct store *s, const struct store_watcher *w)
{
    (void)pthread_mutex_lock(&s->watch_lock);
    s->watcher = w;
    (void)pthread_mutex_unlock(&s->watch_lock);
}

/* The watcher is told within the lock, so that none is told that has been
   taken away. */
void
store_committed(struct store *s)
{
    (void)pthread_mutex_lock(&s->watch_lock);
    if (s->watcher)
        s->watcher->committed(s->watcher->arg);
    (void)pthread_mutex_unlock(&s->watch_lock);
}

/* -- trouble --------------------------------------------------------- */

static const char *const troubles[] = {
    [STORE_WELL] = "there is room again",
    [STORE_FULL] = "the disk is full: no change is kept until there is room",
    [STORE_READONLY] = "the disk takes no changes",
    [STORE_GONE] = "the database file is gone or was replaced: nothing is"
                   " written any more until liangcao is started anew",
    [STORE_FAILED] = "the disk failed: nothing is written any more until"
                     " liangcao is started anew"
};

void
store_note(struct store *s, enum store_trouble t)
{
    int before = atomic_load(&s->trouble);

    while (before < STORE_GONE && before != (int)t)
        if (atomic_compare_exchange_weak(&s->trouble, &before, (int)t)) {
            log_line(t == STORE_WELL ? LOG_INFO : LOG_ERROR, "db", "%s",
                     troubles[t]);
            return;
        }
}

void
store_libraries(char out[static STORE_LIBRARIES])
{
    int pq = PQlibVersion(); /* 150014 of 15.14 */

    (void)snprintf(out, STORE_LIBRARIES, "SQLite %s, libpq %d.%d",
                   sqlite3_libversion(), pq / 10000, pq % 10000);
}

enum store_trouble
store_trouble(const struct store *s)
{
    return (enum store_trouble)atomic_load(&s->trouble);
}

enum store_trouble
store_look(struct store *s)
{
    if (s->backend->look)
        s->backend->look(s);
    return (enum store_trouble)atomic_load(&s->trouble);
}

/* -- copies ---------------------------------------------------------- */

enum err
store_backup_as(struct call *c, struct store *s, const struct backup *b)
{
    if (store_is_postgres(s))
        return fail(c, ERR_CONFLICT, NULL,
                    "PostgreSQL is backed up with its own tools");
    return sqlite_backup(c, s, b);
}

enum err
store_backup(struct call *c, struct store *s, const char *path)
{
    return store_backup_as(c, s, &(struct backup){ .path = path });
}

enum err
store_figures(struct call *c, struct figures *out)
{
    *out = (struct figures){ 0 };
    return store_is_postgres(c->db->store) ? OK : sqlite_figures(c, out);
}
