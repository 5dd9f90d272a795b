/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows against what the audit says of them.
 *
 * A page of rows, what entries and covers say of the ids in its span, and the
 * rows' parts are read one after the other, while others write: what does not
 * agree is looked at again by itself before it is told.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "engine/audit/inner.h"

#define PAGE 500
#define MAX_TOLD 20000 /* entries of one span */
#define TRIES 3
/* A fault found so often is no race. */
#define SURE 100

static const char told_in_span[] =
    "SELECT noun_id, proof FROM audit_entry WHERE noun_id > $2"
    " AND noun_id <= $3 AND noun = $1 AND proof IS NOT NULL"
    " ORDER BY noun_id, id LIMIT $4";

static const char covers_in_span[] =
    "SELECT id, leaves, first_id, last_id FROM audit_cover WHERE noun = $1"
    " AND first_id <= $3 AND last_id > $2 ORDER BY first_id, id";

static const char find_cover_entry[] =
    "SELECT proof FROM audit_entry WHERE noun = 'audit_cover'"
    " AND noun_id = $1";

/* Covers that stand for nothing, and entries of covers that are gone, with the
   rows perhaps. */
static const char lone_covers[] =
    "SELECT id FROM audit_cover WHERE NOT EXISTS (SELECT 1 FROM audit_entry e"
    " WHERE e.noun = 'audit_cover' AND e.noun_id = audit_cover.id)";

static const char lost_covers[] =
    "SELECT noun_id FROM audit_entry WHERE noun = 'audit_cover' AND NOT EXISTS"
    " (SELECT 1 FROM audit_cover k WHERE k.id = audit_entry.noun_id)";

/* What is known of the ids of a span. */
struct view {
    struct call *c;
    struct audit_check *k;
    const struct model *m;
    struct span s;
    struct words_list rows;       /* as they are */
    struct words_list parts;      /* as they are */
    struct words_list told;       /* by entries: the newest of an id is last */
    struct words_list told_parts; /* by entries */
    struct words_list leaves;     /* of covers */
    struct words_list leaf_parts; /* of covers, one for each leaf */
    int64_t suspects[PAGE];
    size_t n_suspects;
    enum { LOOK_FIRST, LOOK_AGAIN, LOOK_LAST } look; /* the last one tells */
};

/* -- what entries and covers say --------------------------------------------- */

static void
take_proof(struct view *v, int64_t id, const unsigned char *p, size_t n)
{
    struct word w = { .id = id };
    size_t head;

    if (n < PROOF_HEAD)
        return;
    w.version = read_number(p);
    head = proof_head(w.version);
    /* Too short to be ours: the entry's hash tells of it. */
    if (n < head)
        return;
    memcpy(w.digest, p + 8, SM3_BYTES);
    memcpy(w.before, p + head - SM3_BYTES, SM3_BYTES);
    if (w.version > 0)
        word_add(v->c, &v->told, &w);
    w.version = 0;
    for (size_t at = head; at + SM3_BYTES <= n; at += SM3_BYTES) {
        memcpy(w.digest, p + at, SM3_BYTES);
        word_add(v->c, &v->told_parts, &w);
    }
}

/* Many entries make the span shorter, so that memory stays bounded. */
static enum err
read_told(struct view *v, int64_t max)
{
    int64_t n = 0, first = 0, last = 0;
    ROWS r = db_query(v->c, told_in_span, V(v->m->noun), V(v->s.after),
                      V(v->s.to), V(max));

    while (rows_next(&r)) {
        size_t len;
        const unsigned char *proof = row_blob(&r, 1, &len);

        last = row_int(&r, 0);
        first = n++ == 0 ? last : first;
        take_proof(v, last, proof, len);
    }
    TRY(rows_end(&r));
    if (n < max)
        return OK;
    v->told.n = v->told_parts.n = 0;
    v->s.to = first == last ? last : last - 1;
    return read_told(v, first == last ? INT64_MAX : max + 1);
}

/* Its span is what it is found by, so it must be its leaves'. */
static enum err
check_cover(struct view *v, const struct span *s, int64_t id,
            const unsigned char *leaves, size_t n)
{
    unsigned char digest[SM3_BYTES];
    size_t len = 0;
    const unsigned char *proof = NULL;
    ROWS r = db_query(v->c, find_cover_entry, V(id));

    if (rows_next(&r))
        proof = row_blob(&r, 0, &len);
    sm3(leaves, n, digest);
    if (len != PROOF_HEAD || memcmp(proof + 8, digest, SM3_BYTES) != 0
        || n < LEAF || n % LEAF != 0 || read_number(leaves) != s->after
        || read_number(leaves + n - LEAF) != s->to)
        report_fault(v->c, v->k, "cover %lld was altered", (long long)id);
    return rows_end(&r);
}

