/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through the chains. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "auth/account.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/inner.h"
#include "json/json.h"

#define PAGE 2000

/* In the order of the model's columns, then what it does not show. */
static const char next_entries[] =
    "SELECT id, chain, seq, at, account_id, actor, channel, address, action,"
    " noun, noun_id, detail, hash, rule, proof FROM audit_entry"
    " WHERE (chain, seq) > ($1, $2) ORDER BY chain, seq LIMIT 2000";
enum { COL_ACCOUNT = 4, COL_NOUN_ID = 10, COL_RULE = 13, COL_PROOF = 14 };

/* Heads that are not the end of their chain.  One statement sees one moment:
   others write while we look. */
static const char wrong_heads[] =
    "SELECT h.chain FROM audit_chain h LEFT JOIN audit_entry e"
    " ON e.chain = h.chain AND e.seq ="
    "   (SELECT MAX(x.seq) FROM audit_entry x WHERE x.chain = h.chain)"
    " WHERE e.seq IS NULL OR e.seq <> h.seq OR e.hash <> h.hash"
    " ORDER BY h.chain";

static const char headless[] =
    "SELECT COUNT(DISTINCT chain) FROM audit_entry"
    " WHERE chain NOT IN (SELECT chain FROM audit_chain)";

static const char read_heads[] =
    "SELECT h.chain, h.seq, h.hash, e.at FROM audit_chain h"
    " LEFT JOIN audit_entry e ON e.chain = h.chain AND e.seq = h.seq"
    " ORDER BY h.chain";

static const char find_hash[] =
    "SELECT hash FROM audit_entry WHERE chain = $1 AND seq = $2";

static const char find_late[] =
    "SELECT hash, detail FROM audit_entry WHERE chain = 0 AND noun_id = $1"
    " AND seq > $2 ORDER BY seq";

static const char count_entries[] = "SELECT SUM(seq) FROM audit_chain";

/* A chain as the register knows it: opened by it, or there before it. */
struct opening {
    struct opening *next;
    int64_t chain, seq; /* seq 0: opened by the entry with HASH */
    char hash[SM3_HEX];
    bool used;
};

/* Where the walk through the chains stands. */
struct walk {
    struct audit_check *k;
    struct opening *openings;
    struct opening *now; /* of this chain */
    int64_t chain, seq;
    int64_t registered; /* how far the register was read */
    int64_t rule;
    char hash[SM3_HEX];
};

void
report_fault(struct call *c, struct audit_check *k, const char *fmt, ...)
{
    struct audit_report *r = &k->report;
    const char *text;
    va_list ap;

    if (++r->faults > MAX_FOUND)
        return;
    va_start(ap, fmt);
    text = arena_vprintf(k->keep, words_in(c, fmt), ap);
    va_end(ap);
    k->found[r->faults - 1] = text;
    if (r->first_fault == NULL)
        r->first_fault = text;
}

/* -- the register ------------------------------------------------------------ */

/* An older chain that went on when it was registered begins where it stood. */
static void
begin_where_it_stood(struct opening *o, const char *detail)
{
    json_t *root = json_loads(detail, 0, NULL);
    const char *hash = json_string_value(json_object_get(root, "hash"));

    o->seq = json_integer_value(json_object_get(root, "seq"));
    if (hash != NULL && strlen(hash) == SM3_HEX - 1)
        hash_copy(o->hash, hash);
    json_decref(root);
}

static void
learn_opening(struct call *c, struct walk *w, int64_t opened, const char *hash,
              const char *detail)
{
    struct opening *o = NEW(w->k->keep, struct opening);

    for (const struct opening *i = w->openings; i != NULL; i = i->next)
        if (i->chain == opened)
            report_fault(c, w->k, "chain %lld was opened twice",
                         (long long)opened);
    o->chain = opened;
    hash_copy(o->hash, hash);
    if (detail != NULL)
        begin_where_it_stood(o, detail);
    o->next = w->openings;
    w->openings = o;
}

