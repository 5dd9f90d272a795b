/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of the siege: founding, the sequence, the command line. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "database.h"
#include "siege.h"

#define HANG_MS 5000
#define HEALTH_MS 1000
#define MEMORY_KB (256 * 1024)
#define LOUD_S 300 /* a longer siege would log too much */
#define QUIET_S 6
#define MOST_CLIENTS 1000

bool
left_out(const struct siege *s, const char *name)
{
    const char *at = s->without;
    size_t n = strlen(name);

    while (at != NULL && *at != '\0') {
        size_t len = strcspn(at, ",");

        if (len == n && strncmp(at, name, n) == 0)
            return true;
        at += len + (at[len] == ',');
    }
    return false;
}

/* -- founding -------------------------------------------------------------- */

/* A sanitizer's program is several times slower and larger. */
static bool
is_sanitized(const char *program)
{
    int fd = open(program, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *all;
    bool is;

    if (fd < 0 || fstat(fd, &st) != 0)
        return false;
    all = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (all == MAP_FAILED)
        return false;
    is = memmem(all, (size_t)st.st_size, "__asan_init", 11) != NULL
         || memmem(all, (size_t)st.st_size, "__tsan_init", 11) != NULL;
    (void)munmap(all, (size_t)st.st_size);
    return is;
}

static int64_t
bound(const char *name, int64_t usual)
{
    const char *said = getenv(name);

    return said != NULL && *said != '\0' ? atoll(said) : usual;
}

static void
set_bounds(struct siege *s)
{
    int slow = s->sanitized ? 4 : 1;

    s->hang_ms = bound("SIEGE_HANG_MS", HANG_MS * slow);
    s->health_ms = bound("SIEGE_HEALTH_MS", HEALTH_MS * slow);
    s->memory_kb =
        bound("SIEGE_MEMORY_KB", MEMORY_KB * (s->sanitized ? 12 : 1));
}

/* Folders: BASE holds all, BASE/office the office. */
static bool
make_folders(struct siege *s)
{
    char folder[] = "/tmp/liangcao-siege-XXXXXX";

    if (mkdtemp(folder) == NULL)
        return false;
    (void)snprintf(s->base, sizeof s->base, "%s", folder);
    (void)snprintf(s->office.dir, sizeof s->office.dir, "%s/office", folder);
    (void)snprintf(s->office.log, sizeof s->office.log, "%s/server.log",
                   folder);
    (void)mkdir("build", 0755);
    (void)mkdir("build/siege", 0755);
    s->findings = fopen("build/siege/findings.txt", "w");
    return mkdir(s->office.dir, 0755) == 0 && s->findings != NULL;
}

/* What is mounted is seen by nobody else, and goes with this process. */
static void
mount_disk(struct siege *s)
{
    if (!s->postgres && !left_out(s, "disk") && unshare(CLONE_NEWNS) == 0
        && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
        (void)disk_mount(s);
    if (!s->on_disk)
        (void)printf("the office is on no file system of its own\n");
}

static void
take_clock(struct siege *s)
{
    FILE *f;

    if (s->sanitized || left_out(s, "clock"))
        return;
    (void)snprintf(s->office.clock, sizeof s->office.clock, "%s/clock",
                   s->office.dir);
    f = fopen(s->office.clock, "w");
    if (f != NULL) {
        (void)fputs("+0003600\n", f); /* it can go back */
        (void)fclose(f);
    }
}

/* The heads of the audit are signed, with a key that is kept elsewhere. */
static void
take_key(struct siege *s)
{
    char key[80], path[100];
    const char *words[] = { "audit", "key", key, NULL };
    FILE *f;

    (void)snprintf(key, sizeof key, "%s/audit.key", s->base);
    (void)snprintf(path, sizeof path, "%s/liangcao.conf", s->office.dir);
    if (run_program(&s->office, s->program, words) != 0)
        return;
    f = fopen(path, "a");
    if (f != NULL) {
        (void)fprintf(f, "audit.key = %s\n", key);
        (void)fclose(f);
    }
}

static bool
found(struct siege *s)
{
    if (!make_folders(s))
        return false;
    mount_disk(s);
    if (!office_found_demo(&s->office, s->program, "300")) {
        (void)printf("the demo office was not made\n");
        return false;
    }
    callers_make(s);
    take_key(s);
    take_clock(s);
    s->office.loud = s->seconds <= LOUD_S;
    return server_up(s);
}

/* -- reading the program --------------------------------------------------- */

static bool
read_document(struct siege *s)
{
    struct http h;
    struct answer a;
    json_t *doc;

    http_open(&h, s->server.port);
    a = http_tell(&h, "", "GET", "/api/openapi.json", NULL);
    doc = answer_json(&a);
    answer_free(&a);
    http_close(&h);
    return doc != NULL && plan_learn(&s->plan, doc);
}

/* One list as somebody; of the things of a table, that of one of them. */
static void
learn_list(struct client *k, struct op *op, int who)
{
    struct request q = { .op = op, .caller = who, .method = "GET" };
    const char *brace = strchr(op->path, '{');
    struct reply r;
    int n;

    if (brace == NULL)
        n = asprintf(&q.path, "%s?limit=500", op->path);
    else
        n = asprintf(&q.path, "%.*s%lld%s?limit=500", (int)(brace - op->path),
                     op->path,
                     (long long)lore_id(k->s->lore, op->table, false,
                                        &k->chance, NULL),
                     strchr(brace, '}') + 1);
    if (n < 0)
        abort();
    r = request_ask(k, &q);
    reply_free(&r);
    request_free(&q);
}

#define LEARN_OF 30 /* things of a table, and what hangs on each */

/* Every list, by those who see most: whatever is there now founded the
   office. */
static void
learn(struct siege *s)
{
    static const char *const eyes[] = { "sysadmin", "secadmin", "sg-10-all",
                                        "desk" };
    struct client k = { .s = s, .chance = random_seed(s->seed) };

    http_open(&k.http, s->server.port);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < s->plan.n; i++) {
            struct op *op = &s->plan.ops[i];
            bool of = op->table != NULL;
            size_t times = of ? LEARN_OF : COUNT(eyes);

            if (op->route == NULL || (op->route->flags & R_LIST) == 0
                || of != (round == 1) || (!of && strchr(op->path, '{')))
                continue;
            for (size_t e = 0; e < times; e++)
                learn_list(&k, op, caller_of(s, eyes[of ? 3 : e]));
        }
    http_close(&k.http);
    lore_found(s->lore);
}

/* -- the clients ----------------------------------------------------------- */

static const struct kind *
kind_of(int i, int clients)
{
    int n = 0, at;

    while (siege_kinds[n].name != NULL)
        n++;
    if (i < n)
        return &siege_kinds[i]; /* one of each first */
    at = (int)((int64_t)(i - n) * 100 / (clients - n > 0 ? clients - n : 1));
    for (int k = 0; k < n; k++) {
        at -= (int)siege_kinds[k].share;
        if (at < 0)
            return &siege_kinds[k];
    }
    return &siege_kinds[0];
}

static void
begin_client(struct siege *s, struct client *k, int number)
{
    *k = (struct client){
        .s = s,
        .number = number,
        .chance = random_seed(s->seed * 1000 + 7 + (uint64_t)number)
    };
    http_open(&k->http, 0);
    /* Twenty addresses of those who mean ill, others for the good. */
    k->http.from = (uint32_t)(0x7f010001 + number % 20);
}

static int
begin_all(struct siege *s, struct client *all)
{
    int good = s->clients / 12 < 4 ? 4 : s->clients / 12, n = 0;

    for (; n < s->clients; n++) {
        begin_client(s, &all[n], n);
        all[n].kind = kind_of(n, s->clients);
        if (!left_out(s, all[n].kind->name))
            (void)pthread_create(&all[n].thread, NULL, client_run, &all[n]);
    }
    for (int i = 0; i < good && i < 12; i++, n++) {
        char name[20];

        begin_client(s, &all[n], n);
        (void)snprintf(name, sizeof name, "good-%d", i);
        all[n].good = caller_of(s, name);
        all[n].http.from = (uint32_t)(0x7f020001 + i);
        (void)pthread_create(&all[n].thread, NULL, good_run, &all[n]);
    }
    return n;
}

static void
join_all(struct client *all, int n)
{
    for (int i = 0; i < n; i++)
        if (all[i].kind == NULL || !left_out(all[i].s, all[i].kind->name))
            (void)pthread_join(all[i].thread, NULL);
}

/* -- the sequence ---------------------------------------------------------- */

static void
besiege(struct siege *s)
{
    static struct client all[MOST_CLIENTS + 20];
    pthread_t health, memory, machine, archive;
    bool archives = !left_out(s, "backup");
    int n;

    (void)pthread_create(&machine, NULL, watch_machine, s);
    (void)pthread_create(&health, NULL, watch_health, s);
    (void)pthread_create(&memory, NULL, watch_memory, s);
    ears_begin(s);
    n = begin_all(s, all);
    if (archives)
        (void)pthread_create(&archive, NULL, archive_run, s);
    else
        leave_out(s, V_BACKUP, "SIEGE_WITHOUT");
    (void)blows_deal(s);
    atomic_store(&s->end, true);
    join_all(all, n);
    if (archives)
        (void)pthread_join(archive, NULL);
    ears_join(s);
    if (!atomic_load(&s->crashed))
        (void)sleep(QUIET_S);
    atomic_store(&s->quiet, true);
    (void)pthread_join(health, NULL);
    (void)pthread_join(memory, NULL);
    (void)pthread_join(machine, NULL);
}

static void
judge(struct siege *s)
{
    static const char *const verify[] = { "audit", "verify", NULL };
    static const char *const check[] = { "check", NULL };
    int code;

    if (s->server.pid > 0) {
        judge_leaks(s);
        server_down(s);
    }
    judge_office(s, &s->office, INT64_MAX, INT64_MAX, "the office");
    judge_versions(s);
    judge_ears(s);
    looked(s, V_CHAIN);
    code = run_program(&s->office, s->program, verify);
    if (code != 0)
        finding(s, V_CHAIN, "liangcao audit verify ended with %d", code);
    looked(s, V_CHECK);
    code = run_program(&s->office, s->program, check);
    if (code != 0)
        finding(s, V_CHECK, "liangcao check ended with %d", code);
    judge_log(s);
    judge_coverage(s);
}

static void
print_figures(struct siege *s)
{
    (void)printf("%llu requests, %llu not answered; the longest took %lld ms"
                 " of its own, /healthz %lld ms; the machine stood still for"
                 " %lld ms at most; memory %lld MiB at most\n",
                 atomic_load(&s->requests), atomic_load(&s->cut),
                 (long long)atomic_load(&s->worst_ms),
                 (long long)atomic_load(&s->worst_health_ms),
                 (long long)atomic_load(&s->worst_stall_ms),
                 (long long)atomic_load(&s->most_kb) / 1024);
    print_slowest(s);
    blows_print(s);
    (void)printf("findings: build/siege/findings.txt, operations:"
                 " build/siege/operations.txt, log: %s\n",
                 s->office.log);
}

/* What failed is kept where it can be looked at. */
static void
leave(struct siege *s, int code)
{
    char command[300];

    if (code != 0 && s->on_disk) {
        (void)snprintf(command, sizeof command, "cp -a '%s' '%s/kept'",
                       s->office.dir, s->base);
        (void)system(command);
    }
    disk_unmount(s);
    if (code != 0) {
        (void)printf("kept: %s\n", s->base);
        return;
    }
    (void)snprintf(command, sizeof command, "rm -rf '%s'", s->base);
    (void)system(command);
}

static void
set_sanitizers(void)
{
    (void)setenv("ASAN_OPTIONS", "detect_leaks=1", 0);
    (void)setenv("UBSAN_OPTIONS", "print_stacktrace=1", 0);
    (void)setenv("TSAN_OPTIONS", "halt_on_error=0:exitcode=66", 0);
}

int
siege(int argc, char **argv)
{
    static struct siege s;
    int code = 1;

    s.program = argv[0];
    s.seconds = argc > 1 ? atoi(argv[1]) : 60;
    s.clients = argc > 2 ? atoi(argv[2]) : 100;
    s.seed = argc > 3 && atoll(argv[3]) > 0 ? (uint64_t)atoll(argv[3])
                                            : (uint64_t)time(NULL);
    s.clients = s.clients > MOST_CLIENTS ? MOST_CLIENTS : s.clients;
    s.without = getenv("SIEGE_WITHOUT");
    s.postgres = database_is_postgres();
    s.sanitized = is_sanitized(s.program);
    s.lore = lore_open();
    s.secrets = secrets_open();
    set_bounds(&s);
    set_sanitizers();
    json_object_seed(0);
    (void)printf("seed %llu, %d clients, %d s%s\n", (unsigned long long)s.seed,
                 s.clients, s.seconds, s.sanitized ? ", sanitized" : "");
    control_begin(&s);
    s.began = siege_ms();
    if (found(&s) && read_document(&s)) {
        learn(&s);
        s.began = siege_ms();
        s.until = s.began + (int64_t)s.seconds * 1000;
        besiege(&s);
        judge(&s);
        print_figures(&s);
        code = judge_end(&s);
    } else {
        (void)printf("0 passed, 1 failed\n");
    }
    leave(&s, code);
    return code;
}
