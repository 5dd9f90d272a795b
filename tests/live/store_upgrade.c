/* SPDX-License-Identifier: Apache-2.0 */
/* An older office is copied before it is brought up to date, alone, and all or
   nothing; where an office was no new one is made. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "store.h"

#define OLD_STEPS 5

static const char upgraded[] =
    "SELECT COUNT(*) FROM counter c, schema_migration m WHERE c.name = 'OLD'"
    " AND m.name LIKE '0006%'";

static const char *
older_office(const struct store_try *t, const char *name)
{
    const char *dir = text("%s/%s", t->dir, name);

    ASSERT(mkdir(dir, 0700) == 0);
    make_older(text("%s/main.db", dir), OLD_STEPS);
    return dir;
}

static const char *
first_named(const char *folder, const char *prefix)
{
    char command[300], line[300] = "";
    FILE *f;

    (void)snprintf(command, sizeof command, "ls '%s'/%s* 2>/dev/null", folder,
                   prefix);
    f = popen(command, "r");
    if (f != NULL && fgets(line, sizeof line, f) != NULL)
        line[strcspn(line, "\n")] = '\0';
    if (f != NULL)
        (void)pclose(f);
    return text("%s", line);
}

static void
try_way_back(struct store_try *t)
{
    const char *dir = older_office(t, "up"), *copy;
    struct said s = TELL(t->program, "check", "--data", dir);

    (void)score(&t->score,
                s.code == 0 && strstr(s.text, "older release")
                    && ask_sql(text("%s/main.db", dir), upgraded) == 0,
                "check leaves an older office as it is and says so: %d %s",
                s.code, s.text);
    s = TELL(t->program, "backup", "--data", dir, text("%s/up.db", t->dir));
    (void)score(&t->score,
                s.code == 0 && ask_sql(text("%s/up.db", t->dir), upgraded) == 0,
                "a backup of an older office is as old: %s", s.text);
    s = TELL(t->program, "init", "--data", dir);
    copy = first_named(text("%s/backup", dir), "before-0006");
    (void)score(&t->score,
                s.code == 0 && ask_sql(text("%s/main.db", dir), upgraded) == 1,
                "an older office is brought up to date: %d %s", s.code, s.text);
    (void)score(&t->score,
                *copy != '\0' && strstr(s.text, copy)
                    && strstr(s.text, "The way back")
                    && strstr(s.text, "restore --data"),
                "after it was copied, and the way back is told: %s", s.text);
    (void)score(&t->score,
                *copy != '\0' && mode_of(copy) == 0600
                    && ask_sql(copy, upgraded) == 0
                    && ask_sql(copy, "SELECT COUNT(*) FROM counter"
                                     " WHERE name = 'OLD'")
                           == 1,
                "the copy is the older office");
    s = TELL(t->program, "init", "--data", dir);
    (void)score(&t->score,
                s.code == 0 && strstr(s.text, "The way back") == NULL
                    && count_names(text("%s/backup", dir), "before-") == 1,
                "once: %s", s.text);
}

/* An import of an older release left ended units where their parents had been. */
static void
try_strayed_units(struct store_try *t)
{
    static const char moved[] =
        "INSERT INTO unit (id, code, name, parent_id, path, sort, valid_from,"
        " valid_to, version) VALUES"
        " (1, 'X', 'X', NULL, '/1/', 0, 1, NULL, 1),"
        " (2, 'U', 'U', NULL, '/2/', 0, 1, NULL, 1),"
        " (3, 'C', 'C', 2, '/1/2/3/', 0, 1, 2, 1)";
    const char *dir = older_office(t, "strayed");
    struct said s;

    ASSERT(run_sql(text("%s/main.db", dir), moved));
    s = TELL(t->program, "init", "--data", dir);
    (void)score(&t->score,
                s.code == 0
                    && ask_sql(text("%s/main.db", dir),
                               "SELECT COUNT(*) FROM unit WHERE id = 3"
                               " AND path = '/2/3/'")
                           == 1,
                "an upgrade puts ended units where their parents are: %s",
                s.text);
}

/* Somebody who holds a place among the processes of the office. */
static int
hold_node(const char *dir, int byte)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
    };
    int fd =
        open(text("%s/main.db-node", dir), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    ASSERT(fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0);
    return fd;
}

