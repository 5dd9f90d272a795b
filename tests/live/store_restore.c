/* SPDX-License-Identifier: Apache-2.0 */
/* What restore, check and backup say of files that are good and of those that
   are not. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "store.h"

/* -- files that are no backup -------------------------------------------------- */

static void
make_nothing(const struct store_try *t, const char *path)
{
    (void)t;
    (void)path;
}

static void
make_empty(const struct store_try *t, const char *path)
{
    (void)t;
    write_file(path, "", 0);
}

static void
make_garbage(const struct store_try *t, const char *path)
{
    unsigned char bytes[65536];

    (void)t;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7919 >> 3);
    write_file(path, bytes, sizeof bytes);
}

static void
make_words(const struct store_try *t, const char *path)
{
    (void)t;
    write_file(path, "the backup failed: no space left\n", 33);
}

static void
make_foreign(const struct store_try *t, const char *path)
{
    (void)t;
    ASSERT(run_sql(path, "CREATE TABLE song (id INTEGER, name TEXT);"
                         "INSERT INTO song VALUES (1, 'a')"));
}

/* The same name for its record of steps, and other steps. */
static void
make_foreign_steps(const struct store_try *t, const char *path)
{
    (void)t;
    ASSERT(run_sql(path, "CREATE TABLE schema_migration (name TEXT);"
                         "INSERT INTO schema_migration VALUES ('20250101');"
                         "CREATE TABLE song (id INTEGER, name TEXT)"));
}

static void
make_cut(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(truncate(path, 4096) == 0);
}

static void
make_half(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(truncate(path, size_of(path) / 2 / 4096 * 4096) == 0);
}

static void
make_less(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(truncate(path, size_of(path) - 1) == 0);
}

static void
overwrite_pages(const char *path, int every, int fill)
{
    FILE *f = fopen(path, "r+b");
    char page[4096];

    ASSERT(f != NULL);
    memset(page, fill, sizeof page);
    for (long at = 20 * 4096; at < size_of(path) - 4096; at += every * 4096L) {
        ASSERT(fseek(f, at, SEEK_SET) == 0);
        ASSERT(fwrite(page, 1, sizeof page, f) == sizeof page);
    }
    ASSERT(fclose(f) == 0);
}

static void
make_overwritten(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    overwrite_pages(path, 3, 0x5a);
}

static void
make_zeroed(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    overwrite_pages(path, 2, 0);
}

static void
make_orphan(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(run_sql(path, "UPDATE account SET person_id = 999999"
                         " WHERE name = 'wang'"));
}

static void
make_newer(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(run_sql(path, "INSERT INTO schema_migration"
                         " VALUES ('0999_bookings.sql', 'aa', 1)"));
}

static void
make_changed(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(run_sql(path, "UPDATE schema_migration SET hash = 'aa'"
                         " WHERE name = '0002_org.sql'"));
}

static void
make_in_use(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    write_file(text("%s-wal", path), "newer changes", 13);
}

static void
make_unproved(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(run_sql(path, "DELETE FROM audit_entry; DELETE FROM audit_chain"));
}

static void
make_tampered(const struct store_try *t, const char *path)
{
    copy_file(t->backup, path);
    ASSERT(run_sql(path, "UPDATE audit_entry SET actor = 'nobody' WHERE seq ="
                         " (SELECT MAX(seq) / 2 FROM audit_entry)"));
}

static void
make_folder(const struct store_try *t, const char *path)
{
    (void)t;
    ASSERT(mkdir(path, 0700) == 0);
}

static const struct bad {
    const char *name;
    void (*make)(const struct store_try *t, const char *path);
    int code;
    const char *says;
} bad[] = {
    { "a file that is not there", make_nothing, 5, "cannot be read" },
    { "an empty file", make_empty, 3, "is empty" },
    { "garbage", make_garbage, 3, "no backup" },
    { "a text", make_words, 3, "no backup" },
    { "a folder", make_folder, 3, "is no file" },
    { "another program's database", make_foreign, 3, "another program" },
    { "another program's steps", make_foreign_steps, 3, "another program" },
    { "a file cut at one page", make_cut, 3, "cut short" },
    { "a file cut in the middle", make_half, 3, "cut short" },
    { "a file that lacks its last byte", make_less, 3, "cut short" },
    { "a file with pages written over", make_overwritten, 3, "damaged" },
    { "a file with empty pages", make_zeroed, 3, "damaged" },
    { "a row that refers to nothing", make_orphan, 3, "refer to nothing" },
    { "a newer release's office", make_newer, 6, "newer release" },
    { "a schema that was changed", make_changed, 3, "was changed" },
    { "a database with its log beside it", make_in_use, 6, "in use" },
    { "an office without its audit", make_unproved, 8, "audit was removed" },
    { "an audit that was altered", make_tampered, 8, "altered" },
};

