/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blows from outside, a row each, dealt like cards: in a chance order, each
 * once before any comes again.  Every blow is written down with its time, so
 * that nobody is blamed for what it stopped.
 */
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "siege.h"

#define POSTGRES_BIN "$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)"
#define READY_MS 60000
#define END_MS 10000 /* an orderly end has so long */

static void
pause_ms(int64_t ms)
{
    (void)usleep((useconds_t)ms * 1000);
}

static int64_t
between(struct random *r, uint32_t low, uint32_t high)
{
    return low + random_below(r, high - low + 1);
}

/* -- the server ------------------------------------------------------------ */

static int
count_fds(pid_t pid)
{
    char path[60];
    int n = -3; /* ".", ".." and the folder that is being read */
    FILE *p;

    (void)snprintf(path, sizeof path, "ls -a /proc/%d/fd | wc -l", (int)pid);
    p = popen(path, "r");
    if (p != NULL && fscanf(p, "%d", &n) != 1)
        n = 0;
    if (p != NULL)
        (void)pclose(p);
    return n;
}

static int
count_threads(pid_t pid)
{
    char line[200];
    int n = 0;
    FILE *f;

    (void)snprintf(line, sizeof line, "/proc/%d/status", (int)pid);
    f = fopen(line, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "Threads: %d", &n) == 1)
            break;
    if (f != NULL)
        (void)fclose(f);
    return n;
}

/* What a quiet server may have more than a new one; it has a minute to find
   out who has gone. */
#define MORE_FDS 32
#define MORE_THREADS 16
#define LEAK_MS 60000

void
judge_leaks(struct siege *s)
{
    int64_t began = siege_ms();
    int fds, threads;
    char command[200];

    looked(s, V_LEAK);
    do {
        fds = count_fds(s->server.pid);
        threads = count_threads(s->server.pid);
        pause_ms(500);
    } while ((fds > s->base_fds + MORE_FDS
              || threads > s->base_threads + MORE_THREADS)
             && siege_ms() < began + LEAK_MS);
    (void)printf("open descriptors %d at first, %d at the end; threads %d,"
                 " %d; after %lld s\n",
                 s->base_fds, fds, s->base_threads, threads,
                 (long long)(siege_ms() - began) / 1000);
    if (fds > s->base_fds + MORE_FDS) {
        finding(s, V_LEAK, "%d descriptors are open; at first it was %d", fds,
                s->base_fds);
        (void)snprintf(command, sizeof command,
                       "ls -l /proc/%d/fd >build/siege/descriptors.txt",
                       (int)s->server.pid);
        (void)system(command);
    }
    if (threads > s->base_threads + MORE_THREADS)
        finding(s, V_LEAK, "%d threads run; at first it was %d", threads,
                s->base_threads);
}

static bool
is_ready(uint16_t port)
{
    int64_t until = siege_ms() + READY_MS;
    struct http h;
    bool good = false;

    http_open(&h, port);
    while (!good && siege_ms() < until) {
        struct answer a = http_tell(&h, "", "GET", "/readyz", NULL);

        good = a.status == 200;
        answer_free(&a);
        if (!good)
            pause_ms(50);
    }
    http_close(&h);
    return good;
}

bool
server_up(struct siege *s)
{
    if (!server_start(&s->server, s->program, &s->office)
        || !is_ready(s->server.port)) {
        finding(s, V_CRASH, "the server does not come up again");
        atomic_store(&s->crashed, true);
        return false;
    }
    if (s->base_fds == 0) {
        s->base_fds = count_fds(s->server.pid);
        s->base_threads = count_threads(s->server.pid);
    }
    atomic_store(&s->pid, s->server.pid);
    atomic_store(&s->port, s->server.port);
    return true;
}

/* It died: of what, by its log's last words. */
static void
tell_crash(struct siege *s, int status)
{
    char words[500] = "", line[60];
    FILE *f = fopen(s->office.log, "r");

    if (f != NULL) {
        (void)fseek(f, -400, SEEK_END);
        (void)fread(words, 1, sizeof words - 1, f);
        (void)fclose(f);
    }
    (void)snprintf(line, sizeof line, "%s %d",
                   WIFSIGNALED(status) ? "signal" : "exit code",
                   WIFSIGNALED(status) ? WTERMSIG(status)
                                       : WEXITSTATUS(status));
    finding(s, V_CRASH, "%s; its log ends: %s", line, words);
    atomic_store(&s->crashed, true);
    atomic_store(&s->port, 0);
    s->server.pid = 0;
}

