/* SPDX-License-Identifier: Apache-2.0 */
/* Covers: one entry that answers for a thousand rows. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "engine/audit/inner.h"
#include "model/app.h"

static const char add_cover[] =
    "INSERT INTO audit_cover (id, noun, first_id, last_id, leaves)"
    " VALUES ($1, $2, $3, $4, $5)";

#define UNCOVERED "audit.uncovered"

/* What an office has that was taken over, or made by this release; of an older
   one's entries there are neither rules nor proofs. */
static const char is_taken_over[] =
    "SELECT CASE WHEN"
    " EXISTS (SELECT 1 FROM audit_chain WHERE chain = 0)"
    " OR EXISTS (SELECT 1 FROM audit_cover)"
    " OR EXISTS (SELECT 1 FROM audit_seal)"
    " OR EXISTS (SELECT 1 FROM audit_entry"
    "            WHERE rule IS NOT NULL OR proof IS NOT NULL OR chain = 0)"
    " THEN 1 ELSE 0 END";

const char cover_says_forged[] =
    "the mark of an older release's rows was put in: they would be taken for"
    " good";

/* -- digests --------------------------------------------------------------- */

void
word_add(struct call *c, struct words_list *l, const struct word *w)
{
    GROW(c->arena, l->all, l->n, l->cap);
    l->all[l->n++] = *w;
}

static int
compare_words(const void *a, const void *b)
{
    const struct word *x = a, *y = b;

    if (x->id != y->id)
        return (x->id > y->id) - (x->id < y->id);
    return memcmp(x->digest, y->digest, SM3_BYTES);
}

void
words_sort(struct words_list *l)
{
    if (l->n > 1)
        qsort(l->all, l->n, sizeof *l->all, compare_words);
}

void
parts_digest(struct call *c, const struct word *w, size_t n,
             unsigned char out[SM3_BYTES])
{
    unsigned char *all = arena_alloc(c->arena, n * SM3_BYTES + 1);

    memset(out, 0, SM3_BYTES);
    for (size_t i = 0; i < n; i++)
        memcpy(all + i * SM3_BYTES, w[i].digest, SM3_BYTES);
    if (n > 0)
        sm3(all, n * SM3_BYTES, out);
}

enum err
words_read(struct call *c, const struct model *m, const struct model *whole,
           const struct span *s, struct words_list *out)
{
    ROWS r = proof_rows(c, m, whole, s);
    struct row_proof p;
    struct word w;

    while (rows_next(&r)) {
        proof_of_row(m, &r, &p);
        w.id = model_is_part(m) ? p.whole : p.id;
        w.version = model_is_part(m) ? 0 : p.version;
        memcpy(w.digest, p.digest, SM3_BYTES);
        word_add(c, out, &w);
    }
    return rows_end(&r);
}

/* -- leaves ---------------------------------------------------------------- */

int64_t
read_number(const unsigned char *p)
{
    uint64_t n = 0;

    for (int i = 0; i < 8; i++)
        n = n << 8 | p[i];
    return (int64_t)n;
}