static struct opening *
find_opening(const struct walk *w, int64_t chain)
{
    struct opening *o = w->openings;

    while (o != NULL && o->chain != chain)
        o = o->next;
    return o;
}

/* One that was opened while we were on our way. */
static enum err
late_opening(struct call *c, struct walk *w, int64_t chain)
{
    ROWS r = db_query(c, find_late, V(chain), V(w->registered));

    if (rows_next(&r))
        learn_opening(c, w, chain, row_text(&r, 0), row_text(&r, 1));
    w->now = find_opening(w, chain);
    return rows_end(&r);
}

static enum err
begin_chain(struct call *c, struct walk *w, int64_t chain)
{
    /* The register is the first chain; what it says of the others is known
       from here on. */
    if (w->chain == REGISTER)
        w->registered = w->seq;
    w->chain = chain;
    w->seq = 0;
    w->rule = RULE_FIRST;
    w->hash[0] = '\0';
    w->k->report.chains++;
    w->now = find_opening(w, chain);
    if (chain == REGISTER)
        return OK;
    if (w->now == NULL)
        TRY(late_opening(c, w, chain));
    if (w->now == NULL) {
        report_fault(c, w->k, "chain %lld: its opening is recorded nowhere",
                     (long long)chain);
        return OK;
    }
    w->now->used = true;
    if (w->now->seq == 0)
        hash_copy(w->hash, w->now->hash);
    return OK;
}

/* -- entries ----------------------------------------------------------------- */

/* Each column holds what it was made for; SQLite keeps anything anywhere, and
   what the database compares is then not what was hashed. */
static bool
is_well_kept(struct rows *r)
{
    static const char kinds[] = "iiiiitttttitti";

    for (int i = 0; kinds[i] != '\0'; i++) {
        struct value v = row_value(r, i);

        if (v.kind != VALUE_NULL
            && v.kind != (kinds[i] == 'i' ? VALUE_INT : VALUE_TEXT))
            return false;
        if (v.kind == VALUE_TEXT && memchr(v.as.s, '\0', v.len) != NULL)
            return false;
    }
    return true;
}

/* What the hash cannot tell: nobody is null and never 0, and no entry of the
   first rule follows one of the second. */
static bool
is_canonical(const struct walk *w, const struct entry *x, struct rows *r)
{
    return is_well_kept(r) && (row_null(r, COL_ACCOUNT) || x->e.account_id != 0)
           && (row_null(r, COL_NOUN_ID) || x->e.noun_id != 0)
           && (x->rule == RULE_FIRST || x->rule == RULE_NOW)
           && (x->rule != RULE_FIRST || x->n_proof == 0) && x->rule >= w->rule;
}

static enum err
check_entry(struct call *c, struct walk *w, const struct entry *x,
            struct rows *r)
{
    const struct audit_entry *e = &x->e;
    char hash[SM3_HEX];

    if (e->chain != w->chain)
        TRY(begin_chain(c, w, e->chain));
    if (e->seq != w->seq + 1)
        report_fault(c, w->k, "chain %lld: entries %lld to %lld are missing",
                     (long long)e->chain, (long long)w->seq + 1,
                     (long long)e->seq - 1);
    entry_hash(c, *w->hash ? w->hash : NULL, x, hash);
    if (!text_same(hash, e->hash) || !is_canonical(w, x, r))
        report_fault(c, w->k, "chain %lld: entry %lld (id %lld) was altered",
                     (long long)e->chain, (long long)e->seq, (long long)e->id);
    if (w->now != NULL && w->now->seq == e->seq
        && !text_same(w->now->hash, e->hash))
        report_fault(c, w->k,
                     "chain %lld: at entry %lld it is not what the register"
                     " says",
                     (long long)e->chain, (long long)e->seq);
    if (e->chain == REGISTER && text_same(e->action, "audit.chain"))
        learn_opening(c, w, e->noun_id, e->hash, e->detail);
    w->seq = e->seq;
    w->rule = x->rule;
    /* Go on from what is written, so that one fault is told once. */
    hash_copy(w->hash, e->hash);
    w->k->report.entries++;
    if (e->at.ms > w->k->report.newest.ms)
        w->k->report.newest = e->at;
    return OK;
}

