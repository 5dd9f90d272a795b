/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seals: the heads of all chains at a moment, signed.  A seal is one line:
 *
 *   seal NUMBER TIME KEY BEFORE CHAIN:SEQ:HASH[,...] SIGNATURE
 *
 * BEFORE is SM3 of the line of the seal before it (the first: "-"), so that
 * none can be left out; the signature is over everything in front of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private.h"
#include "base/text.h"
#include "base/thread.h"
#include "base/words.h"
#include "engine/audit/inner.h"
#include "job/job.h"
#include "model/app.h"
#include "model/health.h"

static const char last_seal[] =
    "SELECT id, at, line FROM audit_seal ORDER BY id DESC LIMIT 1";

static const char add_seal[] =
    "INSERT INTO audit_seal (id, at, line) VALUES ($1, $2, $3)";

static const char next_seals[] =
    "SELECT id, at, line FROM audit_seal WHERE id > $1 ORDER BY id LIMIT 200";

static bool
has_key(const struct call *c)
{
    return c->app->audit != NULL && c->app->audit->key != NULL;
}

/* -- a line ------------------------------------------------------------------ */

struct seal {
    int64_t number;
    const char *at, *key, *before, *signature;
    size_t signed_n; /* bytes of the line that are signed */
    struct audit_head *heads;
    size_t n;
};

static bool
read_head_text(struct call *c, char *text, struct audit_head *h)
{
    char *seq = strchr(text, ':'), *hash = seq ? strchr(seq + 1, ':') : NULL;

    if (hash == NULL)
        return false;
    *seq++ = *hash++ = '\0';
    *h = (struct audit_head){ .hash = arena_text(c->arena, hash) };
    return text_int(text, &h->chain) && text_int(seq, &h->seq)
           && strlen(hash) == SM3_HEX - 1;
}

static bool
read_seal(struct call *c, const char *line, struct seal *s)
{
    char *rest = arena_text(c->arena, line), *list, *one;
    const char *word[7];

    *s = (struct seal){ 0 };
    for (size_t i = 0; i < COUNT(word); i++)
        if ((word[i] = rest ? strsep(&rest, " ") : NULL) == NULL)
            return false;
    /* Anything behind would be unsigned. */
    if (rest != NULL || strcmp(word[0], "seal") != 0
        || !text_int(word[1], &s->number))
        return false;
    s->at = word[2];
    s->key = word[3];
    s->before = word[4];
    s->signature = word[6];
    s->signed_n = strlen(line) - strlen(s->signature) - 1;
    list = arena_text(c->arena, word[5]);
    s->heads = NEW_N(c->arena, struct audit_head, strlen(list) / SM3_HEX + 1);
    while (list != NULL && (one = strsep(&list, ",")) != NULL)
        if (!read_head_text(c, one, &s->heads[s->n++]))
            return false;
    return true;
}

static const char *
line_hash(struct call *c, const char *line)
{
    unsigned char digest[SM3_BYTES];
    char *hex = arena_alloc(c->arena, SM3_HEX);

    sm3(line, strlen(line), digest);
    sm3_hex(digest, sizeof digest, hex);
    return hex;
}

/* -- an older backup ------------------------------------------------------------ */

static const char restores[] =
    "SELECT chain, seq, detail FROM audit_entry WHERE action = 'restore'"
    " AND detail IS NOT NULL";

static const struct audit_head *
head_in(const struct audit_head *h, size_t n, int64_t chain)
{
    for (size_t i = 0; i < n; i++)
        if (h[i].chain == chain)
            return &h[i];
    return NULL;
}

static bool
tells_of(const char *detail, const struct span *s)
{
    json_t *root = json_loads(detail, 0, NULL);
    bool same =
        json_integer_value(json_object_get(root, "seals_from")) == s->after + 1
        && json_integer_value(json_object_get(root, "seals_to")) == s->to;

    json_decref(root);
    return same;
}

/*
 * An older backup was restored, and the seals above S->after up to S->to are
 * not in it: the entry that says so was written behind the seal BEFORE and is
 * under the seal AFTER (NULL: it is to be).
 */
static enum err
restore_is_told(struct call *c, const struct span *s, const struct seal *before,
                const struct seal *after, bool *out)
{
    ROWS r = db_query(c, restores);

    for (*out = false; !*out && rows_next(&r);) {
        int64_t chain = row_int(&r, 0), seq = row_int(&r, 1);
        const struct audit_head *was = head_in(before->heads, before->n, chain);
        const struct audit_head *is =
            after ? head_in(after->heads, after->n, chain) : NULL;

        *out = (was == NULL || seq > was->seq)
               && (after == NULL || (is != NULL && seq <= is->seq))
               && tells_of(row_text(&r, 2), s);
    }
    return rows_end(&r);
}

