/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: what was watched all the time, and what is compared at the end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "siege.h"
#include "test.h"

static const char *const sentences[N_VERDICTS] = {
    [V_LOST] = "every answered change is in the office",
    [V_TWICE] = "no change is there twice",
    [V_VERSION] = "every record is at least as far along as was answered",
    [V_HUNG] = "outside the stops and five seconds after, nothing hung",
    [V_CUT] = "outside the stops every good client had its answer",
    [V_HEALTH] = "/healthz answered in time outside the stops",
    [V_MEMORY] = "the server kept within its memory",
    [V_LEAK] = "no descriptor and no thread was left over",
    [V_CHAIN] = "the audit chain is whole",
    [V_CHECK] = "the office is whole",
    [V_BROKEN] = "nothing was answered 500",
    [V_STATUS] = "every status is one that the document declares",
    [V_SHAPE] = "every answer has the shape that the document declares",
    [V_WORDS] = "no answer speaks of the program's inside",
    [V_SECRET] = "no answer and no event holds a password or a token",
    [V_TAKEN] = "what must be refused was refused",
    [V_SAME] = "a request with the same key was answered the same",
    [V_HEARD] = "whoever may see a change heard of it, over all cuts",
    [V_OVERHEARD] = "nobody heard of what is not theirs",
    [V_CRASH] = "the server ran until it was stopped",
    [V_END] = "told to end, it ended within ten seconds and well",
    [V_RECOVERY] = "after every blow changes were answered again",
    [V_BACKUP] = "every backup restores to the history up to its moment",
    [V_LOG] = "the server's log holds no secret, no broken promise, no report",
    [V_COVERAGE] = "every operation succeeded for somebody",
};

/* -- findings -------------------------------------------------------------- */

#define TOLD_AT_ONCE 12

void
looked(struct siege *s, enum verdict v)
{
    (void)__atomic_fetch_add(&s->verdicts[v].looked, 1, __ATOMIC_RELAXED);
}

/* The same finding but for its numbers: its beginning without digits. */
static uint64_t
hash_of(enum verdict v, const char *words)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) + (unsigned)v;

    for (size_t i = 0; words[i] != '\0' && i < 90; i++)
        if (words[i] < '0' || words[i] > '9')
            h = (h ^ (unsigned char)words[i]) * UINT64_C(0x100000001b3);
    return h;
}

static bool
is_new(struct siege *s, uint64_t hash)
{
    for (size_t i = 0; i < s->n_told; i++)
        if (s->told[i] == hash)
            return false;
    if (s->n_told < COUNT(s->told))
        s->told[s->n_told++] = hash;
    return true;
}

void
finding(struct siege *s, enum verdict v, const char *fmt, ...)
{
    char words[3000];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    (void)text_mend(words);
    (void)pthread_mutex_lock(&s->told_lock);
    s->verdicts[v].against++;
    if (s->verdicts[v].first[0] == '\0')
        (void)snprintf(s->verdicts[v].first, sizeof s->verdicts[v].first,
                       "%.390s", words);
    if (is_new(s, hash_of(v, words))) {
        (void)fprintf(s->findings, "%lld ms: AGAINST %s: %s\n",
                      (long long)(siege_ms() - s->began), sentences[v], words);
        (void)fflush(s->findings);
    }
    (void)pthread_mutex_unlock(&s->told_lock);
}

void
leave_out(struct siege *s, enum verdict v, const char *why)
{
    (void)snprintf(s->verdicts[v].left_out, sizeof s->verdicts[v].left_out,
                   "%s", why);
}

/* -- what is watched ------------------------------------------------------- */

#define HEALTH_EACH_MS 200

static void
probe(struct siege *s, struct http *h)
{
    uint16_t port = atomic_load(&s->port);
    int64_t began = siege_ms(), ms;
    bool fresh;
    struct answer a;

    if (port != h->port)
        http_close(h);
    h->port = port;
    if (port == 0)
        return;
    fresh = h->fd < 0;
    atomic_store(&s->probing, began);
    a = http_tell(h, "", "GET", "/healthz", NULL);
    atomic_store(&s->probing, 0);
    ms = own_ms(s, began, siege_ms(), STOPS_SERVER);
    looked(s, V_HEALTH);
    if (ms > atomic_load(&s->worst_health_ms))
        atomic_store(&s->worst_health_ms, ms);
    if (ms > s->health_ms)
        finding(s, V_HEALTH, "it took %lld ms of its own", (long long)ms);
    if (a.status != 200 && fresh && atomic_load(&s->port) == port
        && !atomic_load(&s->crashed)
        && !in_stop(s, began, siege_ms(), STOPS_SERVER))
        finding(s, V_HEALTH, "it was answered %d", a.status);
    answer_free(&a);
}