static void
write_number(unsigned char *p, int64_t n)
{
    for (int i = 0; i < 8; i++)
        p[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
}

static int
compare_leaves(const void *a, const void *b)
{
    int64_t x = read_number(a), y = read_number(b);

    return (x > y) - (x < y);
}

bool
is_proved_noun(const struct model *m)
{
    return m->table != NULL && !m->unproved && !model_is_part(m);
}

const struct model *
next_part(const struct model *const *models, const struct model *m, size_t *i)
{
    while (models[*i] != NULL && !model_is_part_of(models[*i], m))
        ++*i;
    return models[*i] ? models[(*i)++] : NULL;
}

/* -- making ---------------------------------------------------------------- */

/* What is gathered becomes a row, and an entry that answers for it. */
static enum err
write_cover(struct call *c, struct audit_cover *k)
{
    size_t bytes = k->n * LEAF;
    unsigned char *proof = arena_alloc(c->arena, PROOF_HEAD);
    int64_t id = new_id(c), first, last;
    struct entry x;

    if (k->n == 0)
        return OK;
    qsort(k->leaves, k->n, LEAF, compare_leaves);
    first = read_number(k->leaves);
    last = read_number(k->leaves + (k->n - 1) * LEAF);
    x = entry_make(c, "audit.cover", "audit_cover", id,
                   arena_printf(c->arena,
                                "{\"noun\":\"%s\",\"rows\":%zu,\"first\":%lld,"
                                "\"last\":%lld}",
                                k->noun, k->n, (long long)first,
                                (long long)last));
    write_number(proof, 1);
    sm3(k->leaves, bytes, proof + 8);
    x.proof = proof;
    x.n_proof = PROOF_HEAD;
    k->n = 0;
    TRY(db_exec(c, add_cover, V(id), V(k->noun), V(first), V(last),
                value_blob(k->leaves, bytes)));
    return entry_append(c, &x);
}

static unsigned char *
new_leaf(struct audit_cover *k, int64_t id)
{
    unsigned char *leaf;

    ASSERT(k->noun != NULL && k->keep != NULL && k->n < COVER_ROWS);
    if (k->leaves == NULL)
        k->leaves = arena_alloc(k->keep, COVER_ROWS * LEAF);
    leaf = k->leaves + k->n++ * LEAF;
    memset(leaf, 0, LEAF);
    write_number(leaf, id);
    return leaf;
}

enum err
audit_cover_take(struct call *c, struct audit_cover *k, int64_t id)
{
    unsigned char *leaf = new_leaf(k, id);
    struct words_list parts = { 0 };

    for (const struct written *w = proof_take(c, k->noun, id); w != NULL;
         w = w->next) {
        struct word one = { .id = id };

        memcpy(one.digest, w->digest, SM3_BYTES);
        if (w->version != 0)
            memcpy(leaf + 8, w->digest, SM3_BYTES);
        else
            word_add(c, &parts, &one);
    }
    words_sort(&parts);
    parts_digest(c, parts.all, parts.n, leaf + 8 + SM3_BYTES);
    return k->n == COVER_ROWS ? write_cover(c, k) : OK;
}

enum err
audit_cover_end(struct call *c, struct audit_cover *k)
{
    return write_cover(c, k);
}

/* -- an office of an older release ------------------------------------------ */

/* The next thousand rows behind *AFTER and their parts; *N tells how many. */
static enum err
cover_page(struct call *c, const struct model *const *models,
           const struct model *m, int64_t *after, size_t *n)
{
    struct audit_cover k = { .noun = m->noun, .keep = c->arena };
    struct span s = { *after, INT64_MAX, COVER_ROWS };
    struct words_list rows = { 0 }, parts = { 0 };
    const struct model *part;
    size_t at = 0, i = 0;
    TX tx = tx_begin(c);

    TRY(words_read(c, m, NULL, &s, &rows));
    *n = rows.n;
    if (rows.n == 0)
        return tx_commit(&tx);
    *after = s.to = rows.all[rows.n - 1].id;
    while ((part = next_part(models, m, &i)) != NULL)
        TRY(words_read(c, part, m, &s, &parts));
    words_sort(&parts);
    for (i = 0; i < rows.n; i++) {
        unsigned char *leaf = new_leaf(&k, rows.all[i].id);
        size_t own = 0;

        memcpy(leaf + 8, rows.all[i].digest, SM3_BYTES);
        while (at < parts.n && parts.all[at].id < rows.all[i].id)
            at++;
        while (at + own < parts.n && parts.all[at + own].id == rows.all[i].id)
            own++;
        parts_digest(c, parts.all + at, own, leaf + 8 + SM3_BYTES);
    }
    TRY(write_cover(c, &k));
    return tx_commit(&tx);
}

/* All rows of one noun, in pages of bounded memory. */
static enum err
cover_noun(struct call *c, const struct model *const *models,
           const struct model *m, int64_t *done)
{
    struct arena *whole = c->arena, *page = arena_open();
    int64_t after = INT64_MIN;
    size_t n = 1;
    enum err e = OK;

    c->arena = page;
    while (e == OK && n > 0) {
        arena_reset(page);
        e = cover_page(c, models, m, &after, &n);
        *done += (int64_t)n;
    }
    c->arena = whole;
    c->fault.text = arena_text(whole, c->fault.text);
    arena_close(page);
    return e;
}

enum err
count_proved(struct call *c, const struct model *const *models, int64_t *all)
{
    *all = 0;
    for (size_t i = 0; models[i] != NULL; i++) {
        int64_t n = 0;

        if (!is_proved_noun(models[i]))
            continue;
        TRY(db_int(c, &n, proof_count(c, models[i])));
        *all += n;
    }
    return OK;
}

enum err
cover_mark(struct call *c, enum cover_mark *out)
{
    int64_t marked = 0, taken = 0;
    bool signed_elsewhere = false;

    TRY(db_mark(c, UNCOVERED, &marked));
    *out = COVER_NONE;
    if (marked == 0)
        return OK;
    TRY(db_int(c, &taken, is_taken_over));
    TRY(seals_elsewhere(c, &signed_elsewhere));
    *out = taken != 0 || signed_elsewhere ? COVER_FORGED : COVER_DUE;
    return OK;
}

static enum err
cover_all(struct call *c, const struct model *const *models,
          void (*progress)(int64_t done, int64_t all))
{
    int64_t done = 0, all = 0;

    TRY(register_chains(c));
    TRY(count_proved(c, models, &all));
    for (size_t i = 0; models[i] != NULL; i++) {
        if (!is_proved_noun(models[i]))
            continue;
        TRY(cover_noun(c, models, models[i], &done));
        if (progress != NULL)
            progress(done < all ? done : all - 1, all);
    }
    if (progress != NULL)
        progress(all, all);
    return db_mark_set(c, UNCOVERED, 0);
}

/* In one transaction: there is no state between, which somebody could make to
   have rows of their own covered.  Another process may have been first. */
enum err
audit_catch_up(struct call *c, const struct model *const *models,
               void (*progress)(int64_t done, int64_t all))
{
    enum cover_mark mark;

    TRY(cover_mark(c, &mark));
    if (mark == COVER_NONE)
        return OK;
    TX tx = tx_begin(c);
    TRY(cover_mark(c, &mark));
    if (mark == COVER_FORGED)
        log_line(LOG_ERROR, "audit", "%s", cover_says_forged);
    if (mark == COVER_DUE)
        TRY(cover_all(c, models, progress));
    return tx_commit(&tx);
}