/* -- making one -------------------------------------------------------------- */

/* What the newest seal says; all zero when there is none. */
struct latest {
    int64_t number;
    instant at;
    const char *line;
    struct seal seal;
};

static enum err
read_latest(struct call *c, struct latest *l)
{
    ROWS r = db_query(c, last_seal);

    *l = (struct latest){ 0 };
    if (rows_next(&r)) {
        l->number = row_int(&r, 0);
        l->at = row_instant(&r, 1);
        l->line = row_text(&r, 2);
    }
    TRY(rows_end(&r));
    if (l->line != NULL && !read_seal(c, l->line, &l->seal))
        return fail(c, ERR_CONFLICT, NULL, "the newest seal was altered");
    return OK;
}

/*
 * Entries behind the last seal must continue it, or the next one would bless
 * what somebody put in its place.  The very first seal takes what there is.
 */
static enum err
check_since(struct call *c, const struct latest *l, const struct audit_head *h,
            int64_t *done)
{
    const struct audit_head *old = head_in(l->seal.heads, l->seal.n, h->chain);
    struct audit_head from = { .chain = h->chain };

    if (l->line == NULL) {
        *done += h->seq;
        return OK;
    }
    if (old != NULL)
        from = *old;
    else if (h->chain != REGISTER)
        TRY(chain_start(c, h->chain, &from.hash));
    TRY(continue_chain(c, &from, h));
    *done += h->seq - from.seq;
    return OK;
}

/* A seal that this process made and that is no longer there. */
static enum err
check_own(struct call *c, const struct latest *l)
{
    const struct audit *a = c->app->audit;

    if (l->number < a->sealed)
        return fail(c, ERR_CONFLICT, NULL, "seal %lld is gone",
                    (long long)a->sealed);
    return OK;
}

static enum err
check_all(struct call *c, const struct latest *l, const struct audit_head *h,
          size_t n, int64_t *done)
{
    TRY(check_own(c, l));
    for (size_t i = 0; i < l->seal.n; i++)
        if (head_in(h, n, l->seal.heads[i].chain) == NULL)
            return fail(c, ERR_CONFLICT, NULL, "chain %lld is gone",
                        (long long)l->seal.heads[i].chain);
    for (size_t i = 0; i < n; i++)
        TRY(check_since(c, l, &h[i], done));
    return OK;
}

static const char *
write_line(struct call *c, const struct latest *l, const struct audit_head *h,
           size_t n)
{
    const struct audit_key *key = c->app->audit->key;
    struct buf b = buf_make(c->arena, 0);
    char at[25];
    const char *signature;

    instant_print(c->now, at);
    buf_printf(&b, "seal %lld %s %s %s ", (long long)l->number + 1, at,
               key_name(key), l->line ? line_hash(c, l->line) : "-");
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%lld:%lld:%s", i ? "," : "", (long long)h[i].chain,
                   (long long)h[i].seq, h[i].hash);
    signature = key_sign(c, key, b.s, b.len);
    buf_printf(&b, " %s", signature);
    return b.s;
}

/* Another process that seals at the same time has the same number. */
static enum err
keep_seal(struct call *c, int64_t number, const char *line)
{
    TX tx = tx_begin(c);
    enum err e = db_exec(c, add_seal, V(number), V(c->now), V(line));

    if (e == ERR_CONFLICT)
        return fail(c, ERR_BUSY, NULL, "somebody else changed it just now");
    TRY(e);
    return tx_commit(&tx);
}

/* The seal that is signed behind: the newest, or the file's where an older
   backup was restored and an entry tells of it. */
static enum err
go_behind_file(struct call *c, struct latest *l)
{
    bool told = false;
    struct kept k;

    TRY(kept_look(c, &k));
    if (k.last <= l->number)
        return OK;
    TRY(restore_is_told(c, &(struct span){ l->number, k.last, 0 }, &l->seal,
                        NULL, &told));
    if (!told)
        return fail(c, ERR_CONFLICT, NULL,
                    "the file of seals has seal %lld where the office has no"
                    " more than %lld",
                    (long long)k.last, (long long)l->number);
    l->number = k.last;
    l->line = k.line;
    return OK;
}