static enum err
read_covers(struct view *v)
{
    ROWS r = db_query(v->c, covers_in_span, V(v->m->noun), V(v->s.after),
                      V(v->s.to));

    while (rows_next(&r)) {
        size_t n = 0;
        const unsigned char *p = row_blob(&r, 1, &n);
        struct word w = { .version = 1 };
        struct span s = { .after = row_int(&r, 2), .to = row_int(&r, 3) };

        if (s.after > v->s.after)
            TRY(check_cover(v, &s, row_int(&r, 0), p, n));
        for (size_t at = 0; at + LEAF <= n; at += LEAF) {
            w.id = read_number(p + at);
            /* A cover may reach over the page's edges; its other rows are
               other pages'. */
            if (w.id <= v->s.after || w.id > v->s.to)
                continue;
            memcpy(w.digest, p + at + 8, SM3_BYTES);
            word_add(v->c, &v->leaves, &w);
            memcpy(w.digest, p + at + 8 + SM3_BYTES, SM3_BYTES);
            word_add(v->c, &v->leaf_parts, &w);
        }
    }
    return rows_end(&r);
}

static enum err
read_parts(struct view *v)
{
    const struct model *part;
    size_t i = 0;

    while ((part = next_part(v->k->models, v->m, &i)) != NULL)
        TRY(words_read(v->c, part, v->m, &v->s, &v->parts));
    words_sort(&v->parts);
    return OK;
}

static int64_t
last_id(const struct words_list *l)
{
    return l->all[l->n - 1].id;
}

static enum err
read_view(struct view *v)
{
    TRY(words_read(v->c, v->m, NULL, &v->s, &v->rows));
    if (v->rows.n == (size_t)v->s.max)
        v->s.to = last_id(&v->rows);
    TRY(read_told(v, MAX_TOLD));
    while (v->rows.n > 0 && last_id(&v->rows) > v->s.to)
        v->rows.n--;
    words_sort(&v->told_parts);
    TRY(read_covers(v));
    words_sort(&v->leaves);
    words_sort(&v->leaf_parts);
    return read_parts(v);
}

/* -- one id --------------------------------------------------------------------- */

/* The words of one id in a sorted list, from *AT on, which moves behind. */
struct slice {
    const struct word *all;
    size_t n;
};

static struct slice
slice_of(const struct words_list *l, size_t *at, int64_t id)
{
    struct slice s = { 0 };

    while (*at < l->n && l->all[*at].id < id)
        ++*at;
    if (*at == l->n)
        return s;
    s.all = l->all + *at;
    for (; *at < l->n && l->all[*at].id == id; s.n++)
        ++*at;
    return s;
}

/* What a person is told; NOUN and id come in. */
static const char says_removed[] = "%s %lld was removed";
static const char says_put_in[] = "%s %lld was put in: no entry tells of it";
static const char says_changed[] = "%s %lld is not what its last entry says";
static const char says_between[] =
    "%s %lld was changed behind the program, before its last entry";
static const char says_lost[] =
    "what happened to %s %lld was altered or removed";
static const char says_added[] =
    "of what happened to %s %lld, something was put in or altered";

/* What stands of an id, and what is said of it. */
struct one {
    int64_t id;
    struct slice row, told, leaf, parts, told_parts, leaf_parts;
};

/* What entries tell, by version, and as they came where that is the same. */
static struct slice
in_order(struct call *c, const struct slice *told)
{
    struct word *all = NEW_N(c->arena, struct word, told->n + 1);

    for (size_t i = 0; i < told->n; i++) {
        size_t at = i;

        for (; at > 0 && all[at - 1].version > told->all[i].version; at--)
            all[at] = all[at - 1];
        all[at] = told->all[i];
    }
    return (struct slice){ all, told->n };
}

/* Each entry found the row as the one before it had left it: what somebody did
   between the two would be blessed by the later one. */
static bool
is_linked(const struct one *o)
{
    static const unsigned char none[SM3_BYTES];
    bool covered = o->leaf.n > 0 && o->told.n > 0 && o->told.all[0].version > 1;
    const unsigned char *was = covered ? o->leaf.all[0].digest : none;

    for (size_t i = 0; i < o->told.n; i++) {
        const struct word *w = &o->told.all[i];

        if (memcmp(w->version > 1 ? w->before : none, was, SM3_BYTES) != 0)
            return false;
        was = w->digest;
    }
    return true;
}

