/* SPDX-License-Identifier: Apache-2.0 */
#include "model/proof.h"

#include <string.h>

#include "base/canon.h"
#include "base/text.h"
#include "model/member.h"

const unsigned char proof_gone[SM3_BYTES] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};

const unsigned char proof_undone[SM3_BYTES] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe
};

/* -- digests --------------------------------------------------------------- */

static void
put_value(struct canon *b, const struct value *v)
{
    double real = v->as.r + 0.0; /* -0 is written as 0 */
    int64_t bits = 0;

    switch (v->kind) {
    case VALUE_INT: canon_int(b, v->as.i); return;
    case VALUE_REAL:
        memcpy(&bits, &real, sizeof bits);
        canon_int(b, bits);
        return;
    case VALUE_TEXT: canon_text_n(b, v->as.s, v->len); return;
    case VALUE_BLOB: canon_bytes(b, v->as.p, v->len); return;
    default: canon_null(b); return;
    }
}

static enum value_kind
kind_of(const struct field *f)
{
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_WORD: return VALUE_TEXT;
    case FIELD_REAL: return VALUE_REAL;
    default: return VALUE_INT;
    }
}

/* Does V hold what an empty record would be written as?  A number that a later
   release added is null in older rows and 0 to the program. */
static bool
is_empty(const struct field *f, const struct value *v)
{
    if (v->kind == VALUE_NULL)
        return true;
    if (v->kind != kind_of(f))
        return false;
    switch (f->kind) {
    case FIELD_INT: return f->refers == NULL && v->as.i == 0;
    case FIELD_MONEY:
    case FIELD_BOOL: return v->as.i == 0;
    case FIELD_REAL: return !(v->as.r < 0) && !(v->as.r > 0);
    case FIELD_WORD:
        return strlen(f->choices[0]) == v->len
               && memcmp(v->as.s, f->choices[0], v->len) == 0;
    case FIELD_TEXT:
        return f->before != NULL && strlen(f->before) == v->len
               && memcmp(v->as.s, f->before, v->len) == 0;
    case FIELD_INSTANT:
    case FIELD_DAY: break;
    }
    return false;
}

static bool
is_proved(const struct field *f)
{
    return member_has_column(f) && !(f->flags & FLEETING);
}

static void
put_field(struct canon *b, const struct field *f, const struct value *v)
{
    if (is_empty(f, v))
        return;
    canon_name(b, f->proved_as ? f->proved_as : f->name);
    if (v->kind != kind_of(f))
        canon_null(b); /* no row of ours: like none that is */
    put_value(b, v);
}

/* A column as it stands in the table, where 0 and null are two things, and
   12, 12.5 and “12x” in a column of whole numbers three. */
static struct value
column_value(const struct field *f, struct rows *r, int col)
{
    struct value v = row_value(r, col);

    return f->kind == FIELD_REAL && v.kind == VALUE_INT
               ? value_real((double)v.as.i)
               : v;
}

/* The field that names the whole; NULL where M is no part. */
static const struct field *
whole_field(const struct model *m)
{
    if (m->of_any)
        return model_field(m, "noun_id");
    for (size_t i = 0; m->whole != NULL && i < m->n; i++)
        if (text_same(m->fields[i].refers, m->whole->table))
            return &m->fields[i];
    return NULL;
}

static const char *
proved_noun(const struct model *m)
{
    return m->proved_as ? m->proved_as : m->noun;
}

void
proof_of_row(const struct model *m, struct rows *r, struct row_proof *out)
{
    const struct field *whole = whole_field(m);
    struct canon b;
    int col = 0;

    *out = (struct row_proof){ .version = 1 };
    canon_begin(&b, r->c->arena);
    /* A row of another noun with the same values is another row. */
    canon_text(&b, proved_noun(m));
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (!member_has_column(f))
            continue;
        if (strcmp(f->name, "id") == 0)
            out->id = row_int(r, col);
        else if (strcmp(f->name, "version") == 0)
            out->version = row_int(r, col);
        if (f == whole)
            out->whole = row_int(r, col);
        if (is_proved(f)) {
            struct value v = column_value(f, r, col);

            put_field(&b, f, &v);
        }
        col++;
    }
    canon_hash(&b, out->digest);
}

const char *
proof_count(struct call *c, const struct model *m)
{
    return db_intern(c, arena_printf(c->arena, "SELECT COUNT(*) FROM %s",
                                     m->table));
}

const char *
proof_least(struct call *c, const struct model *m)
{
    return db_intern(c, arena_printf(c->arena, "SELECT MIN(id) FROM %s",
                                     m->table));
}

/* Of a part of any row: all but those that were there when there was one noun
   of them, who have an index of their own. */
static const char *
of_later(struct call *c, const struct model *m)
{
    const char *before = model_field(m, "noun")->before;

    return before ? arena_printf(c->arena, "noun <> '%s' AND ", before) : "";
}

const char *
proof_strays(struct call *c, const struct model *m, const char *nouns)
{
    return db_intern(c, arena_printf(c->arena,
                                     "SELECT id FROM %s WHERE %snoun NOT IN"
                                     " (%s) LIMIT 20",
                                     m->table, of_later(c, m), nouns));
}

