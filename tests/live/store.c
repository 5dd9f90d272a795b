/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - nothing false is said of what is safe: backup, restore, check,
 * upgrade and the files beneath a server, with real processes.
 */
#include "store.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/files.h"
#include "base/text.h"

#define MOST_S 60

/* -- commands --------------------------------------------------------------- */

static void
read_all(int fd, struct said *s)
{
    size_t n = 0;
    ssize_t got;

    while (n < sizeof s->text - 1
           && (got = read(fd, s->text + n, sizeof s->text - 1 - n)) > 0)
        n += (size_t)got;
    s->text[n] = '\0';
}

struct said
tell_program(const char *program, int kill_ms, const char *const *words)
{
    struct timespec moment = { kill_ms / 1000, kill_ms % 1000 * 1000000L };
    const char *argv[20] = { program };
    struct said s = { 0 };
    int ends[2], n = 1, status = 0;
    pid_t pid;

    while (*words != NULL && n < 19)
        argv[n++] = *words++;
    ASSERT(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        for (int i = 3; i < 1000; i++)
            (void)close(i);
        (void)setenv("LIANGCAO_LANG", "en", 1);
        (void)alarm(MOST_S); /* a server where a refusal was due */
        (void)execv(program, (char *const *)(void *)argv);
        _exit(127);
    }
    (void)close(ends[1]);
    if (kill_ms > 0) {
        (void)nanosleep(&moment, NULL);
        (void)kill(pid, SIGKILL);
    }
    read_all(ends[0], &s);
    (void)close(ends[0]);
    (void)waitpid(pid, &status, 0);
    s.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return s;
}

/* -- files -------------------------------------------------------------------- */

const char *
text(const char *fmt, ...)
{
    static struct arena *kept;
    const char *out;
    va_list ap;

    if (kept == NULL)
        kept = arena_open();
    va_start(ap, fmt);
    out = arena_vprintf(kept, fmt, ap);
    va_end(ap);
    return out;
}

bool
is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

long long
size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (long long)st.st_size : -1;
}

int
mode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void
mix(uint64_t *h, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < n; i++)
        *h = (*h ^ p[i]) * UINT64_C(0x100000001b3);
}

uint64_t
print_of(const char *path)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    FILE *f = fopen(path, "rb");
    struct stat st;
    char room[8192];
    size_t n;

    if (f == NULL || fstat(fileno(f), &st) != 0)
        return 0;
    mix(&h, &st.st_mtim, sizeof st.st_mtim);
    mix(&h, &st.st_mode, sizeof st.st_mode);
    while (S_ISREG(st.st_mode) && (n = fread(room, 1, sizeof room, f)) > 0)
        mix(&h, room, n);
    (void)fclose(f);
    return h;
}

int
count_names(const char *folder, const char *word)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    int n = 0;

    while (d != NULL && (e = readdir(d)) != NULL)
        n += e->d_name[0] != '.' && strstr(e->d_name, word) != NULL;
    if (d != NULL)
        (void)closedir(d);
    return n;
}

void
write_file(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");

    ASSERT(f != NULL && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

void
copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    char room[65536];
    size_t n;

    ASSERT(in != NULL && out != NULL);
    while ((n = fread(room, 1, sizeof room, in)) > 0)
        ASSERT(fwrite(room, 1, n, out) == n);
    ASSERT(fclose(out) == 0);
    (void)fclose(in);
}

bool
run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    bool good = sqlite3_open(path, &db) == SQLITE_OK
                && sqlite3_busy_timeout(db, 5000) == SQLITE_OK
                && sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK;

    if (!good)
        (void)printf("%s: %.100s: %s\n", path, sql, why ? why : "?");
    sqlite3_free(why);
    (void)sqlite3_close(db);
    return good;
}

int64_t
ask_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int64_t n = -1;

    (void)sqlite3_open(path, &db);
    (void)sqlite3_busy_timeout(db, 5000);
    (void)sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (sqlite3_step(s) == SQLITE_ROW)
        n = sqlite3_column_int64(s, 0);
    (void)sqlite3_finalize(s);
    (void)sqlite3_close(db);
    return n;
}

