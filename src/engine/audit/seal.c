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

#include "base/text.h"
#include "base/thread.h"
#include "base/words.h"
#include "engine/audit/inner.h"
#include "model/app.h"
#include "model/health.h"

#define SEALS_FILE "liangcao-audit-seals.txt"

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

static const struct audit_head *
head_in(const struct audit_head *h, size_t n, int64_t chain)
{
    for (size_t i = 0; i < n; i++)
        if (h[i].chain == chain)
            return &h[i];
    return NULL;
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

/* What a power cut takes from the file is still in the table. */
static enum err
append_line(struct call *c, const char *line)
{
    struct audit *a = c->app->audit;
    size_t n = strlen(line) + 1;
    const char *whole = arena_printf(c->arena, "%s\n", line), *why = NULL;

    if (a->seals_path == NULL)
        return OK;
    if (audit_open_seals(a, &why)
        && (write(a->seals, whole, n) != (ssize_t)n
            || fdatasync(a->seals) != 0))
        why = strerror(errno);
    return why ? fail(c, ERR_BROKEN, NULL,
                      "the file of seals cannot be written: %s", why)
               : OK;
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
    if (*done == 0)
        return OK;
    line = write_line(c, &l, h, n);
    TRY(keep_seal(c, l.number + 1, line));
    c->app->audit->sealed = l.number + 1;
    return append_line(c, line);
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

/* -- the tidier, and health ---------------------------------------------------- */

void
audit_tell_health(struct call *c)
{
    struct latest l;
    char at[25];

    if (!has_key(c)) {
        health_say(c->app, "audit", HEALTH_WARN,
                   "the heads of the audit are not signed: whoever can write"
                   " to the database can rewrite it unseen (audit.key in"
                   " liangcao.conf)");
        return;
    }
    if (read_latest(c, &l) != OK || l.line == NULL)
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
                        k->key_file, why);
    } else if (has_key(c)) {
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

/* Where the walk through the seals stands. */
struct sealed {
    int64_t number, entries;
    char hash[SM3_HEX];
};

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
    if (s.number != w->number + 1)
        report_fault(c, k, "seals %lld to %lld are missing",
                     (long long)w->number + 1, (long long)s.number - 1);
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
walk_all(struct call *c, struct audit_check *k, const struct keys *keys)
{
    struct sealed w = { 0 };
    int64_t entries = k->report.entries;
    size_t n;

    do {
        arena_reset(c->arena);
        TRY(walk_page(c, k, keys, &w, &n));
        if (k->go_on != NULL && !k->go_on(k))
            return fail(c, ERR_BUSY, NULL, "the verification was ended");
    } while (n > 0);
    k->report.unsealed = entries > w.entries ? entries - w.entries : 0;
    if (w.number == 0 && k->key_file != NULL && entries > 0)
        report_fault(c, k, "there is no seal");
    return OK;
}

/* -- what was kept elsewhere --------------------------------------------------- */

static const char find_seal[] = "SELECT line FROM audit_seal WHERE id = $1";

static enum err
expect_seal(struct call *c, struct audit_check *k, const struct keys *keys,
            const char *line, int64_t *n)
{
    struct seal s;

    if (!read_seal(c, line, &s)) {
        report_fault(c, k, "a seal that was kept elsewhere was altered");
        return OK;
    }
    ++*n;
    ROWS r = db_query(c, find_seal, V(s.number));
    if (!rows_next(&r))
        report_fault(c, k, "seal %lld, kept elsewhere, is not in the office",
                     (long long)s.number);
    else if (!text_same(row_text(&r, 0), line))
        report_fault(c, k, "seal %lld is not the one that was kept elsewhere",
                     (long long)s.number);
    TRY(rows_end(&r));
    check_signature(c, k, keys, &s, line);
    for (size_t i = 0; i < s.n; i++)
        TRY(head_expect(c, k, words_in(c, "what was kept elsewhere"),
                        &s.heads[i]));
    return OK;
}

static enum err
expect_head(struct call *c, struct audit_check *k, const struct audit_head *h,
            int64_t *n)
{
    ++*n;
    return head_expect(c, k, words_in(c, "what was kept elsewhere"), h);
}

/* {"heads": [...]} of verify, or the list alone. */
static enum err
expect_json(struct call *c, struct audit_check *k, const char *line, int64_t *n)
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
            e = expect_head(c, k, &h, n);
    }
    json_decref(root);
    return e;
}