static void
try_alone(struct store_try *t)
{
    const char *dir = older_office(t, "alone");
    int fd = hold_node(dir, 0);
    struct said s = TELL(t->program, "init", "--data", dir);

    (void)score(&t->score,
                s.code == 6 && strstr(s.text, "stop that first")
                    && ask_sql(text("%s/main.db", dir), upgraded) == 0,
                "nothing is upgraded under another process: %d %s", s.code,
                s.text);
    s = TELL(t->program, "backup", "--data", dir, text("%s/al.db", t->dir));
    (void)score(&t->score, s.code == 0, "a backup can be made beside it: %s",
                s.text);
    (void)close(fd);
    s = TELL(t->program, "init", "--data", dir);
    (void)score(&t->score, s.code == 0, "and when that is gone it is: %s",
                s.text);
}

/* No room for the copy: nothing is upgraded without a way back. */
static void
try_no_room(struct store_try *t)
{
    const char *dir = older_office(t, "tight");
    const char *small = text("%s/backup", dir);
    struct said s;

    if (!mount_small(small, 1)) {
        (void)printf("not tried, for it needs root and mount: no room for the"
                     " copy before an upgrade\n");
        return;
    }
    fill_disk(small);
    s = TELL(t->program, "init", "--data", dir);
    (void)score(&t->score,
                s.code == 8 && ask_sql(text("%s/main.db", dir), upgraded) == 0,
                "without room for a copy nothing is upgraded: %d %s", s.code,
                s.text);
    unmount(small);
}

static void
try_half_done(struct store_try *t)
{
    const char *dir = older_office(t, "half");
    struct said s;

    ASSERT(run_sql(text("%s/main.db", dir),
                   "CREATE TABLE unit_plan (id INTEGER PRIMARY KEY)"));
    s = TELL(t->program, "init", "--data", dir);
    (void)score(&t->score,
                s.code == 8 && strstr(s.text, "0006_unit_plan")
                    && strstr(s.text, "CREATE") == NULL
                    && strstr(s.text, "already exists") == NULL,
                "a step that does not fit is told in words: %d %s", s.code,
                s.text);
}

static void
try_kills(struct store_try *t)
{
    for (int i = 0; i < 12; i++) {
        const char *dir = older_office(t, text("kill%d", i));
        struct said s;

        s = tell_program(t->program, 2 + 5 * i,
                         (const char *const[]){ "init", "--data", dir, NULL });
        s = TELL(t->program, "init", "--data", dir);
        (void)score(&t->score,
                    s.code == 0
                        && ask_sql(text("%s/main.db", dir), upgraded) == 1,
                    "an upgrade killed after %d ms is done at the next start:"
                    " %d %s",
                    2 + 5 * i, s.code, s.text);
        s = TELL(t->program, "check", "--data", dir);
        (void)score(&t->score, s.code == 0, "and the office is whole: %s",
                    s.text);
    }
}

static void
try_lost_office(struct store_try *t)
{
    static const char *const commands[] = { "init", "demo", "serve", "check" };
    const char *dir = text("%s/lost", t->dir);
    struct said s = TELL(t->program, "init", "--data", dir);

    (void)unlink(text("%s/main.db", dir));
    for (size_t i = 0; i < COUNT(commands); i++) {
        s = strcmp(commands[i], "serve") == 0
                ? TELL(t->program, "serve", "--port", "0", "--data", dir)
                : TELL(t->program, commands[i], "--data", dir);
        (void)score(&t->score,
                    s.code == 6 && strstr(s.text, "restore a backup")
                        && !is_there(text("%s/main.db", dir)),
                    "%s makes no new office where one was: %d %s", commands[i],
                    s.code, s.text);
    }
    write_file(text("%s/main.db", dir), "", 0);
    s = TELL(t->program, "init", "--data", dir);
    (void)score(&t->score, s.code == 6, "nor of an empty file: %s", s.text);
    (void)unlink(text("%s/main.db", dir));
    s = TELL(t->program, "restore", "--data", dir, t->backup);
    (void)score(&t->score, s.code == 0, "a backup can be restored there: %s",
                s.text);
}

void
store_upgrades(struct store_try *t)
{
    try_way_back(t);
    try_strayed_units(t);
    try_alone(t);
    try_no_room(t);
    try_half_done(t);
    try_kills(t);
    try_lost_office(t);
}