static void
read_entry(struct rows *r, struct entry *x)
{
    r->as_is = true;
    model_read_row(&audit_entry_model, r, &x->e);
    x->rule = row_int(r, COL_RULE);
    x->proof =
        row_null(r, COL_PROOF) ? NULL : row_blob(r, COL_PROOF, &x->n_proof);
}

static enum err
walk_page(struct call *c, struct walk *w, size_t *n)
{
    ROWS r = db_query(c, next_entries, V(w->chain), V(w->seq));

    for (*n = 0; rows_next(&r); (*n)++) {
        struct entry x = { 0 };

        read_entry(&r, &x);
        if (x.e.hash == NULL)
            x.e.hash = "";
        TRY(check_entry(c, w, &x, &r));
    }
    return rows_end(&r);
}

/* -- heads ------------------------------------------------------------------- */

static enum err
check_heads(struct call *c, struct walk *w)
{
    int64_t lost = 0, accounts = 0;
    ROWS r = db_query(c, wrong_heads);

    while (rows_next(&r))
        report_fault(c, w->k,
                     "chain %lld: it was cut short or its head altered",
                     (long long)row_int(&r, 0));
    TRY(rows_end(&r));
    TRY(db_int(c, &lost, headless));
    if (lost > 0)
        report_fault(c, w->k, "%lld chains have lost their head",
                     (long long)lost);
    /* Each chain that was ever opened has been walked, or was removed whole. */
    for (const struct opening *o = w->openings; o != NULL; o = o->next)
        if (!o->used)
            report_fault(c, w->k, "chain %lld was opened and is gone",
                         (long long)o->chain);
    TRY(account_count(c, &accounts));
    if (w->k->report.entries == 0 && accounts > 0)
        report_fault(c, w->k,
                     "there are %lld accounts and no entry: the audit was"
                     " removed",
                     (long long)accounts);
    return OK;
}

enum err
walk_chains(struct call *c, struct audit_check *k)
{
    struct walk w = { .k = k, .chain = INT64_MIN };
    size_t n;

    TRY(db_int(c, &k->report.of, count_entries));
    do {
        arena_reset(c->arena);
        TRY(walk_page(c, &w, &n));
        k->report.done += (int64_t)n;
        if (k->go_on != NULL && !k->go_on(k))
            return fail(c, ERR_BUSY, NULL, "the verification was ended");
    } while (n == PAGE);
    return check_heads(c, &w);
}

/* -- from a seal on ------------------------------------------------------------ */

static const char entries_of[] =
    "SELECT id, chain, seq, at, account_id, actor, channel, address, action,"
    " noun, noun_id, detail, hash, rule, proof FROM audit_entry"
    " WHERE chain = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT 2000";

static const char find_start[] =
    "SELECT hash, detail FROM audit_entry WHERE chain = 0 AND noun_id = $1"
    " ORDER BY seq LIMIT 1";

enum err
chain_start(struct call *c, int64_t chain, const char **hash)
{
    ROWS r = db_query(c, find_start, V(chain));
    const char *detail;

    *hash = NULL;
    if (!rows_next(&r))
        return fail(c, ERR_CONFLICT, NULL,
                    "chain %lld: its opening is recorded nowhere",
                    (long long)chain);
    detail = row_text(&r, 1);
    /* One that is older than the register stands behind nothing. */
    if (detail == NULL || strstr(detail, "\"seq\"") == NULL)
        *hash = row_text(&r, 0);
    return rows_end(&r);
}