/* Refused in words and by the table's code; the file, its time and its folder
   stay; nothing stands where the office should have come. */
static void
try_bad(struct store_try *t, const struct bad *b)
{
    const char *from = text("%s/bad/file.db", t->dir);
    const char *to = text("%s/to", t->dir);
    uint64_t before;
    struct said s;
    int names;

    ASSERT(mkdir(text("%s/bad", t->dir), 0700) == 0);
    b->make(t, from);
    before = print_of(from);
    names = count_names(text("%s/bad", t->dir), "");
    s = TELL(t->program, "restore", "--data", to, from);
    (void)score(&t->score, s.code == b->code && strstr(s.text, b->says),
                "%s is not restored (%d): %d %s", b->name, b->code, s.code,
                s.text);
    (void)score(&t->score, strstr(s.text, "SELECT") == NULL,
                "%s is refused without SQL: %s", b->name, s.text);
    (void)score(&t->score,
                print_of(from) == before
                    && count_names(text("%s/bad", t->dir), "") == names,
                "%s and its folder are left as they were", b->name);
    (void)score(&t->score, !is_there(to), "%s leaves no folder behind",
                b->name);
    if (system(text("rm -rf '%s' '%s/bad'", to, t->dir)) != 0)
        (void)printf("rm failed\n");
}

/* -- backups that are good ------------------------------------------------------ */

/* Everything that stands in both, counted and summed up. */
static int64_t
sum_of(const char *path)
{
    return ask_sql(path,
                   "SELECT (SELECT COUNT(*) FROM account) * 1000003"
                   " + (SELECT COALESCE(SUM(id % 999983), 0) FROM audit_entry"
                   " WHERE action <> 'restore')"
                   " + (SELECT COUNT(*) FROM token) * 31");
}

static void
try_good(struct store_try *t)
{
    const char *to = text("%s/n", t->dir), *db = text("%s/n/main.db", t->dir);
    uint64_t before = print_of(t->backup);
    int names = count_names(t->dir, "");
    struct said s = TELL(t->program, "restore", "--data", to, t->backup);

    (void)score(&t->score, s.code == 0 && strstr(s.text, "whole"),
                "a good backup is restored: %d %s", s.code, s.text);
    (void)score(&t->score, print_of(t->backup) == before,
                "the backup is not altered by a byte or a second");
    (void)score(&t->score, count_names(t->dir, "") == names + 1,
                "no file is left beside the backup");
    (void)score(&t->score, mode_of(db) == 0600 && mode_of(to) == 0700,
                "what is restored is for its owner alone: %o", mode_of(db));
    (void)score(&t->score, sum_of(db) == sum_of(t->backup),
                "the office is the one of the backup");
    s = TELL(t->program, "check", "--data", to);
    (void)score(&t->score, s.code == 0, "it checks: %d %s", s.code, s.text);
    before = print_of(db);
    s = TELL(t->program, "restore", "--data", to, t->backup);
    (void)score(&t->score,
                s.code == 6 && strstr(s.text, "move it away")
                    && print_of(db) == before,
                "an office that is there is not written over: %s", s.text);
    (void)unlink(db);
    write_file(text("%s-wal", db), "x", 1);
    s = TELL(t->program, "restore", "--data", to, t->backup);
    (void)score(&t->score, s.code == 6 && strstr(s.text, "-wal"),
                "nor beside a log of another office: %s", s.text);
    if (system(text("rm -rf '%s'", to)) != 0)
        (void)printf("rm failed\n");
}

