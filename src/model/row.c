/* SPDX-License-Identifier: Apache-2.0 */
/* Records in and out of their tables; SQL is made here from descriptors. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "model/app.h"
#include "model/member.h"
#include "model/proof.h"
#include "json/json.h"

/* Set once by model_set_audit before threads run. */
static model_audit_fn audit;

void
model_set_audit(model_audit_fn fn)
{
    audit = fn;
}

enum err
model_audit(struct call *c, const char *action, const char *noun, int64_t id,
            const char *detail)
{
    if (audit != NULL)
        return audit(c, action, noun, id, detail);
    c->written = NULL; /* without an audit nothing waits for it */
    return OK;
}

static enum err
tell_audit(struct call *c, const struct model *m, const char *verb, int64_t id,
           const char *detail)
{
    return model_audit(c, arena_printf(c->arena, "%s.%s", m->noun, verb),
                       m->noun, id, detail);
}

/* Keep TEXT in the slot for good; another thread's, if it was faster. */
static const char *
keep_sql(_Atomic(const char *) *slot, const char *text)
{
    char *mine = strdup(text);
    const char *before = NULL;

    ASSERT(mine != NULL);
    if (atomic_compare_exchange_strong(slot, &before, mine))
        return mine;
    free(mine);
    return before;
}

#define MAX_COLUMNS 96

static const char *
write_columns(struct call *c, const struct model *m, const char *prefix)
{
    struct buf b = buf_make(c->arena, 0);

    for (size_t i = 0; i < m->n; i++) {
        if (!member_has_column(&m->fields[i]))
            continue;
        if (b.len > 0)
            buf_add(&b, ", ", 2);
        buf_puts(&b, prefix);
        buf_puts(&b, m->fields[i].name);
    }
    return b.s;
}

const char *
model_columns(struct call *c, const struct model *m, const char *prefix)
{
    const char *kept = atomic_load(&m->sql->columns);

    if (*prefix != '\0')
        return db_intern(c, write_columns(c, m, prefix));
    return kept ? kept : keep_sql(&m->sql->columns, write_columns(c, m, ""));
}

static int64_t get_int(const struct model *m, const void *rec,
                       const char *name);

/* The log has the word; the person is told what cannot be read. */
static void
refuse_word(const struct model *m, const struct field *f, struct rows *r,
            int col, const void *rec)
{
    int64_t id = get_int(m, rec, "id");

    log_line(LOG_ERROR, "model", "%s %lld: %s is “%s”, no word of this release",
             m->noun, (long long)id, f->name, row_text(r, col));
    r->err = fail(r->c, ERR_BROKEN, f->name,
                  "%s %lld was written by a newer release, or by hand, and"
                  " cannot be read",
                  words_in(r->c, m->noun), (long long)id);
}

void
model_read_row(const struct model *m, struct rows *r, void *rec)
{
    int col = 0;

    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (!member_has_column(f))
            continue;
        if (!member_from_row(f, r, col, rec) && r->err == OK)
            refuse_word(m, f, r, col, rec);
        col++;
    }
}

struct rows
model_query_s(struct call *c, const struct model *m, const struct statement *s)
{
    struct statement whole = *s;

    whole.sql =
        db_intern(c, arena_printf(c->arena, "SELECT %s FROM %s %s",
                                  model_columns(c, m, ""), m->table, s->sql));
    return db_query_s(c, &whole);
}

enum err
model_get(struct call *c, const struct model *m, int64_t id, void *rec)
{
    const char *sql = atomic_load(&m->sql->get);

    ASSERT(m->table != NULL);
    if (sql == NULL)
        sql = keep_sql(&m->sql->get,
                       arena_printf(c->arena, "SELECT %s FROM %s WHERE id = $1",
                                    model_columns(c, m, ""), m->table));
    ROWS r = db_query(c, sql, V(id));
    if (rows_next(&r)) {
        model_read_row(m, &r, rec);
        return rows_end(&r);
    }
    TRY(rows_end(&r));
    return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                words_in(c, m->noun), (long long)id);
}

enum err
model_find(struct call *c, const struct model *m, const void *rec,
           field_mask mask, int64_t *id)
{
    struct value v[MAX_COLUMNS];
    struct buf b = buf_make(c->arena, 0);
    size_t n = 0;

    v[n++] = V(model_id(m, rec));
    buf_printf(&b, "SELECT COALESCE(MIN(id), 0) FROM %s WHERE id <> $1",
               m->table);
    for (size_t i = 0; i < m->n; i++) {
        if (!(mask >> i & 1))
            continue;
        v[n++] = member_value(&m->fields[i], rec);
        if (v[n - 1].kind == VALUE_NULL)
            buf_printf(&b, " AND %s IS NULL", m->fields[i].name);
        else
            buf_printf(&b, " AND %s = $%zu", m->fields[i].name, n);
        /* IS NULL has no parameter. */
        n -= v[n - 1].kind == VALUE_NULL;
    }
    ROWS r = db_query_n(c, db_intern(c, b.s), v, n);
    *id = rows_next(&r) ? row_int(&r, 0) : 0;
    return rows_end(&r);
}