/* A page of entries behind AT, which moves along; *N tells how many. */
static enum err
follow_page(struct call *c, struct audit_head *at, char hash[SM3_HEX],
            int64_t to, size_t *n)
{
    ROWS r = db_query(c, entries_of, V(at->chain), V(at->seq), V(to));
    char now[SM3_HEX];

    for (*n = 0; rows_next(&r); (*n)++) {
        struct entry x = { 0 };

        read_entry(&r, &x);
        entry_hash(c, *hash ? hash : NULL, &x, now);
        if (x.e.seq != at->seq + 1 || !text_same(now, x.e.hash)
            || !is_well_kept(&r))
            return fail(c, ERR_CONFLICT, NULL,
                        "chain %lld: entry %lld does not follow what was"
                        " sealed",
                        (long long)at->chain, (long long)at->seq + 1);
        at->seq = x.e.seq;
        hash_copy(hash, now);
    }
    return rows_end(&r);
}

enum err
continue_chain(struct call *c, const struct audit_head *from,
               const struct audit_head *to)
{
    struct arena *whole = c->arena, *page = arena_open();
    struct audit_head at = *from;
    char hash[SM3_HEX] = "";
    size_t n = 0;
    enum err e = OK;

    if (from->hash != NULL)
        hash_copy(hash, from->hash);
    c->arena = page;
    do {
        arena_reset(page);
        e = follow_page(c, &at, hash, to->seq, &n);
    } while (e == OK && n == PAGE);
    c->arena = whole;
    /* The fault was said in the page's memory. */
    c->fault.text = arena_text(whole, c->fault.text);
    arena_close(page);
    TRY(e);
    if (at.seq != to->seq || !text_same(hash, to->hash))
        return fail(c, ERR_CONFLICT, NULL,
                    "chain %lld: it was cut short or its head altered",
                    (long long)to->chain);
    return OK;
}

/* -- reading the heads ----------------------------------------------------------- */

enum err
audit_heads(struct call *c, struct audit_head **out, size_t *n)
{
    ROWS r = db_query(c, read_heads);
    size_t cap = 0;

    *out = NULL;
    for (*n = 0; rows_next(&r); (*n)++) {
        GROW(c->arena, *out, *n, cap);
        (*out)[*n] = (struct audit_head){ .chain = row_int(&r, 0),
                                          .seq = row_int(&r, 1),
                                          .hash = row_text(&r, 2),
                                          .at = row_instant(&r, 3) };
    }
    return rows_end(&r);
}

enum err
head_expect(struct call *c, struct audit_check *k, const char *who,
            const struct audit_head *h)
{
    ROWS r = db_query(c, find_hash, V(h->chain), V(h->seq));

    if (!rows_next(&r))
        report_fault(c, k, "%s: chain %lld ends before entry %lld", who,
                     (long long)h->chain, (long long)h->seq);
    else if (!text_same(row_text(&r, 0), h->hash))
        report_fault(c, k, "%s: chain %lld was rewritten before entry %lld",
                     who, (long long)h->chain, (long long)h->seq);
    return rows_end(&r);
}

const char *
audit_heads_json(struct call *c, const struct audit_head *h, size_t n)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    char at[25];

    json_begin_list(&o);
    for (size_t i = 0; i < n; i++) {
        json_begin(&o);
        json_put_int(&o, "chain", h[i].chain);
        json_put_int(&o, "seq", h[i].seq);
        json_put_text(&o, "hash", h[i].hash);
        instant_print(h[i].at, at);
        json_put_text(&o, "at", h[i].at.ms ? at : NULL);
        json_end(&o);
    }
    json_end_list(&o);
    return b.s;
}

const char *
audit_heads_text(struct call *c, const struct audit_head *h, size_t n)
{
    struct buf b = buf_make(c->arena, 0);
    char at[25];

    for (size_t i = 0; i < n; i++) {
        instant_print(h[i].at, at);
        buf_printf(&b, "%lld %lld %s%s%s\n", (long long)h[i].chain,
                   (long long)h[i].seq, h[i].hash, h[i].at.ms ? " " : "",
                   h[i].at.ms ? at : "");
    }
    return b.s;
}
