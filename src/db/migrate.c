/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate - the schema, brought up to date by the files in db/schema.
 *
 * A step is NNNN_what.sql, and what it needs on one database alone
 * NNNN_what.sqlite.sql and NNNN_what.postgres.sql, behind it.  They run once
 * each by their numbers, forward only, each file in a transaction; its SHA-256
 * is recorded, and a file that has changed since refuses to start.  So does
 * one that is not known here: it is a newer release's, and what that wrote
 * would be misread.  Statements end with ';' at the end of a line; no
 * triggers.  (decision 31)
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "db/backend.h"

#define SCHEMA "src/db/schema/"
#define HEX_BYTES 65
#define MAX_TRIES 20

/* The last step of the time when a database's own files had no number: they
   ran behind all others, and do so behind this one. */
#define LAST_UNNUMBERED 11

static const char make_table[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " name TEXT PRIMARY KEY, hash TEXT NOT NULL, at BIGINT NOT NULL)";

static const char all_done[] =
    "SELECT name, hash FROM schema_migration ORDER BY name";

static const char count_done[] = "SELECT COUNT(*) FROM schema_migration";

static const char note_done[] =
    "INSERT INTO schema_migration (name, hash, at) VALUES ($1, $2, $3)";

/* There while an upgrade is under way: it was begun and has not ended. */
#define UNDER_WAY "upgrade"

static void
print_hash(const struct file *f, char out[static HEX_BYTES])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    ASSERT(EVP_Digest(f->text, f->len, hash, &n, EVP_sha256(), NULL) == 1);
    for (unsigned i = 0; i < n; i++)
        (void)snprintf(out + (size_t)i * 2, 3, "%02x", hash[i]);
}

/* The end of the statement at S: behind its ';', or the end of the text. */
static const char *
skip_statement(const char *s)
{
    bool quoted = false;

    for (; *s; s++) {
        if (!quoted && s[0] == '-' && s[1] == '-') {
            s += strcspn(s, "\n");
            if (!*s)
                break;
        } else if (*s == '\'') {
            quoted = !quoted;
        } else if (*s == ';' && !quoted) {
            return s + 1;
        }
    }
    return s;
}

/* Nothing but white space and comments is no statement. */
static bool
says_nothing(const char *s)
{
    for (;;) {
        s += strspn(s, " \t\r\n;");
        if (!text_starts(s, "--"))
            return *s == '\0';
        s += strcspn(s, "\n");
    }
}

/* TEXT with every OLD in it made NEW. */
static const char *
replace(struct call *c, const char *text, const char *old, const char *new)
{
    struct buf b = buf_make(c->arena, 0);
    const char *at;

    while ((at = strstr(text, old))) {
        buf_add(&b, text, (size_t)(at - text));
        buf_puts(&b, new);
        text = at + strlen(old);
    }
    buf_puts(&b, text);
    return b.s;
}

/* The name that is recorded: "0006_unit_plan.sql". */
static const char *
name_of(const struct file *f)
{
    return strrchr(f->path, '/') + 1;
}

static long
number_of(const char *name)
{
    return *name >= '0' && *name <= '9' ? strtol(name, NULL, 10)
                                        : LAST_UNNUMBERED;
}

/*
 * SQLite keeps a table in the order of a key that is called INTEGER and needs
 * no index for it, so BIGINT PRIMARY KEY is a word of ours.  It ends every
 * index with that key by itself: the first files leave the cutting of ", id)"
 * to us; later ones write what they mean into each database's own part.
 */