/* Parts that no entry tells of; *MISSING: told of and not there. */
static size_t
untold_parts(const struct one *o, struct word *out, size_t *missing)
{
    size_t n = 0, i = 0, k = 0;

    *missing = 0;
    while (i < o->parts.n || k < o->told_parts.n) {
        int cmp = i == o->parts.n ? 1
                  : k == o->told_parts.n
                      ? -1
                      : memcmp(o->parts.all[i].digest,
                               o->told_parts.all[k].digest, SM3_BYTES);
        if (cmp < 0)
            out[n++] = o->parts.all[i++];
        else if (cmp > 0)
            ++*missing, k++;
        else
            i++, k++;
    }
    return n;
}

/* NULL: the parts are those that were written. */
static const char *
wrong_parts(struct call *c, const struct one *o)
{
    struct word *rest = NEW_N(c->arena, struct word, o->parts.n + 1);
    unsigned char digest[SM3_BYTES], none[SM3_BYTES] = { 0 };
    size_t missing, n = untold_parts(o, rest, &missing);

    if (missing > 0)
        return says_lost;
    parts_digest(c, rest, n, digest);
    if (memcmp(digest, o->leaf_parts.n > 0 ? o->leaf_parts.all[0].digest : none,
               SM3_BYTES)
        != 0)
        return says_added;
    return NULL;
}

static const char *
wrong_row(struct call *c, const struct one *o)
{
    static const struct word nothing;
    const struct word *word =
        o->told.n > 0   ? &o->told.all[o->told.n - 1]
        : o->leaf.n > 0 ? &o->leaf.all[0]
                        : &nothing;
    bool is_told = o->told.n > 0 || o->leaf.n > 0, undone, gone;

    /* A removal has an entry, too; its digest is none that a row can have. */
    undone = memcmp(word->digest, proof_undone, SM3_BYTES) == 0;
    gone = undone || memcmp(word->digest, proof_gone, SM3_BYTES) == 0;
    if (o->row.n == 0 && is_told && !gone)
        return says_removed;
    if (o->row.n > 0 && !is_told)
        return says_put_in;
    if (o->row.n > 0
        && (gone || memcmp(word->digest, o->row.all[0].digest, SM3_BYTES) != 0))
        return says_changed;
    if (!is_linked(o))
        return says_between;
    if (undone)
        return o->parts.n > 0 ? says_added : NULL;
    /* What happened to a row stays when the row has gone. */
    return wrong_parts(c, o);
}

/* -- a span --------------------------------------------------------------------- */

/* The list's next id, when it is less than *ID. */
static bool
least(const struct words_list *l, size_t at, int64_t *id)
{
    if (at < l->n && l->all[at].id < *id)
        *id = l->all[at].id;
    return at < l->n;
}

static void
judge(struct view *v, const struct one *o)
{
    struct audit_report *r = &v->k->report;
    const char *wrong = wrong_row(v->c, o);

    if (v->look == LOOK_FIRST) {
        r->rows += o->row.n > 0;
        r->covered += o->row.n > 0 && o->told.n == 0 && o->leaf.n > 0;
    }
    if (wrong == NULL)
        return;
    if (v->look != LOOK_LAST && v->n_suspects < PAGE && r->faults < SURE)
        v->suspects[v->n_suspects++] = o->id;
    else
        report_fault(v->c, v->k, wrong, words_in(v->c, v->m->noun),
                     (long long)o->id);
}

/* Every id that is there or is spoken of, in rising order. */
static void
judge_all(struct view *v)
{
    const struct words_list *lists[] = { &v->rows,       &v->told,
                                         &v->leaves,     &v->parts,
                                         &v->told_parts, &v->leaf_parts };
    size_t at[COUNT(lists)] = { 0 };

    for (;;) {
        struct one o = { .id = INT64_MAX };
        struct slice *slices[] = { &o.row,   &o.told,       &o.leaf,
                                   &o.parts, &o.told_parts, &o.leaf_parts };
        bool more = false;

        for (size_t i = 0; i < COUNT(lists); i++)
            more |= least(lists[i], at[i], &o.id);
        if (!more)
            return;
        for (size_t i = 0; i < COUNT(lists); i++)
            *slices[i] = slice_of(lists[i], &at[i], o.id);
        o.told = in_order(v->c, &o.told);
        judge(v, &o);
    }
}