/* -- an older office ------------------------------------------------------------- */

#define SCHEMA "src/db/schema/"

/* As the program itself spells it for SQLite. */
static char *
in_own_words(const char *sql)
{
    static const char old[] = "BIGINT PRIMARY KEY";
    struct arena *a = arena_open();
    struct buf b = buf_make(a, 0);
    const char *at;
    char *out;

    while ((at = strstr(sql, old)) != NULL) {
        buf_add(&b, sql, (size_t)(at - sql));
        buf_puts(&b, "INTEGER PRIMARY KEY");
        sql = at + strlen(old);
    }
    buf_puts(&b, sql);
    out = strdup(b.s);
    arena_close(a);
    return out;
}

static void
apply(const char *path, const struct file *f)
{
    unsigned char hash[32];
    char hex[65] = "", *sql = in_own_words(f->text);
    unsigned n = 0;

    ASSERT(EVP_Digest(f->text, f->len, hash, &n, EVP_sha256(), NULL) == 1);
    for (unsigned i = 0; i < n; i++)
        (void)snprintf(hex + (size_t)2 * i, 3, "%02x", hash[i]);
    ASSERT(run_sql(path, sql));
    ASSERT(run_sql(path, text("INSERT INTO schema_migration VALUES ('%s',"
                              " '%s', 1)",
                              f->path + strlen(SCHEMA), hex)));
    free(sql);
}

void
make_older(const char *path, int n)
{
    ASSERT(run_sql(path, "CREATE TABLE schema_migration (name TEXT PRIMARY"
                         " KEY, hash TEXT NOT NULL, at BIGINT NOT NULL)"));
    for (int i = 1; i <= n; i++)
        for (size_t k = 0; k < n_files; k++)
            if (text_starts(files[k].path, text(SCHEMA "%04d_", i))
                && strstr(files[k].path, ".postgres.") == NULL)
                apply(path, &files[k]);
    ASSERT(
        run_sql(path, "INSERT INTO counter (name, value) VALUES ('OLD', 7)"));
}

/* -- a small disk ------------------------------------------------------------------ */

bool
mount_small(const char *folder, int mib)
{
    (void)mkdir(folder, 0700);
    return mount("tmpfs", folder, "tmpfs", 0, text("size=%dm", mib)) == 0;
}

void
unmount(const char *folder)
{
    if (umount2(folder, MNT_DETACH) != 0)
        (void)printf("%s stays mounted\n", folder);
    (void)rmdir(folder);
}

void
fill_disk(const char *folder)
{
    static const char room[4096];
    int fd = open(text("%s/fill", folder), O_WRONLY | O_CREAT | O_APPEND, 0600);

    while (write(fd, room, sizeof room) > 0)
        continue;
    (void)close(fd);
}

/* -- all of it ------------------------------------------------------------------------ */

static void
begin(struct store_try *t, const char *program)
{
    char folder[] = "/tmp/liangcao-store-XXXXXX";

    t->program = program;
    ASSERT(mkdtemp(folder) != NULL);
    (void)snprintf(t->dir, sizeof t->dir, "%s", folder);
    office_found(&t->office);
    (void)snprintf(t->backup, sizeof t->backup, "%s/good.db", folder);
    struct said s = TELL(program, "backup", "--data", t->office.dir, t->backup);
    (void)score(&t->score, s.code == 0, "a backup is made: %d %s", s.code,
                s.text);
}

int
store(int argc, char **argv)
{
    struct store_try t = { 0 };

    if (argc > 1) {
        (void)printf("live store PROGRAM\n");
        return 2;
    }
    begin(&t, argv[0]);
    store_restores(&t);
    store_upgrades(&t);
    store_served(&t);
    if (t.score.failed == 0) {
        office_leave(&t.office);
        if (system(text("rm -rf '%s'", t.dir)) != 0)
            (void)printf("%s stays\n", t.dir);
    } else {
        (void)printf("left to be looked at: %s %s\n", t.dir, t.office.dir);
    }
    return score_end(&t.score);
}
