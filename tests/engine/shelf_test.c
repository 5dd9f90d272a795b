/* SPDX-License-Identifier: Apache-2.0 */
/* What shelf.h promises of backups that are dated ahead of the clock. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "cli/conf.h"
#include "cli/shelf.h"
#include "test.h"

/* An office in a folder of its own, which has a shelf and nothing else. */
static void
shelf_make(struct office *o, struct call *c)
{
    static char dir[] = "/dev/shm/liangcao-shelf-XXXXXX";

    (void)snprintf(dir, sizeof dir, "/dev/shm/liangcao-shelf-XXXXXX");
    EXPECT(mkdtemp(dir) != NULL);
    *o = (struct office){
        .arena = c->arena, .app = { .data_dir = dir }, .conf = conf_open(dir)
    };
    o->call = (struct call){ .arena = c->arena, .now = instant_now() };
}

static const char *
path_of(struct office *o, const char *name)
{
    return arena_printf(o->arena, "%s/%s", shelf_folder(o), name);
}

/* A backup that was written AGO days ago. */
static void
put(struct office *o, const char *name, int ago)
{
    const char *path = path_of(o, name), *made;
    struct utimbuf when;
    FILE *f;

    EXPECT(shelf_name(o, "office", &made) == OK); /* makes the folder */
    f = fopen(path, "w");
    EXPECT(f != NULL && fclose(f) == 0);
    when.actime = when.modtime = time(NULL) - ago * 86400L;
    EXPECT(utime(path, &when) == 0);
}

static bool
has(struct office *o, const char *name)
{
    return access(path_of(o, name), F_OK) == 0;
}

static void
shelf_drop(struct office *o, const char *const *names)
{
    for (; *names; names++)
        (void)unlink(path_of(o, *names));
    conf_close(o->conf);
    EXPECT(rmdir(arena_printf(o->arena, "%s/backup", o->app.data_dir)) == 0
           && rmdir(o->app.data_dir) == 0);
}

TEST_PLAIN(a_backup_dated_ahead_of_the_clock_is_the_backup_of_no_night)
{
    static const char *const names[] = { "office-2026-01-01-0230.db",
                                         "office-2026-01-02-0230.db", NULL };
    struct shelved on;
    struct office o;

    shelf_make(&o, c);
    put(&o, names[0], 3);
    put(&o, names[1], -30);
    on = shelf_look(shelf_folder(&o), instant_now(), c->arena);
    EXPECT(strcmp(on.name, names[0]) == 0 && strcmp(on.ahead, names[1]) == 0);
    EXPECT(instant_since(on.at, instant_now()) >= 3 * DAY_MS);
    EXPECT(unlink(path_of(&o, names[0])) == 0);
    on = shelf_look(shelf_folder(&o), instant_now(), c->arena);
    EXPECT(on.at.ms == 0 && on.name == NULL && on.ahead != NULL);
    shelf_drop(&o, names);
}

TEST_PLAIN(names_ahead_of_the_clock_go_first_and_what_was_just_made_never)
{
    static const char *const names[] = {
        "office-2020-01-01-0230.db", "office-2020-01-02-0230.db",
        "office-9027-01-01-0230.db", "office-9027-01-02-0230.db", NULL
    };
    struct office o;

    shelf_make(&o, c);
    for (size_t i = 0; names[i]; i++)
        put(&o, names[i], 5);
    shelf_thin(&o, "office-", 3, path_of(&o, names[1]));
    EXPECT(!has(&o, names[2]) && has(&o, names[3]) && has(&o, names[0]));
    shelf_thin(&o, "office-", 1, path_of(&o, names[0]));
    EXPECT(has(&o, names[0]) && has(&o, names[1]) && !has(&o, names[3]));
    shelf_drop(&o, names);
}