/* The chains are looked at outside of the transaction: nobody waits for it. */
static enum err
make_seal(struct call *c, int64_t *done)
{
    struct latest l;
    struct audit_head *h;
    const char *line;
    size_t n;

    TRY(read_latest(c, &l));
    TRY(audit_heads(c, &h, &n));
    TRY(check_all(c, &l, h, n, done));
    TRY(go_behind_file(c, &l));
    if (*done > 0) {
        line = write_line(c, &l, h, n);
        TRY(keep_seal(c, l.number + 1, line));
        c->app->audit->sealed = l.number + 1;
    }
    return kept_go_on(c);
}

enum err
audit_restored(struct call *c, const char *file, int64_t *from, int64_t *to)
{
    struct latest l;
    struct kept k;
    int64_t done;

    TRY(read_latest(c, &l));
    TRY(kept_look(c, &k));
    *from = l.number + 1;
    *to = k.last > l.number ? k.last : 0;
    TRY(audit_write(c, "restore", NULL, 0,
                    restore_detail(c, file, *from, *to)));
    return *to != 0 && has_key(c) ? audit_seal(c, &done) : OK;
}

enum err
audit_seal(struct call *c, int64_t *done)
{
    *done = 0;
    if (!has_key(c))
        return fail(c, ERR_CONFLICT, NULL,
                    "there is no key to sign with: see audit.key in"
                    " liangcao.conf");
    return make_seal(c, done);
}

static int64_t
sum_of(const struct audit_head *h, size_t n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += h[i].seq;
    return sum;
}

enum err
audit_state(struct call *c, struct audit_state *s)
{
    struct latest l;

    *s = (struct audit_state){ 0 };
    TRY(read_latest(c, &l));
    TRY(audit_heads(c, &s->heads, &s->n));
    s->key = has_key(c) ? key_name(c->app->audit->key) : NULL;
    s->seals = l.number;
    s->line = l.line;
    s->sealed_at = l.line ? l.seal.at : NULL;
    s->unsealed = sum_of(s->heads, s->n) - sum_of(l.seal.heads, l.seal.n);
    return OK;
}

/* -- by itself, and health ---------------------------------------------------- */

void
audit_tell_health(struct call *c)
{
    struct latest l;
    struct kept k;
    char at[25];

    if (!has_key(c)) {
        health_say(c->app, "audit", HEALTH_WARN,
                   "the heads of the audit are not signed: whoever can write"
                   " to the database can rewrite it unseen (audit.key in"
                   " liangcao.conf)");
        return;
    }
    if (read_latest(c, &l) != OK || kept_look(c, &k) != OK)
        return;
    if (k.named && (k.last != l.number || c->app->audit->begun_anew)) {
        health_say(c->app, "audit", HEALTH_WARN,
                   k.last != l.number
                       ? "the file of seals ends with seal %lld, the office"
                         " with %lld: liangcao audit verify says more"
                       : "the file of seals was empty or gone: it was begun"
                         " anew with seals %lld of %lld",
                   (long long)k.last, (long long)l.number);
        return;
    }
    /* Nothing was signed yet, which the first seal ends. */
    if (l.line == NULL)
        return;
    instant_print(l.at, at);
    health_say(c->app, "audit", HEALTH_GOOD,
               "signed with key %s; seal %lld of %s",
               key_name(c->app->audit->key), (long long)l.number, at);
}

enum err
audit_seal_due(struct call *c, int64_t max, int64_t *done)
{
    int64_t n = 0;
    enum err e;

    (void)max;
    *done = 0;
    if (!has_key(c))
        return OK;
    e = audit_seal(c, &n);
    if (e == OK)
        audit_tell_health(c);
    else if (e == ERR_CONFLICT || e == ERR_BROKEN)
        health_say(c->app, "audit", HEALTH_WARN,
                   "the audit is not signed any more: %s",
                   c->fault.text ? c->fault.text : "?");
    return e;
}

/* In each process: the numbers are in its memory, the health is its own, and
   the number of a seal is given to one. */
const struct job audit_jobs[] = {
    { "audit.more", 10 * MINUTE_MS, JOB_WORK, false, JOB_ROWS,
      audit_tell_more },
    { "audit.seal", 10 * MINUTE_MS, JOB_WORK, false, 0, audit_seal_due },
    { 0 },
};

/* -- verifying ------------------------------------------------------------------- */

/* The keys that seals are checked with. */
struct keys {
    struct audit_public all[MAX_KEYS];
    size_t n;
    bool own; /* lent by the program's key */
};

