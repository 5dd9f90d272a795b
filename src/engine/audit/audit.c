/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/audit/audit.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "model/app.h"

#define HASH_HEX 65

static const struct field entry_fields[] = {
    FIELD(struct audit_entry, id, .flags = GIVEN),
    FIELD(struct audit_entry, chain, .flags = GIVEN),
    FIELD(struct audit_entry, seq, .flags = GIVEN),
    FIELD(struct audit_entry, at, .flags = GIVEN, .label = "Time"),
    FIELD(struct audit_entry, account_id, .flags = GIVEN, .refers = "account"),
    FIELD(struct audit_entry, actor, .flags = GIVEN, .label = "Who"),
    FIELD(struct audit_entry, channel, .flags = GIVEN, .label = "Channel"),
    FIELD(struct audit_entry, address, .flags = GIVEN, .label = "Address"),
    FIELD(struct audit_entry, action, .flags = GIVEN, .label = "Action"),
    FIELD(struct audit_entry, noun, .flags = GIVEN, .label = "Of what"),
    FIELD(struct audit_entry, noun_id, .flags = GIVEN, .refers = "any",
          .label = "Number"),
    FIELD(struct audit_entry, detail, .flags = GIVEN | JSON_TEXT,
          .label = "Detail"),
    FIELD(struct audit_entry, hash, .flags = GIVEN, .label = "Hash"),
};

const struct model audit_entry_model =
    MODEL("audit_entry", "audit_entry", struct audit_entry, entry_fields);

static const struct field change_fields[] = {
    FIELD(struct change, id, .flags = GIVEN),
    FIELD(struct change, at, .flags = GIVEN, .label = "Time"),
    FIELD(struct change, actor, .flags = GIVEN, .label = "Who",
          .says = "Empty: the program itself."),
    FIELD(struct change, action, .flags = GIVEN, .label = "Action"),
    FIELD(struct change, noun, .flags = GIVEN, .label = "Of what"),
    FIELD(struct change, noun_id, .flags = GIVEN, .refers = "any",
          .label = "Number"),
    FIELD(struct change, detail, .flags = GIVEN | JSON_TEXT, .label = "Detail",
          .says = "What changed: {field: [old, new]}."),
};

const struct model change_model =
    MODEL("change", "audit_entry", struct change, change_fields);

static const struct field report_fields[] = {
    FIELD(struct audit_report, chains, .flags = GIVEN),
    FIELD(struct audit_report, entries, .flags = GIVEN),
    FIELD(struct audit_report, faults, .flags = GIVEN),
    FIELD(struct audit_report, first_fault, .flags = GIVEN),
};

const struct model audit_report_model =
    MODEL("audit_report", NULL, struct audit_report, report_fields);

/* -- the hash -------------------------------------------------------------- */

static void
add_number(EVP_MD_CTX *md, int64_t n)
{
    unsigned char b[8];

    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
    (void)EVP_DigestUpdate(md, b, sizeof b);
}

/* Length first, so that no two contents run into the same bytes. */
static void
add_words(EVP_MD_CTX *md, const char *s)
{
    add_number(md, s == NULL ? -1 : (int64_t)strlen(s));
    if (s != NULL)
        (void)EVP_DigestUpdate(md, s, strlen(s));
}

/* Looked up once: that takes as long as the hashing. */
static EVP_MD *sm3;
static pthread_once_t sm3_once = PTHREAD_ONCE_INIT;

static void
find_sm3(void)
{
    sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
}

static void
hash_entry(const char *before, const struct audit_entry *e, char out[HASH_HEX])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    (void)pthread_once(&sm3_once, find_sm3);
    ASSERT(md != NULL && EVP_DigestInit_ex(md, sm3, NULL) == 1);
    add_words(md, before);
    add_number(md, e->id);
    add_number(md, e->chain);
    add_number(md, e->seq);
    add_number(md, e->at.ms);
    add_number(md, e->account_id);
    add_words(md, e->actor);
    add_words(md, e->channel);
    add_words(md, e->address);
    add_words(md, e->action);
    add_words(md, e->noun);
    add_number(md, e->noun_id);
    add_words(md, e->detail);
    ASSERT(EVP_DigestFinal_ex(md, digest, &n) == 1 && n == 32);
    EVP_MD_CTX_free(md);
    for (unsigned i = 0; i < 32; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[64] = '\0';
}

/* -- writing --------------------------------------------------------------- */

static const char find_head[] =
    "SELECT seq, hash FROM audit_chain WHERE chain = $1";

static const char add_entry[] =
    "INSERT INTO audit_entry (id, chain, seq, at, account_id, actor, channel,"
    " address, action, noun, noun_id, detail, hash)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

static const char add_head[] =
    "INSERT INTO audit_chain (chain, seq, hash) VALUES ($1, $2, $3)";

static const char move_head[] =
    "UPDATE audit_chain SET seq = $2, hash = $3 WHERE chain = $1";

static enum err
read_head(struct call *c, struct audit_entry *e, const char **before)
{
    ROWS r = db_query(c, find_head, V(e->chain));

    e->seq = 1;
    *before = NULL;
    if (rows_next(&r)) {
        e->seq = row_int(&r, 0) + 1;
        *before = row_text(&r, 1);
    }
    return rows_end(&r);
}