/* Once more, alone; told when it is wrong every time. */
static enum err
look_again(const struct view *seen, int64_t id)
{
    struct view *v = NEW(seen->c->arena, struct view);

    for (int i = 0; i < TRIES; i++) {
        *v = (struct view){ .c = seen->c, .k = seen->k, .m = seen->m };
        v->s = (struct span){ id - 1, id, 1 };
        v->look = i < TRIES - 1 ? LOOK_AGAIN : LOOK_LAST;
        TRY(read_view(v));
        judge_all(v);
        if (v->n_suspects == 0)
            return OK;
    }
    return OK;
}

/* Spans begin above the least number there is, which no row has. */
static enum err
check_least(struct call *c, struct audit_check *k, const struct model *m)
{
    int64_t least = 0;

    TRY(db_int(c, &least, proof_least(c, m)));
    if (least == INT64_MIN)
        report_fault(c, k, says_put_in, words_in(c, m->noun), (long long)least);
    return OK;
}

static enum err
walk_noun(struct call *c, struct audit_check *k, const struct model *m)
{
    struct span s = { INT64_MIN, INT64_MAX, PAGE };
    int64_t before;

    TRY(check_least(c, k, m));
    do {
        struct view *v;

        arena_reset(c->arena);
        v = NEW(c->arena, struct view);
        *v = (struct view){ .c = c, .k = k, .m = m, .s = s };
        before = k->report.rows;
        TRY(read_view(v));
        judge_all(v);
        k->report.done += k->report.rows - before;
        for (size_t i = 0; i < v->n_suspects; i++)
            /* What looks wrong may have been changed between two reads; so
               it is read once more. */
            TRY(look_again(v, v->suspects[i]));
        if (k->go_on != NULL && !k->go_on(k))
            return fail(c, ERR_BUSY, NULL, "the verification was ended");
        s.after = v->s.to;
    } while (s.after != INT64_MAX);
    return OK;
}

/* -- parts of nothing ----------------------------------------------------------- */

/* The nouns that have entries of their own, for SQL. */
static const char *
proved_nouns(struct call *c, const struct model *const *models)
{
    struct buf b = buf_make(c->arena, 0);

    for (size_t i = 0; models[i] != NULL; i++)
        if (is_proved_noun(models[i]))
            buf_printf(&b, "%s'%s'", b.len > 0 ? ", " : "", models[i]->noun);
    return b.s;
}

/* A part of any row names a noun whose rows are looked at: others would be
   passed over with it. */
static enum err
check_parts(struct call *c, struct audit_check *k, const struct model *m)
{
    ROWS r = db_query(c, proof_strays(c, m, proved_nouns(c, k->models)));

    while (rows_next(&r))
        report_fault(c, k, says_put_in, words_in(c, m->noun),
                     (long long)row_int(&r, 0));
    return rows_end(&r);
}

/* -- all -------------------------------------------------------------------- */

static enum err
check_rule(struct call *c, struct audit_check *k, const struct audit_rule *rule)
{
    ROWS r = db_query(c, rule->sql);

    while (rows_next(&r))
        report_fault(c, k, "%s %lld does not lie where its parent does",
                     words_in(c, rule->noun), (long long)row_int(&r, 0));
    return rows_end(&r);
}

/* Each id that SQL finds is told as SAYS. */
static enum err
check_covers(struct call *c, struct audit_check *k, const char *sql,
             const char *says)
{
    ROWS r = db_query(c, sql);

    while (rows_next(&r))
        report_fault(c, k, says, (long long)row_int(&r, 0));
    return rows_end(&r);
}

enum err
walk_rows(struct call *c, struct audit_check *k)
{
    enum cover_mark mark;

    TRY(cover_mark(c, &mark));
    if (mark == COVER_FORGED)
        report_fault(c, k, "%s", words_in(c, cover_says_forged));
    /* Every row would be a fault, and none is. */
    if (mark == COVER_DUE) {
        report_fault(c, k,
                     "the rows of an older release are not under the"
                     " audit yet: the next start takes them up");
        return OK;
    }
    TRY(check_covers(c, k, lone_covers, "cover %lld was put in"));
    TRY(check_covers(c, k, lost_covers, "cover %lld was removed"));
    TRY(count_proved(c, k->models, &k->report.of));
    for (size_t i = 0; k->models[i] != NULL; i++) {
        if (is_proved_noun(k->models[i]))
            TRY(walk_noun(c, k, k->models[i]));
        else if (k->models[i]->of_any)
            TRY(check_parts(c, k, k->models[i]));
    }
    for (const struct audit_rule *r = k->rules; r && r->noun != NULL; r++)
        TRY(check_rule(c, k, r));
    return OK;
}