static struct rows
part_rows(struct call *c, const struct model *m, const struct model *whole,
          const struct span *s)
{
    const char *key = whole_field(m)->name, *of = "";
    const char *sql;

    if (m->of_any && !text_same(model_field(m, "noun")->before, whole->noun))
        of = of_later(c, m);
    sql =
        arena_printf(c->arena, "WHERE %s%s > $1 AND %s <= $2%s ORDER BY %s, id",
                     of, key, key, m->of_any ? " AND noun = $3" : "", key);
    return m->of_any
               ? model_query(c, m, sql, V(s->after), V(s->to), V(whole->noun))
               : model_query(c, m, sql, V(s->after), V(s->to));
}

struct rows
proof_rows(struct call *c, const struct model *m, const struct model *whole,
           const struct span *s)
{
    if (model_is_part(m))
        return part_rows(c, m, whole, s);
    return model_query(c, m, "WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
                       V(s->after), V(s->to), V(s->max));
}

/* -- rows that wait for their entry ----------------------------------------- */

static int64_t
number_in(const struct field *f, const void *rec)
{
    return f ? *(const int64_t *)(const void *)((const char *)rec + f->offset)
             : 0;
}

/* The row's place in the list, a new one if need be; of a part (version 0)
   always a new one.  A row written twice is what it was the second time, and
   was before what it was the first. */
static struct written *
slot_for(struct call *c, const char *noun, int64_t id, int64_t version)
{
    struct written *w = version > 0 ? c->written : NULL;

    while (w != NULL
           && !(w->version > 0 && w->id == id && strcmp(w->noun, noun) == 0))
        w = w->next;
    if (w == NULL) {
        w = NEW(c->arena, struct written);
        w->next = c->written;
        c->written = w;
        w->fresh = true;
    }
    w->noun = noun;
    w->id = id;
    w->version = version;
    return w;
}

static void
digest_of(struct call *c, const struct model *m, const void *rec,
          unsigned char out[SM3_BYTES])
{
    struct canon b;

    canon_begin(&b, c->arena);
    canon_text(&b, proved_noun(m));
    for (size_t i = 0; i < m->n; i++)
        if (is_proved(&m->fields[i])) {
            struct value v = member_value(&m->fields[i], rec);

            if (v.kind == VALUE_TEXT)
                v.len = strlen(v.as.s);
            put_field(&b, &m->fields[i], &v);
        }
    canon_hash(&b, out);
}

static int64_t
version_in(const struct model *m, const void *rec)
{
    const struct field *f = model_field(m, "version");

    return f ? number_in(f, rec) : 1;
}

/* The noun of what the part REC belongs to. */
static const char *
noun_of_whole(const struct model *m, const void *rec)
{
    if (m->whole != NULL)
        return m->whole->noun;
    return member_value(model_field(m, "noun"), rec).as.s;
}

void
model_written(struct call *c, const struct model *m, const void *rec)
{
    const struct field *whole = whole_field(m);
    struct written *w;

    if (m->unproved)
        return;
    w = whole ? slot_for(c, noun_of_whole(m, rec), number_in(whole, rec), 0)
              : slot_for(c, m->noun, number_in(model_field(m, "id"), rec),
                         version_in(m, rec));
    digest_of(c, m, rec, w->digest);
    w->fresh = false;
}

void
model_rewritten(struct call *c, const struct model *m, const void *old,
                const void *rec)
{
    struct written *w;

    if (m->unproved)
        return;
    w = slot_for(c, m->noun, number_in(model_field(m, "id"), old),
                 rec ? version_in(m, rec) : version_in(m, old) + 1);
    if (w->fresh)
        digest_of(c, m, old, w->before);
    if (rec != NULL)
        digest_of(c, m, rec, w->digest);
    else
        memcpy(w->digest, proof_gone, SM3_BYTES);
    w->fresh = false;
}

void
model_undone(struct call *c, const struct model *m, const void *old)
{
    struct written *w;

    model_rewritten(c, m, old, NULL);
    if (m->unproved)
        return;
    w = slot_for(c, m->noun, number_in(model_field(m, "id"), old),
                 version_in(m, old) + 1);
    memcpy(w->digest, proof_undone, SM3_BYTES);
}

enum err
model_note(struct call *c, const struct model *m, int64_t id)
{
    ROWS r = model_query(c, m, "WHERE id = $1", V(id));
    struct row_proof p;
    struct written *w;

    ASSERT(!m->unproved && !model_is_part(m));
    if (!rows_next(&r))
        return rows_end(&r);
    proof_of_row(m, &r, &p);
    w = slot_for(c, m->noun, id, p.version);
    if (w->fresh)
        memcpy(w->before, p.digest, SM3_BYTES);
    memcpy(w->digest, p.digest, SM3_BYTES);
    w->fresh = false;
    return rows_end(&r);
}

struct written *
proof_take(struct call *c, const char *noun, int64_t id)
{
    struct written *taken = NULL, **at = &c->written;

    while (*at != NULL) {
        struct written *w = *at;

        if (w->id != id || strcmp(w->noun, noun) != 0) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->next = taken;
        taken = w;
    }
    return taken;
}