static const char *
in_own_words(struct call *c, const struct file *f, const char *sql)
{
    if (c->db->store->backend != &sqlite_backend)
        return sql;
    if (number_of(name_of(f)) <= LAST_UNNUMBERED && strstr(sql, " INDEX "))
        return replace(c, sql, ", id)", ")");
    return replace(c, sql, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY");
}

static enum err
run_script(struct call *c, const struct file *f)
{
    const char *end;

    for (const char *text = f->text; *text; text = end) {
        const char *sql;

        end = skip_statement(text);
        sql = arena_text_n(c->arena, text, (size_t)(end - text));
        if (!says_nothing(sql))
            TRY(db_run(c, &(struct query){ .sql = in_own_words(c, f, sql) },
                       true));
    }
    return OK;
}

/* -- where a database stands ------------------------------------------ */

/* The files of this release, those that the database has had, and the first
   that it has not; NULL: it is up to date. */
struct schema {
    const struct file **list;
    bool *done;
    size_t n, n_done;
    const struct file *first;
};

/* "0006_unit_plan" of "0006_unit_plan.sql". */
static const char *
stem(struct call *c, const char *name)
{
    return arena_text_n(c->arena, name, strcspn(name, "."));
}

static enum err
note_row(struct call *c, struct schema *k, const char *name, const char *hash)
{
    char ours[HEX_BYTES];
    size_t i = 0;

    while (i < k->n && strcmp(name_of(k->list[i]), name) != 0)
        i++;
    /* Its step is not known here, so what it changed is not either. */
    if (i == k->n)
        return fail(c, ERR_CONFLICT, NULL,
                    "this office was made by a newer release (%s);"
                    " please use that release",
                    stem(c, name));
    print_hash(k->list[i], ours);
    if (!text_same(ours, hash))
        return fail(c, ERR_INVALID, NULL,
                    "the schema file %s was changed after it had been applied:"
                    " please use the release that made this office",
                    name);
    k->done[i] = true;
    k->n_done++;
    return OK;
}

/* Which of a step's parts a file is. */
enum part { PART_OTHER, PART_COMMON, PART_OWN };

static enum part
part_of(const char *name, const char *backend)
{
    const char *ends = name + strcspn(name, ".");
    bool mine;

    if (*name < '0' || *name > '9')
        return text_starts(name, backend) ? PART_OWN : PART_OTHER;
    if (text_same(ends, ".sql"))
        return PART_COMMON;
    mine = text_starts(ends + 1, backend)
           && text_same(ends + 1 + strlen(backend), ".sql");
    return mine ? PART_OWN : PART_OTHER;
}

/* Of one number the common part comes first. */
static int
compare_steps(const void *a, const void *b)
{
    const struct file *const *x = a, *const *y = b;
    const char *s = name_of(*x), *t = name_of(*y);
    long m = number_of(s), n = number_of(t);
    bool own_s = part_of(s, "") != PART_COMMON;
    bool own_t = part_of(t, "") != PART_COMMON;

    if (m != n)
        return m < n ? -1 : 1;
    return own_s != own_t ? own_s - own_t : strcmp(s, t);
}

/* What is built in are not steps alone. */
static size_t
list_files(const struct store *s, const struct file **list)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_schema; i++)
        if ((s->schema != files || text_starts(files[i].path, SCHEMA))
            && part_of(name_of(&s->schema[i]), s->backend->name) != PART_OTHER)
            list[n++] = &s->schema[i];
    qsort(list, n, sizeof(const struct file *), compare_steps);
    return n;
}

static enum err
look(struct call *c, struct schema *k)
{
    const struct store *s = c->db->store;
    ROWS r = db_query(c, all_done);

    *k = (struct schema){ .list =
                              NEW_N(c->arena, const struct file *, s->n_schema),
                          .done = NEW_N(c->arena, bool, s->n_schema) };
    k->n = list_files(s, k->list);
    while (rows_next(&r))
        TRY(note_row(c, k, row_text(&r, 0), row_text(&r, 1)));
    TRY(rows_end(&r));
    for (size_t i = k->n; i > 0; i--)
        if (!k->done[i - 1])
            k->first = k->list[i - 1];
    return OK;
}

/* -- bringing it up to date ------------------------------------------- */

/* The mark goes with the last of the steps; the table that holds it comes with
   the first of all. */
static enum err
note_way(struct call *c, bool more)
{
    return db_mark_set(c, UNDER_WAY, more);
}

/* The row comes first: a second process that starts at the same time waits
   for it, loses, and finds the file done. */
