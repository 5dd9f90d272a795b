/* SPDX-License-Identifier: Apache-2.0 */
/* Entries: their hash, and their place at the end of a chain. */
#include <string.h>

#include "auth/auth.h"
#include "base/canon.h"
#include "base/text.h"
#include "engine/audit/inner.h"
#include "model/app.h"

/* -- the hash -------------------------------------------------------------- */

/* As the releases before the proofs hashed; numbers of eight bytes, texts with
   their length in front. */
static void
put_number(struct buf *b, int64_t n)
{
    char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(unsigned char)((uint64_t)n >> (56 - 8 * i));
    buf_add(b, bytes, sizeof bytes);
}

static void
put_words(struct buf *b, const char *s)
{
    put_number(b, s == NULL ? -1 : (int64_t)strlen(s));
    if (s != NULL)
        buf_puts(b, s);
}

static void
put_by_first_rule(struct buf *b, const char *before,
                  const struct audit_entry *e)
{
    put_words(b, before);
    put_number(b, e->id);
    put_number(b, e->chain);
    put_number(b, e->seq);
    put_number(b, e->at.ms);
    put_number(b, e->account_id);
    put_words(b, e->actor);
    put_words(b, e->channel);
    put_words(b, e->address);
    put_words(b, e->action);
    put_words(b, e->noun);
    put_number(b, e->noun_id);
    put_words(b, e->detail);
}

/* A reference as it stands in the table, where nobody is null and not 0. */
static void
put_ref(struct canon *b, int64_t id)
{
    id ? canon_int(b, id) : canon_null(b);
}

static void
put_by_rule(struct canon *b, const char *before, const struct entry *x)
{
    const struct audit_entry *e = &x->e;

    /* The rule is hashed with what it says, or an entry could be given an
       older one. */
    canon_int(b, x->rule);
    canon_text(b, before);
    canon_int(b, e->id);
    canon_int(b, e->chain);
    canon_int(b, e->seq);
    canon_int(b, e->at.ms);
    put_ref(b, e->account_id);
    canon_text(b, e->actor);
    canon_text(b, e->channel);
    canon_text(b, e->address);
    canon_text(b, e->action);
    canon_text(b, e->noun);
    put_ref(b, e->noun_id);
    canon_text(b, e->detail);
    canon_bytes(b, x->proof, x->n_proof);
}

void
entry_hash(struct call *c, const char *before, const struct entry *x,
           char out[SM3_HEX])
{
    unsigned char digest[SM3_BYTES];

    if (x->rule == RULE_FIRST) {
        struct buf b = buf_make(c->arena, 0);

        put_by_first_rule(&b, before, &x->e);
        sm3(b.s, b.len, digest);
    } else {
        struct canon k;

        canon_begin(&k, c->arena);
        put_by_rule(&k, before, x);
        canon_hash(&k, digest);
    }
    sm3_hex(digest, sizeof digest, out);
}

/* -- writing --------------------------------------------------------------- */

static const char find_head[] =
    "SELECT seq, hash FROM audit_chain WHERE chain = $1";

static const char add_entry[] =
    "INSERT INTO audit_entry (id, chain, seq, at, account_id, actor, channel,"
    " address, action, noun, noun_id, detail, hash, rule, proof)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
    " $15)";

static const char add_head[] =
    "INSERT INTO audit_chain (chain, seq, hash) VALUES ($1, $2, $3)";

static const char move_head[] =
    "UPDATE audit_chain SET seq = $2, hash = $3 WHERE chain = $1";

struct entry
entry_make(struct call *c, const char *action, const char *noun,
           int64_t noun_id, const char *detail)
{
    struct entry x = { .e = { .id = new_id(c),
                              .at = c->now,
                              .channel = c->channel,
                              .address = c->address,
                              .action = action,
                              .noun = noun,
                              .noun_id = noun_id,
                              .detail = detail } };

    if (c->actor != NULL) {
        x.e.account_id = c->actor->account_id;
        x.e.actor = c->actor->name;
    }
    return x;
}

/* The last number of the chain and its hash; 0 and NULL: there is none. */
static enum err
read_head(struct call *c, int64_t chain, int64_t *seq, const char **hash)
{
    ROWS r = db_query(c, find_head, V(chain));

    *seq = 0;
    *hash = NULL;
    if (rows_next(&r)) {
        *seq = row_int(&r, 0);
        *hash = row_text(&r, 1);
    }
    return rows_end(&r);
}