/* A read-only medium: a file system mounted so. */
static void
try_medium(struct store_try *t)
{
    const char *medium = text("%s/medium", t->dir);
    const char *to = text("%s/m", t->dir);
    const char *old = text("%s/medium/old.db", t->dir);
    struct said s;

    if (!mount_small(medium, 64)) {
        (void)printf("not tried, for it needs root and mount: a backup on a"
                     " read-only medium\n");
        return;
    }
    copy_file(t->backup, text("%s/b.db", medium));
    make_older(old, 5);
    ASSERT(mount(NULL, medium, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
    s = TELL(t->program, "restore", "--data", to, text("%s/b.db", medium));
    (void)score(&t->score, s.code == 0,
                "a backup on a read-only medium is restored: %d %s", s.code,
                s.text);
    s = TELL(t->program, "restore", "--data", text("%s/older", t->dir), old);
    (void)score(&t->score, s.code == 0,
                "an older one too, brought up to date: %d %s", s.code, s.text);
    (void)
        score(&t->score,
              ask_sql(text("%s/older/main.db", t->dir),
                      "SELECT COUNT(*) FROM counter u, schema_migration m WHERE"
                      " u.name = 'OLD' AND m.name LIKE '0006%'")
                  == 1,
              "the older office is there and has the newer tables");
    unmount(medium);
}

static void
try_full_disk(struct store_try *t)
{
    const char *small = text("%s/small", t->dir);
    struct said s;

    if (!mount_small(small, 1)) {
        (void)printf("not tried, for it needs root and mount: a full disk\n");
        return;
    }
    s = TELL(t->program, "restore", "--data", text("%s/o", small), t->backup);
    (void)score(&t->score, s.code == 8 && strstr(s.text, "written"),
                "a restore onto a full disk says so: %d %s", s.code, s.text);
    (void)score(&t->score, !is_there(text("%s/o", small)),
                "and leaves nothing behind");
    s = TELL(t->program, "backup", "--data", t->office.dir,
             text("%s/b.db", small));
    (void)score(&t->score, s.code == 8 && strstr(s.text, "full"),
                "a backup onto a full disk says so: %d %s", s.code, s.text);
    (void)score(&t->score, count_names(small, "") == 0,
                "and leaves nothing behind");
    unmount(small);
}

/* A backup that takes a while. */
static const char *
make_big(const struct store_try *t)
{
    const char *big = text("%s/big.db", t->dir);

    copy_file(t->backup, big);
    ASSERT(run_sql(big, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT"
                        " i + 1 FROM n WHERE i < 40000) INSERT INTO counter"
                        " (name, value) SELECT i || hex(zeroblob(400)), i"
                        " FROM n"));
    return big;
}

/* Whatever the moment: there is no main.db, or a whole one; and what was cut
   short makes no new office. */
static void
try_kills(struct store_try *t)
{
    const char *to = text("%s/k", t->dir), *db = text("%s/k/main.db", t->dir);
    const char *big = make_big(t);
    int cut = 0;

    for (int i = 0; i < 20; i++) {
        struct said s = tell_program(t->program, 5 + i * 12,
                                     (const char *const[]){
                                         "restore", "--data", to, big, NULL });
        bool came = is_there(db);

        s = TELL(t->program, "check", "--data", to);
        (void)score(&t->score, (s.code == 0) == came,
                    "a restore killed after %d ms leaves all or none: %d %s",
                    5 + i * 12, s.code, s.text);
        if (!came && is_there(text("%s.part", db))) {
            cut++;
            s = TELL(t->program, "init", "--data", to);
            (void)score(&t->score, s.code == 6 && !is_there(db),
                        "no new office is made where it was cut short: %s",
                        s.text);
        }
        s = TELL(t->program, "restore", "--data", to, big);
        (void)score(&t->score, s.code == (came ? 6 : 0),
                    "it can be run again: %d %s", s.code, s.text);
        if (system(text("rm -rf '%s'", to)) != 0)
            (void)printf("rm failed\n");
    }
    (void)score(&t->score, cut > 0, "some of 20 kills cut a restore short");
}

/* -- check ------------------------------------------------------------------------ */

static const struct bad offices[] = {
    { "a folder without an office", make_nothing, 5, "is no office" },
    { "an empty main.db", make_empty, 5, "is no office" },
    { "garbage", make_garbage, 8, "no database" },
    { "another program's database", make_foreign, 3, "another program" },
    { "an office with pages written over", make_overwritten, 8, "damaged" },
    { "a row that refers to nothing", make_orphan, 8, "refer to nothing" },
    { "a newer release's office", make_newer, 6, "newer release" },
    { "an office without its audit", make_unproved, 8, "audit was removed" },
    { "an audit that was altered", make_tampered, 8, "altered" },
};

static void
try_checks(struct store_try *t)
{
    const char *dir = text("%s/c", t->dir);

    for (size_t i = 0; i < COUNT(offices); i++) {
        struct said s;

        ASSERT(mkdir(dir, 0700) == 0);
        offices[i].make(t, text("%s/main.db", dir));
        s = TELL(t->program, "check", "--data", dir);
        (void)score(&t->score,
                    s.code == offices[i].code
                        && strstr(s.text, offices[i].says),
                    "check tells of %s (%d): %d %s", offices[i].name,
                    offices[i].code, s.code, s.text);
        if (system(text("rm -rf '%s'", dir)) != 0)
            (void)printf("rm failed\n");
    }
}

/* Every command refuses what a newer release made, and leaves it. */
static void
try_newer(struct store_try *t)
{
    static const char *const commands[][4] = {
        { "serve", "--port", "0", NULL },
        { "check", NULL },
        { "backup", "/dev/null/b", NULL },
        { "audit", "verify", NULL },
        { "export", "units", NULL },
        { "password", "wang", NULL },
        { "init", NULL },
    };
    const char *dir = text("%s/w", t->dir), *db = text("%s/w/main.db", t->dir);

    ASSERT(mkdir(dir, 0700) == 0);
    make_newer(t, db);
    for (size_t i = 0; i < COUNT(commands); i++) {
        const char *words[8] = { 0 };
        struct said s;
        int n = 0;

        while (commands[i][n] != NULL && n < 3) {
            words[n] = commands[i][n];
            n++;
        }
        words[n++] = "--data";
        words[n] = dir;
        s = tell_program(t->program, 0, words);
        (void)score(&t->score,
                    s.code == 6 && strstr(s.text, "0999_bookings")
                        && strstr(s.text, "SELECT") == NULL,
                    "%s refuses a newer office in words: %d %s", words[0],
                    s.code, s.text);
    }
    (void)score(&t->score,
                ask_sql(db, "SELECT COUNT(*) FROM schema_migration WHERE name"
                            " = '0999_bookings.sql'")
                    == 1,
                "the newer office is what it was");
}

/* -- backup ------------------------------------------------------------------------- */

static void
try_own_files(struct store_try *t)
{
    static const char *const ends[] = { "", "-node" };
    struct said s;

    for (size_t i = 0; i < COUNT(ends); i++) {
        const char *own = text("%s/main.db%s", t->office.dir, ends[i]);
        uint64_t before = print_of(own);

        s = TELL(t->program, "backup", "--data", t->office.dir, own);
        (void)score(&t->score,
                    s.code == 6 && strstr(s.text, "the office itself"),
                    "no backup onto main.db%s: %d %s", ends[i], s.code, s.text);
        (void)score(&t->score, print_of(own) == before, "main.db%s is left",
                    ends[i]);
    }
    s = TELL(t->program, "backup", "--data", t->office.dir, "/dev/null/x");
    (void)score(&t->score, s.code != 0, "a backup to nowhere fails: %s",
                s.text);
}

static void
try_rights(struct store_try *t)
{
    const char *b = text("%s/open.db", t->dir), *f = text("%s/u.csv", t->dir);
    const char *o = text("%s/fresh", t->dir);
    static const char *const files[] = { "main.db", "main.db-node",
                                         "office.id" };
    mode_t before = umask(0);
    struct said s;

    write_file(b, "old", 3);
    s = TELL(t->program, "backup", "--data", t->office.dir, b);
    (void)score(&t->score, s.code == 6, "a file that is there is left: %d %s",
                s.code, s.text);
    s = TELL(t->program, "backup", "--data", t->office.dir, "--replace", b);
    (void)score(&t->score, s.code == 3, "no letter is written over: %d %s",
                s.code, s.text);
    copy_file(t->backup, b);
    (void)chmod(b, 0666);
    s = TELL(t->program, "backup", "--data", t->office.dir, "--replace", b);
    (void)score(&t->score, s.code == 0 && mode_of(b) == 0600,
                "a backup is for its owner alone, umask or not: %o",
                mode_of(b));
    s = TELL(t->program, "export", "persons", "--data", t->office.dir, f);
    (void)score(&t->score, s.code == 0 && mode_of(f) == 0600,
                "an export too: %o %s", mode_of(f), s.text);
    s = TELL(t->program, "export", "all", "--data", t->office.dir,
             text("%s/all", t->dir));
    (void)score(&t->score,
                s.code == 0 && mode_of(text("%s/all", t->dir)) == 0700
                    && mode_of(text("%s/all/person.jsonl", t->dir)) == 0600,
                "and all exports: %s", s.text);
    s = TELL(t->program, "init", "--data", o);
    for (size_t i = 0; i < COUNT(files); i++)
        (void)score(&t->score,
                    s.code == 0 && mode_of(text("%s/%s", o, files[i])) == 0600,
                    "%s is for its owner alone", files[i]);
    (void)umask(before);
}

static void
try_killed_backups(struct store_try *t)
{
    const char *b = text("%s/killed.db", t->dir);
    const char *dir = text("%s/bigger", t->dir);
    struct said s =
        TELL(t->program, "restore", "--data", dir, text("%s/big.db", t->dir));
    int cut = 0;

    s = TELL(t->program, "backup", "--data", dir, b);
    (void)score(&t->score, s.code == 0, "a larger office is backed up: %s",
                s.text);
    for (int i = 0; i < 12; i++) {
        uint64_t before = print_of(b);

        s = tell_program(t->program, 5 + 12 * i,
                         (const char *const[]){
                             "backup", "--data", dir, "--replace", b, NULL });
        cut += is_there(text("%s.part", b));
        if (print_of(b) == before)
            continue;
        s = TELL(t->program, "backup", "--verify", "--data", dir, b);
        (void)score(&t->score, s.code == 0,
                    "a backup killed after %d ms leaves the old or the new:"
                    " %d %s",
                    5 + 12 * i, s.code, s.text);
    }
    (void)score(&t->score, cut > 0, "some of 12 kills cut a backup short");
    s = TELL(t->program, "backup", "--data", dir, "--replace", b);
    (void)score(&t->score, s.code == 0 && !is_there(text("%s.part", b)),
                "and the next one leaves nothing half done");
}

static void
try_verify(struct store_try *t)
{
    const char *mine = text("%s/verified.db", t->dir);
    const char *other = text("%s/other", t->dir);
    struct said s =
        TELL(t->program, "backup", "--verify", "--data", t->office.dir, mine);

    (void)score(&t->score, s.code == 0 && strstr(s.text, "good backup"),
                "a backup is made and verified: %d %s", s.code, s.text);
    s = TELL(t->program, "backup", "--verify", "--data", t->office.dir, mine);
    (void)score(&t->score, s.code == 0, "one that is there is verified: %s",
                s.text);
    s = TELL(t->program, "init", "--data", other);
    s = TELL(t->program, "backup", "--verify", "--data", other, mine);
    (void)score(&t->score, s.code == 8 && strstr(s.text, "history"),
                "another office's backup is not this one's: %d %s", s.code,
                s.text);
    copy_file(t->backup, mine);
    overwrite_pages(mine, 3, 0x5a);
    s = TELL(t->program, "backup", "--verify", "--data", t->office.dir, mine);
    (void)score(&t->score, s.code == 3 && strstr(s.text, "damaged"),
                "a damaged one is found: %d %s", s.code, s.text);
    s = TELL(t->program, "backup", "--verify", "--data", t->office.dir);
    (void)score(&t->score,
                s.code == 0
                    && count_names(text("%s/backup", t->office.dir), "office-")
                           == 1,
                "without a name it goes to the nightly ones: %s", s.text);
}

/* An audit that was tampered with is the only thing that can be waved. */
static void
try_despite(struct store_try *t)
{
    const char *from = text("%s/tampered.db", t->dir);
    struct said s;

    make_tampered(t, from);
    s = TELL(t->program, "restore", "--despite-audit", "--data",
             text("%s/d", t->dir), from);
    (void)score(&t->score, s.code == 0 && strstr(s.text, "1 faults"),
                "an audit that is not whole can be restored knowingly: %d %s",
                s.code, s.text);
    make_overwritten(t, from);
    s = TELL(t->program, "restore", "--despite-audit", "--data",
             text("%s/d2", t->dir), from);
    (void)score(&t->score, s.code == 3, "a damaged file never: %s", s.text);
}

void
store_restores(struct store_try *t)
{
    for (size_t i = 0; i < COUNT(bad); i++)
        try_bad(t, &bad[i]);
    try_good(t);
    try_medium(t);
    try_full_disk(t);
    try_kills(t);
    try_checks(t);
    try_newer(t);
    try_own_files(t);
    try_rights(t);
    try_killed_backups(t);
    try_verify(t);
    try_despite(t);
}
