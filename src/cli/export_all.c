/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liangcao export all: everything the office holds, a file of JSON lines a
 * table.  What "everything" is comes from the register of nouns (all_models),
 * so a new noun is written out without a word here; a table that is no noun
 * needs a reason in left_out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/route.h"
#include "base/output.h"
#include "base/private.h"
#include "base/words.h"
#include "cli/cli.h"
#include "engine/audit/audit.h"
#include "json/json.h"

#define PAGE 500

static const struct {
    const char *table, *why;
} left_out[] = {
    { "audit_cover", "hashes of rows, which are of use in the database only" },
    { "audit_chain", "heads of the chains, which their last entries tell" },
    { "audit_seal", "signed heads, which the file of seals has" },
    { "counter", "numbers to be given next, which the orders tell" },
    { "generation", "how often memory was told to look again" },
    { "idempotency", "answers kept for a day" },
    { "import_row", "what imports can take back, which their orders tell" },
    { "job", "who does what happens by itself, and when it was done" },
    { "item_asked", "how often items were asked for, counted from the orders" },
    { "news", "in which order things happened, for streams; kept for days" },
    { "node", "which processes run now" },
    { "old_password", "hashes that nobody may choose again" },
    { "order_search", "words of the orders, made from them" },
    { "person_word", "parts of the persons' names, made from them" },
    { "place_word", "parts of the places' names, made from them" },
    { "search", "words of the rows, made from them" },
    { "sign_in_from", "browsers and networks that are known, as hashes" },
    { "schema_migration", "what the program did to the tables" },
};

const char *
export_left_out(const char *table)
{
    for (size_t i = 0; i < COUNT(left_out); i++)
        if (strcmp(left_out[i].table, table) == 0)
            return left_out[i].why;
    return NULL;
}

/* -- one table --------------------------------------------------------------- */

/* The next rows of M after the id *LAST; *N becomes how many there were. */
static enum err
write_page(struct call *c, const struct model *m, FILE *f, int64_t *last,
           size_t *n)
{
    const struct field *id = model_field(m, "id");
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);
    void *rec = arena_alloc(c->arena, m->size);
    ROWS r = model_query(c, m, "WHERE id > $1 ORDER BY id LIMIT 500", V(*last));

    for (*n = 0; rows_next(&r); ++*n) {
        memset(rec, 0, m->size);
        model_read_row(m, &r, rec);
        out.first[0] = true;
        model_write_json(&out, m, rec);
        buf_putc(&b, '\n');
        *last = *(const int64_t *)(const void *)((char *)rec + id->offset);
    }
    TRY(rows_end(&r));
    if (b.overflow || fwrite(b.s, 1, b.len, f) != b.len)
        return fail(c, ERR_BROKEN, NULL, "the file cannot be written");
    return OK;
}

/* Page by page, each with memory of its own. */
static enum err
write_rows(struct call *c, const struct model *m, FILE *f, int64_t *all)
{
    struct arena *whole = c->arena;
    int64_t last = INT64_MIN;
    size_t n = PAGE;
    enum err e = OK;

    for (*all = 0; e == OK && n == PAGE; *all += (int64_t)n) {
        c->arena = arena_open();
        e = write_page(c, m, f, &last, &n);
        c->fault.text = arena_text(whole, c->fault.text);
        arena_close(c->arena);
        c->arena = whole;
    }
    return e;
}

static enum err
write_table(struct call *c, const struct model *m, const char *dir,
            int64_t *all)
{
    const char *path = arena_printf(c->arena, "%s/%s.jsonl", dir, m->table);
    struct output out;
    int64_t n = 0;
    enum err e;

    TRY(output_open_private(c, &out, path));
    e = write_rows(c, m, out.file, &n);
    if (e != OK) {
        output_drop(&out);
        return e;
    }
    TRY(output_close(c, &out));
    (void)printf("%8lld  %s\n", (long long)n, path);
    *all += n;
    return OK;
}

/* -- all of them -------------------------------------------------------------- */

/* Two nouns may look at one table. */
static bool
was_written(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (all_models()[k]->table != NULL
            && strcmp(all_models()[k]->table, all_models()[i]->table) == 0)
            return true;
    return false;
}

enum err
export_all(struct office *o, const char *dir)
{
    struct call *c = &o->call;
    int64_t rows = 0;

    if (!private_folder(dir))
        return fail(c, ERR_BROKEN, NULL, "%s cannot be written: %s", dir,
                    words_in(c, strerror(errno)));
    for (size_t i = 0; all_models()[i] != NULL; i++)
        if (all_models()[i]->table != NULL && !was_written(i))
            TRY(write_table(c, all_models()[i], dir, &rows));
    return audit_export(c, NULL, "jsonl", rows, NULL);
}