/* Behind SEQ, whose hash is BEFORE; the hash of the entry goes to OUT. */
static enum err
put_entry(struct call *c, struct entry *x, const char *before, char *out)
{
    struct audit_entry *e = &x->e;
    struct value proof = { .kind = VALUE_NULL };
    enum err put;

    x->rule = RULE_NOW;
    entry_hash(c, before, x, out);
    if (x->proof != NULL)
        proof = value_blob(x->proof, x->n_proof);
    put =
        db_exec(c, add_entry, V(e->id), V(e->chain), V(e->seq), V(e->at),
                value_ref(e->account_id), V(e->actor), V(e->channel),
                V(e->address), V(e->action), V(e->noun), value_ref(e->noun_id),
                V(e->detail), value_text(out), V(x->rule), proof);
    /* The number was free when the head was read: two chains that begin at
       once both go behind the register's last entry. */
    if (put == ERR_CONFLICT)
        return fail(c, ERR_BUSY, NULL, "somebody else changed it just now");
    TRY(put);
    return db_exec(c, e->seq == 1 ? add_head : move_head, V(e->chain),
                   V(e->seq), value_text(out));
}

/* An entry of the register. */
static enum err
put_opening(struct call *c, int64_t chain, const char *detail, char *out)
{
    struct entry x = entry_make(c, "audit.chain", "audit_chain", chain, detail);
    const char *before;

    x.e.chain = REGISTER;
    TRY(read_head(c, REGISTER, &x.e.seq, &before));
    x.e.seq++;
    return put_entry(c, &x, before, out);
}

enum err
register_chains(struct call *c)
{
    char hash[SM3_HEX];
    struct audit_head *h;
    size_t n;

    TRY(audit_heads(c, &h, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_opening(c, h[i].chain,
                        arena_printf(c->arena,
                                     "{\"chain\":%lld,\"seq\":%lld,"
                                     "\"hash\":\"%s\"}",
                                     (long long)h[i].chain, (long long)h[i].seq,
                                     h[i].hash),
                        hash));
    return OK;
}

/* A chain begins behind the entry of the register that tells of it. */
static enum err
open_chain(struct call *c, int64_t chain, char *out)
{
    return put_opening(c, chain,
                       arena_printf(c->arena, "{\"chain\":%lld}",
                                    (long long)chain),
                       out);
}

enum err
entry_append(struct call *c, struct entry *x)
{
    char opening[SM3_HEX], hash[SM3_HEX];
    const char *before;

    x->e.chain = db_chain(c);
    TRY(read_head(c, x->e.chain, &x->e.seq, &before));
    if (before == NULL) {
        TRY(open_chain(c, x->e.chain, opening));
        before = opening;
    }
    x->e.seq++;
    return put_entry(c, x, before, hash);
}

/* -- the entry of a change --------------------------------------------------- */

/*
 * The proof: the row's version and its digest (zeros: the entry says nothing
 * of the row itself), where it is not new what it was before, then the digests
 * of its new parts.
 */
static void
add_proof(struct call *c, struct entry *x, const struct written *w)
{
    const struct written *row = NULL;
    size_t parts = 0;
    unsigned char *p;

    for (const struct written *i = w; i != NULL; i = i->next) {
        parts += i->version == 0;
        row = i->version != 0 ? i : row;
    }
    x->n_proof = proof_head(row ? row->version : 0) + parts * SM3_BYTES;
    x->proof = p = arena_alloc(c->arena, x->n_proof);
    if (row != NULL) {
        for (int i = 0; i < 8; i++)
            p[i] = (unsigned char)((uint64_t)row->version >> (56 - 8 * i));
        memcpy(p + 8, row->digest, SM3_BYTES);
        if (row->version > 1)
            memcpy(p + PROOF_HEAD, row->before, SM3_BYTES);
    }
    p += proof_head(row ? row->version : 0);
    for (; w != NULL; w = w->next)
        if (w->version == 0) {
            memcpy(p, w->digest, SM3_BYTES);
            p += SM3_BYTES;
        }
}

enum err
audit_write(struct call *c, const char *action, const char *noun,
            int64_t noun_id, const char *detail)
{
    struct entry x = entry_make(c, action, noun, noun_id, detail);
    struct written *w;
    TX tx = tx_begin(c);

    w = noun ? proof_take(c, noun, noun_id) : NULL;
    if (w != NULL)
        add_proof(c, &x, w);
    TRY(entry_append(c, &x));
    return tx_commit(&tx);
}
