/* SPDX-License-Identifier: Apache-2.0 */
/* What is safe, on the command line: backup, restore, check. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private.h"
#include "base/words.h"
#include "cli/cli.h"
#include "cli/safe.h"
#include "cli/shelf.h"

/* -- backup ----------------------------------------------------------------- */

/* Of which moment it is, and whether it was made now. */
static void
print_good(const struct call *c, const char *file, const struct safe *s,
           bool made)
{
    char at[25];

    instant_print(s->audit.newest, at);
    (void)printf(words_in(c, made ? "%s was made now. It is a good backup: it"
                                    " can be restored, its audit of %lld"
                                    " entries, the newest of %s, is whole and"
                                    " is the office's\n"
                                  : "%s was there: nothing was made now. It is"
                                    " a good backup: it can be restored, its"
                                    " audit of %lld entries, the newest of %s,"
                                    " is whole and is the office's\n"),
                 file, (long long)s->audit.entries, at);
}

/* An older release's audit is not ours to write to; and where the disk takes
   nothing, that is no reason to say that the backup failed. */
static enum err
tell_audit(struct office *o, const char *file)
{
    const char *release;
    int64_t missing;
    enum err e;

    TRY(store_release(&o->call, &release, &missing));
    if (missing > 0)
        return OK;
    e = audit_of_copy(&o->call, "backup", file);
    if (e != ERR_FULL)
        return e;
    (void)fprintf(stderr, "liangcao: %s\n", o->call.fault.text);
    return OK;
}

/* Where FILE is there, it is the one that is looked at. */
static enum err
back_up(struct office *o, const char *file, bool verify, bool replace)
{
    struct call *c = &o->call;
    bool there = verify && !replace && access(file, F_OK) == 0;
    struct figures holds = { 0 };
    struct backup b = { .path = file,
                        .over = replace ? OVER_BACKUP : OVER_NONE };
    struct safe s = { 0 };

    if (verify) {
        b.holds = &holds;
        b.judge = safe_copy;
        b.arg = &holds;
    }
    if (!there) {
        TRY(store_backup_as(c, o->app.store, &b));
        TRY(tell_audit(o, file));
    }
    if (!verify)
        return OK;
    TRY(safe_verify(o, file, &s));
    print_good(c, file, &s, !there);
    return OK;
}

int
backup_command(int argc, char **argv)
{
    struct args a = { argc, argv, "backup" };
    bool verify = cli_flag(&a, "verify"), replace = cli_flag(&a, "replace");
    struct office o;
    int code = office_open_as_is(&o, &a);
    const char *file = cli_operand(&a);

    if (code == 0)
        code = cli_end(&a);
    if (code == 0 && file == NULL && !verify) {
        (void)fprintf(stderr,
                      "liangcao backup [--verify] [--replace] [FILE]\n");
        code = EXIT_USAGE;
    }
    if (code == 0 && file == NULL)
        /* As the nightly one is named, so that it is thinned out with them. */
        code = office_failed(&o, shelf_name(&o, "office", &file));
    if (code == 0)
        code = office_failed(&o, back_up(&o, file, verify, replace));
    office_close(&o);
    return code;
}

/* -- restore ------------------------------------------------------------------ */

static enum err
refuse_postgres(struct office *o)
{
    if (office_conf(o, "database") == NULL)
        return OK;
    return fail(&o->call, ERR_CONFLICT, NULL,
                "the office of %s is on PostgreSQL, which is restored with its"
                " own tools",
                o->app.data_dir);
}

