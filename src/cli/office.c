/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the office a command works on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/call.h"
#include "api/feed.h"
#include "api/nouns.h"
#include "api/route.h"
#include "auth/auth.h"
#include "base/files.h"
#include "base/private.h"
#include "base/words.h"
#include "cli/cli.h"
#include "cli/conf.h"
#include "cli/keeper.h"
#include "cli/shelf.h"
#include "db/place.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"

#define READERS 4
#define KEEP_BEFORE 3 /* copies from before an upgrade */

const char *
office_conf(const struct office *o, const char *name)
{
    return conf_value(o->conf, name);
}

/* Who can run a command on an office's folder owns it anyway: the program
   itself may do everything, and the audit says it was the program. */
static const struct grant all_rights = {
    .role = "program", .scope = SCOPE_ALL, .rights = EVERY_RIGHT
};
static const struct actor the_program = { .name = "liangcao",
                                          .account = "liangcao",
                                          .grants = &all_rights,
                                          .n_grants = 1 };

/* -- opening ---------------------------------------------------------------- */

static enum err
make_folder(struct office *o)
{
    if (private_folder(o->app.data_dir))
        return OK;
    return fail(&o->call, ERR_BROKEN, NULL, "%s cannot be made: %s",
                o->app.data_dir, words_in(&o->call, strerror(errno)));
}

/* A copy, and in words how to come back by it. */
static enum err
back_up_first(struct call *c, void *office, struct store *s, const char *first)
{
    struct office *o = office;
    const char *file;

    if (store_is_postgres(s)) {
        (void)fprintf(stderr, "%s",
                      words_in(c, "The office is brought up to date; PostgreSQL"
                                  " is backed up with its own tools.\n"));
        return OK;
    }
    TRY(shelf_name(o, arena_printf(o->arena, "before-%.4s", first), &file));
    TRY(keeper_copy(c, s, file, NULL));
    shelf_thin(o, "before-", KEEP_BEFORE, file);
    (void)fprintf(stderr,
                  words_in(c, "The office is brought up to date (%s). What it"
                              " was before is kept in %s.\nThe way back: stop"
                              " the service, put the release before in place,"
                              " move %s/main.db, main.db-wal and main.db-shm"
                              " away, then: liangcao restore --data %s %s\n"),
                  first, file, o->app.data_dir, o->app.data_dir, file);
    return OK;
}

static enum err
open_store(struct office *o, enum store_mode mode)
{
    const struct db_place place = {
        .path = arena_printf(o->arena, "%s/main.db", o->app.data_dir)
    };
    const char *address = office_conf(o, "database");
    const struct store_how how = {
        .mode = mode,
        .readers = READERS,
        .marked = db_place_is_marked(&place),
        .upgrading = back_up_first,
        .arg = o,
        .rules = conflict_rules
    };

    if (address == NULL)
        address = place.path;
    if (mode != STORE_MAKE && office_conf(o, "database") == NULL
        && access(o->app.data_dir, F_OK) != 0)
        return fail(&o->call, ERR_ABSENT, NULL,
                    "there is no office in %s; make one with liangcao init or"
                    " liangcao demo",
                    o->app.data_dir);
    TRY(store_open_as(&o->call, address, &how, &o->app.store));
    /* SQLite's has been marked with the files. */
    if (store_is_postgres(o->app.store) && mode != STORE_AS_IS)
        db_place_mark(&place);
    return OK;
}

static enum err
read_settings(struct call *c, struct app *app)
{
    const char *zone, *demo;

    TRY(setting_text(c, "office.zone", "Asia/Shanghai", &zone));
    TRY(setting_text(c, "office.demo", "no", &demo));
    app->zone = zone_open(zone);
    app->demo = strcmp(demo, "yes") == 0;
    return OK;
}

static size_t
count_models(void)
{
    size_t n = 0;

    while (all_models()[n] != NULL)
        n++;
    return n;
}

/* The nouns of this program are the tables of this database. */
static enum err
check_schema(struct call *c)
{
    return model_check_schema(c, all_models(), count_models());
}

/* Ids go on above all that are there, whatever the clock says by now. */
static enum err
pass_ids(struct call *c, struct ids *ids)
{
    int64_t newest = 0;

    TRY(model_newest_id(c, all_models(), count_models(), &newest));
    ids_pass(ids, newest);
    return OK;
}

/* Another process took our node while the database was away, and may have
   made ids with the one that we have now. */
static bool
on_move(void *arg, unsigned node)
{
    struct office *o = arg;
    struct call c = { .arena = arena_open(),
                      .app = &o->app,
                      .now = instant_now(),
                      .channel = "job" };
    enum err e;

    db_session(&c, o->app.store);
    e = pass_ids(&c, o->app.ids);
    db_session_end(&c);
    arena_close(c.arena);
    if (e == OK)
        ids_move(o->app.ids, node);
    return e == OK;
}

