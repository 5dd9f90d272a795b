/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate - the schema, brought up to date by the files in db/schema.
 *
 * NNNN_what.sql run once each in the order of their names, then those that
 * begin with the backend's name.  Forward only, each in a transaction; its
 * SHA-256 is recorded, and a file that has changed since refuses to start.
 * Statements end with ';' at the end of a line; no triggers.
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

static const char make_table[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " name TEXT PRIMARY KEY, hash TEXT NOT NULL, at BIGINT NOT NULL)";

static const char find_done[] =
    "SELECT hash FROM schema_migration WHERE name = $1";

static const char note_done[] =
    "INSERT INTO schema_migration (name, hash, at) VALUES ($1, $2, $3)";

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

/* SQLite keeps a table in the order of a key that is called INTEGER and needs
   no index for it, and ends every index with that key by itself. */
static const char *
in_own_words(struct call *c, const char *sql)
{
    if (c->db->store->backend->name[0] != 's')
        return sql;
    if (strstr(sql, " INDEX "))
        return replace(c, sql, ", id)", ")");
    return replace(c, sql, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY");
}

static enum err
run_script(struct call *c, const char *text)
{
    const char *end;

    for (; *text; text = end) {
        const char *sql;

        end = skip_statement(text);
        sql = arena_text_n(c->arena, text, (size_t)(end - text));
        if (!says_nothing(sql))
            TRY(db_run(c, &(struct query){ .sql = in_own_words(c, sql) },
                       true));
    }
    return OK;
}

static enum err
find_hash(struct call *c, const char *name, const char **hash)
{
    ROWS r = db_query(c, find_done, V(name));

    *hash = rows_next(&r) ? row_text(&r, 0) : NULL;
    return rows_end(&r);
}

/* The row comes first: a second process that starts at the same time waits
   for it, loses, and finds the file done. */
static enum err
apply(struct call *c, const struct file *f)
{
    const char *name = f->path + strlen(SCHEMA), *done;
    char hash[HEX_BYTES];

    print_hash(f, hash);
    TRY(find_hash(c, name, &done));
    if (done && strcmp(done, hash) == 0)
        return OK;
    if (done)
        return fail(c, ERR_INVALID, NULL,
                    "the schema file %s was changed after it had been applied",
                    name);
    TX tx = tx_begin(c);
    TRY(db_exec(c, note_done, V(name), V((const char *)hash), V(c->now.ms)));
    TRY(run_script(c, f->text));
    return tx_commit(&tx);
}

static enum err
make_record(struct call *c)
{
    TX tx = tx_begin(c);
    TRY(db_run(c, &(struct query){ .sql = make_table }, true));
    return tx_commit(&tx);
}

static int
compare_paths(const void *a, const void *b)
{
    const struct file *const *x = a, *const *y = b;

    return strcmp((*x)->path, (*y)->path);
}

/* "0001_audit.sql" before "sqlite_search.sql": digits before letters. */
static size_t
list_files(struct call *c, const struct file **list)
{
    const char *own = c->db->store->backend->name;
    size_t n = 0;

    for (size_t i = 0; i < n_files; i++) {
        const char *name = files[i].path + strlen(SCHEMA);

        if (text_starts(files[i].path, SCHEMA)
            && ((*name >= '0' && *name <= '9') || text_starts(name, own)))
            list[n++] = &files[i];
    }
    qsort(list, n, sizeof(const struct file *), compare_paths);
    return n;
}

static enum err
migrate_once(struct call *c)
{
    const struct file **list = NEW_N(c->arena, const struct file *, n_files);
    size_t n = list_files(c, list);

    TRY(make_record(c));
    for (size_t i = 0; i < n; i++)
        TRY(apply(c, list[i]));
    return OK;
}

bool
migrate(struct store *s, const char **why)
{
    struct call *c = db_call_open(s);
    enum err e = ERR_BUSY;

    for (int i = 0; i < MAX_TRIES && (e == ERR_BUSY || e == ERR_CONFLICT); i++)
        e = migrate_once(c);
    if (e != OK)
        *why = store_why(c->fault.text ? c->fault.text : err_word(e));
    db_call_close(c);
    return e == OK;
}
