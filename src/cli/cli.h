/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli - the table of commands.  Every command gets what stands after its
 * name; the exit codes are one table (cli_exit).
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include "base/base.h"
#include "base/jail.h"
#include "base/text.h"
#include "db/db.h"
#include "model/app.h"

struct command {
    const char *name, *usage, *says;
    int (*run)(int argc, char **argv);
};
extern const struct command commands[];
extern const size_t n_commands;
const struct command *command_find(const char *name); /* NULL: there is none */

/* How it is used; returns EXIT_USAGE. */
int cli_usage(const char *command);
/* The same on standard output, with what it does. */
void help_print(const struct command *k);

/* Exit codes: 0 done, 2 used wrongly, else by error. */
enum { EXIT_DONE = 0, EXIT_USAGE = 2 };
int cli_exit(enum err e);

/*
 * Options a command knows: takes "--name value", "--name=value" or "--flag"
 * out of argv; what is left are its operands.  An option nobody took is told
 * by cli_end, which returns EXIT_USAGE then.
 */
struct args {
    int argc;
    char **argv;
    const char *command;
};
const char *cli_option(struct args *a, const char *name);
bool cli_flag(struct args *a, const char *name);
const char *cli_operand(struct args *a); /* the next one, or NULL */
int cli_end(const struct args *a);       /* 0, or EXIT_USAGE after telling */

/* -- the language ------------------------------------------------------------- */

/*
 * What a command says is in one language: of --lang or LIANGCAO_LANG, else of
 * the office's liangcao.conf, else Chinese.  Set before there are threads.
 */
const struct call *cli_voice(void);
struct words *cli_words(void);    /* the Chinese; stays open */
void cli_speak(const char *lang); /* "zh", "en", or NULL */
/* English words (a format) in it. */
const char *cli_in(const char *text);

/* -- an office for a command ------------------------------------------------- */

/*
 * The folder an office lives in ("--data DIR", default ./office) or, by its
 * liangcao.conf, a PostgreSQL address ("database = postgresql://...").
 */
struct office {
    struct app app;
    struct arena *arena; /* of `call` */
    struct call call;    /* the program itself; nobody is signed in */
    struct conf *conf;   /* cli/conf.h */
    struct store_mover mover;
};

/* Open it (made new when MAKE); 0 or an exit code after telling why.  An
   office of an older release is backed up and brought up to date. */
int office_open(struct office *o, struct args *a, bool make);
/* The same in two steps: its folder and its configuration, then its database
   and what is made of that. */
int office_find(struct office *o, struct args *a, bool make);
int office_enter(struct office *o, bool make);
/* Open one that is there and leave its schema as it is: to copy it or to look
   at it.  There is no catalogue. */
int office_open_as_is(struct office *o, struct args *a);
/* Open one as it is served, but take no rows of an older release under the
   audit. */
int office_open_to_look(struct office *o, struct args *a);
/* All but its database: the folder, the configuration, the words; EXIT_USAGE
   where the configuration is not right. */
int office_begin(struct office *o, struct args *a);

/* The nouns of this program are the tables of the office's database. */
enum err office_check_schema(struct call *c) MUST_USE;
void office_close(struct office *o);

/* In an office without accounts: the three administrators, their first
   passwords printed once. */
enum err office_first_accounts(struct call *c) MUST_USE;

/* What the configuration says of NAME, by the environment or liangcao.conf;
   NULL. */
const char *office_conf(const struct office *o, const char *name);

/* Enter the jail (base/jail.h) with what serving this office needs: after
   office_find, before office_enter. */
struct jail_state office_jail(struct office *o);
/* The kinds of files that strangers send and that are read in processes of
   their own (base/jail_child.h). */
struct jail_reader;
extern const struct jail_reader *const file_readers[];

/* Say in health what holds the program, and what does not; and, a job, how
   those fare who read files, if there are any. */
void office_tell_jail(const struct app *app, const struct jail_state *s);
enum err office_tell_files(struct call *c, int64_t max, int64_t *done) MUST_USE;

/* Say in health which release this is. */
void office_tell_release(const struct app *app);

/* Everything the office holds as JSON lines into DIR, a file a table, but for
   secrets and for the tables that export_left_out knows: why, or NULL. */
enum err export_all(struct office *o, const char *dir) MUST_USE;
const char *export_left_out(const char *table);

/* Tell why the office's call failed and return the exit code. */
int office_failed(struct office *o, enum err e);

/* -- the audit ----------------------------------------------------------------- */

/* An entry that a copy was made or restored (WHAT): the file PATH. */
enum err audit_of_copy(struct call *c, const char *what,
                       const char *path) MUST_USE;
/* The same of a restore, in the office that has come to DIR; an exit code. */
int audit_of_restore(const char *dir, const char *from);

/* -- progress ---------------------------------------------------------------- */

/* "importing 12,000 of 58,251" on a terminal, at most ten times a second;
   nothing elsewhere.  DONE of ALL; call with DONE == ALL at the end. */
void cli_progress(const char *what, int64_t done, int64_t all);

/* -- the commands, by file ---------------------------------------------------- */

/* Each takes what follows its name and returns what the program exits with;
   what it does stands in its row of `commands`. */
int serve_command(int argc, char **argv);
int init_command(int argc, char **argv);
int call_command(int argc, char **argv);
int audit_command(int argc, char **argv);
int backup_command(int argc, char **argv);
int restore_command(int argc, char **argv);
int check_command(int argc, char **argv);
int password_command(int argc, char **argv);
int routes_command(int argc, char **argv);
int import_command(int argc, char **argv);
int export_command(int argc, char **argv);
int demo_command(int argc, char **argv);
int version_command(int argc, char **argv);
int help_command(int argc, char **argv);

#endif
