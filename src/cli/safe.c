/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/safe.h"
#include "base/words.h"

#include "api/audit.h"
#include "api/route.h"
#include "engine/org/org.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- one office ------------------------------------------------------------ */

/* APART: a copy, which is not its office's newest state. */
static enum err
look(struct call *c, struct safe *s, bool apart)
{
    struct audit_check k = {
        .models = all_models(), .rules = org_rules, .apart = apart
    };

    *s = (struct safe){ 0 };
    TRY(store_check(c, &s->faults));
    if (s->faults.damages > 0)
        return OK; /* nothing that is read further can be believed */
    TRY(store_release(c, &s->release, &s->missing));
    if (s->missing > 0)
        return OK; /* the audit is read by this release's columns */
    TRY(audit_verify(c, &k));
    s->audit = k.report;
    return OK;
}

enum err
safe_look(struct call *c, struct safe *s)
{
    return look(c, s, false);
}

static enum err
judge(struct call *c, const struct safe *s)
{
    if (s->faults.damages > 0)
        return fail(c, ERR_BROKEN, NULL, "the file is damaged: %lld findings",
                    (long long)s->faults.damages);
    if (s->faults.orphans > 0)
        return fail(c, ERR_BROKEN, NULL, "%lld rows refer to nothing",
                    (long long)s->faults.orphans);
    if (s->faults.strange > 0)
        return fail(c, ERR_BROKEN, NULL, "the schema is not this release's: %s",
                    s->faults.strangest);
    if (s->audit.faults > 0)
        return fail(c, ERR_BROKEN, NULL,
                    "the audit has %lld faults; the first: %s",
                    (long long)s->audit.faults, s->audit.first_fault);
    return OK;
}

enum err
safe_adopt(struct call *c, void *out)
{
    TRY(safe_adopt_despite_audit(c, out));
    return judge(c, out);
}

enum err
safe_adopt_despite_audit(struct call *c, void *out)
{
    TRY(audit_catch_up(c, all_models(), NULL));
    return look(c, out, true);
}

enum err
safe_judge(struct call *c, void *out)
{
    struct safe *s = out ? out : NEW(c->arena, struct safe);

    TRY(safe_look(c, s));
    return judge(c, s);
}

/* -- a copy ----------------------------------------------------------------- */

typedef enum err (*looker)(struct call *c, void *arg);

/* Let WHAT look at the office in FILE, through C with another session. */
static enum err
look_into(struct call *c, const char *file, enum store_mode mode, looker what,
          void *arg)
{
    const struct store_how how = { .mode = mode, .readers = 1 };
    const struct app *whole = c->app;
    struct app other = *whole;
    struct db *mine = c->db;
    struct store *s;
    enum err e;

    TRY(store_open_as(c, file, &how, &s));
    /* What was signed since belongs to the office, not to its copy. */
    other.audit = NULL;
    c->app = &other;
    db_session(c, s);
    e = what(c, arg);
    db_session_end(c);
    c->db = mine;
    c->app = whole;
    store_close(s);
    return e;
}

static enum err
refuse_other(struct call *c, const struct figure *want,
             const struct figure *have)
{
    if (have && have->rows == want->rows && have->newest == want->newest)
        return OK;
    return fail(c, ERR_BROKEN, NULL,
                "the copy has %lld rows of “%s” where the office has %lld",
                have ? (long long)have->rows : 0LL, want->table,
                (long long)want->rows);
}

/* Every table has as many rows, up to the same newest one. */
static enum err
judge_copy(struct call *c, void *arg)
{
    const struct figures *want = arg;
    struct figures have;

    TRY(safe_judge(c, NULL));
    TRY(store_figures(c, &have));
    for (size_t i = 0; i < want->n; i++) {
        size_t k = 0;

        while (k < have.n
               && strcmp(have.list[k].table, want->list[i].table) != 0)
            k++;
        TRY(refuse_other(c, &want->list[i], k < have.n ? &have.list[k] : NULL));
    }
    return OK;
}

enum err
safe_copy(struct call *c, void *figures, const char *part)
{
    return look_into(c, part, STORE_FILE, judge_copy, figures);
}

/* -- a backup and its office ------------------------------------------------- */

#define MOST_CHAINS 5000

struct head {
    int64_t chain, seq;
    const char *hash;
};