/* The folder is made by us, 0700, and goes again when nothing comes into it. */
static enum err
restore(struct office *o, const char *from, bool despite_audit)
{
    struct call *c = &o->call;
    const char *dir = o->app.data_dir;
    bool there = access(dir, F_OK) == 0;
    struct safe s = { 0 };
    struct restore how = {
        .to = arena_printf(o->arena, "%s/main.db", dir),
        .judge = despite_audit ? safe_adopt_despite_audit : safe_adopt,
        .arg = &s
    };
    enum err e;

    TRY(refuse_postgres(o));
    o->app.ids = ids_open(0);
    model_set_audit(audit_write);
    if (!private_folder(dir))
        return fail(c, ERR_BROKEN, NULL, "%s cannot be made: %s", dir,
                    words_in(c, strerror(errno)));
    e = store_restore(c, from, &how);
    if (e != OK && !there) {
        (void)unlink(arena_printf(o->arena, "%s-node", how.to));
        (void)rmdir(dir);
    }
    if (e == OK)
        (void)printf(words_in(c, "%s holds the office of %s: the file is"
                                 " whole; %lld audit entries, %lld faults\n"),
                     how.to, from, (long long)s.audit.entries,
                     (long long)s.audit.faults);
    return e;
}

int
restore_command(int argc, char **argv)
{
    struct args a = { argc, argv, "restore" };
    bool despite_audit = cli_flag(&a, "despite-audit");
    struct office o;
    const char *from;
    int code;

    /* Not opened: the database may be what is broken. */
    code = office_find(&o, &a, false);
    from = cli_operand(&a);
    if (code == 0)
        code = cli_end(&a);
    if (code == 0 && from == NULL) {
        (void)fprintf(stderr, "liangcao restore [--despite-audit] FILE\n");
        code = EXIT_USAGE;
    }
    if (code == 0)
        code = office_failed(&o, restore(&o, from, despite_audit));
    if (code == 0)
        code = audit_of_restore(o.app.data_dir, from);
    office_close(&o);
    return code;
}

/* -- check -------------------------------------------------------------------- */

static void
print_line(const struct call *c, const char *what, bool good, const char *says)
{
    (void)printf("%s  %s%s%s\n", good ? "+" : "-", words_in(c, what),
                 *says ? ": " : "", says);
}

/* Each of what is looked at has its line; true when all is well. */
static bool
print_office(struct call *c, const struct safe *s)
{
    struct arena *a = c->arena;
    const struct audit_report *r = &s->audit;
    bool whole = s->faults.damages == 0, kept = s->faults.orphans == 0;
    bool proved = r->faults == 0, own = s->faults.strange == 0;

    if (!store_is_postgres(c->app->store))
        print_line(c, whole ? "the file is whole" : "the file is damaged",
                   whole,
                   whole
                       ? ""
                       : arena_printf(a, "%lld", (long long)s->faults.damages));
    if (!whole)
        return false;
    if (!store_is_postgres(c->app->store))
        print_line(c,
                   kept ? "every row refers to one that is there"
                        : "rows refer to nothing",
                   kept,
                   kept
                       ? ""
                       : arena_printf(a, "%lld", (long long)s->faults.orphans));
    print_line(c,
               s->missing == 0 ? "the schema is this release's"
                               : "the schema is an older release's; the next"
                                 " start brings it up to date",
               true, s->release);
    if (s->missing > 0)
        return kept;
    print_line(c,
               own ? "nothing was added to the schema or taken from it"
                   : "the schema is not this release's",
               own, own ? "" : s->faults.strangest);
    (void)printf("%s  ", proved ? "+" : "-");
    (void)printf(words_in(c, "%lld entries in %lld chains, %lld faults\n"),
                 (long long)r->entries, (long long)r->chains,
                 (long long)r->faults);
    if (r->first_fault != NULL)
        (void)printf("   %s\n", r->first_fault);
    return kept && own && proved;
}

static enum err
check(struct call *c)
{
    struct safe s;

    TRY(safe_look(c, &s));
    if (!print_office(c, &s))
        return fail(c, ERR_BROKEN, NULL, "the office is not as it should be");
    if (s.missing > 0)
        return OK;
    return office_check_schema(c);
}

int
check_command(int argc, char **argv)
{
    struct args a = { argc, argv, "check" };
    struct office o;
    int code = office_open_as_is(&o, &a);

    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        code = office_failed(&o, check(&o.call));
    office_close(&o);
    return code;
}