enum err
audit_write(struct call *c, const char *action, const char *noun,
            int64_t noun_id, const char *detail)
{
    struct audit_entry e = {
        .id = new_id(c),
        .at = c->now,
        .channel = c->channel,
        .address = c->address,
        .action = action,
        .noun = noun,
        .noun_id = noun_id,
        .detail = detail
    };
    char hash[HASH_HEX];
    const char *before;
    TX tx = tx_begin(c);

    if (c->actor != NULL) {
        e.account_id = c->actor->account_id;
        e.actor = c->actor->name;
    }
    e.chain = db_chain(c);
    TRY(read_head(c, &e, &before));
    hash_entry(before, &e, hash);
    TRY(db_exec(c, add_entry, V(e.id), V(e.chain), V(e.seq), V(e.at),
                value_ref(e.account_id), V(e.actor), V(e.channel), V(e.address),
                V(e.action), V(e.noun), value_ref(e.noun_id), V(e.detail),
                value_text(hash)));
    TRY(db_exec(c, before == NULL ? add_head : move_head, V(e.chain), V(e.seq),
                value_text(hash)));
    return tx_commit(&tx);
}

/* -- verifying ------------------------------------------------------------- */

#define PAGE 2000

static const char next_entries[] =
    "SELECT id, chain, seq, at, account_id, actor, channel, address, action,"
    " noun, noun_id, detail, hash FROM audit_entry"
    " WHERE (chain, seq) > ($1, $2) ORDER BY chain, seq LIMIT 2000";

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

/* Where the walk through the chains stands. */
struct walk {
    int64_t chain, seq;
    char hash[HASH_HEX];
    struct audit_report *report;
    struct arena *keep;
};

static void __attribute__((format(printf, 2, 3)))
note_fault(struct walk *w, const char *fmt, ...)
{
    va_list ap;

    w->report->faults++;
    if (w->report->first_fault != NULL)
        return;
    va_start(ap, fmt);
    w->report->first_fault = arena_vprintf(w->keep, fmt, ap);
    va_end(ap);
}

static void
check_entry(struct walk *w, const struct audit_entry *e)
{
    char hash[HASH_HEX];

    if (e->chain != w->chain) {
        w->chain = e->chain;
        w->seq = 0;
        w->hash[0] = '\0';
        w->report->chains++;
    }
    if (e->seq != w->seq + 1)
        note_fault(w, "chain %lld: entries %lld to %lld are missing",
                   (long long)e->chain, (long long)w->seq + 1,
                   (long long)e->seq - 1);
    hash_entry(w->seq == 0 ? NULL : w->hash, e, hash);
    if (!text_same(hash, e->hash))
        note_fault(w, "chain %lld: entry %lld (id %lld) was altered",
                   (long long)e->chain, (long long)e->seq, (long long)e->id);
    w->seq = e->seq;
    /* Go on from what is written, so that one fault is told once. */
    memcpy(w->hash, e->hash, sizeof w->hash - 1);
    w->report->entries++;
}

static enum err
walk_page(struct call *c, struct walk *w, size_t *n)
{
    ROWS r = db_query(c, next_entries, V(w->chain), V(w->seq));

    for (*n = 0; rows_next(&r); (*n)++) {
        struct audit_entry e;

        model_read_row(&audit_entry_model, &r, &e);
        if (e.hash == NULL || strlen(e.hash) != HASH_HEX - 1)
            e.hash = "0000000000000000000000000000000000000000000000000000000"
                     "000000000";
        check_entry(w, &e);
    }
    return rows_end(&r);
}

static enum err
check_heads(struct call *c, struct walk *w)
{
    int64_t lost = 0;
    ROWS r = db_query(c, wrong_heads);

    while (rows_next(&r))
        note_fault(w, "chain %lld: it was cut short or its head altered",
                   (long long)row_int(&r, 0));
    TRY(rows_end(&r));
    TRY(db_int(c, &lost, headless));
    if (lost > 0)
        note_fault(w, "%lld chains have lost their head", (long long)lost);
    return OK;
}

enum err
audit_verify(struct call *c, struct audit_report *report)
{
    struct walk w = { .chain = INT64_MIN, .report = report, .keep = c->arena };
    struct arena *whole = c->arena;
    size_t n = 0;
    enum err e = OK;

    *report = (struct audit_report){ 0 };
    /* A million entries must not pile up in the call's memory. */
    c->arena = arena_open();
    do {
        arena_reset(c->arena);
        e = walk_page(c, &w, &n);
    } while (e == OK && n == PAGE);
    if (e == OK)
        e = check_heads(c, &w);
    if (c->fault.text != NULL)
        c->fault.text = arena_text(whole, c->fault.text);
    arena_close(c->arena);
    c->arena = whole;
    return e;
}

enum err
audit_list(struct call *c, struct list *l)
{
    TRY(auth_need(c, "audit.see", NULL));
    if (l->sort == NULL)
        l->descending = true;
    return model_list(c, l);
}

enum err
audit_history(struct call *c, struct list *l, const char *noun, int64_t id)
{
    /* Entries without detail are no changes: sign-ins, failed ones too. */
    l->where = "noun = $1 AND noun_id = $2 AND detail IS NOT NULL";
    l->values[0] = V(noun);
    l->values[1] = V(id);
    l->n_values = 2;
    return model_list(c, l);
}