static enum err
find_keys(struct call *c, struct audit_check *k, struct keys *keys)
{
    const char *why = NULL;

    *keys = (struct keys){ 0 };
    if (k->key_file != NULL) {
        keys->n = key_read_public(k->key_file, keys->all, MAX_KEYS, &why);
        if (keys->n == 0)
            return fail(c, ERR_INVALID, "key", "%s cannot be used: %s",
                        k->key_file, words_in(c, why));
    } else if (has_key(c) && !k->apart) {
        keys->all[keys->n++] = key_public(c->app->audit->key);
        keys->own = true;
    }
    if (keys->n > 0)
        k->report.key = arena_text(k->keep, keys->all[keys->n - 1].name);
    return OK;
}

static void
check_signature(struct call *c, struct audit_check *k, const struct keys *keys,
                const struct seal *s, const char *line)
{
    size_t i = 0;

    if (keys->n == 0)
        return;
    while (i < keys->n && strcmp(keys->all[i].name, s->key) != 0)
        i++;
    if (i == keys->n)
        report_fault(c, k, "seal %lld was made with another key, %s",
                     (long long)s->number, s->key);
    else if (!key_fits(&keys->all[i], line, s->signed_n, s->signature))
        report_fault(c, k, "the signature of seal %lld is wrong",
                     (long long)s->number);
}

static enum err
check_seal(struct call *c, struct audit_check *k, const struct keys *keys,
           const struct seal *s, const char *line)
{
    const char *who =
        arena_printf(c->arena, words_in(c, "seal %lld"), (long long)s->number);

    k->report.seals++;
    check_signature(c, k, keys, s, line);
    for (size_t i = 0; i < s->n; i++)
        TRY(head_expect(c, k, who, &s->heads[i]));
    return OK;
}

/* Seals that an older backup, restored, has not; and what stands behind. */
struct lost {
    struct lost *next;
    struct span span;
    const char *before; /* of the seal behind: the hash of the last of them */
};

/* Where the walk through the seals stands. */
struct sealed {
    int64_t number, entries;
    char hash[SM3_HEX];
    struct lost *lost;
};

static const char find_seal[] = "SELECT line FROM audit_seal WHERE id = $1";

/* Between the seal that was walked last and S some are not there. */
static enum err
walk_gap(struct call *c, struct audit_check *k, const struct seal *s,
         struct sealed *w)
{
    struct span span = { w->number, s->number - 1, 0 };
    struct seal before = { 0 };
    bool told = false;
    {
        ROWS r = db_query(c, find_seal, V(w->number));

        if (rows_next(&r) && !read_seal(c, row_text(&r, 0), &before))
            before = (struct seal){ 0 };
        TRY(rows_end(&r));
    }
    if (span.to > span.after)
        TRY(restore_is_told(c, &span, &before, s, &told));
    if (told) {
        struct lost *l = NEW(k->keep, struct lost);

        *l = (struct lost){ w->lost, span, arena_text(k->keep, s->before) };
        w->lost = l;
    } else {
        report_fault(c, k, "seals %lld to %lld are missing",
                     (long long)w->number + 1, (long long)s->number - 1);
    }
    return OK;
}

static enum err
walk_seal(struct call *c, struct audit_check *k, const struct keys *keys,
          struct rows *r, struct sealed *w)
{
    const char *line = row_text(r, 2);
    struct seal s;

    if (!read_seal(c, line, &s) || s.number != row_int(r, 0)) {
        report_fault(c, k, "seal %lld was altered", (long long)row_int(r, 0));
        w->number = row_int(r, 0);
        return OK;
    }
    /* Numbers are without gaps but for those a restore has told of. */
    if (s.number != w->number + 1)
        TRY(walk_gap(c, k, &s, w));
    else if (!text_same(s.before, w->number ? w->hash : "-"))
        report_fault(c, k, "seal %lld does not follow the one before it",
                     (long long)s.number);
    hash_copy(w->hash, line_hash(c, line));
    w->number = s.number;
    w->entries = sum_of(s.heads, s.n);
    k->report.sealed_at = row_instant(r, 1);
    return check_seal(c, k, keys, &s, line);
}

static enum err
walk_page(struct call *c, struct audit_check *k, const struct keys *keys,
          struct sealed *w, size_t *n)
{
    int64_t last = w->number;
    ROWS r = db_query(c, next_seals, V(last));

    for (*n = 0; rows_next(&r); (*n)++)
        TRY(walk_seal(c, k, keys, &r, w));
    return rows_end(&r);
}

