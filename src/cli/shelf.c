/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/private.h"
#include "base/words.h"

#define MOST_FILES 4096

const char *
shelf_folder(struct office *o)
{
    const char *dir = office_conf(o, "backup.dir");

    return dir && *dir ? dir
                       : arena_printf(o->arena, "%s/backup", o->app.data_dir);
}

/* "2026-11-29-0230.db": the end of a name given out now. */
static const char *
stamp_now(struct office *o, struct arena *a)
{
    struct zone *own = o->app.zone ? NULL : zone_open("Asia/Shanghai");
    int64_t local = zone_local(own ? own : o->app.zone, instant_now());
    char text[25];

    if (own)
        zone_close(own);
    instant_print((instant){ local }, text); /* 2026-11-29T02:30:... */
    return arena_printf(a, "%.10s-%.2s%.2s.db", text, text + 11, text + 14);
}

enum err
shelf_name(struct office *o, const char *kind, const char **file)
{
    const char *folder = shelf_folder(o);

    if (!private_folder(folder))
        return fail(&o->call, file_err(errno), NULL, "%s cannot be made: %s",
                    folder, words_in(&o->call, strerror(errno)));
    *file = arena_printf(o->arena, "%s/%s-%s", folder, kind,
                         stamp_now(o, o->arena));
    return OK;
}

/* -- what stands there ------------------------------------------------------ */

static bool
ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);

    return n >= m && strcmp(s + n - m, end) == 0;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in the folder that begin and end so, sorted: the oldest first. */
static size_t
list(const char *folder, const char *prefix, const char *end, struct arena *a,
     const char **names)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    size_t n = 0;

    while (d && n < MOST_FILES && (e = readdir(d)))
        if (text_starts(e->d_name, prefix) && ends_with(e->d_name, end))
            names[n++] = arena_text(a, e->d_name);
    if (d)
        (void)closedir(d);
    qsort(names, n, sizeof names[0], compare);
    return n;
}

struct shelved
shelf_look(const char *folder, instant now, struct arena *a)
{
    const char **names = NEW_N(a, const char *, MOST_FILES);
    size_t n = list(folder, "office-", ".db", a, names);
    struct shelved found = { .name = NULL };

    for (size_t i = 0; i < n; i++) {
        struct stat st;
        instant at;

        if (stat(arena_printf(a, "%s/%s", folder, names[i]), &st) != 0)
            continue;
        at.ms = (int64_t)st.st_mtim.tv_sec * SECOND_MS;
        /* Taken for one of now, it would be the newest until its time comes,
           and no other be made. */
        if (instant_is_ahead(at, now)) {
            found.ahead = names[i];
        } else if (at.ms >= found.at.ms) {
            found.at = at;
            found.name = names[i];
        }
    }
    if (found.at.ms > now.ms)
        found.at = now;
    return found;
}

/* Does the time in NAME lie behind NOW, both as stamp_now writes them? */
static bool
is_stamped_ahead(const char *name, const char *now)
{
    size_t n = strlen(name), m = strlen(now);

    return n > m && strcmp(name + n - m, now) > 0;
}

/* The sorted NAMES with those in front that lie ahead of NOW. */
static const char **
by_age(const char *const *names, size_t n, const char *now, struct arena *a)
{
    const char **old = NEW_N(a, const char *, n + 1);
    size_t at = 0;

    for (int ahead = 1; ahead >= 0; ahead--)
        for (size_t i = 0; i < n; i++)
            if (is_stamped_ahead(names[i], now) == (ahead == 1))
                old[at++] = names[i];
    return old;
}

void
shelf_thin(struct office *o, const char *prefix, int64_t keep, const char *made)
{
    const char *folder = shelf_folder(o);
    struct arena *a = arena_open();
    const char **names = NEW_N(a, const char *, MOST_FILES);
    size_t n = list(folder, prefix, ".db", a, names);

    names = by_age(names, n, stamp_now(o, a), a);
    for (size_t i = 0; i + (size_t)keep < n; i++) {
        const char *path = arena_printf(a, "%s/%s", folder, names[i]);

        if (!text_same(path, made) && unlink(path) == 0)
            log_line(LOG_INFO, "backup", "%s is old and goes", path);
    }
    arena_close(a);
}

/* -- one at a time ------------------------------------------------------------ */

/* One that is being written is locked by its writer. */
static void
drop_half_done(const char *folder)
{
    struct arena *a = arena_open();
    const char **names = NEW_N(a, const char *, MOST_FILES);
    size_t n = list(folder, "office-", ".part", a, names);

    for (size_t i = 0; i < n; i++) {
        const char *path = arena_printf(a, "%s/%s", folder, names[i]);
        int fd = open(path, O_RDWR | O_CLOEXEC);

        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
            (void)unlink(path);
            (void)unlink(arena_printf(a, "%s-journal", path));
        }
        if (fd >= 0)
            (void)close(fd);
    }
    arena_close(a);
}

int
shelf_lock(const char *folder)
{
    char name[4096];
    int fd;

    if (!private_folder(folder))
        return -1;
    (void)snprintf(name, sizeof name, "%s/shelf.lock", folder);
    fd = private_open(name, O_RDWR | O_CREAT);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(fd);
        return -1;
    }
    if (fd >= 0)
        drop_half_done(folder);
    return fd;
}
