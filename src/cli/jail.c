/* SPDX-License-Identifier: Apache-2.0 */
/* What serving an office needs of the machine, and what holds it to that. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/jail_child.h"
#include "base/workbook.h"
#include "cli/cli.h"
#include "db/needs.h"
#include "model/health.h"

#define MAX_PATHS 16
#define OLD_S 3600 /* a temporary file nobody writes any more */

/* Settings of liangcao.conf that name files or folders. */
static const char *const written[] = { "backup.dir", "audit.seals" };
static const char *const read_only[] = { "cert", "key", "audit.key" };

const struct jail_reader *const file_readers[] = { &workbook_reader, NULL };

struct paths {
    const char *list[MAX_PATHS + 1]; /* NULL-ended */
    size_t n;
};

static void
add_path(struct paths *p, const char *path)
{
    if (path && p->n < MAX_PATHS)
        p->list[p->n++] = path;
}

/* What is yet to be made needs the folder it will stand in. */
static const char *
there(struct arena *a, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    if (!path || access(path, F_OK) == 0)
        return path;
    if (!slash)
        return ".";
    return slash == path ? "/" : arena_text_n(a, path, (size_t)(slash - path));
}

/* What a process that was killed has left behind. */
static void
sweep(struct arena *a, const char *folder)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    struct stat st;

    while (d && (e = readdir(d))) {
        const char *path = arena_printf(a, "%s/%s", folder, e->d_name);

        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)
            && st.st_mtime < instant_now().ms / SECOND_MS - OLD_S)
            (void)unlink(path);
    }
    if (d)
        (void)closedir(d);
}

/* Temporary files go into the office's own folder: /tmp is closed, and full
   of strangers. */
static void
move_temporary(struct office *o)
{
    const char *folder = arena_printf(o->arena, "%s/tmp", o->app.data_dir);
    char *whole;

    (void)mkdir(folder, 0700);
    sweep(o->arena, folder);
    whole = realpath(folder, NULL);
    if (whole)
        (void)setenv("TMPDIR", whole, 1);
    free(whole);
}

static bool
is_foreign(const char *folder)
{
    struct stat st;

    return stat(folder, &st) == 0 && st.st_uid != geteuid();
}

struct jail_state
office_jail(struct office *o)
{
    struct store_needs needs =
        store_needs(o->arena, office_conf(o, "database"));
    const char *said = office_conf(o, "jail");
    struct paths writes = { .n = 0 }, reads = { .n = 0 };

    if (text_same(said, "off"))
        return jail_enter(&(struct jail_plan){ .off = true });
    /* Sorters and libraries write there, and /tmp will be out of reach. */
    move_temporary(o);
    add_path(&writes, o->app.data_dir);
    for (size_t i = 0; i < COUNT(written); i++)
        add_path(&writes, there(o->arena, office_conf(o, written[i])));
    for (size_t i = 0; i < COUNT(read_only); i++)
        add_path(&reads, office_conf(o, read_only[i]));
    for (const char *const *f = needs.files; *f; f++)
        add_path(&reads, *f);
    return jail_enter(&(struct jail_plan){
        .writes = writes.list,
        .reads = reads.list,
        .reach = needs.reach,
        .ports = needs.ports,
        .logs = text_same(said, "log"),
        .dumps = text_same(office_conf(o, "jail.dumps"), "yes"),
        .foreign = is_foreign(o->app.data_dir) });
}

void
office_tell_jail(const struct app *app, const struct jail_state *s)
{
    char lacks[80];

    if (s->off)
        health_say(app, "jail", HEALTH_WARN,
                   "jail = off in liangcao.conf: a hole in the program would"
                   " open the whole machine");
    else if (s->sanitized)
        health_say(app, "jail", HEALTH_WARN,
                   "built with a sanitizer: the program is not locked in");
    else if (*jail_lacks(s, lacks))
        health_say(app, "jail", HEALTH_WARN,
                   "the program is not wholly locked in: %s cannot be had here",
                   lacks);
    /* Root reaches what Landlock does not know of. */
    else if (s->root)
        health_say(app, "jail", HEALTH_WARN,
                   "landlock %d, seccomp, no new privileges; but the program"
                   " runs as root: please use its service",
                   s->landlock);
    else
        health_say(app, "jail", HEALTH_GOOD,
                   "landlock %d, seccomp, no new privileges", s->landlock);
}

enum err
office_tell_files(struct call *c, int64_t max, int64_t *done)
{
    const struct app *app = c->app;
    struct jail_state s;
    char lacks[80];

    (void)max;
    *done = 0;
    if (!app->files)
        return OK;
    s = jail_child_state(app->files);
    /* The process that forks readers cannot be forked again: it is from
       before the jail. */
    if (!jail_child_lives(app->files))
        health_say(app, "files", HEALTH_WARN,
                   "files cannot be read until liangcao is started anew");
    else if (!s.sanitized && *jail_lacks(&s, lacks))
        health_say(app, "files", HEALTH_WARN,
                   "files are read by processes that are not wholly locked in:"
                   " %s cannot be had here",
                   lacks);
    else
        health_say(app, "files", HEALTH_GOOD,
                   "files are read by processes that may do nothing else");
    return OK;
}