static enum err
walk_all(struct call *c, struct audit_check *k, const struct keys *keys,
         struct sealed *w)
{
    int64_t entries = k->report.entries;
    size_t n;

    do {
        arena_reset(c->arena);
        TRY(walk_page(c, k, keys, w, &n));
        if (k->go_on != NULL && !k->go_on(k))
            return fail(c, ERR_BUSY, NULL, "the verification was ended");
    } while (n > 0);
    k->report.unsealed = entries > w->entries ? entries - w->entries : 0;
    if (w->number == 0 && k->key_file != NULL && entries > 0)
        report_fault(c, k, "there is no seal");
    return OK;
}

/* -- what was kept elsewhere --------------------------------------------------- */

/* The lines of one file, and what they were found to be. */
struct expected {
    const struct keys *keys;
    const struct lost *lost;
    const char *path;
    bool own;      /* the file of seals itself */
    int64_t n;     /* heads and seals */
    int64_t found; /* seals that the office has, each once */
    int64_t last;  /* the newest of them */
    int64_t other; /* lines that are neither */
};

static const struct lost *
lost_with(const struct expected *x, int64_t number)
{
    const struct lost *l = x->lost;

    while (l != NULL && (number <= l->span.after || number > l->span.to))
        l = l->next;
    return l;
}

/* What it signed went with it; that it is the one the next stands behind is
   seen in the last. */
static void
expect_lost(struct call *c, struct audit_check *k, const struct lost *l,
            const struct seal *s, const char *line)
{
    if (s->number == l->span.to && !text_same(line_hash(c, line), l->before))
        report_fault(c, k, "seal %lld is not the one that was kept elsewhere",
                     (long long)s->number);
}

static enum err
find_kept_seal(struct call *c, struct audit_check *k, struct expected *x,
               const struct seal *s, const char *line)
{
    ROWS r = db_query(c, find_seal, V(s->number));

    if (!rows_next(&r))
        report_fault(c, k, "seal %lld, kept elsewhere, is not in the office",
                     (long long)s->number);
    else if (!text_same(row_text(&r, 0), line))
        report_fault(c, k, "seal %lld is not the one that was kept elsewhere",
                     (long long)s->number);
    else if (s->number > x->last) {
        x->last = s->number;
        x->found++;
    }
    return rows_end(&r);
}

static enum err
expect_seal(struct call *c, struct audit_check *k, struct expected *x,
            const char *line)
{
    const struct lost *lost;
    struct seal s;

    if (!read_seal(c, line, &s)) {
        report_fault(c, k, "a seal that was kept elsewhere was altered");
        return OK;
    }
    x->n++;
    check_signature(c, k, x->keys, &s, line);
    /* An older backup was restored: that it is not here is known and signed. */
    lost = lost_with(x, s.number);
    if (lost != NULL) {
        expect_lost(c, k, lost, &s, line);
        return OK;
    }
    TRY(find_kept_seal(c, k, x, &s, line));
    for (size_t i = 0; i < s.n; i++)
        TRY(head_expect(c, k, words_in(c, "what was kept elsewhere"),
                        &s.heads[i]));
    return OK;
}

static enum err
expect_head(struct call *c, struct audit_check *k, struct expected *x,
            const struct audit_head *h)
{
    x->n++;
    return head_expect(c, k, words_in(c, "what was kept elsewhere"), h);
}

/* {"heads": [...]} of verify, or the list alone. */
static enum err
expect_json(struct call *c, struct audit_check *k, struct expected *x,
            const char *line)
{
    json_t *root = json_loads(line, 0, NULL), *list, *one;
    enum err e = OK;
    size_t i;

    list = json_is_object(root) ? json_object_get(root, "heads") : root;
    json_array_foreach(list, i, one)
    {
        struct audit_head h = {
            .chain = json_integer_value(json_object_get(one, "chain")),
            .seq = json_integer_value(json_object_get(one, "seq")),
            .hash = json_string_value(json_object_get(one, "hash"))
        };

        if (e == OK && h.hash != NULL)
            e = expect_head(c, k, x, &h);
    }
    json_decref(root);
    return e;
}

/* The next word of the line, which moves on; "" at its end. */
static const char *
next_word(char **line)
{
    static const char blank[] = " \t";
    char *word = *line + strspn(*line, blank);

    *line = word + strcspn(word, blank);
    if (**line != '\0')
        *(*line)++ = '\0';
    return word;
}