void *
watch_health(void *arg)
{
    struct siege *s = arg;
    struct http h;

    http_open(&h, 0);
    while (!atomic_load(&s->quiet)) {
        probe(s, &h);
        (void)usleep(HEALTH_EACH_MS * 1000);
    }
    http_close(&h);
    return NULL;
}

/* The most it had at any time, in KiB; 0 when it is not there. */
static int64_t
most_memory(pid_t pid)
{
    char line[200];
    long long kb = 0;
    FILE *f;

    (void)snprintf(line, sizeof line, "/proc/%d/status", (int)pid);
    f = fopen(line, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmHWM: %lld", &kb) == 1)
            break;
    if (f != NULL)
        (void)fclose(f);
    return kb;
}

/* While /healthz hangs, where every thread stands: once, if gdb is here. */
static void
keep_stacks(struct siege *s)
{
    int64_t since = atomic_load(&s->probing);
    char command[200];

    if (since == 0 || atomic_load(&s->stacks_kept)
        || own_ms(s, since, siege_ms(), STOPS_SERVER) < 2 * s->health_ms)
        return;
    atomic_store(&s->stacks_kept, true);
    (void)snprintf(command, sizeof command,
                   "gdb -p %d -batch -ex 'thread apply all bt 14'"
                   " >build/siege/stacks.txt 2>/dev/null",
                   (int)atomic_load(&s->pid));
    if (system(command) == 0)
        (void)printf("/healthz hangs: see build/siege/stacks.txt\n");
}

void *
watch_memory(void *arg)
{
    struct siege *s = arg;

    while (!atomic_load(&s->quiet)) {
        int64_t kb = most_memory(atomic_load(&s->pid));

        looked(s, V_MEMORY);
        if (kb > atomic_load(&s->most_kb))
            atomic_store(&s->most_kb, kb);
        if (kb > s->memory_kb)
            finding(s, V_MEMORY, "it had %lld MiB", (long long)kb / 1024);
        keep_stacks(s);
        (void)usleep(200000);
    }
    return NULL;
}

/* -- the office against the ledger ----------------------------------------- */

/* Numbers or marks read from a table, sorted. */
struct column {
    char (*marks)[32];
    int64_t *ids;
    size_t n, cap;
};

static int
by_mark(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int
by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void
read_column(struct call *c, const char *sql, struct column *out)
{
    struct rows r = db_query_n(c, db_intern(c, sql), NULL, 0);

    while (rows_next(&r)) {
        const char *mark = row_text(&r, 1);

        if (out->n == out->cap) {
            out->cap = out->cap * 2 + 1024;
            out->marks = realloc(out->marks, out->cap * sizeof *out->marks);
            out->ids = realloc(out->ids, out->cap * sizeof *out->ids);
        }
        out->ids[out->n] = row_int(&r, 0);
        (void)snprintf(out->marks[out->n++], 32, "%.31s", mark ? mark : "");
    }
    EXPECT_OK(rows_end(&r));
    if (out->n > 0) {
        qsort(out->marks, out->n, sizeof *out->marks, by_mark);
        qsort(out->ids, out->n, sizeof *out->ids, by_id);
    }
}

static size_t
count_mark(const struct column *k, const char *mark)
{
    const char(*at)[32] =
        k->n > 0 ? bsearch(mark, k->marks, k->n, sizeof *k->marks, by_mark)
                 : NULL;
    size_t n = 0, i;

    if (at == NULL)
        return 0;
    for (i = (size_t)(at - (const char(*)[32])k->marks);
         i > 0 && strcmp(k->marks[i - 1], mark) == 0; i--)
        ;
    for (; i < k->n && strcmp(k->marks[i], mark) == 0; i++)
        n++;
    return n;
}

static bool
has_id(const struct column *k, int64_t id)
{
    return id != 0 && k->n > 0
           && bsearch(&id, k->ids, k->n, sizeof *k->ids, by_id) != NULL;
}

static const char count_removals[] =
    "SELECT COUNT(*) FROM audit_entry WHERE noun_id = $1"
    " AND (action LIKE '%.remove' OR action LIKE '%.end')";

/* Somebody may take away what another made; the audit has it. */
static bool
was_removed(struct call *c, int64_t id)
{
    int64_t n = 0;

    return id != 0 && db_int(c, &n, count_removals, V(id)) == OK && n > 0;
}

struct comparing {
    struct siege *s;
    struct call *c;
    int64_t before, after;
    const char *which;
    bool backup;
    uint64_t compared;
};

static void
compare(struct comparing *k, const struct entry *e, const struct column *col,
        const char *table)
{
    size_t n = count_mark(col, e->mark);
    bool due = e->answered != 0 && e->answered < k->before;

    k->compared++;
    looked(k->s, k->backup ? V_BACKUP : V_LOST);
    looked(k->s, k->backup ? V_BACKUP : V_TWICE);
    if (due && n == 0 && !has_id(col, e->id) && !was_removed(k->c, e->id))
        finding(k->s, k->backup ? V_BACKUP : V_LOST,
                "%s %s is lost in %s: asked at %lld ms, answered at %lld ms,"
                " id %lld",
                table, e->mark, k->which, (long long)(e->asked - k->s->began),
                (long long)(e->answered - k->s->began), (long long)e->id);
    if (n > 1)
        finding(k->s, k->backup ? V_BACKUP : V_TWICE,
                "%s %s is there %zu times in %s", table, e->mark, n, k->which);
    if (e->asked > k->after && n > 0)
        finding(k->s, V_BACKUP, "%s %s was asked for after %s", table, e->mark,
                k->which);
}

/* What is said of a merged order stands in the living one's history, too, and
   says where it was said. */
static const char said[] =
    " WHERE note LIKE 'sg%' AND COALESCE(detail, '') NOT LIKE '{\"merged\"%'";

static void
compare_place(struct comparing *k, const struct entry *all, size_t n,
              unsigned place)
{
    const struct ledger *l = &k->s->ledger;
    struct column col = { 0 };
    char sql[300];

    (void)snprintf(sql, sizeof sql, "SELECT id, %s FROM %s%s",
                   l->places[place].column, l->places[place].table,
                   strcmp(l->places[place].table, "event") == 0 ? said : "");
    read_column(k->c, sql, &col);
    for (size_t i = 0; i < n; i++)
        if (all[i].place == place)
            compare(k, &all[i], &col, l->places[place].table);
    free(col.marks);
    free(col.ids);
}

void
judge_office(struct siege *s, const struct live_office *o, int64_t before,
             int64_t after, const char *which)
{
    struct comparing k = { .s = s,
                           .c = look_into(o),
                           .before = before,
                           .after = after,
                           .which = which,
                           .backup = o != &s->office };
    size_t n, places = s->ledger.n_places;
    struct entry *all = ledger_copy(&s->ledger, &n);

    for (unsigned i = 0; i < places; i++)
        compare_place(&k, all, n, i);
    if (!k.backup)
        (void)printf("%llu changes compared, %zu of them answered\n",
                     (unsigned long long)k.compared, s->ledger.answered);
    look_away(k.c);
    free(all);
}

static void
compare_version(struct siege *s, struct call *c, const struct seen *one)
{
    char sql[200];
    struct value id = V(one->id);
    struct rows r;
    bool there;

    (void)snprintf(sql, sizeof sql, "SELECT version FROM %s WHERE id = $1",
                   one->table);
    r = db_query_n(c, db_intern(c, sql), &id, 1);
    there = rows_next(&r);
    looked(s, V_VERSION);
    if (there && row_int(&r, 0) < one->version)
        finding(s, V_VERSION, "%s %lld has version %lld, answered was %lld",
                one->table, (long long)one->id, (long long)row_int(&r, 0),
                (long long)one->version);
    rows_close(&r);
    if (!there && !was_removed(c, one->id))
        finding(s, V_VERSION,
                "%s %lld is gone; version %lld was answered at"
                " %lld ms",
                one->table, (long long)one->id, (long long)one->version,
                (long long)(one->answered - s->began));
}

void
judge_versions(struct siege *s)
{
    struct call *c = look_into(&s->office);

    for (size_t i = 0; i < s->ledger.cap_seen; i++)
        if (s->ledger.seen[i].table != NULL)
            compare_version(s, c, &s->ledger.seen[i]);
    look_away(c);
}

/* -- the log --------------------------------------------------------------- */

void
judge_log(struct siege *s)
{
    static const char *const bad[] = {
        "broken promise",   "Sanitizer",    "runtime error:",
        "stack smashing",   "double free",  "corrupted",
        "terminate called", "Segmentation", "assert",
    };
    FILE *f = fopen(s->office.log, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;

    looked(s, V_LOG);
    while (f != NULL && (n = getline(&line, &cap, f)) > 0) {
        if (secrets_in(s->secrets, line, (size_t)n) != NULL)
            finding(s, V_LOG, "a secret: %.300s", line);
        for (size_t i = 0; i < COUNT(bad); i++)
            if (strstr(line, bad[i]) != NULL)
                finding(s, V_LOG, "%.400s", line);
        if (strstr(line, " error ") != NULL
            && is_new(s, hash_of(V_LOG, line + 24)))
            (void)fprintf(s->findings, "log: %s", line);
    }
    free(line);
    if (f != NULL)
        (void)fclose(f);
}

/* -- operations ------------------------------------------------------------ */

/* What cannot succeed in a siege, and why. */
static const struct {
    const char *method, *path, *why;
} excused[] = {
    { "POST", "/api/v1/settings", "nothing says which settings there are" },
    { "PATCH", "/api/v1/settings/{id}", "those there are founded the office" },
    { "GET", "/api/v1/imports/{id}", "the command alone makes imports" },
    { "GET", "/api/v1/imports/{id}/events", "the command alone makes imports" },
    { "POST", "/api/v1/imports/{id}/undo", "the command alone makes imports" },
    { NULL, NULL, NULL },
};

const char *
judge_excuse(const struct op *op)
{
    for (size_t i = 0; excused[i].path != NULL; i++)
        if (strcmp(op->path, excused[i].path) == 0
            && strcmp(op->method, excused[i].method) == 0)
            return excused[i].why;
    return NULL;
}

static void
print_times(FILE *f, const struct op *op)
{
    static const char *const of[] = { "", " of tables" };

    for (size_t i = 0; i < COUNT(of); i++)
        if (atomic_load(&op->took[i].n) > 0)
            (void)fprintf(f, ", p50 %lld p99 %lld most %lld ms%s",
                          (long long)times_of(&op->took[i], 500),
                          (long long)times_of(&op->took[i], 990),
                          (long long)atomic_load(&op->took[i].most_ms), of[i]);
    (void)fprintf(f, "\n");
}

#define SLOWEST 10
#define FEW_TIMES 20 /* fewer have no p99 to speak of */

/* The operations that take longest outside the stops. */
void
print_slowest(const struct siege *s)
{
    const struct plan *p = &s->plan;
    bool *told = calloc(p->n * 2, sizeof *told);

    for (int n = 0; n < SLOWEST; n++) {
        size_t slowest = p->n * 2;
        int64_t most = -1;

        for (size_t i = 0; i < p->n * 2; i++) {
            const struct times *t = &p->ops[i / 2].took[i % 2];
            int64_t ms = times_of(t, 990);

            if (!told[i] && atomic_load(&t->n) >= FEW_TIMES && ms > most) {
                slowest = i;
                most = ms;
            }
        }
        if (slowest == p->n * 2)
            break;
        told[slowest] = true;
        (void)printf("slow: %s %s%s", p->ops[slowest / 2].method,
                     p->ops[slowest / 2].path,
                     slowest % 2 ? " as a table" : "");
        (void)printf(", p99 %lld ms of %u\n", (long long)most,
                     atomic_load(&p->ops[slowest / 2].took[slowest % 2].n));
    }
    free(told);
}

#define SHORTEST_S 45
#define FEWEST_REQUESTS 30000

void
judge_coverage(struct siege *s)
{
    FILE *f = fopen("build/siege/operations.txt", "w");
    const struct plan *p = &s->plan;

    if (s->seconds < SHORTEST_S)
        leave_out(s, V_COVERAGE, "the siege was too short for all of them");
    else if (atomic_load(&s->requests) < FEWEST_REQUESTS)
        leave_out(s, V_COVERAGE, "the machine was too slow for all of them");
    for (size_t i = 0; i < p->n; i++) {
        const struct op *op = &p->ops[i];

        looked(s, V_COVERAGE);
        if (f != NULL)
            (void)fprintf(f, "%-6s %-40s", op->method, op->path);
        for (size_t k = 0; f != NULL && k < COUNT(op->by_status); k++)
            if (atomic_load(&op->by_status[k]) > 0)
                (void)fprintf(f, " %zu:%u", k, atomic_load(&op->by_status[k]));
        if (f != NULL)
            print_times(f, op);
        if (atomic_load(&op->good) == 0 && judge_excuse(op) == NULL)
            finding(s, V_COVERAGE, "never succeeded: %s %s (%s)", op->method,
                    op->path, op->refused);
    }
    if (f != NULL)
        (void)fclose(f);
}

/* -- the end --------------------------------------------------------------- */

int
judge_end(struct siege *s)
{
    struct score score = { 0 };

    for (int v = 0; v < N_VERDICTS; v++) {
        uint64_t against = s->verdicts[v].against;

        if (s->verdicts[v].left_out[0] != '\0') {
            (void)printf("left out: %s: %s\n", sentences[v],
                         s->verdicts[v].left_out);
        } else if (against == 0 && s->verdicts[v].looked > 0) {
            score.passed++;
            (void)printf("passed: %s (%llu times)\n", sentences[v],
                         (unsigned long long)s->verdicts[v].looked);
        } else {
            score.failed++;
            (void)printf("FAILED: %s (%llu against; first: %s)\n", sentences[v],
                         (unsigned long long)against,
                         against ? s->verdicts[v].first
                                 : "nothing was looked at");
        }
    }
    return score_end(&score);
}