static enum err
expect_line(struct call *c, struct audit_check *k, const struct keys *keys,
            char *line, int64_t *n)
{
    struct audit_head h = { 0 };
    long long chain, seq;
    char hash[SM3_HEX];

    line[strcspn(line, "\r\n")] = '\0';
    if (text_starts(line, "seal "))
        return expect_seal(c, k, keys, line, n);
    if (*line == '{' || *line == '[')
        return expect_json(c, k, line, n);
    if (sscanf(line, "%lld %lld %64[0-9a-f]", &chain, &seq, hash) != 3
        || strlen(hash) != SM3_HEX - 1)
        return OK;
    h = (struct audit_head){ .chain = chain, .seq = seq, .hash = hash };
    return expect_head(c, k, &h, n);
}

static enum err
expect_file(struct call *c, struct audit_check *k, const struct keys *keys,
            FILE *f, int64_t *n)
{
    char *line = NULL;
    size_t cap = 0;
    enum err e = OK;

    while (e == OK && getline(&line, &cap, f) > 0) {
        arena_reset(c->arena);
        e = expect_line(c, k, keys, line, n);
    }
    free(line);
    return e;
}

static enum err
walk_expected(struct call *c, struct audit_check *k, const struct keys *keys)
{
    bool own = k->expect == NULL;
    const char *path =
        own && c->app->audit ? c->app->audit->seals_path : k->expect;
    FILE *f = path ? fopen(path, "r") : NULL;
    int64_t n = 0;
    enum err e;

    if (path == NULL || (own && f == NULL && errno == ENOENT))
        return OK;
    if (f == NULL)
        return fail(c, ERR_INVALID, "expect", "%s cannot be read: %s", path,
                    strerror(errno));
    e = expect_file(c, k, keys, f, &n);
    (void)fclose(f);
    TRY(e);
    if (n == 0 && !own)
        return fail(c, ERR_INVALID, "expect", "no head stands in %s", path);
    return OK;
}

enum err
walk_seals(struct call *c, struct audit_check *k)
{
    struct keys keys;
    enum err e;

    TRY(find_keys(c, k, &keys));
    e = walk_all(c, k, &keys);
    if (e == OK)
        e = walk_expected(c, k, &keys);
    if (!keys.own)
        key_drop_public(keys.all, keys.n);
    return e;
}

/* -- opening --------------------------------------------------------------------- */

/* A folder gets a file of a name of its own. */
static char *
seals_in(const char *path)
{
    struct stat st;
    char *at = NULL;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        at = strdup(path);
    else if (asprintf(&at, "%s/%s", path, SEALS_FILE) < 0)
        at = NULL;
    ASSERT(at != NULL);
    return at;
}

/* What root makes is for the one whose folder it is in. */
static void
give_to_owner(int fd, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : NULL;
    struct stat st;

    if (geteuid() == 0 && stat(folder ? folder : ".", &st) == 0)
        (void)!fchown(fd, st.st_uid, st.st_gid);
    free(folder);
}

bool
audit_open_seals(struct audit *a, const char **why)
{
    if (a->seals_path == NULL || a->seals >= 0)
        return true;
    a->seals =
        open(a->seals_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (a->seals < 0)
        *why = strerror(errno);
    else
        give_to_owner(a->seals, a->seals_path);
    return a->seals >= 0;
}

struct audit *
audit_open(const char *key_file, const char *seals, const char **why)
{
    struct audit *a = calloc(1, sizeof *a);

    ASSERT(a != NULL);
    a->seals = -1;
    (void)pthread_mutex_init(&a->lock, NULL);
    thread_cond(&a->ended);
    a->seals_path = seals ? seals_in(seals) : NULL;
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