static bool
still_runs(struct siege *s)
{
    int status = 0;

    looked(s, V_CRASH);
    if (s->server.pid <= 0
        || waitpid(s->server.pid, &status, WNOHANG) != s->server.pid)
        return s->server.pid > 0;
    tell_crash(s, status);
    return false;
}

void
server_down(struct siege *s)
{
    int64_t began = siege_ms();
    int status = 0;
    pid_t pid = s->server.pid;

    atomic_store(&s->port, 0);
    looked(s, V_END);
    (void)kill(pid, SIGTERM);
    while (waitpid(pid, &status, WNOHANG) == 0 && siege_ms() < began + 60000)
        pause_ms(20);
    s->server.pid = 0;
    if (own_ms(s, began, siege_ms(), STOPS_SERVER + 1) > END_MS)
        finding(s, V_END, "it took %lld ms to end",
                (long long)(siege_ms() - began));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        finding(s, V_END, "it ended with %s %d",
                WIFSIGNALED(status) ? "signal" : "exit code",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (siege_ms() >= began + 60000)
        (void)kill(pid, SIGKILL);
}

/* -- the blows ------------------------------------------------------------- */

static void
kill_it(struct siege *s, struct random *r)
{
    (void)r;
    atomic_store(&s->port, 0);
    (void)server_stop(&s->server, SIGKILL);
    (void)server_up(s);
}

static void
end_it(struct siege *s, struct random *r)
{
    (void)r;
    server_down(s);
    (void)server_up(s);
}

static void
freeze_it(struct siege *s, struct random *r)
{
    int64_t ms = between(r, 1000, s->seconds > 180 ? 10000 : 3000);

    (void)kill(s->server.pid, SIGSTOP);
    pause_ms(ms);
    (void)kill(s->server.pid, SIGCONT);
}

/* -- the disk -------------------------------------------------------------- */

#define DISK "size=3g,mode=0755"

bool
disk_mount(struct siege *s)
{
    return geteuid() == 0
           && mount("liangcao-siege", s->office.dir, "tmpfs", 0, DISK) == 0
           && (s->on_disk = true);
}

void
disk_unmount(struct siege *s)
{
    if (s->on_disk)
        (void)umount2(s->office.dir, MNT_DETACH);
    s->on_disk = false;
}

static bool
disk_limit(const struct siege *s, const char *size)
{
    return mount(NULL, s->office.dir, NULL, MS_REMOUNT, size) == 0;
}

static void
fill_disk(struct siege *s, struct random *r)
{
    struct statvfs v;
    char size[40];
    bool full = false;

    for (unsigned i = 0; i < 20 && !full; i++) {
        (void)statvfs(s->office.dir, &v);
        (void)snprintf(size, sizeof size, "size=%llu",
                       (unsigned long long)(v.f_blocks - v.f_bfree + 1 + 4 * i)
                           * v.f_frsize);
        full = disk_limit(s, size);
    }
    if (!full)
        finding(s, V_RECOVERY, "the disk could not be filled: %s",
                strerror(errno));
    pause_ms(between(r, 1000, s->seconds > 180 ? 8000 : 3000));
    if (!disk_limit(s, DISK))
        finding(s, V_RECOVERY, "the disk could not be freed: %s",
                strerror(errno));
}

static bool
has_disk(const struct siege *s)
{
    return s->on_disk;
}

/* -- the clock ------------------------------------------------------------- */

static void
set_clock(const struct siege *s, int seconds)
{
    char text[16];
    int fd = open(s->office.clock, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    int n = snprintf(text, sizeof text, "%+08d\n", seconds);

    if (fd < 0 || pwrite(fd, text, (size_t)n, 0) != n)
        (void)printf("the clock does not change\n");
    (void)close(fd);
}

/* Back and on again, but not to before the tokens were made that those who are
   counted come by: what lies ahead of the clock does not hold (decision 53). */
static void
turn_clock(struct siege *s, struct random *r)
{
    static const int seconds[] = { 7200, 0, 3600, 5400 };

    set_clock(s, seconds[random_below(r, COUNT(seconds))]);
    pause_ms(between(r, 2000, 4000));
}

static bool
has_clock(const struct siege *s)
{
    return s->office.clock[0] != '\0';
}

/* -- PostgreSQL ------------------------------------------------------------ */

/* Held by who strikes the database and by who compares a backup that was
   restored beside it: the judge is not to be struck. */
static pthread_mutex_t proving = PTHREAD_MUTEX_INITIALIZER;

int64_t
tell_database(const char *sql)
{
    PGconn *conn = PQconnectdb(getenv("LIANGCAO_TEST_DB"));
    PGresult *r = PQexec(conn, sql);
    int64_t n = PQntuples(r) > 0 ? atoll(PQgetvalue(r, 0, 0)) : -1;

    PQclear(r);
    PQfinish(conn);
    return n;
}

static void
freeze_backend(struct siege *s, struct random *r)
{
    pid_t pid = (pid_t)tell_database(
        "SELECT pid FROM pg_stat_activity WHERE backend_type ="
        " 'client backend' AND pid <> pg_backend_pid()"
        " ORDER BY random() LIMIT 1");

    (void)s;
    if (pid <= 0)
        return;
    (void)kill(pid, SIGSTOP);
    pause_ms(between(r, 1000, 5000));
    (void)kill(pid, SIGCONT);
}

static void
cut_backends(struct siege *s, struct random *r)
{
    (void)s;
    (void)r;
    (void)tell_database("SELECT COUNT(pg_terminate_backend(pid)) FROM"
                        " pg_stat_activity WHERE backend_type ="
                        " 'client backend' AND pid <> pg_backend_pid()");
}

void
restart_database(void)
{
    PGconn *conn = PQconnectdb(getenv("LIANGCAO_TEST_DB"));
    PGresult *r = PQexec(conn, "SHOW data_directory");
    char command[600];

    (void)snprintf(command, sizeof command,
                   "%s\"" POSTGRES_BIN "\"/pg_ctl -D '%s' -m fast -w restart"
                   " >/dev/null 2>&1",
                   geteuid() == 0 ? "runuser -u postgres -- " : "",
                   PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
    PQclear(r);
    PQfinish(conn);
    if (system(command) != 0)
        (void)printf("PostgreSQL does not restart\n");
}

static void
restart_it(struct siege *s, struct random *r)
{
    (void)s;
    (void)r;
    restart_database();
}

static bool
has_postgres(const struct siege *s)
{
    return s->postgres;
}

/* -- dealing --------------------------------------------------------------- */

static const struct blow {
    const char *name;
    enum force force;
    void (*strike)(struct siege *s, struct random *r);
    bool (*possible)(const struct siege *s);
    const char *needs;
} blows[] = {
    { "kill", STOPS_SERVER, kill_it, NULL, NULL },
    { "stop", STOPS_SERVER, freeze_it, NULL, NULL },
    { "term", STOPS_SERVER, end_it, NULL, NULL },
    { "disk", HINDERS, fill_disk, has_disk,
      "SQLite, and root to mount a file system" },
    { "clock", HINDERS, turn_clock, has_clock,
      "a program without a sanitizer" },
    { "backend", STOPS_DATABASE, freeze_backend, has_postgres, "PostgreSQL" },
    { "cut", STOPS_DATABASE, cut_backends, has_postgres, "PostgreSQL" },
    { "restart", STOPS_DATABASE, restart_it, has_postgres, "PostgreSQL" },
};

static bool
is_dealt(const struct siege *s, const struct blow *b)
{
    return !left_out(s, b->name) && (b->possible == NULL || b->possible(s));
}

/* The rows that can be dealt, in a chance order. */
static size_t
shuffle(const struct siege *s, struct random *r, size_t *deck)
{
    size_t n = 0;

    for (size_t i = 0; i < COUNT(blows); i++)
        if (is_dealt(s, &blows[i]))
            deck[n++] = i;
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below(r, (uint32_t)i), k = deck[i - 1];

        deck[i - 1] = deck[j];
        deck[j] = k;
    }
    return n;
}

/* Watch the server until UNTIL; false when it died. */
static bool
watch_until(struct siege *s, int64_t until)
{
    while (siege_ms() < until) {
        if (!still_runs(s))
            return false;
        pause_ms(50);
    }
    return still_runs(s);
}

/* After every blow changes are answered again, within the five seconds and
   what the machine took for itself. */
static bool
watch_recovery(struct siege *s, const char *after)
{
    int64_t began = siege_ms();
    size_t before = s->ledger.answered;

    looked(s, V_RECOVERY);
    while (s->ledger.answered == before) {
        if (!still_runs(s))
            return false;
        if (own_ms(s, began, siege_ms(), STOPS_SERVER + 1) > 2 * s->hang_ms) {
            finding(s, V_RECOVERY,
                    "no change was answered for %lld ms after %s",
                    (long long)(siege_ms() - began), after);
            return true;
        }
        pause_ms(50);
    }
    return true;
}

static bool
strike(struct siege *s, size_t i, struct random *r)
{
    size_t k;

    if (!still_runs(s))
        return false;
    if (blows[i].force == STOPS_DATABASE)
        (void)pthread_mutex_lock(&proving);
    k = span_begin(&s->spans, blows[i].name, blows[i].force);
    (void)fprintf(s->findings, "%lld ms: %s begins\n",
                  (long long)(siege_ms() - s->began), blows[i].name);
    blows[i].strike(s, r);
    if (blows[i].force == STOPS_DATABASE)
        (void)pthread_mutex_unlock(&proving);
    span_end(&s->spans, k);
    (void)fprintf(s->findings, "%lld ms: %s ends\n",
                  (long long)(siege_ms() - s->began), blows[i].name);
    s->counts[i]++;
    return !atomic_load(&s->crashed) && watch_recovery(s, blows[i].name);
}

bool
blows_deal(struct siege *s)
{
    struct random r = random_seed(s->seed + 1);
    int64_t calm = s->seconds * 1000 / 4;
    size_t deck[COUNT(blows)], n = 0;

    if (!watch_until(s, siege_ms() + (calm < 20000 ? calm : 20000)))
        return false;
    while (siege_ms() < s->until) {
        if (n == 0)
            n = shuffle(s, &r, deck);
        if (n > 0 && !strike(s, deck[--n], &r))
            return false;
        if (!watch_until(s, siege_ms()
                                + between(&r, 4000,
                                          s->seconds > 180 ? 20000 : 7000)))
            return false;
    }
    return true;
}

void
blows_print(const struct siege *s)
{
    for (size_t i = 0; i < COUNT(blows); i++)
        if (is_dealt(s, &blows[i]))
            (void)printf("%s %u, ", blows[i].name, s->counts[i]);
        else if (blows[i].possible != has_postgres || s->postgres)
            (void)printf("%s left out (%s), ", blows[i].name,
                         left_out(s, blows[i].name) ? "SIEGE_WITHOUT"
                                                    : blows[i].needs);
    (void)printf("backups %u\n", atomic_load(&s->backups));
}

/* -- backups --------------------------------------------------------------- */

/* Run a command of the program; told how long it may take at most. */
static int
command(struct siege *s, const struct live_office *o, const char *const *words)
{
    int64_t began = siege_ms();
    int code = run_program(o, s->program, words);
    int64_t ms = own_ms(s, began, siege_ms(), STOPS_DATABASE);

    looked(s, V_HUNG);
    if (ms > 12 * s->hang_ms)
        finding(s, V_HUNG, "liangcao %s took %lld ms", words[0], (long long)ms);
    return code;
}

/* Restore it into a folder of its own, and compare. */
static void
prove_backup(struct siege *s, const char *file, int64_t began, int64_t ended)
{
    const char *restore[] = { "restore", file, NULL };
    static const char *const check[] = { "check", NULL };
    struct live_office other = { .dir = "" };
    char words[200];
    int code;

    (void)snprintf(other.dir, sizeof other.dir, "%s/restored", s->base);
    code = command(s, &other, restore);
    if (code != 0)
        finding(s, V_BACKUP, "restore of %s ended with %d", file, code);
    else if ((code = command(s, &other, check)) != 0)
        finding(s, V_BACKUP, "check of what was restored ended with %d", code);
    else
        judge_office(s, &other, began, ended, "a backup");
    (void)snprintf(words, sizeof words, "rm -rf '%s' '%s'", other.dir, file);
    if (system(words) != 0)
        (void)printf("%s stays\n", other.dir);
}

static void
one_backup(struct siege *s, unsigned n)
{
    char file[100];
    const char *backup[] = { "backup", file, NULL };
    int64_t began, ended;
    int code;

    (void)snprintf(file, sizeof file, "%s/backup-%u.db", s->base, n);
    began = siege_ms();
    code = command(s, &s->office, backup);
    ended = siege_ms();
    if (code == 0) {
        looked(s, V_BACKUP);
        atomic_fetch_add(&s->backups, 1);
        prove_backup(s, file, began, ended);
    } else if (!in_span(s, "disk", began, ended)
               && !in_stop(s, began, ended, STOPS_SERVER)) {
        /* What opens an office writes there: a full disk is told, and one that
           is held by a server that stands still is busy. */
        finding(s, V_BACKUP, "backup ended with %d", code);
    }
}

/* -- backups of PostgreSQL, by its own tools ------------------------------- */

#define RESTORED "siege_restored"

/* ADDRESS with another database of the same server. */
static void
address_in(const char *address, const char *database, char *out, size_t n)
{
    const char *host = strstr(address, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

    if (path == NULL)
        abort();
    (void)snprintf(out, n, "%.*s/%s%s", (int)(path - address), address,
                   database, path + strcspn(path, "?"));
}

static int
run_tool(const char *words)
{
    char command[1000];

    (void)snprintf(command, sizeof command,
                   "\"" POSTGRES_BIN "\"/%s >>build/siege/tools.txt 2>&1",
                   words);
    return system(command);
}

/* What was dumped, restored into a database of its own, is checked and
   compared. */
static void
prove_dump(struct siege *s, const char *file, int64_t began, int64_t ended)
{
    static const char *const check[] = { "check", NULL };
    struct live_office other = { .dir = "" };
    char words[700], path[100];
    FILE *conf;
    int code;

    address_in(s->office.database, RESTORED, other.database,
               sizeof other.database);
    (void)snprintf(other.dir, sizeof other.dir, "%s/restored", s->base);
    (void)snprintf(path, sizeof path, "%s/liangcao.conf", other.dir);
    (void)mkdir(other.dir, 0755);
    conf = fopen(path, "w");
    if (conf == NULL)
        abort();
    (void)fprintf(conf, "database = %s\n", other.database);
    (void)fclose(conf);
    (void)tell_database("CREATE DATABASE " RESTORED " TEMPLATE template0");
    (void)snprintf(words, sizeof words, "pg_restore -e -d '%s' '%s'",
                   other.database, file);
    if ((code = run_tool(words)) != 0)
        finding(s, V_BACKUP, "pg_restore ended with %d", code);
    else if ((code = command(s, &other, check)) != 0)
        finding(s, V_BACKUP, "check of what was restored ended with %d", code);
    else
        judge_office(s, &other, began, ended, "a dump");
    (void)tell_database("DROP DATABASE " RESTORED " WITH (FORCE)");
    (void)snprintf(words, sizeof words, "rm -rf '%s' '%s'", other.dir, file);
    (void)system(words);
}

static void
one_dump(struct siege *s, unsigned n)
{
    const char *schema = strstr(s->office.database, "search_path%3D");
    char file[100], words[700];
    int64_t began = siege_ms(), ended;
    int code;

    (void)snprintf(file, sizeof file, "%s/dump-%u", s->base, n);
    (void)snprintf(words, sizeof words, "pg_dump -Fc -n '%s' -f '%s' '%s'",
                   schema != NULL ? schema + strlen("search_path%3D") : "*",
                   file, s->office.database);
    code = run_tool(words);
    ended = siege_ms();
    if (code == 0) {
        looked(s, V_BACKUP);
        atomic_fetch_add(&s->backups, 1);
        (void)pthread_mutex_lock(&proving);
        prove_dump(s, file, began, ended);
        (void)pthread_mutex_unlock(&proving);
    } else if (!in_stop(s, began, ended, STOPS_DATABASE)) {
        finding(s, V_BACKUP, "pg_dump ended with %d", code);
    }
}

void *
archive_run(void *arg)
{
    struct siege *s = arg;
    struct random r = random_seed(s->seed + 2);

    for (unsigned n = 0; !atomic_load(&s->end); n++) {
        int64_t rest = between(&r, 5000, s->seconds > 180 ? 25000 : 10000);

        for (; rest > 0 && !atomic_load(&s->end); rest -= 100)
            pause_ms(100);
        if (atomic_load(&s->end))
            break;
        if (s->postgres)
            one_dump(s, n);
        else
            one_backup(s, n);
    }
    return NULL;
}