enum err
model_is_there(struct call *c, const char *table, int64_t id, bool *there)
{
    int64_t n = 0;

    TRY(db_int(c, &n,
               db_intern(c, arena_printf(c->arena,
                                         "SELECT COUNT(*) FROM %s"
                                         " WHERE id = $1",
                                         table)),
               V(id)));
    *there = n > 0;
    return OK;
}

static void
put_int(const struct model *m, void *rec, const char *name, int64_t v)
{
    const struct field *f = model_field(m, name);

    if (f != NULL)
        *(int64_t *)(void *)((char *)rec + f->offset) = v;
}

static int64_t
get_int(const struct model *m, const void *rec, const char *name)
{
    const struct field *f = model_field(m, name);

    return f ? *(const int64_t *)(const void *)((const char *)rec + f->offset)
             : 0;
}

int64_t
model_id(const struct model *m, const void *rec)
{
    return get_int(m, rec, "id");
}

/* The server-given members that every table may have. */
static void
stamp(struct call *c, const struct model *m, void *rec, bool fresh)
{
    if (fresh && get_int(m, rec, "id") == 0)
        put_int(m, rec, "id", new_id(c));
    if (fresh)
        put_int(m, rec, "version", 1);
    if (fresh)
        put_int(m, rec, "created_at", c->now.ms);
    put_int(m, rec, "updated_at", c->now.ms);
}

static const char *
write_insert(struct call *c, const struct model *m)
{
    struct buf b = buf_make(c->arena, 0);
    size_t n = 0;

    buf_printf(&b, "INSERT INTO %s (%s) VALUES (", m->table,
               model_columns(c, m, ""));
    for (size_t i = 0; i < m->n; i++)
        if (member_has_column(&m->fields[i])) {
            n++;
            buf_printf(&b, n > 1 ? ",$%zu" : "$%zu", n);
        }
    buf_putc(&b, ')');
    return b.s;
}

enum err
model_insert(struct call *c, const struct model *m, void *rec)
{
    struct value v[MAX_COLUMNS];
    const char *sql = atomic_load(&m->sql->insert);
    size_t n = 0;

    if (sql == NULL)
        sql = keep_sql(&m->sql->insert, write_insert(c, m));
    stamp(c, m, rec, true);
    for (size_t i = 0; i < m->n; i++) {
        if (!member_has_column(&m->fields[i]))
            continue;
        ASSERT(n < MAX_COLUMNS);
        v[n++] = member_value(&m->fields[i], rec);
    }
    TRY(db_exec_n(c, sql, v, n));
    model_written(c, m, rec);
    return OK;
}

/* A JSON object {field: [old, new]} of what the mask's fields hold. */
static const char *
write_changes(struct call *c, const struct model *m, const void *old,
              const void *rec, field_mask mask)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (!(mask >> i & 1) || !member_has_column(f)
            || (!old && !member_is_said(f, rec)))
            continue;
        json_key(&o, f->name);
        json_begin_list(&o);
        if (f->flags & SECRET)
            json_text(&o, "***");
        else if (old != NULL)
            member_write_json(&o, f, old);
        else
            json_none(&o);
        if (f->flags & SECRET)
            json_text(&o, "***");
        else if (rec != NULL)
            member_write_json(&o, f, rec);
        else
            json_none(&o);
        json_end_list(&o);
    }
    json_end(&o);
    return b.s;
}

enum err
model_add(struct call *c, const struct model *m, void *rec)
{
    TX tx = tx_begin(c);

    TRY(model_insert(c, m, rec));
    TRY(tell_audit(c, m, "add", get_int(m, rec, "id"),
                   write_changes(c, m, NULL, rec, ~(field_mask)0)));
    return tx_commit(&tx);
}

static bool
is_stamp(const struct field *f)
{
    return strcmp(f->name, "version") == 0 || strcmp(f->name, "id") == 0
           || strcmp(f->name, "updated_at") == 0
           || strcmp(f->name, "created_at") == 0;
}

static enum err
update_row(struct call *c, const struct model *m, void *rec, field_mask mask)
{
    struct value v[MAX_COLUMNS];
    struct buf b = buf_make(c->arena, 0);
    size_t n = 0;
    int64_t version = get_int(m, rec, "version");

    stamp(c, m, rec, false);
    if (model_field(m, "updated_at") != NULL)
        mask |= model_mask(m, "updated_at");
    buf_printf(&b, "UPDATE %s SET ", m->table);
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (!(mask >> i & 1) || !member_has_column(f)
            || (is_stamp(f) && strcmp(f->name, "updated_at") != 0))
            continue;
        v[n++] = member_value(f, rec);
        buf_printf(&b, "%s%s = $%zu", n > 1 ? ", " : "", f->name, n);
    }
    v[n++] = V(get_int(m, rec, "id"));
    if (model_field(m, "version") != NULL) {
        v[n++] = V(version);
        buf_printf(&b,
                   ", version = version + 1 WHERE id = $%zu"
                   " AND version = $%zu",
                   n - 1, n);
    } else {
        buf_printf(&b, " WHERE id = $%zu", n);
    }
    TRY(db_exec_n(c, db_intern(c, b.s), v, n));
    /* The row was read at another version than it has now. */
    if (db_changes(c) != 1)
        return fail(c, ERR_BUSY, NULL, "somebody else changed it just now");
    put_int(m, rec, "version", version + 1);
    return OK;
}