/* Of the backup: where its audit ends, and its rows of what is only added. */
struct history {
    struct head *heads;
    size_t n;
    int64_t events, newest_event;
};

static const char all_heads[] =
    "SELECT chain, seq, hash FROM audit_chain ORDER BY chain";
static const char count_events[] = "SELECT COUNT(*) FROM event";
static const char newest_event[] = "SELECT COALESCE(MAX(id), 0) FROM event";

static enum err
read_history(struct call *c, void *arg)
{
    struct history *h = arg;

    h->heads = NEW_N(c->arena, struct head, MOST_CHAINS);
    TRY(db_int(c, &h->events, count_events));
    TRY(db_int(c, &h->newest_event, newest_event));
    ROWS r = db_query(c, all_heads);
    while (h->n < MOST_CHAINS && rows_next(&r))
        h->heads[h->n++] =
            (struct head){ row_int(&r, 0), row_int(&r, 1), row_text(&r, 2) };
    return rows_end(&r);
}

static const char find_entry[] =
    "SELECT hash FROM audit_entry WHERE chain = $1 AND seq = $2";
static const char count_entries[] =
    "SELECT COUNT(*) FROM audit_entry WHERE chain = $1 AND seq <= $2";
static const char count_until[] = "SELECT COUNT(*) FROM event WHERE id <= $1";

/* An entry's hash covers all that came before it in its chain. */
static enum err
find_head(struct call *c, const struct head *h)
{
    int64_t n = 0;
    bool same;
    {
        ROWS r = db_query(c, find_entry, V(h->chain), V(h->seq));

        same = rows_next(&r) && text_same(row_text(&r, 0), h->hash);
        TRY(rows_end(&r));
    }
    TRY(db_int(c, &n, count_entries, V(h->chain), V(h->seq)));
    if (same && n == h->seq)
        return OK;
    return fail(c, ERR_BROKEN, NULL,
                "the backup is not of this office's history: its audit chain"
                " %lld ends otherwise",
                (long long)h->chain);
}

static enum err
compare_history(struct call *c, const struct history *h)
{
    int64_t events = 0;

    for (size_t i = 0; i < h->n; i++)
        TRY(find_head(c, &h->heads[i]));
    TRY(db_int(c, &events, count_until, V(h->newest_event)));
    if (events >= h->events)
        return OK;
    return fail(c, ERR_BROKEN, NULL,
                "the backup has %lld events where the office has %lld",
                (long long)h->events, (long long)events);
}

/* A new folder, and all that a restore makes in it. */
static enum err
make_folder(struct call *c, const char **folder)
{
    const char *under = getenv("TMPDIR");
    char *name =
        arena_printf(c->arena, "%s/liangcao-verify-XXXXXX",
                     under != NULL && *under != '\0' ? under : "/var/tmp");

    *folder = mkdtemp(name);
    if (*folder != NULL)
        return OK;
    return fail(c, ERR_BROKEN, NULL, "%s cannot be made: %s", name,
                words_in(c, strerror(errno)));
}

static void
drop_folder(struct call *c, const char *folder)
{
    static const char *const names[] = {
        "main.db", "main.db-wal", "main.db-shm", "main.db-node", "office.id"
    };

    for (size_t i = 0; i < COUNT(names); i++)
        (void)unlink(arena_printf(c->arena, "%s/%s", folder, names[i]));
    (void)rmdir(folder);
}

/* Into a folder that goes again, brought up to date and judged there. */
static enum err
try_restoring(struct call *c, const char *file, struct safe *s)
{
    const struct app *whole = c->app;
    struct app other = *whole;
    struct restore how = { .judge = safe_adopt, .arg = s };
    const char *folder;
    enum err e;

    TRY(make_folder(c, &folder));
    how.to = arena_printf(c->arena, "%s/main.db", folder);
    other.audit = NULL; /* as in look_into */
    c->app = &other;
    e = store_restore(c, file, &how);
    c->app = whole;
    drop_folder(c, folder);
    return e;
}

enum err
safe_verify(struct office *o, const char *file, struct safe *s)
{
    struct history h = { 0 };

    TRY(try_restoring(&o->call, file, s));
    /* Of the file itself: an older release's is taken up when it is restored,
       and its audit goes on from there. */
    TRY(look_into(&o->call, file, STORE_FILE, read_history, &h));
    return compare_history(&o->call, &h);
}