static void
show_covering(int64_t done, int64_t all)
{
    cli_progress(cli_in("rows under the audit"), done, all);
}

/* The key is read before anything is written: an office that signs does not go
   on unsigned because a file is out of reach. */
static int
open_audit(struct office *o)
{
    const char *why = NULL, *key = office_conf(o, "audit.key");

    o->app.audit = audit_open(key, office_conf(o, "audit.seals"), &why);
    if (o->app.audit != NULL)
        return 0;
    (void)fprintf(stderr,
                  cli_in("liangcao: audit.key, %s, cannot be used: %s\n"), key,
                  why ? cli_in(why) : "?");
    return cli_exit(ERR_BROKEN);
}

enum err
office_check_schema(struct call *c)
{
    return check_schema(c);
}

/* Of an office that stays as it is the tables may be an older release's. */
static enum err
open_parts(struct office *o, enum store_mode mode, bool only_look)
{
    struct call *c = &o->call;
    enum lang lang = c->lang;

    o->app.ids = ids_open(store_node(o->app.store));
    model_set_audit(audit_write);
    api_call_begin(c, &o->app, o->arena, "cli");
    c->actor = &the_program;
    c->lang = lang;
    o->app.sessions = session_cache_open();
    o->app.nouns = all_nouns;
    o->mover = (struct store_mover){ on_move, o };
    store_on_move(o->app.store, &o->mover);
    if (mode == STORE_AS_IS)
        return OK;
    TRY(nouns_whole(c));
    TRY(read_settings(c, &o->app));
    TRY(check_schema(c));
    TRY(pass_ids(c, o->app.ids));
    TRY(catalog_open(c, &o->app.catalog));
    if (only_look)
        return OK;
    TRY(audit_catch_up(c, all_models(), show_covering));
    TRY(org_catch_up(c));
    return catalog_catch_up(c);
}

int
office_begin(struct office *o, struct args *a)
{
    const char *dir = cli_option(a, "data");

    *o = (struct office){ .arena = arena_open() };
    o->app.data_dir = dir ? dir : "office";
    o->conf = conf_open(o->app.data_dir);
    /* Before anything can be said: the office chooses the language. */
    cli_speak(office_conf(o, "lang"));
    o->app.words = cli_words();
    o->call = (struct call){ .arena = o->arena,
                             .app = &o->app,
                             .words = o->app.words,
                             .lang = cli_voice()->lang,
                             .now = instant_now(),
                             .channel = "cli" };
    if (conf_check(&o->call, o->conf) == OK && keeper_check(o) == OK)
        return 0;
    (void)office_failed(o, ERR_INVALID);
    return EXIT_USAGE;
}

int
office_find(struct office *o, struct args *a, bool make)
{
    int code = office_begin(o, a);

    if (code == 0 && make)
        code = office_failed(o, make_folder(o));
    return code != 0 ? code : open_audit(o);
}

static int
enter(struct office *o, enum store_mode mode, bool only_look)
{
    enum err e = open_store(o, mode);

    if (e == OK)
        e = open_parts(o, mode, only_look);
    if (o->app.zone == NULL)
        o->app.zone = zone_open("Asia/Shanghai");
    return office_failed(o, e);
}

int
office_enter(struct office *o, bool make)
{
    return enter(o, make ? STORE_MAKE : STORE_OPEN, false);
}

int
office_open(struct office *o, struct args *a, bool make)
{
    int code = office_find(o, a, make);

    return code != 0 ? code : office_enter(o, make);
}

int
office_open_as_is(struct office *o, struct args *a)
{
    int code = office_find(o, a, false);

    return code != 0 ? code : enter(o, STORE_AS_IS, true);
}

int
office_open_to_look(struct office *o, struct args *a)
{
    int code = office_find(o, a, false);

    return code != 0 ? code : enter(o, STORE_OPEN, true);
}

void
office_close(struct office *o)
{
    if (o->app.store != NULL) {
        api_call_end(&o->call);
        audit_close(o->app.audit);
        o->app.audit = NULL;
        catalog_close(o->app.catalog);
        store_close(o->app.store);
    }
    audit_close(o->app.audit);
    session_cache_close(o->app.sessions);
    ids_close(o->app.ids);
    zone_close((struct zone *)(uintptr_t)o->app.zone);
    conf_close(o->conf);
    arena_close(o->arena);
}

int
office_failed(struct office *o, enum err e)
{
    if (e != OK)
        (void)fprintf(stderr, "liangcao: %s%s%s\n",
                      o->call.fault.field ? o->call.fault.field : "",
                      o->call.fault.field ? ": " : "",
                      o->call.fault.text ? o->call.fault.text : err_word(e));
    return cli_exit(e);
}