field_mask
model_changed(const struct model *m, const void *old, const void *rec)
{
    field_mask changed = 0;

    for (size_t i = 0; i < m->n; i++)
        if (member_has_column(&m->fields[i]) && !is_stamp(&m->fields[i])
            && !member_same(&m->fields[i], old, rec))
            changed |= (field_mask)1 << i;
    return changed;
}

enum err
model_update(struct call *c, const struct model *m, const void *old, void *rec)
{
    TRY(update_row(c, m, rec, model_changed(m, old, rec)));
    model_rewritten(c, m, old, rec);
    return OK;
}

/* The row as it was written: what was not said of REC stands in OLD alone. */
static void *
whole_row(struct call *c, const struct model *m, const void *old,
          const void *rec, field_mask changed)
{
    void *row = arena_alloc(c->arena, m->size);

    memcpy(row, old, m->size);
    for (size_t i = 0; i < m->n; i++)
        if (changed >> i & 1 || strcmp(m->fields[i].name, "version") == 0
            || strcmp(m->fields[i].name, "updated_at") == 0)
            member_copy(&m->fields[i], row, rec);
    return row;
}

enum err
model_match(struct call *c, int64_t version)
{
    if (c->if_version != 0 && c->if_version != version)
        return fail(c, ERR_STALE, NULL,
                    "it has been changed meanwhile: version %lld, not %lld",
                    (long long)version, (long long)c->if_version);
    return OK;
}

enum err
model_set(struct call *c, const struct model *m, void *rec, field_mask mask)
{
    void *old = arena_alloc(c->arena, m->size);
    TX tx = tx_begin(c);
    int64_t id = get_int(m, rec, "id"), version;
    field_mask changed;

    ASSERT(m->n <= 8 * sizeof mask);
    TRY(model_get(c, m, id, old));
    version = get_int(m, old, "version");
    TRY(model_match(c, version));
    changed = model_changed(m, old, rec) & mask;
    put_int(m, rec, "version", version);
    /* Nothing to write and nothing to tell: the version stays. */
    if (changed == 0)
        return tx_commit(&tx);
    for (size_t i = 0; i < m->n; i++)
        if (changed >> i & 1 && m->fields[i].flags & FIXED)
            return fail(c, ERR_INVALID, m->fields[i].name,
                        "cannot be changed any more");
    TRY(update_row(c, m, rec, changed));
    model_rewritten(c, m, old, whole_row(c, m, old, rec, changed));
    TRY(tell_audit(c, m, "set", id, write_changes(c, m, old, rec, changed)));
    return tx_commit(&tx);
}

static enum err
take_out(struct call *c, const struct model *m, int64_t id,
         void (*gone)(struct call *c, const struct model *m, const void *old))
{
    void *old = arena_alloc(c->arena, m->size);
    const char *sql =
        db_intern(c, arena_printf(c->arena, "DELETE FROM %s WHERE id = $1",
                                  m->table));
    TX tx = tx_begin(c);

    TRY(model_get(c, m, id, old));
    TRY(db_exec(c, sql, V(id)));
    gone(c, m, old);
    TRY(tell_audit(c, m, "remove", id,
                   write_changes(c, m, old, NULL, ~(field_mask)0)));
    return tx_commit(&tx);
}

static void
is_gone(struct call *c, const struct model *m, const void *old)
{
    model_rewritten(c, m, old, NULL);
}

enum err
model_remove(struct call *c, const struct model *m, int64_t id)
{
    return take_out(c, m, id, is_gone);
}

enum err
model_undo(struct call *c, const struct model *m, int64_t id)
{
    return take_out(c, m, id, model_undone);
}

enum err
model_check_schema(struct call *c, const struct model *const *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (all[i]->table == NULL)
            continue;
        const char *sql =
            db_intern(c,
                      arena_printf(c->arena, "SELECT %s FROM %s WHERE id = $1",
                                   model_columns(c, all[i], ""),
                                   all[i]->table));
        ROWS r = db_query(c, sql, V(0));

        (void)rows_next(&r);
        TRY(rows_end(&r));
    }
    return OK;
}

enum err
model_newest_id(struct call *c, const struct model *const *all, size_t n,
                int64_t *newest)
{
    *newest = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t id;

        if (all[i]->table == NULL || model_field(all[i], "id") == NULL)
            continue;
        /* One that is no id of ours would leave no room for new ones above it. */
        TRY(db_int(c, &id,
                   db_intern(c, arena_printf(c->arena,
                                             "SELECT MAX(id) FROM %s"
                                             " WHERE id < $1",
                                             all[i]->table)),
                   V(IDS_END)));
        if (id > *newest)
            *newest = id;
    }
    return OK;
}