static enum err
apply(struct call *c, const struct file *f, bool more)
{
    const char *name = name_of(f);
    char hash[HEX_BYTES];
    enum err e;

    print_hash(f, hash);
    TX tx = tx_begin(c);
    TRY(db_exec(c, note_done, V(name), V((const char *)hash), V(c->now.ms)));
    e = run_script(c, f);
    if (e == ERR_BROKEN || e == ERR_CONFLICT)
        return fail(c, ERR_BROKEN, NULL,
                    "this office could not be brought up to date (%s): its"
                    " database is not as the release before left it; nothing"
                    " was changed, go on with that release or restore a"
                    " backup",
                    stem(c, name));
    TRY(e);
    TRY(note_way(c, more));
    return tx_commit(&tx);
}

static enum err
apply_missing(struct call *c)
{
    struct schema k;

    TRY(look(c, &k));
    for (size_t i = 0, left = k.n - k.n_done; i < k.n; i++)
        if (!k.done[i])
            TRY(apply(c, k.list[i], --left > 0));
    return OK;
}

/* Who keeps the database from being lost by what comes now.  What goes on where
   it was cut short was kept when it began; a copy of the half would push that
   of the whole from its shelf. */
static enum err
prepare_upgrade(struct call *c, const struct schema *k,
                const struct store_how *how)
{
    const struct backend *b = c->db->store->backend;
    int64_t marks = 0;

    if (b->alone != NULL)
        TRY(b->alone(c));
    TRY(db_mark(c, UNDER_WAY, &marks));
    return how->upgrading && marks == 0
               ? how->upgrading(c, how->arg, c->db->store,
                                stem(c, name_of(k->first)))
               : OK;
}

static enum err
bring_up(struct call *c, const struct store_how *how)
{
    enum err e = ERR_BUSY;
    struct schema k;

    TRY(look(c, &k));
    if (k.first == NULL || how->mode == STORE_AS_IS || how->mode == STORE_FILE)
        return OK;
    if (k.n_done > 0)
        TRY(prepare_upgrade(c, &k, how));
    for (int i = 0; i < MAX_TRIES && (e == ERR_BUSY || e == ERR_CONFLICT); i++)
        e = apply_missing(c);
    return e;
}

static enum err
make_record(struct call *c)
{
    TX tx = tx_begin(c);
    TRY(db_run(c, &(struct query){ .sql = make_table }, true));
    return tx_commit(&tx);
}

static enum err
make_record_surely(struct call *c)
{
    enum err e = ERR_BUSY;

    for (int i = 0; i < MAX_TRIES && (e == ERR_BUSY || e == ERR_CONFLICT); i++)
        e = make_record(c);
    return e;
}

/* What db/place.c asks of a file of SQLite's before it is opened, asked of a
   database of PostgreSQL's. */
static enum err
judge_database(struct call *c, const struct store_how *how)
{
    const struct backend *b = c->db->store->backend;
    int64_t done = 0;
    bool there = false;

    if (b->has_table == NULL)
        return OK;
    TRY(b->has_table(c, "schema_migration", &there));
    if (there)
        TRY(db_int(c, &done, count_done));
    if (done > 0)
        return OK;
    if (how->mode != STORE_MAKE)
        return fail(c, ERR_ABSENT, NULL,
                    "there is no office in the database that is named; make one"
                    " with liangcao init or liangcao demo");
    if (how->marked)
        return fail(
            c, ERR_CONFLICT, NULL,
            "an office was made from this folder, and the database that"
            " is named holds none: was it lost, or is it another's? Only"
            " where a new office is meant, move office.id away");
    return OK;
}

enum err
migrate(struct call *c, const struct store_how *how)
{
    TRY(judge_database(c, how));
    /* Whoever only looks finds it there, and makes nothing. */
    if (how->mode == STORE_MAKE)
        TRY(make_record_surely(c));
    return bring_up(c, how);
}

enum err
store_release(struct call *c, const char **newest, int64_t *missing)
{
    struct schema k;

    TRY(look(c, &k));
    *newest = "";
    for (size_t i = 0; i < k.n; i++)
        if (k.done[i] && name_of(k.list[i])[0] <= '9')
            *newest = stem(c, name_of(k.list[i]));
    *missing = (int64_t)(k.n - k.n_done);
    return OK;
}