static enum err
expect_line(struct call *c, struct audit_check *k, struct expected *x,
            char *line)
{
    struct audit_head h = { 0 };
    const char *chain, *seq;

    line[strcspn(line, "\r\n")] = '\0';
    if (text_starts(line, "seal "))
        return expect_seal(c, k, x, line);
    x->other++;
    if (*line == '{' || *line == '[')
        return expect_json(c, k, x, line);
    /* As verify prints it: the chain, how far it goes, its hash. */
    chain = next_word(&line);
    seq = next_word(&line);
    h.hash = next_word(&line);
    if (!text_int(chain, &h.chain) || !text_int(seq, &h.seq)
        || strspn(h.hash, "0123456789abcdef") != SM3_HEX - 1
        || h.hash[SM3_HEX - 1] != '\0')
        return OK;
    return expect_head(c, k, x, &h);
}

static enum err
expect_file(struct call *c, struct audit_check *k, struct expected *x, FILE *f)
{
    char *line = NULL;
    size_t cap = 0;
    enum err e = OK;

    while (e == OK && getline(&line, &cap, f) > 0) {
        arena_reset(c->arena);
        e = expect_line(c, k, x, line);
    }
    free(line);
    return e;
}

/* The newest may be on its way into the file, and another's with it. */
#define ON_ITS_WAY 2

/* The file of seals holds every seal from its first on, and nothing else. */
static void
judge_own(struct call *c, struct audit_check *k, const struct expected *x,
          const struct sealed *w)
{
    if (x->other > 0)
        report_fault(c, k, "%lld lines of %s are no seals", (long long)x->other,
                     x->path);
    if (k->report.seals > 0 && x->found == 0)
        report_fault(c, k,
                     "%s is gone or empty: it has none of the office's"
                     " %lld seals",
                     x->path, (long long)k->report.seals);
    else if (x->last + ON_ITS_WAY < w->number)
        report_fault(c, k, "%s ends with seal %lld where the office has %lld",
                     x->path, (long long)x->last, (long long)w->number);
}

static enum err
read_expected(struct call *c, struct audit_check *k, struct expected *x)
{
    const char *why = NULL;
    int fd = regular_open(x->path, O_RDONLY, &why);
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    enum err e;

    if (fd < 0 && x->own && errno == ENOENT)
        return OK;
    if (f == NULL)
        return fail(c, ERR_INVALID, "expect", "%s cannot be read: %s", x->path,
                    words_in(c, why ? why : strerror(errno)));
    e = expect_file(c, k, x, f);
    (void)fclose(f);
    return e;
}

static enum err
walk_expected(struct call *c, struct audit_check *k, const struct keys *keys,
              const struct sealed *w)
{
    struct expected x = { .keys = keys,
                          .lost = w->lost,
                          .path = k->expect,
                          .own = k->expect == NULL };

    if (x.own && c->app->audit != NULL && !k->apart)
        x.path = c->app->audit->seals_path;
    if (x.path == NULL)
        return OK;
    TRY(read_expected(c, k, &x));
    if (x.own)
        judge_own(c, k, &x, w);
    else if (x.n == 0)
        return fail(c, ERR_INVALID, "expect", "no head stands in %s", x.path);
    return OK;
}

enum err
walk_seals(struct call *c, struct audit_check *k)
{
    struct sealed w = { 0 };
    struct keys keys;
    enum err e;

    TRY(find_keys(c, k, &keys));
    e = walk_all(c, k, &keys, &w);
    if (e == OK)
        e = walk_expected(c, k, &keys, &w);
    if (!keys.own)
        key_drop_public(keys.all, keys.n);
    return e;
}

/* -- opening --------------------------------------------------------------------- */

struct audit *
audit_open(const char *key_file, const char *seals, const char **why)
{
    struct audit *a = calloc(1, sizeof *a);

    ASSERT(a != NULL);
    a->seals = -1;
    (void)pthread_mutex_init(&a->lock, NULL);
    thread_cond(&a->ended);
    a->seals_path = seals ? kept_in(seals) : NULL;
    if (key_file == NULL || (a->key = key_open(key_file, why)) != NULL)
        return a;
    audit_close(a);
    return NULL;
}

void
audit_close(struct audit *a)
{
    if (a == NULL)
        return;
    audit_end_job(a);
    key_close(a->key);
    if (a->seals >= 0)
        (void)close(a->seals);
    free(a->seals_path);
    for (size_t i = 0; i < a->n_notes; i++)
        free(a->notes[i].actor);
    (void)pthread_mutex_destroy(&a->lock);
    (void)pthread_cond_destroy(&a->ended);
    free(a);
}
